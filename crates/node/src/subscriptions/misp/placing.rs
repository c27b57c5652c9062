//! Where an event of a MISP server goes: no further than it would go to a MISP server that pulls it.
//!
//! Whoever pulls is one step further away: what was for the organisations of that server (1) is for the puller alone, what
//! was for connected ones (2) and for all (3) goes to the community of the subscription, and a sharing group is the
//! community of its UUID. The same holds for attributes and objects that say less than their event. Between servers of
//! one organisation (`internal`) nothing is further away.

use std::collections::HashMap;
use std::io::Read as _;

use bytes::Bytes;
use policy::CommunityId;
use serde_json::{Map, Value, json};
use stix::{Place, Problem};
use uuid::Uuid;

use crate::accounts::Caller;
use crate::client::Body;
use crate::error::Error;
use crate::intake::Handling;
use crate::misp::migrate::partition::{Goes, MOST_TREE, Narrower, Outline, Rules, split};
use crate::misp::migrate::source::events_in;
use crate::node::Node;
use crate::subscriptions::run::{Intake, Run, Shared, Stop};

/// The rules for one run.
pub(super) struct Placing {
    node: Node,
    caller: Caller,
    rules: Rules,
    groups: HashMap<Uuid, CommunityId>,
    community: CommunityId,
}

/// An answer, and where it goes.
struct Placed {
    goes: Goes,
    text: Bytes,
    /// What of its event goes to the puller alone.
    narrower: Option<(Uuid, Vec<Narrower>)>,
}

impl Placing {
    /// By what communities there are now.
    pub async fn of(run: &Run) -> Result<Self, Stop> {
        let communities = run.node.store().community_list().await?;
        let groups: HashMap<Uuid, CommunityId> = communities.iter().map(|one| (one.uuid, one.id)).collect();
        let rules = Rules {
            here: groups.keys().copied().collect(),
            unsaid_to_community: true,
            one_step_on: !run.settings.internal,
            ..Rules::default()
        };
        Ok(Self {
            node: run.node.clone(),
            caller: run.caller().clone(),
            rules,
            groups,
            community: run.subscription.terms.community,
        })
    }

    /// Takes in an answer that holds an event.
    pub async fn share(&self, intake: &Intake, from: String, body: Body) -> Result<Shared, Stop> {
        let text = tokio::task::spawn_blocking(move || read(body));
        let text = text.await.map_err(|error| Error::Ours(error.to_string()))?;
        let text = text.map_err(|error| Error::Ours(format!("an answer could not be read again: {error}")))?;
        let placed = match self.place(text) {
            Ok(placed) => placed,
            Err(problem) => return Ok(Err(*problem)),
        };
        let communities = match placed.goes {
            Goes::Own => Vec::new(),
            Goes::Community => vec![self.community],
            Goes::Group(group) => self.groups.get(&group).copied().into_iter().collect(),
        };
        let handling = Handling {
            communities,
            ..intake.handling().clone()
        };
        let (shared, _) = intake
            .share_as(from, std::io::Cursor::new(placed.text), handling)
            .await?;
        if shared.is_ok()
            && let Some((event, parts)) = placed.narrower
        {
            self.node.misp_follow().await?;
            let each = |_: &str, _: &str, added| match added {
                // It is there already, or it is nothing that can be here: the event is, all the same.
                Ok(()) | Err(Error::Conflict(_) | Error::Input(_) | Error::NotAllowed(_)) => Ok(()),
                Err(error) => Err(error),
            };
            self.node.misp_add_narrower(&self.caller, event, parts, each).await?;
        }
        Ok(shared)
    }

    /// Where the event of an answer goes, and what of it goes to the puller alone.
    fn place(&self, text: Bytes) -> Result<Placed, Box<Problem>> {
        let unreadable = |why: String| Box::new(Problem::error("bad-misp-event", Place::default(), why));
        let whole = |goes, text| Placed {
            goes,
            text,
            narrower: None,
        };
        let readable = std::str::from_utf8(&text).map_err(|error| unreadable(error.to_string()))?;
        let events = events_in(readable).map_err(unreadable)?;
        // One is asked for; whoever answers with several says nothing of where they go together.
        let [raw] = *events.as_slice() else {
            return Ok(whole(Goes::Own, text));
        };
        let outline: Outline = serde_json::from_str(raw.get()).map_err(|error| unreadable(error.to_string()))?;
        let goes = self.rules.of_event(&outline);
        let places = self.rules.narrower(&outline);
        if places.0.is_empty() && places.1.is_empty() {
            return Ok(whole(goes, text));
        }
        // What cannot be taken apart goes whole to where its narrowest part goes.
        let Some(uuid) = outline.uuid.filter(|_| text.len() <= MOST_TREE) else {
            return Ok(whole(Goes::Own, text));
        };
        let mut event: Map<String, Value> =
            serde_json::from_str(raw.get()).map_err(|error| unreadable(error.to_string()))?;
        let narrower = Some((uuid, split(&mut event, &places)));
        let text = Bytes::from(json!({ "Event": event }).to_string());
        Ok(Placed { goes, text, narrower })
    }
}

fn read(mut body: Body) -> std::io::Result<Bytes> {
    let mut bytes = Vec::new();
    body.read_to_end(&mut bytes)?;
    Ok(bytes.into())
}
