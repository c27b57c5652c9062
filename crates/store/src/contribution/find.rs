//! Finding: by value, by words, narrowed by what things are, and how much there is.

use std::collections::{BTreeMap, HashSet};

use policy::action::Withheld;
use policy::{Action, MemberId, Viewer, decide};
use stix::Timestamp;
use stix::marking::Tlp;

use super::facet::FacetKind;
use super::merge::Order;
use super::narrow::{Bearing, bearing};
use super::page::{ObjectRow, Position, VersionFilter, sources};
use super::reads::{Known, Loaded, Reads, Source, Walk, reading};
use super::share::observable_key;
use super::words::Wanted;
use crate::{Result, Store};

/// What to search for; an empty list or text does not filter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SearchQuery {
    /// Words that all must occur; the last letters of a word may be left open with `*`.
    pub words: String,
    /// A normalised value that occurs: the code of its kind, and itself.
    pub value: Option<(i16, String)>,
    /// Only these object types.
    pub types: Vec<String>,
    /// Only what was shared under these colours.
    pub tlps: Vec<Tlp>,
    /// Only what these members shared under their names.
    pub from: Vec<MemberId>,
    /// Only what has to do with one of these sectors.
    pub sectors: Vec<String>,
    /// Only what has to do with one of these techniques.
    pub techniques: Vec<String>,
    /// Only what was added at or after this.
    pub since: Option<Timestamp>,
}

/// What a search finds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The version, without its body.
    pub row: ObjectRow,
    /// Its name.
    pub title: Option<String>,
}

/// A part of what a search finds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FoundPage {
    /// The newest first.
    pub found: Vec<Found>,
    /// Where to go on; none: that was all.
    pub next: Option<Position>,
    /// Whether more has to do with a sector or technique than was followed: the oldest of it is left out.
    pub cut: bool,
}

/// How much a viewer may see, in contributions: an object that two members shared counts twice.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// By object type, the most first.
    pub by_type: Vec<(String, u64)>,
    /// By TLP.
    pub by_tlp: Vec<(Tlp, u64)>,
    /// Together.
    pub total: u64,
}

/// Rows looked at together.
const BATCH: usize = 200;
/// Visible rows that are looked at for one page, wanted or not; then it ends, and goes on when asked to.
const LOOKED_AT: usize = 20_000;

/// Where the positions of what is found come from, falling.
enum Positions<'a> {
    Walk(Walk<'a>),
    Words {
        wanted: Wanted,
        before: i64,
    },
    /// The next is the last.
    Listed(Vec<i64>),
}

impl Positions<'_> {
    async fn next(&mut self, reads: &mut impl Reads, many: usize) -> Result<Vec<i64>> {
        match self {
            Self::Walk(walk) => walk.next(reads, many).await,
            Self::Words { wanted, before } => {
                let found = reads.matching(wanted, *before, many).await?;
                *before = found.last().copied().unwrap_or(*before);
                Ok(found)
            }
            Self::Listed(list) => {
                let rest = list.len().saturating_sub(many);
                let mut next = list.split_off(rest);
                next.reverse();
                Ok(next)
            }
        }
    }
}

/// Which rows are found.
struct Sought<'q> {
    viewer: &'q Viewer,
    /// The audiences of the colours that are asked for; never wider than the viewer.
    within: &'q Viewer,
    query: &'q SearchQuery,
    /// The objects that have to do with the sectors and techniques that are asked for.
    objects: Option<HashSet<i64>>,
}

impl Sought<'_> {
    fn wants(&self, row: &Loaded) -> bool {
        let query = self.query;
        let wants_type = || {
            let object_type = stix::id::object_type(&row.id);
            query.types.is_empty() || query.types.iter().any(|wanted| wanted == object_type)
        };
        let wants_member =
            || query.from.is_empty() || (query.from.contains(&row.member) && shows_origin(self.viewer, row));
        let wants_object = || {
            let objects = self.objects.as_ref();
            objects.is_none_or(|objects| objects.contains(&row.candidate.object))
        };
        self.within.sees(row.audience) && wants_type() && wants_member() && wants_object()
    }
}

/// Whether the viewer may know who shared a row.
pub(super) fn shows_origin(viewer: &Viewer, row: &Loaded) -> bool {
    let withheld = if row.withheld { Withheld::Yes } else { Withheld::No };
    decide(viewer.principal(), Action::SeeOrigin(row.member, withheld)).is_ok()
}

