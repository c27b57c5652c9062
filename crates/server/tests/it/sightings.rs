//! Sightings back: the routes; and two nodes, a member's own and the hub, that talk TAXII to each other.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use node::partnership::{CommunityWish, MemberWish};
use node::push::PeerWish;
use node::sightings::{Answer, RULE_DEFAULT, SeenHit};
use node::subscriptions::SubscriptionWish;
use node::{Caller, Node, Settings};
use serde_json::{Value, json};
use stix::Timestamp;
use stix::marking::{Pap, Tlp};
use store::{Location, MemberKind, OpenOptions, SightingForm, SightingRule, Store, SubscriptionKind};

use super::kit::{Kit, id, indicator};

/// What stands in the member's log.
const SECRETS: [&str; 4] = ["mail.value-of-the-log.example", "host-17", "sensor-cellar", "alice"];
/// What says who the member is. The hub itself calls it Alder.
const NAMES: [&str; 3] = ["Alder", "Alder at home", HOME];
/// The identity of the member at home.
const HOME: &str = "identity--0a1d3a53-5d0a-4b7c-8a53-0d4c3f0e8a77";

/// The node of the member Alder, which fetches from the hub and pushes to it.
pub struct Spoke {
    pub node: Node,
    pub operator: Caller,
    time: Arc<AtomicI64>,
}

impl Spoke {
    pub async fn of(hub: &Kit) -> Self {
        let start = Timestamp::parse("2026-11-23T12:00:00Z").unwrap();
        let time = Arc::new(AtomicI64::new(start.micros()));
        let clock = Arc::clone(&time);
        let clock: store::Clock = Arc::new(move || Timestamp::from_micros(clock.fetch_add(1_000, Ordering::Relaxed)));
        let state = std::sync::atomic::AtomicU64::new(99);
        let random: node::Random = Arc::new(move |bytes: &mut [u8]| {
            for byte in bytes {
                let mixed = state.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed);
                *byte = (mixed.wrapping_mul(0x94d0_49bb_1331_11eb) >> 40) as u8;
            }
        });
        let options = OpenOptions {
            clock: Arc::clone(&clock),
            random: Arc::clone(&random),
            ledger_key: ledger::SigningKey::from_random("alder.example", [5; 32]).unwrap(),
            readers: 2,
            create: true,
            durable: false,
        };
        let store = Store::open(&Location::SqliteMemory, options).await.unwrap();
        let identity = stix::Id::parse(HOME).unwrap();
        let settings = Settings::new("Alder's node", identity.clone());
        let node = Node::new(store, settings, clock, random).await.unwrap();
        let founded = node.found("Alder at home", MemberKind::City, &identity).await.unwrap();
        let operator = node.local_caller("operator").await.unwrap();
        let mut own = founded.member;
        own.sectors = vec!["water".to_owned()];
        node.store().member_update(&operator.principal, &own).await.unwrap();
        let wish = MemberWish {
            name: "The hub".to_owned(),
            kind: MemberKind::Cert,
            sectors: Vec::new(),
            countries: Vec::new(),
            provider: None,
            identity: None,
        };
        let there = node.member_create(&operator, wish).await.unwrap().id;
        let wish = CommunityWish {
            alias: "hub".to_owned(),
            title: "The hub".to_owned(),
            purpose: "What the hub has".to_owned(),
            owner: own.id,
            public: false,
            hides_members: false,
            default_tlp: Tlp::Green,
            strictest_tlp: Tlp::Red,
        };
        let community = node.community_create(&operator, wish).await.unwrap().id;
        node.membership_set(&operator, community, there, true, false)
            .await
            .unwrap();
        let operator = node.local_caller("operator").await.unwrap();
        let url = format!(
            "http://127.0.0.1:{}/commonwatch/collections/{}/",
            hub.port,
            hub.collection("common").await
        );
        let bearer = hub.authorization("alder-contributor").unwrap();
        let access = json!({ "bearer": bearer.trim_start_matches("Bearer "), "proxy": "direct" });
        let subscription = SubscriptionWish {
            name: "hub".to_owned(),
            kind: SubscriptionKind::Taxii21,
            url: url.clone(),
            settings: access.clone(),
            member: own.id,
            community,
            tlp: Tlp::Green,
            pap: Pap::Clear,
            interval_seconds: 3_600,
            size_limit: 8 << 20,
            enabled: true,
        };
        node.subscription_put(&operator, subscription).await.unwrap();
        let peer = PeerWish {
            name: "hub".to_owned(),
            url,
            settings: access,
            member: there,
            community: Some(community),
            interval_seconds: 300,
            enabled: true,
        };
        node.peer_put(&operator, peer).await.unwrap();
        Self { node, operator, time }
    }

    pub async fn fetch(&self) {
        let report = self.node.subscription_run(&self.operator, "hub").await.unwrap();
        assert_eq!(report.error, None, "{report:?}");
    }

    async fn push(&self) {
        let report = self.node.push_run(&self.operator, "hub").await.unwrap();
        assert_eq!((report.error.as_deref(), report.refused), (None, 0), "{report:?}");
    }

    /// Chooses a rule, sees something, and lets two hours pass.
    async fn see(&self, form: SightingForm, asks: bool, number: u32) -> node::sightings::DueReport {
        let rule = SightingRule {
            form,
            asks,
            ..RULE_DEFAULT
        };
        self.node.sighting_rules_put(&self.operator, &[rule]).await.unwrap();
        let hit = SeenHit {
            indicator: id("indicator", number),
            value: SECRETS[0].to_owned(),
            kind: None,
            at: None,
            count: 41,
            source: "sensor-cellar".to_owned(),
            event: Some("host-17 alice mail.value-of-the-log.example".to_owned()),
        };
        let recorded = self.node.hits_record(&self.operator, &[hit]).await.unwrap();
        assert_eq!(recorded.counted, 41, "{recorded:?}");
        self.time.fetch_add(7_200_000_000, Ordering::Relaxed);
        self.node.sightings_due(self.node.now()).await.unwrap()
    }
}

