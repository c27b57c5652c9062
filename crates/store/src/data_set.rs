//! Data sets for research: what was given, to whom, under which agreement. What is in one is made by `node`.

use policy::{CommunityId, MemberId, PersonId, Principal};
use sha2::{Digest as _, Sha256};
use stix::Timestamp;
use uuid::Uuid;

use crate::account::{given, rule_changed};
use crate::db::Change;
use crate::membership::told;
use crate::value::{Row, many};
use crate::{Result, Store};

/// A data set to be given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewDataSet {
    /// Its name.
    pub uuid: Uuid,
    /// Of which community.
    pub community: CommunityId,
    /// Who gets it.
    pub member: MemberId,
    /// The version of the agreement that member accepted.
    pub agreement: i64,
    /// What was shared from then on.
    pub starts: Timestamp,
    /// Until then.
    pub ends: Timestamp,
    /// Objects in it.
    pub objects: i64,
    /// How many members contributed to it.
    pub contributors: i64,
    /// The data: one object a line.
    pub body: String,
}

/// A data set that was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataSet {
    /// What it is; the body is empty in lists.
    pub terms: NewDataSet,
    /// SHA-256 of the body.
    pub digest: [u8; 32],
    /// Which member gave it.
    pub by_member: Option<MemberId>,
    /// Which person.
    pub by_person: Option<PersonId>,
    /// When.
    pub at: Timestamp,
}

const INSERT: &str = "insert into data_set (uuid, community, member, agreement, starts, ends, objects, contributors, \
                      digest, body, by_member, by_person, at) \
                      values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13) returning id";
const LIST: &str = "select uuid, community, member, agreement, starts, ends, objects, contributors, digest, '', \
                    by_member, by_person, at from data_set order by id desc";
const PAGE: &str = "select uuid, community, member, agreement, starts, ends, objects, contributors, digest, '', \
                    by_member, by_person, at from data_set where (?1 is null or member = ?1 or by_member = ?1) \
                    and (?2 is null or id < (select id from data_set where uuid = ?2)) order by id desc limit ?3";
const GET: &str = "select uuid, community, member, agreement, starts, ends, objects, contributors, digest, body, \
                   by_member, by_person, at from data_set where uuid = ?1";

fn data_set(row: &Row) -> Result<DataSet> {
    Ok(DataSet {
        terms: NewDataSet {
            uuid: row.uuid(0)?,
            community: CommunityId(row.int(1)?),
            member: MemberId(row.int(2)?),
            agreement: row.int(3)?,
            starts: row.time(4)?,
            ends: row.time(5)?,
            objects: row.int(6)?,
            contributors: row.int(7)?,
            body: row.text(9)?,
        },
        digest: row.hash(8)?,
        by_member: row.maybe_int(10)?.map(MemberId),
        by_person: row.maybe_int(11)?.map(PersonId),
        at: row.time(12)?,
    })
}

impl Store {
    /// Gives a data set to a member.
    pub async fn data_set_put(&self, actor: &Principal, new: NewDataSet) -> Result<DataSet> {
        let digest: [u8; 32] = Sha256::digest(new.body.as_bytes()).into();
        let now = self.now();
        let row = vec![
            new.uuid.into(),
            new.community.into(),
            new.member.into(),
            new.agreement.into(),
            new.starts.into(),
            new.ends.into(),
            new.objects.into(),
            new.contributors.into(),
            digest.into(),
            (&new.body).into(),
            actor.member.map_or(0, |member| member.0).into(),
            actor.person.into(),
            now.into(),
        ];
        let subject = serde_json::json!({
            "data_set": new.uuid, "community": new.community.0, "member": new.member.0, "agreement": new.agreement,
            "starts": new.starts.to_string(), "ends": new.ends.to_string(), "objects": new.objects,
            "sha256": hex::encode(digest),
        });
        let change = Change::new().with(INSERT, row);
        let change = change.entry(rule_changed(actor, "data set given", subject.clone()));
        let rows = self
            .change(change.entry(told(actor, new.member, "data set given", subject)))
            .await?;
        given(&rows, 0)?;
        Ok(DataSet {
            terms: new,
            digest,
            by_member: actor.member,
            by_person: actor.person,
            at: now,
        })
    }

    /// Every data set, the newest first, without the data.
    pub async fn data_set_list(&self) -> Result<Vec<DataSet>> {
        self.list(LIST, Vec::new(), data_set).await
    }

    /// The data sets that a member got or gave, everybody's where none is named, the newest first, strictly before one;
    /// without the data.
    pub async fn data_set_page(
        &self,
        of: Option<MemberId>,
        before: Option<Uuid>,
        limit: usize,
    ) -> Result<Vec<DataSet>> {
        self.list(PAGE, vec![of.into(), before.into(), many(limit).into()], data_set)
            .await
    }

    /// One data set.
    pub async fn data_set_get(&self, uuid: Uuid) -> Result<Option<DataSet>> {
        self.row(GET, vec![uuid.into()], data_set).await
    }
}
