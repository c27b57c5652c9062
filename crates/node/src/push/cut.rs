//! Which changes a peer is told of, and how they are cut into envelopes. Pure.

use std::collections::VecDeque;
use std::ops::Range;

use store::{ChangeKind, ChangeRow, Changes, Position, RemovedWhy};

/// Whether a change is to be sent: what only ran out of time, the peer sees by its own clock.
pub(super) fn concerns_peer(change: &ChangeRow) -> bool {
    match change.kind {
        ChangeKind::Added | ChangeKind::Changed | ChangeKind::Removed(RemovedWhy::Revoked) => {
            !change.row.body.is_empty()
        }
        ChangeKind::Removed(RemovedWhy::Retracted) => true,
        ChangeKind::Removed(RemovedWhy::Expired) => false,
    }
}

/// Whether a change takes an object back.
pub(super) fn is_taken_back(change: &ChangeRow) -> bool {
    change.kind == ChangeKind::Removed(RemovedWhy::Retracted)
}

/// Cuts changes into what is sent at once: stretches under the limits, and each change alone of which that is said.
pub(crate) fn parts(
    rows: &[ChangeRow],
    page_size: usize,
    most_bytes: usize,
    is_alone: impl Fn(&ChangeRow) -> bool,
) -> VecDeque<Range<usize>> {
    let mut parts = VecDeque::new();
    let (mut start, mut bytes) = (0, 0);
    for (place, change) in rows.iter().enumerate() {
        let alone = is_alone(change);
        let size = change.row.body.len() + 1;
        if place > start && (alone || place - start >= page_size || bytes + size > most_bytes) {
            parts.push_back(start..place);
            (start, bytes) = (place, 0);
        }
        bytes += size;
        if alone {
            parts.push_back(place..place + 1);
            (start, bytes) = (place + 1, 0);
        }
    }
    if start < rows.len() {
        parts.push_back(start..rows.len());
    }
    parts
}

/// Both halves of a part in which something is that the other side does not read: the rest shall go through.
pub(crate) fn halve(parts: &mut VecDeque<Range<usize>>, part: Range<usize>) {
    let middle = part.start + part.len() / 2;
    parts.push_front(middle..part.end);
    parts.push_front(part.start..middle);
}

/// Where to go on after the first `count` changes; none where the next one has the same place, so that it is not passed
/// over.
pub(crate) fn cursor_after(changes: &Changes, count: usize) -> Option<Position> {
    let last = changes.rows.get(count.wrapping_sub(1)).map(|change| change.position);
    match changes.rows.get(count).map(|change| change.position) {
        None => Some(changes.cursor),
        next if next == last => None,
        Some(_) => last,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use stix::Timestamp;
    use store::{ChangeKind, ChangeRow, ObjectRow, Position, RemovedWhy};

    use super::{is_taken_back, parts};

    fn change(place: usize, size: usize, gone: bool) -> ChangeRow {
        let row = ObjectRow {
            added: Timestamp::from_seconds(0),
            id: String::new(),
            object_type: String::new(),
            version: Timestamp::from_seconds(0),
            version_text: String::new(),
            spec_version: String::new(),
            digest: [0; 32],
            body: if gone { String::new() } else { "x".repeat(size) },
            audience: policy::AudienceId(1),
        };
        let kind = if gone {
            ChangeKind::Removed(RemovedWhy::Retracted)
        } else {
            ChangeKind::Added
        };
        ChangeRow {
            position: Position(place as i64),
            kind,
            row,
        }
    }

    proptest! {
        #[test]
        fn every_change_is_in_one_part_in_order_and_under_the_limits(
            changes in prop::collection::vec((1_usize..200, any::<bool>()), 0..60), page_size in 1_usize..10,
        ) {
            let rows: Vec<_> = changes.into_iter().enumerate().map(|(place, (size, gone))| change(place, size, gone)).collect();
            let parts = parts(&rows, page_size, 300, is_taken_back);
            let all: Vec<usize> = parts.iter().cloned().flatten().collect();
            prop_assert_eq!(all, (0..rows.len()).collect::<Vec<_>>());
            for part in parts {
                let part = &rows[part];
                prop_assert!(part.len() <= page_size);
                prop_assert!(part.len() == 1 || !part.iter().any(is_taken_back));
                prop_assert!(part.len() == 1 || part.iter().map(|change| change.row.body.len() + 1).sum::<usize>() <= 300);
            }
        }
    }
}
