//! What a community is for and how it is run: its charter in versions, who is accountable, what waits for its
//! moderators, and who shares in whose name.

mod handover;
pub mod moderation;

pub use handover::{Delegation, Handover};
pub use moderation::{Held, HeldId, HeldState, NewHeld};

use policy::{CommunityId, MemberId, PersonId, Principal};
use sha2::{Digest as _, Sha256};
use stix::Timestamp;
use stix::marking::Tlp;

use crate::account::{given, rule_changed};
use crate::db::Change;
use crate::value::{Row, many};
use crate::{Result, Store};

/// A charter to be put in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewCharter {
    /// Of which community.
    pub community: CommunityId,
    /// The charter as JSON; its shape is `node`'s.
    pub body: String,
    /// What it is for, as it stands in the charter.
    pub purpose: String,
    /// Whether every member may know that the community exists.
    pub public: bool,
    /// Whether its members are hidden from each other.
    pub hides_members: bool,
    /// The marking of what comes in without one.
    pub default_tlp: Tlp,
    /// The loosest marking it takes.
    pub loosest_tlp: Tlp,
    /// The strictest marking it takes.
    pub strictest_tlp: Tlp,
    /// Whether what members share waits for a moderator.
    pub moderated: bool,
    /// Whether members may pass on to their clients what the marking lets them.
    pub to_clients: bool,
}

/// A version of a charter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Charter {
    /// Of which community.
    pub community: CommunityId,
    /// Its number there, from 1.
    pub version: i64,
    /// The charter as JSON.
    pub body: String,
    /// SHA-256 of it.
    pub digest: [u8; 32],
    /// Which member put it there.
    pub member: Option<MemberId>,
    /// Which person.
    pub person: Option<PersonId>,
    /// When.
    pub at: Timestamp,
}

macro_rules! columns {
    () => {
        "community, version, body, digest, member, person, at"
    };
}

const INSERT: &str = concat!(
    "insert into charter (community, version, body, digest, member, person, at) \
     select ?1, coalesce(max(c.version), 0) + 1, ?2, ?3, ?4, ?5, ?6 from charter c where c.community = ?1 returning ",
    columns!()
);
const APPLY: &str = "update community set purpose = ?1, public = ?2, hides_members = ?3, default_tlp = ?4, \
                     loosest_tlp = ?5, strictest_tlp = ?6, moderated = ?7, to_clients = ?8 where id = ?9 returning id";
const VERSIONS_PAGE: &str = concat!(
    "select ",
    columns!(),
    " from charter where community = ?1 and version < ?2 order by version desc limit ?3"
);
const VERSIONS: &str = concat!(
    "select ",
    columns!(),
    " from charter where community = ?1 order by version desc"
);

fn charter(row: &Row) -> Result<Charter> {
    Ok(Charter {
        community: CommunityId(row.int(0)?),
        version: row.int(1)?,
        body: row.text(2)?,
        digest: row.hash(3)?,
        member: row.maybe_int(4)?.map(MemberId),
        person: row.maybe_int(5)?.map(PersonId),
        at: row.time(6)?,
    })
}

impl Store {
    /// Puts a new version of a charter in force; what it says holds for the next share.
    pub async fn charter_put(&self, actor: &Principal, new: NewCharter) -> Result<Charter> {
        let digest: [u8; 32] = Sha256::digest(new.body.as_bytes()).into();
        let subject = serde_json::json!({
            "community": new.community.0, "sha256": hex::encode(digest), "public": new.public,
            "hides_members": new.hides_members, "default_tlp": new.default_tlp.label(),
            "loosest_tlp": new.loosest_tlp.label(), "strictest_tlp": new.strictest_tlp.label(),
            "moderated": new.moderated, "to_clients": new.to_clients,
        });
        let row = vec![
            new.community.into(),
            new.body.into(),
            digest.into(),
            actor.member.into(),
            actor.person.into(),
            self.now().into(),
        ];
        let applied = vec![
            new.purpose.into(),
            new.public.into(),
            new.hides_members.into(),
            new.default_tlp.label().into(),
            new.loosest_tlp.label().into(),
            new.strictest_tlp.label().into(),
            new.moderated.into(),
            new.to_clients.into(),
            new.community.into(),
        ];
        let change = Change::new()
            .with(INSERT, row)
            .must(APPLY, applied, "there is no such community");
        let entry = rule_changed(actor, "charter put in force", subject);
        let rows = self.change(change.entry(entry).policy()).await?;
        charter(given(&rows, 0)?)
    }

    /// The versions of a charter, the newest first, strictly before one.
    pub async fn charter_page(
        &self,
        community: CommunityId,
        before: Option<i64>,
        limit: usize,
    ) -> Result<Vec<Charter>> {
        let before = before.unwrap_or(i64::MAX);
        self.list(
            VERSIONS_PAGE,
            vec![community.into(), before.into(), many(limit).into()],
            charter,
        )
        .await
    }

    /// Every version of a community's charter, the one in force first.
    pub async fn charter_list(&self, community: CommunityId) -> Result<Vec<Charter>> {
        self.list(VERSIONS, vec![community.into()], charter).await
    }
}
