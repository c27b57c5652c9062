//! Signing in through identity providers, and the accounts there that are tied to people.

use axum::response::Response;
use http::header::{CACHE_CONTROL, COOKIE, SET_COOKIE};
use http::{HeaderMap, HeaderValue, StatusCode};
use node::providers::{BeginWish, FLOW_MICROS, Finished, Said, Started};
use node::{Error, SignInError};
use policy::{Action, Role};
use serde::{Deserialize, Serialize};
use store::{AccountLink, LinkId};
use utoipa::ToSchema;

use super::ask::{json, must};
use super::keys::person;
use super::partnership::nothing;
use super::sign_in::{SessionView, begun};
use super::view::answer;
use crate::app::App;
use crate::asked::{Asked, Stranger};
use crate::console::form::Form;
use crate::console::provider as console;
use crate::problem::Fault;
use crate::query::{Plus, bad, pairs};

/// The cookie that a browser keeps while somebody is at a provider. It comes back with them from there (`SameSite=Lax`), and
/// says nothing that is not sealed.
const NOTE_COOKIE: &str = "__Host-commonwatch-sign-in";

fn note(headers: &HeaderMap) -> Option<&str> {
    let all = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    all.flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(name, _)| *name == NOTE_COOKIE)
        .map(|(_, note)| note)
}

pub(crate) fn set_note(response: &mut Response, note: &str, seconds: i64) -> Result<(), Fault> {
    let text = format!("{NOTE_COOKIE}={note}; Path=/; Max-Age={seconds}; Secure; HttpOnly; SameSite=Lax");
    let value = HeaderValue::from_str(&text).map_err(Fault::ours)?;
    response.headers_mut().append(SET_COOKIE, value);
    Ok(())
}

/// Where a provider sends people back to. Without a configured address of its own a node cannot say.
pub(crate) fn redirect(app: &App, provider: &str) -> Result<String, Fault> {
    if app.options().base_url.is_none() {
        let message = "this node does not know under which address it is reached: its operator sets public-url";
        return Err(Fault::new(StatusCode::CONFLICT, "no-public-url", message));
    }
    Ok(app.address(&format!("/api/v1/sign-in/{provider}/callback")))
}

/// An identity provider.
#[derive(Serialize, ToSchema)]
pub struct ProviderView {
    /// Its name in addresses.
    pub name: String,
    /// The name to be shown.
    pub title: String,
}

/// Identity providers.
#[derive(Serialize, ToSchema)]
pub struct ProviderList {
    /// In the order of the configuration.
    pub providers: Vec<ProviderView>,
}

/// The identity providers through which people sign in here.
#[utoipa::path(get, path = "/api/v1/sign-in", tag = "sign-in", security(()),
    responses((status = 200, body = ProviderList)))]
pub async fn list(app: App) -> Result<Response, Fault> {
    let view = |provider: &node::providers::Provider| ProviderView {
        name: provider.name.clone(),
        title: provider.title.clone(),
    };
    let providers = app.node().providers().iter().map(view).collect();
    answer(StatusCode::OK, &ProviderList { providers })
}

/// How to sign in at a provider.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BeginView {
    /// The token of an offer, to tie the account there to the person it was made for.
    pub offer: Option<String>,
    /// Whether the provider is to ask who it is also where it knows: then the session counts as proven.
    #[serde(default)]
    pub anew: bool,
}

/// Where to go.
#[derive(Serialize, ToSchema)]
pub struct StartedView {
    /// The address at the provider. The browser that goes there is the one that got the cookie of this answer.
    pub address: String,
}

fn started(begun: &Started) -> Result<Response, Fault> {
    let view = StartedView {
        address: begun.address.clone(),
    };
    let mut response = answer(StatusCode::OK, &view)?;
    set_note(&mut response, &begun.note, FLOW_MICROS / 1_000_000)?;
    Ok(response)
}

/// Begins to sign in at a provider: gives the address to go to, and a cookie with which the browser comes back.
#[utoipa::path(post, path = "/api/v1/sign-in/{provider}", tag = "sign-in", security(()), request_body = BeginView,
    params(("provider" = String, Path, description = "Its name")),
    responses((status = 200, body = StartedView), (status = 404), (status = 409), (status = 422), (status = 429), (status = 503)))]
