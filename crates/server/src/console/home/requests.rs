//! Requests for information: what communities were asked, asking, answering, closing.

use std::collections::HashMap;

use askama::Template;
use axum::response::Response;
use node::requests::{RequestView, RequestWish};
use policy::{Action, CommunityId, decide};
use stix::Timestamp;
use store::Community;
use uuid::Uuid;

use super::super::form::Form;
use super::super::shell::{Shell, encoded};
use super::super::show as show_page;
use super::{LINES, end_of_day, mistake, said, show_again, written};
use crate::api::ask::{self, Parameters};
use crate::asked::Asked;
use crate::console::go_to;
use crate::problem::Fault;

/// Requests of each community where none is chosen.
const OF_EACH: usize = 20;

/// A request.
struct Line {
    id: String,
    community: String,
    question: String,
    from: Option<String>,
    own: bool,
    at: Timestamp,
    until: Option<Timestamp>,
    to_all: bool,
    beyond: bool,
    closed: bool,
    summary: Option<String>,
}

impl Line {
    fn new(names: &HashMap<CommunityId, String>, request: RequestView) -> Self {
        Self {
            id: request.asked.uuid.to_string(),
            community: names.get(&request.asked.community).cloned().unwrap_or_default(),
            question: request.asked.question,
            from: request.from,
            own: request.own,
            at: request.at,
            until: request.asked.until,
            to_all: request.asked.to_all,
            beyond: request.asked.beyond,
            closed: request.closed.is_some(),
            summary: request.summary,
        }
    }
}

/// A community to ask.
struct Place {
    alias: String,
    title: String,
}

/// What was typed into the form that asks.
#[derive(Default)]
struct Typed {
    community: String,
    question: String,
    until: String,
    anonymous: bool,
    to_all: bool,
    beyond: bool,
}

#[derive(Template)]
#[template(path = "console/home/requests.html")]
struct List {
    shell: Shell,
    said: Option<&'static str>,
    places: Vec<Place>,
    chosen: String,
    lines: Vec<Line>,
    more: Option<String>,
    may_ask: bool,
    /// Partner hubs that can be asked too, of any of the communities.
    hubs: Vec<String>,
    wrong: Option<String>,
    typed: Typed,
}

/// The communities that the caller's member is in.
async fn own_communities(asked: &Asked) -> Result<Vec<Community>, Fault> {
    let principal = &asked.caller().principal;
    let mut all = asked.node().communities(asked.caller()).await?;
    all.retain(|community| principal.communities.contains(&community.id));
    Ok(all)
}

fn titles(communities: &[Community]) -> HashMap<CommunityId, String> {
    communities.iter().map(|one| (one.id, one.title.clone())).collect()
}

impl List {
    async fn new(asked: &Asked, chosen: Option<&str>, before: Option<i64>) -> Result<Self, Fault> {
        let (node, caller) = (asked.node(), asked.caller());
        let communities = own_communities(asked).await?;
        let (mut found, mut more) = (Vec::new(), None);
        match chosen {
            Some(name) => {
                let community = ask::community(asked, name).await?;
                found = node.requests(caller, community, LINES, before).await?;
                more = found.last().filter(|_| found.len() >= LINES).map(|last| last.id);
            }
            None => {
                for community in &communities {
                    found.extend(node.requests(caller, community.id, OF_EACH, None).await?);
                }
                found.sort_by_key(|request| std::cmp::Reverse(request.id));
            }
        }
        let names = titles(&communities);
        let shell = Shell::of(asked, "commitments").await?;
        let chosen = chosen.unwrap_or_default().to_owned();
        let next = |last: i64| shell.to(&format!("/requests?community={}&cursor={last}", encoded(&chosen)));
        let mut hubs = Vec::new();
        for community in &communities {
            hubs.extend(node.hubs_asked(community.id).await?);
        }
        hubs.sort();
        hubs.dedup();
        let may = |community: &Community| decide(&caller.principal, Action::Ask(community.id)).is_ok();
        Ok(Self {
            said: None,
            more: more.map(next),
            lines: found.into_iter().map(|request| Line::new(&names, request)).collect(),
            may_ask: communities.iter().any(may),
            hubs,
            places: communities
                .into_iter()
                .map(|one| Place {
                    alias: one.alias,
                    title: one.title,
                })
                .collect(),
            wrong: None,
            typed: Typed {
                community: chosen.clone(),
                ..Typed::default()
            },
            chosen,
            shell,
        })
    }
}

/// What was asked: of one community, or the newest of all.
pub(super) async fn list(asked: Asked) -> Result<Response, Fault> {
    let parameters = Parameters::read(&asked, &["community", "cursor", "said"])?;
    // A choice of all is sent as an empty value.
    let chosen = parameters.all("community").next().filter(|name| !name.is_empty());
    let before = parameters.cursor()?.map(|cursor| cursor.0);
    let mut page = List::new(&asked, chosen, before).await?;
    page.said = said(&parameters);
    show_page(&page)
}

