//! The ledger in the store: checkpoints, receipts, exports.

use ledger::SigningKey;
use policy::{Principal, Viewer};
use store::{NewEntry, Store};

use crate::kit::{self, on_both};

fn key() -> ledger::VerifyingKey {
    SigningKey::from_random("example.com/ledger", [7; 32])
        .unwrap()
        .verifying_key()
        .clone()
}

fn delivered(member: &store::Member, number: usize) -> NewEntry {
    NewEntry {
        kind: "delivered".to_owned(),
        member: Some(member.id),
        body: format!(r#"{{"page":{number}}}"#),
    }
}

fn public() -> Viewer {
    Viewer::resolve(std::sync::Arc::new(Principal::public()), [])
}

on_both! {
    async fn receipts_prove_what_they_say_and_go_to_their_member_only(store: Store) {
        let (city, cert) = (kit::member(&store, "city").await, kit::member(&store, "cert").await);
        let entries = (0..300).map(|number| delivered(if number % 3 == 0 { &city } else { &cert }, number)).collect();
        store.ledger_append(entries).await.unwrap();
        let viewer = kit::viewer(&store, &city).await;
        let receipts = store.receipts(&viewer, 0, 1_000).await.unwrap();
        assert_eq!(receipts.len(), 100);
        for receipt in [&receipts[0], &receipts[85], &receipts[99]] {
            let verified = receipt.verify(&key()).unwrap();
            assert_eq!(verified.checkpoint.size, 302);
            assert!(verified.entry.body.starts_with(r#"{"page":"#));
        }
        assert!(store.receipts(&public(), 0, 10).await.unwrap().is_empty());
        assert_eq!(store.ledger_entries(&viewer, 200, 10).await.unwrap()[0].position, 200);
    }

    async fn a_checkpoint_is_signed_once_for_each_size(store: Store) {
        let city = kit::member(&store, "city").await;
        let one = store.checkpoint().await.unwrap();
        assert_eq!(store.checkpoint().await.unwrap(), one);
        store.ledger_append(vec![delivered(&city, 1)]).await.unwrap();
        let other = store.checkpoint().await.unwrap();
        assert_eq!((one.verify(&key()).unwrap().size, other.verify(&key()).unwrap().size), (1, 2));
    }

    async fn an_export_verifies_offline_and_opens_own_entries_only(store: Store) {
        let (city, cert) = (kit::member(&store, "city").await, kit::member(&store, "cert").await);
        store.ledger_append((0..5).map(|number| delivered(&cert, number)).chain([delivered(&city, 77)]).collect()).await.unwrap();
        let mut written = Vec::new();
        let earlier = store.ledger_export(&kit::viewer(&store, &city).await, &mut written).await.unwrap();
        let report = ledger::export::verify_export(written.as_slice(), &key(), Some(&earlier)).unwrap();
        assert_eq!((report.checkpoint.size, report.opened), (8, 1));
        let text = String::from_utf8(written).unwrap();
        assert!(text.contains("77") && !text.contains(r#"page\":3"#));
    }

    async fn a_call_writes_one_receipt_for_each_audience(store: Store) {
        let city = kit::member(&store, "city").await;
        let (water, power) = (kit::community(&store, "water", &city, &[]).await, kit::community(&store, "power", &city, &[]).await);
        let before = store.ledger_size().await.unwrap();
        let batch = (0..10).map(|number| kit::versioned("tool", number, 0, &kit::to(if number % 2 == 0 { water.id } else { power.id })));
        store.contribute(&kit::origin(&city), batch.collect()).await.unwrap();
        assert_eq!(store.ledger_size().await.unwrap(), before + 2);
        let entries = store.ledger_entries(&kit::viewer(&store, &city).await, before, 10).await.unwrap();
        let body: serde_json::Value = serde_json::from_str(&entries[0].body).unwrap();
        assert_eq!((&entries[0].kind, &body["count"], &body["member"]), (&"shared".to_owned(), &5.into(), &city.uuid.to_string().into()));
    }
}
