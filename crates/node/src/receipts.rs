//! Proof of every exchange: signed checkpoints, a member's receipts, and the log for whoever wants to verify it.

use std::io::Write;

use ledger::{Receipt, SignedCheckpoint};
use policy::{Action, Viewer, decide};

use crate::accounts::Caller;
use crate::error::Error;
use crate::node::Node;

/// Receipts of one answer.
const MOST: usize = 1_000;

impl Node {
    /// The log as it stands, signed.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn checkpoint(&self) -> Result<SignedCheckpoint, Error> {
        Ok(self.store().checkpoint().await?)
    }

    /// The receipts of the caller's member from a position on, each verifiable offline.
    ///
    /// # Errors
    /// When the caller has no member, or the store does not answer.
    pub async fn receipts(&self, caller: &Caller, from: u64, limit: usize) -> Result<Vec<Receipt>, Error> {
        let viewer = self.holder(caller).await?;
        Ok(self.store().receipts(&viewer, from, limit.min(MOST)).await?)
    }

    /// Writes the whole log for offline verification: the commitment of every entry, opened where it is one of the
    /// caller's member.
    ///
    /// # Errors
    /// When the caller has no member, the store does not answer, or `output` cannot be written.
    pub async fn ledger_export(
        &self,
        caller: &Caller,
        output: &mut (dyn Write + Send),
    ) -> Result<SignedCheckpoint, Error> {
        let viewer = self.holder(caller).await?;
        Ok(self.store().ledger_export(&viewer, output).await?)
    }

    async fn holder(&self, caller: &Caller) -> Result<Viewer, Error> {
        let absent = "there are no receipts";
        let Some(member) = caller.principal.member else {
            return Err(Error::NotFound(absent.to_owned()));
        };
        decide(&caller.principal, Action::SeeReceipts(member)).map_err(|refusal| Error::refused(refusal, absent))?;
        self.viewer(caller).await
    }
}
