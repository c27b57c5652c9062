//! The promise of the fast pass: no line is passed over in which the exact pass finds something.

use events::lines::Shape;
use events::{Event, Role};
use proptest::prelude::*;
use stix::Timestamp;
use stix::observable::{Kind, Observable, normalise};

use super::*;
use crate::hit::Context;
use crate::look;
use crate::watchlist::{Builder, Options, Watchlist};

fn watchlist(values: &[(Kind, &str)]) -> Watchlist {
    let mut builder = Builder::new(Options::at(Timestamp::from_micros(0)));
    let indicator = builder.indicator(&Context::default());
    for (kind, value) in values {
        builder.value(indicator, &normalise(*kind, value).unwrap());
    }
    builder.build().0
}

fn flagged(text: &str, shape: Shape, looks: &dyn Looks) -> Vec<usize> {
    let block = Block::of(text.as_bytes());
    let scanned = scan(&block, shape, looks);
    for one in &scanned.flagged {
        let line = text.lines().nth(one.line).unwrap();
        assert_eq!(
            &block.text()[one.range.clone()],
            line.as_bytes(),
            "the range is that of the line"
        );
    }
    assert_eq!(scanned.lines, text.lines().count());
    assert_eq!(scanned.empty, text.lines().filter(|line| line.is_empty()).count());
    scanned.flagged.iter().map(|one| one.line).collect()
}

#[test]
fn lines_with_values_are_flagged_and_look_alikes_are_not() {
    let list = watchlist(&[
        (Kind::Ipv4, "192.0.2.7"),
        (Kind::Ipv4Network, "198.51.100.0/25"),
        (Kind::Domain, "evil.example"),
        (Kind::Domain, "a.name.of.more.than.thirty-two.bytes.in.all.example"),
        (Kind::Url, "http://gate.example/a/b.php"),
        (Kind::Sha256, &"ab".repeat(32)),
        (Kind::Ipv6, "2001:db8::1"),
        (Kind::UserAgent, "EvilBrowser 1 beta"),
    ]);
    let hash = "AB".repeat(32);
    let long = "x".repeat(200);
    let with = [
        "192.0.2.7".to_owned(),
        "a=192.0.2.7:443".to_owned(),
        "198.51.100.127 - -".to_owned(),
        "www.EVIL.example.".to_owned(),
        "user@evil.example".to_owned(),
        format!("{long} {long}.evil.example"),
        "GET gate.example".to_owned(),
        format!("sha256={hash}"),
        "[2001:db8:0:0::1]:80".to_owned(),
        "agent 'evilbrowser 1 BETA'".to_owned(),
        r"text\nevil.example".to_owned(),
        r"\u003cevil.example\u003e".to_owned(),
        r"ev\u0069l.example".to_owned(),
        "http://www.ev%69l.example/".to_owned(),
        r"http:\/\/user@%65vil%2Eexample:8080\/a".to_owned(),
        "get http://3221225991/a".to_owned(),
        r"http:\/\/bank.example@0xC0000207\/a".to_owned(),
        format!("{long}.{}.evil.example", "a.".repeat(2_000)),
        "-a.name.of.more.than.thirty-two.bytes.in.all.example".to_owned(),
    ];
    let without = [
        "11.192.0.2.7",
        "192.0.2.77",
        "198.51.100.128",
        "notevil.example",
        "evil.example.net",
        "evil.example-x.net",
        &format!("{}c", "ab".repeat(32)),
        "2001:db8::2",
        "12:34:56",
        "http://good.example/ev%69l.example",
        "http://good.example/?q=%65vil.example",
        "",
    ];
    for line in &with {
        assert_eq!(flagged(line, Shape::Any, &list), [0], "{line}");
        assert_eq!(flagged(&format!("x\n{line}\ny"), Shape::Any, &list), [1], "{line}");
    }
    for line in without {
        assert_eq!(flagged(line, Shape::Any, &list), [] as [usize; 0], "{line}");
    }
}

