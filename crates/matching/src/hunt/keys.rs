//! By which keys a stretch of a log is asked for values: the same for what stands in a log and for what is looked for.
//!
//! | in the log | keys |
//! |---|---|
//! | `192.0.2.7` | itself, `192.0.2` for the networks around it |
//! | `www.evil.example` | itself and each name above it |
//! | a word, a hash | itself |
//! | IPv6 address | its one form; its first 32, 48 and 64 bits |
//! | digits with colons | without the colons |
//! | `ev%69l.example` as host of a URL | what it stands for |
//! | `3221225991` as host of a URL | the address that it is |
//!
//! Numbers are not keys: there are too many of them. What is looked for and is a number is looked for everywhere.

use std::net::{IpAddr, Ipv6Addr};

use stix::observable::Kind;

use crate::key;
use crate::token::{self, Shape};
use crate::watchlist::{Anchor, anchor_of, squeezed};

/// The seed of all keys: indexes of one file have to fit watchlists of another day.
const SEED: u64 = 0;
/// Lengths of a word that is a key.
const WORD: std::ops::RangeInclusive<usize> = 3..=256;
/// Labels of a name that are keys.
const LABELS: usize = 32;
/// Networks shorter than this are looked for everywhere.
const SHORTEST4: u8 = 16;
/// How many bits of IPv6 addresses are keys.
const BITS6: [u8; 3] = [64, 48, 32];

/// Gives the keys of a text. Says whether it holds letters written as escapes, which are not told.
pub(super) fn of_text(text: &[u8], give: &mut impl FnMut(u64)) -> bool {
    for range in token::tokens(text) {
        of_token(&text[range.clone()], give);
        // Behind a backslash the first letter may belong to an escape (`\n`), or the first five (`\u003c`).
        if range.start > 0 && text[range.start - 1] == b'\\' {
            for skip in [1, 5] {
                let inner = token::trimmed(text, (range.start + skip).min(range.end)..range.end);
                of_token(&text[inner], give);
            }
        }
    }
    for range in token::colon_runs(text) {
        let Ok(run) = std::str::from_utf8(&text[range]) else {
            continue;
        };
        for form in token::colon_forms(run) {
            if let Ok(address) = form.parse::<Ipv6Addr>() {
                of_address6(address, give);
            }
        }
        give(key::of_token(SEED, squeezed(run).as_bytes()));
    }
    of_coded_hosts(text, give);
    for colon in memchr::memchr_iter(b':', text) {
        if let Some(address) = token::numbered_host(text, colon) {
            of_token(address.to_string().as_bytes(), give);
        }
    }
    memchr::memmem::find_iter(text, br"\u00").any(|at| {
        let digits = text
            .get(at + 4..at + 6)
            .and_then(|digits| std::str::from_utf8(digits).ok());
        let code = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok());
        code.is_some_and(token::is_token)
    })
}

/// Gives the keys of hosts of URLs in which letters are written as codes (`ev%69l.example`), as what they stand for.
fn of_coded_hosts(text: &[u8], give: &mut impl FnMut(u64)) {
    let mut done = 0;
    let mut hosts = token::Hosts::default();
    for percent in memchr::memchr_iter(b'%', text) {
        let is_letter = token::percent_code(text, percent).is_some_and(token::is_token);
        if percent < done || !is_letter || !hosts.is_inside(text, percent) {
            continue;
        }
        let (range, decoded) = token::decoded_around(text, percent);
        done = range.end;
        for range in token::tokens(&decoded) {
            of_token(&decoded[range], give);
        }
    }
}

fn of_token(token: &[u8], give: &mut impl FnMut(u64)) {
    match token::shape(token) {
        Shape::Address { third_dot } => {
            give(key::of_token(SEED, token));
            give(network4(&token[..third_dot]));
        }
        Shape::Dotted { .. } => {
            let mut rest = token;
            for _ in 0..LABELS {
                if WORD.contains(&rest.len()) {
                    give(key::of_token(SEED, rest));
                }
                let Some(dot) = rest.iter().position(|byte| *byte == b'.') else {
                    return;
                };
                rest = &rest[dot + 1..];
            }
        }
        Shape::Plain if WORD.contains(&token.len()) && !is_number(token) => give(key::of_token(SEED, token)),
        Shape::Plain => {}
    }
}

fn of_address6(address: Ipv6Addr, give: &mut impl FnMut(u64)) {
    give(key::of_token(SEED, address.to_string().as_bytes()));
    for length in BITS6 {
        give(network6(address, length));
    }
}

/// The key of the first three numbers of IPv4 addresses; another than that of the same text as a token.
fn network4(text: &[u8]) -> u64 {
    key::of_value(SEED, Kind::Ipv4Network.code(), text)
}

fn network6(address: Ipv6Addr, length: u8) -> u64 {
    let bits = address.to_bits() & u128::MAX.checked_shl(128 - u32::from(length)).unwrap_or(0);
    key::of_address(SEED, Kind::Ipv6Network.code(), bits, length)
}

fn is_number(token: &[u8]) -> bool {
    token.iter().all(|byte| byte.is_ascii_digit() || *byte == b'.')
}

