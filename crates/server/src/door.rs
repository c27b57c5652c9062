//! The one door: every request to every route comes through here and learns who sends it.
//!
//! ```text
//! path -> method -> who is asking (node::sign_in) -> what they accept -> the handler, with an Asked in its hand
//! ```

use std::net::IpAddr;
use std::sync::{Arc, Mutex};

use axum::extract::{FromRequestParts as _, RawPathParams, Request};
use axum::response::{IntoResponse as _, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header::{ALLOW, AUTHORIZATION};
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use node::{Caller, Presented, SignInError};
use policy::{Action, decide};

use crate::api::sign_in::cookie;
use crate::app::App;
use crate::around::{Noted, RequestId};
use crate::asked::{Asked, ClientCertificate, Remote, Stranger};
use crate::console::shell::Address;
use crate::problem::{Dialect, Fault};
use crate::routes::{Answer, Needs, Route};
use crate::{console, idempotency, media};

/// Lets one request through to the route of its method, or says why not.
pub(crate) async fn pass(app: App, routes: Arc<[Route]>, request: Request) -> Response {
    let (mut parts, body) = request.into_parts();
    let request_id = parts
        .extensions
        .get::<RequestId>()
        .map(|id| id.0.clone())
        .unwrap_or_default();
    let dialect = routes.first().map_or(Dialect::Json, |route| route.dialect);
    let mut noted = Noted::default();
    let page = (dialect == Dialect::Page).then(|| (app.clone(), parts.headers.clone(), address(&parts)));
    let answered = enter(app, &routes, &mut parts, body, &mut noted).await;
    let mut response = answered.unwrap_or_else(|fault| {
        noted.cause = fault.cause().map(str::to_owned);
        noted.code = fault.code();
        match &page {
            Some((app, headers, address)) => console::shell::fault(app, headers, address, &fault, &request_id),
            None => fault.into_response(dialect, &request_id),
        }
    });
    response.extensions_mut().insert(noted);
    response
}

/// What was asked for, to come back to.
fn address(parts: &Parts) -> Address {
    Address {
        path_and_query: parts.uri.path_and_query().map(ToString::to_string).unwrap_or_default(),
        is_page: parts.method == Method::GET,
    }
}

async fn enter(
    app: App,
    routes: &[Route],
    parts: &mut Parts,
    body: axum::body::Body,
    noted: &mut Noted,
) -> Result<Response, Fault> {
    let asked_for = if parts.method == Method::HEAD {
        &Method::GET
    } else {
        &parts.method
    };
    let Some(route) = routes.iter().find(|route| route.method == asked_for) else {
        return other_method(routes, &parts.method);
    };
    noted.route.clone_from(&route.path);
    refuse_other_sites(&parts.method, &parts.headers)?;
    // MISP's clients send their questions by POST too.
    let reads = route.method == Method::GET || (route.dialect == Dialect::Misp && route.needs == Needs::Reader);
    let params = params(parts).await?;
    let caller = match &route.answer {
        // It gets nothing of the request.
        Answer::Anybody(handler) => return handler(app).await,
        Answer::Stranger(_) => Caller::public(),
        Answer::Caller(_) if route.by_secret => caller_by_secret(&app, parts, &params).await?,
        Answer::Caller(_) if route.dialect == Dialect::Misp => caller_of_misp(&app, parts).await?,
        Answer::Caller(_) => caller(&app, parts).await?,
    };
    noted.caller.clone_from(&caller.name);
    if reads && matches!(&route.answer, Answer::Caller(_)) {
        // A key that is not for reading reads nothing, whatever a handler asks of the policy.
        decide(&caller.principal, Action::Read).map_err(|refusal| Fault::from(node::Error::refused(refusal, "")))?;
    }
    let from = remote_address(&app, parts);
    if route.dialect == Dialect::Taxii {
        media::accepts_taxii(&parts.headers)?;
    }
    let asked = Asked {
        app,
        caller,
        method: parts.method.clone(),
        uri: parts.uri.clone(),
        headers: std::mem::take(&mut parts.headers),
        params,
        room: None,
        body: Mutex::new(body),
        read: None,
    };
    let has_key = idempotency::counts(route, &asked.headers);
    match &route.answer {
        Answer::Anybody(handler) => handler(asked.app.clone()).await,
        Answer::Stranger(_) if has_key => Err(idempotency::refuse_strangers()),
        Answer::Caller(handler) if has_key => idempotency::once(asked, route.shows_secret, handler).await,
        Answer::Stranger(handler) => handler(Stranger { asked, from }).await,
        Answer::Caller(handler) => handler(asked).await,
    }
}

/// A browser that remembers Basic credentials or holds a certificate would lend them to any page that makes it send a
/// form. No page may: changes come from programs, or from pages of this very host.
fn refuse_other_sites(method: &Method, headers: &HeaderMap) -> Result<(), Fault> {
    if from_elsewhere(headers) && method != Method::GET && method != Method::HEAD {
        return Err(Fault::new(
            StatusCode::FORBIDDEN,
            "other-site",
            "pages of other sites may not change anything here",
        ));
    }
    Ok(())
}

fn from_elsewhere(headers: &HeaderMap) -> bool {
    let text = |name: &'static str| headers.get(name).and_then(|value| value.to_str().ok());
    match (text("sec-fetch-site"), text("origin")) {
        (Some(site), _) => !matches!(site, "same-origin" | "none"),
        (None, Some(origin)) => origin.split_once("://").map(|(_, host)| host) != text("host"),
        (None, None) => false,
    }
}

/// OPTIONS is answered with what the path takes, which is no secret: it stands in the API document. Everything else that
/// the path does not take is 405.
fn other_method(routes: &[Route], method: &Method) -> Result<Response, Fault> {
    let mut allowed: Vec<&str> = routes.iter().map(|route| route.method.as_str()).collect();
    if allowed.contains(&"GET") {
        allowed.push("HEAD");
    }
    allowed.push("OPTIONS");
    let allow = HeaderValue::from_str(&allowed.join(", ")).map_err(Fault::ours)?;
    if method == Method::OPTIONS {
        return Ok((StatusCode::NO_CONTENT, [(ALLOW, allow)]).into_response());
    }
    let message = "this address does not take that method; the header Allow lists those it takes";
    Err(Fault::new(StatusCode::METHOD_NOT_ALLOWED, "method-not-allowed", message).header(ALLOW, allow))
}

/// The named parts of the path. What is no UTF-8 names nothing.
async fn params(parts: &mut Parts) -> Result<Vec<(String, String)>, Fault> {
    use axum::extract::rejection::RawPathParamsRejection as Rejection;
    match RawPathParams::from_request_parts(parts, &()).await {
        Ok(params) => Ok(params
            .iter()
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect()),
        Err(Rejection::MissingPathParams(_)) => Ok(Vec::new()),
        Err(_) => Err(Fault::not_found()),
    }
}

/// Who sends a request. An `Authorization` header counts before a certificate: it was chosen for this request.
async fn caller(app: &App, parts: &Parts) -> Result<Caller, Fault> {
    let from = remote_address(app, parts);
    let node = app.node();
    let mut credentials = parts.headers.get_all(AUTHORIZATION).iter();
    let signed_in = match (credentials.next(), credentials.next()) {
        (Some(_), Some(_)) => Err(SignInError::Wrong),
        (Some(value), None) => match read_authorization(value) {
            Some(Authorization::Basic { login, password }) => {
                node.sign_in(
                    Presented::Basic {
                        login: &login,
                        password: &password,
                    },
                    from,
                )
                .await
            }
            Some(Authorization::Bearer(key)) => node.sign_in(Presented::Bearer(key), from).await,
            None => Err(SignInError::Wrong),
        },
        (None, _) => match (session_cookie(parts), parts.extensions.get::<ClientCertificate>()) {
            (Some(token), _) => node.sign_in(Presented::Bearer(token), from).await,
            (None, Some(certificate)) => node.sign_in(Presented::Certificate(&certificate.0), from).await,
            (None, None) => node.sign_in(Presented::Nothing, from).await,
        },
    };
    signed_in.map_err(Fault::from)
}

/// Who asks at an address of MISP: its clients send their key without a scheme, or in a header of its own.
async fn caller_of_misp(app: &App, parts: &Parts) -> Result<Caller, Fault> {
    let mut keys = parts.headers.get_all(AUTHORIZATION).iter().chain(
        // Behind a proxy that takes Authorization for itself.
        parts.headers.get_all(HeaderName::from_static("x-misp-auth")).iter(),
    );
    let (Some(value), None) = (keys.next(), keys.next()) else {
        return caller(app, parts).await;
    };
    let key = value.to_str().unwrap_or_default().trim();
    if key.contains(' ') {
        return caller(app, parts).await;
    }
    let signed_in = app.node().sign_in(Presented::Bearer(key), remote_address(app, parts));
    signed_in.await.map_err(Fault::from)
}

/// The session of a browser, where the request comes from a page of this host or from nobody's page. Another site's page
/// has no part in it, for reading either; and a change needs the browser's own word on where it comes from.
fn session_cookie(parts: &Parts) -> Option<&str> {
    let token = cookie(&parts.headers)?;
    let says_whence = parts.headers.contains_key("sec-fetch-site") || parts.headers.contains_key("origin");
    let reads = parts.method == Method::GET || parts.method == Method::HEAD;
    (!from_elsewhere(&parts.headers) && (reads || says_whence)).then_some(token)
}

/// Who asks at an address with a secret in it; whatever else is presented says nothing.
async fn caller_by_secret(app: &App, parts: &Parts, params: &[(String, String)]) -> Result<Caller, Fault> {
    let secret = params.iter().find(|(name, _)| name == "secret");
    let secret = secret.map_or("", |(_, value)| value.strip_suffix(".ics").unwrap_or(value));
    let signed_in = app.node().sign_in(Presented::Feed(secret), remote_address(app, parts));
    signed_in.await.map_err(Fault::from)
}

enum Authorization<'a> {
    Basic { login: String, password: String },
    Bearer(&'a str),
}

/// Reads RFC 7617 and RFC 6750; the scheme in any case, as RFC 9110 section 11.1 wants it.
fn read_authorization(value: &HeaderValue) -> Option<Authorization<'_>> {
    let (scheme, rest) = value.to_str().ok()?.trim().split_once(' ')?;
    let rest = rest.trim();
    if scheme.eq_ignore_ascii_case("bearer") {
        return Some(Authorization::Bearer(rest));
    }
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = String::from_utf8(STANDARD.decode(rest).ok()?).ok()?;
    let (login, password) = decoded.split_once(':')?;
    Some(Authorization::Basic {
        login: login.to_owned(),
        password: password.to_owned(),
    })
}

