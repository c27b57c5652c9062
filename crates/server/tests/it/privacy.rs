//! Privacy over HTTP: the record of processing says what the node keeps and by which rules, a person takes what is kept of
//! them along, and who is erased is found nowhere.

use node::push::PeerWish;
use serde_json::Value;
use store::NoticeWish;

use super::kit::{Answer, Kit, Wish, id, indicator};

/// As the session of somebody who has just shown that it is them.
async fn in_session(kit: &Kit, token: &str, method: &str, path: &str, body: Option<&str>) -> Answer {
    let headers = [
        ("Authorization".to_owned(), format!("Bearer {token}")),
        ("Content-Type".to_owned(), "application/json".to_owned()),
    ];
    kit.send(method, path, &headers, body.map(str::as_bytes)).await
}

#[tokio::test]
async fn the_record_of_processing_is_what_the_node_keeps_and_the_rules_that_run() {
    let kit = Kit::start_with(Wish {
        settings: |settings| {
            settings.title = "Hub of the valley".to_owned();
            settings.contact = Some("privacy@hub.example".to_owned());
            let rules = &mut settings.retention;
            (rules.sessions, rules.invitations, rules.proposals) = (1, 2, 3);
            (rules.notices, rules.transfers, rules.tips) = (4, 5, 6);
        },
        ..Wish::default()
    })
    .await;
    assert_eq!(kit.get("public", "/api/v1/privacy/record").await.status, 401);
    let record = kit.get("alder-reader", "/api/v1/privacy/record").await.json();
    assert_eq!(
        (record["node"].as_str(), record["contact"].as_str()),
        (Some("Hub of the valley"), Some("privacy@hub.example"))
    );
    let rules = serde_json::json!({ "sessions": 1, "invitations": 2, "proposals": 3, "notices": 4, "transfers": 5, "reports": 6 });
    assert_eq!(record["retention"], rules);
    let kept = record["kept"].as_array().unwrap();
    assert_eq!(kept.len(), store::privacy::KEPT.len());
    for one in kept {
        for field in ["table", "data", "purpose", "kept", "erased"] {
            assert_ne!(one[field].as_str().unwrap_or_default(), "", "{one}");
        }
    }
}

