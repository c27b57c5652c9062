//! Reading in order: pages of objects, manifests, versions.

use policy::Viewer;
use stix::Timestamp;

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
}

/// Rows in the order of `added`.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct ObjectPage {
    /// The rows.
    pub rows: Vec<ObjectRow>,
    /// Whether there is more after the last of them.
    pub more: bool,
}

impl Store {
    /// Reads objects in the order in which they were added, each version once however often it was contributed.
    pub async fn object_page(&self, viewer: &Viewer, query: &ObjectQuery) -> Result<ObjectPage> {
        let _ = (viewer, query);
        Err(crate::unbuilt())
    }

    /// The same without bodies.
    pub async fn manifest_page(&self, viewer: &Viewer, query: &ObjectQuery) -> Result<ObjectPage> {
        let _ = (viewer, query);
        Err(crate::unbuilt())
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
        let _ = (viewer, id);
        Err(crate::unbuilt())
    }
}
