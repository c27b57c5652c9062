//! Small cuts that the readers of text formats share.

use std::borrow::Cow;

use super::malformed::Malformed;

/// The bytes as text; what is not UTF-8 becomes U+FFFD.
pub(super) fn text(bytes: &[u8]) -> Cow<'_, str> {
    String::from_utf8_lossy(bytes)
}

/// What stands before and after the first of a byte.
pub(super) fn cut(bytes: &[u8], at: u8) -> Option<(&[u8], &[u8])> {
    let found = memchr::memchr(at, bytes)?;
    Some((bytes.get(..found)?, bytes.get(found + 1..)?))
}

/// What stands before and after the first of some bytes.
pub(super) fn cut_by<'l>(bytes: &'l [u8], by: &[u8]) -> Option<(&'l [u8], &'l [u8])> {
    let found = memchr::memmem::find(bytes, by)?;
    Some((bytes.get(..found)?, bytes.get(found + by.len()..)?))
}

/// The first word and what follows it.
pub(super) fn word(bytes: &[u8]) -> (&[u8], &[u8]) {
    let bytes = bytes.trim_ascii_start();
    let end = bytes.iter().position(u8::is_ascii_whitespace).unwrap_or(bytes.len());
    let (word, rest) = bytes.split_at(end);
    (word, rest.trim_ascii_start())
}

/// A word, or what stands in double quotes (with their escapes undone), and what follows it. The last part says that
/// a quote was never closed.
pub(super) fn token(bytes: &[u8]) -> (Cow<'_, str>, &[u8], Result<(), Malformed>) {
    let bytes = bytes.trim_ascii_start();
    let Some(inner) = bytes.strip_prefix(b"\"") else {
        let (word, rest) = word(bytes);
        return (text(word), rest, Ok(()));
    };
    match closing_quote(inner) {
        Some(end) => {
            let (quoted, rest) = inner.split_at(end);
            (unescaped_text(quoted), rest.get(1..).unwrap_or_default(), Ok(()))
        }
        None => (unescaped_text(inner), &[], Err(Malformed::CutOff)),
    }
}

/// Where the next double quote without a backslash is.
pub(super) fn closing_quote(bytes: &[u8]) -> Option<usize> {
    let mut at = 0;
    loop {
        at += memchr::memchr2(b'"', b'\\', bytes.get(at..)?)?;
        if bytes.get(at) == Some(&b'"') {
            return Some(at);
        }
        at += 2;
    }
}

/// Text with `\\`, `\"` and `\x2c` undone.
pub(super) fn unescaped_text(raw: &[u8]) -> Cow<'_, str> {
    if memchr::memchr(b'\\', raw).is_none() {
        return text(raw);
    }
    let bytes = unescaped(raw);
    Cow::Owned(String::from_utf8(bytes).unwrap_or_else(|error| text(error.as_bytes()).into_owned()))
}

/// `\x2c`, `\\` and `\"` undone. Bytes that are no characters stay as they are written, as in Zeek's JSON.
pub(super) fn unescaped(raw: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(raw.len());
    let mut rest = raw;
    while let Some((before, _)) = cut(rest, b'\\') {
        bytes.extend_from_slice(before);
        let escape = rest.get(before.len()..).unwrap_or_default();
        let (length, byte) = match escape {
            [_, byte @ (b'\\' | b'"'), ..] => (2, *byte),
            [_, b'x', high, low, ..] => match hex(*high, *low) {
                Some(byte @ (b'\t' | b'\n' | b'\r' | b' '..=b'~' | 0x80..)) => (4, byte),
                _ => (1, b'\\'),
            },
            _ => (1, b'\\'),
        };
        bytes.push(byte);
        rest = escape.get(length..).unwrap_or_default();
    }
    bytes.extend_from_slice(rest);
    bytes
}

fn hex(high: u8, low: u8) -> Option<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    u8::try_from(digit(high)? * 16 + digit(low)?).ok()
}

/// Whether the bytes are an IP address.
pub(super) fn is_address(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_ok_and(|text| text.parse::<std::net::IpAddr>().is_ok())
}

/// Whether every byte is a digit, and there is one.
pub(super) fn is_number(bytes: &[u8]) -> bool {
    !bytes.is_empty() && bytes.iter().all(u8::is_ascii_digit)
}

#[cfg(test)]
mod tests {
    use super::{token, unescaped_text};

    #[test]
    fn escapes_are_undone_where_they_stand_for_characters() {
        assert_eq!(
            unescaped_text(br#"a\x2cb\\c\"d\xc3\xa4\x00\q\"#),
            "a,b\\c\"dä\\x00\\q\\"
        );
    }

    #[test]
    fn a_token_is_a_word_or_what_is_quoted() {
        let (first, rest, whole) = token(br#" "a \" b" c"#);
        assert_eq!(
            (first.as_ref(), rest, whole.is_ok()),
            ("a \" b", b" c".as_slice(), true)
        );
        let (last, rest, whole) = token(br#""cut off"#);
        assert_eq!((last.as_ref(), rest, whole.is_err()), ("cut off", b"".as_slice(), true));
    }
}
