//! What members agree to, in versions, and who accepted which.

use policy::{MemberId, PersonId, Principal};
use sha2::{Digest as _, Sha256};
use stix::Timestamp;

use super::told;
use crate::account::{given, rule_changed};
use crate::db::Change;
use crate::value::{Row, many};
use crate::{Result, Store};

/// What an agreement is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AgreementKind {
    /// Taking part.
    Partnership,
    /// Getting de-identified data sets for research.
    DataSet,
}

impl AgreementKind {
    /// Every kind.
    pub const ALL: [Self; 2] = [Self::Partnership, Self::DataSet];

    /// The name, as stored and shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Partnership => "partnership",
            Self::DataSet => "data-set",
        }
    }

    /// Reads a name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}

/// A version to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewAgreement {
    /// What it is about.
    pub kind: AgreementKind,
    /// What it is called.
    pub title: String,
    /// The exact text.
    pub body: String,
    /// When it takes effect.
    pub effective: Timestamp,
    /// By when members have to accept it.
    pub due: Timestamp,
}

/// A version of an agreement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Agreement {
    /// Its number among those of its kind, from 1.
    pub number: i64,
    /// The rest.
    pub terms: NewAgreement,
    /// SHA-256 of the text.
    pub digest: [u8; 32],
    /// Since when it is here.
    pub created: Timestamp,
}

/// That somebody accepted a version for a member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Acceptance {
    /// Of what.
    pub kind: AgreementKind,
    /// Which version.
    pub number: i64,
    /// For whom.
    pub member: MemberId,
    /// The account, where there was one.
    pub person: Option<PersonId>,
    /// The name of the person.
    pub name: String,
    /// When.
    pub at: Timestamp,
}

macro_rules! columns {
    () => {
        "kind, number, title, body, digest, effective, due, created"
    };
}

const INSERT: &str = concat!(
    "insert into agreement (kind, number, title, body, digest, effective, due, created) \
     select ?1, coalesce(max(a.number), 0) + 1, ?2, ?3, ?4, ?5, ?6, ?7 from agreement a where a.kind = ?1 returning ",
    columns!()
);
const LIST: &str = concat!("select ", columns!(), " from agreement order by kind, number desc");
const PAGE: &str = concat!(
    "select ",
    columns!(),
    " from agreement where kind > ?1 or (kind = ?1 and number < ?2) order by kind, number desc limit ?3"
);
const IN_FORCE: &str = concat!(
    "select ",
    columns!(),
    " from agreement where kind = ?1 and effective <= ?2 order by effective desc, number desc limit 1"
);
const ACCEPT: &str = "insert into acceptance (kind, number, member, person, name, at) values (?1, ?2, ?3, ?4, ?5, ?6)";
const ACCEPTED_BY: &str = "select kind, number, member, person, name, at from acceptance where member = ?1 \
                           order by kind, number";
const ACCEPTED: &str = "select kind, number, member, person, name, at from acceptance where kind = ?1 \
                        order by member, number";

fn agreement(row: &Row) -> Result<Agreement> {
    Ok(Agreement {
        number: row.int(1)?,
        terms: NewAgreement {
            kind: row.word(0, AgreementKind::parse)?,
            title: row.text(2)?,
            body: row.text(3)?,
            effective: row.time(5)?,
            due: row.time(6)?,
        },
        digest: row.hash(4)?,
        created: row.time(7)?,
    })
}

fn acceptance(row: &Row) -> Result<Acceptance> {
    Ok(Acceptance {
        kind: row.word(0, AgreementKind::parse)?,
        number: row.int(1)?,
        member: MemberId(row.int(2)?),
        person: row.maybe_int(3)?.map(PersonId),
        name: row.text(4)?,
        at: row.time(5)?,
    })
}

impl Store {
    /// Puts a new version of an agreement there. Each of these members finds among its receipts that it was told.
    pub async fn agreement_put(&self, actor: &Principal, new: NewAgreement, tell: &[MemberId]) -> Result<Agreement> {
        let digest: [u8; 32] = Sha256::digest(new.body.as_bytes()).into();
        let row = vec![
            new.kind.as_str().into(),
            (&new.title).into(),
            (&new.body).into(),
            digest.into(),
            new.effective.into(),
            new.due.into(),
            self.now().into(),
        ];
        let subject = serde_json::json!({
            "kind": new.kind.as_str(), "title": new.title, "sha256": hex::encode(digest),
            "effective": new.effective.to_string(), "due": new.due.to_string(),
        });
        let change = Change::new().with(INSERT, row);
        let change = change.entry(rule_changed(actor, "agreement made", subject.clone()));
        let telling = |change: Change, member: &MemberId| {
            change.entry(told(actor, *member, "agreement to accept", subject.clone()))
        };
        let rows = self.change(tell.iter().fold(change, telling)).await?;
        agreement(given(&rows, 0)?)
    }

    /// Every version of every agreement, the newest of each kind first.
    pub async fn agreement_list(&self) -> Result<Vec<Agreement>> {
        self.list(LIST, Vec::new(), agreement).await
    }

    /// Versions by kind, the newest of each first, strictly after one.
    pub async fn agreement_page(&self, after: Option<(&str, i64)>, limit: usize) -> Result<Vec<Agreement>> {
        let (kind, number) = after.unwrap_or(("", i64::MAX));
        self.list(PAGE, vec![kind.into(), number.into(), many(limit).into()], agreement)
            .await
    }

    /// The version in force at a time.
    pub async fn agreement_in_force(&self, kind: AgreementKind, now: Timestamp) -> Result<Option<Agreement>> {
        self.row(IN_FORCE, vec![kind.as_str().into(), now.into()], agreement)
            .await
    }

    /// Accepts a version for a member; a second time is a conflict.
    pub async fn acceptance_put(&self, actor: &Principal, new: &Acceptance) -> Result<()> {
        let row = vec![
            new.kind.as_str().into(),
            new.number.into(),
            new.member.into(),
            new.person.into(),
            (&new.name).into(),
            new.at.into(),
        ];
        let subject = serde_json::json!({
            "kind": new.kind.as_str(), "number": new.number, "member": new.member.0,
            "person": new.person.map(|person| person.0),
        });
        let entry = told(actor, new.member, "agreement accepted", subject);
        self.change(Change::new().with(ACCEPT, row).entry(entry))
            .await
            .map(drop)
    }

    /// Which versions a member accepted.
    pub async fn acceptance_of(&self, member: MemberId) -> Result<Vec<Acceptance>> {
        self.list(ACCEPTED_BY, vec![member.into()], acceptance).await
    }

    /// Who accepted which version of a kind, by member.
    pub async fn acceptance_list(&self, kind: AgreementKind) -> Result<Vec<Acceptance>> {
        self.list(ACCEPTED, vec![kind.as_str().into()], acceptance).await
    }
}
