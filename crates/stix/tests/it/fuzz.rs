//! No text makes a parser panic, and what it accepts it writes so that it reads the same again (docs/fuzzing.md).

use proptest::prelude::*;
use stix::observable::{self, Kind};
use stix::pattern::{Compiled, NoObjects, Observed, Pattern, PatternSet, literals};
use stix::{Id, Object, Timestamp, check, jcs, json, marking, sco, upgrade, view};

use crate::mutate::{Bytes, config, mutated};

fn samples(texts: &[&str]) -> Vec<Vec<u8>> {
    texts.iter().map(|text| text.as_bytes().to_vec()).collect()
}

/// The input as text, with what is no UTF-8 replaced.
fn text(input: &Bytes) -> String {
    String::from_utf8_lossy(&input.0).into_owned()
}

const OBJECTS: &[&str] = &[
    r#"{"type":"indicator","spec_version":"2.1","id":"indicator--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f","created":"2026-04-06T20:03:48.000Z","modified":"2026-04-06T20:03:48.123456Z","name":"a \"b\" é","pattern":"[ipv4-addr:value = '192.0.2.1']","pattern_type":"stix","valid_from":"2026-01-01T00:00:00Z","confidence":50,"labels":["a","b"],"object_marking_refs":["marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9"],"granular_markings":[{"selectors":["labels.[0]"],"lang":"en"}]}"#,
    r#"{"type":"indicator","id":"indicator--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f","created":"2026-04-06T20:03:48.000Z","modified":"2026-04-06T20:03:48.000Z","labels":["malicious-activity"],"pattern":"[file:hashes.md5 = 'd41d8cd98f00b204e9800998ecf8427e']","valid_from":"2026-01-01T00:00:00Z"}"#,
    r#"{"type":"observed-data","id":"observed-data--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f","created":"2026-04-06T20:03:48.000Z","modified":"2026-04-06T20:03:48.000Z","first_observed":"2026-01-01T00:00:00Z","last_observed":"2026-01-01T00:00:00Z","number_observed":1,"objects":{"0":{"type":"ipv4-addr","value":"192.0.2.1"},"1":{"type":"network-traffic","src_ref":"0","protocols":["tcp"]},"2":{"type":"email-message","is_multipart":false,"from_ref":"3","body":"x"},"3":{"type":"email-addr","value":"a@mail.example"}}}"#,
    r#"{"type":"file","spec_version":"2.1","id":"file--8e2e2d2b-17d4-5cbf-938f-98ee46b3cd3f","name":"x.exe","size":1.5,"hashes":{"MD5":"d41d8cd98f00b204e9800998ecf8427e","SHA-256":"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},"extensions":{"windows-pebinary-ext":{"pe_type":"exe","sections":[{"name":".text","entropy":6.5}]}}}"#,
    r#"{"type":"bundle","id":"bundle--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f","spec_version":"2.0","objects":[{"type":"url","id":"url--8e2e2d2b-17d4-5cbf-938f-98ee46b3cd3f","value":"https://example.com/a?b=c#d"},{"type":"marking-definition","id":"marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1","definition_type":"tlp","definition":{"tlp":"red"}}]}"#,
];

const JSON_WORDS: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    ":",
    ",",
    "\"",
    "null",
    "true",
    "1e400",
    "-0",
    "\"type\":",
    "\"id\":\"",
    "\"objects\":{",
    "\"revoked\":true",
    "\"spec_version\":\"2.0\",",
    "\"object_marking_refs\":[",
    "\"granular_markings\":[{",
    "\"extensions\":{",
    "_ref\":",
    "\"hashes\":{",
    "\"modified\":\"0000-01-01T00:00:00Z\"",
    "--",
    "labels.[0]",
    "\"lang\":\"en\",",
];

fn json_text(text: &str) {
    let Ok(value) = json::parse(text) else { return };
    let canonical = jcs::canonical(&value);
    let again =
        json::parse(&canonical).unwrap_or_else(|problem| panic!("canonical text is no JSON: {problem}\n{canonical}"));
    assert_eq!(jcs::canonical(&again), canonical);
}

