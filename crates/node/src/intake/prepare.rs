//! From the text of one object to a contribution: upgraded, checked, marked, normalised, digested. Pure but for the markings it asks for.

use formats::Found;
use matching::Warninglists;
use policy::MemberId;
use sha2::{Digest, Sha256};
use stix::json::{Map, Value};
use stix::{Head, Object, Place, Problem, Severity, Timestamp};
use store::Contribution;

use super::handling::{Handling, Marked};

/// What preparing needs to know besides the object.
pub(crate) struct Preparation<'a> {
    /// How the sharer wants it handled.
    pub handling: &'a Handling,
    /// The member that shares.
    pub own: MemberId,
    /// `modified` after this is refused.
    pub latest: Timestamp,
    /// Known harmless values.
    pub warninglists: &'a Warninglists,
}

/// A contribution, or why there is none; with what somebody should know of it.
pub(crate) struct Prepared {
    pub id: Option<String>,
    pub version: String,
    pub outcome: Result<Box<Contribution>, Problem>,
    pub warnings: Vec<Problem>,
}

/// Characters of text that full-text search reads of one object.
const SEARCHED_TEXT: usize = 8_192;
/// Characters of a title.
const TITLE: usize = 300;

impl Preparation<'_> {
    /// Prepares one object; `markings` answers what the markings it refers to mean.
    pub fn prepare(&self, found: &Found<'_>, markings: &mut dyn FnMut(&Head<'_>, &Map<'_>) -> Marked) -> Prepared {
        let mut prepared = Prepared {
            id: None,
            version: String::new(),
            outcome: Err(unread()),
            warnings: Vec::new(),
        };
        let Prepared {
            id, version, warnings, ..
        } = &mut prepared;
        let outcome = examine(&found.text, warnings, |object, head| {
            *id = Some(head.id.to_owned());
            *version = version_text(object.map()).to_owned();
            self.accepted(found, object, head, markings(head, object.map()))
        });
        prepared.outcome = outcome.map_err(|mut problem| {
            if prepared.id.is_none() {
                (prepared.id, prepared.version) = claimed(&found.text);
            }
            locate(&mut problem, &found.place, prepared.id.as_deref());
            problem
        });
        for warning in &mut prepared.warnings {
            locate(warning, &found.place, prepared.id.as_deref());
        }
        prepared
    }

    fn accepted(
        &self,
        found: &Found<'_>,
        object: &Object<'_>,
        head: &Head<'_>,
        marked: Marked,
    ) -> Result<Box<Contribution>, Problem> {
        let map = object.map();
        if let Some(modified) = head.version().filter(|modified| *modified > self.latest) {
            let message = format!("the version {modified} lies in the future: nothing could follow it until then");
            let help = "check the clock of the system that made it";
            return Err(Problem::error("future-version", Place::path("$.modified"), message).help(help));
        }
        let audience = self.handling.audience(marked, self.own)?;
        let observables = stix::observable::extract(map);
        let warned: Vec<String> = {
            let mut names: Vec<String> = observables
                .iter()
                .flat_map(|value| self.warninglists.hits(value))
                .map(|hit| hit.list.name.clone())
                .collect();
            names.sort_unstable();
            names.dedup();
            names
        };
        let body = object.text();
        Ok(Box::new(Contribution {
            id: head.id.to_owned(),
            object_type: head.object_type.to_owned(),
            spec_version: head.spec_version.unwrap_or("2.1").to_owned(),
            version: head.version(),
            version_text: version_text(map).to_owned(),
            created: head.created,
            created_by: head.created_by.map(str::to_owned),
            revoked: head.revoked,
            // The canonical form: white space and the order of keys are not content.
            digest: Sha256::digest(stix::jcs::canonical_map(map)).into(),
            audience,
            dated: found.dated,
            title: title(map),
            text: searched_text(map),
            edges: stix::view::graph_references(map)
                .map(|(property, target)| (property.to_owned(), target.to_owned()))
                .collect(),
            indicator: crate::scoring::stored_facts(map, &observables),
            observables: observables
                .into_iter()
                .map(|value| (i16::from(value.kind.code()), value.value))
                .collect(),
            warnings: warned,
            body: body.to_owned(),
        }))
    }
}

