//! A MISP feed: `manifest.json` names the events and when each changed, `UUID.json` holds one.

use std::collections::BTreeMap;

use reqwest::Url;
use reqwest::header::{IF_MODIFIED_SINCE, IF_NONE_MATCH};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use super::events::{Creator, Known, Listed, MOST_EVENTS, fetch, seconds};
use crate::client::{Answer, Client, Failure, Request};
use crate::subscriptions::check_url;
use crate::subscriptions::run::{Finish, Run, Stop};

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
struct Place {
    etag: Option<String>,
    last_modified: Option<String>,
    known: Known,
}

/// What the manifest says of an event, as far as it is needed.
#[derive(Deserialize)]
struct Entry {
    #[serde(default)]
    timestamp: Option<Value>,
    #[serde(default, rename = "Orgc")]
    creator: Option<Creator>,
}

/// The folder of a feed: the address with or without `manifest.json`.
pub(in crate::subscriptions) fn folder(text: &str) -> Result<Url, Stop> {
    let mut url = check_url(text)?;
    let path = url.path().strip_suffix("manifest.json").unwrap_or(url.path());
    let path = if path.ends_with('/') {
        path.to_owned()
    } else {
        format!("{path}/")
    };
    url.set_path(&path);
    Ok(url)
}

/// The address of a file of the feed; what is asked in the feed's address (a token) is asked here too.
pub(in crate::subscriptions) fn file(folder: &Url, name: &str) -> Result<Url, Failure> {
    let mut url = folder
        .join(name)
        .map_err(|_| Failure::settings("the address of the feed cannot have files below it"))?;
    url.set_query(folder.query());
    Ok(url)
}

/// The events of a manifest.
pub(in crate::subscriptions) async fn listed(answer: &mut Answer) -> Result<Vec<Listed>, Failure> {
    let manifest: BTreeMap<String, Entry> = answer.json("the manifest of a MISP feed").await?;
    if manifest.len() > MOST_EVENTS {
        return Err(Failure::content(format!(
            "the manifest lists more than {MOST_EVENTS} events, the limit"
        )));
    }
    // A name that is no UUID is not an event, and would be an address of somebody else's choice.
    let events = manifest.iter().filter_map(|(name, entry)| {
        Some(Listed {
            uuid: Uuid::try_parse(name).ok()?,
            changed: seconds(entry.timestamp.as_ref()),
            creator: entry.creator.as_ref().and_then(Creator::uuid),
        })
    });
    Ok(events.collect())
}

pub(in crate::subscriptions) async fn run(run: &mut Run) -> Result<Finish, Stop> {
    let folder = folder(&run.subscription.terms.url)?;
    let client = Client::new(&run.settings.access, &folder)?;
    let mut place: Place = run.place();
    let mut request = Request::get(file(&folder, "manifest.json")?, "application/json", run.size_limit());
    if let Some(etag) = &place.etag {
        request = request.header(IF_NONE_MATCH, etag);
    }
    if let Some(date) = &place.last_modified {
        request = request.header(IF_MODIFIED_SINCE, date);
    }
    let mut answer = client.fetch(request).await?;
    if answer.status == 304 {
        return Ok(Finish::NotChanged);
    }
    if let Some(failure) = answer.broken.take() {
        return Err(failure.into());
    }
    let (etag, last_modified) = (
        answer.header("etag").map(str::to_owned),
        answer.header("last-modified").map(str::to_owned),
    );
    let since = run
        .settings
        .since
        .map_or(i64::MIN, |since| since.micros().div_euclid(1_000_000));
    let listed = listed(&mut answer).await?;
    place.known.keep_only(&listed);
    let wanted = listed
        .into_iter()
        .filter(|event| event.changed >= since && !place.known.has(event))
        .collect();
    // Until every event is here the manifest must be read again, so its tag is not noted yet.
    let noted = |known: &Known| Place {
        known: known.clone(),
        ..Place::default()
    };
    let finish = fetch(
        run,
        &client,
        wanted,
        &mut place.known,
        |uuid| file(&folder, &format!("{uuid}.json")),
        noted,
        None,
    )
    .await?;
    if matches!(finish, Finish::Done | Finish::NotChanged) {
        run.set_place(&Place {
            etag,
            last_modified,
            known: place.known,
        });
    }
    Ok(finish)
}
