//! Two nodes in one process, each served on its own port, that know each other as MISP servers only: one moves from the
//! other, pushes to it, pulls from it, and reads its feed.

use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};

use node::misp::migrate::{MigrationReport, MigrationSource, MigrationWish};
use node::partnership::{KeyWish, PersonWish};
use node::push::{PeerWish, PushReport};
use node::subscriptions::SubscriptionWish;
use policy::{CommunityId, MemberState, Role};
use serde_json::{Value, json};
use stix::marking::{Pap, Tlp};
use store::{CommunityKey, MemberKey, MispSentState, SubscriptionKind};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Handle;

use super::kit::{Answer, Kit, Wish, happens_before_reading};
use super::web::{self, Web};

const GROUP: &str = "77777777-0000-4000-8000-000000000007";

/// A node, by what makes it another than the other.
async fn hub(number: u64) -> Kit {
    let settings: fn(&mut node::Settings) = match number {
        1 => |settings| named(settings, 1),
        _ => |settings| named(settings, 2),
    };
    Kit::start_with(Wish {
        settings,
        seed: number * 1_000_003,
        ..Wish::default()
    })
    .await
}

fn named(settings: &mut node::Settings, number: u128) {
    settings.title = format!("Hub {number}");
    settings.identity = stix::Id::new(
        "identity",
        uuid::Uuid::from_u128(0x4000_8000_0000_0000_0000_u128 | number),
    );
}

fn key(kit: &Kit, who: &str) -> String {
    kit.authorization(who).unwrap().trim_start_matches("Bearer ").to_owned()
}

/// A request as MISP's clients send it.
async fn misp(kit: &Kit, who: &str, method: &str, path: &str, body: Value) -> Answer {
    let headers = [
        ("Authorization".to_owned(), key(kit, who)),
        ("Accept".to_owned(), "application/json".to_owned()),
        ("Content-Type".to_owned(), "application/json".to_owned()),
    ];
    let text = body.to_string();
    let body = (method == "POST").then_some(text.as_bytes());
    kit.send(method, path, &headers, body).await
}

async fn post(kit: &Kit, who: &str, path: &str, body: Value) -> Value {
    let answer = misp(kit, who, "POST", path, body).await;
    assert!(answer.status < 300, "{who} {path}: {}", answer.text());
    answer.json()
}

fn uuid(number: u32) -> String {
    format!("5c9a3b2e-0c1d-4f6a-8a55-{number:012}")
}

fn attribute(number: u32, more: Value) -> Value {
    let mut attribute = json!({
        "uuid": uuid(number), "type": "domain", "category": "Network activity", "value": format!("host-{number}.example"),
        "to_ids": true, "comment": format!("comment {number}"),
    });
    for (key, value) in more.as_object().unwrap() {
        attribute[key] = value.clone();
    }
    attribute
}

fn event(number: u32, distribution: u32, attributes: &[Value]) -> Value {
    json!({
        "uuid": uuid(number), "info": format!("Event {number}"), "date": "2026-11-20", "distribution": distribution.to_string(),
        "threat_level_id": "2", "analysis": "1", "published": true, "timestamp": "1795000000",
        "Tag": [{ "name": "tlp:green" }, { "name": "local:tag", "colour": "#aa0000" }],
        "Orgc": { "name": "Somebody else", "uuid": "99999999-0000-4000-8000-000000000009" },
        "Attribute": attributes,
        "Object": [{ "uuid": uuid(number + 50), "name": "file", "meta-category": "file", "Attribute": [
            { "uuid": uuid(number + 51), "object_relation": "filename", "type": "filename", "value": format!("f{number}.exe") },
            { "uuid": uuid(number + 52), "object_relation": "md5", "type": "md5",
                "value": format!("{number:032x}") },
        ] }],
        "EventReport": [{ "uuid": uuid(number + 60), "name": "Report", "content": "what *happened*" }],
    })
}

/// Time goes on by a few seconds, as the clock of a kit moves when it is read.
fn later(kit: &Kit) {
    for _ in 0..5_000 {
        kit.node.now();
    }
}

async fn people_of(kit: &Kit, member: policy::MemberId, login: &str, role: Role) -> String {
    let operator = kit.operator().await;
    let wish = PersonWish {
        member,
        login: login.to_owned(),
        name: login.to_owned(),
        role,
        password: None,
    };
    let person = kit.node.person_create(&operator, wish).await.unwrap();
    let wish = KeyWish {
        label: "exchange".to_owned(),
        ..KeyWish::default()
    };
    kit.node.key_create(&operator, person.id, wish).await.unwrap().0
}

