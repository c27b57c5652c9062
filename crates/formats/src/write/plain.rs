//! Which values may stand in a line of text.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use stix::observable::{Kind, Observable};

/// Why a value cannot be written.
pub(super) type Unsafe = String;

/// Whether a sign ends a line somewhere, or changes how a line is shown.
pub(super) fn is_harmful(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{2028}' | '\u{2029}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// The text if it is one line without control signs.
pub(super) fn line(text: &str) -> Result<&str, Unsafe> {
    if text.is_empty() || text.chars().any(is_harmful) {
        return Err("it has a line break or control character".to_owned());
    }
    if text.trim().len() != text.len() {
        return Err("it begins or ends with white space, which many readers cut".to_owned());
    }
    Ok(text)
}

/// A free text made safe for one line: harmful signs become spaces, and it is cut.
pub(super) fn note(text: &str, longest: usize) -> String {
    let clean = text.chars().map(|letter| if is_harmful(letter) { ' ' } else { letter });
    clean.take(longest).collect::<String>().trim().to_owned()
}

/// The name if it is a domain name of letters, digits, hyphens and underscores.
pub(super) fn domain(name: &str) -> Result<&str, Unsafe> {
    let good = |label: &str| {
        (1..=63).contains(&label.len())
            && label
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_'))
    };
    if name.len() <= 253 && name.split('.').all(good) && name.parse::<Ipv4Addr>().is_err() {
        Ok(name)
    } else {
        Err("it is not a domain name in its normal form".to_owned())
    }
}

/// The name if a rule for it, and for what is below it, does not hit a whole top-level domain or the machine itself.
pub(super) fn narrow_domain(name: &str) -> Result<&str, Unsafe> {
    let name = domain(name)?;
    if !name.contains('.') || name.ends_with(".localhost") || name.ends_with(".arpa") {
        return Err("a rule for it would hit a whole top-level domain or what every machine needs".to_owned());
    }
    Ok(name)
}

/// An address or network of an observable: the first address and the prefix length.
pub(super) fn network(observable: &Observable) -> Option<(IpAddr, u8)> {
    let (address, prefix) = match observable.value.split_once('/') {
        Some((address, prefix)) => (address, Some(prefix.parse::<u8>().ok()?)),
        None => (observable.value.as_str(), None),
    };
    let address: IpAddr = address.parse().ok()?;
    let longest = if address.is_ipv4() { 32 } else { 128 };
    let prefix = prefix.unwrap_or(longest);
    (is_address(observable.kind) && prefix <= longest).then(|| (masked(address, prefix), prefix))
}

fn masked(address: IpAddr, prefix: u8) -> IpAddr {
    let prefix = u32::from(prefix);
    match address {
        IpAddr::V4(v4) => Ipv4Addr::from_bits(v4.to_bits() & u32::MAX.checked_shl(32 - prefix).unwrap_or(0)).into(),
        IpAddr::V6(v6) => Ipv6Addr::from_bits(v6.to_bits() & u128::MAX.checked_shl(128 - prefix).unwrap_or(0)).into(),
    }
}

/// The network if it is not so wide, and not so special, that a rule for it would hit everything.
pub(super) fn narrow_network(observable: &Observable) -> Result<(IpAddr, u8), Unsafe> {
    let (address, prefix) = network(observable).ok_or("it is not an address or network")?;
    let narrowest = if address.is_ipv4() { 8 } else { 16 };
    if prefix < narrowest {
        return Err(format!("a network wider than /{narrowest} would hit everything"));
    }
    let broadcast = matches!(address, IpAddr::V4(v4) if v4.is_broadcast());
    if address.is_unspecified() || address.is_loopback() || address.is_multicast() || broadcast {
        return Err("it is an address of the machine itself or of everybody".to_owned());
    }
    Ok((address, prefix))
}

/// `192.0.2.1`, or with its prefix length where it is more than one address.
pub(super) fn shown((address, prefix): (IpAddr, u8)) -> String {
    let single = if address.is_ipv4() { 32 } else { 128 };
    if prefix == single {
        address.to_string()
    } else {
        format!("{address}/{prefix}")
    }
}

/// Whether a kind is an address or a network.
pub(super) const fn is_address(kind: Kind) -> bool {
    matches!(kind, Kind::Ipv4 | Kind::Ipv6 | Kind::Ipv4Network | Kind::Ipv6Network)
}
