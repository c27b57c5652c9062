//! Accounts at identity providers that are tied to people: by issuer and subject, and by nothing else.

use policy::{PersonId, Principal};
use stix::Timestamp;

use crate::account::{Person, rule_changed};
use crate::db::Change;
use crate::value::Row;
use crate::{Result, Store};

/// Number of a link in this store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LinkId(pub i64);

/// An account to be tied to a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewLink {
    /// The name of the provider in the configuration, for people.
    pub provider: String,
    /// Who says it.
    pub issuer: String,
    /// Who it is there.
    pub subject: String,
    /// Who it is here.
    pub person: PersonId,
}

/// An account that is tied to a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountLink {
    /// Its number.
    pub id: LinkId,
    /// What is tied to whom.
    pub terms: NewLink,
    /// Since when.
    pub created: Timestamp,
    /// When it let in last.
    pub last_used: Option<Timestamp>,
}

/// An offer to tie an account to a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewLinkOffer {
    /// SHA-256 of its token.
    pub digest: [u8; 32],
    /// The name of the provider.
    pub provider: String,
    /// For whom.
    pub person: PersonId,
    /// Who made it.
    pub by_person: Option<PersonId>,
    /// Until when it is open.
    pub expires: Timestamp,
}

const INSERT: &str = "insert into account_link (provider, issuer, subject, person, created) \
                      values (?1, ?2, ?3, ?4, ?5) returning id";
const LIST: &str = "select id, provider, issuer, subject, person, created, last_used from account_link \
                    where person = ?1 order by id";
const USED: &str = "update account_link set last_used = ?3 where issuer = ?1 and subject = ?2 returning person";
const REMOVE: &str = "delete from account_link where id = ?1 and person = ?2 returning id";
const OFFER: &str = "insert into link_offer (digest, provider, person, by_person, created, expires) \
                     values (?1, ?2, ?3, ?4, ?5, ?6)";
const OFFERED: &str = "select digest, provider, person, by_person, expires from link_offer \
                       where digest = ?1 and used is null and expires > ?2";
const TAKE_OFFER: &str = "update link_offer set used = ?2 where digest = ?1 and used is null and expires > ?2 \
                          and person = ?3 returning person";
/// Earlier offers to the same person end with a new one.
const END_OFFERS: &str = "update link_offer set used = ?2 where person = ?1 and used is null";

fn link(row: &Row) -> Result<AccountLink> {
    Ok(AccountLink {
        id: LinkId(row.int(0)?),
        terms: NewLink {
            provider: row.text(1)?,
            issuer: row.text(2)?,
            subject: row.text(3)?,
            person: PersonId(row.int(4)?),
        },
        created: row.time(5)?,
        last_used: row.maybe_time(6)?,
    })
}

impl Store {
    /// Ties an account to a person, with an offer that is used up by it where there was one. One that is tied already is a
    /// conflict.
    pub async fn link_put(&self, actor: &Principal, new: NewLink, offer: Option<[u8; 32]>) -> Result<()> {
        let now = self.now();
        let subject =
            serde_json::json!({ "person": new.person.0, "provider": new.provider, "by_offer": offer.is_some() });
        let mut change = Change::new();
        if let Some(digest) = offer {
            let row = vec![digest.into(), now.into(), new.person.into()];
            change = change.must(TAKE_OFFER, row, "there is no such offer that is open");
        }
        let row = vec![
            (&new.provider).into(),
            (&new.issuer).into(),
            (&new.subject).into(),
            new.person.into(),
            now.into(),
        ];
        let change = change.with(INSERT, row);
        let entry = rule_changed(actor, "account linked", subject);
        self.change(change.entry(entry).policy()).await.map(drop)
    }

    /// The accounts that are tied to a person.
    pub async fn link_list(&self, person: PersonId) -> Result<Vec<AccountLink>> {
        self.list(LIST, vec![person.into()], link).await
    }

    /// The person that an account is tied to, which is noted as used.
    pub async fn link_use(&self, issuer: &str, subject: &str) -> Result<Option<Person>> {
        let row = vec![issuer.into(), subject.into(), self.now().into()];
        let rows = self.change(Change::new().with(USED, row)).await?;
        let found = rows.first().and_then(|rows| rows.first()).map(|row| row.int(0));
        match found.transpose()? {
            Some(number) => self.person_get(PersonId(number)).await,
            None => Ok(None),
        }
    }

    /// Unties an account of a person; not found where that is not theirs.
    pub async fn link_remove(&self, actor: &Principal, person: PersonId, id: LinkId) -> Result<()> {
        let change = Change::new().must(REMOVE, vec![id.0.into(), person.into()], "there is no such link");
        let entry = rule_changed(actor, "account unlinked", serde_json::json!({ "person": person.0 }));
        self.change(change.entry(entry).policy()).await.map(drop)
    }

    /// Makes an offer; earlier ones to the same person end.
    pub async fn link_offer_put(&self, actor: &Principal, new: NewLinkOffer) -> Result<()> {
        let now = self.now();
        let row = vec![
            new.digest.into(),
            (&new.provider).into(),
            new.person.into(),
            new.by_person.into(),
            now.into(),
            new.expires.into(),
        ];
        let subject = serde_json::json!({ "person": new.person.0, "provider": new.provider });
        let change = Change::new()
            .with(END_OFFERS, vec![new.person.into(), now.into()])
            .with(OFFER, row);
        self.change(change.entry(rule_changed(actor, "link offered", subject)))
            .await
            .map(drop)
    }

    /// An offer that is open.
    pub async fn link_offer_get(&self, digest: &[u8; 32]) -> Result<Option<NewLinkOffer>> {
        let offer = |row: &Row| {
            Ok(NewLinkOffer {
                digest: row.hash(0)?,
                provider: row.text(1)?,
                person: PersonId(row.int(2)?),
                by_person: row.maybe_int(3)?.map(PersonId),
                expires: row.time(4)?,
            })
        };
        let row = vec![(*digest).into(), self.now().into()];
        self.row(OFFERED, row, offer).await
    }
}
