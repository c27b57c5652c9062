//! Values that the width of a page broke over two lines or more: made whole again before the text is read. Pure.
//!
//! | value | joined | not joined |
//! |---|---|---|
//! | number of a vulnerability | `CVE-2024-` and `3094` | one that is whole already, whatever stands below it |
//! | hash | pieces that are no hash and make one together | two hashes, a column of short numbers |
//! | defanged name, address or URL | where it ends in the middle of its marks, or goes on with one | a whole one and the word below it |
//!
//! Two things made one are worse than one that is missed: so what could be either stays as it is.

use crate::prose::domains;

/// Hexadecimal digits of the hashes that reports name.
const HASHES: [usize; 5] = [32, 40, 64, 96, 128];
/// The shortest beginning of a hash that is believed: shorter ones are words and numbers.
const HASH_BEGINS: usize = 16;
/// Lines that one hash may take.
const HASH_LINES: usize = 8;
/// Dots as authors write them so that nothing can be clicked on.
const DOTS: [&str; 7] = ["[.]", "(.)", "{.}", "[dot]", "(dot)", "{dot}", "[DOT]"];
/// Punctuation that follows a value and is no part of it.
const AFTER: [char; 9] = ['.', ',', ';', ':', ')', ']', '"', '\'', '”'];

/// The text with values made whole.
pub(super) fn joined(text: &str) -> String {
    let lines: Vec<&str> = text.split('\n').collect();
    let mut out = String::with_capacity(text.len());
    let mut line = String::new();
    let mut at = 0;
    while let Some(first) = lines.get(at) {
        line.clear();
        line.push_str(first);
        at += 1;
        loop {
            let many = follows(&line, lines.get(at..).unwrap_or_default());
            if many == 0 {
                break;
            }
            for piece in lines.iter().skip(at).take(many) {
                // A soft hyphen is there only because the line ends.
                line.truncate(line.trim_end_matches([' ', '\t', '\r', '\u{ad}']).len());
                line.push_str(piece.trim_start());
            }
            at += many;
        }
        out.push_str(&line);
        if at < lines.len() {
            out.push('\n');
        }
    }
    out
}

/// How many of the next lines go on with what a line ends with.
fn follows(line: &str, next: &[&str]) -> usize {
    let tail = line.split_whitespace().next_back().unwrap_or_default();
    let tail = tail.trim_end_matches('\u{ad}');
    let Some(head) = next.first().and_then(|line| line.split_whitespace().next()) else {
        return 0;
    };
    if tail.is_empty() {
        return 0;
    }
    match is_number(tail, head) || is_defanged(tail, head) {
        true => 1,
        false => hash(tail, next),
    }
}

/// Whether the two are the number of a vulnerability, `CVE-2024-3094`.
fn is_number(tail: &str, head: &str) -> bool {
    let Some(at) = tail.to_ascii_uppercase().rfind("CVE") else {
        return false;
    };
    let begins = tail.get(at..).unwrap_or_default();
    let whole = |text: &str| {
        let mut parts = text.splitn(3, '-');
        let digits = |part: Option<&str>, many: std::ops::RangeInclusive<usize>| {
            part.is_some_and(|part| many.contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit()))
        };
        parts.next().is_some_and(|part| part.eq_ignore_ascii_case("CVE"))
            && digits(parts.next(), 4..=4)
            && digits(parts.next(), 4..=7)
    };
    if whole(begins) || !head.starts_with(|first: char| first.is_ascii_digit() || first == '-') {
        return false;
    }
    let head = head.trim_end_matches(AFTER);
    whole(&format!("{begins}{head}"))
}

/// Hexadecimal digits at the end of a piece of text, where they begin with it or after punctuation.
fn digits_at_end(text: &str) -> &str {
    let many = text.bytes().rev().take_while(u8::is_ascii_hexdigit).count();
    let (before, digits) = text.split_at(text.len() - many);
    match before.ends_with(|last: char| last.is_alphanumeric()) {
        true => "",
        false => digits,
    }
}

