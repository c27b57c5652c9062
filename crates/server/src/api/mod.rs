//! The JSON API, version 1, under `/api/v1/`: sharing, finding, and running the partnership.
//!
//! | module | routes |
//! |---|---|
//! | [`about`] | `status`, `openapi.json`, `me`, `counts` |
//! | [`share`] | `share` |
//! | [`find`] | `search`, `objects/{id}`, `objects/{id}/neighbours`, `observables` |
//! | [`partnership`] | `members`, `people`, `communities` |
//! | [`membership`] | `invitations`, `vetting`, `agreements`, `contacts`, `technologies`, `people`, `members.csv` |
//! | [`communities`] | `communities/…/charter`, `moderation`, `share/preview`, `hand-overs`, `delegations`, `data-sets` |
//! | [`keys`] | `keys` |
//! | [`privacy`] | `privacy/record`, `people/{login}/data`, `people/{login}/erase` |
//! | [`sign_in`] | `session`, `sessions`, `factor`, `people/{login}/password` |
//! | [`proposals`] | `proposals` |
//! | [`passkeys`] | `session/passkey`, `passkeys` |
//! | [`providers`] | `sign-in`, `links`, `people/{login}/link` |
//! | [`commitments`], [`calendar`] | `commitments`, `commitments.ics`, `calendar` |
//! | [`notices`] | `me/notices` |
//! | [`sightings`] | `hits`, `sighting-rules`, `sightings/pending`, `feedback`, `objects/{id}/feedback` |
//! | [`telemetry`] | `telemetry` |
//! | [`export`] | `export` |
//! | [`events`] | `events` |
//! | [`exchange`] | `subscriptions`, `peers` |
//! | [`advice`] | `advice` |
//! | [`tips`] | `tips` |
//! | [`bridges`] | `bridges`, `hub` |
//! | [`webhooks`] | `webhooks` |
//! | [`watch`] | `watch`, `metrics` |
//! | [`recall`] | `recalls` |
//! | [`item`] | `objects/{id}/receipts`, `receipts/numbers`, `disclosure` |
//! | [`requests`] | `requests` |
//! | [`scorecard`] | `scorecard`, `reports/{year}`, `watching` |
//! | [`settings`] | `settings` |
//! | [`site`] | `site` |
//! | [`upkeep`] | `backups`, `warninglists` |
//! | [`ledger`] | `ledger/checkpoint`, `ledger/tile/…`, `receipts` |
//!
//! A parameter or field that is not known is refused: a mistyped `tlp` must not share what it was to hold back. Lists go
//! on by `cursor`, never by offset.

pub mod about;
pub mod advice;
pub mod ask;
pub mod bridges;
pub mod calendar;
pub mod commitment_view;
pub mod commitments;
pub mod communities;
pub mod document;
pub mod events;
pub mod exchange;
pub mod export;
pub mod find;
pub mod item;
pub mod keys;
pub mod ledger;
pub mod membership;
pub mod notices;
pub mod partnership;
pub mod passkeys;
pub mod privacy;
pub mod proposals;
pub mod providers;
pub mod recall;
pub mod requests;
pub mod scorecard;
pub mod searches;
pub mod settings;
pub mod share;
pub mod sightings;
pub mod sign_in;
pub mod site;
pub mod telemetry;
pub mod tips;
pub mod told;
pub mod upkeep;
pub mod view;
pub mod watch;
pub mod webhooks;

use http::Method;

use crate::asked::Asked;
use crate::problem::{Dialect, Fault};
use crate::routes::{Needs, Route};

/// What every path of this room begins with.
pub const BASE: &str = "/api/v1";

/// The routes of this room.
pub(crate) fn routes() -> Vec<Route> {
    let mut all = exchange_routes();
    all.extend(membership_routes());
    all.extend(community_routes());
    all.extend(sign_in_routes());
    all.extend(public_routes());
    all
}

/// What is public, and the upkeep of the node.
fn public_routes() -> Vec<Route> {
    use Method as M;
    use Needs::Operator;
    vec![
        route(M::GET, "/settings", Operator, settings::show),
        route(M::PUT, "/settings", Operator, settings::choose),
        route(M::DELETE, "/settings", Operator, settings::reset),
        route(M::GET, "/site", Operator, site::show),
        route(M::PUT, "/site", Operator, site::choose),
        route(M::DELETE, "/site", Operator, site::reset),
        route(M::GET, "/backups", Operator, upkeep::backups),
        route(M::POST, "/backups", Operator, upkeep::backup),
        route(M::GET, "/warninglists", Operator, upkeep::warninglists),
        route(M::PATCH, "/warninglists/{name}", Operator, upkeep::warninglist_switch),
    ]
}

