//! MISP's interface to what is shared here: events and their elements are a view of STIX objects, made of contributions in
//! their order, and what is written through it becomes STIX objects by the one intake.
//!
//! ```text
//! contributions ── project ──► store::misp (rows, numbers) ──► find ──► shape ──► MISP's JSON
//! MISP's JSON ── write ──► formats::misp ──► Node::share ──► contributions
//! ```
//!
//! | what | module |
//! |---|---|
//! | contributions to events and elements | [`project`] |
//! | distribution and sharing groups to audiences, and back | [`distribution`] |
//! | filters, and walking what they let through | [`find`] |
//! | rows to MISP's JSON | [`shape`] |
//! | events and elements that clients write | [`write`], read in [`incoming`], made ready in [`prepare`] |
//! | what is in an event already | [`twice`] |
//! | bundles of STIX that clients bring | [`stix`](mod@stix) |
//! | what there is, counted | [`counts`] |
//! | who asks for an account | [`registration`] |
//! | what is said of them | [`said`] |
//! | events offered to another member | [`delegation`] |
//! | what is not taken in, what connects nothing, settings of clients | [`kept`] |
//! | taxonomies, galaxies, templates, models of decay | [`vocabulary`] |
//!
//! Nothing here decides who may see what: every row has the audience of its contribution, and is read with a viewer.

mod counts;
mod delegation;
mod distribution;
mod feed;
mod find;
mod free_text;
mod give;
mod incoming;
mod kept;
mod members;
pub mod migrate;
pub(crate) mod onward;
mod peering;
mod people;
mod prepare;
mod project;
mod registration;
pub(crate) mod remote;
mod said;
mod scan;
mod shape;
mod stix;
mod twice;
pub mod vocabulary;
mod whole;
mod worth;
mod write;

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use policy::Viewer;
use serde_json::{Map, Value};
use store::{MispBatch, MispPut, MispTag};
use uuid::Uuid;

pub use delegation::{DelegationWish, NOT_OFFERED};
pub use distribution::GroupName;
pub use distribution::{Distribution, DistributionWish};
pub use feed::{FeedFile, FeedSignature};
pub use find::{Filter, FoundRows, Span, Terms, Words};
pub use peering::{Previewed, ServerAnswer};
pub use said::{SightingWish, kind_named, moment_text, type_name};
pub(crate) use shape::of_member;
pub use shape::{EventInfo, EventShape, Organisation, Pieces, Shaped, parsed, tag_json, tags_json};
pub use write::{ANOTHERS, ANOTHERS_EVENT, Deletion};

use crate::accounts::Caller;
use crate::error::Error;
use crate::node::Node;

/// Contributions that are followed together.
const BATCH: usize = 4_000;
/// What belongs to no event is given one after this long, even where its transfer never ended.
const HOMELESS_MICROS: i64 = 10 * 60 * 1_000_000;

/// What the interface remembers between requests.
#[derive(Default)]
pub(crate) struct Kept {
    /// One follows at a time; the others wait for it, and find it done.
    following: tokio::sync::Mutex<()>,
    tags: std::sync::Mutex<HashMap<String, i64>>,
    /// The events that transfers brought, from when all of them is stored until it is followed.
    expected: std::sync::Mutex<HashMap<Uuid, Uuid>>,
    /// How things stood with what belongs to no event when nothing of it was ready.
    homeless: std::sync::Mutex<store::MispHomeless>,
    walks: find::Walks,
    /// How many asked for an account from where.
    registrations: crate::tips::Letters,
    /// Whether no attributes were put since the last time that they were counted.
    counted: std::sync::atomic::AtomicBool,
    /// One counts at a time.
    counting: tokio::sync::Mutex<()>,
    /// Whether what comes with the program is in the store.
    vocabulary: tokio::sync::OnceCell<()>,
}

/// What a caller is told of what is not there, or not open to them.
const ABSENT: &str = "there is no such event, attribute or object, or it is not open to you";

fn absent() -> Error {
    Error::NotFound(ABSENT.to_owned())
}

/// A UUID under a key, where there is one.
fn uuid_at(fields: &Map<String, Value>, key: &str) -> Option<Uuid> {
    let text = fields.get(key).and_then(Value::as_str)?;
    Uuid::try_parse(text).ok()
}

