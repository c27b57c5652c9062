//! Telling hubs that this node watches: up to where its watchlist has what came from each, and which kinds of logs it reads.
//!
//! ```text
//! where subscriptions are ─► compile ─► in force ─► Said ──► POST …/api/v1/watching, for each hub
//! ```
//!
//! Only hubs hear of it whose operator said so: a subscription with the setting `tells_watching`. Nothing is told of hits, of
//! values, or of names of sources. A hub that does not answer is asked again later; the watch itself never waits for one.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use bytes::Bytes;
use stix::Timestamp;
use store::{LogFamily, Subscription};
use tokio::sync::watch;

use crate::accounts::Caller;
use crate::client::{Client, Failure, FailureKind, Request};
use crate::error::Error;
use crate::node::Node;
use crate::subscriptions::schedule::{Ended, next_run};
use crate::subscriptions::taxii::{address, v21};
use crate::subscriptions::{SourceSettings, check_url};

/// How often it is looked whether a hub that did not answer is to be asked again.
const LOOK: Duration = Duration::from_secs(5);
/// The most bytes of its answer.
const ANSWER_BYTES: u64 = 64 << 10;
const JSON: &str = "application/json";

/// What every hub is to know.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Said {
    /// By the name of its subscription: the watchlist has what the hub added up to here, by the hub's clock.
    pub upto: BTreeMap<String, Timestamp>,
    /// Which kinds of logs are read.
    pub families: BTreeSet<LogFamily>,
    /// The day on which it is said: a watch that goes on is told of once a day.
    pub day: i64,
}

/// What a hub was told, and when it is tried again where it did not listen.
#[derive(Default)]
struct Told {
    what: Option<(Timestamp, BTreeSet<LogFamily>, i64)>,
    failures: i64,
    again: Option<Timestamp>,
}

impl Node {
    /// Up to where each subscription has fetched whose hub wants to know. Asked before a watchlist is compiled, it is what
    /// that watchlist has for certain.
    pub(super) async fn hubs_reached(&self, caller: &Caller) -> Result<BTreeMap<String, Timestamp>, Error> {
        let caller = self.as_of_now(caller).await?;
        let all = self.store().subscription_list().await?;
        let reached = all.iter().filter_map(|subscription| {
            let terms = &subscription.terms;
            let settings = SourceSettings::parse(&terms.settings).ok()?;
            let is_watched = caller.principal.communities.contains(&terms.community);
            let wants = terms.enabled && settings.tells_watching && is_watched;
            let upto = wants.then(|| v21::reached(subscription, &settings)).flatten()?;
            Some((terms.name.clone(), upto))
        });
        Ok(reached.collect())
    }

    /// Tells each hub what changed for it, until nobody says anything more.
    pub(super) async fn tell_hubs(self, mut said: watch::Receiver<Said>) {
        let mut told: BTreeMap<String, Told> = BTreeMap::new();
        loop {
            let now_said = said.borrow_and_update().clone();
            for (name, upto) in &now_said.upto {
                let what = (*upto, now_said.families.clone(), now_said.day);
                let told = told.entry(name.clone()).or_default();
                let waits = told.again.is_some_and(|again| again > self.now());
                if told.what.as_ref() != Some(&what) && !waits {
                    self.tell_of_watch(name, what, told).await;
                }
            }
            let is_behind = told.values().any(|told| told.again.is_some());
            tokio::select! {
                changed = said.changed() => if changed.is_err() { return },
                () = tokio::time::sleep(LOOK), if is_behind => {}
            }
        }
    }

    async fn tell_of_watch(&self, name: &str, what: (Timestamp, BTreeSet<LogFamily>, i64), told: &mut Told) {
        let now = self.now();
        let Ok(Some(subscription)) = self.store().subscription_get(name).await else {
            // It ended, or our own store is not there: what is said next finds out.
            return;
        };
        let outcome = post(&subscription, what.0, &what.1).await;
        let error = outcome.as_ref().err().map(ToString::to_string);
        self.watch_shared().with(|health| {
            let hub = health.hubs.entry(name.to_owned()).or_default();
            hub.last_error.clone_from(&error);
            if error.is_none() {
                (hub.told, hub.upto) = (Some(now), Some(what.0));
            }
        });
        match outcome {
            Ok(()) => {
                *told = Told {
                    what: Some(what),
                    ..Told::default()
                };
            }
            Err(failure) => {
                tracing::warn!(hub = name, %failure, "a hub could not be told of the watch");
                told.failures += 1;
                let ended = Ended::Failed {
                    in_a_row: told.failures,
                    retry_after: failure.retry_after,
                };
                told.again = Some(next_run(now, 0, subscription.terms.uuid, ended));
            }
        }
    }
}

/// Tells the hub of a subscription, with the account that is used for fetching.
async fn post(subscription: &Subscription, upto: Timestamp, families: &BTreeSet<LogFamily>) -> Result<(), Failure> {
    let terms = &subscription.terms;
    let unusable = |error: Error| Failure::settings(error.to_string());
    let settings = SourceSettings::parse(&terms.settings).map_err(unusable)?;
    let url = check_url(&terms.url).map_err(unusable)?;
    let client = Client::new(&settings.access, &url)?;
    let collection = address::find(&client, &v21::ACCEPTS, &url, settings.collection.as_deref()).await?;
    // The JSON interface is beside the API root, whatever path stands before both.
    let odd = |_| Failure::settings("the address of the collection has nothing beside it");
    let at = collection.root.join("../api/v1/watching").map_err(odd)?;
    let families: Vec<&str> = families.iter().map(|family| family.as_str()).collect();
    let body = serde_json::json!({ "upto": upto.to_micros_text(), "families": families });
    let request = Request::post(at, JSON, Bytes::from(body.to_string()), JSON, ANSWER_BYTES);
    let told = client.fetch(request).await.map(drop);
    told.map_err(|mut failure| {
        let hint = match failure.kind {
            FailureKind::Forbidden => "; the key needs the scope 'sightings' there",
            FailureKind::NotThere => "; is it a Commonwatch hub? If not, set tells_watching to false",
            _ => "",
        };
        failure.message.push_str(hint);
        failure
    })
}