/// Everything that another member of the hub gets over TAXII and the API, headers and all; and the sightings among it.
async fn told(hub: &Kit, number: u32) -> (String, Vec<Value>) {
    let mut all = String::new();
    let objects = hub
        .get("birch-reader", "/commonwatch/collections/common/objects/?limit=1000")
        .await;
    let sightings: Vec<Value> = objects
        .items()
        .into_iter()
        .filter(|object| object["type"] == "sighting" && object["sighting_of_ref"] == id("indicator", number))
        .collect();
    all.push_str(&String::from_utf8_lossy(&objects.raw));
    // That the node of Alder hands the indicators on, under its name, is no secret.
    for object in objects.items().iter().filter(|object| object["type"] != "indicator") {
        let path = format!("/api/v1/objects/{}", object["id"].as_str().unwrap());
        let shown = hub.get("birch-reader", &path).await;
        all.push_str(&String::from_utf8_lossy(&shown.raw));
    }
    for path in [
        "/api/v1/search?q=water",
        "/api/v1/export?format=stix",
        "/api/v1/export?format=misp",
        "/api/v1/receipts",
    ] {
        all.push_str(&String::from_utf8_lossy(&hub.get("birch-reader", path).await.raw));
    }
    (all, sightings)
}

/// An indicator that is worth something.
fn fresh(number: u32, name: &str) -> String {
    let (long_ago, lately) = ("\"valid_from\":\"2024-01-01", "\"valid_from\":\"2026-11-20");
    indicator(number, name).replace(long_ago, lately)
}

