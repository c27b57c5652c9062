//! Walks an object along the shapes of the tables and collects what is wrong with it.
//!
//! Nothing is allocated unless there is a problem: a path is a chain of borrowed steps on the stack.

use std::fmt;

use super::shape::{Kind, Property, Rule, Shape, Syntax, Target};
use super::{Class, class, selector, special, syntax};
use crate::json::{Map, Value};
use crate::problem::{Place, Problem, Severity};
use crate::{Timestamp, id};

/// So many problems of one object are told; more help nobody and would let a hostile object cost memory.
const LIMIT: usize = 50;

/// The way from the top of the input to a value.
#[derive(Clone, Copy)]
pub(super) enum Path<'p> {
    /// The top.
    Root,
    /// A property.
    Key(&'p Path<'p>, &'p str),
    /// A member of a list.
    Item(&'p Path<'p>, usize),
}

impl Path<'_> {
    /// The name of the last property on the way.
    fn key(&self) -> &str {
        match self {
            Self::Root => "",
            Self::Key(_, key) => key,
            Self::Item(outer, _) => outer.key(),
        }
    }
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Root => f.write_str("$"),
            Self::Item(outer, at) => write!(f, "{outer}[{at}]"),
            Self::Key(outer, key) => {
                outer.fmt(f)?;
                let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
                if !key.is_empty() && key.len() <= 250 && key.bytes().all(plain) {
                    write!(f, ".{key}")
                } else {
                    write!(f, "[\"{}\"]", Short(key))
                }
            }
        }
    }
}

/// A value as it is shown in a message: escaped, and cut when long.
pub(super) struct Short<'t>(pub(super) &'t str);

impl fmt::Display for Short<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, character) in self.0.chars().enumerate() {
            if at == 80 {
                return f.write_str("…");
            }
            if character.is_control() {
                write!(f, "{}", character.escape_default())?;
            } else {
                write!(f, "{character}")?;
            }
        }
        Ok(())
    }
}

/// One object under the walk, and what was found so far.
pub(super) struct Walk<'m> {
    /// The object that selectors and `defanged` refer to.
    pub(super) object: &'m Map<'m>,
    /// The container of observed data that local references refer to.
    pub(super) container: Option<&'m Map<'m>>,
    pub(super) problems: Vec<Problem>,
    /// The identifier to name in problems.
    name: Option<&'m str>,
    defanged: bool,
    /// An extension-definition is in use, so properties beyond the tables are to be expected.
    extended: bool,
    /// The type is of somebody else's making, and so are its properties.
    pub(super) custom: bool,
    /// Steps left for resolving selectors and local references, so that a hostile object cannot buy quadratic time.
    pub(super) steps: usize,
    full: bool,
}

impl<'m> Walk<'m> {
    pub(super) fn new(object: &'m Map<'m>, container: Option<&'m Map<'m>>) -> Self {
        Self {
            object,
            container,
            problems: Vec::new(),
            name: object.str("id").filter(|id| id::check(id).is_ok()),
            defanged: matches!(object.get("defanged"), Some(Value::Bool(true))),
            extended: object
                .object("extensions")
                .is_some_and(|all| all.iter().any(|(key, _)| key.starts_with("extension-definition--"))),
            custom: object
                .str("type")
                .is_none_or(|object_type| class(object_type) == Class::Unknown),
            steps: 1_000_000,
            full: false,
        }
    }

    /// Says that an extension-definition is in use.
    pub(super) fn is_extended(&self) -> bool {
        self.extended
    }

    /// Says that the object is, or may be, a cyber-observable one.
    pub(super) fn is_observable(&self) -> bool {
        self.custom || self.object.str("type").map(class) == Some(Class::Observable)
    }

    /// Says that a property beyond the tables is somebody's on purpose.
    pub(super) fn has_own_properties(&self) -> bool {
        self.extended || self.custom
    }

