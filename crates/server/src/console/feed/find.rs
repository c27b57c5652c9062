//! The feed: one box for words, values and whole reports; what is found, the newest first, on and on.

use askama::Template;
use axum::response::Response;
use formats::edit::Edits;
use node::find::{Answered, Division};
use node::question::{Odd, OddKind, Question};
use stix::Timestamp;
use stix::marking::Tlp;
use stix::observable::Observable;
use store::{Found, Position, SavedSearch};

use super::understand::understand;
use crate::api::ask::Parameters;
use crate::asked::Asked;
use crate::console::form::Form;
use crate::console::shell::{Shell, encoded};
use crate::console::{go_to, show};
use crate::problem::Fault;
use crate::query::bad;

/// Rows of one part of the list.
const ROWS: usize = 30;
/// Bytes of a question.
const QUESTION_MOST: usize = 8_000;
/// Bytes of the words of one search, as in the API.
const WORDS_MOST: usize = 1_000;
/// Things that are counted for what the list can be narrowed by.
const COUNTED: usize = 1_000;
/// Values of one filter that are shown with their counts.
const VALUES_SHOWN: usize = 12;
/// Ways to go on that are offered while somebody types.
const COMPLETIONS: usize = 12;
/// Values of a text that are looked up.
const VALUES_MOST: usize = 60;
/// Objects shown of each.
const OF_EACH: usize = 3;
/// Saved searches that are listed.
const SAVED: usize = 50;

/// A line of the list.
struct Row {
    one: Found,
    /// The strictest colour under which the reader sees it.
    colour: Option<Tlp>,
}

/// A part of the list, with where it goes on.
struct Rows {
    found: Vec<Row>,
    /// The question and cursor of the next part.
    next: Option<String>,
    /// Whether the oldest of what has to do with a sector or technique is left out.
    cut: bool,
}

impl Rows {
    /// A part of what was found.
    async fn new(asked: &Asked, q: &str, answered: Answered) -> Result<Self, Fault> {
        let page = answered.page;
        let next = page.next.map(|next| format!("q={}&cursor={}", encoded(q), next.0));
        let ids: Vec<String> = page.found.iter().map(|one| one.row.id.clone()).collect();
        let colours = asked.node().colours(asked.caller(), &ids).await?;
        let row = |one: Found| Row {
            colour: colours.get(&one.row.id).copied(),
            one,
        };
        Ok(Self {
            found: page.found.into_iter().map(row).collect(),
            next,
            cut: page.cut,
        })
    }
}

/// What of a question could not be read, as it is said.
struct Wrong {
    key: &'static str,
    odd: Odd,
}

impl From<Odd> for Wrong {
    fn from(odd: Odd) -> Self {
        let key = match odd.kind {
            OddKind::Filter => "feed-odd-filter",
            OddKind::Type => "feed-odd-type",
            OddKind::Tlp => "feed-odd-tlp",
            OddKind::Since => "feed-odd-since",
            OddKind::Technique => "feed-odd-technique",
            OddKind::Member => "feed-odd-member",
            OddKind::TooMany => "feed-odd-many",
        };
        Self { key, odd }
    }
}

/// A value of a text, and the first objects in which it is.
struct Looked {
    observable: Observable,
    found: Vec<Found>,
}

/// What a question comes to.
struct Answer {
    /// The one value that was asked for.
    value: Option<Observable>,
    /// The values of a text.
    looked: Vec<Looked>,
    /// Values that were not looked up.
    left: usize,
    rows: Rows,
}

/// A filter and its values, each with how many there are and the question that is narrowed by it.
struct Facet {
    key: String,
    values: Vec<FacetValue>,
    left: usize,
}

struct FacetValue {
    name: String,
    count: usize,
    question: String,
}

/// What the list can be narrowed by.
struct Facets {
    counted: usize,
    more: bool,
    by: Vec<Facet>,
}

impl Facets {
    fn new(q: &str, division: Division) -> Self {
        let facet = |(filter, counts): (&'static str, Vec<(String, usize)>)| Facet {
            key: format!("facet-{filter}"),
            left: counts.len().saturating_sub(VALUES_SHOWN),
            values: counts
                .into_iter()
                .take(VALUES_SHOWN)
                .map(|(name, count)| FacetValue {
                    question: encoded(&narrowed(q, filter, &name)),
                    name,
                    count,
                })
                .collect(),
        };
        Self {
            counted: division.counted,
            more: division.more,
            by: division.by.into_iter().map(facet).collect(),
        }
    }
}

