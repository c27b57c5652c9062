//! Reports through JetStream: several consumers, one that breaks off, messages that come again.

use std::sync::Arc;
use std::time::Duration;

use async_nats::jetstream::{self, consumer::pull};
use node::telemetry::{Feed, FeedStatus};
use sources::SourceSpec;
use sources::stream::CancellationToken;
use stix::Problem;
use tokio::task::JoinHandle;

use crate::kit::partners::{Partners, object, object_id};

const SERVER: &str = "127.0.0.1:4222";
/// A consumer that broke off gives its messages back after this; the broker's clock, not the test's.
const ACK_WAIT: Duration = Duration::from_millis(500);

/// Whether a NATS server is there; where one is required, it must be.
async fn is_there() -> bool {
    let there = tokio::net::TcpStream::connect(SERVER).await.is_ok();
    let required = std::env::var_os("COMMONWATCH_REQUIRE_SERVICES").is_some();
    assert!(there || !required, "no NATS server on {SERVER}");
    if !there {
        println!("skipped: no NATS server on {SERVER}");
    }
    there
}

/// A stream of this test's own.
struct Stream {
    context: jetstream::Context,
    name: String,
}

impl Stream {
    async fn make(of: &str) -> Self {
        let name = format!("commonwatch-test-{}-{of}", std::process::id());
        let context = jetstream::new(async_nats::connect(SERVER).await.unwrap());
        let config = jetstream::stream::Config {
            name: name.clone(),
            subjects: vec![name.clone()],
            storage: jetstream::stream::StorageType::Memory,
            ..jetstream::stream::Config::default()
        };
        let stream = context.create_stream(config).await.unwrap();
        let consumer = pull::Config {
            durable_name: Some("node".to_owned()),
            ack_wait: ACK_WAIT,
            ..pull::Config::default()
        };
        stream.create_consumer(consumer).await.unwrap();
        Self { context, name }
    }

    async fn put(&self, text: &str) {
        let sent = self.context.publish(self.name.clone(), text.to_owned().into()).await;
        sent.unwrap().await.unwrap();
    }

    fn feed(&self) -> Feed {
        Feed {
            source: SourceSpec::parse(&format!("nats://{SERVER}/{}?durable=node", self.name)).unwrap(),
            login: "waterworks".to_owned(),
        }
    }

    /// Waits until the broker has nothing that is not acknowledged.
    async fn is_done(&self) {
        let stream = self.context.get_stream(&self.name).await.unwrap();
        let mut consumer: jetstream::consumer::PullConsumer = stream.get_consumer("node").await.unwrap();
        loop {
            let info = consumer.info().await.unwrap();
            if info.num_pending == 0 && info.num_ack_pending == 0 {
                return;
            }
        }
    }

    async fn remove(self) {
        self.context.delete_stream(&self.name).await.unwrap();
    }
}

struct Running {
    stop: CancellationToken,
    status: Arc<FeedStatus>,
    task: JoinHandle<Result<(), Problem>>,
}

impl Running {
    fn start(partners: &Partners, feed: Feed) -> Self {
        let (stop, status) = (CancellationToken::new(), Arc::new(FeedStatus::default()));
        let node = partners.node.clone();
        let (token, counted) = (stop.clone(), Arc::clone(&status));
        let task = tokio::spawn(async move { node.telemetry_feed(feed, token, counted).await });
        Self { stop, status, task }
    }

    async fn end(self) -> Result<(), Problem> {
        self.stop.cancel();
        self.task.await.unwrap()
    }
}

async fn stage() -> Partners {
    let partners = Partners::new().await;
    for number in [1, 2] {
        let indicator = object(number, "2026-01-01T00:00:00.000Z", "");
        assert_eq!(
            partners.share("cert", &partners.to_all(None), indicator).await.accepted,
            1
        );
    }
    partners
}

fn reports(number: u32, count: u32) -> String {
    format!("{{\"indicator\":\"{}\",\"count\":{count}}}\n", object_id(number))
}

/// What the member has counted of an indicator.
async fn counted(partners: &Partners, number: u32) -> i64 {
    let caller = partners.caller("waterworks").await;
    let hits = partners.node.hits(&caller, 100, None).await.unwrap();
    let of = hits.iter().filter(|(seen, _)| seen.indicator == object_id(number));
    of.map(|(seen, _)| seen.count).sum()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_or_counted_twice_when_a_consumer_breaks_off() {
    if !is_there().await {
        return;
    }
    let partners = stage().await;
    let stream = Stream::make("break").await;
    for _ in 0..150 {
        stream.put(&(reports(1, 2) + &reports(2, 1))).await;
    }
    // The first breaks off somewhere in the middle: its task ends without another word to the broker.
    let first = Running::start(&partners, stream.feed());
    while first.status.counts().messages < 20 {
        tokio::task::yield_now().await;
    }
    first.task.abort();
    let consumers = [
        Running::start(&partners, stream.feed()),
        Running::start(&partners, stream.feed()),
    ];
    for _ in 0..50 {
        stream.put(&reports(1, 2)).await;
    }
    stream.is_done().await;
    for consumer in consumers {
        assert_eq!(consumer.end().await, Ok(()));
    }
    assert_eq!((counted(&partners, 1).await, counted(&partners, 2).await), (400, 150));
    stream.remove().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_that_its_sender_names_is_counted_once_though_it_is_sent_by_another_way() {
    if !is_there().await {
        return;
    }
    let partners = stage().await;
    let stream = Stream::make("named").await;
    let caller = partners.caller("waterworks").await;
    let body = reports(1, 5);
    let first = partners
        .node
        .telemetry_record(&caller, "named-1", body.clone().into())
        .await
        .unwrap();
    assert_eq!((first.repeated, first.counted), (false, 5));
    let mut headers = async_nats::HeaderMap::new();
    headers.insert("Nats-Msg-Id", "named-1");
    let sent = stream
        .context
        .publish_with_headers(stream.name.clone(), headers, body.into())
        .await;
    sent.unwrap().await.unwrap();
    // What cannot be read does not come for ever.
    stream.put("no report\n").await;
    let running = Running::start(&partners, stream.feed());
    stream.is_done().await;
    let counts = running.status.counts();
    assert_eq!((counts.repeated, counts.refused, counts.events), (1, 1, 0));
    assert_eq!(running.end().await, Ok(()));
    assert_eq!(counted(&partners, 1).await, 5);
    stream.remove().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_feed_says_why_it_cannot_count() {
    if !is_there().await {
        return;
    }
    let partners = stage().await;
    let stream = Stream::make("refused").await;
    stream.put(&reports(1, 1)).await;
    let feed = Feed {
        login: "nobody".to_owned(),
        ..stream.feed()
    };
    let problem = Running::start(&partners, feed).task.await.unwrap().unwrap_err();
    assert_eq!(problem.code, "feed-not-allowed");
    // The message waits for a feed that may.
    let running = Running::start(&partners, stream.feed());
    stream.is_done().await;
    assert_eq!(running.end().await, Ok(()));
    assert_eq!(counted(&partners, 1).await, 1);
    stream.remove().await;
}
