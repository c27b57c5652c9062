//! Bridges: what was agreed, how far each was read, what passed.

use policy::CommunityId;
use stix::Timestamp;
use store::{
    BridgeItem, BridgeQuestion, BridgeReport, BridgeSeen, BridgeState, BridgeStep, Member, NewBridge, NewEntry,
    NewRequest, Position, QuestionKind, QuestionState, Request, RequestAnswer, Store,
};
use uuid::Uuid;

use crate::kit::{self, on_both};

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_seconds(1_795_392_000 + seconds)
}

fn new(member: &Member, state: BridgeState) -> NewBridge {
    NewBridge {
        uuid: Uuid::from_u128(7),
        name: "south".to_owned(),
        member: member.id,
        first: true,
        hub: None,
        hub_title: None,
        url: "https://south.example/".to_owned(),
        settings: "{}".to_owned(),
        state,
        terms: None,
        version: 0,
        proposal: Some("the terms".to_owned()),
        proposal_ours: true,
        untold: Some("offer".to_owned()),
        interval_seconds: 60,
    }
}

fn step(what: &str, ours: bool) -> BridgeStep {
    BridgeStep {
        what: what.to_owned(),
        ours,
        person: None,
        name: (!ours).then(|| "Ana of the south".to_owned()),
        version: 1,
        digest: [3; 32],
        at: at(0),
    }
}

fn item(outward: bool, community: CommunityId, state: &str) -> BridgeItem {
    BridgeItem {
        outward,
        object: kit::id("indicator", 1),
        community,
        version: "2026-01-01T00:00:00.000Z".to_owned(),
        before: ("TLP:CLEAR".to_owned(), "PAP:CLEAR".to_owned()),
        after: ("TLP:GREEN".to_owned(), "PAP:CLEAR".to_owned()),
        path: "[]".to_owned(),
        onward: true,
        state: state.to_owned(),
        why: None,
        at: at(1),
    }
}

