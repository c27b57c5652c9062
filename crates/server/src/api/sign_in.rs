//! Signing in: sessions, and the second factor.

use axum::response::Response;
use http::header::{COOKIE, SET_COOKIE};
use http::{HeaderMap, HeaderValue, StatusCode};
use node::accounts::SESSION_PREFIX;
use node::sessions::{Began, PROOF_MICROS, Shown};
use policy::{Action, PersonId};
use serde::{Deserialize, Serialize};
use stix::Timestamp;
use store::{Credential, CredentialId};
use utoipa::ToSchema;

use super::ask::{json, must};
use super::keys::{person, person_page};
use super::partnership::nothing;
use super::passkeys::{PasskeyAnswerView, place};
use super::view::answer;
use crate::asked::{Asked, Stranger};
use crate::problem::Fault;
use crate::query::bad;

/// The cookie of a session. Its beginning makes browsers insist on HTTPS, on this very host, and on the whole of it
/// (RFC 6265bis section 4.1.3.2).
const SESSION_COOKIE: &str = "__Host-commonwatch";

/// The token of a session in a cookie; a key there is no session.
pub(crate) fn cookie(headers: &HeaderMap) -> Option<&str> {
    let all = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    all.flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(name, token)| *name == SESSION_COOKIE && token.starts_with(SESSION_PREFIX))
        .map(|(_, token)| token)
}

pub(crate) fn set_cookie(response: &mut Response, token: &str, seconds: i64) -> Result<(), Fault> {
    let text = format!("{SESSION_COOKIE}={token}; Path=/; Max-Age={seconds}; Secure; HttpOnly; SameSite=Strict");
    let value = HeaderValue::from_str(&text).map_err(Fault::ours)?;
    response.headers_mut().append(SET_COOKIE, value);
    Ok(())
}

/// Who signs in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignInView {
    /// The login.
    pub login: String,
    /// The password.
    pub password: String,
    /// A code of the second factor, or a recovery code; needed where there is one.
    pub code: Option<String>,
}

/// A session.
#[derive(Serialize, ToSchema)]
pub struct SessionView {
    /// Its number.
    pub id: i64,
    /// When it began.
    pub began: String,
    /// The network it was begun from.
    pub network: Option<String>,
    /// When it was used last, to some minutes.
    pub last_used: Option<String>,
    /// When it is over unless it is used.
    pub expires: Option<String>,
    /// When it is over in any case.
    pub ends: Option<String>,
    /// Until when dangerous acts need no new proof; later, `POST /api/v1/session/step-up`.
    pub proven_until: Option<String>,
    /// Whether this request was sent with it.
    pub this_one: bool,
    /// What to send as `Authorization: Bearer`: here, now, and never again. Browsers have it as a cookie.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
}

impl SessionView {
    pub(super) fn new(session: &Credential, own: Option<CredentialId>, token: Option<String>) -> Self {
        let text = |at: Option<Timestamp>| at.map(Timestamp::to_micros_text);
        Self {
            id: session.id.0,
            began: session.created.to_micros_text(),
            network: session.network.clone(),
            last_used: text(session.last_used),
            expires: text(session.expires),
            ends: text(session.ends),
            proven_until: text(session.proven.map(|at| at.plus_micros(PROOF_MICROS))),
            this_one: own == Some(session.id),
            token,
        }
    }
}

/// Begins a session: the token is in the answer, and for browsers in a cookie that no script reads and no other site sends.
#[utoipa::path(post, path = "/api/v1/session", tag = "sign-in", security(()), request_body = SignInView,
    responses((status = 201, body = SessionView), (status = 401, description = "Wrong, or a code is needed (`factor-needed`)"), (status = 422), (status = 429)))]
pub async fn begin(mut stranger: Stranger) -> Result<Response, Fault> {
    let wish: SignInView = json(&mut stranger.asked).await?;
    let node = stranger.asked.node();
    let code = wish.code.as_deref();
    let began = node
        .session_begin(&wish.login, &wish.password, code, stranger.from)
        .await?;
    begun(&began)
}

/// The answer to whoever began a session.
pub(super) fn begun(began: &Began) -> Result<Response, Fault> {
    let view = SessionView::new(&began.session, Some(began.session.id), Some(began.token.clone()));
    let mut response = answer(StatusCode::CREATED, &view)?;
    set_cookie(&mut response, &began.token, began.seconds())?;
    Ok(response)
}

/// Ends the session that this request was sent with.
#[utoipa::path(delete, path = "/api/v1/session", tag = "sign-in", responses((status = 204), (status = 403)))]
pub async fn leave(asked: Asked) -> Result<Response, Fault> {
    asked.node().session_leave(asked.caller()).await?;
    let mut response = nothing();
    set_cookie(&mut response, "", 0)?;
    Ok(response)
}

/// How to show that it is oneself.
#[derive(Serialize, ToSchema)]
pub struct WaysView {
    /// One of them is enough: `password`, `code`, `passkey`. None: begin another session.
    pub ways: Vec<&'static str>,
}

/// How to show, in the session that asks, that its person is there.
#[utoipa::path(get, path = "/api/v1/session/step-up", tag = "sign-in",
    responses((status = 200, body = WaysView), (status = 403)))]
