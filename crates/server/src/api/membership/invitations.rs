//! Invitations, opened and accepted without an account, and the vetting of who came by one.

use axum::response::Response;
use http::StatusCode;
use node::membership::{AcceptWish, InviteWish, Vetted};
use policy::{Action, Role};
use serde::{Deserialize, Serialize};
use stix::Timestamp;
use store::{Invitation, MemberKind};
use utoipa::ToSchema;
use uuid::Uuid;

use super::agreements::AgreementView;
use super::role;
use crate::api::ask::{Parameters, community, json, member, must};
use crate::api::partnership::{MemberView, nothing};
use crate::api::view::answer;
use crate::asked::{Asked, Stranger};
use crate::problem::Fault;
use crate::query::bad;

fn kind(text: &str) -> Result<MemberKind, Fault> {
    MemberKind::parse(text).ok_or_else(|| {
        let kinds = MemberKind::ALL.map(MemberKind::as_str).join(", ");
        bad("bad-kind", format!("'kind' must be one of {kinds}"))
    })
}

/// An invitation to be made.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewInvitationView {
    /// Whom it is for, as a note for those who invite.
    pub label: String,
    /// Alias or UUID of the community it leads to; none needs the role operator.
    pub community: Option<String>,
    /// Whether the member may share there; it may where nothing is said.
    #[serde(default = "yes")]
    pub contributes: bool,
    /// The kind of member; the invited says it where nothing is said.
    pub kind: Option<String>,
    /// The role of the first person, coordinator at the most; coordinator where nothing is said.
    #[serde(default = "coordinator")]
    pub role: String,
    /// How many members have to stand up for it: 0, 1 or 2; one where nothing is said.
    #[serde(default = "one")]
    pub sponsors: i64,
    /// Days until it ends, 1 to 90; 14 where nothing is said.
    #[serde(default = "fortnight")]
    pub days: i64,
    /// Name or UUID of a member that was entered before and is asked in, for an operator.
    pub member: Option<String>,
}

fn yes() -> bool {
    true
}

fn coordinator() -> String {
    Role::Coordinator.as_str().to_owned()
}

fn one() -> i64 {
    1
}

fn fortnight() -> i64 {
    14
}

/// An invitation.
#[derive(Serialize, ToSchema)]
pub struct InvitationView {
    /// Its name, with which it is taken back.
    pub uuid: String,
    /// Whom it is for.
    pub label: String,
    /// The role of the first person.
    pub role: &'static str,
    /// How many members have to stand up.
    pub sponsors: i64,
    /// When it was made.
    pub created: String,
    /// Until when it can be accepted.
    pub expires: String,
    /// When it was accepted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accepted: Option<String>,
    /// When it was taken back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub withdrawn: Option<String>,
    /// The secret of a new one: here, now, and never again. The address `/api/v1/invitations/{token}` is the link.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
}

impl InvitationView {
    fn new(invitation: Invitation, token: Option<String>) -> Self {
        let text = |time: Option<Timestamp>| time.map(|time| time.to_string());
        Self {
            uuid: invitation.terms.uuid.to_string(),
            label: invitation.terms.label,
            role: invitation.terms.role.as_str(),
            sponsors: invitation.terms.sponsors,
            created: invitation.created.to_string(),
            expires: invitation.terms.expires.to_string(),
            accepted: text(invitation.accepted),
            withdrawn: text(invitation.withdrawn),
            token,
        }
    }
}

/// Invitations.
#[derive(Serialize, ToSchema)]
pub struct InvitationList {
    /// The newest first.
    pub invitations: Vec<InvitationView>,
    /// The cursor of the next answer; absent when this was all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// Invites an organisation; the token is in this answer and nowhere else.
#[utoipa::path(post, path = "/api/v1/invitations", tag = "membership", request_body = NewInvitationView,
    responses((status = 201, body = InvitationView), (status = 403), (status = 404), (status = 422)))]
