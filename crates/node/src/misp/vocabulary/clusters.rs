//! Clusters that members add to galaxies, and what clusters have to do with each other. They go to whom their distribution
//! says, and only their own member changes them.

use policy::{Action, CommunityId, Principal, decide};
use serde_json::{Map, Value, json};
use store::{
    Cluster, ClusterFilter, ClusterRelation, ClusterWish, CommunityKey, MemberKey, Opening, RelationWish,
    VocabularyKind,
};
use uuid::Uuid;

use super::{read, reads};
use crate::accounts::Caller;
use crate::error::{Error, bad};
use crate::misp::distribution::DistributionWish;
use crate::misp::shape::{Organisation, of_member};
use crate::node::Node;

/// The words for a cluster that is not there or not for this caller.
const NO_CLUSTER: &str = "there is no such cluster, or it is not open to you";
/// Elements of a cluster, tags of a relation.
const PARTS: usize = 1_000;
/// Characters of a description or of one element.
const TEXT: usize = 65_536;

/// A cluster as a client writes it; what is not said stays as it is, or is nothing.
#[derive(Clone, Debug, Default)]
pub struct ClusterDraft {
    /// Its UUID, where the client has one.
    pub uuid: Option<Uuid>,
    /// What it is called.
    pub value: Option<String>,
    /// What it is.
    pub description: Option<String>,
    /// Where it is from.
    pub source: Option<String>,
    /// Who wrote it.
    pub authors: Option<Vec<String>>,
    /// What is said of it, by keys.
    pub elements: Option<Vec<(String, String)>>,
    /// To whom it goes.
    pub distribution: Option<DistributionWish>,
    /// The cluster that it was made of, with its version.
    pub extends: Option<(Uuid, i64)>,
}

/// A relation as a client writes it; what is not said stays as it is, or is nothing.
#[derive(Clone, Debug, Default)]
pub struct RelationDraft {
    /// The UUID of the cluster that it is of.
    pub cluster: Option<Uuid>,
    /// The UUID of the other one.
    pub target: Option<Uuid>,
    /// What the first is to the other.
    pub kind: Option<String>,
    /// Tags.
    pub tags: Option<Vec<String>>,
    /// To whom it goes.
    pub distribution: Option<DistributionWish>,
}

/// A cluster with all that is said of it, as somebody sees it.
#[derive(Clone, Debug)]
pub struct ClusterSeen {
    /// The cluster.
    pub cluster: Cluster,
    /// What it says.
    pub body: Map<String, Value>,
    /// Whose it is, as far as the caller may know.
    pub owner: Organisation,
}

fn absent() -> Error {
    Error::NotFound(NO_CLUSTER.to_owned())
}

fn bounded(text: &str, most: usize, what: &str) -> Result<(), Error> {
    let inner = |letter: char| letter.is_control() && !matches!(letter, '\n' | '\r' | '\t');
    if text.chars().count() > most || text.chars().any(inner) {
        let message = format!("{what} has more than {most} characters, or control characters");
        return Err(bad("bad-cluster", message, "shorten it"));
    }
    Ok(())
}

fn named(text: &str, what: &str) -> Result<(), Error> {
    bounded(text, read::NAME, what)?;
    if text.trim().is_empty() || text.contains(['\n', '\r', '\t', '"']) {
        return Err(bad(
            "bad-cluster",
            format!("{what} is empty, or has quotation marks or breaks of lines"),
            "give it a plain name",
        ));
    }
    Ok(())
}

impl Node {
    /// The clusters that a caller may see.
    ///
    /// # Errors
    /// When the caller may not read, or the store does not answer.
    pub async fn clusters(&self, caller: &Caller, filter: &ClusterFilter) -> Result<Vec<ClusterSeen>, Error> {
        reads(caller)?;
        let found = self.store().cluster_list(&caller.principal, filter).await?;
        let mut seen = Vec::with_capacity(found.len());
        for cluster in found {
            seen.push(self.cluster_seen(&caller.principal, cluster).await?);
        }
        Ok(seen)
    }

