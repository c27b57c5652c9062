//! What we owe and what is owed to us, and one commitment with what may be done with it.

use askama::Template;
use axum::response::Response;
use node::commitments::kinds::{Evidence, kind};
use node::commitments::{ListWish, Side, StepShown};
use policy::{Action, decide};
use stix::Timestamp;
use store::CommitmentPlace;
use uuid::Uuid;

use super::super::form::Form;
use super::super::shell::Shell;
use super::super::show as show_page;
use super::super::words::Words;
use super::promise::Promise;
use super::{LINES, end_of_day, mistake, own, said, show_again, word, written};
use crate::api::ask::{Parameters, must};
use crate::asked::Asked;
use crate::console::go_to;
use crate::problem::Fault;
use crate::query::bad;

#[derive(Template)]
#[template(path = "console/home/commitments.html")]
struct List {
    shell: Shell,
    said: Option<&'static str>,
    tab: &'static str,
    owed: bool,
    all: bool,
    promises: Vec<Promise>,
    more: Option<String>,
}

fn place(text: &str) -> Result<CommitmentPlace, Fault> {
    let unreadable = || bad("bad-cursor", "this page of the list is not there: begin at its first");
    let (due, uuid) = text.split_once('.').ok_or_else(unreadable)?;
    Ok(CommitmentPlace {
        due: Timestamp::from_micros(due.parse().map_err(|_| unreadable())?),
        uuid: Uuid::try_parse(uuid).map_err(|_| unreadable())?,
    })
}

/// Both sides, by when they are due: what is overdue comes first by that.
pub(super) async fn list(asked: Asked) -> Result<Response, Fault> {
    let parameters = Parameters::read(&asked, &["side", "all", "cursor", "said"])?;
    let owed = parameters.one("side")? == Some("owed");
    let all = parameters.truth("all")?;
    let wish = ListWish {
        side: if owed { Side::Owed } else { Side::Owes },
        all,
        after: parameters.one("cursor")?.map(place).transpose()?,
        limit: LINES,
        ..ListWish::default()
    };
    let found = asked.node().commitments(asked.caller(), &wish).await?;
    let shell = Shell::of(&asked, "commitments").await?;
    let side = if owed { "owed" } else { "owes" };
    let more = |next: CommitmentPlace| {
        let (due, uuid) = (next.due.micros(), next.uuid);
        shell.to(&format!("/commitments?side={side}&all={all}&cursor={due}.{uuid}"))
    };
    let words = shell.t;
    let page = List {
        said: said(&parameters),
        tab: side,
        owed,
        all,
        more: found.next.map(more),
        promises: found
            .commitments
            .into_iter()
            .map(|one| Promise::new(words, one))
            .collect(),
        shell,
    };
    show_page(&page)
}

/// One change of its history.
struct Step {
    at: Timestamp,
    what: String,
    who: String,
    words: Option<String>,
}

impl Step {
    fn new(words: Words, step: StepShown) -> Self {
        let names: Vec<String> = [step.person, step.member].into_iter().flatten().collect();
        Self {
            at: step.at,
            what: word(words, "step", step.what.as_str()),
            who: match names.is_empty() {
                true => words.say("by-the-node").into_owned(),
                false => names.join(" · "),
            },
            words: step.words,
        }
    }
}

/// What went wrong with which form, and what was typed into it.
#[derive(Default)]
struct Again {
    which: &'static str,
    wrong: String,
    text: String,
    due: String,
}

#[derive(Template)]
#[template(path = "console/home/commitment.html")]
struct One {
    shell: Shell,
    said: Option<&'static str>,
    one: Promise,
    runs: String,
    evidence: Option<String>,
    reason: Option<String>,
    steps: Vec<Step>,
    may_keep: bool,
    needs_evidence: bool,
    kept_otherwise: bool,
    may_decide: bool,
    may_release: bool,
    again: Again,
}

impl One {
    async fn new(asked: &Asked, id: Uuid, said: Option<&'static str>, again: Again) -> Result<Self, Fault> {
        let shell = Shell::of(asked, "commitments").await?;
        let detail = asked.node().commitment_detail(asked.caller(), id).await?;
        let (words, commitment) = (shell.t, &detail.shown.commitment);
        let may = |action| decide(&asked.caller().principal, action).is_ok() && !commitment.state.is_settled();
        let terms = &commitment.terms;
        let kind = kind(&terms.kind);
        let kept_otherwise = kind.is_some_and(|kind| kind.kept_by.is_some());
        Ok(Self {
            said,
            runs: node::commitments::clock::Clock::from_json(&terms.clock)
                .map_or_else(|_| String::new(), |clock| clock.to_string()),
            evidence: commitment.evidence.clone(),
            reason: commitment.reason.clone(),
            may_keep: may(Action::KeepCommitment(terms.owed_by)) && !kept_otherwise,
            needs_evidence: kind.is_some_and(|kind| kind.evidence == Evidence::Needed),
            kept_otherwise: kept_otherwise && may(Action::KeepCommitment(terms.owed_by)),
            may_decide: may(Action::DecideCommitment(terms.owed_by)),
            may_release: may(Action::ReleaseCommitment(terms.owed_to)),
            steps: detail.steps.into_iter().map(|step| Step::new(words, step)).collect(),
            one: Promise::new(words, detail.shown),
            shell,
            again,
        })
    }
}

