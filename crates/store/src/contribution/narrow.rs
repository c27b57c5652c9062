//! What has to do with a technique or a sector: the objects that say it of themselves, and those connected with one of
//! them, as far as a viewer sees both and what connects them.

use std::collections::{HashMap, HashSet};

use policy::Viewer;

use super::detail::current;
use super::facet::FacetKind;
use super::merge::Order;
use super::reads::{End, Known, Reads, Source, Walk, reading};
use crate::{Result, Store};

/// Objects that say a value, of which the connections are followed.
const SAYING_MOST: usize = 300;
/// Connections that are followed, the newest first.
const CONNECTED_MOST: usize = 5_000;
/// Rows looked at together.
const BATCH: usize = 500;
/// Values of a kind that are read for one audience.
const VALUES_MOST: i64 = 2_000;

/// Objects that have to do with something.
#[derive(Debug, Default)]
pub(super) struct Bearing {
    pub(super) objects: HashSet<i64>,
    /// Whether some were left out.
    pub(super) cut: bool,
}

impl Bearing {
    /// What has to do with both.
    pub(super) fn and(mut self, other: &Self) -> Self {
        self.objects.retain(|object| other.objects.contains(object));
        self.cut |= other.cut;
        self
    }
}

/// What has to do with one of these values.
pub(super) async fn bearing(
    reads: &mut impl Reads,
    viewer: &Viewer,
    kind: FacetKind,
    values: &[String],
) -> Result<Bearing> {
    let mut known = Known::default();
    let source = |value: &String| Source::Facet(kind.code(), kind.written(value));
    let said: Vec<Source> = values.iter().map(source).collect();
    let mut bearing = Bearing::default();
    let mut walk = Walk::new(viewer, &said, Order::Falling, None, SAYING_MOST);
    while bearing.objects.len() < SAYING_MOST {
        let batch = walk.next(reads, BATCH).await?;
        if batch.is_empty() {
            break;
        }
        for row in current(reads, viewer, &mut known, &batch).await? {
            bearing.objects.insert(row.candidate.object);
        }
    }
    bearing.cut = bearing.objects.len() >= SAYING_MOST;
    let mut saying: Vec<i64> = bearing.objects.iter().copied().collect();
    saying.sort_unstable();
    let connecting: Vec<Source> = saying.iter().map(|object| Source::Target(*object)).collect();
    let mut walk = Walk::new(viewer, &connecting, Order::Falling, None, CONNECTED_MOST);
    let mut followed = 0;
    while followed < CONNECTED_MOST {
        let batch = walk.next(reads, BATCH).await?;
        if batch.is_empty() {
            return Ok(bearing);
        }
        followed += batch.len();
        let rows = current(reads, viewer, &mut known, &batch).await?;
        let relations: Vec<i64> = rows
            .iter()
            .filter(|row| is_relation(&row.id))
            .map(|row| row.candidate.added)
            .collect();
        bearing.objects.extend(rows.iter().map(|row| row.candidate.object));
        let ends = reads.ends(&relations).await?;
        bearing
            .objects
            .extend(ends.iter().filter(|end| is_end(end)).map(|end| end.object));
    }
    bearing.cut = true;
    Ok(bearing)
}

/// Whether an object connects two others.
pub(super) fn is_relation(id: &str) -> bool {
    stix::id::object_type(id) == "relationship"
}

/// Whether a reference of a relationship is to what it connects.
pub(super) fn is_end(end: &End) -> bool {
    matches!(end.property.as_str(), "source_ref" | "target_ref")
}

const VALUES: &str = "select value, count(*) from facet where kind = ?1 and audience = ?2 group by value \
                      order by 2 desc, 1 limit ?3";

/// The values of a kind that a viewer sees, those said most first.
async fn values(reads: &mut impl Reads, viewer: &Viewer, kind: FacetKind) -> Result<Vec<String>> {
    let mut counted: HashMap<String, i64> = HashMap::new();
    for audience in viewer.audiences() {
        let rows = reads
            .rows(VALUES, vec![kind.code().into(), (*audience).into(), VALUES_MOST.into()])
            .await?;
        for row in rows {
            *counted.entry(row.text(0)?).or_default() += row.int(1)?;
        }
    }
    let mut counted: Vec<(String, i64)> = counted.into_iter().collect();
    counted.sort_by(|one, other| other.1.cmp(&one.1).then_with(|| one.0.cmp(&other.0)));
    Ok(counted.into_iter().map(|(value, _)| value).collect())
}

impl Store {
    /// The values of a kind that are said in what a viewer sees, those said most first.
    pub async fn facet_values(&self, viewer: &Viewer, kind: FacetKind) -> Result<Vec<String>> {
        reading!(self, viewer => |reads| values(reads, &viewer, kind))
    }
}
