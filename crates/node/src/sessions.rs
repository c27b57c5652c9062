//! Sessions: what a person has who signed in with their password, and where it is enrolled with a code.
//!
//! A session is a credential like a key: random, kept as a digest, refused from the request after its end. It ends when it
//! is not used for [`IDLE_MICROS`], after [`WHOLE_MICROS`] in any case (sooner where it began at an identity provider), when its person says so, and when their password,
//! role or standing changes.
//!
//! For [`PROOF_MICROS`] from its beginning a session counts as proven. Dangerous acts ([`policy::action::proof_of`]) ask for
//! that; later its person shows again that it is them ([`Node::session_step_up`]), which who stole the session cannot.

use std::net::IpAddr;

use policy::{Action, PersonId, Scopes, decide};
use stix::Timestamp;
use store::{Credential, CredentialId, CredentialKind, NewCredential, Person};

use crate::accounts::{Caller, SESSION_PREFIX, SignInError, canonical, credential_digest, is_secret, secret_text};
use crate::error::{Error, bad};
use crate::node::Node;
use crate::providers::RestsOn;
use crate::sign_ins::{Counted, counted_as};

/// A session that is not used for so long is over.
pub const IDLE_MICROS: i64 = 8 * 3_600 * 1_000_000;
/// However much it is used, a session is over after this.
pub const WHOLE_MICROS: i64 = 7 * 24 * 3_600 * 1_000_000;
/// How long it is believed that the person of a session is there who showed that it is them.
pub const PROOF_MICROS: i64 = 10 * 60 * 1_000_000;
/// Sessions of a person at the same time; the oldest end when there are more.
const MOST_SESSIONS: usize = 50;
/// What is shown of a token, to tell sessions apart.
const SHOWN: usize = 8;

/// A session that began.
#[derive(Debug)]
pub struct Began {
    /// What it is presented with: here, now, and never again.
    pub token: String,
    /// The session.
    pub session: Credential,
}

impl Began {
    /// Seconds after which it is over in any case.
    pub fn seconds(&self) -> i64 {
        let ends = self.session.ends.map_or(0, Timestamp::micros);
        (ends - self.session.created.micros()).max(0) / 1_000_000
    }
}

fn refused(refusal: policy::Refusal) -> Error {
    Error::refused(refusal, NO_SESSION)
}

/// Whether the caller may list the sessions of a person: their own always.
fn may_list(caller: &Caller, person: PersonId) -> Result<(), Error> {
    match caller.principal.person == Some(person) {
        true => Ok(()),
        false => decide(&caller.principal, Action::ManageKeys(person)).map_err(refused),
    }
}

const NO_SESSION: &str = "there is no such session, or it is not open to you";

/// Until when a session that is used now goes on.
pub(crate) fn goes_on_until(now: i64, ends: Option<Timestamp>) -> Timestamp {
    let idle = now.saturating_add(IDLE_MICROS);
    Timestamp::from_micros(ends.map_or(idle, |ends| idle.min(ends.micros())))
}

/// Until when it is believed that the person of a session is there.
pub(crate) fn proven_until(session: &Credential) -> Option<Timestamp> {
    let is_session = session.kind == CredentialKind::Session;
    session
        .proven
        .filter(|_| is_session)
        .map(|at| at.plus_micros(PROOF_MICROS))
}

/// What shows in a session that its person is there.
#[derive(Clone, Copy)]
pub enum Shown<'a> {
    /// The password; only for who has no second factor.
    Password(&'a str),
    /// A code of the second factor, or a recovery code.
    Code(&'a str),
}

/// How a person can show that it is them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ways {
    /// With their password.
    pub password: bool,
    /// With a code of their second factor.
    pub code: bool,
    /// With a passkey.
    pub passkey: bool,
}

impl Ways {
    /// Their names, as a request names them.
    pub fn names(self) -> Vec<&'static str> {
        let all = [
            (self.password, "password"),
            (self.code, "code"),
            (self.passkey, "passkey"),
        ];
        all.into_iter()
            .filter(|(open, _)| *open)
            .map(|(_, name)| name)
            .collect()
    }
}

/// The network of an address, as far as its owner recognises where they were: whole addresses are not kept.
fn network(address: IpAddr) -> String {
    match address {
        IpAddr::V4(address) => format!("{}/24", std::net::Ipv4Addr::from(u32::from(address) >> 8 << 8)),
        IpAddr::V6(address) => format!("{}/48", std::net::Ipv6Addr::from(u128::from(address) >> 80 << 80)),
    }
}

