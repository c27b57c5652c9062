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
    line.cut();
    publish(5).await;
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
