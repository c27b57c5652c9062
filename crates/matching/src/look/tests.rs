use events::{Event, Role};
use stix::observable::normalise;

use super::*;
use crate::hit::Context;
use crate::watchlist::{About, Builder, Options};

fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

fn list(values: &[(Kind, &str)]) -> Watchlist {
    let mut builder = Builder::new(Options::at(at("2026-01-01T00:00:00Z")));
    let indicator = builder.indicator(&Context::default());
    for (kind, value) in values {
        builder.value(indicator, &normalise(*kind, value).unwrap());
    }
    builder.build().0
}

/// What an event meets: what is named, how, and in which field.
fn met(list: &Watchlist, fields: &[(&str, &str, Role)]) -> Vec<String> {
    let mut event = Event::default();
    for (name, value, role) in fields {
        event.push(*name, *value, *role);
    }
    let mut found = Vec::new();
    look(list, &event, at("2026-01-02T00:00:00Z"), &mut found);
    found
        .iter()
        .map(|one| {
            let named = match one.what {
                What::Entry(entry) => list.observable_of(entry).unwrap().value,
                What::Pattern(number) => format!("pattern {number}"),
            };
            let field = one.field.map_or("", |field| &event.fields[field].name);
            format!("{named} {:?} {field}", one.relation)
        })
        .collect()
}

#[test]
fn addresses_meet_themselves_and_their_networks() {
    let list = list(&[
        (Kind::Ipv4, "192.0.2.7"),
        (Kind::Ipv4Network, "192.0.2.0/24"),
        (Kind::Ipv6Network, "2001:db8::/32"),
        (Kind::Ipv4, "203.0.113.1"),
    ]);
    assert_eq!(
        met(&list, &[("src", "192.0.2.7", Role::Source)]),
        ["192.0.2.7 Same src", "192.0.2.0/24 Within src"]
    );
    assert_eq!(
        met(&list, &[("src", "::ffff:192.0.2.9", Role::Source)]),
        ["192.0.2.0/24 Within src"]
    );
    assert_eq!(
        met(&list, &[("dst", "[2001:db8::5]:443", Role::Destination)]),
        ["2001:db8::/32 Within dst"]
    );
    assert_eq!(
        met(&list, &[("host", "203.0.113.1:8080", Role::Host)]),
        ["203.0.113.1 Same host"]
    );
    assert_eq!(met(&list, &[("src", "192.0.20.7", Role::Source)]), [""; 0]);
}

#[test]
fn a_host_in_numbers_is_the_address_that_it_means() {
    let list = list(&[(Kind::Ipv4, "192.0.2.7")]);
    for url in [
        "http://3221225991/a",
        "http://0xC0000207/",
        "http://bank.example@0300.0.02.7/",
    ] {
        assert_eq!(met(&list, &[("url", url, Role::Url)]), ["192.0.2.7 Same url"], "{url}");
        let text = format!("GET {url} done");
        assert_eq!(
            met(&list, &[("line", &text, Role::Text)]),
            ["192.0.2.7 Same line"],
            "{url}"
        );
    }
}

#[test]
fn names_meet_themselves_and_what_is_above_them_once() {
    let list = list(&[
        (Kind::Domain, "evil.example"),
        (Kind::Domain, "co.uk"),
        (Kind::Domain, "a.evil.example"),
    ]);
    assert_eq!(
        met(
            &list,
            &[
                ("query", "X.a.evil.example.", Role::Host),
                ("answer", "evil.example", Role::Host)
            ]
        ),
        ["a.evil.example Below query", "evil.example Below query"]
    );
    assert_eq!(met(&list, &[("query", "notevil.example", Role::Host)]), [""; 0]);
    assert_eq!(met(&list, &[("query", "evil.example.net", Role::Host)]), [""; 0]);
    assert_eq!(
        met(&list, &[("query", "shop.co.uk", Role::Host)]),
        [""; 0],
        "below a public suffix are others"
    );
    assert_eq!(met(&list, &[("query", "co.uk", Role::Host)]), ["co.uk Same query"]);
}

#[test]
fn urls_meet_without_scheme_with_other_queries_and_below() {
    let list = list(&[
        (Kind::Url, "http://gate.example/a"),
        (Kind::Url, "https://gate.example/b?id=1"),
        (Kind::Url, "http://root.example/"),
    ]);
    let url = |value| met(&list, &[("url", value, Role::Url)]);
    assert_eq!(url("https://gate.example/a"), ["http://gate.example/a Same url"]);
    assert_eq!(url("gate.example:80/a/b.php"), ["http://gate.example/a BeginsWith url"]);
    assert_eq!(url("http://gate.example/a?x"), ["http://gate.example/a BeginsWith url"]);
    assert_eq!(url("http://gate.example/ab"), [""; 0]);
    assert_eq!(
        url("http://gate.example/b?id=1"),
        ["https://gate.example/b?id=1 Same url"]
    );
    assert_eq!(url("http://gate.example/b?id=2"), [""; 0]);
    assert_eq!(url("http://other.example/a"), [""; 0]);
    assert_eq!(url("http://root.example/"), ["http://root.example/ Same url"]);
    assert_eq!(
        url("http://root.example/shop"),
        [""; 0],
        "who means a host shares its name"
    );
}

