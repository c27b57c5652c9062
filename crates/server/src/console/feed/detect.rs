//! What to put into one's own tools, made from one indicator: rules and lists, as far as its marking allows.

use std::collections::BTreeSet;

use formats::write::{Change, Facts, LeftOut, Memory, Options, OutFormat, Summary, export};
use node::Node;
use stix::Problem;
use store::ObjectDetail;

/// Formats that are worth copying by hand.
const OFFERED: [(OutFormat, &str); 6] = [
    (OutFormat::SuricataRules, "Suricata"),
    (OutFormat::ZeekIntel, "Zeek"),
    (OutFormat::Rpz, "DNS RPZ"),
    (OutFormat::Hosts, "hosts"),
    (OutFormat::Nftables, "nftables"),
    (OutFormat::List, "list"),
];
/// Bytes of one text.
const MOST: usize = 32 << 10;

/// A text to copy.
pub(super) struct Text {
    pub name: &'static str,
    /// What the page calls it.
    pub mark: &'static str,
    pub text: String,
}

/// Every text of an indicator, and why there is none where there is none.
#[derive(Default)]
pub(super) struct Texts {
    pub texts: Vec<Text>,
    pub why_not: Vec<String>,
    /// The same, where a rule of all formats leaves it out: the keys of the sentences.
    pub left_out: BTreeSet<&'static str>,
}

impl Texts {
    /// Made from the version that a reader sees, by the rules for it.
    pub fn of(node: &Node, detail: &ObjectDetail, score: Option<u8>) -> Self {
        let mut made = Self::default();
        let Ok(object) = stix::Object::parse(&detail.row.body) else {
            return made;
        };
        // What is a rule already is shown as its pattern; no other format can say it.
        if object.map().str("pattern_type").is_some_and(|kind| kind != "stix") {
            return made;
        }
        let lists = node.warninglists();
        let harmless = |observable: &stix::observable::Observable| {
            let mut hits = lists.hits(observable);
            hits.find(|hit| hit.is_false_positive())
                .map(|hit| hit.list.name.clone())
        };
        let options = Options {
            harmless: Some(&harmless),
            ..Options::at(node.now())
        };
        for (format, name) in OFFERED {
            let facts = Facts {
                score,
                tlp: Some(detail.audience.tlp()),
                pap: Some(detail.audience.pap()),
                forbidden: node::export::forbids(detail.audience.pap(), format),
            };
            let (written, left, problems) = write(format, &options, &object, &facts);
            made.left_out
                .extend(left.left_out.keys().filter_map(|why| sentence(*why)));
            for problem in problems {
                if made.why_not.len() < OFFERED.len() && !made.why_not.contains(&problem.message) {
                    made.why_not.push(problem.message);
                }
            }
            if let Some(text) = written {
                let mark = format.as_str();
                made.texts.push(Text { name, mark, text });
            }
        }
        made
    }
}

/// The key of the sentence for what leaves an indicator out of every format; what one format cannot say, it says itself.
fn sentence(why: LeftOut) -> Option<&'static str> {
    match why {
        LeftOut::Revoked => Some("left-revoked"),
        LeftOut::Expired | LeftOut::NotYetValid => Some("left-not-valid"),
        LeftOut::Benign => Some("left-benign"),
        LeftOut::Pap => Some("left-pap"),
        LeftOut::Warninglisted => Some("left-warninglisted"),
        _ => None,
    }
}

/// One object in a format; nothing where none of it could be written.
fn write(
    format: OutFormat,
    options: &Options<'_>,
    object: &stix::Object<'_>,
    facts: &Facts,
) -> (Option<String>, Summary, Vec<Problem>) {
    let (mut target, mut problems) = (Memory::default(), Vec::new());
    let mut tell = |problem: Problem| problems.push(problem);
    let written = (|| {
        let mut writer = export(format, options, &mut target, &mut tell)?;
        writer.add(object, Change::Added, facts)?;
        writer.finish()
    })();
    let summary: Summary = written.unwrap_or_default();
    let text = target
        .files
        .into_values()
        .next()
        .and_then(|bytes| String::from_utf8(bytes).ok());
    let text = text.filter(|text| summary.written > 0 && text.len() <= MOST);
    (text, summary, problems)
}
