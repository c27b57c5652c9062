use proptest::prelude::*;

use super::{Kind, Observable, defang, extract, guess, normalise, refang, refang_marked};
use crate::json::{self, Value};

fn value(kind: Kind, text: &str) -> String {
    normalise(kind, text).unwrap_or_else(|error| panic!("{error}")).value
}

fn extracted(text: &str) -> Vec<String> {
    match json::parse(text).unwrap() {
        Value::Object(map) => extract(&map).iter().map(shown).collect(),
        _ => panic!("not an object"),
    }
}

fn shown(observable: &Observable) -> String {
    format!("{} {}", observable.kind, observable.value)
}

fn guessed(text: &str) -> String {
    guess(text).as_ref().map_or_else(|| "-".to_owned(), shown)
}

#[test]
fn names_and_numbers_of_kinds_are_distinct_and_read_back() {
    for kind in Kind::ALL {
        assert_eq!(Kind::parse(kind.as_str()), Some(*kind));
        assert_eq!(Kind::from_code(kind.code()), Some(*kind));
    }
    assert_eq!(Kind::parse("IPv4"), None);
}

#[test]
fn addresses_and_networks_take_their_exact_kind() {
    for (kind, text, expected) in [
        (Kind::Ipv4, "192.0.2.7", "ipv4 192.0.2.7"),
        (Kind::Ipv4, "192.0.2.77/24", "ipv4-network 192.0.2.0/24"),
        (Kind::Ipv4Network, "192.0.2.77/32", "ipv4 192.0.2.77"),
        (Kind::Ipv4Network, "192.0.2.77/0", "ipv4-network 0.0.0.0/0"),
        (Kind::Ipv6, "2001:DB8:0:0::1", "ipv6 2001:db8::1"),
        (Kind::Ipv6, "::ffff:192.0.2.1", "ipv4 192.0.2.1"),
        (Kind::Ipv6, "::ffff:192.0.2.1/120", "ipv4-network 192.0.2.0/24"),
        (Kind::Ipv6Network, "2001:db8::1/32", "ipv6-network 2001:db8::/32"),
        (Kind::Ipv6Network, "2001:db8::1/128", "ipv6 2001:db8::1"),
    ] {
        assert_eq!(shown(&normalise(kind, text).unwrap()), expected);
    }
    for (kind, text) in [
        (Kind::Ipv4, "192.0.2.256"),
        (Kind::Ipv4, "192.0.2.07"),
        (Kind::Ipv4, "192.0.2.1/33"),
        (Kind::Ipv4, "2001:db8::1"),
        (Kind::Ipv6, "192.0.2.1"),
        (Kind::Ipv6Network, "2001:db8::/129"),
        (Kind::Ipv6Network, "2001:db8::/"),
    ] {
        assert!(normalise(kind, text).is_err(), "{text}");
    }
}

#[test]
fn domains_become_lower_case_ascii_without_a_dot_at_the_end() {
    assert_eq!(value(Kind::Domain, "WWW.Example.COM."), "www.example.com");
    assert_eq!(value(Kind::Domain, "bücher.example"), "xn--bcher-kva.example");
    assert_eq!(value(Kind::Domain, "BÜCHER。example"), "xn--bcher-kva.example");
    assert_eq!(value(Kind::Domain, "_dmarc.example.com"), "_dmarc.example.com");
    for bad in [
        "192.0.2.1",
        "a..b",
        "exa mple.com",
        "example.com/x",
        "*.example.com",
        ".",
    ] {
        assert!(normalise(Kind::Domain, bad).is_err(), "{bad}");
    }
    let error = normalise(Kind::Domain, "192.0.2.1").unwrap_err().to_string();
    insta::assert_snapshot!(error, @"'192.0.2.1' is not a domain name: it ends in a number, as addresses do");
}

