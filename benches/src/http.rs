//! As much of an HTTP/1.1 client as measuring needs: one connection kept alive, one request after another, no threads.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use crate::Outcome;

/// A connection to a server, opened when it is first needed and again when the server closes it.
pub struct Client {
    address: String,
    authorization: String,
    stream: Option<BufReader<TcpStream>>,
}

/// An answer, read to its end.
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// The body.
    pub body: Vec<u8>,
    /// From the first byte sent to the last received.
    pub took: Duration,
}

impl Answer {
    /// The body as JSON.
    pub fn json(&self) -> Outcome<serde_json::Value> {
        Ok(serde_json::from_slice(&self.body)?)
    }
}

impl Client {
    /// A client of `address` (host and port) that says who it is with every request.
    pub fn new(address: &str, authorization: &str) -> Self {
        Self {
            address: address.to_owned(),
            authorization: authorization.to_owned(),
            stream: None,
        }
    }

    /// Asks, and fails unless the status begins with a 2.
    pub fn get(&mut self, path: &str) -> Outcome<Answer> {
        self.send("GET", path, &[])
    }

    /// Posts a TAXII envelope, and fails unless the status begins with a 2.
    pub fn post(&mut self, path: &str, body: &[u8]) -> Outcome<Answer> {
        self.send("POST", path, body)
    }

    fn send(&mut self, method: &str, path: &str, body: &[u8]) -> Outcome<Answer> {
        let kept = self.stream.is_some();
        let answer = match self.try_send(method, path, body) {
            // The server may close a connection that it kept between two requests.
            Err(_) if kept => {
                self.stream = None;
                self.try_send(method, path, body)?
            }
            answer => answer?,
        };
        if answer.status / 100 != 2 {
            let text = String::from_utf8_lossy(&answer.body)
                .chars()
                .take(500)
                .collect::<String>();
            return Err(format!("{method} {path}: {} {text}", answer.status).into());
        }
        Ok(answer)
    }

    fn try_send(&mut self, method: &str, path: &str, body: &[u8]) -> Outcome<Answer> {
        let mut reader = match self.stream.take() {
            Some(stream) => stream,
            None => {
                let stream = TcpStream::connect(&self.address)?;
                stream.set_nodelay(true)?;
                stream.set_read_timeout(Some(Duration::from_secs(900)))?;
                BufReader::with_capacity(64 << 10, stream)
            }
        };
        let mut head = format!(
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nAccept: application/taxii+json;version=2.1\r\n",
            self.address
        );
        if !self.authorization.is_empty() {
            head.push_str(&format!("Authorization: {}\r\n", self.authorization));
        }
        if method == "POST" {
            let length = body.len();
            head.push_str(&format!(
                "Content-Type: application/taxii+json;version=2.1\r\nContent-Length: {length}\r\n"
            ));
        }
        head.push_str("\r\n");
        let mut request = head.into_bytes();
        request.extend_from_slice(body);
        let started = Instant::now();
        reader.get_mut().write_all(&request)?;
        let head = Head::read(&mut reader)?;
        let mut body = Vec::new();
        match head.length {
            Some(length) => {
                body.resize(length, 0);
                reader.read_exact(&mut body)?;
            }
            None if head.chunked => read_chunks(&mut reader, &mut body)?,
            None => {
                reader.read_to_end(&mut body)?;
            }
        }
        let took = started.elapsed();
        if head.keeps && (head.length.is_some() || head.chunked) {
            self.stream = Some(reader);
        }
        Ok(Answer {
            status: head.status,
            body,
            took,
        })
    }
}

struct Head {
    status: u16,
    length: Option<usize>,
    chunked: bool,
    keeps: bool,
}

impl Head {
    fn read(reader: &mut impl BufRead) -> Outcome<Self> {
        let first = line(reader)?;
        let mut words = first.split(' ');
        let keeps = words.next() == Some("HTTP/1.1");
        let status = words.next().and_then(|word| word.parse().ok());
        let status = status.ok_or_else(|| format!("not an HTTP answer: '{first}'"))?;
        let mut head = Self {
            status,
            length: None,
            chunked: false,
            keeps,
        };
        loop {
            let line = line(reader)?.to_ascii_lowercase();
            match line.split_once(':').map(|(name, value)| (name, value.trim())) {
                None => return Ok(head),
                Some(("content-length", value)) => head.length = value.parse().ok(),
                Some(("transfer-encoding", value)) => head.chunked = value.contains("chunked"),
                Some(("connection", "close")) => head.keeps = false,
                Some(_) => {}
            }
        }
    }
}

fn line(reader: &mut impl BufRead) -> Outcome<String> {
    let mut line = String::new();
    if reader.read_line(&mut line)? == 0 {
        return Err("the server closed the connection".into());
    }
    Ok(line.trim_end().to_owned())
}

fn read_chunks(reader: &mut impl BufRead, body: &mut Vec<u8>) -> Outcome<()> {
    loop {
        let size = usize::from_str_radix(line(reader)?.split(';').next().unwrap_or_default(), 16)?;
        let start = body.len();
        body.resize(start + size, 0);
        reader.read_exact(body.get_mut(start..).unwrap_or_default())?;
        line(reader)?;
        if size == 0 {
            return Ok(());
        }
    }
}
