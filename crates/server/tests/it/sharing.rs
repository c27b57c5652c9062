//! Sharing and taking back over TAXII.

use serde_json::Value;

use super::kit::{Kit, id, indicator, malware};

const OBJECTS: &str = "/commonwatch/collections/common/objects/";

#[tokio::test]
async fn a_partly_broken_envelope_keeps_the_good_objects_and_names_the_others() {
    let kit = Kit::start().await;
    let objects = [
        indicator(1, "Good"),
        r#"{"type":"indicator","spec_version":"2.1","id":"indicator--00000000-0000-4000-8000-0000000000aa","created":"2024-01-01T00:00:00.000Z","modified":"2024-01-01T00:00:00.000Z"}"#.to_owned(),
        indicator(2, "Good too"),
        r#"{"type":"malware","id":"indicator--00000000-0000-4000-8000-0000000000bb"}"#.to_owned(),
        "7".to_owned(),
    ];
    let status = kit.share("alder-contributor", "common", &objects).await;
    assert_eq!(status["status"], "complete");
    let counts =
        ["total_count", "success_count", "failure_count", "pending_count"].map(|name| status[name].as_u64().unwrap());
    assert_eq!(counts, [5, 2, 3, 0]);
    assert_eq!(status["successes"][0]["id"], id("indicator", 1));
    assert_eq!(status["successes"][0]["version"], "2024-01-01T00:00:00.000Z");
    let failures = status["failures"].as_array().unwrap();
    assert_eq!(failures[0]["id"], "indicator--00000000-0000-4000-8000-0000000000aa");
    for failure in failures {
        assert!(
            failure["message"]
                .as_str()
                .is_some_and(|message| message.contains("$.objects[")),
            "{failure}"
        );
        assert!(
            failure["version"]
                .as_str()
                .is_some_and(|version| version.ends_with('Z')),
            "{failure}"
        );
    }
    assert!(status.get("pendings").is_none());
    assert_eq!(
        kit.get("birch-reader", OBJECTS).await.ids(),
        [id("indicator", 1), id("indicator", 2)]
    );
}

#[tokio::test]
async fn a_status_is_kept_for_the_member_that_made_the_request() {
    let kit = Kit::start().await;
    let made = kit
        .share("alder-contributor", "common", &[indicator(1, "Kept"), "{}".to_owned()])
        .await;
    let path = format!("/commonwatch/status/{}/", made["id"].as_str().unwrap());
    let kept = kit.get("alder-contributor", &path).await;
    assert_eq!((kept.status, kept.json()), (200, made.clone()));
    assert_eq!(
        kit.get("alder-contributor", path.trim_end_matches('/')).await.json(),
        made
    );
    let nowhere = kit
        .get(
            "birch-operator",
            "/commonwatch/status/00000000-0000-4000-8000-000000000000/",
        )
        .await;
    for other in ["birch-contributor", "birch-operator", "operator", "cedar-analyst"] {
        let answer = kit.get(other, &path).await;
        assert_eq!((answer.status, &answer.body), (404, &nowhere.body), "{other}");
    }
}

#[tokio::test]
async fn the_same_envelope_twice_changes_nothing_and_is_a_success() {
    let kit = Kit::start().await;
    let objects = [indicator(1, "Twice"), malware(1, "2024-01-01T00:00:00.000Z")];
    kit.share("alder-contributor", "common", &objects).await;
    let before = kit.get("birch-reader", OBJECTS).await;
    let again = kit.share("alder-contributor", "common", &objects).await;
    assert_eq!(
        (&again["success_count"], &again["failure_count"]),
        (&Value::from(2), &Value::from(0))
    );
    assert!(
        again["successes"][0]["message"]
            .as_str()
            .is_some_and(|message| message.contains("already"))
    );
    assert_eq!(kit.get("birch-reader", OBJECTS).await.raw.len(), before.raw.len());
    assert_eq!(kit.get("birch-reader", OBJECTS).await.body, before.body);
}

#[tokio::test]
async fn one_version_has_one_content() {
    let kit = Kit::start().await;
    kit.share("alder-contributor", "common", &[indicator(1, "First content")])
        .await;
    let status = kit
        .share("alder-contributor", "common", &[indicator(1, "Other content")])
        .await;
    assert_eq!(status["failure_count"], 1, "{status}");
    assert!(kit.get("birch-reader", OBJECTS).await.text().contains("First content"));
}

#[tokio::test]
async fn what_is_no_envelope_is_refused_whole() {
    let kit = Kit::start().await;
    for (body, status) in [
        ("", 400),
        ("{", 400),
        ("nonsense", 400),
        ("{\"objects\":[{}", 400),
        ("null", 422),
        ("[]", 422),
        ("{}", 422),
        ("{\"objects\":null}", 422),
        ("{\"objects\":{}}", 422),
        ("{\"objects\":\"x\"}", 422),
        ("{\"objects\":[]}", 422),
        ("{\"items\":[{}]}", 422),
    ] {
        let answer = kit.ask("alder-contributor", "POST", OBJECTS, Some(body)).await;
        assert_eq!(answer.status, status, "{body}: {}", answer.text());
        assert_eq!(answer.json()["http_status"], status.to_string());
    }
}

