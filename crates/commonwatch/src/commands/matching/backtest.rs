//! `commonwatch backtest`: how often indicators and rules would have fired on past logs, before they are used.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use matching::Hit;
use matching::run::{self, Current, Options, Taker};
use serde_json::json;
use stix::Problem;

use super::show::many;
use super::{arm, processors};
use crate::cli::Global;
use crate::cli::matching::BacktestArgs;
use crate::failure::Failure;
use crate::output::Output;

/// Microseconds of a day.
const DAY: i64 = 86_400_000_000;
/// Machines of one indicator that are told apart.
const HOSTS: usize = 1_000;
/// Indicators that a person is shown.
const SHOWN: usize = 50;

/// Tries what is named; fails with the code for "found" when something fires too often.
pub fn run(global: &Global, args: &BacktestArgs, output: Output) -> Result<(), Failure> {
    arm::no_yara(&args.look_for)?;
    let armed = arm::arm(global, &args.look_for, output)?;
    arm::something_left(&args.look_for, &armed)?;
    let options = Options {
        threads: args.threads.map_or_else(processors, usize::from),
        ..Options::new(arm::clock())
    };
    let counts = Counts::default();
    let current = Current::new(armed);
    let mut events = 0;
    let mut unread = 0_u64;
    for file in args.logs.iter().flat_map(super::logs_of) {
        match file.and_then(|file| sources::open(&file)) {
            Ok(opened) => {
                let tally = run::read(opened.input, &opened.name, &current, &options, &mut counts.clone());
                events += tally.events;
            }
            Err(problem) => {
                unread += 1;
                counts.clone().problem(problem);
            }
        }
    }
    let (counted, problems) = counts.take();
    output.problems(&problems);
    let mut rows: Vec<(String, Count)> = counted.into_iter().collect();
    rows.sort_by_key(|(id, count)| (std::cmp::Reverse(count.hits), id.clone()));
    let noisy = rows.iter().filter(|(_, count)| count.a_day() > args.too_often).count();
    if output.is_json() {
        for (id, count) in &rows {
            output.json_line(&json!({
                "indicator": id, "name": count.name, "hits": count.hits, "hosts": count.hosts.len(),
                "days": count.days.len(), "hits_a_day": count.a_day(), "too_often": count.a_day() > args.too_often,
            }));
        }
        output.aside(
            &json!({ "summary": { "events": events, "indicators": rows.len(), "too_often": noisy } }).to_string(),
        );
    } else {
        output.line(&format!(
            "{}; {} would have fired",
            many(events, "event"),
            many(rows.len() as u64, "indicator")
        ));
        let cells: Vec<Vec<String>> = rows
            .iter()
            .take(SHOWN)
            .map(|(_, count)| {
                let warning = if count.a_day() > args.too_often {
                    "fires too often"
                } else {
                    ""
                };
                vec![
                    count.hits.to_string(),
                    count.a_day().to_string(),
                    count.hosts.len().to_string(),
                    count.name.chars().take(72).collect(),
                    warning.to_owned(),
                ]
            })
            .collect();
        if !cells.is_empty() {
            output.table(&["hits", "a day", "machines", "indicator", ""], &cells);
        }
        if rows.len() > SHOWN {
            output.line(&format!("… and {} more; --json gives all", rows.len() - SHOWN));
        }
        if noisy > 0 {
            output.line(&format!(
                "{} too often, more than {} times a day: look before you use {} (a shared host? a scanner? your own?)",
                if noisy == 1 {
                    "1 fires".to_owned()
                } else {
                    format!("{noisy} fire")
                },
                args.too_often,
                if noisy == 1 { "it" } else { "them" }
            ));
        }
    }
    super::ended(noisy as u64, unread, 0)
}

/// What one indicator would have done.
#[derive(Clone, Debug, Default)]
struct Count {
    name: String,
    hits: u64,
    days: BTreeSet<i64>,
    hosts: BTreeSet<String>,
}

impl Count {
    /// Hits on a day on which there were any; events without a time are of one day.
    fn a_day(&self) -> u64 {
        self.hits.div_ceil(self.days.len().max(1) as u64)
    }
}

/// What each indicator would have done, and what could not be read.
type Counted = (BTreeMap<String, Count>, Vec<Problem>);

#[derive(Clone, Default)]
struct Counts(Arc<Mutex<Counted>>);

impl Counts {
    fn take(&self) -> Counted {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Taker for Counts {
    fn hit(&mut self, hit: Hit) {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.0.entry(hit.indicator.id).or_default();
        count.hits += 1;
        if count.name.is_empty() {
            count.name = hit.matched;
        }
        count.days.extend(hit.time.map(|time| time.micros().div_euclid(DAY)));
        if count.hosts.len() < HOSTS {
            count.hosts.extend(hit.host);
        }
    }

    fn problem(&mut self, problem: Problem) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).1.push(problem);
    }
}
