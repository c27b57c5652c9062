//! What waits is written together: the more comes, the more is added up before it costs a write.

use std::collections::{BTreeMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use policy::MemberId;
use store::{NewMessage, Store};
use tokio::sync::oneshot;

use crate::error::Error;

/// Messages written in one transaction.
const TOGETHER_MOST: usize = 2_000;

/// Says whether a message was new.
type Answered = oneshot::Sender<Result<bool, Error>>;

/// Messages on their way into the store.
#[derive(Debug, Default)]
pub(crate) struct Gather(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    waiting: Mutex<Waiting>,
}

#[derive(Debug, Default)]
struct Waiting {
    messages: BTreeMap<MemberId, Vec<(NewMessage, Answered)>>,
    /// Members for whom something is being written just now; what comes meanwhile is written next.
    writing: HashSet<MemberId>,
}

impl Gather {
    /// Counts a message of a member with those of its others that wait; says, after the commit, whether it was new.
    pub(crate) async fn count(&self, store: &Store, member: MemberId, message: NewMessage) -> Result<bool, Error> {
        let (answered, answer) = oneshot::channel();
        let begins = {
            let mut waiting = self.0.waiting.lock().unwrap_or_else(PoisonError::into_inner);
            waiting.messages.entry(member).or_default().push((message, answered));
            waiting.writing.insert(member)
        };
        if begins {
            // A task of its own: whoever sent the first of them may go away, and the others wait for it.
            tokio::spawn(Arc::clone(&self.0).write(store.clone(), member));
        }
        answer
            .await
            .map_err(|_| Error::Ours("counting a message ended early; send it again".to_owned()))?
    }
}

impl Inner {
    /// Writes until nothing of the member waits.
    async fn write(self: Arc<Self>, store: Store, member: MemberId) {
        while let Some(together) = self.take(member) {
            let (messages, waiting): (Vec<_>, Vec<_>) = together.into_iter().unzip();
            match store.messages_put(member, &messages).await {
                Ok(are_new) => {
                    for (answered, is_new) in waiting.into_iter().zip(are_new) {
                        // Whoever asked may be gone; it will send the message again, and be told that it is counted.
                        let _ = answered.send(Ok(is_new));
                    }
                }
                Err(error) => {
                    let shown = error.to_string();
                    for answered in waiting {
                        let _ = answered.send(Err(Error::Unavailable(shown.clone())));
                    }
                }
            }
        }
    }

    /// What waits for a member; none, and the writing is over, where nothing does.
    fn take(&self, member: MemberId) -> Option<Vec<(NewMessage, Answered)>> {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let mut messages = waiting.messages.remove(&member).unwrap_or_default();
        if messages.is_empty() {
            waiting.writing.remove(&member);
            return None;
        }
        let later = messages.split_off(messages.len().min(TOGETHER_MOST));
        if !later.is_empty() {
            waiting.messages.insert(member, later);
        }
        Some(messages)
    }
}
