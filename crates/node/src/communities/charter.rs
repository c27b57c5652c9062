//! The charter of a community, as data: what people read, and what the intake holds them to.

use std::collections::BTreeMap;

use policy::{Action, CommunityId, decide};
use serde::{Deserialize, Serialize};
use stix::Timestamp;
use stix::marking::Tlp;
use store::{Charter, Community, NewCharter};

use super::{NO_COMMUNITY, bad};
use crate::accounts::Caller;
use crate::error::Error;
use crate::node::Node;
use crate::partnership::check_text;

/// What a charter can set a number for: what nine in ten must not exceed, and shares of a hundred (`node::scorecard`).
pub const TARGETS: [&str; 8] = [
    "observation-to-share-hours",
    "share-to-delivery-minutes",
    "share-to-watchlist-minutes",
    "delivery-to-acknowledge-hours",
    "delivery-to-action-hours",
    "moderation-hours",
    "false-positives-percent",
    "promises-in-time-percent",
];

/// What becomes of a member's contributions when it leaves the partnership.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OnLeaving {
    /// They stay with those who may see them.
    #[default]
    Stays,
    /// They are taken back.
    Withdrawn,
}

/// A charter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CharterText {
    /// What the community is for.
    pub purpose: String,
    /// The login of the person of the owner who is accountable.
    #[serde(default)]
    pub accountable: Option<String>,
    /// What is shared here, in words.
    #[serde(default)]
    pub shared: String,
    /// Whether every member may know that it exists.
    #[serde(default)]
    pub public: bool,
    /// Whether its members are hidden from each other.
    #[serde(default)]
    pub hides_members: bool,
    /// The colour of what comes in without one.
    #[serde(default = "green")]
    pub default_tlp: Tlp,
    /// The loosest colour it takes.
    #[serde(default = "clear")]
    pub loosest_tlp: Tlp,
    /// The strictest colour it takes.
    #[serde(default = "red")]
    pub strictest_tlp: Tlp,
    /// What members may do with what they get, in words.
    #[serde(default)]
    pub resharing: String,
    /// Whether members may pass on to their clients what the marking lets them.
    #[serde(default = "yes")]
    pub to_clients: bool,
    /// Days that members may keep what they get; none: as long as it is of use.
    #[serde(default)]
    pub retention_days: Option<u32>,
    /// Whether what members share waits for a moderator.
    #[serde(default)]
    pub moderated: bool,
    /// What becomes of a member's contributions when it leaves the partnership.
    #[serde(default)]
    pub on_leaving: OnLeaving,
    /// What the community wants to reach, by the names of [`TARGETS`].
    #[serde(default)]
    pub targets: BTreeMap<String, u32>,
}

fn green() -> Tlp {
    Tlp::Green
}

fn clear() -> Tlp {
    Tlp::Clear
}

fn red() -> Tlp {
    Tlp::Red
}

fn yes() -> bool {
    true
}

/// The charter that holds, and where it comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CharterInForce {
    /// What it says.
    pub text: CharterText,
    /// Its version; 0 while nobody wrote one, and then it says what the community was made with.
    pub version: i64,
    /// SHA-256 of the text; none for version 0.
    pub digest: Option<[u8; 32]>,
    /// Since when.
    pub since: Timestamp,
    /// The member that is accountable, where the reader may know.
    pub owner: Option<String>,
    /// The name of the person who is, where the reader may know.
    pub person: Option<String>,
}

impl CharterText {
    fn of(community: &Community) -> Self {
        Self {
            purpose: community.purpose.clone(),
            accountable: None,
            shared: String::new(),
            public: community.public,
            hides_members: community.hides_members,
            default_tlp: community.default_tlp,
            loosest_tlp: community.loosest_tlp,
            strictest_tlp: community.strictest_tlp,
            resharing: String::new(),
            to_clients: community.to_clients,
            retention_days: None,
            moderated: community.moderated,
            on_leaving: OnLeaving::Stays,
            targets: BTreeMap::new(),
        }
    }

