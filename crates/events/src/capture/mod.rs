//! Traffic: captures, flow exports and DNS taps become events.
//!
//! | format | module |
//! |---|---|
//! | pcap (both byte orders, micro- and nanoseconds, Kuznetzov's), pcapng | here |
//! | dnstap in frame streams | [`dnstap`] |
//! | NetFlow 5 and 9, IPFIX, one datagram at a time, also inside captures | [`flow_export`] |
//!
//! Every event names itself in `event`, and its ends in `src_ip`, `src_port`, `dst_ip`, `dst_port` and `proto`: the
//! source is the one that began, also in events about an answer. The names of fields are stable:
//!
//! | `event` | fields |
//! |---|---|
//! | `flow` | `service`, `flow.state`, `flow.last`, `flow.packets`, `flow.bytes`, and both per direction: `…_to_server`, `…_to_client` |
//! | `dns` | `dns.message`, `dns.id`, `dns.rcode`, `dns.query`, `dns.type`, `dns.name`, `dns.answer`, `dns.authority`, `dns.additional` |
//! | `http` | `http.message`, `.method`, `.host`, `.url`, `.path`, `.user_agent`, `.referrer`, `.origin`, `.forwarded_for`, `.forwarded_host`, `.status`, `.content_type`, `.content_length`, `.server`, `.location`, `.file_name`; of HTTP/2 also `.version` |
//! | `tls` | `tls.message`, `.version`, `.sni`, `.alpn`, `.ja3`, `.ja4`, `.ja3s`, `.cipher`, `.server_name`; `tls.certificate.sha256`, `.sha1`, `.md5`, `.serial`, `.subject`, `.issuer`, `.common_name`, `.name`, `.address`, `.email`, `.uri`, `.not_before`, `.not_after`, `.side`, `.place` |
//! | `quic` | `quic.version`, `quic.user_agent`, and the fields of the hellos of `tls` |
//! | `smtp` | `smtp.helo`, `.mail_from`, `.rcpt_to`, `.from`, `.to`, `.cc`, `.reply_to`, `.return_path`, `.subject`, `.message_id`, `.user_agent`, `.received`, `.originating_ip` |
//! | `ssh` | `ssh.side`, `.banner`, `.hassh`, `.hassh_server` |
//! | `ftp` | `ftp.command`, `.user`, `.file`, `.folder` |
//! | `arp` | `arp.operation`, `src_mac`, `dst_mac`, `src_ip`, `dst_ip` |
//! | `modbus` | `modbus.message`, `.transaction`, `.unit`, `.function`, `.function_name`, `.exception`, `.address`, `.quantity`, `.value`, `.vendor`, `.product`, `.revision`, `.product_name`, `.model` |
//! | `dnp3` | `dnp3.link_source`, `.link_destination`, `.from_master`, `.link_function`, `.function`, `.function_name`, `.checksum` |
//! | `iso-tsap`, `s7`, `s7-plus`, `mms` | `cotp.message`, `cotp.source_tsap`, `cotp.destination_tsap`, `s7.rack`, `s7.slot`, `s7.type`, `.function`, `.function_name`, `.error`, `.szl`, `.order_number`, `.module_name`, `.serial_number` …, `mms.message` |
//! | `bacnet` | `bacnet.bvlc`, `.apdu`, `.service`, `.object`, `.device`, `.vendor_id`, `.origin` |
//! | `enip` | `enip.message`, `.command`, `.session`, `.status`, `.device_address`; `cip.service`, `.service_name`, `.class`, `.instance`, `.attribute`, `.vendor_id`, `.product_code`, `.product_name`, `.serial_number`, `.revision` |
//! | `iec104`, `synchrophasor`, `opc-ua`, `fox`, `ads`, `melsec`, `profinet`, `goose` | their headers, and what they say of a device: `iec104.*`, `synchrophasor.*`, `opcua.*`, `fox.*` … |
//!
//! The number of an event is that of the packet that made it whole; of a `flow`, its first.
//!
//! Memory is bounded: so many flows at a time, so many bytes of each direction until it is known what they say, so
//! many fragments ([`Limits`]). Nothing is silent: packets of unknown kinds, cut ones, holes and flows that had to
//! give way are counted and told at the end.

