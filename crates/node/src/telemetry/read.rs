//! Reads the lines of a message and adds them up.

use std::borrow::Cow;
use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use stix::Timestamp;

/// Refused lines that are named.
const REFUSALS_MOST: usize = 20;
/// Events that one line may stand for.
const COUNT_MOST: u64 = 1_000_000_000;
/// The longest identifier that is counted; STIX's are shorter.
const INDICATOR_MOST: usize = 200;

/// One line.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line<'l> {
    #[serde(borrow)]
    indicator: Cow<'l, str>,
    #[serde(borrow, default)]
    time: Option<Cow<'l, str>>,
    #[serde(default = "once")]
    count: u64,
}

const fn once() -> u64 {
    1
}

/// A line that could not be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Refused {
    /// Its number, from one.
    pub line: u64,
    /// What is wrong with it.
    pub why: String,
}

/// What lines say of one indicator together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Sum {
    pub(super) count: u64,
    pub(super) first: Timestamp,
    pub(super) last: Timestamp,
}

/// What was read.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Read {
    pub(super) sums: HashMap<String, Sum>,
    pub(super) refused: u64,
    pub(super) refusals: Vec<Refused>,
}

/// Reads lines of JSON; empty ones are passed over. A line without a time happened now, and none happened later: a clock
/// that is wrong must not date a sighting into the future.
pub(super) fn read(body: &[u8], now: Timestamp) -> Read {
    let mut read = Read::default();
    for (number, line) in body.split(|byte| *byte == b'\n').enumerate() {
        let line = line.trim_ascii();
        if line.is_empty() {
            continue;
        }
        match read_line(line, now) {
            Ok((indicator, sum)) => read.add(&indicator, sum),
            Err(why) => {
                read.refused += 1;
                if read.refusals.len() < REFUSALS_MOST {
                    let line = number as u64 + 1;
                    read.refusals.push(Refused { line, why });
                }
            }
        }
    }
    read
}

fn read_line(line: &[u8], now: Timestamp) -> Result<(Cow<'_, str>, Sum), String> {
    let line: Line<'_> = serde_json::from_slice(line).map_err(|error| format!("it is not a report: {error}"))?;
    if line.indicator.len() > INDICATOR_MOST {
        return Err(format!("'indicator' may have {INDICATOR_MOST} bytes at most"));
    }
    if line.count == 0 || line.count > COUNT_MOST {
        return Err(format!("'count' is 1 to {COUNT_MOST}"));
    }
    let at = match &line.time {
        None => now,
        Some(text) => Timestamp::parse(text)
            .map_err(|error| format!("'time': {error}"))?
            .min(now),
    };
    let sum = Sum {
        count: line.count,
        first: at,
        last: at,
    };
    Ok((line.indicator, sum))
}

impl Read {
    fn add(&mut self, indicator: &str, sum: Sum) {
        if let Some(there) = self.sums.get_mut(indicator) {
            there.count = there.count.saturating_add(sum.count);
            there.first = there.first.min(sum.first);
            there.last = there.last.max(sum.last);
        } else {
            self.sums.insert(indicator.to_owned(), sum);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse(text).unwrap()
    }

    #[test]
    fn lines_are_added_up_and_broken_ones_are_named() {
        let now = at("2026-11-30T12:00:00Z");
        let text = "{\"indicator\":\"indicator--a\",\"time\":\"2026-11-30T10:00:00Z\",\"count\":3}\r\n\n\
                    {\"indicator\":\"indicator--a\",\"time\":\"2026-11-30T09:00:00Z\"}\n\
                    {\"indicator\":\"indicator--b\",\"time\":\"2030-01-01T00:00:00Z\"}\n\
                    {\"indicator\":\"indicator--b\",\"count\":0}\nnot json\n{\"indicator\":\"x\",\"value\":\"y\"}\n\
                    {\"indicator\":\"indicator--a\",\"time\":\"yesterday\"}";
        let read = read(text.as_bytes(), now);
        let a = read.sums["indicator--a"];
        assert_eq!(
            (a.count, a.first, a.last),
            (4, at("2026-11-30T09:00:00Z"), at("2026-11-30T10:00:00Z"))
        );
        let b = read.sums["indicator--b"];
        assert_eq!(
            (b.count, b.first, b.last),
            (1, now, now),
            "nothing happens later than now"
        );
        assert_eq!(read.refused, 4);
        let lines: Vec<u64> = read.refusals.iter().map(|refused| refused.line).collect();
        assert_eq!(lines, [5, 6, 7, 8]);
        assert_eq!(read.refusals[0].why, "'count' is 1 to 1000000000");
        assert!(
            read.refusals[2].why.contains("unknown field `value`"),
            "{:?}",
            read.refusals
        );
    }

    proptest! {
        #[test]
        fn whatever_comes_is_counted_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..500)) {
            let read = read(&bytes, Timestamp::from_micros(0));
            let lines = bytes.split(|byte| *byte == b'\n').filter(|line| !line.trim_ascii().is_empty()).count() as u64;
            let counted: u64 = read.sums.values().map(|sum| sum.count).sum();
            prop_assert_eq!(read.refused + counted, lines);
        }

        #[test]
        fn sums_do_not_depend_on_the_order(
            mut lines in proptest::collection::vec((0..3_u8, 1..9_u64, 0..50_u32), 0..20),
        ) {
            let text = |lines: &[(u8, u64, u32)]| {
                let line = |(name, count, second): &(u8, u64, u32)| format!(
                    "{{\"indicator\":\"i{name}\",\"count\":{count},\"time\":\"2026-01-01T00:00:{second:02}Z\"}}\n"
                );
                lines.iter().map(line).collect::<String>()
            };
            let now = at("2027-01-01T00:00:00Z");
            let forward = read(text(&lines).as_bytes(), now);
            lines.reverse();
            prop_assert_eq!(forward, read(text(&lines).as_bytes(), now));
        }
    }
}
