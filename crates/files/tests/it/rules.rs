//! YARA rules: what is met, what is left out and why.

use files::Rules;

#[cfg(not(feature = "yara"))]
#[test]
fn a_build_without_the_engine_says_what_to_do() {
    let problem = Rules::builder()
        .add("a.yar", "rule a { condition: true }")
        .build()
        .unwrap_err();
    assert_eq!(problem.code, "no-yara");
    assert_eq!(
        problem.to_string(),
        "this build has no YARA (build with --features yara)"
    );
    assert_eq!(Rules::load(b"").unwrap_err().code, "no-yara");
}

#[cfg(feature = "yara")]
mod with_the_engine {
    use std::path::Path;
    use std::sync::Arc;

    use files::{Limits, Scanner, Wanted};

    use super::*;
    use crate::support::{Told, gzip};

    const GOOD: &str = r#"
rule needle : tag_one tag_two {
    meta:
        author = "somebody"
        score = 75
    strings:
        $a = "needle"
        $b = "not there"
    condition:
        any of them
}
rule named { condition: filename == "needle.txt" and extension == ".txt" }
"#;

    const BROKEN: &str =
        "rule good { condition: true }\nrule bad {\n  condition: $missing\n}\nrule after { condition: true }\n";

    fn scan(rules: Rules, content: &[u8]) -> Told {
        let mut told = Told::default();
        Scanner::new(Wanted::NONE, Limits::default())
            .with_rules(Arc::new(rules))
            .scan(Path::new("needle.txt"), &mut &*content, &mut told)
            .unwrap();
        told
    }

    #[test]
    fn a_match_says_the_rule_its_words_and_where_its_strings_are() {
        let compiled = Rules::builder().add("good.yar", GOOD).build().unwrap();
        assert_eq!((compiled.used, compiled.left_out, compiled.problems.len()), (2, 0, 0));
        let told = scan(compiled.rules, b"hay needle hay needle");
        let names: Vec<&str> = told.rules.iter().map(|(_, rule)| rule.rule.as_str()).collect();
        assert_eq!(names, ["needle", "named"]);
        let (path, rule) = &told.rules[0];
        assert_eq!((path.as_str(), rule.namespace.as_str()), ("needle.txt", "good.yar"));
        assert_eq!(rule.tags, ["tag_one", "tag_two"]);
        assert_eq!(
            (rule.meta("author"), rule.meta("score")),
            (Some("somebody"), Some("75"))
        );
        assert_eq!(rule.strings.len(), 1);
        let string = &rule.strings[0];
        assert_eq!((string.identifier.as_str(), string.offset, string.length), ("$a", 4, 6));
        assert_eq!(string.excerpt, "needle");
    }

    #[test]
    fn members_of_archives_are_matched() {
        let compiled = Rules::builder().add("good.yar", GOOD).build().unwrap();
        let told = scan(compiled.rules, &gzip(b"a needle"));
        let paths: Vec<&str> = told.rules.iter().map(|(path, _)| path.as_str()).collect();
        assert!(paths.contains(&"needle.txt!needle.txt"), "{paths:?}");
    }

    #[test]
    fn a_broken_rule_is_named_with_its_line_and_its_neighbours_are_used() {
        let compiled = Rules::builder()
            .add("broken.yar", BROKEN)
            .add("good.yar", GOOD)
            .build()
            .unwrap();
        assert_eq!((compiled.used, compiled.left_out), (4, 1));
        let problem = &compiled.problems[0];
        assert_eq!(problem.place.file.as_deref(), Some("broken.yar"));
        assert_eq!(problem.place.line, Some(3));
    }

    #[test]
    fn rules_with_modules_that_are_not_here_are_left_out_alone() {
        let source =
            "import \"androguard\"\nrule phone { condition: androguard.url(\"x\") }\nrule plain { condition: true }\n";
        let compiled = Rules::builder().add("phone.yar", source).build().unwrap();
        assert_eq!((compiled.used, compiled.left_out), (1, 1), "{:?}", compiled.problems);
        assert_eq!(compiled.problems[0].code, "yara-module");
        assert_eq!(compiled.problems[0].place.object.as_deref(), Some("phone"));
    }

    #[test]
    fn a_rule_from_outside_cannot_include_files_of_this_machine() {
        let compiled = Rules::builder()
            .add("a.yar", "include \"/etc/passwd\"\n")
            .build()
            .unwrap();
        assert_eq!(compiled.problems[0].code, "yara-include");
    }

    #[test]
    fn saved_rules_load_and_damage_is_found() {
        let compiled = Rules::builder().add("good.yar", GOOD).build().unwrap();
        let mut saved = compiled.rules.save().unwrap();
        let told = scan(Rules::load(&saved).unwrap(), b"needle");
        assert_eq!(told.rules.len(), 2);
        let middle = saved.len() / 2;
        saved[middle] ^= 1;
        assert_eq!(Rules::load(&saved).unwrap_err().code, "yara-saved");
        assert_eq!(Rules::load(&saved[..30]).unwrap_err().code, "yara-saved");
        assert_eq!(Rules::load(b"other").unwrap_err().code, "yara-saved");
    }
}
