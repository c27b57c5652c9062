//! Vocabularies: taxonomies, galaxies with clusters and relations, noticelists, templates of objects, models of decay.
//!
//! | what | module |
//! |---|---|
//! | files of a vocabulary, and their numbers | here |
//! | clusters of galaxies, imported and added | [`cluster`] |
//! | what clusters have to do with each other | [`relation`] |
//!
//! What was imported is for everybody. What a member added is given only to a principal to whom that member opened it: every
//! function that reads clusters or relations takes one.

mod cluster;
mod relation;

use policy::Principal;

use crate::account::rule_changed;
use crate::db::Change;
use crate::record::NewEntry;
use crate::value::{Row, Value};
use crate::{Error, Result, Store};

pub use cluster::{Cluster, ClusterFilter, ClusterWish, ImportedCluster, ImportedRelation, Opening};
pub use relation::{ClusterRelation, RelationWish};

/// What a file of a vocabulary holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum VocabularyKind {
    /// Tags of one namespace.
    Taxonomy,
    /// What a galaxy is; its clusters are in a file of their own.
    Galaxy,
    /// The clusters of a galaxy: how they were imported, not what they are.
    Clusters,
    /// Values known to be harmless: a number only.
    Warninglist,
    /// What to think of before something is shared.
    Noticelist,
    /// Which attributes an object has.
    ObjectTemplate,
    /// How fast what is worth how much.
    DecayModel,
}

impl VocabularyKind {
    /// Every kind.
    pub const ALL: [Self; 7] = [
        Self::Taxonomy,
        Self::Galaxy,
        Self::Clusters,
        Self::Warninglist,
        Self::Noticelist,
        Self::ObjectTemplate,
        Self::DecayModel,
    ];

    /// What people call several of them.
    pub fn plural(self) -> &'static str {
        match self {
            Self::Taxonomy => "taxonomies",
            Self::Galaxy => "galaxies",
            Self::Clusters => "files of clusters",
            Self::Warninglist => "warninglists",
            Self::Noticelist => "noticelists",
            Self::ObjectTemplate => "object templates",
            Self::DecayModel => "decaying models",
        }
    }

    fn code(self) -> i64 {
        match self {
            Self::Taxonomy => 1,
            Self::Galaxy => 2,
            Self::Clusters => 3,
            Self::Warninglist => 4,
            Self::Noticelist => 5,
            Self::ObjectTemplate => 6,
            Self::DecayModel => 7,
        }
    }
}

/// A file of a vocabulary without its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vocabulary {
    /// The number by which clients know it.
    pub id: i64,
    /// The name by which it is known in its kind: namespace, type of a galaxy, name.
    pub key: String,
    /// Its UUID; empty where it has none.
    pub uuid: String,
    /// Its version.
    pub version: i64,
    /// Whether it is in use.
    pub enabled: bool,
    /// Whether each event is to have a tag of it.
    pub required: bool,
    /// Whether it comes with the program.
    pub built_in: bool,
    /// SHA-256 of its file.
    pub digest: String,
    /// What lists show of it, JSON.
    pub head: String,
}

/// A file of a vocabulary as it is to be.
#[derive(Clone, Debug)]
pub struct VocabularyWish {
    /// What it holds.
    pub kind: VocabularyKind,
    /// The name by which it is known in its kind.
    pub key: String,
    /// Its UUID; empty where it has none.
    pub uuid: String,
    /// Its version.
    pub version: i64,
    /// Whether it is in use where it was not there before.
    pub enabled: bool,
    /// Whether it comes with the program.
    pub built_in: bool,
    /// SHA-256 of its file.
    pub digest: String,
    /// What lists show of it, JSON.
    pub head: String,
    /// The file; of a warninglist it goes to the other warninglists.
    pub body: String,
}

/// What the ledger says of an import: written with the first thing that it changes.
#[derive(Debug)]
pub struct ImportEntry(Option<NewEntry>);

impl ImportEntry {
    /// Somebody imports from somewhere.
    pub fn of(actor: &Principal, from: &str) -> Self {
        Self(Some(rule_changed(
            actor,
            "vocabularies imported",
            serde_json::json!({ "from": from }),
        )))
    }

    /// The program brings its own: that is no decision of anybody.
    pub fn none() -> Self {
        Self(None)
    }

    fn with(&self, change: Change) -> Change {
        match &self.0 {
            Some(entry) => change.entry(entry.clone()),
            None => change,
        }
    }
}

macro_rules! columns {
    () => {
        "id, key, uuid, version, enabled, required, built_in, digest, head"
    };
}

