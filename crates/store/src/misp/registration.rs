//! Who asked for an account, until an operator decides.

use policy::Principal;
use stix::Timestamp;
use uuid::Uuid;

use super::number::uuid_at;
use crate::account::rule_changed;
use crate::db::Change;
use crate::value::{Row, many};
use crate::{Result, Store};

/// Somebody who asks for an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MispRegistration {
    /// Its number; of a new one, anything.
    pub id: i64,
    /// Its UUID.
    pub uuid: Uuid,
    /// What they sent, JSON.
    pub wish: String,
    /// When.
    pub at: Timestamp,
}

const LIST: &str = "select id, uuid, wish, at from misp_registration where id > ?1 order by id limit ?2";
const COUNT: &str = "select count(*) from misp_registration";
const PUT: &str = "insert into misp_registration (uuid, wish, at) values (?1, ?2, ?3)";
const END: &str = "delete from misp_registration where id = ?1";
const FORGET: &str = "delete from misp_registration where at < ?1";

fn registration(row: &Row) -> Result<MispRegistration> {
    Ok(MispRegistration {
        id: row.int(0)?,
        uuid: uuid_at(row, 1)?,
        wish: row.text(2)?,
        at: row.time(3)?,
    })
}

impl Store {
    /// Who asked for an account, after a number.
    pub async fn misp_registrations(&self, after: i64, limit: usize) -> Result<Vec<MispRegistration>> {
        self.list(LIST, vec![after.into(), many(limit).into()], registration)
            .await
    }

    /// How many wait.
    pub async fn misp_registration_count(&self) -> Result<i64> {
        let count = self.row(COUNT, Vec::new(), |row| row.int(0)).await?;
        Ok(count.unwrap_or_default())
    }

    /// Keeps a wish for an account.
    pub async fn misp_register(&self, wish: &MispRegistration) -> Result<()> {
        let values = vec![
            wish.uuid.as_bytes().to_vec().into(),
            (&wish.wish).into(),
            wish.at.into(),
        ];
        self.change(Change::new().with(PUT, values)).await.map(drop)
    }

    /// Forgets a wish, granted or not. The ledger says that it was decided, and nothing of who it was.
    pub async fn misp_registration_end(&self, actor: &Principal, one: &MispRegistration, granted: bool) -> Result<()> {
        let subject = serde_json::json!({ "registration": one.uuid.to_string(), "granted": granted });
        let change = Change::new().with(END, vec![one.id.into()]);
        self.change(change.entry(rule_changed(actor, "registration decided", subject)))
            .await
            .map(drop)
    }

    /// Forgets what nobody decided about for long.
    pub async fn misp_registrations_forget(&self, before: Timestamp) -> Result<()> {
        let change = Change::new().with(FORGET, vec![before.into()]);
        self.change(change).await.map(drop)
    }
}
