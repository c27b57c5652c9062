//! Handing objects to a member: every page that holds something leaves an entry in the ledger.

use policy::Viewer;
use serde_json::json;
use store::{NewEntry, ObjectPage, ObjectQuery};

use crate::accounts::Caller;
use crate::collections::Collection;
use crate::error::Error;
use crate::node::Node;

impl Node {
    /// Reads a page of a collection and records that it was delivered: to which member, from which collection, how
    /// many, which stretch of the order, and a digest over what it held. An empty page delivers nothing and leaves
    /// no entry; neither does a page for the public, which has no member to hold to it.
    ///
    /// # Errors
    /// When the store does not answer, or the entry could not be written: then nothing is delivered.
    pub async fn deliver_page(
        &self,
        caller: &Caller,
        collection: &Collection,
        viewer: &Viewer,
        query: &ObjectQuery,
    ) -> Result<ObjectPage, Error> {
        let page = self.store().object_page(viewer, query).await?;
        self.record_delivery(caller, &collection.uuid.to_string(), &page)
            .await?;
        Ok(page)
    }

    /// Records that a page was delivered through a named channel (a collection, an export, a peer).
    pub(crate) async fn record_delivery(&self, caller: &Caller, channel: &str, page: &ObjectPage) -> Result<(), Error> {
        let (Some(first), Some(last)) = (page.rows.first(), page.rows.last()) else {
            return Ok(());
        };
        let Some(member) = caller.principal.member else {
            return Ok(());
        };
        let digest = ledger::digest_of(page.rows.iter().map(|row| &row.digest));
        let body = json!({
            "channel": channel,
            "count": page.rows.len(),
            "digest": digest.to_string(),
            "first_added": first.added.to_micros_text(),
            "last_added": last.added.to_micros_text(),
            "reader": caller.name,
        });
        let entry = NewEntry {
            kind: "delivered".to_owned(),
            member: Some(member),
            body: body.to_string(),
        };
        Ok(self.store().ledger_append(vec![entry]).await?)
    }
}
