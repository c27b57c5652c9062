//! Makes the report object and everything it refers to out of plain text.
//!
//! Defanging is how an author says that a value is bad: a defanged value, a hash, and whatever stands below a heading about
//! indicators becomes an indicator. Any other address, name or URL is only mentioned: it becomes an observable object.

use std::collections::HashSet;

use stix::observable::{Kind, Observable, guess, refang_marked};
use stix::{Id, Place, Problem};

use super::domains;
use super::words;
use crate::draft::{self, Dates, Draft, excerpt};
use crate::indicators::{self, Entry};
use crate::rules::technique_number;
use crate::{Found, ReadOptions, Sink};

/// Most objects that one report refers to.
const MOST: usize = 50_000;
/// Characters of the text that become the description.
const DESCRIPTION: usize = 2_000;

/// One thing that the text names.
#[derive(Debug, PartialEq, Eq, Hash)]
enum Named {
    Indicator(Observable),
    Mention(Observable),
    Vulnerability(String),
    Technique(String),
}

/// Reads a text whose title is known or is to be found in it.
pub(super) fn read(title: Option<&str>, text: &str, options: &ReadOptions, sink: &mut dyn Sink) -> Result<(), Problem> {
    let named = named(text);
    if named.is_empty() {
        let problem = Problem::error(
            "nothing-found",
            Place::default(),
            "the text names no address, domain, hash, vulnerability or technique",
        );
        sink.problem(problem.help("hand in the report with its list of indicators"));
        return Ok(());
    }
    let mut references: Vec<Id> = Vec::new();
    let mut seen: HashSet<Id> = HashSet::new();
    for (line, thing) in named {
        if references.len() >= MOST {
            let message = format!("the text names more than {MOST} things; the rest is left out");
            sink.problem(Problem::warning("too-many-named", Place::line(line, 1), message));
            break;
        }
        let Some(id) = hand_on(&thing, Place::line(line, 1), options, sink)? else {
            continue;
        };
        if seen.insert(id.clone()) {
            references.push(id);
        }
    }
    let name = title
        .map(str::trim)
        .filter(|title| !title.is_empty())
        .map(str::to_owned)
        .or_else(|| first_line(text))
        .or_else(|| options.name.clone())
        .unwrap_or_else(|| "Report".to_owned());
    let id = draft::id("report", &options.producer, &[text]);
    let (mut report, dated) = Draft::versioned(&id, options, Dates::default());
    report.markings(&[], options);
    report.text("name", excerpt(&name, 250));
    report.optional("description", Some(excerpt(text, DESCRIPTION)));
    report.list("report_types", &["threat-report"]);
    report.text("published", &options.now.to_string());
    report.list("object_refs", &references);
    report.hand_on(Place::line(1, 1), dated, sink)
}

/// The first line with letters, without the marks of a heading.
fn first_line(text: &str) -> Option<String> {
    let heading = text.lines().take(200).find(|line| line.starts_with("# "));
    heading
        .or_else(|| text.lines().find(|line| line.chars().any(char::is_alphanumeric)))
        .map(|line| line.trim_matches(['#', '*', '=', '-', ' ', '\t']).to_owned())
}

fn hand_on(named: &Named, place: Place, options: &ReadOptions, sink: &mut dyn Sink) -> Result<Option<Id>, Problem> {
    let (id, draft) = match named {
        Named::Indicator(observable) => {
            let mut taken = LastId { sink, id: None };
            indicators::hand_on(observable, &Entry::default(), place, options, &mut taken)?;
            return Ok(taken.id);
        }
        Named::Mention(observable) => match draft::observable_object(observable, &options.default_markings) {
            Some(made) => made,
            None => return Ok(None),
        },
        Named::Vulnerability(number) => draft::vulnerability(number),
        Named::Technique(number) => draft::technique(number),
    };
    draft.hand_on(place, false, sink)?;
    Ok(Some(id))
}

/// Notes the identifier of what passes.
struct LastId<'s> {
    sink: &'s mut dyn Sink,
    id: Option<Id>,
}

impl Sink for LastId<'_> {
    fn object(&mut self, found: Found<'_>) -> Result<(), Problem> {
        let object = stix::Object::parse(&found.text)?;
        self.id = object.map().str("id").and_then(|id| Id::parse(id).ok());
        self.sink.object(found)
    }

    fn problem(&mut self, problem: Problem) {
        self.sink.problem(problem);
    }
}

