//! What goes in and out by itself: fetched from elsewhere, pushed there, bridged to partner hubs, posted to programs.
//!
//! | file | page |
//! |---|---|
//! | `running` | what runs by schedule, as a line of a list |
//! | `list` | all of it, and running, resting and removing one |
//! | `subscribe` | a subscription to be made: what would come is shown first |
//! | `peer` | a peer to be made: what would leave is counted first |
//! | `there` | what both forms say of the other place |
//! | `propose` | a bridge to be proposed, or other terms: what they mean is said in words first |
//! | `bridge` | one bridge: what was agreed by whom, what passed, accepting, pausing, ending |
//! | `webhooks` | the webhooks of one's own member |
//!
//! Secrets are typed in and never shown again, but on the page that answers a look: to whom typed it, in its own field.

mod bridge;
mod list;
mod peer;
mod propose;
mod running;
mod subscribe;
mod there;
mod webhooks;

use http::{Method, StatusCode};

use super::faults::told;
use super::page;
use crate::api::ask::Parameters;
use crate::asked::Asked;
use crate::console::done_of;
use crate::problem::Fault;
use crate::routes::{Needs, Route};

/// Their routes.
pub(super) fn routes() -> Vec<Route> {
    use Method as M;
    use Needs::{Coordinator, Operator};
    vec![
        page(M::GET, "/exchange", Operator, list::page),
        page(M::GET, "/exchange/subscribe", Operator, subscribe::page),
        page(M::POST, "/exchange/subscribe", Operator, subscribe::look),
        page(M::POST, "/exchange/subscriptions", Operator, subscribe::make),
        page(
            M::POST,
            "/exchange/subscriptions/{name}/run",
            Operator,
            list::subscription_run,
        ),
        page(
            M::POST,
            "/exchange/subscriptions/{name}/switch",
            Operator,
            list::subscription_switch,
        ),
        page(
            M::POST,
            "/exchange/subscriptions/{name}/remove",
            Operator,
            list::subscription_remove,
        ),
        page(M::GET, "/exchange/push", Operator, peer::page),
        page(M::POST, "/exchange/push", Operator, peer::look),
        page(M::POST, "/exchange/peers", Operator, peer::make),
        page(M::POST, "/exchange/peers/{name}/run", Operator, list::peer_run),
        page(M::POST, "/exchange/peers/{name}/switch", Operator, list::peer_switch),
        page(M::POST, "/exchange/peers/{name}/remove", Operator, list::peer_remove),
        page(M::GET, "/exchange/bridge", Operator, propose::page),
        page(M::POST, "/exchange/bridge", Operator, propose::look),
        page(M::POST, "/exchange/bridges", Operator, propose::make),
        page(M::GET, "/exchange/bridges/{name}", Operator, bridge::page),
        page(M::POST, "/exchange/bridges/{name}/run", Operator, list::bridge_run),
        page(M::POST, "/exchange/bridges/{name}/switch", Operator, bridge::switch),
        page(M::POST, "/exchange/bridges/{name}/accept", Operator, bridge::accept),
        page(M::POST, "/exchange/bridges/{name}/end", Operator, bridge::end),
        page(M::GET, "/webhooks", Coordinator, webhooks::list),
        page(M::POST, "/webhooks", Coordinator, webhooks::make).shows_secret(),
        page(M::GET, "/webhooks/{webhook}", Coordinator, webhooks::page),
        page(M::POST, "/webhooks/{webhook}/test", Coordinator, webhooks::test),
        page(M::POST, "/webhooks/{webhook}/switch", Coordinator, webhooks::switch),
        page(M::POST, "/webhooks/{webhook}/remove", Coordinator, webhooks::remove),
    ]
}

/// What was done: the key of the sentence that the next page says.
const DONE: [&str; 9] = [
    "done-ran",
    "done-switched",
    "done-removed",
    "done-subscribed",
    "done-peer",
    "done-accepted",
    "done-bridge-offered",
    "done-ended",
    "done-tested",
];

/// The key of what was done, where the address says one there is.
fn done(parameters: &Parameters) -> Option<&'static str> {
    done_of(parameters, &DONE)
}

/// The strictest markings that pass, as they are written.
fn most(pair: &node::bridges::PairHere) -> String {
    format!("{}, {}", pair.tlp.label(), pair.pap.label())
}

/// Why something was not done, as a sentence beside the form; everything that the person cannot mend stays a fault.
fn mistake(asked: &Asked, error: node::Error) -> Result<String, Fault> {
    match error {
        // What is elsewhere cannot be reached: the operator who named it reads why.
        node::Error::Unavailable(why) => Ok(why),
        other => wrong(asked, other.into()),
    }
}

/// The same of a fault.
fn wrong(asked: &Asked, fault: Fault) -> Result<String, Fault> {
    match fault.status() {
        StatusCode::BAD_REQUEST | StatusCode::CONFLICT | StatusCode::NOT_FOUND | StatusCode::UNPROCESSABLE_ENTITY => {
            Ok(told(asked, &fault))
        }
        _ => Err(fault),
    }
}
