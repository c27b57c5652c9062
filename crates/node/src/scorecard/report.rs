//! The yearly report of the partnership for everybody: sums by sector and by country, about nobody.
//!
//! Only a year that is over. Each member counts in one sector and one country, the first that it names. Groups that may not
//! be told by themselves are told together (`tell::merged`); the countries are left out where they would, together with the
//! sectors, single somebody out.
//!
//! | somebody may take away from the year | so |
//! |---|---|
//! | other numbers of the report | all that is told is disjoint, or crosses in enough members |
//! | months that scorecards tell members of | each month, and all that none tells of together, cross the groups in the same way; months of which only some may be told are left out (`tell::stretches`) |
//! | the same report, made before somebody moved, left or chose to be counted nowhere | a report is made once, and kept |
//! | the same report, made before numbers of single members were put right | it is kept then too, and says that they were |

use std::collections::{BTreeMap, BTreeSet};

use policy::{Action, MemberId, decide};
use serde::{Deserialize, Serialize};
use stix::Timestamp;
use store::{Histogram, Measure, Member, ScoreCell, ScoreSpan, WHOLE};

use super::tell::{Groups, OTHERS, Part, Stretch, do_not_single_out, merged, stretches};
use super::{Number, hides};
use crate::accounts::Caller;
use crate::error::Error;
use crate::node::Node;

/// A measure over the year.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportLine {
    /// Which.
    pub measure: Measure,
    /// All members together.
    pub all: Number,
    /// By sector.
    pub sectors: BTreeMap<String, Number>,
    /// By country; empty where that would tell too much.
    pub countries: BTreeMap<String, Number>,
    /// How many months with something in them are left out of all these: about too few.
    pub untold_months: usize,
}

/// The report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicReport {
    /// Of which year.
    pub year: String,
    /// What may be told.
    pub lines: Vec<ReportLine>,
    /// Measures with something in them that may not be told.
    pub untold: Vec<Measure>,
    /// When numbers that it was made from were put right afterwards, the last time; none: they are what the ledger says.
    pub put_right: Option<Timestamp>,
}

/// What a report is made from.
pub struct Basis {
    members: Vec<Member>,
    cells: Vec<(MemberId, ScoreCell)>,
}

/// One measure of one member in one stretch of months, in full.
type Histograms = BTreeMap<(MemberId, Stretch), Histogram>;

fn number(measure: Measure, histograms: &Histograms, parts: &[Part]) -> Number {
    let mut all = Histogram::default();
    for histogram in parts
        .iter()
        .filter_map(|part| histograms.get(&(part.member, part.stretch)))
    {
        histogram.buckets().for_each(|(bucket, many)| all.add(bucket, many));
    }
    Number::of(measure, &all)
}

/// Makes the lines of a report, and names the measures that may not be told: pure.
pub fn lines(basis: &Basis) -> (Vec<ReportLine>, Vec<Measure>) {
    let (mut lines, mut untold) = (Vec::new(), Vec::new());
    for measure in Measure::ALL
        .into_iter()
        .filter(|measure| *measure != Measure::LogFamily)
    {
        if basis.cells.iter().any(|(_, cell)| cell.measure == measure) {
            match line(basis, measure) {
                Some(line) => lines.push(line),
                None => untold.push(measure),
            }
        }
    }
    (lines, untold)
}