    fn push(&mut self, problem: Problem) {
        if self.problems.len() < LIMIT {
            let place = match self.name {
                Some(name) => problem.place.object(name),
                None => problem.place,
            };
            self.problems.push(Problem { place, ..problem });
        } else if !self.full {
            self.stop(format_args!("only the first {LIMIT} problems of the object are told"));
        }
    }

    /// Says that there is more, and takes no further problem.
    pub(super) fn stop(&mut self, message: impl fmt::Display) {
        self.full = true;
        self.problems.push(Problem::error(
            "too-many-problems",
            Place::path("$"),
            message.to_string(),
        ));
    }

    pub(super) fn error(&mut self, code: &'static str, path: &Path<'_>, message: impl fmt::Display) {
        if !self.full {
            self.push(Problem::error(code, Place::path(path.to_string()), message.to_string()));
        }
    }

    pub(super) fn warning(&mut self, code: &'static str, path: &Path<'_>, message: impl fmt::Display) {
        if !self.full {
            let problem = Problem::warning(code, Place::path(path.to_string()), message.to_string());
            self.push(problem);
        }
    }

    pub(super) fn advise(&mut self, severity: Severity, code: &'static str, path: &Path<'_>, text: (&str, &str)) {
        if !self.full {
            let problem = Problem::error(code, Place::path(path.to_string()), text.0).help(text.1);
            self.push(Problem { severity, ..problem });
        }
    }

    /// Takes a problem of the pattern reader, whose line and column count from the start of the pattern.
    pub(super) fn pattern_problem(&mut self, problem: Problem, path: &Path<'_>) {
        if self.full {
            return;
        }
        let at = match (problem.place.line, problem.place.column) {
            (Some(1) | None, Some(column)) => format!(" (at character {column} of the pattern)"),
            (Some(line), Some(column)) => format!(" (at line {line}, character {column} of the pattern)"),
            _ => String::new(),
        };
        self.push(Problem {
            place: Place::path(path.to_string()),
            message: format!("{}{at}", problem.message),
            ..problem
        });
    }

    /// Takes the problems found inside a nested object.
    pub(super) fn take(&mut self, problems: Vec<Problem>) {
        for problem in problems {
            self.push(problem);
        }
    }

