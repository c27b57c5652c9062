//! DNS messages over UDP and TCP, multicast DNS and LLMNR (RFC 1035, 6762, 4795).
//!
//! Written by hand because a message whose answers are broken must still give its question: malware and middleboxes
//! send such, and a library that refuses the message loses the one name that matters.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::net::{Ipv4Addr, Ipv6Addr};

use super::{Conversation, Step};
use crate::capture::bytes::{Bytes, text, u16_at};
use crate::capture::tell::Out;
use crate::{Event, Role};

/// Records of a message that are read.
const RECORDS: usize = 512;
/// Pointers that a name may follow.
const POINTERS: usize = 64;
/// Longest name in its written form; RFC 1035 has 255, and escapes need room.
const NAME_BYTES: usize = 1_024;

/// Whether a port is one of DNS, multicast DNS or LLMNR.
pub(in crate::capture) const fn is_port(port: u16) -> bool {
    matches!(port, 53 | 5353 | 5355)
}

/// Whether bytes could be a message: a known kind of query, and counts that the rest has room for.
pub(in crate::capture) fn fits(bytes: &[u8]) -> bool {
    let (Some(flags), Some(questions), Some(answers)) = (u16_at(bytes, 2), u16_at(bytes, 4), u16_at(bytes, 6)) else {
        return false;
    };
    let operation = flags >> 11 & 15;
    let room = bytes.len().saturating_sub(12);
    operation <= 6 && usize::from(questions) * 5 <= room && questions <= 64 && usize::from(answers) <= room
}

/// Reads a message into an event. Gives what is broken in it, after the event has what could be read.
pub(in crate::capture) fn describe<'a>(event: &mut Event<'a>, message: &'a [u8]) -> Result<(), &'static str> {
    const SHORT: &str = "the DNS message ends before its end";
    let mut rest = Bytes(message);
    let mut header = [0; 6];
    for part in &mut header {
        *part = rest.u16().ok_or(SHORT)?;
    }
    let [id, flags, questions, answers, authorities, additional] = header;
    let response = flags & 0x8000 != 0;
    event.push("dns.message", if response { "response" } else { "query" }, Role::Other);
    event.push("dns.id", id.to_string(), Role::Other);
    if response {
        event.push("dns.rcode", rcode(flags & 15), Role::Other);
    }
    for _ in 0..questions {
        let name = name(message, &mut rest)?;
        let kind = rest.u16().ok_or(SHORT)?;
        rest.u16().ok_or(SHORT)?;
        event.push("dns.query", name, Role::Host);
        event.push("dns.type", kind_name(kind), Role::Other);
    }
    let sections = [
        ("dns.answer", answers),
        ("dns.authority", authorities),
        ("dns.additional", additional),
    ];
    let mut records = 0;
    for (field, count) in sections {
        for _ in 0..count {
            records += 1;
            if records > RECORDS {
                return Err("the DNS message has more than 512 records, the limit");
            }
            let owner = name(message, &mut rest)?;
            let kind = rest.u16().ok_or(SHORT)?;
            let (Some(_), Some(_)) = (rest.u16(), rest.u32()) else {
                return Err(SHORT);
            };
            let data = rest.with_u16().ok_or(SHORT)?;
            // In multicast DNS answers come without questions: the name that is answered for is news.
            if questions == 0 && field == "dns.answer" && kind != 41 {
                event.push("dns.name", owner, Role::Host);
            }
            value(event, field, message, kind, data)?;
        }
    }
    Ok(())
}

/// Adds what a record says.
fn value<'a>(
    event: &mut Event<'a>,
    field: &'static str,
    message: &'a [u8],
    kind: u16,
    data: Bytes<'a>,
) -> Result<(), &'static str> {
    let mut rest = data;
    match kind {
        1 => {
            if let Ok(octets) = <[u8; 4]>::try_from(data.0) {
                event.push(field, Ipv4Addr::from(octets).to_string(), Role::Address);
            }
        }
        28 => {
            if let Ok(octets) = <[u8; 16]>::try_from(data.0) {
                event.push(field, Ipv6Addr::from(octets).to_string(), Role::Address);
            }
        }
        // NS, CNAME, PTR, DNAME; then MX, SRV and SVCB/HTTPS with numbers before the name; SOA with its master.
        2 | 5 | 12 | 39 => event.push(field, name(message, &mut rest)?, Role::Host),
        15 | 64 | 65 if rest.take(2).is_some() => event.push(field, name(message, &mut rest)?, Role::Host),
        33 if rest.take(6).is_some() => event.push(field, name(message, &mut rest)?, Role::Host),
        6 => event.push(field, name(message, &mut rest)?, Role::Host),
        16 | 99 => {
            let mut whole = Vec::with_capacity(data.0.len());
            while let Some(part) = rest.with_u8() {
                whole.extend_from_slice(part.0);
            }
            event.push(field, text(&whole).into_owned(), Role::Text);
        }
        _ => {}
    }
    Ok(())
}

