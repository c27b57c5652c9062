//! A member's own node acts on recalls of the node it fetches from: drops or narrows what came from there, and answers.
//!
//! Only what came by that very subscription is touched: another node cannot take away what one's own people shared.

use bytes::Bytes;
use reqwest::Url;
use serde::Deserialize;
use serde_json::json;
use stix::Timestamp;
use stix::marking::{Pap, Tlp};
use store::{NewRecall, RecallKind};
use uuid::Uuid;

use super::Done;
use crate::client::{Client, Failure, Request};
use crate::error::Error;
use crate::node::Node;
use crate::subscriptions::{Run, Stop};

/// The header by which a node of ours says how many recalls wait for an answer, and where.
pub const HEADER: &str = "x-commonwatch-recalls";
/// The most bytes of a list of recalls.
const ANSWER_BYTES: u64 = 16 << 20;
/// Characters of a reason that are kept.
const MOST_REASON: usize = 1_000;
/// Items that were narrowed here and are narrowed again when they come once more.
const MOST_NARROWED: usize = 1_000;
const JSON: &str = "application/json";

/// An answer that will say more once the watchlist was swapped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Waiting {
    subscription: Uuid,
    recall: Uuid,
    removed: Timestamp,
}

#[derive(Deserialize)]
struct List {
    recalls: Vec<Item>,
}

/// A recall, as far as a program has to know it.
#[derive(Deserialize)]
struct Item {
    id: Uuid,
    kind: String,
    object: String,
    reason: String,
    still_open: bool,
    tlp: Option<String>,
    pap: Option<String>,
}

impl Item {
    /// What is to be done here; none where nothing is.
    fn wanted(&self) -> Option<RecallKind> {
        match self.kind.as_str() {
            _ if !self.still_open => Some(RecallKind::Retract),
            "correct" => Some(RecallKind::Correct),
            "narrow" => {
                let tlp = self.tlp.as_deref().and_then(Tlp::parse)?;
                let pap = self.pap.as_deref().and_then(Pap::parse).unwrap_or(Pap::Clear);
                Some(RecallKind::Narrow(tlp, pap))
            }
            _ => None,
        }
    }
}

/// What was done, and why where that needs saying.
struct Outcome {
    done: Done,
    note: Option<String>,
}

impl Outcome {
    fn kept(why: impl Into<String>) -> Self {
        Self {
            done: Done::Kept,
            note: Some(why.into()),
        }
    }
}

/// Acts on what the other side said on its last page: how many recalls wait, and where they are.
pub(crate) async fn after_fetching(run: &mut Run, client: &Client, page: &Url, said: Option<&str>) -> Result<(), Stop> {
    let address = said
        .and_then(|said| said.split_once(' '))
        .and_then(|(_, address)| page.join(address.trim()).ok());
    narrow_again(run).await?;
    let Some(address) = address.or_else(|| page.join("/api/v1/recalls").ok()) else {
        return Ok(());
    };
    if let Err(failure) = say_swapped(run, client, &address).await {
        run.note(format!(
            "the other side could not be told of a swapped watchlist: {failure}"
        ));
    }
    if said.is_none() {
        return Ok(());
    }
    let mut list = address.clone();
    list.set_query(Some("mine=true&open=true"));
    let asked = client.fetch(Request::get(list, JSON, ANSWER_BYTES)).await;
    let asked = match asked {
        Ok(mut answer) => answer.json::<List>("a list of recalls").await,
        Err(failure) => Err(failure),
    };
    let list = match asked {
        Ok(list) => list,
        Err(failure) => {
            run.note(format!("recalls could not be asked for: {failure}"));
            return Ok(());
        }
    };
    for item in list.recalls {
        let outcome = apply(run, &item).await?;
        if let Err(failure) = answer(client, &address, item.id, &outcome, None).await {
            run.note(format!("a recall could not be acknowledged: {failure}"));
            continue;
        }
        if outcome.done == Done::Removed {
            let waiting = Waiting {
                subscription: run.subscription.terms.uuid,
                recall: item.id,
                removed: run.node.now(),
            };
            run.node.recall_waits(waiting);
        }
    }
    Ok(())
}

