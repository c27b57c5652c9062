//! What rules match, and which events they are asked of.

use events::{Event, Role};
use sigma::Origin;

use crate::kit::{matches, process, refusals, rules, titles};

#[test]
fn lines_of_a_selection_are_joined_by_and_and_values_by_or() {
    let detection = "  selection:\n    Image|endswith: ['\\cmd.exe', '\\powershell.exe']\n    CommandLine|contains: whoami\n  condition: selection";
    assert!(matches(
        detection,
        &[("Image", r"C:\x\CMD.EXE"), ("CommandLine", "cmd /c WHOAMI")]
    ));
    assert!(!matches(
        detection,
        &[("Image", r"C:\x\cmd.exe"), ("CommandLine", "cmd")]
    ));
    assert!(!matches(
        detection,
        &[("Image", r"C:\x\bash.exe"), ("CommandLine", "whoami")]
    ));
}

#[test]
fn a_filter_takes_matches_away() {
    let detection = "  selection:\n    CommandLine|contains|all: ['-enc', 'hidden']\n  filter_main_parent:\n    ParentImage|startswith: 'C:\\good\\'\n  condition: selection and not 1 of filter_main_*";
    assert!(matches(detection, &[("CommandLine", "-w hidden -enc x")]));
    assert!(!matches(
        detection,
        &[("CommandLine", "-w hidden -enc x"), ("ParentImage", r"C:\good\a.exe")]
    ));
}

#[test]
fn nothing_an_empty_text_and_a_dash_are_one() {
    for value in ["null", "''", "'-'"] {
        let detection = format!("  selection:\n    CommandLine: {value}\n  condition: selection");
        assert!(matches(&detection, &[("Image", "a")]), "{value}");
        assert!(!matches(&detection, &[("CommandLine", "a")]), "{value}");
    }
}

#[test]
fn a_dash_that_is_looked_for_is_also_met_by_nothing() {
    let detection = "  selection:\n    Image: a\n  filter_main_unknown:\n    IpAddress|contains: '-'\n  condition: selection and not filter_main_unknown";
    assert!(!matches(detection, &[("Image", "a"), ("IpAddress", "-")]));
    assert!(matches(detection, &[("Image", "a"), ("IpAddress", "192.0.2.1")]));
}

#[test]
fn fields_are_there_equal_each_other_or_are_different() {
    let exists = "  selection:\n    User|exists: true\n  condition: selection";
    assert!(matches(exists, &[("User", "a")]));
    assert!(!matches(exists, &[("Image", "a")]));
    let equal = "  selection:\n    User|fieldref: ParentUser\n  condition: selection";
    assert!(matches(equal, &[("User", "a"), ("ParentUser", "A")]));
    assert!(!matches(equal, &[("User", "a"), ("ParentUser", "b")]));
    let other = "  selection:\n    User|neq: a\n  condition: selection";
    assert!(matches(other, &[("User", "b")]));
    assert!(!matches(other, &[("User", "A")]));
}

#[test]
fn keywords_are_looked_for_in_every_value() {
    let detection = "  keywords:\n    - needle\n    - 'thread*pool'\n  condition: keywords";
    assert!(matches(detection, &[("Anything", "a NEEDLE in hay")]));
    assert!(matches(detection, &[("Anything", "a thread in a pool")]));
    assert!(!matches(detection, &[("Anything", "hay")]));
    let all = "  keywords:\n    '|all': [one, two]\n  condition: keywords";
    assert!(matches(all, &[("A", "one"), ("B", "two")]));
    assert!(!matches(all, &[("A", "one")]));
}

#[test]
fn a_rule_without_a_text_that_must_occur_is_asked_too() {
    assert!(matches(
        "  selection:\n    CommandLine|re: '^\\S{5}$'\n  condition: selection",
        &[("CommandLine", "abcde")]
    ));
    assert!(matches(
        "  filter:\n    Image: a\n  condition: not filter",
        &[("Image", "b")]
    ));
}

const TWO: &str = "
title: process
logsource: {product: windows, category: process_creation}
detection: {selection: {Image|endswith: '\\cmd.exe'}, condition: selection}
---
title: file
logsource: {product: windows, category: file_event}
detection: {selection: {Image|endswith: '\\cmd.exe'}, condition: selection}
---
title: any windows
logsource: {product: windows}
detection: {selection: {Image|endswith: '\\cmd.exe'}, condition: selection}
";