/// An instance to move from: events of every distribution, an organisation with people, a group, a feed. The key that reads
/// it is of an operator whose member is Hub, which is in `common` and made the group.
async fn instance() -> (Kit, String) {
    let kit = hub(1).await;
    let operator = kit.operator().await;
    let hub = kit.members["Hub"];
    kit.node
        .membership_set(&operator, kit.communities["common"], hub, true, false)
        .await
        .unwrap();
    let group = store::NewCommunity {
        uuid: GROUP.parse().unwrap(),
        alias: "sector".to_owned(),
        title: "Sector of water".to_owned(),
        purpose: "Water".to_owned(),
        owner: hub,
        public: false,
        hides_members: false,
        default_tlp: Tlp::Green,
        strictest_tlp: Tlp::Red,
    };
    let made = kit
        .node
        .store()
        .community_put(&operator.principal, group)
        .await
        .unwrap();
    kit.node
        .membership_set(&kit.operator().await, made.id, kit.members["Birch"], true, false)
        .await
        .unwrap();
    kit.node.store().setting_put("misp-community", "common").await.unwrap();
    let group_number = made.id.0.to_string();
    for whole in [
        event(
            100,
            3,
            &[
                attribute(101, json!({})),
                attribute(102, json!({ "distribution": "0" })),
            ],
        ),
        event(200, 0, &[attribute(201, json!({}))]),
        event(300, 2, &[attribute(301, json!({ "Tag": [{ "name": "local:tag" }] }))]),
        {
            let mut whole = event(400, 4, &[attribute(401, json!({}))]);
            whole["sharing_group_id"] = json!(group_number);
            whole
        },
        event(
            500,
            1,
            &[attribute(
                501,
                json!({ "first_seen": "2026-11-01T00:00:00.000000+00:00" }),
            )],
        ),
    ] {
        post(&kit, "operator", "/events/add", whole).await;
    }
    let feed = json!({ "Feed": { "name": "A feed", "url": "https://feed.example/misp/", "source_format": "misp",
        "input_source": "network", "enabled": true } });
    post(&kit, "operator", "/feeds/add", feed).await;
    let secret = key(&kit, "operator");
    (kit, secret)
}

fn wish(kit: &Kit, port: u16, secret: &str, resume: bool) -> MigrationWish {
    let access = Box::new(serde_json::from_value(json!({ "key": secret, "proxy": "direct" })).unwrap());
    MigrationWish {
        source: MigrationSource::Server {
            url: format!("http://127.0.0.1:{port}/"),
            access,
        },
        community: kit.communities["common"],
        unsaid_to_community: false,
        resume,
        page_size: 2,
        size_limit: 16 << 20,
        samples: 10,
    }
}

/// A node to move to: Hub contributes to `common`.
async fn destination() -> Kit {
    let kit = hub(2).await;
    let operator = kit.operator().await;
    kit.node
        .membership_set(&operator, kit.communities["common"], kit.members["Hub"], true, false)
        .await
        .unwrap();
    kit.node.store().setting_put("misp-community", "common").await.unwrap();
    kit
}

async fn migrate(kit: &Kit, wish: MigrationWish) -> Result<MigrationReport, node::Error> {
    kit.node.misp_migrate(&kit.operator().await, wish, &mut |_| {}).await
}

async fn group_here(kit: &Kit) -> store::Community {
    let all = kit.node.store().community_list().await.unwrap();
    all.into_iter().find(|one| one.uuid.to_string() == GROUP).unwrap()
}

/// What somebody reads of an event: its distribution and its attributes in no object.
async fn read(kit: &Kit, who: &str, number: u32) -> Option<(String, Vec<String>)> {
    let answer = misp(kit, who, "GET", &format!("/events/view/{}", uuid(number)), Value::Null).await;
    if answer.status == 404 {
        return None;
    }
    let event = answer.json()["Event"].clone();
    let values = event["Attribute"].as_array().unwrap().iter();
    let mut values: Vec<String> = values.map(|one| one["value"].as_str().unwrap().to_owned()).collect();
    values.sort();
    Some((event["distribution"].as_str().unwrap().to_owned(), values))
}

#[tokio::test]
async fn an_instance_moves_whole_and_nobody_reads_more_than_there() {
    let (there, secret) = instance().await;
    let here = destination().await;
    let report = migrate(&here, wish(&here, there.port, &secret, false)).await.unwrap();
    let told = serde_json::to_string_pretty(&report).unwrap();
    assert_eq!((report.events.came, report.events.did_not), (5, 0), "{told}");
    assert_eq!((report.events_there, report.events_here), (5, 5), "{told}");
    // Two in each object, and six beside.
    assert_eq!((report.attributes_there, report.attributes_here), (16, 16), "{told}");
    assert_eq!((report.narrowed, report.compared), (1, 5), "{told}");
    assert!(report.differences.is_empty(), "{told}");

    // 1 to 3 to the community that was named, but not what is narrower in it.
    let all = vec!["host-101.example".to_owned(), "host-102.example".to_owned()];
    assert_eq!(read(&here, "operator", 100).await.unwrap().1, all);
    assert_eq!(read(&here, "alder-reader", 100).await.unwrap().1, all[..1]);
    assert_eq!(read(&here, "alder-reader", 300).await.unwrap().0, "2");
    // 0 to the operator's own member only.
    assert!(read(&here, "operator", 200).await.is_some());
    assert_eq!(read(&here, "alder-operator", 200).await, None);
    // 4 to the community that the group became; who was in it there and is no member under the same UUID is not in it.
    assert!(read(&here, "operator", 400).await.is_some());
    assert_eq!(read(&here, "birch-reader", 400).await, None);
    assert_eq!(group_here(&here).await.title, "Sector of water");

    // The organisation that made an event stays its creator, also where it is nobody here.
    let view = misp(
        &here,
        "alder-reader",
        "GET",
        &format!("/events/view/{}", uuid(100)),
        Value::Null,
    )
    .await
    .json();
    assert_eq!(view["Event"]["Orgc"]["name"], "Somebody else");
    assert_eq!(view["Event"]["published"], true);
    assert_eq!(view["Event"]["EventReport"][0]["content"], "what *happened*");

    // A feed is a subscription that is off.
    let feeds = misp(&here, "operator", "GET", "/feeds/index", Value::Null).await.json();
    assert_eq!(feeds.as_array().unwrap().len(), 1, "{told}");
    assert_eq!(feeds[0]["Feed"]["enabled"], false);

    // Once more: all is there, and nothing comes twice.
    let before = here
        .get("operator", "/commonwatch/collections/all/manifest/?match[version]=all")
        .await
        .body;
    let again = migrate(&here, wish(&here, there.port, &secret, false)).await.unwrap();
    assert_eq!((again.events.came, again.events.there_already), (0, 5));
    assert_eq!(
        (again.organisations.came, again.sharing_groups.came, again.feeds.came),
        (0, 0, 0)
    );
    let after = here
        .get("operator", "/commonwatch/collections/all/manifest/?match[version]=all")
        .await
        .body;
    assert_eq!(before, after);
}

