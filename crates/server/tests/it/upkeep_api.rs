//! The public face and upkeep, as programs and people without a browser do it.

use serde_json::json;

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