impl Node {
    /// Begins a session. Where the person has a second factor, a code of it is needed, or a recovery code.
    ///
    /// # Errors
    /// [`SignInError::FactorNeeded`] where only the code is missing; else as for [`Node::sign_in`].
    pub async fn session_begin(
        &self,
        login: &str,
        password: &str,
        code: Option<&str>,
        from: IpAddr,
    ) -> Result<Began, SignInError> {
        let from = canonical(from);
        let now = self.now();
        let whence = counted_as(from);
        let counted = [Counted::address(whence), Counted::login(login, whence)];
        self.sign_ins().check(&counted, now.micros())?;
        let turn = self.sign_ins().turn().await?;
        self.sign_ins().check(&counted, now.micros())?;
        // A key is no password: it would lose its limits.
        let found = match is_secret(password) {
            true => None,
            false => self.by_password(login, password, None).await?,
        };
        let Some((person, _)) = found else {
            self.sign_ins().failed(&counted, now.micros());
            return Err(SignInError::Wrong);
        };
        drop(turn);
        if self.factor_counts(person.id).await? {
            let code = code.ok_or(SignInError::FactorNeeded)?;
            if !self.code_taken(person.id, code).await? {
                return Err(SignInError::Wrong);
            }
        }
        self.sign_ins().succeeded(&counted[1]);
        let now = self.now();
        self.session_make(&person, from, Some(now), WHOLE_MICROS, None).await
    }

    /// Makes the session of somebody who was found to be this person, shown to be there at `proven`; in any case it is over
    /// after `whole` microseconds, and before where it rests on what a provider said.
    pub(crate) async fn session_make(
        &self,
        person: &Person,
        from: IpAddr,
        proven: Option<Timestamp>,
        whole: i64,
        rests_on: Option<RestsOn>,
    ) -> Result<Began, SignInError> {
        let now = self.now();
        let principal = self.store().principal_of(person, false).await.map_err(Error::from)?;
        if principal.member.is_none() {
            return Err(SignInError::Wrong);
        }
        let token = secret_text(SESSION_PREFIX, &self.random());
        let ends = now.plus_micros(whole.min(WHOLE_MICROS));
        let new = NewCredential {
            person: person.id,
            kind: CredentialKind::Session,
            digest: credential_digest(token.as_bytes()),
            label: "session".to_owned(),
            prefix: token.chars().take(SHOWN).collect(),
            read_only: false,
            expires: Some(goes_on_until(now.micros(), Some(ends))),
            addresses: Vec::new(),
            scopes: Scopes::ALL,
            ends: Some(ends),
            network: Some(network(from)),
            proven,
        };
        let session = match rests_on {
            Some(rests_on) => self.provider_session_make(&principal, new, rests_on).await?,
            None => {
                let made = self.store().credential_put(&principal, new).await;
                made.map_err(Error::from)?
            }
        };
        for old in self.live(person.id).await?.iter().skip(MOST_SESSIONS) {
            self.store()
                .credential_revoke(&principal, old.id)
                .await
                .map_err(Error::from)?;
        }
        Ok(Began { token, session })
    }

    /// The sessions of a person that are not over, the newest first.
    async fn live(&self, person: PersonId) -> Result<Vec<Credential>, Error> {
        let now = self.now();
        let over = |at: Option<Timestamp>| at.is_some_and(|at| at <= now);
        let all = self.store().credential_list(person).await?;
        let live = |one: &Credential| {
            one.kind == CredentialKind::Session && one.revoked.is_none() && !over(one.expires) && !over(one.ends)
        };
        Ok(all.into_iter().filter(live).collect())
    }

    /// One's own sessions, or, for who may manage their keys, another's.
    ///
    /// # Errors
    /// When the caller may not.
    pub async fn sessions(&self, caller: &Caller, person: PersonId) -> Result<Vec<Credential>, Error> {
        may_list(caller, person)?;
        self.live(person).await
    }

    /// A page of them, the newest first, strictly before a number.
    ///
    /// # Errors
    /// When the caller may not.
    pub async fn session_page(
        &self,
        caller: &Caller,
        person: PersonId,
        before: Option<i64>,
        limit: usize,
    ) -> Result<Vec<Credential>, Error> {
        may_list(caller, person)?;
        Ok(self.store().session_page(person, self.now(), before, limit).await?)
    }

    /// Ends a session; it is refused from the next request on.
    ///
    /// # Errors
    /// When the caller may not, or there is no such session.
    pub async fn session_end(&self, caller: &Caller, person: PersonId, id: CredentialId) -> Result<(), Error> {
        decide(&caller.principal, Action::ManageKeys(person)).map_err(refused)?;
        if !self.live(person).await?.iter().any(|session| session.id == id) {
            return Err(Error::NotFound(NO_SESSION.to_owned()));
        }
        Ok(self.store().credential_revoke(&caller.principal, id).await?)
    }

