//! Advice and reports of strangers through the JSON API: what operators do on pages, programs and sessions do here.

use serde_json::json;

use super::console_public::open;
use super::kit::{Kit, id, indicator};

async fn share(kit: &Kit, tlp: &str, number: u32) {
    let body = format!("{{\"objects\":[{}]}}", indicator(number, "Pump"));
    let path = format!("/api/v1/share?community=common&tlp={tlp}");
    let shared = kit.ask("alder-contributor", "POST", &path, Some(&body)).await;
    assert_eq!(shared.json()["accepted"], 1, "{}", shared.text());
}

fn wish(number: u32) -> serde_json::Value {
    json!({
        "object": id("indicator", number), "language": "en", "title": "Pumps stop", "happened": "They stop.",
        "concerned": "Water works", "advice": "Take them off.", "ends": "2027-01-31T00:00:00Z", "sectors": ["water"],
    })
}

#[tokio::test]
async fn advice_is_published_listed_and_taken_back_by_a_program() {
    let kit = open().await;
    share(&kit, "clear", 1).await;
    share(&kit, "green", 2).await;
    let text = wish(1).to_string();
    let analyst = kit.ask("birch-analyst", "POST", "/api/v1/advice", Some(&text)).await;
    assert_eq!(analyst.status, 403, "{}", analyst.text());
    let made = kit.ask("birch-operator", "POST", "/api/v1/advice", Some(&text)).await;
    assert_eq!(made.status, 201, "{}", made.text());
    let made = made.json();
    let uuid = made["id"].as_str().unwrap();
    assert_eq!(made["url"], format!("https://hub.example/advice/{uuid}"));
    assert_eq!((&made["shown"], &made["named"]), (&json!(true), &json!(false)));
    let everybody = kit.send("GET", &format!("/advice/{uuid}"), &[], None).await;
    assert!(everybody.text().contains("Take them off."));
    // What is not for everybody is not published, and says why.
    let narrow = wish(2).to_string();
    let narrow = kit.ask("birch-operator", "POST", "/api/v1/advice", Some(&narrow)).await;
    assert_eq!((narrow.status, &narrow.json()["code"]), (409, &json!("not-public")));
    // Only an analyst of the member behind it has it named.
    let path = format!("/api/v1/advice/{uuid}");
    let naming = format!("{path}/naming");
    let named = json!({ "named": true }).to_string();
    assert_eq!(kit.ask("birch-analyst", "PUT", &naming, Some(&named)).await.status, 404);
    assert_eq!(kit.ask("alder-analyst", "PUT", &naming, Some(&named)).await.status, 204);
    assert_eq!(kit.get("birch-operator", &path).await.json()["named"], true);
    // Lists go on by a cursor.
    share(&kit, "clear", 3).await;
    let other = wish(3).to_string();
    kit.ask("birch-operator", "POST", "/api/v1/advice", Some(&other)).await;
    let first = kit.get("birch-operator", "/api/v1/advice?limit=1").await.json();
    assert_eq!(first["advice"][0]["object"], id("indicator", 3));
    let next = format!("/api/v1/advice?limit=1&cursor={}", first["next"].as_str().unwrap());
    let second = kit.get("birch-operator", &next).await.json();
    assert_eq!(second["advice"][0]["id"], uuid);
    assert_eq!(kit.ask("birch-operator", "DELETE", &path, None).await.status, 204);
    assert_eq!(kit.get("birch-operator", &path).await.status, 404);
    assert_eq!(kit.send("GET", &format!("/advice/{uuid}"), &[], None).await.status, 404);
}

#[tokio::test]
async fn reports_are_listed_for_operators_and_opened_by_no_key() {
    let kit = open().await;
    let form = kit.node.tip_form().await.unwrap();
    for _ in 0..3_000 {
        kit.node.now();
    }
    let tip = node::tips::TipWish {
        is_weakness: true,
        subject: "A pump answers".to_owned(),
        details: "It answers to everybody.".to_owned(),
        files: vec![("scan.txt".to_owned(), b"port 502".to_vec())],
        ..Default::default()
    };
    let here = std::net::IpAddr::from([192, 0, 2, 1]);
    let made = kit.node.tip_leave(here, &form, &tip).await.unwrap();
    let list = kit.get("birch-operator", "/api/v1/tips").await;
    let text = list.text();
    assert!(!text.contains("pump") && !text.contains("scan"), "{text}");
    let line = &list.json()["tips"][0];
    assert_eq!(line["reference"], made.reference);
    assert_eq!((&line["kind"], &line["state"]), (&json!("weakness"), &json!("waiting")));
    assert_eq!(kit.get("birch-analyst", "/api/v1/tips").await.status, 403);
    let path = format!("/api/v1/tips/{}", line["id"].as_str().unwrap());
    let by_key = kit.get("birch-operator", &path).await;
    assert_eq!(by_key.status, 403, "{}", by_key.text());
    let (token, _) = kit.session("birch-operator").await;
    let headers = [
        ("Authorization".to_owned(), format!("Bearer {token}")),
        ("Content-Type".to_owned(), "application/json".to_owned()),
    ];
    let opened = kit.send("GET", &path, &headers[..1], None).await;
    assert_eq!(opened.status, 200, "{}", opened.text());
    let opened = opened.json();
    assert_eq!(opened["details"], "It answers to everybody.");
    assert_eq!(
        opened["files"],
        json!([{ "number": 0, "name": "scan.txt", "bytes": 8 }])
    );
    let file = kit.send("GET", &format!("{path}/files/0"), &headers[..1], None).await;
    assert_eq!((file.status, file.text()), (200, "port 502".to_owned()));
    assert_eq!(
        file.header("content-disposition"),
        Some("attachment; filename=\"scan.txt\"")
    );
    let say = async |body: &str| {
        kit.send("POST", &format!("{path}/answer"), &headers, Some(body.as_bytes()))
            .await
    };
    assert_eq!(say("{}").await.status, 422, "an answer has words, unless it closes");
    let answered = say(r#"{"text":"Which maker?"}"#).await.json();
    assert_eq!(answered["state"], "answered");
    assert_eq!(answered["said"][0]["text"], "Which maker?");
    assert_eq!(kit.node.tip_follow(&made.secret, here).await.unwrap().said.len(), 1);
    assert_eq!(say(r#"{"close":true}"#).await.json()["state"], "closed");
}
