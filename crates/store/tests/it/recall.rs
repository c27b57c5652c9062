//! Who was given an item, recalls, and what is said of both.

use std::sync::Arc;

use policy::{Audience, Principal};
use serde_json::Map;
use stix::Timestamp;
use stix::marking::{Pap, Tlp};
use store::{
    Acknowledgement, DeliveryFilter, Disclosure, ErrorKind, ItemStep, Member, NewDelivery, NewRecall, NewRequest,
    ObjectQuery, RecallKind, Recalled, RequestAnswer, Shown, Standing, Store,
};
use uuid::Uuid;

use crate::kit::{self, on_both};

async fn principal(store: &Store, member: &Member) -> Principal {
    store.principal_of_member(member.id).await.unwrap()
}

/// Hands everything after a place to a member, as one page.
async fn hand(store: &Store, member: &Member, after: Timestamp, filter: DeliveryFilter) -> Timestamp {
    let principal = principal(store, member).await;
    let viewer = store.viewer(Arc::new(principal.clone())).await.unwrap();
    let query = ObjectQuery {
        added_after: Some(after),
        types: filter.types.clone(),
        ..ObjectQuery::default()
    };
    let page = store.object_page(&viewer, &query).await.unwrap();
    let Some(last) = page.rows.last() else { return after };
    let delivery = NewDelivery {
        member: member.id,
        channel: "taxii".to_owned(),
        standing: Standing::of(&principal, None),
        filter,
        after,
        to: last.added,
        objects: page.rows.len() as u64,
        rows: page.rows.iter().map(|row| (row.added, row.audience)).collect(),
        body: Map::new(),
    };
    store.delivery_record(delivery).await.unwrap();
    last.added
}

fn nothing() -> Timestamp {
    Timestamp::from_micros(0)
}

async fn recall(store: &Store, owner: &Member, object: &str, kind: RecallKind) -> store::Result<Recalled> {
    let actor = principal(store, owner).await;
    let new = NewRecall {
        uuid: Uuid::new_v5(&owner.uuid, kind.as_str().as_bytes()),
        kind,
        object: object.to_owned(),
        owner: owner.id,
        community: None,
        channel: None,
        versions: None,
        reason: "it names a customer".to_owned(),
    };
    store.recall(&actor, &new).await
}

fn owed(recalled: &Recalled, member: &Member) -> bool {
    recalled.owed.contains_key(&member.id)
}

async fn sees(store: &Store, member: &Member, object: &str) -> bool {
    let viewer = kit::viewer(store, member).await;
    store.object_exists(&viewer, object).await.unwrap()
}

