//! A watched folder.

use std::fs;
use std::time::{Duration, UNIX_EPOCH};

use serde_json::json;
use store::SubscriptionKind::Folder;

use crate::kit::{Kit, START, indicator};

/// Writes a file that was changed so many seconds before the test begins.
fn write(folder: &std::path::Path, name: &str, text: &str, seconds_before: u64) {
    let path = folder.join(name);
    fs::write(&path, text).unwrap();
    let changed =
        UNIX_EPOCH + Duration::from_micros(START.micros().unsigned_abs()) - Duration::from_secs(seconds_before);
    fs::File::options()
        .append(true)
        .open(path)
        .unwrap()
        .set_modified(changed)
        .unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_file_is_read_once_and_again_when_it_changed() {
    let kit = Kit::new().await;
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "a.json", &indicator(1), 100);
    write(folder.path(), "b.txt", "198.51.100.9\n", 100);
    write(folder.path(), ".hidden", "198.51.100.10\n", 100);
    write(folder.path(), "c.txt.part", "198.51.100.11\n", 100);
    fs::create_dir(folder.path().join("deeper")).unwrap();
    kit.subscribe(Folder, folder.path().to_str().unwrap(), json!({})).await;
    let report = kit.run().await;
    assert_eq!(
        (report.error.clone(), kit.count("indicator").await),
        (None, 2),
        "{report:?}"
    );
    assert_eq!(kit.run().await.result, "not changed");
    write(folder.path(), "b.txt", "198.51.100.9\n198.51.100.12\n", 50);
    kit.run().await;
    assert_eq!(kit.count("indicator").await, 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_that_still_grows_waits() {
    let kit = Kit::new().await;
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "a.txt", "198.51.100.9\n", 2);
    kit.subscribe(Folder, folder.path().to_str().unwrap(), json!({ "settle_seconds": 30 }))
        .await;
    kit.run().await;
    assert_eq!(kit.count("indicator").await, 0);
    write(folder.path(), "a.txt", "198.51.100.9\n198.51.100.10\n", 1);
    kit.run().await;
    assert_eq!(kit.count("indicator").await, 0);
    // The same look twice: finished, whatever the clocks say.
    kit.run().await;
    assert_eq!(kit.count("indicator").await, 2);
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn links_are_not_followed() {
    let kit = Kit::new().await;
    let (folder, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    write(elsewhere.path(), "secret.txt", "198.51.100.9\n", 100);
    std::os::unix::fs::symlink(elsewhere.path().join("secret.txt"), folder.path().join("link.txt")).unwrap();
    kit.subscribe(Folder, folder.path().to_str().unwrap(), json!({})).await;
    kit.run().await;
    assert!(kit.objects().await.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_that_is_too_large_or_broken_does_not_keep_the_others_away() {
    let kit = Kit::new().await;
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "a.txt", &"198.51.100.9\n".repeat(500), 100);
    write(folder.path(), "b.json", "{\"type\":\"bundle\",\"objects\":[{]}", 100);
    write(folder.path(), "c.txt", "198.51.100.10\n", 100);
    let mut wish = kit.wish(Folder, folder.path().to_str().unwrap(), json!({}));
    wish.size_limit = 2_000;
    kit.node.subscription_put(&kit.operator, wish).await.unwrap();
    let report = kit.run().await;
    assert_eq!(kit.count("indicator").await, 1);
    assert!(
        report.refused >= 2 && report.notes[0].contains("a.txt has 6500 bytes"),
        "{report:?}"
    );
    assert_eq!(kit.run().await.result, "not changed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_folder_that_is_gone_is_told() {
    let kit = Kit::new().await;
    let folder = tempfile::tempdir().unwrap();
    kit.subscribe(Folder, folder.path().to_str().unwrap(), json!({})).await;
    folder.close().unwrap();
    assert!(kit.run().await.error.unwrap().contains("is it there"));
}
