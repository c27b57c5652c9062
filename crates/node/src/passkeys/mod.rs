//! Passkeys (Web Authentication): several for each person, with names. One is two factors: the device, and what unlocks it.
//!
//! ```text
//! ask ──► question, and a sealed note of it ──► the browser asks the authenticator ──► answer, with the note
//!                                                                                       ├─► a passkey is known
//!                                                                                       ├─► a session begins, no name asked
//!                                                                                       └─► a session is proven again
//! ```
//!
//! The note is sealed with the node's key: nothing is kept of questions that nobody answers. Each is answered once; that is
//! kept until the note is too old anyway. Attestation is not asked for: which make of authenticator it is changes nothing.

mod answer;
mod cbor;

use std::net::IpAddr;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use policy::{Action, PersonId, decide};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use stix::Timestamp;
use store::{NewPasskey, Passkey, PasskeyId, Person};

pub use answer::Place;
use answer::{Doubt, Question, decoded, made, used};

use crate::accounts::{Caller, SignInError, canonical, credential_digest};
use crate::error::{Error, bad};
use crate::node::Node;
use crate::partnership::check_text;
use crate::seal::Seal;
use crate::sessions::{Began, WHOLE_MICROS};
use crate::sign_ins::{Counted, counted_as};
use crate::signature::PublicKey;

/// How long somebody may take to answer.
const ASKED_MICROS: i64 = 5 * 60 * 1_000_000;
/// Passkeys of one person.
const MOST: usize = 20;
/// What the note is about, for its seal.
const NOTE: &[u8] = b"question to a passkey";
const NO_PASSKEY: &str = "there is no such passkey, or it is not open to you";

/// A question to an authenticator.
#[derive(Clone, Debug)]
pub struct Asking {
    /// What comes back with the answer.
    pub note: String,
    /// The options for the browser, with binary parts in base64url, as `PublicKeyCredential.parse…OptionsFromJSON` takes them.
    pub options: Value,
}

/// What somebody may do with the answer to a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Purpose {
    /// Make a passkey, for this person.
    Make(i64),
    /// Show who it is.
    Show,
}

#[derive(Serialize, Deserialize)]
struct Note {
    challenge: String,
    asked: i64,
    purpose: Purpose,
}

/// The answer of a browser, as `PublicKeyCredential.toJSON` gives it; what is not needed is not read.
#[derive(Clone, Debug, Deserialize)]
pub struct Answer {
    /// The name of the passkey.
    pub id: String,
    /// What the authenticator says.
    pub response: AnswerParts,
}

/// The parts of an answer.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AnswerParts {
    /// What the browser adds.
    #[serde(rename = "clientDataJSON")]
    pub client_data: String,
    /// Of one that was made.
    pub attestation_object: Option<String>,
    /// Of one that was used.
    pub authenticator_data: Option<String>,
    /// Of one that was used.
    pub signature: Option<String>,
    /// Of one that was used: whose it is.
    pub user_handle: Option<String>,
}

fn doubted(doubt: Doubt) -> Error {
    bad(
        "passkey-refused",
        doubt.to_string(),
        "ask again, and use a passkey that was made here",
    )
}

fn unasked() -> Error {
    bad(
        "passkey-refused",
        "that question was not asked here, was answered, or is too old",
        "ask again",
    )
}

fn refused(refusal: policy::Refusal) -> Error {
    Error::refused(refusal, NO_PASSKEY)
}

impl Node {
    fn question_seal(&self) -> Result<&Seal, Error> {
        let none = || Error::Unavailable("this node has no key to seal with; 'commonwatch serve' makes it".to_owned());
        self.settings().seal.as_ref().ok_or_else(none)
    }

    fn asking(&self, purpose: Purpose) -> Result<(String, String), Error> {
        let note = Note {
            challenge: URL_SAFE_NO_PAD.encode(self.random::<32>()),
            asked: self.now().micros(),
            purpose,
        };
        let text =
            serde_json::to_vec(&note).map_err(|error| Error::Ours(format!("a note cannot be written: {error}")))?;
        let sealed = self.question_seal()?.close(self.random(), NOTE, &text);
        let sealed = sealed.ok_or_else(|| Error::Ours("a note could not be sealed".to_owned()))?;
        Ok((note.challenge, URL_SAFE_NO_PAD.encode(sealed)))
    }

    /// What was asked; gives the challenge. That it is answered once is for [`Node::answered_once`].
    fn asked(&self, note: &str, purpose: Purpose) -> Result<Vec<u8>, Error> {
        let sealed = URL_SAFE_NO_PAD.decode(note).ok();
        let text = match sealed {
            Some(sealed) => self.question_seal()?.open(NOTE, &sealed),
            None => None,
        };
        let note: Option<Note> = text.and_then(|text| serde_json::from_slice(&text).ok());
        let now = self.now().micros();
        let note = note.filter(|note| note.purpose == purpose && now < note.asked + ASKED_MICROS);
        decoded(&note.ok_or_else(unasked)?.challenge).map_err(doubted)
    }

