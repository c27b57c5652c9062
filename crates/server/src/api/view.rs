//! What the JSON API shows: the shapes of its answers, apart from the types of the rooms behind it.

use axum::response::{IntoResponse as _, Response};
use http::StatusCode;
use serde::Serialize;
use serde_json::value::RawValue;
use store::{Direction, Edge, Found, ObjectDetail};
use utoipa::ToSchema;

use crate::problem::Fault;

/// An answer with a body.
pub(crate) fn answer<T: Serialize>(status: StatusCode, body: &T) -> Result<Response, Fault> {
    let text = serde_json::to_string(body).map_err(Fault::ours)?;
    let mut response = (status, text).into_response();
    let json = http::HeaderValue::from_static("application/json");
    response.headers_mut().insert(http::header::CONTENT_TYPE, json);
    Ok(response)
}

/// What a search found, the newest first.
#[derive(Serialize, ToSchema)]
pub struct FoundList {
    /// What was found.
    pub found: Vec<FoundObject>,
    /// What the value asked for was understood as.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub observable: Option<ObservableView>,
    /// The cursor of the next answer; absent when this was all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// A normalised value.
#[derive(Serialize, ToSchema)]
pub struct ObservableView {
    /// What kind of thing it is.
    pub kind: String,
    /// Its one form.
    pub value: String,
}

/// One version that was found.
#[derive(Serialize, ToSchema)]
pub struct FoundObject {
    /// STIX identifier.
    pub id: String,
    /// STIX type.
    #[serde(rename = "type")]
    pub object_type: String,
    /// Version, as the object writes it.
    pub version: String,
    /// When it was added here.
    pub added: String,
    /// Its name, where it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
}

impl FoundList {
    /// A page, with its own cursor: it may hold fewer than were asked for and still go on.
    pub(crate) fn of(page: store::FoundPage) -> Self {
        Self {
            found: page.found.into_iter().map(FoundObject::from).collect(),
            observable: None,
            next: page.next.map(|next| next.0.to_string()),
        }
    }

    /// Nothing was found, and nothing can be.
    pub(crate) fn none() -> Self {
        Self {
            found: Vec::new(),
            observable: None,
            next: None,
        }
    }

