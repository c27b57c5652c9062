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

/// Reads an RFC 3339 time of any precision, in UTC or with an offset; what is finer than a microsecond is cut off, which
/// for an exclusive beginning loses nothing.
pub(crate) fn time(name: &str, text: &str) -> Result<Timestamp, Fault> {
    rfc3339(text).ok_or_else(|| {
        let shown: String = text.chars().take(64).collect();
        let message = format!("'{name}' is '{shown}', which is no time: write it like 2026-11-23T15:04:05.000000Z");
        bad("bad-time", message)
    })
}

fn rfc3339(text: &str) -> Option<Timestamp> {
    let text = text.to_ascii_uppercase();
    if let Ok(time) = Timestamp::parse(&text) {
        return Some(time);
    }
    let (local, offset) = text.split_at_checked(text.len().checked_sub(6)?)?;
    let (sign, offset) = offset.split_at_checked(1)?;
    let (hours, minutes) = offset.split_once(':')?;
    let number = |digits: &str| {
        digits
            .parse::<i64>()
            .ok()
            .filter(|_| digits.bytes().all(|byte| byte.is_ascii_digit()))
    };
    let (hours, minutes) = (
        number(hours).filter(|hours| *hours < 24)?,
        number(minutes).filter(|minutes| *minutes < 60)?,
    );
    let ahead = (hours * 60 + minutes) * 60_000_000;
    let time = Timestamp::parse(&format!("{local}Z")).ok()?;
    match sign {
        "+" => Some(time.plus_micros(-ahead)),
        "-" => Some(time.plus_micros(ahead)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{Plus, decode, rfc3339};

    #[test]
    fn an_offset_is_a_sign_hours_and_minutes() {
        let noon = rfc3339("2024-01-01T12:00:00Z");
        assert!(noon.is_some());
        for same in [
            "2024-01-01T14:30:00+02:30",
            "2024-01-01T04:00:00.000-08:00",
            "2024-01-01t12:00:00z",
        ] {
            assert_eq!(rfc3339(same), noon, "{same}");
        }
        for bad in [
            "",
            "+02:00",
            "2024-01-01T12:00:00+2:00",
            "2024-01-01T12:00:00+24:00",
            "2024-01-01T12:00:00*02:00",
            "2024-01-01T12:00:00++1:00",
            "\u{e9}\u{e9}\u{e9}\u{e9}",
        ] {
            assert_eq!(rfc3339(bad), None, "{bad}");
        }
    }

    #[test]
    fn decodes_what_is_encoded_and_refuses_what_is_not() {
        assert_eq!(decode("a%20b%C3%A9+c", Plus::Space).as_deref(), Some("a b\u{e9} c"));
        assert_eq!(decode("a+b", Plus::Itself).as_deref(), Some("a+b"));
        for bad in ["%", "%4", "%zz", "%ff", "%+1", "%\u{e9}"] {
            assert_eq!(decode(bad, Plus::Itself), None, "{bad}");
        }
    }
}
