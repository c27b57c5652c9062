//! The partnership and the node: communities, members, ledger, one's own account, administration, help.
//!
//! A change answers by sending the browser on; what was done is then said by a word of the address, one of [`DONE`]. What
//! cannot be done shows the page again with the sentence of the refusal; what needs a proof first goes by [`step_up`] ([`super::shell::fault`]).

pub mod account;
pub mod admin;
pub mod communities;
pub mod invitations;
pub mod members;
pub mod node;
pub mod proposals;
mod settings;
pub mod step_up;
pub mod ways_in;

use askama::Template;
use axum::response::{IntoResponse as _, Response};
use http::header::{ACCEPT, CONTENT_TYPE};
use http::{Method, StatusCode};
use policy::{Action, PersonId, decide};

use super::faults::told;
use super::page;
use crate::api::about::WELCOME;
use crate::api::ask::Parameters;
use crate::asked::{Asked, Stranger};
use crate::console::{done_of, on, show_as};
use crate::problem::Fault;
use crate::routes::{Needs, Route};

/// Their routes.
pub(super) fn routes() -> Vec<Route> {
    use Method as M;
    use Needs::{Coordinator, Member, Operator};
    vec![
        page(M::GET, "/step-up", Member, step_up::page),
        page(M::POST, "/step-up", Member, step_up::prove),
        page(M::GET, "/account", Member, account::page),
        page(M::POST, "/account/sessions/end", Member, account::end_others),
        page(M::POST, "/account/sessions/{key}/end", Member, account::end_session),
        page(M::POST, "/account/keys", Member, account::make_key).shows_secret(),
        page(M::POST, "/account/keys/{key}/revoke", Member, account::revoke_key),
        page(M::POST, "/account/factor", Member, account::enrol).shows_secret(),
        page(M::POST, "/account/factor/confirm", Member, account::confirm).shows_secret(),
        page(M::POST, "/account/factor/remove", Member, account::remove_factor),
        page(M::POST, "/account/passkeys", Member, ways_in::add_passkey),
        page(
            M::POST,
            "/account/passkeys/{passkey}/rename",
            Member,
            ways_in::rename_passkey,
        ),
        page(
            M::POST,
            "/account/passkeys/{passkey}/remove",
            Member,
            ways_in::remove_passkey,
        ),
        page(M::POST, "/account/links", Member, ways_in::link),
        page(M::POST, "/account/links/{link}/remove", Member, ways_in::unlink),
        page(M::POST, "/account/password", Member, account::password),
        page(M::POST, "/account/notices", Member, account::notices),
        page(M::GET, "/communities", Member, communities::list),
        page(M::GET, "/communities/{community}", Member, communities::page),
        page(
            M::POST,
            "/communities/{community}/hand-over",
            Coordinator,
            communities::hand_over,
        ),
        page(
            M::POST,
            "/communities/{community}/take-over",
            Coordinator,
            communities::take_over,
        ),
        page(
            M::POST,
            "/communities/{community}/members",
            Coordinator,
            communities::membership,
        ),
        page(
            M::POST,
            "/communities/{community}/members/{member}/end",
            Coordinator,
            communities::membership_end,
        ),
        page(
            M::POST,
            "/communities/{community}/moderation/{held}",
            Coordinator,
            communities::decide_held,
        ),
        page(M::GET, "/members", Member, members::list),
        page(M::GET, "/members/{member}", Member, members::page),
        page(M::POST, "/members/{member}/state", Operator, members::state),
        page(M::POST, "/members/{member}/people", Coordinator, members::person),
        page(
            M::POST,
            "/members/{member}/technologies",
            Coordinator,
            members::technologies,
        ),
        page(M::POST, "/members/{member}/contacts", Coordinator, members::contact),
        page(
            M::POST,
            "/members/{member}/contacts/{place}/confirm",
            Coordinator,
            members::contact_confirm,
        ),
        page(M::POST, "/members/{member}/vouch", Coordinator, invitations::vouch),
        page(M::GET, "/invitations", Coordinator, invitations::page),
        page(M::POST, "/invitations", Coordinator, invitations::invite).shows_secret(),
        page(
            M::POST,
            "/invitations/{token}/withdraw",
            Coordinator,
            invitations::withdraw,
        ),
        Route::page_stranger(M::GET, "/join/{token}", invitations::join),
        Route::page_stranger(M::POST, "/join/{token}", invitations::accept),
        page(M::GET, "/ledger", Member, node::ledger),
        page(M::GET, "/admin", Operator, admin::page),
        page(M::POST, "/admin/backup", Operator, admin::backup),
        page(M::POST, "/admin/site", Operator, admin::site),
        page(M::POST, "/admin/settings", Operator, settings::choose),
        page(M::POST, "/admin/warninglists", Operator, admin::warninglist),
        page(M::GET, "/help", Member, node::help),
        page(M::GET, "/proposals", Member, proposals::page),
        page(M::POST, "/proposals", Coordinator, proposals::make),
        page(M::POST, "/proposals/{proposal}", Coordinator, proposals::decide),
    ]
}

