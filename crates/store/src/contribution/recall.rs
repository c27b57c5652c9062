//! Recalling: contributions go, or are replaced by the same for fewer, in one transaction with whom that concerns.

use std::collections::{BTreeMap, BTreeSet};

use policy::{Audience, AudienceId, CommunityId, MemberId, Principal, may_see};
use serde_json::json;
use stix::Timestamp;
use stix::marking::{Pap, Tlp};

use super::assess::judge_early;
use super::retract::{Own, of_versions, own_rows, take_back};
use super::share::{id_hash, terms};
use crate::db::Db;
use crate::delivery::{Given, Spot, given_to, spots};
use crate::recall::{NewRecall, RecallKind};
use crate::record::NewEntry;
use crate::value::Row;
use crate::writes::{Rows, Writes, writing};
use crate::{Error, Result, Store};

/// Every contribution of an object, whoever may see it.
const ALL: &str = "select c.added, c.version, c.member, a.terms from contribution c join object o on o.number = c.object \
                   join audience a on a.id = c.audience where o.hash = ?1 and o.id = ?2 order by c.added";
const CHANNEL: &str = "select b.channel from contribution c join batch b on b.number = c.batch where c.added = ?1";
const AUDIENCE: &str = "select id from audience where key = ?1";
const PUT_AUDIENCE: &str = "insert into audience (key, terms) values (?1, ?2) returning id";
const THERE: &str =
    "select added from contribution where object = ?1 and version = ?2 and audience = ?3 and member = ?4";
const MEMBERS: &str = "select member from membership where community = ?1";
const MEMBER: &str = "select uuid from member where id = ?1";
/// The flags say only that a reader has to look: that is always true.
const COPY: &str = "insert into contribution (added, object, version, audience, member, type, repeat, follows, superseded, \
                    withheld, revoked, spec_version, version_text, created, created_by, batch, digest, title, warnings, \
                    words, body) select ?2, object, version, ?3, member, type, 1, 1, superseded, withheld, revoked, \
                    spec_version, version_text, created, created_by, batch, digest, title, warnings, words, body \
                    from contribution where added = ?1";
/// What hangs on a contribution, and names its audience.
const COPY_WITH_AUDIENCE: [&str; 3] = [
    "insert into observable (added, ordinal, kind, value, hash, audience) \
     select ?2, ordinal, kind, value, hash, ?3 from observable where added = ?1",
    "insert into edge (added, property, target, audience) select ?2, property, target, ?3 from edge where added = ?1",
    "insert into facet (added, kind, value, audience) select ?2, kind, value, ?3 from facet where added = ?1",
];
const COPY_INDICATOR: &str = "insert into indicator (added, pattern_type, valid_from, valid_until, base_score, \
                              lifetime_days, ended, decay_speed) select ?2, pattern_type, valid_from, valid_until, \
                              base_score, lifetime_days, ended, decay_speed from indicator where added = ?1";

/// What became of a recall.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recalled {
    /// Its number.
    pub id: i64,
    /// Contributions that went or were replaced.
    pub versions: usize,
    /// Whom it concerns: members that were given the item, each with the first time.
    pub owed: BTreeMap<MemberId, Given>,
}

/// What is done with one contribution.
pub(super) enum Fate {
    Goes,
    StaysFor(Audience),
}

fn nobody_left(error: policy::AudienceError) -> Error {
    Error::input(format!("the item cannot be kept like this: {error}")).help("take it back altogether instead")
}

/// The audience without one member, who can reach it neither directly nor as a client.
async fn without(
    reads: &mut impl Rows,
    audience: &Audience,
    owner: MemberId,
    excluded: &Principal,
) -> Result<Audience> {
    let mut named: BTreeSet<MemberId> = audience.named().clone();
    if named.is_empty() {
        for community in audience.communities() {
            for row in reads.rows(MEMBERS, vec![(*community).into()]).await? {
                named.insert(MemberId(row.int(0)?));
            }
        }
    }
    named.retain(|member| Some(*member) != excluded.member);
    named.insert(owner);
    let kept = |tlp| {
        Audience::new(
            tlp,
            audience.pap(),
            audience.communities().iter().copied(),
            named.iter().copied(),
        )
        .map_err(nobody_left)
    };
    let same = kept(audience.tlp())?;
    if !may_see(excluded, &same) {
        return Ok(same);
    }
    // It reaches the member as somebody's client: no further than those addressed, then.
    let strict = kept(audience.tlp().max(Tlp::AmberStrict))?;
    if may_see(excluded, &strict) {
        return Err(Error::input("the item would still reach that member").help("take it back instead"));
    }
    Ok(strict)
}

async fn fate(reads: &mut impl Rows, new: &NewRecall, row: &Own, is_last: bool) -> Result<Option<Fate>> {
    let audience = &row.terms;
    Ok(match &new.kind {
        RecallKind::Retract => Some(elsewhere(audience, new.community)?),
        RecallKind::Correct => (!is_last).then_some(Fate::Goes),
        RecallKind::Narrow(tlp, pap) => narrower(audience, *tlp, *pap)?.map(Fate::StaysFor),
        RecallKind::Exclude(excluded) if !may_see(excluded, audience) => None,
        RecallKind::Exclude(excluded) => {
            let left = without(reads, audience, new.owner, excluded).await?;
            Some(Fate::StaysFor(left))
        }
    })
}