/// How organisations come in, stay reachable, and go.
fn membership_routes() -> Vec<Route> {
    use Method as M;
    use Needs::{Coordinator, Member, Operator};
    let contact = "/members/{member}/contacts/{place}";
    let technologies = "/members/{member}/technologies";
    vec![
        Route::stranger(
            M::GET,
            format!("{BASE}/invitations/{{token}}"),
            membership::invitations::open,
        ),
        Route::stranger(
            M::POST,
            format!("{BASE}/invitations/{{token}}/accept"),
            membership::invitations::accept,
        ),
        route(
            M::GET,
            "/invitations",
            Coordinator,
            membership::invitations::invitations,
        ),
        route(M::POST, "/invitations", Coordinator, membership::invitations::invite).shows_secret(),
        route(
            M::DELETE,
            "/invitations/{token}",
            Coordinator,
            membership::invitations::withdraw,
        ),
        route(M::GET, "/vetting", Coordinator, membership::invitations::vetting),
        route(
            M::POST,
            "/members/{member}/vouch",
            Coordinator,
            membership::invitations::vouch,
        ),
        route(M::PATCH, "/members/{member}", Coordinator, membership::member_change),
        route(M::GET, "/agreements", Member, membership::agreements::agreements),
        route(M::POST, "/agreements", Operator, membership::agreements::agreement_put),
        route(
            M::GET,
            "/agreements/owed",
            Operator,
            membership::agreements::agreements_owed,
        ),
        route(
            M::POST,
            "/agreements/{kind}/{number}/accept",
            Coordinator,
            membership::agreements::agreement_accept,
        ),
        route(
            M::GET,
            "/members/{member}/contacts",
            Member,
            membership::contacts::contacts,
        ),
        route(M::PUT, contact, Coordinator, membership::contacts::contact_put),
        route(M::DELETE, contact, Coordinator, membership::contacts::contact_remove),
        route(
            M::POST,
            "/members/{member}/contacts/{place}/confirm",
            Coordinator,
            membership::contacts::contact_confirm,
        ),
        route(M::GET, "/contacts/due", Operator, membership::contacts::contacts_due),
        route(M::GET, technologies, Member, membership::technologies::technologies),
        route(
            M::PUT,
            technologies,
            Coordinator,
            membership::technologies::technologies_say,
        ),
        route(M::GET, "/people", Member, membership::people::people),
        route(
            M::PATCH,
            "/people/{login}",
            Coordinator,
            membership::people::person_change,
        ),
        route(M::GET, "/members.csv", Operator, membership::members_export),
        route(M::POST, "/members.csv", Operator, membership::members_import),
    ]
}

/// Sessions, the second factor, what takes two people, and what is kept of people.
fn sign_in_routes() -> Vec<Route> {
    use Method as M;
    use Needs::{Coordinator, Member, Operator};
    vec![
        Route::stranger(M::POST, format!("{BASE}/session"), sign_in::begin),
        Route::open(format!("{BASE}/sign-in"), providers::list),
        Route::stranger(M::POST, format!("{BASE}/sign-in/{{provider}}"), providers::begin),
        Route::stranger(
            M::GET,
            format!("{BASE}/sign-in/{{provider}}/callback"),
            providers::finish,
        ),
        Route::stranger(
            M::POST,
            format!("{BASE}/sign-in/{{provider}}/logout"),
            providers::logged_out,
        ),
        Route::stranger(M::POST, format!("{BASE}/session/passkey/ask"), passkeys::ask_who),
        Route::stranger(M::POST, format!("{BASE}/session/passkey"), passkeys::begin),
        route(M::GET, "/passkeys", Member, passkeys::list),
        route(M::POST, "/passkeys", Member, passkeys::add),
        route(M::POST, "/passkeys/ask", Member, passkeys::ask),
        route(M::PATCH, "/passkeys/{passkey}", Member, passkeys::rename),
        route(M::DELETE, "/passkeys/{passkey}", Member, passkeys::remove),
        route(M::GET, "/links", Member, providers::links),
        route(M::POST, "/links", Member, providers::link),
        route(M::DELETE, "/links/{link}", Member, providers::unlink),
        route(M::POST, "/people/{login}/link", Coordinator, providers::offer).shows_secret(),
        route(M::DELETE, "/session", Member, sign_in::leave),
        route(M::GET, "/session/step-up", Member, sign_in::ways),
        route(M::POST, "/session/step-up", Member, sign_in::step_up),
        route(M::GET, "/sessions", Member, sign_in::list),
        route(M::DELETE, "/sessions", Member, sign_in::end_all),
        route(M::DELETE, "/sessions/{key}", Member, sign_in::end),
        route(M::GET, "/factor", Member, sign_in::factor),
        route(M::POST, "/factor", Member, sign_in::enrol).shows_secret(),
        route(M::POST, "/factor/confirm", Member, sign_in::confirm).shows_secret(),
        route(M::POST, "/factor/remove", Member, sign_in::remove),
        route(M::PUT, "/people/{login}/password", Member, sign_in::password),
        route(M::DELETE, "/people/{login}/factor", Operator, sign_in::reset),
        route(M::GET, "/proposals", Member, proposals::list),
        route(M::POST, "/proposals", Coordinator, proposals::make),
        route(M::GET, "/proposals/{proposal}", Member, proposals::show),
        route(
            M::POST,
            "/proposals/{proposal}/confirm",
            Coordinator,
            proposals::confirm,
        ),
        route(M::POST, "/proposals/{proposal}/refuse", Coordinator, proposals::refuse),
        route(
            M::POST,
            "/proposals/{proposal}/withdraw",
            Coordinator,
            proposals::withdraw,
        ),
        route(M::GET, "/privacy/record", Member, privacy::record),
        route(M::GET, "/people/{login}/data", Member, privacy::data),
        route(M::POST, "/people/{login}/erase", Operator, privacy::erase),
    ]
}

