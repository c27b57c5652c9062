//! Addresses, networks, names, mailboxes and the other things that name a host.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use idna::AsciiDenyList;

use super::{Kind, Observable};

/// Longest name that is given to IDNA; a name has at most 253 characters in ASCII.
const LONGEST_NAME: usize = 1_024;

/// An address or, with a prefix length, a network, of the family that was asked for or the one it is mapped from.
pub(super) fn address_or_network(kind: Kind, text: &str) -> Result<Observable, &'static str> {
    let found = any_address(text)?;
    let asked_v4 = matches!(kind, Kind::Ipv4 | Kind::Ipv4Network);
    let is_v4 = matches!(found.kind, Kind::Ipv4 | Kind::Ipv4Network);
    match (asked_v4, is_v4) {
        (true, false) => Err("it is an IPv6 address"),
        (false, true) if !text.contains(':') => Err("it is an IPv4 address"),
        _ => Ok(found),
    }
}

/// An address or network of either family.
pub(super) fn any_address(text: &str) -> Result<Observable, &'static str> {
    let (address, prefix) = match text.split_once('/') {
        None => (text, None),
        Some((address, prefix)) => (address, Some(prefix_length(prefix)?)),
    };
    let address: IpAddr = address
        .trim_start_matches('[')
        .trim_end_matches(']')
        .parse()
        .map_err(|_| "it does not read as an address")?;
    Ok(match (address, prefix) {
        (IpAddr::V4(address), None) => plain(IpAddr::V4(address)),
        (IpAddr::V4(address), Some(prefix)) => network4(address, prefix)?,
        (IpAddr::V6(address), None) => plain(IpAddr::V6(address)),
        (IpAddr::V6(address), Some(prefix)) => match address.to_ipv4_mapped() {
            Some(mapped) if (96..=128).contains(&prefix) => network4(mapped, prefix - 96)?,
            _ => network6(address, prefix)?,
        },
    })
}

fn prefix_length(text: &str) -> Result<u8, &'static str> {
    if text.is_empty() || text.len() > 3 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err("the prefix length after '/' is not a number");
    }
    text.parse().map_err(|_| "the prefix length is too large")
}

fn plain(address: IpAddr) -> Observable {
    let mapped = match address {
        IpAddr::V6(address) => address.to_ipv4_mapped().map_or(IpAddr::V6(address), IpAddr::V4),
        v4 => v4,
    };
    Observable {
        kind: if mapped.is_ipv4() { Kind::Ipv4 } else { Kind::Ipv6 },
        value: mapped.to_string(),
    }
}

fn network4(address: Ipv4Addr, prefix: u8) -> Result<Observable, &'static str> {
    if prefix == 32 {
        return Ok(plain(IpAddr::V4(address)));
    }
    if prefix > 32 {
        return Err("an IPv4 prefix length is at most 32");
    }
    let mask = u32::MAX.checked_shl(u32::from(32 - prefix)).unwrap_or(0);
    let first = Ipv4Addr::from_bits(address.to_bits() & mask);
    Ok(Observable {
        kind: Kind::Ipv4Network,
        value: format!("{first}/{prefix}"),
    })
}

fn network6(address: Ipv6Addr, prefix: u8) -> Result<Observable, &'static str> {
    if prefix == 128 {
        return Ok(plain(IpAddr::V6(address)));
    }
    if prefix > 128 {
        return Err("an IPv6 prefix length is at most 128");
    }
    let mask = u128::MAX.checked_shl(u32::from(128 - prefix)).unwrap_or(0);
    let first = Ipv6Addr::from_bits(address.to_bits() & mask);
    Ok(Observable {
        kind: Kind::Ipv6Network,
        value: format!("{first}/{prefix}"),
    })
}

/// A domain name: lower case, ASCII by IDNA (UTS 46), no dot at the end.
pub(super) fn domain(text: &str) -> Result<String, &'static str> {
    if text.len() > LONGEST_NAME {
        return Err("it is longer than a domain name can be");
    }
    // An ASCII name is only lower-cased: feeds carry punycode that IDNA refuses and DNS resolves nevertheless.
    let name = if text.is_ascii() {
        text.to_ascii_lowercase()
    } else {
        idna::domain_to_ascii_cow(text.as_bytes(), AsciiDenyList::EMPTY)
            .map_err(|_| "its international letters are not allowed in a domain name")?
            .to_ascii_lowercase()
    };
    let name = name.strip_suffix('.').unwrap_or(&name);
    if name.is_empty() || name.len() > 253 {
        return Err("a domain name has 1 to 253 characters");
    }
    for label in name.split('.') {
        if label.is_empty() || label.len() > 63 {
            return Err("each part between dots has 1 to 63 characters");
        }
        if !label
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
        {
            return Err("it has a character that is not a letter, digit, hyphen or underscore");
        }
    }
    if ends_in_number(name) {
        return Err("it ends in a number, as addresses do");
    }
    Ok(name.to_owned())
}

/// Whether the last part would make a browser read the name as an IPv4 address.
pub(super) fn ends_in_number(name: &str) -> bool {
    let last = name.rsplit('.').next().unwrap_or_default();
    let hexadecimal = last
        .strip_prefix("0x")
        .is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
    hexadecimal || (!last.is_empty() && last.bytes().all(|byte| byte.is_ascii_digit()))
}

/// A mailbox: the part before the at sign as it is, the domain normalised.
pub(super) fn email(text: &str) -> Result<String, &'static str> {
    let mut text = text;
    loop {
        let inner = strip_prefix_folded(text, "mailto:").unwrap_or(text);
        let inner = inner
            .strip_prefix('<')
            .and_then(|inner| inner.strip_suffix('>'))
            .unwrap_or(inner)
            .trim();
        if inner.len() == text.len() {
            break;
        }
        text = inner;
    }
    let (local, host) = text.rsplit_once('@').ok_or("the at sign is missing")?;
    if local.is_empty() || local.len() > 128 {
        return Err("the part before the at sign has 1 to 128 characters");
    }
    if local
        .chars()
        .any(|letter| letter.is_whitespace() || letter.is_control() || "<>(),;:\\\"[]@".contains(letter))
    {
        return Err("the part before the at sign has a character that does not belong there");
    }
    Ok(format!("{local}@{}", domain(host)?))
}

/// Takes a prefix off whatever its case.
pub(super) fn strip_prefix_folded<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let head = text.get(..prefix.len())?;
    head.eq_ignore_ascii_case(prefix).then(|| &text[prefix.len()..])
}

/// Six bytes in lower-case hexadecimal with colons.
pub(super) fn mac(text: &str) -> Result<String, &'static str> {
    let mut digits = String::with_capacity(17);
    let mut count = 0;
    for letter in text.chars() {
        match letter {
            ':' | '-' | '.' => {}
            _ if letter.is_ascii_hexdigit() && count < 12 => {
                if count > 0 && count % 2 == 0 {
                    digits.push(':');
                }
                digits.push(letter.to_ascii_lowercase());
                count += 1;
            }
            _ => return Err("it is not six bytes in hexadecimal"),
        }
    }
    if count == 12 {
        Ok(digits)
    } else {
        Err("it is not six bytes in hexadecimal")
    }
}

/// `AS` and a number of 32 bits.
pub(super) fn asn(text: &str) -> Result<String, &'static str> {
    let digits = strip_prefix_folded(text, "asn")
        .or_else(|| strip_prefix_folded(text, "as"))
        .unwrap_or(text)
        .trim_start();
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err("it is not a number");
    }
    let number: u32 = digits.parse().map_err(|_| "it is larger than 32 bits")?;
    Ok(format!("AS{number}"))
}
