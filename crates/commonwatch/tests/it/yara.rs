//! YARA rules, one's own and those that others share, asked of the files of a directory.

use crate::kit::{Answer, Place};
use crate::matching::shown;

const RULES: &str = "rule needle { meta: description = \"a needle\" strings: $a = \"needle\" condition: $a }\n\
    rule broken { condition: $missing }\n\
    rule text { condition: extension == \".txt\" }\n";

/// A list of others: a YARA rule of the same name, and a name to look for in logs.
const SHARED: &str = r#"{"type":"bundle","id":"bundle--7e3b1c52-8a4f-4a57-9a0f-5f1f0f4f8b11","objects":[
{"type":"indicator","spec_version":"2.1","id":"indicator--1a0ec5c7-20b2-4d3e-9c4e-1d8bb0b1a001","created":"2026-11-01T00:00:00.000Z","modified":"2026-11-01T00:00:00.000Z","name":"Needles of November","pattern_type":"yara","pattern":"rule needle { strings: $a = \"needle\" condition: $a }","valid_from":"2026-11-01T00:00:00Z"},
{"type":"indicator","spec_version":"2.1","id":"indicator--1a0ec5c7-20b2-4d3e-9c4e-1d8bb0b1a002","created":"2026-11-01T00:00:00.000Z","modified":"2026-11-01T00:00:00.000Z","name":"A host","pattern_type":"stix","pattern":"[domain-name:value = 'updates.example.org']","valid_from":"2026-11-01T00:00:00Z"}]}"#;

fn place() -> Place {
    let place = Place::new();
    place.write("rules.yar", RULES);
    place.write("shared.json", SHARED);
    std::fs::create_dir(place.path().join("share")).unwrap();
    place.write("share/hay.txt", "hay and a needle");
    place.write("share/names.log", "asked for updates.example.org\n");
    place
}

fn hits(answer: &Answer) -> Vec<&str> {
    answer.out.lines().filter(|line| line.starts_with("HIT")).collect()
}

#[test]
fn rules_need_a_file_to_be_asked_of() {
    let answer = place().run(&["match", "share/names.log", "--yara", "rules.yar"]);
    assert_eq!(answer.code, 2, "{answer}");
    assert!(
        answer.err.contains("name a directory, or add --as-what files"),
        "{answer}"
    );
}

#[cfg(not(feature = "yara"))]
mod without_the_engine {
    use super::*;

    #[test]
    fn whoever_names_rules_is_told_what_to_do() {
        let answer = place().run(&["match", "share", "--yara", "rules.yar"]);
        insta::assert_snapshot!(shown(&answer), @r"
        exit code 2
        -- err
        error: this build has no YARA ('cargo build --release --features yara' builds one that has it)
        ");
    }

    #[test]
    fn rules_that_others_share_do_not_keep_the_rest_from_being_matched() {
        let answer = place().run(&["match", "share", "-i", "shared.json", "--no-warninglists"]);
        assert_eq!(answer.code, 1, "{answer}");
        assert_eq!(hits(&answer), ["HIT  share/names.log:1"], "{answer}");
        assert!(
            answer
                .err
                .contains("not asked of files: 1 YARA rule among the indicators"),
            "{answer}"
        );
    }
}

#[cfg(feature = "yara")]
mod with_the_engine {
    use super::*;

    #[test]
    fn a_rule_that_is_met_is_a_hit_and_one_that_is_broken_is_told() {
        let answer = place().run(&["match", "share", "--yara", "rules.yar", "--as-what", "files"]);
        insta::assert_snapshot!(shown(&answer), @"");
    }

    #[test]
    fn a_rule_that_others_share_is_a_hit_on_their_indicator() {
        let answer = place().run(&[
            "match",
            "share",
            "-i",
            "shared.json",
            "--yara",
            "rules.yar",
            "--json",
            "--no-warninglists",
        ]);
        insta::assert_snapshot!(shown(&answer), @"");
    }

    #[test]
    fn a_file_too_large_to_ask_leaves_the_answer_open() {
        let place = place();
        place.write("share/large.bin", vec![0_u8; (1 << 20) + 1]);
        place.write("none.yar", "rule none { condition: filesize == 7 }");
        let asked = ["match", "share", "--yara", "none.yar", "--as-what", "files"];
        assert_eq!(place.run(&asked).code, 0);
        let answer = place.run(&[&asked[..], &["--yara-largest", "1"]].concat());
        insta::assert_snapshot!(shown(&answer), @"");
    }

    #[test]
    fn rules_of_which_none_can_be_used_are_an_error() {
        let place = place();
        place.write("broken.yar", "rule broken { condition: $missing }");
        let answer = place.run(&["match", "share", "--yara", "broken.yar"]);
        insta::assert_snapshot!(shown(&answer), @"");
    }
}
