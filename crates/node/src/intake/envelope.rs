//! A TAXII envelope (TAXII 2.1 section 3.7): the one input whose shape the protocol fixes.

use std::io::Cursor;

use policy::CommunityId;

use super::handling::Handling;
use super::report::Report;
use super::share::ShareRequest;
use crate::accounts::Caller;
use crate::error::Error;
use crate::node::Node;

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
}
