//! The yearly report of the partnership for everybody: sums by sector and by country, about nobody.
//!
//! Only a year that is over. Each member counts in one sector and one country, the first that it names. Groups that may not
//! be told by themselves are told together (`tell::merged`); the countries are left out where they would, together with the
//! sectors, single somebody out. Everything that is told is disjoint and adds up to the total, so no difference of two
//! numbers is about fewer than five members.

use std::collections::BTreeMap;

use policy::{Action, MemberId, decide};
use store::{Histogram, Measure, Member, ScoreCell, ScoreSpan, WHOLE};

use super::tell::{Groups, OTHERS, do_not_single_out, may_publish, merged};
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
}

/// What one member has of one measure.
struct Part {
    member: MemberId,
    histogram: Histogram,
}

/// What a report is made from.
pub struct Basis {
    members: Vec<Member>,
    cells: Vec<(MemberId, ScoreCell)>,
}

fn numbers(measure: Measure, groups: &Groups<'_>, parts: &[Part]) -> BTreeMap<String, Number> {
    let of = |members: &Vec<(MemberId, u64)>| {
        let mut all = Histogram::default();
        for part in parts
            .iter()
            .filter(|part| members.iter().any(|(member, _)| *member == part.member))
        {
            part.histogram
                .buckets()
                .for_each(|(bucket, many)| all.add(bucket, many));
        }
        Number::of(measure, &all)
    };
    groups
        .iter()
        .map(|(name, members)| ((*name).to_owned(), of(members)))
        .collect()
}

/// Makes the lines of a report: pure.
pub fn lines(basis: &Basis) -> (Vec<ReportLine>, Vec<Measure>) {
    let (mut lines, mut untold) = (Vec::new(), Vec::new());
    let by_id: BTreeMap<MemberId, &Member> = basis.members.iter().map(|member| (member.id, member)).collect();
    for measure in Measure::ALL
        .into_iter()
        .filter(|measure| *measure != Measure::LogFamily)
    {
        let mut histograms: BTreeMap<MemberId, Histogram> = BTreeMap::new();
        for (member, cell) in basis.cells.iter().filter(|(_, cell)| cell.measure == measure) {
            histograms.entry(*member).or_default().add(cell.bucket, cell.count);
        }
        let part = |(member, histogram)| Part { member, histogram };
        let parts: Vec<Part> = histograms.into_iter().map(part).collect();
        if parts.is_empty() {
            continue;
        }
        if !may_publish(parts.iter().map(|part| part.histogram.total())) {
            untold.push(measure);
            continue;
        }
        let group = |pick: fn(&Member) -> Option<&String>| {
            let mut groups = Groups::new();
            for part in &parts {
                let name = by_id.get(&part.member).and_then(|member| pick(member));
                let group = groups.entry(name.map_or(OTHERS, String::as_str)).or_default();
                group.push((part.member, part.histogram.total()));
            }
            merged(&groups).unwrap_or_default()
        };
        let sectors = group(|member| member.sectors.first());
        let countries = Some(group(|member| member.countries.first()));
        let countries = countries.filter(|countries| do_not_single_out(&sectors, countries));
        let mut all = Histogram::default();
        for part in &parts {
            part.histogram
                .buckets()
                .for_each(|(bucket, many)| all.add(bucket, many));
        }
        lines.push(ReportLine {
            measure,
            all: Number::of(measure, &all),
            sectors: numbers(measure, &sectors, &parts),
            countries: countries
                .map(|groups| numbers(measure, &groups, &parts))
                .unwrap_or_default(),
        });
    }
    (lines, untold)
}

impl Node {
    /// The report of a year that is over.
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
        let (lines, untold) = lines(&Basis { members, cells });
        Ok(PublicReport {
            year: year.to_owned(),
            lines,
            untold,
        })
    }
}

#[cfg(test)]
mod tests {
    use policy::MemberState;
    use proptest::prelude::*;
    use stix::Timestamp;
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

