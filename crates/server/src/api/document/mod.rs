//! The OpenAPI document of the JSON API, made from the handlers; a copy is kept at `docs/openapi.json`.

mod exact;
mod forms;
mod links;

use std::collections::BTreeSet;
use std::sync::LazyLock;

use serde::Serialize;
use utoipa::openapi::path::{ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{Content, Ref, RefOr, Required, Response};
use utoipa::{Modify, OpenApi, ToSchema};

use self::exact::Exact;
use super::{
    about, advice, bridges, calendar, commitments, communities, events, exchange, export, find, item, keys, ledger,
    membership, notices, partnership, passkeys, privacy, proposals, providers, recall, requests, scorecard, searches,
    settings, share, sightings, sign_in, site, telemetry, tips, upkeep, watch, webhooks,
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
        find::facets,
        searches::list,
        searches::make,
        searches::change,
        searches::remove,
        searches::look,
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
        membership::technologies::technologies,
        membership::technologies::technologies_say,
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
        providers::logged_out,
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
        events::events,
        watch::watch,
        watch::metrics,
        webhooks::list,
        webhooks::make,
        webhooks::show,
        webhooks::change,
        webhooks::remove,
        webhooks::rotate,
        webhooks::test,
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
        recall::remind,
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
        exchange::peer_preview,
        exchange::peer_run,
        exchange::peer_backlog,
        advice::list,
        advice::publish,
        advice::show,
        advice::take_back,
        advice::name,
        tips::list,
        tips::show,
        tips::file,
        tips::say,
        bridges::list,
        bridges::one,
        bridges::propose,
        bridges::end,
        bridges::accept,
        bridges::pause,
        bridges::resume,
        bridges::run,
        bridges::hear,
        settings::show,
        settings::choose,
        settings::reset,
        site::show,
        site::choose,
        site::reset,
        upkeep::backups,
        upkeep::backup,
        upkeep::warninglists,
        upkeep::warninglist_switch,
        ledger::checkpoint,
        ledger::tile,
        ledger::receipts,
    ),
    security(("basic" = []), ("key" = [])),
    components(schemas(ProblemView)),
    modifiers(&SignIn, &Repeats, &Problems, &Paths, &Exact)
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

/// Every change takes a key for repeats, where somebody with an account asks.
struct Repeats;

impl Modify for Repeats {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let changes: BTreeSet<String> = super::routes()
            .into_iter()
            .filter(|route| route.method != http::Method::GET && !route.is_for_strangers())
            .map(|route| format!("{} {}", route.method, route.path))
            .collect();
        let key = ParameterBuilder::new()
            .name("Idempotency-Key")
            .parameter_in(ParameterIn::Header)
            .required(Required::False)
            .description(Some(
                "A name for this change, such as a UUID: sent again with the same name and content within 24 hours, it is not done again but answered as the first time, with `Idempotency-Replayed: true`. See docs/guide/api.md.",
            ))
            .schema(Some(
                ObjectBuilder::new()
                    .schema_type(Type::String)
                    .pattern(Some("^[!-~]{1,255}$")),
            ))
            .build();
        for (path, item) in &mut document.paths.paths {
            let operations = [
                ("POST", &mut item.post),
                ("PUT", &mut item.put),
                ("PATCH", &mut item.patch),
                ("DELETE", &mut item.delete),
            ];
            for (method, operation) in operations {
                if let Some(operation) = operation
                    && changes.contains(&format!("{method} {path}"))
                {
                    operation.parameters.get_or_insert_default().push(key.clone());
                }
            }
        }
    }
}

/// What an error says (RFC 9457).
#[derive(Serialize, ToSchema)]
pub struct ProblemView {
    /// `about:blank`: the status says what kind of problem it is.
    #[serde(rename = "type")]
    pub kind: String,
    /// The status in words.
    pub title: String,
    /// The status.
    pub status: u16,
    /// What happened, and what to do.
    pub detail: String,
    /// A stable word for programs.
    pub code: String,
    /// The request's id, where the cause is in the operator's log.
    pub instance: Option<String>,
    /// Each problem with its place, where what was sent cannot be used.
    #[schema(value_type = Option<Vec<Object>>)]
    pub problems: Option<Vec<serde_json::Value>>,
}

/// Every error has the same form, and every route may answer some that it does not name.
struct Problems;

