//! Members: who takes part, one of them with whom to reach and its people, and where it stands.

use askama::Template;
use axum::response::Response;
use node::partnership::PersonWish;
use policy::{Action, MemberState, Role};
use store::{Contact, Member, Person};

use super::{done, may, page_again};
use crate::api::ask::{Parameters, member, must};
use crate::api::partnership::administer;
use crate::asked::Asked;
use crate::console::form::Form;
use crate::console::shell::{Shell, encoded};
use crate::console::{on, show};
use crate::problem::Fault;
use crate::query::bad;

/// Lines of a page.
const LINES: usize = 100;

#[derive(Template)]
#[template(path = "console/people/members.html")]
struct ListPage {
    shell: Shell,
    members: Vec<Member>,
    next: Option<String>,
    invites: bool,
    done: Option<&'static str>,
}

/// The members that the caller knows of.
pub(crate) async fn list(asked: Asked) -> Result<Response, Fault> {
    let parameters = Parameters::read(&asked, &["after", "done"])?;
    let after = parameters.one("after")?.unwrap_or_default();
    let members = asked.node().member_page(asked.caller(), after, LINES).await?;
    let last = members.last().filter(|_| members.len() >= LINES);
    show(&ListPage {
        next: last.map(|last| encoded(&last.name)),
        members,
        shell: Shell::of(&asked, "members").await?,
        invites: may(&asked, Action::CreateCommunity),
        done: done(&parameters),
    })
}

#[derive(Template)]
#[template(path = "console/people/member.html")]
struct Page {
    shell: Shell,
    member: Member,
    contacts: Option<Vec<Contact>>,
    /// What it runs, a line for each, or what somebody typed; none where it is not for whoever looks.
    technologies: Option<String>,
    people: Vec<Person>,
    roles: Vec<&'static str>,
    acts: bool,
    gives: bool,
    judges: bool,
    expels: bool,
    takes_two: bool,
    done: Option<&'static str>,
    wrong: Option<String>,
}

impl Page {
    async fn of(asked: &Asked) -> Result<Self, Fault> {
        let (node, caller) = (asked.node(), asked.caller());
        let id = member(asked, asked.param("member")).await?;
        let known = node.members(caller).await?.into_iter().find(|one| one.id == id);
        let found = known.ok_or_else(Fault::not_found)?;
        let sees = may(asked, Action::SeeContacts(id));
        let mut shell = Shell::of(asked, "members").await?;
        shell.address = format!("/members/{}", found.uuid);
        let judges = may(asked, Action::Administer);
        let roles = Role::ALL
            .into_iter()
            .filter(|role| may(asked, Action::ManagePerson(id, *role)));
        Ok(Self {
            shell,
            contacts: match sees {
                true => Some(node.contacts(caller, id).await?),
                false => None,
            },
            technologies: match may(asked, Action::SeeTechnologies(id)) {
                true => Some(node.technologies(caller, id).await?.join("\n")),
                false => None,
            },
            people: match sees {
                true => node.person_page(caller, id, "", LINES).await?,
                false => Vec::new(),
            },
            roles: roles.map(Role::as_str).collect(),
            acts: judges || may(asked, Action::ActFor(id)),
            gives: may(asked, Action::ManagePerson(id, Role::Reader)),
            judges,
            expels: may(asked, Action::Expel(id)) && found.state != MemberState::Left,
            takes_two: node.settings().four_eyes,
            member: found,
            done: None,
            wrong: None,
        })
    }
}

/// One member.
pub(crate) async fn page(asked: Asked) -> Result<Response, Fault> {
    let parameters = Parameters::read(&asked, &["done"])?;
    show(&Page {
        done: done(&parameters),
        ..Page::of(&asked).await?
    })
}

async fn again(asked: &Asked, fault: impl Into<Fault>) -> Result<Response, Fault> {
    page_again(asked, fault, |wrong| async move {
        Ok(Page {
            wrong: Some(wrong),
            ..Page::of(asked).await?
        })
    })
    .await
}

