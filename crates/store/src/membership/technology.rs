//! Which technologies a member runs, as it says itself: kept apart from what others may know of it.

use policy::{MemberId, Principal};

use super::told;
use crate::db::Change;
use crate::value::list_text;
use crate::{Result, Store};

const PUT: &str = "insert into technology (member, named, changed) values (?1, ?2, ?3) on conflict (member) do update set \
                   named = excluded.named, changed = excluded.changed";
pub(super) const REMOVE: &str = "delete from technology where member = ?1";
const OF_MEMBER: &str = "select named from technology where member = ?1";

impl Store {
    /// Says what a member runs, in place of what it said before; nothing: it says so no more. The ledger keeps that this
    /// was changed, and nothing of what it says: others hold entries of the ledger too.
    pub async fn technologies_put(&self, actor: &Principal, member: MemberId, named: &[String]) -> Result<()> {
        let change = match named {
            [] => Change::new().with(REMOVE, vec![member.into()]),
            named => Change::new().with(PUT, vec![member.into(), list_text(named).into(), self.now().into()]),
        };
        let subject = serde_json::json!({ "member": member.0 });
        let entry = told(actor, member, "technologies said", subject);
        self.change(change.entry(entry)).await.map(drop)
    }

    /// What a member runs, in the order in which it said so.
    pub async fn technologies_of(&self, member: MemberId) -> Result<Vec<String>> {
        let named = self.row(OF_MEMBER, vec![member.into()], |row| row.list(0)).await?;
        Ok(named.unwrap_or_default())
    }
}
