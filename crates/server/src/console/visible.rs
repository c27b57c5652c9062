//! How texts of others are written into pages: escaped, and with nothing in them that works without being seen.
//!
//! Control characters mean nothing on a page, and marks that turn the direction of writing around make a text read as what
//! it is not ("exe.pdf" for what ends in .exe). Both are shown by their numbers instead. What writing from right to left
//! itself needs is left alone.

use std::fmt::{self, Write};

use askama::filters::{Escaper, Html};

/// The escaper of all pages, see `askama.toml`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Visible;

impl Escaper for Visible {
    fn write_escaped_str<W: Write>(&self, mut dest: W, string: &str) -> fmt::Result {
        let mut rest = string;
        while let Some((at, odd)) = rest.char_indices().find(|(_, one)| is_unseen(*one)) {
            Html.write_escaped_str(&mut dest, &rest[..at])?;
            write!(dest, "\u{27e8}U+{:04X}\u{27e9}", u32::from(odd))?;
            rest = &rest[at + odd.len_utf8()..];
        }
        Html.write_escaped_str(dest, rest)
    }
}

/// Whether a character does something to a page without being seen there.
const fn is_unseen(one: char) -> bool {
    match one {
        '\t' | '\n' | '\r' => false,
        '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}' => true,
        // Embeddings, overrides and isolates (Unicode Standard Annex 9), and the mark of the order of bytes.
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}' => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use askama::filters::Escaper as _;

    use super::Visible;

    fn written(text: &str) -> String {
        let mut out = String::new();
        Visible.write_escaped_str(&mut out, text).unwrap();
        out
    }

    #[test]
    fn what_turns_the_writing_around_is_shown_and_writing_itself_is_not_touched() {
        assert_eq!(written("a\u{202e}fdp.exe"), "a⟨U+202E⟩fdp.exe");
        assert_eq!(written("<b>\0\u{1b}[31m"), "&#60;b&#62;⟨U+0000⟩⟨U+001B⟩[31m");
        for plain in ["", "line\nline\ttab", "Grüße, 水道, \u{5de}\u{5d9}\u{5dd}\u{200f}, 🚰"] {
            assert_eq!(written(plain), plain);
        }
    }
}