/// The first `limit` of what is found that the viewer sees, that is the last version of its object, and that is wanted;
/// and where to go on.
async fn found(
    reads: &mut impl Reads,
    sought: &Sought<'_>,
    mut positions: Positions<'_>,
    limit: usize,
) -> Result<(Vec<Loaded>, Option<Position>)> {
    let last = VersionFilter::default();
    let since = sought.query.since.map_or(i64::MIN, Timestamp::micros);
    let mut known = Known::default();
    let (mut found, mut looked_at) = (Vec::new(), 0);
    loop {
        let batch = positions.next(reads, BATCH).await?;
        if batch.is_empty() {
            return Ok((found, None));
        }
        let mut loaded = reads.load(&batch, false).await?;
        // What is out of sight ends nothing early, so that nobody learns of it.
        loaded.retain(|row| sought.viewer.sees(row.audience));
        looked_at += loaded.len();
        let lowest = loaded.last().map(|row| Position(row.candidate.added));
        loaded.retain(|row| sought.wants(row));
        let undecided = loaded.iter().map(|row| row.candidate);
        let undecided = undecided.filter(|candidate| candidate.needs_siblings(&last));
        known.learn(reads, sought.viewer, undecided).await?;
        for row in loaded {
            if row.candidate.added < since {
                return Ok((found, None));
            }
            if row.candidate.given(&last, known.of(row.candidate.object)) {
                found.push(row);
                if found.len() >= limit {
                    let next = found.last().map(|row| Position(row.candidate.added));
                    return Ok((found, next));
                }
            }
        }
        if looked_at >= LOOKED_AT
            && let Some(lowest) = lowest
        {
            return Ok((found, Some(lowest)));
        }
    }
}

/// What a search walks over, and whether some of it was left out.
pub(super) async fn search(
    reads: &mut impl Reads,
    viewer: &Viewer,
    within: &Viewer,
    query: &SearchQuery,
    limit: usize,
    before: Option<Position>,
) -> Result<(Vec<Loaded>, Option<Position>, bool)> {
    let words = Wanted::read(&query.words);
    if limit == 0 || (words.is_empty() && !query.words.trim().is_empty()) {
        return Ok((Vec::new(), None, false));
    }
    let bearing = asked_for(reads, viewer, query).await?;
    let (objects, cut) = bearing.map_or((None, false), |bearing| (Some(bearing.objects), bearing.cut));
    let sought = Sought {
        viewer,
        within,
        query,
        objects,
    };
    let before = before.map(|before| before.0);
    let sources = walked(reads, &sought).await?;
    let positions = if !words.is_empty() {
        Positions::Words {
            wanted: words,
            before: before.unwrap_or(i64::MAX),
        }
    } else if let Some(objects) = sought.objects.as_ref().filter(|_| query.value.is_none()) {
        Positions::Listed(listed(reads, within, objects, before).await?)
    } else {
        Positions::Walk(Walk::new(within, &sources, Order::Falling, before, limit))
    };
    let (rows, next) = found(reads, &sought, positions, limit).await?;
    Ok((rows, next, cut))
}

/// The objects that have to do with a sector and a technique, where some are asked for.
async fn asked_for(reads: &mut impl Reads, viewer: &Viewer, query: &SearchQuery) -> Result<Option<Bearing>> {
    let mut asked: Option<Bearing> = None;
    for (kind, values) in [
        (FacetKind::Sector, &query.sectors),
        (FacetKind::Technique, &query.techniques),
    ] {
        if values.is_empty() {
            continue;
        }
        let one = bearing(reads, viewer, kind, values).await?;
        asked = Some(match asked {
            None => one,
            Some(before) => before.and(&one),
        });
    }
    Ok(asked)
}

/// The narrowest runs that hold all that is sought.
async fn walked(reads: &mut impl Reads, sought: &Sought<'_>) -> Result<Vec<Source>> {
    let query = sought.query;
    if let Some((kind, value)) = &query.value {
        return Ok(vec![Source::Observable(
            i64::from(*kind),
            observable_key(value).into_owned(),
        )]);
    }
    if query.from.is_empty() {
        return sources(reads, &query.types).await;
    }
    let own = |member: MemberId| sought.viewer.principal().member == Some(member);
    let runs = |member: &MemberId| {
        let withheld = own(*member).then_some(Source::Member(member.0, true));
        [Some(Source::Member(member.0, false)), withheld]
    };
    Ok(query.from.iter().flat_map(runs).flatten().collect())
}

