//! Where a migration reads: a server, by pages of its list and one event at a time; or files, one after another.

use std::collections::BTreeSet;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use serde_json::value::RawValue;
use uuid::Uuid;

use super::{MigrationSource, MigrationWish};
use crate::client::{Failure, FailureKind};
use crate::error::{Error, bad};
use crate::misp::remote::Remote;
use crate::subscriptions::check_url;

/// Events that one list may have, and files that one folder may.
const MOST_UNITS: usize = 2_000_000;
/// Tries of one question before the migration stops.
const TRIES: u64 = 4;

/// One thing to fetch: an event of a server, or a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Unit {
    /// An event, and when it was changed, in seconds.
    Event(Uuid, i64),
    /// A file.
    File(PathBuf),
}

impl Unit {
    /// Its place in the order in which they are fetched: what changes meanwhile comes later.
    pub fn key(&self) -> String {
        match self {
            Self::Event(uuid, changed) => format!("{:020} {uuid}", changed.max(&0)),
            Self::File(path) => path.display().to_string(),
        }
    }

    pub fn name(&self) -> String {
        match self {
            Self::Event(uuid, _) => format!("event {uuid}"),
            Self::File(path) => format!("file {}", path.display()),
        }
    }
}

/// A source that is open.
pub(super) enum Source {
    Server(Box<Remote>, u32),
    Dump(PathBuf),
}

/// A failure of the other side as what a person at the command line is told.
pub(super) fn stopped(failure: &Failure) -> Error {
    match failure.kind {
        FailureKind::Settings | FailureKind::SignIn | FailureKind::Forbidden | FailureKind::Trust => bad(
            "no-way-in",
            failure.message.clone(),
            "once that is right, the same command with --resume goes on",
        ),
        _ => Error::Unavailable(format!(
            "{}; the same command with --resume goes on where it broke off",
            failure.message
        )),
    }
}

/// Whether a question is worth asking again: the way there broke, not the question.
fn passes(failure: &Failure) -> bool {
    matches!(
        failure.kind,
        FailureKind::Network | FailureKind::Timeout | FailureKind::Server | FailureKind::TooMany
    )
}

/// Whether the rest is to be read all the same.
pub(super) fn is_about_one(failure: &Failure) -> bool {
    matches!(
        failure.kind,
        FailureKind::NotThere
            | FailureKind::Refused
            | FailureKind::TooLarge
            | FailureKind::Content
            | FailureKind::Forbidden
    )
}

impl Source {
    pub fn open(wish: &MigrationWish) -> Result<Self, Error> {
        match &wish.source {
            MigrationSource::Server { url, access } => {
                let url = check_url(url)?;
                let remote = Remote::new(access, url).map_err(|failure| stopped(&failure))?;
                Ok(Self::Server(Box::new(remote), wish.page_size))
            }
            MigrationSource::Dump(path) => Ok(Self::Dump(path.clone())),
        }
    }

    pub fn name(&self) -> String {
        match self {
            Self::Server(remote, _) => crate::client::shown(remote.url()),
            Self::Dump(path) => path.display().to_string(),
        }
    }

    /// Everything there is to fetch, in order.
    pub async fn units(&self, most: u64) -> Result<Vec<Unit>, Error> {
        let mut units = match self {
            Self::Server(remote, page_size) => listed(remote, *page_size, most).await?,
            Self::Dump(path) => files(path)?,
        };
        units.sort_by_key(Unit::key);
        Ok(units)
    }

    /// The text of a unit.
    pub async fn read(&self, unit: &Unit, most: u64) -> Result<String, Failure> {
        match (self, unit) {
            (Self::Server(remote, _), Unit::Event(uuid, _)) => {
                let uuid = uuid.to_string();
                let mut tried = 0;
                loop {
                    tried += 1;
                    match remote.fetch(&["events", "view", &uuid], most).await {
                        Ok(answer) => return text_of(answer.body, most),
                        Err(failure) if passes(&failure) && tried < TRIES => pause(tried, &failure).await,
                        Err(failure) => return Err(failure),
                    }
                }
            }
            (_, Unit::File(path)) => {
                let file = std::fs::File::open(path);
                let file = file.map_err(|error| {
                    Failure::new(
                        FailureKind::NotThere,
                        format!("{} cannot be opened: {error}", path.display()),
                    )
                })?;
                text_of(file, most)
            }
            _ => Err(Failure::content("a dump has no events of a server")),
        }
    }
}

/// Waits before the next try, as long as the other side asks for, or longer each time.
pub(super) async fn pause(tried: u64, failure: &Failure) {
    let asked = failure
        .retry_after
        .and_then(|seconds| u64::try_from(seconds).ok())
        .unwrap_or(0)
        .min(60);
    let own = 250 << tried.min(6);
    tokio::time::sleep(std::time::Duration::from_millis(own.max(asked * 1_000))).await;
}

