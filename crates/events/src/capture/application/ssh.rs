//! SSH: the line with which each side begins, and the HASSH of what it offers
//! (<https://github.com/salesforce/hassh>).

use md5::{Digest as _, Md5};

use super::{Conversation, Step};
use crate::Role;
use crate::capture::bytes::{Bytes, text};
use crate::capture::tell::Out;

/// Most bytes of a greeting line, and of lines before it (RFC 4253, section 4.2).
const LINE: usize = 1_024;

/// The reader of one connection.
#[derive(Default)]
pub(super) struct Ssh {
    client: Option<String>,
    server: Option<String>,
}

impl Conversation for Ssh {
    fn service(&self) -> &'static str {
        "ssh"
    }

    fn bytes(&mut self, from_client: bool, bytes: &[u8], out: &mut Out<'_, '_>) -> Step {
        let banner = if from_client {
            &mut self.client
        } else {
            &mut self.server
        };
        let Some(banner) = banner else {
            let Some(end) = memchr::memchr(b'\n', bytes) else {
                return if bytes.len() > LINE { Step::Ignore } else { Step::More };
            };
            let line = &bytes[..end];
            if line.starts_with(b"SSH-") {
                *banner = Some(text(line).into_owned());
            }
            return Step::take(end + 1);
        };
        let mut rest = Bytes(bytes);
        let Some(length) = rest.u32() else { return Step::More };
        if !(2..=64 << 10).contains(&length) {
            tell(from_client, banner, None, out);
            return Step::Ignore;
        }
        let Some(packet) = rest.take(length as usize) else {
            return Step::More;
        };
        // Padding length, then the message; key exchange begins with number 20.
        let offer = packet
            .get(2..)
            .filter(|_| packet[1] == 20)
            .and_then(hassh_text_of(from_client));
        tell(from_client, banner, offer, out);
        Step::Ignore
    }

    fn rest(&mut self, from_client: bool, _bytes: &[u8], out: &mut Out<'_, '_>) {
        let banner = if from_client {
            self.client.take()
        } else {
            self.server.take()
        };
        if let Some(banner) = banner.filter(|banner| !banner.is_empty()) {
            tell(from_client, &mut banner.clone(), None, out);
        }
    }
}

/// Hands out what one side said of itself; its banner is told once.
fn tell(from_client: bool, banner: &mut String, offer: Option<String>, out: &mut Out<'_, '_>) {
    let mut event = out.begin("ssh");
    let (side, name) = if from_client {
        ("client", "ssh.hassh")
    } else {
        ("server", "ssh.hassh_server")
    };
    event.push("ssh.side", side, Role::Other);
    event.push("ssh.banner", std::mem::take(banner), Role::Text);
    if let Some(offer) = offer {
        event.push(name, hex::encode(Md5::digest(&offer)), Role::Hassh);
    }
    out.give(&event);
}

/// What is hashed: key exchange, then encryption, authentication and compression in the direction of the sender.
fn hassh_text_of(from_client: bool) -> impl Fn(&[u8]) -> Option<String> {
    move |message| {
        let mut rest = Bytes(message);
        rest.take(16)?;
        let mut lists = [""; 8];
        for list in &mut lists {
            let length = rest.u32()?;
            *list = std::str::from_utf8(rest.take(length as usize)?).ok()?;
        }
        let [
            exchange,
            _,
            to_server,
            to_client,
            mac_to_server,
            mac_to_client,
            packed_to_server,
            packed_to_client,
        ] = lists;
        Some(if from_client {
            [exchange, to_server, mac_to_server, packed_to_server].join(";")
        } else {
            [exchange, to_client, mac_to_client, packed_to_client].join(";")
        })
    }
}
