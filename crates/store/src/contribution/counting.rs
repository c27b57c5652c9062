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
    let pairs = beside(reads, viewer, &rows, may_say).await?;
    let said = said_of(reads, viewer, &pairs).await?;
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

/// What objects have to do with: what is said by what is beside them.
async fn said_of(
    reads: &mut impl Reads,
    viewer: &Viewer,
    pairs: &Pairs,
) -> Result<HashMap<i64, BTreeSet<(FacetKind, String)>>> {
    // What those say, in the versions that the viewer sees.
    let mut saying: Vec<i64> = pairs.keys().map(|(_, saying)| *saying).collect();
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
    Ok(together(pairs.keys().flat_map(values)))
}

/// Pairs of an object that was found and one beside it, with the identifier of the latter.
type Pairs = BTreeMap<(i64, i64), String>;

/// What of the wanted is beside objects: an object itself, one that it names, or one that a relationship connects it with.
async fn beside(
    reads: &mut impl Reads,
    viewer: &Viewer,
    rows: &[Loaded],
    wanted: impl Fn(&str) -> bool,
) -> Result<Pairs> {
    let objects: HashMap<i64, i64> = rows
        .iter()
        .map(|row| (row.candidate.added, row.candidate.object))
        .collect();
    let positions: Vec<i64> = rows.iter().map(|row| row.candidate.added).collect();
    let numbers: Vec<i64> = rows.iter().map(|row| row.candidate.object).collect();
    let own = rows.iter().filter(|row| wanted(&row.id));
    let itself = |row: &Loaded| ((row.candidate.object, row.candidate.object), row.id.clone());
    let mut pairs: Pairs = own.map(itself).collect();
    for end in reads.ends(&positions).await?.into_iter().filter(|end| wanted(&end.id)) {
        pairs.extend(objects.get(&end.added).map(|object| ((*object, end.object), end.id)));
    }
    let referring = reads.referring(viewer, &numbers, REFERRING_MOST).await?;
    let mut relations: Vec<i64> = referring.iter().map(|one| one.added).collect();
    relations.sort_unstable();
    relations.dedup();
    let ends = reads.ends(&relations).await?;
    let ends = ends.iter().filter(|end| is_end(end) && wanted(&end.id));
    let ends = together(ends.map(|end| (end.added, (end.object, &end.id))));
    let mut telling: Vec<i64> = ends.keys().copied().collect();
    telling.sort_unstable();
    let telling = current(reads, viewer, &mut Known::default(), &telling).await?;
    let telling = telling.iter().filter(|row| is_relation(&row.id));
    let telling: HashSet<i64> = telling.map(|row| row.candidate.added).collect();
    for one in referring.iter().filter(|one| telling.contains(&one.added)) {
        let others = ends.get(&one.added).into_iter().flatten();
        let others = others.filter(|(object, _)| *object != one.object);
        pairs.extend(others.map(|(object, id)| ((one.object, *object), (*id).clone())));
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
    for (_, pattern) in beside(reads, viewer, &rows, is_pattern).await?.into_keys() {
        *counted.entry(pattern).or_default() += 1;
    }
    let numbers: BTreeSet<i64> = counted.keys().copied().collect();
    let last = last_of(reads, viewer, &numbers).await?.into_iter();
    let mut patterns: Vec<(String, usize)> = last
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

/// The last version of each of these objects that the viewer sees, with its text, where it is not revoked.
async fn last_of(reads: &mut impl Reads, viewer: &Viewer, objects: &BTreeSet<i64>) -> Result<Vec<Loaded>> {
    let objects: Vec<i64> = objects.iter().copied().collect();
    let mut last: HashMap<i64, (i64, i64)> = HashMap::new();
    let seen = reads.siblings(&objects).await?.into_iter();
    for row in seen.filter(|row| viewer.sees(row.audience)) {
        let place = (row.version.max(0), row.added);
        let best = last.entry(row.object).or_insert(place);
        *best = place.max(*best);
    }
    let at: Vec<i64> = last.into_values().map(|(_, added)| added).collect();
    let mut rows = reads.load(&at, true).await?;
    rows.retain(|row| !row.revoked);
    Ok(rows)
}

/// What an object has to do with, as far as a viewer sees it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Concern {
    /// Its own text.
    pub body: String,
    /// The sectors that it or what is beside it says.
    pub sectors: Vec<String>,
    /// The texts of objects beside it, of the types that were asked for, [`BESIDE_EACH`] at the most.
    pub beside: Vec<String>,
}

/// Texts beside one object.
const BESIDE_EACH: usize = 20;

/// What each of these contributions has to do with, by the identifier of its object.
async fn concerns(
    reads: &mut impl Reads,
    viewer: &Viewer,
    at: &[i64],
    types: &[&str],
) -> Result<HashMap<String, Concern>> {
    let rows = current(reads, viewer, &mut Known::default(), at).await?;
    let is_asked_for = |id: &str| types.contains(&stix::id::object_type(id));
    let pairs = beside(reads, viewer, &rows, |id| may_say(id) || is_asked_for(id)).await?;
    let said = said_of(reads, viewer, &pairs).await?;
    let others = pairs.iter().filter(|((object, other), _)| object != other);
    let others = together(others.filter(|(_, id)| is_asked_for(id)).map(|(pair, _)| *pair));
    let read: BTreeSet<i64> = others
        .values()
        .flat_map(|of| of.iter().take(BESIDE_EACH))
        .copied()
        .collect();
    let texts = last_of(reads, viewer, &read).await?.into_iter();
    let texts: HashMap<i64, String> = texts.map(|row| (row.candidate.object, row.body)).collect();
    let at: Vec<i64> = rows.iter().map(|row| row.candidate.added).collect();
    let of = |row: Loaded| {
        let values = said.get(&row.candidate.object).into_iter().flatten();
        let sectors = values.filter(|(kind, _)| *kind == FacetKind::Sector);
        let beside = others.get(&row.candidate.object).into_iter().flatten();
        let concerns = Concern {
            sectors: sectors.map(|(_, value)| value.clone()).collect(),
            beside: beside.filter_map(|other| texts.get(other).cloned()).collect(),
            body: row.body,
        };
        (row.id, concerns)
    };
    Ok(reads.load(&at, true).await?.into_iter().map(of).collect())
}

impl Store {
    /// What each of what was found has to do with, by its identifier; of what is beside it, the texts of these types.
    pub async fn concerns(
        &self,
        viewer: &Viewer,
        found: &[Found],
        types: &'static [&'static str],
    ) -> Result<HashMap<String, Concern>> {
        let mut at: Vec<i64> = found.iter().map(|one| one.row.added.micros()).collect();
        at.sort_unstable();
        reading!(self, viewer => |reads| concerns(reads, &viewer, &at, types))
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