    /// Checks a map against one or two shapes (the common properties, and those of its type).
    pub(super) fn map(&mut self, map: &'m Map<'m>, shapes: &[&'static Shape], path: &Path<'_>, open: bool) {
        let mut seen = [0_u64; 2];
        for (key, value) in map.iter() {
            let here = Path::Key(path, key);
            let found = shapes.iter().enumerate().find_map(|(at, shape)| {
                let place = shape.properties.iter().position(|property| property.name == key)?;
                Some((at, place, &shape.properties[place]))
            });
            if let Some((at, place, property)) = found {
                if let Some(seen) = seen.get_mut(at) {
                    *seen |= 1 << (place & 63);
                }
                self.value(value, &property.kind, &here);
            } else {
                special::unknown_property(self, key, value, &here, open);
            }
        }
        for (shape, seen) in shapes.iter().zip(seen) {
            for (place, property) in shape.properties.iter().enumerate() {
                if property.required && seen & (1 << (place & 63)) == 0 {
                    self.missing(property, path);
                }
            }
            for rule in shape.rules {
                self.rule(rule, map, shape, path);
            }
        }
    }

    fn missing(&mut self, property: &Property, path: &Path<'_>) {
        if property.name == "spec_version" {
            self.advise(
                Severity::Error,
                "missing-property",
                path,
                (
                    "the required property 'spec_version' is missing, so this is STIX 2.0",
                    "upgrade the object to STIX 2.1, or add \"spec_version\": \"2.1\" if it is one",
                ),
            );
        } else {
            let message = format_args!("the required property '{}' is missing", property.name);
            self.error("missing-property", path, message);
        }
    }

    fn rule(&mut self, rule: &Rule, map: &'m Map<'m>, shape: &Shape, path: &Path<'_>) {
        match rule {
            Rule::Some(names) => {
                if !names.iter().any(|name| map.contains(name)) {
                    let message = format_args!("at least one of {} must be there", names.join(", "));
                    self.error("none-of-properties", path, message);
                }
            }
            Rule::SomeOwn => {
                if !map.contains("extensions") && !shape.properties.iter().any(|one| map.contains(one.name)) {
                    self.error(
                        "none-of-properties",
                        path,
                        "at least one property of its own must be there",
                    );
                }
            }
            Rule::NotBoth(one, other) => {
                if map.contains(one) && map.contains(other) {
                    let message = format_args!("'{one}' and '{other}' exclude each other");
                    self.error("exclusive-properties", path, message);
                }
            }
            Rule::Needs(one, other) => {
                if map.contains(one) && !map.contains(other) {
                    let message = format_args!("'{one}' needs '{other}' beside it");
                    self.error("missing-property", path, message);
                }
            }
            Rule::NotBefore(first, second) | Rule::After(first, second) => {
                let time = |name| map.str(name).and_then(|text| Timestamp::parse(text).ok());
                if let (Some(start), Some(end)) = (time(first), time(second)) {
                    let strictly = matches!(rule, Rule::After(..));
                    if end < start || (strictly && end == start) {
                        let relation = if strictly { "after" } else { "not before" };
                        let message = format_args!("'{second}' ({end}) must be {relation} '{first}' ({start})");
                        self.error("time-order", &Path::Key(path, second), message);
                    }
                }
            }
            Rule::Special(rule) => rule(self, map, path),
        }
    }

    /// Checks one value.
    pub(super) fn value(&mut self, value: &'m Value<'m>, kind: &'static Kind, path: &Path<'_>) {
        match (kind, value) {
            (_, Value::Null) => self.error("wrong-type", path, "null is no value in STIX; leave the property out"),
            (Kind::Any, _) | (Kind::Text, Value::String(_)) | (Kind::Bool, Value::Bool(_)) => {}
            (Kind::OwnType, Value::String(text)) => special::own_type(self, text, path),
            (Kind::OwnId, Value::String(text)) => special::own_id(self, text, path),
            (Kind::Integer(least, most), Value::Number(number)) => match number.as_i64() {
                Some(value) if (*least..=*most).contains(&value) => {}
                None if number.is_f64() => {
                    self.error("wrong-type", path, format_args!("expected an integer, found {number}"));
                }
                _ => self.out_of_range(path, number, least, most),
            },
            (Kind::Number(least, most), Value::Number(number)) => {
                if !number.as_f64().is_some_and(|value| (*least..=*most).contains(&value)) {
                    self.out_of_range(path, number, least, most);
                }
            }
            (Kind::Time | Kind::VersionTime, Value::String(text)) => {
                if let Err(error) = Timestamp::parse(text) {
                    self.error("bad-timestamp", path, error);
                } else if matches!(kind, Kind::VersionTime) && text.len() < "2026-11-23T15:04:05.000Z".len() {
                    self.warning(
                        "timestamp-precision",
                        path,
                        "write this timestamp with milliseconds, as in 2026-11-23T15:04:05.000Z",
                    );
                }
            }
            (Kind::Syntax(syntax), Value::String(text)) => self.written(*syntax, text, path),
            (Kind::Choice(words), Value::String(text)) => {
                if !words.contains(&text.as_ref()) {
                    let message = format_args!("'{}' is not one of {}", Short(text), words.join(", "));
                    self.error("not-in-vocabulary", path, message);
                }
            }
            (Kind::Reference(target), Value::String(text)) => self.reference(text, *target, path),
            (Kind::List(inner), Value::Array(values)) => {
                if values.is_empty() {
                    self.error(
                        "empty-list",
                        path,
                        "a list must not be empty; leave the property out instead",
                    );
                }
                for (at, value) in values.iter().enumerate() {
                    self.value(value, inner, &Path::Item(path, at));
                    if self.full {
                        break;
                    }
                }
            }
            (Kind::Struct(shape), Value::Object(map)) => self.map(map, &[shape], path, false),
            (Kind::Hashes, Value::Object(map)) => special::hashes(self, map, path),
            (Kind::Dictionary(inner), Value::Object(map)) => special::dictionary(self, map, inner, path),
            (Kind::Translations, Value::Object(map)) => special::translations(self, map, path),
            (Kind::Extensions, Value::Object(map)) => special::extensions(self, map, path),
            (Kind::Container, Value::Object(map)) => special::container(self, map, path),
            (Kind::Objects, Value::Array(values)) => special::objects(self, values, path),
            (Kind::Selector, Value::String(text)) => selector::check(self, text, path),
            (_, found) => self.error(
                "wrong-type",
                path,
                format_args!("'{}' must be {}, found {}", path.key(), expected(kind), found.kind()),
            ),
        }
    }

    fn out_of_range(
        &mut self,
        path: &Path<'_>,
        found: impl fmt::Display,
        least: impl fmt::Display,
        most: impl fmt::Display,
    ) {
        self.error(
            "out-of-range",
            path,
            format_args!("{found} is not between {least} and {most}"),
        );
    }

    fn written(&mut self, written: Syntax, text: &str, path: &Path<'_>) {
        if self.defanged && syntax::may_be_defanged(written) {
            return;
        }
        match syntax::check(written, text) {
            Ok(()) => {}
            Err((Severity::Error, why)) => self.error("bad-value", path, format_args!("'{}' {why}", Short(text))),
            Err((Severity::Warning, why)) => self.warning("bad-value", path, format_args!("'{}' {why}", Short(text))),
        }
    }

    fn reference(&mut self, text: &str, target: Target, path: &Path<'_>) {
        let to = match id::check(text) {
            Ok(to) => to,
            Err(error) => match self.local(text) {
                Some(to) => to,
                None if self.container.is_some() => {
                    let message = format_args!("'{}' is neither a key of the container nor an identifier", Short(text));
                    return self.error("bad-reference", path, message);
                }
                None => return self.error("bad-reference", path, error),
            },
        };
        let allowed = match target {
            Target::Any => true,
            Target::Of(types) => types.contains(&to),
            Target::Domain => matches!(class(to), Class::Domain | Class::Unknown),
            Target::DomainOrObservable => matches!(class(to), Class::Domain | Class::Observable | Class::Unknown),
            Target::Observable => matches!(class(to), Class::Observable | Class::Unknown),
            Target::ObservableOrRelation => {
                matches!(class(to), Class::Observable | Class::Relation | Class::Unknown)
            }
        };
        if !allowed {
            let wanted = match target {
                Target::Of(types) => types.join(" or "),
                Target::Any => "any object".to_owned(),
                Target::Domain => "a domain object".to_owned(),
                Target::DomainOrObservable => "a domain or a cyber-observable object".to_owned(),
                Target::Observable => "a cyber-observable object".to_owned(),
                Target::ObservableOrRelation => "a cyber-observable or a relationship object".to_owned(),
            };
            let message = format_args!("'{}' must refer to {wanted}, not to a '{}'", path.key(), Short(to));
            self.error("wrong-reference", path, message);
        }
    }

    /// The type of the object that a key of the container stands for.
    fn local(&mut self, key: &str) -> Option<&'m str> {
        let container = self.container?;
        self.steps = self.steps.checked_sub(container.len())?;
        container.object(key)?.str("type")
    }
}

fn expected(kind: &Kind) -> &'static str {
    match kind {
        Kind::Bool => "a truth value",
        Kind::Integer(..) => "an integer",
        Kind::Number(..) => "a number",
        Kind::Time | Kind::VersionTime => "a timestamp (a string)",
        Kind::Reference(_) | Kind::OwnId => "an identifier (a string)",
        Kind::List(_) | Kind::Objects => "a list",
        Kind::Struct(_) | Kind::Hashes | Kind::Dictionary(_) | Kind::Translations => "an object",
        Kind::Extensions | Kind::Container => "an object",
        Kind::Any | Kind::Text | Kind::OwnType | Kind::Syntax(_) | Kind::Choice(_) | Kind::Selector => "a string",
    }
}
