//! Names of the standard logs of Zeek, and of those of the industrial-protocol plugins of CISA (ICSNPP).

use std::collections::HashMap;
use std::hash::BuildHasherDefault;
use std::sync::LazyLock;

use super::Meaning::{self, File, Is, List, Mail, Time, Web};
use super::{Group, Mix, Table};
use crate::role::Role;

/// Names that mean the same in every log.
pub(in crate::lines) static COMMON: LazyLock<Table> = LazyLock::new(|| Table::new(&[NETWORK, CONTENT, OTHER]));

#[rustfmt::skip] // A name a line would hide the groups.
const NETWORK: &[Group] = &[
    (Time, &["ts"]),
    (Is(Role::Source), &[
        "id.orig_h", "src", "client_addr", "data_channel.orig_h", "seen.host", "tx_hosts", "source_h",
    ]),
    (Is(Role::SourcePort), &["id.orig_p", "source_p"]),
    (Is(Role::Destination), &[
        "id.resp_h", "dst", "server_addr", "data_channel.resp_h", "rx_hosts", "destination_h",
    ]),
    (Is(Role::DestinationPort), &["id.resp_p", "p", "data_channel.resp_p", "destination_p"]),
    (Is(Role::Address), &[
        "host", "assigned_addr", "assigned_ip", "requested_addr", "requested_ip", "framed_addr", "bound.host",
        "request.host", "san.ip", "x_originating_ip", "dhcp_addr", "ping_data",
    ]),
    (Is(Role::Protocol), &["proto", "port_proto"]),
    (Is(Role::Mac), &[
        "orig_l2_addr", "resp_l2_addr", "mac", "l2_addr", "src_mac", "dst_mac",
    ]),
    (Is(Role::Host), &[
        "query", "answers", "server_name", "san.dns", "helo", "host_name", "hostname", "client_fqdn", "domain",
        "auth", "addl_hosts", "server_dns_computer_name", "request.name", "bound.name",
    ]),
    (List(Role::Address), &["x_forwarded_for"]),
    (Is(Role::Asn), &["orig_asn", "resp_asn"]),
];

#[rustfmt::skip] // A name a line would hide the groups.
const CONTENT: &[Group] = &[
    (Is(Role::Url), &["referrer", "origin", "san.uri"]),
    (Web, &["uri"]),
    (Is(Role::UserAgent), &["user_agent", "unparsed_version"]),
    (Is(Role::EmailAddress), &["mailfrom", "rcptto", "cc", "reply_to", "san.email"]),
    (Is(Role::FileHash), &["md5", "sha1", "sha256"]),
    (Is(Role::Imphash), &["imphash"]),
    (Is(Role::CertificateHash), &[
        "fingerprint", "cert_chain_fps", "client_cert_chain_fps", "certificate.fingerprint", "cert_hash",
    ]),
    (Is(Role::CertificateSerial), &["certificate.serial", "serial", "serialNumber"]),
    (Is(Role::Ja3), &["ja3"]),
    (Is(Role::Ja3s), &["ja3s"]),
    (Is(Role::Ja4), &["ja4"]),
    (Is(Role::Hassh), &["hassh", "hasshServer", "hassh_server"]),
    (File, &[
        "filename", "orig_filenames", "resp_filenames", "dcc_file_name", "file_name", "prev_name", "extracted",
    ]),
    (Is(Role::User), &["user", "username", "nick"]),
    (Mail, &["password"]),
    (Is(Role::Computer), &["peer", "node", "peer_descr", "peer_name"]),
];

/// Identifiers, counters, states, times: nothing that anybody shares as an indicator.
#[rustfmt::skip] // A name a line would hide the groups.
const OTHER: &[Group] = &[(Is(Role::Other), &[
        "_path", "_write_ts", "_system_name", "uid", "uids", "fuid", "fuids", "conn_uids", "parent_fuid",
        "tunnel_parents", "orig_fuids", "resp_fuids", "cert_chain_fuids", "client_cert_chain_fuids", "community_id",
        "id", "certid", "client_cert_fuid", "server_cert_fuid", "conn_state", "history", "local_orig", "local_resp",
        "orig_cc", "resp_cc", "service", "duration", "method", "version", "status_msg", "info_msg", "tags", "proxied",
        "orig_mime_types", "resp_mime_types", "mime_type", "file_mime_type", "analyzers", "source", "qclass_name",
        "qtype_name", "rcode_name", "TTLs", "cipher", "curve", "next_protocol", "ssl_history", "last_alert",
        "validation_status", "ja4s", "ja4h", "ja4l", "ja4x", "ja4ssh", "client_ciphers", "direction", "cipher_alg",
        "mac_alg", "compression_alg", "kex_alg", "host_key_alg", "request_type", "error_code", "certificate.key_alg",
        "certificate.sig_alg", "certificate.key_type", "certificate.curve", "certificate.exponent",
        "certificate.not_valid_before", "certificate.not_valid_after", "action", "actions", "note", "software_type",
        "cause", "analyzer_kind", "analyzer_name", "analyzer", "seen.indicator_type", "seen.where", "seen.node",
        "matched", "machine", "os", "subsystem", "section_names", "compile_ts", "hashAlgorithm", "issuerNameHash",
        "issuerKeyHash", "certStatus", "revoketime", "revokereason", "thisUpdate", "nextUpdate", "facility",
        "severity", "share_type", "native_file_system", "times.modified", "times.accessed", "times.created",
        "times.changed", "from_ts", "pdu_type", "func", "exception", "fc_request", "fc_reply", "msg_types",
        "msg_orig", "level", "metric_type", "remote_location.country_code", "remote_location.region",
        "remote_location.city", "tunnel_type", "status", "first_received_ts", "till", "scope", "deref_aliases",
        "security_protocol", "client_channels", "keyboard_layout", "client_build", "client_dig_product_id",
        "requested_color_depth", "cert_type", "encryption_level", "encryption_method", "result", "ref_id", "ref_time",
        "org_time", "rec_time", "xmt_time", "up_since", "client_major_version", "client_minor_version",
        "server_major_version", "server_minor_version", "authentication_method", "date", "seq", "opcode",
        "modbus_detailed_link_id", "src_zone", "dst_zone", "init",
    ])];

