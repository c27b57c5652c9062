//! Takes connections: plain or TLS, HTTP/1.1 or HTTP/2, a bounded number, none of them for ever.
//!
//! | who | is stopped by |
//! |---|---|
//! | opens many connections | a limit for all, and one for each address (IPv6: each /64) |
//! | never finishes the TLS handshake, or never asks anything | [`Limits::header_timeout`] |
//! | sends headers byte by byte | [`Limits::header_timeout`] |
//! | sends a body byte by byte | `body` (silence, and a least average rate) |
//! | reads answers byte by byte, or not at all | [`Limits::idle_timeout`] without a byte in either direction |
//! | opens many streams in one HTTP/2 connection, or huge headers | limits of streams and headers |

use std::collections::HashMap;
use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use bytes::Bytes;
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use tower::Service as _;

use crate::asked::{ClientCertificate, Remote};
use crate::tls::Tls;

mod timed;

use timed::Timed;

/// What one listener allows.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Connections at a time.
    pub connections: usize,
    /// Connections at a time from one address.
    pub connections_per_address: usize,
    /// From the opening of a connection to the end of the TLS handshake, then to the first request, then for its headers.
    pub header_timeout: Duration,
    /// Without a byte in either direction while nothing is being worked on.
    pub idle_timeout: Duration,
    /// How long requests may take to end when the service stops.
    pub grace: Duration,
    /// Bytes of the headers of one request.
    pub header_bytes: u32,
    /// Requests at a time in one HTTP/2 connection.
    pub streams: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 4_096,
            connections_per_address: 256,
            header_timeout: Duration::from_secs(15),
            idle_timeout: Duration::from_secs(75),
            grace: Duration::from_secs(30),
            header_bytes: 64 << 10,
            streams: 64,
        }
    }
}

/// Where to listen and how.
pub struct Listening {
    /// Bound by the caller, who thereby knows the port.
    pub listener: TcpListener,
    /// None: plain TCP, for loopback or behind a proxy.
    pub tls: Option<Tls>,
    /// What is allowed.
    pub limits: Limits,
}

/// Serves until `stop` is done, then lets running requests end, for [`Limits::grace`] at most.
pub async fn serve(listening: Listening, router: Router, stop: impl Future<Output = ()>) {
    let Listening { listener, tls, limits } = listening;
    let places = Arc::new(Semaphore::new(limits.connections));
    let addresses = Arc::new(Addresses::default());
    let (stopping, stopped) = watch::channel(false);
    let mut tasks = JoinSet::new();
    tokio::pin!(stop);
    loop {
        let accepted = tokio::select! {
            () = &mut stop => break,
            Some(_) = tasks.join_next() => continue,
            accepted = accept(&listener, &places) => accepted,
        };
        let Some((stream, peer, place)) = accepted else {
            continue;
        };
        let Some(counted) = addresses.enter(peer.ip(), limits.connections_per_address) else {
            continue;
        };
        let connection = Connection {
            peer: peer.ip(),
            router: router.clone(),
            limits,
            stopped: stopped.clone(),
            tls: tls.clone(),
        };
        tasks.spawn(async move {
            connection.serve(stream).await;
            drop((place, counted));
        });
    }
    drop(listener);
    // Nobody listening is the same as everybody told.
    let _ = stopping.send(true);
    let _ = timeout(limits.grace, async { while tasks.join_next().await.is_some() {} }).await;
}

type Accepted = (TcpStream, SocketAddr, tokio::sync::OwnedSemaphorePermit);

/// The next connection for which there is a place. Until there is one, connections wait in the system's queue.
async fn accept(listener: &TcpListener, places: &Arc<Semaphore>) -> Option<Accepted> {
    let place = Arc::clone(places).acquire_owned().await.ok()?;
    match listener.accept().await {
        Ok((stream, peer)) => {
            // Pages are written in large pieces; waiting for more would only delay the last one.
            let _ = stream.set_nodelay(true);
            Some((stream, peer, place))
        }
        Err(error) => {
            // A connection that died in the queue, or no file descriptor left: let others finish first.
            tracing::warn!(%error, "a connection could not be accepted");
            sleep(Duration::from_millis(50)).await;
            None
        }
    }
}

struct Connection {
    peer: IpAddr,
    router: Router,
    limits: Limits,
    stopped: watch::Receiver<bool>,
    tls: Option<Tls>,
}

impl Connection {
    async fn serve(self, stream: TcpStream) {
        let Some(tls) = &self.tls else {
            return self.speak(stream, None).await;
        };
        let handshake = timeout(self.limits.header_timeout, tls.acceptor().accept(stream));
        // A failed handshake is a scanner's daily bread: not worth a line in the log.
        let Ok(Ok(stream)) = handshake.await else { return };
        let certificate = stream.get_ref().1.peer_certificates().and_then(|chain| chain.first());
        let certificate = certificate.map(|der| ClientCertificate(Bytes::copy_from_slice(der)));
        self.speak(stream, certificate).await;
    }

