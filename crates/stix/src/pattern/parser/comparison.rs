//! Reads what stands inside `[ … ]`: tests joined by AND and OR, object paths, constants, and sets.

use super::super::ast::{CompareOperator, Comparison, Condition, Constant, ObjectPath, Position, Step, Test};
use super::super::lexer::Token;
use super::super::{MAX_COMPARISONS, MAX_DEPTH};
use super::{Parser, RESERVED, limit};
use crate::problem::Problem;

impl Parser<'_> {
    pub(super) fn comparison_or(&mut self) -> Result<Comparison, Problem> {
        let mut parts = vec![self.comparison_and()?];
        while self.take_word("OR")? {
            parts.push(self.comparison_and()?);
        }
        Ok(Comparison::or(parts))
    }

    fn comparison_and(&mut self) -> Result<Comparison, Problem> {
        let mut parts = vec![self.comparison()?];
        while self.take_word("AND")? {
            parts.push(self.comparison()?);
        }
        Ok(Comparison::and(parts))
    }

    fn comparison(&mut self) -> Result<Comparison, Problem> {
        if self.is_symbol("(") {
            self.descend()?;
            self.take()?;
            let inner = self.comparison_or()?;
            self.expect_symbol(")", "AND, OR, or ')'")?;
            self.depth -= 1;
            return Ok(inner);
        }
        self.comparisons += 1;
        if self.comparisons > MAX_COMPARISONS {
            return Err(limit(
                self.position,
                format!("the pattern has more comparisons than the limit of {MAX_COMPARISONS}"),
            ));
        }
        let position = self.position;
        if self.is_word("EXISTS") || self.is_word("NOT") {
            let negated = self.take_word("NOT")?;
            self.expect_word("EXISTS")?;
            let path = self.object_path()?;
            return Ok(Comparison::Test(Test {
                path,
                negated,
                condition: Condition::Exists,
                position,
                constant_position: position,
            }));
        }
        let path = self.object_path()?;
        let negated = self.take_word("NOT")?;
        let (condition, constant_position) = self.condition()?;
        Ok(Comparison::Test(Test {
            path,
            negated,
            condition,
            position,
            constant_position,
        }))
    }

    fn condition(&mut self) -> Result<(Condition, Position), Problem> {
        let operator = match self.token {
            Token::Symbol("=") => Some(CompareOperator::Equal),
            Token::Symbol("!=") => Some(CompareOperator::NotEqual),
            Token::Symbol("<") => Some(CompareOperator::Less),
            Token::Symbol("<=") => Some(CompareOperator::LessOrEqual),
            Token::Symbol(">") => Some(CompareOperator::Greater),
            Token::Symbol(">=") => Some(CompareOperator::GreaterOrEqual),
            _ => None,
        };
        if let Some(operator) = operator {
            self.take()?;
            let at = self.position;
            let ordered = !matches!(operator, CompareOperator::Equal | CompareOperator::NotEqual);
            if ordered && (self.is_word("true") || self.is_word("false")) {
                return Err(self
                    .expected("a constant that has an order")
                    .help("compare booleans with = or !="));
            }
            return Ok((Condition::Compare(operator, self.constant()?), at));
        }
        if self.take_word("IN")? {
            let at = self.position;
            return Ok((Condition::In(self.set()?), at));
        }
        type Make = fn(String) -> Condition;
        let texts: [(&str, Make); 4] = [
            ("LIKE", Condition::Like),
            ("MATCHES", Condition::Matches),
            ("ISSUBSET", Condition::IsSubset),
            ("ISSUPERSET", Condition::IsSuperset),
        ];
        for (keyword, make) in texts {
            if self.take_word(keyword)? {
                let at = self.position;
                let Token::Constant(Constant::String(_)) = self.token else {
                    return Err(self.expected("a string in single quotes"));
                };
                if let Token::Constant(Constant::String(text)) = self.take()? {
                    return Ok((make(text), at));
                }
            }
        }
        Err(self.expected(
            "an operator: = != < <= > >= IN LIKE MATCHES ISSUBSET ISSUPERSET, with NOT before it if it is to be negated",
        ))
    }

    fn constant(&mut self) -> Result<Constant, Problem> {
        match self.token {
            Token::Constant(_) => {}
            Token::Word("true") | Token::Word("false") => {
                let value = self.is_word("true");
                self.take()?;
                return Ok(Constant::Boolean(value));
            }
            Token::Word(_) => {
                return Err(self.expected("a constant").help("write strings in single quotes"));
            }
            _ => return Err(self.expected("a constant")),
        }
        match self.take()? {
            Token::Constant(constant) => Ok(constant),
            _ => Err(self.expected("a constant")),
        }
    }

    fn set(&mut self) -> Result<Vec<Constant>, Problem> {
        self.expect_symbol("(", "'(' and a list of constants")?;
        let mut members = Vec::new();
        if self.take_symbol(")")? {
            return Ok(members);
        }
        loop {
            members.push(self.constant()?);
            if self.take_symbol(")")? {
                return Ok(members);
            }
            self.expect_symbol(",", "',' or ')'")?;
        }
    }

    fn object_path(&mut self) -> Result<ObjectPath, Problem> {
        let object_type = match self.token {
            Token::Word(word) if !RESERVED.contains(&word) => word.to_owned(),
            _ => return Err(self.expected("an object path, such as file:name")),
        };
        self.take()?;
        self.expect_symbol(":", "':' between the type of object and its property")?;
        let mut steps = vec![self.property_step()?];
        loop {
            if steps.len() > MAX_DEPTH {
                return Err(limit(
                    self.position,
                    format!("the object path has more steps than the limit of {MAX_DEPTH}"),
                ));
            }
            if self.take_symbol(".")? {
                steps.push(self.property_step()?);
            } else if self.take_symbol("[")? {
                steps.push(self.list_step()?);
                self.expect_symbol("]", "']'")?;
            } else {
                return Ok(ObjectPath { object_type, steps });
            }
        }
    }

    fn property_step(&mut self) -> Result<Step, Problem> {
        match &self.token {
            Token::Word(word) if word.contains('-') => Err(self
                .expected("a property name without a hyphen")
                .help(format!("put it in quotes: '{word}'"))),
            Token::Word(word) if RESERVED.contains(word) => Err(self
                .expected("a property name")
                .help(format!("put it in quotes: '{word}'"))),
            Token::Word(word) => {
                let name = (*word).to_owned();
                self.take()?;
                Ok(Step::Property(name))
            }
            Token::Constant(Constant::String(text)) => {
                let name = text.clone();
                self.take()?;
                Ok(Step::Property(name))
            }
            _ => Err(self.expected("a property name")),
        }
    }

    fn list_step(&mut self) -> Result<Step, Problem> {
        let step = match self.token {
            Token::Symbol("*") => Some(Step::Any),
            Token::Constant(Constant::Integer(index)) => u32::try_from(index).ok().map(Step::Index),
            _ => None,
        };
        let Some(step) = step else {
            return Err(self.expected("the number of a list item, from 0, or *"));
        };
        self.take()?;
        Ok(step)
    }
}