pub async fn ways(asked: Asked) -> Result<Response, Fault> {
    let ways = asked.node().session_ways(asked.caller()).await?.names();
    answer(StatusCode::OK, &WaysView { ways })
}

/// What shows that it is oneself; one of them.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProofView {
    /// The password; where there is a second factor it is not enough.
    pub password: Option<String>,
    /// A code of the second factor, or a recovery code.
    pub code: Option<String>,
    /// The answer of a passkey to what `POST /api/v1/session/passkey/ask` gave.
    pub passkey: Option<PasskeyAnswerView>,
}

/// Until when that is believed.
#[derive(Serialize, ToSchema)]
pub struct ProvenView {
    /// Until then dangerous acts need no new proof.
    pub proven_until: String,
}

/// Shows, in the session that asks, that its person is there. Whatever answers `step-up-needed` can be done then, for ten minutes.
#[utoipa::path(post, path = "/api/v1/session/step-up", tag = "sign-in", request_body = ProofView,
    responses((status = 200, body = ProvenView), (status = 401, description = "A code is needed (`factor-needed`)"),
        (status = 403), (status = 409), (status = 422), (status = 429)))]
pub async fn step_up(mut asked: Asked) -> Result<Response, Fault> {
    // Who came otherwise is told before anything is read.
    asked.node().session_ways(asked.caller()).await?;
    let sent: ProofView = json(&mut asked).await?;
    let (node, caller) = (asked.node(), asked.caller());
    let until = match (&sent.password, &sent.code, &sent.passkey) {
        (Some(password), None, None) => node.session_step_up(caller, Shown::Password(password)).await?,
        (None, Some(code), None) => node.session_step_up(caller, Shown::Code(code)).await?,
        (None, None, Some(answer)) => {
            let place = place(&asked.app)?;
            node.session_step_up_by_passkey(caller, &place, &answer.note, &answer.credential)
                .await?
        }
        _ => return Err(bad("bad-proof", "send one of password, code and passkey")),
    };
    let proven_until = until.to_micros_text();
    answer(StatusCode::OK, &ProvenView { proven_until })
}

/// Sessions.
#[derive(Serialize, ToSchema)]
pub struct SessionList {
    /// The newest first.
    pub sessions: Vec<SessionView>,
    /// The cursor of the next answer; absent when this was all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// One's own sessions that are not over; an operator may ask for another person's.
#[utoipa::path(get, path = "/api/v1/sessions", tag = "sign-in",
    params(
        ("person" = Option<String>, Query, description = "Login of another person, for an operator"),
        ("limit" = Option<usize>, Query, description = "At most so many, 100 where nothing is said, 1000 at the most"),
        ("cursor" = Option<String>, Query, description = "The `next` of an earlier answer"),
    ),
    responses((status = 200, body = SessionList), (status = 400), (status = 403)))]
pub async fn list(asked: Asked) -> Result<Response, Fault> {
    let (person, wish) = person_page(&asked).await?;
    let own = asked.caller().credential.map(|(id, _)| id);
    let before = wish.number()?;
    let page = asked
        .node()
        .session_page(asked.caller(), person, before, wish.limit)
        .await?;
    let next = wish.next(&page, |last| last.id.0.to_string());
    let sessions = page.iter().map(|one| SessionView::new(one, own, None)).collect();
    answer(StatusCode::OK, &SessionList { sessions, next })
}

/// How many sessions ended.
#[derive(Serialize, ToSchema)]
pub struct EndedView {
    /// How many.
    pub ended: usize,
}

/// Ends every session, this one too.
#[utoipa::path(delete, path = "/api/v1/sessions", tag = "sign-in",
    params(("person" = Option<String>, Query, description = "Login of another person, for an operator")),
    responses((status = 200, body = EndedView), (status = 403)))]
pub async fn end_all(asked: Asked) -> Result<Response, Fault> {
    let person = person(&asked).await?;
    let ended = asked.node().session_end_all(asked.caller(), person).await?;
    answer(StatusCode::OK, &EndedView { ended })
}

/// Ends a session; it is refused from the next request on.
#[utoipa::path(delete, path = "/api/v1/sessions/{key}", tag = "sign-in",
    params(
        ("key" = i64, Path, description = "Its number"),
        ("person" = Option<String>, Query, description = "Login of another person, for an operator"),
    ),
    responses((status = 204), (status = 403), (status = 404)))]
pub async fn end(asked: Asked) -> Result<Response, Fault> {
    let person = person(&asked).await?;
    let number = asked.param("key").parse().map_err(|_| Fault::not_found())?;
    asked
        .node()
        .session_end(asked.caller(), person, CredentialId(number))
        .await?;
    Ok(nothing())
}

/// How it stands with the second factor.
#[derive(Serialize, ToSchema)]
pub struct FactorView {
    /// Since when it counts; missing where there is none.
    pub since: Option<String>,
    /// Recovery codes that are left.
    pub recovery_codes: i64,
}