/// Does here what a recall wants.
async fn apply(run: &Run, item: &Item) -> Result<Outcome, Error> {
    let Some(kind) = item.wanted() else {
        return Ok(Outcome::kept("it is still shared with us"));
    };
    let gone = kind == RecallKind::Retract;
    let new = from_subscription(run, kind, &item.object, &item.reason);
    let caller = run.caller();
    match run.node.store().recall(&caller.principal, &new).await {
        Ok(_) => run.node.recalls_changed(),
        Err(error) if error.kind() == store::ErrorKind::NotFound => {}
        Err(error) if error.kind() == store::ErrorKind::Conflict => {}
        Err(error) if error.kind() == store::ErrorKind::Input => return Ok(Outcome::kept(error.to_string())),
        Err(error) => return Err(error.into()),
    }
    if !gone {
        return Ok(Outcome {
            done: Done::Replaced,
            note: None,
        });
    }
    let viewer = run.node.viewer(caller).await?;
    if run.node.store().object_exists(&viewer, &item.object).await? {
        return Ok(Outcome::kept("another source shares it with us as well"));
    }
    Ok(Outcome {
        done: Done::Removed,
        note: None,
    })
}

/// What was narrowed here and came once more, with the marking that is inside the object, is narrowed again: the other
/// side hands the object out as it is.
pub(crate) async fn narrow_again(run: &Run) -> Result<(), Stop> {
    if !run.brought_anything() {
        return Ok(());
    }
    let terms = &run.subscription.terms;
    let mut seen = std::collections::HashSet::new();
    for recall in run.node.store().recall_list(terms.member, None, MOST_NARROWED).await? {
        let marks = recall.replaced_by.as_deref().filter(|_| recall.kind == "narrow");
        let marks = marks.and_then(|marks| marks.split_once(' '));
        let marks = marks.and_then(|(tlp, pap)| Some((Tlp::parse(tlp)?, Pap::parse(pap)?)));
        let Some((tlp, pap)) = marks.filter(|_| recall.community == Some(terms.community)) else {
            continue;
        };
        if seen.insert(recall.object.clone()) {
            let new = from_subscription(run, RecallKind::Narrow(tlp, pap), &recall.object, &recall.reason);
            let narrowed = run.node.store().recall(&run.caller().principal, &new).await;
            if let Err(error) = narrowed
                && !matches!(error.kind(), store::ErrorKind::NotFound | store::ErrorKind::Conflict)
            {
                return Err(error.into());
            }
        }
    }
    Ok(())
}

/// A recall of what came by this subscription, and of nothing else.
fn from_subscription(run: &Run, kind: RecallKind, object: &str, reason: &str) -> NewRecall {
    let terms = &run.subscription.terms;
    NewRecall {
        uuid: run.node.fresh_uuid(),
        kind,
        object: object.to_owned(),
        owner: terms.member,
        community: Some(terms.community),
        channel: Some(format!("subscription:{}", terms.name)),
        versions: None,
        reason: reason
            .chars()
            .filter(|letter| !letter.is_control())
            .take(MOST_REASON)
            .collect(),
    }
}

async fn answer(
    client: &Client,
    address: &Url,
    recall: Uuid,
    outcome: &Outcome,
    swapped: Option<Timestamp>,
) -> Result<(), Failure> {
    let mut url = address.clone();
    url.set_path(&format!(
        "{}/{recall}/acknowledge",
        address.path().trim_end_matches('/')
    ));
    let body = json!({
        "done": outcome.done.as_str(), "note": outcome.note, "swapped": swapped, "automatic": true,
    });
    let request = Request::post(url, JSON, Bytes::from(body.to_string()), JSON, ANSWER_BYTES);
    client.fetch(request).await.map(drop)
}

/// Says of what was removed earlier that the watchlist no longer has it either.
async fn say_swapped(run: &Run, client: &Client, address: &Url) -> Result<(), Failure> {
    let Some(compiled) = run.node.watch_shared().with(|health| health.watchlist.compiled) else {
        return Ok(());
    };
    let removed = Outcome {
        done: Done::Removed,
        note: None,
    };
    for waiting in run.node.recalls_swapped(run.subscription.terms.uuid, compiled) {
        answer(client, address, waiting.recall, &removed, Some(compiled)).await?;
    }
    Ok(())
}

impl Node {
    fn recall_waits(&self, waiting: Waiting) {
        if self.watch_shared().with(|health| health.since.is_some()) {
            self.with_waiting(|all| all.push(waiting));
        }
    }

    /// Takes out what the watchlist in force, compiled at a time, no longer has.
    fn recalls_swapped(&self, subscription: Uuid, compiled: Timestamp) -> Vec<Waiting> {
        self.with_waiting(|all| {
            let swapped = |one: &Waiting| one.subscription == subscription && one.removed < compiled;
            let (out, left) = std::mem::take(all).into_iter().partition(swapped);
            *all = left;
            out
        })
    }
}
