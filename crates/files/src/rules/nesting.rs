//! How deeply a source of rules is nested, found before the compiler sees it.
//!
//! The compiler calls itself for each level of brackets and for each operator before an operand, and a stack that overflows
//! ends the program, which a rule from outside must not be able to do. A call of a function inside another takes it four
//! times as long (yara-x 1.22), so a dozen of them would never end. Tokens are enough to bound both: strings, regular
//! expressions and comments are passed over, everything else is counted.

/// Levels that are compiled. Published rules have less than twenty.
const DEEPEST: usize = 100;

/// Calls inside of calls that are compiled. Published rules have at most three.
const CALLS: usize = 5;

/// Bytes of stack of the thread that compiles: many times what [`DEEPEST`] levels take.
pub(super) const STACK: usize = 64 << 20;

/// Literals without an end that are looked for: each costs the rest of its line.
const UNCLOSED: usize = 100;

/// Words before a bracket that call nothing.
const NO_FUNCTIONS: [&[u8]; 21] = [
    b"all",
    b"and",
    b"any",
    b"at",
    b"contains",
    b"defined",
    b"endswith",
    b"for",
    b"icontains",
    b"iendswith",
    b"iequals",
    b"in",
    b"istartswith",
    b"matches",
    b"none",
    b"not",
    b"of",
    b"or",
    b"startswith",
    b"them",
    b"with",
];

/// Whether a source may be compiled: neither too deep, nor with so many literals without an end that it holds no rules.
pub(super) fn is_within_limits(source: &[u8]) -> bool {
    let depth = Depth::of(source);
    depth.deepest <= DEEPEST && depth.most_calls <= CALLS && depth.unclosed <= UNCLOSED
}

/// Counts levels: brackets around a place, and the operators before their operands.
#[derive(Default)]
struct Depth {
    /// For each open bracket, the operators right before it, and whether it calls a function.
    brackets: Vec<(usize, bool)>,
    level: usize,
    calls: usize,
    /// Operators since the last operand or bracket.
    operators: usize,
    /// Whether a bracket now would call a function.
    named: bool,
    unclosed: usize,
    deepest: usize,
    most_calls: usize,
}

impl Depth {
    fn of(source: &[u8]) -> Self {
        let mut depth = Self::default();
        let mut rest = source;
        while let Some((first, after)) = rest.split_first() {
            if depth.unclosed > UNCLOSED {
                break;
            }
            rest = depth.token(*first, after);
        }
        depth
    }

    /// Takes one token, and gives what follows it.
    fn token<'s>(&mut self, first: u8, rest: &'s [u8]) -> &'s [u8] {
        match first {
            b'(' | b'[' | b'{' => self.open(first == b'('),
            b')' | b']' | b'}' => self.close(),
            b'-' | b'~' => self.operator(),
            b'"' | b'/' => match past_literal(first, rest) {
                Some(Literal::Operand(after)) => {
                    self.operand(false);
                    return after;
                }
                Some(Literal::Comment(after)) => return after,
                None => self.unclosed += 1,
            },
            letter if letter.is_ascii_alphabetic() || letter == b'_' => return self.word(letter, rest),
            // Some letters beyond ASCII are blanks, the others are in no token outside of literals.
            byte if byte.is_ascii_whitespace() || !byte.is_ascii() => {}
            _ => self.operand(false),
        }
        rest
    }

    fn word<'s>(&mut self, first: u8, rest: &'s [u8]) -> &'s [u8] {
        let end = rest
            .iter()
            .position(|byte| !byte.is_ascii_alphanumeric() && *byte != b'_');
        let (word, after) = rest.split_at(end.unwrap_or(rest.len()));
        let is = |other: &[u8]| other.split_first() == Some((&first, word));
        if is(b"not") || is(b"defined") {
            self.operator();
        } else {
            self.operand(!NO_FUNCTIONS.iter().any(|other| is(other)));
        }
        after
    }

    fn open(&mut self, is_round: bool) {
        let is_call = is_round && self.named;
        self.brackets.push((self.operators, is_call));
        self.level += 1 + self.operators;
        self.calls += usize::from(is_call);
        self.deepest = self.deepest.max(self.level);
        self.most_calls = self.most_calls.max(self.calls);
        self.operand(false);
    }

    fn close(&mut self) {
        if let Some((operators, is_call)) = self.brackets.pop() {
            self.level -= 1 + operators;
            self.calls -= usize::from(is_call);
        }
        self.operand(false);
    }

    fn operator(&mut self) {
        self.operators += 1;
        self.named = false;
        self.deepest = self.deepest.max(self.level + self.operators);
    }

    fn operand(&mut self, is_name: bool) {
        self.operators = 0;
        self.named = is_name;
    }
}

