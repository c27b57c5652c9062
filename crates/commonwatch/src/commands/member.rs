//! `commonwatch member`: organisations and their people.

use std::path::Path;

use node::partnership::{MemberWish, PersonWish};
use policy::MemberState;
use serde_json::json;
use store::{Member, MemberKind, NoticeWish, Person};

use super::membership;
use super::share::member as find_member;
use crate::cli::{Global, MemberCommand};
use crate::context::Local;
use crate::failure::{self, Failure, Kind};
use crate::output::Output;

/// Does what was asked of members.
pub async fn run(local: &Local, global: &Global, command: MemberCommand, output: Output) -> Result<(), Failure> {
    let caller = local.caller(global).await?;
    match command {
        MemberCommand::More(command) => membership::member(local, &caller, command, output).await,
        MemberCommand::List => list(local, &local.node.members(&caller).await?, output).await,
        MemberCommand::Add {
            name,
            kind,
            sectors,
            countries,
            client_of,
        } => {
            let kind = MemberKind::parse(&kind).ok_or_else(|| {
                let kinds = MemberKind::ALL.map(MemberKind::as_str).join(", ");
                Failure::input(format!("'{kind}' is not a kind of member")).help(format!("one of {kinds}"))
            })?;
            let provider = match client_of {
                Some(name) => Some(find_member(local, &name).await?),
                None => None,
            };
            let wish = MemberWish {
                name,
                kind,
                sectors,
                countries,
                provider,
                identity: None,
            };
            let member = local.node.member_create(&caller, wish).await?;
            if output.is_json() {
                output.json_line(&described(&member));
            }
            output.say(&format!(
                "{} is a member; give its people accounts with 'commonwatch member person'",
                member.name
            ));
            Ok(())
        }
        MemberCommand::Suspend { name } => {
            membership::change_state(local, &caller, &name, MemberState::Suspended, "", output).await
        }
        MemberCommand::Resume { name } => {
            membership::change_state(local, &caller, &name, MemberState::Active, "", output).await
        }
        MemberCommand::Person {
            member,
            login,
            name,
            role,
            password_file,
        } => {
            let role = membership::role(&role)?;
            let (password, is_fresh) = password(local, password_file.as_deref())?;
            let wish = PersonWish {
                member: find_member(local, &member).await?,
                name: name.unwrap_or_else(|| login.clone()),
                login,
                role,
                password: Some(password.clone()),
            };
            let person = local.node.person_create(&caller, wish).await?;
            let shown = is_fresh.then_some(password);
            if output.is_json() {
                output.json_line(&json!({ "login": person.login, "role": person.role.as_str(), "password": shown }));
            }
            output.say(&format!("{} may sign in as {}", person.login, person.role.as_str()));
            if let Some(password) = shown {
                output.say(&format!("password, shown this once: {password}"));
            }
            Ok(())
        }
        MemberCommand::Notices { login, email, how } => {
            let person = person(local, &login).await?;
            let wish = NoticeWish::parse(&how).ok_or_else(|| {
                Failure::input(format!("'{how}' is no way to be told")).help("at-once, daily or none")
            })?;
            local.node.notices_set(&caller, person.id, email.clone(), wish).await?;
            if output.is_json() {
                output.json_line(&json!({ "login": login, "email": email, "notices": wish.as_str() }));
            }
            output.say(&match email {
                Some(email) => format!("{login} is told at {email}, {how}"),
                None => format!("{login} is told nothing by e-mail"),
            });
            Ok(())
        }
        MemberCommand::Password { login, password_file } => {
            let person = person(local, &login).await?;
            let (password, is_fresh) = password(local, password_file.as_deref())?;
            local.node.password_change(&caller, person.id, &password).await?;
            let shown = is_fresh.then_some(password);
            if output.is_json() {
                output.json_line(&json!({ "login": login, "password": shown }));
            }
            output.say(&format!("the old password of {login} is no longer valid"));
            if let Some(password) = shown {
                output.say(&format!("password, shown this once: {password}"));
            }
            Ok(())
        }
    }
}

async fn person(local: &Local, login: &str) -> Result<Person, Failure> {
    let found = local.node.store().person_by_login(login).await?;
    found.ok_or_else(|| {
        Failure::new(Kind::Refused, format!("there is no person with the login '{login}'"))
            .help("'commonwatch member list' shows who there is")
    })
}

/// The password in a file, or a fresh one; says which.
fn password(local: &Local, file: Option<&Path>) -> Result<(String, bool), Failure> {
    let Some(path) = file else {
        return Ok((local.node.fresh_password(), true));
    };
    let text = std::fs::read_to_string(path).map_err(|error| failure::file("read", path, &error))?;
    Ok((text.trim_end().to_owned(), false))
}

fn described(member: &Member) -> serde_json::Value {
    json!({
        "uuid": member.uuid, "name": member.name, "kind": member.kind.as_str(), "sectors": member.sectors, "countries": member.countries,
        "identity": member.identity, "state": member.state.as_str(),
    })
}

async fn list(local: &Local, members: &[Member], output: Output) -> Result<(), Failure> {
    if output.is_json() {
        for member in members {
            output.json_line(&described(member));
        }
        return Ok(());
    }
    let mut rows = Vec::new();
    for member in members {
        let people = local.node.store().person_list(Some(member.id)).await?;
        rows.push(vec![
            member.name.clone(),
            member.kind.as_str().to_owned(),
            member.sectors.join(", "),
            people
                .iter()
                .map(|person| person.login.as_str())
                .collect::<Vec<_>>()
                .join(", "),
            member.state.as_str().to_owned(),
        ]);
    }
    output.table(&["member", "kind", "sectors", "people", "state"], &rows);
    Ok(())
}
