//! Addresses of crypto currencies. A Bitcoin address carries a checksum, which tells it from random text.

use sha2::{Digest, Sha256};

/// Longest address: a bech32 text has at most 90 characters.
const LONGEST: usize = 90;

/// A Bitcoin address by its letters; the checksum is for [`is_bitcoin`].
pub(super) fn bitcoin(text: &str) -> Result<String, &'static str> {
    if text.len() > LONGEST {
        return Err("it is longer than an address can be");
    }
    if text.get(..3).is_some_and(|head| head.eq_ignore_ascii_case("bc1")) {
        let lower = text.to_ascii_lowercase();
        return if lower.bytes().skip(3).all(|byte| BECH32.contains(&byte)) && lower.len() >= 14 {
            Ok(lower)
        } else {
            Err("it has a character that bech32 does not use")
        };
    }
    if !text.starts_with(['1', '3']) || !(25..=35).contains(&text.len()) {
        return Err("it does not start with 1, 3 or bc1 or has the wrong length");
    }
    if text.bytes().all(|byte| BASE58.contains(&byte)) {
        Ok(text.to_owned())
    } else {
        Err("it has a character that base58 does not use")
    }
}

/// `0x` and twenty bytes in lower-case hexadecimal.
pub(super) fn ethereum(text: &str) -> Result<String, &'static str> {
    let digits = text
        .strip_prefix("0x")
        .or_else(|| text.strip_prefix("0X"))
        .ok_or("it does not start with 0x")?;
    Ok(format!("0x{}", super::hash::hex_of(digits, 40)?))
}

/// Any other address: letters and digits, as it is.
pub(super) fn other(text: &str) -> Result<String, &'static str> {
    let fine = (8..=200).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b':' | b'-' | b'_' | b'.'));
    if fine {
        Ok(text.to_owned())
    } else {
        Err("it is not 8 to 200 letters and digits")
    }
}

const BASE58: &[u8; 58] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
const BECH32: &[u8; 32] = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";

/// Whether a text is a Bitcoin address whose checksum is right.
pub(super) fn is_bitcoin(text: &str) -> bool {
    if text.len() > LONGEST {
        return false;
    }
    if text.get(..3).is_some_and(|head| head.eq_ignore_ascii_case("bc1")) {
        // A bech32 text is in one case.
        let mixed =
            text.bytes().any(|byte| byte.is_ascii_uppercase()) && text.bytes().any(|byte| byte.is_ascii_lowercase());
        return !mixed && bech32_checks(&text.to_ascii_lowercase());
    }
    text.starts_with(['1', '3']) && (25..=35).contains(&text.len()) && base58_checks(text)
}

fn base58_checks(text: &str) -> bool {
    let mut bytes = [0_u8; 25];
    for letter in text.bytes() {
        let Some(digit) = BASE58.iter().position(|known| *known == letter) else {
            return false;
        };
        let mut carry = digit as u32;
        for byte in bytes.iter_mut().rev() {
            carry += u32::from(*byte) * 58;
            *byte = (carry & 0xff) as u8;
            carry >>= 8;
        }
        if carry != 0 {
            return false;
        }
    }
    let twice = Sha256::digest(Sha256::digest(&bytes[..21]));
    matches!(bytes[0], 0 | 5) && twice[..4] == bytes[21..]
}

fn bech32_checks(lower: &str) -> bool {
    let data = &lower.as_bytes()[3..];
    if data.len() < 8 {
        return false;
    }
    // "bc" expanded as BIP 173 says: high bits, a zero, low bits.
    let mut sum = 1_u32;
    for value in [3, 3, 0, 2, 3] {
        sum = polymod(sum, value);
    }
    for letter in data {
        let Some(value) = BECH32.iter().position(|known| known == letter) else {
            return false;
        };
        sum = polymod(sum, value as u32);
    }
    // Witness version 0 uses the constant of BIP 173, later ones that of BIP 350.
    let expected = if data[0] == b'q' { 1 } else { 0x2bc8_30a3 };
    sum == expected
}

fn polymod(sum: u32, value: u32) -> u32 {
    const GENERATORS: [u32; 5] = [0x3b6a_57b2, 0x2650_8e6d, 0x1ea1_19fa, 0x3d42_33dd, 0x2a14_62b3];
    let top = sum >> 25;
    let mut next = (sum & 0x01ff_ffff) << 5 ^ value;
    for (bit, generator) in GENERATORS.iter().enumerate() {
        if top >> bit & 1 == 1 {
            next ^= generator;
        }
    }
    next
}
