//! Kept answers: one name, one change, whatever comes at once; and no more than a person may have.

use policy::Role;
use store::{AnswerBegun, KeptAnswer, Store};

use crate::kit::{self, on_both};

on_both! {
    async fn a_name_is_taken_once_until_it_is_given_back_or_over(store: Store) {
        let city = kit::member(&store, "city").await;
        let person = kit::person(&store, &city, "ana", Role::Analyst).await;
        let start = person.created;
        let begin = async |name: u8, at: i64| {
            let now = start.plus_micros(at);
            let times = (now, now.plus_micros(-100), now.plus_micros(10));
            store.answer_begin([name; 32], person.id, [9; 32], times, 2).await.unwrap()
        };
        let until = |at: i64| Some(start.plus_micros(at));
        let running = KeptAnswer { request: [9; 32], status: None, sealed: None, running_until: until(10) };
        assert_eq!(begin(1, 0).await, AnswerBegun::First);
        assert_eq!(begin(1, 1).await, AnswerBegun::Before(running.clone()));
        store.answer_runs([1; 32], start.plus_micros(12)).await.unwrap();
        let longer = KeptAnswer { running_until: until(12), ..running.clone() };
        assert_eq!(begin(1, 1).await, AnswerBegun::Before(longer));
        store.answer_drop([1; 32]).await.unwrap();
        assert_eq!(begin(1, 2).await, AnswerBegun::First);
        store.answer_keep([1; 32], 201, Some(vec![1, 2])).await.unwrap();
        // What was answered is not given back.
        store.answer_drop([1; 32]).await.unwrap();
        store.answer_runs([1; 32], start.plus_micros(99)).await.unwrap();
        let kept = KeptAnswer { status: Some(201), sealed: Some(vec![1, 2]), running_until: until(12), ..running };
        assert_eq!(begin(1, 3).await, AnswerBegun::Before(kept));
        assert_eq!(begin(2, 4).await, AnswerBegun::First);
        assert_eq!(begin(3, 5).await, AnswerBegun::Full);
        // Its time is over: the name is free.
        assert_eq!(begin(1, 103).await, AnswerBegun::First);
        assert_eq!(store.answer_forget(start.plus_micros(50), 10).await.unwrap(), 1);
        assert_eq!(begin(3, 104).await, AnswerBegun::First);
        store.person_erase(&kit::setup(), person.id).await.unwrap();
        assert_eq!(store.answer_forget(start.plus_micros(1_000), 10).await.unwrap(), 0);
    }
}
