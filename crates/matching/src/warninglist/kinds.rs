//! Which kinds of observables a list counts for, from the attribute types of MISP.

use stix::observable::Kind;

/// A set of kinds, one bit for each number of a kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Kinds(u128);

impl Kinds {
    pub(super) const ALL: Self = Self(u128::MAX);
    pub(super) const NONE: Self = Self(0);

    pub(super) const fn of(kinds: &[Kind]) -> Self {
        let mut bits = 0;
        let mut at = 0;
        while at < kinds.len() {
            bits |= 1 << kinds[at].code();
            at += 1;
        }
        Self(bits)
    }

    pub(super) const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub(super) const fn contains(self, kind: Kind) -> bool {
        self.0 >> kind.code() & 1 == 1
    }

    /// The kinds of one attribute type of MISP, none where we have no such kind.
    pub(super) fn of_attribute(name: &str) -> Self {
        // A composite type (`domain|ip`, `filename|md5`, `ip-dst|port`) counts for each of its parts.
        name.split('|').map(Self::of_part).fold(Self::NONE, Self::or)
    }

    fn of_part(name: &str) -> Self {
        match name {
            "ALL" => Self::ALL,
            "ip-src" | "ip-dst" | "ip" => ADDRESSES,
            "domain" | "hostname" => Self::of(&[Kind::Domain]),
            "url" | "uri" | "link" => Self::of(&[Kind::Url]),
            "email"
            | "email-src"
            | "email-dst"
            | "email-reply-to"
            | "target-email"
            | "whois-registrant-email"
            | "dns-soa-email" => Self::of(&[Kind::EmailAddress]),
            "email-subject" => Self::of(&[Kind::EmailSubject]),
            "AS" => Self::of(&[Kind::Asn]),
            "mac-address" => Self::of(&[Kind::MacAddress]),
            "md5" => Self::of(&[Kind::Md5]),
            "sha1" => Self::of(&[Kind::Sha1]),
            "sha224" => Self::of(&[Kind::Sha224]),
            "sha256" => Self::of(&[Kind::Sha256]),
            "sha384" => Self::of(&[Kind::Sha384]),
            "sha512" => Self::of(&[Kind::Sha512]),
            "sha3-224" => Self::of(&[Kind::Sha3_224]),
            "sha3-256" => Self::of(&[Kind::Sha3_256]),
            "sha3-384" => Self::of(&[Kind::Sha3_384]),
            "sha3-512" => Self::of(&[Kind::Sha3_512]),
            "malware-sample" => Self::of(&[Kind::Md5, Kind::FileName]),
            "ssdeep" => Self::of(&[Kind::Ssdeep]),
            "tlsh" => Self::of(&[Kind::Tlsh]),
            "imphash" => Self::of(&[Kind::Imphash]),
            "filename" => Self::of(&[Kind::FileName, Kind::FilePath]),
            "mutex" => Self::of(&[Kind::Mutex]),
            "regkey" => Self::of(&[Kind::RegistryKey]),
            "windows-service-name" => Self::of(&[Kind::WindowsService]),
            "user-agent" | "http-user-agent" => Self::of(&[Kind::UserAgent]),
            "ja3-fingerprint-md5" => Self::of(&[Kind::Ja3, Kind::Ja3s]),
            "jarm-fingerprint" => Self::of(&[Kind::Jarm]),
            "hassh-md5" => Self::of(&[Kind::Hassh]),
            "x509-fingerprint-md5" => Self::of(&[Kind::CertificateMd5]),
            "x509-fingerprint-sha1" => Self::of(&[Kind::CertificateSha1]),
            "x509-fingerprint-sha256" => Self::of(&[Kind::CertificateSha256]),
            "btc" => Self::of(&[Kind::Bitcoin]),
            "xmr" | "dash" => Self::of(&[Kind::CryptoWallet]),
            "phone-number" | "whois-registrant-phone" => Self::of(&[Kind::PhoneNumber]),
            "vulnerability" => Self::of(&[Kind::Cve]),
            _ => Self::NONE,
        }
    }
}

pub(super) const ADDRESSES: Kinds = Kinds::of(&[Kind::Ipv4, Kind::Ipv6, Kind::Ipv4Network, Kind::Ipv6Network]);

#[cfg(test)]
mod tests {
    use stix::observable::Kind;

    use super::Kinds;

    #[test]
    fn a_composite_type_counts_for_each_part() {
        let kinds = Kinds::of_attribute("domain|ip");
        assert!(kinds.contains(Kind::Domain) && kinds.contains(Kind::Ipv6) && !kinds.contains(Kind::Url));
        assert_eq!(Kinds::of_attribute("azure-application-id"), Kinds::NONE);
    }

    #[test]
    fn every_kind_has_its_own_bit() {
        assert!(Kind::ALL.iter().all(|kind| kind.code() < 128));
    }
}
