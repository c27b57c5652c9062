//! Sessions that began at an identity provider: who it is there, and when the provider last said so.

use policy::Principal;
use stix::Timestamp;

use super::credential::INSERT;
use crate::account::credential::{credential, values};
use crate::account::{Credential, CredentialId, NewCredential, given, rule_changed};
use crate::db::Change;
use crate::value::Row;
use crate::{Result, Store};

/// What a session rests on that began at an identity provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProviderSession {
    /// The name of the provider in the configuration.
    pub provider: String,
    /// Who says it.
    pub issuer: String,
    /// Who it is there.
    pub subject: String,
    /// The provider's name of its own session, where it names it.
    pub sid: Option<String>,
    /// When the provider last said so.
    pub confirmed: Timestamp,
    /// The refresh token, sealed, where it gave one.
    pub sealed: Option<Vec<u8>>,
}

const REST_ON: &str = "insert into provider_session (credential, provider, issuer, subject, sid, confirmed, sealed) \
                       values ((select id from credential where digest = ?1), ?2, ?3, ?4, ?5, ?6, ?7)";
const OF: &str = "select provider, issuer, subject, sid, confirmed, sealed from provider_session where credential = ?1";
const CONFIRM: &str =
    "update provider_session set confirmed = ?2, sealed = ?3 where credential = ?1 returning credential";
const UNREFRESHED: &str = "update provider_session set sealed = null where credential = ?1";
/// Those that only the browser could confirm, and that it did not: a new one stands in their place.
const END_LAPSED: &str = "update credential set revoked = ?4 where revoked is null and id in (select credential \
                          from provider_session where issuer = ?1 and subject = ?2 and confirmed <= ?3 and sealed is null)";
/// A session there, or all of an account.
const END: &str = "update credential set revoked = ?4 where revoked is null and id in (select credential \
                   from provider_session where issuer = ?1 and coalesce(?2, subject) = subject \
                   and coalesce(?3, sid, '') = coalesce(sid, '')) returning id";

fn session(row: &Row) -> Result<ProviderSession> {
    Ok(ProviderSession {
        provider: row.text(0)?,
        issuer: row.text(1)?,
        subject: row.text(2)?,
        sid: row.maybe_text(3)?,
        confirmed: row.time(4)?,
        sealed: row.maybe_bytes(5)?,
    })
}

impl Store {
    /// Makes a session that rests on what a provider said. Those of the same account that lapsed at `lapsed` or before, and
    /// that nothing can confirm any more, end.
    pub async fn provider_session_put(
        &self,
        actor: &Principal,
        new: NewCredential,
        rests_on: ProviderSession,
        lapsed: Timestamp,
    ) -> Result<Credential> {
        let digest = new.digest;
        let subject = serde_json::json!({
            "person": new.person.0, "kind": new.kind.as_str(), "label": new.label, "provider": rests_on.provider,
        });
        let ended = vec![
            (&rests_on.issuer).into(),
            (&rests_on.subject).into(),
            lapsed.into(),
            self.now().into(),
        ];
        let row = vec![
            digest.into(),
            rests_on.provider.into(),
            rests_on.issuer.into(),
            rests_on.subject.into(),
            rests_on.sid.into(),
            rests_on.confirmed.into(),
            rests_on.sealed.into(),
        ];
        let change = Change::new()
            .with(INSERT, values(new, self.now()))
            .with(REST_ON, row)
            .with(END_LAPSED, ended);
        let rows = self
            .change(change.entry(rule_changed(actor, "credential made", subject)))
            .await?;
        credential(given(&rows, 0)?, 0)
    }

    /// What a session rests on; none where it did not begin at a provider.
    pub async fn provider_session(&self, id: CredentialId) -> Result<Option<ProviderSession>> {
        self.row(OF, vec![id.0.into()], session).await
    }

    /// Notes that the provider said at this instant that all is as before, and what to ask it with the next time.
    pub async fn provider_session_confirm(
        &self,
        id: CredentialId,
        at: Timestamp,
        sealed: Option<Vec<u8>>,
    ) -> Result<()> {
        let row = vec![id.0.into(), at.into(), sealed.into()];
        let change = Change::new().must(CONFIRM, row, "there is no such session");
        self.change(change).await.map(drop)
    }

    /// Forgets the refresh token of a session: the provider takes it no more.
    pub async fn provider_session_unrefreshed(&self, id: CredentialId) -> Result<()> {
        self.change(Change::new().with(UNREFRESHED, vec![id.0.into()]))
            .await
            .map(drop)
    }

    /// Ends the sessions here of an account there, of one session there, or of both where both are given; gives how many.
    /// Where neither is, none end.
    pub async fn provider_session_end(&self, issuer: &str, subject: Option<&str>, sid: Option<&str>) -> Result<usize> {
        if subject.is_none() && sid.is_none() {
            return Ok(0);
        }
        let row = vec![issuer.into(), subject.into(), sid.into(), self.now().into()];
        let entry = rule_changed(
            &Principal::public(),
            "sessions ended by their identity provider",
            serde_json::json!({ "issuer": issuer }),
        );
        let change = Change::new().with(END, row).entry(entry).policy();
        Ok(self.change(change).await?.first().map_or(0, Vec::len))
    }
}
