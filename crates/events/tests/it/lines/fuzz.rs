//! No line and no document makes a reader panic, and none takes values away without a word (docs/fuzzing.md).

use std::ops::ControlFlow;

use events::lines::{Directive, Layout, MOST_FIELDS, Shape};
use events::{Event, Limits, Sink, document};
use proptest::prelude::*;
use stix::Problem;

use crate::mutate::{Bytes, config, mutated};

const LINES: &[&str] = &[
    "#separator \\x09\n#set_separator\t,\n#unset_field\t-\n#path\tdns\n#fields\tts\tuid\tid.orig_h\tquery\tanswers\n#types\ttime\tstring\taddr\tstring\tvector[string]\n1.5\tC\t192.0.2.1\ta\\x2cb\tx,y\n",
    r#"{"_path":"smtp","ts":"2026-01-02T03:04:05.6Z","uid":"C1","id.orig_h":"192.0.2.1","path":["192.0.2.1"],"subject":"\u00e4\ud83d\ude00"}"#,
    r#"{"timestamp":"2026-01-02T03:04:05.678901+0100","event_type":"http","src_ip":"192.0.2.1","http":{"hostname":"a.example","url":"\/a"}}"#,
    r##"{"Event":{"System":{"EventID":"13"},"EventData":{"Data":[{"@Name":"Hashes","#text":"MD5=a,IMPHASH=b"},{"@Name":"x"}]}}}"##,
    "time,src_ip,dst,url,note\n2026-01-02 03:04:05,192.0.2.1,198.51.100.7,\"http://a.example/\"\"\",7\n",
    "#Fields: date time cs-uri-stem cs-host c-ip cs(User-Agent)\n2026-01-02 03:04:05 /a b.example 192.0.2.1 M+x\n",
    "2 123456789010 eni-1235b8ca123456789 192.0.2.1 198.51.100.7 20641 22 6 20 4249 1418530010 1418530070 ACCEPT OK\n",
    "www.example.com:443 192.0.2.1 - - [10/Oct/2000:13:55:36 -0700] \"GET /a HTTP/1.1\" 200 5 \"-\" \"a \\\" b\" \"192.0.2.1\"",
    "1066036250.129      1 192.0.2.1 TCP_MISS/200 1007 CONNECT a.example:443 - DIRECT/198.51.100.7 text/html",
    "24-Mar-2018 17:15:20.616 queries: info: client @0x7f1b 192.0.2.1#53121 (a.example): view i: query: a.example IN A +E(0)K (198.51.100.53)",
    "Mar 24 17:15:20 dnsmasq[123]: 7 192.0.2.1/4711 reply a.example is <CNAME>",
    "[1521911720] unbound[12:0] info: 192.0.2.1 a.example. A IN",
    "<165>1 2026-01-02T03:04:05.678Z host app 99 ID47 [x@1 a=\"\\]\"][y@1] @cee: {\"a\":1}",
    "<134>Mar 24 17:15:20 fw CEF:0|V|P|1.0|100|worm \\| x|10|src=192.0.2.1 request=http://a.example/\\= msg=a b cs1Label=File Hash cs1=ab",
    "LEEF:2.0|V|P|1.0|100|x5E|src=192.0.2.1^dst=198.51.100.7",
    "Mar 24 17:15:20 fw kernel: [1.5] IN=eth0 OUT= SRC=192.0.2.1 PROTO=TCP from=<a@b.example>, x=\"a \\\" b\"",
];

const WORDS: &[&str] = &[
    "{\"a\":",
    "[[",
    "}",
    "\\x",
    "\\x2c",
    "\\u00",
    "\\ud83d\\ude00",
    "#fields\t",
    "#types\t",
    "#Fields: ",
    "#separator \\x20\n",
    "=\"",
    "= ",
    " x=",
    "CEF:0|",
    "LEEF:2.0|",
    "|",
    "<1>",
    "<1>1 ",
    "@cee: ",
    " [10/Oct/2000:13:55:36 -0700] \"",
    "client ",
    "#53",
    " query: ",
    ",",
    ";",
    "\t",
    "\"\"",
    "SHA1=",
    "info: ",
    "http://",
    "host",
    "path",
    "url",
    "2026-01-02T03:04:05",
    "1521911720.5",
    "GET / HTTP/1.1",
    "Label=",
];

fn texts() -> Vec<Vec<u8>> {
    LINES.iter().map(|text| text.as_bytes().to_vec()).collect()
}

