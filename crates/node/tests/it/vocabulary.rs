//! Vocabularies are imported file by file: what is broken is said, what is there stays as it is, and who adds to it decides who
//! sees that.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use node::Error;
use node::misp::vocabulary::{ClusterDraft, ImportCount, Taken, decay_score};
use node::misp::{DistributionWish, vocabulary::VocabularyImport};
use serde_json::Value;
use stix::Timestamp;
use store::{ClusterFilter, VocabularyKind};

use crate::kit::partners::Partners;

const GALAXY: &str = r#"{"type":"tool","name":"Tool","icon":"x","namespace":"n","version":1,"uuid":"00000000-0000-4000-8000-000000000001","description":"d"}"#;
const CLUSTERS: &str = r#"{"type":"tool","version":2,"authors":["A"],"values":[{"value":"Saw","uuid":"00000000-0000-4000-8000-000000000002","description":"Cuts.","meta":{"synonyms":["Blade"]}}]}"#;
const LIST: &str = r#"{"type":"string","name":"ours","version":1,"description":"d","matching_attributes":["ip-dst"],"list":["203.0.113.53"]}"#;

async fn taken(import: &mut VocabularyImport<'_>, text: &str) -> Taken {
    import.take(text).await.unwrap()
}

#[tokio::test]
async fn operators_import_and_nobody_else() {
    let partners = Partners::new().await;
    let analyst = partners.caller("waterworks").await;
    assert!(matches!(
        partners.node.vocabulary_import(&analyst, "x").await.err(),
        Some(Error::NotAllowed(_))
    ));
    let refused = partners
        .node
        .vocabulary_switch(&analyst, (VocabularyKind::Taxonomy, "tlp"), Some(true), None)
        .await;
    assert!(matches!(refused, Err(Error::NotAllowed(_))));
    assert!(matches!(
        partners.node.taxonomy_offer(&analyst, "tlp", None).await,
        Err(Error::NotAllowed(_))
    ));
}

#[tokio::test]
async fn an_import_goes_on_behind_what_is_broken_and_again_it_changes_nothing() {
    let partners = Partners::new().await;
    let operator = partners.caller("operator").await;
    let mut import = partners.node.vocabulary_import(&operator, "a folder").await.unwrap();
    let before = partners.node.store().ledger_size().await.unwrap();
    assert_eq!(taken(&mut import, CLUSTERS).await, Taken::Later);
    assert_eq!(taken(&mut import, "{\"some\":\"thing\"}").await, Taken::Other);
    assert!(matches!(import.take("{\"namespace\":").await, Err(Error::Input(_))));
    let bad_list = r#"{"type":"dance","name":"x","list":[]}"#;
    assert!(matches!(import.take(bad_list).await, Err(Error::Input(_))));
    assert_eq!(taken(&mut import, GALAXY).await, Taken::New(VocabularyKind::Galaxy));
    assert!(
        matches!(import.take(GALAXY).await, Err(Error::Input(_))),
        "the same twice"
    );
    assert_eq!(taken(&mut import, CLUSTERS).await, Taken::New(VocabularyKind::Clusters));
    assert_eq!(taken(&mut import, LIST).await, Taken::New(VocabularyKind::Warninglist));
    let counts = import.end().await.unwrap();
    assert_eq!(
        counts[&VocabularyKind::Clusters],
        ImportCount {
            new: 1,
            ..ImportCount::default()
        }
    );
    assert_eq!(
        partners.node.store().ledger_size().await.unwrap() - before,
        1,
        "one entry for an import"
    );

    let mut again = partners.node.vocabulary_import(&operator, "a folder").await.unwrap();
    for (text, kind) in [
        (GALAXY, VocabularyKind::Galaxy),
        (CLUSTERS, VocabularyKind::Clusters),
        (LIST, VocabularyKind::Warninglist),
    ] {
        assert_eq!(taken(&mut again, text).await, Taken::Unchanged(kind));
    }
    again.end().await.unwrap();
    assert_eq!(partners.node.store().ledger_size().await.unwrap() - before, 1);
}

