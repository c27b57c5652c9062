//! The selections of a rule, compiled to expressions.

use crate::condition::{self, Refusal, Selection};
use crate::expression::Expression;
use crate::modifiers::Modifiers;
use crate::table::Table;
use crate::test::{Asks, Subject, Test};
use crate::yaml::Node;

/// Tests of one rule, each as often as its condition takes it.
pub const RULE_TESTS: usize = 20_000;
/// Levels of lists in lists of a selection.
const DEPTH: usize = 16;

/// Compiles the `detection` of a rule.
pub fn compile(detection: &Node, table: &mut Table) -> Result<Expression, Refusal> {
    let Node::Map(members) = detection else {
        return Err(Refusal::Syntax("\"detection\" is not a mapping".to_owned()));
    };
    let mut selections = Vec::new();
    let mut conditions = Vec::new();
    for (name, node) in members {
        match (name.as_str(), node) {
            ("condition", Node::Text(text)) => conditions.push(text.as_str()),
            ("condition", Node::List(texts)) => conditions.extend(texts.iter().filter_map(Node::text)),
            ("timeframe", _) => {
                return Err(Refusal::Unsupported(
                    "the \"timeframe\" of old rules; a correlation rule says the same".to_owned(),
                ));
            }
            _ => {
                let expression = selection(node, table, 0)
                    .map_err(|why| Refusal::Syntax(format!("in the selection {name:?}: {why}")))?;
                selections.push(Selection {
                    name: name.clone(),
                    expression,
                });
            }
        }
    }
    if conditions.is_empty() {
        return Err(Refusal::Syntax("there is no condition".to_owned()));
    }
    let any: Result<Vec<Expression>, Refusal> = conditions
        .into_iter()
        .map(|text| condition::read(text, &selections))
        .collect();
    let expression = Expression::any(any?);
    if expression.size() > RULE_TESTS {
        return Err(Refusal::Syntax(format!(
            "the rule takes {} tests, more than {RULE_TESTS}, the limit",
            expression.size()
        )));
    }
    Ok(expression)
}

fn selection(node: &Node, table: &mut Table, depth: usize) -> Result<Expression, String> {
    if depth > DEPTH {
        return Err(format!("lists are nested deeper than {DEPTH} levels, the limit"));
    }
    match node {
        Node::Map(lines) => {
            let all: Result<Vec<Expression>, String> =
                lines.iter().map(|(key, value)| line(key, value, table)).collect();
            match all? {
                all if all.is_empty() => Err("it is empty".to_owned()),
                all => Ok(Expression::all(all)),
            }
        }
        // A list is an "or": of mappings, and of keywords.
        Node::List(items) => {
            let any: Result<Vec<Expression>, String> =
                items.iter().map(|item| selection(item, table, depth + 1)).collect();
            match any? {
                any if any.is_empty() => Err("it is empty".to_owned()),
                any => Ok(Expression::any(any)),
            }
        }
        Node::Text(_) => line("", node, table),
        Node::Null => Err("it is empty".to_owned()),
    }
}

/// One line: a field with modifiers, and what its values must be.
fn line(key: &str, value: &Node, table: &mut Table) -> Result<Expression, String> {
    let mut words = key.split('|');
    let field = words.next().unwrap_or_default();
    let in_line = |why: String| match key {
        "" => why,
        key => format!("{key}: {why}"),
    };
    let modifiers = Modifiers::read(words).map_err(in_line)?;
    let subject = match field {
        "" => Subject::Anything,
        field => Subject::Field(table.field(field)),
    };
    let values = match value {
        Node::List(values) => values.as_slice(),
        one => std::slice::from_ref(one),
    };
    let mut each = Vec::new();
    for value in values {
        let asks = match value {
            Node::Null => vec![Asks::Nothing],
            Node::Text(other) if modifiers.field => vec![Asks::Field(table.field(other), modifiers.part())],
            Node::Text(text) => modifiers.asks(text).map_err(in_line)?,
            Node::List(_) | Node::Map(_) => return Err(in_line("a value is a list or a mapping".to_owned())),
        };
        let forms = asks.into_iter().map(|asks| table.test(keyword(subject, asks)));
        each.push(Expression::any(forms.map(Expression::Test).collect()));
    }
    if each.is_empty() {
        return Err(in_line("there are no values".to_owned()));
    }
    let joined = match modifiers.all {
        true => Expression::all(each),
        false => Expression::any(each),
    };
    Ok(match modifiers.not {
        true => Expression::Not(Box::new(joined)),
        false => joined,
    })
}

/// A keyword is looked for inside values, not as a whole one.
fn keyword(subject: Subject, asks: Asks) -> Test {
    let asks = match (subject, asks) {
        (Subject::Anything, Asks::Text(pattern)) => Asks::Text(pattern.inside()),
        (Subject::Anything, Asks::Cased(pattern)) => Asks::Cased(pattern.inside()),
        (_, asks) => asks,
    };
    Test { subject, asks }
}