#[tokio::test]
async fn the_record_of_processing_says_who_receives_data_as_the_node_is_set_up() {
    let kit = Kit::start().await;
    let record = async |who: &str| {
        let record = kit.get(who, "/api/v1/privacy/record").await.json();
        record["recipients"].as_array().unwrap().clone()
    };
    let categories = |recipients: &[Value]| -> Vec<String> {
        let all = recipients.iter();
        all.map(|one| one["category"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(categories(&record("alder-reader").await), ["members of communities"]);
    let wish = PeerWish {
        name: "birch-server".to_owned(),
        url: "https://taxii.birch.example/api/collections/1/".to_owned(),
        settings: serde_json::json!({}),
        member: kit.members["Birch"],
        community: None,
        interval_seconds: 600,
        enabled: true,
    };
    kit.node.peer_put(&kit.operator().await, wish).await.unwrap();
    let hook = r#"{"url":"https://hooks.example/x","kinds":["reminder"]}"#;
    let made = kit
        .ask("alder-coordinator", "POST", "/api/v1/webhooks", Some(hook))
        .await;
    assert_eq!(made.status, 201, "{}", made.text());
    let reader = kit.node.local_caller("birch-reader").await.unwrap().principal;
    let address = Some("reader@birch.example".to_owned());
    let put = kit
        .node
        .store()
        .addressee_put(&reader, reader.person.unwrap(), address, NoticeWish::Daily);
    put.await.unwrap();
    let all = [
        "members of communities",
        "servers that are pushed to",
        "addresses to which members have messages posted",
        "the mail server",
    ];
    let (told, all_told) = (record("alder-reader").await, record("operator").await);
    assert_eq!(categories(&told), all);
    assert_eq!(categories(&all_told), all);
    // Who they are, and where, is for operators; which addresses members have messages posted to is theirs alone.
    assert_eq!(all_told[1]["names"], serde_json::json!(["birch-server"]));
    for one in told.iter().chain(&all_told[2..]) {
        assert_eq!(
            (one["names"].to_string(), one["countries"].to_string()),
            ("[]".to_owned(), "[]".to_owned()),
            "{one}"
        );
    }
    let text = serde_json::to_string(&all_told).unwrap();
    assert!(!text.contains("hooks.example") && !text.contains("reader@"), "{text}");
}

#[tokio::test]
async fn a_person_takes_along_what_is_kept_of_them_and_nobody_else_learns_that_they_are_there() {
    let kit = Kit::start().await;
    kit.share("alder-contributor", "common", &[indicator(1, "one")]).await;
    let path = "/api/v1/people/alder-contributor/data";
    for reader in ["alder-contributor", "operator"] {
        let data = kit.get(reader, path).await;
        assert_eq!(data.status, 200, "{}", data.text());
        let kept = &data.json()["kept"];
        assert_eq!(kept["person"][0]["login"], "alder-contributor");
        assert_eq!(kept["transfer"].as_array().unwrap().len(), 1, "{kept}");
        assert!(!kept["credential"].as_array().unwrap().is_empty());
        let secret = kit.authorization("alder-contributor").unwrap();
        for word in ["argon2", "digest", secret.trim_start_matches("Bearer ")] {
            assert!(!data.text().contains(word), "{word}: {}", data.text());
        }
    }
    for other in ["alder-analyst", "birch-coordinator"] {
        let (of_one, of_nobody) = (
            kit.get(other, path).await,
            kit.get(other, "/api/v1/people/nobody/data").await,
        );
        assert_eq!((of_one.status, of_nobody.status), (404, 404));
        assert_eq!(of_one.json()["detail"], of_nobody.json()["detail"]);
    }
}

#[tokio::test]
async fn who_is_erased_signs_in_no_more_and_is_named_nowhere() {
    let kit = Kit::start().await;
    kit.share("birch-analyst", "common", &[indicator(1, "one")]).await;
    let notices = r#"{"email":"ana@birch.example","notices":"daily"}"#;
    let set = kit
        .ask("birch-analyst", "PUT", "/api/v1/me/notices", Some(notices))
        .await;
    assert_eq!(set.status, 200, "{}", set.text());
    let wish = r#"{"community":"common","question":"Who saw it?"}"#;
    let asked = kit.ask("birch-analyst", "POST", "/api/v1/requests", Some(wish)).await;
    assert_eq!(asked.status, 201, "{}", asked.text());
    let theirs = kit.session("birch-analyst").await.0;
    let operator = kit.session("operator").await.0;
    let path = "/api/v1/people/birch-analyst/erase";
    let other = in_session(&kit, &operator, "POST", path, Some(r#"{"login":"birch-reader"}"#)).await;
    assert_eq!(other.status, 422, "{}", other.text());
    assert_eq!(kit.get("birch-analyst", "/api/v1/me").await.status, 200);
    let erased = in_session(&kit, &operator, "POST", path, Some(r#"{"login":"birch-analyst"}"#)).await;
    assert_eq!(erased.status, 200, "{}", erased.text());
    let pseudonym = erased.json()["pseudonym"].as_str().unwrap().to_owned();
    assert_eq!(kit.get("birch-analyst", "/api/v1/me").await.status, 401);
    assert_eq!(in_session(&kit, &theirs, "GET", "/api/v1/me", None).await.status, 401);
    // What they did stays, and what is told of it names nobody.
    assert_eq!(
        kit.get("alder-reader", &format!("/api/v1/objects/{}", id("indicator", 1)))
            .await
            .status,
        200
    );
    for path in [
        "/api/v1/people".to_owned(),
        "/api/v1/people?member=Birch".to_owned(),
        format!("/api/v1/people/{pseudonym}/data"),
        "/api/v1/ledger/export".to_owned(),
        "/api/v1/requests?community=common".to_owned(),
    ] {
        for reader in ["operator", "birch-operator"] {
            let told = kit.get(reader, &path).await.text();
            for word in ["birch-analyst", "ana@birch.example"] {
                assert!(!told.contains(word), "{reader} reads {word} at {path}: {told}");
            }
        }
    }
    let data = kit
        .get("operator", &format!("/api/v1/people/{pseudonym}/data"))
        .await
        .json();
    assert_eq!(data["kept"]["transfer"].as_array().map(Vec::len), Some(1), "{data}");
    assert_eq!(data["kept"]["credential"], Value::Array(Vec::new()));
}

#[tokio::test]
async fn what_is_over_is_gone_from_what_is_told_of_a_person_once_its_days_have_passed() {
    let kit = Kit::start().await;
    kit.share("alder-contributor", "common", &[indicator(1, "one")]).await;
    kit.session("alder-contributor").await;
    let rows = async || {
        let data = kit
            .get("alder-contributor", "/api/v1/people/alder-contributor/data")
            .await;
        let kept = data.json()["kept"].clone();
        let count = |table: &str| kept[table].as_array().unwrap().len();
        (count("credential"), count("transfer"))
    };
    let day = 86_400;
    let (keys, transfers) = rows().await;
    assert_eq!(transfers, 1);
    let rules = kit.node.settings().retention;
    kit.pass_seconds(i64::from(rules.sessions) * day);
    kit.node.retention_run(kit.node.now()).await.unwrap();
    assert_eq!(rows().await, (keys, 1), "its day has not come");
    kit.pass_seconds(day);
    kit.node.retention_run(kit.node.now()).await.unwrap();
    assert_eq!(rows().await, (keys - 1, 1), "the session");
    kit.pass_seconds(i64::from(rules.transfers) * day);
    kit.node.retention_run(kit.node.now()).await.unwrap();
    assert_eq!(rows().await, (keys - 1, 0), "the transfer");
}
