//! MISP's interface, asked as PyMISP asks it: what is written through it is right for every other reader, and nobody
//! reads or changes by it what they could not otherwise. `.ci/misp_client.py` asks the same with PyMISP itself.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::kit::{Kit, id, indicator};
use super::misp_client::{event, post, text};

async fn refused(kit: &Kit, who: &str, path: &str, body: Value) -> u16 {
    super::misp_client::refused(kit, who, path, body).await.0
}

async fn view(kit: &Kit, who: &str, event: &Value) -> Value {
    post(
        kit,
        who,
        &format!("/events/view/{}", text(&event["uuid"])),
        json!({ "deleted": 1 }),
    )
    .await["Event"]
        .clone()
}

fn values(event: &Value) -> BTreeSet<String> {
    let inside = event["Object"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|object| object["Attribute"].as_array().unwrap());
    let all = event["Attribute"].as_array().unwrap().iter().chain(inside);
    all.map(|attribute| text(&attribute["value"]).to_owned()).collect()
}

#[tokio::test]
async fn a_key_is_taken_without_a_scheme_and_in_its_own_header() {
    let kit = Kit::start().await;
    let key = kit.authorization("alder-reader").unwrap().replace("Bearer ", "");
    for header in ["authorization", "x-misp-auth"] {
        let headers = [(header.to_owned(), key.clone())];
        let answer = kit.send("GET", "/users/view/me.json", &headers, None).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        assert_eq!(answer.json()["User"]["email"], "alder-reader");
        assert_eq!(answer.json()["Role"]["id"], "6");
    }
    let both = [
        ("authorization".to_owned(), key.clone()),
        ("x-misp-auth".to_owned(), key.clone()),
    ];
    assert_eq!(kit.send("GET", "/users/view/me", &both, None).await.status, 401);
    let elsewhere = [("authorization".to_owned(), key)];
    assert_eq!(
        kit.send("GET", "/api/v1/communities", &elsewhere, None).await.status,
        401,
        "only MISP's paths"
    );
}

#[tokio::test]
async fn an_event_that_is_written_is_stix_for_everybody_else() {
    let kit = Kit::start().await;
    let written = json!({ "info": "Two servers", "distribution": "1", "Tag": [{ "name": "tlp:green" }], "Attribute": [
        { "type": "domain", "value": "first.example", "comment": "first" },
        { "type": "comment", "value": "for whoever reads" } ] });
    let made = event(&kit, "alder-contributor", written).await;
    let objects = kit
        .get("birch-reader", "/commonwatch/collections/common/objects/")
        .await
        .json();
    let objects = objects["objects"].as_array().unwrap();
    let of = |kind: &str| {
        objects
            .iter()
            .find(|object| object["type"] == kind)
            .unwrap_or_else(|| panic!("no {kind}"))
    };
    assert_eq!(of("indicator")["pattern"], "[domain-name:value = 'first.example']");
    assert_eq!(of("indicator")["description"], "first");
    let group = of("grouping");
    assert_eq!(group["id"], format!("grouping--{}", text(&made["uuid"])));
    let names = |id: &str| group["object_refs"].as_array().unwrap().iter().any(|one| one == id);
    assert!(names(text(&of("indicator")["id"])) && names(text(&of("x-misp-attribute")["id"])));
    // Published, it is a report, and the grouping is gone.
    post(
        &kit,
        "alder-contributor",
        &format!("/attributes/add/{}", text(&made["id"])),
        json!({ "type": "domain", "value": "later.example" }),
    )
    .await;
    kit.ask(
        "alder-analyst",
        "POST",
        &format!("/events/publish/{}", text(&made["id"])),
        None,
    )
    .await;
    let objects = kit
        .get("birch-reader", "/commonwatch/collections/common/objects/")
        .await
        .json();
    let objects = objects["objects"].as_array().unwrap();
    let report = objects
        .iter()
        .find(|object| object["type"] == "report")
        .expect("a report");
    let later = objects
        .iter()
        .find(|one| one["pattern"] == "[domain-name:value = 'later.example']")
        .expect("the later one");
    assert!(
        report["object_refs"].as_array().unwrap().contains(&later["id"]),
        "{report}"
    );
    assert!(
        !objects
            .iter()
            .any(|object| object["id"] == format!("grouping--{}", text(&made["uuid"])))
    );
}

#[tokio::test]
async fn what_others_share_without_misp_is_an_event_here() {
    let kit = Kit::start().await;
    kit.share("alder-contributor", "common", &[indicator(1, "Seen elsewhere")])
        .await;
    let found = post(
        &kit,
        "birch-reader",
        "/attributes/restSearch",
        json!({ "value": "192.0.2.1" }),
    )
    .await;
    let found = found["response"]["Attribute"].as_array().unwrap().clone();
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(
        (text(&found[0]["type"]), found[0]["to_ids"].clone()),
        ("ip-dst", json!(true))
    );
    let event = kit
        .get("birch-reader", &format!("/events/view/{}", text(&found[0]["event_id"])))
        .await
        .json();
    assert_eq!(event["Event"]["Orgc"]["name"], "Alder");
    assert_eq!(event["Event"]["distribution"], "1");
    // And it goes with what it stands for.
    let path = format!("/commonwatch/collections/common/objects/{}/", id("indicator", 1));
    assert_eq!(kit.ask("alder-analyst", "DELETE", &path, None).await.status, 200);
    let found = post(
        &kit,
        "birch-reader",
        "/attributes/restSearch",
        json!({ "value": "192.0.2.1" }),
    )
    .await;
    assert_eq!(found["response"]["Attribute"], json!([]));
}