/// What may be told of one measure.
fn line(basis: &Basis, measure: Measure) -> Option<ReportLine> {
    let cells = || basis.cells.iter().filter(|(_, cell)| cell.measure == measure);
    let mut by_month: BTreeMap<(MemberId, &str), u64> = BTreeMap::new();
    for (member, cell) in cells() {
        *by_month.entry((*member, &cell.month)).or_default() += cell.count;
    }
    let months: BTreeSet<&str> = by_month.keys().map(|(_, month)| *month).collect();
    let stretches = stretches(&by_month);
    let mut histograms = Histograms::new();
    for (member, cell) in cells() {
        if let Some(stretch) = stretches.get(cell.month.as_str()) {
            let histogram = histograms.entry((*member, *stretch)).or_default();
            histogram.add(cell.bucket, cell.count);
        }
    }
    let part = |((member, stretch), histogram): (&(MemberId, Stretch), &Histogram)| Part {
        member: *member,
        stretch: *stretch,
        count: histogram.total(),
    };
    let parts: Vec<Part> = histograms.iter().map(part).collect();
    let sectors = grouped(basis, &parts, |member| member.sectors.first())?;
    let countries = grouped(basis, &parts, |member| member.countries.first());
    let countries = countries.filter(|countries| do_not_single_out(&sectors, countries));
    let told = |groups: &Groups<'_>| {
        let of = |(name, parts): (&&str, &Vec<Part>)| ((*name).to_owned(), number(measure, &histograms, parts));
        groups.iter().map(of).collect()
    };
    Some(ReportLine {
        measure,
        all: number(measure, &histograms, &parts),
        sectors: told(&sectors),
        countries: told(&countries.unwrap_or_default()),
        untold_months: months.len() - stretches.len(),
    })
}

/// Parts by what their members are in, small groups together; none where there is nothing that may be told.
fn grouped<'b>(basis: &'b Basis, parts: &[Part], of: impl Fn(&'b Member) -> Option<&'b String>) -> Option<Groups<'b>> {
    let names = basis.members.iter().map(|member| (member.id, of(member)));
    let names: BTreeMap<MemberId, Option<&String>> = names.collect();
    let mut groups = Groups::new();
    for part in parts {
        let name = names.get(&part.member).copied().flatten();
        let group = groups.entry(name.map_or(OTHERS, String::as_str)).or_default();
        group.push(*part);
    }
    merged(&groups)
}

/// A report as it is kept: measures by their names.
#[derive(Serialize, Deserialize)]
struct Kept {
    lines: Vec<KeptLine>,
    untold: Vec<String>,
}

#[derive(Serialize, Deserialize)]
struct KeptLine {
    measure: String,
    all: Number,
    sectors: BTreeMap<String, Number>,
    countries: BTreeMap<String, Number>,
    untold_months: usize,
}

impl Kept {
    fn of(lines: Vec<ReportLine>, untold: &[Measure]) -> Self {
        let line = |line: ReportLine| KeptLine {
            measure: line.measure.as_str().to_owned(),
            all: line.all,
            sectors: line.sectors,
            countries: line.countries,
            untold_months: line.untold_months,
        };
        Self {
            lines: lines.into_iter().map(line).collect(),
            untold: untold.iter().map(|measure| measure.as_str().to_owned()).collect(),
        }
    }

    /// What of it there is a measure for still.
    fn report(self, year: &str, put_right: Option<Timestamp>) -> PublicReport {
        let line = |line: KeptLine| {
            Some(ReportLine {
                measure: Measure::parse(&line.measure)?,
                all: line.all,
                sectors: line.sectors,
                countries: line.countries,
                untold_months: line.untold_months,
            })
        };
        PublicReport {
            year: year.to_owned(),
            lines: self.lines.into_iter().filter_map(line).collect(),
            untold: self.untold.iter().filter_map(|name| Measure::parse(name)).collect(),
            put_right,
        }
    }
}

/// Under which name the report of a year is kept.
fn name_of(year: &str) -> String {
    format!("report-of-{year}")
}

/// The same, of when its numbers were put right.
fn name_of_put_right(year: &str) -> String {
    format!("report-of-{year}-put-right")
}

