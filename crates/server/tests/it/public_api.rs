//! Pages for everybody, reports of strangers and upkeep, as programs and people without a browser do it.

use serde_json::{Value, json};

use super::console_people::header;
use super::kit::{Answer, Kit, Wish, id, indicator};

/// A request in a session, whose person is there.
async fn by(kit: &Kit, token: &str, method: &str, path: &str, body: &Value) -> Answer {
    let headers = [
        header("Authorization", &format!("Bearer {token}")),
        header("Content-Type", "application/json"),
    ];
    let body = body.to_string();
    kit.send(method, &format!("/api/v1{path}"), &headers, Some(body.as_bytes()))
        .await
}

#[tokio::test]
async fn advice_is_published_listed_named_and_taken_back() {
    let kit = Kit::start().await;
    for (number, tlp) in [(1, "clear"), (2, "green")] {
        let body = format!("{{\"objects\":[{}]}}", indicator(number, "Pump"));
        let path = format!("/api/v1/share?community=common&tlp={tlp}");
        let shared = kit.ask("alder-contributor", "POST", &path, Some(&body)).await;
        assert_eq!(shared.json()["accepted"], 1, "{}", shared.text());
    }
    let (operator, _) = kit.session("birch-operator").await;
    let words = json!({ "language": "en", "title": "Pumps stop", "happened": "One", "concerned": "Water works",
        "advice": "Take them off", "ends": "2027-01-31T23:59:59Z", "sectors": ["water"] });
    let path = |number: u32| format!("/objects/{}/publication", id("indicator", number));
    let made = by(&kit, &operator, "PUT", &path(1), &words).await;
    assert_eq!(made.status, 200, "{}", made.text());
    let name = made.json()["id"].as_str().unwrap().to_owned();
    // What is not for everybody stays here, whoever asks.
    let green = by(&kit, &operator, "PUT", &path(2), &words).await;
    assert_eq!((green.status, &green.json()["code"]), (409, &json!("not-public")));
    let mut over = words.clone();
    over["ends"] = json!("2020-01-01T00:00:00Z");
    assert_eq!(by(&kit, &operator, "PUT", &path(1), &over).await.status, 409);
    let text = words.to_string();
    for who in ["alder-coordinator", "alder-reader"] {
        let answer = kit.ask(who, "PUT", &format!("/api/v1{}", path(1)), Some(&text)).await;
        assert_eq!(answer.status, 403, "{who}: {}", answer.text());
    }
    let listed = kit.get("operator", "/api/v1/publications").await.json();
    let one = &listed["publications"][0];
    assert_eq!(
        (&one["id"], &one["title"], &one["shown"]),
        (&json!(name), &json!("Pumps stop"), &json!(true))
    );
    assert_eq!(kit.get("alder-coordinator", "/api/v1/publications").await.status, 403);
    // The member behind it, and nobody else, has itself named.
    let naming = format!("/publications/{name}/name");
    let (alder, _) = kit.session("alder-coordinator").await;
    let (birch, _) = kit.session("birch-coordinator").await;
    let named = json!({ "named": true });
    assert_eq!(by(&kit, &birch, "PUT", &naming, &named).await.status, 404);
    let answer = by(&kit, &alder, "PUT", &naming, &named).await;
    assert_eq!(answer.status, 204, "{}", answer.text());
    let listed = kit.get("operator", "/api/v1/publications").await.json();
    assert_eq!(listed["publications"][0]["named"], true);
    let gone = format!("/publications/{name}");
    assert_eq!(by(&kit, &alder, "DELETE", &gone, &json!({})).await.status, 403);
    assert_eq!(by(&kit, &operator, "DELETE", &gone, &json!({})).await.status, 204);
    let listed = kit.get("operator", "/api/v1/publications").await.json();
    assert_eq!(listed["publications"], json!([]));
}