    async fn answered_once(&self, challenge: &[u8]) -> Result<(), Error> {
        let until = self.now().plus_micros(ASKED_MICROS);
        let first = self
            .store()
            .question_answered(credential_digest(challenge), until)
            .await?;
        first.then_some(()).ok_or_else(unasked)
    }

    /// Asks for a new passkey of the caller.
    ///
    /// # Errors
    /// When the caller has not shown lately that it is them, or has too many.
    pub async fn passkey_ask(&self, caller: &Caller, place: &Place) -> Result<Asking, Error> {
        let person = caller.principal.person.ok_or(Error::NotAllowed("sign in first"))?;
        decide(&caller.principal, Action::ManageFactors(person)).map_err(refused)?;
        let had = self.store().passkey_list(person).await?;
        if had.len() >= MOST {
            return Err(Error::Conflict(format!(
                "nobody has more than {MOST} passkeys: remove one first"
            )));
        }
        let found = self.store().person_get(person).await?;
        let found = found.ok_or_else(|| Error::NotFound(NO_PASSKEY.to_owned()))?;
        let (challenge, note) = self.asking(Purpose::Make(person.0))?;
        let named = |passkey: &Passkey| json!({ "type": "public-key", "id": URL_SAFE_NO_PAD.encode(&passkey.terms.credential) });
        let kinds = [-7, -8, -257].map(|alg| json!({ "type": "public-key", "alg": alg }));
        let options = json!({
            "rp": { "id": place.rp_id, "name": self.chosen().title },
            "user": {
                "id": URL_SAFE_NO_PAD.encode(found.uuid.as_bytes()), "name": found.login, "displayName": found.name,
            },
            "challenge": challenge, "pubKeyCredParams": kinds, "timeout": ASKED_MICROS / 1_000,
            "excludeCredentials": had.iter().map(named).collect::<Vec<_>>(),
            "authenticatorSelection": {
                "residentKey": "required", "requireResidentKey": true, "userVerification": "required",
            },
            "attestation": "none",
        });
        Ok(Asking { note, options })
    }

    /// Takes note of a passkey that was made for the caller.
    ///
    /// # Errors
    /// As [`Node::passkey_ask`]; and when the answer is not to be believed, or it is known already.
    pub async fn passkey_add(
        &self,
        caller: &Caller,
        place: &Place,
        note: &str,
        name: &str,
        answer: &Answer,
    ) -> Result<Passkey, Error> {
        let person = caller.principal.person.ok_or(Error::NotAllowed("sign in first"))?;
        decide(&caller.principal, Action::ManageFactors(person)).map_err(refused)?;
        check_text("name", name)?;
        let challenge = self.asked(note, Purpose::Make(person.0))?;
        let question = Question {
            challenge: &challenge,
            place,
        };
        let parts = &answer.response;
        let attestation = parts
            .attestation_object
            .as_deref()
            .ok_or_else(|| doubted(Doubt::Malformed))?;
        let client = decoded(&parts.client_data).map_err(doubted)?;
        let made = made(&client, &decoded(attestation).map_err(doubted)?, question).map_err(doubted)?;
        if decoded(&answer.id).map_err(doubted)? != made.id {
            return Err(doubted(Doubt::Malformed));
        }
        self.answered_once(&challenge).await?;
        let key =
            serde_json::to_string(&made.key).map_err(|error| Error::Ours(format!("a key cannot be kept: {error}")))?;
        let new = NewPasskey {
            person,
            credential: made.id,
            key,
            name: name.to_owned(),
            rp_id: place.rp_id.clone(),
            count: made.count,
            backed_up: made.backed_up,
        };
        let put = self.store().passkey_put(&caller.principal, new).await;
        let put = put.map_err(|error| match error.kind() {
            store::ErrorKind::Conflict => Error::Conflict("this passkey is known here already".to_owned()),
            _ => error.into(),
        })?;
        self.tell_of_account(person, "a passkey was made").await;
        Ok(put)
    }

    /// Asks who is there: any passkey of this place answers, and no name is asked for.
    ///
    /// # Errors
    /// When the node has no key to seal with, or this address failed too often.
    pub fn passkey_ask_who(&self, place: &Place, from: IpAddr) -> Result<Asking, SignInError> {
        let counted = [Counted::address(counted_as(canonical(from)))];
        self.sign_ins().check(&counted, self.now().micros())?;
        let (challenge, note) = self.asking(Purpose::Show)?;
        let options = json!({
            "challenge": challenge, "rpId": place.rp_id, "timeout": ASKED_MICROS / 1_000, "userVerification": "required",
            "allowCredentials": [],
        });
        Ok(Asking { note, options })
    }

