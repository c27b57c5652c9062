//! How what is found divides up: by type, colour, member, sector and technique. Counted over the newest of it only, and of
//! nothing that the viewer does not see.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::hash::Hash;

use policy::{AudienceId, MemberId, Viewer};
use stix::Timestamp;
use stix::marking::Tlp;

use super::detail::current;
use super::facet::FacetKind;
use super::find::{Found, SearchQuery, search, shows_origin};
use super::narrow::{is_end, is_relation};
use super::page::{ObjectQuery, page};
use super::reads::{Known, Loaded, Reads, reading};
use crate::{Result, Store};

/// Rows that refer to one thing and are looked at for it.
const REFERRING_MOST: usize = 100;

/// How many of what is found are of each; the most first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Divided {
    /// How many were counted.
    pub counted: usize,
    /// Whether there are more, which were not.
    pub more: bool,
    /// By object type.
    pub types: Vec<(String, usize)>,
    /// By colour, the lightest first.
    pub tlps: Vec<(Tlp, usize)>,
    /// By the member that shared it, where its name may be known.
    pub members: Vec<(MemberId, usize)>,
    /// By sector.
    pub sectors: Vec<(String, usize)>,
    /// By technique.
    pub techniques: Vec<(String, usize)>,
    /// When each was added, the newest first.
    pub added: Vec<Timestamp>,
}

/// What is counted before colours are known.
struct Tally {
    divided: Divided,
    audiences: BTreeMap<AudienceId, usize>,
}

async fn tally(
    reads: &mut impl Reads,
    viewer: &Viewer,
    within: &Viewer,
    query: &SearchQuery,
    most: usize,
) -> Result<Tally> {
    let (rows, next, cut) = search(reads, viewer, within, query, most, None).await?;
    let said = said_of(reads, viewer, &rows).await?;
    let mut types: HashMap<String, usize> = HashMap::new();
    let mut members: HashMap<MemberId, usize> = HashMap::new();
    let mut audiences: BTreeMap<AudienceId, usize> = BTreeMap::new();
    let mut values: HashMap<(FacetKind, String), usize> = HashMap::new();
    for row in &rows {
        *types.entry(stix::id::object_type(&row.id).to_owned()).or_default() += 1;
        *audiences.entry(row.audience).or_default() += 1;
        if shows_origin(viewer, row) {
            *members.entry(row.member).or_default() += 1;
        }
        for value in said.get(&row.candidate.object).into_iter().flatten() {
            *values.entry(value.clone()).or_default() += 1;
        }
    }
    let of = |kind: FacetKind| {
        let of_kind = values.iter().filter(move |((found, _), _)| *found == kind);
        most_first(of_kind.map(|((_, value), count)| (value.clone(), *count)))
    };
    Ok(Tally {
        divided: Divided {
            counted: rows.len(),
            more: next.is_some() || cut,
            types: most_first(types),
            members: most_first(members),
            sectors: of(FacetKind::Sector),
            techniques: of(FacetKind::Technique),
            tlps: Vec::new(),
            added: rows
                .iter()
                .map(|row| Timestamp::from_micros(row.candidate.added))
                .collect(),
        },
        audiences,
    })
}

fn most_first<K: Ord>(counted: impl IntoIterator<Item = (K, usize)>) -> Vec<(K, usize)> {
    let mut counted: Vec<(K, usize)> = counted.into_iter().collect();
    counted.sort_by(|one, other| other.1.cmp(&one.1).then_with(|| one.0.cmp(&other.0)));
    counted
}

fn together<K: Eq + Hash, V: Ord>(pairs: impl IntoIterator<Item = (K, V)>) -> HashMap<K, BTreeSet<V>> {
    let mut sets: HashMap<K, BTreeSet<V>> = HashMap::new();
    for (key, value) in pairs {
        sets.entry(key).or_default().insert(value);
    }
    sets
}

/// Whether an object may say something of itself.
fn may_say(id: &str) -> bool {
    let object_type = stix::id::object_type(id);
    FacetKind::ALL.iter().any(|kind| kind.object_type() == object_type)
}

