//! Whether a value is what its type says, as STIX wants it written.
//!
//! MISP takes nearly any text for nearly any type; a hash of the wrong length or a URL without a scheme must not
//! become an observable that no consumer can read. What does not fit is kept as it is, and named.

use std::borrow::Cow;

use super::observable::{Observable, Part};

/// The hives of the Windows registry that are usually abbreviated, and their full names (STIX 2.1 section 6.17).
const HIVES: [(&str, &str); 5] = [
    ("HKLM", "HKEY_LOCAL_MACHINE"),
    ("HKCU", "HKEY_CURRENT_USER"),
    ("HKCR", "HKEY_CLASSES_ROOT"),
    ("HKU", "HKEY_USERS"),
    ("HKCC", "HKEY_CURRENT_CONFIG"),
];

/// A registry key with its hive written out.
pub(super) fn registry_key(key: &str) -> Cow<'_, str> {
    let (hive, rest) = key
        .split_once('\\')
        .map_or((key, None), |(hive, rest)| (hive, Some(rest)));
    match HIVES
        .iter()
        .find(|(short, _)| hive.trim_end_matches(':').eq_ignore_ascii_case(short))
    {
        None => Cow::Borrowed(key),
        Some((_, full)) => Cow::Owned(match rest {
            Some(rest) => format!("{full}\\{rest}"),
            None => (*full).to_owned(),
        }),
    }
}

/// A hardware address in lower case with colons.
pub(super) fn mac_address(text: &str) -> Cow<'_, str> {
    if text.bytes().any(|byte| byte == b'-' || byte.is_ascii_uppercase()) {
        Cow::Owned(text.to_ascii_lowercase().replace('-', ":"))
    } else {
        Cow::Borrowed(text)
    }
}

/// Says whether a text is the name of a host.
pub(super) fn is_domain(text: &str) -> bool {
    let text = text.strip_suffix('.').unwrap_or(text);
    let forbidden =
        |c: char| c.is_control() || c.is_whitespace() || matches!(c, '/' | '@' | ':' | '?' | '#' | '[' | ']' | '|');
    !text.is_empty()
        && text.len() <= 1_024
        && !text.contains(forbidden)
        && text
            .split('.')
            .all(|label| !label.is_empty() && label.chars().count() <= 63)
}

/// Says whether a text is the name of a host and nothing else that people write with dots.
pub(super) fn is_plainly_domain(text: &str) -> bool {
    let last = text.rsplit('.').next().unwrap_or_default();
    text.contains('.')
        && is_domain(text)
        && last.len() >= 2
        && !last.bytes().any(|byte| byte.is_ascii_digit())
        && !stix::observable::has_file_extension(text)
}

fn is_mailbox(text: &str) -> bool {
    text.rsplit_once('@').is_some_and(|(local, domain)| {
        !local.is_empty() && !domain.is_empty() && !text.contains(|c: char| c.is_control() || c.is_whitespace())
    })
}

/// Says whether a text begins with a scheme. `host.example:8080/` does not, although the letters would do.
pub(super) fn is_url(text: &str) -> bool {
    let scheme = text.split_once(':').map_or("", |(scheme, _)| scheme);
    scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-'))
        && !text.contains(char::is_control)
}

fn is_hex(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Says whether a text can be a hash of an algorithm.
pub(super) fn is_hash(algorithm: &str, text: &str) -> bool {
    let digits = match algorithm {
        "MD5" => 32,
        "SHA-1" => 40,
        "SHA-224" | "SHA-512-224" | "SHA3-224" => 56,
        "SHA-256" | "SHA3-256" | "SHA-512-256" => 64,
        "SHA-384" | "SHA3-384" => 96,
        "SHA-512" | "SHA3-512" => 128,
        "SSDEEP" => {
            let mut parts = text.splitn(3, ':');
            let size = parts.next().is_some_and(|size| size.parse::<u64>().is_ok());
            return size && parts.filter(|part| part.is_ascii()).count() == 2;
        }
        "TLSH" => {
            let body = text.strip_prefix("T1").unwrap_or(text);
            return body.len() >= 70 && body.len().is_multiple_of(2) && is_hex(body);
        }
        _ => return true,
    };
    text.len() == digits && is_hex(text)
}

/// Says whether a text is base64 without white space.
pub(super) fn is_base64(text: &str) -> bool {
    let body = text.trim_end_matches('=');
    text.len().is_multiple_of(4)
        && text.len() - body.len() <= 2
        && body
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/'))
}

/// Says whether the values of an observable are what its type says.
pub(super) fn fits(observable: &Observable<'_>) -> bool {
    observable
        .properties
        .iter()
        .all(|(name, part)| match (observable.kind, name.as_ref(), part) {
            ("domain-name", "value", Part::Text(text)) => is_domain(text),
            ("email-addr", "value", Part::Text(text)) => is_mailbox(text),
            ("url", "value", Part::Text(text)) => is_url(text),
            ("mac-addr", "value", Part::Text(text)) => {
                text.len() == 17
                    && text.split(':').count() == 6
                    && text.split(':').all(|pair| pair.len() == 2 && is_hex(pair))
            }
            ("artifact", "payload_bin", Part::Text(text)) => is_base64(text),
            (_, "hashes", Part::Dict(hashes)) => hashes
                .iter()
                .all(|(algorithm, digest)| matches!(digest, Part::Text(digest) if is_hash(algorithm, digest))),
            _ => true,
        })
}

#[cfg(test)]
mod tests {
    use super::{is_plainly_domain, is_url, mac_address, registry_key};

    #[test]
    fn writes_hives_out_and_hardware_addresses_with_colons() {
        assert_eq!(registry_key(r"hklm\Software\X"), r"HKEY_LOCAL_MACHINE\Software\X");
        assert_eq!(registry_key(r"HKEY_USERS\X"), r"HKEY_USERS\X");
        assert_eq!(mac_address("D2-FB-49-24-37-18"), "d2:fb:49:24:37:18");
    }

    #[test]
    fn a_host_with_a_port_is_no_url_and_a_file_no_host() {
        assert!(is_url("https://host.example/a"));
        assert!(!is_url("host.example:8080/a"));
        assert!(is_plainly_domain("host.example"));
        assert!(!is_plainly_domain("setup.exe"));
        assert!(!is_plainly_domain("192.0.2"));
    }
}
