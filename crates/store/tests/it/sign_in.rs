//! Sessions, second factors, and what is kept of people.

use policy::{Role, Scopes};
use store::{Credential, CredentialKind, NewCredential, Person, Store};

use crate::kit::{self, on_both};

async fn session(store: &Store, person: &Person, number: u8) -> Credential {
    let new = NewCredential {
        person: person.id,
        kind: CredentialKind::Session,
        digest: [number; 32],
        label: "session".to_owned(),
        prefix: "cws_".to_owned(),
        read_only: false,
        expires: Some(person.created.plus_micros(1_000_000)),
        addresses: Vec::new(),
        scopes: Scopes::ALL,
        ends: Some(person.created.plus_micros(2_000_000)),
        proven: None,
        network: Some("192.0.2.0/24".to_owned()),
    };
    store.credential_put(&kit::setup(), new).await.unwrap()
}

async fn ended(store: &Store, person: &Person) -> Vec<bool> {
    let all = store.credential_list(person.id).await.unwrap();
    all.iter().rev().map(|one| one.revoked.is_some()).collect()
}

on_both! {
    async fn sessions_end_all_but_one_and_with_another_password_or_role(store: Store) {
        let city = kit::member(&store, "city").await;
        let mut person = kit::person(&store, &city, "ana", Role::Analyst).await;
        let first = session(&store, &person, 1).await;
        session(&store, &person, 2).await;
        assert_eq!(store.session_end_all(&kit::setup(), person.id, Some(first.id)).await.unwrap(), 1);
        assert_eq!(ended(&store, &person).await, [false, true]);
        person.name = "Ana".to_owned();
        store.person_update(&kit::setup(), &person).await.unwrap();
        assert_eq!(ended(&store, &person).await, [false, true]);
        person.password_hash = Some("$another".to_owned());
        store.person_update(&kit::setup(), &person).await.unwrap();
        assert_eq!(ended(&store, &person).await, [true, true]);
        session(&store, &person, 3).await;
        person.role = Role::Reader;
        store.person_update(&kit::setup(), &person).await.unwrap();
        assert_eq!(ended(&store, &person).await, [true, true, true]);
    }

    async fn a_step_and_a_recovery_code_are_taken_once(store: Store) {
        let city = kit::member(&store, "city").await;
        let person = kit::person(&store, &city, "ana", Role::Analyst).await.id;
        assert!(store.factor_put(person, vec![1, 2]).await.unwrap());
        assert!(store.factor_put(person, vec![3, 4]).await.unwrap());
        assert!(!store.factor_step(person, 7).await.unwrap());
        store.factor_confirm(&kit::setup(), person, 7, &[[1; 32], [2; 32]]).await.unwrap();
        assert!(store.factor_confirm(&kit::setup(), person, 8, &[]).await.is_err());
        assert!(!store.factor_put(person, vec![5]).await.unwrap());
        assert!(!store.factor_step(person, 7).await.unwrap());
        assert!(store.factor_step(person, 8).await.unwrap());
        assert!(!store.factor_step(person, 8).await.unwrap());
        assert!(store.recovery_code_use(person, [1; 32]).await.unwrap());
        assert!(!store.recovery_code_use(person, [1; 32]).await.unwrap());
        assert_eq!(store.recovery_codes_left(person).await.unwrap(), 1);
        store.factor_remove(&kit::setup(), person).await.unwrap();
        assert_eq!(store.factor_get(person).await.unwrap(), None);
    }

    async fn all_that_is_kept_of_a_person_is_read_erased_and_forgotten(store: Store) {
        let city = kit::member(&store, "city").await;
        let person = kit::person(&store, &city, "ana", Role::Analyst).await;
        session(&store, &person, 1).await;
        let data = store.person_data(person.id).await.unwrap();
        assert_eq!(data["person"][0]["login"], "ana");
        assert_eq!(data["credential"][0]["network"], "192.0.2.0/24");
        let later = person.created.plus_micros(3_600_000_000);
        assert_eq!(store.session_forget(later, 10).await.unwrap(), 1);
        assert_eq!(store.invitation_forget(later, 10).await.unwrap(), 0);
        assert_eq!(store.transfer_forget(later, 10).await.unwrap(), 0);
        session(&store, &person, 2).await;
        store.person_erase(&kit::setup(), person.id).await.unwrap();
        let data = store.person_data(person.id).await.unwrap();
        assert_eq!(data["person"][0]["login"], store::privacy::pseudonym(person.id).as_str());
        assert_eq!(data["credential"].as_array().unwrap().len(), 0);
        assert!(store.person_by_login("ana").await.unwrap().is_none());
    }
}
