//! Finding what is shared, one object and all that is known of it, sharing.
//!
//! | module | job |
//! |---|---|
//! | [`understand`] | what a pasted text holds: objects, values, what is odd about them |
//! | [`find`] | the list, what it can be narrowed by, and each value of a pasted report looked up |
//! | [`saved`] | searches that somebody keeps |
//! | [`object`], [`graph`], [`detect`] | one object: the page, the picture of what is around it, rules made from it |
//! | [`changes`], [`bars`], [`highlight`] | what a version changes, when it was seen, rules with their parts told apart |
//! | [`around`], [`matrix`] | what is around it two steps far, the techniques of a group |
//! | [`translate`] | contributing a translation |
//! | [`acts`] | what somebody does about it |
//! | [`share`] | sharing: what was understood, who will read it, what became of it |

mod acts;
mod around;
mod bars;
mod changes;
mod detect;
mod find;
mod graph;
mod highlight;
mod matrix;
mod object;
mod receipts;
mod saved;
mod share;
mod translate;
mod understand;

pub(super) use saved::fresh;

use http::Method;

use super::page;
use crate::routes::{Needs, Route};

/// Their routes.
pub(super) fn routes() -> Vec<Route> {
    vec![
        page(Method::GET, "/feed", Needs::Member, find::list),
        page(Method::GET, "/feed/more", Needs::Member, find::more),
        page(Method::GET, "/feed/facets", Needs::Member, find::facets),
        page(Method::GET, "/feed/complete", Needs::Member, find::complete),
        page(Method::POST, "/feed/report", Needs::Member, find::report),
        page(Method::GET, "/searches", Needs::Member, saved::list),
        page(Method::POST, "/searches", Needs::Member, saved::make),
        page(Method::POST, "/searches/{search}", Needs::Member, saved::change),
        page(Method::POST, "/searches/{search}/look", Needs::Member, saved::look),
        page(Method::POST, "/searches/{search}/delete", Needs::Member, saved::delete),
        page(Method::GET, "/objects/{id}", Needs::Member, object::page),
        page(Method::POST, "/objects/{id}/receipts", Needs::Contributor, acts::say),
        page(Method::POST, "/objects/{id}/feedback", Needs::Analyst, acts::feedback),
        page(Method::GET, "/objects/{id}/recall", Needs::Analyst, acts::recall_page),
        page(Method::POST, "/objects/{id}/recall", Needs::Analyst, acts::recall),
        page(Method::GET, "/objects/{id}/graph", Needs::Member, around::page),
        page(Method::GET, "/objects/{id}/matrix", Needs::Member, matrix::of_object),
        page(
            Method::GET,
            "/objects/{id}/translate",
            Needs::Contributor,
            translate::page,
        ),
        page(
            Method::POST,
            "/objects/{id}/translate",
            Needs::Contributor,
            translate::send,
        ),
        page(Method::GET, "/matrix", Needs::Member, matrix::of_question),
        page(Method::GET, "/share", Needs::Contributor, share::page),
        page(Method::POST, "/share", Needs::Contributor, share::check),
        page(Method::POST, "/share/send", Needs::Contributor, share::send),
        page(Method::GET, "/share/{status}", Needs::Member, share::report),
    ]
}