/// What the text names, each once, with the line where it stands first.
fn named(text: &str) -> Vec<(u64, Named)> {
    let refanged = refang_marked(text);
    let text = refanged.text.as_ref();
    let mut marks = refanged.marks.iter().copied().peekable();
    let mut found = Vec::new();
    let mut seen = HashSet::new();
    let mut about_indicators = false;
    let mut words = Vec::new();
    let mut offset = 0;
    for (number, line) in text.split_inclusive('\n').enumerate() {
        about_indicators = section(line).unwrap_or(about_indicators);
        words.clear();
        words::of_line(line, offset, &mut words);
        let mut before = "";
        for word in &words {
            while marks.next_if(|mark| *mark < word.start).is_some() {}
            let defanged = marks.peek().is_some_and(|mark| *mark < word.end);
            let written = &text[word.start..word.end];
            if let Some(named) = of_word(written, before, defanged, about_indicators)
                && seen.insert(key(&named))
            {
                found.push((number as u64 + 1, named));
            }
            before = written;
        }
        offset += line.len();
    }
    found
}

/// A value counts once, whether it is an indicator or only mentioned; the first mention decides.
fn key(named: &Named) -> String {
    match named {
        Named::Indicator(observable) | Named::Mention(observable) => {
            format!("{} {}", observable.kind, observable.value)
        }
        Named::Vulnerability(number) | Named::Technique(number) => number.clone(),
    }
}

/// Whether a heading begins or ends a section about indicators; none if the line is no heading.
fn section(line: &str) -> Option<bool> {
    let bare = line.trim();
    if bare.is_empty() || bare.len() > 100 {
        return None;
    }
    let lower = bare.to_ascii_lowercase();
    let about = ["indicators of compromise", "indicators", "iocs", "ioc"]
        .iter()
        .any(|words| {
            lower.trim_matches(['#', '*', ':', ' ', '=', '-', '.']) == *words
                || lower.contains("indicators of compromise")
        });
    match (about, bare.starts_with('#')) {
        (true, _) => Some(true),
        (false, true) => Some(false),
        (false, false) => None,
    }
}

fn of_word(written: &str, before: &str, defanged: bool, about_indicators: bool) -> Option<Named> {
    if let Some(number) = technique_number(written).filter(|_| written.starts_with('T')) {
        return Some(Named::Technique(number));
    }
    let observable = guess(written).or_else(|| with_port(written))?;
    let bad = defanged || about_indicators;
    Some(match observable.kind {
        Kind::Cve => Named::Vulnerability(observable.value),
        Kind::Domain if !defanged && !domains::is_plausible(written, &observable.value) => return None,
        Kind::Ipv4 if !defanged && is_about_version(before) => return None,
        Kind::Ipv6 if !defanged && written.split(':').filter(|group| !group.is_empty()).count() < 3 => return None,
        Kind::Ipv4Network | Kind::Ipv6Network if observable.value.ends_with("/0") => return None,
        Kind::Md5 | Kind::Sha1 | Kind::Sha224 | Kind::Sha256 | Kind::Sha384 | Kind::Sha512 | Kind::Ssdeep => {
            Named::Indicator(observable)
        }
        Kind::Tlsh if written.starts_with("T1") => Named::Indicator(observable),
        Kind::Jarm if before.to_ascii_lowercase().contains("jarm") => Named::Indicator(observable),
        Kind::Bitcoin | Kind::Ethereum | Kind::Ja4 => Named::Indicator(observable),
        Kind::Tlsh | Kind::Jarm => return None,
        // AS400 is a computer; numbers of five digits and more are networks.
        Kind::Asn if observable.value.len() < 7 => return None,
        // A file is named for many reasons; only a list of indicators says that its name matters.
        Kind::FileName | Kind::FilePath if !about_indicators => return None,
        Kind::Url if !bad && !has_plausible_host(&observable.value) => return None,
        _ if bad => Named::Indicator(observable),
        _ => Named::Mention(observable),
    })
}

/// `198.51.100.7:8080` and `example.com:443` name the host.
fn with_port(written: &str) -> Option<Observable> {
    let (host, port) = written.rsplit_once(':')?;
    let is_port = !port.is_empty() && port.len() <= 5 && port.bytes().all(|byte| byte.is_ascii_digit());
    if !is_port {
        return None;
    }
    guess(host).filter(|found| matches!(found.kind, Kind::Ipv4 | Kind::Domain))
}

fn is_about_version(before: &str) -> bool {
    let lower = before.to_ascii_lowercase();
    let lower = lower.trim_end_matches(['.', ':']);
    matches!(
        lower,
        "version"
            | "versions"
            | "ver"
            | "v"
            | "build"
            | "release"
            | "firmware"
            | "update"
            | "patch"
            | "before"
            | "prior"
    )
}

/// `and/or` and `TCP/IP` have no host; `a.b/c` has one only if it could be one.
fn has_plausible_host(url: &str) -> bool {
    let host = url.split("://").nth(1).unwrap_or_default();
    let host = host.split(['/', '?']).next().unwrap_or_default();
    let host = host.rsplit('@').next().unwrap_or_default();
    let name = host.split(':').next().unwrap_or_default();
    host.starts_with('[')
        || name.parse::<std::net::Ipv4Addr>().is_ok()
        || domains::is_plausible(name, name)
        || name.ends_with(".com")
}
