//! Every route as everybody, and not a word in any answer that its reader may not see.
//!
//! Words that occur nowhere else ("canaries") are put into objects, names, keys and communities. Then every route of the
//! router is asked by every actor with every identifier there is, and every byte of every answer, headers too, is searched
//! for the words that this actor may not see.

use std::collections::BTreeMap;

use http::Method;
use server::problem::Dialect;
use server::{App, Needs, Options, Route, routes};

use super::kit::{Answer, Kit, Wish, id, indicator};

/// A word, who may see it (actors whose name begins so), and where it is.
pub struct Canary {
    word: &'static str,
    seen_by: &'static [&'static str],
}

const NOBODY: &[&str] = &[];
const EVERYBODY: &[&str] = &["alder", "birch", "cedar", "elder", "operator", "public"];
/// Those who may not sign in too: they are strangers.
const STRANGERS_TOO: &[&str] = &["alder", "birch", "cedar", "dogwood", "elder", "operator", "public"];

/// The objects: number, word, community, parameters of the share, who may see it.
const OBJECTS: [(u32, &str, &str, &[&str]); 9] = [
    (
        1,
        "kanarigreencommon",
        "community=common&tlp=green",
        &["alder", "birch", "cedar"],
    ),
    (
        2,
        "kanaristrictcommon",
        "community=common&tlp=amber%2Bstrict",
        &["alder", "birch"],
    ),
    (3, "kanarigreengrove", "community=grove&tlp=green", &["alder", "cedar"]),
    (4, "kanaristrictgrove", "community=grove&tlp=amber%2Bstrict", &["alder"]),
    (
        5,
        "kanarirednamed",
        "community=common&named=Birch&tlp=red",
        &["alder", "birch"],
    ),
    (6, "kanariredown", "named=Alder&tlp=red", &["alder"]),
    (7, "kanarihome", "tlp=amber%2Bstrict", &["alder"]),
    (8, "kanariclear", "community=grove&tlp=clear", EVERYBODY),
    (
        9,
        "kanariwithheld",
        "community=hidden&tlp=green&withheld=true",
        &["alder", "elder", "cedar"],
    ),
];

/// Words that are there anyway.
const NAMES: [Canary; 13] = [
    Canary {
        word: "kanaribridge",
        seen_by: &["operator"],
    },
    Canary {
        word: "kanarifeed",
        seen_by: &["operator"],
    },
    Canary {
        word: "kanaripeer",
        seen_by: &["operator"],
    },
    Canary {
        word: "kanarisecret",
        seen_by: NOBODY,
    },
    Canary {
        word: "Community grove",
        seen_by: &["alder", "operator"],
    },
    Canary {
        word: "Purpose of grove",
        seen_by: &["alder", "operator"],
    },
    Canary {
        word: "Community wood",
        seen_by: &["birch", "operator"],
    },
    Canary {
        word: "Community hidden",
        seen_by: &["alder", "elder", "operator"],
    },
    // A member of a community that hides its members, which withheld its name as well.
    Canary {
        word: "Elder",
        seen_by: &["elder", "operator"],
    },
    // A client shares no community with anybody.
    Canary {
        word: "Cedar",
        seen_by: &["cedar", "operator"],
    },
    Canary {
        word: "key-of-alder-reader",
        seen_by: &["alder-reader", "operator", "alder-operator", "birch-operator"],
    },
    Canary {
        word: "key-of-birch-analyst",
        seen_by: &["birch-analyst", "operator", "alder-operator", "birch-operator"],
    },
    Canary {
        word: "$argon2",
        seen_by: NOBODY,
    },
];

/// Roles that administer the node whatever their member: they know all members and communities, but no content.
const OPERATORS: [&str; 3] = ["operator", "alder-operator", "birch-operator"];

fn may_see(canary: &Canary, actor: &str) -> bool {
    let is_operator = OPERATORS.contains(&actor) && canary.seen_by.contains(&"operator");
    is_operator
        || canary
            .seen_by
            .iter()
            .any(|prefix| *prefix != "operator" && actor.starts_with(prefix))
        || canary.seen_by.contains(&actor)
}

/// The variables of the paths of MISP's interface.
const MISP_VARIABLES: [&str; 33] = [
    "{event}",
    "{attribute}",
    "{element}",
    "{said}",
    "{about}",
    "{about_type}",
    "{uuid}",
    "{kind}",
    "{tag}",
    "{user}",
    "{organisation}",
    "{group}",
    "{role}",
    "{hard}",
    "{context}",
    "{filter}",
    "{word}",
    "{strict}",
    "{percent}",
    "{name_sort}",
    "{by}",
    "{template}",
    "{metadata}",
    "{scope}",
    "{format}",
    "{server}",
    "{misp}",
    "{delegation}",
    "{blocked}",
    "{option}",
    "{other}",
    "{question}",
    "{version}",
];

