//! Observables: the normalised values by which objects are searched, correlated and matched.
//!
//! The same thing is written in many ways (`EXAMPLE.com.`, `example[.]com`, `192.0.2.77/24`); an [`Observable`] has
//! exactly one form for each thing, so that equal things have equal text. Normalising twice changes nothing.
//!
//! | step | function | refuses |
//! |---|---|---|
//! | undo defanging | [`refang`] | nothing, gives the text back where there is nothing to undo |
//! | one form for a known kind | [`normalise`] | what cannot be of that kind, and says why |
//! | find the kind by content | [`guess`] | what is not plainly one kind |
//! | all of an object | [`extract`] | nothing, leaves out what is malformed |
//!
//! Nothing here judges a value (private, harmless, expired): that is for intake and `matching`.

mod extract;
mod guess;
mod hash;
mod host;
mod kind;
mod refang;
mod text;
mod url;
mod wallet;

pub use extract::{extract, from_property, of_pattern};
pub use guess::{FILE_EXTENSIONS, guess, has_file_extension};
pub use kind::Kind;
pub use refang::{Refanged, defang, refang, refang_marked};
pub use url::address_of_host;

/// Longest text that is looked at as one value; longer ones are refused.
pub const LONGEST: usize = 64 << 10;

/// A normalised value and what kind of thing it is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Observable {
    /// What kind of thing it is.
    pub kind: Kind,
    /// Its one form.
    pub value: String,
}

/// Why a text is not a value of a kind.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("'{text}' is not {}: {why}", kind.described())]
pub struct NotObservable {
    /// The kind it was to be.
    pub kind: Kind,
    /// The text, cut for messages.
    pub text: String,
    /// What speaks against it.
    pub why: &'static str,
}

/// Brings a text into the one form of its kind.
///
/// The kind can become more exact: an IPv4-mapped IPv6 address becomes IPv4, a network of one address an address,
/// an address with a prefix length a network.
pub fn normalise(kind: Kind, text: &str) -> Result<Observable, NotObservable> {
    let trimmed = text.trim();
    let outcome = if trimmed.is_empty() {
        Err("it is empty")
    } else if trimmed.len() > LONGEST {
        Err("it is longer than 64 KiB")
    } else {
        of_kind(kind, trimmed)
    };
    outcome.map_err(|why| NotObservable {
        kind,
        text: trimmed.chars().take(120).collect(),
        why,
    })
}

fn of_kind(kind: Kind, text: &str) -> Result<Observable, &'static str> {
    let value = match kind {
        Kind::Ipv4 | Kind::Ipv6 | Kind::Ipv4Network | Kind::Ipv6Network => return host::address_or_network(kind, text),
        Kind::Domain => host::domain(text)?,
        Kind::Url => url::canonical(text)?,
        Kind::EmailAddress => host::email(text)?,
        Kind::MacAddress => host::mac(text)?,
        Kind::Asn => host::asn(text)?,
        Kind::Md5 | Kind::Imphash | Kind::Ja3 | Kind::Ja3s | Kind::Hassh => hash::hex_of(text, 32)?,
        Kind::Sha1 => hash::hex_of(text, 40)?,
        Kind::Sha224 | Kind::Sha3_224 => hash::hex_of(text, 56)?,
        Kind::Sha256 | Kind::Sha3_256 => hash::hex_of(text, 64)?,
        Kind::Sha384 | Kind::Sha3_384 => hash::hex_of(text, 96)?,
        Kind::Sha512 | Kind::Sha3_512 => hash::hex_of(text, 128)?,
        Kind::Jarm => hash::hex_of(text, 62)?,
        Kind::CertificateMd5 => hash::fingerprint(text, 32)?,
        Kind::CertificateSha1 => hash::fingerprint(text, 40)?,
        Kind::CertificateSha256 => hash::fingerprint(text, 64)?,
        Kind::CertificateSerial => hash::serial(text)?,
        Kind::Ssdeep => hash::ssdeep(text)?,
        Kind::Tlsh => hash::tlsh(text)?,
        Kind::Ja4 => hash::ja4(text)?,
        Kind::FileName => text::file_name(text)?,
        Kind::FilePath => text::file_path(text)?,
        Kind::RegistryKey => text::registry_key(text)?,
        Kind::WindowsService => text::folded(text)?,
        Kind::UserAgent | Kind::Mutex | Kind::EmailSubject | Kind::UserAccount => text::line(text)?,
        Kind::PhoneNumber => text::phone(text)?,
        Kind::Cve => text::cve(text)?,
        Kind::Bitcoin => wallet::bitcoin(text)?,
        Kind::Ethereum => wallet::ethereum(text)?,
        Kind::CryptoWallet => wallet::other(text)?,
    };
    Ok(Observable { kind, value })
}

#[cfg(test)]
mod tests;
