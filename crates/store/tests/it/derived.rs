//! What is made from contributions: details, neighbours, search, counts, changes, and taking back.

use std::sync::Arc;

use policy::{Audience, Principal, Viewer};
use stix::Timestamp;
use store::{
    ChangeKind, Contribution, Direction, IndicatorFacts, ObjectQuery, Origin, Position, RemovedWhy, Retraction,
    SearchQuery, Store, VersionFilter,
};

use crate::kit::{self, on_both};

fn principal(member: &store::Member) -> Principal {
    Principal {
        member: Some(member.id),
        ..Principal::public()
    }
}

fn relationship(number: u64, verb: &str, from: &str, to: &str, audience: &Audience) -> Contribution {
    Contribution {
        title: Some(verb.to_owned()),
        edges: vec![
            ("source_ref".to_owned(), from.to_owned()),
            ("target_ref".to_owned(), to.to_owned()),
        ],
        ..kit::versioned("relationship", number, 0, audience)
    }
}

fn indicator(number: u64, audience: &Audience, until: Option<Timestamp>) -> Contribution {
    Contribution {
        indicator: Some(IndicatorFacts {
            pattern_type: "stix".to_owned(),
            valid_from: Timestamp::from_micros(kit::START),
            valid_until: until,
            base_score: 80,
            lifetime_days: 30,
            decay_speed: 0.5,
        }),
        observables: vec![(2, "evil.example".to_owned())],
        ..kit::versioned("indicator", number, 0, audience)
    }
}

async fn index(store: &Store) {
    while store.index_next(100).await.unwrap() > 0 {}
}

async fn search(store: &Store, viewer: &Viewer, words: &str) -> Vec<String> {
    let query = SearchQuery {
        words: words.to_owned(),
        ..SearchQuery::default()
    };
    let found = store.search(viewer, &query, 10, None).await.unwrap().found;
    found.into_iter().map(|found| found.row.id).collect()
}

fn kinds(changes: &store::Changes) -> Vec<(ChangeKind, String)> {
    changes.rows.iter().map(|row| (row.kind, row.row.id.clone())).collect()
}