fn named(asked: &Asked) -> Result<Uuid, Fault> {
    Uuid::try_parse(asked.param("commitment")).map_err(|_| Fault::not_found())
}

/// One with its history.
pub(super) async fn show(asked: Asked) -> Result<Response, Fault> {
    let parameters = Parameters::read(&asked, &["said"])?;
    let page = One::new(&asked, named(&asked)?, said(&parameters), Again::default()).await?;
    show_page(&page)
}

/// On to the page of it with what was done, or its form again with what went wrong.
async fn ended<T>(
    asked: &Asked,
    id: Uuid,
    done: Result<T, Fault>,
    said: &'static str,
    again: Again,
) -> Result<Response, Fault> {
    match done {
        Ok(_) => {
            let shell = Shell::plain(&asked.app, &asked.headers, "commitments");
            go_to(&shell.to(&format!("/commitments/{id}?said={said}")))
        }
        Err(fault) => {
            let wrong = mistake(asked, fault)?;
            show_again(&One::new(asked, id, None, Again { wrong, ..again }).await?)
        }
    }
}

/// What was typed into a form with one field of text.
fn typed(which: &'static str, text: Option<String>) -> Again {
    Again {
        which,
        text: text.unwrap_or_default(),
        ..Again::default()
    }
}

/// Says that it is kept.
pub(super) async fn keep(mut asked: Asked) -> Result<Response, Fault> {
    must(&asked, Action::KeepCommitment(own(&asked)))?;
    let id = named(&asked)?;
    let text = written(&Form::read(&mut asked, &["text"]).await?, "text");
    let kept = asked.node().commitment_keep(asked.caller(), id, text.clone()).await;
    ended(&asked, id, kept.map_err(Fault::from), "said-kept", typed("keep", text)).await
}

/// Decides that it is not needed.
pub(super) async fn not_needed(mut asked: Asked) -> Result<Response, Fault> {
    must(&asked, Action::DecideCommitment(own(&asked)))?;
    let id = named(&asked)?;
    let text = written(&Form::read(&mut asked, &["text"]).await?, "text");
    let reason = text.clone().unwrap_or_default();
    let done = asked.node().commitment_not_needed(asked.caller(), id, reason).await;
    let again = typed("not-needed", text);
    ended(&asked, id, done.map_err(Fault::from), "said-not-needed", again).await
}

/// Names who sees to it.
pub(super) async fn delegate(mut asked: Asked) -> Result<Response, Fault> {
    must(&asked, Action::DecideCommitment(own(&asked)))?;
    let id = named(&asked)?;
    let form = Form::read(&mut asked, &["person"]).await?;
    let person = form.maybe("person").map(str::to_owned);
    let done = asked
        .node()
        .commitment_delegate(asked.caller(), id, person.as_deref())
        .await;
    let again = typed("delegate", person);
    ended(&asked, id, done.map_err(Fault::from), "said-delegated", again).await
}

/// Gives more time.
pub(super) async fn extend(mut asked: Asked) -> Result<Response, Fault> {
    must(&asked, Action::ReleaseCommitment(own(&asked)))?;
    let id = named(&asked)?;
    let form = Form::read(&mut asked, &["due", "text"]).await?;
    let (text, due) = (written(&form, "text"), form.text("due").trim().to_owned());
    let done = match end_of_day(&due) {
        Ok(due) => {
            let done = asked.node().commitment_extend(asked.caller(), id, due, text.clone());
            done.await.map_err(Fault::from)
        }
        Err(fault) => Err(fault),
    };
    let again = Again {
        due,
        ..typed("extend", text)
    };
    ended(&asked, id, done, "said-extended", again).await
}

/// Gives it up.
pub(super) async fn withdraw(mut asked: Asked) -> Result<Response, Fault> {
    must(&asked, Action::ReleaseCommitment(own(&asked)))?;
    let id = named(&asked)?;
    let text = written(&Form::read(&mut asked, &["text"]).await?, "text");
    let reason = text.clone().unwrap_or_default();
    let done = asked.node().commitment_withdraw(asked.caller(), id, reason).await;
    let again = typed("withdraw", text);
    ended(&asked, id, done.map_err(Fault::from), "said-withdrawn", again).await
}
