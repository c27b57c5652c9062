//! Answers that MISP's clients look into: what PyMISP's own tests expect of a MISP server, in words of our own.

use serde_json::{Value, json};

use super::kit::Kit;
use super::misp_client::{event, post, refused, text, view};

fn domain(value: &str) -> Value {
    json!({ "type": "domain", "value": value })
}

async fn search(kit: &Kit, who: &str, what: &str, wish: Value) -> Value {
    post(kit, who, &format!("/{what}/restSearch"), wish).await["response"].clone()
}

fn values(attributes: &Value) -> Vec<&str> {
    let list = attributes.as_array().unwrap().iter();
    list.map(|one| text(&one["value"])).collect()
}

#[tokio::test]
async fn refusals_have_the_words_that_clients_compare() {
    let kit = Kit::start().await;
    let one = event(
        &kit,
        "alder-contributor",
        json!({ "info": "one", "Attribute": [domain("a.example")] }),
    )
    .await;
    let add = format!("/attributes/add/{}", text(&one["id"]));
    let (status, anothers) = refused(&kit, "birch-contributor", &add, domain("b.example")).await;
    assert_eq!(
        (status, text(&anothers["message"])),
        (403, "You do not have permission to do that.")
    );
    assert!(text(&anothers["errors"]).contains("propose"), "{anothers}");
    let (status, reader) = refused(&kit, "alder-reader", "/events/add", json!({ "info": "two" })).await;
    let expected = "You do not have permission to use this functionality.";
    assert_eq!((status, text(&reader["message"])), (403, expected));
    let (_, twice) = refused(&kit, "alder-contributor", &add, domain("a.example")).await;
    assert_eq!(
        twice["errors"]["value"][0],
        "A similar attribute already exists for this event."
    );
    post(
        &kit,
        "alder-contributor",
        &format!("{add}/breakOnDuplicate:0"),
        domain("a.example"),
    )
    .await;
    assert_eq!(
        values(&view(&kit, "alder-reader", &one).await["Attribute"]),
        ["a.example", "a.example"]
    );
    let tag = json!({ "uuid": "5c9a3b2e-0c1d-4f6a-8a55-000000000099", "tag": "made:by-chance" });
    let (status, target) = refused(&kit, "alder-contributor", "/tags/attachTagToObject", tag).await;
    assert_eq!((status, text(&target["message"])), (404, "Invalid Target."));
    let tags = kit.get("operator", "/tags/search/made:by-chance").await.json();
    assert_eq!(tags, json!([]), "a tag is not made for nothing");
}

#[tokio::test]
async fn an_object_stands_in_an_event_twice_unless_a_client_minds() {
    let kit = Kit::start().await;
    let one = event(&kit, "alder-contributor", json!({ "info": "one" })).await;
    let add = format!("/objects/add/{}", text(&one["id"]));
    let file = |name: &str| {
        json!({ "name": "file", "meta-category": "file", "Attribute": [
            { "object_relation": "filename", "type": "filename", "value": name } ] })
    };
    post(&kit, "alder-contributor", &add, file("a.exe")).await;
    post(&kit, "alder-contributor", &add, file("a.exe")).await;
    let minds = format!("{add}/breakOnDuplicate:1");
    let (_, twice) = refused(&kit, "alder-contributor", &minds, file("a.exe")).await;
    assert!(text(&twice["errors"]).contains("Duplicate object found"), "{twice}");
    post(&kit, "alder-contributor", &minds, file("b.exe")).await;
    let mut said = file("b.exe");
    said["breakOnDuplicate"] = json!(true);
    refused(&kit, "alder-contributor", &add, said).await;
}

#[tokio::test]
async fn an_attribute_that_a_warninglist_knows_is_refused_where_that_is_asked() {
    let kit = Kit::start().await;
    let one = event(&kit, "alder-contributor", json!({ "info": "one" })).await;
    let add = format!("/attributes/add/{}", text(&one["id"]));
    let known = json!({ "type": "ip-dst", "value": "127.0.0.1", "enforceWarninglist": true });
    let (_, answer) = refused(&kit, "alder-contributor", &add, known).await;
    let expected = "trips over a warninglist and enforceWarninglist is enforced";
    assert!(text(&answer["errors"]).contains(expected), "{answer}");
    post(
        &kit,
        "alder-contributor",
        &add,
        json!({ "type": "ip-dst", "value": "127.0.0.1" }),
    )
    .await;
}

