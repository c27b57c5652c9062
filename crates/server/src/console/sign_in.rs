//! Signing in and out.

use askama::Template;
use axum::response::Response;
use http::StatusCode;
use node::SignInError;
use node::sessions::WHOLE_MICROS;

use super::form::Form;
use super::shell::{Shell, base, way_back};
use super::{go_to, html, show};
use crate::api::ask::Parameters;
use crate::api::sign_in::set_cookie;
use crate::asked::{Asked, Stranger};
use crate::problem::Fault;

#[derive(Template)]
#[template(path = "console/sign-in.html")]
struct Page {
    shell: Shell,
    back: String,
    login: String,
    /// The key of what went wrong.
    wrong: Option<&'static str>,
    needs_code: bool,
}

impl Page {
    fn new(asked: &Asked, back: &str) -> Self {
        Self {
            shell: Shell::plain(&asked.app, &asked.headers, "sign-in"),
            back: way_back(back).to_owned(),
            login: String::new(),
            wrong: None,
            needs_code: false,
        }
    }
}

/// The form.
pub(crate) async fn page(stranger: Stranger) -> Result<Response, Fault> {
    let asked = &stranger.asked;
    let parameters = Parameters::read(asked, &["back"])?;
    let back = parameters.one("back").ok().flatten().unwrap_or_default();
    show(&Page::new(asked, back))
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
            set_cookie(&mut response, &began.token, WHOLE_MICROS / 1_000_000)?;
            return Ok(response);
        }
        Err(SignInError::FactorNeeded) => "sign-in-code-needed",
        Err(SignInError::Wrong) => "sign-in-wrong",
        Err(error) => return Err(error.into()),
    };
    let page = Page {
        login: login.to_owned(),
        wrong: Some(wrong),
        needs_code: wrong == "sign-in-code-needed" || form.maybe("code").is_some(),
        ..Page::new(asked, form.text("back"))
    };
    Ok(html(StatusCode::UNAUTHORIZED, page.render().map_err(Fault::ours)?))
}

/// Ends the session.
pub(crate) async fn leave(asked: Asked) -> Result<Response, Fault> {
    asked.node().session_leave(asked.caller()).await?;
    let mut response = go_to(&format!("{}/sign-in", base(&asked.app)))?;
    set_cookie(&mut response, "", 0)?;
    Ok(response)
}
