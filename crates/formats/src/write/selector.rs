//! What an indicator looks for, in the few shapes that tools know; made from a pattern without making it weaker.
//!
//! | pattern | becomes |
//! |---|---|
//! | one equality, `IN` a set, `ISSUBSET` of a network | a value each |
//! | `OR` of such | each by itself |
//! | `AND` of properties of one file, one of them a hash | the file by its hashes: a hash names the whole file, so the rest narrows nothing |
//! | `AND` of ends, ports and protocol of one connection | a flow, kept together |
//! | everything else: other `AND`s, `NOT`, `LIKE`, `MATCHES`, `FOLLOWEDBY`, qualifiers | nothing; the reason is given |

use std::collections::HashSet;
use std::fmt;

use stix::observable::{Kind, Observable, from_property, normalise};
use stix::pattern::{CompareOperator, Comparison, Condition, Constant, Observation, Pattern, Step, Test};

/// Alternatives that one conjunction may be multiplied out to.
const ALTERNATIVES: usize = 1_024;

/// One thing to look for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Selector {
    /// One value.
    Value(Observable),
    /// A file, named by each of these hashes.
    File(Vec<Observable>),
    /// A connection to which all of this applies.
    Flow(Flow),
}

/// A connection by its ends.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Flow {
    /// Address, network or name of the source.
    pub source: Option<Observable>,
    /// Port of the source.
    pub source_port: Option<u16>,
    /// Address, network or name of the destination.
    pub destination: Option<Observable>,
    /// Port of the destination.
    pub destination_port: Option<u16>,
    /// TCP or UDP, where the pattern says.
    pub transport: Option<Transport>,
}

/// A protocol with ports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Transport {
    /// TCP
    Tcp,
    /// UDP
    Udp,
}

impl Transport {
    /// The name in lower case.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Tcp => "tcp",
            Self::Udp => "udp",
        }
    }
}

impl Selector {
    /// The values in it.
    pub fn observables(&self) -> Vec<&Observable> {
        match self {
            Self::Value(value) => vec![value],
            Self::File(hashes) => hashes.iter().collect(),
            Self::Flow(flow) => flow.source.iter().chain(&flow.destination).collect(),
        }
    }

    /// The address or name of a flow that says nothing else: which way the packets go is all that is lost without it.
    pub fn only_end(&self) -> Option<&Observable> {
        match self {
            Self::Flow(Flow {
                source,
                source_port: None,
                destination,
                destination_port: None,
                transport: None,
            }) => match (source, destination) {
                (Some(end), None) | (None, Some(end)) => Some(end),
                _ => None,
            },
            _ => None,
        }
    }
}

impl fmt::Display for Selector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let part = |f: &mut fmt::Formatter<'_>, name: &str, value: &dyn fmt::Display| write!(f, " {name} {value}");
        match self {
            Self::Value(value) => write!(f, "{} {}", value.kind, value.value),
            Self::File(hashes) => {
                f.write_str("file")?;
                hashes
                    .iter()
                    .try_for_each(|hash| part(f, hash.kind.as_str(), &hash.value))
            }
            Self::Flow(flow) => {
                f.write_str(flow.transport.map_or("flow", Transport::as_str))?;
                for (name, end, port) in [
                    ("from", &flow.source, flow.source_port),
                    ("to", &flow.destination, flow.destination_port),
                ] {
                    if let Some(end) = end {
                        part(f, name, &end.value)?;
                    }
                    if let Some(port) = port {
                        part(f, if end.is_some() { "port" } else { name }, &port)?;
                    }
                }
                Ok(())
            }
        }
    }
}

/// What became of a pattern.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Selected {
    /// What can be looked for; any one of them is a match.
    pub selectors: Vec<Selector>,
    /// Why parts of the pattern are not among them.
    pub left_out: Vec<String>,
    seen: HashSet<Selector>,
}

impl Selected {
    /// Takes a pattern apart.
    pub fn of(pattern: &Pattern) -> Self {
        let mut selected = Self::default();
        selected.observation(&pattern.expression);
        selected
    }