#[tokio::test]
async fn organisations_come_as_members_that_are_not_let_in_and_their_people_as_people_who_cannot_sign_in() {
    let (there, secret) = instance().await;
    let here = destination().await;
    let report = migrate(&here, wish(&here, there.port, &secret, false)).await.unwrap();
    // Members of the same name are here under another UUID already; Hub has the same.
    assert_eq!(
        (report.organisations.did_not, report.organisations.there_already),
        (5, 1),
        "{:?}",
        report.reasons
    );
    let operator = there.operator().await;
    let wish_new = node::partnership::MemberWish {
        name: "Water works".to_owned(),
        kind: store::MemberKind::Operator,
        sectors: vec![],
        countries: vec![],
        provider: None,
        identity: Some(stix::Id::parse("identity--55555555-0000-4000-8000-000000000005").unwrap()),
    };
    let member = there.node.member_create(&operator, wish_new).await.unwrap();
    people_of(&there, member.id, "ada@water.example", Role::Operator).await;
    let group = group_here(&there).await;
    there
        .node
        .store()
        .membership_put(&operator.principal, group.id, member.id, true, false)
        .await
        .unwrap();

    let report = migrate(&here, wish(&here, there.port, &secret, false)).await.unwrap();
    assert_eq!(
        (report.organisations.came, report.people.came),
        (1, 1),
        "{:?}",
        report.reasons
    );
    let store = here.node.store();
    let member = store.member_get(MemberKey::Name("Water works")).await.unwrap().unwrap();
    assert_eq!(member.state, MemberState::Invited);
    assert_eq!(member.identity, "identity--55555555-0000-4000-8000-000000000005");
    let ada = store.person_by_login("ada@water.example").await.unwrap().unwrap();
    assert_eq!(
        (ada.active, ada.role, ada.member, ada.password_hash.is_none()),
        (false, Role::Coordinator, member.id, true)
    );
    let inside = store.membership_list(group_here(&here).await.id).await.unwrap();
    assert!(inside.iter().any(|membership| membership.member == member.id));
}

/// Passes connections on to a port until so many bytes have come back from it; then every one breaks.
async fn breaking(port: u16, requests: usize) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let own = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        let mut left = requests;
        while let Ok((mut inner, _)) = listener.accept().await {
            if left == 0 {
                continue;
            }
            // One request a connection: the head of the next would be another's.
            left -= 1;
            tokio::spawn(async move {
                let mut asked = vec![0; 1 << 16];
                let Ok(count) = inner.read(&mut asked).await else {
                    return;
                };
                let Ok(mut outer) = TcpStream::connect(("127.0.0.1", port)).await else {
                    return;
                };
                let head = String::from_utf8_lossy(&asked[..count]).into_owned();
                let head = head.replacen("\r\n", "\r\nConnection: close\r\n", 1);
                if outer.write_all(head.as_bytes()).await.is_err() {
                    return;
                }
                let mut answer = Vec::new();
                let _ = outer.read_to_end(&mut answer).await;
                let _ = inner.write_all(&answer).await;
            });
        }
    });
    own
}

#[tokio::test]
async fn a_migration_that_broke_off_goes_on_where_it_was() {
    let (there, secret) = instance().await;
    let here = destination().await;
    // Lists of five kinds, four pages of events, and then one event; the rest does not come.
    let port = breaking(there.port, 10).await;
    let broken = migrate(&here, wish(&here, port, &secret, false)).await;
    let told = match broken {
        Err(error) => error.to_string(),
        Ok(report) => panic!("nothing broke: {report:?}"),
    };
    assert!(told.contains("--resume"), "{told}");
    let came = {
        let mut count = 0;
        for number in [100, 200, 300, 400, 500] {
            count += usize::from(read(&here, "operator", number).await.is_some());
        }
        count
    };
    assert!(came < 5, "it broke after everything");
    // The way is the same, and works now: the place is kept for it.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    drop(listener);
    let through = breaking(there.port, 1_000).await;
    let mut on = wish(&here, through, &secret, true);
    if let MigrationSource::Server { url, .. } = &mut on.source {
        // What was noted is noted for the address it was asked at.
        let noted = here.node.store();
        let key_of = |port: u16| {
            use sha2::Digest as _;
            let digest = sha2::Sha256::digest(format!("http://127.0.0.1:{port}/").as_bytes());
            format!("misp-migration-{}", &hex::encode(digest)[..32])
        };
        let place = noted.setting_get(&key_of(port)).await.unwrap().unwrap();
        assert!(place.contains("\"people_done\":true"), "{place}");
        noted.setting_put(&key_of(through), &place).await.unwrap();
        assert!(url.contains(&through.to_string()));
    }
    let report = migrate(&here, on).await.unwrap();
    assert_eq!((report.events_there, report.events_here), (5, 5), "{report:?}");
    assert_eq!(
        report.events.came, 5,
        "what came before the break counts too: {report:?}"
    );
    assert_eq!((report.attributes_there, report.attributes_here), (16, 16));
    assert!(report.differences.is_empty(), "{report:?}");
}

