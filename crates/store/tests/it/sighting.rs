//! Rules, stretches of hits, and what sightings and feedback say of an indicator.

use std::collections::HashMap;

use policy::Principal;
use stix::Timestamp;
use store::{
    Contribution, FeedbackKind, NewHit, NewMessage, Origin, Position, ReportSum, SeenKey, SeenState, SeenValue,
    SightingFacts, SightingForm, SightingRule, Store,
};
use uuid::Uuid;

use crate::kit::{self, on_both};

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_micros(kit::START).plus_micros(seconds * 1_000_000)
}

fn hit(number: u128, indicator: &str, value: &str, seconds: i64, count: i64) -> NewHit {
    NewHit {
        uuid: Uuid::from_u128(number),
        indicator: indicator.to_owned(),
        community: None,
        starts: at(0),
        ends: at(3_600),
        value: SeenValue {
            value: value.to_owned(),
            kind: "domain".to_owned(),
            source: "log".to_owned(),
            count,
            first: at(seconds),
            last: at(seconds),
        },
        event: None,
    }
}

fn about(
    object_type: &str,
    number: u64,
    property: &str,
    title: &str,
    indicator: &str,
    audience: &policy::Audience,
) -> Contribution {
    Contribution {
        title: Some(title.to_owned()),
        edges: vec![(property.to_owned(), indicator.to_owned())],
        ..kit::versioned(object_type, number, 0, audience)
    }
}

