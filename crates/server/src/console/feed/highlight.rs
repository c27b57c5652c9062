//! Rules and patterns with their parts told apart: a text in pieces, each of one kind. The template escapes every piece.

/// What a piece is, as the class of the style sheet; empty: nothing of note.
pub(super) struct Piece {
    pub class: &'static str,
    pub text: String,
}

const WORD: &str = "hk";
const TEXT: &str = "ht";
const REMARK: &str = "hr";
const NUMBER: &str = "hn";
/// Bytes of a text that is told apart; what is longer stays plain.
const MOST: usize = 64 << 10;

/// How a language of rules is written.
struct Tongue {
    /// What begins a remark that ends with the line.
    remarks: &'static [&'static str],
    /// Whether there are remarks between `/*` and `*/`.
    has_blocks: bool,
    /// What stands around texts.
    quotes: &'static [char],
    /// Words that mean something.
    words: &'static [&'static str],
    /// What makes the word before it one that means something.
    after_words: &'static [char],
}

const PLAIN: Tongue = Tongue {
    remarks: &["#"],
    has_blocks: false,
    quotes: &[],
    words: &[],
    after_words: &[],
};

fn tongue(format: &str) -> Tongue {
    match format {
        "stix" => Tongue {
            remarks: &[],
            quotes: &['\''],
            words: &[
                "AND",
                "OR",
                "NOT",
                "FOLLOWEDBY",
                "WITHIN",
                "REPEATS",
                "START",
                "STOP",
                "SECONDS",
                "TIMES",
                "IN",
                "LIKE",
                "MATCHES",
                "ISSUBSET",
                "ISSUPERSET",
                "EXISTS",
            ],
            ..PLAIN
        },
        "suricata" | "suricata-rules" | "snort" => Tongue {
            quotes: &['"'],
            words: &[
                "alert", "drop", "reject", "pass", "tcp", "udp", "icmp", "ip", "http", "tls", "dns", "smtp", "any",
            ],
            after_words: &[':', ';'],
            ..PLAIN
        },
        "zeek" | "zeek-intel" => Tongue {
            quotes: &['"'],
            after_words: &[':'],
            ..PLAIN
        },
        "sigma" => Tongue {
            quotes: &['"', '\''],
            words: &["and", "or", "not", "of", "them", "all", "true", "false", "null"],
            after_words: &[':'],
            ..PLAIN
        },
        "yara" => Tongue {
            remarks: &["//"],
            has_blocks: true,
            quotes: &['"'],
            words: &[
                "rule",
                "meta",
                "strings",
                "condition",
                "import",
                "include",
                "private",
                "global",
                "and",
                "or",
                "not",
                "any",
                "all",
                "of",
                "them",
                "for",
                "in",
                "at",
                "true",
                "false",
                "filesize",
                "entrypoint",
                "ascii",
                "wide",
                "nocase",
                "fullword",
                "xor",
                "base64",
                "uint8",
                "uint16",
                "uint32",
                "contains",
                "matches",
            ],
            ..PLAIN
        },
        _ => PLAIN,
    }
}

/// A text of a format in pieces; together they are the text.
pub(super) fn pieces(format: &str, text: &str) -> Vec<Piece> {
    let mut pieces = Pieces(Vec::new());
    let mut rest = text;
    let tongue = if text.len() > MOST { PLAIN } else { tongue(format) };
    while !rest.is_empty() {
        let (class, end) = next(&tongue, rest);
        let end = end.max(rest.chars().next().map_or(1, char::len_utf8)).min(rest.len());
        let (piece, after) = rest.split_at(end);
        pieces.put(class, piece);
        rest = after;
    }
    pieces.0
}

struct Pieces(Vec<Piece>);

impl Pieces {
    fn put(&mut self, class: &'static str, text: &str) {
        match self.0.last_mut().filter(|last| last.class == class) {
            Some(last) => last.text.push_str(text),
            None => self.0.push(Piece {
                class,
                text: text.to_owned(),
            }),
        }
    }
}

