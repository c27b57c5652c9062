//! Columns of W3C extended logs: IIS and proxies.

use std::sync::LazyLock;

use super::Meaning::{self, Is, List};
use super::{Group, Table};
use crate::role::Role;

static FIELDS: LazyLock<Table> = LazyLock::new(|| Table::new(&[NAMES]));

/// What a field of `#Fields:` means.
pub(in crate::lines) fn meaning(field: &str) -> Option<Meaning> {
    FIELDS.get(&field.to_ascii_lowercase()).map(|(_, meaning)| meaning)
}

#[rustfmt::skip] // A name a line would hide the groups.
const NAMES: &[Group] = &[
    (Is(Role::Source), &["c-ip", "c-dns"]),
    (Is(Role::SourcePort), &["c-port"]),
    (Is(Role::Destination), &["s-ip", "r-ip", "r-dns", "cs-ip", "s-supplier-ip"]),
    (Is(Role::DestinationPort), &["s-port", "r-port", "cs-uri-port"]),
    (Is(Role::Host), &["cs-host", "cs(host)", "r-host", "s-supplier-name", "s-dns"]),
    (List(Role::Address), &["x-forwarded-for", "cs(x-forwarded-for)"]),
    (Meaning::Web, &["cs-uri", "c-uri"]),
    (Is(Role::UrlPath), &["cs-uri-stem", "cs-uri-path"]),
    (Is(Role::UserAgent), &["cs(user-agent)", "c-agent"]),
    (Is(Role::Url), &["cs(referer)", "cs(referrer)"]),
    (Is(Role::User), &["cs-username", "cs-user"]),
    (Is(Role::Computer), &["s-computername", "s-sitename"]),
    (Is(Role::Protocol), &["cs-protocol", "cs-uri-scheme"]),
    (Is(Role::CertificateHash), &["x-rs-certificate-fingerprint"]),
    (Is(Role::Other), &[
        "date", "time", "cs-method", "cs-version", "sc-status", "sc-substatus", "sc-win32-status", "sc-bytes",
        "cs-bytes", "time-taken", "cs-auth-group", "s-action", "sc-filter-result", "rs(content-type)",
        "cs-uri-extension", "x-virus-id", "cs-categories", "x-exception-id",
    ]),
];
