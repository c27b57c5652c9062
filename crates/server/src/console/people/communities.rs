//! Communities: what each is for and its charter, who is in it, what waits for its moderators, who answers for it.

use askama::Template;
use axum::response::Response;

use node::communities::{CharterInForce, HeldDecision, OnLeaving};
use policy::{Action, CommunityId};
use store::{Community, Member, Membership};
use uuid::Uuid;

use super::{done, may, page_again};
use crate::api::ask::{Parameters, community, member, must};
use crate::api::partnership::managed;
use crate::asked::Asked;
use crate::console::form::Form;
use crate::console::shell::{Shell, encoded};
use crate::console::{on, show};
use crate::problem::Fault;
use crate::query::bad;

/// Things that wait and are shown on one page.
const WAITING: usize = 25;
/// Characters of an object that waits which are shown.
const OBJECT_SHOWN: usize = 4_000;

#[derive(Template)]
#[template(path = "console/people/communities.html")]
struct ListPage {
    shell: Shell,
    communities: Vec<Line>,
    done: Option<&'static str>,
}

/// A community in the list.
struct Line {
    community: Community,
    belongs: bool,
    can_write: bool,
    is_offered: bool,
}

/// The communities that the caller may know of.
pub(crate) async fn list(asked: Asked) -> Result<Response, Fault> {
    let parameters = Parameters::read(&asked, &["done"])?;
    let (node, caller) = (asked.node(), asked.caller());
    let own = caller.principal.member;
    let offers = node.handovers(caller).await?;
    let line = |community: Community| Line {
        belongs: caller.principal.communities.contains(&community.id),
        can_write: may(&asked, Action::Contribute(community.id)),
        is_offered: offers
            .iter()
            .any(|offer| offer.community == community.id && Some(offer.member) == own),
        community,
    };
    show(&ListPage {
        communities: node.communities(caller).await?.into_iter().map(line).collect(),
        shell: Shell::of(&asked, "communities").await?,
        done: done(&parameters),
    })
}

/// Something that waits for moderators.
struct Waiting {
    uuid: Uuid,
    id: String,
    member: Option<String>,
    tlp: &'static str,
    since: stix::Timestamp,
    takes_two: bool,
    object: String,
}

#[derive(Template)]
#[template(path = "console/people/community.html")]
struct Page {
    shell: Shell,
    community: Community,
    charter: CharterInForce,
    members: Option<Vec<(Member, Membership)>>,
    waiting: Option<Vec<Waiting>>,
    others: Vec<Member>,
    manages: bool,
    hands_over: bool,
    leaves: bool,
    offered: Option<String>,
    done: Option<&'static str>,
    wrong: Option<String>,
}

impl Page {
    async fn of(asked: &Asked, name: &str) -> Result<Self, Fault> {
        let (node, caller) = (asked.node(), asked.caller());
        let id = community(asked, name).await?;
        let charter = node.charter(caller, id).await?;
        let known = node.communities(caller).await?.into_iter().find(|one| one.id == id);
        let found = known.ok_or_else(Fault::not_found)?;
        let others = node.members(caller).await?;
        let is_ours = caller.principal.member == Some(found.owner);
        let offers = node.handovers(caller).await?;
        let offer = offers.iter().find(|offer| offer.community == id);
        let offered = offer.and_then(|offer| others.iter().find(|member| member.id == offer.member));
        let mut shell = Shell::of(asked, "communities").await?;
        shell.address = format!("/communities/{}", found.alias);
        let waiting = match may(asked, Action::Moderate(id)) {
            true => Some(waiting(asked, id, &others).await?),
            false => None,
        };
        let belongs = caller.principal.communities.contains(&id);
        Ok(Self {
            shell,
            charter,
            members: node.community_members(caller, id).await?,
            waiting,
            manages: may(asked, Action::ManageCommunity(id)),
            hands_over: is_ours && may(asked, Action::HandOver(found.owner)),
            leaves: belongs && !is_ours && may(asked, Action::LeaveCommunity(id)),
            offered: offered.map(|member| member.name.clone()),
            others: others.into_iter().filter(|member| member.state.acts()).collect(),
            community: found,
            done: None,
            wrong: None,
        })
    }
}