#[tokio::test]
async fn a_dump_comes_without_asking_anybody() {
    let here = destination().await;
    let folder = tempfile::tempdir().unwrap();
    let put = |name: &str, value: &Value| std::fs::write(folder.path().join(name), value.to_string()).unwrap();
    put("manifest.json", &json!({}));
    put(
        "a.json",
        &json!({ "Event": event(100, 3, &[attribute(101, json!({}))]) }),
    );
    put(
        "b.json",
        &json!({ "response": [{ "Event": event(200, 0, &[attribute(201, json!({}))]) }] }),
    );
    let mut unsaid = event(300, 3, &[attribute(301, json!({}))]);
    unsaid.as_object_mut().unwrap().remove("distribution");
    put("c.json", &json!({ "Event": unsaid }));
    put("d.json", &json!("no event"));
    let mut asked = wish(&here, 0, "", false);
    asked.source = MigrationSource::Dump(folder.path().to_owned());
    let report = migrate(&here, asked.clone()).await.unwrap();
    assert_eq!((report.events.came, report.events.did_not), (3, 1), "{report:?}");
    assert!(report.reasons[0].what.ends_with("d.json"), "{report:?}");
    assert!(report.differences.is_empty(), "{report:?}");
    assert!(read(&here, "alder-reader", 100).await.is_some());
    assert_eq!(read(&here, "alder-reader", 200).await, None);
    // What says nothing of its distribution goes to nobody else, unless the operator says so.
    assert_eq!(read(&here, "alder-reader", 300).await, None);

    let nobody = here.node.local_caller("alder-coordinator").await.unwrap();
    let refused = here.node.misp_migrate(&nobody, asked, &mut |_| {}).await;
    assert!(
        matches!(refused, Err(node::Error::NotAllowed(_) | node::Error::NotFound(_))),
        "{refused:?}"
    );
}

/// A push to the MISP server for which Birch stands, wherever that is.
fn wish_of(from: &Kit, mut settings: Value) -> PeerWish {
    settings["kind"] = "misp".into();
    PeerWish {
        name: "misp".to_owned(),
        url: String::new(),
        settings,
        member: from.members["Birch"],
        community: None,
        interval_seconds: 600,
        enabled: true,
    }
}

/// One node pushes to another: the first's member Birch stands for it, in `common`; there it is Alder's analyst.
async fn pushing(unlike: Value) -> (Kit, Kit, CommunityId) {
    let (from, to) = (hub(1).await, hub(2).await);
    for kit in [&from, &to] {
        kit.node.store().setting_put("misp-community", "common").await.unwrap();
    }
    let mut settings = json!({ "key": key(&to, "alder-analyst"), "proxy": "direct" });
    for (name, value) in unlike.as_object().unwrap() {
        settings[name] = value.clone();
    }
    let mut wish = wish_of(&from, settings);
    wish.url = format!("http://127.0.0.1:{}/", to.port);
    from.node.peer_put(&from.operator().await, wish).await.unwrap();
    let common = from.communities["common"];
    (from, to, common)
}

async fn push(kit: &Kit) -> PushReport {
    let report = kit.node.push_run(&kit.operator().await, "misp").await.unwrap();
    assert_eq!(report.error, None, "{report:?}");
    report
}

#[tokio::test]
async fn what_a_member_sees_goes_to_its_misp_server_one_hop_down_and_once() {
    let (from, to, _) = pushing(json!({})).await;
    for (number, distribution) in [(100, 3), (200, 2), (300, 1), (400, 0)] {
        let narrow = attribute(number + 2, json!({ "distribution": "1" }));
        let whole = event(number, distribution, &[attribute(number + 1, json!({})), narrow]);
        post(&from, "alder-analyst", "/events/add", whole).await;
    }
    let waiting = from.node.push_backlog(&from.operator().await, "misp").await.unwrap();
    assert_eq!(waiting.waiting, 2);
    let report = push(&from).await;
    assert_eq!((report.sent, report.refused), (2, 0), "{report:?}");
    // 3 stays, 2 becomes 1, the rest stays here; what says nothing in an event of 3 goes with it, what says 1 does not.
    let there = read(&to, "alder-reader", 100).await.unwrap();
    assert_eq!((there.0.as_str(), there.1), ("3", vec!["host-101.example".to_owned()]));
    assert_eq!(read(&to, "alder-reader", 200).await.unwrap().0, "1");
    assert_eq!(
        (
            read(&to, "alder-analyst", 300).await,
            read(&to, "alder-analyst", 400).await
        ),
        (None, None)
    );
    assert!(
        read(&to, "birch-reader", 100).await.is_some(),
        "it went to the community there"
    );
    let view = misp(
        &to,
        "alder-reader",
        "GET",
        &format!("/events/view/{}", uuid(100)),
        Value::Null,
    )
    .await
    .json();
    assert_eq!(view["Event"]["Orgc"]["name"], "Somebody else");
    assert_eq!(view["Event"]["Object"][0]["Attribute"].as_array().unwrap().len(), 2);

    // Again: nothing is new, and nothing changes there.
    let before = to
        .get(
            "alder-analyst",
            "/commonwatch/collections/all/manifest/?match[version]=all",
        )
        .await
        .body;
    let report = push(&from).await;
    assert_eq!(
        (report.sent, report.refused, report.result.as_str()),
        (0, 0, "nothing new"),
        "{report:?}"
    );
    // A store that lost what it knew of the peer asks, and is told that all is there.
    let peer = from.node.store().peer_get("misp").await.unwrap().unwrap();
    from.node.store().misp_sent_forget_all(peer.id).await.unwrap();
    assert_eq!(push(&from).await.sent, 0);
    let after = to
        .get(
            "alder-analyst",
            "/commonwatch/collections/all/manifest/?match[version]=all",
        )
        .await
        .body;
    assert_eq!(before, after);

    // The member was given the events, and the record says so.
    let sent = from.node.store().misp_sent(peer.id, 0, i64::MAX, 100).await.unwrap();
    assert!(sent.iter().all(|one| one.state == MispSentState::Known), "{sent:?}");
}

