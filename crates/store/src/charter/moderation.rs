//! What waits for the moderators of a community, and what became of it.
//!
//! The objects themselves are contributions like all others, for an audience of their contributor and the moderators;
//! here stands only which they are. So a reader who is neither meets nothing of them, by whatever way.

use policy::{CommunityId, MemberId, PersonId, Principal};
use stix::Timestamp;
use stix::marking::{Pap, Tlp};
use uuid::Uuid;

use crate::account::rule_changed;
use crate::db::{Along, Change};
use crate::membership::told;
use crate::score::{Measure, Score, WHOLE};
use crate::value::{Row, list_text, many};
use crate::{Error, Result, Store};

/// Number of something that waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HeldId(pub i64);

/// What became of something that waited.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum HeldState {
    /// Nobody has decided.
    Waiting,
    /// The community has it.
    Released,
    /// It was refused.
    Refused,
}

impl HeldState {
    /// Every state.
    pub const ALL: [Self; 3] = [Self::Waiting, Self::Released, Self::Refused];

    /// The name, as stored and shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Released => "released",
            Self::Refused => "refused",
        }
    }

    /// Reads a name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }
}

/// An object that is to wait.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewHeld {
    /// Its name.
    pub uuid: Uuid,
    /// For whose moderators it waits.
    pub community: CommunityId,
    /// Who contributed it.
    pub member: MemberId,
    /// Which person.
    pub person: Option<PersonId>,
    /// Whether the member's name is withheld.
    pub withheld: bool,
    /// The way it came.
    pub channel: String,
    /// The object.
    pub object: String,
    /// Its version, as it writes it.
    pub version_text: String,
    /// Where the contribution is that its contributor and the moderators see.
    pub added: Timestamp,
    /// The colour it is to have.
    pub tlp: Tlp,
    /// The permitted actions it is to have.
    pub pap: Pap,
    /// The members it is to be narrowed to.
    pub named: Vec<MemberId>,
}

/// An object that waits, or waited.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// Its number: the later, the higher.
    pub id: HeldId,
    /// What waits.
    pub terms: NewHeld,
    /// What became of it.
    pub state: HeldState,
    /// Why, where it was refused.
    pub reason: Option<String>,
    /// Since when it waits.
    pub since: Timestamp,
    /// When it was decided.
    pub decided: Option<Timestamp>,
    /// By whom.
    pub decider: Option<PersonId>,
}

macro_rules! columns {
    () => {
        "id, uuid, community, member, person, withheld, channel, object, version_text, added, tlp, pap, named, state, \
         reason, since, decided, decider"
    };
}

const INSERT: &str = "insert into moderation (uuid, community, member, person, withheld, channel, object, version_text, \
                      added, tlp, pap, named, state, since) \
                      values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, 'waiting', ?13) \
                      on conflict (community, added) do nothing";
const BY_UUID: &str = concat!("select ", columns!(), " from moderation where uuid = ?1");
const WAITING: &str = concat!(
    "select ",
    columns!(),
    " from moderation where community = ?1 and state = 'waiting' and id > ?2 order by id limit ?3"
);
const OF_MEMBER: &str = concat!(
    "select ",
    columns!(),
    " from moderation where member = ?1 and id < ?2 order by id desc limit ?3"
);
const DECIDE: &str = "update moderation set state = ?1, reason = ?2, decided = ?3, decider = ?4 \
                      where id = ?5 and state = 'waiting' returning id";

