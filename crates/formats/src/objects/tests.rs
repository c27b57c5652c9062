use std::io::Read;

use proptest::prelude::*;
use stix::Problem;

use super::{read, read_slice};
use crate::{Found, Limits, Sink};

/// Keeps what it is given, as text.
#[derive(Default)]
struct Kept {
    objects: Vec<String>,
    places: Vec<String>,
    problems: Vec<String>,
}

impl Sink for Kept {
    fn object(&mut self, found: Found<'_>) -> Result<(), Problem> {
        self.objects.push(found.text.into_owned());
        self.places.push(found.place.to_string());
        Ok(())
    }

    fn problem(&mut self, problem: Problem) {
        self.problems.push(format!("{} [{}]", problem, problem.code));
    }
}

/// Gives a few bytes at a time, as a slow network does.
struct Drip<'a>(&'a [u8], usize);

impl Read for Drip<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = self.1.min(self.0.len()).min(buffer.len());
        buffer[..count].copy_from_slice(&self.0[..count]);
        self.0 = &self.0[count..];
        Ok(count)
    }
}

fn both(text: &str) -> Kept {
    let mut kept = Kept::default();
    read_slice(text.as_bytes(), &Limits::default(), &mut kept).unwrap();
    let mut again = Kept::default();
    read(&mut Drip(text.as_bytes(), 7), &Limits::default(), &mut again).unwrap();
    assert_eq!(kept.objects, again.objects);
    assert_eq!(kept.problems, again.problems);
    assert_eq!(kept.places, again.places);
    kept
}

#[test]
fn hands_objects_on_byte_for_byte_with_their_places() {
    let kept = both(
        "{\"type\": \"bundle\", \"id\":\"x\",\n \"objects\" : [ {\"type\" : \"a\" } ,\n{\"b\":\"}]\\\"\",\"c\":[1,{}]}\n], \"z\":[{}]}",
    );
    assert_eq!(kept.objects, ["{\"type\" : \"a\" }", "{\"b\":\"}]\\\"\",\"c\":[1,{}]}"]);
    assert_eq!(kept.places, ["2:16 $.objects[0]", "3:1 $.objects[1]"]);
    assert!(kept.problems.is_empty());
}

#[test]
fn reads_envelopes_lists_lines_and_single_objects() {
    assert_eq!(
        both(r#"{"more":true,"next":"x","objects":[{"type":"a"}]}"#)
            .objects
            .len(),
        1
    );
    assert_eq!(both(r#"{"more":false}"#).objects.len(), 0);
    assert_eq!(both("{}").objects.len(), 0);
    assert_eq!(
        both(r#"[{"type":"a"},{"type":"bundle","objects":[{"type":"b"},{"type":"c"}]}]"#)
            .objects
            .len(),
        3
    );
    assert_eq!(
        both("{\"type\":\"a\"}\n{\"type\":\"b\"}\r\n\n{\"type\":\"bundle\",\"objects\":[{}]}\n")
            .objects
            .len(),
        3
    );
    assert_eq!(
        both(r#"{"type":"observed-data","objects":{"0":{"type":"a"}}}"#)
            .objects
            .len(),
        1
    );
    assert_eq!(both("[]").objects.len(), 0);
    assert_eq!(both("").objects.len(), 0);
}

#[test]
fn one_broken_object_does_not_lose_the_others() {
    let good = r#"{"type":"a","id":"1"}"#;
    for (broken, code) in [
        (r#"{"type":"x","n":}"#, "json-syntax"),
        (r#"{"type":"x","n":{"m":1}"#, "json-syntax"),
        (r#"{"type":"x,"n":"m"}"#, "json-syntax"),
        (r#"{"type":"x","n":"m}"#, "json-syntax"),
        (r#"{"type":"x","n":1,}"#, "json-syntax"),
        (r#"{"type":"x""n":1}"#, "json-syntax"),
        (r#"{"type":"x"}}"#, "json-syntax"),
        (r#""text""#, "not-an-object"),
        ("17", "not-an-object"),
    ] {
        let kept = both(&format!(
            "{{\"type\":\"bundle\",\"objects\":[{good},\n{good},\n{broken},\n{good},\n{good}]}}"
        ));
        let good_ones = kept.objects.iter().filter(|text| text.as_str() == good).count();
        assert_eq!(good_ones, 4, "{broken}: {:?} {:?}", kept.objects, kept.problems);
        assert!(kept.problems[0].contains(code), "{broken}: {:?}", kept.problems);
        assert!(kept.problems[0].contains("$.objects["), "{:?}", kept.problems);
    }
    let kept = both(&format!("[{good},\n{{\"type\":\"x\",\"n\":}},\n{good}]"));
    insta::assert_snapshot!(kept.problems.join("\n"), @"2:17 $[1]: the text is not valid JSON: expected value [json-syntax]");
}

#[test]
fn says_when_the_input_is_cut_off() {
    let kept = both(r#"{"type":"bundle","objects":[{"type":"a"},{"type":"b","#);
    assert_eq!(kept.objects.len(), 1);
    assert!(kept.problems[0].contains("json-cut-off"), "{:?}", kept.problems);
    assert!(both(r#"{"type":"bundle","objects":[{"type":"a"}"#).problems[0].contains("json-cut-off"));
}

#[test]
fn names_the_limit_of_one_object_and_goes_on() {
    let limits = Limits {
        item_bytes: 100,
        ..Limits::default()
    };
    let large = format!(r#"{{"type":"x","text":"{}"}}"#, "y".repeat(1_000));
    let text = format!(r#"[{{"type":"a"}},{large},{{"type":"b"}}]"#);
    for stream in [false, true] {
        let mut kept = Kept::default();
        if stream {
            read(&mut Drip(text.as_bytes(), 7), &limits, &mut kept).unwrap();
        } else {
            read_slice(text.as_bytes(), &limits, &mut kept).unwrap();
        }
        assert_eq!(kept.objects, [r#"{"type":"a"}"#, r#"{"type":"b"}"#]);
        assert!(kept.problems[0].contains("limit for one object"), "{:?}", kept.problems);
    }
}

#[test]
fn names_the_byte_that_is_not_utf8() {
    let mut kept = Kept::default();
    read_slice(
        b"[{\"type\":\"a\"},\n{\"n\":\"caf\xe9\"},{\"type\":\"b\"}]",
        &Limits::default(),
        &mut kept,
    )
    .unwrap();
    assert_eq!(kept.objects.len(), 2);
    assert!(kept.problems[0].starts_with("2:10 $[1]"), "{:?}", kept.problems);
}

#[test]
fn an_input_of_nothing_but_broken_objects_ends() {
    let text = format!("[{}", "{\"type\":[{},".repeat(2_000));
    let limits = Limits {
        item_bytes: 10_000,
        ..Limits::default()
    };
    let mut kept = Kept::default();
    let _ = read_slice(text.as_bytes(), &limits, &mut kept);
    assert!(!kept.problems.is_empty());
}

proptest! {
    #[test]
    fn never_panics_and_both_ways_agree(text in "[\\[\\]{}\",:\\\\ a\\n]{0,60}|(\\{\"type\":\"[a}]\\\\?\"?\\}?,? ?){0,8}|\\{\"objects\":\\[(\\{\"id\":1\\}[,\\]}]){0,5}") {
        both(&text);
    }

    #[test]
    fn never_panics_on_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let mut kept = Kept::default();
        let _ = read_slice(&bytes, &Limits::default(), &mut kept);
    }
}