#[tokio::test]
async fn distribution_is_who_reads_it() {
    let kit = Kit::start().await;
    let own = event(
        &kit,
        "alder-contributor",
        json!({ "info": "Own", "distribution": "0",
        "Attribute": [{ "type": "domain", "value": "own.example" }] }),
    )
    .await;
    let mixed = event(
        &kit,
        "alder-contributor",
        json!({ "info": "Mixed", "distribution": "3", "Attribute": [
        { "type": "domain", "value": "wide.example" },
        { "type": "domain", "value": "narrow.example", "distribution": "0" } ] }),
    )
    .await;
    let path = |event: &Value| format!("/events/view/{}", text(&event["uuid"]));
    assert_eq!(kit.get("birch-analyst", &path(&own)).await.status, 404);
    assert_eq!(kit.get("birch-analyst", "/events/view/77").await.status, 404);
    assert_eq!(values(&view(&kit, "alder-reader", &mixed).await).len(), 2);
    let theirs = view(&kit, "birch-analyst", &mixed).await;
    assert_eq!(values(&theirs), BTreeSet::from(["wide.example".to_owned()]));
    assert_eq!(
        (text(&theirs["distribution"]), text(&theirs["attribute_count"])),
        ("3", "1")
    );
    let stix = kit
        .get("birch-analyst", "/commonwatch/collections/all/objects/")
        .await
        .text();
    assert!(stix.contains("wide.example") && !stix.contains("narrow.example") && !stix.contains("own.example"));
    // Cedar is in no community, Elder in another.
    for who in ["cedar-analyst", "elder-analyst"] {
        let found = post(&kit, who, "/attributes/restSearch", json!({ "value": "%.example" })).await;
        let found = found["response"]["Attribute"].as_array().unwrap().len();
        assert!(found <= usize::from(who == "cedar-analyst"), "{who} found {found}");
    }
}

#[tokio::test]
async fn what_is_narrowed_later_is_gone_for_the_others() {
    let kit = Kit::start().await;
    let made = event(
        &kit,
        "alder-analyst",
        json!({ "info": "Narrowed", "distribution": "1",
        "Attribute": [{ "type": "ip-dst", "value": "198.51.100.9" }] }),
    )
    .await;
    assert_eq!(values(&view(&kit, "birch-reader", &made).await).len(), 1);
    let attribute = text(&made["Attribute"][0]["id"]).to_owned();
    post(
        &kit,
        "alder-analyst",
        &format!("/attributes/edit/{attribute}"),
        json!({ "distribution": "0" }),
    )
    .await;
    assert!(values(&view(&kit, "birch-reader", &made).await).is_empty());
    let stix = kit
        .get("birch-reader", "/commonwatch/collections/all/objects/")
        .await
        .text();
    assert!(!stix.contains("198.51.100.9"), "{stix}");
    assert_eq!(values(&view(&kit, "alder-reader", &made).await).len(), 1);
    // And no wider than its event.
    let own = event(
        &kit,
        "alder-analyst",
        json!({ "info": "Own", "distribution": "0",
        "Attribute": [{ "type": "ip-dst", "value": "198.51.100.10" }] }),
    )
    .await;
    let attribute = text(&own["Attribute"][0]["id"]).to_owned();
    refused(
        &kit,
        "alder-analyst",
        &format!("/attributes/edit/{attribute}"),
        json!({ "distribution": "3" }),
    )
    .await;
    let group = kit.communities["grove"].0.to_string();
    let wish = json!({ "distribution": "4", "sharing_group_id": group });
    refused(&kit, "alder-analyst", &format!("/attributes/edit/{attribute}"), wish).await;
}

#[tokio::test]
async fn a_sharing_group_is_known_to_those_in_it() {
    let kit = Kit::start().await;
    let group = kit.communities["grove"].0.to_string();
    let wish = json!({ "info": "In the grove", "distribution": "4", "sharing_group_id": group });
    let made = event(&kit, "alder-contributor", wish).await;
    assert_eq!(
        (text(&made["distribution"]), text(&made["sharing_group_id"])),
        ("4", group.as_str())
    );
    assert_eq!(
        kit.get("birch-analyst", &format!("/events/view/{}", text(&made["id"])))
            .await
            .status,
        404
    );
    assert_eq!(
        kit.get("birch-analyst", &format!("/sharing_groups/view/{group}"))
            .await
            .status,
        404
    );
    let listed = kit.get("birch-analyst", "/sharing_groups/index").await.text();
    assert!(
        !listed.contains(&kit.communities["grove"].0.to_string()) || !listed.contains("grove"),
        "{listed}"
    );
    let wish = json!({ "info": "Not theirs", "distribution": "4", "sharing_group_id": group });
    refused(&kit, "birch-analyst", "/events/add", wish).await;
}

#[tokio::test]
async fn nobody_changes_the_event_of_another_member() {
    let kit = Kit::start().await;
    let made = event(
        &kit,
        "alder-contributor",
        json!({ "info": "Alder's", "distribution": "1",
        "Attribute": [{ "type": "domain", "value": "theirs.example" }] }),
    )
    .await;
    let (event_id, attribute) = (
        text(&made["id"]).to_owned(),
        text(&made["Attribute"][0]["id"]).to_owned(),
    );
    let birch = event(
        &kit,
        "birch-contributor",
        json!({ "info": "Birch's", "distribution": "1" }),
    )
    .await;
    for who in ["birch-operator", "birch-coordinator", "operator"] {
        for (path, body) in [
            (format!("/events/edit/{event_id}"), json!({ "info": "Taken" })),
            (format!("/events/delete/{event_id}"), json!({})),
            (format!("/events/publish/{event_id}"), json!({})),
            (
                format!("/attributes/add/{event_id}"),
                json!({ "type": "domain", "value": "x.example" }),
            ),
            (format!("/attributes/edit/{attribute}"), json!({ "value": "x.example" })),
            (format!("/attributes/delete/{attribute}/1"), json!({})),
            (
                "/tags/attachTagToObject".to_owned(),
                json!({ "uuid": made["uuid"], "tag": "tlp:clear" }),
            ),
        ] {
            refused(&kit, who, &path, body).await;
        }
    }
    // Authorised on one's own event, another's attribute is not moved along.
    let wish =
        json!({ "Attribute": [{ "uuid": made["Attribute"][0]["uuid"], "type": "domain", "value": "moved.example" }] });
    let path = format!("/events/edit/{}", text(&birch["id"]));
    let _ = kit.ask("birch-analyst", "POST", &path, Some(&wish.to_string())).await;
    let kept = view(&kit, "alder-reader", &made).await;
    assert_eq!(values(&kept), BTreeSet::from(["theirs.example".to_owned()]));
    assert_eq!(text(&kept["info"]), "Alder's");
    assert_eq!(text(&view(&kit, "birch-reader", &made).await["info"]), "Alder's");
}

