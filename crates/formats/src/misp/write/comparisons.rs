//! The values that a pattern asks for, where MISP can say the same with attributes.

use std::collections::HashMap;

use stix::pattern::{Comparison, Constant, Literal, Observation, Operator, Pattern, Step, literals};

use super::super::observable::address_kind;
use super::values;

/// One attribute to write.
pub(super) struct Found {
    pub kind: &'static str,
    pub category: &'static str,
    pub value: String,
}

/// A path without quotes and list steps, as the table of values names it.
fn path(literal: &Literal<'_>) -> String {
    let mut text = format!("{}:", literal.path.object_type);
    let mut first = true;
    for step in &literal.path.steps {
        if let Step::Property(name) = step {
            if !first {
                text.push('.');
            }
            text.push_str(name);
            first = false;
        }
    }
    text
}

fn constant(constant: &Constant) -> Option<String> {
    match constant {
        Constant::String(text) => Some(text.clone()),
        Constant::Integer(number) => Some(number.to_string()),
        _ => None,
    }
}

fn one(literal: &Literal<'_>) -> Option<Found> {
    if !literal.is_equality() && literal.operator != Operator::IsSubset || literal.negated {
        return None;
    }
    let (kind, category) = values::attribute(&path(literal))?;
    let value = constant(&literal.constant)?;
    let kind = match kind {
        // The end of a connection can be a name as well.
        "ip-dst" if address_kind(&value).is_none() => "hostname",
        "ip-src" if address_kind(&value).is_none() => return None,
        kind => kind,
    };
    Some(Found { kind, category, value })
}

/// The values of a pattern of which any one will do.
pub(super) fn alternatives(pattern: &Pattern) -> Option<Vec<Found>> {
    fn is_or(comparison: &Comparison) -> bool {
        match comparison {
            Comparison::Test(_) => true,
            Comparison::Or(parts) => parts.iter().all(is_or),
            Comparison::And(_) => false,
        }
    }
    fn is_single(observation: &Observation) -> bool {
        match observation {
            Observation::Single(comparison) => is_or(comparison),
            Observation::Or(parts) => parts.iter().all(is_single),
            _ => false,
        }
    }
    if !is_single(&pattern.expression) {
        return None;
    }
    literals(pattern)
        .iter()
        .map(one)
        .collect::<Option<Vec<_>>>()
        .filter(|found| !found.is_empty())
}

fn conjunction(pattern: &Pattern) -> Option<Vec<Literal<'_>>> {
    let Observation::Single(Comparison::And(parts)) = &pattern.expression else {
        return None;
    };
    parts
        .iter()
        .all(|part| matches!(part, Comparison::Test(_)))
        .then(|| literals(pattern))
}

/// Two values that MISP writes as one: address and port, host and port, domain and address.
pub(super) fn pair(pattern: &Pattern) -> Option<Found> {
    let literals = conjunction(pattern)?;
    let mut get = HashMap::new();
    for literal in literals.iter().filter(|literal| literal.is_equality()) {
        get.insert(path(literal), constant(&literal.constant)?);
    }
    if get.len() != literals.len() {
        return None;
    }
    get.remove("network-traffic:dst_ref.type");
    get.remove("network-traffic:src_ref.type");
    let found = |kind, value| Found {
        kind,
        category: "Network activity",
        value,
    };
    let mut take = |key: &str| get.remove(key);
    let (destination, source) = (
        take("network-traffic:dst_ref.value"),
        take("network-traffic:src_ref.value"),
    );
    let (to, from) = (take("network-traffic:dst_port"), take("network-traffic:src_port"));
    let (domain, address) = (take("domain-name:value"), take("domain-name:resolves_to_refs.value"));
    if !get.is_empty() {
        return None;
    }
    match (destination, source, to, from, domain, address) {
        (Some(host), None, Some(port), None, None, None) => {
            let kind = if address_kind(&host).is_some() {
                "ip-dst|port"
            } else {
                "hostname|port"
            };
            Some(found(kind, format!("{host}|{port}")))
        }
        (Some(host), None, None, None, None, None) => Some(found(
            if address_kind(&host).is_some() {
                "ip-dst"
            } else {
                "hostname"
            },
            host,
        )),
        (None, Some(host), None, Some(port), None, None) if address_kind(&host).is_some() => {
            Some(found("ip-src|port", format!("{host}|{port}")))
        }
        (None, Some(host), None, None, None, None) if address_kind(&host).is_some() => Some(found("ip-src", host)),
        (None, None, None, None, Some(domain), Some(address)) => {
            Some(found("domain|ip", format!("{domain}|{address}")))
        }
        _ => None,
    }
}

/// Facts about one file that must hold together.
pub(super) fn file(pattern: &Pattern) -> Option<Vec<Found>> {
    let literals = conjunction(pattern)?;
    if !literals.iter().all(|literal| literal.path.object_type == "file") {
        return None;
    }
    literals.iter().map(one).collect()
}
