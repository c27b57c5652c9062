//! The second factor: one-time codes of an authenticator, and recovery codes for when it is lost.
//!
//! ```text
//! enrol ──► secret, sealed ──► confirm with a code ──► counts; recovery codes, shown once ──► remove with a code
//! ```
//!
//! A person with a factor signs in at [`Node::session_begin`] with password and code; their password alone lets in nowhere.
//! Keys go on as they are. No key touches a factor: its person has to be there, and to have shown it a short while ago
//! ([`policy::action::proof_of`]).

mod code;

pub use code::code;

use policy::{Action, PersonId, decide};
use stix::{Problem, Timestamp};

use crate::accounts::{Caller, SignInError, credential_digest};
use crate::error::Error;
use crate::node::Node;
use crate::seal::Seal;
use crate::sign_ins::Counted;

/// Recovery codes that are given out.
const RECOVERY_CODES: usize = 10;

/// What an authenticator is told.
#[derive(Clone, Debug)]
pub struct Enrolment {
    /// The secret in base32, to be typed.
    pub secret: String,
    /// The same as an `otpauth` address, to be shown as a picture.
    pub address: String,
}

/// How it stands with a person's second factor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FactorState {
    /// Since when it counts; none where there is none that does.
    pub confirmed: Option<Timestamp>,
    /// Recovery codes that are left.
    pub recovery_codes: i64,
}

fn about(person: PersonId) -> [u8; 8] {
    person.0.to_be_bytes()
}

fn no_key() -> Error {
    Error::Unavailable("this node has no key to seal second factors with; it is made by 'commonwatch serve'".to_owned())
}

fn refused(refusal: policy::Refusal) -> Error {
    Error::refused(refusal, "there is no such person, or it is not open to you")
}

/// The person, where they have shown a short while ago that it is them.
fn present(caller: &Caller) -> Result<PersonId, Error> {
    let person = caller.principal.person.ok_or(Error::NotAllowed("sign in first"))?;
    decide(&caller.principal, Action::ManageFactors(person)).map_err(refused)?;
    Ok(person)
}

/// The person, where they are here themselves and are about to show it with a code.
fn about_to_show(caller: &Caller) -> Result<PersonId, Error> {
    match present(caller) {
        Err(Error::ProofNeeded(_)) => caller.principal.person.ok_or(Error::NotAllowed("sign in first")),
        other => other,
    }
}

impl Node {
    fn seal(&self) -> Result<&Seal, Error> {
        self.settings().seal.as_ref().ok_or_else(no_key)
    }

    /// How it stands with one's own second factor, or, for who may manage their keys, with another's.
    ///
    /// # Errors
    /// When the caller may not.
    pub async fn factor_state(&self, caller: &Caller, person: PersonId) -> Result<FactorState, Error> {
        if caller.principal.person != Some(person) {
            decide(&caller.principal, Action::ManageKeys(person)).map_err(refused)?;
        }
        let factor = self.store().factor_get(person).await?;
        Ok(FactorState {
            confirmed: factor.and_then(|factor| factor.confirmed),
            recovery_codes: self.store().recovery_codes_left(person).await?,
        })
    }

    /// Makes a secret for the caller's authenticator. It counts once it is confirmed with a code.
    ///
    /// # Errors
    /// When a key asks, or a factor counts already.
    pub async fn factor_enrol(&self, caller: &Caller) -> Result<Enrolment, Error> {
        let person = present(caller)?;
        let secret: [u8; 20] = self.random();
        let sealed = self.seal()?.close(self.random(), &about(person), &secret);
        let sealed = sealed.ok_or_else(|| Error::Ours("a second factor could not be sealed".to_owned()))?;
        if !self.store().factor_put(person, sealed).await? {
            return Err(Error::Conflict(
                "there is a second factor already: remove it first, with a code of it".to_owned(),
            ));
        }
        let secret = code::base32(&secret);
        let address = code::address(&self.chosen().title, &caller.name, &secret);
        Ok(Enrolment { secret, address })
    }

