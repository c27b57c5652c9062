//! Reading in order: pages of objects, manifests, versions.

use policy::Viewer;
use stix::Timestamp;

use super::merge::Order;
use super::reads::{Known, Reads, Source, Walk, reading};
use super::share::id_hash;
use crate::{Result, Store};

/// A place in the order of everything stored: the `added` of a row. A page resumes strictly after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Position(pub i64);

impl From<Timestamp> for Position {
    fn from(added: Timestamp) -> Self {
        Self(added.micros())
    }
}

/// Which versions of an object are asked for; several may be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VersionFilter {
    /// The earliest that the viewer may see.
    pub first: bool,
    /// The latest that the viewer may see.
    pub last: bool,
    /// Every one.
    pub all: bool,
    /// These.
    pub exact: Vec<Timestamp>,
}

impl Default for VersionFilter {
    fn default() -> Self {
        Self {
            first: false,
            last: true,
            all: false,
            exact: Vec::new(),
        }
    }
}

impl VersionFilter {
    /// Every version.
    pub fn all() -> Self {
        Self {
            all: true,
            last: false,
            ..Self::default()
        }
    }

    /// One version.
    pub fn of(version: Timestamp) -> Self {
        Self {
            last: false,
            exact: vec![version],
            ..Self::default()
        }
    }
}

/// What to read. Lists that are empty do not filter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectQuery {
    /// Only what was added strictly later.
    pub added_after: Option<Timestamp>,
    /// Resume strictly after this place.
    pub from: Option<Position>,
    /// Only these objects.
    pub ids: Vec<String>,
    /// Only these object types.
    pub types: Vec<String>,
    /// Only these versions.
    pub versions: VersionFilter,
    /// Only objects of these specification versions.
    pub spec_versions: Vec<String>,
    /// At most so many rows.
    pub limit: usize,
    /// At most so many bytes of bodies, but always one row.
    pub max_bytes: usize,
}

impl Default for ObjectQuery {
    fn default() -> Self {
        Self {
            added_after: None,
            from: None,
            ids: Vec::new(),
            types: Vec::new(),
            versions: VersionFilter::default(),
            spec_versions: Vec::new(),
            limit: 100,
            max_bytes: 8 << 20,
        }
    }
}

/// One version of an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectRow {
    /// Its place in the order of everything stored.
    pub added: Timestamp,
    /// `id`.
    pub id: String,
    /// `type`.
    pub object_type: String,
    /// The version as an instant; for an object without versions its `added`.
    pub version: Timestamp,
    /// The version as the object writes it; for an object without versions its `added` with six digits.
    pub version_text: String,
    /// `2.0` or `2.1`.
    pub spec_version: String,
    /// SHA-256 of its content.
    pub digest: [u8; 32],
    /// The exact JSON text; empty in manifests.
    pub body: String,
    /// Whom this contribution is for.
    pub audience: policy::AudienceId,
}

/// Rows in the order of `added`.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct ObjectPage {
    /// The rows.
    pub rows: Vec<ObjectRow>,
    /// Whether there is more after the last of them.
    pub more: bool,
}

/// Rows looked at together: on PostgreSQL a round trip, on SQLite what is thrown away at most when a page is full.
const BATCH: usize = 500;

/// Where the positions of a page come from.
enum Positions<'a> {
    Walk(Walk<'a>),
    /// Of the objects that were named; the last is the next.
    Listed(Vec<i64>),
}

impl Positions<'_> {
    async fn next(&mut self, reads: &mut impl Reads, many: usize) -> Result<Vec<i64>> {
        match self {
            Self::Walk(walk) => walk.next(reads, many).await,
            Self::Listed(list) => {
                let rest = list.len().saturating_sub(many);
                let mut next = list.split_off(rest);
                next.reverse();
                Ok(next)
            }
        }
    }
}

