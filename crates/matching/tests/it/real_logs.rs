//! Real logs, event files and traffic (COMMONWATCH_DATA), matched whole: nothing is lost on the way, and the fast pass leads to
//! every line that a slow reading finds.
//!
//! The counts are those of the readers' own tests, where other programs counted the same.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{Cursor, Read};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use events::lines::{Directive, Layout};
use events::{Event, Limits};
use matching::Hit;
use matching::run::{Armed, Current, Options, Taker, Tally, read};
use stix::{Problem, Timestamp};

use crate::naive::{Collector, Naive};

/// Of the values of Zeek's logs every so many is looked for.
const STEP: usize = 500;
/// The same for event files and traffic, which have fewer.
const SMALLER_STEP: usize = 50;

/// What is wrong with some of the captures: they were made to be cut off, to lack packets, or to hold broken messages.
const KNOWN: [&str; 7] = [
    "capture-truncated",
    "certificate-broken",
    "packet-broken",
    "packets-cut",
    "packets-not-read",
    "stream-gaps",
    "tls-broken",
];

fn folder(name: &str) -> Option<PathBuf> {
    let Some(data) = std::env::var_os("COMMONWATCH_DATA") else {
        println!("skipped: COMMONWATCH_DATA is not set");
        return None;
    };
    Some(Path::new(&data).join("detect").join(name))
}