#[tokio::test]
async fn what_is_deleted_can_be_restored_and_what_is_deleted_for_good_is_gone() {
    let kit = Kit::start().await;
    let made = event(&kit, "alder-analyst", json!({ "info": "Deleting", "distribution": "1",
        "Attribute": [{ "type": "ip-dst", "value": "198.51.100.20" }, { "type": "ip-dst", "value": "198.51.100.21" }] })).await;
    let number = text(&made["Attribute"][0]["id"]).to_owned();
    kit.ask("alder-analyst", "POST", &format!("/attributes/delete/{number}"), None)
        .await;
    let shown = kit
        .get("birch-reader", &format!("/events/view/{}", text(&made["id"])))
        .await
        .json();
    assert_eq!(values(&shown["Event"]), BTreeSet::from(["198.51.100.21".to_owned()]));
    let deleted = view(&kit, "birch-reader", &made).await;
    assert_eq!(values(&deleted).len(), 2);
    post(
        &kit,
        "alder-analyst",
        &format!("/attributes/restore/{number}"),
        json!({}),
    )
    .await;
    let shown = kit
        .get("birch-reader", &format!("/events/view/{}", text(&made["id"])))
        .await
        .json();
    assert_eq!(values(&shown["Event"]).len(), 2);
    kit.ask("alder-analyst", "POST", &format!("/attributes/delete/{number}/1"), None)
        .await;
    assert_eq!(
        values(&view(&kit, "birch-reader", &made).await),
        BTreeSet::from(["198.51.100.21".to_owned()])
    );
    let stix = kit
        .get("birch-reader", "/commonwatch/collections/all/objects/")
        .await
        .text();
    assert!(
        !stix.contains("198.51.100.20") && stix.contains("198.51.100.21"),
        "{stix}"
    );
    // The whole event: nothing of it is left for anybody.
    let path = format!("/events/delete/{}", text(&made["id"]));
    assert_eq!(kit.ask("alder-analyst", "POST", &path, None).await.status, 200);
    let stix = kit
        .get("alder-reader", "/commonwatch/collections/all/objects/")
        .await
        .text();
    assert!(!stix.contains("198.51.100.21") && !stix.contains("Deleting"), "{stix}");
}

#[tokio::test]
async fn an_edit_with_something_that_cannot_be_shared_changes_nothing() {
    let kit = Kit::start().await;
    let one = json!({ "type": "domain", "value": "one.example", "comment": "before" });
    let made = event(
        &kit,
        "alder-contributor",
        json!({ "info": "Whole", "distribution": "1", "Attribute": [one] }),
    )
    .await;
    let edit = json!({ "Attribute": [
        { "uuid": made["Attribute"][0]["uuid"], "comment": "after" },
        { "type": "domain", "value": "two.example" },
        { "type": "domain" },
    ] });
    let path = format!("/events/edit/{}", text(&made["id"]));
    refused(&kit, "alder-contributor", &path, edit).await;
    let shown = view(&kit, "alder-contributor", &made).await;
    let attributes = shown["Attribute"].as_array().unwrap();
    assert_eq!((attributes.len(), text(&attributes[0]["comment"])), (1, "before"));
}

#[tokio::test]
async fn two_changes_within_a_second_are_both_kept() {
    let kit = Kit::start().await;
    let made = event(
        &kit,
        "alder-contributor",
        json!({ "info": "Quick", "distribution": "1", "date": "2020-01-01",
        "Attribute": [{ "type": "ip-dst", "value": "198.51.100.30" }] }),
    )
    .await;
    let path = format!("/attributes/edit/{}", text(&made["Attribute"][0]["id"]));
    for comment in ["one", "two", "three"] {
        let edited = post(&kit, "alder-contributor", &path, json!({ "comment": comment })).await;
        assert_eq!(edited["Attribute"]["comment"], comment);
    }
    // A new date does not make the next version of an element another object.
    post(
        &kit,
        "alder-contributor",
        &format!("/events/edit/{}", text(&made["id"])),
        json!({ "date": "2021-05-05" }),
    )
    .await;
    let edited = post(
        &kit,
        "alder-contributor",
        &path,
        json!({ "to_ids": false, "comment": "four" }),
    )
    .await;
    assert_eq!(
        (
            edited["Attribute"]["comment"].clone(),
            edited["Attribute"]["to_ids"].clone()
        ),
        (json!("four"), json!(false))
    );
    let shown = view(&kit, "birch-reader", &made).await;
    assert_eq!(
        (shown["Attribute"].as_array().unwrap().len(), text(&shown["date"])),
        (1, "2021-05-05")
    );
    let stix = kit
        .get("birch-reader", "/commonwatch/collections/common/objects/")
        .await
        .json();
    let kinds: Vec<&str> = stix["objects"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| text(&one["type"]))
        .collect();
    assert!(
        !kinds.contains(&"indicator"),
        "what is not for detection is no indicator: {kinds:?}"
    );
}

#[tokio::test]
async fn deep_pages_hold_what_shallow_ones_would() {
    let kit = Kit::start().await;
    let attributes: Vec<Value> = (0..40)
        .map(|number| json!({ "type": "domain", "value": format!("host{number}.example") }))
        .collect();
    event(
        &kit,
        "alder-contributor",
        json!({ "info": "Many", "distribution": "1", "Attribute": attributes }),
    )
    .await;
    let page = async |page: usize, limit: usize| {
        let wish = json!({ "type": "domain", "limit": limit, "page": page });
        let found = post(&kit, "birch-reader", "/attributes/restSearch", wish).await;
        let found = found["response"]["Attribute"].as_array().unwrap().clone();
        found
            .iter()
            .map(|one| text(&one["value"]).to_owned())
            .collect::<Vec<_>>()
    };
    let all = page(1, 100).await;
    assert_eq!(all.len(), 40);
    // First the last page, which nobody asked for before; then all in turn.
    assert_eq!(page(6, 7).await, all[35..]);
    let mut turned = Vec::new();
    for number in 1..=6 {
        turned.extend(page(number, 7).await);
    }
    assert_eq!(turned, all);
    assert!(page(7, 7).await.is_empty());
}

