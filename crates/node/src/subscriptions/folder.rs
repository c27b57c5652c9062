//! Reads the files of a folder, each once for each of its versions.
//!
//! A file counts as finished when it has not changed for a while, or looks the same as at the last look (clocks of
//! network folders differ). Links are not followed, folders in the folder are not entered, and names that begin with a
//! dot or end like an unfinished copy are left alone.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use serde::{Deserialize, Serialize};
use stix::Timestamp;

use super::bad;
use super::run::{Finish, Run, Stop};
use crate::client::Failure;
use crate::error::Error;

/// The most files that are watched.
const MOST_FILES: usize = 100_000;
/// Seconds that a file must not have changed, where the settings do not say.
const SETTLE_SECONDS: u32 = 10;
/// How copies under way are named.
const UNFINISHED: [&str; 6] = [".part", ".partial", ".tmp", ".crdownload", ".filepart", "~"];

/// Size and time of the last change, in microseconds.
type Look = (u64, i64);

/// Which files were read, and which were seen but not finished.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
struct Place {
    done: BTreeMap<String, Look>,
    seen: BTreeMap<String, Look>,
}

/// Checks that a folder can be watched.
pub(super) fn check(path: &str) -> Result<(), Error> {
    let folder = Path::new(path);
    if !folder.is_absolute() {
        return Err(bad(
            "bad-folder",
            format!("'{path}' is not an absolute path"),
            "write the path from the root, as in /srv/intake",
        ));
    }
    if !folder.is_dir() {
        return Err(bad(
            "bad-folder",
            format!("'{path}' is not a folder, or cannot be read"),
            "make it, or let this program read it",
        ));
    }
    check_foreign(folder)
}

/// Refuses the data directory of a node.
fn check_foreign(folder: &Path) -> Result<(), Error> {
    if crate::client::is_own_place(folder) {
        let message = format!(
            "'{}' is the data directory of a node, which holds what everybody shared",
            folder.display()
        );
        let help = "choose a folder that only what shall come in is put into";
        return Err(bad("bad-folder", message, help));
    }
    Ok(())
}

pub(super) async fn run(run: &mut Run) -> Result<Finish, Stop> {
    let folder = PathBuf::from(&run.subscription.terms.url);
    // A link may lead elsewhere by now.
    check_foreign(&folder)?;
    let looking = folder.clone();
    let looked = tokio::task::spawn_blocking(move || list(&looking)).await;
    let listed = looked.map_err(|error| Error::Ours(format!("the look into the folder broke off: {error}")))??;
    if listed.len() >= MOST_FILES {
        run.note(format!(
            "the folder has more than {MOST_FILES} files; only the first are watched"
        ));
    }
    let mut place: Place = run.place();
    // What is gone is forgotten: a file of the same name later is a new one.
    place.done.retain(|name, _| listed.contains_key(name));
    let settle = i64::from(run.settings.settle_seconds.unwrap_or(SETTLE_SECONDS)) * 1_000_000;
    let seen = std::mem::take(&mut place.seen);
    let mut ready = Vec::new();
    for (name, look) in &listed {
        if place.done.get(name) == Some(look) {
            continue;
        }
        if is_finished(*look, seen.get(name), run.now, settle) {
            ready.push((name, *look));
        } else {
            place.seen.insert(name.clone(), *look);
        }
    }
    let every = (ready.len() / 50).max(1);
    for (count, (name, look)) in ready.iter().enumerate() {
        if read_one(run, &folder, name, *look).await? {
            place.done.insert((*name).clone(), *look);
        } else {
            place.seen.insert((*name).clone(), *look);
        }
        if count % every == every - 1 {
            run.save(&place).await?;
        }
        if run.is_turn_over() {
            run.set_place(&place);
            return Ok(Finish::More);
        }
    }
    run.set_place(&place);
    Ok(if ready.is_empty() {
        Finish::NotChanged
    } else {
        Finish::Done
    })
}

fn is_finished(look: Look, before: Option<&Look>, now: Timestamp, settle: i64) -> bool {
    before == Some(&look) || now.micros().saturating_sub(look.1) >= settle
}

/// The regular files of a folder with their looks.
fn list(folder: &Path) -> Result<BTreeMap<String, Look>, Failure> {
    let failed = |error: io::Error| {
        Failure::settings(format!(
            "the folder {} cannot be read: {error}; is it there, and may this program read it?",
            folder.display()
        ))
    };
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(folder).map_err(failed)?.take(MOST_FILES * 2) {
        // A name that is no text, or a file that went meanwhile, is not there.
        let Ok(entry) = entry else { continue };
        let Ok(name) = entry.file_name().into_string() else {
            continue;
        };
        let lower = name.to_ascii_lowercase();
        if name.starts_with('.') || UNFINISHED.iter().any(|end| lower.ends_with(end)) {
            continue;
        }
        // Of the entry itself: a link is not a file.
        let Ok(metadata) = entry.metadata() else { continue };
        if metadata.is_file() && files.len() < MOST_FILES {
            files.insert(name, look(&metadata));
        }
    }
    if files.contains_key("manifest.json") {
        // A MISP feed: its events are the other files; these two only list them.
        files.remove("manifest.json");
        files.remove("hashes.csv");
    }
    Ok(files)
}

/// The names of the files that would be read, in order.
pub(super) fn names(folder: &Path) -> Result<Vec<String>, Failure> {
    Ok(list(folder)?.into_keys().collect())
}

fn look(metadata: &fs::Metadata) -> Look {
    let changed = metadata
        .modified()
        .ok()
        .and_then(|time| time.duration_since(UNIX_EPOCH).ok());
    (
        metadata.len(),
        changed
            .and_then(|time| i64::try_from(time.as_micros()).ok())
            .unwrap_or(0),
    )
}

/// Takes one file in. Gives whether it was the file that was looked at, and so is done.
async fn read_one(run: &mut Run, folder: &Path, name: &str, expected: Look) -> Result<bool, Stop> {
    if expected.0 > run.size_limit() {
        run.refuse(format!(
            "refused: {name} has {} bytes, more than the size limit of {}",
            expected.0,
            run.size_limit()
        ));
        return Ok(true);
    }
    let path = folder.join(name);
    let opened = File::open(&path).and_then(|file| {
        let metadata = file.metadata()?;
        Ok((file, metadata.is_file() && look(&metadata) == expected))
    });
    let file = match opened {
        Ok((file, true)) => file,
        // It changed between the look and the opening: it is not finished.
        Ok((_, false)) => return Ok(false),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        Err(error) => {
            run.refuse(format!("refused: {name} cannot be opened: {error}"));
            return Ok(true);
        }
    };
    run.share(path.display().to_string(), file.take(expected.0)).await?;
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn the_data_directory_of_a_node_is_no_intake() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().display().to_string();
        assert!(check(&path).is_ok());
        std::fs::write(folder.path().join(store::DATABASE_FILE), "").unwrap();
        assert!(check(&path).unwrap_err().to_string().contains("data directory"));
    }
}