/// The files below a folder with one of some endings, by name.
fn files(folder: &Path, endings: &[&str]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let ending = path.extension().and_then(|ending| ending.to_str());
            if path.is_dir() {
                folders.push(path);
            } else if ending.is_some_and(|ending| endings.contains(&ending)) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

#[expect(clippy::disallowed_methods, reason = "the test's own data, whole in memory")]
fn unpacked(path: &Path) -> Vec<u8> {
    let mut bytes = Vec::new();
    flate2::read::GzDecoder::new(File::open(path).unwrap())
        .read_to_end(&mut bytes)
        .unwrap();
    bytes
}

#[derive(Default)]
struct Kept {
    hits: Vec<Hit>,
    problems: Vec<Problem>,
}

impl Kept {
    /// Where something was met, and what.
    fn met(&self) -> BTreeSet<(u64, String)> {
        self.hits.iter().map(|hit| (hit.at, hit.matched.clone())).collect()
    }
}

impl Taker for Kept {
    fn hit(&mut self, hit: Hit) {
        self.hits.push(hit);
    }
    fn problem(&mut self, problem: Problem) {
        self.problems.push(problem);
    }
}

fn matched(bytes: &[u8], name: &str, current: &Current, threads: usize) -> (Kept, Tally) {
    let options = Options {
        threads,
        ..Options::new(Arc::new(|| Timestamp::from_micros(1)))
    };
    let mut kept = Kept::default();
    let tally = read(Box::new(Cursor::new(bytes)), name, current, &options, &mut kept);
    assert_eq!(tally.hits, kept.hits.len() as u64, "{name}");
    (kept, tally)
}

/// Every event of a log of lines with the number of its line, read slowly: each line, in its layout.
fn each_line(text: &[u8], mut give: impl FnMut(u64, &Event<'_>)) -> u64 {
    let mut layout = Layout::detect(&text[..text.len().min(64 << 10)]);
    let mut event = Event::default();
    let mut events = 0;
    for (number, line) in (1..).zip(text.split(|byte| *byte == b'\n')) {
        match line.first() {
            None => continue,
            Some(b'#') => match layout.directive(line) {
                Directive::Changes(next) => layout = next,
                Directive::Ignored => {}
                Directive::NotOne => panic!("{}", String::from_utf8_lossy(line)),
            },
            Some(_) => {
                layout.read(line, &mut event).unwrap();
                events += 1;
                give(number, &event);
            }
        }
    }
    events
}

/// Takes the events of a reader of records.
struct Each<F>(F, Vec<&'static str>);

impl<F: FnMut(u64, &Event<'_>)> events::Sink for Each<F> {
    fn event(&mut self, number: u64, event: &Event<'_>) -> ControlFlow<()> {
        (self.0)(number, event);
        ControlFlow::Continue(())
    }
    fn problem(&mut self, problem: Problem) {
        self.1.push(problem.code);
    }
}

/// Every event of an event file or a capture. Gives how many records it has, and what the reader finds wrong.
fn each_record(bytes: &[u8], give: impl FnMut(u64, &Event<'_>)) -> (u64, u64, Vec<&'static str>) {
    let mut sink = Each(give, Vec::new());
    let limits = Limits::default();
    let summary = if events::windows::is_evtx(bytes) {
        events::windows::read(Cursor::new(bytes), &limits, &mut sink)
    } else {
        events::capture::read(&mut Cursor::new(bytes), &limits, &mut sink)
    };
    let summary = summary.unwrap();
    (summary.records, summary.events, sink.1)
}

fn armed(collector: Collector) -> (Current, Naive) {
    let (watchlist, naive) = collector.done();
    let armed = Armed {
        watchlist: Some(watchlist),
        sigma: None,
    };
    (Current::new(armed), naive)
}

/// Both forms of Zeek's logs, by name.
fn zeek_logs(folder: &Path) -> Vec<(String, Vec<u8>)> {
    files(folder, &["gz"])
        .into_iter()
        .map(|path| {
            (
                path.strip_prefix(folder).unwrap().display().to_string(),
                unpacked(&path),
            )
        })
        .collect()
}

#[test]
fn no_line_of_a_log_is_lost_and_the_fast_pass_finds_what_a_slow_reading_finds() {
    let Some(folder) = folder("zeek") else { return };
    let logs = zeek_logs(&folder);
    let mut collector = Collector::new(STEP);
    for (_, text) in &logs {
        each_line(text, |_, event| collector.add(event));
    }
    println!("{}", collector.says());
    let (current, naive) = armed(collector);
    let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
    let (mut hits, mut examined) = (0, 0);
    for (name, text) in &logs {
        let mut expected = BTreeSet::new();
        let events = each_line(text, |number, event| {
            expected.extend(naive.met(event).into_iter().map(|value| (number, value)));
        });
        let (kept, tally) = matched(text, name, &current, 2);
        let lines = text.iter().filter(|byte| **byte == b'\n').count() as u64;
        assert_eq!(
            (tally.events, tally.records, tally.bytes),
            (events, lines, text.len() as u64),
            "{name}"
        );
        assert_eq!((tally.malformed, tally.other_layout), (0, 0), "{name}: {tally:?}");
        assert_eq!(kept.problems, [], "{name}");
        let met = kept.met();
        let (missed, more): (Vec<_>, Vec<_>) = (
            expected.difference(&met).take(9).collect(),
            met.difference(&expected).take(9).collect(),
        );
        assert!(
            missed.is_empty() && more.is_empty(),
            "{name}: missed {missed:?}, found besides {more:?}"
        );
        *counts.entry(name.split('/').next().unwrap()).or_default() += tally.events;
        hits += kept.hits.len();
        examined += tally.examined;
        // Nothing to look for: lines are counted all the same.
        let (_, idle) = matched(text, name, &Current::new(Armed::default()), 1);
        assert_eq!(
            (idle.events, idle.records, idle.malformed),
            (events, lines, 0),
            "{name}"
        );
    }
    println!(
        "{} logs, {counts:?}, {hits} hits, {examined} lines read in full",
        logs.len()
    );
    assert_eq!(
        counts,
        BTreeMap::from([("zeek-default", 158_439), ("zeek-json", 158_439)])
    );
    assert!(hits > 1_000);
}

/// What one kind of file with records came to.
#[derive(Debug, Default, PartialEq)]
struct Came {
    files: usize,
    records: u64,
    events: u64,
    problems: BTreeMap<&'static str, usize>,
}

/// Matches every file: all that its reader gives is matched, and only what the reader finds wrong is told.
fn records(paths: &[PathBuf], naive: &Naive, current: &Current) -> (Came, usize) {
    let mut came = Came::default();
    let mut hits = 0;
    for path in paths {
        let name = path.display().to_string();
        let bytes = fs::read(path).unwrap();
        let mut expected = BTreeSet::new();
        let (records, events, problems) = each_record(&bytes, |number, event| {
            expected.extend(naive.met(event).into_iter().map(|value| (number, value)));
        });
        let (kept, tally) = matched(&bytes, &name, current, 1);
        assert_eq!((tally.records, tally.events), (records, events), "{name}");
        // Readers may leave what cannot hold anything at the end unread.
        assert!(
            (1..=bytes.len() as u64).contains(&tally.bytes),
            "{name}: {}",
            tally.bytes
        );
        let codes: Vec<&str> = kept.problems.iter().map(|problem| problem.code).collect();
        assert_eq!(codes, problems, "{name}");
        for problem in &kept.problems {
            assert_eq!(problem.place.file.as_ref(), Some(&name), "{problem}");
        }
        let met = kept.met();
        let (missed, more): (Vec<_>, Vec<_>) = (
            expected.difference(&met).take(9).collect(),
            met.difference(&expected).take(9).collect(),
        );
        assert!(
            missed.is_empty() && more.is_empty(),
            "{name}: missed {missed:?}, found besides {more:?}"
        );
        hits += kept.hits.len();
        came.files += 1;
        came.records += records;
        came.events += events;
        for code in problems {
            *came.problems.entry(code).or_default() += 1;
        }
    }
    (came, hits)
}

fn collected(paths: &[PathBuf]) -> (Current, Naive) {
    let mut collector = Collector::new(SMALLER_STEP);
    for path in paths {
        each_record(&fs::read(path).unwrap(), |_, event| collector.add(event));
    }
    println!("{}", collector.says());
    armed(collector)
}

#[test]
fn no_record_of_an_event_file_is_lost_and_what_it_holds_is_found() {
    let Some(folder) = folder("evtx") else { return };
    let paths = files(&folder, &["evtx"]);
    let (current, naive) = collected(&paths);
    let (came, hits) = records(&paths, &naive, &current);
    println!("{came:?}, {hits} hits");
    assert_eq!((came.files, came.records, came.events), (54, 3_648, 3_648));
    assert_eq!(came.problems, BTreeMap::new());
    assert!(hits > 100);
}

#[test]
fn no_packet_of_a_capture_is_lost_and_what_it_holds_is_found() {
    let (Some(suricata), Some(ics)) = (folder("suricata"), folder("ics")) else {
        return;
    };
    let endings = ["pcap", "pcapng", "cap"];
    let paths = [files(&suricata, &endings), files(&ics, &endings)].concat();
    let (current, naive) = collected(&paths);
    let (came, hits) = records(&paths, &naive, &current);
    println!("{came:?}, {hits} hits");
    assert_eq!((came.files, came.records), (1_124, 105_735));
    let unknown: Vec<_> = came.problems.keys().filter(|code| !KNOWN.contains(code)).collect();
    assert!(unknown.is_empty(), "{unknown:?}");
    assert!(hits > 1_000);
}

#[test]
fn published_rules_find_in_event_files_what_they_find_without_us() {
    let (Some(rules), Some(folder)) = (folder("sigma/rules"), folder("evtx")) else {
        return;
    };
    let mut builder = sigma::Rules::builder();
    for path in files(&rules, &["yml"]) {
        builder.add(&path.to_string_lossy(), &fs::read_to_string(&path).unwrap());
    }
    let (rules, problems) = builder.build();
    assert_eq!((rules.len(), problems.len()), (3_141, 0));
    let current = Current::new(Armed {
        watchlist: None,
        sigma: Some(rules),
    });
    let (mut events, mut hits) = (0, Vec::new());
    for path in files(&folder, &["evtx"]) {
        let (kept, tally) = matched(&fs::read(&path).unwrap(), &path.to_string_lossy(), &current, 1);
        events += tally.events;
        hits.extend(kept.hits);
    }
    // As the rules' own test counts.
    assert_eq!((events, hits.len()), (3_648, 166));
    for hit in &hits {
        assert_eq!(
            (hit.reader.as_str(), hit.relation),
            ("evtx", matching::hit::Relation::Rule)
        );
        assert!(
            !hit.matched.is_empty() && !hit.indicator.id.is_empty() && !hit.event.is_empty(),
            "{hit:?}"
        );
    }
}
