use insta::assert_snapshot;
use proptest::prelude::*;
use stix::observable::{Kind, Observable, normalise};

use super::Warninglists;

fn observable(kind: Kind, text: &str) -> Observable {
    normalise(kind, text).unwrap()
}

fn one(list_type: &str, attributes: &str, entries: &str) -> Warninglists {
    let text =
        format!(r#"{{"name":"one","type":"{list_type}","matching_attributes":[{attributes}],"list":[{entries}]}}"#);
    let mut builder = Warninglists::builder();
    builder.add_json("one.json", &text);
    let (lists, problems) = builder.build();
    assert_eq!(problems, []);
    lists
}

fn hit(lists: &Warninglists, kind: Kind, text: &str) -> String {
    let found: Vec<String> = lists
        .hits(&observable(kind, text))
        .map(|hit| format!("{}: {}", hit.list.name, hit.entry))
        .collect();
    found.join(", ")
}

#[test]
fn a_string_hits_only_what_equals_it() {
    let lists = one("string", r#""domain""#, r#""Example.COM", ".example.net""#);
    assert_eq!(hit(&lists, Kind::Domain, "example.com"), "one: example.com");
    assert_eq!(hit(&lists, Kind::Domain, "www.example.com"), "");
    assert_eq!(hit(&lists, Kind::Domain, "www.example.net"), "");
}

#[test]
fn a_hostname_hits_the_name_and_what_is_below_it_never_beside_it() {
    let lists = one("hostname", r#""domain","url","email-src""#, r#"".example.com""#);
    for (kind, text) in [
        (Kind::Domain, "example.com"),
        (Kind::Domain, "a.b.example.com"),
        (Kind::Url, "https://user@WWW.example.com:8443/x?y=example.org"),
        (Kind::EmailAddress, "Someone@mail.example.com"),
    ] {
        assert_eq!(hit(&lists, kind, text), "one: example.com", "{text}");
    }
    for (kind, text) in [
        (Kind::Domain, "notexample.com"),
        (Kind::Domain, "example.com.example.org"),
        (Kind::Url, "https://example.org/example.com"),
    ] {
        assert_eq!(hit(&lists, kind, text), "", "{text}");
    }
}

#[test]
fn a_network_hits_addresses_and_networks_inside_it() {
    let lists = one(
        "cidr",
        r#""ip-src","url""#,
        r#""192.0.2.0/25","2001:DB8::/32","203.0.113.9""#,
    );
    assert_eq!(hit(&lists, Kind::Ipv4, "192.0.2.127"), "one: 192.0.2.0/25");
    assert_eq!(hit(&lists, Kind::Ipv4, "192.0.2.128"), "");
    assert_eq!(hit(&lists, Kind::Ipv4Network, "192.0.2.64/26"), "one: 192.0.2.0/25");
    assert_eq!(hit(&lists, Kind::Ipv4Network, "192.0.2.0/24"), "");
    assert_eq!(hit(&lists, Kind::Ipv6, "2001:db8::1"), "one: 2001:db8::/32");
    assert_eq!(hit(&lists, Kind::Ipv6, "::ffff:203.0.113.9"), "one: 203.0.113.9/32");
    assert_eq!(
        hit(&lists, Kind::Url, "http://[2001:db8::1]:8080/"),
        "one: 2001:db8::/32"
    );
}

#[test]
fn a_substring_hits_wherever_it_stands() {
    let lists = one("substring", r#""domain","url""#, r#""Sandbox.example""#);
    assert_eq!(
        hit(&lists, Kind::Url, "https://my-sandbox.example/report"),
        "one: sandbox.example"
    );
    assert_eq!(hit(&lists, Kind::Domain, "sand.example"), "");
    assert_eq!(hit(&lists, Kind::EmailAddress, "a@sandbox.example"), "");
}

#[test]
fn expressions_are_read_as_misp_writes_them() {
    let lists = one("regex", r#""email-dst""#, r#""/^(noc|abuse)\\@.*\\..*$/i""#);
    assert_eq!(
        hit(&lists, Kind::EmailAddress, "Abuse@example.com"),
        r"one: (?i)^(noc|abuse)@.*\..*$"
    );
    assert_eq!(hit(&lists, Kind::EmailAddress, "bob@example.com"), "");
}

#[test]
fn a_broken_list_or_entry_leaves_the_others_in_use() {
    let mut builder = Warninglists::builder();
    builder
        .add_json(
            "good.json",
            r#"{"name":"good","type":"string","list":["example.com",7,""]}"#,
        )
        .add_json("cut.json", r#"{"name":"cut","type":"string","list":["a""#)
        .add_json("odd.json", r#"{"name":"odd","type":"fuzzy","list":[]}"#)
        .add_json(
            "net.json",
            r#"{"name":"net","type":"cidr","list":["192.0.2.0/33","192.0.2.1"]}"#,
        )
        .add_json(
            "look.json",
            r#"{"name":"look","type":"regex","list":["/(?=a)b/","/a{9999}{999}/","/ok/"]}"#,
        );
    let (lists, problems) = builder.build();
    let shown: Vec<String> = problems.iter().map(ToString::to_string).collect();
    assert_snapshot!(shown.join("\n"), @r"
    good.json $.list[1]: the entry is not a text
    good.json $.list[2]: the entry is empty
    cut.json:1:41: the text is not valid JSON: EOF while parsing a list (the other lists are in use)
    odd.json $.type: 'fuzzy' is not a type of list (string, hostname, substring, cidr, regex) (the other lists are in use)
    net.json $.list[0]: '192.0.2.0/33' is not an address or network
    look.json $.list[0]: the expression '/(?=a)b/' cannot be used: look-around, including look-ahead and look-behind, is not supported
    look.json $.list[1]: the expression '/a{9999}{999}/' cannot be used: Compiled regex exceeds size limit of 1048576 bytes.
    ");
    assert_eq!(hit(&lists, Kind::Domain, "example.com"), "good: example.com");
    assert_eq!(hit(&lists, Kind::Ipv4, "192.0.2.1"), "net: 192.0.2.1/32");
}

#[test]
fn what_comes_with_the_program_can_be_switched_off() {
    let mut builder = Warninglists::builder();
    builder.add_built_in();
    let (mut lists, problems) = builder.build();
    assert_eq!(problems, []);
    assert_eq!(
        hit(&lists, Kind::Url, "http://203.0.113.7/x"),
        "documentation-addresses: 203.0.113.0/24"
    );
    assert_eq!(hit(&lists, Kind::Domain, "c2.example"), "documentation-names: example");
    assert_eq!(
        hit(&lists, Kind::Md5, "D41D8CD98F00B204E9800998ECF8427E"),
        "empty-hashes: d41d8cd98f00b204e9800998ecf8427e"
    );
    assert_eq!(hit(&lists, Kind::Sha1, &"0".repeat(40)), "zero-hashes: ^(?:0+|f+)$");
    assert!(lists.switch("documentation-addresses", false));
    assert!(!lists.switch("no such list", false));
    assert_eq!(hit(&lists, Kind::Ipv4, "203.0.113.7"), "");
}

#[test]
fn a_known_value_is_a_hit_but_no_false_positive() {
    let mut builder = Warninglists::builder();
    builder.add_json(
        "k",
        r#"{"name":"k","type":"string","category":"known","list":["example.com"]}"#,
    );
    let (lists, _) = builder.build();
    assert_eq!(hit(&lists, Kind::Domain, "example.com"), "k: example.com");
    assert!(!lists.is_false_positive(&observable(Kind::Domain, "example.com")));
}

proptest! {
    #[test]
    fn whatever_a_list_holds_nothing_panics(text in r#"[\[\]{}":,a-z/0-9.\\]{0,80}"#, entry in ".{0,30}", kind in 0..5_usize) {
        let kinds = ["string", "hostname", "substring", "cidr", "regex"];
        let mut builder = Warninglists::builder();
        builder.add_json("any", &text);
        builder.add_json("list", &serde_json::json!({"name": "l", "type": kinds[kind], "list": [entry]}).to_string());
        let (lists, _) = builder.build();
        let _ = lists.hits(&Observable { kind: Kind::Url, value: entry }).count();
    }
}
