//! A list of indicators against logs: `commonwatch match` beside what people use today, and how it grows.

mod growth;
mod ours;
mod peers;
mod truth;

use std::path::{Path, PathBuf};

use crate::figures::{grouped, table};
use crate::process::Used;
use crate::{Outcome, generate, tell};

pub use growth::measure as growth;
use ours::Ours;
use truth::Score;
pub use truth::{Pairs, hits_of, read as read_truth};

/// How often what takes under a second is measured; the table has the median.
const ROUNDS: usize = 5;
/// Lines that those get which take minutes for a million.
const FEW_LINES: u64 = 300_000;

/// The list, the log and the truth about it.
#[derive(Debug)]
pub struct Case {
    /// One value a line.
    pub list: PathBuf,
    /// The lines.
    pub log: PathBuf,
    /// What hits.
    pub truth: Pairs,
    /// How many lines.
    pub lines: u64,
    /// How many bytes they have.
    pub bytes: u64,
}

impl Case {
    /// Writes a list and a log into a directory.
    pub fn make(directory: &Path, indicators: u64, lines: u64) -> Outcome<Self> {
        tell(&format!("  writing {indicators} indicators and {lines} lines"));
        let list = directory.join("indicators.txt");
        let (log, truth) = (directory.join("log.ndjson"), directory.join("truth.tsv"));
        generate::write("indicators", indicators, std::slice::from_ref(&list))?;
        generate::logs(&generate::read_list(&list)?, 0..lines, &log, &truth)?;
        Ok(Self {
            bytes: std::fs::metadata(&log)?.len(),
            truth: truth::read(&truth)?,
            list,
            log,
            lines,
        })
    }
}

/// What one program did with the log.
struct Row {
    name: String,
    used: Used,
    /// Lines and bytes that it read.
    lines: u64,
    bytes: u64,
    score: Option<Score>,
}

impl Row {
    fn cells(&self) -> Vec<String> {
        let Used { wall, cpu, memory, .. } = self.used;
        vec![
            self.name.clone(),
            format!("{cpu:.2}"),
            format!("{wall:.2}"),
            grouped(self.lines as f64 / wall),
            grouped(self.bytes as f64 / 1e6 / wall),
            grouped(self.bytes as f64 / 1e6 / cpu.max(0.01)),
            format!("{memory:.0}"),
            self.score.as_ref().map_or("–".to_owned(), Score::recall),
            self.score.as_ref().map_or("–".to_owned(), Score::precision),
        ]
    }
}

const HEAD: [&str; 9] = [
    "program",
    "CPU, s",
    "wall, s",
    "lines a second",
    "MB a second",
    "MB a CPU-second",
    "highest resident, MB",
    "recall",
    "precision",
];

/// Everything on one list and one log.
pub fn measure(
    program: &Path,
    python: Option<&Path>,
    directory: &Path,
    indicators: u64,
    lines: u64,
) -> Outcome<String> {
    let case = Case::make(directory, indicators, lines)?;
    let ours = Ours::new(program, directory);
    let mut text = format!(
        "{} indicators, {} lines, {} MB, {} of them hit.\n\n",
        grouped(indicators as f64),
        grouped(lines as f64),
        grouped(case.bytes as f64 / 1e6),
        grouped(case.truth.lines().len() as f64),
    );
    let mut rows = vec![peers::count_lines(&case)?.cells()];
    let watchlist = ours.compile(&case.list)?;
    for threads in [1, 2] {
        tell(&format!("  commonwatch match, {threads} threads"));
        rows.push(ours.row(&case, &watchlist, threads)?.cells());
    }
    for peer in peers::all(&case, python, directory)? {
        rows.push(peer.cells());
    }
    text.push_str(&table(&HEAD, &rows));
    text.push_str(&format!(
        "\nRecall and precision are those of pairs of line and indicator for Commonwatch and Python, of lines for the \
         others. What stands with a star read {} lines; its times are those of the list, plus those of its lines as \
         many times as the log is longer.\n\n",
        grouped(case.lines.min(FEW_LINES) as f64)
    ));
    text.push_str(&table(&ours::HEAD, &[watchlist.cells(ours.load(&watchlist)?)]));
    Ok(text)
}

/// The run in the middle by its processor time.
fn median(mut runs: Vec<Used>) -> Outcome<Used> {
    runs.sort_by(|one, other| one.cpu.total_cmp(&other.cpu).then(one.wall.total_cmp(&other.wall)));
    Ok(*runs.get(runs.len() / 2).ok_or("nothing was run")?)
}
