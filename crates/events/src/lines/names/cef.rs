//! Keys of the Common Event Format that the general table would take for something else, and those of LEEF.

use std::sync::LazyLock;

use super::Meaning::{self, File, Hash, Is, List, Time, Web};
use super::{Group, Table, general};
use crate::role::Role;

static KEYS: LazyLock<Table> = LazyLock::new(|| Table::new(&[OWN]));

/// What a key of an extension means.
pub(in crate::lines) fn meaning(key: &str) -> Option<Meaning> {
    match KEYS.get(key) {
        Some((_, meaning)) => Some(meaning),
        None => general::meaning(key),
    }
}

#[rustfmt::skip] // A name a line would hide the groups.
const OWN: &[Group] = &[
    (Time, &["rt", "start", "devTime", "deviceReceiptTime"]),
    (Is(Role::Source), &["src", "shost", "c6a2", "sntdom"]),
    (Is(Role::Destination), &["dst", "dhost", "c6a3"]),
    (Is(Role::SourcePort), &["spt", "srcPort"]),
    (Is(Role::DestinationPort), &["dpt", "dstPort"]),
    (Is(Role::Address), &[
        "sourceTranslatedAddress", "destinationTranslatedAddress", "deviceTranslatedAddress", "agt", "srcPostNAT",
        "dstPostNAT", "srcPreNAT", "dstPreNAT", "identSrc",
    ]),
    (List(Role::Address), &["requestHeaders.X-Forwarded-For"]),
    (Is(Role::Host), &[
        "destinationDnsDomain", "sourceDnsDomain", "deviceDnsDomain", "ahost", "identHostName",
    ]),
    (Is(Role::Mac), &["smac", "dmac", "dvcmac", "amac", "srcMAC", "dstMAC", "identMAC"]),
    (Is(Role::User), &["suser", "duser", "usrName", "suid", "duid", "identUserName"]),
    (Web, &["request", "url"]),
    (Is(Role::Url), &["requestContext"]),
    (Is(Role::UserAgent), &["requestClientApplication"]),
    (File, &["fname", "filePath", "oldFileName", "oldFilePath"]),
    (Hash, &["fileHash", "oldFileHash"]),
    (Is(Role::Process), &["sproc", "dproc", "deviceProcessName"]),
    (Is(Role::Service), &["sourceServiceName", "destinationServiceName"]),
    (Is(Role::Computer), &["dvc", "dvchost"]),
    (Is(Role::Protocol), &["proto", "app"]),
    (Is(Role::Other), &[
        "act", "cat", "cnt", "in", "out", "end", "externalId", "requestMethod", "outcome", "sev", "type", "eventId",
        "dvcpid", "spid", "dpid", "deviceDirection", "deviceExternalId", "deviceFacility", "fileType", "fsize",
        "usrName_type", "policy", "cn1", "cn2", "cn3", "art", "at", "av", "aid", "dtz", "geid", "catdt",
        "devTimeFormat", "role", "realm", "groupID",
    ]),
];
