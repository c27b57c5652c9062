//! Signing in with a passkey: the script asks the authenticator, and the form brings its answer.

use axum::response::Response;
use node::passkeys::Answer;

use super::form::Form;
use super::shell::{base, way_back};
use super::sign_in::{Page, again};
use crate::api::passkeys::place;
use crate::api::sign_in::set_cookie;
use crate::app::App;
use crate::asked::Stranger;
use crate::console::go_to;
use crate::problem::Fault;
use crate::query::bad;

/// What the script puts into a form: the note of the question, and the answer of the authenticator.
pub(super) fn answered(form: &Form) -> Result<(&str, Answer), Fault> {
    let answer = serde_json::from_str(form.text("credential")).map_err(|_| {
        let message = "no passkey answered: this needs a browser with JavaScript that knows passkeys";
        bad("no-passkey", message)
    })?;
    Ok((form.text("note"), answer))
}

/// Whether passkeys can be used at all: they are for the host of `public-url`, over HTTPS.
pub(super) fn are_possible(app: &App) -> bool {
    place(app).is_ok()
}

/// Begins a session, or shows the page again with why not.
pub(crate) async fn begin(mut stranger: Stranger) -> Result<Response, Fault> {
    let form = Form::read(&mut stranger.asked, &["note", "credential", "back"]).await?;
    let asked = &stranger.asked;
    let place = place(&asked.app)?;
    let (note, answer) = answered(&form)?;
    let began = asked
        .node()
        .session_begin_by_passkey(&place, note, &answer, stranger.from)
        .await;
    match began.map_err(Fault::from) {
        Ok(began) => {
            let mut response = go_to(&format!("{}{}", base(&asked.app), way_back(form.text("back"))))?;
            set_cookie(&mut response, &began.token, began.seconds())?;
            Ok(response)
        }
        Err(fault) => {
            let wrong = match fault.code() {
                "passkey-copied" => "sign-in-passkey-copied",
                "passkey-refused" | "credentials-wrong" => "sign-in-passkey-wrong",
                _ => return Err(fault),
            };
            again(&Page::new(asked, form.text("back")), wrong)
        }
    }
}
