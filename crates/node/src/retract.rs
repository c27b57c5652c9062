//! Taking back what one's own member shared: gone for every reader at once, with a tombstone that says so.

use policy::{Action, decide};
use store::{Retraction, VersionFilter};

use crate::accounts::Caller;
use crate::collections::Collection;
use crate::error::Error;
use crate::node::Node;

impl Node {
    /// Takes back the caller's member's own contributions of an object in a collection. Gives how many versions went.
    ///
    /// # Errors
    /// [`Error::NotAllowed`] when the caller may not retract. Nought is no error: their member contributed nothing of
    /// that name there, whoever else did.
    pub async fn retract(
        &self,
        caller: &Caller,
        collection: &Collection,
        id: &str,
        versions: VersionFilter,
        reason: &str,
    ) -> Result<usize, Error> {
        let absent = "there is no such object, or it is not yours to take back";
        let Some(member) = caller.principal.member else {
            return Err(Error::NotFound(absent.to_owned()));
        };
        decide(&caller.principal, Action::Retract(member)).map_err(|refusal| Error::refused(refusal, absent))?;
        let retraction = Retraction {
            id: id.to_owned(),
            versions,
            community: collection.community,
            reason: reason.chars().take(1_000).collect(),
        };
        Ok(self.store().retract(&caller.principal, &retraction).await?)
    }
}
