//! The OpenAPI document of the JSON API, made from the handlers; a copy is kept at `docs/openapi.json`.

use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{Modify, OpenApi};

use super::{
    about, calendar, commitments, communities, exchange, export, find, item, keys, ledger, membership, notices,
    partnership, passkeys, privacy, proposals, providers, recall, requests, scorecard, share, sightings, sign_in,
    telemetry, watch,
};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Commonwatch",
        version = "1",
        description = "Threat information, shared under rules that hold. What a caller may not see is, for every route, the same as what does not exist. Errors are problem details (RFC 9457) with a stable `code`.",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    paths(
        about::status,
        about::openapi,
        about::me,
        about::counts,
        share::share,
        find::search,
        find::object,
        find::neighbours,
        find::observables,
        partnership::members,
        partnership::member_create,
        partnership::person_create,
        partnership::communities,
        partnership::community_create,
        partnership::membership_set,
        partnership::membership_end,
        membership::invitations::open,
        membership::invitations::accept,
        membership::invitations::invitations,
        membership::invitations::invite,
        membership::invitations::withdraw,
        membership::invitations::vetting,
        membership::invitations::vouch,
        membership::member_change,
        membership::agreements::agreements,
        membership::agreements::agreement_put,
        membership::agreements::agreements_owed,
        membership::agreements::agreement_accept,
        membership::contacts::contacts,
        membership::contacts::contact_put,
        membership::contacts::contact_remove,
        membership::contacts::contact_confirm,
        membership::contacts::contacts_due,
        membership::people::people,
        membership::people::person_change,
        membership::members_export,
        membership::members_import,
        communities::charter::charter,
        communities::charter::charter_put,
        communities::charter::charter_versions,
        communities::moderation::waiting,
        communities::moderation::own_waiting,
        communities::moderation::decide_held,
        communities::preview::preview,
        communities::handover::hand_over,
        communities::handover::take_over,
        communities::handover::handovers,
        communities::handover::delegations,
        communities::handover::delegate,
        communities::handover::delegate_end,
        communities::data_sets::data_set_make,
        communities::data_sets::data_sets,
        communities::data_sets::data_set_read,
        keys::list,
        keys::create,
        keys::revoke,
        sign_in::begin,
        sign_in::leave,
        sign_in::ways,
        sign_in::step_up,
        sign_in::password,
        sign_in::list,
        sign_in::end_all,
        sign_in::end,
        sign_in::factor,
        sign_in::enrol,
        sign_in::confirm,
        sign_in::remove,
        sign_in::reset,
        passkeys::ask_who,
        passkeys::begin,
        passkeys::list,
        passkeys::add,
        passkeys::ask,
        passkeys::rename,
        passkeys::remove,
        providers::list,
        providers::begin,
        providers::finish,
        providers::links,
        providers::link,
        providers::unlink,
        providers::offer,
        proposals::list,
        proposals::make,
        proposals::show,
        proposals::confirm,
        proposals::refuse,
        proposals::withdraw,
        privacy::record,
        privacy::data,
        privacy::erase,
        export::export,
        watch::watch,
        watch::metrics,
        sightings::hits,
        sightings::record,
        telemetry::record,
        sightings::rules,
        sightings::rules_put,
        sightings::pending,
        sightings::pending_answer,
        sightings::feedback_give,
        sightings::feedback,
        notices::show,
        notices::set,
        commitments::list,
        commitments::make,
        commitments::show,
        commitments::keep,
        commitments::not_needed,
        commitments::withdraw,
        commitments::delegate,
        commitments::extend,
        calendar::show,
        calendar::create,
        calendar::feed,
        recall::create,
        recall::list,
        recall::state,
        recall::acknowledge,
        item::receipts,
        item::say,
        item::numbers,
        item::disclosure,
        item::disclosure_put,
        requests::create,
        requests::list,
        requests::one,
        requests::answer_give,
        requests::close,
        scorecard::scorecard,
        scorecard::report,
        scorecard::watching,
        exchange::subscriptions,
        exchange::subscription_put,
        exchange::subscription_delete,
        exchange::subscription_preview,
        exchange::subscription_run,
        exchange::peers,
        exchange::peer_put,
        exchange::peer_delete,
        exchange::peer_run,
        exchange::peer_backlog,
        ledger::checkpoint,
        ledger::tile,
        ledger::receipts,
    ),
    security(("basic" = []), ("key" = [])),
    modifiers(&SignIn)
)]
struct Document;

struct SignIn;

impl Modify for SignIn {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let components = document.components.get_or_insert_default();
        for (name, scheme) in [("basic", HttpAuthScheme::Basic), ("key", HttpAuthScheme::Bearer)] {
            let scheme = HttpBuilder::new().scheme(scheme).build();
            components.add_security_scheme(name, SecurityScheme::Http(scheme));
        }
    }
}

/// The document.
pub fn document() -> utoipa::openapi::OpenApi {
    Document::openapi()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::document;
    use crate::api;

    #[test]
    fn every_route_is_in_the_document_and_nothing_else() {
        let text = serde_json::to_value(document()).unwrap();
        let mut described = BTreeSet::new();
        for (path, methods) in text["paths"].as_object().unwrap() {
            described.extend(
                methods
                    .as_object()
                    .unwrap()
                    .keys()
                    .map(|method| format!("{} {path}", method.to_uppercase())),
            );
        }
        let served: BTreeSet<_> = api::routes()
            .iter()
            .map(|route| format!("{} {}", route.method, route.path))
            .collect();
        assert_eq!(described, served);
    }

    /// `COMMONWATCH_BLESS=1 cargo test -p server` writes the file anew.
    #[test]
    fn the_document_is_checked_in() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/openapi.json");
        let made = document().to_pretty_json().unwrap() + "\n";
        if std::env::var_os("COMMONWATCH_BLESS").is_some() {
            std::fs::write(&path, &made).unwrap();
        }
        let kept = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(
            kept == made,
            "docs/openapi.json is out of date: COMMONWATCH_BLESS=1 cargo test -p server"
        );
    }
}
