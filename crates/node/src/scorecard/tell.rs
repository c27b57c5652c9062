//! Which numbers about many may be told, so that none is about few: pure.
//!
//! A number is told when it is made by five members at least beside the reader, and no two of them could work out a third
//! one from it: what all but the two largest add must be a tenth of the largest at least (the p-percent rule of official
//! statistics, with p = 10). And it is told of months that are over only: who reads a running number day by day reads what
//! one member did. A span of months is the sum of the months that can be told each by itself, so that the difference of two
//! spans is a sum of those again.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use policy::MemberId;
use store::{Measure, MemberCount};

use crate::disclosure::FEWEST;

/// What two members could work out of a third is at least so many per cent wrong.
const PERCENT: u64 = 10;

/// Whether a sum of these parts may be told to somebody who gave none of them.
pub fn may_tell(parts: impl Iterator<Item = u64>) -> bool {
    tells(parts, FEWEST)
}

/// Whether a sum of these parts may be told to anybody, each of those who gave them too: for them it is about the others.
pub fn may_publish(parts: impl Iterator<Item = u64>) -> bool {
    tells(parts, FEWEST + 1)
}

fn tells(parts: impl Iterator<Item = u64>, fewest: u64) -> bool {
    let (mut members, mut total, mut largest, mut second) = (0_u64, 0_u64, 0_u64, 0_u64);
    for part in parts.filter(|part| *part > 0) {
        members += 1;
        total = total.saturating_add(part);
        if part > largest {
            (largest, second) = (part, largest);
        } else if part > second {
            second = part;
        }
    }
    let rest = u128::from(total.saturating_sub(largest).saturating_sub(second));
    members >= fewest && rest * 100 >= u128::from(largest) * u128::from(PERCENT)
}

/// The months of each measure that may be told to a member, of those before `current`.
pub fn months_to_tell(
    shares: &[MemberCount],
    reader: Option<MemberId>,
    current: &str,
    is_counted: impl Fn(MemberId, Measure) -> bool,
) -> BTreeSet<(Measure, String)> {
    let mut parts: BTreeMap<(Measure, &str), Vec<u64>> = BTreeMap::new();
    for share in shares.iter().filter(|share| share.month.as_str() < current) {
        if Some(share.member) != reader && is_counted(share.member, share.measure) {
            let month = parts.entry((share.measure, share.month.as_str())).or_default();
            month.push(share.count);
        }
    }
    let tellable = parts.into_iter().filter(|(_, parts)| may_tell(parts.iter().copied()));
    tellable
        .map(|((measure, month), _)| (measure, month.to_owned()))
        .collect()
}

/// The months of each measure of the whole partnership that may not be told to a reader of a community's numbers: taken
/// away from the whole, those would leave what too few did elsewhere.
pub fn few_beside(
    whole: &[MemberCount],
    inside: &[MemberCount],
    reader: Option<MemberId>,
    is_counted: impl Fn(MemberId, Measure) -> bool,
) -> BTreeSet<(Measure, String)> {
    let key = |share: &MemberCount| (share.measure, share.member);
    let mut counts: HashMap<((Measure, MemberId), &str), u64> = HashMap::with_capacity(inside.len());
    for share in inside {
        counts.insert((key(share), &share.month), share.count);
    }
    let mut beside: BTreeMap<(Measure, &str), Vec<u64>> = BTreeMap::new();
    for share in whole {
        let there = counts.get(&(key(share), share.month.as_str())).copied().unwrap_or(0);
        if share.count > there && Some(share.member) != reader && is_counted(share.member, share.measure) {
            let month = beside.entry((share.measure, &share.month)).or_default();
            month.push(share.count - there);
        }
    }
    let few = beside.into_iter().filter(|(_, parts)| !may_tell(parts.iter().copied()));
    few.map(|((measure, month), _)| (measure, month.to_owned())).collect()
}

/// A stretch of months of which the sum is told by itself: a single month, or all those together that are told to nobody.
pub type Stretch = u8;

/// The months that no scorecard tells of.
const TOGETHER: Stretch = 0;

/// What one member has of a number in one stretch of months.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Part {
    /// Whose.
    pub member: MemberId,
    /// When.
    pub stretch: Stretch,
    /// How much.
    pub count: u64,
}

/// Parts by a name that groups them.
pub type Groups<'a> = BTreeMap<&'a str, Vec<Part>>;

/// What stands for the groups that are too small to be told.
pub const OTHERS: &str = "others";

