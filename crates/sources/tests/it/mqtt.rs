use rumqttc::{AsyncClient, Event, MqttOptions, Packet, QoS};
use sources::Secrets;
use sources::stream::mqtt::Mqtt;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

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
        self.send(text, false).await;
    }

    /// `retained`: the broker gives it to whoever subscribes from then on; an empty one ends that.
    async fn send(&mut self, text: &str, retained: bool) {
        self.client
            .publish(&self.topic, QoS::AtLeastOnce, retained, text)
            .await
            .unwrap();
        while !matches!(
            self.connection.poll().await.unwrap(),
            Event::Incoming(Packet::PubAck(_))
        ) {}
    }
}

/// Waits until the feed has subscribed: it is given what the broker retains for it. Publishing until something comes would fill
/// the queue that the broker keeps for it (mosquitto: 1,000 messages), and what comes then is thrown away.
async fn first(running: &mut Running, publisher: &mut Publisher) {
    publisher.send("first", true).await;
    until(running, "first").await;
    publisher.send("", true).await;
}

/// Waits for a message. Others may come before it: what was acknowledged while the line broke comes twice.
async fn until(running: &mut Running, text: &str) {
    while running.text().await != text {}
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
    until(&mut running, "one").await;

    line.cut();
    publisher.publish("two").await;
    until(&mut running, "two").await;
    assert_eq!(running.status.counts().reconnects, 1);

    // Given, but not taken, when the feed ends: it comes again, and so does what was sent meanwhile.
    publisher.publish("three").await;
    let piece = loop {
        let mut piece = running.next().await;
        if piece.bytes == "three" {
            break piece;
        }
        piece.taken();
    };
    assert_eq!(running.end().await.1, Ok(()));
    drop(piece);
    publisher.publish("four").await;
    let mut running = Running::start(|out, stop, status| mqtt.run(out, stop, status));
    let mut missing = vec!["three", "four"];
    while !missing.is_empty() {
        let text = running.text().await;
        missing.retain(|wanted| *wanted != text);
    }
    assert_eq!(running.end().await.1, Ok(()));
}

#[tokio::test]
async fn a_broker_that_is_not_there_yet_is_waited_for_and_said() {
    if !answers("MQTT", SERVER) {
        return;
    }
    let name = format!("commonwatch-test-{}-late", std::process::id());
    let line = Line::to(SERVER).await;
    line.down();
    let mqtt = feed(line.address, &name);
    let mut running = Running::start(|out, stop, status| mqtt.run(out, stop, status));
    assert_eq!(running.wrong().await, "disconnected");
    assert!(running.status.is_away());
    line.up();
    let mut publisher = Publisher::new(&name);
    first(&mut running, &mut publisher).await;
    assert_eq!(running.status.counts().reconnects, 0, "there was no connection to lose");
    assert!(!running.status.is_away());
    assert_eq!(running.end().await.1, Ok(()));
}

/// Refuses whoever comes, with a return code of CONNACK (MQTT 3.1.1, section 3.2.2.3).
async fn refusing(code: u8) -> std::net::SocketAddr {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut connect = [0; 14];
            stream.read_exact(&mut connect).await.unwrap();
            stream.write_all(&[0x20, 2, 0, code]).await.unwrap();
        }
    });
    address
}

#[tokio::test]
async fn a_broker_that_refuses_the_password_or_the_name_ends_the_feed() {
    for (code, help) in [(2, "another `client`"), (4, "credentials"), (5, "credentials")] {
        let mqtt = feed(refusing(code).await, "x");
        let mut running = Running::start(|out, stop, status| mqtt.run(out, stop, status));
        let problem = running.rest().await.1.unwrap_err();
        assert_eq!(problem.code, "not-connected");
        assert!(problem.help.as_ref().unwrap().contains(help), "{problem}");
    }
}

#[tokio::test]
async fn a_client_without_a_name_is_refused() {
    let mqtt = feed("127.0.0.1:1".parse().unwrap(), "");
    let mut running = Running::start(|out, stop, status| mqtt.run(out, stop, status));
    assert_eq!(running.rest().await.1.unwrap_err().code, "no-client");
}