    fn observation(&mut self, observation: &Observation) {
        match observation {
            Observation::Single(comparison) => self.comparison(comparison),
            Observation::Or(parts) => parts.iter().for_each(|part| self.observation(part)),
            Observation::And(_) => self.leave("several observations that must all be made (AND) are more than values"),
            Observation::FollowedBy(_) => self.leave("observations in an order (FOLLOWEDBY) are more than values"),
            Observation::Qualified(_, qualifier) => {
                self.leave(&format!(
                    "the condition {} on the observations cannot be kept",
                    qualifier.keyword()
                ));
            }
        }
    }

    fn comparison(&mut self, comparison: &Comparison) {
        // Alternatives at the top need not be multiplied out.
        if let Comparison::Or(parts) = comparison {
            return parts.iter().for_each(|part| self.comparison(part));
        }
        match alternatives(comparison) {
            Err(reason) => self.leave(&reason),
            Ok(all) => {
                for equalities in all {
                    match one(&equalities) {
                        Ok(selector) if !self.seen.insert(selector.clone()) => {}
                        Ok(selector) => self.selectors.push(selector),
                        Err(reason) => self.leave(&reason),
                    }
                }
            }
        }
    }

    fn leave(&mut self, reason: &str) {
        if self.left_out.len() < 16 && !self.left_out.iter().any(|known| known == reason) {
            self.left_out.push(reason.to_owned());
        }
    }
}

/// One property that must have one value.
#[derive(Clone, Debug)]
struct Equality {
    object_type: String,
    /// The path without list positions, joined by dots.
    property: String,
    value: String,
}

/// The conjunctions of equalities of which one must hold.
fn alternatives(comparison: &Comparison) -> Result<Vec<Vec<Equality>>, String> {
    let too_many = || format!("it has more than {ALTERNATIVES} combinations");
    match comparison {
        Comparison::Test(test) => Ok(equalities(test)?.into_iter().map(|equality| vec![equality]).collect()),
        Comparison::Or(parts) => {
            let mut all = Vec::new();
            for part in parts {
                all.extend(alternatives(part)?);
                if all.len() > ALTERNATIVES {
                    return Err(too_many());
                }
            }
            Ok(all)
        }
        Comparison::And(parts) => {
            let mut all: Vec<Vec<Equality>> = vec![Vec::new()];
            for part in parts {
                let choices = alternatives(part)?;
                if all.len().saturating_mul(choices.len()) > ALTERNATIVES {
                    return Err(too_many());
                }
                all = all
                    .iter()
                    .flat_map(|before| choices.iter().map(|choice| [before.as_slice(), choice].concat()))
                    .collect();
            }
            Ok(all)
        }
    }
}

fn equalities(test: &Test) -> Result<Vec<Equality>, String> {
    let cannot = |what: &str| Err(format!("a comparison with {what} does not name a value"));
    if test.negated {
        return cannot("NOT");
    }
    let constants = match &test.condition {
        Condition::Compare(CompareOperator::Equal, constant) => vec![text(constant)],
        Condition::In(constants) => constants.iter().map(text).collect(),
        Condition::IsSubset(network) => vec![Some(network.clone())],
        other => return cannot(other.operator()),
    };
    let steps = test.path.steps.iter().filter_map(|step| match step {
        Step::Property(name) if name != "extensions" => Some(name.as_str()),
        _ => None,
    });
    let property = steps.collect::<Vec<_>>().join(".");
    let equality = |value: Option<String>| {
        let value = value.ok_or("a constant of this kind does not name a value")?;
        Ok(Equality {
            object_type: test.path.object_type.clone(),
            property: property.clone(),
            value,
        })
    };
    constants.into_iter().map(equality).collect()
}

fn text(constant: &Constant) -> Option<String> {
    match constant {
        Constant::String(text) => Some(text.clone()),
        Constant::Integer(number) => Some(number.to_string()),
        _ => None,
    }
}

fn one(equalities: &[Equality]) -> Result<Selector, String> {
    let [first, rest @ ..] = equalities else {
        return Err("it is empty".to_owned());
    };
    if rest.iter().any(|other| other.object_type != first.object_type) {
        return Err(conjunction(equalities));
    }
    match first.object_type.as_str() {
        "network-traffic" if rest.is_empty() && first.property.contains("request_header") => value(first),
        "network-traffic" => flow(equalities),
        "file" if !rest.is_empty() => file(equalities),
        _ if rest.is_empty() => value(first),
        _ => Err(conjunction(equalities)),
    }
}