    /// Lets the secret count from now on, with a code that shows that the authenticator has it. Gives the recovery codes,
    /// this once; the caller's other sessions end.
    ///
    /// # Errors
    /// When a key asks, the code is wrong, or nothing waits to be confirmed.
    pub async fn factor_confirm(&self, caller: &Caller, presented: &str) -> Result<Vec<String>, SignInError> {
        let person = present(caller)?;
        let nothing = || Error::NotFound("there is no second factor that waits to be confirmed".to_owned());
        let factor = self.store().factor_get(person).await.map_err(Error::from)?;
        let factor = factor.filter(|factor| factor.confirmed.is_none()).ok_or_else(nothing)?;
        let secret = self.seal()?.open(&about(person), &factor.sealed).ok_or_else(no_key)?;
        let counted = self.count_code(person)?;
        let step = code::matching_step(&secret, presented.trim(), self.now(), 0).ok_or_else(wrong_code)?;
        self.sign_ins().succeeded(&counted);
        let codes: Vec<String> = (0..RECOVERY_CODES).map(|_| self.fresh_password()).collect();
        let digests: Vec<_> = codes.iter().map(|code| credential_digest(code.as_bytes())).collect();
        let (store, actor) = (self.store(), &caller.principal);
        store
            .factor_confirm(actor, person, step, &digests)
            .await
            .map_err(Error::from)?;
        let own = caller.credential.map(|(id, _)| id);
        store.session_end_all(actor, person, own).await.map_err(Error::from)?;
        self.tell_of_account(person, "a second factor was made").await;
        Ok(codes)
    }

    /// Removes the caller's second factor; a code of it, or a recovery code, shows that it is them.
    ///
    /// # Errors
    /// When a key asks, there is none, or the code is wrong.
    pub async fn factor_remove(&self, caller: &Caller, presented: &str) -> Result<(), SignInError> {
        let person = about_to_show(caller)?;
        if !self.factor_counts(person).await? {
            return Err(Error::NotFound("there is no second factor".to_owned()).into());
        }
        if !self.code_taken(person, presented).await? {
            return Err(wrong_code().into());
        }
        let removed = self.store().factor_remove(&caller.principal, person).await;
        removed.map_err(Error::from)?;
        self.tell_of_account(person, "the second factor was removed").await;
        Ok(())
    }

    /// Removes the factor of somebody who lost it; an operator does, for others, and their sessions end.
    ///
    /// # Errors
    /// When the caller is no operator, asks for themselves, or there is none.
    pub async fn factor_reset(&self, caller: &Caller, person: PersonId) -> Result<(), Error> {
        decide(&caller.principal, Action::ResetFactors(person)).map_err(refused)?;
        self.store().factor_remove(&caller.principal, person).await?;
        self.store().session_end_all(&caller.principal, person, None).await?;
        self.tell_of_account(person, "the second factor was removed").await;
        Ok(())
    }

    /// Whether a person has a factor that counts.
    pub(crate) async fn factor_counts(&self, person: PersonId) -> Result<bool, Error> {
        let factor = self.store().factor_get(person).await?;
        Ok(factor.is_some_and(|factor| factor.confirmed.is_some()))
    }

    /// Takes a code or a recovery code of a person, each of which is good once. Wrong ones are counted for the person,
    /// wherever they come from: who gets this far knows the password.
    pub(crate) async fn code_taken(&self, person: PersonId, presented: &str) -> Result<bool, SignInError> {
        let counted = self.count_code(person)?;
        let presented = presented.trim();
        let store = self.store();
        let is_code = presented.len() == code::DIGITS && presented.bytes().all(|byte| byte.is_ascii_digit());
        let taken = if is_code {
            let Some(factor) = store.factor_get(person).await.map_err(Error::from)? else {
                return Ok(false);
            };
            let secret = self.seal()?.open(&about(person), &factor.sealed).ok_or_else(no_key)?;
            match code::matching_step(&secret, presented, self.now(), factor.last_step) {
                Some(step) => store.factor_step(person, step).await.map_err(Error::from)?,
                None => false,
            }
        } else {
            let digest = credential_digest(presented.to_ascii_lowercase().as_bytes());
            store.recovery_code_use(person, digest).await.map_err(Error::from)?
        };
        if taken {
            self.sign_ins().succeeded(&counted);
        }
        Ok(taken)
    }

    /// Counts a try before it is looked at, so that a thousand at once are counted too; a right one is forgiven.
    fn count_code(&self, person: PersonId) -> Result<Counted, SignInError> {
        let now = self.now().micros();
        let counted = [Counted::code(person)];
        self.sign_ins().check(&counted, now)?;
        self.sign_ins().failed(&counted, now);
        let [counted] = counted;
        Ok(counted)
    }
}

fn wrong_code() -> Error {
    let message = "the code is not right, or was used already; each is good once, for half a minute";
    Error::input(Problem::error("wrong-code", stix::Place::default(), message))
}
