//! Appending to the log and reading it: entries, tiles, checkpoints, receipts, exports.

use std::collections::HashMap;
use std::io::Write;

use ledger::export::{ExportWriter, Header};
use ledger::proof::{inclusion_proof, inclusion_tiles};
use ledger::{Checkpoint, Entry, Hash, Receipt, SignedCheckpoint, Tile};
use policy::Viewer;
use stix::Timestamp;

use super::{NewEntry, RecordRow, frontier, record_row, stored};
use crate::db::{Change, Db};
use crate::sqlite::Terms;
use crate::value::Value;
use crate::{Error, Result, Store};

/// Entries read at once while everything is read.
const PAGE: i64 = 1_000;

impl Store {
    /// Appends entries, in order, together with what else is being written. Waits for the commit, not for the disk.
    pub async fn ledger_append(&self, entries: Vec<NewEntry>) -> Result<()> {
        match &self.db {
            Db::Sqlite(sqlite) => {
                // One entry is refused before it is written, several perhaps after the first.
                let terms = Terms {
                    rows: entries.len(),
                    guarded: entries.len() > 1,
                    ..Terms::SMALL
                };
                sqlite.write(terms, move |writing| writing.append(&entries)).await
            }
            Db::Postgres(postgres) => {
                let mut writing = postgres.begin(false).await?;
                writing.append(&entries).await?;
                writing.commit().await
            }
        }
    }

    /// How many entries the log has.
    pub async fn ledger_size(&self) -> Result<u64> {
        Ok(self.ledger_root().await?.0)
    }

    /// The size of the log as it stands, and its root.
    pub async fn ledger_root(&self) -> Result<(u64, Hash)> {
        let edge = self
            .row("select frontier from head", Vec::new(), |row| frontier(row.bytes(0)?))
            .await?
            .ok_or_else(|| Error::ours("the store has no head"))?;
        Ok((edge.size(), edge.root()))
    }

    /// The signed root of the log: the one signed last if nothing was appended since, a new one otherwise.
    pub async fn checkpoint(&self) -> Result<SignedCheckpoint> {
        let (size, root) = self.ledger_root().await?;
        let last = "select size, text from checkpoint order by size desc limit 1";
        let signed = self
            .row(last, Vec::new(), |row| Ok((row.int(0)?, row.text(1)?)))
            .await?;
        if let Some((at, text)) = signed
            && at == stored(size)?
        {
            return text
                .parse()
                .map_err(|error| Error::ours(format!("a stored checkpoint is damaged: {error}")));
        }
        // The frontier was committed with this root, so whoever signs this size signs the same.
        let checkpoint = Checkpoint {
            origin: self.ledger_key.verifying_key().name().to_owned(),
            size,
            root,
        };
        let signed = checkpoint
            .sign(&self.ledger_key)
            .map_err(|error| Error::ours(format!("the checkpoint cannot be signed: {error}")).because(error))?;
        let insert = "insert into checkpoint (size, at, text) values (?1, ?2, ?3) on conflict (size) do nothing";
        let values = vec![stored(size)?.into(), self.now().into(), signed.to_string().into()];
        self.change(Change::new().with(insert, values)).await?;
        Ok(signed)
    }

    /// The entries of the viewer's member from a place on; nobody else's, and none for the public.
    pub async fn ledger_entries(&self, viewer: &Viewer, from: u64, limit: usize) -> Result<Vec<RecordRow>> {
        let Some(member) = viewer.principal().member else {
            return Ok(Vec::new());
        };
        let sql = "select position, at, kind, member, body, salt from ledger_entry \
                   where member = ?1 and position >= ?2 order by position limit ?3";
        let limit = i64::try_from(limit).unwrap_or(PAGE);
        self.list(sql, vec![member.into(), stored(from)?.into(), limit.into()], record_row)
            .await
    }

