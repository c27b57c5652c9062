//! Asking organisations in: invitations and their links, who waits for sponsors; and the page that a link leads to.

use askama::Template;
use axum::response::Response;
use http::StatusCode;
use node::membership::{AcceptWish, InvitationSeen, InviteWish, Vetted};
use policy::{Action, Role};
use store::{Community, Invitation, MemberKind};
use uuid::Uuid;

use super::{done, may, page_again};
use crate::api::ask::{Parameters, community, must};
use crate::asked::{Asked, Stranger};
use crate::console::form::Form;
use crate::console::shell::Shell;
use crate::console::{on, show, show_as};
use crate::problem::Fault;
use crate::query::bad;

const LINES: usize = 100;

#[derive(Template)]
#[template(path = "console/people/invitations.html")]
struct Page {
    shell: Shell,
    invitations: Vec<Invitation>,
    vetted: Vec<Vetted>,
    communities: Vec<Community>,
    roles: [Role; 4],
    now: stix::Timestamp,
    link: Option<String>,
    label: String,
    done: Option<&'static str>,
    wrong: Option<String>,
}

impl Page {
    async fn of(asked: &Asked) -> Result<Self, Fault> {
        must(asked, Action::CreateCommunity)?;
        let (node, caller) = (asked.node(), asked.caller());
        let mut communities = node.communities(caller).await?;
        communities.retain(|one| may(asked, Action::Invite(Some(one.id))));
        let mut shell = Shell::of(asked, "members").await?;
        "/invitations".clone_into(&mut shell.address);
        Ok(Self {
            shell,
            invitations: node.invitation_page(caller, None, LINES).await?,
            vetted: node.vetting_page(caller, "", LINES).await?,
            communities,
            roles: [Role::Coordinator, Role::Analyst, Role::Contributor, Role::Reader],
            now: node.now(),
            link: None,
            label: String::new(),
            done: None,
            wrong: None,
        })
    }
}

/// The page.
pub(crate) async fn page(asked: Asked) -> Result<Response, Fault> {
    let parameters = Parameters::read(&asked, &["done"])?;
    show(&Page {
        done: done(&parameters),
        ..Page::of(&asked).await?
    })
}

async fn again(asked: &Asked, fault: impl Into<Fault>, label: &str) -> Result<Response, Fault> {
    page_again(asked, fault, |wrong| async move {
        Ok(Page {
            wrong: Some(wrong),
            label: label.to_owned(),
            ..Page::of(asked).await?
        })
    })
    .await
}

/// Invites; the page that answers shows the link once.
pub(crate) async fn invite(mut asked: Asked) -> Result<Response, Fault> {
    must(&asked, Action::CreateCommunity)?;
    let form = Form::read(&mut asked, &["label", "community", "role", "sponsors", "days"]).await?;
    let to = match form.maybe("community") {
        Some(name) => Some(community(&asked, name).await?),
        None => None,
    };
    must(&asked, Action::Invite(to))?;
    let label = form.text("label").trim().to_owned();
    let Some(role) = Role::parse(form.text("role")) else {
        return again(&asked, bad("bad-role", "choose a role"), &label).await;
    };
    let wish = InviteWish {
        label: label.clone(),
        member: None,
        community: to,
        contributes: true,
        kind: None,
        role,
        sponsors: form.text("sponsors").parse().unwrap_or(-1),
        days: form.text("days").parse().unwrap_or(-1),
    };
    match asked.node().invite(asked.caller(), wish).await {
        Ok(made) => {
            let mut page = Page::of(&asked).await?;
            let outside = asked.app.options().base_url.as_deref();
            page.link = Some(match outside {
                Some(url) => format!("{}/join/{}", url.trim_end_matches('/'), made.token),
                None => page.shell.to(&format!("/join/{}", made.token)),
            });
            show_as(StatusCode::CREATED, &page)
        }
        Err(error) => again(&asked, error, &label).await,
    }
}

/// Takes an invitation back.
pub(crate) async fn withdraw(asked: Asked) -> Result<Response, Fault> {
    must(&asked, Action::CreateCommunity)?;
    let uuid = Uuid::try_parse(asked.param("token")).map_err(|_| Fault::not_found())?;
    asked.node().invitation_withdraw(asked.caller(), uuid).await?;
    on(&asked, "/invitations?done=withdrawn")
}

/// Stands up for a member.
pub(crate) async fn vouch(mut asked: Asked) -> Result<Response, Fault> {
    must(&asked, Action::CreateCommunity)?;
    let form = Form::read(&mut asked, &["note"]).await?;
    let name = asked.param("member");
    let uuid = Uuid::try_parse(name).ok();
    let vetted = asked.node().vetting(asked.caller()).await?;
    let found = vetted.into_iter().find(|one| Some(one.member.uuid) == uuid);
    let member = found.ok_or_else(Fault::not_found)?.member.id;
    match asked
        .node()
        .vouch(asked.caller(), member, form.text("note").trim())
        .await
    {
        Ok(_) => on(&asked, "/invitations?done=vouched"),
        Err(error) => again(&asked, error, "").await,
    }
}

#[derive(Template)]
#[template(path = "console/people/join.html")]
struct JoinPage {
    shell: Shell,
    token: String,
    seen: InvitationSeen,
    kinds: [MemberKind; 7],
    organisation: String,
    name: String,
    login: String,
    wrong: Option<String>,
}

async fn joining(stranger: &Stranger) -> Result<JoinPage, Fault> {
    let asked = &stranger.asked;
    let token = asked.param("token").to_owned();
    let seen = asked.node().invitation_open(&token, stranger.from).await?;
    Ok(JoinPage {
        shell: Shell::plain(&asked.app, &asked.headers, "join"),
        token,
        seen,
        kinds: MemberKind::ALL,
        organisation: String::new(),
        name: String::new(),
        login: String::new(),
        wrong: None,
    })
}

/// What a link of an invitation leads to.
pub(crate) async fn join(stranger: Stranger) -> Result<Response, Fault> {
    show(&joining(&stranger).await?)
}

/// Accepts an invitation.
pub(crate) async fn accept(mut stranger: Stranger) -> Result<Response, Fault> {
    // Said before the body is looked at: a wrong token answers alike whatever is sent.
    let page = joining(&stranger).await?;
    let fields = [
        "organisation",
        "kind",
        "countries",
        "name",
        "login",
        "password",
        "agreement",
    ];
    let form = Form::read(&mut stranger.asked, &fields).await?;
    let text = |name: &str| form.text(name).trim().to_owned();
    let countries = form
        .text("countries")
        .split([',', ' ', ';'])
        .map(str::to_ascii_uppercase);
    let wish = AcceptWish {
        organisation: text("organisation"),
        kind: MemberKind::parse(form.text("kind")),
        sectors: Vec::new(),
        countries: countries.filter(|one| !one.is_empty()).collect(),
        login: text("login"),
        name: text("name"),
        password: form.text("password").to_owned(),
        agreement: form.text("agreement").parse().ok(),
    };
    let node = stranger.asked.node();
    let fault = match node.invitation_accept(&page.token, stranger.from, wish).await {
        Ok(_) => return on(&stranger.asked, "/sign-in"),
        Err(error) => Fault::from(error),
    };
    page_again(&stranger.asked, fault, |wrong| async move {
        Ok(JoinPage {
            wrong: Some(wrong),
            organisation: text("organisation"),
            name: text("name"),
            login: text("login"),
            ..page
        })
    })
    .await
}

fn copied(at: &stix::Timestamp) -> stix::Timestamp {
    *at
}
