//! Transfers: what came of each batch that a member handed in.

use policy::{MemberId, PersonId, Viewer};
use stix::Timestamp;
use uuid::Uuid;

use crate::db::Change;
use crate::value::{Row, many};
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

    /// Reads a name.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Pending, Self::Complete]
            .into_iter()
            .find(|state| state.as_str() == text)
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

const PUT: &str = "insert into transfer \
                   (uuid, member, person, channel, started, ended, accepted, unchanged, refused, state, detail) \
                   values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11) on conflict (uuid) do update set \
                   ended = excluded.ended, accepted = excluded.accepted, unchanged = excluded.unchanged, \
                   refused = excluded.refused, state = excluded.state, detail = excluded.detail \
                   where transfer.member = excluded.member returning uuid";
const GET: &str = "select uuid, member, person, channel, started, ended, accepted, unchanged, refused, state, detail \
                   from transfer where uuid = ?1 and member = ?2";
const LIST: &str = "select uuid, member, person, channel, started, ended, accepted, unchanged, refused, state, detail \
                    from transfer where member = ?1 order by started desc limit ?2";

fn transfer(row: &Row) -> Result<Transfer> {
    Ok(Transfer {
        uuid: row.uuid(0)?,
        member: MemberId(row.int(1)?),
        person: row.maybe_int(2)?.map(PersonId),
        channel: row.text(3)?,
        started: row.time(4)?,
        ended: row.maybe_time(5)?,
        accepted: row.int(6)?,
        unchanged: row.int(7)?,
        refused: row.int(8)?,
        state: row.word(9, TransferState::parse)?,
        detail: row.text(10)?,
    })
}

impl Store {
    /// Writes a transfer, or what has become of it since. A UUID that another member used is a conflict.
    pub async fn transfer_put(&self, transfer: &Transfer) -> Result<()> {
        let row = vec![
            transfer.uuid.into(),
            transfer.member.into(),
            transfer.person.into(),
            (&transfer.channel).into(),
            transfer.started.into(),
            transfer.ended.into(),
            transfer.accepted.into(),
            transfer.unchanged.into(),
            transfer.refused.into(),
            transfer.state.as_str().into(),
            (&transfer.detail).into(),
        ];
        let written = self.change(Change::new().with(PUT, row)).await?;
        match written.first().is_some_and(|rows| !rows.is_empty()) {
            true => Ok(()),
            false => Err(crate::Error::conflict("there is already a transfer with this uuid")),
        }
    }

    /// One transfer, for the member that made it and nobody else.
    pub async fn transfer_get(&self, viewer: &Viewer, uuid: Uuid) -> Result<Option<Transfer>> {
        match viewer.principal().member {
            Some(member) => self.row(GET, vec![uuid.into(), member.into()], transfer).await,
            None => Ok(None),
        }
    }

    /// The transfers of the viewer's member, the newest first.
    pub async fn transfer_list(&self, viewer: &Viewer, limit: usize) -> Result<Vec<Transfer>> {
        let limit = many(limit);
        match viewer.principal().member {
            Some(member) => self.list(LIST, vec![member.into(), limit.into()], transfer).await,
            None => Ok(Vec::new()),
        }
    }
}
