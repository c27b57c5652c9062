//! Subscriptions: what this node fetches from elsewhere, on which schedule, and how that goes.

use policy::{CommunityId, MemberId, Principal};
use stix::Timestamp;
use stix::marking::{Pap, Tlp};
use uuid::Uuid;

use crate::{Result, Store};

/// Number of a subscription in this store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SubscriptionId(pub i64);

/// What is fetched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SubscriptionKind {
    /// A TAXII 2.1 collection.
    Taxii21,
    /// A TAXII 2.0 collection.
    Taxii20,
    /// A MISP feed directory.
    MispFeed,
    /// A MISP server.
    MispServer,
    /// A CSV file or plain list over HTTP.
    List,
    /// A watched folder.
    Folder,
}

impl SubscriptionKind {
    /// Every kind.
    pub const ALL: [Self; 6] = [
        Self::Taxii21,
        Self::Taxii20,
        Self::MispFeed,
        Self::MispServer,
        Self::List,
        Self::Folder,
    ];

    /// The name, as stored and shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Taxii21 => "taxii21",
            Self::Taxii20 => "taxii20",
            Self::MispFeed => "misp-feed",
            Self::MispServer => "misp-server",
            Self::List => "list",
            Self::Folder => "folder",
        }
    }

    /// Reads a name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}

/// What is asked for; what its owner sets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewSubscription {
    /// Its name for other systems.
    pub uuid: Uuid,
    /// Its name, unique.
    pub name: String,
    /// What is fetched.
    pub kind: SubscriptionKind,
    /// From where: an address or a folder.
    pub url: String,
    /// The rest as JSON: account, proxy, authority bundle, headers, collection.
    pub settings: String,
    /// The member in whose name it comes in.
    pub member: MemberId,
    /// The community it is shared with.
    pub community: CommunityId,
    /// The marking put on it.
    pub tlp: Tlp,
    /// The permitted actions put on it.
    pub pap: Pap,
    /// Seconds between two runs.
    pub interval_seconds: i64,
    /// The most bytes that one answer may have.
    pub size_limit: i64,
    /// Whether it runs.
    pub enabled: bool,
}

/// What is fetched, and how that goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subscription {
    /// Its number in this store.
    pub id: SubscriptionId,
    /// What its owner set.
    pub terms: NewSubscription,
    /// Where it stands, as JSON: etag, last-modified, cursor.
    pub state: String,
    /// When it runs next.
    pub next_run: Option<Timestamp>,
    /// When it ran last.
    pub last_run: Option<Timestamp>,
    /// How the last run ended, in a word or two.
    pub last_result: Option<String>,
    /// What went wrong in the last run.
    pub last_error: Option<String>,
    /// Items stored, over all runs.
    pub accepted: i64,
    /// Items that were there already, over all runs.
    pub unchanged: i64,
    /// Items refused, over all runs.
    pub refused: i64,
    /// Runs in a row that failed.
    pub failures_in_a_row: i64,
}

/// How a run went, or where it has got to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubscriptionReport {
    /// Where it stands now.
    pub state: String,
    /// When it shall run next.
    pub next_run: Timestamp,
    /// When this run was.
    pub run: Timestamp,
    /// How it ended, in a word or two.
    pub result: String,
    /// What went wrong.
    pub error: Option<String>,
    /// Items stored in this run since the last report.
    pub accepted: i64,
    /// Items that were there already.
    pub unchanged: i64,
    /// Items refused.
    pub refused: i64,
}

impl Store {
    /// Makes a subscription, or replaces the terms of the one with the same UUID. Its first run is due at once.
    pub async fn subscription_put(&self, actor: &Principal, terms: NewSubscription) -> Result<Subscription> {
        let _ = (actor, terms);
        Err(crate::unbuilt())
    }

    /// Every subscription, by name.
    pub async fn subscription_list(&self) -> Result<Vec<Subscription>> {
        Err(crate::unbuilt())
    }

    /// One subscription by name.
    pub async fn subscription_get(&self, name: &str) -> Result<Option<Subscription>> {
        let _ = name;
        Err(crate::unbuilt())
    }

    /// Ends a subscription; what came by it stays.
    pub async fn subscription_delete(&self, actor: &Principal, id: SubscriptionId) -> Result<()> {
        let _ = (actor, id);
        Err(crate::unbuilt())
    }

    /// The subscriptions whose time has come, the longest due first.
    pub async fn subscription_due(&self, now: Timestamp) -> Result<Vec<Subscription>> {
        let _ = now;
        Err(crate::unbuilt())
    }

    /// Notes how a run went: adds to the counts, and to the failures in a row where there is an error.
    pub async fn subscription_report(&self, id: SubscriptionId, report: &SubscriptionReport) -> Result<()> {
        let _ = (id, report);
        Err(crate::unbuilt())
    }
}