impl Modify for Problems {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let problem = Content::new(Some(Ref::from_schema_name("ProblemView")));
        for item in document.paths.paths.values_mut() {
            let operations = [
                &mut item.get,
                &mut item.post,
                &mut item.put,
                &mut item.patch,
                &mut item.delete,
            ];
            for operation in operations.into_iter().flatten() {
                let responses = &mut operation.responses.responses;
                for (range, says) in [
                    ("4XX", "It cannot be done as it was asked; `code` says why"),
                    ("5XX", "It cannot be done just now; ask again later"),
                ] {
                    let response = Response::new(says);
                    responses.entry(range.to_owned()).or_insert(RefOr::T(response));
                }
                for (status, response) in responses {
                    if let RefOr::T(response) = response
                        && status.starts_with(['4', '5'])
                        && response.content.is_empty()
                    {
                        let media = "application/problem+json".to_owned();
                        response.content.insert(media, problem.clone());
                    }
                }
            }
        }
    }
}

/// A part of a path that takes slashes is written like all others.
struct Paths;

impl Modify for Paths {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let paths = std::mem::take(&mut document.paths.paths);
        document.paths.paths = paths.into_iter().map(|(path, item)| (plain(&path), item)).collect();
    }
}

fn plain(path: &str) -> String {
    path.replace("{*", "{")
}

static WHOLE: LazyLock<serde_json::Value> = LazyLock::new(|| {
    let mut document = serde_json::to_value(Document::openapi()).unwrap_or_default();
    forms::say(&mut document);
    links::say(&mut document);
    document
});

/// The document.
pub fn document() -> &'static serde_json::Value {
    &WHOLE
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::document;
    use crate::api;

    #[test]
    fn every_route_is_in_the_document_and_nothing_else() {
        let text = document();
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
            .map(|route| format!("{} {}", route.method, super::plain(&route.path)))
            .collect();
        assert_eq!(described, served);
    }

    /// The types of a source file that the document describes, by the names under which it does.
    fn described(file: &str) -> Vec<&str> {
        let mut names = Vec::new();
        let mut is_described = false;
        for line in file.lines().map(str::trim_start) {
            is_described |= line.starts_with("#[derive(") && line.contains("ToSchema");
            let words: Vec<&str> = line.split([' ', '<', '(', ';']).collect();
            let name = match words.as_slice() {
                ["pub", "struct" | "enum", name, ..] | ["struct" | "enum", name, ..] => name,
                _ => continue,
            };
            if std::mem::take(&mut is_described) {
                names.push(*name);
            }
        }
        names
    }

    #[test]
    fn no_two_types_are_described_under_one_name() {
        let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
        let mut names = std::collections::BTreeMap::new();
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                    continue;
                }
                let file = std::fs::read_to_string(&path).unwrap();
                for name in described(&file) {
                    // The later one would overwrite the earlier one, and nobody would be told.
                    let before = names.insert(name.to_owned(), path.clone());
                    assert_eq!(before, None, "'{name}' is described in {} too", path.display());
                }
            }
        }
        assert!(names.len() > 150, "{names:?}");
    }

    #[test]
    fn each_operation_has_a_name_of_its_own_and_links_go_to_what_is_there() {
        let mut names = BTreeSet::new();
        let mut parameters = BTreeSet::new();
        let operations = || {
            let paths = document()["paths"].as_object().unwrap().values();
            paths.flat_map(|methods| methods.as_object().unwrap().values())
        };
        for operation in operations() {
            let name = operation["operationId"].as_str().unwrap();
            assert!(names.insert(name), "{name} is there twice");
            let own = operation["parameters"].as_array().into_iter().flatten();
            parameters.extend(own.map(|one| (name, one["name"].as_str().unwrap())));
        }
        let mut links = 0;
        for operation in operations() {
            let answers = operation["responses"].as_object().unwrap().values();
            for link in answers
                .filter_map(|answer| answer["links"].as_object())
                .flat_map(|links| links.values())
            {
                let name = link["operationId"].as_str().unwrap();
                for parameter in link["parameters"].as_object().unwrap().keys() {
                    assert!(
                        parameters.contains(&(name, parameter.as_str())),
                        "{name} takes no {parameter}"
                    );
                }
                links += 1;
            }
        }
        assert!(links > 50, "{links}");
    }

    /// `COMMONWATCH_BLESS=1 cargo test -p server` writes the file anew.
    #[test]
    fn the_document_is_checked_in() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/openapi.json");
        let made = serde_json::to_string_pretty(document()).unwrap() + "\n";
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