    async fn speak<S>(self, stream: S, certificate: Option<ClientCertificate>)
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let asked = Arc::new(AtomicBool::new(false));
        let working = Arc::new(AtomicUsize::new(0));
        let (remote, router) = (Remote(self.peer), self.router);
        let (asked_too, working_too) = (Arc::clone(&asked), Arc::clone(&working));
        let service = hyper::service::service_fn(move |request: hyper::Request<Incoming>| {
            asked_too.store(true, Ordering::Relaxed);
            let mut request = request.map(Body::new);
            request.extensions_mut().insert(remote);
            if let Some(certificate) = &certificate {
                request.extensions_mut().insert(certificate.clone());
            }
            let busy = Busy::new(&working_too);
            let answer = router.clone().call(request);
            async move {
                let answer = answer.await;
                drop(busy);
                Ok::<_, Infallible>(answer.unwrap_or_else(|never| match never {}))
            }
        });
        let mut builder = Builder::new(TokioExecutor::new());
        builder
            .http1()
            .timer(TokioTimer::new())
            .header_read_timeout(self.limits.header_timeout)
            .max_buf_size(usize::try_from(self.limits.header_bytes).unwrap_or(64 << 10).max(8_192) * 4);
        builder
            .http2()
            .timer(TokioTimer::new())
            .keep_alive_interval(self.limits.header_timeout)
            .keep_alive_timeout(self.limits.header_timeout)
            .max_header_list_size(self.limits.header_bytes)
            .max_concurrent_streams(self.limits.streams);
        let io = TokioIo::new(Timed::new(stream, self.limits.idle_timeout, working));
        let connection = builder.serve_connection(io, service);
        tokio::pin!(connection);
        let mut stopped = self.stopped;
        let first_request = sleep(self.limits.header_timeout);
        tokio::pin!(first_request);
        let mut waiting_for_first = true;
        let mut told = false;
        loop {
            tokio::select! {
                _ = connection.as_mut() => return,
                () = first_request.as_mut(), if waiting_for_first => {
                    waiting_for_first = false;
                    if !asked.load(Ordering::Relaxed) {
                        return;
                    }
                }
                _ = stopped.wait_for(|stopped| *stopped), if !told => {
                    told = true;
                    connection.as_mut().graceful_shutdown();
                }
            }
        }
    }
}

/// Counts a request while it is worked on, also when it is given up.
struct Busy(Arc<AtomicUsize>);

impl Busy {
    fn new(working: &Arc<AtomicUsize>) -> Self {
        working.fetch_add(1, Ordering::Relaxed);
        Self(Arc::clone(working))
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Connections by address.
#[derive(Default)]
struct Addresses(Mutex<HashMap<IpAddr, usize>>);

/// One connection that is counted until this is dropped.
struct Counted {
    addresses: Arc<Addresses>,
    address: IpAddr,
}

impl Addresses {
    fn enter(self: &Arc<Self>, address: IpAddr, most: usize) -> Option<Counted> {
        let address = network(address);
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry(address).or_default();
        if *count >= most {
            return None;
        }
        *count += 1;
        Some(Counted {
            addresses: Arc::clone(self),
            address,
        })
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        let mut counts = self.addresses.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = counts.get_mut(&self.address) {
            *count -= 1;
            if *count == 0 {
                counts.remove(&self.address);
            }
        }
    }
}

/// Whoever has one IPv6 address has its /64.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => IpAddr::from((u128::from(address) >> 64 << 64).to_be_bytes()),
        v4 @ IpAddr::V4(_) => v4,
    }
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;
    use std::sync::Arc;

    use super::{Addresses, network};

    #[test]
    fn an_address_has_so_many_connections_and_gets_them_back() {
        let addresses = Arc::new(Addresses::default());
        let (one, other): (IpAddr, IpAddr) = ("192.0.2.1".parse().unwrap(), "192.0.2.2".parse().unwrap());
        let first = addresses.enter(one, 2).unwrap();
        let _second = addresses.enter(one, 2).unwrap();
        assert!(addresses.enter(one, 2).is_none());
        assert!(addresses.enter(other, 2).is_some());
        drop(first);
        assert!(addresses.enter(one, 2).is_some());
    }

    #[test]
    fn an_ipv6_network_counts_as_one_address() {
        let one: IpAddr = "2001:db8::1".parse().unwrap();
        assert_eq!(network(one), network("2001:db8::ffff:1".parse().unwrap()));
        assert_ne!(network(one), network("2001:db8:0:1::1".parse().unwrap()));
        assert_eq!(
            network("::ffff:192.0.2.1".parse().unwrap()),
            "192.0.2.1".parse::<IpAddr>().unwrap()
        );
    }
}
