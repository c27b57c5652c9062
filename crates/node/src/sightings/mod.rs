//! Sightings back: what a member's matcher found at home is told to others, by the member's own rules and no further.
//!
//! ```text
//! matcher ─► hits_record ─► counted into stretches (store::sighting)
//!                                   │ sightings_due: the stretch is over
//!                                   ▼
//!              rule: never ─► kept at home     asks ─► waiting ─► sighting_answer
//!                                   │ automatic, or confirmed
//!                                   ▼
//!              STIX sighting ─► Node::share ─► audience, ledger entry, push to the hub
//! ```
//!
//! | form | the sighting says | the member's name |
//! |---|---|---|
//! | `full` | who, when first and last, how many | is shown |
//! | `sector` | the member's sectors, the stretch of time, how many | is withheld |
//! | `count` | the stretch of time, how many | is withheld |
//! | `never` | nothing | |
//!
//! The value that was hit, the machine and the log stay at home in every form; only `full` can let one log line go
//! along, where the rule says so. A sighting goes where the indicator came from, and never further than its marking.

mod destination;
mod due;
mod feedback;
mod make;
mod pending;
mod record;
mod rules;

pub use due::DueReport;
pub use feedback::{FeedbackWish, comment_of};
pub use pending::{Answer, Pending};
pub use record::{HITS_MOST, Recorded, SeenHit};
pub use rules::{RULE_DEFAULT, SECONDS_LEAST, SECONDS_MOST};
pub(crate) use rules::{rule_for, stretch};

use policy::{Action, MemberId, decide};

use crate::accounts::Caller;
use crate::error::Error;

/// The member whose hits a caller may see.
pub(crate) fn own_member(caller: &Caller) -> Result<MemberId, Error> {
    let member = caller.principal.member.ok_or(Error::NotAllowed("sign in first"))?;
    let absent = "there is nothing here, or nothing that is open to you";
    decide(&caller.principal, Action::SeeHits(member)).map_err(|refusal| Error::refused(refusal, absent))?;
    Ok(member)
}

/// The member for which a caller may decide what is told.
fn judging_member(caller: &Caller) -> Result<MemberId, Error> {
    decide(&caller.principal, Action::JudgeSightings).map_err(|refusal| Error::refused(refusal, ""))?;
    own_member(caller)
}
