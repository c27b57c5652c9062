//! No bytes make the reader of event files panic, and what it counts is what it gives (docs/fuzzing.md).

use std::ops::ControlFlow;

use events::{Event, Limits, Sink, windows};
use proptest::prelude::*;
use stix::Problem;

use crate::event_file::event_file;
use crate::mutate::{config, mutated};

#[derive(Default)]
struct Counted {
    events: u64,
    last: u64,
    problems: usize,
}

impl Sink for Counted {
    fn event(&mut self, number: u64, _: &Event<'_>) -> ControlFlow<()> {
        assert!(number > self.last, "numbers go up");
        self.last = number;
        self.events += 1;
        ControlFlow::Continue(())
    }

    fn problem(&mut self, problem: Problem) {
        assert!(!problem.message.is_empty());
        self.problems += 1;
    }
}

fn target(bytes: &[u8]) {
    let limits = Limits {
        problems: 5,
        ..Limits::default()
    };
    let mut counted = Counted::default();
    let Ok(summary) = windows::read(bytes, &limits, &mut counted) else {
        return;
    };
    assert_eq!(summary.events, counted.events);
    assert!(summary.events + summary.broken >= summary.records);
    assert!(counted.problems <= 6);
}

/// Without the zeros at the end, so that edits meet the records.
fn samples() -> Vec<Vec<u8>> {
    let mut file = event_file(&[
        &[("Image", r"C:\one.exe"), ("CommandLine", "one")],
        &[("Image", r"C:\two.exe")],
    ]);
    file.truncate(4096 + 2_048);
    vec![file]
}

const WORDS: &[&str] = &[
    "\x2a\x2a\0\0",
    "ElfChnk\0",
    "\0\0\0\0",
    "\x0f\x01\x01\0",
    "\x01",
    "\x04",
    "\x05\x01",
    "\x0c\x01",
];

proptest! {
    #![proptest_config(config(120))]

    #[test]
    fn event_files_are_read_or_refused(input in mutated(samples(), WORDS)) {
        target(&input.0);
    }

    /// Behind the header, where edits to a whole file seldom fall.
    #[test]
    fn chunks_are_read_or_refused(input in mutated(vec![samples().remove(0).split_off(4096)], WORDS)) {
        let mut file = samples().remove(0);
        file.truncate(4096);
        file.extend(input.0);
        target(&file);
    }
}
