//! Query strings: names and values, decoded once and strictly.

use http::StatusCode;
use stix::Timestamp;

use crate::problem::Fault;

/// What a plus sign means in a value.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Plus {
    /// Itself: in TAXII it occurs only in the offset of a time, and nothing there has spaces.
    Itself,
    /// A space, as HTML forms and most HTTP libraries write it.
    Space,
}

/// A refusal of a parameter.
pub(crate) fn bad(code: &'static str, message: impl Into<String>) -> Fault {
    Fault::new(StatusCode::BAD_REQUEST, code, message)
}

/// Names and values, in order.
pub(crate) fn pairs(query: &str, plus: Plus) -> Result<Vec<(String, String)>, Fault> {
    let decoded = |text: &str| {
        decode(text, plus).ok_or_else(|| {
            bad(
                "bad-query",
                "the query string is not percent-encoded UTF-8: encode it as RFC 3986 says",
            )
        })
    };
    let pair = |part: &str| {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        Ok((decoded(name)?, decoded(value)?))
    };
    query.split('&').filter(|part| !part.is_empty()).map(pair).collect()
}

/// Undoes percent-encoding.
fn decode(text: &str, plus: Plus) -> Option<String> {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'%' => {
                let digits = text.get(at + 1..at + 3)?;
                out.push(
                    u8::from_str_radix(digits, 16)
                        .ok()
                        .filter(|_| !digits.starts_with('+'))?,
                );
                at += 2;
            }
            b'+' if plus == Plus::Space => out.push(b' '),
            other => out.push(other),
        }
        at += 1;
    }
    String::from_utf8(out).ok()
}

/// Reads an RFC 3339 time of any precision, in UTC or with an offset.
pub(crate) fn time(name: &str, text: &str) -> Result<Timestamp, Fault> {
    if let Ok(time) = Timestamp::parse(text) {
        return Ok(time);
    }
    let rfc3339 = text.len() >= 20 && text.is_char_boundary(10) && matches!(text.as_bytes()[10], b'T' | b't' | b' ');
    match text.parse::<jiff::Timestamp>() {
        Ok(time) if rfc3339 && !text.contains('[') => Ok(Timestamp::from_micros(floor_micros(time))),
        _ => {
            let shown: String = text.chars().take(64).collect();
            let message = format!("'{name}' is '{shown}', which is no time: write it like 2026-11-23T15:04:05.000000Z");
            Err(bad("bad-time", message))
        }
    }
}

/// Cuts off what is finer than a microsecond, towards the past.
fn floor_micros(time: jiff::Timestamp) -> i64 {
    i64::try_from(time.as_nanosecond().div_euclid(1_000)).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::{Plus, decode};

    #[test]
    fn decodes_what_is_encoded_and_refuses_what_is_not() {
        assert_eq!(decode("a%20b%C3%A9+c", Plus::Space).as_deref(), Some("a b\u{e9} c"));
        assert_eq!(decode("a+b", Plus::Itself).as_deref(), Some("a+b"));
        for bad in ["%", "%4", "%zz", "%ff", "%+1", "%\u{e9}"] {
            assert_eq!(decode(bad, Plus::Itself), None, "{bad}");
        }
    }
}