pub async fn filled() -> (Kit, Vec<Canary>, BTreeMap<&'static str, Vec<String>>) {
    let kit = Kit::start_with(Wish {
        settings: |settings| {
            settings.public_reading = true;
            settings.site.pages = true;
            settings.site.reports = true;
        },
        ..Wish::default()
    })
    .await;
    let mut canaries: Vec<Canary> = NAMES.into_iter().collect();
    let mut transfers = vec!["00000000-0000-4000-8000-000000000000".to_owned()];
    for (number, word, query, seen_by) in OBJECTS {
        let body = format!("{{\"objects\":[{}]}}", indicator(number, word));
        let who = if word == "kanariwithheld" {
            "elder-analyst"
        } else {
            "alder-contributor"
        };
        let answer = kit
            .ask(who, "POST", &format!("/api/v1/share?{query}"), Some(&body))
            .await;
        assert_eq!(answer.json()["accepted"], 1, "{word}: {}", answer.text());
        transfers.push(answer.json()["transfer"].as_str().unwrap().to_owned());
        canaries.push(Canary { word, seen_by });
    }
    kit.share("birch-contributor", "wood", &[indicator(20, "kanariwood")])
        .await;
    canaries.push(Canary {
        word: "kanariwood",
        seen_by: &["birch"],
    });
    let feed = r#"{"kind":"list","url":"https://kanarifeed.example/list","member":"Alder","community":"grove","tlp":"green","settings":{"login":"x","password":"kanarisecret"}}"#;
    assert_eq!(
        kit.ask("operator", "PUT", "/api/v1/subscriptions/feed", Some(feed))
            .await
            .status,
        200
    );
    let peer = r#"{"url":"https://kanaripeer.example/taxii2/","member":"Birch","settings":{"bearer":"kanarisecret"}}"#;
    assert_eq!(
        kit.ask("operator", "PUT", "/api/v1/peers/feed", Some(peer))
            .await
            .status,
        200
    );
    let bridge = bridged(&kit).await;
    canaries.extend(sightings(&kit).await);
    let (promised, commitments) = commitments(&kit).await;
    canaries.extend(promised);
    let (more, variables) = membership(&kit).await;
    canaries.extend(more);
    let (recalls, more) = recalled(&kit).await;
    canaries.extend(more);
    let (requests, more) = asked(&kit).await;
    canaries.extend(more);
    kit.ways_in("alder-reader", "kanarisubject", "kanaripasskey").await;
    let owner = &["alder-reader", "operator", "alder-operator", "birch-operator"];
    canaries.extend(["kanarisubject", "kanaripasskey"].map(|word| Canary { word, seen_by: owner }));
    let saved = r#"{"name":"kanarisearch","question":"kanarisought","today":true}"#;
    let saved = kit.ask("alder-reader", "POST", "/api/v1/searches", Some(saved)).await;
    assert_eq!(saved.status, 201, "{}", saved.text());
    let searches = vec![
        saved.json()["id"].as_str().unwrap().to_owned(),
        "00000000-0000-4000-8000-000000000002".to_owned(),
    ];
    canaries.extend(["kanarisearch", "kanarisought"].map(|word| Canary { word, seen_by: owner }));
    super::misp_vocabulary::fill(&kit).await;
    canaries.push(Canary {
        word: "kanaricluster",
        seen_by: &["alder"],
    });
    let (misp, more) = misp(&kit).await;
    canaries.extend(more);
    let (proposals, more) = proposed(&kit).await;
    canaries.extend(more);
    let (public, more) = published(&kit).await;
    canaries.extend(more);
    while kit.node.store().index_next(1_000).await.unwrap() > 0 {}
    let mut objects: Vec<String> = (1..=9)
        .chain([20, 30, 99])
        .map(|number| id("indicator", number))
        .collect();
    let alder = kit.members["Alder"];
    let waiting = kit.node.store().seen_waiting(alder, None, 10).await.unwrap();
    objects.extend(waiting.iter().map(|seen| seen.uuid.to_string()));
    let mut communities: Vec<String> = ["all", "common", "grove", "wood", "hidden", "weir", "nowhere"]
        .map(str::to_owned)
        .to_vec();
    communities.extend(
        kit.node
            .store()
            .community_list()
            .await
            .unwrap()
            .iter()
            .map(|community| community.uuid.to_string()),
    );
    let members = ["Alder", "Birch", "Cedar", "Dogwood", "Elder", "Nobody"]
        .map(str::to_owned)
        .to_vec();
    let keys = (1..30).map(|number| number.to_string()).collect();
    let mut pool = BTreeMap::from([
        ("{object}", objects.clone()),
        ("{id}", objects),
        ("{collection}", communities.clone()),
        ("{community}", communities),
        ("{member}", members),
        ("{status}", transfers),
        ("{key}", keys),
        ("{commitment}", commitments),
        ("{secret}", vec!["cw_nonsense.ics".to_owned()]),
        ("{name}", vec!["feed".to_owned(), "nothing".to_owned()]),
        ("{chapter}", vec!["public".to_owned(), "nothing".to_owned()]),
        ("{recall}", recalls),
        ("{request}", requests),
        ("{year}", vec!["2020".to_owned(), "2999".to_owned()]),
        ("{file}", vec!["x".to_owned()]),
        ("{proposal}", proposals),
        ("{provider}", vec!["city".to_owned(), "village".to_owned()]),
        ("{link}", vec!["1".to_owned(), "x".to_owned()]),
        ("{passkey}", vec!["1".to_owned(), "x".to_owned()]),
        ("{bridge}", bridge),
        ("{search}", searches),
        (
            "{*tile}",
            ["0/000", "0/000.p/5", "0/000.p/200", "1/000", "9/x"]
                .map(str::to_owned)
                .to_vec(),
        ),
    ]);
    pool.extend(variables);
    pool.extend(public);
    pool.extend(misp);
    (kit, canaries, pool)
}

