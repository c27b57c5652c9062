//! Tokens: the runs of letters, digits, dots, hyphens and underscores that a line is made of.
//!
//! Every value leaves at least one token in every line that holds it: an address or a hash is one, a domain name is one
//! and so is each name below it, a URL leaves its host, a path its file name. Bytes beyond ASCII belong to tokens, so that names
//! in other scripts stay whole. Dots, hyphens and underscores at either end do not belong to it: they end sentences.

use std::net::Ipv4Addr;
use std::ops::Range;

use stix::observable::address_of_host;

use crate::key::TAIL;

const TOKEN: u8 = 1;
const EDGE: u8 = 2;
const HEX: u8 = 4;

/// What each byte is.
const CLASS: [u8; 256] = classes();

const fn classes() -> [u8; 256] {
    let mut class = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        let is_edge = matches!(byte as u8, b'.' | b'-' | b'_');
        let is_word = (byte as u8).is_ascii_alphanumeric() || byte >= 0x80;
        if is_edge {
            class[byte] = TOKEN | EDGE;
        } else if is_word {
            class[byte] = TOKEN;
        }
        if (byte as u8).is_ascii_hexdigit() {
            class[byte] |= HEX;
        }
        byte += 1;
    }
    class
}

/// Whether a byte belongs to a token.
pub(crate) const fn is_token(byte: u8) -> bool {
    CLASS[byte as usize] & TOKEN != 0
}

/// Whether a byte at the end of a token does not belong to it.
pub(crate) fn is_edge(byte: u8) -> bool {
    CLASS[usize::from(byte)] & EDGE != 0
}

/// Whether a byte is a letter or digit, or part of a letter beyond ASCII.
pub(crate) fn is_word(byte: u8) -> bool {
    is_token(byte) && !is_edge(byte)
}

/// Takes off what does not belong to a token at its ends.
pub(crate) fn trimmed(text: &[u8], mut range: Range<usize>) -> Range<usize> {
    while range.start < range.end && is_edge(text[range.start]) {
        range.start += 1;
    }
    while range.start < range.end && is_edge(text[range.end - 1]) {
        range.end -= 1;
    }
    range
}

/// The tokens of a text, trimmed, none of them empty.
pub(crate) fn tokens(text: &[u8]) -> impl Iterator<Item = Range<usize>> + '_ {
    let mut at = 0;
    std::iter::from_fn(move || {
        loop {
            let start = at + text[at..].iter().position(|byte| is_token(*byte))?;
            let length = text[start..].iter().position(|byte| !is_token(*byte));
            at = length.map_or(text.len(), |length| start + length);
            let range = trimmed(text, start..at);
            if !range.is_empty() {
                return Some(range);
            }
        }
    })
}

/// The runs of hexadecimal digits and colons that hold a colon between two of them: IPv6 and MAC addresses,
/// fingerprints with colons.
pub(crate) fn colon_runs(text: &[u8]) -> impl Iterator<Item = Range<usize>> + '_ {
    let mut at = 0;
    let belongs = |byte: u8| byte == b':' || CLASS[usize::from(byte)] & HEX != 0;
    std::iter::from_fn(move || {
        loop {
            let start = at + text[at..].iter().position(|byte| belongs(*byte))?;
            let length = text[start..].iter().position(|byte| !belongs(*byte));
            at = length.map_or(text.len(), |length| start + length);
            let inner = &text[(start + 1).min(at)..at.saturating_sub(1).max((start + 1).min(at))];
            if inner.contains(&b':') {
                return Some(start..at);
            }
        }
    })
}

/// The forms in which a run with colons may be an address: as it is, without a colon at its end, which ends a sentence,
/// and without what stands before its first colon, which may be the end of a word.
pub(crate) fn colon_forms(run: &str) -> impl Iterator<Item = &str> {
    let without_end = run.strip_suffix(':').unwrap_or(run);
    let behind = |text: &str| text.split_once(':').map(|(_, rest)| rest.len());
    let later = behind(run).map(|length| &run[run.len() - length..]);
    let later_without_end = behind(without_end).map(|length| &without_end[without_end.len() - length..]);
    [Some(run), Some(without_end), later, later_without_end]
        .into_iter()
        .flatten()
}

