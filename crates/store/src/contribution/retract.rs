//! Taking back: what a member contributed is erased, a tombstone says so to whoever has a copy.

use policy::{Audience, AudienceId, MemberId, Principal};
use stix::Timestamp;

use super::Retraction;
use super::assess::judge_early;
use super::page::VersionFilter;
use super::select::{Sibling, Versions};
use super::share::id_hash;
use crate::db::Db;
use crate::record::NewEntry;
use crate::value::{Row, Value};
use crate::writes::{Rows, Writes, writing};
use crate::{Error, Result, Store};

const ROWS: &str = "select c.added, c.version, c.version_text, c.audience, c.type, c.spec_version, c.digest, c.object, \
                    a.terms from contribution c join object o on o.number = c.object \
                    join audience a on a.id = c.audience where o.hash = ?1 and o.id = ?2 and c.member = ?3 order by c.added";
const ROW: &str = "select c.added, c.version, c.version_text, c.audience, c.type, c.spec_version, c.digest, c.object, \
                   a.terms, o.id from contribution c join object o on o.number = c.object \
                   join audience a on a.id = c.audience where c.added = ?1 and c.member = ?2";
const TOMBSTONE: &str = "insert into tombstone (position, audience, object, version, version_text, type, spec_version, \
                         digest, added, why) values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 0)";
/// Of each table that holds something of a contribution.
const ERASE: [&str; 8] = [
    "delete from contribution where added = ?1",
    "delete from observable where added = ?1",
    "delete from edge where added = ?1",
    "delete from indicator where added = ?1",
    "delete from facet where added = ?1",
    "delete from misp_body where number in (select number from misp_row where added = ?1)",
    "delete from misp_row where added = ?1",
    "delete from misp_homeless where added = ?1",
];
const MEMBER: &str = "select uuid from member where id = ?1";

/// A row that may be taken back.
pub(super) struct Own {
    pub(super) added: i64,
    pub(super) version: i64,
    version_text: String,
    audience: AudienceId,
    object_type: i64,
    spec_version: String,
    digest: [u8; 32],
    pub(super) object: i64,
    pub(super) terms: Audience,
}

impl Own {
    pub(super) fn read(row: &Row) -> Result<Self> {
        let terms = row.text(8)?;
        Ok(Self {
            added: row.int(0)?,
            version: row.int(1)?,
            version_text: row.text(2)?,
            audience: AudienceId(row.int(3)?),
            object_type: row.int(4)?,
            spec_version: row.text(5)?,
            digest: row.hash(6)?,
            object: row.int(7)?,
            terms: serde_json::from_str(&terms)
                .map_err(|error| Error::ours("a stored audience is unreadable").because(error))?,
        })
    }

    pub(super) fn instant(&self) -> Timestamp {
        Timestamp::from_micros(if self.version_text.is_empty() {
            self.added
        } else {
            self.version
        })
    }
}

/// Which of a member's rows of an object are meant.
fn meant(own: Vec<Own>, retraction: &Retraction) -> Vec<Own> {
    let mut own = own;
    own.retain(|row| {
        retraction
            .community
            .is_none_or(|community| row.terms.communities().contains(&community))
    });
    of_versions(own, &retraction.versions)
}

/// The rows of these versions of an object.
pub(super) fn of_versions(own: Vec<Own>, wanted: &VersionFilter) -> Vec<Own> {
    let mut own = own;
    let unversioned = own.iter().all(|row| row.version_text.is_empty());
    let sibling = |row: &Own| Sibling {
        added: row.added,
        version: row.version,
    };
    let all = Versions::of(own.iter().map(sibling), unversioned);
    own.retain(|row| {
        wanted.all
            || (wanted.last && all.is_last(row.version))
            || (wanted.first && all.is_first(row.version))
            || wanted.exact.contains(&row.instant())
    });
    own
}

/// What a member contributed of an object, in the order in which it was added.
pub(super) async fn own_rows(reads: &mut impl Rows, id: &str, member: MemberId) -> Result<Vec<Own>> {
    let values = vec![id_hash(id).into(), id.into(), member.into()];
    reads.rows(ROWS, values).await?.iter().map(Own::read).collect()
}

