//! Tips: what strangers report to the operators, and what is said about it afterwards. Contents are sealed bytes here; who
//! opens them is decided in `node::tips`.

use policy::{PersonId, Principal};
use stix::Timestamp;
use uuid::Uuid;

use crate::account::rule_changed;
use crate::db::Change;
use crate::value::{Row, many};
use crate::{Result, Store};

/// What a tip is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TipKind {
    /// Something that happened.
    Incident,
    /// A weakness that somebody found.
    Weakness,
}

impl TipKind {
    /// Every kind.
    pub const ALL: [Self; 2] = [Self::Incident, Self::Weakness];

    /// The name, as stored and sent.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Incident => "incident",
            Self::Weakness => "weakness",
        }
    }

    /// Reads a name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}

/// Whose turn it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TipState {
    /// The operators': nobody has answered the last word yet.
    Waiting,
    /// The reporter's: it was answered, perhaps with a question.
    Answered,
    /// Nobody's: it is done with.
    Closed,
}

impl TipState {
    /// Every state.
    pub const ALL: [Self; 3] = [Self::Waiting, Self::Answered, Self::Closed];

    /// The name, as stored and shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Answered => "answered",
            Self::Closed => "closed",
        }
    }

    /// Reads a name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }
}

/// A tip to be kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewTip {
    /// Its name.
    pub uuid: Uuid,
    /// What people call it.
    pub reference: String,
    /// The digest of the secret in the link of who reported it.
    pub secret: [u8; 32],
    /// What it is about.
    pub kind: TipKind,
    /// What they wrote, sealed.
    pub sealed: Vec<u8>,
    /// Files, sealed.
    pub files: Vec<Vec<u8>>,
}

/// A tip.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tip {
    /// Its number: the later, the higher.
    pub id: i64,
    /// Its name.
    pub uuid: Uuid,
    /// What people call it.
    pub reference: String,
    /// What it is about.
    pub kind: TipKind,
    /// Whose turn it is.
    pub state: TipState,
    /// When it came.
    pub made: Timestamp,
    /// When something was said about it last.
    pub changed: Timestamp,
    /// What they wrote, sealed.
    pub sealed: Vec<u8>,
}

/// Something that was said about a tip.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TipMessage {
    /// Which of the operators said it; none: who reported it.
    pub by_person: Option<PersonId>,
    /// When.
    pub at: Timestamp,
    /// What, sealed.
    pub sealed: Vec<u8>,
}

macro_rules! columns {
    () => {
        "id, uuid, reference, kind, state, made, changed, sealed"
    };
}

const PUT: &str = "insert into tip (uuid, reference, secret, kind, state, made, changed, sealed) \
                   values (?1, ?2, ?3, ?4, 'waiting', ?5, ?5, ?6)";
const PUT_FILE: &str = "insert into tip_file (tip, ordinal, sealed) select id, ?2, ?3 from tip where uuid = ?1";
const BY_SECRET: &str = concat!("select ", columns!(), " from tip where secret = ?1");
const BY_UUID: &str = concat!("select ", columns!(), " from tip where uuid = ?1");
const LIST: &str = concat!(
    "select ",
    columns!(),
    " from tip where id < ?1 order by id desc limit ?2"
);
const SINCE: &str = "select count(*) from tip where made >= ?1";
const OPEN: &str = "select count(*) from tip where state = 'waiting'";
const STATE: &str = "update tip set state = ?2, changed = ?3, closed = case when ?2 = 'closed' then ?3 else null end \
                     where id = ?1 and state <> 'closed' returning id";
const SAY: &str = "insert into tip_message (tip, by_person, at, sealed) values (?1, ?2, ?3, ?4)";
const MESSAGES: &str = "select by_person, at, sealed from tip_message where tip = ?1 order by id limit ?2";
const FILES: &str = "select ordinal from tip_file where tip = ?1 order by ordinal";
const FILE: &str = "select sealed from tip_file where tip = ?1 and ordinal = ?2";
const OVER: &str = "select id from tip where closed < ?1 order by closed limit ?2";
const FORGET: [&str; 3] = [
    "delete from tip_file where tip = ?1",
    "delete from tip_message where tip = ?1",
    "delete from tip where id = ?1",
];
const NO_LONGER: &str = "this report is closed, or is not there";

fn tip(row: &Row) -> Result<Tip> {
    Ok(Tip {
        id: row.int(0)?,
        uuid: row.uuid(1)?,
        reference: row.text(2)?,
        kind: row.word(3, TipKind::parse)?,
        state: row.word(4, TipState::parse)?,
        made: row.time(5)?,
        changed: row.time(6)?,
        sealed: row.bytes(7)?.to_vec(),
    })
}

