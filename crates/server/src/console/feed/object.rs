//! One object and all that the reader may know of it: what it is, who sees it, what it is connected to, what became of it.

use std::collections::BTreeSet;

use askama::Template;
use axum::response::Response;
use node::bridges::CameBy;
use node::find::THINGS;
use node::publication::Publishing;
use node::sightings::comment_of;
use node::translations::{Translation, language_of};
use policy::{Action, decide};
use stix::Timestamp;
use stix::marking::{Pap, Tlp};
use stix::observable::Kind;
use store::{Edge, Feedback, ObjectDetail};

use super::bars::{Bars, HEIGHT, WIDTH, day};
use super::changes::{Change, Fate, changes};
use super::detect::Texts;
use super::graph::{Graph, label};
use super::highlight::pieces;
use super::receipts::{Receipts, figure};
use crate::api::ask::Parameters;
use crate::asked::Asked;
use crate::console::faults::told;
use crate::console::shell::{Shell, encoded};
use crate::console::{show, show_as};
use crate::problem::Fault;

/// Connections on the page.
const NEIGHBOURS: usize = 50;
/// Versions on the page.
const VERSIONS: usize = 20;
/// Values on the page.
const VALUES: usize = 100;
/// Feedback that is looked through.
const FEEDBACK: usize = 200;
/// Bytes of the object that the page shows.
const BODY: usize = 200 << 10;
/// Characters of a description.
const DESCRIPTION: usize = 4_000;

/// What the page before may say was done.
pub(super) const SAID: [&str; 5] = [
    "said-acknowledged",
    "said-acted",
    "said-before",
    "said-feedback",
    "said-translated",
];

/// Types beside the things that people look for for which there is a sentence.
const CONNECTING: [&str; 4] = ["observed-data", "opinion", "relationship", "sighting"];

/// A contribution in the list of versions.
struct Version {
    detail: ObjectDetail,
    /// Properties that differ from the version before.
    changed: Vec<Change>,
}

/// What is special to an indicator.
struct Indicator {
    pattern: String,
    pattern_type: String,
    from: Timestamp,
    until: Option<Timestamp>,
    is_over: bool,
    score: Option<u8>,
    texts: Texts,
}

#[derive(Template)]
#[template(path = "console/feed/object.html")]
struct Page {
    shell: Shell,
    id: String,
    object_type: String,
    what: String,
    name: String,
    description: String,
    /// In the reader's language, where somebody shared it so.
    translation: Option<Translation>,
    /// The name and description of the original, where a translation stands in their place.
    original: Option<(String, String)>,
    /// The language that the object says it is in, where it is not the reader's.
    lang: Option<String>,
    latest: ObjectDetail,
    /// The name of who made it, where it is shared too.
    creator: Option<String>,
    /// The communities it is for that the reader's member is in.
    communities: Vec<String>,
    /// The members it is narrowed to, for the one who did so.
    named: Vec<String>,
    /// Whether it is narrowed to members.
    is_narrowed: bool,
    is_own: bool,
    versions: Vec<Version>,
    versions_left: usize,
    indicator: Option<Indicator>,
    values: Vec<(String, String)>,
    neighbours: Vec<Edge>,
    judged: Vec<Edge>,
    /// When it was seen.
    seen: Bars,
    graph: Graph,
    feedback: Vec<Feedback>,
    came_by: Vec<CameBy>,
    receipts: Receipts,
    /// Where the members after those in the receipts are.
    receipts_more: Option<String>,
    body: String,
    may_say: bool,
    may_judge: bool,
    may_recall: bool,
    publishing: Publishing,
    may_translate: bool,
    /// Whether it can be looked for in the logs of the past.
    may_look_back: bool,
    said: Option<&'static str>,
    wrong: Option<String>,
    /// What was typed and could not be taken.
    typed: String,
}

/// The page.
pub(super) async fn page(asked: Asked) -> Result<Response, Fault> {
    let parameters = Parameters::read(&asked, &["said", "receipts"])?;
    let said = parameters.one("said")?.unwrap_or_default().to_owned();
    let mut page = build(&asked, parameters.one("receipts")?.unwrap_or_default()).await?;
    page.said = SAID.into_iter().find(|key| *key == said);
    show(&page)
}

/// The page again, with what was wrong about what was sent.
pub(super) async fn again(asked: &Asked, wrong: &Fault, typed: &str) -> Result<Response, Fault> {
    let mut page = build(asked, "").await?;
    page.wrong = Some(told(asked, wrong));
    page.typed = typed.to_owned();
    // What was sent by POST has no address to come back to.
    page.shell.address = format!("/objects/{}", encoded(asked.param("id")));
    show_as(wrong.status(), &page)
}

/// Whether the caller's member contributed it.
pub(super) fn is_own(asked: &Asked, contributions: &[ObjectDetail]) -> bool {
    let own = asked.caller().principal.member;
    own.is_some() && contributions.iter().any(|one| one.origin == own)
}

