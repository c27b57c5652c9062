//! Undoes and does defanging: the ways in which reports keep links from being clicked.
//!
//! | written | meant |
//! |---|---|
//! | `hxxp://`, `hxxps[:]//`, `meow://`, `fxp[://]` | `http://`, `https://`, `http://`, `ftp://` |
//! | `[.]`, `(.)`, `{.}`, `[dot]`, `(dot)`, `{dot}`, `\.`, also with a space on each side | `.` |
//! | `[@]`, `[at]`, `(at)`, `{at}`, also with a space on each side | `@` |
//! | `[:]`, `[://]`, `[/]` | `:`, `://`, `/` |
//!
//! Each is undone only between characters that make it part of a name, so that prose and code stay what they are.

use std::borrow::Cow;

/// A text after refanging and where something was undone in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refanged<'a> {
    /// The text; borrowed when nothing was undone.
    pub text: Cow<'a, str>,
    /// Byte offsets in [`Refanged::text`] of what was undone, ascending.
    pub marks: Vec<usize>,
}

/// Undoes defanging; gives the text itself where there is none.
pub fn refang(text: &str) -> Cow<'_, str> {
    refang_marked(text).text
}

/// Undoes defanging and says where.
pub fn refang_marked(text: &str) -> Refanged<'_> {
    let bytes = text.as_bytes();
    let mut out = String::new();
    let mut marks = Vec::new();
    let mut copied = 0;
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let found = match byte {
            b'[' | b'(' | b'{' => bracket(text, at, copied),
            b'h' | b'H' | b'f' | b'F' | b'm' | b'M' => scheme(text, at),
            b'\\' => backslash(text, at),
            _ => None,
        };
        let Some(undo) = found else {
            at += 1;
            continue;
        };
        if copied == 0 {
            out.reserve(text.len());
        }
        out.push_str(&text[copied..undo.from]);
        marks.push(out.len());
        out.push_str(undo.meant);
        copied = undo.to;
        at = undo.to;
    }
    if marks.is_empty() {
        return Refanged {
            text: Cow::Borrowed(text),
            marks,
        };
    }
    out.push_str(&text[copied..]);
    Refanged {
        text: Cow::Owned(out),
        marks,
    }
}

/// Replace `from..to` by what was meant.
struct Undo {
    from: usize,
    to: usize,
    meant: &'static str,
}

/// Longest text between brackets that can mean something: `[ dot ]`.
const LONGEST_INSIDE: usize = 6;

fn bracket(text: &str, at: usize, copied: usize) -> Option<Undo> {
    let bytes = text.as_bytes();
    let window = &bytes[at + 1..bytes.len().min(at + 2 + LONGEST_INSIDE)];
    let length = window.iter().position(|byte| matches!(byte, b']' | b')' | b'}'))?;
    let inside = text.get(at + 1..at + 1 + length)?.trim();
    let end = at + length + 2;
    // A space on either side belongs to the defanging only where letters follow it.
    let open = if at > copied && bytes[at - 1] == b' ' {
        at - 1
    } else {
        at
    };
    let close = if bytes.get(end) == Some(&b' ') { end + 1 } else { end };
    let before = |at: usize| text[..at].chars().next_back();
    let after = |at: usize| text.get(at..).and_then(|rest| rest.chars().next());
    let named =
        |letter: Option<char>| letter.is_some_and(|letter| letter.is_alphanumeric() || matches!(letter, '-' | '_'));
    let undo = |from, to, meant| Some(Undo { from, to, meant });
    match inside {
        "." if bytes[at] == b'(' => (named(before(at)) && named(after(end))).then_some(Undo {
            from: at,
            to: end,
            meant: ".",
        }),
        "." | "dot" | "DOT" | "Dot" | "d0t" => {
            if named(before(at)) && named(after(end)) {
                return undo(at, end, ".");
            }
            let spaced = open != at && close != end && named(before(open)) && named(after(close));
            spaced.then_some(Undo {
                from: open,
                to: close,
                meant: ".",
            })
        }
        "@" => {
            let sound = before(at).is_some_and(|letter| !letter.is_whitespace()) && named(after(end));
            sound.then_some(Undo {
                from: at,
                to: end,
                meant: "@",
            })
        }
        "at" | "AT" | "At" => {
            if named(before(at)) && named(after(end)) {
                return undo(at, end, "@");
            }
            let spaced = open != at && close != end && named(before(open)) && is_dotted(&text[close..]);
            spaced.then_some(Undo {
                from: open,
                to: close,
                meant: "@",
            })
        }
        ":" => {
            let rest = &text[end..];
            let starts =
                before(at).is_none_or(|letter| letter.is_alphanumeric() || letter.is_whitespace() || letter == '[');
            let goes_on = rest.starts_with("//")
                || rest.starts_with("\\\\")
                || rest.starts_with("[//]")
                || rest.starts_with(|letter: char| letter == ':' || letter.is_ascii_hexdigit());
            (starts && goes_on).then_some(Undo {
                from: at,
                to: end,
                meant: ":",
            })
        }
        "://" => before(at)
            .is_some_and(|letter| letter.is_ascii_alphabetic())
            .then_some(Undo {
                from: at,
                to: end,
                meant: "://",
            }),
        "//" => (before(at) == Some(':') || text[..at].ends_with("[:]")).then_some(Undo {
            from: at,
            to: end,
            meant: "//",
        }),
        "/" => (named(before(at)) && named(after(end))).then_some(Undo {
            from: at,
            to: end,
            meant: "/",
        }),
        _ => None,
    }
}

