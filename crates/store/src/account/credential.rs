//! Credentials: API keys, client certificates and sessions, kept as digests only.

use policy::{PersonId, Principal, Scopes};
use stix::Timestamp;

use crate::account::{Person, given, person, rule_changed};
use crate::db::Change;
use crate::value::{Row, Value, list_text, many};
use crate::{Result, Store};

/// Number of a credential in this store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CredentialId(pub i64);

/// What a credential is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CredentialKind {
    /// Random bytes sent with each request.
    ApiKey,
    /// An X.509 certificate shown in the TLS handshake.
    Certificate,
    /// The secret part of the address of a calendar feed.
    CalendarFeed,
    /// What somebody got who signed in with a password.
    Session,
}

impl CredentialKind {
    /// The name, as stored and shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ApiKey => "api-key",
            Self::Certificate => "certificate",
            Self::CalendarFeed => "calendar-feed",
            Self::Session => "session",
        }
    }

    /// Reads a name.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::ApiKey, Self::Certificate, Self::CalendarFeed, Self::Session]
            .into_iter()
            .find(|kind| kind.as_str() == text)
    }
}

/// A key or certificate of a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credential {
    /// Its number in this store.
    pub id: CredentialId,
    /// Whose it is.
    pub person: PersonId,
    /// What it is.
    pub kind: CredentialKind,
    /// SHA-256 of the secret, or of the certificate in DER.
    pub digest: [u8; 32],
    /// What its owner calls it.
    pub label: String,
    /// The beginning of the secret, to tell keys apart.
    pub prefix: String,
    /// Whether it may only read.
    pub read_only: bool,
    /// When it ends by itself.
    pub expires: Option<Timestamp>,
    /// The networks it may be used from, in CIDR notation; empty: any.
    pub addresses: Vec<String>,
    /// Since when it is here.
    pub created: Timestamp,
    /// When it was revoked.
    pub revoked: Option<Timestamp>,
    /// When it was used last, as far as was noted.
    pub last_used: Option<Timestamp>,
    /// What it is for.
    pub scopes: Scopes,
    /// When it ends however much it is used; sessions have this.
    pub ends: Option<Timestamp>,
    /// The network a session was begun from.
    pub network: Option<String>,
    /// When the person of a session last showed that it is them.
    pub proven: Option<Timestamp>,
}

/// A credential to be made; the fields are those of [`Credential`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewCredential {
    /// See [`Credential::person`].
    pub person: PersonId,
    /// See [`Credential::kind`].
    pub kind: CredentialKind,
    /// See [`Credential::digest`].
    pub digest: [u8; 32],
    /// See [`Credential::label`].
    pub label: String,
    /// See [`Credential::prefix`].
    pub prefix: String,
    /// See [`Credential::read_only`].
    pub read_only: bool,
    /// See [`Credential::expires`].
    pub expires: Option<Timestamp>,
    /// See [`Credential::addresses`].
    pub addresses: Vec<String>,
    /// See [`Credential::scopes`].
    pub scopes: Scopes,
    /// See [`Credential::ends`].
    pub ends: Option<Timestamp>,
    /// See [`Credential::network`].
    pub network: Option<String>,
    /// See [`Credential::proven`].
    pub proven: Option<Timestamp>,
}

macro_rules! columns {
    () => {
        "credential.id, credential.person, credential.kind, credential.digest, credential.label, credential.prefix, \
         credential.read_only, credential.expires, credential.addresses, credential.created, credential.revoked, \
         credential.last_used, credential.scopes, credential.ends, credential.network, credential.proven"
    };
}

