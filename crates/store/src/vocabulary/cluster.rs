//! Clusters of galaxies: imported ones are for everybody, added ones for whom their member opened them to.

use policy::{CommunityId, MemberId, Principal};
use uuid::Uuid;

use super::{ImportEntry, VocabularyWish, put};
use crate::account::rule_changed;
use crate::db::Change;
use crate::error::ErrorKind;
use crate::value::{Row, Value, many};
use crate::{Error, Result, Store};

/// To whom something that a member added goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Opening {
    /// Whose it is; none: it was imported, and is for everybody.
    pub member: Option<MemberId>,
    /// The community that it was opened to.
    pub community: Option<CommunityId>,
    /// MISP's number for that.
    pub level: u8,
}

impl Opening {
    /// For everybody.
    pub const EVERYBODY: Self = Self {
        member: None,
        community: None,
        level: 3,
    };

    /// Whether somebody may see it: it is for everybody, of their own member, or opened to a community of theirs.
    pub fn opens_to(&self, principal: &Principal) -> bool {
        match self.member {
            None => true,
            Some(member) => {
                principal.member == Some(member)
                    || self
                        .community
                        .is_some_and(|community| principal.communities.contains(&community))
            }
        }
    }

    /// Whether it is somebody's own.
    pub fn is_of(&self, principal: &Principal) -> bool {
        self.member.is_some() && self.member == principal.member
    }

    pub(super) fn read(row: &Row, from: usize) -> Result<Self> {
        let member = row.int(from)?;
        Ok(Self {
            member: (member != 0).then_some(MemberId(member)),
            community: row.maybe_int(from + 1)?.map(CommunityId),
            level: u8::try_from(row.int(from + 2)?).unwrap_or(0),
        })
    }

    pub(super) fn values(&self) -> [Value; 3] {
        let member = self.member.map_or(0, |member| member.0);
        [member.into(), self.community.into(), i64::from(self.level).into()]
    }
}

/// A cluster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cluster {
    /// The number by which clients know it.
    pub id: i64,
    /// The number of its galaxy.
    pub galaxy: i64,
    /// Its UUID.
    pub uuid: Uuid,
    /// Whose it is, and to whom it goes.
    pub opening: Opening,
    /// What it is called.
    pub value: String,
    /// The tag that stands for it.
    pub tag: String,
    /// Its version.
    pub version: i64,
    /// Whether its member calls it finished.
    pub published: bool,
    /// Whether its member took it away.
    pub deleted: bool,
    /// What it says, JSON.
    pub body: String,
}

/// A cluster as its member writes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClusterWish {
    /// Its UUID.
    pub uuid: Uuid,
    /// Whose it is, and to whom it goes.
    pub opening: Opening,
    /// What it is called.
    pub value: String,
    /// The tag that stands for it.
    pub tag: String,
    /// What it is found by, in lower case.
    pub words: String,
    /// Its version.
    pub version: i64,
    /// What it says, JSON.
    pub body: String,
}

/// A cluster as a file brings it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportedCluster {
    /// Its UUID.
    pub uuid: Uuid,
    /// What it is called.
    pub value: String,
    /// The tag that stands for it.
    pub tag: String,
    /// What it is found by, in lower case.
    pub words: String,
    /// What it says, JSON.
    pub body: String,
    /// What it has to do with others.
    pub relations: Vec<ImportedRelation>,
}

/// A relation as a file brings it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportedRelation {
    /// The UUID of the other cluster.
    pub target: Uuid,
    /// What it is to this one.
    pub kind: String,
    /// Tags of the relation.
    pub tags: Vec<String>,
}

/// Which clusters are wanted; what is not said admits all.
#[derive(Clone, Debug, Default)]
pub struct ClusterFilter {
    /// Of this galaxy.
    pub galaxy: Option<i64>,
    /// Of this UUID.
    pub uuid: Option<Uuid>,
    /// Of this tag.
    pub tag: Option<String>,
    /// With this in what they are found by, in lower case.
    pub words: Option<String>,
    /// Only what members added, or only what was imported.
    pub added: Option<bool>,
    /// What was taken away, in place of what was not.
    pub deleted: bool,
    /// After this number.
    pub after: i64,
    /// At the most so many.
    pub limit: usize,
}