#[test]
fn urls_have_one_form() {
    for (text, expected) in [
        ("HTTP://Example.COM", "http://example.com/"),
        ("http://example.com:80/a", "http://example.com/a"),
        ("https://example.com:443/a#frag", "https://example.com/a"),
        ("https://example.com:8443/a", "https://example.com:8443/a"),
        ("http://example.com/a/./b/../c", "http://example.com/a/c"),
        ("http://example.com/a/%2e%2e/b/..", "http://example.com/"),
        (
            "http://example.com/%7euser/%c3%a9?q=%41 b",
            "http://example.com/~user/%C3%A9?q=A%20b",
        ),
        ("http://bücher.example/ü", "http://xn--bcher-kva.example/%C3%BC"),
        ("http://0xc0.0.0x2.1/", "http://192.0.2.1/"),
        ("http://3221225985/x", "http://192.0.2.1/x"),
        ("http://[2001:DB8::1]:80/", "http://[2001:db8::1]/"),
        ("http:\\\\example.com\\a\\b", "http://example.com/a/b"),
        ("http://user:pw@example.com/", "http://user:pw@example.com/"),
        ("example.com/path?x", "http://example.com/path?x"),
        ("http://example.com/%%41", "http://example.com/%25A"),
        ("http://exam%70le.com/?", "http://example.com/"),
        ("ldap://example.com:389/o=x", "ldap://example.com:389/o=x"),
        ("http://exa\nmple.com/", "http://example.com/"),
    ] {
        assert_eq!(value(Kind::Url, text), expected, "{text}");
    }
    for bad in [
        "http://",
        "http:///",
        "mailto:a@example.com",
        "nothing",
        "http://a b/",
        "http://example.com:99999/",
        "http://1.2.3.4.5/",
    ] {
        assert!(normalise(Kind::Url, bad).is_err(), "{bad}");
    }
}

#[test]
fn the_other_kinds_have_one_form_too() {
    for (kind, text, expected) in [
        (Kind::EmailAddress, "<Some.One@EXAMPLE.com>", "Some.One@example.com"),
        (Kind::EmailAddress, "mailto:a@bücher.example", "a@xn--bcher-kva.example"),
        (
            Kind::Md5,
            "D41D8CD98F00B204E9800998ECF8427E",
            "d41d8cd98f00b204e9800998ecf8427e",
        ),
        (
            Kind::CertificateSha1,
            "DA:39:A3:EE:5E:6B:4B:0D:32:55:BF:EF:95:60:18:90:AF:D8:07:09",
            "da39a3ee5e6b4b0d3255bfef95601890afd80709",
        ),
        (Kind::CertificateSerial, "0x00:0A:FF", "aff"),
        (Kind::Asn, "as 64496", "AS64496"),
        (Kind::MacAddress, "00-00-5E-00-53-AF", "00:00:5e:00:53:af"),
        (Kind::MacAddress, "0000.5e00.53af", "00:00:5e:00:53:af"),
        (
            Kind::RegistryKey,
            "HKLM\\Software\\\\Run\\",
            "hkey_local_machine\\software\\run",
        ),
        (
            Kind::RegistryKey,
            "\\REGISTRY\\MACHINE\\Software",
            "hkey_local_machine\\software",
        ),
        (Kind::Cve, "cve-2024-12345", "CVE-2024-12345"),
        (Kind::PhoneNumber, "+1 (202) 555-0143", "+12025550143"),
        (Kind::FileName, "Setup.EXE", "setup.exe"),
        (
            Kind::Bitcoin,
            "BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4",
            "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4",
        ),
    ] {
        assert_eq!(value(kind, text), expected, "{text}");
    }
    assert!(normalise(Kind::Sha256, "d41d8cd98f00b204e9800998ecf8427e").is_err());
    assert!(normalise(Kind::EmailAddress, "a b@example.com").is_err());
    assert!(normalise(Kind::Cve, "CVE-24-1").is_err());
    assert!(normalise(Kind::Mutex, "").is_err());
}

