//! Scorecards, the yearly report for everybody, and what members say of their live watch.

use axum::response::{IntoResponse as _, Response};
use http::StatusCode;
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE, HeaderValue};
use node::scorecard::report::PublicReport;
use node::scorecard::{Line, Months, Number, Scorecard, WatchWish, csv};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use stix::Timestamp;
use store::{LogFamily, Measure};
use utoipa::ToSchema;

use super::ask::{Parameters, community, json};
use super::view::answer;
use crate::asked::Asked;
use crate::pages;
use crate::problem::Fault;
use crate::query::bad;

/// How many, and where times are measured, how long.
#[derive(Serialize, ToSchema)]
pub struct NumberView {
    /// How many.
    pub count: u64,
    /// What half of them are shorter than, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub median_seconds: Option<f64>,
    /// What nine in ten are shorter than, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ninth_decile_seconds: Option<f64>,
}

impl From<&Number> for NumberView {
    fn from(number: &Number) -> Self {
        let seconds = |ms: Option<u64>| ms.map(|ms| ms as f64 / 1_000.0);
        Self {
            count: number.count,
            median_seconds: seconds(number.median),
            ninth_decile_seconds: seconds(number.ninth_decile),
        }
    }
}

/// A month of a measure.
#[derive(Serialize, ToSchema)]
pub struct MonthView {
    /// Which, as in `2026-11`.
    pub month: String,
    /// Of the own member.
    pub own: NumberView,
    /// Of all; absent where it may not be told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub all: Option<NumberView>,
}

/// A measure of a scorecard.
#[derive(Serialize, ToSchema)]
pub struct LineView {
    /// Its name.
    pub measure: String,
    /// What people call it.
    pub title: String,
    /// What exactly is counted.
    pub definition: String,
    /// Of the own member.
    pub own: NumberView,
    /// Of all members, in the months that may be told; absent where none may.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub all: Option<NumberView>,
    /// Months with something in them that are left out of that: about too few, or not over.
    pub untold_months: usize,
    /// Month by month.
    pub months: Vec<MonthView>,
}

impl From<&Line> for LineView {
    fn from(line: &Line) -> Self {
        let months = line.months.iter().map(|(month, (own, all))| MonthView {
            month: month.clone(),
            own: own.into(),
            all: all.as_ref().map(NumberView::from),
        });
        Self {
            measure: line.measure.as_str().to_owned(),
            title: line.measure.title().to_owned(),
            definition: line.measure.meaning().to_owned(),
            own: (&line.own).into(),
            all: line.all.as_ref().map(NumberView::from),
            untold_months: line.untold_months,
            months: months.collect(),
        }
    }
}

/// What the charter wants, and what there is.
#[derive(Serialize, ToSchema)]
pub struct TargetView {
    /// The target, as the charter names it.
    pub target: String,
    /// What it says, in the unit of its name.
    pub wanted: u32,
    /// What the own member has; absent where there is nothing to compare.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub own: Option<f64>,
    /// Whether that meets it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub own_met: Option<bool>,
    /// What all have, where it may be told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub all: Option<f64>,
    /// Whether that meets it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub all_met: Option<bool>,
}

/// Who watches live.
#[derive(Serialize, ToSchema)]
pub struct CoverageView {
    /// In which month.
    pub month: String,
    /// Members that are there now.
    pub members: usize,
    /// Those that watch live; absent where it may not be told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub live: Option<u64>,
    /// How many read which kinds of logs, where it may be told.
    pub families: BTreeMap<String, u64>,
}

/// A scorecard.
#[derive(Serialize, ToSchema)]
pub struct ScorecardView {
    /// Alias of the community; absent for the whole partnership.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub community: Option<String>,
    /// The first month.
    pub from: String,
    /// The last month.
    pub to: String,
    /// The running month, of which only the own numbers are told.
    pub running: String,
    /// The measures.
    pub measures: Vec<LineView>,
    /// The targets of the charter.
    pub targets: Vec<TargetView>,
    /// Who watches live.
    pub coverage: CoverageView,
    /// Commitments of the own member that are open and overdue now.
    pub overdue: u64,
    /// When it was asked for.
    pub at: String,
}

