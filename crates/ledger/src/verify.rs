//! Checks proofs of inclusion and consistency, with nothing but the proof and the roots at hand.

use thiserror::Error;

use crate::hash::{Hash, empty_root, node_hash};

/// A proof, a leaf or a root that does not hold.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum VerifyError {
    /// There is no such leaf.
    #[error("position {position} is not in a log of {size} leaves")]
    NoSuchLeaf {
        /// The position claimed.
        position: u64,
        /// The size of the log.
        size: u64,
    },
    /// The sizes are the wrong way round.
    #[error("the earlier log has {old} leaves, the later one only {new}: leaves were taken away")]
    Shrunk {
        /// The earlier size.
        old: u64,
        /// The later size.
        new: u64,
    },
    /// The proof has too few or too many hashes.
    #[error("the proof should have {expected} hashes and has {found}")]
    Length {
        /// How many it should have.
        expected: usize,
        /// How many it has.
        found: usize,
    },
    /// The proof leads to another root than the one that was signed.
    #[error(
        "the proof leads to the root {computed}, the log states {stated}: the entry, the proof or the root was changed"
    )]
    Root {
        /// The root that follows from leaf and proof.
        computed: Hash,
        /// The root stated by the log.
        stated: Hash,
    },
    /// The proof does not lead to the earlier root: history was rewritten, or the proof is of another log.
    #[error("the proof leads to the earlier root {computed}, it was {stated}: what the log held then was changed")]
    EarlierRoot {
        /// The earlier root that follows from the proof.
        computed: Hash,
        /// The earlier root as it was stated.
        stated: Hash,
    },
}

/// Checks a proof of inclusion (RFC 9162 section 2.1.3.2): `leaf` is at `position` of the log with this size and root.
pub fn verify_inclusion(leaf: Hash, position: u64, size: u64, proof: &[Hash], root: Hash) -> Result<(), VerifyError> {
    if position >= size {
        return Err(VerifyError::NoSuchLeaf { position, size });
    }
    let expected = inclusion_length(position, size);
    if proof.len() != expected {
        return Err(VerifyError::Length {
            expected,
            found: proof.len(),
        });
    }
    // The siblings while the path still has something to its right; above that only left siblings remain.
    let inner = (u64::BITS - (position ^ (size - 1)).leading_zeros()) as usize;
    let mut computed = leaf;
    for (height, sibling) in proof.iter().enumerate() {
        let on_the_left = height >= inner || (position >> height) & 1 == 1;
        computed = match on_the_left {
            true => node_hash(sibling, &computed),
            false => node_hash(&computed, sibling),
        };
    }
    match computed == root {
        true => Ok(()),
        false => Err(VerifyError::Root { computed, stated: root }),
    }
}

/// Checks a proof of consistency (RFC 9162 section 2.1.4.2): the log of `new` leaves begins with that of `old` leaves.
pub fn verify_consistency(
    old: u64,
    new: u64,
    proof: &[Hash],
    old_root: Hash,
    new_root: Hash,
) -> Result<(), VerifyError> {
    if old > new {
        return Err(VerifyError::Shrunk { old, new });
    }
    let expected = consistency_length(old, new);
    if proof.len() != expected {
        return Err(VerifyError::Length {
            expected,
            found: proof.len(),
        });
    }
    let earlier = |computed| match computed == old_root {
        true => Ok(()),
        false => Err(VerifyError::EarlierRoot {
            computed,
            stated: old_root,
        }),
    };
    if old == 0 {
        return earlier(empty_root());
    }
    if old == new {
        return earlier(new_root);
    }
    // The complete subtree that ends at the edge of the old log: where it is all of the old log the proof leaves it out.
    let height = old.trailing_zeros();
    let (first, siblings) = match (old.is_power_of_two(), proof.split_first()) {
        (false, Some((first, siblings))) => (*first, siblings),
        _ => (old_root, proof),
    };
    let (mut node, mut last) = ((old - 1) >> height, (new - 1) >> height);
    let (mut computed_old, mut computed_new) = (first, first);
    for sibling in siblings {
        if node & 1 == 1 || node == last {
            computed_old = node_hash(sibling, &computed_old);
            computed_new = node_hash(sibling, &computed_new);
            while node & 1 == 0 && node != 0 {
                node >>= 1;
                last >>= 1;
            }
        } else {
            computed_new = node_hash(&computed_new, sibling);
        }
        node >>= 1;
        last >>= 1;
    }
    earlier(computed_old)?;
    match computed_new == new_root {
        true => Ok(()),
        false => Err(VerifyError::Root {
            computed: computed_new,
            stated: new_root,
        }),
    }
}

/// How many hashes a proof of inclusion has.
fn inclusion_length(position: u64, size: u64) -> usize {
    let inner = u64::BITS - (position ^ (size - 1)).leading_zeros();
    let border = position.checked_shr(inner).unwrap_or(0).count_ones();
    (inner + border) as usize
}

/// How many hashes a proof of consistency has.
fn consistency_length(old: u64, new: u64) -> usize {
    if old == 0 || old == new {
        return 0;
    }
    // The path of the last old leaf in the new log, from the complete subtree that ends there upwards; that subtree
    // itself is left out where it is all of the old log.
    let path = inclusion_length(old - 1, new) - old.trailing_zeros() as usize;
    path + usize::from(!old.is_power_of_two())
}
