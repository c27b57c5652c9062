//! Running the partnership: members, people, communities and who is in them. Who may is decided in `policy`.

use axum::body::Body;
use axum::response::Response;
use http::StatusCode;
use node::partnership::{CommunityWish, MemberWish, PersonWish};
use policy::{Action, CommunityId, Role, decide};
use serde::{Deserialize, Serialize};
use stix::marking::Tlp;
use store::{Community, Member, MemberKind, Person};
use utoipa::ToSchema;

use super::ask::{Parameters, community, json, member};
use super::view::answer;
use crate::asked::Asked;
use crate::problem::Fault;
use crate::query::bad;

/// A member.
#[derive(Serialize, ToSchema)]
pub struct MemberView {
    /// Its identifier here.
    pub uuid: String,
    /// The STIX identity that stands for it.
    pub identity: String,
    /// Its name.
    pub name: String,
    /// What it is, as in `city`.
    pub kind: &'static str,
    /// Its sectors.
    pub sectors: Vec<String>,
    /// Its countries.
    pub countries: Vec<String>,
    /// Where it stands: invited, vetting, active, suspended or left.
    pub state: &'static str,
    /// Whether its people may sign in.
    pub active: bool,
}

impl From<Member> for MemberView {
    fn from(member: Member) -> Self {
        Self {
            uuid: member.uuid.to_string(),
            identity: member.identity,
            name: member.name,
            kind: member.kind.as_str(),
            sectors: member.sectors,
            countries: member.countries,
            state: member.state.as_str(),
            active: member.state.acts(),
        }
    }
}

/// The members that the caller knows of.
#[derive(Serialize, ToSchema)]
pub struct MemberList {
    /// By name.
    pub members: Vec<MemberView>,
    /// The cursor of the next answer; absent when this was all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// The members: for an operator all, for others their own and those in communities that show their members.
#[utoipa::path(get, path = "/api/v1/members", tag = "partnership",
    params(
        ("limit" = Option<usize>, Query, description = "At most so many, 100 where nothing is said, 1000 at the most"),
        ("cursor" = Option<String>, Query, description = "The `next` of an earlier answer"),
    ),
    responses((status = 200, body = MemberList), (status = 400)))]
pub async fn members(asked: Asked) -> Result<Response, Fault> {
    let wish = Parameters::read(&asked, &["limit", "cursor"])?.page()?;
    let page = asked
        .node()
        .member_page(asked.caller(), wish.after(), wish.limit)
        .await?;
    let next = wish.next(&page, |last| last.name.clone());
    let members = page.into_iter().map(MemberView::from).collect();
    answer(StatusCode::OK, &MemberList { members, next })
}

/// A member to be taken in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewMemberView {
    /// Its name, unique here.
    pub name: String,
    /// What it is: government, cert, city, operator, technology-company, research, university.
    pub kind: String,
    /// Its sectors, in the words of the STIX industry-sector vocabulary.
    #[serde(default)]
    pub sectors: Vec<String>,
    /// Its countries, ISO 3166-1 alpha-2.
    #[serde(default)]
    pub countries: Vec<String>,
    /// Name or UUID of the member whose client it is.
    pub provider: Option<String>,
}

/// Takes in a member.
#[utoipa::path(post, path = "/api/v1/members", tag = "partnership", request_body = NewMemberView,
    responses((status = 201, body = MemberView), (status = 403), (status = 409), (status = 422)))]
pub async fn member_create(mut asked: Asked) -> Result<Response, Fault> {
    administer(&asked)?;
    let wish: NewMemberView = json(&mut asked).await?;
    let kind = MemberKind::parse(&wish.kind).ok_or_else(|| {
        let kinds = MemberKind::ALL.map(MemberKind::as_str).join(", ");
        bad("bad-kind", format!("'kind' must be one of {kinds}"))
    })?;
    let provider = match &wish.provider {
        Some(name) => Some(member(&asked, name).await?),
        None => None,
    };
    let wish = MemberWish {
        name: wish.name,
        kind,
        sectors: wish.sectors,
        countries: wish.countries,
        provider,
        identity: None,
    };
    let made = asked.node().member_create(asked.caller(), wish).await?;
    answer(StatusCode::CREATED, &MemberView::from(made))
}

