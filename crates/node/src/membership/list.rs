//! The list of members as CSV, out and in: one row a member, every refused row with its line and reason.
//!
//! | column | what is in it | in |
//! |---|---|---|
//! | `name` | the name, unique here | needed |
//! | `kind` | government, cert, city, operator, technology-company, research, university | needed |
//! | `sectors` | words of the STIX vocabulary, `;` between them | |
//! | `countries` | ISO 3166-1 alpha-2, `;` between them | |
//! | `client_of` | the name of the member whose client it is | |
//! | `part_of` | the name of the member that it is a part of | |
//! | `state` | invited, vetting, active, suspended, left | of a new member: invited or active; else not looked at |
//! | `identity` | the STIX identity that stands for it | of a new member only |
//!
//! A spreadsheet takes a cell that begins with `=`, `+`, `-`, `@`, a tabulator or a line break for a formula. Such a cell
//! is written with a `'` before it, and read without it.

use std::collections::{BTreeMap, BTreeSet};

use policy::{Action, MemberId, MemberState, decide};
use serde::Serialize;
use store::{Member, MemberKind, NewMember};

use super::bad;
use crate::accounts::Caller;
use crate::error::Error;
use crate::node::Node;
use crate::partnership::check_text;

/// The columns, in order.
pub const COLUMNS: [&str; 8] = [
    "name",
    "kind",
    "sectors",
    "countries",
    "client_of",
    "part_of",
    "state",
    "identity",
];
/// Rows of one list.
const MOST_ROWS: usize = 10_000;
/// What begins a formula.
const FORMULA: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// A row that was not taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RefusedRow {
    /// The line it begins on; the first of the file is 1.
    pub line: u64,
    /// Why.
    pub reason: String,
}

/// What became of a list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ListReport {
    /// Members made, or that would be.
    pub made: u64,
    /// Members changed, or that would be.
    pub changed: u64,
    /// Members that are so already.
    pub unchanged: u64,
    /// Rows that were not taken.
    pub refused: Vec<RefusedRow>,
    /// Whether it was only tried.
    pub dry_run: bool,
}

/// A row that can be used.
struct Row {
    name: String,
    kind: MemberKind,
    sectors: Vec<String>,
    countries: Vec<String>,
    client_of: Option<String>,
    part_of: Option<String>,
    state: Option<MemberState>,
    identity: Option<stix::Id>,
}

/// A cell that no spreadsheet takes for a formula.
fn cell(text: &str) -> String {
    match text.chars().next() {
        // One that is there already gets another, so that reading gives back what was written.
        Some(first) if FORMULA.contains(&first) || first == '\'' => format!("'{text}"),
        _ => text.to_owned(),
    }
}

/// What was written with [`cell`].
fn uncell(text: &str) -> &str {
    match text.strip_prefix('\'') {
        Some(rest) if rest.starts_with(FORMULA) || rest.starts_with('\'') => rest,
        _ => text,
    }
}

fn listed(text: &str) -> Vec<String> {
    let parts = text.split(';').map(str::trim).filter(|part| !part.is_empty());
    parts.map(str::to_owned).collect()
}

/// Writes members as CSV.
fn written(members: &[Member]) -> Result<String, Error> {
    let failed = |error: csv::Error| Error::Ours(format!("the list could not be written: {error}"));
    let name = |id: Option<MemberId>| {
        let found = members.iter().find(|member| Some(member.id) == id);
        found.map(|member| member.name.clone()).unwrap_or_default()
    };
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(COLUMNS).map_err(failed)?;
    for member in members {
        let row = [
            member.name.clone(),
            member.kind.as_str().to_owned(),
            member.sectors.join(";"),
            member.countries.join(";"),
            name(member.provider),
            name(member.parent),
            member.state.as_str().to_owned(),
            member.identity.clone(),
        ];
        writer.write_record(row.iter().map(|text| cell(text))).map_err(failed)?;
    }
    let bytes = writer.into_inner();
    let bytes = bytes.map_err(|error| Error::Ours(format!("the list could not be written: {error}")))?;
    String::from_utf8(bytes).map_err(|error| Error::Ours(error.to_string()))
}

