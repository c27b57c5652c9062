//! Something that runs by schedule, as a line of a list.

use node::bridges::BridgeView;
use node::push::PeerView;
use node::subscriptions::SubscriptionView;
use stix::Timestamp;
use store::BridgeState;

use crate::console::shell::part;

/// How it is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    On,
    Off,
    Failing(i64),
    /// A bridge that one side has not agreed to yet.
    Open,
    /// A bridge that this side paused.
    Paused,
    Ended,
}

/// The line.
pub(super) struct Running {
    pub name: String,
    /// What it is, where there are several kinds of it.
    pub kind: String,
    pub state: State,
    pub url: String,
    pub last_run: Option<Timestamp>,
    pub last_result: Option<String>,
    pub last_error: Option<String>,
    pub next_run: Option<Timestamp>,
    /// The address before what is done to it.
    pub path: String,
    /// Whether it has a page of its own.
    pub has_page: bool,
    pub may_run: bool,
    pub may_switch: bool,
    pub may_remove: bool,
}

impl Running {
    /// The key of what lets it go on.
    pub(super) fn on_key(&self) -> &'static str {
        match self.state {
            State::Paused => "bridge-resume",
            _ => "switch-on",
        }
    }

    /// The key of what lets it rest.
    pub(super) fn off_key(&self) -> &'static str {
        match self.has_page {
            true => "bridge-pause",
            false => "switch-off",
        }
    }
}

fn state(enabled: bool, failures: i64) -> State {
    match (enabled, failures) {
        (false, _) => State::Off,
        (true, 0) => State::On,
        (true, failures) => State::Failing(failures),
    }
}

impl From<SubscriptionView> for Running {
    fn from(view: SubscriptionView) -> Self {
        let one = view.subscription;
        Self {
            path: format!("/exchange/subscriptions/{}", part(&one.terms.name)),
            state: state(one.terms.enabled, one.failures_in_a_row),
            name: one.terms.name,
            kind: one.terms.kind.as_str().to_owned(),
            url: one.terms.url,
            last_run: one.last_run,
            last_result: one.last_result,
            last_error: one.last_error,
            next_run: one.next_run,
            has_page: false,
            may_run: true,
            may_switch: true,
            may_remove: true,
        }
    }
}

impl From<PeerView> for Running {
    fn from(view: PeerView) -> Self {
        let one = view.peer;
        Self {
            path: format!("/exchange/peers/{}", part(&one.terms.name)),
            state: state(one.terms.enabled, one.failures_in_a_row),
            name: one.terms.name,
            kind: String::new(),
            url: one.terms.url,
            last_run: one.last_run,
            last_result: one.last_result,
            last_error: one.last_error,
            next_run: one.next_run,
            has_page: false,
            may_run: true,
            may_switch: true,
            may_remove: true,
        }
    }
}

impl From<BridgeView> for Running {
    fn from(view: BridgeView) -> Self {
        let one = view.bridge;
        Self {
            path: format!("/exchange/bridges/{}", part(&one.set.name)),
            state: match one.set.state {
                BridgeState::Open => State::Open,
                BridgeState::Paused => State::Paused,
                BridgeState::Ended => State::Ended,
                BridgeState::Active => state(true, one.failures_in_a_row),
            },
            may_run: one.set.state != BridgeState::Ended,
            name: one.set.name,
            kind: one.set.hub_title.unwrap_or_default(),
            url: one.set.url,
            last_run: one.last_run,
            last_result: one.last_result,
            last_error: one.last_error,
            next_run: one.next_run,
            has_page: true,
            // A pause is no part of what was agreed, and each side's own; ending it is on its page.
            may_switch: matches!(one.set.state, BridgeState::Active | BridgeState::Paused),
            may_remove: false,
        }
    }
}