on_both! {
    async fn who_was_given_an_item_is_worked_out_from_pages(store: Store) {
        let (city, cert, late, filtered) = (
            kit::member(&store, "city").await, kit::member(&store, "cert").await,
            kit::member(&store, "late").await, kit::member(&store, "filtered").await,
        );
        let shared = kit::community(&store, "shared", &city, &[&cert, &late, &filtered]).await;
        let inner = kit::community(&store, "inner", &city, &[]).await;
        let before = hand(&store, &late, nothing(), DeliveryFilter::default()).await;
        let item = kit::versioned("indicator", 1, 0, &kit::to(shared.id));
        let hidden = kit::versioned("indicator", 2, 0, &kit::to(inner.id));
        let (item_id, hidden_id) = (item.id.clone(), hidden.id.clone());
        store.contribute(&kit::origin(&city), vec![hidden, item]).await.unwrap();
        // `late` has read only what was there before, `filtered` asked for something else.
        let only = DeliveryFilter { types: vec!["malware".to_owned()], ..DeliveryFilter::default() };
        let other = kit::versioned("malware", 3, 0, &kit::to(shared.id));
        store.contribute(&kit::origin(&city), vec![other]).await.unwrap();
        hand(&store, &filtered, before, only).await;
        hand(&store, &cert, nothing(), DeliveryFilter::default()).await;
        let given = |id: String| { let store = store.clone(); let city = city.id; async move {
            let spots = store.spots(&id, city).await.unwrap();
            store.given(&spots).await.unwrap().into_keys().collect::<Vec<_>>()
        }};
        assert_eq!(given(item_id.clone()).await, [cert.id]);
        // In the middle of the same stretch, and never open to it: a stretch alone gives nothing away.
        assert!(given(hidden_id.clone()).await.is_empty());
        store.membership_put(&kit::setup(), inner.id, cert.id, true, false).await.unwrap();
        assert!(given(hidden_id).await.is_empty(), "who comes in later was not given what was handed out before");
    }

    async fn pages_that_follow_each_other_are_one_stretch_and_keep_their_times(store: Store) {
        let (city, cert) = (kit::member(&store, "city").await, kit::member(&store, "cert").await);
        let audience = kit::to(kit::community(&store, "shared", &city, &[&cert]).await.id);
        let mut place = nothing();
        let mut times = Vec::new();
        for number in 0..20 {
            let item = kit::versioned("indicator", number, 0, &audience);
            let id = item.id.clone();
            store.contribute(&kit::origin(&city), vec![item]).await.unwrap();
            place = hand(&store, &cert, place, DeliveryFilter::default()).await;
            let spots = store.spots(&id, city.id).await.unwrap();
            let given = store.given(&spots).await.unwrap();
            times.push((id, given[&cert.id].at, given[&cert.id].channel.clone()));
        }
        assert!(times.windows(2).all(|pair| pair[0].1 < pair[1].1), "{times:?}");
        for (id, at, _) in &times {
            let spots = store.spots(id, city.id).await.unwrap();
            assert_eq!(store.given(&spots).await.unwrap()[&cert.id].at, *at);
        }
        let numbers = store.own_numbers(cert.id).await.unwrap();
        assert_eq!((numbers.pages, numbers.objects), (20, 20));
    }

    async fn an_older_version_that_a_page_passed_over_was_not_given(store: Store) {
        let (city, cert) = (kit::member(&store, "city").await, kit::member(&store, "cert").await);
        let audience = kit::to(kit::community(&store, "shared", &city, &[&cert]).await.id);
        let (old, new) = (kit::versioned("indicator", 1, 0, &audience), kit::versioned("indicator", 1, 60, &audience));
        let id = old.id.clone();
        store.contribute(&kit::origin(&city), vec![old]).await.unwrap();
        store.contribute(&kit::origin(&city), vec![new]).await.unwrap();
        hand(&store, &cert, nothing(), DeliveryFilter::default()).await;
        let spots = store.spots(&id, city.id).await.unwrap();
        assert_eq!(spots.len(), 2);
        assert!(store.given(&spots[..1]).await.unwrap().is_empty());
        assert!(store.given(&spots[1..]).await.unwrap().contains_key(&cert.id));
        let recalled = recall(&store, &city, &id, RecallKind::Correct).await.unwrap();
        assert_eq!((recalled.versions, recalled.owed.len()), (1, 0));
    }

    async fn a_recall_takes_the_item_from_all_and_names_who_has_it(store: Store) {
        let (city, cert, idle) = (
            kit::member(&store, "city").await, kit::member(&store, "cert").await, kit::member(&store, "idle").await,
        );
        let audience = kit::to(kit::community(&store, "shared", &city, &[&cert, &idle]).await.id);
        let item = kit::versioned("indicator", 1, 0, &audience);
        let id = item.id.clone();
        store.contribute(&kit::origin(&city), vec![item]).await.unwrap();
        hand(&store, &cert, nothing(), DeliveryFilter::default()).await;
        let recalled = recall(&store, &city, &id, RecallKind::Retract).await.unwrap();
        assert!(owed(&recalled, &cert) && !owed(&recalled, &idle) && !owed(&recalled, &city));
        assert!(!sees(&store, &cert, &id).await && !sees(&store, &city, &id).await);
        let again = recall(&store, &city, &id, RecallKind::Retract).await.unwrap_err();
        assert_eq!(again.kind(), ErrorKind::NotFound);

        assert_eq!(store.recall_tell(cert.id, Some("indicator--other"), "push").await.unwrap(), 0);
        assert_eq!(store.recall_tell(cert.id, None, "api").await.unwrap(), 1);
        assert_eq!(store.recall_tell(cert.id, None, "api").await.unwrap(), 0);
        let (made, row) = store.recall_owed_by(cert.id, 0, true, 10).await.unwrap().remove(0);
        assert_eq!((made.object.as_str(), row.told_by.as_deref(), row.acknowledged), (id.as_str(), Some("api"), None));
        let said = Acknowledgement {
            done: "removed".to_owned(), swapped: None, note: None, channel: "subscription".to_owned(),
        };
        let actor = principal(&store, &cert).await;
        store.recall_acknowledge(&actor, &made, &said, Some("cert")).await.unwrap();
        let first = store.recall_owed_one(cert.id, made.id).await.unwrap().unwrap().acknowledged;
        let later = Acknowledgement { swapped: Some(Timestamp::from_micros(kit::START)), ..said };
        store.recall_acknowledge(&actor, &made, &later, None).await.unwrap();
        let row = store.recall_owed_one(cert.id, made.id).await.unwrap().unwrap();
        assert_eq!((row.acknowledged, row.swapped), (first, later.swapped));
        assert_eq!(store.recall_open(cert.id).await.unwrap(), 0);
        let other = principal(&store, &idle).await;
        let error = store.recall_acknowledge(&other, &made, &later, None).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotFound);
        let viewer = kit::viewer(&store, &cert).await;
        let kinds: Vec<_> = store.ledger_entries(&viewer, 0, 100).await.unwrap().into_iter().map(|entry| entry.kind).collect();
        assert!(kinds.ends_with(&["delivered", "recall", "recall-told", "acknowledged", "acknowledged"].map(str::to_owned)), "{kinds:?}");
    }

    async fn a_narrowed_item_stays_for_fewer_with_all_that_hangs_on_it(store: Store) {
        let (city, cert, left) = (
            kit::member(&store, "city").await, kit::member(&store, "cert").await, kit::member(&store, "left").await,
        );
        let shared = kit::community(&store, "shared", &city, &[&cert, &left]).await;
        let item = kit::versioned("indicator", 1, 0, &kit::to(shared.id));
        let id = item.id.clone();
        store.contribute(&kit::origin(&city), vec![item]).await.unwrap();
        hand(&store, &cert, nothing(), DeliveryFilter::default()).await;
        hand(&store, &left, nothing(), DeliveryFilter::default()).await;
        let strict = RecallKind::Narrow(Tlp::AmberStrict, Pap::Clear);
        let recalled = recall(&store, &city, &id, strict.clone()).await.unwrap();
        assert!(owed(&recalled, &cert));
        let detail = store.object_get(&kit::viewer(&store, &cert).await, &id).await.unwrap().remove(0);
        assert_eq!(detail.audience.tlp(), Tlp::AmberStrict);
        assert_eq!(recall(&store, &city, &id, strict).await.unwrap_err().kind(), ErrorKind::Conflict);
        let red = RecallKind::Narrow(Tlp::Red, Pap::Clear);
        assert_eq!(recall(&store, &city, &id, red).await.unwrap_err().kind(), ErrorKind::Input);

        let out = RecallKind::Exclude(Box::new(principal(&store, &left).await));
        let recalled = recall(&store, &city, &id, out).await.unwrap();
        assert_eq!(recalled.versions, 1);
        assert!(sees(&store, &cert, &id).await && sees(&store, &city, &id).await && !sees(&store, &left, &id).await);
        assert!(store.doctor().await.unwrap().iter().all(|finding| finding.severity != store::FindingSeverity::Error));
    }

    async fn a_client_that_is_taken_out_is_not_reached_through_its_provider(store: Store) {
        let city = kit::member(&store, "city").await;
        let mut client = kit::member(&store, "client").await;
        client.provider = Some(city.id);
        store.member_update(&kit::setup(), &client).await.unwrap();
        let shared = kit::community(&store, "shared", &city, &[]).await;
        let audience = Audience::new(Tlp::Amber, Pap::Clear, [shared.id], []).unwrap();
        let item = kit::versioned("indicator", 1, 0, &audience);
        let id = item.id.clone();
        store.contribute(&kit::origin(&city), vec![item]).await.unwrap();
        assert!(sees(&store, &client, &id).await);
        let out = RecallKind::Exclude(Box::new(principal(&store, &client).await));
        recall(&store, &city, &id, out).await.unwrap();
        assert!(!sees(&store, &client, &id).await && sees(&store, &city, &id).await);
    }

    async fn what_a_community_keeps_no_longer_is_withdrawn_from_it(store: Store) {
        let (city, cert) = (kit::member(&store, "city").await, kit::member(&store, "cert").await);
        let first = kit::community(&store, "first", &city, &[&cert]).await.id;
        let second = kit::community(&store, "second", &city, &[]).await.id;
        let both = Audience::new(Tlp::Green, Pap::Clear, [first, second], []).unwrap();
        let items = vec![kit::versioned("indicator", 1, 0, &kit::to(first)), kit::versioned("indicator", 2, 0, &both)];
        let ids: Vec<String> = items.iter().map(|item| item.id.clone()).collect();
        let outcomes = store.contribute(&kit::origin(&city), items).await.unwrap();
        let added = kit::accepted(&outcomes);
        assert_eq!(store.retention_withdraw(first, added[0], 10).await.unwrap(), 0);
        assert_eq!(store.retention_withdraw(first, added[1].plus_micros(1), 1).await.unwrap(), 1);
        assert_eq!(store.retention_withdraw(first, added[1].plus_micros(1), 10).await.unwrap(), 1);
        for id in &ids {
            assert!(!sees(&store, &cert, id).await);
        }
        assert!(!sees(&store, &city, &ids[0]).await && sees(&store, &city, &ids[1]).await);
        let entries = store.ledger_entries(&kit::viewer(&store, &city).await, 0, 100).await.unwrap();
        assert_eq!(entries.iter().filter(|entry| entry.kind == "retention").count(), 2);
    }

    async fn what_members_did_counts_once_and_disclosure_is_replaced_as_a_whole(store: Store) {
        let city = kit::member(&store, "city").await;
        let actor = principal(&store, &city).await;
        let id = kit::id("indicator", 1);
        assert!(store.item_mark(&actor, &id, ItemStep::Opened, None).await.unwrap());
        assert!(!store.item_mark(&actor, &id, ItemStep::Opened, None).await.unwrap());
        assert!(store.item_mark(&actor, &id, ItemStep::Acted, Some("blocked")).await.unwrap());
        let numbers = store.own_numbers(city.id).await.unwrap();
        assert_eq!((numbers.opened, numbers.acknowledged, numbers.acted), (1, 0, 1));
        assert_eq!(store.item_marks(&id, ItemStep::Acted).await.unwrap().len(), 1);
        let line = Disclosure { opened: Shown::None, ..Disclosure::DEFAULT };
        store.disclosure_put_all(&actor, city.id, &[line]).await.unwrap();
        assert_eq!(store.disclosure_list(city.id).await.unwrap(), [line]);
        store.disclosure_put_all(&actor, city.id, &[]).await.unwrap();
        assert!(store.disclosure_all().await.unwrap().is_empty());
    }

    async fn a_request_is_asked_answered_and_closed_once(store: Store) {
        let (city, cert) = (kit::member(&store, "city").await, kit::member(&store, "cert").await);
        let community = kit::community(&store, "shared", &city, &[&cert]).await.id;
        let (asker, answerer) = (principal(&store, &city).await, principal(&store, &cert).await);
        let new = NewRequest {
            uuid: Uuid::from_u128(7), community, question: "who saw this?".to_owned(), until: None, anonymous: true, to_all: false, beyond: false,
        };
        store.request_put(&asker, city.id, &new).await.unwrap();
        let request = store.request_get(new.uuid).await.unwrap().unwrap();
        assert_eq!((&request.asked, request.member), (&new, city.id));
        let answer = RequestAnswer {
            id: 0, uuid: Uuid::from_u128(8), member: cert.id, text: "we did".to_owned(), to_all: false, at: request.at,
        };
        store.answer_put(&answerer, cert.id, &request, &answer).await.unwrap();
        let page = async |reader, after, limit| {
            let page = store.answer_page(request.id, reader, after, limit).await.unwrap();
            page.into_iter().map(|answer| answer.text).collect::<Vec<_>>()
        };
        assert_eq!(page(None, 0, 9).await, ["we did"]);
        // What is for the asker is on no page of anybody else, but of who gave it.
        let (more, other) = (RequestAnswer { uuid: Uuid::from_u128(9), to_all: true, text: "at noon".to_owned(), ..answer }, city.id);
        store.answer_put(&answerer, cert.id, &request, &more).await.unwrap();
        assert_eq!((page(Some(other), 0, 9).await, page(Some(cert.id), 0, 9).await.len()), (vec!["at noon".to_owned()], 2));
        let first = store.answer_number(request.id, Uuid::from_u128(8)).await.unwrap().unwrap();
        assert_eq!((page(None, first, 9).await, page(None, 0, 1).await), (vec!["at noon".to_owned()], vec!["we did".to_owned()]));
        assert_eq!(store.answer_number(request.id + 1, Uuid::from_u128(8)).await.unwrap(), None);
        store.request_close(&request, "two of us").await.unwrap();
        assert_eq!(store.request_close(&request, "again").await.unwrap_err().kind(), ErrorKind::NotFound);
        let closed = store.request_list(community, None, 10).await.unwrap().remove(0);
        assert_eq!(closed.summary.as_deref(), Some("two of us"));
        // The one who answers holds nothing that names the asker.
        for entry in store.ledger_entries(&kit::viewer(&store, &cert).await, 0, 100).await.unwrap() {
            assert!(!entry.body.contains(&city.uuid.to_string()) && !entry.body.contains("city"), "{}", entry.body);
        }
        assert_eq!(store.request_numbers(cert.id).await.unwrap().answered, 2);
    }
}
