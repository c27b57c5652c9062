//! Finding: filters and counts over what a viewer sees, what has to do with a technique or sector, saved searches.

use policy::{Audience, Principal, Role, Viewer};
use stix::marking::{Pap, Tlp};
use store::{Contribution, FacetKind, Origin, Position, SavedTerms, SearchQuery, Store};

use crate::kit::{self, on_both};

async fn put(store: &Store, member: &store::Member, batch: Vec<Contribution>) {
    kit::put(store, member, batch).await;
    index(store).await;
}

async fn index(store: &Store) {
    while store.index_next(100).await.unwrap() > 0 {}
}

fn pattern(number: u64, technique: &str, audience: &Audience) -> Contribution {
    let plain = kit::versioned("attack-pattern", number, 0, audience);
    let references =
        format!(r#""external_references":[{{"source_name":"mitre-attack","external_id":"{technique}"}}],"name""#);
    Contribution {
        body: plain.body.replace(r#""name""#, &references),
        ..plain
    }
}

fn sector(number: u64, sector: &str, audience: &Audience) -> Contribution {
    let plain = kit::versioned("identity", number, 0, audience);
    Contribution {
        body: plain
            .body
            .replace(r#""name""#, &format!(r#""sectors":["{sector}"],"name""#)),
        ..plain
    }
}

fn relationship(number: u64, from: &str, to: &str, audience: &Audience) -> Contribution {
    Contribution {
        title: Some("uses".to_owned()),
        edges: vec![
            ("source_ref".to_owned(), from.to_owned()),
            ("target_ref".to_owned(), to.to_owned()),
        ],
        ..kit::versioned("relationship", number, 0, audience)
    }
}

/// Malware 1 uses a technique openly, malware 2 by a connection that only the city sees; report 3 names the technique, and
/// report 4 that only the city sees.
async fn filled(store: &Store) -> kit::Stage {
    let stage = kit::stage(store).await;
    let technique = kit::id("attack-pattern", 10);
    let (one, two) = (kit::id("malware", 1), kit::id("malware", 2));
    let report = |number, audience| Contribution {
        edges: vec![("object_refs".to_owned(), technique.clone())],
        ..kit::versioned("report", number, 0, audience)
    };
    let batch = vec![
        pattern(10, "T1566.001", &stage.shared),
        kit::versioned("malware", 1, 0, &stage.shared),
        kit::versioned("malware", 2, 0, &stage.shared),
        relationship(21, &one, &technique, &stage.shared),
        relationship(22, &two, &technique, &stage.inner),
        report(3, &stage.shared),
        report(4, &stage.inner),
        sector(11, "water", &stage.shared),
        sector(12, "energy", &stage.inner),
        relationship(23, &one, &kit::id("identity", 11), &stage.shared),
    ];
    put(store, &stage.city, batch).await;
    stage
}

async fn found(store: &Store, viewer: &Viewer, query: &SearchQuery) -> Vec<String> {
    let page = store.search(viewer, query, 100, None).await.unwrap();
    assert!(page.next.is_none() && !page.cut);
    let mut ids: Vec<String> = page.found.into_iter().map(|found| found.row.id).collect();
    ids.sort();
    ids
}

fn techniques(techniques: &[&str]) -> SearchQuery {
    SearchQuery {
        techniques: techniques.iter().map(|one| (*one).to_owned()).collect(),
        types: ["malware", "report", "attack-pattern"].map(str::to_owned).to_vec(),
        ..SearchQuery::default()
    }
}

fn sorted(mut ids: Vec<String>) -> Vec<String> {
    ids.sort();
    ids
}

on_both! {
    async fn what_has_to_do_with_a_technique_is_found_along_visible_connections_only(store: Store) {
        let stage = filled(&store).await;
        let (own, other) = stage.views(&store).await;
        let open = sorted(vec![kit::id("attack-pattern", 10), kit::id("malware", 1), kit::id("report", 3)]);
        for query in [techniques(&["T1566.001"]), techniques(&["t1566"]), techniques(&["T1566", "T9999"])] {
            assert_eq!(found(&store, &other, &query).await, open);
        }
        let all = sorted([open, vec![kit::id("malware", 2), kit::id("report", 4)]].concat());
        assert_eq!(found(&store, &own, &techniques(&["T1566"])).await, all);
        assert!(found(&store, &own, &techniques(&["T1567"])).await.is_empty());
        let both = SearchQuery { sectors: vec!["Water".to_owned()], ..techniques(&["T1566"]) };
        assert_eq!(found(&store, &other, &both).await, [kit::id("malware", 1)]);
        let worded = SearchQuery { words: "thing 1".to_owned(), ..techniques(&["T1566"]) };
        assert_eq!(found(&store, &other, &worded).await, [kit::id("malware", 1)]);
    }

    async fn the_list_of_what_has_to_do_with_something_goes_on_by_cursor(store: Store) {
        let stage = filled(&store).await;
        let (own, _) = stage.views(&store).await;
        let (mut ids, mut before) = (Vec::new(), None);
        loop {
            let page = store.search(&own, &techniques(&["T1566"]), 2, before).await.unwrap();
            ids.extend(page.found.into_iter().map(|found| found.row.id));
            before = page.next;
            if before.is_none() {
                break;
            }
        }
        assert_eq!(ids.len(), 5);
        assert_eq!(sorted(ids), found(&store, &own, &techniques(&["T1566"])).await);
    }

    async fn a_technique_that_is_taken_back_is_said_no_more(store: Store) {
        let stage = filled(&store).await;
        let (own, other) = stage.views(&store).await;
        assert_eq!(store.facet_values(&other, FacetKind::Technique).await.unwrap(), ["T1566", "T1566.001"]);
        assert_eq!(store.facet_values(&other, FacetKind::Sector).await.unwrap(), ["water"]);
        assert_eq!(store.facet_values(&own, FacetKind::Sector).await.unwrap(), ["energy", "water"]);
        let retraction = store::Retraction {
            id: kit::id("attack-pattern", 10),
            community: None,
            versions: store::VersionFilter::all(),
            reason: "wrong".to_owned(),
        };
        let actor = Principal { member: Some(stage.city.id), ..Principal::public() };
        store.retract(&actor, &retraction).await.unwrap();
        assert!(store.facet_values(&own, FacetKind::Technique).await.unwrap().is_empty());
        assert!(found(&store, &own, &techniques(&["T1566"])).await.is_empty());
    }

    async fn colours_and_members_narrow_and_a_withheld_name_is_no_way_in(store: Store) {
        let stage = kit::stage(&store).await;
        let community = stage.shared.communities().iter().copied();
        let amber = Audience::new(Tlp::Amber, Pap::Clear, community, []).unwrap();
        put(&store, &stage.cert, vec![kit::versioned("tool", 1, 0, &stage.shared), kit::versioned("tool", 2, 0, &amber)]).await;
        let withheld = Origin { withheld: true, ..kit::origin(&stage.city) };
        store.contribute(&withheld, vec![kit::versioned("tool", 3, 0, &stage.shared)]).await.unwrap();
        let (own, other) = stage.views(&store).await;
        let coloured = |tlp| SearchQuery { tlps: vec![tlp], ..SearchQuery::default() };
        assert_eq!(found(&store, &other, &coloured(Tlp::Amber)).await, [kit::id("tool", 2)]);
        assert_eq!(found(&store, &other, &coloured(Tlp::Green)).await, sorted(vec![kit::id("tool", 1), kit::id("tool", 3)]));
        assert!(found(&store, &other, &coloured(Tlp::Red)).await.is_empty());
        let from = |member: &store::Member| SearchQuery { from: vec![member.id], ..SearchQuery::default() };
        assert_eq!(found(&store, &other, &from(&stage.cert)).await.len(), 2);
        assert!(found(&store, &other, &from(&stage.city)).await.is_empty());
        assert_eq!(found(&store, &own, &from(&stage.city)).await, [kit::id("tool", 3)]);
        let typed = SearchQuery { types: vec!["malware".to_owned()], ..from(&stage.cert) };
        assert!(found(&store, &other, &typed).await.is_empty());
    }

    async fn counts_are_of_what_is_seen_and_say_when_there_is_more(store: Store) {
        let stage = filled(&store).await;
        let (own, other) = stage.views(&store).await;
        let query = SearchQuery { types: vec!["malware".to_owned(), "report".to_owned()], ..SearchQuery::default() };
        let divided = store.search_divided(&other, &query, 100).await.unwrap();
        assert_eq!((divided.counted, divided.more), (3, false));
        assert_eq!(divided.types, [("malware".to_owned(), 2), ("report".to_owned(), 1)]);
        assert_eq!(divided.tlps, [(Tlp::Green, 3)]);
        assert_eq!(divided.members, [(stage.city.id, 3)]);
        assert_eq!(divided.sectors, [("water".to_owned(), 1)]);
        assert_eq!(divided.techniques, [("T1566".to_owned(), 2), ("T1566.001".to_owned(), 2)]);
        // Each count is what the list narrowed by it holds.
        assert_eq!(found(&store, &other, &SearchQuery { techniques: vec!["T1566".to_owned()], ..query.clone() }).await.len(), 2);
        let all = store.search_divided(&own, &query, 100).await.unwrap();
        assert_eq!((all.counted, &all.techniques[0]), (4, &("T1566".to_owned(), 4)));
        let first = store.search_divided(&own, &query, 2).await.unwrap();
        assert_eq!((first.counted, first.more), (2, true));
    }

    async fn of_what_very_much_refers_to_the_newest_that_is_visible_counts(store: Store) {
        let stage = kit::stage(&store).await;
        let hub = kit::id("malware", 1);
        put(&store, &stage.city, vec![kit::versioned("malware", 1, 0, &stage.shared)]).await;
        // Each connection is with a pattern of its own; of three, two are open to the other member.
        let connected = |number: u64| {
            let audience = if number.is_multiple_of(3) { &stage.inner } else { &stage.shared };
            let to = kit::id("attack-pattern", number);
            let technique = format!("T{number}");
            [pattern(number, &technique, &stage.shared), relationship(10_000 + number, &hub, &to, audience)]
        };
        put(&store, &stage.city, (1_000..1_500).flat_map(connected).collect()).await;
        let (own, other) = stage.views(&store).await;
        let newest = |sees: fn(&u64) -> bool| {
            let mut numbers: Vec<u64> = (1_000..1_500).rev().filter(sees).take(100).collect();
            numbers.sort_unstable();
            numbers.into_iter().map(|number| format!("T{number}")).collect::<Vec<_>>()
        };
        for (viewer, expected) in [(&own, newest(|_| true)), (&other, newest(|number| !number.is_multiple_of(3)))] {
            let beside = store.patterns_beside(viewer, std::slice::from_ref(&hub)).await.unwrap();
            let told = |(body, _): &(String, usize)| expected.iter().find(|one| body.contains(&format!("\"{one}\""))).cloned();
            let mut found: Vec<Option<String>> = beside.patterns.iter().map(told).collect();
            found.sort();
            assert_eq!(found, expected.iter().cloned().map(Some).collect::<Vec<_>>());
        }
    }

    async fn patterns_beside_a_group_are_counted_once_for_each_of_it(store: Store) {
        let stage = filled(&store).await;
        let (own, other) = stage.views(&store).await;
        let ids = [kit::id("malware", 1), kit::id("malware", 2), kit::id("report", 3), kit::id("report", 4)];
        let beside = store.patterns_beside(&other, &ids).await.unwrap();
        assert_eq!((beside.looked_at, beside.patterns.len(), beside.patterns[0].1), (3, 1, 2));
        assert!(beside.patterns[0].0.contains("T1566.001"));
        assert_eq!(store.patterns_beside(&own, &ids).await.unwrap().patterns[0].1, 4);
        let found = store.patterns_found(&other, &SearchQuery { types: vec!["report".to_owned()], ..SearchQuery::default() }, 10).await.unwrap();
        assert_eq!((found.looked_at, found.patterns[0].1), (1, 1));
        assert!(store.patterns_beside(&other, &[]).await.unwrap().patterns.is_empty());
    }

    async fn what_others_tell_of_an_object_is_read_through_the_view(store: Store) {
        let stage = kit::stage(&store).await;
        let indicator = kit::id("indicator", 1);
        let sighting = |number, property: &str, audience: &Audience| Contribution {
            edges: vec![(property.to_owned(), indicator.clone())],
            ..kit::versioned("sighting", number, 0, audience)
        };
        put(&store, &stage.city, vec![
            kit::versioned("indicator", 1, 0, &stage.shared),
            sighting(2, "sighting_of_ref", &stage.shared),
            sighting(3, "sighting_of_ref", &stage.inner),
            sighting(4, "observed_data_refs", &stage.shared),
        ]).await;
        let (own, other) = stage.views(&store).await;
        let told = async |viewer, most| {
            let told = store.told_of(viewer, &indicator, "sighting", "sighting_of_ref", most).await.unwrap();
            told.into_iter().map(|one| (one.row.id, one.origin.is_some())).collect::<Vec<_>>()
        };
        assert_eq!(told(&other, 10).await, [(kit::id("sighting", 2), true)]);
        assert_eq!(told(&own, 10).await, [(kit::id("sighting", 3), true), (kit::id("sighting", 2), true)]);
        assert_eq!(told(&own, 1).await.len(), 1);
    }

    async fn a_saved_search_is_its_owners_and_tells_once(store: Store) {
        let city = kit::member(&store, "city").await;
        let (ada, eve) = (kit::person(&store, &city, "ada", Role::Reader).await, kit::person(&store, &city, "eve", Role::Reader).await);
        let terms = |name: &str| SavedTerms {
            name: name.to_owned(), question: "pump".to_owned(), today: true, mail: true, webhook: false,
        };
        let uuid = uuid::Uuid::from_u128;
        let actor = kit::setup();
        store.saved_search_put(&actor, ada.id, uuid(1), &terms("Pumps")).await.unwrap();
        let again = store.saved_search_put(&actor, ada.id, uuid(2), &terms("Pumps")).await.unwrap_err();
        assert_eq!(again.kind(), store::ErrorKind::Conflict);
        store.saved_search_put(&actor, eve.id, uuid(3), &terms("Pumps")).await.unwrap();
        assert!(store.saved_search_get(eve.id, uuid(1)).await.unwrap().is_none());
        assert!(store.saved_search_delete(&actor, eve.id, uuid(1)).await.is_err());
        let saved = store.saved_search_get(ada.id, uuid(1)).await.unwrap().unwrap();
        store.saved_search_change(&actor, &saved, &SavedTerms { mail: false, ..terms("Valves") }).await.unwrap();
        let due = store.saved_searches_telling(0, Position(i64::MAX), 10).await.unwrap();
        assert_eq!(due.iter().map(|one| one.person).collect::<Vec<_>>(), [eve.id]);
        assert!(store.saved_search_told(&due[0], Position(7)).await.unwrap());
        assert!(!store.saved_search_told(&due[0], Position(9)).await.unwrap(), "somebody else was quicker");
        store.saved_search_seen(due[0].id, Position(8)).await.unwrap();
        store.saved_search_seen(due[0].id, Position(3)).await.unwrap();
        let seen = store.saved_search_get(eve.id, uuid(3)).await.unwrap().unwrap();
        assert_eq!((seen.seen, seen.told), (Position(8), Position(8)));
        store.saved_search_delete(&actor, ada.id, uuid(1)).await.unwrap();
        assert!(store.saved_searches(ada.id, 10).await.unwrap().is_empty());
    }
}