/// The positions of these objects that a viewer sees, rising: the next is the last.
async fn listed(
    reads: &mut impl Reads,
    within: &Viewer,
    objects: &HashSet<i64>,
    before: Option<i64>,
) -> Result<Vec<i64>> {
    let mut objects: Vec<i64> = objects.iter().copied().collect();
    objects.sort_unstable();
    let rows = reads.siblings(&objects).await?.into_iter();
    let open = rows.filter(|row| within.sees(row.audience) && before.is_none_or(|before| row.added < before));
    let mut positions: Vec<i64> = open.map(|row| row.added).collect();
    positions.sort_unstable();
    Ok(positions)
}

const COUNT: &str = "select t.text, count(*) from contribution c join term t on t.number = c.type \
                     where c.audience = ?1 group by t.text";

/// By audience and type.
async fn count(reads: &mut impl Reads, viewer: &Viewer) -> Result<Vec<(policy::AudienceId, String, u64)>> {
    let mut counted = Vec::new();
    for audience in viewer.audiences() {
        for row in reads.rows(COUNT, vec![(*audience).into()]).await? {
            counted.push((*audience, row.text(0)?, row.int(1)?.unsigned_abs()));
        }
    }
    Ok(counted)
}

impl Store {
    /// What is found, newest first, resuming strictly before a position. Without words: all of these types. A page may hold
    /// fewer than `limit` and still go on.
    pub async fn search(
        &self,
        viewer: &Viewer,
        query: &SearchQuery,
        limit: usize,
        before: Option<Position>,
    ) -> Result<FoundPage> {
        let within = self.coloured(viewer, &query.tlps).await?;
        let (rows, next, cut) =
            reading!(self, viewer, within, query => |reads| search(reads, &viewer, &within, &query, limit, before))?;
        let one = |row: Loaded| {
            let title = row.title.clone();
            Found { row: row.row(), title }
        };
        Ok(FoundPage {
            found: rows.into_iter().map(one).collect(),
            next,
            cut,
        })
    }

    /// The objects in whose last version a normalised value occurs, newest first, resuming strictly before a position.
    pub async fn observable_find(
        &self,
        viewer: &Viewer,
        kind: i16,
        value: &str,
        limit: usize,
        before: Option<Position>,
    ) -> Result<Vec<Found>> {
        let query = SearchQuery {
            value: Some((kind, value.to_owned())),
            ..SearchQuery::default()
        };
        let (mut found, mut before) = (Vec::new(), before);
        loop {
            let page = self.search(viewer, &query, limit - found.len(), before).await?;
            found.extend(page.found);
            before = page.next;
            if before.is_none() || found.len() >= limit {
                return Ok(found);
            }
        }
    }

    /// A view of what is marked with one of these colours; with none, of everything that is seen.
    pub(super) async fn coloured(&self, viewer: &Viewer, tlps: &[Tlp]) -> Result<Viewer> {
        if tlps.is_empty() {
            return Ok(viewer.clone());
        }
        let (_, audiences) = self.audiences().await?;
        Ok(viewer.coloured(tlps, audiences.iter().map(|(id, audience)| (*id, audience))))
    }

    /// How many contributions the viewer may see.
    pub async fn counts(&self, viewer: &Viewer) -> Result<Counts> {
        let counted = reading!(self, viewer => |reads| count(reads, &viewer))?;
        let (mut by_type, mut by_tlp) = (BTreeMap::new(), BTreeMap::new());
        for (audience, object_type, count) in counted {
            let tlp = self.audience(audience).await?.tlp();
            *by_type.entry(object_type).or_insert(0) += count;
            *by_tlp.entry(tlp).or_insert(0) += count;
        }
        let total = by_tlp.values().sum();
        let mut by_type: Vec<(String, u64)> = by_type.into_iter().collect();
        by_type.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        Ok(Counts {
            by_type,
            by_tlp: by_tlp.into_iter().collect(),
            total,
        })
    }
}
