//! Webhooks and their outbox, the places of news, and pages of lists: on both databases.

use policy::{MemberState, Role};
use store::{NewMessageOut, NewRequest, NewWebhook, Store, Webhook};
use uuid::Uuid;

use crate::kit::{self, on_both};

async fn hook(store: &Store, city: &store::Member, number: u128) -> Webhook {
    let new = NewWebhook {
        uuid: Uuid::from_u128(number),
        member: city.id,
        url: "https://hooks.example/".to_owned(),
        kinds: vec!["request".to_owned(), "digest".to_owned()],
        sealed: vec![1, 2, 3],
        place: store.news_place().await.unwrap(),
    };
    store.webhook_put(&kit::setup(), new).await.unwrap()
}

fn message(hook: &Webhook, number: u128, occasion: &str) -> NewMessageOut {
    NewMessageOut {
        uuid: Uuid::from_u128(number),
        webhook: hook.id,
        occasion: occasion.to_owned(),
        kind: "request".to_owned(),
        body: "{}".to_owned(),
        made: hook.created,
    }
}

on_both! {
    async fn a_message_is_written_once_claimed_by_one_and_kept_until_it_arrived(store: Store) {
        let city = kit::member(&store, "city").await;
        let hook = hook(&store, &city, 1).await;
        let to = store::NewsPlace { request: 7, ..hook.terms.place };
        store.webhook_gather(&hook, to, &[message(&hook, 1, "a"), message(&hook, 2, "b")]).await.unwrap();
        // Somebody else read the same events meanwhile.
        store.webhook_gather(&hook, to, &[message(&hook, 3, "c")]).await.unwrap();
        store.webhook_message_put(&message(&hook, 4, "a"), Some(hook.created)).await.unwrap();
        assert_eq!(store.webhook_waiting(hook.id).await.unwrap(), 2);
        let moved = store.webhook_get(hook.terms.uuid).await.unwrap().unwrap();
        assert_eq!((moved.terms.place, moved.digested), (to, Some(hook.created)));
        let now = hook.created;
        let due = store.webhook_due(hook.id, now, 10).await.unwrap();
        assert_eq!(due.len(), 2);
        let until = now.plus_micros(10);
        assert!(store.webhook_claim(&due[0], until).await.unwrap());
        assert!(!store.webhook_claim(&due[0], until).await.unwrap());
        store.webhook_sent(&due[0], now).await.unwrap();
        assert!(store.webhook_claim(&due[1], until).await.unwrap());
        store.webhook_failed(&due[1], "it answers 500", now, None).await.unwrap();
        let shown = store.webhook_list(city.id, None, 10).await.unwrap();
        assert_eq!(shown[0].failing_since, Some(now));
        let messages = store.webhook_messages(hook.id, None, 10).await.unwrap();
        assert_eq!(messages.iter().map(|one| one.sent.is_some()).collect::<Vec<_>>(), [false, true]);
        assert_eq!(store.webhook_messages(hook.id, Some(messages[0].id), 10).await.unwrap().len(), 1);
        store.webhook_disable(hook.id, "off").await.unwrap();
        assert!(store.webhook_enabled(0, 10).await.unwrap().is_empty());
        store.webhook_change(&kit::setup(), hook.terms.uuid, &["digest".to_owned()], true).await.unwrap();
        assert_eq!(store.webhook_enabled(0, 10).await.unwrap().len(), 1);
        assert_eq!(store.webhook_forget(now.plus_micros(1), 1).await.unwrap(), 1);
        store.webhook_delete(&kit::setup(), hook.terms.uuid).await.unwrap();
        assert!(store.webhook_get(hook.terms.uuid).await.unwrap().is_none());
        assert!(store.webhook_delete(&kit::setup(), hook.terms.uuid).await.is_err());
    }

    async fn news_are_what_came_after_a_place(store: Store) {
        let city = kit::member(&store, "city").await;
        let water = kit::community(&store, "water", &city, &[]).await;
        let before = store.news_place().await.unwrap();
        let new = NewRequest {
            uuid: Uuid::from_u128(5),
            community: water.id,
            question: "who?".to_owned(),
            until: None,
            anonymous: true,
            to_all: false,
            beyond: false,
        };
        store.request_put(&kit::setup(), city.id, &new).await.unwrap();
        let news = store.news_requests(before.request, 10).await.unwrap();
        assert_eq!((news.len(), news[0].request, news[0].community), (1, new.uuid, water.id));
        let after = store.news_place().await.unwrap();
        assert_eq!(after.request, news[0].id);
        assert!(store.news_requests(after.request, 10).await.unwrap().is_empty());
        assert!(store.news_steps(0, 10).await.unwrap().is_empty());
        assert!(store.news_answers(0, 10).await.unwrap().is_empty());
    }

    async fn pages_of_lists_go_on_strictly_after_a_key(store: Store) {
        let setup = kit::setup();
        let city = kit::member(&store, "city").await;
        for name in ["alpha", "bravo", "delta"] {
            kit::member(&store, name).await;
            kit::person(&store, &city, name, Role::Reader).await;
            kit::community(&store, name, &city, &[]).await;
        }
        let names = |page: Vec<store::Member>| page.into_iter().map(|one| one.name).collect::<Vec<_>>();
        assert_eq!(names(store.member_page("", None, 2).await.unwrap()), ["alpha", "bravo"]);
        assert_eq!(names(store.member_page("bravo", Some(MemberState::Active), 9).await.unwrap()), ["city", "delta"]);
        assert!(store.member_page("", Some(MemberState::Vetting), 9).await.unwrap().is_empty());
        let people = store.person_page(city.id, "alpha", 1).await.unwrap();
        assert_eq!(people[0].login, "bravo");
        let communities = store.community_page("alpha", 9).await.unwrap();
        assert_eq!(communities.iter().map(|one| one.alias.as_str()).collect::<Vec<_>>(), ["bravo", "delta"]);
        // The others are asked once on each database, where there is nothing.
        let person = people[0].id;
        assert!(store.key_page(person, None, 9).await.unwrap().is_empty());
        assert!(store.session_page(person, city.created, Some(9), 9).await.unwrap().is_empty());
        assert!(store.agreement_page(Some(("partnership", 3)), 9).await.unwrap().is_empty());
        assert!(store.acceptance_of(city.id).await.unwrap().is_empty());
        for by in [None, Some(city.id)] {
            assert!(store.invitation_page(by, None, 9).await.unwrap().is_empty());
            assert!(store.data_set_page(by, None, 9).await.unwrap().is_empty());
            assert!(store.data_set_page(by, Some(Uuid::from_u128(1)), 9).await.unwrap().is_empty());
        }
        assert!(store.contact_page_unchecked(city.created, (i64::MIN, 0, 0), 9).await.unwrap().is_empty());
        assert!(store.handover_page(city.id, 0, 9).await.unwrap().is_empty());
        assert!(store.charter_page(communities[0].id, None, 9).await.unwrap().is_empty());
        assert!(store.subscription_page("", 9).await.unwrap().is_empty());
        assert!(store.peer_page("", 9).await.unwrap().is_empty());
        let others = store.member_page("", None, 2).await.unwrap();
        for other in &others {
            store.delegation_put(&setup, city.id, other.id).await.unwrap();
        }
        let first = store.delegation_page(city.id, (0, 0), 1).await.unwrap();
        let second = store.delegation_page(city.id, (first[0].member.0, first[0].delegate.0), 9).await.unwrap();
        assert_eq!((first[0].delegate, second[0].delegate, second.len()), (others[0].id, others[1].id, 1));
    }
}
