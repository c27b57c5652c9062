//! Taking back: DELETE of an object's versions, as far as the caller's member contributed them (TAXII 2.1 section 5.7).
//!
//! Without `match[version]` every version goes. The standard leaves that open; a client that deletes an object and still
//! finds an older version of it would not understand.

use axum::body::Body;
use axum::response::Response;
use http::StatusCode;
use store::VersionFilter;

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
    if !filters.spec_versions.is_empty() && !has_spec_version(&asked, &viewer, id, &filters.spec_versions).await? {
        return Err(Fault::not_found());
    }
    let versions = filters.versions.map_or_else(VersionFilter::all, VersionFilter::from);
    let gone = asked
        .node()
        .retract(asked.caller(), &collection, id, versions, "taken back over TAXII")
        .await?;
    if gone > 0 {
        return Ok(Response::new(Body::empty()));
    }
    if asked.node().store().object_exists(&viewer, id).await? {
        return Err(not_allowed(
            "only the member that contributed a version can take it back, and none of these is yours",
        ));
    }
    Err(Fault::not_found())
}

async fn has_spec_version(
    asked: &Asked,
    viewer: &policy::Viewer,
    id: &str,
    spec_versions: &[String],
) -> Result<bool, Fault> {
    let query = store::ObjectQuery {
        spec_versions: spec_versions.to_vec(),
        limit: 1,
        ..store::ObjectQuery::default()
    };
    Ok(!asked
        .node()
        .store()
        .versions_page(viewer, id, &query)
        .await?
        .rows
        .is_empty())
}
