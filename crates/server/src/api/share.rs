//! Sharing anything: whatever format the content turns out to be.

use axum::response::Response;
use http::StatusCode;
use node::intake::{Handling, ShareRequest};
use policy::{Action, MemberId, decide};
use stix::marking::{Pap, Tlp};
use uuid::Uuid;

use super::ask::{Parameters, community, member};
use super::view::answer;
use crate::asked::Asked;
use crate::problem::Fault;
use crate::query::bad;

/// Members and communities that one transfer can name.
pub(crate) const NAMES_MOST: usize = 200;

/// Shares what the body holds: STIX, a TAXII envelope, MISP, CSV, a list, a report, rules, or an archive of these.
///
/// The answer lists what was accepted, what was there already, and what was refused with its reason and place. Good items
/// are kept whatever is beside them.
#[utoipa::path(post, path = "/api/v1/share", tag = "share",
    params(
        ("community" = Option<Vec<String>>, Query, description = "Alias or UUID of a community to share with; may be repeated. Without one, and without named members, it stays with your own member"),
        ("named" = Option<Vec<String>>, Query, description = "Name or UUID of a member it is narrowed to; may be repeated"),
        ("tlp" = Option<String>, Query, description = "Colour for what has none: clear, green, amber, amber+strict, red. It narrows what has one, never widens"),
        ("pap" = Option<String>, Query, description = "Permitted actions for what has none: clear, green, amber, red"),
        ("withheld" = Option<bool>, Query, description = "Keep the member's name in the hub's own record"),
        ("name" = Option<String>, Query, description = "Name of the input, for messages"),
        ("on_behalf" = Option<String>, Query, description = "Name or UUID of the member in whose name it is shared; it must have asked for it"),
    ),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 200, description = "What became of each item", body = Object), (status = 403), (status = 404), (status = 413), (status = 422)))]
pub async fn share(mut asked: Asked) -> Result<Response, Fault> {
    let known = ["community", "named", "tlp", "pap", "withheld", "name", "on_behalf"];
    let parameters = Parameters::read(&asked, &known)?;
    let mut handling = Handling {
        tlp: parameters.word("tlp", "clear, green, amber, amber+strict or red", Tlp::parse)?,
        pap: parameters.word("pap", "clear, green, amber or red", Pap::parse)?,
        withheld: parameters.truth("withheld")?,
        ..Handling::default()
    };
    if parameters.all("community").chain(parameters.all("named")).count() > NAMES_MOST {
        return Err(bad(
            "too-many-names",
            format!("name {NAMES_MOST} members and communities at most"),
        ));
    }
    if parameters.all("community").next().is_none() {
        decide(&asked.caller().principal, Action::ContributeToNamed)
            .map_err(|refusal| Fault::from(node::Error::refused(refusal, "")))?;
    }
    for name in parameters.all("community") {
        // Said before the body is looked at: a community that is not the caller's answers like none, whatever is sent.
        let community = community(&asked, name).await?;
        // In another's name it is that member's membership that counts; the intake asks for it.
        if parameters.one("on_behalf")?.is_none() {
            decide(&asked.caller().principal, Action::Contribute(community))
                .map_err(|refusal| Fault::from(node::Error::refused(refusal, "")))?;
        }
        handling.communities.push(community);
    }
    for name in parameters.all("named") {
        handling.named.push(member(&asked, name).await?);
    }
    if let Some(name) = parameters.one("on_behalf")? {
        handling.on_behalf = Some(spoken_for(&asked, name).await?);
    }
    let name = parameters.one("name")?.map(str::to_owned);
    let request = ShareRequest {
        channel: "api".to_owned(),
        name,
        handling,
        list_items: true,
    };
    let body = asked.take_body().await?;
    let report = asked.node().share_bytes(asked.caller(), request, body).await?;
    answer(StatusCode::OK, &report)
}

/// The member in whose name the caller's shares. Of all others it is not said whether they are there.
async fn spoken_for(asked: &Asked, name: &str) -> Result<MemberId, Fault> {
    let uuid = Uuid::try_parse(name).ok();
    let delegations = asked.node().delegations(asked.caller()).await?;
    let members = asked.node().store().member_list().await?;
    let found = members
        .into_iter()
        .find(|member| Some(member.uuid) == uuid || member.name == name);
    let own = asked.caller().principal.member;
    let asked_for = |id| {
        delegations
            .iter()
            .any(|one| one.member == id && Some(one.delegate) == own)
    };
    found
        .map(|member| member.id)
        .filter(|id| asked_for(*id))
        .ok_or_else(Fault::not_found)
}
