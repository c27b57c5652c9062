//! Transfers, subscriptions, peers, warninglists, settings.

use stix::Timestamp;
use stix::marking::{Pap, Tlp};
use store::{
    ErrorKind, NewPeer, NewSubscription, PeerReport, Position, Store, SubscriptionKind, SubscriptionReport, Transfer,
    TransferState,
};
use uuid::Uuid;

use crate::kit::{self, on_both};

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_micros(kit::START).plus_micros(seconds * 1_000_000)
}

on_both! {
    async fn a_transfer_is_for_the_member_that_made_it(store: Store) {
        let (city, cert) = (kit::member(&store, "city").await, kit::member(&store, "cert").await);
        let mut transfer = Transfer {
            uuid: Uuid::from_u128(5),
            member: city.id,
            person: None,
            channel: "taxii".to_owned(),
            started: at(1),
            ended: None,
            accepted: 0,
            unchanged: 0,
            refused: 0,
            state: TransferState::Pending,
            detail: "{}".to_owned(),
        };
        store.transfer_put(&transfer).await.unwrap();
        (transfer.accepted, transfer.state, transfer.ended) = (3, TransferState::Complete, Some(at(2)));
        store.transfer_put(&transfer).await.unwrap();
        let (own, other) = (kit::viewer(&store, &city).await, kit::viewer(&store, &cert).await);
        assert_eq!(store.transfer_get(&own, transfer.uuid).await.unwrap().as_ref(), Some(&transfer));
        assert_eq!(store.transfer_get(&other, transfer.uuid).await.unwrap(), None);
        assert_eq!(store.transfer_list(&own, 5).await.unwrap(), [transfer.clone()]);
        let stolen = Transfer { member: cert.id, ..transfer };
        assert_eq!(store.transfer_put(&stolen).await.unwrap_err().kind(), ErrorKind::Conflict);
    }

    async fn a_subscription_comes_due_and_remembers_how_it_went(store: Store) {
        let city = kit::member(&store, "city").await;
        let water = kit::community(&store, "water", &city, &[]).await;
        let terms = NewSubscription {
            uuid: Uuid::from_u128(1),
            name: "feed".to_owned(),
            kind: SubscriptionKind::MispFeed,
            url: "https://feed.example/".to_owned(),
            settings: r#"{"password":"secret"}"#.to_owned(),
            member: city.id,
            community: water.id,
            tlp: Tlp::AmberStrict,
            pap: Pap::Amber,
            interval_seconds: 3_600,
            size_limit: 1 << 20,
            enabled: true,
        };
        let made = store.subscription_put(&kit::setup(), terms.clone()).await.unwrap();
        assert_eq!(made.terms, terms);
        assert_eq!(store.subscription_due(at(3_600)).await.unwrap()[0], made);
        let report = |error: Option<&str>| SubscriptionReport {
            state: r#"{"etag":"x"}"#.to_owned(),
            next_run: at(7_200),
            run: at(3_600),
            result: "done".to_owned(),
            error: error.map(str::to_owned),
            accepted: 2,
            unchanged: 1,
            refused: 0,
        };
        for error in [Some("no answer"), Some("no answer")] {
            store.subscription_report(made.id, &report(error)).await.unwrap();
        }
        let failing = store.subscription_get("feed").await.unwrap().unwrap();
        assert_eq!((failing.failures_in_a_row, failing.accepted, failing.last_error.as_deref()), (2, 4, Some("no answer")));
        store.subscription_report(made.id, &report(None)).await.unwrap();
        let mended = store.subscription_get("feed").await.unwrap().unwrap();
        assert_eq!((mended.failures_in_a_row, mended.last_error), (0, None));
        assert!(store.subscription_due(at(3_600)).await.unwrap().is_empty());
        store.subscription_put(&kit::setup(), NewSubscription { enabled: false, ..terms }).await.unwrap();
        assert!(store.subscription_due(at(9_999)).await.unwrap().is_empty());
        assert_eq!(store.subscription_list().await.unwrap()[0].accepted, 6);
        store.subscription_delete(&kit::setup(), made.id).await.unwrap();
        assert_eq!(store.subscription_delete(&kit::setup(), made.id).await.unwrap_err().kind(), ErrorKind::NotFound);
    }

    async fn a_peer_keeps_its_cursor(store: Store) {
        let city = kit::member(&store, "city").await;
        let terms = NewPeer {
            uuid: Uuid::from_u128(2),
            name: "hub".to_owned(),
            url: "https://hub.example/taxii2/".to_owned(),
            settings: "{}".to_owned(),
            member: city.id,
            community: None,
            interval_seconds: 60,
            enabled: true,
        };
        let peer = store.peer_put(&kit::setup(), terms).await.unwrap();
        assert_eq!((peer.cursor, store.peer_due(at(60)).await.unwrap().len()), (None, 1));
        let report = |cursor, error: Option<&str>| PeerReport {
            cursor,
            next_run: at(120),
            run: at(60),
            result: "sent".to_owned(),
            error: error.map(str::to_owned),
            sent: 5,
            refused: 1,
        };
        store.peer_report(peer.id, &report(Some(Position(42)), None)).await.unwrap();
        store.peer_report(peer.id, &report(None, Some("closed"))).await.unwrap();
        let peer = store.peer_get("hub").await.unwrap().unwrap();
        assert_eq!((peer.cursor, peer.sent, peer.refused, peer.failures_in_a_row), (Some(Position(42)), 10, 2, 1));
        store.peer_delete(&kit::setup(), peer.id).await.unwrap();
        assert!(store.peer_list().await.unwrap().is_empty());
    }

    async fn small_texts_are_kept_by_name(store: Store) {
        assert_eq!(store.setting_get("colour").await.unwrap(), None);
        store.setting_put("colour", "blue").await.unwrap();
        store.setting_put("colour", "green").await.unwrap();
        assert_eq!(store.setting_get("colour").await.unwrap().as_deref(), Some("green"));
        store.warninglist_put(&kit::setup(), "dns", "{}").await.unwrap();
        store.warninglist_put(&kit::setup(), "dns", "{ }").await.unwrap();
        assert_eq!(store.warninglist_list().await.unwrap()[0].characters, 3);
        assert_eq!(store.warninglist_all_texts().await.unwrap(), [("dns".to_owned(), "{ }".to_owned())]);
        store.warninglist_delete(&kit::setup(), "dns").await.unwrap();
        assert_eq!(store.warninglist_delete(&kit::setup(), "dns").await.unwrap_err().kind(), ErrorKind::NotFound);
    }
}
