//! One object with all that is known of it, and what it is connected to.

use policy::{Audience, Viewer};
use stix::Timestamp;

use super::IndicatorFacts;
use super::page::{ObjectRow, Position};
use crate::{Result, Store};

/// One contribution of an object, for the page about it.
#[derive(Clone, Debug, PartialEq)]
pub struct ObjectDetail {
    /// The version.
    pub row: ObjectRow,
    /// The member that contributed it; none where its name is withheld and the viewer is of another member.
    pub origin: Option<policy::MemberId>,
    /// The name of that member.
    pub origin_name: Option<String>,
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

impl Store {
    /// Every visible contribution of an object, the latest version first.
    pub async fn object_get(&self, viewer: &Viewer, id: &str) -> Result<Vec<ObjectDetail>> {
        let _ = (viewer, id);
        Err(crate::unbuilt())
    }

    /// What an object is connected to, the newest connections first, resuming strictly before a position.
    pub async fn neighbours(
        &self,
        viewer: &Viewer,
        id: &str,
        limit: usize,
        before: Option<Position>,
    ) -> Result<Vec<Edge>> {
        let _ = (viewer, id, limit, before);
        Err(crate::unbuilt())
    }

    /// When a visible sighting of an object was added last; what refreshes the score of an indicator.
    pub async fn sighted_last(&self, viewer: &Viewer, id: &str) -> Result<Option<Timestamp>> {
        let _ = (viewer, id);
        Err(crate::unbuilt())
    }
}