/// What is looked for: any of some keys, or everywhere.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Wanted {
    pub(super) keys: Vec<u64>,
    /// Something has no key: every part of every log has to be read.
    pub(super) everywhere: bool,
}

impl Wanted {
    /// Adds a normalised value.
    pub(super) fn add(&mut self, kind: Kind, value: &str) {
        match anchor_of(kind, value) {
            Anchor::Address(IpAddr::V4(address)) => self.token(&address.to_string()),
            Anchor::Address(IpAddr::V6(address)) => self.keys.push(key::of_token(SEED, address.to_string().as_bytes())),
            Anchor::Network(IpAddr::V4(first), length) if length >= SHORTEST4 => {
                let blocks = 1_u32 << (24 - u32::from(length.min(24)));
                for block in 0..blocks {
                    let [a, b, c, _] = (first.to_bits() & 0xffff_ff00).wrapping_add(block << 8).to_be_bytes();
                    self.keys.push(network4(format!("{a}.{b}.{c}").as_bytes()));
                }
            }
            Anchor::Network(IpAddr::V6(first), length) => match BITS6.into_iter().find(|bits| *bits <= length) {
                Some(bits) => self.keys.push(network6(first, bits)),
                None => self.everywhere = true,
            },
            Anchor::Token(text) => {
                self.token(&text);
                if text.split('.').any(|label| label.starts_with("xn--"))
                    && let (letters, Ok(())) = idna::domain_to_unicode(&text)
                {
                    self.token(&letters);
                }
                if kind == Kind::Asn {
                    self.token(value);
                }
            }
            Anchor::Separated(text) => {
                self.token(&text);
                self.token(&value.replace(':', "-"));
            }
            Anchor::Network(..) | Anchor::Nothing => self.everywhere = true,
        }
    }

    fn token(&mut self, text: &str) {
        let token = &text.as_bytes()[token::trimmed(text.as_bytes(), 0..text.len())];
        let is_address = matches!(token::shape(token), Shape::Address { .. });
        if !is_address && (!WORD.contains(&token.len()) || is_number(token)) {
            self.everywhere = true;
        } else {
            self.keys.push(key::of_token(SEED, token));
        }
    }
}

#[cfg(test)]
mod tests {
    use stix::observable::normalise;

    use super::*;

    fn is_in(kind: Kind, value: &str, text: &str) -> bool {
        let observable = normalise(kind, value).unwrap();
        let mut wanted = Wanted::default();
        wanted.add(observable.kind, &observable.value);
        let mut found = wanted.everywhere;
        let escaped = of_text(text.as_bytes(), &mut |key| found |= wanted.keys.contains(&key));
        found || escaped
    }

    #[test]
    fn what_stands_in_a_text_is_asked_for_by_a_key_of_it() {
        for (kind, value, text) in [
            (Kind::Ipv4, "192.0.2.7", r#"{"a":"192.0.2.7"}"#),
            (Kind::Ipv4Network, "192.0.2.0/25", "x 192.0.2.7 y"),
            (Kind::Ipv4Network, "198.51.0.0/17", "198.51.100.1"),
            (Kind::Ipv6Network, "2001:db8:5::/50", "[2001:db8:5:0::7]"),
            (Kind::Ipv6, "2001:db8::1", "2001:DB8:0:0::1"),
            (Kind::Domain, "evil.example", "a.b.EVIL.example."),
            (Kind::Url, "http://gate.example/a", r"http:\/\/gate.example\/a"),
            (Kind::Sha256, &"ab".repeat(32), &"AB".repeat(32)),
            (Kind::FileName, "evil tool.exe", r"C:\\evil tool.exe"),
            (Kind::MacAddress, "02:00:5e:00:53:01", "mac 02-00-5E-00-53-01"),
            (Kind::Domain, "evil.example", "http://www.ev%69l.example:80/a"),
            (Kind::Domain, "xn--bcher-kva.example", "http://b%C3%BCcher.example/"),
            (Kind::Url, "http://gate.example/a", r"http:\/\/g%61te%2Eexample\/a"),
            (Kind::Ipv4, "192.0.2.7", "http://bank.example@3221225991/"),
            (Kind::Ipv4Network, "192.0.2.0/25", r"http:\/\/0xc0000207\/"),
            (Kind::Domain, "evil.example", r"line\nevil.example"),
            (Kind::Domain, "evil.example", r"\u0065vil.example"),
            (Kind::Asn, "AS64500", "nothing at all, for a number has no key"),
        ] {
            assert!(is_in(kind, value, text), "{value} in {text}");
        }
    }

    #[test]
    fn what_does_not_stand_there_is_not() {
        assert!(!is_in(Kind::Ipv4, "192.0.2.7", "192.0.2.77 1192.0.2.7"));
        assert!(!is_in(Kind::Domain, "evil.example", "notevil.example evil.example.net"));
        assert!(!is_in(
            Kind::Ipv4Network,
            "192.0.2.0/24",
            "192.0.3.1 the number 192.0.2"
        ));
    }
}