macro_rules! columns {
    () => {
        "id, galaxy, uuid, member, community, level, value, tag, version, published, deleted, body"
    };
}

const FIND: &str = concat!(
    "select ",
    columns!(),
    " from vocabulary_cluster where id > ?1 and (?2 = 0 or galaxy = ?2) and (?3 = '' or uuid = ?3) \
     and (?4 = '' or tag = ?4) and (?5 = '' or words like ?5 escape '!') and deleted = ?6 \
     and (?7 = 0 or (?7 = 1 and member <> 0) or (?7 = 2 and member = 0)) order by id limit ?8"
);
/// What somebody names by UUID is found by its index.
const OF_UUID: &str = concat!(
    "select ",
    columns!(),
    " from vocabulary_cluster where uuid = ?1 order by member, id"
);
const OF_TAG: &str = concat!(
    "select ",
    columns!(),
    " from vocabulary_cluster where tag = ?1 order by member, id"
);
const GET: &str = concat!("select ", columns!(), " from vocabulary_cluster where id = ?1");
const COUNTS: &str = "select galaxy, count(*) from vocabulary_cluster where member = 0 group by galaxy";
const IMPORT: &str = "insert into vocabulary_cluster (galaxy, uuid, member, community, level, value, tag, words, version, \
                      published, deleted, stamp, body) values (?1, ?2, 0, null, 3, ?3, ?4, ?5, ?6, 1, 0, ?7, ?8) \
                      on conflict (galaxy, uuid, member) do update set value = excluded.value, tag = excluded.tag, \
                      words = excluded.words, version = excluded.version, stamp = excluded.stamp, body = excluded.body";
const RELATE: &str = "insert into vocabulary_relation (cluster, target, kind, member, community, level, tags, stamp) \
                      select id, ?3, ?4, 0, null, 3, ?5, ?6 from vocabulary_cluster \
                      where galaxy = ?1 and uuid = ?2 and member = 0 \
                      on conflict (cluster, target, kind, member) do update set tags = excluded.tags, stamp = excluded.stamp";
const GONE_RELATIONS: &str = "delete from vocabulary_relation where member = 0 and stamp <> ?2 and cluster in \
                              (select id from vocabulary_cluster where galaxy = ?1 and member = 0)";
const GONE: &str = "delete from vocabulary_cluster where galaxy = ?1 and member = 0 and stamp <> ?2";
const ADD: &str = "insert into vocabulary_cluster (galaxy, uuid, member, community, level, value, tag, words, version, \
                   published, deleted, stamp, body) values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 0, 0, '', ?10) \
                   on conflict do nothing returning id";
const EDIT: &str = "update vocabulary_cluster set community = ?3, level = ?4, value = ?5, tag = ?6, words = ?7, \
                    version = ?8, published = 0, body = ?9 where id = ?1 and member = ?2 and deleted = 0 returning id";
const PUBLISH: &str =
    "update vocabulary_cluster set published = 1 where id = ?1 and member = ?2 and deleted = 0 returning id";
const DELETE: &str = "update vocabulary_cluster set deleted = ?3 where id = ?1 and member = ?2 returning id";
const ERASE: &str = "delete from vocabulary_cluster where id = ?1 and member = ?2 returning id";
const ERASE_RELATIONS: &str = "delete from vocabulary_relation where cluster = ?1";

const ABSENT: &str = "there is no such cluster of your member";

fn cluster(row: &Row) -> Result<Cluster> {
    Ok(Cluster {
        id: row.int(0)?,
        galaxy: row.int(1)?,
        uuid: row.uuid(2)?,
        opening: Opening::read(row, 3)?,
        value: row.text(6)?,
        tag: row.text(7)?,
        version: row.int(8)?,
        published: row.flag(9)?,
        deleted: row.flag(10)?,
        body: row.text(11)?,
    })
}

/// A text in the middle of others, for `like`: what stands for something else there stands for itself.
fn within(words: &str) -> String {
    let mut pattern = String::with_capacity(words.len() + 2);
    pattern.push('%');
    for letter in words.chars() {
        if matches!(letter, '%' | '_' | '!') {
            pattern.push('!');
        }
        pattern.push(letter);
    }
    pattern.push('%');
    pattern
}

fn owner(actor: &Principal) -> Result<MemberId> {
    actor.member.ok_or_else(|| Error::new(ErrorKind::NotFound, ABSENT))
}

