//! What `commonwatch community` has beside the communities themselves: charters, moderation, handing over, data sets; and
//! `commonwatch share --preview`.

use node::Caller;
use node::communities::{HeldDecision, PreviewReport, PreviewWish};
use node::data_sets::DataSetWish;
use node::intake::Handling;
use serde_json::json;
use stix::Timestamp;
use uuid::Uuid;

use super::pages::{PAGE, all};
use super::share::{community as find_community, member as find_member};
use crate::cli::membership::CommunityMore;
use crate::context::Local;
use crate::failure::{self, Failure};
use crate::output::{Output, printable};

/// Does what was asked of communities.
pub async fn run(local: &Local, caller: &Caller, command: CommunityMore, output: Output) -> Result<(), Failure> {
    let node = &local.node;
    match command {
        CommunityMore::Charter { community, file: None } => {
            let found = find_community(local, &community).await?;
            let charter = node.charter(caller, found).await?;
            let text = serde_json::to_string_pretty(&charter.text)
                .map_err(|error| Failure::input(format!("the charter could not be written: {error}")))?;
            if let (Some(owner), false) = (&charter.owner, output.is_json()) {
                output.note(&format!(
                    "version {}, in force since {}; accountable: {owner}",
                    charter.version, charter.since
                ));
            }
            output.line(&text);
            Ok(())
        }
        CommunityMore::Charter {
            community,
            file: Some(file),
        } => {
            let found = find_community(local, &community).await?;
            let text = std::fs::read(&file).map_err(|error| failure::file("read", &file, &error))?;
            let text = serde_json::from_slice(&text).map_err(|error| {
                Failure::input(format!("{} is no charter: {error}", file.display()))
                    .help("print the one in force with 'commonwatch community charter', and change that")
            })?;
            let version = node.charter_put(caller, found, text).await?;
            output.say(&format!("version {version} holds for the next share with {community}"));
            Ok(())
        }
        CommunityMore::Waiting { community: Some(alias) } => waiting(local, caller, &alias, output).await,
        CommunityMore::Waiting { community: None } => own_waiting(local, caller, output).await,
        CommunityMore::Release { uuid } => decide(local, caller, uuid, HeldDecision::Release, output).await,
        CommunityMore::Refuse { uuid, reason } => {
            decide(local, caller, uuid, HeldDecision::Refuse(reason), output).await
        }
        CommunityMore::HandOver { community, to } => {
            let (found, member) = (find_community(local, &community).await?, find_member(local, &to).await?);
            node.handover_offer(caller, found, member).await?;
            output.say(&format!(
                "{community} is offered to {to}; nothing changes until it takes it over"
            ));
            Ok(())
        }
        CommunityMore::TakeOver { community } => {
            let found = find_community(local, &community).await?;
            node.handover_accept(caller, found).await?;
            output.say(&format!("your member is accountable for {community} from now on"));
            Ok(())
        }
        CommunityMore::Delegate { member: None, .. } => delegations(local, caller, output).await,
        CommunityMore::Delegate {
            member: Some(name),
            end,
        } => {
            let member = find_member(local, &name).await?;
            if end {
                node.delegation_end(caller, member).await?;
                output.say(&format!("{name} no longer shares in your name; what it shared stays"));
            } else {
                node.delegation_put(caller, member).await?;
                output.say(&format!("{name} may share in your name; each time is in your receipts"));
            }
            Ok(())
        }
        CommunityMore::DataSet {
            community,
            member,
            from,
            until,
        } => {
            let wish = DataSetWish {
                community: find_community(local, &community).await?,
                member: find_member(local, &member).await?,
                starts: time(&from)?,
                ends: time(&until)?,
            };
            let made = node.data_set_make(caller, wish).await?;
            if output.is_json() {
                output.json_line(&json!({ "uuid": made.terms.uuid, "objects": made.terms.objects }));
            }
            output.say(&format!(
                "{} objects for {member}: data set {}",
                made.terms.objects, made.terms.uuid
            ));
            Ok(())
        }
    }
}

