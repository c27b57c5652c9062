//! Communities: groups of members with a charter, and who is in them.

use policy::{CommunityId, MemberId, Principal};
use stix::Timestamp;
use stix::marking::Tlp;
use uuid::Uuid;

use crate::account::{given, rule_changed};
use crate::db::Change;
use crate::value::{Row, Value, many};
use crate::{Result, Store};

/// A group of members with a charter. It is read as a TAXII collection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Community {
    /// Its number in this store.
    pub id: CommunityId,
    /// Its name for other systems: the id of the TAXII collection.
    pub uuid: Uuid,
    /// Its name in addresses, unique.
    pub alias: String,
    /// The name shown.
    pub title: String,
    /// What it is for.
    pub purpose: String,
    /// The member accountable for it.
    pub owner: MemberId,
    /// Whether every member may know that it exists.
    pub public: bool,
    /// Whether its members are hidden from each other.
    pub hides_members: bool,
    /// The marking of what comes in without one.
    pub default_tlp: Tlp,
    /// The strictest marking it takes; what is stricter is refused.
    pub strictest_tlp: Tlp,
    /// The loosest marking it takes; what is looser is refused.
    pub loosest_tlp: Tlp,
    /// Whether what members share waits for a moderator.
    pub moderated: bool,
    /// Whether members may pass on to their clients what the marking lets them.
    pub to_clients: bool,
    /// Since when it is here.
    pub created: Timestamp,
}

/// A community to be made; the fields are those of [`Community`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewCommunity {
    /// See [`Community::uuid`].
    pub uuid: Uuid,
    /// See [`Community::alias`].
    pub alias: String,
    /// See [`Community::title`].
    pub title: String,
    /// See [`Community::purpose`].
    pub purpose: String,
    /// See [`Community::owner`].
    pub owner: MemberId,
    /// See [`Community::public`].
    pub public: bool,
    /// See [`Community::hides_members`].
    pub hides_members: bool,
    /// See [`Community::default_tlp`].
    pub default_tlp: Tlp,
    /// See [`Community::strictest_tlp`].
    pub strictest_tlp: Tlp,
}

/// A member in a community.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Membership {
    /// Where.
    pub community: CommunityId,
    /// Who.
    pub member: MemberId,
    /// Whether the member may share here.
    pub contributes: bool,
    /// Whether the member runs it.
    pub coordinates: bool,
    /// Since when.
    pub since: Timestamp,
}

/// How a community is named in a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CommunityKey<'a> {
    /// By number.
    Id(CommunityId),
    /// By UUID.
    Uuid(Uuid),
    /// By alias.
    Alias(&'a str),
}

macro_rules! columns {
    () => {
        "id, uuid, alias, title, purpose, owner, public, hides_members, default_tlp, strictest_tlp, loosest_tlp, \
         moderated, to_clients, created"
    };
}

const INSERT: &str = concat!(
    "insert into community \
     (uuid, alias, title, purpose, owner, public, hides_members, default_tlp, strictest_tlp, created) \
     values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) returning ",
    columns!()
);
const PUT_OWNER: &str = "insert into membership (community, member, contributes, coordinates, since) \
                         select id, owner, 1, 1, created from community where uuid = ?1";
const UPDATE: &str = "update community set uuid = ?1, alias = ?2, title = ?3, purpose = ?4, owner = ?5, public = ?6, \
                      hides_members = ?7, default_tlp = ?8, strictest_tlp = ?9 where id = ?10 returning id";
const LIST: &str = concat!("select ", columns!(), " from community order by alias");
const PAGE: &str = concat!(
    "select ",
    columns!(),
    " from community where alias > ?1 order by alias limit ?2"
);
const BY_ID: &str = concat!("select ", columns!(), " from community where id = ?1");
const BY_UUID: &str = concat!("select ", columns!(), " from community where uuid = ?1");
const BY_ALIAS: &str = concat!("select ", columns!(), " from community where alias = ?1");

const PUT_MEMBER: &str = "insert into membership (community, member, contributes, coordinates, since) \
                          values (?1, ?2, ?3, ?4, ?5) on conflict (community, member) do update \
                          set contributes = excluded.contributes, coordinates = excluded.coordinates \
                          returning community, member, contributes, coordinates, since";
const REMOVE_MEMBER: &str = "delete from membership where community = ?1 and member = ?2 returning member";
const MEMBERS: &str = "select community, member, contributes, coordinates, since from membership \
                       where community = ?1 order by member";

fn community(row: &Row) -> Result<Community> {
    Ok(Community {
        id: CommunityId(row.int(0)?),
        uuid: row.uuid(1)?,
        alias: row.text(2)?,
        title: row.text(3)?,
        purpose: row.text(4)?,
        owner: MemberId(row.int(5)?),
        public: row.flag(6)?,
        hides_members: row.flag(7)?,
        default_tlp: row.word(8, Tlp::parse)?,
        strictest_tlp: row.word(9, Tlp::parse)?,
        loosest_tlp: row.word(10, Tlp::parse)?,
        moderated: row.flag(11)?,
        to_clients: row.flag(12)?,
        created: row.time(13)?,
    })
}

