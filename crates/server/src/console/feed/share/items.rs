//! The items of what is to be shared, as lines of a form: each may be left out, corrected, or marked more strictly.

use std::collections::{BTreeMap, HashSet};

use formats::edit::{Edit, Item, Role};
use stix::marking::Tlp;
use stix::observable::{Kind, normalise, refang};

use crate::console::form::Form;
use crate::problem::Fault;
use crate::query::bad;

/// Items that are shown as lines; the others are shared as they were read.
const LINES: usize = 100;
/// Characters of a corrected value or name.
const VALUE_MOST: usize = 4_000;
/// Kinds of values to choose from, those that reports name.
const KINDS: [Kind; 24] = [
    Kind::Ipv4,
    Kind::Ipv6,
    Kind::Ipv4Network,
    Kind::Ipv6Network,
    Kind::Domain,
    Kind::Url,
    Kind::EmailAddress,
    Kind::Md5,
    Kind::Sha1,
    Kind::Sha256,
    Kind::Sha512,
    Kind::FileName,
    Kind::FilePath,
    Kind::RegistryKey,
    Kind::Mutex,
    Kind::WindowsService,
    Kind::UserAgent,
    Kind::MacAddress,
    Kind::Asn,
    Kind::Ja3,
    Kind::Ja4,
    Kind::Jarm,
    Kind::Bitcoin,
    Kind::Cve,
];

/// One item as the form shows it: as it was read, or as somebody changed it.
pub(super) struct Line {
    pub number: usize,
    pub object_type: String,
    /// What it was called when it was read.
    pub name: String,
    pub is_kept: bool,
    /// What kind of value it is and whether it is looked for; none where it is no single value.
    pub value: Option<(Role, &'static str)>,
    /// The value or name in the field; empty where there is nothing to correct.
    pub text: String,
    pub is_named: bool,
    pub mark: String,
    /// The kinds to choose from, the item's own among them.
    pub kinds: Vec<&'static str>,
}

impl Line {
    fn new(number: usize, item: &Item, edit: Option<&Edit>) -> Self {
        let value = edit.and_then(|edit| edit.value.as_ref()).or(item.value.as_ref());
        let name = edit.and_then(|edit| edit.name.as_ref()).unwrap_or(&item.name);
        let mut kinds: Vec<_> = KINDS.into_iter().map(Kind::as_str).collect();
        if let Some((_, observable)) = value
            && !kinds.contains(&observable.kind.as_str())
        {
            kinds.push(observable.kind.as_str());
        }
        Self {
            number,
            object_type: item.object_type.clone(),
            name: item.name.clone(),
            is_kept: !edit.is_some_and(|edit| edit.leave_out),
            text: match value {
                Some((_, observable)) => observable.value.clone(),
                None if item.is_named => name.clone(),
                None => String::new(),
            },
            value: value.map(|(role, observable)| (*role, observable.kind.as_str())),
            is_named: item.is_named,
            mark: edit
                .and_then(|edit| edit.marking)
                .map(|tlp| tlp_name(tlp).to_owned())
                .unwrap_or_default(),
            kinds,
        }
    }
}

/// The lines of what was read, and how many items have none.
pub(super) fn lines(items: &[Item], edits: &BTreeMap<usize, Edit>) -> (Vec<Line>, usize) {
    // What holds the others together stands first, then what is looked for, then what is only mentioned.
    let rank = |item: &Item| match &item.value {
        _ if item.is_named => 0,
        Some((Role::Indicator, _)) => 1,
        None => 2,
        Some((Role::Mention, _)) => 3,
    };
    let mut all: Vec<(usize, &Item)> = items.iter().enumerate().collect();
    all.sort_by_key(|(number, item)| (rank(item), *number));
    let left = all.len().saturating_sub(LINES);
    let shown = all.into_iter().take(LINES);
    (
        shown
            .map(|(number, item)| Line::new(number, item, edits.get(&number)))
            .collect(),
        left,
    )
}

/// What the lines of a form say, every field once in each; and why one of them cannot be used, which then stays as it was.
pub(super) fn edits(form: &Form) -> Result<(BTreeMap<usize, Edit>, Option<Fault>), Fault> {
    let odd = || bad("bad-items", "the form is not whole: look again");
    let columns = ["item", "role", "kind", "value", "mark"].map(|name| form.all(name).collect::<Vec<_>>());
    let [numbers, roles, kinds, values, marks] = columns;
    let lengths = [roles.len(), kinds.len(), values.len(), marks.len()];
    if numbers.len() > LINES || lengths.into_iter().any(|length| length != numbers.len()) {
        return Err(odd());
    }
    let kept: HashSet<&str> = form.all("keep").collect();
    let (mut edits, mut wrong) = (BTreeMap::new(), None);
    let rest = roles.into_iter().zip(kinds).zip(values).zip(marks);
    for (number, (((role, kind), value), mark)) in numbers.into_iter().zip(rest) {
        let number_read = number.parse().map_err(|_| odd())?;
        let mut edit = Edit {
            leave_out: !kept.contains(number),
            marking: match mark {
                "" => None,
                mark => Some(Tlp::parse(mark).ok_or_else(odd)?),
            },
            ..Edit::default()
        };
        // What is left out need not be right.
        if !edit.leave_out {
            let read = match role {
                "" => named(value).map(|name| edit.name = name),
                role => corrected(role, kind, value).map(|value| edit.value = Some(value)),
            };
            wrong = wrong.or(read.err());
        }
        edits.insert(number_read, edit);
    }
    Ok((edits, wrong))
}

fn corrected(role: &str, kind: &str, value: &str) -> Result<(Role, stix::observable::Observable), Fault> {
    let odd = || bad("bad-items", "the form is not whole: look again");
    let role = match role {
        "indicator" => Role::Indicator,
        "mention" => Role::Mention,
        _ => return Err(odd()),
    };
    let kind = Kind::parse(kind).ok_or_else(odd)?;
    let observable = normalise(kind, &refang(value));
    let observable = observable.map_err(|error| bad("bad-value", error.to_string()))?;
    Ok((role, observable))
}

fn named(value: &str) -> Result<Option<String>, Fault> {
    let name = value.trim();
    if name.chars().count() > VALUE_MOST || name.chars().any(char::is_control) {
        let message = format!("a name has {VALUE_MOST} characters at most, on one line");
        return Err(bad("bad-name", message));
    }
    Ok((!name.is_empty()).then(|| name.to_owned()))
}

/// A colour as forms write it.
const fn tlp_name(tlp: Tlp) -> &'static str {
    match tlp {
        Tlp::Clear => "clear",
        Tlp::Green => "green",
        Tlp::Amber => "amber",
        Tlp::AmberStrict => "amber+strict",
        Tlp::Red => "red",
    }
}