fn conjunction(equalities: &[Equality]) -> String {
    let paths: Vec<String> = equalities
        .iter()
        .take(4)
        .map(|equality| format!("{}:{}", equality.object_type, equality.property))
        .collect();
    format!(
        "{} must all hold (AND), and each alone would be weaker",
        paths.join(" and ")
    )
}

fn value(equality: &Equality) -> Result<Selector, String> {
    let Equality {
        object_type,
        property,
        value,
    } = equality;
    let observable = match (object_type.as_str(), property.as_str()) {
        // A mailbox, whatever its place in the message.
        ("email-message", "from_ref.value" | "sender_ref.value" | "to_refs.value" | "cc_refs.value") => {
            normalise(Kind::EmailAddress, value).ok()
        }
        _ => from_property(object_type, property, value),
    };
    observable.map(Selector::Value).ok_or_else(|| {
        let shown: String = value.chars().take(60).collect();
        format!("{object_type}:{property} = '{shown}' is not a value that can be looked for")
    })
}

/// A file whose properties must all hold is named by its hashes; without a hash it is more than a value.
fn file(equalities: &[Equality]) -> Result<Selector, String> {
    let mut hashes = Vec::new();
    for equality in equalities {
        let is_hash = equality.property.starts_with("hashes.");
        let observable = from_property("file", &equality.property, &equality.value);
        match observable.filter(|observable| is_hash && names_a_file(observable.kind)) {
            Some(hash) if hashes.contains(&hash) => {}
            Some(hash) if hashes.iter().any(|known: &Observable| known.kind == hash.kind) => {
                return Err("one file cannot have two hashes of the same kind".to_owned());
            }
            Some(hash) => hashes.push(hash),
            None if is_hash || matches!(equality.property.as_str(), "name" | "size" | "mime_type") => {}
            None => return Err(conjunction(equalities)),
        }
    }
    hashes.sort();
    if hashes.is_empty() {
        Err(conjunction(equalities))
    } else {
        Ok(Selector::File(hashes))
    }
}

/// Whether a hash of this kind stands for the whole content of one file.
pub(super) const fn names_a_file(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Md5
            | Kind::Sha1
            | Kind::Sha224
            | Kind::Sha256
            | Kind::Sha384
            | Kind::Sha512
            | Kind::Sha3_224
            | Kind::Sha3_256
            | Kind::Sha3_384
            | Kind::Sha3_512
    )
}

fn flow(equalities: &[Equality]) -> Result<Selector, String> {
    let mut flow = Flow::default();
    let port = |equality: &Equality| {
        let wrong = || {
            format!(
                "'{}' is not a port",
                equality.value.chars().take(20).collect::<String>()
            )
        };
        equality.value.parse::<u16>().map_err(|_| wrong())
    };
    let mut twice = false;
    for equality in equalities {
        let value = equality.value.as_str();
        match equality.property.as_str() {
            "src_ref.value" => twice |= flow.source.replace(end(value)?).is_some(),
            "dst_ref.value" => twice |= flow.destination.replace(end(value)?).is_some(),
            "src_port" => twice |= flow.source_port.replace(port(equality)?).is_some(),
            "dst_port" => twice |= flow.destination_port.replace(port(equality)?).is_some(),
            "protocols" => match value {
                "tcp" => twice |= flow.transport.replace(Transport::Tcp).is_some(),
                "udp" => twice |= flow.transport.replace(Transport::Udp).is_some(),
                // Every packet of an address of this family has it.
                "ipv4" | "ipv6" | "ip" => {}
                _ => {
                    return Err(format!(
                        "the protocol '{}' cannot be kept",
                        value.chars().take(20).collect::<String>()
                    ));
                }
            },
            // The type is plain from the value.
            "src_ref.type" | "dst_ref.type" => {}
            _ => return Err(conjunction(equalities)),
        }
    }
    if twice {
        return Err("one property would need two values at once".to_owned());
    }
    if flow.source.is_none() && flow.destination.is_none() {
        return Err("a port or protocol without an address names no adversary".to_owned());
    }
    Ok(Selector::Flow(flow))
}

fn end(value: &str) -> Result<Observable, String> {
    [Kind::Ipv4, Kind::Ipv6, Kind::Domain]
        .iter()
        .find_map(|kind| normalise(*kind, value).ok())
        .ok_or_else(|| {
            let shown: String = value.chars().take(60).collect();
            format!("'{shown}' is not an address or name")
        })
}
