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
        "this build has no YARA ('cargo build --release --features yara' builds one that has it)"
    );
    assert_eq!(Rules::load(b"").unwrap_err().code, "no-yara");
}

#[cfg(feature = "yara")]
mod with_the_engine {
    use std::path::Path;
    use std::sync::Arc;
    use std::time::Duration;

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

    #[test]
    fn strings_that_a_rule_counts_are_all_found() {
        let source = "rule many { strings: $a = \"ab\" condition: #a == 5000 and @a[5000] == 9998 and for all of them : (# > 1) }";
        let compiled = Rules::builder().add("many.yar", source).build().unwrap();
        let told = scan(compiled.rules, "ab".repeat(5_000).as_bytes());
        assert_eq!(told.rules.len(), 1, "{:?}", compiled.problems);
    }

    #[test]
    fn rules_of_the_same_name_stand_side_by_side_in_their_namespaces() {
        let builder = Rules::builder();
        let compiled = builder.add("a.yar", GOOD).add("b.yar", GOOD).build().unwrap();
        assert_eq!((compiled.used, compiled.left_out), (4, 0), "{:?}", compiled.problems);
    }

    /// Rules made to hurt whoever compiles them. What becomes of each is its own matter: nothing may end the program, and
    /// its neighbours are used.
    #[test]
    fn a_rule_that_explodes_while_it_is_compiled_leaves_its_neighbours() {
        let condition = |text: String| format!("rule bomb {{ condition: {text} }}");
        let string = |text: String| format!("rule bomb {{ strings: $a = {text} condition: $a }}");
        let deep = 10_000;
        let bombs = [
            condition(format!("{}true{}", "(".repeat(deep), ")".repeat(deep))),
            condition("not ".repeat(deep) + "true"),
            condition("true and ".repeat(deep) + "true"),
            condition("for all i in (0..9) : (".repeat(1_000) + "true" + &")".repeat(1_000)),
            string("/((((a{1,1000}){1,1000}){1,1000}){1,1000})/".to_owned()),
            string(format!("/{}a{}/", "(".repeat(deep), ")".repeat(deep))),
            string(format!("{{ {}01{} }}", "(02|".repeat(deep), ")".repeat(deep))),
            string(format!("{{ 01 {}02 }}", "[0-100000] ?? ".repeat(1_000))),
            string(format!("\"{}\" xor wide ascii", "a".repeat(deep))),
            string(format!("/{}/i", "(a|b|c|d).{0,9}".repeat(1_000))),
            string(format!("/{}a/", "a|".repeat(deep))),
            condition("1 + ".repeat(deep) + "1 == 2"),
            condition("1 == ".repeat(1_000) + "1"),
            condition("uint8(".repeat(90) + "0" + &")".repeat(90) + " == 0"),
            condition(format!("{}1 == 2", "1 - ".repeat(deep))),
            condition(format!("pe{} == 1", ".x".repeat(deep))),
            condition("\"a\" contains ".repeat(deep) + "\"a\""),
            condition(format!(
                "\"\"\"\n{}\"\"\" == \"\" and {}true",
                ")".repeat(deep),
                "(".repeat(deep)
            )),
            "rule bomb {".repeat(1_000),
            "rule bomb { strings: $a = \"".to_owned() + &"\\x41".repeat(deep),
        ];
        for bomb in bombs {
            let head: String = bomb.chars().take(60).collect();
            let compiled = Rules::builder()
                .add("bomb.yar", bomb)
                .add("good.yar", GOOD)
                .build()
                .unwrap();
            assert!(compiled.used >= 2, "{head} {:?}", compiled.problems.first());
            let told = scan(compiled.rules, b"needle");
            assert!(told.rules.iter().any(|(_, rule)| rule.rule == "needle"), "{head}");
        }
    }

    #[test]
    fn what_is_nested_up_to_the_limits_compiles() {
        // The braces of the rule are a level, too.
        let nested = |levels: usize, before: &str, inner: &str, after: &str| {
            format!("{}{inner}{}", before.repeat(levels), after.repeat(levels))
        };
        let conditions = [
            nested(97, "(", "true", ")"),
            nested(97, "not ", "true", ""),
            nested(48, "for any i in (0) : (i == 0 and (", "true", "))"),
            nested(32, "not for all i in (0,1) : (not ", "true", ")"),
            nested(5, "uint8(", "0", ")") + " == 0",
        ];
        let rules = conditions.map(|condition| format!("rule deep {{ condition: {condition} }}"));
        let string = nested(95, "(02|", "01", ")");
        let string = format!("rule deep {{ strings: $a = {{ 00 {string} }} condition: $a }}");
        for source in rules.into_iter().chain([string]) {
            let compiled = Rules::builder().add("deep.yar", source.as_str()).build().unwrap();
            assert!(
                compiled.problems.iter().all(|problem| problem.code != "yara-nesting"),
                "{source} {:?}",
                compiled.problems
            );
            assert_eq!(compiled.used + compiled.problems.len(), 1, "{source}");
            scan(compiled.rules, b"needle");
        }
    }

    #[test]
    fn rules_that_take_too_long_are_told_and_the_next_file_is_scanned() {
        let slow = "rule slow { condition: filesize > 9 and for all i in (0..1000000000) : (for all j in (0..1000000000) : (i + j >= 0)) }";
        let compiled = Rules::builder()
            .add("slow.yar", slow)
            .add("good.yar", GOOD)
            .build()
            .unwrap();
        // The clock of the engine is at this limit when the scan begins: whatever loops is stopped at once.
        let limits = Limits {
            rule_time: Duration::ZERO,
            ..Limits::default()
        };
        let scanner = Scanner::new(crate::support::sha256(), limits).with_rules(Arc::new(compiled.rules));
        let mut worker = scanner.worker();
        let mut told = Told::default();
        let scanned = worker
            .scan(Path::new("long.txt"), &mut &b"a needle in hay"[..], &mut told)
            .unwrap();
        assert_eq!((scanned.unasked, told.codes()), (1, vec!["rules-too-slow"]));
        assert_eq!(told.problems[0].place.file.as_deref(), Some("long.txt"));
        assert!(told.field("long.txt", "sha256").is_some());
    }

    #[test]
    fn a_content_too_large_for_rules_is_told_and_hashed() {
        let compiled = Rules::builder().add("good.yar", GOOD).build().unwrap();
        let limits = Limits {
            memory_bytes: 1_000,
            ..Limits::default()
        };
        let scanner = Scanner::new(crate::support::sha256(), limits).with_rules(Arc::new(compiled.rules));
        let mut worker = scanner.worker();
        let mut told = Told::default();
        let large = "needle ".repeat(100_000);
        let scanned = worker
            .scan(Path::new("large.txt"), &mut large.as_bytes(), &mut told)
            .unwrap();
        assert_eq!((scanned.unasked, scanned.rules), (1, 0));
        let scanned = worker
            .scan(Path::new("needle.txt"), &mut &b"needle"[..], &mut told)
            .unwrap();
        assert_eq!((scanned.unasked, scanned.rules), (0, 2));
        assert_eq!(told.codes(), ["too-large-to-hold"]);
        assert!(told.field("large.txt", "sha256").is_some());
    }

    #[test]
    fn what_a_rule_includes_is_to_be_named() {
        let compiled = Rules::builder()
            .add("index.yar", "include \"./good.yar\"\n")
            .build()
            .unwrap();
        let problem = compiled.problems[0].to_string();
        assert!(
            problem.contains("index.yar:1") && problem.contains("name the folder"),
            "{problem}"
        );
    }
}