/// The byte that a percent sign and two digits stand for.
pub(crate) fn percent_code(text: &[u8], percent: usize) -> Option<u8> {
    let digit = |at: usize| text.get(at).and_then(|byte| char::from(*byte).to_digit(16));
    let (high, low) = (digit(percent + 1)?, digit(percent + 2)?);
    u8::try_from(high << 4 | low).ok()
}

/// The address that the host of a URL means, where it is written in numbers in an unusual way (`http://3221225985/`):
/// `colon` is that of `://`, which JSON may write as `:\/\/`.
pub(crate) fn numbered_host(text: &[u8], colon: usize) -> Option<Ipv4Addr> {
    /// Twelve octal digits for each of four numbers is more than anybody needs.
    const LONGEST: usize = 64;
    /// A user may stand before it, to mislead.
    const LONGEST_WITH_USER: usize = 256;
    let after = text.get(colon + 1..)?;
    let rest = after.strip_prefix(b"//").or_else(|| after.strip_prefix(br"\/\/"))?;
    let rest = &rest[..rest.len().min(LONGEST_WITH_USER)];
    let ends = |byte: &u8| matches!(byte, b'/' | b'?' | b'#' | b'"' | b'\'' | b'<' | b'>' | b'\\') || *byte <= b' ';
    let authority = &rest[..rest.iter().position(ends).unwrap_or(rest.len())];
    let host = match memchr::memrchr(b'@', authority) {
        Some(at) => &authority[at + 1..],
        None => authority,
    };
    if !host.first().is_some_and(u8::is_ascii_digit) {
        return None;
    }
    let host = &host[..memchr::memchr(b':', host).unwrap_or(host.len())];
    let host = std::str::from_utf8(host).ok().filter(|host| host.len() <= LONGEST)?;
    let usual = host.parse::<Ipv4Addr>().is_ok();
    if usual { None } else { address_of_host(host) }
}

/// Says of places in a text, one after the other, whether they may be inside the host of a URL.
#[derive(Debug, Default)]
pub(crate) struct Hosts {
    /// The place asked for last, and what was said of it.
    last: usize,
    was_in_host: bool,
}

impl Hosts {
    /// Whether what is before a place goes back to two slashes (which JSON may write as `\/\/`), or to where a value begins.
    pub(crate) fn is_inside(&mut self, text: &[u8], at: usize) -> bool {
        /// A host has at most 253 letters, each may be three bytes; a user may stand before it.
        const LONGEST: usize = 1_024;
        let from = self.last.max(at.saturating_sub(LONGEST)).min(at);
        let end = text[from..at].iter().rposition(|byte| {
            matches!(byte, b'/' | b'?' | b'#' | b'"' | b'\'' | b'<' | b'>' | b'(' | b',' | 0)
                || byte.is_ascii_whitespace()
        });
        self.was_in_host = match end.map(|end| (text[from + end], &text[..from + end])) {
            None if from == self.last => self.was_in_host || from == 0,
            None | Some((b'?' | b'#', _)) => false,
            Some((b'/', before)) => {
                let slashes = before
                    .iter()
                    .rev()
                    .take_while(|byte| matches!(byte, b'/' | b'\\'))
                    .count();
                let (rest, slashes) = before.split_at(before.len() - slashes);
                slashes.contains(&b'/') || rest.last() == Some(&b':')
            }
            Some(_) => true,
        };
        self.last = at;
        self.was_in_host
    }
}

/// The token around a percent sign, with the letters that are written as codes as what they stand for: `ev%69l.example`.
pub(crate) fn decoded_around(text: &[u8], percent: usize) -> (Range<usize>, Vec<u8>) {
    let belongs = |byte: &u8| is_token(*byte) || *byte == b'%';
    let start = text[..percent]
        .iter()
        .rposition(|byte| !belongs(byte))
        .map_or(0, |at| at + 1);
    let length = text[percent..].iter().position(|byte| !belongs(byte));
    let end = length.map_or(text.len(), |length| percent + length);
    let mut decoded = Vec::with_capacity(end - start);
    let mut at = start;
    while at < end {
        let code = (text[at] == b'%').then(|| percent_code(&text[..end], at)).flatten();
        decoded.push(code.unwrap_or(text[at]));
        at += if code.is_some() { 3 } else { 1 };
    }
    (start..end, decoded)
}

