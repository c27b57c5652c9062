//! Whom to reach at a member: two people, each with a way beside e-mail, checked now and then.

use policy::{MemberId, Principal};
use stix::Timestamp;

use super::told;
use crate::db::Change;
use crate::value::{Row, many};
use crate::{Result, Store};

/// A contact to be named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewContact {
    /// Of which member.
    pub member: MemberId,
    /// The first or the second, 1 or 2.
    pub place: i64,
    /// Who it is.
    pub name: String,
    /// Their e-mail address.
    pub email: String,
    /// Their telephone number.
    pub telephone: String,
    /// The way beside these two, as in `signal`, `matrix`, `radio`, `fax`.
    pub channel: String,
    /// Where they are reached on it.
    pub address: String,
}

/// A contact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contact {
    /// Who it is and how they are reached.
    pub terms: NewContact,
    /// When it was named.
    pub changed: Timestamp,
    /// When somebody last found that all of it is right.
    pub checked: Option<Timestamp>,
}

macro_rules! columns {
    () => {
        "member, place, name, email, telephone, channel, address, changed, checked"
    };
}

/// What is new was not checked.
const PUT: &str = "insert into contact (member, place, name, email, telephone, channel, address, changed) \
                   values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) on conflict (member, place) do update set \
                   name = excluded.name, email = excluded.email, telephone = excluded.telephone, \
                   channel = excluded.channel, address = excluded.address, changed = excluded.changed, checked = null";
const REMOVE: &str = "delete from contact where member = ?1 and place = ?2 returning member";
const CONFIRM: &str = "update contact set checked = ?1 where member = ?2 and place = ?3 returning member";
const OF_MEMBER: &str = concat!("select ", columns!(), " from contact where member = ?1 order by place");
const DUE_PAGE: &str = concat!(
    "select ",
    columns!(),
    " from contact where coalesce(checked, changed) <= ?1 and member in (select id from member where state = 'active') \
     and (coalesce(checked, changed) > ?2 or (coalesce(checked, changed) = ?2 and (member > ?3 or (member = ?3 \
     and place > ?4)))) order by coalesce(checked, changed), member, place limit ?5"
);
/// Never checked counts from when it was named.
const DUE: &str = concat!(
    "select ",
    columns!(),
    " from contact where coalesce(checked, changed) <= ?1 and member in (select id from member where state = 'active') \
     order by coalesce(checked, changed), member, place"
);

fn contact(row: &Row) -> Result<Contact> {
    Ok(Contact {
        terms: NewContact {
            member: MemberId(row.int(0)?),
            place: row.int(1)?,
            name: row.text(2)?,
            email: row.text(3)?,
            telephone: row.text(4)?,
            channel: row.text(5)?,
            address: row.text(6)?,
        },
        changed: row.time(7)?,
        checked: row.maybe_time(8)?,
    })
}

/// The ledger says that a contact changed, and nothing of who it is.
fn entry(actor: &Principal, member: MemberId, place: i64, what: &str) -> crate::record::NewEntry {
    told(
        actor,
        member,
        what,
        serde_json::json!({ "member": member.0, "place": place }),
    )
}

impl Store {
    /// Names a contact of a member, in place of the one that was there; it has not been checked.
    pub async fn contact_put(&self, actor: &Principal, new: &NewContact) -> Result<()> {
        let row = vec![
            new.member.into(),
            new.place.into(),
            (&new.name).into(),
            (&new.email).into(),
            (&new.telephone).into(),
            (&new.channel).into(),
            (&new.address).into(),
            self.now().into(),
        ];
        let entry = entry(actor, new.member, new.place, "contact named");
        self.change(Change::new().with(PUT, row).entry(entry)).await.map(drop)
    }

    /// Takes a contact away.
    pub async fn contact_remove(&self, actor: &Principal, member: MemberId, place: i64) -> Result<()> {
        let change = Change::new().must(REMOVE, vec![member.into(), place.into()], "there is no such contact");
        let entry = entry(actor, member, place, "contact removed");
        self.change(change.entry(entry)).await.map(drop)
    }

    /// Notes that a contact is right.
    pub async fn contact_confirm(&self, actor: &Principal, member: MemberId, place: i64) -> Result<()> {
        let row = vec![self.now().into(), member.into(), place.into()];
        let change = Change::new().must(CONFIRM, row, "there is no such contact");
        let entry = entry(actor, member, place, "contact checked");
        self.change(change.entry(entry)).await.map(drop)
    }

    /// The contacts of a member.
    pub async fn contact_list(&self, member: MemberId) -> Result<Vec<Contact>> {
        self.list(OF_MEMBER, vec![member.into()], contact).await
    }

    /// The contacts of active members that were not checked since a time, the longest first, strictly after the one that
    /// was not since then, of this member, at this place.
    pub async fn contact_page_unchecked(
        &self,
        since: Timestamp,
        after: (i64, i64, i64),
        limit: usize,
    ) -> Result<Vec<Contact>> {
        let (at, member, place) = after;
        let values = vec![since.into(), at.into(), member.into(), place.into(), many(limit).into()];
        self.list(DUE_PAGE, values, contact).await
    }

    /// The contacts of active members that were not checked since a time, the longest first.
    pub async fn contacts_unchecked_since(&self, since: Timestamp) -> Result<Vec<Contact>> {
        self.list(DUE, vec![since.into()], contact).await
    }
}
