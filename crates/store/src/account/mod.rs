//! Members, people, communities and keys: who may ask, and what the policy needs to know of them.
//!
//! Low volume: one SQL text for both databases, beside its noun. Every change is one transaction that also writes a
//! ledger entry of kind `rule-changed` and moves the policy generation on, so that cached principals and viewers go.

pub mod community;
pub mod credential;
pub mod factor;
pub mod link;
pub mod member;
pub mod passkey;
pub mod person;
pub mod provider_session;
pub mod sight;

pub use community::{Community, Membership, NewCommunity};
pub use credential::{Credential, CredentialId, CredentialKind, NewCredential};
pub use factor::Factor;
pub use link::{AccountLink, LinkId, NewLink, NewLinkOffer};
pub use member::{Member, MemberKind, NewMember};
pub use passkey::{NewPasskey, Passkey, PasskeyId};
pub use person::{NewPerson, Person};
pub use provider_session::ProviderSession;

use policy::Principal;

use crate::record::NewEntry;

/// What the ledger says of a change to who may do or see what. `subject` holds no secret.
pub(crate) fn rule_changed(actor: &Principal, what: &str, subject: serde_json::Value) -> NewEntry {
    let body = serde_json::json!({
        "what": what,
        "by_member": actor.member.map(|member| member.0),
        "by_person": actor.person.map(|person| person.0),
        "subject": subject,
    });
    NewEntry {
        kind: "rule-changed".to_owned(),
        member: actor.member,
        body: body.to_string(),
    }
}

/// The row that a statement with `returning` gave.
pub(crate) fn given(rows: &[Vec<crate::value::Row>], statement: usize) -> crate::Result<&crate::value::Row> {
    rows.get(statement)
        .and_then(|rows| rows.first())
        .ok_or_else(|| crate::Error::ours("a statement gave no row"))
}
