//! Texts inside rules.

use std::fmt::Write as _;

/// Bytes of one `content`; Suricata refuses more than 255.
const LONGEST: usize = 200;

/// The `content` keywords that together match exactly these bytes from the start of a buffer to its end.
///
/// `bsize` fixes the length, so nothing can stand before or after. A long text is cut into pieces that follow each
/// other without a gap.
pub(super) fn exact(text: &str, modifier: &str) -> String {
    let mut keywords = String::new();
    for (at, piece) in text.as_bytes().chunks(LONGEST).enumerate() {
        let place = if at == 0 {
            "startswith;".to_owned()
        } else {
            format!("distance:0; within:{};", piece.len())
        };
        let _ = write!(keywords, "content:\"{}\";{modifier} {place} ", escaped(piece));
    }
    let _ = write!(keywords, "bsize:{};", text.len());
    keywords
}

/// A name and all names below it: a dot is put before the buffer, so the match begins at a label.
pub(super) fn name_and_below(name: &str, modifier: &str) -> String {
    let dotted = format!(".{name}");
    match dotted.as_bytes() {
        short if short.len() <= LONGEST => {
            format!("dotprefix; content:\"{}\";{modifier} endswith;", escaped(short))
        }
        // A name has at most 253 characters, so two pieces are enough.
        long => {
            let (first, second) = long.split_at(LONGEST);
            format!(
                "dotprefix; content:\"{}\";{modifier} content:\"{}\";{modifier} distance:0; within:{}; endswith;",
                escaped(first),
                escaped(second),
                second.len()
            )
        }
    }
}

/// Bytes that mean something in a rule, and all that are not plain ASCII, as `|hex|`.
fn escaped(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    let mut open = false;
    for byte in bytes {
        let plain = byte.is_ascii_graphic() && !matches!(byte, b'|' | b'"' | b';' | b':' | b'\\');
        if plain == open {
            text.push('|');
            open = !open;
        } else if !plain {
            text.push(' ');
        }
        if plain {
            text.push(char::from(*byte));
        } else {
            let _ = write!(text, "{byte:02X}");
        }
    }
    if open {
        text.push('|');
    }
    text
}

/// A text for `msg`, in which three signs take a backslash.
pub(super) fn message(text: &str) -> String {
    let text = super::super::plain::note(text, 160);
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        if matches!(letter, ';' | '"' | '\\' | ':') {
            safe.push('\\');
        }
        safe.push(letter);
    }
    safe
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{escaped, exact, message, name_and_below};

    fn read_back(text: &str) -> Vec<u8> {
        let parts = text.split('|').enumerate();
        parts
            .flat_map(|(at, part)| match at % 2 {
                0 => part.as_bytes().to_vec(),
                _ => part
                    .split(' ')
                    .map(|hex| u8::from_str_radix(hex, 16).unwrap())
                    .collect(),
            })
            .collect()
    }

    #[test]
    fn signs_with_a_meaning_become_bytes() {
        assert_eq!(escaped(br#"/a;b"c|d\e:f g"#), "/a|3B|b|22|c|7C|d|5C|e|3A|f|20|g");
        assert_eq!(escaped("ä;".as_bytes()), "|C3 A4 3B|");
        assert_eq!(exact("/x", " nocase;"), r#"content:"/x"; nocase; startswith; bsize:2;"#);
        assert_eq!(
            name_and_below("evil.example", " nocase;"),
            r#"dotprefix; content:".evil.example"; nocase; endswith;"#
        );
        assert_eq!(message("a;b"), r"a\;b");
    }

    proptest! {
        #[test]
        fn contents_read_back_as_they_were(bytes in prop::collection::vec(any::<u8>(), 0..80)) {
            let text = escaped(&bytes);
            prop_assert!(!text.contains(['"', ';', '\\', ':', '\n']));
            prop_assert_eq!(read_back(&text), bytes);
        }

        #[test]
        fn long_texts_are_cut_into_pieces_that_follow_each_other(length in 1..1_000_usize) {
            let rule = exact(&"a".repeat(length), "");
            let pieces: Vec<usize> = rule.split("content:\"").skip(1).map(|piece| piece.find('"').unwrap()).collect();
            prop_assert_eq!(pieces.iter().sum::<usize>(), length);
            prop_assert!(pieces.iter().all(|piece| *piece <= 255));
            let bsize = format!("bsize:{length};");
            prop_assert!(rule.ends_with(&bsize));
        }
    }
}