/// A person to be given an account.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPersonView {
    /// Name or UUID of the member they act for.
    pub member: String,
    /// What they type to sign in.
    pub login: String,
    /// Their name.
    pub name: String,
    /// reader, contributor, analyst, coordinator or operator.
    pub role: String,
    /// Their password; without one they sign in with keys or certificates.
    pub password: Option<String>,
}

/// A person.
#[derive(Serialize, ToSchema)]
pub struct PersonView {
    /// Whether they may sign in.
    pub active: bool,
    /// What they type to sign in.
    pub login: String,
    /// Their name.
    pub name: String,
    /// The highest role held.
    pub role: &'static str,
}

/// Gives a person an account: a coordinator to one of their own member, up to their own role; an operator to anybody.
#[utoipa::path(post, path = "/api/v1/people", tag = "partnership", request_body = NewPersonView,
    responses((status = 201, body = PersonView), (status = 403), (status = 404), (status = 409), (status = 422)))]
pub async fn person_create(mut asked: Asked) -> Result<Response, Fault> {
    // Who may give no role to anybody learns nothing of what was sent.
    let own = asked.caller().principal.member.ok_or_else(Fault::not_found)?;
    decide(&asked.caller().principal, Action::ManagePerson(own, Role::Reader)).map_err(refused)?;
    let wish: NewPersonView = json(&mut asked).await?;
    let role = Role::parse(&wish.role).ok_or_else(|| {
        let roles = Role::ALL.map(Role::as_str).join(", ");
        bad("bad-role", format!("'role' must be one of {roles}"))
    })?;
    let member = member(&asked, &wish.member).await?;
    let wish = PersonWish {
        member,
        login: wish.login,
        name: wish.name,
        role,
        password: wish.password,
    };
    let made = asked.node().person_create(asked.caller(), wish).await?;
    answer(StatusCode::CREATED, &PersonView::from(made))
}

impl From<Person> for PersonView {
    fn from(person: Person) -> Self {
        Self {
            active: person.active,
            login: person.login,
            name: person.name,
            role: person.role.as_str(),
        }
    }
}

/// A community.
#[derive(Serialize, ToSchema)]
pub struct CommunityView {
    /// Its identifier; also that of its TAXII collection.
    pub uuid: String,
    /// Its name in addresses.
    pub alias: String,
    /// Its name.
    pub title: String,
    /// What it is for.
    pub purpose: String,
    /// Whether the caller's member is in it.
    pub belongs: bool,
    /// Whether the caller may share into it.
    pub can_write: bool,
}

/// The communities that the caller may know of.
#[derive(Serialize, ToSchema)]
pub struct CommunityList {
    /// By alias.
    pub communities: Vec<CommunityView>,
    /// The cursor of the next answer; absent when this was all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// The communities that the caller may know of: their member's, public ones, and for an operator all.
#[utoipa::path(get, path = "/api/v1/communities", tag = "partnership",
    params(
        ("limit" = Option<usize>, Query, description = "At most so many, 100 where nothing is said, 1000 at the most"),
        ("cursor" = Option<String>, Query, description = "The `next` of an earlier answer"),
    ),
    responses((status = 200, body = CommunityList), (status = 400)))]
pub async fn communities(asked: Asked) -> Result<Response, Fault> {
    let principal = &asked.caller().principal;
    let wish = Parameters::read(&asked, &["limit", "cursor"])?.page()?;
    let communities = asked
        .node()
        .community_page(asked.caller(), wish.after(), wish.limit)
        .await?;
    let next = wish.next(&communities, |last| last.alias.clone());
    let view = |community: Community| CommunityView {
        can_write: decide(principal, Action::Contribute(community.id)).is_ok(),
        belongs: principal.communities.contains(&community.id),
        uuid: community.uuid.to_string(),
        alias: community.alias,
        title: community.title,
        purpose: community.purpose,
    };
    answer(
        StatusCode::OK,
        &CommunityList {
            communities: communities.into_iter().map(view).collect(),
            next,
        },
    )
}

/// A community to be made.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewCommunityView {
    /// Its name in addresses: a-z, 0-9 and hyphens.
    pub alias: String,
    /// Its name.
    pub title: String,
    /// What it is for.
    pub purpose: String,
    /// Name or UUID of the accountable member; the caller's own where nothing is said.
    pub owner: Option<String>,
    /// Whether every member may know that it exists.
    #[serde(default)]
    pub public: bool,
    /// Whether its members are hidden from each other.
    #[serde(default)]
    pub hides_members: bool,
    /// The colour of what comes in without one; green where nothing is said.
    pub default_tlp: Option<String>,
    /// The strictest colour it takes; red where nothing is said.
    pub strictest_tlp: Option<String>,
}

