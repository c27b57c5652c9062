//! The scorecard: numbers of a member in full, of all others together only, each with what it means.
//!
//! Every number is a sum over entries of the ledger (`store::score`); nothing here counts anything else, but for what is
//! overdue at the time of asking.

pub mod csv;
pub mod report;
pub mod tell;
mod watch;

use std::collections::{BTreeMap, BTreeSet};

use policy::{Action, CommunityId, MemberId, decide};
use serde::{Deserialize, Serialize};
use stix::Timestamp;
use store::score::month;
use store::{Disclosure, Histogram, LogFamily, Measure, ScoreCell, ScoreSpan, Shown, WHOLE};

use crate::accounts::Caller;
use crate::disclosure::{Chosen, Figure};
use crate::error::{Error, bad};
use crate::node::Node;

pub use watch::WatchWish;
pub(crate) use watch::family;

/// Months of one scorecard.
const MOST_MONTHS: usize = 60;
/// Entries and contributions that are worked off at once.
const AT_ONCE: usize = 500;

/// Which months are asked for, both inclusive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Months {
    /// The first, as in `2026-01`.
    pub from: String,
    /// The last.
    pub to: String,
}

/// A number of one measure: how many, and where times are measured, how long.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Number {
    /// How many.
    pub count: u64,
    /// What half of them are shorter than, in milliseconds.
    pub median: Option<u64>,
    /// What nine in ten are shorter than, in milliseconds.
    pub ninth_decile: Option<u64>,
}

impl Number {
    /// Of what was counted.
    pub fn of(measure: Measure, histogram: &Histogram) -> Self {
        let percentile = |percent| histogram.percentile(percent).filter(|_| measure.is_time());
        Self {
            count: histogram.total(),
            median: percentile(50),
            ninth_decile: percentile(90),
        }
    }
}

/// What there is of one measure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Which.
    pub measure: Measure,
    /// The reader's own member.
    pub own: Number,
    /// All members, the reader among them, in the months that may be told; none where no month may.
    pub all: Option<Number>,
    /// How many months with something in them are left out of that.
    pub untold_months: usize,
    /// Month by month: the own number, and that of all where it may be told.
    pub months: BTreeMap<String, (Number, Option<Number>)>,
}

/// A target of the charter, and whether it is met.
#[derive(Clone, Debug, PartialEq)]
pub struct Target {
    /// The name, one of [`crate::communities::TARGETS`].
    pub name: String,
    /// What the charter says.
    pub wanted: u32,
    /// What it is compared with, for the reader's own member: nine in ten are shorter, or so many of a hundred.
    pub own: Option<f64>,
    /// The same for all, where it may be told.
    pub all: Option<f64>,
}

impl Target {
    /// Whether a value meets it.
    pub fn is_met(&self, value: f64) -> bool {
        let wanted = f64::from(self.wanted);
        if self.name == IN_TIME {
            value >= wanted
        } else {
            value <= wanted
        }
    }
}

/// How many members watch live, and what they read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    /// In which month, the last that is over.
    pub month: String,
    /// Members that are in the community now.
    pub members: usize,
    /// Those that said that they watch live; none where it may not be told.
    pub live: Option<u64>,
    /// Of those, how many read which kinds of logs; only what may be told.
    pub families: BTreeMap<LogFamily, u64>,
}

/// The numbers of a community, or of the whole partnership, as one member reads them.
#[derive(Clone, Debug, PartialEq)]
pub struct Scorecard {
    /// Which community; none: the whole partnership.
    pub community: Option<CommunityId>,
    /// Its alias.
    pub alias: Option<String>,
    /// Over which months.
    pub months: Months,
    /// The running month: of it only the own numbers are told.
    pub running: String,
    /// Every measure.
    pub lines: Vec<Line>,
    /// What the charter wants.
    pub targets: Vec<Target>,
    /// Who watches live.
    pub coverage: Coverage,
    /// Commitments of the own member that are open and overdue now.
    pub overdue: u64,
    /// When it was asked for.
    pub at: Timestamp,
}

const IN_TIME: &str = "promises-in-time-percent";
const WRONG: &str = "false-positives-percent";

