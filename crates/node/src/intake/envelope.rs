//! Bytes that are here already: a TAXII envelope (TAXII 2.1 section 3.7), or what a person looked at and corrected.

use std::io::Cursor;

use formats::edit::{About, AboutKind, Edits};
use formats::{Limits, ReadOptions};
use policy::CommunityId;
use stix::Id;
use stix::marking::Tlp;
use store::SearchQuery;

use super::handling::Handling;
use super::report::Report;
use super::share::ShareRequest;
use crate::accounts::Caller;
use crate::error::Error;
use crate::node::Node;

/// Objects of a name that are looked at.
const LOOKED_AT: usize = 20;

impl Node {
    /// Takes in an envelope that was posted to the collection of a community; the report lists every item.
    ///
    /// # Errors
    /// As [`Node::share`].
    pub async fn take_envelope(
        &self,
        caller: &Caller,
        community: CommunityId,
        body: impl AsRef<[u8]> + Send + 'static,
    ) -> Result<Report, Error> {
        let request = ShareRequest {
            channel: "taxii".to_owned(),
            name: None,
            handling: Handling {
                communities: vec![community],
                ..Handling::default()
            },
            list_items: true,
        };
        self.share_bytes(caller, request, body).await
    }

    /// [`Node::share`] for bytes that are already here, off the threads that answer requests.
    ///
    /// # Errors
    /// As [`Node::share`].
    pub async fn share_bytes(
        &self,
        caller: &Caller,
        request: ShareRequest,
        body: impl AsRef<[u8]> + Send + 'static,
    ) -> Result<Report, Error> {
        let (node, caller) = (self.clone(), caller.clone());
        tokio::task::spawn_blocking(move || node.share(&caller, request, &mut Cursor::new(body.as_ref())))
            .await
            .map_err(|error| Error::Ours(format!("taking in the transfer stopped: {error}")))?
    }

    /// [`Node::share_bytes`] for what a person changed after looking at it.
    ///
    /// # Errors
    /// As [`Node::share`]; and where something is to be changed that cannot be so.
    pub async fn share_edited(
        &self,
        caller: &Caller,
        request: ShareRequest,
        body: impl AsRef<[u8]> + Send + 'static,
        edits: Edits,
    ) -> Result<Report, Error> {
        let (node, caller) = (self.clone(), caller.clone());
        let sharing = move || {
            node.share_with(&caller, request, |sink, options| {
                formats::edit::read(body.as_ref(), &edits, options, sink)
            })
        };
        tokio::task::spawn_blocking(sharing)
            .await
            .map_err(|error| Error::Ours(format!("taking in the transfer stopped: {error}")))?
    }

    /// How the caller's input is read when it is shared: whoever only looks at it reads it alike.
    ///
    /// # Errors
    /// When the caller has no member.
    pub async fn share_options(&self, caller: &Caller, withheld: bool) -> Result<ReadOptions, Error> {
        let member = caller.principal.member.ok_or(Error::NotAllowed("sign in first"))?;
        Ok(ReadOptions {
            name: None,
            producer: self.producer(member, withheld).await?,
            default_markings: Vec::new(),
            now: self.now(),
            limits: Limits::default(),
        })
    }

    /// What indicators are signs of, by its name: the object of that name that is known here and free to be told of, or
    /// one that is to be made. What not everybody may see is not linked to: a link would tell that it is there.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn share_about(&self, caller: &Caller, kind: AboutKind, name: &str) -> Result<About, Error> {
        let query = SearchQuery {
            words: name.to_owned(),
            types: vec![kind.as_str().to_owned()],
            ..SearchQuery::default()
        };
        let found = self.search(caller, &query, LOOKED_AT, None).await?;
        let is_it = |one: &&store::Found| {
            one.title
                .as_deref()
                .is_some_and(|title| title.eq_ignore_ascii_case(name))
        };
        let ids: Vec<String> = found.found.iter().filter(is_it).map(|one| one.row.id.clone()).collect();
        let colours = self.colours(caller, &ids).await?;
        let mut open = ids.iter().filter(|id| colours.get(*id) == Some(&Tlp::Clear));
        Ok(About {
            kind,
            name: name.to_owned(),
            known: open.next().and_then(|id| Id::parse(id).ok()),
        })
    }
}
