//! Recalls over the API; and a member's own node that fetches by TAXII, acts on a recall and answers by itself.

use node::partnership::{KeyWish, MemberWish, PersonWish};
use policy::Role;
use serde_json::{Value, json};
use store::MemberKind;

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

/// Every page of something with names, followed by `next`.
async fn pages(kit: &Kit, who: &str, path: &str, limit: usize) -> Vec<Value> {
    let (mut pages, mut cursor) = (Vec::new(), String::new());
    loop {
        let answer = kit.get(who, &format!("{path}?limit={limit}{cursor}")).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        let page = answer.json();
        let next = page["next"].as_str().map(str::to_owned);
        pages.push(page);
        match next {
            Some(next) => cursor = format!("&cursor={}", next.replace(' ', "%20")),
            None => return pages,
        }
    }
}

fn named(page: &Value, list: &str) -> Vec<String> {
    let named = page[list]["named"].as_array().unwrap().iter();
    named.map(|one| one["member"].as_str().unwrap().to_owned()).collect()
}

/// A member of `common` that lets everything be told by name, and has fetched what is there.
async fn utility(kit: &Kit, number: u32) {
    let operator = kit.operator().await;
    let name = format!("Utility {number}");
    let wish = MemberWish {
        name: name.clone(),
        kind: MemberKind::Operator,
        sectors: vec![],
        countries: vec![],
        provider: None,
        identity: None,
    };
    let member = kit.node.member_create(&operator, wish).await.unwrap().id;
    let common = kit.communities["common"];
    let set = kit.node.membership_set(&operator, common, member, true, false);
    set.await.unwrap();
    let wish = PersonWish {
        member,
        login: format!("utility-{number}"),
        name,
        role: Role::Analyst,
        password: None,
    };
    let person = kit.node.person_create(&operator, wish).await.unwrap();
    let wish = KeyWish {
        label: "fetching".to_owned(),
        ..KeyWish::default()
    };
    let (key, _) = kit.node.key_create(&operator, person.id, wish).await.unwrap();
    let mut headers = vec![
        ("Authorization".to_owned(), format!("Bearer {key}")),
        ("Content-Type".to_owned(), "application/json".to_owned()),
    ];
    let by_name =
        r#"{"disclosure":[{"received":"name","opened":"name","acknowledged":"name","acted":"name","saw":"name"}]}"#;
    let put = kit.send("PUT", "/api/v1/disclosure", &headers, Some(by_name.as_bytes()));
    assert_eq!(put.await.status, 200);
    headers.pop();
    headers.push(("Accept".to_owned(), "application/taxii+json;version=2.1".to_owned()));
    let fetched = kit
        .send("GET", "/commonwatch/collections/common/objects/", &headers, None)
        .await;
    assert_eq!(fetched.status, 200, "{}", fetched.text());
}

#[tokio::test]
async fn members_by_name_come_page_by_page_and_the_counts_are_of_all() {
    let kit = Kit::start().await;
    kit.share(
        "birch-contributor",
        "common",
        &[indicator(1, "one"), indicator(2, "two")],
    )
    .await;
    for number in 0..12 {
        utility(&kit, number).await;
    }
    let made = recall(&kit, "birch-analyst", 1, &json!({})).await;
    let state = format!("/api/v1/recalls/{}", made["id"].as_str().unwrap());
    let receipts = format!("/api/v1/objects/{}/receipts", id("indicator", 2));
    for (path, lists) in [
        (&state, ["given", "not_acknowledged_by", "acknowledged"]),
        (&receipts, ["could_see", "received", "opened"]),
    ] {
        let whole = kit.get("birch-analyst", path).await.json();
        assert_eq!(whole.get("next"), None, "{whole}");
        assert!(named(&whole, lists[1]).len() == 12, "{whole}");
        let pages = pages(&kit, "birch-analyst", path, 5).await;
        assert_eq!(pages.len(), 3, "{path}");
        for list in lists {
            let all: Vec<String> = pages.iter().flat_map(|page| named(page, list)).collect();
            assert_eq!(all, named(&whole, list), "{path} {list}");
            for page in &pages {
                assert!(named(page, list).len() <= 5);
                assert_eq!(page[list]["by_name"], all.len(), "{path} {list}");
                assert_eq!(page[list]["others"], whole[list]["others"], "{path} {list}");
            }
        }
    }
}