/// Reads a page.
pub(super) async fn page(
    reads: &mut impl Reads,
    viewer: &Viewer,
    query: &ObjectQuery,
    bodies: bool,
) -> Result<ObjectPage> {
    let beyond = query
        .added_after
        .map(|after| after.micros())
        .max(query.from.map(|from| from.0));
    let limit = query.limit.max(1);
    let mut known = Known::default();
    let sources = sources(reads, &query.types).await?;
    let mut positions = if query.ids.is_empty() {
        Positions::Walk(Walk::new(viewer, &sources, Order::Rising, beyond, limit))
    } else {
        Positions::Listed(listed(reads, viewer, &query.ids, beyond).await?)
    };
    let mut page = ObjectPage::default();
    let mut bytes = 0;
    loop {
        let wanted = (limit + 1 - page.rows.len()).min(BATCH);
        let batch = positions.next(reads, wanted).await?;
        if batch.is_empty() {
            return Ok(page);
        }
        let loaded = reads.load(&batch, bodies).await?;
        let undecided = loaded.iter().map(|row| row.candidate);
        let undecided = undecided.filter(|candidate| candidate.needs_siblings(&query.versions));
        known.learn(reads, viewer, undecided).await?;
        for row in loaded {
            let siblings = known.of(row.candidate.object);
            if !row.candidate.given(&query.versions, siblings) || !wanted_kind(query, &row) {
                continue;
            }
            bytes += row.body.len();
            let full = page.rows.len() == limit || (bytes > query.max_bytes && !page.rows.is_empty());
            if full {
                page.more = true;
                return Ok(page);
            }
            page.rows.push(row.row());
        }
    }
}

fn wanted_kind(query: &ObjectQuery, row: &super::reads::Loaded) -> bool {
    let object_type = stix::id::object_type(&row.id);
    (query.types.is_empty() || query.types.iter().any(|wanted| wanted == object_type))
        && (query.spec_versions.is_empty() || query.spec_versions.contains(&row.spec_version))
}

/// What a query by type walks over. A type that nothing has is a source of nothing.
pub(super) async fn sources(reads: &mut impl Reads, types: &[String]) -> Result<Vec<Source>> {
    if types.is_empty() {
        return Ok(vec![Source::All]);
    }
    let mut sources = Vec::with_capacity(types.len());
    for object_type in types {
        let found = reads.rows(TERM, vec![object_type.into()]).await?;
        if let Some(row) = found.first() {
            let source = Source::Type(row.int(0)?);
            if !sources.contains(&source) {
                sources.push(source);
            }
        }
    }
    Ok(sources)
}

/// The visible positions of these objects, falling.
async fn listed(reads: &mut impl Reads, viewer: &Viewer, ids: &[String], beyond: Option<i64>) -> Result<Vec<i64>> {
    let mut objects = Vec::with_capacity(ids.len());
    for id in ids {
        objects.extend(object(reads, id).await?);
    }
    objects.sort_unstable();
    objects.dedup();
    let siblings = reads.siblings(&objects).await?.into_iter();
    let visible = siblings.filter(|row| viewer.sees(row.audience) && beyond.is_none_or(|beyond| row.added > beyond));
    let mut positions: Vec<i64> = visible.map(|row| row.added).collect();
    positions.sort_unstable_by(|one, other| other.cmp(one));
    Ok(positions)
}

const TERM: &str = "select number from term where text = ?1";
const OBJECT: &str = "select number from object where hash = ?1 and id = ?2";

/// The number of an object, whoever may see it.
pub(super) async fn object(reads: &mut impl Reads, id: &str) -> Result<Option<i64>> {
    let found = reads.rows(OBJECT, vec![id_hash(id).into(), id.into()]).await?;
    found.first().map(|row| row.int(0)).transpose()
}

async fn exists(reads: &mut impl Reads, viewer: &Viewer, id: &str) -> Result<bool> {
    let Some(object) = object(reads, id).await? else {
        return Ok(false);
    };
    let siblings = reads.siblings(&[object]).await?;
    Ok(siblings.iter().any(|row| viewer.sees(row.audience)))
}

impl Store {
    /// Reads objects in the order in which they were added, each version once however often it was contributed.
    pub async fn object_page(&self, viewer: &Viewer, query: &ObjectQuery) -> Result<ObjectPage> {
        reading!(self, viewer, query => |reads| page(reads, &viewer, &query, true))
    }

    /// The same without bodies.
    pub async fn manifest_page(&self, viewer: &Viewer, query: &ObjectQuery) -> Result<ObjectPage> {
        reading!(self, viewer, query => |reads| page(reads, &viewer, &query, false))
    }

    /// The versions of one object in the order in which they were added: a manifest of every version of it.
    pub async fn versions_page(&self, viewer: &Viewer, id: &str, query: &ObjectQuery) -> Result<ObjectPage> {
        let query = ObjectQuery {
            ids: vec![id.to_owned()],
            versions: VersionFilter::all(),
            ..query.clone()
        };
        self.manifest_page(viewer, &query).await
    }

    /// Whether the viewer may see any version of an object.
    pub async fn object_exists(&self, viewer: &Viewer, id: &str) -> Result<bool> {
        reading!(self, viewer, id => |reads| exists(reads, &viewer, &id))
    }
}
