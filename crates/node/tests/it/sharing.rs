//! Who gets what: markings, origins, versions, and speaking for others.

use node::intake::Handling;
use stix::marking::Tlp;
use store::VersionFilter;

use crate::kit::partners::{FIRST, Partners, SECOND, bundle, identity, object, object_id, readers, told};

const RED: &str = "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1";
const CUSTOM: &str = "marking-definition--00000000-0000-4000-8000-0000000000aa";

fn creator(number: u128) -> String {
    format!(r#","created_by_ref":"{}""#, identity(number))
}

fn marked(id: &str) -> String {
    format!(r#","object_marking_refs":["{id}"]"#)
}

fn definition(id: &str, name: &str) -> String {
    format!(
        r#"{{"type":"marking-definition","spec_version":"2.1","id":"{id}","created":"2026-01-01T00:00:00.000Z","name":"{name}","definition_type":"statement","definition":{{"statement":"House rules"}}}}"#
    )
}

/// The lines that hold a word which only others may see. The founder's operator made the members and communities, so
/// the receipts of those rule changes are the founder's own and name them.
fn hits<'t>(login: &str, told: &'t str, canary: &str) -> Vec<&'t str> {
    let is_founder = matches!(login, "city" | "operator");
    let is_own_rule = |line: &str| is_founder && line.contains("by_member");
    let lines = told.lines().filter(|line| line.contains(canary));
    lines.filter(|line| !is_own_rule(line)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_address_under_two_markings_tells_neither_reader_of_the_other() {
    let partners = Partners::new().await;
    let own = partners.to_all(Some(Tlp::Green));
    partners
        .share("hospital", &own, "# from the ward\n198.51.100.7 # openword\n")
        .await;
    let closed = partners.to_water(Some(Tlp::Amber));
    partners
        .share("waterworks", &closed, "198.51.100.7 # hiddenword\n")
        .await;
    let hidden = partners
        .bodies("cert")
        .await
        .into_iter()
        .find(|body| body.contains("hiddenword"))
        .unwrap();
    let id = stix::Object::parse(&hidden)
        .unwrap()
        .map()
        .str("id")
        .unwrap()
        .to_owned();
    for outsider in ["city", "hospital"] {
        let before = partners
            .all_that_is_told(outsider, &[&id], &["198.51.100.7", "hiddenword"])
            .await;
        for canary in ["hiddenword", "water-works", &id.replace("indicator--", "")] {
            let hits = hits(outsider, &before, canary);
            assert!(hits.is_empty(), "{outsider} is told of {canary}: {hits:#?}");
        }
        assert!(before.contains("openword"));
    }
    let caller = partners.caller("city").await;
    let found = partners
        .node
        .find_value(&caller, "198.51.100[.]7", 10, None)
        .await
        .unwrap();
    assert_eq!(found.unwrap().1.len(), 1);
    let caller = partners.caller("cert").await;
    let found = partners
        .node
        .find_value(&caller, "198.51.100.7", 10, None)
        .await
        .unwrap();
    assert_eq!(found.unwrap().1.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_hidden_and_what_is_absent_are_the_same_answer() {
    let partners = Partners::new().await;
    partners
        .share("waterworks", &partners.to_water(None), object(1, FIRST, ""))
        .await;
    let caller = partners.caller("hospital").await;
    let (hidden, absent) = (object_id(1), object_id(2));
    let show = |id: String| {
        let (node, caller) = (partners.node.clone(), caller.clone());
        async move {
            format!(
                "{:?} {:?}",
                node.show(&caller, &id, 9).await,
                node.neighbours(&caller, &id, 9, None).await
            )
        }
    };
    assert_eq!(show(hidden).await, show(absent).await);
    let collection = |name: &'static str| {
        let (node, caller) = (partners.node.clone(), caller.clone());
        async move { node.collection(&caller, name).await.unwrap().is_none() }
    };
    assert!(collection("water-works").await && collection("no-such").await);
    let share = |community: i64| Handling {
        communities: vec![policy::CommunityId(community)],
        ..Handling::default()
    };
    let into_hidden = partners
        .try_share("hospital", &share(partners.water.0), object(3, FIRST, ""))
        .await;
    let into_absent = partners.try_share("hospital", &share(999), object(3, FIRST, "")).await;
    assert_eq!(format!("{into_hidden:?}"), format!("{into_absent:?}"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_withheld_name_shows_nowhere_but_to_its_own_member() {
    let partners = Partners::new().await;
    let withheld = Handling {
        withheld: true,
        ..partners.to_all(Some(Tlp::Green))
    };
    partners
        .share("waterworks", &withheld, "198.51.100.7 # seen at night\n")
        .await;
    partners.share("waterworks", &withheld, object(1, FIRST, "")).await;
    let list = partners.bodies("city").await;
    let id = stix::Object::parse(&list[0])
        .unwrap()
        .map()
        .str("id")
        .unwrap()
        .to_owned();
    let waterworks = partners.member("Example Waterworks").await;
    let uuid = {
        let key = store::MemberKey::Id(waterworks);
        partners
            .node
            .store()
            .member_get(key)
            .await
            .unwrap()
            .unwrap()
            .uuid
            .to_string()
    };
    for stranger in ["cert", "hospital", "city", "operator"] {
        let told = partners
            .all_that_is_told(stranger, &[&id, &object_id(1)], &["198.51.100.7"])
            .await;
        for canary in ["Example Waterworks", &identity(2), &uuid] {
            let hits = hits(stranger, &told, canary);
            assert!(hits.is_empty(), "{stranger} is told of {canary}: {hits:#?}");
        }
        assert!(!told.contains(&format!("origin: Some(MemberId({}))", waterworks.0)));
    }
    let own = partners
        .node
        .show(&partners.caller("waterworks").await, &id, 0)
        .await
        .unwrap();
    assert_eq!(own.contributions[0].origin, Some(waterworks));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_object_that_says_the_withheld_name_is_refused() {
    let partners = Partners::new().await;
    let withheld = Handling {
        withheld: true,
        ..partners.to_all(None)
    };
    let report = partners
        .share(
            "waterworks",
            &withheld,
            bundle(&[object(1, FIRST, &creator(2)), object(2, FIRST, "")]),
        )
        .await;
    insta::assert_snapshot!(told(&report), @r#"
    stix-bundle: 1 accepted, 0 unchanged, 1 refused
    input:1 $.objects[0] (indicator--00000000-0000-4000-8000-000000000001): the object names your own organisation, and you asked to keep your name out of it (take 'identity--00000000-0000-4000-8000-000000000002' and 'Example Waterworks' out of it (created_by_ref, identity, sightings), or share it with your name)
    "#);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_who_withhold_their_names_may_give_the_same_address_on_different_days() {
    let partners = Partners::new().await;
    let withheld = Handling {
        withheld: true,
        ..partners.to_all(Some(Tlp::Green))
    };
    partners.share("waterworks", &withheld, "198.51.100.7\n").await;
    partners.pass_days(1);
    let report = partners.share("cert", &withheld, "198.51.100.7\n").await;
    assert_eq!((report.accepted, report.refused), (1, 0), "{}", told(&report));
    let caller = partners.caller("hospital").await;
    let found = partners
        .node
        .find_value(&caller, "198.51.100.7", 9, None)
        .await
        .unwrap();
    assert_eq!(found.unwrap().1.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_who_name_the_same_technique_on_different_days_are_both_taken() {
    let partners = Partners::new().await;
    let report = "# Night shift\n\nThe actor used T1059.001 and CVE-2021-44228 from 198.51.100[.]7.\n";
    let first = partners.share("waterworks", &partners.to_all(None), report).await;
    partners.pass_days(1);
    let second = partners.share("cert", &partners.to_all(None), report).await;
    assert_eq!((first.refused, second.refused), (0, 0), "{}", told(&second));
    assert_eq!(first.accepted, second.accepted);
    let caller = partners.caller("city").await;
    let found = partners
        .node
        .search(
            &caller,
            &store::SearchQuery {
                types: vec!["attack-pattern".to_owned()],
                ..Default::default()
            },
            9,
            None,
        )
        .await
        .unwrap();
    assert_eq!(found.found.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn sharing_the_same_list_again_adds_nothing_and_with_other_readers_it_is_the_same_indicator() {
    let partners = Partners::new().await;
    let list = "198.51.100.7\nbad.example.org\nhxxp://bad[.]example[.]net/a\n";
    let first = partners.share("cert", &partners.to_all(None), list).await;
    assert_eq!((first.accepted, first.unchanged, first.refused), (3, 0, 0));
    partners.pass_days(1);
    let again = partners.share("cert", &partners.to_all(None), list).await;
    assert_eq!((again.accepted, again.unchanged, again.refused), (0, 3, 0));
    let narrower = partners.share("cert", &partners.to_water(Some(Tlp::Amber)), list).await;
    assert_eq!((narrower.accepted, narrower.refused), (3, 0), "{}", told(&narrower));
    let caller = partners.caller("waterworks").await;
    let found = partners
        .node
        .find_value(&caller, "198.51.100.7", 9, None)
        .await
        .unwrap();
    assert_eq!(found.unwrap().1.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn objects_made_from_a_list_are_created_by_the_member_that_shared_it() {
    let partners = Partners::new().await;
    partners.share("cert", &partners.to_all(None), "198.51.100.7\n").await;
    let bodies = partners.bodies("city").await;
    assert!(bodies[0].contains(&identity(3)), "{}", bodies[0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_creator_makes_a_new_version() {
    let partners = Partners::new().await;
    let to = partners.to_all(Some(Tlp::Green));
    partners.share("waterworks", &to, object(1, FIRST, &creator(2))).await;
    let forged = partners
        .share(
            "cert",
            &to,
            object(1, SECOND, &format!(r#"{},"revoked":true"#, creator(2))),
        )
        .await;
    insta::assert_snapshot!(told(&forged), @r#"
    stix-objects: 0 accepted, 0 unchanged, 1 refused
    input:1 $.created_by_ref (indicator--00000000-0000-4000-8000-000000000001): only its creator makes a new version of an object, and the creator of this one is a member here (ask them to share the new version, or make an object with an id of its own and relate it with 'derived-from')
    "#);
    let passed_on = partners.share("cert", &to, object(1, FIRST, &creator(2))).await;
    assert_eq!((passed_on.accepted, passed_on.refused), (1, 0));
    let own = partners.share("waterworks", &to, object(1, SECOND, &creator(2))).await;
    assert_eq!((own.accepted, own.refused), (1, 0));
    let renamed = partners
        .share("cert", &to, object(1, "2026-03-01T00:00:00.000Z", &creator(3)))
        .await;
    insta::assert_snapshot!(told(&renamed), @r#"
    stix-objects: 0 accepted, 0 unchanged, 1 refused
    input:1 $.created_by_ref (indicator--00000000-0000-4000-8000-000000000001): only the creator of an object makes a new version of it: the known one is by 'identity--00000000-0000-4000-8000-000000000002', this one by 'identity--00000000-0000-4000-8000-000000000003' (make an object with an id of its own and relate it with 'derived-from')
    "#);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_names_another_member_as_creator_is_taken_and_shows_who_shared_it() {
    let partners = Partners::new().await;
    let to = partners.to_all(Some(Tlp::Green));
    let first = partners.share("cert", &to, object(1, FIRST, &creator(2))).await;
    assert_eq!(first.accepted, 1);
    // The courier goes on being the courier, as long as nobody else shares it.
    let next = partners.share("cert", &to, object(1, SECOND, &creator(2))).await;
    assert_eq!((next.accepted, next.refused), (1, 0), "{}", told(&next));
    let shown = partners
        .node
        .show(&partners.caller("city").await, &object_id(1), 0)
        .await
        .unwrap();
    assert_eq!(shown.contributions[0].origin_name.as_deref(), Some("Example CERT"));
    let from_hospital = partners
        .share("hospital", &to, object(1, "2026-03-01T00:00:00.000Z", &creator(2)))
        .await;
    assert_eq!(from_hospital.problems[0].code, "version-not-by-creator");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_passes_on_what_another_member_made_to_more_readers() {
    let partners = Partners::new().await;
    partners
        .share(
            "waterworks",
            &partners.to_water(Some(Tlp::Amber)),
            object(1, FIRST, &creator(2)),
        )
        .await;
    let wider = partners
        .share(
            "cert",
            &partners.to_all(Some(Tlp::Green)),
            object(1, FIRST, &creator(2)),
        )
        .await;
    insta::assert_snapshot!(told(&wider), @r#"
    stix-objects: 0 accepted, 0 unchanged, 1 refused
    input:1 $.object_marking_refs (indicator--00000000-0000-4000-8000-000000000001): its creator shared this for fewer readers or fewer uses; nobody widens what another marked (share it with the same communities and a marking at least as strict, or ask them to)
    "#);
    assert_eq!(
        readers(&partners, &object_id(1)).await.into_iter().collect::<Vec<_>>(),
        ["cert", "waterworks"]
    );
    let narrower = partners
        .share(
            "cert",
            &partners.to_water(Some(Tlp::AmberStrict)),
            object(1, FIRST, &creator(2)),
        )
        .await;
    assert_eq!((narrower.accepted, narrower.refused), (1, 0));
    let at_home = partners
        .share("cert", &Handling::default(), object(1, FIRST, &creator(2)))
        .await;
    assert_eq!((at_home.accepted, at_home.refused), (1, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn version_rules_are_told_with_their_reason() {
    let partners = Partners::new().await;
    let to = partners.to_all(None);
    partners.share("cert", &to, object(1, FIRST, "")).await;
    let conflict = partners
        .share("cert", &to, object(1, FIRST, r#","confidence":5"#))
        .await;
    partners
        .share("cert", &to, object(1, SECOND, r#","revoked":true"#))
        .await;
    let after = partners
        .share("cert", &to, object(1, "2026-03-01T00:00:00.000Z", ""))
        .await;
    let created = object(2, SECOND, "");
    partners.share("cert", &to, created.clone()).await;
    let changed = created
        .replace(r#""created":"2026-01-01"#, r#""created":"2026-01-02"#)
        .replace(SECOND, "2026-03-01T00:00:00.000Z");
    let changed = partners.share("cert", &to, changed).await;
    insta::assert_snapshot!([told(&conflict), told(&after), told(&changed)].join("\n"), @r#"
    stix-objects: 0 accepted, 0 unchanged, 1 refused
    input:1 $.modified (indicator--00000000-0000-4000-8000-000000000001): version 2026-01-01T00:00:00.000Z is already known with other content (give a changed object a later 'modified')
    stix-objects: 0 accepted, 0 unchanged, 1 refused
    input:1 $.modified (indicator--00000000-0000-4000-8000-000000000001): the object was revoked in version 2026-02-01T00:00:00.000Z, and nothing follows a revocation (make a new object with an id of its own)
    stix-objects: 0 accepted, 0 unchanged, 1 refused
    input:1 $.created (indicator--00000000-0000-4000-8000-000000000002): 'created' never changes between versions: it was 2026-01-01T00:00:00.000Z, here it is 2026-01-02T00:00:00.000Z (keep 'created' and move 'modified' forward; a marking definition has no versions at all)
    "#);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_contents_of_one_version_in_one_batch_keep_the_first() {
    let partners = Partners::new().await;
    let both = bundle(&[
        object(1, FIRST, ""),
        object(1, FIRST, r#","confidence":5"#),
        object(2, FIRST, ""),
    ]);
    let report = partners.share("cert", &partners.to_all(None), both).await;
    insta::assert_snapshot!(told(&report), @r#"
    stix-bundle: 2 accepted, 0 unchanged, 1 refused
    input:1 $.objects[1].modified (indicator--00000000-0000-4000-8000-000000000001): version 2026-01-01T00:00:00.000Z is already known with other content (give a changed object a later 'modified')
    "#);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_marking_defined_after_its_use_holds() {
    let partners = Partners::new().await;
    let to = Handling {
        named: vec![partners.member("Example CERT").await],
        ..partners.to_all(None)
    };
    let input = bundle(&[
        object(1, FIRST, &marked(CUSTOM)),
        object(2, FIRST, ""),
        definition(CUSTOM, "TLP:RED"),
    ]);
    let report = partners.share("waterworks", &to, input.clone()).await;
    assert_eq!(
        (report.accepted, report.refused, report.problems.len()),
        (3, 0, 0),
        "{}",
        told(&report)
    );
    let shown = partners
        .node
        .show(&partners.caller("cert").await, &object_id(1), 0)
        .await
        .unwrap();
    assert_eq!(shown.contributions[0].audience.tlp(), Tlp::Red);
    // Without names a red object is refused, the rest of its batch is kept.
    let report = partners
        .share(
            "waterworks",
            &partners.to_all(None),
            input.replace("-00000000000", "-00000000001"),
        )
        .await;
    assert_eq!((report.accepted, report.refused), (2, 1), "{}", told(&report));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_marking_that_nobody_knows_is_handled_with_caution_and_told() {
    let partners = Partners::new().await;
    let input = bundle(&[object(1, FIRST, &marked(CUSTOM)), object(2, FIRST, &marked(CUSTOM))]);
    let report = partners
        .share("waterworks", &partners.to_all(Some(Tlp::Clear)), input)
        .await;
    insta::assert_snapshot!(told(&report), @r#"
    stix-bundle: 2 accepted, 0 unchanged, 0 refused
    input:1:81 $.objects[0]: nobody here knows the marking 'marking-definition--00000000-0000-4000-8000-0000000000aa', so what has it goes no further than TLP:AMBER+STRICT (share its marking-definition in the same transfer)
    "#);
    let shown = partners
        .node
        .show(&partners.caller("cert").await, &object_id(1), 0)
        .await
        .unwrap();
    assert_eq!(shown.contributions[0].audience.tlp(), Tlp::AmberStrict);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_definition_of_a_marking_cannot_widen_it() {
    let partners = Partners::new().await;
    let to = partners.to_all(None);
    partners
        .share("waterworks", &to, definition(CUSTOM, "TLP:AMBER+STRICT"))
        .await;
    let widened = bundle(&[definition(CUSTOM, "TLP:CLEAR"), object(1, FIRST, &marked(CUSTOM))]);
    let report = partners.share("cert", &to, widened).await;
    assert_eq!((report.accepted, report.refused), (1, 1), "{}", told(&report));
    let shown = partners
        .node
        .show(&partners.caller("cert").await, &object_id(1), 0)
        .await
        .unwrap();
    assert_eq!(shown.contributions[0].audience.tlp(), Tlp::AmberStrict);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_object_with_a_part_marked_red_is_red() {
    let partners = Partners::new().await;
    let part = format!(r#","granular_markings":[{{"marking_ref":"{RED}","selectors":["name"]}}]"#);
    let report = partners
        .share("cert", &partners.to_all(Some(Tlp::Green)), object(1, FIRST, &part))
        .await;
    insta::assert_snapshot!(told(&report), @r#"
    stix-objects: 0 accepted, 0 unchanged, 1 refused
    input:1 $.object_marking_refs (indicator--00000000-0000-4000-8000-000000000001): TLP:RED goes to named members only: name them, or choose TLP:AMBER+STRICT (name them with --to on the command line, or with 'named' in the API)
    "#);
    let named = Handling {
        named: vec![partners.member("Example Hospital").await],
        ..Handling::default()
    };
    partners.share("cert", &named, object(1, FIRST, &part)).await;
    assert_eq!(
        readers(&partners, &object_id(1)).await.into_iter().collect::<Vec<_>>(),
        ["cert", "hospital"]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_community_refuses_what_is_stricter_than_it_takes() {
    let partners = Partners::new().await;
    let open = partners.community("open-forum", Tlp::Green).await;
    let to = Handling {
        communities: vec![open],
        tlp: Some(Tlp::Amber),
        ..Handling::default()
    };
    let report = partners.share("operator", &to, object(1, FIRST, "")).await;
    insta::assert_snapshot!(told(&report), @r#"
    stix-objects: 0 accepted, 0 unchanged, 1 refused
    input:1 $.object_marking_refs (indicator--00000000-0000-4000-8000-000000000001): TLP:AMBER is stricter than this community takes: TLP:GREEN at the most (share it with named members and no community, or with a community that takes it)
    "#);
}

#[tokio::test(flavor = "multi_thread")]
async fn taking_back_reaches_only_ones_own_and_at_once() {
    let partners = Partners::new().await;
    let to = partners.to_all(Some(Tlp::Green));
    partners.share("waterworks", &to, object(1, FIRST, "")).await;
    partners.share("cert", &to, object(1, FIRST, "")).await;
    let collection = |caller: node::Caller| {
        let node = partners.node.clone();
        async move { node.collection(&caller, "all-hands").await.unwrap().unwrap().0 }
    };
    let take_back = |login: &'static str| {
        let partners = &partners;
        async move {
            let caller = partners.caller(login).await;
            let within = collection(caller.clone()).await;
            let id = object_id(1);
            let gone = partners
                .node
                .retract(&caller, &within, &id, VersionFilter::all(), "a false alarm");
            gone.await.unwrap()
        }
    };
    assert_eq!(take_back("hospital").await, 0);
    assert_eq!(take_back("cert").await, 1);
    assert_eq!(readers(&partners, &object_id(1)).await.len(), 4);
    assert_eq!(take_back("waterworks").await, 1);
    assert_eq!(readers(&partners, &object_id(1)).await.len(), 0);
    assert_eq!(partners.bodies("city").await.len(), 0);
    let caller = partners.caller("hospital").await;
    let found = partners
        .node
        .find_value(&caller, "198.51.100.1", 9, None)
        .await
        .unwrap();
    assert!(found.unwrap().1.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_known_harmless_value_is_flagged_and_kept() {
    let partners = Partners::new().await;
    let list = r#"{"name":"Example resolvers","type":"cidr","version":1,"description":"Name servers","matching_attributes":["ip-dst"],"list":["198.51.100.0/29"]}"#;
    partners
        .node
        .warninglist_put(&partners.caller("operator").await, list)
        .await
        .unwrap();
    let report = partners
        .share(
            "cert",
            &partners.to_all(None),
            bundle(&[object(1, FIRST, ""), object(200, FIRST, "")]),
        )
        .await;
    assert_eq!(report.accepted, 2);
    let caller = partners.caller("city").await;
    let warnings = |number| {
        let (node, caller) = (partners.node.clone(), caller.clone());
        async move {
            node.show(&caller, &object_id(number), 0).await.unwrap().contributions[0]
                .warnings
                .clone()
        }
    };
    assert!(warnings(1).await.contains(&"Example resolvers".to_owned()));
    assert!(!warnings(200).await.contains(&"Example resolvers".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_score_falls_with_time_ends_with_the_indicator_and_rises_with_a_sighting() {
    let partners = Partners::new().await;
    let to = partners.to_all(None);
    let from_now = object(1, "2026-11-23T00:00:00.000Z", r#","confidence":80"#)
        .replace("2026-01-01T00:00:00Z", "2026-11-23T00:00:00Z");
    partners.share("cert", &to, from_now).await;
    let ends = object(2, FIRST, r#","valid_until":"2026-11-25T00:00:00Z""#);
    partners.share("cert", &to, ends).await;
    let score = |number| {
        let partners = &partners;
        async move {
            let caller = partners.caller("city").await;
            partners
                .node
                .show(&caller, &object_id(number), 0)
                .await
                .unwrap()
                .score
                .unwrap()
                .value
        }
    };
    let fresh = score(1).await;
    partners.pass_days(20);
    let later = score(1).await;
    assert!(fresh > later, "{fresh} {later}");
    assert_eq!(score(2).await, 0);
    let sighting = format!(
        r#"{{"type":"sighting","spec_version":"2.1","id":"sighting--00000000-0000-4000-8000-000000000001","created":"2026-12-12T00:00:00.000Z","modified":"2026-12-12T00:00:00.000Z","sighting_of_ref":"{}"}}"#,
        object_id(1)
    );
    let report = partners.share("waterworks", &to, sighting).await;
    assert_eq!(report.accepted, 1, "{}", told(&report));
    assert!(score(1).await > later);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_is_not_read_past_what_came_for_an_audience_that_was_made_meanwhile() {
    let partners = Partners::new().await;
    let green = partners.to_water(Some(Tlp::Green));
    partners.share("cert", &green, object(1, FIRST, "")).await;
    let reader = partners.caller("waterworks").await;
    let look = partners.node.look(&reader, "all").await.unwrap().unwrap();
    // For an audience that nobody knew when the reader's view was worked out, and then for one that everybody did.
    let amber = partners.to_water(Some(Tlp::Amber));
    partners.share("cert", &amber, object(2, FIRST, "")).await;
    partners.share("cert", &green, object(3, FIRST, "")).await;
    let query = store::ObjectQuery::default();
    let (again, page) = partners.node.deliver_page(look.clone(), &query).await.unwrap();
    let ids: Vec<String> = page.rows.into_iter().map(|row| row.id).collect();
    assert_eq!(ids, [object_id(1), object_id(2), object_id(3)]);
    assert!(again.viewer.audiences().len() > look.viewer.audiences().len());
    // Whoever is not in it any more reads nothing more of it.
    let operator = partners.caller("operator").await;
    let within = partners.node.look(&reader, "water-works").await.unwrap().unwrap();
    let member = partners.member("Example Waterworks").await;
    partners
        .node
        .membership_end(&operator, partners.water, member)
        .await
        .unwrap();
    assert!(partners.node.deliver_page(within, &query).await.is_err());
}
