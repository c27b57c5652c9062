//! Pages for people, made of templates in which everything is escaped. No script, no request to anywhere; the one style
//! sheet stands in the page, and the browser is told its digest.

pub mod scorecard;

use axum::response::{IntoResponse as _, Response};
use base64::Engine as _;
use http::StatusCode;
use http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderValue};
use sha2::{Digest as _, Sha256};

use crate::problem::Fault;

/// How pages look, on screens and on paper.
pub(crate) const STYLE: &str = include_str!("../../templates/style.css");

/// A page as an answer.
pub(crate) fn answer(text: String) -> Result<Response, Fault> {
    let mut response = (StatusCode::OK, text).into_response();
    let digest = base64::engine::general_purpose::STANDARD.encode(Sha256::digest(STYLE.as_bytes()));
    let policy = format!("default-src 'none'; style-src 'sha256-{digest}'; frame-ancestors 'none'");
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert(
        CONTENT_SECURITY_POLICY,
        HeaderValue::from_str(&policy).map_err(Fault::ours)?,
    );
    Ok(response)
}
