//! Passkeys of people: a public key each, and how often it has answered. What an answer is is decided in `node::passkeys`.

use policy::{PersonId, Principal};
use stix::Timestamp;

use crate::account::{given, rule_changed};
use crate::db::Change;
use crate::value::Row;
use crate::{Result, Store};

/// Number of a passkey in this store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PasskeyId(pub i64);

/// A passkey to be known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewPasskey {
    /// Whose it is.
    pub person: PersonId,
    /// Its name for authenticators.
    pub credential: Vec<u8>,
    /// Its public key, as text.
    pub key: String,
    /// What its owner calls it.
    pub name: String,
    /// The host that it is for.
    pub rp_id: String,
    /// How often it has answered, as far as it counts.
    pub count: i64,
    /// Whether it is kept on several devices.
    pub backed_up: bool,
}

/// A passkey.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passkey {
    /// Its number.
    pub id: PasskeyId,
    /// What is known of it.
    pub terms: NewPasskey,
    /// Since when.
    pub created: Timestamp,
    /// When it let in last.
    pub last_used: Option<Timestamp>,
}

macro_rules! columns {
    () => {
        "id, person, credential, public_key, name, rp_id, counted, backed_up, created, last_used"
    };
}

const INSERT: &str = concat!(
    "insert into passkey (person, credential, public_key, name, rp_id, counted, backed_up, created) \
     values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) returning ",
    columns!()
);
const BY_CREDENTIAL: &str = concat!("select ", columns!(), " from passkey where credential = ?1");
const LIST: &str = concat!("select ", columns!(), " from passkey where person = ?1 order by id");
/// One that counts has to count on; one that does not stays at zero.
const USED: &str = "update passkey set counted = ?2, backed_up = ?3, last_used = ?4 \
                    where id = ?1 and (counted < ?2 or (counted = 0 and ?2 = 0)) returning id";
const RENAME: &str = "update passkey set name = ?3 where id = ?1 and person = ?2 returning id";
const REMOVE: &str = "delete from passkey where id = ?1 and person = ?2 returning id";
const FORGET: &str = "delete from question where until <= ?1";
const ANSWERED: &str =
    "insert into question (digest, until) values (?1, ?2) on conflict (digest) do nothing returning until";

fn passkey(row: &Row) -> Result<Passkey> {
    Ok(Passkey {
        id: PasskeyId(row.int(0)?),
        terms: NewPasskey {
            person: PersonId(row.int(1)?),
            credential: row.bytes(2)?.to_vec(),
            key: row.text(3)?,
            name: row.text(4)?,
            rp_id: row.text(5)?,
            count: row.int(6)?,
            backed_up: row.flag(7)?,
        },
        created: row.time(8)?,
        last_used: row.maybe_time(9)?,
    })
}

impl Store {
    /// Takes note of a passkey. One that is known is a conflict.
    pub async fn passkey_put(&self, actor: &Principal, new: NewPasskey) -> Result<Passkey> {
        let row = vec![
            new.person.into(),
            new.credential.into(),
            new.key.into(),
            new.name.into(),
            new.rp_id.into(),
            new.count.into(),
            new.backed_up.into(),
            self.now().into(),
        ];
        let entry = rule_changed(actor, "passkey made", serde_json::json!({ "person": new.person.0 }));
        let rows = self
            .change(Change::new().with(INSERT, row).entry(entry).policy())
            .await?;
        passkey(given(&rows, 0)?)
    }

    /// A passkey by its name for authenticators.
    pub async fn passkey_get(&self, credential: &[u8]) -> Result<Option<Passkey>> {
        self.row(BY_CREDENTIAL, vec![credential.to_vec().into()], passkey).await
    }

    /// The passkeys of a person.
    pub async fn passkey_list(&self, person: PersonId) -> Result<Vec<Passkey>> {
        self.list(LIST, vec![person.into()], passkey).await
    }

    /// Notes that a passkey answered with this count; says whether it counted on.
    pub async fn passkey_used(&self, id: PasskeyId, count: i64, backed_up: bool) -> Result<bool> {
        let row = vec![id.0.into(), count.into(), backed_up.into(), self.now().into()];
        let rows = self.change(Change::new().with(USED, row)).await?;
        Ok(rows.first().is_some_and(|rows| !rows.is_empty()))
    }

    /// Gives a passkey of a person another name; not found where it is not theirs.
    pub async fn passkey_rename(&self, person: PersonId, id: PasskeyId, name: &str) -> Result<()> {
        let row = vec![id.0.into(), person.into(), name.into()];
        let change = Change::new().must(RENAME, row, "there is no such passkey");
        self.change(change).await.map(drop)
    }

    /// Removes a passkey of a person; not found where it is not theirs.
    pub async fn passkey_remove(&self, actor: &Principal, person: PersonId, id: PasskeyId) -> Result<()> {
        let change = Change::new().must(REMOVE, vec![id.0.into(), person.into()], "there is no such passkey");
        let entry = rule_changed(actor, "passkey removed", serde_json::json!({ "person": person.0 }));
        self.change(change.entry(entry).policy()).await.map(drop)
    }

    /// Notes that a question was answered, until it is too old anyway; says whether this is the first answer.
    pub async fn question_answered(&self, digest: [u8; 32], until: Timestamp) -> Result<bool> {
        let change = Change::new()
            .with(FORGET, vec![self.now().into()])
            .with(ANSWERED, vec![digest.into(), until.into()]);
        let rows = self.change(change).await?;
        Ok(rows.get(1).is_some_and(|rows| !rows.is_empty()))
    }
}