fn membership(row: &Row) -> Result<Membership> {
    Ok(Membership {
        community: CommunityId(row.int(0)?),
        member: MemberId(row.int(1)?),
        contributes: row.flag(2)?,
        coordinates: row.flag(3)?,
        since: row.time(4)?,
    })
}

fn values(community: &NewCommunity) -> Vec<Value> {
    vec![
        community.uuid.into(),
        (&community.alias).into(),
        (&community.title).into(),
        (&community.purpose).into(),
        community.owner.into(),
        community.public.into(),
        community.hides_members.into(),
        community.default_tlp.label().into(),
        community.strictest_tlp.label().into(),
    ]
}

fn subject(community: &NewCommunity) -> serde_json::Value {
    serde_json::json!({
        "community": community.uuid,
        "alias": community.alias,
        "owner": community.owner.0,
        "public": community.public,
        "hides_members": community.hides_members,
        "default_tlp": community.default_tlp.label(),
        "strictest_tlp": community.strictest_tlp.label(),
    })
}

impl Store {
    /// Makes a community and puts its owner in it, contributing and coordinating. A taken alias is a conflict.
    pub async fn community_put(&self, actor: &Principal, new: NewCommunity) -> Result<Community> {
        let mut row = values(&new);
        row.push(self.now().into());
        let change = Change::new().with(INSERT, row).with(PUT_OWNER, vec![new.uuid.into()]);
        let entry = rule_changed(actor, "community made", subject(&new));
        let rows = self.change(change.entry(entry).policy()).await?;
        community(given(&rows, 0)?)
    }

    /// Changes a community: everything but its number, creation and what the charter says is taken from `community`.
    pub async fn community_update(&self, actor: &Principal, community: &Community) -> Result<()> {
        let new = NewCommunity {
            uuid: community.uuid,
            alias: community.alias.clone(),
            title: community.title.clone(),
            purpose: community.purpose.clone(),
            owner: community.owner,
            public: community.public,
            hides_members: community.hides_members,
            default_tlp: community.default_tlp,
            strictest_tlp: community.strictest_tlp,
        };
        let mut row = values(&new);
        row.push(community.id.into());
        let entry = rule_changed(actor, "community changed", subject(&new));
        let change = Change::new().must(UPDATE, row, "there is no such community");
        self.change(change.entry(entry).policy()).await.map(drop)
    }

    /// Every community, by alias. What a viewer may know of is the caller's question.
    pub async fn community_list(&self) -> Result<Vec<Community>> {
        self.list(LIST, Vec::new(), community).await
    }

    /// Communities by alias, strictly after one.
    pub async fn community_page(&self, after: &str, limit: usize) -> Result<Vec<Community>> {
        self.list(PAGE, vec![after.into(), many(limit).into()], community).await
    }

    /// One community.
    pub async fn community_get(&self, key: CommunityKey<'_>) -> Result<Option<Community>> {
        let (sql, value) = match key {
            CommunityKey::Id(id) => (BY_ID, id.into()),
            CommunityKey::Uuid(uuid) => (BY_UUID, uuid.into()),
            CommunityKey::Alias(alias) => (BY_ALIAS, alias.into()),
        };
        self.row(sql, vec![value], community).await
    }

    /// Puts a member into a community, or changes what it may do there.
    pub async fn membership_put(
        &self,
        actor: &Principal,
        community: CommunityId,
        member: MemberId,
        contributes: bool,
        coordinates: bool,
    ) -> Result<Membership> {
        let subject = serde_json::json!({
            "community": community.0, "member": member.0, "contributes": contributes, "coordinates": coordinates,
        });
        let now = self.now();
        let row = vec![
            community.into(),
            member.into(),
            contributes.into(),
            coordinates.into(),
            now.into(),
        ];
        let entry = rule_changed(actor, "membership", subject);
        let rows = self
            .change(Change::new().with(PUT_MEMBER, row).entry(entry).policy())
            .await?;
        membership(given(&rows, 0)?)
    }

    /// Takes a member out of a community; not found where it was not in it.
    pub async fn membership_remove(&self, actor: &Principal, community: CommunityId, member: MemberId) -> Result<()> {
        let subject = serde_json::json!({ "community": community.0, "member": member.0 });
        let row = vec![community.into(), member.into()];
        let change = Change::new().must(REMOVE_MEMBER, row, "the member is not in this community");
        let entry = rule_changed(actor, "membership ended", subject);
        self.change(change.entry(entry).policy()).await.map(drop)
    }

    /// Who is in a community.
    pub async fn membership_list(&self, community: CommunityId) -> Result<Vec<Membership>> {
        self.list(MEMBERS, vec![community.into()], membership).await
    }
}
