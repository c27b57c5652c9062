//! What attributes are still worth, by the models of decay that operators put in use.

use policy::Viewer;
use serde_json::{Value, json};
use stix::Timestamp;
use store::{MispKind, MispRow, MispSource, MispTag};

use super::shape::{EventInfo, parsed};
use super::vocabulary::{DecayModel, decay_score};
use crate::error::Error;
use crate::node::Node;

/// Sightings that are looked at to know when something was seen last.
const SIGHTINGS: usize = 1_000;

/// What an attribute is worth by one model.
#[derive(Clone, Debug, PartialEq)]
pub struct Worth {
    /// The number of the model.
    pub model: i64,
    /// Its name.
    pub name: String,
    /// The score now, 0 to 100.
    pub score: f64,
    /// The score that it began with.
    pub base: f64,
    /// Whether it is not worth looking for any more.
    pub decayed: bool,
}

impl Worth {
    /// The same in MISP's words.
    pub fn json(&self) -> Value {
        json!({
            "score": self.score, "base_score": self.base, "decayed": self.decayed,
            "DecayingModel": { "id": self.model.to_string(), "name": self.name },
        })
    }
}

impl Node {
    /// The models that count for a question: those named, or all that are in use.
    ///
    /// # Errors
    /// When the store does not answer.
    pub(crate) async fn misp_models(&self, named: &[i64]) -> Result<Vec<DecayModel>, Error> {
        let models = self.misp_decay_models().await?;
        let counts = |model: &DecayModel| {
            if named.is_empty() {
                model.enabled
            } else {
                named.contains(&model.id)
            }
        };
        Ok(models.into_iter().filter(counts).collect())
    }

    /// What an attribute is worth by each of these models that is for its type.
    pub(crate) async fn misp_worth(
        &self,
        viewer: &Viewer,
        row: &MispRow,
        event: &EventInfo,
        models: &[DecayModel],
        threshold: Option<i64>,
    ) -> Result<Vec<Worth>, Error> {
        let fitting: Vec<&DecayModel> = models.iter().filter(|model| model.is_for(&row.element_type)).collect();
        if fitting.is_empty() {
            return Ok(Vec::new());
        }
        let mut tags: Vec<MispTag> = event.tags.clone();
        for number in &row.tags {
            tags.extend(self.store().misp_tag(*number).await?);
        }
        let named = || tags.iter().map(|tag| (tag.name.as_str(), tag.number));
        let seen = self.misp_seen_last(viewer, row).await?;
        let now = self.now();
        let worth = fitting.into_iter().filter_map(|model| {
            let score = decay_score(model, &row.element_type, named(), seen, now)?;
            let decayed = threshold.map_or_else(|| model.is_decayed(score), |least| score < least as f64);
            Some(Worth {
                model: model.id,
                name: model.name.clone(),
                score,
                base: model.base(named()),
                decayed,
            })
        });
        Ok(worth.collect())
    }

    /// When an attribute was seen last: by a sighting, by what it says itself, else when it was changed.
    async fn misp_seen_last(&self, viewer: &Viewer, row: &MispRow) -> Result<Timestamp, Error> {
        let store = self.store();
        let page = store
            .misp_scan(viewer, &MispSource::Parent(row.id), MispKind::Sighting, 0, SIGHTINGS)
            .await?;
        let seen: Vec<i64> = page
            .rows
            .iter()
            .filter(|one| !one.deleted && one.element_type == "0")
            .map(|one| one.number)
            .collect();
        let bodies = store.misp_bodies(viewer, &seen).await?;
        let at = |body: &String| {
            parsed(body)
                .get("date_sighting")
                .and_then(Value::as_str)?
                .parse::<i64>()
                .ok()
        };
        let sighted = bodies.values().filter_map(at).max();
        Ok(Timestamp::from_seconds(sighted.unwrap_or(row.changed).max(row.changed)))
    }
}
