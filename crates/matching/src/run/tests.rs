use std::io::Cursor;

use proptest::prelude::*;
use stix::observable::{Kind, normalise};

use super::*;
use crate::hit::Context;
use crate::watchlist::{Builder, Options as Compile};

#[derive(Default)]
struct Kept {
    hits: Vec<Hit>,
    problems: Vec<Problem>,
}

impl Taker for Kept {
    fn hit(&mut self, hit: Hit) {
        self.hits.push(hit);
    }
    fn problem(&mut self, problem: Problem) {
        self.problems.push(problem);
    }
}

pub(crate) fn watching(values: &[(Kind, &str)]) -> Armed {
    let mut builder = Builder::new(Compile::at(Timestamp::from_micros(0)));
    let indicator = builder.indicator(&Context::default());
    for (kind, value) in values {
        builder.value(indicator, &normalise(*kind, value).unwrap());
    }
    Armed {
        watchlist: Some(builder.build().0),
        sigma: None,
    }
}

fn options(threads: usize) -> Options {
    Options {
        threads,
        ..Options::new(Arc::new(|| Timestamp::from_micros(1)))
    }
}

/// Gives few bytes at a time, as a pipe does.
struct Dripping(Cursor<Vec<u8>>, usize);

impl Read for Dripping {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let most = buffer.len().min(self.1);
        self.0.read(&mut buffer[..most])
    }
}

fn found(text: &str, armed: Armed, threads: usize, drip: usize) -> (Vec<(u64, String)>, Tally) {
    let mut kept = Kept::default();
    let input = Dripping(Cursor::new(text.as_bytes().to_vec()), drip);
    let tally = read(
        Box::new(input),
        "test",
        &Current::new(armed),
        &options(threads),
        &mut kept,
    );
    assert_eq!(tally.hits, kept.hits.len() as u64);
    (kept.hits.into_iter().map(|hit| (hit.at, hit.matched)).collect(), tally)
}

const EVIL: [(Kind, &str); 1] = [(Kind::Domain, "evil.example")];

#[test]
fn hits_come_in_the_order_of_the_lines_with_their_numbers() {
    let text: String = (1..=50_000)
        .map(|line| {
            if line % 1_000 == 0 {
                "{\"query\":\"evil.example\"}\n".to_owned()
            } else {
                format!("{{\"n\":{line}}}\n")
            }
        })
        .collect();
    let expected: Vec<u64> = (1..=50).map(|thousand| thousand * 1_000).collect();
    for (threads, drip) in [(1, usize::MAX), (4, usize::MAX), (2, 10_000)] {
        let (hits, tally) = found(&text, watching(&EVIL), threads, drip);
        assert_eq!(hits.iter().map(|(at, _)| *at).collect::<Vec<_>>(), expected);
        assert_eq!(
            (tally.records, tally.events, tally.bytes),
            (50_000, 50_000, text.len() as u64)
        );
        assert_eq!(tally.examined, 50);
    }
}

#[test]
fn zeek_logs_are_read_by_their_headings_also_where_two_follow_each_other() {
    let heading = |fields: &str| {
        format!(
            "#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\tdns\n#fields\t{fields}\n#types\ttime\tstring\n"
        )
    };
    let text = format!(
        "{}1.0\tevil.example\n1.0\tgood.example\n#close\t2026\n{}evil.example\t2.0\nhalf",
        heading("ts\tquery"),
        heading("query\tts")
    );
    let (hits, tally) = found(&text, watching(&EVIL), 1, usize::MAX);
    assert_eq!(hits, [(8, "evil.example".to_owned()), (18, "evil.example".to_owned())]);
    assert_eq!(tally.reader, "zeek-tsv");
    assert_eq!((tally.malformed, tally.samples.len()), (1, 1), "{tally:?}");
    assert_eq!(tally.samples[0].at, 19);
}

#[test]
fn what_is_malformed_is_counted_sampled_and_matched_as_text() {
    let text = "{\"a\":1}\n{\"a\":\"cut off at evil.exam\n{\"a\": broken evil.example\nCEF:0|v|p|1|1|name|5|dhost=evil.example\n{\"b\":2}\n";
    let (hits, tally) = found(text, watching(&EVIL), 1, usize::MAX);
    assert_eq!(hits.iter().map(|(at, _)| *at).collect::<Vec<_>>(), [3, 4]);
    assert_eq!(
        (tally.malformed, tally.other_layout, tally.events),
        (2, 1, 5),
        "{tally:?}"
    );
}

#[test]
fn a_host_in_codes_is_met_in_lines_of_every_kind() {
    let zeek = "{\"_path\":\"http\",\"ts\":1.5,\"uid\":\"C1\",\"id.orig_h\":\"192.0.2.1\",\"id.resp_h\":\"198.51.100.7\",\"host\":\"%65vil.example\",\"uri\":\"\\/a\"}\n";
    let squid = "1795942800.123    250 192.0.2.1 TCP_MISS/200 1532 GET http://ev%69l.example/a - HIER_DIRECT/192.0.2.44 text/html\n";
    let web = "192.0.2.1 - - [02/Jan/2026:03:04:05 +0000] \"GET / HTTP/1.1\" 200 5 \"http://evil%2eexample/\" \"x\"\n";
    for text in [zeek, squid, web, "seen: http://%65%76%69%6c.example/ twice\n"] {
        let (hits, tally) = found(&text.repeat(3), watching(&EVIL), 1, usize::MAX);
        assert_eq!(hits.len(), 3, "{tally:?} {text}");
    }
    let harmless = squid.replace("ev%69l.example/a", "good.example/ev%69l.example?q=%65vil.example");
    let (hits, tally) = found(&harmless, watching(&EVIL), 1, usize::MAX);
    assert_eq!((hits.len(), tally.examined), (0, 0));
}

