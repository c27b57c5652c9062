//! A scorecard as CSV: a line for each measure, altogether and month by month, with its definition.

use super::{Number, Scorecard};
use crate::error::Error;

const HEADINGS: [&str; 11] = [
    "community",
    "measure",
    "month",
    "own_count",
    "own_median_seconds",
    "own_ninth_decile_seconds",
    "all_count",
    "all_median_seconds",
    "all_ninth_decile_seconds",
    "all_months_not_told",
    "definition",
];

fn seconds(ms: Option<u64>) -> String {
    ms.map(|ms| format!("{}.{:03}", ms / 1_000, ms % 1_000))
        .unwrap_or_default()
}

fn three(number: Option<&Number>) -> [String; 3] {
    match number {
        Some(number) => [
            number.count.to_string(),
            seconds(number.median),
            seconds(number.ninth_decile),
        ],
        None => Default::default(),
    }
}

/// Writes it. What may not be told is empty.
///
/// # Errors
/// Never, short of a fault of ours: it is written to memory.
pub fn csv(card: &Scorecard) -> Result<String, Error> {
    let ours = |error: &dyn std::fmt::Display| Error::Ours(format!("the table could not be written: {error}"));
    let mut writer = ::csv::Writer::from_writer(Vec::new());
    writer.write_record(HEADINGS).map_err(|error| ours(&error))?;
    let community = card.alias.as_deref().unwrap_or("all communities");
    for line in &card.lines {
        let whole = ("all", &line.own, line.all.as_ref(), line.untold_months.to_string());
        let months = line
            .months
            .iter()
            .map(|(month, (own, all))| (month.as_str(), own, all.as_ref(), String::new()));
        for (month, own, all, untold) in std::iter::once(whole).chain(months) {
            let (own, all) = (three(Some(own)), three(all));
            let record = [community, line.measure.as_str(), month]
                .into_iter()
                .chain(own.iter().map(String::as_str))
                .chain(all.iter().map(String::as_str))
                .chain([untold.as_str(), line.measure.meaning()]);
            writer.write_record(record).map_err(|error| ours(&error))?;
        }
    }
    let bytes = writer.into_inner().map_err(|error| ours(&error))?;
    String::from_utf8(bytes).map_err(|error| ours(&error))
}