/// What a token looks like, which decides the one bit it is first looked up by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// Three dots and a digit at the end: the bytes before the last dot name the /24.
    Address { third_dot: usize },
    /// Dots, and not a number: where the last two labels begin.
    Dotted { from: usize },
    /// No dot, or a number with a fraction.
    Plain,
}

/// The shape of a trimmed token. Dots further than 32 bytes from its end are not looked at.
pub(crate) fn shape(token: &[u8]) -> Shape {
    let from = token.len().saturating_sub(TAIL);
    let mut dots = token
        .iter()
        .enumerate()
        .skip(from)
        .rev()
        .filter(|(_, byte)| **byte == b'.')
        .map(|(at, _)| at);
    let Some(last) = dots.next() else { return Shape::Plain };
    let second = dots.next();
    let ends_in_digit = token.last().is_some_and(u8::is_ascii_digit);
    let label_is_number = ends_in_digit && token.get(last + 1).is_some_and(u8::is_ascii_digit);
    if label_is_number {
        let is_three = second.is_some() && dots.next().is_some() && dots.next().is_none();
        return if is_three && token.len() <= 15 {
            Shape::Address { third_dot: last }
        } else {
            Shape::Plain
        };
    }
    Shape::Dotted {
        from: second.map_or(from, |second| second + 1),
    }
}

/// The /24 that an address names by its first three numbers, or some /24 or other for what only looks like one. The token ends
/// the window and has at most fifteen bytes; `dots` has a bit for each of its three dots.
#[inline(always)]
pub(crate) fn block(window: &[u8; TAIL], dots: u32, length: u32) -> u32 {
    let [.., low, high] = *window.as_chunks::<8>().0 else {
        return 0;
    };
    let text = u128::from(u64::from_le_bytes(high)) << 64 | u128::from(u64::from_le_bytes(low));
    let first = dots.trailing_zeros();
    let second = (dots & dots.wrapping_sub(1)).trailing_zeros();
    let third = 31_u32.wrapping_sub(dots.leading_zeros());
    // The digits before a dot and behind what is before them: weighed by one, ten and a hundred in one product.
    let number = |end: u32, before: u32| {
        let digits = end.wrapping_sub(before).wrapping_sub(1).min(3);
        let four = (text << ((8 * (32 - end)) & 127) >> 96) as u64;
        let unasked = 32 - 8 * digits;
        let values = (four >> unasked << unasked) & 0x0f0f_0f0f;
        (values.wrapping_mul(1 | 10 << 8 | 100 << 16) >> 24) as u32 & 0xff
    };
    number(first, 31_u32.wrapping_sub(length)) << 16 | number(second, first) << 8 | number(third, second)
}

/// [`block`] of a token of the shape of an address that stands alone.
pub(crate) fn block_of(token: &[u8]) -> u32 {
    let mut window = [0; TAIL];
    let length = token.len().min(TAIL);
    window[TAIL - length..].copy_from_slice(&token[token.len() - length..]);
    let mut dots = 0;
    for (at, byte) in window.iter().enumerate() {
        dots |= u32::from(*byte == b'.') << at;
    }
    block(&window, dots, length as u32)
}

/// The hash by which a token that is no address is first looked up.
pub(crate) fn probe(token: &[u8]) -> u64 {
    match shape(token) {
        Shape::Dotted { from } => crate::key::tail_of(&token[from..]),
        Shape::Plain | Shape::Address { .. } => crate::key::tail_of(token),
    }
}