#[tokio::test]
async fn a_proposal_is_for_the_one_who_made_the_event_to_take() {
    let kit = Kit::start().await;
    let made = event(
        &kit,
        "alder-analyst",
        json!({ "info": "Open to proposals", "distribution": "1",
        "Attribute": [{ "type": "domain", "value": "old.example" }] }),
    )
    .await;
    let attribute = text(&made["Attribute"][0]["id"]).to_owned();
    let wish = json!({ "value": "new.example" });
    let proposal = post(
        &kit,
        "birch-contributor",
        &format!("/shadowAttributes/edit/{attribute}"),
        wish,
    )
    .await;
    let number = text(&proposal["ShadowAttribute"]["id"]).to_owned();
    refused(
        &kit,
        "birch-analyst",
        &format!("/shadowAttributes/accept/{number}"),
        json!({}),
    )
    .await;
    assert_eq!(
        values(&view(&kit, "birch-reader", &made).await),
        BTreeSet::from(["old.example".to_owned()])
    );
    post(
        &kit,
        "alder-analyst",
        &format!("/shadowAttributes/accept/{number}"),
        json!({}),
    )
    .await;
    assert_eq!(
        values(&view(&kit, "birch-reader", &made).await),
        BTreeSet::from(["new.example".to_owned()])
    );
    let left = kit
        .get(
            "alder-analyst",
            &format!("/shadowAttributes/index/{}", text(&made["id"])),
        )
        .await
        .json();
    assert_eq!(left, json!([]));
}

#[tokio::test]
async fn who_was_given_an_event_is_on_record() {
    let kit = Kit::start().await;
    let made = event(
        &kit,
        "alder-analyst",
        json!({ "info": "Given", "distribution": "1",
        "Attribute": [{ "type": "domain", "value": "given.example" }] }),
    )
    .await;
    let shown =
        r#"{"disclosure":[{"received":"name","opened":"name","acknowledged":"name","acted":"name","saw":"name"}]}"#;
    assert_eq!(
        kit.ask("birch-analyst", "PUT", "/api/v1/disclosure", Some(shown))
            .await
            .status,
        200
    );
    let indicator = format!("indicator--{}", text(&made["Attribute"][0]["uuid"]));
    let given = async || {
        kit.get("alder-analyst", &format!("/api/v1/objects/{indicator}/receipts"))
            .await
            .json()
    };
    let before = given().await;
    view(&kit, "birch-reader", &made).await;
    let after = given().await;
    assert_eq!(
        (&before["received"]["named"], &after["received"]["named"][0]["member"]),
        (&json!([]), &json!("Birch"))
    );
    let ledger = kit.get("birch-analyst", "/api/v1/receipts?limit=1000").await.text();
    assert!(ledger.contains("misp"), "{ledger}");
}

#[tokio::test]
async fn bodies_that_make_no_sense_are_refused_and_not_a_fault() {
    let kit = Kit::start().await;
    let made = event(&kit, "alder-analyst", json!({ "info": "Sound", "distribution": "1" })).await;
    let id = text(&made["id"]).to_owned();
    for path in [
        "/events/add",
        "/attributes/restSearch",
        "/events/restSearch",
        "/tags/add",
        "/sightings/add",
        "/objectReferences/add",
        "/admin/users/add",
        "/sharing_groups/add",
        "/events/filterEventIdsForPush",
    ]
    .map(str::to_owned)
    .into_iter()
    .chain(
        [
            "attributes/add",
            "objects/add",
            "eventReports/add",
            "shadowAttributes/add",
            "events/edit",
        ]
        .map(|path| format!("/{path}/{id}")),
    ) {
        for body in [
            "",
            "{",
            "[]",
            "7",
            "null",
            "{\"Event\":7}",
            "[1,2]",
            "{\"distribution\":\"9\",\"info\":\"x\"}",
            "{\"Attribute\":[{}]}",
            "{\"type\":[],\"value\":{}}",
            "{\"tags\":{\"XOR\":[1]}}",
            "{\"limit\":\"many\"}",
            "{\"timestamp\":\"yesterday\"}",
            "{\"uuid\":\"%\"}",
        ] {
            let answer = kit.ask("alder-operator", "POST", &path, Some(body)).await;
            assert!(
                answer.status < 500,
                "{path} {body}: {} {}",
                answer.status,
                answer.text()
            );
        }
    }
}

/// Every real event there is goes in and comes out with the same content. Needs COMMONWATCH_DATA.
#[tokio::test]
async fn real_events_come_back_as_they_were_written() {
    let Some(data) = std::env::var_os("COMMONWATCH_DATA") else {
        println!("skipped: COMMONWATCH_DATA does not name the folder of real data");
        return;
    };
    let kit = Kit::start().await;
    let folder = std::path::Path::new(&data).join("sharing/eset-malware-ioc");
    let mut files: Vec<_> = walk(&folder);
    files.sort();
    let (mut events, mut attributes) = (0, 0);
    for file in files {
        let Ok(whole) = serde_json::from_slice::<Value>(&std::fs::read(&file).unwrap()) else {
            continue;
        };
        for mut event in events_in(whole) {
            event["distribution"] = json!("1");
            let original = said(&event);
            let made = self::event(&kit, "alder-analyst", json!({ "Event": event })).await;
            let shown = view(&kit, "birch-reader", &made).await;
            assert_eq!(said(&shown), original, "{}", file.display());
            events += 1;
            attributes += original.len();
        }
    }
    assert!(
        events >= 20 && attributes > 1_000,
        "{events} events, {attributes} attributes"
    );
}

/// The events of a file: one, a list, or the answer of a search.
fn events_in(whole: Value) -> Vec<Value> {
    match whole {
        Value::Array(list) => list.into_iter().flat_map(events_in).collect(),
        Value::Object(mut fields) => match (fields.remove("Event"), fields.remove("response")) {
            (Some(event), _) => vec![event],
            (None, Some(list)) => events_in(list),
            (None, None) => Vec::new(),
        },
        _ => Vec::new(),
    }
}

fn walk(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        match entry.path() {
            path if path.is_dir() => found.extend(walk(&path)),
            path => found.extend(path.extension().is_some_and(|ending| ending == "json").then_some(path)),
        }
    }
    found
}

