//! Rules about several events.

use events::Event;
use sigma::Origin;

use crate::kit::{at, process, refusals, rules, titles};

fn with(correlation: &str) -> String {
    format!(
        "
title: one
name: one
logsource: {{product: windows, category: process_creation}}
detection: {{selection: {{CommandLine: one}}, condition: selection}}
---
title: two
name: two
logsource: {{product: windows, category: process_creation}}
detection: {{selection: {{CommandLine: two}}, condition: selection}}
---
title: together
correlation:
{correlation}
"
    )
}

fn event<'a>(second: i64, line: &'a str, user: &'a str) -> Event<'a> {
    at(second, process(&[("CommandLine", line), ("User", user)]))
}

#[test]
fn events_are_counted_by_group_within_a_time() {
    let text = with("  type: event_count\n  rules: [one]\n  group-by: [User]\n  timespan: 1m\n  condition: {gte: 3}");
    let rules = rules(&text);
    let of = |events: &[Event<'_>]| titles(&rules, events, "evtx");
    assert_eq!(
        of(&[event(0, "one", "a"), event(10, "one", "a"), event(20, "one", "a")]),
        ["together"]
    );
    assert_eq!(
        of(&[event(0, "one", "a"), event(10, "one", "b"), event(20, "one", "a")]),
        [""; 0]
    );
    assert_eq!(
        of(&[event(0, "one", "a"), event(40, "one", "a"), event(61, "one", "a")]),
        [""; 0]
    );
    let late = [event(20, "one", "a"), event(0, "one", "a"), event(10, "one", "a")];
    assert_eq!(of(&late), ["together"]);
}

#[test]
fn a_match_says_how_many_events_over_what_time() {
    let text = with("  type: event_count\n  rules: [one]\n  group-by: [User]\n  timespan: 1m\n  condition: {gte: 2}");
    let rules = rules(&text);
    let mut matcher = rules.matcher();
    let mut found = Vec::new();
    for event in [event(0, "one", "Ann"), event(10, "one", "Ann")] {
        matcher.event(&event, &Origin::reader("evtx"), &mut found);
    }
    let correlation = found[0].correlation.as_ref().unwrap();
    assert_eq!(correlation.events, 2);
    assert_eq!(correlation.first, event(0, "", "").time);
    assert_eq!(correlation.last, event(10, "", "").time);
    assert_eq!(correlation.group, [("User".to_owned(), "Ann".to_owned())]);
}

#[test]
fn different_values_are_counted() {
    let text = with("  type: value_count\n  rules: [one]\n  timespan: 1m\n  condition: {gte: 2, field: User}");
    let rules = rules(&text);
    let of = |events: &[Event<'_>]| titles(&rules, events, "evtx");
    assert_eq!(of(&[event(0, "one", "a"), event(1, "one", "a")]), [""; 0]);
    assert_eq!(of(&[event(0, "one", "a"), event(1, "one", "b")]), ["together"]);
    assert_eq!(of(&[event(0, "one", "a"), event(99, "one", "b")]), [""; 0]);
}

#[test]
fn each_rule_matches_in_any_order_or_in_turn() {
    let temporal = rules(&with(
        "  type: temporal\n  rules: [one, two]\n  group-by: [User]\n  timespan: 1m",
    ));
    let ordered = rules(&with(
        "  type: temporal_ordered\n  rules: [one, two]\n  group-by: [User]\n  timespan: 1m",
    ));
    let forward = [event(0, "one", "a"), event(10, "two", "a")];
    let backward = [event(0, "two", "a"), event(10, "one", "a")];
    assert_eq!(titles(&temporal, &forward, "evtx"), ["together"]);
    assert_eq!(titles(&temporal, &backward, "evtx"), ["together"]);
    assert_eq!(titles(&ordered, &forward, "evtx"), ["together"]);
    assert_eq!(titles(&ordered, &backward, "evtx"), [""; 0]);
    assert_eq!(
        titles(&ordered, &[event(0, "one", "a"), event(61, "two", "a")], "evtx"),
        [""; 0]
    );
}

#[test]
fn rules_are_told_by_themselves_where_the_correlation_says_so() {
    let text = with("  type: event_count\n  rules: [one]\n  timespan: 1m\n  condition: {gte: 2}\n  generate: true");
    let events = [event(0, "one", "a"), event(1, "one", "a")];
    assert_eq!(titles(&rules(&text), &events, "evtx"), ["one", "one", "together"]);
}

#[test]
fn correlations_build_on_correlations_whatever_their_order_in_the_file() {
    let text = with(
        "  type: temporal\n  rules: [often, two]\n  timespan: 1h\n---\ntitle: often\nname: often\ncorrelation:\n  type: event_count\n  rules: [one]\n  timespan: 1m\n  condition: {gte: 2}",
    );
    let events = [event(0, "two", "a"), event(1, "one", "a"), event(2, "one", "a")];
    assert_eq!(titles(&rules(&text), &events, "evtx"), ["together"]);
}

#[test]
fn correlations_that_cannot_be_used_say_why() {
    let why = |text: &str| refusals(&with(text)).join("\n");
    assert!(why("  type: value_median\n  rules: [one]\n  timespan: 1m").contains("value_median"));
    assert!(why("  type: event_count\n  rules: [one]\n  timespan: 1m\n  condition: {lt: 3}").contains("\"lt\""));
    assert!(why("  type: event_count\n  rules: [one]\n  timespan: soon\n  condition: {gte: 3}").contains("soon"));
    assert!(why("  type: event_count\n  rules: [three]\n  timespan: 1m\n  condition: {gte: 3}").contains("three"));
    assert!(why("  type: event_count\n  rules: [one]\n  timespan: 1m\n  condition: {gte: 999999}").contains("limit"));
}
