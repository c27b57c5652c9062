//! Sessions, second factors, and what is kept of people.

use policy::{Principal, Role, Scopes};
use stix::Timestamp;
use store::{
    Credential, CredentialKind, NewCredential, NewLink, NewLinkOffer, NewPasskey, NewProposal, Person, ProposalState,
    ProviderSession, Store,
};
use uuid::Uuid;

use crate::kit::{self, on_both};

async fn session(store: &Store, person: &Person, number: u8) -> Credential {
    let new = new_session(person, number);
    store.credential_put(&kit::setup(), new).await.unwrap()
}

/// One that rests on what a provider said at an instant.
async fn provided(store: &Store, person: &Person, number: u8, at: Timestamp, sealed: Option<Vec<u8>>) -> Credential {
    let rests_on = ProviderSession {
        provider: "city".to_owned(),
        issuer: "https://login.example".to_owned(),
        subject: "7".to_owned(),
        sid: number.is_multiple_of(2).then(|| number.to_string()),
        confirmed: at,
        sealed,
    };
    let (new, lapsed) = (new_session(person, number), at.plus_micros(-10));
    store
        .provider_session_put(&kit::setup(), new, rests_on, lapsed)
        .await
        .unwrap()
}

fn new_session(person: &Person, number: u8) -> NewCredential {
    NewCredential {
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
    }
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

    async fn sessions_of_a_provider_are_confirmed_lapse_and_end_when_it_says_so(store: Store) {
        let city = kit::member(&store, "city").await;
        let person = kit::person(&store, &city, "ana", Role::Analyst).await;
        let at = Timestamp::from_seconds(1_000);
        let plain = session(&store, &person, 1).await;
        assert_eq!(store.provider_session(plain.id).await.unwrap(), None);
        let refreshed = provided(&store, &person, 2, at, Some(vec![1, 2])).await;
        let lapses = provided(&store, &person, 3, at, None).await;
        // A new one ends those that nothing can confirm any more.
        let later = at.plus_micros(10);
        provided(&store, &person, 4, later, None).await;
        assert_eq!(ended(&store, &person).await, [false, false, true, false]);
        store.provider_session_confirm(refreshed.id, later, Some(vec![3])).await.unwrap();
        let found = store.provider_session(refreshed.id).await.unwrap().unwrap();
        assert_eq!((found.confirmed, found.sealed, found.sid.as_deref()), (later, Some(vec![3]), Some("2")));
        store.provider_session_unrefreshed(refreshed.id).await.unwrap();
        assert_eq!(store.provider_session(refreshed.id).await.unwrap().unwrap().sealed, None);
        assert!(store.provider_session_confirm(plain.id, later, None).await.is_err());
        let end = async |issuer: &str, subject: Option<&str>, sid: Option<&str>| {
            store.provider_session_end(issuer, subject, sid).await.unwrap()
        };
        let issuer = "https://login.example";
        assert_eq!(end(issuer, None, None).await, 0);
        assert_eq!(end("https://other.example", Some("7"), None).await, 0);
        assert_eq!(end(issuer, Some("8"), None).await, 0);
        assert_eq!(end(issuer, Some("7"), Some("9")).await, 0);
        assert_eq!(end(issuer, None, Some("2")).await, 1);
        assert_eq!(end(issuer, Some("7"), None).await, 1, "none twice");
        assert_eq!(ended(&store, &person).await, [false, true, true, true]);
        // It goes with the session.
        let data = store.person_data(person.id).await.unwrap();
        assert_eq!(data["provider_session"].as_array().unwrap().len(), 3);
        assert_eq!(data["provider_session"][0]["subject"], "7");
        store.person_erase(&kit::setup(), person.id).await.unwrap();
        assert_eq!(store.provider_session(lapses.id).await.unwrap(), None);
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

    async fn a_proposal_is_decided_once_in_time_and_makes_room_when_it_is_over(store: Store) {
        let city = kit::member(&store, "city").await;
        let ana = kit::person(&store, &city, "ana", Role::Operator).await;
        let ben = kit::person(&store, &city, "ben", Role::Operator).await;
        let new = |number: u128, expires: Timestamp| NewProposal {
            uuid: Uuid::from_u128(number),
            act: r#"{"kind":"expel"}"#.to_owned(),
            reason: "because".to_owned(),
            by_person: ana.id,
            member: city.id,
            expires,
        };
        let by_ben = Principal { person: Some(ben.id), ..kit::setup() };
        let long_ago = ana.created.plus_micros(1);
        let later = ana.created.plus_micros(3_600_000_000);
        let over = store.proposal_put(&kit::setup(), new(1, long_ago)).await.unwrap();
        let open = store.proposal_put(&kit::setup(), new(2, later)).await.unwrap();
        let twice = store.proposal_put(&kit::setup(), new(3, later)).await.unwrap_err();
        assert_eq!(twice.kind(), store::ErrorKind::Conflict);
        let states = async || {
            let all = store.proposal_list(None, 10).await.unwrap();
            all.iter().map(|one| one.state).collect::<Vec<_>>()
        };
        assert_eq!(states().await, [ProposalState::Open, ProposalState::Expired]);
        let refused = ProposalState::Refused;
        assert!(store.proposal_close(&by_ben, &over, refused, None).await.is_err());
        // It goes along with what it confirms, or neither is done.
        let along = || store.proposal_confirmation(&by_ben, &open);
        let (active, left) = (policy::MemberState::Active, policy::MemberState::Left);
        let wrong = store.member_state_put(&by_ben, city.id, left, active, "", along()).await;
        assert!(wrong.is_err());
        assert_eq!(states().await[0], ProposalState::Open);
        store.member_state_put(&by_ben, city.id, active, left, "", along()).await.unwrap();
        let done = store.proposal_get(open.terms.uuid).await.unwrap().unwrap();
        assert_eq!((done.state, done.decider), (ProposalState::Confirmed, Some(ben.id)));
        let again = store.member_state_put(&by_ben, city.id, left, active, "", along()).await;
        assert_eq!(again.unwrap_err().kind(), store::ErrorKind::NotFound);
        assert!(store.proposal_close(&by_ben, &open, refused, Some("too late")).await.is_err());
    }

    async fn an_account_is_tied_to_one_person_and_an_offer_is_good_once(store: Store) {
        let city = kit::member(&store, "city").await;
        let ana = kit::person(&store, &city, "ana", Role::Analyst).await.id;
        let ben = kit::person(&store, &city, "ben", Role::Analyst).await;
        let link = |person, subject: &str| NewLink {
            provider: "city".to_owned(),
            issuer: "https://login.example".to_owned(),
            subject: subject.to_owned(),
            person,
        };
        store.link_put(&kit::setup(), link(ana, "7"), None).await.unwrap();
        let taken = store.link_put(&kit::setup(), link(ben.id, "7"), None).await.unwrap_err();
        assert_eq!(taken.kind(), store::ErrorKind::Conflict);
        let found = store.link_use("https://login.example", "7").await.unwrap();
        assert_eq!(found.map(|person| person.id), Some(ana));
        assert!(store.link_use("https://login.example/", "7").await.unwrap().is_none());
        assert!(store.link_list(ana).await.unwrap()[0].last_used.is_some());
        let offer = |digest, micros| NewLinkOffer {
            digest: [digest; 32],
            provider: "city".to_owned(),
            person: ben.id,
            by_person: None,
            expires: ben.created.plus_micros(micros),
        };
        for (digest, micros) in [(1, 3_600_000_000), (2, 1), (3, 3_600_000_000)] {
            store.link_offer_put(&kit::setup(), offer(digest, micros)).await.unwrap();
        }
        for (digest, open) in [(1, false), (2, false), (3, true)] {
            assert_eq!(store.link_offer_get(&[digest; 32]).await.unwrap().is_some(), open, "{digest}");
        }
        let tie = async |subject: &str| store.link_put(&kit::setup(), link(ben.id, subject), Some([3; 32])).await;
        assert!(tie("7").await.is_err());
        assert!(store.link_offer_get(&[3; 32]).await.unwrap().is_some(), "nothing was used up");
        tie("8").await.unwrap();
        assert_eq!(tie("9").await.unwrap_err().kind(), store::ErrorKind::NotFound);
        let own = store.link_list(ben.id).await.unwrap()[0].id;
        assert!(store.link_remove(&kit::setup(), ana, own).await.is_err());
        store.link_remove(&kit::setup(), ben.id, own).await.unwrap();
    }

    async fn a_passkey_counts_on_and_a_question_is_answered_once(store: Store) {
        let city = kit::member(&store, "city").await;
        let ana = kit::person(&store, &city, "ana", Role::Analyst).await;
        let new = |number: u8| NewPasskey {
            person: ana.id,
            credential: vec![number; 16],
            key: "{}".to_owned(),
            name: "telephone".to_owned(),
            rp_id: "hub.example".to_owned(),
            count: 0,
            backed_up: false,
        };
        let made = store.passkey_put(&kit::setup(), new(1)).await.unwrap();
        let known = store.passkey_put(&kit::setup(), new(1)).await.unwrap_err();
        assert_eq!(known.kind(), store::ErrorKind::Conflict);
        for (count, counts_on) in [(0, true), (0, true), (3, true), (3, false), (2, false), (0, false), (4, true)] {
            assert_eq!(store.passkey_used(made.id, count, true).await.unwrap(), counts_on, "{count}");
        }
        let found = store.passkey_get(&[1; 16]).await.unwrap().unwrap();
        assert!(found.terms.backed_up && found.last_used.is_some() && found.terms.count == 4);
        assert!(store.passkey_get(&[2; 16]).await.unwrap().is_none());
        store.passkey_rename(ana.id, made.id, "old").await.unwrap();
        assert_eq!(store.passkey_list(ana.id).await.unwrap()[0].terms.name, "old");
        let nobody = policy::PersonId(99);
        assert!(store.passkey_rename(nobody, made.id, "x").await.is_err());
        assert!(store.passkey_remove(&kit::setup(), nobody, made.id).await.is_err());
        store.passkey_remove(&kit::setup(), ana.id, made.id).await.unwrap();
        let later = ana.created.plus_micros(3_600_000_000);
        assert!(store.question_answered([1; 32], later).await.unwrap());
        assert!(!store.question_answered([1; 32], later).await.unwrap());
        assert!(store.question_answered([2; 32], ana.created).await.unwrap());
        assert!(store.question_answered([2; 32], later).await.unwrap(), "what is too old is forgotten");
    }

    async fn the_proof_of_a_session_is_noted_while_it_is_there(store: Store) {
        let city = kit::member(&store, "city").await;
        let ana = kit::person(&store, &city, "ana", Role::Analyst).await;
        let one = session(&store, &ana, 1).await;
        assert_eq!(one.proven, None);
        let at = ana.created.plus_micros(5);
        store.session_prove(&kit::setup(), one.id, at).await.unwrap();
        assert_eq!(store.credential_list(ana.id).await.unwrap()[0].proven, Some(at));
        store.credential_revoke(&kit::setup(), one.id).await.unwrap();
        assert!(store.session_prove(&kit::setup(), one.id, at).await.is_err());
    }
}