    /// A cluster by its number or UUID, as a caller sees it.
    ///
    /// # Errors
    /// When there is none for the caller.
    pub async fn cluster(&self, caller: &Caller, name: &str) -> Result<ClusterSeen, Error> {
        reads(caller)?;
        let found = match name.parse::<i64>() {
            Ok(number) => self.store().cluster_get(&caller.principal, number).await?,
            Err(_) => {
                let uuid = Uuid::try_parse(name).map_err(|_| absent())?;
                let found = self.store().cluster_by_uuid(&caller.principal, uuid).await?;
                let own = found.iter().find(|cluster| cluster.opening.is_of(&caller.principal));
                own.or(found.first()).cloned()
            }
        };
        self.cluster_seen(&caller.principal, found.ok_or_else(absent)?).await
    }

    /// The clusters that tags stand for, as a caller sees them.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn clusters_of_tag(&self, caller: &Caller, tag: &str) -> Result<Vec<ClusterSeen>, Error> {
        reads(caller)?;
        let mut seen = Vec::new();
        for cluster in self.store().cluster_by_tag(&caller.principal, tag).await? {
            seen.push(self.cluster_seen(&caller.principal, cluster).await?);
        }
        Ok(seen)
    }

    pub(super) async fn cluster_seen(&self, principal: &Principal, cluster: Cluster) -> Result<ClusterSeen, Error> {
        let body = serde_json::from_str(&cluster.body)
            .map_err(|error| Error::Ours(format!("cluster {} in the store is damaged: {error}", cluster.id)))?;
        let owner = self.opening_owner(principal, &cluster.opening).await?;
        Ok(ClusterSeen { cluster, body, owner })
    }

    /// Whose something is: a member that is hidden where the caller met it is nobody in particular.
    async fn opening_owner(&self, principal: &Principal, opening: &Opening) -> Result<Organisation, Error> {
        let Some(member) = opening.member else {
            return Ok(self.misp_host());
        };
        if !opening.is_of(principal) {
            let Some(community) = opening.community else {
                return Ok(self.misp_host());
            };
            let community = self.store().community_get(CommunityKey::Id(community)).await?;
            let shown = community.is_some_and(|one| crate::communities::shows_members(principal, &one));
            if !shown {
                return Ok(self.misp_host());
            }
        }
        let member = self.store().member_get(MemberKey::Id(member)).await?;
        Ok(member.map_or_else(|| self.misp_host(), |member| of_member(&member)))
    }

    /// To whom something goes that a caller adds.
    async fn opening(&self, caller: &Caller, wish: DistributionWish) -> Result<Opening, Error> {
        decide(&caller.principal, Action::ContributeToNamed).map_err(|refusal| Error::refused(refusal, NO_CLUSTER))?;
        let level = match wish {
            DistributionWish::Own | DistributionWish::Inherit => 0,
            DistributionWish::Community(level) => level,
            DistributionWish::Group(_) => 4,
        };
        let handling = self.misp_handling(caller, wish, None).await?;
        let community: Option<CommunityId> = handling.communities.first().copied();
        if let Some(community) = community {
            decide(&caller.principal, Action::Contribute(community))
                .map_err(|refusal| Error::refused(refusal, crate::communities::NO_COMMUNITY))?;
            let found = self.store().community_get(CommunityKey::Id(community)).await?;
            let coordinates = caller.principal.coordinates.contains(&community);
            if found.is_none_or(|found| found.moderated && !coordinates) {
                let message = "this community is moderated, and clusters do not wait for moderators";
                return Err(bad(
                    "moderated",
                    message,
                    "use distribution 0, or ask a coordinator of the community to add it",
                ));
            }
        }
        Ok(Opening {
            member: caller.principal.member,
            community,
            level,
        })
    }

    async fn galaxy_key(&self, galaxy: i64) -> Result<String, Error> {
        let found = self.store().vocabulary_get(VocabularyKind::Galaxy, galaxy).await?;
        found.map(|galaxy| galaxy.key).ok_or_else(absent)
    }

    /// What a draft comes to, on top of what was there.
    async fn cluster_wish(
        &self,
        caller: &Caller,
        galaxy: &str,
        before: Option<&ClusterSeen>,
        draft: ClusterDraft,
    ) -> Result<ClusterWish, Error> {
        let opening = match (draft.distribution, before) {
            (None, Some(before)) => before.cluster.opening,
            (wish, _) => self.opening(caller, wish.unwrap_or(DistributionWish::Own)).await?,
        };
        let uuid = match before {
            Some(before) => before.cluster.uuid,
            None => draft.uuid.unwrap_or_else(|| self.fresh_uuid()),
        };
        let value = draft
            .value
            .or_else(|| before.map(|before| before.cluster.value.clone()))
            .unwrap_or_default();
        named(&value, "the value of the cluster")?;
        let mut body = before.map(|before| before.body.clone()).unwrap_or_default();
        if let Some(description) = draft.description {
            bounded(&description, TEXT, "the description")?;
            body.insert("description".to_owned(), json!(description));
        }
        if let Some(source) = draft.source {
            bounded(&source, TEXT, "the source")?;
            body.insert("source".to_owned(), json!(source));
        }
        if let Some(authors) = draft.authors {
            parts(authors.len())?;
            for author in &authors {
                bounded(author, read::NAME, "the name of an author")?;
            }
            body.insert("authors".to_owned(), json!(authors));
        }
        if let Some(elements) = draft.elements {
            parts(elements.len())?;
            for (key, text) in &elements {
                named(key, "the key of an element")?;
                bounded(text, TEXT, "an element")?;
            }
            body.insert("elements".to_owned(), json!(elements));
        }
        if let Some((extends, version)) = draft.extends {
            body.insert("extends_uuid".to_owned(), json!(extends));
            body.insert("extends_version".to_owned(), json!(version));
        }
        let elements: Vec<(String, String)> = body
            .get("elements")
            .cloned()
            .and_then(|elements| serde_json::from_value(elements).ok())
            .unwrap_or_default();
        let description = body.get("description").and_then(Value::as_str).unwrap_or_default();
        let words = read::words(&value, description, &elements);
        // As in MISP: the version is when it was written. Two in one second still follow each other.
        let now = self.now().micros() / 1_000_000;
        let version = before.map_or(now, |before| now.max(before.cluster.version + 1));
        Ok(ClusterWish {
            uuid,
            opening,
            // The tag of what a member added names no more than its UUID: the tag is seen where the cluster may not be.
            tag: read::tag(galaxy, &uuid.to_string()),
            value,
            words,
            version,
            body: Value::Object(body).to_string(),
        })
    }

    /// Adds a cluster to a galaxy.
    ///
    /// # Errors
    /// When the caller may not share, there is no such galaxy, or what is written does not fit.
    pub async fn cluster_add(&self, caller: &Caller, galaxy: &str, draft: ClusterDraft) -> Result<ClusterSeen, Error> {
        decide(&caller.principal, Action::ContributeToNamed).map_err(|refusal| Error::refused(refusal, NO_CLUSTER))?;
        let galaxy = self.vocabulary(caller, VocabularyKind::Galaxy, galaxy).await?;
        let wish = self.cluster_wish(caller, &galaxy.key, None, draft).await?;
        let id = self.store().cluster_add(&caller.principal, galaxy.id, &wish).await?;
        self.cluster(caller, &id.to_string()).await
    }

    /// Makes a cluster of one that the caller sees; what is not said is as there.
    ///
    /// # Errors
    /// As [`Node::cluster_add`].
    pub async fn cluster_fork(&self, caller: &Caller, from: &str, draft: ClusterDraft) -> Result<ClusterSeen, Error> {
        let from = self.cluster(caller, from).await?;
        let text = |key: &str| from.body.get(key).and_then(Value::as_str).map(str::to_owned);
        let given = |key: &str| from.body.get(key).cloned();
        let draft = ClusterDraft {
            value: draft.value.or_else(|| Some(from.cluster.value.clone())),
            description: draft.description.or_else(|| text("description")),
            source: draft.source.or_else(|| text("source")),
            authors: draft.authors.or_else(|| serde_json::from_value(given("authors")?).ok()),
            elements: draft
                .elements
                .or_else(|| serde_json::from_value(given("elements")?).ok()),
            extends: Some((from.cluster.uuid, from.cluster.version)),
            ..draft
        };
        self.cluster_add(caller, &from.cluster.galaxy.to_string(), draft).await
    }

    /// A cluster that the caller's own member added.
    async fn own_cluster(&self, caller: &Caller, name: &str) -> Result<ClusterSeen, Error> {
        let found = self.cluster(caller, name).await?;
        decide(&caller.principal, Action::ContributeToNamed).map_err(|refusal| Error::refused(refusal, NO_CLUSTER))?;
        if !found.cluster.opening.is_of(&caller.principal) {
            return Err(Error::NotAllowed(
                "only the member that added a cluster changes it; make one of your own of it",
            ));
        }
        Ok(found)
    }

    /// Changes a cluster of the caller's own member.
    ///
    /// # Errors
    /// When there is none for the caller, it is not theirs, or what is written does not fit.
    pub async fn cluster_edit(&self, caller: &Caller, name: &str, draft: ClusterDraft) -> Result<ClusterSeen, Error> {
        let before = self.own_cluster(caller, name).await?;
        let galaxy = self.galaxy_key(before.cluster.galaxy).await?;
        let wish = self.cluster_wish(caller, &galaxy, Some(&before), draft).await?;
        self.store()
            .cluster_edit(&caller.principal, before.cluster.id, &wish)
            .await?;
        self.cluster(caller, &before.cluster.id.to_string()).await
    }

    /// Says of a cluster of the caller's own member that it is finished.
    ///
    /// # Errors
    /// When there is none for the caller, or it is not theirs.
    pub async fn cluster_publish(&self, caller: &Caller, name: &str) -> Result<(), Error> {
        let found = self.own_cluster(caller, name).await?;
        Ok(self
            .store()
            .cluster_publish(&caller.principal, found.cluster.id)
            .await?)
    }

    /// Takes a cluster of the caller's own member away, for good where that is said.
    ///
    /// # Errors
    /// When there is none for the caller, or it is not theirs.
    pub async fn cluster_delete(&self, caller: &Caller, name: &str, for_good: bool) -> Result<(), Error> {
        let found = self.own_cluster(caller, name).await?;
        match for_good {
            true => self.store().cluster_erase(&caller.principal, found.cluster.id).await?,
            false => {
                self.store()
                    .cluster_delete(&caller.principal, found.cluster.id, true)
                    .await?
            }
        }
        Ok(())
    }

    /// Puts a cluster back that the caller's own member took away.
    ///
    /// # Errors
    /// As [`Node::cluster_delete`].
    pub async fn cluster_restore(&self, caller: &Caller, name: &str) -> Result<(), Error> {
        let found = self.own_cluster(caller, name).await?;
        Ok(self
            .store()
            .cluster_delete(&caller.principal, found.cluster.id, false)
            .await?)
    }

    /// What a cluster has to do with others, and others with it, as a caller sees it.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn cluster_relations(
        &self,
        caller: &Caller,
        cluster: &Cluster,
    ) -> Result<(Vec<ClusterRelation>, Vec<ClusterRelation>), Error> {
        reads(caller)?;
        let of = self.store().relations_of(&caller.principal, cluster.id).await?;
        let to = self.store().relations_to(&caller.principal, cluster.uuid).await?;
        Ok((of, to))
    }

    /// Relations that a caller sees, by number.
    ///
    /// # Errors
    /// When the caller may not read, or the store does not answer.
    pub async fn relations(&self, caller: &Caller, after: i64, limit: usize) -> Result<Vec<ClusterRelation>, Error> {
        reads(caller)?;
        Ok(self.store().relation_list(&caller.principal, after, limit).await?)
    }

    /// A relation by its number, as a caller sees it.
    ///
    /// # Errors
    /// When there is none for the caller.
    pub async fn relation(&self, caller: &Caller, id: i64) -> Result<ClusterRelation, Error> {
        reads(caller)?;
        let found = self.store().relation_get(&caller.principal, id).await?;
        found.ok_or_else(|| Error::NotFound("there is no such relation, or it is not open to you".to_owned()))
    }

    async fn relation_wish(
        &self,
        caller: &Caller,
        before: Option<&ClusterRelation>,
        draft: RelationDraft,
    ) -> Result<RelationWish, Error> {
        let opening = match (draft.distribution, before) {
            (None, Some(before)) => before.opening,
            (wish, _) => self.opening(caller, wish.unwrap_or(DistributionWish::Own)).await?,
        };
        let target = draft.target.or_else(|| before.map(|before| before.target));
        let Some(target) = target else {
            return Err(bad(
                "bad-relation",
                "a relation names the UUID of the other cluster",
                "give referenced_galaxy_cluster_uuid",
            ));
        };
        let kind = draft
            .kind
            .or_else(|| before.map(|before| before.kind.clone()))
            .unwrap_or_default();
        named(&kind, "the type of the relation")?;
        let tags = draft
            .tags
            .or_else(|| before.map(|before| before.tags.clone()))
            .unwrap_or_default();
        parts(tags.len())?;
        for tag in &tags {
            bounded(tag, read::NAME, "the name of a tag")?;
        }
        Ok(RelationWish {
            target,
            kind,
            opening,
            tags,
        })
    }

    /// Adds a relation to a cluster of the caller's own member, or to an imported one; only whom it goes to sees it.
    ///
    /// # Errors
    /// When there is no such cluster for the caller, or what is written does not fit.
    pub async fn relation_add(&self, caller: &Caller, draft: RelationDraft) -> Result<ClusterRelation, Error> {
        decide(&caller.principal, Action::ContributeToNamed).map_err(|refusal| Error::refused(refusal, NO_CLUSTER))?;
        let of = draft.cluster.ok_or_else(|| {
            bad(
                "bad-relation",
                "a relation names the UUID of the cluster that it is of",
                "give galaxy_cluster_uuid",
            )
        })?;
        let of = self.cluster(caller, &of.to_string()).await?;
        let wish = self.relation_wish(caller, None, draft).await?;
        let id = self
            .store()
            .relation_add(&caller.principal, of.cluster.id, &wish)
            .await?;
        self.relation(caller, id).await
    }

    async fn own_relation(&self, caller: &Caller, id: i64) -> Result<ClusterRelation, Error> {
        let found = self.relation(caller, id).await?;
        decide(&caller.principal, Action::ContributeToNamed).map_err(|refusal| Error::refused(refusal, NO_CLUSTER))?;
        if !found.opening.is_of(&caller.principal) {
            return Err(Error::NotAllowed("only the member that added a relation changes it"));
        }
        Ok(found)
    }

    /// Changes a relation of the caller's own member; the cluster that it is of stays.
    ///
    /// # Errors
    /// When there is none for the caller, it is not theirs, or what is written does not fit.
    pub async fn relation_edit(
        &self,
        caller: &Caller,
        id: i64,
        draft: RelationDraft,
    ) -> Result<ClusterRelation, Error> {
        let before = self.own_relation(caller, id).await?;
        let wish = self.relation_wish(caller, Some(&before), draft).await?;
        self.store().relation_edit(&caller.principal, id, &wish).await?;
        self.relation(caller, id).await
    }

    /// Takes a relation of the caller's own member away.
    ///
    /// # Errors
    /// When there is none for the caller, or it is not theirs.
    pub async fn relation_delete(&self, caller: &Caller, id: i64) -> Result<(), Error> {
        self.own_relation(caller, id).await?;
        Ok(self.store().relation_delete(&caller.principal, id).await?)
    }

    /// The number of the sharing group that something was opened to, for who is in it.
    pub fn opening_group(&self, caller: &Caller, opening: &Opening) -> Option<i64> {
        let community = opening.community.filter(|_| opening.level == 4)?;
        caller.principal.communities.contains(&community).then_some(community.0)
    }
}

fn parts(count: usize) -> Result<(), Error> {
    if count > PARTS {
        let message = format!("a cluster has up to {PARTS} elements, authors or tags, and here are {count}");
        return Err(bad(
            "too-many-elements",
            message,
            "leave some out, or make several clusters",
        ));
    }
    Ok(())
}
