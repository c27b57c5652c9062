//! What somebody does from a page about what concerns them: drops a log, looks back, reminds, takes back.

use std::io::Write as _;

use super::browser::{Browser, form};
use super::kit::{Kit, id, indicator};

/// An indicator of an address that no warninglist knows.
fn bad_address(number: u32) -> String {
    let fresh = indicator(number, "Bad address").replace("2024-01-01", "2026-11-20");
    fresh.replace(&format!("192.0.2.{number}"), "45.155.205.7")
}

const LOG: &str = "{\"ts\":\"2026-11-20T10:00:00Z\",\"src_ip\":\"192.0.2.77\",\"dest_ip\":\"45.155.205.7\"}\n";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_log_is_dropped_packed_or_not_matched_as_it_arrives_and_forgotten() {
    let kit = Kit::start().await;
    kit.share("alder-contributor", "common", &[bad_address(1)]).await;
    let birch = Browser::of(&kit, "birch-reader").await;
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(LOG.as_bytes()).unwrap();
    // More than may be pasted: what is before and after it is read all the same.
    let mut large = "{\"src_ip\":\"192.0.2.1\",\"dest_ip\":\"192.0.2.2\"}\n"
        .repeat(150_000)
        .into_bytes();
    large.extend_from_slice(LOG.as_bytes());
    assert!(large.len() > 6 << 20);
    for (name, file) in [
        ("dns.log", LOG.as_bytes()),
        ("dns.log.gz", &packed.finish().unwrap()),
        ("large.log", &large),
    ] {
        let found = birch.upload("/hits/log", &[("log", "")], "file", (name, file)).await;
        assert_eq!(found.status, 200, "{name}: {}", found.text());
        for part in ["45.155.205.7", "192.0.2.77", "Nothing of the log was kept"] {
            assert!(found.text().contains(part), "{name}: no {part} in {}", found.text());
        }
    }
    let pasted = birch.upload("/hits/log", &[("log", LOG)], "file", ("", b"")).await;
    pasted.says("45.155.205.7");
    let nothing = birch.upload("/hits/log", &[("log", " ")], "file", ("", b"")).await;
    assert_eq!(nothing.status, 422, "{}", nothing.text());
    let clean = birch
        .upload("/hits/log", &[("log", "")], "file", ("a", b"all is well"))
        .await;
    clean.says("Nothing that you may see is in this log");
    let unknown = birch
        .upload("/hits/log", &[("surprise", "x")], "file", ("a", b"x"))
        .await;
    assert_eq!(unknown.status, 400);
    assert!(
        !birch.read("/hits").await.contains("45.155.205.7"),
        "nothing of it is kept"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_logs_of_the_past_are_looked_through_from_an_indicator() {
    let kit = Kit::start().await;
    kit.share("birch-contributor", "common", &[bad_address(1)]).await;
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("past")).unwrap();
    std::fs::write(folder.path().join("past/dns.log"), LOG).unwrap();
    let settings = node::watch::Settings {
        sources: Vec::new(),
        past: vec![node::watch::SourceSpec::File(folder.path().join("past"))],
        indexes: folder.path().join("indexes"),
        hits: folder.path().join("hits.ndjson"),
        login: "alder-analyst".to_owned(),
        refresh_seconds: 3_600,
        minimum_score: 1,
        sigma: Vec::new(),
    };
    let path = format!("/objects/{}", id("indicator", 1));
    let alder = Browser::of(&kit, "alder-analyst").await;
    assert!(
        !alder.read(&path).await.contains("/hits/past"),
        "nothing is watched yet"
    );
    assert_eq!(alder.get("/hits/past").await.status, 404);
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let node = kit.node.clone();
    let watching = tokio::spawn(async move { node.watch(settings, stopped).await });
    let analyst = kit.node.local_caller("alder-analyst").await.unwrap();
    while !kit.node.has_past(&analyst) {
        tokio::task::yield_now().await;
    }
    assert!(alder.read(&path).await.contains("action=\"/hits/past\""));
    let mut page = alder.done("/hits/past", &[("indicator", &id("indicator", 1))]).await;
    while page.contains("Looking…") {
        page = alder.read("/hits/past").await;
    }
    for part in ["1 line has it", "dns.log", "192.0.2.77", "Bad address"] {
        assert!(page.contains(part), "no {part} in {page}");
    }
    let unknown = alder.post("/hits/past", &[("indicator", "indicator--<b>")]).await;
    assert_eq!(unknown.status, 422);
    assert!(!unknown.text().contains("<b>"));
    // The logs are Alder's: to others there are none.
    for other in ["birch-analyst", "birch-operator"] {
        let other = Browser::of(&kit, other).await;
        assert_eq!(other.get("/hits/past").await.status, 404);
        assert_eq!(other.post("/hits/past", &[]).await.status, 404);
        assert!(!other.read(&path).await.contains("/hits/past"));
    }
    stop.send(true).unwrap();
    watching.await.unwrap().unwrap();
}

#[tokio::test]
async fn who_has_not_answered_a_recall_is_reminded_from_its_page() {
    let kit = Kit::start().await;
    kit.share("alder-contributor", "common", &[bad_address(1)]).await;
    kit.get("birch-reader", "/commonwatch/collections/common/objects/")
        .await;
    let shown =
        r#"{"disclosure":[{"received":"name","opened":"count","acknowledged":"name","acted":"count","saw":"count"}]}"#;
    let answer = kit.ask("birch-analyst", "PUT", "/api/v1/disclosure", Some(shown)).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let person = kit
        .node
        .store()
        .person_by_login("birch-analyst")
        .await
        .unwrap()
        .unwrap();
    let birch = kit.node.local_caller("birch-analyst").await.unwrap();
    let at = Some("birch@birch.example".to_owned());
    kit.node
        .notices_set(&birch, person.id, at, store::NoticeWish::AtOnce)
        .await
        .unwrap();
    let wish = format!(
        r#"{{"object":"{}","kind":"retract","reason":"our own address"}}"#,
        id("indicator", 1)
    );
    let made = kit.ask("alder-analyst", "POST", "/api/v1/recalls", Some(&wish)).await;
    let path = format!("/recalls/{}", made.json()["recalls"][0]["id"].as_str().unwrap());
    let notices = async || {
        let due = kit
            .node
            .store()
            .notice_due(store::NoticeChannel::Mail, kit.node.now(), 100)
            .await
            .unwrap();
        due.iter()
            .filter(|notice| notice.subject.contains("your answer is missing"))
            .count()
    };
    let alder = Browser::of(&kit, "alder-coordinator").await;
    let page = alder.read(&path).await;
    assert!(
        page.contains("Birch") && page.contains("Send a reminder to all"),
        "{page}"
    );
    let reminded = alder.done(&format!("{path}/remind"), &[("member", "Birch")]).await;
    assert!(
        reminded.contains("once a day at the most") && reminded.contains("reminded <time"),
        "{reminded}"
    );
    assert_eq!(notices().await, 1);
    let twice = alder.post(&format!("{path}/remind"), &[("member", "Birch")]).await;
    assert_eq!(twice.status, 422);
    twice.says("once a day is enough");
    alder.done(&format!("{path}/remind"), &[]).await;
    assert_eq!(notices().await, 1);
    let birch = Browser::of(&kit, "birch-contributor").await;
    assert!(birch.read("/recalls").await.contains("You were reminded of it"));
    // Who only follows it, or has nothing to do with it, reminds nobody.
    let reader = Browser::of(&kit, "alder-reader").await;
    assert!(!reader.read(&path).await.contains("/remind"));
    assert_eq!(reader.post(&format!("{path}/remind"), &[]).await.status, 403);
    assert_eq!(birch.post(&format!("{path}/remind"), &[]).await.status, 404);
    let api = format!("/api/v1{path}/remind");
    let by_name = kit
        .ask("alder-analyst", "POST", &api, Some(r#"{"member":"Elder"}"#))
        .await;
    assert_eq!(by_name.status, 404, "{}", by_name.text());
    assert_eq!(kit.ask("alder-analyst", "POST", &api, Some("{}")).await.status, 204);
}

#[tokio::test]
async fn a_coordinator_takes_back_from_its_page_what_another_member_shared() {
    let kit = Kit::start().await;
    kit.share("birch-contributor", "common", &[bad_address(1)]).await;
    let path = format!("/objects/{}", id("indicator", 1));
    let analyst = Browser::of(&kit, "alder-analyst").await;
    assert!(!analyst.read(&path).await.contains("/recall\""));
    let alder = Browser::of(&kit, "alder-coordinator").await;
    assert_eq!(
        form::first_link(&alder.read(&path).await, &format!("{path}/recall")),
        format!("{path}/recall")
    );
    let page = alder.read(&format!("{path}/recall")).await;
    assert!(
        page.contains("Another member shared this") && page.contains("Community common"),
        "{page}"
    );
    assert!(
        !page.contains("name=\"tlp\""),
        "correcting and narrowing is for who shared it: {page}"
    );
    let gone = alder
        .done(
            &format!("{path}/recall"),
            &[
                ("kind", "retract"),
                ("community", "common"),
                ("reason", "it is harmless"),
            ],
        )
        .await;
    assert!(gone.contains("The recall is made"), "{gone}");
    let birch = Browser::of(&kit, "birch-reader").await;
    assert_eq!(birch.get(&path).await.status, 404);
}