/// Whether the scanner comes past such a token without looking at every word: it has a dot and is no number, is an
/// address, or holds sixteen hexadecimal digits in a row and has at least 32 bytes.
pub(crate) fn is_salient(token: &[u8]) -> bool {
    let long_hex = || {
        token.len() >= 32
            && token
                .split(|byte| CLASS[usize::from(*byte)] & HEX == 0)
                .any(|run| run.len() >= 31)
    };
    shape(token) != Shape::Plain || long_hex()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &str) -> Vec<&str> {
        tokens(text.as_bytes()).map(|range| &text[range]).collect()
    }

    #[test]
    fn tokens_are_values_without_what_surrounds_them() {
        assert_eq!(
            all(r#"{"host":"www.evil.example","n":1.5} see -evil.example."#),
            ["host", "www.evil.example", "n", "1.5", "see", "evil.example"]
        );
        assert_eq!(
            all("http://192.0.2.1:80/a/b.php?x=1"),
            ["http", "192.0.2.1", "80", "a", "b.php", "x", "1"]
        );
        assert_eq!(all("... - _"), Vec::<&str>::new());
        assert_eq!(all("bücher.example"), ["bücher.example"]);
    }

    #[test]
    fn runs_with_colons_are_addresses_and_fingerprints_but_not_keys() {
        let text = "a 2001:db8::1 \"ts\":12 02:00:5e:00:53:01 x:1";
        let found: Vec<&str> = colon_runs(text.as_bytes()).map(|range| &text[range]).collect();
        assert_eq!(found, ["2001:db8::1", "02:00:5e:00:53:01"]);
    }

    #[test]
    fn a_code_is_in_a_host_behind_two_slashes_or_where_a_value_begins() {
        for (text, expected) in [
            ("http://ev%69l.example/a", vec![true]),
            ("http://a/b%2Dc", vec![false]),
            ("http://a/?q=%41%42", vec![false, false]),
            ("http:\\/\\/%65v%69l", vec![true, true]),
            (r"http:\/%65vil.example a\/%65", vec![true, false]),
            (
                "\"%65vil.example\" x?%41 http://u%41@b/%42",
                vec![true, false, true, false],
            ),
            ("%65vil", vec![true]),
        ] {
            let mut hosts = Hosts::default();
            let found: Vec<bool> = memchr::memchr_iter(b'%', text.as_bytes())
                .map(|at| hosts.is_inside(text.as_bytes(), at))
                .collect();
            assert_eq!(found, expected, "{text}");
        }
        assert_eq!(
            decoded_around(b"http://www.ev%69l%2Eexample:80/", 13),
            (7..27, b"www.evil.example".to_vec())
        );
    }

    #[test]
    fn a_host_in_numbers_is_the_address_that_browsers_go_to() {
        let found = |text: &str| {
            let colon = text.find(':').unwrap();
            numbered_host(text.as_bytes(), colon).map(|address| address.to_string())
        };
        for text in [
            "http://3221225991/a",
            "http://0xC0000207",
            r"http:\/\/3221225991\/a",
            "http://0300.0.02.7:80/",
            "http://192.0.519 is",
            "http://bank.example@3221225991/",
            "\"http://u:p@0xc0.0x00000.0x2.0x7\"",
        ] {
            let text = text.trim_matches('"');
            assert_eq!(found(text).as_deref(), Some("192.0.2.7"), "{text}");
        }
        for text in [
            "http://192.0.2.7/",
            "http://a.example/3221225991",
            "http://4294967296/",
            "http://1.2.3.4.5/",
            "x:3221225991",
            "http://3com.example/",
            "http:/",
        ] {
            assert_eq!(found(text), None, "{text}");
        }
    }

    #[test]
    fn the_block_of_an_address_is_its_first_three_numbers() {
        for address in [
            "0.0.0.0",
            "1.2.3.4",
            "12.0.255.1",
            "255.255.255.255",
            "203.0.113.9",
            "7.77.177.17",
        ] {
            let expected = address.parse::<Ipv4Addr>().unwrap().to_bits() >> 8;
            assert_eq!(block_of(address.as_bytes()), expected, "{address}");
        }
        assert_eq!(block_of(b"v1.2.3.4"), block_of(b"v1.2.3.99"));
    }

    #[test]
    fn a_shape_is_the_same_for_names_that_share_their_last_two_labels() {
        assert_eq!(shape(b"192.0.2.1"), Shape::Address { third_dot: 7 });
        assert_eq!(shape(b"1.2.3.4.5"), Shape::Plain);
        assert_eq!(shape(b"12.5"), Shape::Plain);
        assert_eq!(shape(b"word"), Shape::Plain);
        assert_eq!(probe(b"www.evil.example"), probe(b"EVIL.example"));
        assert_ne!(probe(b"evil.example"), probe(b"notevil.example"));
        assert_eq!(probe(b"a.xn--abc9"), probe(b"b.a.xn--abc9"));
    }
}