pub async fn begin(mut stranger: Stranger) -> Result<Response, Fault> {
    let wish: BeginView = json(&mut stranger.asked).await?;
    let asked = &stranger.asked;
    let provider = asked.param("provider");
    let redirect = redirect(&asked.app, provider)?;
    let node = asked.node();
    let wish = BeginWish {
        redirect: &redirect,
        offer: wish.offer.as_deref(),
        anew: wish.anew,
        silent: false,
        back: None,
    };
    let begun = node.provider_begin(provider, wish, stranger.from).await?;
    started(&begun)
}

/// What a sign-in at a provider came to.
#[derive(Serialize, ToSchema)]
pub struct LinkedView {
    /// Whether the account there is tied to the person whose session asked for it.
    pub linked: bool,
}

/// Where a provider sends people back to: begins their session, or ties the account to whose session asked for it. A browser
/// that began on a page of the console gets a page.
#[utoipa::path(get, path = "/api/v1/sign-in/{provider}/callback", tag = "sign-in", security(()),
    params(("provider" = String, Path, description = "Its name"),
        ("code" = Option<String>, Query, description = "From the provider"),
        ("state" = Option<String>, Query, description = "From the provider")),
    responses((status = 200, body = LinkedView), (status = 201, body = SessionView), (status = 401), (status = 403),
        (status = 404), (status = 409), (status = 422), (status = 429), (status = 503)))]
pub async fn finish(stranger: Stranger) -> Result<Response, Fault> {
    let asked = &stranger.asked;
    let query = pairs(asked.query().unwrap_or_default(), Plus::Space)?;
    // Providers add parameters of their own; of these each counts once.
    let one = |name: &str| {
        query
            .iter()
            .find(|(found, _)| found == name)
            .map(|(_, value)| value.clone())
    };
    let said = Said {
        code: one("code"),
        state: one("state"),
        issuer: one("iss"),
        error: one("error"),
    };
    let (node, kept) = (asked.node(), note(&asked.headers));
    // Of a browser that comes without our note only what it reads tells that a person looks.
    let is_lost = kept.is_none() && console::reads_pages(&asked.headers);
    let back = kept.and_then(|note| node.provider_way_back(note));
    let asked_nothing = said.error.is_some() && back.as_ref().is_some_and(|back| back.silent);
    let back = back.map(|back| back.page).or_else(|| is_lost.then(String::new));
    let finished = node
        .provider_finish(asked.param("provider"), kept, &said, stranger.from)
        .await;
    let mut response = match (finished, &back) {
        (Ok(finished), Some(back)) => console::finished(asked, &finished, back)?,
        // It knows nobody there, or would have to ask them something: then they are asked here.
        (Err(_), Some(back)) if asked_nothing => console::ask_in(asked, back)?,
        (Err(error), Some(back)) => console::refused(asked, &error.into(), back)?,
        (Ok(Finished::SignedIn(began)), None) => begun(&began)?,
        (Ok(Finished::Linked(_)), None) => answer(StatusCode::OK, &LinkedView { linked: true })?,
        (Err(error), None) => return Err(error.into()),
    };
    set_note(&mut response, "", 0)?;
    Ok(response)
}

/// What a provider sends when somebody signed out there (OpenID Connect Back-Channel Logout 1.0).
#[derive(Deserialize, ToSchema)]
pub struct LogoutView {
    /// The logout token, signed by the provider.
    #[schema(min_length = 1)]
    pub logout_token: String,
}

/// Ends the sessions of somebody who signed out at their identity provider, or was taken out there; for the provider itself.
#[utoipa::path(post, path = "/api/v1/sign-in/{provider}/logout", tag = "sign-in", security(()),
    request_body(content = LogoutView, content_type = "application/x-www-form-urlencoded"),
    params(("provider" = String, Path, description = "Its name")),
    responses((status = 200, description = "They are over"), (status = 400), (status = 404), (status = 415), (status = 429), (status = 503)))]
