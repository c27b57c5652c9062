//! Idempotency keys: a change that is sent twice under one key is done once, and answered the same both times.
//!
//! ```text
//! begin ──► first ──► done ──► keep (or drop, where nothing was done)
//!       ├─► the same before: its answer
//!       ├─► the same, running still (who does it says so every half minute)
//!       ├─► the same, broken off: the node was stopped in its middle
//!       └─► another request under this key
//! ```
//!
//! A key belongs to the person who used it, and holds for one method, path, content and set of rights: a key of a narrower
//! scope does not read what a wider one was answered. What was answered lies sealed in the store, for a day; the digests are
//! keyed too, since what was asked may hold a password. What is shown once is not kept even so: the repeat is told that
//! it was done.

use serde::{Deserialize, Serialize};
use stix::Timestamp;
use store::AnswerBegun;

use crate::accounts::Caller;
use crate::error::Error;
use crate::node::Node;
use crate::seal::Seal;

/// How long an answer is kept.
pub const KEPT_MICROS: i64 = 24 * 3_600 * 1_000_000;
/// How long it is believed that a change runs of which nothing is heard.
const BELIEVED_MICROS: i64 = 2 * 60 * 1_000_000;
/// Bytes of an answer's body that are kept; of a longer one it is kept that it was given.
pub const BODY_MOST: usize = 64 << 10;
/// Answers kept for one person at a time.
const ANSWERS_MOST: usize = 20_000;
/// Bytes of a key.
pub const KEY_MOST: usize = 255;

/// What is asked, as far as two requests must be equal to be one.
#[derive(Clone, Copy, Debug)]
pub struct Asking<'a> {
    /// The method.
    pub method: &'a str,
    /// Path and query.
    pub address: &'a str,
    /// The media type of the body.
    pub media: &'a [u8],
    /// The body.
    pub body: &'a [u8],
}

/// An answer, as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// Its status.
    pub status: u16,
    /// Headers and body; none where they are not kept.
    pub content: Option<Content>,
}

/// What is kept of an answer besides its status.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Content {
    /// Headers that say what the body is.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: String,
}

/// A change that is being done under a key.
#[derive(Clone, Copy, Debug)]
pub struct Turn {
    name: [u8; 32],
}

/// What came of the wish to begin.
#[derive(Debug)]
pub enum Begun {
    /// Do it, and then say what was answered.
    First(Turn),
    /// It was done before.
    Before(Kept),
    /// It was begun before, and has not ended.
    Running,
    /// It was begun before, and who did it stopped in its middle: it may have been done or not.
    BrokenOff,
    /// The key was used for something else.
    Other,
    /// The person has too many answers kept.
    Full,
}

fn believed(now: Timestamp) -> Timestamp {
    now.plus_micros(BELIEVED_MICROS)
}

fn rights(caller: &Caller) -> String {
    let principal = &caller.principal;
    let member = principal.member.map(|member| member.0);
    let role = principal.role.map(policy::Role::as_str);
    format!("{member:?} {role:?} {} {:?}", principal.read_only, principal.scopes)
}

impl Node {
    fn answer_seal(&self) -> Result<&Seal, Error> {
        let none = || Error::Unavailable("this node has no key to seal kept answers with".to_owned());
        self.settings().seal.as_ref().ok_or_else(none)
    }

    /// Begins a change under a key; none where nobody with an account asks, who changes nothing anyway.
    ///
    /// # Errors
    /// When the store does not answer, or this node has no seal.
    pub async fn idempotency_begin(
        &self,
        caller: &Caller,
        key: &str,
        asking: Asking<'_>,
    ) -> Result<Option<Begun>, Error> {
        let Some(person) = caller.principal.person else {
            return Ok(None);
        };
        let seal = self.answer_seal()?;
        let name = seal.digest(b"idempotency key", &[&person.0.to_be_bytes(), key.as_bytes()]);
        let parts = [
            asking.method.as_bytes(),
            asking.address.as_bytes(),
            asking.media,
            asking.body,
        ];
        let rights = rights(caller);
        let request = seal.digest(b"idempotent request", &[&parts[..], &[rights.as_bytes()]].concat());
        let now = self.now();
        let oldest = now.plus_micros(-KEPT_MICROS);
        let begun = self
            .store()
            .answer_begin(name, person, request, (now, oldest, believed(now)), ANSWERS_MOST);
        Ok(Some(match begun.await? {
            AnswerBegun::First => Begun::First(Turn { name }),
            AnswerBegun::Full => Begun::Full,
            AnswerBegun::Before(before) if before.request != request => Begun::Other,
            AnswerBegun::Before(before) => match before.status.and_then(|status| u16::try_from(status).ok()) {
                None if before.running_until.is_none_or(|until| until <= now) => Begun::BrokenOff,
                None => Begun::Running,
                Some(status) => Begun::Before(Kept {
                    status,
                    content: before.sealed.and_then(|sealed| open(seal, &name, &sealed)),
                }),
            },
        }))
    }

    /// Says that a change runs still; to be said every half minute or so.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn idempotency_runs(&self, turn: Turn) -> Result<(), Error> {
        Ok(self.store().answer_runs(turn.name, believed(self.now())).await?)
    }

    /// Keeps what was answered, for a day.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn idempotency_keep(&self, turn: Turn, kept: Kept) -> Result<(), Error> {
        let sealed = match kept.content.filter(|content| content.body.len() <= BODY_MOST) {
            None => None,
            Some(content) => {
                let unwritten = |error| Error::Ours(format!("an answer could not be written: {error}"));
                let text = serde_json::to_vec(&content).map_err(unwritten)?;
                self.answer_seal()?.close(self.random(), &turn.name, &text)
            }
        };
        Ok(self.store().answer_keep(turn.name, kept.status, sealed).await?)
    }

    /// Gives a key back under which nothing was done, so that the next try is the first.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn idempotency_drop(&self, turn: Turn) -> Result<(), Error> {
        Ok(self.store().answer_drop(turn.name).await?)
    }
}

/// What was sealed, as long as the seal is the same.
fn open(seal: &Seal, name: &[u8], sealed: &[u8]) -> Option<Content> {
    serde_json::from_slice(&seal.open(name, sealed)?).ok()
}
