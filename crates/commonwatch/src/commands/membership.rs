//! `commonwatch invite`, and what `commonwatch member` has beside the members themselves.

use node::Caller;
use node::membership::{AgreementWish, InviteWish, PersonChange};
use policy::{MemberState, Role};
use serde_json::json;
use store::{AgreementKind, MemberKind, NewContact, Touched};

use super::share::{community as find_community, member as find_member};
use crate::cli::Global;
use crate::cli::membership::{AgreementArgs, ContactArgs, InviteArgs, InviteCommand, MemberMore, PersonArgs};
use crate::context::Local;
use crate::failure::{self, Failure, Kind};
use crate::output::Output;

/// Does what was asked of invitations.
pub async fn invite(local: &Local, global: &Global, command: InviteCommand, output: Output) -> Result<(), Failure> {
    let caller = local.caller(global).await?;
    match command {
        InviteCommand::New(args) => invite_new(local, &caller, args, output).await,
        InviteCommand::List => {
            let mut rows = Vec::new();
            for one in local.node.invitations(&caller).await? {
                let state = match (one.accepted, one.withdrawn) {
                    (Some(_), _) => "accepted",
                    (_, Some(_)) => "withdrawn",
                    _ if one.is_open(local.node.now()) => "open",
                    _ => "expired",
                };
                if output.is_json() {
                    output.json_line(&json!({
                        "uuid": one.terms.uuid, "label": one.terms.label, "state": state,
                        "expires": one.terms.expires.to_string(),
                    }));
                }
                let (uuid, label) = (one.terms.uuid.to_string(), one.terms.label);
                rows.push(vec![uuid, label, state.to_owned(), one.terms.expires.to_string()]);
            }
            if !output.is_json() {
                output.table(&["name", "for", "state", "ends"], &rows);
            }
            Ok(())
        }
        InviteCommand::Withdraw { uuid } => {
            local.node.invitation_withdraw(&caller, uuid).await?;
            output.say("the invitation opens nothing any more");
            Ok(())
        }
    }
}

async fn invite_new(local: &Local, caller: &Caller, args: InviteArgs, output: Output) -> Result<(), Failure> {
    let wish = InviteWish {
        label: args.label,
        member: match &args.member {
            Some(name) => Some(find_member(local, name).await?),
            None => None,
        },
        community: match &args.community {
            Some(alias) => Some(find_community(local, alias).await?),
            None => None,
        },
        contributes: !args.read_only,
        kind: args.kind.as_deref().map(kind).transpose()?,
        role: role(&args.role)?,
        sponsors: args.sponsors,
        days: args.days,
    };
    let made = local.node.invite(caller, wish).await?;
    let base = local.config.public_url.as_deref().unwrap_or("https://THIS-NODE");
    let link = format!("{}/join/{}", base.trim_end_matches('/'), made.token);
    if output.is_json() {
        output.json_line(&json!({
            "uuid": made.invitation.terms.uuid, "token": made.token, "link": link,
            "expires": made.invitation.terms.expires.to_string(),
        }));
    }
    output.say(&format!(
        "open until {}; the link is shown this once:",
        made.invitation.terms.expires
    ));
    output.say(&link);
    if local.config.public_url.is_none() {
        output.say("put the address of this node in place of https://THIS-NODE, or set public-url in commonwatch.toml");
    }
    Ok(())
}

/// Does what was asked of members.
pub async fn member(local: &Local, caller: &Caller, command: MemberMore, output: Output) -> Result<(), Failure> {
    match command {
        MemberMore::Leave { name, reason } => {
            change_state(local, caller, &name, MemberState::Left, &reason, output).await
        }
        MemberMore::Vetting => vetting(local, caller, output).await,
        MemberMore::Vouch { name, note } => {
            let member = find_member(local, &name).await?;
            let member = local.node.vouch(caller, member, &note).await?;
            output.say(&format!("{} is {}", member.name, member.state.as_str()));
            Ok(())
        }
        MemberMore::People { member } => people(local, caller, &member, output).await,
        MemberMore::Change(args) => person(local, caller, args, output).await,
        MemberMore::Contacts { member: None } => contacts_due(local, output).await,
        MemberMore::Contacts { member: Some(name) } => contacts(local, caller, &name, output).await,
        MemberMore::Contact(args) => contact(local, caller, args, output).await,
        MemberMore::Confirm { member, place } => {
            let found = find_member(local, &member).await?;
            local.node.contact_confirm(caller, found, place).await?;
            output.say(&format!("contact {place} of {member} was checked now"));
            Ok(())
        }
        MemberMore::Agreements => agreements(local, caller, output).await,
        MemberMore::Agreement(args) => agreement(local, caller, args, output).await,
        MemberMore::Accept { number, kind } => {
            let kind = agreement_kind(&kind)?;
            let accepted = local.node.agreement_accept(caller, kind, number).await?;
            output.say(&format!("{} accepted version {number} now", accepted.name));
            Ok(())
        }
        MemberMore::Export { output: to } => {
            let text = local.node.members_export(caller).await?;
            match to {
                Some(path) => std::fs::write(&path, text).map_err(|error| failure::file("written", &path, &error)),
                None => {
                    text.lines().for_each(|line| output.line(line));
                    Ok(())
                }
            }
        }
        MemberMore::Import { file, dry_run } => {
            let text = std::fs::read(&file).map_err(|error| failure::file("read", &file, &error))?;
            let report = local.node.members_import(caller, &text, dry_run).await?;
            if output.is_json() {
                output.json_line(&report);
            } else {
                for row in &report.refused {
                    output.line(&format!("{}:{}: {}", file.display(), row.line, row.reason));
                }
                let tried = if dry_run { " (nothing was changed)" } else { "" };
                output.line(&format!(
                    "{} made, {} changed, {} unchanged, {} refused{tried}",
                    report.made,
                    report.changed,
                    report.unchanged,
                    report.refused.len()
                ));
            }
            if report.refused.is_empty() {
                Ok(())
            } else {
                Err(Failure::found())
            }
        }
    }
}

