//! The kinds of observables, their stable names and numbers.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

macro_rules! kinds {
    ($($variant:ident = $code:literal, $name:literal, $described:literal;)*) => {
        /// What kind of thing an observable is. Names and numbers are stored: they never change meaning.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Kind {
            $(#[doc = concat!("`", $name, "`: ", $described)] $variant = $code,)*
        }

        impl Kind {
            /// Every kind, in the order of the numbers.
            pub const ALL: &'static [Kind] = &[$(Kind::$variant,)*];

            /// The stable name, lower case with hyphens.
            pub const fn as_str(self) -> &'static str {
                match self { $(Kind::$variant => $name,)* }
            }

            /// The kind of a name.
            pub fn parse(name: &str) -> Option<Self> {
                match name { $($name => Some(Kind::$variant),)* _ => None }
            }

            /// The kind of a number.
            pub const fn from_code(code: u8) -> Option<Self> {
                match code { $($code => Some(Kind::$variant),)* _ => None }
            }

            /// What it is, with its article, for messages.
            pub const fn described(self) -> &'static str {
                match self { $(Kind::$variant => $described,)* }
            }
        }
    };
}

kinds! {
    Ipv4 = 1, "ipv4", "an IPv4 address";
    Ipv6 = 2, "ipv6", "an IPv6 address";
    Ipv4Network = 3, "ipv4-network", "an IPv4 network";
    Ipv6Network = 4, "ipv6-network", "an IPv6 network";
    Domain = 5, "domain", "a domain name";
    Url = 6, "url", "a URL";
    EmailAddress = 7, "email-address", "an e-mail address";
    EmailSubject = 8, "email-subject", "the subject of an e-mail";
    Asn = 9, "asn", "the number of an autonomous system";
    MacAddress = 10, "mac-address", "a MAC address";
    Md5 = 20, "md5", "an MD5 hash";
    Sha1 = 21, "sha1", "a SHA-1 hash";
    Sha224 = 22, "sha224", "a SHA-224 hash";
    Sha256 = 23, "sha256", "a SHA-256 hash";
    Sha384 = 24, "sha384", "a SHA-384 hash";
    Sha512 = 25, "sha512", "a SHA-512 hash";
    Sha3_224 = 26, "sha3-224", "a SHA3-224 hash";
    Sha3_256 = 27, "sha3-256", "a SHA3-256 hash";
    Sha3_384 = 28, "sha3-384", "a SHA3-384 hash";
    Sha3_512 = 29, "sha3-512", "a SHA3-512 hash";
    Ssdeep = 30, "ssdeep", "an ssdeep fuzzy hash";
    Tlsh = 31, "tlsh", "a TLSH fuzzy hash";
    Imphash = 32, "imphash", "a hash of the imports of a program";
    FileName = 40, "file-name", "a file name";
    FilePath = 41, "file-path", "a file path";
    Mutex = 42, "mutex", "the name of a mutex";
    RegistryKey = 43, "registry-key", "a key of the Windows registry";
    WindowsService = 44, "windows-service", "the name of a Windows service";
    UserAccount = 45, "user-account", "the name of a user account";
    UserAgent = 50, "user-agent", "a user agent";
    Ja3 = 51, "ja3", "a JA3 fingerprint";
    Ja3s = 52, "ja3s", "a JA3S fingerprint";
    Ja4 = 53, "ja4", "a JA4 fingerprint";
    Jarm = 54, "jarm", "a JARM fingerprint";
    Hassh = 55, "hassh", "a HASSH fingerprint";
    CertificateMd5 = 60, "certificate-md5", "the MD5 fingerprint of a certificate";
    CertificateSha1 = 61, "certificate-sha1", "the SHA-1 fingerprint of a certificate";
    CertificateSha256 = 62, "certificate-sha256", "the SHA-256 fingerprint of a certificate";
    CertificateSerial = 63, "certificate-serial", "the serial number of a certificate";
    Bitcoin = 70, "bitcoin", "a Bitcoin address";
    Ethereum = 71, "ethereum", "an Ethereum address";
    CryptoWallet = 72, "crypto-wallet", "an address of a crypto currency";
    PhoneNumber = 80, "phone-number", "a phone number";
    Cve = 90, "cve", "the number of a vulnerability";
}

impl Kind {
    /// The stable number.
    pub const fn code(self) -> u8 {
        self as u8
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Kind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Kind {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        Self::parse(&name).ok_or_else(|| serde::de::Error::custom(format_args!("'{name}' is not a kind of observable")))
    }
}