fn back(asked: &Asked, done: &str) -> Result<Response, Fault> {
    on(
        asked,
        &format!("/members/{}?done={done}", encoded(asked.param("member"))),
    )
}

/// Changes where a member stands.
pub(crate) async fn state(mut asked: Asked) -> Result<Response, Fault> {
    let id = member(&asked, asked.param("member")).await?;
    administer(&asked)?;
    let form = Form::read(&mut asked, &["state", "reason"]).await?;
    let state = match form.text("state") {
        "active" => MemberState::Active,
        "suspended" => MemberState::Suspended,
        _ => return again(&asked, bad("bad-state", "choose active or suspended")).await,
    };
    let reason = form.text("reason").trim();
    match asked
        .node()
        .member_state_change(asked.caller(), id, state, reason)
        .await
    {
        Ok(_) => back(&asked, "state"),
        Err(error) => again(&asked, error).await,
    }
}

/// Notes that a contact was reached, and all of it is right.
pub(crate) async fn contact_confirm(asked: Asked) -> Result<Response, Fault> {
    let id = member(&asked, asked.param("member")).await?;
    must(&asked, Action::SeeContacts(id))?;
    let place = asked.param("place").parse().map_err(|_| Fault::not_found())?;
    match asked.node().contact_confirm(asked.caller(), id, place).await {
        Ok(()) => back(&asked, "contact"),
        Err(error) => again(&asked, error).await,
    }
}

/// Says what a member runs.
pub(crate) async fn technologies(mut asked: Asked) -> Result<Response, Fault> {
    let id = member(&asked, asked.param("member")).await?;
    must(&asked, Action::SeeTechnologies(id))?;
    let form = Form::read(&mut asked, &["technologies"]).await?;
    let typed = form.text("technologies");
    let lines = typed.lines().map(str::trim).filter(|line| !line.is_empty());
    let named: Vec<String> = lines.map(str::to_owned).collect();
    match asked.node().technologies_say(asked.caller(), id, &named).await {
        Ok(()) => back(&asked, "technologies"),
        Err(error) => {
            let page = |wrong| async {
                Ok(Page {
                    wrong: Some(wrong),
                    technologies: Some(typed.to_owned()),
                    ..Page::of(&asked).await?
                })
            };
            page_again(&asked, error, page).await
        }
    }
}

/// Names the first or second contact.
pub(crate) async fn contact(mut asked: Asked) -> Result<Response, Fault> {
    let id = member(&asked, asked.param("member")).await?;
    must(&asked, Action::SeeContacts(id))?;
    let fields = ["place", "name", "email", "telephone", "channel", "address"];
    let form = Form::read(&mut asked, &fields).await?;
    let text = |name: &str| form.text(name).trim().to_owned();
    let contact = store::NewContact {
        member: id,
        place: form.text("place").parse().unwrap_or(0),
        name: text("name"),
        email: text("email"),
        telephone: text("telephone"),
        channel: text("channel"),
        address: text("address"),
    };
    match asked.node().contact_put(asked.caller(), &contact).await {
        Ok(()) => back(&asked, "contact"),
        Err(error) => again(&asked, error).await,
    }
}

/// Gives somebody of a member an account.
pub(crate) async fn person(mut asked: Asked) -> Result<Response, Fault> {
    let id = member(&asked, asked.param("member")).await?;
    must(&asked, Action::ManagePerson(id, Role::Reader))?;
    let form = Form::read(&mut asked, &["login", "name", "role", "password"]).await?;
    let Some(role) = Role::parse(form.text("role")) else {
        return again(&asked, bad("bad-role", "choose a role")).await;
    };
    let wish = PersonWish {
        member: id,
        login: form.text("login").trim().to_owned(),
        name: form.text("name").trim().to_owned(),
        role,
        password: Some(form.text("password").to_owned()),
    };
    match asked.node().person_create(asked.caller(), wish).await {
        Ok(_) => back(&asked, "person"),
        Err(error) => again(&asked, error).await,
    }
}
