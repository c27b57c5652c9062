//! When something is due: a stretch of time from a start, in a time zone, over all days or working days. Pure.
//!
//! | question | answer | why |
//! |---|---|---|
//! | which day is the first? | the one after the start | Regulation (EEC, Euratom) 1182/71 art. 3(1): the day of the event is not counted |
//! | 31 January plus one month | 28 or 29 February | art. 3(2)(c): where there is no such day, the month's last one |
//! | days, weeks, months, years end | with the last moment of the day, unless `same time` is said | art. 3(2) |
//! | minutes and hours | elapse; the clock on the wall, Sundays and holidays do not matter | "24 hours" in a rule on incidents means that |
//! | the last day is a Saturday, Sunday or holiday | it stays, unless the rule says `working days` or `ending on a working day` | not every agreement follows art. 3(4), so the clock has to say so |
//! | the time of day is skipped (spring) | as much later as was skipped | nobody is to be late by an hour that did not exist |
//! | the time of day comes twice (autumn) | the first of the two | it is the one that was surely meant |
//!
//! The time zones are those compiled into the program: the same clock gives the same instant on every node, and none
//! of it reads a file. What is due is worked out once, when the clock starts, and written down.

mod due;
mod text;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use stix::{Place, Problem, Timestamp};
use uuid::Uuid;

/// The most days that one clock leaves out as holidays.
const HOLIDAYS_MOST: usize = 400;
/// The time zone where nothing is said.
pub const UTC: &str = "UTC";

/// From when on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Start {
    /// When the commitment is made.
    #[default]
    Made,
    /// An instant.
    Instant(Timestamp),
    /// When this other commitment is kept. Until then nobody knows when it is due.
    After(Uuid),
}

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unit {
    /// 60 seconds.
    Minutes,
    /// 60 minutes.
    Hours,
    /// Days of the calendar, or working days ([`Days::Working`]).
    Days,
    /// Seven days.
    Weeks,
    /// To the day of the same number.
    Months,
    /// Twelve months.
    Years,
}

impl Unit {
    /// Every unit, the shortest first.
    pub const ALL: [Self; 6] = [
        Self::Minutes,
        Self::Hours,
        Self::Days,
        Self::Weeks,
        Self::Months,
        Self::Years,
    ];

    /// Whether it is measured by elapsing, whatever the calendar says.
    pub const fn elapses(self) -> bool {
        matches!(self, Self::Minutes | Self::Hours)
    }

    /// The most of it: ten years.
    pub const fn most(self) -> u32 {
        match self {
            Self::Minutes => 5_256_000,
            Self::Hours => 87_600,
            Self::Days => 3_650,
            Self::Weeks => 520,
            Self::Months => 120,
            Self::Years => 10,
        }
    }
}

/// Which days count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Days {
    /// All of them.
    #[default]
    Calendar,
    /// All of them, but the last one is moved to the next working day where it is none.
    EndsOnWorking,
    /// Working days only; with [`Unit::Days`].
    Working,
}

/// At which moment of the last day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum At {
    /// At the time of day of the start.
    SameTime,
    /// At its last moment.
    EndOfDay,
}

/// When something is due.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Clock {
    /// From when on.
    #[serde(default)]
    pub from: Start,
    /// How many of the unit; 0 only from an instant: then that is when it is due.
    pub count: u32,
    /// What is counted.
    pub unit: Unit,
    /// Which days count.
    #[serde(default)]
    pub days: Days,
    /// At which moment of the last day.
    pub at: At,
    /// The time zone, by its IANA name.
    #[serde(default = "utc")]
    pub zone: String,
    /// Days that are no working days beside Saturdays and Sundays.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub holidays: Vec<Date>,
}

fn utc() -> String {
    UTC.to_owned()
}

fn bad(message: impl Into<String>) -> Problem {
    let help = "write it like '24 hours', '1 month', '10 working days, Europe/Madrid', '3 days after UUID' or \
                'by 2026-12-31'; docs/guide/commitments.md has all of it";
    Problem::error("bad-clock", Place::default(), message.into()).help(help)
}

impl Clock {
    /// So many of a unit from when it is made, in UTC, all days counted.
    pub fn of(count: u32, unit: Unit) -> Self {
        Self {
            from: Start::Made,
            count,
            unit,
            days: Days::Calendar,
            at: Self::usual(unit),
            zone: utc(),
            holidays: Vec::new(),
        }
    }

    /// The moment of the last day where nothing is said.
    pub const fn usual(unit: Unit) -> At {
        if unit.elapses() { At::SameTime } else { At::EndOfDay }
    }

    /// Says what contradicts itself or is beyond measure.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn check(&self) -> Result<(), Problem> {
        let most = self.unit.most();
        if self.count > most {
            return Err(bad(format!(
                "a clock runs for ten years at the most: {most} of this unit"
            )));
        }
        if self.count == 0 && !matches!(self.from, Start::Instant(_)) {
            return Err(bad("a clock needs at least one of its unit"));
        }
        if self.days == Days::Working && self.unit != Unit::Days {
            return Err(bad("only days can be working days; other units can end on one"));
        }
        if self.days == Days::EndsOnWorking && self.unit.elapses() {
            return Err(bad("minutes and hours run through, whatever day it is"));
        }
        if self.holidays.len() > HOLIDAYS_MOST {
            return Err(bad(format!("{HOLIDAYS_MOST} holidays at the most")));
        }
        self.time_zone().map(drop)
    }

    fn time_zone(&self) -> Result<TimeZone, Problem> {
        let unknown = || {
            let shown: String = self.zone.chars().take(64).collect();
            bad(format!(
                "there is no time zone '{shown}': IANA names are like Europe/Madrid"
            ))
        };
        // A path is no name, whatever database is behind it.
        if self.zone.is_empty() || self.zone.contains("..") || self.zone.starts_with('/') {
            return Err(unknown());
        }
        TimeZone::get(&self.zone).map_err(|_| unknown())
    }

    /// Reads the JSON that a clock is kept as.
    ///
    /// # Errors
    /// When it is none.
    pub fn from_json(text: &str) -> Result<Self, Problem> {
        let clock: Self = serde_json::from_str(text).map_err(|error| bad(format!("this is no clock: {error}")))?;
        clock.check()?;
        Ok(clock)
    }

    /// The JSON that it is kept as.
    pub fn to_json(&self) -> String {
        // Of strings, numbers and lists: nothing in it can fail to be written.
        serde_json::to_string(self).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests;
