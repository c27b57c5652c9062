//! Time-based one-time passwords (RFC 6238): SHA-1, six digits, thirty seconds, as every authenticator knows them.

use ring::hmac;
use stix::Timestamp;
use subtle::ConstantTimeEq as _;

/// How long a code is the current one.
const STEP_SECONDS: i64 = 30;
/// Steps before and after the current one whose codes are taken: clocks differ, and people type slowly.
const STEPS_AROUND: i64 = 1;
/// Digits of a code.
pub(super) const DIGITS: usize = 6;

/// The step of an instant.
pub(super) fn step(now: Timestamp) -> i64 {
    now.micros().div_euclid(STEP_SECONDS * 1_000_000)
}

/// The code of a step (RFC 4226 section 5.3).
pub fn code(secret: &[u8], step: i64) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, secret);
    let tag = hmac::sign(&key, &step.to_be_bytes());
    let bytes = tag.as_ref();
    let offset = bytes.last().map_or(0, |last| usize::from(last & 0x0f));
    let four = bytes.iter().skip(offset).take(4);
    let number = four.fold(0_u32, |number, byte| number << 8 | u32::from(*byte)) & 0x7fff_ffff;
    format!("{:06}", number % 1_000_000)
}

/// The step whose code this is, around now and later than the last one taken. All are compared, however early one fits.
pub(super) fn matching_step(secret: &[u8], presented: &str, now: Timestamp, after: i64) -> Option<i64> {
    let current = step(now);
    let mut found = None;
    for step in current - STEPS_AROUND..=current + STEPS_AROUND {
        let right = bool::from(code(secret, step).as_bytes().ct_eq(presented.as_bytes()));
        if right && step > after && found.is_none() {
            found = Some(step);
        }
    }
    found
}

/// Base32 without padding (RFC 4648), in which authenticators take a secret by hand.
pub(super) fn base32(bytes: &[u8]) -> String {
    const SIGNS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let mut text = String::new();
    let (mut kept, mut bits) = (0_u32, 0_u32);
    for byte in bytes {
        kept = kept << 8 | u32::from(*byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            text.push(char::from(SIGNS[(kept >> bits & 31) as usize]));
        }
    }
    if bits > 0 {
        text.push(char::from(SIGNS[(kept << (5 - bits) & 31) as usize]));
    }
    text
}

/// The address that authenticators read from a picture.
pub(super) fn address(issuer: &str, login: &str, secret: &str) -> String {
    let (issuer, login) = (escaped(issuer), escaped(login));
    format!("otpauth://totp/{issuer}:{login}?secret={secret}&issuer={issuer}&algorithm=SHA1&digits=6&period=30")
}

/// Everything but unreserved signs as `%XX` (RFC 3986).
fn escaped(text: &str) -> String {
    use std::fmt::Write as _;
    let mut escaped = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            escaped.push(char::from(byte));
        } else {
            let _ = write!(escaped, "%{byte:02X}");
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use stix::Timestamp;

    use super::{address, base32, code, matching_step, step};

    const SECRET: &[u8] = b"12345678901234567890";

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_micros(seconds * 1_000_000)
    }

    #[test]
    fn the_codes_are_those_of_rfc_6238_appendix_b() {
        // The last six of the eight digits there.
        for (seconds, expected) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(code(SECRET, step(at(seconds))), expected, "{seconds}");
        }
    }

    #[test]
    fn a_code_fits_one_step_around_now_and_no_step_twice() {
        let now = at(1_111_111_109);
        let current = step(now);
        for (away, fits) in [(-2, false), (-1, true), (0, true), (1, true), (2, false)] {
            let found = matching_step(SECRET, &code(SECRET, current + away), now, 0);
            assert_eq!(found, fits.then_some(current + away), "{away}");
        }
        let presented = code(SECRET, current);
        assert_eq!(matching_step(SECRET, &presented, now, current), None);
        assert_eq!(matching_step(SECRET, &presented[..5], now, 0), None);
        assert_eq!(matching_step(SECRET, "", now, 0), None);
    }

    #[test]
    fn the_secret_is_written_as_authenticators_take_it() {
        assert_eq!(base32(b"foobar"), "MZXW6YTBOI");
        assert_eq!(base32(SECRET).len(), 32);
        let address = address("Hub & Co", "ana", "MZXW");
        assert!(
            address.starts_with("otpauth://totp/Hub%20%26%20Co:ana?secret=MZXW&issuer=Hub%20%26%20Co&"),
            "{address}"
        );
    }
}