/// What stands at `/`: a browser is sent to the start page, everybody else is told where to go on.
pub(crate) async fn start(stranger: Stranger) -> Result<Response, Fault> {
    let asked = &stranger.asked;
    let accepts = asked
        .headers
        .get_all(ACCEPT)
        .iter()
        .filter_map(|value| value.to_str().ok());
    if accepts.into_iter().any(|text| text.contains("text/html")) {
        return on(asked, "/today");
    }
    let plain = [(CONTENT_TYPE, "text/plain; charset=utf-8")];
    Ok((StatusCode::OK, plain, WELCOME).into_response())
}

/// What was done: the key of the sentence that the next page says.
const DONE: &[&str] = &[
    "done-membership",
    "done-offered",
    "done-taken-over",
    "done-released",
    "done-refused",
    "done-state",
    "done-contact",
    "done-technologies",
    "done-person",
    "done-withdrawn",
    "done-vouched",
    "done-proposed",
    "done-confirmed",
    "done-session-ended",
    "done-sessions-ended",
    "done-key-revoked",
    "done-factor-removed",
    "done-passkey-made",
    "done-passkey-named",
    "done-passkey-removed",
    "done-linked",
    "done-unlinked",
    "done-notices-set",
    "done-published",
    "done-unpublished",
    "done-site",
    "done-settings",
    "done-backup",
    "done-list",
    "done-report-answered",
    "done-report-closed",
];

/// The key of what was done, where the address says one there is.
pub(in crate::console) fn done(parameters: &Parameters) -> Option<&'static str> {
    done_of(parameters, DONE)
}

/// The page on which a change was made again, with why it was not, in the reader's language: `page` makes it of the sentence.
pub(in crate::console) async fn page_again<P: Template, M: Future<Output = Result<P, Fault>>>(
    asked: &Asked,
    fault: impl Into<Fault>,
    page: impl FnOnce(String) -> M,
) -> Result<Response, Fault> {
    let fault = fault.into();
    let status = fault.status();
    match status {
        StatusCode::BAD_REQUEST
        | StatusCode::CONFLICT
        | StatusCode::UNPROCESSABLE_ENTITY
        | StatusCode::SERVICE_UNAVAILABLE => {
            let page = page(told(asked, &fault)).await?;
            show_as(status, &page)
        }
        _ => Err(fault),
    }
}

/// Who looks, where it is somebody with an account.
pub(in crate::console) fn own(asked: &Asked) -> Result<PersonId, Fault> {
    let nobody = || {
        let message = "only somebody with an account has this page";
        Fault::new(StatusCode::FORBIDDEN, "not-allowed", message)
    };
    asked.caller().principal.person.ok_or_else(nobody)
}

/// Whether somebody may do something, be it after showing again that it is them: what is offered on a page.
pub(in crate::console) fn may(asked: &Asked, action: Action) -> bool {
    decide(&asked.caller().principal, action).map_or_else(|refusal| refusal.unproven, |()| true)
}
