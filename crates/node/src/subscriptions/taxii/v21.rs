//! Reads a TAXII 2.1 collection page by page, and goes on where it stopped.
//!
//! A page that says `more` is followed by `next` where the server gives one. Servers without it are paged by the
//! dates of the page, and there two traps lie: many servers give all objects of one POST the same date, and some cut
//! dates to milliseconds when they write them. So the question steps back a millisecond, the intake recognises what
//! comes twice, and where a whole page has one date, more is asked for at a time.

use reqwest::Url;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use stix::Timestamp;
use store::Subscription;

use super::address::{self, Collection, ask};
use crate::client::{Answer, Client, Failure, FailureKind, Request};
use crate::recall::HEADER;
use crate::subscriptions::run::{Finish, MOST_PARTS, Run, Stop, noted_place, source};
use crate::subscriptions::{SourceSettings, check_url};

/// Media types in the order in which they are tried.
pub(crate) const ACCEPTS: [&str; 3] = [
    "application/taxii+json;version=2.1",
    "application/taxii+json",
    "application/json",
];
/// How far a question steps back, in microseconds.
const STEP_BACK: i64 = 1_000;
/// The most objects that are asked for at a time to get past a stretch of one date.
const MOST_AT_A_TIME: u32 = 100_000;
/// How far a server's own clock is trusted where it gives no dates of its objects, in microseconds.
const CLOCK_STEP_BACK: i64 = 600_000_000;

/// Where the reading of a collection has got to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Place {
    /// What is asked for was added after this.
    after: Option<Timestamp>,
    /// The server's name for the next page of that question.
    next: Option<String>,
    /// The latest date seen.
    high: Option<Timestamp>,
    /// Objects asked for at a time, where more than the settings say.
    at_a_time: Option<u32>,
    /// Whether the step back brought nothing new, so that it need not be repeated.
    settled: bool,
}

/// What a page says about itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct PageFacts {
    pub more: bool,
    next: Option<String>,
    last: Option<Timestamp>,
    /// The server's clock, less what it may be behind its own dates.
    server_time: Option<Timestamp>,
    /// Whether it brought anything new.
    new: bool,
}

/// What comes after a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Ask again.
    Again,
    /// Ask again; objects may be missing.
    Skipping,
    /// That was all.
    End,
    /// The server does not say how to go on.
    Stuck,
}

impl Place {
    /// Moves past a page. Pure.
    fn pass(&mut self, page: PageFacts, page_size: u32) -> Step {
        self.high = self.high.max(page.last);
        if !page.more {
            self.next = None;
            self.at_a_time = None;
            let behind = self.high.map(|high| high.plus_micros(-STEP_BACK));
            match (behind, self.high) {
                // Asked from there already, and nothing new came: whatever had that date is here.
                (Some(behind), Some(high)) if !page.new && self.after.is_some_and(|after| after >= behind) => {
                    self.after = Some(high);
                    self.settled = true;
                }
                (Some(behind), _) => {
                    self.after = self.after.max(Some(behind));
                    self.settled = false;
                }
                _ => self.after = self.after.max(page.server_time),
            }
            return Step::End;
        }
        if let Some(next) = page.next {
            if self.next.as_ref() == Some(&next) {
                return Step::Stuck;
            }
            self.next = Some(next);
            return Step::Again;
        }
        let Some(last) = page.last else { return Step::Stuck };
        self.next = None;
        let behind = Some(last.plus_micros(-STEP_BACK));
        if behind > self.after {
            self.after = behind;
            return Step::Again;
        }
        let at_a_time = self.at_a_time.unwrap_or(page_size).saturating_mul(4);
        if at_a_time <= MOST_AT_A_TIME {
            self.at_a_time = Some(at_a_time);
            return Step::Again;
        }
        self.at_a_time = None;
        if Some(last) > self.after {
            self.after = Some(last);
            return Step::Skipping;
        }
        Step::Stuck
    }

    /// Forgets the server's name for the next page, which it no longer knows, and goes on by date.
    fn forget_next(&mut self) {
        self.next = None;
        self.after = self.after.max(self.high.map(|high| high.plus_micros(-STEP_BACK)));
    }