/// What objects have to do with: what they say themselves, and what is said by whom they name or are connected with.
async fn said_of(
    reads: &mut impl Reads,
    viewer: &Viewer,
    rows: &[Loaded],
) -> Result<HashMap<i64, BTreeSet<(FacetKind, String)>>> {
    let pairs = beside(reads, viewer, rows, may_say).await?;
    // What those say, in the versions that the viewer sees.
    let mut saying: Vec<i64> = pairs.iter().map(|(_, saying)| *saying).collect();
    saying.sort_unstable();
    saying.dedup();
    let seen = reads.siblings(&saying).await?.into_iter();
    let seen: HashMap<i64, i64> = seen
        .filter(|row| viewer.sees(row.audience))
        .map(|row| (row.added, row.object))
        .collect();
    let mut at: Vec<i64> = seen.keys().copied().collect();
    at.sort_unstable();
    let said = reads.said(&at).await?;
    let said = together(said.into_iter().filter_map(|one| {
        let object = seen.get(&one.added)?;
        Some((*object, (FacetKind::from_code(one.kind)?, one.value)))
    }));
    let values = |(object, saying): &(i64, i64)| {
        let object = *object;
        let said = said.get(saying).into_iter().flatten();
        said.map(move |value| (object, value.clone())).collect::<Vec<_>>()
    };
    Ok(together(pairs.iter().flat_map(values)))
}

/// Pairs of an object that was found and a wanted one beside it: itself, one that it names, or one that a relationship
/// connects it with.
async fn beside(
    reads: &mut impl Reads,
    viewer: &Viewer,
    rows: &[Loaded],
    wanted: impl Fn(&str) -> bool,
) -> Result<BTreeSet<(i64, i64)>> {
    let objects: HashMap<i64, i64> = rows
        .iter()
        .map(|row| (row.candidate.added, row.candidate.object))
        .collect();
    let positions: Vec<i64> = rows.iter().map(|row| row.candidate.added).collect();
    let numbers: Vec<i64> = rows.iter().map(|row| row.candidate.object).collect();
    let own = rows.iter().filter(|row| wanted(&row.id));
    let mut pairs: BTreeSet<(i64, i64)> = own.map(|row| (row.candidate.object, row.candidate.object)).collect();
    for end in reads.ends(&positions).await?.into_iter().filter(|end| wanted(&end.id)) {
        pairs.extend(objects.get(&end.added).map(|object| (*object, end.object)));
    }
    let referring = reads.referring(viewer, &numbers, REFERRING_MOST).await?;
    let mut relations: Vec<i64> = referring.iter().map(|one| one.added).collect();
    relations.sort_unstable();
    relations.dedup();
    let ends = reads.ends(&relations).await?;
    let ends = ends.iter().filter(|end| is_end(end) && wanted(&end.id));
    let ends = together(ends.map(|end| (end.added, end.object)));
    let mut telling: Vec<i64> = ends.keys().copied().collect();
    telling.sort_unstable();
    let telling = current(reads, viewer, &mut Known::default(), &telling).await?;
    let telling = telling.iter().filter(|row| is_relation(&row.id));
    let telling: HashSet<i64> = telling.map(|row| row.candidate.added).collect();
    for one in referring.iter().filter(|one| telling.contains(&one.added)) {
        let others = ends.get(&one.added).into_iter().flatten();
        pairs.extend(others.filter(|end| **end != one.object).map(|end| (one.object, *end)));
    }
    Ok(pairs)
}

/// Of what objects are those whose patterns of attack are asked for.
enum Group<'q> {
    Search(&'q Viewer, &'q SearchQuery, usize),
    Listed(&'q [String]),
}

