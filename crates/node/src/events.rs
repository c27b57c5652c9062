//! Events: what is new for a member, in pages that follow each other without loss, for streams and webhooks.
//!
//! | kind | what | for whom |
//! |---|---|---|
//! | object-added, object-changed, object-removed | an item came, changed, must no longer be used | who may see it |
//! | sighting | somebody saw an item of the member's own | the same, of that member |
//! | commitment | a commitment was made, changed, settled | the two members it is between |
//! | request | a community was asked | its members |
//! | answer | a question was answered | the asker; its community, where the answer is for all |
//!
//! An event says that there is something, and not what: the item is fetched, or asked to come along, which is recorded like
//! every other delivery. A cursor says where each source stands; what it holds moves when others do things out of sight,
//! so it goes out encrypted, and is good for the member it was made for.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use policy::{MemberId, Viewer};
use stix::Timestamp;
use store::{ChangeKind, ChangeRow, NewsPlace, ObjectRow, Position, RemovedWhy};

use crate::accounts::Caller;
use crate::delivery::Way;
use crate::error::Error;
use crate::node::Node;
use crate::seal::Seal;

/// Rows of a source that are looked at together.
const BATCH: usize = 500;
/// Batches of a source, of which nothing may be for this member, in one page.
const MOST_BATCHES: usize = 40;
/// Bytes of items on a page, where they come along.
const MOST_BYTES: usize = 4 << 20;

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EventKind {
    /// An item is new.
    ObjectAdded,
    /// An item has a new version.
    ObjectChanged,
    /// An item must no longer be used.
    ObjectRemoved,
    /// Somebody saw an item of one's own member.
    Sighting,
    /// A commitment of one's own member changed.
    Commitment,
    /// A community was asked.
    Request,
    /// A question was answered.
    Answer,
}

impl EventKind {
    /// Every kind.
    pub const ALL: [Self; 7] = [
        Self::ObjectAdded,
        Self::ObjectChanged,
        Self::ObjectRemoved,
        Self::Sighting,
        Self::Commitment,
        Self::Request,
        Self::Answer,
    ];

    /// The name, as stored and shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ObjectAdded => "object-added",
            Self::ObjectChanged => "object-changed",
            Self::ObjectRemoved => "object-removed",
            Self::Sighting => "sighting",
            Self::Commitment => "commitment",
            Self::Request => "request",
            Self::Answer => "answer",
        }
    }

    /// Reads a name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }

    fn of_object(self) -> bool {
        matches!(
            self,
            Self::ObjectAdded | Self::ObjectChanged | Self::ObjectRemoved | Self::Sighting
        )
    }
}

/// Where a reader stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EventCursor(NewsPlace);

const CURSOR_BYTES: usize = 32;

impl From<NewsPlace> for EventCursor {
    fn from(place: NewsPlace) -> Self {
        Self(place)
    }
}

impl EventCursor {
    /// Where each source stands.
    pub fn place(self) -> NewsPlace {
        self.0
    }

    /// From the beginning of everything.
    pub const START: Self = Self(NewsPlace {
        object: 0,
        step: 0,
        request: 0,
        answer: 0,
    });

    fn bytes(self) -> [u8; CURSOR_BYTES] {
        let mut bytes = [0; CURSOR_BYTES];
        let numbers = [self.0.object, self.0.step, self.0.request, self.0.answer];
        for (to, number) in bytes.chunks_exact_mut(8).zip(numbers) {
            to.copy_from_slice(&number.to_be_bytes());
        }
        bytes
    }

    /// As it goes out: readable for nobody but this node, and good for this member. The same cursor is the same text.
    pub fn write(self, seal: &Seal, member: MemberId) -> Option<String> {
        let (bytes, about) = (self.bytes(), member.0.to_be_bytes());
        // The nonce is made of what is sealed: it comes again for the same bytes only.
        let digest = seal.digest(b"event cursor", &[&about, &bytes]);
        let (nonce, _) = digest.split_first_chunk()?;
        Some(URL_SAFE_NO_PAD.encode(seal.close(*nonce, &about, &bytes)?))
    }

