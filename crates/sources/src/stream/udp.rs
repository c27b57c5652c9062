//! Datagrams: NetFlow, IPFIX, sFlow, syslog over UDP.
//!
//! The socket is read as fast as pieces are taken; what the system had to throw away meanwhile is counted as drops, which Linux
//! tells in `/proc/net/udp`. A larger buffer of the system helps against bursts: it is asked for.

use std::collections::HashMap;
use std::fs;
use std::net::{IpAddr, SocketAddr};
use std::os::fd::AsRawFd as _;
use std::sync::Arc;
use std::time::Duration;

use bytes::BytesMut;
use stix::{Place, Problem};
use tokio::net::UdpSocket;
use tokio::sync::mpsc::Sender;
use tokio_util::sync::CancellationToken;

use super::syslog::not_bound;
use super::{Kind, Outlet, Piece, Status};

/// The largest datagram.
const DATAGRAM_BYTES: usize = 65_535;

/// Datagrams share blocks of this size.
const BLOCK_BYTES: usize = 1 << 20;

/// What the system is asked to hold while nobody reads; it may give less (net.core.rmem_max).
const SYSTEM_BYTES: usize = 16 << 20;

/// How many senders' names are remembered.
const SENDERS: usize = 4096;

/// How often the system is asked what it threw away.
const ASK_EVERY: Duration = Duration::from_secs(5);

/// A listener for datagrams.
#[derive(Debug)]
pub struct Udp {
    socket: UdpSocket,
    kind: Kind,
}

impl Udp {
    /// Listens at an address; port 0 takes a free one. Pieces are of kind [`Kind::Datagram`].
    pub async fn bind(address: &str) -> Result<Self, Problem> {
        let socket = UdpSocket::bind(address)
            .await
            .map_err(|error| not_bound(address, &error))?;
        let system = socket2::SockRef::from(&socket);
        // Less than asked for is no reason not to listen.
        let _ = system.set_recv_buffer_size(SYSTEM_BYTES);
        Ok(Self {
            socket,
            kind: Kind::Datagram,
        })
    }

    /// For syslog over UDP (RFC 5426): each datagram is a message.
    pub fn messages(mut self) -> Self {
        self.kind = Kind::Message;
        self
    }

    /// Where it listens.
    pub fn local_address(&self) -> Result<SocketAddr, Problem> {
        self.socket
            .local_addr()
            .map_err(|error| not_bound("the listener", &error))
    }

    /// Takes datagrams until it is told to stop.
    pub async fn run(self, out: Sender<Piece>, stop: CancellationToken, status: Arc<Status>) -> Result<(), Problem> {
        status.listens(self.local_address()?);
        let outlet = Outlet::new(out, stop, status);
        let mut senders: HashMap<IpAddr, Arc<str>> = HashMap::new();
        let mut block = BytesMut::new();
        let mut thrown = Thrown::of(&self.socket);
        let mut ask = tokio::time::interval(ASK_EVERY);
        loop {
            if block.capacity() < DATAGRAM_BYTES {
                block = BytesMut::with_capacity(BLOCK_BYTES);
            }
            let came = tokio::select! {
                biased;
                () = outlet.deserted() => break,
                _ = ask.tick() => {
                    outlet.status.dropped(thrown.more());
                    continue;
                }
                came = self.socket.recv_buf_from(&mut block) => came,
            };
            let address = match came {
                Ok((0, _)) => continue,
                Ok((_, address)) => address,
                Err(error) => {
                    // An answer to something that was sent from this port; the socket is as good as before.
                    outlet.note(Problem::warning(
                        "datagram",
                        Place::default(),
                        format!("a datagram was not received: {error}"),
                    ));
                    continue;
                }
            };
            if senders.len() == SENDERS {
                senders.clear();
            }
            let sender = senders.entry(address.ip()).or_insert_with(|| sender_name(address));
            if outlet
                .give(Piece::new(sender, block.split().freeze(), self.kind))
                .await
                .is_err()
            {
                break;
            }
        }
        outlet.status.dropped(thrown.more());
        Ok(())
    }
}

/// A sender without its port, which changes from one start to the next.
pub(super) fn sender_name(address: SocketAddr) -> Arc<str> {
    Arc::from(address.ip().to_canonical().to_string())
}

/// What the system threw away of a socket.
struct Thrown {
    inode: Option<String>,
    known: u64,
}

impl Thrown {
    fn of(socket: &UdpSocket) -> Self {
        let link = fs::read_link(format!("/proc/self/fd/{}", socket.as_raw_fd())).ok();
        let inode = link.and_then(|link| Some(link.to_str()?.strip_prefix("socket:[")?.strip_suffix(']')?.to_owned()));
        Self { inode, known: 0 }
    }

    /// How many since this was asked last; none where the system does not tell.
    fn more(&mut self) -> u64 {
        let Some(inode) = &self.inode else { return 0 };
        let tables = ["/proc/net/udp", "/proc/net/udp6"].map(|table| fs::read_to_string(table).unwrap_or_default());
        let total = tables
            .iter()
            .find_map(|table| drops(table, inode))
            .unwrap_or(self.known);
        let more = total.saturating_sub(self.known);
        self.known = total;
        more
    }
}

/// The last column of the line of a socket.
fn drops(table: &str, inode: &str) -> Option<u64> {
    let line = table
        .lines()
        .find(|line| line.split_whitespace().nth(9) == Some(inode))?;
    line.split_whitespace().nth(12)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn drops_are_read_from_the_line_of_the_socket() {
        let table = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops\n\
            2231: 0100007F:0035 00000000:0000 07 00000000:00000000 00:00000000 00000000   101        0 20583 2 0000000000000000 17\n";
        assert_eq!(drops(table, "20583"), Some(17));
        assert_eq!(drops(table, "2058"), None);
    }
}
