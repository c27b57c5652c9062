//! What hubs say to each other over a bridge: one address, one form.

use serde::{Deserialize, Serialize};
use stix::Timestamp;
use stix::marking::{Pap, Tlp};
use uuid::Uuid;

use super::terms::{Hop, Hub};

/// What one hub says to the other.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Message {
    /// Terms that are proposed, and accepted by their proposer.
    Offer {
        /// Their text.
        terms: String,
        /// Who proposes.
        person: String,
        /// The hub.
        hub: Hub,
    },
    /// The terms that were proposed are accepted.
    Acceptance {
        /// Which version.
        version: i64,
        /// SHA-256 of their text.
        digest: String,
        /// Who accepts.
        person: String,
        /// The hub.
        hub: Hub,
    },
    /// Nothing passes any more.
    End {
        /// Who ended it.
        person: String,
    },
    /// Items.
    Items {
        /// The version of the terms by which they pass.
        version: i64,
        /// Alias of the receiver's community.
        community: String,
        /// The items.
        items: Vec<Item>,
    },
    /// Items that are taken back, corrected or narrowed.
    Recalls {
        /// What is wanted.
        recalls: Vec<Call>,
    },
    /// How often items that came from the receiver were seen.
    Seen {
        /// The counts, each over all sightings so far.
        seen: Vec<SeenCount>,
    },
}

/// An item.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Item {
    /// The STIX object as text, byte for byte as it was shared unless its contributor is unnamed.
    pub object: String,
    /// How it is marked at the least.
    pub tlp: Tlp,
    /// How it is marked at the least.
    pub pap: Pap,
    /// The hubs that it has left, the sender last.
    pub path: Vec<Hop>,
}

/// What is wanted of an item that passed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Call {
    /// The recall, as the sender names it.
    pub id: Uuid,
    /// `retract`, `correct`, `narrow`.
    pub action: String,
    /// The object.
    pub object: String,
    /// Why.
    pub reason: String,
    /// With `narrow`: the colour at least.
    #[serde(default)]
    pub tlp: Option<Tlp>,
    /// With `narrow`: the permitted actions at most.
    #[serde(default)]
    pub pap: Option<Pap>,
}

/// How often an item was seen.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SeenCount {
    /// The object.
    pub object: String,
    /// How often, over all sightings.
    pub count: i64,
    /// When first.
    pub first_seen: Timestamp,
    /// When last.
    pub last_seen: Timestamp,
    /// How it is marked at the least.
    pub tlp: Tlp,
    /// How it is marked at the least.
    pub pap: Pap,
}

/// What the other hub answers.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Reply {
    /// Items that are there now.
    pub taken: u64,
    /// Of those, items that wait for the receiver's moderators.
    pub waiting: u64,
    /// Items that are not.
    pub refused: Vec<RefusedItem>,
    /// What was done about recalls.
    pub done: Vec<CallDone>,
}

/// An item that the receiver did not take.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RefusedItem {
    /// The object.
    pub id: String,
    /// Why.
    pub why: String,
}

/// What was done about a recall.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CallDone {
    /// The recall, as the sender names it.
    pub id: Uuid,
    /// `removed`, `replaced`, `kept`, or `later`: it is tried again.
    pub done: String,
    /// In words.
    pub note: Option<String>,
}