    /// Reads what [`Self::write`] wrote for this member.
    pub fn read(seal: &Seal, member: MemberId, text: &str) -> Option<Self> {
        let sealed = URL_SAFE_NO_PAD.decode(text).ok()?;
        let bytes = seal.open(&member.0.to_be_bytes(), &sealed)?;
        let number = |at: usize| Some(i64::from_be_bytes(bytes.get(at..at + 8)?.try_into().ok()?));
        Some(Self(NewsPlace {
            object: number(0)?,
            step: number(8)?,
            request: number(16)?,
            answer: number(24)?,
        }))
    }
}

/// What an event is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// An item; with its text only where it comes along.
    Object {
        /// The version.
        row: ObjectRow,
        /// Why it must no longer be used: retracted, revoked, expired.
        why: Option<&'static str>,
        /// The item that was seen.
        sighting_of: Option<String>,
    },
    /// A commitment.
    Commitment {
        /// Its name.
        uuid: uuid::Uuid,
        /// Its kind.
        kind: String,
        /// What changed.
        what: &'static str,
    },
    /// A question, or an answer to it.
    Request(uuid::Uuid),
}

/// One event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Where to go on behind it.
    pub cursor: EventCursor,
    /// What happened.
    pub kind: EventKind,
    /// When.
    pub at: Timestamp,
    /// To what.
    pub subject: Subject,
}

/// Events in order, each source in its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventPage {
    /// The events.
    pub events: Vec<Event>,
    /// Where to go on, also when there were none.
    pub cursor: EventCursor,
    /// Whether there may be more now.
    pub more: bool,
}

/// What is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventWish {
    /// These kinds.
    pub kinds: Vec<EventKind>,
    /// Whether items come along.
    pub objects: bool,
    /// By which way they go out, for the record.
    pub way: String,
    /// At the most so many.
    pub limit: usize,
}

/// Who reads, and what they see, under one generation of the rules.
#[derive(Clone, Debug)]
pub struct Reader {
    /// Who.
    pub caller: Caller,
    /// What they see.
    pub viewer: Viewer,
    generation: i64,
}

struct Page<'a> {
    wish: &'a EventWish,
    member: MemberId,
    events: Vec<Event>,
    /// Items that come along.
    given: Vec<ObjectRow>,
    cursor: EventCursor,
    more: bool,
}

impl Page<'_> {
    fn room(&self) -> usize {
        self.wish.limit.saturating_sub(self.events.len())
    }

    fn wants(&self, kind: EventKind) -> bool {
        self.wish.kinds.contains(&kind)
    }

    fn put(&mut self, kind: EventKind, at: Timestamp, subject: Subject) {
        if self.wants(kind) {
            let cursor = self.cursor;
            self.events.push(Event {
                cursor,
                kind,
                at,
                subject,
            });
        }
    }
}

