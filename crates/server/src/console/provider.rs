//! Signing in at an identity provider from a page, and coming back to one.
//!
//! ```text
//! form ──► page that leads on ──► provider ──► /api/v1/sign-in/{provider}/callback ──► page that leads on ──► where one wanted to go
//!                                                        └─► page that says why not
//! ```
//!
//! Where the provider has to say again who somebody is, the same goes without a form and without a question (`prompt=none`).
//!
//! A page leads on in both directions, not a redirection: forms of these pages go to this host only, and a browser that is
//! sent on from another site does not bring the cookie of its session along.

use askama::Template;
use axum::response::Response;
use http::header::ACCEPT;
use http::{HeaderMap, StatusCode};
use node::providers::{BeginWish, FLOW_MICROS, Finished, Provider, Started};

use super::form::Form;
use super::shell::{Shell, encoded, way_back};
use crate::api::ask::Parameters;
use crate::api::providers::{redirect, set_note};
use crate::api::sign_in::set_cookie;
use crate::app::App;
use crate::asked::{Asked, Stranger};
use crate::console::{go_to, show, show_as};
use crate::problem::Fault;

#[derive(Template)]
#[template(path = "console/onward.html")]
struct OnwardPage<'p> {
    shell: Shell,
    said: String,
    to: &'p str,
}

#[derive(Template)]
#[template(path = "console/refused.html")]
struct RefusedPage<'p> {
    shell: Shell,
    sentence: &'static str,
    detail: &'p str,
    back: &'p str,
}

/// Providers of which a page can offer something: none where the node does not know where they send people back to.
pub(super) fn offered(app: &App) -> &[Provider] {
    match app.options().base_url {
        Some(_) => app.node().providers(),
        None => &[],
    }
}

/// Whether a request is of somebody who looks at pages.
pub(crate) fn reads_pages(headers: &HeaderMap) -> bool {
    let accepts = headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok());
    accepts.into_iter().any(|text| text.contains("text/html"))
}

fn onward(shell: Shell, said: String, to: &str) -> Result<Response, Fault> {
    let page = OnwardPage { shell, said, to };
    show(&page)
}

/// Leads on to the provider, with the note that the browser keeps meanwhile.
pub(super) fn lead_on(asked: &Asked, name: &str, started: &Started) -> Result<Response, Fault> {
    let shell = Shell::plain(&asked.app, &asked.headers, "sign-in");
    let providers = asked.node().providers().iter();
    let title = providers
        .filter(|one| one.name == name)
        .map(|one| one.title.as_str())
        .next();
    let said = shell.t.text("onward-provider", title.unwrap_or(name)).into_owned();
    let mut response = onward(shell, said, &started.address)?;
    set_note(&mut response, &started.note, FLOW_MICROS / 1_000_000)?;
    Ok(response)
}

/// Begins to sign in at a provider.
pub(crate) async fn begin(mut stranger: Stranger) -> Result<Response, Fault> {
    let form = Form::read(&mut stranger.asked, &["back", "offer", "anew"]).await?;
    let asked = &stranger.asked;
    let (name, back) = (asked.param("provider"), way_back(form.text("back")));
    let redirect = redirect(&asked.app, name)?;
    let wish = BeginWish {
        redirect: &redirect,
        offer: form.maybe("offer"),
        anew: form.is_ticked("anew"),
        silent: false,
        back: Some(back),
    };
    leads_to_provider(&stranger, name, wish, back).await
}

/// Has a provider say again who is there, and asks nobody anything: whoever it does not know comes to the page that signs in.
pub(crate) async fn again(stranger: Stranger) -> Result<Response, Fault> {
    let asked = &stranger.asked;
    let parameters = Parameters::read(asked, &["back"])?;
    let (name, back) = (
        asked.param("provider"),
        way_back(parameters.one("back").ok().flatten().unwrap_or_default()),
    );
    let redirect = redirect(&asked.app, name)?;
    let wish = BeginWish {
        redirect: &redirect,
        silent: true,
        back: Some(back),
        ..BeginWish::default()
    };
    leads_to_provider(&stranger, name, wish, back).await
}

async fn leads_to_provider(
    stranger: &Stranger,
    name: &str,
    wish: BeginWish<'_>,
    back: &str,
) -> Result<Response, Fault> {
    let asked = &stranger.asked;
    match asked.node().provider_begin(name, wish, stranger.from).await {
        Ok(started) => lead_on(asked, name, &started),
        Err(error) => refused(asked, &error.into(), back),
    }
}

/// The page that signs in, for somebody whom their provider does not know any more.
pub(crate) fn ask_in(asked: &Asked, back: &str) -> Result<Response, Fault> {
    let shell = Shell::plain(&asked.app, &asked.headers, "sign-in");
    go_to(&shell.to(&format!("/sign-in?back={}", encoded(way_back(back)))))
}

/// The page of somebody who comes back from a provider and is let in, or whose account there is tied now.
pub(crate) fn finished(asked: &Asked, finished: &Finished, back: &str) -> Result<Response, Fault> {
    let shell = Shell::plain(&asked.app, &asked.headers, "sign-in");
    let to = shell.to(way_back(back));
    let key = match finished {
        Finished::SignedIn(_) => "onward-signed-in",
        Finished::Linked(_) => "done-linked",
    };
    let said = shell.t.say(key).into_owned();
    let mut response = onward(shell, said, &to)?;
    if let Finished::SignedIn(began) = finished {
        set_cookie(&mut response, &began.token, began.seconds())?;
    }
    Ok(response)
}

/// The sentence of a refusal.
fn sentence(fault: &Fault) -> &'static str {
    match fault.code() {
        "sign-in-refused" => "refused-doubted",
        "not-linked" => "refused-not-linked",
        "not-allowed" => "refused-not-allowed",
        "credentials-wrong" => "refused-inactive",
        "conflict" => "refused-tied",
        "too-many-failures" => "refused-too-often",
        "unavailable" => "refused-unavailable",
        "not-found" => "refused-no-provider",
        _ => "fault-title",
    }
}

/// The page of somebody whom a provider sent back and who is not let in.
pub(crate) fn refused(asked: &Asked, fault: &Fault, back: &str) -> Result<Response, Fault> {
    let status = fault.status();
    if status == StatusCode::INTERNAL_SERVER_ERROR {
        return Err(Fault::ours(fault.cause().unwrap_or_default()));
    }
    let page = RefusedPage {
        shell: Shell::plain(&asked.app, &asked.headers, "sign-in"),
        sentence: sentence(fault),
        detail: fault.message(),
        back: way_back(back),
    };
    show_as(status, &page)
}