/// What a target is compared with: a measure, and milliseconds of its unit.
fn timed(target: &str) -> Option<(Measure, f64)> {
    const MINUTE: f64 = 60_000.0;
    const HOUR: f64 = 60.0 * MINUTE;
    Some(match target {
        "observation-to-share-hours" => (Measure::ObservationToShare, HOUR),
        "share-to-delivery-minutes" => (Measure::ShareToDelivery, MINUTE),
        "delivery-to-acknowledge-hours" => (Measure::DeliveryToAcknowledge, HOUR),
        "delivery-to-action-hours" => (Measure::DeliveryToAction, HOUR),
        "share-to-watchlist-minutes" => (Measure::ShareToWatchlist, MINUTE),
        "moderation-hours" => (Measure::Moderation, HOUR),
        _ => return None,
    })
}

/// What a member lets others read that a measure rests on.
fn aspect(measure: Measure) -> Option<fn(&Disclosure) -> Shown> {
    Some(match measure {
        Measure::ShareToDelivery | Measure::Taken => |chosen| chosen.received,
        Measure::DeliveryToAcknowledge => |chosen| chosen.acknowledged,
        Measure::DeliveryToAction => |chosen| chosen.acted,
        Measure::DeliveryToHit | Measure::Sighted => |chosen| chosen.saw,
        _ => return None,
    })
}

/// Whether a member wants to be counted nowhere in what a measure rests on; in [`WHOLE`] its line for everywhere holds.
fn hides(chosen: &Chosen, community: CommunityId, member: MemberId, measure: Measure) -> bool {
    let here: BTreeSet<CommunityId> = Some(community).filter(|one| *one != WHOLE).into_iter().collect();
    aspect(measure).is_some_and(|aspect| aspect(&chosen.of(member, &here)) == Shown::None)
}

/// Numbers of one measure, altogether and by month.
#[derive(Default)]
struct Sums {
    all: Histogram,
    months: BTreeMap<String, Histogram>,
}

fn sums<'c>(cells: impl Iterator<Item = &'c ScoreCell>) -> BTreeMap<Measure, Sums> {
    let mut sums: BTreeMap<Measure, Sums> = BTreeMap::new();
    for cell in cells {
        let of = sums.entry(cell.measure).or_default();
        of.all.add(cell.bucket, cell.count);
        let month = of.months.entry(cell.month.clone()).or_default();
        month.add(cell.bucket, cell.count);
    }
    sums
}

/// Takes what members want counted nowhere out of the numbers of all.
fn without(total: Vec<ScoreCell>, taken_out: &[ScoreCell]) -> Vec<ScoreCell> {
    let mut left: BTreeMap<(String, Measure, u16), u64> = BTreeMap::new();
    for cell in total {
        left.insert((cell.month, cell.measure, cell.bucket), cell.count);
    }
    for cell in taken_out {
        if let Some(count) = left.get_mut(&(cell.month.clone(), cell.measure, cell.bucket)) {
            *count = count.saturating_sub(cell.count);
        }
    }
    let cell = |((month, measure, bucket), count)| ScoreCell {
        month,
        measure,
        bucket,
        count,
    };
    left.into_iter().map(cell).filter(|cell| cell.count > 0).collect()
}

/// How much there is of each measure in each month.
fn sum(cells: &[ScoreCell]) -> BTreeMap<(Measure, &str), u64> {
    let mut sum = BTreeMap::new();
    for cell in cells {
        *sum.entry((cell.measure, cell.month.as_str())).or_default() += cell.count;
    }
    sum
}

/// The first month of a number of them that end with one.
fn months_before(last: &str, many: i32) -> Option<String> {
    let (year, month) = parsed_month(last)?;
    let first = year * 12 + month - 1 - (many - 1);
    (first >= 0).then(|| format!("{:04}-{:02}", first.div_euclid(12), first.rem_euclid(12) + 1))
}

fn parsed_month(text: &str) -> Option<(i32, i32)> {
    let (year, month) = text.split_once('-')?;
    let digits = |text: &str, many| text.len() == many && text.bytes().all(|one| one.is_ascii_digit());
    if !digits(year, 4) || !digits(month, 2) {
        return None;
    }
    let (year, month): (i32, i32) = (year.parse().ok()?, month.parse().ok()?);
    (1..=12).contains(&month).then_some((year, month))
}

