//! Matches a log with a compiled watchlist and says how fast, or compiles a plain list and says how fast; for profiling
//! without the rest of the program around it.
//!
//! ```sh
//! cargo run --release -p matching --example match_speed -- log WATCHLIST LOG [THREADS]
//! cargo run --release -p matching --example match_speed -- list LIST
//! ```

#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a program for whoever works on the speed of matching"
)]

use std::sync::Arc;
use std::time::Instant;

use matching::hit::{Context, Hit};
use matching::run::{self, Armed, Current, Options, Taker};
use matching::watchlist::{self, Builder};
use matching::{Warninglists, Watchlist};
use stix::{Problem, Timestamp};

#[derive(Default)]
struct Counting {
    hits: u64,
    problems: u64,
}

impl Taker for Counting {
    fn hit(&mut self, _: Hit) {
        self.hits += 1;
    }
    fn problem(&mut self, _: Problem) {
        self.problems += 1;
    }
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words[..] {
        ["log", list, log] => read(list, log, 1),
        ["log", list, log, threads] => read(list, log, threads.parse().unwrap()),
        ["list", list] => compile(list),
        _ => println!("log WATCHLIST LOG [THREADS], or list LIST"),
    }
}

fn read(list: &str, log: &str, threads: usize) {
    let watchlist = Watchlist::open(list.as_ref()).unwrap();
    let current = Current::new(Armed {
        watchlist: Some(watchlist),
        sigma: None,
    });
    let options = Options {
        threads,
        ..Options::new(Arc::new(|| Timestamp::from_micros(1_700_000_000_000_000)))
    };
    let mut counting = Counting::default();
    let started = Instant::now();
    let file = Box::new(std::fs::File::open(log).unwrap());
    let tally = run::read(file, log, &current, &options, &mut counting);
    let seconds = started.elapsed().as_secs_f64();
    println!(
        "{} lines, {} hits, {} problems in {seconds:.3} s: {:.2} GB/s",
        tally.records,
        counting.hits,
        counting.problems,
        tally.bytes as f64 / seconds / 1e9
    );
}

fn compile(list: &str) {
    let mut text = std::fs::File::open(list).unwrap();
    let mut lists = Warninglists::builder();
    lists.add_built_in();
    let started = Instant::now();
    let mut builder = Builder::new(watchlist::Options {
        warninglists: Some(Arc::new(lists.build().0)),
        ..watchlist::Options::at(Timestamp::from_micros(1_700_000_000_000_000))
    });
    let lists_built = started.elapsed().as_secs_f64();
    builder.list(&mut text, list, &Context::default()).unwrap();
    let read = started.elapsed().as_secs_f64();
    let (watchlist, problems) = builder.build();
    println!(
        "{} problems; warninglists {lists_built:.3} s, values {:.3} s, image {:.3} s; {} values",
        problems.len(),
        read - lists_built,
        started.elapsed().as_secs_f64() - read,
        watchlist.len()
    );
}
