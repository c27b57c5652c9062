//! Questions that people keep under a name. What they find is looked up each time they are asked, by whoever asks.

use policy::{PersonId, Principal};
use stix::Timestamp;
use uuid::Uuid;

use crate::account::rule_changed;
use crate::contribution::Position;
use crate::db::Change;
use crate::error::ErrorKind;
use crate::value::{Row, Value, many};
use crate::{Error, Result, Store};

/// What its owner chooses of a saved search.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SavedTerms {
    /// What its owner calls it.
    pub name: String,
    /// The question, as typed.
    pub question: String,
    /// Whether what is new is shown on the start page.
    pub today: bool,
    /// Whether its owner is told by e-mail.
    pub mail: bool,
    /// Whether the webhooks of its owner's member are told.
    pub webhook: bool,
}

/// A saved search.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SavedSearch {
    /// Its number in this store.
    pub id: i64,
    /// Its name for programs.
    pub uuid: Uuid,
    /// Whose it is.
    pub person: PersonId,
    /// What its owner chose.
    pub terms: SavedTerms,
    /// Up to where its owner has looked.
    pub seen: Position,
    /// Up to where its owner was told.
    pub told: Position,
    /// When it was saved.
    pub created: Timestamp,
}

macro_rules! columns {
    () => {
        "id, uuid, person, name, question, today, mail, webhook, seen, told, created"
    };
}

const OF_PERSON: &str = concat!(
    "select ",
    columns!(),
    " from saved_search where person = ?1 order by name limit ?2"
);
const ONE: &str = concat!(
    "select ",
    columns!(),
    " from saved_search where uuid = ?1 and person = ?2"
);
const TELLING: &str = concat!(
    "select ",
    columns!(),
    " from saved_search where id > ?1 and (mail = 1 or webhook = 1) and told < ?2 order by id limit ?3"
);
const PUT: &str = "insert into saved_search (uuid, person, name, question, today, mail, webhook, seen, told, created) \
                   values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?8, ?9) on conflict do nothing returning id";
const CHANGE: &str = "update saved_search set name = ?3, question = ?4, today = ?5, mail = ?6, webhook = ?7 \
                      where id = ?1 and person = ?2 and not exists (select 1 from saved_search other \
                      where other.person = ?2 and other.name = ?3 and other.id <> ?1) returning id";
const DELETE: &str = "delete from saved_search where uuid = ?1 and person = ?2 returning id";
const SEEN: &str = "update saved_search set seen = ?2, told = case when told < ?2 then ?2 else told end \
                    where id = ?1 and seen < ?2";
/// Gives a row unless somebody else was quicker.
const TOLD: &str = "update saved_search set told = ?3 where id = ?1 and told = ?2 returning id";

fn saved(row: &Row) -> Result<SavedSearch> {
    Ok(SavedSearch {
        id: row.int(0)?,
        uuid: row.uuid(1)?,
        person: PersonId(row.int(2)?),
        terms: SavedTerms {
            name: row.text(3)?,
            question: row.text(4)?,
            today: row.flag(5)?,
            mail: row.flag(6)?,
            webhook: row.flag(7)?,
        },
        seen: Position(row.int(8)?),
        told: Position(row.int(9)?),
        created: row.time(10)?,
    })
}

fn chosen(terms: &SavedTerms) -> [Value; 5] {
    [
        (&terms.name).into(),
        (&terms.question).into(),
        i64::from(terms.today).into(),
        i64::from(terms.mail).into(),
        i64::from(terms.webhook).into(),
    ]
}

fn taken() -> Error {
    Error::new(ErrorKind::Conflict, "a saved search of this name is there already").help("choose another name")
}

impl Store {
    /// What a person saved, by name.
    pub async fn saved_searches(&self, person: PersonId, limit: usize) -> Result<Vec<SavedSearch>> {
        self.list(OF_PERSON, vec![person.into(), many(limit).into()], saved)
            .await
    }

    /// One of a person's.
    pub async fn saved_search_get(&self, person: PersonId, uuid: Uuid) -> Result<Option<SavedSearch>> {
        self.row(ONE, vec![uuid.into(), person.into()], saved).await
    }

    /// Those whose owners want to be told and were not, up to a place; in order, after one of them.
    pub async fn saved_searches_telling(&self, after: i64, to: Position, limit: usize) -> Result<Vec<SavedSearch>> {
        let values = vec![after.into(), to.0.into(), many(limit).into()];
        self.list(TELLING, values, saved).await
    }

    /// Keeps a question; what is there by now counts as seen.
    pub async fn saved_search_put(
        &self,
        actor: &Principal,
        person: PersonId,
        uuid: Uuid,
        terms: &SavedTerms,
    ) -> Result<()> {
        let seen = self.indexed_to().await?;
        let mut row: Vec<Value> = vec![uuid.into(), person.into()];
        row.extend(chosen(terms));
        row.extend([seen.0.into(), self.now().into()]);
        let subject = serde_json::json!({ "person": person.0, "search": uuid });
        let entry = rule_changed(actor, "search saved", subject);
        let written = self.change(Change::new().must(PUT, row, TAKEN).entry(entry)).await;
        written.map(drop).map_err(named)
    }

    /// Changes what its owner chose.
    pub async fn saved_search_change(&self, actor: &Principal, search: &SavedSearch, terms: &SavedTerms) -> Result<()> {
        let mut row: Vec<Value> = vec![search.id.into(), search.person.into()];
        row.extend(chosen(terms));
        let subject = serde_json::json!({ "person": search.person.0, "search": search.uuid });
        let entry = rule_changed(actor, "saved search changed", subject);
        let written = self.change(Change::new().must(CHANGE, row, TAKEN).entry(entry)).await;
        written.map(drop).map_err(named)
    }

    /// Forgets one of a person's; says whether it was there.
    pub async fn saved_search_delete(&self, actor: &Principal, person: PersonId, uuid: Uuid) -> Result<()> {
        let subject = serde_json::json!({ "person": person.0, "search": uuid });
        let entry = rule_changed(actor, "saved search deleted", subject);
        let change = Change::new().must(
            DELETE,
            vec![uuid.into(), person.into()],
            "there is no such saved search",
        );
        self.change(change.entry(entry)).await.map(drop)
    }

    /// Notes up to where its owner has looked; they need not be told of that any more.
    pub async fn saved_search_seen(&self, search: i64, to: Position) -> Result<()> {
        let change = Change::new().with(SEEN, vec![search.into(), to.0.into()]);
        self.change(change).await.map(drop)
    }

    /// Notes up to where its owner was told, with what tells them; says whether nobody else did so meanwhile.
    pub async fn saved_search_told(&self, search: &SavedSearch, to: Position) -> Result<bool> {
        let change = Change::new().with(TOLD, vec![search.id.into(), search.told.0.into(), to.0.into()]);
        let written = self.change(change).await?;
        Ok(written.first().is_some_and(|rows| !rows.is_empty()))
    }
}

/// What the change says where no row came: the name is there already.
const TAKEN: &str = "a saved search of this name is there already";

/// A name that is there is a conflict, and not something that is not there.
fn named(error: Error) -> Error {
    if error.kind() == ErrorKind::NotFound {
        taken()
    } else {
        error
    }
}
