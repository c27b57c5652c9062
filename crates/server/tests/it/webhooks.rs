//! Webhooks over HTTP: a coordinator's, with a secret that is shown once.

use super::kit::Kit;

#[tokio::test]
async fn a_coordinator_makes_changes_and_removes_a_webhook_whose_secret_is_shown_once() {
    let kit = Kit::start().await;
    let hooks = "/api/v1/webhooks";
    let wish = r#"{"url":"https://hooks.example/x","kinds":["reminder","object-added","reminder"]}"#;
    let made = kit.ask("alder-coordinator", "POST", hooks, Some(wish)).await;
    assert_eq!(made.status, 201, "{}", made.text());
    let made = made.json();
    let (id, secret) = (made["id"].as_str().unwrap(), made["secret"].as_str().unwrap());
    assert!(secret.starts_with("whsec_"));
    assert_eq!(made["kinds"], serde_json::json!(["object-added", "reminder"]));
    let one = format!("{hooks}/{id}");
    for path in [hooks, &one] {
        let shown = kit.get("alder-coordinator", path).await;
        assert!(
            shown.text().contains(id) && !shown.text().contains(secret),
            "{}",
            shown.text()
        );
    }
    let rotated = kit
        .ask(
            "alder-coordinator",
            "POST",
            &format!("{one}/secret"),
            Some(r#"{"keep_hours":1}"#),
        )
        .await;
    assert_eq!(rotated.status, 200, "{}", rotated.text());
    let rotated = rotated.json();
    assert!(rotated["secret"].as_str().unwrap().starts_with("whsec_") && rotated["secret"] != secret);
    assert!(rotated["secret_before_until"].is_string());
    let too_long = kit
        .ask(
            "alder-coordinator",
            "POST",
            &format!("{one}/secret"),
            Some(r#"{"keep_hours":169}"#),
        )
        .await;
    assert_eq!(too_long.status, 422, "{}", too_long.text());
    let tested = kit.ask("alder-coordinator", "POST", &format!("{one}/test"), None).await;
    assert_eq!(tested.status, 204, "{}", tested.text());
    let shown = kit.get("alder-coordinator", &one).await.json();
    assert_eq!(
        (&shown["waiting"], &shown["messages"][0]["kind"]),
        (&1.into(), &"test".into())
    );
    let off = kit
        .ask("alder-coordinator", "PATCH", &one, Some(r#"{"enabled":false}"#))
        .await;
    assert_eq!(off.json()["enabled"], false);
    let refused = kit.ask("alder-coordinator", "POST", &format!("{one}/test"), None).await;
    assert_eq!(refused.status, 409);
    // Others of the member may not, and another member's coordinator finds nothing.
    for who in ["alder-analyst", "alder-reader", "alder-analyst-read-only"] {
        assert_eq!(kit.get(who, &one).await.status, 403, "{who}");
    }
    for (method, path) in [
        ("GET", one.clone()),
        ("DELETE", one.clone()),
        ("POST", format!("{one}/test")),
        ("POST", format!("{one}/secret")),
    ] {
        let body = path.ends_with("/secret").then_some("{}");
        let answer = kit.ask("birch-coordinator", method, &path, body).await;
        assert_eq!(answer.status, 404, "{method} {path}");
    }
    assert_eq!(kit.ask("alder-coordinator", "DELETE", &one, None).await.status, 204);
    assert_eq!(kit.get("alder-coordinator", &one).await.status, 404);
    for bad in [
        r#"{"url":"http://hooks.example/"}"#,
        r#"{"url":"https://10.0.0.1/"}"#,
        r#"{"url":"https://hooks.example/","kinds":["everything"]}"#,
    ] {
        let answer = kit.ask("alder-coordinator", "POST", hooks, Some(bad)).await;
        assert_eq!(answer.status, 422, "{bad}: {}", answer.text());
    }
}