fn held(row: &Row) -> Result<Held> {
    let member = |text: &String| {
        let number = text
            .parse()
            .map_err(|_| Error::ours("a stored list of members is damaged"));
        number.map(MemberId)
    };
    Ok(Held {
        id: HeldId(row.int(0)?),
        terms: NewHeld {
            uuid: row.uuid(1)?,
            community: CommunityId(row.int(2)?),
            member: MemberId(row.int(3)?),
            person: row.maybe_int(4)?.map(PersonId),
            withheld: row.flag(5)?,
            channel: row.text(6)?,
            object: row.text(7)?,
            version_text: row.text(8)?,
            added: row.time(9)?,
            tlp: row.word(10, Tlp::parse)?,
            pap: row.word(11, Pap::parse)?,
            named: row.list(12)?.iter().map(member).collect::<Result<_>>()?,
        },
        state: row.word(13, HeldState::parse)?,
        reason: row.maybe_text(14)?,
        since: row.time(15)?,
        decided: row.maybe_time(16)?,
        decider: row.maybe_int(17)?.map(PersonId),
    })
}

impl Store {
    /// Lets objects wait. What waits already, or was decided, stays as it is: so it can be done again after a break.
    pub async fn held_put_many(&self, all: &[NewHeld]) -> Result<()> {
        let now = self.now();
        let put = |change: Change, new: &NewHeld| {
            let named: Vec<String> = new.named.iter().map(|member| member.0.to_string()).collect();
            let row = vec![
                new.uuid.into(),
                new.community.into(),
                new.member.into(),
                new.person.into(),
                new.withheld.into(),
                (&new.channel).into(),
                (&new.object).into(),
                (&new.version_text).into(),
                new.added.into(),
                new.tlp.label().into(),
                new.pap.label().into(),
                list_text(&named).into(),
                now.into(),
            ];
            change.with(INSERT, row)
        };
        self.change(all.iter().fold(Change::new(), put)).await.map(drop)
    }

    /// One of them.
    pub async fn held_get(&self, uuid: Uuid) -> Result<Option<Held>> {
        self.row(BY_UUID, vec![uuid.into()], held).await
    }

    /// What waits in a community, the oldest first, after a number.
    pub async fn held_waiting(&self, community: CommunityId, after: Option<HeldId>, limit: usize) -> Result<Vec<Held>> {
        let after = after.map_or(0, |after| after.0);
        let limit = many(limit);
        self.list(WAITING, vec![community.into(), after.into(), limit.into()], held)
            .await
    }

    /// What a member shared that waits or waited, the newest first, before a number.
    pub async fn held_of_member(&self, member: MemberId, before: Option<HeldId>, limit: usize) -> Result<Vec<Held>> {
        let before = before.map_or(i64::MAX, |before| before.0);
        let limit = many(limit);
        self.list(OF_MEMBER, vec![member.into(), before.into(), limit.into()], held)
            .await
    }

    /// The decision on something that waits, to be written along with what it does; it fails where that was decided
    /// already. The contributor finds it among its receipts.
    pub fn held_decision(&self, actor: &Principal, held: &Held, state: HeldState, reason: Option<&str>) -> Along {
        let row = vec![
            state.as_str().into(),
            reason.map(str::to_owned).into(),
            self.now().into(),
            actor.person.into(),
            held.id.0.into(),
        ];
        let change = Change::new().must(DECIDE, row, "there is nothing of this name that waits");
        let subject = serde_json::json!({
            "community": held.terms.community.0, "object": held.terms.object, "version": held.terms.version_text,
            "state": state.as_str(), "reason": reason,
        });
        // Whose it is stays out of what others hold as their receipt.
        let change = change.entry(rule_changed(actor, "moderated", subject.clone()));
        let anonymous = Principal::public();
        let mut score = Score::default();
        let waited = self.now().micros() - held.since.micros();
        for community in [held.terms.community, WHOLE] {
            score.time(community, Measure::Moderation, waited);
        }
        let entry = score.with_entry(told(&anonymous, held.terms.member, "moderated", subject));
        Along(change.entry(entry))
    }

    /// Refuses something that waits, and says why.
    pub async fn held_refuse(&self, actor: &Principal, held: &Held, reason: &str) -> Result<()> {
        let decision = self.held_decision(actor, held, HeldState::Refused, Some(reason));
        self.change(decision.0).await.map(drop)
    }
}