/// Reads one row by the names of its columns.
fn read(columns: &BTreeMap<String, usize>, record: &csv::StringRecord) -> Result<Row, String> {
    let value = |name: &str| {
        let place = columns.get(name)?;
        let text = record.get(*place).map(|text| uncell(text.trim()))?;
        (!text.is_empty()).then_some(text)
    };
    let name = value("name").ok_or("there is no name")?.to_owned();
    check_text("name", &name).map_err(|error| error.to_string())?;
    let kinds = || MemberKind::ALL.map(MemberKind::as_str).join(", ");
    let kind = value("kind").and_then(MemberKind::parse);
    let kind = kind.ok_or_else(|| format!("the kind must be one of {}", kinds()))?;
    let countries = listed(value("countries").unwrap_or_default());
    let is_country = |text: &String| text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_uppercase());
    if let Some(wrong) = countries.iter().find(|text| !is_country(text)) {
        return Err(format!("'{wrong}' is no country code of two capital letters, as in DE"));
    }
    let state = match value("state") {
        None => None,
        Some(text) => {
            Some(MemberState::parse(text).ok_or("the state must be invited, vetting, active, suspended or left")?)
        }
    };
    let identity = match value("identity") {
        None => None,
        Some(text) => match stix::Id::parse(text) {
            Ok(id) if id.as_str().starts_with("identity--") => Some(id),
            _ => return Err(format!("'{text}' is no STIX identity")),
        },
    };
    Ok(Row {
        name,
        kind,
        sectors: listed(value("sectors").unwrap_or_default()),
        countries,
        client_of: value("client_of").map(str::to_owned),
        part_of: value("part_of").map(str::to_owned),
        state,
        identity,
    })
}

/// Where the columns are. What is not known is refused: a mistyped one would be lost silently.
fn header(record: &csv::StringRecord) -> Result<BTreeMap<String, usize>, Error> {
    let help = format!("the columns are {}", COLUMNS.join(", "));
    let mut columns = BTreeMap::new();
    for (place, name) in record.iter().enumerate() {
        let name = name.trim().trim_start_matches('\u{feff}').to_ascii_lowercase();
        if !COLUMNS.contains(&name.as_str()) {
            return Err(bad("unknown-column", format!("there is no column '{name}'"), &help));
        }
        if columns.insert(name.clone(), place).is_some() {
            return Err(bad(
                "column-twice",
                format!("the column '{name}' is there twice"),
                &help,
            ));
        }
    }
    for needed in ["name", "kind"] {
        if !columns.contains_key(needed) {
            return Err(bad(
                "missing-column",
                format!("the column '{needed}' is missing"),
                &help,
            ));
        }
    }
    Ok(columns)
}

impl Node {
    /// The members as CSV.
    ///
    /// # Errors
    /// When the caller is no operator.
    pub async fn members_export(&self, caller: &Caller) -> Result<String, Error> {
        decide(&caller.principal, Action::Administer)
            .map_err(|refusal| Error::refused(refusal, "there is no such page"))?;
        written(&self.store().member_list().await?)
    }

    /// Takes in a list of members: makes those that are new, changes what differs of those that are there. Where they
    /// stand is not changed by a list. Rows that are not taken spoil no others.
    ///
    /// # Errors
    /// When the caller is no operator, or the list as a whole cannot be read.
    pub async fn members_import(&self, caller: &Caller, text: &[u8], dry_run: bool) -> Result<ListReport, Error> {
        decide(&caller.principal, Action::Administer)
            .map_err(|refusal| Error::refused(refusal, "there is no such page"))?;
        let mut reader = csv::ReaderBuilder::new().flexible(false).from_reader(text);
        let unreadable = |error: &csv::Error| {
            bad(
                "bad-csv",
                format!("the list cannot be read: {error}"),
                "send CSV in UTF-8 with a line of column names",
            )
        };
        let columns = header(&reader.headers().map_err(|error| unreadable(&error))?.clone())?;
        let mut report = ListReport {
            dry_run,
            ..ListReport::default()
        };
        let mut members = self.store().member_list().await?;
        let mut met = BTreeSet::new();
        let mut rows = 0;
        for record in reader.records() {
            rows += 1;
            if rows > MOST_ROWS {
                let message = format!("a list has {MOST_ROWS} rows at most; the first of them were taken");
                report.refused.push(RefusedRow {
                    line: rows as u64 + 1,
                    reason: message,
                });
                break;
            }
            let (line, row) = match record {
                Ok(record) => (
                    record.position().map_or(0, csv::Position::line),
                    read(&columns, &record),
                ),
                Err(error) => (error.position().map_or(0, csv::Position::line), Err(error.to_string())),
            };
            let taken = match row {
                Ok(row) if !met.insert(row.name.clone()) => Err(format!("'{}' is there twice", row.name)),
                Ok(row) => self.take_row(caller, row, &mut members, &mut report).await,
                Err(reason) => Err(reason),
            };
            if let Err(reason) = taken {
                report.refused.push(RefusedRow { line, reason });
            }
        }
        Ok(report)
    }