#[tokio::test]
async fn an_imported_warninglist_flags_nothing_until_it_is_switched_on() {
    let partners = Partners::new().await;
    let operator = partners.caller("operator").await;
    let mut import = partners.node.vocabulary_import(&operator, "a folder").await.unwrap();
    import.take(LIST).await.unwrap();
    import.end().await.unwrap();
    let known = || {
        partners
            .node
            .lists_knowing("203.0.113.53")
            .iter()
            .any(|(name, _)| name == "ours")
    };
    assert!(!known());
    let numbers = partners.node.numbered_lists(&operator).await.unwrap();
    partners
        .node
        .warninglists_switch(&operator, &[("ours".to_owned(), true)])
        .await
        .unwrap();
    assert!(known());
    // A later version of it stays on, under its number.
    let mut import = partners.node.vocabulary_import(&operator, "a folder").await.unwrap();
    assert_eq!(
        taken(&mut import, &LIST.replace("203.0.113.53", "203.0.113.54")).await,
        Taken::Changed(VocabularyKind::Warninglist)
    );
    import.end().await.unwrap();
    assert!(!known(), "its entries are the new ones");
    assert_eq!(
        partners.node.lists_knowing("203.0.113.54").len(),
        2,
        "documentation-addresses knows it too"
    );
    let ids = |lists: &[node::misp::vocabulary::NumberedList]| {
        lists
            .iter()
            .map(|list| (list.name.clone(), list.id))
            .collect::<Vec<_>>()
    };
    assert_eq!(
        ids(&numbers),
        ids(&partners.node.numbered_lists(&operator).await.unwrap())
    );
}

#[tokio::test]
async fn tags_of_a_taxonomy_in_use_are_offered_to_everybody_and_withdrawn_again() {
    let partners = Partners::new().await;
    let (operator, analyst) = (partners.caller("operator").await, partners.caller("hospital").await);
    let node = &partners.node;
    let names = || async {
        let viewer = node.viewer(&analyst).await.unwrap();
        let known = node.misp_tags_known(&viewer).await.unwrap();
        known
            .into_iter()
            .filter(|tag| !tag.hidden)
            .map(|tag| tag.name)
            .collect::<Vec<_>>()
    };
    assert!(
        matches!(node.taxonomy_offer(&operator, "PAP", None).await, Err(Error::Input(_))),
        "not in use yet"
    );
    node.vocabulary_switch(&operator, (VocabularyKind::Taxonomy, "PAP"), Some(true), None)
        .await
        .unwrap();
    assert_eq!(node.taxonomy_offer(&operator, "PAP", None).await.unwrap(), (5, 0));
    assert_eq!(
        names().await,
        ["PAP:RED", "PAP:AMBER", "PAP:GREEN", "PAP:CLEAR", "PAP:WHITE"]
    );
    node.taxonomy_withdraw(&operator, "PAP", None).await.unwrap();
    assert!(names().await.is_empty());
    node.taxonomy_offer(&operator, "PAP", Some(&["PAP:RED".to_owned()]))
        .await
        .unwrap();
    assert_eq!(names().await, ["PAP:RED"]);
}

#[tokio::test]
async fn a_cluster_goes_to_whom_its_distribution_says() {
    let partners = Partners::new().await;
    let operator = partners.caller("operator").await;
    let mut import = partners.node.vocabulary_import(&operator, "a folder").await.unwrap();
    import.take(GALAXY).await.unwrap();
    import.take(CLUSTERS).await.unwrap();
    import.end().await.unwrap();
    let node = &partners.node;
    let (water, cert, hospital) = (
        partners.caller("waterworks").await,
        partners.caller("cert").await,
        partners.caller("hospital").await,
    );
    let group = DistributionWish::Group(node::misp::GroupName::Number(partners.water.0));
    for (value, wish) in [
        ("Own", DistributionWish::Own),
        ("All", DistributionWish::Community(1)),
        ("Water", group),
    ] {
        let draft = ClusterDraft {
            value: Some(value.to_owned()),
            distribution: Some(wish),
            ..ClusterDraft::default()
        };
        node.cluster_add(&water, "tool", draft).await.unwrap();
    }
    let filter = ClusterFilter {
        limit: 100,
        ..ClusterFilter::default()
    };
    let seen = async |caller| {
        let list = node.clusters(caller, &filter).await.unwrap();
        list.into_iter().map(|one| one.cluster.value).collect::<Vec<_>>()
    };
    assert_eq!(seen(&water).await, ["Saw", "Own", "All", "Water"]);
    assert_eq!(seen(&cert).await, ["Saw", "All", "Water"]);
    assert_eq!(seen(&hospital).await, ["Saw", "All"]);
    // Who is in no such group does not learn that it is there, and nobody changes what is imported.
    let draft = ClusterDraft {
        value: Some("x".to_owned()),
        distribution: Some(group),
        ..ClusterDraft::default()
    };
    assert!(node.cluster_add(&hospital, "tool", draft.clone()).await.is_err());
    let imported = node
        .cluster(&hospital, "00000000-0000-4000-8000-000000000002")
        .await
        .unwrap();
    let refused = node
        .cluster_edit(&operator, &imported.cluster.id.to_string(), draft)
        .await;
    assert!(matches!(refused, Err(Error::NotAllowed(_))));
}

