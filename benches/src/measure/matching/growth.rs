//! How matching grows with the list: from a thousand indicators to ten million.

use std::path::Path;

use super::{Case, Ours};
use crate::figures::{grouped, table};
use crate::{Outcome, tell};

/// Sizes of the list.
const SIZES: [u64; 5] = [1_000, 10_000, 100_000, 1_000_000, 10_000_000];
/// Threads that match.
const THREADS: u32 = 1;

const HEAD: [&str; 9] = [
    "indicators",
    "compile: CPU, s",
    "compile: highest resident, MB",
    "file, MB",
    "mapped in, ms",
    "resident with an empty log, MB",
    "match: CPU, s",
    "MB a CPU-second",
    "hits: recall, precision",
];

/// A list of each size up to the largest, and a log beside it, always of as many lines.
pub fn measure(program: &Path, directory: &Path, largest: u64, lines: u64) -> Outcome<String> {
    let ours = Ours::new(program, directory);
    let mut rows = Vec::new();
    for indicators in SIZES.into_iter().filter(|size| *size <= largest) {
        tell(&format!("growth: {indicators} indicators"));
        let case = Case::make(directory, indicators, lines)?;
        let watchlist = ours.compile(&case.list)?;
        let (load, resident) = ours.load(&watchlist)?;
        let row = ours.row(&case, &watchlist, THREADS)?;
        let score = row.score.as_ref();
        rows.push(vec![
            grouped(indicators as f64),
            format!("{:.2}", watchlist.used.cpu),
            format!("{:.0}", watchlist.used.memory),
            format!("{:.1}", watchlist.bytes as f64 / 1e6),
            format!("{:.2}", load * 1e3),
            format!("{resident:.0}"),
            format!("{:.2}", row.used.cpu),
            grouped(row.bytes as f64 / 1e6 / row.used.cpu.max(0.01)),
            score.map_or_else(String::new, |score| {
                format!("{}, {}", score.recall(), score.precision())
            }),
        ]);
    }
    Ok(format!(
        "{} lines, of which one in a thousand hits; {THREADS} thread.\n\n{}",
        grouped(lines as f64),
        table(&HEAD, &rows)
    ))
}
