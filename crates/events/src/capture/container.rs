//! Takes captures apart: pcap in all its byte orders and clocks, and pcapng.
//!
//! A record that is broken ends a pcap, whose records can only be found one after the other; of a pcapng only its block
//! is left out as long as its length can be believed.

use std::io::Read;

use pcap_parser::traits::{PcapNGPacketBlock, PcapReaderIterator};
use pcap_parser::{Block, LegacyPcapReader, PcapBlockOwned, PcapError, PcapNGReader};
use stix::{Place, Problem, Timestamp};

use super::tell::{Packet, Tell, packet_place};

/// Bytes that are read at a time.
const BUFFER: usize = 128 << 10;
/// Bytes that a record may add to its packet: headers and options.
const OVERHEAD: usize = 64 << 10;
/// Interfaces of a pcapng section.
const INTERFACES: usize = 4_096;

/// One packet as it stands in the capture.
pub(super) struct Frame<'a> {
    pub packet: Packet,
    /// What its first bytes are (LINKTYPE_ of tcpdump.org).
    pub link: i32,
    pub bytes: &'a [u8],
}

/// Takes packets.
pub(super) type EachFrame<'e> = dyn FnMut(&mut Tell<'_>, &Frame<'_>) + 'e;

/// What an interface of a pcapng says of its packets.
#[derive(Clone, Copy)]
struct Interface {
    link: i32,
    snap: u32,
    /// Units a second of its times.
    units: u64,
    offset: i64,
}

/// Reads a pcap.
pub(super) fn pcap(input: &mut dyn Read, tell: &mut Tell<'_>, each: &mut EachFrame<'_>) {
    let mut reader = match LegacyPcapReader::new(BUFFER, input) {
        Ok(reader) => reader,
        Err(error) => return tell.problem(ended(&error)),
    };
    let mut link = 0;
    let mut nano = false;
    while !tell.stopped {
        let used = match reader.next() {
            Ok((used, PcapBlockOwned::LegacyHeader(header))) => {
                // The upper bits tell of a frame check sequence (pcap-linktype); it stands behind the packet.
                link = header.network.0 & 0x03ff_ffff;
                nano = header.is_nanosecond_precision();
                Ok(used)
            }
            Ok((used, PcapBlockOwned::Legacy(record))) => {
                tell.summary.records += 1;
                let fraction = i64::from(record.ts_usec) / if nano { 1_000 } else { 1 };
                let time = Timestamp::from_seconds(record.ts_sec.into()).plus_micros(fraction);
                let frame = frame(tell, link, time, record.origlen, record.data);
                each(tell, &frame);
                Ok(used)
            }
            Ok((used, PcapBlockOwned::NG(_))) => Ok(used),
            Err(error) => Err(error_kind(&error)),
        };
        match used {
            Ok(used) => reader.consume(used),
            Err(kind) => match more(&mut reader, &kind, tell) {
                Next::Again => {}
                Next::End => return,
                Next::Failed(problem) => {
                    tell.summary.broken += 1;
                    return tell.problem(problem);
                }
            },
        }
    }
}

/// Reads a pcapng.
pub(super) fn pcapng(input: &mut dyn Read, tell: &mut Tell<'_>, each: &mut EachFrame<'_>) {
    let mut reader = match PcapNGReader::new(BUFFER, input) {
        Ok(reader) => reader,
        Err(error) => return tell.problem(ended(&error)),
    };
    let mut interfaces: Vec<Interface> = Vec::new();
    let mut last = Timestamp::from_micros(0);
    let mut big_endian = false;
    while !tell.stopped {
        let used = match reader.next() {
            Ok((used, PcapBlockOwned::NG(block))) => {
                if let Block::SectionHeader(section) = &block {
                    big_endian = section.big_endian();
                }
                ng_block(&block, &mut interfaces, &mut last, tell, each);
                Ok(used)
            }
            Ok((used, _)) => Ok(used),
            Err(error) => Err(error_kind(&error)),
        };
        let kind = match used {
            Ok(used) => {
                reader.consume(used);
                continue;
            }
            Err(kind) => kind,
        };
        match more(&mut reader, &kind, tell) {
            Next::Again => {}
            Next::End => return,
            Next::Failed(problem) => {
                tell.summary.broken += 1;
                tell.problem(problem);
                let passable = matches!(kind, Kind::Malformed);
                match block_length(reader.data(), big_endian).filter(|_| passable) {
                    Some(length) => reader.consume(length),
                    None => return,
                }
            }
        }
    }
}