/// Reads a name that may go on elsewhere in the message; so many pointers are followed, so that it ends.
fn name<'a>(message: &'a [u8], rest: &mut Bytes<'a>) -> Result<String, &'static str> {
    const BROKEN: &str = "a name in the DNS message is broken";
    let mut written = String::new();
    let mut here = *rest;
    let mut followed = 0;
    loop {
        let length = here.u8().ok_or(BROKEN)?;
        match length {
            0 => break,
            1..=63 => {
                let label = here.take(length.into()).ok_or(BROKEN)?;
                if !written.is_empty() {
                    written.push('.');
                }
                push_label(&mut written, label);
                if written.len() > NAME_BYTES {
                    return Err("a name in the DNS message is longer than a name can be");
                }
            }
            0xc0.. => {
                let low = here.u8().ok_or(BROKEN)?;
                if followed == 0 {
                    *rest = here;
                }
                followed += 1;
                if followed > POINTERS {
                    return Err(BROKEN);
                }
                let target = usize::from(u16::from_be_bytes([length & 0x3f, low]));
                here = Bytes(message.get(target..).ok_or(BROKEN)?);
            }
            _ => return Err(BROKEN),
        }
    }
    if followed == 0 {
        *rest = here;
    }
    Ok(if written.is_empty() { ".".to_owned() } else { written })
}

/// Writes a label as zone files do (RFC 1035, section 5.1); UTF-8, as multicast DNS has it, stays as it is.
fn push_label(written: &mut String, label: &[u8]) {
    for chunk in label.utf8_chunks() {
        for letter in chunk.valid().chars() {
            match letter {
                '.' | '\\' => {
                    written.push('\\');
                    written.push(letter);
                }
                '\0'..='\u{1f}' | '\u{7f}' => drop(write!(written, "\\{:03}", u32::from(letter))),
                _ => written.push(letter),
            }
        }
        for byte in chunk.invalid() {
            let _ = write!(written, "\\{byte:03}");
        }
    }
}

fn rcode(code: u16) -> Cow<'static, str> {
    Cow::Borrowed(match code {
        0 => "NOERROR",
        1 => "FORMERR",
        2 => "SERVFAIL",
        3 => "NXDOMAIN",
        4 => "NOTIMP",
        5 => "REFUSED",
        other => return Cow::Owned(other.to_string()),
    })
}

/// The name of a record's type.
pub(in crate::capture) fn kind_name(kind: u16) -> Cow<'static, str> {
    Cow::Borrowed(match kind {
        1 => "A",
        2 => "NS",
        5 => "CNAME",
        6 => "SOA",
        10 => "NULL",
        12 => "PTR",
        13 => "HINFO",
        15 => "MX",
        16 => "TXT",
        28 => "AAAA",
        33 => "SRV",
        35 => "NAPTR",
        43 => "DS",
        46 => "RRSIG",
        47 => "NSEC",
        48 => "DNSKEY",
        64 => "SVCB",
        65 => "HTTPS",
        251 => "IXFR",
        252 => "AXFR",
        255 => "ANY",
        other => return Cow::Owned(format!("TYPE{other}")),
    })
}

/// DNS over TCP: each message after its length.
pub(super) struct OverTcp;

impl Conversation for OverTcp {
    fn service(&self) -> &'static str {
        "dns"
    }

    fn bytes(&mut self, _from_client: bool, bytes: &[u8], out: &mut Out<'_, '_>) -> Step {
        let mut rest = Bytes(bytes);
        let Some(message) = rest.with_u16() else {
            return Step::More;
        };
        if !fits(message.0) {
            return Step::Ignore;
        }
        let mut event = out.begin("dns");
        if let Err(why) = describe(&mut event, message.0) {
            out.tell.broken(out.packet.number, "dns-broken", why);
        }
        out.give(&event);
        Step::take(message.0.len() + 2)
    }
}
