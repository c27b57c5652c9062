//! A log kept in memory the way a store keeps it: leaf hashes by position, higher hashes by level and position.

use std::collections::HashMap;
use std::convert::Infallible;

use ledger::{Frontier, Hash, Tile};

#[derive(Default)]
pub struct Log {
    pub frontier: Frontier,
    pub leaves: Vec<Hash>,
    pub higher: HashMap<(u8, u64), Hash>,
}

impl Log {
    pub fn of(leaves: impl IntoIterator<Item = Hash>) -> Self {
        let mut log = Self::default();
        for leaf in leaves {
            log.append(leaf);
        }
        log
    }

    pub fn append(&mut self, leaf: Hash) {
        let higher = &mut self.higher;
        let named = |done: ledger::CompletedHash| {
            higher.insert((done.level, done.position), done.hash);
        };
        let position = self.frontier.append_with(leaf, named).unwrap();
        assert_eq!(position, self.leaves.len() as u64);
        self.leaves.push(leaf);
    }

    pub fn reader(&self) -> impl FnMut(Tile) -> Result<Vec<Hash>, Infallible> {
        |tile| {
            let at = |position: u64| match tile.level {
                0 => self.leaves[position as usize],
                level => self.higher[&(level, position)],
            };
            Ok(tile.positions().map(at).collect())
        }
    }
}

/// `count` different leaves.
pub fn leaves(count: u64) -> impl Iterator<Item = Hash> {
    (0..count).map(|number| ledger::leaf_hash(&number.to_be_bytes()))
}
