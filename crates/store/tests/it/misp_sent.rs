//! What peers that are MISP servers have.

use stix::Timestamp;
use store::{MispSent, MispSentState, NewPeer, PeerId, Store};
use uuid::Uuid;

use crate::kit::{self, on_both};

async fn peer(store: &Store, number: u128) -> PeerId {
    let known = store.member_list().await.unwrap().into_iter().next();
    let member = match known {
        Some(member) => member.id,
        None => kit::member(store, "city").await.id,
    };
    let terms = NewPeer {
        uuid: Uuid::from_u128(number),
        name: format!("peer-{number}"),
        url: "https://misp.example/".to_owned(),
        settings: r#"{"kind":"misp"}"#.to_owned(),
        member,
        community: None,
        interval_seconds: 60,
        enabled: true,
    };
    store.peer_put(&kit::setup(), terms).await.unwrap().id
}

fn sent(event: i64, state: MispSentState) -> MispSent {
    MispSent {
        event,
        uuid: Uuid::from_u128(u128::from(event.unsigned_abs())),
        changed: 1_795_000_000,
        state,
        said: String::new(),
        at: Timestamp::from_micros(kit::START),
    }
}

on_both! {
    async fn what_a_peer_has_is_read_in_order_between_two_numbers(store: Store) {
        let (one, other) = (peer(&store, 1).await, peer(&store, 2).await);
        assert!(!store.misp_sent_any(one).await.unwrap());
        let all: Vec<MispSent> = MispSentState::ALL.into_iter().zip(1..).map(|(state, event)| sent(event * 10, state)).collect();
        store.misp_sent_put(one, &all).await.unwrap();
        store.misp_sent_put(one, &[]).await.unwrap();
        assert_eq!(store.misp_sent(one, 0, i64::MAX, 10).await.unwrap(), all);
        assert_eq!(store.misp_sent(one, 10, 30, 10).await.unwrap(), all[1..3]);
        assert_eq!(store.misp_sent(one, 0, i64::MAX, 2).await.unwrap(), all[..2]);
        assert!(store.misp_sent(other, 0, i64::MAX, 10).await.unwrap().is_empty());
        assert!(store.misp_sent_any(one).await.unwrap());
    }

    async fn a_later_note_takes_the_place_of_an_earlier_one_and_can_be_forgotten(store: Store) {
        let one = peer(&store, 1).await;
        store.misp_sent_put(one, &[sent(7, MispSentState::Sending)]).await.unwrap();
        let refused = MispSent { said: "no".to_owned(), changed: 5, ..sent(7, MispSentState::Refused) };
        store.misp_sent_put(one, std::slice::from_ref(&refused)).await.unwrap();
        assert_eq!(store.misp_sent(one, 6, 7, 1).await.unwrap(), [refused]);
        assert!(!store.misp_sent_any(one).await.unwrap(), "what was refused is not there");
        store.misp_sent_put(one, &[sent(8, MispSentState::Sent)]).await.unwrap();
        store.misp_sent_forget(one, 7).await.unwrap();
        assert_eq!(store.misp_sent(one, 0, i64::MAX, 9).await.unwrap().len(), 1);
        store.misp_sent_forget_all(one).await.unwrap();
        assert!(store.misp_sent(one, 0, i64::MAX, 9).await.unwrap().is_empty());
    }

    async fn an_organisation_that_events_name_is_found_by_its_uuid(store: Store) {
        let uuid = Uuid::from_u128(77);
        assert_eq!(store.misp_organisation_by_uuid(uuid).await.unwrap(), None);
        let made = store.misp_organisation_named(uuid, "Elsewhere").await.unwrap();
        assert_eq!(store.misp_organisation_by_uuid(uuid).await.unwrap(), Some(made));
    }

    async fn the_schema_is_at_the_step_that_this_version_knows(store: Store) {
        let (applied, known) = store.schema_steps().await.unwrap();
        assert!(applied == known && known >= 18);
    }

    async fn a_note_is_signed_with_the_key_of_the_ledger(store: Store) {
        let (note, key) = store.sign_note("a-file\nmanifest.json\n".to_owned()).unwrap();
        let key: ledger::VerifyingKey = key.parse().unwrap();
        assert_eq!(ledger::note::SignedNote::parse(&note).unwrap().verify(&key).unwrap(), "a-file\nmanifest.json\n");
        // A note that could be taken for a checkpoint is not signed.
        assert!(store.sign_note(format!("{}\n7\nx\n", key.name())).is_err());
    }
}
