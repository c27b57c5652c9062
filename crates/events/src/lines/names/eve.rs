//! Names of Suricata's EVE log, joined by dots.

use std::sync::LazyLock;

use super::Meaning::{File, Is, List, Mail, Time, Web};
use super::{Group, Table};
use crate::role::Role;

/// All event types in one table: their objects are named after them.
pub(in crate::lines) static NAMES: LazyLock<Table> = LazyLock::new(|| Table::new(&[NETWORK, CONTENT, OTHER]));

#[rustfmt::skip] // A name a line would hide the groups.
const NETWORK: &[Group] = &[
    (Time, &["timestamp"]),
    (Is(Role::Source), &["src_ip", "tunnel.src_ip", "flow.src_ip", "arp.src_ip"]),
    (Is(Role::SourcePort), &["src_port", "tunnel.src_port", "flow.src_port"]),
    (Is(Role::Destination), &["dest_ip", "tunnel.dest_ip", "flow.dest_ip", "arp.dest_ip"]),
    (Is(Role::DestinationPort), &["dest_port", "tunnel.dest_port", "flow.dest_port"]),
    (Is(Role::Address), &[
        "http.org_src_ip", "http.org_dst_ip", "dhcp.assigned_ip", "dhcp.client_ip", "dhcp.relay_ip",
        "dhcp.next_server_ip", "dhcp.routers", "dhcp.dns_servers", "dhcp.requested_ip", "dns.grouped.A",
        "dns.grouped.AAAA", "bittorrent_dht.response.values.ip", "bittorrent_dht.response.nodes.ip",
        "bittorrent_dht.response.nodes6.ip",
    ]),
    (List(Role::Address), &["http.xff", "http.true-client-ip", "alert.xff", "xff"]),
    (Is(Role::Protocol), &["proto", "app_proto", "tunnel.proto"]),
    (Is(Role::Mac), &[
        "ether.src_mac", "ether.dest_mac", "ether.src_macs", "ether.dest_macs", "dhcp.client_mac", "arp.src_mac",
        "arp.dest_mac",
    ]),
    (Is(Role::Host), &[
        "dns.rrname", "dns.rdata", "dns.query.rrname", "dns.queries.rrname", "dns.answer.rrname", "dns.answer.rdata",
        "dns.answers.rrname", "dns.answers.rdata", "dns.authorities.rrname", "dns.authorities.rdata",
        "dns.authorities.soa.mname", "dns.additionals.rrname", "dns.additionals.rdata", "dns.answers.srv.name",
        "dns.answers.soa.mname", "dns.grouped.CNAME", "dns.grouped.NS", "dns.grouped.MX", "dns.grouped.PTR",
        "mdns.queries.rrname", "mdns.answers.rrname", "mdns.answers.rdata", "mdns.rrname", "http.hostname",
        "http.http_host", "tls.sni", "tls.subjectaltname", "tls.client.subjectaltname", "quic.sni", "smtp.helo",
        "dhcp.hostname", "krb5.realm", "smb.ntlmssp.host", "sip.request_host",
    ]),
];

#[rustfmt::skip] // A name a line would hide the groups.
const CONTENT: &[Group] = &[
    (Web, &["http.url"]),
    (Is(Role::Url), &[
        "http.http_refer", "http.redirect", "http.location", "http.origin", "email.url", "alert.references",
    ]),
    (Is(Role::UserAgent), &[
        "http.http_user_agent", "http.user_agent", "quic.ua", "sip.user_agent", "email.x_mailer",
    ]),
    (Mail, &[
        "smtp.mail_from", "smtp.rcpt_to", "email.from", "email.to", "email.cc", "email.bcc", "email.reply_to",
        "email.sender",
    ]),
    (Is(Role::EmailSubject), &["email.subject"]),
    (Is(Role::FileHash), &[
        "fileinfo.md5", "fileinfo.sha1", "fileinfo.sha256", "files.md5", "files.sha1", "files.sha256",
        "email.body_md5",
    ]),
    (Is(Role::Ja3), &["tls.ja3.hash", "quic.ja3.hash", "ja3.hash"]),
    (Is(Role::Ja3s), &["tls.ja3s.hash", "quic.ja3s.hash"]),
    (Is(Role::Ja4), &["tls.ja4", "quic.ja4"]),
    (Is(Role::Hassh), &["ssh.client.hassh.hash", "ssh.server.hassh.hash"]),
    (Is(Role::CertificateHash), &["tls.fingerprint", "tls.client.fingerprint"]),
    (Is(Role::CertificateSerial), &["tls.serial", "tls.client.serial"]),
    (File, &[
        "fileinfo.filename", "files.filename", "email.attachment", "smb.filename", "smb.rename.from", "smb.rename.to",
        "tftp.file", "nfs.filename", "nfs.rename.from", "nfs.rename.to", "ftp_data.filename", "ftp.filename",
    ]),
    (Is(Role::FilePath), &["smb.share", "smb.directory", "smb.tree"]),
    (Is(Role::Mutex), &["smb.named_pipe"]),
    (Is(Role::Service), &["smb.service"]),
    (Is(Role::User), &[
        "smb.ntlmssp.user", "krb5.cname", "ftp.user", "mqtt.connect.username",
        "pgsql.request.startup_parameters.user", "rdp.cookie", "snmp.usm",
    ]),
    (Is(Role::Computer), &["host"]),
    (Is(Role::Text), &[
        "payload_printable", "http.http_request_body_printable", "http.http_response_body_printable", "tls.subject",
        "tls.issuerdn", "tls.client.subject", "tls.client.issuerdn", "alert.signature", "dns.grouped.TXT",
        "ftp.command_data", "ftp.reply",
    ]),
];

