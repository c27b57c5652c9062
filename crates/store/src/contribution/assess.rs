//! Judging contributions after they were made: who was first, what was given again, what was of use, what was wrong.
//!
//! | of a contribution | its member is credited | the member that gave the object first is credited |
//! |---|---|---|
//! | an object, for the first time from this member | shared, and first where nobody gave it or its values before | corroborated, the first time that another member does |
//! | a sighting | sighted, and the time from delivery to hit | useful, the first time that another member saw it |
//! | an opinion that strongly disagrees | | a false positive, the first time that another member says so |
//!
//! What a subscription brought is nobody's contribution, but it was there before. Only what is earlier in the order of
//! everything stored decides, so it does not matter when the judging is done. Each judgement is an entry of the member
//! whom it credits; it says of which objects, and not whom else it concerns.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use policy::{Audience, AudienceId, CommunityId, MemberId};
use serde_json::json;
use stix::Timestamp;

use super::reads::reading;
use super::recall::spots_of;
use super::sighting::FeedbackKind;
use crate::db::Db;
use crate::delivery::given_by;
use crate::record::NewEntry;
use crate::score::{Measure, Score, WHOLE, month};
use crate::value::{Row, Value, many};
use crate::writes::{Rows, Writes, writing};
use crate::{Error, Result, Store};

const ASSESSED: &str = "select assessed, early from score_head";
const MOVE: &str = "update score_head set assessed = ?1 where assessed = ?2 and early = ?3 returning id";
const EARLY: &str = "update score_head set early = early + 1";
// A copy that a recall or the rule of a charter left for fewer is not given again: the next that went after it is what it
// was copied from, and its batch is the one that brought that.
macro_rules! given {
    ($which:literal) => {
        concat!(
            "select c.added, c.object, c.audience, c.member, t.text, o.id, b.channel, i.valid_from, c.title, \
             case when c.repeat = 1 and exists (select 1 from tombstone g where g.position = \
             (select min(n.position) from tombstone n where n.position > c.added) and g.object = c.object \
             and g.version = c.version and g.added < c.added and b.at <= g.added) then 1 else 0 end \
             from contribution c join object o on o.number = c.object join term t on t.number = c.type \
             join batch b on b.number = c.batch left join indicator i on i.added = c.added where ",
            $which
        )
    };
}
const NEXT: &str = given!("c.added > ?1 order by c.added limit ?2");
const ONE: &str = given!("c.added = ?1");
const BODY: &str = "select body from contribution where added = ?1";
const TERMS: &str = "select terms from audience where id = ?1";
/// Whoever gave the object before.
const GIVEN_BEFORE: &str = "select added, audience, member from contribution where object = ?1 and added < ?2 limit ?3";
const HASHES: &str = "select distinct hash from observable where added = ?1";
/// Whoever gave one of its values before.
const VALUE_BEFORE: &str = "select c.added, c.audience, c.member from observable v join contribution c on c.added = v.added \
                            where v.hash = ?1 and v.added < ?2 limit ?3";
const TARGETS: &str = "select e.target, o.id, t.text from edge e join object o on o.number = e.target \
                       join term t on t.number = e.property where e.added = ?1";
/// What was said of an object before: sightings and opinions.
const SAID_BEFORE: &str = "select c.added, c.audience, c.member, s.text, t.text, c.title, b.channel from edge e \
                           join contribution c on c.added = e.added join term t on t.number = e.property \
                           join term s on s.number = c.type join batch b on b.number = c.batch \
                           where e.target = ?1 and e.added < ?2 limit ?3";
const ACTED_BEFORE: &str =
    "select 1 from item_mark where object = ?1 and what = 'acted' and member not in (?2, ?4) and at <= ?3 limit 1";
const OBJECT: &str = "select number from object where hash = ?1 and id = ?2";
const OF_OBJECT: &str = "select added, audience, member from contribution where object = ?1 order by added limit ?2";
const WATCHED: &str = "select i.added, c.audience from indicator i join contribution c on c.added = i.added \
                       where i.added > ?1 and i.added <= ?2 order by i.added desc limit ?3";
