//! Asking again: what a provider said of somebody counts for a while, and then not until it has said so anew.
//!
//! ```text
//! request in a session ── said lately ─────────────────────────────► let in
//!                     └── longer ago ── refresh token ── as before ──► let in
//!                                   │                └── other groups, refused, gone ──► not let in
//!                                   └── none ──► not let in; the browser asks, and the provider asks nobody (`prompt=none`)
//! ```
//!
//! So a group that is taken away there counts no longer than [`Provider::confirm_minutes`] here. A provider that knows how
//! says at once that somebody signed out or is gone (OpenID Connect Back-Channel Logout 1.0).

use std::net::IpAddr;

use stix::Timestamp;
use store::{Credential, Person, ProviderSession};

use super::token::{Claims, logged_out, verified};
use super::{Provider, discovery, doubted};
use crate::accounts::{SignInError, canonical};
use crate::error::Error;
use crate::node::Node;
use crate::sign_ins::{Counted, counted_as};

const MINUTE: i64 = 60 * 1_000_000;
/// A provider that did not answer for a session is asked for it again after this.
const AGAIN_MICROS: i64 = MINUTE / 2;

/// What a session rests on that is about to begin.
pub(crate) struct RestsOn {
    session: ProviderSession,
    refresh: Option<String>,
    lapsed: Timestamp,
}

impl RestsOn {
    pub(super) fn new(provider: &Provider, claims: &Claims, refresh: Option<String>, now: Timestamp) -> Self {
        Self {
            session: ProviderSession {
                provider: provider.name.clone(),
                issuer: provider.issuer.clone(),
                subject: claims.subject.clone(),
                sid: claims.sid.clone(),
                confirmed: now,
                sealed: None,
            },
            refresh,
            lapsed: now.plus_micros(-i64::from(provider.confirm_minutes) * MINUTE),
        }
    }
}

/// What a refresh token is about, for its seal: it opens for this session only.
fn about(digest: &[u8; 32]) -> Vec<u8> {
    [b"refresh token of session ", &digest[..]].concat()
}

/// Until when it is believed what a provider said at an instant.
fn believed_until(provider: &Provider, confirmed: Timestamp) -> Timestamp {
    confirmed.plus_micros(i64::from(provider.confirm_minutes) * MINUTE)
}

impl Node {
    /// Makes a session that rests on what a provider said.
    pub(crate) async fn provider_session_make(
        &self,
        actor: &policy::Principal,
        new: store::NewCredential,
        rests_on: RestsOn,
    ) -> Result<Credential, Error> {
        let RestsOn {
            mut session,
            refresh,
            lapsed,
        } = rests_on;
        session.sealed = refresh.and_then(|token| self.sealed_refresh(&new.digest, &token));
        Ok(self.store().provider_session_put(actor, new, session, lapsed).await?)
    }

    fn sealed_refresh(&self, digest: &[u8; 32], token: &str) -> Option<Vec<u8>> {
        let seal = self.settings().seal.as_ref()?;
        seal.close(self.random(), &about(digest), token.as_bytes())
    }

    /// Until when a session counts by what its provider said; none where it did not begin at one. Where that is over, the
    /// provider is asked again, if there is something to ask it with.
    ///
    /// # Errors
    /// [`SignInError::Unconfirmed`] where only the browser can ask, or the provider does not answer; [`SignInError::Wrong`]
    /// where the session is over.
    pub(crate) async fn session_believed_until(
        &self,
        session: &Credential,
        person: &Person,
    ) -> Result<Option<Timestamp>, SignInError> {
        let (store, now) = (self.store(), self.now());
        let Some(rests_on) = store.provider_session(session.id).await.map_err(Error::from)? else {
            return Ok(None);
        };
        // A provider that is configured no more vouches for nobody.
        let mut all = self.providers().iter();
        let provider = all.find(|one| one.name == rests_on.provider && one.issuer == rests_on.issuer);
        let provider = provider.ok_or(SignInError::Wrong)?;
        if believed_until(provider, rests_on.confirmed) > now {
            return Ok(Some(believed_until(provider, rests_on.confirmed)));
        }
        let turn = self.providers_kept().turn(session.id);
        let mut failed = turn.lock().await;
        // Another request may have asked meanwhile.
        let rests_on = store.provider_session(session.id).await.map_err(Error::from)?;
        let rests_on = rests_on.ok_or(SignInError::Wrong)?;
        if believed_until(provider, rests_on.confirmed) > now {
            return Ok(Some(believed_until(provider, rests_on.confirmed)));
        }
        let unconfirmed = || SignInError::Unconfirmed {
            provider: provider.name.clone(),
        };
        if failed.is_some_and(|at| now.micros() - at < AGAIN_MICROS) {
            return Err(unconfirmed());
        }
        match self.asked_again(provider, session, person, &rests_on).await {
            Ok(true) => {
                self.providers_kept().turn_over(session.id);
                Ok(Some(believed_until(provider, now)))
            }
            Ok(false) => Err(unconfirmed()),
            // What cannot be believed is as if nothing were said.
            Err(SignInError::Store(error @ (Error::Unavailable(_) | Error::Input(_)))) => {
                tracing::warn!(provider = provider.name, "{error}");
                *failed = Some(now.micros());
                Err(unconfirmed())
            }
            Err(error) => Err(error),
        }
    }