impl From<&Scorecard> for ScorecardView {
    fn from(card: &Scorecard) -> Self {
        let target = |target: &node::scorecard::Target| TargetView {
            target: target.name.clone(),
            wanted: target.wanted,
            own: target.own,
            own_met: target.own.map(|value| target.is_met(value)),
            all: target.all,
            all_met: target.all.map(|value| target.is_met(value)),
        };
        let family = |(family, many): (&LogFamily, &u64)| (family.as_str().to_owned(), *many);
        Self {
            community: card.alias.clone(),
            from: card.months.from.clone(),
            to: card.months.to.clone(),
            running: card.running.clone(),
            measures: card.lines.iter().map(LineView::from).collect(),
            targets: card.targets.iter().map(target).collect(),
            coverage: CoverageView {
                month: card.coverage.month.clone(),
                members: card.coverage.members,
                live: card.coverage.live,
                families: card.coverage.families.iter().map(family).collect(),
            },
            overdue: card.overdue,
            at: card.at.to_string(),
        }
    }
}

/// In which form an answer is wanted.
#[derive(Clone, Copy)]
enum Form {
    Json,
    Csv,
    Html,
}

impl Form {
    fn read(parameters: &Parameters, has_csv: bool) -> Result<Self, Fault> {
        let expected = if has_csv { "json, csv or html" } else { "json or html" };
        let parse = |text: &str| match text {
            "json" => Some(Self::Json),
            "csv" if has_csv => Some(Self::Csv),
            "html" => Some(Self::Html),
            _ => None,
        };
        Ok(parameters.word("format", expected, parse)?.unwrap_or(Self::Json))
    }
}

/// The numbers of the caller's member, and of all where that is about no few: of a community, or of the whole partnership.
#[utoipa::path(get, path = "/api/v1/scorecard", tag = "scorecards",
    params(
        ("community" = Option<String>, Query, description = "Alias or UUID of the community; left out: the whole partnership"),
        ("from" = Option<String>, Query, description = "The first month, as in 2026-01; left out: eleven months before the last. Of a span of more than 60 months the last 60 are shown, and the answer says which those are"),
        ("to" = Option<String>, Query, description = "The last month; left out: this one"),
        ("format" = Option<String>, Query, description = "json, csv, or html (a page to print)"),
    ),
    responses((status = 200, content((ScorecardView = "application/json"), (String = "text/csv"), (String = "text/html"))),
        (status = 400), (status = 404), (status = 422)))]
pub async fn scorecard(asked: Asked) -> Result<Response, Fault> {
    let parameters = Parameters::read(&asked, &["community", "from", "to", "format"])?;
    let form = Form::read(&parameters, true)?;
    let node = asked.node();
    let months = Months::read(parameters.one("from")?, parameters.one("to")?, node.now())?;
    let community = match parameters.one("community")? {
        Some(name) => Some(community(&asked, name).await?),
        None => None,
    };
    let card = node.scorecard(asked.caller(), community, months).await?;
    match form {
        Form::Json => answer(StatusCode::OK, &ScorecardView::from(&card)),
        Form::Csv => Ok(csv_file(csv::csv(&card)?)),
        Form::Html => pages::answer(pages::scorecard::page(&node.chosen().title, &card)?),
    }
}

fn csv_file(text: String) -> Response {
    let mut response = (StatusCode::OK, text).into_response();
    let headers = response.headers_mut();
    headers.insert(
        CONTENT_TYPE,
        HeaderValue::from_static("text/csv; charset=utf-8; header=present"),
    );
    let name = HeaderValue::from_static("attachment; filename=\"scorecard.csv\"");
    headers.insert(CONTENT_DISPOSITION, name);
    response
}

/// A measure of the yearly report.
#[derive(Serialize, ToSchema)]
pub struct ReportLineView {
    /// Its name.
    pub measure: String,
    /// What people call it.
    pub title: String,
    /// What exactly is counted.
    pub definition: String,
    /// Of all members.
    pub all: NumberView,
    /// By sector; those that are about too few are told together, as `others`.
    pub sectors: BTreeMap<String, NumberView>,
    /// By country; empty where that would tell too much.
    pub countries: BTreeMap<String, NumberView>,
    /// Months with something in them that are left out of all these: about too few.
    pub untold_months: usize,
}