/// The patterns of attack beside a group of objects, by how many of the group are beside each; how many were looked at,
/// and whether there are more.
async fn patterns(reads: &mut impl Reads, viewer: &Viewer, group: Group<'_>) -> Result<Beside> {
    let (rows, more) = match group {
        Group::Search(within, query, most) => {
            let (rows, next, cut) = search(reads, viewer, within, query, most, None).await?;
            (rows, next.is_some() || cut)
        }
        // A list that is empty would not filter.
        Group::Listed([]) => return Ok(Beside::default()),
        Group::Listed(ids) => {
            let wish = ObjectQuery {
                ids: ids.to_vec(),
                limit: ids.len().max(1),
                ..ObjectQuery::default()
            };
            let listed = page(reads, viewer, &wish, false).await?;
            let at: Vec<i64> = listed.rows.iter().map(|row| row.added.micros()).collect();
            (reads.load(&at, false).await?, listed.more)
        }
    };
    let is_pattern = |id: &str| stix::id::object_type(id) == "attack-pattern";
    let mut counted: HashMap<i64, usize> = HashMap::new();
    for (_, pattern) in beside(reads, viewer, &rows, is_pattern).await? {
        *counted.entry(pattern).or_default() += 1;
    }
    let mut numbers: Vec<i64> = counted.keys().copied().collect();
    numbers.sort_unstable();
    // The last version of each that the viewer sees.
    let mut last: HashMap<i64, (i64, i64)> = HashMap::new();
    for row in reads
        .siblings(&numbers)
        .await?
        .into_iter()
        .filter(|row| viewer.sees(row.audience))
    {
        let place = (row.version.max(0), row.added);
        let best = last.entry(row.object).or_insert(place);
        *best = place.max(*best);
    }
    let at: Vec<i64> = last.into_values().map(|(_, added)| added).collect();
    let mut patterns: Vec<(String, usize)> = reads
        .load(&at, true)
        .await?
        .into_iter()
        .filter(|row| !row.revoked)
        .filter_map(|row| Some((row.body, *counted.get(&row.candidate.object)?)))
        .collect();
    patterns.sort();
    Ok(Beside {
        looked_at: rows.len(),
        more,
        patterns,
    })
}

/// Patterns of attack beside a group of objects.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Beside {
    /// How many of the group were looked at.
    pub looked_at: usize,
    /// Whether there are more, which were not.
    pub more: bool,
    /// The text of each pattern, and how many of the group are beside it.
    pub patterns: Vec<(String, usize)>,
}

/// The sectors that each of these contributions has to do with, by the identifier of its object.
async fn sectors(reads: &mut impl Reads, viewer: &Viewer, at: &[i64]) -> Result<HashMap<String, Vec<String>>> {
    let rows = current(reads, viewer, &mut Known::default(), at).await?;
    let said = said_of(reads, viewer, &rows).await?;
    let of = |row: Loaded| {
        let values = said.get(&row.candidate.object).into_iter().flatten();
        let sectors = values.filter(|(kind, _)| *kind == FacetKind::Sector);
        (row.id, sectors.map(|(_, value)| value.clone()).collect())
    };
    Ok(rows.into_iter().map(of).collect())
}

impl Store {
    /// The sectors that each of what was found has to do with, by its identifier.
    pub async fn sectors_of(&self, viewer: &Viewer, found: &[Found]) -> Result<HashMap<String, Vec<String>>> {
        let mut at: Vec<i64> = found.iter().map(|one| one.row.added.micros()).collect();
        at.sort_unstable();
        reading!(self, viewer => |reads| sectors(reads, &viewer, &at))
    }

    /// How the newest of what is found, `most` at the most, divides up.
    pub async fn search_divided(&self, viewer: &Viewer, query: &SearchQuery, most: usize) -> Result<Divided> {
        let within = self.coloured(viewer, &query.tlps).await?;
        let Tally { mut divided, audiences } =
            reading!(self, viewer, within, query => |reads| tally(reads, &viewer, &within, &query, most))?;
        let mut tlps: BTreeMap<Tlp, usize> = BTreeMap::new();
        for (audience, count) in audiences {
            *tlps.entry(self.audience(audience).await?.tlp()).or_default() += count;
        }
        divided.tlps = tlps.into_iter().collect();
        Ok(divided)
    }

    /// The patterns of attack beside the newest of what is found.
    pub async fn patterns_found(&self, viewer: &Viewer, query: &SearchQuery, most: usize) -> Result<Beside> {
        let within = self.coloured(viewer, &query.tlps).await?;
        reading!(self, viewer, within, query => |reads| {
            patterns(reads, &viewer, Group::Search(&within, &query, most))
        })
    }

    /// The patterns of attack beside these objects.
    pub async fn patterns_beside(&self, viewer: &Viewer, ids: &[String]) -> Result<Beside> {
        reading!(self, viewer, ids => |reads| patterns(reads, &viewer, Group::Listed(&ids)))
    }
}
