//! The public face and upkeep, as programs and people without a browser do it.

use serde_json::json;

use super::browser::Browser;
use super::kit::{Kit, Wish};

#[tokio::test]
async fn what_is_public_is_chosen_by_operators() {
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

    assert_eq!(kit.ask("operator", "DELETE", site, None).await.status, 204);
    assert_eq!(kit.get("public", "/advice").await.status, 404);
}

#[tokio::test]
async fn settings_are_chosen_by_operators_who_showed_that_it_is_them_and_the_ledger_says_so() {
    let kit = Kit::start().await;
    let path = "/api/v1/settings";
    let before = kit.get("operator", path).await.json();
    assert_eq!(before["chosen"], false, "{before}");
    let mut wish = before["settings"].clone();
    wish["title"] = json!("River watch");
    wish["contact"] = json!("watch@river.example");
    wish["retention"]["reports"] = json!(30);
    let body = wish.to_string();
    let entries = kit.node.checkpoint().await.unwrap().unverified().size;
    let chosen = kit.ask("operator", "PUT", path, Some(&body)).await;
    assert_eq!(chosen.status, 200, "{}", chosen.text());
    assert_eq!(chosen.json(), json!({ "settings": wish, "chosen": true }));
    assert_eq!(kit.get("operator", path).await.json(), chosen.json());
    let discovery = kit.get("operator", "/taxii2/").await.json();
    assert_eq!(
        (&discovery["title"], &discovery["contact"]),
        (&wish["title"], &wish["contact"])
    );
    assert!(kit.node.checkpoint().await.unwrap().unverified().size > entries);

    let wrong: [(&str, serde_json::Value); 5] = [
        ("title", json!(" ")),
        ("description", json!("two\nlines")),
        ("contact_months", json!(0)),
        ("retention", json!({})),
        ("pages", json!(true)),
    ];
    for (name, value) in wrong {
        let mut wrong = wish.clone();
        wrong[name] = value;
        let refused = kit.ask("operator", "PUT", path, Some(&wrong.to_string())).await;
        assert_eq!(refused.status, 422, "{name}: {}", refused.text());
    }
    for (method, body) in [("GET", None), ("PUT", Some(&*body)), ("DELETE", None)] {
        let refused = kit.ask("alder-coordinator", method, path, body).await;
        assert_eq!(refused.status, 403, "{method}");
    }
    // A session in which it was not shown lately who it is reads them, and changes none.
    let operator = Browser::of(&kit, "birch-operator").await;
    operator.forget_proof("birch-operator").await;
    let headers =
        [("Authorization", format!("Bearer {}", operator.token()))].map(|(name, value)| (name.to_owned(), value));
    assert_eq!(kit.send("GET", path, &headers, None).await.status, 200);
    for (method, body) in [("PUT", Some(body.as_bytes())), ("DELETE", None)] {
        let refused = kit.send(method, path, &headers, body).await;
        assert_eq!(
            (refused.status, &refused.json()["code"]),
            (403, &json!("step-up-needed")),
            "{method}"
        );
    }
    assert_eq!(kit.ask("operator", "DELETE", path, None).await.status, 204);
    assert_eq!(kit.get("operator", path).await.json(), before);
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
