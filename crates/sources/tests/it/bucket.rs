//! A small endpoint of object storage over loopback: one bucket `logs`, listed two keys a page, given whole or by range, to who signs
//! (Amazon's documentation of signature version 4) with the one key there is.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use sha2::{Digest as _, Sha256};

const ACCESS_KEY: &str = "AKIAEXAMPLE";
const SECRET_KEY: &str = "wJalrXUtnFEMI/example";
const PAGE: usize = 2;

/// An answer: status, further headers, body.
type Answer = (&'static str, String, Vec<u8>);

#[derive(Default)]
struct State {
    objects: BTreeMap<String, Vec<u8>>,
    /// First lines of the requests.
    asked: Vec<String>,
    is_away: bool,
}

#[derive(Clone)]
pub struct Endpoint {
    pub url: String,
    state: Arc<Mutex<State>>,
}

impl Endpoint {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let endpoint = Self {
            url: format!("http://{}", listener.local_addr().unwrap()),
            state: Arc::default(),
        };
        let serving = endpoint.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                serving.serve(stream.unwrap());
            }
        });
        endpoint
    }

    pub fn put(&self, key: &str, bytes: impl Into<Vec<u8>>) {
        self.state.lock().unwrap().objects.insert(key.to_owned(), bytes.into());
    }

    /// Answers nothing but "try again later", or does so no more.
    pub fn away(&self, is_away: bool) {
        self.state.lock().unwrap().is_away = is_away;
    }

    /// The first lines of the requests so far, forgotten hereby.
    pub fn asked(&self) -> Vec<String> {
        std::mem::take(&mut self.state.lock().unwrap().asked)
    }

    /// A file of credentials, right or wrong.
    pub fn credentials(folder: &Path, is_right: bool) -> PathBuf {
        let secret = if is_right { SECRET_KEY } else { "another" };
        let path = folder.join("credentials");
        std::fs::write(&path, format!("access_key = {ACCESS_KEY}\nsecret_key = {secret}\n")).unwrap();
        path
    }

    /// The address of what lies under a prefix of a bucket.
    pub fn address(&self, bucket_and_prefix: &str, credentials: &Path) -> String {
        let (url, credentials) = (&self.url, credentials.display());
        format!("s3://{bucket_and_prefix}?endpoint={url}&credentials={credentials}")
    }

    fn serve(&self, mut stream: TcpStream) {
        let lines = BufReader::new(stream.try_clone().unwrap()).lines();
        let lines: Vec<String> = lines
            .map_while(Result::ok)
            .take_while(|line| !line.is_empty())
            .collect();
        let Some(first) = lines.first().cloned() else { return };
        let target = first.split(' ').nth(1).unwrap().to_owned();
        let headers: BTreeMap<String, String> = lines[1..]
            .iter()
            .filter_map(|line| line.split_once(": "))
            .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
            .collect();
        let mut state = self.state.lock().unwrap();
        state.asked.push(first);
        let (status, more, body) = answer(&state, &target, &headers);
        let length = body.len();
        let head = format!("HTTP/1.1 {status}\r\n{more}content-length: {length}\r\nconnection: close\r\n\r\n");
        // Who has read enough goes away.
        let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(&body));
    }
}

fn answer(state: &State, target: &str, headers: &BTreeMap<String, String>) -> Answer {
    if state.is_away {
        return refusal("503 Service Unavailable", "SlowDown");
    }
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    if !is_signed(path, query, headers) {
        return refusal("403 Forbidden", "SignatureDoesNotMatch");
    }
    let Some(key) = path.strip_prefix("/logs/") else {
        return refusal("404 Not Found", "NoSuchBucket");
    };
    if key.is_empty() {
        return listing(state, query);
    }
    let Some(bytes) = state.objects.get(&decoded(key)) else {
        return refusal("404 Not Found", "NoSuchKey");
    };
    let tag = tag(bytes);
    if headers.get("if-match").is_some_and(|wanted| *wanted != tag) {
        return refusal("412 Precondition Failed", "PreconditionFailed");
    }
    let tag = format!("etag: {tag}\r\n");
    match headers.get("range") {
        None => ("200 OK", tag, bytes.clone()),
        Some(range) => {
            let (from, to) = range.strip_prefix("bytes=").unwrap().split_once('-').unwrap();
            let end = to.parse().map_or(bytes.len(), |to: usize| (to + 1).min(bytes.len()));
            ("206 Partial Content", tag, bytes[from.parse().unwrap()..end].to_vec())
        }
    }
}

