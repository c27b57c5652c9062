use super::*;

fn parsed(text: &str) -> SourceSpec {
    SourceSpec::parse(text).unwrap_or_else(|problem| panic!("{text}: {problem}"))
}

fn refused(text: &str) -> String {
    SourceSpec::parse(text).unwrap_err().to_string()
}

#[test]
fn files_and_standard_input() {
    assert_eq!(parsed("-"), SourceSpec::Stdin);
    for text in ["/var/log/x.log", "file:/var/log/x.log", "file:///var/log/x.log"] {
        assert_eq!(parsed(text), SourceSpec::File("/var/log/x.log".into()), "{text}");
    }
    let follow = |start| SourceSpec::Follow {
        pattern: "/var/log/zeek/?onn*.log".to_owned(),
        start,
    };
    assert_eq!(parsed("follow:/var/log/zeek/?onn*.log"), follow(Start::End));
    assert_eq!(
        parsed("follow:/var/log/zeek/?onn*.log?start=beginning"),
        follow(Start::Beginning)
    );
}

#[test]
fn listeners_have_their_usual_ports() {
    assert_eq!(
        parsed("syslog+udp://0.0.0.0:5514"),
        SourceSpec::SyslogUdp("0.0.0.0:5514".to_owned())
    );
    assert_eq!(
        parsed("syslog+udp://[::]"),
        SourceSpec::SyslogUdp("[::]:514".to_owned())
    );
    assert_eq!(parsed("udp://[::1]").to_string(), "udp://[::1]:2055");
    assert_eq!(parsed("udp://[::1]:9"), SourceSpec::Udp("[::1]:9".to_owned()));
    let SourceSpec::SyslogTcp { address, tls } = parsed("syslog+tls://127.0.0.1?certificate=a.pem&key=%2fb%20c.pem")
    else {
        panic!("not syslog");
    };
    assert_eq!(address, "127.0.0.1:6514");
    assert_eq!(tls.unwrap().key, PathBuf::from("/b c.pem"));
}

#[test]
fn what_is_wrong_is_explained() {
    assert!(refused("nats://a:b@host/x").contains("?credentials=FILE"));
    assert!(refused("s3://bucket/x?secret_key=y").contains("never part of an address") || cfg!(not(feature = "s3")));
    assert!(refused("syslog+tls://0.0.0.0:1").contains("certificate"));
    assert!(refused("udp://0.0.0.0:99999").contains("no port"));
    assert!(refused("udp://0.0.0.0:9/x").contains("means nothing"));
    assert!(refused("ftp://host/x").contains("syslog+udp"));
    assert!(refused("udp://").contains("no host"));
    assert!(refused("udp://h:1?x").contains("name=value"));
    assert!(refused("follow:").contains("names no file"));
    assert!(refused("").contains("empty"));
    assert!(!refused("mqtt://a:hunter2@host/x").contains("hunter2"));
}

#[cfg(all(feature = "nats", feature = "mqtt", feature = "kafka", feature = "s3"))]
#[test]
fn brokers_and_buckets() {
    let SourceSpec::Nats { nats, credentials } = parsed("nats://host/logs.%3E?durable=x&credentials=/etc/c&tls=true")
    else {
        panic!("not NATS");
    };
    assert_eq!((nats.server.as_str(), nats.subject.as_str()), ("host:4222", "logs.>"));
    assert_eq!((nats.durable.as_deref(), nats.tls), (Some("x"), true));
    assert_eq!(credentials, Some("/etc/c".into()));
    let SourceSpec::Mqtt { mqtt, .. } = parsed("mqtt://[::1]/a/b?client=n&tls=true") else {
        panic!("not MQTT");
    };
    assert_eq!(
        (mqtt.host.as_str(), mqtt.port, mqtt.topic.as_str()),
        ("::1", 8883, "a/b")
    );
    let SourceSpec::Kafka { kafka, .. } = parsed("kafka://a,b:1/t?start=beginning") else {
        panic!("not Kafka");
    };
    assert_eq!(kafka.brokers, ["a:9092", "b:1"]);
    let SourceSpec::S3 { settings, prefix, .. } = parsed("s3://logs/2026/01?endpoint=http://127.0.0.1:9") else {
        panic!("not S3");
    };
    assert_eq!((settings.bucket.as_str(), prefix.as_str()), ("logs", "2026/01"));
    assert_eq!(
        parsed("nats://host/logs?credentials=/etc/c").to_string(),
        "nats://host:4222/logs"
    );
    assert_eq!(parsed("kafka://a,b:1/t").to_string(), "kafka://a:9092,b:1/t");
    assert!(refused("mqtt://host/x").contains("client"));
    assert!(refused("nats://host").contains("no subject"));
}