/// Moves a member to another state and says what that touched.
pub async fn change_state(
    local: &Local,
    caller: &Caller,
    name: &str,
    to: MemberState,
    reason: &str,
    output: Output,
) -> Result<(), Failure> {
    let member = find_member(local, name).await?;
    let done = local.node.member_state_change(caller, member, to, reason).await?;
    let Touched {
        people,
        keys,
        subscriptions,
        peers,
        waiting,
        communities,
    } = done.touched;
    if output.is_json() {
        output.json_line(&json!({
            "name": done.member.name, "state": done.member.state.as_str(), "people": people, "keys": keys,
            "subscriptions": subscriptions, "peers": peers, "waiting_refused": waiting,
            "communities_left": communities, "shared": done.shared,
        }));
        return Ok(());
    }
    output.say(&format!(
        "{} is {}, at once and everywhere",
        done.member.name,
        to.as_str()
    ));
    output.say(&format!(
        "touched: people {people}, keys {keys}, subscriptions {subscriptions}, peers {peers}"
    ));
    for part in &done.shared {
        let with = if part.communities.is_empty() {
            "named members or itself".to_owned()
        } else {
            part.communities.join(", ")
        };
        let fate = match part.fate {
            node::membership::Fate::Stays => "stay",
            node::membership::Fate::Withdrawn => "were taken back",
        };
        output.say(&format!("{} items that it shared with {with} {fate}", part.items));
    }
    Ok(())
}

async fn vetting(local: &Local, caller: &Caller, output: Output) -> Result<(), Failure> {
    let mut rows = Vec::new();
    for one in local.node.vetting(caller).await? {
        let vouches = one.vouches.len();
        if output.is_json() {
            output.json_line(&json!({ "name": one.member.name, "wanted": one.wanted, "vouches": vouches }));
        }
        let kind = one.member.kind.as_str().to_owned();
        rows.push(vec![one.member.name, kind, format!("{vouches} of {}", one.wanted)]);
    }
    if !output.is_json() {
        output.table(&["member", "kind", "stood up"], &rows);
    }
    Ok(())
}

async fn people(local: &Local, caller: &Caller, member: &str, output: Output) -> Result<(), Failure> {
    let found = find_member(local, member).await?;
    let mut rows = Vec::new();
    for person in local.node.people(caller, found).await? {
        let state = if person.active { "active" } else { "not active" };
        if output.is_json() {
            output.json_line(&json!({
                "login": person.login, "name": person.name, "role": person.role.as_str(), "active": person.active,
            }));
        }
        let role = person.role.as_str().to_owned();
        rows.push(vec![person.login, person.name, role, state.to_owned()]);
    }
    if !output.is_json() {
        output.table(&["login", "name", "role", "state"], &rows);
    }
    Ok(())
}

async fn person(local: &Local, caller: &Caller, args: PersonArgs, output: Output) -> Result<(), Failure> {
    let change = PersonChange {
        name: args.name,
        role: args.role.as_deref().map(role).transpose()?,
        active: match (args.activate, args.deactivate) {
            (true, _) => Some(true),
            (_, true) => Some(false),
            _ => None,
        },
    };
    let changed = local.node.person_change(caller, &args.login, change).await?;
    let may = if changed.active {
        "may sign in"
    } else {
        "may not sign in"
    };
    output.say(&format!("{} is {} and {may}", changed.login, changed.role.as_str()));
    Ok(())
}

async fn contacts_due(local: &Local, output: Output) -> Result<(), Failure> {
    let members = local.node.store().member_list().await?;
    let mut rows = Vec::new();
    for due in local.node.contacts_due(local.node.now()).await? {
        let terms = &due.contact.terms;
        let found = members.iter().find(|member| member.id == terms.member);
        let name = found.map(|member| member.name.clone()).unwrap_or_default();
        if output.is_json() {
            output.json_line(&json!({ "member": name, "place": terms.place, "since": due.since.to_string() }));
        }
        rows.push(vec![name, terms.place.to_string(), due.since.to_string()]);
    }
    if !output.is_json() {
        output.table(&["member", "contact", "to be checked since"], &rows);
    }
    Ok(())
}