fn refusal(status: &'static str, code: &str) -> Answer {
    let body = format!("<Error><Code>{code}</Code><Message>It says so.</Message></Error>");
    (status, String::new(), body.into_bytes())
}

fn listing(state: &State, query: &str) -> Answer {
    let value = |name: &str| {
        let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        pairs.find(|(known, _)| *known == name).map(|(_, value)| decoded(value))
    };
    assert_eq!(value("list-type").as_deref(), Some("2"));
    assert_eq!(value("encoding-type").as_deref(), Some("url"));
    let (prefix, after) = (value("prefix").unwrap(), value("continuation-token"));
    let mut left = state.objects.iter().filter(|(key, _)| key.starts_with(&prefix));
    let mut body = String::from("<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">");
    let mut last = None;
    for (key, bytes) in left
        .by_ref()
        .skip_while(|(key, _)| Some(*key) <= after.as_ref())
        .take(PAGE)
    {
        let (shown, size, tag) = (encoded(key), bytes.len(), tag(bytes).replace('"', "&quot;"));
        body += &format!("<Contents><Key>{shown}</Key><Size>{size}</Size><ETag>{tag}</ETag></Contents>");
        last = Some(key);
    }
    if let (Some(_), Some(last)) = (left.next(), last) {
        // An ampersand, so that it has to be unescaped, encoded and decoded on its way here again.
        let token = last.replace('&', "&amp;");
        body += &format!("<IsTruncated>true</IsTruncated><NextContinuationToken>{token}</NextContinuationToken>");
    }
    ("200 OK", String::new(), (body + "</ListBucketResult>").into_bytes())
}

fn tag(bytes: &[u8]) -> String {
    format!("\"{}\"", &hex::encode(Sha256::digest(bytes))[..32])
}

/// Whether the request was signed with the key, over what came here.
fn is_signed(path: &str, query: &str, headers: &BTreeMap<String, String>) -> bool {
    let part = |name: &str| {
        let text = headers.get("authorization")?.split_once(&format!("{name}="))?.1;
        text.split(',').next()
    };
    let (Some(credential), Some(names), Some(signature)) =
        (part("Credential"), part("SignedHeaders"), part("Signature"))
    else {
        return false;
    };
    let Some((ACCESS_KEY, scope)) = credential.split_once('/') else {
        return false;
    };
    let mut pairs: Vec<&str> = query.split('&').filter(|pair| !pair.is_empty()).collect();
    pairs.sort_unstable();
    let mut canonical = format!("GET\n{path}\n{}\n", pairs.join("&"));
    for name in names.split(';') {
        canonical += &format!("{name}:{}\n", headers[name]);
    }
    canonical += &format!("\n{names}\n{}", headers["x-amz-content-sha256"]);
    let digest = hex::encode(Sha256::digest(canonical));
    let text = format!("AWS4-HMAC-SHA256\n{}\n{scope}\n{digest}", headers["x-amz-date"]);
    let secret = format!("AWS4{SECRET_KEY}").into_bytes();
    let key = scope.split('/').fold(secret, |key, part| hmac(&key, part));
    hex::encode(hmac(&key, &text)) == signature
}

/// HMAC-SHA-256 under a key that is no longer than a block.
fn hmac(key: &[u8], message: &str) -> Vec<u8> {
    let padded = |with: u8| -> Vec<u8> {
        let bytes = key.iter().chain(std::iter::repeat(&0)).take(64);
        bytes.map(|byte| byte ^ with).collect()
    };
    let inner = Sha256::digest([padded(0x36), message.as_bytes().to_vec()].concat());
    Sha256::digest([padded(0x5c), inner.to_vec()].concat()).to_vec()
}

fn encoded(text: &str) -> String {
    let letter = |byte: u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'/' | b'.' | b'-' => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(letter).collect()
}

fn decoded(text: &str) -> String {
    let mut parts = text.split('%');
    let mut bytes = parts.next().unwrap().as_bytes().to_vec();
    for part in parts {
        bytes.extend(hex::decode(&part[..2]).unwrap());
        bytes.extend(&part.as_bytes()[2..]);
    }
    String::from_utf8(bytes).unwrap()
}
