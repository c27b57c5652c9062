//! Recalls over the API; and a member's own node that fetches by TAXII, acts on a recall and answers by itself.

use serde_json::{Value, json};

use super::kit::{Kit, id, indicator};
use super::sightings::Spoke;

async fn recall(hub: &Kit, who: &str, number: u32, more: &Value) -> Value {
    let mut wish = json!({ "object": id("indicator", number), "kind": "retract", "reason": "it names a customer" });
    for (name, value) in more.as_object().into_iter().flatten() {
        wish[name] = value.clone();
    }
    let made = hub.ask(who, "POST", "/api/v1/recalls", Some(&wish.to_string())).await;
    assert_eq!(made.status, 201, "{}", made.text());
    made.json()["recalls"][0].clone()
}

async fn state(hub: &Kit, who: &str, recall: &Value) -> Value {
    let path = format!("/api/v1/recalls/{}", recall["id"].as_str().unwrap());
    let answer = hub.get(who, &path).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()
}

async fn at_home(spoke: &Spoke, number: u32) -> bool {
    let id = id("indicator", number);
    spoke.node.show(&spoke.operator, &id, 0).await.is_ok()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_members_node_drops_what_is_recalled_and_answers_by_itself() {
    let hub = Kit::start().await;
    let objects = [indicator(1, "one"), indicator(2, "two"), indicator(3, "three")];
    hub.share("birch-contributor", "common", &objects).await;
    let spoke = Spoke::of(&hub).await;
    spoke.fetch().await;
    assert!(at_home(&spoke, 1).await);
    // Before the node asks again, it is known who has the item, and that nobody has answered.
    let made = recall(&hub, "birch-analyst", 1, &json!({})).await;
    let before = state(&hub, "birch-analyst", &made).await;
    assert_eq!(before["acknowledged"]["named"], json!([]));
    let page = hub
        .get("alder-contributor", "/commonwatch/collections/common/objects/")
        .await;
    let header = page.header("x-commonwatch-recalls").unwrap_or_default().to_owned();
    assert_eq!(header, "1 /api/v1/recalls");
    spoke.fetch().await;
    assert!(!at_home(&spoke, 1).await && at_home(&spoke, 2).await);
    let after = state(&hub, "birch-analyst", &made).await;
    let named = &after["acknowledged"]["named"][0];
    assert_eq!(
        (&named["member"], &named["done"], &named["by"]),
        (&"Alder".into(), &"removed".into(), &"node".into())
    );
    assert_eq!(after["complete"], Value::Null, "fewer than five");
    assert!(
        after["proves"]
            .as_str()
            .unwrap()
            .contains("not that any copy is erased")
    );
    let page = hub
        .get("alder-contributor", "/commonwatch/collections/common/objects/")
        .await;
    assert!(page.header("x-commonwatch-recalls").is_none());

    // Narrowed: it stays at home, under the stricter marking.
    let made = recall(
        &hub,
        "birch-analyst",
        2,
        &json!({ "kind": "narrow", "tlp": "amber+strict" }),
    )
    .await;
    spoke.fetch().await;
    let shown = spoke.node.show(&spoke.operator, &id("indicator", 2), 0).await.unwrap();
    assert_eq!(shown.contributions[0].audience.tlp().label(), "TLP:AMBER+STRICT");
    let after = state(&hub, "birch-analyst", &made).await;
    assert_eq!(after["acknowledged"]["named"][0]["done"], "replaced");

    // It may come once more, with the marking inside: it stays narrow.
    spoke.fetch().await;
    let shown = spoke.node.show(&spoke.operator, &id("indicator", 2), 0).await.unwrap();
    let markings: Vec<_> = shown
        .contributions
        .iter()
        .map(|one| one.audience.tlp().label())
        .collect();
    assert_eq!(markings, ["TLP:AMBER+STRICT"]);

    // Taken out: it goes for that member, and stays for the others.
    recall(
        &hub,
        "birch-analyst",
        3,
        &json!({ "kind": "exclude", "member": "Alder" }),
    )
    .await;
    spoke.fetch().await;
    assert!(!at_home(&spoke, 3).await);
    let path = format!("/api/v1/objects/{}", id("indicator", 3));
    assert_eq!(hub.get("birch-reader", &path).await.status, 200);
    assert_eq!(hub.get("alder-reader", &path).await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_node_cannot_take_away_what_ones_own_people_shared() {
    let hub = Kit::start().await;
    hub.share("birch-contributor", "common", &[indicator(1, "one")]).await;
    let spoke = Spoke::of(&hub).await;
    let own = node::intake::ShareRequest {
        channel: "file".to_owned(),
        handling: node::intake::Handling {
            communities: spoke.operator.principal.communities.iter().copied().collect(),
            ..node::intake::Handling::default()
        },
        ..node::intake::ShareRequest::default()
    };
    let body = format!(r#"{{"objects":[{}]}}"#, indicator(1, "one"));
    spoke.node.share_bytes(&spoke.operator, own, body).await.unwrap();
    spoke.fetch().await;
    let made = recall(&hub, "birch-analyst", 1, &json!({})).await;
    spoke.fetch().await;
    assert!(at_home(&spoke, 1).await);
    let after = state(&hub, "birch-analyst", &made).await;
    let named = &after["acknowledged"]["named"][0];
    assert_eq!(named["done"], "kept");
    assert!(named["note"].as_str().unwrap().contains("another source"));
}

#[tokio::test]
async fn receipts_and_numbers_over_the_api() {
    let hub = Kit::start().await;
    hub.share("birch-contributor", "common", &[indicator(1, "one")]).await;
    let path = format!("/api/v1/objects/{}", id("indicator", 1));
    hub.get("alder-reader", "/commonwatch/collections/common/objects/")
        .await;
    assert_eq!(hub.get("alder-reader", &path).await.status, 200);
    let receipts = format!("{path}/receipts");
    let said = Some(r#"{"what":"acknowledged"}"#);
    assert_eq!(hub.ask("alder-reader", "POST", &receipts, said).await.status, 403);
    assert_eq!(
        hub.ask("alder-contributor", "POST", &receipts, said).await.json(),
        json!({ "new": true })
    );
    let shown = hub.get("birch-reader", &receipts).await.json();
    assert_eq!(shown["acknowledged"]["named"][0]["member"], "Alder");
    assert_eq!(shown["opened"]["others"], json!({ "words": "fewer than five" }));
    assert_eq!(hub.get("alder-reader", &receipts).await.status, 404);
    let numbers = hub.get("alder-reader", "/api/v1/receipts/numbers").await.json();
    let few: Vec<_> = ["pages", "objects", "opened", "acknowledged"]
        .map(|name| numbers[name].as_i64())
        .to_vec();
    assert_eq!(few, [Some(1), Some(1), Some(1), Some(1)]);
    let put =
        r#"{"disclosure":[{"received":"name","opened":"none","acknowledged":"count","acted":"none","saw":"none"}]}"#;
    let answer = hub
        .ask("alder-contributor", "PUT", "/api/v1/disclosure", Some(put))
        .await;
    assert_eq!(answer.status, 403);
    let answer = hub.ask("alder-analyst", "PUT", "/api/v1/disclosure", Some(put)).await;
    assert_eq!(answer.json()["disclosure"][0]["received"], "name", "{}", answer.text());
    let shown = hub.get("birch-reader", &receipts).await.json();
    assert_eq!(shown["acknowledged"]["named"], json!([]));
    assert_eq!(shown["received"]["named"][0]["member"], "Alder");
}

#[tokio::test]
async fn what_is_narrowed_is_not_counted_as_shared_once_more() {
    let kit = Kit::start().await;
    kit.share("alder-contributor", "common", &[indicator(1, "one")]).await;
    let counts = async || {
        kit.node.scorecards_run().await.unwrap();
        let card = kit.get("alder-reader", "/api/v1/scorecard").await.json();
        let of = |name: &str| {
            let mut measures = card["measures"].as_array().unwrap().iter();
            let line = measures.find(|line| line["measure"] == name).unwrap();
            line["own"]["count"].as_u64().unwrap()
        };
        ["shared", "first", "observation-to-share"].map(of)
    };
    let before = counts().await;
    assert_eq!(before[..2], [1, 1]);
    for tlp in ["amber", "amber+strict"] {
        recall(&kit, "alder-analyst", 1, &json!({ "kind": "narrow", "tlp": tlp })).await;
        assert_eq!(counts().await, before, "{tlp}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_deleted_over_taxii_is_recalled_from_whoever_was_given_it() {
    let hub = Kit::start().await;
    hub.share("birch-contributor", "common", &[indicator(1, "one")]).await;
    let page = "/commonwatch/collections/common/objects/";
    assert_eq!(hub.get("alder-contributor", page).await.ids().len(), 1);
    let path = format!("{page}{}/", id("indicator", 1));
    let gone = hub.ask("birch-analyst", "DELETE", &path, None).await;
    assert_eq!(gone.status, 200, "{}", gone.text());
    let owed = hub.get("alder-contributor", "/api/v1/recalls?open=true").await.json();
    assert_eq!(owed["recalls"][0]["object"], id("indicator", 1), "{owed}");
    assert_eq!(owed["recalls"][0]["still_open"], false);
    let again = hub.ask("birch-analyst", "DELETE", &path, None).await;
    assert_eq!(again.status, 404);
}
