//! What was sent of events to peers that are MISP servers: which state of each they have, and what they said of it.

use stix::Timestamp;
use uuid::Uuid;

use super::MispOrganisation;
use super::number::uuid_at;
use crate::db::Change;
use crate::peer::PeerId;
use crate::value::{Row, many};
use crate::{Error, Result, Store};

/// How an event stands with a peer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MispSentState {
    /// It was about to be sent: whether the peer has it is not known.
    Sending,
    /// The peer took it.
    Sent,
    /// The peer had it, as new or newer, from somebody else or from before.
    Known,
    /// The peer refused it as it is now.
    Refused,
    /// It is not for the peer any more, and the peer would not delete it.
    Left,
}

impl MispSentState {
    /// Every state.
    pub const ALL: [Self; 5] = [Self::Sending, Self::Sent, Self::Known, Self::Refused, Self::Left];

    fn code(self) -> i64 {
        Self::ALL
            .iter()
            .zip(0..)
            .find_map(|(state, code)| (*state == self).then_some(code))
            .unwrap_or_default()
    }
}

/// An event as a peer has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MispSent {
    /// The number of the event here.
    pub event: i64,
    /// Its UUID.
    pub uuid: Uuid,
    /// Which state of it, as seconds.
    pub changed: i64,
    /// How it stands.
    pub state: MispSentState,
    /// What the peer said of it, where it refused.
    pub said: String,
    /// When that was.
    pub at: Timestamp,
}

const PAGE: &str = "select event, uuid, changed, state, said, at from misp_sent \
                    where peer = ?1 and event > ?2 and event <= ?3 order by event limit ?4";
const PUT: &str = "insert into misp_sent (peer, event, uuid, changed, state, said, at) values (?1, ?2, ?3, ?4, ?5, ?6, ?7) \
                   on conflict (peer, event) do update set uuid = excluded.uuid, changed = excluded.changed, \
                   state = excluded.state, said = excluded.said, at = excluded.at";
const FORGET: &str = "delete from misp_sent where peer = ?1 and event = ?2";
const FORGET_ALL: &str = "delete from misp_sent where peer = ?1";
const ANY: &str = "select 1 from misp_sent where peer = ?1 and (state = 0 or state = 1) limit 1";
const ORGANISATION: &str = "select id, uuid, name from misp_organisation where uuid = ?1";

fn sent(row: &Row) -> Result<MispSent> {
    let uuid = uuid_at(row, 1)?;
    let state = usize::try_from(row.int(3)?)
        .ok()
        .and_then(|code| MispSentState::ALL.get(code).copied());
    Ok(MispSent {
        event: row.int(0)?,
        uuid,
        changed: row.int(2)?,
        state: state.ok_or_else(|| Error::ours("an event stands in no known way with a peer"))?,
        said: row.text(4)?,
        at: row.time(5)?,
    })
}

impl Store {
    /// What a peer has of the events after one number and up to another, in their order.
    pub async fn misp_sent(&self, peer: PeerId, after: i64, to: i64, limit: usize) -> Result<Vec<MispSent>> {
        let values = vec![peer.0.into(), after.into(), to.into(), many(limit).into()];
        self.list(PAGE, values, sent).await
    }

    /// Notes how events stand with a peer.
    pub async fn misp_sent_put(&self, peer: PeerId, events: &[MispSent]) -> Result<()> {
        if events.is_empty() {
            return Ok(());
        }
        let mut change = Change::new();
        for one in events {
            let values = vec![
                peer.0.into(),
                one.event.into(),
                one.uuid.as_bytes().to_vec().into(),
                one.changed.into(),
                one.state.code().into(),
                (&one.said).into(),
                one.at.into(),
            ];
            change = change.with(PUT, values);
        }
        self.change(change).await.map(drop)
    }

    /// Forgets that a peer has an event: it was deleted there.
    pub async fn misp_sent_forget(&self, peer: PeerId, event: i64) -> Result<()> {
        self.change(Change::new().with(FORGET, vec![peer.0.into(), event.into()]))
            .await
            .map(drop)
    }

    /// Forgets everything of a peer: it ended, or stands for another server now.
    pub async fn misp_sent_forget_all(&self, peer: PeerId) -> Result<()> {
        self.change(Change::new().with(FORGET_ALL, vec![peer.0.into()]))
            .await
            .map(drop)
    }

    /// Whether a peer may have anything of this node.
    pub async fn misp_sent_any(&self, peer: PeerId) -> Result<bool> {
        Ok(self.row(ANY, vec![peer.0.into()], |row| row.int(0)).await?.is_some())
    }

    /// The organisation of a UUID that is no member here, where events or an operator named it.
    pub async fn misp_organisation_by_uuid(&self, uuid: Uuid) -> Result<Option<MispOrganisation>> {
        let read = |row: &Row| {
            Ok(MispOrganisation {
                id: row.int(0)? + super::tag::FOREIGN,
                uuid,
                name: row.text(2)?,
            })
        };
        self.row(ORGANISATION, vec![uuid.as_bytes().to_vec().into()], read)
            .await
    }
}
