//! Running: telling what people decided, one bridge with its turn and its report, all that are due.

use stix::Timestamp;
use store::{Bridge, BridgeReport};

use super::super::agree::{ACCEPTANCE, END, OFFER};
use super::super::message::Message;
use super::super::not_there;
use super::super::terms::digest_of;
use super::{Carry, CarryReport, Counts, Line};
use crate::accounts::Caller;
use crate::client::Failure;
use crate::error::Error;
use crate::node::Node;
use crate::subscriptions::schedule::{Ended, next_run, run_all};
use crate::subscriptions::{Stop, administer};

/// Tells the other hub what people here decided, where it has not heard of it.
pub(super) async fn tell(node: &Node, bridge: &mut Bridge, line: &Line) -> Result<(), Stop> {
    let Some(what) = bridge.set.untold.clone() else {
        return Ok(());
    };
    let steps = node.store().bridge_steps(bridge.id).await?;
    // A pause is this side's alone: it is no step that the other hub is told of.
    let is_told = |what: &str| !matches!(what, "paused" | "resumed");
    let last = steps.iter().rfind(|step| step.ours && is_told(&step.what));
    let person = last
        .and_then(|step| step.name.clone())
        .unwrap_or_else(|| "an operator".to_owned());
    let hub = node.as_hub();
    let message = match (what.as_str(), &bridge.set.proposal, &bridge.set.terms) {
        (OFFER, Some(proposal), _) => Message::Offer {
            terms: proposal.clone(),
            person,
            hub,
        },
        (ACCEPTANCE, _, Some(terms)) => Message::Acceptance {
            version: bridge.set.version,
            digest: hex::encode(digest_of(terms)),
            person,
            hub,
        },
        (END, _, _) => Message::End { person },
        _ => return Ok(()),
    };
    match line.say(&message).await {
        Ok(_) => {}
        // Of a bridge that never came about there is nothing to be ended.
        Err(failure) if what == END && failure.status == Some(404) => {}
        Err(failure) => return Err(failure.into()),
    }
    node.store().bridge_told(bridge.id, &what).await?;
    bridge.set.untold = None;
    Ok(())
}

impl Node {
    /// Tells the other hub at once; where it cannot be reached, the next run does.
    pub(in crate::bridges) async fn tell_hub(&self, mut bridge: Bridge) -> Result<Bridge, Error> {
        let told = match Line::to(&bridge) {
            Ok(line) => tell(self, &mut bridge, &line).await,
            Err(stop) => Err(stop),
        };
        match told {
            Ok(()) => {}
            Err(Stop::Node(error)) => return Err(error),
            Err(Stop::Failure(failure)) => {
                bridge.last_error = Some(format!("the other hub was not told yet: {failure}"));
            }
        }
        Ok(bridge)
    }

    /// Carries one bridge now, whether it is due or not.
    ///
    /// # Errors
    /// When the caller may not, there is none of this name, or it is carried just now. How the run itself went, also when
    /// it failed, is in the report.
    pub async fn bridge_run(&self, caller: &Caller, name: &str) -> Result<CarryReport, Error> {
        administer(caller)?;
        let found = self.store().bridge_get(name).await?.ok_or_else(|| not_there(name))?;
        let report = run(self, found, self.now(), false).await?;
        report.ok_or_else(|| Error::Conflict(format!("the bridge '{name}' is carried just now")))
    }

    /// Carries every bridge that is due, a few at a time.
    ///
    /// # Errors
    /// When the store does not answer; how the runs went is in the reports.
    pub async fn bridges_run_due(&self, now: Timestamp) -> Result<Vec<CarryReport>, Error> {
        let due = self.store().bridge_due(now).await?;
        run_all(due.into_iter().map(|bridge| run(self, bridge, now, true))).await
    }
}

async fn run(node: &Node, bridge: Bridge, now: Timestamp, only_if_due: bool) -> Result<Option<CarryReport>, Error> {
    let Some(_turn) = node.running().turn(bridge.set.uuid) else {
        return Ok(None);
    };
    // Another run may have ended, or people decided otherwise, between the question who is due and our turn.
    let Some(bridge) = node.store().bridge_by_uuid(bridge.set.uuid).await? else {
        return Ok(None);
    };
    if only_if_due && bridge.next_run.is_some_and(|next| next > now) {
        return Ok(None);
    }
    let mut carry = Carry {
        node,
        now,
        counts: Counts::default(),
        notes: Vec::new(),
        bridge,
    };
    let carried = carry.carry().await;
    let in_a_row = carry.bridge.failures_in_a_row.saturating_add(1);
    let (ended, result, error) = match carried {
        Ok(true) => (Ended::Done, carry.words(), None),
        Ok(false) => (
            Ended::More,
            carry.words() + "; there is more, the next run goes on",
            None,
        ),
        Err(stop) => {
            let failure = match stop {
                Stop::Failure(failure) => failure,
                Stop::Node(error) => Failure::settings(error.to_string()),
            };
            let ended = Ended::Failed {
                in_a_row,
                retry_after: failure.retry_after,
            };
            (ended, "failed".to_owned(), Some(failure.message))
        }
    };
    let set = &carry.bridge.set;
    let next = next_run(now, set.interval_seconds, set.uuid, ended);
    if let Some(error) = &error {
        tracing::warn!(bridge = %set.name, %error, "a bridge could not be carried");
    }
    let report = BridgeReport {
        next_run: next,
        run: now,
        result: result.clone(),
        error: error.clone(),
    };
    node.store().bridge_report(carry.bridge.id, &report).await?;
    let Counts {
        sent,
        refused,
        recalled,
        seen,
        asked,
        answered,
    } = carry.counts;
    Ok(Some(CarryReport {
        name: carry.bridge.set.name.clone(),
        result,
        error,
        sent,
        refused,
        recalled,
        seen,
        asked,
        answered,
        notes: carry.notes,
        next_run: next,
    }))
}
