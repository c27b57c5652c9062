//! By which audiences a viewer sees objects, of many at once: what is asked before something is counted for them.

use std::collections::HashMap;
use std::sync::Arc;

use policy::{Audience, AudienceId, Viewer};

use super::page::object;
use super::reads::{Reads, reading};
use crate::{Error, Result, Store};

/// Objects whose rows are read together.
const BATCH: usize = 500;

const TERMS: &str = "select terms from audience where id = ?1";

async fn audiences_of(
    reads: &mut impl Reads,
    viewer: &Viewer,
    ids: &[String],
) -> Result<HashMap<String, Vec<Arc<Audience>>>> {
    let mut found: HashMap<String, Vec<Arc<Audience>>> = HashMap::new();
    let mut known: HashMap<AudienceId, Arc<Audience>> = HashMap::new();
    for ids in ids.chunks(BATCH) {
        let mut numbers = HashMap::new();
        for id in ids {
            if let Some(number) = object(reads, id).await? {
                numbers.insert(number, id);
            }
        }
        let objects: Vec<i64> = numbers.keys().copied().collect();
        for row in reads.siblings(&objects).await? {
            if !viewer.sees(row.audience) {
                continue;
            }
            if let std::collections::hash_map::Entry::Vacant(place) = known.entry(row.audience) {
                let rows = reads.rows(TERMS, vec![row.audience.into()]).await?;
                let terms = rows
                    .first()
                    .ok_or_else(|| Error::ours("an audience is missing"))?
                    .text(0)?;
                let audience = serde_json::from_str(&terms)
                    .map_err(|error| Error::ours("a stored audience is unreadable").because(error))?;
                place.insert(Arc::new(audience));
            }
            if let (Some(id), Some(audience)) = (numbers.get(&row.object), known.get(&row.audience)) {
                found.entry((*id).clone()).or_default().push(Arc::clone(audience));
            }
        }
    }
    Ok(found)
}

impl Store {
    /// The audiences by which a viewer sees each of these objects; one that it does not see is left out.
    pub async fn audiences_of(&self, viewer: &Viewer, ids: &[String]) -> Result<HashMap<String, Vec<Arc<Audience>>>> {
        reading!(self, viewer, ids => |reads| audiences_of(reads, &viewer, &ids))
    }
}
