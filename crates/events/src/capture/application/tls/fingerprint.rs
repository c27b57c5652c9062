//! JA3 and JA3S (<https://github.com/salesforce/ja3>), and JA4 of the client, whose definition is open
//! (<https://github.com/FoxIO-LLC/ja4>, BSD-3-Clause for JA4 itself).

use std::fmt::Write as _;

use md5::{Digest as _, Md5};
use sha2::Sha256;

use super::hello::{ClientHello, ServerHello, is_grease};

/// What stands for an empty list in JA4.
const EMPTY: &str = "000000000000";

/// JA3: version, ciphers, extensions, groups and point formats, without GREASE.
pub(super) fn ja3(hello: &ClientHello<'_>) -> String {
    let points: Vec<u16> = hello
        .extension(11)
        .and_then(|mut content| content.with_u8())
        .map_or_else(Vec::new, |list| list.0.iter().map(|byte| u16::from(*byte)).collect());
    let text = format!(
        "{},{},{},{},{}",
        hello.version,
        dashed(hello.ciphers.iter().copied()),
        dashed(hello.extensions.iter().map(|(number, _)| *number)),
        dashed(hello.numbers_of(10)),
        dashed(points),
    );
    hex::encode(Md5::digest(text))
}

/// JA3S: version, cipher and extensions of the answer.
pub(super) fn ja3s(hello: &ServerHello<'_>) -> String {
    let text = format!(
        "{},{},{}",
        hello.legacy_version,
        hello.cipher,
        dashed(hello.extensions.iter().map(|(number, _)| *number)),
    );
    hex::encode(Md5::digest(text))
}

/// JA4 of a client over a transport (`t` for TCP, `q` for QUIC).
pub(super) fn ja4(hello: &ClientHello<'_>, transport: char) -> String {
    let mut ciphers: Vec<u16> = hello
        .ciphers
        .iter()
        .copied()
        .filter(|number| !is_grease(*number))
        .collect();
    let mut extensions: Vec<u16> = hello
        .extensions
        .iter()
        .map(|(number, _)| *number)
        .filter(|number| !is_grease(*number))
        .collect();
    let version = match hello.highest_version() {
        0x0304 => "13",
        0x0303 => "12",
        0x0302 => "11",
        0x0301 => "10",
        0x0300 => "s3",
        0x0002 => "s2",
        _ => "00",
    };
    let name = if hello.extension(0).is_some() { 'd' } else { 'i' };
    let protocols = hello.application_protocols();
    let head = format!(
        "{transport}{version}{name}{:02}{:02}{}",
        ciphers.len().min(99),
        extensions.len().min(99),
        ends_of(protocols.first().copied().unwrap_or_default()),
    );
    ciphers.sort_unstable();
    extensions.retain(|number| !matches!(number, 0 | 16));
    extensions.sort_unstable();
    let mut listed = commaed(&extensions);
    let signatures: Vec<u16> = hello
        .numbers_of(13)
        .into_iter()
        .filter(|number| !is_grease(*number))
        .collect();
    if !signatures.is_empty() {
        listed.push('_');
        listed.push_str(&commaed(&signatures));
    }
    let ciphers = short_hash(&commaed(&ciphers));
    let extensions = if extensions.is_empty() {
        EMPTY.to_owned()
    } else {
        short_hash(&listed)
    };
    format!("{head}_{ciphers}_{extensions}")
}

/// First and last letter of the first protocol; of other bytes the first and last digit of their hexadecimal form.
fn ends_of(protocol: &[u8]) -> String {
    match (protocol.first(), protocol.last()) {
        (Some(first), Some(last)) if first.is_ascii_alphanumeric() && last.is_ascii_alphanumeric() => {
            format!("{}{}", char::from(*first), char::from(*last))
        }
        (Some(first), Some(last)) => format!("{:x}{:x}", first >> 4, last & 15),
        _ => "00".to_owned(),
    }
}

fn short_hash(text: &str) -> String {
    if text.is_empty() {
        return EMPTY.to_owned();
    }
    let mut hash = hex::encode(Sha256::digest(text));
    hash.truncate(12);
    hash
}

fn dashed(numbers: impl IntoIterator<Item = u16>) -> String {
    let mut text = String::new();
    for number in numbers.into_iter().filter(|number| !is_grease(*number)) {
        if !text.is_empty() {
            text.push('-');
        }
        let _ = write!(text, "{number}");
    }
    text
}

fn commaed(numbers: &[u16]) -> String {
    let mut text = String::new();
    for number in numbers {
        if !text.is_empty() {
            text.push(',');
        }
        let _ = write!(text, "{number:04x}");
    }
    text
}
