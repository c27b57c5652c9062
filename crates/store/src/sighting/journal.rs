//! Sums of a message as they wait to be added to what was seen: short, because millions of them are written an hour.
//!
//! One after another, whole numbers little-endian: length of the identifier (1 byte), identifier, how many communities
//! (1 byte), each (8 bytes; 0: the members named with the indicator), count, first, last (8 bytes each).

use policy::CommunityId;
use stix::Timestamp;

use super::{community_number, community_of};
use crate::{Error, Result};

/// What a message says of one indicator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportSum {
    /// The indicator, 200 bytes at the most.
    pub indicator: String,
    /// The communities that would be told.
    pub communities: Vec<Option<CommunityId>>,
    /// How many events.
    pub count: u64,
    /// The first of them.
    pub first: Timestamp,
    /// The last of them.
    pub last: Timestamp,
}

/// Writes sums.
pub(super) fn write(sums: &[ReportSum]) -> Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(sums.len() * 88);
    let length =
        |many: usize| u8::try_from(many).map_err(|_| Error::input("an identifier, or a list, is too long to count"));
    for sum in sums {
        bytes.push(length(sum.indicator.len())?);
        bytes.extend(sum.indicator.as_bytes());
        bytes.push(length(sum.communities.len())?);
        for community in &sum.communities {
            bytes.extend(community_number(*community).to_le_bytes());
        }
        bytes.extend(sum.count.to_le_bytes());
        bytes.extend(sum.first.micros().to_le_bytes());
        bytes.extend(sum.last.micros().to_le_bytes());
    }
    Ok(bytes)
}

/// Reads what [`write`] wrote.
pub(super) fn read(mut bytes: &[u8]) -> Result<Vec<ReportSum>> {
    let mut sums = Vec::new();
    while !bytes.is_empty() {
        sums.push(read_one(&mut bytes).ok_or_else(|| Error::ours("a stored report is unreadable"))?);
    }
    Ok(sums)
}

fn read_one(bytes: &mut &[u8]) -> Option<ReportSum> {
    let length = usize::from(*bytes.split_off_first()?);
    let indicator = str::from_utf8(bytes.split_off(..length)?).ok()?.to_owned();
    let many = *bytes.split_off_first()?;
    let communities = (0..many)
        .map(|_| number(bytes).map(|number| community_of(i64::from_le_bytes(number))))
        .collect::<Option<_>>()?;
    Some(ReportSum {
        indicator,
        communities,
        count: u64::from_le_bytes(number(bytes)?),
        first: Timestamp::from_micros(i64::from_le_bytes(number(bytes)?)),
        last: Timestamp::from_micros(i64::from_le_bytes(number(bytes)?)),
    })
}

fn number(bytes: &mut &[u8]) -> Option<[u8; 8]> {
    bytes.split_off(..8)?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn sum() -> impl Strategy<Value = ReportSum> {
        let communities = prop::collection::vec(prop::option::of((1_i64..i64::MAX).prop_map(CommunityId)), 0..4);
        ("[a-zé-]{0,60}", communities, any::<u64>(), any::<i64>(), any::<i64>()).prop_map(
            |(indicator, communities, count, first, last)| ReportSum {
                indicator,
                communities,
                count,
                first: Timestamp::from_micros(first),
                last: Timestamp::from_micros(last),
            },
        )
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(sums in prop::collection::vec(sum(), 0..20)) {
            prop_assert_eq!(read(&write(&sums).unwrap()).unwrap(), sums);
        }

        #[test]
        fn damaged_bytes_are_an_error_or_other_sums_and_never_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = read(&bytes);
        }
    }
}
