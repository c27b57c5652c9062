//! `commonwatch community`: groups of members with a charter.

use node::partnership::CommunityWish;
use serde_json::json;
use store::MemberKey;

use super::share::{community as find_community, member as find_member, tlp};
use crate::cli::{CommunityCommand, Global};
use crate::context::Local;
use crate::failure::{Failure, Kind};
use crate::output::Output;

/// Does what was asked of communities.
pub async fn run(local: &Local, global: &Global, command: CommunityCommand, output: Output) -> Result<(), Failure> {
    let caller = local.caller(global).await?;
    match command {
        CommunityCommand::More(command) => super::charter::run(local, &caller, command, output).await,
        CommunityCommand::List => list(local, &caller, output).await,
        CommunityCommand::Add {
            alias,
            title,
            purpose,
            owner,
            default_tlp,
            strictest_tlp,
            hide_members,
        } => {
            let owner = match owner {
                Some(name) => find_member(local, &name).await?,
                None => caller.principal.member.ok_or_else(|| {
                    Failure::new(Kind::Refused, "this login has no member that could be accountable")
                        .help("name one with --owner NAME; 'commonwatch member list' shows them")
                })?,
            };
            let wish = CommunityWish {
                alias,
                title,
                purpose,
                owner,
                public: false,
                hides_members: hide_members,
                default_tlp: tlp(&default_tlp)?,
                strictest_tlp: tlp(&strictest_tlp)?,
            };
            let community = local.node.community_create(&caller, wish).await?;
            if output.is_json() {
                output
                    .json_line(&json!({ "uuid": community.uuid, "alias": community.alias, "title": community.title }));
            }
            output.say(&format!(
                "{} is a community; take members in with 'commonwatch community join'",
                community.title
            ));
            Ok(())
        }
        CommunityCommand::Join {
            community,
            member,
            read_only,
            coordinates,
        } => {
            let (found, who) = (
                find_community(local, &community).await?,
                find_member(local, &member).await?,
            );
            local
                .node
                .membership_set(&caller, found, who, !read_only, coordinates)
                .await?;
            output.say(&format!(
                "{member} is in {community} and may {}",
                if read_only { "read" } else { "read and share" }
            ));
            Ok(())
        }
        CommunityCommand::Leave { community, member } => {
            let (found, who) = (
                find_community(local, &community).await?,
                find_member(local, &member).await?,
            );
            local.node.membership_end(&caller, found, who).await?;
            output.say(&format!(
                "{member} is no longer in {community} and sees nothing more there"
            ));
            Ok(())
        }
    }
}

async fn list(local: &Local, caller: &node::Caller, output: Output) -> Result<(), Failure> {
    let mut rows = Vec::new();
    for community in local.node.communities(caller).await? {
        let owner = local.node.store().member_get(MemberKey::Id(community.owner)).await?;
        let members = local.node.store().membership_list(community.id).await?.len();
        let owner = owner.map(|member| member.name).unwrap_or_default();
        if output.is_json() {
            output.json_line(&json!({
                "uuid": community.uuid, "alias": community.alias, "title": community.title, "purpose": community.purpose,
                "owner": owner, "members": members, "default_tlp": community.default_tlp.label(),
            }));
        }
        rows.push(vec![
            community.alias,
            community.title,
            owner,
            members.to_string(),
            community.default_tlp.label().to_owned(),
            community.purpose,
        ]);
    }
    if !output.is_json() {
        output.table(
            &["alias", "title", "accountable", "members", "default", "purpose"],
            &rows,
        );
    }
    Ok(())
}
