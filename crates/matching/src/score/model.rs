//! How long which kind of value is worth something, and how fast it fades.
//!
//! MISP publishes three models: network values 120 days at speed 2, phishing sites 3 days and voice phishing 10 days at
//! speed 2.3, all with a base of 80 and a threshold of 30. They cover addresses, names, URLs, rules and phone numbers.
//! The rest of the table is ours, by how much it costs an adversary to change the thing:
//!
//! | kinds | lifetime | why |
//! |---|---|---|
//! | addresses, networks, domains, URLs | 120 days | MISP's network model |
//! | the same when used for phishing | 3 days | MISP's phishing model |
//! | phone numbers | 10 days | MISP's voice phishing model |
//! | e-mail addresses, subjects, user agents | 180 days | changed with a campaign |
//! | file names, paths, services, accounts, AS and MAC numbers | 1 year | changed with a tool or a place |
//! | mutexes, registry keys, TLS and SSH fingerprints, certificates | 2 years | changed with a build or a key |
//! | hashes of files, wallets | 3 years | always the same thing; only interest fades |
//! | vulnerabilities | 10 years | they are exploited as long as somebody has not patched |
//! | patterns that are more than values | 1 year | like a tool |

use stix::observable::Kind;

/// What a value was used for, where that shortens its life.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Purpose {
    /// Not known, or nothing of the following.
    #[default]
    General,
    /// Sites and mail that ask for credentials.
    Phishing,
}

impl Purpose {
    /// Reads it from labels and indicator types.
    pub fn of_labels<'t>(labels: impl IntoIterator<Item = &'t str>) -> Self {
        let is_phishing = |label: &str| label.to_ascii_lowercase().contains("phishing");
        if labels.into_iter().any(is_phishing) {
            Self::Phishing
        } else {
            Self::General
        }
    }
}

/// One curve.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Decay {
    /// Days until nothing is left.
    pub lifetime_days: u32,
    /// How the fall is spread: 1 is a straight line, more falls fast at first and slowly later.
    pub speed: f64,
}

impl Decay {
    /// The part of the base that is left after some days, from 1 down to 0.
    pub fn remaining(&self, days: f64) -> f64 {
        let lifetime = f64::from(self.lifetime_days);
        if days >= lifetime || self.speed <= 0.0 || !self.speed.is_finite() {
            return 0.0;
        }
        (1.0 - (days.max(0.0) / lifetime).powf(1.0 / self.speed)).clamp(0.0, 1.0)
    }
}

/// The choices of a node: fields can be set, the default is the table above.
#[derive(Clone, Debug, PartialEq)]
pub struct Model {
    /// Base where an object has no `confidence` (MISP: 80).
    pub default_base: u8,
    /// Below this, an indicator is left out of matching and exports unless asked for (MISP: 30).
    pub threshold: u8,
    /// Curves that replace those of the table.
    pub changed: Vec<(Kind, Decay)>,
}

impl Default for Model {
    fn default() -> Self {
        Self {
            default_base: 80,
            threshold: 30,
            changed: Vec::new(),
        }
    }
}

impl Model {
    /// The curve of a kind and purpose; no kind stands for a pattern that is more than values.
    pub fn decay(&self, kind: Option<Kind>, purpose: Purpose) -> Decay {
        let Some(kind) = kind else { return decay(365, 2.0) };
        if let Some((_, decay)) = self.changed.iter().find(|(changed, _)| *changed == kind) {
            return *decay;
        }
        match kind {
            Kind::Ipv4 | Kind::Ipv6 | Kind::Ipv4Network | Kind::Ipv6Network | Kind::Domain | Kind::Url => match purpose
            {
                Purpose::Phishing => decay(3, 2.3),
                Purpose::General => decay(120, 2.0),
            },
            Kind::PhoneNumber => decay(10, 2.3),
            Kind::EmailAddress | Kind::EmailSubject | Kind::UserAgent => decay(180, 2.0),
            Kind::FileName
            | Kind::FilePath
            | Kind::WindowsService
            | Kind::UserAccount
            | Kind::Asn
            | Kind::MacAddress => decay(365, 2.0),
            Kind::Mutex
            | Kind::RegistryKey
            | Kind::Imphash
            | Kind::Ssdeep
            | Kind::Tlsh
            | Kind::Ja3
            | Kind::Ja3s
            | Kind::Ja4
            | Kind::Jarm
            | Kind::Hassh
            | Kind::CertificateMd5
            | Kind::CertificateSha1
            | Kind::CertificateSha256
            | Kind::CertificateSerial => decay(2 * 365, 2.0),
            Kind::Md5
            | Kind::Sha1
            | Kind::Sha224
            | Kind::Sha256
            | Kind::Sha384
            | Kind::Sha512
            | Kind::Sha3_224
            | Kind::Sha3_256
            | Kind::Sha3_384
            | Kind::Sha3_512
            | Kind::Bitcoin
            | Kind::Ethereum
            | Kind::CryptoWallet => decay(3 * 365, 2.0),
            Kind::Cve => decay(10 * 365, 2.0),
        }
    }
}

const fn decay(lifetime_days: u32, speed: f64) -> Decay {
    Decay { lifetime_days, speed }
}
