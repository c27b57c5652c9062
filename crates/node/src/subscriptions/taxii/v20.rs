//! Reads a TAXII 2.0 collection: bundles, paged by ranges of items, or whole where the server knows no ranges.

use reqwest::header::RANGE;
use serde::{Deserialize, Serialize};
use stix::Timestamp;

use super::address::ask;
use super::v21::connect;
use crate::client::{Answer, Failure, FailureKind, Request, shown};
use crate::subscriptions::run::{Finish, MOST_PARTS, Run, Stop};

/// Media types for discovery and collections, in the order in which they are tried.
pub(super) const ACCEPTS: [&str; 3] = [
    "application/vnd.oasis.taxii+json; version=2.0",
    "application/vnd.oasis.taxii+json",
    "application/json",
];
/// Media types for objects, in the order in which they are tried.
pub(super) const OBJECTS: [&str; 3] = [
    "application/vnd.oasis.stix+json; version=2.0",
    "application/vnd.oasis.stix+json",
    "application/json",
];
/// How far a question steps back, in microseconds: 2.0 servers write dates to the millisecond.
const STEP_BACK: i64 = 1_000;

/// Where the reading has got to.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
struct Place {
    /// What is asked for was added after this.
    after: Option<Timestamp>,
    /// Items of that answer that are here.
    items: u64,
    /// The latest date seen.
    high: Option<Timestamp>,
}

/// The end of the range and the number of all items: `items 0-99/512`, `items 0-99/*`.
fn content_range(answer: &Answer) -> Option<(u64, Option<u64>)> {
    let text = answer.header("content-range")?.trim();
    let (range, total) = text
        .strip_prefix("items")?
        .trim_start_matches(['=', ' '])
        .split_once('/')?;
    let (_, end) = range.split_once('-')?;
    Some((end.trim().parse().ok()?, total.trim().parse().ok()))
}

pub(in crate::subscriptions) async fn run(run: &mut Run) -> Result<Finish, Stop> {
    let (client, collection) = connect(run, &ACCEPTS).await?;
    let mut place: Place = run.place();
    place.after = place.after.max(run.settings.since);
    if let Some(high) = place.high {
        // After a break the items may have moved; dates have not.
        place = Place {
            after: place.after.max(Some(high.plus_micros(-STEP_BACK))),
            items: 0,
            high: Some(high),
        };
    }
    let page_size = u64::from(run.settings.page_size());
    for _ in 0..MOST_PARTS {
        let mut url = collection.objects();
        if let Some(after) = place.after {
            url.query_pairs_mut()
                .append_pair("added_after", &after.to_micros_text());
        }
        let range = format!("items {}-{}", place.items, place.items.saturating_add(page_size - 1));
        let request = Request::get(url.clone(), "", run.size_limit()).header(RANGE, range);
        let mut answer = match ask(&client, &OBJECTS, request).await {
            // The last page ended exactly with the last item.
            Err(failure) if failure.status == Some(416) => {
                finish(run, place);
                return Ok(Finish::Done);
            }
            Err(failure) if failure.status == Some(404) && place.after.is_some() => {
                run.note("the server answered 404, which may mean that nothing is new, or that the collection is gone");
                finish(run, place);
                return Ok(Finish::Done);
            }
            asked => asked?,
        };
        let broken = answer.broken.take();
        let (status, end) = (answer.status, content_range(&answer));
        let last = answer
            .header("x-taxii-date-added-last")
            .and_then(|text| Timestamp::parse(text.trim()).ok());
        let (taken, _) = run.share(shown(&url), answer.body).await?;
        if let Some(failure) = broken {
            return Err(failure.into());
        }
        if !taken.readable {
            let message = format!("{} answered something that is not a STIX bundle", shown(&url));
            return Err(Failure::content(format!("{message}; check the address and the kind")).into());
        }
        place.high = place.high.max(last);
        match end {
            Some((end, total)) if status == 206 || total.is_none_or(|total| end + 1 < total) => {
                if end.saturating_add(1) <= place.items {
                    let message = "the server gives the same range of items again and again; ask its owner";
                    return Err(Failure::new(FailureKind::Content, message).into());
                }
                place.items = end.saturating_add(1);
                if total.is_some_and(|total| place.items >= total) {
                    finish(run, place);
                    return Ok(Finish::Done);
                }
                run.save(&place).await?;
                if run.is_turn_over() {
                    break;
                }
            }
            _ => {
                finish(run, place);
                return Ok(Finish::Done);
            }
        }
    }
    Ok(Finish::More)
}

/// Everything is here: the next question begins a step before the latest date.
fn finish(run: &mut Run, place: Place) {
    let after = place.after.max(place.high.map(|high| high.plus_micros(-STEP_BACK)));
    run.set_place(&Place {
        after,
        items: 0,
        high: None,
    });
}
