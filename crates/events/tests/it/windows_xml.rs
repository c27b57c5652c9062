//! What is read of Windows events as XML: the same as of the event file that they were exported from.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop where it is")]

use std::ops::ControlFlow;

use events::{Event, Limits, Reader, Role, Sink, Summary};
use proptest::prelude::*;
use stix::Problem;

use crate::event_file::event_file;
use crate::mutate::{config, mutated};

type Fields = Vec<(String, String, Role)>;

#[derive(Default)]
struct Taken {
    events: Vec<(u64, Fields)>,
    problems: Vec<Problem>,
}

impl Sink for Taken {
    fn event(&mut self, number: u64, event: &Event<'_>) -> ControlFlow<()> {
        let fields = event.fields.iter();
        let fields = fields.map(|field| (field.name.to_string(), field.value.to_string(), field.role));
        self.events.push((number, fields.collect()));
        ControlFlow::Continue(())
    }

    fn problem(&mut self, problem: Problem) {
        self.problems.push(problem);
    }
}

fn read_within(bytes: &[u8], limits: &Limits) -> (Taken, Summary) {
    let mut taken = Taken::default();
    let reader = Reader::of(bytes).unwrap();
    let summary = reader.read(&mut &bytes[..], limits, &mut taken).unwrap();
    (taken, summary)
}

fn read(bytes: &[u8]) -> (Taken, Summary) {
    read_within(bytes, &Limits::default())
}

/// The events of an event file, as an export writes them.
fn exported(file: &[u8]) -> Vec<String> {
    let mut parser = evtx::EvtxParser::from_buffer(file.to_vec()).unwrap();
    let records = parser.records();
    records
        .filter_map(|record| Some(without_declaration(&record.ok()?.data)))
        .collect()
}

fn without_declaration(xml: &str) -> String {
    xml.split_once("?>").map_or(xml, |(_, rest)| rest).trim().to_owned()
}

fn three() -> Vec<u8> {
    event_file(&[
        &[
            ("Image", r"C:\A & B\one.exe"),
            ("Hashes", "MD5=0123456789ABCDEF0123456789ABCDEF"),
        ],
        &[("Image", r"C:\two.exe"), ("ProcessId", "77")],
        &[("Image", r"C:\three.exe"), ("CommandLine", "three.exe <in >\"out\"")],
    ])
}

#[test]
fn an_export_gives_the_events_of_its_event_file_however_it_is_written() {
    let (expected, _) = read(&three());
    let events = exported(&three());
    assert_eq!((expected.events.len(), events.len()), (3, 3));
    let by_viewer = format!(
        "\u{feff}<?xml version=\"1.0\" encoding=\"utf-8\" standalone=\"yes\"?>\r\n<Events>{}</Events>",
        events.concat()
    );
    let by_powershell = format!("\u{feff}{}\r\n", events.join("\r\n"));
    let wide: Vec<u8> = by_powershell.encode_utf16().flat_map(u16::to_le_bytes).collect();
    for text in [
        by_viewer.as_bytes(),
        events.join("\n").as_bytes(),
        events.concat().as_bytes(),
        &wide,
    ] {
        let (taken, summary) = read(text);
        assert_eq!(taken.problems, []);
        assert_eq!((summary.format, summary.records, summary.broken), ("windows-xml", 3, 0));
        assert_eq!(taken.events.len(), 3);
        for ((number, fields), (expected_number, expected)) in taken.events.iter().zip(&expected.events) {
            assert_eq!(number, expected_number);
            // A number in an attribute says more than one in a text: here all are texts.
            let values = |fields: &Fields| {
                fields
                    .iter()
                    .map(|(name, value, _)| format!("{name}={value}"))
                    .collect::<Vec<_>>()
            };
            assert_eq!(values(fields), values(expected));
        }
    }
}

