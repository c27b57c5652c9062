//! TAXII 2.1 (OASIS Standard, 10 June 2021): one API root, one collection a community and one of everything.
//!
//! | path | module |
//! |---|---|
//! | `/taxii2/`, `/{root}/`, `/{root}/collections/…` | [`about`] |
//! | `…/objects/`, `…/objects/{id}/`, `…/manifest/`, `…/versions/` (GET) | [`read`] |
//! | `…/objects/` (POST), `/{root}/status/{id}/` | [`share`] |
//! | `…/objects/{id}/` (DELETE) | [`retract`] |
//!
//! The root is served at `/{root}/` and at `/taxii2/{root}/`: some clients keep only the last segment of a root's address
//! and put it behind the host, others behind the address of discovery. Every path works with and without its last slash.

mod about;
mod cursor;
pub(crate) mod filter;
mod page;
mod read;
mod retract;
mod share;

use axum::body::Body;
use axum::response::Response;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Method, StatusCode};
use node::collections::{Collection, Look};
use policy::Viewer;

use crate::asked::Asked;
use crate::media;
use crate::problem::{Dialect, Fault};
use crate::routes::{Needs, Route};

/// The routes of this room.
pub(crate) fn routes(root: &str) -> Vec<Route> {
    let mut routes = vec![get("/taxii2".to_owned(), about::discovery)];
    for at in [format!("/{root}"), format!("/taxii2/{root}")] {
        let collection = format!("{at}/collections/{{collection}}");
        let (objects, object) = (
            format!("{collection}/objects"),
            format!("{collection}/objects/{{object}}"),
        );
        let status = format!("{at}/status/{{status}}");
        routes.extend([
            get(format!("{at}/collections"), about::collections),
            get(at, about::root),
            get(collection.clone(), about::collection),
            get(format!("{collection}/manifest"), read::manifest),
            get(objects.clone(), read::objects),
            get(object.clone(), read::object),
            get(format!("{object}/versions"), read::versions),
            Route::new(Method::GET, status, Needs::Member, Dialect::Taxii, share::status),
            Route::new(
                Method::POST,
                objects,
                Needs::Contributor,
                Dialect::Taxii,
                share::objects,
            ),
            Route::new(Method::DELETE, object, Needs::Analyst, Dialect::Taxii, retract::object),
        ]);
    }
    routes
}

fn get<H, F>(path: String, handler: H) -> Route
where
    H: Fn(Asked) -> F + Send + Sync + 'static,
    F: Future<Output = Result<Response, Fault>> + Send + 'static,
{
    Route::new(Method::GET, path, Needs::Reader, Dialect::Taxii, handler)
}

/// A TAXII answer of a known text.
fn answer(status: StatusCode, body: impl Into<Body>) -> Response {
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static(media::TAXII));
    response
}

/// The collection that the path names, as this caller meets it.
async fn collection(asked: &Asked) -> Result<(Collection, Viewer), Fault> {
    let found = asked
        .node()
        .collection(asked.caller(), asked.param("collection"))
        .await?;
    found.ok_or_else(Fault::not_found)
}

/// The same, where it is to be read: with the rules that it is looked at under.
async fn readable(asked: &Asked) -> Result<Look, Fault> {
    let found = asked.node().look(asked.caller(), asked.param("collection")).await?;
    let look = found.ok_or_else(Fault::not_found)?;
    if look.collection.can_read {
        Ok(look)
    } else {
        Err(Fault::new(
            StatusCode::FORBIDDEN,
            "not-allowed",
            "this collection cannot be read",
        ))
    }
}