async fn hub_with(numbers: std::ops::Range<u32>) -> (Kit, Spoke) {
    let hub = Kit::start().await;
    let objects: Vec<String> = numbers.map(|number| fresh(number, "shared by Birch")).collect();
    hub.share("birch-contributor", "common", &objects).await;
    let spoke = Spoke::of(&hub).await;
    spoke.fetch().await;
    (hub, spoke)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hit_at_home_becomes_a_sighting_at_the_hub_under_each_rule() {
    let (hub, spoke) = hub_with(1..7).await;
    for (form, number) in [(SightingForm::Count, 1), (SightingForm::Sector, 2)] {
        assert_eq!(spoke.see(form, false, number).await.told, 1);
        spoke.push().await;
        let (all, sightings) = told(&hub, number).await;
        assert_eq!((sightings.len(), &sightings[0]["count"]), (1, &41.into()));
        assert_eq!(all.contains(r#""sectors":["water"]"#), form == SightingForm::Sector);
        for secret in SECRETS.iter().chain(&NAMES) {
            assert!(!all.contains(secret), "{form:?} told '{secret}'");
        }
        // The hub's own record has it, for the member.
        let path = format!("/api/v1/objects/{}", sightings[0]["id"].as_str().unwrap());
        let own = hub.get("alder-reader", &path).await.json();
        assert_eq!(own["contributions"][0]["member"], "Alder");
    }
    let report = spoke.see(SightingForm::Never, false, 3).await;
    assert_eq!((report.told, report.kept), (0, 1));
    assert_eq!(spoke.see(SightingForm::Count, true, 4).await.waiting, 1);
    assert_eq!(spoke.see(SightingForm::Count, true, 5).await.waiting, 1);
    spoke.push().await;
    for number in [3, 4, 5] {
        assert!(told(&hub, number).await.1.is_empty());
    }
    let pending = spoke.node.sightings_pending(&spoke.operator, 10, None).await.unwrap();
    for one in pending {
        let confirm = one.seen.indicator == id("indicator", 4);
        let answer = if confirm {
            Answer::Confirm(None)
        } else {
            Answer::Decline
        };
        spoke
            .node
            .sighting_answer(&spoke.operator, one.seen.uuid, answer)
            .await
            .unwrap();
    }
    spoke.push().await;
    let (all, sightings) = told(&hub, 4).await;
    assert_eq!((sightings.len(), told(&hub, 5).await.1.len()), (1, 0));
    for secret in SECRETS.iter().chain(&NAMES) {
        assert!(!all.contains(secret), "told '{secret}'");
    }
    // The last, because it tells the name.
    assert_eq!(spoke.see(SightingForm::Full, false, 6).await.told, 1);
    spoke.push().await;
    let (all, sightings) = told(&hub, 6).await;
    assert_eq!(sightings[0]["where_sighted_refs"], json!([HOME]));
    assert!(all.contains("Alder at home"));
    for secret in SECRETS {
        assert!(!all.contains(secret), "the full form told '{secret}'");
    }
    // What was told is not told again, here or there.
    assert_eq!(spoke.node.sightings_due(spoke.node.now()).await.unwrap().told, 0);
    spoke.fetch().await;
    spoke.push().await;
    assert_eq!(told(&hub, 6).await.1.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn feedback_from_a_members_node_lowers_the_score_at_the_hub_and_reaches_the_sharer() {
    let (hub, spoke) = hub_with(1..2).await;
    let path = format!("/api/v1/objects/{}", id("indicator", 1));
    let before = hub.get("alder-reader", &path).await.json()["score"].as_f64().unwrap();
    let wish = node::sightings::FeedbackWish {
        kind: store::FeedbackKind::FalsePositive,
        comment: Some("a public resolver".to_owned()),
        withheld: false,
    };
    spoke
        .node
        .feedback_give(&spoke.operator, &id("indicator", 1), &wish)
        .await
        .unwrap();
    spoke.push().await;
    let after = hub.get("alder-reader", &path).await.json()["score"].as_f64().unwrap();
    assert!(after < before, "{after} {before}");
    let feedback = hub.get("birch-reader", "/api/v1/feedback").await.json();
    let one = &feedback["feedback"][0];
    assert_eq!(
        (&one["kind"], &one["from"]),
        (&"false-positive".into(), &"Alder".into())
    );
    assert!(one["comment"].as_str().unwrap().contains("a public resolver"));
    assert_eq!(
        hub.get("elder-analyst", "/api/v1/feedback").await.json()["feedback"],
        json!([])
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_matcher_elsewhere_reports_hits_and_people_decide_over_the_api() {
    let hub = Kit::start().await;
    hub.share("birch-contributor", "common", &[indicator(1, "x")]).await;
    let rules = hub.get("alder-reader", "/api/v1/sighting-rules").await.json();
    assert_eq!(
        rules["rules"][0],
        json!({ "form": "count", "asks": true, "seconds": 3600, "log_line": false })
    );
    let put = r#"{"rules":[{"community":"common","form":"full","seconds":60}]}"#;
    let answer = hub
        .ask("alder-analyst", "PUT", "/api/v1/sighting-rules", Some(put))
        .await;
    assert_eq!(answer.json()["rules"][1]["community"], "common", "{}", answer.text());
    let hits = format!(
        r#"{{"hits":[{{"indicator":"{}","value":"192.0.2.1","kind":"ipv4","count":3,"source":"sensor"}},{{"indicator":"{}","value":"x"}}]}}"#,
        id("indicator", 1),
        id("indicator", 99)
    );
    let recorded = hub
        .ask("alder-contributor", "POST", "/api/v1/hits", Some(&hits))
        .await
        .json();
    assert_eq!(recorded, json!({ "counted": 3, "unknown": { id("indicator", 99): 1 } }));
    let later = hub.node.now().plus_micros(3_600_000_000);
    assert_eq!(hub.node.sightings_due(later).await.unwrap().waiting, 1);
    let listed = hub.get("alder-reader", "/api/v1/hits?limit=1").await.json();
    assert_eq!(
        (&listed["hits"][0]["state"], &listed["hits"][0]["values"][0]["value"]),
        (&"waiting".into(), &"192.0.2.1".into())
    );
    assert_eq!(hub.get("birch-reader", "/api/v1/hits").await.json()["hits"], json!([]));
    let pending = hub.get("alder-reader", "/api/v1/sightings/pending").await.json();
    let waiting = &pending["pending"][0];
    assert_eq!(waiting["objects"][0]["count"], 3);
    let path = format!("/api/v1/sightings/pending/{}", waiting["id"].as_str().unwrap());
    let confirm = Some(r#"{"answer":"confirm","form":"count"}"#);
    assert_eq!(hub.ask("birch-analyst", "POST", &path, confirm).await.status, 404);
    assert_eq!(hub.ask("alder-contributor", "POST", &path, confirm).await.status, 403);
    let told = hub.ask("alder-analyst", "POST", &path, confirm).await.json();
    assert_eq!(
        (&told["state"], &told["form"]),
        (&"told".into(), &"count".into()),
        "{told}"
    );
    let path = format!("/api/v1/objects/{}/feedback", id("indicator", 1));
    let given = hub
        .ask("alder-analyst", "POST", &path, Some(r#"{"kind":"expired"}"#))
        .await;
    assert_eq!(given.status, 201, "{}", given.text());
    assert_eq!(
        hub.get("birch-reader", "/api/v1/feedback").await.json()["feedback"][0]["kind"],
        "expired"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_used_is_refused_by_name() {
    let hub = Kit::start().await;
    let hit = |more: &str| format!(r#"{{"hits":[{{"indicator":"indicator--x","value":"x"{more}}}]}}"#);
    for (method, path, body, code) in [
        ("POST", "/api/v1/hits", hit(r#","event":"a log line""#), "bad-json"),
        ("POST", "/api/v1/hits", hit(r#","kind":"nonsense""#), "bad-kind"),
        ("POST", "/api/v1/hits", hit(r#","count":0"#), "bad-count"),
        (
            "PUT",
            "/api/v1/sighting-rules",
            r#"{"rules":[{"form":"loud"}]}"#.to_owned(),
            "bad-form",
        ),
        (
            "PUT",
            "/api/v1/sighting-rules",
            r#"{"rules":[{"form":"full","seconds":1}]}"#.to_owned(),
            "bad-window",
        ),
        (
            "PUT",
            "/api/v1/sighting-rules",
            r#"{"rules":[{"form":"count","log_line":true}]}"#.to_owned(),
            "log-line-names",
        ),
        (
            "PUT",
            "/api/v1/sighting-rules",
            r#"{"rules":[{"form":"count"},{"form":"full"}]}"#.to_owned(),
            "rule-twice",
        ),
    ] {
        let answer = hub.ask("alder-analyst", method, path, Some(&body)).await;
        let text = answer.text();
        assert!(
            answer.status >= 400 && answer.status < 500 && text.contains(code),
            "{path} {body}: {text}"
        );
    }
}

#[tokio::test]
async fn reports_of_many_systems_are_counted_once_a_message() {
    let hub = Kit::start().await;
    let shared = [indicator(1, "beacon"), indicator(2, "mailer")];
    hub.share("birch-contributor", "common", &shared).await;
    hub.share("alder-contributor", "grove", &[indicator(3, "elsewhere")])
        .await;
    let (first, second, unseen) = (id("indicator", 1), id("indicator", 2), id("indicator", 3));
    let body = format!(
        "{{\"indicator\":\"{first}\",\"count\":5}}\n{{\"indicator\":\"{second}\"}}\n{{\"indicator\":\"{first}\"}}\n\
         {{\"indicator\":\"{unseen}\",\"count\":2}}\nno report\n"
    );
    let send = |who: &'static str, message: &str| {
        let path = format!("/api/v1/telemetry?message={message}");
        let (hub, body) = (&hub, &body);
        async move { hub.ask(who, "POST", &path, Some(body)).await }
    };
    let answer = send("birch-contributor", "m-1").await.json();
    assert_eq!(
        answer,
        json!({
            "repeated": false, "counted": 7, "unknown": { unseen.as_str(): 2 }, "refused": 1,
            "refusals": [{ "line": 5, "why": "it is not a report: expected ident at line 1 column 2" }],
        })
    );
    let again = send("birch-contributor", "m-1").await.json();
    assert_eq!((&again["repeated"], &again["counted"]), (&json!(true), &json!(0)));
    // Another member's message of the same name is another message.
    assert_eq!(send("alder-contributor", "m-1").await.json()["repeated"], json!(false));

    let listed = hub.get("birch-reader", "/api/v1/hits").await.json();
    let mut counts: Vec<(String, i64)> = listed["hits"]
        .as_array()
        .unwrap()
        .iter()
        .map(|hit| {
            (
                hit["indicator"].as_str().unwrap().to_owned(),
                hit["count"].as_i64().unwrap(),
            )
        })
        .collect();
    counts.sort();
    assert_eq!(counts, [(first, 6), (second, 1)]);

    for (path, status, code) in [
        ("/api/v1/telemetry", 400, "message-missing"),
        ("/api/v1/telemetry?message=a%20b", 422, "bad-message-id"),
        ("/api/v1/telemetry?message=x&tpl=red", 400, "unknown-parameter"),
    ] {
        let answer = hub.ask("birch-contributor", "POST", path, Some(&body)).await;
        assert_eq!(
            (answer.status, answer.json()["code"].as_str()),
            (status, Some(code)),
            "{path}: {}",
            answer.text()
        );
    }
    assert_eq!(send("birch-reader", "m-2").await.status, 403);
}

#[tokio::test]
async fn messages_that_come_together_and_twice_are_each_counted_once() {
    let hub = Arc::new(Kit::start().await);
    hub.share("birch-contributor", "common", &[indicator(1, "beacon")])
        .await;
    let body = format!("{{\"indicator\":\"{}\",\"count\":3}}\n", id("indicator", 1)).repeat(10);
    let mut sending = tokio::task::JoinSet::new();
    for number in 0..60 {
        let (hub, body) = (Arc::clone(&hub), body.clone());
        sending.spawn(async move {
            let path = format!("/api/v1/telemetry?message=m{}", number % 20);
            hub.ask("birch-contributor", "POST", &path, Some(&body)).await.json()
        });
    }
    let (mut new, mut repeated) = (0, 0);
    while let Some(answer) = sending.join_next().await {
        let answer = answer.unwrap();
        match answer["repeated"].as_bool().unwrap() {
            true => repeated += 1,
            false => new += answer["counted"].as_u64().unwrap(),
        }
    }
    assert_eq!((new, repeated), (20 * 30, 40));
    let listed = hub.get("birch-reader", "/api/v1/hits").await.json();
    assert_eq!(listed["hits"][0]["count"], json!(600));
}
