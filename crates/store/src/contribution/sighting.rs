//! What the sightings and the feedback that a viewer may see say of an indicator.
//!
//! | object | says |
//! |---|---|
//! | `sighting` with `sighting_of_ref` | it was seen |
//! | `opinion` that strongly disagrees, with `object_refs` | a false positive (MISP's sighting of type 1) |
//! | `note` whose abstract is `expired`, with `object_refs` | it is over (MISP's sighting of type 2) |
//!
//! Each member counts once, however often it says something, and one that complains is not counted among those who saw
//! it: its own automatic sightings were the false alarm. What was fetched by a subscription was said by whom the object
//! names; what somebody shares here was said by them, whatever the object claims, or one member could be many.

use std::collections::{HashMap, HashSet};

use policy::{AudienceId, MemberId, Viewer};
use stix::Timestamp;

use super::page::{VersionFilter, object};
use super::reads::{Known, Reads, reading};
use super::select::Candidate;
use crate::value::{Row, Value};
use crate::{Result, Store};

/// What somebody says of an indicator besides having seen it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FeedbackKind {
    /// It matches what is harmless.
    FalsePositive,
    /// It was true and is over.
    Expired,
}

impl FeedbackKind {
    /// Every kind.
    pub const ALL: [Self; 2] = [Self::FalsePositive, Self::Expired];

    /// The name, as shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::FalsePositive => "false-positive",
            Self::Expired => "expired",
        }
    }

    /// Reads a name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }

    /// What an object of this type and title says of what its `object_refs` name.
    pub(super) fn of(object_type: &str, title: Option<&str>) -> Option<Self> {
        match (object_type, title) {
            ("opinion", Some("strongly-disagree")) => Some(Self::FalsePositive),
            ("note", Some("expired")) => Some(Self::Expired),
            _ => None,
        }
    }
}

/// What is said of one indicator, as one viewer sees it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SightingFacts {
    /// Members that saw it and do not complain.
    pub sightings: u32,
    /// When the last sighting of those was added.
    pub last: Option<Timestamp>,
    /// Members that call it a false positive.
    pub false_positives: u32,
    /// Members that call it expired, and not a false positive.
    pub expired: u32,
}

/// The most of one indicator that is looked at, the newest first.
const MOST_OF_ONE: usize = 5_000;
/// Rows read together.
const BATCH: i64 = 1_000;
/// From so many indicators on, everything that is said of any is read once.
const READ_ALL: usize = 2_000;

macro_rules! columns {
    () => {
        "select c.added, c.object, c.version, c.repeat, c.superseded, c.version_text, c.audience, c.revoked, c.member, \
         o.id, c.title, t.text, p.text, k.id, b.channel"
    };
}

/// The object that is spoken of is `?1`.
const OF_ONE: &str = concat!(
    columns!(),
    ", '' from edge e join contribution c on c.added = e.added join object o on o.number = c.object \
     join term t on t.number = c.type join term p on p.number = e.property join batch b on b.number = c.batch \
     left join object k on k.number = c.created_by where e.target = ?1 and e.added < ?2 \
     and t.text in ('sighting', 'opinion', 'note') order by e.added desc limit ?3"
);
const OF_ALL: &str = concat!(
    columns!(),
    ", s.id from contribution c join edge e on e.added = c.added join object o on o.number = c.object \
     join object s on s.number = e.target join term t on t.number = c.type join term p on p.number = e.property \
     join batch b on b.number = c.batch left join object k on k.number = c.created_by \
     where c.audience = ?1 and c.type = ?2 and c.added > ?3 order by c.added limit ?4"
);
const TERM: &str = "select number from term where text = ?1";

/// Of the sightings of an object (`?1`) that were shared here: not those that a subscription brought from others.
const SEEN_BY: &str = "select c.member, c.added, c.withheld, c.audience from edge e join contribution c on c.added = e.added \
                       join term t on t.number = c.type join term p on p.number = e.property \
                       join batch b on b.number = c.batch where e.target = ?1 and t.text = 'sighting' \
                       and p.text = 'sighting_of_ref' and b.channel not like 'subscription:%' order by c.added";

/// A member that told of a sighting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SeenBy {
    /// Which.
    pub member: MemberId,
    /// When it told first.
    pub first: Timestamp,
    /// Whether it withheld its name each time.
    pub withheld: bool,
}

/// What a row says.
enum Says {
    Seen,
    Complains(FeedbackKind),
}

/// Who says it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Voice {
    Member(MemberId),
    Creator(String),
}

struct Said {
    candidate: Candidate,
    audience: AudienceId,
    revoked: bool,
    voice: Voice,
    says: Says,
    about: String,
}

