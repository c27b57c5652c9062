//! A broker that speaks as much of Kafka's protocol as a reader needs, over loopback: which versions there are, metadata, offsets,
//! fetching, and signing in by SASL PLAIN. Field by field as <https://kafka.apache.org/protocol> has them.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

const FETCH: i16 = 1;
const LIST_OFFSETS: i16 = 2;
const METADATA: i16 = 3;
const SASL_HANDSHAKE: i16 = 17;
const API_VERSIONS: i16 = 18;
const SASL_AUTHENTICATE: i16 = 36;

/// The one version of each request that it takes.
const VERSIONS: [(i16, i16); 6] = [
    (FETCH, 4),
    (LIST_OFFSETS, 1),
    (METADATA, 1),
    (SASL_HANDSHAKE, 1),
    (API_VERSIONS, 3),
    (SASL_AUTHENTICATE, 0),
];

const OFFSET_OUT_OF_RANGE: i16 = 1;
const SASL_AUTHENTICATION_FAILED: i16 = 58;

/// The messages of a partition, from the offset at which they begin.
#[derive(Default)]
struct Partition {
    begin: i64,
    messages: Vec<String>,
}

impl Partition {
    fn end(&self) -> i64 {
        self.begin + self.messages.len() as i64
    }
}

#[derive(Default)]
struct State {
    partitions: Vec<Partition>,
    password: Option<String>,
    is_away: bool,
    /// Partition and offset of each fetch.
    fetched: BTreeSet<(i32, i64)>,
}

/// A broker with the one topic `logs`.
pub struct Broker {
    pub address: SocketAddr,
    state: Arc<Shared>,
}

struct Shared {
    state: Mutex<State>,
    changed: watch::Sender<()>,
}

impl Shared {
    fn with<T>(&self, work: impl FnOnce(&mut State) -> T) -> T {
        let done = work(&mut self.state.lock().unwrap());
        self.changed.send_replace(());
        done
    }

    /// Waits until there is something.
    async fn until<T>(&self, mut there: impl FnMut(&State) -> Option<T>) -> T {
        let mut changes = self.changed.subscribe();
        loop {
            if let Some(found) = there(&self.state.lock().unwrap()) {
                return found;
            }
            changes.changed().await.unwrap();
        }
    }
}

impl Broker {
    pub async fn start(partitions: usize) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let mut state = State::default();
        state.partitions.resize_with(partitions, Partition::default);
        let shared = Arc::new(Shared {
            state: Mutex::new(state),
            changed: watch::Sender::default(),
        });
        let serving = Arc::clone(&shared);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let shared = Arc::clone(&serving);
                tokio::spawn(async move {
                    tokio::select! {
                        _ = serve(stream, address, &shared) => {}
                        () = shared.until(|state| state.is_away.then_some(())) => {}
                    }
                });
            }
        });
        Self { address, state: shared }
    }

    pub fn put(&self, partition: usize, messages: &[&str]) {
        self.state.with(|state| {
            let texts = messages.iter().map(|text| (*text).to_owned());
            state.partitions[partition].messages.extend(texts);
        });
    }

    pub fn add_partition(&self) {
        self.state.with(|state| state.partitions.push(Partition::default()));
    }

    pub fn delete_before(&self, partition: usize, offset: i64) {
        self.state.with(|state| {
            let partition = &mut state.partitions[partition];
            partition.messages.drain(..(offset - partition.begin) as usize);
            partition.begin = offset;
        });
    }

    /// Wants a user and password from now on.
    pub fn want(&self, user: &str, password: &str) {
        self.state
            .with(|state| state.password = Some(format!("\0{user}\0{password}")));
    }

    /// Breaks every connection, and lets no new one be.
    pub fn go_away(&self) {
        self.state.with(|state| state.is_away = true);
    }

    pub fn come_back(&self) {
        self.state.with(|state| state.is_away = false);
    }

    /// Waits until somebody asked for what comes from this offset on.
    pub async fn fetched(&self, partition: i32, offset: i64) {
        self.state
            .until(|state| state.fetched.contains(&(partition, offset)).then_some(()))
            .await;
    }
}