fn object(text: &str) {
    let Ok(object) = Object::parse(text) else { return };
    assert_eq!(object.text(), text.trim());
    let map = object.map();
    let found = check::check(map);
    assert!(found.len() <= 200, "{} problems of one object", found.len());
    if let Ok(head) = object.head() {
        assert!(stix::id::check(head.id).is_ok(), "{}", head.id);
    }
    let _ = (
        sco::deterministic_id(map),
        view::references(map).count(),
        view::graph_references(map).count(),
    );
    let _ = marking::effective(marking::effective::references(map), |_| Some(marking::Meaning::of(map)));
    for observable in observable::extract(map) {
        normalised_stays(observable.kind, &observable.value);
    }
    let mut notes = Vec::new();
    if let Ok(Some(upgraded)) = upgrade::upgrade_with_notes(map, &mut notes) {
        let again = Object::parse(&upgraded)
            .unwrap_or_else(|problem| panic!("the upgrade is no object: {problem}\n{upgraded}"));
        assert!(
            !upgrade::is_stix_2_0(again.map()) || map.contains("objects"),
            "upgraded and still 2.0: {upgraded}"
        );
        check::check(again.map());
    }
}

fn identifier(text: &str) {
    if let Ok(id) = Id::parse(text) {
        assert_eq!((id.as_str(), id.to_string().as_str()), (text, text));
        assert!(stix::id::check_object_type(id.object_type()).is_ok(), "{text}");
        assert!(!text.contains('/') && text.is_ascii(), "{text}");
    }
    let _ = stix::id::object_type(text);
}

fn timestamp(text: &str) {
    if let Ok(time) = Timestamp::parse(text) {
        assert_eq!(time.to_string().parse_again(), time, "{text}");
        let micros = time.to_micros_text();
        assert!(Timestamp::parse(&micros).is_ok(), "{text} {micros}");
    }
}

trait ParseAgain {
    fn parse_again(&self) -> Timestamp;
}

impl ParseAgain for String {
    fn parse_again(&self) -> Timestamp {
        Timestamp::parse(self).unwrap_or_else(|error| panic!("written but not read: {self}: {error}"))
    }
}

const PATTERNS: &[&str] = &[
    "[ipv4-addr:value = '192.0.2.1' OR ipv4-addr:value ISSUBSET '198.51.100.0/24']",
    "([file:hashes.MD5 = 'd41d8cd98f00b204e9800998ecf8427e' AND file:size > 10] FOLLOWEDBY [network-traffic:src_ref.value = '192.0.2.1']) WITHIN 300 SECONDS",
    "[file:name LIKE '%x_\\'.exe'] REPEATS 2 TIMES START t'2026-01-01T00:00:00Z' STOP t'2026-02-01T00:00:00.000Z'",
    "[network-traffic:protocols[*] IN ('tcp', 'udp') AND network-traffic:dst_port NOT = 443 AND file:name MATCHES '^x[a-z]+\\\\.exe$']",
    "[file:extensions.'windows-pebinary-ext'.sections[0].entropy >= 6.5 OR artifact:payload_bin = b'aGk=' OR x:y = h'00ff' OR a:b = true OR EXISTS a:c]",
];

const OBSERVED: &str = r#"{"type":"observed-data","first_observed":"2026-01-01T00:00:00Z","last_observed":"2026-01-01T00:00:05Z","number_observed":2,"objects":{"0":{"type":"ipv4-addr","value":"192.0.2.1","x":[1,{"a":"b"}]},"1":{"type":"network-traffic","src_ref":"0","dst_port":443,"protocols":["tcp","http"]},"2":{"type":"file","name":"x.exe","size":10,"hashes":{"MD5":"d41d8cd98f00b204e9800998ecf8427e"}}}}"#;

fn pattern(text: &str) {
    let _ = Pattern::parse_v20(text).map(|pattern| pattern.check());
    let Ok(pattern) = Pattern::parse(text) else { return };
    pattern.check();
    literals(&pattern);
    let written = pattern.to_string();
    let again = Pattern::parse(&written).unwrap_or_else(|problem| panic!("written but not read: {problem}\n{written}"));
    // Positions differ; what is written again does not.
    assert_eq!(again.to_string(), written);
    let canonical = pattern.canonical();
    let again =
        Pattern::parse(&canonical).unwrap_or_else(|problem| panic!("canonical but not read: {problem}\n{canonical}"));
    assert_eq!(again.canonical(), canonical);
    let observed = Object::parse(OBSERVED).unwrap();
    let observation = || Observed::read(observed.map(), &NoObjects).unwrap();
    let observations = [observation(), observation()];
    let (Ok(compiled), Ok(rewritten)) = (Compiled::new(&pattern), Compiled::new(&again)) else {
        return;
    };
    let answer = compiled.matches(&observations).ok();
    if let (Some(answer), Some(other)) = (answer, rewritten.matches(&observations).ok()) {
        assert_eq!(answer, other, "the canonical form means something else: {canonical}");
    }
    let mut set = PatternSet::new();
    set.add(compiled);
    set.matches(&observations);
}

