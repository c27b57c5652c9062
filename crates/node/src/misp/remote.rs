//! Another MISP server as we ask it: its paths below one address, JSON both ways, every answer under a limit.

use bytes::Bytes;
use reqwest::{Method, Url};
use serde_json::Value;

use crate::client::{Access, Answer, Client, Failure, Request};

/// The media type of everything that is sent and asked for.
const JSON: &str = "application/json";
/// The most bytes of an answer that lists or confirms something.
const ANSWER_BYTES: u64 = 256 << 20;

/// A MISP server.
pub(crate) struct Remote {
    client: Client,
    url: Url,
}

impl Remote {
    /// The server at an address, which is the only one that is ever asked.
    pub fn new(access: &Access, url: Url) -> Result<Self, Failure> {
        Ok(Self {
            client: Client::new(access, &url)?,
            url,
        })
    }

    /// The client, for what other modules ask of the same server.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// The address of the server.
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// The address of something below the server's.
    pub fn at(&self, parts: &[&str]) -> Result<Url, Failure> {
        let mut url = self.url.clone();
        url.set_query(None);
        match url.path_segments_mut() {
            Ok(mut segments) => segments.pop_if_empty().extend(parts),
            Err(()) => {
                return Err(Failure::settings(
                    "the address of the server cannot have anything below it",
                ));
            }
        };
        Ok(url)
    }

    /// Reads something, up to a limit.
    pub async fn fetch(&self, parts: &[&str], most: u64) -> Result<Answer, Failure> {
        let mut answer = self.client.fetch(Request::get(self.at(parts)?, JSON, most)).await?;
        match answer.broken.take() {
            Some(failure) => Err(failure),
            None => Ok(answer),
        }
    }

    /// Reads a list or a description.
    pub async fn get(&self, parts: &[&str], what: &str) -> Result<Value, Failure> {
        self.fetch(parts, ANSWER_BYTES).await?.json(what).await
    }

    /// Sends JSON; gives the answer, `null` where it is empty.
    pub async fn post(&self, parts: &[&str], body: String, what: &str) -> Result<Value, Failure> {
        let request = Request::post(self.at(parts)?, JSON, Bytes::from(body), JSON, ANSWER_BYTES);
        let mut answer = self.client.fetch(request).await?;
        if let Some(failure) = answer.broken.take() {
            return Err(failure);
        }
        match answer.bytes {
            0 => Ok(Value::Null),
            _ => answer.json(what).await,
        }
    }

    /// Whether something is there, for this account.
    pub async fn is_there(&self, parts: &[&str]) -> Result<bool, Failure> {
        let request = Request {
            method: Method::HEAD,
            ..Request::get(self.at(parts)?, JSON, ANSWER_BYTES)
        };
        match self.client.fetch(request).await {
            Ok(_) => Ok(true),
            Err(failure) if matches!(failure.status, Some(404 | 410)) => Ok(false),
            Err(failure) => Err(failure),
        }
    }
}
