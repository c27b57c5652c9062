//! What clusters have to do with each other. A relation is seen by whom it was opened to, and who sees the cluster it is of.

use policy::Principal;
use uuid::Uuid;

use super::cluster::Opening;
use crate::account::rule_changed;
use crate::db::Change;
use crate::error::ErrorKind;
use crate::value::{Row, Value, list_text, many};
use crate::{Error, Result, Store};

/// A relation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClusterRelation {
    /// The number by which clients know it.
    pub id: i64,
    /// The number of the cluster it is of.
    pub cluster: i64,
    /// The UUID of that.
    pub cluster_uuid: Uuid,
    /// The UUID of the other one, which need not be here.
    pub target: Uuid,
    /// What it is to the other one.
    pub kind: String,
    /// Whose it is, and to whom it goes.
    pub opening: Opening,
    /// Its tags.
    pub tags: Vec<String>,
}

/// A relation as its member writes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RelationWish {
    /// The UUID of the other cluster.
    pub target: Uuid,
    /// What the cluster is to the other one.
    pub kind: String,
    /// Whose it is, and to whom it goes.
    pub opening: Opening,
    /// Its tags.
    pub tags: Vec<String>,
}

macro_rules! select {
    () => {
        "select r.id, r.cluster, c.uuid, r.target, r.kind, r.member, r.community, r.level, r.tags, \
         c.member, c.community, c.level, c.deleted \
         from vocabulary_relation r join vocabulary_cluster c on c.id = r.cluster"
    };
}

const OF: &str = concat!(select!(), " where r.cluster = ?1 order by r.id");
const TO: &str = concat!(select!(), " where r.target = ?1 order by r.id");
const GET: &str = concat!(select!(), " where r.id = ?1");
const LIST: &str = concat!(select!(), " where r.id > ?1 order by r.id limit ?2");
const ADD: &str = "insert into vocabulary_relation (cluster, target, kind, member, community, level, tags, stamp) \
                   values (?1, ?2, ?3, ?4, ?5, ?6, ?7, '') on conflict do nothing returning id";
const EDIT: &str = "update vocabulary_relation set target = ?3, kind = ?4, community = ?5, level = ?6, tags = ?7 \
                    where id = ?1 and member = ?2 and not exists (select 1 from vocabulary_relation other \
                    where other.cluster = vocabulary_relation.cluster and other.target = ?3 and other.kind = ?4 \
                    and other.member = ?2 and other.id <> ?1) returning id";
const DELETE: &str = "delete from vocabulary_relation where id = ?1 and member = ?2 returning id";

const ABSENT: &str = "there is no such relation of your member";
const TAKEN: &str = "your member has this relation between these clusters already";

/// A relation, with to whom its cluster goes and whether that was taken away.
fn read(row: &Row) -> Result<(ClusterRelation, Opening, bool)> {
    let relation = ClusterRelation {
        id: row.int(0)?,
        cluster: row.int(1)?,
        cluster_uuid: row.uuid(2)?,
        target: row.uuid(3)?,
        kind: row.text(4)?,
        opening: Opening::read(row, 5)?,
        tags: row.list(8)?,
    };
    Ok((relation, Opening::read(row, 9)?, row.flag(12)?))
}

fn admitted(actor: &Principal, found: (ClusterRelation, Opening, bool)) -> Option<ClusterRelation> {
    let (relation, of, deleted) = found;
    let open = relation.opening.opens_to(actor) && of.opens_to(actor) && !deleted;
    open.then_some(relation)
}

fn taken(error: Error) -> Error {
    match error.kind() {
        ErrorKind::NotFound => Error::new(ErrorKind::Conflict, TAKEN).help("edit the one that is there"),
        _ => error,
    }
}

impl Store {
    /// What a cluster has to do with others, as somebody sees it.
    pub async fn relations_of(&self, actor: &Principal, cluster: i64) -> Result<Vec<ClusterRelation>> {
        let found = self.list(OF, vec![cluster.into()], read).await?;
        Ok(found.into_iter().filter_map(|one| admitted(actor, one)).collect())
    }

    /// What others have to do with a cluster, as somebody sees it.
    pub async fn relations_to(&self, actor: &Principal, target: Uuid) -> Result<Vec<ClusterRelation>> {
        let found = self.list(TO, vec![target.into()], read).await?;
        Ok(found.into_iter().filter_map(|one| admitted(actor, one)).collect())
    }

    /// A relation by its number, as somebody sees it.
    pub async fn relation_get(&self, actor: &Principal, id: i64) -> Result<Option<ClusterRelation>> {
        let found = self.row(GET, vec![id.into()], read).await?;
        Ok(found.and_then(|one| admitted(actor, one)))
    }

    /// Relations that somebody sees, by number, after one of them.
    pub async fn relation_list(&self, actor: &Principal, after: i64, limit: usize) -> Result<Vec<ClusterRelation>> {
        let mut found = Vec::new();
        let mut after = after;
        while found.len() < limit {
            let page = self.list(LIST, vec![after.into(), many(limit).into()], read).await?;
            let Some((last, ..)) = page.last() else { break };
            after = last.id;
            found.extend(page.into_iter().filter_map(|one| admitted(actor, one)));
        }
        found.truncate(limit);
        Ok(found)
    }

    /// Adds a relation of somebody's own member to a cluster that they see; gives its number.
    pub async fn relation_add(&self, actor: &Principal, cluster: i64, wish: &RelationWish) -> Result<i64> {
        let mut values: Vec<Value> = vec![cluster.into(), wish.target.into(), (&wish.kind).into()];
        values.extend(wish.opening.values());
        values.push(list_text(&wish.tags).into());
        let subject = serde_json::json!({ "cluster": cluster, "target": wish.target });
        let entry = rule_changed(actor, "cluster relation added", subject);
        let rows = self
            .change(Change::new().must(ADD, values, TAKEN).entry(entry))
            .await
            .map_err(taken)?;
        crate::account::given(&rows, 0)?.int(0)
    }

    /// Changes a relation of somebody's own member, which they have just read.
    pub async fn relation_edit(&self, actor: &Principal, id: i64, wish: &RelationWish) -> Result<()> {
        let Some(member) = actor.member else {
            return Err(Error::new(ErrorKind::NotFound, ABSENT));
        };
        let values = vec![
            id.into(),
            member.into(),
            wish.target.into(),
            (&wish.kind).into(),
            wish.opening.community.into(),
            i64::from(wish.opening.level).into(),
            list_text(&wish.tags).into(),
        ];
        let entry = rule_changed(actor, "cluster relation changed", serde_json::json!({ "relation": id }));
        self.change(Change::new().must(EDIT, values, TAKEN).entry(entry))
            .await
            .map(drop)
            .map_err(taken)
    }

    /// Takes a relation of somebody's own member away.
    pub async fn relation_delete(&self, actor: &Principal, id: i64) -> Result<()> {
        let Some(member) = actor.member else {
            return Err(Error::new(ErrorKind::NotFound, ABSENT));
        };
        let entry = rule_changed(actor, "cluster relation deleted", serde_json::json!({ "relation": id }));
        let change = Change::new().must(DELETE, vec![id.into(), member.into()], ABSENT);
        self.change(change.entry(entry)).await.map(drop)
    }
}