impl Node {
    /// The cursor of what comes after now.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn events_now(&self) -> Result<EventCursor, Error> {
        Ok(EventCursor(self.store().news_place().await?))
    }

    /// The events of the reader's member after a cursor; none where the rules have moved on since the reader was looked at.
    /// Then what is new may be for them and not in their view yet, and reading past it would lose it: look again
    /// ([`Node::reader_now`]), and ask again.
    ///
    /// # Errors
    /// When the reader has no member, or the store does not answer.
    pub async fn events(
        &self,
        reader: &Reader,
        after: EventCursor,
        wish: &EventWish,
    ) -> Result<Option<EventPage>, Error> {
        let caller = &reader.caller;
        let member = caller.principal.member.ok_or(Error::NotAllowed("sign in first"))?;
        let mut page = Page {
            wish,
            member,
            events: Vec::new(),
            given: Vec::new(),
            cursor: after,
            more: false,
        };
        if wish.kinds.iter().any(|kind| kind.of_object()) {
            self.object_events(&reader.viewer, &mut page).await?;
        }
        if page.wants(EventKind::Commitment) {
            self.commitment_events(&mut page).await?;
        }
        if page.wants(EventKind::Request) || page.wants(EventKind::Answer) {
            self.request_events(caller, &mut page).await?;
        }
        if self.store().policy_generation().await? != reader.generation {
            return Ok(None);
        }
        let way = Way {
            name: wish.way.clone(),
            channel: wish.way.clone(),
            within: None,
        };
        let began = Timestamp::from_micros(after.0.object);
        self.record_changes(caller, &way, began, page.given).await?;
        Ok(Some(EventPage {
            events: page.events,
            cursor: page.cursor,
            more: page.more,
        }))
    }

    async fn object_events(&self, viewer: &Viewer, page: &mut Page<'_>) -> Result<(), Error> {
        let began = page.cursor.0.object;
        let changes = self
            .store()
            .changes(viewer, Some(Position(began)), page.room().clamp(1, BATCH))
            .await?;
        let mut bytes = 0;
        for change in changes.rows {
            page.cursor.0.object = change.position.0;
            let mut event = self.object_event(page.member, change).await?;
            let Subject::Object { row, why, .. } = &mut event.1 else {
                continue;
            };
            let comes_along = page.wish.objects && why.is_none() && page.wish.kinds.contains(&event.0);
            if comes_along {
                bytes += row.body.len();
                page.given.push(row.clone());
            } else {
                row.body.clear();
            }
            let at = Timestamp::from_micros(page.cursor.0.object);
            page.put(event.0, at, event.1);
            if bytes >= MOST_BYTES {
                page.more = true;
                break;
            }
        }
        if !page.more {
            page.cursor.0.object = changes.cursor.0.max(page.cursor.0.object);
            page.more = changes.more;
        }
        Ok(())
    }

    async fn object_event(&self, member: MemberId, change: ChangeRow) -> Result<(EventKind, Subject), Error> {
        let mut row = change.row;
        let (kind, why) = match change.kind {
            ChangeKind::Added => (EventKind::ObjectAdded, None),
            ChangeKind::Changed => (EventKind::ObjectChanged, None),
            ChangeKind::Removed(why) => {
                let why = match why {
                    RemovedWhy::Retracted => "retracted",
                    RemovedWhy::Revoked => "revoked",
                    RemovedWhy::Expired => "expired",
                };
                row.body.clear();
                (EventKind::ObjectRemoved, Some(why))
            }
        };
        let mut sighting_of = None;
        if why.is_none() && row.object_type == "sighting" {
            let seen = sighted(&row.body);
            if let Some(seen) = seen
                && !self.store().spots(&seen, member).await?.is_empty()
            {
                sighting_of = Some(seen);
            }
        }
        let kind = if sighting_of.is_some() {
            EventKind::Sighting
        } else {
            kind
        };
        Ok((kind, Subject::Object { row, why, sighting_of }))
    }

    async fn commitment_events(&self, page: &mut Page<'_>) -> Result<(), Error> {
        for _ in 0..MOST_BATCHES {
            let steps = self.store().news_steps(page.cursor.0.step, BATCH).await?;
            let full = steps.len() == BATCH;
            for step in steps {
                let own = page.member == step.owed_by || page.member == step.owed_to;
                // That somebody was written to is news for nobody else.
                let told = step.what == store::StepKind::Reminded;
                if own && !told && page.room() == 0 {
                    page.more = true;
                    return Ok(());
                }
                page.cursor.0.step = step.id;
                if own && !told {
                    let subject = Subject::Commitment {
                        uuid: step.commitment,
                        kind: step.kind,
                        what: step.what.as_str(),
                    };
                    page.put(EventKind::Commitment, step.at, subject);
                }
            }
            if !full {
                return Ok(());
            }
        }
        page.more = true;
        Ok(())
    }

    async fn request_events(&self, caller: &Caller, page: &mut Page<'_>) -> Result<(), Error> {
        let communities = &caller.principal.communities;
        let requests = if page.wants(EventKind::Request) {
            self.store().news_requests(page.cursor.0.request, BATCH).await?
        } else {
            Vec::new()
        };
        page.more |= requests.len() == BATCH;
        for request in requests {
            if page.room() == 0 {
                page.more = true;
                return Ok(());
            }
            page.cursor.0.request = request.id;
            if communities.contains(&request.community) {
                page.put(EventKind::Request, request.at, Subject::Request(request.request));
            }
        }
        let answers = if page.wants(EventKind::Answer) {
            self.store().news_answers(page.cursor.0.answer, BATCH).await?
        } else {
            Vec::new()
        };
        page.more |= answers.len() == BATCH;
        for answer in answers {
            if page.room() == 0 {
                page.more = true;
                return Ok(());
            }
            page.cursor.0.answer = answer.id;
            let readable = answer.to_all || [answer.asked_by, answer.answered_by].contains(&page.member);
            if readable && communities.contains(&answer.community) {
                page.put(EventKind::Answer, answer.at, Subject::Request(answer.request));
            }
        }
        Ok(())
    }

    /// Why a stream has to end, where it has; none while the account, the key or session, and all that the reader saw before
    /// still hold now. Both are compared as they were read: what changes later shows when it is looked again.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn stream_over(&self, before: &Reader, now: &Reader) -> Result<Option<&'static str>, Error> {
        if let (Some((id, _)), Some(person)) = (before.caller.credential, before.caller.principal.person) {
            let now = self.now();
            let all = self.store().credential_list(person).await?;
            let holds = all.into_iter().any(|credential| {
                let over = |at: Option<Timestamp>| at.is_some_and(|at| at <= now);
                let ended = credential.revoked.is_some() || over(credential.expires) || over(credential.ends);
                credential.id == id && !ended
            });
            if !holds {
                return Ok(Some("the key or session has ended"));
            }
        }
        let (had, has) = (before.viewer.principal(), now.viewer.principal());
        if has.member != had.member {
            return Ok(Some("the account, or its member, is not active any more"));
        }
        let sees_all = before
            .viewer
            .audiences()
            .iter()
            .all(|audience| now.viewer.sees(*audience));
        if (has.role, has.scopes) != (had.role, had.scopes) || !sees_all {
            return Ok(Some("what you may see was changed: begin again with the last id"));
        }
        Ok(None)
    }

    /// A caller and their view as the accounts stand now, for what goes on after the request that began it.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn reader_now(&self, caller: &Caller) -> Result<Reader, Error> {
        // Before the rest: what changes in between shows as a generation that has moved on.
        let generation = self.store().policy_generation().await?;
        let mut now = self.as_of_now(caller).await?;
        now.credential = caller.credential;
        let viewer = self.viewer(&now).await?;
        Ok(Reader {
            caller: now,
            viewer,
            generation,
        })
    }
}