    /// Who answers with a passkey.
    pub(crate) async fn by_passkey(&self, place: &Place, note: &str, answer: &Answer) -> Result<Person, SignInError> {
        let challenge = self.asked(note, Purpose::Show)?;
        let parts = &answer.response;
        let part = |text: &Option<String>| decoded(text.as_deref().unwrap_or_default()).map_err(doubted);
        let credential = decoded(&answer.id).map_err(doubted)?;
        let found = self.store().passkey_get(&credential).await.map_err(Error::from)?;
        let found = found
            .filter(|passkey| passkey.terms.rp_id == place.rp_id)
            .ok_or(SignInError::Wrong)?;
        let key: PublicKey = serde_json::from_str(&found.terms.key)
            .map_err(|error| Error::Ours(format!("a stored passkey is unreadable: {error}")))?;
        let question = Question {
            challenge: &challenge,
            place,
        };
        let client = decoded(&parts.client_data).map_err(doubted)?;
        let (authenticator, signature) = (part(&parts.authenticator_data)?, part(&parts.signature)?);
        let used = used(&client, &authenticator, &signature, &key, question).map_err(doubted)?;
        let person = self.store().person_get(found.terms.person).await.map_err(Error::from)?;
        let person = person.filter(|person| person.active).ok_or(SignInError::Wrong)?;
        // Without a name having been asked for, the passkey says whose it is (section 7.2 step 6).
        if part(&parts.user_handle)? != person.uuid.as_bytes() {
            return Err(SignInError::Wrong);
        }
        self.answered_once(&challenge).await?;
        // One that counts and does not count on is there twice (section 6.1.1): neither is let in.
        let noted = self.store().passkey_used(found.id, used.count, used.backed_up).await;
        if !noted.map_err(Error::from)? {
            tracing::warn!(
                passkey = found.id.0,
                "a passkey answered with a count that it had before"
            );
            let help = "it may have been copied: remove it, and look where else its person is signed in";
            let message = "this passkey answered with a count that it had before";
            return Err(bad("passkey-copied", message, help).into());
        }
        Ok(person)
    }

    /// Begins a session with a passkey, which is two factors.
    ///
    /// # Errors
    /// When the answer is not to be believed, nobody here has that passkey, or this address failed too often.
    pub async fn session_begin_by_passkey(
        &self,
        place: &Place,
        note: &str,
        answer: &Answer,
        from: IpAddr,
    ) -> Result<Began, SignInError> {
        let counted = [Counted::address(counted_as(canonical(from)))];
        self.sign_ins().check(&counted, self.now().micros())?;
        let person = self.by_passkey(place, note, answer).await.inspect_err(|_| {
            self.sign_ins().failed(&counted, self.now().micros());
        })?;
        self.session_make(&person, from, Some(self.now()), WHOLE_MICROS, None)
            .await
    }

    /// Shows with a passkey, in a session, that its person is there; gives until when that is believed.
    ///
    /// # Errors
    /// When the request was not sent with a session, or the answer is not to be believed or another's.
    pub async fn session_step_up_by_passkey(
        &self,
        caller: &Caller,
        place: &Place,
        note: &str,
        answer: &Answer,
    ) -> Result<Timestamp, SignInError> {
        let (session, own) = self.own_session(caller)?;
        let now = self.now().micros();
        let counted = [Counted::proof(session)];
        self.sign_ins().check(&counted, now)?;
        self.sign_ins().failed(&counted, now);
        let person = self.by_passkey(place, note, answer).await?;
        if person.id != own {
            return Err(SignInError::Wrong);
        }
        let [counted] = counted;
        self.sign_ins().succeeded(&counted);
        Ok(self.session_proven(caller, session).await?)
    }

    /// The passkeys of a person: one's own, or, for who manages their keys, another's.
    ///
    /// # Errors
    /// When the caller may not.
    pub async fn passkeys(&self, caller: &Caller, person: PersonId) -> Result<Vec<Passkey>, Error> {
        if caller.principal.person != Some(person) {
            decide(&caller.principal, Action::ManageKeys(person)).map_err(refused)?;
        }
        Ok(self.store().passkey_list(person).await?)
    }

    /// Gives one's own passkey another name.
    ///
    /// # Errors
    /// When the caller may not, or there is no such passkey of theirs.
    pub async fn passkey_rename(&self, caller: &Caller, id: PasskeyId, name: &str) -> Result<(), Error> {
        let person = caller.principal.person.ok_or(Error::NotAllowed("sign in first"))?;
        decide(&caller.principal, Action::ManageKeys(person)).map_err(refused)?;
        check_text("name", name)?;
        Ok(self.store().passkey_rename(person, id, name).await?)
    }

    /// Removes a passkey: one's own in person, another's by who may take their second factor away.
    ///
    /// # Errors
    /// When the caller may not, or there is no such passkey of that person.
    pub async fn passkey_remove(&self, caller: &Caller, person: PersonId, id: PasskeyId) -> Result<(), Error> {
        let own = caller.principal.person == Some(person);
        let action = match own {
            true => Action::ManageFactors(person),
            false => Action::ResetFactors(person),
        };
        decide(&caller.principal, action).map_err(refused)?;
        self.store().passkey_remove(&caller.principal, person, id).await?;
        let kept = caller.credential.map(|(id, _)| id).filter(|_| own);
        self.store().session_end_all(&caller.principal, person, kept).await?;
        self.tell_of_account(person, "a passkey was removed").await;
        Ok(())
    }
}
