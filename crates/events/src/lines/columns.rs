//! Tables: CSV with a header (comma, semicolon, tab), W3C extended logs, VPC flow logs. One header, one line a record.

use std::borrow::Cow;
use std::sync::Arc;

use super::join::{self, Scheme};
use super::malformed::Malformed;
use super::names::{Meaning, general, put, web};
use super::text::{is_address, is_number, text, token};
use super::times;
use crate::event::Event;
use crate::role::Role;

/// Which kind of table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Values may stand in double quotes, in which `""` is one quote.
    Separated(u8),
    /// Between blanks; IIS writes `+` for a blank in the names of clients.
    W3c,
    /// Between blanks.
    VpcFlow,
}

/// The columns that a header named.
#[derive(Clone, Debug)]
pub(super) struct Table {
    pub kind: Kind,
    /// The line that named them, if it stands among the records as their first.
    header: Box<[u8]>,
    columns: Arc<[Column]>,
}

#[derive(Clone, Debug)]
struct Column {
    name: Box<str>,
    meaning: Option<Meaning>,
}

/// Fields of version 2, the form without a header that AWS writes by default.
const VPC_DEFAULT: &[u8] = b"version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status";

/// Most columns that a header may name.
const MOST_COLUMNS: usize = 1_000;

impl Table {
    fn new<'a>(kind: Kind, header: &[u8], names: impl Iterator<Item = Cow<'a, str>>) -> Self {
        let columns = names.take(MOST_COLUMNS).map(|name| Column {
            meaning: meaning(kind, &name),
            name: name.into(),
        });
        Self {
            kind,
            header: header.into(),
            columns: columns.collect(),
        }
    }

    /// The table that a `#Fields:` line describes.
    pub fn w3c(line: &[u8]) -> Option<Self> {
        let names = line
            .strip_prefix(b"#Fields:")
            .or_else(|| line.strip_prefix(b"#fields:"))?;
        let names = names.split(u8::is_ascii_whitespace).filter(|name| !name.is_empty());
        Some(Self::new(Kind::W3c, line, names.map(text)))
    }

    /// The table of VPC flow logs that a line shows, be it their header or a record in the form without one.
    pub fn vpc(line: &[u8]) -> Option<Self> {
        let words = || line.split(|byte| *byte == b' ').filter(|word| !word.is_empty());
        if words().count() >= 4 && words().all(|word| vpc_meaning(&text(word)).is_some()) {
            return Some(Self::new(Kind::VpcFlow, line, words().map(text)));
        }
        let mut values = words();
        let is_record = values.next() == Some(b"2")
            && values
                .next()
                .is_some_and(|account| account.len() == 12 && is_number(account) || account == b"unknown")
            && values.next().is_some_and(|interface| interface.starts_with(b"eni-"));
        let names = VPC_DEFAULT.split(|byte| *byte == b' ');
        is_record.then(|| Self::new(Kind::VpcFlow, VPC_DEFAULT, names.map(text)))
    }

    /// The table that a line of names shows, if the line after it has as many values.
    pub fn separated(header: &[u8], next: Option<&[u8]>) -> Option<Self> {
        let count = |separator: u8, line: &[u8]| Values::new(separator, line).count();
        let separator = [b'\t', b';', b',']
            .into_iter()
            .max_by_key(|separator| count(*separator, header))?;
        let names: Vec<Cow<'_, str>> = Values::new(separator, header).map(|value| value.text).collect();
        let named = |name: &Cow<'_, str>| {
            let name = name.trim();
            name.len() < 80
                && name.bytes().any(|byte| byte.is_ascii_alphabetic())
                && !is_address(name.as_bytes())
                && name.chars().all(|c| {
                    c.is_alphanumeric()
                        || matches!(
                            c,
                            ' ' | '_'
                                | '-'
                                | '.'
                                | '/'
                                | '('
                                | ')'
                                | '['
                                | ']'
                                | '@'
                                | '#'
                                | ':'
                                | '%'
                                | '$'
                                | '&'
                                | '+'
                                | '\''
                        )
                })
                && !name.contains("://")
        };
        let is_header = names.len() >= 2
            && names.iter().all(named)
            && next.is_none_or(|next| count(separator, next) == names.len());
        // Words with commas between them are also a sentence: at least one name has to say something.
        let says = is_header
            && (separator == b'\t'
                || names.len() > 4
                || names.iter().any(|name| general::meaning(name.trim()).is_some()));
        says.then(|| {
            Self::new(
                Kind::Separated(separator),
                header,
                names.iter().map(|name| Cow::Borrowed(name.trim())),
            )
        })
    }

    /// Whether a line is the header again.
    pub fn is_header(&self, line: &[u8]) -> bool {
        *line == *self.header
    }

    /// Whether the header is the first line of the records.
    pub fn has_header_line(&self) -> bool {
        self.kind != Kind::W3c && *self.header != *VPC_DEFAULT
    }

    pub fn name(&self) -> &'static str {
        match self.kind {
            Kind::Separated(_) => "csv",
            Kind::W3c => "w3c",
            Kind::VpcFlow => "vpc-flow",
        }
    }

    /// Reads one record.
    pub fn read<'l>(&self, line: &'l [u8], event: &mut Event<'l>) -> Result<(), Malformed> {
        if self.is_header(line) {
            return Ok(());
        }
        let mut result = Ok(());
        let mut found = 0;
        let mut take = |value: Value<'l>| {
            result = result.and(if value.whole { Ok(()) } else { Err(Malformed::CutOff) });
            match self.columns.get(found) {
                Some(column) => self.value(column, value.text, event),
                None if found < super::MOST_FIELDS => event.push("", value.text, Role::Text),
                None => result = Err(Malformed::TooManyFields),
            }
            found += 1;
        };
        match self.kind {
            Kind::Separated(separator) => Values::new(separator, line).for_each(take),
            Kind::W3c | Kind::VpcFlow => {
                let mut rest = line.trim_ascii_start();
                while !rest.is_empty() {
                    let (text, after, whole) = token(rest);
                    take(Value {
                        text,
                        whole: whole.is_ok(),
                    });
                    rest = after.trim_ascii_start();
                }
            }
        }
        if self.kind == Kind::W3c {
            event.time = event
                .get("date")
                .zip(event.get("time"))
                .and_then(|(date, time)| times::of_day(date, time));
            join::add_url(event, "cs-host+cs-uri-stem", Scheme::ByPort);
        } else {
            join::add_url(event, "host+path", Scheme::ByPort);
        }
        match found.cmp(&self.columns.len()) {
            std::cmp::Ordering::Less => result.and(Err(Malformed::CutOff)),
            std::cmp::Ordering::Equal => result,
            std::cmp::Ordering::Greater => result.and(Err(Malformed::TooManyColumns {
                expected: self.columns.len(),
                found,
            })),
        }
    }

    fn value<'l>(&self, column: &Column, mut value: Cow<'l, str>, event: &mut Event<'l>) {
        let meaning = column.meaning.unwrap_or_else(|| unnamed(&value));
        if self.kind == Kind::W3c && meaning == Meaning::Is(Role::UserAgent) && !value.contains(' ') {
            value = Cow::Owned(value.replace('+', " "));
        }
        put(event, Cow::Owned(column.name.to_string()), value, meaning);
    }
}