/// What a sighting says was seen.
fn sighted(body: &str) -> Option<String> {
    let object: serde_json::Value = serde_json::from_str(body).ok()?;
    object.get("sighting_of_ref")?.as_str().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use policy::MemberId;
    use store::NewsPlace;

    use super::EventCursor;
    use crate::seal::Seal;

    #[test]
    fn a_cursor_is_good_for_its_member_and_says_nothing_to_others() {
        let seal = Seal::new([1; 32]);
        let cursor = EventCursor(NewsPlace {
            object: 1_700_000_000_000_000,
            step: 7,
            request: 0,
            answer: -1,
        });
        let text = cursor.write(&seal, MemberId(3)).unwrap();
        assert_eq!(cursor.write(&seal, MemberId(3)).as_ref(), Some(&text));
        assert_eq!(EventCursor::read(&seal, MemberId(3), &text), Some(cursor));
        assert_eq!(EventCursor::read(&seal, MemberId(4), &text), None);
        assert_eq!(EventCursor::read(&Seal::new([2; 32]), MemberId(3), &text), None);
        assert_eq!(EventCursor::read(&seal, MemberId(3), "abc"), None);
        let next = EventCursor(NewsPlace { step: 8, ..cursor.0 });
        assert_ne!(next.write(&seal, MemberId(3)), Some(text));
    }
}