    /// The question for the next page.
    fn question(&self, collection: &Collection, page_size: u32) -> Url {
        let mut url = collection.objects();
        {
            let mut query = url.query_pairs_mut();
            query.append_pair("limit", &self.at_a_time.unwrap_or(page_size).to_string());
            if let Some(after) = self.after {
                query.append_pair("added_after", &after.to_micros_text());
            }
            if let Some(next) = &self.next {
                query.append_pair("next", next);
            }
        }
        url
    }
}

/// Up to which date of its server everything that a subscription gets is here; none where nothing ever came.
pub(crate) fn reached(subscription: &Subscription, settings: &SourceSettings) -> Option<Timestamp> {
    let place: Place = noted_place(&subscription.state, &source(subscription, settings))?;
    place.high
}

/// The parts of an envelope that steer; its objects are skipped without being held.
#[derive(Deserialize)]
struct Envelope {
    #[serde(default)]
    more: Option<Value>,
    #[serde(default)]
    next: Option<Value>,
}

/// Reads what a page says about itself.
pub(super) async fn facts(answer: &mut Answer) -> Result<PageFacts, Failure> {
    let date = |name| answer.header(name).and_then(|text| Timestamp::parse(text.trim()).ok());
    let last = date("x-taxii-date-added-last");
    let server_time = answer.header("date").and_then(crate::client::http_date);
    let envelope: Envelope = answer.json("a TAXII envelope").await?;
    let more = match envelope.more {
        Some(Value::Bool(more)) => more,
        Some(Value::String(text)) => text.eq_ignore_ascii_case("true"),
        _ => false,
    };
    let next = match envelope.next {
        Some(Value::String(next)) if !next.is_empty() => Some(next),
        Some(Value::Number(next)) => Some(next.to_string()),
        _ => None,
    };
    let server_time = server_time.map(|seconds| Timestamp::from_seconds(seconds).plus_micros(-CLOCK_STEP_BACK));
    Ok(PageFacts {
        more,
        next,
        last,
        server_time,
        new: false,
    })
}

