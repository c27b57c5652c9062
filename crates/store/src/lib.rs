//! Keeps everything: the one contract, and SQLite and PostgreSQL under it. The only room that speaks SQL.
//!
//! | module | noun |
//! |---|---|
//! | [`account`] | members, people, communities, keys; principals and viewers |
//! | [`contribution`] | objects as members contribute them; every reader takes a [`policy::Viewer`] |
//! | [`transfer`] | what came of each batch handed in |
//! | [`subscription`], [`peer`] | what is fetched from elsewhere, and what is pushed there |
//! | [`setting`] | settings and warninglists |
//! | [`record`] | the ledger |
//! | [`maintenance`] | backup, restore, doctor |
//!
//! It decides nothing: who may do what is asked of `policy` by the caller; who may see what is in the viewer.

pub mod account;
pub mod contribution;
mod error;
pub mod maintenance;
mod open;
pub mod peer;
pub mod record;
pub mod setting;
pub mod subscription;
pub mod transfer;

pub use account::community::CommunityKey;
pub use account::member::MemberKey;
pub use account::{
    Community, Credential, CredentialId, CredentialKind, Member, MemberKind, Membership, NewCommunity, NewCredential,
    NewMember, NewPerson, Person,
};
pub use contribution::{
    ChangeKind, ChangeRow, Changes, Contribution, Counts, Direction, Edge, Found, IndicatorFacts, ObjectDetail,
    ObjectPage, ObjectQuery, ObjectRow, Origin, Outcome, Position, RemovedWhy, Retraction, SearchQuery, VersionFilter,
};
pub use error::{Error, ErrorKind, Result};
pub use maintenance::{Finding, FindingSeverity};
pub use open::{Clock, DATABASE_FILE, Location, OpenOptions, Random};
pub use peer::{NewPeer, Peer, PeerId, PeerReport};
pub use record::{NewEntry, RecordRow};
pub use setting::Warninglist;
pub use subscription::{NewSubscription, Subscription, SubscriptionId, SubscriptionKind, SubscriptionReport};
pub use transfer::{Transfer, TransferState};

/// The store. Cheap to clone; all clones are one.
#[derive(Clone, Debug)]
pub struct Store {}

impl Store {
    /// Opens a store, bringing its schema up to date; one that a newer program wrote is refused.
    pub async fn open(location: &Location, options: OpenOptions) -> Result<Self> {
        let _ = (location, options);
        Err(unbuilt())
    }

    /// Waits for what is being written and closes every connection.
    pub async fn close(self) {}
}

fn unbuilt() -> Error {
    Error::ours("this part of the store is being built")
}
