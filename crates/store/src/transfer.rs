//! Transfers: what came of each batch that a member handed in.

use policy::{MemberId, PersonId, Viewer};
use stix::Timestamp;
use uuid::Uuid;

use crate::{Result, Store};

/// Whether a transfer is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TransferState {
    /// Still at work.
    Pending,
    /// Done.
    Complete,
}

impl TransferState {
    /// The name, as stored and as TAXII writes it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Complete => "complete",
        }
    }
}

/// What came of a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transfer {
    /// Its name, also the TAXII status id.
    pub uuid: Uuid,
    /// The member that handed it in.
    pub member: MemberId,
    /// The person, where one did it.
    pub person: Option<PersonId>,
    /// The way it came.
    pub channel: String,
    /// When it began.
    pub started: Timestamp,
    /// When it ended.
    pub ended: Option<Timestamp>,
    /// How many were stored.
    pub accepted: i64,
    /// How many were there already.
    pub unchanged: i64,
    /// How many were refused.
    pub refused: i64,
    /// Whether it is done.
    pub state: TransferState,
    /// The details, as JSON: for TAXII the lists of the status resource.
    pub detail: String,
}

impl Store {
    /// Writes a transfer, or what has become of it since.
    pub async fn transfer_put(&self, transfer: &Transfer) -> Result<()> {
        let _ = transfer;
        Err(crate::unbuilt())
    }

    /// One transfer, for the member that made it and nobody else.
    pub async fn transfer_get(&self, viewer: &Viewer, uuid: Uuid) -> Result<Option<Transfer>> {
        let _ = (viewer, uuid);
        Err(crate::unbuilt())
    }

    /// The transfers of the viewer's member, the newest first.
    pub async fn transfer_list(&self, viewer: &Viewer, limit: usize) -> Result<Vec<Transfer>> {
        let _ = (viewer, limit);
        Err(crate::unbuilt())
    }
}
