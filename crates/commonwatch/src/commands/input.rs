//! Opens what a command reads: a file, a directory that is a feed, or standard input.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

use formats::{Limits, ReadOptions, Sink, Summary};
use stix::{Id, Place, Problem, Timestamp};

use crate::failure::{self, Failure};

/// The identity in whose name `check` and `convert` make objects: they know of no node.
const NOBODY: &str = "identity--f431f809-377b-45e0-aa1c-6a4751cae5ff";

/// Opens a file, or standard input for `-`.
pub fn open(path: &Path) -> Result<Box<dyn Read + Send>, Failure> {
    if path.as_os_str() == "-" {
        return Ok(Box::new(std::io::stdin()));
    }
    let file = File::open(path).map_err(|error| failure::file("read", path, &error))?;
    Ok(Box::new(BufReader::with_capacity(1 << 16, file)))
}

/// Reads a file, a MISP feed directory or standard input into a sink.
pub fn read(path: &Path, now: Timestamp, sink: &mut dyn Sink) -> Result<Summary, Problem> {
    let producer = Id::parse(NOBODY).map_err(|error| Problem::error("bad-id", Place::default(), error.to_string()))?;
    let options = ReadOptions {
        name: Some(path.display().to_string()),
        producer,
        default_markings: Vec::new(),
        now,
        limits: Limits::default(),
    };
    let unreadable = |problem: Failure| {
        let place = Place {
            file: Some(path.display().to_string()),
            ..Place::default()
        };
        // The place names the file already.
        let message = problem.message();
        let message = message.strip_prefix(&format!("{} ", path.display())).unwrap_or(message);
        Problem::error("unreadable", place, message.to_owned())
    };
    if path.is_dir() {
        let manifest = std::fs::read(path.join("manifest.json")).map_err(|error| {
            unreadable(failure::file("read", &path.join("manifest.json"), &error))
                .help("a directory is read as a MISP feed; name its files one by one where it is none")
        })?;
        let mut fetch = |name: &str| feed_member(path, name);
        return formats::misp::read_feed(&manifest, &mut fetch, &options, sink);
    }
    let mut input = open(path).map_err(unreadable)?;
    formats::read_any(&mut input, &options, sink)
}

/// Reads one event of a feed directory; only plain file names, so that a manifest cannot point elsewhere.
pub fn feed_member(directory: &Path, name: &str) -> Result<Vec<u8>, Problem> {
    let place = || Place {
        file: Some(name.to_owned()),
        ..Place::default()
    };
    if name.contains(['/', '\\']) || name.starts_with('.') {
        return Err(Problem::error(
            "bad-feed-name",
            place(),
            "a feed names its events by plain file names",
        ));
    }
    std::fs::read(directory.join(name))
        .map_err(|error| Problem::error("unreadable", place(), format!("{name} cannot be read: {error}")))
}
