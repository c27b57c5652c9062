//! Passkeys (Web Authentication): asked for, made, used, listed, named, removed.

use axum::response::Response;
use http::StatusCode;
use node::passkeys::{Answer, Asking, Place};
use policy::Action;
use serde::{Deserialize, Serialize};
use store::{Passkey, PasskeyId};
use utoipa::ToSchema;

use super::ask::{json, must};
use super::keys::person;
use super::partnership::nothing;
use super::sign_in::{SessionView, begun};
use super::view::answer;
use crate::app::App;
use crate::asked::{Asked, Stranger};
use crate::problem::Fault;

/// Where the node is reached: passkeys are for that host and no other.
pub(crate) fn place(app: &App) -> Result<Place, Fault> {
    let found = app.options().base_url.as_deref().and_then(Place::of);
    found.ok_or_else(|| {
        let message =
            "passkeys are for a host that is reached over HTTPS: this node's operator sets public-url to its name";
        Fault::new(StatusCode::CONFLICT, "no-public-url", message)
    })
}

/// A question to an authenticator.
#[derive(Serialize, ToSchema)]
pub struct AskingView {
    /// What comes back with the answer; the question is good for five minutes.
    pub note: String,
    /// What a browser takes with `PublicKeyCredential.parseCreationOptionsFromJSON` or `parseRequestOptionsFromJSON`.
    #[schema(value_type = Object)]
    pub options: serde_json::Value,
}

impl From<Asking> for AskingView {
    fn from(asking: Asking) -> Self {
        Self {
            note: asking.note,
            options: asking.options,
        }
    }
}

/// What a browser answers to a question for passkeys.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasskeyAnswerView {
    /// As it came with the question.
    pub note: String,
    /// What `PublicKeyCredential.toJSON` gives.
    #[schema(value_type = Object)]
    pub credential: Answer,
}

/// A passkey to be known.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPasskeyView {
    /// As it came with the question.
    pub note: String,
    /// What its owner calls it.
    pub name: String,
    /// What `PublicKeyCredential.toJSON` gives.
    #[schema(value_type = Object)]
    pub credential: Answer,
}

/// A passkey.
#[derive(Serialize, ToSchema)]
pub struct PasskeyView {
    /// Its number.
    pub id: i64,
    /// What its owner calls it.
    pub name: String,
    /// The host that it is for.
    pub host: String,
    /// Whether it is kept on several devices.
    pub backed_up: bool,
    /// Since when it is known.
    pub created: String,
    /// When it let in last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_used: Option<String>,
}

impl From<Passkey> for PasskeyView {
    fn from(passkey: Passkey) -> Self {
        Self {
            id: passkey.id.0,
            name: passkey.terms.name,
            host: passkey.terms.rp_id,
            backed_up: passkey.terms.backed_up,
            created: passkey.created.to_micros_text(),
            last_used: passkey.last_used.map(|at| at.to_micros_text()),
        }
    }
}

/// Passkeys.
#[derive(Serialize, ToSchema)]
pub struct PasskeyList {
    /// The oldest first.
    pub passkeys: Vec<PasskeyView>,
}

fn in_person(asked: &Asked) -> Result<(), Fault> {
    let own = asked.caller().principal.person.ok_or_else(Fault::not_found)?;
    must(asked, Action::ManageFactors(own))
}

/// One's own passkeys; an operator may ask for another person's.
#[utoipa::path(get, path = "/api/v1/passkeys", tag = "sign-in",
    params(("person" = Option<String>, Query, description = "Login of another person, for an operator")),
    responses((status = 200, body = PasskeyList), (status = 403)))]
pub async fn list(asked: Asked) -> Result<Response, Fault> {
    let person = person(&asked).await?;
    let found = asked.node().passkeys(asked.caller(), person).await?;
    let passkeys = found.into_iter().map(PasskeyView::from).collect();
    answer(StatusCode::OK, &PasskeyList { passkeys })
}

/// Asks for a new passkey of one's own. Not by a key, and with a recent proof.
#[utoipa::path(post, path = "/api/v1/passkeys/ask", tag = "sign-in",
    responses((status = 200, body = AskingView), (status = 403), (status = 409)))]
