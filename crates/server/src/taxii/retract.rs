//! Taking back: DELETE of an object's versions, as far as the caller's member contributed them (TAXII 2.1 section 5.7).
//!
//! Without `match[version]` every version goes. The standard leaves that open; a client that deletes an object and still
//! finds an older version of it would not understand.

use axum::body::Body;
use axum::response::Response;
use http::StatusCode;
use store::{ObjectQuery, VersionFilter};

use super::collection;
use super::filter::Filters;
use crate::asked::Asked;
use crate::problem::Fault;

/// Takes back what the caller's member contributed of an object to the collection. 200 when something went, 404 when
/// there was nothing (or nothing that the caller may see), 403 when what is there is others'.
pub async fn object(asked: Asked) -> Result<Response, Fault> {
    let (collection, viewer) = collection(&asked).await?;
    let filters = Filters::read(asked.query())?;
    let not_allowed = |why: &'static str| Fault::new(StatusCode::FORBIDDEN, "not-allowed", why);
    if !collection.can_write {
        return Err(not_allowed(
            "objects cannot be removed here: choose a collection whose can_write is true for you",
        ));
    }
    let id = asked.param("object");
    let versions = filters.versions.map_or_else(VersionFilter::all, VersionFilter::from);
    let meant = ObjectQuery {
        ids: vec![id.to_owned()],
        versions: versions.clone(),
        spec_versions: filters.spec_versions,
        limit: 1,
        ..ObjectQuery::default()
    };
    let store = asked.node().store();
    if store.manifest_page(&viewer, &meant).await?.rows.is_empty() {
        return Err(Fault::not_found());
    }
    match asked
        .node()
        .retract_and_tell(asked.caller(), &collection, id, versions, "taken back over TAXII")
        .await?
    {
        0 => Err(not_allowed(
            "only the member that contributed a version can take it back, and none of these is yours",
        )),
        _ => Ok(Response::new(Body::empty())),
    }
}
