//! What must hold for a rule: tests of single values, joined.

use std::fmt;

/// Tests joined by and, or and not. A test is a number in the table of all rules, where equal tests are one.
#[derive(Clone, Debug, PartialEq)]
pub enum Expression {
    Test(u32),
    All(Vec<Expression>),
    Any(Vec<Expression>),
    AtLeast(usize, Vec<Expression>),
    Not(Box<Expression>),
}

impl Expression {
    pub fn all(mut of: Vec<Self>) -> Self {
        match of.len() {
            1 => of.remove(0),
            _ => Self::All(of),
        }
    }

    pub fn any(mut of: Vec<Self>) -> Self {
        match of.len() {
            1 => of.remove(0),
            _ => Self::Any(of),
        }
    }

    /// How many tests there are, each as often as it stands there.
    pub fn size(&self) -> usize {
        match self {
            Self::Test(_) => 1,
            Self::Not(inner) => inner.size(),
            Self::All(all) | Self::Any(all) | Self::AtLeast(_, all) => all.iter().map(Self::size).sum(),
        }
    }

    /// Whether it holds, given what each test says. Tests are asked no more than needed.
    pub fn holds(&self, test: &mut impl FnMut(u32) -> bool) -> bool {
        match self {
            Self::Test(number) => test(*number),
            Self::Not(inner) => !inner.holds(test),
            Self::All(all) => all.iter().all(|each| each.holds(test)),
            Self::Any(all) => all.iter().any(|each| each.holds(test)),
            Self::AtLeast(least, all) => {
                let mut left = *least;
                for each in all {
                    if left == 0 {
                        break;
                    }
                    left -= usize::from(each.holds(test));
                }
                left == 0
            }
        }
    }

    /// Whether one of its tests is of a kind.
    pub fn some(&self, kind: &mut impl FnMut(u32) -> bool) -> bool {
        match self {
            Self::Test(number) => kind(*number),
            Self::Not(inner) => inner.some(kind),
            Self::All(all) | Self::Any(all) | Self::AtLeast(_, all) => all.iter().any(|each| each.some(kind)),
        }
    }

    /// Calls with every test that is not under a "not".
    pub fn wanted(&self, call: &mut impl FnMut(u32)) {
        match self {
            Self::Test(number) => call(*number),
            Self::Not(_) => {}
            Self::All(all) | Self::Any(all) | Self::AtLeast(_, all) => all.iter().for_each(|each| each.wanted(call)),
        }
    }
}

impl fmt::Display for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut joined = |all: &[Self], by: &str| {
            f.write_str("(")?;
            for (index, each) in all.iter().enumerate() {
                if index > 0 {
                    f.write_str(by)?;
                }
                write!(f, "{each}")?;
            }
            f.write_str(")")
        };
        match self {
            Self::Test(number) => write!(f, "{number}"),
            Self::Not(inner) => write!(f, "not {inner}"),
            Self::All(all) => joined(all, " and "),
            Self::Any(all) => joined(all, " or "),
            Self::AtLeast(least, all) => {
                write!(f, "({least} of ")?;
                for (index, each) in all.iter().enumerate() {
                    write!(f, "{}{each}", if index > 0 { ", " } else { "" })?;
                }
                f.write_str(")")
            }
        }
    }
}
