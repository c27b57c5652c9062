//! Which rows of those in sight a query gives: each version once, and of the versions those asked for.
//!
//! The flags that a row carries speak of everything stored. A row without a flag is decided by itself, which is nearly
//! every row; for the others the rows of the same object that this viewer sees are looked at.

use std::collections::HashMap;

use stix::Timestamp;

use super::page::VersionFilter;

/// What of a row decides whether it is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Candidate {
    pub(super) added: i64,
    pub(super) object: i64,
    /// The version key: the instant, or made from the content.
    pub(super) version: i64,
    pub(super) unversioned: bool,
    pub(super) repeat: bool,
    pub(super) superseded: bool,
}

/// A row of an object that the viewer sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Sibling {
    pub(super) added: i64,
    pub(super) version: i64,
}

/// The versions of one object, as one viewer sees them.
#[derive(Debug)]
pub(super) struct Versions {
    /// By version key: where it was first given.
    earliest: HashMap<i64, i64>,
    first: Option<i64>,
    last: Option<i64>,
}

impl Versions {
    pub(super) fn of(siblings: impl IntoIterator<Item = Sibling>, unversioned: bool) -> Self {
        let mut earliest = HashMap::new();
        for sibling in siblings {
            let added: &mut i64 = earliest.entry(sibling.version).or_insert(sibling.added);
            *added = sibling.added.min(*added);
        }
        // Content without versions is as late as it was first given.
        let instant = |version: i64, added: i64| if unversioned { added } else { version };
        let by_instant = |(version, added): (&i64, &i64)| (instant(*version, *added), *version);
        let first = earliest.iter().map(by_instant).min().map(|(_, version)| version);
        let last = earliest.iter().map(by_instant).max().map(|(_, version)| version);
        Self { earliest, first, last }
    }

    /// Whether nothing later is visible.
    pub(super) fn is_last(&self, version: i64) -> bool {
        self.last == Some(version)
    }

    /// Whether nothing earlier is visible.
    pub(super) fn is_first(&self, version: i64) -> bool {
        self.first == Some(version)
    }

    /// Where the last version is given.
    pub(super) fn last(&self) -> Option<(i64, i64)> {
        let version = self.last?;
        self.earliest.get(&version).map(|added| (version, *added))
    }

    /// Whether a version is visible.
    pub(super) fn has(&self, version: i64) -> bool {
        self.earliest.contains_key(&version)
    }

    /// Whether anything was given earlier.
    pub(super) fn anything_before(&self, added: i64) -> bool {
        self.earliest.values().any(|earliest| *earliest < added)
    }

    /// Whether this is where the version is given.
    pub(super) fn is_earliest(&self, candidate: &Candidate) -> bool {
        self.earliest.get(&candidate.version) == Some(&candidate.added)
    }
}

impl Candidate {
    /// The version as an instant.
    pub(super) fn instant(&self) -> Timestamp {
        Timestamp::from_micros(if self.unversioned { self.added } else { self.version })
    }

    /// Whether the other visible rows of the object must be known to decide.
    pub(super) fn needs_siblings(&self, versions: &VersionFilter) -> bool {
        self.repeat || (!versions.all && (versions.first || (versions.last && self.superseded)))
    }

    /// Whether the row is given. `siblings` may be missing where they are not needed.
    pub(super) fn given(&self, versions: &VersionFilter, siblings: Option<&Versions>) -> bool {
        if self.repeat && !siblings.is_some_and(|siblings| siblings.is_earliest(self)) {
            return false;
        }
        versions.all
            || (versions.last && (!self.superseded || siblings.is_some_and(|all| all.is_last(self.version))))
            || (versions.first && siblings.is_some_and(|all| all.is_first(self.version)))
            || versions.exact.contains(&self.instant())
    }
}

#[cfg(test)]
mod tests {
    use super::{Candidate, Sibling, Versions};
    use crate::VersionFilter;

    fn candidate(added: i64, version: i64) -> Candidate {
        Candidate {
            added,
            object: 1,
            version,
            unversioned: false,
            repeat: true,
            superseded: true,
        }
    }

    fn given(candidate: Candidate, versions: &VersionFilter, all: &[(i64, i64)]) -> bool {
        let sibling = |(added, version): &(i64, i64)| Sibling {
            added: *added,
            version: *version,
        };
        let siblings = Versions::of(all.iter().map(sibling), candidate.unversioned);
        candidate.given(versions, Some(&siblings))
    }

    #[test]
    fn a_version_contributed_twice_is_given_where_it_came_first() {
        let all = [(10, 5), (20, 5)];
        assert!(given(candidate(10, 5), &VersionFilter::all(), &all));
        assert!(!given(candidate(20, 5), &VersionFilter::all(), &all));
    }

    #[test]
    fn the_last_version_is_the_last_of_those_in_sight() {
        let last = VersionFilter::default();
        assert!(!given(candidate(10, 5), &last, &[(10, 5), (20, 6)]));
        assert!(given(candidate(10, 5), &last, &[(10, 5)]));
        let arrived_late = [(10, 6), (20, 5)];
        assert!(given(candidate(10, 6), &last, &arrived_late));
        assert!(!given(candidate(20, 5), &last, &arrived_late));
    }

    #[test]
    fn first_and_last_together_leave_out_what_is_between() {
        let both = VersionFilter {
            first: true,
            ..VersionFilter::default()
        };
        let all = [(10, 1), (20, 2), (30, 3)];
        let chosen: Vec<i64> = all
            .iter()
            .filter(|(added, version)| given(candidate(*added, *version), &both, &all))
            .map(|(added, _)| *added)
            .collect();
        assert_eq!(chosen, [10, 30]);
    }

    #[test]
    fn content_without_versions_is_as_late_as_it_was_first_given() {
        let observable = |added, version| Candidate {
            unversioned: true,
            ..candidate(added, version)
        };
        // The first content comes again from somebody else: the second one stays the last.
        let all = [(10, -7), (20, -9), (30, -7)];
        let last = VersionFilter::default();
        assert!(!given(observable(10, -7), &last, &all));
        assert!(given(observable(20, -9), &last, &all));
        assert!(!given(observable(30, -7), &last, &all));
    }
}
