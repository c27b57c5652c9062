//! What the columns of a table are, by the names that feeds give them.

use stix::observable::Kind;

/// The columns that are read; the others are not.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Columns {
    /// Columns with indicators, each with its kind where its name says it.
    pub values: Vec<(usize, Option<Kind>)>,
    pub kind: Option<usize>,
    pub name: Option<usize>,
    pub description: Option<usize>,
    pub first_seen: Option<usize>,
    pub last_seen: Option<usize>,
    pub valid_until: Option<usize>,
    pub confidence: Option<usize>,
    pub tags: Option<usize>,
    pub tlp: Option<usize>,
    pub category: Option<usize>,
}

/// How well a column stands for what a row is about; the best rank wins and the others are context.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Indicator,
    Hash,
    Url,
    Host,
    Other,
}

impl Columns {
    /// A table without a header whose indicators are in one column.
    pub fn from_value(column: usize) -> Self {
        Self {
            values: vec![(column, None)],
            ..Self::default()
        }
    }

    /// Reads the names of the columns; none if no column holds indicators.
    pub fn from_header(cells: &[String]) -> Option<Self> {
        let mut columns = Self::default();
        let mut values: Vec<(Rank, usize, Option<Kind>)> = Vec::new();
        for (at, cell) in cells.iter().enumerate().take(256) {
            let name = cell
                .trim()
                .trim_start_matches('\u{feff}')
                .to_ascii_lowercase()
                .replace([' ', '-', '.'], "_");
            if let Some((rank, kind)) = value_column(&name) {
                values.push((rank, at, kind));
                continue;
            }
            let slot = match name.as_str() {
                "type" | "ioc_type" | "indicator_type" | "attribute_type" | "observable_type" | "kind" => {
                    &mut columns.kind
                }
                "name" | "title" => &mut columns.name,
                "description" | "comment" | "comments" | "note" | "notes" | "details" | "context" | "malware"
                | "malware_printable" | "signature" | "threat" | "threat_name" | "malware_family" | "family" => {
                    &mut columns.description
                }
                "first_seen" | "first_seen_utc" | "firstseen" | "date" | "dateadded" | "date_added" | "added"
                | "created" | "timestamp" | "published" | "valid_from" | "time" => &mut columns.first_seen,
                "last_seen" | "last_seen_utc" | "lastseen" | "last_online" | "updated" | "modified"
                | "last_updated" => &mut columns.last_seen,
                "valid_until" | "expires" | "expiration" | "expiry" | "expires_at" => &mut columns.valid_until,
                "confidence" | "confidence_level" | "score" => &mut columns.confidence,
                "tags" | "tag" | "labels" | "label" => &mut columns.tags,
                "tlp" | "tlp_marking" | "marking" => &mut columns.tlp,
                "category" | "threat_type" | "classification" => &mut columns.category,
                _ => continue,
            };
            slot.get_or_insert(at);
        }
        let best = values.iter().map(|(rank, ..)| *rank).min()?;
        columns.values = values
            .into_iter()
            .filter(|(rank, ..)| *rank == best)
            .map(|(_, at, kind)| (at, kind))
            .collect();
        Some(columns)
    }
}

fn value_column(name: &str) -> Option<(Rank, Option<Kind>)> {
    Some(match name {
        "value" | "indicator" | "ioc" | "ioc_value" | "iocs" | "observable" | "artifact" | "attribute_value"
        | "indicator_value" => (Rank::Indicator, None),
        "hash" | "hashes" | "file_hash" | "filehash" => (Rank::Hash, None),
        "md5" | "md5_hash" => (Rank::Hash, Some(Kind::Md5)),
        "sha1" | "sha_1" | "sha1_hash" => (Rank::Hash, Some(Kind::Sha1)),
        "sha256" | "sha_256" | "sha256_hash" => (Rank::Hash, Some(Kind::Sha256)),
        "sha512" | "sha_512" | "sha512_hash" => (Rank::Hash, Some(Kind::Sha512)),
        "url" | "urls" | "uri" | "link" => (Rank::Url, Some(Kind::Url)),
        "ip" | "ips" | "ip_address" | "ipaddress" | "ipv4" | "ipv6" | "dst_ip" | "src_ip" | "dest_ip" | "c2_ip"
        | "address" | "network" | "cidr" | "netblock" => (Rank::Host, None),
        "domain" | "domains" | "domain_name" | "hostname" | "fqdn" | "host" => (Rank::Host, Some(Kind::Domain)),
        "email" | "email_address" | "e_mail" | "sender" => (Rank::Other, Some(Kind::EmailAddress)),
        "filename" | "file_name" => (Rank::Other, Some(Kind::FileName)),
        "cve" | "cve_id" | "cveid" => (Rank::Other, Some(Kind::Cve)),
        "ja3" | "ja3_md5" | "ja3_fingerprint" => (Rank::Other, Some(Kind::Ja3)),
        "ja4" => (Rank::Other, Some(Kind::Ja4)),
        "imphash" => (Rank::Other, Some(Kind::Imphash)),
        "user_agent" => (Rank::Other, Some(Kind::UserAgent)),
        "mutex" => (Rank::Other, Some(Kind::Mutex)),
        _ => return None,
    })
}

/// The kind that a word in a type column means, as MISP, OTX and others write it; none where guessing does as well.
pub(crate) fn kind_of_word(word: &str) -> Option<Kind> {
    let word = word.trim().to_ascii_lowercase().replace([' ', '_'], "-");
    Some(match word.as_str() {
        "domain" | "hostname" | "domain-name" | "fqdn" | "host" => Kind::Domain,
        "url" | "uri" | "link" => Kind::Url,
        "md5" | "md5-hash" | "filehash-md5" | "hash-md5" => Kind::Md5,
        "sha1" | "sha-1" | "sha1-hash" | "filehash-sha1" | "hash-sha1" => Kind::Sha1,
        "sha256" | "sha-256" | "sha256-hash" | "filehash-sha256" | "hash-sha256" => Kind::Sha256,
        "sha512" | "sha-512" | "filehash-sha512" => Kind::Sha512,
        "imphash" | "filehash-imphash" => Kind::Imphash,
        "ssdeep" => Kind::Ssdeep,
        "email" | "email-src" | "email-dst" | "email-addr" | "e-mail" | "email-address" => Kind::EmailAddress,
        "email-subject" => Kind::EmailSubject,
        "mutex" => Kind::Mutex,
        "regkey" | "registry" | "registry-key" | "windows-registry-key" => Kind::RegistryKey,
        "filename" | "file-name" => Kind::FileName,
        "filepath" | "file-path" => Kind::FilePath,
        "user-agent" => Kind::UserAgent,
        "ja3" | "ja3-fingerprint-md5" => Kind::Ja3,
        "jarm" | "jarm-fingerprint" => Kind::Jarm,
        "asn" | "as" => Kind::Asn,
        "cve" | "vulnerability" => Kind::Cve,
        "btc" | "bitcoin" | "bitcoinaddress" => Kind::Bitcoin,
        "mac" | "mac-address" => Kind::MacAddress,
        "phone-number" => Kind::PhoneNumber,
        "windows-service-name" => Kind::WindowsService,
        "x509-fingerprint-sha1" | "ssl-sha1" => Kind::CertificateSha1,
        "x509-fingerprint-sha256" => Kind::CertificateSha256,
        _ => return Kind::parse(&word),
    })
}