    fn check(&self) -> Result<(), Error> {
        check_text("purpose", &self.purpose)?;
        for (what, text) in [
            ("text on what is shared", &self.shared),
            ("re-sharing rule", &self.resharing),
        ] {
            if !text.is_empty() {
                check_text(what, text)?;
            }
        }
        if self.loosest_tlp > self.strictest_tlp || !(self.loosest_tlp..=self.strictest_tlp).contains(&self.default_tlp)
        {
            let help =
                "from the loosest to the strictest, with the default between: clear, green, amber, amber+strict, red";
            return Err(bad("bad-markings", "these markings leave no room for anything", help));
        }
        if self.default_tlp == Tlp::Red {
            let help = "TLP:RED names its readers, so it cannot hold by itself; choose amber+strict";
            return Err(bad("bad-markings", "the default cannot be TLP:RED", help));
        }
        match self.targets.keys().find(|name| !TARGETS.contains(&name.as_str())) {
            Some(name) => {
                let help = format!("there are: {}", TARGETS.join(", "));
                Err(bad("bad-target", format!("there is no target '{name}'"), &help))
            }
            None => Ok(()),
        }
    }
}

impl Node {
    /// Puts a charter in force; it holds for the next share. Earlier versions are kept.
    ///
    /// # Errors
    /// When the caller may not manage the community, or the charter contradicts itself.
    pub async fn charter_put(&self, caller: &Caller, community: CommunityId, text: CharterText) -> Result<i64, Error> {
        decide(&caller.principal, Action::ManageCommunity(community))
            .map_err(|refusal| Error::refused(refusal, NO_COMMUNITY))?;
        text.check()?;
        let found = self.community_by_id(community).await?;
        if let Some(login) = &text.accountable {
            let people = self.store().person_list(Some(found.owner)).await?;
            if !people.iter().any(|person| person.login == *login && person.active) {
                let message = format!("'{login}' is no active person of the member that is accountable");
                return Err(bad("bad-accountable", message, "name the login of one of its people"));
            }
        }
        let body = serde_json::to_string(&text)
            .map_err(|error| Error::Ours(format!("the charter could not be written down: {error}")))?;
        let new = NewCharter {
            community,
            body,
            purpose: text.purpose,
            public: text.public,
            hides_members: text.hides_members,
            default_tlp: text.default_tlp,
            loosest_tlp: text.loosest_tlp,
            strictest_tlp: text.strictest_tlp,
            moderated: text.moderated,
            to_clients: text.to_clients,
        };
        Ok(self.store().charter_put(&caller.principal, new).await?.version)
    }

    /// The charter of a community that the caller may know of. Who is accountable is said where its members are shown.
    ///
    /// # Errors
    /// When there is no such community for the caller.
    pub async fn charter(&self, caller: &Caller, community: CommunityId) -> Result<CharterInForce, Error> {
        let found = self.known_community(caller, community).await?;
        let mut charter = self.charter_in_force(community).await?;
        let known = self.members(caller).await?;
        let owner = known.into_iter().find(|member| member.id == found.owner);
        match owner {
            Some(owner) => {
                charter.owner = Some(owner.name);
                if let Some(login) = &charter.text.accountable {
                    let person = self.store().person_by_login(login).await?;
                    charter.person = person.map(|person| person.name);
                }
            }
            None => charter.text.accountable = None,
        }
        Ok(charter)
    }

    /// Every version of a charter, the one in force first, for those who may know the community's members.
    ///
    /// # Errors
    /// When there is no such community for the caller.
    pub async fn charter_versions(&self, caller: &Caller, community: CommunityId) -> Result<Vec<Charter>, Error> {
        self.known_community(caller, community).await?;
        Ok(self.store().charter_list(community).await?)
    }

    /// The charter as it holds, for use cases that have decided already.
    pub(crate) async fn charter_in_force(&self, community: CommunityId) -> Result<CharterInForce, Error> {
        let found = self.community_by_id(community).await?;
        let version = self.store().charter_list(community).await?.into_iter().next();
        let Some(version) = version else {
            return Ok(CharterInForce {
                text: CharterText::of(&found),
                version: 0,
                digest: None,
                since: found.created,
                owner: None,
                person: None,
            });
        };
        let text = serde_json::from_str(&version.body)
            .map_err(|error| Error::Ours(format!("a stored charter cannot be read: {error}")))?;
        Ok(CharterInForce {
            text,
            version: version.version,
            digest: Some(version.digest),
            since: version.at,
            owner: None,
            person: None,
        })
    }
}
