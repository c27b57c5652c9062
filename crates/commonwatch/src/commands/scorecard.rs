//! `commonwatch scorecard`: numbers of a member and of all others together, the yearly report, counting again.

use std::collections::BTreeMap;

use node::scorecard::report::PublicReport;
use node::scorecard::{Months, Number, Scorecard, csv};
use serde_json::json;
use server::api::scorecard::{ReportView, ScorecardView};
use server::pages;

use super::share::community;
use crate::cli::Global;
use crate::cli::scorecard::{ScorecardCommand, ScorecardForm, ShowArgs};
use crate::context::Local;
use crate::failure::Failure;
use crate::output::Output;

/// Does what was asked of scorecards.
pub async fn run(local: &Local, global: &Global, command: ScorecardCommand, output: Output) -> Result<(), Failure> {
    let caller = local.caller(global).await?;
    let node = &local.node;
    match command {
        ScorecardCommand::Show(args) => {
            node.scorecards_run().await?;
            let months = Months::read(args.from.as_deref(), args.to.as_deref(), node.now())?;
            let community = match &args.community {
                Some(alias) => Some(community(local, alias).await?),
                None => None,
            };
            let card = node.scorecard(&caller, community, months).await?;
            show(&node.chosen().title, &card, &args, output)
        }
        ScorecardCommand::Report { year, format } => {
            node.scorecards_run().await?;
            let report = node.public_report(&caller, &year).await?;
            show_report(&node.chosen().title, &report, format, output)
        }
        ScorecardCommand::Check => {
            node.scorecards_run().await?;
            let differences = node.scorecards_check(&caller).await?;
            for one in &differences {
                if output.is_json() {
                    output.json_line(&json!({ "place": one.place, "ledger": one.counted, "stored": one.stored }));
                } else {
                    let text = format!(
                        "{}: the ledger says {}, stored is {}",
                        one.place, one.counted, one.stored
                    );
                    output.line(&text);
                }
            }
            if differences.is_empty() {
                output.say("every number is what the ledger says");
                return Ok(());
            }
            let message = format!("{} numbers are not what the ledger says", differences.len());
            Err(Failure::new(crate::failure::Kind::Ours, message)
                .help("run 'commonwatch doctor'; 'scorecard rebuild' counts them again"))
        }
        ScorecardCommand::Rebuild => {
            let years = node.scorecards_rebuild(&caller).await?;
            output.say("the numbers are what the ledger says");
            for year in years {
                output.say(&format!(
                    "the report of {year} was made from numbers that were wrong, and stays as it is: what two reports of one year \
                     differ in would tell what single members did. It says so from now on; print it again and put it in place \
                     of what was published ('commonwatch scorecard report {year} --format html')"
                ));
            }
            Ok(())
        }
    }
}

fn span(ms: Option<u64>) -> String {
    ms.map(pages::scorecard::span).unwrap_or_default()
}

fn row(name: &str, number: &Number) -> Vec<String> {
    vec![
        name.to_owned(),
        number.count.to_string(),
        span(number.median),
        span(number.ninth_decile),
    ]
}

fn show(title: &str, card: &Scorecard, args: &ShowArgs, output: Output) -> Result<(), Failure> {
    match args.format {
        ScorecardForm::Csv => output.line(csv::csv(card)?.trim_end()),
        ScorecardForm::Html => output.line(&pages::scorecard::page(title, card)?),
        ScorecardForm::Table if output.is_json() => output.json_line(&ScorecardView::from(card)),
        ScorecardForm::Table => {
            let line = |line: &node::scorecard::Line| {
                let mut cells = row(line.measure.title(), &line.own);
                match &line.all {
                    Some(all) => cells.extend(row("", all).into_iter().skip(1)),
                    None => cells.extend(["–".to_owned(), String::new(), String::new()]),
                }
                cells
            };
            let rows: Vec<Vec<String>> = card.lines.iter().map(line).collect();
            let headings = [
                "what",
                "you",
                "half within",
                "nine in ten",
                "all",
                "half within",
                "nine in ten",
            ];
            output.table(&headings, &rows);
            output.say(&format!(
                "{} to {}; of {} only your own numbers are told. Overdue now: {}",
                card.months.from, card.months.to, card.running, card.overdue
            ));
        }
    }
    Ok(())
}

fn show_report(title: &str, report: &PublicReport, format: ScorecardForm, output: Output) -> Result<(), Failure> {
    match format {
        ScorecardForm::Csv => {
            return Err(Failure::input("a report has no form for spreadsheets").help("take --format html, or --json"));
        }
        ScorecardForm::Html => output.line(&pages::scorecard::report(title, report)?),
        ScorecardForm::Table if output.is_json() => output.json_line(&ReportView::from(report)),
        ScorecardForm::Table => {
            let mut rows = Vec::new();
            for line in &report.lines {
                rows.push(row(line.measure.title(), &line.all));
                let groups = |numbers: &BTreeMap<String, Number>| -> Vec<Vec<String>> {
                    numbers
                        .iter()
                        .map(|(name, number)| row(&format!("  {name}"), number))
                        .collect()
                };
                rows.extend(groups(&line.sectors));
                rows.extend(groups(&line.countries));
                if line.untold_months > 0 {
                    let left_out = line.untold_months.to_string();
                    rows.push(vec![
                        "  months left out".to_owned(),
                        left_out,
                        String::new(),
                        String::new(),
                    ]);
                }
            }
            output.table(&["what", "count", "half within", "nine in ten"], &rows);
            if let Some(at) = report.put_right {
                output.say(&format!(
                    "numbers that this was made from were found wrong and put right on {at}; it stays as it was made"
                ));
            }
        }
    }
    Ok(())
}
