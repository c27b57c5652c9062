//! A log kept in memory the way a store keeps it: leaf hashes by position, higher hashes by level and position.

use std::collections::HashMap;
use std::convert::Infallible;

use ledger::export::{ExportWriter, Header};
use ledger::proof::inclusion_proof;
use ledger::{
    Checkpoint, Commitment, Frontier, Hash, OpenedEntry, Receipt, SignedCheckpoint, SigningKey, Tile, leaf_hash,
};

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
    (0..count).map(|number| leaf_hash(&number.to_be_bytes()))
}

pub const ORIGIN: &str = "hub.example/ledger";

pub fn key() -> SigningKey {
    SigningKey::from_random(ORIGIN, [42; 32]).unwrap()
}

/// The entry at a position of the sample log.
pub fn entry(position: u64) -> OpenedEntry {
    OpenedEntry {
        at_micros: 1_790_000_000_000_000 + position as i64,
        kind: "delivered".to_owned(),
        body: format!(r#"{{"member":"water.example","objects":{position}}}"#),
        salt: leaf_hash(&position.to_be_bytes()).0,
    }
}

pub fn commitment(position: u64) -> Commitment {
    entry(position).as_entry().commitment().unwrap()
}

/// A log of sample entries.
pub fn sample(size: u64) -> Log {
    Log::of((0..size).map(|position| commitment(position).leaf_hash()))
}

impl Log {
    pub fn checkpoint(&self) -> SignedCheckpoint {
        let checkpoint = Checkpoint {
            origin: ORIGIN.to_owned(),
            size: self.frontier.size(),
            root: self.frontier.root(),
        };
        checkpoint.sign(&key()).unwrap()
    }

    pub fn receipt(&self, position: u64) -> Receipt {
        let proof = inclusion_proof(self.reader(), position, self.frontier.size()).unwrap();
        Receipt::new(entry(position), position, proof, self.checkpoint())
    }
}

/// An export of the first `size` sample entries, the even ones opened.
pub fn export(size: u64) -> String {
    let header = Header {
        key: key().verifying_key().clone(),
        checkpoint: sample(size).checkpoint(),
    };
    let mut writer = ExportWriter::new(Vec::new(), header).unwrap();
    for position in 0..size {
        let opened = (position % 2 == 0).then(|| entry(position));
        writer.leaf(commitment(position), opened).unwrap();
    }
    String::from_utf8(writer.finish().unwrap()).unwrap()
}
