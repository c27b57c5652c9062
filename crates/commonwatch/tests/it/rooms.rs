//! The arrows between rooms are those of ARCHITECTURE.md and no others.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

type Arrows = BTreeMap<String, BTreeSet<String>>;

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Reads the table under "## Rooms": the first column names the room, the last what it may import.
fn allowed() -> Arrows {
    let text = std::fs::read_to_string(workspace().join("ARCHITECTURE.md")).expect("ARCHITECTURE.md can be read");
    let section = text
        .split("\n## Rooms")
        .nth(1)
        .expect("ARCHITECTURE.md has a section 'Rooms'");
    let section = section.split("\n## ").next().unwrap_or_default();
    let names = |cell: &str| {
        cell.split('`')
            .skip(1)
            .step_by(2)
            .map(str::to_owned)
            .collect::<BTreeSet<_>>()
    };
    let rows = section.lines().filter(|line| line.starts_with("| `"));
    rows.filter_map(|line| {
        let cells: Vec<&str> = line.trim_matches('|').split('|').collect();
        let room = names(cells.first()?).into_iter().next()?;
        Some((room, names(cells.last()?)))
    })
    .collect()
}

/// Asks cargo which of our crates each of our crates depends on (tests included: a test may not peek either).
fn actual() -> Arrows {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--format-version", "1", "--offline"])
        .current_dir(workspace())
        .output()
        .expect("cargo metadata runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).expect("cargo metadata prints JSON");
    let packages = metadata["packages"].as_array().expect("there are packages");
    let ours: BTreeSet<&str> = packages.iter().filter_map(|package| package["name"].as_str()).collect();
    let dependencies = |package: &serde_json::Value| {
        let all = package["dependencies"].as_array().cloned().unwrap_or_default();
        all.iter()
            .filter_map(|dependency| dependency["name"].as_str())
            .filter(|name| ours.contains(name))
            .map(str::to_owned)
            .collect()
    };
    packages
        .iter()
        .filter_map(|package| Some((package["name"].as_str()?.to_owned(), dependencies(package))))
        .collect()
}

#[test]
fn every_import_between_rooms_stands_in_architecture_md() {
    let allowed = allowed();
    for (room, imports) in actual() {
        let permitted = allowed
            .get(&room)
            .unwrap_or_else(|| panic!("'{room}' is not in the table of ARCHITECTURE.md"));
        let undeclared: Vec<_> = imports.difference(permitted).collect();
        assert!(
            undeclared.is_empty(),
            "'{room}' imports {undeclared:?}, which ARCHITECTURE.md does not allow"
        );
    }
}

#[test]
fn the_table_has_one_direction() {
    let allowed = allowed();
    assert!(allowed.len() >= 9, "the table of rooms was not found");
    let order: Vec<&str> = [
        "stix",
        "formats",
        "events",
        "sigma",
        "sources",
        "files",
        "policy",
        "ledger",
        "matching",
        "store",
        "node",
        "server",
        "commonwatch",
        "benches",
    ]
    .into();
    let rank = |room: &str| order.iter().position(|name| *name == room).unwrap_or(usize::MAX);
    for (room, imports) in &allowed {
        for import in imports {
            assert!(
                rank(import) < rank(room),
                "'{room}' may not import '{import}': the order is {order:?}"
            );
        }
    }
}