pub async fn ask(asked: Asked) -> Result<Response, Fault> {
    in_person(&asked)?;
    let asking = asked.node().passkey_ask(asked.caller(), &place(&asked.app)?).await?;
    answer(StatusCode::OK, &AskingView::from(asking))
}

/// Takes note of a passkey that was made. Not by a key, and with a recent proof.
#[utoipa::path(post, path = "/api/v1/passkeys", tag = "sign-in", request_body = NewPasskeyView,
    responses((status = 201, body = PasskeyView), (status = 403), (status = 409), (status = 422)))]
pub async fn add(mut asked: Asked) -> Result<Response, Fault> {
    in_person(&asked)?;
    let sent: NewPasskeyView = json(&mut asked).await?;
    let place = place(&asked.app)?;
    let node = asked.node();
    let made = node
        .passkey_add(asked.caller(), &place, &sent.note, &sent.name, &sent.credential)
        .await?;
    answer(StatusCode::CREATED, &PasskeyView::from(made))
}

/// A name.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasskeyName {
    /// What its owner calls it.
    pub name: String,
}

fn number(asked: &Asked) -> Result<PasskeyId, Fault> {
    let number = asked.param("passkey").parse();
    number.map(PasskeyId).map_err(|_| Fault::not_found())
}

/// Gives one's own passkey another name.
#[utoipa::path(patch, path = "/api/v1/passkeys/{passkey}", tag = "sign-in", request_body = PasskeyName,
    params(("passkey" = i64, Path, description = "Its number")),
    responses((status = 204), (status = 403), (status = 404), (status = 422)))]
pub async fn rename(mut asked: Asked) -> Result<Response, Fault> {
    let own = asked.caller().principal.person.ok_or_else(Fault::not_found)?;
    must(&asked, Action::ManageKeys(own))?;
    let sent: PasskeyName = json(&mut asked).await?;
    let passkey = number(&asked)?;
    asked.node().passkey_rename(asked.caller(), passkey, &sent.name).await?;
    Ok(nothing())
}

/// Removes a passkey: one's own, or for an operator another's. The other sessions of its person end. Not by a key, and with a
/// recent proof.
#[utoipa::path(delete, path = "/api/v1/passkeys/{passkey}", tag = "sign-in",
    params(("passkey" = i64, Path, description = "Its number"),
        ("person" = Option<String>, Query, description = "Login of another person, for an operator")),
    responses((status = 204), (status = 403), (status = 404)))]
pub async fn remove(asked: Asked) -> Result<Response, Fault> {
    let person = person(&asked).await?;
    let passkey = number(&asked)?;
    asked.node().passkey_remove(asked.caller(), person, passkey).await?;
    Ok(nothing())
}

/// Asks who is there: a passkey answers, and no name is asked for.
#[utoipa::path(post, path = "/api/v1/session/passkey/ask", tag = "sign-in", security(()),
    responses((status = 200, body = AskingView), (status = 409), (status = 429)))]
pub async fn ask_who(stranger: Stranger) -> Result<Response, Fault> {
    let asked = &stranger.asked;
    let asking = asked.node().passkey_ask_who(&place(&asked.app)?, stranger.from)?;
    answer(StatusCode::OK, &AskingView::from(asking))
}

/// Begins a session with a passkey, which is two factors: no code is asked for.
#[utoipa::path(post, path = "/api/v1/session/passkey", tag = "sign-in", security(()), request_body = PasskeyAnswerView,
    responses((status = 201, body = SessionView), (status = 401), (status = 409), (status = 422), (status = 429)))]
pub async fn begin(mut stranger: Stranger) -> Result<Response, Fault> {
    let sent: PasskeyAnswerView = json(&mut stranger.asked).await?;
    let place = place(&stranger.asked.app)?;
    let node = stranger.asked.node();
    let began = node
        .session_begin_by_passkey(&place, &sent.note, &sent.credential, stranger.from)
        .await?;
    begun(&began)
}
