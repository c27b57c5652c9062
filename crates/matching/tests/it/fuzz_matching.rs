//! No input, no damaged watchlist and no damaged index makes matching panic, and lines are counted right (docs/fuzzing.md).

use std::fs;
use std::io::Cursor;
use std::path::Path;
use std::sync::{Arc, OnceLock};

use matching::hit::Context;
use matching::hunt::{self, Contents, Log, Prey};
use matching::run::{Armed, Current, Options, Taker, Tally, read};
use matching::watchlist::{About, Builder, Options as Compile};
use matching::{Hit, Watchlist};
use proptest::prelude::*;
use sha2::{Digest, Sha256};
use stix::observable::{Kind, normalise};
use stix::{Problem, Timestamp};

use crate::mutate::{config, mutated};

/// Where the sections of a saved watchlist begin; what is before them is protected by its digest.
const SECTIONS: usize = 384;
/// What stands before the directory of an index: the magic, the directory's length and digest.
const FIXED: usize = 8 + 8 + 32;

const VALUES: [(Kind, &str); 14] = [
    (Kind::Ipv4, "192.0.2.7"),
    (Kind::Ipv4Network, "198.51.100.0/25"),
    (Kind::Ipv6, "2001:db8::7"),
    (Kind::Ipv6Network, "2001:db8:1::/48"),
    (Kind::Domain, "evil.example"),
    (Kind::Domain, "xn--bcher-kva.example"),
    (Kind::Url, "http://evil.example/a/b?c=d"),
    (Kind::EmailAddress, "a@evil.example"),
    (Kind::MacAddress, "02:00:5e:00:53:01"),
    (Kind::Md5, "d41d8cd98f00b204e9800998ecf8427e"),
    (
        Kind::Sha256,
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    ),
    (Kind::FileName, "evil tool.exe"),
    (Kind::Mutex, "Global\\evil"),
    (Kind::Asn, "AS64500"),
];

const PATTERNS: [&str; 2] = [
    "[file:name = 'tool.exe' AND file:size > 1000]",
    "([domain-name:value = 'first.example'] FOLLOWEDBY [ipv4-addr:value = '192.0.2.7']) WITHIN 60 SECONDS",
];

/// Lines that meet every value, in several formats.
const LINES: &str = concat!(
    "{\"ts\":\"2026-01-02T00:00:01Z\",\"src_ip\":\"192.0.2.7\",\"query\":\"www.evil.example\"}\n",
    "{\"ts\":\"2026-01-02T00:00:02Z\",\"src_ip\":\"198.51.100.9\",\"query\":\"first.example\",\"dst_ip\":\"2001:db8:1::2\"}\n",
    "{\"ts\":\"2026-01-02T00:00:03Z\",\"url\":\"http:\\/\\/evil.example/a/b?c=d\",\"dst_ip\":\"2001:DB8::7\",\"note\":\"b\\u00fccher.example\"}\n",
    "{\"md5\":\"D41D8CD98F00B204E9800998ECF8427E\",\"mail\":\"A <a@evil.example>\",\"file_name\":\"evil tool.exe\",\"as\":\"AS64500\"}\n",
    "a line with 02-00-5e-00-53-01 and Global\\evil and 192.0.2.7:80\n",
);

fn watchlist() -> Watchlist {
    let mut builder = Builder::new(Compile::at(Timestamp::from_micros(0)));
    for (number, (kind, value)) in VALUES.iter().enumerate() {
        let indicator = builder.indicator(&Context {
            id: format!("indicator--00000000-0000-4000-8000-{number:012x}"),
            name: "a name".to_owned(),
            valid_until: (number == 3).then(|| Timestamp::from_micros(9_000_000_000_000_000)),
            ..Context::default()
        });
        builder.value(indicator, &normalise(*kind, value).unwrap());
    }
    for (number, pattern) in PATTERNS.iter().enumerate() {
        let indicator = serde_json::json!({
            "type": "indicator", "spec_version": "2.1", "id": format!("indicator--00000000-0000-4000-8000-1{number:011x}"),
            "created": "1970-01-01T00:00:00.000Z", "modified": "1970-01-01T00:00:00.000Z", "valid_from": "1970-01-01T00:00:00Z",
            "pattern_type": "stix", "pattern": pattern,
        });
        builder.object(
            stix::Object::parse(&indicator.to_string()).unwrap().map(),
            &About::default(),
        );
    }
    let (watchlist, problems) = builder.build();
    assert_eq!(problems, []);
    watchlist
}