/// How communities are run.
fn community_routes() -> Vec<Route> {
    use Method as M;
    use Needs::{Contributor, Coordinator, Member};
    let charter = "/communities/{community}/charter";
    vec![
        route(M::GET, charter, Member, communities::charter::charter),
        route(M::PUT, charter, Coordinator, communities::charter::charter_put),
        route(
            M::GET,
            "/communities/{community}/charter/versions",
            Member,
            communities::charter::charter_versions,
        ),
        route(
            M::GET,
            "/communities/{community}/moderation",
            Coordinator,
            communities::moderation::waiting,
        ),
        route(M::GET, "/moderation", Member, communities::moderation::own_waiting),
        route(
            M::POST,
            "/moderation/{held}",
            Coordinator,
            communities::moderation::decide_held,
        ),
        route(M::POST, "/share/preview", Contributor, communities::preview::preview),
        route(
            M::POST,
            "/communities/{community}/hand-over",
            Coordinator,
            communities::handover::hand_over,
        ),
        route(
            M::POST,
            "/communities/{community}/take-over",
            Coordinator,
            communities::handover::take_over,
        ),
        route(M::GET, "/hand-overs", Member, communities::handover::handovers),
        route(M::GET, "/delegations", Member, communities::handover::delegations),
        route(
            M::PUT,
            "/delegations/{member}",
            Coordinator,
            communities::handover::delegate,
        ),
        route(
            M::DELETE,
            "/delegations/{member}",
            Coordinator,
            communities::handover::delegate_end,
        ),
        route(
            M::POST,
            "/data-sets",
            Coordinator,
            communities::data_sets::data_set_make,
        ),
        route(M::GET, "/data-sets", Member, communities::data_sets::data_sets),
        route(
            M::GET,
            "/data-sets/{data_set}",
            Member,
            communities::data_sets::data_set_read,
        ),
    ]
}