/// The address the connection came from, or what a trusted proxy says it came from (the last entry: the one it added).
fn remote_address(app: &App, parts: &Parts) -> IpAddr {
    let unknown = IpAddr::from([0, 0, 0, 0]);
    let peer = parts
        .extensions
        .get::<Remote>()
        .map_or(unknown, |remote| remote.0.to_canonical());
    if !app.options().trusted_proxies.contains(&peer) {
        return peer;
    }
    last_forwarded(&parts.headers).unwrap_or(peer)
}

fn last_forwarded(headers: &HeaderMap) -> Option<IpAddr> {
    let name = HeaderName::from_static("x-forwarded-for");
    let last = headers.get_all(name).iter().next_back()?.to_str().ok()?;
    last.rsplit(',').next()?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::{Authorization, read_authorization};

    fn read(text: &'static str) -> Option<String> {
        Some(match read_authorization(&HeaderValue::from_static(text))? {
            Authorization::Basic { login, password } => format!("{login}|{password}"),
            Authorization::Bearer(key) => key.to_owned(),
        })
    }

    #[test]
    fn reads_both_schemes_in_any_case() {
        assert_eq!(read("Basic YW5uYTphOmI=").as_deref(), Some("anna|a:b"));
        assert_eq!(read("bAsIc  YW5uYTphOmI=").as_deref(), Some("anna|a:b"));
        assert_eq!(read("bearer cw_1").as_deref(), Some("cw_1"));
    }

    #[test]
    fn reads_nothing_out_of_nonsense() {
        for nonsense in [
            "",
            "Basic",
            "Basic !",
            "Basic YW5uYQ==",
            "Digest x",
            "Bearer",
            "Basic /w==",
        ] {
            assert_eq!(read(nonsense), None, "{nonsense}");
        }
    }
}
