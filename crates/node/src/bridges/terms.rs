//! What two hubs agree, as data: which communities are one with which, how far markings pass, and which way. Pure.
//!
//! ```text
//! pair: first ◄──► second     up to TLP and PAP, one way or both, onward or not, with or without the contributor's name
//! ```
//!
//! Both sides keep the same text and know it by its SHA-256. A rule narrows only: the lower of what the pair and the
//! charter of the sending community let through is what passes, and nothing is ever marked more freely on the other side.

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use stix::Timestamp;
use stix::marking::{Pap, Tlp};
use uuid::Uuid;

use crate::error::{Error, bad};

/// Pairs of one bridge at the most.
pub const MOST_PAIRS: usize = 50;
/// Bytes of the text at the most.
pub(super) const MOST_TEXT: usize = 64 << 10;
/// Hubs that an item may pass at the most.
pub const MOST_HOPS: u8 = 8;

/// Which way things pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    /// Both ways.
    Both,
    /// To the side that made the bridge.
    ToFirst,
    /// To the other side.
    ToSecond,
}

/// What becomes of what has passed when the bridge ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AfterEnd {
    /// It stays, under its rules; recalls still reach it.
    #[default]
    Stays,
    /// It is taken back on both sides.
    Withdrawn,
}

/// Two communities that are one for what passes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pair {
    /// Alias of the community of the side that made the bridge.
    pub first: String,
    /// Alias of the community of the other side.
    pub second: String,
    /// Which way.
    pub direction: Direction,
    /// The strictest colour that passes; never TLP:RED.
    pub tlp: Tlp,
    /// The strictest permitted actions that pass.
    pub pap: Pap,
    /// Whether the receiving hub may pass it on over other bridges.
    pub onward: bool,
    /// Whether the contributor stays unnamed.
    pub anonymous: bool,
    /// Hubs that an item may have passed when it arrives.
    pub hops: u8,
}

/// What two hubs agree.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Terms {
    /// The bridge.
    pub bridge: Uuid,
    /// Which version.
    pub version: i64,
    /// What passes.
    pub pairs: Vec<Pair>,
    /// What becomes of it at the end.
    pub after_end: AfterEnd,
}

/// A pair as one side sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PairHere {
    /// Alias of this side's community.
    pub ours: String,
    /// Alias of the other side's community.
    pub theirs: String,
    /// Whether things go out.
    pub sends: bool,
    /// Whether things come in.
    pub takes: bool,
    /// The strictest colour that passes.
    pub tlp: Tlp,
    /// The strictest permitted actions that pass.
    pub pap: Pap,
    /// Whether the receiving hub may pass it on.
    pub onward: bool,
    /// Whether the contributor stays unnamed.
    pub anonymous: bool,
    /// Hubs that an item may have passed when it arrives.
    pub hops: u8,
}

impl PairHere {
    fn pair(self, first: bool) -> Result<Pair, Error> {
        let direction = match (self.sends, self.takes, first) {
            (true, true, _) => Direction::Both,
            (true, false, true) | (false, true, false) => Direction::ToSecond,
            (true, false, false) | (false, true, true) => Direction::ToFirst,
            (false, false, _) => {
                let help = "say that it sends, takes, or both";
                return Err(bad("bad-pair", "nothing would pass between this pair", help));
            }
        };
        let (one, other) = if first {
            (self.ours, self.theirs)
        } else {
            (self.theirs, self.ours)
        };
        Ok(Pair {
            first: one,
            second: other,
            direction,
            tlp: self.tlp,
            pap: self.pap,
            onward: self.onward,
            anonymous: self.anonymous,
            hops: self.hops,
        })
    }
}

impl Terms {
    /// Terms as one side writes them.
    pub fn new(
        bridge: Uuid,
        version: i64,
        pairs: Vec<PairHere>,
        first: bool,
        after_end: AfterEnd,
    ) -> Result<Self, Error> {
        let pairs = pairs
            .into_iter()
            .map(|pair| pair.pair(first))
            .collect::<Result<_, _>>()?;
        let terms = Self {
            bridge,
            version,
            pairs,
            after_end,
        };
        terms.check()?;
        Ok(terms)
    }

