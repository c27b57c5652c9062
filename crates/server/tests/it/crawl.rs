//! Every route as everybody, and not a word in any answer that its reader may not see.
//!
//! Words that occur nowhere else ("canaries") are put into objects, names, keys and communities. Then every route of the
//! router is asked by every actor with every identifier there is, and every byte of every answer, headers too, is searched
//! for the words that this actor may not see.

use std::collections::BTreeMap;

use http::Method;
use server::{App, Needs, Options, Route, routes};

use super::kit::{Kit, Wish, id, indicator};

/// A word, who may see it (actors whose name begins so), and where it is.
struct Canary {
    word: &'static str,
    seen_by: &'static [&'static str],
}

const NOBODY: &[&str] = &[];
const EVERYBODY: &[&str] = &["alder", "birch", "cedar", "elder", "operator", "public"];

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
const NAMES: [Canary; 12] = [
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

async fn filled() -> (Kit, Vec<Canary>, BTreeMap<&'static str, Vec<String>>) {
    let kit = Kit::start_with(Wish {
        settings: |settings| settings.public_reading = true,
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
    canaries.extend(sightings(&kit).await);
    let (recalls, more) = recalled(&kit).await;
    canaries.extend(more);
    let (requests, more) = asked(&kit).await;
    canaries.extend(more);
    while kit.node.store().index_next(1_000).await.unwrap() > 0 {}
    let mut objects: Vec<String> = (1..=9)
        .chain([20, 30, 99])
        .map(|number| id("indicator", number))
        .collect();
    let alder = kit.members["Alder"];
    let waiting = kit.node.store().seen_waiting(alder, None, 10).await.unwrap();
    objects.extend(waiting.iter().map(|seen| seen.uuid.to_string()));
    let mut communities: Vec<String> = ["all", "common", "grove", "wood", "hidden", "nowhere"]
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
    let pool = BTreeMap::from([
        ("{object}", objects.clone()),
        ("{id}", objects),
        ("{collection}", communities.clone()),
        ("{community}", communities),
        ("{member}", members),
        ("{status}", transfers),
        ("{key}", keys),
        ("{name}", vec!["feed".to_owned(), "nothing".to_owned()]),
        ("{recall}", recalls),
        ("{request}", requests),
        (
            "{*tile}",
            ["0/000", "0/000.p/5", "0/000.p/200", "1/000", "9/x"]
                .map(str::to_owned)
                .to_vec(),
        ),
    ]);
    (kit, canaries, pool)
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
        "/api/v1/observables" => (0..25).map(|last| format!("{path}?value=192.0.2.{last}")).collect(),
        "/api/v1/keys" => ["", "?person=alder-reader", "?person=birch-analyst", "?person=nobody"]
            .map(|query| format!("{path}{query}"))
            .to_vec(),
        "/api/v1/recalls" => ["", "?mine=true", "?mine=true&open=true"]
            .map(|query| format!("{path}{query}"))
            .to_vec(),
        "/api/v1/requests" => ["common", "grove", "wood", "hidden", "nowhere"]
            .map(|community| format!("{path}?community={community}"))
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
                for word in leaked(&answer.raw, &canaries, &actor) {
                    leaks.push(format!("{actor} read '{word}' at {path}: {}", answer.text()));
                }
                let text = answer.text();
                for canary in canaries.iter().filter(|canary| text.contains(canary.word)) {
                    *seen.entry(canary.word).or_default() += 1;
                }
                if actor.starts_with("dogwood") {
                    assert!(
                        answer.status == 401 || route.needs == Needs::Nothing,
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
                let refused = matches!(answer.status, 400 | 401 | 403 | 404 | 422);
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
            Some("{\"active\":false}"),
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
        ("{name}", vec!["feed".to_owned(), "nothing".to_owned()]),
        ("{recall}", vec!["x".to_owned()]),
        ("{request}", vec!["x".to_owned()]),
        ("{*tile}", vec!["0/000.p/1".to_owned()]),
    ]);
    let mut open = Vec::new();
    for route in table(&kit) {
        for path in paths(&route, &pool) {
            let answer = kit.ask("public", route.method.as_str(), &path, None).await;
            if answer.status != 401 {
                open.push(path);
            }
        }
    }
    assert_eq!(open, ["/api/v1/status", "/api/v1/openapi.json", "/"]);
}