mod application;
mod bytes;
mod container;
pub mod dnstap;
mod flow;
pub mod flow_export;
mod industrial;
mod network;
mod reader;
mod stream;
mod tell;

use std::io::{Cursor, Read};

use stix::{Place, Problem};

use crate::{Limits, Sink, Summary};

/// Longest section header of a pcapng: its options name machine and program.
const SECTION_HEADER: usize = 64 << 10;

/// What kind of capture the first bytes show: `pcap`, `pcapng` or `dnstap`. Sixty-four bytes are enough.
pub fn is_capture(head: &[u8]) -> Option<&'static str> {
    match head {
        [0xd4, 0xc3, 0xb2, 0xa1, ..]
        | [0xa1, 0xb2, 0xc3, 0xd4, ..]
        | [0x4d, 0x3c, 0xb2, 0xa1, ..]
        | [0xa1, 0xb2, 0x3c, 0x4d, ..]
        | [0x34, 0xcd, 0xb2, 0xa1, ..] => Some("pcap"),
        [0x0a, 0x0d, 0x0d, 0x0a, _, _, _, _, 0x4d, 0x3c, 0x2b, 0x1a, ..]
        | [0x0a, 0x0d, 0x0d, 0x0a, _, _, _, _, 0x1a, 0x2b, 0x3c, 0x4d, ..] => Some("pcapng"),
        _ if dnstap::is_stream(head) => Some("dnstap"),
        _ => None,
    }
}

/// Reads a capture as a stream and hands out its events. What is broken is told to the sink, and what stands before
/// it is read; an error means that there was nothing to read.
pub fn read(input: &mut dyn Read, limits: &Limits, sink: &mut dyn Sink) -> Result<Summary, Problem> {
    let mut head = Vec::with_capacity(64);
    more_of(input, &mut head, 24)?;
    match is_capture(&head) {
        Some("pcap") => {
            if head.len() < 24 {
                return Err(
                    Problem::error("capture-broken", Place::default(), "the capture ends in its header")
                        .help("fetch the file again"),
                );
            }
            Ok(reader::packets(
                "pcap",
                &mut Cursor::new(head).chain(input),
                limits,
                sink,
            ))
        }
        Some("pcapng") => {
            let length = section_header_length(&head);
            more_of(input, &mut head, length.min(SECTION_HEADER))?;
            Ok(reader::packets(
                "pcapng",
                &mut Cursor::new(head).chain(input),
                limits,
                sink,
            ))
        }
        _ => {
            more_of(input, &mut head, 64)?;
            if dnstap::is_stream(&head) {
                return dnstap::read(&mut Cursor::new(head).chain(input), limits, sink);
            }
            Err(Problem::error(
                "not-a-capture",
                Place::default(),
                "the input is not a capture that is read",
            )
            .help("captures are read as pcap, pcapng and dnstap frame streams"))
        }
    }
}

/// The length that the section header of a pcapng says it has.
fn section_header_length(head: &[u8]) -> usize {
    let Some(length) = head.get(4..8).and_then(|length| <[u8; 4]>::try_from(length).ok()) else {
        return 0;
    };
    let length = if head.get(8) == Some(&0x1a) {
        u32::from_be_bytes(length)
    } else {
        u32::from_le_bytes(length)
    };
    usize::try_from(length).unwrap_or(SECTION_HEADER)
}

/// Reads until there are so many bytes, or the input ends.
fn more_of(input: &mut dyn Read, head: &mut Vec<u8>, count: usize) -> Result<(), Problem> {
    let wanted = count.saturating_sub(head.len());
    input.take(wanted as u64).read_to_end(head).map_err(|error| {
        Problem::error(
            "unreadable",
            Place::default(),
            format!("the input cannot be read: {error}"),
        )
    })?;
    Ok(())
}
