//! Clusters of galaxies: `/galaxy_clusters/…`. Imported ones are for everybody; what a member adds goes to whom its
//! distribution says, and only that member changes it.

use std::collections::HashMap;

use axum::response::Response;
use node::misp::vocabulary::{ClusterDraft, ClusterSeen, RelationDraft, cluster_json};
use node::misp::{DistributionWish, GroupName};
use serde_json::{Map, Value, json};
use store::{ClusterFilter, ClusterRelation, Vocabulary, VocabularyKind};
use uuid::Uuid;

use super::galaxies::with_galaxy;
use super::{named, texts};
use crate::asked::Asked;
use crate::misp::ask::{Named, fields, filters, number, part, text, truth};
use crate::misp::{Routes, answer};
use crate::problem::Fault;
use crate::query::bad;
use crate::routes::Needs;

/// Clusters that are read together.
const PAGE: usize = 500;
/// Clusters that a client names by number, UUID or value in one filter.
const NAMED: usize = 10_000;

pub(super) fn routes(routes: &mut Routes) {
    routes.ask("/galaxy_clusters/index/{number}", index);
    routes.get("/galaxy_clusters/view/{number}", view);
    routes.ask("/galaxy_clusters/restSearch", rest_search);
    routes.post("/galaxy_clusters/add/{number}", Needs::Contributor, add);
    routes.post("/galaxy_clusters/add/{number}/forkUUID:{id}", Needs::Contributor, fork);
    routes.post("/galaxy_clusters/edit/{number}", Needs::Contributor, edit);
    routes.put(
        http::Method::PUT,
        "/galaxy_clusters/edit/{number}",
        Needs::Contributor,
        edit,
    );
    routes.post("/galaxy_clusters/publish/{number}", Needs::Contributor, publish);
    routes.post("/galaxy_clusters/delete/{number}", Needs::Contributor, delete);
    routes.post("/galaxy_clusters/restore/{number}", Needs::Contributor, restore);
}

/// Which clusters a list is of.
pub(super) struct Wanted {
    /// What the store leaves out.
    pub filter: ClusterFilter,
    ids: Vec<String>,
    values: Vec<String>,
    types: Vec<String>,
    galaxies: Vec<i64>,
    organisations: Vec<String>,
    published: Option<bool>,
    own: bool,
    skip: usize,
    most: usize,
}

impl Wanted {
    /// All of one galaxy.
    pub fn of_galaxy(galaxy: i64) -> Self {
        Self {
            filter: ClusterFilter {
                galaxy: Some(galaxy),
                limit: PAGE,
                ..ClusterFilter::default()
            },
            ..Self::all()
        }
    }

    fn all() -> Self {
        Self {
            filter: ClusterFilter {
                limit: PAGE,
                ..ClusterFilter::default()
            },
            ids: Vec::new(),
            values: Vec::new(),
            types: Vec::new(),
            galaxies: Vec::new(),
            organisations: Vec::new(),
            published: None,
            own: false,
            skip: 0,
            most: usize::MAX,
        }
    }

    /// The page that a client asks for.
    fn paged(&mut self, wanted: &Map<String, Value>) {
        let size = |key: &str| {
            number(wanted, key)
                .and_then(|number| usize::try_from(number).ok())
                .filter(|number| *number > 0)
        };
        if let Some(limit) = size("limit") {
            self.most = limit;
            self.skip = limit.saturating_mul(size("page").unwrap_or(1) - 1);
        }
    }

    fn admits(&self, seen: &ClusterSeen, galaxy: &Vocabulary, asked: &node::Caller) -> bool {
        let cluster = &seen.cluster;
        let among =
            |list: &[String], texts: &[&str]| list.is_empty() || list.iter().any(|one| texts.contains(&one.as_str()));
        among(&self.ids, &[&cluster.id.to_string(), &cluster.uuid.to_string()])
            && among(&self.values, &[&cluster.value])
            && among(&self.types, &[&galaxy.key])
            && among(&self.organisations, &[&seen.owner.id.to_string()])
            && (self.galaxies.is_empty() || self.galaxies.contains(&cluster.galaxy))
            && self.published.is_none_or(|published| published == cluster.published)
            && (!self.own || cluster.opening.is_of(&asked.principal))
    }
}

