//! Protocols above TCP and UDP: which one it is, and its reader.
//!
//! A protocol is known by its first bytes; a port alone decides only where the bytes cannot, and then they must fit.

pub(super) mod dns;
mod encoded_word;
mod ftp;
pub(super) mod http;
mod http2;
pub(super) mod quic;
mod smtp;
mod ssh;
pub(super) mod tls;

use super::industrial;
use super::tell::{Ends, Out};

/// What a reader makes of the bytes it was shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// It needs more to go on.
    More,
    /// So many are done with, perhaps more than are there yet.
    Take(u64),
    /// Nothing more of this direction is of interest.
    Ignore,
    /// Another protocol begins here, in both directions.
    Again,
}

impl Step {
    /// So many bytes are done with.
    pub const fn take(count: usize) -> Self {
        Self::Take(count as u64)
    }
}

/// The reader of a protocol over TCP, for one connection.
pub(super) trait Conversation {
    /// Name of the protocol.
    fn service(&self) -> &'static str;
    /// Reads the bytes of one direction that were not taken yet; there is at least one.
    fn bytes(&mut self, from_client: bool, bytes: &[u8], out: &mut Out<'_, '_>) -> Step;
    /// Bytes are missing before the next ones.
    fn hole(&mut self, _from_client: bool) {}
    /// No more will come, or there is no room for more: the last that were not taken, perhaps none.
    fn rest(&mut self, _from_client: bool, _bytes: &[u8], _out: &mut Out<'_, '_>) {}
}

/// Bytes after which a direction has said what it is.
const TELLING: usize = 16;

/// Finds the protocol of a connection: nothing while it cannot be told, `Some(None)` when it is none that is read.
pub(super) fn identify(
    client: &[u8],
    server: &[u8],
    ends: &Ends,
    limit: usize,
) -> Option<Option<Box<dyn Conversation>>> {
    if let Some(conversation) = industrial::identify(client, server, ends) {
        return Some(Some(conversation));
    }
    if tls::is_hello(client) || tls::is_hello(server) {
        return Some(Some(Box::new(tls::Tls::default())));
    }
    if http2::is_preface(client) {
        return Some(Some(Box::new(http2::Http2::default())));
    }
    if http::is_request(client) || http::is_response(server) {
        return Some(Some(Box::new(http::Http::default())));
    }
    if client.starts_with(b"SSH-") || server.starts_with(b"SSH-") {
        return Some(Some(Box::new(ssh::Ssh::default())));
    }
    if smtp::is_smtp(client, server, ends.destination_port) {
        return Some(Some(Box::new(smtp::Smtp::default())));
    }
    if ftp::is_ftp(client, server, ends.destination_port) {
        return Some(Some(Box::new(ftp::Ftp)));
    }
    if matches!(ends.destination_port, 53 | 5353 | 5355)
        && [client, server]
            .into_iter()
            .any(|bytes| bytes.len() > 14 && dns::fits(&bytes[2..]))
    {
        return Some(Some(Box::new(dns::OverTcp)));
    }
    let enough = |bytes: &[u8]| bytes.len() >= TELLING;
    // A server may greet first, with a line that says nothing yet: wait for the client, within reason.
    let undecided = if client.is_empty() {
        server.len() < limit.min(4_096)
    } else {
        !enough(client)
    };
    (!undecided).then_some(None)
}
