//! `check` and `convert`, which need no node.

use crate::kit::{Answer, Place};

const BUNDLE: &str = r#"{"type":"bundle","id":"bundle--00000000-0000-4000-8000-000000000001","objects":[
 {"type":"indicator","spec_version":"2.1","id":"indicator--00000000-0000-4000-8000-000000000001",
  "created":"2026-01-01T00:00:00.000Z","modified":"2026-01-01T00:00:00.000Z",
  "pattern":"[ipv4-addr:value = 198.51.100.7]","pattern_type":"stix","valid_from":"2026-01-01T00:00:00Z"},
 {"type":"indicator","spec_version":"2.1","id":"indicator--00000000-0000-4000-8000-000000000002",
  "created":"2026-01-01T00:00:00.000Z","modified":"2026-01-01T00:00:00.000Z",
  "pattern":"[domain-name:value = 'bad.example.org']","pattern_type":"stix","valid_from":"2026-01-01T00:00:00Z"}
]}"#;
const EVENT: &str = r#"{"Event":{"uuid":"5b23c82b-6508-4bdc-b580-045b0a00020f","info":"A small event","date":"2026-01-01","timestamp":"1767225600","Attribute":[
 {"uuid":"5b23c82b-6508-4bdc-b580-045b0a000210","type":"ip-dst","category":"Network activity","value":"198.51.100.7","to_ids":true,"timestamp":"1767225600"},
 {"uuid":"5b23c82b-6508-4bdc-b580-045b0a000211","type":"nonsense","category":"Other","value":"x","timestamp":"1767225600"}]}}"#;
const LIST: &str = "# seen in the night\n198.51.100.7\nnot an indicator at all\nhxxp://bad[.]example[.]org/a\n";

fn check(name: &str, content: &str) -> Answer {
    let place = Place::new();
    place.write(name, content);
    place.run(&["check", "--warnings", name])
}