/// The name of who made it, as far as the reader sees the identity that stands for them.
async fn creator(asked: &Asked, latest: &ObjectDetail) -> Result<Option<String>, Fault> {
    let Some(by) = latest.created_by.clone() else {
        return Ok(None);
    };
    let viewer = asked.node().viewer(asked.caller()).await?;
    let mut titles = asked
        .node()
        .store()
        .object_titles(&viewer, std::slice::from_ref(&by))
        .await?;
    Ok(titles.remove(&by))
}

async fn build(asked: &Asked, receipts_after: &str) -> Result<Page, Fault> {
    let (node, caller, id) = (asked.node(), asked.caller(), asked.param("id"));
    let shown = node.show(caller, id, NEIGHBOURS).await?;
    if !asked.is_head() {
        node.item_opened(caller, id, &shown).await?;
    }
    let Some(latest) = shown.contributions.first().cloned() else {
        return Err(Fault::not_found());
    };
    let own = is_own(asked, &shown.contributions);
    let may = |action| decide(&caller.principal, action).is_ok();
    let is_indicator = latest.row.object_type == "indicator";
    let object = stix::Object::parse(&latest.row.body)?;
    let text = |key: &str| object.map().str(key).unwrap_or_default();
    let name = latest.title.clone().filter(|title| !title.is_empty());
    let score = shown.score.as_ref().map(|score| score.value);
    let indicator = latest.indicator.as_ref().map(|facts| Indicator {
        pattern: text("pattern").to_owned(),
        pattern_type: facts.pattern_type.clone(),
        from: facts.valid_from,
        until: facts.valid_until,
        is_over: facts.valid_until.is_some_and(|until| until <= node.now()),
        score,
        texts: Texts::of(node, &latest, score),
    });
    let (judged, neighbours): (Vec<_>, Vec<_>) = shown.neighbours.into_iter().partition(judges);
    let communities = communities(asked, &latest).await?;
    let named = if latest.origin.is_some() && latest.origin == caller.principal.member {
        names(asked, &latest).await?
    } else {
        Vec::new()
    };
    let receipts = match own {
        true => Receipts::of(asked, id, receipts_after).await?,
        false => Receipts::default(),
    };
    let feedback = match own && is_indicator {
        true => node.feedback(caller, FEEDBACK, None).await?.feedback,
        false => Vec::new(),
    };
    let description = [
        text("description"),
        text("content"),
        text("explanation"),
        text("abstract"),
    ];
    let description = description
        .into_iter()
        .find(|text| !text.is_empty())
        .unwrap_or_default();
    let description: String = description.chars().take(DESCRIPTION).collect();
    let creator = creator(asked, &latest).await?;
    let shell = Shell::of(asked, "feed").await?;
    let receipts_more = receipts.last.as_deref().map(|last| {
        let path = format!("/objects/{}?receipts={}#receipts", encoded(id), encoded(last));
        shell.to(&path)
    });
    let name = name.unwrap_or_else(|| id.to_owned());
    let translation = node.translation(caller, &latest, shell.language.tag()).await?;
    let original = translation.as_ref().map(|_| (name.clone(), description.clone()));
    let translated = |keys: &[&str], other: String| {
        let texts = translation.as_ref().map(|translation| &translation.texts);
        let text = texts.and_then(|texts| keys.iter().find_map(|key| texts.get(*key)));
        text.map_or(other, |text| text.chars().take(DESCRIPTION).collect())
    };
    let name = translated(&["name"], name);
    let description = translated(&["description", "content", "explanation", "abstract"], description);
    let lang = language_of(&latest.row.body).filter(|lang| lang != shell.language.tag());
    Ok(Page {
        shell,
        id: id.to_owned(),
        object_type: latest.row.object_type.clone(),
        what: what(&latest.row.object_type, object.map().contains("created")),
        lang: lang.filter(|_| translation.is_none()),
        name,
        description,
        translation,
        original,
        seen: Bars::new(node.seen_over_time(caller, id).await?),
        communities,
        named,
        is_narrowed: !latest.audience.named().is_empty(),
        is_own: own,
        versions_left: shown.contributions.len().saturating_sub(VERSIONS),
        versions: versions(shown.contributions),
        indicator,
        values: values(&latest),
        graph: Graph::new(&neighbours),
        neighbours,
        judged,
        feedback: feedback.into_iter().filter(|one| one.about == id).collect(),
        came_by: shown.came_by,
        receipts,
        receipts_more,
        body: indented(&latest.row.body, BODY),
        may_say: !own && caller.principal.member.is_some() && may(Action::Acknowledge),
        may_judge: is_indicator && may(Action::JudgeSightings),
        may_recall: match own {
            true => caller
                .principal
                .member
                .is_some_and(|member| may(Action::Retract(member))),
            false => latest
                .audience
                .communities()
                .iter()
                .any(|community| may(Action::RecallWithin(*community))),
        },
        may_look_back: is_indicator && node.has_past(caller),
        publishing: node.publishing(caller, id).await?,
        may_translate: may(Action::ContributeToNamed) && node.may_translate(caller, &latest),
        creator,
        latest,
        said: None,
        wrong: None,
        typed: String::new(),
    })
}