#[test]
fn binary_noise_and_a_line_without_end_do_no_harm() {
    let mut text = vec![0_u8; 300_000];
    for (at, byte) in text.iter_mut().enumerate() {
        *byte = (at * 7 + at / 251) as u8;
    }
    text.extend_from_slice(b"\nevil.example\n");
    text.extend(std::iter::repeat_n(b'x', 3_000_000));
    text.extend_from_slice(b" evil.example\nlast evil.example");
    let mut kept = Kept::default();
    let short = Options {
        line_bytes: 1 << 20,
        ..options(2)
    };
    let tally = read(
        Box::new(Cursor::new(text)),
        "noise",
        &Current::new(watching(&EVIL)),
        &short,
        &mut kept,
    );
    assert_eq!(kept.hits.len(), 3);
    let lines: Vec<u64> = kept.hits.iter().map(|hit| hit.at).collect();
    assert_eq!(lines[1] + 1, lines[2], "the pieces of a long line are one line");
    assert!(
        tally
            .samples
            .iter()
            .any(|sample| sample.why.contains("more than 1048576 bytes")),
        "{tally:?}"
    );
}

#[test]
fn a_swap_loses_no_line() {
    /// Swaps what is matched with in the middle of the reading.
    struct Swapping(Current, Cursor<Vec<u8>>, u64);
    impl Read for Swapping {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            self.2 += 1;
            self.0.swap(watching(if self.2.is_multiple_of(2) {
                &EVIL
            } else {
                &[(Kind::Domain, "evil.example"), (Kind::Ipv4, "192.0.2.7")]
            }));
            let most = buffer.len().min(5_000);
            self.1.read(&mut buffer[..most])
        }
    }
    let text = "a line with evil.example in it\n".repeat(20_000);
    let current = Current::new(watching(&EVIL));
    let mut kept = Kept::default();
    let input = Swapping(current.clone(), Cursor::new(text.into_bytes()), 0);
    let tally = read(Box::new(input), "swapped", &current, &options(3), &mut kept);
    assert_eq!(kept.hits.len(), 20_000);
    assert!(kept.hits.iter().zip(1..).all(|(hit, line)| hit.at == line));
    assert_eq!(tally.records, 20_000);
}

#[test]
fn patterns_over_several_events_are_met_by_the_event_that_completes_them() {
    let mut builder = Builder::new(Compile::at(Timestamp::parse("2026-01-01T00:00:00Z").unwrap()));
    let indicator = serde_json::json!({
        "type": "indicator", "spec_version": "2.1", "id": "indicator--00000000-0000-4000-8000-000000000001",
        "created": "2025-12-01T00:00:00.000Z", "modified": "2025-12-01T00:00:00.000Z", "valid_from": "2025-12-01T00:00:00Z",
        "pattern_type": "stix",
        "pattern": "([domain-name:value = 'first.example'] FOLLOWEDBY [ipv4-addr:value = '192.0.2.7']) WITHIN 60 SECONDS",
    })
    .to_string();
    builder.object(
        stix::Object::parse(&indicator).unwrap().map(),
        &crate::watchlist::About::default(),
    );
    let (list, problems) = builder.build();
    assert_eq!(problems, []);
    let armed = Armed {
        watchlist: Some(list),
        sigma: None,
    };
    let line = |second: u32, what: &str| format!("{{\"ts\":\"2026-01-02T00:00:{second:02}Z\",{what}}}\n");
    let text = line(1, "\"dst_ip\":\"192.0.2.7\"")
        + &line(5, "\"query\":\"first.example\"")
        + &line(6, "\"query\":\"other.example\"")
        + &line(9, "\"dst_ip\":\"192.0.2.7\"");
    let (hits, _) = found(&text, armed, 1, usize::MAX);
    assert_eq!(hits.iter().map(|(at, _)| *at).collect::<Vec<_>>(), [4]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn however_an_input_comes_in_the_same_is_found(
        lines in proptest::collection::vec(
            prop_oneof![
                Just("{\"query\":\"evil.example\"}".to_owned()),
                Just("{\"query\":\"notevil.example\"}".to_owned()),
                Just("# a comment evil.example".to_owned()),
                Just(String::new()),
                Just("{\"half\":".to_owned()),
                "[ -~]{0,40}",
            ], 0..60),
        drip in 1..200_usize,
        threads in 1..4_usize,
        crlf: bool,
    ) {
        // A whole first line: what is half of one may be the beginning of a document, which more of it would show.
        let lines: Vec<String> = std::iter::once("{\"first\":1}".to_owned()).chain(lines).collect();
        let text = lines.join(if crlf { "\r\n" } else { "\n" });
        let whole = found(&text, watching(&EVIL), 1, usize::MAX);
        let dripped = found(&text, watching(&EVIL), threads, drip);
        prop_assert_eq!(&whole.0, &dripped.0);
        prop_assert_eq!(whole.1.records, dripped.1.records);
        let expected = text.lines().count() as u64;
        prop_assert_eq!(whole.1.records, expected);
    }
}
