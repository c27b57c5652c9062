//! What both MISP sources share: which events are here already, and fetching the others one by one.

use futures_util::StreamExt as _;
use futures_util::stream::FuturesOrdered;
use reqwest::Url;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::placing::Placing;
use crate::client::{Client, Failure, FailureKind, Request, shown};
use crate::subscriptions::run::{Finish, Intake, MOST_PARTS, Run, Shared, Stop};

/// The most events that one listing may have.
pub(super) const MOST_EVENTS: usize = 1_000_000;
/// Failures in a row after which the rest is left for the next run.
const MOST_FAILURES: usize = 5;
/// Events fetched at a time: while one is on its way, another is read and a third is stored.
const AT_A_TIME: usize = 3;

/// An event as a listing tells of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::subscriptions) struct Listed {
    pub uuid: Uuid,
    /// When it changed last, in seconds since 1970, as the source counts.
    pub changed: i64,
    /// The organisation that made it, as far as the listing says.
    pub creator: Option<Uuid>,
}

/// Who made an event, as listings say it.
#[derive(Default, Deserialize)]
pub(super) struct Creator {
    #[serde(default)]
    uuid: Option<String>,
}

impl Creator {
    /// Its UUID, where it has one that can be read.
    pub fn uuid(&self) -> Option<Uuid> {
        Uuid::try_parse(self.uuid.as_deref()?).ok()
    }
}

impl Listed {
    /// A short fingerprint of the event as it stands.
    fn fingerprint(&self) -> u64 {
        let mut hasher = Sha256::new();
        hasher.update(self.uuid.as_bytes());
        hasher.update(self.changed.to_be_bytes());
        hasher
            .finalize()
            .iter()
            .take(8)
            .fold(0, |number, byte| number << 8 | u64::from(*byte))
    }
}

/// Fingerprints of the events that are here, in order; written as one hexadecimal text, as there may be many.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Known(Vec<u64>);

impl Known {
    pub fn has(&self, event: &Listed) -> bool {
        self.0.binary_search(&event.fingerprint()).is_ok()
    }

    fn add(&mut self, done: &mut Vec<u64>) {
        self.0.append(done);
        self.0.sort_unstable();
        self.0.dedup();
    }

    /// Forgets what a full listing no longer has.
    pub fn keep_only(&mut self, listed: &[Listed]) {
        let mut there: Vec<u64> = listed.iter().map(Listed::fingerprint).collect();
        there.sort_unstable();
        self.0.retain(|one| there.binary_search(one).is_ok());
    }
}

impl Serialize for Known {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut text = String::with_capacity(self.0.len() * 16);
        for one in &self.0 {
            use std::fmt::Write as _;
            let _ = write!(text, "{one:016x}");
        }
        serializer.serialize_str(&text)
    }
}

impl<'de> Deserialize<'de> for Known {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let bad = |_| serde::de::Error::custom("not the fingerprints of events");
        let chunks = text.as_bytes().chunks(16).map(|chunk| {
            let digits = std::str::from_utf8(chunk).unwrap_or_default();
            u64::from_str_radix(digits, 16).map_err(bad)
        });
        let mut known = Self(chunks.collect::<Result<_, _>>()?);
        known.0.sort_unstable();
        Ok(known)
    }
}

/// A moment as MISP writes it: a number, or a text of digits.
pub(super) fn seconds(value: Option<&serde_json::Value>) -> i64 {
    match value {
        Some(serde_json::Value::Number(number)) => number.as_i64().unwrap_or(0),
        Some(serde_json::Value::String(text)) => text.trim().parse().unwrap_or(0),
        _ => 0,
    }
}

