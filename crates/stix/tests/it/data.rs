//! Finds and reads the data folder.

use std::path::{Path, PathBuf};

use stix::json::{self, Map, Value};

/// A folder of the data, or none with a word about it.
pub fn folder(name: &str) -> Option<PathBuf> {
    let Ok(root) = std::env::var("COMMONWATCH_DATA") else {
        println!("skipped: COMMONWATCH_DATA is not set");
        return None;
    };
    Some(Path::new(&root).join(name))
}

/// The JSON files of a folder, by name.
pub fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .collect();
    files.sort();
    files
}

/// Calls a function with each STIX object of a text (a bundle, a list, or an object).
pub fn each_object(text: &str, mut call: impl FnMut(&Map<'_>)) {
    let Ok(value) = json::parse(text) else { return };
    match &value {
        Value::Object(map) if map.str("type") == Some("bundle") => {
            for object in map.array("objects").unwrap_or_default() {
                call(object.as_object().unwrap());
            }
        }
        Value::Object(map) => call(map),
        Value::Array(values) => values.iter().filter_map(Value::as_object).for_each(call),
        _ => {}
    }
}