/// What a row says, where it says something that counts.
fn said(row: &Row) -> Result<Option<Said>> {
    let (object_type, property) = (row.text(11)?, row.text(12)?);
    let title = row.maybe_text(10)?;
    let says = match (&*object_type, &*property) {
        ("sighting", "sighting_of_ref") => Says::Seen,
        (_, "object_refs") => match FeedbackKind::of(&object_type, title.as_deref()) {
            Some(kind) => Says::Complains(kind),
            None => return Ok(None),
        },
        _ => return Ok(None),
    };
    let member = MemberId(row.int(8)?);
    let creator = row.maybe_text(13)?;
    let voice = match creator {
        Some(creator) if row.text(14)?.starts_with("subscription:") => Voice::Creator(creator),
        _ => Voice::Member(member),
    };
    Ok(Some(Said {
        candidate: Candidate {
            added: row.int(0)?,
            object: row.int(1)?,
            version: row.int(2)?,
            repeat: row.flag(3)?,
            superseded: row.flag(4)?,
            unversioned: row.text(5)?.is_empty(),
        },
        audience: AudienceId(row.int(6)?),
        revoked: row.flag(7)?,
        voice,
        says,
        about: row.text(15)?,
    }))
}

/// What was said of one indicator so far.
#[derive(Default)]
struct Tally {
    saw: HashMap<Voice, i64>,
    complain: HashMap<Voice, FeedbackKind>,
}

impl Tally {
    fn add(&mut self, said: Said) {
        match said.says {
            Says::Seen => {
                let last = self.saw.entry(said.voice).or_insert(said.candidate.added);
                *last = said.candidate.added.max(*last);
            }
            Says::Complains(kind) => {
                let kept = self.complain.entry(said.voice).or_insert(kind);
                if kind == FeedbackKind::FalsePositive {
                    *kept = kind;
                }
            }
        }
    }

    fn facts(&self) -> SightingFacts {
        let count = |many: usize| u32::try_from(many).unwrap_or(u32::MAX);
        let saw = || self.saw.iter().filter(|(voice, _)| !self.complain.contains_key(*voice));
        let of = |kind| self.complain.values().filter(|one| **one == kind).count();
        SightingFacts {
            sightings: count(saw().count()),
            last: saw().map(|(_, added)| Timestamp::from_micros(*added)).max(),
            false_positives: count(of(FeedbackKind::FalsePositive)),
            expired: count(of(FeedbackKind::Expired)),
        }
    }
}

/// Of these the ones that count for the viewer: in sight, the last version of their object, not revoked.
async fn counted(reads: &mut impl Reads, viewer: &Viewer, known: &mut Known, rows: &[Row]) -> Result<Vec<Said>> {
    let last = VersionFilter::default();
    let mut found = Vec::new();
    for row in rows {
        found.extend(said(row)?.filter(|said| viewer.sees(said.audience)));
    }
    let undecided = found.iter().map(|said| said.candidate);
    let undecided = undecided.filter(|candidate| candidate.needs_siblings(&last));
    known.learn(reads, viewer, undecided).await?;
    found.retain(|said| !said.revoked && said.candidate.given(&last, known.of(said.candidate.object)));
    Ok(found)
}

async fn of_one(reads: &mut impl Reads, viewer: &Viewer, id: &str) -> Result<Option<SightingFacts>> {
    let Some(number) = object(reads, id).await? else {
        return Ok(None);
    };
    let mut tally = Tally::default();
    let mut known = Known::default();
    let (mut before, mut counted_so_far) = (i64::MAX, 0);
    // What is out of sight costs reading and never a place among those that count.
    while counted_so_far < MOST_OF_ONE {
        let values: Vec<Value> = vec![number.into(), before.into(), BATCH.into()];
        let rows = reads.rows(OF_ONE, values).await?;
        let Some(oldest) = rows.last() else { break };
        before = oldest.int(0)?;
        for said in counted(reads, viewer, &mut known, &rows).await? {
            counted_so_far += 1;
            tally.add(said);
        }
    }
    Ok((counted_so_far > 0).then(|| tally.facts()))
}

async fn of_each(reads: &mut impl Reads, viewer: &Viewer, ids: &[String]) -> Result<HashMap<String, SightingFacts>> {
    let mut facts = HashMap::new();
    for id in ids {
        if let Some(found) = of_one(reads, viewer, id).await? {
            facts.insert(id.clone(), found);
        }
    }
    Ok(facts)
}

