//! Certificates: their fingerprints always, what they say where they can be read.

use md5::{Digest as _, Md5};
use sha1::Sha1;
use sha2::Sha256;
use x509_parser::prelude::{FromDer as _, GeneralName, X509Certificate};

use crate::{Event, Role};

/// Names of a certificate that are told.
const NAMES: usize = 200;

/// Adds a certificate to an event; says whether it could be read.
pub(super) fn describe(event: &mut Event<'_>, der: &[u8]) -> bool {
    for (name, hash) in [
        ("tls.certificate.sha256", hex::encode(Sha256::digest(der))),
        ("tls.certificate.sha1", hex::encode(Sha1::digest(der))),
        ("tls.certificate.md5", hex::encode(Md5::digest(der))),
    ] {
        event.push(name, hash, Role::CertificateHash);
    }
    let Ok((_, certificate)) = X509Certificate::from_der(der) else {
        return false;
    };
    event.push(
        "tls.certificate.serial",
        hex::encode(certificate.raw_serial()),
        Role::CertificateSerial,
    );
    event.push("tls.certificate.subject", certificate.subject().to_string(), Role::Text);
    event.push("tls.certificate.issuer", certificate.issuer().to_string(), Role::Text);
    for name in certificate.subject().iter_common_name() {
        if let Ok(name) = name.as_str() {
            event.push("tls.certificate.common_name", name.to_owned(), Role::Host);
        }
    }
    for (name, time) in [
        ("tls.certificate.not_before", certificate.validity().not_before),
        ("tls.certificate.not_after", certificate.validity().not_after),
    ] {
        event.push(
            name,
            stix::Timestamp::from_seconds(time.timestamp()).to_string(),
            Role::Other,
        );
    }
    if let Ok(Some(names)) = certificate.subject_alternative_name() {
        for name in names.value.general_names.iter().take(NAMES) {
            match name {
                GeneralName::DNSName(name) => event.push("tls.certificate.name", (*name).to_owned(), Role::Host),
                GeneralName::RFC822Name(address) => {
                    event.push("tls.certificate.email", (*address).to_owned(), Role::EmailAddress);
                }
                GeneralName::URI(uri) => event.push("tls.certificate.uri", (*uri).to_owned(), Role::Url),
                GeneralName::IPAddress(octets) => {
                    let address = match (<[u8; 4]>::try_from(*octets), <[u8; 16]>::try_from(*octets)) {
                        (Ok(four), _) => std::net::IpAddr::from(four).to_string(),
                        (_, Ok(six)) => std::net::IpAddr::from(six).to_string(),
                        _ => continue,
                    };
                    event.push("tls.certificate.address", address, Role::Address);
                }
                _ => {}
            }
        }
    }
    true
}
