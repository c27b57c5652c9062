//! Correlations: rules about several events, as they are written.
//!
//! | type | when |
//! |---|---|
//! | `event_count` | so many events match one of the rules |
//! | `value_count` | they have so many different values in a field |
//! | `temporal` | each of the rules matches |
//! | `temporal_ordered` | each of the rules matches, in this order |
//!
//! Always within a time, and for each group of events that have the same values in some fields. An event that lacks one
//! of these fields is in no group. Counting up is what a stream can do: a condition that also holds for few events
//! (`lt`, `lte`) would hold at every moment, and is refused.

use crate::condition::Refusal;
use crate::rule::Rule;
use crate::table::Table;
use crate::yaml::Node;

/// The most events or values that a condition may count: what a window holds.
pub const COUNT: usize = 100_000;

/// When a correlation holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// So many events.
    Events(usize),
    /// So many values of a field.
    Values(usize, u32),
    /// Each rule.
    Each,
    /// Each rule in turn.
    InOrder,
}

/// A correlation with what it speaks of.
#[derive(Clone, Debug)]
pub struct Correlation {
    /// Its own number among the rules.
    pub rule: u32,
    /// The rules, by number.
    pub of: Vec<u32>,
    /// The fields of the group: for each, its name, and its number for each of the rules.
    pub group: Vec<(String, Vec<u32>)>,
    pub micros: i64,
    pub when: When,
}

/// A correlation as it is written.
#[derive(Clone, Debug)]
pub struct Unresolved {
    pub rule: Rule,
    /// Whether the rules are also told by themselves.
    pub generate: bool,
    of: Vec<String>,
    group: Vec<String>,
    /// For an alias and a rule, the field.
    aliases: Vec<(String, String, String)>,
    micros: i64,
    kind: Kind,
}

#[derive(Clone, Debug)]
enum Kind {
    Events(usize),
    Values(usize, String),
    Each,
    InOrder,
}

/// Reads a correlation.
pub fn read(node: &Node, rule: Rule) -> Result<Unresolved, Refusal> {
    let syntax = |why: &str| Refusal::Syntax(why.to_owned());
    let of = node.texts_of("rules");
    if of.is_empty() {
        return Err(syntax("the correlation names no rules"));
    }
    let span = node
        .text_of("timespan")
        .or_else(|| node.text_of("timeframe"))
        .ok_or_else(|| syntax("the correlation has no \"timespan\""))?;
    let micros = micros(span).ok_or_else(|| Refusal::Syntax(format!("{span:?} is not a time: 30s, 5m, 1h or 2d")))?;
    let condition = node.get("condition");
    let kind = match node.text_of("type").unwrap_or_default() {
        "event_count" => Kind::Events(count(condition)?),
        "value_count" => {
            let field = condition.and_then(|condition| condition.text_of("field"));
            let field = field.or_else(|| node.text_of("field"));
            let field = field.ok_or_else(|| syntax("\"value_count\" needs a \"field\" in its condition"))?;
            Kind::Values(count(condition)?, field.to_owned())
        }
        kind @ ("temporal" | "temporal_ordered") => {
            if condition.is_some() {
                return Err(Refusal::Unsupported(format!(
                    "a condition for the correlation type {kind:?}"
                )));
            }
            match kind {
                "temporal" => Kind::Each,
                _ => Kind::InOrder,
            }
        }
        "" => return Err(syntax("the correlation has no \"type\"")),
        other => return Err(Refusal::Unsupported(format!("the correlation type {other:?}"))),
    };
    let mut aliases = Vec::new();
    if let Some(Node::Map(all)) = node.get("aliases") {
        for (alias, fields) in all {
            let Node::Map(fields) = fields else { continue };
            let fields = fields.iter().filter_map(|(rule, field)| Some((rule, field.text()?)));
            aliases.extend(fields.map(|(rule, field)| (alias.clone(), rule.clone(), field.to_owned())));
        }
    }
    Ok(Unresolved {
        rule,
        generate: node.text_of("generate") == Some("true"),
        of,
        group: node.texts_of("group-by"),
        aliases,
        micros,
        kind,
    })
}

/// How many are needed at least.
fn count(condition: Option<&Node>) -> Result<usize, Refusal> {
    let syntax = |why: String| Refusal::Syntax(why);
    let Some(Node::Map(members)) = condition else {
        return Err(syntax(
            "the correlation has no condition such as \"gte: 10\"".to_owned(),
        ));
    };
    let mut least = None;
    for (name, value) in members {
        let number = || {
            let number = value.text().and_then(|text| text.parse::<usize>().ok());
            number.ok_or_else(|| syntax(format!("the condition {name:?} has no number")))
        };
        match name.as_str() {
            "gte" | "eq" => least = Some(number()?),
            "gt" => least = Some(number()?.saturating_add(1)),
            "field" => {}
            other => {
                return Err(Refusal::Unsupported(format!(
                    "the condition {other:?} in a correlation"
                )));
            }
        }
    }
    match least {
        None => Err(syntax(
            "the condition of the correlation has no \"gte\", \"gt\" or \"eq\"".to_owned(),
        )),
        Some(least) if least > COUNT => Err(syntax(format!("the condition counts to more than {COUNT}, the limit"))),
        Some(least) => Ok(least.max(1)),
    }
}

/// A time such as `15m`, in microseconds.
fn micros(text: &str) -> Option<i64> {
    let unit = text.chars().last()?;
    let number: i64 = text[..text.len() - unit.len_utf8()].trim().parse().ok()?;
    let seconds = match unit {
        's' => 1,
        'm' => 60,
        'h' => 3_600,
        'd' => 86_400,
        'w' => 7 * 86_400,
        'M' => 30 * 86_400,
        'y' => 365 * 86_400,
        _ => return None,
    };
    number
        .checked_mul(seconds)?
        .checked_mul(1_000_000)
        .filter(|micros| *micros > 0)
}

fn find(rules: &[Rule], name: &str) -> Option<usize> {
    let named = |rule: &Rule| rule.name.as_deref() == Some(name) || rule.id.as_deref() == Some(name);
    rules.iter().position(named)
}

impl Unresolved {
    /// The rules it speaks of that are not there.
    pub fn missing(&self, rules: &[Rule]) -> Vec<&str> {
        let names = self.of.iter().map(String::as_str);
        names.filter(|name| find(rules, name).is_none()).collect()
    }

    /// With its rules, if all are there.
    pub fn resolve(&self, rules: &[Rule], table: &mut Table) -> Option<Correlation> {
        let of: Option<Vec<u32>> = self
            .of
            .iter()
            .map(|name| u32::try_from(find(rules, name)?).ok())
            .collect();
        let of = of?;
        let group = self.group.iter().map(|name| {
            let fields = self.of.iter().map(|rule| {
                let alias = self.aliases.iter().find(|(alias, of, _)| alias == name && of == rule);
                table.field(alias.map_or(name, |(_, _, field)| field))
            });
            (name.clone(), fields.collect())
        });
        let group = group.collect();
        let when = match &self.kind {
            Kind::Events(count) => When::Events(*count),
            Kind::Values(count, field) => When::Values(*count, table.field(field)),
            Kind::Each => When::Each,
            Kind::InOrder => When::InOrder,
        };
        Some(Correlation {
            rule: 0,
            of,
            group,
            micros: self.micros,
            when,
        })
    }
}
