//! What evaluation promises, in examples.

use std::collections::HashMap;

use super::{Compiled, NoObjects, Observed, Pattern, PatternSet, TooComplex};
use crate::json::{self, Map};
use crate::time::Timestamp;

fn compiled(text: &str) -> Compiled {
    Compiled::new(&Pattern::parse(text).unwrap()).unwrap()
}

fn matches_object(pattern: &str, object: &str) -> bool {
    let value = json::parse(object).unwrap();
    let time = Timestamp::from_seconds(0);
    let observed = Observed::new(time, time, 1, value.as_object(), &NoObjects);
    compiled(pattern).matches(&[observed]).unwrap()
}

/// Observations `(name, first second, last second, count)` of objects `{"type":"x","name":…}`.
fn decides(pattern: &str, observations: &[(&str, i64, i64, u64)]) -> Result<bool, TooComplex> {
    let texts: Vec<String> = observations
        .iter()
        .map(|o| format!(r#"{{"type":"x","name":"{}"}}"#, o.0))
        .collect();
    let values: Vec<json::Value<'_>> = texts.iter().map(|text| json::parse(text).unwrap()).collect();
    let observed: Vec<Observed<'_>> = observations
        .iter()
        .zip(&values)
        .map(|((_, first, last, count), value)| {
            let (first, last) = (Timestamp::from_seconds(*first), Timestamp::from_seconds(*last));
            Observed::new(first, last, *count, value.as_object(), &NoObjects)
        })
        .collect();
    compiled(pattern).matches(&observed)
}

fn matches(pattern: &str, observations: &[(&str, i64, i64, u64)]) -> bool {
    decides(pattern, observations).unwrap()
}

#[test]
fn a_path_that_leads_nowhere_fulfils_nothing_but_not_exists() {
    let object = r#"{"type":"file","name":"a"}"#;
    for pattern in [
        "[file:size = 1]",
        "[file:size != 1]",
        "[file:size NOT = 1]",
        "[file:size NOT IN (1)]",
        "[EXISTS file:size]",
    ] {
        assert!(!matches_object(pattern, object), "{pattern}");
    }
    assert!(matches_object("[NOT EXISTS file:size]", object));
    assert!(matches_object("[EXISTS file:name]", object));
    assert!(!matches_object("[NOT EXISTS directory:path]", object));
}

#[test]
fn all_tests_in_brackets_are_about_the_same_object() {
    let objects = r#"{"type":"observed-data","first_observed":"2026-01-01T00:00:00Z","last_observed":"2026-01-01T00:00:00Z",
        "objects":{"0":{"type":"file","name":"a","size":1},"1":{"type":"file","name":"b","size":2}}}"#;
    let value = json::parse(objects).unwrap();
    let observed = [Observed::read(value.as_object().unwrap(), &NoObjects).unwrap()];
    assert!(
        compiled("[file:name = 'a' AND file:size = 1]")
            .matches(&observed)
            .unwrap()
    );
    assert!(
        !compiled("[file:name = 'a' AND file:size = 2]")
            .matches(&observed)
            .unwrap()
    );
}

#[test]
fn references_are_followed_in_dictionaries_and_by_id() {
    let old = r#"{"first_observed":"2026-01-01T00:00:00Z","last_observed":"2026-01-01T00:00:00Z",
        "objects":{"0":{"type":"network-traffic","dst_ref":"1"},"1":{"type":"ipv4-addr","value":"192.0.2.7"}}}"#;
    let new = r#"{"first_observed":"2026-01-01T00:00:00Z","last_observed":"2026-01-01T00:00:00Z",
        "object_refs":["network-traffic--1"]}"#;
    let traffic =
        json::parse(r#"{"type":"network-traffic","id":"network-traffic--1","dst_ref":"ipv4-addr--1"}"#).unwrap();
    let address = json::parse(r#"{"type":"ipv4-addr","id":"ipv4-addr--1","value":"192.0.2.7"}"#).unwrap();
    let known: HashMap<&str, &Map<'_>> = HashMap::from([
        ("network-traffic--1", traffic.as_object().unwrap()),
        ("ipv4-addr--1", address.as_object().unwrap()),
    ]);
    let (old, new) = (json::parse(old).unwrap(), json::parse(new).unwrap());
    let old = [Observed::read(old.as_object().unwrap(), &NoObjects).unwrap()];
    let new = [Observed::read(new.as_object().unwrap(), &known).unwrap()];
    let pattern = compiled(
        "[network-traffic:dst_ref.type = 'ipv4-addr' AND network-traffic:dst_ref.value ISSUBSET '192.0.2.0/24']",
    );
    assert!(pattern.matches(&old).unwrap());
    assert!(pattern.matches(&new).unwrap());
    // The address is only referred to, so it is not itself observed in the second.
    let direct = compiled("[ipv4-addr:value = '192.0.2.7']");
    assert!(direct.matches(&old).unwrap());
    assert!(!direct.matches(&new).unwrap());
}

