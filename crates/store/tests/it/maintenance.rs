//! Migrations, backup, restore, doctor.

use std::collections::BTreeSet;

use store::{ErrorKind, FindingSeverity, Location, ObjectQuery, OpenOptions, Store};

use crate::kit;

async fn open(folder: &std::path::Path) -> Store {
    Store::open(&Location::Sqlite(folder.to_owned()), kit::options())
        .await
        .unwrap()
}

/// A store with a member that shared something.
async fn filled(folder: &std::path::Path) -> (Store, store::Member) {
    let store = open(folder).await;
    let city = kit::member(&store, "city").await;
    let water = kit::community(&store, "water", &city, &[]).await;
    let batch = (0..20)
        .map(|number| kit::versioned("tool", number, 0, &kit::to(water.id)))
        .collect();
    store.contribute(&kit::origin(&city), batch).await.unwrap();
    (store, city)
}

async fn rows(store: &Store, member: &store::Member) -> usize {
    let viewer = kit::viewer(store, member).await;
    store
        .object_page(&viewer, &ObjectQuery::default())
        .await
        .unwrap()
        .rows
        .len()
}

fn database(folder: &std::path::Path) -> rusqlite::Connection {
    rusqlite::Connection::open(folder.join(store::DATABASE_FILE)).unwrap()
}

#[tokio::test]
async fn a_store_is_there_after_it_was_closed() {
    let folder = tempfile::tempdir().unwrap();
    let (store, city) = filled(folder.path()).await;
    let root = store.ledger_root().await.unwrap();
    store.clone().close().await;
    assert_eq!(store.ledger_root().await.unwrap_err().kind(), ErrorKind::Unavailable);
    let store = open(folder.path()).await;
    assert_eq!(
        (rows(&store, &city).await, store.ledger_root().await.unwrap()),
        (20, root)
    );
}

#[tokio::test]
async fn nothing_is_made_where_nothing_was_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let options = OpenOptions {
        create: false,
        ..kit::options()
    };
    let error = Store::open(&Location::Sqlite(folder.path().to_owned()), options)
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert!(!folder.path().join(store::DATABASE_FILE).exists());
}

#[tokio::test]
async fn a_newer_schema_is_refused_with_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    open(folder.path()).await.close().await;
    let sql =
        "insert into migration select number + 1, '0002_later', '', 0 from migration order by number desc limit 1";
    database(folder.path()).execute(sql, []).unwrap();
    let error = Store::open(&Location::Sqlite(folder.path().to_owned()), kit::options())
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Newer);
    insta::assert_snapshot!(error, @"the database was written by a newer version of this program: it has step 27 '0002_later', and this version knows 26 steps; install the newer version, or restore a backup made before the upgrade");
}

#[tokio::test]
async fn what_is_no_store_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let noise: Vec<u8> = (0..10_000_u32).map(|number| (number * 31 % 251) as u8).collect();
    std::fs::write(folder.path().join(store::DATABASE_FILE), noise).unwrap();
    let error = Store::open(&Location::Sqlite(folder.path().to_owned()), kit::options())
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Ours);
    assert!(error.to_string().contains("damaged, or is none of ours"), "{error}");
}