impl Node {
    /// The report of a year that is over. It is made when it is asked for first, and the same ever after: what two of them
    /// differed in would be what single members changed in between.
    ///
    /// # Errors
    /// When the caller may not make it, the year is not over, or the store does not answer.
    pub async fn public_report(&self, caller: &Caller, year: &str) -> Result<PublicReport, Error> {
        decide(&caller.principal, Action::Administer).map_err(|refusal| Error::refused(refusal, ""))?;
        let running = store::score::month(self.now());
        let is_year = year.len() == 4 && year.bytes().all(|digit| digit.is_ascii_digit());
        if !is_year || running.get(..4).is_none_or(|running| year >= running) {
            return Err(Error::Conflict(format!(
                "'{year}' is no year that is over: a year of which a part is still to come would tell, month by month, what \
                 single members did"
            )));
        }
        let name = name_of(year);
        let kept = match self.store().setting_get(&name).await? {
            Some(kept) => kept,
            None => {
                self.scorecards_run().await?;
                let (lines, untold) = lines(&self.report_basis(year).await?);
                let made = serde_json::to_string(&Kept::of(lines, &untold))
                    .map_err(|error| Error::Ours(format!("a report could not be written: {error}")))?;
                self.store().setting_put_first(&name, &made).await?
            }
        };
        let kept: Kept = serde_json::from_str(&kept)
            .map_err(|error| Error::Ours(format!("the report of {year} that is kept cannot be read: {error}")))?;
        let put_right = self.store().setting_get(&name_of_put_right(year)).await?;
        Ok(kept.report(year, put_right.and_then(|at| Timestamp::parse(&at).ok())))
    }

    /// Notes that numbers of these months were wrong; gives the years whose report was made from them. It is not made anew:
    /// where the numbers of few members were wrong, what the two differ in would be theirs, and whether they are few is more
    /// than is known once the wrong ones are gone.
    pub(super) async fn reports_put_right(&self, months: &BTreeSet<String>) -> Result<Vec<String>, Error> {
        let years: BTreeSet<&str> = months.iter().filter_map(|month| month.get(..4)).collect();
        let now = self.now().to_micros_text();
        let mut made = Vec::new();
        for year in years {
            if self.store().setting_get(&name_of(year)).await?.is_some() {
                self.store().setting_put(&name_of_put_right(year), &now).await?;
                made.push(year.to_owned());
            }
        }
        Ok(made)
    }

    async fn report_basis(&self, year: &str) -> Result<Basis, Error> {
        let (store, span) = (
            self.store(),
            ScoreSpan {
                community: WHOLE,
                from: format!("{year}-01"),
                to: format!("{year}-12"),
            },
        );
        let chosen = self.disclosure_chosen().await?;
        let members = store.member_list().await?;
        let mut cells = Vec::new();
        for member in &members {
            let own = store.score_own(member.id, &span).await?;
            let shown = own
                .into_iter()
                .filter(|cell| !hides(&chosen, WHOLE, member.id, cell.measure));
            cells.extend(shown.map(|cell| (member.id, cell)));
        }
        Ok(Basis { members, cells })
    }
}

#[cfg(test)]
mod tests {
    use policy::MemberState;
    use proptest::prelude::*;
    use store::MemberKind;
    use uuid::Uuid;

    use super::*;

    fn member(id: i64, sector: u8, country: u8) -> Member {
        Member {
            id: MemberId(id),
            uuid: Uuid::from_u128(id.unsigned_abs().into()),
            identity: String::new(),
            name: format!("m{id}"),
            kind: MemberKind::ALL[0],
            sectors: vec![format!("sector-{sector}")],
            countries: vec![format!("C{country}")],
            provider: None,
            parent: None,
            state: MemberState::Active,
            created: Timestamp::from_seconds(0),
        }
    }

    /// Members by sector, country, and what they have month by month.
    fn basis(all: &[(u8, u8, Vec<u64>)]) -> Basis {
        let members: Vec<Member> = (0..)
            .zip(all)
            .map(|(id, (sector, country, _))| member(id, *sector, *country))
            .collect();
        let mut cells = Vec::new();
        for (id, (_, _, counts)) in (0..).zip(all) {
            for (month, count) in (1..).zip(counts).filter(|(_, count)| **count > 0) {
                let cell = ScoreCell {
                    month: format!("2025-{month:02}"),
                    measure: Measure::Shared,
                    bucket: 0,
                    count: *count,
                };
                cells.push((MemberId(id), cell));
            }
        }
        Basis { members, cells }
    }

    /// What somebody did in a month: what an adversary looks for, and the places in which each told number adds up.
    type Deed = (MemberId, String);

