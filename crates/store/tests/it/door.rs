//! The one door: the tables of objects are named in one directory of the sources, and nowhere else.

use std::path::Path;

const TABLES: [&str; 8] = [
    "contribution",
    "observable",
    "edge",
    "facet",
    "indicator",
    "search",
    "tombstone",
    "object",
];

fn sources(folder: &Path, found: &mut Vec<std::path::PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else {
            found.push(path);
        }
    }
}

#[test]
fn the_tables_of_objects_are_named_behind_one_door() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&root, &mut files);
    let mut behind = 0;
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        let names = |table: &str| {
            ["from", "into", "join", "update", "table"].iter().any(|verb| {
                let naming = format!("{verb} {table}");
                text.match_indices(&naming).any(|(at, _)| {
                    let next = text[at + naming.len()..].chars().next();
                    next.is_none_or(|next| !next.is_alphanumeric() && next != '_')
                })
            })
        };
        // Prose says "into contribution" too; statements are what counts, and they stand in quotes.
        let names_one = TABLES.iter().any(|table| text.contains('"') && names(table));
        let is_behind = file.starts_with(root.join("contribution"));
        assert!(is_behind || !names_one, "{} names a table of objects", file.display());
        behind += usize::from(is_behind && names_one);
    }
    assert!(behind >= 5, "the check no longer finds the statements it is about");
}
