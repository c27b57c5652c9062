//! Searches that somebody keeps: the list, what is new of each, how they are told.

use askama::Template;
use axum::response::Response;
use node::saved_searches::{Fresh, SavedShown};
use policy::PersonId;
use store::SavedTerms;
use uuid::Uuid;

use super::acts::is_theirs;
use crate::api::ask::Parameters;
use crate::asked::Asked;
use crate::console::form::Form;
use crate::console::shell::{Shell, base, encoded};
use crate::console::{go_to, on, show, show_as};
use crate::problem::Fault;

const FIELDS: [&str; 5] = ["name", "question", "today", "mail", "webhook"];

#[derive(Template)]
#[template(path = "console/feed/searches.html")]
struct Page {
    shell: Shell,
    searches: Vec<SavedShown>,
    /// Whether e-mail reaches the reader.
    has_mail: bool,
    said: Option<&'static str>,
    wrong: Option<String>,
    /// What was typed and could not be taken.
    typed: SavedTerms,
}

fn empty() -> SavedTerms {
    SavedTerms {
        name: String::new(),
        question: String::new(),
        today: true,
        mail: false,
        webhook: false,
    }
}

async fn build(asked: &Asked) -> Result<Page, Fault> {
    let (node, caller) = (asked.node(), asked.caller());
    let person = caller.principal.person.unwrap_or(PersonId(0));
    let reached = node.store().addressee_get(person).await?;
    Ok(Page {
        shell: Shell {
            address: "/searches".to_owned(),
            ..Shell::of(asked, "feed").await?
        },
        searches: node.saved_searches(caller, false).await?,
        has_mail: reached.is_some_and(|to| to.email.is_some() && to.wish != store::NoticeWish::None),
        said: None,
        wrong: None,
        typed: empty(),
    })
}

/// The list. With a question it is ready to be saved.
pub(super) async fn list(asked: Asked) -> Result<Response, Fault> {
    let parameters = Parameters::read(&asked, &["q", "said"])?;
    let said = parameters.one("said")?;
    let mut page = build(&asked).await?;
    page.said = ["search-saved", "search-changed", "search-deleted"]
        .into_iter()
        .find(|key| said == Some(key));
    page.typed.question = parameters.all("q").next().unwrap_or_default().to_owned();
    show(&page)
}

fn terms(form: &Form) -> SavedTerms {
    SavedTerms {
        name: form.text("name").to_owned(),
        question: form.text("question").to_owned(),
        today: form.is_ticked("today"),
        mail: form.is_ticked("mail"),
        webhook: form.is_ticked("webhook"),
    }
}

fn done(asked: &Asked, said: &str) -> Result<Response, Fault> {
    on(asked, &format!("/searches?said={said}"))
}

async fn again(asked: &Asked, fault: Fault, typed: SavedTerms) -> Result<Response, Fault> {
    if !is_theirs(&fault) {
        return Err(fault);
    }
    let mut page = build(asked).await?;
    page.wrong = Some(fault.message().to_owned());
    page.typed = typed;
    show_as(fault.status(), &page)
}

/// A search of the caller, by the name in the path.
fn search(asked: &Asked) -> Result<Uuid, Fault> {
    Uuid::try_parse(asked.param("search")).map_err(|_| Fault::not_found())
}

/// Keeps a search.
pub(super) async fn make(mut asked: Asked) -> Result<Response, Fault> {
    let form = Form::read(&mut asked, &FIELDS).await?;
    let terms = terms(&form);
    let made = asked.node().saved_search_make(asked.caller(), &terms).await;
    match made.map_err(Fault::from) {
        Ok(_) => done(&asked, "search-saved"),
        Err(fault) => again(&asked, fault, terms).await,
    }
}

/// Changes one.
pub(super) async fn change(mut asked: Asked) -> Result<Response, Fault> {
    let search = search(&asked)?;
    let form = Form::read(&mut asked, &FIELDS).await?;
    let terms = terms(&form);
    let changed = asked.node().saved_search_change(asked.caller(), search, &terms).await;
    match changed.map_err(Fault::from) {
        Ok(()) => done(&asked, "search-changed"),
        Err(fault) => again(&asked, fault, terms).await,
    }
}

/// Leads to what one finds; what is there now is not new any more. What was new is marked.
pub(super) async fn look(mut asked: Asked) -> Result<Response, Fault> {
    let search = search(&asked)?;
    Form::read(&mut asked, &[]).await?;
    let saved = asked.node().saved_search_look(asked.caller(), search).await?;
    let after = stix::Timestamp::from_micros(saved.seen.0).to_micros_text();
    let (base, q) = (base(&asked.app), encoded(&saved.terms.question));
    go_to(&format!("{base}/feed?q={q}&after={}", encoded(&after)))
}

/// Forgets one.
pub(super) async fn delete(mut asked: Asked) -> Result<Response, Fault> {
    let search = search(&asked)?;
    Form::read(&mut asked, &[]).await?;
    asked.node().saved_search_delete(asked.caller(), search).await?;
    done(&asked, "search-deleted")
}

/// What is new, in words.
pub(crate) fn fresh(shell: &Shell, fresh: &Fresh) -> String {
    let text = shell.t.count("search-fresh", &fresh.count);
    match fresh.more {
        true => shell.t.text("search-fresh-more", &text).into_owned(),
        false => text.into_owned(),
    }
}