/// Reads an input line by line, as an input and every line by itself.
fn target(input: &[u8]) {
    let mut layout = Layout::detect(input);
    for line in input.split(|byte| *byte == b'\n') {
        let alone = Layout::of_line(line);
        checked(&alone, line);
        match layout.directive(line) {
            Directive::Changes(next) => layout = next,
            Directive::Ignored => {}
            Directive::NotOne => checked(&layout, line),
        }
    }
}

fn checked(layout: &Layout, line: &[u8]) {
    let mut event = Event::default();
    let result = layout.read(line, &mut event);
    // A column of its own and a joined URL may come on top; lists in one value are bounded by its length.
    assert!(event.fields.len() <= MOST_FIELDS * 2 + line.len());
    assert!(event.fields.iter().all(|field| !field.value.is_empty()));
    let has_text = line.iter().any(u8::is_ascii_alphanumeric);
    // CSV: the line of names again holds no values. JSON: an object may be empty.
    let may_be_empty = matches!(layout.directive(line), Directive::Ignored) || line.trim_ascii().starts_with(b"{");
    if result.is_ok()
        && has_text
        && !may_be_empty
        && !matches!(
            layout.name(),
            "zeek-tsv" | "pairs" | "syslog" | "leef" | "csv" | "w3c" | "unbound-query"
        )
    {
        assert!(!event.fields.is_empty(), "{} {}", layout.name(), line.escape_ascii());
    }
    if layout.shape() == Shape::Braces && result.is_ok() {
        let line = line.trim_ascii();
        assert!(line.starts_with(b"{") && line.ends_with(b"}"));
    }
}

#[derive(Default)]
struct Counted {
    events: u64,
    problems: u64,
}

impl Sink for Counted {
    fn event(&mut self, _: u64, _: &Event<'_>) -> ControlFlow<()> {
        self.events += 1;
        ControlFlow::Continue(())
    }

    fn problem(&mut self, problem: Problem) {
        assert!(problem.place.path.is_some());
        self.problems += 1;
    }
}

proptest! {
    #![proptest_config(config(400))]

    #[test]
    fn lines_are_read_or_malformed(input in mutated(texts(), WORDS)) {
        target(&input.0);
    }

    #[test]
    fn documents_are_read_and_counted(input in mutated(documents(), WORDS)) {
        let Bytes(bytes) = input;
        let _ = document::is_document(&bytes);
        let limits = Limits { record_bytes: 4_000, problems: 5, ..Limits::default() };
        let mut counted = Counted::default();
        let summary = document::read(&mut bytes.as_slice(), &limits, &mut counted).unwrap();
        prop_assert_eq!(counted.events, summary.events);
        prop_assert_eq!(counted.problems, summary.broken.min(5));
        prop_assert!(summary.events <= summary.records && summary.records <= summary.events + summary.broken);
    }

    #[test]
    fn a_line_that_is_cut_off_is_told_or_a_shorter_whole(at in any::<prop::sample::Index>(), end in any::<prop::sample::Index>()) {
        let text = LINES[at.index(LINES.len())];
        let layout = Layout::detect(text.as_bytes());
        let line = text.lines().last().unwrap();
        let mut whole = Event::default();
        layout.read(line.as_bytes(), &mut whole).unwrap();
        let cut = &line.as_bytes()[..end.index(line.len())];
        let mut part = Event::default();
        let result = layout.read(cut, &mut part);
        // What has braces or columns knows its end.
        if matches!(layout.shape(), Shape::Braces | Shape::Tabs(_)) {
            let columns_left = layout.shape() == Shape::Braces || cut.iter().filter(|byte| **byte == b'\t').count() < 4;
            prop_assert!(result.is_err() || !columns_left);
        }
        prop_assert!(part.fields.len() <= whole.fields.len() + 1);
    }
}

fn documents() -> Vec<Vec<u8>> {
    let one = LINES[2];
    [
        format!("[{one},{one}]"),
        format!("{{\"next\":null,\"Records\":[{one},{}],\"more\":[1]}}", LINES[1]),
        format!("{}\n{}", one.replace(',', ",\n  "), LINES[3]),
    ]
    .map(String::into_bytes)
    .to_vec()
}

#[test]
fn unbroken_samples_reach_their_readers() {
    let names: Vec<_> = texts().iter().map(|text| Layout::detect(text).name()).collect();
    insta::assert_snapshot!(names.join(", "), @"zeek-tsv, zeek-json, suricata-eve, windows-json, csv, w3c, vpc-flow, web-access, squid, bind-query, pihole, unbound-query, syslog, syslog, leef, syslog");
    let documents = documents();
    assert!(documents.iter().all(|document| document::is_document(document)));
}
