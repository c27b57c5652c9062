//! Bridges: two hubs, in two countries perhaps, agree which communities are one, and what passes between them.
//!
//! ```text
//! propose ──► offer ──► accept        people of both sides, each in their own ledger; either pauses or ends it at once
//!
//! changes of our community, as the member that stands for the other hub sees them
//!    └─► what may leave (pair, charter, no names) ──► hops (never back, never for ever) ──► items ──► intake there
//! recalls owed by that member ──► applied there ──► acknowledged here
//! sightings of what came from there ──► one count ──► told there
//! requests that their askers let pass, questions about such counts ──► asked there ──► answers come back
//! ```
//!
//! | file | job |
//! |---|---|
//! | `terms.rs` | what is agreed, as data; where an item may not go |
//! | `message.rs` | what hubs say to each other |
//! | `agree.rs` | people: propose, accept, pause, end, read |
//! | `carry.rs` | one run: what leaves |
//! | `items.rs` | which items leave, and how |
//! | `take.rs` | what comes from the other hub |
//! | `asked.rs` | questions that come from there, and answers that come back |
//!
//! The other hub is a member here, and reads and shares as one: what its member may not see cannot pass, what it was given
//! stands in the receipts, and when it is suspended the bridge rests.

mod agree;
mod asked;
mod carry;
mod items;
mod message;
mod take;
mod terms;

pub use agree::{AcceptWish, BridgeDraft, BridgeView, BridgeWish};
pub use carry::CarryReport;
pub use message::{Call, CallDone, Item, Message, Question, RefusedItem, Reply, Said, SeenCount};
pub use terms::{AfterEnd, Direction, Hop, Hub, MOST_HOPS, MOST_PAIRS, Pair, PairHere, Terms};

use policy::{Audience, MemberId};
use stix::Timestamp;
use stix::marking::{Pap, Tlp};
use store::{Bridge, BridgeState, Community, ObjectDetail};

use crate::accounts::Caller;
use crate::error::Error;
use crate::node::Node;

/// How an item came here over a bridge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CameBy {
    /// The hubs that it has left, the last one first before us.
    pub path: Vec<Hop>,
    /// How it is marked here.
    pub tlp: Tlp,
    /// How it is marked here.
    pub pap: Pap,
    /// When it came.
    pub at: Timestamp,
}

/// The channel of what comes and goes by a bridge.
fn channel(bridge: &Bridge) -> String {
    format!("bridge:{}", bridge.set.name)
}

fn not_there(name: &str) -> Error {
    Error::NotFound(format!("there is no bridge '{name}'"))
}

/// Why nothing passes now; the other side tries again.
fn closed(state: BridgeState) -> Error {
    let why = match state {
        BridgeState::Paused => {
            "the other side has paused this bridge: nothing is lost, it passes when the pause is over"
        }
        _ => "nothing passes this bridge",
    };
    Error::Conflict(why.to_owned())
}

fn read_path(text: &str) -> Result<Vec<Hop>, Error> {
    serde_json::from_str(text).map_err(|error| Error::Ours(format!("a stored path cannot be read: {error}")))
}

impl Node {
    /// This hub, as others read of it.
    fn as_hub(&self) -> Hub {
        let settings = self.settings();
        Hub {
            identity: settings.identity.to_string(),
            title: self.chosen().title.clone(),
        }
    }

    /// The member that stands for the other hub, acting for it without a person.
    async fn hub_caller(&self, bridge: &Bridge) -> Result<Caller, Error> {
        let mut principal = self.store().principal_of_member(bridge.set.member).await?;
        if principal.member.is_none() {
            return Err(Error::NotAllowed(
                "the member that stands for the other hub is not there or not active: the bridge rests",
            ));
        }
        principal.role = Some(policy::Role::Contributor);
        principal.read_only = false;
        Ok(Caller::new(principal, channel(bridge)))
    }

    /// The hubs to which what is shared with a community for an audience passes, as things stand now.
    pub(crate) async fn hubs_beyond(&self, community: &Community, audience: &Audience) -> Result<Vec<String>, Error> {
        let Some(charter) = self.charter_in_force(community.id).await?.text.bridges else {
            return Ok(Vec::new());
        };
        let mut hubs = Vec::new();
        for bridge in self.store().bridge_list().await? {
            let Some(terms) = bridge
                .set
                .terms
                .as_deref()
                .filter(|_| bridge.set.state == BridgeState::Active)
            else {
                continue;
            };
            let leaves = |pair: &PairHere| {
                let most = (pair.tlp.min(charter), pair.pap);
                pair.sends && pair.ours == community.alias && policy::leaves(audience, community.id, most)
            };
            if Terms::read(terms)?.here(bridge.set.first).iter().any(leaves) {
                hubs.push(bridge.set.hub_title.unwrap_or(bridge.set.name));
            }
        }
        Ok(hubs)
    }

    /// How an object came here over bridges, as far as the reader sees what came.
    pub(crate) async fn came_by(&self, id: &str, contributions: &[ObjectDetail]) -> Result<Vec<CameBy>, Error> {
        let shows = |member: MemberId| contributions.iter().any(|one| one.origin == Some(member));
        let mut came = Vec::new();
        for (member, item) in self.store().bridge_came(id).await? {
            if shows(member) && item.state == "passed" {
                came.push(CameBy {
                    path: read_path(&item.path)?,
                    tlp: Tlp::parse(&item.after.0).unwrap_or(Tlp::AmberStrict),
                    pap: Pap::parse(&item.after.1).unwrap_or(Pap::Red),
                    at: item.at,
                });
            }
        }
        Ok(came)
    }
}
