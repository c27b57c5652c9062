//! Computes the whole log again and compares it with what is stored.

use std::collections::BTreeMap;

use ledger::{Frontier, Hash, SignedCheckpoint};

use super::frontier;
use super::log::opened;
use crate::maintenance::{Finding, FindingSeverity};
use crate::{Error, Result, Store};

impl Store {
    /// What is wrong with the ledger.
    pub(crate) async fn check_ledger(&self) -> Result<Vec<Finding>> {
        let stored = self
            .row("select frontier from head", Vec::new(), |row| frontier(row.bytes(0)?))
            .await?
            .ok_or_else(|| Error::ours("the store has no head"))?;
        let (signed, mut wrong) = self.signed_roots().await?;
        let mut computed = Frontier::new();
        loop {
            let rows = self.ledger_rows(computed.size()).await?;
            if rows.is_empty() {
                break;
            }
            let leaves = self.leaves(computed.size(), rows.len()).await?;
            for (at, row) in rows.iter().enumerate() {
                let leaf = opened(row).commitment().map(|commitment| commitment.leaf_hash());
                let position = row.position;
                if position != computed.size() {
                    wrong.push(format!("entry {} of the ledger is missing", computed.size()));
                    return Ok(findings(wrong));
                }
                let (Ok(leaf), Some(kept)) = (leaf, leaves.get(at)) else {
                    wrong.push(format!("entry {position} of the ledger is not readable"));
                    return Ok(findings(wrong));
                };
                if leaf != *kept {
                    wrong.push(format!(
                        "entry {position} of the ledger was changed after it was written"
                    ));
                }
                let mut completed = Vec::new();
                if computed.append_with(leaf, |one| completed.push(one)).is_err() {
                    wrong.push(format!("the ledger cannot hold entry {position}"));
                    return Ok(findings(wrong));
                }
                for one in completed {
                    let stored = self.hash_at(one.level, one.position).await?;
                    if stored != Some(one.hash) {
                        wrong.push(format!(
                            "hash {} of level {} of the ledger is missing or was changed",
                            one.position, one.level
                        ));
                    }
                }
                if let Some(root) = signed.get(&computed.size())
                    && *root != computed.root()
                {
                    wrong.push(format!(
                        "the ledger no longer has the root that was signed for size {}",
                        computed.size()
                    ));
                }
            }
        }
        if (computed.size(), computed.root()) != (stored.size(), stored.root()) {
            wrong.push(format!(
                "the ledger has {} entries with another root than the {} entries it should have",
                computed.size(),
                stored.size()
            ));
        }
        if let Some((size, _)) = signed.last_key_value().filter(|(size, _)| **size > computed.size()) {
            wrong.push(format!(
                "the ledger was signed with {size} entries and has only {}",
                computed.size()
            ));
        }
        Ok(findings(wrong))
    }

    /// The roots that were signed, by size, and what is wrong with the signatures.
    async fn signed_roots(&self) -> Result<(BTreeMap<u64, Hash>, Vec<String>)> {
        let sql = "select text from checkpoint order by size";
        let (mut roots, mut wrong) = (BTreeMap::new(), Vec::new());
        for text in self.list(sql, Vec::new(), |row| row.text(0)).await? {
            let signed: Result<SignedCheckpoint, _> = text.parse();
            match signed.as_ref().map(|one| one.verify(self.ledger_key.verifying_key())) {
                Ok(Ok(checkpoint)) => {
                    roots.insert(checkpoint.size, checkpoint.root);
                }
                _ => wrong.push("a stored checkpoint is not signed with the key of this ledger".to_owned()),
            }
        }
        Ok((roots, wrong))
    }

    async fn leaves(&self, from: u64, many: usize) -> Result<Vec<Hash>> {
        let sql = "select leaf from ledger_entry where position >= ?1 order by position limit ?2";
        let many = i64::try_from(many).unwrap_or(i64::MAX);
        self.list(sql, vec![super::stored(from)?.into(), many.into()], |row| {
            row.hash(0).map(Hash)
        })
        .await
    }

    async fn hash_at(&self, level: u8, position: u64) -> Result<Option<Hash>> {
        let sql = "select hash from ledger_hash where level = ?1 and position = ?2";
        let values = vec![i64::from(level).into(), super::stored(position)?.into()];
        self.row(sql, values, |row| row.hash(0).map(Hash)).await
    }
}

fn findings(wrong: Vec<String>) -> Vec<Finding> {
    let finding = |what| Finding {
        severity: FindingSeverity::Error,
        what,
        help: "somebody or something changed the database beside this program: keep it for evidence, restore a backup"
            .to_owned(),
    };
    wrong.into_iter().map(finding).collect()
}
