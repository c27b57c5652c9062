//! Finding: by value, by words, and how much there is.

use std::collections::BTreeMap;

use policy::Viewer;
use stix::Timestamp;
use stix::marking::Tlp;

use super::merge::Order;
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
    /// Only these object types.
    pub types: Vec<String>,
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

/// Where the positions of what is found come from, falling.
enum Positions<'a> {
    Walk(Walk<'a>),
    Words { wanted: Wanted, before: i64 },
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
        }
    }
}

/// The first `limit` of what is found that the viewer sees, that is the last version of its object, and that is wanted.
async fn found(
    reads: &mut impl Reads,
    viewer: &Viewer,
    mut positions: Positions<'_>,
    limit: usize,
    wanted: impl Fn(&Loaded) -> bool,
    since: i64,
) -> Result<Vec<Found>> {
    let last = VersionFilter::default();
    let mut known = Known::default();
    let mut found = Vec::new();
    loop {
        let batch = positions.next(reads, BATCH).await?;
        if batch.is_empty() || found.len() >= limit {
            return Ok(found);
        }
        let mut loaded = reads.load(&batch, false).await?;
        loaded.retain(|row| viewer.sees(row.audience) && wanted(row));
        let undecided = loaded.iter().map(|row| row.candidate);
        let undecided = undecided.filter(|candidate| candidate.needs_siblings(&last));
        known.learn(reads, viewer, undecided).await?;
        for row in loaded {
            if row.candidate.added < since || found.len() >= limit {
                return Ok(found);
            }
            if row.candidate.given(&last, known.of(row.candidate.object)) {
                let title = row.title.clone();
                found.push(Found { row: row.row(), title });
            }
        }
    }
}

async fn observable(
    reads: &mut impl Reads,
    viewer: &Viewer,
    kind: i16,
    value: &str,
    limit: usize,
    before: Option<Position>,
) -> Result<Vec<Found>> {
    let sources = [Source::Observable(i64::from(kind), observable_key(value).into_owned())];
    let before = before.map(|before| before.0);
    let walk = Walk::new(viewer, &sources, Order::Falling, before, limit);
    found(reads, viewer, Positions::Walk(walk), limit, |_| true, i64::MIN).await
}

async fn search(
    reads: &mut impl Reads,
    viewer: &Viewer,
    query: &SearchQuery,
    limit: usize,
    before: Option<Position>,
) -> Result<Vec<Found>> {
    let since = query.since.map_or(i64::MIN, Timestamp::micros);
    let words = Wanted::read(&query.words);
    if words.is_empty() && !query.words.trim().is_empty() {
        return Ok(Vec::new());
    }
    let sources = sources(reads, &query.types).await?;
    let before = before.map(|before| before.0);
    let positions = if words.is_empty() {
        Positions::Walk(Walk::new(viewer, &sources, Order::Falling, before, limit))
    } else {
        Positions::Words {
            wanted: words,
            before: before.unwrap_or(i64::MAX),
        }
    };
    let wanted = |row: &Loaded| {
        let object_type = stix::id::object_type(&row.id);
        query.types.is_empty() || query.types.iter().any(|wanted| wanted == object_type)
    };
    found(reads, viewer, positions, limit, wanted, since).await
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
    /// The objects in whose last version a normalised value occurs, newest first, resuming strictly before a position.
    pub async fn observable_find(
        &self,
        viewer: &Viewer,
        kind: i16,
        value: &str,
        limit: usize,
        before: Option<Position>,
    ) -> Result<Vec<Found>> {
        reading!(self, viewer, value => |reads| observable(reads, &viewer, kind, &value, limit, before))
    }

    /// The objects in whose last version all words occur, newest first, resuming strictly before a position. Without
    /// words: all of these types.
    pub async fn search(
        &self,
        viewer: &Viewer,
        query: &SearchQuery,
        limit: usize,
        before: Option<Position>,
    ) -> Result<Vec<Found>> {
        reading!(self, viewer, query => |reads| search(reads, &viewer, &query, limit, before))
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