impl Node {
    /// Follows what was contributed since the last time, so that what is read next holds all of it.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn misp_follow(&self) -> Result<(), Error> {
        let _turn = self.misp_kept().following.lock().await;
        // Where another process was quicker, on from where that is.
        while !self.misp_follow_on().await? {}
        self.misp_house().await?;
        self.misp_count_soon();
        Ok(())
    }

    /// Counts attributes, where some were put since the last time, while nobody waits: see [`store::MispStep`].
    fn misp_count_soon(&self) {
        if self.misp_kept().counted.swap(true, Ordering::Relaxed) {
            return;
        }
        let node = self.clone();
        tokio::spawn(async move {
            if let Err(error) = node.misp_count_steps().await {
                tracing::debug!(%error, "attributes were not counted; pages are found without");
            }
        });
    }

    /// Counts the attributes that were put since the last time, so that deep pages are found without walking to them.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn misp_count_steps(&self) -> Result<(), Error> {
        /// Stretches that are counted in one transaction.
        const TOGETHER: usize = 4;
        let _turn = self.misp_kept().counting.lock().await;
        while self.store().misp_count_steps(TOGETHER).await? {}
        Ok(())
    }

    /// Follows to the end, and says whether it came there. While one batch is written the next are made.
    async fn misp_follow_on(&self) -> Result<bool, Error> {
        let Some(first) = self.store().misp_next(BATCH).await? else {
            return Ok(true);
        };
        let (sender, mut made) = tokio::sync::mpsc::channel(1);
        let node = self.clone();
        let making = tokio::spawn(async move { node.misp_make(first, sender).await });
        while let Some((batch, rows)) = made.recv().await {
            let written = self.store().misp_put(&batch, rows).await?;
            self.misp_kept().counted.store(false, Ordering::Relaxed);
            if !written {
                return Ok(false);
            }
        }
        let made = making.await.map_err(|error| Error::Ours(error.to_string()))?;
        made.map(|()| true)
    }

    /// Says what batches say in MISP's terms, one after another, as long as somebody takes it.
    async fn misp_make(
        &self,
        first: MispBatch,
        to: tokio::sync::mpsc::Sender<(MispBatch, Vec<MispPut>)>,
    ) -> Result<(), Error> {
        let mut next = Some(first);
        while let Some(mut batch) = next {
            let end = batch.end();
            let rows = self.project(std::mem::take(&mut batch.rows)).await?;
            if to.send((batch, rows)).await.is_err() {
                return Ok(());
            }
            next = self.store().misp_after(end, BATCH).await?;
        }
        Ok(())
    }

    /// The event that a transfer brought, where all of it is stored: its report comes last, and names all the rest.
    fn misp_expected(&self, transfer: Uuid) -> Option<Uuid> {
        let expected = self.misp_kept().expected.lock();
        let expected = expected.unwrap_or_else(std::sync::PoisonError::into_inner);
        expected.get(&transfer).copied()
    }

    /// Follows what a transfer has brought, an event and all that is in it.
    pub(super) async fn misp_follow_event(&self, transfer: Uuid, event: Uuid) -> Result<(), Error> {
        let expected = || {
            let expected = self.misp_kept().expected.lock();
            expected.unwrap_or_else(std::sync::PoisonError::into_inner)
        };
        expected().insert(transfer, event);
        let followed = self.misp_follow().await;
        expected().remove(&transfer);
        followed
    }

    /// What a caller sees as of now: a change may make an audience that was not there when the request came.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn misp_viewer(&self, caller: &Caller) -> Result<Viewer, Error> {
        Ok(self.store().viewer(Arc::clone(&caller.principal)).await?)
    }

    /// The number of a tag, made where there is none.
    pub(crate) async fn misp_tag_number(&self, name: &str, colour: &str) -> Result<i64, Error> {
        let known = |kept: &Kept| {
            let tags = kept.tags.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            tags.get(name).copied()
        };
        if let Some(number) = known(self.misp_kept()) {
            return Ok(number);
        }
        let wish = MispTag {
            id: 0,
            name: name.to_owned(),
            colour: colour.to_owned(),
            exportable: true,
            hidden: false,
            number: None,
            is_open: false,
        };
        let tag = self.store().misp_tag_named(&wish).await?;
        let mut tags = self
            .misp_kept()
            .tags
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        if tags.len() > 100_000 {
            tags.clear();
        }
        tags.insert(name.to_owned(), tag.id);
        Ok(tag.id)
    }

    /// Forgets the numbers of tags: one was renamed or deleted.
    pub(crate) fn misp_tags_changed(&self) {
        self.misp_kept()
            .tags
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .clear();
    }
}

/// The members of the store, by number, for names in what is shown.
pub(crate) type Members = Arc<HashMap<policy::MemberId, store::Member>>;

impl Node {
    pub(crate) async fn misp_members(&self) -> Result<Members, Error> {
        let members = self.store().member_list().await?;
        Ok(Arc::new(
            members.into_iter().map(|member| (member.id, member)).collect(),
        ))
    }
}