/// The yearly report: it is about nobody, and may be published.
#[derive(Serialize, ToSchema)]
pub struct ReportView {
    /// Of which year.
    pub year: String,
    /// What may be told.
    pub measures: Vec<ReportLineView>,
    /// Measures with something in them that may not be told.
    pub untold: Vec<String>,
    /// When numbers that it was made from were found wrong and put right, the last time; absent where that never was. The
    /// report stays as it was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub put_right: Option<String>,
}

impl From<&PublicReport> for ReportView {
    fn from(report: &PublicReport) -> Self {
        let views = |numbers: &BTreeMap<String, Number>| {
            let view = |(name, number): (&String, &Number)| (name.clone(), NumberView::from(number));
            numbers.iter().map(view).collect()
        };
        let line = |line: &node::scorecard::report::ReportLine| ReportLineView {
            measure: line.measure.as_str().to_owned(),
            title: line.measure.title().to_owned(),
            definition: line.measure.meaning().to_owned(),
            all: (&line.all).into(),
            sectors: views(&line.sectors),
            countries: views(&line.countries),
            untold_months: line.untold_months,
        };
        let name = |measure: &Measure| measure.as_str().to_owned();
        Self {
            year: report.year.clone(),
            measures: report.lines.iter().map(line).collect(),
            untold: report.untold.iter().map(name).collect(),
            put_right: report.put_right.map(|at| at.to_string()),
        }
    }
}

/// The report of a year that is over, for everybody: made when it is asked for first, and the same from then on.
#[utoipa::path(get, path = "/api/v1/reports/{year}", tag = "scorecards",
    params(("year" = String, Path, description = "The year, as in 2025"),
        ("format" = Option<String>, Query, description = "json, or html (a page to print)")),
    responses((status = 200, content((ReportView = "application/json"), (String = "text/html"))),
        (status = 400), (status = 403), (status = 409)))]
pub async fn report(asked: Asked) -> Result<Response, Fault> {
    let parameters = Parameters::read(&asked, &["format"])?;
    let form = Form::read(&parameters, false)?;
    let node = asked.node();
    let report = node.public_report(asked.caller(), asked.param("year")).await?;
    match form {
        Form::Html => pages::answer(pages::scorecard::report(&node.chosen().title, &report)?),
        Form::Json | Form::Csv => answer(StatusCode::OK, &ReportView::from(&report)),
    }
}

/// What a member says of its live watch.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewWatching {
    /// The watchlist in force has everything that was added here up to this: the last date added of what it was made from.
    #[schema(value_type = String, format = DateTime)]
    pub upto: Timestamp,
    /// Kinds of logs that are read: dns, web, flow, sensor, windows, syslog, cloud, other.
    #[serde(default)]
    pub families: Vec<String>,
}

/// What became of it.
#[derive(Serialize, ToSchema)]
pub struct WatchingView {
    /// Indicators that are new in the watchlist since it was said last.
    pub indicators: u64,
}

/// Says that a live watch runs, and up to where its watchlist goes.
#[utoipa::path(post, path = "/api/v1/watching", tag = "scorecards", request_body = NewWatching,
    responses((status = 200, body = WatchingView), (status = 400), (status = 403), (status = 409), (status = 422)))]
pub async fn watching(mut asked: Asked) -> Result<Response, Fault> {
    Parameters::read(&asked, &[])?;
    let new: NewWatching = json(&mut asked).await?;
    let family = |name: &String| {
        let names: Vec<&str> = LogFamily::ALL.into_iter().map(LogFamily::as_str).collect();
        LogFamily::parse(name).ok_or_else(|| bad("bad-family", format!("'families' must be of {}", names.join(", "))))
    };
    let wish = WatchWish {
        upto: new.upto,
        families: new.families.iter().map(family).collect::<Result<_, _>>()?,
    };
    let indicators = asked.node().watching_say(asked.caller(), &wish).await?;
    answer(StatusCode::OK, &WatchingView { indicators })
}
