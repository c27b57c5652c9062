//! Agreement with tlog_tiles, the implementation of C2SP tlog-tiles and tlog-checkpoint for Cloudflare's logs.

use ledger::proof::{consistency_proof, inclusion_proof};
use ledger::tile::tile_bytes;
use ledger::{HashReader as _, Tile};
use tlog_tiles::{Hash, TileHashReader, TileReader};

use crate::log::{Log, leaves, sample};

/// Their paths name the height of tiles, as Go's checksum database did; C2SP has left it out since.
fn path(tile: &tlog_tiles::Tile) -> String {
    tile.path().replacen("tile/8/", "tile/", 1)
}

/// Serves our tiles to their reader by path, as a web server would.
struct Served<'a>(&'a Log);

impl TileReader for Served<'_> {
    fn height(&self) -> u8 {
        8
    }

    fn read_tiles(&self, tiles: &[tlog_tiles::Tile]) -> Result<Vec<Vec<u8>>, tlog_tiles::Error> {
        let served = |tile: &tlog_tiles::Tile| {
            let ours = Tile::from_path(&path(tile)).unwrap();
            tile_bytes(&self.0.reader().hashes(ours).unwrap())
        };
        Ok(tiles.iter().map(served).collect())
    }

    fn save_tiles(&self, _: &[tlog_tiles::Tile], _: &[Vec<u8>]) {}
}

#[test]
fn their_client_reads_our_tiles_and_comes_to_the_same_proofs() {
    for size in [1, 255, 256, 257, 1000, 66_000_u64] {
        let log = Log::of(leaves(size));
        let root = Hash(log.frontier.root().0);
        let served = Served(&log);
        // Their reader checks every tile against the root before it believes it.
        let reader = TileHashReader::new(size, root, &served);
        for position in [0, size / 2, size - 1] {
            let theirs = tlog_tiles::prove_record(size, position, &reader).unwrap();
            let ours = inclusion_proof(log.reader(), position, size).unwrap();
            assert_eq!(theirs, ours.iter().map(|hash| Hash(hash.0)).collect::<Vec<_>>());
        }
        for old in [1, size / 2 + 1, size] {
            let theirs = tlog_tiles::prove_tree(size, old, &reader).unwrap();
            let ours = consistency_proof(log.reader(), old, size).unwrap();
            assert_eq!(theirs, ours.iter().map(|hash| Hash(hash.0)).collect::<Vec<_>>());
        }
    }
}

#[test]
fn the_tiles_that_growth_adds_are_those_that_they_list() {
    for (old, new) in [
        (0, 70_000),
        (0, 1),
        (255, 257),
        (255, 70_000),
        (65_535, 65_536),
        (300, 300),
    ] {
        let mut ours: Vec<_> = Tile::added(old, new).map(|tile| tile.path()).collect();
        let mut theirs: Vec<_> = tlog_tiles::Tile::new_tiles(8, old, new).iter().map(path).collect();
        ours.sort();
        theirs.sort();
        assert_eq!(ours, theirs, "{old} to {new}");
    }
}

#[test]
fn their_parser_reads_our_checkpoint() {
    let signed = sample(5).checkpoint();
    let theirs = tlog_tiles::Checkpoint::from_bytes(signed.note().unverified().as_bytes()).unwrap();
    let ours = signed.unverified();
    assert_eq!(
        (theirs.origin(), theirs.size(), theirs.hash().0),
        (ours.origin.as_str(), ours.size, ours.root.0)
    );
}