pub(super) const INSERT: &str = concat!(
    "insert into credential \
     (person, kind, digest, label, prefix, read_only, expires, addresses, created, scopes, ends, network, proven) \
     values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13) returning ",
    columns!()
);
const BY_DIGEST: &str = concat!(
    "select p.id, p.uuid, p.member, p.login, p.name, p.role, p.password_hash, p.active, p.created, ",
    columns!(),
    " from credential join person p on p.id = credential.person where credential.digest = ?1"
);
const OF_PERSON: &str = concat!(
    "select ",
    columns!(),
    " from credential where credential.person = ?1 order by credential.created desc, credential.id desc"
);
const REVOKE: &str = "update credential set revoked = coalesce(revoked, ?1) where id = ?2 returning person, label";
const USED: &str = "update credential set last_used = ?1 where id = ?2";
/// Those that are not ended yet, and not the one to be kept.
const END_SESSIONS: &str = "update credential set revoked = ?2 where person = ?1 and kind = 'session' \
                            and revoked is null and id <> ?3 returning id";
const PROVE: &str =
    "update credential set proven = ?2 where id = ?1 and kind = 'session' and revoked is null returning id";
const SLIDE: &str = "update credential set last_used = ?1, expires = ?3 where id = ?2 and revoked is null";

const KEYS: &str = concat!(
    "select ",
    columns!(),
    " from credential where credential.person = ?1 and credential.kind <> 'session' and credential.id < ?2 \
     order by credential.id desc limit ?3"
);
const SESSIONS: &str = concat!(
    "select ",
    columns!(),
    " from credential where credential.person = ?1 and credential.kind = 'session' and credential.id < ?2 \
     and credential.revoked is null and (credential.expires is null or credential.expires > ?4) \
     and (credential.ends is null or credential.ends > ?4) order by credential.id desc limit ?3"
);

/// The columns of the person come before those of the credential.
const AFTER_PERSON: usize = 9;

pub(super) fn credential(row: &Row, from: usize) -> Result<Credential> {
    Ok(Credential {
        id: CredentialId(row.int(from)?),
        person: PersonId(row.int(from + 1)?),
        kind: row.word(from + 2, CredentialKind::parse)?,
        digest: row.hash(from + 3)?,
        label: row.text(from + 4)?,
        prefix: row.text(from + 5)?,
        read_only: row.flag(from + 6)?,
        expires: row.maybe_time(from + 7)?,
        addresses: row.list(from + 8)?,
        created: row.time(from + 9)?,
        revoked: row.maybe_time(from + 10)?,
        last_used: row.maybe_time(from + 11)?,
        scopes: scopes(row, from + 12)?,
        ends: row.maybe_time(from + 13)?,
        network: row.maybe_text(from + 14)?,
        proven: row.maybe_time(from + 15)?,
    })
}

/// None stands for all, so that a scope that comes later is had by those keys too.
fn scopes(row: &Row, column: usize) -> Result<Scopes> {
    if row.maybe_text(column)?.is_none() {
        return Ok(Scopes::ALL);
    }
    let names = row.list(column)?;
    // A scope that this program does not know takes nothing away from the others.
    Ok(names.iter().filter_map(|name| policy::Scope::parse(name)).collect())
}

fn scopes_text(scopes: Scopes) -> Option<String> {
    let names: Vec<String> = scopes.names().into_iter().map(str::to_owned).collect();
    (scopes != Scopes::ALL).then(|| list_text(&names))
}

/// What [`INSERT`] takes.
pub(super) fn values(new: NewCredential, at: Timestamp) -> Vec<Value> {
    vec![
        new.person.into(),
        new.kind.as_str().into(),
        new.digest.into(),
        new.label.into(),
        new.prefix.into(),
        new.read_only.into(),
        new.expires.into(),
        list_text(&new.addresses).into(),
        at.into(),
        scopes_text(new.scopes).into(),
        new.ends.into(),
        new.network.into(),
        new.proven.into(),
    ]
}

impl Store {
    /// Makes a credential. A digest that is there already is a conflict.
    pub async fn credential_put(&self, actor: &Principal, new: NewCredential) -> Result<Credential> {
        let subject = serde_json::json!({
            "person": new.person.0, "kind": new.kind.as_str(), "label": new.label, "read_only": new.read_only,
            "scopes": new.scopes.names(),
        });
        let kind = new.kind;
        let entry = rule_changed(actor, "credential made", subject);
        let change = Change::new().with(INSERT, values(new, self.now())).entry(entry);
        // A session that begins changes nothing of what anybody may.
        let change = if kind == CredentialKind::Session {
            change
        } else {
            change.policy()
        };
        let rows = self.change(change).await?;
        credential(given(&rows, 0)?, 0)
    }