/// What an event says, whatever the order, the numbers of its instance and its distribution.
fn said(event: &Value) -> BTreeSet<String> {
    let tags = |value: &Value| -> BTreeSet<String> {
        let tags = value["Tag"].as_array().cloned().unwrap_or_default();
        tags.iter().map(|tag| text(&tag["name"]).to_owned()).collect()
    };
    let attribute = |around: &str, one: &Value| {
        let truth = one["to_ids"] == true || one["to_ids"] == "1";
        format!(
            "{around} {} {} {} {} {truth} {} {} {:?} {}",
            one["uuid"],
            one["type"],
            one["category"],
            one["value"],
            one["comment"].as_str().unwrap_or_default(),
            one["object_relation"].as_str().unwrap_or_default(),
            tags(one),
            one["timestamp"]
        )
    };
    let mut said = BTreeSet::from([format!(
        "{} {} {} {} {:?} {}",
        event["info"],
        event["date"],
        event["threat_level_id"],
        event["analysis"],
        tags(event),
        event["Orgc"]["uuid"]
    )]);
    for one in event["Attribute"].as_array().into_iter().flatten() {
        said.insert(attribute("", one));
    }
    for object in event["Object"].as_array().into_iter().flatten() {
        let uuid = text(&object["uuid"]);
        said.insert(format!("{uuid} {} {}", object["name"], object["meta-category"]));
        for one in object["Attribute"].as_array().into_iter().flatten() {
            said.insert(attribute(uuid, one));
        }
        for reference in object["ObjectReference"].as_array().into_iter().flatten() {
            said.insert(format!(
                "{uuid} {} {}",
                reference["referenced_uuid"], reference["relationship_type"]
            ));
        }
    }
    said
}

#[tokio::test]
async fn nobody_takes_the_place_of_anothers_things_by_their_uuid() {
    let kit = Kit::start().await;
    let made = event(
        &kit,
        "alder-analyst",
        json!({ "info": "Alder's", "distribution": "1",
        "Attribute": [{ "type": "domain", "value": "theirs.example" }] }),
    )
    .await;
    let uuid = made["Attribute"][0]["uuid"].clone();
    let sighting = post(
        &kit,
        "alder-analyst",
        &format!("/sightings/add/{}", text(&made["Attribute"][0]["id"])),
        json!({}),
    )
    .await;
    // In an object of an event of their own, and as a report of the same UUID.
    event(&kit, "birch-contributor", json!({ "info": "Birch's", "distribution": "1", "Object": [{ "name": "file",
        "meta-category": "file", "Attribute": [{ "uuid": uuid, "type": "domain", "object_relation": "x", "value": "taken.example", "to_ids": false }] }] })).await;
    let report = format!(
        r#"{{"type":"report","spec_version":"2.1","id":"report--{}","created":"2026-11-24T00:00:00.000Z","modified":"2026-11-30T00:00:00.000Z","name":"Taken","published":"2026-11-24T00:00:00Z","object_refs":["malware--00000000-0000-4000-8000-00000000000a"]}}"#,
        text(&made["uuid"])
    );
    kit.share("birch-contributor", "common", &[report]).await;
    let taken = json!({ "uuid": sighting["Sighting"]["uuid"], "type": "1" });
    refused(
        &kit,
        "birch-contributor",
        &format!("/sightings/add/{}", text(&made["Attribute"][0]["id"])),
        taken,
    )
    .await;
    for who in ["alder-reader", "birch-reader"] {
        let shown = view(&kit, who, &made).await;
        assert_eq!(values(&shown), BTreeSet::from(["theirs.example".to_owned()]), "{who}");
        assert_eq!(
            (text(&shown["info"]), shown["published"].clone()),
            ("Alder's", json!(false)),
            "{who}"
        );
    }
    let path = format!("/attributes/edit/{}", text(&uuid));
    let edited = post(&kit, "alder-contributor", &path, json!({ "comment": "still ours" })).await;
    assert_eq!(edited["Attribute"]["comment"], "still ours");
}

#[tokio::test]
async fn what_is_narrow_inside_narrows_all_of_it() {
    let kit = Kit::start().await;
    let made = event(
        &kit,
        "alder-analyst",
        json!({ "info": "Inside", "distribution": "1",
        "EventReport": [{ "name": "internal", "content": "secretreport", "distribution": "0" }] }),
    )
    .await;
    let secret = json!({ "name": "file", "meta-category": "file", "Attribute": [
        { "type": "filename", "object_relation": "filename", "value": "secretname", "distribution": "0" }] });
    post(
        &kit,
        "alder-analyst",
        &format!("/objects/add/{}", text(&made["id"])),
        secret,
    )
    .await;
    let open = json!({ "name": "file", "meta-category": "file", "Attribute": [
        { "type": "filename", "object_relation": "filename", "value": "laternarrow" }] });
    let open = post(
        &kit,
        "alder-analyst",
        &format!("/objects/add/{}", text(&made["id"])),
        open,
    )
    .await;
    assert!(
        view(&kit, "birch-reader", &made)
            .await
            .to_string()
            .contains("laternarrow")
    );
    let inside = text(&open["Object"]["Attribute"][0]["id"]).to_owned();
    post(
        &kit,
        "alder-analyst",
        &format!("/attributes/edit/{inside}"),
        json!({ "distribution": "0" }),
    )
    .await;
    let note = json!({ "note": "secretnote", "distribution": "0" });
    post(
        &kit,
        "alder-analyst",
        &format!("/analystData/add/Note/{}/Event", text(&made["uuid"])),
        note,
    )
    .await;
    let theirs = view(&kit, "birch-reader", &made).await.to_string();
    let stix = kit
        .get(
            "birch-reader",
            "/commonwatch/collections/all/objects/?match[version]=all",
        )
        .await
        .text();
    for word in ["secretreport", "secretname", "laternarrow", "secretnote"] {
        assert!(!theirs.contains(word) && !stix.contains(word), "{word}");
        assert!(
            view(&kit, "alder-reader", &made).await.to_string().contains(word),
            "{word}"
        );
    }
}

