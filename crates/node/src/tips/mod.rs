//! Tips: somebody without an account tells the operators of an incident or a weakness, and they can talk about it.
//!
//! ```text
//! form ──► checked, counted, sealed ──► waiting ◄──► answered ──► closed ──► forgotten
//!             │                            └─ owed as a commitment: answer a report
//!             └─► a reference and a secret link, for the reporter alone
//! ```
//!
//! | who | reads |
//! |---|---|
//! | whoever has the secret link | whose turn it is, what operators wrote, what was written by that link; not the report itself |
//! | operators, in person ([`Action::ReadTips`]) | everything |
//! | everybody else | nothing |
//!
//! What is written lies sealed in the store with the node's own key, which lies beside it: so a copy of the store, or a
//! backup of it, gives nothing away. It does not protect from whoever has the machine.
//!
//! | file | what it knows |
//! |---|---|
//! | `letters` | how much comes from where, and forms that are sent in time (pure) |
//! | this | the reporter's side |
//! | `desk` | the operators' side |

mod desk;
mod letters;

use std::net::IpAddr;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use stix::Timestamp;
use store::{NewTip, Tip, TipKind, TipState};
use uuid::Uuid;

pub use desk::{TipLine, TipOpened};
pub(crate) use letters::{Letters, network};

use crate::accounts::{Caller, SignInError};
use crate::commitments::Promise;
use crate::error::{Error, bad};
use crate::node::Node;
use crate::seal::Seal;
use crate::sign_ins::{Counted, counted_as};
use letters::Untimely;

/// Characters of what somebody writes.
pub const TEXT_MOST: usize = 10_000;
/// Characters of a line.
pub const LINE_MOST: usize = 300;
/// Files of one tip.
pub const FILES_MOST: usize = 3;
/// Bytes of one of them.
pub const FILE_MOST: usize = 1 << 20;
/// Tips of one part of the list.
pub const LIST_MOST: usize = 500;
/// Tips of all in a day; what comes beyond that is asked to come by another way.
const DAY_MOST: i64 = 200;
/// Tips that may wait for an answer.
const WAITING_MOST: i64 = 1_000;
/// What may be said about one tip.
const MESSAGES_MOST: usize = 100;
const DAY_MICROS: i64 = 86_400_000_000;
/// The space in which the names of tips and of what is owed for them are made.
const NAMES: Uuid = Uuid::from_u128(0x71c0_5f0e_3c1d_4a86_9a3e_52d6_0b7f_4c19);

/// What somebody reports.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TipWish {
    /// Whether it is a weakness; otherwise something happened.
    pub is_weakness: bool,
    /// What it is about, in a line.
    pub subject: String,
    /// What it is.
    pub details: String,
    /// Which system or organisation, as far as known.
    pub about: String,
    /// Where an answer may go besides the link; nothing, where the reporter stays unknown.
    pub contact: String,
    /// Files, each with its name.
    pub files: Vec<(String, Vec<u8>)>,
}

/// What the reporter gets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TipMade {
    /// What people call it.
    pub reference: String,
    /// The secret of the link.
    pub secret: String,
}

/// Something that was said about a tip.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TipSaid {
    /// Whether an operator said it.
    pub by_operator: bool,
    /// When.
    pub at: Timestamp,
    /// What.
    pub text: String,
}

/// A tip as its reporter follows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TipFollowed {
    /// What people call it.
    pub reference: String,
    /// Whose turn it is.
    pub state: TipState,
    /// When it came.
    pub made: Timestamp,
    /// What was said since.
    pub said: Vec<TipSaid>,
}

/// What was written, as it is sealed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TipText {
    /// What it is about, in a line.
    pub subject: String,
    /// What it is.
    pub details: String,
    /// Which system or organisation.
    pub about: String,
    /// Where an answer may go.
    pub contact: String,
}

fn absent() -> Error {
    Error::NotFound("there is no such report".to_owned())
}

