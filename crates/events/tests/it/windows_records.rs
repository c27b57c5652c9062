//! What is read from event files, whole and broken.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop where it is")]

use std::ops::ControlFlow;

use events::{Event, Limits, Role, Sink, Summary, windows};
use stix::Problem;

use crate::event_file::event_file;

#[derive(Default)]
struct Taken {
    lines: Vec<String>,
    first: Vec<(String, String, Role)>,
    problems: Vec<Problem>,
    stop_after: Option<usize>,
}

impl Sink for Taken {
    fn event(&mut self, number: u64, event: &Event<'_>) -> ControlFlow<()> {
        if self.lines.is_empty() {
            let fields = event.fields.iter();
            self.first = fields
                .map(|field| (field.name.to_string(), field.value.to_string(), field.role))
                .collect();
        }
        self.lines
            .push(format!("{number} {}", event.get("Image").unwrap_or_default()));
        match self.stop_after == Some(self.lines.len()) {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        }
    }

    fn problem(&mut self, problem: Problem) {
        self.problems.push(problem);
    }
}

fn read(bytes: &[u8]) -> (Taken, Summary) {
    let mut taken = Taken::default();
    let summary = windows::read(bytes, &Limits::default(), &mut taken).unwrap();
    (taken, summary)
}

fn three() -> Vec<u8> {
    event_file(&[
        &[
            ("Image", r"C:\one.exe"),
            (
                "Hashes",
                "MD5=0123456789ABCDEF0123456789ABCDEF,IMPHASH=00000000000000000000000000000000",
            ),
        ],
        &[("Image", r"C:\two.exe")],
        &[("Image", r"C:\three.exe")],
    ])
}

#[test]
fn fields_have_the_names_that_windows_gives_them_and_their_roles() {
    let (taken, summary) = read(&three());
    assert_eq!(taken.problems, []);
    assert_eq!(taken.lines, [r"1 C:\one.exe", r"2 C:\two.exe", r"3 C:\three.exe"]);
    assert_eq!((summary.records, summary.events, summary.broken), (3, 3, 0));
    let field = |name: &str, value: &str, role| (name.to_owned(), value.to_owned(), role);
    let expected = [
        field("EventID", "1", Role::Other),
        field("Channel", "Example/Operational", Role::Other),
        field("Image", r"C:\one.exe", Role::Process),
        field("md5", "0123456789ABCDEF0123456789ABCDEF", Role::FileHash),
        field(
            "Hashes",
            "MD5=0123456789ABCDEF0123456789ABCDEF,IMPHASH=00000000000000000000000000000000",
            Role::Text,
        ),
    ];
    assert_eq!(taken.first, expected);
}

#[test]
fn a_broken_record_is_named_and_the_others_are_read() {
    let mut file = three();
    let second = file
        .windows(4)
        .enumerate()
        .filter(|(_, bytes)| *bytes == b"\x2a\x2a\0\0")
        .nth(1)
        .unwrap()
        .0;
    file[second + 24..second + 28].copy_from_slice(&[0x3f; 4]);
    let (taken, summary) = read(&file);
    assert_eq!(taken.lines, [r"1 C:\one.exe", r"3 C:\three.exe"]);
    assert_eq!((summary.records, summary.events, summary.broken), (3, 2, 1));
    assert_eq!(taken.problems[0].code, "evtx-broken-record");
    assert_eq!(taken.problems[0].place.path.as_deref(), Some("record 2"));
}

#[test]
fn a_broken_chunk_is_named_and_the_next_is_read() {
    let mut file = three();
    let good = file[4096..].to_vec();
    file[4096..4104].copy_from_slice(b"no chunk");
    file.extend(good);
    let (taken, summary) = read(&file);
    assert_eq!((summary.events, summary.broken), (3, 1));
    assert_eq!(taken.problems[0].place.path.as_deref(), Some("chunk 1"));
}

#[test]
fn a_file_that_is_cut_off_is_read_as_far_as_it_goes() {
    let mut file = three();
    file.truncate(4096 + 5_000);
    let (taken, summary) = read(&file);
    assert_eq!(summary.events, 3);
    assert_eq!(taken.problems[0].code, "evtx-cut");
}

#[test]
fn the_sink_ends_the_reading() {
    let mut taken = Taken {
        stop_after: Some(2),
        ..Taken::default()
    };
    let summary = windows::read(three().as_slice(), &Limits::default(), &mut taken).unwrap();
    assert_eq!((taken.lines.len(), summary.events), (2, 2));
}

#[test]
fn what_is_no_event_file_is_refused() {
    let mut taken = Taken::default();
    let problem = windows::read(&b"PK\x03\x04"[..], &Limits::default(), &mut taken).unwrap_err();
    assert_eq!(problem.code, "not-evtx");
    assert!(!windows::is_evtx(b"ElfChnk\0"));
    assert!(windows::is_evtx(b"ElfFile\0\0"));
}
