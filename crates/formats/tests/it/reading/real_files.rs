//! Real files: nothing is lost, what is made is good, problems are few and of the kinds we know.

use std::collections::BTreeMap;

use super::kept::{Kept, data, files, options, read};

/// Every made object has the common properties, and every STIX pattern parses.
fn check_made(kept: &Kept, from: &str) {
    for text in &kept.objects {
        let object = stix::Object::parse(text).unwrap_or_else(|problem| panic!("{from}: {problem}: {text}"));
        object
            .head()
            .unwrap_or_else(|problem| panic!("{from}: {problem}: {text}"));
        if object.map().str("pattern_type") == Some("stix") {
            let pattern = object.map().str("pattern").unwrap();
            stix::pattern::Pattern::parse(pattern).unwrap_or_else(|problem| panic!("{from}: {problem}: {pattern}"));
        }
    }
}

#[test]
fn stix_bundles_give_the_objects_that_a_json_reader_sees() {
    let Some(folder) = data("stix") else { return };
    let mut total = 0;
    for folder in [
        "unit42-playbooks",
        "oasis-cti-documentation",
        "oasis-python-stix2",
        "opencti-datasets",
    ]
    .map(|name| folder.join(name))
    {
        for path in files(&folder, &["json"]) {
            let bytes = std::fs::read(&path).unwrap();
            let value: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
            let expected: Vec<serde_json::Value> = match &value {
                serde_json::Value::Array(items) => items.clone(),
                other if other["type"] == "bundle" => other["objects"].as_array().cloned().unwrap_or_default(),
                other => vec![other.clone()],
            };
            let (outcome, kept) = read(&bytes, &options());
            let summary = outcome.unwrap();
            assert!(
                summary.format.starts_with("stix"),
                "{}: {}",
                path.display(),
                summary.format
            );
            assert_eq!(kept.problems, [], "{}", path.display());
            let found: Vec<serde_json::Value> = kept
                .objects
                .iter()
                .map(|text| serde_json::from_str(text).unwrap())
                .collect();
            assert_eq!(found, expected, "{}", path.display());
            total += found.len();
        }
    }
    println!("{total} objects");
    assert!(total > 10_000);
}

#[test]
fn yara_rules_are_split_one_by_one() {
    let Some(folder) = data("detect/yara") else { return };
    let (mut rules, mut files_read) = (0, 0);
    let mut codes: BTreeMap<String, usize> = BTreeMap::new();
    for path in files(&folder, &["yar", "yara"]) {
        let bytes = std::fs::read(&path).unwrap();
        let (outcome, kept) = read(&bytes, &options());
        let summary = outcome.unwrap_or_else(|problem| panic!("{}: {problem}", path.display()));
        for problem in &kept.problems {
            *codes.entry(format!("{} {}", problem.code, summary.format)).or_default() += 1;
            if problem.code != "yara-include" {
                println!("{}: {problem}", path.display());
            }
        }
        if summary.format != "yara" {
            println!("{}: {}", path.display(), summary.format);
            continue;
        }
        files_read += 1;
        check_made(&kept, &path.display().to_string());
        // A rule begins with its keyword in the first column, or behind `private` or `global`, except inside comments.
        let text = String::from_utf8(bytes).unwrap();
        for pattern in kept.patterns() {
            assert!(text.contains(&pattern));
            assert!(pattern.ends_with('}'));
            rules += 1;
        }
    }
    println!("{rules} rules in {files_read} files; {codes:?}");
    assert!(rules > 5_000);
}

#[test]
fn sigma_rules_are_read_with_their_techniques() {
    let Some(folder) = data("detect/sigma") else { return };
    let (mut rules, mut techniques) = (0, 0);
    let mut all = Vec::new();
    for path in files(&folder, &["yml"]) {
        let bytes = std::fs::read(&path).unwrap();
        let (outcome, kept) = read(&bytes, &options());
        let summary = outcome.unwrap();
        assert_eq!(summary.format, "sigma", "{}", path.display());
        if !kept.problems.is_empty() {
            println!("{}: {}", path.display(), kept.said());
        }
        check_made(&kept, &path.display().to_string());
        assert_eq!(kept.of_type("indicator").len(), 1, "{}", path.display());
        rules += 1;
        techniques += kept.of_type("attack-pattern").len();
        all.extend_from_slice(&bytes);
        all.extend_from_slice(b"\n---\n");
    }
    println!("{rules} rules, {techniques} techniques");
    let (outcome, kept) = read(&all, &options());
    outcome.unwrap();
    assert_eq!(kept.of_type("indicator").len(), rules);
}

#[test]
fn suricata_rules_are_read() {
    let Some(folder) = data("detect/suricata") else { return };
    let mut rules = 0;
    for path in files(&folder, &["rules"]) {
        let bytes = std::fs::read(&path).unwrap();
        let (outcome, kept) = read(&bytes, &options());
        let summary = outcome.unwrap_or_else(|problem| panic!("{}: {problem}", path.display()));
        check_made(&kept, &path.display().to_string());
        if summary.format != "suricata" || !kept.problems.is_empty() {
            println!("{}: {} {}", path.display(), summary.format, kept.said());
        }
        rules += kept.objects.len();
    }
    println!("{rules} rules");
}

#[test]
fn every_file_of_the_data_is_read_without_a_panic() {
    let Some(folder) = data("") else { return };
    let mut formats: BTreeMap<&str, usize> = BTreeMap::new();
    for path in files(
        &folder,
        &["csv", "md", "txt", "html", "gz", "zip", "yaml", "xml", "list"],
    ) {
        if path.metadata().unwrap().len() > 4 << 20 {
            continue;
        }
        let mut kept = Kept::default();
        let bytes = std::fs::read(&path).unwrap();
        match formats::read_slice(&bytes, &options(), &mut kept) {
            Ok(summary) => {
                *formats.entry(summary.format).or_default() += 1;
                if !summary.format.starts_with("stix") {
                    check_made(&kept, &path.display().to_string());
                }
            }
            Err(problem) => println!("{}: {problem}", path.display()),
        }
    }
    println!("{formats:?}");
}
