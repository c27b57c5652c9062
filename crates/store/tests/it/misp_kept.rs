//! Offers of events, events that are not taken in, and settings of people's clients.

use policy::{CommunityId, MemberId, PersonId};
use stix::Timestamp;
use store::{MispBlocked, MispBlockedKind, MispDelegation, MispExclusion, MispRegistration, MispSetting, Store};
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
        kind: MispBlockedKind::Event,
        uuid: Uuid::from_u128(number),
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

    async fn what_is_blocked_is_blocked_until_it_is_not(store: Store) {
        let (actor, event) = (kit::setup(), MispBlockedKind::Event);
        store.misp_block(&actor, &[blocked(1, "a"), blocked(2, "b")]).await.unwrap();
        store.misp_block(&actor, &[blocked(1, "c")]).await.unwrap();
        assert_eq!(store.misp_blocked_one(event, Uuid::from_u128(1)).await.unwrap().unwrap().comment, "c");
        assert_eq!(store.misp_blocked_one(event, Uuid::from_u128(3)).await.unwrap(), None);
        let first = store.misp_blocked(event, 0, 1).await.unwrap();
        let second = store.misp_blocked(event, first[0].id, 1).await.unwrap();
        assert_eq!((first[0].uuid.as_u128(), second[0].uuid.as_u128()), (1, 2));
        store.misp_unblock(&actor, event, Uuid::from_u128(1)).await.unwrap();
        assert_eq!(store.misp_blocked_one(event, Uuid::from_u128(1)).await.unwrap(), None);
    }

    async fn an_organisation_is_blocked_beside_an_event_of_the_same_uuid(store: Store) {
        let (actor, organisation) = (kit::setup(), MispBlockedKind::Organisation);
        let of = |number| MispBlocked { kind: organisation, ..blocked(number, "who") };
        store.misp_block(&actor, &[blocked(1, "event"), of(1), of(7)]).await.unwrap();
        assert_eq!(store.misp_blocked_one(organisation, Uuid::from_u128(1)).await.unwrap().unwrap().comment, "who");
        let (one, two) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let list = store.misp_blocklist().await.unwrap();
        assert!(!list.lets_in(one, None) && list.lets_in(two, None));
        assert!(!list.lets_in(two, Some(Uuid::from_u128(7))) && list.lets_in(two, Some(two)));
        store.misp_unblock(&actor, organisation, one).await.unwrap();
        assert_eq!(store.misp_blocked(organisation, 0, 10).await.unwrap().len(), 1);
        assert_eq!(store.misp_blocked(MispBlockedKind::Event, 0, 10).await.unwrap().len(), 1);
    }

    async fn values_are_left_out_once_each(store: Store) {
        let (actor, at) = (kit::setup(), Timestamp::from_micros(kit::START));
        let wish = |id, value: &str, comment: &str| MispExclusion { id, value: value.to_owned(), comment: comment.to_owned() };
        let made = store.misp_exclude(&actor, &wish(0, "%.example", "a"), at).await.unwrap();
        let again = store.misp_exclude(&actor, &wish(0, "%.example", "b"), at).await.unwrap();
        assert_eq!((again.id, again.comment.as_str()), (made.id, "b"));
        let changed = store.misp_exclude(&actor, &wish(made.id, "x%", "c"), at).await.unwrap();
        assert_eq!(store.misp_exclusions(0, 10).await.unwrap(), std::slice::from_ref(&changed));
        store.misp_exclusion_end(&actor, &changed).await.unwrap();
        assert!(store.misp_exclusions(0, 10).await.unwrap().is_empty());
    }

    async fn who_asks_for_an_account_is_forgotten_when_it_is_decided_or_old(store: Store) {
        let actor = kit::setup();
        let wish = |number: u128| MispRegistration {
            id: 0,
            uuid: Uuid::from_u128(number),
            wish: "{}".to_owned(),
            at: Timestamp::from_micros(kit::START + i64::try_from(number).unwrap()),
        };
        for number in 1..4 {
            store.misp_register(&wish(number)).await.unwrap();
        }
        store.misp_registrations_forget(Timestamp::from_micros(kit::START + 2)).await.unwrap();
        let waiting = store.misp_registrations(0, 10).await.unwrap();
        assert_eq!(waiting.iter().map(|one| one.uuid.as_u128()).collect::<Vec<_>>(), [2, 3]);
        store.misp_registration_end(&actor, &waiting[0], true).await.unwrap();
        assert_eq!(store.misp_registration_count().await.unwrap(), 1);
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