/// How the clusters of a list are written.
#[derive(Clone, Copy)]
pub(super) enum Shown {
    /// As they are.
    Plain,
    /// Each in an object of its name.
    Wrapped,
    /// Only what other servers ask for first.
    Minimal,
    /// As files have them.
    File,
}

fn file_json(seen: &ClusterSeen) -> Value {
    let mut meta: Map<String, Value> = Map::new();
    let elements = seen
        .body
        .get("elements")
        .and_then(Value::as_array)
        .map(Vec::as_slice)
        .unwrap_or_default();
    for element in elements {
        let (Some(key), Some(value)) = (element.get(0).and_then(Value::as_str), element.get(1)) else {
            continue;
        };
        if let Some(list) = meta.entry(key).or_insert_with(|| json!([])).as_array_mut() {
            list.push(value.clone());
        }
    }
    json!({
        "uuid": seen.cluster.uuid.to_string(), "value": seen.cluster.value, "description": seen.body.get("description"), "meta": meta,
    })
}

/// Writes clusters while they are read, between two texts.
pub(super) fn write_list(
    asked: Asked,
    wanted: Wanted,
    shown: Shown,
    around: (String, &'static str),
) -> Result<Response, Fault> {
    answer::pieces(asked, move |node, caller, pieces| async move {
        let galaxies = node.vocabulary_list(&caller, VocabularyKind::Galaxy).await?;
        let galaxies: HashMap<i64, Vocabulary> = galaxies.into_iter().map(|one| (one.id, one)).collect();
        let (mut piece, end) = around;
        let (mut skip, mut left) = (wanted.skip, wanted.most);
        let mut filter = wanted.filter.clone();
        let mut first = true;
        while left > 0 {
            let page = node.clusters(&caller, &filter).await?;
            let Some(last) = page.last() else { break };
            filter.after = last.cluster.id;
            for seen in &page {
                let Some(galaxy) = galaxies.get(&seen.cluster.galaxy) else {
                    continue;
                };
                if left == 0 || !wanted.admits(seen, galaxy, &caller) {
                    continue;
                }
                if skip > 0 {
                    skip -= 1;
                    continue;
                }
                left -= 1;
                let group = node.opening_group(&caller, &seen.cluster.opening);
                let json = match shown {
                    Shown::Plain => cluster_json(seen, galaxy, group),
                    Shown::Wrapped => json!({ "GalaxyCluster": cluster_json(seen, galaxy, group) }),
                    Shown::Minimal => json!({ "GalaxyCluster": {
                        "uuid": seen.cluster.uuid.to_string(), "version": seen.cluster.version.to_string(),
                    } }),
                    Shown::File => file_json(seen),
                };
                if !std::mem::take(&mut first) {
                    piece.push(',');
                }
                piece.push_str(&json.to_string());
            }
            if pieces.send(std::mem::take(&mut piece)).await.is_err() {
                // Nobody reads on.
                return Ok(());
            }
        }
        piece.push_str(end);
        let _ = pieces.send(piece).await;
        Ok(())
    })
}

async fn index(mut asked: Asked) -> Result<Response, Fault> {
    let wish = filters(&mut asked).await?;
    let galaxy = named(&asked, VocabularyKind::Galaxy).await?;
    let mut wanted = Wanted::of_galaxy(galaxy.id);
    wanted.filter.words = text(&wish, "searchall").map(|words| words.to_lowercase());
    match text(&wish, "context").as_deref() {
        None | Some("" | "all") => {}
        Some("default") => wanted.filter.added = Some(false),
        Some("custom") => wanted.filter.added = Some(true),
        Some("org" | "orgc") => (wanted.filter.added, wanted.own) = (Some(true), true),
        Some("deleted") => wanted.filter.deleted = true,
        Some(_) => {
            return Err(bad(
                "bad-context",
                "the context is one of all, default, custom, org, orgc, deleted",
            ));
        }
    }
    wanted.paged(&wish);
    write_list(asked, wanted, Shown::Wrapped, ("[".to_owned(), "]"))
}

async fn rest_search(mut asked: Asked) -> Result<Response, Fault> {
    let wish = filters(&mut asked).await?;
    let mut wanted = Wanted::all();
    let list = |keys: &[&str]| -> Vec<String> { keys.iter().flat_map(|key| texts(wish.get(*key))).collect() };
    wanted.ids = list(&["id", "uuid"]);
    wanted.values = list(&["value"]);
    wanted.types = list(&["type", "galaxy_type"]);
    wanted.organisations = list(&["org_id", "orgc_id"]);
    wanted.published = truth(&wish, "published");
    wanted.filter.tag = text(&wish, "tag_name");
    wanted.filter.words = text(&wish, "searchall").map(|words| words.to_lowercase());
    wanted.filter.added = truth(&wish, "custom").or_else(|| truth(&wish, "default").map(|default| !default));
    wanted.filter.deleted = truth(&wish, "deleted") == Some(true);
    for galaxy in list(&["galaxy_id", "galaxy_uuid"]) {
        match asked
            .node()
            .vocabulary(asked.caller(), VocabularyKind::Galaxy, &galaxy)
            .await
        {
            Ok(found) => wanted.galaxies.push(found.id),
            // What is not there has no clusters.
            Err(node::Error::NotFound(_)) => wanted.galaxies.push(0),
            Err(error) => return Err(error.into()),
        }
    }
    if [&wanted.ids, &wanted.values, &wanted.types]
        .iter()
        .any(|list| list.len() > NAMED)
        || wanted.galaxies.len() > NAMED
    {
        return Err(bad(
            "too-many-values",
            "a filter names up to 10,000 things; ask several times",
        ));
    }
    // One that is named by UUID is found by it.
    if let [one] = wanted.ids.as_slice() {
        wanted.filter.uuid = Uuid::try_parse(one).ok();
    }
    wanted.paged(&wish);
    let shown = if truth(&wish, "minimal") == Some(true) {
        Shown::Minimal
    } else {
        Shown::Wrapped
    };
    write_list(asked, wanted, shown, ("{\"response\":[".to_owned(), "]}"))
}

/// What is told of a relation.
pub(super) fn relation_json(relation: &ClusterRelation, group: Option<i64>) -> Value {
    let owner = relation.opening.member.map_or(0, |member| member.0).to_string();
    let tag = |name: &String| json!({ "name": name });
    json!({
        "id": relation.id.to_string(), "galaxy_cluster_id": relation.cluster.to_string(),
        "galaxy_cluster_uuid": relation.cluster_uuid.to_string(),
        "referenced_galaxy_cluster_uuid": relation.target.to_string(), "referenced_galaxy_cluster_id": "0",
        "referenced_galaxy_cluster_type": relation.kind, "distribution": relation.opening.level.to_string(),
        "sharing_group_id": group.map(|group| group.to_string()), "default": relation.opening.member.is_none(),
        "org_id": owner, "Tag": relation.tags.iter().map(tag).collect::<Vec<_>>(),
    })
}

/// A cluster with its galaxy and what it has to do with others.
async fn whole(asked: &Asked, seen: &ClusterSeen) -> Result<Value, Fault> {
    let (node, caller) = (asked.node(), asked.caller());
    let galaxy = node
        .vocabulary(caller, VocabularyKind::Galaxy, &seen.cluster.galaxy.to_string())
        .await?;
    let mut json = with_galaxy(seen, &galaxy, node.opening_group(caller, &seen.cluster.opening));
    let (of, to) = node.cluster_relations(caller, &seen.cluster).await?;
    let list = |relations: &[ClusterRelation]| -> Value {
        relations
            .iter()
            .map(|one| relation_json(one, node.opening_group(caller, &one.opening)))
            .collect()
    };
    json["GalaxyClusterRelation"] = list(&of);
    json["TargetingClusterRelation"] = list(&to);
    Ok(json!({ "GalaxyCluster": json }))
}

async fn view(asked: Asked) -> Result<Response, Fault> {
    let seen = asked.node().cluster(asked.caller(), part(&asked, "number")).await?;
    answer::json_of(&whole(&asked, &seen).await?)
}

/// To whom something goes, as it is written; none where it is not said.
pub(super) fn distribution(wish: &Map<String, Value>) -> Result<Option<DistributionWish>, Fault> {
    if wish.get("distribution").is_none_or(Value::is_null) {
        return Ok(None);
    }
    let group = || {
        let inner = wish
            .get("SharingGroup")
            .and_then(Value::as_object)
            .and_then(|group| text(group, "uuid"));
        let name = text(wish, "sharing_group_id").filter(|name| name != "0").or(inner)?;
        match Named::parse(&name)? {
            Named::Number(number) => Some(GroupName::Number(number)),
            Named::Uuid(uuid) => Some(GroupName::Uuid(uuid)),
        }
    };
    match number(wish, "distribution") {
        Some(0) => Ok(Some(DistributionWish::Own)),
        Some(1) => Ok(Some(DistributionWish::Community(1))),
        Some(2) => Ok(Some(DistributionWish::Community(2))),
        Some(3) => Ok(Some(DistributionWish::Community(3))),
        Some(4) => match group() {
            Some(group) => Ok(Some(DistributionWish::Group(group))),
            None => Err(bad(
                "no-such-group",
                "distribution 4 names a sharing group in 'sharing_group_id'",
            )),
        },
        _ => Err(bad("bad-distribution", "the distribution is 0 to 4")),
    }
}

fn uuid(wish: &Map<String, Value>, key: &str) -> Result<Option<Uuid>, Fault> {
    match text(wish, key).filter(|text| !text.is_empty()) {
        None => Ok(None),
        Some(text) => match Uuid::try_parse(&text) {
            Ok(uuid) => Ok(Some(uuid)),
            Err(_) => Err(bad("bad-uuid", format!("'{key}' is no UUID"))),
        },
    }
}

/// What is said of a cluster: as elements, or as a list or an object of `meta`.
fn elements(wish: &Map<String, Value>) -> Result<Option<Vec<(String, String)>>, Fault> {
    let mut given = wish.get("GalaxyElement").or_else(|| wish.get("elements")).cloned();
    if let Some(Value::String(text)) = &given {
        given = serde_json::from_str(text)
            .map_err(|error| bad("bad-json", format!("'elements' is no JSON: {error}")))
            .map(Some)?;
    }
    let mut elements = Vec::new();
    match (&given, wish.get("meta")) {
        (Some(Value::Array(list)), _) => {
            for element in list {
                let field = |key: &str| element.as_object().and_then(|element| text(element, key));
                match (field("key"), field("value")) {
                    (Some(key), Some(value)) => elements.push((key, value)),
                    _ => return Err(bad("bad-element", "an element has a 'key' and a 'value', both texts")),
                }
            }
        }
        (None, Some(Value::Object(meta))) if !meta.is_empty() => {
            for (key, value) in meta {
                elements.extend(texts(Some(value)).into_iter().map(|value| (key.clone(), value)));
            }
        }
        (None, _) => return Ok(None),
        _ => return Err(bad("bad-element", "'GalaxyElement' is a list of elements")),
    }
    Ok(Some(elements))
}

fn draft(wish: &Map<String, Value>) -> Result<ClusterDraft, Fault> {
    let authors = wish.get("authors").filter(|authors| !authors.is_null());
    Ok(ClusterDraft {
        uuid: uuid(wish, "uuid")?,
        value: text(wish, "value"),
        description: text(wish, "description"),
        source: text(wish, "source"),
        authors: authors.map(|authors| texts(Some(authors))),
        elements: elements(wish)?,
        distribution: distribution(wish)?,
        extends: uuid(wish, "extends_uuid")?.map(|extends| (extends, number(wish, "extends_version").unwrap_or(0))),
    })
}

/// A relation as it is written.
pub(super) fn relation_draft(wish: &Map<String, Value>) -> Result<RelationDraft, Fault> {
    let tags = wish.get("Tag").or_else(|| wish.get("tags")).and_then(Value::as_array);
    let name = |tag: &Value| match tag {
        Value::Object(tag) => text(tag, "name"),
        Value::String(name) => Some(name.clone()),
        _ => None,
    };
    Ok(RelationDraft {
        cluster: uuid(wish, "galaxy_cluster_uuid")?,
        target: uuid(wish, "referenced_galaxy_cluster_uuid")?,
        kind: text(wish, "referenced_galaxy_cluster_type"),
        tags: tags.map(|tags| tags.iter().filter_map(name).collect()),
        distribution: distribution(wish)?,
    })
}

/// Adds the relations that came with a cluster and have no number yet; of those that have one, the tags may be others.
async fn relate(asked: &Asked, seen: &ClusterSeen, wish: &Map<String, Value>) -> Result<(), Fault> {
    let relations = wish
        .get("GalaxyClusterRelation")
        .and_then(Value::as_array)
        .map(Vec::as_slice)
        .unwrap_or_default();
    for relation in relations.iter().filter_map(Value::as_object) {
        let draft = RelationDraft {
            cluster: Some(seen.cluster.uuid),
            ..relation_draft(relation)?
        };
        if let Some(id) = number(relation, "id") {
            let known = asked.node().relation(asked.caller(), id).await.ok();
            let known = known.filter(|known| known.cluster_uuid == seen.cluster.uuid);
            if known.is_some_and(|known| draft.tags.as_ref().is_some_and(|tags| *tags != known.tags)) {
                asked.node().relation_edit(asked.caller(), id, draft).await?;
            }
            continue;
        }
        match asked.node().relation_add(asked.caller(), draft).await {
            // It is there already.
            Ok(_) | Err(node::Error::Conflict(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

async fn add(mut asked: Asked) -> Result<Response, Fault> {
    let wish = fields(&mut asked, "GalaxyCluster").await?;
    let seen = asked
        .node()
        .cluster_add(asked.caller(), part(&asked, "number"), draft(&wish)?)
        .await?;
    relate(&asked, &seen, &wish).await?;
    answer::json_of(&whole(&asked, &seen).await?)
}

async fn fork(mut asked: Asked) -> Result<Response, Fault> {
    let wish = fields(&mut asked, "GalaxyCluster").await?;
    let draft = ClusterDraft {
        uuid: None,
        ..draft(&wish)?
    };
    let seen = asked
        .node()
        .cluster_fork(asked.caller(), part(&asked, "id"), draft)
        .await?;
    answer::json_of(&whole(&asked, &seen).await?)
}

async fn edit(mut asked: Asked) -> Result<Response, Fault> {
    let wish = fields(&mut asked, "GalaxyCluster").await?;
    let seen = asked
        .node()
        .cluster_edit(asked.caller(), part(&asked, "number"), draft(&wish)?)
        .await?;
    relate(&asked, &seen, &wish).await?;
    answer::json_of(&whole(&asked, &seen).await?)
}

async fn publish(asked: Asked) -> Result<Response, Fault> {
    asked
        .node()
        .cluster_publish(asked.caller(), part(&asked, "number"))
        .await?;
    answer::done("Galaxy cluster published.")
}

async fn delete(mut asked: Asked) -> Result<Response, Fault> {
    let wish = fields(&mut asked, "GalaxyCluster").await?;
    let for_good = truth(&wish, "hard") == Some(true);
    asked
        .node()
        .cluster_delete(asked.caller(), part(&asked, "number"), for_good)
        .await?;
    answer::done(if for_good {
        "Galaxy cluster successfully hard deleted."
    } else {
        "Galaxy cluster successfully soft deleted."
    })
}

async fn restore(asked: Asked) -> Result<Response, Fault> {
    asked
        .node()
        .cluster_restore(asked.caller(), part(&asked, "number"))
        .await?;
    answer::done("Galaxy cluster restored.")
}
