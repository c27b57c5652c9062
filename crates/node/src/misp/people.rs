//! What MISP's clients change of organisations, groups and keys: the rules are those of the partnership.

use std::collections::BTreeSet;

use policy::{Action, CommunityId, PersonId, decide};
use store::{Community, Credential, Member};

use crate::accounts::Caller;
use crate::error::Error;
use crate::node::Node;
use crate::partnership::{KeyWish, check_text};

/// The setting that lists the communities that were ended as sharing groups.
const ENDED: &str = "misp-groups-ended";

impl Node {
    /// Changes what is said of a member.
    ///
    /// # Errors
    /// When the caller is no operator, or the name is taken.
    pub async fn misp_member_change(&self, caller: &Caller, member: Member) -> Result<Member, Error> {
        decide(&caller.principal, Action::Administer).map_err(|refusal| Error::refused(refusal, "no such page"))?;
        check_text("name", &member.name)?;
        self.store().member_update(&caller.principal, &member).await?;
        Ok(member)
    }

    /// Changes title and purpose of a community.
    ///
    /// # Errors
    /// When the caller does not coordinate it.
    pub async fn misp_group_change(&self, caller: &Caller, community: Community) -> Result<(), Error> {
        decide(&caller.principal, Action::ManageCommunity(community.id))
            .map_err(|refusal| Error::refused(refusal, crate::communities::NO_COMMUNITY))?;
        check_text("title", &community.title)?;
        check_text("purpose", &community.purpose)?;
        Ok(self.store().community_update(&caller.principal, &community).await?)
    }

    /// Ends a sharing group: only the member that is accountable for it stays, and clients of MISP do not meet it any more.
    ///
    /// # Errors
    /// When the caller does not coordinate it.
    pub async fn misp_group_end(&self, caller: &Caller, community: Community) -> Result<(), Error> {
        decide(&caller.principal, Action::ManageCommunity(community.id))
            .map_err(|refusal| Error::refused(refusal, crate::communities::NO_COMMUNITY))?;
        for membership in self.store().membership_list(community.id).await? {
            if membership.member != community.owner {
                self.membership_end(caller, community.id, membership.member).await?;
            }
        }
        let mut ended = self.misp_groups_ended().await?;
        ended.insert(community.id.0);
        let text = serde_json::to_string(&ended).map_err(|error| Error::Ours(error.to_string()))?;
        Ok(self.store().setting_put(ENDED, &text).await?)
    }

    async fn misp_groups_ended(&self) -> Result<BTreeSet<i64>, Error> {
        let text = self.store().setting_get(ENDED).await?.unwrap_or_default();
        Ok(serde_json::from_str(&text).unwrap_or_default())
    }

    /// Takes away the groups that were ended through MISP's interface and in which nobody was let in since.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn misp_without_ended(&self, groups: &mut Vec<Community>) -> Result<(), Error> {
        let mut ended = self.misp_groups_ended().await?;
        ended.retain(|id| groups.iter().any(|group| group.id.0 == *id));
        let mut gone = BTreeSet::new();
        for id in ended {
            if self.store().membership_list(CommunityId(id)).await?.len() <= 1 {
                gone.insert(id);
            }
        }
        groups.retain(|group| !gone.contains(&group.id.0));
        Ok(())
    }

    /// Makes a key of the form that MISP's own clients and servers take: forty letters and digits.
    ///
    /// # Errors
    /// As [`Node::key_create`].
    pub async fn misp_key_create(
        &self,
        caller: &Caller,
        person: PersonId,
        wish: KeyWish,
    ) -> Result<(String, Credential), Error> {
        let random: [u8; 20] = self.random();
        self.key_create_of(caller, person, wish, hex::encode(random)).await
    }
}
