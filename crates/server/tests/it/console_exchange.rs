//! The pages of what goes in and out by itself, as a browser uses them.

use super::browser::{Browser, form};
use super::kit::{Kit, indicator};
use super::web::{Answer, Web};

const LIST: &str = "45.155.205.7\nevil-pump.example.net\n";

fn subscription<'f>(url: &'f str, name: &'f str) -> [(&'f str, &'f str); 7] {
    [
        ("kind", "list"),
        ("url", url),
        ("name", name),
        ("community", "common"),
        ("tlp", "green"),
        ("every", "3600"),
        ("settings", r#"{"proxy":"direct"}"#),
    ]
}

#[tokio::test]
async fn a_source_is_looked_at_then_subscribed_to_then_run_rested_and_removed() {
    let kit = Kit::start().await;
    let operator = Browser::of(&kit, "alder-operator").await;
    let web = Web::start(|_| Answer::ok(LIST)).await;
    let url = web.url("/list.txt");
    let typed = subscription(&url, "bad-hosts");
    let looked = operator.post("/exchange/subscribe", &typed).await;
    assert_eq!(looked.status, 200, "{}", looked.text());
    for part in ["2 objects", "indicator 2", "not marked 2", "45.155.205.7", "TLP:GREEN"] {
        looked.says(part);
    }
    assert!(kit.node.subscriptions(&kit.operator().await).await.unwrap().is_empty());
    assert!(!operator.read("/feed").await.contains("45.155.205.7"));
    let page = operator.done("/exchange/subscriptions", &typed).await;
    assert!(page.contains("Subscribed") && page.contains("bad-hosts"), "{page}");
    let again = operator.post("/exchange/subscriptions", &typed).await;
    assert_eq!(again.status, 422);
    again.says("there is a subscription of that name");
    let ran = operator.done("/exchange/subscriptions/bad-hosts/run", &[]).await;
    assert!(ran.contains("2 new"), "{ran}");
    assert!(operator.read("/feed").await.contains("45.155.205.7"));
    let rested = operator.done("/exchange/subscriptions/bad-hosts/switch", &[]).await;
    assert!(rested.contains("Switch on"), "{rested}");
    let removed = operator.done("/exchange/subscriptions/bad-hosts/remove", &[]).await;
    assert!(
        removed.contains("Removed.") && !removed.contains("bad-hosts"),
        "{removed}"
    );
    assert!(operator.read("/feed").await.contains("45.155.205.7"));
}

#[tokio::test]
async fn what_was_typed_wrongly_is_said_beside_the_form_and_kept() {
    let kit = Kit::start().await;
    let operator = Browser::of(&kit, "alder-operator").await;
    for (field, value, says) in [
        (
            "url",
            "ftp://feeds.example/<b>",
            "nothing is fetched from &#39;ftp&#39;",
        ),
        ("settings", "{", "no JSON object"),
        (
            "settings",
            r#"{"pasword":"x"}"#,
            "there is no setting &#39;pasword&#39;",
        ),
        ("tlp", "red", "a colour is clear"),
    ] {
        let mut typed = subscription("https://feeds.example/list", "feed").to_vec();
        for one in &mut typed {
            if one.0 == field {
                one.1 = value;
            }
        }
        let answer = operator.post("/exchange/subscribe", &typed).await;
        assert_eq!(answer.status, 422, "{field}: {}", answer.text());
        answer.says(says);
        assert!(!answer.text().contains("<b>"), "{}", answer.text());
        answer.says("value=\"feed\"");
    }
    let unreachable = subscription("http://127.0.0.1:1/list", "feed");
    let answer = operator.post("/exchange/subscribe", &unreachable).await;
    assert_eq!(answer.status, 422);
    answer.says("127.0.0.1:1");
    let reader = Browser::of(&kit, "alder-analyst").await;
    for path in ["/exchange", "/exchange/subscribe", "/exchange/push"] {
        assert_eq!(reader.get(path).await.status, 403, "{path}");
    }
}

