//! Finds the sources of rules.

use std::path::{Path, PathBuf};

use stix::{Place, Problem};

use super::Builder;

impl Builder {
    /// Adds the text of a file. Its name becomes the namespace of its rules, so that files may use the same names.
    pub fn add(mut self, name: impl Into<String>, source: impl Into<Vec<u8>>) -> Self {
        self.sources.push((name.into(), source.into()));
        self
    }

    /// Lets files include others from a folder. Without it an `include` is an error: a rule from outside must not read
    /// what lies on this machine.
    pub fn includes(mut self, folder: impl Into<PathBuf>) -> Self {
        self.includes = Some(folder.into());
        self
    }

    /// Adds the rule files (`.yar`, `.yara`, `.rule`) of a folder and those below it, by name in order. What cannot be
    /// read is a problem.
    pub fn add_folder(mut self, folder: &Path, problems: &mut Vec<Problem>) -> Self {
        let mut pending = vec![folder.to_owned()];
        let mut files = Vec::new();
        while let Some(folder) = pending.pop() {
            let entries = match std::fs::read_dir(&folder) {
                Ok(entries) => entries,
                Err(error) => {
                    problems.push(unreadable(&folder, &error));
                    continue;
                }
            };
            for entry in entries.flatten() {
                let path = entry.path();
                match entry.file_type() {
                    Ok(kind) if kind.is_dir() => pending.push(path),
                    Ok(kind) if kind.is_file() && is_rule_file(&path) => files.push(path),
                    _ => {}
                }
            }
        }
        files.sort();
        for file in files {
            match std::fs::read(&file) {
                Ok(source) => {
                    let name = file.strip_prefix(folder).unwrap_or(&file);
                    self = self.add(name.to_string_lossy(), source);
                }
                Err(error) => problems.push(unreadable(&file, &error)),
            }
        }
        self
    }
}

fn is_rule_file(path: &Path) -> bool {
    let extension = path.extension().and_then(|extension| extension.to_str());
    extension.is_some_and(|extension| {
        matches!(
            extension.to_ascii_lowercase().as_str(),
            "yar" | "yara" | "rule" | "rules"
        )
    })
}

fn unreadable(path: &Path, error: &std::io::Error) -> Problem {
    let place = Place {
        file: Some(path.to_string_lossy().into_owned()),
        ..Place::default()
    };
    Problem::error("unreadable", place, format!("it cannot be read: {error}"))
}
