//! Reads the times that MISP writes: seconds since 1970, dates, and date-times with or without an offset.

use stix::Timestamp;
use stix::json::Value;

/// Earliest and latest instant that RFC 3339 can write, in seconds.
const RANGE: std::ops::Range<i64> = -62_135_596_800..253_402_300_800;

/// Reads seconds since 1970, as text or number. A text may have a fraction, which MISP never writes: our own interface
/// for its clients does, so that two changes within a second are two versions.
pub(super) fn seconds(value: Option<&Value<'_>>) -> Option<Timestamp> {
    if let Value::String(text) = value?
        && let Some((whole, fraction)) = text.trim().split_once('.')
    {
        let whole = whole
            .parse::<i64>()
            .ok()
            .filter(|whole| *whole != 0 && RANGE.contains(whole))?;
        let is_micros = fraction.len() == 6 && fraction.bytes().all(|byte| byte.is_ascii_digit());
        let micros = is_micros.then(|| fraction.parse::<i64>().ok()).flatten()?;
        return Some(Timestamp::from_micros(whole * 1_000_000 + micros));
    }
    let seconds = match value? {
        Value::String(text) => text.trim().parse::<i64>().ok()?,
        Value::Number(number) => number.as_i64()?,
        _ => return None,
    };
    // Zero is how MISP writes "never".
    (seconds != 0 && RANGE.contains(&seconds)).then(|| Timestamp::from_seconds(seconds))
}

/// Reads a date-time in any of the forms MISP accepts; a time without offset is UTC, a date is its midnight.
pub(super) fn moment(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    if let Ok(moment) = Timestamp::parse(text) {
        return Some(moment);
    }
    if text.len() > 64 || !text.is_ascii() {
        return None;
    }
    if let Ok(number) = text.parse::<i64>() {
        return (number != 0 && RANGE.contains(&number)).then(|| Timestamp::from_seconds(number));
    }
    if let Some(date) = date(text) {
        return Some(date);
    }
    if let Ok(moment) = text.parse::<jiff::Timestamp>() {
        return Some(Timestamp::from_micros(moment.as_microsecond()));
    }
    let civil = text.parse::<jiff::civil::DateTime>().ok()?;
    let moment = jiff::tz::Offset::UTC.to_timestamp(civil).ok()?;
    Some(Timestamp::from_micros(moment.as_microsecond()))
}

/// Reads `2020-10-25` as its midnight in UTC.
pub(super) fn date(text: &str) -> Option<Timestamp> {
    (text.len() == 10)
        .then(|| Timestamp::parse(&format!("{text}T00:00:00Z")).ok())
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::moment;

    #[test]
    fn reads_every_form_that_misp_writes() {
        for text in [
            "2020-10-25T16:22:00Z",
            "2020-10-25T16:22:00.000000+00:00",
            "2020-10-25T18:22:00+02:00",
            "2020-10-25 16:22:00",
            "2020-10-25T16:22:00",
            "1603642920",
        ] {
            assert_eq!(
                moment(text).map(|at| at.micros()),
                Some(1_603_642_920_000_000),
                "{text}"
            );
        }
        assert_eq!(moment("2020-10-25").unwrap().to_string(), "2020-10-25T00:00:00.000Z");
        assert_eq!(moment("yesterday"), None);
    }
}