    /// Ends every session of a person, the caller's too; gives how many.
    ///
    /// # Errors
    /// When the caller may not.
    pub async fn session_end_all(&self, caller: &Caller, person: PersonId) -> Result<usize, Error> {
        decide(&caller.principal, Action::ManageKeys(person)).map_err(refused)?;
        Ok(self.store().session_end_all(&caller.principal, person, None).await?)
    }

    /// The session that a request was sent with, and its person.
    pub(crate) fn own_session(&self, caller: &Caller) -> Result<(CredentialId, PersonId), Error> {
        let own = caller.credential.filter(|(_, kind)| *kind == CredentialKind::Session);
        let found = own.map(|(id, _)| id).zip(caller.principal.person);
        found.ok_or(Error::NotAllowed("this request was not sent with a session"))
    }

    /// How the person of a session can show that it is them; nothing where they sign in through a provider only.
    ///
    /// # Errors
    /// When the request was not sent with a session.
    pub async fn session_ways(&self, caller: &Caller) -> Result<Ways, Error> {
        let (_, person) = self.own_session(caller)?;
        let found = self.store().person_get(person).await?;
        let has_password = found.is_some_and(|person| person.password_hash.is_some());
        let code = self.factor_counts(person).await?;
        Ok(Ways {
            password: has_password && !code,
            code,
            passkey: !self.store().passkey_list(person).await?.is_empty(),
        })
    }

    /// Shows in a session that its person is there; gives until when that is believed. Where there is a second factor, the
    /// password is not enough, as it is not for signing in.
    ///
    /// # Errors
    /// When the request was not sent with a session, what is shown is wrong, or wrong too often.
    pub async fn session_step_up(&self, caller: &Caller, shown: Shown<'_>) -> Result<Timestamp, SignInError> {
        let (session, person) = self.own_session(caller)?;
        let ways = self.session_ways(caller).await?;
        let now = self.now();
        let counted = [Counted::proof(session)];
        self.sign_ins().check(&counted, now.micros())?;
        self.sign_ins().failed(&counted, now.micros());
        let right = match shown {
            Shown::Password(_) if ways.code => return Err(SignInError::FactorNeeded),
            Shown::Password(password) if ways.password && !is_secret(password) => {
                let turn = self.sign_ins().turn().await?;
                let found = self.store().person_get(person).await.map_err(Error::from)?;
                let login = found.map(|person| person.login).unwrap_or_default();
                let found = self.by_password(&login, password, None).await?;
                drop(turn);
                found.is_some_and(|(found, _)| found.id == person)
            }
            Shown::Code(code) if ways.code => self.code_taken(person, code).await?,
            Shown::Password(_) | Shown::Code(_) => false,
        };
        if !right {
            return Err(bad(
                "wrong-proof",
                "that does not show that it is you",
                "GET /api/v1/session/step-up says what does: password, code or passkey",
            )
            .into());
        }
        let [counted] = counted;
        self.sign_ins().succeeded(&counted);
        self.session_proven(caller, session).await.map_err(SignInError::from)
    }

    /// Notes that the person of a session has shown that it is them.
    pub(crate) async fn session_proven(&self, caller: &Caller, session: CredentialId) -> Result<Timestamp, Error> {
        let now = self.now();
        self.store().session_prove(&caller.principal, session, now).await?;
        Ok(now.plus_micros(PROOF_MICROS))
    }

    /// Ends the session that this request was sent with.
    ///
    /// # Errors
    /// When it was sent with something else.
    pub async fn session_leave(&self, caller: &Caller) -> Result<(), Error> {
        let (id, person) = self.own_session(caller)?;
        self.session_end(caller, person, id).await
    }
}

#[cfg(test)]
mod tests {
    use stix::Timestamp;

    use super::{IDLE_MICROS, goes_on_until, network};

    #[test]
    fn a_session_moves_on_with_use_and_never_beyond_its_end() {
        let at = Timestamp::from_micros;
        assert_eq!(goes_on_until(5, None), at(5 + IDLE_MICROS));
        assert_eq!(goes_on_until(5, Some(at(100))), at(100));
    }

    #[test]
    fn of_an_address_only_its_network_is_kept() {
        assert_eq!(network("192.0.2.77".parse().unwrap()), "192.0.2.0/24");
        assert_eq!(network("2001:db8:1:2::3".parse().unwrap()), "2001:db8:1::/48");
    }
}