/// How many lines the rest of a hash takes.
fn hash(tail: &str, next: &[&str]) -> usize {
    let begins = digits_at_end(tail);
    if begins.len() < HASH_BEGINS {
        return 0;
    }
    let mut whole = begins.len();
    let mut has_digit = begins.bytes().any(|byte| byte.is_ascii_digit());
    for (number, line) in next.iter().take(HASH_LINES).enumerate() {
        let mut words = line.split_whitespace();
        let head = words.next().unwrap_or_default().trim_end_matches(AFTER);
        let is_alone = words.next().is_none();
        if head.is_empty() || !head.bytes().all(|byte| byte.is_ascii_hexdigit()) || HASHES.contains(&head.len()) {
            return 0;
        }
        whole += head.len();
        has_digit |= head.bytes().any(|byte| byte.is_ascii_digit());
        if HASHES.contains(&whole) {
            // A whole hash above a short number stays one; above the exact rest of a longer hash it was never one.
            let was_whole = HASHES.contains(&begins.len()) && head.len() < HASH_BEGINS;
            // Numbers of sixteen digits are many things, and stand in columns.
            let is_column = begins.len() == HASH_BEGINS && head.len() == HASH_BEGINS;
            return if has_digit && !was_whole && !is_column {
                number + 1
            } else {
                0
            };
        }
        // It goes on below: then it has its lines to itself.
        if !is_alone || whole > 128 {
            return 0;
        }
    }
    0
}

/// Whether the two are one name, address or URL that was defanged.
fn is_defanged(tail: &str, head: &str) -> bool {
    let lower = tail.to_ascii_lowercase();
    let goes_on = head.starts_with(|first: char| first.is_ascii_lowercase() || first.is_ascii_digit());
    // In the middle of a mark: `evil[` and `.]example`.
    for dot in DOTS {
        for cut in 1..dot.len() {
            let (begins, ends) = dot.split_at(cut);
            let before = tail.strip_suffix(begins).unwrap_or_default();
            let after = head.strip_prefix(ends).unwrap_or_default();
            if is_inside(before) && after.starts_with(|first: char| first.is_ascii_alphanumeric()) {
                return true;
            }
        }
        // Before or after one.
        if goes_on && tail.strip_suffix(dot).is_some_and(is_inside) {
            return true;
        }
        let after = head.strip_prefix(dot).unwrap_or_default();
        if is_inside(tail) && after.starts_with(|first: char| first.is_ascii_alphanumeric()) {
            return true;
        }
    }
    let is_scheme = ["hxxp", "hxxps", "hxxp[:]//", "hxxps[:]//", "hxxp://", "hxxps://"].contains(&lower.as_str());
    if is_scheme {
        let rest = head.starts_with("://") || head.starts_with("[:]//");
        return rest || (lower.ends_with("//") && goes_on);
    }
    (is_url(&lower) && is_rest_of_url(tail, head)) || is_broken_ending(tail, head)
}

/// Whether a defanged name ends with what is no top-level domain, and does with the word below it: `evil[.]exam`, `ple`.
fn is_broken_ending(tail: &str, head: &str) -> bool {
    let Some(dot) = DOTS.iter().find(|dot| tail.contains(**dot)) else {
        return false;
    };
    let head = head.trim_end_matches(AFTER);
    let name = tail.replace(dot, ".");
    let name = name.rsplit("//").next().unwrap_or_default().to_ascii_lowercase();
    let is_name = |letter: char| letter.is_ascii_alphanumeric() || ".-".contains(letter);
    let whole = format!("{name}{head}");
    let ends = |name: &str| {
        name.rsplit('.')
            .next()
            .is_some_and(|last| last.bytes().all(|byte| byte.is_ascii_lowercase()))
    };
    is_inside(&name)
        && name.chars().all(is_name)
        && ends(&whole)
        && !domains::is_plausible(&name, &name)
        && domains::is_plausible(&whole, &whole)
}

/// Whether a name or an address may go on after this.
fn is_inside(text: &str) -> bool {
    text.ends_with(|last: char| last.is_ascii_alphanumeric())
}

fn is_url(lower: &str) -> bool {
    let is_marked = DOTS.iter().any(|dot| lower.contains(&dot.to_ascii_lowercase()));
    lower.starts_with("hxxp") || (is_marked && lower.contains('/'))
}

