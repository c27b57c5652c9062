//! What is told of one object by others that refer to it: sightings, translations.

use policy::{MemberId, Viewer};

use super::detail::current;
use super::find::shows_origin;
use super::merge::Order;
use super::page::{ObjectRow, object};
use super::reads::{Known, Loaded, Reads, Source, Walk, reading};
use crate::{Result, Store};

/// Rows looked at together.
const BATCH: usize = 500;
/// Visible rows that are looked at.
const LOOKED_AT: usize = 20_000;

/// An object that tells something of another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// The version, with its body.
    pub row: ObjectRow,
    /// The member that contributed it, where its name may be known.
    pub origin: Option<MemberId>,
}

/// The last versions, not revoked, of the objects of a type that refer to an object by a property; the newest first.
async fn told(
    reads: &mut impl Reads,
    viewer: &Viewer,
    id: &str,
    (object_type, property): (&str, &str),
    most: usize,
) -> Result<Vec<Loaded>> {
    let Some(number) = object(reads, id).await? else {
        return Ok(Vec::new());
    };
    let sources = [Source::Target(number)];
    let mut walk = Walk::new(viewer, &sources, Order::Falling, None, BATCH);
    let mut known = Known::default();
    let (mut positions, mut looked_at) = (Vec::new(), 0);
    while positions.len() < most && looked_at < LOOKED_AT {
        let batch = walk.next(reads, BATCH).await?;
        if batch.is_empty() {
            break;
        }
        looked_at += batch.len();
        let mut rows = current(reads, viewer, &mut known, &batch).await?;
        rows.retain(|row| stix::id::object_type(&row.id) == object_type);
        let at: Vec<i64> = rows.iter().map(|row| row.candidate.added).collect();
        let ends = reads.ends(&at).await?;
        let refers = |added: &i64| {
            let mut of_row = ends.iter().filter(|end| end.added == *added);
            of_row.any(|end| end.object == number && end.property == property)
        };
        positions.extend(at.into_iter().filter(refers));
    }
    positions.truncate(most);
    reads.load(&positions, true).await
}

impl Store {
    /// What objects of a type tell of another to which they refer by a property, as far as the viewer sees it; the newest
    /// first, `most` at the most.
    pub async fn told_of(
        &self,
        viewer: &Viewer,
        id: &str,
        object_type: &'static str,
        property: &'static str,
        most: usize,
    ) -> Result<Vec<Told>> {
        let kind = (object_type, property);
        let rows = reading!(self, viewer, id => |reads| told(reads, &viewer, &id, kind, most))?;
        let one = |row: Loaded| Told {
            origin: shows_origin(viewer, &row).then_some(row.member),
            row: row.row(),
        };
        Ok(rows.into_iter().map(one).collect())
    }
}