#[test]
fn rules_are_asked_of_the_logs_they_are_for() {
    let rules = rules(TWO);
    let event = process(&[("Image", r"C:\cmd.exe")]);
    assert_eq!(titles(&rules, &[event], "evtx"), ["process", "any windows"]);
    let mut unknown = Event::default();
    unknown.push("Image", r"C:\cmd.exe", Role::Process);
    assert_eq!(titles(&rules, &[unknown], "json"), [""; 0]);
}

#[test]
fn what_the_user_says_of_the_logs_wins() {
    let rules = rules(TWO);
    let mut event = Event::default();
    event.push("Image", r"C:\cmd.exe", Role::Process);
    let origin = Origin {
        product: Some("windows"),
        category: Some("file_event"),
        ..Origin::reader("json")
    };
    let mut found = Vec::new();
    rules.matcher().event(&event, &origin, &mut found);
    let indexes: Vec<usize> = found.iter().map(|found| found.rule).collect();
    assert_eq!(indexes, [1, 2]);
}

#[test]
fn the_audit_log_is_asked_under_the_names_of_sysmon() {
    let rules = rules(TWO);
    let mut event = Event::default();
    event.push("Channel", "Security", Role::Other);
    event.push("EventID", "4688", Role::Other);
    event.push("NewProcessName", r"C:\Windows\System32\cmd.exe", Role::Process);
    let mut found = Vec::new();
    rules.matcher().event(&event, &Origin::reader("evtx"), &mut found);
    let field = ("NewProcessName".to_owned(), r"C:\Windows\System32\cmd.exe".to_owned());
    assert_eq!(found[0].fields, [field]);
}

#[test]
fn web_rules_are_asked_of_zeek_and_of_web_servers() {
    let rules = rules(
        "
title: web
logsource: {category: webserver}
detection: {selection: {cs-method: POST, cs-uri-query|contains: 'cmd=', cs-user-agent|startswith: curl}, condition: selection}
---
title: zeek
logsource: {product: zeek, service: http}
detection: {selection: {method: POST}, condition: selection}
",
    );
    let mut event = Event::default();
    event.push("_path", "http", Role::Other);
    event.push("method", "POST", Role::Other);
    event.push("uri", "/a.php?cmd=id", Role::UrlPath);
    event.push("user_agent", "curl/8", Role::UserAgent);
    assert_eq!(titles(&rules, &[event], "zeek-json"), ["web", "zeek"]);
}

#[test]
fn a_rule_that_cannot_be_used_says_why_and_leaves_the_others() {
    let rule =
        |detection: &str| format!("title: t\nid: x\nlogsource: {{product: windows}}\ndetection: {{{detection}}}\n");
    let why = |detection: &str| refusals(&rule(detection)).join("\n");
    assert!(why("s: {A|expand: '%x%'}, condition: s").contains("placeholders"));
    assert!(why("s: {A: x}, condition: s | count() by B > 5").contains("aggregation \"count\""));
    assert!(why("s: {A: x}, timeframe: 5m, condition: s").contains("timeframe"));
    assert!(why("s: {A|re: '(?=x)'}, condition: s").contains("look-around"));
    assert!(why("s: {A|re: '(x{1,999}){1,999}'}, condition: s").contains("limit"));
    assert!(why("s: {A|containz: x}, condition: s").contains("containz"));
    assert!(why("s: {A: x}, condition: t").contains("there is no selection"));
    assert!(why("s: {A: x}").contains("no condition"));
    assert!(refusals("title: [")[0].contains("YAML"));
    assert!(refusals(&"x".repeat(sigma::FILE_BYTES + 1))[0].contains("limit"));

    let mut builder = sigma::Rules::builder();
    builder.add("bad.yml", &rule("s: {A|expand: '%x%'}, condition: s"));
    builder.add("good.yml", TWO);
    let (rules, problems) = builder.build();
    assert_eq!((rules.len(), problems.len()), (3, 1));
    assert_eq!(problems[0].place.file.as_deref(), Some("bad.yml"));
    assert_eq!(problems[0].place.object.as_deref(), Some("x"));
}
