//! What is measured, each with its definition in one sentence: the text that people read beside the number.

/// Something that is counted for a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Measure {
    /// From observation to share.
    ObservationToShare,
    /// From share to delivery.
    ShareToDelivery,
    /// From delivery to acknowledgement.
    DeliveryToAcknowledge,
    /// From delivery to action.
    DeliveryToAction,
    /// From share to watchlist.
    ShareToWatchlist,
    /// From delivery to the first hit.
    DeliveryToHit,
    /// From arrival to a moderator's decision.
    Moderation,
    /// Objects shared.
    Shared,
    /// Shared first.
    First,
    /// Corroborated by another member.
    Corroborated,
    /// Led to a hit or an action elsewhere.
    Useful,
    /// Called a false positive by another member.
    FalsePositive,
    /// Objects received.
    Taken,
    /// Sightings told.
    Sighted,
    /// Commitments kept in time.
    KeptInTime,
    /// Commitments kept late.
    KeptLate,
    /// Commitments that were decided not to be needed.
    NotNeeded,
    /// Times that a live watch was reported.
    Live,
    /// Kinds of logs that are watched.
    LogFamily,
}

/// A measure as it is written, what it is called, and what it means.
type Definition = (Measure, &'static str, &'static str, &'static str);

const DEFINITIONS: [Definition; 19] = [
    (
        Measure::ObservationToShare,
        "observation-to-share",
        "From observation to share",
        "For each object that says when it was observed (valid_from of an indicator, first_seen of a sighting, \
         first_observed of observed data): from then until the member shared it here for the first time.",
    ),
    (
        Measure::ShareToDelivery,
        "share-to-delivery",
        "From share to delivery",
        "For each object that was added after the member joined: from then until it was first handed to the member, by \
         any way that hands over everything in order (TAXII, push, export).",
    ),
    (
        Measure::DeliveryToAcknowledge,
        "delivery-to-acknowledge",
        "From delivery to acknowledgement",
        "For each object of others that the member says it took note of: from when it was first handed to it until then.",
    ),
    (
        Measure::DeliveryToAction,
        "delivery-to-action",
        "From delivery to action",
        "For each object of others on which the member says it acted: from when it was first handed to it until then.",
    ),
    (
        Measure::ShareToWatchlist,
        "share-to-watchlist",
        "From share to watchlist",
        "For each indicator that was added after the member's watch began: from then until a watchlist that has it was \
         in force at the member.",
    ),
    (
        Measure::DeliveryToHit,
        "delivery-to-hit",
        "From delivery to first hit",
        "For each object of others of which the member told a sighting: from when it was first handed to it until it was \
         first seen; none where it was seen before.",
    ),
    (
        Measure::Moderation,
        "moderation",
        "Waiting for a moderator",
        "For each object of the member that waited: from when it arrived until it was released or refused.",
    ),
    (
        Measure::Shared,
        "shared",
        "Shared",
        "Objects that the member itself shared, each when it shared it for the first time; not relationships, identities, \
         markings, sightings and opinions, and not what a subscription brought.",
    ),
    (
        Measure::First,
        "first",
        "First",
        "Of those, the ones that nobody had given to the community before: neither the object nor any of its values.",
    ),
    (
        Measure::Corroborated,
        "corroborated",
        "Corroborated",
        "Objects of the member that another one gave too, later: the same object or one of its values. Each counts once.",
    ),
    (
        Measure::Useful,
        "useful",
        "Useful",
        "Objects of the member that led another one to a sighting or to an action. Each counts once.",
    ),
    (
        Measure::FalsePositive,
        "false-positive",
        "Called false positives",
        "Objects of the member that another one called a false positive. Each counts once.",
    ),
    (
        Measure::Taken,
        "taken",
        "Received",
        "Objects that were handed to the member for the first time by a way that hands over everything in order.",
    ),
    (
        Measure::Sighted,
        "sighted",
        "Sightings told",
        "Sightings that the member told, each for the first time.",
    ),
    (
        Measure::KeptInTime,
        "kept-in-time",
        "Promises kept in time",
        "Commitments of the member that it kept before they were due, in the month in which it did.",
    ),
    (
        Measure::KeptLate,
        "kept-late",
        "Promises kept late",
        "Commitments of the member that it kept when they were overdue, in the month in which it did.",
    ),
    (
        Measure::NotNeeded,
        "not-needed",
        "Promises not needed",
        "Commitments of the member that it decided, with a reason, not to need.",
    ),
    (
        Measure::Live,
        "live",
        "Live watch",
        "Times that the member said that a watch runs with a watchlist of this community; a member with none in a month \
         does not match live in it.",
    ),
    (
        Measure::LogFamily,
        "log-family",
        "Kinds of logs watched",
        "Kinds of logs that the member's watch reads, each time it said so.",
    ),
];

impl Measure {
    /// Every measure, in the order in which people read them.
    pub const ALL: [Self; 19] = {
        let mut all = [Self::Shared; 19];
        let mut at = 0;
        while at < DEFINITIONS.len() {
            all[at] = DEFINITIONS[at].0;
            at += 1;
        }
        all
    };

    fn definition(self) -> &'static Definition {
        let mut all = DEFINITIONS.iter();
        // A test holds that every measure is in the table.
        all.find(|(measure, ..)| *measure == self).unwrap_or(&DEFINITIONS[0])
    }

    /// The name, as stored and in answers.
    pub fn as_str(self) -> &'static str {
        self.definition().1
    }

    /// What people call it.
    pub fn title(self) -> &'static str {
        self.definition().2
    }

    /// What exactly is counted.
    pub fn meaning(self) -> &'static str {
        self.definition().3
    }

    /// Reads a name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|measure| measure.as_str() == text)
    }

    /// Whether stretches of time are counted, in buckets.
    pub const fn is_time(self) -> bool {
        matches!(
            self,
            Self::ObservationToShare
                | Self::ShareToDelivery
                | Self::DeliveryToAcknowledge
                | Self::DeliveryToAction
                | Self::ShareToWatchlist
                | Self::DeliveryToHit
                | Self::Moderation
        )
    }
}