/// Reads one block of a pcapng.
fn ng_block(
    block: &Block<'_>,
    interfaces: &mut Vec<Interface>,
    last: &mut Timestamp,
    tell: &mut Tell<'_>,
    each: &mut EachFrame<'_>,
) {
    match block {
        Block::SectionHeader(_) => interfaces.clear(),
        Block::InterfaceDescription(interface) if interfaces.len() < INTERFACES => interfaces.push(Interface {
            link: interface.linktype.0,
            snap: interface.snaplen,
            units: interface.ts_resolution().unwrap_or(1_000_000).max(1),
            offset: interface.ts_offset(),
        }),
        Block::EnhancedPacket(packet) => {
            tell.summary.records += 1;
            let number = tell.summary.records;
            let Some(interface) = usize::try_from(packet.if_id).ok().and_then(|at| interfaces.get(at)) else {
                return tell.broken(
                    number,
                    "packet-broken",
                    "the packet names an interface that was not described",
                );
            };
            let ticks = u64::from(packet.ts_high) << 32 | u64::from(packet.ts_low);
            *last = time(ticks, interface);
            let frame = frame(tell, interface.link, *last, packet.origlen, packet.packet_data());
            each(tell, &frame);
        }
        Block::SimplePacket(packet) => {
            tell.summary.records += 1;
            let number = tell.summary.records;
            let Some(interface) = interfaces.first() else {
                return tell.broken(number, "packet-broken", "the packet stands before any interface");
            };
            let mut bytes = packet.packet_data();
            if interface.snap > 0 {
                bytes = &bytes[..bytes.len().min(interface.snap as usize)];
            }
            let frame = frame(tell, interface.link, *last, packet.origlen, bytes);
            each(tell, &frame);
        }
        _ => {}
    }
}

/// Counts a packet that was cut, and gives it its number.
fn frame<'a>(tell: &mut Tell<'_>, link: i32, time: Timestamp, original: u32, bytes: &'a [u8]) -> Frame<'a> {
    if (bytes.len() as u64) < u64::from(original) {
        tell.cut += 1;
    }
    Frame {
        packet: Packet {
            number: tell.summary.records,
            time,
            length: u64::from(original),
        },
        link,
        bytes,
    }
}

/// A time in units of the interface.
fn time(ticks: u64, interface: &Interface) -> Timestamp {
    let micros = u128::from(ticks) * 1_000_000 / u128::from(interface.units);
    let micros = i64::try_from(micros).unwrap_or(i64::MAX);
    Timestamp::from_micros(micros.saturating_add(interface.offset.saturating_mul(1_000_000)))
}

/// The length that a broken pcapng block says it has, if it is one to go by.
fn block_length(data: &[u8], big_endian: bool) -> Option<usize> {
    let length: [u8; 4] = data.get(4..8)?.try_into().ok()?;
    let length = if big_endian {
        u32::from_be_bytes(length)
    } else {
        u32::from_le_bytes(length)
    };
    let length = usize::try_from(length).ok()?;
    (length >= 12 && length % 4 == 0 && length <= data.len()).then_some(length)
}

/// What an error of the parser asks for, without what it borrows.
enum Kind {
    End,
    MoreBytes,
    MoreRoom,
    CutOff,
    Unreadable,
    Malformed,
}

fn error_kind<I>(error: &PcapError<I>) -> Kind {
    match error {
        PcapError::Eof => Kind::End,
        PcapError::Incomplete(_) => Kind::MoreBytes,
        PcapError::BufferTooSmall => Kind::MoreRoom,
        PcapError::UnexpectedEof => Kind::CutOff,
        PcapError::ReadError => Kind::Unreadable,
        PcapError::HeaderNotRecognized | PcapError::NomError(..) | PcapError::OwnedNomError(..) => Kind::Malformed,
    }
}

enum Next {
    Again,
    End,
    Failed(Problem),
}

/// Gets more of the input where the parser wants it.
fn more(reader: &mut dyn PcapReaderIterator, kind: &Kind, tell: &Tell<'_>) -> Next {
    let failed = |code, message: String| {
        Next::Failed(
            Problem::error(code, packet_place(tell.summary.records + 1), message)
                .help("what stands before it was read; the file may be cut off or damaged: fetch it again"),
        )
    };
    match kind {
        Kind::End => Next::End,
        Kind::MoreBytes => match reader.refill() {
            Ok(()) => Next::Again,
            Err(_) => failed("unreadable", "the input cannot be read to its end".to_owned()),
        },
        Kind::MoreRoom => {
            let most = tell.limits.record_bytes.saturating_add(OVERHEAD);
            let have = reader.data().len();
            let wanted = have.max(BUFFER).saturating_mul(2).min(most);
            if wanted > have && reader.grow(wanted) && reader.refill().is_ok() {
                return Next::Again;
            }
            failed(
                "record-too-large",
                format!(
                    "the record says it is larger than {} bytes, the limit",
                    tell.limits.record_bytes
                ),
            )
        }
        Kind::CutOff => failed(
            "capture-truncated",
            format!(
                "the capture ends in the middle of a record, {} bytes into it",
                reader.data().len()
            ),
        ),
        Kind::Unreadable => failed("unreadable", "the input cannot be read to its end".to_owned()),
        Kind::Malformed => failed("capture-broken", "the record contradicts itself".to_owned()),
    }
}

/// Why a capture cannot even be begun.
fn ended<I>(error: &PcapError<I>) -> Problem {
    let message = match error_kind(error) {
        Kind::Unreadable => "the input cannot be read",
        Kind::MoreBytes | Kind::CutOff | Kind::End => "the capture ends in its header",
        _ => "the header of the capture contradicts itself",
    };
    Problem::error("capture-broken", Place::default(), message).help("fetch the file again")
}