    /// Reads a text that the other side sent, or that is kept.
    pub fn read(text: &str) -> Result<Self, Error> {
        let help = "docs/guide/bridges.md shows what terms are";
        if text.len() > MOST_TEXT {
            return Err(bad(
                "bad-terms",
                format!("terms have {MOST_TEXT} bytes at the most"),
                help,
            ));
        }
        let terms: Self = serde_json::from_str(text)
            .map_err(|error| bad("bad-terms", format!("these terms cannot be read: {error}"), help))?;
        terms.check()?;
        Ok(terms)
    }

    /// The text that both sides keep.
    pub fn text(&self) -> Result<String, Error> {
        serde_json::to_string(self).map_err(|error| Error::Ours(format!("the terms could not be written: {error}")))
    }

    fn check(&self) -> Result<(), Error> {
        if self.pairs.is_empty() || self.pairs.len() > MOST_PAIRS {
            let message = format!("a bridge has 1 to {MOST_PAIRS} pairs of communities");
            return Err(bad("bad-terms", message, "name our community and theirs"));
        }
        for pair in &self.pairs {
            if pair.tlp == Tlp::Red {
                let help = "choose amber+strict at the most; what is TLP:RED is for the members it names";
                return Err(bad("red-bridge", "TLP:RED never passes a bridge", help));
            }
            if !(1..=MOST_HOPS).contains(&pair.hops) {
                let message = format!("{} hops are not possible", pair.hops);
                return Err(bad("bad-hops", message, &format!("choose between 1 and {MOST_HOPS}")));
            }
            for alias in [&pair.first, &pair.second] {
                if alias.is_empty() || alias.len() > 100 || alias.chars().any(char::is_control) {
                    return Err(bad("bad-pair", "a pair names a community of each side", "by its alias"));
                }
            }
        }
        let twice = |one: &Pair, other: &Pair| one.first == other.first || one.second == other.second;
        for (at, pair) in self.pairs.iter().enumerate() {
            if self.pairs.iter().skip(at + 1).any(|other| twice(pair, other)) {
                let help = "a community is paired once on a bridge, so that it is plain where things go";
                return Err(bad("pair-twice", "a community is in two pairs", help));
            }
        }
        Ok(())
    }

    /// The pairs as one side sees them.
    pub fn here(&self, first: bool) -> Vec<PairHere> {
        let here = |pair: &Pair| {
            let (ours, theirs) = if first {
                (&pair.first, &pair.second)
            } else {
                (&pair.second, &pair.first)
            };
            let out = if first { Direction::ToSecond } else { Direction::ToFirst };
            PairHere {
                ours: ours.clone(),
                theirs: theirs.clone(),
                sends: pair.direction == Direction::Both || pair.direction == out,
                takes: pair.direction == Direction::Both || pair.direction != out,
                tlp: pair.tlp,
                pap: pair.pap,
                onward: pair.onward,
                anonymous: pair.anonymous,
                hops: pair.hops,
            }
        };
        self.pairs.iter().map(here).collect()
    }
}

/// What both sides know terms by.
pub fn digest_of(text: &str) -> [u8; 32] {
    Sha256::digest(text.as_bytes()).into()
}

/// A hub, by how it names itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hub {
    /// The STIX identity that stands for it.
    pub identity: String,
    /// What it calls itself.
    pub title: String,
}

/// A hub that an item has left over a bridge.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hop {
    /// Which.
    pub hub: Hub,
    /// Over which bridge.
    pub bridge: Uuid,
    /// When, by its own clock.
    pub at: Timestamp,
    /// How it was marked there.
    pub tlp_before: Tlp,
    /// How it was marked there.
    pub pap_before: Pap,
    /// How it was marked when it left.
    pub tlp: Tlp,
    /// How it was marked when it left.
    pub pap: Pap,
}

