//! Decides who may see an object and who may do what: pure rules, one place, nothing else decides.
//!
//! ```text
//! (Principal, Audience) -> may it be seen          audience.rs, sight.rs
//! Audience              -> may it be published      publication.rs
//! (Principal, Action)   -> allowed, or why not     action.rs
//! Action                -> proof, second person    action.rs
//! MemberState           -> what it allows          standing.rs
//! Scopes                -> what a key is for       scope.rs
//! ```
//!
//! Nothing here knows where data is kept. The store's readers take a [`Viewer`], which only [`Viewer::resolve`] makes,
//! so there is no way to read without having asked here first.

pub mod action;
pub mod audience;
pub mod principal;
pub mod publication;
pub mod scope;
pub mod sight;
pub mod standing;
pub mod viewer;

pub use action::{Action, Proof, Refusal, decide, may};
pub use audience::{Audience, AudienceError};
pub use principal::{AudienceId, CommunityId, MemberId, PersonId, Presence, Principal, Role};
pub use publication::may_be_published;
pub use scope::{Scope, Scopes};
pub use sight::may_see;
pub use standing::MemberState;
pub use viewer::{Viewer, leaves};
