//! What strangers report: kept once, answered in turns, forgotten with all that belongs to it; and who needs the first steps
//! no more. On both databases.

use policy::{Principal, Role};
use store::{ErrorKind, NewTip, Store, TipKind, TipState};
use uuid::Uuid;

use crate::kit::{self, on_both};

fn new(number: u8) -> NewTip {
    NewTip {
        uuid: Uuid::from_u128(number.into()),
        reference: format!("R-{number}"),
        secret: [number; 32],
        kind: TipKind::Weakness,
        sealed: vec![number, 1],
        files: vec![vec![number, 2], vec![number, 3]],
    }
}

on_both! {
    async fn a_tip_is_kept_once_and_goes_with_all_that_belongs_to_it(store: Store) {
        let city = kit::member(&store, "city").await;
        let person = kit::person(&store, &city, "ana", Role::Operator).await;
        let operator = store.principal_of(&person, false).await.unwrap();
        let start = person.created;
        store.tip_put(new(1)).await.unwrap();
        assert_eq!(store.tip_put(new(1)).await.unwrap_err().kind(), ErrorKind::Conflict);
        store.tip_put(new(2)).await.unwrap();
        assert_eq!(store.tip_counts(start).await.unwrap(), (2, 2));
        assert_eq!(store.tip_by_secret([9; 32]).await.unwrap(), None);
        let tip = store.tip_by_secret([1; 32]).await.unwrap().unwrap();
        assert_eq!((tip.kind, tip.state, tip.sealed.as_slice()), (TipKind::Weakness, TipState::Waiting, &[1, 1][..]));
        assert_eq!(store.tip_files(&tip).await.unwrap(), [0, 1]);
        assert_eq!(store.tip_file(&tip, 1).await.unwrap(), Some(vec![1, 3]));
        store.tip_say(&operator, &tip, TipState::Answered, Some(vec![7])).await.unwrap();
        store.tip_say(&Principal::public(), &tip, TipState::Waiting, Some(vec![8])).await.unwrap();
        let said = store.tip_messages(&tip, 10).await.unwrap();
        assert_eq!(said.iter().map(|one| one.by_person).collect::<Vec<_>>(), [Some(person.id), None]);
        store.tip_say(&operator, &tip, TipState::Closed, None).await.unwrap();
        let late = store.tip_say(&operator, &tip, TipState::Answered, Some(vec![9])).await.unwrap_err();
        assert_eq!(late.kind(), ErrorKind::NotFound);
        assert_eq!(store.tip_counts(start).await.unwrap(), (2, 1));
        let list = store.tip_list(None, 10).await.unwrap();
        assert_eq!(list.iter().map(|one| one.reference.as_str()).collect::<Vec<_>>(), ["R-2", "R-1"]);
        // Only what is closed is forgotten.
        let later = start.plus_micros(86_400_000_000);
        assert_eq!(store.tip_forget(later, 10).await.unwrap(), 1);
        assert_eq!(store.tip_get(tip.uuid).await.unwrap(), None);
        assert_eq!(store.tip_messages(&tip, 10).await.unwrap(), []);
        assert_eq!(store.tip_forget(later, 10).await.unwrap(), 0);
        assert!(store.tip_get(Uuid::from_u128(2)).await.unwrap().is_some());
    }

    async fn the_first_steps_are_over_for_who_says_so(store: Store) {
        let city = kit::member(&store, "city").await;
        let person = kit::person(&store, &city, "ana", Role::Analyst).await;
        let ana = store.principal_of(&person, false).await.unwrap();
        assert!(!store.walk_is_over(person.id).await.unwrap());
        store.walk_end(&ana).await.unwrap();
        store.walk_end(&ana).await.unwrap();
        assert!(store.walk_is_over(person.id).await.unwrap());
        assert!(!store.member_watches(city.id).await.unwrap());
        store.person_erase(&kit::setup(), person.id).await.unwrap();
        assert!(!store.walk_is_over(person.id).await.unwrap());
    }
}