/// The key of the sentence that says what it is.
fn what(object_type: &str, has_created: bool) -> String {
    match object_type {
        known if THINGS.contains(&known) || CONNECTING.contains(&known) => format!("what-{known}"),
        // What has no time of its own is a value: an address, a file.
        _ if !has_created => "what-value".to_owned(),
        _ => "what-other".to_owned(),
    }
}

/// Whether a connection says that somebody saw it, or what somebody thinks of it.
fn judges(edge: &Edge) -> bool {
    let kind = edge.other_type.as_deref().unwrap_or_default();
    let is_seen = edge
        .via
        .as_ref()
        .is_some_and(|(via, _)| stix::id::object_type(via) == "sighting");
    is_seen || matches!(kind, "sighting" | "opinion" | "note")
}

/// Those of its communities that the reader's member is in; of others nothing is said.
async fn communities(asked: &Asked, detail: &ObjectDetail) -> Result<Vec<String>, Fault> {
    let own = &asked.caller().principal.communities;
    let meant = |id: &policy::CommunityId| own.contains(id) && detail.audience.communities().contains(id);
    let known = asked.node().communities(asked.caller()).await?;
    let known = known.into_iter().filter(|community| meant(&community.id));
    Ok(known.map(|community| community.title).collect())
}

/// The members that the reader itself named.
async fn names(asked: &Asked, detail: &ObjectDetail) -> Result<Vec<String>, Fault> {
    if detail.audience.named().is_empty() {
        return Ok(Vec::new());
    }
    let known = asked.node().members(asked.caller()).await?;
    let known = known
        .into_iter()
        .filter(|member| detail.audience.named().contains(&member.id));
    Ok(known.map(|member| member.name).collect())
}

fn values(detail: &ObjectDetail) -> Vec<(String, String)> {
    let kind = |code: i16| u8::try_from(code).ok().and_then(Kind::from_code);
    let named = |(code, value): &(i16, String)| {
        let kind = kind(*code).map_or_else(String::new, |kind| kind.as_str().to_owned());
        (kind, value.clone())
    };
    let known: BTreeSet<_> = detail.observables.iter().map(named).collect();
    known.into_iter().take(VALUES).collect()
}

/// The contributions, each with what it changes.
fn versions(contributions: Vec<ObjectDetail>) -> Vec<Version> {
    let before = |detail: &ObjectDetail| {
        let mut others = contributions.iter();
        others.find(|other| other.row.version < detail.row.version)
    };
    let one = |detail: &ObjectDetail| Version {
        changed: before(detail).map_or_else(Vec::new, |other| changes(&other.row.body, &detail.row.body)),
        detail: detail.clone(),
    };
    contributions.iter().take(VERSIONS).map(one).collect()
}

/// The key of the sentence for a colour.
pub(super) fn tlp_key(tlp: Tlp) -> &'static str {
    match tlp {
        Tlp::Clear => "tlp-clear",
        Tlp::Green => "tlp-green",
        Tlp::Amber => "tlp-amber",
        Tlp::AmberStrict => "tlp-amber-strict",
        Tlp::Red => "tlp-red",
    }
}

/// The key of the sentence for permitted actions.
pub(super) fn pap_key(pap: Pap) -> &'static str {
    match pap {
        Pap::Clear => "pap-clear",
        Pap::Green => "pap-green",
        Pap::Amber => "pap-amber",
        Pap::Red => "pap-red",
    }
}

/// The text of an object with a line for each property. Not a character but white space differs.
fn indented(text: &str, most: usize) -> String {
    let (mut out, mut depth, mut in_text, mut escaped) = (String::new(), 0_usize, false, false);
    for one in text.chars() {
        if out.len() > most {
            out.push('…');
            return out;
        }
        if in_text {
            out.push(one);
            in_text = escaped || one != '"';
            escaped = one == '\\' && !escaped;
            continue;
        }
        let line = |out: &mut String, depth: usize| {
            out.push('\n');
            out.extend(std::iter::repeat_n("  ", depth.min(40)));
        };
        match one {
            '"' => in_text = true,
            '{' | '[' => depth += 1,
            '}' | ']' => {
                depth = depth.saturating_sub(1);
                line(&mut out, depth);
            }
            ' ' | '\n' | '\r' | '\t' => continue,
            _ => {}
        }
        out.push(one);
        match one {
            '{' | '[' | ',' => line(&mut out, depth),
            ':' => out.push(' '),
            _ => {}
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_is_indented_and_stays_what_it_is() {
        let text = r#"{"a":[1,{"b":"x\"}],{ :,"}],"c":"é\\"}"#;
        let shown = indented(text, 1_000);
        assert!(shown.lines().count() > 6, "{shown}");
        let read = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
        assert_eq!(read(&shown), read(text));
        assert!(indented(text, 5).ends_with('…'));
    }
}
