//! Dates and times as tables and rules write them.

use stix::Timestamp;

/// Reads `2026-11-23`, `2026/11/23`, `2026-11-23 15:04:05[.123][Z|+02:00| UTC]`, `20261123` or seconds since 1970.
///
/// Dates that begin with the day or month are not read: `03/04/2026` is two different days.
pub fn read(text: &str) -> Option<Timestamp> {
    let text = text.trim().trim_matches('"');
    if text.is_empty() || text.len() > 40 || !text.is_ascii() {
        return None;
    }
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    if digits && text.len() == 8 && text.starts_with("20") {
        return Timestamp::parse(&format!("{}-{}-{}T00:00:00Z", &text[..4], &text[4..6], &text[6..])).ok();
    }
    if digits {
        let number: i64 = text.parse().ok()?;
        // From 2000 to 2100, in seconds or milliseconds.
        return match number {
            946_684_800..=4_102_444_800 => Some(Timestamp::from_seconds(number)),
            946_684_800_000..=4_102_444_800_000 => Some(Timestamp::from_micros(number * 1_000)),
            _ => None,
        };
    }
    let mut date = String::with_capacity(32);
    let (day, time) = match text.find(['T', 't', ' ']) {
        Some(at) => (&text[..at], text[at + 1..].trim()),
        None => (text, ""),
    };
    let mut parts = day.split(['-', '/', '.']);
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    if year.len() != 4 || parts.next().is_some() || month.len() > 2 || day.len() > 2 {
        return None;
    }
    date.push_str(&format!("{year}-{month:0>2}-{day:0>2}T"));
    let (clock, minutes_east) = split_zone(time)?;
    match clock.len() {
        0 => date.push_str("00:00:00"),
        5 => date.push_str(&format!("{clock}:00")),
        _ => date.push_str(clock),
    }
    date.push('Z');
    let instant = Timestamp::parse(&date).ok()?;
    Some(instant.plus_micros(-minutes_east * 60_000_000))
}

/// Takes `Z`, `UTC`, `+02:00` or `-0500` off a time of day; gives the minutes east of Greenwich.
fn split_zone(time: &str) -> Option<(&str, i64)> {
    let upper = time.len().min(4);
    let bare = time.strip_suffix(['Z', 'z']).or_else(|| {
        let tail = time.get(time.len() - upper..)?;
        (tail.ends_with("UTC") || tail.ends_with("GMT")).then(|| time[..time.len() - 3].trim_end())
    });
    if let Some(bare) = bare {
        return Some((bare, 0));
    }
    let Some(at) = time.rfind(['+', '-']) else {
        return Some((time, 0));
    };
    let digits: String = time[at + 1..].chars().filter(|letter| *letter != ':').collect();
    if digits.len() != 4 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let hours: i64 = digits[..2].parse().ok()?;
    let minutes: i64 = digits[2..].parse().ok()?;
    let east = hours * 60 + minutes;
    Some((
        time[..at].trim_end(),
        if time[at..].starts_with('-') { -east } else { east },
    ))
}
