//! Showing again that it is oneself, before what a stolen session must not do; then back to where one was.

use askama::Template;
use axum::response::Response;
use http::StatusCode;
use node::sessions::{Shown, Ways};

use super::own;
use crate::api::ask::Parameters;
use crate::api::passkeys::place;
use crate::asked::Asked;
use crate::console::form::Form;
use crate::console::passkey::answered;
use crate::console::provider::offered;
use crate::console::shell::{Shell, way_back};
use crate::console::{on, show_as};
use crate::problem::Fault;

#[derive(Template)]
#[template(path = "console/people/step-up.html")]
struct Page {
    shell: Shell,
    back: String,
    ways: Ways,
    is_wrong: bool,
    /// Providers that can be asked anew who it is: name and title.
    providers: Vec<(String, String)>,
}

/// Whoever signs in through a provider shows there that it is them, which begins another session.
async fn providers(asked: &Asked) -> Result<Vec<(String, String)>, Fault> {
    let links = asked.node().links(asked.caller(), own(asked)?).await?;
    let tied = |name: &str| links.iter().any(|link| link.terms.provider == name);
    let all = offered(&asked.app).iter().filter(|one| tied(&one.name));
    Ok(all.map(|one| (one.name.clone(), one.title.clone())).collect())
}

async fn shown(asked: &Asked, back: &str, is_wrong: bool) -> Result<Response, Fault> {
    let page = Page {
        providers: providers(asked).await?,
        ways: asked.node().session_ways(asked.caller()).await?,
        shell: Shell::of(asked, "step-up").await?,
        back: way_back(back).to_owned(),
        is_wrong,
    };
    let status = match is_wrong {
        true => StatusCode::UNPROCESSABLE_ENTITY,
        false => StatusCode::OK,
    };
    show_as(status, &page)
}

/// The form.
pub(crate) async fn page(asked: Asked) -> Result<Response, Fault> {
    let parameters = Parameters::read(&asked, &["back"])?;
    let back = parameters.one("back")?.unwrap_or_default().to_owned();
    shown(&asked, &back, false).await
}

/// Takes the proof and goes back.
pub(crate) async fn prove(mut asked: Asked) -> Result<Response, Fault> {
    let form = Form::read(&mut asked, &["password", "code", "note", "credential", "back"]).await?;
    let back = way_back(form.text("back"));
    let (node, caller) = (asked.node(), asked.caller());
    let proven = match (form.maybe("credential"), form.maybe("code")) {
        (Some(_), _) => {
            let (note, answer) = answered(&form)?;
            let place = place(&asked.app)?;
            node.session_step_up_by_passkey(caller, &place, note, &answer).await
        }
        (None, Some(code)) => node.session_step_up(caller, Shown::Code(code)).await,
        (None, None) => {
            node.session_step_up(caller, Shown::Password(form.text("password")))
                .await
        }
    };
    match proven {
        Ok(_) => on(&asked, back),
        Err(error) => {
            let fault = Fault::from(error);
            match fault.code() {
                "wrong-proof" | "factor-needed" | "credentials-wrong" | "passkey-refused" | "passkey-copied" => {
                    shown(&asked, back, true).await
                }
                _ => Err(fault),
            }
        }
    }
}