#[tokio::test]
async fn an_event_keeps_its_readers_and_may_get_more() {
    let kit = Kit::start().await;
    let wide = event(&kit, "alder-analyst", json!({ "info": "Wide", "distribution": "1" })).await;
    refused(
        &kit,
        "alder-analyst",
        &format!("/events/edit/{}", text(&wide["id"])),
        json!({ "distribution": "0" }),
    )
    .await;
    let own = event(
        &kit,
        "alder-contributor",
        json!({ "info": "Own at first", "distribution": "0",
        "Attribute": [{ "type": "domain", "value": "first.example" }] }),
    )
    .await;
    let path = format!("/events/edit/{}", text(&own["id"]));
    let widened = post(&kit, "alder-contributor", &path, json!({ "distribution": "1" })).await;
    assert_eq!(text(&widened["Event"]["distribution"]), "1");
    assert_eq!(
        values(&view(&kit, "birch-reader", &own).await),
        BTreeSet::from(["first.example".to_owned()])
    );
    // A sharing group's event is tagged and published where it is.
    let group = kit.communities["grove"].0.to_string();
    let made = event(
        &kit,
        "alder-analyst",
        json!({ "info": "Group", "distribution": "4", "sharing_group_id": group,
        "Attribute": [{ "type": "domain", "value": "group.example" }] }),
    )
    .await;
    post(
        &kit,
        "alder-analyst",
        "/tags/attachTagToObject",
        json!({ "uuid": made["uuid"], "tag": "tlp:amber" }),
    )
    .await;
    post(
        &kit,
        "alder-analyst",
        &format!("/events/publish/{}", text(&made["id"])),
        json!({}),
    )
    .await;
    let shown = view(&kit, "alder-reader", &made).await;
    assert_eq!(
        (text(&shown["distribution"]), text(&shown["sharing_group_id"])),
        ("4", group.as_str())
    );
    assert_eq!((shown["published"].clone(), values(&shown).len()), (json!(true), 1));
    assert_eq!(
        kit.get("birch-reader", &format!("/events/view/{}", text(&made["uuid"])))
            .await
            .status,
        404
    );
}

#[tokio::test]
async fn an_edit_keeps_the_marking_that_no_tag_says() {
    let kit = Kit::start().await;
    let file = json!({ "Event": { "info": "By file", "uuid": "4c1e8f7a-0b7e-4a52-9d0e-0c9b3a4d5e6f", "date": "2026-11-20",
        "Attribute": [{ "type": "domain", "value": "strict.example", "to_ids": true,
            "uuid": "4c1e8f7a-0b7e-4a52-9d0e-0c9b3a4d5e70" }] } });
    let answer = kit
        .ask(
            "alder-contributor",
            "POST",
            "/api/v1/share?community=common&tlp=amber%2Bstrict&pap=red",
            Some(&file.to_string()),
        )
        .await;
    assert_eq!(answer.json()["refused"], 0, "{}", answer.text());
    let path = "/attributes/edit/4c1e8f7a-0b7e-4a52-9d0e-0c9b3a4d5e70";
    post(&kit, "alder-contributor", path, json!({ "comment": "edited" })).await;
    let id = "indicator--4c1e8f7a-0b7e-4a52-9d0e-0c9b3a4d5e70";
    let shown = kit.get("alder-reader", &format!("/api/v1/objects/{id}")).await.json();
    let newest = shown["versions"]
        .as_array()
        .map_or_else(|| shown.clone(), |versions| versions[0].clone());
    let text = newest.to_string().to_uppercase();
    assert!(text.contains("AMBER+STRICT") && text.contains("EDITED"), "{shown}");
}

#[tokio::test]
async fn what_was_shared_without_a_name_is_not_changed_under_one() {
    let kit = Kit::start().await;
    let body = format!("{{\"objects\":[{}]}}", indicator(3, "Nobody's"));
    let answer = kit
        .ask(
            "elder-analyst",
            "POST",
            "/api/v1/share?community=hidden&tlp=green&withheld=true",
            Some(&body),
        )
        .await;
    assert_eq!(answer.json()["accepted"], 1, "{}", answer.text());
    let found = post(
        &kit,
        "elder-analyst",
        "/attributes/restSearch",
        json!({ "value": "192.0.2.3" }),
    )
    .await;
    let number = text(&found["response"]["Attribute"][0]["id"]).to_owned();
    for (path, body) in [
        (format!("/attributes/edit/{number}"), json!({ "comment": "x" })),
        (format!("/attributes/addTag/{number}/x"), json!({})),
        (format!("/attributes/delete/{number}"), json!({})),
    ] {
        let answer = kit.ask("elder-analyst", "POST", &path, Some(&body.to_string())).await;
        assert_eq!(answer.status, 403, "{path}: {}", answer.text());
    }
}

