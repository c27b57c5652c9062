//! Rules and events in few words.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop where it is")]

use events::{Event, Role};
use sigma::{Match, Origin, Rules};
use stix::Timestamp;

/// Compiles rules that have to compile.
pub fn rules(text: &str) -> Rules {
    let mut builder = Rules::builder();
    builder.add("test.yml", text);
    let (rules, problems) = builder.build();
    assert_eq!(problems, []);
    rules
}

/// Why rules do not compile.
pub fn refusals(text: &str) -> Vec<String> {
    let mut builder = Rules::builder();
    builder.add("test.yml", text);
    builder.build().1.iter().map(ToString::to_string).collect()
}

/// An event of Sysmon's process creation.
pub fn process<'a>(fields: &[(&'a str, &'a str)]) -> Event<'a> {
    let mut event = Event::default();
    event.push("Channel", "Microsoft-Windows-Sysmon/Operational", Role::Other);
    event.push("EventID", "1", Role::Other);
    for (name, value) in fields {
        event.push(*name, *value, Role::Text);
    }
    event
}

/// The same at a second.
pub fn at(second: i64, mut event: Event<'_>) -> Event<'_> {
    event.time = Some(Timestamp::from_seconds(1_700_000_000 + second));
    event
}

/// The titles of the rules that events match, one after another.
pub fn titles(rules: &Rules, events: &[Event<'_>], reader: &str) -> Vec<String> {
    let mut matcher = rules.matcher();
    let mut found = Vec::new();
    for event in events {
        matcher.event(event, &Origin::reader(reader), &mut found);
    }
    let title = |found: &Match| rules.rule(found.rule).unwrap().title.clone();
    found.iter().map(title).collect()
}

/// Whether a rule for process creation with this detection matches.
pub fn matches(detection: &str, fields: &[(&str, &str)]) -> bool {
    let text =
        format!("title: t\nlogsource: {{product: windows, category: process_creation}}\ndetection:\n{detection}");
    !titles(&rules(&text), &[process(fields)], "evtx").is_empty()
}