fn too_many(why: &str) -> Error {
    bad(
        "too-many-reports",
        why,
        "in a hurry, use one of the contacts in security.txt",
    )
}

fn digest(secret: &[u8]) -> [u8; 32] {
    Sha256::digest(secret).into()
}

/// Words of somebody: lines are fine where they are wanted, other control characters are not.
fn words(what: &str, text: &str, most: usize, least: usize) -> Result<String, Error> {
    let text = text.replace("\r\n", "\n").trim().to_owned();
    let odd = |one: char| one.is_control() && !(most > LINE_MOST && matches!(one, '\n' | '\t'));
    let count = text.chars().count();
    if count < least || count > most || text.chars().any(odd) {
        let message = format!("{what} must have {least} to {most} characters, and no control characters");
        return Err(bad("bad-text", message, "say it shorter; files can be added"));
    }
    Ok(text)
}

fn file_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let kept: String = last.chars().filter(|one| !one.is_control()).take(100).collect();
    if kept.trim().is_empty() {
        "file".to_owned()
    } else {
        kept
    }
}

/// A name that is easy to read out.
fn reference(bytes: &[u8; 32]) -> String {
    const SIGNS: &[u8; 32] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
    let sign = |byte: &u8| char::from(SIGNS[usize::from(byte % 32)]);
    let text: String = bytes.iter().take(8).map(sign).collect();
    format!(
        "R-{}-{}",
        text.get(..4).unwrap_or_default(),
        text.get(4..).unwrap_or_default()
    )
}

impl Node {
    fn tip_seal(&self) -> Result<&Seal, Error> {
        let none = || Error::Unavailable("this node has no key to seal reports with".to_owned());
        self.settings().seal.as_ref().ok_or_else(none)
    }

    fn tip_sealed(&self, about: &[u8], text: &[u8]) -> Result<Vec<u8>, Error> {
        let sealed = self.tip_seal()?.close(self.random(), about, text);
        sealed.ok_or_else(|| Error::Ours("a report could not be sealed".to_owned()))
    }

    fn tip_unseal(&self, about: &[u8], sealed: &[u8]) -> Result<Vec<u8>, Error> {
        let lost = || {
            let why = "a report cannot be opened: seal.key is not the one that it was sealed with";
            Error::Ours(why.to_owned())
        };
        self.tip_seal()?.open(about, sealed).ok_or_else(lost)
    }

    async fn reports_must_be_on(&self) -> Result<(), Error> {
        match self.site().await?.site.reports {
            true => Ok(()),
            false => Err(absent()),
        }
    }

    /// The mark of a form that is opened now; it goes back with what is written.
    ///
    /// # Errors
    /// When reports are off, or nothing could be sealed.
    pub async fn tip_form(&self) -> Result<String, Error> {
        self.reports_must_be_on().await?;
        Ok(letters::mark(self.tip_seal()?, self.now(), self.random()))
    }