/// What a value is whose name says nothing: a number is nothing to look for.
pub(super) fn unnamed(value: &str) -> Meaning {
    let number = value
        .bytes()
        .all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-'));
    let address = value.bytes().filter(|byte| *byte == b'.').count() == 3;
    Meaning::Is(if number && !address { Role::Other } else { Role::Text })
}

fn meaning(kind: Kind, name: &str) -> Option<Meaning> {
    match kind {
        Kind::Separated(_) => general::meaning(name),
        Kind::W3c => web::meaning(name),
        Kind::VpcFlow => vpc_meaning(name),
    }
}

/// What a field of a VPC flow log means; none for what is no name of one.
fn vpc_meaning(name: &str) -> Option<Meaning> {
    Some(match name {
        "srcaddr" | "pkt-srcaddr" => Meaning::Is(Role::Source),
        "dstaddr" | "pkt-dstaddr" => Meaning::Is(Role::Destination),
        "srcport" => Meaning::Is(Role::SourcePort),
        "dstport" => Meaning::Is(Role::DestinationPort),
        "protocol" => Meaning::Is(Role::Protocol),
        "start" => Meaning::Time,
        "version"
        | "account-id"
        | "interface-id"
        | "packets"
        | "bytes"
        | "end"
        | "action"
        | "log-status"
        | "vpc-id"
        | "subnet-id"
        | "instance-id"
        | "tcp-flags"
        | "type"
        | "region"
        | "az-id"
        | "sublocation-type"
        | "sublocation-id"
        | "pkt-src-aws-service"
        | "pkt-dst-aws-service"
        | "flow-direction"
        | "traffic-path"
        | "ecs-cluster-arn"
        | "ecs-cluster-name"
        | "ecs-container-instance-arn"
        | "ecs-container-instance-id"
        | "ecs-container-id"
        | "ecs-second-container-id"
        | "ecs-service-name"
        | "ecs-task-definition-arn"
        | "ecs-task-arn"
        | "ecs-task-id"
        | "reject-reason"
        | "resource-id"
        | "encryption-status" => Meaning::Is(Role::Other),
        _ => return None,
    })
}

struct Value<'l> {
    text: Cow<'l, str>,
    /// Whether the quote that it stands in is closed.
    whole: bool,
}

/// The values of a CSV line.
struct Values<'l> {
    separator: u8,
    rest: Option<&'l [u8]>,
}

impl<'l> Values<'l> {
    fn new(separator: u8, line: &'l [u8]) -> Self {
        Self {
            separator,
            rest: Some(line),
        }
    }
}

impl<'l> Iterator for Values<'l> {
    type Item = Value<'l>;

    fn next(&mut self) -> Option<Value<'l>> {
        let rest = self.rest?;
        let Some(inner) = rest.strip_prefix(b"\"") else {
            let end = memchr::memchr(self.separator, rest);
            self.rest = end.and_then(|end| rest.get(end + 1..));
            let value = rest.get(..end.unwrap_or(rest.len())).unwrap_or_default();
            return Some(Value {
                text: text(value),
                whole: true,
            });
        };
        // Up to the quote that no other follows.
        let mut end = 0;
        let mut doubled = false;
        loop {
            let Some(found) = memchr::memchr(b'"', inner.get(end..).unwrap_or_default()) else {
                self.rest = None;
                return Some(Value {
                    text: undoubled(inner, doubled),
                    whole: false,
                });
            };
            end += found;
            if inner.get(end + 1) != Some(&b'"') {
                break;
            }
            doubled = true;
            end += 2;
        }
        let (value, after) = inner.split_at(end);
        // What stands between the quote and the separator belongs to no value.
        let after = after.get(1..).unwrap_or_default();
        self.rest = memchr::memchr(self.separator, after).and_then(|at| after.get(at + 1..));
        Some(Value {
            text: undoubled(value, doubled),
            whole: true,
        })
    }
}

fn undoubled(value: &[u8], doubled: bool) -> Cow<'_, str> {
    match text(value) {
        whole if doubled => Cow::Owned(whole.replace("\"\"", "\"")),
        whole => whole,
    }
}
