//! One object with all that is known of it, and what it is connected to.

use std::collections::HashMap;

use policy::action::Withheld;
use policy::{Action, Audience, Viewer, decide};

use super::IndicatorFacts;
use super::merge::Order;
use super::page::{ObjectRow, Position, VersionFilter, object};
use super::reads::{Known, Loaded, Reads, Source, Walk, reading};
use crate::value::Row;
use crate::{Error, Result, Store};

/// One contribution of an object, for the page about it.
#[derive(Clone, Debug, PartialEq)]
pub struct ObjectDetail {
    /// The version.
    pub row: ObjectRow,
    /// The member that contributed it; none where its name is withheld and the viewer is of another member.
    pub origin: Option<policy::MemberId>,
    /// The name of that member.
    pub origin_name: Option<String>,
    /// Whether its name is withheld from others.
    pub withheld: bool,
    /// Who may see it.
    pub audience: Audience,
    /// Its name.
    pub title: Option<String>,
    /// `created_by_ref`.
    pub created_by: Option<String>,
    /// `revoked`.
    pub revoked: bool,
    /// What an indicator is scored by.
    pub indicator: Option<IndicatorFacts>,
    /// The normalised values found in it.
    pub observables: Vec<(i16, String)>,
    /// The warninglists that know one of its values.
    pub warnings: Vec<String>,
    /// Whether a later version is visible.
    pub superseded: bool,
}

/// Which way a reference goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Direction {
    /// The object asked about refers to the other.
    Out,
    /// The other refers to the object asked about.
    In,
}

/// One connection of an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edge {
    /// Where to resume.
    pub position: Position,
    /// The property that holds the reference.
    pub property: String,
    /// Which way it goes.
    pub direction: Direction,
    /// The object at the other end.
    pub other: String,
    /// Its type, where it is visible.
    pub other_type: Option<String>,
    /// Its name, where it is visible.
    pub title: Option<String>,
    /// The relationship in between: its identifier and type.
    pub via: Option<(String, String)>,
}

/// The most contributions of one object that are shown.
const MOST: usize = 500;
/// Rows looked at together.
const BATCH: usize = 100;

const DETAIL: &str = "select c.member, c.withheld, c.warnings, k.id, m.name, a.terms, i.pattern_type, i.valid_from, \
                      i.valid_until, i.base_score, i.lifetime_days, i.decay_speed from contribution c \
                      join member m on m.id = c.member join audience a on a.id = c.audience \
                      left join object k on k.number = c.created_by left join indicator i on i.added = c.added \
                      where c.added = ?1";
const OBSERVABLES: &str = "select distinct kind, value from observable where added = ?1 order by kind, value";
const EDGES: &str = "select t.text, o.number, o.id from edge e join term t on t.number = e.property \
                     join object o on o.number = e.target where e.added = ?1 order by t.text, o.id";

/// The visible rows of an object as they are given, the latest version first.
async fn visible(reads: &mut impl Reads, viewer: &Viewer, object: i64, bodies: bool) -> Result<Vec<Loaded>> {
    let siblings = reads.siblings(&[object]).await?;
    let mut seen: Vec<_> = siblings.into_iter().filter(|row| viewer.sees(row.audience)).collect();
    // Keys made from contents are negative and tell no order: there the newest is first.
    seen.sort_unstable_by_key(|row| std::cmp::Reverse((row.version.max(0), row.added)));
    let positions: Vec<i64> = seen.into_iter().take(MOST).map(|row| row.added).collect();
    reads.load(&positions, bodies).await
}

async fn detail(reads: &mut impl Reads, viewer: &Viewer, id: &str) -> Result<Vec<ObjectDetail>> {
    let Some(number) = object(reads, id).await? else {
        return Ok(Vec::new());
    };
    let rows = visible(reads, viewer, number, true).await?;
    let mut known = Known::default();
    known.learn(reads, viewer, rows.iter().map(|row| row.candidate)).await?;
    let mut details = Vec::with_capacity(rows.len());
    for loaded in rows {
        let last = known
            .of(number)
            .is_none_or(|versions| versions.is_last(loaded.candidate.version));
        let added = loaded.candidate.added;
        let more = reads.rows(DETAIL, vec![added.into()]).await?;
        // Taken back while this is read.
        let Some(more) = more.first() else { continue };
        let mut observables = Vec::new();
        for row in reads.rows(OBSERVABLES, vec![added.into()]).await? {
            observables.push((i16::try_from(row.int(0)?).unwrap_or_default(), row.text(1)?));
        }
        details.push(one(viewer, loaded, more, observables, !last)?);
    }
    Ok(details)
}

