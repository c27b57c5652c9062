//! Follows an object path from an object to the values it names.

use std::collections::HashSet;

use super::ast::{ObjectPath, Step};
use super::observed::Observed;
use crate::json::{Map, Value};

/// How the text of a property stands for its value, which STIX 2.1 section 3.1 tells by the property's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Encoding {
    /// The text is the value.
    Plain,
    /// `…_hex`
    Hex,
    /// `…_bin`
    Base64,
}

impl Encoding {
    /// The encoding of the property at the end of a path.
    pub(super) fn of(path: &ObjectPath) -> Self {
        let name = path.steps.iter().rev().find_map(|step| match step {
            Step::Property(name) => Some(name.as_str()),
            Step::Index(_) | Step::Any => None,
        });
        match name {
            Some(name) if name.ends_with("_hex") => Self::Hex,
            Some(name) if name.ends_with("_bin") => Self::Base64,
            _ => Self::Plain,
        }
    }
}

/// An object path made ready for being followed often.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Route {
    pub(super) object_type: Box<str>,
    steps: Box<[Leg]>,
    /// Several `[*]` can reach the same value on many ways through references; then values are collected step by
    /// step, each once, instead of followed one by one.
    branching: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Leg {
    step: Step,
    /// The step before is a property that holds references, so that a text here names an object.
    through_reference: bool,
}

#[derive(Clone, Copy)]
enum Node<'v> {
    Value(&'v Value<'v>),
    Map(&'v Map<'v>),
}

impl Route {
    pub(super) fn new(path: &ObjectPath) -> Self {
        let mut reference = false;
        let steps: Box<[Leg]> = path
            .steps
            .iter()
            .map(|step| {
                let through_reference = reference;
                if let Step::Property(name) = step {
                    reference = name.ends_with("_ref") || name.ends_with("_refs");
                }
                Leg {
                    step: step.clone(),
                    through_reference,
                }
            })
            .collect();
        let branching = steps.iter().filter(|leg| leg.step == Step::Any).count() > 1;
        Self {
            object_type: path.object_type.as_str().into(),
            steps,
            branching,
        }
    }

    /// Follows the path until the test holds for a value; says whether it did.
    pub(super) fn any<'v>(
        &self,
        object: &'v Map<'v>,
        observed: &'v Observed<'v>,
        test: &mut dyn FnMut(&Value<'_>) -> bool,
    ) -> bool {
        if self.branching {
            self.any_of_many(object, observed, test)
        } else {
            follow(Node::Map(object), &self.steps, observed, test)
        }
    }

    fn any_of_many<'v>(
        &self,
        object: &'v Map<'v>,
        observed: &'v Observed<'v>,
        test: &mut dyn FnMut(&Value<'_>) -> bool,
    ) -> bool {
        let mut nodes = vec![Node::Map(object)];
        for leg in &self.steps {
            let mut seen: HashSet<*const ()> = HashSet::new();
            let mut next = Vec::new();
            for node in nodes {
                leg.each(node, observed, &mut |node| {
                    let address: *const () = match node {
                        Node::Value(value) => std::ptr::from_ref(value).cast(),
                        Node::Map(map) => std::ptr::from_ref(map).cast(),
                    };
                    if seen.insert(address) {
                        next.push(node);
                    }
                    false
                });
            }
            nodes = next;
        }
        nodes
            .iter()
            .any(|node| matches!(node, Node::Value(value) if test(value)))
    }
}

fn follow<'v>(
    node: Node<'v>,
    legs: &[Leg],
    observed: &'v Observed<'v>,
    test: &mut dyn FnMut(&Value<'_>) -> bool,
) -> bool {
    match legs.split_first() {
        None => matches!(node, Node::Value(value) if test(value)),
        Some((leg, rest)) => leg.each(node, observed, &mut |next| follow(next, rest, observed, test)),
    }
}

impl Leg {
    /// Visits what this step leads to, until the visitor says that it has seen enough.
    fn each<'v>(&self, node: Node<'v>, observed: &'v Observed<'v>, visit: &mut dyn FnMut(Node<'v>) -> bool) -> bool {
        let map = match node {
            Node::Map(map) => Some(map),
            Node::Value(Value::Object(map)) => Some(map),
            Node::Value(Value::String(id)) if self.through_reference => observed.resolve(id),
            Node::Value(_) => None,
        };
        match (&self.step, map, node) {
            (Step::Property(name), Some(map), _) => map.get(name).is_some_and(|value| visit(Node::Value(value))),
            (Step::Any, Some(map), _) => map.iter().any(|(_, value)| visit(Node::Value(value))),
            (Step::Any, None, Node::Value(Value::Array(items))) => items.iter().any(|item| visit(Node::Value(item))),
            (Step::Index(index), None, Node::Value(Value::Array(items))) => usize::try_from(*index)
                .ok()
                .and_then(|index| items.get(index))
                .is_some_and(|item| visit(Node::Value(item))),
            _ => false,
        }
    }
}