impl Months {
    /// Reads what was asked for; what is left out is the last twelve months. The earlier month is the first, whichever was
    /// named as such, and of more than [`MOST_MONTHS`] these are the last.
    ///
    /// # Errors
    /// What is no month.
    pub fn read(from: Option<&str>, to: Option<&str>, now: Timestamp) -> Result<Self, Error> {
        let running = month(now);
        let to = to.unwrap_or(&running);
        let help = "write a month as in 2026-11";
        let number = |text: &str| {
            let (year, month) =
                parsed_month(text).ok_or_else(|| bad("bad-month", format!("'{text}' is no month"), help))?;
            Ok::<_, Error>(year * 12 + month)
        };
        let last = number(to)?;
        let from = match from {
            Some(from) => from.to_owned(),
            None => months_before(to, 12).unwrap_or_else(|| to.to_owned()),
        };
        let first = number(&from)?;
        let (first, last, from, to) = match first > last {
            true => (last, first, to.to_owned(), from),
            false => (first, last, from, to.to_owned()),
        };
        let from = match last - first >= MOST_MONTHS as i32 {
            true => months_before(&to, MOST_MONTHS as i32).unwrap_or(from),
            false => from,
        };
        Ok(Self { from, to })
    }

    fn span(&self, community: CommunityId) -> ScoreSpan {
        ScoreSpan {
            community,
            from: self.from.clone(),
            to: self.to.clone(),
        }
    }
}

/// What is read of the store for the numbers of all, less what members want counted nowhere.
struct Everybody {
    cells: Vec<ScoreCell>,
    told: BTreeSet<(Measure, String)>,
    with_something: BTreeSet<(Measure, String)>,
    /// Who watched live in which month.
    live: BTreeMap<String, BTreeSet<MemberId>>,
}

impl Node {
    /// The numbers of a community, or of the whole partnership, as the caller's member reads them.
    ///
    /// # Errors
    /// When the caller has no member, is not in the community, or the store does not answer.
    pub async fn scorecard(
        &self,
        caller: &Caller,
        community: Option<CommunityId>,
        months: Months,
    ) -> Result<Scorecard, Error> {
        let absent = "there is no such community, or it is not open to you";
        let member = self.own_receipts(caller)?;
        if community.is_some_and(|community| !caller.principal.communities.contains(&community)) {
            return Err(Error::NotFound(absent.to_owned()));
        }
        let now = self.now();
        let running = month(now);
        let span = months.span(community.unwrap_or(WHOLE));
        let own = self.store().score_own(member, &span).await?;
        // Who reads the numbers of a community too takes them away from those of the whole.
        let read_too: Vec<CommunityId> = match community {
            Some(_) => Vec::new(),
            None => caller.principal.communities.iter().copied().collect(),
        };
        let all = self.everybody(&span, &read_too, Some(member), &running).await?;
        let (own, told) = (sums(own.iter()), {
            let may = |cell: &&ScoreCell| all.told.contains(&(cell.measure, cell.month.clone()));
            sums(all.cells.iter().filter(may))
        });
        let lines: Vec<Line> = Measure::ALL
            .into_iter()
            .filter(|measure| *measure != Measure::LogFamily)
            .map(|measure| line(measure, own.get(&measure), told.get(&measure), &all))
            .collect();
        let (mut targets, mut alias) = (Vec::new(), None);
        if let Some(community) = community {
            let charter = self.charter_in_force(community).await?;
            targets = charter
                .text
                .targets
                .iter()
                .map(|(name, wanted)| target(name, *wanted, &lines))
                .collect();
            alias = Some(self.community_by_id(community).await?.alias);
        }
        Ok(Scorecard {
            coverage: self.coverage(community, &read_too, &all, &running, member).await?,
            overdue: self.store().commitments_overdue(member, now).await?,
            community,
            alias,
            months,
            running,
            lines,
            targets,
            at: now,
        })
    }

    async fn everybody(
        &self,
        span: &ScoreSpan,
        read_too: &[CommunityId],
        reader: Option<MemberId>,
        running: &str,
    ) -> Result<Everybody, Error> {
        let store = self.store();
        let (total, shares) = (store.score_total(span).await?, store.score_shares(span).await?);
        let (chosen, community) = (self.disclosure_chosen().await?, span.community);
        let hides = |member: MemberId, measure: Measure| hides(&chosen, community, member, measure);
        let mut hidden = Vec::new();
        for member in chosen.members() {
            if Measure::ALL.into_iter().any(|measure| hides(member, measure)) {
                let cells = store.score_own(member, span).await?;
                hidden.extend(cells.into_iter().filter(|cell| hides(member, cell.measure)));
            }
        }
        let is_counted = |member, measure| !hides(member, measure);
        let mut told = tell::months_to_tell(&shares, reader, running, is_counted);
        for community in read_too {
            let inside = ScoreSpan {
                community: *community,
                ..span.clone()
            };
            // Where everything is in the community there is nothing to take away, and no need to ask who did what.
            if sum(&store.score_total(&inside).await?) != sum(&total) {
                let inside = store.score_shares(&inside).await?;
                let few = tell::few_beside(&shares, &inside, reader, is_counted);
                told.retain(|place| !few.contains(place));
            }
        }
        let mut live: BTreeMap<String, BTreeSet<MemberId>> = BTreeMap::new();
        for share in shares.iter().filter(|share| share.measure == Measure::Live) {
            live.entry(share.month.clone()).or_default().insert(share.member);
        }
        Ok(Everybody {
            with_something: total.iter().map(|cell| (cell.measure, cell.month.clone())).collect(),
            cells: without(total, &hidden),
            told,
            live,
        })
    }

