//! Views of relationship objects.

use super::{text, texts, time, view};
use crate::Timestamp;
use crate::json::Value;

view!(
    /// How two objects relate (section 5.1).
    Relationship, "relationship"
);

impl<'v> Relationship<'v> {
    /// `relationship_type`
    pub fn relationship_type(self) -> Option<&'v str> {
        text(self.0, "relationship_type")
    }

    /// `source_ref`
    pub fn source(self) -> Option<&'v str> {
        text(self.0, "source_ref")
    }

    /// `target_ref`
    pub fn target(self) -> Option<&'v str> {
        text(self.0, "target_ref")
    }

    /// `start_time`
    pub fn start_time(self) -> Option<Timestamp> {
        time(self.0, "start_time")
    }

    /// `stop_time`
    pub fn stop_time(self) -> Option<Timestamp> {
        time(self.0, "stop_time")
    }
}

view!(
    /// That something was seen, where and when (section 5.2).
    Sighting, "sighting"
);

impl<'v> Sighting<'v> {
    /// `sighting_of_ref`
    pub fn sighting_of(self) -> Option<&'v str> {
        text(self.0, "sighting_of_ref")
    }

    /// `observed_data_refs`
    pub fn observed_data(self) -> impl Iterator<Item = &'v str> {
        texts(self.0, "observed_data_refs")
    }

    /// `where_sighted_refs`
    pub fn where_sighted(self) -> impl Iterator<Item = &'v str> {
        texts(self.0, "where_sighted_refs")
    }

    /// `first_seen`
    pub fn first_seen(self) -> Option<Timestamp> {
        time(self.0, "first_seen")
    }

    /// `last_seen`
    pub fn last_seen(self) -> Option<Timestamp> {
        time(self.0, "last_seen")
    }

    /// `count`
    pub fn count(self) -> Option<i64> {
        self.0.get("count").and_then(Value::as_i64)
    }

    /// `summary`, false when absent.
    pub fn summary(self) -> bool {
        self.0.get("summary").and_then(Value::as_bool).unwrap_or(false)
    }
}