/// Erases a contribution and leaves a tombstone.
pub(super) async fn take_back(writes: &mut impl Writes, row: &Own) -> Result<()> {
    let position = writes.next_added();
    let tombstone: Vec<Value> = vec![
        position.into(),
        row.audience.into(),
        row.object.into(),
        row.version.into(),
        (&row.version_text).into(),
        row.object_type.into(),
        (&row.spec_version).into(),
        row.digest.into(),
        row.added.into(),
    ];
    writes.rows(TOMBSTONE, tombstone).await?;
    crate::misp::uncount_erased(writes, row.added).await?;
    for sql in ERASE.into_iter().chain([writes.forget_words()]) {
        writes.rows(sql, vec![row.added.into()]).await?;
    }
    Ok(())
}

async fn retract(writes: &mut impl Writes, member: MemberId, retraction: &Retraction) -> Result<usize> {
    let own = meant(own_rows(writes, &retraction.id, member).await?, retraction);
    if own.is_empty() {
        return Ok(0);
    }
    let going: Vec<i64> = own.iter().map(|row| row.added).collect();
    judge_early(writes, &going).await?;
    let mut versions = Vec::with_capacity(own.len());
    for row in &own {
        take_back(writes, row).await?;
        versions.push(row.instant().to_string());
    }
    let community = retraction.community.map(|community| community.0);
    let gone = Gone {
        id: &retraction.id,
        community,
        versions,
        reason: &retraction.reason,
    };
    note(writes, member, gone).await?;
    Ok(own.len())
}

/// What the ledger says of what went.
struct Gone<'a> {
    id: &'a str,
    community: Option<i64>,
    versions: Vec<String>,
    reason: &'a str,
}

async fn note(writes: &mut impl Writes, member: MemberId, gone: Gone<'_>) -> Result<()> {
    let member_uuid = writes.rows(MEMBER, vec![member.into()]).await?;
    let body = serde_json::json!({
        "community": gone.community,
        "count": gone.versions.len(),
        "id": gone.id,
        "member": member_uuid.first().map(|row| row.text(0)).transpose()?,
        "reason": gone.reason,
        "versions": gone.versions.into_iter().take(100).collect::<Vec<_>>(),
    });
    let entry = NewEntry {
        kind: "retracted".to_owned(),
        member: Some(member),
        body: body.to_string(),
    };
    writes.append(&[entry]).await
}

/// Takes back the contribution at one place, where it is this member's. Gives how many went.
pub(super) async fn take_back_at(
    writes: &mut impl Writes,
    member: MemberId,
    added: i64,
    reason: &str,
) -> Result<usize> {
    let rows = writes.rows(ROW, vec![added.into(), member.into()]).await?;
    let Some(row) = rows.first() else { return Ok(0) };
    let (own, id) = (Own::read(row)?, row.text(9)?);
    take_back(writes, &own).await?;
    let gone = Gone {
        id: &id,
        community: None,
        versions: vec![own.instant().to_string()],
        reason,
    };
    note(writes, member, gone).await?;
    Ok(1)
}

/// Whether the contribution at a place is this member's.
pub(super) async fn is_own(reads: &mut impl Rows, member: MemberId, added: i64) -> Result<bool> {
    let rows = reads.rows(ROW, vec![added.into(), member.into()]).await?;
    Ok(!rows.is_empty())
}

impl Store {
    /// Judges what a member contributed of an object, and whatever came before it, where that was not done yet.
    pub(super) async fn judge_object_before_erasing(&self, id: &str, member: MemberId) -> Result<()> {
        let mut reading = self;
        let own = own_rows(&mut reading, id, member).await?;
        match own.iter().map(|row| row.added).max() {
            Some(last) => self.judge_before_erasing(last).await,
            None => Ok(()),
        }
    }

    /// Takes back what the actor's member contributed: bodies and derived values are erased, tombstones and a ledger
    /// entry `retracted` stay. Gives how many went. Whether the actor may do so is the caller's question.
    pub async fn retract(&self, actor: &Principal, retraction: &Retraction) -> Result<usize> {
        let Some(member) = actor.member else {
            return Ok(0);
        };
        self.judge_object_before_erasing(&retraction.id, member).await?;
        let retraction = retraction.clone();
        writing!(self, true, |writes| retract(writes, member, &retraction))
    }
}
