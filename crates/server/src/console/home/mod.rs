//! What concerns us: hits and the watch, commitments, requests, recalls, scorecards.
//!
//! | file | page |
//! |---|---|
//! | [`promise`] | a commitment as pages show it, and what happens if it is missed |
//! | `hits` | what was seen here, what waits for an answer, what is told to whom, how the watch is |
//! | `log` | a log that is dropped, matched and forgotten |
//! | `past` | the logs of the past, and looking through them for one indicator or all |
//! | `commitments` | what we owe and what is owed to us; one with its history and what may be done with it |
//! | `recalls` | recalls to answer, recalls made and who has not answered |
//! | `requests` | what communities were asked, asking, answering, closing |
//! | `scorecard` | numbers, ours and of all, with what each means |

mod commitments;
mod hits;
mod log;
mod past;
pub(crate) mod promise;
mod recalls;
mod requests;
mod scorecard;

use axum::response::Response;
use http::{Method, StatusCode};
use policy::MemberId;

use super::faults::told;
use super::form::Form;
use super::words::Words;
use super::{page, show_as};
use crate::api::ask::Parameters;
use crate::asked::Asked;
use crate::problem::Fault;
use crate::routes::{Needs, Route};

/// Lines of a page of a list.
const LINES: usize = 50;

/// What can be said after a change: keys of sentences. The address names one, and nothing else is ever shown from there.
const SAID: [&str; 14] = [
    "said-told",
    "said-declined",
    "said-not-told",
    "said-rules",
    "said-kept",
    "said-not-needed",
    "said-delegated",
    "said-extended",
    "said-withdrawn",
    "said-recall",
    "said-reminded",
    "said-asked",
    "said-answered",
    "said-closed",
];

/// Their routes.
pub(super) fn routes() -> Vec<Route> {
    let get = Method::GET;
    let post = Method::POST;
    let mut all = vec![
        page(get.clone(), "/commitments", Needs::Member, commitments::list),
        page(
            get.clone(),
            "/commitments/{commitment}",
            Needs::Member,
            commitments::show,
        ),
        page(get.clone(), "/recalls", Needs::Member, recalls::list),
        page(get.clone(), "/recalls/{recall}", Needs::Member, recalls::show),
        page(get.clone(), "/requests", Needs::Member, requests::list),
        page(get.clone(), "/requests/{request}", Needs::Member, requests::show),
        page(get.clone(), "/hits", Needs::Member, hits::list),
        page(get.clone(), "/hits/rules", Needs::Member, hits::rules),
        page(get.clone(), "/hits/log", Needs::Member, log::page),
        page(get.clone(), "/hits/past", Needs::Analyst, past::page),
        page(get.clone(), "/scorecard", Needs::Member, scorecard::page),
        page(get, "/hits/watch", Needs::Operator, hits::watch),
        page(post.clone(), "/hits/log", Needs::Member, log::look),
        page(post.clone(), "/hits/past", Needs::Analyst, past::begin),
        page(post.clone(), "/hits/rules", Needs::Analyst, hits::rules_put),
        page(post.clone(), "/hits/{id}/answer", Needs::Analyst, hits::answer),
        page(post.clone(), "/requests", Needs::Contributor, requests::ask),
    ];
    let contributor = Needs::Contributor;
    all.extend([
        page(
            post.clone(),
            "/commitments/{commitment}/keep",
            contributor,
            commitments::keep,
        ),
        page(
            post.clone(),
            "/commitments/{commitment}/not-needed",
            Needs::Analyst,
            commitments::not_needed,
        ),
        page(
            post.clone(),
            "/commitments/{commitment}/delegate",
            Needs::Analyst,
            commitments::delegate,
        ),
        page(
            post.clone(),
            "/commitments/{commitment}/extend",
            Needs::Analyst,
            commitments::extend,
        ),
        page(
            post.clone(),
            "/commitments/{commitment}/withdraw",
            Needs::Analyst,
            commitments::withdraw,
        ),
        page(
            post.clone(),
            "/recalls/{recall}/acknowledge",
            contributor,
            recalls::acknowledge,
        ),
        page(
            post.clone(),
            "/recalls/{recall}/remind",
            Needs::Analyst,
            recalls::remind,
        ),
        page(
            post.clone(),
            "/requests/{request}/answers",
            contributor,
            requests::answer,
        ),
        page(post, "/requests/{request}/close", contributor, requests::close),
    ]);
    all
}

/// What is said after a change, where the address names one of the sentences for it.
fn said(parameters: &Parameters) -> Option<&'static str> {
    let named = parameters.all("said").next()?;
    SAID.into_iter().find(|key| *key == named)
}

/// The sentence for a word that the node uses; the word itself where nobody wrote one.
pub(super) fn word(words: Words, prefix: &str, name: &str) -> String {
    let key = format!("{prefix}-{name}");
    let said = words.say(&key);
    if said == key {
        name.to_owned()
    } else {
        said.into_owned()
    }
}

/// What somebody wrote into a field of several lines, which browsers send with two characters for each end of a line.
fn written(form: &Form, name: &str) -> Option<String> {
    form.maybe(name).map(|text| text.replace("\r\n", "\n"))
}

/// What the person can mend, as a sentence beside the form that is shown again; everything else stays a fault.
fn mistake(asked: &Asked, fault: Fault) -> Result<String, Fault> {
    match fault.status() {
        StatusCode::BAD_REQUEST | StatusCode::CONFLICT | StatusCode::UNPROCESSABLE_ENTITY => Ok(told(asked, &fault)),
        _ => Err(fault),
    }
}

/// A page whose form is shown again.
fn show_again(page: &impl askama::Template) -> Result<Response, Fault> {
    show_as(StatusCode::UNPROCESSABLE_ENTITY, page)
}

/// The caller's member, or none that there is.
fn own(asked: &Asked) -> MemberId {
    asked.caller().principal.member.unwrap_or(MemberId(-1))
}

/// The end of a day, as a form names it.
fn end_of_day(day: &str) -> Result<stix::Timestamp, Fault> {
    let unreadable = || crate::query::bad("bad-date", "write the day as in 2026-11-30");
    stix::Timestamp::parse(&format!("{day}T23:59:59Z")).map_err(|_| unreadable())
}

/// Refuses who has no member: there is nothing of theirs to show.
fn must_be_of_a_member(asked: &Asked) -> Result<(), Fault> {
    match asked.caller().principal.member {
        Some(_) => Ok(()),
        None => Err(Fault::from(node::Error::NotAllowed("sign in first"))),
    }
}
