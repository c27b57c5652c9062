//! No bytes make a rule panic, and a rule that compiles can be asked (docs/fuzzing.md).

use events::{Event, Role};
use proptest::prelude::*;
use sigma::{Origin, Rules};

use crate::kit::process;
use crate::mutate::{Bytes, config, mutated};

const SAMPLES: [&[u8]; 3] = [
    br"title: Sample
id: 00000000-0000-4000-8000-000000000001
logsource: {product: windows, category: process_creation}
detection:
  selection_a:
    Image|endswith: ['\cmd.exe', '\power*.exe']
    CommandLine|contains|all|windash: [' -enc', '?idden']
  selection_b:
    - Hashes|contains: 'MD5=0'
    - User|re|i: '^a.*b$'
  filter_main:
    ParentImage: null
  condition: 1 of selection_* and not (filter_main or all of selection_*)
level: high
",
    br"title: Base
name: base
logsource: {product: windows}
detection: {keywords: [whoami, 'net?user'], other: {A|base64offset|contains: 'http', B|cidr: 192.0.2.0/24}, condition: keywords or other}
---
title: Many
correlation: {type: event_count, rules: [base], group-by: [User], timespan: 5m, condition: {gte: 2}}
",
    b"title: Aliases\nlogsource: &a {product: linux}\ndetection: {s: &b {A|fieldref: C, D|gte: 0x10}, t: *b, condition: 2 of them}\n",
];

const WORDS: &[&str] = &[
    "detection",
    "condition",
    "selection",
    "|contains",
    "|all",
    "|re",
    "|cased",
    "|windash",
    "|base64offset",
    "|wide",
    "|cidr",
    "|gt",
    "|exists",
    "|fieldref",
    "|expand",
    "|neq",
    " and ",
    " or ",
    " not ",
    "(",
    ")",
    " 1 of ",
    " them",
    "*",
    "?",
    "\\",
    "null",
    "''",
    "[",
    "]",
    "{",
    "}",
    "&a ",
    "*a",
    "---\n",
    "correlation",
    "temporal_ordered",
    "\n  ",
    ": ",
];

fn samples() -> Vec<Vec<u8>> {
    SAMPLES.iter().map(|sample| sample.to_vec()).collect()
}

fn target(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let mut builder = Rules::builder();
    builder.add("fuzz.yml", &text);
    let (rules, problems) = builder.build();
    for problem in problems {
        assert!(!problem.message.is_empty());
    }
    let mut matcher = rules.matcher();
    let mut found = Vec::new();
    let mut event: Event<'_> = process(&[
        ("Image", r"C:\Windows\cmd.exe"),
        ("CommandLine", "cmd \u{2013}enc hidden \u{130}\u{df}"),
        ("User", "ab"),
        ("A", "whoami"),
    ]);
    event.push("B", "192.0.2.1", Role::Address);
    for _ in 0..3 {
        matcher.event(&event, &Origin::reader("evtx"), &mut found);
    }
    for found in found {
        assert!(found.rule < rules.len());
        assert!(found.fields.len() <= sigma::FIELDS);
    }
}

proptest! {
    #![proptest_config(config(400))]

    #[test]
    fn no_rule_makes_the_engine_panic(bytes in mutated(samples(), WORDS)) {
        let Bytes(bytes) = bytes;
        target(&bytes);
    }
}

#[test]
fn unbroken_samples_compile() {
    for sample in SAMPLES {
        let mut builder = Rules::builder();
        builder.add("sample.yml", std::str::from_utf8(sample).unwrap());
        assert_eq!(builder.build().1, []);
    }
}
