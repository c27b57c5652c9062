//! What the reader and the writer of patterns promise.

use super::Pattern;

fn refused(text: &str) -> (String, u64) {
    let problem = Pattern::parse(text).unwrap_err();
    (problem.to_string(), problem.place.column.unwrap())
}

#[test]
fn canonical_text_drops_what_carries_no_meaning() {
    for (written, canonical) in [
        ("[ file:name  ==  'a' ]", "[file:name = 'a']"),
        ("(( [file:'name' <> 'a'] ))", "[file:name != 'a']"),
        (
            "[(a:b = 1 AND (a:c = 2 AND a:d = 3))]",
            "[a:b = 1 AND a:c = 2 AND a:d = 3]",
        ),
        (
            "[(a:b = 1 OR a:c = 2) AND a:d = 3]",
            "[(a:b = 1 OR a:c = 2) AND a:d = 3]",
        ),
        ("[a:b = 1 OR (a:c = 2 AND a:d = 3)]", "[a:b = 1 OR a:c = 2 AND a:d = 3]"),
        (
            "[a:b.'c-d'[*].'e'[0] NOT IN (+1,.5,-3.50, true)]",
            "[a:b.'c-d'[*].e[0] NOT IN (1, 0.5, -3.5, true)]",
        ),
        (
            "[a:b = h'00FF' /* bytes */ OR a:b = b'AP8=']",
            "[a:b = h'00ff' OR a:b = b'AP8=']",
        ),
        (
            "[a:b=t'2026-01-01T00:00:00.1234567000Z']",
            "[a:b = t'2026-01-01T00:00:00.1234567Z']",
        ),
        (
            "[a:b = 1] WITHIN 0.50 SECONDS START t'2026-01-01T00:00:00.000Z' STOP t'2026-01-02T00:00:00Z'",
            "[a:b = 1] WITHIN 0.5 SECONDS START t'2026-01-01T00:00:00Z' STOP t'2026-01-02T00:00:00Z'",
        ),
        (
            "(([a:b = 1] REPEATS 2 TIMES) WITHIN 5 SECONDS) REPEATS 3 TIMES",
            "([a:b = 1] REPEATS 2 TIMES WITHIN 5 SECONDS) REPEATS 3 TIMES",
        ),
        (
            "([a:b = 1] FOLLOWEDBY [a:b = 2]) AND ([a:b = 3] OR [a:b = 4])",
            "([a:b = 1] FOLLOWEDBY [a:b = 2]) AND ([a:b = 3] OR [a:b = 4])",
        ),
        ("[NOT EXISTS a:'AND'.x]", "[NOT EXISTS a:'AND'.x]"),
        (r"[a:b LIKE 'it\'s \\ %']", r"[a:b LIKE 'it\'s \\ %']"),
    ] {
        let pattern = Pattern::parse(written).unwrap();
        assert_eq!(pattern.canonical(), canonical);
        assert_eq!(Pattern::parse(canonical).unwrap(), pattern);
    }
}

#[test]
fn and_binds_tighter_than_or_and_or_tighter_than_followedby() {
    let loose = Pattern::parse("[a:b = 1] FOLLOWEDBY [a:b = 2] OR [a:b = 3] AND [a:b = 4]").unwrap();
    let explicit = Pattern::parse("[a:b = 1] FOLLOWEDBY ([a:b = 2] OR ([a:b = 3] AND [a:b = 4]))").unwrap();
    assert_eq!(loose, explicit);
}

#[test]
fn a_refusal_says_what_was_found_and_what_was_expected() {
    for (text, column, message) in [
        ("file:size = 1280", 1, "found 'file', expected '[' or '('"),
        ("[file.size = 1280]", 6, "found '.', expected ':'"),
        ("[file:size = ]", 14, "found ']', expected a constant"),
        ("[a:b = 1] within 2 SECONDS", 11, "keywords are upper-case: WITHIN"),
        ("[a:b-c = 1]", 4, "put it in quotes: 'b-c'"),
        ("[a:b = \"x\"]", 8, "straight single quotes"),
        ("[a:b = 'x]", 8, "has no end"),
        ("[a:b = 'x\\n']", 10, "a backslash before 'n' means nothing"),
        ("[a:b MATCHES null]", 14, "expected a string"),
        ("[a:b > true]", 8, "expected a constant that has an order"),
        ("[a:b[-1] = 1]", 6, "expected the number of a list item"),
        ("[a:b = 1] WITHIN 0 SECONDS", 18, "a number of seconds above 0"),
        ("[a:b = 1] REPEATS 0 TIMES", 19, "a whole number from 1"),
        (
            "[a:b = 1] START '2026-01-01T00:00:00Z' STOP t'2026-01-01T00:00:00Z'",
            17,
            "put a t before the quote",
        ),
        ("[a:b = 1] REPEATS 2 TIMES REPEATS 3 TIMES", 27, "a second REPEATS"),
        ("[a:b = 1e5]", 8, "without exponent"),
        ("[a:b = 9223372036854775808]", 8, "does not fit into 64 bits"),
        ("[a:b = 1", 9, "found the end of the pattern, expected AND, OR, or ']'"),
        ("", 1, "found the end of the pattern"),
    ] {
        let (found, at) = refused(text);
        assert!(found.contains(message), "{text}: {found}");
        assert_eq!(at, column, "{text}: {found}");
    }
}

#[test]
fn limits_are_named() {
    let deep = format!("{}[a:b = 1]{}", "(".repeat(65), ")".repeat(65));
    assert!(refused(&deep).0.contains("deeper than the limit of 64 levels"));
    let deep = format!("[{}a:b = 1{}]", "(".repeat(64), ")".repeat(64));
    assert!(Pattern::parse(&deep).is_ok());
    let many = format!("[{}a:b = 1]", "a:b = 1 OR ".repeat(10_000));
    assert!(refused(&many).0.contains("more comparisons than the limit of 10000"));
    assert!(
        refused(&" ".repeat((1 << 20) + 1))
            .0
            .contains("more than the limit of 1048576")
    );
}

#[test]
fn patterns_of_stix_20_are_read_and_written_as_21() {
    let old = "[a:b = 1] REPEATS 2 TIMES REPEATS 3 TIMES START '2026-01-01T00:00:00Z' STOP '2026-01-02T00:00:00Z'";
    let pattern = Pattern::parse_v20(old).unwrap();
    assert_eq!(
        pattern.canonical(),
        "([a:b = 1] REPEATS 2 TIMES) REPEATS 3 TIMES START t'2026-01-01T00:00:00Z' STOP t'2026-01-02T00:00:00Z'"
    );
    assert_eq!(Pattern::parse(&pattern.canonical()).unwrap(), pattern);
}
