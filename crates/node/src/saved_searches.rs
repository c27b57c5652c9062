//! Saved searches: questions that people keep, and what of it is new to them.
//!
//! What a saved search finds is looked up when somebody looks, or is to be told, with what its owner may see just then:
//! nothing is kept of it. What is new is a stretch of the order in which everything was added: from where its owner looked
//! last to where words and facets are known. An e-mail says that there is something, and never what.

use policy::{Action, PersonId, decide};
use stix::Timestamp;
use store::{NewMessageOut, NewNotice, NoticeChannel, NoticeWish, Position, SavedSearch, SavedTerms};
use uuid::Uuid;

use crate::accounts::Caller;
use crate::commitments::next_digest;
use crate::error::{Error, bad};
use crate::node::Node;
use crate::question::Question;
use crate::webhooks::saved_search_message;

/// Saved searches of one person.
const OF_PERSON: usize = 50;
/// Characters of a name.
const NAME_MOST: usize = 100;
/// Bytes of a question, as of the words of a search.
const QUESTION_MOST: usize = 1_000;
/// New things that are counted.
const FRESH_MOST: usize = 100;
/// Pages of what may be new that are looked through for the first that is.
const PAGES_MOST: usize = 50;
/// Saved searches looked at together.
const BATCH: usize = 100;
/// How long nobody is told again of the same search.
const PAUSE: i64 = 15 * 60 * 1_000_000;
/// Webhooks of one member that are told.
const HOOKS: usize = 100;

/// What is new of a saved search.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Fresh {
    /// How many things.
    pub count: usize,
    /// Whether there are more, which were not counted.
    pub more: bool,
}

/// A saved search, and what of it is new to its owner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SavedShown {
    /// The search.
    pub saved: SavedSearch,
    /// What is new.
    pub fresh: Fresh,
}

/// What was told in a round.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ToldReport {
    /// Searches that were looked at.
    pub searches: usize,
    /// E-mails that were written into the outbox.
    pub mails: usize,
    /// Messages that were written into the outboxes of webhooks.
    pub messages: usize,
}

fn absent() -> Error {
    Error::NotFound("there is no such saved search, or it is not yours".to_owned())
}

fn owner(caller: &Caller) -> Result<PersonId, Error> {
    let person = caller.principal.person;
    person.ok_or(Error::NotAllowed(
        "sign in as a person: saved searches belong to people",
    ))
}

impl Node {
    /// The caller's saved searches by name, each with what is new; all, or those that are shown on the start page.
    ///
    /// # Errors
    /// When nobody is signed in, or the store does not answer.
    pub async fn saved_searches(&self, caller: &Caller, on_today: bool) -> Result<Vec<SavedShown>, Error> {
        let saved = self.store().saved_searches(owner(caller)?, OF_PERSON).await?;
        let to = self.store().indexed_to().await?;
        let mut shown = Vec::with_capacity(saved.len());
        for one in saved.into_iter().filter(|one| one.terms.today || !on_today) {
            let fresh = self.fresh(caller, &one, one.seen, to).await?;
            shown.push(SavedShown { saved: one, fresh });
        }
        Ok(shown)
    }

    /// Keeps a question under a name.
    ///
    /// # Errors
    /// When the question cannot be read, the name is taken, or there are too many.
    pub async fn saved_search_make(&self, caller: &Caller, terms: &SavedTerms) -> Result<SavedSearch, Error> {
        let person = self.may_save(caller)?;
        let terms = self.checked_terms(terms)?;
        if self.store().saved_searches(person, OF_PERSON).await?.len() >= OF_PERSON {
            let message = format!("you have {OF_PERSON} saved searches: that is as many as there can be");
            return Err(bad("too-many-searches", message, "delete one that you do not need"));
        }
        let uuid = self.fresh_uuid();
        self.store()
            .saved_search_put(&caller.principal, person, uuid, &terms)
            .await?;
        self.saved_search(caller, uuid).await
    }

    /// One of the caller's saved searches.
    ///
    /// # Errors
    /// When it is not there, or somebody else's: the same.
    pub async fn saved_search(&self, caller: &Caller, uuid: Uuid) -> Result<SavedSearch, Error> {
        let found = self.store().saved_search_get(owner(caller)?, uuid).await?;
        found.ok_or_else(absent)
    }

    /// Changes what a saved search is.
    ///
    /// # Errors
    /// As when it is made.
    pub async fn saved_search_change(&self, caller: &Caller, uuid: Uuid, terms: &SavedTerms) -> Result<(), Error> {
        self.may_save(caller)?;
        let saved = self.saved_search(caller, uuid).await?;
        let terms = self.checked_terms(terms)?;
        let changed = self.store().saved_search_change(&caller.principal, &saved, &terms);
        Ok(changed.await?)
    }

    /// Forgets a saved search.
    ///
    /// # Errors
    /// When it is not there, or somebody else's: the same.
    pub async fn saved_search_delete(&self, caller: &Caller, uuid: Uuid) -> Result<(), Error> {
        let person = self.may_save(caller)?;
        self.saved_search(caller, uuid).await?;
        let deleted = self.store().saved_search_delete(&caller.principal, person, uuid);
        Ok(deleted.await?)
    }

    /// Notes that its owner looks at it now: what is there is not new any more. Gives it as it was.
    ///
    /// # Errors
    /// When it is not there, or somebody else's: the same.
    pub async fn saved_search_look(&self, caller: &Caller, uuid: Uuid) -> Result<SavedSearch, Error> {
        self.may_save(caller)?;
        let saved = self.saved_search(caller, uuid).await?;
        let to = self.store().indexed_to().await?;
        self.store().saved_search_seen(saved.id, to).await?;
        Ok(saved)
    }

