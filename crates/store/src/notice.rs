//! Notices: what people are to be told outside of this node, written once, sent until it arrived or was given up; and
//! where people want them.

use policy::{MemberId, PersonId, Principal, Role};
use stix::Timestamp;
use uuid::Uuid;

use crate::account::rule_changed;
use crate::db::Change;
use crate::value::{Row, Value, many};
use crate::{Result, Store};

/// How somebody wants to be told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum NoticeWish {
    /// As soon as there is something.
    #[default]
    AtOnce,
    /// Once a day, all together.
    Daily,
    /// Not at all.
    None,
}

impl NoticeWish {
    /// Every wish.
    pub const ALL: [Self; 3] = [Self::AtOnce, Self::Daily, Self::None];

    /// The name, as stored and shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AtOnce => "at-once",
            Self::Daily => "daily",
            Self::None => "none",
        }
    }

    /// Reads a name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|wish| wish.as_str() == text)
    }
}

/// By which way a notice goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NoticeChannel {
    /// E-mail.
    Mail,
}

impl NoticeChannel {
    /// The name, as stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Mail => "mail",
        }
    }

    /// Reads a name.
    pub fn parse(text: &str) -> Option<Self> {
        (text == Self::Mail.as_str()).then_some(Self::Mail)
    }
}

/// A person as somebody who can be told something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Addressee {
    /// Who.
    pub person: PersonId,
    /// For whom they act.
    pub member: MemberId,
    /// The highest role held.
    pub role: Role,
    /// Whether they may sign in.
    pub active: bool,
    /// Where e-mail reaches them.
    pub email: Option<String>,
    /// How they want to be told.
    pub wish: NoticeWish,
}

/// A notice to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewNotice {
    /// Its name.
    pub uuid: Uuid,
    /// What it is about, to whom: the same occasion is written once.
    pub occasion: String,
    /// The commitment that it is about; when that is settled, an unsent notice goes.
    pub commitment: Option<i64>,
    /// To whom.
    pub person: PersonId,
    /// By which way.
    pub channel: NoticeChannel,
    /// What it says, in a line.
    pub subject: String,
    /// What it says.
    pub body: String,
    /// Not before.
    pub next_try: Timestamp,
}

/// A notice that is to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// Its number in this store.
    pub id: i64,
    /// Its name.
    pub uuid: Uuid,
    /// To whom.
    pub to: Addressee,
    /// What it says, in a line.
    pub subject: String,
    /// What it says.
    pub body: String,
    /// When it was written.
    pub made: Timestamp,
    /// When it was to be sent.
    pub next_try: Timestamp,
    /// How often that was tried.
    pub attempts: i64,
}

const ADDRESSEE_OF: &str = "select id, member, role, active, email, notices from person where id = ?1";
const ADDRESSEES: &str =
    "select id, member, role, active, email, notices from person where member = ?1 and active = 1 order by id";
const ADDRESS: &str = "update person set email = ?2, notices = ?3 where id = ?1 returning uuid";
const PUT: &str = "insert into notice (uuid, occasion, commitment, person, channel, subject, body, made, next_try, \
                   attempts) values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 0) on conflict (occasion) do nothing";
/// What is not sent yet of a commitment that is settled is not sent any more.
pub(crate) const FORGET_UNSENT: &str = "delete from notice where commitment = ?1 and next_try is not null";
const DUE: &str = "select n.id, n.uuid, n.subject, n.body, n.made, n.next_try, n.attempts, p.id, p.member, p.role, \
                   p.active, p.email, p.notices from notice n join person p on p.id = n.person \
                   where n.next_try <= ?1 and n.channel = ?2 order by n.next_try, n.id limit ?3";
const CLAIM: &str =
    "update notice set attempts = attempts + 1, next_try = ?3 where id = ?1 and next_try = ?2 returning id";
const SENT: &str = "update notice set sent = ?2, next_try = null, last_error = null where id = ?1";
const FAILED: &str = "update notice set next_try = ?2, last_error = ?3 where id = ?1 and sent is null";
const FORGET: &str = "delete from notice where id in (select id from notice where made < ?1 order by made limit ?2) \
                      returning id";

fn addressee(row: &Row, from: usize) -> Result<Addressee> {
    Ok(Addressee {
        person: PersonId(row.int(from)?),
        member: MemberId(row.int(from + 1)?),
        role: row.word(from + 2, Role::parse)?,
        active: row.flag(from + 3)?,
        email: row.maybe_text(from + 4)?,
        wish: row.word(from + 5, NoticeWish::parse)?,
    })
}