fn sound() -> &'static Current {
    static SOUND: OnceLock<Current> = OnceLock::new();
    SOUND.get_or_init(|| {
        Current::new(Armed {
            watchlist: Some(watchlist()),
            sigma: None,
        })
    })
}

#[derive(Default)]
struct Kept {
    hits: Vec<Hit>,
    problems: usize,
}

impl Taker for Kept {
    fn hit(&mut self, hit: Hit) {
        self.hits.push(hit);
    }
    fn problem(&mut self, problem: Problem) {
        assert!(!problem.message.is_empty());
        self.problems += 1;
    }
}

fn options(threads: usize, line_bytes: usize) -> Options {
    Options {
        threads,
        line_bytes,
        ..Options::new(Arc::new(|| Timestamp::from_micros(1)))
    }
}

fn matched(bytes: &[u8], current: &Current, options: &Options) -> (Tally, Kept) {
    let mut kept = Kept::default();
    let tally = read(Box::new(Cursor::new(bytes)), "fuzz", current, options, &mut kept);
    assert_eq!(tally.hits, kept.hits.len() as u64);
    (tally, kept)
}

fn lines(bytes: &[u8]) -> u64 {
    let ends = bytes.iter().filter(|byte| **byte == b'\n').count();
    (ends + usize::from(bytes.last().is_some_and(|byte| *byte != b'\n'))) as u64
}

/// A watchlist that is opened can be asked everything, however damaged it is.
fn watchlist_target(bytes: &[u8]) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("list.cww");
    fs::write(&path, bytes).unwrap();
    let Ok(watchlist) = Watchlist::open(&path) else { return };
    for (kind, value) in VALUES {
        let explanation = watchlist.explain(&normalise(kind, value).unwrap());
        assert!(explanation.entries.len() <= 100);
    }
    watchlist.kinds();
    for number in [0, 1, 15, 16, u32::MAX] {
        watchlist.context(number);
    }
    let armed = Armed {
        watchlist: Some(watchlist),
        sigma: None,
    };
    Prey::of(&armed);
    let current = Current::new(armed);
    for text in [LINES.to_owned(), format!("{LINES}{LINES}").replace("{\"", "; \"")] {
        let (tally, kept) = matched(text.as_bytes(), &current, &options(1, 1 << 20));
        assert_eq!(tally.records, lines(text.as_bytes()));
        assert!(kept.hits.iter().all(|hit| (1..=tally.records).contains(&hit.at)));
    }
}

/// Whatever an input is, it is read to its end; if it is lines, none is lost, and threads and caps change nothing but how
/// long lines are kept.
fn input_target(bytes: &[u8]) {
    let (tally, kept) = matched(bytes, sound(), &options(1, 1 << 20));
    let (other, other_kept) = matched(bytes, sound(), &options(3, 1 << 20));
    assert_eq!(tally, other);
    assert_eq!(kept.hits, other_kept.hits);
    let (short, _) = matched(bytes, sound(), &options(2, 64));
    assert_eq!(tally.records, short.records);
    if ["pcap", "pcapng", "dnstap", "evtx", "windows-xml", "json-document"].contains(&tally.reader.as_str()) {
        return;
    }
    assert_eq!(
        (tally.records, tally.bytes <= bytes.len() as u64),
        (lines(bytes), true),
        "{tally:?}"
    );
    assert!(
        tally.events <= tally.records && tally.examined <= tally.events,
        "{tally:?}"
    );
    assert!(kept.hits.iter().all(|hit| (1..=tally.records).contains(&hit.at)));
}

