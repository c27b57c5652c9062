//! Bundles of STIX that come as events: `/events/upload_stix`.

use axum::response::Response;

use super::ask::{body, part};
use super::{Routes, events};
use crate::asked::Asked;
use crate::problem::Fault;
use crate::query::bad;
use crate::routes::Needs;

pub(super) fn routes(routes: &mut Routes) {
    routes.post("/events/upload_stix", Needs::Contributor, upload);
    routes.post("/events/upload_stix/{version}", Needs::Contributor, upload);
}

async fn upload(mut asked: Asked) -> Result<Response, Fault> {
    if part(&asked, "version") != "2" {
        return Err(bad(
            "no-such-version",
            "STIX 1 is not read here: send STIX 2 to /events/upload_stix/2",
        ));
    }
    let body = body(&mut asked).await?;
    let number = asked.node().misp_stix_add(asked.caller(), body).await?;
    events::shown_as(asked, number, node::misp::EventShape::default()).await
}
