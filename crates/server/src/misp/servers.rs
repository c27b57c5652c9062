//! What clients ask before anything else: which version they speak to, and what they may do here.

use axum::response::Response;
use policy::Role;
use serde_json::json;

use super::Routes;
use super::answer::json_of;
use crate::asked::Asked;
use crate::problem::Fault;

/// The version of MISP whose interface this is. Servers compare it before they exchange events.
pub(super) const VERSION: &str = "2.5.34";
/// The PyMISP that goes with it.
const PYMISP_VERSION: &str = "2.5.34";

pub(super) fn routes(routes: &mut Routes) {
    routes.get("/servers/getVersion", version);
    routes.get("/servers/getPyMISPVersion", pymisp_version);
}

async fn version(asked: Asked) -> Result<Response, Fault> {
    let principal = &asked.caller().principal;
    let shares = principal.has(Role::Contributor) && !principal.read_only;
    json_of(&json!({
        "version": VERSION,
        "pymisp_recommended_version": PYMISP_VERSION,
        "perm_sync": shares,
        "perm_sighting": shares,
        "perm_galaxy_editor": shares,
        "perm_analyst_data": shares,
        "request_encoding": ["gzip"],
        "filter_sightings": true,
    }))
}

async fn pymisp_version(_: Asked) -> Result<Response, Fault> {
    json_of(&json!({ "version": PYMISP_VERSION }))
}