fn notice(row: &Row) -> Result<Notice> {
    Ok(Notice {
        id: row.int(0)?,
        uuid: row.uuid(1)?,
        subject: row.text(2)?,
        body: row.text(3)?,
        made: row.time(4)?,
        next_try: row.time(5)?,
        attempts: row.int(6)?,
        to: addressee(row, 7)?,
    })
}

/// The statement that writes a notice, unless its occasion was written.
pub(crate) fn notice_row(new: &NewNotice, made: Timestamp) -> (&'static str, Vec<Value>) {
    let row = vec![
        new.uuid.into(),
        (&new.occasion).into(),
        new.commitment.into(),
        new.person.into(),
        new.channel.as_str().into(),
        (&new.subject).into(),
        (&new.body).into(),
        made.into(),
        new.next_try.into(),
    ];
    (PUT, row)
}

impl Store {
    /// Where a person is told things.
    pub async fn addressee_get(&self, person: PersonId) -> Result<Option<Addressee>> {
        self.row(ADDRESSEE_OF, vec![person.into()], |row| addressee(row, 0))
            .await
    }

    /// The people of a member who may sign in, as those who can be told something.
    pub async fn addressee_list(&self, member: MemberId) -> Result<Vec<Addressee>> {
        self.list(ADDRESSEES, vec![member.into()], |row| addressee(row, 0))
            .await
    }

    /// Sets where a person is told things, and how. The ledger says that it changed, and not the address.
    pub async fn addressee_put(
        &self,
        actor: &Principal,
        person: PersonId,
        email: Option<String>,
        wish: NoticeWish,
    ) -> Result<()> {
        let subject = serde_json::json!({
            "person": person.0, "has_email": email.is_some(), "notices": wish.as_str(),
        });
        let row = vec![person.into(), email.into(), wish.as_str().into()];
        let change = Change::new().must(ADDRESS, row, "there is no such person");
        let entry = rule_changed(actor, "notices changed", subject);
        self.change(change.entry(entry)).await.map(drop)
    }

    /// Writes notices that are about no commitment; an occasion that was written stays as it was.
    pub async fn notice_put_many(&self, all: &[NewNotice]) -> Result<()> {
        let now = self.now();
        let put = |change: Change, new: &NewNotice| {
            let (sql, row) = notice_row(new, now);
            change.with(sql, row)
        };
        self.change(all.iter().fold(Change::new(), put)).await.map(drop)
    }

    /// Notices that are to be sent by now, the longest due first.
    pub async fn notice_due(&self, channel: NoticeChannel, now: Timestamp, limit: usize) -> Result<Vec<Notice>> {
        let values = vec![now.into(), channel.as_str().into(), many(limit).into()];
        self.list(DUE, values, notice).await
    }

    /// Takes notices in hand until an instant, when they are tried again if nothing is heard of them. Gives the numbers
    /// of those that nobody else took meanwhile.
    pub async fn notice_claim(&self, notices: &[&Notice], until: Timestamp) -> Result<Vec<i64>> {
        let mut change = Change::new();
        for one in notices {
            change = change.with(CLAIM, vec![one.id.into(), one.next_try.into(), until.into()]);
        }
        let written = self.change(change).await?;
        written
            .iter()
            .filter_map(|rows| rows.first())
            .map(|row| row.int(0))
            .collect()
    }

    /// Notes that notices were sent.
    pub async fn notice_sent(&self, ids: &[i64], at: Timestamp) -> Result<()> {
        let sent = |change: Change, id: &i64| change.with(SENT, vec![(*id).into(), at.into()]);
        self.change(ids.iter().fold(Change::new(), sent)).await.map(drop)
    }

    /// Notes why notices were not sent, and when it is tried again; with no time they are given up.
    pub async fn notice_failed(&self, ids: &[i64], why: &str, next_try: Option<Timestamp>) -> Result<()> {
        let failed = |change: Change, id: &i64| change.with(FAILED, vec![(*id).into(), next_try.into(), why.into()]);
        self.change(ids.iter().fold(Change::new(), failed)).await.map(drop)
    }

    /// Forgets up to `limit` notices that were written before an instant, sent or not; gives how many.
    pub async fn notice_forget(&self, before: Timestamp, limit: usize) -> Result<usize> {
        let rows = self
            .change(Change::new().with(FORGET, vec![before.into(), many(limit).into()]))
            .await?;
        Ok(rows.first().map_or(0, Vec::len))
    }
}
