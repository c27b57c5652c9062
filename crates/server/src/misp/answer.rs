//! Answers in MISP's shapes.

use axum::body::Body;
use axum::response::Response;
use futures_util::StreamExt as _;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, StatusCode};
use node::misp::Pieces;
use node::{Caller, Node};
use serde_json::{Value, json};

use crate::asked::Asked;
use crate::problem::Fault;

/// JSON.
pub(crate) fn json_of(value: &Value) -> Result<Response, Fault> {
    text(value.to_string(), "application/json")
}

/// What MISP answers where something was done and there is nothing to show.
pub(crate) fn done(message: &str) -> Result<Response, Fault> {
    json_of(&json!({ "saved": true, "success": true, "name": message, "message": message }))
}

/// What MISP says where something is refused, where its clients compare it word for word: on the second of these they
/// propose what they may not change. What is so here stands in `errors`.
pub(crate) fn words(code: &str, message: &str) -> Option<&'static str> {
    match (code, message) {
        ("not-allowed", node::misp::ANOTHERS | node::misp::ANOTHERS_EVENT) => {
            Some("You do not have permission to do that.")
        }
        ("not-allowed", node::misp::NOT_OFFERED) => Some("You are not authorised to do that."),
        ("not-allowed", message) if message.starts_with("Event blocked by ") => None,
        ("not-allowed", _) => Some("You do not have permission to use this functionality."),
        ("attribute-twice", _) => Some("Could not add Attribute"),
        _ => None,
    }
}

/// JSON that is written while it is read: nothing of it is held but the piece at hand. What goes wrong after the first
/// piece ends the answer in its middle, so that nobody takes it for whole.
pub(crate) fn pieces<W, F>(asked: Asked, write: W) -> Result<Response, Fault>
where
    W: FnOnce(Node, Caller, Pieces) -> F + Send + 'static,
    F: Future<Output = Result<(), node::Error>> + Send + 'static,
{
    /// Pieces that wait for a slow reader.
    const WAITING: usize = 4;
    let (sender, receiver) = tokio::sync::mpsc::channel(WAITING);
    let (node, caller) = (asked.node().clone(), asked.caller().clone());
    let (broken, breaks) = tokio::sync::oneshot::channel();
    tokio::spawn(async move {
        if let Err(error) = write(node, caller, sender).await {
            tracing::warn!(%error, "an answer to a client of MISP broke off");
            let _ = broken.send(std::io::Error::other("broken off"));
        }
    });
    let body = futures_util::stream::unfold((receiver, Some(breaks)), |(mut receiver, breaks)| async move {
        match receiver.recv().await {
            Some(piece) => Some((Ok(piece), (receiver, breaks))),
            None => {
                let error = breaks?.await.ok()?;
                Some((Err::<String, _>(error), (receiver, None)))
            }
        }
    });
    text(Body::from_stream(body.fuse()), "application/json")
}

/// A text of a media type.
pub(crate) fn text(body: impl Into<Body>, media_type: &'static str) -> Result<Response, Fault> {
    let mut response = Response::new(body.into());
    *response.status_mut() = StatusCode::OK;
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
    Ok(response)
}
