//! FTP: who signs in, and which files are fetched or left.

use super::{Conversation, Step};
use crate::Role;
use crate::capture::bytes::text;
use crate::capture::tell::Out;

/// Bytes of a line.
const LINE: usize = 4_096;

/// Whether a connection is FTP: its port, with the greeting of a server or a command of a client.
pub(super) fn is_ftp(client: &[u8], server: &[u8], port: u16) -> bool {
    let signs_in = client
        .get(..5)
        .is_some_and(|start| start.eq_ignore_ascii_case(b"USER "));
    let greets = server.starts_with(b"220 ") || server.starts_with(b"220-");
    (port == 21 && (greets || signs_in)) || (signs_in && greets)
}

/// The reader of one connection.
pub(super) struct Ftp;

impl Conversation for Ftp {
    fn service(&self) -> &'static str {
        "ftp"
    }

    fn bytes(&mut self, from_client: bool, bytes: &[u8], out: &mut Out<'_, '_>) -> Step {
        if !from_client {
            return Step::take(bytes.len());
        }
        let Some(end) = memchr::memchr(b'\n', bytes) else {
            return if bytes.len() > LINE {
                Step::take(bytes.len())
            } else {
                Step::More
            };
        };
        let line = text(&bytes[..end]);
        let (command, argument) = line.split_once(' ').unwrap_or((&line, ""));
        let command = command.to_ascii_uppercase();
        let (field, role) = match command.as_str() {
            "USER" => ("ftp.user", Role::User),
            "RETR" | "STOR" | "APPE" | "DELE" | "RNFR" | "RNTO" | "SIZE" => ("ftp.file", Role::FilePath),
            "CWD" | "MKD" | "RMD" => ("ftp.folder", Role::Text),
            _ => return Step::take(end + 1),
        };
        let mut event = out.begin("ftp");
        event.push("ftp.command", command, Role::Other);
        event.push(field, argument.trim(), role);
        out.give(&event);
        Step::take(end + 1)
    }
}
