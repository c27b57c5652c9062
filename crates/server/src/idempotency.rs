//! `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header) on every changing route of the JSON API, in one place.
//!
//! | the key came before with | answer |
//! |---|---|
//! | nothing | the route does it |
//! | the same request, done | what was answered then, with `Idempotency-Replayed: true` |
//! | the same request, running | 409 `idempotency-running` |
//! | the same request, and the node was stopped in its middle | 409 `idempotency-broken-off` |
//! | the same request, whose answer is not kept | 409 `idempotency-not-kept`, with the status of then |
//! | another request | 422 `idempotency-other-request` |
//!
//! Not kept is an answer that says that nothing was done for a reason that may pass (401, 403, 404, 408, 429, 5xx): the
//! next try is a first one. The work goes on to its end when its client goes away: that is what the key is for.

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use axum::body::Body;
use axum::response::Response;
use futures_util::FutureExt as _;
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE, ETAG, LOCATION, RETRY_AFTER};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use http_body_util::BodyExt as _;
use node::Node;
use node::idempotency::{Asking, BODY_MOST, Begun, Content, KEY_MOST, Kept, Turn};

use crate::asked::Asked;
use crate::problem::{Dialect, Fault};
use crate::query::bad;
use crate::routes::{Answering, Route};

/// The header with the key.
pub(crate) const KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// How often it is said that a change runs still.
const SAID_EVERY: Duration = Duration::from_secs(30);
/// Says that an answer is the one of before.
pub(crate) const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// Whether a key counts here: on whatever changes something.
pub(crate) fn counts(route: &Route, headers: &HeaderMap) -> bool {
    route.dialect == Dialect::Json && route.method != Method::GET && headers.contains_key(KEY)
}

/// A key counts for somebody; who has no account has none.
pub(crate) fn refuse_strangers() -> Fault {
    bad(
        "idempotency-no-account",
        "an Idempotency-Key belongs to an account, and this route is asked without one: leave it out",
    )
}

/// The key: a string of the draft, or the same without its quotes.
fn key(headers: &HeaderMap) -> Result<String, Fault> {
    let unusable = || {
        let message = format!(
            "'Idempotency-Key' is given once, as 1 to {KEY_MOST} visible characters of ASCII: a UUID made for this \
             change serves well"
        );
        bad("bad-idempotency-key", message)
    };
    let mut given = headers.get_all(KEY).iter();
    let (Some(value), None) = (given.next(), given.next()) else {
        return Err(unusable());
    };
    let text = value.to_str().map_err(|_| unusable())?.trim();
    let text = text
        .strip_prefix('"')
        .and_then(|text| text.strip_suffix('"'))
        .unwrap_or(text);
    let visible = text.bytes().all(|byte| byte.is_ascii_graphic());
    if text.is_empty() || text.len() > KEY_MOST || !visible {
        return Err(unusable());
    }
    Ok(text.to_owned())
}

/// Does a change once, and answers its repeats.
pub(crate) async fn once(
    mut asked: Asked,
    shows_secret: bool,
    handler: &(dyn Fn(Asked) -> Answering + Send + Sync),
) -> Result<Response, Fault> {
    let key = key(&asked.headers)?;
    let body = asked.take_body().await?;
    asked.keep_body(body.clone());
    let address = asked.uri.path_and_query().map_or("", |address| address.as_str());
    let asking = Asking {
        method: asked.method.as_str(),
        address,
        media: asked.headers.get(CONTENT_TYPE).map_or(&[], HeaderValue::as_bytes),
        body: &body,
    };
    let begun = asked.node().idempotency_begin(&asked.caller, &key, asking).await?;
    match begun {
        None => handler(asked).await,
        Some(Begun::Before(kept)) => again(kept),
        Some(Begun::Running) => Err(running()),
        Some(Begun::BrokenOff) => Err(broken_off()),
        Some(Begun::Other) => Err(Fault::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "idempotency-other-request",
            "this Idempotency-Key was used for another request (or with other rights); make a new one for each change",
        )),
        Some(Begun::Full) => Err(Fault::new(
            StatusCode::TOO_MANY_REQUESTS,
            "idempotency-too-many",
            "you have used very many Idempotency-Keys in 24 hours: send more in one request, or leave the key out",
        )
        .header(RETRY_AFTER, HeaderValue::from_static("3600"))),
        Some(Begun::First(turn)) => {
            let node = asked.node().clone();
            let work = handler(asked);
            let done = tokio::spawn(async move {
                let done = while_said(&node, turn, AssertUnwindSafe(work).catch_unwind()).await;
                let done = done.unwrap_or_else(|_| Err(Fault::ours("a request broke off")));
                settle(&node, turn, shows_secret, done).await
            });
            done.await.map_err(Fault::ours)?
        }
    }
}

