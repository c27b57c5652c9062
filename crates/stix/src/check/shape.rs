//! The words in which the tables of this directory describe the types of STIX 2.1: data, no code.

use super::walk::{Path, Walk};
use crate::json::Map;

/// A property of a type.
pub(super) struct Property {
    pub(super) name: &'static str,
    pub(super) required: bool,
    pub(super) kind: Kind,
}

/// A required property.
pub(super) const fn must(name: &'static str, kind: Kind) -> Property {
    Property {
        name,
        required: true,
        kind,
    }
}

/// An optional property.
pub(super) const fn may(name: &'static str, kind: Kind) -> Property {
    Property {
        name,
        required: false,
        kind,
    }
}

/// What a property's value may be.
pub(super) enum Kind {
    /// Any JSON value.
    Any,
    /// A string; an open vocabulary is one too.
    Text,
    /// The object's own `type`.
    OwnType,
    /// The object's own `id`.
    OwnId,
    /// A truth value.
    Bool,
    /// An integer within a range, both ends included.
    Integer(i64, i64),
    /// A number within a range, both ends included.
    Number(f64, f64),
    /// A timestamp.
    Time,
    /// A timestamp that is to be written with milliseconds (`created`, `modified`).
    VersionTime,
    /// A string of a special syntax.
    Syntax(Syntax),
    /// A word of a closed vocabulary.
    Choice(&'static [&'static str]),
    /// The identifier of another object.
    Reference(Target),
    /// A list that is not empty.
    List(&'static Kind),
    /// An object of a shape of its own.
    Struct(&'static Shape),
    /// A dictionary of hashes by algorithm.
    Hashes,
    /// A dictionary (section 2.5) of values of a kind.
    Dictionary(&'static Kind),
    /// A dictionary by language code of dictionaries (section 7.1).
    Translations,
    /// The `extensions` of an object, given those that the specification predefines.
    Extensions,
    /// The `objects` of an observed-data object (deprecated in 2.1).
    Container,
    /// The `objects` of a bundle.
    Objects,
    /// A selector of a granular marking.
    Selector,
}

/// Strings with a syntax of their own.
#[derive(Clone, Copy)]
pub(super) enum Syntax {
    /// Pairs of hexadecimal digits.
    Hex,
    /// Base64 of RFC 4648.
    Base64,
    /// A URL of RFC 3986.
    Url,
    /// a-z, 0-9 and hyphens.
    Word,
    /// A language tag of RFC 5646.
    Language,
    /// An IPv4 address or network in CIDR notation.
    Ipv4,
    /// An IPv6 address or network in CIDR notation.
    Ipv6,
    /// Six pairs of lower-case hexadecimal digits with colons.
    Mac,
    /// A domain name.
    Domain,
    /// An addr-spec of RFC 5322.
    Mailbox,
    /// A CPE 2.3 name.
    Cpe,
    /// A registry key whose hive is written out.
    RegistryKey,
}

/// What a reference may point to.
#[derive(Clone, Copy)]
pub(super) enum Target {
    /// Anything.
    Any,
    /// One of these types.
    Of(&'static [&'static str]),
    /// A domain object, predefined or custom.
    Domain,
    /// A domain object or a cyber-observable object.
    DomainOrObservable,
    /// A cyber-observable object, predefined or custom.
    Observable,
    /// A cyber-observable or a relationship object.
    ObservableOrRelation,
}

/// A type of object, or of a value inside one.
pub(super) struct Shape {
    pub(super) properties: &'static [Property],
    pub(super) rules: &'static [Rule],
    /// The extensions that the specification itself defines for this type.
    pub(super) extensions: &'static [(&'static str, &'static Shape)],
}

impl Shape {
    /// A shape without rules across properties.
    pub(super) const fn plain(properties: &'static [Property]) -> Self {
        Self::ruled(properties, &[])
    }

    /// A shape with rules across properties.
    pub(super) const fn ruled(properties: &'static [Property], rules: &'static [Rule]) -> Self {
        Self {
            properties,
            rules,
            extensions: &[],
        }
    }

    /// The same with predefined extensions.
    pub(super) const fn extended(self, extensions: &'static [(&'static str, &'static Shape)]) -> Self {
        Self { extensions, ..self }
    }
}

/// A rule across the properties of one object.
pub(super) enum Rule {
    /// At least one of these properties is there.
    Some(&'static [&'static str]),
    /// At least one of the properties of the shape itself is there.
    SomeOwn,
    /// Not both are there.
    NotBoth(&'static str, &'static str),
    /// If the first is there, the second is too.
    Needs(&'static str, &'static str),
    /// The second instant is not before the first.
    NotBefore(&'static str, &'static str),
    /// The second instant is after the first.
    After(&'static str, &'static str),
    /// A rule with code of its own.
    Special(fn(&mut Walk<'_>, &Map<'_>, &Path<'_>)),
}
