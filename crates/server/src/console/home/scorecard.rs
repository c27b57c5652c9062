//! Numbers: how well the partnership works, for us and for all, with what each number means.

use askama::Template;
use axum::response::Response;
use node::scorecard::{Line as Counted, Months, Number, Scorecard, Target as Wanted};

use super::super::shell::{Shell, encoded};
use super::super::show as show_page;
use super::super::words::Words;
use super::{mistake, show_again, word};
use crate::api::ask::{self, Parameters};
use crate::asked::Asked;
use crate::pages::scorecard::{cell, span};
use crate::problem::Fault;

/// What a month takes in a chart, and how high one is.
const WIDE: u64 = 12;
const HIGH: u64 = 60;

/// A community to choose.
struct Place {
    alias: String,
    title: String,
}

/// What stands for one month: a rectangle.
struct Bar {
    x: u64,
    y: u64,
    high: u64,
    title: String,
}

/// A measure over months, as a drawing: bars for us; for times, where they may be told, a mark for all.
struct Chart {
    width: u64,
    bars: Vec<Bar>,
    marks: Vec<Bar>,
    first: String,
    last: String,
    most: String,
}

/// What is drawn of a number: half are shorter, or how many.
fn drawn(number: &Number, is_time: bool) -> u64 {
    if is_time {
        number.median.unwrap_or(0)
    } else {
        number.count
    }
}

impl Chart {
    fn new(line: &Counted, months: &[String]) -> Option<Self> {
        let is_time = line.measure.is_time();
        let own = |month: &String| line.months.get(month).map(|(own, _)| own);
        let all = |month: &String| {
            line.months
                .get(month)
                .and_then(|(_, all)| all.as_ref())
                .filter(|_| is_time)
        };
        let values = months.iter().flat_map(|month| [own(month), all(month)]);
        let most = values.flatten().map(|number| drawn(number, is_time)).max()?;
        if most == 0 {
            return None;
        }
        let bar = |(at, month): (u64, &String), number: &Number| {
            let value = drawn(number, is_time);
            // What is there is seen, however small.
            let high = (u128::from(value) * u128::from(HIGH - 2) / u128::from(most)) as u64;
            let high = high.max(u64::from(value > 0));
            Bar {
                x: at * WIDE + 2,
                y: HIGH - high,
                high,
                title: format!("{month}: {}", cell(number)),
            }
        };
        let each = || (0..).zip(months);
        Some(Self {
            width: WIDE * months.len() as u64,
            bars: each().filter_map(|one| Some(bar(one, own(one.1)?))).collect(),
            marks: each().filter_map(|one| Some(bar(one, all(one.1)?))).collect(),
            first: months.first().cloned().unwrap_or_default(),
            last: months.last().cloned().unwrap_or_default(),
            most: if is_time { span(most) } else { most.to_string() },
        })
    }
}

/// The months of a span, in order.
fn each_month(months: &Months) -> Vec<String> {
    let number = |text: &str| {
        let (year, month) = text.split_once('-')?;
        Some(year.parse::<i32>().ok()? * 12 + month.parse::<i32>().ok()? - 1)
    };
    let (first, last) = (number(&months.from).unwrap_or(0), number(&months.to).unwrap_or(-1));
    let named = |month: i32| format!("{:04}-{:02}", month.div_euclid(12), month.rem_euclid(12) + 1);
    (first..=last).map(named).collect()
}

/// A measure.
struct Line {
    name: &'static str,
    title: String,
    meaning: String,
    own: String,
    all: Option<String>,
    untold: usize,
    chart: Option<Chart>,
    months: Vec<(String, String, Option<String>)>,
}

impl Line {
    fn new(words: Words, line: &Counted, months: &[String]) -> Self {
        let said = word(words, "measure", line.measure.as_str());
        let of = line.months.iter();
        Self {
            name: line.measure.as_str(),
            title: match said == line.measure.as_str() {
                true => line.measure.title().to_owned(),
                false => said,
            },
            meaning: match word(words, "meaning", line.measure.as_str()) {
                said if said == line.measure.as_str() => line.measure.meaning().to_owned(),
                said => said,
            },
            own: cell(&line.own),
            all: line.all.as_ref().map(cell),
            untold: line.untold_months,
            chart: Chart::new(line, months),
            months: of
                .map(|(month, (own, all))| (month.clone(), cell(own), all.as_ref().map(cell)))
                .collect(),
        }
    }
}

/// A target of the charter. Whether it is met is known where there is something to compare.
struct Target {
    title: String,
    wanted: u32,
    own: Option<String>,
    own_met: bool,
    all: Option<String>,
    all_met: bool,
}

impl Target {
    fn new(words: Words, target: &Wanted) -> Self {
        let shown = |value: f64| format!("{value:.1}");
        Self {
            title: word(words, "target", &target.name),
            wanted: target.wanted,
            own: target.own.map(shown),
            own_met: target.own.is_some_and(|value| target.is_met(value)),
            all: target.all.map(shown),
            all_met: target.all.is_some_and(|value| target.is_met(value)),
        }
    }
}