/// Answers the requests of one connection. A fetch waits until there is something, and others do not wait for it.
async fn serve(stream: TcpStream, address: SocketAddr, shared: &Arc<Shared>) -> std::io::Result<()> {
    let (mut input, output) = stream.into_split();
    let output = Arc::new(tokio::sync::Mutex::new(output));
    let mut waiting = tokio::task::JoinSet::new();
    loop {
        let length = input.read_i32().await?;
        let mut bytes = vec![0; length as usize];
        input.read_exact(&mut bytes).await?;
        let mut request = Input(&bytes);
        let (key, version, number) = (request.i16(), request.i16(), request.i32());
        request.text();
        assert!(VERSIONS.contains(&(key, version)), "request {key} of version {version}");
        let mut answer = Output::default();
        answer.i32(number);
        let fetch = match key {
            API_VERSIONS => {
                answer.versions();
                None
            }
            METADATA => {
                shared.with(|state| answer.metadata(address, state));
                None
            }
            LIST_OFFSETS => {
                shared.with(|state| answer.offsets(&mut request, state));
                None
            }
            SASL_HANDSHAKE => {
                answer.i16(0).i32(1).text("PLAIN");
                None
            }
            SASL_AUTHENTICATE => {
                let said = request.bytes();
                let is_right = shared.with(|state| state.password.as_ref().is_some_and(|one| one.as_bytes() == said));
                match is_right {
                    true => answer.i16(0).i16(-1).i32(0),
                    false => answer.i16(SASL_AUTHENTICATION_FAILED).text("no").i32(0),
                };
                None
            }
            _ => Some(fetch_of(&mut request)),
        };
        let (shared, output) = (Arc::clone(shared), Arc::clone(&output));
        waiting.spawn(async move {
            if let Some((partition, offset)) = fetch {
                shared.with(|state| state.fetched.insert((partition, offset)));
                let there = |state: &State| answer_to_fetch(state, partition, offset);
                let (error, end, records) = shared.until(there).await;
                answer.i32(0).i32(1).text("logs").i32(1);
                answer.i32(partition).i16(error).i64(end).i64(end).i32(-1);
                answer.bytes(&records);
            }
            let mut framed = (answer.0.len() as i32).to_be_bytes().to_vec();
            framed.extend(answer.0);
            // A reader that went away wants no answer.
            let _ = output.lock().await.write_all(&framed).await;
        });
    }
}

fn fetch_of(request: &mut Input<'_>) -> (i32, i64) {
    // Who asks, how long to wait, how much at least and at most, which isolation, one topic.
    request.skip(4 + 4 + 4 + 4 + 1 + 4);
    assert_eq!(request.text().unwrap(), "logs");
    assert_eq!(request.i32(), 1, "partitions of one fetch");
    (request.i32(), request.i64())
}

/// What is there from an offset on: an error or a batch, and where the partition ends.
fn answer_to_fetch(state: &State, partition: i32, offset: i64) -> Option<(i16, i64, Vec<u8>)> {
    let partition = &state.partitions[partition as usize];
    if offset < partition.begin || offset > partition.end() {
        return Some((OFFSET_OUT_OF_RANGE, partition.end(), Vec::new()));
    }
    let messages = &partition.messages[(offset - partition.begin) as usize..];
    (!messages.is_empty()).then(|| (0, partition.end(), batch(offset, messages)))
}

/// A record batch of version 2, not packed.
fn batch(offset: i64, messages: &[String]) -> Vec<u8> {
    let last = messages.len() as i32 - 1;
    let mut summed = Output::default();
    // Attributes, last offset, two times, producer (three), and how many records follow.
    summed
        .i16(0)
        .i32(last)
        .i64(0)
        .i64(0)
        .i64(-1)
        .i16(-1)
        .i32(-1)
        .i32(last + 1);
    for (at, message) in messages.iter().enumerate() {
        let mut record = Output::default();
        record.0.push(0);
        record
            .varint(0)
            .varint(at as i64)
            .varint(-1)
            .varint(message.len() as i64);
        record.0.extend(message.as_bytes());
        record.varint(0);
        summed.varint(record.0.len() as i64);
        summed.0.extend(record.0);
    }
    let mut whole = Output::default();
    // Where it begins; how much follows the length: leader's epoch, version, sum, and what is summed.
    whole.i64(offset).i32(4 + 1 + 4 + summed.0.len() as i32).i32(0);
    whole.0.push(2);
    whole.0.extend(crc32c(&summed.0).to_be_bytes());
    whole.0.extend(summed.0);
    whole.0
}