#[test]
fn guesses_by_content_and_leaves_the_rest() {
    let zero = "0".repeat(64);
    for (text, expected) in [
        ("192.0.2.1", "ipv4 192.0.2.1"),
        ("192.0.2.0/24", "ipv4-network 192.0.2.0/24"),
        ("2001:db8::1", "ipv6 2001:db8::1"),
        ("Example.com", "domain example.com"),
        ("sub.bücher.example", "domain sub.xn--bcher-kva.example"),
        ("example.com/gate.php", "url http://example.com/gate.php"),
        ("192.0.2.1:8080/x", "url http://192.0.2.1:8080/x"),
        ("https://example.com", "url https://example.com/"),
        ("someone@example.com", "email-address someone@example.com"),
        (
            "d41d8cd98f00b204e9800998ecf8427e",
            "md5 d41d8cd98f00b204e9800998ecf8427e",
        ),
        (zero.as_str(), &format!("sha256 {zero}")),
        ("CVE-2024-0001", "cve CVE-2024-0001"),
        ("AS64500", "asn AS64500"),
        ("00:00:5e:00:53:01", "mac-address 00:00:5e:00:53:01"),
        ("HKCU\\Software\\Run", "registry-key hkey_current_user\\software\\run"),
        ("setup.exe", "file-name setup.exe"),
        ("C:\\Temp\\a.dll", "file-path c:\\temp\\a.dll"),
        (
            "1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2",
            "bitcoin 1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2",
        ),
        (
            "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4",
            "bitcoin bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4",
        ),
        (
            "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0",
            "bitcoin bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0",
        ),
    ] {
        assert_eq!(guessed(text), expected, "{text}");
    }
    for text in [
        "",
        "hello",
        "1.2.3",
        "v1.2.3.4",
        "a@b",
        "two words",
        "1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN3",
        "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5",
        "/usr/bin/x",
        "and/or",
        "as1x",
        "...",
        "a..b",
    ] {
        assert_eq!(guessed(text), "-", "{text}");
    }
}

#[test]
fn undoes_defanging_and_leaves_prose_alone() {
    for (text, expected) in [
        ("hxxps://evil[.]example[.]com/a", "https://evil.example.com/a"),
        ("hXXp[:]//evil(.)example", "http://evil.example"),
        ("hxxp[://]evil{.}example[/]x", "http://evil.example/x"),
        ("meow://evil[dot]example", "http://evil.example"),
        ("fxp://evil.example", "ftp://evil.example"),
        ("192[.]0[.]2[.]1", "192.0.2.1"),
        ("192.0.2[.]1", "192.0.2.1"),
        ("evil [.] example [dot] com now", "evil.example.com now"),
        ("someone[at]example[.]com", "someone@example.com"),
        ("someone (at) example (dot) com", "someone@example.com"),
        ("someone[@]example.com", "someone@example.com"),
        ("evil\\.example\\.com", "evil.example.com"),
        ("2001[:]db8::1", "2001:db8::1"),
    ] {
        assert_eq!(refang(text), expected, "{text}");
    }
    for text in [
        "We met (at) noon.",
        "C:\\dir\\.git\\x",
        "array[at]",
        "list[:]",
        "x = y[:2] [.] ",
        "the hxxp scheme",
        "regex [.a-z] and \\.",
        "(.) (dot) [at]",
        "homeowners: meow",
    ] {
        let after = refang(text);
        assert!(matches!(&after, std::borrow::Cow::Borrowed(_)), "{text} became {after}");
    }
    let marked = refang_marked("see evil[.]example or plain.example");
    assert_eq!(
        (marked.text.as_ref(), marked.marks),
        ("see evil.example or plain.example", vec![8])
    );
}

