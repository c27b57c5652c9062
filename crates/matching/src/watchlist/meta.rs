//! What a watchlist says of itself: when it was compiled, and what was left out and why.

use std::fmt;

use serde::{Deserialize, Serialize};
use stix::Timestamp;
use stix::marking::{Pap, Tlp};

/// Why a value is not looked for.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// Its producer took the indicator back.
    Revoked,
    /// The validity of the indicator has ended.
    Ended,
    /// The validity of the indicator begins later.
    NotYetValid,
    /// The indicator is worth too little by now: its score.
    LowScore(u8),
    /// The producer is not sure enough: the confidence.
    LowConfidence(u8),
    /// A warninglist knows it as harmless: its name.
    Harmless(String),
    /// The marking is stricter than this watchlist may hold.
    Tlp(Tlp),
    /// What may be done with it is less than this watchlist is for.
    Pap(Pap),
    /// The indicator says that it is about something benign.
    Benign,
    /// Nothing of it can be found in an event.
    NothingToFind,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Revoked => f.write_str("its producer revoked it"),
            Self::Ended => f.write_str("its validity has ended"),
            Self::NotYetValid => f.write_str("its validity has not begun"),
            Self::LowScore(score) => write!(f, "its score was {score} of 100, which is below the least asked for"),
            Self::LowConfidence(confidence) => {
                write!(
                    f,
                    "its producer's confidence is {confidence} of 100, which is below the least asked for"
                )
            }
            Self::Harmless(list) => write!(f, "the warninglist '{list}' knows it as harmless"),
            Self::Tlp(tlp) => write!(
                f,
                "its marking {} is stricter than this watchlist may hold",
                tlp.label()
            ),
            Self::Pap(pap) => write!(
                f,
                "its marking {} does not allow what this watchlist is for",
                pap.label()
            ),
            Self::Benign => f.write_str("the indicator says that it is benign"),
            Self::NothingToFind => f.write_str("nothing of it can be found in an event"),
        }
    }
}

/// What a watchlist says of itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Meta {
    /// When it was compiled.
    pub compiled: Timestamp,
    /// The reasons that entries refer to by number.
    pub(super) reasons: Vec<Reason>,
    /// How many values were left out for which reason, the most frequent first.
    pub left_out: Vec<(Reason, u64)>,
    /// How many indicators could not be used.
    pub problems: u64,
}