#[test]
fn each_format_is_recognised_and_its_errors_have_a_place() {
    let files = [
        ("bundle.json", BUNDLE),
        ("event.json", EVENT),
        ("list.txt", LIST),
        (
            "table.csv",
            "value,type,comment\n198.51.100.7,ip-dst,\"first, seen\"\nxx,ip-dst,\n",
        ),
        (
            "rules.yar",
            "rule Example { strings: $a = \"evil\" condition: $a }\nrule Broken { strings: }\n",
        ),
        (
            "sigma.yml",
            "title: Example\nlogsource:\n  product: windows\ndetection:\n  selection:\n    a: b\n",
        ),
        (
            "suricata.rules",
            "alert dns any any -> any any (msg:\"x\"; dns.query; content:\"bad.example.org\"; sid:1;)\nalert broken\n",
        ),
        (
            "ioc.xml",
            "<ioc xmlns=\"http://schemas.mandiant.com/2010/ioc\" id=\"x\"><definition/></ioc>",
        ),
        (
            "report.md",
            "# Night\n\nThe actor came from 198.51.100[.]7 and used T1059.\n",
        ),
        ("page.html", "<html><body><p>It was 198.51.100[.]7</p></body></html>"),
        ("other.json", "{\"hello\": \"world\"}"),
        ("empty.txt", ""),
    ];
    let told: Vec<String> = files
        .iter()
        .map(|(name, content)| format!("{name}: {}", check(name, content)))
        .collect();
    insta::assert_snapshot!(told.join("\n"), @r#"
    bundle.json: exit code 1
    -- out
    bundle.json: stix-bundle, 2 objects, 1 refused, 0 warnings
    -- err
    error: bundle.json:2 $.objects[0].pattern (indicator--00000000-0000-4000-8000-000000000001): found a float, expected AND, OR, or ']' (at character 26 of the pattern)

    event.json: exit code 0
    -- out
    event.json: misp-event, 9 objects, 0 refused, 1 warnings
    -- err
    warning: event.json $.Event.Attribute[1]: an attribute of type 'nonsense' has no counterpart in STIX; it is kept as a MISP extension object

    list.txt: exit code 1
    -- out
    list.txt: list, 2 objects, 1 refused, 0 warnings
    -- err
    error: list.txt:3:1: 'not an indicator at all' is not an indicator: expected an address, network, domain, URL, e-mail address, hash or the like (put a # in front of the line if it is a comment)

    table.csv: exit code 1
    -- out
    table.csv: csv, 1 objects, 1 refused, 0 warnings
    -- err
    error: table.csv:3:1 column 1: 'xx' is not an indicator: expected an address, domain, URL, hash or the like

    rules.yar: exit code 1
    -- out
    rules.yar: yara, 1 objects, 1 refused, 0 warnings
    -- err
    error: rules.yar:2:1: the YARA rule cannot be read: its condition is missing

    sigma.yml: exit code 0
    -- out
    sigma.yml: sigma, 1 objects, 0 refused, 0 warnings

    suricata.rules: exit code 1
    -- out
    suricata.rules: suricata, 1 objects, 1 refused, 0 warnings
    -- err
    error: suricata.rules:2:1: the rule cannot be read: its options in brackets are missing (a rule is: action protocol source -> destination (msg:"…"; …; sid:1;))

    ioc.xml: exit code 1
    -- out
    ioc.xml: openioc, 0 objects, 1 refused, 0 warnings
    -- err
    error: ioc.xml:1:1: nothing of the indicator 'x' can be said as a STIX pattern

    report.md: exit code 0
    -- out
    report.md: text, 3 objects, 0 refused, 0 warnings

    page.html: exit code 0
    -- out
    page.html: html, 2 objects, 0 refused, 0 warnings

    other.json: exit code 1
    -- out
    other.json: json, 0 objects, 1 refused, 0 warnings
    -- err
    error: other.json:1:1: the input is JSON that is neither STIX, TAXII nor MISP (readable are STIX, TAXII, MISP, CSV, lists of indicators, OpenIOC, YARA, Sigma, Suricata, text, HTML, PDF, mails, documents and tables of office programs, also in gzip, zstd or zip)

    empty.txt: exit code 0
    -- out
    empty.txt: empty, 0 objects, 0 refused, 1 warnings
    -- err
    warning: empty.txt: the input is empty
    "#);
}

#[test]
fn a_pattern_is_checked_and_the_error_points_at_the_place() {
    let place = Place::new();
    insta::assert_snapshot!(place.run(&["check", "--pattern", "[ipv4-addr:value = '198.51.100.7']"]), @r#"
    exit code 0
    -- out
    the pattern is sound; its canonical form is
      [ipv4-addr:value = '198.51.100.7']
    "#);
    insta::assert_snapshot!(place.run(&["check", "--pattern", "[ipv4-addr:value = 198.51.100.7]"]), @r#"
    exit code 1
    -- err
    error: 1:26: found a float, expected AND, OR, or ']'
      [ipv4-addr:value = 198.51.100.7]
                               ^
    "#);
}

#[test]
fn what_check_says_in_json_can_be_read_by_a_program() {
    let place = Place::new();
    place.write("list.txt", LIST);
    insta::assert_snapshot!(place.run(&["check", "--json", "list.txt"]), @r#"
    exit code 1
    -- out
    {"severity":"error","code":"not-an-indicator","file":"list.txt","line":3,"column":1,"message":"'not an indicator at all' is not an indicator: expected an address, network, domain, URL, e-mail address, hash or the like","help":"put a # in front of the line if it is a comment"}
    {"file":"list.txt","format":"list","objects":2,"refused":1,"warnings":0}
    "#);
}

#[test]
fn a_file_that_is_not_there_is_told() {
    insta::assert_snapshot!(Place::new().run(&["check", "nowhere.json"]), @r#"
    exit code 2
    -- err
    error: nowhere.json: cannot be read: No such file or directory (os error 2)
    "#);
}

#[test]
fn standard_input_is_read() {
    let answer = Place::new().run_with(&["convert", "-", "--to", "list"], "hxxp://bad[.]example[.]org/a\n");
    insta::assert_snapshot!(answer, @r#"
    exit code 0
    -- out
    http://bad.example.org/a
    -- err
    1 objects, 1 written
    "#);
}

#[test]
fn every_format_can_be_written() {
    let place = Place::new();
    place.write("event.json", EVENT);
    for format in formats::write::OutFormat::ALL {
        let directory = format!("out-{format}");
        std::fs::create_dir(place.path().join(&directory)).unwrap();
        let answer = place.run(&["convert", "event.json", "--to", format.as_str(), "-o", &directory]);
        assert_eq!(answer.code, 0, "{format}: {answer}");
        assert!(
            std::fs::read_dir(place.path().join(&directory)).unwrap().count() > 0,
            "{format}"
        );
    }
}

#[test]
fn a_misp_event_comes_back_as_a_feed_with_the_same_attributes() {
    let place = Place::new();
    place.write("event.json", EVENT);
    assert_eq!(
        place
            .run(&["convert", "event.json", "--to", "misp-feed", "-o", "feed"])
            .code,
        0
    );
    let event = place.read("feed/5b23c82b-6508-4bdc-b580-045b0a00020f.json");
    assert!(event.contains("198.51.100.7") && event.contains("nonsense"), "{event}");
    assert_eq!(place.run(&["check", "feed"]).code, 0);
}

#[test]
fn several_files_need_a_directory_and_unknown_formats_are_told() {
    let place = Place::new();
    place.write("event.json", EVENT);
    let answers = [
        place.run(&["convert", "event.json", "--to", "misp-feed"]),
        place.run(&["convert", "event.json", "--to", "nonsense"]),
    ];
    insta::assert_snapshot!(answers.map(|answer| answer.to_string()).join("\n"), @r#"
    exit code 2
    -- err
    error: the export cannot be written: this export has more than one file ('manifest.json', '5b23c82b-6508-4bdc-b580-045b0a00020f.json'): name a folder for it

    exit code 2
    -- err
    error: 'nonsense' is not a format
      help: one of stix, stix-ndjson, misp, misp-feed, csv, list, suricata-rules, suricata-datasets, zeek-intel, rpz, hosts, nftables, openioc
    "#);
}