    /// Takes a tip. Sent again with the same form, it is the same tip, and gets the same answer.
    ///
    /// # Errors
    /// When reports are off, the form was sent too soon or too late, too much came from there or at all, or it cannot be used.
    pub async fn tip_leave(&self, whence: IpAddr, form: &str, wish: &TipWish) -> Result<TipMade, Error> {
        self.reports_must_be_on().await?;
        let seal = self.tip_seal()?;
        letters::check(seal, form, self.now()).map_err(|untimely| match untimely {
            Untimely::TooSoon => bad(
                "too-soon",
                "that was quick: send it once more",
                "everything is still there",
            ),
            Untimely::TooOld => bad(
                "form-too-old",
                "this form is too old: send it once more",
                "everything is still there",
            ),
        })?;
        let text = TipText {
            subject: words("the subject", &wish.subject, LINE_MOST, 3)?,
            details: words("the description", &wish.details, TEXT_MOST, 10)?,
            about: words("what it concerns", &wish.about, LINE_MOST, 0)?,
            contact: words("how to reach you", &wish.contact, LINE_MOST, 0)?,
        };
        if wish.files.len() > FILES_MOST || wish.files.iter().any(|(_, bytes)| bytes.len() > FILE_MOST) {
            let message = format!("add {FILES_MOST} files of {} MiB each at the most", FILE_MOST >> 20);
            return Err(bad("bad-files", message, "pack them, or say that there is more"));
        }
        // Of the form alone: whoever sends it twice has the same link.
        let secret = seal.digest(b"secret of a tip", &[form.as_bytes()]);
        let made = TipMade {
            reference: reference(&seal.digest(b"reference of a tip", &[form.as_bytes()])),
            secret: URL_SAFE_NO_PAD.encode(secret),
        };
        if self.store().tip_by_secret(digest(&secret)).await?.is_some() {
            return Ok(made);
        }
        let (came, waiting) = self.store().tip_counts(self.now().plus_micros(-DAY_MICROS)).await?;
        if came >= DAY_MOST || waiting >= WAITING_MOST {
            return Err(too_many("very many reports came lately"));
        }
        let network = network(whence);
        let network = seal.digest(self.process_secret(), &[network.as_bytes()]);
        self.letters().take(network, self.now().micros()).map_err(|seconds| {
            let minutes = seconds.div_ceil(60);
            too_many(&format!("many reports came from your network: wait {minutes} minutes"))
        })?;
        let uuid = Uuid::new_v5(&NAMES, &secret);
        let plain = serde_json::to_vec(&text).map_err(|error| Error::Ours(error.to_string()))?;
        let file = |(name, bytes): &(String, Vec<u8>)| {
            let name = file_name(name);
            let length = u32::try_from(name.len()).unwrap_or_default().to_be_bytes();
            self.tip_sealed(uuid.as_bytes(), &[&length[..], name.as_bytes(), &bytes[..]].concat())
        };
        let new = NewTip {
            uuid,
            reference: made.reference.clone(),
            secret: digest(&secret),
            kind: if wish.is_weakness {
                TipKind::Weakness
            } else {
                TipKind::Incident
            },
            sealed: self.tip_sealed(uuid.as_bytes(), &plain)?,
            files: wish.files.iter().map(file).collect::<Result<_, _>>()?,
        };
        match self.store().tip_put(new).await.map_err(Error::from) {
            // The same form came twice at once.
            Err(Error::Conflict(_)) => return Ok(made),
            other => other?,
        }
        self.tip_owed(uuid, &made.reference, 0).await?;
        Ok(made)
    }

    /// Owes an answer to what is said: so it is on everybody's list who could give one, and somebody is told when it is late.
    async fn tip_owed(&self, uuid: Uuid, reference: &str, said: usize) -> Result<(), Error> {
        let Some(own) = self.own_member().await? else {
            return Ok(());
        };
        let actor = self.store().principal_of_member(own.id).await?;
        let promise = Promise {
            uuid: of_answer(uuid, said),
            kind: "answer-report".to_owned(),
            subject: uuid.to_string(),
            title: Some(format!("report {reference}")),
            owed_by: own.id,
            person: None,
            owed_to: own.id,
            community: None,
            because: "whoever reports something to this node gets an answer".to_owned(),
            clock: None,
            escalation: None,
        };
        self.commitments_by_rule(&actor, vec![promise]).await.map(drop)
    }

    async fn tip_of(&self, secret: &str, whence: IpAddr) -> Result<Tip, Error> {
        self.reports_must_be_on().await?;
        let counted = [Counted::tip(counted_as(whence))];
        let now = self.now().micros();
        match self.sign_ins().check(&counted, now) {
            Ok(()) => {}
            Err(SignInError::Store(error)) => return Err(error),
            Err(_) => return Err(absent()),
        }
        let found = match URL_SAFE_NO_PAD.decode(secret) {
            Ok(secret) => self.store().tip_by_secret(digest(&secret)).await?,
            Err(_) => None,
        };
        found.ok_or_else(|| {
            self.sign_ins().failed(&counted, now);
            absent()
        })
    }

