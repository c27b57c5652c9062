//! The workload of matching: a list of indicators, and logs as Zeek writes them in which some of it is seen.
//!
//! Everything depends on one seed. One line in a thousand hits, at a place of its own in each thousand; about one in a
//! hundred only looks as if. Which line hits what is written beside the log, one row for each line and value of the
//! list, ascending; ordinary traffic is chosen so that it hits nothing, even by chance.

mod index;
mod indicators;
mod names;
mod plant;
mod scene;
mod traffic;
mod zeek;

#[cfg(test)]
mod tests;

use std::io::{self, Write};

use crate::random::Random;

pub use index::Index;
pub use indicators::{Indicator, Indicators};
use scene::Scene;
use traffic::Traffic;

/// How often lines are something else than ordinary.
#[derive(Clone, Copy, Debug)]
pub struct Shares {
    /// One line of so many hits.
    pub hits: u64,
    /// One line of about so many looks as if.
    pub look_alikes: u64,
}

impl Default for Shares {
    fn default() -> Self {
        Self {
            hits: 1_000,
            look_alikes: 100,
        }
    }
}

/// Writes a list, one value a line.
pub fn write_list(count: u64, seed: u64, out: &mut dyn Write) -> io::Result<()> {
    for (_, indicator) in (0..count).zip(Indicators::of(seed)) {
        writeln!(out, "{indicator}")?;
    }
    Ok(())
}

/// Writes the same list as STIX indicators, one a line.
pub fn write_stix(count: u64, seed: u64, out: &mut dyn Write) -> io::Result<()> {
    for (number, indicator) in (0..count).zip(Indicators::of(seed)) {
        let mut random = Random::of(seed ^ 0x571c, number);
        let object = serde_json::json!({
            "type": "indicator", "spec_version": "2.1", "id": format!("indicator--{}", random.uuid()),
            "created": "2026-03-01T00:00:00.000Z", "modified": "2026-03-01T00:00:00.000Z",
            "name": format!("{} {}", random.word(), random.word()), "indicator_types": ["malicious-activity"],
            "pattern": indicator.pattern(), "pattern_type": "stix", "pattern_version": "2.1",
            "valid_from": "2026-03-01T00:00:00Z", "confidence": random.below(101),
        });
        writeln!(out, "{object}")?;
    }
    Ok(())
}

/// What is put where in the lines of a log.
#[derive(Debug)]
pub struct Logs {
    index: Index,
    traffic: Traffic,
    seed: u64,
    shares: Shares,
}

impl Logs {
    /// Logs beside a list.
    pub fn beside(index: Index, seed: u64, shares: Shares) -> Self {
        let traffic = Traffic::beside(&index, seed);
        Self {
            index,
            traffic,
            seed,
            shares,
        }
    }

    /// Writes a number of lines from one on, and what hits in them; lines are counted from nought here, in the truth
    /// from one, and from one again in every file that begins at another line.
    pub fn write(&self, lines: std::ops::Range<u64>, log: &mut dyn Write, truth: &mut dyn Write) -> io::Result<()> {
        let mut scene = Scene::default();
        let mut text = Vec::new();
        for line in lines.clone() {
            let mut random = self.traffic.random(line);
            let hits = self.fill(line, &mut random, &mut scene);
            text.clear();
            zeek::write(&scene, line, &mut random, &mut text)?;
            log.write_all(&text)?;
            for value in hits {
                writeln!(truth, "{}\t{value}", line - lines.start + 1)?;
            }
        }
        Ok(())
    }

    /// Decides what a line tells, and gives what it hits.
    fn fill(&self, line: u64, random: &mut Random, scene: &mut Scene) -> Vec<String> {
        self.traffic.fill(&self.index, random, scene);
        let block = line / self.shares.hits;
        if line % self.shares.hits == Random::of(self.seed ^ 0x417, block).below(self.shares.hits) {
            plant::hit(&self.index, random, scene);
            return scene.hits(&self.index);
        }
        if random.below(self.shares.look_alikes) == 0 {
            let ordinary = scene.clone();
            // What looks as if may be on the list by chance: then another is tried.
            for _ in 0..8 {
                plant::look_alike(&self.index, &self.traffic, random, scene);
                if scene.hits(&self.index).is_empty() {
                    return Vec::new();
                }
                scene.clone_from(&ordinary);
            }
        }
        Vec::new()
    }
}
