//! A feed against a small broker of the test's own, which speaks the five requests that a reader needs.

use sources::Secrets;
use sources::stream::follow::Start;
use sources::stream::kafka::Kafka;
use sources::stream::{Position, Positions};

use crate::kafka_broker::Broker;
use crate::kit::Running;

fn feed(broker: &Broker) -> Kafka {
    Kafka {
        brokers: vec![broker.address.to_string()],
        topic: "logs".to_owned(),
        start: Start::Beginning,
        positions: Positions::new(),
        tls: false,
        ca: None,
        secrets: Secrets::default(),
    }
}

fn run(kafka: Kafka) -> Running {
    Running::start(|out, stop, status| kafka.run(out, stop, status))
}

fn offsets(running: &Running) -> Vec<(String, Position)> {
    running.status.positions().into_iter().collect()
}

#[tokio::test]
async fn all_partitions_are_read_and_go_on_where_pieces_were_taken() {
    let broker = Broker::start(2).await;
    broker.put(0, &["a", "b"]);
    broker.put(1, &["c"]);
    let mut running = run(feed(&broker));
    let mut texts = vec![running.text().await, running.text().await, running.text().await];
    texts.sort();
    assert_eq!(texts, ["a", "b", "c"]);
    // Given, but not taken: it comes again.
    broker.put(1, &["d"]);
    assert_eq!(running.next().await.bytes, "d");
    let positions = running.status.positions();
    assert_eq!(
        offsets(&running),
        [
            ("logs/0".to_owned(), Position::Offset(2)),
            ("logs/1".to_owned(), Position::Offset(1))
        ]
    );
    assert_eq!(running.end().await.1, Ok(()));

    let mut running = run(Kafka {
        positions,
        ..feed(&broker)
    });
    let again = running.next().await;
    assert_eq!((again.bytes.as_ref(), &*again.source), (b"d".as_slice(), "logs/1"));
    assert_eq!(running.end().await.1, Ok(()));
}

#[tokio::test]
async fn at_the_end_means_only_what_comes_from_now_on_but_a_new_partition_is_read_whole() {
    let broker = Broker::start(1).await;
    broker.put(0, &["old"]);
    let kafka = Kafka {
        start: Start::End,
        ..feed(&broker)
    };
    let mut running = run(kafka.clone());
    broker.fetched(0, 1).await;
    broker.put(0, &["new"]);
    assert_eq!(running.text().await, "new");
    let positions = running.status.positions();
    assert_eq!(running.end().await.1, Ok(()));

    broker.add_partition();
    broker.put(1, &["of the new partition"]);
    let mut running = run(Kafka { positions, ..kafka });
    assert_eq!(running.text().await, "of the new partition");
    assert_eq!(running.end().await.1, Ok(()));
}

#[tokio::test]
async fn a_broker_that_goes_away_is_waited_for_and_nothing_is_lost() {
    let broker = Broker::start(1).await;
    broker.put(0, &["one"]);
    let mut running = run(feed(&broker));
    assert_eq!(running.text().await, "one");
    broker.go_away();
    assert_eq!(running.wrong().await, "not-fetched");
    assert!(running.status.is_away());
    broker.put(0, &["two"]);
    broker.come_back();
    assert_eq!(running.text().await, "two");
    assert_eq!(running.status.counts().reconnects, 1);
    assert_eq!(running.status.counts().drops, 0);
    assert_eq!(running.end().await.1, Ok(()));
}

#[tokio::test]
async fn a_broker_that_is_not_there_yet_is_waited_for_and_said() {
    let broker = Broker::start(1).await;
    broker.put(0, &["one"]);
    broker.go_away();
    let mut running = run(feed(&broker));
    assert_eq!(running.wrong().await, "not-connected");
    assert!(running.status.is_away());
    broker.come_back();
    assert_eq!(running.text().await, "one");
    assert_eq!(running.status.counts().reconnects, 0, "there was no connection to lose");
    assert!(!running.status.is_away());
    assert_eq!(running.end().await.1, Ok(()));
}

#[tokio::test]
async fn what_the_broker_deleted_is_counted() {
    let broker = Broker::start(1).await;
    broker.put(0, &["one", "two", "three", "four"]);
    broker.delete_before(0, 3);
    let positions = Positions::from([("logs/0".to_owned(), Position::Offset(1))]);
    let mut running = run(Kafka {
        positions,
        ..feed(&broker)
    });
    assert_eq!(running.text().await, "four");
    assert_eq!(running.status.counts().drops, 2);
    let problem = running.status.last_error().unwrap();
    assert_eq!(problem.code, "deleted");
    assert!(problem.message.contains("2 messages"), "{problem}");
    assert_eq!(running.end().await.1, Ok(()));
}

#[tokio::test]
async fn a_topic_that_was_made_anew_is_read_from_its_beginning() {
    let broker = Broker::start(1).await;
    broker.put(0, &["one"]);
    let positions = Positions::from([("logs/0".to_owned(), Position::Offset(70))]);
    let mut running = run(Kafka {
        positions,
        ..feed(&broker)
    });
    assert_eq!(running.text().await, "one");
    assert_eq!(running.status.last_error().unwrap().code, "begins-anew");
    assert_eq!(running.end().await.1, Ok(()));
}

#[tokio::test]
async fn a_topic_that_is_not_there_is_an_error() {
    let broker = Broker::start(1).await;
    let mut running = run(Kafka {
        topic: "nowhere".to_owned(),
        ..feed(&broker)
    });
    let problem = running.rest().await.1.unwrap_err();
    assert_eq!(problem.code, "no-topic");
    assert!(problem.message.contains("nowhere"), "{problem}");
}

#[tokio::test]
async fn a_password_is_checked_and_a_wrong_one_is_an_error() {
    let broker = Broker::start(1).await;
    broker.want("anna", "geheim");
    broker.put(0, &["one"]);
    let signed = |password: &str| Kafka {
        secrets: Secrets::parse(&format!("user = anna\npassword = {password}\n")).unwrap(),
        ..feed(&broker)
    };
    let mut running = run(signed("geheim"));
    assert_eq!(running.text().await, "one");
    assert_eq!(running.end().await.1, Ok(()));

    let problem = run(signed("hunter2")).rest().await.1.unwrap_err();
    assert_eq!(problem.code, "refused");
    assert!(problem.help.as_ref().unwrap().contains("credentials"));
    assert!(!problem.to_string().contains("hunter2"), "{problem}");
}
