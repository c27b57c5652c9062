//! Who is told when of a commitment: from its rungs and the people there are to those who are told now. Pure.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use policy::{PersonId, Role};
use serde::{Deserialize, Serialize};
use stix::{Place, Problem, Timestamp};
use store::{Addressee, Commitment};

/// Rungs of one commitment.
const RUNGS_MOST: usize = 10;
/// The most minutes before or after: a year.
const MINUTES_MOST: i64 = 366 * 24 * 60;
const MINUTE: i64 = 60_000_000;
/// Units as they are written, the longest first, with their minutes.
const UNITS: [(&str, i64); 3] = [("day", 24 * 60), ("hour", 60), ("minute", 1)];

/// When somebody is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum When {
    /// When the clock starts.
    Start,
    /// So many minutes after it is due; before, where negative.
    Due(i64),
}

/// Who is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Whom {
    /// The person who sees to it; where nobody was named, the analysts of the member that owes it.
    Person,
    /// The coordinators of the member that owes it.
    Coordinators,
    /// Who asked for it, at the member it is owed to; where they are gone, its coordinators.
    OwedTo,
}

impl Whom {
    /// Reads a name.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "person" => Some(Self::Person),
            "coordinators" => Some(Self::Coordinators),
            "owed-to" => Some(Self::OwedTo),
            _ => None,
        }
    }
}

/// One rung.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rung {
    /// When.
    pub when: When,
    /// Who.
    pub to: Whom,
}

/// All rungs of a commitment, in no particular order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Escalation(pub Vec<Rung>);

fn bad(message: impl Into<String>) -> Problem {
    let help = "when: 'start', '1 day before', 'when due', '2 days after'; to: person, coordinators, owed-to";
    Problem::error("bad-escalation", Place::default(), message.into()).help(help)
}

impl FromStr for When {
    type Err = Problem;

    fn from_str(text: &str) -> Result<Self, Problem> {
        match text {
            "start" => return Ok(Self::Start),
            "when due" => return Ok(Self::Due(0)),
            _ => {}
        }
        let unreadable = || {
            bad(format!(
                "'{}' is no time to tell somebody",
                text.chars().take(40).collect::<String>()
            ))
        };
        let mut words = text.split(' ');
        let (Some(count), Some(unit), Some(side), None) = (words.next(), words.next(), words.next(), words.next())
        else {
            return Err(unreadable());
        };
        let minutes = UNITS
            .iter()
            .find(|(name, _)| unit.strip_suffix('s').unwrap_or(unit) == *name)
            .map(|(_, minutes)| *minutes)
            .ok_or_else(unreadable)?;
        let count: u16 = count.parse().map_err(|_| unreadable())?;
        let offset = i64::from(count) * minutes;
        match side {
            "before" => Ok(Self::Due(-offset)),
            "after" => Ok(Self::Due(offset)),
            _ => Err(unreadable()),
        }
    }
}

impl TryFrom<String> for When {
    type Error = Problem;

    fn try_from(text: String) -> Result<Self, Problem> {
        text.parse()
    }
}

impl From<When> for String {
    fn from(when: When) -> Self {
        when.to_string()
    }
}

impl fmt::Display for When {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let minutes = match self {
            Self::Start => return f.write_str("start"),
            Self::Due(0) => return f.write_str("when due"),
            Self::Due(minutes) => *minutes,
        };
        let side = if minutes < 0 { "before" } else { "after" };
        let (name, unit) = UNITS
            .into_iter()
            .find(|(_, unit)| minutes % unit == 0)
            .unwrap_or(UNITS[2]);
        let count = (minutes / unit).abs();
        let plural = if count == 1 { "" } else { "s" };
        write!(f, "{count} {name}{plural} {side}")
    }
}

impl Rung {
    /// When that is; never before the clock starts.
    fn instant(self, (starts, due): (Timestamp, Timestamp)) -> Option<Timestamp> {
        match self.when {
            When::Start => Some(starts),
            When::Due(minutes) => Some(due.plus_micros(minutes * MINUTE)).filter(|at| *at >= starts),
        }
    }
}

impl Escalation {
    /// From words; what cannot be read is left out (a test reads all that the program has).
    pub(super) fn of(rungs: &[(&str, &str)]) -> Self {
        let rung = |(when, to): &(&str, &str)| {
            Some(Rung {
                when: when.parse().ok()?,
                to: Whom::parse(to)?,
            })
        };
        Self(rungs.iter().filter_map(rung).collect())
    }

