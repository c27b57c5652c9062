use async_nats::jetstream;
use sources::stream::nats::Nats;

use crate::kit::{Line, Running, answers};

const SERVER: &str = "127.0.0.1:4222";

/// A name of this run's own.
fn name(of: &str) -> String {
    format!("commonwatch-test-{}-{of}", std::process::id())
}

fn feed(server: &str, subject: &str) -> Nats {
    Nats {
        server: server.to_owned(),
        subject: subject.to_owned(),
        ..Nats::default()
    }
}

/// Waits until the server knows that so many messages were taken; how many are on their way.
async fn acknowledged(context: &jetstream::Context, stream: &str, count: u64) -> usize {
    let stream = context.get_stream(stream).await.unwrap();
    let mut consumer: jetstream::consumer::PullConsumer = stream.get_consumer("node").await.unwrap();
    loop {
        let info = consumer.info().await.unwrap();
        if info.ack_floor.stream_sequence >= count {
            return info.num_ack_pending;
        }
    }
}

/// Waits until the server knows of nobody who asks for messages.
async fn unasked(context: &jetstream::Context, stream: &str) {
    let stream = context.get_stream(stream).await.unwrap();
    let mut consumer: jetstream::consumer::PullConsumer = stream.get_consumer("node").await.unwrap();
    while consumer.info().await.unwrap().num_waiting > 0 {}
}

#[tokio::test]
async fn a_core_subject_gives_its_messages() {
    if !answers("NATS", SERVER) {
        return;
    }
    let subject = name("core");
    let client = async_nats::connect(SERVER).await.unwrap();
    let nats = feed(SERVER, &format!("{subject}.>"));
    let mut running = Running::start(|out, stop, status| nats.run(out, stop, status));
    // A subscription is not announced to others: ask until the first message comes through.
    let first = loop {
        client
            .publish(format!("{subject}.a"), "{\"a\":1}".into())
            .await
            .unwrap();
        client.flush().await.unwrap();
        tokio::select! {
            piece = running.next() => break piece,
            () = tokio::task::yield_now() => {}
        }
    };
    assert_eq!(
        (first.bytes.as_ref(), &*first.source),
        (b"{\"a\":1}".as_slice(), format!("{subject}.a").as_str())
    );
    assert_eq!(running.end().await.1, Ok(()));
}

#[tokio::test]
async fn a_server_that_is_not_there_yet_is_waited_for_and_said() {
    if !answers("NATS", SERVER) {
        return;
    }
    let line = Line::to(SERVER).await;
    line.down();
    let subject = name("late");
    let nats = feed(&line.address.to_string(), &subject);
    let mut running = Running::start(|out, stop, status| nats.run(out, stop, status));
    assert_eq!(running.wrong().await, "not-connected");
    assert!(running.status.is_away());
    line.up();
    let client = async_nats::connect(SERVER).await.unwrap();
    loop {
        client.publish(subject.clone(), "one".into()).await.unwrap();
        client.flush().await.unwrap();
        if running.pieces.try_recv().is_ok() {
            break;
        }
    }
    assert_eq!(running.status.counts().reconnects, 0, "there was no connection to lose");
    assert!(!running.status.is_away());
    assert_eq!(running.end().await.1, Ok(()));
}

/// More than the client keeps for a subscription: 65,536.
const MANY: u64 = 100_000;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_comes_faster_than_it_is_taken_is_dropped_and_every_message_is_counted() {
    if !answers("NATS", SERVER) {
        return;
    }
    let subject = name("fast");
    let client = async_nats::connect(SERVER).await.unwrap();
    let nats = feed(SERVER, &subject);
    let mut running = Running::start(|out, stop, status| nats.run(out, stop, status));
    let publish = async |text: &'static str| client.publish(subject.clone(), text.into()).await.unwrap();
    // Until the first comes through, those before it were published to nobody.
    let mut published = 0;
    while running.pieces.try_recv().is_err() {
        publish("first").await;
        client.flush().await.unwrap();
        published += 1;
    }
    let heard = |running: &Running| running.status.counts().pieces + running.status.counts().drops;
    for _ in 0..MANY {
        publish("x").await;
    }
    client.flush().await.unwrap();
    assert_eq!(running.wrong().await, "dropped");
    // All is taken; the last is said again until it comes through.
    let mut last = 0;
    let mut is_through = false;
    while !is_through {
        publish("last").await;
        client.flush().await.unwrap();
        last += 1;
        while let Ok(mut piece) = running.pieces.try_recv() {
            piece.taken();
            is_through |= piece.bytes == "last";
        }
    }
    let least = MANY + 1 + last;
    while heard(&running) < least {
        while running.pieces.try_recv().is_ok() {}
        tokio::task::yield_now().await;
    }
    assert!(running.status.counts().drops > 0);
    assert!(heard(&running) < least + published, "{} of {least}", heard(&running));
    assert_eq!(running.end().await.1, Ok(()));
}

#[tokio::test]
async fn what_was_not_taken_comes_again_and_a_broken_connection_loses_nothing() {
    if !answers("NATS", SERVER) {
        return;
    }
    let subject = name("durable");
    let context = jetstream::new(async_nats::connect(SERVER).await.unwrap());
    let config = jetstream::stream::Config {
        name: subject.clone(),
        subjects: vec![subject.clone()],
        ..Default::default()
    };
    context.create_stream(config).await.unwrap();
    let publish = async |number: u32| {
        context
            .publish(subject.clone(), number.to_string().into())
            .await
            .unwrap()
            .await
            .unwrap();
    };
    for number in 0..5 {
        publish(number).await;
    }
    let line = Line::to(SERVER).await;
    let nats = Nats {
        durable: Some("node".to_owned()),
        ..feed(&line.address.to_string(), &subject)
    };
    let mut running = Running::start(|out, stop, status| nats.run(out, stop, status));
    for number in 0..5 {
        assert_eq!(running.text().await, number.to_string());
    }
    // An acknowledgement that is on its way when the line is cut would come to nothing, and its message again much later.
    acknowledged(&context, &subject, 5).await;
    // Nor may the server still believe that somebody at the other end of the line asks for messages.
    line.down();
    unasked(&context, &subject).await;
    publish(5).await;
    line.up();
    assert_eq!(running.text().await, "5");
    assert_eq!(running.status.counts().reconnects, 1);
    // The seventh is given, but not taken, when the feed ends.
    publish(6).await;
    drop(running.next().await);
    assert_eq!(running.end().await.1, Ok(()));

    assert_eq!(acknowledged(&context, &subject, 6).await, 1, "the seventh waits");
    context.delete_stream(&subject).await.unwrap();
}

#[tokio::test]
async fn a_durable_consumer_of_no_stream_says_what_is_missing() {
    if !answers("NATS", SERVER) {
        return;
    }
    let nats = Nats {
        durable: Some("node".to_owned()),
        ..feed(SERVER, &name("nowhere"))
    };
    let mut running = Running::start(|out, stop, status| nats.run(out, stop, status));
    let problem = running.rest().await.1.unwrap_err();
    assert_eq!(problem.code, "no-stream");
    assert!(problem.help.unwrap().contains("durable"));
}