#[derive(Template)]
#[template(path = "console/home/scorecard.html")]
struct Page {
    shell: Shell,
    wrong: Option<String>,
    places: Vec<Place>,
    chosen: String,
    from: String,
    to: String,
    lines: Vec<Line>,
    targets: Vec<Target>,
    card: Scorecard,
    families: Vec<(&'static str, u64)>,
    csv: String,
    print: String,
}

/// A value of a form that may be left empty.
fn maybe<'p>(parameters: &'p Parameters, name: &str) -> Option<&'p str> {
    parameters.all(name).next().filter(|text| !text.is_empty())
}

/// The numbers of the whole partnership, or of one community.
pub(super) async fn page(asked: Asked) -> Result<Response, Fault> {
    let parameters = Parameters::read(&asked, &["community", "from", "to"])?;
    let (node, caller) = (asked.node(), asked.caller());
    let (from, to) = (maybe(&parameters, "from"), maybe(&parameters, "to"));
    let (months, wrong) = match Months::read(from, to, node.now()) {
        Ok(months) => (months, None),
        Err(error) => {
            let wrong = mistake(&asked, error.into())?;
            (Months::read(None, None, node.now())?, Some(wrong))
        }
    };
    let chosen = maybe(&parameters, "community");
    let community = match chosen {
        Some(name) => Some(ask::community(&asked, name).await?),
        None => None,
    };
    let card = node.scorecard(caller, community, months).await?;
    let mut communities = node.communities(caller).await?;
    communities.retain(|community| caller.principal.communities.contains(&community.id));
    let place = |community: store::Community| Place {
        alias: community.alias,
        title: community.title,
    };
    let shell = Shell::of(&asked, "scorecard").await?;
    let months = each_month(&card.months);
    let of = chosen
        .map(|name| format!("&community={}", encoded(name)))
        .unwrap_or_default();
    let (first, last) = (&card.months.from, &card.months.to);
    let export = |form| shell.to(&format!("/api/v1/scorecard?format={form}&from={first}&to={last}{of}"));
    let shown = wrong.is_none();
    let page = Page {
        csv: export("csv"),
        print: export("html"),
        places: communities.into_iter().map(place).collect(),
        chosen: chosen.unwrap_or_default().to_owned(),
        from: from.map_or_else(|| first.clone(), str::to_owned),
        to: to.map_or_else(|| last.clone(), str::to_owned),
        lines: card
            .lines
            .iter()
            .map(|line| Line::new(shell.t, line, &months))
            .collect(),
        targets: card.targets.iter().map(|target| Target::new(shell.t, target)).collect(),
        families: card
            .coverage
            .families
            .iter()
            .map(|(family, many)| (family.as_str(), *many))
            .collect(),
        wrong,
        card,
        shell,
    };
    if shown { show_page(&page) } else { show_again(&page) }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use store::Measure;

    use super::*;

    fn months(from: &str, to: &str) -> Vec<String> {
        let (from, to) = (from.to_owned(), to.to_owned());
        each_month(&Months { from, to })
    }

    #[test]
    fn the_months_of_a_span_go_over_the_end_of_a_year() {
        assert_eq!(
            months("2025-11", "2026-02"),
            ["2025-11", "2025-12", "2026-01", "2026-02"]
        );
        assert_eq!(months("2026-01", "2026-01"), ["2026-01"]);
    }

    #[test]
    fn a_chart_fits_its_frame_and_shows_the_smallest() {
        let number = |count| Number {
            count,
            ..Number::default()
        };
        let all = Some(number(9_000));
        let line = Counted {
            measure: Measure::Shared,
            own: number(0),
            all: None,
            untold_months: 0,
            months: BTreeMap::from([
                ("2026-01".to_owned(), (number(1), all.clone())),
                ("2026-03".to_owned(), (number(1_000), None)),
            ]),
        };
        let chart = Chart::new(&line, &months("2026-01", "2026-03")).unwrap();
        let drawn: Vec<_> = chart.bars.iter().map(|bar| (bar.x, bar.y, bar.high)).collect();
        assert_eq!(drawn, [(2, 59, 1), (26, 2, 58)]);
        // How many all have would make our own invisible.
        assert!(chart.marks.is_empty());
        assert!(Chart::new(&line, &months("2020-01", "2020-03")).is_none());
    }

    #[test]
    fn every_measure_is_explained_in_every_language_and_in_english_as_the_store_defines_it() {
        use super::super::super::words::Language;
        for measure in Measure::ALL {
            for language in Language::ALL {
                let said = word(Words(language), "meaning", measure.as_str());
                assert_ne!(said, measure.as_str(), "{}", language.tag());
                if language == Language::English {
                    assert_eq!(said, measure.meaning());
                }
            }
        }
    }
}
