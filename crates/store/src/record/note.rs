//! Signs texts of this node other than checkpoints, with the key of its ledger.

use ledger::note::SignedNote;

use crate::{Error, Result, Store};

impl Store {
    /// Signs a text that ends in a newline; gives the signed note, and the key that verifies it. The first line of the text
    /// must be none that is the origin of a log, so that no note is ever taken for a checkpoint.
    pub fn sign_note(&self, text: String) -> Result<(String, String)> {
        let key = self.ledger_key.verifying_key();
        if text.lines().next() == Some(key.name()) {
            return Err(Error::ours("a note was to be signed that begins like a checkpoint"));
        }
        let note = SignedNote::sign(text, &self.ledger_key)
            .map_err(|error| Error::ours(format!("a note cannot be signed: {error}")).because(error))?;
        Ok((note.to_string(), key.to_string()))
    }
}
