use std::cell::Cell;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use stix::observable::Kind;
use stix::{Problem, Timestamp};

use super::*;
use crate::hit::Hit;
use crate::run::tests::watching;
use crate::run::{Current, Options, Taker};

#[derive(Default)]
struct Kept(Vec<(u64, String)>);

impl Taker for Kept {
    fn hit(&mut self, hit: Hit) {
        self.0.push((hit.at, hit.matched));
    }
    fn problem(&mut self, problem: Problem) {
        panic!("{problem}");
    }
}

/// Twenty megabytes of lines, few of which hold anything of interest.
fn log(lines: usize) -> String {
    (0..lines)
        .map(|line| {
            let name = if line == 40_000 { "www.evil.example".to_owned() } else { format!("host{}.good.example", line % 97) };
            format!(
                "{{\"ts\":{line}.5,\"uid\":\"C{line:016x}\",\"id.orig_h\":\"10.0.{}.{}\",\"query\":\"{name}\",\"note\":\"{}\"}}\n",
                line / 250 % 250,
                line % 250,
                "filler ".repeat(20)
            )
        })
        .collect()
}

struct Place {
    folder: tempfile::TempDir,
    opened: Cell<usize>,
}

impl Place {
    fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            opened: Cell::new(0),
        }
    }

    fn with<T>(&self, name: &str, work: impl FnOnce(&mut Log<'_>) -> T) -> T {
        let path = self.folder.path().join(name);
        let index = index_path(&path, None);
        let open = || {
            self.opened.set(self.opened.get() + 1);
            let file = fs::File::open(&path).unwrap();
            Ok(if name.ends_with(".packed") {
                Contents::Stream(Box::new(file))
            } else {
                Contents::File(file)
            })
        };
        let size = fs::metadata(&path).unwrap().len();
        work(&mut Log::new(name, size, None, &index, &open))
    }

    /// How often a log was opened since this was asked last.
    fn opened(&self) -> usize {
        self.opened.replace(0)
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.folder.path().join(name), text).unwrap();
    }

    fn hunt(&self, name: &str, values: &[(Kind, &str)]) -> (Hunted, Vec<(u64, String)>) {
        let armed = watching(values);
        let prey = Prey::of(&armed);
        let options = Options::new(Arc::new(|| Timestamp::from_micros(1)));
        let mut kept = Kept::default();
        let hunted = self.with(name, |log| {
            search(log, &prey, &Current::new(armed), &options, &mut kept).unwrap()
        });
        (hunted, kept.0)
    }
}

#[test]
fn an_index_leads_to_the_part_that_holds_something_and_to_no_other() {
    let place = Place::new();
    let text = log(80_000);
    place.write("dns.log", &text);
    let wanted = [(Kind::Domain, "evil.example")];
    let (without, expected) = place.hunt("dns.log", &wanted);
    assert_eq!((without.parts, without.bytes_read), (None, text.len() as u64));
    assert_eq!(expected, [(40_001, "evil.example".to_owned())]);

    let indexed = place.with("dns.log", |log| index(log).unwrap());
    assert_eq!(indexed.read, text.len() as u64);
    assert!(indexed.index < text.len() as u64 / 20, "{indexed:?} of {}", text.len());
    let (hunted, hits) = place.hunt("dns.log", &wanted);
    assert_eq!(hits, expected, "the same hits at the same lines");
    assert_eq!(hunted.parts, Some((1, indexed.parts)));
    assert!(hunted.bytes_read < text.len() as u64 / 3);
    let (nothing, hits) = place.hunt("dns.log", &[(Kind::Domain, "absent.example")]);
    assert_eq!((nothing.parts, hits.len()), (Some((0, indexed.parts)), 0));

    let again = place.with("dns.log", |log| index(log).unwrap());
    assert_eq!(again.read, 0, "it is up to date");
    assert!(is_index(&index_path(Path::new("dns.log"), None)));
}

