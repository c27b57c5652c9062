//! A lean table from texts to the lists that hold them.
//!
//! Half a million short texts in half a hundred overlapping lists: each text is kept once, in one long string, and
//! found by open addressing over 32-bit positions. The hash is the keyed one of the standard library, so nobody can
//! choose values that pile up.

use std::hash::{BuildHasher, RandomState};

use super::postings::{Chain, Postings};

#[derive(Debug, Default)]
pub(super) struct Texts {
    all: String,
    keys: Vec<Key>,
    postings: Postings,
    /// Position of a key plus one, zero where there is none; a power of two of them, at most three quarters in use.
    slots: Vec<u32>,
    hash: RandomState,
}

#[derive(Debug)]
struct Key {
    start: u32,
    length: u32,
    lists: Chain,
}

impl Texts {
    /// Adds a text; false when the table is full (4 GiB of text).
    pub(super) fn add(&mut self, text: &str, list: u16) -> bool {
        let (Ok(start), Ok(length)) = (u32::try_from(self.all.len()), u32::try_from(text.len())) else {
            return false;
        };
        let Ok(key) = u32::try_from(self.keys.len() + 1) else {
            return false;
        };
        if (self.keys.len() + 1) * 4 > self.slots.len() * 3 {
            self.grow();
        }
        let slot = self.slot(text);
        match self.slots.get(slot).copied().and_then(|at| at.checked_sub(1)) {
            Some(at) => {
                let Some(key) = self.keys.get_mut(at as usize) else {
                    return false;
                };
                key.lists = self.postings.push(key.lists, list);
            }
            None => {
                if let Some(free) = self.slots.get_mut(slot) {
                    *free = key;
                }
                self.all.push_str(text);
                let lists = self.postings.push(Chain::default(), list);
                self.keys.push(Key { start, length, lists });
            }
        }
        true
    }

    /// Gives each list that holds a text, with the text as it stands in the table.
    pub(super) fn find<'a>(&'a self, text: &str, found: &mut impl FnMut(u16, &'a str)) {
        if self.slots.is_empty() {
            return;
        }
        let Some(at) = self.slots.get(self.slot(text)).and_then(|at| at.checked_sub(1)) else {
            return;
        };
        let Some(key) = self.keys.get(at as usize) else { return };
        for list in self.postings.lists(key.lists) {
            found(list, self.text(key));
        }
    }

    /// Gives back what growing took too much of.
    pub(super) fn shrink(&mut self) {
        self.all.shrink_to_fit();
        self.keys.shrink_to_fit();
        self.postings.shrink();
    }

    fn text(&self, key: &Key) -> &str {
        let start = key.start as usize;
        self.all.get(start..start + key.length as usize).unwrap_or_default()
    }

    /// The slot that holds a text, or the free one where it belongs. There is always a free slot.
    fn slot(&self, text: &str) -> usize {
        let mask = self.slots.len().wrapping_sub(1);
        let mut slot = self.hash.hash_one(text) as usize & mask;
        while let Some(at) = self.slots.get(slot).copied().and_then(|at| at.checked_sub(1)) {
            if self.keys.get(at as usize).is_some_and(|key| self.text(key) == text) {
                break;
            }
            slot = (slot + 1) & mask;
        }
        slot
    }

    fn grow(&mut self) {
        let size = (self.slots.len() * 2).max(64);
        self.slots = vec![0; size];
        for at in 0..self.keys.len() {
            let slot = self.keys.get(at).map(|key| self.slot(self.text(key)));
            if let (Some(free), Ok(key)) = (slot.and_then(|slot| self.slots.get_mut(slot)), u32::try_from(at + 1)) {
                *free = key;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use proptest::prelude::*;

    use super::Texts;

    proptest! {
        #[test]
        fn finds_what_a_map_of_sets_finds(
            added in prop::collection::vec(("[ab]{0,6}", 0..4_u16), 0..300),
            asked in prop::collection::vec("[ab]{0,6}", 0..50),
        ) {
            let mut texts = Texts::default();
            let mut oracle: BTreeMap<String, BTreeSet<u16>> = BTreeMap::new();
            for (text, list) in &added {
                prop_assert!(texts.add(text, *list));
                oracle.entry(text.clone()).or_default().insert(*list);
            }
            texts.shrink();
            for text in asked.iter().chain(added.iter().map(|(text, _)| text)) {
                let mut found = BTreeSet::new();
                texts.find(text, &mut |list, entry| { assert_eq!(entry, text); found.insert(list); });
                prop_assert_eq!(found, oracle.get(text).cloned().unwrap_or_default());
            }
        }
    }
}
