//! Turns the texts of LIKE and MATCHES into regular expressions that run in linear time.
//!
//! The specification asks for PCRE. The engine here has no look-around, no backreferences, and no possessive or
//! atomic groups, because no engine with them is safe on patterns of strangers: such patterns are exchanged like
//! any other, and refused where they would have to be evaluated.

use super::condition::{latin, normalised};

/// How large one compiled expression may become, in bytes.
pub(super) const MAX_COMPILED: usize = 2 << 20;

/// A compiled expression, over text or over the bytes of a binary property.
#[derive(Clone, Debug)]
pub(super) enum Expression {
    Text(regex::Regex),
    Bytes(regex::bytes::Regex),
}

/// Why an expression cannot be compiled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// It is malformed.
    Malformed(String),
    /// It may be right, but uses what the engine does not have.
    Unsupported(String),
    /// It becomes larger than [`MAX_COMPILED`].
    TooLarge,
}

/// LIKE: `%` stands for any text, `_` for one character. None if it can match no bytes.
pub(super) fn like(text: &str, binary: bool) -> Result<Option<Expression>, Refusal> {
    let text = if binary { text.into() } else { normalised(text) };
    let mut expression = String::with_capacity(text.len() + 8);
    expression.push_str(r"\A");
    let mut literal = String::new();
    for character in text.chars() {
        if matches!(character, '%' | '_') {
            expression.push_str(&regex::escape(&literal));
            literal.clear();
            expression.push_str(if character == '%' { ".*" } else { "." });
        } else {
            literal.push(character);
        }
    }
    expression.push_str(&regex::escape(&literal));
    expression.push_str(r"\z");
    compile(&expression, binary)
}

/// MATCHES: the expression matches anywhere; a dot matches line ends too. None if it can match no bytes.
pub(super) fn matches(text: &str, binary: bool) -> Result<Option<Expression>, Refusal> {
    compile(&normalised(text), binary)
}

fn compile(expression: &str, binary: bool) -> Result<Option<Expression>, Refusal> {
    if !binary {
        return regex::RegexBuilder::new(expression)
            .dot_matches_new_line(true)
            .size_limit(MAX_COMPILED)
            .dfa_size_limit(MAX_COMPILED)
            .build()
            .map(|compiled| Some(Expression::Text(compiled)))
            .map_err(|error| refusal(&error));
    }
    let Some(bytes) = latin(expression) else {
        return Ok(None);
    };
    let mut escaped = String::with_capacity(expression.len());
    for byte in bytes {
        if byte.is_ascii() {
            escaped.push(char::from(byte));
        } else {
            escaped.push_str(&format!("\\x{byte:02x}"));
        }
    }
    regex::bytes::RegexBuilder::new(&escaped)
        .unicode(false)
        .dot_matches_new_line(true)
        .size_limit(MAX_COMPILED)
        .dfa_size_limit(MAX_COMPILED)
        .build()
        .map(|compiled| Some(Expression::Bytes(compiled)))
        .map_err(|error| refusal(&error))
}

fn refusal(error: &regex::Error) -> Refusal {
    let text = error.to_string();
    // The last line holds the reason; those before it show the expression.
    let reason = text
        .lines()
        .last()
        .unwrap_or_default()
        .trim_start_matches("error: ")
        .to_owned();
    if matches!(error, regex::Error::CompiledTooBig(_)) {
        Refusal::TooLarge
    } else if [
        "look-around",
        "backreferences",
        "unrecognized escape",
        "unrecognized flag",
        "too large",
    ]
    .iter()
    .any(|known| reason.contains(known))
    {
        Refusal::Unsupported(reason)
    } else {
        Refusal::Malformed(reason)
    }
}