#[test]
fn a_value_is_found_wherever_it_lies_across_the_steps() {
    let list = watchlist(&[
        (Kind::Domain, "evil.example"),
        (Kind::Ipv4, "192.0.2.7"),
        (Kind::Ipv6, "2001:db8::1"),
    ]);
    for value in ["evil.example", "192.0.2.7", "www.a.b.evil.example", "2001:db8::1"] {
        for before in 0..200 {
            let text = format!(
                "{}\n{} {value}\n{value}",
                "a".repeat(before / 2),
                "b.".repeat(before / 2)
            );
            assert_eq!(
                flagged(&text, Shape::Any, &list),
                [1, 2],
                "{before} bytes before {value}"
            );
        }
    }
}

#[test]
fn names_of_json_members_are_no_values_and_odd_lines_are_flagged() {
    let list = watchlist(&[(Kind::Domain, "evil.example")]);
    let text = "{\"evil.example\":1}\n{\"a\":\"evil.example\"}\r\n\n{\"a\":\nnot json\n{}\r\n{\"b\":2}";
    assert_eq!(flagged(text, Shape::Braces, &list), [1, 3, 4]);
    assert_eq!(flagged("a\tb\nc\td\te\n\nf\tg", Shape::Tabs(1), &list), [1]);
}

#[test]
fn all_forms_of_masks_are_the_same() {
    #[cfg(target_arch = "x86_64")]
    for first in 0..=255_u8 {
        let mut bytes = [0_u8; BYTES];
        for (at, byte) in bytes.iter_mut().enumerate() {
            *byte = if first % 3 == 0 {
                b"\":\\%\n.a"[at % 7]
            } else {
                first.wrapping_add(at as u8)
            };
        }
        let window: [u8; TAIL] = *bytes.first_chunk().unwrap();
        if is_x86_feature_detected!("avx2") {
            #[expect(unsafe_code, reason = "the processor was asked in the line above")]
            // SAFETY: AVX2 is there.
            let fast = unsafe { (avx2::masks(&bytes), avx2::rare(&bytes), avx2::window(&window)) };
            assert_eq!(
                fast,
                (
                    portable::masks(&bytes),
                    portable::rare(&bytes),
                    portable::window(&window)
                )
            );
        }
        if is_x86_feature_detected!("avx512bw") && is_x86_feature_detected!("avx512vbmi") {
            #[expect(unsafe_code, reason = "the processor was asked in the line above")]
            // SAFETY: what the function is compiled for is there.
            let fast = unsafe { (avx512::masks(&bytes), avx512::rare(&bytes)) };
            assert_eq!(fast, (portable::masks(&bytes), portable::rare(&bytes)));
        }
    }
}

fn by_table(block: &Block, shape: Shape, list: &Watchlist) -> Scanned {
    let mut steps = step::Steps::new(block, shape, list);
    match (shape == Shape::Braces, steps.asks_more()) {
        (true, true) => portable::run::<true, true>(&mut steps),
        (true, false) => portable::run::<true, false>(&mut steps),
        (false, true) => portable::run::<false, true>(&mut steps),
        (false, false) => portable::run::<false, false>(&mut steps),
    }
    steps.finish()
}

#[cfg(target_arch = "x86_64")]
fn by_avx2(block: &Block, shape: Shape, list: &Watchlist) -> Option<Scanned> {
    let mut steps = step::Steps::new(block, shape, list);
    let is_available = match (shape == Shape::Braces, steps.asks_more()) {
        (true, true) => avx2::run_if_available::<true, true>(&mut steps),
        (true, false) => avx2::run_if_available::<true, false>(&mut steps),
        (false, true) => avx2::run_if_available::<false, true>(&mut steps),
        (false, false) => avx2::run_if_available::<false, false>(&mut steps),
    };
    is_available.then(|| steps.finish())
}