    fn may_save(&self, caller: &Caller) -> Result<PersonId, Error> {
        let person = owner(caller)?;
        decide(&caller.principal, Action::SetNotices(person)).map_err(|refusal| Error::refused(refusal, ""))?;
        Ok(person)
    }

    fn checked_terms(&self, terms: &SavedTerms) -> Result<SavedTerms, Error> {
        let (name, question) = (terms.name.trim(), terms.question.trim());
        if name.is_empty() || name.chars().count() > NAME_MOST || name.chars().any(char::is_control) {
            let message = format!("a name has 1 to {NAME_MOST} characters on one line");
            return Err(bad("bad-name", message, "call it after what it looks for"));
        }
        if question.len() > QUESTION_MOST {
            let message = format!("a question to keep has {QUESTION_MOST} bytes at most");
            return Err(bad("too-long", message, "keep fewer words"));
        }
        let read = Question::read(question, self.now());
        if let Some(odd) = read.odd.first() {
            let message = format!("'{}' at character {} cannot be read", odd.text, odd.at);
            let help = format!("there could stand: {}", odd.could.join(", "));
            return Err(bad("bad-question", message, &help));
        }
        Ok(SavedTerms {
            name: name.to_owned(),
            question: question.to_owned(),
            ..terms.clone()
        })
    }

    /// What of a search was added after one place, up to another, as a caller sees it now.
    async fn fresh(&self, caller: &Caller, saved: &SavedSearch, from: Position, to: Position) -> Result<Fresh, Error> {
        if from >= to {
            return Ok(Fresh::default());
        }
        let mut question = Question::read(&saved.terms.question, self.now());
        let after = Timestamp::from_micros(from.0 + 1);
        question.since = Some(question.since.map_or(after, |since| since.max(after)));
        let is_known = |one: &&store::Found| one.row.added.micros() <= to.0;
        let (mut fresh, mut before) = (Fresh::default(), None);
        // A page may hold nothing and still go on.
        for _ in 0..PAGES_MOST {
            let page = self.ask(caller, &question, FRESH_MOST, before).await?.page;
            fresh.count += page.found.iter().filter(is_known).count();
            fresh.more = page.next.is_some();
            before = page.next;
            if before.is_none() || fresh.count > 0 {
                break;
            }
        }
        Ok(fresh)
    }

    /// Tells people and webhooks that there is something new, where they want it.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn saved_searches_due(&self, now: Timestamp) -> Result<ToldReport, Error> {
        let to = self.store().indexed_to().await?;
        let before = Position(now.plus_micros(-PAUSE).micros().min(to.0));
        let (mut report, mut after) = (ToldReport::default(), 0);
        loop {
            let batch = self.store().saved_searches_telling(after, before, BATCH).await?;
            let Some(last) = batch.last() else { return Ok(report) };
            after = last.id;
            for saved in &batch {
                self.saved_search_due(saved, to, now, &mut report).await?;
            }
        }
    }

    async fn saved_search_due(
        &self,
        saved: &SavedSearch,
        to: Position,
        now: Timestamp,
        report: &mut ToldReport,
    ) -> Result<(), Error> {
        let Some(person) = self
            .store()
            .person_get(saved.person)
            .await?
            .filter(|person| person.active)
        else {
            return Ok(());
        };
        let principal = self.store().principal_of(&person, true).await?;
        let caller = Caller::new(principal, &person.login);
        let fresh = self.fresh(&caller, saved, saved.told, to).await?;
        report.searches += 1;
        if fresh.count > 0 {
            report.mails += self.saved_search_mail(saved, now).await?;
            report.messages += self.saved_search_messages(saved, person.member, now).await?;
        }
        // The occasions are written once, so that a stop in between tells nobody twice.
        self.store().saved_search_told(saved, to).await?;
        Ok(())
    }

    async fn saved_search_mail(&self, saved: &SavedSearch, now: Timestamp) -> Result<usize, Error> {
        let to = self.store().addressee_get(saved.person).await?;
        let reached = to.filter(|to| saved.terms.mail && to.active && to.email.is_some());
        let Some(to) = reached.filter(|to| to.wish != NoticeWish::None) else {
            return Ok(0);
        };
        let (next_try, occasion) = match to.wish {
            NoticeWish::Daily => (next_digest(now), next_digest(now).micros()),
            NoticeWish::AtOnce | NoticeWish::None => (now, saved.told.0),
        };
        let (name, title) = (&saved.terms.name, &self.chosen().title);
        let notice = NewNotice {
            uuid: self.fresh_uuid(),
            occasion: format!("search {} {occasion}", saved.uuid),
            commitment: None,
            person: saved.person,
            channel: NoticeChannel::Mail,
            subject: format!("New for your saved search: {name}"),
            body: format!(
                "At {title} there is something new for the search that you saved as '{name}'.\n\nRead it on your start \
                 page, or with:\n  commonwatch saved-search list\n"
            ),
            next_try,
        };
        self.store().notice_put_many(&[notice]).await?;
        Ok(1)
    }

    async fn saved_search_messages(
        &self,
        saved: &SavedSearch,
        member: policy::MemberId,
        now: Timestamp,
    ) -> Result<usize, Error> {
        if !saved.terms.webhook {
            return Ok(0);
        }
        let mut written = 0;
        for hook in self.store().webhook_list(member, None, HOOKS).await? {
            let Some(body) = saved_search_message(&hook, saved.uuid, now)? else {
                continue;
            };
            let message = NewMessageOut {
                uuid: self.fresh_uuid(),
                webhook: hook.id,
                occasion: format!("search {} {}", saved.uuid, saved.told.0),
                kind: crate::webhooks::SEARCH.to_owned(),
                body,
                made: now,
            };
            self.store().webhook_message_put(&message, None).await?;
            written += 1;
        }
        Ok(written)
    }
}