/// Sharing, finding, proving, and what was there from the start.
fn exchange_routes() -> Vec<Route> {
    vec![
        Route::open(format!("{BASE}/status"), about::status),
        Route::open(format!("{BASE}/openapi.json"), about::openapi),
        route(Method::GET, "/me", Needs::Reader, about::me),
        route(Method::GET, "/counts", Needs::Reader, about::counts),
        route(Method::POST, "/share", Needs::Contributor, share::share),
        route(Method::GET, "/search", Needs::Reader, find::search),
        route(Method::GET, "/search/facets", Needs::Reader, find::facets),
        route(Method::GET, "/searches", Needs::Member, searches::list),
        route(Method::POST, "/searches", Needs::Member, searches::make),
        route(Method::PUT, "/searches/{search}", Needs::Member, searches::change),
        route(Method::DELETE, "/searches/{search}", Needs::Member, searches::remove),
        route(Method::POST, "/searches/{search}/look", Needs::Member, searches::look),
        route(Method::GET, "/objects/{id}", Needs::Reader, find::object),
        route(Method::GET, "/objects/{id}/neighbours", Needs::Reader, find::neighbours),
        route(Method::GET, "/observables", Needs::Reader, find::observables),
        route(Method::GET, "/members", Needs::Reader, partnership::members),
        route(Method::POST, "/members", Needs::Operator, partnership::member_create),
        route(Method::POST, "/people", Needs::Coordinator, partnership::person_create),
        route(Method::GET, "/communities", Needs::Reader, partnership::communities),
        route(
            Method::POST,
            "/communities",
            Needs::Coordinator,
            partnership::community_create,
        ),
        route(
            Method::PUT,
            "/communities/{community}/members/{member}",
            Needs::Coordinator,
            partnership::membership_set,
        ),
        route(
            Method::DELETE,
            "/communities/{community}/members/{member}",
            Needs::Coordinator,
            partnership::membership_end,
        ),
        route(Method::GET, "/watch", Needs::Operator, watch::watch),
        route(Method::GET, "/metrics", Needs::Operator, watch::metrics),
        route(Method::GET, "/hits", Needs::Member, sightings::hits),
        route(Method::POST, "/hits", Needs::Contributor, sightings::record),
        route(Method::POST, "/telemetry", Needs::Contributor, telemetry::record),
        route(Method::GET, "/sighting-rules", Needs::Member, sightings::rules),
        route(Method::PUT, "/sighting-rules", Needs::Analyst, sightings::rules_put),
        route(Method::GET, "/sightings/pending", Needs::Member, sightings::pending),
        route(
            Method::POST,
            "/sightings/pending/{id}",
            Needs::Analyst,
            sightings::pending_answer,
        ),
        route(
            Method::POST,
            "/objects/{id}/feedback",
            Needs::Analyst,
            sightings::feedback_give,
        ),
        route(Method::GET, "/feedback", Needs::Member, sightings::feedback),
        route(Method::GET, "/me/notices", Needs::Member, notices::show),
        route(Method::PUT, "/me/notices", Needs::Member, notices::set),
        route(Method::GET, "/commitments", Needs::Member, commitments::list),
        route(Method::POST, "/commitments", Needs::Analyst, commitments::make),
        route(
            Method::GET,
            "/commitments/{commitment}",
            Needs::Member,
            commitments::show,
        ),
        route(
            Method::POST,
            "/commitments/{commitment}/keep",
            Needs::Contributor,
            commitments::keep,
        ),
        route(
            Method::POST,
            "/commitments/{commitment}/not-needed",
            Needs::Analyst,
            commitments::not_needed,
        ),
        route(
            Method::POST,
            "/commitments/{commitment}/withdraw",
            Needs::Analyst,
            commitments::withdraw,
        ),
        route(
            Method::POST,
            "/commitments/{commitment}/delegate",
            Needs::Analyst,
            commitments::delegate,
        ),
        route(
            Method::POST,
            "/commitments/{commitment}/extend",
            Needs::Analyst,
            commitments::extend,
        ),
        route(Method::GET, "/commitments.ics", Needs::Member, calendar::show),
        route(Method::POST, "/calendar", Needs::Member, calendar::create).shows_secret(),
        route(Method::GET, "/calendar/{secret}", Needs::Member, calendar::feed).by_secret(),
        route(Method::POST, "/recalls", Needs::Analyst, recall::create),
        route(Method::GET, "/recalls", Needs::Member, recall::list),
        route(Method::GET, "/recalls/{recall}", Needs::Member, recall::state),
        route(
            Method::POST,
            "/recalls/{recall}/acknowledge",
            Needs::Contributor,
            recall::acknowledge,
        ),
        route(Method::POST, "/recalls/{recall}/remind", Needs::Analyst, recall::remind),
        route(Method::GET, "/objects/{id}/receipts", Needs::Member, item::receipts),
        route(Method::POST, "/objects/{id}/receipts", Needs::Contributor, item::say),
        route(Method::GET, "/receipts/numbers", Needs::Member, item::numbers),
        route(Method::GET, "/disclosure", Needs::Member, item::disclosure),
        route(Method::PUT, "/disclosure", Needs::Analyst, item::disclosure_put),
        route(Method::POST, "/requests", Needs::Contributor, requests::create),
        route(Method::GET, "/requests", Needs::Member, requests::list),
        route(Method::GET, "/requests/{request}", Needs::Member, requests::one),
        route(
            Method::POST,
            "/requests/{request}/answers",
            Needs::Contributor,
            requests::answer_give,
        ),
        route(
            Method::POST,
            "/requests/{request}/close",
            Needs::Contributor,
            requests::close,
        ),
        route(Method::GET, "/scorecard", Needs::Member, scorecard::scorecard),
        route(Method::GET, "/reports/{year}", Needs::Operator, scorecard::report),
        route(Method::POST, "/watching", Needs::Contributor, scorecard::watching),
        route(Method::GET, "/events", Needs::Member, events::events),
        route(Method::GET, "/export", Needs::Reader, export::export),
        route(Method::GET, "/ledger/checkpoint", Needs::Reader, ledger::checkpoint),
        route(Method::GET, "/ledger/tile/{*tile}", Needs::Reader, ledger::tile),
        route(Method::GET, "/receipts", Needs::Member, ledger::receipts),
        route(Method::GET, "/subscriptions", Needs::Operator, exchange::subscriptions),
        route(
            Method::PUT,
            "/subscriptions/{name}",
            Needs::Operator,
            exchange::subscription_put,
        ),
        route(
            Method::DELETE,
            "/subscriptions/{name}",
            Needs::Operator,
            exchange::subscription_delete,
        ),
        route(
            Method::POST,
            "/subscriptions/{name}/preview",
            Needs::Operator,
            exchange::subscription_preview,
        ),
        route(
            Method::POST,
            "/subscriptions/{name}/run",
            Needs::Operator,
            exchange::subscription_run,
        ),
        route(Method::GET, "/peers", Needs::Operator, exchange::peers),
        route(Method::PUT, "/peers/{name}", Needs::Operator, exchange::peer_put),
        route(Method::DELETE, "/peers/{name}", Needs::Operator, exchange::peer_delete),
        route(Method::POST, "/peers/{name}/run", Needs::Operator, exchange::peer_run),
        route(
            Method::POST,
            "/peers/{name}/preview",
            Needs::Operator,
            exchange::peer_preview,
        ),
        route(
            Method::GET,
            "/peers/{name}/backlog",
            Needs::Operator,
            exchange::peer_backlog,
        ),
        route(Method::GET, "/advice", Needs::Operator, advice::list),
        route(Method::POST, "/advice", Needs::Operator, advice::publish),
        route(Method::GET, "/advice/{advice}", Needs::Operator, advice::show),
        route(Method::DELETE, "/advice/{advice}", Needs::Operator, advice::take_back),
        route(Method::PUT, "/advice/{advice}/naming", Needs::Analyst, advice::name),
        route(Method::GET, "/tips", Needs::Operator, tips::list),
        route(Method::GET, "/tips/{tip}", Needs::Operator, tips::show),
        route(Method::GET, "/tips/{tip}/files/{number}", Needs::Operator, tips::file),
        route(Method::POST, "/tips/{tip}/answer", Needs::Operator, tips::say),
        route(Method::GET, "/bridges", Needs::Operator, bridges::list),
        route(Method::GET, "/bridges/{name}", Needs::Operator, bridges::one),
        route(Method::PUT, "/bridges/{name}", Needs::Operator, bridges::propose),
        route(Method::DELETE, "/bridges/{name}", Needs::Operator, bridges::end),
        route(Method::POST, "/bridges/{name}/accept", Needs::Operator, bridges::accept),
        route(Method::POST, "/bridges/{name}/pause", Needs::Operator, bridges::pause),
        route(Method::POST, "/bridges/{name}/resume", Needs::Operator, bridges::resume),
        route(Method::POST, "/bridges/{name}/run", Needs::Operator, bridges::run),
        route(Method::POST, "/hub/{bridge}", Needs::Contributor, bridges::hear),
        route(Method::GET, "/webhooks", Needs::Coordinator, webhooks::list),
        route(Method::POST, "/webhooks", Needs::Coordinator, webhooks::make).shows_secret(),
        route(Method::GET, "/webhooks/{webhook}", Needs::Coordinator, webhooks::show),
        route(
            Method::PATCH,
            "/webhooks/{webhook}",
            Needs::Coordinator,
            webhooks::change,
        ),
        route(
            Method::DELETE,
            "/webhooks/{webhook}",
            Needs::Coordinator,
            webhooks::remove,
        ),
        route(
            Method::POST,
            "/webhooks/{webhook}/secret",
            Needs::Coordinator,
            webhooks::rotate,
        )
        .shows_secret(),
        route(
            Method::POST,
            "/webhooks/{webhook}/test",
            Needs::Coordinator,
            webhooks::test,
        ),
        route(Method::GET, "/keys", Needs::Member, keys::list),
        route(Method::POST, "/keys", Needs::Member, keys::create).shows_secret(),
        route(Method::DELETE, "/keys/{key}", Needs::Member, keys::revoke),
    ]
}

fn route<H, F>(method: Method, path: &str, needs: Needs, handler: H) -> Route
where
    H: Fn(Asked) -> F + Send + Sync + 'static,
    F: Future<Output = Result<axum::response::Response, Fault>> + Send + 'static,
{
    Route::new(method, format!("{BASE}{path}"), needs, Dialect::Json, handler)
}
