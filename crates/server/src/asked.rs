//! A request whose sender is known: what every handler takes, and what only the door ([`crate::door`]) makes.
//!
//! Because a handler takes an [`Asked`] and nothing else, a route without a sign-in cannot be written.

use std::io;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use axum::body::Body;
use bytes::Bytes;
use futures_util::stream::{self, BoxStream, StreamExt as _};
use http::{HeaderMap, Method, Uri};
use node::{Caller, Node};
use tokio::sync::OwnedSemaphorePermit;

use crate::app::App;
use crate::body;
use crate::problem::Fault;

/// A signed-in request. There is no public constructor outside this crate.
pub struct Asked {
    pub(crate) app: App,
    pub(crate) caller: Caller,
    pub(crate) method: Method,
    pub(crate) uri: Uri,
    pub(crate) headers: HeaderMap,
    pub(crate) params: Vec<(String, String)>,
    /// The share of memory that its body takes, given back when the request is answered.
    pub(crate) room: Option<OwnedSemaphorePermit>,
    /// In a lock only because a body cannot be shared between threads and this has to be.
    pub(crate) body: Mutex<Body>,
    /// The body, where the door has read it already.
    pub(crate) read: Option<Bytes>,
}

impl Asked {
    /// The node.
    pub fn node(&self) -> &Node {
        self.app.node()
    }

    /// Who asks.
    pub fn caller(&self) -> &Caller {
        &self.caller
    }

    /// A named part of the path, decoded; empty where the route has no such part.
    pub fn param(&self, name: &str) -> &str {
        self.params
            .iter()
            .find(|(found, _)| found == name)
            .map_or("", |(_, value)| value.as_str())
    }

    /// The query string.
    pub fn query(&self) -> Option<&str> {
        self.uri.query()
    }

    /// Whether only the headers are wanted.
    pub fn is_head(&self) -> bool {
        self.method == Method::HEAD
    }

    /// The body, decompressed, within the limit that discovery advertises.
    ///
    /// Bodies of all requests together take a bounded share of memory: a sender waits its turn until this one is answered.
    pub async fn take_body(&mut self) -> Result<Bytes, Fault> {
        let most = self.node().settings().request_bytes;
        self.take_body_up_to(most).await
    }

    /// The same within a narrower limit.
    pub async fn take_body_up_to(&mut self, most: usize) -> Result<Bytes, Fault> {
        if let Some(read) = self.read.take() {
            return Ok(read);
        }
        self.room = Some(self.app.room_for_body(body::expected(&self.headers, most)).await?);
        let body = self.body.get_mut().unwrap_or_else(PoisonError::into_inner);
        let taken = std::mem::replace(body, Body::empty());
        body::read(&self.headers, taken, most).await
    }

    /// The body piece by piece as it arrives, for what is never held whole; `held` bytes of it may be kept meanwhile.
    pub(crate) async fn stream_body(
        &mut self,
        most: usize,
        held: usize,
    ) -> Result<BoxStream<'static, io::Result<Bytes>>, Fault> {
        if let Some(read) = self.read.take() {
            return Ok(stream::iter([Ok(read)]).boxed());
        }
        self.room = Some(self.app.room_for_body(body::expected(&self.headers, held)).await?);
        let body = self.body.get_mut().unwrap_or_else(PoisonError::into_inner);
        let taken = std::mem::replace(body, Body::empty());
        Ok(body::pieces(&self.headers, taken, most)?.boxed())
    }

    /// Puts a body back that was taken, for who takes it next.
    pub(crate) fn keep_body(&mut self, body: Bytes) {
        self.read = Some(body);
    }
}

/// A request of somebody without an account, to a route that asks for a secret of its own in the path. Its caller is the
/// public.
pub struct Stranger {
    /// The request.
    pub(crate) asked: Asked,
    /// Where it comes from: wrong secrets are counted by it.
    pub(crate) from: IpAddr,
}

/// The address a connection came from; put into each request by the listener.
#[derive(Clone, Copy, Debug)]
pub struct Remote(pub IpAddr);

/// The certificate a TLS client presented, DER; put into each request by the listener. Possession of its key is proven
/// by the handshake; whether anybody here knows it is for the node to say.
#[derive(Clone, Debug)]
pub struct ClientCertificate(pub Bytes);