    async fn members_of(&self, community: CommunityId) -> Result<BTreeSet<MemberId>, Error> {
        let memberships = self.store().membership_list(community).await?;
        Ok(memberships.iter().map(|membership| membership.member).collect())
    }

    async fn coverage(
        &self,
        community: Option<CommunityId>,
        read_too: &[CommunityId],
        all: &Everybody,
        running: &str,
        reader: MemberId,
    ) -> Result<Coverage, Error> {
        let members: BTreeSet<MemberId> = match community {
            Some(community) => self.members_of(community).await?,
            None => self.store().standings().await?.into_keys().collect(),
        };
        let mut beside = Vec::with_capacity(read_too.len());
        for community in read_too {
            beside.push(&members - &self.members_of(*community).await?);
        }
        let month = months_before(running, 2).unwrap_or_default();
        let live = all.live.get(&month).cloned().unwrap_or_default();
        let among: BTreeSet<MemberId> = live.intersection(&members).copied().collect();
        let tells = tells_share(&among, &members, reader)
            && beside
                .iter()
                .all(|beside| beside.is_empty() || tells_share(&(&among & beside), beside, reader));
        Ok(Coverage {
            members: members.len(),
            live: tells.then_some(among.len() as u64),
            families: match tells {
                true => self.families(community, &month, &among, &beside, reader).await?,
                false => BTreeMap::new(),
            },
            month,
        })
    }

    /// How many of these members read which kinds of logs in a month, where it may be told.
    async fn families(
        &self,
        community: Option<CommunityId>,
        month: &str,
        live: &BTreeSet<MemberId>,
        beside: &[BTreeSet<MemberId>],
        reader: MemberId,
    ) -> Result<BTreeMap<LogFamily, u64>, Error> {
        let found = self.store().score_families(community.unwrap_or(WHOLE), month).await?;
        let mut reads: BTreeMap<LogFamily, BTreeSet<MemberId>> = BTreeMap::new();
        for (member, family) in found.into_iter().filter(|(member, _)| live.contains(member)) {
            reads.entry(family).or_default().insert(member);
        }
        let told = reads.into_iter().filter(|(_, members)| {
            let beside_too = |beside: &BTreeSet<MemberId>| {
                let live = live & beside;
                live.is_empty() || tells_share(&(members & beside), &live, reader)
            };
            tells_share(members, live, reader) && beside.iter().all(beside_too)
        });
        Ok(told.map(|(family, members)| (family, members.len() as u64)).collect())
    }

    /// Judges what was shared and folds what the ledger says, until nothing is left to do. Gives how much was done.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn scorecards_run(&self) -> Result<usize, Error> {
        let mut done = 0;
        loop {
            let judged = self.store().score_assess(AT_ONCE).await?;
            let folded = self.store().score_fold(AT_ONCE).await?;
            if judged + folded == 0 {
                return Ok(done);
            }
            done += judged + folded;
        }
    }

    /// Counts the whole ledger again and compares it with the numbers: what differs is an alarm.
    ///
    /// # Errors
    /// When the caller may not, or the store does not answer.
    pub async fn scorecards_check(&self, caller: &Caller) -> Result<Vec<store::ScoreDifference>, Error> {
        decide(&caller.principal, Action::Administer).map_err(|refusal| Error::refused(refusal, ""))?;
        Ok(self.store().score_check().await?)
    }

    /// Puts what the ledger says in place of the numbers. Gives the years whose report was made from numbers that were wrong:
    /// it stays as it is and says so from now on ([`report`]).
    ///
    /// # Errors
    /// When the caller may not, the store does not answer, or somebody folds at the same time.
    pub async fn scorecards_rebuild(&self, caller: &Caller) -> Result<Vec<String>, Error> {
        decide(&caller.principal, Action::Administer).map_err(|refusal| Error::refused(refusal, ""))?;
        match self.store().score_rebuild().await? {
            Some(months) => self.reports_put_right(&months).await,
            None => Err(Error::Unavailable(
                "the numbers changed meanwhile; try again".to_owned(),
            )),
        }
    }
}