    /// The receipts of the viewer's member from a place on, all under one checkpoint.
    pub async fn receipts(&self, viewer: &Viewer, from: u64, limit: usize) -> Result<Vec<Receipt>> {
        let checkpoint = self.checkpoint().await?;
        let size = checkpoint.unverified().size;
        let mut tiles = HashMap::new();
        let mut receipts = Vec::new();
        for row in self.ledger_entries(viewer, from, limit).await? {
            if row.position >= size {
                break;
            }
            let needed = inclusion_tiles(row.position, size).map_err(proof_failed)?;
            for tile in needed {
                if let std::collections::hash_map::Entry::Vacant(place) = tiles.entry(tile) {
                    place.insert(self.tile(tile).await?);
                }
            }
            let reader = |tile: Tile| {
                let hashes = tiles.get(&tile).cloned();
                hashes.ok_or_else(|| Error::ours("a tile of the ledger was not read"))
            };
            let proof = inclusion_proof(reader, row.position, size).map_err(proof_failed)?;
            receipts.push(Receipt::new(
                opened(&row).to_opened(),
                row.position,
                proof,
                checkpoint.clone(),
            ));
        }
        Ok(receipts)
    }

    /// The hashes of a tile, as far as the log has them.
    pub async fn tile(&self, tile: Tile) -> Result<Vec<Hash>> {
        let positions = tile.positions();
        let (from, to) = (stored(positions.start)?, stored(positions.end)?);
        let (sql, values): (_, Vec<Value>) = if tile.level == 0 {
            let sql = "select leaf from ledger_entry where position >= ?1 and position < ?2 order by position";
            (sql, vec![from.into(), to.into()])
        } else {
            let sql = "select hash from ledger_hash where level = ?1 and position >= ?2 and position < ?3 \
                       order by position";
            (sql, vec![i64::from(tile.level).into(), from.into(), to.into()])
        };
        self.list(sql, values, |row| row.hash(0).map(Hash)).await
    }

    /// Writes the whole log as commitments, with the entries of the viewer's member opened: what can be checked
    /// offline. Gives the checkpoint it was written under.
    pub async fn ledger_export<W: Write + Send>(&self, viewer: &Viewer, out: W) -> Result<SignedCheckpoint> {
        let checkpoint = self.checkpoint().await?;
        let size = checkpoint.unverified().size;
        let header = Header {
            key: self.ledger_key.verifying_key().clone(),
            checkpoint: checkpoint.clone(),
        };
        let mut export = ExportWriter::new(out, header).map_err(export_failed)?;
        let member = viewer.principal().member;
        let mut next = 0;
        while next < size {
            let rows = self.ledger_rows(next).await?;
            if rows.is_empty() {
                break;
            }
            for row in rows.into_iter().take_while(|row| row.position < size) {
                let entry = opened(&row);
                let commitment = entry
                    .commitment()
                    .map_err(|error| Error::ours(format!("a stored ledger entry is damaged: {error}")))?;
                let own = member.is_some() && row.member == member;
                export
                    .leaf(commitment, own.then(|| entry.to_opened()))
                    .map_err(export_failed)?;
                next = row.position + 1;
            }
        }
        export.finish().map_err(export_failed)?;
        Ok(checkpoint)
    }

    /// Everybody's entries from a place on: for commitments and the doctor only.
    pub(crate) async fn ledger_rows(&self, from: u64) -> Result<Vec<RecordRow>> {
        let sql = "select position, at, kind, member, body, salt from ledger_entry \
                   where position >= ?1 order by position limit ?2";
        self.list(sql, vec![stored(from)?.into(), PAGE.into()], record_row)
            .await
    }

    /// The time.
    pub(crate) fn now(&self) -> Timestamp {
        (self.clock)()
    }
}

/// A stored entry as the ledger knows it.
pub(crate) fn opened(row: &RecordRow) -> Entry<'_> {
    Entry {
        at_micros: row.at.micros(),
        kind: &row.kind,
        body: &row.body,
        salt: row.salt,
    }
}

fn proof_failed<E: std::fmt::Display>(error: E) -> Error {
    Error::ours(format!("a proof could not be made: {error}")).help("run 'commonwatch doctor'")
}

fn export_failed(error: ledger::export::ExportError) -> Error {
    Error::unavailable(format!("the ledger could not be exported: {error}")).because(error)
}
