//! What there is: discovery, the API root, its collections.

use axum::response::Response;
use http::StatusCode;
use node::collections::Collection;
use serde::Serialize;
use serde_json::json;

use super::answer;
use crate::asked::Asked;
use crate::media;
use crate::problem::Fault;

/// What the objects in every collection are.
const OBJECTS: &str = "application/stix+json;version=2.1";

/// TAXII 2.1 section 4.1.
pub async fn discovery(asked: Asked) -> Result<Response, Fault> {
    let chosen = asked.node().chosen();
    let root = asked.app.address(&format!("/{}/", asked.app.options().root));
    let mut body = json!({ "title": chosen.title, "description": chosen.description });
    if let Some(fields) = body.as_object_mut() {
        if let Some(contact) = &chosen.contact {
            fields.insert("contact".to_owned(), json!(contact));
        }
        fields.insert("default".to_owned(), json!(root));
        fields.insert("api_roots".to_owned(), json!([root]));
    }
    Ok(answer(StatusCode::OK, body.to_string()))
}

/// TAXII 2.1 section 4.2. The advertised length is the one that is enforced.
pub async fn root(asked: Asked) -> Result<Response, Fault> {
    let (settings, chosen) = (asked.node().settings(), asked.node().chosen());
    let body = json!({
        "title": chosen.title,
        "description": chosen.description,
        "versions": [media::TAXII],
        "max_content_length": settings.request_bytes,
    });
    Ok(answer(StatusCode::OK, body.to_string()))
}

#[derive(Serialize)]
struct Shown<'a> {
    id: String,
    title: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    description: &'a str,
    alias: &'a str,
    can_read: bool,
    can_write: bool,
    media_types: [&'static str; 1],
}

impl<'a> From<&'a Collection> for Shown<'a> {
    fn from(collection: &'a Collection) -> Self {
        Self {
            id: collection.uuid.to_string(),
            title: &collection.title,
            description: &collection.description,
            alias: &collection.alias,
            can_read: collection.can_read,
            can_write: collection.can_write,
            media_types: [OBJECTS],
        }
    }
}

/// TAXII 2.1 section 5.1.
pub async fn collections(asked: Asked) -> Result<Response, Fault> {
    let collections = asked.node().collections(asked.caller()).await?;
    let shown: Vec<Shown<'_>> = collections.iter().map(Shown::from).collect();
    Ok(answer(StatusCode::OK, json!({ "collections": shown }).to_string()))
}

/// TAXII 2.1 section 5.2.
pub async fn collection(asked: Asked) -> Result<Response, Fault> {
    let (collection, _) = super::collection(&asked).await?;
    let body = serde_json::to_string(&Shown::from(&collection)).map_err(Fault::ours)?;
    Ok(answer(StatusCode::OK, body))
}
