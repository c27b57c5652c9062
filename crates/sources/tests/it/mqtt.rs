use rumqttc::{AsyncClient, Event, MqttOptions, Packet, QoS};
use sources::Secrets;
use sources::stream::mqtt::Mqtt;

use crate::kit::{Line, Running, answers};

const SERVER: &str = "127.0.0.1:1883";

fn feed(address: std::net::SocketAddr, name: &str) -> Mqtt {
    Mqtt {
        host: address.ip().to_string(),
        port: address.port(),
        topic: format!("{name}/#"),
        client: name.to_owned(),
        tls: false,
        ca: None,
        secrets: Secrets::default(),
    }
}

/// Publishes under QoS 1 and returns when the broker has it.
struct Publisher {
    client: AsyncClient,
    connection: rumqttc::EventLoop,
    topic: String,
}

impl Publisher {
    fn new(name: &str) -> Self {
        let (client, connection) =
            AsyncClient::new(MqttOptions::new(format!("{name}-publisher"), "127.0.0.1", 1883), 10);
        Self {
            client,
            connection,
            topic: format!("{name}/logs"),
        }
    }

    async fn publish(&mut self, text: &str) {
        self.client
            .publish(&self.topic, QoS::AtLeastOnce, false, text)
            .await
            .unwrap();
        while !matches!(
            self.connection.poll().await.unwrap(),
            Event::Incoming(Packet::PubAck(_))
        ) {}
    }
}

/// Publishes until the feed, whose session is made when it first connects, gives the first message.
async fn first(running: &mut Running, publisher: &mut Publisher) {
    loop {
        publisher.publish("first").await;
        if let Ok(mut piece) = running.pieces.try_recv() {
            piece.taken();
            return;
        }
    }
}

/// The next that is not a repetition of the first.
async fn next(running: &mut Running) -> String {
    loop {
        let text = running.text().await;
        if text != "first" {
            return text;
        }
    }
}

#[tokio::test]
async fn a_broken_connection_loses_nothing_and_the_session_is_kept() {
    if !answers("MQTT", SERVER) {
        return;
    }
    let name = format!("commonwatch-test-{}", std::process::id());
    let line = Line::to(SERVER).await;
    let mqtt = feed(line.address, &name);
    let mut publisher = Publisher::new(&name);
    let mut running = Running::start(|out, stop, status| mqtt.clone().run(out, stop, status));
    first(&mut running, &mut publisher).await;
    publisher.publish("one").await;
    assert_eq!(next(&mut running).await, "one");

    line.cut();
    publisher.publish("two").await;
    assert_eq!(next(&mut running).await, "two");
    assert_eq!(running.status.counts().reconnects, 1);

    // Given, but not taken, when the feed ends: it comes again, and so does what was sent meanwhile.
    publisher.publish("three").await;
    let piece = running.next().await;
    assert_eq!(piece.bytes, "three");
    assert_eq!(running.end().await.1, Ok(()));
    drop(piece);
    publisher.publish("four").await;
    let mut running = Running::start(|out, stop, status| mqtt.run(out, stop, status));
    let mut again = vec![next(&mut running).await, next(&mut running).await];
    again.sort();
    assert_eq!(again, ["four", "three"]);
    assert_eq!(running.end().await.1, Ok(()));
}