#[tokio::test]
async fn what_changed_goes_again_and_what_is_taken_back_is_deleted_there() {
    let (from, to, _) = pushing(json!({})).await;
    let whole = event(100, 3, &[attribute(101, json!({})), attribute(102, json!({}))]);
    post(&from, "alder-analyst", "/events/add", whole).await;
    post(
        &from,
        "alder-analyst",
        "/events/add",
        event(200, 3, &[attribute(201, json!({}))]),
    )
    .await;
    assert_eq!(push(&from).await.sent, 2);

    later(&from);
    later(&from);
    post(
        &from,
        "alder-analyst",
        &format!("/attributes/add/{}", uuid(100)),
        attribute(103, json!({})),
    )
    .await;
    post(
        &from,
        "alder-analyst",
        &format!("/events/publish/{}", uuid(100)),
        json!({}),
    )
    .await;
    let report = push(&from).await;
    assert_eq!((report.sent, report.refused), (1, 0), "{report:?}");
    let values = |numbers: &[u32]| {
        numbers
            .iter()
            .map(|number| format!("host-{number}.example"))
            .collect::<Vec<_>>()
    };
    assert_eq!(
        read(&to, "alder-reader", 100).await.unwrap().1,
        values(&[101, 102, 103])
    );

    // An attribute that was taken back, and an event.
    post(
        &from,
        "alder-analyst",
        &format!("/attributes/delete/{}/1", uuid(101)),
        json!({}),
    )
    .await;
    post(
        &from,
        "alder-analyst",
        &format!("/events/delete/{}", uuid(200)),
        json!({}),
    )
    .await;
    let report = push(&from).await;
    assert!(report.taken_back >= 2, "{report:?}");
    assert_eq!(read(&to, "alder-analyst", 200).await, None);
    assert_eq!(read(&to, "alder-reader", 100).await.unwrap().1, values(&[102, 103]));
    assert_eq!(push(&from).await.taken_back, 0);
}

#[tokio::test]
async fn what_is_not_for_the_member_any_more_is_deleted_at_its_server() {
    let (from, to, common) = pushing(json!({})).await;
    post(
        &from,
        "alder-analyst",
        "/events/add",
        event(100, 3, &[attribute(101, json!({}))]),
    )
    .await;
    assert_eq!(push(&from).await.sent, 1);
    assert!(read(&to, "alder-reader", 100).await.is_some());
    let operator = from.operator().await;
    from.node
        .store()
        .membership_remove(&operator.principal, common, from.members["Birch"])
        .await
        .unwrap();
    let report = push(&from).await;
    assert_eq!(report.taken_back, 1, "{report:?}");
    assert_eq!(read(&to, "alder-analyst", 100).await, None);
}

/// Birch, which stands for the server, is suspended; or loses the event.
async fn takes_away(from: &Kit, what: &str) {
    let (node, birch, operator) = (&from.node, from.members["Birch"], from.operator().await);
    match what {
        "suspended" => drop(node.member_activate(&operator, birch, false).await.unwrap()),
        "left the community" => {
            let common = from.communities["common"];
            node.membership_end(&operator, common, birch).await.unwrap();
        }
        "recalled" => {
            let path = format!("/events/delete/{}", uuid(100));
            post(from, "alder-analyst", &path, json!({})).await;
        }
        _ => unreachable!(),
    }
}

const TAKEN: [&str; 3] = ["suspended", "left the community", "recalled"];

#[tokio::test]
async fn what_is_taken_from_the_member_before_a_push_reads_is_not_sent() {
    for what in TAKEN {
        let (from, to, _) = pushing(json!({})).await;
        let from = Arc::new(from);
        let whole = event(100, 3, &[attribute(101, json!({}))]);
        post(&from, "alder-analyst", "/events/add", whole).await;
        let meanwhile = Arc::clone(&from);
        let came = happens_before_reading(&from.node, 0, async move { takes_away(&meanwhile, what).await });
        from.node.push_run(&from.operator().await, "misp").await.unwrap();
        assert!(came.load(Ordering::SeqCst));
        assert_eq!(read(&to, "alder-analyst", 100).await, None, "{what}");
        from.node.push_run(&from.operator().await, "misp").await.unwrap();
        assert_eq!(read(&to, "alder-analyst", 100).await, None, "{what}");
    }
}