/// The sum of Castagnoli (RFC 3720, appendix B.4), a bit at a time.
fn crc32c(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| (sum >> 1) ^ (0x82f6_3b78 * (sum & 1)))
    })
}

#[test]
fn the_sum_is_that_of_castagnoli() {
    assert_eq!(crc32c(b"123456789"), 0xe306_9283);
}

/// Reads a request.
struct Input<'a>(&'a [u8]);

impl<'a> Input<'a> {
    fn skip(&mut self, length: usize) -> &'a [u8] {
        let (taken, rest) = self.0.split_at(length);
        self.0 = rest;
        taken
    }

    fn i16(&mut self) -> i16 {
        i16::from_be_bytes(self.skip(2).try_into().unwrap())
    }

    fn i32(&mut self) -> i32 {
        i32::from_be_bytes(self.skip(4).try_into().unwrap())
    }

    fn i64(&mut self) -> i64 {
        i64::from_be_bytes(self.skip(8).try_into().unwrap())
    }

    fn text(&mut self) -> Option<&'a str> {
        let length = usize::try_from(self.i16()).ok()?;
        Some(std::str::from_utf8(self.skip(length)).unwrap())
    }

    fn bytes(&mut self) -> &'a [u8] {
        let length = self.i32();
        self.skip(length as usize)
    }
}

/// Writes an answer.
#[derive(Default)]
struct Output(Vec<u8>);

impl Output {
    fn i16(&mut self, number: i16) -> &mut Self {
        self.0.extend(number.to_be_bytes());
        self
    }

    fn i32(&mut self, number: i32) -> &mut Self {
        self.0.extend(number.to_be_bytes());
        self
    }

    fn i64(&mut self, number: i64) -> &mut Self {
        self.0.extend(number.to_be_bytes());
        self
    }

    fn varint(&mut self, number: i64) -> &mut Self {
        let mut rest = ((number << 1) ^ (number >> 63)) as u64;
        while rest >= 0x80 {
            self.0.push(rest as u8 | 0x80);
            rest >>= 7;
        }
        self.0.push(rest as u8);
        self
    }

    fn text(&mut self, text: &str) -> &mut Self {
        self.i16(text.len() as i16);
        self.0.extend(text.as_bytes());
        self
    }

    fn bytes(&mut self, bytes: &[u8]) {
        self.i32(bytes.len() as i32);
        self.0.extend(bytes);
    }

    /// In the compact form of version 3: counts are one more than they are, and tagged fields end each part.
    fn versions(&mut self) {
        self.i16(0).0.push(VERSIONS.len() as u8 + 1);
        for (key, version) in VERSIONS {
            self.i16(key).i16(version).i16(version).0.push(0);
        }
        self.i32(0).0.push(0);
    }

    fn metadata(&mut self, address: SocketAddr, state: &State) {
        // One broker, which has the last word too.
        self.i32(1).i32(0).text(&address.ip().to_string());
        self.i32(i32::from(address.port())).i16(-1).i32(0);
        self.i32(1).i16(0).text("logs").0.push(0);
        self.i32(state.partitions.len() as i32);
        for (number, _) in state.partitions.iter().enumerate() {
            self.i16(0).i32(number as i32).i32(0).i32(1).i32(0).i32(1).i32(0);
        }
    }

    fn offsets(&mut self, request: &mut Input<'_>, state: &State) {
        // Who asks, and one topic.
        request.skip(4 + 4);
        assert_eq!(request.text().unwrap(), "logs");
        assert_eq!(request.i32(), 1, "partitions of one question for offsets");
        let (number, time) = (request.i32(), request.i64());
        let partition = &state.partitions[number as usize];
        let offset = if time == -2 { partition.begin } else { partition.end() };
        self.i32(1).text("logs").i32(1).i32(number).i16(0).i64(-1).i64(offset);
    }
}
