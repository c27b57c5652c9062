//! What a reader may see as a MISP feed: `/misp/feed/…`, under the usual sign-in, written while it is read.

use axum::response::Response;
use http::Method;
use node::misp::FeedFile;
use serde_json::json;

use super::Routes;
use super::answer;
use super::events::viewer;
use crate::asked::Asked;
use crate::problem::{Dialect, Fault};
use crate::routes::{Needs, Route};

pub(super) fn routes(routes: &mut Routes) {
    for path in ["/misp/feed/manifest.json", "/misp/feed/hashes.csv", "/misp/feed/{file}"] {
        routes
            .0
            .push(Route::new(Method::GET, path, Needs::Reader, Dialect::Misp, file));
    }
}

/// The end of the name of a signature.
const SIGNATURE: &str = ".sig";

async fn file(asked: Asked) -> Result<Response, Fault> {
    let name = match asked.param("file") {
        "" => asked.uri.path().rsplit('/').next().unwrap_or_default().to_owned(),
        name => name.to_owned(),
    };
    let signed = name.strip_suffix(SIGNATURE);
    let file = FeedFile::parse(signed.unwrap_or(&name)).ok_or_else(Fault::not_found)?;
    let viewer = viewer(&asked).await?;
    if !asked.node().misp_feed_has(&viewer, file).await? {
        return Err(Fault::not_found());
    }
    if signed.is_some() {
        return answer::json_of(&json!(asked.node().misp_feed_signature(&viewer, file).await?));
    }
    let media_type = if file == FeedFile::Hashes {
        "text/csv"
    } else {
        "application/json"
    };
    if asked.is_head() {
        return answer::text("", media_type);
    }
    let mut response = answer::pieces(asked, move |node, caller, pieces| async move {
        node.misp_feed_write(&caller, &viewer, file, &pieces).await
    })?;
    response
        .headers_mut()
        .insert(http::header::CONTENT_TYPE, http::HeaderValue::from_static(media_type));
    Ok(response)
}

/// The address below which the feed is, for whoever configures it elsewhere.
pub(super) fn address(asked: &Asked) -> String {
    format!("{}/misp/feed/", super::remote::base(asked))
}
