//! What a reader may see as a MISP feed: `manifest.json`, `hashes.csv`, a file for each event, and a signature beside each.
//!
//! A feed is read with the eyes of whoever asks, so two readers get two feeds, and a signature is for the bytes that its
//! own reader gets. It is a signed note (as checkpoints of the ledger are, with the same key) that names the file and the
//! SHA-256 of its bytes; its first line is none that a checkpoint can have.

use std::collections::BTreeMap;

use policy::Viewer;
use serde_json::json;
use sha2::{Digest as _, Sha256};
use store::{MispKind, MispRow, MispSource};
use uuid::Uuid;

use super::project::says_nothing;
use super::shape::{EventInfo, EventShape, Pieces};
use crate::accounts::Caller;
use crate::error::Error;
use crate::node::Node;

/// Events read together.
const PAGE: usize = 200;
/// Attributes read together.
const CHUNK: usize = 2_000;
/// The first line of what is signed.
const SIGNED_AS: &str = "commonwatch-misp-feed-file";

/// A file of a feed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FeedFile {
    /// Which events there are, and when each changed.
    Manifest,
    /// Which values are in which event, by their MD5.
    Hashes,
    /// An event.
    Event(Uuid),
}

impl FeedFile {
    /// Reads a name.
    pub fn parse(name: &str) -> Option<Self> {
        match name {
            "manifest.json" => Some(Self::Manifest),
            "hashes.csv" => Some(Self::Hashes),
            name => Uuid::try_parse(name.strip_suffix(".json")?).ok().map(Self::Event),
        }
    }

    /// The name.
    pub fn name(self) -> String {
        match self {
            Self::Manifest => "manifest.json".to_owned(),
            Self::Hashes => "hashes.csv".to_owned(),
            Self::Event(uuid) => format!("{uuid}.json"),
        }
    }
}

/// A signature over a file of a feed.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct FeedSignature {
    /// The name of the file.
    pub file: String,
    /// The SHA-256 of its bytes, in hexadecimal digits.
    pub sha256: String,
    /// How many bytes it has.
    pub bytes: u64,
    /// The public key, as the ledger's key is written.
    pub key: String,
    /// The signed note: the lines that are signed, an empty line, and the signature.
    pub note: String,
}

