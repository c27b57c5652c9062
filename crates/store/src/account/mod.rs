//! Members, people, communities and keys: who may ask, and what the policy needs to know of them.
//!
//! Low volume: one SQL text for both databases, beside its noun. Every change is one transaction that also writes a
//! ledger entry of kind `rule-changed` and moves the policy generation on, so that cached principals and viewers go.

pub mod community;
pub mod credential;
pub mod member;
pub mod person;
pub mod sight;

pub use community::{Community, Membership, NewCommunity};
pub use credential::{Credential, CredentialId, CredentialKind, NewCredential};
pub use member::{Member, MemberKind, NewMember};
pub use person::{NewPerson, Person};