const LIST: &str = concat!("select ", columns!(), " from vocabulary where kind = ?1 order by id");
const GET: &str = concat!("select ", columns!(), " from vocabulary where kind = ?1 and id = ?2");
const BY_KEY: &str = concat!("select ", columns!(), " from vocabulary where kind = ?1 and key = ?2");
const BODY: &str = "select body from vocabulary where kind = ?1 and id = ?2";
const BODIES: &str = "select id, body from vocabulary where kind = ?1 order by id";
const PUT: &str = "insert into vocabulary (kind, key, uuid, version, enabled, required, built_in, digest, head, body) \
                   values (?1, ?2, ?3, ?4, ?5, 0, ?6, ?7, ?8, ?9) on conflict (kind, key) do update set \
                   uuid = excluded.uuid, version = excluded.version, built_in = excluded.built_in, \
                   digest = excluded.digest, head = excluded.head, body = excluded.body";
const PUT_WARNINGLIST: &str = "insert into warninglist (name, body) values (?1, ?2) \
                               on conflict (name) do update set body = excluded.body";
const NUMBER: &str = "insert into vocabulary (kind, key, uuid, version, enabled, required, built_in, digest, head, body) \
                      values (?1, ?2, '', 0, 1, 0, 0, '', '{}', '') on conflict (kind, key) do nothing";
const SET: &str = "update vocabulary set enabled = ?3, required = ?4 where kind = ?1 and id = ?2 returning id";

fn vocabulary(row: &Row) -> Result<Vocabulary> {
    Ok(Vocabulary {
        id: row.int(0)?,
        key: row.text(1)?,
        uuid: row.text(2)?,
        version: row.int(3)?,
        enabled: row.flag(4)?,
        required: row.flag(5)?,
        built_in: row.flag(6)?,
        digest: row.text(7)?,
        head: row.text(8)?,
    })
}

fn values(wish: &VocabularyWish) -> Vec<Value> {
    let body = if wish.kind == VocabularyKind::Warninglist {
        ""
    } else {
        wish.body.as_str()
    };
    vec![
        wish.kind.code().into(),
        (&wish.key).into(),
        (&wish.uuid).into(),
        wish.version.into(),
        wish.enabled.into(),
        wish.built_in.into(),
        (&wish.digest).into(),
        (&wish.head).into(),
        body.into(),
    ]
}

fn put(wish: &VocabularyWish) -> Change {
    let change = Change::new().with(PUT, values(wish));
    match wish.kind {
        VocabularyKind::Warninglist => change.with(PUT_WARNINGLIST, vec![(&wish.key).into(), (&wish.body).into()]),
        _ => change,
    }
}

impl Store {
    /// All of a kind, by number.
    pub async fn vocabulary_list(&self, kind: VocabularyKind) -> Result<Vec<Vocabulary>> {
        self.list(LIST, vec![kind.code().into()], vocabulary).await
    }

    /// One of a kind by its number.
    pub async fn vocabulary_get(&self, kind: VocabularyKind, id: i64) -> Result<Option<Vocabulary>> {
        self.row(GET, vec![kind.code().into(), id.into()], vocabulary).await
    }

    /// One of a kind by its name there.
    pub async fn vocabulary_by_key(&self, kind: VocabularyKind, key: &str) -> Result<Option<Vocabulary>> {
        self.row(BY_KEY, vec![kind.code().into(), key.into()], vocabulary).await
    }

    /// The file of one of a kind.
    pub async fn vocabulary_body(&self, kind: VocabularyKind, id: i64) -> Result<Option<String>> {
        self.row(BODY, vec![kind.code().into(), id.into()], |row| row.text(0))
            .await
    }

    /// The files of all of a kind, with their numbers.
    pub async fn vocabulary_bodies(&self, kind: VocabularyKind) -> Result<Vec<(i64, String)>> {
        self.list(BODIES, vec![kind.code().into()], |row| Ok((row.int(0)?, row.text(1)?)))
            .await
    }

    /// Writes a file of a vocabulary, in place of the one of that name; its number, and whether it is in use, stay.
    pub async fn vocabulary_put(&self, entry: &mut ImportEntry, wish: &VocabularyWish) -> Result<()> {
        self.change(entry.with(put(wish))).await?;
        entry.0 = None;
        Ok(())
    }

    /// The number of a name of a kind, made where there is none.
    pub async fn vocabulary_number(&self, kind: VocabularyKind, key: &str) -> Result<i64> {
        if let Some(found) = self.vocabulary_by_key(kind, key).await? {
            return Ok(found.id);
        }
        self.change(Change::new().with(NUMBER, vec![kind.code().into(), key.into()]))
            .await?;
        let made = self.vocabulary_by_key(kind, key).await?;
        made.map(|made| made.id)
            .ok_or_else(|| Error::ours("a number was given and is not there"))
    }

    /// Says whether something is in use, and whether each event is to have a tag of it.
    pub async fn vocabulary_set(
        &self,
        actor: &Principal,
        kind: VocabularyKind,
        id: i64,
        enabled: bool,
        required: bool,
    ) -> Result<()> {
        let subject = serde_json::json!({ "vocabulary": id, "enabled": enabled, "required": required });
        let values = vec![kind.code().into(), id.into(), enabled.into(), required.into()];
        let change = Change::new().must(SET, values, "there is nothing of this number");
        self.change(change.entry(rule_changed(actor, "vocabulary switched", subject)))
            .await
            .map(drop)
    }
}