async fn waiting(asked: &Asked, id: CommunityId, members: &[Member]) -> Result<Vec<Waiting>, Fault> {
    let found = asked.node().held_waiting(asked.caller(), id, None, WAITING).await?;
    let name = |id| {
        members
            .iter()
            .find(|member| member.id == id)
            .map(|one| one.name.clone())
    };
    let four_eyes = asked.node().settings().four_eyes;
    let shown = found.into_iter().map(|one| Waiting {
        takes_two: four_eyes && policy::action::takes_two(Action::Release(id, one.held.terms.tlp)),
        uuid: one.held.terms.uuid,
        id: one.held.terms.object,
        member: one.member.and_then(name),
        tlp: one.held.terms.tlp.label(),
        since: one.held.since,
        object: one.object.get().chars().take(OBJECT_SHOWN).collect(),
    });
    Ok(shown.collect())
}

/// One community.
pub(crate) async fn page(asked: Asked) -> Result<Response, Fault> {
    let parameters = Parameters::read(&asked, &["done"])?;
    let name = asked.param("community");
    show(&Page {
        done: done(&parameters),
        ..Page::of(&asked, name).await?
    })
}

async fn again(asked: &Asked, fault: impl Into<Fault>, name: &str) -> Result<Response, Fault> {
    page_again(asked, fault, |wrong| async move {
        Ok(Page {
            wrong: Some(wrong),
            ..Page::of(asked, name).await?
        })
    })
    .await
}

fn back(asked: &Asked, name: &str, done: &str) -> Result<Response, Fault> {
    on(asked, &format!("/communities/{}?done={done}", encoded(name)))
}

/// Lets something that waits through, or refuses it.
pub(crate) async fn decide_held(mut asked: Asked) -> Result<Response, Fault> {
    must(&asked, Action::CreateCommunity)?;
    let held = Uuid::try_parse(asked.param("held")).map_err(|_| Fault::not_found())?;
    let form = Form::read(&mut asked, &["decision", "reason"]).await?;
    let name = asked.param("community");
    let decision = match form.text("decision") {
        "release" => HeldDecision::Release,
        "refuse" => HeldDecision::Refuse(form.text("reason").trim().to_owned()),
        _ => return again(&asked, bad("bad-decision", "release it or refuse it"), name).await,
    };
    let word = match decision {
        HeldDecision::Release => "released",
        HeldDecision::Refuse(_) => "refused",
    };
    match asked.node().held_decide(asked.caller(), held, decision).await {
        Ok(_) => back(&asked, name, word),
        Err(error) => again(&asked, error, name).await,
    }
}

/// Offers the community to another member.
pub(crate) async fn hand_over(mut asked: Asked) -> Result<Response, Fault> {
    let community = managed(&asked).await?;
    let form = Form::read(&mut asked, &["to"]).await?;
    let to = member(&asked, form.text("to")).await?;
    let name = asked.param("community");
    match asked.node().handover_offer(asked.caller(), community, to).await {
        Ok(()) => back(&asked, name, "offered"),
        Err(error) => again(&asked, error, name).await,
    }
}

/// Takes over a community that was offered.
pub(crate) async fn take_over(asked: Asked) -> Result<Response, Fault> {
    must(&asked, Action::CreateCommunity)?;
    let id = community(&asked, asked.param("community")).await?;
    asked.node().handover_accept(asked.caller(), id).await?;
    on(&asked, "/communities?done=taken-over")
}

/// Takes a member in, or changes what it may do there.
pub(crate) async fn membership(mut asked: Asked) -> Result<Response, Fault> {
    let community = managed(&asked).await?;
    let form = Form::read(&mut asked, &["member", "contributes", "coordinates"]).await?;
    let member = member(&asked, form.text("member")).await?;
    let (contributes, coordinates) = (form.is_ticked("contributes"), form.is_ticked("coordinates"));
    let name = asked.param("community");
    let set = asked
        .node()
        .membership_set(asked.caller(), community, member, contributes, coordinates);
    match set.await {
        Ok(()) => back(&asked, name, "membership"),
        Err(error) => again(&asked, error, name).await,
    }
}

/// Takes a member out; one's own leaves.
pub(crate) async fn membership_end(asked: Asked) -> Result<Response, Fault> {
    let name = asked.param("community");
    let id = community(&asked, name).await?;
    let member = member(&asked, asked.param("member")).await?;
    match asked.node().membership_end(asked.caller(), id, member).await {
        Ok(()) if asked.caller().principal.member == Some(member) => on(&asked, "/communities?done=membership"),
        Ok(()) => back(&asked, name, "membership"),
        Err(error) => again(&asked, error, name).await,
    }
}

fn status_of(member: &Member) -> &'static str {
    member.state.as_str()
}

fn stays(on_leaving: &OnLeaving) -> bool {
    *on_leaving == OnLeaving::Stays
}

fn own_member<'m>(others: &'m [Member], shell: &Shell) -> Option<&'m Member> {
    others.iter().find(|member| Some(&member.name) == shell.member.as_ref())
}