pub async fn logged_out(mut stranger: Stranger) -> Result<Response, Fault> {
    let form = Form::read_any(&mut stranger.asked).await?;
    let asked = &stranger.asked;
    let (name, token) = (asked.param("provider"), form.text("logout_token"));
    let ended = asked.node().provider_logged_out(name, token, stranger.from).await;
    ended.map_err(|error| match error {
        // Section 2.8 wants this status.
        SignInError::Store(Error::Input(problem)) => bad(problem.code, problem.message),
        error => error.into(),
    })?;
    let mut response = nothing();
    *response.status_mut() = StatusCode::OK;
    // Section 2.8.
    response
        .headers_mut()
        .insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

/// An account at a provider that is tied to a person.
#[derive(Serialize, ToSchema)]
pub struct LinkView {
    /// Its number.
    pub id: i64,
    /// The name of the provider.
    pub provider: String,
    /// Who says it.
    pub issuer: String,
    /// Who it is there.
    pub subject: String,
    /// Since when.
    pub created: String,
    /// When it let in last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_used: Option<String>,
}

impl From<AccountLink> for LinkView {
    fn from(link: AccountLink) -> Self {
        Self {
            id: link.id.0,
            provider: link.terms.provider,
            issuer: link.terms.issuer,
            subject: link.terms.subject,
            created: link.created.to_micros_text(),
            last_used: link.last_used.map(|at| at.to_micros_text()),
        }
    }
}

/// Accounts that are tied to a person.
#[derive(Serialize, ToSchema)]
pub struct LinkList {
    /// The oldest first.
    pub links: Vec<LinkView>,
}

/// One's own accounts at providers; an operator may ask for another person's.
#[utoipa::path(get, path = "/api/v1/links", tag = "sign-in",
    params(("person" = Option<String>, Query, description = "Login of another person, for an operator")),
    responses((status = 200, body = LinkList), (status = 403)))]
pub async fn links(asked: Asked) -> Result<Response, Fault> {
    let person = person(&asked).await?;
    let links = asked.node().links(asked.caller(), person).await?;
    let links = links.into_iter().map(LinkView::from).collect();
    answer(StatusCode::OK, &LinkList { links })
}

/// Which provider.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WhichProvider {
    /// Its name.
    pub provider: String,
}

/// Begins to tie an account at a provider to oneself. In a session, with a recent proof; not by a key.
#[utoipa::path(post, path = "/api/v1/links", tag = "sign-in", request_body = WhichProvider,
    responses((status = 200, body = StartedView), (status = 403), (status = 404), (status = 409), (status = 422), (status = 503)))]
pub async fn link(mut asked: Asked) -> Result<Response, Fault> {
    let own = asked.caller().principal.person.ok_or_else(Fault::not_found)?;
    must(&asked, Action::ManageFactors(own))?;
    let wish: WhichProvider = json(&mut asked).await?;
    let redirect = redirect(&asked.app, &wish.provider)?;
    let begun = asked
        .node()
        .provider_link_begin(asked.caller(), &wish.provider, &redirect, None)
        .await?;
    started(&begun)
}

/// Unties an account; the other sessions of its person end.
#[utoipa::path(delete, path = "/api/v1/links/{link}", tag = "sign-in",
    params(("link" = i64, Path, description = "Its number"),
        ("person" = Option<String>, Query, description = "Login of another person, for an operator")),
    responses((status = 204), (status = 403), (status = 404)))]
pub async fn unlink(asked: Asked) -> Result<Response, Fault> {
    let person = person(&asked).await?;
    let number = asked.param("link").parse().map_err(|_| Fault::not_found())?;
    asked.node().link_remove(asked.caller(), person, LinkId(number)).await?;
    Ok(nothing())
}

/// An offer.
#[derive(Serialize, ToSchema)]
pub struct OfferView {
    /// What its person sends as `offer` when they begin to sign in at the provider: here, now, and never again.
    pub token: String,
    /// Until when it is open.
    pub expires: String,
}

/// Offers somebody to tie their account at a provider to the one here; an earlier offer ends. Not by a key, and with a recent
/// proof.
#[utoipa::path(post, path = "/api/v1/people/{login}/link", tag = "sign-in", request_body = WhichProvider,
    params(("login" = String, Path, description = "Their login")),
    responses((status = 201, body = OfferView), (status = 403), (status = 404), (status = 422)))]
pub async fn offer(mut asked: Asked) -> Result<Response, Fault> {
    let own = asked.caller().principal.member.ok_or_else(Fault::not_found)?;
    must(&asked, Action::ManagePerson(own, Role::Reader))?;
    must(&asked, Action::GivePassword)?;
    let wish: WhichProvider = json(&mut asked).await?;
    let login = asked.param("login").to_owned();
    let made = asked.node().link_offer(asked.caller(), &login, &wish.provider).await?;
    let view = OfferView {
        token: made.token,
        expires: made.expires.to_micros_text(),
    };
    answer(StatusCode::CREATED, &view)
}
