//! One exchange with another system: bounded in size and time, spooled, never redirected to another host.

use std::io::Write as _;

use bytes::Bytes;
use reqwest::header::{ACCEPT, CONTENT_TYPE, DATE, HeaderMap, HeaderName, HeaderValue, LOCATION, RETRY_AFTER};
use reqwest::{Method, Url, redirect};

use super::access::Access;
use super::answer::{Answer, Body, spool_failed};
use super::failure::{Failure, FailureKind};

/// Redirections followed on the same host.
const MOST_REDIRECTS: usize = 5;
/// Bytes of an error's text that are read.
const SAID_BYTES: usize = 16 << 10;
/// Characters of an error's text that are shown.
const SAID_SHOWN: usize = 300;
/// The longest wait that another system can ask for, in seconds: a week.
const MOST_WAIT: i64 = 7 * 86_400;

/// What is asked of the other side.
#[derive(Clone, Debug)]
pub struct Request {
    /// The method.
    pub method: Method,
    /// The address.
    pub url: Url,
    /// What the answer may be.
    pub accept: &'static str,
    /// More headers.
    pub headers: Vec<(HeaderName, String)>,
    /// What is sent: its media type and bytes.
    pub body: Option<(&'static str, Bytes)>,
    /// The most bytes of the answer, after decompression.
    pub size_limit: u64,
}

impl Request {
    /// Reads an address.
    pub fn get(url: Url, accept: &'static str, size_limit: u64) -> Self {
        Self {
            method: Method::GET,
            url,
            accept,
            headers: Vec::new(),
            body: None,
            size_limit,
        }
    }

    /// Sends JSON of some media type.
    pub fn post(url: Url, media_type: &'static str, body: Bytes, accept: &'static str, size_limit: u64) -> Self {
        Self {
            method: Method::POST,
            body: Some((media_type, body)),
            ..Self::get(url, accept, size_limit)
        }
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}

/// Talks to one host.
pub struct Client {
    http: reqwest::Client,
    origin: Url,
    headers: HeaderMap,
    secrets: Vec<String>,
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Client")
            .field("origin", &shown(&self.origin))
            .finish_non_exhaustive()
    }
}

impl Client {
    /// A client for the host of `origin`, which is the only one that it ever talks to.
    ///
    /// # Errors
    /// When the settings cannot be used: a file is missing, a certificate is none, a header has a line break.
    pub fn new(access: &Access, origin: &Url) -> Result<Self, Failure> {
        // The cryptography of the whole process; where somebody chose already, theirs stands.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let (headers, mut secrets) = access.headers()?;
        let mut builder = reqwest::Client::builder()
            .user_agent(concat!("commonwatch/", env!("CARGO_PKG_VERSION")))
            .redirect(redirect::Policy::none())
            .referer(false)
            .gzip(true)
            .connect_timeout(access.connect_timeout())
            .read_timeout(access.read_timeout())
            .timeout(access.total_timeout());
        match access.proxy.as_ref().map(super::Secret::reveal).transpose()? {
            None => {}
            Some(direct) if direct == "direct" => builder = builder.no_proxy(),
            Some(address) => {
                let proxy = reqwest::Proxy::all(&address)
                    .map_err(|_| Failure::settings("the proxy is not an address like http://proxy.example:3128"))?;
                builder = builder.proxy(proxy);
                secrets.extend(
                    Url::parse(&address)
                        .ok()
                        .and_then(|url| url.password().map(str::to_owned)),
                );
            }
        }
        if let Some(pem) = access.authorities()? {
            let bad = |_| Failure::settings("ca_bundle holds no certificates in PEM form");
            let certificates = reqwest::Certificate::from_pem_bundle(&pem).map_err(bad)?;
            if certificates.is_empty() {
                return Err(Failure::settings("ca_bundle holds no certificates in PEM form"));
            }
            builder = builder.tls_certs_only(certificates);
        }
        if let Some(pem) = access.identity()? {
            let bad = |_| Failure::settings("certificate must be a PEM file with a certificate and its private key");
            builder = builder.identity(reqwest::Identity::from_pem(&pem).map_err(bad)?);
        }
        let http = builder
            .build()
            .map_err(|error| Failure::settings(format!("the HTTP client cannot be set up: {}", error.without_url())))?;
        // A short secret would blot out innocent words.
        secrets.retain(|secret| secret.len() >= 4);
        Ok(Self {
            http,
            origin: origin.clone(),
            headers,
            secrets,
        })
    }

