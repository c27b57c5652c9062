//! Loads vocabularies one file after another. A broken file is said with what is wrong, and the rest goes on.

use std::collections::{BTreeMap, BTreeSet};

use stix::Problem;
use store::{ImportEntry, VocabularyKind};

use super::read::{self, Read, wrong};
use crate::accounts::Caller;
use crate::error::Error;
use crate::node::Node;

/// What became of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// It was not there before.
    New(VocabularyKind),
    /// It replaced what was there.
    Changed(VocabularyKind),
    /// It is there already, letter by letter.
    Unchanged(VocabularyKind),
    /// Clusters whose galaxy is not there yet: to be given again when all others were.
    Later,
    /// It holds no vocabulary.
    Other,
}

/// How many files of a kind came to what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ImportCount {
    /// Not there before.
    pub new: usize,
    /// In place of others.
    pub changed: usize,
    /// There already.
    pub unchanged: usize,
}

/// An import that is going on.
pub struct VocabularyImport<'n> {
    node: &'n Node,
    entry: ImportEntry,
    counts: BTreeMap<VocabularyKind, ImportCount>,
    seen: BTreeSet<(VocabularyKind, String)>,
    lists: BTreeSet<String>,
}

impl Node {
    /// Begins to import vocabularies; `from` says in the ledger where they come from.
    ///
    /// # Errors
    /// When the caller is no operator, or the store does not answer.
    pub async fn vocabulary_import(&self, caller: &Caller, from: &str) -> Result<VocabularyImport<'_>, Error> {
        super::operates(caller)?;
        self.vocabulary_ready().await?;
        let lists = self
            .warninglists()
            .lists()
            .iter()
            .map(|list| list.name.clone())
            .collect();
        let entry = ImportEntry::of(&caller.principal, from);
        Ok(VocabularyImport {
            node: self,
            entry,
            counts: BTreeMap::new(),
            seen: BTreeSet::new(),
            lists,
        })
    }
}

impl VocabularyImport<'_> {
    /// Takes one file.
    ///
    /// # Errors
    /// When it is broken ([`Error::Input`]): the import goes on with the next one. When the store does not answer.
    pub async fn take(&mut self, text: &str) -> Result<Taken, Error> {
        let Some(Read { file, clusters }) = read::read(text)? else {
            return Ok(Taken::Other);
        };
        let kind = file.kind;
        let store = self.node.store();
        let there = store.vocabulary_by_key(kind, &file.key).await?;
        let galaxy = match kind {
            VocabularyKind::Clusters => match store.vocabulary_by_key(VocabularyKind::Galaxy, &file.key).await? {
                Some(galaxy) => Some(galaxy.id),
                None => return Ok(Taken::Later),
            },
            _ => None,
        };
        if kind == VocabularyKind::Warninglist {
            crate::warninglists::one_list(text)?;
        }
        if !self.seen.insert((kind, file.key.clone())) {
            let message = format!("'{}' came already in this import", file.key);
            return Err(wrong("$", message, "leave one of the two files out").into());
        }
        let unchanged = there
            .as_ref()
            .is_some_and(|there| !there.built_in && there.digest == file.digest);
        let taken = match &there {
            Some(_) if unchanged => Taken::Unchanged(kind),
            Some(_) => Taken::Changed(kind),
            None => Taken::New(kind),
        };
        if !unchanged {
            // Off before it is there: what a list flags is left out of what others look for, and that somebody decides.
            if kind == VocabularyKind::Warninglist && !self.lists.contains(&file.key) {
                self.node.warninglists_off(std::slice::from_ref(&file.key)).await?;
            }
            match galaxy {
                Some(galaxy) => store.cluster_import(&mut self.entry, &file, galaxy, &clusters).await?,
                None => store.vocabulary_put(&mut self.entry, &file).await?,
            }
        }
        let count = self.counts.entry(kind).or_default();
        match taken {
            Taken::New(_) => count.new += 1,
            Taken::Changed(_) => count.changed += 1,
            _ => count.unchanged += 1,
        }
        Ok(taken)
    }

    /// Why clusters that were given again are still too early.
    pub fn without_galaxy() -> Problem {
        let message = "these clusters are of a galaxy that is not here";
        wrong(
            "$.type",
            message,
            "import the file of its galaxy too, from the folder 'galaxies' of the same repository",
        )
    }

    /// Ends the import and puts it in force; gives what came of each kind. New warninglists are off until somebody
    /// switches them on.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn end(self) -> Result<BTreeMap<VocabularyKind, ImportCount>, Error> {
        let lists = self
            .counts
            .get(&VocabularyKind::Warninglist)
            .copied()
            .unwrap_or_default();
        if lists.new + lists.changed > 0 {
            self.node.reload_warninglists().await?;
        }
        Ok(self.counts)
    }
}
