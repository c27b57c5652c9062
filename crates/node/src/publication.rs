//! Publishing: advice in plain words for everybody, about an item that everybody may read.
//!
//! ```text
//! an item, TLP:CLEAR ──► an operator writes what happened, who is concerned, what to do ──► published
//!                                                                                              │
//!                        taken back by an operator, or the item recalled, narrowed, revoked ◄──┘
//! ```
//!
//! Nothing is public by itself. What was published is bound to the one contribution that the operator looked at, and each
//! time that it is shown, the item is read again as the public reads it ([`policy::may_be_published`]): so a recall takes it
//! down in the moment it is made. The member behind it is not named, unless one of its analysts says so.

use std::sync::Arc;

use policy::{Action, Principal, Viewer, decide, may_be_published};
use stix::{Place, Problem, Timestamp};
use store::{MemberKey, NewPublication, ObjectDetail, Publication};
use uuid::Uuid;

use crate::accounts::Caller;
use crate::error::{Error, bad};
use crate::node::Node;

/// Characters of a title.
const TITLE_MOST: usize = 200;
/// Characters of each of the other texts.
const TEXT_MOST: usize = 4_000;
/// Sectors of one piece of advice.
const SECTORS_MOST: usize = 10;
/// Publications that are looked through for a page of them.
const READ_AT_ONCE: usize = 100;
/// Publications that are looked through at all: what is older is found by its address.
const READ_MOST: usize = 1_000;

/// Advice to be published.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AdviceWish {
    /// The object it is about.
    pub object: String,
    /// The language of the words.
    pub language: String,
    /// What it is about, in a line.
    pub title: String,
    /// What happened.
    pub happened: String,
    /// Whom it concerns.
    pub concerned: String,
    /// What to do.
    pub advice: String,
    /// Until when it holds.
    pub ends: Option<Timestamp>,
    /// The sectors it is for; none: all.
    pub sectors: Vec<String>,
}

/// Advice as everybody reads it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Advice {
    /// What is published.
    pub publication: Publication,
    /// The member behind it, where it chose to be named.
    pub from: Option<String>,
    /// Whether it holds no more.
    pub is_over: bool,
}

/// What an operator sees of what was published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Published {
    /// What is published.
    pub publication: Publication,
    /// Whether everybody sees it: not where the item was recalled, narrowed or revoked since.
    pub is_shown: bool,
    /// Whether there is a later version of the item that everybody may read: the words may have to change.
    pub is_behind: bool,
}

/// What may be done about an item in public, for the page of that item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Publishing {
    /// What is published about it.
    pub published: Option<Published>,
    /// Whether the caller may publish it, be it after showing that it is them.
    pub may_publish: bool,
    /// Whether the caller may decide whether their member is named.
    pub may_name: bool,
}

fn absent() -> Error {
    Error::NotFound("nothing of that name is published".to_owned())
}

/// Words that go to everybody: they stand in feeds too, where a control character would break everything.
fn checked(what: &str, text: &str, most: usize, lines: bool) -> Result<String, Error> {
    let text = text.replace("\r\n", "\n").trim().to_owned();
    let odd = |one: char| (one.is_control() && !(lines && one == '\n')) || matches!(one, '\u{fffe}' | '\u{ffff}');
    if text.is_empty() || text.chars().count() > most || text.chars().any(odd) {
        let message = format!("{what} must have 1 to {most} characters, and no control characters");
        return Err(Error::input(
            Problem::error("bad-text", Place::default(), message).help("say it in a few plain sentences"),
        ));
    }
    Ok(text)
}

/// A word of the STIX vocabulary of sectors, or another of the same form.
pub fn is_sector(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    (1..=60).contains(&text.len()) && text.bytes().all(plain)
}

/// The contribution that was looked at, where it is open to everybody still and nothing later says that it is void.
fn shown<'d>(details: &'d [ObjectDetail], publication: &Publication) -> Option<&'d ObjectDetail> {
    // The latest is first.
    if details.first().is_some_and(|latest| latest.revoked) {
        return None;
    }
    let meant = details
        .iter()
        .find(|detail| detail.row.added == publication.words.added)?;
    (may_be_published(&meant.audience) && !meant.revoked).then_some(meant)
}

/// The latest contribution of an object that may be published.
fn publishable(details: &[ObjectDetail]) -> Option<&ObjectDetail> {
    if details.first().is_some_and(|latest| latest.revoked) {
        return None;
    }
    details.iter().find(|detail| may_be_published(&detail.audience))
}

