//! The numbers of the scorecard: folded from the ledger, counted again, put right.

use std::collections::BTreeSet;
use std::time::Duration;

use policy::CommunityId;
use store::{Measure, NewEntry, ScoreSpan, Store, WHOLE};

use crate::kit::{self, on_both};

fn entry(member: &store::Member, body: &str) -> NewEntry {
    NewEntry {
        kind: "assessed".to_owned(),
        member: Some(member.id),
        body: body.to_owned(),
    }
}

fn span(community: CommunityId) -> ScoreSpan {
    ScoreSpan {
        community,
        from: "2020-01".to_owned(),
        to: "2029-12".to_owned(),
    }
}

const FIRST: &str =
    r#"{"month":"2026-01","score":{"0":{"shared":{"0":2},"share-to-delivery":{"7":1}},"1":{"shared":{"0":2}}}}"#;
const SECOND: &str = r#"{"month":"2026-02","score":{"0":{"shared":{"0":5}}}}"#;

async fn fold_all(store: &Store) -> usize {
    let mut folded = 0;
    loop {
        match store.score_fold(2).await.unwrap() {
            0 => return folded,
            many => folded += many,
        }
    }
}

on_both! {
    async fn entries_are_folded_once_and_counted_by_member_and_together(store: Store) {
        let (city, cert) = (kit::member(&store, "city").await, kit::member(&store, "cert").await);
        let entries = vec![entry(&city, FIRST), entry(&cert, FIRST), entry(&city, SECOND), entry(&city, "{}")];
        store.ledger_append(entries).await.unwrap();
        assert_eq!(fold_all(&store).await as u64, store.ledger_size().await.unwrap());
        assert_eq!(fold_all(&store).await, 0);
        let own = store.score_own(city.id, &span(WHOLE)).await.unwrap();
        let told: Vec<_> = own.iter().map(|cell| (&*cell.month, cell.measure, cell.bucket, cell.count)).collect();
        let expected = [
            ("2026-01", Measure::ShareToDelivery, 7, 1),
            ("2026-01", Measure::Shared, 0, 2),
            ("2026-02", Measure::Shared, 0, 5),
        ];
        assert_eq!(told, expected);
        let total = store.score_total(&span(WHOLE)).await.unwrap();
        let shared = total.iter().filter(|cell| cell.measure == Measure::Shared);
        assert_eq!(shared.map(|cell| cell.count).sum::<u64>(), 9);
        let shares = store.score_shares(&span(CommunityId(1))).await.unwrap();
        let told: Vec<_> = shares.iter().map(|share| (share.member, share.count)).collect();
        assert_eq!(told, [(city.id, 2), (cert.id, 2)]);
        let january = ScoreSpan { to: "2026-01".to_owned(), ..span(WHOLE) };
        assert_eq!(store.score_own(city.id, &january).await.unwrap().len(), 2);
        let mut numbers = Vec::new();
        for community in [WHOLE, CommunityId(1), CommunityId(2)] {
            numbers.push(!store.score_own(city.id, &span(community)).await.unwrap().is_empty());
        }
        assert_eq!(numbers, [true, true, false]);
    }

    async fn counting_again_agrees_and_rebuilding_changes_nothing(store: Store) {
        let city = kit::member(&store, "city").await;
        store.ledger_append(vec![entry(&city, FIRST), entry(&city, SECOND), entry(&city, SECOND)]).await.unwrap();
        assert_eq!(store.score_check().await.unwrap(), []);
        fold_all(&store).await;
        assert_eq!(store.score_check().await.unwrap(), []);
        let before = store.score_own(city.id, &span(WHOLE)).await.unwrap();
        assert_eq!(store.score_rebuild().await.unwrap(), Some(BTreeSet::new()));
        assert_eq!(store.score_own(city.id, &span(WHOLE)).await.unwrap(), before);
        assert_eq!(store.score_check().await.unwrap(), []);
        assert_eq!(fold_all(&store).await, 0);
    }

    async fn many_who_fold_at_once_fold_each_entry_once(store: Store) {
        let city = kit::member(&store, "city").await;
        store.ledger_append((0..40).map(|_| entry(&city, SECOND)).collect()).await.unwrap();
        let folds = (0..8).map(|_| async {
            for _ in 0..20 {
                store.score_fold(7).await.unwrap();
            }
        });
        let all = futures_util::future::join_all(folds);
        tokio::time::timeout(Duration::from_secs(60), all).await.unwrap();
        fold_all(&store).await;
        let own = store.score_own(city.id, &span(WHOLE)).await.unwrap();
        assert_eq!(own.iter().map(|cell| cell.count).sum::<u64>(), 200);
        assert_eq!(store.score_check().await.unwrap(), []);
    }
}

#[tokio::test]
async fn a_number_that_somebody_changed_is_found_and_put_right() {
    let folder = tempfile::tempdir().unwrap();
    let location = store::Location::Sqlite(folder.path().to_owned());
    let store = Store::open(&location, kit::options()).await.unwrap();
    let city = kit::member(&store, "city").await;
    store.ledger_append(vec![entry(&city, FIRST)]).await.unwrap();
    fold_all(&store).await;
    let database = rusqlite::Connection::open(folder.path().join(store::DATABASE_FILE)).unwrap();
    let sql = "update score_total set count = count + 1 where measure = 'shared' and community = 1";
    assert_eq!(database.execute(sql, []).unwrap(), 1);
    let found = store.score_check().await.unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].counted, found[0].stored), (2, 3));
    assert!(found[0].place.starts_with("total"), "{}", found[0].place);
    // What is wrong of one community is in no report.
    assert_eq!(store.score_rebuild().await.unwrap(), Some(BTreeSet::new()));
    assert_eq!(store.score_check().await.unwrap(), []);
    // What the ledger says that was not folded yet is not wrong.
    store.ledger_append(vec![entry(&city, SECOND)]).await.unwrap();
    let sql = "update score_own set count = count + 1 where measure = 'shared' and community = 0";
    assert_eq!(database.execute(sql, []).unwrap(), 1);
    let wrong = store.score_rebuild().await.unwrap().unwrap();
    assert_eq!(wrong, BTreeSet::from(["2026-01".to_owned()]));
    assert_eq!(store.score_check().await.unwrap(), []);
}
