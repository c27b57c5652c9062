//! Recalls: what we have to answer, and how those go that we made.

use askama::Template;
use axum::response::Response;
use node::disclosure::{Figure, Told};
use node::recall::{AcknowledgeWish, Done, OwedRecall};
use policy::{Action, decide};
use stix::Timestamp;
use store::Recall;
use uuid::Uuid;

use super::super::form::Form;
use super::super::shell::{Shell, encoded};
use super::super::show as show_page;
use super::super::words::Words;
use super::{LINES, mistake, said, show_again, word, written};
use crate::api::ask::{Parameters, must};
use crate::api::told::Names;
use crate::asked::Asked;
use crate::console::go_to;
use crate::problem::Fault;
use crate::query::bad;

/// Which recalls a page shows.
#[derive(Clone, Copy, PartialEq, Eq)]
enum View {
    Open,
    All,
    Made,
}

impl View {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::All => "all",
            Self::Made => "made",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        [Self::Open, Self::All, Self::Made]
            .into_iter()
            .find(|view| view.as_str() == text)
    }
}

/// A recall.
struct Line {
    id: String,
    kind: String,
    object: String,
    /// Where the object is, where it is there still.
    path: Option<String>,
    reason: String,
    at: Timestamp,
    given: Option<Timestamp>,
    acknowledged: Option<Timestamp>,
    done: Option<String>,
    note: Option<String>,
    /// When we were reminded of it.
    reminded: Option<Timestamp>,
    /// What went wrong with its form, and what was typed.
    wrong: Option<String>,
    typed_done: String,
    typed_note: String,
}

impl Line {
    fn made(words: Words, recall: Recall) -> Self {
        Self {
            id: recall.uuid.to_string(),
            kind: word(words, "recall-kind", &recall.kind),
            object: recall.object,
            path: None,
            reason: recall.reason,
            at: recall.at,
            given: None,
            acknowledged: None,
            done: None,
            note: None,
            reminded: None,
            wrong: None,
            typed_done: String::new(),
            typed_note: String::new(),
        }
    }

    fn owed(words: Words, one: OwedRecall) -> Self {
        let path = format!("/objects/{}", encoded(&one.recall.object));
        Self {
            path: one.still_open.then_some(path),
            given: Some(one.owed.given),
            acknowledged: one.owed.acknowledged,
            done: one.owed.done.map(|done| word(words, "recall-done", &done)),
            note: one.owed.note,
            reminded: one.owed.reminded,
            ..Self::made(words, one.recall)
        }
    }
}

#[derive(Template)]
#[template(path = "console/home/recalls.html")]
struct List {
    shell: Shell,
    said: Option<&'static str>,
    view: &'static str,
    lines: Vec<Line>,
    may_answer: bool,
    more: Option<String>,
}

impl List {
    async fn new(asked: &Asked, view: View, cursor: Option<i64>, said: Option<&'static str>) -> Result<Self, Fault> {
        let shell = Shell::of(asked, "commitments").await?;
        let (node, caller, words) = (asked.node(), asked.caller(), shell.t);
        let (lines, last) = match view {
            View::Made => {
                let found = node.recalls(caller, LINES, cursor).await?;
                let last = found.last().map(|recall| recall.id);
                (found.into_iter().map(|one| Line::made(words, one)).collect(), last)
            }
            View::Open | View::All => {
                let open = view == View::Open;
                let found = node.recalls_owed(caller, open, LINES, cursor.unwrap_or(0)).await?;
                let last = found.last().map(|one| one.recall.id);
                let lines: Vec<_> = found.into_iter().map(|one| Line::owed(words, one)).collect();
                (lines, last)
            }
        };
        let view = view.as_str();
        let more = last.filter(|_| lines.len() >= LINES);
        Ok(Self {
            said,
            view,
            more: more.map(|last| shell.to(&format!("/recalls?view={view}&cursor={last}"))),
            may_answer: decide(&caller.principal, Action::Acknowledge).is_ok(),
            lines,
            shell,
        })
    }
}

/// What we have to answer, everything that concerned us, or what we made.
pub(super) async fn list(asked: Asked) -> Result<Response, Fault> {
    let parameters = Parameters::read(&asked, &["view", "cursor", "said"])?;
    let view = parameters
        .word("view", "open, all or made", View::parse)?
        .unwrap_or(View::Open);
    let cursor = parameters.cursor()?.map(|cursor| cursor.0);
    show_page(&List::new(&asked, view, cursor, said(&parameters)).await?)
}

fn named(asked: &Asked) -> Result<Uuid, Fault> {
    Uuid::try_parse(asked.param("recall")).map_err(|_| Fault::not_found())
}

