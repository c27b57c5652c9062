//! What was read, in numbers, with samples of what could not be.

use serde::Serialize;

/// Samples kept of each source.
const SAMPLES: usize = 5;
/// Letters of a sample.
const LETTERS: usize = 160;

/// What was read of one source.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Tally {
    /// What the content showed: `zeek-json`, `pcap`, `text`.
    pub reader: String,
    /// Bytes that were looked through, after unpacking.
    pub bytes: u64,
    /// Lines, packets or records.
    pub records: u64,
    /// Events among them; empty lines, comments and headings are none.
    pub events: u64,
    /// Lines and events that were read in full, because they could hold something.
    pub examined: u64,
    /// Lines or records that are not what their source says; they are matched as text all the same.
    pub malformed: u64,
    /// Lines in another layout than the others of their source; they are read in their own.
    pub other_layout: u64,
    /// Hits, before repeats are held back.
    pub hits: u64,
    /// Some of what is malformed.
    pub samples: Vec<Sample>,
}

/// A line or record that is not what it should be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Sample {
    /// Its number, counted from one.
    pub at: u64,
    /// What is wrong with it.
    pub why: String,
    /// How it begins.
    pub text: String,
}

impl Tally {
    /// Takes note of a malformed line.
    pub(super) fn malformed(&mut self, at: u64, why: &str, line: &[u8]) {
        self.malformed += 1;
        if self.samples.len() < SAMPLES {
            let text = String::from_utf8_lossy(&line[..line.len().min(4 * LETTERS)]);
            self.samples.push(Sample {
                at,
                why: why.to_owned(),
                text: text.chars().take(LETTERS).collect(),
            });
        }
    }

    /// Adds what another part of the same source, or another source, came to.
    pub fn add(&mut self, other: &Self) {
        if self.reader.is_empty() {
            self.reader.clone_from(&other.reader);
        } else if self.reader != other.reader && !other.reader.is_empty() {
            "mixed".clone_into(&mut self.reader);
        }
        self.bytes += other.bytes;
        self.records += other.records;
        self.events += other.events;
        self.examined += other.examined;
        self.malformed += other.malformed;
        self.other_layout += other.other_layout;
        self.hits += other.hits;
        let room = SAMPLES.saturating_sub(self.samples.len());
        self.samples.extend(other.samples.iter().take(room).cloned());
    }
}
