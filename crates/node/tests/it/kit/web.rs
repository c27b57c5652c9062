//! A web server of a few lines on loopback: answers what a test tells it to, and remembers what was asked.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

/// What came in.
#[derive(Clone, Debug)]
pub struct Asked {
    pub method: String,
    /// Path without the question.
    pub path: String,
    pub query: BTreeMap<String, String>,
    /// By lower-case name.
    pub headers: BTreeMap<String, String>,
    pub body: String,
}

impl Asked {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }

    pub fn asks(&self, name: &str) -> Option<&str> {
        self.query.get(name).map(String::as_str)
    }
}

/// What goes out.
#[derive(Clone, Debug, Default)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(&'static str, String)>,
    pub body: Vec<u8>,
    /// Says that more is coming than is sent, and hangs up.
    pub cut: bool,
}

impl Answer {
    pub fn of(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self {
            status,
            body: body.into(),
            ..Self::default()
        }
    }

    pub fn ok(body: impl Into<Vec<u8>>) -> Self {
        Self::of(200, body)
    }

    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    pub fn cut(mut self) -> Self {
        self.cut = true;
        self
    }
}

type Handler = Box<dyn FnMut(&Asked) -> Answer + Send>;

struct Inner {
    handler: Mutex<Handler>,
    asked: Mutex<Vec<Asked>>,
}

/// The server; gone with the test's runtime.
#[derive(Clone)]
pub struct Web {
    inner: Arc<Inner>,
    pub port: u16,
}

impl Web {
    pub async fn start(handler: impl FnMut(&Asked) -> Answer + Send + 'static) -> Self {
        Self::start_with(handler, None).await
    }

    /// With TLS where there is an acceptor.
    pub async fn start_with(handler: impl FnMut(&Asked) -> Answer + Send + 'static, tls: Option<TlsAcceptor>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let inner = Arc::new(Inner {
            handler: Mutex::new(Box::new(handler)),
            asked: Mutex::default(),
        });
        let serving = Arc::clone(&inner);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (inner, tls) = (Arc::clone(&serving), tls.clone());
                tokio::spawn(async move {
                    match tls {
                        None => serve(stream, &inner).await,
                        Some(tls) => serve(tls.accept(stream).await.ok()?, &inner).await,
                    }
                });
            }
        });
        Self { inner, port }
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    /// Answers differently from now on.
    pub fn answer_with(&self, handler: impl FnMut(&Asked) -> Answer + Send + 'static) {
        *self.inner.handler.lock().unwrap() = Box::new(handler);
    }

    /// What was asked since the last time somebody wanted to know.
    pub fn asked(&self) -> Vec<Asked> {
        std::mem::take(&mut *self.inner.asked.lock().unwrap())
    }
}

async fn serve(mut stream: impl AsyncRead + AsyncWrite + Unpin, inner: &Inner) -> Option<()> {
    let mut bytes = Vec::new();
    let end = loop {
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break end;
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    };
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let mut lines = head.lines();
    let mut first = lines.next()?.split(' ');
    let (method, target) = (first.next()?.to_owned(), first.next()?);
    let headers: BTreeMap<String, String> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    let length: usize = headers.get("content-length").map_or(0, |text| text.parse().unwrap());
    let mut body = bytes.split_off(end + 4);
    while body.len() < length {
        if stream.read_buf(&mut body).await.ok()? == 0 {
            return None;
        }
    }
    let url = reqwest::Url::parse(&format!("http://127.0.0.1{target}")).unwrap();
    let query = url
        .query_pairs()
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
        .collect();
    let body = String::from_utf8_lossy(&body).into_owned();
    let asked = Asked {
        method,
        path: url.path().to_owned(),
        query,
        headers,
        body,
    };
    let answer = (inner.handler.lock().unwrap())(&asked);
    inner.asked.lock().unwrap().push(asked);
    let length = answer.body.len() + if answer.cut { 1_000 } else { 0 };
    let mut out = format!(
        "HTTP/1.1 {} -\r\ncontent-length: {length}\r\nconnection: close\r\n",
        answer.status
    )
    .into_bytes();
    for (name, value) in &answer.headers {
        out.extend(format!("{name}: {value}\r\n").bytes());
    }
    out.extend(b"\r\n");
    out.extend(&answer.body);
    stream.write_all(&out).await.ok()?;
    stream.shutdown().await.ok()
}
