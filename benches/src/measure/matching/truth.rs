//! What was found beside what is there.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use serde_json::Value;

use crate::Outcome;

/// Pairs of a line and the value of the list that it hits.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pairs(pub BTreeSet<(u64, String)>);

impl Pairs {
    /// The lines, each once.
    pub fn lines(&self) -> BTreeSet<u64> {
        self.0.iter().map(|(line, _)| *line).collect()
    }
}

/// What a program found.
pub enum Found {
    /// It names the line and the value.
    Pairs(Pairs),
    /// It names the line, of so many first ones.
    Lines(BTreeSet<u64>, u64),
}

/// How much of the truth was found, and how much of what was found is true.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Score {
    right: usize,
    found: usize,
    there: usize,
}

impl Score {
    /// Compares.
    pub fn of(truth: &Pairs, found: &Found) -> Self {
        match found {
            Found::Pairs(found) => Self {
                right: found.0.intersection(&truth.0).count(),
                found: found.0.len(),
                there: truth.0.len(),
            },
            Found::Lines(found, among) => {
                let mut there = truth.lines();
                there.retain(|line| line <= among);
                Self {
                    right: found.intersection(&there).count(),
                    found: found.len(),
                    there: there.len(),
                }
            }
        }
    }

    /// Share of what is there.
    pub fn recall(&self) -> String {
        share(self.right, self.there)
    }

    /// Share of what was found.
    pub fn precision(&self) -> String {
        share(self.right, self.found)
    }
}

/// A share to three digits; all is said only of all.
fn share(part: usize, whole: usize) -> String {
    if part == whole {
        return "1 (exact)".to_owned();
    }
    let share = part as f64 / whole.max(1) as f64;
    format!("{:.4}", share.min(0.9999))
}

/// Reads rows of line and value with a tab between them.
pub fn read(file: &Path) -> Outcome<Pairs> {
    let mut pairs = BTreeSet::new();
    for row in BufReader::new(File::open(file)?).lines() {
        let row = row?;
        let (line, value) = row.split_once('\t').ok_or("a row of the truth has no tab")?;
        pairs.insert((line.parse()?, value.to_owned()));
    }
    Ok(Pairs(pairs))
}

/// Reads hits as `commonwatch match --json` writes them: the file that each is in, its line, and what it matched.
pub fn hits_of(file: &Path) -> Outcome<Vec<(String, u64, String)>> {
    let mut hits = Vec::new();
    for line in BufReader::new(File::open(file)?).lines() {
        let hit: Value = serde_json::from_str(&line?)?;
        let text = |name: &str| hit.get(name).and_then(Value::as_str).map(str::to_owned);
        let at = hit.get("at").and_then(Value::as_u64).ok_or("a hit has no 'at'")?;
        let matched = text("matched").ok_or("a hit has no 'matched'")?;
        hits.push((text("source").unwrap_or_default(), at, matched));
    }
    Ok(hits)
}

/// The numbers of lines as `grep -n` writes them.
pub fn numbered(file: &Path) -> Outcome<BTreeSet<u64>> {
    let mut lines = BTreeSet::new();
    for line in BufReader::new(File::open(file)?).split(b'\n') {
        let line = line?;
        let digits = line.split(|byte| *byte == b':').next().unwrap_or_default();
        lines.insert(std::str::from_utf8(digits)?.parse()?);
    }
    Ok(lines)
}

#[cfg(test)]
mod tests {
    use super::{Found, Pairs, Score};

    fn pairs(list: &[(u64, &str)]) -> Pairs {
        Pairs(list.iter().map(|(line, value)| (*line, (*value).to_owned())).collect())
    }

    #[test]
    fn what_is_missing_lowers_recall_and_what_is_wrong_lowers_precision() {
        let truth = pairs(&[(1, "a"), (1, "b"), (4, "a"), (9, "c")]);
        let exact = Score::of(&truth, &Found::Pairs(truth.clone()));
        assert_eq!(
            (exact.recall().as_str(), exact.precision().as_str()),
            ("1 (exact)", "1 (exact)")
        );
        let found = pairs(&[(1, "a"), (2, "a")]);
        let score = Score::of(&truth, &Found::Pairs(found));
        assert_eq!(
            (score.recall().as_str(), score.precision().as_str()),
            ("0.2500", "0.5000")
        );
    }

    #[test]
    fn who_read_only_the_first_lines_is_asked_only_for_them() {
        let truth = pairs(&[(1, "a"), (1, "b"), (4, "a"), (9, "c")]);
        let score = Score::of(&truth, &Found::Lines([1, 4].into(), 5));
        assert_eq!(
            (score.recall().as_str(), score.precision().as_str()),
            ("1 (exact)", "1 (exact)")
        );
    }
}