fn one(
    viewer: &Viewer,
    loaded: Loaded,
    more: &Row,
    observables: Vec<(i16, String)>,
    superseded: bool,
) -> Result<ObjectDetail> {
    let member = policy::MemberId(more.int(0)?);
    let withheld = if more.flag(1)? { Withheld::Yes } else { Withheld::No };
    let shown = decide(viewer.principal(), Action::SeeOrigin(member, withheld)).is_ok();
    let terms = more.text(5)?;
    Ok(ObjectDetail {
        origin: shown.then_some(member),
        origin_name: if shown { more.maybe_text(4)? } else { None },
        withheld: withheld == Withheld::Yes,
        audience: serde_json::from_str(&terms)
            .map_err(|error| Error::ours("a stored audience is unreadable").because(error))?,
        title: loaded.title.clone(),
        created_by: more.maybe_text(3)?,
        revoked: loaded.revoked,
        indicator: indicator(more)?,
        observables,
        warnings: match more.maybe_text(2)? {
            Some(_) => more.list(2)?,
            None => Vec::new(),
        },
        superseded,
        row: loaded.row(),
    })
}

fn indicator(row: &Row) -> Result<Option<IndicatorFacts>> {
    let Some(pattern_type) = row.maybe_text(6)? else {
        return Ok(None);
    };
    Ok(Some(IndicatorFacts {
        pattern_type,
        valid_from: row.time(7)?,
        valid_until: row.maybe_time(8)?,
        base_score: i16::try_from(row.int(9)?).unwrap_or(i16::MAX),
        lifetime_days: i32::try_from(row.int(10)?).unwrap_or(i32::MAX),
        decay_speed: row.real(11)? as f32,
    }))
}

/// A reference of a row: property, target, its identifier.
pub(super) type Reference = (String, i64, String);

pub(super) async fn references(reads: &mut impl Reads, added: i64) -> Result<Vec<Reference>> {
    let rows = reads.rows(EDGES, vec![added.into()]).await?;
    rows.iter()
        .map(|row| Ok((row.text(0)?, row.int(1)?, row.text(2)?)))
        .collect()
}

async fn neighbours(
    reads: &mut impl Reads,
    viewer: &Viewer,
    id: &str,
    limit: usize,
    before: Option<Position>,
) -> Result<Vec<Edge>> {
    let Some(number) = object(reads, id).await? else {
        return Ok(Vec::new());
    };
    let mut edges: Vec<(Edge, i64)> = Vec::new();
    let own = visible(reads, viewer, number, false).await?;
    if let Some(own) = own
        .first()
        .filter(|own| before.is_none_or(|before| own.candidate.added < before.0))
    {
        for (property, target, other) in references(reads, own.candidate.added).await? {
            edges.push((edge(own, property, Direction::Out, other, false), target));
        }
    }
    let sources = [Source::Target(number)];
    let mut walk = Walk::new(viewer, &sources, Order::Falling, before.map(|before| before.0), limit);
    let mut known = Known::default();
    let mut referring = 0;
    while referring < limit {
        let batch = walk.next(reads, BATCH).await?;
        if batch.is_empty() {
            break;
        }
        for row in current(reads, viewer, &mut known, &batch).await? {
            if referring >= limit {
                break;
            }
            referring += 1;
            let references = references(reads, row.candidate.added).await?;
            refer(&mut edges, &row, number, &references);
        }
    }
    edges.sort_by_key(|(edge, _)| std::cmp::Reverse(edge.position));
    // What one row refers to stays together, so that resuming before its position loses nothing.
    let last = edges.get(limit.max(1) - 1).map(|(edge, _)| edge.position);
    edges.retain(|(edge, _)| last.is_none_or(|last| edge.position >= last));
    name_others(reads, viewer, edges).await
}

/// Of these rows the last versions of their objects, unless they are revoked.
pub(super) async fn current(
    reads: &mut impl Reads,
    viewer: &Viewer,
    known: &mut Known,
    batch: &[i64],
) -> Result<Vec<Loaded>> {
    let last = VersionFilter::default();
    let mut rows = reads.load(batch, false).await?;
    let undecided = rows.iter().map(|row| row.candidate);
    let undecided = undecided.filter(|candidate| candidate.needs_siblings(&last));
    known.learn(reads, viewer, undecided).await?;
    rows.retain(|row| !row.revoked && row.candidate.given(&last, known.of(row.candidate.object)));
    Ok(rows)
}