/// Makes a community; its owner is its first member.
#[utoipa::path(post, path = "/api/v1/communities", tag = "partnership", request_body = NewCommunityView,
    responses((status = 201, body = CommunityView), (status = 403), (status = 409), (status = 422)))]
pub async fn community_create(mut asked: Asked) -> Result<Response, Fault> {
    decide(&asked.caller().principal, Action::CreateCommunity).map_err(refused)?;
    let wish: NewCommunityView = json(&mut asked).await?;
    let owner = match &wish.owner {
        Some(name) => member(&asked, name).await?,
        None => asked.caller().principal.member.ok_or_else(Fault::not_found)?,
    };
    let wish = CommunityWish {
        alias: wish.alias,
        title: wish.title,
        purpose: wish.purpose,
        owner,
        public: wish.public,
        hides_members: wish.hides_members,
        default_tlp: tlp(wish.default_tlp.as_deref(), Tlp::Green)?,
        strictest_tlp: tlp(wish.strictest_tlp.as_deref(), Tlp::Red)?,
    };
    let made = asked.node().community_create(asked.caller(), wish).await?;
    let view = CommunityView {
        uuid: made.uuid.to_string(),
        alias: made.alias,
        title: made.title,
        purpose: made.purpose,
        belongs: Some(owner) == asked.caller().principal.member,
        can_write: Some(owner) == asked.caller().principal.member,
    };
    answer(StatusCode::CREATED, &view)
}

pub(crate) fn tlp(text: Option<&str>, otherwise: Tlp) -> Result<Tlp, Fault> {
    let Some(text) = text else { return Ok(otherwise) };
    Tlp::parse(text).ok_or_else(|| bad("bad-tlp", "a colour is clear, green, amber, amber+strict or red"))
}

/// What a member may do in a community.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MembershipView {
    /// Whether it may share there.
    #[serde(default)]
    pub contributes: bool,
    /// Whether it runs the community.
    #[serde(default)]
    pub coordinates: bool,
}

/// Takes a member into a community, or changes what it may do there.
#[utoipa::path(put, path = "/api/v1/communities/{community}/members/{member}", tag = "partnership",
    request_body = MembershipView,
    params(("community" = String, Path, description = "Alias or UUID"), ("member" = String, Path, description = "Name or UUID")),
    responses((status = 204), (status = 403), (status = 404)))]
pub async fn membership_set(mut asked: Asked) -> Result<Response, Fault> {
    let community = managed(&asked).await?;
    let member = member(&asked, asked.param("member")).await?;
    let wish: MembershipView = json(&mut asked).await?;
    asked
        .node()
        .membership_set(asked.caller(), community, member, wish.contributes, wish.coordinates)
        .await?;
    Ok(nothing())
}

/// Takes a member out of a community; it sees nothing more there from the next request on.
#[utoipa::path(delete, path = "/api/v1/communities/{community}/members/{member}", tag = "partnership",
    params(("community" = String, Path, description = "Alias or UUID"), ("member" = String, Path, description = "Name or UUID")),
    responses((status = 204), (status = 403), (status = 404)))]
pub async fn membership_end(asked: Asked) -> Result<Response, Fault> {
    let community = community(&asked, asked.param("community")).await?;
    let member = member(&asked, asked.param("member")).await?;
    asked.node().membership_end(asked.caller(), community, member).await?;
    Ok(nothing())
}

/// The community of the path, where the caller may change it. Said before the body is looked at, so that a community
/// that is hidden and one that does not exist answer alike whatever is sent.
pub(crate) async fn managed(asked: &Asked) -> Result<CommunityId, Fault> {
    let community = community(asked, asked.param("community")).await?;
    decide(&asked.caller().principal, Action::ManageCommunity(community)).map_err(refused)?;
    Ok(community)
}

pub(crate) fn administer(asked: &Asked) -> Result<(), Fault> {
    decide(&asked.caller().principal, Action::Administer).map_err(refused)
}

pub(crate) fn refused(refusal: policy::Refusal) -> Fault {
    Fault::from(node::Error::refused(refusal, ""))
}

/// Done, and nothing to say.
pub(crate) fn nothing() -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    response
}