/// Whether a URL that ends with a sign that joins goes on with a word that can be nothing else.
fn is_rest_of_url(tail: &str, head: &str) -> bool {
    if !tail.ends_with(['/', '=', '&', '_', '%']) || tail.ends_with("//") {
        return false;
    }
    let head = head.trim_end_matches(AFTER);
    let is_part = |letter: char| letter.is_ascii_alphanumeric() || "-._~/?=&%+".contains(letter);
    let is_value = head.starts_with("www.")
        || stix::observable::guess(head).is_some_and(|found| found.kind != stix::observable::Kind::FileName);
    let inside = head.trim_matches(|letter: char| !letter.is_ascii_alphanumeric());
    let joins = |letter: char| {
        if tail.ends_with('/') {
            "?=%".contains(letter)
        } else {
            letter.is_ascii_digit() || "?=&%/".contains(letter)
        }
    };
    let is_file = head.rsplit_once('.').is_some_and(|(name, ending)| {
        !name.is_empty()
            && (2..=5).contains(&ending.len())
            && ending
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
    });
    head.chars().all(is_part) && !is_value && (inside.contains(joins) || is_file)
}

#[cfg(test)]
mod tests {
    use super::joined;

    const SHA256: &str = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

    #[test]
    fn what_the_width_of_a_page_broke_is_made_whole() {
        let (begin, end) = SHA256.split_at(52);
        let long = format!("{SHA256}{SHA256}");
        for (broken, whole) in [
            ("fixed in (CVE-2024-\n3094) and", "fixed in (CVE-2024-3094) and"),
            ("CVE-\n2024-3094, later", "CVE-2024-3094, later"),
            ("see CVE-2024-30\n94.", "see CVE-2024-3094."),
            ("see CVE\n-2024-3094", "see CVE-2024-3094"),
            (
                &format!("SHA256: {begin}\n{end} dropper"),
                &format!("SHA256: {SHA256} dropper"),
            ),
            (&format!("{begin}\u{ad}\n  {end}"), SHA256),
            (&format!("{}\n{}", &SHA256[..40], &SHA256[40..]), SHA256),
            (&format!("{}\n{}\n{}", &long[..50], &long[50..100], &long[100..]), &long),
            ("evil[.]\nexample.", "evil[.]example."),
            ("evil\n[.]example", "evil[.]example"),
            ("192[.]0[.\n]2[.]1", "192[.]0[.]2[.]1"),
            ("192[.]0[.]2[.]\n14 was", "192[.]0[.]2[.]14 was"),
            ("hxxps://\nevil[.]example/a", "hxxps://evil[.]example/a"),
            (
                "hxxps://evil[.]example/\ngate.php?id=1",
                "hxxps://evil[.]example/gate.php?id=1",
            ),
            ("hxxps://evil[.]exam\nple, then", "hxxps://evil[.]example, then"),
            ("evil[.]example/a?id=\n77a", "evil[.]example/a?id=77a"),
        ] {
            assert_eq!(joined(broken), whole, "{broken:?}");
        }
    }

    #[test]
    fn what_stands_below_a_whole_value_stays_apart() {
        let (md5, sha1) = (&SHA256[..32], &SHA256[..40]);
        for apart in [
            "CVE-2024-3094\n12 systems",
            "CVE-2024-\nsomething",
            "CVE-2024\n3094",
            "the CVE\n2024 was a year",
            &format!("{md5}\n{md5}"),
            &format!("{md5}\n{}", &SHA256[..8]),
            &format!("{sha1}\n{sha1}"),
            &format!("{SHA256}\n{SHA256}"),
            "0123456789abcdef\nfedcba9876543210\n0123456789abcdef",
            &format!("{}\nadded here", &SHA256[..52]),
            &format!("x{}\n{}", &SHA256[..52], &SHA256[52..]),
            "evil[.]example\nexample.org",
            "evil[.]example\nevil[.]example",
            "hxxps://evil[.]example/\nThis was seen",
            "hxxps://evil[.]example/\nand/or",
            "hxxps://evil[.]example/\n2024 was",
            "hxxps://evil[.]example/\nother.example",
            "hxxps://evil[.]example/\n192.0.2.1",
            "a word-\nbroken",
            "evil[.]co\nm and",
            "evil[.]nosuchend\nthing",
            "",
            "\n\n",
        ] {
            assert_eq!(joined(apart), apart, "{apart:?}");
        }
    }
}
