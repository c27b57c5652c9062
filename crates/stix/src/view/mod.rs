//! Typed, read-only views of objects: they borrow, read when asked, and never change or copy anything.
//!
//! A view is made of what an object says its type is; it does not check. A property that is absent or of the
//! wrong type reads as none, so run [`crate::check::check`] first where that matters.

mod domain;
mod meta;
mod reference;
mod relation;

pub use domain::{CourseOfAction, Grouping, Identity, Indicator, ObservedData, Report, Vulnerability};
pub use meta::{Bundle, LanguageContent, MarkingDefinition};
pub use reference::{graph_references, references};
pub use relation::{Relationship, Sighting};

use crate::Timestamp;
use crate::json::{Map, Value};

/// What all views have in common (STIX 2.1 section 3.2).
pub trait View<'v>: Copy {
    /// The object itself.
    fn map(self) -> &'v Map<'v>;

    /// `id`
    fn id(self) -> &'v str {
        text(self.map(), "id").unwrap_or_default()
    }

    /// `created_by_ref`
    fn created_by(self) -> Option<&'v str> {
        text(self.map(), "created_by_ref")
    }

    /// `created`
    fn created(self) -> Option<Timestamp> {
        time(self.map(), "created")
    }

    /// `modified`
    fn modified(self) -> Option<Timestamp> {
        time(self.map(), "modified")
    }

    /// `revoked`, false when absent.
    fn revoked(self) -> bool {
        self.map().get("revoked").and_then(Value::as_bool).unwrap_or(false)
    }

    /// `name`
    fn name(self) -> Option<&'v str> {
        text(self.map(), "name")
    }

    /// `description`
    fn description(self) -> Option<&'v str> {
        text(self.map(), "description")
    }

    /// `labels`
    fn labels(self) -> impl Iterator<Item = &'v str> {
        texts(self.map(), "labels")
    }

    /// `confidence`, 0 to 100.
    fn confidence(self) -> Option<u8> {
        let confidence = self.map().get("confidence")?.as_i64()?;
        u8::try_from(confidence).ok().filter(|confidence| *confidence <= 100)
    }

    /// `lang`, English when absent.
    fn lang(self) -> &'v str {
        text(self.map(), "lang").unwrap_or("en")
    }

    /// `external_references`
    fn external_references(self) -> impl Iterator<Item = ExternalReference<'v>> {
        maps(self.map(), "external_references").map(ExternalReference)
    }

    /// `kill_chain_phases` as pairs of chain and phase.
    fn kill_chain_phases(self) -> impl Iterator<Item = (&'v str, &'v str)> {
        maps(self.map(), "kill_chain_phases")
            .filter_map(|phase| Some((text(phase, "kill_chain_name")?, text(phase, "phase_name")?)))
    }
}

/// Any object, seen only by what all have in common.
#[derive(Clone, Copy, Debug)]
pub struct Common<'v>(pub &'v Map<'v>);

impl<'v> View<'v> for Common<'v> {
    fn map(self) -> &'v Map<'v> {
        self.0
    }
}

/// An external reference (section 2.5).
#[derive(Clone, Copy, Debug)]
pub struct ExternalReference<'v>(&'v Map<'v>);

impl<'v> ExternalReference<'v> {
    /// `source_name`
    pub fn source_name(self) -> &'v str {
        text(self.0, "source_name").unwrap_or_default()
    }

    /// `external_id`
    pub fn external_id(self) -> Option<&'v str> {
        text(self.0, "external_id")
    }

    /// `url`
    pub fn url(self) -> Option<&'v str> {
        text(self.0, "url")
    }

    /// `description`
    pub fn description(self) -> Option<&'v str> {
        text(self.0, "description")
    }
}

/// Declares a view of one object type.
macro_rules! view {
    ($(#[$doc:meta])* $name:ident, $object_type:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        pub struct $name<'v>(&'v $crate::json::Map<'v>);

        impl<'v> $name<'v> {
            #[doc = concat!("The view, if the object is of type `", $object_type, "`.")]
            pub fn of(map: &'v $crate::json::Map<'_>) -> Option<Self> {
                (map.str("type") == Some($object_type)).then_some(Self(map))
            }
        }

        impl<'v> $crate::view::View<'v> for $name<'v> {
            fn map(self) -> &'v $crate::json::Map<'v> {
                self.0
            }
        }
    };
}
use view;

fn text<'v>(map: &'v Map<'v>, key: &str) -> Option<&'v str> {
    map.str(key)
}

fn time(map: &Map<'_>, key: &str) -> Option<Timestamp> {
    map.str(key).and_then(|text| Timestamp::parse(text).ok())
}

fn texts<'v>(map: &'v Map<'v>, key: &str) -> impl Iterator<Item = &'v str> {
    map.array(key).unwrap_or_default().iter().filter_map(Value::as_str)
}

fn maps<'v>(map: &'v Map<'v>, key: &str) -> impl Iterator<Item = &'v Map<'v>> {
    map.array(key).unwrap_or_default().iter().filter_map(Value::as_object)
}

#[cfg(test)]
mod tests;