#[tokio::test]
async fn a_backup_of_a_store_in_use_is_restored_whole() {
    let (folder, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (store, city) = filled(folder.path()).await;
    let backup = folder.path().join("backup.db");
    store.backup(&backup).await.unwrap();
    assert_eq!(store.backup(&backup).await.unwrap_err().kind(), ErrorKind::Conflict);
    let (later, _) = filled(other.path()).await;
    let to = Location::Sqlite(other.path().to_owned());
    let error = Store::restore(&backup, &to, kit::options()).await.unwrap_err();
    assert!(error.to_string().contains("is in use"), "{error}");
    later.close().await;
    let kept = Store::restore(&backup, &to, kit::options()).await.unwrap().unwrap();
    assert!(kept.exists());
    let restored = open(other.path()).await;
    assert_eq!(rows(&restored, &city).await, 20);
    assert_eq!(
        restored.ledger_root().await.unwrap(),
        store.ledger_root().await.unwrap()
    );
    assert!(!other.path().join("restoring").exists());
}

#[tokio::test]
async fn a_backup_whose_ledger_was_touched_is_not_put_in_place() {
    let (folder, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (store, _) = filled(folder.path()).await;
    let backup = folder.path().join("backup.db");
    store.backup(&backup).await.unwrap();
    let touched = rusqlite::Connection::open(&backup).unwrap();
    touched
        .execute("update ledger_entry set body = '{}' where position = 1", [])
        .unwrap();
    drop(touched);
    let to = Location::Sqlite(other.path().to_owned());
    let error = Store::restore(&backup, &to, kit::options()).await.unwrap_err();
    assert!(
        error
            .to_string()
            .contains("entry 1 of the ledger was changed after it was written"),
        "{error}"
    );
    assert_eq!(std::fs::read_dir(other.path()).unwrap().count(), 0);
}

#[tokio::test]
async fn the_doctor_finds_what_does_not_fit() {
    let folder = tempfile::tempdir().unwrap();
    let (store, _) = filled(folder.path()).await;
    while store.index_next(100).await.unwrap() > 0 {}
    assert_eq!(store.doctor().await.unwrap(), []);
    store.checkpoint().await.unwrap();
    let sqlite = database(folder.path());
    sqlite
        .execute("insert into observable values (1, 0, 1, 'x', 0, 1)", [])
        .unwrap();
    sqlite
        .execute("update ledger_entry set leaf = zeroblob(32) where position = 2", [])
        .unwrap();
    let findings = store.doctor().await.unwrap();
    assert!(
        findings
            .iter()
            .all(|finding| finding.severity == FindingSeverity::Error)
    );
    let what: Vec<&str> = findings.iter().map(|finding| finding.what.as_str()).collect();
    assert_eq!(
        what,
        [
            "entry 2 of the ledger was changed after it was written",
            "1 observables of no contribution",
        ]
    );
}

#[tokio::test]
async fn two_processes_write_the_same_file_in_turn() {
    let folder = tempfile::tempdir().unwrap();
    let (store, city) = filled(folder.path()).await;
    let beside = open(folder.path()).await;
    for number in 100..110 {
        let (one, other) = (&store, &beside);
        for (at, store) in [one, other].into_iter().enumerate() {
            let water = store.community_list().await.unwrap()[0].id;
            let tool = kit::versioned("tool", number * 2 + at as u64, 0, &kit::to(water));
            kit::accepted(&store.contribute(&kit::origin(&city), vec![tool]).await.unwrap());
        }
    }
    assert_eq!((rows(&store, &city).await, rows(&beside, &city).await), (40, 40));
    let errors = store.doctor().await.unwrap();
    assert!(
        errors.iter().all(|finding| finding.severity == FindingSeverity::Note),
        "{errors:?}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_databases_have_the_same_tables_and_columns() {
    let folder = tempfile::tempdir().unwrap();
    open(folder.path()).await.close().await;
    let sqlite = database(folder.path());
    // The full-text index is each database's own.
    let sql = "select m.name || '.' || c.name from sqlite_schema m join pragma_table_info(m.name) c \
               where m.type = 'table' and m.name not like 'sqlite%' and m.name not like 'search%'";
    let mut statement = sqlite.prepare(sql).unwrap();
    let ours: BTreeSet<String> = statement
        .query_map([], |row| row.get(0))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    let Some((store, location)) = kit::postgres("catalogue").await else {
        return;
    };
    store.close().await;
    let Location::Postgres(url, Some(schema)) = &location else {
        unreachable!()
    };
    let pool = sqlx::PgPool::connect(url).await.unwrap();
    let sql = "select table_name || '.' || column_name from information_schema.columns \
               where table_schema = $1 and table_name <> 'search'";
    let theirs: Vec<(String,)> = sqlx::query_as(sql).bind(schema).fetch_all(&pool).await.unwrap();
    pool.close().await;
    kit::drop_schema(&location).await;
    assert_eq!(ours, theirs.into_iter().map(|row| row.0).collect());
}