    /// Asks a provider by the refresh token of a session; says whether all is as before. Who has other groups has no session
    /// any more.
    async fn asked_again(
        &self,
        provider: &Provider,
        session: &Credential,
        person: &Person,
        rests_on: &ProviderSession,
    ) -> Result<bool, SignInError> {
        let (store, now) = (self.store(), self.now());
        let seal = self.settings().seal.as_ref();
        let opened = seal.zip(rests_on.sealed.as_deref());
        let opened = opened.and_then(|(seal, sealed)| seal.open(&about(&session.digest), sealed));
        let Some(token) = opened.and_then(|token| String::from_utf8(token).ok()) else {
            return Ok(false);
        };
        let form = [("grant_type", "refresh_token"), ("refresh_token", token.as_str())];
        let tokens = match discovery::exchanged(self.providers_kept(), provider, &form, now.micros()).await {
            Ok(tokens) => tokens,
            Err(Error::Input(_)) => {
                store
                    .provider_session_unrefreshed(session.id)
                    .await
                    .map_err(Error::from)?;
                return Ok(false);
            }
            Err(error) => return Err(error.into()),
        };
        let Some(identity) = tokens.id_token.as_deref() else {
            // It says nothing of groups on this way (OpenID Connect Core 1.0 section 12.2): then the browser asks.
            store
                .provider_session_unrefreshed(session.id)
                .await
                .map_err(Error::from)?;
            return Ok(false);
        };
        let expected = self.expected(provider);
        let claims = self
            .told_by(provider, |keys| verified(identity, keys, expected))
            .await?;
        if claims.subject != rests_on.subject {
            return Err(doubted("the provider speaks of somebody else").into());
        }
        self.fits(provider, Some(person.member)).await?;
        let as_before = match self.take_role(provider, person.clone(), &claims).await {
            Ok(now) => now.role == person.role,
            Err(Error::NotAllowed(_)) => false,
            Err(error) => return Err(error.into()),
        };
        if !as_before {
            let nobody = policy::Principal::public();
            store
                .session_end_all(&nobody, person.id, None)
                .await
                .map_err(Error::from)?;
            return Err(SignInError::Wrong);
        }
        let next = tokens
            .refresh_token
            .and_then(|token| self.sealed_refresh(&session.digest, &token));
        let next = next.or_else(|| rests_on.sealed.clone());
        store
            .provider_session_confirm(session.id, now, next)
            .await
            .map_err(Error::from)?;
        Ok(true)
    }

    /// Ends the sessions that a provider says are over: those of somebody who signed out there, or was taken out.
    ///
    /// # Errors
    /// When there is no such provider, the token is not to be believed, or too many were not from this address.
    pub async fn provider_logged_out(&self, name: &str, token: &str, from: IpAddr) -> Result<usize, SignInError> {
        let counted = [Counted::address(counted_as(canonical(from)))];
        self.sign_ins().check(&counted, self.now().micros())?;
        let provider = self.provider(name)?;
        let expected = self.expected(provider);
        let told = self.told_by(provider, |keys| logged_out(token, keys, expected)).await;
        if matches!(&told, Err(Error::Input(_))) {
            self.sign_ins().failed(&counted, self.now().micros());
        }
        let told = told?;
        let (subject, sid) = (told.subject.as_deref(), told.sid.as_deref());
        let ended = self.store().provider_session_end(&provider.issuer, subject, sid).await;
        Ok(ended.map_err(Error::from)?)
    }
}
