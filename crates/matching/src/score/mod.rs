//! The current worth of an indicator: a number from 0 to 100 that falls with time and says why it is what it is.
//!
//! The curve is the polynomial of MISP's published decaying models (<https://arxiv.org/abs/1803.11052>):
//!
//! ```text
//! score(t) = base · (1 − (t / lifetime)^(1 / speed))      0 when t ≥ lifetime
//! ```
//!
//! | part | where it comes from |
//! |---|---|
//! | base | `confidence` of the object; [`Model::default_base`] where there is none; lowered by false positives |
//! | lifetime, speed | the kind of value and what it was used for ([`model`]) |
//! | t | time since the object's own version or the last positive sighting, whichever is later |
//!
//! Decisions:
//! * **A positive sighting starts the curve again**, as in MISP. It never lowers a score.
//! * **False positives divide the base**: with `p` positive and `f` false-positive sightings it is multiplied by
//!   `(p + 2) / (p + 2 + 2f)`. The first complaint about something nobody else has seen halves it; one complaint
//!   among ten sightings costs a seventh. MISP leaves this to people; a number that forgets complaints is not trusted.
//! * **`revoked` and a passed `valid_until` are the producer's word** and give 0 at once.
//! * **What lies in the future does not count.** A sighting dated next year would keep an indicator alive until then;
//!   it counts from the day it is dated. An object dated in the future has age zero.
//! * **Nothing is deleted by its score.** It is a filter for matching and exports, with [`Model::threshold`] as default.

pub mod model;
mod read;

use std::fmt;

use stix::Timestamp;
use stix::observable::Kind;

pub use model::{Decay, Model, Purpose};
pub use read::facts;

const DAY: f64 = 86_400_000_000.0;

/// What is known of one indicator (or one observable of it) when its score is asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct Facts {
    /// The kind of value; none for a pattern that is more than values.
    pub kind: Option<Kind>,
    /// What it was used for, as far as labels say.
    pub purpose: Purpose,
    /// `confidence` of the object, 0 to 100.
    pub confidence: Option<u8>,
    /// The time of the object's version: `modified`, or `valid_from` where that is later.
    pub since: Timestamp,
    /// `valid_until` of the object.
    pub valid_until: Option<Timestamp>,
    /// `revoked` of the object.
    pub revoked: bool,
    /// The latest positive sighting.
    pub last_sighting: Option<Timestamp>,
    /// How many positive sightings there are.
    pub sightings: u32,
    /// How many say that it was a false positive, or that it is over.
    pub false_positives: u32,
}

impl Facts {
    /// An indicator of which nothing but its age is known.
    pub fn since(since: Timestamp) -> Self {
        Self {
            kind: None,
            purpose: Purpose::General,
            confidence: None,
            since,
            valid_until: None,
            revoked: false,
            last_sighting: None,
            sightings: 0,
            false_positives: 0,
        }
    }
}

/// A score and its reason; shown as one sentence.
#[derive(Clone, Debug, PartialEq)]
pub struct Score {
    /// 0 (of no use any more) to 100.
    pub value: u8,
    /// Why.
    pub why: Why,
}

/// Why a score is what it is.
#[derive(Clone, Debug, PartialEq)]
pub enum Why {
    /// The producer took it back.
    Revoked,
    /// The producer's `valid_until` has passed.
    Ended(Timestamp),
    /// It follows the curve.
    Decay {
        /// `confidence`, none where the default was taken.
        confidence: Option<u8>,
        /// The base after false positives, 0 to 100.
        base: u8,
        /// False positives that lowered the base.
        false_positives: u32,
        /// Whole days since the curve started.
        age_days: u32,
        /// Whether a sighting started it again.
        sighted: bool,
        /// The curve.
        decay: Decay,
    },
}

/// The score of an indicator at a time.
pub fn current(facts: &Facts, model: &Model, now: Timestamp) -> Score {
    if facts.revoked {
        return Score {
            value: 0,
            why: Why::Revoked,
        };
    }
    if let Some(end) = facts.valid_until.filter(|end| *end <= now) {
        return Score {
            value: 0,
            why: Why::Ended(end),
        };
    }
    let decay = model.decay(facts.kind, facts.purpose);
    let (sightings, complaints) = (f64::from(facts.sightings), f64::from(facts.false_positives));
    let given = f64::from(facts.confidence.unwrap_or(model.default_base).min(100));
    let base = given * (sightings + 2.0) / (sightings + 2.0 + 2.0 * complaints);
    let sighted = facts
        .last_sighting
        .filter(|sighting| *sighting <= now && *sighting > facts.since);
    let start = sighted.unwrap_or(facts.since);
    let age = now.micros().saturating_sub(start.micros()).max(0) as f64 / DAY;
    Score {
        value: whole(base * decay.remaining(age)),
        why: Why::Decay {
            confidence: facts.confidence,
            base: whole(base),
            false_positives: facts.false_positives,
            age_days: age as u32,
            sighted: sighted.is_some(),
            decay,
        },
    }
}

/// To the nearest whole number; `as` keeps what is out of range at the ends.
fn whole(value: f64) -> u8 {
    value.round().clamp(0.0, 100.0) as u8
}

impl fmt::Display for Score {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of 100: ", self.value)?;
        match &self.why {
            Why::Revoked => f.write_str("revoked by its producer"),
            Why::Ended(end) => write!(f, "its validity ended on {end}"),
            Why::Decay {
                confidence,
                base,
                false_positives,
                age_days,
                sighted,
                decay,
            } => {
                match confidence {
                    Some(confidence) => write!(f, "confidence {confidence}")?,
                    None => write!(f, "no confidence given")?,
                }
                if *false_positives > 0 {
                    let plural = if *false_positives == 1 { "" } else { "s" };
                    write!(
                        f,
                        ", lowered to {base} by {false_positives} report{plural} of a false positive or an end"
                    )?;
                } else if confidence.is_none() {
                    write!(f, ", so {base}")?;
                }
                let event = if *sighted { "last seen" } else { "dated" };
                let plural = if *age_days == 1 { "" } else { "s" };
                write!(
                    f,
                    "; {event} {age_days} day{plural} ago, worth something for {} days",
                    decay.lifetime_days
                )
            }
        }
    }
}

#[cfg(test)]
mod tests;
