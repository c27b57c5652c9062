//! Whatever a value, a name or an id holds, no format loses its structure.

use std::sync::LazyLock;

use proptest::prelude::*;
use regex::Regex;
use stix::object::Object;
use stix::observable::{Kind, Observable, normalise};
use stix::pattern::Pattern;
use stix::{Problem, Timestamp};

use super::export::{Entry, Outcome, Step, Writer};
use super::{Facts, Flow, Memory, Mode, Options, OutFormat, Selected, Selector, Transport};

fn writer<'a>(format: OutFormat, options: &'a Options<'a>) -> Box<dyn Writer + 'a> {
    match format {
        OutFormat::Csv => Box::new(super::csv::Csv::new(options)),
        OutFormat::List => Box::new(super::list::List::new(options)),
        OutFormat::SuricataRules => Box::new(super::suricata::Rules::new(options)),
        OutFormat::SuricataDatasets => Box::new(super::suricata::Datasets::new(options)),
        OutFormat::ZeekIntel => Box::new(super::zeek::Zeek::new(options)),
        OutFormat::Rpz => Box::new(super::rpz::Rpz::new(options)),
        OutFormat::Hosts => Box::new(super::hosts::Hosts::new(options)),
        OutFormat::Nftables => Box::new(super::nftables::Nftables::new(options)),
        OutFormat::OpenIoc => Box::new(super::openioc::OpenIoc::new(options)),
        OutFormat::Stix | OutFormat::StixNdjson | OutFormat::Misp | OutFormat::MispFeed => {
            unreachable!("these write no values")
        }
    }
}

/// What each line of a file has to look like.
fn line_of(file: &str) -> Option<&'static Regex> {
    macro_rules! pattern {
        ($text:expr) => {{
            static PATTERN: LazyLock<Regex> = LazyLock::new(|| Regex::new($text).unwrap());
            Some(&*PATTERN)
        }};
    }
    match file {
        "commonwatch.rules" | "commonwatch-datasets.rules" => pattern!(
            r#"^(?:#[^\n]*|alert [a-z]+ [0-9a-f:./\[\]any]+ [0-9any]+ (?:->|<>) [0-9a-f:./\[\]any]+ [0-9any]+ \(msg:"(?:[^"\\;:]|\\[\\;":])*"; (?:[a-z_.0-9]+(?::(?:"(?:[!-~&&[^|";:\\]]|\|[0-9A-F ]+\|)*"|[^;"]*))?; ?)+\))$"#
        ),
        "commonwatch-disable.conf" => pattern!(r"^(?:# [^\n]*|re:commonwatch_rule [0-9a-f]{16})$"),
        "commonwatch-datasets.commands" => {
            pattern!(
                r"^dataset-(?:add|remove) cw-(?:domains string [A-Za-z0-9+/=]+|ipv4 ipv4 [0-9.]+|ipv6 ipv6 [0-9a-f:.]+)$"
            )
        }
        "cw-domains.lst" => pattern!(r"^[A-Za-z0-9+/=]+$"),
        "cw-ipv4.lst" | "cw-ipv6.lst" => pattern!(r"^[0-9a-f:.]+$"),
        name if name.starts_with("cw-file") => pattern!(r"^[0-9a-f]+$"),
        name if name.ends_with(".intel") => {
            pattern!(r"^(?:#fields\t[^\n]*|[^#\t\s][^\t]*\tIntel::[A-Z_]+\t[^\t]+\t[^\t]+)$")
        }
        "commonwatch.rpz.zone" => pattern!(
            r"^(?:;[^\n]*|\$TTL 300|\$ORIGIN [a-z.]+|@ [^\n]*|(?:\*\.)?(?:[a-z0-9_-]{1,63}\.)+[a-z0-9_-]{1,63} CNAME \.)$"
        ),
        "commonwatch.rpz.nsupdate" => pattern!(
            r"^(?:;[^\n]*|zone [a-z.]+|send|update (?:add|delete) (?:\*\.)?(?:[a-z0-9_-]{1,63}\.)+(?: 300)? CNAME(?: \.)?)$"
        ),
        "hosts" | "hosts-added" | "hosts-removed" => {
            pattern!(r"^(?:#[^\n]*|0\.0\.0\.0 (?:[a-z0-9_-]{1,63}\.)+[a-z0-9_-]{1,63})$")
        }
        "commonwatch.nft" => pattern!(
            r"^(?:#[^\n]*|add table inet \w+|add set inet \w+ \w+ \{ type [a-z0-9_. ]+;(?: flags interval; auto-merge;)? \}|flush set inet \w+ \w+|(?:add|delete) element inet \w+ \w+ \{ [0-9a-f:./]+(?: \. (?:tcp|udp) \. [0-9]+)?(?:, [0-9a-f:./]+(?: \. (?:tcp|udp) \. [0-9]+)?)* \})$"
        ),
        "values.txt" => pattern!(r"^[+-]?[^\s\x00-\x1f][^\x00-\x1f\x7f]*$"),
        _ => None,
    }
}