impl Node {
    async fn public_viewer(&self) -> Result<Viewer, Error> {
        Ok(self.store().viewer(Arc::new(Principal::public())).await?)
    }

    /// An object as everybody may read it.
    async fn in_public(&self, object: &str) -> Result<Vec<ObjectDetail>, Error> {
        let viewer = self.public_viewer().await?;
        Ok(self.store().object_get(&viewer, object).await?)
    }

    /// The title and description of an item that may be published, as everybody may read them: to begin the words with.
    ///
    /// # Errors
    /// When there is no such item that may be published.
    pub async fn advice_draft(&self, object: &str) -> Result<(String, String), Error> {
        let details = self.in_public(object).await?;
        let meant = publishable(&details).ok_or_else(absent)?;
        let parsed = stix::Object::parse(&meant.row.body)?;
        let text = |key: &str| parsed.map().str(key).unwrap_or_default().to_owned();
        let description = ["description", "abstract", "content"].map(text);
        let description = description.into_iter().find(|text| !text.is_empty());
        Ok((
            meant
                .title
                .clone()
                .unwrap_or_default()
                .chars()
                .take(TITLE_MOST)
                .collect(),
            description.unwrap_or_default().chars().take(TEXT_MOST).collect(),
        ))
    }

    /// Publishes advice about an item, or puts new words in place of those that were there about the same.
    ///
    /// # Errors
    /// When the caller is no operator, the item may not be public, or the words cannot be used.
    pub async fn advice_publish(&self, caller: &Caller, wish: &AdviceWish) -> Result<Uuid, Error> {
        decide(&caller.principal, Action::Publish).map_err(|refusal| Error::refused(refusal, "no such page"))?;
        if wish.ends.is_some_and(|ends| ends <= self.now()) {
            let help = "give a day to come, or leave it out";
            return Err(bad("bad-until", "the day until when it holds is over already", help));
        }
        if wish.sectors.len() > SECTORS_MOST || !wish.sectors.iter().all(|one| is_sector(one)) {
            let message = format!("name {SECTORS_MOST} sectors at most");
            return Err(bad("bad-sector", message, "as in water, energy, government-local"));
        }
        let is_language =
            |tag: &str| (2..=12).contains(&tag.len()) && tag.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        if !is_language(&wish.language) {
            return Err(bad("bad-language", "the language is no tag", "as in en, de, pt-BR"));
        }
        let details = self.in_public(&wish.object).await?;
        let meant = publishable(&details).ok_or_else(|| {
            let help = "it must be TLP:CLEAR, PAP:CLEAR or PAP:GREEN, for no named members, and not revoked";
            bad("not-public", "this item may not be told to everybody", help)
        })?;
        let new = NewPublication {
            uuid: self.fresh_uuid(),
            object: wish.object.clone(),
            added: meant.row.added,
            language: wish.language.clone(),
            title: checked("the title", &wish.title, TITLE_MOST, false)?,
            happened: checked("what happened", &wish.happened, TEXT_MOST, true)?,
            concerned: checked("whom it concerns", &wish.concerned, TEXT_MOST, true)?,
            advice: checked("what to do", &wish.advice, TEXT_MOST, true)?,
            ends: wish.ends,
            sectors: wish.sectors.clone(),
        };
        let put = self.store().publication_put(&caller.principal, new).await?;
        Ok(put.words.uuid)
    }

    /// Takes back what was published; the item itself stays as it is.
    ///
    /// # Errors
    /// When the caller is no operator, or nothing of that name is published.
    pub async fn advice_take_back(&self, caller: &Caller, uuid: Uuid) -> Result<(), Error> {
        decide(&caller.principal, Action::Publish).map_err(|refusal| Error::refused(refusal, "no such page"))?;
        Ok(self.store().publication_take_back(&caller.principal, uuid).await?)
    }

    /// Has the caller's member named beside what is published of its item, or no longer.
    ///
    /// # Errors
    /// When the member did not contribute it under its name, or the caller may not decide this.
    pub async fn advice_name(&self, caller: &Caller, uuid: Uuid, named: bool) -> Result<(), Error> {
        let publication = self.store().publication_get(uuid).await?.ok_or_else(absent)?;
        let details = self.in_public(&publication.words.object).await?;
        let origin = shown(&details, &publication).and_then(|detail| detail.origin);
        // What was contributed without a name looks like what somebody else contributed.
        let member = origin
            .filter(|_| origin == caller.principal.member)
            .ok_or_else(absent)?;
        decide(&caller.principal, Action::NamePublicly(member)).map_err(|refusal| Error::refused(refusal, ""))?;
        Ok(self.store().publication_name(&caller.principal, uuid, named).await?)
    }

