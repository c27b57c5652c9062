//! Which STIX observable and pattern stand for which MISP attribute type.
//!
//! The pairs follow the published mapping tables of the MISP project; docs/formats/misp-mapping.md lists where and why we differ.

/// How the value of an attribute type is understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// One observable with the value in one property; the path is `kind:property`.
    Value(&'static str, &'static str),
    /// A hash of a file or certificate.
    Hash(&'static str, &'static str),
    /// `name|hash` of a file.
    NamedHash(&'static str),
    /// `AS64496` or `64496`.
    AutonomousSystem,
    /// An address that traffic comes from or goes to, and perhaps its port.
    Address { end: End, port: bool },
    /// `domain|address`.
    DomainAddress,
    /// `host|port`.
    HostPort,
    /// An address in a header of a message.
    EmailAddress(&'static str),
    /// A text property of a message.
    EmailText(&'static str),
    /// A header that STIX has no property for.
    EmailHeader(&'static str),
    /// The `Received` lines of a message.
    EmailReceived,
    /// The name of a file that came with a message.
    EmailAttachment,
    /// `key|value` of the Windows registry.
    RegistryValue,
    /// A file whose content comes along as `data`.
    Attachment,
    /// `name|md5` of a file whose content comes along, zipped with the usual password.
    Sample,
    /// The login name of an account at a service.
    Account(&'static str),
    /// Nothing that STIX has an observable for, only a pattern on a text property.
    TextPattern(&'static str),
    /// Nothing that STIX has an observable for, only a pattern on an integer property.
    NumberPattern(&'static str),
    /// A detection rule in its own language.
    Rule(&'static str),
    /// The name of a weakness, as in `CVE-2020-0000`.
    Vulnerability,
    /// The name of a campaign.
    Campaign,
}

/// Which end of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    Source,
    Destination,
}

impl End {
    pub const fn reference(self) -> &'static str {
        match self {
            Self::Source => "src_ref",
            Self::Destination => "dst_ref",
        }
    }

    pub const fn port(self) -> &'static str {
        match self {
            Self::Source => "src_port",
            Self::Destination => "dst_port",
        }
    }
}

/// The shape of an attribute type, where STIX has a counterpart.
pub(super) fn shape(attribute_type: &str) -> Option<Shape> {
    use End::{Destination, Source};
    if let Some(inner) = attribute_type.strip_prefix("filename|") {
        return file_hash(inner).map(Shape::NamedHash);
    }
    if let Some(algorithm) = file_hash(attribute_type) {
        return Some(Shape::Hash("file", algorithm));
    }
    Some(match attribute_type {
        "AS" => Shape::AutonomousSystem,
        "attachment" => Shape::Attachment,
        "campaign-name" => Shape::Campaign,
        "domain" | "hostname" => Shape::Value("domain-name", "value"),
        "domain|ip" => Shape::DomainAddress,
        "email" => Shape::Value("email-addr", "value"),
        "email-attachment" => Shape::EmailAttachment,
        "email-body" => Shape::EmailText("body"),
        "email-dst" => Shape::EmailAddress("to_refs"),
        "email-header" => Shape::EmailReceived,
        "email-message-id" => Shape::EmailText("message_id"),
        "email-reply-to" => Shape::EmailHeader("Reply-To"),
        "email-src" => Shape::EmailAddress("from_ref"),
        "email-subject" => Shape::EmailText("subject"),
        "email-x-mailer" => Shape::EmailHeader("X-Mailer"),
        "filename" => Shape::Value("file", "name"),
        "github-username" => Shape::Account("github"),
        "hostname|port" => Shape::HostPort,
        "http-method" => Shape::TextPattern("network-traffic:extensions.'http-request-ext'.request_method"),
        "ip-dst" => Shape::Address {
            end: Destination,
            port: false,
        },
        "ip-dst|port" => Shape::Address {
            end: Destination,
            port: true,
        },
        "ip-src" => Shape::Address {
            end: Source,
            port: false,
        },
        "ip-src|port" => Shape::Address {
            end: Source,
            port: true,
        },
        "link" | "uri" | "url" => Shape::Value("url", "value"),
        "mac-address" => Shape::Value("mac-addr", "value"),
        "malware-sample" => Shape::Sample,
        "mutex" => Shape::Value("mutex", "name"),
        "port" => Shape::NumberPattern("network-traffic:dst_port"),
        "regkey" => Shape::Value("windows-registry-key", "key"),
        "regkey|value" => Shape::RegistryValue,
        "sigma" => Shape::Rule("sigma"),
        "size-in-bytes" => Shape::NumberPattern("file:size"),
        "snort" => Shape::Rule("snort"),
        "suricata" => Shape::Rule("suricata"),
        "user-agent" => {
            Shape::TextPattern("network-traffic:extensions.'http-request-ext'.request_header.'User-Agent'[*]")
        }
        "vulnerability" => Shape::Vulnerability,
        "x509-fingerprint-md5" => Shape::Hash("x509-certificate", "MD5"),
        "x509-fingerprint-sha1" => Shape::Hash("x509-certificate", "SHA-1"),
        "x509-fingerprint-sha256" => Shape::Hash("x509-certificate", "SHA-256"),
        "yara" => Shape::Rule("yara"),
        _ => return None,
    })
}

/// The name that STIX gives a hash of a file: hash-algorithm-ov (section 10.9) where it has one.
pub(super) fn file_hash(attribute_type: &str) -> Option<&'static str> {
    Some(match attribute_type {
        "md5" => "MD5",
        "sha1" => "SHA-1",
        "sha224" => "SHA-224",
        "sha256" => "SHA-256",
        "sha384" => "SHA-384",
        "sha512" => "SHA-512",
        "sha512/224" => "SHA-512-224",
        "sha512/256" => "SHA-512-256",
        "sha3-224" => "SHA3-224",
        "sha3-256" => "SHA3-256",
        "sha3-384" => "SHA3-384",
        "sha3-512" => "SHA3-512",
        "ssdeep" => "SSDEEP",
        "tlsh" => "TLSH",
        "authentihash" => "AUTHENTIHASH",
        "imphash" => "IMPHASH",
        "pehash" => "PEHASH",
        "telfhash" => "TELFHASH",
        "vhash" => "VHASH",
        _ => return None,
    })
}