/// A log whose names mean something else than in the others.
pub(in crate::lines) struct Log {
    /// As `#path` and `_path` say.
    path: &'static str,
    /// Names that only this log has, by which a line without a path is recognised.
    marks: &'static [&'static str],
    /// Names with another meaning than in [`COMMON`].
    pub own: &'static [(&'static str, Meaning)],
}

static LOGS: &[Log] = &[
    log("conn", &["conn_state"], &[("service", Is(Role::Protocol))]),
    log("dns", &["trans_id", "qtype_name", "rcode_name"], &[]),
    log(
        "http",
        &["trans_depth", "request_body_len", "status_code"],
        &[("host", Is(Role::Host))],
    ),
    log("websocket", &["client_extensions"], &[("host", Is(Role::Host))]),
    log(
        "files",
        &["seen_bytes", "tx_hosts", "conn_uids"],
        &[("source", Is(Role::Other))],
    ),
    log("ssl", &["next_protocol", "cipher", "ssl_history"], &[]),
    log("quic", &["client_initial_dcid"], &[]),
    log(
        "smtp",
        &["mailfrom", "rcptto", "is_webmail", "last_reply"],
        &[
            ("subject", Is(Role::EmailSubject)),
            ("from", Is(Role::EmailAddress)),
            ("to", Is(Role::EmailAddress)),
            ("path", Is(Role::Address)),
        ],
    ),
    log(
        "kerberos",
        &["request_type", "renewable"],
        &[("client", Is(Role::User)), ("from", Is(Role::Other))],
    ),
    log(
        "smb_files",
        &["prev_name", "times.modified"],
        &[("name", File), ("path", Is(Role::FilePath))],
    ),
    log(
        "smb_mapping",
        &["share_type", "native_file_system"],
        &[("path", Is(Role::FilePath))],
    ),
    log(
        "dce_rpc",
        &["named_pipe", "operation"],
        &[
            ("named_pipe", Is(Role::Mutex)),
            ("endpoint", Is(Role::Other)),
            ("operation", Is(Role::Other)),
        ],
    ),
    log("ntlm", &["domainname", "server_nb_computer_name"], &[]),
    log(
        "ftp",
        &["data_channel.passive", "reply_msg"],
        &[("command", Is(Role::Other))],
    ),
    log(
        "rdp",
        &["client_dig_product_id", "cert_permanent"],
        &[("cookie", Is(Role::User))],
    ),
    log(
        "sip",
        &["call_id", "request_from"],
        &[("uri", Is(Role::Text)), ("subject", Is(Role::Text))],
    ),
    log("socks", &["request_p"], &[]),
    log("irc", &["dcc_file_name", "nick"], &[("command", Is(Role::Other))]),
    log("weird", &["addl"], &[("name", Is(Role::Other))]),
    log("software", &["software_type"], &[]),
    log("signatures", &["sig_id"], &[]),
    log("intel", &["seen.indicator"], &[]),
    log("loaded_scripts", &[], &[("name", Is(Role::FilePath))]),
    log("x509", &["certificate.serial"], &[]),
    log("known_certs", &["issuer_subject"], &[]),
    log("known_services", &["port_num"], &[("service", Is(Role::Other))]),
    log("modbus", &["pdu_type"], &[]),
    log("ssh", &["auth_success", "auth_attempts"], &[]),
];

const fn log(path: &'static str, marks: &'static [&'static str], own: &'static [(&'static str, Meaning)]) -> Log {
    Log { path, marks, own }
}

type Known = HashMap<&'static str, &'static Log, BuildHasherDefault<Mix>>;

static PATHS: LazyLock<Known> = LazyLock::new(|| LOGS.iter().map(|log| (log.path, log)).collect());

static MARKS: LazyLock<Known> = LazyLock::new(|| {
    let marks = LOGS
        .iter()
        .flat_map(|log| log.marks.iter().map(move |mark| (*mark, log)));
    marks.collect()
});

/// The log of a path.
pub(in crate::lines) fn by_path(path: &str) -> Option<&'static Log> {
    PATHS.get(path).copied()
}

/// The log that has a name and no other has.
pub(in crate::lines) fn by_mark(name: &str) -> Option<&'static Log> {
    MARKS.get(name).copied()
}

/// What a name means in a log.
pub(in crate::lines) fn meaning(log: Option<&Log>, name: &str) -> Option<(&'static str, Meaning)> {
    log.and_then(|log| log.own.iter().find(|(own, _)| *own == name).copied())
        .or_else(|| COMMON.get(name))
}