on_both! {
    async fn what_was_agreed_and_by_whom_is_kept(store: Store) {
        let hub = kit::member(&store, "South").await;
        let setup = kit::setup();
        let made = store.bridge_put(&setup, new(&hub, BridgeState::Open), &step("proposed", true)).await.unwrap();
        assert_eq!(made.set, new(&hub, BridgeState::Open));
        let agreed = NewBridge {
            terms: Some("the terms".to_owned()),
            version: 1,
            proposal: None,
            ..new(&hub, BridgeState::Active)
        };
        let active = store.bridge_put(&setup, agreed.clone(), &step("accepted", false)).await.unwrap();
        assert_eq!((active.id, &active.set), (made.id, &agreed));
        assert_eq!(store.bridge_by_uuid(agreed.uuid).await.unwrap().as_ref(), Some(&active));
        let steps = store.bridge_steps(made.id).await.unwrap();
        assert_eq!(steps.len(), 2);
        assert_eq!(steps[1], step("accepted", false));
        store.bridge_told(made.id, "end").await.unwrap();
        store.bridge_told(made.id, "offer").await.unwrap();
        assert_eq!(store.bridge_get("south").await.unwrap().unwrap().set.untold, None);
        assert_eq!(store.bridge_due(at(1_000_000_000)).await.unwrap().len(), 1);
        let report = BridgeReport {
            next_run: at(60),
            run: at(0),
            result: "failed".to_owned(),
            error: Some("nobody there".to_owned()),
        };
        store.bridge_report(made.id, &report).await.unwrap();
        store.bridge_report(made.id, &report).await.unwrap();
        let failed = store.bridge_get("south").await.unwrap().unwrap();
        assert_eq!((failed.failures_in_a_row, failed.next_run), (2, Some(at(60))));
    }

    async fn what_passed_is_kept_once_each_way(store: Store) {
        let hub = kit::member(&store, "South").await;
        let own = kit::member(&store, "Own").await;
        let community = kit::community(&store, "water", &own, &[&hub]).await.id;
        let made = store.bridge_put(&kit::setup(), new(&hub, BridgeState::Active), &step("proposed", true)).await.unwrap();
        assert_eq!(store.bridge_cursor(made.id, community).await.unwrap(), None);
        for place in [5, 9] {
            store.bridge_cursor_put(made.id, community, Position(place)).await.unwrap();
            assert_eq!(store.bridge_cursor(made.id, community).await.unwrap(), Some(Position(place)));
        }
        let entry = NewEntry { kind: "bridge-out".to_owned(), member: Some(hub.id), body: "{}".to_owned() };
        let items = [item(true, community, "passed"), item(false, community, "passed")];
        store.bridge_items_put(made.id, &items, vec![entry]).await.unwrap();
        let gone = item(true, community, "withdrawn");
        store.bridge_items_put(made.id, std::slice::from_ref(&gone), Vec::new()).await.unwrap();
        let object = kit::id("indicator", 1);
        assert_eq!(store.bridge_item(made.id, &object, true).await.unwrap(), Some(gone));
        assert_eq!(store.bridge_items(made.id, None, 10).await.unwrap().len(), 2);
        assert_eq!(store.bridge_came(&object).await.unwrap(), [(hub.id, item(false, community, "passed"))]);
        let counted = store.bridge_get("south").await.unwrap().unwrap();
        assert_eq!((counted.sent, counted.taken, counted.refused), (1, 1, 0));
    }

    async fn each_sighting_counts_once(store: Store) {
        let hub = kit::member(&store, "South").await;
        let made = store.bridge_put(&kit::setup(), new(&hub, BridgeState::Active), &step("proposed", true)).await.unwrap();
        let (sighting, object) = (kit::id("sighting", 1), kit::id("indicator", 1));
        for count in [3, 4] {
            let seen = BridgeSeen {
                sighting: sighting.clone(),
                object: object.clone(),
                count,
                first_seen: at(1),
                last_seen: at(2),
            };
            store.bridge_seen_put(made.id, &seen).await.unwrap();
            assert_eq!(store.bridge_seen(made.id, &object).await.unwrap(), [seen]);
        }
        assert_eq!(store.bridge_seen_of(made.id, &sighting).await.unwrap(), Some(object.clone()));
        store.bridge_seen_gone(made.id, &sighting).await.unwrap();
        assert_eq!(store.bridge_seen_of(made.id, &sighting).await.unwrap(), None);
        assert_eq!(store.bridge_seen(made.id, &object).await.unwrap(), []);
    }

    async fn a_question_is_heard_once_and_answers_are_told_from_where_the_other_hub_stands(store: Store) {
        let (hub, city) = (kit::member(&store, "South").await, kit::member(&store, "city").await);
        let community = kit::community(&store, "water", &city, &[&hub]).await.id;
        let accepted = BridgeStep { at: Timestamp::from_seconds(0), ..step("accepted", false) };
        let made = store.bridge_put(&kit::setup(), new(&hub, BridgeState::Active), &accepted).await.unwrap();
        let ask = async |number: u128, member: &Member, beyond: bool| {
            let new = NewRequest {
                uuid: Uuid::from_u128(number), community, question: "who?".to_owned(), until: None, anonymous: false,
                to_all: true, beyond,
            };
            store.request_put(&kit::setup(), member.id, &new).await.unwrap();
            store.request_get(new.uuid).await.unwrap().unwrap()
        };
        let own = ask(1, &city, true).await;
        ask(2, &city, false).await;
        // What the hub asked here does not go back to it, whatever is said of it.
        let theirs = ask(3, &hub, true).await;
        let unheard = async || store.bridge_requests_new(made.id, community, hub.id, 10).await.unwrap();
        assert_eq!(unheard().await, std::slice::from_ref(&own));
        let question = |one: &Request, outward: bool| BridgeQuestion {
            question: one.asked.uuid, outward, kind: QuestionKind::Request, state: QuestionState::Open, at: at(1),
        };
        store.bridge_question_put(made.id, &question(&own, true), &[]).await.unwrap();
        assert_eq!(unheard().await, []);
        assert_eq!(store.bridge_requests_closed(made.id, 10).await.unwrap(), []);
        store.request_close(&own, "nobody").await.unwrap();
        assert_eq!(store.bridge_requests_closed(made.id, 10).await.unwrap().len(), 1);
        let closed = BridgeQuestion { state: QuestionState::Closed, ..question(&own, true) };
        store.bridge_question_put(made.id, &closed, &[]).await.unwrap();
        assert_eq!(store.bridge_question(made.id, own.asked.uuid).await.unwrap(), Some(closed));
        assert_eq!(store.bridge_requests_closed(made.id, 10).await.unwrap(), []);

        store.bridge_question_put(made.id, &question(&theirs, false), &[Uuid::from_u128(9)]).await.unwrap();
        assert_eq!(store.bridge_asked(made.id, theirs.asked.uuid).await.unwrap(), [Uuid::from_u128(9)]);
        for number in [5, 6] {
            let answer = RequestAnswer {
                id: 0, uuid: Uuid::from_u128(number), member: city.id, text: "we".to_owned(), to_all: false, at: at(2),
            };
            store.answer_put(&kit::setup(), city.id, &theirs, &answer).await.unwrap();
        }
        let untold = store.bridge_answers_new(made.id, 10).await.unwrap();
        assert_eq!(untold.len(), 2);
        store.bridge_answers_told(made.id, theirs.asked.uuid, untold[0].1.id).await.unwrap();
        let untold = store.bridge_answers_new(made.id, 10).await.unwrap();
        assert_eq!((untold.len(), untold[0].1.uuid), (1, Uuid::from_u128(6)));
        let open = store.bridge_questions_open(made.id, false, QuestionKind::Request).await.unwrap();
        assert_eq!(open, [question(&theirs, false)]);
        assert_eq!(store.bridge_owed_new(made.id, hub.id, "answer-sighting", 10).await.unwrap(), [] as [Uuid; 0]);
    }
}