/// The other server takes its time: while it says which events it wants, the rules move on here.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_taken_from_the_member_while_its_server_is_asked_is_not_sent() {
    for what in TAKEN {
        let (from, ..) = pushing(json!({})).await;
        let from = Arc::new(from);
        for number in [100, 200] {
            let whole = event(number, 3, &[attribute(number + 1, json!({}))]);
            post(&from, "alder-analyst", "/events/add", whole).await;
        }
        let sent = Arc::new(Mutex::new(Vec::new()));
        let (meanwhile, took, here) = (Arc::clone(&from), Arc::clone(&sent), Handle::current());
        let mut taken = false;
        let server = Web::start(move |asked| match asked.path.as_str() {
            "/events/filterEventIdsForPush" => {
                if !std::mem::replace(&mut taken, true) {
                    tokio::task::block_in_place(|| here.block_on(takes_away(&meanwhile, what)));
                }
                let asked: Value = serde_json::from_str(&asked.body).unwrap();
                let asked = asked.as_array().unwrap().iter();
                let wanted: Vec<&Value> = asked.map(|one| &one["Event"]["uuid"]).collect();
                web::Answer::ok(json!(wanted).to_string())
            }
            "/events/add" => {
                took.lock().unwrap().push(asked.body.clone());
                web::Answer::ok(json!({ "Event": {} }).to_string())
            }
            _ => web::Answer::of(404, "{}"),
        })
        .await;
        let operator = from.operator().await;
        let mut wish = wish_of(&from, json!({ "key": "k", "proxy": "direct" }));
        wish.url = server.url("/");
        from.node.peer_put(&operator, wish).await.unwrap();
        for _ in 0..2 {
            from.node.push_run(&operator, "misp").await.unwrap();
        }
        // The event that the member may read still goes, and no other: now, or with the next run.
        let sent = sent.lock().unwrap();
        assert_eq!(sent.len(), usize::from(what == "recalled"), "{what}: {sent:?}");
        assert!(!sent.iter().any(|event| event.contains("host-101")), "{what}");
    }
}

#[tokio::test]
async fn a_break_between_sending_and_noting_loses_nothing_and_sends_nothing_twice() {
    let (from, to, _) = pushing(json!({})).await;
    for number in [100, 200, 300] {
        post(
            &from,
            "alder-analyst",
            "/events/add",
            event(number, 3, &[attribute(number + 1, json!({}))]),
        )
        .await;
    }
    let operator = from.operator().await;
    // The way breaks after the question, two events looked for, and one sent: nothing of the last answer came back.
    let through = breaking(to.port, 4).await;
    let known = from.node.store().peer_get("misp").await.unwrap().unwrap();
    let url = |port: u16| format!("http://127.0.0.1:{port}/");
    let broken = store::NewPeer {
        url: url(through),
        ..known.terms.clone()
    };
    from.node.store().peer_put(&operator.principal, broken).await.unwrap();
    let report = from.node.push_run(&operator, "misp").await.unwrap();
    assert!(report.error.is_some(), "{report:?}");
    from.node
        .store()
        .peer_put(&operator.principal, known.terms)
        .await
        .unwrap();
    push(&from).await;
    for number in [100, 200, 300] {
        let (_, values) = read(&to, "alder-reader", number).await.unwrap();
        assert_eq!(values.len(), 1);
    }
    let peer = from.node.store().peer_get("misp").await.unwrap().unwrap();
    let sent = from.node.store().misp_sent(peer.id, 0, i64::MAX, 100).await.unwrap();
    assert_eq!(
        sent.iter().filter(|one| one.state == MispSentState::Sent).count(),
        3,
        "{sent:?}"
    );
}

#[tokio::test]
async fn what_its_author_gave_no_distribution_stays_unless_the_operator_assumes_one() {
    let (from, to, _) = pushing(json!({ "assumed_distribution": 3 })).await;
    let report = format!(
        r#"{{"type":"report","spec_version":"2.1","id":"report--{}","created":"2026-11-20T00:00:00.000Z","modified":"2026-11-20T00:00:00.000Z","name":"From STIX","published":"2026-11-20T00:00:00Z","object_refs":["{}"]}}"#,
        uuid(700),
        super::kit::id("indicator", 1)
    );
    from.share(
        "alder-analyst",
        &from.collection("common").await,
        &[super::kit::indicator(1, "one"), report],
    )
    .await;
    let pushed = push(&from).await;
    assert!(read(&to, "alder-reader", 700).await.is_some(), "{pushed:?}");
    let settings = json!({ "kind": "taxii", "assumed_distribution": 3 });
    let wish = PeerWish {
        name: "other".to_owned(),
        url: "https://hub.example/".to_owned(),
        settings,
        member: from.members["Birch"],
        community: None,
        interval_seconds: 600,
        enabled: true,
    };
    assert!(from.node.peer_put(&from.operator().await, wish).await.is_err());
}

async fn subscribe(kit: &Kit, kind: SubscriptionKind, url: String, secret: &str) -> node::subscriptions::RunReport {
    let wish = SubscriptionWish {
        name: "there".to_owned(),
        kind,
        url,
        settings: json!({ "key": secret, "proxy": "direct" }),
        member: kit.members["Alder"],
        community: kit.communities["common"],
        tlp: Tlp::Green,
        pap: Pap::Clear,
        interval_seconds: 600,
        size_limit: 16 << 20,
        enabled: true,
    };
    let operator = kit.operator().await;
    kit.node.subscription_put(&operator, wish).await.unwrap();
    kit.node.subscription_run(&operator, "there").await.unwrap()
}

