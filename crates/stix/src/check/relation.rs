//! The relationship objects of STIX 2.1 section 5, the meta objects of section 7 and the bundle of section 8.

use super::rules;
use super::shape::Kind::{Any, Bool, Choice, Dictionary, Integer, List, Objects, Reference};
use super::shape::Kind::{Syntax as Written, Text, Time, Translations};
use super::shape::{Rule, Shape, Syntax, Target, may, must};

/// Section 7.3.
pub(super) const EXTENSION_TYPES: &[&str] = &[
    "new-sdo",
    "new-sco",
    "new-sro",
    "property-extension",
    "toplevel-property-extension",
];

pub(super) static RELATIONSHIP: Shape = Shape::ruled(
    &[
        must("relationship_type", Written(Syntax::Word)),
        may("description", Text),
        must("source_ref", Reference(Target::DomainOrObservable)),
        must("target_ref", Reference(Target::DomainOrObservable)),
        may("start_time", Time),
        may("stop_time", Time),
    ],
    &[Rule::After("start_time", "stop_time")],
);

pub(super) static SIGHTING: Shape = Shape::ruled(
    &[
        may("description", Text),
        may("first_seen", Time),
        may("last_seen", Time),
        may("count", Integer(0, 999_999_999)),
        must("sighting_of_ref", Reference(Target::Domain)),
        may("observed_data_refs", List(&Reference(Target::Of(&["observed-data"])))),
        may(
            "where_sighted_refs",
            List(&Reference(Target::Of(&["identity", "location"]))),
        ),
        may("summary", Bool),
    ],
    &[Rule::NotBefore("first_seen", "last_seen")],
);

pub(super) static MARKING_DEFINITION: Shape = Shape::ruled(
    &[
        may("name", Text),
        may("definition_type", Text),
        may("definition", Dictionary(&Any)),
    ],
    &[
        Rule::Some(&["definition", "extensions"]),
        Rule::Needs("definition", "definition_type"),
        Rule::Needs("definition_type", "definition"),
        Rule::Special(rules::marking_definition),
    ],
);

pub(super) static LANGUAGE_CONTENT: Shape = Shape::plain(&[
    must("object_ref", Reference(Target::Any)),
    may("object_modified", Time),
    must("contents", Translations),
]);

pub(super) static EXTENSION_DEFINITION: Shape = Shape::ruled(
    &[
        must("name", Text),
        may("description", Text),
        must("schema", Text),
        must("version", Text),
        must("extension_types", List(&Choice(EXTENSION_TYPES))),
        may("extension_properties", List(&Text)),
    ],
    &[
        Rule::Some(&["created_by_ref"]),
        Rule::Special(rules::extension_properties_are_of_the_top_level),
    ],
);

pub(super) static BUNDLE: Shape = Shape::plain(&[may("objects", Objects)]);
