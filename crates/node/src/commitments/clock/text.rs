//! A clock as people write it: `10 working days after UUID, Europe/Madrid, holidays 2026-12-25`.
//!
//! ```text
//! clock  = span [start] *(", " option)  /  "by " (instant / date) *(", " option)
//! span   = count (minutes / hours / [working] days / weeks / months / years)
//! start  = "from " instant  /  "after " uuid                        ; else from when it is made
//! option = zone  /  "end of day"  /  "same time"  /  "ending on a working day"  /  "holidays " date *(" " date)
//! ```

use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;
use stix::{Problem, Timestamp};
use uuid::Uuid;

use super::due::{first_moment, zoned};
use super::{At, Clock, Days, Start, UTC, Unit, bad};

const END_OF_DAY: &str = "end of day";
const SAME_TIME: &str = "same time";
const ENDS_ON_WORKING: &str = "ending on a working day";
const HOLIDAYS: &str = "holidays ";
/// No clock is longer.
const TEXT_MOST: usize = 8_000;

/// What a unit is called, the usual word first.
fn words(unit: Unit) -> &'static [&'static str] {
    match unit {
        Unit::Minutes => &["minutes", "minute", "min"],
        Unit::Hours => &["hours", "hour", "h"],
        Unit::Days => &["days", "day", "d"],
        Unit::Weeks => &["weeks", "week", "w"],
        Unit::Months => &["months", "month"],
        Unit::Years => &["years", "year", "y"],
    }
}

impl FromStr for Clock {
    type Err = Problem;

    fn from_str(text: &str) -> Result<Self, Problem> {
        if text.len() > TEXT_MOST {
            return Err(bad("this is too long for a clock"));
        }
        let mut parts = text.split(',').map(str::trim);
        let head = parts.next().unwrap_or_default();
        // The options first: which day a date begins depends on the zone.
        let mut clock = Self::of(1, Unit::Hours);
        let mut at = None;
        for option in parts {
            clock.option(option, &mut at)?;
        }
        match head.strip_prefix("by ") {
            Some(end) => clock.by(end.trim())?,
            None => clock.span(head)?,
        }
        clock.at = at.unwrap_or(Self::usual(clock.unit));
        clock.check()?;
        Ok(clock)
    }
}

impl Clock {
    fn option(&mut self, option: &str, at: &mut Option<At>) -> Result<(), Problem> {
        match option {
            END_OF_DAY => *at = Some(At::EndOfDay),
            SAME_TIME => *at = Some(At::SameTime),
            ENDS_ON_WORKING => self.days = Days::EndsOnWorking,
            _ if option.starts_with(HOLIDAYS) => {
                for day in option.split_whitespace().skip(1) {
                    self.holidays.push(date(day)?);
                }
            }
            zone => {
                zone.clone_into(&mut self.zone);
                self.time_zone()?;
            }
        }
        Ok(())
    }

    fn by(&mut self, end: &str) -> Result<(), Problem> {
        self.count = 0;
        if end.contains('T') {
            self.from = Start::Instant(instant(end)?);
            self.unit = Unit::Hours;
            return Ok(());
        }
        let begins = first_moment(date(end)?, &self.time_zone()?).map_err(|_| bad("this is beyond the calendar"))?;
        self.from = Start::Instant(begins);
        self.unit = Unit::Days;
        Ok(())
    }

    fn span(&mut self, head: &str) -> Result<(), Problem> {
        let mut words_left = head.split_whitespace();
        let count = words_left.next().unwrap_or_default();
        // Also as in 24h.
        let digits = count.find(|c: char| !c.is_ascii_digit()).unwrap_or(count.len());
        let (count, glued) = count.split_at(digits);
        self.count = count
            .parse()
            .map_err(|_| bad("a clock begins with a number, or with 'by'"))?;
        let mut word = if glued.is_empty() {
            words_left.next()
        } else {
            Some(glued)
        };
        if word == Some("working") {
            self.days = Days::Working;
            word = words_left.next();
        }
        let word = word.unwrap_or_default();
        let unit = Unit::ALL.into_iter().find(|unit| words(*unit).contains(&word));
        self.unit = unit.ok_or_else(|| bad("after the number comes minutes, hours, days, weeks, months or years"))?;
        self.from = match (words_left.next(), words_left.next(), words_left.next()) {
            (None, ..) => Start::Made,
            (Some("from"), Some(at), None) => Start::Instant(instant(at)?),
            (Some("after"), Some(uuid), None) => {
                let uuid = Uuid::try_parse(uuid);
                Start::After(uuid.map_err(|_| bad("after 'after' comes the id of another commitment"))?)
            }
            _ => {
                return Err(bad(
                    "after the span comes 'from' and a time, 'after' and an id, or a comma",
                ));
            }
        };
        Ok(())
    }
}

fn date(text: &str) -> Result<Date, Problem> {
    // The calendar reads much; a day is written in one way.
    let is_plain = text.len() == 10 && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    let day = text.parse().ok().filter(|_| is_plain);
    day.ok_or_else(|| bad("a day is written like 2026-12-31"))
}

fn instant(text: &str) -> Result<Timestamp, Problem> {
    Timestamp::parse(text).map_err(|error| bad(error.to_string()))
}

impl fmt::Display for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.from {
            Start::Instant(end) if self.count == 0 => {
                let local = self.time_zone().and_then(|zone| zoned(end, &zone));
                match local {
                    Ok(local) if self.unit == Unit::Days => write!(f, "by {}", local.date())?,
                    _ => write!(f, "by {end}")?,
                }
            }
            _ => {
                let one = usize::from(self.count == 1);
                let unit = words(self.unit).get(one).copied().unwrap_or_default();
                let working = if self.days == Days::Working { "working " } else { "" };
                write!(f, "{} {working}{unit}", self.count)?;
            }
        }
        match self.from {
            Start::Instant(at) if self.count > 0 => write!(f, " from {at}")?,
            Start::After(uuid) => write!(f, " after {uuid}")?,
            Start::Made | Start::Instant(_) => {}
        }
        if self.days == Days::EndsOnWorking {
            write!(f, ", {ENDS_ON_WORKING}")?;
        }
        if self.at != Self::usual(self.unit) {
            let at = if self.at == At::EndOfDay { END_OF_DAY } else { SAME_TIME };
            write!(f, ", {at}")?;
        }
        if self.zone != UTC {
            write!(f, ", {}", self.zone)?;
        }
        if !self.holidays.is_empty() {
            f.write_str(", holidays")?;
            for day in &self.holidays {
                write!(f, " {day}")?;
            }
        }
        Ok(())
    }
}