    /// What is published about an item, and what the caller may do about that.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn publishing(&self, caller: &Caller, object: &str) -> Result<Publishing, Error> {
        let may = |action| decide(&caller.principal, action).map_or_else(|refusal| refusal.unproven, |()| true);
        let details = self.in_public(object).await?;
        let published = self
            .store()
            .publication_of(object)
            .await?
            .map(|publication| published(&details, publication));
        let shown = published.as_ref().and_then(|one| shown(&details, &one.publication));
        let origin = shown.and_then(|detail| detail.origin);
        Ok(Publishing {
            may_publish: may(Action::Publish) && publishable(&details).is_some(),
            may_name: origin.is_some_and(|member| may(Action::NamePublicly(member))),
            published: published.filter(|one| one.is_shown || may(Action::Publish)),
        })
    }

    /// What was published and not taken back, the newest first and before a number, with whether everybody sees it.
    ///
    /// # Errors
    /// When the caller is no operator.
    pub async fn advice_all(
        &self,
        caller: &Caller,
        before: Option<i64>,
        limit: usize,
    ) -> Result<Vec<Published>, Error> {
        decide(&caller.principal, Action::Administer).map_err(|refusal| Error::refused(refusal, "no such page"))?;
        let mut all = Vec::new();
        for publication in self.store().publication_list(before, limit.min(READ_MOST)).await? {
            let details = self.in_public(&publication.words.object).await?;
            all.push(published(&details, publication));
        }
        Ok(all)
    }

    async fn as_advice(&self, viewer: &Viewer, publication: Publication) -> Result<Option<Advice>, Error> {
        let details = self.store().object_get(viewer, &publication.words.object).await?;
        let Some(detail) = shown(&details, &publication) else {
            return Ok(None);
        };
        let from = match detail.origin.filter(|_| publication.named) {
            Some(member) => self.store().member_get(MemberKey::Id(member)).await?,
            None => None,
        };
        let ends = publication.words.ends;
        Ok(Some(Advice {
            from: from.map(|member| member.name),
            is_over: ends.is_some_and(|ends| ends <= self.now()),
            publication,
        }))
    }

    /// Advice for everybody, the newest first: all, or what is for a sector (and what is for all of them).
    ///
    /// # Errors
    /// When the pages are off, or the store does not answer.
    pub async fn advice_page(&self, sector: Option<&str>, limit: usize) -> Result<Vec<Advice>, Error> {
        self.pages_must_be_on().await?;
        let viewer = self.public_viewer().await?;
        let (mut page, mut before, mut read) = (Vec::new(), None, 0);
        while page.len() < limit && read < READ_MOST {
            let some = self.store().publication_list(before, READ_AT_ONCE).await?;
            before = some.last().map(|last| last.id);
            read += some.len();
            let is_end = some.len() < READ_AT_ONCE;
            let is_for = |one: &Publication| {
                let sectors = &one.words.sectors;
                sector.is_none_or(|wanted| sectors.is_empty() || sectors.iter().any(|one| one == wanted))
            };
            for publication in some.into_iter().filter(is_for) {
                if page.len() < limit {
                    page.extend(self.as_advice(&viewer, publication).await?);
                }
            }
            if is_end {
                break;
            }
        }
        Ok(page)
    }

    /// One piece of advice, for everybody.
    ///
    /// # Errors
    /// When it is not there, or no longer, or the pages are off: the three are not told apart.
    pub async fn advice_one(&self, uuid: Uuid) -> Result<Advice, Error> {
        self.pages_must_be_on().await?;
        let viewer = self.public_viewer().await?;
        let publication = self.store().publication_get(uuid).await?.ok_or_else(absent)?;
        self.as_advice(&viewer, publication).await?.ok_or_else(absent)
    }

    async fn pages_must_be_on(&self) -> Result<(), Error> {
        match self.site().await?.site.pages {
            true => Ok(()),
            false => Err(absent()),
        }
    }
}

fn published(details: &[ObjectDetail], publication: Publication) -> Published {
    let latest = publishable(details).map(|detail| detail.row.added);
    Published {
        is_shown: shown(details, &publication).is_some(),
        is_behind: latest.is_some_and(|latest| latest != publication.words.added),
        publication,
    }
}