    /// Asks, follows redirections on the same host, and gives the answer of a success or of 304.
    ///
    /// # Errors
    /// Everything else, in words that say what to do.
    pub async fn fetch(&self, request: Request) -> Result<Answer, Failure> {
        self.exchange(request).await.map_err(|mut failure| {
            failure.message = self.without_secrets(failure.message);
            failure
        })
    }

    async fn exchange(&self, mut request: Request) -> Result<Answer, Failure> {
        for _ in 0..=MOST_REDIRECTS {
            if !same_host(&self.origin, &request.url) {
                let to = shown(&request.url);
                let message = format!(
                    "{to} is on another host than {}, where the account does not go",
                    shown(&self.origin)
                );
                return Err(Failure::new(
                    FailureKind::Redirect,
                    format!("{message}; if that is right, configure {to} itself"),
                ));
            }
            let at = shown(&request.url);
            let mut call = self
                .http
                .request(request.method.clone(), request.url.clone())
                .headers(self.headers.clone());
            call = call.header(ACCEPT, request.accept);
            for (name, value) in &request.headers {
                let value = HeaderValue::try_from(value.as_str())
                    .map_err(|_| Failure::settings(format!("a header {name} cannot carry what is to be sent")))?;
                call = call.header(name, value);
            }
            if let Some((media_type, body)) = &request.body {
                call = call.header(CONTENT_TYPE, *media_type).body(body.clone());
            }
            let response = call.send().await.map_err(|error| Failure::of_transport(error, &at))?;
            let status = response.status().as_u16();
            let reads = matches!(request.method, Method::GET | Method::HEAD);
            let follows = matches!(status, 301 | 302 | 307 | 308) && reads || matches!(status, 307 | 308);
            match response.headers().get(LOCATION).and_then(|place| place.to_str().ok()) {
                Some(place) if follows => {
                    request.url = request.url.join(place).map_err(|_| {
                        Failure::new(
                            FailureKind::Redirect,
                            format!("{at} redirects to something that is not an address"),
                        )
                    })?;
                }
                _ if response.status().is_success() || status == 304 => {
                    return take(response, request.size_limit, &at).await;
                }
                _ => return Err(refused(response, &at).await),
            }
        }
        let message = format!("{} redirects more than {MOST_REDIRECTS} times", shown(&self.origin));
        Err(Failure::new(FailureKind::Redirect, message))
    }

    /// A message with whatever secret another system may have echoed blotted out.
    fn without_secrets(&self, mut message: String) -> String {
        for secret in &self.secrets {
            if message.contains(secret.as_str()) {
                message = message.replace(secret.as_str(), "(secret)");
            }
        }
        message
    }
}

/// Whether an address is on the host that was configured; from http to https of it is the same host, never the other way.
fn same_host(origin: &Url, url: &Url) -> bool {
    if origin.host_str() != url.host_str() {
        return false;
    }
    let same = origin.scheme() == url.scheme() && origin.port_or_known_default() == url.port_or_known_default();
    let safer = origin.scheme() == "http" && origin.port().is_none() && url.scheme() == "https" && url.port().is_none();
    same || safer
}

/// An address as it may be shown: without account, question and fragment, all of which can hold secrets.
pub(crate) fn shown(url: &Url) -> String {
    let mut url = url.clone();
    url.set_query(None);
    url.set_fragment(None);
    // Fails only for addresses that cannot have an account.
    let _ = url.set_password(None);
    let _ = url.set_username("");
    url.to_string()
}

/// Spools a body under the limit.
async fn take(mut response: reqwest::Response, size_limit: u64, at: &str) -> Result<Answer, Failure> {
    let too_large = || {
        let message = format!("{at} sends more than {size_limit} bytes, the limit for one answer");
        Failure::new(
            FailureKind::TooLarge,
            format!("{message}; raise the size limit, or ask for smaller pages (page_size)"),
        )
    };
    if response.content_length().is_some_and(|bytes| bytes > size_limit) {
        return Err(too_large());
    }
    let status = response.status().as_u16();
    let headers = response.headers().clone();
    let (mut body, mut bytes, mut broken) = (Body::new(), 0_u64, None);
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) => {
                bytes += chunk.len() as u64;
                if bytes > size_limit {
                    return Err(too_large());
                }
                body.write_all(&chunk).map_err(|error| spool_failed(&error))?;
            }
            Ok(None) => break,
            Err(error) => {
                broken = Some(Failure::of_transport(error, at));
                break;
            }
        }
    }
    body.rewind()?;
    Ok(Answer {
        status,
        headers,
        body,
        bytes,
        broken,
    })
}