#[test]
fn codes_in_a_url_are_what_they_stand_for() {
    let list = list(&[(Kind::Url, "http://gate.example/a/b"), (Kind::Domain, "evil.example")]);
    let url = |value| met(&list, &[("url", value, Role::Url)]);
    assert_eq!(
        url("http://g%61te%2Eexample/%61/b"),
        ["http://gate.example/a/b Same url"]
    );
    assert_eq!(url("http://www.%65vil.example:8080/"), ["evil.example Below url"]);
    assert_eq!(
        met(
            &list,
            &[("message", "GET http://%65vil.example/x HTTP/1.1", Role::Text)]
        ),
        ["evil.example Same message"]
    );
    assert_eq!(url("http://good.example/%65vil.example"), [""; 0]);
}

#[test]
fn text_gives_up_what_is_in_it() {
    let list = list(&[
        (Kind::Url, "http://gate.example/a/b"),
        (Kind::EmailAddress, "x.y@mail.example"),
        (Kind::FileName, "evil tool.exe"),
        (Kind::Mutex, r"Global\evil"),
        (Kind::Md5, "0123456789abcdef0123456789abcdef"),
        (Kind::Ipv6, "2001:db8::1"),
        (Kind::Cve, "CVE-2099-12345"),
        (Kind::Asn, "AS64500"),
    ]);
    let text = |value| met(&list, &[("message", value, Role::Text)]);
    assert_eq!(
        text("see <http://gate.example/a/b>."),
        ["http://gate.example/a/b Same message"]
    );
    assert_eq!(
        text("GET gate.example/a/b?c HTTP"),
        ["http://gate.example/a/b BeginsWith message"]
    );
    assert_eq!(text("from=x.y@MAIL.example,"), ["x.y@mail.example Same message"]);
    assert_eq!(text("ran C:\\Temp\\Evil Tool.exe -x"), ["evil tool.exe Same message"]);
    assert_eq!(text("ran notevil tool.exe"), [""; 0]);
    assert_eq!(text("mutex global\\EVIL made"), ["Global\\evil Same message"]);
    assert_eq!(text("mutex global\\evil2"), [""; 0]);
    assert_eq!(
        text("hash 0123456789ABCDEF0123456789ABCDEF"),
        ["0123456789abcdef0123456789abcdef Same message"]
    );
    assert_eq!(text("to 2001:db8:0::1: refused"), ["2001:db8::1 Same message"]);
    assert_eq!(
        text("cve-2099-12345 in as64500"),
        ["CVE-2099-12345 Same message", "AS64500 Same message"]
    );
}

#[test]
fn a_hash_meets_only_what_it_can_be_in_its_field() {
    let list = list(&[(Kind::Ja3, "0123456789abcdef0123456789abcdef")]);
    let hash = "0123456789abcdef0123456789abcdef";
    assert_eq!(met(&list, &[("md5", hash, Role::FileHash)]), [""; 0]);
    assert_eq!(met(&list, &[("ja3", hash, Role::Ja3)]).len(), 1);
    assert_eq!(met(&list, &[("text", hash, Role::Text)]).len(), 1);
}

fn with_patterns(patterns: &[&str]) -> Watchlist {
    let mut builder = Builder::new(Options::at(at("2026-01-01T00:00:00Z")));
    for (number, pattern) in patterns.iter().enumerate() {
        let text = serde_json::json!({
            "type": "indicator", "spec_version": "2.1",
            "id": format!("indicator--00000000-0000-4000-8000-{number:012}"),
            "created": "2025-12-01T00:00:00.000Z", "modified": "2025-12-01T00:00:00.000Z",
            "valid_from": "2025-12-01T00:00:00Z", "pattern": pattern, "pattern_type": "stix",
        })
        .to_string();
        let object = stix::Object::parse(&text).unwrap();
        assert!(builder.object(object.map(), &About::default()));
    }
    let (list, problems) = builder.build();
    assert_eq!(problems, []);
    list
}

#[test]
fn patterns_are_evaluated_over_the_whole_event() {
    let list = with_patterns(&[
        "[network-traffic:dst_ref.value = '192.0.2.7' AND network-traffic:dst_port = 4444]",
        "[process:command_line LIKE '%-enc %']",
        "[file:name = 'a.exe' AND file:hashes.MD5 = '0123456789abcdef0123456789abcdef']",
    ]);
    assert!(list.needs_every_event(), "nothing gives the second away");
    let flow = |port| {
        met(
            &list,
            &[
                ("dst", "192.0.2.7", Role::Destination),
                ("dst_port", port, Role::DestinationPort),
                ("src", "198.51.100.1", Role::Source),
            ],
        )
    };
    assert_eq!(flow("4444"), ["pattern 0 Pattern "]);
    assert_eq!(flow("80"), [""; 0]);
    let command = [
        ("image", r"C:\x\powershell.exe", Role::Process),
        ("line", "powershell -enc AAAA", Role::CommandLine),
    ];
    assert_eq!(met(&list, &command), ["pattern 1 Pattern "]);
    let file = [("md5", "0123456789ABCDEF0123456789ABCDEF", Role::FileHash)];
    assert_eq!(
        met(&list, &file),
        ["0123456789abcdef0123456789abcdef Same md5"],
        "a hash names the whole file"
    );
}

#[test]
fn what_has_ended_since_is_not_met() {
    let mut builder = Builder::new(Options::at(at("2026-01-01T00:00:00Z")));
    let ended = Context {
        valid_until: Some(at("2026-01-01T12:00:00Z")),
        ..Context::default()
    };
    let indicator = builder.indicator(&ended);
    builder.value(indicator, &normalise(Kind::Domain, "evil.example").unwrap());
    let list = builder.build().0;
    assert_eq!(met(&list, &[("query", "evil.example", Role::Host)]), [""; 0]);
}
