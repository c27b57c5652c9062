//! What is taken back is gone from the files of the store too, not only from answers.

use store::{Contribution, Location, Retraction, Store, VersionFilter};

use crate::kit;

fn holds(folder: &std::path::Path, word: &str) -> bool {
    let files = std::fs::read_dir(folder).unwrap();
    let mut contents = files.map(|file| std::fs::read(file.unwrap().path()).unwrap());
    contents.any(|bytes| bytes.windows(word.len()).any(|found| found == word.as_bytes()))
}

#[tokio::test]
async fn the_file_holds_nothing_of_a_body_that_was_taken_back() {
    let folder = tempfile::tempdir().unwrap();
    let location = Location::Sqlite(folder.path().to_owned());
    let store = Store::open(&location, kit::options()).await.unwrap();
    let city = kit::member(&store, "city").await;
    let person = kit::person(&store, &city, "ada", policy::Role::Analyst).await;
    let water = kit::community(&store, "water", &city, &[]).await;
    let shared: Vec<Contribution> = (0..30)
        .map(|number| {
            let plain = kit::versioned("tool", number, 0, &kit::to(water.id));
            let said = if number == 7 {
                "canary".repeat(2_000)
            } else {
                "harmless".repeat(200)
            };
            Contribution {
                body: plain.body.replacen('{', &format!("{{\"x_said\":\"{said}\","), 1),
                ..plain
            }
        })
        .collect();
    store.contribute(&kit::origin(&city), shared).await.unwrap();
    // Into the file itself, as happens by itself after a while.
    store.clone().close().await;
    assert!(holds(folder.path(), "canarycanary"));
    let store = Store::open(&location, kit::options()).await.unwrap();
    let actor = store.principal_of(&person, false).await.unwrap();
    let retraction = Retraction {
        id: kit::id("tool", 7),
        versions: VersionFilter::all(),
        community: None,
        reason: "mistaken".to_owned(),
    };
    assert_eq!(store.retract(&actor, &retraction).await.unwrap(), 1);
    store.close().await;
    assert!(!holds(folder.path(), "canarycanary"));
}
