//! How organisations come into the partnership, stay reachable, and go.
//!
//! ```text
//! invite ──► a link with a token ──► opened and accepted without an account ──► vetting ── vouches ──► active
//!                                                                                            │
//!                                               contacts, agreements, people ◄───────────────┤
//!                                                                                            ▼
//!                                                                              suspended, left: at once, with an account
//! ```
//!
//! What a state allows stands in [`policy::MemberState`]; who may do what in [`policy::action`].

mod agreements;
mod contacts;
mod invitations;
pub mod list;
mod people;
mod standing;
mod vetting;

pub use agreements::{AgreementDue, AgreementWish};
pub use contacts::ContactDue;
pub use invitations::{AcceptWish, InvitationSeen, InviteWish, Invited};
pub use people::PersonChange;
pub use standing::{Departure, Fate, SharedFate};
pub use vetting::Vetted;

use policy::{Action, MemberId, decide};
use store::{Member, MemberKey};

use crate::accounts::Caller;
use crate::error::{Error, bad};
use crate::node::Node;

/// The words for a member that is not there or not for this caller.
pub(crate) const NO_MEMBER: &str = "there is no such member, or it is not open to you";

/// Whether a caller may act for a member: as its own coordinator, or as an operator.
pub(crate) fn acts_for(caller: &Caller, member: MemberId) -> Result<(), Error> {
    match decide(&caller.principal, Action::ActFor(member)) {
        Ok(()) => Ok(()),
        Err(_) if decide(&caller.principal, Action::Administer).is_ok() => Ok(()),
        // Of another member it is not even said that it is there.
        Err(_) if caller.principal.member != Some(member) => Err(Error::NotFound(NO_MEMBER.to_owned())),
        Err(refusal) => Err(Error::refused(refusal, NO_MEMBER)),
    }
}

impl Node {
    /// A member by number, for use cases that have decided already.
    pub(crate) async fn member_by_id(&self, member: MemberId) -> Result<Member, Error> {
        let found = self.store().member_get(MemberKey::Id(member)).await?;
        found.ok_or_else(|| Error::NotFound(NO_MEMBER.to_owned()))
    }
}
