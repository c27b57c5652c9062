//! Privacy: the record of processing (what is kept, and who receives it: [`recipients`]), what is kept of a person, erasing
//! one, and what is forgotten by itself.

mod recipients;

pub use recipients::Recipients;

use policy::{Action, decide};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use stix::{Problem, Timestamp};
use store::Person;
use store::privacy::{KEPT, Kept, pseudonym};

use crate::accounts::Caller;
use crate::error::Error;
use crate::node::Node;

/// After how many days something that is done with is forgotten; 0: never.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Retention {
    /// Sessions that are over.
    pub sessions: u16,
    /// Invitations, and offers to link an account, that were accepted, withdrawn, or are over.
    pub invitations: u16,
    /// Proposals that were decided, or are over.
    pub proposals: u16,
    /// Notices, sent or not.
    pub notices: u16,
    /// What came of each batch handed in.
    pub transfers: u16,
    /// Reports of strangers that are closed.
    pub tips: u16,
}

impl Retention {
    /// All of them, in the order of the fields.
    pub const fn days(&self) -> [u16; 6] {
        [
            self.sessions,
            self.invitations,
            self.proposals,
            self.notices,
            self.transfers,
            self.tips,
        ]
    }
}

impl Default for Retention {
    fn default() -> Self {
        Self {
            sessions: 30,
            invitations: 180,
            proposals: 400,
            notices: 90,
            transfers: 400,
            tips: 180,
        }
    }
}

/// How many of each were forgotten.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Forgotten {
    /// Sessions.
    pub sessions: usize,
    /// Invitations.
    pub invitations: usize,
    /// Offers to link an account.
    pub offers: usize,
    /// Proposals.
    pub proposals: usize,
    /// Notices.
    pub notices: usize,
    /// Transfers.
    pub transfers: usize,
    /// Contributions that communities may keep no longer, by their charters.
    pub shared: usize,
    /// Answers kept for repeats.
    pub answers: usize,
    /// Messages of webhooks, posted or not.
    pub messages: usize,
    /// Reports of strangers.
    pub tips: usize,
}

impl Forgotten {
    /// Whether it is nothing.
    pub fn is_nothing(self) -> bool {
        self == Self::default()
    }
}

/// Rows that are forgotten in one step; between steps others may write.
const FORGOTTEN_AT_ONCE: usize = 2_000;
/// The same of reports, which are large.
const TIPS_AT_ONCE: usize = 100;
const DAY_MICROS: i64 = 86_400_000_000;
/// The words for a person that is not there or not for this caller.
const NO_PERSON: &str = "there is no such person, or they are not open to you";

impl Node {
    /// The record of processing: what is kept of people where, what for, how long, and what goes when one is erased.
    ///
    /// # Errors
    /// When nobody is signed in.
    pub fn privacy_record(&self, caller: &Caller) -> Result<&'static [Kept], Error> {
        decide(&caller.principal, Action::Read).map_err(|refusal| Error::refused(refusal, NO_PERSON))?;
        if caller.principal.member.is_none() {
            return Err(Error::NotAllowed("sign in first"));
        }
        Ok(KEPT)
    }

    /// A person by login, where an action on them is allowed; who may not gets the same answer whether they are there.
    async fn person_for(
        &self,
        caller: &Caller,
        login: &str,
        action: fn(policy::PersonId) -> Action,
    ) -> Result<Person, Error> {
        let absent = || Error::NotFound(NO_PERSON.to_owned());
        let found = self.store().person_by_login(login).await?;
        // Nobody has the number 0.
        let id = found.as_ref().map_or(policy::PersonId(0), |person| person.id);
        decide(&caller.principal, action(id)).map_err(|refusal| Error::refused(refusal, NO_PERSON))?;
        found.ok_or_else(absent)
    }

    /// Everything that is kept of a person: for themselves, and for operators.
    ///
    /// # Errors
    /// When they are not for this caller, or not there.
    pub async fn person_data(&self, caller: &Caller, login: &str) -> Result<Value, Error> {
        let person = self.person_for(caller, login, Action::SeePerson).await?;
        let kept = self.store().person_data(person.id).await?;
        Ok(json!({ "login": person.login, "at": self.now().to_micros_text(), "kept": kept }))
    }

    /// Erases a person: no account, no name, no way in; what they did stays under a pseudonym, which is given back. To be
    /// sure, the login is said twice.
    ///
    /// # Errors
    /// When the caller is no operator, it is themselves, or the second login is another.
    pub async fn person_erase(&self, caller: &Caller, login: &str, again: &str) -> Result<String, Error> {
        let person = self.person_for(caller, login, Action::ErasePerson).await?;
        if again != login {
            let message = "say the login of who is to be erased a second time: it cannot be taken back";
            return Err(Error::input(Problem::error(
                "not-confirmed",
                stix::Place::default(),
                message,
            )));
        }
        self.store().person_erase(&caller.principal, person.id).await?;
        Ok(pseudonym(person.id))
    }

    /// Forgets what is done with for longer than the settings say, and withdraws from communities what their charters let
    /// them keep no longer; at most one step of each kind at a time.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn retention_run(&self, now: Timestamp) -> Result<Forgotten, Error> {
        let before = |days: u16| (days > 0).then(|| now.plus_micros(-i64::from(days) * DAY_MICROS));
        let (store, rules) = (self.store(), self.chosen_read().await?.chosen.retention);
        let mut forgotten = Forgotten::default();
        if let Some(before) = before(rules.sessions) {
            forgotten.sessions = store.session_forget(before, FORGOTTEN_AT_ONCE).await?;
        }
        if let Some(before) = before(rules.invitations) {
            forgotten.invitations = store.invitation_forget(before, FORGOTTEN_AT_ONCE).await?;
            forgotten.offers = store.link_offer_forget(before, FORGOTTEN_AT_ONCE).await?;
        }
        if let Some(before) = before(rules.proposals) {
            forgotten.proposals = store.proposal_forget(before, FORGOTTEN_AT_ONCE).await?;
        }
        if let Some(before) = before(rules.notices) {
            forgotten.notices = store.notice_forget(before, FORGOTTEN_AT_ONCE).await?;
            forgotten.messages = store.webhook_forget(before, FORGOTTEN_AT_ONCE).await?;
        }
        if let Some(before) = before(rules.transfers) {
            forgotten.transfers = store.transfer_forget(before, FORGOTTEN_AT_ONCE).await?;
        }
        if let Some(before) = before(rules.tips) {
            forgotten.tips = store.tip_forget(before, TIPS_AT_ONCE).await?;
        }
        for community in store.community_list().await? {
            let days = self.charter_in_force(community.id).await?.text.retention_days;
            let Some(days) = days.filter(|days| *days > 0) else {
                continue;
            };
            let before = now.plus_micros(-i64::from(days) * DAY_MICROS);
            forgotten.shared += store
                .retention_withdraw(community.id, before, FORGOTTEN_AT_ONCE)
                .await?;
        }
        store.webhook_secrets_forget(now).await?;
        let over = now.plus_micros(-crate::idempotency::KEPT_MICROS);
        forgotten.answers = store.answer_forget(over, FORGOTTEN_AT_ONCE).await?;
        Ok(forgotten)
    }
}