/// So much of what was there before is looked at. What has more is common: nobody was first with it.
const MOST_BEFORE: usize = 200;
/// Objects that an entry names, for each measure.
const MOST_NAMED: usize = 200;
/// Contributions judged at once, and turns of that, before one of them is erased.
const SOON: (usize, usize) = (500, 4);
/// Indicators that are measured when a watchlist is put in force, the newest first.
const MOST_WATCHED: usize = 100_000;

/// A contribution to be judged.
struct Given {
    added: i64,
    object: i64,
    audience: AudienceId,
    member: MemberId,
    object_type: String,
    id: String,
    subscribed: bool,
    valid_from: Option<i64>,
    title: Option<String>,
    is_copy: bool,
}

/// Another row, as far as it decides something.
struct Other {
    added: i64,
    audience: AudienceId,
    member: MemberId,
}

/// What credits a member, in one month.
#[derive(Default)]
struct Credit {
    score: Score,
    items: BTreeMap<&'static str, BTreeSet<String>>,
}

impl Credit {
    fn count(&mut self, community: CommunityId, measure: Measure, id: &str) {
        self.score.count(community, measure, 1);
        let items = self.items.entry(measure.as_str()).or_default();
        if items.len() < MOST_NAMED {
            items.insert(id.to_owned());
        }
    }
}

/// Judges one contribution after another, and remembers audiences.
#[derive(Default)]
struct Judge {
    credits: BTreeMap<(MemberId, String), Credit>,
    audiences: HashMap<AudienceId, Audience>,
}

fn given(row: &Row) -> Result<Given> {
    Ok(Given {
        added: row.int(0)?,
        object: row.int(1)?,
        audience: AudienceId(row.int(2)?),
        member: MemberId(row.int(3)?),
        object_type: row.text(4)?,
        id: row.text(5)?,
        subscribed: is_subscription(&row.text(6)?),
        valid_from: row.maybe_int(7)?,
        title: row.maybe_text(8)?,
        is_copy: row.flag(9)?,
    })
}

fn is_subscription(channel: &str) -> bool {
    channel.starts_with("subscription:")
}

fn other(row: &Row) -> Result<Other> {
    Ok(Other {
        added: row.int(0)?,
        audience: AudienceId(row.int(1)?),
        member: MemberId(row.int(2)?),
    })
}

/// Whether an object says something of its own, beside what connects, marks or judges others.
fn is_item(object_type: &str) -> bool {
    let others = [
        "relationship",
        "identity",
        "marking-definition",
        "sighting",
        "opinion",
        "note",
        "extension-definition",
        "language-content",
    ];
    !others.contains(&object_type)
}

/// When it was seen first, by its own words.
fn observed(given: &Given, body: Option<&str>) -> Option<i64> {
    if given.valid_from.is_some() {
        return given.valid_from;
    }
    let property = match given.object_type.as_str() {
        "sighting" => "first_seen",
        "observed-data" => "first_observed",
        _ => return None,
    };
    let body: serde_json::Value = serde_json::from_str(body?).ok()?;
    let text = body.get(property)?.as_str()?;
    Timestamp::parse(text).ok().map(Timestamp::micros)
}

impl Judge {
    async fn audience(&mut self, reads: &mut impl Rows, id: AudienceId) -> Result<&Audience> {
        if let Entry::Vacant(place) = self.audiences.entry(id) {
            let rows = reads.rows(TERMS, vec![id.into()]).await?;
            let row = rows.first().ok_or_else(|| Error::ours("an audience is missing"))?;
            let audience = serde_json::from_str(&row.text(0)?)
                .map_err(|error| Error::ours("a stored audience is unreadable").because(error))?;
            place.insert(audience);
        }
        self.audiences
            .get(&id)
            .ok_or_else(|| Error::ours("an audience is missing"))
    }

    /// The communities that a contribution counts for, the partnership among them.
    async fn communities(&mut self, reads: &mut impl Rows, id: AudienceId) -> Result<Vec<CommunityId>> {
        let audience = self.audience(reads, id).await?;
        Ok(audience.communities().iter().copied().chain([WHOLE]).collect())
    }

