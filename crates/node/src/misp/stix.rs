//! A STIX bundle that a client of MISP brings as an event.

use bytes::Bytes;
use serde_json::{Map, Value, json};
use stix::Severity;
use uuid::Uuid;

use super::absent;
use super::distribution::DistributionWish;
use super::project::{CHANNEL, uuid_of};
use crate::accounts::Caller;
use crate::error::{Error, bad};
use crate::intake::ShareRequest;
use crate::node::Node;

impl Node {
    /// Takes in a bundle as it is, in the community of distribution 1; gives the number of its event. A report or grouping in
    /// it is that event; without one, a grouping is made that names all of it.
    ///
    /// # Errors
    /// When the caller may not share, the body is no bundle, its event is not to be taken in, or nothing of it is taken in.
    pub async fn misp_stix_add(&self, caller: &Caller, body: Bytes) -> Result<i64, Error> {
        self.misp_may_write(caller)?;
        let no_bundle = |why: String| bad("bad-bundle", why, "send a bundle of STIX 2 as JSON");
        let broken = |error: serde_json::Error| no_bundle(format!("the body is no bundle: {error}"));
        let mut bundle: Map<String, Value> = match serde_json::from_slice(&body).map_err(broken)? {
            Value::Object(bundle) => bundle,
            // PyMISP writes a text that it is given into a text once more.
            Value::String(text) => serde_json::from_str(&text).map_err(broken)?,
            _ => return Err(no_bundle("the body is no bundle".to_owned())),
        };
        let Some(Value::Array(objects)) = bundle.get_mut("objects") else {
            return Err(no_bundle("the bundle has no 'objects'".to_owned()));
        };
        let id = |object: &Value| object.get("id").and_then(Value::as_str).unwrap_or_default().to_owned();
        let is_head = |object: &Value| matches!(stix::id::object_type(&id(object)), "report" | "grouping");
        let uuid = match objects.iter().find(|object| is_head(object)) {
            Some(head) => uuid_of(&id(head)),
            None => {
                let about = |id: &String| {
                    let kind = stix::id::object_type(id);
                    !matches!(
                        kind,
                        "" | "marking-definition" | "extension-definition" | "language-content"
                    )
                };
                let refs: Vec<String> = objects.iter().map(id).filter(about).collect();
                if refs.is_empty() {
                    return Err(no_bundle("nothing is in the bundle".to_owned()));
                }
                let (uuid, now) = (self.fresh_uuid(), self.now().to_string());
                objects.push(json!({
                    "type": "grouping", "spec_version": "2.1", "id": format!("grouping--{uuid}"), "created": now,
                    "modified": now, "name": format!("STIX of {}", now.get(..10).unwrap_or_default()),
                    "context": "unspecified", "object_refs": refs,
                }));
                uuid
            }
        };
        self.misp_is_taken_in(uuid, &Map::new()).await?;
        let handling = self.misp_handling(caller, DistributionWish::Community(1), None).await?;
        let request = ShareRequest {
            channel: CHANNEL.to_owned(),
            name: None,
            handling,
            list_items: false,
        };
        let text = Value::Object(bundle).to_string();
        let report = self.share_bytes(caller, request, text).await?;
        self.misp_follow_event(report.transfer, uuid).await?;
        match self.misp_event_seen(caller, uuid).await? {
            Some(number) => Ok(number),
            None => {
                let mut problems = report.problems.into_iter();
                let first = problems.find(|problem| problem.severity == Severity::Error);
                Err(first.map_or_else(absent, Error::input))
            }
        }
    }

    /// The number of an event that a caller sees.
    async fn misp_event_seen(&self, caller: &Caller, uuid: Uuid) -> Result<Option<i64>, Error> {
        let viewer = self.misp_viewer(caller).await?;
        let Some(known) = self.store().misp_event_by_uuid(uuid).await? else {
            return Ok(None);
        };
        Ok(self.misp_event(&viewer, known.id).await?.map(|event| event.row.id))
    }
}
