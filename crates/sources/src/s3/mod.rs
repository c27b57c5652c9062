//! Objects of a bucket, over the S3 protocol: listed, read by range, or opened like files.
//!
//! For past logs, which threads read that may wait: everything here blocks, and must not be called by a task of a runtime.
//! Where the endpoint is and how one signs in comes from the caller alone, never from the environment or from the machine's own
//! identity in a cloud. Objects are addressed by path (`endpoint/bucket/key`), which every implementation understands.

mod listing;
mod sign;

use std::io::{self, Read};
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use reqwest::StatusCode;
use reqwest::blocking::{Client, Response};
use stix::{Place, Problem};

use crate::open::{Limits, Opened, place, read_problem, unpack};
use crate::rest::Clock;
use crate::secrets::Secrets;

pub use listing::Object;

/// How long a connection, an answer, or the next bytes of one may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// Largest range that is read into memory.
const RANGE_BYTES: u64 = 1 << 30;

/// Longest answer that is not an object: a page of a listing, an error.
const ANSWER_BYTES: u64 = 16 << 20;

/// How often reading of one object goes on after its connection broke.
const CONTINUATIONS: usize = 5;

/// Where a bucket is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// As in `https://s3.example.org:9000`; without it Amazon's of the region.
    pub endpoint: Option<String>,
    /// Bucket.
    pub bucket: String,
    /// Region; `us-east-1` where an implementation has none.
    pub region: String,
    /// Who vouches for the endpoint, PEM; otherwise those whom the system trusts.
    pub ca: Option<PathBuf>,
    /// `access_key`, `secret_key` and perhaps `session_token`; without them requests are not signed.
    pub secrets: Secrets,
}

/// A bucket.
#[derive(Clone)]
pub struct Bucket(Arc<Inner>);

struct Inner {
    http: Client,
    /// Scheme, host and port, without a slash at its end.
    endpoint: String,
    host: String,
    settings: Settings,
    clock: Clock,
}

impl std::fmt::Debug for Bucket {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Bucket").field(&self.0.settings).finish()
    }
}

impl Bucket {
    /// Nothing is asked of the endpoint yet.
    pub fn new(settings: Settings, clock: Clock) -> Result<Self, Problem> {
        let amazon = || format!("https://s3.{}.amazonaws.com", settings.region);
        let endpoint = settings.endpoint.clone().unwrap_or_else(amazon);
        let endpoint = endpoint.trim_end_matches('/').to_owned();
        let host = endpoint
            .strip_prefix("https://")
            .or_else(|| endpoint.strip_prefix("http://"));
        let Some(host) = host.filter(|host| !host.is_empty() && !host.contains(['/', '@', '?'])) else {
            let message = format!("the endpoint `{endpoint}` is not one");
            return Err(Problem::error("bad-endpoint", Place::default(), message)
                .help("write it as https://s3.example.org:9000"));
        };
        let host = host.to_owned();
        let tls = if endpoint.starts_with("https://") {
            crate::tls::client(settings.ca.as_deref())?
        } else {
            crate::tls::nobody()?
        };
        let http = Client::builder()
            .user_agent("commonwatch")
            .redirect(reqwest::redirect::Policy::none())
            // Objects come as they are stored, so that ranges and lengths hold.
            .gzip(false)
            .connect_timeout(PATIENCE)
            .timeout(PATIENCE)
            .tls_backend_preconfigured(Arc::unwrap_or_clone(tls))
            .build()
            .map_err(|error| Problem::error("no-client", Place::default(), error.to_string()))?;
        Ok(Self(Arc::new(Inner {
            http,
            endpoint,
            host,
            settings,
            clock,
        })))
    }

    /// The objects whose keys begin with `prefix`, in the order of their keys.
    pub fn list(&self, prefix: &str) -> impl Iterator<Item = Result<Object, Problem>> + use<> {
        listing::Listing::new(self.clone(), prefix.to_owned())
    }

    /// Some bytes of an object; fewer where it ends before.
    pub fn read_range(&self, key: &str, range: Range<u64>) -> Result<Vec<u8>, Problem> {
        let length = range.end.saturating_sub(range.start);
        if length == 0 {
            return Ok(Vec::new());
        }
        if length > RANGE_BYTES {
            let message = format!("a range of {length} bytes, more than {RANGE_BYTES}, the limit");
            return Err(Problem::error("range-too-large", self.place(key), message).help("read it in parts"));
        }
        let header = format!("bytes={}-{}", range.start, range.end - 1);
        let response = self.object(key, &[("range", header.as_str())])?;
        if response.status() != StatusCode::PARTIAL_CONTENT {
            return Err(self.refused(key, response));
        }
        let mut bytes = Vec::new();
        response
            .take(length)
            .read_to_end(&mut bytes)
            .map_err(|error| self.broken(key, &error))?;
        Ok(bytes)
    }

    /// An object as a reader of what is inside, unpacked as [`crate::open()`] does. A connection that breaks is made again,
    /// and reading goes on where it was.
    pub fn open(&self, key: &str, limits: Limits) -> Result<Opened, Problem> {
        self.open_version(key, None, limits)
    }