    async fn take_row(
        &self,
        caller: &Caller,
        row: Row,
        members: &mut Vec<Member>,
        report: &mut ListReport,
    ) -> Result<(), String> {
        let by_name = |name: &Option<String>| match name {
            None => Ok(None),
            Some(wanted) if *wanted == row.name => {
                Err("a member is neither its own client nor a part of itself".to_owned())
            }
            Some(wanted) => {
                let found = members.iter().find(|member| member.name == *wanted);
                let missing = || format!("there is no member '{wanted}'; put its row before this one");
                found.map(|member| Some(member.id)).ok_or_else(missing)
            }
        };
        let (provider, parent) = (by_name(&row.client_of)?, by_name(&row.part_of)?);
        if circular(members, &row.name, parent, |member| member.parent) {
            return Err("it would be a part of itself".to_owned());
        }
        if let Some(place) = members.iter().position(|member| member.name == row.name) {
            let was = members[place].clone();
            if row
                .identity
                .as_ref()
                .is_some_and(|identity| identity.as_str() != was.identity)
            {
                return Err("the identity of a member does not change".to_owned());
            }
            let is = Member {
                kind: row.kind,
                sectors: row.sectors,
                countries: row.countries,
                provider,
                parent,
                ..was.clone()
            };
            if is == was {
                report.unchanged += 1;
                return Ok(());
            }
            if !report.dry_run {
                let changed = self.store().member_update(&caller.principal, &is).await;
                changed.map_err(|error| error.to_string())?;
            }
            members[place] = is;
            report.changed += 1;
            return Ok(());
        }
        let state = row.state.unwrap_or(MemberState::Invited);
        if !matches!(state, MemberState::Invited | MemberState::Active) {
            return Err("a new member is invited or active".to_owned());
        }
        let uuid = self.fresh_uuid();
        let identity = row
            .identity
            .unwrap_or_else(|| stix::Id::new("identity", uuid))
            .to_string();
        if members.iter().any(|member| member.identity == identity) {
            return Err("another member has this identity".to_owned());
        }
        let new = NewMember {
            uuid,
            identity,
            name: row.name,
            kind: row.kind,
            sectors: row.sectors,
            countries: row.countries,
            provider,
            parent,
            state,
        };
        let made = if report.dry_run {
            tried(new, members.len())
        } else {
            let made = self.store().member_put(&caller.principal, new).await;
            made.map_err(|error| error.to_string())?
        };
        members.push(made);
        report.made += 1;
        Ok(())
    }
}

/// Whether going up from `start` comes back to a member of this name.
fn circular(members: &[Member], name: &str, start: Option<MemberId>, up: impl Fn(&Member) -> Option<MemberId>) -> bool {
    let mut next = start;
    for _ in 0..=members.len() {
        let Some(member) = members.iter().find(|member| Some(member.id) == next) else {
            return false;
        };
        if member.name == name {
            return true;
        }
        next = up(member);
    }
    true
}

/// A member as it would be made; the rows after it may name it.
fn tried(new: NewMember, number: usize) -> Member {
    Member {
        // Numbers of the store grow from one: none of it is below nought.
        id: MemberId(-1 - i64::try_from(number).unwrap_or_default()),
        uuid: new.uuid,
        identity: new.identity,
        name: new.name,
        kind: new.kind,
        sectors: new.sectors,
        countries: new.countries,
        provider: new.provider,
        parent: new.parent,
        state: new.state,
        created: stix::Timestamp::from_micros(0),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{FORMULA, cell, uncell};

    proptest! {
        #[test]
        fn no_cell_is_a_formula_and_each_comes_back(text in "[=+@'\t\r a-z-]{0,6}") {
            let written = cell(&text);
            prop_assert!(!written.starts_with(FORMULA), "{:?}", written);
            prop_assert_eq!(uncell(&written), text);
        }
    }
}