/// The JSON files below a folder.
fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "json") {
            found.push(path);
        }
    }
}

#[tokio::test]
async fn the_files_of_misp_come_in_as_many_as_there_are() {
    let Ok(root) = std::env::var("COMMONWATCH_DATA") else {
        println!("skipped: COMMONWATCH_DATA is not set");
        return;
    };
    let partners = Partners::new().await;
    let operator = partners.caller("operator").await;
    let mut import = partners.node.vocabulary_import(&operator, "sharing").await.unwrap();
    let mut expected: BTreeMap<VocabularyKind, usize> = BTreeMap::new();
    let mut clusters = 0;
    let (mut paths, mut later) = (Vec::new(), Vec::new());
    for folder in ["taxonomies", "galaxy", "warninglists", "objects", "decaying-models"] {
        files(&Path::new(&root).join("sharing").join(folder), &mut paths);
    }
    for path in &paths {
        let text = std::fs::read_to_string(path).unwrap();
        let told = path.display().to_string();
        // What it is says its place there; the import is not told.
        let kind = [
            ("machinetag.json", VocabularyKind::Taxonomy),
            ("/galaxies/", VocabularyKind::Galaxy),
            ("/clusters/", VocabularyKind::Clusters),
            ("/list.json", VocabularyKind::Warninglist),
            ("/objects/objects/", VocabularyKind::ObjectTemplate),
            ("/models/", VocabularyKind::DecayModel),
        ];
        let kind = kind.iter().find(|(part, _)| told.contains(part)).map(|(_, kind)| *kind);
        if let Some(kind) = kind {
            *expected.entry(kind).or_default() += 1;
        }
        if kind == Some(VocabularyKind::Clusters) {
            let file: Value = serde_json::from_str(&text).unwrap();
            clusters += file["values"].as_array().unwrap().len();
        }
        match import
            .take(&text)
            .await
            .unwrap_or_else(|error| panic!("{told}: {error}"))
        {
            Taken::Other => assert_eq!(kind, None, "{told}"),
            Taken::Later => later.push(text),
            Taken::New(found) | Taken::Changed(found) | Taken::Unchanged(found) => {
                assert_eq!(Some(found), kind, "{told}")
            }
        }
    }
    for text in later {
        assert_eq!(taken(&mut import, &text).await, Taken::New(VocabularyKind::Clusters));
    }
    let counts = import.end().await.unwrap();
    let came: BTreeMap<VocabularyKind, usize> = counts
        .iter()
        .map(|(kind, count)| (*kind, count.new + count.changed + count.unchanged))
        .collect();
    assert_eq!(came, expected);
    let there: i64 = partners
        .node
        .store()
        .cluster_counts()
        .await
        .unwrap()
        .iter()
        .map(|(_, count)| count)
        .sum();
    assert_eq!(usize::try_from(there).unwrap(), clusters);
    // MISP's own model over MISP's own taxonomy: after a quarter of the time, half of what the tag stands for is left.
    let models = partners.node.misp_decay_models().await.unwrap();
    let model = models
        .iter()
        .find(|model| model.name == "NIDS Simple Decaying Model")
        .unwrap();
    let tags = [("estimative-language:likelihood-probability=\"almost-certain\"", None)];
    let base = model.base(tags);
    assert_eq!(base, 95.0);
    let (then, now) = (Timestamp::from_seconds(0), Timestamp::from_seconds(30 * 86_400));
    let score = decay_score(model, "ip-dst", tags, then, now).unwrap();
    assert!((score - base / 2.0).abs() < 1e-9, "{score}");
}
