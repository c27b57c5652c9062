//! The stream of events: what is new comes by itself, nothing twice, nothing lost, and nothing that is not open.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;

use super::kit::{Kit, happens_before_reading, id, indicator};

/// An event as a client reads it.
#[derive(Clone, Debug, Default, PartialEq)]
struct Told {
    id: String,
    kind: String,
    data: Value,
}

/// Reads what a stream said; lines of chunks and headers are none of its fields.
fn told(text: &str) -> Vec<Told> {
    let mut all = Vec::new();
    let (mut kind, mut data, mut id) = (String::new(), String::new(), String::new());
    for line in text.lines() {
        match line.split_once(": ").unwrap_or((line, "")) {
            ("id", value) => value.clone_into(&mut id),
            ("event", value) => value.clone_into(&mut kind),
            ("data", value) => data.push_str(value),
            ("", _) if !data.is_empty() => all.push(Told {
                id: id.clone(),
                kind: std::mem::take(&mut kind),
                data: serde_json::from_str(&std::mem::take(&mut data)).unwrap(),
            }),
            _ => {}
        }
    }
    all
}

async fn asked(kit: &Kit, who: &str, query: &str) -> Vec<Told> {
    let answer = kit.get(who, &format!("/api/v1/events?wait=false{query}")).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(answer.header("content-type"), Some("text/event-stream"));
    told(&answer.text())
}

fn kinds(events: &[Told]) -> Vec<&str> {
    events.iter().map(|event| event.kind.as_str()).collect()
}

/// A stream that stays open.
struct Open(BufReader<TcpStream>);

impl Open {
    async fn new(kit: &Kit, who: &str, query: &str) -> Self {
        let mut open = Self::asked(kit, who, query).await;
        // It reads from now on once it said so.
        open.until("id: ").await;
        open
    }

    /// One that has said nothing yet.
    async fn asked(kit: &Kit, who: &str, query: &str) -> Self {
        let mut stream = TcpStream::connect(("127.0.0.1", kit.port)).await.unwrap();
        let request = format!(
            "GET /api/v1/events{query} HTTP/1.1\r\nHost: x\r\nAccept-Encoding: gzip\r\nAuthorization: {}\r\n\r\n",
            kit.authorization(who).unwrap()
        );
        stream.write_all(request.as_bytes()).await.unwrap();
        Self(BufReader::new(stream))
    }

    /// Everything up to a line that begins so.
    async fn until(&mut self, beginning: &str) -> String {
        let mut text = String::new();
        loop {
            let mut line = String::new();
            let read = self.0.read_line(&mut line).await.unwrap();
            // The last chunk is empty; the connection stays open behind it.
            assert!(read > 0 && line != "0\r\n", "the stream ended: {text}");
            text.push_str(&line);
            if line.starts_with(beginning) {
                return text;
            }
        }
    }

    /// The next event.
    async fn next(&mut self) -> Told {
        let mut text = self.until("data: ").await;
        text.push('\n');
        told(&text).pop().unwrap()
    }
}

