//! Commitments: who owes what to whom by when and why, and what became of it.
//!
//! ```text
//! make ─► waiting ─► open ─► kept | not needed | withdrawn
//!            │         │
//!            │         ├─ delegate: a person of the member that owes it sees to it
//!            │         ├─ extend: the member it is owed to gives more time
//!            │         └─ escalation ─► notices ─► e-mail (crate::mail)
//!            └─ starts when the commitment that it follows is kept
//! ```
//!
//! | file | what it knows |
//! |---|---|
//! | [`clock`] | when something is due (pure) |
//! | [`escalation`] | who is told when (pure) |
//! | [`kinds`] | which kinds there are; a new one is a new row |
//! | `ask` | who may be asked for something about an item (pure) |
//! | `make`, `settle`, `list` | the use cases |
//! | `contacts`, `owed` | contacts to be checked, recalls to be answered, agreements to be accepted, as commitments |
//! | `due` | what is due to be told, round after round |
//! | [`calendar`] | the same as a calendar (pure) |
//!
//! A commitment is for the two members concerned; to everybody else it is not there. What leaves the node about it, in
//! e-mails and calendars, says what is due to whom by when, and nothing of the item: they are read by strangers.

mod ask;
pub mod calendar;
pub mod clock;
mod contacts;
mod due;
pub mod escalation;
pub mod kinds;
mod list;
mod make;
mod owed;
mod settle;

pub use due::RemindReport;
pub(crate) use due::next_digest;
pub use list::{CommitmentDetail, CommitmentList, CommitmentShown, ListWish, Party, Side, StepShown};
pub use make::{CommitmentWish, Owing, Promise};

use policy::{Action, MemberId, decide};
use stix::Timestamp;
use store::{Commitment, CommitmentRules};
use uuid::Uuid;

use self::clock::Clock;
use crate::accounts::Caller;
use crate::error::{Error, bad};
use crate::node::Node;

/// Characters of what somebody writes as a reason or as evidence.
const WORDS_MOST: usize = 4_000;

/// How the store runs clocks.
pub(crate) const RULES: CommitmentRules = CommitmentRules {
    due: |clock, start| Clock::from_json(clock).ok()?.due(start).ok(),
    remind: escalation::next,
};

fn absent() -> Error {
    Error::NotFound("there is no such commitment, or it is not open to you".to_owned())
}

fn own_member(caller: &Caller) -> Result<MemberId, Error> {
    caller.principal.member.ok_or(Error::NotAllowed("sign in first"))
}

/// What somebody wrote; lines are fine, other control characters are not.
fn words(what: &str, text: &str) -> Result<(), Error> {
    let strange = |c: char| c.is_control() && c != '\n' && c != '\t';
    if text.trim().is_empty() || text.chars().count() > WORDS_MOST || text.chars().any(strange) {
        let message = format!("the {what} must have 1 to {WORDS_MOST} characters and no control characters");
        return Err(bad("bad-text", message, "say it in a few sentences"));
    }
    Ok(())
}

impl Node {
    /// A commitment that the caller may know of.
    async fn commitment(&self, caller: &Caller, uuid: Uuid) -> Result<Commitment, Error> {
        let found = self.store().commitment_get(uuid).await?.ok_or_else(absent)?;
        let action = Action::SeeCommitment(found.terms.owed_by, found.terms.owed_to);
        decide(&caller.principal, action).map_err(|_| absent())?;
        Ok(found)
    }
}

/// An instant as people who look at a clock on the wall write it.
fn local(at: Timestamp, zone: &str) -> String {
    let text = || {
        let zone = jiff::tz::TimeZone::get(zone).ok()?;
        let at = jiff::Timestamp::from_microsecond(at.micros()).ok()?;
        Some(at.to_zoned_datetime(zone).strftime("%Y-%m-%d %H:%M").to_string())
    };
    text().map_or_else(|| at.to_string(), |text| format!("{text} {zone}"))
}
