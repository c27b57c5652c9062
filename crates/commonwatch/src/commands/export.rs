//! `commonwatch export`: what may be seen, in the format of a tool.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use formats::write::{OutFormat, Single, Summary, Target};
use node::export::ExportRequest;
use serde_json::json;
use stix::{Problem, Timestamp};
use store::Position;

use crate::cli::{ExportArgs, Global};
use crate::context::Local;
use crate::failure::{self, Failure, Kind};
use crate::output::Output;

/// Writes an export, then says what was left out and from where to ask for the change next time.
pub async fn run(local: &Local, global: &Global, args: ExportArgs, output: Output) -> Result<(), Failure> {
    if args.formats {
        list_formats(output);
        return Ok(());
    }
    let request = ExportRequest {
        format: format(&args.format)?,
        collection: args.community.clone(),
        since: args.since.as_deref().map(cursor).transpose()?,
        minimum_score: args.least_score,
    };
    let caller = local.caller(global).await?;
    let node = local.node.clone();
    let path = args.output.clone();
    let format = request.format;
    let begun = node.export_begin(&caller, request).await?;
    let exported = tokio::task::spawn_blocking(move || -> Result<_, Failure> {
        let mut place = Place::open(path.as_deref(), format)?;
        let exported = node.export(&begun, place.target())?;
        place.finish()?;
        Ok(exported)
    })
    .await
    .map_err(|error| Failure::new(Kind::Ours, format!("the export stopped: {error}")))??;
    output.problems(&exported.problems);
    let cursor = Timestamp::from_micros(exported.cursor.0).to_micros_text();
    account(&exported.summary, output);
    if output.is_json() && args.output.is_some() {
        output.json_line(
            &json!({ "written": exported.summary.written, "removed": exported.summary.removed, "cursor": cursor }),
        );
    } else if !matches!(format, OutFormat::Misp | OutFormat::MispFeed) {
        // MISP takes whole events only.
        output.note(&format!(
            "the change since now: commonwatch export --format {} --since {cursor}",
            args.format
        ));
    }
    Ok(())
}

/// Says on standard error what was written and what was not.
pub fn account(summary: &Summary, output: Output) {
    let left_out: Vec<String> = summary
        .left_out
        .iter()
        .map(|(why, count)| format!("{count} {}", why.as_str()))
        .collect();
    let removed = if summary.removed > 0 {
        format!(", {} to be removed", summary.removed)
    } else {
        String::new()
    };
    let left_out = if left_out.is_empty() {
        String::new()
    } else {
        format!("; left out: {}", left_out.join(", "))
    };
    output.note(&format!(
        "{} objects, {} written{removed}{left_out}",
        summary.objects, summary.written
    ));
}

/// Reads the name of a format.
pub fn format(name: &str) -> Result<OutFormat, Failure> {
    name.parse().map_err(|_| {
        let names: Vec<&str> = OutFormat::ALL.iter().map(|format| format.as_str()).collect();
        Failure::input(format!("'{name}' is not a format")).help(format!("one of {}", names.join(", ")))
    })
}

fn list_formats(output: Output) {
    let rows: Vec<Vec<String>> = OutFormat::ALL
        .iter()
        .map(|format| vec![format.as_str().to_owned(), format.description().to_owned()])
        .collect();
    output.table(&["format", "what it is"], &rows);
}

fn cursor(text: &str) -> Result<Position, Failure> {
    let at = Timestamp::parse(text).map_err(|error| Failure::input(format!("the cursor cannot be read: {error}")))?;
    Ok(Position(at.micros()))
}

/// Where an export goes: standard output, a file, or a directory of files.
pub enum Place {
    /// One stream.
    Stream(Single<BufWriter<Box<dyn Write>>>),
    /// A directory.
    Directory(Files),
}

/// Files of a directory, each written beside its place and put there when all is done.
pub struct Files {
    directory: PathBuf,
    open: BTreeMap<String, BufWriter<File>>,
    /// Those that are written, for now, and closed: a feed has a file for each of thousands of events.
    closed: BTreeSet<String>,
}

/// Files that are open at the same time.
const OPEN: usize = 32;

impl Place {
    /// Opens standard output where no path is given, a file for formats of one file, a directory for the others.
    pub fn open(path: Option<&Path>, format: OutFormat) -> Result<Self, Failure> {
        match path {
            None => Ok(Self::Stream(Single::new(BufWriter::new(Box::new(io::stdout()))))),
            Some(path) if format.is_one_file() && !path.is_dir() => {
                let file = File::create(path).map_err(|error| failure::file("written", path, &error))?;
                Ok(Self::Stream(Single::new(BufWriter::new(Box::new(file)))))
            }
            Some(path) => {
                std::fs::create_dir_all(path).map_err(|error| failure::file("made", path, &error))?;
                Ok(Self::Directory(Files {
                    directory: path.to_owned(),
                    open: BTreeMap::new(),
                    closed: BTreeSet::new(),
                }))
            }
        }
    }

    /// Where the exporter writes.
    pub fn target(&mut self) -> &mut dyn Target {
        match self {
            Self::Stream(single) => single,
            Self::Directory(files) => files,
        }
    }

    /// Writes what is still held back and puts files in their place.
    pub fn finish(self) -> Result<(), Failure> {
        let broken =
            |error: io::Error| Failure::new(Kind::Unavailable, format!("the export could not be written: {error}"));
        match self {
            Self::Stream(single) => match single.into_inner().flush() {
                // Whoever read us has had enough (a closed pipe).
                Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
                other => other.map_err(broken),
            },
            Self::Directory(files) => {
                let mut names = files.closed;
                for (name, mut file) in files.open {
                    file.flush().map_err(broken)?;
                    names.insert(name);
                }
                for name in names {
                    std::fs::rename(files.directory.join(part(&name)), files.directory.join(&name)).map_err(broken)?;
                }
                Ok(())
            }
        }
    }
}

fn part(name: &str) -> String {
    format!(".{name}.part")
}

impl Target for Files {
    fn write(&mut self, file: &str, bytes: &[u8]) -> io::Result<()> {
        let writer = match self.open.get_mut(file) {
            Some(writer) => writer,
            None => {
                if self.open.len() >= OPEN {
                    for (name, mut file) in std::mem::take(&mut self.open) {
                        file.flush()?;
                        self.closed.insert(name);
                    }
                }
                let path = self.directory.join(part(file));
                let opened = match self.closed.contains(file) {
                    true => File::options().append(true).open(path)?,
                    false => File::create(path)?,
                };
                self.open.entry(file.to_owned()).or_insert(BufWriter::new(opened))
            }
        };
        writer.write_all(bytes)
    }
}

/// Takes problems that are only to be told.
pub fn tell(output: Output) -> impl FnMut(Problem) {
    move |problem| output.problems(&[problem])
}