async fn of_all(reads: &mut impl Reads, viewer: &Viewer, wanted: &[String]) -> Result<HashMap<String, SightingFacts>> {
    let wanted: HashSet<&str> = wanted.iter().map(String::as_str).collect();
    let mut tallies: HashMap<String, Tally> = HashMap::new();
    for object_type in ["sighting", "opinion", "note"] {
        let found = reads.rows(TERM, vec![object_type.into()]).await?;
        let Some(number) = found.first().map(|row| row.int(0)).transpose()? else {
            continue;
        };
        for audience in viewer.audiences() {
            let mut after = i64::MIN;
            loop {
                let values: Vec<Value> = vec![(*audience).into(), number.into(), after.into(), BATCH.into()];
                let rows = reads.rows(OF_ALL, values).await?;
                let Some(last) = rows.last().map(|row| row.int(0)).transpose()? else {
                    break;
                };
                // The references of the last row may go on beyond what was read; it is read again with the next.
                let full = rows.len() as i64 == BATCH;
                let whole = rows
                    .iter()
                    .take_while(|row| !full || row.int(0).is_ok_and(|added| added != last));
                let mut whole: Vec<Row> = whole.cloned().collect();
                after = match whole.last() {
                    Some(row) => row.int(0)?,
                    // One object that refers to more than a batch: what was read of it has to do.
                    None => {
                        whole = rows;
                        last
                    }
                };
                let mut known = Known::default();
                for said in counted(reads, viewer, &mut known, &whole).await? {
                    if wanted.contains(&*said.about) {
                        tallies.entry(said.about.clone()).or_default().add(said);
                    }
                }
                if !full {
                    break;
                }
            }
        }
    }
    Ok(tallies.into_iter().map(|(id, tally)| (id, tally.facts())).collect())
}

async fn seen_by(reads: &mut impl Reads, viewer: &Viewer, id: &str) -> Result<Vec<SeenBy>> {
    let Some(number) = object(reads, id).await? else {
        return Ok(Vec::new());
    };
    let mut seen: Vec<SeenBy> = Vec::new();
    for row in reads.rows(SEEN_BY, vec![number.into()]).await? {
        if !viewer.sees(AudienceId(row.int(3)?)) {
            continue;
        }
        let (member, withheld) = (MemberId(row.int(0)?), row.flag(2)?);
        match seen.iter_mut().find(|one| one.member == member) {
            Some(known) => known.withheld &= withheld,
            None => seen.push(SeenBy {
                member,
                first: row.time(1)?,
                withheld,
            }),
        }
    }
    Ok(seen)
}

impl Store {
    /// The members that told of sightings of an object, as far as the viewer sees the sightings. Whose name may be shown
    /// is the caller's question.
    pub async fn seen_by(&self, viewer: &Viewer, id: &str) -> Result<Vec<SeenBy>> {
        reading!(self, viewer, id => |reads| seen_by(reads, &viewer, &id))
    }

    /// What is said of these indicators, as the viewer sees it; those of which nothing is said are left out.
    pub async fn sighting_facts(&self, viewer: &Viewer, ids: &[String]) -> Result<HashMap<String, SightingFacts>> {
        if ids.len() < READ_ALL {
            reading!(self, viewer, ids => |reads| of_each(reads, &viewer, &ids))
        } else {
            reading!(self, viewer, ids => |reads| of_all(reads, &viewer, &ids))
        }
    }
}

#[cfg(test)]
mod tests {
    use policy::MemberId;

    use super::{Candidate, FeedbackKind, Said, Says, Tally, Voice};

    fn said(member: i64, added: i64, says: Says) -> Said {
        Said {
            candidate: Candidate {
                added,
                object: 1,
                version: 1,
                unversioned: false,
                repeat: false,
                superseded: false,
            },
            audience: policy::AudienceId(1),
            revoked: false,
            voice: Voice::Member(MemberId(member)),
            says,
            about: String::new(),
        }
    }

    #[test]
    fn each_member_counts_once_and_who_complains_did_not_see_it() {
        let mut tally = Tally::default();
        for (member, added) in [(1, 10), (1, 20), (2, 15), (3, 99)] {
            tally.add(said(member, added, Says::Seen));
        }
        for kind in [FeedbackKind::FalsePositive, FeedbackKind::Expired] {
            tally.add(said(3, 100, Says::Complains(kind)));
            tally.add(said(3, 100, Says::Complains(kind)));
        }
        tally.add(said(4, 100, Says::Complains(FeedbackKind::Expired)));
        let facts = tally.facts();
        assert_eq!((facts.sightings, facts.false_positives, facts.expired), (2, 1, 1));
        assert_eq!(facts.last.unwrap().micros(), 20);
    }
}