/// A question that also asks for one value of a filter.
fn narrowed(q: &str, filter: &str, value: &str) -> String {
    let quoted = match value.contains(char::is_whitespace) || value.contains(',') {
        true => format!("\"{}\"", value.replace('"', "")),
        false => value.to_owned(),
    };
    format!("{filter}:{quoted} {q}").trim().to_owned()
}

#[derive(Template)]
#[template(path = "console/feed/feed.html")]
struct Page {
    shell: Shell,
    q: String,
    odd: Vec<Wrong>,
    /// Whether nothing was asked for.
    is_all: bool,
    /// Whether this is a later part of the list.
    is_later: bool,
    answer: Answer,
    /// How the question may go on.
    completions: Vec<String>,
    /// What the list can be narrowed by, where it was counted with the page.
    facets: Option<Facets>,
    /// What was pasted as a report.
    report: String,
    /// The searches that the reader saved.
    saved: Vec<SavedSearch>,
    /// What was added after this is new to the reader.
    after: Option<Timestamp>,
    said: Option<&'static str>,
}

#[derive(Template)]
#[template(path = "console/feed/rows.html")]
struct Part {
    shell: Shell,
    rows: Rows,
    after: Option<Timestamp>,
}

#[derive(Template)]
#[template(path = "console/feed/facets.html")]
struct FacetPart {
    shell: Shell,
    facets: Facets,
    /// Whether they stand open: where they were asked for, and not on a telephone, where they would push the list down.
    is_open: bool,
}

#[derive(Template)]
#[template(path = "console/feed/completions.html")]
struct CompletionPart {
    completions: Vec<String>,
}

fn checked(parameters: &Parameters) -> Result<&str, Fault> {
    let q = parameters.all("q").next().unwrap_or_default().trim();
    if q.len() > QUESTION_MOST {
        return Err(bad(
            "too-long",
            format!("the box takes {QUESTION_MOST} bytes at most; paste a report below it"),
        ));
    }
    Ok(q)
}

/// The list.
pub(super) async fn list(asked: Asked) -> Result<Response, Fault> {
    let parameters = Parameters::read(&asked, &["q", "cursor", "facets", "after", "said"])?;
    let q = checked(&parameters)?;
    if stix::Id::parse(q).is_ok() {
        return go_to(&format!(
            "{}/objects/{}",
            crate::console::shell::base(&asked.app),
            encoded(q)
        ));
    }
    let (node, caller) = (asked.node(), asked.caller());
    let question = Question::read(q, node.now());
    let cursor = parameters.cursor()?;
    let (answer, unknown) = answer(&asked, q, &question, cursor).await?;
    let facets = match parameters.truth("facets")? {
        true => Some(Facets::new(q, node.divide(caller, &question, COUNTED).await?)),
        false => None,
    };
    let said = parameters.one("said")?;
    show(&Page {
        shell: Shell::of(&asked, "feed").await?,
        is_all: question.is_everything(),
        is_later: cursor.is_some(),
        odd: question.odd.into_iter().chain(unknown).map(Wrong::from).collect(),
        q: q.to_owned(),
        answer,
        completions: node.complete(caller, q, COMPLETIONS).await?,
        facets,
        report: String::new(),
        saved: saved(&asked).await?,
        after: parameters.time("after")?,
        said: ["said-recalled", "search-saved", "search-deleted"]
            .into_iter()
            .find(|key| said == Some(key)),
    })
}

/// The searches that somebody saved; none for who cannot.
async fn saved(asked: &Asked) -> Result<Vec<SavedSearch>, Fault> {
    let Some(person) = asked.caller().principal.person else {
        return Ok(Vec::new());
    };
    Ok(asked.node().store().saved_searches(person, SAVED).await?)
}

/// The next part of the list, for a browser with scripts.
pub(super) async fn more(asked: Asked) -> Result<Response, Fault> {
    let parameters = Parameters::read(&asked, &["q", "cursor", "after"])?;
    let q = checked(&parameters)?;
    let question = Question::read(q, asked.node().now());
    let (rows, _) = rows(&asked, q, &question, parameters.cursor()?).await?;
    show(&Part {
        shell: Shell::of(&asked, "feed").await?,
        rows,
        after: parameters.time("after")?,
    })
}