#[tokio::test]
async fn what_is_not_wanted_is_taken_out_of_events_that_are_found() {
    let kit = Kit::start().await;
    let tagged = |value: &str, tag: &str| json!({ "type": "domain", "value": value, "Tag": [{ "name": tag }] });
    event(
        &kit,
        "alder-contributor",
        json!({ "info": "one", "Attribute": [
        tagged("a.example", "keep"), tagged("b.example", "drop") ] }),
    )
    .await;
    let tags = json!({ "OR": ["keep"], "NOT": ["drop"] });
    let found = search(&kit, "alder-reader", "events", json!({ "tags": tags })).await;
    assert_eq!(values(&found[0]["Event"]["Attribute"]), ["a.example"]);
    // A table of what an event is found by holds the whole event.
    let table = json!({ "returnFormat": "csv", "value": "a.example", "includeContext": 1 });
    let answer = kit
        .ask("alder-reader", "POST", "/events/restSearch", Some(&table.to_string()))
        .await
        .text();
    assert!(
        answer.contains("b.example") && answer.contains("event_timestamp"),
        "{answer}"
    );
    let list = json!({ "returnFormat": "text", "eventinfo": "one" });
    let answer = kit
        .ask("alder-reader", "POST", "/events/restSearch", Some(&list.to_string()))
        .await
        .text();
    assert_eq!(answer, "a.example\nb.example\n");
}

#[tokio::test]
async fn searches_understand_what_clients_send() {
    let kit = Kit::start().await;
    let made = event(
        &kit,
        "alder-contributor",
        json!({ "info": "first of two", "Attribute": [
        domain("a.example"), { "type": "comment", "value": "a word in a comment" } ] }),
    )
    .await;
    event(
        &kit,
        "alder-contributor",
        json!({ "info": "second of two", "date": "2020-01-01" }),
    )
    .await;
    let everywhere = json!({ "value": "%word in%", "searchall": true });
    let found = search(&kit, "alder-reader", "events", everywhere).await;
    assert_eq!(found.as_array().unwrap().len(), 1);
    let with = json!({ "value": "a.example", "includeEventUuid": 1 });
    let found = search(&kit, "alder-reader", "attributes", with).await;
    assert_eq!(found["Attribute"][0]["event_uuid"], made["uuid"]);
    for never in ["5x", "ad", "aaad"] {
        let found = search(&kit, "alder-reader", "events", json!({ "publish_timestamp": never })).await;
        assert_eq!(found, json!([]), "{never}");
    }
    let sorted = async |wish: Value| -> Vec<String> {
        let found = post(&kit, "alder-reader", "/events/index", wish).await;
        let list = found.as_array().unwrap().iter();
        list.map(|one| text(&one["info"]).to_owned()).collect()
    };
    assert_eq!(
        sorted(json!({ "sort": "info", "desc": true, "limit": 1 })).await,
        ["second of two"]
    );
    assert_eq!(
        sorted(json!({ "sort": "date", "limit": 1, "page": 2 })).await,
        ["first of two"]
    );
    refused(&kit, "alder-reader", "/events/index", json!({ "sort": "weather" })).await;
    let removed = &made["Attribute"][0]["id"];
    post(
        &kit,
        "alder-contributor",
        &format!("/attributes/delete/{}", text(removed)),
        json!({}),
    )
    .await;
    let deleted = search(
        &kit,
        "alder-reader",
        "events",
        json!({ "eventid": made["id"], "deleted": true }),
    )
    .await;
    assert_eq!(values(&deleted[0]["Event"]["Attribute"]), ["a.example"]);
}

