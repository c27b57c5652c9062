//! What a value of an event is.

use stix::observable::Kind;

/// What a value of an event is: what it may be compared with, and where it stands in a STIX pattern.
///
/// A reader names the most exact role it is sure of. [`Role::Text`] is always right where none fits: everything in it
/// that looks like an address, name, hash … is found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Address or name of who began: `network-traffic:src_ref`.
    Source,
    /// Port of who began.
    SourcePort,
    /// Address or name of who was called: `network-traffic:dst_ref`.
    Destination,
    /// Port of who was called.
    DestinationPort,
    /// `tcp`, `udp`, `icmp`, and protocols above them (`dns`, `modbus`): `network-traffic:protocols`.
    Protocol,
    /// An address on neither end: a forwarded-for header, a DNS answer, a relay.
    Address,
    /// A name, or an address in its place: HTTP Host, TLS server name, DNS question or answer. A port may follow.
    Host,
    /// The autonomous system of an end.
    Asn,
    /// A MAC address.
    Mac,
    /// A whole URL, or host and path without a scheme.
    Url,
    /// Path and query of a URL without its host. Readers add a [`Role::Url`] where they know the host.
    UrlPath,
    /// The user agent of a client.
    UserAgent,
    /// An e-mail address, also with a display name around it, also several.
    EmailAddress,
    /// The subject of an e-mail.
    EmailSubject,
    /// A hash of a file; its length says which.
    FileHash,
    /// An ssdeep fuzzy hash.
    Ssdeep,
    /// A TLSH fuzzy hash.
    Tlsh,
    /// The hash of the imports of a program.
    Imphash,
    /// JA3 of a TLS client.
    Ja3,
    /// JA3S of a TLS server.
    Ja3s,
    /// JA4 of a TLS client.
    Ja4,
    /// JARM of a TLS server.
    Jarm,
    /// HASSH of an SSH client or server.
    Hassh,
    /// A fingerprint (hash) of a certificate; its length says which.
    CertificateHash,
    /// The serial number of a certificate, hexadecimal.
    CertificateSerial,
    /// A file name without folders.
    FileName,
    /// A file name with its folders.
    FilePath,
    /// The program that a process runs, a path or a name: `process:image_ref`.
    Process,
    /// A command line: `process:command_line`.
    CommandLine,
    /// A key of the Windows registry, perhaps with the name of a value at its end.
    RegistryKey,
    /// The name of a mutex or named pipe.
    Mutex,
    /// The name of a Windows service.
    Service,
    /// The name of a user account.
    User,
    /// The machine that wrote the log.
    Computer,
    /// Free text in which values may stand.
    #[default]
    Text,
    /// Nothing to look for: counters, times, identifiers, flags. Kept for conditions and for people.
    Other,
}

impl Role {
    /// The kinds of observable that the whole value can be. Empty for text, in which values are looked for, and for
    /// what is never looked for.
    pub const fn kinds(self) -> &'static [Kind] {
        use Kind::{
            Asn, CertificateMd5, CertificateSerial, CertificateSha1, CertificateSha256, Domain, EmailAddress,
            EmailSubject, FileName, FilePath, Hassh, Imphash, Ipv4, Ipv6, Ja3, Ja3s, Ja4, Jarm, MacAddress, Md5, Mutex,
            RegistryKey, Sha1, Sha3_224, Sha3_256, Sha3_384, Sha3_512, Sha224, Sha256, Sha384, Sha512, Ssdeep, Tlsh,
            Url, UserAccount, UserAgent, WindowsService,
        };
        match self {
            Self::Source | Self::Destination | Self::Address | Self::Host => &[Ipv4, Ipv6, Domain],
            Self::Asn => &[Asn],
            Self::Mac => &[MacAddress],
            Self::Url => &[Url],
            Self::UserAgent => &[UserAgent],
            Self::EmailAddress => &[EmailAddress],
            Self::EmailSubject => &[EmailSubject],
            Self::FileHash => &[
                Md5, Sha1, Sha224, Sha256, Sha384, Sha512, Sha3_224, Sha3_256, Sha3_384, Sha3_512,
            ],
            Self::Ssdeep => &[Ssdeep],
            Self::Tlsh => &[Tlsh],
            Self::Imphash => &[Imphash],
            Self::Ja3 => &[Ja3],
            Self::Ja3s => &[Ja3s],
            Self::Ja4 => &[Ja4],
            Self::Jarm => &[Jarm],
            Self::Hassh => &[Hassh],
            Self::CertificateHash => &[CertificateMd5, CertificateSha1, CertificateSha256],
            Self::CertificateSerial => &[CertificateSerial],
            Self::FileName => &[FileName],
            Self::FilePath | Self::Process => &[FilePath, FileName],
            Self::RegistryKey => &[RegistryKey],
            Self::Mutex => &[Mutex],
            Self::Service => &[WindowsService],
            Self::User => &[UserAccount],
            Self::SourcePort
            | Self::DestinationPort
            | Self::Protocol
            | Self::UrlPath
            | Self::CommandLine
            | Self::Computer
            | Self::Text
            | Self::Other => &[],
        }
    }

    /// Whether values are looked for inside the text.
    pub const fn is_text(self) -> bool {
        matches!(self, Self::Text | Self::CommandLine)
    }
}