#[tokio::test]
async fn what_is_public_is_chosen_and_reports_are_read_by_people_only() {
    let kit = Kit::start().await;
    let site = "/api/v1/site";
    assert_eq!(
        kit.get("operator", site).await.json(),
        json!({ "chosen": false,
        "site": { "pages": false, "reports": false, "security_contacts": [], "security_languages": [] } })
    );
    let wish = r#"{"pages":true,"reports":true,"security_contacts":["mailto:security@hub.example"]}"#;
    let chosen = kit.ask("operator", "PUT", site, Some(wish)).await;
    assert_eq!(
        (chosen.status, &chosen.json()["chosen"]),
        (200, &json!(true)),
        "{}",
        chosen.text()
    );
    assert_eq!(kit.get("public", "/advice").await.status, 200);
    let wrong = kit
        .ask("operator", "PUT", site, Some(r#"{"security_contacts":["me"]}"#))
        .await;
    assert_eq!(wrong.status, 422);
    assert_eq!(kit.ask("alder-coordinator", "PUT", site, Some(wish)).await.status, 403);

    let mark = kit.node.tip_form().await.unwrap();
    kit.pass_seconds(60);
    let wish = node::tips::TipWish {
        is_weakness: true,
        subject: "It answers".to_owned(),
        details: "to strangers".to_owned(),
        files: vec![("scan.html".to_owned(), b"<p>".to_vec())],
        ..Default::default()
    };
    let whence = std::net::IpAddr::from([192, 0, 2, 1]);
    kit.node.tip_leave(whence, &mark, &wish).await.unwrap();
    let listed = kit.get("operator", "/api/v1/tips").await;
    let tip = listed.json()["tips"][0]["id"].as_str().unwrap().to_owned();
    assert!(!listed.text().contains("strangers"), "{}", listed.text());
    let path = format!("/tips/{tip}");
    assert_eq!(
        kit.get("operator", &format!("/api/v1{path}")).await.status,
        403,
        "no key reads it"
    );
    let (operator, _) = kit.session("operator").await;
    let opened = by(&kit, &operator, "GET", &path, &json!({})).await.json();
    assert_eq!(
        (&opened["details"], &opened["files"][0]["name"]),
        (&json!("to strangers"), &json!("scan.html"))
    );
    let file = by(&kit, &operator, "GET", &format!("{path}/files/0"), &json!({})).await;
    assert_eq!(
        (file.text().as_str(), file.header("content-type")),
        ("<p>", Some("application/octet-stream"))
    );
    let answer = format!("{path}/answer");
    assert_eq!(
        by(&kit, &operator, "POST", &answer, &json!({})).await.status,
        422,
        "nothing is said"
    );
    let said = by(&kit, &operator, "POST", &answer, &json!({ "text": "Which version?" })).await;
    assert_eq!(said.status, 204, "{}", said.text());
    assert_eq!(
        by(&kit, &operator, "POST", &answer, &json!({ "close": true }))
            .await
            .status,
        204
    );
    let opened = by(&kit, &operator, "GET", &path, &json!({})).await.json();
    assert_eq!(
        (&opened["state"], &opened["said"][0]["text"]),
        (&json!("closed"), &json!("Which version?"))
    );
    let (alder, _) = kit.session("alder-coordinator").await;
    for path in ["/tips", &path, &format!("{path}/files/0")] {
        assert_eq!(by(&kit, &alder, "GET", path, &json!({})).await.status, 403, "{path}");
    }
    assert_eq!(kit.ask("operator", "DELETE", site, None).await.status, 204);
    assert_eq!(kit.get("public", "/advice").await.status, 404);
}

#[tokio::test]
async fn backups_are_made_and_lists_switched_by_operators() {
    let none = Kit::start().await;
    let refused = none.ask("operator", "POST", "/api/v1/backups", Some("{}")).await;
    assert_eq!((refused.status, &refused.json()["code"]), (409, &json!("no-folder")));
    let kit = Kit::start_with(Wish {
        settings: |settings| {
            let name = format!("commonwatch-api-backups-{}", std::process::id());
            settings.backups = Some(std::env::temp_dir().join(name));
        },
        ..Wish::default()
    })
    .await;
    assert_eq!(kit.get("operator", "/api/v1/backups").await.json(), json!({}));
    let made = kit.ask("operator", "POST", "/api/v1/backups", Some("{}")).await;
    assert_eq!(made.status, 201, "{}", made.text());
    assert_eq!(kit.get("operator", "/api/v1/backups").await.json()["last"], made.json());
    std::fs::remove_dir_all(kit.node.settings().backups.as_ref().unwrap()).unwrap();

    let first = kit.get("operator", "/api/v1/warninglists?limit=1").await.json();
    let name = first["warninglists"][0]["name"].as_str().unwrap().replace(' ', "%20");
    let next = first["next"].as_str().unwrap().replace(' ', "%20");
    let second = kit
        .get("operator", &format!("/api/v1/warninglists?limit=1&cursor={next}"))
        .await
        .json();
    assert_ne!(first["warninglists"], second["warninglists"]);
    let path = format!("/api/v1/warninglists/{name}");
    let off = kit.ask("operator", "PATCH", &path, Some(r#"{"enabled":false}"#)).await;
    assert_eq!(off.status, 204, "{}", off.text());
    let first = kit.get("operator", "/api/v1/warninglists?limit=1").await.json();
    assert_eq!(first["warninglists"][0]["enabled"], false);
    let unknown = "/api/v1/warninglists/nothing";
    assert_eq!(
        kit.ask("operator", "PATCH", unknown, Some(r#"{"enabled":false}"#))
            .await
            .status,
        404
    );
    for (method, path) in [("POST", "/api/v1/backups"), ("PATCH", path.as_str())] {
        let answer = kit
            .ask("alder-coordinator", method, path, Some(r#"{"enabled":true}"#))
            .await;
        assert_eq!(answer.status, 403, "{path}");
    }
}
