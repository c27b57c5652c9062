//! The first steps on the start page: who said that they need them no more. Which steps are done is read from the state of
//! the node.

use policy::{MemberId, PersonId, Principal};

use crate::db::Change;
use crate::{Result, Store};

const OVER: &str = "select at from walk_over where person = ?1";
const WATCHES: &str = "select upto from watching where member = ?1";
const END: &str = "insert into walk_over (person, at) values (?1, ?2) on conflict (person) do nothing";

impl Store {
    /// Whether somebody said so.
    pub async fn walk_is_over(&self, person: PersonId) -> Result<bool> {
        let over = self.row(OVER, vec![person.into()], |row| row.time(0)).await?;
        Ok(over.is_some())
    }

    /// Whether a member ever said that it watches its logs.
    pub async fn member_watches(&self, member: MemberId) -> Result<bool> {
        let said = self.row(WATCHES, vec![member.into()], |row| row.int(0)).await?;
        Ok(said.is_some())
    }

    /// Says so.
    pub async fn walk_end(&self, actor: &Principal) -> Result<()> {
        let Some(person) = actor.person else { return Ok(()) };
        let change = Change::new().with(END, vec![person.into(), self.now().into()]);
        self.change(change).await.map(drop)
    }
}