/// Finds the collection of a subscription.
pub(super) async fn connect(run: &Run, accepts: &[&'static str]) -> Result<(Client, Collection), Stop> {
    let url = check_url(&run.subscription.terms.url)?;
    let client = Client::new(&run.settings.access, &url)?;
    let collection = address::find(&client, accepts, &url, run.settings.collection.as_deref()).await?;
    Ok((client, collection))
}

pub(in crate::subscriptions) async fn run(run: &mut Run) -> Result<Finish, Stop> {
    let (client, collection) = connect(run, &ACCEPTS).await?;
    let mut place: Place = run.place();
    place.after = place.after.max(run.settings.since);
    let page_size = run.settings.page_size();
    for _ in 0..MOST_PARTS {
        let question = place.question(&collection, page_size);
        let asked = ask(&client, &ACCEPTS, Request::get(question.clone(), "", run.size_limit())).await;
        let mut answer = match asked {
            // A name for the next page may end with the server's patience; a collection that is gone fails again.
            Err(failure) if place.next.is_some() && matches!(failure.status, Some(400 | 404 | 410 | 416 | 422)) => {
                place.forget_next();
                continue;
            }
            asked => asked?,
        };
        let broken = answer.broken.take();
        let (taken, body) = run.share(crate::client::shown(&question), answer.body).await?;
        answer.body = body;
        if let Some(failure) = broken {
            // What came is stored; the place stays before this page.
            return Err(failure.into());
        }
        let page = PageFacts {
            new: taken.accepted > 0,
            ..facts(&mut answer).await?
        };
        let recalls = answer.header(HEADER).map(str::to_owned);
        let step = place.pass(page, page_size);
        if step == Step::Stuck {
            let message =
                "the server says that there is more, but gives neither a new 'next' nor later dates to go on with";
            return Err(Failure::new(
                FailureKind::Content,
                format!("{message}; ask its owner, or raise page_size"),
            )
            .into());
        }
        if step == Step::Skipping {
            run.note("the server gives more objects one date than it lets out at a time; some of them may be missing");
        }
        if step == Step::End {
            run.save(&place).await?;
            crate::recall::after_fetching(run, &client, &question, recalls.as_deref()).await?;
            return Ok(Finish::Done);
        }
        run.save(&place).await?;
        if run.is_turn_over() {
            crate::recall::narrow_again(run).await?;
            break;
        }
    }
    Ok(Finish::More)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use stix::Timestamp;

    use super::{PageFacts, Place, STEP_BACK, Step};

    fn at(seconds: i64) -> Option<Timestamp> {
        Some(Timestamp::from_seconds(seconds))
    }

    fn page(more: bool, last: i64) -> PageFacts {
        PageFacts {
            more,
            last: at(last),
            new: true,
            ..PageFacts::default()
        }
    }

    #[test]
    fn next_is_followed_and_the_question_stays_the_same() {
        let mut place = Place {
            after: at(5),
            ..Place::default()
        };
        let step = place.pass(
            PageFacts {
                next: Some("b".to_owned()),
                ..page(true, 9)
            },
            10,
        );
        assert_eq!(
            (step, place.after, place.next.as_deref()),
            (Step::Again, at(5), Some("b"))
        );
    }

    #[test]
    fn a_server_that_repeats_its_next_does_not_keep_us_for_ever() {
        let mut place = Place {
            next: Some("b".to_owned()),
            ..Place::default()
        };
        assert_eq!(
            place.pass(
                PageFacts {
                    next: Some("b".to_owned()),
                    ..page(true, 9)
                },
                10
            ),
            Step::Stuck
        );
        assert_eq!(
            Place::default().pass(
                PageFacts {
                    more: true,
                    ..PageFacts::default()
                },
                10
            ),
            Step::Stuck
        );
    }

    #[test]
    fn the_end_is_asked_about_once_more_and_then_left_alone() {
        let mut place = Place::default();
        assert_eq!(place.pass(page(false, 9), 10), Step::End);
        assert_eq!(place.after, at(9).map(|high| high.plus_micros(-STEP_BACK)));
        assert_eq!(
            place.pass(
                PageFacts {
                    new: false,
                    ..page(false, 9)
                },
                10
            ),
            Step::End
        );
        assert_eq!(place.after, at(9));
        assert_eq!(place.pass(PageFacts::default(), 10), Step::End);
        assert_eq!(place.after, at(9));
    }

    #[test]
    fn a_server_without_dates_is_asked_by_its_own_clock() {
        let mut place = Place::default();
        place.pass(
            PageFacts {
                server_time: at(100),
                ..PageFacts::default()
            },
            10,
        );
        assert_eq!(place.after, at(100));
    }

    proptest! {
        /// A server without `next`, with any clusters of equal dates, that lets out at most what is asked for.
        #[test]
        fn paging_by_dates_loses_nothing(clusters in prop::collection::vec(1_usize..30, 1..12), limit in 1_u32..10) {
            let dates: Vec<i64> =
                clusters.iter().enumerate().flat_map(|(at, many)| std::iter::repeat_n(at as i64 + 1, *many)).collect();
            let mut seen = vec![false; dates.len()];
            let mut place = Place::default();
            for _ in 0..1_000 {
                let after = place.after.map_or(i64::MIN, Timestamp::micros);
                let matching: Vec<usize> = (0..dates.len()).filter(|&one| dates[one] * 1_000_000 > after).collect();
                let given = &matching[..matching.len().min(place.at_a_time.unwrap_or(limit) as usize)];
                let new = given.iter().any(|&one| !seen[one]);
                given.iter().for_each(|&one| seen[one] = true);
                let last = given.last().map(|&one| Timestamp::from_seconds(dates[one]));
                let facts = PageFacts { more: matching.len() > given.len(), last, new, ..PageFacts::default() };
                match place.pass(facts, limit) {
                    Step::End => break,
                    Step::Again => {}
                    other => prop_assert!(false, "{other:?} at {place:?}"),
                }
            }
            prop_assert!(seen.iter().all(|seen| *seen));
        }
    }
}