/// A log, its sound index, and the hits that are to be found.
struct Indexed {
    text: String,
    index: Vec<u8>,
    hits: Vec<(u64, String)>,
}

fn with_log<T>(text: &str, index: &[u8], call: impl FnOnce(&mut Log<'_>, &Path) -> T) -> T {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.log");
    fs::write(&path, text).unwrap();
    let beside = hunt::index_path(&path, None);
    if !index.is_empty() {
        fs::write(&beside, index).unwrap();
    }
    let open = || Ok(Contents::File(fs::File::open(&path).unwrap()));
    call(&mut Log::new("a.log", text.len() as u64, None, &beside, &open), &beside)
}

fn hunted(log: &mut Log<'_>) -> Vec<(u64, String)> {
    let prey = Prey::of(&sound().get());
    let mut kept = Kept::default();
    hunt::search(log, &prey, sound(), &options(1, 1 << 20), &mut kept).unwrap();
    kept.hits.into_iter().map(|hit| (hit.at, hit.matched)).collect()
}

fn indexed() -> &'static Indexed {
    static INDEXED: OnceLock<Indexed> = OnceLock::new();
    INDEXED.get_or_init(|| {
        // Headings in the middle make parts, and preambles with them.
        let heading = "#separator \\x09\n#path\tdns\n#fields\tts\tquery\n#types\ttime\tstring\n";
        let text = [
            heading,
            "1.0\tevil.example\n",
            "2.0\tgood.example\n",
            heading,
            "3.0\twww.evil.example\n",
        ]
        .concat();
        let index = with_log(&text, &[], |log, beside| {
            hunt::index(log).unwrap();
            fs::read(beside).unwrap()
        });
        let hits = with_log(&text, &[], |log, _| hunted(log));
        assert_eq!(hits.len(), 2);
        assert_eq!(with_log(&text, &index, |log, _| hunted(log)), hits);
        Indexed { text, index, hits }
    })
}

/// An index that was damaged is not believed, or finds a part of what there is; it can be made anew.
fn index_target(index: &[u8]) {
    let Indexed { text, hits, .. } = indexed();
    with_log(text, index, |log, _| {
        let found = hunted(log);
        assert!(found.iter().all(|hit| hits.contains(hit)), "{found:?}");
        hunt::index(log).unwrap();
    });
}

/// An index whose directory says something else, and has the right digest: somebody made it so. Hits may be missed, and their
/// lines be wrong, but nothing ends.
fn forged_target(directory: &[u8]) {
    let Indexed { text, index, .. } = indexed();
    let known = usize::try_from(u64::from_le_bytes(index[8..16].try_into().unwrap())).unwrap();
    let mut forged = index[..8].to_vec();
    forged.extend_from_slice(&(directory.len() as u64).to_le_bytes());
    forged.extend_from_slice(&Sha256::digest(directory));
    forged.extend_from_slice(directory);
    forged.resize(forged.len().next_multiple_of(64), 0);
    forged.extend_from_slice(&index[(FIXED + known).next_multiple_of(64)..]);
    for text in [text.clone(), format!("{text}9.0\tevil.example\n")] {
        with_log(&text, &forged, |log, _| {
            hunted(log);
            hunt::index(log).unwrap();
        });
    }
}

fn saved() -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("list.cww");
    watchlist().save(&path).unwrap();
    fs::read(path).unwrap()
}