/// Asks a community.
pub(super) async fn ask(mut asked: Asked) -> Result<Response, Fault> {
    let known = ["community", "question", "until", "anonymous", "answers_to", "beyond"];
    let form = Form::read(&mut asked, &known).await?;
    let typed = Typed {
        community: form.text("community").to_owned(),
        question: written(&form, "question").unwrap_or_default(),
        until: form.text("until").trim().to_owned(),
        anonymous: form.is_ticked("anonymous"),
        to_all: form.text("answers_to") == "all",
        beyond: form.is_ticked("beyond"),
    };
    let community = ask::community(&asked, &typed.community).await?;
    // Before anything else is said: one that they are not in is one that is not there.
    ask::must(&asked, Action::Ask(community))?;
    let until = match typed.until.as_str() {
        "" => Ok(None),
        day => end_of_day(day).map(Some),
    };
    let made = match until {
        Ok(until) => {
            let wish = RequestWish {
                community,
                question: typed.question.clone(),
                until,
                anonymous: typed.anonymous,
                to_all: typed.to_all,
                beyond: typed.beyond,
            };
            asked
                .node()
                .request_ask(asked.caller(), &wish)
                .await
                .map_err(Fault::from)
        }
        Err(fault) => Err(fault),
    };
    match made {
        Ok(made) => on_to(&asked, made.asked.uuid, "said-asked"),
        Err(fault) => {
            let wrong = mistake(&asked, fault)?;
            let mut page = List::new(&asked, None, None).await?;
            (page.wrong, page.typed) = (Some(wrong), typed);
            show_again(&page)
        }
    }
}

fn on_to(asked: &Asked, id: Uuid, said: &str) -> Result<Response, Fault> {
    let shell = Shell::plain(&asked.app, &asked.headers, "commitments");
    go_to(&shell.to(&format!("/requests/{id}?said={said}")))
}

/// An answer.
struct Answer {
    from: Option<String>,
    text: String,
    to_all: bool,
    at: Timestamp,
}

#[derive(Template)]
#[template(path = "console/home/request.html")]
struct One {
    shell: Shell,
    said: Option<&'static str>,
    line: Line,
    answers: Vec<Answer>,
    /// Where further answers are.
    more: Option<String>,
    may_answer: bool,
    may_close: bool,
    /// Which form is shown again, why, and what was typed.
    which: &'static str,
    wrong: String,
    text: String,
    ticked: bool,
}

impl One {
    async fn new(asked: &Asked, id: Uuid, after: Option<Uuid>) -> Result<Self, Fault> {
        let (node, caller) = (asked.node(), asked.caller());
        let mut request = node.request_answers(caller, id, after, LINES).await?;
        let names = titles(&own_communities(asked).await?);
        let may_ask = decide(&caller.principal, Action::Ask(request.asked.community)).is_ok();
        let shell = Shell::of(asked, "commitments").await?;
        let further = |last: Uuid| shell.to(&format!("/requests/{id}?cursor={last}"));
        let more = request.next.map(further);
        let answers = std::mem::take(&mut request.answers).into_iter().map(|one| Answer {
            from: one.from,
            text: one.text,
            to_all: one.to_all,
            at: one.at,
        });
        let line = Line::new(&names, request);
        Ok(Self {
            shell,
            said: None,
            answers: answers.collect(),
            more,
            may_answer: may_ask && !line.closed,
            may_close: may_ask && line.own && !line.closed,
            line,
            which: "",
            wrong: String::new(),
            text: String::new(),
            ticked: false,
        })
    }
}

fn named(asked: &Asked) -> Result<Uuid, Fault> {
    Uuid::try_parse(asked.param("request")).map_err(|_| Fault::not_found())
}

/// One with its answers.
pub(super) async fn show(asked: Asked) -> Result<Response, Fault> {
    let parameters = Parameters::read(&asked, &["said", "cursor"])?;
    let after = parameters.page()?.key(|text| Uuid::try_parse(text).ok())?;
    let mut page = One::new(&asked, named(&asked)?, after).await?;
    page.said = said(&parameters);
    show_page(&page)
}

/// Answers it.
pub(super) async fn answer(mut asked: Asked) -> Result<Response, Fault> {
    let id = named(&asked)?;
    let form = Form::read(&mut asked, &["text", "to_all"]).await?;
    let (text, to_all) = (written(&form, "text").unwrap_or_default(), form.is_ticked("to_all"));
    match asked.node().request_answer(asked.caller(), id, &text, to_all).await {
        Ok(_) => on_to(&asked, id, "said-answered"),
        Err(error) => {
            let wrong = mistake(&asked, error.into())?;
            let page = One::new(&asked, id, None).await?;
            show_again(&One {
                which: "answer",
                wrong,
                text,
                ticked: to_all,
                ..page
            })
        }
    }
}

/// Closes one's own.
pub(super) async fn close(mut asked: Asked) -> Result<Response, Fault> {
    let id = named(&asked)?;
    let form = Form::read(&mut asked, &["text"]).await?;
    let text = written(&form, "text").unwrap_or_default();
    match asked.node().request_close(asked.caller(), id, &text).await {
        Ok(_) => on_to(&asked, id, "said-closed"),
        Err(error) => {
            let wrong = mistake(&asked, error.into())?;
            let page = One::new(&asked, id, None).await?;
            show_again(&One {
                which: "close",
                wrong,
                text,
                ..page
            })
        }
    }
}