/// Into which stretch each month of a number goes that is to be published for the whole time. Scorecards tell members of
/// single months: what is left when they are taken away must not be about few either. So a month that a scorecard may tell
/// somebody of, but that may not be published, is left out; those that none tells of come together, or not at all.
pub fn stretches<'m>(parts: &BTreeMap<(MemberId, &'m str), u64>) -> BTreeMap<&'m str, Stretch> {
    let mut months: BTreeMap<&str, Vec<u64>> = BTreeMap::new();
    for ((_, month), count) in parts {
        months.entry(month).or_default().push(*count);
    }
    let mut stretches = BTreeMap::new();
    let (mut together, mut of_together) = (Vec::new(), BTreeMap::<MemberId, u64>::new());
    for (number, (month, counts)) in (TOGETHER + 1..).zip(&months) {
        if may_publish(counts.iter().copied()) {
            stretches.insert(*month, number);
        } else if !may_tell_somebody(counts) {
            together.push(*month);
        }
    }
    for ((member, month), count) in parts {
        if together.contains(month) {
            *of_together.entry(*member).or_default() += count;
        }
    }
    if may_publish(of_together.into_values()) {
        stretches.extend(together.into_iter().map(|month| (month, TOGETHER)));
    }
    stretches
}

/// Whether a sum of these parts may be told to somebody: to who gave none of them, or to who gave the largest, beside which
/// the others weigh the most.
fn may_tell_somebody(parts: &[u64]) -> bool {
    let mut ascending = parts.to_vec();
    ascending.sort_unstable();
    let others = &ascending[..ascending.len().saturating_sub(1)];
    may_tell(ascending.iter().copied()) || may_tell(others.iter().copied())
}

/// Whether a sum of these may be published beside those of single stretches: in each it is about nobody, or about enough.
fn is_publishable(parts: &[Part]) -> bool {
    let mut stretches: BTreeMap<Stretch, Vec<u64>> = BTreeMap::new();
    for part in parts.iter().filter(|part| part.count > 0) {
        stretches.entry(part.stretch).or_default().push(part.count);
    }
    !stretches.is_empty() && stretches.into_values().all(|counts| may_publish(counts.into_iter()))
}

/// Puts groups together until each may be published; none where even all of them together may not.
pub fn merged<'a>(groups: &Groups<'a>) -> Option<Groups<'a>> {
    let (mut told, mut rest): (Groups<'a>, Vec<Part>) = (Groups::new(), Vec::new());
    for (name, parts) in groups {
        if is_publishable(parts) && *name != OTHERS {
            told.insert(name, parts.clone());
        } else {
            rest.extend(parts);
        }
    }
    rest.retain(|part| part.count > 0);
    while !rest.is_empty() && !is_publishable(&rest) {
        // The smallest of the others hides them, and is hidden with them.
        let smallest = told.iter().min_by_key(|(name, parts)| (parts.len(), **name));
        let smallest = smallest.map(|(name, _)| *name)?;
        rest.extend(told.remove(smallest).into_iter().flatten());
    }
    if !rest.is_empty() {
        told.insert(OTHERS, rest);
    }
    (!told.is_empty()).then_some(told)
}