    /// Whether a row is there for a community, and for these members where it names its readers.
    async fn is_open(
        &mut self,
        reads: &mut impl Rows,
        id: AudienceId,
        community: CommunityId,
        to: MemberId,
    ) -> Result<bool> {
        let audience = self.audience(reads, id).await?;
        let there = community == WHOLE || audience.communities().contains(&community);
        Ok(there && (audience.named().is_empty() || audience.named().contains(&to)))
    }

    fn credit(&mut self, member: MemberId, added: i64) -> &mut Credit {
        self.credits
            .entry((member, month(Timestamp::from_micros(added))))
            .or_default()
    }

    async fn judge(&mut self, reads: &mut impl Rows, one: &Given) -> Result<()> {
        if one.subscribed || one.is_copy {
            return Ok(());
        }
        match one.object_type.as_str() {
            "sighting" => self.sighting(reads, one).await,
            "opinion" => self.opinion(reads, one).await,
            kind if is_item(kind) => self.item(reads, one).await,
            _ => Ok(()),
        }
    }

    /// What a row says was seen first, as an age at the time of sharing.
    async fn observation(&mut self, reads: &mut impl Rows, one: &Given) -> Result<Option<i64>> {
        let body = match one.object_type.as_str() {
            "sighting" | "observed-data" => {
                let rows = reads.rows(BODY, vec![one.added.into()]).await?;
                rows.first().map(|row| row.text(0)).transpose()?
            }
            _ => None,
        };
        Ok(observed(one, body.as_deref()))
    }

    async fn before(&mut self, reads: &mut impl Rows, sql: &'static str, of: Value, added: i64) -> Result<Vec<Other>> {
        let values = vec![of, added.into(), many(MOST_BEFORE).into()];
        reads.rows(sql, values).await?.iter().map(other).collect()
    }

