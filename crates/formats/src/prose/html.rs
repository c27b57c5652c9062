//! Web pages: takes the tags off and reads what is left as text. Nothing is run or fetched.

use stix::Problem;

use super::report;
use crate::{ReadOptions, Sink};

/// Elements whose content is not the text of the page.
const DROPPED: [&str; 9] = [
    "script", "style", "noscript", "template", "svg", "nav", "footer", "iframe", "object",
];

/// Elements that stand in a line; all others begin a new one.
const INLINE: [&str; 22] = [
    "a", "abbr", "b", "bdi", "cite", "code", "del", "em", "font", "i", "ins", "kbd", "mark", "q", "s", "small", "span",
    "strong", "sub", "sup", "u", "wbr",
];

/// Reads a page as a report.
pub fn read(page: &str, options: &ReadOptions, sink: &mut dyn Sink) -> Result<(), Problem> {
    let (title, text) = strip(page);
    report::read(title.as_deref(), &text, options, sink)
}

/// The title and the text of a page.
pub fn strip(page: &str) -> (Option<String>, String) {
    let mut text = String::with_capacity(page.len() / 2);
    let mut title = None;
    let mut title_start = None;
    let mut dropped: Option<(&str, usize)> = None;
    let mut rest = page;
    while let Some(open) = rest.find('<') {
        if dropped.is_none() {
            decode(&rest[..open], &mut text);
        }
        rest = &rest[open..];
        if let Some(comment) = rest.strip_prefix("<!--") {
            rest = comment.find("-->").map_or("", |end| &comment[end + 3..]);
            continue;
        }
        let Some(tag) = Tag::read(rest) else {
            if dropped.is_none() {
                text.push('<');
            }
            rest = &rest[1..];
            continue;
        };
        rest = &rest[tag.length..];
        if let Some((name, depth)) = dropped {
            dropped = match (tag.name == name, tag.closing) {
                (true, true) if depth == 1 => None,
                (true, true) => Some((name, depth - 1)),
                (true, false) if !tag.empty => Some((name, depth + 1)),
                _ => dropped,
            };
            continue;
        }
        if !tag.closing && !tag.empty {
            dropped = DROPPED.iter().find(|name| **name == tag.name).map(|name| (*name, 1));
        }
        match (tag.name.as_str(), tag.closing, title_start) {
            ("title", false, _) if title.is_none() => {
                text.push('\n');
                title_start = Some(text.len());
            }
            ("title", true, Some(start)) => {
                title = text.get(start..).map(|title| title.trim().to_owned());
                text.push('\n');
                title_start = None;
            }
            ("td" | "th", ..) => text.push(' '),
            ("h1" | "h2" | "h3" | "h4", false, _) => text.push_str("\n# "),
            (name, ..) if !INLINE.contains(&name) => text.push('\n'),
            _ => {}
        }
    }
    if dropped.is_none() {
        decode(rest, &mut text);
    }
    (title.filter(|title| !title.is_empty()), tidy(&text))
}

/// One tag as it stands in the page.
struct Tag {
    name: String,
    closing: bool,
    empty: bool,
    length: usize,
}

impl Tag {
    fn read(text: &str) -> Option<Self> {
        let inside = &text[1..];
        let closing = inside.starts_with('/');
        let inside = inside.strip_prefix('/').unwrap_or(inside);
        if !inside.starts_with(|letter: char| letter.is_ascii_alphabetic() || matches!(letter, '!' | '?')) {
            return None;
        }
        let name: String = inside
            .chars()
            .take_while(|letter| !letter.is_whitespace() && !matches!(letter, '>' | '/'))
            .take(32)
            .collect::<String>()
            .to_ascii_lowercase();
        let mut quote = None;
        for (at, byte) in text.bytes().enumerate().take(64 << 10) {
            match (quote, byte) {
                (None, b'>') => {
                    return Some(Self {
                        name,
                        closing,
                        empty: text.as_bytes()[at - 1] == b'/',
                        length: at + 1,
                    });
                }
                // Another tag begins: this was none. Also keeps a page of nothing but brackets from being read over and over.
                (None, b'<') if at > 0 => return None,
                (None, b'"' | b'\'') => quote = Some(byte),
                (Some(open), _) if open == byte => quote = None,
                _ => {}
            }
        }
        None
    }
}

/// Appends text with its character references written out.
fn decode(text: &str, out: &mut String) {
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let end = rest.bytes().take(12).position(|byte| byte == b';');
        match end.and_then(|end| Some((end, reference(&rest[1..end])?))) {
            Some((end, letter)) => {
                out.push(letter);
                rest = &rest[end + 1..];
            }
            None => {
                out.push('&');
                rest = &rest[1..];
            }
        }
    }
    out.push_str(rest);
}

fn reference(name: &str) -> Option<char> {
    if let Some(number) = name.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(digits) => u32::from_str_radix(digits, 16).ok()?,
            None => number.parse().ok()?,
        };
        return char::from_u32(code).filter(|letter| *letter != '\0');
    }
    Some(match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" | "lsquo" | "rsquo" => '\'',
        "nbsp" | "ensp" | "emsp" | "thinsp" => ' ',
        "period" => '.',
        "colon" => ':',
        "commat" => '@',
        "sol" => '/',
        "lbrack" | "lsqb" => '[',
        "rbrack" | "rsqb" => ']',
        "lpar" => '(',
        "rpar" => ')',
        "ndash" => '–',
        "mdash" => '—',
        "hellip" => '…',
        "ldquo" | "rdquo" => '"',
        "shy" | "zwnj" => '\u{ad}',
        _ => return None,
    })
}

/// Runs of blank lines become one; invisible letters, which hide inside of values, go.
fn tidy(text: &str) -> String {
    let mut tidy = String::with_capacity(text.len());
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        tidy.extend(
            line.chars()
                .filter(|letter| !matches!(letter, '\u{ad}' | '\u{200b}'..='\u{200d}' | '\u{feff}')),
        );
        tidy.push('\n');
    }
    tidy
}
