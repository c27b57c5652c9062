//! From a start to the instant that something is due.

use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use jiff::{Span, ZonedDateTime};
use stix::{Problem, Timestamp};

use super::{At, Clock, Days, Unit, bad};

const MINUTE: i64 = 60_000_000;

impl Clock {
    /// When it is due, if it starts at an instant.
    ///
    /// # Errors
    /// When the clock contradicts itself, or the instant lies beyond what a calendar can say.
    pub fn due(&self, start: Timestamp) -> Result<Timestamp, Problem> {
        self.check()?;
        let zone = self.time_zone()?;
        let beyond = |_| bad("what is due would lie beyond the calendar");
        if self.unit.elapses() {
            let minutes = i64::from(self.count) * if self.unit == Unit::Hours { 60 } else { 1 };
            let end = start.plus_micros(minutes * MINUTE);
            return match self.at {
                At::SameTime => Ok(end),
                At::EndOfDay => last_moment(zoned(end, &zone)?.date(), &zone).map_err(beyond),
            };
        }
        let began = zoned(start, &zone)?;
        let day = self.last_day(began.date()).map_err(beyond)?;
        match self.at {
            At::EndOfDay => last_moment(day, &zone).map_err(beyond),
            At::SameTime => {
                let end = day.to_datetime(began.time()).to_zoned_datetime(zone).map_err(beyond)?;
                Ok(instant(&end))
            }
        }
    }

    /// The day on which it ends.
    fn last_day(&self, first: Date) -> Result<Date, jiff::Error> {
        if self.days == Days::Working && self.count > 0 {
            let (mut day, mut left) = (first, self.count);
            while left > 0 {
                day = day.tomorrow()?;
                left -= u32::from(self.works_on(day));
            }
            return Ok(day);
        }
        let count = i64::from(self.count);
        let span = match self.unit {
            // Those that elapse are done with above.
            Unit::Minutes | Unit::Hours | Unit::Days => Span::new().try_days(count)?,
            Unit::Weeks => Span::new().try_weeks(count)?,
            Unit::Months => Span::new().try_months(count)?,
            Unit::Years => Span::new().try_years(count)?,
        };
        let mut day = first.checked_add(span)?;
        while self.days != Days::Calendar && !self.works_on(day) {
            day = day.tomorrow()?;
        }
        Ok(day)
    }

    fn works_on(&self, day: Date) -> bool {
        !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday) && !self.holidays.contains(&day)
    }
}

/// An instant as it is where the zone is.
pub(super) fn zoned(at: Timestamp, zone: &TimeZone) -> Result<ZonedDateTime, Problem> {
    let at = jiff::Timestamp::from_microsecond(at.micros()).map_err(|_| bad("this is beyond the calendar"))?;
    Ok(at.to_zoned_datetime(zone.clone()))
}

fn instant(zoned: &ZonedDateTime) -> Timestamp {
    Timestamp::from_micros(zoned.timestamp().as_microsecond())
}

/// The first moment of a day: not always midnight, where the clock is put forward then.
pub(super) fn first_moment(day: Date, zone: &TimeZone) -> Result<Timestamp, jiff::Error> {
    let midday = day.at(12, 0, 0, 0).to_zoned_datetime(zone.clone())?;
    Ok(instant(&midday.start_of_day()?))
}

/// The last microsecond of a day.
fn last_moment(day: Date, zone: &TimeZone) -> Result<Timestamp, jiff::Error> {
    Ok(first_moment(day.tomorrow()?, zone)?.plus_micros(-1))
}
