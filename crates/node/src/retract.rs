//! Taking back what one's own member shared: gone for every reader at once, with a tombstone that says so.

use policy::{Action, MemberId, decide};
use store::{NewRecall, RecallKind, Retraction, VersionFilter};

use crate::accounts::Caller;
use crate::collections::Collection;
use crate::error::Error;
use crate::node::Node;

/// The most characters of a reason.
const REASON: usize = 1_000;

/// The caller's member, where the caller may take back what it shared.
fn may_retract(caller: &Caller) -> Result<MemberId, Error> {
    let absent = "there is no such object, or it is not yours to take back";
    let Some(member) = caller.principal.member else {
        return Err(Error::NotFound(absent.to_owned()));
    };
    decide(&caller.principal, Action::Retract(member)).map_err(|refusal| Error::refused(refusal, absent))?;
    Ok(member)
}

fn bounded(reason: &str) -> String {
    reason.chars().take(REASON).collect()
}

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
        may_retract(caller)?;
        let retraction = Retraction {
            id: id.to_owned(),
            versions,
            community: collection.community,
            reason: bounded(reason),
        };
        Ok(self.store().retract(&caller.principal, &retraction).await?)
    }

    /// The same as a recall: those who were given it are told, and answer. In the other communities to which it was
    /// addressed it stays.
    ///
    /// # Errors
    /// As [`Node::retract`].
    pub async fn retract_and_tell(
        &self,
        caller: &Caller,
        collection: &Collection,
        id: &str,
        versions: VersionFilter,
        reason: &str,
    ) -> Result<usize, Error> {
        let member = may_retract(caller)?;
        let new = NewRecall {
            uuid: self.fresh_uuid(),
            kind: RecallKind::Retract,
            object: id.to_owned(),
            owner: member,
            community: collection.community,
            channel: None,
            versions: Some(versions),
            reason: bounded(reason),
        };
        match self.store().recall(&caller.principal, &new).await {
            Ok(recalled) => {
                self.recalls_changed();
                Ok(recalled.versions)
            }
            Err(error) if error.kind() == store::ErrorKind::NotFound => Ok(0),
            Err(error) => Err(error.into()),
        }
    }
}
