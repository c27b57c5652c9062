//! The STIX pattern that is true for a value.

use stix::observable::{Kind, Observable};

/// The pattern for an observable; `stix::observable::extract` reads the same observable out of it.
pub fn of(observable: &Observable) -> String {
    let value = observable.value.as_str();
    let equals = |path: &str| format!("[{path} = {}]", literal(value));
    match observable.kind {
        Kind::Ipv4 => equals("ipv4-addr:value"),
        Kind::Ipv6 => equals("ipv6-addr:value"),
        Kind::Ipv4Network => format!("[ipv4-addr:value ISSUBSET {}]", literal(value)),
        Kind::Ipv6Network => format!("[ipv6-addr:value ISSUBSET {}]", literal(value)),
        Kind::Domain => equals("domain-name:value"),
        Kind::Url => equals("url:value"),
        Kind::EmailAddress => equals("email-addr:value"),
        Kind::EmailSubject => equals("email-message:subject"),
        Kind::Asn => format!("[autonomous-system:number = {}]", value.trim_start_matches("AS")),
        Kind::MacAddress => equals("mac-addr:value"),
        Kind::Md5 => equals("file:hashes.MD5"),
        Kind::Sha1 => equals("file:hashes.'SHA-1'"),
        Kind::Sha224 => equals("file:hashes.'SHA-224'"),
        Kind::Sha256 => equals("file:hashes.'SHA-256'"),
        Kind::Sha384 => equals("file:hashes.'SHA-384'"),
        Kind::Sha512 => equals("file:hashes.'SHA-512'"),
        Kind::Sha3_224 => equals("file:hashes.'SHA3-224'"),
        Kind::Sha3_256 => equals("file:hashes.'SHA3-256'"),
        Kind::Sha3_384 => equals("file:hashes.'SHA3-384'"),
        Kind::Sha3_512 => equals("file:hashes.'SHA3-512'"),
        Kind::Ssdeep => equals("file:hashes.SSDEEP"),
        Kind::Tlsh => equals("file:hashes.TLSH"),
        Kind::Imphash => equals("file:extensions.'windows-pebinary-ext'.imphash"),
        Kind::FileName => equals("file:name"),
        Kind::FilePath => file_path(value),
        Kind::Mutex => equals("mutex:name"),
        Kind::RegistryKey => equals("windows-registry-key:key"),
        Kind::WindowsService => equals("process:extensions.'windows-service-ext'.service_name"),
        Kind::UserAccount => equals("user-account:account_login"),
        Kind::UserAgent => equals("network-traffic:extensions.'http-request-ext'.request_header.'User-Agent'"),
        Kind::Ja3 => equals("x-network-fingerprint:ja3"),
        Kind::Ja3s => equals("x-network-fingerprint:ja3s"),
        Kind::Ja4 => equals("x-network-fingerprint:ja4"),
        Kind::Jarm => equals("x-network-fingerprint:jarm"),
        Kind::Hassh => equals("x-network-fingerprint:hassh"),
        Kind::CertificateMd5 => equals("x509-certificate:hashes.MD5"),
        Kind::CertificateSha1 => equals("x509-certificate:hashes.'SHA-1'"),
        Kind::CertificateSha256 => equals("x509-certificate:hashes.'SHA-256'"),
        Kind::CertificateSerial => equals("x509-certificate:serial_number"),
        Kind::Bitcoin | Kind::Ethereum | Kind::CryptoWallet => equals("cryptocurrency-wallet:value"),
        Kind::PhoneNumber => equals("phone-number:value"),
        Kind::Cve => equals("vulnerability:name"),
    }
}

/// Name and folder are apart in STIX; a path that ends in a separator is a folder.
fn file_path(path: &str) -> String {
    match path.rsplit_once(['\\', '/']) {
        Some((folder, name)) if !name.is_empty() && !folder.is_empty() => format!(
            "[file:name = {} AND file:parent_directory_ref.path = {}]",
            literal(name),
            literal(folder)
        ),
        _ => format!("[directory:path = {}]", literal(path)),
    }
}

/// A string constant of the pattern language: in single quotes, backslash and quote escaped (STIX 2.1 section 9.2).
pub fn literal(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('\'');
    for letter in text.chars() {
        if matches!(letter, '\'' | '\\') {
            quoted.push('\\');
        }
        quoted.push(letter);
    }
    quoted.push('\'');
    quoted
}