#[tokio::test]
async fn what_is_shared_comes_by_itself_and_goes_on_where_it_broke_off() {
    let kit = Kit::start().await;
    kit.share("alder-contributor", "common", &[indicator(1, "before")])
        .await;
    let mut open = Open::new(&kit, "birch-reader", "").await;
    kit.share(
        "alder-contributor",
        "common",
        &[indicator(2, "one"), indicator(3, "two")],
    )
    .await;
    let (first, second) = (open.next().await, open.next().await);
    assert_eq!(
        (first.kind.as_str(), second.kind.as_str()),
        ("object-added", "object-added")
    );
    assert_eq!(first.data["object"]["id"], id("indicator", 2));
    assert_eq!(first.data["object"]["content"], Value::Null);
    assert_eq!(second.data["object"]["id"], id("indicator", 3));
    drop(open);
    // From each id on, exactly what came behind it.
    let after = asked(&kit, "birch-reader", &format!("&after={}", first.id)).await;
    assert_eq!(after.len(), 1);
    assert_eq!(after[0].data, second.data);
    assert_eq!(after[0].id, second.id);
    assert!(
        asked(&kit, "birch-reader", &format!("&after={}", second.id))
            .await
            .is_empty()
    );
    let headers = [
        ("Authorization".to_owned(), kit.authorization("birch-reader").unwrap()),
        ("Last-Event-ID".to_owned(), first.id.clone()),
    ];
    let resumed = kit.send("GET", "/api/v1/events?wait=false", &headers, None).await;
    assert_eq!(told(&resumed.text()), after);
    // Another member can do nothing with it.
    let of_other = kit
        .get("alder-reader", &format!("/api/v1/events?after={}", first.id))
        .await;
    assert_eq!(
        (of_other.status, of_other.json()["code"].as_str().unwrap()),
        (400, "bad-cursor")
    );
    let all = asked(&kit, "birch-reader", "&after=start").await;
    assert_eq!(kinds(&all), ["object-added"; 3]);
}

