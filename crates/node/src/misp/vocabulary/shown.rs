//! Galaxies and clusters in MISP's JSON, and those that tags stand for.

use policy::Viewer;
use serde_json::{Map, Value, json};
use store::{MispTag, Vocabulary, VocabularyKind};

use super::clusters::ClusterSeen;
use crate::error::Error;
use crate::node::Node;

/// How the tags of clusters begin.
pub(crate) const CLUSTER_TAG: &str = "misp-galaxy:";

/// What lists show of a vocabulary.
pub fn head(one: &Vocabulary) -> Map<String, Value> {
    serde_json::from_str(&one.head).unwrap_or_default()
}

/// What is told of a galaxy.
pub fn galaxy_json(one: &Vocabulary) -> Value {
    let mut json = json!({
        "id": one.id.to_string(), "uuid": one.uuid, "version": one.version.to_string(), "enabled": one.enabled,
        "local_only": false, "default": true, "org_id": "0", "orgc_id": "0", "distribution": "3",
    });
    for (key, value) in head(one) {
        json[key] = value;
    }
    json
}

/// What is told of a cluster without its galaxy.
pub fn cluster_json(seen: &ClusterSeen, galaxy: &Vocabulary, group: Option<i64>) -> Value {
    let (cluster, body) = (&seen.cluster, &seen.body);
    let id = cluster.id.to_string();
    let said = |key: &str| body.get(key).and_then(Value::as_str).unwrap_or_default();
    let pair = |element: &Value| {
        let text = |at: usize| element.get(at).and_then(Value::as_str).unwrap_or_default().to_owned();
        json!({ "galaxy_cluster_id": id, "key": text(0), "value": text(1) })
    };
    let elements = body
        .get("elements")
        .and_then(Value::as_array)
        .map(Vec::as_slice)
        .unwrap_or_default();
    let owner = seen.owner.json();
    let imported = cluster.opening.member.is_none();
    let level = match (cluster.opening.level, group) {
        // The number of a group is for those who are in it.
        (4, None) => 0,
        (level, _) => level,
    };
    json!({
        "id": id, "uuid": cluster.uuid.to_string(), "collection_uuid": said("collection_uuid"), "type": galaxy.key,
        "value": cluster.value, "tag_name": cluster.tag, "description": said("description"), "galaxy_id": cluster.galaxy.to_string(),
        "source": said("source"), "authors": body.get("authors").cloned().unwrap_or_else(|| json!([])),
        "version": cluster.version.to_string(), "distribution": level.to_string(),
        "sharing_group_id": group.map(|group| group.to_string()), "org_id": owner["id"], "orgc_id": owner["id"],
        "default": imported, "locked": false, "extends_uuid": said("extends_uuid"),
        "extends_version": body.get("extends_version").and_then(Value::as_i64).unwrap_or(0).to_string(),
        "published": cluster.published, "deleted": cluster.deleted,
        "GalaxyElement": elements.iter().map(pair).collect::<Vec<_>>(), "Org": owner, "Orgc": owner,
    })
}

/// A cluster that a tag stands for, and its galaxy, as they are shown on what has the tag.
#[derive(Clone, Debug)]
pub(crate) struct Tagged {
    galaxy: Value,
    cluster: Value,
}

impl Node {
    /// The clusters that a tag stands for, as far as a viewer sees them.
    pub(crate) async fn misp_clusters_of(&self, viewer: &Viewer, tag: &MispTag) -> Result<Vec<Tagged>, Error> {
        if !tag.name.starts_with(CLUSTER_TAG) {
            return Ok(Vec::new());
        }
        let principal = viewer.principal();
        let mut found = Vec::new();
        for cluster in self.store().cluster_by_tag(principal, &tag.name).await? {
            let galaxy = self
                .store()
                .vocabulary_get(VocabularyKind::Galaxy, cluster.galaxy)
                .await?;
            let Some(galaxy) = galaxy else { continue };
            let community = cluster.opening.community.filter(|_| cluster.opening.level == 4);
            let group = community
                .filter(|one| principal.communities.contains(one))
                .map(|one| one.0);
            let seen = self.cluster_seen(principal, cluster).await?;
            let mut cluster = cluster_json(&seen, &galaxy, group);
            cluster["tag_id"] = json!(tag.id.to_string());
            cluster["local"] = json!(false);
            cluster["relationship_type"] = json!("");
            found.push(Tagged {
                galaxy: galaxy_json(&galaxy),
                cluster,
            });
        }
        Ok(found)
    }
}

/// Galaxies with the clusters that tags stand for. `brought`: those that the author sent along; of them those count whose
/// tag is there, and stands for nothing here.
pub(crate) fn galaxies(tagged: &[Tagged], brought: Option<&Value>, tags: &[&str]) -> Vec<Value> {
    let mut list: Vec<Value> = Vec::new();
    let text = |value: &Value, key: &str| value.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    for one in tagged {
        let same = |known: &&mut Value| text(known, "id") == text(&one.galaxy, "id");
        let at = list.iter_mut().find(same);
        match at
            .and_then(|galaxy| galaxy.get_mut("GalaxyCluster"))
            .and_then(Value::as_array_mut)
        {
            Some(clusters) => clusters.push(one.cluster.clone()),
            None => {
                let mut galaxy = one.galaxy.clone();
                galaxy["GalaxyCluster"] = json!([one.cluster]);
                list.push(galaxy);
            }
        }
    }
    for galaxy in brought.and_then(Value::as_array).into_iter().flatten() {
        let clusters = galaxy
            .get("GalaxyCluster")
            .and_then(Value::as_array)
            .into_iter()
            .flatten();
        let shown = |tag: &str| tagged.iter().any(|one| text(&one.cluster, "tag_name") == tag);
        let kept: Vec<&Value> = clusters
            .filter(|cluster| {
                let tag = text(cluster, "tag_name");
                tags.contains(&tag.as_str()) && !shown(&tag)
            })
            .collect();
        if !kept.is_empty() {
            let mut galaxy = galaxy.clone();
            galaxy["GalaxyCluster"] = json!(kept);
            list.push(galaxy);
        }
    }
    list
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Tagged, galaxies};

    #[test]
    fn clusters_stand_in_their_galaxy_and_what_was_brought_beside_them() {
        let tagged = |cluster: &str| Tagged {
            galaxy: json!({ "id": "1" }),
            cluster: json!({ "id": cluster, "tag_name": format!("misp-galaxy:tool=\"{cluster}\"") }),
        };
        let brought = json!([{ "id": "7", "GalaxyCluster": [
            { "id": "70", "tag_name": "misp-galaxy:other=\"a\"" }, { "id": "71", "tag_name": "misp-galaxy:other=\"gone\"" },
            { "id": "72", "tag_name": "misp-galaxy:tool=\"x\"" } ] }]);
        let tags = [
            "misp-galaxy:tool=\"x\"",
            "misp-galaxy:tool=\"y\"",
            "misp-galaxy:other=\"a\"",
        ];
        let shown = galaxies(&[tagged("x"), tagged("y")], Some(&brought), &tags);
        let ids = |at: usize| -> Vec<&str> {
            let clusters = shown[at]["GalaxyCluster"].as_array().unwrap();
            clusters.iter().map(|cluster| cluster["id"].as_str().unwrap()).collect()
        };
        assert_eq!((shown.len(), ids(0), ids(1)), (2, vec!["x", "y"], vec!["70"]));
    }
}
