//! Anchors: by which token of a line a value is found, whatever the line's format.
//!
//! | kind | anchor |
//! |---|---|
//! | IPv4 | itself; a network: the first three numbers of every address in it |
//! | IPv6, MAC, fingerprints | runs with colons, and the digits without separators |
//! | domain | itself |
//! | URL, e-mail address | its host |
//! | hash | itself |
//! | anything else | its most telling token: one with a dot before others, the longest of them |

use std::net::IpAddr;

use stix::observable::Kind;

use crate::token;

/// By what a value is found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Anchor<'v> {
    /// An address, looked up as a number. The text form is what stands in a line.
    Address(IpAddr),
    /// A network: its first address and its length.
    Network(IpAddr, u8),
    /// A token.
    Token(std::borrow::Cow<'v, str>),
    /// A token, and the runs with colons: for values that are written with separators or without.
    Separated(String),
    /// It leaves nothing in a line that could be looked for.
    Nothing,
}

impl<'v> Anchor<'v> {
    /// The anchor of a normalised value.
    pub(crate) fn of(kind: Kind, value: &'v str) -> Self {
        match kind {
            Kind::Ipv4 | Kind::Ipv6 => value.parse().map_or(Self::Nothing, Self::Address),
            Kind::Ipv4Network | Kind::Ipv6Network => network(value).unwrap_or(Self::Nothing),
            Kind::Url => host_of(value).map_or_else(|| Self::text(value), Self::host),
            Kind::EmailAddress => value
                .rsplit_once('@')
                .map_or_else(|| Self::text(value), |(_, host)| Self::host(host)),
            Kind::MacAddress
            | Kind::CertificateMd5
            | Kind::CertificateSha1
            | Kind::CertificateSha256
            | Kind::CertificateSerial => Self::Separated(squeezed(value)),
            // Logs write the number alone or with the letters.
            Kind::Asn => Self::Token(value.trim_start_matches("AS").into()),
            _ => Self::text(value),
        }
    }

    fn host(host: &'v str) -> Self {
        let bare = host.trim_matches(['[', ']']);
        bare.parse().map_or(Self::Token(host.into()), Self::Address)
    }

    fn text(value: &'v str) -> Self {
        let found = token::tokens(value.as_bytes())
            .filter_map(|range| value.get(range))
            .max_by_key(|one| (token::is_salient(one.as_bytes()), one.len()));
        found.map_or(Self::Nothing, |found| Self::Token(found.into()))
    }
}

/// First address and length of a network in its one form.
pub(crate) fn network(value: &str) -> Option<Anchor<'static>> {
    let (address, length) = value.split_once('/')?;
    Some(Anchor::Network(address.parse().ok()?, length.parse().ok()?))
}

/// The host of a URL in its one form, without user and port.
pub(crate) fn host_of(url: &str) -> Option<&str> {
    let rest = url.split_once("://")?.1;
    let authority = rest.split(['/', '?', '#']).next()?;
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    if host.starts_with('[') {
        return host.split_inclusive(']').next();
    }
    let name = host.split_once(':').map_or(host, |(name, _)| name);
    (!name.is_empty()).then_some(name)
}

/// Without the separators that some write and some do not, and without leading noughts.
pub(crate) fn squeezed(value: &str) -> String {
    let digits: String = value
        .chars()
        .filter(|letter| !matches!(letter, ':' | '-' | '.' | ' '))
        .map(|letter| letter.to_ascii_lowercase())
        .collect();
    let significant = digits.trim_start_matches('0');
    if significant.is_empty() {
        digits
    } else {
        significant.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token_of(kind: Kind, value: &str) -> String {
        match Anchor::of(kind, value) {
            Anchor::Token(token) => token.into_owned(),
            Anchor::Separated(token) => token,
            other => format!("{other:?}"),
        }
    }

    #[test]
    fn each_kind_is_found_by_what_every_line_with_it_holds() {
        assert_eq!(
            token_of(Kind::Url, "http://user@evil.example:8080/a/b.php"),
            "evil.example"
        );
        assert_eq!(token_of(Kind::Url, "http://[2001:db8::1]:80/"), "Address(2001:db8::1)");
        assert_eq!(token_of(Kind::EmailAddress, "a.b@evil.example"), "evil.example");
        assert_eq!(token_of(Kind::Asn, "AS64500"), "64500");
        assert_eq!(token_of(Kind::MacAddress, "02:00:5e:00:53:01"), "2005e005301");
        assert_eq!(token_of(Kind::FilePath, r"c:\users\public\evil tool.exe"), "tool.exe");
        assert_eq!(
            token_of(Kind::UserAgent, "Mozilla/4.0 (compatible; Evilbrowser)"),
            "Evilbrowser"
        );
        assert_eq!(token_of(Kind::Mutex, "{}"), "Nothing");
        assert_eq!(
            Anchor::of(Kind::Ipv4Network, "192.0.2.0/24"),
            Anchor::Network("192.0.2.0".parse().unwrap(), 24)
        );
    }
}
