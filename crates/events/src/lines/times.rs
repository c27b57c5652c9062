//! Reads the times of logs. A time that names no zone is taken as UTC; one that names no year is none.

use stix::Timestamp;

/// Any of the forms that can be told apart by their looks.
pub(super) fn read(text: &str) -> Option<Timestamp> {
    let bytes = text.as_bytes();
    match bytes {
        [b'0'..=b'9', b'0'..=b'9', b'0'..=b'9', b'0'..=b'9', b'-', ..] => calendar(text),
        [b'0'..=b'9', b'0'..=b'9', b'/', ..] => clf(text),
        [b'0'..=b'9', b'0'..=b'9', b'-', ..] => named_month(text),
        [b'0'..=b'9', ..] => epoch(text),
        _ => None,
    }
}

/// Seconds since 1970 with or without a fraction; milli-, micro- and nanoseconds where the number is too large for seconds.
pub(super) fn epoch(text: &str) -> Option<Timestamp> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    if whole.is_empty() || whole.len() > 19 || !whole.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let number: i64 = whole.parse().ok()?;
    Some(match number {
        // The year 5138 in seconds is the year 1973 in milliseconds.
        0..=99_999_999_999 => Timestamp::from_seconds(number).plus_micros(micros(fraction)?),
        100_000_000_000..=99_999_999_999_999 => Timestamp::from_micros(number * 1_000),
        100_000_000_000_000..=99_999_999_999_999_999 => Timestamp::from_micros(number),
        _ => Timestamp::from_micros(number / 1_000),
    })
}

/// `2018-03-24T17:15:20.613421Z`, with a space for the T, a comma for the point, `+0200` or `+02:00` for the Z or no zone.
fn calendar(text: &str) -> Option<Timestamp> {
    let date = text.get(..10)?;
    let time = text.get(10..)?.strip_prefix(['T', 't', ' ', '_'])?;
    let clock = time.get(..8)?;
    let rest = time.get(8..)?;
    let (fraction, zone) = match rest.strip_prefix(['.', ',']) {
        None => ("", rest),
        Some(after) => after.split_at(after.find(|c: char| !c.is_ascii_digit()).unwrap_or(after.len())),
    };
    at(date, clock, fraction, zone)
}

/// `10/Oct/2000:13:55:36 -0700`, the form of web servers.
pub(super) fn clf(text: &str) -> Option<Timestamp> {
    let date = format!("{}-{}-{}", text.get(7..11)?, month(text.get(3..6)?)?, text.get(..2)?);
    at(&date, text.get(12..20)?, "", text.get(20..)?)
}

/// `24-Mar-2018 17:15:20.616`, the form of BIND.
fn named_month(text: &str) -> Option<Timestamp> {
    let date = format!("{}-{}-{}", text.get(7..11)?, month(text.get(3..6)?)?, text.get(..2)?);
    let rest = text.get(20..)?;
    at(&date, text.get(12..20)?, rest.strip_prefix('.').unwrap_or_default(), "")
}

/// A date and a time of day that stand apart, as in W3C logs.
pub(super) fn of_day(date: &str, clock: &str) -> Option<Timestamp> {
    let (clock, fraction) = clock.split_once('.').unwrap_or((clock, ""));
    at(date, clock, fraction, "")
}

/// Whether the text is the short English name of a month.
pub(super) fn is_month(text: &[u8]) -> bool {
    std::str::from_utf8(text).is_ok_and(|text| month(text).is_some())
}

fn month(name: &str) -> Option<&'static str> {
    Some(match name {
        "Jan" => "01",
        "Feb" => "02",
        "Mar" => "03",
        "Apr" => "04",
        "May" => "05",
        "Jun" => "06",
        "Jul" => "07",
        "Aug" => "08",
        "Sep" => "09",
        "Oct" => "10",
        "Nov" => "11",
        "Dec" => "12",
        _ => return None,
    })
}

/// Put together from `2018-03-24`, `17:15:20`, digits of a fraction and a zone.
fn at(date: &str, clock: &str, fraction: &str, zone: &str) -> Option<Timestamp> {
    let mut text = [0; 20];
    text.get_mut(..10)?.copy_from_slice(date.as_bytes().get(..10)?);
    text[10] = b'T';
    text.get_mut(11..19)?.copy_from_slice(clock.as_bytes().get(..8)?);
    text[19] = b'Z';
    let instant = Timestamp::parse(std::str::from_utf8(&text).ok()?).ok()?;
    Some(instant.plus_micros(micros(fraction)? - offset(zone)?))
}

/// Microseconds of a fraction of a second.
fn micros(fraction: &str) -> Option<i64> {
    let mut unit = 100_000;
    let mut micros = 0;
    for digit in fraction.bytes() {
        if !digit.is_ascii_digit() {
            return None;
        }
        micros += unit * i64::from(digit - b'0');
        unit /= 10;
    }
    Some(micros)
}

/// Microseconds that a zone is ahead of UTC.
fn offset(zone: &str) -> Option<i64> {
    let zone = zone.trim();
    if matches!(zone, "" | "Z" | "z" | "UTC" | "GMT") {
        return Some(0);
    }
    let (sign, digits) = match zone.split_at_checked(1)? {
        ("+", digits) => (1, digits),
        ("-", digits) => (-1, digits),
        _ => return None,
    };
    let (hours, minutes) = match digits.len() {
        2 => (digits, "0"),
        4 => digits.split_at_checked(2)?,
        5 => digits.split_once(':')?,
        _ => return None,
    };
    let number = |text: &str| text.parse::<u8>().ok().map(i64::from);
    Some(sign * (number(hours)? * 3_600 + number(minutes)? * 60) * 1_000_000)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::read;

    #[test]
    fn all_forms_of_one_instant_are_that_instant() {
        for text in [
            "1521911720.613421",
            "1521911720613421",
            "1521911720613421000",
            "2018-03-24T17:15:20.613421Z",
            "2018-03-24 17:15:20,613421",
            "2018-03-24T19:15:20.613421+0200",
            "2018-03-24T19:15:20.6134219+02:00",
            "2018-03-24T10:15:20.613421-07",
        ] {
            let time = read(text).map(|time| time.to_string());
            assert_eq!(time.as_deref(), Some("2018-03-24T17:15:20.613421Z"), "{text}");
        }
        let seconds = |text| read(text).map(|time| time.to_string());
        insta::assert_debug_snapshot!(seconds("10/Oct/2000:13:55:36 -0700"), @r#"
        Some(
            "2000-10-10T20:55:36.000Z",
        )
        "#);
        insta::assert_debug_snapshot!(seconds("24-Mar-2018 17:15:20.616"), @r#"
        Some(
            "2018-03-24T17:15:20.616Z",
        )
        "#);
    }

    #[test]
    fn what_is_no_time_is_none() {
        for text in [
            "",
            "-",
            "Mar 24 17:15:20",
            "2018-03-24",
            "2018-13-24T00:00:00Z",
            "10/Foo/2000:13:55:36",
            "12:00",
            "1521911720.6x",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn never_panics(text in r"[0-9TZ:.+\-/ a-zä]{0,40}") {
            let _ = read(&text);
        }
    }
}