/// What was taken away is for its own member only.
fn admitted(actor: &Principal) -> impl Fn(&Cluster) -> bool + '_ {
    |cluster| cluster.opening.opens_to(actor) && (!cluster.deleted || cluster.opening.is_of(actor))
}

impl Store {
    /// The clusters that somebody may see, by number.
    pub async fn cluster_list(&self, actor: &Principal, filter: &ClusterFilter) -> Result<Vec<Cluster>> {
        let mut found = Vec::new();
        let mut after = filter.after;
        while found.len() < filter.limit {
            let added = match filter.added {
                None => 0,
                Some(true) => 1,
                Some(false) => 2,
            };
            let values = vec![
                after.into(),
                filter.galaxy.unwrap_or_default().into(),
                filter.uuid.map_or_else(String::new, |uuid| uuid.to_string()).into(),
                filter.tag.clone().unwrap_or_default().into(),
                filter
                    .words
                    .as_deref()
                    .filter(|words| !words.is_empty())
                    .map_or_else(String::new, within)
                    .into(),
                filter.deleted.into(),
                i64::from(added).into(),
                many(filter.limit).into(),
            ];
            let page = self.list(FIND, values, cluster).await?;
            let Some(last) = page.last() else { break };
            after = last.id;
            found.extend(page.into_iter().filter(admitted(actor)));
        }
        found.truncate(filter.limit);
        Ok(found)
    }

    /// A cluster by its number, as somebody sees it.
    pub async fn cluster_get(&self, actor: &Principal, id: i64) -> Result<Option<Cluster>> {
        Ok(self.row(GET, vec![id.into()], cluster).await?.filter(admitted(actor)))
    }

    /// The clusters of a UUID that somebody may see, imported ones first.
    pub async fn cluster_by_uuid(&self, actor: &Principal, uuid: Uuid) -> Result<Vec<Cluster>> {
        let found = self.list(OF_UUID, vec![uuid.into()], cluster).await?;
        Ok(found.into_iter().filter(admitted(actor)).collect())
    }

    /// The clusters of a tag that somebody may see, imported ones first.
    pub async fn cluster_by_tag(&self, actor: &Principal, tag: &str) -> Result<Vec<Cluster>> {
        let found = self.list(OF_TAG, vec![tag.into()], cluster).await?;
        Ok(found.into_iter().filter(admitted(actor)).collect())
    }

    /// How many imported clusters each galaxy has.
    pub async fn cluster_counts(&self) -> Result<Vec<(i64, i64)>> {
        self.list(COUNTS, Vec::new(), |row| Ok((row.int(0)?, row.int(1)?)))
            .await
    }

    /// Writes the clusters of a file in place of those that an earlier one brought; numbers stay.
    pub async fn cluster_import(
        &self,
        entry: &mut ImportEntry,
        file: &VocabularyWish,
        galaxy: i64,
        clusters: &[ImportedCluster],
    ) -> Result<()> {
        let mut change = entry.with(put(file));
        for one in clusters {
            let values = vec![
                galaxy.into(),
                one.uuid.into(),
                (&one.value).into(),
                (&one.tag).into(),
                (&one.words).into(),
                file.version.into(),
                (&file.digest).into(),
                (&one.body).into(),
            ];
            change = change.with(IMPORT, values);
        }
        for one in clusters {
            for relation in &one.relations {
                let values = vec![
                    galaxy.into(),
                    one.uuid.into(),
                    relation.target.into(),
                    (&relation.kind).into(),
                    crate::value::list_text(&relation.tags).into(),
                    (&file.digest).into(),
                ];
                change = change.with(RELATE, values);
            }
        }
        let gone = || vec![galaxy.into(), (&file.digest).into()];
        change = change.with(GONE_RELATIONS, gone()).with(GONE, gone());
        self.change(change).await?;
        entry.0 = None;
        Ok(())
    }