#[test]
fn extracts_from_each_kind_of_object() {
    assert_eq!(
        extracted(r#"{"type":"file","name":"A.exe","hashes":{"MD5":"D41D8CD98F00B204E9800998ECF8427E","x":"1"}}"#),
        ["file-name a.exe", "md5 d41d8cd98f00b204e9800998ecf8427e"]
    );
    assert_eq!(
        extracted(r#"{"type":"autonomous-system","number":64496}"#),
        ["asn AS64496"]
    );
    assert_eq!(
        extracted(
            r#"{"type":"x509-certificate","serial_number":"0A:1","hashes":{"SHA-1":"da39a3ee5e6b4b0d3255bfef95601890afd80709"}}"#
        ),
        [
            "certificate-serial a1",
            "certificate-sha1 da39a3ee5e6b4b0d3255bfef95601890afd80709"
        ]
    );
    assert_eq!(
        extracted(
            r#"{"type":"observed-data","objects":{"0":{"type":"ipv4-addr","value":"192.0.2.1"},"1":{"type":"url","value":"http://EXAMPLE.com"}}}"#
        ),
        ["ipv4 192.0.2.1", "url http://example.com/"]
    );
    assert_eq!(
        extracted(
            r#"{"type":"vulnerability","name":"CVE-2024-0001","external_references":[{"source_name":"cve","external_id":"cve-2024-0002"}]}"#
        ),
        ["cve CVE-2024-0001", "cve CVE-2024-0002"]
    );
    assert!(extracted(r#"{"type":"report","name":"http://example.com","description":"192.0.2.1"}"#).is_empty());
    assert!(
        extracted(r#"{"type":"indicator","pattern_type":"yara","pattern":"[ipv4-addr:value = '192.0.2.1']"}"#)
            .is_empty()
    );
}

#[test]
fn extracts_what_a_pattern_is_true_for() {
    let of = |pattern: &str| {
        let object = serde_json::json!({"type": "indicator", "pattern_type": "stix", "pattern": pattern});
        extracted(&object.to_string())
    };
    assert_eq!(of("[ipv4-addr:value = '192.0.2.1']"), ["ipv4 192.0.2.1"]);
    assert_eq!(
        of("[ ipv4-addr:value ISSUBSET '192.0.2.0/24' ]"),
        ["ipv4-network 192.0.2.0/24"]
    );
    assert_eq!(
        of("[file:hashes.'SHA-1' = 'DA39A3EE5E6B4B0D3255BFEF95601890AFD80709']"),
        ["sha1 da39a3ee5e6b4b0d3255bfef95601890afd80709"]
    );
    assert_eq!(
        of(
            "[domain-name:value = 'a.example' OR domain-name:value IN ('b.example', 'c.example')] FOLLOWEDBY [url:value = 'http://example.com/\\'x']"
        ),
        [
            "domain a.example",
            "domain b.example",
            "domain c.example",
            "url http://example.com/'x"
        ]
    );
    assert_eq!(
        of("[domain-name:value NOT = 'a.example' AND domain-name:value != 'b.example']"),
        Vec::<String>::new()
    );
    assert_eq!(
        of("[network-traffic:dst_ref.type = 'ipv4-addr' AND network-traffic:dst_ref.value = '192.0.2.9']"),
        ["ipv4 192.0.2.9"]
    );
    assert_eq!(of("[a:b = 'x' AND c:d = 'y'] nonsense"), Vec::<String>::new());
}

fn any_kind() -> impl Strategy<Value = Kind> {
    proptest::sample::select(Kind::ALL)
}

/// Text with the characters that mean something to normalising.
fn tricky() -> impl Strategy<Value = String> {
    prop_oneof![
        ".{0,40}",
        "[a-zA-Z0-9:/.%@\\\\\\[\\]#?_ ü。０-９-]{0,40}",
        "(http|HTTPS|ftp|x)://[a-zA-Z0-9.%@:\\[\\]]{0,12}[/?#.%a-zA-Z0-9\\\\]{0,24}",
        "[0-9a-fx]{1,4}(\\.[0-9a-fx]{0,4}){0,4}(/[0-9]{1,3})?",
    ]
}

proptest! {
    #[test]
    fn normalising_twice_changes_nothing(kind in any_kind(), text in tricky()) {
        if let Ok(once) = normalise(kind, &text) {
            prop_assert_eq!(normalise(once.kind, &once.value), Ok(once.clone()));
        }
    }

    #[test]
    fn a_guess_is_normal(text in tricky()) {
        if let Some(found) = guess(&text) {
            prop_assert_eq!(normalise(found.kind, &found.value), Ok(found.clone()));
        }
    }

    #[test]
    fn refanging_gives_back_what_was_defanged(text in prop_oneof![
        "[a-z0-9]{1,8}(\\.[a-z0-9]{1,8}){1,3}",
        "https?://[a-z0-9]{1,8}(\\.[a-z]{2,8}){1,3}(:[0-9]{2,4})?(/[a-zA-Z0-9.%_-]{0,12}){0,3}(\\?[a-z=&.]{0,8})?",
        "[a-z0-9.]{1,8}@[a-z0-9]{1,8}\\.[a-z]{2,5}",
        "[0-9]{1,3}(\\.[0-9]{1,3}){3}(/[0-9]{1,2})?",
        "[0-9a-f]{1,4}(:[0-9a-f]{1,4}){7}",
        "2001:db8::[0-9a-f]{0,4}",
        "http://\\[::[0-9a-f]{1,4}\\]/",
    ]) {
        let defanged = defang(&text);
        let back = refang(&defanged);
        prop_assert_eq!(back.as_ref(), text.as_str());
    }

    #[test]
    fn refanging_never_panics_and_marks_are_in_order(text in "[a-z \\[\\](){}.:/@\\\\dothxpü]{0,60}") {
        let refanged = refang_marked(&text);
        prop_assert!(refanged.marks.is_sorted());
        prop_assert!(refanged.marks.iter().all(|at| refanged.text.is_char_boundary(*at)));
        let _ = defang(&text);
    }
}