#[tokio::test]
async fn a_peer_is_counted_for_before_anything_leaves() {
    let kit = Kit::start().await;
    kit.share("alder-contributor", "common", &[indicator(1, "For Birch")])
        .await;
    kit.share("alder-contributor", "grove", &[indicator(2, "Not for Birch")])
        .await;
    let operator = Browser::of(&kit, "alder-operator").await;
    let typed = [
        ("url", "http://127.0.0.1:1/api1/collections/7/"),
        ("name", "birch"),
        ("member", "Birch"),
        ("community", "common"),
        ("every", "86400"),
        ("settings", r#"{"proxy":"direct"}"#),
    ];
    let looked = operator.post("/exchange/push", &typed).await;
    assert_eq!(looked.status, 200, "{}", looked.text());
    looked.says("1 change");
    assert!(kit.node.peers(&kit.operator().await).await.unwrap().is_empty());
    let page = operator.done("/exchange/peers", &typed).await;
    assert!(page.contains("The first push is due now"), "{page}");
    // It cannot be reached: the list says so, and how often.
    let ran = operator.done("/exchange/peers/birch/run", &[]).await;
    assert!(ran.contains("failed once"), "{ran}");
    let rested = operator.done("/exchange/peers/birch/switch", &[]).await;
    assert!(rested.contains(">off<"), "{rested}");
    let removed = operator.done("/exchange/peers/birch/remove", &[]).await;
    assert!(removed.contains("Nothing is pushed"), "{removed}");
    operator.forget_proof("alder-operator").await;
    let proof = operator.get("/exchange/push").await;
    assert_eq!(proof.header("location"), Some("/step-up?back=/exchange/push"));
}

/// Lets what is TLP:AMBER at the most pass a bridge from the community; gives an operator.
async fn bridged(kit: &Kit) -> node::Caller {
    let operator = kit.operator().await;
    let common = kit.communities["common"];
    let mut charter = kit.node.charter(&operator, common).await.unwrap().text;
    charter.bridges = Some(stix::marking::Tlp::Amber);
    kit.node.charter_put(&operator, common, charter).await.unwrap();
    operator
}

#[tokio::test]
async fn a_bridge_tells_what_was_agreed_and_ends_on_its_page() {
    let kit = Kit::start().await;
    bridged(&kit).await;
    let bridge = r#"{"member":"Birch","url":"http://127.0.0.1:1/hub","settings":{"bearer":"geheim","proxy":"direct"},"pairs":[{"ours":"common","theirs":"theirs","tlp":"amber","pap":"amber"}]}"#;
    let made = kit.ask("operator", "PUT", "/api/v1/bridges/north", Some(bridge)).await;
    assert_eq!(made.status, 200, "{}", made.text());
    let browser = Browser::of(&kit, "alder-operator").await;
    let list = browser.read("/exchange").await;
    assert!(
        list.contains("north") && list.contains("not agreed yet") && !list.contains("geheim"),
        "{list}"
    );
    let page = browser.read("/exchange/bridges/north").await;
    for part in [
        "Proposed terms, version 1",
        "theirs",
        "It waits for the other hub",
        "passes it to no other hub",
    ] {
        assert!(page.contains(part), "no {part} in {page}");
    }
    // Nobody accepts what they proposed themselves.
    let accepted = browser
        .post("/exchange/bridges/north/accept", &[("version", "1")])
        .await;
    assert_eq!(accepted.status, 422, "{}", accepted.text());
    let ended = browser.done("/exchange/bridges/north/end", &[]).await;
    assert!(
        ended.contains("The bridge has ended") && !ended.contains("/end\""),
        "{ended}"
    );
    assert_eq!(browser.get("/exchange/bridges/south").await.status, 404);
}

#[tokio::test]
async fn a_bridge_is_looked_at_in_words_before_it_is_proposed() {
    let kit = Kit::start().await;
    let operator = bridged(&kit).await;
    let browser = Browser::of(&kit, "alder-operator").await;
    browser.read("/exchange/bridge").await;
    let typed = |of: &'static str, way, tlp, theirs| {
        [
            ("of", of),
            ("name", "north"),
            ("url", "http://127.0.0.1:1/hub"),
            ("secret", if of.is_empty() { "geheim" } else { "" }),
            ("settings", if of.is_empty() { r#"{"proxy":"direct"}"# } else { "" }),
            ("member", "Birch"),
            ("ours", "common"),
            ("theirs", theirs),
            ("way", way),
            ("ours", ""),
            ("theirs", ""),
            ("way", "both"),
            ("tlp", tlp),
            ("pap", "green"),
            ("hops", "2"),
            ("every", "60"),
        ]
    };
    let looked = browser
        .post("/exchange/bridge", &typed("", "out", "amber", "agua"))
        .await;
    assert_eq!(looked.status, 200, "{}", looked.text());
    for part in [
        "common → agua",
        "goes to “agua” there",
        "TLP:AMBER, PAP:GREEN",
        "stays unnamed",
        "Nobody has been told yet",
    ] {
        looked.says(part);
    }
    assert!(kit.node.bridges(&operator).await.unwrap().is_empty());
    // What stands against it is said beside what was typed.
    let strict = browser
        .post("/exchange/bridge", &typed("", "out", "amber+strict", "agua"))
        .await;
    assert_eq!(strict.status, 422);
    strict.says("by the charter of");
    strict.says("value=\"agua\"");
    let page = browser
        .done("/exchange/bridges", &typed("", "out", "amber", "agua"))
        .await;
    assert!(
        page.contains("Nothing passes before the other hub agrees") && !page.contains("geheim"),
        "{page}"
    );
    let twice = browser
        .post("/exchange/bridges", &typed("", "out", "amber", "agua"))
        .await;
    assert_eq!(twice.status, 422);
    // Other terms begin with those there are, and leave how to get in there as it is.
    let other = browser.read("/exchange/bridge?of=north").await;
    assert!(other.contains("value=\"agua\"") && !other.contains("geheim"), "{other}");
    let page = browser
        .done("/exchange/bridges", &typed("north", "both", "green", "agua"))
        .await;
    assert!(
        page.contains("Proposed terms, version 2") && page.contains("common ↔ agua"),
        "{page}"
    );
    let kept = kit.node.store().bridge_get("north").await.unwrap().unwrap();
    assert!(kept.set.settings.contains("geheim"));
    // Nothing passes it, so there is nothing to be paused.
    let paused = browser.post("/exchange/bridges/north/switch", &[]).await;
    assert_eq!(paused.status, 422);
    paused.says("nothing passes this bridge anyway");
    let analyst = Browser::of(&kit, "alder-analyst").await;
    assert_eq!(analyst.get("/exchange/bridge").await.status, 403);
    browser.forget_proof("alder-operator").await;
    let proof = browser
        .post("/exchange/bridges", &typed("", "out", "amber", "agua"))
        .await;
    assert_eq!(proof.header("location"), Some("/step-up?back=/exchange/bridge"));
}

#[tokio::test]
async fn a_webhook_is_made_its_secret_shown_once_tried_rested_and_removed() {
    let kit = Kit::start().await;
    let browser = Browser::of(&kit, "alder-coordinator").await;
    let refused = browser.post("/webhooks", &[("url", "http://10.0.0.1/x")]).await;
    assert_eq!(refused.status, 422);
    refused.says("value=\"http://10.0.0.1/x\"");
    let made = browser
        .post("/webhooks", &[("url", "https://hooks.example/x"), ("kind", "reminder")])
        .await;
    assert_eq!(made.status, 201, "{}", made.text());
    made.says("whsec_");
    let list = browser.read("/webhooks").await;
    assert!(
        list.contains("https://hooks.example/x") && !list.contains("whsec_"),
        "{list}"
    );
    let path = form::first_link(&list, "/webhooks/");
    let page = browser.done(&format!("{path}/test"), &[]).await;
    assert!(
        page.contains("A test message is on its way") && page.contains("<code>test</code>"),
        "{page}"
    );
    let rested = browser.done(&format!("{path}/switch"), &[]).await;
    assert!(rested.contains("Switch on"), "{rested}");
    let other = Browser::of(&kit, "birch-coordinator").await;
    assert_eq!(other.get(&path).await.status, 404);
    assert_eq!(other.post(&format!("{path}/remove"), &[]).await.status, 404);
    let gone = browser.done(&format!("{path}/remove"), &[]).await;
    assert!(gone.contains("No program is told"), "{gone}");
}
