//! Peers: where this node pushes to, how far it has got, and how that goes.

use policy::{CommunityId, MemberId, Principal};
use stix::Timestamp;
use uuid::Uuid;

use crate::contribution::Position;
use crate::{Result, Store};

/// Number of a peer in this store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PeerId(pub i64);

/// What its owner sets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewPeer {
    /// Its name for other systems.
    pub uuid: Uuid,
    /// Its name, unique.
    pub name: String,
    /// The address of the collection pushed to.
    pub url: String,
    /// The rest as JSON: account, proxy, authority bundle, headers.
    pub settings: String,
    /// The member that receives: with its eyes the node looks for what may be pushed.
    pub member: MemberId,
    /// Only what was addressed to this community.
    pub community: Option<CommunityId>,
    /// Seconds between two runs.
    pub interval_seconds: i64,
    /// Whether it runs.
    pub enabled: bool,
}

/// Where this node pushes to, and how that goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Peer {
    /// Its number in this store.
    pub id: PeerId,
    /// What its owner set.
    pub terms: NewPeer,
    /// How far it has got.
    pub cursor: Option<Position>,
    /// When it runs next.
    pub next_run: Option<Timestamp>,
    /// When it ran last.
    pub last_run: Option<Timestamp>,
    /// How the last run ended, in a word or two.
    pub last_result: Option<String>,
    /// What went wrong in the last run.
    pub last_error: Option<String>,
    /// Items sent, over all runs.
    pub sent: i64,
    /// Items the peer refused, over all runs.
    pub refused: i64,
    /// Runs in a row that failed.
    pub failures_in_a_row: i64,
}

/// How a run went, or where it has got to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PeerReport {
    /// How far it has got; none: as before.
    pub cursor: Option<Position>,
    /// When it shall run next.
    pub next_run: Timestamp,
    /// When this run was.
    pub run: Timestamp,
    /// How it ended, in a word or two.
    pub result: String,
    /// What went wrong.
    pub error: Option<String>,
    /// Items sent since the last report.
    pub sent: i64,
    /// Items the peer refused since the last report.
    pub refused: i64,
}

impl Store {
    /// Makes a peer, or replaces the terms of the one with the same UUID. Its first run is due at once.
    pub async fn peer_put(&self, actor: &Principal, terms: NewPeer) -> Result<Peer> {
        let _ = (actor, terms);
        Err(crate::unbuilt())
    }

    /// Every peer, by name.
    pub async fn peer_list(&self) -> Result<Vec<Peer>> {
        Err(crate::unbuilt())
    }

    /// One peer by name.
    pub async fn peer_get(&self, name: &str) -> Result<Option<Peer>> {
        let _ = name;
        Err(crate::unbuilt())
    }

    /// Ends pushing to a peer.
    pub async fn peer_delete(&self, actor: &Principal, id: PeerId) -> Result<()> {
        let _ = (actor, id);
        Err(crate::unbuilt())
    }

    /// The peers whose time has come, the longest due first.
    pub async fn peer_due(&self, now: Timestamp) -> Result<Vec<Peer>> {
        let _ = now;
        Err(crate::unbuilt())
    }

    /// Notes how a run went: adds to the counts, and to the failures in a row where there is an error.
    pub async fn peer_report(&self, id: PeerId, report: &PeerReport) -> Result<()> {
        let _ = (id, report);
        Err(crate::unbuilt())
    }
}
