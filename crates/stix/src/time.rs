//! Reads and writes the timestamps of STIX 2.1 section 2.16: RFC 3339, always in UTC.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// An instant in microseconds since 1970-01-01T00:00:00Z.
///
/// STIX allows any number of fractional digits; what is finer than a microsecond is cut off here, while the
/// text of the object keeps it. Compare instants, never texts: `…:00Z` and `…:00.000Z` are the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

/// Why a text is not a timestamp.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("'{text}' is not a timestamp: {why} (write it like 2026-11-23T15:04:05.000Z)")]
pub struct TimestampError {
    text: String,
    why: &'static str,
}

impl Timestamp {
    /// The instant this many microseconds after 1970.
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// The instant this many seconds after 1970.
    pub const fn from_seconds(seconds: i64) -> Self {
        Self(seconds.saturating_mul(1_000_000))
    }

    /// Microseconds since 1970.
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// This instant, later by a number of microseconds (earlier when negative).
    pub const fn plus_micros(self, micros: i64) -> Self {
        Self(self.0.saturating_add(micros))
    }

    /// Parses `YYYY-MM-DDTHH:MM:SS[.s…]Z`; a leap second `:60` becomes the first of the next minute.
    pub fn parse(text: &str) -> Result<Self, TimestampError> {
        Self::read(text.as_bytes()).map_err(|why| TimestampError {
            text: crate::id::shown(text, 64),
            why,
        })
    }

    fn read(bytes: &[u8]) -> Result<Self, &'static str> {
        if bytes.len() < 20 {
            return Err("it is too short");
        }
        if bytes.len() > 64 {
            return Err("it is too long");
        }
        let separators = [(4, b'-'), (7, b'-'), (10, b'T'), (13, b':'), (16, b':')];
        if separators.iter().any(|&(at, expected)| bytes[at] != expected) {
            return Err("a separator is missing");
        }
        let number = |from: usize, to: usize| {
            bytes[from..to].iter().try_fold(0_i64, |value, byte| {
                byte.is_ascii_digit()
                    .then(|| value * 10 + i64::from(byte - b'0'))
                    .ok_or("a digit is expected")
            })
        };
        let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
        let (hour, minute, second) = (number(11, 13)?, number(14, 16)?, number(17, 19)?);
        if !(1..=12).contains(&month) {
            return Err("there is no such month");
        }
        if day < 1 || day > days_in_month(year, month) {
            return Err("there is no such day");
        }
        if hour > 23 || minute > 59 || second > 60 {
            return Err("there is no such time of day");
        }
        let [fraction @ .., b'Z'] = &bytes[19..] else {
            return Err("it must end in Z, which means UTC");
        };
        let mut micros = 0_i64;
        match fraction {
            [] => {}
            [b'.', digits @ ..] if !digits.is_empty() => {
                let mut unit = 100_000;
                for digit in digits {
                    if !digit.is_ascii_digit() {
                        return Err("a digit is expected after the point");
                    }
                    micros += unit * i64::from(digit - b'0');
                    unit /= 10;
                }
            }
            _ => return Err("the fraction of a second is malformed"),
        }
        let seconds = days_since_1970(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second;
        Ok(Self(seconds * 1_000_000 + micros))
    }
}

fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

fn days_in_month(year: i64, month: i64) -> i64 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days from 1970-01-01 in the proleptic Gregorian calendar, counting years from March so that the leap day is last.
fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

/// The reverse of [`days_since_1970`].
fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 {
        month_from_march + 3
    } else {
        month_from_march - 9
    };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

/// Writes microseconds when there are any, milliseconds otherwise: what STIX asks of `created` and `modified`.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (seconds, micros) = (self.0.div_euclid(1_000_000), self.0.rem_euclid(1_000_000));
        let (year, month, day) = civil_from_days(seconds.div_euclid(86_400));
        let time = seconds.rem_euclid(86_400);
        let (hour, minute, second) = (time / 3_600, time / 60 % 60, time % 60);
        write!(f, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.")?;
        if micros % 1_000 == 0 {
            write!(f, "{:03}Z", micros / 1_000)
        } else {
            write!(f, "{micros:06}Z")
        }
    }
}

impl Timestamp {
    /// Writes always six fractional digits, as TAXII 2.1 section 3.3 asks of `date_added`.
    pub fn to_micros_text(self) -> String {
        let text = self.to_string();
        if text.len() == 24 {
            format!("{}000Z", &text[..23])
        } else {
            text
        }
    }
}

impl std::str::FromStr for Timestamp {
    type Err = TimestampError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Timestamp;

    #[test]
    fn equal_instants_are_equal_whatever_their_digits() {
        let whole = Timestamp::parse("2020-02-29T23:59:59Z").unwrap();
        assert_eq!(whole, Timestamp::parse("2020-02-29T23:59:59.000000000Z").unwrap());
        assert_eq!(whole.micros(), 1_583_020_799_000_000);
        assert_eq!(whole.to_string(), "2020-02-29T23:59:59.000Z");
        assert_eq!(whole.to_micros_text(), "2020-02-29T23:59:59.000000Z");
    }

    #[test]
    fn refuses_what_is_no_time_and_says_why() {
        for (text, why) in [
            ("2021-02-29T00:00:00Z", "no such day"),
            ("2021-13-01T00:00:00Z", "no such month"),
            ("2021-01-01T24:00:00Z", "time of day"),
            ("2021-01-01T00:00:00", "too short"),
            ("2021-01-01T00:00:00+00:00", "must end in Z"),
            ("2021-01-01T00:00:00.Z", "fraction"),
            ("2021-01-01 00:00:00Z", "separator"),
            ("２０２１-01-01T00:00:00Z", "separator"),
        ] {
            let error = Timestamp::parse(text).unwrap_err().to_string();
            assert!(error.contains(why), "{text}: {error}");
        }
    }

    proptest! {
        #[test]
        fn text_and_back_is_the_same_instant(micros in -62_135_596_800_000_000_i64..253_402_300_799_999_999) {
            let instant = Timestamp::from_micros(micros);
            prop_assert_eq!(Timestamp::parse(&instant.to_string()).unwrap(), instant);
            prop_assert_eq!(Timestamp::parse(&instant.to_micros_text()).unwrap(), instant);
        }

        #[test]
        fn never_panics(text in ".{0,40}") {
            let _ = Timestamp::parse(&text);
        }
    }
}
