//! How an organisation comes into the partnership, what it agreed to, whom to reach there, what it runs, and how it goes.
//!
//! ```text
//! invitation ──► accepted ──► member (vetting) ── vouch, vouch ──► active ◄──► suspended ──► left
//!                   └─► acceptance of the agreement, first person
//! ```
//!
//! Everything here is low in volume: each change is one transaction with its ledger entries, and what changes who may
//! act moves the policy generation on.

pub mod agreement;
pub mod contact;
pub mod invitation;
pub mod standing;
mod technology;

pub use agreement::{Acceptance, Agreement, AgreementKind, NewAgreement};
pub use contact::{Contact, NewContact};
pub use invitation::{Arrival, Invitation, InvitationId, InvitationKey, NewInvitation, NewVouch, Vouch};
pub use standing::Touched;

use policy::{MemberId, Principal};

use crate::record::NewEntry;

/// What the ledger says to a member of something that concerns it; it is among the member's receipts.
pub(crate) fn told(actor: &Principal, member: MemberId, what: &str, subject: serde_json::Value) -> NewEntry {
    NewEntry {
        member: Some(member),
        ..crate::account::rule_changed(actor, what, subject)
    }
}
