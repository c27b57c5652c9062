//! Documents of all shapes give the same events, and what is broken in them is told.

use std::ops::ControlFlow;

use stix::Problem;

use super::{Limits, Sink, is_document, read};
use crate::Event;

#[derive(Default)]
struct Taken(Vec<String>);

impl Sink for Taken {
    fn event(&mut self, number: u64, event: &Event<'_>) -> ControlFlow<()> {
        self.0.push(format!("{number} {}", event.to_json()));
        ControlFlow::Continue(())
    }

    fn problem(&mut self, problem: Problem) {
        self.0.push(problem.to_string());
    }
}

fn told(text: &str) -> String {
    let mut taken = Taken::default();
    let limits = Limits {
        record_bytes: 100,
        ..Limits::default()
    };
    let summary = read(&mut text.as_bytes(), &limits, &mut taken).unwrap();
    taken.0.push(format!("{summary:?}"));
    taken.0.join("\n")
}

#[test]
fn a_list_several_lines_and_one_after_the_other_are_the_same() {
    let expected = told(r#"[{"a":"x"},{"b":{"c":"}\"]"}}]"#);
    insta::assert_snapshot!(expected, @r#"
    1 {"a":"x"}
    2 {"b.c":"}\"]"}
    Summary { format: "json", records: 2, events: 2, broken: 0 }
    "#);
    for text in [
        "{\n \"a\": \"x\"\n}\n{\n \"b\": {\"c\": \"}\\\"]\"}\n}\n",
        r#"{"a":"x"}{"b":{"c":"}\"]"}}"#,
        r#"{"a":"x"},{"b":{"c":"}\"]"}}"#,
        r#"{"next":null,"Records":[{"a":"x"},{"b":{"c":"}\"]"}}],"more":1}"#,
    ] {
        assert!(is_document(text.as_bytes()), "{text}");
        assert_eq!(told(text), expected, "{text}");
    }
}

#[test]
fn one_object_a_line_is_no_document() {
    for text in [
        "{\"a\":1}\n{\"a\":2}\n",
        "{\"a\":1",
        "{\"a\":\"x\n{\"a\":2}\n{\"a\":3}\n",
        "[2026-01-02] text",
        "",
        "text",
    ] {
        assert!(!is_document(text.as_bytes()), "{text}");
    }
}

#[test]
fn what_is_broken_is_told_with_its_place_and_the_rest_is_read() {
    let long = "y".repeat(200);
    insta::assert_snapshot!(told(&format!(r#"{{"Records":[{{"a":x}},{{"a":"{long}"}},{{"a":"ok"}},7,{{"b":"left","c":"#)), @r#"
    $.Records[0]: byte 5 of the element is not what the format allows there
    $.Records[1]: the element is larger than 100 bytes, the limit (record_bytes)
    3 {"a":"ok"}
    $.Records[3]: something stands here that is no object
    5 {"b":"left"}
    $.Records[4]: the element is cut off: it ends in the middle of a value or before its last column
    Summary { format: "json", records: 5, events: 2, broken: 4 }
    "#);
}