/// What is written through MISP's interface: for one's own member, for a community, for a sharing group; with tags,
/// foreign organisations, reports, notes and proposals, each with a word of its own.
async fn misp(kit: &Kit) -> (BTreeMap<&'static str, Vec<String>>, [Canary; 14]) {
    let post = async |who: &str, path: &str, body: serde_json::Value| {
        let answer = kit.ask(who, "POST", path, Some(&body.to_string())).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
        answer.json()
    };
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    let own = serde_json::json!({ "info": "kanarimispown", "distribution": "0",
        "Tag": [{ "name": "kanarimisplabel" }],
        "Orgc": { "name": "kanarimisporg", "uuid": "11111111-2222-4333-8444-555555555555" },
        "Attribute": [{ "type": "text", "value": "kanarimispvalue", "comment": "kanarimispcomment" }],
        "Object": [{ "name": "kanarimispobject", "meta-category": "misc",
            "Attribute": [{ "type": "text", "object_relation": "text", "value": "kanarimispinside" }] }] });
    let own = post("alder-analyst", "/events/add", own).await;
    let own_uuid = text(&own["Event"]["uuid"]);
    let common = serde_json::json!({ "info": "kanarimispcommon", "distribution": "1", "Attribute": [
        { "type": "domain", "value": "kanarimispcommon.example" },
        { "type": "text", "value": "kanarimispnarrow", "distribution": "0" } ] });
    let common = post("alder-analyst", "/events/add", common).await;
    let common_id = text(&common["Event"]["id"]);
    let report = serde_json::json!({ "name": "kanarimispreport", "content": "x" });
    post(
        "alder-analyst",
        &format!("/eventReports/add/{}", text(&own["Event"]["id"])),
        report,
    )
    .await;
    let note = serde_json::json!({ "note": "kanarimispnote" });
    post(
        "alder-analyst",
        &format!("/analystData/add/Note/{own_uuid}/Event"),
        note,
    )
    .await;
    let proposed = serde_json::json!({ "type": "text", "value": "kanarimispproposal" });
    post(
        "alder-analyst",
        &format!("/shadowAttributes/add/{}", text(&own["Event"]["id"])),
        proposed,
    )
    .await;
    // What operators keep out, and who asks to come in.
    let list = serde_json::json!({ "uuids": [own_uuid], "comment": "kanarimispblocked" });
    post("operator", "/orgBlocklists/add", list).await;
    let left_out = serde_json::json!({ "value": "kanarimispblocked" });
    post("operator", "/correlation_exclusions/add", left_out).await;
    let on = "/servers/serverSettingsEdit/Security.allow_self_registration";
    post("operator", on, serde_json::json!({ "value": true })).await;
    let asks = serde_json::json!({ "email": "kanarimispasks@example.org" });
    post("public", "/users/register", asks).await;
    let numbers = |most: usize| (1..=most).map(|number| number.to_string()).collect::<Vec<String>>();
    let mut elements = numbers(24);
    elements.extend([own["Event"]["Attribute"][0]["id"].clone()].iter().map(text));
    let mut events = numbers(6);
    events.extend([own_uuid.clone(), common_id, "999".to_owned()]);
    let one = |word: &str| vec![word.to_owned()];
    let pool = BTreeMap::from([
        ("{event}", events),
        ("{attribute}", elements.clone()),
        ("{element}", elements.clone()),
        ("{said}", elements),
        ("{about}", vec![own_uuid.clone()]),
        ("{about_type}", one("Event")),
        ("{uuid}", vec![own_uuid]),
        ("{kind}", vec!["Note".to_owned(), "Opinion".to_owned()]),
        (
            "{tag}",
            vec!["1".to_owned(), "2".to_owned(), "3".to_owned(), "kanari".to_owned()],
        ),
        (
            "{user}",
            vec!["me".to_owned(), "1".to_owned(), "2".to_owned(), "9".to_owned()],
        ),
        (
            "{organisation}",
            vec!["1".to_owned(), "2".to_owned(), "3".to_owned(), "1000001".to_owned()],
        ),
        ("{group}", numbers(5)),
        ("{role}", one("1")),
        ("{hard}", one("1")),
        ("{context}", vec!["event".to_owned(), "data".to_owned()]),
        ("{filter}", one("event_id:1")),
        ("{word}", one("kanari")),
        ("{strict}", one("0")),
        ("{percent}", one("true")),
        ("{name_sort}", one("true")),
        ("{by}", one("type")),
        ("{template}", one("1")),
        ("{metadata}", one("metadata:1")),
        ("{scope}", one("scope:all")),
        ("{format}", one("json")),
        ("{server}", one("1")),
        ("{delegation}", one("1")),
        ("{blocked}", one("1")),
        ("{option}", one("noSightings:1")),
        ("{other}", one("searchorg:1")),
        ("{question}", one("findMissingFunctionNames")),
        ("{version}", one("2")),
    ]);
    let owner = &["alder"];
    let mut canaries = [
        "own", "label", "org", "value", "comment", "object", "inside", "report", "note", "proposal", "narrow",
    ]
    .map(|word| Canary {
        word: Box::leak(format!("kanarimisp{word}").into_boxed_str()),
        seen_by: owner,
    })
    .into_iter();
    let common = Canary {
        word: "kanarimispcommon",
        seen_by: &["alder", "birch", "cedar"],
    };
    let all = std::array::from_fn(|at| match at {
        0 => Canary {
            word: common.word,
            seen_by: common.seen_by,
        },
        1 | 2 => Canary {
            word: ["kanarimispblocked", "kanarimispasks"][at - 1],
            seen_by: &["operator"],
        },
        _ => canaries.next().unwrap(),
    });
    (pool, all)
}

/// What is on the public pages, and what a stranger reported: its words for nobody here, since no key opens it; what was
/// answered for whoever has the link.
async fn published(kit: &Kit) -> (BTreeMap<&'static str, Vec<String>>, [Canary; 3]) {
    let operator = kit.operator().await;
    let words = node::publication::AdviceWish {
        object: id("indicator", 8),
        language: "en".to_owned(),
        title: "kanariadvice".to_owned(),
        happened: "It broke".to_owned(),
        concerned: "All".to_owned(),
        advice: "Mend it".to_owned(),
        ..Default::default()
    };
    let advice = kit.node.advice_publish(&operator, &words).await.unwrap();
    let form = kit.node.tip_form().await.unwrap();
    for _ in 0..3_000 {
        kit.node.now();
    }
    let tip = node::tips::TipWish {
        subject: "kanaritip".to_owned(),
        details: "kanaritip in many words".to_owned(),
        files: vec![("kanaritip".to_owned(), b"kanaritip".to_vec())],
        ..Default::default()
    };
    let here = std::net::IpAddr::from([192, 0, 2, 1]);
    let made = kit.node.tip_leave(here, &form, &tip).await.unwrap();
    let uuid = kit.node.tips(&operator, None, 1).await.unwrap()[0].uuid;
    kit.node
        .tip_answer(&operator, uuid, "kanarianswertotip", false)
        .await
        .unwrap();
    let unknown = "00000000-0000-4000-8000-000000000000".to_owned();
    let canary = |word, seen_by| Canary { word, seen_by };
    let pool = BTreeMap::from([
        ("{advice}", vec![advice.to_string(), unknown.clone()]),
        ("{ticket}", vec![made.secret]),
        ("{tip}", vec![uuid.to_string(), unknown]),
        ("{number}", vec!["0".to_owned(), "1".to_owned(), "2".to_owned()]),
    ]);
    let canaries = [
        canary("kanariadvice", STRANGERS_TOO),
        canary("kanaritip", NOBODY),
        canary("kanarianswertotip", STRANGERS_TOO),
    ];
    (pool, canaries)
}

