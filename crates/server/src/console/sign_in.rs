//! Signing in and out: the form, and the other ways that begin on its page.

use askama::Template;
use axum::response::Response;
use http::StatusCode;
use node::SignInError;

use super::form::Form;
use super::shell::{Shell, base, way_back};
use super::{passkey, provider};
use crate::api::ask::Parameters;
use crate::api::sign_in::set_cookie;
use crate::asked::{Asked, Stranger};
use crate::console::{go_to, on, show, show_as};
use crate::problem::Fault;

#[derive(Clone, Template)]
#[template(path = "console/sign-in.html")]
pub(super) struct Page {
    shell: Shell,
    back: String,
    login: String,
    /// The key of what went wrong.
    wrong: Option<&'static str>,
    needs_code: bool,
    /// The identity providers: name and title.
    providers: Vec<(String, String)>,
    /// The token of an offer to tie an account at a provider, to be used there.
    offer: String,
    has_passkeys: bool,
}

impl Page {
    pub(super) fn new(asked: &Asked, back: &str) -> Self {
        let providers = provider::offered(&asked.app).iter();
        Self {
            shell: Shell::plain(&asked.app, &asked.headers, "sign-in"),
            back: way_back(back).to_owned(),
            login: String::new(),
            wrong: None,
            needs_code: false,
            providers: providers.map(|one| (one.name.clone(), one.title.clone())).collect(),
            offer: String::new(),
            has_passkeys: passkey::are_possible(&asked.app),
        }
    }
}

/// The page again, with what went wrong.
pub(super) fn again(page: &Page, wrong: &'static str) -> Result<Response, Fault> {
    let page = Page {
        wrong: Some(wrong),
        ..page.clone()
    };
    show_as(StatusCode::UNAUTHORIZED, &page)
}

/// The form. Whoever was sent an offer to tie an account at a provider has it in the address.
pub(crate) async fn page(stranger: Stranger) -> Result<Response, Fault> {
    let asked = &stranger.asked;
    let parameters = Parameters::read(asked, &["back", "offer"])?;
    let back = parameters.one("back").ok().flatten().unwrap_or_default();
    let offer = parameters.one("offer")?.unwrap_or_default().to_owned();
    show(&Page {
        offer,
        ..Page::new(asked, back)
    })
}

/// Begins a session, or says why not.
pub(crate) async fn begin(mut stranger: Stranger) -> Result<Response, Fault> {
    let form = Form::read(&mut stranger.asked, &["login", "password", "code", "back"]).await?;
    let (login, password) = (form.text("login").trim(), form.text("password"));
    let asked = &stranger.asked;
    let began = asked
        .node()
        .session_begin(login, password, form.maybe("code"), stranger.from)
        .await;
    let wrong = match began {
        Ok(began) => {
            let mut response = go_to(&format!("{}{}", base(&asked.app), way_back(form.text("back"))))?;
            set_cookie(&mut response, &began.token, began.seconds())?;
            return Ok(response);
        }
        Err(SignInError::FactorNeeded) => "sign-in-code-needed",
        Err(SignInError::Wrong) => "sign-in-wrong",
        Err(error) => return Err(error.into()),
    };
    let page = Page {
        login: login.to_owned(),
        needs_code: wrong == "sign-in-code-needed" || form.maybe("code").is_some(),
        ..Page::new(asked, form.text("back"))
    };
    again(&page, wrong)
}

/// Ends the session.
pub(crate) async fn leave(asked: Asked) -> Result<Response, Fault> {
    asked.node().session_leave(asked.caller()).await?;
    let mut response = on(&asked, "/sign-in")?;
    set_cookie(&mut response, "", 0)?;
    Ok(response)
}
