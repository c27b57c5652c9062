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
use serde_json::{Map, Value};
use stix::{Place, Problem};
use uuid::Uuid;

use crate::accounts::Caller;
use crate::client::Body;
use crate::error::Error;
use crate::intake::Handling;
use crate::misp::migrate::partition::{Goes, Outline, Rules, take_out};
use crate::misp::migrate::source::events_in;
use crate::node::Node;
use crate::subscriptions::run::{Intake, Run, Shared, Stop};

/// Bytes of an answer of which parts go to fewer: it is held as a tree.
const MOST_TREE: usize = 64 << 20;

/// The rules for one run.
pub(super) struct Placing {
    node: Node,
    caller: Caller,
    rules: Rules,
    groups: HashMap<Uuid, CommunityId>,
    community: CommunityId,
}

/// What goes to fewer than its event: its event, the list that it is in, and what it says.
type Narrower = (Uuid, &'static str, Map<String, Value>);

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
        let (goes, text, narrower) = match self.split(text) {
            Ok(split) => split,
            Err(problem) => return Ok(Err(*problem)),
        };
        let communities = match goes {
            Goes::Own => Vec::new(),
            Goes::Community => vec![self.community],
            Goes::Group(group) => self.groups.get(&group).copied().into_iter().collect(),
        };
        let handling = Handling {
            communities,
            ..intake.handling().clone()
        };
        let (shared, _) = intake.share_as(from, std::io::Cursor::new(text), handling).await?;
        if shared.is_ok() && !narrower.is_empty() {
            self.node.misp_follow().await?;
            for (event, list, fields) in narrower {
                self.narrower(event, list, fields).await?;
            }
        }
        Ok(shared)
    }

    /// Where the event of an answer goes, what is left of the answer, and what goes to the puller alone.
    fn split(&self, text: Bytes) -> Result<(Goes, Bytes, Vec<Narrower>), Box<Problem>> {
        let unreadable = |why: String| Box::new(Problem::error("bad-misp-event", Place::default(), why));
        let readable = std::str::from_utf8(&text).map_err(|error| unreadable(error.to_string()))?;
        let mut goes = None;
        let mut narrower = Vec::new();
        let mut left = Vec::new();
        for raw in events_in(readable).map_err(unreadable)? {
            let outline: Outline = serde_json::from_str(raw.get()).map_err(|error| unreadable(error.to_string()))?;
            let to = self.rules.of_event(&outline);
            let (attributes, objects) = self.rules.narrower(&outline);
            // Answers that hold several go where the narrowest goes; there is one in each that we ask for.
            let is_narrowest = to == Goes::Own || goes.is_none_or(|known| known == to);
            goes = Some(if is_narrowest { to } else { Goes::Own });
            let Some(uuid) = outline.uuid.filter(|_| attributes.len() + objects.len() > 0) else {
                continue;
            };
            if text.len() > MOST_TREE {
                goes = Some(Goes::Own);
                continue;
            }
            let mut event: Map<String, Value> =
                serde_json::from_str(raw.get()).map_err(|error| unreadable(error.to_string()))?;
            for (list, places) in [("Attribute", &attributes), ("Object", &objects)] {
                let out = take_out(&mut event, list, places);
                narrower.extend(out.into_iter().map(|fields| (uuid, list, fields)));
            }
            left.push(Value::Object(event));
        }
        let goes = goes.unwrap_or(Goes::Own);
        if narrower.is_empty() || goes == Goes::Own {
            return Ok((goes, text, Vec::new()));
        }
        let left = Bytes::from(Value::Array(left).to_string());
        Ok((goes, left, narrower))
    }

    /// Adds to an event what the puller alone may have of it.
    async fn narrower(&self, event: Uuid, list: &'static str, mut fields: Map<String, Value>) -> Result<(), Stop> {
        let Some(record) = self.node.store().misp_event_by_uuid(event).await? else {
            return Ok(());
        };
        fields.insert("distribution".to_owned(), Value::from("0"));
        fields.shift_remove("sharing_group_id");
        fields.shift_remove("SharingGroup");
        match self.node.misp_element_add(&self.caller, record.id, list, fields).await {
            // It is there already, or it is nothing that can be here: the event is, all the same.
            Ok(_) | Err(Error::Conflict(_) | Error::Input(_) | Error::NotAllowed(_)) => {}
            Err(error) => return Err(error.into()),
        }
        // Adding something says of an event that it is not published any more; this one is as it was there.
        Ok(self.node.store().misp_event_set(&record).await?)
    }
}

fn read(mut body: Body) -> std::io::Result<Bytes> {
    let mut bytes = Vec::new();
    body.read_to_end(&mut bytes)?;
    Ok(bytes.into())
}
