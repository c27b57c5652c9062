//! Offers of events, events that are not taken in, and settings of people's clients.

use policy::{CommunityId, MemberId, PersonId};
use stix::Timestamp;
use store::{MispBlocked, MispDelegation, MispSetting, Store};
use uuid::Uuid;

use crate::kit::{self, on_both};

fn offer(event: i64, target: i64) -> MispDelegation {
    MispDelegation {
        id: 0,
        event,
        requester: MemberId(1),
        target: MemberId(target),
        level: Some(4),
        community: Some(CommunityId(7)),
        message: "please".to_owned(),
        at: Timestamp::from_micros(kit::START),
    }
}

fn blocked(number: u128, comment: &str) -> MispBlocked {
    MispBlocked {
        id: 0,
        event: Uuid::from_u128(number),
        info: "title".to_owned(),
        creator: "who".to_owned(),
        comment: comment.to_owned(),
        at: Timestamp::from_micros(kit::START),
    }
}

fn setting(person: i64, name: &str, value: &str) -> MispSetting {
    MispSetting {
        id: 0,
        person: PersonId(person),
        name: name.to_owned(),
        value: value.to_owned(),
        at: Timestamp::from_micros(kit::START),
    }
}

on_both! {
    async fn an_offer_is_known_to_both_and_an_event_has_one(store: Store) {
        let actor = kit::setup();
        let made = store.misp_delegate(&actor, &offer(10, 2)).await.unwrap();
        assert_eq!(MispDelegation { id: 0, ..made.clone() }, offer(10, 2));
        let other = store.misp_delegate(&actor, &offer(11, 3)).await.unwrap();
        for (member, expected) in [(1, vec![&made, &other]), (2, vec![&made]), (3, vec![&other]), (4, vec![])] {
            let listed = store.misp_delegations(MemberId(member), 0, 10).await.unwrap();
            assert_eq!(listed.iter().collect::<Vec<_>>(), expected, "{member}");
        }
        assert_eq!(store.misp_delegations(MemberId(1), made.id, 10).await.unwrap(), [other]);
        let again = store.misp_delegate(&actor, &MispDelegation { level: None, community: None, ..offer(10, 3) }).await.unwrap();
        assert_eq!((again.id, again.target, again.level), (made.id, MemberId(3), None));
        assert!(store.misp_delegations(MemberId(2), 0, 10).await.unwrap().is_empty());
        store.misp_delegation_end(&actor, &again, true).await.unwrap();
        assert_eq!(store.misp_delegation(again.id).await.unwrap(), None);
    }

    async fn events_are_blocked_until_they_are_not(store: Store) {
        let actor = kit::setup();
        store.misp_block(&actor, &[blocked(1, "a"), blocked(2, "b")]).await.unwrap();
        store.misp_block(&actor, &[blocked(1, "c")]).await.unwrap();
        assert_eq!(store.misp_blocked_one(Uuid::from_u128(1)).await.unwrap().unwrap().comment, "c");
        assert_eq!(store.misp_blocked_one(Uuid::from_u128(3)).await.unwrap(), None);
        let first = store.misp_blocked(0, 1).await.unwrap();
        let second = store.misp_blocked(first[0].id, 1).await.unwrap();
        assert_eq!((first[0].event.as_u128(), second[0].event.as_u128()), (1, 2));
        assert_eq!(store.misp_blocked_all().await.unwrap().len(), 2);
        store.misp_unblock(&actor, Uuid::from_u128(1)).await.unwrap();
        assert_eq!(store.misp_blocked_one(Uuid::from_u128(1)).await.unwrap(), None);
    }

    async fn settings_are_each_persons_own(store: Store) {
        store.misp_setting_put(&setting(1, "a", "1")).await.unwrap();
        store.misp_setting_put(&setting(1, "b", "2")).await.unwrap();
        store.misp_setting_put(&setting(2, "a", "3")).await.unwrap();
        store.misp_setting_put(&setting(1, "a", "4")).await.unwrap();
        let of = async |person| {
            let settings = store.misp_settings(PersonId(person), 10).await.unwrap();
            settings.into_iter().map(|one| (one.name, one.value)).collect::<Vec<_>>()
        };
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(of(1).await, [pair("a", "4"), pair("b", "2")]);
        store.misp_setting_end(PersonId(1), "a").await.unwrap();
        assert_eq!((of(1).await, of(2).await), (vec![pair("b", "2")], vec![pair("a", "3")]));
    }
}