    async fn tip_said(&self, tip: &Tip) -> Result<Vec<TipSaid>, Error> {
        let messages = self.store().tip_messages(tip, MESSAGES_MOST).await?;
        let said = |message: store::TipMessage| {
            let text = self.tip_unseal(tip.uuid.as_bytes(), &message.sealed)?;
            Ok(TipSaid {
                by_operator: message.by_person.is_some(),
                at: message.at,
                text: String::from_utf8_lossy(&text).into_owned(),
            })
        };
        messages.into_iter().map(said).collect()
    }

    /// What became of a tip, for whoever has its link. The report itself is not shown again: links are lost.
    ///
    /// # Errors
    /// When there is none of this link, or too many wrong links came from there.
    pub async fn tip_follow(&self, secret: &str, whence: IpAddr) -> Result<TipFollowed, Error> {
        let tip = self.tip_of(secret, whence).await?;
        Ok(TipFollowed {
            said: self.tip_said(&tip).await?,
            reference: tip.reference,
            state: tip.state,
            made: tip.made,
        })
    }

    /// Says something more about a tip, by its link.
    ///
    /// # Errors
    /// As [`Node::tip_follow`]; also when it is closed, or enough was said.
    pub async fn tip_reply(&self, secret: &str, whence: IpAddr, text: &str) -> Result<(), Error> {
        let tip = self.tip_of(secret, whence).await?;
        let text = words("what you say", text, TEXT_MOST, 1)?;
        let before = self.store().tip_messages(&tip, MESSAGES_MOST).await?.len();
        if tip.state == TipState::Closed || before >= MESSAGES_MOST {
            return Err(Error::Conflict(
                "this report is closed: make a new one, and name its reference".to_owned(),
            ));
        }
        let sealed = self.tip_sealed(tip.uuid.as_bytes(), text.as_bytes())?;
        let nobody = Caller::public();
        self.store()
            .tip_say(&nobody.principal, &tip, TipState::Waiting, Some(sealed))
            .await?;
        // What is waited for already is not owed twice.
        match tip.state {
            TipState::Answered => self.tip_owed(tip.uuid, &tip.reference, before + 1).await,
            _ => Ok(()),
        }
    }
}

/// The name of what is owed for a tip once so much was said about it.
fn of_answer(tip: Uuid, said: usize) -> Uuid {
    Uuid::new_v5(&NAMES, format!("answer {tip} {said}").as_bytes())
}

#[cfg(test)]
mod tests {
    use super::{LINE_MOST, TEXT_MOST, file_name, reference, words};

    #[test]
    fn names_of_files_lead_nowhere() {
        assert_eq!(file_name("../../etc/passwd"), "passwd");
        assert_eq!(file_name("C:\\logs\\a\r\nb.log"), "ab.log");
        assert_eq!(file_name("/"), "file");
    }

    #[test]
    fn a_reference_is_read_out_easily() {
        assert_eq!(reference(&[0; 32]), "R-AAAA-AAAA");
        assert_eq!(reference(&[255; 32]).len(), 11);
    }

    #[test]
    fn words_are_bounded_and_hold_nothing_odd() {
        assert_eq!(words("it", " a\r\nb ", TEXT_MOST, 1).unwrap(), "a\nb");
        assert!(words("it", "a\nb", LINE_MOST, 1).is_err());
        assert!(words("it", "a\u{1b}[0m", TEXT_MOST, 1).is_err());
        assert!(words("it", "", TEXT_MOST, 1).is_err());
        assert!(words("it", &"x".repeat(LINE_MOST + 1), LINE_MOST, 0).is_err());
    }
}