#[tokio::test]
async fn a_search_by_sharing_group_finds_what_goes_to_it() {
    let kit = Kit::start().await;
    let groups = kit.get("alder-contributor", "/sharing_groups").await.json();
    let grove = groups["response"].as_array().unwrap().iter();
    let grove = grove
        .map(|one| &one["SharingGroup"])
        .find(|one| one["name"] == "Community grove");
    let grove = grove.expect("a group").clone();
    let in_group = json!({ "info": "grouped", "distribution": "4", "sharing_group_id": grove["id"], "Attribute": [
        domain("a.example"), { "type": "domain", "value": "b.example", "distribution": "0" },
        { "type": "domain", "value": "c.example", "distribution": "4", "sharing_group_id": grove["id"] } ] });
    let made = event(&kit, "alder-contributor", in_group).await;
    let own = &made["Attribute"]
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["value"] == "c.example")
        .unwrap()
        .clone();
    assert_eq!(
        (text(&own["distribution"]), &own["sharing_group_id"]),
        ("4", &grove["id"])
    );
    event(
        &kit,
        "alder-contributor",
        json!({ "info": "common", "distribution": "1" }),
    )
    .await;
    let found = search(
        &kit,
        "alder-contributor",
        "events",
        json!({ "sharinggroup": grove["id"] }),
    )
    .await;
    assert_eq!(
        (found.as_array().unwrap().len(), &found[0]["Event"]["id"]),
        (1, &made["id"])
    );
    let found = search(
        &kit,
        "alder-contributor",
        "attributes",
        json!({ "sharinggroup": [grove["id"]] }),
    )
    .await;
    let mut inside = values(&found["Attribute"]);
    inside.sort_unstable();
    assert_eq!(inside, ["a.example", "c.example"]);
    let none = search(&kit, "alder-contributor", "events", json!({ "sharinggroup": 99_999 })).await;
    assert_eq!(none, json!([]));
}

#[tokio::test]
async fn an_attribute_that_is_sent_back_as_it_was_read_stays_as_it_is() {
    let kit = Kit::start().await;
    let made = event(
        &kit,
        "alder-contributor",
        json!({ "info": "one", "Attribute": [domain("a.example")] }),
    )
    .await;
    for _ in 0..3_000 {
        kit.node.now();
    }
    let mut sent = view(&kit, "alder-reader", &made).await;
    let before = sent["Attribute"][0]["timestamp"].clone();
    sent["info"] = json!("two");
    sent["Attribute"][0]["malware_filename"] = json!("kept by the client");
    let path = format!("/events/edit/{}", text(&made["id"]));
    let after = post(&kit, "alder-contributor", &path, sent).await["Event"].clone();
    assert_eq!(
        (text(&after["info"]), &after["Attribute"][0]["timestamp"]),
        ("two", &before)
    );
    assert_eq!(after["Attribute"][0]["malware_filename"], Value::Null);
}

#[tokio::test]
async fn what_analysts_say_is_said_of_too() {
    let kit = Kit::start().await;
    let made = event(&kit, "alder-contributor", json!({ "info": "one" })).await;
    let path = format!("/analyst_data/add/Note/{}/Event", text(&made["uuid"]));
    let note = post(&kit, "alder-contributor", &path, json!({ "note": "first" })).await["Note"].clone();
    assert_eq!(note["timestamp"], Value::Null);
    let change = json!({ "note": "second", "Opinion": [{ "opinion": 42, "comment": "hm" }] });
    let edit = format!("/analyst_data/edit/Note/{}", text(&note["uuid"]));
    let note = post(&kit, "alder-contributor", &edit, change).await["Note"].clone();
    assert_eq!(
        (text(&note["note"]), note["Opinion"].as_array().unwrap().len()),
        ("second", 1)
    );
    let gone = post(
        &kit,
        "alder-contributor",
        &format!("/analyst_data/delete/Note/{}", text(&note["uuid"])),
        json!({}),
    )
    .await;
    assert_eq!(gone["message"], "Note deleted.");
}

#[tokio::test]
async fn tags_that_are_not_to_be_given_on_are_not_shown() {
    let kit = Kit::start().await;
    let wish = json!({ "name": "internal:only", "exportable": false });
    post(&kit, "operator", "/tags/add", wish).await;
    let made = event(&kit, "alder-contributor", json!({ "info": "one", "Tag": [{ "name": "internal:only" }],
        "Attribute": [{ "type": "domain", "value": "a.example", "Tag": [{ "name": "internal:only" }, { "name": "open" }] }] }))
    .await;
    assert_eq!(made["Tag"], json!([]));
    let shown = made["Attribute"][0]["Tag"].as_array().unwrap().iter();
    assert_eq!(shown.map(|tag| text(&tag["name"])).collect::<Vec<_>>(), ["open"]);
    let found = search(&kit, "alder-reader", "events", json!({ "tags": "internal:only" })).await;
    assert_eq!(found.as_array().unwrap().len(), 1);
    let (_, answer) = refused(&kit, "operator", "/tags/add", json!({ "name": "own", "org_id": "2" })).await;
    assert_eq!(answer["code"], "tags-are-for-all");
}

