//! How fast a folder of rules is compiled and asked of event files.
//!
//! ```sh
//! cargo run --release -p sigma --example measure -- RULES EVENTS [TIMES]
//! ```
//!
//! Prints how many rules compile and why others do not, which rules match which file, and events a second with the
//! reading of the files left out.

#![allow(
    clippy::print_stdout,
    clippy::expect_used,
    reason = "a program for people, which may stop at what it cannot read"
)]

use std::collections::BTreeMap;
use std::fs::File;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::time::Instant;

use events::{Event, Field, Limits, Sink};
use sigma::{Origin, Rules};
use stix::Problem;

#[derive(Default)]
struct Kept {
    events: Vec<Event<'static>>,
}

impl Sink for Kept {
    fn event(&mut self, _: u64, event: &Event<'_>) -> ControlFlow<()> {
        let fields = event.fields.iter().map(|field| Field {
            name: field.name.to_string().into(),
            value: field.value.to_string().into(),
            role: field.role,
        });
        self.events.push(Event {
            time: event.time,
            fields: fields.collect(),
        });
        ControlFlow::Continue(())
    }

    fn problem(&mut self, problem: Problem) {
        println!("{problem}");
    }
}

fn files(folder: &Path, extension: &str, into: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("the folder can be read") {
        let path = entry.expect("the folder can be read").path();
        if path.is_dir() {
            files(&path, extension, into);
        } else if path.extension().is_some_and(|other| other == extension) {
            into.push(path);
        }
    }
    into.sort();
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    let (rule_folder, event_folder) = (arguments.next(), arguments.next());
    let times: u32 = arguments.next().and_then(|text| text.parse().ok()).unwrap_or(10);

    let mut paths = Vec::new();
    files(Path::new(&rule_folder.expect("a folder of rules")), "yml", &mut paths);
    let texts: Vec<String> = paths
        .iter()
        .map(|path| std::fs::read_to_string(path).expect("a rule can be read"))
        .collect();
    let start = Instant::now();
    let mut builder = Rules::builder();
    for (path, text) in paths.iter().zip(&texts) {
        builder.add(&path.to_string_lossy(), text);
    }
    let (rules, problems) = builder.build();
    println!(
        "{} files, {} rules, {:?} to compile",
        paths.len(),
        rules.len(),
        start.elapsed()
    );
    problems.iter().for_each(|problem| println!("{problem}"));

    let mut paths = Vec::new();
    files(
        Path::new(&event_folder.expect("a folder of event files")),
        "evtx",
        &mut paths,
    );
    let start = Instant::now();
    let mut all = Vec::new();
    for path in &paths {
        let mut kept = Kept::default();
        let file = File::open(path).expect("an event file can be opened");
        if let Err(problem) = events::windows::read(file, &Limits::default(), &mut kept) {
            println!("{problem}");
        }
        all.push(kept.events);
    }
    let count: usize = all.iter().map(Vec::len).sum();
    println!("{} files, {count} events, {:?} to read", paths.len(), start.elapsed());

    let origin = Origin::reader("evtx");
    for (path, events) in paths.iter().zip(&all) {
        let mut matcher = rules.matcher();
        let mut found = Vec::new();
        events
            .iter()
            .for_each(|event| matcher.event(event, &origin, &mut found));
        let mut titles: BTreeMap<&str, usize> = BTreeMap::new();
        for found in &found {
            let title = rules.rule(found.rule).map_or("", |rule| rule.title.as_str());
            *titles.entry(title).or_default() += 1;
        }
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        println!("{name} ({} events): {titles:?}", events.len());
    }

    let mut matcher = rules.matcher();
    let mut found = Vec::new();
    let mut matches = 0;
    let start = Instant::now();
    for _ in 0..times {
        for event in all.iter().flatten() {
            matcher.event(event, &origin, &mut found);
            matches += found.len();
            found.clear();
        }
    }
    let seconds = start.elapsed().as_secs_f64();
    let asked = count as f64 * f64::from(times);
    println!(
        "{asked} events, {matches} matches, {seconds:.3} s: {:.0} events/s",
        asked / seconds
    );
}
