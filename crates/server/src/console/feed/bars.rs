//! When something was seen, as bars of a picture and lines of a table.

use node::seen_over_time::{SeenOverTime, SeenSpan};
use stix::Timestamp;

/// The picture.
pub(super) const WIDTH: u32 = 600;
pub(super) const HEIGHT: u32 = 80;
/// The least height of a bar, so that it is seen.
const LEAST: f64 = 3.0;

/// A bar: where it stands.
pub(super) struct Bar {
    pub x: String,
    pub y: String,
    pub width: String,
    pub height: String,
}

/// When something was seen.
pub(super) struct Bars {
    pub over: SeenOverTime,
    pub bars: Vec<Bar>,
    /// How often altogether.
    pub total: u64,
}

impl Bars {
    pub fn new(over: SeenOverTime) -> Self {
        let highest = over.spans.iter().map(|span| span.count).max().unwrap_or(0).max(1) as f64;
        let step = f64::from(WIDTH) / over.spans.len().max(1) as f64;
        let bar = |(place, span): (usize, &SeenSpan)| {
            let height = (span.count as f64 / highest * f64::from(HEIGHT - 4)).max(LEAST);
            Bar {
                x: format!("{:.1}", place as f64 * step + step * 0.1),
                y: format!("{:.1}", f64::from(HEIGHT) - height),
                width: format!("{:.1}", (step * 0.8).min(40.0)),
                height: format!("{height:.1}"),
            }
        };
        let seen = over.spans.iter().enumerate().filter(|(_, span)| span.count > 0);
        Self {
            bars: seen.map(bar).collect(),
            total: over
                .spans
                .iter()
                .map(|span| span.count)
                .sum::<u64>()
                .saturating_add(over.earlier),
            over,
        }
    }

    /// The spans in which it was seen, the newest first.
    pub fn lines(&self) -> impl Iterator<Item = &SeenSpan> {
        self.over.spans.iter().rev().filter(|span| span.count > 0)
    }

    /// The first and the last day.
    pub fn ends(&self) -> Option<(String, String)> {
        let (first, last) = (self.over.spans.first()?, self.over.spans.last()?);
        Some((day(&first.begins), day(&last.begins)))
    }
}

/// A day, as in `2026-11-23`.
pub(super) fn day(at: &Timestamp) -> String {
    at.to_string().chars().take(10).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_bar_lies_in_the_picture_and_an_empty_day_has_none() {
        let span = |number: i64, count| SeenSpan {
            begins: Timestamp::from_micros(number * 86_400_000_000),
            count,
        };
        let bars = Bars::new(SeenOverTime {
            spans: vec![span(1, 1), span(2, 0), span(3, 1_000)],
            earlier: 2,
            ..SeenOverTime::default()
        });
        assert_eq!((bars.bars.len(), bars.total, bars.lines().count()), (2, 1_003, 2));
        for bar in &bars.bars {
            let number = |text: &str| text.parse::<f64>().unwrap();
            assert!(number(&bar.y) >= 0.0 && number(&bar.y) + number(&bar.height) <= f64::from(HEIGHT) + 0.1);
            assert!(number(&bar.height) >= LEAST);
        }
        assert_eq!(bars.ends(), Some(("1970-01-02".to_owned(), "1970-01-04".to_owned())));
        assert!(Bars::new(SeenOverTime::default()).ends().is_none());
    }
}