/// Taken back within one community, it stays in the others to which it was addressed.
pub(super) fn elsewhere(audience: &Audience, community: Option<CommunityId>) -> Result<Fate> {
    let others = |one: &&CommunityId| Some(**one) != community;
    let left: Vec<CommunityId> = audience.communities().iter().filter(others).copied().collect();
    if community.is_none() || left.is_empty() {
        return Ok(Fate::Goes);
    }
    let stays = Audience::new(audience.tlp(), audience.pap(), left, audience.named().iter().copied());
    stays.map(Fate::StaysFor).map_err(nobody_left)
}

fn narrower(audience: &Audience, tlp: Tlp, pap: Pap) -> Result<Option<Audience>> {
    let (tlp, pap) = (audience.tlp().max(tlp), audience.pap().max(pap));
    let communities = audience.communities().iter().copied();
    let narrowed = Audience::new(tlp, pap, communities, audience.named().iter().copied()).map_err(|error| {
        Error::input(format!("the item cannot be marked like this: {error}"))
            .help("narrow it to TLP:AMBER+STRICT, take members out, or take it back")
    })?;
    Ok((narrowed != *audience).then_some(narrowed))
}

/// The number of an audience; a new one makes every viewer stale.
async fn interned(writes: &mut impl Writes, audience: &Audience) -> Result<AudienceId> {
    let key = audience.key();
    if let Some(row) = writes.rows(AUDIENCE, vec![(&key).into()]).await?.first() {
        return row.int(0).map(AudienceId);
    }
    let made = writes
        .rows(PUT_AUDIENCE, vec![key.into(), terms(audience)?.into()])
        .await?;
    writes.policy_changed();
    let made = made.first().ok_or_else(|| Error::ours("a statement gave no row"))?;
    made.int(0).map(AudienceId)
}

/// Puts the same beside a contribution, for another audience.
pub(super) async fn copy(writes: &mut impl Writes, row: &Own, owner: MemberId, audience: &Audience) -> Result<()> {
    let audience = interned(writes, audience).await?;
    let same = vec![row.object.into(), row.version.into(), audience.into(), owner.into()];
    if !writes.rows(THERE, same).await?.is_empty() {
        return Ok(());
    }
    let added = writes.next_added();
    let places = || vec![row.added.into(), added.into()];
    let with_audience = || vec![row.added.into(), added.into(), audience.into()];
    writes.rows(COPY, with_audience()).await?;
    for sql in COPY_WITH_AUDIENCE {
        writes.rows(sql, with_audience()).await?;
    }
    writes.rows(COPY_INDICATOR, places()).await?;
    Ok(())
}

fn any(row: &Row) -> Result<(i64, i64, MemberId, Audience)> {
    let audience = serde_json::from_str(&row.text(3)?)
        .map_err(|error| Error::ours("a stored audience is unreadable").because(error))?;
    Ok((row.int(0)?, row.int(1)?, MemberId(row.int(2)?), audience))
}

/// Every contribution of an object by a member, with what decides who was given it.
pub(super) async fn spots_of(reads: &mut impl Rows, id: &str, owner: MemberId) -> Result<Vec<Spot>> {
    let rows = reads.rows(ALL, vec![id_hash(id).into(), id.into()]).await?;
    let rows: Vec<_> = rows.iter().map(any).collect::<Result<_>>()?;
    Ok(spots(id, owner, &rows))
}

