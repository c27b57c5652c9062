//! Handing objects to a member: every page that holds something leaves an entry in the ledger, and a stretch from which
//! it can be worked out later who was given an item (`store::delivery`).

use policy::{CommunityId, Viewer};
use serde_json::json;
use stix::Timestamp;
use store::{DeliveryFilter, NewDelivery, ObjectPage, ObjectQuery, ObjectRow, Standing, VersionFilter};

use crate::accounts::Caller;
use crate::collections::{Collection, Look};
use crate::error::Error;
use crate::node::Node;

/// How a page goes out.
#[derive(Clone, Debug)]
pub(crate) struct Way {
    /// Its name: `taxii`, `export`, `push:NAME`.
    pub name: String,
    /// The collection, or what stands for it, as the ledger names it.
    pub channel: String,
    /// The community it is of; none for everything.
    pub within: Option<CommunityId>,
}

impl Way {
    fn of(name: &str, collection: &Collection) -> Self {
        Self {
            name: name.to_owned(),
            channel: collection.uuid.to_string(),
            within: collection.community,
        }
    }

    /// By an export.
    pub fn export(collection: &Collection) -> Self {
        Self::of("export", collection)
    }
}

/// What was asked of a page, and from where.
#[derive(Clone, Debug)]
pub(crate) struct Question {
    pub filter: DeliveryFilter,
    /// What was added up to here was not asked for.
    pub after: Timestamp,
}

impl From<&ObjectQuery> for Question {
    fn from(query: &ObjectQuery) -> Self {
        let from = query.from.map(|position| Timestamp::from_micros(position.0));
        Self {
            filter: DeliveryFilter {
                ids: query.ids.clone(),
                types: query.types.clone(),
                versions: query.versions != VersionFilter::default() || !query.spec_versions.is_empty(),
                ..DeliveryFilter::default()
            },
            after: from.max(query.added_after).unwrap_or(Timestamp::from_micros(0)),
        }
    }
}

impl Node {
    /// Reads a page of a collection under rules that hold while it is read, and records that it was delivered: to which member, from which collection, how
    /// many, which stretch of the order, and a digest over what it held. An empty page delivers nothing and leaves
    /// no entry; neither does a page for the public, which has no member to hold to it.
    ///
    /// # Errors
    /// When the store does not answer, or the entry could not be written: then nothing is delivered.
    pub async fn deliver_page(&self, look: Look, query: &ObjectQuery) -> Result<(Look, ObjectPage), Error> {
        let read = |viewer: Viewer| {
            let (store, query) = (self.store().clone(), query.clone());
            async move { store.object_page(&viewer, &query).await }
        };
        let (look, page) = self.read_steadily(look, read).await?;
        let way = Way::of("taxii", &look.collection);
        self.record_delivery(&look.caller, way, Question::from(query), &page.rows)
            .await?;
        Ok((look, page))
    }

    /// Reads a page, and records it by a way that is named.
    pub(crate) async fn deliver(
        &self,
        caller: &Caller,
        way: Way,
        viewer: &Viewer,
        query: &ObjectQuery,
    ) -> Result<ObjectPage, Error> {
        let page = self.store().object_page(viewer, query).await?;
        self.record_delivery(caller, way, Question::from(query), &page.rows)
            .await?;
        Ok(page)
    }

    /// Records that these rows, which are all that was asked for up to the last of them, were delivered.
    pub(crate) async fn record_delivery(
        &self,
        caller: &Caller,
        way: Way,
        question: Question,
        rows: &[ObjectRow],
    ) -> Result<(), Error> {
        let first = rows.iter().map(|row| row.added).min();
        let last = rows.iter().map(|row| row.added).max();
        let (Some(first), Some(last), Some(member)) = (first, last, caller.principal.member) else {
            return Ok(());
        };
        let digest = ledger::digest_of(rows.iter().map(|row| &row.digest));
        let body = json!({
            "channel": way.channel,
            "digest": digest.to_string(),
            "first_added": first.to_micros_text(),
            "reader": caller.name,
        });
        let delivery = NewDelivery {
            member,
            channel: way.name,
            standing: Standing::of(&caller.principal, way.within),
            filter: question.filter,
            after: question.after,
            to: last,
            objects: rows.len() as u64,
            rows: rows.iter().map(|row| (row.added, row.audience)).collect(),
            body: body.as_object().cloned().unwrap_or_default(),
        };
        Ok(self.store().delivery_record(delivery).await?)
    }

    /// Records that changes after a place were delivered. A version that holds again because a later one went is older
    /// than that place: it is recorded by its name, and covers nothing beside itself.
    pub(crate) async fn record_changes(
        &self,
        caller: &Caller,
        way: &Way,
        after: Timestamp,
        rows: Vec<ObjectRow>,
    ) -> Result<(), Error> {
        let (new, restored): (Vec<ObjectRow>, Vec<ObjectRow>) = rows.into_iter().partition(|row| row.added > after);
        let filter = DeliveryFilter::default();
        let question = Question { filter, after };
        self.record_delivery(caller, way.clone(), question, &new).await?;
        for row in restored {
            let filter = DeliveryFilter {
                ids: vec![row.id.clone()],
                versions: true,
                ..DeliveryFilter::default()
            };
            let after = row.added.plus_micros(-1);
            self.record_delivery(caller, way.clone(), Question { filter, after }, &[row])
                .await?;
        }
        Ok(())
    }
}