/// How it stands with one's own second factor; an operator may ask for another person's.
#[utoipa::path(get, path = "/api/v1/factor", tag = "sign-in",
    params(("person" = Option<String>, Query, description = "Login of another person, for an operator")),
    responses((status = 200, body = FactorView), (status = 403)))]
pub async fn factor(asked: Asked) -> Result<Response, Fault> {
    let person = person(&asked).await?;
    let state = asked.node().factor_state(asked.caller(), person).await?;
    let view = FactorView {
        since: state.confirmed.map(Timestamp::to_micros_text),
        recovery_codes: state.recovery_codes,
    };
    answer(StatusCode::OK, &view)
}

/// What an authenticator is told.
#[derive(Serialize, ToSchema)]
pub struct EnrolmentView {
    /// The secret in base32, to be typed: here, now, and never again.
    pub secret: String,
    /// The same as an `otpauth` address, to be shown as a picture.
    pub address: String,
}

/// Makes a secret for one's authenticator; it counts once a code of it has confirmed it. Not by a key.
#[utoipa::path(post, path = "/api/v1/factor", tag = "sign-in",
    responses((status = 201, body = EnrolmentView), (status = 403), (status = 409)))]
pub async fn enrol(asked: Asked) -> Result<Response, Fault> {
    let made = asked.node().factor_enrol(asked.caller()).await?;
    let view = EnrolmentView {
        secret: made.secret,
        address: made.address,
    };
    answer(StatusCode::CREATED, &view)
}

/// A code.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CodeView {
    /// Six digits of the authenticator; where it says so, a recovery code instead.
    pub code: String,
}

/// Recovery codes.
#[derive(Serialize, ToSchema)]
pub struct RecoveryView {
    /// Each lets in once in place of a code: here, now, and never again.
    pub recovery_codes: Vec<String>,
}

/// Lets the second factor count from now on; one's other sessions end. Not by a key.
#[utoipa::path(post, path = "/api/v1/factor/confirm", tag = "sign-in", request_body = CodeView,
    responses((status = 200, body = RecoveryView), (status = 403), (status = 404), (status = 422), (status = 429)))]
pub async fn confirm(mut asked: Asked) -> Result<Response, Fault> {
    let sent: CodeView = json(&mut asked).await?;
    let recovery_codes = asked.node().factor_confirm(asked.caller(), &sent.code).await?;
    answer(StatusCode::OK, &RecoveryView { recovery_codes })
}

/// Removes the second factor, with a code of it or a recovery code. Not by a key.
#[utoipa::path(post, path = "/api/v1/factor/remove", tag = "sign-in", request_body = CodeView,
    responses((status = 204), (status = 403), (status = 404), (status = 422), (status = 429)))]
pub async fn remove(mut asked: Asked) -> Result<Response, Fault> {
    let sent: CodeView = json(&mut asked).await?;
    asked.node().factor_remove(asked.caller(), &sent.code).await?;
    Ok(nothing())
}

/// A password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasswordView {
    /// The new password: at least twelve characters.
    pub password: String,
}

/// Changes one's own password, or for an operator another's. All sessions of that person end. Not by a key, and with a
/// recent proof.
#[utoipa::path(put, path = "/api/v1/people/{login}/password", tag = "sign-in", request_body = PasswordView,
    params(("login" = String, Path, description = "Their login")),
    responses((status = 204), (status = 403), (status = 404), (status = 422)))]
pub async fn password(mut asked: Asked) -> Result<Response, Fault> {
    let found = asked.node().store().person_by_login(asked.param("login")).await?;
    // Nobody has the number 0: who manages no keys of others learns nothing of logins.
    let person = found.map_or(PersonId(0), |person| person.id);
    must(&asked, Action::ManageKeys(person))?;
    must(&asked, Action::GivePassword)?;
    let sent: PasswordView = json(&mut asked).await?;
    asked
        .node()
        .password_change(asked.caller(), person, &sent.password)
        .await?;
    Ok(nothing())
}

/// Removes the second factor of somebody who lost it, and ends their sessions; for an operator.
#[utoipa::path(delete, path = "/api/v1/people/{login}/factor", tag = "sign-in",
    params(("login" = String, Path, description = "Their login")),
    responses((status = 204), (status = 403), (status = 404)))]
pub async fn reset(asked: Asked) -> Result<Response, Fault> {
    super::partnership::administer(&asked)?;
    let found = asked.node().store().person_by_login(asked.param("login")).await?;
    let person = found.ok_or_else(Fault::not_found)?.id;
    asked.node().factor_reset(asked.caller(), person).await?;
    Ok(nothing())
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderValue};

    #[test]
    fn a_cookie_holds_the_token_of_a_session_and_no_key() {
        let read = |text: &'static str| {
            let headers = HeaderMap::from_iter([(http::header::COOKIE, HeaderValue::from_static(text))]);
            super::cookie(&headers).map(str::to_owned)
        };
        assert_eq!(read("a=b; __Host-commonwatch=cws_1").as_deref(), Some("cws_1"));
        for other in ["", "__Host-commonwatch=cw_1", "commonwatch=cws_1", "__Host-commonwatch"] {
            assert_eq!(read(other), None, "{other}");
        }
    }
}