async fn recall(writes: &mut impl Writes, actor: &Principal, new: &NewRecall) -> Result<Recalled> {
    let mut own = own_rows(writes, &new.object, new.owner).await?;
    own.retain(|row| new.community.is_none_or(|one| row.terms.communities().contains(&one)));
    if let Some(wanted) = &new.channel {
        let mut through = Vec::new();
        for row in own {
            let channel = writes.rows(CHANNEL, vec![row.added.into()]).await?;
            let channel = channel.first().map(|row| row.text(0)).transpose()?;
            if channel.as_ref() == Some(wanted) {
                through.push(row);
            }
        }
        own = through;
    }
    if let Some(versions) = &new.versions {
        own = of_versions(own, versions);
    }
    if own.is_empty() {
        return Err(Error::not_found(
            "there is no such object, or it is not yours to recall",
        ));
    }
    let last = own.iter().max_by_key(|row| (row.version.max(0), row.added));
    let (last_version, last_text) = last.map_or((0, String::new()), |row| (row.version, row.instant().to_string()));
    let mut meant = Vec::new();
    for row in own {
        if let Some(fate) = fate(writes, new, &row, row.version == last_version).await? {
            meant.push((row, fate));
        }
    }
    if meant.is_empty() {
        return Err(nothing_to_do(&new.kind));
    }
    let mut spots = spots_of(writes, &new.object, new.owner).await?;
    spots.retain(|spot| meant.iter().any(|(row, _)| row.added == spot.added));
    let mut owed = given_to(writes, &spots).await?;
    // Who loses sight of it has to act; the others go on as before.
    match &new.kind {
        RecallKind::Exclude(excluded) => owed.retain(|member, _| Some(*member) == excluded.member),
        RecallKind::Retract | RecallKind::Correct | RecallKind::Narrow(..) => drop(owed.remove(&new.owner)),
    }
    let going: Vec<i64> = meant.iter().map(|(row, _)| row.added).collect();
    judge_early(writes, &going).await?;
    for (row, fate) in &meant {
        if let Fate::StaysFor(audience) = fate {
            copy(writes, row, new.owner, audience).await?;
        }
        take_back(writes, row).await?;
    }
    let replaced_by = match &new.kind {
        RecallKind::Correct => Some(last_text),
        RecallKind::Narrow(tlp, pap) => Some(format!("{} {}", tlp.label(), pap.label())),
        RecallKind::Retract | RecallKind::Exclude(_) => None,
    };
    let communities = meant
        .iter()
        .flat_map(|(row, _)| row.terms.communities())
        .copied()
        .collect();
    let id = crate::recall::put(writes, actor, new, replaced_by, meant.len(), &communities).await?;
    for (member, given) in &owed {
        crate::recall::put_owed(writes, id, *member, given).await?;
    }
    let entries = entries(writes, actor, new, meant.len(), owed.keys()).await?;
    writes.append(&entries).await?;
    Ok(Recalled {
        id,
        versions: meant.len(),
        owed,
    })
}

fn nothing_to_do(kind: &RecallKind) -> Error {
    match kind {
        RecallKind::Correct => Error::input("there is no newer version that could hold instead")
            .help("share the corrected version first, under the same identifier and with a later 'modified'"),
        RecallKind::Narrow(..) => Error::conflict("the item is marked so already, or more strictly"),
        RecallKind::Exclude(_) => Error::conflict("that member cannot see the item"),
        RecallKind::Retract => Error::not_found("there is no such object, or it is not yours to recall"),
    }
}

/// One for the contributor, one for the one who recalled, one for each member whom it concerns. How many that are, and
/// who, stands in none of them: a receipt must not say more than the member may read.
async fn entries(
    reads: &mut impl Rows,
    actor: &Principal,
    new: &NewRecall,
    count: usize,
    owed: impl Iterator<Item = &MemberId>,
) -> Result<Vec<NewEntry>> {
    let member = reads.rows(MEMBER, vec![new.owner.into()]).await?;
    let member = member.first().map(|row| row.text(0)).transpose()?;
    let body = |with_member: bool| {
        let mut body = json!({
            "recall": new.uuid, "kind": new.kind.as_str(), "object": new.object, "count": count, "reason": new.reason,
        });
        if with_member && let Some(body) = body.as_object_mut() {
            body.insert("member".to_owned(), json!(member));
        }
        body.to_string()
    };
    let entry = |kind: &str, member: MemberId, with_member: bool| NewEntry {
        kind: kind.to_owned(),
        member: Some(member),
        body: body(with_member),
    };
    let by = actor.member.unwrap_or(new.owner);
    let mut entries = vec![entry("recalled", by, by == new.owner)];
    if by != new.owner {
        entries.push(entry("item-recalled", new.owner, true));
    }
    entries.extend(owed.map(|member| entry("recall", *member, false)));
    Ok(entries)
}

impl Store {
    /// Recalls what a member contributed, all in one transaction: contributions go or are replaced by the same for fewer,
    /// tombstones stay, and whoever was given one of them owes an acknowledgement. Whether the actor may do so is the
    /// caller's question.
    pub async fn recall(&self, actor: &Principal, new: &NewRecall) -> Result<Recalled> {
        self.judge_object_before_erasing(&new.object, new.owner).await?;
        let (actor, new) = (actor.clone(), new.clone());
        writing!(self, true, |writes| recall(writes, &actor, &new))
    }

    /// Through which channel a contribution came; none where it is not there.
    pub async fn channel_of(&self, added: Timestamp) -> Result<Option<String>> {
        self.row(CHANNEL, vec![added.into()], |row| row.text(0)).await
    }

    /// What decides who was given a member's contributions of an object; empty where it contributed nothing of that name.
    pub async fn spots(&self, id: &str, owner: MemberId) -> Result<Vec<Spot>> {
        let mut reading = self;
        spots_of(&mut reading, id, owner).await
    }

    /// The members that contributed an object to a community, as far as whoever coordinates it sees what they contributed.
    pub async fn contributors(
        &self,
        viewer: &Principal,
        id: &str,
        community: CommunityId,
    ) -> Result<BTreeSet<MemberId>> {
        let rows = self.list(ALL, vec![id_hash(id).into(), id.into()], any).await?;
        let there = rows
            .into_iter()
            .filter(|(_, _, _, audience)| audience.communities().contains(&community) && may_see(viewer, audience));
        Ok(there.map(|(_, _, member, _)| member).collect())
    }
}
