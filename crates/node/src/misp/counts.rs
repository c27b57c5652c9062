//! What of a kind there is, counted as far as a viewer sees it.

use std::collections::BTreeMap;

use policy::{MemberId, Viewer};
use store::{MispKind, MispSource};

use crate::error::Error;
use crate::node::Node;

/// Rows walked together.
const CHUNK: usize = 5_000;

impl Node {
    /// How many attributes of each type, or of each category, a viewer sees.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn misp_statistics(&self, viewer: &Viewer, by_category: bool) -> Result<BTreeMap<String, usize>, Error> {
        let mut counts = BTreeMap::new();
        let mut scan = self.misp_every(viewer, MispSource::All, MispKind::Attribute, CHUNK);
        while let Some(rows) = scan.next().await? {
            for row in rows.into_iter().filter(|row| !row.deleted) {
                let name = if by_category { row.category } else { row.element_type };
                *counts.entry(name).or_default() += 1;
            }
        }
        Ok(counts)
    }

    /// How many events a viewer sees.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn misp_count_events(&self, viewer: &Viewer) -> Result<usize, Error> {
        let mut count = 0;
        let mut scan = self.misp_every(viewer, MispSource::All, MispKind::Event, CHUNK);
        while let Some(rows) = scan.next().await? {
            count += rows.iter().filter(|row| !row.deleted).count();
        }
        Ok(count)
    }

    /// How many events of each member a viewer sees; those whose member is withheld are nobody's.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn misp_count_by_member(&self, viewer: &Viewer) -> Result<BTreeMap<MemberId, usize>, Error> {
        let mut counts = BTreeMap::new();
        let mut scan = self.misp_every(viewer, MispSource::All, MispKind::Event, CHUNK);
        while let Some(rows) = scan.next().await? {
            for row in rows.iter().filter(|row| !row.deleted && !row.owner.withheld) {
                *counts.entry(row.owner.member).or_default() += 1;
            }
        }
        Ok(counts)
    }

    /// How many sightings of each event a viewer sees.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn misp_count_sightings(&self, viewer: &Viewer) -> Result<BTreeMap<i64, usize>, Error> {
        let mut counts = BTreeMap::new();
        let mut scan = self.misp_every(viewer, MispSource::All, MispKind::Sighting, CHUNK);
        while let Some(rows) = scan.next().await? {
            for row in rows.iter().filter(|row| !row.deleted && row.event != 0) {
                *counts.entry(row.event).or_default() += 1;
            }
        }
        let events: Vec<i64> = counts.keys().copied().collect();
        let seen = self.store().misp_seen_events(viewer, &events).await?;
        counts.retain(|event, _| seen.contains(event));
        Ok(counts)
    }

    /// On how many events that a viewer sees each tag is.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn misp_tag_statistics(&self, viewer: &Viewer) -> Result<BTreeMap<String, usize>, Error> {
        let mut numbers: BTreeMap<i64, usize> = BTreeMap::new();
        let mut scan = self.misp_every(viewer, MispSource::All, MispKind::Event, CHUNK);
        while let Some(rows) = scan.next().await? {
            for tag in rows.iter().filter(|row| !row.deleted).flat_map(|row| row.tags.iter()) {
                *numbers.entry(*tag).or_default() += 1;
            }
        }
        let mut counts = BTreeMap::new();
        for (number, count) in numbers {
            if let Some(tag) = self.store().misp_tag(number).await? {
                counts.insert(tag.name, count);
            }
        }
        Ok(counts)
    }
}
