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
    /// Questions to the receiver's members.
    Questions {
        /// The version of the terms by which they pass.
        version: i64,
        /// The questions.
        questions: Vec<Question>,
    },
    /// Answers to the receiver's questions.
    Answers {
        /// The answers.
        answers: Vec<Said>,
    },
}

/// A question, or that it is closed. It has one name on both sides, and names no member.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "about", rename_all = "kebab-case")]
pub enum Question {
    /// A request for information.
    Request {
        /// Its name.
        id: Uuid,
        /// Alias of the receiver's community.
        community: String,
        /// The question.
        text: String,
        /// Until when answers help.
        #[serde(default)]
        until: Option<Timestamp>,
        /// Whether answers may be for the whole community.
        #[serde(default)]
        to_all: bool,
    },
    /// A request that is closed.
    Closed {
        /// Its name.
        id: Uuid,
        /// What came of it.
        summary: String,
    },
    /// A question to whoever saw an item of which the receiver told how often it was seen.
    Sighting {
        /// Its name.
        id: Uuid,
        /// The object that was seen.
        object: String,
        /// The question.
        text: String,
    },
}

/// An answer.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Said {
    /// Its name, as the sender has it.
    pub id: Uuid,
    /// What it answers.
    pub question: Uuid,
    /// The answer; of several members together where they were asked about sightings.
    pub text: String,
    /// Whether it is for the whole community, where the asker lets it.
    #[serde(default)]
    pub to_all: bool,
    /// Of a question about sightings: nobody could or wanted to answer, and `text` says so.
    #[serde(default)]
    pub needless: bool,
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