on_both! {
    async fn details_show_the_origin_only_where_it_may_be_shown(store: Store) {
        let stage = kit::stage(&store).await;
        let withheld = Origin { withheld: true, ..kit::origin(&stage.city) };
        let mut contribution = indicator(1, &stage.shared, None);
        contribution.warnings = vec!["top sites".to_owned()];
        contribution.created_by = Some(kit::id("identity", 5));
        store.contribute(&withheld, vec![contribution.clone()]).await.unwrap();
        store.contribute(&kit::origin(&stage.cert), vec![contribution.clone()]).await.unwrap();
        let (own, other) = stage.views(&store).await;
        let id = &contribution.id;
        let details = store.object_get(&own, id).await.unwrap();
        assert_eq!(details.len(), 2);
        assert!(details.iter().all(|one| one.origin_name.is_some()));
        let details = store.object_get(&other, id).await.unwrap();
        let names: Vec<_> = details.iter().map(|one| one.origin_name.as_deref()).collect();
        assert_eq!(names, [Some("cert"), None]);
        assert_eq!(details[0].indicator, contribution.indicator);
        assert_eq!(details[0].observables, contribution.observables);
        assert_eq!((&details[0].warnings, &details[0].created_by), (&contribution.warnings, &contribution.created_by));
        assert_eq!((&details[0].audience, &details[0].row.body), (&stage.shared, &contribution.body));
        assert!(store.object_get(&other, "malware--none").await.unwrap().is_empty());
    }

    async fn neighbours_reach_across_visible_relationships_only(store: Store) {
        let stage = kit::stage(&store).await;
        let (actor, malware, tool) = (kit::id("threat-actor", 1), kit::id("malware", 2), kit::id("tool", 3));
        let mut report = kit::versioned("report", 6, 0, &stage.shared);
        report.edges = vec![("object_refs".to_owned(), actor.clone())];
        kit::put(&store, &stage.city, vec![
            kit::versioned("threat-actor", 1, 0, &stage.shared),
            kit::versioned("malware", 2, 0, &stage.shared),
            kit::versioned("tool", 3, 0, &stage.inner),
            relationship(4, "uses", &actor, &malware, &stage.shared),
            relationship(5, "uses", &actor, &tool, &stage.inner),
            report,
        ]).await;
        let (own, other) = stage.views(&store).await;
        let edges = async |viewer, id: &str| {
            let edges = store.neighbours(viewer, id, 10, None).await.unwrap();
            edges.into_iter().map(|edge| (edge.direction, edge.other, edge.title, edge.via.map(|via| via.1))).collect::<Vec<_>>()
        };
        let via = |verb: &str| Some(verb.to_owned());
        let title = |number: u64| Some(format!("thing {number}"));
        assert_eq!(edges(&other, &actor).await, [
            (Direction::In, kit::id("report", 6), title(6), None),
            (Direction::Out, malware.clone(), title(2), via("uses")),
        ]);
        assert_eq!(edges(&own, &actor).await.len(), 3);
        assert_eq!(edges(&other, &malware).await, [(Direction::In, actor.clone(), title(1), via("uses"))]);
        assert!(edges(&other, &tool).await.is_empty());
        let first = store.neighbours(&own, &actor, 1, None).await.unwrap();
        let next = store.neighbours(&own, &actor, 1, Some(first[0].position)).await.unwrap();
        assert_eq!((first.len(), next.len(), &next[0].other), (1, 1, &tool));
    }

    async fn values_are_found_by_those_who_may_see_them(store: Store) {
        let stage = kit::stage(&store).await;
        kit::put(&store, &stage.city, vec![indicator(1, &stage.shared, None), indicator(2, &stage.inner, None), indicator(3, &stage.shared, None)]).await;
        let (own, other) = stage.views(&store).await;
        let find = async |viewer, before| {
            let found = store.observable_find(viewer, 2, "evil.example", 2, before).await.unwrap();
            found.into_iter().map(|found| (found.row.id, Position::from(found.row.added))).collect::<Vec<_>>()
        };
        let ids = |found: &[(String, Position)]| found.iter().map(|one| one.0.clone()).collect::<Vec<_>>();
        assert_eq!(ids(&find(&other, None).await), [kit::id("indicator", 3), kit::id("indicator", 1)]);
        let page = find(&own, None).await;
        assert_eq!(ids(&page), [kit::id("indicator", 3), kit::id("indicator", 2)]);
        assert_eq!(ids(&find(&own, Some(page[1].1)).await), [kit::id("indicator", 1)]);
        assert!(store.observable_find(&own, 1, "evil.example", 2, None).await.unwrap().is_empty());
    }

    async fn words_are_found_once_they_are_indexed_and_only_by_those_who_may_see_them(store: Store) {
        let stage = kit::stage(&store).await;
        kit::put(&store, &stage.city, vec![indicator(1, &stage.shared, None), indicator(2, &stage.inner, None)]).await;
        let (own, other) = stage.views(&store).await;
        assert!(search(&store, &own, "thing").await.is_empty());
        assert_eq!(store.index_behind().await.unwrap(), 2);
        index(&store).await;
        assert_eq!(store.index_behind().await.unwrap(), 0);
        let (first, second) = (kit::id("indicator", 1), kit::id("indicator", 2));
        assert_eq!(search(&store, &own, "THING").await, [second, first.clone()]);
        let only = [first];
        assert_eq!(search(&store, &other, "thi*").await, only);
        assert_eq!(search(&store, &other, "evil.example 1").await, only);
        assert!(search(&store, &other, "thing 2").await.is_empty());
        assert!(search(&store, &other, "example.evil").await.is_empty());
        assert!(search(&store, &other, "\" OR 1=1 --").await.is_empty());
        assert_eq!(search(&store, &other, "").await, only);
        let query = SearchQuery { words: "thing".to_owned(), types: vec!["malware".to_owned()], ..SearchQuery::default() };
        assert!(store.search(&own, &query, 10, None).await.unwrap().found.is_empty());
    }

    async fn counts_are_of_what_the_viewer_may_see(store: Store) {
        let stage = kit::stage(&store).await;
        kit::put(&store, &stage.city, vec![indicator(1, &stage.shared, None), kit::versioned("tool", 2, 0, &stage.inner)]).await;
        let (own, other) = stage.views(&store).await;
        assert_eq!(store.counts(&own).await.unwrap().total, 2);
        let counts = store.counts(&other).await.unwrap();
        assert_eq!((counts.total, counts.by_type), (1, vec![("indicator".to_owned(), 1)]));
        assert_eq!(counts.by_tlp, [(stix::marking::Tlp::Green, 1)]);
    }

    async fn changes_tell_what_came_and_what_must_go(store: Store) {
        let stage = kit::stage(&store).await;
        let soon = Timestamp::from_micros(kit::START).plus_micros(3_600_000_000);
        let mut revoked = kit::versioned("malware", 1, 50, &stage.shared);
        revoked.revoked = true;
        kit::put(&store, &stage.city, vec![
            kit::versioned("malware", 1, 10, &stage.shared),
            kit::versioned("tool", 2, 0, &stage.shared),
            indicator(3, &stage.shared, Some(Timestamp::from_micros(kit::START))),
            indicator(4, &stage.shared, Some(soon)),
            kit::versioned("campaign", 5, 0, &stage.inner),
        ]).await;
        let (_, other) = stage.views(&store).await;
        let (malware, tool) = (kit::id("malware", 1), kit::id("tool", 2));
        let first = store.changes(&other, None, 100).await.unwrap();
        let added = |id: &str| (ChangeKind::Added, id.to_owned());
        assert_eq!(kinds(&first), [added(&malware), added(&tool), added(&kit::id("indicator", 3)), added(&kit::id("indicator", 4))]);
        assert!(!first.more && first.rows.iter().all(|row| !row.row.body.is_empty()));

        kit::put(&store, &stage.city, vec![kit::versioned("tool", 2, 20, &stage.shared), revoked]).await;
        index(&store).await;
        let all = VersionFilter::all();
        let retraction = Retraction { id: tool.clone(), versions: VersionFilter::default(), community: None, reason: "mistaken".to_owned() };
        assert_eq!(store.retract(&principal(&stage.city), &retraction).await.unwrap(), 1);
        let second = store.changes(&other, Some(first.cursor), 100).await.unwrap();
        assert_eq!(kinds(&second), [
            (ChangeKind::Removed(RemovedWhy::Revoked), malware),
            (ChangeKind::Removed(RemovedWhy::Expired), kit::id("indicator", 3)),
            // The later version was taken back: the earlier one is the last again.
            (ChangeKind::Changed, tool.clone()),
        ]);
        let retraction = Retraction { versions: all, ..retraction };
        assert_eq!(store.retract(&principal(&stage.city), &retraction).await.unwrap(), 1);
        let third = store.changes(&other, Some(second.cursor), 100).await.unwrap();
        assert_eq!(kinds(&third), [(ChangeKind::Removed(RemovedWhy::Retracted), tool)]);
        assert!(third.rows[0].row.body.is_empty());
        let nothing = store.changes(&other, Some(third.cursor), 100).await.unwrap();
        assert_eq!((nothing.rows.len(), nothing.cursor), (0, third.cursor));
    }

    async fn changes_in_small_steps_are_the_changes_at_once(store: Store) {
        let stage = kit::stage(&store).await;
        let batch = (0..9).map(|number| kit::versioned("malware", number, 0, &stage.shared)).collect();
        kit::put(&store, &stage.city, batch).await;
        let (own, _) = stage.views(&store).await;
        let (mut cursor, mut seen) = (None, Vec::new());
        loop {
            let step = store.changes(&own, cursor, 2).await.unwrap();
            seen.extend(kinds(&step));
            cursor = Some(step.cursor);
            if !step.more {
                break;
            }
        }
        assert_eq!(seen, kinds(&store.changes(&own, None, 100).await.unwrap()));
    }

    async fn what_is_taken_back_is_gone_everywhere_and_in_the_ledger(store: Store) {
        let stage = kit::stage(&store).await;
        kit::put(&store, &stage.city, vec![indicator(1, &stage.shared, None), indicator(2, &stage.shared, None)]).await;
        store.contribute(&kit::origin(&stage.cert), vec![indicator(1, &stage.shared, None)]).await.unwrap();
        index(&store).await;
        let retraction = Retraction {
            id: kit::id("indicator", 1),
            versions: VersionFilter::all(),
            community: None,
            reason: "false positive".to_owned(),
        };
        let stranger = Principal { member: Some(policy::MemberId(99)), ..Principal::public() };
        assert_eq!(store.retract(&stranger, &retraction).await.unwrap(), 0);
        assert_eq!(store.retract(&principal(&stage.city), &retraction).await.unwrap(), 1);
        let (own, _) = stage.views(&store).await;
        // The other member's contribution of the same stays.
        assert_eq!(store.object_get(&own, &retraction.id).await.unwrap().len(), 1);
        let actor = Principal { member: Some(stage.cert.id), ..Principal::public() };
        assert_eq!(store.retract(&actor, &retraction).await.unwrap(), 1);
        assert!(!store.object_exists(&own, &retraction.id).await.unwrap());
        assert_eq!(search(&store, &own, "evil.example").await, [kit::id("indicator", 2)]);
        assert_eq!(store.observable_find(&own, 2, "evil.example", 9, None).await.unwrap().len(), 1);
        let viewer = store.viewer(Arc::new(principal(&stage.city))).await.unwrap();
        let entries = store.ledger_entries(&viewer, 0, 100).await.unwrap();
        let entry = entries.last().unwrap();
        assert!(entry.kind == "retracted" && entry.body.contains("false positive"));
        assert!(store.doctor().await.unwrap().is_empty());
        // It may come back.
        kit::accepted(&store.contribute(&kit::origin(&stage.city), vec![indicator(1, &stage.shared, None)]).await.unwrap());
        let page = store.object_page(&own, &ObjectQuery::default()).await.unwrap();
        assert_eq!(page.rows.len(), 2);
    }
}
