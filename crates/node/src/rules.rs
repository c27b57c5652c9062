//! The rules under which something was read that goes elsewhere: sending takes as long as the other side takes, and what is
//! sent next must obey the rules of then.
//!
//! Pushes and bridges take them before they work out a view, and look again before each envelope, event or message. Where
//! they have moved on, or something of it was taken back, what was not sent yet is read again first.

use store::{ChangeRow, Position};

use crate::error::Error;
use crate::node::Node;

/// The rules as they were when somebody began to read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rules {
    generation: i64,
    /// The last thing stored then.
    newest: Position,
}

impl Rules {
    /// As they are now: to be asked before the view is worked out.
    pub async fn now(node: &Node) -> Result<Self, Error> {
        let store = node.store();
        Ok(Self {
            generation: store.policy_generation().await?,
            newest: store.newest().await?,
        })
    }

    /// Whether they still hold.
    pub async fn hold(&self, node: &Node) -> Result<bool, Error> {
        Ok(node.store().policy_generation().await? == self.generation)
    }

    /// Whether they still hold, and nothing has been taken back of what was read: that moves no rules. It is read again and
    /// not left out, because another may have contributed the same.
    pub async fn hold_for(&self, node: &Node, read: &[ChangeRow]) -> Result<bool, Error> {
        let added = || read.iter().map(|change| change.row.added);
        let is_gone = match added().min().zip(added().max()) {
            Some(between) => {
                let gone = node.store().taken_back_since(self.newest, between).await?;
                added().any(|added| gone.contains(&added))
            }
            None => false,
        };
        Ok(!is_gone && self.hold(node).await?)
    }
}