/// What a text begins with, and where that ends.
fn next(tongue: &Tongue, rest: &str) -> (&'static str, usize) {
    let line = rest.find('\n').unwrap_or(rest.len());
    if tongue.remarks.iter().any(|begin| rest.starts_with(begin)) {
        return (REMARK, line);
    }
    if tongue.has_blocks && rest.starts_with("/*") {
        return (REMARK, rest.find("*/").map_or(rest.len(), |end| end + 2));
    }
    let Some(first) = rest.chars().next() else {
        return ("", 0);
    };
    if tongue.quotes.contains(&first) {
        return (TEXT, quoted(rest.get(..line).unwrap_or(rest), first));
    }
    if !(first.is_alphanumeric() || first == '_' || first == '$') {
        return ("", first.len_utf8());
    }
    let is_part = |one: char| one.is_alphanumeric() || matches!(one, '_' | '$' | '-' | '.');
    let end = rest.find(|one: char| !is_part(one)).unwrap_or(rest.len());
    let (word, after) = rest.split_at(end);
    let means = tongue.words.contains(&word) || tongue.after_words.iter().any(|sign| after.starts_with(*sign));
    let is_plain = tongue.words.is_empty() && tongue.after_words.is_empty();
    let is_digits = || word.bytes().all(|one| one.is_ascii_digit() || one == b'.');
    let is_number = !is_plain && (is_digits() || word.starts_with("0x"));
    match (means, is_number) {
        (_, true) => (NUMBER, end),
        (true, false) => (WORD, end),
        (false, false) => ("", end),
    }
}

/// Where a text between quotes ends; a line that ends before does too.
fn quoted(line: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, one) in line.char_indices().skip(1) {
        match one {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            one if one == quote => return at + one.len_utf8(),
            _ => {}
        }
    }
    line.len()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn told(format: &str, text: &str) -> Vec<(&'static str, String)> {
        let pieces = pieces(format, text).into_iter();
        pieces
            .filter(|piece| !piece.class.is_empty())
            .map(|piece| (piece.class, piece.text))
            .collect()
    }

    #[test]
    fn parts_of_rules_are_told_apart() {
        let owned = |all: &[(&'static str, &str)]| {
            all.iter()
                .map(|(class, text)| (*class, (*text).to_owned()))
                .collect::<Vec<_>>()
        };
        assert_eq!(
            told("suricata", "# why\nalert tcp any (msg:\"a \\\" b\"; sid:7;)"),
            owned(&[
                (REMARK, "# why"),
                (WORD, "alert"),
                (WORD, "tcp"),
                (WORD, "any"),
                (WORD, "msg"),
                (TEXT, "\"a \\\" b\""),
                (WORD, "sid"),
                (NUMBER, "7")
            ])
        );
        assert_eq!(
            told("yara", "rule a { /* x */ condition: 0x10 of them // y"),
            owned(&[
                (WORD, "rule"),
                (REMARK, "/* x */"),
                (WORD, "condition"),
                (NUMBER, "0x10"),
                (WORD, "of"),
                (WORD, "them"),
                (REMARK, "// y")
            ])
        );
        assert_eq!(
            told("sigma", "title: A # b\nlevel: 'high'"),
            owned(&[(WORD, "title"), (REMARK, "# b"), (WORD, "level"), (TEXT, "'high'")])
        );
        assert_eq!(
            told("stix", "[file:name = 'a' AND file:size > 5]"),
            owned(&[(TEXT, "'a'"), (WORD, "AND"), (NUMBER, "5")])
        );
        assert!(told("hosts", "\"<b>\" 192.0.2.1 a:").is_empty());
    }

    proptest! {
        #[test]
        fn together_the_pieces_are_the_text(
            text in "([a-zé:$#/*\"'\\\\\n 0-9.]|//|/\\*|\\*/){0,60}",
            format in prop::sample::select(vec!["stix", "suricata", "zeek", "sigma", "yara", "list"]),
        ) {
            let joined: String = pieces(format, &text).into_iter().map(|piece| piece.text).collect();
            prop_assert_eq!(joined, text);
        }
    }
}