#[tokio::test]
async fn a_feed_is_read_by_another_node_with_the_eyes_of_its_key_and_is_signed() {
    let (from, to) = (hub(1).await, hub(2).await);
    from.node.store().setting_put("misp-community", "common").await.unwrap();
    post(
        &from,
        "alder-analyst",
        "/events/add",
        event(100, 3, &[attribute(101, json!({}))]),
    )
    .await;
    post(
        &from,
        "alder-analyst",
        "/events/add",
        event(200, 0, &[attribute(201, json!({}))]),
    )
    .await;
    let mut draft = event(300, 3, &[attribute(301, json!({}))]);
    draft["published"] = json!(false);
    post(&from, "alder-analyst", "/events/add", draft).await;

    let birch = key(&from, "birch-reader");
    let url = format!("http://127.0.0.1:{}/misp/feed/", from.port);
    let report = subscribe(&to, SubscriptionKind::MispFeed, url, &birch).await;
    assert_eq!((report.error.as_deref(), report.refused), (None, 0), "{report:?}");
    assert!(report.accepted > 0);
    assert!(read(&to, "alder-reader", 100).await.is_some());
    assert_eq!(
        (
            read(&to, "alder-reader", 200).await,
            read(&to, "alder-reader", 300).await
        ),
        (None, None)
    );

    let manifest = misp(&from, "birch-reader", "GET", "/misp/feed/manifest.json", Value::Null).await;
    let listed: Vec<String> = manifest.json().as_object().unwrap().keys().cloned().collect();
    assert_eq!(listed, [uuid(100)]);
    let hashes = misp(&from, "birch-reader", "GET", "/misp/feed/hashes.csv", Value::Null)
        .await
        .text();
    // md5 of host-101.example
    let line = formats::misp::hash_line("host-101.example", uuid(100).parse().unwrap());
    assert!(hashes.contains(line.trim()), "{hashes}");
    assert!(!hashes.contains(&uuid(200)));
    let hidden = misp(
        &from,
        "birch-reader",
        "GET",
        &format!("/misp/feed/{}.json", uuid(200)),
        Value::Null,
    )
    .await;
    assert_eq!(hidden.status, 404);

    // A signature is over the bytes that the same reader gets.
    for name in ["manifest.json", "hashes.csv", &format!("{}.json", uuid(100))] {
        use sha2::Digest as _;
        let file = misp(&from, "birch-reader", "GET", &format!("/misp/feed/{name}"), Value::Null)
            .await
            .body;
        let signed = misp(
            &from,
            "birch-reader",
            "GET",
            &format!("/misp/feed/{name}.sig"),
            Value::Null,
        )
        .await
        .json();
        let digest = hex::encode(sha2::Sha256::digest(&file));
        assert_eq!(signed["sha256"], digest.as_str(), "{name}");
        let key: ledger::VerifyingKey = signed["key"].as_str().unwrap().parse().unwrap();
        let note = ledger::note::SignedNote::parse(signed["note"].as_str().unwrap()).unwrap();
        let text = note.verify(&key).unwrap();
        assert_eq!(
            text,
            format!("commonwatch-misp-feed-file\n{name}\n{} {digest}\n", file.len())
        );
    }
}

#[tokio::test]
async fn a_node_pulls_from_another_as_from_a_misp_server() {
    let (from, to) = (hub(1).await, hub(2).await);
    from.node.store().setting_put("misp-community", "common").await.unwrap();
    post(
        &from,
        "alder-analyst",
        "/events/add",
        event(100, 3, &[attribute(101, json!({}))]),
    )
    .await;
    let url = format!("http://127.0.0.1:{}/", from.port);
    let report = subscribe(&to, SubscriptionKind::MispServer, url, &key(&from, "birch-reader")).await;
    assert_eq!((report.error.as_deref(), report.refused), (None, 0), "{report:?}");
    assert_eq!(read(&to, "alder-reader", 100).await.unwrap().1, ["host-101.example"]);
    let servers = misp(&to, "operator", "GET", "/servers/index", Value::Null).await.json();
    let number = servers[0]["Server"]["id"].as_str().unwrap().to_owned();
    let tested = misp(
        &to,
        "operator",
        "POST",
        &format!("/servers/testConnection/{number}"),
        json!({}),
    )
    .await
    .json();
    // A reader's key may not exchange events.
    assert_eq!(tested["status"], 5, "{tested}");
}