pub async fn invite(mut asked: Asked) -> Result<Response, Fault> {
    must(&asked, Action::CreateCommunity)?;
    let wish: NewInvitationView = json(&mut asked).await?;
    let community = match &wish.community {
        Some(name) => Some(community(&asked, name).await?),
        None => None,
    };
    must(&asked, Action::Invite(community))?;
    let wish = InviteWish {
        label: wish.label,
        member: match &wish.member {
            Some(name) => Some(member(&asked, name).await?),
            None => None,
        },
        community,
        contributes: wish.contributes,
        kind: wish.kind.as_deref().map(kind).transpose()?,
        role: role(&wish.role)?,
        sponsors: wish.sponsors,
        days: wish.days,
    };
    let made = asked.node().invite(asked.caller(), wish).await?;
    answer(
        StatusCode::CREATED,
        &InvitationView::new(made.invitation, Some(made.token)),
    )
}

/// The invitations of one's own member; for an operator all.
#[utoipa::path(get, path = "/api/v1/invitations", tag = "membership",
    params(
        ("limit" = Option<usize>, Query, description = "At most so many, 100 where nothing is said, 1000 at the most"),
        ("cursor" = Option<String>, Query, description = "The `next` of an earlier answer"),
    ),
    responses((status = 200, body = InvitationList), (status = 400), (status = 403)))]
pub async fn invitations(asked: Asked) -> Result<Response, Fault> {
    must(&asked, Action::CreateCommunity)?;
    let wish = Parameters::read(&asked, &["limit", "cursor"])?.page()?;
    let before = wish.number()?;
    let page = asked.node().invitation_page(asked.caller(), before, wish.limit).await?;
    let next = wish.next(&page, |last| last.id.0.to_string());
    let invitations = page.into_iter().map(|one| InvitationView::new(one, None)).collect();
    answer(StatusCode::OK, &InvitationList { invitations, next })
}

/// Takes an invitation back, by its UUID.
#[utoipa::path(delete, path = "/api/v1/invitations/{token}", tag = "membership",
    params(("token" = String, Path, description = "Here the UUID of the invitation, not its token")),
    responses((status = 204), (status = 403), (status = 404)))]
pub async fn withdraw(asked: Asked) -> Result<Response, Fault> {
    must(&asked, Action::CreateCommunity)?;
    let uuid = Uuid::try_parse(asked.param("token")).map_err(|_| Fault::not_found())?;
    asked.node().invitation_withdraw(asked.caller(), uuid).await?;
    Ok(nothing())
}

/// What whoever holds a token sees.
#[derive(Serialize, ToSchema)]
pub struct OpenedView {
    /// The member that invites.
    pub invited_by: String,
    /// Until when it can be accepted.
    pub expires: String,
    /// The agreement to accept, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agreement: Option<AgreementView>,
}

/// Opens an invitation; needs no account. A token that is wrong, used, expired or taken back is one that does not exist.
#[utoipa::path(get, path = "/api/v1/invitations/{token}", tag = "membership", security(()),
    params(("token" = String, Path, description = "The token of the invitation")),
    responses((status = 200, body = OpenedView), (status = 404), (status = 429, description = "Too many wrong tokens from this address")))]
pub async fn open(stranger: Stranger) -> Result<Response, Fault> {
    let asked = &stranger.asked;
    let seen = asked
        .node()
        .invitation_open(asked.param("token"), stranger.from)
        .await?;
    let view = OpenedView {
        invited_by: seen.by,
        expires: seen.expires.to_string(),
        agreement: seen.agreement.map(AgreementView::from),
    };
    answer(StatusCode::OK, &view)
}

/// Who accepts an invitation.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AcceptView {
    /// The name of the organisation.
    pub organisation: String,
    /// What it is; needed where the invitation does not say it.
    pub kind: Option<String>,
    /// Its sectors, in the words of the STIX industry-sector vocabulary.
    #[serde(default)]
    pub sectors: Vec<String>,
    /// Its countries, ISO 3166-1 alpha-2.
    #[serde(default)]
    pub countries: Vec<String>,
    /// What its first person types to sign in.
    pub login: String,
    /// The name of that person, who accepts the agreement.
    pub name: String,
    /// Their password, twelve characters at the least.
    pub password: String,
    /// The number of the agreement that they read and accept; needed where there is one.
    pub agreement: Option<i64>,
}