/// A row that refers to the object: itself is the neighbour, or, where it is a relationship, what is at its other end.
fn refer(edges: &mut Vec<(Edge, i64)>, row: &Loaded, object: i64, references: &[Reference]) {
    let is_relationship = stix::id::object_type(&row.id) == "relationship";
    for (property, _, _) in references.iter().filter(|(_, target, _)| *target == object) {
        let other_end = match property.as_str() {
            "source_ref" => Some(("target_ref", Direction::Out)),
            "target_ref" => Some(("source_ref", Direction::In)),
            _ => None,
        };
        let across = other_end.filter(|_| is_relationship).and_then(|(end, direction)| {
            let reference = references.iter().find(|(property, _, _)| property == end)?;
            Some((direction, reference))
        });
        match across {
            Some((direction, (_, target, other))) => {
                edges.push((edge(row, property.clone(), direction, other.clone(), true), *target));
            }
            None => {
                let neighbour = edge(row, property.clone(), Direction::In, row.id.clone(), false);
                edges.push((neighbour, row.candidate.object));
            }
        }
    }
}

fn edge(row: &Loaded, property: String, direction: Direction, other: String, via: bool) -> Edge {
    Edge {
        position: Position(row.candidate.added),
        property,
        direction,
        other,
        other_type: None,
        title: None,
        via: via.then(|| (row.id.clone(), row.title.clone().unwrap_or_default())),
    }
}

/// What objects are called, by the last version of each that is visible; those of which none is are left out.
async fn titles(reads: &mut impl Reads, viewer: &Viewer, objects: &[i64]) -> Result<HashMap<i64, Option<String>>> {
    let mut latest = HashMap::new();
    for row in reads.siblings(objects).await? {
        if viewer.sees(row.audience) {
            let place = (row.version.max(0), row.added);
            let best = latest.entry(row.object).or_insert(place);
            *best = place.max(*best);
        }
    }
    let positions: Vec<i64> = latest.values().map(|(_, added)| *added).collect();
    let rows = reads.load(&positions, false).await?;
    Ok(rows.into_iter().map(|row| (row.candidate.object, row.title)).collect())
}

async fn titles_of(reads: &mut impl Reads, viewer: &Viewer, ids: &[String]) -> Result<HashMap<String, String>> {
    let mut numbers = HashMap::new();
    for id in ids {
        if let Some(number) = object(reads, id).await? {
            numbers.insert(number, id);
        }
    }
    let mut objects: Vec<i64> = numbers.keys().copied().collect();
    objects.sort_unstable();
    let titles = titles(reads, viewer, &objects).await?;
    let named = titles
        .into_iter()
        .filter_map(|(object, title)| Some((numbers.get(&object)?.to_string(), title?)));
    Ok(named.collect())
}

/// Adds what is visible of the objects at the other ends.
async fn name_others(reads: &mut impl Reads, viewer: &Viewer, edges: Vec<(Edge, i64)>) -> Result<Vec<Edge>> {
    let mut objects: Vec<i64> = edges.iter().map(|(_, object)| *object).collect();
    objects.sort_unstable();
    objects.dedup();
    let names = titles(reads, viewer, &objects).await?;
    let named = |(mut edge, object): (Edge, i64)| {
        if let Some(title) = names.get(&object) {
            edge.other_type = Some(stix::id::object_type(&edge.other).to_owned());
            edge.title = title.clone();
        }
        edge
    };
    Ok(edges.into_iter().map(named).collect())
}

impl Store {
    /// The visible contributions of an object, the latest version first; five hundred at most.
    pub async fn object_get(&self, viewer: &Viewer, id: &str) -> Result<Vec<ObjectDetail>> {
        reading!(self, viewer, id => |reads| detail(reads, &viewer, &id))
    }

    /// What objects are called, by their identifiers; what is not visible, or has no name, is left out.
    pub async fn object_titles(&self, viewer: &Viewer, ids: &[String]) -> Result<HashMap<String, String>> {
        reading!(self, viewer, ids => |reads| titles_of(reads, &viewer, &ids))
    }

    /// What an object is connected to, the newest connections first, resuming strictly before a position. What one row
    /// refers to is never cut, so there may be a few more than `limit`.
    pub async fn neighbours(
        &self,
        viewer: &Viewer,
        id: &str,
        limit: usize,
        before: Option<Position>,
    ) -> Result<Vec<Edge>> {
        reading!(self, viewer, id => |reads| neighbours(reads, &viewer, &id, limit, before))
    }
}
