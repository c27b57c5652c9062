//! Values inside free text: a message, a command line, a line of no known layout.

use std::net::Ipv6Addr;
use std::ops::Range;

use stix::observable::{Kind, Observable, normalise};

use super::Look;
use crate::token::{self, Shape};
use crate::watchlist::{compared, hexadecimal_digits};

/// Kinds that are nothing but hexadecimal digits.
const HEXADECIMAL: [Kind; 16] = [
    Kind::Md5,
    Kind::Sha1,
    Kind::Sha224,
    Kind::Sha256,
    Kind::Sha384,
    Kind::Sha512,
    Kind::Sha3_224,
    Kind::Sha3_256,
    Kind::Sha3_384,
    Kind::Sha3_512,
    Kind::Imphash,
    Kind::Ja3,
    Kind::Ja3s,
    Kind::Jarm,
    Kind::Hassh,
    Kind::CertificateSha1,
];

impl Look<'_> {
    /// Looks up everything in a text that looks like a value.
    pub(super) fn text(&mut self, text: &str) {
        let bytes = text.as_bytes();
        let mut url_end = 0;
        for range in token::tokens(bytes) {
            let Some(token) = text.get(range.clone()) else { continue };
            self.words(text, token, &range);
            match token::shape(token.as_bytes()) {
                Shape::Address { .. } => self.host(token, true),
                Shape::Dotted { .. } => {
                    self.name(token);
                    if bytes.get(range.start.wrapping_sub(1)) == Some(&b'@') {
                        self.mailbox_before(text, &range);
                    }
                }
                Shape::Plain => {}
            }
            self.hexadecimal(token);
            if range.start >= url_end
                && let Some(url) = url_at(text, &range)
            {
                url_end = url.end;
                self.url(&text[url], true);
            }
        }
        for range in token::colon_runs(bytes) {
            if let Some(run) = text.get(range) {
                self.colon_run(run);
            }
        }
    }

    fn name(&mut self, token: &str) {
        if let Ok(observable) = normalise(Kind::Domain, token) {
            self.observable(&observable, true);
        }
    }

    fn hexadecimal(&mut self, token: &str) {
        if token.len() < 32 || !token.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return;
        }
        let value = token.to_ascii_lowercase();
        for kind in HEXADECIMAL {
            if hexadecimal_digits(kind).is_none_or(|digits| digits == value.len()) {
                let observable = Observable {
                    kind,
                    value: value.clone(),
                };
                self.observable(&observable, true);
            }
        }
    }

    fn colon_run(&mut self, run: &str) {
        for form in token::colon_forms(run) {
            if let Ok(address) = form.parse::<Ipv6Addr>() {
                return self.host(&address.to_string(), true);
            }
        }
        for kind in [
            Kind::MacAddress,
            Kind::CertificateMd5,
            Kind::CertificateSha1,
            Kind::CertificateSha256,
            Kind::CertificateSerial,
        ] {
            if let Ok(observable) = normalise(kind, run.trim_matches(':')) {
                self.observable(&observable, true);
            }
        }
    }

    fn mailbox_before(&mut self, text: &str, host: &Range<usize>) {
        let start = text[..host.start - 1]
            .rfind(|letter: char| letter.is_whitespace() || "<>()[]{},;:\"'=|\\".contains(letter))
            .map_or(0, |at| at + text[at..].chars().next().map_or(1, char::len_utf8));
        if let Ok(observable) = normalise(Kind::EmailAddress, &text[start..host.end]) {
            self.observable(&observable, true);
        }
    }

    /// Values without a form of their own that have this token: they must stand in the text as a whole.
    fn words(&mut self, text: &str, token: &str, range: &Range<usize>) {
        let entries: Vec<_> = self.watchlist.of_word(token.as_bytes()).collect();
        for entry in entries {
            let Some(named) = self.watchlist.observable_of(entry) else {
                continue;
            };
            let wanted = compared(named.kind, &named.value);
            if stands_in(text, range, named.kind, &wanted) {
                self.take(&mut vec![entry], &named, true);
            }
        }
    }
}

/// Whether a value stands in a text as a whole, somewhere around a token of it.
fn stands_in(text: &str, token: &Range<usize>, kind: Kind, wanted: &str) -> bool {
    if compared(kind, &text[token.clone()]) == wanted || kind == Kind::Asn || kind == Kind::Cve {
        return true;
    }
    // The value reaches at most its own length to either side of its token.
    let reach = wanted.len() + 16;
    let start = text.floor_char_boundary(token.start.saturating_sub(reach));
    let end = text.ceil_char_boundary((token.end + reach).min(text.len()));
    let around = compared(kind, &text[start..end]);
    let is_inside = |byte: Option<&u8>, edge: Option<&u8>| {
        byte.is_some_and(|byte| token::is_word(*byte)) && edge.is_some_and(|edge| token::is_word(*edge))
    };
    around.match_indices(wanted).any(|(at, found)| {
        let bytes = around.as_bytes();
        let before = at.checked_sub(1).and_then(|before| bytes.get(before));
        !is_inside(before, found.as_bytes().first()) && !is_inside(bytes.get(at + found.len()), found.as_bytes().last())
    })
}

/// The URL that a token is the host or the scheme of.
fn url_at(text: &str, token: &Range<usize>) -> Option<Range<usize>> {
    let after = text.get(token.end..)?;
    let is_scheme = after.starts_with("://");
    let behind_port = match after.strip_prefix(':') {
        Some(rest) => rest.trim_start_matches(|digit: char| digit.is_ascii_digit()),
        None => after,
    };
    let is_host = behind_port.starts_with(['/', '?']) && token::shape(&text.as_bytes()[token.clone()]) != Shape::Plain;
    if !is_scheme && !is_host {
        return None;
    }
    let length = after
        .find(|letter: char| letter.is_whitespace() || letter.is_control() || "\"'<>`{}|^\\".contains(letter))
        .unwrap_or(after.len());
    // What ends a sentence or closes a bracket is not part of it.
    let url = text[token.start..token.end + length].trim_end_matches(['.', ',', ';', ':', '!', ')', ']']);
    (url.len() > token.len()).then(|| token.start..token.start + url.len())
}
