//! Properties that many types share (STIX 2.1 section 3.2) and the value types of section 2.

use super::rules;
use super::shape::Kind::{
    Bool, Choice, Extensions, Hashes, Integer, List, OwnId, OwnType, Reference, Selector, Struct,
};
use super::shape::Kind::{Syntax as Written, Text, VersionTime};
use super::shape::{Rule, Shape, Syntax, Target, may, must};

/// Of domain and relationship objects, language contents and extension definitions.
pub(super) static VERSIONED: Shape = Shape::ruled(
    &[
        must("type", OwnType),
        must("spec_version", Choice(&["2.1"])),
        must("id", OwnId),
        must("created", VersionTime),
        must("modified", VersionTime),
        may("created_by_ref", Reference(Target::Of(&["identity"]))),
        may("object_marking_refs", MARKINGS),
        may("external_references", List(&Struct(&EXTERNAL_REFERENCE))),
        may("revoked", Bool),
        may("labels", List(&Text)),
        may("confidence", Integer(0, 100)),
        may("lang", Written(Syntax::Language)),
        may("granular_markings", List(&Struct(&GRANULAR_MARKING))),
        may("extensions", Extensions),
    ],
    &[Rule::NotBefore("created", "modified")],
);

/// Of marking definitions: they have no versions.
pub(super) static MARKING: Shape = Shape::ruled(
    &[
        must("type", OwnType),
        must("spec_version", Choice(&["2.1"])),
        must("id", OwnId),
        must("created", VersionTime),
        may("created_by_ref", Reference(Target::Of(&["identity"]))),
        may("object_marking_refs", MARKINGS),
        may("external_references", List(&Struct(&EXTERNAL_REFERENCE))),
        may("granular_markings", List(&Struct(&GRANULAR_MARKING))),
        may("extensions", Extensions),
    ],
    &[Rule::Special(rules::not_its_own_marking)],
);

/// Of cyber-observable objects.
pub(super) static OBSERVABLE: Shape = Shape::plain(&[
    must("type", OwnType),
    must("id", OwnId),
    may("spec_version", Choice(&["2.1"])),
    may("object_marking_refs", MARKINGS),
    may("granular_markings", List(&Struct(&GRANULAR_MARKING))),
    may("defanged", Bool),
    may("extensions", Extensions),
]);

/// Of cyber-observable objects inside the deprecated container of observed data, which need no `id`.
pub(super) static CONTAINED: Shape = Shape::plain(&[
    must("type", OwnType),
    may("id", OwnId),
    may("spec_version", Choice(&["2.1"])),
    may("object_marking_refs", MARKINGS),
    may("granular_markings", List(&Struct(&GRANULAR_MARKING))),
    may("defanged", Bool),
    may("extensions", Extensions),
]);

/// Of bundles, which are no objects.
pub(super) static BUNDLE: Shape = Shape::plain(&[must("type", OwnType), must("id", OwnId)]);

const MARKINGS: super::shape::Kind = List(&Reference(Target::Of(&["marking-definition"])));

/// Section 2.6.
static EXTERNAL_REFERENCE: Shape = Shape::ruled(
    &[
        must("source_name", Text),
        may("description", Text),
        may("url", Written(Syntax::Url)),
        may("hashes", Hashes),
        may("external_id", Text),
    ],
    &[Rule::Some(&["description", "url", "external_id"])],
);

/// Section 2.11.
pub(super) static KILL_CHAIN_PHASE: Shape = Shape::plain(&[must("kill_chain_name", Text), must("phase_name", Text)]);

/// Section 7.2.3.
static GRANULAR_MARKING: Shape = Shape::ruled(
    &[
        may("lang", Written(Syntax::Language)),
        may("marking_ref", Reference(Target::Of(&["marking-definition"]))),
        must("selectors", List(&Selector)),
    ],
    &[
        Rule::Some(&["lang", "marking_ref"]),
        Rule::NotBoth("lang", "marking_ref"),
    ],
);
