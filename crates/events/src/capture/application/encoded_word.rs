//! Words of mail headers that are not ASCII (RFC 2047): `=?utf-8?B?…?=`.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// The text with its encoded words decoded; what is broken, or of another character set than Latin-1 and UTF-8, stays.
pub(super) fn decode(text: &str) -> Cow<'_, str> {
    if !text.contains("=?") {
        return Cow::Borrowed(text);
    }
    let mut written = String::with_capacity(text.len());
    let mut rest = text;
    let mut after_word = false;
    while let Some(at) = rest.find("=?") {
        let (before, from) = rest.split_at(at);
        // Spaces between two encoded words belong to neither (section 6.2).
        if !(after_word && before.trim().is_empty()) {
            written.push_str(before);
        }
        match word(from) {
            Some((decoded, length)) => {
                written.push_str(&decoded);
                rest = &from[length..];
                after_word = true;
            }
            None => {
                written.push_str("=?");
                rest = &from[2..];
                after_word = false;
            }
        }
    }
    written.push_str(rest);
    Cow::Owned(written)
}

/// An encoded word at the start of a text, and its length.
fn word(text: &str) -> Option<(String, usize)> {
    let mut parts = text.get(2..)?.splitn(3, '?');
    let (charset, encoding, rest) = (parts.next()?, parts.next()?, parts.next()?);
    let content = &rest[..rest.find("?=")?];
    let bytes = match encoding {
        "B" | "b" => STANDARD.decode(content).ok()?,
        "Q" | "q" => quoted(content)?,
        _ => return None,
    };
    let length = 2 + charset.len() + 1 + encoding.len() + 1 + content.len() + 2;
    let decoded = match charset.split('*').next()?.to_ascii_lowercase().as_str() {
        "utf-8" | "us-ascii" => String::from_utf8(bytes).ok()?,
        "iso-8859-1" | "windows-1252" | "latin1" => bytes.into_iter().map(char::from).collect(),
        _ => return None,
    };
    Some((decoded, length))
}

fn quoted(content: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(content.len());
    let mut rest = content.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'_' => b' ',
            b'=' => {
                let digits = [rest.next()?, rest.next()?];
                u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?
            }
            other => other,
        });
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::decode;

    #[test]
    fn encoded_words_become_text_and_broken_ones_stay() {
        assert_eq!(decode("=?utf-8?B?R3LDvMOfZQ==?= an alle"), "Grüße an alle");
        assert_eq!(decode("a =?iso-8859-1?Q?b=E9_c?= =?utf-8?q?d?="), "a bé cd");
        assert_eq!(decode("=?utf-8?B?%%?= =?x"), "=?utf-8?B?%%?= =?x");
    }
}