    struct Adversary<'b> {
        basis: &'b Basis,
        deeds: Vec<Deed>,
    }

    impl<'b> Adversary<'b> {
        fn new(basis: &'b Basis) -> Self {
            let deed = |(member, cell): &(MemberId, ScoreCell)| (*member, cell.month.clone());
            Self {
                basis,
                deeds: basis.cells.iter().map(deed).collect(),
            }
        }

        fn row(&self, is_in: impl Fn(&Deed) -> bool) -> Vec<f64> {
            self.deeds.iter().map(|deed| f64::from(u8::from(is_in(deed)))).collect()
        }

        /// Months that a scorecard tells a member of.
        fn of_scorecards(&self, reader: Option<MemberId>) -> BTreeSet<String> {
            let share = |(member, cell): &(MemberId, ScoreCell)| store::MemberCount {
                month: cell.month.clone(),
                measure: cell.measure,
                member: *member,
                count: cell.count,
            };
            let shares: Vec<_> = self.basis.cells.iter().map(share).collect();
            let told = super::super::tell::months_to_tell(&shares, reader, "2026-01", |_, _| true);
            told.into_iter().map(|(_, month)| month).collect()
        }

        /// The months that a line is about: those that add up to it with any other set would be seen at once, so the adversary
        /// is told which they are.
        fn months_of(&self) -> BTreeSet<String> {
            let mut by_month: BTreeMap<(MemberId, &str), u64> = BTreeMap::new();
            for (member, cell) in &self.basis.cells {
                *by_month.entry((*member, &cell.month)).or_default() += cell.count;
            }
            stretches(&by_month).into_keys().map(str::to_owned).collect()
        }

        /// Each told group, as the deeds that add up to it.
        fn groups(&self, told: &BTreeMap<String, Number>, name: fn(&Member) -> &String) -> Vec<Vec<f64>> {
            let months = self.months_of();
            let group_of = |member: MemberId| {
                let own = name(&self.basis.members[usize::try_from(member.0).unwrap()]);
                if told.contains_key(own) {
                    own.clone()
                } else {
                    OTHERS.to_owned()
                }
            };
            let rows = told
                .keys()
                .map(|group| self.row(|(member, month)| months.contains(month) && group_of(*member) == *group));
            rows.collect()
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(96))]
        /// Somebody who knows everything of the report, every membership, who did something in which month, what scorecards
        /// tell of months, and all that one member did, tries to find what another one did: in a month, or altogether; by
        /// solving what is told for it.
        #[test]
        fn nobody_is_singled_out(
            all in prop::collection::vec((0_u8..2, 0_u8..2, prop::collection::vec(prop_oneof![3 => 1_u64..60, 1 => Just(0)], 2)), 5..36)
        ) {
            let basis = basis(&all);
            let (lines, untold) = lines(&basis);
            prop_assert_eq!(lines.len() + untold.len(), usize::from(!basis.cells.is_empty()));
            let Some(line) = lines.first() else { return Ok(()) };
            let told: u64 = line.sectors.values().map(|number| number.count).sum();
            prop_assert_eq!(told, line.all.count);
            let adversary = Adversary::new(&basis);
            let mut rows = adversary.groups(&line.sectors, |member| &member.sectors[0]);
            rows.extend(adversary.groups(&line.countries, |member| &member.countries[0]));
            for knows in basis.members.iter().map(|member| member.id) {
                let mut known = rows.clone();
                for told in adversary.of_scorecards(Some(knows)) {
                    known.push(adversary.row(|(_, month)| *month == told));
                }
                for own in adversary.deeds.iter().filter(|(member, _)| *member == knows) {
                    known.push(adversary.row(|deed| deed == own));
                }
                let known = reduced(known);
                for sought in &adversary.deeds {
                    if sought.0 != knows {
                        let (deed, all) = (adversary.row(|deed| deed == sought), adversary.row(|deed| deed.0 == sought.0));
                        prop_assert!(!follows(&known, deed) && !follows(&known, all), "{knows:?} finds {sought:?}");
                    }
                }
            }
        }

        /// The same adversary adds and takes away: whatever set of deeds it gets as the one left of two told ones, or as what
        /// they share, is nobody's or at least six members'.
        #[test]
        fn no_sum_or_difference_of_two_told_numbers_is_about_few(
            all in prop::collection::vec((0_u8..3, 0_u8..3, prop::collection::vec(prop_oneof![2 => 1_u64..60, 1 => Just(0)], 3)), 5..60)
        ) {
            let basis = basis(&all);
            let (lines, _) = lines(&basis);
            let Some(line) = lines.first() else { return Ok(()) };
            let adversary = Adversary::new(&basis);
            let set = |row: Vec<f64>| -> BTreeSet<&Deed> {
                adversary.deeds.iter().zip(row).filter(|(_, is_in)| *is_in > 0.0).map(|(deed, _)| deed).collect()
            };
            let months = adversary.months_of();
            let mut told: Vec<_> = adversary.groups(&line.sectors, |member| &member.sectors[0]).into_iter().map(set).collect();
            told.extend(adversary.groups(&line.countries, |member| &member.countries[0]).into_iter().map(set));
            told.push(set(adversary.row(|(_, month)| months.contains(month))));
            told.extend(adversary.of_scorecards(None).iter().map(|told| set(adversary.row(|(_, month)| month == told))));
            for one in &told {
                for other in &told {
                    for found in [one - other, one & other] {
                        let about: BTreeSet<MemberId> = found.iter().map(|(member, _)| *member).collect();
                        let is_month_left_out = found.iter().all(|(_, month)| !months.contains(month));
                        prop_assert!(is_month_left_out || about.len() >= 6, "{:?}", found);
                    }
                }
            }
        }
    }

    /// Rows in the form of steps, so that it is quick to ask what follows from them.
    fn reduced(rows: Vec<Vec<f64>>) -> Vec<(usize, Vec<f64>)> {
        let mut steps: Vec<(usize, Vec<f64>)> = Vec::new();
        for row in rows {
            let left = left_of(&steps, row);
            if let Some(at) = left.iter().position(|value| value.abs() > 1e-6) {
                let lead = left[at];
                steps.push((at, left.into_iter().map(|value| value / lead).collect()));
            }
        }
        steps
    }

    fn left_of(steps: &[(usize, Vec<f64>)], mut row: Vec<f64>) -> Vec<f64> {
        for (at, step) in steps {
            let factor = row[*at];
            if factor != 0.0 {
                row.iter_mut().zip(step).for_each(|(value, one)| *value -= factor * one);
            }
        }
        row
    }

    /// Whether a sum can be worked out from those that are known.
    fn follows(known: &[(usize, Vec<f64>)], sought: Vec<f64>) -> bool {
        left_of(known, sought).iter().all(|value| value.abs() <= 1e-6)
    }

    fn sectors(all: &[(u8, u8, Vec<u64>)]) -> Vec<(String, u64)> {
        let (lines, _) = lines(&basis(all));
        let told = lines[0].sectors.iter();
        told.map(|(name, number)| (name.clone(), number.count)).collect()
    }

    #[test]
    fn a_sector_of_four_is_told_with_others() {
        let of = |few| -> Vec<(u8, u8, Vec<u64>)> { (0..20).map(|at| (u8::from(at < few), 0, vec![3])).collect() };
        assert_eq!(sectors(&of(4)), [("others".to_owned(), 60)]);
        assert_eq!(
            sectors(&of(8)),
            [("sector-0".to_owned(), 36), ("sector-1".to_owned(), 24)]
        );
    }

    #[test]
    fn a_month_in_which_few_did_something_is_not_what_the_year_has_more_than_the_scorecards() {
        // Eight did something in January, which scorecards tell; in February two of them did.
        let all: Vec<_> = (0..8).map(|at| (0, 0, vec![3, if at < 2 { 500 } else { 0 }])).collect();
        let (lines, _) = lines(&basis(&all));
        assert_eq!((lines[0].all.count, lines[0].untold_months), (24, 1));
        // A sector of which one member did something in March is not told by itself, or March would tell of that one.
        let mut all: Vec<_> = (0..16)
            .map(|at| (u8::from(at < 8), 0, vec![3, 0, u64::from(at >= 8) * 3]))
            .collect();
        assert_eq!(sectors(&all).len(), 2);
        all[0].2[2] = 3;
        assert_eq!(sectors(&all), [("others".to_owned(), 75)]);
    }
}