    fn basis(all: &[(u8, u8, u64)]) -> Basis {
        let members: Vec<Member> = (0..)
            .zip(all)
            .map(|(id, (sector, country, _))| member(id, *sector, *country))
            .collect();
        let cell = |(id, (_, _, count)): (i64, &(u8, u8, u64))| {
            let cell = ScoreCell {
                month: "2025-05".to_owned(),
                measure: Measure::Shared,
                bucket: 0,
                count: *count,
            };
            (MemberId(id), cell)
        };
        Basis {
            cells: (0..).zip(all).map(cell).collect(),
            members,
        }
    }

    proptest! {
        /// Somebody who knows everything of the report, every membership and its own number tries for each member to find
        /// its number: by solving what is told for it, over the whole numbers.
        #[test]
        fn nobody_is_singled_out(all in prop::collection::vec((0_u8..4, 0_u8..4, 1_u64..60), 5..60)) {
            let basis = basis(&all);
            let (lines, untold) = lines(&basis);
            prop_assert_eq!(lines.len() + untold.len(), 1);
            let Some(line) = lines.first() else { return Ok(()) };
            let told: u64 = line.sectors.values().map(|number| number.count).sum();
            prop_assert_eq!(told, line.all.count);
            // Each told group as the set of those in it: by name, or the others.
            let sets = |told: &BTreeMap<String, Number>, name: &dyn Fn(&Member) -> String| -> Vec<Vec<f64>> {
                told.keys().map(|group| {
                    basis.members.iter().map(|member| {
                        let own = name(member);
                        let own = if told.contains_key(&own) { own } else { OTHERS.to_owned() };
                        f64::from(u8::from(own == *group))
                    }).collect()
                }).collect()
            };
            let mut rows = sets(&line.sectors, &|member| member.sectors[0].clone());
            rows.extend(sets(&line.countries, &|member| member.countries[0].clone()));
            for knows in 0..basis.members.len() {
                let mut known = rows.clone();
                known.push((0..basis.members.len()).map(|at| f64::from(u8::from(at == knows))).collect());
                let rank = rank(known.clone());
                for sought in (0..basis.members.len()).filter(|sought| *sought != knows) {
                    let mut more = known.clone();
                    more.push((0..basis.members.len()).map(|at| f64::from(u8::from(at == sought))).collect());
                    prop_assert!(self::rank(more) > rank, "{knows} finds {sought}");
                }
            }
        }
    }

    fn rank(mut rows: Vec<Vec<f64>>) -> usize {
        let columns = rows.first().map_or(0, Vec::len);
        let mut rank = 0;
        for column in 0..columns {
            let Some(pivot) = (rank..rows.len()).find(|row| rows[*row][column].abs() > 1e-6) else {
                continue;
            };
            rows.swap(rank, pivot);
            let lead = rows[rank].clone();
            for row in rows.iter_mut().skip(rank + 1) {
                let factor = row[column] / lead[column];
                if factor != 0.0 {
                    row.iter_mut()
                        .zip(&lead)
                        .for_each(|(value, one)| *value -= factor * one);
                }
            }
            rank += 1;
        }
        rank
    }

    #[test]
    fn a_sector_of_four_is_told_with_others() {
        let all: Vec<(u8, u8, u64)> = (0..20).map(|at| (u8::from(at < 4), 0, 3)).collect();
        let (lines, _) = lines(&basis(&all));
        let sectors: Vec<_> = lines[0]
            .sectors
            .iter()
            .map(|(name, number)| (name.as_str(), number.count))
            .collect();
        assert_eq!(sectors, [("others", 60)]);
        let all: Vec<(u8, u8, u64)> = (0..20).map(|at| (u8::from(at < 8), 0, 3)).collect();
        let (lines, _) = super::lines(&basis(&all));
        let sectors: Vec<_> = lines[0]
            .sectors
            .iter()
            .map(|(name, number)| (name.as_str(), number.count))
            .collect();
        assert_eq!(sectors, [("sector-0", 36), ("sector-1", 24)]);
    }
}
