//! Up to where a member was handed everything of a community: what comes after is new to it, what comes again is not.

use std::collections::{BTreeMap, BTreeSet};

use policy::{Audience, AudienceId, CommunityId, MemberId};
use stix::Timestamp;

use super::NewDelivery;
use crate::score::{Measure, Score, WHOLE};
use crate::value::Row;
use crate::writes::{Rows, Writes};
use crate::{Error, Result};

const AUDIENCE: &str = "select terms from audience where id = ?1";
const SINCE: &str = "select community, since from membership where member = ?1";
const JOINED: &str = "select created from member where id = ?1";
/// Up to where a member was handed everything, by community: what comes after is new to it.
#[derive(Debug, Default)]
struct Marks(BTreeMap<CommunityId, i64>);

const MARKS: &str = "select community, upto from delivery_mark where member = ?1 and filter = ?2";
const PUT_MARK: &str = "insert into delivery_mark (member, community, filter, upto) values (?1, ?2, ?3, ?4) \
                        on conflict (member, community, filter) do update set upto = excluded.upto";

impl Marks {
    /// Reads the marks of a member for what it filters.
    async fn read(reads: &mut impl Rows, member: MemberId, filter: &str) -> Result<Self> {
        let rows = reads.rows(MARKS, vec![member.into(), filter.into()]).await?;
        let mark = |row: &Row| Ok((CommunityId(row.int(0)?), row.int(1)?));
        rows.iter().map(mark).collect::<Result<_>>().map(Self)
    }

    /// Whether something that was added here is new.
    fn is_new(&self, community: CommunityId, added: i64) -> bool {
        self.0.get(&community).is_none_or(|upto| *upto < added)
    }

    /// Moves the marks of communities on.
    async fn put(
        writes: &mut impl Writes,
        member: MemberId,
        filter: &str,
        communities: &BTreeMap<CommunityId, i64>,
    ) -> Result<()> {
        for (community, upto) in communities {
            let row = vec![member.into(), (*community).into(), filter.into(), (*upto).into()];
            writes.rows(PUT_MARK, row).await?;
        }
        Ok(())
    }
}

/// Since when a member is in the communities it is in, and here at all ([`WHOLE`]).
async fn joined(reads: &mut impl Rows, member: MemberId) -> Result<BTreeMap<CommunityId, i64>> {
    let rows = reads.rows(SINCE, vec![member.into()]).await?;
    let since = |row: &Row| Ok((CommunityId(row.int(0)?), row.int(1)?));
    let mut since: BTreeMap<_, _> = rows.iter().map(since).collect::<Result<_>>()?;
    if let Some(row) = reads.rows(JOINED, vec![member.into()]).await?.first() {
        since.insert(WHOLE, row.int(0)?);
    }
    Ok(since)
}

/// The communities that an audience counts for, as one member reads it: those it is in, and the partnership.
async fn communities_of(reads: &mut impl Rows, audience: AudienceId) -> Result<BTreeSet<CommunityId>> {
    let rows = reads.rows(AUDIENCE, vec![audience.into()]).await?;
    let Some(row) = rows.first() else {
        return Ok(BTreeSet::from([WHOLE]));
    };
    let audience: Audience = serde_json::from_str(&row.text(0)?)
        .map_err(|error| Error::ours("a stored audience is unreadable").because(error))?;
    Ok(audience.communities().iter().copied().chain([WHOLE]).collect())
}

/// What a page adds to the numbers of the member it is handed to; moves its marks on. Where single objects or other versions
/// than the last were asked for, it adds nothing.
pub(super) async fn score(
    writes: &mut impl Writes,
    delivery: &NewDelivery,
    filter: &str,
    now: Timestamp,
) -> Result<Score> {
    let mut score = Score::default();
    if delivery.filter.versions
        || !delivery.filter.ids.is_empty()
        || !delivery.filter.misp_events.is_empty()
        || delivery.rows.is_empty()
    {
        return Ok(score);
    }
    let marks = Marks::read(writes, delivery.member, filter).await?;
    let since = joined(writes, delivery.member).await?;
    let mut opened: BTreeMap<AudienceId, BTreeSet<CommunityId>> = BTreeMap::new();
    let mut moved: BTreeMap<CommunityId, i64> = BTreeMap::new();
    for (added, audience) in &delivery.rows {
        if let std::collections::btree_map::Entry::Vacant(place) = opened.entry(*audience) {
            place.insert(communities_of(writes, *audience).await?);
        }
        for community in opened.get(audience).into_iter().flatten().copied() {
            let Some(joined) = since.get(&community).copied() else {
                continue;
            };
            if !marks.is_new(community, added.micros()) {
                continue;
            }
            score.count(community, Measure::Taken, 1);
            if added.micros() > joined {
                score.time(community, Measure::ShareToDelivery, now.micros() - added.micros());
            }
            let upto = moved.entry(community).or_insert(delivery.to.micros());
            *upto = (*upto).max(added.micros());
        }
    }
    Marks::put(writes, delivery.member, filter, &moved).await?;
    Ok(score)
}
