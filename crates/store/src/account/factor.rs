//! The second factor of a person: a sealed secret, the last step that was taken, and recovery codes as digests.
//!
//! What a code is and whether it fits is decided in `node::factors`; here each step and each recovery code is taken once.

use policy::{PersonId, Principal};
use stix::Timestamp;

use crate::account::rule_changed;
use crate::db::Change;
use crate::value::Row;
use crate::{Result, Store};

/// The second factor of a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Factor {
    /// Whose it is.
    pub person: PersonId,
    /// The secret, encrypted.
    pub sealed: Vec<u8>,
    /// Since when it is here.
    pub created: Timestamp,
    /// Since when it counts; none while nobody has shown a code of it.
    pub confirmed: Option<Timestamp>,
    /// The step of the last code that was taken.
    pub last_step: i64,
}

const GET: &str = "select person, sealed, created, confirmed, last_step from factor where person = ?1";
const LEFT: &str = "select count(*) from recovery_code where person = ?1 and used is null";
/// One that counts is not replaced: it has to be removed first, and that needs a code of it.
const PUT: &str = "insert into factor (person, sealed, created, last_step) values (?1, ?2, ?3, 0) \
                   on conflict (person) do update set sealed = excluded.sealed, created = excluded.created, \
                   last_step = 0 where factor.confirmed is null returning person";
const STEP: &str = "update factor set last_step = ?2 where person = ?1 and last_step < ?2 and confirmed is not null \
                    returning person";
const CONFIRM: &str = "update factor set confirmed = ?3, last_step = ?2 where person = ?1 and confirmed is null \
                       returning person";
const CODE: &str = "insert into recovery_code (person, digest) values (?1, ?2)";
const USE_CODE: &str = "update recovery_code set used = ?3 where person = ?1 and digest = ?2 and used is null \
                        returning person";
const REMOVE: &str = "delete from factor where person = ?1 returning person";
const REMOVE_CODES: &str = "delete from recovery_code where person = ?1";

fn factor(row: &Row) -> Result<Factor> {
    Ok(Factor {
        person: PersonId(row.int(0)?),
        sealed: row.bytes(1)?.to_vec(),
        created: row.time(2)?,
        confirmed: row.maybe_time(3)?,
        last_step: row.int(4)?,
    })
}

fn some(rows: &[Vec<Row>]) -> bool {
    rows.first().is_some_and(|rows| !rows.is_empty())
}

impl Store {
    /// The second factor of a person, also one that is not confirmed.
    pub async fn factor_get(&self, person: PersonId) -> Result<Option<Factor>> {
        self.row(GET, vec![person.into()], factor).await
    }

    /// How many recovery codes of a person are left.
    pub async fn recovery_codes_left(&self, person: PersonId) -> Result<i64> {
        Ok(self
            .row(LEFT, vec![person.into()], |row| row.int(0))
            .await?
            .unwrap_or(0))
    }

    /// Keeps a secret that is to be confirmed; says whether it was kept: one that counts already is not replaced.
    pub async fn factor_put(&self, person: PersonId, sealed: Vec<u8>) -> Result<bool> {
        let row = vec![person.into(), sealed.into(), self.now().into()];
        Ok(some(&self.change(Change::new().with(PUT, row)).await?))
    }

    /// Lets a factor count from now on, with these recovery codes; not found where none waits for it.
    pub async fn factor_confirm(
        &self,
        actor: &Principal,
        person: PersonId,
        step: i64,
        codes: &[[u8; 32]],
    ) -> Result<()> {
        let row = vec![person.into(), step.into(), self.now().into()];
        let mut change = Change::new()
            .must(CONFIRM, row, "there is no second factor that waits to be confirmed")
            .with(REMOVE_CODES, vec![person.into()]);
        for code in codes {
            change = change.with(CODE, vec![person.into(), (*code).into()]);
        }
        let entry = rule_changed(actor, "second factor made", serde_json::json!({ "person": person.0 }));
        self.change(change.entry(entry).policy()).await.map(drop)
    }

    /// Takes the code of a step; says whether it was there to be taken: neither it nor a later one was before.
    pub async fn factor_step(&self, person: PersonId, step: i64) -> Result<bool> {
        let change = Change::new().with(STEP, vec![person.into(), step.into()]);
        Ok(some(&self.change(change).await?))
    }

    /// Takes a recovery code; says whether it was there and not used.
    pub async fn recovery_code_use(&self, person: PersonId, code: [u8; 32]) -> Result<bool> {
        let row = vec![person.into(), code.into(), self.now().into()];
        Ok(some(&self.change(Change::new().with(USE_CODE, row)).await?))
    }

    /// Removes a factor with its recovery codes; not found where there is none.
    pub async fn factor_remove(&self, actor: &Principal, person: PersonId) -> Result<()> {
        let change = Change::new()
            .must(REMOVE, vec![person.into()], "there is no second factor")
            .with(REMOVE_CODES, vec![person.into()]);
        let entry = rule_changed(
            actor,
            "second factor removed",
            serde_json::json!({ "person": person.0 }),
        );
        self.change(change.entry(entry).policy()).await.map(drop)
    }
}