/// A bridge to a hub that Birch stands for, and that nobody can reach; gives its name.
async fn bridged(kit: &Kit) -> Vec<String> {
    let operator = kit.operator().await;
    let common = kit.communities["common"];
    let mut charter = kit.node.charter(&operator, common).await.unwrap().text;
    charter.bridges = Some(stix::marking::Tlp::Amber);
    kit.node.charter_put(&operator, common, charter).await.unwrap();
    let bridge = r#"{"member":"Birch","url":"http://127.0.0.1:1/kanaribridge","settings":{"bearer":"kanarisecret","proxy":"direct"},"pairs":[{"ours":"common","theirs":"x","tlp":"amber","pap":"amber"}]}"#;
    let made = kit.ask("operator", "PUT", "/api/v1/bridges/feed", Some(bridge)).await;
    assert_eq!(made.status, 200, "{}", made.text());
    let name = made.json()["bridge"].as_str().unwrap().to_owned();
    vec![
        name,
        "00000000-0000-4000-8000-000000000001".to_owned(),
        "nothing".to_owned(),
    ]
}

/// A moderated community of Alder and Birch with something that waits and something that was refused, a charter, an
/// invitation, a contact, and people; what of it is secret, and the variables of the routes to it.
async fn membership(kit: &Kit) -> ([Canary; 6], BTreeMap<&'static str, Vec<String>>) {
    let operator = kit.operator().await;
    let wish = node::partnership::CommunityWish {
        alias: "weir".to_owned(),
        title: "Weir".to_owned(),
        purpose: "Moderated".to_owned(),
        owner: kit.members["Alder"],
        public: false,
        hides_members: false,
        default_tlp: stix::marking::Tlp::Green,
        strictest_tlp: stix::marking::Tlp::Red,
    };
    let weir = kit.node.community_create(&operator, wish).await.unwrap().id;
    let birch = kit.members["Birch"];
    kit.node
        .membership_set(&operator, weir, birch, true, false)
        .await
        .unwrap();
    let done = async |who: &str, method: &str, path: &str, body: &str| {
        let answer = kit.ask(who, method, path, Some(body)).await;
        assert!(answer.status < 300, "{who} {method} {path}: {}", answer.text());
        if answer.body.is_empty() {
            serde_json::Value::Null
        } else {
            answer.json()
        }
    };
    let charter = r#"{"purpose":"Moderated","shared":"kanaricharter","moderated":true}"#;
    done("alder-coordinator", "PUT", "/api/v1/communities/weir/charter", charter).await;
    for (number, word) in [(31, "kanariwaiting"), (32, "kanarirefused")] {
        let body = format!("{{\"objects\":[{}]}}", indicator(number, word));
        let shared = done(
            "birch-contributor",
            "POST",
            "/api/v1/share?community=weir&tlp=clear",
            &body,
        )
        .await;
        assert_eq!(shared["waiting"], 1, "{shared}");
    }
    let waiting = kit
        .get("alder-coordinator", "/api/v1/communities/weir/moderation")
        .await
        .json();
    let held: Vec<String> = (0..2)
        .map(|at| waiting["waiting"][at]["uuid"].as_str().unwrap().to_owned())
        .collect();
    let refuse = r#"{"decision":"refuse","reason":"kanarireason"}"#;
    done(
        "alder-coordinator",
        "POST",
        &format!("/api/v1/moderation/{}", held[1]),
        refuse,
    )
    .await;
    let invitation = r#"{"label":"kanariinvite","community":"weir","sponsors":2}"#;
    let invited = done("alder-coordinator", "POST", "/api/v1/invitations", invitation).await;
    let contact = r#"{"name":"kanaricontact","email":"a@b.example","telephone":"1","channel":"radio","address":"7"}"#;
    done("alder-coordinator", "PUT", "/api/v1/members/Alder/contacts/1", contact).await;
    let technologies = r#"{"technologies":["kanaritechnology"]}"#;
    done(
        "alder-coordinator",
        "PUT",
        "/api/v1/members/Alder/technologies",
        technologies,
    )
    .await;
    let agreement = r#"{"kind":"partnership","title":"Rules","text":"We keep to them"}"#;
    done("operator", "POST", "/api/v1/agreements", agreement).await;
    let canary = |word, seen_by| Canary { word, seen_by };
    let canaries = [
        canary("kanariwaiting", &["alder", "birch"][..]),
        canary("kanarireason", &["alder", "birch"]),
        canary("kanaricharter", &["alder", "birch", "operator"]),
        canary("kanariinvite", &["alder", "operator"]),
        canary("kanaricontact", &["alder", "operator"]),
        canary("kanaritechnology", &["alder", "operator"]),
    ];
    let own = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
    let nothing = "00000000-0000-4000-8000-000000000000";
    let variables = BTreeMap::from([
        (
            "{token}",
            own(&[
                invited["token"].as_str().unwrap(),
                invited["uuid"].as_str().unwrap(),
                "cwi_wrong",
            ]),
        ),
        ("{webhook}", own(&[nothing])),
        ("{held}", own(&[&held[0], &held[1], nothing])),
        ("{place}", own(&["1", "2", "x"])),
        ("{login}", own(&["alder-reader", "birch-analyst", "operator", "nobody"])),
        ("{kind}", own(&["partnership", "ships"])),
        ("{number}", own(&["1", "2"])),
        ("{data_set}", own(&[nothing])),
    ]);
    (canaries, variables)
}

