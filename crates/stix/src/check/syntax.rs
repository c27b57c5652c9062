//! Strings with a syntax of their own: what each must look like.
//!
//! Host names, mail addresses and URLs are checked for what no consumer could use, not against every rule of
//! their RFCs: threat information is full of values that are broken on purpose.

use std::net::{Ipv4Addr, Ipv6Addr};

use super::shape::Syntax;
use crate::problem::Severity;

type Verdict = Result<(), (Severity, &'static str)>;

/// Values that an object with `defanged: true` need not write properly.
pub(super) fn may_be_defanged(syntax: Syntax) -> bool {
    matches!(
        syntax,
        Syntax::Url | Syntax::Ipv4 | Syntax::Ipv6 | Syntax::Domain | Syntax::Mailbox
    )
}

/// Checks a text; the reason fits after the quoted text.
pub(super) fn check(syntax: Syntax, text: &str) -> Verdict {
    let (good, why) = match syntax {
        Syntax::Hex if is_hex(text) && text.bytes().any(|byte| byte.is_ascii_uppercase()) => {
            // Section 2.8 wants lower case, and the examples of section 6.6 do not keep to it.
            return Err((Severity::Warning, "should be in lower case"));
        }
        Syntax::Hex => (is_hex(text), "is not made of pairs of hexadecimal digits"),
        Syntax::Base64 => (is_base64(text), "is not base64"),
        Syntax::Url => return url(text),
        Syntax::Word => (
            is_word(text),
            "is not made of lower-case letters a-z, digits and hyphens only",
        ),
        Syntax::Language => (is_language(text), "is not a language tag such as en or pt-BR"),
        Syntax::Ipv4 => (is_network::<Ipv4Addr>(text, 32), "is not an IPv4 address or network"),
        Syntax::Ipv6 => (is_network::<Ipv6Addr>(text, 128), "is not an IPv6 address or network"),
        Syntax::Mac => (
            is_mac(text),
            "is not a MAC address in lower case with colons, as in d2:fb:49:24:37:18",
        ),
        Syntax::Domain => (is_domain(text), "is not a domain name"),
        Syntax::Mailbox => (is_mailbox(text), "is not an e-mail address"),
        Syntax::Cpe => (text.starts_with("cpe:2.3:"), "is not a CPE 2.3 name (cpe:2.3:…)"),
        Syntax::RegistryKey => (
            has_full_hive(text),
            "abbreviates the hive; write HKEY_LOCAL_MACHINE and the like in full",
        ),
    };
    if good { Ok(()) } else { Err((Severity::Error, why)) }
}

pub(super) fn is_hex(text: &str) -> bool {
    text.len().is_multiple_of(2) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn is_base64(text: &str) -> bool {
    let body = text.trim_end_matches('=');
    text.len().is_multiple_of(4)
        && text.len() - body.len() <= 2
        && body
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/'))
}

fn is_word(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

/// The shape of RFC 5646: subtags of 1 to 8 letters and digits, the first of letters only.
pub(super) fn is_language(text: &str) -> bool {
    let mut subtags = text.split('-');
    let first = subtags.next().unwrap_or_default();
    (1..=8).contains(&first.len())
        && first.bytes().all(|byte| byte.is_ascii_alphabetic())
        && subtags.all(|tag| (1..=8).contains(&tag.len()) && tag.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}

fn is_network<A: std::str::FromStr>(text: &str, bits: u8) -> bool {
    let (address, prefix) = match text.split_once('/') {
        Some((address, prefix)) => (address, Some(prefix)),
        None => (text, None),
    };
    let prefix_fits = |prefix: &str| {
        prefix.len() <= 3
            && prefix.bytes().all(|byte| byte.is_ascii_digit())
            && prefix.parse::<u8>().is_ok_and(|length| length <= bits)
    };
    address.parse::<A>().is_ok() && prefix.is_none_or(prefix_fits)
}

fn is_mac(text: &str) -> bool {
    text.len() == 17
        && text.bytes().enumerate().all(|(at, byte)| match at % 3 {
            2 => byte == b':',
            _ => byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte),
        })
}

fn is_domain(text: &str) -> bool {
    let text = text.strip_suffix('.').unwrap_or(text);
    let forbidden = |character: char| {
        character.is_control()
            || character.is_whitespace()
            || matches!(character, '/' | '@' | ':' | '?' | '#' | '[' | ']')
    };
    !text.is_empty()
        && text.len() <= 1_024
        && !text.contains(forbidden)
        && text
            .split('.')
            .all(|label| !label.is_empty() && label.chars().count() <= 63)
}

fn is_mailbox(text: &str) -> bool {
    text.rsplit_once('@').is_some_and(|(local, domain)| {
        let quoted = local.len() >= 2 && local.starts_with('"') && local.ends_with('"');
        let literal = domain.starts_with('[') && domain.ends_with(']');
        !local.is_empty()
            && !domain.is_empty()
            && !text.contains(char::is_control)
            && (quoted || !local.contains(char::is_whitespace))
            && (literal || !domain.contains(char::is_whitespace))
    })
}

fn url(text: &str) -> Verdict {
    let scheme = text.split_once(':').map_or("", |(scheme, _)| scheme);
    let good_scheme = scheme.starts_with(|first: char| first.is_ascii_alphabetic())
        && scheme
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'));
    if !good_scheme {
        return Err((
            Severity::Error,
            "is not a URL: it does not begin with a scheme such as https:",
        ));
    }
    if text.contains(char::is_control) {
        return Err((Severity::Error, "is not a URL: it has a control character in it"));
    }
    let unwise = |byte: u8| {
        byte > 127
            || matches!(
                byte,
                b' ' | b'"' | b'<' | b'>' | b'\\' | b'^' | b'`' | b'{' | b'|' | b'}'
            )
    };
    if text.bytes().any(unwise) {
        return Err((
            Severity::Warning,
            "has characters that RFC 3986 wants percent-encoded; consumers may read it differently",
        ));
    }
    Ok(())
}

fn has_full_hive(text: &str) -> bool {
    let hive = text.split_once('\\').map_or(text, |(hive, _)| hive);
    !["HKLM", "HKCC", "HKCR", "HKCU", "HKU"]
        .iter()
        .any(|short| hive.eq_ignore_ascii_case(short))
}

/// Says what is wrong with a hash of an algorithm of the vocabulary hash-algorithm-ov (section 10.7).
pub(super) fn hash(algorithm: &str, text: &str) -> Result<(), &'static str> {
    let digits = match algorithm {
        "MD5" => 32,
        "SHA-1" => 40,
        "SHA-256" | "SHA3-256" => 64,
        "SHA-512" | "SHA3-512" => 128,
        "SSDEEP" => {
            let mut parts = text.splitn(3, ':');
            let size = parts.next().is_some_and(|size| size.parse::<u64>().is_ok());
            let rest = parts.filter(|part| part.is_ascii()).count();
            return if size && rest == 2 {
                Ok(())
            } else {
                Err("an SSDEEP hash is size:hash:hash")
            };
        }
        "TLSH" => {
            let body = text.strip_prefix("T1").unwrap_or(text);
            return if body.len() >= 70 && is_hex(body) {
                Ok(())
            } else {
                Err("a TLSH hash has at least 70 hexadecimal digits")
            };
        }
        _ => return Ok(()),
    };
    if text.len() == digits && is_hex(text) {
        return Ok(());
    }
    Err(match digits {
        32 => "an MD5 hash has 32 hexadecimal digits",
        40 => "a SHA-1 hash has 40 hexadecimal digits",
        64 => "a SHA-256 hash has 64 hexadecimal digits",
        _ => "a SHA-512 hash has 128 hexadecimal digits",
    })
}

/// The name in hash-algorithm-ov that a differently written one means.
pub(super) fn hash_algorithm(name: &str) -> Option<&'static str> {
    const NAMES: [(&str, &str); 8] = [
        ("md5", "MD5"),
        ("sha1", "SHA-1"),
        ("sha256", "SHA-256"),
        ("sha512", "SHA-512"),
        ("sha3256", "SHA3-256"),
        ("sha3512", "SHA3-512"),
        ("ssdeep", "SSDEEP"),
        ("tlsh", "TLSH"),
    ];
    let letters = || {
        name.bytes()
            .filter(|byte| !matches!(byte, b'-' | b'_'))
            .map(|byte| byte.to_ascii_lowercase())
    };
    NAMES
        .iter()
        .find(|(plain, _)| letters().eq(plain.bytes()))
        .map(|(_, proper)| *proper)
}

#[cfg(test)]
mod tests {
    use super::{Syntax, check, hash, hash_algorithm};

    #[test]
    fn tells_good_from_bad() {
        for (syntax, good, bad) in [
            (Syntax::Hex, "ffd8", "ffd"),
            (Syntax::Base64, "VBORw0KGgoA=", "VBORw0K Ggo="),
            (Syntax::Word, "derived-from", "Derived_from"),
            (Syntax::Language, "pt-BR", "english language"),
            (Syntax::Ipv4, "192.0.2.0/24", "192.0.2.0/33"),
            (Syntax::Ipv4, "192.0.2.1", "192.0.2.256"),
            (Syntax::Ipv6, "2001:db8::/32", "2001:db8::/129"),
            (Syntax::Mac, "d2:fb:49:24:37:18", "D2:FB:49:24:37:18"),
            (Syntax::Domain, "bücher.example.", "example..com"),
            (Syntax::Mailbox, "\"a b\"@example.com", "a b@example.com"),
            (Syntax::Url, "https://example.com/%20", "example.com/"),
            (Syntax::RegistryKey, "HKEY_LOCAL_MACHINE\\a", "hklm\\a"),
        ] {
            assert!(check(syntax, good).is_ok(), "{good}");
            assert!(check(syntax, bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn knows_the_hashes() {
        assert!(hash("MD5", "1717b7fff97d37a1e1a0029d83492de1").is_ok());
        assert!(hash("SHA-1", "1717b7fff97d37a1e1a0029d83492de1").is_err());
        assert!(hash("SSDEEP", "3:AXGBicFlgVNhBGcL6wCrFQEv:AXGHsNhxLsr2C").is_ok());
        assert_eq!(hash_algorithm("sha_256"), Some("SHA-256"));
        assert_eq!(hash_algorithm("imphash"), None);
    }
}
