//! Showing again that it is oneself, before what a stolen session must not do; then back to where one was.

use askama::Template;
use axum::response::Response;
use http::StatusCode;
use node::sessions::{Shown, Ways};

use super::on;
use crate::api::ask::Parameters;
use crate::asked::Asked;
use crate::console::form::Form;
use crate::console::html;
use crate::console::shell::{Shell, way_back};
use crate::problem::Fault;

#[derive(Template)]
#[template(path = "console/people/step-up.html")]
struct Page {
    shell: Shell,
    back: String,
    ways: Ways,
    is_wrong: bool,
}

async fn shown(asked: &Asked, back: &str, is_wrong: bool) -> Result<Response, Fault> {
    let page = Page {
        ways: asked.node().session_ways(asked.caller()).await?,
        shell: Shell::of(asked, "step-up").await?,
        back: way_back(back).to_owned(),
        is_wrong,
    };
    let status = match is_wrong {
        true => StatusCode::UNPROCESSABLE_ENTITY,
        false => StatusCode::OK,
    };
    Ok(html(status, page.render().map_err(Fault::ours)?))
}

/// The form.
pub(crate) async fn page(asked: Asked) -> Result<Response, Fault> {
    let parameters = Parameters::read(&asked, &["back"])?;
    let back = parameters.one("back")?.unwrap_or_default().to_owned();
    shown(&asked, &back, false).await
}

/// Takes the proof and goes back.
pub(crate) async fn prove(mut asked: Asked) -> Result<Response, Fault> {
    let form = Form::read(&mut asked, &["password", "code", "back"]).await?;
    let proof = match form.maybe("code") {
        Some(code) => Shown::Code(code),
        None => Shown::Password(form.text("password")),
    };
    let back = way_back(form.text("back"));
    match asked.node().session_step_up(asked.caller(), proof).await {
        Ok(_) => on(&asked, back),
        Err(error) => {
            let fault = Fault::from(error);
            match fault.code() {
                "wrong-proof" | "factor-needed" | "credentials-wrong" => shown(&asked, back, true).await,
                _ => Err(fault),
            }
        }
    }
}