/// What was normalised once is its own normal form.
fn normalised_stays(kind: Kind, value: &str) {
    if let Ok(again) = observable::normalise(kind, value) {
        assert_eq!((again.kind, again.value.as_str()), (kind, value));
    }
}

fn any_observable(text: &str) {
    for kind in Kind::ALL {
        if let Ok(found) = observable::normalise(*kind, text) {
            normalised_stays(found.kind, &found.value);
            assert!(
                observable::normalise(found.kind, &found.value).is_ok(),
                "{kind:?} {:?}",
                found.value
            );
        }
    }
    if let Some(guessed) = observable::guess(text) {
        normalised_stays(guessed.kind, &guessed.value);
    }
    let plain = observable::refang(text);
    assert!(plain.len() <= text.len() + 16, "{text}");
    let _ = (observable::refang_marked(text), observable::defang(text));
}

proptest! {
    #![proptest_config(config(400))]

    #[test]
    fn json_is_read_or_refused(input in mutated(samples(OBJECTS), JSON_WORDS)) {
        json_text(&text(&input));
    }

    #[test]
    fn objects_are_read_checked_upgraded_or_refused(input in mutated(samples(OBJECTS), JSON_WORDS)) {
        object(&text(&input));
    }

    #[test]
    fn patterns_are_read_or_refused(input in patterns()) {
        pattern(&text(&input));
    }
}

proptest! {
    #![proptest_config(config(2000))]

    #[test]
    fn identifiers_are_read_or_refused(input in mutated(
        samples(&["indicator--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f", "x-a-b--8e2e2d2b-17d4-1cbf-a38f-98ee46b3cd3f"]),
        &["--", "-", "{", "}", "urn:uuid:", "X", "../", "a--b--"],
    )) {
        identifier(&text(&input));
    }

    #[test]
    fn timestamps_are_read_or_refused(input in mutated(
        samples(&["2026-04-06T20:03:48.123456Z", "2024-02-29T23:59:60Z", "9999-12-31T23:59:59.999999999Z", "0001-01-01T00:00:00Z"]),
        &["Z", "T", ".", "-", ":", "+00:00", "00", "60", "24", "-0001", "999999999", "W", "e"],
    )) {
        timestamp(&text(&input));
    }

    #[test]
    fn observables_have_one_form(input in mutated(
        samples(&[
            "hxxps[:]//user@Evil[.]example:443/a/../b?c=d&e#f", "192[.]0[.]2[.]1/24", "2001:db8::1/64", "::ffff:192.0.2.1", "bad(at)mail[.]example",
            "D41D8CD98F00B204E9800998ECF8427E", "xn--bcher-kva.example", "b\u{fc}cher.example.", "AS64496", "00-00-5E-00-53-01", "CVE-2026-0001",
            "HKEY_LOCAL_MACHINE\\Software\\a", "C:\\x\\y.exe", "3:AXGBicFlgVNhBGcL6wCrFQEv:AXGHsNhxLsr2C", "T1A2B3", "http://[2001:db8::1]:80/", "Mozilla/5.0",
        ]),
        &["[.]", "(dot)", "{.}", "hxxp://", "h**p://", "://", "[:]", "(at)", "@", "%2e", "%", "xn--", "::", "/0", "/129", "0x7f.1", "[", "]", "\\", "ß", "\u{200d}", "。"],
    )) {
        any_observable(&text(&input));
    }
}

fn patterns() -> impl Strategy<Value = Bytes> {
    mutated(
        samples(PATTERNS),
        &[
            "[",
            "]",
            "(",
            ")",
            " AND ",
            " OR ",
            " NOT ",
            " FOLLOWEDBY ",
            " WITHIN ",
            " SECONDS",
            " REPEATS ",
            " TIMES",
            " START ",
            " STOP ",
            "t'",
            "h'",
            "b'",
            " LIKE '",
            " MATCHES '",
            " IN (",
            " ISSUBSET '",
            " ISSUPERSET '",
            " EXISTS ",
            "_ref.",
            "[*]",
            "[0]",
            ".'",
            "\\'",
            "/*",
            "*/",
            "//",
            "= ",
            "!= ",
            "<>",
            "([a:b = 1] ",
            "((a+)+)+$",
            "x{1000}{1000}",
            "(?i)",
        ],
    )
}

#[test]
fn unbroken_samples_are_read() {
    for text in OBJECTS {
        assert!(Object::parse(text).unwrap().map().contains("type"));
        object(text);
    }
    for text in PATTERNS {
        Compiled::new(&Pattern::parse(text).unwrap()).unwrap();
        pattern(text);
    }
}
