//! Contributions in their order, for what is made of them outside of this room: MISP's interface.

use std::sync::LazyLock;

use policy::{AudienceId, MemberId, Viewer};
use uuid::Uuid;

use super::share::id_hash;
use crate::listed::Listed;
use crate::misp::{MispKind, MispOwner};
use crate::value::{Row, many};
use crate::{Result, Store};

/// Bodies only of what can become something.
const NEXT: &str = "select c.added, c.object, o.id, c.audience, c.member, c.withheld, c.version, c.revoked, \
                    case when t.text in ('relationship', 'identity', 'marking-definition', 'extension-definition', \
                    'language-content') and c.body not like '%x_misp_%' then '' else c.body end, b.channel, b.transfer \
                    from contribution c join object o on o.number = c.object join term t on t.number = c.type \
                    join batch b on b.number = c.batch where c.added > ?1 order by c.added limit ?2";
const LAST: &str = "select added from head";
/// What a report names, by the member that named it: those objects' rows, which belong to its event from now on.
pub(crate) const CLAIM: &str = "insert into misp_home (object, member, event) select distinct e.target, ?2, ?3 \
                                from edge e join term t on t.number = e.property \
                                where e.added = ?1 and t.text = 'object_refs' on conflict do nothing";
/// Brings home what is there already of what was claimed.
pub(crate) const BRING_HOME: &str = "update misp_row set event = ?3 where event <> ?3 and kind <> 0 and member = ?2 \
                                     and added in (select c.added from edge e join term t on t.number = e.property \
                                     join contribution c on c.object = e.target \
                                     join misp_home h on h.object = e.target and h.member = ?2 and h.event = ?3 \
                                     where e.added = ?1 and t.text = 'object_refs' and c.member = ?4) \
                                     returning number";
/// What was brought home by that is looked for no longer.
pub(crate) const AT_HOME: &str = "delete from misp_homeless where added in (select c.added from edge e \
                                  join term t on t.number = e.property join contribution c on c.object = e.target \
                                  join misp_home h on h.object = e.target and h.member = ?2 and h.event = ?3 \
                                  where e.added = ?1 and t.text = 'object_refs' and c.member = ?4)";
/// What belongs to no event and came by a transfer that is over, or by one that began before an instant. The sum keeps
/// SQLite from walking all that has no event by its index: those that are shown nowhere are many.
pub(crate) const HOMELESS: &str = "select h.added, r.member, r.audience, b.at from misp_homeless h \
                                   join misp_row r on r.added = h.added join contribution c on c.added = h.added \
                                   join batch b on b.number = c.batch \
                                   where r.event + 0 = 0 and r.kind <> 0 and r.flags < 4 and (b.at < ?1 or exists \
                                   (select 1 from transfer f where f.uuid = b.transfer and f.ended is not null)) \
                                   and h.added > ?3 order by h.added limit ?2";
/// The last of what is to be looked for, the time of the first, and when the last transfer ended.
pub(crate) const HOMELESS_ENDS: &str = "select (select max(added) from misp_homeless), \
                                        (select b.at from misp_homeless h join contribution c on c.added = h.added \
                                        join batch b on b.number = c.batch order by h.added limit 1), \
                                        (select max(ended) from transfer)";
/// The events that an object belongs to.
pub(crate) const HOMES: &str = "select h.event from misp_home h join object o on o.number = h.object \
                                where o.hash = ?1 and o.id = ?2";
static NAMES: LazyLock<Listed> = LazyLock::new(|| {
    let sql = "select o.id, c.added, c.audience, c.digest from contribution c join object o on o.number = c.object \
               where c.added in ??";
    Listed::new(sql, 0)
});
/// The identifiers of the objects that a member's reports named for an event.
const CLAIMED: &str = "select distinct o.id from misp_home h join object o on o.number = h.object \
                       where h.event = ?1 and h.member = ?2";
/// The same, of those that go to an audience.
const CLAIMED_FOR: &str = "select distinct o.id from misp_home h join object o on o.number = h.object \
                           join contribution c on c.object = h.object where h.event = ?1 and h.member = ?2 \
                           and c.member = ?3 and c.audience = ?4";
/// The objects that say an element.
const OBJECTS_OF: &str = "select distinct o.id from misp_row r join contribution c on c.added = r.added \
                          join object o on o.number = c.object where r.kind = ?1 and r.id = ?2 and r.member = ?3";
/// What a member says of how an object is related to others.
const RELATIONS_OF: &str = "select distinct o.id from edge e join contribution c on c.added = e.added \
                            join object o on o.number = c.object join term t on t.number = e.property \
                            where e.target = (select number from object where hash = ?1 and id = ?2) and c.member = ?3 \
                            and t.text in ('source_ref', 'target_ref')";
