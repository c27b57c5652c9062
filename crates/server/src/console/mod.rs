//! The console: pages for people, served by the same process, made on the server, whole without JavaScript.
//!
//! | module | job |
//! |---|---|
//! | [`shell`] | what every page has: who looks, in which language, what they may do, where links lead |
//! | [`words`], `faults` | sentences in five languages (Fluent); what was wrong, by its code |
//! | [`form`], `arriving` | reading what a form sends; a large file as it arrives |
//! | [`assets`] | style, script, icon: from this host, under names that change with their content |
//! | [`sign_in`], [`provider`], [`passkey`] | signing in by password, at an identity provider, with a passkey |
//! | [`today`] | the start page |
//! | [`feed`] | finding, one object, sharing |
//! | [`home`] | are we hit, what we owe, what was asked, recalls, numbers |
//! | [`public`] | what strangers see and say: advice, feeds, reports; and the operators' side of it |
//! | [`guide`] | the guide, built in and searchable |
//! | [`exchange`] | what is fetched, pushed, bridged and posted, each looked at before it begins |
//! | [`people`] | communities, members, ledger, one's own account, administration, help |
//!
//! A page asks the same use cases of `node` as the API does, as the same caller, and decides nothing. What is shown is
//! escaped by the templates; nothing is marked as safe but the guide, which is ours and holds no HTML of its own. Changes are forms sent by
//! POST to an address of their own, which answers by sending the browser on: so a reload repeats nothing. The door refuses
//! what pages of other sites send. What a stolen session must not do leads from every page to the same proof and back: that
//! is made in one place, [`shell::fault`].

mod arriving;
pub mod assets;
pub mod exchange;
mod faults;
pub mod feed;
pub mod form;
pub mod guide;
pub mod home;
pub mod passkey;
pub mod people;
pub mod picture;
pub mod provider;
pub mod public;
pub mod shell;
pub mod sign_in;
pub mod today;
pub mod visible;
pub mod words;

use std::sync::LazyLock;

use axum::response::{IntoResponse as _, Response};
use http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderValue, LOCATION};
use http::{Method, StatusCode};

use crate::api::ask::Parameters;
use crate::asked::Asked;
use crate::problem::{Dialect, Fault};
use crate::routes::{Needs, Route};

/// Everything from this host, nothing inline, no frame, no plug-in, forms to this host only.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
                      form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// Every route of the console.
pub(crate) fn routes() -> Vec<Route> {
    let mut all = vec![
        Route::page_stranger(Method::GET, "/static/{file}", assets::file),
        Route::page_stranger(Method::GET, "/sign-in", sign_in::page),
        Route::page_stranger(Method::POST, "/sign-in", sign_in::begin),
        Route::page_stranger(Method::POST, "/sign-in/passkey", passkey::begin),
        Route::page_stranger(Method::POST, "/sign-in/provider/{provider}", provider::begin),
        Route::page_stranger(Method::GET, "/sign-in/provider/{provider}", provider::again),
        page(Method::POST, "/sign-out", Needs::Member, sign_in::leave),
        Route::page_stranger(Method::POST, "/language", shell::choose_language),
        page(Method::GET, "/today", Needs::Member, today::page),
        page(Method::POST, "/today/walk/end", Needs::Member, today::walk_end),
    ];
    all.extend(exchange::routes());
    all.extend(feed::routes());
    all.extend(home::routes());
    all.extend(people::routes());
    all.extend(public::routes());
    all.extend(guide::routes());
    all.sort_by(|one, other| one.path.cmp(&other.path));
    all
}

/// The patterns of the pages that can be looked at.
static PAGES: LazyLock<Vec<Vec<String>>> = LazyLock::new(|| {
    let pages = routes().into_iter();
    let pages = pages.filter(|route| route.method == Method::GET && !route.is_for_strangers());
    let parts = |path: &str| path.split('/').map(str::to_owned).collect();
    pages.map(|route| parts(&route.path)).collect()
});

/// The page that a change was made on: the nearest above its address. Nothing where there is none.
pub(crate) fn page_above(path: &str) -> String {
    let parts: Vec<&str> = path.trim_end_matches('/').split('/').collect();
    let fits = |page: &Vec<String>, given: &[&str]| {
        let same = |(part, given): (&String, &&str)| part.starts_with('{') || part == given;
        page.len() == given.len() && page.iter().zip(given).all(same)
    };
    let above = (2..=parts.len())
        .rev()
        .map(|many| parts.get(..many).unwrap_or_default());
    let mut found = above.filter(|given| PAGES.iter().any(|page| fits(page, given)));
    found.next().map(|given| given.join("/")).unwrap_or_default()
}

/// A route of a page for callers.
fn page<H, F>(method: Method, path: &str, needs: Needs, handler: H) -> Route
where
    H: Fn(Asked) -> F + Send + Sync + 'static,
    F: Future<Output = Result<Response, Fault>> + Send + 'static,
{
    Route::new(method, path, needs, Dialect::Page, handler)
}

/// A page, or a part of one, as an answer.
pub(crate) fn html(status: StatusCode, text: String) -> Response {
    let mut response = (status, text).into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    response
}

/// Renders a template.
pub(crate) fn show(page: &impl askama::Template) -> Result<Response, Fault> {
    show_as(StatusCode::OK, page)
}

/// The same with another status: a page that says what was wrong, or what was made.
pub(crate) fn show_as(status: StatusCode, page: &impl askama::Template) -> Result<Response, Fault> {
    Ok(html(status, page.render().map_err(Fault::ours)?))
}

/// Sends the browser on to a page of this console.
pub(crate) fn on(asked: &Asked, path: &str) -> Result<Response, Fault> {
    go_to(&format!("{}{path}", shell::base(&asked.app)))
}

/// What was done, by a word of the address (`?done=`): the one of these keys that a page says.
fn done_of(parameters: &Parameters, keys: &[&'static str]) -> Option<&'static str> {
    let word = parameters.one("done").ok().flatten()?;
    keys.iter().copied().find(|key| key.strip_prefix("done-") == Some(word))
}

/// Sends the browser on after a change: a reload repeats nothing.
pub(crate) fn go_to(address: &str) -> Result<Response, Fault> {
    let to = HeaderValue::from_str(address).map_err(Fault::ours)?;
    Ok((StatusCode::SEE_OTHER, [(LOCATION, to)]).into_response())
}

#[cfg(test)]
mod tests {
    use super::page_above;

    #[test]
    fn after_a_change_one_comes_back_to_the_page_it_was_made_on() {
        for (change, page) in [
            ("/account/keys/5/revoke", "/account"),
            ("/account/sessions/end", "/account"),
            ("/members/Alder/people", "/members/Alder"),
            ("/communities/common/members/Birch/end", "/communities/common"),
            ("/proposals/3f0c", "/proposals"),
            ("/objects/indicator--1/recall", "/objects/indicator--1/recall"),
            ("/step-up", "/step-up"),
            ("/sign-out", ""),
            ("/communities/common/moderation/3f0c", "/communities/common"),
        ] {
            assert_eq!(page_above(change), page, "{change}");
        }
    }
}
