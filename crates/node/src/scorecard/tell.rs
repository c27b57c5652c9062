//! Which numbers about many may be told, so that none is about few: pure.
//!
//! A number is told when it is made by five members at least beside the reader, and no two of them could work out a third
//! one from it: what all but the two largest add must be a tenth of the largest at least (the p-percent rule of official
//! statistics, with p = 10). And it is told of months that are over only: who reads a running number day by day reads what
//! one member did. A span of months is the sum of the months that can be told each by itself, so that the difference of two
//! spans is a sum of those again.

use std::collections::{BTreeMap, BTreeSet};

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

/// Members with a number of theirs, by a name that groups them.
pub type Groups<'a> = BTreeMap<&'a str, Vec<(MemberId, u64)>>;

/// What stands for the groups that are too small to be told.
pub const OTHERS: &str = "others";

/// Puts groups together until each may be published; none where even all of them together may not.
pub fn merged<'a>(groups: &Groups<'a>) -> Option<Groups<'a>> {
    let tells = |members: &Vec<(MemberId, u64)>| may_publish(members.iter().map(|(_, count)| *count));
    let (mut told, mut rest): (Groups<'a>, Vec<(MemberId, u64)>) = (Groups::new(), Vec::new());
    for (name, members) in groups {
        if tells(members) && *name != OTHERS {
            told.insert(name, members.clone());
        } else {
            rest.extend(members.iter().copied());
        }
    }
    rest.retain(|(_, count)| *count > 0);
    while !rest.is_empty() && !tells(&rest) {
        // The smallest of the others hides them, and is hidden with them.
        let smallest = told.iter().min_by_key(|(name, members)| (members.len(), **name));
        let smallest = smallest.map(|(name, _)| *name)?;
        rest.extend(told.remove(smallest).into_iter().flatten());
    }
    if !rest.is_empty() {
        told.insert(OTHERS, rest);
    }
    (!told.is_empty()).then_some(told)
}

/// Whether two ways of grouping the same members can both be told: where they cross, there is nobody, or there are enough.
pub fn do_not_single_out(one: &Groups<'_>, other: &Groups<'_>) -> bool {
    let sets = |groups: &Groups<'_>| -> Vec<BTreeMap<MemberId, u64>> {
        let set = |members: &Vec<(MemberId, u64)>| members.iter().copied().filter(|(_, count)| *count > 0).collect();
        groups.values().map(set).collect()
    };
    let others = sets(other);
    sets(one).iter().all(|one| {
        others.iter().all(|other| {
            let both = one.iter().filter(|(member, _)| other.contains_key(member));
            let parts: Vec<u64> = both.map(|(_, count)| *count).collect();
            parts.is_empty() || may_publish(parts.into_iter())
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

    fn partition(seed: &[(u8, u64)]) -> Vec<(String, MemberId, u64)> {
        let member = |(at, (group, count)): (usize, &(u8, u64))| (format!("g{group}"), MemberId(at as i64), *count);
        seed.iter().enumerate().map(member).collect()
    }

    fn grouped(members: &[(String, MemberId, u64)]) -> Groups<'_> {
        let mut groups = Groups::new();
        for (name, member, count) in members {
            groups.entry(name.as_str()).or_default().push((*member, *count));
        }
        groups
    }

    proptest! {
        #[test]
        fn every_group_that_is_told_may_be_told_and_nobody_is_lost(seed in prop::collection::vec((0_u8..8, 0_u64..50), 0..60)) {
            let members = partition(&seed);
            let all: u64 = members.iter().map(|(_, _, count)| count).sum();
            if let Some(told) = merged(&grouped(&members)) {
                let mut sum = 0;
                for group in told.values() {
                    prop_assert!(may_publish(group.iter().map(|(_, count)| *count)));
                    sum += group.iter().map(|(_, count)| count).sum::<u64>();
                }
                prop_assert_eq!(sum, all);
            } else {
                prop_assert!(!may_publish(members.iter().map(|(_, _, count)| *count)));
            }
        }

        /// The adversary knows who is in which group, all totals, and any one member's own number. What it can work out are
        /// sums over unions of crossings: none of them may be about fewer than five.
        #[test]
        fn no_union_or_difference_of_what_is_told_is_about_few(
            seed in prop::collection::vec((0_u8..4, 1_u64..50), 0..80), regions in prop::collection::vec(0_u8..4, 80)
        ) {
            let members = partition(&seed);
            let elsewhere: Vec<_> = members
                .iter()
                .zip(&regions)
                .map(|((_, member, count), region)| (format!("r{region}"), *member, *count))
                .collect();
            let (Some(one), Some(other)) = (merged(&grouped(&members)), merged(&grouped(&elsewhere))) else {
                return Ok(());
            };
            if !do_not_single_out(&one, &other) {
                return Ok(());
            }
            let of = |groups: &Groups<'_>, chosen: usize| -> BTreeSet<MemberId> {
                let picked = groups.values().enumerate().filter(|(at, _)| chosen & (1 << at) != 0);
                picked.flat_map(|(_, members)| members.iter().map(|(member, _)| *member)).collect()
            };
            for left in 0..1 << one.len() {
                for right in 0..1 << other.len() {
                    let (left, right) = (of(&one, left), of(&other, right));
                    for found in [&left - &right, &right - &left, &left & &right, &left ^ &right] {
                        prop_assert!(found.is_empty() || found.len() >= 6, "{:?}", found);
                    }
                }
            }
        }
    }
}
