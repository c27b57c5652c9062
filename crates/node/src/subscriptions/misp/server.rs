//! A MISP server over its REST interface: `POST events/index` lists, `GET events/view/UUID` gives one event.
//!
//! Mostly only what changed since the last run is listed. Once a day everything is, because an event that reaches that
//! server late from a third one keeps its old time.

use bytes::Bytes;
use reqwest::Url;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use stix::Timestamp;
use uuid::Uuid;

use super::events::{Creator, Known, Listed, MOST_EVENTS, fetch, seconds};
use super::placing::Placing;
use crate::client::{Client, Failure, FailureKind, Request};
use crate::subscriptions::check_url;
use crate::subscriptions::run::{Finish, Run, Stop};

/// How far a question for changes steps back, in seconds.
const STEP_BACK: i64 = 3_600;
/// How long a full listing serves, in microseconds.
const FULL_LISTING: i64 = 24 * 3_600 * 1_000_000;

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
struct Place {
    known: Known,
    /// The latest change seen, in seconds.
    high: i64,
    /// When everything was listed last.
    full: Option<Timestamp>,
}

fn below(url: &Url, parts: &[&str]) -> Result<Url, Failure> {
    let mut longer = url.clone();
    longer.set_query(None);
    match longer.path_segments_mut() {
        Ok(mut segments) => segments.pop_if_empty().extend(parts),
        Err(()) => {
            return Err(Failure::settings(
                "the address of the server cannot have anything below it",
            ));
        }
    };
    Ok(longer)
}

/// The address of an event.
pub(in crate::subscriptions) fn event(url: &Url, uuid: Uuid) -> Result<Url, Failure> {
    below(url, &["events", "view", &uuid.to_string()])
}

/// One page of the listing.
pub(in crate::subscriptions) async fn page(
    client: &Client,
    url: &Url,
    limit: u32,
    page: u32,
    since: Option<i64>,
    unpublished: bool,
    size_limit: u64,
) -> Result<Vec<Listed>, Failure> {
    let mut body = json!({ "minimal": 1, "limit": limit, "page": page });
    if !unpublished {
        body["published"] = json!(1);
    }
    if let Some(since) = since {
        body["timestamp"] = json!(since);
    }
    let body = Bytes::from(body.to_string());
    let at = below(url, &["events", "index"])?;
    let request = Request::post(at, "application/json", body, "application/json", size_limit);
    let mut answer = client.fetch(request).await?;
    if let Some(failure) = answer.broken.take() {
        return Err(failure);
    }
    // Bare as events/index gives it, or wrapped as restSearch does.
    let entries = match answer.json::<Vec<Entry>>("a list of MISP events").await {
        Ok(entries) => entries,
        Err(failure) => answer.json::<Wrapped>("a list").await.map_err(|_| failure)?.response,
    };
    let events = entries.into_iter().filter_map(|entry| {
        let entry = entry.event.map_or(entry.own, |event| *event);
        // A short entry names the organisation by its UUID alone, a whole one as it is.
        let creator = match entry.orgc_uuid {
            Some(uuid) => Uuid::try_parse(&uuid).ok(),
            None => entry.creator.as_ref().and_then(Creator::uuid),
        };
        Some(Listed {
            uuid: Uuid::try_parse(entry.uuid.as_deref()?).ok()?,
            changed: seconds(entry.timestamp.as_ref()),
            creator,
        })
    });
    Ok(events.collect())
}

/// What the listing says of an event, as far as it is needed.
#[derive(Default, Deserialize)]
struct Listing {
    #[serde(default)]
    uuid: Option<String>,
    #[serde(default)]
    timestamp: Option<Value>,
    #[serde(default)]
    orgc_uuid: Option<String>,
    #[serde(default, rename = "Orgc")]
    creator: Option<Creator>,
}

#[derive(Deserialize)]
struct Entry {
    #[serde(flatten)]
    own: Listing,
    #[serde(default, rename = "Event")]
    event: Option<Box<Listing>>,
}

#[derive(Deserialize)]
struct Wrapped {
    response: Vec<Entry>,
}

async fn list(run: &mut Run, client: &Client, url: &Url, since: Option<i64>) -> Result<Vec<Listed>, Stop> {
    let limit = run.settings.page_size();
    let mut all: Vec<Listed> = Vec::new();
    let mut before: Option<Uuid> = None;
    for number in 1.. {
        let events = page(
            client,
            url,
            limit,
            number,
            since,
            run.settings.unpublished,
            run.size_limit(),
        )
        .await?;
        let (first, count) = (events.first().map(|event| event.uuid), events.len());
        if count == 0 {
            break;
        }
        if first == before {
            run.note("the server gives the same page of events each time; raise page_size to see the others");
            break;
        }
        before = first;
        all.extend(events);
        if all.len() > MOST_EVENTS {
            let message = format!("the server lists more than {MOST_EVENTS} events, the limit; set since");
            return Err(Failure::new(FailureKind::TooLarge, message).into());
        }
        if count != limit as usize {
            break;
        }
    }
    // Events that changed while pages were read can be on two of them.
    all.sort_by_key(|event| (event.uuid, event.changed));
    all.reverse();
    all.dedup_by_key(|event| event.uuid);
    Ok(all)
}

pub(in crate::subscriptions) async fn run(run: &mut Run) -> Result<Finish, Stop> {
    let url = check_url(&run.subscription.terms.url)?;
    let client = Client::new(&run.settings.access, &url)?;
    let mut place: Place = run.place();
    let wished = run.settings.since.map(|since| since.micros().div_euclid(1_000_000));
    let whole = place
        .full
        .is_none_or(|full| run.now.micros().saturating_sub(full.micros()) >= FULL_LISTING);
    let since = if whole {
        wished
    } else {
        wished.max(Some(place.high.saturating_sub(STEP_BACK)))
    };
    let listed = list(run, &client, &url, since).await?;
    let high = listed
        .iter()
        .map(|event| event.changed)
        .max()
        .unwrap_or(0)
        .max(place.high);
    if whole {
        place.known.keep_only(&listed);
    }
    let wanted = listed
        .into_iter()
        .filter(|event| wished.is_none_or(|since| event.changed >= since) && !place.known.has(event))
        .collect();
    // Until every event is here, what is listed next time must reach as far back.
    let noted = |known: &Known| Place {
        known: known.clone(),
        high: place.high,
        full: None,
    };
    let mut known = std::mem::take(&mut place.known);
    let placing = Some(Placing::of(run).await?);
    let finish = fetch(
        run,
        &client,
        wanted,
        &mut known,
        |uuid| event(&url, uuid),
        noted,
        placing,
    )
    .await?;
    if matches!(finish, Finish::Done | Finish::NotChanged) {
        let full = if whole { Some(run.now) } else { place.full };
        run.set_place(&Place { known, high, full });
    }
    Ok(finish)
}
