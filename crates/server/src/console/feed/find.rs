//! The feed: one box for words, values and whole reports; what is found, the newest first, on and on.

use askama::Template;
use axum::response::Response;
use formats::edit::Edits;
use stix::marking::Tlp;
use stix::observable::{Observable, guess, refang};
use store::{Found, Position};

use super::asking::Asking;
use super::understand::understand;
use crate::api::ask::Parameters;
use crate::asked::Asked;
use crate::console::form::Form;
use crate::console::shell::{Shell, encoded};
use crate::console::{go_to, html, show};
use crate::problem::Fault;
use crate::query::bad;

/// Rows of one part of the list.
const ROWS: usize = 30;
/// Bytes of a question.
const QUESTION_MOST: usize = 8_000;
/// Bytes of the words of one search, as in the API.
const WORDS_MOST: usize = 1_000;
/// Values of a text that are looked up.
const VALUES_MOST: usize = 60;
/// Objects shown of each.
const OF_EACH: usize = 3;
/// Types that are offered to narrow the list with.
const OFFERED: [&str; 7] = [
    "indicator",
    "report",
    "malware",
    "vulnerability",
    "threat-actor",
    "incident",
    "attack-pattern",
];

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
}

impl Rows {
    /// What was found, of which `ROWS` make a full part.
    async fn new(asked: &Asked, q: &str, mut found: Vec<Found>, asking: Option<&Asking>) -> Result<Self, Fault> {
        let last = found.last().filter(|_| found.len() >= ROWS);
        let next = last.map(|last| format!("q={}&cursor={}", encoded(q), last.row.added.micros()));
        if let Some(asking) = asking {
            found.retain(|one| asking.wants(&one.row.object_type, one.row.added));
        }
        let ids: Vec<String> = found.iter().map(|one| one.row.id.clone()).collect();
        let colours = asked.node().colours(asked.caller(), &ids).await?;
        let row = |one: Found| Row {
            colour: colours.get(&one.row.id).copied(),
            one,
        };
        Ok(Self {
            found: found.into_iter().map(row).collect(),
            next,
        })
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

#[derive(Template)]
#[template(path = "console/feed/feed.html")]
struct Page {
    shell: Shell,
    q: String,
    odd: Vec<(&'static str, String)>,
    /// Whether nothing was asked for.
    is_all: bool,
    /// Whether this is a later part of the list.
    is_later: bool,
    answer: Answer,
    offered: Vec<(&'static str, String)>,
    /// What was pasted as a report.
    report: String,
    said: Option<&'static str>,
}

#[derive(Template)]
#[template(path = "console/feed/rows.html")]
struct Part {
    shell: Shell,
    rows: Rows,
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
    let parameters = Parameters::read(&asked, &["q", "cursor", "said"])?;
    let q = checked(&parameters)?;
    if stix::Id::parse(q).is_ok() {
        return go_to(&format!(
            "{}/objects/{}",
            crate::console::shell::base(&asked.app),
            encoded(q)
        ));
    }
    let asking = Asking::read(q, asked.node().now());
    let cursor = parameters.cursor()?;
    let answer = answer(&asked, q, &asking, cursor).await?;
    let said = parameters.one("said")?;
    show(&Page {
        shell: Shell::of(&asked, "feed").await?,
        is_all: asking.words.is_empty() && asking.types.is_empty() && asking.since.is_none(),
        is_later: cursor.is_some(),
        offered: offered(&asking),
        odd: asking.odd,
        q: q.to_owned(),
        answer,
        report: String::new(),
        said: ["said-recalled"].into_iter().find(|key| said == Some(key)),
    })
}

/// The next part of the list, for a browser with scripts.
pub(super) async fn more(asked: Asked) -> Result<Response, Fault> {
    let parameters = Parameters::read(&asked, &["q", "cursor"])?;
    let q = checked(&parameters)?;
    let asking = Asking::read(q, asked.node().now());
    let rows = rows(&asked, q, &asking, parameters.cursor()?).await?;
    show(&Part {
        shell: Shell::of(&asked, "feed").await?,
        rows,
    })
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
            },
        },
        offered: Vec::new(),
        report: text,
        said: None,
    };
    Ok(html(http::StatusCode::OK, page.render().map_err(Fault::ours)?))
}

async fn answer(asked: &Asked, q: &str, asking: &Asking, cursor: Option<Position>) -> Result<Answer, Fault> {
    let value = value(&asking.words);
    let mut answer = Answer {
        looked: Vec::new(),
        left: 0,
        rows: rows(asked, q, asking, cursor).await?,
        value,
    };
    let is_text = answer.value.is_none() && asking.words.contains(char::is_whitespace);
    if is_text && cursor.is_none() {
        (answer.looked, answer.left) = look_up(asked, &asking.words).await?;
    }
    Ok(answer)
}

/// The one value that somebody plainly means.
fn value(words: &str) -> Option<Observable> {
    let is_one = !words.is_empty() && !words.contains(char::is_whitespace);
    is_one.then(|| guess(&refang(words))).flatten()
}

async fn rows(asked: &Asked, q: &str, asking: &Asking, cursor: Option<Position>) -> Result<Rows, Fault> {
    let (node, caller) = (asked.node(), asked.caller());
    if value(&asking.words).is_some() {
        let found = node.find_value(caller, &asking.words, ROWS, cursor).await?;
        let found = found.map(|(_, found)| found).unwrap_or_default();
        return Rows::new(asked, q, found, Some(asking)).await;
    }
    if asking.words.len() > WORDS_MOST {
        return Rows::new(asked, q, Vec::new(), None).await;
    }
    let found = node.search(caller, &asking.query(), ROWS, cursor).await?;
    Rows::new(asked, q, found, None).await
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

/// Types to narrow the list with, each with its question.
fn offered(asking: &Asking) -> Vec<(&'static str, String)> {
    let mut rest = asking.words.clone();
    if let Some(since) = asking.since {
        rest = format!("{rest} since:{since}");
    }
    let narrowed = |one: &'static str| (one, format!("q={}", encoded(format!("type:{one} {rest}").trim())));
    let is_on = |one: &&'static str| !asking.types.iter().any(|on| on == one);
    OFFERED.into_iter().filter(is_on).map(narrowed).collect()
}
