//! What happens around every answer: a name for the request, headers that keep browsers safe, a line in the log.
//!
//! The log has method, route, status, caller, duration and the request's id. It never has a query string, a header or a
//! body: keys and shared content stay out of it.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderName, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY,
    X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use http::{HeaderValue, StatusCode};
use tokio::time::Instant;

use crate::app::App;

/// The name of a request, in its answer and in the log.
#[derive(Clone, Debug)]
pub(crate) struct RequestId(pub String);

/// What the door learned, for the log.
#[derive(Clone, Debug, Default)]
pub(crate) struct Noted {
    pub caller: String,
    pub route: String,
    pub code: &'static str,
    pub cause: Option<String>,
}

/// Wraps every request.
pub(crate) async fn around(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let id = app.next_request_id();
    let began = Instant::now();
    let method = request.method().clone();
    request.extensions_mut().insert(RequestId(id.clone()));
    let mut response = next.run(request).await;
    let noted = response.extensions_mut().remove::<Noted>().unwrap_or_default();
    protect(&mut response, app.options().secure);
    if let Ok(value) = HeaderValue::from_str(&id) {
        response
            .headers_mut()
            .insert(HeaderName::from_static("x-request-id"), value);
    }
    let (status, micros) = (response.status().as_u16(), began.elapsed().as_micros());
    match &noted.cause {
        Some(cause) if response.status() >= StatusCode::INTERNAL_SERVER_ERROR => {
            tracing::error!(%id, %method, route = noted.route, status, caller = noted.caller, micros, cause, "request failed");
        }
        _ => {
            tracing::info!(%id, %method, route = noted.route, status, caller = noted.caller, micros, code = noted.code, "request");
        }
    }
    response
}

/// Nothing here is to be sniffed, framed, cached or passed on; other origins get no leave to read it (no CORS).
fn protect(response: &mut Response, secure: bool) {
    let always = [
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (X_FRAME_OPTIONS, "DENY"),
        (REFERRER_POLICY, "no-referrer"),
        (CACHE_CONTROL, "no-store"),
    ];
    for (name, value) in always {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    // A page says itself which style sheet it has.
    let policy = HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'");
    response.headers_mut().entry(CONTENT_SECURITY_POLICY).or_insert(policy);
    if secure {
        response
            .headers_mut()
            .insert(STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000"));
    }
}