/// Why most that stays does.
pub(super) const FROM_THERE: &str = "it came from there";

/// Why an item may not go to a hub, by the way that it has come; none where it may.
pub fn stops(path: &[Hop], onward: bool, to: &str, own: &str, hops: u8) -> Option<&'static str> {
    if path.iter().any(|hop| hop.hub.identity == to) {
        return Some(FROM_THERE);
    }
    if path.iter().any(|hop| hop.hub.identity == own) {
        return Some("it has passed here already");
    }
    if !path.is_empty() && !onward {
        return Some("the agreement by which it came lets it go no further");
    }
    (path.len() >= usize::from(hops)).then_some("it has passed as many hubs as it may")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use stix::Timestamp;
    use stix::marking::{Pap, Tlp};
    use uuid::Uuid;

    use super::{AfterEnd, Hop, Hub, PairHere, Terms, stops};

    fn pair() -> PairHere {
        PairHere {
            ours: "water".to_owned(),
            theirs: "eau".to_owned(),
            sends: true,
            takes: false,
            tlp: Tlp::Amber,
            pap: Pap::Amber,
            onward: false,
            anonymous: false,
            hops: 3,
        }
    }

    fn hop(number: u128) -> Hop {
        Hop {
            hub: Hub {
                identity: format!("identity--{}", Uuid::from_u128(number)),
                title: "Hub".to_owned(),
            },
            bridge: Uuid::nil(),
            at: Timestamp::from_seconds(0),
            tlp_before: Tlp::Green,
            pap_before: Pap::Clear,
            tlp: Tlp::Green,
            pap: Pap::Clear,
        }
    }

    #[test]
    fn red_never_passes_and_no_community_is_paired_twice() {
        let terms = |pairs| Terms::new(Uuid::nil(), 1, pairs, true, AfterEnd::Stays);
        let red = PairHere {
            tlp: Tlp::Red,
            ..pair()
        };
        assert!(terms(vec![red]).unwrap_err().to_string().contains("never passes"));
        let other = PairHere {
            theirs: "wasser".to_owned(),
            ..pair()
        };
        assert!(terms(vec![pair(), other]).is_err());
        assert!(terms(Vec::new()).is_err());
    }

    #[test]
    fn what_one_side_sends_the_other_takes() {
        for (sends, takes) in [(true, false), (false, true), (true, true)] {
            let terms = Terms::new(
                Uuid::nil(),
                1,
                vec![PairHere { sends, takes, ..pair() }],
                true,
                AfterEnd::Stays,
            )
            .unwrap();
            let read = Terms::read(&terms.text().unwrap()).unwrap();
            let (first, second) = (&read.here(true)[0], &read.here(false)[0]);
            assert_eq!((first.sends, first.takes), (sends, takes));
            assert_eq!((second.sends, second.takes), (takes, sends));
            assert_eq!((&*second.ours, &*second.theirs), ("eau", "water"));
        }
    }

    proptest! {
        #[test]
        fn whatever_the_bridges_an_item_ends_and_meets_no_hub_twice(
            steps in prop::collection::vec(0_u128..6, 0..40), hops in 1_u8..=8,
        ) {
            let mut path: Vec<Hop> = Vec::new();
            let mut at = 0_u128;
            for to in steps {
                let next = hop(to).hub.identity;
                let own = hop(at).hub.identity;
                if to != at && stops(&path, true, &next, &own, hops).is_none() {
                    path.push(hop(at));
                    at = to;
                }
            }
            let mut passed: Vec<&str> = path.iter().map(|hop| hop.hub.identity.as_str()).collect();
            prop_assert!(passed.len() <= usize::from(hops));
            passed.sort_unstable();
            passed.dedup();
            prop_assert_eq!(passed.len(), path.len());
        }
    }
}