fn inputs() -> Vec<Vec<u8>> {
    let heading = "#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\tdns\n#fields\tts\tid.orig_h\tquery\n#types\ttime\taddr\tstring\n";
    let zeek =
        format!("{heading}1.0\t192.0.2.7\twww.evil.example\n2.0\t2001:db8:1::1\tx\n#close\t2026\n{heading}1.0\t-\t-\n");
    let mut pcap = b"\xd4\xc3\xb2\xa1\x02\0\x04\0\0\0\0\0\0\0\0\0\0\0\x04\0\x65\0\0\0".to_vec();
    let packet = b"\x45\0\0\x1c\0\0\0\0\x40\x11\0\0\xc0\0\x02\x07\xc0\0\x02\x01\x9c\x40\x27\x10\0\x08\0\0";
    pcap.extend_from_slice(b"\0\0\0\0\0\0\0\0\x1c\0\0\0\x1c\0\0\0");
    pcap.extend_from_slice(packet);
    let texts = [
        LINES,
        &zeek,
        "CEF:0|v|p|1|1|name|5|dhost=evil.example src=192.0.2.7\r\n<13>Jan  2 03:04:05 host app: evil.example\r\n\r\nlast",
        "time,src_ip,url\n2026-01-02,192.0.2.7,http://evil.example/a/b?c=d\n2026-01-02,198.51.100.7,x\n",
        "[{\"query\":\"evil.example\"},\n{\"query\":\"good.example\"}]",
        "{\"Records\":[{\"sourceIPAddress\":\"192.0.2.7\"}]}",
    ];
    let mut samples: Vec<Vec<u8>> = texts.iter().map(|text| text.as_bytes().to_vec()).collect();
    samples.push(pcap);
    samples
}

const WORDS: &[&str] = &[
    "\n",
    "\r\n",
    "\n#",
    "#fields\t",
    "#separator \\x09\n",
    "\t",
    "evil.example",
    "192.0.2.7",
    "198.51.100.1",
    "2001:db8::7",
    "::ffff:192.0.2.7",
    "b\u{fc}cher.example",
    "\\u0065vil.example",
    "\\n",
    "evil tool.exe",
    "a@evil.example",
    "02005e005301",
    "d41d8cd98f00b204e9800998ecf8427e",
    "{\"",
    "\":\"",
    "\"}\n",
    "[{",
    "CEF:0|",
    "ElfFile\0",
    "\u{0a}\u{0d}\u{0d}\u{0a}",
    ".",
    ":",
    "xn--",
];

const DIRECTORY: &[&str] = &[
    "\"offset\":",
    "\"bytes\":",
    "\"line\":",
    "\"preamble\":",
    "\"always\":true",
    "\"filter\":[",
    "\"descriptor\":\"",
    "ff",
    "0",
    "1",
    "7",
    "18446744073709551615",
    ",",
    "null",
    "true",
];

#[test]
fn unbroken_watchlists_and_inputs_meet_something() {
    watchlist_target(&saved());
    assert!(matched(LINES.as_bytes(), sound(), &options(1, 1 << 20)).1.hits.len() >= 12);
    for sample in inputs() {
        let (tally, kept) = matched(&sample, sound(), &options(1, 1 << 20));
        assert!(!kept.hits.is_empty(), "{tally:?} {}", sample.escape_ascii());
        input_target(&sample);
    }
    index_target(&indexed().index);
}

proptest! {
    #![proptest_config(config(120))]

    #[test]
    fn damaged_watchlists_are_refused_or_used(input in mutated(vec![saved()], WORDS)) {
        watchlist_target(&input.0);
    }

    /// Behind the header, where edits to a whole file seldom leave it whole.
    #[test]
    fn damaged_sections_find_nothing_or_something(input in mutated(vec![saved().split_off(SECTIONS)], WORDS)) {
        let mut file = saved();
        file.truncate(SECTIONS);
        file.extend(input.0);
        watchlist_target(&file);
    }

    #[test]
    fn every_line_of_whatever_comes_is_counted(input in mutated(inputs(), WORDS)) {
        input_target(&input.0);
    }

    #[test]
    fn damaged_indexes_are_not_believed(input in mutated(vec![indexed().index.clone()], DIRECTORY)) {
        index_target(&input.0);
    }

    #[test]
    fn forged_indexes_end_nothing(input in mutated(vec![directory()], DIRECTORY)) {
        forged_target(&input.0);
    }
}

fn directory() -> Vec<u8> {
    let index = &indexed().index;
    let length = usize::try_from(u64::from_le_bytes(index[8..16].try_into().unwrap())).unwrap();
    index[FIXED..FIXED + length].to_vec()
}