/// What Alder saw at home, of which one sighting waits for an answer; and what it says of an indicator.
async fn sightings(kit: &Kit) -> [Canary; 2] {
    let hit = format!(
        r#"{{"hits":[{{"indicator":"{}","value":"kanarihit","source":"kanarihit.log"}}]}}"#,
        id("indicator", 3)
    );
    let answer = kit.ask("alder-contributor", "POST", "/api/v1/hits", Some(&hit)).await;
    assert_eq!(answer.json()["counted"], 1, "{}", answer.text());
    let later = kit.node.now().plus_micros(3_600_000_000);
    assert_eq!(kit.node.sightings_due(later).await.unwrap().waiting, 1);
    let path = format!("/api/v1/objects/{}/feedback", id("indicator", 3));
    let said = r#"{"kind":"false-positive","comment":"kanaricomment"}"#;
    assert_eq!(kit.ask("alder-analyst", "POST", &path, Some(said)).await.status, 201);
    [
        Canary {
            word: "kanarihit",
            seen_by: &["alder"],
        },
        Canary {
            word: "kanaricomment",
            seen_by: &["alder", "cedar"],
        },
    ]
}

/// What Birch owes Alder about what both read, and what Alder promised itself; and where a person is told of it.
async fn commitments(kit: &Kit) -> ([Canary; 3], Vec<String>) {
    let mut made = vec!["00000000-0000-4000-8000-000000000000".to_owned()];
    for (number, member, word) in [(1, "Birch", "kanaripromise"), (4, "Alder", "kanariownpromise")] {
        let body = format!(
            r#"{{"kind":"acknowledge","subject":"{}","members":["{member}"],"because":"{word}"}}"#,
            id("indicator", number)
        );
        let answer = kit
            .ask("alder-analyst", "POST", "/api/v1/commitments", Some(&body))
            .await;
        assert_eq!(answer.status, 201, "{}", answer.text());
        made.push(answer.json()["made"][0].as_str().unwrap().to_owned());
    }
    let path = format!("/api/v1/commitments/{}/delegate", made[1]);
    let delegated = kit
        .ask("birch-analyst", "POST", &path, Some(r#"{"person":"birch-reader"}"#))
        .await;
    assert_eq!(delegated.status, 200, "{}", delegated.text());
    let notices = r#"{"email":"kanarimail@alder.example","notices":"daily"}"#;
    let set = kit
        .ask("alder-reader", "PUT", "/api/v1/me/notices", Some(notices))
        .await;
    assert_eq!(set.status, 200, "{}", set.text());
    let canaries = [
        Canary {
            word: "kanaripromise",
            seen_by: &["alder", "birch"],
        },
        Canary {
            word: "kanariownpromise",
            seen_by: &["alder"],
        },
        Canary {
            // An operator answers for what is kept of a person, and can show it to them.
            word: "kanarimail",
            seen_by: &["alder-reader", "alder-operator", "birch-operator", "operator"],
        },
    ];
    (canaries, made)
}

/// A recall of something that Alder shared with Birch and Birch was given, answered with a note.
async fn recalled(kit: &Kit) -> (Vec<String>, [Canary; 2]) {
    kit.share("alder-contributor", "common", &[indicator(30, "recalled")])
        .await;
    kit.get("birch-reader", "/commonwatch/collections/common/objects/")
        .await;
    let wish = format!(
        r#"{{"object":"{}","kind":"retract","reason":"kanarireason"}}"#,
        id("indicator", 30)
    );
    let made = kit.ask("alder-analyst", "POST", "/api/v1/recalls", Some(&wish)).await;
    assert_eq!(made.status, 201, "{}", made.text());
    let uuid = made.json()["recalls"][0]["id"].as_str().unwrap().to_owned();
    let said = r#"{"done":"kept","note":"kanarinote"}"#;
    let path = format!("/api/v1/recalls/{uuid}/acknowledge");
    let answer = kit.ask("birch-contributor", "POST", &path, Some(said)).await;
    assert_eq!(answer.status, 204, "{}", answer.text());
    let canary = |word| Canary {
        word,
        seen_by: &["alder", "birch"],
    };
    let unknown = "00000000-0000-4000-8000-000000000000".to_owned();
    (vec![uuid, unknown], [canary("kanarireason"), canary("kanarinote")])
}

/// Questions: Elder's to a community that hides its members, and Alder's without a name, with answers for the asker.
async fn asked(kit: &Kit) -> (Vec<String>, [Canary; 5]) {
    let mut uuids = vec!["00000000-0000-4000-8000-000000000000".to_owned()];
    for (who, community, question, anonymous) in [
        ("elder-analyst", "hidden", "kanarihiddenquestion", false),
        ("alder-analyst", "common", "kanariquestion", true),
    ] {
        let wish = format!(
            r#"{{"community":"{community}","question":"{question}","anonymous":{anonymous},"answers_to":"all"}}"#
        );
        let made = kit.ask(who, "POST", "/api/v1/requests", Some(&wish)).await;
        assert_eq!(made.status, 201, "{}", made.text());
        uuids.push(made.json()["id"].as_str().unwrap().to_owned());
    }
    let path = format!("/api/v1/requests/{}/answers", uuids[2]);
    for (text, to_all) in [("kanarianswertome", false), ("kanarianswertoall", true)] {
        let said = format!(r#"{{"text":"{text}","to_all":{to_all}}}"#);
        let answer = kit.ask("birch-contributor", "POST", &path, Some(&said)).await;
        assert_eq!(answer.status, 201, "{}", answer.text());
    }
    let path = format!("/api/v1/requests/{}/close", uuids[2]);
    let said = Some(r#"{"summary":"kanarisummary"}"#);
    assert_eq!(kit.ask("alder-analyst", "POST", &path, said).await.status, 200);
    let canary = |word, seen_by| Canary { word, seen_by };
    let canaries = [
        canary("kanarihiddenquestion", &["alder", "elder"][..]),
        canary("kanariquestion", &["alder", "birch"]),
        canary("kanarianswertome", &["alder", "birch"]),
        canary("kanarianswertoall", &["alder", "birch"]),
        canary("kanarisummary", &["alder", "birch"]),
    ];
    (uuids, canaries)
}

/// What takes two people: Cedar put out, as operators see it; what waits in a community, as its moderators see it.
async fn proposed(kit: &Kit) -> (Vec<String>, [Canary; 2]) {
    let operator = kit.operator().await;
    let cedar = store::MemberKey::Id(kit.members["Cedar"]);
    let cedar = kit.node.store().member_get(cedar).await.unwrap().unwrap().uuid;
    let expel = node::proposals::Act::Expel { member: cedar };
    let expel = kit.node.proposal_make(&operator, &expel, "kanariexpel").await.unwrap();
    let body = format!("{{\"objects\":[{}]}}", indicator(33, "kanarired"));
    let path = "/api/v1/share?community=weir&tlp=red&named=Alder&named=Birch";
    let shared = kit.ask("birch-contributor", "POST", path, Some(&body)).await;
    assert_eq!(shared.json()["waiting"], 1, "{}", shared.text());
    let moderator = kit.node.local_caller("alder-coordinator").await.unwrap();
    let weir = kit.node.store().community_get(store::CommunityKey::Alias("weir"));
    let weir = weir.await.unwrap().unwrap().id;
    let waiting = kit.node.held_waiting(&moderator, weir, None, 100).await.unwrap();
    let red = waiting.iter().find(|one| one.held.terms.tlp == stix::marking::Tlp::Red);
    let release = node::proposals::Act::Release {
        held: red.unwrap().held.terms.uuid,
    };
    let release = kit
        .node
        .proposal_make(&moderator, &release, "kanarirelease")
        .await
        .unwrap();
    let unknown = "00000000-0000-4000-8000-000000000000".to_owned();
    let uuids = [expel, release].map(|made| made.proposal.terms.uuid.to_string());
    let canaries = [
        Canary {
            word: "kanariexpel",
            seen_by: &["operator"],
        },
        Canary {
            word: "kanarirelease",
            seen_by: &["alder-coordinator", "alder-operator"],
        },
    ];
    (uuids.into_iter().chain([unknown]).collect(), canaries)
}

/// Every path of a route with every combination of values.
fn paths(route: &Route, pool: &BTreeMap<&'static str, Vec<String>>) -> Vec<String> {
    let mut paths = vec![route.path.clone()];
    for (variable, values) in pool {
        if route.path.contains(variable) {
            paths = paths
                .iter()
                .flat_map(|path| values.iter().map(|value| path.replace(variable, value)))
                .collect();
        }
    }
    assert!(
        paths.iter().all(|path| !path.contains('{')),
        "a variable of {} has no values",
        route.path
    );
    paths
}

/// Questions that a path can be asked with.
fn questions(path: &str, canaries: &[Canary]) -> Vec<String> {
    let words = || {
        canaries
            .iter()
            .map(|canary| canary.word.split(' ').next_back().unwrap_or_default())
    };
    match path {
        "/api/v1/search" => words().map(|word| format!("{path}?q={word}")).collect(),
        // A page repeats what it was asked: so the last letter is left open.
        "/feed" | "/feed/more" | "/feed/facets" | "/matrix" => words()
            .map(|word| format!("{path}?q={}*", &word[..word.len() - 1]))
            .chain([path.to_owned()])
            .collect(),
        "/feed/complete" => ["type:", "from:", "sector:", "technique:", "since:", ""]
            .map(|typed| format!("{path}?q={typed}"))
            .to_vec(),
        "/api/v1/search/facets" => ["", "?question=type:any", "?question=tlp:amber%2Bstrict,red"]
            .map(|query| format!("{path}{query}"))
            .to_vec(),
        "/attributes/restSearch" | "/events/restSearch" | "/tags/search" | "/events/index" => words()
            .map(|word| format!("{path}?value=%25{word}%25&searchall={word}&name={word}"))
            .chain(
                ["", "?tags=%25", "?returnFormat=csv", "?includeContext=1&deleted=2"]
                    .map(|query| format!("{path}{query}")),
            )
            .collect(),
        "/api/v1/observables" => (0..25).map(|last| format!("{path}?value=192.0.2.{last}")).collect(),
        "/api/v1/people" => ["", "?member=Alder", "?member=Elder", "?member=Nobody"]
            .map(|query| format!("{path}{query}"))
            .to_vec(),
        "/api/v1/keys" | "/api/v1/sessions" | "/api/v1/factor" | "/api/v1/links" | "/api/v1/passkeys" => {
            ["", "?person=alder-reader", "?person=birch-analyst", "?person=nobody"]
                .map(|query| format!("{path}{query}"))
                .to_vec()
        }
        "/api/v1/proposals" => ["", "?state=all"].map(|query| format!("{path}{query}")).to_vec(),
        "/api/v1/commitments" => ["", "?side=owed", "?state=all", "?side=owed&state=all", "?overdue=true"]
            .map(|query| format!("{path}{query}"))
            .to_vec(),
        "/api/v1/recalls" => ["", "?mine=true", "?mine=true&open=true"]
            .map(|query| format!("{path}{query}"))
            .to_vec(),
        "/commitments" => ["", "?side=owed", "?all=true", "?side=owed&all=true"]
            .map(|query| format!("{path}{query}"))
            .to_vec(),
        "/recalls" => ["", "?view=all", "?view=made"]
            .map(|query| format!("{path}{query}"))
            .to_vec(),
        "/scorecard" => ["", "?community=common", "?community=wood", "?community=hidden"]
            .map(|query| format!("{path}{query}"))
            .to_vec(),
        "/api/v1/requests" | "/requests" => ["common", "grove", "wood", "hidden", "nowhere"]
            .map(|community| format!("{path}?community={community}"))
            .to_vec(),
        "/api/v1/scorecard" => ["", "common", "grove", "wood", "hidden", "nowhere"]
            .into_iter()
            .flat_map(|community| ["json", "csv", "html"].map(|format| (community, format)))
            .map(|(community, format)| match community {
                "" => format!("{path}?format={format}"),
                _ => format!("{path}?community={community}&format={format}"),
            })
            .collect(),
        // Without waiting, or the crawl would wait for ever.
        "/api/v1/events" => [
            "?wait=false&after=start",
            "?wait=false&after=start&include=object",
            "?wait=false",
        ]
        .map(|query| format!("{path}{query}"))
        .to_vec(),
        "/api/v1/export" => {
            let formats = formats::write::OutFormat::ALL.map(formats::write::OutFormat::as_str);
            let collections = [
                "",
                "&collection=common",
                "&collection=grove",
                "&collection=wood",
                "&cursor=0",
            ];
            let question = |format| collections.map(|collection| format!("{path}?format={format}{collection}"));
            formats.into_iter().flat_map(question).collect()
        }
        _ if path.ends_with("/objects") => ["", "?match[version]=all", "?limit=1", "?match[type]=indicator"]
            .map(|query| format!("{path}{query}"))
            .to_vec(),
        _ => vec![path.to_owned()],
    }
}

fn leaked<'a>(raw: &[u8], canaries: &'a [Canary], actor: &str) -> Vec<&'a str> {
    let text = String::from_utf8_lossy(raw);
    canaries
        .iter()
        .filter(|canary| !may_see(canary, actor) && text.contains(canary.word))
        .map(|canary| canary.word)
        .collect()
}

/// Every byte of an answer but the address that was asked for, where a page sends back to it after signing in.
fn told(answer: &Answer, path: &str) -> Vec<u8> {
    let text = String::from_utf8_lossy(&answer.raw);
    text.replace(&format!("?back={path}"), "?back=").into_bytes()
}

/// Whether somebody is told to sign in: by the status, and by a page that sends them to do so.
fn asks_who_it_is(answer: &Answer) -> bool {
    let to = answer.header("location").unwrap_or_default();
    answer.status == 401 || (answer.status == 303 && to.contains("/sign-in?back="))
}

fn table(kit: &Kit) -> Vec<Route> {
    routes(&App::new(kit.node.clone(), Options::new([0; 32])))
}

#[tokio::test]
async fn nobody_reads_a_word_that_is_not_for_them() {
    let (kit, canaries, pool) = filled().await;
    let mut leaks = Vec::new();
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    let routes = table(&kit);
    for actor in kit.actors() {
        // The root behind discovery is the same handlers.
        for route in routes
            .iter()
            .filter(|route| route.method == Method::GET && !route.path.starts_with("/taxii2/"))
        {
            for path in paths(route, &pool).iter().flat_map(|path| questions(path, &canaries)) {
                let answer = kit.get(&actor, &path).await;
                assert!(answer.status < 500, "{actor} {path}: {}", answer.text());
                for word in leaked(&told(&answer, &path), &canaries, &actor) {
                    leaks.push(format!("{actor} read '{word}' at {path}: {}", answer.text()));
                }
                let text = answer.text();
                for canary in canaries.iter().filter(|canary| text.contains(canary.word)) {
                    *seen.entry(canary.word).or_default() += 1;
                }
                if actor.starts_with("dogwood") {
                    assert!(
                        asks_who_it_is(&answer) || route.needs == Needs::Nothing,
                        "{actor} {path}: {}",
                        answer.status
                    );
                }
            }
        }
    }
    leaks.truncate(20);
    assert!(leaks.is_empty(), "{}", leaks.join("\n"));
    // A crawl that sees nothing proves nothing.
    for canary in canaries.iter().filter(|canary| !canary.seen_by.is_empty()) {
        assert!(seen.contains_key(canary.word), "nobody saw '{}'", canary.word);
    }
}

#[tokio::test]
async fn nobody_changes_what_is_not_theirs_and_no_refusal_tells_anything() {
    let (kit, canaries, pool) = filled().await;
    let before = kit
        .get(
            "alder-operator",
            "/commonwatch/collections/all/manifest/?match[version]=all",
        )
        .await
        .body;
    let routes = table(&kit);
    for actor in kit.actors() {
        for route in routes
            .iter()
            .filter(|route| route.method != Method::GET && !route.path.starts_with("/taxii2/"))
        {
            if has(&actor, route.needs) {
                continue;
            }
            for path in paths(route, &pool) {
                let body = (route.method != Method::DELETE).then_some("{\"label\":\"x\",\"active\":false}");
                let answer = kit.ask(&actor, route.method.as_str(), &path, body).await;
                // MISP's clients send their filters in a body: such a question changes nothing, and is read by whoever reads.
                let asked = route.needs == Needs::Reader && route.dialect == Dialect::Misp && answer.status == 200;
                let refused = asked || matches!(answer.status, 400 | 403 | 404 | 415 | 422) || asks_who_it_is(&answer);
                assert!(
                    refused,
                    "{actor} {} {path}: {} {}",
                    route.method,
                    answer.status,
                    answer.text()
                );
                let leaks = leaked(&answer.raw, &canaries, &actor);
                assert!(
                    leaks.is_empty(),
                    "{actor} {} {path}: {leaks:?} in {}",
                    route.method,
                    answer.text()
                );
            }
        }
    }
    let after = kit
        .get(
            "alder-operator",
            "/commonwatch/collections/all/manifest/?match[version]=all",
        )
        .await
        .body;
    assert_eq!(before, after);
    assert_eq!(
        kit.get("operator", "/api/v1/members").await.json()["members"]
            .as_array()
            .unwrap()
            .len(),
        6
    );
}

/// Whether an actor has what a route needs; those are tested where the thing itself is.
fn has(actor: &str, needs: Needs) -> bool {
    if actor == "public" || actor.starts_with("dogwood") {
        return needs <= Needs::Nothing;
    }
    if actor.ends_with("read-only") {
        return needs <= Needs::Reader;
    }
    let role = match actor.rsplit('-').next().unwrap_or_default() {
        "reader" => Needs::Member,
        "contributor" => Needs::Contributor,
        "analyst" => Needs::Analyst,
        "coordinator" => Needs::Coordinator,
        _ => Needs::Operator,
    };
    needs <= role
}

#[tokio::test]
async fn somebody_of_the_right_role_but_another_member_changes_nothing() {
    let (kit, _, _) = filled().await;
    for (actor, method, path, body) in [
        (
            "birch-analyst",
            "DELETE",
            format!("/commonwatch/collections/grove/objects/{}/", id("indicator", 3)),
            None,
        ),
        (
            "birch-analyst",
            "DELETE",
            format!("/commonwatch/collections/all/objects/{}/", id("indicator", 3)),
            None,
        ),
        (
            "birch-contributor",
            "POST",
            "/commonwatch/collections/grove/objects/".to_owned(),
            Some("{\"objects\":[{}]}"),
        ),
        (
            "birch-coordinator",
            "PUT",
            "/api/v1/communities/grove/members/Birch".to_owned(),
            Some("{}"),
        ),
        (
            "birch-coordinator",
            "PUT",
            "/api/v1/communities/common/members/Birch".to_owned(),
            Some("{}"),
        ),
        (
            "birch-coordinator",
            "DELETE",
            "/api/v1/communities/grove/members/Alder".to_owned(),
            None,
        ),
        (
            "birch-coordinator",
            "POST",
            "/api/v1/communities".to_owned(),
            Some("{\"alias\":\"x\",\"title\":\"x\",\"purpose\":\"x\",\"owner\":\"Alder\"}"),
        ),
        (
            "alder-coordinator",
            "PATCH",
            "/api/v1/members/Birch".to_owned(),
            Some("{\"state\":\"suspended\"}"),
        ),
    ] {
        let answer = kit.ask(actor, method, &path, body).await;
        assert!(
            matches!(answer.status, 403 | 404),
            "{actor} {method} {path}: {} {}",
            answer.status,
            answer.text()
        );
    }
    assert_eq!(
        kit.get(
            "alder-reader",
            &format!("/commonwatch/collections/grove/objects/{}/", id("indicator", 3))
        )
        .await
        .status,
        200
    );
}

#[tokio::test]
async fn every_route_but_the_open_ones_asks_who_it_is() {
    let kit = Kit::start().await;
    let pool = BTreeMap::from([
        ("{object}", vec!["x".to_owned()]),
        ("{id}", vec!["x".to_owned()]),
        ("{collection}", vec!["all".to_owned()]),
        ("{community}", vec!["common".to_owned()]),
        ("{member}", vec!["Alder".to_owned()]),
        ("{status}", vec!["x".to_owned()]),
        ("{key}", vec!["1".to_owned()]),
        ("{commitment}", vec!["x".to_owned()]),
        ("{secret}", vec!["x".to_owned()]),
        ("{name}", vec!["feed".to_owned(), "nothing".to_owned()]),
        ("{recall}", vec!["x".to_owned()]),
        ("{request}", vec!["x".to_owned()]),
        ("{year}", vec!["2020".to_owned()]),
        ("{file}", vec!["x".to_owned()]),
        ("{proposal}", vec!["x".to_owned()]),
        ("{provider}", vec!["x".to_owned()]),
        ("{link}", vec!["1".to_owned()]),
        ("{passkey}", vec!["1".to_owned()]),
        ("{bridge}", vec!["x".to_owned()]),
        ("{search}", vec!["x".to_owned()]),
        ("{*tile}", vec!["0/000.p/1".to_owned()]),
        ("{token}", vec!["x".to_owned()]),
        ("{webhook}", vec!["x".to_owned()]),
        ("{held}", vec!["x".to_owned()]),
        ("{place}", vec!["1".to_owned()]),
        ("{login}", vec!["x".to_owned()]),
        ("{data_set}", vec!["x".to_owned()]),
        ("{number}", vec!["1".to_owned()]),
        ("{kind}", vec!["partnership".to_owned()]),
        ("{advice}", vec!["x".to_owned()]),
        ("{ticket}", vec!["x".to_owned()]),
        ("{tip}", vec!["x".to_owned()]),
        ("{chapter}", vec!["x".to_owned()]),
    ]);
    let mut pool = pool;
    for variable in MISP_VARIABLES {
        pool.insert(variable, vec!["1".to_owned()]);
    }
    let mut open = Vec::new();
    for route in table(&kit) {
        for path in paths(&route, &pool) {
            let answer = kit.ask("public", route.method.as_str(), &path, None).await;
            if !asks_who_it_is(&answer) {
                open.push(path);
            }
        }
    }
    // The last ones ask for a secret of their own, or send to who does.
    let expected = [
        "/",
        "/.well-known/security.txt",
        "/advice",
        "/advice.atom",
        "/advice.json",
        "/advice/x",
        "/api/v1/openapi.json",
        "/api/v1/sign-in",
        "/api/v1/status",
        "/join/x",
        "/join/x",
        "/language",
        "/report",
        "/report",
        "/report/x",
        "/report/x",
        "/sign-in",
        "/sign-in",
        "/static/x",
        "/status",
        "/users/register",
        "/users/register.json",
        "/api/v1/invitations/x",
        "/api/v1/invitations/x/accept",
        "/api/v1/session",
        "/api/v1/session/passkey",
        "/api/v1/session/passkey/ask",
        "/api/v1/sign-in/x",
        "/api/v1/sign-in/x/callback",
        "/api/v1/sign-in/x/logout",
        "/sign-in/passkey",
        "/sign-in/provider/x",
        "/sign-in/provider/x",
    ];
    let asks = |path: &str| {
        ["invitations/", "/session", "sign-in/"]
            .iter()
            .any(|part| path.contains(part))
    };
    open.sort_by_key(|path| (asks(path), path.clone()));
    assert_eq!(open, expected);
}