fn check(file: &str, text: &str) -> Result<(), TestCaseError> {
    prop_assert!(
        text.is_empty() || text.ends_with('\n'),
        "{file} does not end its last line"
    );
    if let Some(pattern) = line_of(file) {
        // Other programs break lines at more than LF.
        for line in text
            .lines()
            .flat_map(|line| line.split(['\r', '\u{b}', '\u{c}', '\u{85}', '\u{2028}', '\u{2029}']))
        {
            prop_assert!(pattern.is_match(line), "{file}: {line}");
        }
    }
    if file == "indicators.csv" {
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .from_reader(text.as_bytes());
        let records: Vec<_> = reader.records().collect::<Result<_, _>>().unwrap();
        prop_assert_eq!(records.len(), text.lines().count());
        for record in &records {
            prop_assert_eq!(record.len(), 12);
            prop_assert!(
                !record
                    .iter()
                    .any(|cell| cell.starts_with(['=', '+', '-', '@', '\t', '\r']))
            );
        }
    }
    if file == "commonwatch.ioc" {
        let mut reader = quick_xml::Reader::from_str(text);
        reader.config_mut().check_comments = true;
        let mut names = Vec::new();
        loop {
            match reader.read_event().unwrap() {
                quick_xml::events::Event::Start(tag) => names.push(tag.name().as_ref().to_owned()),
                quick_xml::events::Event::Eof => break,
                _ => {}
            }
        }
        let known = [
            "ioc",
            "short_description",
            "authored_by",
            "authored_date",
            "definition",
            "Indicator",
            "IndicatorItem",
            "Content",
        ];
        prop_assert!(names.iter().all(|name| known.contains(&name.as_str())), "{names:?}");
    }
    Ok(())
}

const VALUE_FORMATS: [OutFormat; 9] = [
    OutFormat::Csv,
    OutFormat::List,
    OutFormat::SuricataRules,
    OutFormat::SuricataDatasets,
    OutFormat::ZeekIntel,
    OutFormat::Rpz,
    OutFormat::Hosts,
    OutFormat::Nftables,
    OutFormat::OpenIoc,
];

/// Raw values of every kind, as no normalisation would let them through, among good ones.
fn observable() -> impl Strategy<Value = Observable> {
    let nasty = prop_oneof![
        ".{0,20}",
        r#"[a-z.;:"'|\\\n\r\t<>&#=+@ -]{0,30}"#,
        "[a-z]{1,5}(\\.[a-z]{1,5}){1,3}",
        "https?://[a-z.]{1,9}[/;\"|%?a-z\n-]{0,20}",
        r"[0-9]{1,3}\.0\.2\.[0-9]{1,3}(/[0-9]{1,3})?",
        "[0-9a-f:]{1,20}",
        Just("00112233445566778899aabbccddeeff".to_owned()),
    ];
    (0..Kind::ALL.len(), nasty).prop_map(|(at, value)| Observable {
        kind: Kind::ALL[at],
        value,
    })
}

