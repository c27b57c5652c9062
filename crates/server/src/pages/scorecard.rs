//! A scorecard, and the yearly report, as pages to print.

use std::collections::BTreeMap;

use askama::Template;
use node::Error;
use node::scorecard::report::PublicReport;
use node::scorecard::{Number, Scorecard};

use super::STYLE;

#[derive(Template)]
#[template(path = "scorecard.html")]
struct Card<'a> {
    style: &'static str,
    title: &'a str,
    card: &'a Scorecard,
}

#[derive(Template)]
#[template(path = "report.html")]
struct Report<'a> {
    style: &'static str,
    title: &'a str,
    report: &'a PublicReport,
}

/// A stretch of time as people say it: two digits are as exact as the number is.
pub fn span(ms: u64) -> String {
    const UNITS: [(u64, &str); 4] = [(86_400_000, "d"), (3_600_000, "h"), (60_000, "min"), (1_000, "s")];
    for (unit, name) in UNITS {
        if ms >= 2 * unit {
            let tenths = ms.saturating_mul(10) / unit;
            return match (tenths / 10, tenths % 10) {
                (whole @ 0..10, tenth) => format!("{whole}.{tenth} {name}"),
                (whole, _) => format!("{whole} {name}"),
            };
        }
    }
    format!("{ms} ms")
}

/// A number as one cell says it.
pub(crate) fn cell(number: &Number) -> String {
    match (number.median, number.ninth_decile) {
        (Some(median), Some(ninth)) => format!("{} · {} ({})", span(median), span(ninth), number.count),
        _ => number.count.to_string(),
    }
}

fn maybe(number: &Option<Number>) -> String {
    number.as_ref().map_or_else(|| "–".to_owned(), cell)
}

fn value(number: &Option<f64>) -> String {
    number.map_or_else(|| "–".to_owned(), |number| format!("{number:.1}"))
}

/// Whether a value meets a target, in words.
fn met(target: &node::scorecard::Target, number: &Option<f64>) -> &'static str {
    match number.map(|number| target.is_met(number)) {
        Some(true) => "met",
        Some(false) => "not met",
        None => "nothing to compare",
    }
}

fn groups(numbers: &BTreeMap<String, Number>) -> Vec<(&String, String)> {
    numbers.iter().map(|(name, number)| (name, cell(number))).collect()
}

/// A scorecard.
///
/// # Errors
/// Never, short of a fault of ours.
pub fn page(title: &str, card: &Scorecard) -> Result<String, Error> {
    let style = STYLE;
    rendered(&Card { style, title, card })
}

/// The report of a year.
///
/// # Errors
/// Never, short of a fault of ours.
pub fn report(title: &str, report: &PublicReport) -> Result<String, Error> {
    let style = STYLE;
    rendered(&Report { style, title, report })
}

fn rendered(page: &impl Template) -> Result<String, Error> {
    page.render()
        .map_err(|error| Error::Ours(format!("the page could not be made: {error}")))
}

#[cfg(test)]
mod tests {
    use super::span;

    #[test]
    fn a_stretch_of_time_has_a_unit_that_fits() {
        let told = [1, 1_999, 2_000, 119_000, 150_000, 36_000_000, 864_000_000].map(span);
        assert_eq!(told, ["1 ms", "1999 ms", "2.0 s", "119 s", "2.5 min", "10 h", "10 d"]);
    }
}