/// What the list can be narrowed by, for a browser with scripts: counting takes longer than the page may.
pub(super) async fn facets(asked: Asked) -> Result<Response, Fault> {
    let parameters = Parameters::read(&asked, &["q"])?;
    let q = checked(&parameters)?;
    let question = Question::read(q, asked.node().now());
    let division = asked.node().divide(asked.caller(), &question, COUNTED).await?;
    show(&FacetPart {
        shell: Shell::of(&asked, "feed").await?,
        facets: Facets::new(q, division),
        is_open: false,
    })
}

/// How a question that is being typed may go on, for a browser with scripts.
pub(super) async fn complete(asked: Asked) -> Result<Response, Fault> {
    let parameters = Parameters::read(&asked, &["q"])?;
    let q = parameters.all("q").next().unwrap_or_default();
    let completions = match q.len() <= WORDS_MOST {
        true => asked.node().complete(asked.caller(), q, COMPLETIONS).await?,
        false => Vec::new(),
    };
    show(&CompletionPart { completions })
}

/// Looks up every value of a pasted text. It is POST because a report is longer than an address may be; nothing changes.
pub(super) async fn report(mut asked: Asked) -> Result<Response, Fault> {
    let form = Form::read(&mut asked, &["text"]).await?;
    let text = form.text("text").to_owned();
    let (looked, left) = look_up(&asked, &text).await?;
    let page = Page {
        shell: Shell {
            address: "/feed".to_owned(),
            ..Shell::of(&asked, "feed").await?
        },
        q: String::new(),
        odd: Vec::new(),
        is_all: false,
        is_later: false,
        answer: Answer {
            value: None,
            looked,
            left,
            rows: Rows {
                found: Vec::new(),
                next: None,
                cut: false,
            },
        },
        completions: Vec::new(),
        facets: None,
        report: text,
        saved: Vec::new(),
        after: None,
        said: None,
    };
    show(&page)
}

async fn answer(
    asked: &Asked,
    q: &str,
    question: &Question,
    cursor: Option<Position>,
) -> Result<(Answer, Vec<Odd>), Fault> {
    let (rows, unknown) = rows(asked, q, question, cursor).await?;
    let mut answer = Answer {
        looked: Vec::new(),
        left: 0,
        rows,
        value: question.value(),
    };
    let is_text = answer.value.is_none() && question.words.contains(char::is_whitespace);
    if is_text && cursor.is_none() {
        (answer.looked, answer.left) = look_up(asked, &question.words).await?;
    }
    Ok((answer, unknown))
}

async fn rows(
    asked: &Asked,
    q: &str,
    question: &Question,
    cursor: Option<Position>,
) -> Result<(Rows, Vec<Odd>), Fault> {
    let answered = match question.words.len() <= WORDS_MOST {
        true => asked.node().ask(asked.caller(), question, ROWS, cursor).await?,
        false => Answered::default(),
    };
    let unknown = answered.unknown.clone();
    Ok((Rows::new(asked, q, answered).await?, unknown))
}

/// Looks up each value of a text; gives how many were left out too.
async fn look_up(asked: &Asked, text: &str) -> Result<(Vec<Looked>, usize), Fault> {
    let options = asked.node().share_options(asked.caller(), true).await?;
    let understood = understand(options, text.as_bytes().to_vec(), Edits::default(), None).await?;
    let left = understood.values_left + understood.values.len().saturating_sub(VALUES_MOST);
    let mut looked = Vec::new();
    for observable in understood.values.into_iter().take(VALUES_MOST) {
        let found = asked
            .node()
            .find_value(asked.caller(), &observable.value, OF_EACH, None)
            .await?;
        let found = found.map(|(_, found)| found).unwrap_or_default();
        looked.push(Looked { observable, found });
    }
    // What is known stands first.
    looked.sort_by_key(|one| one.found.is_empty());
    Ok((looked, left))
}

#[cfg(test)]
mod tests {
    use node::question::Question;

    use super::narrowed;

    #[test]
    fn a_narrowed_question_is_read_as_it_was_meant() {
        let now = stix::Timestamp::parse("2026-11-23T12:00:00Z").unwrap();
        let read = |q: &str, filter, value| Question::read(&narrowed(q, filter, value), now);
        let question = read("pump since:7d", "from", "City of \"Lake\"");
        assert_eq!(question.from[0].0, "City of Lake");
        assert_eq!((question.words.as_str(), question.since.is_some()), ("pump", true));
        assert_eq!(read("", "tlp", "amber+strict").tlps.len(), 1);
    }
}