fn text_of(body: impl std::io::Read, most: u64) -> Result<String, Failure> {
    let mut text = String::new();
    let read = body.take(most + 1).read_to_string(&mut text);
    read.map_err(|error| Failure::content(format!("this cannot be read as text: {error}")))?;
    if text.len() as u64 > most {
        let message = format!("this has more than {most} bytes, the limit for one event; raise --size-limit");
        return Err(Failure::new(FailureKind::TooLarge, message));
    }
    Ok(text)
}

async fn listed(remote: &Remote, page_size: u32, most: u64) -> Result<Vec<Unit>, Error> {
    let mut known = BTreeSet::new();
    let mut before = None;
    for number in 1.. {
        let mut tried = 0;
        let page = loop {
            tried += 1;
            let page = crate::subscriptions::misp_page(remote.client(), remote.url(), page_size, number, most).await;
            match page {
                Ok(page) => break page,
                Err(failure) if passes(&failure) && tried < TRIES => pause(tried, &failure).await,
                Err(failure) => return Err(stopped(&failure)),
            }
        };
        let first = page.first().map(|(uuid, _)| *uuid);
        let count = page.len();
        // A server that knows no pages gives everything each time.
        if count == 0 || first == before {
            break;
        }
        before = first;
        known.extend(page);
        if known.len() > MOST_UNITS {
            let message = format!("more than {MOST_UNITS} events are listed there, the limit");
            return Err(bad("too-many-events", message, "migrate from a dump, folder by folder"));
        }
        if count < page_size as usize {
            break;
        }
    }
    // What changed while pages were read is on two of them: the later state counts.
    let latest: std::collections::BTreeMap<Uuid, i64> = known.into_iter().collect();
    Ok(latest
        .into_iter()
        .map(|(uuid, changed)| Unit::Event(uuid, changed))
        .collect())
}

fn files(path: &Path) -> Result<Vec<Unit>, Error> {
    let failed = |error: std::io::Error| {
        bad(
            "no-dump",
            format!("{} cannot be read: {error}", path.display()),
            "give a file or folder of MISP events",
        )
    };
    if std::fs::metadata(path).map_err(failed)?.is_file() {
        return Ok(vec![Unit::File(path.to_owned())]);
    }
    let mut units = Vec::new();
    for entry in std::fs::read_dir(path).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if name.ends_with(".json") && name != "manifest.json" {
            units.push(Unit::File(path));
        }
        if units.len() > MOST_UNITS {
            return Err(bad(
                "too-many-files",
                format!("more than {MOST_UNITS} files are in there"),
                "split the folder",
            ));
        }
    }
    if units.is_empty() {
        let message = format!("there are no files named *.json in {}", path.display());
        return Err(bad("no-dump", message, "give the folder that holds the events"));
    }
    Ok(units)
}

/// The events in a text: one, or a list, bare or wrapped as MISP wraps them.
pub(crate) fn events_in(text: &str) -> Result<Vec<&RawValue>, String> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let raw: &RawValue = serde_json::from_str(text).map_err(|error| format!("this is no JSON: {error}"))?;
    let mut found = Vec::new();
    walk(raw, 0, &mut found)?;
    Ok(found)
}

fn walk<'t>(raw: &'t RawValue, depth: usize, found: &mut Vec<&'t RawValue>) -> Result<(), String> {
    #[derive(serde::Deserialize)]
    struct Around<'t> {
        #[serde(borrow, default)]
        response: Option<&'t RawValue>,
        #[serde(borrow, default, rename = "Event")]
        event: Option<&'t RawValue>,
    }
    if depth > 6 {
        return Err("events are wrapped too deeply in this".to_owned());
    }
    if raw.get().starts_with('[') {
        let list: Vec<&RawValue> = serde_json::from_str(raw.get()).map_err(|error| error.to_string())?;
        return list.into_iter().try_for_each(|one| walk(one, depth + 1, found));
    }
    let around: Around<'t> = serde_json::from_str(raw.get()).map_err(|error| format!("this is no event: {error}"))?;
    match around.response.or(around.event) {
        Some(inner) => walk(inner, depth + 1, found),
        None => {
            found.push(raw);
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::{Unit, events_in};

    #[test]
    fn events_are_found_however_they_are_wrapped() {
        for (text, count) in [
            (r#"{"info":"x"}"#, 1),
            (r#"{"Event":{"info":"x"}}"#, 1),
            (r#"{"response":[{"Event":{"info":"x"}},{"Event":{"info":"y"}}]}"#, 2),
            (r#"[{"info":"x"},{"Event":{"info":"y"}}]"#, 2),
            ("[]", 0),
        ] {
            assert_eq!(events_in(text).unwrap().len(), count, "{text}");
        }
        assert!(events_in("no").is_err() && events_in("7").is_err());
        assert!(events_in(&format!("{}{}", "[".repeat(20), "]".repeat(20))).is_err());
    }

    #[test]
    fn what_was_changed_later_comes_later() {
        let (old, new) = (
            Unit::Event(Uuid::from_u128(9), 99),
            Unit::Event(Uuid::from_u128(1), 100),
        );
        assert!(old.key() < new.key());
    }
}