impl Node {
    /// Whether a file of a feed is there for a viewer.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn misp_feed_has(&self, viewer: &Viewer, file: FeedFile) -> Result<bool, Error> {
        match file {
            FeedFile::Manifest | FeedFile::Hashes => Ok(true),
            FeedFile::Event(uuid) => Ok(self.misp_feed_event(viewer, uuid).await?.is_some()),
        }
    }

    async fn misp_feed_event(&self, viewer: &Viewer, uuid: Uuid) -> Result<Option<EventInfo>, Error> {
        let Some(known) = self.store().misp_event_by_uuid(uuid).await? else {
            return Ok(None);
        };
        Ok(self
            .misp_event(viewer, known.id)
            .await?
            .filter(|event| event.record.published))
    }

    /// Writes a file of a feed, piece by piece, and records that it is handed out.
    ///
    /// # Errors
    /// When the store does not answer. What was written until then is no whole file.
    pub async fn misp_feed_write(
        &self,
        caller: &Caller,
        viewer: &Viewer,
        file: FeedFile,
        pieces: &Pieces,
    ) -> Result<(), Error> {
        self.feed_write(Some(caller), viewer, file, pieces).await
    }

    /// Signs a file of a feed as a viewer gets it.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn misp_feed_signature(&self, viewer: &Viewer, file: FeedFile) -> Result<FeedSignature, Error> {
        let (sender, mut pieces) = tokio::sync::mpsc::channel(4);
        let writing = async {
            let written = self.feed_write(None, viewer, file, &sender).await;
            drop(sender);
            written
        };
        let digesting = async {
            let (mut hasher, mut bytes) = (Sha256::new(), 0_u64);
            while let Some(piece) = pieces.recv().await {
                bytes += piece.len() as u64;
                hasher.update(piece.as_bytes());
            }
            (hex::encode(hasher.finalize()), bytes)
        };
        let (written, (sha256, bytes)) = tokio::join!(writing, digesting);
        written?;
        let name = file.name();
        let (note, key) = self
            .store()
            .sign_note(format!("{SIGNED_AS}\n{name}\n{bytes} {sha256}\n"))?;
        Ok(FeedSignature {
            file: name,
            sha256,
            bytes,
            key,
            note,
        })
    }

    async fn feed_write(
        &self,
        record_for: Option<&Caller>,
        viewer: &Viewer,
        file: FeedFile,
        pieces: &Pieces,
    ) -> Result<(), Error> {
        if let FeedFile::Event(uuid) = file {
            let Some(event) = self.misp_feed_event(viewer, uuid).await? else {
                return Err(Error::NotFound(
                    "there is no such event, or it is not open to you".to_owned(),
                ));
            };
            if let Some(caller) = record_for {
                self.misp_give(caller, std::slice::from_ref(&event)).await?;
            }
            return self
                .misp_write_event(viewer, &event, &EventShape::default(), pieces)
                .await;
        }
        let mut first = true;
        if file == FeedFile::Manifest && pieces.send("{".to_owned()).await.is_err() {
            return Ok(());
        }
        let mut names = super::shape::Names::default();
        let mut scan = self.misp_every(viewer, MispSource::All, MispKind::Event, PAGE);
        while let Some(rows) = scan.next().await? {
            let mut events = self.misp_event_infos(viewer, rows, &mut names).await?;
            events.retain(|event| event.record.published);
            if let Some(caller) = record_for {
                self.misp_give(caller, &events).await?;
            }
            let mut text = String::new();
            for event in &events {
                match file {
                    FeedFile::Manifest => {
                        text.push_str(if std::mem::take(&mut first) { "" } else { "," });
                        text.push_str(&format!("\"{}\":{}", event.record.uuid, entry(event)));
                    }
                    _ => self.feed_hashes(viewer, event, &mut text, pieces).await?,
                }
            }
            if !text.is_empty() && pieces.send(text).await.is_err() {
                return Ok(());
            }
        }
        if file == FeedFile::Manifest {
            let _ = pieces.send("}".to_owned()).await;
        }
        Ok(())
    }

    /// The values of an event, a line each.
    async fn feed_hashes(
        &self,
        viewer: &Viewer,
        event: &EventInfo,
        text: &mut String,
        pieces: &Pieces,
    ) -> Result<(), Error> {
        let source = MispSource::Event(event.row.id);
        let mut scan = self.misp_every(viewer, source, MispKind::Attribute, CHUNK);
        while let Some(rows) = scan.next().await? {
            for row in rows
                .iter()
                .filter(|row| !row.deleted && !says_nothing(&row.element_type))
            {
                for value in values(row) {
                    text.push_str(&formats::misp::hash_line(value, event.record.uuid));
                }
            }
            if text.len() > 1 << 16 && pieces.send(std::mem::take(text)).await.is_err() {
                return Ok(());
            }
        }
        Ok(())
    }
}

/// The values of an attribute, each half of composite ones by itself.
fn values(row: &MispRow) -> Vec<&str> {
    match row
        .value
        .split_once('|')
        .filter(|_| row.element_type.contains('|') || row.element_type == "malware-sample")
    {
        Some((one, other)) => vec![one, other],
        None if row.value.is_empty() => Vec::new(),
        None => vec![&row.value],
    }
}

/// What the manifest says of an event.
fn entry(event: &EventInfo) -> serde_json::Value {
    let tags: Vec<BTreeMap<&str, &str>> = event
        .tags
        .iter()
        .map(|tag| BTreeMap::from([("name", tag.name.as_str()), ("colour", tag.colour.as_str())]))
        .collect();
    json!({
        "info": event.row.value, "date": event.date(), "analysis": event.level("analysis", 0).to_string(),
        "threat_level_id": event.level("threat_level_id", 4).to_string(), "timestamp": event.timestamp().to_string(),
        "Orgc": { "name": event.creator.name, "uuid": event.creator.uuid.to_string() }, "Tag": tags,
    })
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::FeedFile;

    #[test]
    fn a_file_is_named_by_what_is_in_it_and_no_other_way() {
        let event = FeedFile::Event(Uuid::from_u128(7));
        for file in [FeedFile::Manifest, FeedFile::Hashes, event] {
            assert_eq!(FeedFile::parse(&file.name()), Some(file));
        }
        for name in [
            "",
            "x",
            "../manifest.json",
            "manifest",
            ".json",
            "00000000-0000-0000-0000-000000000007",
        ] {
            assert_eq!(FeedFile::parse(name), None, "{name}");
        }
    }
}
