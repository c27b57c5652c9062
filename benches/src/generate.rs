//! Writes made-up data into files, the same on every run.

use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

use crate::logs::{Index, Indicator, Logs, Shares, write_list, write_stix};
use crate::objects::Objects;
use crate::{Outcome, event};

/// What everything made up depends on.
pub const SEED: u64 = 2_026;

/// Writes so many items of a kind into the last of the files, which may be made from those before it.
pub fn write(kind: &str, count: u64, files: &[PathBuf]) -> Outcome<()> {
    match (kind, files) {
        ("logs", [list, log, truth]) => return logs(&read_list(list)?, 0..count, log, truth),
        ("logs", _) => {
            return Err("'generate logs' takes a number of lines, a list, and where log and truth go".into());
        }
        (_, [_]) => {}
        _ => return Err("name one file to write".into()),
    }
    let mut out = create(files.first().ok_or("name one file to write")?)?;
    match kind {
        "objects" => {
            let objects = Objects { seed: SEED };
            for number in 0..count {
                writeln!(out, "{}", objects.text(number))?;
            }
        }
        "event" => event::write(count, SEED, &mut out)?,
        "indicators" => write_list(count, SEED, &mut out)?,
        "stix-indicators" => write_stix(count, SEED, &mut out)?,
        _ => return Err("generate 'objects', 'event', 'indicators', 'stix-indicators' or 'logs'".into()),
    }
    Ok(out.flush()?)
}

/// The logs beside a list in a file.
pub fn read_list(list: &Path) -> Outcome<Logs> {
    let lines = BufReader::new(File::open(list)?).lines();
    let values: Result<Vec<Indicator>, _> = lines.map(|line| line.map(|line| Indicator::read(&line))).collect();
    Ok(Logs::beside(Index::of(values?.into_iter()), SEED, Shares::default()))
}

/// Writes some lines of the logs, and the truth about them.
pub fn logs(logs: &Logs, lines: std::ops::Range<u64>, log: &Path, truth: &Path) -> Outcome<()> {
    let (mut log, mut truth) = (create(log)?, create(truth)?);
    logs.write(lines, &mut log, &mut truth)?;
    log.flush()?;
    Ok(truth.flush()?)
}

fn create(file: &Path) -> Outcome<BufWriter<File>> {
    Ok(BufWriter::with_capacity(1 << 20, File::create(file)?))
}