#[tokio::test]
async fn what_is_refused_changes_nothing() {
    let kit = Kit::start().await;
    let made = event(&kit, "alder-analyst", json!({ "info": "Careful", "distribution": "1", "Attribute": [
        { "type": "domain", "value": "gone.example", "deleted": "1" }, { "type": "domain", "value": "there.example" }] })).await;
    let whole = view(&kit, "alder-analyst", &made).await;
    let gone = whole["Attribute"]
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["value"] == "gone.example")
        .unwrap();
    refused(
        &kit,
        "alder-analyst",
        &format!("/attributes/restore/{}", text(&gone["id"])),
        json!({}),
    )
    .await;
    let opinion = json!({ "opinion": "80", "comment": "c" });
    let path = format!("/analystData/add/Opinion/{}/Event", text(&made["uuid"]));
    let opinion = post(&kit, "alder-analyst", &path, opinion).await;
    let path = format!("/analystData/edit/Opinion/{}", text(&opinion["Opinion"]["id"]));
    refused(&kit, "alder-analyst", &path, json!({ "opinion": "500" })).await;
    let edited = post(&kit, "alder-analyst", &path, json!({ "opinion": "20" })).await;
    assert_eq!(edited["Opinion"]["opinion"], "20");
    // An attribute for a group that the event does not go to is for its own member, and the event is whole.
    let group = kit.communities["grove"].0.to_string();
    let mixed = event(
        &kit,
        "alder-analyst",
        json!({ "info": "Mixed", "distribution": "1", "Attribute": [
        { "type": "domain", "value": "a.example" },
        { "type": "domain", "value": "b.example", "distribution": "4", "sharing_group_id": group }] }),
    )
    .await;
    assert_eq!(values(&view(&kit, "alder-reader", &mixed).await).len(), 2);
    assert_eq!(
        values(&view(&kit, "birch-reader", &mixed).await),
        BTreeSet::from(["a.example".to_owned()])
    );
    assert_eq!(
        view(&kit, "alder-reader", &made).await["Attribute"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
}

#[tokio::test]
async fn a_search_without_a_limit_is_whole() {
    let kit = Kit::start().await;
    let attributes: Vec<Value> = (0..2_100)
        .map(|number| json!({ "type": "text", "value": format!("value {number}") }))
        .collect();
    event(
        &kit,
        "alder-contributor",
        json!({ "info": "Long", "distribution": "1", "Attribute": attributes }),
    )
    .await;
    let found = post(
        &kit,
        "birch-reader",
        "/attributes/restSearch",
        json!({ "type": "text" }),
    )
    .await;
    let found = found["response"]["Attribute"].as_array().unwrap().clone();
    let different: BTreeSet<&str> = found.iter().map(|one| text(&one["value"])).collect();
    assert_eq!((found.len(), different.len()), (2_100, 2_100));
}

#[tokio::test]
async fn an_event_that_is_offered_is_published_by_the_other_under_its_own_name() {
    let kit = Kit::start().await;
    let file = json!({ "name": "file", "meta-category": "file", "uuid": "5c9a3b2e-0c1d-4f6a-8a55-000000000003",
        "Attribute": [{ "type": "filename", "object_relation": "filename", "value": "a.exe" }] });
    let made = event(
        &kit,
        "alder-contributor",
        json!({ "info": "For others to say", "distribution": "0", "Tag": [{ "name": "tlp:amber" }],
        "Attribute": [{ "type": "domain", "value": "offered.example" }], "Object": [file] }),
    )
    .await;
    let birch = kit.members["Birch"].0.to_string();
    let path = format!("/eventDelegations/delegateEvent/{}", text(&made["id"]));
    // Nobody offers what is another's, nor to whom it belongs, nor to nobody.
    assert_eq!(
        refused(&kit, "birch-contributor", &path, json!({ "org_id": birch })).await,
        404
    );
    let alder = kit.members["Alder"].0.to_string();
    refused(&kit, "alder-contributor", &path, json!({ "org_id": alder })).await;
    refused(&kit, "alder-contributor", &path, json!({ "org_id": "9999" })).await;
    refused(
        &kit,
        "alder-contributor",
        &path,
        json!({ "org_id": birch, "distribution": "9" }),
    )
    .await;
    assert_eq!(
        kit.get("birch-reader", &format!("/events/view/{}", text(&made["id"])))
            .await
            .status,
        404
    );
    let wish = json!({ "org_id": birch, "distribution": 1, "message": "please" });
    let offer = post(&kit, "alder-contributor", &path, wish).await["EventDelegation"].clone();
    assert_eq!(
        (text(&offer["org_id"]), text(&offer["message"])),
        (birch.as_str(), "please")
    );
    // The other sees it, and who has nothing to do with it neither sees nor takes it.
    assert_eq!(values(&view(&kit, "birch-reader", &made).await).len(), 2);
    let listed = kit.get("birch-reader", "/eventDelegations").await.json();
    assert_eq!(listed[0]["EventDelegation"], offer);
    assert_eq!(kit.get("elder-analyst", "/eventDelegations").await.json(), json!([]));
    let take = format!("/eventDelegations/acceptDelegation/{}", text(&offer["id"]));
    let end = format!("/eventDelegations/deleteDelegation/{}", text(&offer["id"]));
    for who in ["elder-analyst", "alder-contributor"] {
        refused(&kit, who, &take, json!({})).await;
    }
    assert_eq!(refused(&kit, "elder-analyst", &end, json!({})).await, 404);
    refused(&kit, "birch-reader", &take, json!({})).await;
    let taken = post(&kit, "birch-contributor", &take, json!({})).await;
    let theirs = kit
        .get("birch-reader", &format!("/events/view/{}", text(&taken["id"])))
        .await
        .json()["Event"]
        .clone();
    assert_eq!(
        (text(&theirs["orgc_id"]), text(&theirs["distribution"])),
        (birch.as_str(), "1")
    );
    assert_eq!(values(&theirs), values(&made));
    assert_ne!(theirs["uuid"], made["uuid"]);
    assert_ne!(theirs["Object"][0]["uuid"], made["Object"][0]["uuid"]);
    assert_eq!(theirs["Tag"][0]["name"], "tlp:amber");
    // It is an event like others, and the offer is over.
    assert_eq!(values(&view(&kit, "alder-reader", &theirs).await).len(), 2);
    assert_eq!(refused(&kit, "birch-contributor", &take, json!({})).await, 404);
    assert_eq!(view(&kit, "alder-reader", &made).await["info"], "For others to say");
    // What others see already is not offered.
    let wide = event(
        &kit,
        "alder-contributor",
        json!({ "info": "Wide", "distribution": "1" }),
    )
    .await;
    let path = format!("/eventDelegations/delegateEvent/{}", text(&wide["id"]));
    refused(&kit, "alder-contributor", &path, json!({ "org_id": birch })).await;
    // An offer that is ended cannot be taken.
    let again = event(
        &kit,
        "alder-contributor",
        json!({ "info": "Again", "distribution": "0" }),
    )
    .await;
    let path = format!("/eventDelegations/delegateEvent/{}", text(&again["id"]));
    let offer = post(
        &kit,
        "alder-contributor",
        &path,
        json!({ "org_id": birch, "distribution": -1 }),
    )
    .await;
    let number = text(&offer["EventDelegation"]["id"]).to_owned();
    post(
        &kit,
        "birch-contributor",
        &format!("/eventDelegations/deleteDelegation/{number}"),
        json!({}),
    )
    .await;
    let take = format!("/eventDelegations/acceptDelegation/{number}");
    assert_eq!(refused(&kit, "birch-contributor", &take, json!({})).await, 404);
}

#[tokio::test]
async fn blocked_events_are_not_taken_in() {
    let kit = Kit::start().await;
    let uuid = "5c9a3b2e-0c1d-4f6a-8a55-000000000077";
    let wish = json!({ "uuids": [uuid, "no uuid"], "comment": "false", "event_info": "Wrong" });
    refused(&kit, "alder-coordinator", "/eventBlocklists/add", wish.clone()).await;
    let added = post(&kit, "operator", "/eventBlocklists/add", wish).await;
    assert_eq!(added["result"], json!({ "successes": [uuid], "fails": ["no uuid"] }));
    refused(&kit, "operator", "/eventBlocklists/add", json!({ "uuids": "x" })).await;
    let blocked = json!({ "info": "Wrong", "uuid": uuid });
    let answer = kit
        .ask("alder-contributor", "POST", "/events/add", Some(&blocked.to_string()))
        .await;
    assert!(
        answer.status == 400 || answer.status == 403 || answer.status == 422,
        "{}",
        answer.text()
    );
    assert_eq!(answer.json()["message"], "Event blocked by event blocklist.");
    let path = format!("/eventBlocklists/edit/{uuid}");
    post(&kit, "operator", &path, json!({ "comment": "better" })).await;
    let listed = kit.get("operator", "/eventBlocklists/index").await.json();
    let one = &listed[0]["EventBlocklist"];
    assert_eq!((text(&one["comment"]), text(&one["event_info"])), ("better", "Wrong"));
    post(
        &kit,
        "operator",
        &format!("/eventBlocklists/delete/{}", text(&one["id"])),
        json!({}),
    )
    .await;
    refused(&kit, "operator", &format!("/eventBlocklists/delete/{uuid}"), json!({})).await;
    event(&kit, "alder-contributor", blocked).await;
}

#[tokio::test]
async fn settings_of_clients_are_ones_own() {
    let kit = Kit::start().await;
    let set = json!({ "setting": "homepage", "value": { "path": "/events" } });
    let kept = post(&kit, "alder-reader", "/userSettings/setSetting", set).await["UserSetting"].clone();
    assert_eq!(
        (text(&kept["setting"]), &kept["value"]),
        ("homepage", &json!({ "path": "/events" }))
    );
    post(
        &kit,
        "alder-reader",
        "/userSettings/setSetting",
        json!({ "setting": "n", "value": "0" }),
    )
    .await;
    let me = kit.get("alder-reader", "/users/view/me").await.json();
    assert_eq!(
        me["UserSetting"],
        json!({ "homepage": { "path": "/events" }, "n": "0" })
    );
    let wanted = json!({ "setting": "homepage" });
    assert_eq!(
        post(&kit, "alder-reader", "/userSettings/getSetting", wanted.clone()).await["UserSetting"],
        kept
    );
    assert_eq!(
        refused(&kit, "alder-analyst", "/userSettings/getSetting", wanted.clone()).await,
        404
    );
    let theirs = json!({ "setting": "homepage", "user_id": kept["user_id"] });
    for who in ["operator", "alder-coordinator"] {
        for path in ["getSetting", "delete"] {
            assert_eq!(
                refused(&kit, who, &format!("/userSettings/{path}"), theirs.clone()).await,
                404
            );
        }
    }
    post(&kit, "alder-reader", "/userSettings/delete", wanted.clone()).await;
    assert_eq!(refused(&kit, "alder-reader", "/userSettings/delete", wanted).await, 404);
    refused(
        &kit,
        "alder-reader",
        "/userSettings/setSetting",
        json!({ "setting": "x", "value": "y".repeat(70_000) }),
    )
    .await;
    refused(
        &kit,
        "alder-reader",
        "/userSettings/setSetting",
        json!({ "setting": "x" }),
    )
    .await;
}

#[tokio::test]
async fn a_page_that_is_found_by_counts_holds_what_a_walk_finds() {
    let kit = Kit::start().await;
    let attributes: Vec<Value> = (0..4_200)
        .map(|number| json!({ "type": "text", "value": format!("value {number}") }))
        .collect();
    event(
        &kit,
        "alder-contributor",
        json!({ "info": "Long", "distribution": "1", "Attribute": attributes }),
    )
    .await;
    let page = async |number: usize, limit: usize| {
        let wish = json!({ "limit": limit, "page": number });
        let found = post(&kit, "birch-reader", "/attributes/restSearch", wish).await;
        let found = found["response"]["Attribute"].as_array().unwrap().clone();
        let id = |one: &Value| text(&one["id"]).parse::<i64>().unwrap();
        found.iter().map(id).collect::<Vec<_>>()
    };
    kit.node.misp_count_steps().await.unwrap();
    let all = page(1, 10_000).await;
    assert_eq!(all.len(), 4_200);
    assert_eq!(
        page(42, 100).await,
        all[4_100..],
        "nobody asked for a page before this one"
    );
    assert_eq!(page(43, 97).await, all[42 * 97..43 * 97]);
    assert!(page(43, 100).await.is_empty());
    // One is deleted and one changed: those after them move up by one.
    let (first, second) = (all[10], all[20]);
    post(&kit, "alder-analyst", &format!("/attributes/delete/{first}"), json!({})).await;
    let changes = json!({ "comment": "changed" });
    post(&kit, "alder-analyst", &format!("/attributes/edit/{second}"), changes).await;
    let left: Vec<i64> = all.iter().copied().filter(|id| *id != first).collect();
    assert_eq!(page(60, 70).await, left[59 * 70..], "what changed is walked");
    kit.node.misp_count_steps().await.unwrap();
    assert_eq!(page(61, 68).await, left[60 * 68..61 * 68]);
}

#[tokio::test]
async fn a_list_of_events_is_the_same_in_pages_and_whole() {
    let kit = Kit::start().await;
    let mut made = Vec::new();
    for number in 0..5 {
        let wish = json!({ "info": format!("Event {number}"), "distribution": "1",
            "extends_uuid": made.first().map(|first: &Value| first["uuid"].clone()),
            "Attribute": [{ "type": "domain", "value": format!("host{number}.example") }] });
        made.push(event(&kit, "alder-contributor", wish).await);
    }
    let list = async |wish: Value| {
        let found = post(&kit, "birch-reader", "/events/index", wish).await;
        let id = |one: &Value| text(&one["id"]).to_owned();
        found.as_array().unwrap().iter().map(id).collect::<Vec<_>>()
    };
    let whole = list(json!({})).await;
    assert_eq!(whole.len(), 5);
    assert_eq!(list(json!({ "minimal": true })).await, whole);
    assert_eq!(list(json!({ "limit": 2_000 })).await, whole);
    assert_eq!(list(json!({ "limit": 2, "page": 2 })).await, whole[2..4]);
    assert!(list(json!({ "limit": 2_000, "page": 2 })).await.is_empty());
    let extended = post(
        &kit,
        "birch-reader",
        &format!("/events/view/{}", text(&made[0]["uuid"])),
        json!({ "extended": true }),
    )
    .await;
    assert_eq!(
        values(&extended["Event"]).len(),
        5,
        "its own and those of the four that extend it"
    );
}