impl Store {
    /// Keeps a tip with its files; nobody is named in the ledger, which says only that one came.
    pub async fn tip_put(&self, new: NewTip) -> Result<()> {
        let entry = rule_changed(
            &Principal::public(),
            "report received",
            serde_json::json!({ "report": new.uuid }),
        );
        let row = vec![
            new.uuid.into(),
            new.reference.into(),
            new.secret.into(),
            new.kind.as_str().into(),
            self.now().into(),
            new.sealed.into(),
        ];
        let mut change = Change::new().with(PUT, row);
        for (at, sealed) in new.files.into_iter().enumerate() {
            change = change.with(PUT_FILE, vec![new.uuid.into(), many(at).into(), sealed.into()]);
        }
        self.change(change.entry(entry)).await.map(drop)
    }

    /// The tip of a secret link, by the digest of the secret.
    pub async fn tip_by_secret(&self, secret: [u8; 32]) -> Result<Option<Tip>> {
        self.row(BY_SECRET, vec![secret.into()], tip).await
    }

    /// One of them.
    pub async fn tip_get(&self, uuid: Uuid) -> Result<Option<Tip>> {
        self.row(BY_UUID, vec![uuid.into()], tip).await
    }

    /// Tips, the newest first, before a number.
    pub async fn tip_list(&self, before: Option<i64>, limit: usize) -> Result<Vec<Tip>> {
        let before = before.unwrap_or(i64::MAX);
        self.list(LIST, vec![before.into(), many(limit).into()], tip).await
    }

    /// How many came since an instant, and how many wait for an answer, whenever they came.
    pub async fn tip_counts(&self, since: Timestamp) -> Result<(i64, i64)> {
        let came = self.row(SINCE, vec![since.into()], |row| row.int(0)).await?;
        let open = self.row(OPEN, Vec::new(), |row| row.int(0)).await?;
        Ok((came.unwrap_or(0), open.unwrap_or(0)))
    }

    /// Says something about a tip that is not closed, by an operator or by who reported it (the public); the state that
    /// follows is the caller's.
    pub async fn tip_say(&self, actor: &Principal, tip: &Tip, state: TipState, sealed: Option<Vec<u8>>) -> Result<()> {
        let now = self.now();
        let step = vec![tip.id.into(), state.as_str().into(), now.into()];
        let mut change = Change::new().must(STATE, step, NO_LONGER);
        if let Some(sealed) = sealed {
            let row = vec![tip.id.into(), actor.person.into(), now.into(), sealed.into()];
            change = change.with(SAY, row);
        }
        let subject = serde_json::json!({ "report": tip.uuid, "state": state.as_str() });
        self.change(change.entry(rule_changed(actor, "report", subject)))
            .await
            .map(drop)
    }

    /// What was said about a tip, in order.
    pub async fn tip_messages(&self, tip: &Tip, limit: usize) -> Result<Vec<TipMessage>> {
        let message = |row: &Row| {
            Ok(TipMessage {
                by_person: row.maybe_int(0)?.map(PersonId),
                at: row.time(1)?,
                sealed: row.bytes(2)?.to_vec(),
            })
        };
        self.list(MESSAGES, vec![tip.id.into(), many(limit).into()], message)
            .await
    }

    /// The numbers of the files of a tip.
    pub async fn tip_files(&self, tip: &Tip) -> Result<Vec<i64>> {
        self.list(FILES, vec![tip.id.into()], |row| row.int(0)).await
    }

    /// One file of a tip, sealed.
    pub async fn tip_file(&self, tip: &Tip, ordinal: i64) -> Result<Option<Vec<u8>>> {
        let values = vec![tip.id.into(), ordinal.into()];
        self.row(FILE, values, |row| row.bytes(0).map(<[u8]>::to_vec)).await
    }

    /// Forgets up to `limit` tips that were closed before an instant, with all that belongs to them; gives how many.
    pub async fn tip_forget(&self, before: Timestamp, limit: usize) -> Result<usize> {
        let over = self
            .list(OVER, vec![before.into(), many(limit).into()], |row| row.int(0))
            .await?;
        let mut change = Change::new();
        for id in &over {
            for sql in FORGET {
                change = change.with(sql, vec![(*id).into()]);
            }
        }
        if !over.is_empty() {
            self.change(change).await?;
        }
        Ok(over.len())
    }
}