const VALUES: [(Kind, &str); 19] = [
    (Kind::UserAgent, "agent/10.20.30.40"),
    (Kind::FileName, "tool v1.20.30.4"),
    (Kind::Ipv4, "192.0.2.7"),
    (Kind::Ipv4Network, "198.51.0.0/17"),
    (Kind::Ipv6, "2001:db8::1"),
    (Kind::Ipv6Network, "2001:db8:5::/48"),
    (Kind::Domain, "evil.example"),
    (Kind::Domain, "xn--bcher-kva.example"),
    (
        Kind::Domain,
        "a.very.long.name.with.many.labels.and.more.than.thirty-two.bytes.example",
    ),
    (Kind::Url, "http://gate.example/a/b.php?x=1"),
    (Kind::Url, "http://203.0.113.9/x"),
    (Kind::EmailAddress, "someone@mail.example"),
    (Kind::Md5, "0123456789abcdef0123456789abcdef"),
    (Kind::FileName, "evil tool.exe"),
    (Kind::Mutex, r"Global\evil-mutex"),
    (Kind::RegistryKey, r"HKEY_LOCAL_MACHINE\Software\Evil"),
    (Kind::MacAddress, "02:00:5e:00:53:01"),
    (Kind::Cve, "CVE-2099-12345"),
    (Kind::Asn, "AS64500"),
];

fn piece() -> impl Strategy<Value = String> {
    let value = proptest::sample::select(VALUES.to_vec()).prop_map(|(_, value)| value.to_owned());
    let variants = (value, 0..7_u8).prop_map(|(value, how)| match how {
        0 => value.to_uppercase(),
        1 => format!("www.{value}"),
        2 => format!("{value}."),
        3 => value
            .split_once("://")
            .map_or(value.clone(), |(_, rest)| rest.to_owned()),
        4 => {
            // As a URL of which a letter of the host is written as a code.
            let rest = value.split_once("://").map_or(value.as_str(), |(_, rest)| rest);
            let (first, rest) = rest.split_at(1);
            format!("http://%{:02x}{rest}", first.as_bytes()[0])
        }
        _ => value,
    });
    prop_oneof![
        4 => variants,
        1 => Just("198.51.100.3".to_owned()),
        1 => Just("2001:db8:5:6::7".to_owned()),
        1 => Just("bücher.example".to_owned()),
        3 => "[ -~]{0,12}",
        2 => proptest::sample::select(vec![" ", ",", "\"", "=", ":", "/", "@", ".", "-", "(", "|", "\t", "\\"]).prop_map(str::to_owned),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn no_line_is_passed_over_in_which_the_exact_pass_finds_something(
        lines in proptest::collection::vec(proptest::collection::vec(piece(), 0..8), 1..8),
        chosen in proptest::collection::vec(any::<bool>(), VALUES.len()),
    ) {
        let values: Vec<_> = VALUES.iter().zip(&chosen).filter(|(_, chosen)| **chosen).map(|(value, _)| *value).collect();
        let list = watchlist(&values);
        let lines: Vec<String> = lines.into_iter().map(|pieces| pieces.concat()).collect();
        let text = lines.join("\n");
        let flagged = flagged(&text, Shape::Any, &list);
        for (number, line) in text.lines().enumerate() {
            let mut event = Event::default();
            event.push("text", line, Role::Text);
            let mut found = Vec::new();
            look::look(&list, &event, Timestamp::from_micros(0), &mut found);
            let named: Vec<Option<Observable>> = found.iter().map(|one| match one.what {
                look::What::Entry(entry) => list.observable_of(entry),
                look::What::Pattern(_) => None,
            }).collect();
            prop_assert!(found.is_empty() || flagged.contains(&number), "{line:?} holds {named:?}");
        }
    }

    #[test]
    fn any_bytes_are_scanned_the_same_in_both_ways(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        let list = watchlist(&VALUES);
        // Nothing but what the scanner looks at without looking at every word.
        let plain = watchlist(&[(Kind::Ipv4, "192.0.2.7"), (Kind::Domain, "evil.example"), (Kind::Sha256, &"ab".repeat(32))]);
        let block = Block::of(&bytes);
        for shape in [Shape::Any, Shape::Braces, Shape::Tabs(2)] {
            for list in [&list, &plain] {
                let slow = by_table(&block, shape, list);
                prop_assert_eq!(&slow, &scan(&block, shape, list));
                #[cfg(target_arch = "x86_64")]
                if let Some(scanned) = by_avx2(&block, shape, list) {
                    prop_assert_eq!(&slow, &scanned);
                }
            }
        }
    }
}
