//! Agreement with ct-merkle, which was written by others from the same RFC.

use ct_merkle::mem_backed_tree::MemoryBackedTree;
use ct_merkle::{ConsistencyProof, InclusionProof, RootHash};
use ledger::proof::{consistency_proof, consistency_tiles, inclusion_proof, inclusion_tiles};
use ledger::verify::{verify_consistency, verify_inclusion};
use ledger::{Frontier, Hash, leaf_hash};
use proptest::prelude::*;
use sha2_current::Sha256;

use crate::log::{Log, leaves};

fn bytes(hashes: &[Hash]) -> Vec<u8> {
    hashes.iter().flat_map(|hash| hash.0).collect()
}

fn both(count: u64) -> (Log, MemoryBackedTree<Sha256, Vec<u8>>) {
    let mut theirs = MemoryBackedTree::new();
    for number in 0..count {
        theirs.push(number.to_be_bytes().to_vec());
    }
    (Log::of(leaves(count)), theirs)
}

#[test]
fn every_root_and_every_proof_of_small_trees_agrees() {
    for size in 1..=40_u64 {
        let (ours, theirs) = both(size);
        let root = ours.frontier.root();
        assert_eq!(root.0.as_slice(), theirs.root().as_bytes().as_slice());
        for position in 0..size {
            let proof = inclusion_proof(ours.reader(), position, size).unwrap();
            assert_eq!(bytes(&proof), theirs.prove_inclusion(position as usize).as_bytes());
            let leaf = ours.leaves[position as usize];
            assert_eq!(verify_inclusion(leaf, position, size, &proof, root), Ok(()));
        }
        for old in 0..=size {
            let proof = consistency_proof(ours.reader(), old, size).unwrap();
            if (1..size).contains(&old) {
                assert_eq!(
                    bytes(&proof),
                    theirs.prove_consistency((size - old) as usize).as_bytes()
                );
            }
            let old_root = Log::of(leaves(old)).frontier.root();
            assert_eq!(verify_consistency(old, size, &proof, old_root, root), Ok(()));
        }
    }
}

#[test]
fn their_verifier_accepts_our_proofs_over_several_tiles() {
    let size = 70_000;
    let ours = Log::of(leaves(size));
    let root = RootHash::<Sha256>::new(ours.frontier.root().0.into(), size);
    for position in [0, 1, 255, 256, 65_535, 65_536, 69_887, 69_888, 69_999] {
        let proof =
            InclusionProof::try_from_bytes(bytes(&inclusion_proof(ours.reader(), position, size).unwrap())).unwrap();
        root.verify_inclusion(&position.to_be_bytes().to_vec(), position, &proof)
            .unwrap();
    }
    for old in [1, 2, 255, 256, 257, 65_535, 65_536, 65_537, 69_999] {
        let old_root = RootHash::new(Log::of(leaves(old)).frontier.root().0.into(), old);
        let proof = consistency_proof(ours.reader(), old, size).unwrap();
        root.verify_consistency(&old_root, &ConsistencyProof::try_from_bytes(bytes(&proof)).unwrap())
            .unwrap();
    }
}

#[test]
fn the_tiles_named_in_advance_are_exactly_those_read() {
    let size = 70_000;
    let log = Log::of(leaves(size));
    for position in [0, 65_536, 69_999] {
        let mut read = Vec::new();
        let mut reader = log.reader();
        inclusion_proof(
            |tile| {
                read.push(tile);
                reader(tile)
            },
            position,
            size,
        )
        .unwrap();
        assert_eq!(read, inclusion_tiles(position, size).unwrap());
        assert!(read.len() <= 6, "{read:?}");
    }
    assert!(consistency_tiles(65_537, size).unwrap().len() <= 9);
}

#[test]
fn a_frontier_rebuilt_from_tiles_is_the_one_that_grew() {
    for size in [0, 1, 255, 256, 257, 66_000] {
        let log = Log::of(leaves(size));
        assert_eq!(Frontier::from_tiles(size, log.reader()).unwrap(), log.frontier);
    }
}

#[test]
fn a_store_that_lost_hashes_is_named_with_the_tile() {
    let error = inclusion_proof(|_| Ok::<_, std::convert::Infallible>(vec![]), 3, 300).unwrap_err();
    assert_eq!(
        error.to_string(),
        "tile/0/001.p/44 has 44 hashes, the store gave 0; the stored log is damaged"
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_two_sizes_and_any_position_agree(size in 1..3000_u64, a: prop::sample::Index, b: prop::sample::Index) {
        let (ours, theirs) = both(size);
        let root = ours.frontier.root();
        let position = a.index(size as usize) as u64;
        let proof = inclusion_proof(ours.reader(), position, size).unwrap();
        prop_assert_eq!(bytes(&proof), theirs.prove_inclusion(position as usize).as_bytes().to_vec());
        prop_assert_eq!(verify_inclusion(leaf_hash(&position.to_be_bytes()), position, size, &proof, root), Ok(()));
        let old = b.index(size as usize) as u64;
        let proof = consistency_proof(ours.reader(), old, size).unwrap();
        if old > 0 {
            prop_assert_eq!(bytes(&proof), theirs.prove_consistency((size - old) as usize).as_bytes().to_vec());
        }
        let old_root = Log::of(leaves(old)).frontier.root();
        prop_assert_eq!(verify_consistency(old, size, &proof, old_root, root), Ok(()));
    }

    #[test]
    fn a_proof_with_any_bit_changed_fails(size in 2..600_u64, which: prop::sample::Index, bit in 0..256_usize) {
        let log = Log::of(leaves(size));
        let root = log.frontier.root();
        let position = which.index(size as usize) as u64;
        let leaf = log.leaves[position as usize];
        let mut proof = inclusion_proof(log.reader(), position, size).unwrap();
        let place = which.index(proof.len());
        proof[place].0[bit / 8] ^= 1 << (bit % 8);
        prop_assert!(verify_inclusion(leaf, position, size, &proof, root).is_err());
        let old = 1 + which.index(size as usize - 1) as u64;
        let old_root = Log::of(leaves(old)).frontier.root();
        let mut proof = consistency_proof(log.reader(), old, size).unwrap();
        let place = which.index(proof.len());
        proof[place].0[bit / 8] ^= 1 << (bit % 8);
        prop_assert!(verify_consistency(old, size, &proof, old_root, root).is_err());
    }

    #[test]
    fn no_numbers_make_the_verifiers_panic(a: u64, b: u64, proof in prop::collection::vec(any::<[u8; 32]>(), 0..70)) {
        let proof: Vec<_> = proof.into_iter().map(Hash).collect();
        let any = leaf_hash(b"");
        let _ = verify_inclusion(any, a, b, &proof, any);
        let _ = verify_consistency(a, b, &proof, any, any);
        let _ = inclusion_tiles(a, b);
        let _ = consistency_tiles(a, b);
    }
}