fn selector() -> impl Strategy<Value = Selector> {
    let port = prop::option::of(any::<u16>());
    let transport = prop::option::of(prop_oneof![Just(Transport::Tcp), Just(Transport::Udp)]);
    let flow = (
        prop::option::of(observable()),
        port.clone(),
        prop::option::of(observable()),
        port,
        transport,
    );
    prop_oneof![
        4 => observable().prop_map(Selector::Value),
        1 => prop::collection::vec(observable(), 1..3).prop_map(Selector::File),
        1 => flow.prop_map(|(source, source_port, destination, destination_port, transport)| {
            Selector::Flow(Flow { source, source_port, destination, destination_port, transport })
        }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn no_value_breaks_a_format(
        selectors in prop::collection::vec(selector(), 1..6),
        name in ".{0,30}|[-;\"<>\n|\\\\]{0,10}",
        source in "[a-z]{1,8}|.{0,10}",
        changes in any::<bool>(),
        removed in any::<bool>(),
    ) {
        let now = Timestamp::parse("2026-03-02T00:00:00Z").unwrap();
        let mode = if changes { Mode::Changes } else { Mode::Full };
        let options = Options { mode, source, ..Options::at(now) };
        let step = match (changes, removed) {
            (false, _) => Step::Present,
            (true, false) => Step::Added,
            (true, true) => Step::Removed,
        };
        let id = "indicator--00000000-0000-4000-8000-000000000001";
        let object = serde_json::json!({"type": "indicator", "id": id, "name": name}).to_string();
        let object = Object::parse(&object).unwrap();
        let facts = Facts::default();
        for format in VALUE_FORMATS {
            let mut memory = Memory::default();
            let mut writer = writer(format, &options);
            writer.begin(&mut memory).unwrap();
            for selector in &selectors {
                let entry = Entry { object: object.map(), id, facts: &facts, step };
                let _: Outcome = writer.put(&entry, selector, &mut memory).unwrap();
            }
            writer.finish(&mut memory).unwrap();
            for (file, bytes) in &memory.files {
                check(file, std::str::from_utf8(bytes).unwrap())?;
            }
        }
    }

    #[test]
    fn an_and_is_never_taken_apart(
        left in 0..4_usize,
        further in 1..4_usize,
    ) {
        let tests = [
            "domain-name:value = 'a.example'",
            "ipv4-addr:value = '192.0.2.1'",
            "url:value = 'http://a.example/x'",
            "file:name = 'a.exe'",
        ];
        let right = (left + further) % tests.len();
        let pattern = Pattern::parse(&format!("[{} AND {}]", tests[left], tests[right])).unwrap();
        let selected = Selected::of(&pattern);
        prop_assert_eq!(selected.selectors, []);
        prop_assert_eq!(selected.left_out.len(), 1);
    }

    #[test]
    fn any_pattern_that_parses_is_taken_apart_or_explained(text in r"\[(file:hashes.MD5|network-traffic:dst_port|ipv4-addr:value|domain-name:value) (=|IN|LIKE|!=) (\('a.example', 'b'\)|'192.0.2.1'|'x')( (AND|OR) ipv4-addr:value = '192.0.2.1')?\]( REPEATS 2 TIMES)?") {
        if let Ok(pattern) = Pattern::parse(&text) {
            let selected = Selected::of(&pattern);
            prop_assert!(!selected.selectors.is_empty() || !selected.left_out.is_empty());
        }
    }
}

#[test]
fn alternatives_inside_a_conjunction_are_multiplied_out_and_capped() {
    let flow = |ports: &str| {
        let text = format!("[network-traffic:dst_ref.value = '192.0.2.1' AND network-traffic:dst_port IN ({ports})]");
        Selected::of(&Pattern::parse(&text).unwrap())
    };
    assert_eq!(flow("80, 443").selectors.len(), 2);
    let many: Vec<String> = (1..2_000).map(|port| port.to_string()).collect();
    let many = flow(&many.join(", "));
    assert_eq!((many.selectors.len(), many.left_out.len()), (0, 1));
}

#[test]
fn a_thousand_alternatives_at_the_top_are_all_taken() {
    let parts: Vec<String> = (0..5_000)
        .map(|at| format!("domain-name:value = 'n{at}.example'"))
        .collect();
    let selected = Selected::of(&Pattern::parse(&format!("[{}]", parts.join(" OR "))).unwrap());
    assert_eq!(selected.selectors.len(), 5_000);
}

#[test]
fn a_name_below_a_domain_is_found_at_a_label_only() {
    // What the rule says in words: the buffer with a dot in front ends in `.name`.
    let rule_hits = |name: &str, seen: &str| format!(".{seen}").ends_with(&format!(".{name}"));
    assert!(rule_hits("evil.example", "a.evil.example") && rule_hits("evil.example", "evil.example"));
    assert!(!rule_hits("evil.example", "notevil.example"));
    let domain = normalise(Kind::Domain, "evil.example").unwrap();
    assert!(super::plain::narrow_domain(&domain.value).is_ok());
    assert!(super::plain::narrow_domain("example").is_err());
}

#[test]
fn a_failing_target_is_an_error_not_a_loss() {
    struct Full;
    impl super::Target for Full {
        fn write(&mut self, _: &str, bytes: &[u8]) -> std::io::Result<()> {
            if bytes.is_empty() {
                Ok(())
            } else {
                Err(std::io::Error::other("the disk is full"))
            }
        }
    }
    let options = Options::at(Timestamp::from_seconds(0));
    let mut ignore = |_: Problem| {};
    let mut full = Full;
    let mut export = super::export(OutFormat::List, &options, &mut full, &mut ignore).unwrap();
    let text = r#"{"type":"indicator","id":"indicator--00000000-0000-4000-8000-000000000001","pattern":"[domain-name:value = 'a.example']"}"#;
    let problem = export
        .add(&Object::parse(text).unwrap(), super::Change::Added, &Facts::default())
        .unwrap_err();
    assert_eq!(problem.to_string(), "the export cannot be written: the disk is full");
}