/// Whether a member's object is named by another of its own.
const IS_NAMED: &str = "select 1 from edge e join contribution c on c.added = e.added \
                        where e.target = (select number from object where hash = ?1 and id = ?2) and c.member = ?3 limit 1";
/// The same, among what goes to an audience.
const IS_NAMED_FOR: &str = "select 1 from edge e join contribution c on c.added = e.added \
                            where e.target = (select number from object where hash = ?1 and id = ?2) and c.member = ?3 \
                            and c.audience = ?4 limit 1";

/// A contribution as it is followed.
#[derive(Clone, Debug)]
pub struct Followed {
    /// Its place in the order of everything stored.
    pub added: i64,
    /// The number of its object.
    pub object: i64,
    /// The identifier of its object.
    pub id: String,
    /// Who may see it.
    pub audience: AudienceId,
    /// Who contributed it.
    pub member: MemberId,
    /// Whether that is told to nobody.
    pub withheld: bool,
    /// Its version.
    pub version: i64,
    /// Whether it says that it does not hold any more.
    pub revoked: bool,
    /// Its text; empty where nothing can come of it.
    pub body: String,
    /// By which way it came.
    pub channel: String,
    /// By which transfer.
    pub transfer: Uuid,
}

fn followed(row: &Row) -> Result<Followed> {
    Ok(Followed {
        added: row.int(0)?,
        object: row.int(1)?,
        id: row.text(2)?,
        audience: AudienceId(row.int(3)?),
        member: MemberId(row.int(4)?),
        withheld: row.flag(5)?,
        version: row.int(6)?,
        revoked: row.flag(7)?,
        body: row.text(8)?,
        channel: row.text(9)?,
        transfer: row.uuid(10)?,
    })
}

impl Store {
    /// Contributions after a place, in their order: for whoever makes something of all of them, for nobody's eyes.
    pub(crate) async fn contributions_after(&self, added: i64, limit: usize) -> Result<Vec<Followed>> {
        self.list(NEXT, vec![added.into(), many(limit).into()], followed).await
    }

    /// The identifiers of what a member's reports named for an event, for that member.
    pub async fn misp_claimed(&self, event: i64, owner: MispOwner) -> Result<Vec<String>> {
        self.list(CLAIMED, vec![event.into(), owner.code().into()], |row| row.text(0))
            .await
    }

    /// The same, of those that go to an audience.
    pub async fn misp_claimed_for(&self, event: i64, owner: MispOwner, audience: AudienceId) -> Result<Vec<String>> {
        let values = vec![event.into(), owner.code().into(), owner.member.into(), audience.into()];
        self.list(CLAIMED_FOR, values, |row| row.text(0)).await
    }

    /// The identifiers of the objects by which a member says an element, for that member.
    pub async fn misp_objects_of(&self, kind: MispKind, id: i64, owner: MispOwner) -> Result<Vec<String>> {
        let values = vec![kind.code().into(), id.into(), owner.code().into()];
        self.list(OBJECTS_OF, values, |row| row.text(0)).await
    }

    /// The identifiers of what a member says of how its object is related to others, for that member.
    pub async fn misp_relations_of(&self, object: &str, member: MemberId) -> Result<Vec<String>> {
        let values = vec![id_hash(object).into(), object.into(), member.into()];
        self.list(RELATIONS_OF, values, |row| row.text(0)).await
    }

    /// Whether anything of a member names an object.
    pub async fn misp_is_named(&self, object: &str, member: MemberId) -> Result<bool> {
        let values = vec![id_hash(object).into(), object.into(), member.into()];
        Ok(!self.rows(IS_NAMED, values).await?.is_empty())
    }

    /// The same, among what goes to an audience.
    pub async fn misp_is_named_for(&self, object: &str, member: MemberId, audience: AudienceId) -> Result<bool> {
        let values = vec![id_hash(object).into(), object.into(), member.into(), audience.into()];
        Ok(!self.rows(IS_NAMED_FOR, values).await?.is_empty())
    }

    /// The objects of contributions, where a viewer sees them: identifier, place, audience, digest.
    pub async fn contributions_named(
        &self,
        viewer: &Viewer,
        added: &[i64],
    ) -> Result<Vec<(String, i64, AudienceId, [u8; 32])>> {
        let mut named = self
            .listed(&NAMES, &[], added, |row| {
                Ok((row.text(0)?, row.int(1)?, AudienceId(row.int(2)?), row.hash(3)?))
            })
            .await?;
        named.retain(|(_, _, audience, _)| viewer.sees(*audience));
        Ok(named)
    }

    /// The place of what was stored last.
    pub(crate) async fn last_added(&self) -> Result<i64> {
        let last = self.row(LAST, Vec::new(), |row| row.int(0)).await?;
        Ok(last.unwrap_or_default())
    }
}