/// What was passed over, with what follows it.
enum Literal<'s> {
    Operand(&'s [u8]),
    Comment(&'s [u8]),
}

/// Passes over a string, a regular expression or a comment; none where it has no end, and is read as other text.
fn past_literal(first: u8, rest: &[u8]) -> Option<Literal<'_>> {
    match (first, rest) {
        (b'"', [b'"', b'"', text @ ..]) => {
            // Without three quotes at its end it is an empty string, and what begins with the third.
            let whole = past(text, b"\"\"\"", true);
            Some(Literal::Operand(whole.or_else(|| rest.get(1..))?))
        }
        (b'/', [b'/', text @ ..]) => {
            let end = text.iter().position(|byte| *byte == b'\n').unwrap_or(text.len());
            Some(Literal::Comment(text.get(end..)?))
        }
        (b'/', [b'*', text @ ..]) => {
            let end = text.windows(2).position(|pair| pair == b"*/")?;
            Some(Literal::Comment(text.get(end + 2..)?))
        }
        // There is no other use of a slash: rules divide by a backslash.
        (delimiter, text) => past(text, &[delimiter], false).map(Literal::Operand),
    }
}

/// What follows the next delimiter that no backslash is before.
fn past<'s>(mut rest: &'s [u8], delimiter: &[u8], lines: bool) -> Option<&'s [u8]> {
    loop {
        if let Some(after) = rest.strip_prefix(delimiter) {
            return Some(after);
        }
        rest = match rest {
            [b'\\', b'\n', ..] | [] => return None,
            [b'\n', ..] if !lines => return None,
            [b'\\', _, after @ ..] | [_, after @ ..] => after,
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn levels(source: &[u8]) -> usize {
        Depth::of(source).deepest
    }

    #[test]
    fn brackets_and_the_operators_before_them_are_levels() {
        assert_eq!(levels(b"rule a { condition: true }"), 1);
        assert_eq!(levels(b"rule a { condition: (true) and (false) }"), 2);
        assert_eq!(levels(b"{ not not (- ~ 1) }"), 6);
        assert_eq!(levels(b"{ not a and not b and defined c }"), 2);
        assert_eq!(levels(b"{ not (a) } { not (a) }"), 3);
        assert_eq!(levels(b"))) ((("), 3);
    }

    #[test]
    fn what_stands_in_literals_and_comments_closes_nothing_and_opens_nothing() {
        assert_eq!(
            levels(
                br#"( "\")" ( /* ) */ ( // )
            ( /\/)/ ( "#
            ),
            5
        );
        assert_eq!(levels(br#"{ "((((" /((((/ /* (((( */ } // (((("#), 1);
        assert_eq!(levels(b"( \"\"\" ) \n ) \"\"\" ("), 2);
        assert_eq!(levels(b"( \"\" ( \"\"\" ( "), 3);
        assert_eq!(levels(b"{ notable definedness }"), 1);
        assert_eq!(levels("not\u{a0}not // not\n not /* */ not".as_bytes()), 4);
    }

    #[test]
    fn a_literal_without_an_end_is_no_literal() {
        assert_eq!(levels(b"\" ( \n ("), 2);
        assert_eq!(levels(b"/ ( \n ("), 2);
        assert_eq!(levels(b"/* ( \n ("), 2);
        assert_eq!(levels(b"( \" ) \\\n \" ("), 1);
        assert!(!is_within_limits(&b"/* ".repeat(1_000)));
    }

    #[test]
    fn calls_inside_of_calls_are_counted_and_other_brackets_are_not() {
        let calls = |source: &[u8]| Depth::of(source).most_calls;
        assert_eq!(calls(b"{ uint32(uint32 (60) + 4) == 1 and uint8(0) == 2 }"), 2);
        assert_eq!(calls(b"{ for any i in (1, (2)) : (any of ($a) and not (true)) }"), 0);
        assert_eq!(calls(b"{ pe.rva_to_offset((pe.entry_point[f /* */ (1)])) }"), 2);
    }
}