/// Reads one object as intake does: upgraded where it is STIX 2.0, checked against every MUST. Used by intake and by
/// whoever only wants to know what is wrong (`commonwatch check`), so that the two never differ.
///
/// # Errors
/// The first thing for which intake would refuse the object; what comes after it and what is only worth knowing goes to `others`.
pub fn examine<T>(
    text: &str,
    others: &mut Vec<Problem>,
    accept: impl FnOnce(&Object<'_>, &Head<'_>) -> Result<T, Problem>,
) -> Result<T, Problem> {
    let arrived = Object::parse(text)?;
    let upgraded = stix::upgrade::upgrade_with_notes(arrived.map(), others)?;
    let object = match &upgraded {
        Some(text) => Object::parse(text)?,
        None => arrived,
    };
    let head = object.head()?;
    let mut refusal = None;
    for problem in stix::check::check(object.map()) {
        match problem.severity {
            Severity::Error if refusal.is_none() => refusal = Some(problem),
            Severity::Error | Severity::Warning => others.push(problem),
        }
    }
    match refusal {
        Some(problem) => Err(problem),
        None => accept(&object, &head),
    }
}

/// Stands in until an outcome is known.
fn unread() -> Problem {
    Problem::error("unread", Place::default(), "the object was not read")
}

/// What a refused object says its identifier and version are, cut to what a message can hold.
fn claimed(text: &str) -> (Option<String>, String) {
    let Ok(object) = Object::parse(text) else {
        return (None, String::new());
    };
    let id = object.map().str("id").filter(|id| !id.is_empty());
    let id = id.map(|id| shortened(id, TITLE));
    (id, shortened(version_text(object.map()), 64))
}

/// A problem of an object, placed in the input that holds the object.
pub fn placed(mut problem: Problem, outer: &Place) -> Problem {
    locate(&mut problem, outer, None);
    problem
}

/// Puts a problem of an object into its input.
pub(crate) fn locate(problem: &mut Problem, outer: &Place, id: Option<&str>) {
    if problem.place.object.is_none() {
        problem.place.object = id.map(str::to_owned);
    }
    if let (Some(path), Some(prefix)) = (&problem.place.path, &outer.path) {
        problem.place.path = Some(format!("{prefix}{}", path.strip_prefix('$').unwrap_or(path)));
    } else if problem.place.path.is_none() {
        problem.place.path.clone_from(&outer.path);
    }
    problem.place.file.clone_from(&outer.file);
    problem.place.line = match (outer.line, problem.place.line) {
        // A line within the object counts from the line on which the object begins.
        (Some(outer), Some(inner)) => Some(outer + inner.saturating_sub(1)),
        (outer, inner) => outer.or(inner),
    };
}

/// The version as the object writes it; empty where it has none.
fn version_text<'v>(map: &'v Map<'_>) -> &'v str {
    map.str("modified").or_else(|| map.str("created")).unwrap_or_default()
}

fn shortened(text: &str, characters: usize) -> String {
    text.char_indices()
        .nth(characters)
        .map_or(text, |(end, _)| &text[..end])
        .to_owned()
}

/// What lists call an object: its name, for a relationship its type, for an observable its value.
fn title(map: &Map<'_>) -> Option<String> {
    [
        "name",
        "relationship_type",
        "value",
        "subject",
        "path",
        "key",
        "abstract",
        "opinion",
        "display_name",
    ]
    .into_iter()
    .find_map(|key| map.str(key))
    .map(|text| shortened(text, TITLE))
}

/// The few fields that people search by words (a full-text index over whole bodies would cost three times the writing).
fn searched_text(map: &Map<'_>) -> Option<String> {
    let mut text = String::new();
    let mut add = |part: &str| {
        if text.len() < SEARCHED_TEXT {
            if !text.is_empty() {
                text.push('\n');
            }
            text.push_str(&shortened(part, SEARCHED_TEXT.saturating_sub(text.len())));
        }
    };
    for key in ["name", "description", "abstract", "content", "explanation"] {
        if let Some(part) = map.str(key) {
            add(part);
        }
    }
    for key in ["aliases", "x_mitre_aliases", "labels"] {
        for part in map.array(key).unwrap_or_default().iter().filter_map(Value::as_str) {
            add(part);
        }
    }
    for reference in map.array("external_references").unwrap_or_default() {
        if let Some(part) = reference.as_object().and_then(|reference| reference.str("external_id")) {
            add(part);
        }
    }
    (!text.is_empty()).then_some(text)
}
