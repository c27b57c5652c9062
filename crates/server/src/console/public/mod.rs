//! What strangers see and say: advice in plain words, its feeds, reports to the operators, `security.txt`, whether the node
//! is well; and the operators' side of it.
//!
//! | file | page |
//! |---|---|
//! | `face` | what every public page has; how long others may keep one |
//! | `advice` | the list, one piece of advice, Atom and JSON feeds |
//! | `report` | the form, and what its secret link leads to |
//! | `notice` | `security.txt`, the state |
//! | `publish` | for operators: publishing, what is published, taking back; for analysts: being named |
//! | `desk` | for operators: what was reported, answering it |
//!
//! Public pages are off until an operator turns them on: then there is nothing at their addresses. They look at no cookie
//! and set none, load no script, and are the same for everybody, signed in or not. What is public is decided in
//! `policy::may_be_published` and `node::publication`.

mod advice;
mod desk;
mod face;
mod notice;
mod publish;
mod report;

pub(crate) use desk::attachment;
use http::Method;

use super::page;
use crate::routes::{Needs, Route};

/// Their routes.
pub(super) fn routes() -> Vec<Route> {
    use Method as M;
    vec![
        Route::page_stranger(M::GET, "/advice", advice::list),
        Route::page_stranger(M::GET, "/advice.atom", advice::atom),
        Route::page_stranger(M::GET, "/advice.json", advice::json),
        Route::page_stranger(M::GET, "/advice/{advice}", advice::one),
        Route::page_stranger(M::GET, "/report", report::page),
        Route::page_stranger(M::POST, "/report", report::leave).shows_secret(),
        Route::page_stranger(M::GET, "/report/{ticket}", report::follow),
        Route::page_stranger(M::POST, "/report/{ticket}", report::reply),
        Route::page_stranger(M::GET, "/.well-known/security.txt", notice::security_txt),
        Route::page_stranger(M::GET, "/status", notice::status),
        page(M::GET, "/objects/{id}/publish", Needs::Operator, publish::form),
        page(M::POST, "/objects/{id}/publish", Needs::Operator, publish::publish),
        page(M::GET, "/admin/advice", Needs::Operator, publish::list),
        page(
            M::POST,
            "/advice/{advice}/take-back",
            Needs::Operator,
            publish::take_back,
        ),
        page(M::POST, "/advice/{advice}/name", Needs::Analyst, publish::name),
        page(M::GET, "/admin/reports", Needs::Operator, desk::list),
        page(M::GET, "/admin/reports/{tip}", Needs::Operator, desk::open),
        page(M::POST, "/admin/reports/{tip}", Needs::Operator, desk::answer),
        page(
            M::GET,
            "/admin/reports/{tip}/files/{number}",
            Needs::Operator,
            desk::file,
        ),
    ]
}