    /// A list of at most `limit`; a full one has a cursor.
    pub(crate) fn new(found: Vec<Found>, limit: usize, observable: Option<ObservableView>) -> Self {
        let full = found.len() >= limit;
        let next = found
            .last()
            .filter(|_| full)
            .map(|last| last.row.added.micros().to_string());
        let found = found.into_iter().map(FoundObject::from).collect();
        Self {
            found,
            observable,
            next,
        }
    }
}

impl From<Found> for FoundObject {
    fn from(found: Found) -> Self {
        Self {
            id: found.row.id,
            object_type: found.row.object_type,
            version: found.row.version_text,
            added: found.row.added.to_micros_text(),
            title: found.title,
        }
    }
}

/// An object with all that the caller may know of it.
#[derive(Serialize, ToSchema)]
pub struct ObjectView {
    /// Every contribution of it that the caller may see, the latest version first.
    pub contributions: Vec<ContributionView>,
    /// What it is connected to, the newest first.
    pub neighbours: Vec<EdgeView>,
    /// The score of an indicator now, 0 to 100.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub score: Option<f64>,
    /// How it came here over bridges from partner hubs, where it did.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub came_by: Vec<CameByView>,
}

/// How an object came here over a bridge.
#[derive(Serialize, ToSchema)]
pub struct CameByView {
    /// The hubs that it has left, in order; the last one sent it here.
    pub path: Vec<HopView>,
    /// How it is marked here.
    pub tlp: &'static str,
    /// How it is marked here.
    pub pap: &'static str,
    /// When it came.
    pub at: String,
}

/// A hub that an object has left over a bridge.
#[derive(Serialize, ToSchema)]
pub struct HopView {
    /// What the hub calls itself.
    pub hub: String,
    /// The STIX identity that stands for it.
    pub identity: String,
    /// The bridge, as both sides name it.
    pub bridge: String,
    /// When, by that hub's clock.
    pub at: String,
    /// How it was marked there.
    pub tlp_before: &'static str,
    /// How it was marked there.
    pub pap_before: &'static str,
    /// How it was marked when it left.
    pub tlp: &'static str,
    /// How it was marked when it left.
    pub pap: &'static str,
}

impl From<node::bridges::CameBy> for CameByView {
    fn from(came: node::bridges::CameBy) -> Self {
        let hop = |hop: node::bridges::Hop| HopView {
            hub: hop.hub.title,
            identity: hop.hub.identity,
            bridge: hop.bridge.to_string(),
            at: hop.at.to_string(),
            tlp_before: hop.tlp_before.label(),
            pap_before: hop.pap_before.label(),
            tlp: hop.tlp.label(),
            pap: hop.pap.label(),
        };
        Self {
            path: came.path.into_iter().map(hop).collect(),
            tlp: came.tlp.label(),
            pap: came.pap.label(),
            at: came.at.to_string(),
        }
    }
}

/// One contribution.
#[derive(Serialize, ToSchema)]
pub struct ContributionView {
    /// Version, as the object writes it.
    pub version: String,
    /// When it was added here.
    pub added: String,
    /// The member that contributed it; absent where the name is withheld.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub member: Option<String>,
    /// Traffic light protocol, as in `TLP:AMBER`.
    pub tlp: &'static str,
    /// Permitted actions protocol, as in `PAP:GREEN`.
    pub pap: &'static str,
    /// Whether a later version is visible.
    pub superseded: bool,
    /// Whether its creator revoked it.
    pub revoked: bool,
    /// Warninglists that know one of its values as harmless.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
    /// The object, as it was contributed.
    #[schema(value_type = Object)]
    pub object: Box<RawValue>,
}

impl TryFrom<ObjectDetail> for ContributionView {
    type Error = Fault;

    fn try_from(detail: ObjectDetail) -> Result<Self, Fault> {
        Ok(Self {
            version: detail.row.version_text,
            added: detail.row.added.to_micros_text(),
            member: detail.origin_name,
            tlp: detail.audience.tlp().label(),
            pap: detail.audience.pap().label(),
            superseded: detail.superseded,
            revoked: detail.revoked,
            warnings: detail.warnings,
            object: RawValue::from_string(detail.row.body).map_err(Fault::ours)?,
        })
    }
}

/// One connection of an object.
#[derive(Serialize, ToSchema)]
pub struct EdgeView {
    /// The object at the other end.
    pub id: String,
    /// Its type, where it is visible.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub object_type: Option<String>,
    /// Its name, where it is visible.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The property that holds the reference.
    pub property: String,
    /// `out`: the object asked about refers to the other; `in`: the other way round.
    pub direction: &'static str,
    /// The relationship in between: its identifier and type.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub via: Option<(String, String)>,
}

impl From<Edge> for EdgeView {
    fn from(edge: Edge) -> Self {
        Self {
            id: edge.other,
            object_type: edge.other_type,
            title: edge.title,
            property: edge.property,
            direction: match edge.direction {
                Direction::Out => "out",
                Direction::In => "in",
            },
            via: edge.via,
        }
    }
}

/// Connections, the newest first.
#[derive(Serialize, ToSchema)]
pub struct EdgeList {
    /// The connections.
    pub neighbours: Vec<EdgeView>,
    /// The cursor of the next answer; absent when this was all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

impl EdgeList {
    pub(crate) fn new(edges: Vec<Edge>, limit: usize) -> Self {
        let full = edges.len() >= limit;
        let next = edges.last().filter(|_| full).map(|last| last.position.0.to_string());
        Self {
            neighbours: edges.into_iter().map(EdgeView::from).collect(),
            next,
        }
    }
}