/// Accepts an invitation; needs no account, and makes one. Where members have to stand up first, it lets in afterwards.
#[utoipa::path(post, path = "/api/v1/invitations/{token}/accept", tag = "membership", security(()),
    params(("token" = String, Path, description = "The token of the invitation")), request_body = AcceptView,
    responses((status = 201, body = MemberView), (status = 404), (status = 409, description = "The name or login is taken"), (status = 422), (status = 429)))]
pub async fn accept(mut stranger: Stranger) -> Result<Response, Fault> {
    let token = stranger.asked.param("token").to_owned();
    // Said before the body is looked at: a wrong token answers alike whatever is sent.
    stranger.asked.node().invitation_open(&token, stranger.from).await?;
    let wish: AcceptView = json(&mut stranger.asked).await?;
    let wish = AcceptWish {
        organisation: wish.organisation,
        kind: wish.kind.as_deref().map(kind).transpose()?,
        sectors: wish.sectors,
        countries: wish.countries,
        login: wish.login,
        name: wish.name,
        password: wish.password,
        agreement: wish.agreement,
    };
    let node = stranger.asked.node();
    let (member, _) = node.invitation_accept(&token, stranger.from, wish).await?;
    answer(StatusCode::CREATED, &MemberView::from(member))
}

/// A member that is being vetted.
#[derive(Serialize, ToSchema)]
pub struct VettedView {
    /// The member.
    pub member: MemberView,
    /// How many have to stand up for it.
    pub wanted: i64,
    /// How many did.
    pub vouches: usize,
}

impl From<Vetted> for VettedView {
    fn from(vetted: Vetted) -> Self {
        Self {
            wanted: vetted.wanted,
            vouches: vetted.vouches.len(),
            member: MemberView::from(vetted.member),
        }
    }
}

/// Members that are being vetted.
#[derive(Serialize, ToSchema)]
pub struct VettedList {
    /// By name.
    pub members: Vec<VettedView>,
    /// The cursor of the next answer; absent when this was all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// The members that wait for somebody to stand up for them, as far as the caller may.
#[utoipa::path(get, path = "/api/v1/vetting", tag = "membership",
    params(
        ("limit" = Option<usize>, Query, description = "At most so many, 100 where nothing is said, 1000 at the most"),
        ("cursor" = Option<String>, Query, description = "The `next` of an earlier answer"),
    ),
    responses((status = 200, body = VettedList), (status = 400), (status = 403)))]
pub async fn vetting(asked: Asked) -> Result<Response, Fault> {
    must(&asked, Action::CreateCommunity)?;
    let wish = Parameters::read(&asked, &["limit", "cursor"])?.page()?;
    let page = asked
        .node()
        .vetting_page(asked.caller(), wish.after(), wish.limit)
        .await?;
    let next = wish.next(&page, |last| last.member.name.clone());
    let members = page.into_iter().map(VettedView::from).collect();
    answer(StatusCode::OK, &VettedList { members, next })
}

/// What somebody says who stands up for a member.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct VouchView {
    /// Why; the ledger keeps it.
    #[serde(default)]
    pub note: String,
}

/// Stands up for a member that is being vetted, in the name of one's own.
#[utoipa::path(post, path = "/api/v1/members/{member}/vouch", tag = "membership", request_body = VouchView,
    params(("member" = String, Path, description = "Name or UUID")),
    responses((status = 200, body = MemberView), (status = 403), (status = 404), (status = 409)))]
pub async fn vouch(mut asked: Asked) -> Result<Response, Fault> {
    must(&asked, Action::CreateCommunity)?;
    let name = asked.param("member").to_owned();
    let uuid = Uuid::try_parse(&name).ok();
    let vetted = asked.node().vetting(asked.caller()).await?;
    let found = vetted
        .into_iter()
        .find(|one| Some(one.member.uuid) == uuid || one.member.name == name);
    let member = found.ok_or_else(Fault::not_found)?.member.id;
    let said: VouchView = json(&mut asked).await?;
    let member = asked.node().vouch(asked.caller(), member, &said.note).await?;
    answer(StatusCode::OK, &MemberView::from(member))
}
