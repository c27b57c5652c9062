//! `commonwatch misp import`: loads vocabularies from folders in the formats of MISP's repositories.

use std::path::{Path, PathBuf};

use node::misp::vocabulary::{ImportCount, Taken, VocabularyImport};
use serde_json::json;
use stix::Problem;

use crate::cli::Global;
use crate::cli::misp::MispCommand;
use crate::context::Local;
use crate::failure::{self, Failure};
use crate::output::Output;

/// Folders below each other.
const DEPTH: usize = 8;
/// Files of an import.
const FILES: usize = 100_000;
/// Bytes of a file, as the import takes it.
const FILE_BYTES: u64 = 64 << 20;

/// Does what was asked of what comes from MISP.
pub async fn run(local: &Local, global: &Global, command: MispCommand, output: Output) -> Result<(), Failure> {
    match command {
        MispCommand::Import { directory } => import(local, global, &directory, output).await,
        MispCommand::Migrate(args) => super::misp_migrate::run(local, global, &args, output).await,
    }
}

/// The JSON files below a folder in the order of their names; what begins with a dot is left out, and no link is followed.
fn files(directory: &Path, depth: usize, found: &mut Vec<PathBuf>) -> Result<(), Failure> {
    let entries = std::fs::read_dir(directory).map_err(|error| failure::file("read", directory, &error))?;
    let mut paths = Vec::new();
    for entry in entries {
        let entry = entry.map_err(|error| failure::file("read", directory, &error))?;
        let kind = entry
            .file_type()
            .map_err(|error| failure::file("read", &entry.path(), &error))?;
        let hidden = entry.file_name().as_encoded_bytes().first() == Some(&b'.');
        if !hidden && !kind.is_symlink() {
            paths.push((entry.path(), kind.is_dir()));
        }
    }
    paths.sort();
    for (path, is_folder) in paths {
        if is_folder && depth < DEPTH {
            files(&path, depth + 1, found)?;
        } else if !is_folder && path.extension().is_some_and(|extension| extension == "json") && found.len() < FILES {
            found.push(path);
        }
    }
    Ok(())
}

fn text(path: &Path) -> Result<String, Failure> {
    let read = |path: &Path| {
        if std::fs::metadata(path)?.len() > FILE_BYTES {
            return Err(std::io::Error::other("it is larger than 64 MiB"));
        }
        std::fs::read_to_string(path)
    };
    read(path).map_err(|error| failure::file("read", path, &error))
}

/// What is counted beside the files of each kind.
#[derive(Default)]
struct Rest {
    refused: usize,
    others: usize,
}

/// Takes one file; says whether it is to be given again.
async fn take(
    import: &mut VocabularyImport<'_>,
    path: &Path,
    rest: &mut Rest,
    output: Output,
) -> Result<bool, Failure> {
    let text = match text(path) {
        Ok(text) => text,
        Err(failure) => {
            rest.refused += 1;
            output.failure(&failure);
            return Ok(false);
        }
    };
    match import.take(&text).await {
        Ok(Taken::Later) => return Ok(true),
        Ok(Taken::Other) => rest.others += 1,
        Ok(_) => {}
        Err(node::Error::Input(problem)) => refuse(*problem, path, rest, output),
        Err(error) => return Err(error.into()),
    }
    Ok(false)
}

fn refuse(mut problem: Problem, path: &Path, rest: &mut Rest, output: Output) {
    rest.refused += 1;
    problem.place.file = Some(path.display().to_string());
    output.problems(&[problem]);
}

async fn import(local: &Local, global: &Global, directory: &Path, output: Output) -> Result<(), Failure> {
    let caller = local.caller(global).await?;
    let mut paths = Vec::new();
    files(directory, 0, &mut paths)?;
    let from = directory.file_name().map_or_else(
        || directory.display().to_string(),
        |name| name.to_string_lossy().into_owned(),
    );
    let mut import = local.node.vocabulary_import(&caller, &from).await?;
    let (mut rest, mut later) = (Rest::default(), Vec::new());
    for path in paths {
        if take(&mut import, &path, &mut rest, output).await? {
            later.push(path);
        }
    }
    for path in later {
        if take(&mut import, &path, &mut rest, output).await? {
            refuse(VocabularyImport::without_galaxy(), &path, &mut rest, output);
        }
    }
    let counts = import.end().await?;
    let mut rows = Vec::new();
    for (
        kind,
        ImportCount {
            new,
            changed,
            unchanged,
        },
    ) in &counts
    {
        if output.is_json() {
            output.json_line(&json!({ "kind": kind.plural(), "new": new, "changed": changed, "unchanged": unchanged }));
        }
        rows.push(vec![
            kind.plural().to_owned(),
            new.to_string(),
            changed.to_string(),
            unchanged.to_string(),
        ]);
    }
    let Rest { refused, others } = rest;
    if counts.is_empty() && refused == 0 {
        let message = format!(
            "there is no vocabulary in {} (links are not followed)",
            directory.display()
        );
        output.note(&message);
    }
    if output.is_json() {
        output.json_line(&json!({ "refused": refused, "not_vocabularies": others }));
    } else {
        output.table(&["vocabulary", "new", "changed", "unchanged"], &rows);
    }
    output.say(&format!(
        "{refused} files refused, {others} passed over that hold no vocabulary"
    ));
    if counts
        .get(&store::VocabularyKind::Warninglist)
        .is_some_and(|count| count.new > 0)
    {
        output.say("new warninglists are off: 'commonwatch warninglist enable NAME' puts one in force");
    }
    if refused == 0 { Ok(()) } else { Err(Failure::found()) }
}
