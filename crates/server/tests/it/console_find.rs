//! The pages of finding and looking closer, as a browser uses them: filters, counts, completion, saved searches, techniques,
//! what is around, when it was seen, translations, versions.

use super::browser::Browser;
use super::console_feed::indexed;
use super::kit::{Kit, id, indicator, malware};
use node::partnership::{MemberWish, PersonWish};
use policy::Role;
use store::MemberKind;

const MADE: &str = "2024-01-01T00:00:00.000Z";

fn object(kind: &str, number: u32, more: &str) -> String {
    let id = id(kind, number);
    format!(r#"{{"type":"{kind}","spec_version":"2.1","id":"{id}","created":"{MADE}","modified":"{MADE}",{more}}}"#)
}

fn relationship(number: u32, from: &str, verb: &str, to: &str) -> String {
    let more = format!(r#""relationship_type":"{verb}","source_ref":"{from}","target_ref":"{to}""#);
    object("relationship", number, &more)
}

fn pattern(number: u32, technique: &str, name: &str) -> String {
    let more = format!(
        r#""name":"{name}","external_references":[{{"source_name":"mitre-attack","external_id":"{technique}"}}],"kill_chain_phases":[{{"kill_chain_name":"mitre-attack","phase_name":"initial-access"}}]"#
    );
    object("attack-pattern", number, &more)
}

/// Malware that uses a technique openly, and one that it uses by a connection that only Alder sees.
async fn filled() -> Kit {
    let kit = Kit::start().await;
    let water = object(
        "identity",
        5,
        r#""name":"Waterworks","identity_class":"organization","sectors":["water"]"#,
    );
    let energy = object(
        "identity",
        6,
        r#""name":"Plant","identity_class":"organization","sectors":["energy"]"#,
    );
    let (malware_id, open, hidden) = (id("malware", 1), id("attack-pattern", 1), id("attack-pattern", 2));
    let common = [
        malware(1, MADE),
        indicator(1, "Pump trouble"),
        pattern(1, "T1566", "Phishing"),
        water,
        relationship(1, &malware_id, "uses", &open),
        relationship(2, &malware_id, "targets", &id("identity", 5)),
    ];
    let grove = [
        pattern(2, "T1190", "Secret way in"),
        energy,
        relationship(3, &malware_id, "uses", &hidden),
    ];
    kit.share("alder-contributor", "common", &common).await;
    kit.share("alder-contributor", "grove", &grove).await;
    indexed(&kit).await;
    kit
}

#[tokio::test]
async fn filters_find_what_they_say_and_counts_are_of_what_the_reader_sees() {
    let kit = filled().await;
    let birch = Browser::of(&kit, "birch-reader").await;
    for (q, there) in [
        ("technique:T1566", true),
        ("sector:water", true),
        ("tlp:green+type:malware", true),
        ("from:Alder", true),
        ("technique:T1190", false),
        ("sector:energy", false),
        ("tlp:red", false),
    ] {
        let page = birch.read(&format!("/feed?q={q}")).await;
        assert_eq!(page.contains(">Test malware</a>"), there, "{q}: {page}");
    }
    let facets = birch.read("/feed/facets?q=").await;
    for part in ["malware", "T1566", "water", "green", "Alder", "4 things counted"] {
        assert!(facets.contains(part), "no {part} in {facets}");
    }
    for secret in ["T1190", "energy", "<html"] {
        assert!(!facets.contains(secret), "{secret} in {facets}");
    }
    // They come folded, so that a list on a telephone begins on its screen; a script opens them where there is room.
    assert!(facets.contains("<details class=\"fold\" data-open-wide>"), "{facets}");
    // Without a script the counts come with the page.
    let whole = birch.read("/feed?facets=true&q=type:malware").await;
    assert!(
        whole.contains("<html") && whole.contains("technique:T1566 type:malware")
            || whole.contains("technique%3AT1566%20type%3Amalware"),
        "{whole}"
    );
    assert!(whole.contains("<details class=\"fold\" open>"), "{whole}");
    let alder = Browser::of(&kit, "alder-reader").await;
    assert!(alder.read("/feed/facets?q=").await.contains("T1190"));
    let api = kit
        .get("birch-reader", "/api/v1/search/facets?question=type:malware")
        .await
        .json();
    assert_eq!((&api["counted"], &api["more"]), (&1.into(), &false.into()));
    assert!(!api.to_string().contains("T1190"), "{api}");
    let found = kit
        .get("birch-reader", "/api/v1/search?question=technique:T1566+type:malware")
        .await
        .json();
    assert_eq!(found["found"][0]["id"], id("malware", 1));
    let wrong = kit.get("birch-reader", "/api/v1/search?question=tlp:blue").await;
    assert_eq!(wrong.status, 422);
    assert!(wrong.text().contains("character 5"), "{}", wrong.text());
}

#[tokio::test]
async fn what_cannot_be_read_names_its_place_and_what_could_stand_there() {
    let kit = filled().await;
    let birch = Browser::of(&kit, "birch-reader").await;
    let page = birch.read("/feed?q=pump+tlp:blue").await;
    for part in [
        "There is no such colour: blue",
        "character 10",
        "<code>amber+strict</code>",
    ] {
        assert!(page.contains(part), "no {part} in {page}");
    }
    assert!(
        !page.contains("Pump trouble"),
        "a filter that cannot be read lets nothing through"
    );
    // Whether there is such a member is not told.
    let unknown = birch.read("/feed?q=from:Elder").await;
    let nobody = birch.read("/feed?q=from:Nobod").await;
    let same = |page: &str, name: &str| page.replace(name, "X").replace("Elder", "X");
    assert!(unknown.contains("comes from a member called Elder"), "{unknown}");
    assert_eq!(same(&unknown, "Elder"), same(&nobody, "Nobod"));
    let complete = async |browser: &Browser<'_>, q: &str| browser.read(&format!("/feed/complete?q={q}")).await;
    assert!(complete(&birch, "pump+te").await.contains("value=\"pump technique:\""));
    assert!(complete(&birch, "sector:").await.contains("sector:water"));
    assert!(!complete(&birch, "sector:").await.contains("energy"));
    assert!(!complete(&birch, "technique:T1").await.contains("T1190"));
    assert!(complete(&birch, "type:mal").await.contains("type:malware"));
    assert!(!complete(&birch, "from:").await.contains("Elder"));
}

#[tokio::test]
async fn a_saved_search_tells_what_is_new_and_nobody_else_sees_it() {
    let kit = filled().await;
    let birch = Browser::of(&kit, "birch-reader").await;
    let typed = [("name", "Our <b>pumps"), ("question", "pump*"), ("today", "yes")];
    let saved = birch.done("/searches", &typed).await;
    assert!(
        saved.contains("Our &#60;b&#62;pumps") && saved.contains("nothing new"),
        "{saved}"
    );
    let again = birch.post("/searches", &typed).await;
    assert_eq!(again.status, 409);
    assert!(again.text().contains("of this name is there already") && again.text().contains("value=\"pump*\""));
    kit.share("alder-contributor", "common", &[indicator(2, "Pump again")])
        .await;
    kit.share("alder-contributor", "grove", &[indicator(3, "Pump of the grove")])
        .await;
    indexed(&kit).await;
    let today = birch.read("/today").await;
    assert!(today.contains("1 new"), "{today}");
    let (_, rest) = today.split_once("action=\"/searches/").unwrap();
    let search = rest.split('/').next().unwrap().to_owned();
    let found = birch.done(&format!("/searches/{search}/look"), &[]).await;
    let line = |page: &str, name: &str| {
        page.lines()
            .find(|line| line.contains(name))
            .unwrap_or_default()
            .to_owned()
    };
    assert!(line(&found, "Pump again").contains(">new</span>"), "{found}");
    assert!(
        !line(&found, "Pump trouble").contains(">new</span>") && !found.contains("grove"),
        "{found}"
    );
    assert!(!birch.read("/today").await.contains("1 new"));
    let other = Browser::of(&kit, "birch-analyst").await;
    assert!(!other.read("/searches").await.contains("pump*"));
    for path in ["look", "delete"] {
        let refused = other.post(&format!("/searches/{search}/{path}"), &[]).await;
        assert_eq!(refused.status, 404);
    }
    let changed = [("name", "Valves"), ("question", "valve tlp:blue")];
    let wrong = birch.post(&format!("/searches/{search}"), &changed).await;
    assert!(
        wrong.status == 422 && wrong.text().contains("character 11"),
        "{}",
        wrong.text()
    );
    let gone = birch.done(&format!("/searches/{search}/delete"), &[]).await;
    assert!(gone.contains("Deleted"), "{gone}");
}

#[tokio::test]
async fn techniques_stand_by_tactics_and_only_those_that_the_reader_sees() {
    let kit = filled().await;
    let birch = Browser::of(&kit, "birch-reader").await;
    for path in [
        format!("/objects/{}/matrix", id("malware", 1)),
        "/matrix?q=type:malware".to_owned(),
    ] {
        let page = birch.read(&path).await;
        for part in ["Initial access", "T1566", "Phishing", "× "] {
            assert!(page.contains(part), "no {part} in {page}");
        }
        assert!(!page.contains("Secret way in"), "{page}");
        let alder = Browser::of(&kit, "alder-reader").await;
        assert!(alder.read(&path).await.contains("Secret way in"));
    }
    let hidden = birch.get(&format!("/objects/{}/matrix", id("attack-pattern", 2))).await;
    assert_eq!(hidden.status, 404);
}

#[tokio::test]
async fn what_is_around_is_two_steps_far_and_types_can_be_hidden() {
    let kit = filled().await;
    let birch = Browser::of(&kit, "birch-reader").await;
    let path = format!("/objects/{}/graph", id("attack-pattern", 1));
    let page = birch.read(&path).await;
    for part in [
        "Test malware",
        "Waterworks",
        "hide malware (1)",
        "hide identity (1)",
        "uses",
    ] {
        assert!(page.contains(part), "no {part} in {page}");
    }
    assert!(!page.contains("Secret way in") && !page.contains("Plant"), "{page}");
    let hidden = birch.read(&format!("{path}?hide=malware")).await;
    assert!(
        hidden.contains("show malware (1)") && !hidden.contains("Waterworks"),
        "{hidden}"
    );
    let closed = birch.get(&format!("/objects/{}/graph", id("attack-pattern", 2))).await;
    assert_eq!(closed.status, 404);
}

#[tokio::test]
async fn it_is_shown_when_something_was_seen_as_far_as_the_reader_sees_it() {
    let kit = filled().await;
    let sighting = |number, count, day| {
        let indicator = id("indicator", 1);
        let more = format!(
            r#""sighting_of_ref":"{indicator}","count":{count},"first_seen":"{day}T00:00:00Z","last_seen":"{day}T01:00:00Z""#
        );
        object("sighting", number, &more)
    };
    kit.share(
        "alder-contributor",
        "common",
        &[sighting(1, 4, "2024-02-01"), sighting(2, 1, "2024-02-03")],
    )
    .await;
    kit.share("alder-contributor", "grove", &[sighting(3, 90, "2024-02-02")])
        .await;
    let path = format!("/objects/{}", id("indicator", 1));
    let birch = Browser::of(&kit, "birch-reader").await;
    let page = birch.read(&path).await;
    for part in [
        "Seen 5 times",
        "By 2 sightings",
        "2024-02-01",
        "<td class=\"number\">4</td>",
        "by day",
    ] {
        assert!(page.contains(part), "no {part} in {page}");
    }
    assert!(!page.contains("2024-02-02"), "{page}");
    let alder = Browser::of(&kit, "alder-reader").await;
    assert!(alder.read(&path).await.contains("Seen 95 times"));
    let never = birch.read(&format!("/objects/{}", id("malware", 1))).await;
    assert!(!never.contains("Seen over time"));
}

#[tokio::test]
async fn an_object_is_shown_in_the_readers_language_where_a_translation_is_open_to_them() {
    let kit = Kit::start().await;
    let advice = object(
        "course-of-action",
        1,
        r#""name":"Switch off remote access","description":"Pull the plug of the modem.","lang":"en""#,
    );
    kit.share("alder-contributor", "common", &[advice]).await;
    let path = format!("/objects/{}", id("course-of-action", 1));
    let birch = Browser::of(&kit, "birch-contributor").await;
    let spanish = async |browser: &Browser<'_>| {
        browser
            .done("/language", &[("language", "es"), ("back", "/today")])
            .await;
        let headers = [
            (
                "Cookie".to_owned(),
                format!("__Host-commonwatch={}; commonwatch-language=es", browser.token()),
            ),
            ("Accept".to_owned(), "text/html".to_owned()),
        ];
        kit.send("GET", &path, &headers, None).await.text()
    };
    assert!(spanish(&birch).await.contains("Switch off remote access"));
    let wish = [
        ("language", "es"),
        ("name", "Desconecte el <b>acceso remoto"),
        ("description", "Tire del enchufe del módem."),
    ];
    let empty = birch.post(&format!("{path}/translate"), &[("language", "es")]).await;
    assert_eq!(empty.status, 422);
    let shared = birch.done(&format!("{path}/translate"), &wish).await;
    assert!(shared.contains("Your translation is shared"), "{shared}");
    // In English nothing changed; in Spanish it is the translation, with who made it and the original.
    assert!(
        birch
            .read(&path)
            .await
            .contains("<h1 class=\"breaks\">Switch off remote access")
    );
    let alder = Browser::of(&kit, "alder-reader").await;
    let read = spanish(&alder).await;
    for part in [
        "Desconecte el &#60;b&#62;acceso remoto",
        "lang=\"es\"",
        "Birch",
        "Pull the plug of the modem",
    ] {
        assert!(read.contains(part), "no {part} in {read}");
    }
    // It has the audience of the original: the client of a member reads both, a stranger neither.
    let made = kit
        .get("alder-reader", "/api/v1/search?question=type:language-content")
        .await;
    let translation = made.json()["found"][0]["id"].as_str().unwrap_or_default().to_owned();
    assert!(translation.starts_with("language-content--"), "{}", made.text());
    for (who, status) in [("birch-reader", 200), ("alder-reader", 200), ("elder-analyst", 404)] {
        for object in [&id("course-of-action", 1), &translation] {
            assert_eq!(
                kit.get(who, &format!("/api/v1/objects/{object}")).await.status,
                status,
                "{who} {object}"
            );
        }
    }
    let reader = Browser::of(&kit, "birch-reader").await;
    assert_eq!(reader.get(&format!("{path}/translate")).await.status, 404);
}

#[tokio::test]
async fn a_later_version_says_what_it_changes_and_rules_are_told_apart() {
    let kit = Kit::start().await;
    kit.share("alder-contributor", "common", &[indicator(1, "Pump switched off")])
        .await;
    let later = indicator(1, "Pump switched <b>on").replace(
        "\"modified\":\"2024-01-01T00:00:00.000Z\"",
        "\"modified\":\"2024-02-01T00:00:00.000Z\"",
    );
    kit.share("alder-contributor", "common", &[later]).await;
    let birch = Browser::of(&kit, "birch-reader").await;
    let page = birch.read(&format!("/objects/{}", id("indicator", 1))).await;
    for part in [
        "<del>",
        "off</del>",
        "&#60;b&#62;on</ins>",
        "<dt>name</dt>",
        "<span class=\"ht\">&#39;192.0.2.1&#39;</span>",
    ] {
        assert!(page.contains(part), "no {part} in {page}");
    }
    assert!(!page.contains("<b>on"));
    let yara = object(
        "indicator",
        2,
        r#""name":"Rule","pattern":"rule a { condition: \"<i>\" }","pattern_type":"yara","valid_from":"2024-01-01T00:00:00Z""#,
    );
    kit.share("alder-contributor", "common", &[yara]).await;
    let page = birch.read(&format!("/objects/{}", id("indicator", 2))).await;
    assert!(
        page.contains("<span class=\"hk\">rule</span>") && !page.contains("<i>"),
        "{page}"
    );
}

#[tokio::test]
async fn what_is_new_for_ones_own_sector_comes_first_and_says_so() {
    let kit = filled().await;
    let operator = kit.operator().await;
    let wish = MemberWish {
        name: "Fir".to_owned(),
        kind: MemberKind::City,
        sectors: vec!["water".to_owned(), "energy".to_owned()],
        countries: vec![],
        provider: None,
        identity: None,
    };
    let member = kit.node.member_create(&operator, wish).await.unwrap().id;
    let person = PersonWish {
        member,
        login: "fir-reader".to_owned(),
        name: "Fir".to_owned(),
        role: Role::Reader,
        password: None,
    };
    kit.node.person_create(&operator, person).await.unwrap();
    let common = kit.communities["common"];
    let set = kit.node.membership_set(&operator, common, member, false, false);
    set.await.unwrap();
    let fir = Browser::of(&kit, "fir-reader").await;
    let today = fir.read("/today").await;
    let first = today.find(">Test malware</a>").expect("it is new");
    assert!(first < today.find(">Pump trouble</a>").unwrap(), "{today}");
    assert!(today.contains("our sector: water"), "{today}");
    // What is said of it where the reader does not look is said to nobody.
    assert!(!today.contains("our sector: energy"), "{today}");
    // Whoever has no sector is told of none.
    let birch = Browser::of(&kit, "birch-reader").await;
    assert!(!birch.read("/today").await.contains("our sector:"));
}

#[tokio::test]
async fn what_is_new_says_why_it_matters_by_region_and_technology_to_the_member_alone() {
    let kit = filled().await;
    let things = [
        object("location", 31, r#""country":"ES","name":"Iberia""#),
        object("intrusion-set", 32, r#""name":"Heron""#),
        relationship(33, &id("intrusion-set", 32), "targets", &id("location", 31)),
        object(
            "vulnerability",
            34,
            r#""name":"CVE-2026-1","description":"A flaw in Fortinet's FortiOS.""#,
        ),
        object(
            "malware",
            35,
            r#""name":"FortiOS worm","is_family":false,"labels":["misp-galaxy:target-information=\"Spain\""]"#,
        ),
        object("tool", 36, r#""name":"Newest of all""#),
    ];
    kit.share("alder-contributor", "common", &things).await;
    // Where the reader does not look: the same of a thing that it sees.
    let hidden = [relationship(37, &id("tool", 36), "targets", &id("location", 31))];
    kit.share("alder-contributor", "grove", &hidden).await;

    let operator = kit.operator().await;
    let birch = store::MemberKey::Name("Birch");
    let mut member = kit.node.store().member_get(birch).await.unwrap().unwrap();
    member.countries = vec!["ES".to_owned()];
    kit.node
        .store()
        .member_update(&operator.principal, &member)
        .await
        .unwrap();
    let coordinator = Browser::of(&kit, "birch-coordinator").await;
    let today = coordinator.read("/today").await;
    let unsaid = format!("/members/{}#technologies", member.uuid);
    assert!(
        today.contains(&unsaid) && today.contains(r#"data-region="ES" data-name="Spain">our region: Spain"#),
        "{today}"
    );
    let path = format!("/members/{}/technologies", member.uuid);
    let refused = coordinator.post(&path, &[("technologies", "c")]).await;
    assert_eq!(refused.status, 422);
    assert!(refused.text().contains("no word"), "{}", refused.text());
    let said = coordinator
        .done(&path, &[("technologies", "FortiOS\r\n\r\nsiemens simatic")])
        .await;
    assert!(said.contains("FortiOS\nsiemens simatic</textarea>"), "{said}");

    let today = Browser::of(&kit, "birch-reader").await.read("/today").await;
    let at = |title: &str| {
        today
            .find(&format!(">{title}</a>"))
            .unwrap_or_else(|| panic!("no {title} in {today}"))
    };
    // Two reasons before one, one before none, newest or not.
    assert!(
        at("FortiOS worm") < at("CVE-2026-1") && at("Heron") < at("Newest of all"),
        "{today}"
    );
    assert!(
        at("FortiOS worm") < at("Heron") && at("CVE-2026-1") < at("Newest of all"),
        "{today}"
    );
    assert_eq!(today.matches("our technology: FortiOS").count(), 2, "{today}");
    // The place itself, what targets it, and what says so by a label; not what does so where the reader does not look.
    assert_eq!(today.matches("our region: Spain").count(), 3, "{today}");
    assert!(!today.contains("#technologies"), "{today}");
    let alder = Browser::of(&kit, "alder-coordinator").await;
    assert!(!alder.read("/today").await.contains("FortiOS</span>"));
    let seen = alder.read(&format!("/members/{}", member.uuid)).await;
    assert!(!seen.contains("technologies") && !seen.contains("simatic"), "{seen}");
    assert_eq!(alder.post(&path, &[("technologies", "x1")]).await.status, 404);
    // Whoever does not decide for the member reads it and changes nothing.
    let reader = Browser::of(&kit, "birch-reader").await;
    let page = reader.read(&format!("/members/{}", member.uuid)).await;
    assert!(page.contains("<li>siemens simatic</li>"), "{page}");
    assert_eq!(reader.post(&path, &[("technologies", "x1")]).await.status, 403);
}

#[tokio::test]
async fn who_made_something_is_named_where_the_reader_sees_them() {
    let kit = filled().await;
    let made_by = |number| format!(r#""name":"Valve tool","created_by_ref":"{}""#, id("identity", number));
    let tools = [object("tool", 1, &made_by(5)), object("tool", 2, &made_by(6))];
    kit.share("alder-contributor", "common", &tools).await;
    let birch = Browser::of(&kit, "birch-reader").await;
    let page = birch.read(&format!("/objects/{}", id("tool", 1))).await;
    assert!(page.contains(">Waterworks</a>"), "{page}");
    let page = birch.read(&format!("/objects/{}", id("tool", 2))).await;
    let unnamed = format!(">{}</a>", id("identity", 6));
    assert!(page.contains(&unnamed) && !page.contains(">Plant<"), "{page}");
}