on_both! {
    async fn rules_are_replaced_as_a_whole(store: Store) {
        let city = kit::member(&store, "city").await;
        let shared = kit::community(&store, "shared", &city, &[]).await;
        let rule = |community, form| SightingRule { community, form, asks: true, seconds: 60, log_line: false };
        let actor = Principal { member: Some(city.id), ..Principal::public() };
        let both = [rule(None, SightingForm::Count), rule(Some(shared.id), SightingForm::Full)];
        store.sighting_rule_put_all(&actor, city.id, &both).await.unwrap();
        assert_eq!(store.sighting_rule_list(city.id).await.unwrap(), both);
        store.sighting_rule_put_all(&actor, city.id, &both[..1]).await.unwrap();
        assert_eq!(store.sighting_rule_list(city.id).await.unwrap(), both[..1]);
    }

    async fn hits_are_counted_into_one_stretch_until_it_is_closed(store: Store) {
        let city = kit::member(&store, "city").await;
        let count = |hits| store.seen_count(city.id, hits);
        count(vec![hit(1, "indicator--a", "x", 20, 3), hit(2, "indicator--a", "y", 10, 1)]).await.unwrap();
        count(vec![hit(3, "indicator--a", "x", 30, 4), hit(4, "indicator--b", "x", 5, 1)]).await.unwrap();
        let all = store.seen_list(city.id, None, 10).await.unwrap();
        assert_eq!(all.len(), 2);
        let seen = &all[1];
        assert_eq!((seen.uuid, seen.count, seen.first, seen.last), (Uuid::from_u128(1), 8, at(10), at(30)));
        let values = store.seen_values(seen.id).await.unwrap();
        let of_all = store.seen_values_of(city.id, 0, all[0].id).await.unwrap();
        assert_eq!((of_all.len(), &of_all[&seen.id]), (2, &values));
        let values: Vec<_> = values.iter().map(|one| (one.value.as_str(), one.count)).collect();
        assert_eq!(values, [("x", 7), ("y", 1)]);
        assert_eq!(store.seen_close(at(3_599), 10).await.unwrap(), 0);
        assert_eq!(store.seen_close(at(3_600), 10).await.unwrap(), 2);
        count(vec![hit(5, "indicator--a", "x", 40, 1)]).await.unwrap();
        assert_eq!(store.seen_list(city.id, None, 10).await.unwrap().len(), 3);
        let closed = store.seen_in_state(SeenState::Closed, 0, 10).await.unwrap();
        assert_eq!((closed.len(), closed[0].count), (2, 8));
        assert_eq!(store.seen_list(city.id, Some(all[0].id), 10).await.unwrap().len(), 1);
    }

    async fn a_message_is_counted_once_however_often_it_comes(store: Store) {
        let city = kit::member(&store, "city").await;
        let other = kit::member(&store, "other").await;
        let sum = |indicator: &str, seconds, count| ReportSum {
            indicator: indicator.to_owned(),
            communities: vec![None],
            count,
            first: at(seconds),
            last: at(seconds),
        };
        let message = |name: &str, sums: Vec<ReportSum>| NewMessage { message: name.to_owned(), at: at(60), sums };
        let both = vec![
            message("m1", vec![sum("indicator--a", 20, 3), sum("indicator--b", 5, 1)]),
            message("m2", vec![sum("indicator--a", 10, 4)]),
            message("m1", vec![sum("indicator--a", 30, 100)]),
        ];
        assert_eq!(store.messages_put(city.id, &both).await.unwrap(), [true, true, false]);
        assert_eq!(store.messages_put(city.id, &both).await.unwrap(), [false, false, false]);
        let of_other = [message("m1", vec![sum("indicator--a", 20, 3)])];
        assert_eq!(store.messages_put(other.id, &of_other).await.unwrap(), [true], "ids are the member's own");
        assert_eq!(store.messages_pending_members().await.unwrap(), [city.id, other.id]);
        let waiting = store.messages_pending(city.id, 10).await.unwrap();
        let said: Vec<_> = waiting.iter().map(|one| (one.at, one.sums.clone())).collect();
        let sent: Vec<_> = both[..2].iter().map(|one| (one.at, one.sums.clone())).collect();
        assert_eq!(said, sent, "as they came");

        let plain = |number, indicator: &str, seconds, count| hit(number, indicator, "", seconds, count);
        let hits = vec![plain(1, "indicator--a", 10, 3), plain(1, "indicator--a", 20, 4), plain(2, "indicator--b", 5, 1)];
        let ids = |waiting: &[store::PendingMessage]| waiting.iter().map(|one| (one.id, one.at)).collect::<Vec<_>>();
        store.messages_add(city.id, ids(&waiting), hits.clone()).await.unwrap();
        let again = store.messages_add(city.id, ids(&waiting), hits.clone()).await.unwrap_err();
        assert_eq!(again.kind(), store::ErrorKind::NotFound);
        let of_other = store.messages_pending(other.id, 10).await.unwrap();
        let mixed = [ids(&of_other), ids(&waiting)].concat();
        let mixed = store.messages_add(other.id, mixed, hits).await.unwrap_err();
        assert_eq!(mixed.kind(), store::ErrorKind::NotFound, "all of them or none");
        assert_eq!(store.messages_pending(other.id, 10).await.unwrap(), of_other);
        store.messages_add(other.id, ids(&of_other), Vec::new()).await.unwrap();
        let all = store.seen_list(city.id, None, 10).await.unwrap();
        let mut all: Vec<_> = all.iter().map(|seen| (&*seen.indicator, seen.count, seen.first, seen.last)).collect();
        all.sort_unstable();
        assert_eq!(all, [("indicator--a", 7, at(10), at(20)), ("indicator--b", 1, at(5), at(5))]);
        let seen = store.seen_list(city.id, None, 1).await.unwrap().remove(0);
        assert_eq!(store.seen_values(seen.id).await.unwrap(), [], "reports have no values");
        assert_eq!(store.seen_values_of(city.id, 0, i64::MAX).await.unwrap(), HashMap::new());

        assert_eq!(store.counted_messages_forget(at(59), 10).await.unwrap(), 0);
        assert_eq!(store.counted_messages_forget(at(60), 2).await.unwrap(), 2);
        assert_eq!(store.counted_messages_forget(at(60), 2).await.unwrap(), 1);
        assert_eq!(store.messages_put(city.id, &both[..1]).await.unwrap(), [true]);
    }

    async fn values_beyond_the_most_are_counted_together(store: Store) {
        let city = kit::member(&store, "city").await;
        let hits = (0..70).map(|number| hit(number, "indicator--a", &format!("v{number}"), 0, 2)).collect();
        store.seen_count(city.id, hits).await.unwrap();
        let seen = store.seen_list(city.id, None, 10).await.unwrap().remove(0);
        let values = store.seen_values(seen.id).await.unwrap();
        assert_eq!((values.len(), seen.count), (51, 140));
        assert_eq!((values[0].value.as_str(), values[0].count), ("", 40));
    }

    async fn a_stretch_is_settled_once_lapses_and_is_forgotten(store: Store) {
        let city = kit::member(&store, "city").await;
        let hits = vec![
            NewHit { event: Some("line".to_owned()), ..hit(1, "indicator--a", "x", 0, 1) },
            hit(2, "indicator--b", "x", 0, 1),
        ];
        store.seen_count(city.id, hits).await.unwrap();
        store.seen_close(at(3_600), 10).await.unwrap();
        let mut closed = store.seen_in_state(SeenState::Closed, 0, 10).await.unwrap();
        for seen in &mut closed {
            (seen.state, seen.form) = (SeenState::Waiting, Some(SightingForm::Full));
        }
        assert_eq!(store.seen_settle(SeenState::Closed, &closed).await.unwrap(), 2);
        assert_eq!(store.seen_settle(SeenState::Closed, &closed).await.unwrap(), 0);
        let waiting = store.seen_waiting(city.id, None, 10).await.unwrap();
        assert_eq!((waiting.len(), waiting[1].event.as_deref()), (2, Some("line")));
        let told = store::Seen { state: SeenState::Told, ..waiting[1].clone() };
        assert_eq!(store.seen_settle(SeenState::Waiting, &[told]).await.unwrap(), 1);
        let key = SeenKey { member: city.id, uuid: Uuid::from_u128(1) };
        let told = store.seen_get(key).await.unwrap().unwrap();
        assert_eq!((told.state, told.form, told.event), (SeenState::Told, Some(SightingForm::Full), None));
        let other = SeenKey { member: policy::MemberId(404), ..key };
        assert!(store.seen_get(other).await.unwrap().is_none());
        assert_eq!(store.seen_lapse(at(3_600), at(9_000), 10).await.unwrap(), 1);
        assert_eq!(store.seen_forget(at(3_599), 10).await.unwrap(), 0);
        assert_eq!(store.seen_forget(at(3_600), 10).await.unwrap(), 2);
        assert!(store.seen_list(city.id, None, 10).await.unwrap().is_empty());
    }

    async fn what_is_said_counts_by_member_and_in_sight_only(store: Store) {
        let (city, cert) = (kit::member(&store, "city").await, kit::member(&store, "cert").await);
        let shared = kit::to(kit::community(&store, "shared", &city, &[&cert]).await.id);
        let inner = kit::to(kit::community(&store, "inner", &city, &[]).await.id);
        let (one, other) = (kit::id("indicator", 1), kit::id("indicator", 2));
        let sighting = |number, audience| about("sighting", number, "sighting_of_ref", "", &one, audience);
        let batch = vec![sighting(10, &shared), sighting(11, &shared), about("opinion", 12, "object_refs", "strongly-disagree", &one, &inner)];
        let added = kit::accepted(&store.contribute(&kit::origin(&city), batch).await.unwrap());
        let of_cert = vec![
            sighting(13, &shared),
            about("note", 14, "object_refs", "expired", &other, &shared),
            about("note", 15, "object_refs", "something else", &one, &shared),
            about("opinion", 16, "object_refs", "agree", &one, &shared),
        ];
        let later = kit::accepted(&store.contribute(&kit::origin(&cert), of_cert).await.unwrap());
        let (own, seen_by_cert) = (kit::viewer(&store, &city).await, kit::viewer(&store, &cert).await);
        let mut few = vec![one.clone(), other.clone(), kit::id("indicator", 3)];
        let facts = store.sighting_facts(&own, &few).await.unwrap();
        assert_eq!(facts[&one], SightingFacts { sightings: 1, last: Some(later[0]), false_positives: 1, expired: 0 });
        assert_eq!(facts[&other], SightingFacts { expired: 1, ..SightingFacts::default() });
        assert_eq!(facts.len(), 2);
        let facts = store.sighting_facts(&seen_by_cert, &few).await.unwrap();
        assert_eq!((facts[&one].sightings, facts[&one].false_positives), (2, 0));
        assert!(added[1] < later[0]);
        // Read the other way round, the same comes out.
        few.extend((0..2_000).map(|number| format!("indicator--{number}")));
        for viewer in [&own, &seen_by_cert] {
            let many = store.sighting_facts(viewer, &few).await.unwrap();
            assert_eq!(many, store.sighting_facts(viewer, &few[..3]).await.unwrap());
        }
    }

    async fn what_a_subscription_fetched_was_said_by_whom_it_names(store: Store) {
        let city = kit::member(&store, "city").await;
        let shared = kit::to(kit::community(&store, "shared", &city, &[]).await.id);
        let indicator = kit::id("indicator", 1);
        let said = |number: u64| Contribution {
            created_by: Some(kit::id("identity", number)),
            ..about("opinion", number, "object_refs", "strongly-disagree", &indicator, &shared)
        };
        let fetched = Origin { channel: "subscription:hub".to_owned(), ..kit::origin(&city) };
        store.contribute(&fetched, vec![said(1), said(2)]).await.unwrap();
        store.contribute(&kit::origin(&city), vec![said(3), said(4)]).await.unwrap();
        let viewer = kit::viewer(&store, &city).await;
        let facts = store.sighting_facts(&viewer, std::slice::from_ref(&indicator)).await.unwrap();
        assert_eq!(facts[&indicator].false_positives, 3);
    }

    async fn feedback_is_for_who_contributed(store: Store) {
        let (city, cert) = (kit::member(&store, "city").await, kit::member(&store, "cert").await);
        let shared = kit::to(kit::community(&store, "shared", &city, &[&cert]).await.id);
        let indicator = kit::versioned("indicator", 1, 0, &shared);
        let id = indicator.id.clone();
        store.contribute(&kit::origin(&city), vec![indicator]).await.unwrap();
        let said = |number| about("opinion", number, "object_refs", "strongly-disagree", &id, &shared);
        store.contribute(&kit::origin(&cert), vec![said(10), said(11)]).await.unwrap();
        let withheld = Origin { withheld: true, ..kit::origin(&cert) };
        store.contribute(&withheld, vec![said(12)]).await.unwrap();
        let (own, other) = (kit::viewer(&store, &city).await, kit::viewer(&store, &cert).await);
        let page = store.feedback_page(&own, 2, None).await.unwrap();
        let from: Vec<_> = page.feedback.iter().map(|one| (one.kind, one.from.as_deref())).collect();
        assert_eq!(from, [(FeedbackKind::FalsePositive, None), (FeedbackKind::FalsePositive, Some("cert"))]);
        assert_eq!(page.feedback[0].title.as_deref(), Some("thing 1"));
        let rest = store.feedback_page(&own, 2, page.next).await.unwrap();
        assert_eq!((rest.feedback.len(), rest.next), (1, None::<Position>));
        assert!(store.feedback_page(&other, 10, None).await.unwrap().feedback.is_empty());
    }
}