/// Fetches the events that are not here, the oldest change first and a few at a time, noting the place as it goes.
/// `address` says where an event is; `place` what is to be noted when these are known; `placing` where each goes.
pub(super) async fn fetch<P: Serialize>(
    run: &mut Run,
    client: &Client,
    mut wanted: Vec<Listed>,
    known: &mut Known,
    address: impl Fn(Uuid) -> Result<Url, Failure>,
    place: impl Fn(&Known) -> P,
    placing: Option<Placing>,
) -> Result<Finish, Stop> {
    let blocked = run.node.store().misp_blocklist().await?;
    wanted.retain(|event| blocked.lets_in(event.uuid, event.creator));
    wanted.sort_by_key(|event| (event.changed, event.uuid));
    let more = wanted.len() > MOST_PARTS;
    wanted.truncate(MOST_PARTS);
    // Noting the place after every event would write the whole list of a large feed as often as it has events.
    let every = (wanted.len() / 50).max(1);
    let way = Way {
        client,
        intake: run.intake(),
        size_limit: run.size_limit(),
        placing,
    };
    let (mut done, mut missing, mut in_a_row) = (Vec::new(), Vec::new(), 0);
    let mut stop = None;
    let mut rest = wanted.iter();
    let mut under_way = FuturesOrdered::new();
    loop {
        while stop.is_none()
            && under_way.len() < AT_A_TIME
            && !run.is_turn_over()
            && let Some(event) = rest.next()
        {
            let (way, url) = (&way, address(event.uuid));
            under_way.push_back(async move { (event, way.fetch(url).await) });
        }
        // Whatever made this end, those that are under way are waited for, and counted.
        let Some((event, fetched)) = under_way.next().await else {
            break;
        };
        match fetched.and_then(|fetched| fetched.counted(run)) {
            Ok(()) => {
                done.push(event.fingerprint());
                in_a_row = 0;
            }
            Err(Stop::Failure(failure)) => {
                // Somebody who may not get in, or has to wait, need not ask for the next one.
                let hopeless = matches!(
                    failure.kind,
                    FailureKind::SignIn | FailureKind::TooMany | FailureKind::Settings | FailureKind::Trust
                );
                in_a_row += 1;
                missing.push((event.uuid, failure.clone()));
                if hopeless || in_a_row >= MOST_FAILURES {
                    stop.get_or_insert(Stop::Failure(failure));
                }
            }
            Err(other) => {
                stop.get_or_insert(other);
            }
        }
        if done.len() >= every && stop.is_none() {
            known.add(&mut done);
            run.save(&place(known)).await?;
        }
    }
    let more = more || rest.next().is_some();
    known.add(&mut done);
    run.set_place(&place(known));
    if let Some(stop) = stop {
        return Err(stop);
    }
    Ok(match missing.first() {
        Some((uuid, failure)) => {
            let message = format!(
                "{} of {} events could not be fetched, among them {uuid}: {failure}",
                missing.len(),
                wanted.len()
            );
            Finish::Partly(Failure {
                message,
                ..failure.clone()
            })
        }
        None if more => Finish::More,
        None if wanted.is_empty() => Finish::NotChanged,
        None => Finish::Done,
    })
}

/// The way of an event from there to here.
struct Way<'a> {
    client: &'a Client,
    intake: Intake,
    size_limit: u64,
    /// Where each event goes; none: all of them where the subscription says.
    placing: Option<Placing>,
}

/// An event that was taken in, as far as it came.
struct Fetched {
    from: String,
    shared: Shared,
    broken: Option<Failure>,
}

impl Way<'_> {
    async fn fetch(&self, url: Result<Url, Failure>) -> Result<Fetched, Stop> {
        let url = url?;
        let from = shown(&url);
        let request = Request::get(url, "application/json", self.size_limit);
        let answer = self.client.fetch(request).await?;
        let shared = match &self.placing {
            Some(placing) => placing.share(&self.intake, from.clone(), answer.body).await?,
            None => self.intake.share(from.clone(), answer.body).await?.0,
        };
        Ok(Fetched {
            from,
            shared,
            broken: answer.broken,
        })
    }
}

impl Fetched {
    /// Counts it in its run, and says what was wrong with it.
    fn counted(self, run: &mut Run) -> Result<(), Stop> {
        let taken = run.count(self.shared);
        match self.broken {
            Some(failure) => Err(failure.into()),
            None if !taken.readable => {
                let from = self.from;
                Err(Failure::content(format!("{from} is not a MISP event; check the address and the kind")).into())
            }
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::{Known, Listed};

    proptest! {
        #[test]
        fn what_was_noted_is_known_again(events in prop::collection::vec((any::<u128>(), any::<i64>()), 0..50)) {
            let events: Vec<Listed> =
                events.into_iter().map(|(uuid, changed)| Listed { uuid: Uuid::from_u128(uuid), changed, creator: None }).collect();
            let mut known = Known::default();
            known.add(&mut events.iter().map(Listed::fingerprint).collect());
            let back: Known = serde_json::from_str(&serde_json::to_string(&known).unwrap()).unwrap();
            prop_assert_eq!(&back, &known);
            prop_assert!(events.iter().all(|event| back.has(event)));
        }
    }

    #[test]
    fn a_changed_event_is_not_known() {
        let event = Listed {
            uuid: Uuid::from_u128(5),
            changed: 7,
            creator: None,
        };
        let mut known = Known::default();
        known.add(&mut vec![event.fingerprint()]);
        assert!(!known.has(&Listed {
            changed: 8,
            ..event.clone()
        }));
        known.keep_only(&[]);
        assert!(!known.has(&event));
    }
}