/// Does the work, and says meanwhile that it runs: else a repeat would take it for broken off.
async fn while_said<T>(node: &Node, turn: Turn, work: impl Future<Output = T>) -> T {
    let mut work = std::pin::pin!(work);
    loop {
        tokio::select! {
            done = &mut work => return done,
            () = tokio::time::sleep(SAID_EVERY) => {
                if let Err(error) = node.idempotency_runs(turn).await {
                    tracing::warn!(%error, "it could not be noted that a change with a key runs still");
                }
            }
        }
    }
}

fn running() -> Fault {
    Fault::new(
        StatusCode::CONFLICT,
        "idempotency-running",
        "the request with this Idempotency-Key is being done; ask again in a moment",
    )
    .header(RETRY_AFTER, HeaderValue::from_static("2"))
}

fn broken_off() -> Fault {
    Fault::new(
        StatusCode::CONFLICT,
        "idempotency-broken-off",
        "the node was stopped in the middle of the request with this Idempotency-Key: look whether it was done, and if \
         it was not, send it again with a new key",
    )
}

/// The answer of before.
fn again(kept: Kept) -> Result<Response, Fault> {
    let Some(content) = kept.content else {
        let message = format!(
            "this was done, and answered with status {}; the answer itself is not kept: it was long, or held a secret \
             that is shown once",
            kept.status
        );
        return Err(Fault::new(StatusCode::CONFLICT, "idempotency-not-kept", message)
            .header(REPLAYED, HeaderValue::from_static("true")));
    };
    let mut response = Response::new(Body::from(content.body));
    *response.status_mut() = StatusCode::from_u16(kept.status).map_err(Fault::ours)?;
    for (name, value) in content.headers {
        let name = HeaderName::try_from(name).map_err(Fault::ours)?;
        let value = HeaderValue::try_from(value).map_err(Fault::ours)?;
        response.headers_mut().append(name, value);
    }
    response
        .headers_mut()
        .insert(REPLAYED, HeaderValue::from_static("true"));
    Ok(response)
}

fn is_kept(status: StatusCode) -> bool {
    !(status.is_server_error() || matches!(status.as_u16(), 401 | 403 | 404 | 408 | 425 | 429))
}

/// Keeps what was answered, or gives the key back.
async fn settle(node: &Node, turn: Turn, shows_secret: bool, done: Result<Response, Fault>) -> Result<Response, Fault> {
    let status = match &done {
        Ok(response) => response.status(),
        Err(fault) => fault.status(),
    };
    if !is_kept(status) {
        if let Err(error) = node.idempotency_drop(turn).await {
            tracing::warn!(%error, "an idempotency key could not be given back");
        }
        return done;
    }
    let (content, done) = match done {
        Err(fault) => {
            let response = fault.response(Dialect::Json, "");
            (copied(response).await?.0, Err(fault))
        }
        Ok(response) if shows_secret => (None, Ok(response)),
        Ok(response) => {
            let (content, response) = copied(response).await?;
            (content, Ok(response))
        }
    };
    let kept = Kept {
        status: status.as_u16(),
        content,
    };
    if let Err(error) = node.idempotency_keep(turn, kept).await {
        tracing::warn!(%error, "an answer could not be kept for its repeats");
    }
    done
}

/// What is kept of an answer, and the answer; nothing of one that is long, that is a stream, or that is no text.
async fn copied(response: Response) -> Result<(Option<Content>, Response), Fault> {
    use axum::body::HttpBody as _;
    let size = response.body().size_hint().exact();
    if size.is_none_or(|size| size > BODY_MOST as u64) {
        return Ok((None, response));
    }
    let (parts, body) = response.into_parts();
    let bytes = body.collect().await.map_err(Fault::ours)?.to_bytes();
    let kept = [CONTENT_TYPE, LOCATION, ETAG, CONTENT_DISPOSITION];
    let text = |name: &HeaderName| Some((name.to_string(), parts.headers.get(name)?.to_str().ok()?.to_owned()));
    let content = String::from_utf8(bytes.to_vec()).ok().map(|body| Content {
        headers: kept.iter().filter_map(text).collect(),
        body,
    });
    Ok((content, Response::from_parts(parts, Body::from(bytes))))
}
