//! Measures the hashes in MB/s over folders, each on its own and all together, one thread: `hash_speed FOLDER...`.

#![allow(clippy::print_stdout, reason = "it is a program that prints figures")]

use std::path::PathBuf;
use std::time::Instant;

use events::Event;
use files::walk::{Options, walk};
use files::{FileSink, Limits, RuleMatch, Scanner, Wanted};
use stix::Problem;
use stix::observable::Kind;

struct Nothing;

impl FileSink for Nothing {
    fn file(&mut self, _: &Event<'_>, _: &[RuleMatch]) {}
    fn problem(&mut self, _: Problem) {}
}

fn main() {
    let paths: Vec<PathBuf> = std::env::args().skip(1).map(PathBuf::from).collect();
    let single = [
        Kind::Md5,
        Kind::Sha1,
        Kind::Sha256,
        Kind::Sha512,
        Kind::Sha3_256,
        Kind::Ssdeep,
        Kind::Tlsh,
        Kind::Imphash,
    ];
    let mut measured = vec![("no hash".to_owned(), Wanted::NONE)];
    measured.extend(single.map(|kind| (kind.to_string(), Wanted::of([kind]))));
    let usual = [Kind::Md5, Kind::Sha1, Kind::Sha256];
    measured.push(("md5+sha1+sha256".to_owned(), Wanted::of(usual)));
    measured.push(("all".to_owned(), Wanted::ALL));
    let limits = Limits {
        archive_depth: 0,
        ..Limits::default()
    };
    for (name, wanted) in measured {
        let scanner = Scanner::new(wanted, limits.clone());
        let start = Instant::now();
        let (tally, _) = walk(&paths, &Options::default(), &scanner, &|_| {}, &|| Nothing);
        let time = start.elapsed();
        let speed = tally.bytes as f64 / 1e6 / time.as_secs_f64();
        println!(
            "{name:16} {speed:8.0} MB/s  {} files {} bytes {time:.2?}",
            tally.files, tally.bytes
        );
    }
}