/// Identifiers, states, times, encoded bytes.
#[rustfmt::skip] // A name a line would hide the groups.
const OTHER: &[Group] = &[(Is(Role::Other), &[
        "flow_id", "event_type", "in_iface", "pcap_filename", "capture_file", "community_id", "direction", "payload",
        "packet", "pkt_src", "app_proto_tc", "app_proto_ts", "app_proto_orig", "app_proto_expected", "flow.start",
        "flow.end", "flow.state", "flow.reason", "flow.alerted", "netflow.start", "netflow.end", "flow_v2",
        "tcp.state", "tcp.tcp_flags", "tcp.tcp_flags_ts", "tcp.tcp_flags_tc", "dns.type", "dns.flags", "dns.rcode",
        "dns.rrtype", "dns.query.type", "dns.query.rrtype", "dns.queries.rrtype", "dns.answers.rrtype",
        "dns.answer.rrtype", "dns.answer.type", "dns.answer.flags", "dns.answer.rcode", "dns.authorities.rrtype",
        "dns.additionals.rrtype", "http.http_method", "http.protocol", "http.http_content_type",
        "http.http_request_body", "http.http_response_body", "tls.version", "tls.from_proto", "tls.notbefore",
        "tls.notafter", "tls.client.notbefore", "tls.client.notafter", "tls.ja3.string", "tls.ja3s.string",
        "quic.ja3.string", "quic.ja3s.string", "quic.version", "tls.client_alpns", "tls.server_alpns",
        "tls.certificate", "tls.chain", "ssh.client.hassh.string", "ssh.server.hassh.string",
        "ssh.client.proto_version", "ssh.server.proto_version", "fileinfo.state", "fileinfo.magic",
        "fileinfo.mimetype", "files.state", "files.magic", "email.status", "email.subject_md5", "smb.dialect",
        "smb.command", "smb.status", "smb.status_code", "smb.access", "smb.disposition", "smb.fuid", "smb.created",
        "smb.accessed", "smb.modified", "smb.changed", "dhcp.type", "dhcp.dhcp_type", "krb5.msg_type",
        "krb5.encryption", "alert.action", "alert.category", "alert.metadata.created_at", "alert.metadata.updated_at",
        "alert.rule", "anomaly.type", "anomaly.event", "anomaly.layer", "anomaly.app_proto", "ftp.command",
        "ftp.completion_code", "ftp_data.command", "rdp.event_type", "modbus.request.access_type",
        "modbus.request.category", "modbus.response.access_type", "modbus.response.category",
        "modbus.request.function_code", "modbus.response.function_code", "modbus.request.error_flags",
        "modbus.response.error_flags", "dnp3.type", "drop.reason", "engine.error", "log_level", "verdict.action",
        "websocket.opcode", "websocket.payload_base64", "mqtt.connect.protocol_string", "sip.method", "sip.version",
        "ike.exchange_type", "snmp.pdu_type", "nfs.procedure", "nfs.type", "nfs.status", "nfs.hhash", "rpc.xid",
        "rpc.status", "rpc.auth_type", "metadata.flowbits", "pgsql.tx_id", "enip.request.command",
        "enip.response.status", "timestamp_end", "stream_tcp.packet",
    ])];