#[test]
fn what_a_log_gained_since_is_read_and_then_indexed_without_the_rest() {
    let place = Place::new();
    let text = log(60_000);
    place.write("a.log", &text);
    place.with("a.log", |log| index(log).unwrap());
    let more = "{\"query\":\"late.example\"}\n{\"query\":\"x\"}\n";
    place.write("a.log", &(text.clone() + more));
    let wanted = [(Kind::Domain, "late.example")];
    assert_eq!(place.hunt("a.log", &wanted).1, [(60_001, "late.example".to_owned())]);
    let indexed = place.with("a.log", |log| index(log).unwrap());
    assert!(indexed.read < text.len() as u64 / 2, "{indexed:?}");
    let (hunted, hits) = place.hunt("a.log", &wanted);
    assert_eq!(hits, [(60_001, "late.example".to_owned())]);
    assert_eq!(hunted.parts.map(|(can, _)| can), Some(1));
}

#[test]
fn an_index_of_another_file_or_a_damaged_one_is_not_believed() {
    let place = Place::new();
    place.write("b.log", &log(1_000));
    place.with("b.log", |log| index(log).unwrap());
    place.write("b.log", "another log altogether\nwith evil.example\n");
    let wanted = [(Kind::Domain, "evil.example")];
    assert_eq!(place.hunt("b.log", &wanted).1, [(2, "evil.example".to_owned())]);

    place.with("b.log", |log| index(log).unwrap());
    let path = index_path(&place.folder.path().join("b.log"), None);
    let good = fs::read(&path).unwrap();
    for at in (0..good.len()).step_by(11) {
        let mut bytes = good.clone();
        bytes[at] ^= 0x55;
        fs::write(&path, bytes).unwrap();
        let (_, hits) = place.hunt("b.log", &wanted);
        let directory = 48 + usize::try_from(u64::from_le_bytes(good[8..16].try_into().unwrap())).unwrap();
        assert!(
            at >= directory || hits.len() == 1,
            "a damaged directory is not believed (byte {at})"
        );
    }
}

#[test]
fn parts_of_a_table_are_read_by_its_headings() {
    let place = Place::new();
    let heading = "#separator \\x09\n#path\tdns\n#fields\tts\tuid\tquery\n#types\ttime\tstring\tstring\n";
    let rows: String = (0..200_000)
        .map(|row| {
            format!(
                "{row}.0\tC{row:020x}\t{}\n",
                if row == 150_000 { "evil.example" } else { "good.example" }
            )
        })
        .collect();
    place.write("dns.tsv", &format!("{heading}{rows}"));
    let wanted = [(Kind::Domain, "evil.example")];
    let expected = place.hunt("dns.tsv", &wanted).1;
    assert_eq!(expected, [(150_005, "evil.example".to_owned())]);
    place.with("dns.tsv", |log| index(log).unwrap());
    let (hunted, hits) = place.hunt("dns.tsv", &wanted);
    assert_eq!(hits, expected);
    assert_eq!(hunted.tally.reader, "zeek-tsv");
    assert_eq!(hunted.parts.map(|(can, _)| can), Some(1));
}

#[test]
fn a_log_is_opened_once_whatever_is_done_with_it() {
    let place = Place::new();
    let wanted = [(Kind::Domain, "evil.example")];
    for name in ["a.log", "a.log.packed"] {
        place.write(name, &log(50_000));
        let expected = place.hunt(name, &wanted).1;
        assert_eq!((expected.len(), place.opened()), (1, 1), "{name} without an index");
        place.with(name, |log| index(log).unwrap());
        assert_eq!(place.opened(), 1, "{name} indexed");
        place.with(name, |log| index(log).unwrap());
        assert_eq!(place.opened(), 1, "{name} found to be indexed");
        assert_eq!(place.hunt(name, &wanted).1, expected);
        assert_eq!(place.opened(), 1, "{name} hunted in");

        // As a node does it: whether it is indexed, then the hunt.
        let armed = watching(&wanted);
        let (prey, mut kept) = (Prey::of(&armed), Kept::default());
        let (current, options) = (
            Current::new(armed),
            Options::new(Arc::new(|| Timestamp::from_micros(1))),
        );
        place.with(name, |log| {
            index(log).unwrap();
            search(log, &prey, &current, &options, &mut kept).unwrap()
        });
        assert_eq!(
            (kept.0, place.opened()),
            (expected, 1),
            "{name} looked at and hunted in"
        );
    }
}