#[tokio::test]
async fn servers_and_feeds_are_subscriptions_and_peers_and_show_no_key() {
    let kit = destination().await;
    let members = kit.members.clone();
    let wish = json!({ "name": "the other", "url": "http://127.0.0.1:1/", "authkey": "geheimgeheim", "push": true, "pull": true,
        "remote_org_id": members["Birch"].0.to_string() });
    let made = post(&kit, "operator", "/servers/add", wish).await;
    assert_eq!(
        (&made["Server"]["name"], &made["Server"]["authkey"]),
        (&json!("the-other"), &json!(""))
    );
    let number = made["Server"]["id"].as_str().unwrap().to_owned();
    let answer = misp(&kit, "operator", "GET", "/servers/index", Value::Null).await;
    assert!(!answer.text().contains("geheim"), "{}", answer.text());
    let operator = kit.operator().await;
    assert_eq!(kit.node.peers(&operator).await.unwrap()[0].settings["kind"], "misp");
    assert_eq!(
        kit.node.subscriptions(&operator).await.unwrap()[0]
            .subscription
            .terms
            .kind,
        SubscriptionKind::MispServer
    );
    let edited = post(
        &kit,
        "operator",
        &format!("/servers/edit/{number}"),
        json!({ "push": false }),
    )
    .await;
    assert_eq!(
        (&edited["Server"]["push"], &edited["Server"]["pull"]),
        (&json!(false), &json!(true))
    );
    let pulled = post(&kit, "operator", &format!("/servers/pull/{number}"), json!({})).await;
    assert_eq!(pulled["saved"], false, "nobody listens there: {pulled}");
    // The key that was set before is the key still.
    let kept = kit.node.store().subscription_get("the-other").await.unwrap().unwrap();
    assert!(kept.terms.settings.contains("geheimgeheim"));
    post(&kit, "operator", &format!("/servers/delete/{number}"), json!({})).await;
    assert!(kit.node.peers(&operator).await.unwrap().is_empty());

    let feed = json!({ "Feed": { "name": "list", "url": "http://127.0.0.1:1/x.csv", "source_format": "csv", "headers": "X-Key: geheim" } });
    let made = post(&kit, "operator", "/feeds/add", feed).await;
    assert!(!made.to_string().contains("geheim"));
    let number = made["Feed"]["id"].as_str().unwrap().to_owned();
    let edited = post(
        &kit,
        "operator",
        &format!("/feeds/edit/{number}"),
        json!({ "Feed": { "enabled": true } }),
    )
    .await;
    assert_eq!(edited["Feed"]["enabled"], true);
    post(&kit, "operator", &format!("/feeds/disable/{number}"), json!({})).await;
    assert_eq!(
        misp(&kit, "operator", "GET", &format!("/feeds/view/{number}"), Value::Null)
            .await
            .json()["Feed"]["enabled"],
        false
    );
    post(&kit, "operator", &format!("/feeds/delete/{number}"), json!({})).await;

    for who in ["alder-coordinator", "birch-reader"] {
        for path in [
            "/servers/index",
            "/feeds/index",
            "/servers/serverSettings",
            "/servers/getWorkers",
        ] {
            let answer = misp(&kit, who, "GET", path, Value::Null).await;
            assert!(matches!(answer.status, 403 | 404), "{who} {path}: {}", answer.status);
        }
    }
}

#[tokio::test]
async fn a_setting_is_read_here_and_set_where_it_belongs() {
    let kit = destination().await;
    let read = misp(&kit, "operator", "GET", "/servers/getSetting/MISP.org", Value::Null)
        .await
        .json();
    assert_eq!(
        (&read["setting"], &read["value"]),
        (&json!("MISP.org"), &json!("Hub 2"))
    );
    let kept = misp(
        &kit,
        "operator",
        "POST",
        "/servers/serverSettingsEdit/MISP.live",
        json!({ "value": true }),
    )
    .await;
    assert_eq!(kept.status, 200, "{}", kept.text());
    let refused = misp(
        &kit,
        "operator",
        "POST",
        "/servers/serverSettingsEdit/MISP.org",
        json!({ "value": "x" }),
    )
    .await;
    assert_eq!(refused.status, 403);
    assert!(refused.text().contains("configuration file"), "{}", refused.text());
    let schema = misp(&kit, "operator", "GET", "/servers/dbSchemaDiagnostic", Value::Null)
        .await
        .json();
    assert_eq!(schema["dbVersion"], schema["expectedDbVersion"]);
    assert_eq!(
        misp(&kit, "operator", "POST", "/servers/update", json!({}))
            .await
            .status,
        403
    );
    let community = kit
        .node
        .store()
        .community_get(CommunityKey::Alias("common"))
        .await
        .unwrap();
    assert!(community.is_some());
}

#[tokio::test]
async fn what_blocked_organisations_made_is_not_fetched() {
    let (from, to) = (hub(1).await, hub(2).await);
    from.node.store().setting_put("misp-community", "common").await.unwrap();
    let mut others = event(200, 3, &[attribute(201, json!({}))]);
    others["Orgc"] = json!({ "name": "Another", "uuid": "99999999-0000-4000-8000-000000000010" });
    for whole in [event(100, 3, &[attribute(101, json!({}))]), others] {
        post(&from, "alder-analyst", "/events/add", whole).await;
    }
    let list = json!({ "uuids": ["99999999-0000-4000-8000-000000000009"], "org_name": "Somebody else" });
    post(&to, "operator", "/orgBlocklists/add", list).await;
    let birch = key(&from, "birch-reader");
    for (kind, path) in [
        (SubscriptionKind::MispServer, ""),
        (SubscriptionKind::MispFeed, "misp/feed/"),
    ] {
        let url = format!("http://127.0.0.1:{}/{path}", from.port);
        let report = subscribe(&to, kind, url, &birch).await;
        assert_eq!(report.error.as_deref(), None, "{report:?}");
        assert_eq!(read(&to, "alder-reader", 100).await, None, "{kind:?}");
        assert!(read(&to, "alder-reader", 200).await.is_some(), "{kind:?}");
    }
}