/// A kind of log that a watch reads, coarse enough to say nothing of how a network is built.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LogFamily {
    /// Questions to name servers.
    Dns,
    /// Web servers and proxies.
    Web,
    /// Connections and flows.
    Flow,
    /// Sensors that look into traffic: Zeek, Suricata, captures.
    Sensor,
    /// Windows and Sysmon events.
    Windows,
    /// Syslog and what comes by it.
    Syslog,
    /// Records of cloud services.
    Cloud,
    /// Anything else.
    Other,
}

impl LogFamily {
    /// Every family; the place of each is its code.
    pub const ALL: [Self; 8] = [
        Self::Dns,
        Self::Web,
        Self::Flow,
        Self::Sensor,
        Self::Windows,
        Self::Syslog,
        Self::Cloud,
        Self::Other,
    ];

    /// The name, as in answers.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Dns => "dns",
            Self::Web => "web",
            Self::Flow => "flow",
            Self::Sensor => "sensor",
            Self::Windows => "windows",
            Self::Syslog => "syslog",
            Self::Cloud => "cloud",
            Self::Other => "other",
        }
    }

    /// Reads a name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|family| family.as_str() == text)
    }

    /// The bucket in which it is counted.
    pub const fn code(self) -> u16 {
        self as u16
    }

    /// The family that is counted in a bucket.
    pub fn of_code(code: u16) -> Option<Self> {
        Self::ALL.get(usize::from(code)).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_measure_has_its_own_name_and_meaning() {
        for measure in Measure::ALL {
            assert_eq!(Measure::parse(measure.as_str()), Some(measure));
            assert_eq!(measure.definition().0, measure);
            assert!(measure.meaning().ends_with('.') && !measure.title().is_empty());
        }
    }

    #[test]
    fn every_family_is_at_its_code() {
        for family in LogFamily::ALL {
            assert_eq!(LogFamily::of_code(family.code()), Some(family));
            assert_eq!(LogFamily::parse(family.as_str()), Some(family));
        }
    }
}