async fn contacts(local: &Local, caller: &Caller, member: &str, output: Output) -> Result<(), Failure> {
    let found = find_member(local, member).await?;
    let mut rows = Vec::new();
    for one in local.node.contacts(caller, found).await? {
        let checked = one
            .checked
            .map_or_else(|| "never".to_owned(), |checked| checked.to_string());
        let terms = one.terms;
        if output.is_json() {
            output.json_line(&json!({
                "place": terms.place, "name": terms.name, "email": terms.email, "telephone": terms.telephone,
                "channel": terms.channel, "address": terms.address, "checked": checked,
            }));
        }
        let other = format!("{} {}", terms.channel, terms.address);
        rows.push(vec![
            terms.place.to_string(),
            terms.name,
            terms.email,
            terms.telephone,
            other,
            checked,
        ]);
    }
    if !output.is_json() {
        output.table(&["", "name", "e-mail", "telephone", "beside these", "checked"], &rows);
    }
    Ok(())
}

async fn contact(local: &Local, caller: &Caller, args: ContactArgs, output: Output) -> Result<(), Failure> {
    let (channel, address) = args.channel.split_once('=').ok_or_else(|| {
        Failure::input("the channel has no address")
            .help("write its kind and the address, as in --channel signal=+49123")
    })?;
    let contact = NewContact {
        member: find_member(local, &args.member).await?,
        place: args.place,
        name: args.name,
        email: args.email,
        telephone: args.telephone,
        channel: channel.to_owned(),
        address: address.to_owned(),
    };
    local.node.contact_put(caller, &contact).await?;
    output.say(&format!(
        "contact {} of {} is {}",
        contact.place, args.member, contact.name
    ));
    Ok(())
}

async fn agreements(local: &Local, caller: &Caller, output: Output) -> Result<(), Failure> {
    let (all, accepted) = local.node.agreements(caller).await?;
    let mut rows = Vec::new();
    for one in all {
        let of = |kind, number| accepted.iter().find(|done| done.kind == kind && done.number == number);
        let done = of(one.terms.kind, one.number);
        let done = done.map_or_else(|| "no".to_owned(), |done| format!("{} by {}", done.at, done.name));
        if output.is_json() {
            output.json_line(&json!({
                "kind": one.terms.kind.as_str(), "number": one.number, "title": one.terms.title,
                "sha256": hex::encode(one.digest), "effective": one.terms.effective.to_string(),
                "due": one.terms.due.to_string(), "accepted": done,
            }));
        }
        let kind = one.terms.kind.as_str().to_owned();
        let effective = one.terms.effective.to_string();
        rows.push(vec![kind, one.number.to_string(), one.terms.title, effective, done]);
    }
    if !output.is_json() {
        output.table(&["about", "version", "title", "in force from", "accepted by us"], &rows);
        for owed in local.node.agreements_owed(caller).await.unwrap_or_default() {
            let (name, terms) = (owed.member.name, owed.agreement.terms);
            output.line(&format!(
                "{name} has until {} to accept version {}",
                terms.due, owed.agreement.number
            ));
        }
    }
    Ok(())
}

async fn agreement(local: &Local, caller: &Caller, args: AgreementArgs, output: Output) -> Result<(), Failure> {
    let body = std::fs::read_to_string(&args.file).map_err(|error| failure::file("read", &args.file, &error))?;
    let wish = AgreementWish {
        kind: agreement_kind(&args.kind)?,
        title: args.title,
        body,
        effective: args.effective.as_deref().map(super::charter::time).transpose()?,
        days: args.days,
    };
    let made = local.node.agreement_put(caller, wish).await?;
    output.say(&format!(
        "version {} holds from {}; members have until {} to accept it",
        made.number, made.terms.effective, made.terms.due
    ));
    Ok(())
}

fn agreement_kind(text: &str) -> Result<AgreementKind, Failure> {
    let wrong = || Failure::input(format!("there is no agreement about '{text}'")).help("partnership or data-set");
    AgreementKind::parse(text).ok_or_else(wrong)
}

fn kind(text: &str) -> Result<MemberKind, Failure> {
    MemberKind::parse(text).ok_or_else(|| {
        let kinds = MemberKind::ALL.map(MemberKind::as_str).join(", ");
        Failure::input(format!("'{text}' is not a kind of member")).help(format!("one of {kinds}"))
    })
}

/// Reads a role.
pub fn role(text: &str) -> Result<Role, Failure> {
    Role::parse(text).ok_or_else(|| {
        Failure::new(Kind::Input, format!("'{text}' is not a role")).help(Role::ALL.map(Role::as_str).join(", "))
    })
}