#[test]
fn a_broken_event_is_named_and_the_others_are_read() {
    let [one, two, three] = exported(&three()).try_into().unwrap();
    let whole = |middle: &str| format!("<Events>{one}{middle}{three}</Events>");
    for (middle, code, events) in [
        (two.replace("</EventData>", ""), "xml-broken-event", 3),
        (two.replace("</Event>", ""), "xml-cut", 3),
        (two.replace("<System>", "<!DOCTYPE x><System>"), "xml-broken-event", 2),
    ] {
        let (taken, summary) = read(whole(&middle).as_bytes());
        let problems: Vec<_> = taken
            .problems
            .iter()
            .map(|problem| (problem.code, problem.place.to_string()))
            .collect();
        assert_eq!(problems.len(), 1, "{problems:?}");
        assert_eq!(problems[0].0, code);
        assert!(problems[0].1.contains("event 2"), "{problems:?}");
        assert_eq!((summary.records, summary.events, summary.broken), (3, events, 1));
    }
    let (taken, summary) = read(&whole(&two).as_bytes()[..whole(&two).len() - 60]);
    assert_eq!(taken.problems[0].code, "xml-cut");
    assert_eq!((summary.records, summary.events), (3, 3));
}

#[test]
fn an_event_over_the_limit_is_left_out_and_the_next_is_read() {
    let [one, two, three] = exported(&three()).try_into().unwrap();
    let large = two.replace("77", &"x".repeat(400_000));
    let text = format!("<Events>{one}{large}{}{three}</Events>", " ".repeat(100_000));
    let limits = Limits {
        record_bytes: 50_000,
        ..Limits::default()
    };
    let (taken, summary) = read_within(text.as_bytes(), &limits);
    assert_eq!(taken.problems[0].code, "record-too-large");
    assert_eq!((summary.records, summary.events, summary.broken), (3, 2, 1));
}

/// Real event files, record by record: as XML they have the fields that they have as they are. What numbers are is told
/// by event files alone, and so may be written in another way.
#[test]
fn real_events_have_the_same_values_as_xml() {
    let Some(folder) = crate::windows_files::folder() else {
        return;
    };
    let (mut events, mut fields_seen) = (0, 0);
    for path in crate::windows_files::event_files(&folder) {
        let file = std::fs::read(&path).unwrap();
        let mut parser = evtx::EvtxParser::from_buffer(file.clone()).unwrap();
        let as_xml: Vec<Option<String>> = parser
            .records()
            .map(|record| record.ok().map(|record| without_declaration(&record.data)))
            .collect();
        if as_xml.iter().any(Option::is_none) {
            continue;
        }
        let text: String = as_xml.into_iter().flatten().collect();
        let ((as_file, _), (taken, summary)) = (read(&file), read(text.as_bytes()));
        assert_eq!(summary.broken, 0, "{}: {:?}", path.display(), taken.problems);
        assert_eq!(taken.events.len(), as_file.events.len(), "{}", path.display());
        for ((_, found), (_, expected)) in taken.events.iter().zip(&as_file.events) {
            events += 1;
            // XML has no way to write control characters.
            let is_text =
                |value: &str| !value.contains(|letter: char| letter.is_control() && !"\r\n\t".contains(letter));
            let expected = expected
                .iter()
                .filter(|(_, value, role)| *role != Role::Other && is_text(value));
            for (name, value, role) in expected {
                fields_seen += 1;
                let is_there = found.iter().any(|(other, same, as_role)| {
                    other == name && same.trim() == value.trim() && (as_role == role || *as_role == Role::Other)
                });
                assert!(
                    is_there,
                    "{}: {name}={value} ({role:?}) is not among {found:#?}",
                    path.display()
                );
            }
        }
    }
    println!("{events} events, {fields_seen} values");
    assert!(events > 1_000);
}

const WORDS: &[&str] = &[
    "<Event ",
    "</Event>",
    "<Event>",
    "<Data Name=\"",
    "<![CDATA[",
    "]]>",
    "&amp;",
    "&#x0;",
    "<!--",
    "-->",
    "\"",
    "<",
];

proptest! {
    #![proptest_config(config(120))]

    #[test]
    fn any_export_is_read_and_counted(input in mutated(vec![exported(&three()).join("\n").into_bytes()], WORDS)) {
        let limits = Limits { problems: 5, record_bytes: 2_000, ..Limits::default() };
        let mut taken = Taken::default();
        let summary = events::windows::xml::read(input.0.as_slice(), &limits, &mut taken).unwrap();
        prop_assert_eq!(summary.events, taken.events.len() as u64);
        prop_assert!(summary.events + summary.broken >= summary.records);
        prop_assert!(taken.problems.len() <= 5);
    }
}