async fn waiting(local: &Local, caller: &Caller, alias: &str, output: Output) -> Result<(), Failure> {
    let found = find_community(local, alias).await?;
    let mut rows = Vec::new();
    let read = async |after| local.node.held_waiting(caller, found, after, PAGE).await;
    for view in all(read, |view| view.held.id).await? {
        let terms = view.held.terms;
        if output.is_json() {
            output.json_line(&json!({
                "uuid": terms.uuid, "id": terms.object, "tlp": terms.tlp.label(), "object": view.object,
            }));
        }
        let since = view.held.since.to_string();
        rows.push(vec![
            terms.uuid.to_string(),
            terms.object,
            terms.tlp.label().to_owned(),
            since,
        ]);
    }
    if !output.is_json() {
        output.table(&["name", "object", "marking", "since"], &rows);
    }
    Ok(())
}

async fn own_waiting(local: &Local, caller: &Caller, output: Output) -> Result<(), Failure> {
    let mut rows = Vec::new();
    let read = async |before| local.node.held_own(caller, before, PAGE).await;
    for held in all(read, |held| held.id).await? {
        let (state, reason) = (held.state.as_str(), held.reason.unwrap_or_default());
        if output.is_json() {
            output.json_line(&json!({
                "uuid": held.terms.uuid, "id": held.terms.object, "state": state, "reason": reason,
            }));
        }
        rows.push(vec![
            held.terms.object,
            state.to_owned(),
            held.since.to_string(),
            reason,
        ]);
    }
    if !output.is_json() {
        output.table(&["object", "state", "since", "reason"], &rows);
    }
    Ok(())
}

async fn decide(
    local: &Local,
    caller: &Caller,
    uuid: Uuid,
    decision: HeldDecision,
    output: Output,
) -> Result<(), Failure> {
    let held = local.node.held_decide(caller, uuid, decision).await?;
    output.say(&format!("{} was {}", held.terms.object, held.state.as_str()));
    Ok(())
}

async fn delegations(local: &Local, caller: &Caller, output: Output) -> Result<(), Failure> {
    let members = local.node.store().member_list().await?;
    let name = |id| {
        let found = members.iter().find(|member| member.id == id);
        found.map(|member| member.name.clone()).unwrap_or_default()
    };
    let mut rows = Vec::new();
    for one in local.node.delegations(caller).await? {
        let (delegate, member) = (name(one.delegate), name(one.member));
        if output.is_json() {
            output.json_line(&json!({ "delegate": delegate, "on_behalf_of": member }));
        }
        rows.push(vec![delegate, member, one.since.to_string()]);
    }
    if !output.is_json() {
        output.table(&["shares", "in the name of", "since"], &rows);
    }
    Ok(())
}

/// Prints who will be able to read what is shared like this; fails with the code for "found" where something stands
/// against it.
pub async fn preview(local: &Local, caller: &Caller, handling: Handling, output: Output) -> Result<(), Failure> {
    let report = local.node.share_preview(caller, PreviewWish { handling }).await?;
    if output.is_json() {
        output.json_line(&report);
    } else {
        print(&report, output);
    }
    if report.refused.is_empty() {
        Ok(())
    } else {
        Err(Failure::found())
    }
}

fn print(report: &PreviewReport, output: Output) {
    for broken in &report.refused {
        let part = broken
            .charter
            .map(|part| format!(" (charter: {part})"))
            .unwrap_or_default();
        output.line(&format!("refused: {}{part}", broken.message));
    }
    if !report.refused.is_empty() {
        return;
    }
    let kinds: Vec<String> = report
        .kinds
        .iter()
        .map(|(kind, count)| format!("{count} {kind}"))
        .collect();
    output.line(&format!(
        "{} {}: {} members ({})",
        report.tlp,
        report.pap,
        report.members,
        kinds.join(", ")
    ));
    if report.clients > 0 {
        output.line(&format!("and {} clients of members", report.clients));
    }
    if report.everybody {
        output.line(
            "and everybody else who may read on this node, also without an account where it is open to the public",
        );
    }
    if !report.names.is_empty() {
        let rest = if report.all_names {
            ""
        } else {
            ", and others that are not shown to you"
        };
        output.line(&format!("{}{rest}", report.names.join(", ")));
    }
    for hub in &report.bridges {
        output.line(&format!("and over a bridge to {}", printable(hub)));
    }
    if report.waits {
        output.line("it waits for the moderators of the community first");
    }
    if let Some(unusual) = &report.unusual {
        output.line(&format!("unusual: {unusual}"));
    }
}

/// Reads a time.
pub fn time(text: &str) -> Result<Timestamp, Failure> {
    Timestamp::parse(text)
        .map_err(|error| Failure::input(format!("'{text}' is no time: {error}")).help("as in 2026-01-01T00:00:00Z"))
}
