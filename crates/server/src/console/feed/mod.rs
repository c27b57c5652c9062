//! Finding what is shared, one object and all that is known of it, sharing.
//!
//! | module | job |
//! |---|---|
//! | [`asking`] | what somebody typed into the one box: words and filters |
//! | [`understand`] | what a pasted text holds: objects, values, what is odd about them |
//! | [`find`] | the list, and each value of a pasted report looked up |
//! | [`object`], [`graph`], [`detect`] | one object: the page, the picture of what is around it, rules made from it |
//! | [`acts`] | what somebody does about it |
//! | [`share`] | sharing: what was understood, who will read it, what became of it |

mod acts;
mod asking;
mod detect;
mod find;
mod graph;
mod object;
mod share;
mod understand;

use http::Method;

use super::page;
use crate::routes::{Needs, Route};

/// Their routes.
pub(super) fn routes() -> Vec<Route> {
    vec![
        page(Method::GET, "/feed", Needs::Member, find::list),
        page(Method::GET, "/feed/more", Needs::Member, find::more),
        page(Method::POST, "/feed/report", Needs::Member, find::report),
        page(Method::GET, "/objects/{id}", Needs::Member, object::page),
        page(Method::POST, "/objects/{id}/receipts", Needs::Contributor, acts::say),
        page(Method::POST, "/objects/{id}/feedback", Needs::Analyst, acts::feedback),
        page(Method::GET, "/objects/{id}/recall", Needs::Analyst, acts::recall_page),
        page(Method::POST, "/objects/{id}/recall", Needs::Analyst, acts::recall),
        page(Method::GET, "/share", Needs::Contributor, share::page),
        page(Method::POST, "/share", Needs::Contributor, share::check),
        page(Method::POST, "/share/send", Needs::Contributor, share::send),
        page(Method::GET, "/share/{status}", Needs::Member, share::report),
    ]
}