/// Whether the next word has a dot inside, plain or defanged: `example.com`, `example[.]com`, `example (dot) com`.
fn is_dotted(rest: &str) -> bool {
    let window = &rest.as_bytes()[..rest.len().min(128)];
    if !window.first().is_some_and(u8::is_ascii_alphanumeric) {
        return false;
    }
    let word = window.iter().position(u8::is_ascii_whitespace).unwrap_or(window.len());
    let inside = window[..word]
        .windows(2)
        .any(|pair| pair[0] == b'.' && pair[1].is_ascii_alphanumeric());
    let defanged = [&b"[.]"[..], b"(.)", b"{.}", b"[dot]", b"(dot)", b"{dot}"]
        .iter()
        .any(|mark| {
            window[..word].windows(mark.len()).any(|part| part == *mark) || starts_after_space(&window[word..], mark)
        });
    inside || defanged
}

fn starts_after_space(rest: &[u8], mark: &[u8]) -> bool {
    rest.first() == Some(&b' ') && rest[1..].starts_with(mark)
}

const SCHEMES: [(&str, &str); 12] = [
    ("hxxps", "https"),
    ("hxxp", "http"),
    ("hxtps", "https"),
    ("hxtp", "http"),
    ("htxps", "https"),
    ("htxp", "http"),
    ("h**ps", "https"),
    ("h**p", "http"),
    ("fxps", "ftps"),
    ("fxp", "ftp"),
    ("meows", "https"),
    ("meow", "http"),
];

fn scheme(text: &str, at: usize) -> Option<Undo> {
    let bytes = text.as_bytes();
    if at > 0 && bytes[at - 1].is_ascii_alphanumeric() {
        return None;
    }
    let starts = |bytes: &[u8], word: &str| {
        bytes
            .get(..word.len())
            .is_some_and(|head| head.eq_ignore_ascii_case(word.as_bytes()))
    };
    let (written, meant) = SCHEMES.iter().find(|(written, _)| starts(&bytes[at..], written))?;
    let to = at + written.len();
    let rest = &bytes[to..];
    let separators: [&[u8]; 6] = [b"://", b":\\\\", b"[:", b"(:", b"{:", b":["];
    separators
        .iter()
        .any(|separator| rest.starts_with(separator))
        .then_some(Undo { from: at, to, meant })
}

/// `\.` in a word that has no other backslash, as a path has.
fn backslash(text: &str, at: usize) -> Option<Undo> {
    const WINDOW: usize = 100;
    let bytes = text.as_bytes();
    if bytes.get(at + 1) != Some(&b'.')
        || !bytes.get(at + 2).is_some_and(u8::is_ascii_alphanumeric)
        || !(at > 0 && bytes[at - 1].is_ascii_alphanumeric())
    {
        return None;
    }
    let start = bytes[at.saturating_sub(WINDOW)..at]
        .iter()
        .rposition(u8::is_ascii_whitespace)
        .map_or(at.saturating_sub(WINDOW), |space| at.saturating_sub(WINDOW) + space + 1);
    let word = bytes[start..bytes.len().min(at + WINDOW)]
        .split(u8::is_ascii_whitespace)
        .next()
        .unwrap_or_default();
    let only_dots = word.windows(2).all(|pair| pair[0] != b'\\' || (pair[1] == b'.')) && word.last() != Some(&b'\\');
    only_dots.then_some(Undo {
        from: at,
        to: at + 2,
        meant: ".",
    })
}

/// Writes an address, name, URL or mailbox so that nobody clicks on it; [`refang`] gives it back.
pub fn defang(text: &str) -> String {
    let (scheme, rest) = match text.split_once("://") {
        Some((scheme, rest)) => (Some(scheme), rest),
        None => (None, text),
    };
    let mut out = String::with_capacity(text.len() + 8);
    if let Some(scheme) = scheme {
        let written = SCHEMES[..2]
            .iter()
            .chain(&SCHEMES[8..10])
            .find(|(_, meant)| *meant == scheme);
        out.push_str(written.map_or(scheme, |(written, _)| written));
        out.push_str("://");
    }
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (host, tail) = rest.split_at(end);
    let (local, host) = host.rfind('@').map_or(("", host), |sign| host.split_at(sign));
    out.push_str(local);
    let mut colon_done = host.matches(':').count() < 2;
    for letter in host.chars() {
        match letter {
            '.' => out.push_str("[.]"),
            '@' if scheme.is_none() => out.push_str("[@]"),
            ':' if !colon_done => {
                out.push_str("[:]");
                colon_done = true;
            }
            _ => out.push(letter),
        }
    }
    out.push_str(tail);
    out
}
