//! What is published: plain words about an object for everybody, put there and taken back by operators.
//!
//! It is bound to the one contribution that was looked at. Whether that is still there, and still open to everybody, is for
//! `node` to ask of a viewer of the public each time.

use policy::Principal;
use stix::Timestamp;
use uuid::Uuid;

use crate::account::{given, rule_changed};
use crate::db::Change;
use crate::value::{Row, list_text, many};
use crate::{Result, Store};

/// Words to be published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewPublication {
    /// Its name, kept when the words about the same object change.
    pub uuid: Uuid,
    /// The object.
    pub object: String,
    /// The contribution that was looked at.
    pub added: Timestamp,
    /// The language of the words.
    pub language: String,
    /// What it is about, in a line.
    pub title: String,
    /// What happened.
    pub happened: String,
    /// Whom it concerns.
    pub concerned: String,
    /// What to do.
    pub advice: String,
    /// Until when it holds.
    pub ends: Option<Timestamp>,
    /// The sectors it is for; none: all.
    pub sectors: Vec<String>,
}

/// What is published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Publication {
    /// Its number: the later, the higher.
    pub id: i64,
    /// The words.
    pub words: NewPublication,
    /// Whether the member that contributed the object chose to be named.
    pub named: bool,
    /// When it was published first.
    pub published: Timestamp,
    /// When its words changed last.
    pub changed: Timestamp,
}

macro_rules! columns {
    () => {
        "id, uuid, object, added, named, language, title, happened, concerned, advice, ends, sectors, published, changed"
    };
}

/// The same object is published once; of another contribution of it, it is not known whether its member wants to be named.
const PUT: &str = concat!(
    "insert into publication (uuid, object, added, named, language, title, happened, concerned, advice, ends, sectors, \
     published, changed, by_person) values (?1, ?2, ?3, 0, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?11, ?12) \
     on conflict (object) where taken_back is null do update set \
     named = case when publication.added = excluded.added then publication.named else 0 end, added = excluded.added, \
     language = excluded.language, title = excluded.title, happened = excluded.happened, concerned = excluded.concerned, \
     advice = excluded.advice, ends = excluded.ends, sectors = excluded.sectors, changed = excluded.changed, \
     by_person = excluded.by_person returning ",
    columns!()
);
const TAKE_BACK: &str =
    "update publication set taken_back = ?2 where uuid = ?1 and taken_back is null returning object";
const NAME: &str = "update publication set named = ?2 where uuid = ?1 and taken_back is null returning object";
const GET: &str = concat!(
    "select ",
    columns!(),
    " from publication where uuid = ?1 and taken_back is null"
);
const OF_OBJECT: &str = concat!(
    "select ",
    columns!(),
    " from publication where object = ?1 and taken_back is null"
);
const LIST: &str = concat!(
    "select ",
    columns!(),
    " from publication where taken_back is null and id < ?1 order by id desc limit ?2"
);
const NOT_THERE: &str = "nothing of that name is published";

fn publication(row: &Row) -> Result<Publication> {
    Ok(Publication {
        id: row.int(0)?,
        words: NewPublication {
            uuid: row.uuid(1)?,
            object: row.text(2)?,
            added: row.time(3)?,
            language: row.text(5)?,
            title: row.text(6)?,
            happened: row.text(7)?,
            concerned: row.text(8)?,
            advice: row.text(9)?,
            ends: row.maybe_time(10)?,
            sectors: row.list(11)?,
        },
        named: row.flag(4)?,
        published: row.time(12)?,
        changed: row.time(13)?,
    })
}

impl Store {
    /// Publishes words about an object, in place of those that were there about the same.
    pub async fn publication_put(&self, actor: &Principal, new: NewPublication) -> Result<Publication> {
        let subject = serde_json::json!({ "object": new.object, "added": new.added, "title": new.title });
        let row = vec![
            new.uuid.into(),
            new.object.into(),
            new.added.into(),
            new.language.into(),
            new.title.into(),
            new.happened.into(),
            new.concerned.into(),
            new.advice.into(),
            new.ends.into(),
            list_text(&new.sectors).into(),
            self.now().into(),
            actor.person.into(),
        ];
        let change = Change::new().with(PUT, row);
        let rows = self
            .change(change.entry(rule_changed(actor, "published", subject)))
            .await?;
        publication(given(&rows, 0)?)
    }

    /// Takes back what was published.
    pub async fn publication_take_back(&self, actor: &Principal, uuid: Uuid) -> Result<()> {
        let row = vec![uuid.into(), self.now().into()];
        let entry = rule_changed(
            actor,
            "publication taken back",
            serde_json::json!({ "publication": uuid }),
        );
        let change = Change::new().must(TAKE_BACK, row, NOT_THERE).entry(entry);
        self.change(change).await.map(drop)
    }

    /// Says whether the member behind it is named.
    pub async fn publication_name(&self, actor: &Principal, uuid: Uuid, named: bool) -> Result<()> {
        let subject = serde_json::json!({ "publication": uuid, "named": named });
        let entry = rule_changed(actor, "named in public", subject);
        let change = Change::new().must(NAME, vec![uuid.into(), named.into()], NOT_THERE);
        self.change(change.entry(entry)).await.map(drop)
    }

    /// One of them.
    pub async fn publication_get(&self, uuid: Uuid) -> Result<Option<Publication>> {
        self.row(GET, vec![uuid.into()], publication).await
    }

    /// What is published about an object.
    pub async fn publication_of(&self, object: &str) -> Result<Option<Publication>> {
        self.row(OF_OBJECT, vec![object.into()], publication).await
    }

    /// What is published, the newest first, before a number.
    pub async fn publication_list(&self, before: Option<i64>, limit: usize) -> Result<Vec<Publication>> {
        let before = before.unwrap_or(i64::MAX);
        self.list(LIST, vec![before.into(), many(limit).into()], publication)
            .await
    }
}
