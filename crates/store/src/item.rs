//! What members did about single objects (opened, acknowledged, acted), and how much of it others may read.

use std::collections::BTreeMap;

use policy::{CommunityId, MemberId, Principal};
use serde_json::json;
use stix::Timestamp;

use crate::account::rule_changed;
use crate::contribution::item_score;
use crate::db::{Change, Db};
use crate::delivery::Standing;
use crate::record::NewEntry;
use crate::score::Measure;
use crate::value::Row;
use crate::writes::{Writes, writing};
use crate::{Result, Store};

/// What a member did about an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ItemStep {
    /// One of its people read the one object.
    Opened,
    /// It says that it took note.
    Acknowledged,
    /// It says that it acted on it.
    Acted,
}

impl ItemStep {
    /// Every step.
    pub const ALL: [Self; 3] = [Self::Opened, Self::Acknowledged, Self::Acted];

    /// The name, as stored and shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Opened => "opened",
            Self::Acknowledged => "acknowledged",
            Self::Acted => "acted",
        }
    }

    /// Reads a name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|step| step.as_str() == text)
    }

    /// What is measured when it is done.
    const fn measure(self) -> Option<Measure> {
        match self {
            Self::Opened => None,
            Self::Acknowledged => Some(Measure::DeliveryToAcknowledge),
            Self::Acted => Some(Measure::DeliveryToAction),
        }
    }
}

/// How much others may read of something that a member did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Shown {
    /// Nothing; it is counted nowhere.
    None,
    /// It is counted, without the name.
    Count,
    /// The name.
    Name,
}

impl Shown {
    /// The name, as stored and shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Count => "count",
            Self::Name => "name",
        }
    }

    /// Reads a name.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::None, Self::Count, Self::Name]
            .into_iter()
            .find(|shown| shown.as_str() == text)
    }
}

/// What a member lets others read of what it did with their items.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Disclosure {
    /// In which community; none: in every one that has no line of its own.
    pub community: Option<CommunityId>,
    /// That it was given an item.
    pub received: Shown,
    /// That one of its people opened it.
    pub opened: Shown,
    /// That it acknowledged.
    pub acknowledged: Shown,
    /// That it acted.
    pub acted: Shown,
    /// That it saw it at home.
    pub saw: Shown,
}

impl Disclosure {
    /// Where a member chose nothing: acknowledgements carry the name, all the rest is counted.
    pub const DEFAULT: Self = Self {
        community: None,
        received: Shown::Count,
        opened: Shown::Count,
        acknowledged: Shown::Name,
        acted: Shown::Count,
        saw: Shown::Count,
    };

    /// The less of two.
    pub fn least(self, other: Self) -> Self {
        Self {
            community: None,
            received: self.received.min(other.received),
            opened: self.opened.min(other.opened),
            acknowledged: self.acknowledged.min(other.acknowledged),
            acted: self.acted.min(other.acted),
            saw: self.saw.min(other.saw),
        }
    }
}

/// What a member did, counted from the tables; the same numbers come from its receipts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OwnNumbers {
    /// Pages that were handed to it.
    pub pages: i64,
    /// Objects on them.
    pub objects: i64,
    /// Objects that one of its people opened.
    pub opened: i64,
    /// Objects that it acknowledged.
    pub acknowledged: i64,
    /// Objects on which it acted.
    pub acted: i64,
}

const MARK_THERE: &str = "select at from item_mark where object = ?1 and what = ?2 and member = ?3";
const MARK_PUT: &str = "insert into item_mark (member, object, what, at, person, note) values (?1, ?2, ?3, ?4, ?5, ?6) \
                        on conflict (object, what, member) do nothing returning at";
const MARKS: &str = "select member, at from item_mark where object = ?1 and what = ?2";
const OWN: &str = "select (select cast(coalesce(sum(pages), 0) as bigint) from delivered where member = ?1), \
                   (select cast(coalesce(sum(objects), 0) as bigint) from delivered where member = ?1), \
                   (select count(*) from item_mark where member = ?1 and what = 'opened'), \
                   (select count(*) from item_mark where member = ?1 and what = 'acknowledged'), \
                   (select count(*) from item_mark where member = ?1 and what = 'acted')";
const DISCLOSED: &str = "select member, community, received, opened, acknowledged, acted, saw from disclosure \
                         order by member, community";
const DISCLOSED_BY: &str = "select member, community, received, opened, acknowledged, acted, saw from disclosure \
                            where member = ?1 order by community";
const DISCLOSURE_CLEAR: &str = "delete from disclosure where member = ?1";
const DISCLOSURE_PUT: &str = "insert into disclosure (member, community, received, opened, acknowledged, acted, saw) \
                              values (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
const ACTIVE: &str = "select m.id, p.id from member m left join member p on p.id = m.provider and p.state = 'active' \
                      where m.state = 'active' order by m.id";
const MEMBERSHIPS: &str = "select member, community from membership";

fn disclosure(row: &Row) -> Result<(MemberId, Disclosure)> {
    let community = row.int(1)?;
    let shown = |column| row.word(column, Shown::parse);
    Ok((
        MemberId(row.int(0)?),
        Disclosure {
            community: (community != 0).then_some(CommunityId(community)),
            received: shown(2)?,
            opened: shown(3)?,
            acknowledged: shown(4)?,
            acted: shown(5)?,
            saw: shown(6)?,
        },
    ))
}