/// What an answer that is no success says.
async fn refused(mut response: reqwest::Response, at: &str) -> Failure {
    let status = response.status().as_u16();
    let retry_after = retry_after(response.headers());
    let mut text = Vec::new();
    while text.len() < SAID_BYTES
        && let Ok(Some(chunk)) = response.chunk().await
    {
        text.extend_from_slice(&chunk[..chunk.len().min(SAID_BYTES - text.len())]);
    }
    Failure::of_status(status, at, &said(&text), retry_after)
}

/// The words of an error answer: those of TAXII and MISP errors, else nothing (web pages say nothing to the point).
fn said(text: &[u8]) -> String {
    let Ok(serde_json::Value::Object(map)) = serde_json::from_slice(text) else {
        return String::new();
    };
    let mut words = Vec::new();
    for key in ["title", "description", "message", "detail", "errors", "error"] {
        match map.get(key) {
            Some(serde_json::Value::String(word)) if !words.contains(word) => words.push(word.clone()),
            Some(other @ (serde_json::Value::Object(_) | serde_json::Value::Array(_))) => words.push(other.to_string()),
            _ => {}
        }
    }
    words
        .join(": ")
        .chars()
        .filter(|letter| !letter.is_control())
        .take(SAID_SHOWN)
        .collect()
}

/// Seconds to wait (RFC 9110, 10.2.3): a number, or a date, which is compared with the other side's own clock.
fn retry_after(headers: &HeaderMap) -> Option<i64> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse::<u64>() {
        return Some(i64::try_from(seconds).unwrap_or(MOST_WAIT).min(MOST_WAIT));
    }
    let until = http_date(text)?;
    let now = http_date(headers.get(DATE)?.to_str().ok()?)?;
    Some((until - now).clamp(0, MOST_WAIT))
}

/// The seconds since 1970 of a date as HTTP writes it.
pub(crate) fn http_date(text: &str) -> Option<i64> {
    let parsed = jiff::fmt::rfc2822::DateTimeParser::new()
        .relaxed_weekday(true)
        .parse_timestamp(text)
        .ok()?;
    Some(parsed.as_second())
}

#[cfg(test)]
mod tests {
    use reqwest::Url;
    use reqwest::header::{HeaderMap, HeaderValue};

    use super::{retry_after, said, same_host, shown};

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    #[test]
    fn the_account_goes_to_its_own_host_only() {
        let origin = url("https://taxii.example/api/");
        assert!(same_host(&origin, &url("https://taxii.example/other/")));
        assert!(!same_host(&origin, &url("https://taxii.example:8443/api/")));
        assert!(!same_host(&origin, &url("http://taxii.example/api/")));
        assert!(!same_host(&origin, &url("https://example.com/api/")));
        assert!(same_host(&url("http://taxii.example/"), &origin));
        assert!(!same_host(&url("http://taxii.example:8080/"), &origin));
    }

    #[test]
    fn an_address_is_shown_without_what_may_be_secret() {
        assert_eq!(
            shown(&url("https://ada:pw@feed.example/list?key=abc#x")),
            "https://feed.example/list"
        );
    }

    #[test]
    fn the_other_side_may_ask_for_a_pause() {
        let mut headers = HeaderMap::new();
        assert_eq!(retry_after(&headers), None);
        headers.insert("retry-after", HeaderValue::from_static("120"));
        assert_eq!(retry_after(&headers), Some(120));
        headers.insert("retry-after", HeaderValue::from_static("Wed, 21 Oct 2026 07:28:30 GMT"));
        headers.insert("date", HeaderValue::from_static("Wed, 21 Oct 2026 07:28:00 GMT"));
        assert_eq!(retry_after(&headers), Some(30));
        headers.insert("retry-after", HeaderValue::from_static("99999999999999999999"));
        assert_eq!(retry_after(&headers), None);
    }

    #[test]
    fn the_words_of_an_error_are_repeated_without_control_characters() {
        assert_eq!(
            said(br#"{"title":"No\u001b[31m","description":"not you","x":1}"#),
            "No[31m: not you"
        );
        assert_eq!(said(b"<html>"), "");
    }
}
