//! Killing the process at any point loses nothing that was acknowledged and leaves nothing half done.
//!
//! The test starts this same binary again as a child that contributes without end and says what was acknowledged; it is
//! killed after a number of lines, each time another, and what it leaves behind is examined.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};

use store::{Contribution, FindingSeverity, Location, ObjectQuery, Outcome, Store};

use crate::kit;

const CHILD: &str = "COMMONWATCH_KILL_TEST_FOLDER";
const KILLS: u64 = 24;
const BATCH: u64 = 20;

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap()
}

async fn open(folder: &Path) -> Store {
    Store::open(&Location::Sqlite(folder.to_owned()), kit::options())
        .await
        .unwrap()
}

fn batch(round: u64, number: u64, audience: &policy::Audience) -> Vec<Contribution> {
    let one = |at: u64| {
        let mut contribution = kit::versioned("indicator", round << 32 | (number * BATCH + at), 0, audience);
        contribution.observables = vec![(1, format!("192.0.2.{at}")), (2, format!("n{number}.example"))];
        contribution.edges = vec![("created_by_ref".to_owned(), kit::id("identity", at))];
        contribution
    };
    (0..BATCH).map(one).collect()
}

/// The child: contributes from two tasks until it is killed, printing `id added` of whatever is acknowledged.
#[test]
fn child_of_the_kill_test() {
    let Ok(folder) = std::env::var(CHILD) else { return };
    runtime().block_on(async {
        let store = open(Path::new(&folder)).await;
        let city = store.member_list().await.unwrap().remove(0);
        let audience = kit::to(store.community_list().await.unwrap()[0].id);
        let round = store.ledger_size().await.unwrap();
        let task = |first: u64| {
            let (store, city, audience) = (store.clone(), city.clone(), audience.clone());
            tokio::spawn(async move {
                for number in (first..).step_by(2) {
                    let batch = batch(round, number, &audience);
                    let ids: Vec<String> = batch.iter().map(|one| one.id.clone()).collect();
                    let outcomes = store.contribute(&kit::origin(&city), batch).await.unwrap();
                    let mut lines = String::new();
                    for (id, added) in ids.iter().zip(kit::accepted(&outcomes)) {
                        lines.push_str(&format!("acknowledged {id} {}\n", added.micros()));
                    }
                    std::io::stdout().lock().write_all(lines.as_bytes()).unwrap();
                }
            })
        };
        let (one, other) = (task(0), task(1));
        one.await.unwrap();
        other.await.unwrap();
    });
}

/// Starts the child, reads so many acknowledgements, kills it, and gives all it had said by then.
fn acknowledged_until_killed(folder: &Path, lines: usize) -> Vec<(String, i64)> {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "kill::child_of_the_kill_test", "--nocapture"])
        .env(CHILD, folder)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut acknowledged = Vec::new();
    let mut read = |acknowledged: &mut Vec<(String, i64)>| {
        let Some(Ok(line)) = said.next() else { return false };
        let mut words = line.split(' ');
        // The last line may be torn.
        if let (Some("acknowledged"), Some(id), Some(added), None) =
            (words.next(), words.next(), words.next(), words.next())
            && let Ok(added) = added.parse()
            && added >= kit::START
        {
            acknowledged.push((id.to_owned(), added));
        }
        true
    };
    while acknowledged.len() < lines && read(&mut acknowledged) {}
    child.kill().unwrap();
    child.wait().unwrap();
    while read(&mut acknowledged) {}
    acknowledged
}

#[test]
fn killing_at_any_point_loses_nothing_acknowledged_and_leaves_nothing_half_done() {
    let folder = tempfile::tempdir().unwrap();
    let runtime = runtime();
    let city = runtime.block_on(async {
        let store = open(folder.path()).await;
        let city = kit::member(&store, "city").await;
        kit::community(&store, "water", &city, &[]).await;
        store.close().await;
        city
    });
    let mut acknowledged = Vec::new();
    for kill in 0..KILLS {
        acknowledged.extend(acknowledged_until_killed(
            folder.path(),
            usize::try_from(1 + kill * 17 % 150).unwrap(),
        ));
        runtime.block_on(examine(folder.path(), &city, &acknowledged));
    }
    assert!(acknowledged.len() as u64 >= KILLS);
}

async fn examine(folder: &Path, city: &store::Member, acknowledged: &[(String, i64)]) {
    let store = open(folder).await;
    let viewer = kit::viewer(&store, city).await;
    let query = ObjectQuery {
        limit: 1_000_000,
        max_bytes: usize::MAX,
        ..ObjectQuery::default()
    };
    let page = store.object_page(&viewer, &query).await.unwrap();
    let stored: std::collections::HashMap<&str, i64> = page
        .rows
        .iter()
        .map(|row| (row.id.as_str(), row.added.micros()))
        .collect();
    for (id, added) in acknowledged {
        // A torn last line may hold a shorter number; it was acknowledged all the same.
        let found = stored
            .get(id.as_str())
            .unwrap_or_else(|| panic!("{id} was acknowledged and is lost"));
        assert!(found == added || found.to_string().starts_with(&added.to_string()));
    }
    // A batch is there whole or not at all: as many as the ledger says were shared, with all that was found in them.
    assert_eq!(page.rows.len() as u64 % BATCH, 0);
    let entries = store.ledger_entries(&viewer, 0, 1_000_000).await.unwrap();
    let shared: u64 = entries
        .iter()
        .filter(|entry| entry.kind == "shared")
        .map(|entry| {
            serde_json::from_str::<serde_json::Value>(&entry.body).unwrap()["count"]
                .as_u64()
                .unwrap()
        })
        .sum();
    assert_eq!(shared, page.rows.len() as u64);
    let found = store
        .observable_find(&viewer, 1, "192.0.2.0", 1_000_000, None)
        .await
        .unwrap();
    assert_eq!(found.len() as u64, shared / BATCH);
    let findings = store.doctor().await.unwrap();
    let wrong: Vec<_> = findings
        .iter()
        .filter(|finding| finding.severity > FindingSeverity::Note)
        .collect();
    assert!(wrong.is_empty(), "{wrong:?}");
    assert!(matches!(
        store
            .contribute(
                &kit::origin(city),
                batch(0, acknowledged.len() as u64, &page_audience(&store).await)
            )
            .await
            .unwrap()[0],
        Outcome::Accepted { .. } | Outcome::Unchanged { .. }
    ));
    store.close().await;
}

async fn page_audience(store: &Store) -> policy::Audience {
    kit::to(store.community_list().await.unwrap()[0].id)
}
