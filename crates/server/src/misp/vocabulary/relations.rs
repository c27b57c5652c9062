//! What clusters have to do with each other: `/galaxy_cluster_relations/…`.

use axum::response::Response;
use node::misp::vocabulary::RelationDraft;
use serde_json::{Value, json};
use store::ClusterRelation;

use super::clusters::{relation_draft, relation_json};
use super::list_of;
use crate::asked::Asked;
use crate::misp::ask::{fields, filters, number, part};
use crate::misp::{Routes, answer};
use crate::problem::Fault;
use crate::routes::Needs;

/// Relations of an answer, at the most.
const PAGE: usize = 1_000;

pub(super) fn routes(routes: &mut Routes) {
    routes.ask("/galaxy_cluster_relations", index);
    routes.ask("/galaxy_cluster_relations/index", index);
    routes.get("/galaxy_cluster_relations/view/{number}", view);
    routes.post("/galaxy_cluster_relations/add", Needs::Contributor, add);
    routes.post("/galaxy_cluster_relations/edit/{number}", Needs::Contributor, edit);
    routes.post("/galaxy_cluster_relations/delete/{number}", Needs::Contributor, delete);
}

fn shown(asked: &Asked, relation: &ClusterRelation) -> Value {
    let group = asked.node().opening_group(asked.caller(), &relation.opening);
    json!({ "GalaxyClusterRelation": relation_json(relation, group) })
}

/// The number that the path names.
fn named(asked: &Asked) -> Result<i64, Fault> {
    part(asked, "number").parse().map_err(|_| Fault::not_found())
}

/// Relations by number, a page at a time: `after` is the number of the last one that a client has.
async fn index(mut asked: Asked) -> Result<Response, Fault> {
    let wish = filters(&mut asked).await?;
    let limit = number(&wish, "limit")
        .and_then(|limit| usize::try_from(limit).ok())
        .unwrap_or(PAGE)
        .clamp(1, PAGE);
    let after = number(&wish, "after").unwrap_or(0);
    let found = asked.node().relations(asked.caller(), after, limit).await?;
    list_of(found.iter().map(|relation| shown(&asked, relation)).collect())
}

async fn view(asked: Asked) -> Result<Response, Fault> {
    let relation = asked.node().relation(asked.caller(), named(&asked)?).await?;
    answer::json_of(&shown(&asked, &relation))
}

fn saved(asked: &Asked, relation: &ClusterRelation, message: &str) -> Result<Response, Fault> {
    let mut json = shown(asked, relation);
    for (key, value) in [
        ("saved", json!(true)),
        ("success", json!(true)),
        ("name", json!(message)),
        ("message", json!(message)),
    ] {
        json[key] = value;
    }
    json["id"] = json!(relation.id.to_string());
    answer::json_of(&json)
}

async fn add(mut asked: Asked) -> Result<Response, Fault> {
    let wish = fields(&mut asked, "GalaxyClusterRelation").await?;
    let relation = asked
        .node()
        .relation_add(asked.caller(), relation_draft(&wish)?)
        .await?;
    saved(&asked, &relation, "Galaxy cluster relation added.")
}

async fn edit(mut asked: Asked) -> Result<Response, Fault> {
    let wish = fields(&mut asked, "GalaxyClusterRelation").await?;
    let draft = RelationDraft {
        cluster: None,
        ..relation_draft(&wish)?
    };
    let relation = asked
        .node()
        .relation_edit(asked.caller(), named(&asked)?, draft)
        .await?;
    saved(&asked, &relation, "Galaxy cluster relation saved.")
}

async fn delete(asked: Asked) -> Result<Response, Fault> {
    asked.node().relation_delete(asked.caller(), named(&asked)?).await?;
    answer::done("Galaxy cluster relation deleted.")
}