#[tokio::test]
async fn every_kind_reaches_whom_it_concerns_and_nobody_else() {
    let kit = Kit::start().await;
    kit.share("alder-contributor", "common", &[indicator(1, "one")]).await;
    kit.share("alder-contributor", "grove", &[indicator(2, "kanari")]).await;
    let sighting = format!(
        r#"{{"type":"sighting","spec_version":"2.1","id":"{}","created":"2024-01-01T00:00:00.000Z","modified":"2024-01-01T00:00:00.000Z","sighting_of_ref":"{}"}}"#,
        id("sighting", 1),
        id("indicator", 1)
    );
    kit.share("birch-contributor", "common", &[sighting]).await;
    let wish = format!(
        r#"{{"kind":"acknowledge","subject":"{}","members":["Birch"],"because":"agreed"}}"#,
        id("indicator", 1)
    );
    let made = kit
        .ask("alder-analyst", "POST", "/api/v1/commitments", Some(&wish))
        .await;
    assert_eq!(made.status, 201, "{}", made.text());
    let wish = r#"{"community":"common","question":"kanari?","answers_to":"me"}"#;
    let made = kit.ask("alder-analyst", "POST", "/api/v1/requests", Some(wish)).await;
    assert_eq!(made.status, 201, "{}", made.text());
    let path = format!("/api/v1/requests/{}/answers", made.json()["id"].as_str().unwrap());
    let said = kit
        .ask(
            "birch-contributor",
            "POST",
            &path,
            Some(r#"{"text":"kanari!","to_all":false}"#),
        )
        .await;
    assert_eq!(said.status, 201, "{}", said.text());
    let alder = asked(&kit, "alder-reader", "&after=start").await;
    let expected = [
        "object-added",
        "object-added",
        "sighting",
        "commitment",
        "request",
        "answer",
    ];
    assert_eq!(kinds(&alder), expected);
    assert_eq!(alder[2].data["object"]["sighting_of"], id("indicator", 1));
    assert_eq!(alder[3].data["commitment"]["what"], "made");
    let birch = asked(&kit, "birch-reader", "&after=start").await;
    // Of the sharer's own point of view it is a sighting; to others it is an item like others.
    assert_eq!(
        kinds(&birch),
        ["object-added", "object-added", "commitment", "request", "answer"]
    );
    // Dogwood is of the same community, and suspended; Elder is in another one.
    assert!(asked(&kit, "elder-analyst", "&after=start").await.is_empty());
    let some = asked(&kit, "alder-reader", "&after=start&types=commitment,answer").await;
    assert_eq!(kinds(&some), ["commitment", "answer"]);
    let retracted = kit
        .ask(
            "alder-analyst",
            "DELETE",
            &format!("/commonwatch/collections/common/objects/{}/", id("indicator", 1)),
            None,
        )
        .await;
    assert_eq!(retracted.status, 200, "{}", retracted.text());
    let gone = asked(&kit, "birch-reader", "&after=start&types=object-removed").await;
    assert_eq!(gone.len(), 1);
    assert_eq!(gone[0].data["object"]["why"], "retracted");
    assert!(!gone[0].data.to_string().contains("content"));
}

#[tokio::test]
async fn pages_lose_and_repeat_nothing_and_items_that_come_along_are_deliveries() {
    let kit = Kit::start().await;
    let many: Vec<String> = (0..250).map(|number| indicator(number, "x")).collect();
    kit.share("alder-contributor", "common", &many).await;
    let all = asked(&kit, "birch-reader", "&after=start&include=object").await;
    let ids: Vec<&str> = all
        .iter()
        .map(|event| event.data["object"]["id"].as_str().unwrap())
        .collect();
    let expected: Vec<String> = (0..250).map(|number| id("indicator", number)).collect();
    assert_eq!(ids, expected);
    assert_eq!(all[7].data["object"]["content"]["name"], "x");
    let receipts = kit.get("birch-reader", "/api/v1/receipts").await;
    assert!(receipts.text().contains("events"), "{}", receipts.text());
    let plain = asked(&kit, "alder-reader", &format!("&after={}", "start")).await;
    assert_eq!(plain.len(), 250);
}

#[tokio::test]
async fn a_stream_ends_and_says_why_when_its_reader_may_no_longer() {
    let kit = Kit::start().await;
    kit.share("alder-contributor", "common", &[indicator(1, "one")]).await;
    let operator = kit.operator().await;
    let mut by_member = Open::new(&kit, "birch-reader", "").await;
    let mut by_key = Open::new(&kit, "alder-reader", "").await;
    let keys = kit.get("alder-reader", "/api/v1/keys").await.json();
    let key = keys["keys"][0]["id"].as_i64().unwrap();
    let revoked = kit
        .ask("alder-reader", "DELETE", &format!("/api/v1/keys/{key}"), None)
        .await;
    assert_eq!(revoked.status, 204);
    let end = by_key.next().await;
    assert_eq!(
        (end.kind.as_str(), end.data["why"].as_str().unwrap()),
        ("end", "the key or session has ended")
    );
    let common = kit.communities["common"];
    kit.node
        .membership_end(&operator, common, kit.members["Birch"])
        .await
        .unwrap();
    let end = by_member.next().await;
    assert!(
        end.data["why"].as_str().unwrap().starts_with("what you may see"),
        "{end:?}"
    );
    let mut suspended = Open::new(&kit, "birch-reader", "").await;
    kit.node
        .member_activate(&operator, kit.members["Birch"], false)
        .await
        .unwrap();
    let end = suspended.next().await;
    assert!(end.data["why"].as_str().unwrap().starts_with("the account"), "{end:?}");
}

/// What may happen between the moment in which a reader's view is worked out and the one in which it is read by.
async fn takes_away(kit: &Kit, what: &str) {
    let operator = kit.operator().await;
    let (node, birch) = (&kit.node, kit.members["Birch"]);
    match what {
        "suspended" => drop(node.member_activate(&operator, birch, false).await.unwrap()),
        "left the community" => {
            let common = kit.communities["common"];
            node.membership_end(&operator, common, birch).await.unwrap();
        }
        "item retracted" | "taken out" => {
            let kind = match what {
                "item retracted" => r#""kind":"retract""#,
                _ => r#""kind":"exclude","member":"Birch""#,
            };
            let wish = format!(
                r#"{{"object":"{}",{kind},"reason":"it names a customer"}}"#,
                id("indicator", 1)
            );
            let made = kit.ask("alder-analyst", "POST", "/api/v1/recalls", Some(&wish)).await;
            assert_eq!(made.status, 201, "{}", made.text());
        }
        _ => unreachable!(),
    }
}

#[tokio::test]
async fn what_is_taken_from_a_reader_before_their_stream_reads_is_not_in_it() {
    for what in ["suspended", "left the community", "taken out", "item retracted"] {
        for moment in 0.. {
            let kit = Arc::new(Kit::start().await);
            let item = format!("{{\"objects\":[{}]}}", indicator(1, "kanari"));
            let to = "/api/v1/share?community=common&tlp=red&named=Birch&named=Alder";
            let shared = kit.ask("alder-contributor", "POST", to, Some(&item)).await;
            assert_eq!(shared.json()["accepted"], 1, "{}", shared.text());
            let meanwhile = Arc::clone(&kit);
            let came = happens_before_reading(&kit.node, moment, async move { takes_away(&meanwhile, what).await });
            let path = "/api/v1/events?wait=false&after=start&include=object";
            let answer = kit.get("birch-reader", path).await;
            kit.node.happens_before_reading(None);
            if !came.load(Ordering::SeqCst) {
                // There are no more such moments: it is read as ever.
                assert!(moment > 0 && answer.text().contains("kanari"), "{}", answer.text());
                break;
            }
            assert!(!answer.text().contains("kanari"), "{what}, {moment}: {}", answer.text());
            let named = answer.text().contains(&id("indicator", 1));
            // That it must no longer be used is told to who could have been given it.
            let told = matches!(what, "item retracted" | "taken out");
            assert!(!named || told, "{what}, {moment}: {}", answer.text());
        }
    }
}

/// Whenever it happens: while a stream looks whether its reader still may, too.
#[tokio::test]
async fn a_stream_ends_in_whichever_moment_its_reader_loses_something() {
    for what in ["suspended", "left the community"] {
        for moment in 0..4 {
            let kit = Arc::new(Kit::start().await);
            kit.share("alder-contributor", "common", &[indicator(1, "one")]).await;
            let meanwhile = Arc::clone(&kit);
            let came = happens_before_reading(&kit.node, moment, async move { takes_away(&meanwhile, what).await });
            let end = Open::asked(&kit, "birch-reader", "").await.next().await;
            assert_eq!(end.kind, "end", "{what}, {moment}: {end:?}");
            assert!(came.load(Ordering::SeqCst), "{what}, {moment}");
        }
    }
}

#[tokio::test]
async fn what_is_opened_to_a_reader_comes_into_an_open_stream() {
    let kit = Kit::start().await;
    let operator = kit.operator().await;
    let mut open = Open::new(&kit, "birch-reader", "").await;
    let (grove, birch) = (kit.communities["grove"], kit.members["Birch"]);
    kit.node
        .membership_set(&operator, grove, birch, true, false)
        .await
        .unwrap();
    kit.share("alder-contributor", "grove", &[indicator(1, "one")]).await;
    assert_eq!(open.next().await.data["object"]["id"], id("indicator", 1));
    // In silence it says that it is there.
    open.until(": still here").await;
}

#[tokio::test]
async fn streams_are_counted_end_with_the_node_and_refuse_what_they_do_not_know() {
    let mut kit = Kit::start().await;
    let mut open = Vec::new();
    for _ in 0..16 {
        open.push(Open::new(&kit, "birch-reader", "").await);
    }
    let refused = kit.get("birch-analyst", "/api/v1/events").await;
    assert_eq!(
        (refused.status, refused.json()["code"].as_str().unwrap()),
        (429, "too-many-streams")
    );
    assert_eq!(
        kit.ask("alder-reader", "HEAD", "/api/v1/events", None).await.status,
        200
    );
    for query in ["types=nothing", "include=all", "after=x", "wait=maybe", "other=1"] {
        let answer = kit.get("alder-reader", &format!("/api/v1/events?{query}")).await;
        assert_eq!(answer.status, 400, "{query}");
    }
    kit.stop().await;
    let end = open[0].next().await;
    assert!(end.data["why"].as_str().unwrap().starts_with("the node is stopping"));
}
