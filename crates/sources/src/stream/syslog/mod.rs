//! Syslog as it comes over the network: datagrams (RFC 5426), TCP (RFC 6587), TLS (RFC 5425).
//!
//! Only where one message ends is looked at here; what it says is for the readers of formats. Datagrams are those of
//! [`super::udp`].

mod framing;
pub(crate) mod tls;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::BytesMut;
use stix::{Place, Problem};
use tokio::io::{AsyncRead, AsyncReadExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, mpsc::Sender};
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;

use super::{Ended, Outlet, Piece, Status, udp::sender_name};

pub use framing::{Frame, Framing};
pub use tls::TlsFiles;

/// How long a handshake may take.
const HANDSHAKE: Duration = Duration::from_secs(10);

/// How much is read at once.
const BLOCK_BYTES: usize = 64 << 10;

/// A listener for syslog over TCP, with or without TLS.
pub struct Syslog {
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
    connections: usize,
    message_bytes: usize,
}

impl Syslog {
    /// Listens at an address; port 0 takes a free one.
    pub async fn bind(address: &str, tls: Option<&TlsFiles>) -> Result<Self, Problem> {
        let tls = tls.map(TlsFiles::acceptor).transpose()?;
        let listener = TcpListener::bind(address)
            .await
            .map_err(|error| not_bound(address, &error))?;
        Ok(Self {
            listener,
            tls,
            connections: 1000,
            message_bytes: super::LINE_BYTES,
        })
    }

    /// Most connections at the same time; more are closed at once and counted as drops.
    pub fn connections(mut self, most: usize) -> Self {
        self.connections = most;
        self
    }

    /// Longest message.
    pub fn message_bytes(mut self, most: usize) -> Self {
        self.message_bytes = most;
        self
    }

    /// Where it listens.
    pub fn local_address(&self) -> Result<SocketAddr, Problem> {
        self.listener
            .local_addr()
            .map_err(|error| not_bound("the listener", &error))
    }

    /// Takes connections until it is told to stop.
    pub async fn run(self, out: Sender<Piece>, stop: CancellationToken, status: Arc<Status>) -> Result<(), Problem> {
        status.listens(self.local_address()?);
        let outlet = Outlet::new(out, stop, status);
        let room = Arc::new(Semaphore::new(self.connections));
        let mut connections = JoinSet::new();
        loop {
            let accepted = tokio::select! {
                () = outlet.deserted() => break,
                Some(_) = connections.join_next() => continue,
                accepted = self.listener.accept() => accepted,
            };
            let (stream, address) = match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    // Out of file handles, most likely: they come back as connections end.
                    outlet.note(Problem::error(
                        "not-accepted",
                        Place::default(),
                        format!("a connection cannot be taken: {error}"),
                    ));
                    tokio::time::sleep(Duration::from_millis(100)).await;
                    continue;
                }
            };
            let Ok(permit) = Arc::clone(&room).try_acquire_owned() else {
                let message = format!("more than {} connections at a time, the limit", self.connections);
                outlet
                    .note(Problem::warning("too-many-connections", Place::default(), message).help("raise the limit"));
                outlet.status.dropped(1);
                continue;
            };
            let (outlet, tls) = (outlet.clone(), self.tls.clone());
            let framing = Framing::new(self.message_bytes);
            connections.spawn(async move {
                let source = sender_name(address);
                if let Err(mut problem) = connection(stream, tls, framing, &source, &outlet).await {
                    problem.place.file = Some(source.to_string());
                    outlet.note(problem);
                }
                drop(permit);
            });
        }
        // Each flushes what it holds and ends by itself.
        while connections.join_next().await.is_some() {}
        Ok(())
    }
}

async fn connection(
    stream: TcpStream,
    tls: Option<TlsAcceptor>,
    framing: Framing,
    source: &Arc<str>,
    outlet: &Outlet,
) -> Result<(), Problem> {
    let Some(tls) = tls else {
        return messages(stream, framing, source, outlet).await;
    };
    let shaken = tokio::select! {
        shaken = tokio::time::timeout(HANDSHAKE, tls.accept(stream)) => shaken,
        () = outlet.deserted() => return Ok(()),
    };
    match shaken {
        Ok(Ok(stream)) => messages(stream, framing, source, outlet).await,
        Ok(Err(error)) => {
            outlet.status.dropped(1);
            let message = format!("no TLS session came about: {error}");
            Err(Problem::error("no-tls", Place::default(), message)
                .help("does the sender speak TLS, trust this certificate, and have one that is trusted here?"))
        }
        Err(_) => {
            outlet.status.dropped(1);
            let message = format!(
                "no TLS session came about within {} seconds, the limit",
                HANDSHAKE.as_secs()
            );
            Err(Problem::error("no-tls", Place::default(), message).help("does the sender speak TLS?"))
        }
    }
}

async fn messages(
    mut stream: impl AsyncRead + Unpin,
    mut framing: Framing,
    source: &Arc<str>,
    outlet: &Outlet,
) -> Result<(), Problem> {
    let mut block = BytesMut::new();
    loop {
        block.reserve(BLOCK_BYTES);
        let read = tokio::select! {
            biased;
            () = outlet.deserted() => Ok(0),
            read = stream.read_buf(&mut block) => read,
        };
        // A connection that is reset, or a TLS session that ends without saying so, ends what it sent all the same.
        let ends = !matches!(read, Ok(1..));
        framing.push(block.split());
        loop {
            let frame = match framing.next_frame() {
                Ok(Some(frame)) => frame,
                Ok(None) if ends => match framing.rest() {
                    Some(frame) => frame,
                    None => break,
                },
                Ok(None) => break,
                Err(problem) => {
                    outlet.status.dropped(1);
                    return Err(problem);
                }
            };
            if let Err(Ended) = outlet.give(Piece::new(source, frame.bytes, frame.kind)).await {
                return Ok(());
            }
        }
        outlet.status.cut(framing.cut());
        if ends {
            return Ok(());
        }
    }
}

/// Why an address cannot be listened at.
pub(super) fn not_bound(address: &str, error: &io::Error) -> Problem {
    let help = match error.kind() {
        io::ErrorKind::PermissionDenied => {
            "ports below 1024 need a privilege (CAP_NET_BIND_SERVICE): take a higher one, or give it"
        }
        io::ErrorKind::AddrInUse => "something else listens there: stop it, or take another port",
        _ => "write it as 0.0.0.0:514 or [::]:514",
    };
    Problem::error(
        "not-bound",
        Place::default(),
        format!("{address} cannot be listened at: {error}"),
    )
    .help(help)
}
