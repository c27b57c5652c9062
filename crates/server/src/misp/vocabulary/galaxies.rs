//! Galaxies: `/galaxies/…`. What they are is imported; a cluster is put on an event or attribute as its tag.

use axum::response::Response;
use node::misp::vocabulary::{cluster_json, galaxy_json};
use serde_json::{Map, Value, json};
use store::{MispKind, Vocabulary, VocabularyKind};

use super::clusters::{Shown, Wanted, write_list};
use super::{list_of, named, texts, up_to_date};
use crate::asked::Asked;
use crate::misp::ask::{fields, filters, id, part, text, truth};
use crate::misp::{Routes, answer, attributes, events};
use crate::problem::Fault;
use crate::query::bad;
use crate::routes::Needs;

const KIND: VocabularyKind = VocabularyKind::Galaxy;
/// The colour of the tag of a cluster.
const COLOUR: &str = "#0088cc";
/// Clusters that are attached together.
const ATTACHED: usize = 100;

pub(super) fn routes(routes: &mut Routes) {
    routes.ask("/galaxies", index);
    routes.ask("/galaxies/index", index);
    routes.post("/galaxies/search", Needs::Reader, index);
    routes.get("/galaxies/view/{number}", view);
    routes.ask("/galaxies/export/{number}", export);
    routes.post("/galaxies/enable/{number}", Needs::Operator, |asked| set(asked, true));
    routes.post("/galaxies/disable/{number}", Needs::Operator, |asked| set(asked, false));
    routes.post("/galaxies/update", Needs::Operator, update);
    routes.post("/galaxies/attachCluster/{number}/{kind}", Needs::Contributor, attach);
    routes.post(
        "/galaxies/attachCluster/{number}/{kind}/local:{place}",
        Needs::Contributor,
        attach,
    );
}

async fn index(mut asked: Asked) -> Result<Response, Fault> {
    let wanted = filters(&mut asked).await?;
    let word = text(&wanted, "value")
        .or_else(|| text(&wanted, "searchall"))
        .unwrap_or_default()
        .to_lowercase();
    let enabled = truth(&wanted, "enabled");
    let all = asked.node().vocabulary_list(asked.caller(), KIND).await?;
    let mut found = Vec::new();
    for one in all
        .iter()
        .filter(|one| enabled.is_none_or(|enabled| enabled == one.enabled))
    {
        let json = galaxy_json(one);
        let told = ["name", "namespace", "description", "uuid", "type"].iter().any(|key| {
            json[key]
                .as_str()
                .is_some_and(|text| text.to_lowercase().contains(&word))
        });
        if told {
            found.push(json!({ "Galaxy": json }));
        }
    }
    list_of(found)
}

async fn view(asked: Asked) -> Result<Response, Fault> {
    let galaxy = named(&asked, KIND).await?;
    let before = format!("{{\"Galaxy\":{},\"GalaxyCluster\":[", galaxy_json(&galaxy));
    let wanted = Wanted::of_galaxy(galaxy.id);
    write_list(asked, wanted, Shown::Plain, (before, "]}"))
}

/// A galaxy with its clusters as one file, in the format of MISP's repository or as MISP's servers exchange them.
async fn export(mut asked: Asked) -> Result<Response, Fault> {
    let wish = fields(&mut asked, "Galaxy").await?;
    let galaxy = named(&asked, KIND).await?;
    let (default, custom) = (
        truth(&wish, "default").unwrap_or(true),
        truth(&wish, "custom").unwrap_or(true),
    );
    let mut wanted = Wanted::of_galaxy(galaxy.id);
    wanted.filter.added = match (default, custom) {
        (true, false) => Some(false),
        (false, true) => Some(true),
        _ => None,
    };
    if text(&wish, "format").as_deref() == Some("misp") {
        return write_list(asked, wanted, Shown::Wrapped, ("[".to_owned(), "]"));
    }
    let json = galaxy_json(&galaxy);
    let file: Map<String, Value> = ["name", "type", "description", "uuid"]
        .iter()
        .map(|key| ((*key).to_owned(), json[key].clone()))
        .chain([
            ("version".to_owned(), json!(galaxy.version)),
            ("authors".to_owned(), json!([])),
            ("source".to_owned(), json!("")),
        ])
        .collect();
    let mut before = Value::Object(file).to_string();
    before.pop();
    before.push_str(",\"values\":[");
    write_list(asked, wanted, Shown::File, (before, "]}"))
}

async fn set(asked: Asked, enabled: bool) -> Result<Response, Fault> {
    super::switched(&asked, KIND, Some(enabled)).await?;
    answer::done(if enabled { "Galaxy enabled" } else { "Galaxy disabled" })
}

async fn update(asked: Asked) -> Result<Response, Fault> {
    answer::json_of(&up_to_date(&asked, "Galaxies updated.")?)
}

async fn attach(mut asked: Asked) -> Result<Response, Fault> {
    let wish = fields(&mut asked, "Galaxy").await?;
    let wanted = texts(wish.get("target_id").or_else(|| wish.get("cluster_id")));
    if wanted.is_empty() || wanted.len() > ATTACHED {
        return Err(bad(
            "bad-cluster",
            "name 1 to 100 clusters by number or UUID in 'target_id'",
        ));
    }
    let mut tags = Vec::with_capacity(wanted.len());
    for cluster in &wanted {
        tags.push(asked.node().cluster(asked.caller(), cluster).await?.cluster.tag);
    }
    let target = id(&asked, "number")?;
    events::viewer(&asked).await?;
    let (kind, number) = match part(&asked, "kind") {
        "event" => (MispKind::Event, events::number_of(&asked, target).await?),
        "attribute" => (
            MispKind::Attribute,
            attributes::element(&asked, MispKind::Attribute, target).await?,
        ),
        _ => return Err(Fault::not_found()),
    };
    for tag in &tags {
        asked
            .node()
            .misp_tag_set(asked.caller(), kind, number, (tag, COLOUR), true)
            .await?;
    }
    answer::json_of(&json!({ "saved": true, "success": "Cluster attached.", "check_publish": true }))
}

/// The galaxy of a cluster, for what is told of it.
pub(super) fn with_galaxy(
    seen: &node::misp::vocabulary::ClusterSeen,
    galaxy: &Vocabulary,
    group: Option<i64>,
) -> Value {
    let mut json = cluster_json(seen, galaxy, group);
    json["Galaxy"] = galaxy_json(galaxy);
    json
}
