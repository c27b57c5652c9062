//! The files that lie under some paths, in order.

use std::collections::HashSet;
use std::fs::{self, Metadata};
use std::io;
use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};

use stix::Problem;

use super::{place, unopened};

/// How deep directories may lie inside each other.
const DEEPEST: usize = 64;

/// Gives every file of these paths: files as they were named, those of directories in the order of their names,
/// what is hidden left out. Symbolic links are followed, into each directory once.
///
/// What cannot be read, and what is named but is neither file nor directory, is a [`Problem`]; the walk goes on. A named
/// pipe is a file where it was named itself, and refused where a directory happens to hold one: reading it would wait.
pub fn walk<P: Into<PathBuf>>(paths: impl IntoIterator<Item = P>) -> impl Iterator<Item = Result<PathBuf, Problem>> {
    let mut ahead: Vec<Step> = paths.into_iter().map(|path| Step::new(path.into(), 0)).collect();
    ahead.reverse();
    Walk {
        ahead,
        seen: HashSet::new(),
    }
}

struct Step {
    path: PathBuf,
    depth: usize,
}

impl Step {
    fn new(path: PathBuf, depth: usize) -> Self {
        Self { path, depth }
    }
}

struct Walk {
    /// What is still to be looked at, the next one last.
    ahead: Vec<Step>,
    /// Directories that were entered, by device and number.
    seen: HashSet<(u64, u64)>,
}

impl Iterator for Walk {
    type Item = Result<PathBuf, Problem>;

    fn next(&mut self) -> Option<Self::Item> {
        while let Some(step) = self.ahead.pop() {
            let found = match fs::metadata(&step.path) {
                Ok(found) => found,
                Err(error) => return Some(Err(unopened(&name(&step.path), &error))),
            };
            if !found.is_dir() {
                return Some(file(step, &found));
            }
            if !self.seen.insert((found.dev(), found.ino())) {
                continue;
            }
            if let Err(problem) = self.enter(&step) {
                return Some(Err(problem));
            }
        }
        None
    }
}

impl Walk {
    fn enter(&mut self, step: &Step) -> Result<(), Problem> {
        if step.depth == DEEPEST {
            let message = format!("directories lie inside each other deeper than {DEEPEST}, the limit");
            return Err(Problem::error("too-deep", place(&name(&step.path)), message).help("name the inner ones"));
        }
        let mut inside = fs::read_dir(&step.path)
            .and_then(|entries| {
                entries
                    .map(|entry| entry.map(|entry| entry.path()))
                    .collect::<io::Result<Vec<_>>>()
            })
            .map_err(|error| {
                let message = format!("the directory cannot be read: {error}");
                Problem::error("not-opened", place(&name(&step.path)), message)
                    .help("let the account that runs this list it")
            })?;
        inside.retain(|path| !hidden(path));
        inside.sort_unstable_by(|one, other| other.cmp(one));
        let deeper = inside.into_iter().map(|path| Step::new(path, step.depth + 1));
        self.ahead.extend(deeper);
        Ok(())
    }
}

fn file(step: Step, found: &Metadata) -> Result<PathBuf, Problem> {
    let kind = found.file_type();
    if kind.is_file() || (step.depth == 0 && (kind.is_fifo() || kind.is_char_device())) {
        return Ok(step.path);
    }
    let what = if kind.is_fifo() {
        "a named pipe"
    } else if kind.is_socket() {
        "a socket"
    } else {
        "a device"
    };
    let message = format!("this is {what}, not a file with a log in it");
    Err(Problem::error("special-file", place(&name(&step.path)), message)
        .help("it was left out; name it itself if it is meant"))
}

fn hidden(path: &Path) -> bool {
    path.file_name()
        .is_some_and(|name| name.as_encoded_bytes().starts_with(b"."))
}

fn name(path: &Path) -> String {
    path.display().to_string()
}