struct NewMark {
    member: MemberId,
    person: Option<policy::PersonId>,
    object: String,
    step: ItemStep,
    note: Option<String>,
}

async fn mark(writes: &mut impl Writes, new: &NewMark) -> Result<bool> {
    let now = writes.now();
    let values = vec![
        new.member.into(),
        (&new.object).into(),
        new.step.as_str().into(),
        now.into(),
        new.person.into(),
        new.note.clone().into(),
    ];
    if writes.rows(MARK_PUT, values).await?.is_empty() {
        return Ok(false);
    }
    let mut body = json!({ "object": new.object, "note": new.note });
    let mut entries = Vec::new();
    if let Some(measure) = new.step.measure() {
        let (score, others) = item_score(writes, new.member, &new.object, measure, now).await?;
        score.put_into(&mut body);
        entries = others;
    }
    let entry = NewEntry {
        kind: format!("item-{}", new.step.as_str()),
        member: Some(new.member),
        body: body.to_string(),
    };
    entries.insert(0, entry);
    writes.append(&entries).await?;
    Ok(true)
}

impl Store {
    /// Notes that the actor's member did something about an object; only the first time counts. Gives whether it was.
    pub async fn item_mark(&self, actor: &Principal, object: &str, step: ItemStep, note: Option<&str>) -> Result<bool> {
        let Some(member) = actor.member else { return Ok(false) };
        let there = vec![object.into(), step.as_str().into(), member.into()];
        if !self.rows(MARK_THERE, there).await?.is_empty() {
            return Ok(false);
        }
        let new = NewMark {
            member,
            person: actor.person,
            object: object.to_owned(),
            step,
            note: note.map(str::to_owned),
        };
        writing!(self, false, |writes| mark(writes, &new))
    }

    /// Which members did something about an object, and when first. What may be shown is the caller's question.
    pub async fn item_marks(&self, object: &str, step: ItemStep) -> Result<BTreeMap<MemberId, Timestamp>> {
        let marks = self
            .list(MARKS, vec![object.into(), step.as_str().into()], |row| {
                Ok((MemberId(row.int(0)?), row.time(1)?))
            })
            .await?;
        Ok(marks.into_iter().collect())
    }

    /// What a member did, counted from the tables.
    pub async fn own_numbers(&self, member: MemberId) -> Result<OwnNumbers> {
        let numbers = |row: &Row| {
            Ok(OwnNumbers {
                pages: row.int(0)?,
                objects: row.int(1)?,
                opened: row.int(2)?,
                acknowledged: row.int(3)?,
                acted: row.int(4)?,
            })
        };
        Ok(self.row(OWN, vec![member.into()], numbers).await?.unwrap_or_default())
    }

    /// What every member lets others read.
    pub async fn disclosure_all(&self) -> Result<Vec<(MemberId, Disclosure)>> {
        self.list(DISCLOSED, Vec::new(), disclosure).await
    }

    /// What a member lets others read, the line for all other communities first.
    pub async fn disclosure_list(&self, member: MemberId) -> Result<Vec<Disclosure>> {
        self.list(DISCLOSED_BY, vec![member.into()], |row| {
            disclosure(row).map(|(_, one)| one)
        })
        .await
    }

    /// Puts these lines of a member in place of those that are there.
    pub async fn disclosure_put_all(&self, actor: &Principal, member: MemberId, lines: &[Disclosure]) -> Result<()> {
        let shown = |line: &Disclosure| {
            json!({
                "community": line.community.map(|community| community.0), "received": line.received.as_str(),
                "opened": line.opened.as_str(), "acknowledged": line.acknowledged.as_str(),
                "acted": line.acted.as_str(), "saw": line.saw.as_str(),
            })
        };
        let subject = json!({ "disclosure": lines.iter().map(shown).collect::<Vec<_>>() });
        let mut change = Change::new().with(DISCLOSURE_CLEAR, vec![member.into()]);
        for line in lines {
            let row = vec![
                member.into(),
                line.community.map_or(0, |community| community.0).into(),
                line.received.as_str().into(),
                line.opened.as_str().into(),
                line.acknowledged.as_str().into(),
                line.acted.as_str().into(),
                line.saw.as_str().into(),
            ];
            change = change.with(DISCLOSURE_PUT, row);
        }
        let entry = rule_changed(actor, "disclosure put", subject);
        self.change(change.entry(entry)).await.map(drop)
    }

    /// Where every active member stands now.
    pub async fn standings(&self) -> Result<BTreeMap<MemberId, Standing>> {
        let pair = |row: &Row| Ok((MemberId(row.int(0)?), row.maybe_int(1)?.map(MemberId)));
        let members = self.list(ACTIVE, Vec::new(), pair).await?;
        let mut stands_in: BTreeMap<MemberId, std::collections::BTreeSet<CommunityId>> = BTreeMap::new();
        for row in self.rows(MEMBERSHIPS, Vec::new()).await? {
            let communities = stands_in.entry(MemberId(row.int(0)?)).or_default();
            communities.insert(CommunityId(row.int(1)?));
        }
        let of = |member: &MemberId| stands_in.get(member).cloned().unwrap_or_default();
        let standing = |(member, provider): (MemberId, Option<MemberId>)| {
            let principal = Principal {
                communities: of(&member),
                providers: provider.into_iter().collect(),
                provider_communities: provider.as_ref().map(of).unwrap_or_default(),
                ..Principal::public()
            };
            (member, Standing::of(&principal, None))
        };
        Ok(members.into_iter().map(standing).collect())
    }
}
