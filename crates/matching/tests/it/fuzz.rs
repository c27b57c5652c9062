//! No warninglist makes reading or matching panic (docs/fuzzing.md).

use matching::Warninglists;
use proptest::prelude::*;
use stix::observable::{Kind, Observable, normalise};

use crate::mutate::{config, mutated};

const SAMPLES: &[&str] = &[
    r#"{"name":"Resolvers","version":3,"description":"a","type":"cidr","matching_attributes":["ip-src","ip-dst","domain|ip"],"list":["192.0.2.1","198.51.100.0/24","2001:db8::/32"]}"#,
    r#"{"name":"Hosts","type":"hostname","category":"false_positive","matching_attributes":["hostname","domain","url"],"list":["example.com",".example.net","b\u00fccher.example"]}"#,
    r#"{"name":"Known","type":"string","category":"known","matching_attributes":["md5"],"list":["d41d8cd98f00b204e9800998ecf8427e"]}"#,
    r#"{"name":"Parts","type":"substring","matching_attributes":["url"],"list":["/wp-admin/","example.org"]}"#,
    r#"{"name":"Expressions","type":"regex","matching_attributes":["filename"],"list":["/^x[a-z]+\\.exe$/i","(a+)+$","[0-9]{1,3}"]}"#,
];

const WORDS: &[&str] = &[
    "\"type\":\"regex\"",
    "\"type\":\"cidr\"",
    "\"type\":\"substring\"",
    "\"type\":\"hostname\"",
    "\"list\":[",
    "\"",
    ",",
    "[",
    "]",
    "{",
    "}",
    "/0",
    "/129",
    "/i",
    "(?i)",
    "(",
    ")",
    "(a{9999}){9999}",
    "\\\\p{L}",
    "(?<a>",
    "\\\\",
    "*",
    "|",
    "^",
    "$",
    "::",
    "0.0.0.0/0",
    ".",
    "..",
    "a+",
    "null",
];

const VALUES: [(Kind, &str); 7] = [
    (Kind::Ipv4, "198.51.100.7"),
    (Kind::Ipv4Network, "198.51.100.0/25"),
    (Kind::Ipv6, "2001:db8::1"),
    (Kind::Domain, "www.example.com"),
    (
        Kind::Url,
        "http://www.example.net/wp-admin/x?a=aaaaaaaaaaaaaaaaaaaaaaaaaaaa!",
    ),
    (Kind::Md5, "d41d8cd98f00b204e9800998ecf8427e"),
    (Kind::FileName, "xa.exe"),
];

fn target(text: &str) {
    let mut builder = Warninglists::builder();
    builder.add_json("sound.json", SAMPLES[0]);
    builder.add_json("broken.json", text);
    let (lists, problems) = builder.build();
    assert!(problems.len() <= text.len() + 1);
    assert_eq!(lists.lists()[0].entries, 3, "a broken list spoils the one beside it");
    for (kind, value) in VALUES {
        let observable = normalise(kind, value).unwrap();
        let hits = lists.hits(&observable).count();
        assert!(hits > 0 || !lists.is_false_positive(&observable));
    }
    let odd = Observable {
        kind: Kind::Url,
        value: text.to_owned(),
    };
    let _ = lists.hits(&odd).count();
}

#[test]
fn unbroken_samples_are_read() {
    for text in SAMPLES {
        let mut builder = Warninglists::builder();
        builder.add_json("sample.json", text);
        let (lists, _) = builder.build();
        assert!(lists.lists()[0].entries > 0, "{text}");
        let hit = VALUES
            .iter()
            .any(|(kind, value)| lists.hits(&normalise(*kind, value).unwrap()).next().is_some());
        assert!(hit, "{text}");
    }
}

proptest! {
    #![proptest_config(config(300))]

    #[test]
    fn warninglists_are_read_or_refused(input in mutated(SAMPLES.iter().map(|text| text.as_bytes().to_vec()).collect(), WORDS)) {
        target(&String::from_utf8_lossy(&input.0));
    }
}