    async fn item(&mut self, reads: &mut impl Rows, one: &Given) -> Result<()> {
        let same = self.before(reads, GIVEN_BEFORE, one.object.into(), one.added).await?;
        let mut earlier = Vec::new();
        let mut is_common = same.len() >= MOST_BEFORE;
        for row in reads.rows(HASHES, vec![one.added.into()]).await? {
            let alike = self.before(reads, VALUE_BEFORE, row.int(0)?.into(), one.added).await?;
            is_common |= alike.len() >= MOST_BEFORE;
            earlier.extend(alike);
        }
        let own_before: BTreeSet<AudienceId> = same
            .iter()
            .filter(|row| row.member == one.member)
            .map(|row| row.audience)
            .collect();
        earlier.extend(same);
        earlier.sort_unstable_by_key(|row| row.added);
        let observed = self.observation(reads, one).await?;
        for community in self.communities(reads, one.audience).await? {
            let mut is_update = false;
            for audience in &own_before {
                is_update |= self.is_open(reads, *audience, community, one.member).await?;
            }
            if is_update {
                continue;
            }
            let mut first: Option<MemberId> = None;
            let mut by_others = false;
            for row in &earlier {
                if !self.is_open(reads, row.audience, community, one.member).await? {
                    continue;
                }
                match first {
                    None => first = Some(row.member),
                    Some(member) => by_others |= member != row.member,
                }
            }
            let credit = self.credit(one.member, one.added);
            credit.score.count(community, Measure::Shared, 1);
            if let Some(observed) = observed {
                let age = one.added - observed;
                credit.score.time(community, Measure::ObservationToShare, age);
            }
            match first {
                None if !is_common => credit.count(community, Measure::First, &one.id),
                // Who gave it first has to be able to see that it was given again.
                Some(member)
                    if member != one.member
                        && !by_others
                        && !is_common
                        && self.is_open(reads, one.audience, community, member).await? =>
                {
                    self.credit(member, one.added)
                        .count(community, Measure::Corroborated, &one.id);
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// The member that gave an object first to a community, and when.
    async fn origin(
        &mut self,
        reads: &mut impl Rows,
        object: i64,
        community: CommunityId,
        reader: MemberId,
    ) -> Result<Option<(MemberId, i64)>> {
        let rows = reads
            .rows(OF_OBJECT, vec![object.into(), many(MOST_BEFORE).into()])
            .await?;
        for row in &rows {
            let row = other(row)?;
            if self.is_open(reads, row.audience, community, reader).await? {
                return Ok(Some((row.member, row.added)));
            }
        }
        Ok(None)
    }

    /// The members that said something of an object before.
    async fn said_before(
        &mut self,
        reads: &mut impl Rows,
        target: i64,
        added: i64,
        community: CommunityId,
        is_meant: fn(&str, &str, Option<&str>) -> bool,
    ) -> Result<BTreeSet<MemberId>> {
        let values = vec![target.into(), added.into(), many(MOST_BEFORE).into()];
        let mut said = BTreeSet::new();
        for row in reads.rows(SAID_BEFORE, values).await? {
            let title = row.maybe_text(5)?;
            let meant = is_meant(&row.text(3)?, &row.text(4)?, title.as_deref()) && !is_subscription(&row.text(6)?);
            let one = other(&row)?;
            if meant && self.is_open(reads, one.audience, community, one.member).await? {
                said.insert(one.member);
            }
        }
        Ok(said)
    }

    async fn sighting(&mut self, reads: &mut impl Rows, one: &Given) -> Result<()> {
        let again = self.before(reads, GIVEN_BEFORE, one.object.into(), one.added).await?;
        if again.iter().any(|row| row.member == one.member) {
            return Ok(());
        }
        let observed = self.observation(reads, one).await?;
        for community in self.communities(reads, one.audience).await? {
            let credit = self.credit(one.member, one.added);
            credit.score.count(community, Measure::Sighted, 1);
            if let Some(observed) = observed {
                let age = one.added - observed;
                credit.score.time(community, Measure::ObservationToShare, age);
            }
        }
        for row in reads.rows(TARGETS, vec![one.added.into()]).await? {
            if row.text(2)? == "sighting_of_ref" {
                self.seen(reads, one, row.int(0)?, &row.text(1)?, observed).await?;
            }
        }
        Ok(())
    }

    async fn seen(
        &mut self,
        reads: &mut impl Rows,
        one: &Given,
        target: i64,
        id: &str,
        observed: Option<i64>,
    ) -> Result<()> {
        let is_sighting =
            |kind: &str, property: &str, _: Option<&str>| kind == "sighting" && property == "sighting_of_ref";
        for community in self.communities(reads, one.audience).await? {
            let Some((origin, since)) = self.origin(reads, target, community, one.member).await? else {
                continue;
            };
            if origin == one.member {
                continue;
            }
            let saw = self
                .said_before(reads, target, one.added, community, is_sighting)
                .await?;
            if !saw.contains(&one.member) {
                let handed = handed(reads, id, origin, one.member).await?.unwrap_or(since);
                let age = observed.unwrap_or(one.added) - handed;
                let credit = self.credit(one.member, one.added);
                credit.score.time(community, Measure::DeliveryToHit, age);
            }
            let values = vec![id.into(), origin.into(), one.added.into(), origin.into()];
            let acted = !reads.rows(ACTED_BEFORE, values).await?.is_empty();
            if !acted && saw.iter().all(|member| *member == origin) {
                self.credit(origin, one.added).count(community, Measure::Useful, id);
            }
        }
        Ok(())
    }

    async fn opinion(&mut self, reads: &mut impl Rows, one: &Given) -> Result<()> {
        let complains = |kind: &str, property: &str, title: Option<&str>| {
            property == "object_refs" && FeedbackKind::of(kind, title) == Some(FeedbackKind::FalsePositive)
        };
        if !complains(&one.object_type, "object_refs", one.title.as_deref()) {
            return Ok(());
        }
        for row in reads.rows(TARGETS, vec![one.added.into()]).await? {
            if row.text(2)? != "object_refs" {
                continue;
            }
            let (target, id) = (row.int(0)?, row.text(1)?);
            for community in self.communities(reads, one.audience).await? {
                let Some((origin, _)) = self.origin(reads, target, community, one.member).await? else {
                    continue;
                };
                let said = self.said_before(reads, target, one.added, community, complains).await?;
                if origin != one.member && said.iter().all(|member| *member == origin) {
                    self.credit(origin, one.added)
                        .count(community, Measure::FalsePositive, &id);
                }
            }
        }
        Ok(())
    }

    fn entries(self) -> Vec<NewEntry> {
        let credits = self.credits.into_iter().filter(|(_, credit)| !credit.score.is_empty());
        let entry = |((member, month), credit): ((MemberId, String), Credit)| {
            let mut body = json!({ "month": month, "items": credit.items });
            credit.score.put_into(&mut body);
            NewEntry {
                kind: "assessed".to_owned(),
                member: Some(member),
                body: body.to_string(),
            }
        };
        credits.map(entry).collect()
    }
}

/// When a member was first handed what another one gave of an object.
async fn handed(reads: &mut impl Rows, id: &str, owner: MemberId, member: MemberId) -> Result<Option<i64>> {
    let spots = spots_of(reads, id, owner).await?;
    let given = given_by(reads, &spots, Some(member)).await?;
    Ok(given.get(&member).map(|given| given.at.micros()))
}

/// What it adds to the numbers that a member did something about an object: its own, and of the member that gave it.
pub(crate) async fn item_score(
    reads: &mut impl Rows,
    member: MemberId,
    id: &str,
    measure: Measure,
    now: Timestamp,
) -> Result<(Score, Vec<NewEntry>)> {
    let (mut judge, mut score) = (Judge::default(), Score::default());
    let values = vec![super::share::id_hash(id).into(), id.into()];
    let Some(object) = reads
        .rows(OBJECT, values)
        .await?
        .first()
        .map(|row| row.int(0))
        .transpose()?
    else {
        return Ok((score, Vec::new()));
    };
    let rows = reads
        .rows(OF_OBJECT, vec![object.into(), many(MOST_BEFORE).into()])
        .await?;
    let mut communities = BTreeSet::new();
    for row in &rows {
        communities.extend(judge.communities(reads, other(row)?.audience).await?);
    }
    for community in communities {
        let Some((origin, since)) = judge.origin(reads, object, community, member).await? else {
            continue;
        };
        if origin == member {
            continue;
        }
        let handed = handed(reads, id, origin, member).await?.unwrap_or(since);
        score.time(community, measure, now.micros() - handed);
        if measure != Measure::DeliveryToAction {
            continue;
        }
        let is_sighting =
            |kind: &str, property: &str, _: Option<&str>| kind == "sighting" && property == "sighting_of_ref";
        let saw = judge
            .said_before(reads, object, now.micros(), community, is_sighting)
            .await?;
        let values = vec![id.into(), origin.into(), now.into(), member.into()];
        let acted = !reads.rows(ACTED_BEFORE, values).await?.is_empty();
        if !acted && saw.iter().all(|one| *one == origin) {
            judge.credit(origin, now.micros()).count(community, Measure::Useful, id);
        }
    }
    Ok((score, judge.entries()))
}

/// What a watchlist adds to the numbers of the member that has it in force.
#[derive(Debug, Default)]
pub(crate) struct WatchAges {
    pub score: Score,
    pub indicators: u64,
}

/// Of the indicators that were added after one place and up to another and that a member may see by its communities: how
/// long each waited for the watchlist.
pub(crate) async fn watch_ages(
    reads: &mut impl Rows,
    member: MemberId,
    (after, upto): (Timestamp, Timestamp),
    now: Timestamp,
) -> Result<WatchAges> {
    let (mut judge, mut ages) = (Judge::default(), WatchAges::default());
    let own = reads
        .rows(
            "select community from membership where member = ?1",
            vec![member.into()],
        )
        .await?;
    let own: BTreeSet<CommunityId> = own
        .iter()
        .map(|row| row.int(0).map(CommunityId))
        .collect::<Result<_>>()?;
    let values = vec![after.into(), upto.into(), many(MOST_WATCHED).into()];
    for row in reads.rows(WATCHED, values).await? {
        let (added, audience) = (row.int(0)?, AudienceId(row.int(1)?));
        let mut is_counted = false;
        for community in judge.communities(reads, audience).await? {
            let is_own = own.contains(&community) && judge.is_open(reads, audience, community, member).await?;
            if is_own {
                ages.score
                    .time(community, Measure::ShareToWatchlist, now.micros() - added);
                is_counted = true;
            }
        }
        if is_counted {
            ages.score.time(WHOLE, Measure::ShareToWatchlist, now.micros() - added);
            ages.indicators += 1;
        }
    }
    Ok(ages)
}

/// How far everything was judged, and how often something was judged before its turn.
#[derive(Clone, Copy)]
struct Head {
    assessed: i64,
    early: i64,
}

async fn head(reads: &mut impl Rows) -> Result<Head> {
    let rows = reads.rows(ASSESSED, Vec::new()).await?;
    let row = rows.first().ok_or_else(|| Error::ours("the scorecard has no head"))?;
    Ok(Head {
        assessed: row.int(0)?,
        early: row.int(1)?,
    })
}

/// Judges contributions that are about to be erased and that nobody judged yet; to be asked before the first of them is. What
/// was given was given, also where it was taken back at once. Whoever is judging outside of this transaction begins again,
/// so that nothing is judged twice.
pub(super) async fn judge_early(writes: &mut impl Writes, added: &[i64]) -> Result<()> {
    let Head { assessed, .. } = head(writes).await?;
    let (mut judge, mut any) = (Judge::default(), false);
    for added in added.iter().filter(|added| **added > assessed) {
        for row in writes.rows(ONE, vec![(*added).into()]).await? {
            judge.judge(writes, &given(&row)?).await?;
            any = true;
        }
    }
    if any {
        writes.rows(EARLY, Vec::new()).await?;
        writes.append(&judge.entries()).await?;
    }
    Ok(())
}

/// What the next contributions credit.
struct Judged {
    from: Head,
    last: i64,
    many: usize,
    entries: Vec<NewEntry>,
}

/// Judges up to `limit` contributions that nobody judged yet; none: nothing is left. All of it in one turn of one reader:
/// each asks some ten questions of a microsecond, and a turn for each question would cost far more than the answer.
async fn judge_next(reads: &mut impl Rows, limit: usize) -> Result<Option<Judged>> {
    let from = head(reads).await?;
    let rows = reads.rows(NEXT, vec![from.assessed.into(), many(limit).into()]).await?;
    let (mut judge, mut last) = (Judge::default(), None);
    for row in &rows {
        let one = given(row)?;
        judge.judge(reads, &one).await?;
        last = Some(one.added);
    }
    Ok(last.map(|last| Judged {
        from,
        last,
        many: rows.len(),
        entries: judge.entries(),
    }))
}

async fn record(writes: &mut impl Writes, from: Head, to: i64, entries: &[NewEntry]) -> Result<bool> {
    let moved = vec![to.into(), from.assessed.into(), from.early.into()];
    if writes.rows(MOVE, moved).await?.is_empty() {
        return Ok(false);
    }
    writes.append(entries).await?;
    Ok(true)
}

impl Store {
    /// Judges up to `limit` contributions that nobody judged yet; gives how many it was, nought: nothing is left.
    pub async fn score_assess(&self, limit: usize) -> Result<usize> {
        // Read outside the transaction, so that nobody who shares has to wait for it.
        let Some(Judged {
            from,
            last,
            many,
            entries,
        }) = reading!(self, => |reads| judge_next(reads, limit))?
        else {
            return Ok(0);
        };
        let done = writing!(self, false, |writes| record(writes, from, last, &entries))?;
        Ok(if done { many } else { 0 })
    }

    /// Judges what is not judged yet, before something up to a place is erased: who gave the same after it was not the
    /// first. A long backlog is not waited for: what goes is then judged by itself ([`judge_early`]).
    pub(super) async fn judge_before_erasing(&self, last: i64) -> Result<()> {
        let (at_once, turns) = SOON;
        for _ in 0..turns {
            let mut reading = self;
            if head(&mut reading).await?.assessed >= last || self.score_assess(at_once).await? == 0 {
                break;
            }
        }
        Ok(())
    }
}
