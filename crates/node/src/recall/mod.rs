//! Recalls: an item is taken back, corrected or kept among fewer; who was given it is told, and answers.
//!
//! ```text
//! recall ──► withdrawn or narrowed, tombstones, who owes an answer   (one transaction, store::recall)
//!   │
//!   ├─► TAXII: pages say how many recalls wait (`X-Commonwatch-Recalls`) ─► a node of ours applies and acknowledges
//!   ├─► pushes: the peer is asked to delete          exports of changes: `removed`
//!   └─► recalls_owed: what a member has to do, for people and other programs
//! ```
//!
//! A receipt proves that a member was asked and what it answered. It does not prove that a copy is gone.

mod acknowledge;
mod apply;
mod make;
mod remind;
mod view;

pub use acknowledge::{AcknowledgeWish, Done};
pub use apply::HEADER;
pub(crate) use apply::{Waiting, after_fetching, narrow_again};
pub use make::{RecallWish, RecallWishKind};
pub use view::{Answered, Outstanding, OwedRecall, RecallState};

use policy::{Action, MemberId, decide};

use crate::accounts::Caller;
use crate::error::Error;
use crate::node::Node;

/// Recalls of one answer.
const MOST: usize = 1_000;

fn absent() -> Error {
    Error::NotFound("there is no such recall, or it is not open to you".to_owned())
}

impl Node {
    /// The member whose receipts the caller may read.
    pub(crate) fn own_receipts(&self, caller: &Caller) -> Result<MemberId, Error> {
        let member = caller.principal.member.ok_or(Error::NotAllowed("sign in first"))?;
        decide(&caller.principal, Action::SeeReceipts(member)).map_err(|refusal| Error::refused(refusal, ""))?;
        Ok(member)
    }
}