    /// Adds a cluster of somebody's own member; gives its number.
    pub async fn cluster_add(&self, actor: &Principal, galaxy: i64, wish: &ClusterWish) -> Result<i64> {
        let mut values: Vec<Value> = vec![galaxy.into(), wish.uuid.into()];
        values.extend(wish.opening.values());
        values.extend([
            (&wish.value).into(),
            (&wish.tag).into(),
            (&wish.words).into(),
            wish.version.into(),
            (&wish.body).into(),
        ]);
        let entry = rule_changed(actor, "cluster added", serde_json::json!({ "cluster": wish.uuid }));
        let written = self.change(Change::new().must(ADD, values, TAKEN).entry(entry)).await;
        let rows = written.map_err(|error| match error.kind() {
            ErrorKind::NotFound => {
                Error::new(ErrorKind::Conflict, TAKEN).help("give it another UUID, or edit the one that is there")
            }
            _ => error,
        })?;
        crate::account::given(&rows, 0)?.int(0)
    }

    /// Changes a cluster of somebody's own member.
    pub async fn cluster_edit(&self, actor: &Principal, id: i64, wish: &ClusterWish) -> Result<()> {
        let values = vec![
            id.into(),
            owner(actor)?.into(),
            wish.opening.community.into(),
            i64::from(wish.opening.level).into(),
            (&wish.value).into(),
            (&wish.tag).into(),
            (&wish.words).into(),
            wish.version.into(),
            (&wish.body).into(),
        ];
        let entry = rule_changed(actor, "cluster changed", serde_json::json!({ "cluster": wish.uuid }));
        self.change(Change::new().must(EDIT, values, ABSENT).entry(entry))
            .await
            .map(drop)
    }

    /// Says of a cluster of somebody's own member that it is finished.
    pub async fn cluster_publish(&self, actor: &Principal, id: i64) -> Result<()> {
        let entry = rule_changed(actor, "cluster published", serde_json::json!({ "number": id }));
        let change = Change::new().must(PUBLISH, vec![id.into(), owner(actor)?.into()], ABSENT);
        self.change(change.entry(entry)).await.map(drop)
    }

    /// Takes a cluster of somebody's own member away, or puts it back.
    pub async fn cluster_delete(&self, actor: &Principal, id: i64, deleted: bool) -> Result<()> {
        let what = if deleted { "cluster deleted" } else { "cluster restored" };
        let entry = rule_changed(actor, what, serde_json::json!({ "number": id }));
        let values = vec![id.into(), owner(actor)?.into(), deleted.into()];
        self.change(Change::new().must(DELETE, values, ABSENT).entry(entry))
            .await
            .map(drop)
    }

    /// Forgets a cluster of somebody's own member, with what it has to do with others.
    pub async fn cluster_erase(&self, actor: &Principal, id: i64) -> Result<()> {
        let entry = rule_changed(actor, "cluster erased", serde_json::json!({ "number": id }));
        let change = Change::new()
            .must(ERASE, vec![id.into(), owner(actor)?.into()], ABSENT)
            .with(ERASE_RELATIONS, vec![id.into()]);
        self.change(change.entry(entry)).await.map(drop)
    }
}

/// What the change says where no row came: the UUID is there already.
const TAKEN: &str = "your member has a cluster of this UUID in this galaxy already";

#[cfg(test)]
mod tests {
    use policy::{CommunityId, MemberId, Principal};

    use super::{Opening, within};

    #[test]
    fn what_a_member_added_is_for_that_member_and_the_community_it_was_opened_to() {
        let somebody = |member, communities: &[i64]| Principal {
            member: Some(MemberId(member)),
            communities: communities.iter().copied().map(CommunityId).collect(),
            ..Principal::public()
        };
        let own = Opening {
            member: Some(MemberId(1)),
            community: None,
            level: 0,
        };
        let common = Opening {
            community: Some(CommunityId(7)),
            level: 1,
            ..own
        };
        let seen = |opening: Opening| {
            [
                somebody(1, &[]),
                somebody(2, &[7]),
                somebody(2, &[8]),
                Principal::public(),
            ]
            .map(|who| opening.opens_to(&who))
        };
        assert_eq!(seen(own), [true, false, false, false]);
        assert_eq!(seen(common), [true, true, false, false]);
        assert_eq!(seen(Opening::EVERYBODY), [true; 4]);
        assert!(
            !Opening::EVERYBODY.is_of(&Principal::public()),
            "nobody owns what was imported"
        );
    }

    #[test]
    fn letters_that_stand_for_others_stand_for_themselves() {
        assert_eq!(within("50%_!"), "%50!%!_!!%");
    }
}
