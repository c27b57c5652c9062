//! The MISP feed directory: `manifest.json`, `hashes.csv` and one `<uuid>.json` for each event.

use stix::json::{Map, Value};
use stix::{Place, Problem};
use uuid::Uuid;

use super::md5;
use super::text::{self, Json};
use super::write::WrittenEvent;
use super::{read_json, time};
use crate::{Found, ReadOptions, Sink, Summary};

/// One event that a manifest lists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ManifestEntry {
    /// The event's UUID.
    pub uuid: Uuid,
    /// When it was last changed, in seconds since 1970; zero where the manifest does not say.
    pub timestamp: i64,
    /// Its title.
    pub info: String,
    /// Names of its tags, by which a subscription may choose.
    pub tags: Vec<String>,
}

impl ManifestEntry {
    /// The name of the event's file, next to the manifest.
    pub fn file_name(&self) -> String {
        format!("{}.json", self.uuid)
    }
}

/// Reads a manifest. An entry whose name is no UUID becomes a problem: it would be part of an address to fetch.
pub fn manifest(input: &[u8], problem: &mut dyn FnMut(Problem)) -> Result<Vec<ManifestEntry>, Problem> {
    let text = super::utf8(input)?;
    let Value::Object(map) = stix::json::parse(text)? else {
        return Err(Problem::error(
            "misp-manifest",
            Place::path("$"),
            "a manifest is an object of UUIDs of events",
        ));
    };
    let mut entries = Vec::with_capacity(map.len());
    for (name, value) in map.iter() {
        match (text::uuid(name), value) {
            (Some(uuid), Value::Object(entry)) => entries.push(read_entry(uuid, entry)),
            _ => {
                let shown: String = name.chars().take(80).collect();
                let message = format!("'{shown}' is not the UUID of an event with what is known of it");
                problem(Problem::error("misp-manifest", Place::path("$"), message));
            }
        }
    }
    Ok(entries)
}

fn read_entry(uuid: Uuid, entry: &Map<'_>) -> ManifestEntry {
    let tags = entry.array("Tag").unwrap_or_default();
    ManifestEntry {
        uuid,
        timestamp: time::seconds(entry.get("timestamp")).map_or(0, |at| at.micros() / 1_000_000),
        info: entry.str("info").unwrap_or_default().to_owned(),
        tags: tags
            .iter()
            .filter_map(Value::as_object)
            .filter_map(|tag| tag.str("name"))
            .map(str::to_owned)
            .collect(),
    }
}

/// The entries that are new or newer than what is known, oldest first, so that a break loses nothing.
pub fn changed<'e>(entries: &'e [ManifestEntry], known: &dyn Fn(Uuid) -> Option<i64>) -> Vec<&'e ManifestEntry> {
    let mut changed: Vec<_> = entries
        .iter()
        .filter(|entry| known(entry.uuid).is_none_or(|timestamp| entry.timestamp > timestamp))
        .collect();
    changed.sort_by_key(|entry| (entry.timestamp, entry.uuid));
    changed
}

/// Reads all events of a feed directory; `fetch` gives the content of a file next to the manifest.
///
/// An event that cannot be fetched or read is told, and those around it are still read.
pub fn read_feed(
    input: &[u8],
    fetch: &mut dyn FnMut(&str) -> Result<Vec<u8>, Problem>,
    options: &ReadOptions,
    sink: &mut dyn Sink,
) -> Result<Summary, Problem> {
    let mut summary = Summary {
        format: "misp-feed",
        ..Summary::default()
    };
    let entries = manifest(input, &mut |problem| {
        summary.refused += 1;
        sink.problem(problem);
    })?;
    for entry in changed(&entries, &|_| None) {
        let name = entry.file_name();
        let options = ReadOptions {
            name: Some(name.clone()),
            ..options.clone()
        };
        let mut watched = Watched { sink, stopped: false };
        let read = fetch(&name).and_then(|bytes| read_json(&bytes, &options, &mut watched));
        match read {
            Ok(read) => {
                summary.objects += read.objects;
                summary.refused += read.refused;
            }
            Err(problem) if watched.stopped => return Err(problem),
            Err(mut problem) => {
                problem.place.file = problem.place.file.or(Some(name));
                summary.refused += 1;
                sink.problem(problem);
            }
        }
    }
    Ok(summary)
}

/// Tells the end that the taker wants from an event that cannot be read.
struct Watched<'s> {
    sink: &'s mut dyn Sink,
    stopped: bool,
}

impl Sink for Watched<'_> {
    fn object(&mut self, found: Found<'_>) -> Result<(), Problem> {
        self.sink.object(found).inspect_err(|_| self.stopped = true)
    }

    fn problem(&mut self, problem: Problem) {
        self.sink.problem(problem);
    }
}

/// Collects what a feed directory says about its events: the manifest and the list of hashed values.
#[derive(Default)]
pub struct FeedIndex {
    manifest: Json,
    hashes: String,
}

impl FeedIndex {
    /// Takes note of an event, whose own text goes into [`file_name`] of its UUID.
    pub fn add(&mut self, event: &WrittenEvent) {
        if self.manifest.as_str().is_empty() {
            self.manifest.open();
        }
        self.manifest.key(&event.uuid.to_string());
        self.manifest.raw(&event.manifest);
        for value in &event.values {
            self.hashes.push_str(&hash_line(value, event.uuid));
        }
    }

    /// The text of `manifest.json` and of `hashes.csv`.
    pub fn finish(mut self) -> (String, String) {
        if self.manifest.as_str().is_empty() {
            self.manifest.open();
        }
        self.manifest.close();
        (self.manifest.into_string(), self.hashes)
    }
}

/// The line of `hashes.csv` that says that a value is in an event.
pub fn hash_line(value: &str, event: Uuid) -> String {
    format!("{},{event}\n", hex::encode(md5::digest(value.as_bytes())))
}

/// The name of an event's file in a feed directory.
pub fn file_name(uuid: Uuid) -> String {
    format!("{uuid}.json")
}

#[cfg(test)]
mod tests {
    use super::{changed, manifest};

    #[test]
    fn a_subscription_asks_for_what_is_new_or_newer_oldest_first() {
        let text = br#"{
            "5b23c82b-6508-4bdc-b580-045b0a00020f": {"info": "old", "timestamp": "100"},
            "5b23c82b-6508-4bdc-b580-045b0a000210": {"info": "newer", "timestamp": 300, "Tag": [{"name": "tlp:green"}]},
            "5b23c82b-6508-4bdc-b580-045b0a000211": {"info": "new", "timestamp": 200},
            "../../etc/passwd": {"timestamp": 1}
        }"#;
        let mut problems = Vec::new();
        let entries = manifest(text, &mut |problem| problems.push(problem.message)).unwrap();
        assert_eq!(
            problems,
            ["'../../etc/passwd' is not the UUID of an event with what is known of it"]
        );
        let known = |uuid: uuid::Uuid| match uuid.to_string().as_str() {
            "5b23c82b-6508-4bdc-b580-045b0a00020f" => Some(100),
            "5b23c82b-6508-4bdc-b580-045b0a000210" => Some(250),
            _ => None,
        };
        let names: Vec<_> = changed(&entries, &known)
            .iter()
            .map(|entry| entry.info.as_str())
            .collect();
        assert_eq!(names, ["new", "newer"]);
        assert_eq!(entries[1].tags, ["tlp:green"]);
    }
}
