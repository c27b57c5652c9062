//! What both databases do alike while storing: texts fit for both, and what the ledger says of a call.

use std::borrow::Cow;

use policy::{Audience, AudienceId};
use sha2::{Digest as _, Sha256};
use stix::Timestamp;

use super::{Contribution, Origin};
use crate::record::NewEntry;
use crate::{Error, Result};

/// The longest value that is indexed as it is. PostgreSQL refuses index rows beyond a third of a page.
const LONGEST_VALUE: usize = 512;

/// A text that both databases take: PostgreSQL knows no zero character.
pub(super) fn clean(text: &str) -> Cow<'_, str> {
    match text.contains('\0') {
        true => Cow::Owned(text.replace('\0', "\u{fffd}")),
        false => Cow::Borrowed(text),
    }
}

/// An observable's value as it is indexed: the beginning and a digest where it is very long.
pub(super) fn observable_key(value: &str) -> Cow<'_, str> {
    if value.len() <= LONGEST_VALUE {
        return clean(value);
    }
    let mut end = LONGEST_VALUE;
    while !value.is_char_boundary(end) {
        end -= 1;
    }
    let digest = hex::encode(Sha256::digest(value.as_bytes()));
    let beginning = value.get(..end).unwrap_or_default();
    Cow::Owned(format!("{}…{digest}", clean(beginning)))
}

/// By what an identifier or a value is found in an index: 64 bits of its SHA-256.
pub(super) fn hash_of(kind: i64, text: &str) -> i64 {
    let digest = Sha256::new()
        .chain_update(kind.to_be_bytes())
        .chain_update(text)
        .finalize();
    digest
        .iter()
        .take(8)
        .fold(0, |hash, byte| (hash << 8) | i64::from(*byte))
}

/// By what a value is found, whatever it is.
pub(crate) fn value_hash(value: &str) -> i64 {
    hash_of(-2, value)
}

/// By what an identifier is found.
pub(crate) fn id_hash(id: &str) -> i64 {
    hash_of(-1, id)
}

/// The names of warninglists as they are stored.
pub(super) fn listed_warnings(warnings: &[String]) -> Option<String> {
    (!warnings.is_empty()).then(|| clean(&crate::value::list_text(warnings)).into_owned())
}

/// An audience as it is stored.
pub(super) fn terms(audience: &Audience) -> Result<String> {
    serde_json::to_string(audience).map_err(|error| Error::ours("an audience cannot be written down").because(error))
}

/// What one call shared, by audience, in the order in which each first got something.
#[derive(Debug, Default)]
pub(super) struct Shares(Vec<Share>);

#[derive(Debug)]
struct Share {
    audience: AudienceId,
    key: String,
    first: i64,
    last: i64,
    digests: Vec<[u8; 32]>,
}

impl Shares {
    pub(super) fn add(&mut self, audience: AudienceId, contribution: &Contribution, added: i64) {
        // Batches have few audiences, and nearly always the one that came last.
        match self.0.iter_mut().rev().find(|share| share.audience == audience) {
            Some(share) => {
                share.last = added;
                share.digests.push(contribution.digest);
            }
            None => self.0.push(Share {
                audience,
                key: contribution.audience.key(),
                first: added,
                last: added,
                digests: vec![contribution.digest],
            }),
        }
    }

    /// The ledger entries: one for each audience that got something.
    pub(super) fn entries(&self, origin: &Origin, member_uuid: &str) -> Vec<NewEntry> {
        let entry = |share: &Share| {
            let body = serde_json::json!({
                "audience": share.key,
                "channel": origin.channel,
                "count": share.digests.len(),
                "digest": hex::encode(ledger::digest_of(&share.digests).0),
                "first_added": Timestamp::from_micros(share.first).to_micros_text(),
                "last_added": Timestamp::from_micros(share.last).to_micros_text(),
                "member": member_uuid,
                "transfer": origin.transfer,
            });
            NewEntry {
                kind: "shared".to_owned(),
                member: Some(origin.member),
                body: clean(&body.to_string()).into_owned(),
            }
        };
        self.0.iter().map(entry).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::{clean, observable_key};

    #[test]
    fn long_values_keep_their_beginning_and_stay_different() {
        let (one, other) = ("ä".repeat(4_000), format!("{}b", "ä".repeat(4_000)));
        let (one, other) = (observable_key(&one), observable_key(&other));
        assert!(one.len() < 600 && one.starts_with("ääää"));
        assert_ne!(one, other);
        assert_eq!(observable_key("198.51.100.7"), "198.51.100.7");
    }

    #[test]
    fn zero_characters_are_replaced() {
        assert_eq!(clean("a\0b"), "a\u{fffd}b");
    }
}