#[tokio::test]
async fn deep_nesting_is_one_refused_object() {
    let kit = Kit::start().await;
    let deep = format!(
        "{{\"type\":\"x-deep\",\"id\":\"{}\",\"a\":{}{}}}",
        id("x-deep", 1),
        "[".repeat(50_000),
        "]".repeat(50_000)
    );
    let status = kit
        .share("alder-contributor", "common", &[deep, indicator(1, "Beside it")])
        .await;
    assert_eq!(
        (&status["success_count"], &status["failure_count"]),
        (&Value::from(1), &Value::from(1))
    );
}

#[tokio::test]
async fn a_member_takes_back_its_own_object_whole() {
    let kit = Kit::start().await;
    kit.share(
        "alder-contributor",
        "common",
        &["2024-01-01", "2024-02-01"].map(|day| malware(1, &format!("{day}T00:00:00.000Z"))),
    )
    .await;
    let path = format!("{OBJECTS}{}/", id("malware", 1));
    let gone = kit.ask("alder-analyst", "DELETE", &path, None).await;
    assert_eq!((gone.status, gone.body.len()), (200, 0), "{}", gone.text());
    for (who, what) in [
        ("alder-analyst", path.as_str()),
        ("birch-reader", &path),
        ("birch-reader", &format!("{path}versions/")),
    ] {
        assert_eq!(kit.get(who, what).await.status, 404, "{what}");
    }
    assert!(kit.get("birch-reader", OBJECTS).await.ids().is_empty());
    assert_eq!(kit.ask("alder-analyst", "DELETE", &path, None).await.status, 404);
}

#[tokio::test]
async fn a_member_takes_back_one_version() {
    let kit = Kit::start().await;
    let versions = [
        "2024-01-01T00:00:00.000Z",
        "2024-02-01T00:00:00.000Z",
        "2024-03-01T00:00:00.000Z",
    ];
    kit.share("alder-contributor", "common", &versions.map(|at| malware(1, at)))
        .await;
    let path = format!("{OBJECTS}{}/", id("malware", 1));
    for (filter, left) in [("last", &versions[..2]), ("2024-01-01T00:00:00Z", &versions[1..2])] {
        let gone = kit
            .ask(
                "alder-analyst",
                "DELETE",
                &format!("{path}?match[version]={filter}"),
                None,
            )
            .await;
        assert_eq!(gone.status, 200, "{}", gone.text());
        let answer = kit.get("birch-reader", &format!("{path}versions/")).await.json();
        assert_eq!(answer["versions"].as_array().unwrap(), left);
    }
}

#[tokio::test]
async fn taking_back_leaves_what_another_member_contributed() {
    let kit = Kit::start().await;
    let shared = [indicator(1, "Known to both")];
    kit.share("alder-contributor", "common", &shared).await;
    kit.share("birch-contributor", "common", &shared).await;
    let path = format!("{OBJECTS}{}/", id("indicator", 1));
    assert_eq!(kit.ask("alder-analyst", "DELETE", &path, None).await.status, 200);
    assert_eq!(kit.get("alder-reader", &path).await.status, 200);
    assert_eq!(kit.ask("alder-analyst", "DELETE", &path, None).await.status, 403);
    assert_eq!(kit.ask("birch-analyst", "DELETE", &path, None).await.status, 200);
    assert_eq!(kit.get("alder-reader", &path).await.status, 404);
}

#[tokio::test]
async fn what_does_not_exist_and_what_is_not_yours_have_the_same_bytes() {
    let kit = Kit::start().await;
    kit.share("birch-contributor", "wood", &[indicator(1, "Birch only")])
        .await;
    let wood = kit.get("birch-reader", "/commonwatch/collections/wood/").await.json()["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let indicator = id("indicator", 1);
    for (method, rest) in [
        ("GET", ""),
        ("GET", "/objects/"),
        ("GET", "/manifest/"),
        ("GET", &format!("/objects/{indicator}/")),
        ("GET", &format!("/objects/{indicator}/versions/")),
        ("POST", "/objects/"),
        ("DELETE", &format!("/objects/{indicator}/")),
    ] {
        let body = (method == "POST").then_some("nonsense");
        let mut seen = Vec::new();
        for collection in [wood.as_str(), "wood", "00000000-0000-4000-8000-000000000000", "nowhere"] {
            let answer = kit
                .ask(
                    "alder-analyst",
                    method,
                    &format!("/commonwatch/collections/{collection}{rest}"),
                    body,
                )
                .await;
            let headers: Vec<_> = answer
                .headers
                .into_iter()
                .filter(|(name, _)| name != "x-request-id" && name != "date")
                .collect();
            seen.push((answer.status, headers, answer.body));
        }
        assert_eq!(seen[0].0, 404);
        assert!(seen.iter().all(|one| *one == seen[0]), "{method} {rest}: {seen:?}");
    }
    let hidden = kit.get("alder-analyst", &format!("{OBJECTS}{indicator}/")).await;
    let absent = kit
        .get("alder-analyst", &format!("{OBJECTS}{}/", id("indicator", 999)))
        .await;
    assert_eq!((hidden.status, hidden.body), (404, absent.body));
}
