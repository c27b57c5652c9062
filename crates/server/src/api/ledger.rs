//! Proof: the signed checkpoint, the tiles of the log, the caller's receipts.
//!
//! The log holds salted commitments, so that checkpoint and tiles tell nobody who saw what; receipts are opened, and each
//! member gets its own only. Checkpoint and tiles are as C2SP tlog-tiles wants them, below `/api/v1/ledger/`.

use axum::body::Body;
use axum::response::Response;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, StatusCode};
use ledger::{Receipt, Tile};
use serde::Serialize;
use utoipa::ToSchema;

use super::ask::Parameters;
use super::view::answer;
use crate::asked::Asked;
use crate::problem::Fault;
use crate::query::bad;

/// The log as it stands, signed (C2SP tlog-checkpoint).
#[utoipa::path(get, path = "/api/v1/ledger/checkpoint", tag = "ledger",
    responses((status = 200, body = String, content_type = "text/plain")))]
pub async fn checkpoint(asked: Asked) -> Result<Response, Fault> {
    let checkpoint = asked.node().checkpoint().await?;
    Ok(raw("text/plain; charset=utf-8", checkpoint.note().to_string()))
}

/// A tile of the log (C2SP tlog-tiles), as in `/api/v1/ledger/tile/0/x001/234` or `/api/v1/ledger/tile/0/000.p/7`.
#[utoipa::path(get, path = "/api/v1/ledger/tile/{*tile}", tag = "ledger",
    params(("tile" = String, Path, description = "Level and index, with the width of a partial tile")),
    responses((status = 200, body = Vec<u8>, content_type = "application/octet-stream"), (status = 404)))]
pub async fn tile(asked: Asked) -> Result<Response, Fault> {
    let path = format!("tile/{}", asked.param("tile"));
    let tile = Tile::from_path(&path).map_err(|_| Fault::not_found())?;
    let store = asked.node().store();
    if !tile.is_within(store.ledger_size().await?) {
        return Err(Fault::not_found());
    }
    let hashes = store.tile(tile).await?;
    Ok(raw("application/octet-stream", ledger::tile::tile_bytes(&hashes)))
}

fn raw(kind: &'static str, body: impl Into<Body>) -> Response {
    let mut response = Response::new(body.into());
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    response
}

/// The receipts of the caller's member.
#[derive(Serialize, ToSchema)]
pub struct ReceiptList {
    /// In the order of the log; each can be verified without this node.
    #[schema(value_type = Vec<Object>)]
    pub receipts: Vec<Receipt>,
    /// From where to go on; absent when this was all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<u64>,
}

/// The receipts of the caller's member: what it shared, what was delivered to it, what it took back.
#[utoipa::path(get, path = "/api/v1/receipts", tag = "ledger",
    params(
        ("from" = Option<u64>, Query, description = "Position in the log to begin at"),
        ("limit" = Option<usize>, Query, description = "At most so many"),
    ),
    responses((status = 200, body = ReceiptList), (status = 404)))]
pub async fn receipts(asked: Asked) -> Result<Response, Fault> {
    let parameters = Parameters::read(&asked, &["from", "limit"])?;
    let number = |text: &str| {
        text.parse()
            .map_err(|_| bad("bad-parameter", "'from' must be a position in the log"))
    };
    let from = parameters.one("from")?.map(number).transpose()?.unwrap_or(0);
    let limit = parameters.limit()?;
    let receipts = asked.node().receipts(asked.caller(), from, limit).await?;
    let next = receipts
        .last()
        .filter(|_| receipts.len() >= limit)
        .map(|last| last.position + 1);
    answer(StatusCode::OK, &ReceiptList { receipts, next })
}