#[test]
fn references_that_branch_endlessly_are_followed_once_each() {
    let ids: Vec<String> = (0..30).map(|n| format!("\"{n}\"")).collect();
    let friends = ids.join(",");
    let objects: Vec<String> = ids
        .iter()
        .map(|id| format!(r#"{id}:{{"type":"x","name":{id},"all_refs":[{friends}]}}"#))
        .collect();
    let text = format!(
        r#"{{"first_observed":"2026-01-01T00:00:00Z","last_observed":"2026-01-01T00:00:00Z","objects":{{{}}}}}"#,
        objects.join(",")
    );
    let value = json::parse(&text).unwrap();
    let observed = [Observed::read(value.as_object().unwrap(), &NoObjects).unwrap()];
    let steps = "all_refs[*].".repeat(30);
    assert!(compiled(&format!("[x:{steps}name = '29']")).matches(&observed).unwrap());
    assert!(!compiled(&format!("[x:{steps}name = '30']")).matches(&observed).unwrap());
}

#[test]
fn values_are_compared_by_their_types() {
    let object = r#"{"type":"x","big":9007199254740993,"huge":18446744073709551615,"half":0.5,"list":[1,2],
        "payload_bin":"AP8=","sum_hex":"00ff","text":"Straße\nline","time":"2026-01-01T00:00:00.1234567Z","null":null,"map":{"k":5}}"#;
    for (pattern, expected) in [
        ("[x:big = 9007199254740993]", true),
        ("[x:big = 9007199254740992.0]", false),
        ("[x:big > 9007199254740992.0]", true),
        ("[x:huge > 9223372036854775807]", true),
        ("[x:half < 1]", true),
        ("[x:list[*] = 2]", true),
        ("[x:list[*] != 2]", true),
        ("[x:list[5] != 2]", false),
        ("[x:list = 1]", false),
        ("[x:map[*] = 5]", true),
        ("[x:payload_bin = h'00ff']", true),
        ("[x:sum_hex = b'AP8=']", true),
        ("[x:sum_hex = '00ff']", false),
        ("[x:payload_bin MATCHES '\\\\xff$']", true),
        ("[x:payload_bin LIKE '__']", true),
        ("[x:text LIKE 'Stra_e%']", true),
        ("[x:text LIKE 'stra%']", false),
        ("[x:text MATCHES 'ß.+li']", true),
        ("[x:text MATCHES '^line']", false),
        ("[x:text = h'53']", false),
        ("[x:time = t'2026-01-01T00:00:00.1234567000Z']", true),
        ("[x:time > t'2026-01-01T00:00:00.1234561Z']", true),
        ("[x:time < 'z']", true),
        ("[x:null = 'a']", false),
        ("[x:null != 'a']", true),
    ] {
        assert_eq!(matches_object(pattern, object), expected, "{pattern}");
    }
}

#[test]
fn each_part_is_matched_by_a_different_observation() {
    assert!(!matches("[x:name = 'a'] AND [x:name LIKE '%']", &[("a", 0, 0, 1)]));
    assert!(matches("[x:name = 'a'] AND [x:name LIKE '%']", &[("a", 0, 0, 2)]));
    assert!(matches(
        "[x:name LIKE '%'] AND [x:name = 'a']",
        &[("a", 0, 0, 1), ("b", 0, 0, 1)]
    ));
    assert!(matches(
        "[x:name = 'a'] REPEATS 1000000 TIMES",
        &[("a", 0, 0, 999_999), ("a", 9, 9, 1)]
    ));
    assert!(!matches(
        "[x:name = 'a'] REPEATS 1000000 TIMES",
        &[("a", 0, 0, 999_999), ("b", 9, 9, 1)]
    ));
}

#[test]
fn followed_by_allows_the_same_time_and_asks_for_some_legal_choice_of_times() {
    let pattern = "[x:name = 'a'] FOLLOWEDBY [x:name = 'b']";
    assert!(matches(pattern, &[("a", 5, 5, 1), ("b", 5, 5, 1)]));
    assert!(!matches(pattern, &[("a", 5, 5, 1), ("b", 4, 4, 1)]));
    assert!(matches(pattern, &[("a", 3, 9, 1), ("b", 4, 4, 1)]));
    let chain = "[x:name = 'a'] FOLLOWEDBY [x:name = 'b'] FOLLOWEDBY [x:name = 'c']";
    assert!(matches(chain, &[("a", 0, 9, 1), ("b", 2, 3, 1), ("c", 1, 2, 1)]));
    assert!(!matches(chain, &[("a", 0, 9, 1), ("b", 3, 3, 1), ("c", 1, 2, 1)]));
}

#[test]
fn within_is_exclusive_start_is_inclusive_and_stop_is_exclusive() {
    let within = |seconds: &str| format!("([x:name = 'a'] AND [x:name = 'b']) WITHIN {seconds} SECONDS");
    for (a, b, seconds, expected) in [
        ((1, 1), (1, 1), "1", true),
        ((1, 2), (2, 3), "1", true),
        ((1, 2), (3, 4), "1", false),
        ((1, 2), (3, 4), "1.000001", true),
        ((1, 4), (2, 3), "1", true),
        ((1, 2), (4, 5), "2", false),
        ((1, 2), (4, 5), "3", true),
        ((1, 2), (5, 5), "2", false),
    ] {
        assert_eq!(
            matches(&within(seconds), &[("a", a.0, a.1, 1), ("b", b.0, b.1, 1)]),
            expected,
            "{a:?} {b:?} {seconds}"
        );
    }
    let bounded = "[x:name = 'a'] START t'1970-01-01T00:00:05Z' STOP t'1970-01-01T00:00:08Z'";
    for (first, last, expected) in [
        (5, 5, true),
        (8, 8, false),
        (4, 4, false),
        (0, 5, true),
        (7, 20, true),
        (0, 4, false),
    ] {
        assert_eq!(matches(bounded, &[("a", first, last, 1)]), expected, "{first} {last}");
    }
}

#[test]
fn qualifiers_apply_in_the_order_in_which_they_stand() {
    let spread = [("a", 0, 0, 1), ("a", 100, 100, 1)];
    assert!(matches("[x:name = 'a'] WITHIN 5 SECONDS REPEATS 2 TIMES", &spread));
    assert!(!matches("[x:name = 'a'] REPEATS 2 TIMES WITHIN 5 SECONDS", &spread));
}

#[test]
fn hopeless_searches_are_given_up_and_common_ones_are_not() {
    let many: Vec<(&str, i64, i64, u64)> = (0..40).map(|n| (["a", "b"][n % 2], n as i64, n as i64, 1)).collect();
    let pairs = "([x:name = 'a'] FOLLOWEDBY [x:name = 'b']) WITHIN 3 SECONDS REPEATS 20 TIMES";
    assert_eq!(decides(pairs, &many), Ok(true));
    let impossible = "([x:name = 'b'] FOLLOWEDBY [x:name = 'a']) WITHIN 2 SECONDS REPEATS 20 TIMES";
    assert!(matches!(decides(impossible, &many), Ok(false) | Err(TooComplex)));
    let either = "([x:name = 'a'] AND [x:name = 'b'] OR [x:name = 'c'] AND [x:name = 'd']) REPEATS 19 TIMES";
    assert!(matches!(decides(either, &many), Ok(true)));
    let window = "[x:name = 'a'] REPEATS 20 TIMES WITHIN 38 SECONDS";
    assert_eq!(decides(window, &many), Ok(false));
    assert_eq!(
        decides("[x:name = 'a'] REPEATS 20 TIMES WITHIN 39 SECONDS", &many),
        Ok(true)
    );
}

#[test]
fn what_cannot_be_evaluated_is_refused_with_its_place() {
    let refused = |text: &str| Compiled::new(&Pattern::parse(text).unwrap()).unwrap_err().to_string();
    for (pattern, message) in [
        (
            "[x:a MATCHES '(']",
            "1:14: the regular expression is malformed: unclosed group",
        ),
        (
            "[x:a MATCHES '(?=b)']",
            "1:14: the regular expression cannot be evaluated here: look-around",
        ),
        (
            "[x:a MATCHES '((a{500}){500}){5}']",
            "1:14: the regular expression cannot be evaluated here: it needs more than the limit of 2097152 bytes",
        ),
        (
            "[x:a ISSUBSET '192.0.2.0/33']",
            "1:15: '192.0.2.0/33' is neither an IP address nor a CIDR block",
        ),
        ("[x:a IN (1, true)]", "1:9: the set holds an integer and a boolean"),
        ("[file:hashes.MD5 = 'f00']", "1:20: 'f00' is not a hash of the kind MD5"),
    ] {
        let found = refused(pattern);
        assert!(found.starts_with(message), "{pattern}: {found}");
    }
    let joined = Pattern::parse("[file:name = 'a' AND (process:pid = 1 OR url:value = 'b')]")
        .unwrap()
        .check();
    assert_eq!(
        (joined.len(), joined[0].code, joined[0].place.column),
        (1, "pattern-object-types", Some(23))
    );
    let empty = Pattern::parse("[x:a = 1] START t'2026-01-02T00:00:00Z' STOP t'2026-01-01T00:00:00Z'")
        .unwrap()
        .check();
    assert_eq!((empty.len(), empty[0].code), (1, "pattern-empty-interval"));
}

#[test]
fn a_set_finds_by_literal_by_number_and_by_type() {
    let set: PatternSet = [
        "[ipv4-addr:value = '192.0.2.1']",
        "[ipv4-addr:value IN ('192.0.2.1', '192.0.2.2')]",
        "[ipv4-addr:value ISSUBSET '192.0.2.0/24']",
        "[ipv4-addr:value = '198.51.100.1']",
        "[ipv4-addr:value = '192.0.2.1'] AND [network-traffic:dst_port = 443]",
        "[network-traffic:dst_port = 443 OR url:value = 'http://example.com/']",
        "[NOT EXISTS ipv4-addr:value]",
    ]
    .map(compiled)
    .into_iter()
    .collect();
    let texts = [
        r#"{"type":"ipv4-addr","value":"192.0.2.1"}"#,
        r#"{"type":"network-traffic","dst_port":443.0}"#,
    ];
    let values = texts.map(|text| json::parse(text).unwrap());
    let time = Timestamp::from_seconds(0);
    let observed = values
        .each_ref()
        .map(|value| Observed::new(time, time, 1, value.as_object(), &NoObjects));
    assert_eq!(set.matches(&observed).matching, [0, 1, 2, 4, 5]);
    assert_eq!(set.matches(&observed[..1]).matching, [0, 1, 2]);
}