/// Whether it may be told how many of all these are: neither they nor the rest may be few, the reader not counted.
fn tells_share(some: &BTreeSet<MemberId>, all: &BTreeSet<MemberId>, reader: MemberId) -> bool {
    let others = |set: &BTreeSet<MemberId>| set.iter().filter(|member| **member != reader).count() as u64;
    matches!(Figure::of(others(some), others(all)), Figure::Exactly(_))
}

fn line(measure: Measure, own: Option<&Sums>, told: Option<&Sums>, all: &Everybody) -> Line {
    let number = |histogram: &Histogram| Number::of(measure, histogram);
    let mut months: BTreeMap<String, (Number, Option<Number>)> = BTreeMap::new();
    for (month, sum) in own.iter().flat_map(|sums| &sums.months) {
        months.entry(month.clone()).or_default().0 = number(sum);
    }
    for (month, sum) in told.iter().flat_map(|sums| &sums.months) {
        months.entry(month.clone()).or_default().1 = Some(number(sum));
    }
    let is_untold = |place: &&(Measure, String)| place.0 == measure && !all.told.contains(*place);
    Line {
        measure,
        own: own.map(|sums| number(&sums.all)).unwrap_or_default(),
        all: told.map(|sums| number(&sums.all)),
        untold_months: all.with_something.iter().filter(is_untold).count(),
        months,
    }
}

fn target(name: &str, wanted: u32, lines: &[Line]) -> Target {
    let find = |measure: Measure| lines.iter().find(|line| line.measure == measure);
    let share = |some: u64, of: u64| (of > 0).then(|| some as f64 * 100.0 / of as f64);
    let percent = |some: Measure, of: &[Measure]| {
        let count = |measures: &[Measure], pick: fn(&Line) -> Option<u64>| -> Option<u64> {
            measures.iter().map(|measure| find(*measure).and_then(pick)).sum()
        };
        let own: fn(&Line) -> Option<u64> = |line| Some(line.own.count);
        let all: fn(&Line) -> Option<u64> = |line| line.all.as_ref().map(|all| all.count);
        let of_all = |pick| share(count(&[some], pick)?, count(of, pick)?);
        (of_all(own), of_all(all))
    };
    let (own, all) = match (name, timed(name)) {
        (_, Some((measure, unit))) => {
            let value = |number: &Number| number.ninth_decile.map(|ms| ms as f64 / unit);
            let line = find(measure);
            (
                line.and_then(|line| value(&line.own)),
                line.and_then(|line| line.all.as_ref()).and_then(value),
            )
        }
        (WRONG, None) => percent(Measure::FalsePositive, &[Measure::Shared]),
        (IN_TIME, None) => percent(Measure::KeptInTime, &[Measure::KeptInTime, Measure::KeptLate]),
        _ => (None, None),
    };
    Target {
        name: name.to_owned(),
        wanted,
        own,
        all,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn months(from: Option<&str>, to: Option<&str>) -> Result<(String, String), String> {
        let now = Timestamp::parse("2026-03-15T00:00:00Z").unwrap();
        Months::read(from, to, now)
            .map(|months| (months.from, months.to))
            .map_err(|error| error.to_string())
    }

    #[test]
    fn months_are_the_last_twelve_unless_said() {
        let pair = |from: &str, to: &str| (from.to_owned(), to.to_owned());
        assert_eq!(months(None, None), Ok(pair("2025-04", "2026-03")));
        assert_eq!(months(Some("2026-01"), None), Ok(pair("2026-01", "2026-03")));
        assert_eq!(months(None, Some("2024-12")), Ok(pair("2024-01", "2024-12")));
        // The earlier of two is the first, and of more than five years the last five are told.
        assert_eq!(months(Some("2026-04"), None), Ok(pair("2026-03", "2026-04")));
        assert_eq!(months(Some("1999-01"), None), Ok(pair("2021-04", "2026-03")));
        for (from, to) in [
            (Some("2026-13"), None),
            (Some("26-01"), None),
            (Some("2026-1"), None),
            (None, Some("+026-01")),
        ] {
            assert!(months(from, to).is_err(), "{from:?} {to:?}");
        }
    }

    #[test]
    fn every_target_of_a_charter_is_compared_with_something() {
        for name in crate::communities::TARGETS {
            assert!(timed(name).is_some() || [WRONG, IN_TIME].contains(&name), "{name}");
        }
    }
}
