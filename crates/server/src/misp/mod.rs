//! MISP's interface, as PyMISP and other MISP servers speak it: the same paths, the same shapes, the rules of this node.
//!
//! | paths | module |
//! |---|---|
//! | `/servers/getVersion` and what clients ask first | [`servers`] |
//! | `/events/…` | [`events`] |
//! | `/attributes/…`, `/objects/…`, `/objectReferences/…` | [`attributes`], [`objects`] |
//! | `/…/restSearch` | [`search`], with [`filters`] and [`formats`] |
//! | `/tags/…` | [`tags`] |
//! | `/sightings/…`, `/shadowAttributes/…`, `/eventReports/…`, `/analystData/…` | [`sightings`] |
//! | `/users/…`, `/roles/…`, `/organisations/…`, `/auth_keys/…` | [`people`] |
//! | `/sharing_groups/…` | [`groups`] |
//! | `/taxonomies/…`, `/galaxies/…`, `/warninglists/…` and other words agreed on | [`vocabulary`] |
//! | `/servers/…` of operators, `/feeds/…` | [`remote`] |
//! | `/misp/feed/…` | [`feed`] |
//! | `/eventDelegations/…`, `/userSettings/…` | [`kept`] |
//! | `/eventBlocklists/…`, `/orgBlocklists/…`, `/correlation_exclusions/…` | [`lists`] |
//! | `/users/register`, `/users/registrations` | [`registrations`] |
//! | `/events/upload_stix` | [`stix`](mod@stix) |
//! | statistics | [`statistics`] |
//!
//! Every path works with and without `.json` at its end, and with and without a last slash. What there is and what differs
//! from MISP stands in docs/misp.md. Handlers read what MISP's clients send, ask `node::misp`, and write MISP's shapes;
//! they decide no rule.

pub(crate) mod answer;
mod ask;
mod attributes;
mod events;
mod feed;
mod filters;
mod formats;
mod groups;
mod kept;
mod lists;
mod logs;
mod objects;
mod people;
mod registrations;
mod remote;
mod search;
mod servers;
mod sightings;
mod statistics;
mod stix;
mod tags;
mod vocabulary;

use axum::response::Response;
use http::Method;

use crate::asked::Asked;
use crate::problem::{Dialect, Fault};
use crate::routes::{Needs, Route};

/// The routes of this room.
pub(crate) fn routes() -> Vec<Route> {
    let mut routes = Routes::default();
    servers::routes(&mut routes);
    events::routes(&mut routes);
    attributes::routes(&mut routes);
    objects::routes(&mut routes);
    tags::routes(&mut routes);
    sightings::routes(&mut routes);
    search::routes(&mut routes);
    people::routes(&mut routes);
    groups::routes(&mut routes);
    remote::routes(&mut routes);
    feed::routes(&mut routes);
    logs::routes(&mut routes);
    kept::routes(&mut routes);
    lists::routes(&mut routes);
    registrations::routes(&mut routes);
    statistics::routes(&mut routes);
    stix::routes(&mut routes);
    vocabulary::routes(&mut routes);
    routes.0
}

/// Whether a path is one of MISP's, whether it is there or not: clients read the error of what is not there too.
pub(crate) fn is_of_misp(path: &str) -> bool {
    const FIRST: [&str; 47] = [
        "admin",
        "analyst_data",
        "analystData",
        "attributes",
        "auth_keys",
        "communities",
        "correlation_exclusions",
        "correlations",
        "cryptographicKeys",
        "dashboards",
        "decayingModel",
        "decaying_model",
        "eventBlocklists",
        "eventDelegations",
        "eventGraph",
        "eventReports",
        "event_delegations",
        "events",
        "feeds",
        "galaxies",
        "galaxy_cluster_relations",
        "galaxy_clusters",
        "galaxyClusters",
        "jobs",
        "logs",
        "noticelists",
        "objectReferences",
        "objectTemplates",
        "object_templates",
        "objects",
        "orgBlocklists",
        "organisations",
        "regexp",
        "roles",
        "servers",
        "shadowAttributes",
        "shadow_attributes",
        "sharingGroups",
        "sharing_groups",
        "sightings",
        "tags",
        "taxonomies",
        "templates",
        "threads",
        "userSettings",
        "users",
        "warninglists",
    ];
    let first = path.trim_start_matches('/').split('/').next().unwrap_or_default();
    FIRST.contains(&first)
}

/// Routes as they are gathered.
#[derive(Default)]
pub(crate) struct Routes(Vec<Route>);

impl Routes {
    /// A route that reads.
    pub fn get<H, F>(&mut self, path: &str, handler: H)
    where
        H: Fn(Asked) -> F + Clone + Send + Sync + 'static,
        F: Future<Output = Result<Response, Fault>> + Send + 'static,
    {
        self.put(Method::GET, path, Needs::Reader, handler);
    }

    /// A route that is asked with a body or without: MISP's clients send their filters either way.
    pub fn ask<H, F>(&mut self, path: &str, handler: H)
    where
        H: Fn(Asked) -> F + Clone + Send + Sync + 'static,
        F: Future<Output = Result<Response, Fault>> + Send + 'static,
    {
        self.put(Method::GET, path, Needs::Reader, handler.clone());
        self.put(Method::POST, path, Needs::Reader, handler);
    }

    /// A route that changes something, for whom it answers with something other than a refusal.
    pub fn post<H, F>(&mut self, path: &str, needs: Needs, handler: H)
    where
        H: Fn(Asked) -> F + Clone + Send + Sync + 'static,
        F: Future<Output = Result<Response, Fault>> + Send + 'static,
    {
        self.put(Method::POST, path, needs, handler);
    }

    /// A route of one method. Paths that end in a fixed word are there with `.json` too; where the last part is a
    /// variable, [`ask::id`] takes that off.
    pub fn put<H, F>(&mut self, method: Method, path: &str, needs: Needs, handler: H)
    where
        H: Fn(Asked) -> F + Clone + Send + Sync + 'static,
        F: Future<Output = Result<Response, Fault>> + Send + 'static,
    {
        if !path.ends_with('}') {
            let with_ending = format!("{path}.json");
            self.0.push(Route::new(
                method.clone(),
                with_ending,
                needs,
                Dialect::Misp,
                handler.clone(),
            ));
        }
        self.0.push(Route::new(method, path, needs, Dialect::Misp, handler));
    }
}