    /// The same, of the version that a listing named: another is a problem, not what is inside.
    pub fn open_version(&self, key: &str, tag: Option<&str>, limits: Limits) -> Result<Opened, Problem> {
        let condition = tag.map(|tag| ("if-match", tag));
        let response = self.object(key, condition.as_slice())?;
        if response.status() != StatusCode::OK {
            return Err(self.refused(key, response));
        }
        let length = response.content_length();
        let body = Body {
            bucket: self.clone(),
            key: key.to_owned(),
            tag: header(&response, "etag"),
            length,
            at: 0,
            left: CONTINUATIONS,
            response,
        };
        let mut opened = unpack(Box::new(body), self.address(key), limits)?;
        opened.stored_bytes = length;
        Ok(opened)
    }

    fn object(&self, key: &str, headers: &[(&str, &str)]) -> Result<Response, Problem> {
        self.get(&format!("/{}/{}", self.0.settings.bucket, key), &[], headers)
            .map_err(|error| self.unreachable(&error))
    }

    fn get(&self, path: &str, query: &[(&str, &str)], headers: &[(&str, &str)]) -> reqwest::Result<Response> {
        let request = sign::Request {
            host: &self.0.host,
            path,
            query,
            headers,
        };
        let mut builder = self.0.http.get(format!("{}{}", self.0.endpoint, request.target()));
        for (name, value) in headers {
            builder = builder.header(*name, *value);
        }
        for (name, value) in request.signature(&self.0.settings.secrets, &self.0.settings.region, (self.0.clock)()) {
            builder = builder.header(name, value);
        }
        builder.send()
    }

    /// What to call an object.
    pub(crate) fn address(&self, key: &str) -> String {
        format!("s3://{}/{key}", self.0.settings.bucket)
    }

    fn place(&self, key: &str) -> Place {
        place(&self.address(key))
    }

    fn unreachable(&self, error: &reqwest::Error) -> Problem {
        let message = format!("{} cannot be reached: {}", self.0.endpoint, innermost(error));
        Problem::error("unavailable", self.place(""), message)
            .help("is the endpoint right, and its certificate trusted?")
    }

    fn broken(&self, key: &str, error: &io::Error) -> Problem {
        let mut problem = read_problem(error);
        problem.place = self.place(key);
        problem
    }

    /// What the endpoint said instead of giving what was asked for.
    fn refused(&self, key: &str, response: Response) -> Problem {
        let status = response.status();
        let mut text = Vec::new();
        // Without its text the status alone has to do.
        let _ = response.take(ANSWER_BYTES).read_to_end(&mut text);
        let said = listing::error_said(&text);
        let (code, help) = match status.as_u16() {
            404 => ("not-there", "is the key or bucket written as it is there?"),
            401 | 403 => (
                "not-allowed",
                "may this access key list the bucket and read its objects? Is the clock right?",
            ),
            301 | 307 | 308 => ("elsewhere", "name the region or endpoint of the bucket"),
            412 => (
                "changed",
                "the object was written anew since it was listed or read: look again",
            ),
            500.. => ("unavailable", "try again later"),
            _ => ("refused", "look at the log of the endpoint"),
        };
        Problem::error(
            code,
            self.place(key),
            format!("{} answers {status}{said}", self.0.endpoint),
        )
        .help(help)
    }
}

/// The body of an object, over as many connections as it takes.
struct Body {
    bucket: Bucket,
    key: String,
    /// Names the version, so that a continuation is of the same.
    tag: Option<String>,
    length: Option<u64>,
    at: u64,
    left: usize,
    response: Response,
}

impl Body {
    fn go_on(&mut self) -> Result<(), Problem> {
        let range = format!("bytes={}-", self.at);
        let mut headers = vec![("range", range.as_str())];
        if let Some(tag) = &self.tag {
            headers.push(("if-match", tag));
        }
        let response = self.bucket.object(&self.key, &headers)?;
        if response.status() != StatusCode::PARTIAL_CONTENT {
            return Err(self.bucket.refused(&self.key, response));
        }
        self.response = response;
        Ok(())
    }
}

impl Read for Body {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let ends = self.length.is_none_or(|length| self.at >= length);
            match self.response.read(buffer) {
                Ok(0) if ends || buffer.is_empty() => return Ok(0),
                Ok(count) if count > 0 => {
                    self.at += count as u64;
                    return Ok(count);
                }
                Err(error) if self.left == 0 || self.tag.is_none() => return Err(error),
                Ok(_) if self.left == 0 || self.tag.is_none() => return Err(io::ErrorKind::UnexpectedEof.into()),
                Ok(_) | Err(_) => {
                    self.left -= 1;
                    self.go_on().map_err(io::Error::other)?;
                }
            }
        }
    }
}

fn header(response: &Response, name: &str) -> Option<String> {
    Some(response.headers().get(name)?.to_str().ok()?.to_owned())
}

/// The last cause says most; those around it repeat the address.
fn innermost(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause.to_string()
}