#[tokio::test]
async fn a_bundle_of_stix_comes_as_an_event() {
    let kit = Kit::start().await;
    let bundle = json!({ "type": "bundle", "id": "bundle--5c9a3b2e-0c1d-4f6a-8a55-000000000001", "objects": [
        serde_json::from_str::<Value>(&super::kit::indicator(1, "Seen there")).unwrap() ] });
    refused(&kit, "alder-reader", "/events/upload_stix/2", bundle.clone()).await;
    refused(&kit, "alder-contributor", "/events/upload_stix", bundle.clone()).await;
    refused(
        &kit,
        "alder-contributor",
        "/events/upload_stix/2",
        json!({ "objects": [] }),
    )
    .await;
    let made = post(&kit, "alder-contributor", "/events/upload_stix/2", bundle).await["Event"].clone();
    assert!(text(&made["info"]).starts_with("STIX of "), "{made}");
    assert_eq!(made["Attribute"].as_array().unwrap().len(), 1);
    assert_eq!(view(&kit, "birch-reader", &made).await["uuid"], made["uuid"]);
}

#[tokio::test]
async fn lists_are_searched_as_clients_write_it() {
    let kit = Kit::start().await;
    let found = kit
        .get("operator", "/organisations/index/scope:local/searchall:alder")
        .await
        .json();
    let names: Vec<&str> = found
        .as_array()
        .unwrap()
        .iter()
        .map(|one| text(&one["Organisation"]["name"]))
        .collect();
    assert_eq!(names, ["Alder"]);
    let org = text(&found[0]["Organisation"]["id"]).to_owned();
    let path = format!("/admin/users/index/value:alder-reader/searchorg:{org}");
    let found = kit.get("operator", &path).await.json();
    assert_eq!(found.as_array().unwrap().len(), 1);
    assert_eq!(kit.get("operator", "/admin/users/index/weather:fine").await.status, 404);
    assert_eq!(kit.get("alder-reader", "/communities/index").await.json(), json!([]));
    for context in ["data", "orgs", "users", "tags", "sightings"] {
        assert_eq!(
            kit.get("alder-reader", &format!("/users/statistics/{context}"))
                .await
                .status,
            200,
            "{context}"
        );
    }
    assert_eq!(
        kit.get("alder-reader", "/users/statistics/galaxyMatrix").await.status,
        404
    );
}

#[tokio::test]
async fn whoever_sends_back_their_own_account_changes_nothing() {
    let kit = Kit::start().await;
    let own = kit.get("alder-contributor", "/users/view/me").await.json()["User"].clone();
    let path = format!("/users/edit/{}", text(&own["id"]));
    let same = post(&kit, "alder-contributor", &path, own).await;
    assert_eq!(same["User"]["email"], "alder-contributor");
    refused(&kit, "alder-contributor", &path, json!({ "role_id": "1" })).await;
    let wish = json!({ "email": "new@example.org", "role_id": "3", "org_id": same["User"]["org_id"] });
    let made = post(&kit, "operator", "/admin/users/add", wish).await;
    assert_eq!(text(&made["User"]["authkey"]).len(), 40);
    let again = kit
        .get("operator", &format!("/admin/users/view/{}", text(&made["User"]["id"])))
        .await
        .json();
    assert_eq!(again["User"]["authkey"], "", "it is shown once");
}

#[tokio::test]
async fn what_a_client_sends_back_narrower_becomes_narrower() {
    let kit = Kit::start().await;
    let parts = json!([domain("a.example"), { "type": "domain", "value": "b.example", "distribution": "1" }]);
    let made = event(
        &kit,
        "alder-analyst",
        json!({ "info": "one", "distribution": "3", "Attribute": parts }),
    )
    .await;
    let number = |event: &Value, value: &str| {
        let list = event["Attribute"].as_array().unwrap();
        let found = list.iter().find(|one| one["value"] == value).unwrap();
        text(&found["distribution"]).to_owned()
    };
    assert_eq!(
        (number(&made, "a.example"), number(&made, "b.example")),
        ("5".to_owned(), "1".to_owned())
    );
    let mut sent = made.clone();
    let list = sent["Attribute"].as_array_mut().unwrap();
    for one in list.iter_mut() {
        one["distribution"] = json!(if one["value"] == "a.example" { "0" } else { "5" });
    }
    let path = format!("/events/edit/{}", text(&made["id"]));
    let after = post(&kit, "alder-analyst", &path, sent).await["Event"].clone();
    assert_eq!(
        (number(&after, "a.example"), number(&after, "b.example")),
        ("0".to_owned(), "5".to_owned())
    );
    assert_eq!(
        values(&view(&kit, "birch-reader", &made).await["Attribute"]),
        ["b.example"]
    );
}