/// Says what was done about a recall.
pub(super) async fn acknowledge(mut asked: Asked) -> Result<Response, Fault> {
    must(&asked, Action::Acknowledge)?;
    let id = named(&asked)?;
    let form = Form::read(&mut asked, &["done", "note"]).await?;
    let note = written(&form, "note");
    let done = Done::parse(form.text("done")).ok_or_else(|| bad("bad-done", "say what you did"));
    let answered = match done {
        Ok(done) => {
            let wish = AcknowledgeWish {
                done,
                swapped: None,
                note: note.clone(),
                automatic: false,
            };
            let answered = asked.node().recall_acknowledge(asked.caller(), id, &wish).await;
            answered.map_err(Fault::from)
        }
        Err(fault) => Err(fault),
    };
    let Err(fault) = answered else {
        let shell = Shell::plain(&asked.app, &asked.headers, "commitments");
        return go_to(&shell.to("/recalls?said=said-recall"));
    };
    let wrong = mistake(&asked, fault)?;
    let mut page = List::new(&asked, View::Open, None, None).await?;
    let name = id.to_string();
    if let Some(line) = page.lines.iter_mut().find(|line| line.id == name) {
        line.wrong = Some(wrong);
        form.text("done").clone_into(&mut line.typed_done);
        line.typed_note = note.unwrap_or_default();
    }
    show_again(&page)
}

/// A member, when, and what is said of it.
struct Named {
    member: String,
    at: Option<Timestamp>,
    what: Option<String>,
    note: Option<String>,
    reminded: Option<Timestamp>,
}

/// Members that did something: some by name, the others counted.
struct Group {
    named: Vec<Named>,
    /// How many may be named, on all pages together.
    by_name: usize,
    others: String,
}

impl Group {
    fn new<T>(words: Words, mut told: Told<T>, page: &Names, say: impl Fn(String, T) -> Named) -> Self {
        Self {
            by_name: page.cut(&mut told),
            named: told.named.into_iter().map(|(member, what)| say(member, what)).collect(),
            others: match told.others {
                Figure::Exactly(count) => count.to_string(),
                Figure::FewerThanFive => words.say("fewer-than-five").into_owned(),
                Figure::AllButFewerThanFive => words.say("all-but-fewer-than-five").into_owned(),
            },
        }
    }
}

#[derive(Template)]
#[template(path = "console/home/recall.html")]
struct One {
    shell: Shell,
    line: Line,
    versions: i64,
    given: Group,
    acknowledged: Group,
    outstanding: Group,
    complete: Option<bool>,
    may_remind: bool,
    said: Option<&'static str>,
    wrong: Option<String>,
    /// Where the members after those on this page are.
    more: Option<String>,
}

/// How one goes, for who may follow it.
pub(super) async fn show(asked: Asked) -> Result<Response, Fault> {
    let parameters = Parameters::read(&asked, &["said", "cursor"])?;
    let mut page = one(&asked, parameters.one("cursor")?.unwrap_or_default()).await?;
    page.said = said(&parameters);
    show_page(&page)
}

/// Reminds whoever has not answered, or one of them.
pub(super) async fn remind(mut asked: Asked) -> Result<Response, Fault> {
    let id = named(&asked)?;
    asked.node().recall_state(asked.caller(), id).await?;
    let form = Form::read(&mut asked, &["member"]).await?;
    let reminded = asked.node().recall_remind(asked.caller(), id, form.maybe("member"));
    let Err(error) = reminded.await else {
        let shell = Shell::plain(&asked.app, &asked.headers, "commitments");
        return go_to(&shell.to(&format!("/recalls/{id}?said=said-reminded")));
    };
    let wrong = mistake(&asked, error.into())?;
    let mut page = one(&asked, "").await?;
    page.wrong = Some(wrong);
    show_again(&page)
}

async fn one(asked: &Asked, after: &str) -> Result<One, Fault> {
    let state = asked.node().recall_state(asked.caller(), named(asked)?).await?;
    let mut shell = Shell::of(asked, "commitments").await?;
    shell.address = format!("/recalls/{}", state.recall.uuid);
    let words = shell.t;
    let page = Names::of_recall(&state, after, LINES);
    Ok(One {
        may_remind: node::Node::may_remind(asked.caller(), &state.recall),
        said: None,
        wrong: None,
        versions: state.recall.versions,
        line: Line::made(words, state.recall.clone()),
        given: Group::new(words, state.given, &page, |member, ()| Named {
            member,
            at: None,
            what: None,
            note: None,
            reminded: None,
        }),
        acknowledged: Group::new(words, state.acknowledged, &page, |member, answer| Named {
            member,
            at: Some(answer.at),
            what: Some(word(words, "recall-done", &answer.done)),
            note: answer.note,
            reminded: None,
        }),
        outstanding: Group::new(words, state.outstanding, &page, |member, one| Named {
            member,
            at: one.told,
            what: one.told.is_none().then(|| words.say("recall-not-told").into_owned()),
            note: None,
            reminded: one.reminded,
        }),
        complete: state.complete,
        more: page.next().map(|last| {
            let path = format!("/recalls/{}?cursor={}", state.recall.uuid, encoded(&last));
            shell.to(&path)
        }),
        shell,
    })
}