/// Whether two ways of grouping the same parts can both be told: where they cross, there is nobody, or there are enough.
pub fn do_not_single_out(one: &Groups<'_>, other: &Groups<'_>) -> bool {
    let sets = |groups: &Groups<'_>| -> Vec<BTreeSet<Part>> {
        let set = |parts: &Vec<Part>| parts.iter().copied().filter(|part| part.count > 0).collect();
        groups.values().map(set).collect()
    };
    let others = sets(other);
    sets(one).iter().all(|one| {
        others.iter().all(|other| {
            let both: Vec<Part> = one.intersection(other).copied().collect();
            both.is_empty() || is_publishable(&both)
        })
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn four_members_are_too_few_and_one_that_outweighs_all_others_is_hidden() {
        assert!(!may_tell([5, 5, 5, 5].into_iter()));
        assert!(!may_tell([5, 5, 5, 5, 0].into_iter()));
        assert!(may_tell([5, 5, 5, 5, 5].into_iter()));
        assert!(!may_tell([1_000, 900, 20, 20, 20].into_iter()));
        assert!(may_tell([1_000, 900, 40, 40, 40].into_iter()));
    }

    fn count(month: &str, member: i64, count: u64) -> MemberCount {
        MemberCount {
            month: month.to_owned(),
            measure: Measure::Shared,
            member: MemberId(member),
            count,
        }
    }

    #[test]
    fn the_reader_does_not_count_itself_and_the_running_month_is_not_told() {
        let of = |month, members: std::ops::Range<i64>| members.map(move |member| count(month, member, 3));
        let shares: Vec<_> = of("2026-09", 1..6)
            .chain(of("2026-10", 1..7))
            .chain(of("2026-11", 1..9))
            .collect();
        let tell = |reader| {
            let told = months_to_tell(&shares, reader, "2026-11", |_, _| true);
            told.into_iter().map(|(_, month)| month).collect::<Vec<_>>()
        };
        assert_eq!(tell(Some(MemberId(1))), ["2026-10"]);
        assert_eq!(tell(None), ["2026-09", "2026-10"]);
        let withheld = months_to_tell(&shares, None, "2026-11", |member, _| member != MemberId(2));
        assert_eq!(withheld.len(), 1);
    }

    #[test]
    fn what_few_did_outside_a_community_is_not_told_to_its_readers_as_a_difference() {
        let of = |members: std::ops::Range<i64>, each: u64| members.map(move |member| count("2026-09", member, each));
        let inside: Vec<_> = of(1..9, 3).collect();
        let few = |whole: Vec<MemberCount>, reader| {
            few_beside(&whole, &inside, reader, |member, _| member != MemberId(90)).len()
        };
        assert_eq!(few(of(1..9, 3).collect(), None), 0, "there is nothing else");
        assert_eq!(few(of(1..9, 3).chain(of(20..23, 3)).collect(), None), 1, "three others");
        assert_eq!(
            few(of(1..4, 4).chain(of(4..9, 3)).collect(), None),
            1,
            "three of them, elsewhere"
        );
        let enough: Vec<_> = of(1..9, 3).chain(of(20..25, 3)).collect();
        assert_eq!((few(enough.clone(), None), few(enough, Some(MemberId(20)))), (0, 1));
        assert_eq!(
            few(of(1..9, 3).chain(of(90..91, 3)).collect(), None),
            0,
            "who is counted nowhere"
        );
    }

    fn partition(seed: &[(u8, u64)]) -> Vec<(String, Part)> {
        let part = |(at, (group, count)): (usize, &(u8, u64))| {
            let part = Part {
                member: MemberId(at as i64),
                stretch: 1,
                count: *count,
            };
            (format!("g{group}"), part)
        };
        seed.iter().enumerate().map(part).collect()
    }

    fn grouped(parts: &[(String, Part)]) -> Groups<'_> {
        let mut groups = Groups::new();
        for (name, part) in parts {
            groups.entry(name.as_str()).or_default().push(*part);
        }
        groups
    }

    #[test]
    fn a_month_that_a_scorecard_tells_somebody_of_is_published_by_itself_or_left_out() {
        let mut parts = BTreeMap::new();
        let mut month = |name: &'static str, members: std::ops::Range<i64>| {
            parts.extend(members.map(|member| ((MemberId(member), name), 3)));
        };
        // Enough for all; enough for who is not among them; too few for anybody, twice, which together are enough.
        month("2025-01", 0..6);
        month("2025-02", 0..5);
        month("2025-03", 0..3);
        month("2025-04", 3..6);
        assert_eq!(
            stretches(&parts),
            BTreeMap::from([("2025-01", 1), ("2025-03", TOGETHER), ("2025-04", TOGETHER)])
        );
        parts.retain(|(_, month), _| *month != "2025-04");
        assert_eq!(stretches(&parts), BTreeMap::from([("2025-01", 1)]));
    }

    proptest! {
        #[test]
        fn every_group_that_is_told_may_be_told_and_nobody_is_lost(seed in prop::collection::vec((0_u8..8, 0_u64..50), 0..60)) {
            let parts = partition(&seed);
            let all: u64 = parts.iter().map(|(_, part)| part.count).sum();
            if let Some(told) = merged(&grouped(&parts)) {
                let mut sum = 0;
                for group in told.values() {
                    prop_assert!(may_publish(group.iter().map(|part| part.count)));
                    sum += group.iter().map(|part| part.count).sum::<u64>();
                }
                prop_assert_eq!(sum, all);
            } else {
                prop_assert!(!may_publish(parts.iter().map(|(_, part)| part.count)));
            }
        }
    }
}
