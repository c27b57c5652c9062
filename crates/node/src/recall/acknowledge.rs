//! Answering a recall: what the member says it did.

use policy::{Action, decide};
use stix::{Place, Problem, Timestamp};
use store::{Acknowledgement, Recall};
use uuid::Uuid;

use super::absent;
use crate::accounts::Caller;
use crate::error::Error;
use crate::item::checked_note;
use crate::node::Node;

/// What a member says it did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Done {
    /// Its copies are gone, as far as it knows.
    Removed,
    /// It has the newer version, or handles it under the stricter marking.
    Replaced,
    /// It keeps it, and says why.
    Kept,
}

impl Done {
    /// The name, as stored and shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Removed => "removed",
            Self::Replaced => "replaced",
            Self::Kept => "kept",
        }
    }

    /// Reads a name.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Removed, Self::Replaced, Self::Kept]
            .into_iter()
            .find(|done| done.as_str() == text)
    }
}

/// An answer to a recall.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AcknowledgeWish {
    /// What was done.
    pub done: Done,
    /// When the member's watchlist no longer had it.
    pub swapped: Option<Timestamp>,
    /// In words; needed where it is kept.
    pub note: Option<String>,
    /// Whether a program answers by itself.
    pub automatic: bool,
}

impl Node {
    /// Answers a recall for the caller's member. An answer may be given again, with more in it; the time of the first
    /// stays.
    ///
    /// # Errors
    /// When the caller may not answer, the recall does not concern the member, or it is kept without a reason.
    pub async fn recall_acknowledge(&self, caller: &Caller, uuid: Uuid, wish: &AcknowledgeWish) -> Result<(), Error> {
        decide(&caller.principal, Action::Acknowledge).map_err(|refusal| Error::refused(refusal, ""))?;
        let member = self.own_receipts(caller)?;
        let recall = self.store().recall_get(uuid).await?.ok_or_else(absent)?;
        let owed = self.store().recall_owed_one(member, recall.id).await?;
        if owed.is_none() {
            return Err(absent());
        }
        let note = checked_note(wish.note.as_deref())?;
        if wish.done == Done::Kept && note.is_none() {
            let problem = Problem::error("kept-without-reason", Place::default(), "what is kept needs a reason");
            return Err(Error::input(problem.help("say in 'note' why it is kept")));
        }
        let said = Acknowledgement {
            done: wish.done.as_str().to_owned(),
            swapped: wish.swapped,
            note: note.map(str::to_owned),
            channel: if wish.automatic { "node" } else { "person" }.to_owned(),
        };
        let name = self.name_for_recaller(caller, &recall).await?;
        self.store()
            .recall_acknowledge(&caller.principal, &recall, &said, name.as_deref())
            .await?;
        self.recall_answered(&caller.principal, recall.uuid, member).await
    }

    /// The name of the caller's member, where the one who recalled may read it.
    pub(crate) async fn name_for_recaller(&self, caller: &Caller, recall: &Recall) -> Result<Option<String>, Error> {
        let reader = self.store().principal_of_member(recall.by_member).await?;
        let discretion = self.discretion(&Caller::new(reader, "recall")).await?;
        let communities = recall.communities.iter().copied().collect();
        let member = self.own_receipts(caller)?;
        let name = discretion.name(member, &communities, |chosen| chosen.acknowledged);
        Ok(name.map(str::to_owned))
    }
}