    /// The credential with this digest, revoked and expired ones too, and whose it is.
    pub async fn credential_by_digest(&self, digest: &[u8; 32]) -> Result<Option<(Credential, Person)>> {
        let both = |row: &Row| Ok((credential(row, AFTER_PERSON)?, person::person(row)?));
        self.row(BY_DIGEST, vec![(*digest).into()], both).await
    }

    /// The credentials of a person, the newest first.
    pub async fn credential_list(&self, person: PersonId) -> Result<Vec<Credential>> {
        self.list(OF_PERSON, vec![person.into()], |row| credential(row, 0))
            .await
    }

    /// The keys and certificates of a person, the newest first, strictly before a number.
    pub async fn key_page(&self, person: PersonId, before: Option<i64>, limit: usize) -> Result<Vec<Credential>> {
        let values = vec![person.into(), before.unwrap_or(i64::MAX).into(), many(limit).into()];
        self.list(KEYS, values, |row| credential(row, 0)).await
    }

    /// The sessions of a person that are not over, the newest first, strictly before a number.
    pub async fn session_page(
        &self,
        person: PersonId,
        now: Timestamp,
        before: Option<i64>,
        limit: usize,
    ) -> Result<Vec<Credential>> {
        let before = before.unwrap_or(i64::MAX);
        let values = vec![person.into(), before.into(), many(limit).into(), now.into()];
        self.list(SESSIONS, values, |row| credential(row, 0)).await
    }

    /// Revokes a credential; one that is not there is not found, one already revoked stays as it was.
    pub async fn credential_revoke(&self, actor: &Principal, id: CredentialId) -> Result<()> {
        let row = vec![self.now().into(), id.0.into()];
        let change = Change::new().must(REVOKE, row, "there is no such key");
        let entry = rule_changed(actor, "credential revoked", serde_json::json!({ "credential": id.0 }));
        self.change(change.entry(entry).policy()).await.map(drop)
    }

    /// Ends the sessions of a person, but for one that may be kept; gives how many.
    pub async fn session_end_all(
        &self,
        actor: &Principal,
        person: PersonId,
        but: Option<CredentialId>,
    ) -> Result<usize> {
        let but = but.map_or(0, |kept| kept.0);
        let row = vec![person.into(), self.now().into(), but.into()];
        let entry = rule_changed(actor, "sessions ended", serde_json::json!({ "person": person.0 }));
        let change = Change::new().with(END_SESSIONS, row).entry(entry).policy();
        Ok(self.change(change).await?.first().map_or(0, Vec::len))
    }

    /// Notes that the person of a session showed at this instant that it is them; not found where it is over. What is
    /// remembered of sessions in any process goes, so that it counts from the next request on.
    pub async fn session_prove(&self, actor: &Principal, id: CredentialId, at: Timestamp) -> Result<()> {
        let change = Change::new().must(PROVE, vec![id.0.into(), at.into()], "there is no such session");
        let entry = rule_changed(actor, "session proven", serde_json::json!({ "credential": id.0 }));
        self.change(change.entry(entry).policy()).await.map(drop)
    }

    /// Notes that a session was used, and lets it go on until `expires`.
    pub async fn session_used(&self, id: CredentialId, expires: Timestamp) -> Result<()> {
        let row = vec![self.now().into(), id.0.into(), expires.into()];
        self.change_soon(Change::new().with(SLIDE, row)).await
    }

    /// Notes that a credential was used. Callers do this now and then, not for each request.
    pub async fn credential_used(&self, id: CredentialId) -> Result<()> {
        self.change_soon(Change::new().with(USED, vec![self.now().into(), id.0.into()]))
            .await
    }
}
