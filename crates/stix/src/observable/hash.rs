//! Hashes and fingerprints.

/// Hexadecimal of an exact length, in lower case.
pub(super) fn hex_of(text: &str, length: usize) -> Result<String, &'static str> {
    if !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err("it has a character that is not a hexadecimal digit");
    }
    if text.len() != length {
        return Err("it does not have the length of such a hash");
    }
    Ok(text.to_ascii_lowercase())
}

/// A hash of a certificate, which tools like to write with colons or spaces between the bytes.
pub(super) fn fingerprint(text: &str, length: usize) -> Result<String, &'static str> {
    hex_of(&without_separators(text), length)
}

/// The serial number of a certificate in hexadecimal, without separators and leading zeros.
pub(super) fn serial(text: &str) -> Result<String, &'static str> {
    let digits = without_separators(text);
    let mut digits = digits.as_str();
    while let Some(rest) = digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X")) {
        digits = rest;
    }
    if digits.is_empty() || digits.len() > 128 || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err("it is not a number in hexadecimal");
    }
    let significant = digits.trim_start_matches('0');
    Ok(if significant.is_empty() {
        "0".to_owned()
    } else {
        significant.to_ascii_lowercase()
    })
}

fn without_separators(text: &str) -> String {
    text.chars()
        .filter(|letter| !matches!(letter, ':' | ' ' | '-'))
        .collect()
}

/// `blocksize:hash:hash`, without the file name that the tool appends.
pub(super) fn ssdeep(text: &str) -> Result<String, &'static str> {
    let text = text.split(',').next().unwrap_or_default().trim();
    let mut parts = text.split(':');
    let (Some(size), Some(first), Some(second), None) = (parts.next(), parts.next(), parts.next(), parts.next()) else {
        return Err("it is not made of three parts with colons between them");
    };
    let is_size = !size.is_empty() && size.len() <= 12 && size.bytes().all(|byte| byte.is_ascii_digit());
    let is_part = |part: &str| {
        !part.is_empty()
            && part.len() <= 64
            && part
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'+' || byte == b'/')
    };
    if is_size && is_part(first) && is_part(second) {
        Ok(text.to_owned())
    } else {
        Err("its parts are not a block size and two hashes in base64")
    }
}

/// `T1` and 70 hexadecimal digits in upper case, as the tool writes it today.
pub(super) fn tlsh(text: &str) -> Result<String, &'static str> {
    let digits = match text.len() {
        72 => text
            .strip_prefix("T1")
            .or_else(|| text.strip_prefix("t1"))
            .ok_or("it does not start with T1")?,
        _ => text,
    };
    Ok(format!("T1{}", hex_of(digits, 70)?.to_ascii_uppercase()))
}

/// `a_b_c`: ten characters, twelve and twelve hexadecimal digits.
pub(super) fn ja4(text: &str) -> Result<String, &'static str> {
    let lower = text.to_ascii_lowercase();
    let mut parts = lower.split('_');
    let (Some(head), Some(first), Some(second), None) = (parts.next(), parts.next(), parts.next(), parts.next()) else {
        return Err("it is not made of three parts with underscores between them");
    };
    let is_hash = |part: &str| part.len() == 12 && part.bytes().all(|byte| byte.is_ascii_hexdigit());
    let is_head =
        head.len() == 10 && head.starts_with(['t', 'q', 'd']) && head.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if is_head && is_hash(first) && is_hash(second) {
        Ok(lower)
    } else {
        Err("its parts do not have the lengths of such a fingerprint")
    }
}
