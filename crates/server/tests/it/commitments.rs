//! Commitments over the API: asked, listed, kept; and the calendar, for who signs in and for programs that cannot.

use serde_json::json;

use super::kit::{Answer, Kit, id, indicator};

const PATH: &str = "/api/v1/commitments";

async fn shared() -> Kit {
    let kit = Kit::start().await;
    let objects = [indicator(1, "everybody's"), indicator(2, "alder's own")];
    kit.share("alder-contributor", "common", &objects[..1]).await;
    kit.share("alder-contributor", "grove", &objects[1..]).await;
    kit
}

async fn ask(kit: &Kit, who: &str, more: serde_json::Value) -> Answer {
    let mut body = json!({
        "kind": "act", "subject": id("indicator", 1), "members": ["Birch"], "because": "charter",
        "clock": "10 working days, Europe/Madrid",
    });
    for (name, value) in more.as_object().unwrap() {
        body[name] = value.clone();
    }
    kit.ask(who, "POST", PATH, Some(&body.to_string())).await
}

async fn made(kit: &Kit) -> String {
    let answer = ask(kit, "alder-analyst", json!({})).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    answer.json()["made"][0].as_str().unwrap().to_owned()
}

async fn post(kit: &Kit, who: &str, uuid: &str, verb: &str, body: &str) -> Answer {
    kit.ask(who, "POST", &format!("{PATH}/{uuid}/{verb}"), Some(body)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_asked_is_listed_on_both_sides_and_kept_with_evidence() {
    let kit = shared().await;
    let uuid = made(&kit).await;
    let owes = kit.get("birch-reader", PATH).await.json();
    let one = &owes["commitments"][0];
    assert_eq!(
        (&one["id"], &one["owed_by"], &one["owed_to"]),
        (&json!(uuid), &json!("Birch"), &json!("Alder"))
    );
    assert_eq!((&one["title"], &one["state"]), (&json!("everybody's"), &json!("open")));
    assert_eq!(
        (&one["runs"], &one["due"]),
        (
            &json!("10 working days, Europe/Madrid"),
            &json!("2026-12-07T22:59:59.999999Z")
        )
    );
    assert_eq!(kit.get("alder-reader", PATH).await.json()["commitments"], json!([]));
    let owed = kit
        .get("alder-reader", &format!("{PATH}?side=owed&kind=act"))
        .await
        .json();
    assert_eq!(owed["commitments"][0]["id"], json!(uuid));
    let evidence = r#"{"evidence":"blocked"}"#;
    assert_eq!(post(&kit, "birch-reader", &uuid, "keep", evidence).await.status, 403);
    assert_eq!(post(&kit, "birch-contributor", &uuid, "keep", "{}").await.status, 422);
    let kept = post(&kit, "birch-contributor", &uuid, "keep", evidence).await;
    assert_eq!(
        (kept.status, &kept.json()["state"]),
        (200, &json!("kept")),
        "{}",
        kept.text()
    );
    assert_eq!(
        post(&kit, "birch-contributor", &uuid, "keep", evidence).await.status,
        409
    );
    let shown = kit.get("alder-reader", &format!("{PATH}/{uuid}")).await.json();
    let what = shown["history"]
        .as_array()
        .unwrap()
        .iter()
        .map(|step| step["what"].as_str().unwrap())
        .collect::<Vec<_>>();
    assert_eq!((what, &shown["evidence"]), (vec!["made", "kept"], &json!("blocked")));
    assert_eq!(kit.get("birch-reader", PATH).await.json()["commitments"], json!([]));
    let all = kit.get("birch-reader", &format!("{PATH}?state=all")).await.json();
    assert_eq!(all["commitments"].as_array().unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_it_is_not_for_gets_the_bytes_of_what_is_not_there() {
    let kit = shared().await;
    let uuid = made(&kit).await;
    let nothing = "00000000-0000-4000-8000-000000000000";
    let same = |one: &Answer, other: &Answer| {
        assert_eq!((one.status, one.text()), (404, other.text()));
        assert_eq!(other.status, 404);
    };
    let of = |uuid: &str| format!("{PATH}/{uuid}");
    same(
        &kit.get("elder-analyst", &of(&uuid)).await,
        &kit.get("elder-analyst", &of(nothing)).await,
    );
    same(
        &kit.get("elder-analyst", &of(&uuid)).await,
        &kit.get("elder-analyst", &of("nonsense")).await,
    );
    for (verb, body) in [
        ("keep", "{}"),
        ("not-needed", r#"{"reason":"x"}"#),
        ("withdraw", r#"{"reason":"x"}"#),
        ("delegate", "{}"),
        ("extend", r#"{"due":"2027-01-01T00:00:00Z"}"#),
    ] {
        let theirs = post(&kit, "elder-analyst", &uuid, verb, body).await;
        same(&theirs, &post(&kit, "elder-analyst", nothing, verb, body).await);
    }
    // The same for an item that one does not see.
    let hidden = ask(&kit, "birch-analyst", json!({ "subject": id("indicator", 2) })).await;
    same(
        &hidden,
        &ask(&kit, "birch-analyst", json!({ "subject": id("indicator", 99) })).await,
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_other_side_gives_more_time_and_gives_it_up() {
    let kit = shared().await;
    let uuid = made(&kit).await;
    let later = r#"{"due":"2027-01-01T00:00:00+01:00","reason":"holidays"}"#;
    assert_eq!(post(&kit, "birch-analyst", &uuid, "extend", later).await.status, 403);
    let extended = post(&kit, "alder-analyst", &uuid, "extend", later).await.json();
    assert_eq!(extended["due"], "2026-12-31T23:00:00.000000Z");
    let delegated = post(&kit, "birch-analyst", &uuid, "delegate", r#"{"person":"birch-reader"}"#).await;
    assert_eq!(delegated.json()["person"], "birch-reader", "{}", delegated.text());
    let mine = kit.get("birch-reader", &format!("{PATH}?mine=true")).await.json();
    assert_eq!(mine["commitments"].as_array().unwrap().len(), 1);
    assert!(
        kit.get("alder-reader", &format!("{PATH}/{uuid}"))
            .await
            .json()
            .get("person")
            .is_none()
    );
    let withdrawn = post(&kit, "alder-analyst", &uuid, "withdraw", r#"{"reason":"recalled"}"#)
        .await
        .json();
    assert_eq!(
        (&withdrawn["state"], &withdrawn["reason"]),
        (&json!("withdrawn"), &json!("recalled"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_calendar_program_reads_what_is_due_at_an_address_and_nothing_else() {
    let kit = shared().await;
    let uuid = made(&kit).await;
    let made = kit.ask("birch-reader", "POST", "/api/v1/calendar", None).await;
    assert_eq!(made.status, 201, "{}", made.text());
    let path = made.json()["path"].as_str().unwrap().to_owned();
    let read = kit.get("public", &path).await;
    assert_eq!(read.header("content-type"), Some("text/calendar; charset=utf-8"));
    let text = read.text();
    assert!(
        text.contains(&format!("UID:{uuid}@commonwatch")) && text.contains("DTSTART:20261207T225959Z"),
        "{text}"
    );
    assert!(!text.contains("everybody's") && !text.contains("charter"), "{text}");
    let own = kit.get("birch-reader", "/api/v1/commitments.ics").await;
    assert_eq!(own.text().matches("UID:").count(), 1);
    // Its secret opens nothing else, and no key opens it.
    let secret = path.rsplit('/').next().unwrap().trim_end_matches(".ics");
    let bearer = [("Authorization".to_owned(), format!("Bearer {secret}"))];
    assert_eq!(kit.send("GET", "/api/v1/me", &bearer, None).await.status, 401);
    let key = kit.authorization("birch-reader").unwrap().replace("Bearer ", "");
    assert_eq!(
        kit.get("birch-reader", &format!("/api/v1/calendar/{key}")).await.status,
        401
    );
    // It is listed among the keys, and ends like one.
    let keys = kit.get("birch-reader", "/api/v1/keys").await.json();
    assert_eq!(
        (&keys["keys"][0]["kind"], &keys["keys"][0]["read_only"]),
        (&json!("calendar-feed"), &json!(true))
    );
    let end = format!("/api/v1/keys/{}", made.json()["id"]);
    assert_eq!(kit.ask("birch-reader", "DELETE", &end, None).await.status, 204);
    assert_eq!(kit.get("public", &path).await.status, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn people_say_where_they_are_told_things() {
    let kit = Kit::start().await;
    let path = "/api/v1/me/notices";
    assert_eq!(
        kit.get("alder-reader", path).await.json(),
        json!({ "notices": "at-once" })
    );
    let body = r#"{"email":"ada@alder.example","notices":"daily"}"#;
    let set = kit.ask("alder-reader", "PUT", path, Some(body)).await.json();
    assert_eq!(set, json!({ "email": "ada@alder.example", "notices": "daily" }));
    for (body, code) in [
        (r#"{"email":"x\r\nBcc: y@z.example"}"#, "bad-address"),
        (r#"{"notices":"hourly"}"#, "bad-notices"),
    ] {
        let refused = kit.ask("alder-reader", "PUT", path, Some(body)).await;
        assert!(refused.text().contains(code), "{}", refused.text());
    }
    assert_eq!(
        kit.ask("alder-analyst-read-only", "PUT", path, Some(body)).await.status,
        403
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_used_is_refused_by_name() {
    let kit = shared().await;
    for (more, code) in [
        (json!({ "kind": "pray" }), "bad-kind"),
        (json!({ "clock": "soon" }), "bad-clock"),
        (
            json!({ "clock": { "count": 1, "unit": "days", "at": "same-time", "zone": "Europe/Atlantis" } }),
            "bad-clock",
        ),
        (json!({ "clock": "by 2020-01-01" }), "overdue-at-once"),
        (
            json!({ "escalation": [{ "when": "soon", "to": "person" }] }),
            "bad-escalation",
        ),
        (json!({ "members": [] }), "bad-members"),
        (json!({ "community": "common" }), "bad-members"),
        (json!({ "because": "" }), "bad-text"),
        (json!({ "members": ["Dogwood"] }), "cannot-be-asked"),
        // Whom one does not know is not there.
        (json!({ "members": ["Elder"] }), "not-found"),
        (json!({ "surprise": 1 }), "bad-json"),
    ] {
        let refused = ask(&kit, "alder-analyst", more.clone()).await;
        assert!(
            (400..500).contains(&refused.status) && refused.text().contains(code),
            "{more}: {}",
            refused.text()
        );
    }
    for query in ["?side=both", "?state=lost", "?cursor=1", "?overdue=yes", "?surprise=1"] {
        assert_eq!(
            kit.get("alder-reader", &format!("{PATH}{query}")).await.status,
            400,
            "{query}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_goes_on_by_its_cursor() {
    let kit = shared().await;
    for days in 1..=7 {
        let clock = json!({ "clock": format!("{} days", 1 + days % 3) });
        assert_eq!(ask(&kit, "alder-analyst", clock).await.status, 201);
    }
    let (mut seen, mut path) = (std::collections::BTreeSet::new(), format!("{PATH}?limit=2"));
    loop {
        let page = kit.get("birch-reader", &path).await.json();
        for one in page["commitments"].as_array().unwrap() {
            assert!(seen.insert(one["id"].as_str().unwrap().to_owned()));
        }
        let Some(next) = page["next"].as_str() else { break };
        path = format!("{PATH}?limit=2&cursor={next}");
    }
    assert_eq!(seen.len(), 7);
}