    /// Says what is beyond measure.
    ///
    /// # Errors
    /// When there are too many rungs, or one is too far away.
    pub fn check(&self) -> Result<(), Problem> {
        if self.0.len() > RUNGS_MOST {
            return Err(bad(format!("an escalation has {RUNGS_MOST} rungs at the most")));
        }
        let far = |rung: &Rung| matches!(rung.when, When::Due(minutes) if minutes.abs() > MINUTES_MOST);
        if self.0.iter().any(far) {
            return Err(bad("people are told a year before or after at the most"));
        }
        Ok(())
    }

    /// The JSON that it is kept as.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Reads that; nothing where it cannot be read.
    pub fn from_json(text: &str) -> Self {
        serde_json::from_str(text).unwrap_or_default()
    }
}

/// When somebody is told first after an instant; with none, first of all.
pub(super) fn next(escalation: &str, run: (Timestamp, Timestamp), after: Option<Timestamp>) -> Option<Timestamp> {
    let rungs = Escalation::from_json(escalation).0;
    let instants = rungs.iter().filter_map(|rung| rung.instant(run));
    instants.filter(|at| after.is_none_or(|after| *at > after)).min()
}

/// The people on either side who may sign in.
#[derive(Clone, Copy, Debug)]
pub struct People<'a> {
    /// Of the member that owes it.
    pub owing: &'a [Addressee],
    /// Of the member it is owed to.
    pub owed: &'a [Addressee],
}

impl<'a> People<'a> {
    fn of_role(people: &'a [Addressee], role: Role) -> Vec<&'a Addressee> {
        people.iter().filter(|one| one.role.implies(role)).collect()
    }

    /// Those of the highest of these roles that somebody holds: nothing is lost because nobody is coordinator.
    fn coordinators(people: &'a [Addressee]) -> Vec<&'a Addressee> {
        [Role::Coordinator, Role::Analyst, Role::Reader]
            .into_iter()
            .map(|role| Self::of_role(people, role))
            .find(|found| !found.is_empty())
            .unwrap_or_default()
    }

    fn whom(self, whom: Whom, one: &Commitment) -> Vec<&'a Addressee> {
        let named = |people: &'a [Addressee], person: Option<PersonId>| {
            let found = people.iter().find(|one| Some(one.person) == person);
            found.map(|one| vec![one])
        };
        match whom {
            Whom::Person => named(self.owing, one.terms.person)
                .or_else(|| Some(Self::of_role(self.owing, Role::Analyst)).filter(|found| !found.is_empty()))
                .unwrap_or_else(|| Self::coordinators(self.owing)),
            Whom::Coordinators => Self::coordinators(self.owing),
            Whom::OwedTo => named(self.owed, one.made_by).unwrap_or_else(|| Self::coordinators(self.owed)),
        }
    }
}

/// What is told of a commitment now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DueNotices<'a> {
    /// To whom, and on which rung; each person once, on the last rung that is for them.
    pub told: Vec<(&'a Addressee, When)>,
    /// When somebody is told next.
    pub next: Option<Timestamp>,
}

/// Who is told of a commitment between when it was to be told and now, and when is next. Nothing where it does not run.
pub fn due_notices<'a>(one: &Commitment, people: People<'a>, now: Timestamp) -> DueNotices<'a> {
    let nothing = DueNotices {
        told: Vec::new(),
        next: None,
    };
    let (Some(starts), Some(due), Some(from)) = (one.terms.starts, one.due, one.remind) else {
        return nothing;
    };
    if one.state.is_settled() {
        return nothing;
    }
    let escalation = Escalation::from_json(&one.terms.escalation);
    let mut rungs: Vec<(Timestamp, Rung)> = escalation
        .0
        .iter()
        .filter_map(|rung| Some((rung.instant((starts, due))?, *rung)))
        .filter(|(at, _)| (from..=now).contains(at))
        .collect();
    rungs.sort_by_key(|(at, _)| *at);
    let mut told = BTreeMap::new();
    for (_, rung) in rungs {
        for person in people.whom(rung.to, one) {
            told.insert(person.person, (person, rung.when));
        }
    }
    DueNotices {
        told: told.into_values().collect(),
        next: next(&one.terms.escalation, (starts, due), Some(now)),
    }
}

#[cfg(test)]
mod tests;
