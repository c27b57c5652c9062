//! Reminding those who have not answered a recall: by hand, beside what the node does by itself.
//!
//! Who is reminded is told through the outbox, once a day at the most for each recall, and told nothing of the item. Who
//! reminds learns no more than the page of the recall says: whether a certain member was reminded, where its name stands
//! there, and else only that whoever was due was.

use policy::{Action, MemberId, decide};
use store::Recall;
use uuid::Uuid;

use super::absent;
use crate::accounts::Caller;
use crate::error::Error;
use crate::node::Node;

/// Microseconds between two reminders of one member of one recall.
const BETWEEN_MICROS: i64 = 24 * 3_600_000_000;

impl Node {
    /// Whether a caller may remind others of a recall: an analyst of the member that recalled or whose item it was, or who
    /// coordinates one of its communities.
    pub fn may_remind(caller: &Caller, recall: &Recall) -> bool {
        let principal = &caller.principal;
        let may = |action| decide(principal, action).is_ok();
        let own = [recall.owner, recall.by_member].into_iter();
        let is_own = own
            .clone()
            .any(|member| principal.member == Some(member) && may(Action::Retract(member)));
        let coordinates = |community: &policy::CommunityId| may(Action::RecallWithin(*community));
        is_own || recall.communities.iter().any(coordinates)
    }

    /// Reminds one member by its name, or everybody, who has not answered a recall.
    ///
    /// # Errors
    /// When there is no such recall for the caller, the named member is not among those that the caller may know to owe an
    /// answer, or it was reminded within a day.
    pub async fn recall_remind(&self, caller: &Caller, uuid: Uuid, name: Option<&str>) -> Result<(), Error> {
        let recall = self.store().recall_get(uuid).await?.ok_or_else(absent)?;
        if !Self::may_remind(caller, &recall) {
            // Who may not follow it learns nothing; who may only look at it is told what it takes.
            self.recall_state(caller, uuid).await?;
            return Err(Error::NotAllowed(
                "reminding others needs the role analyst, or coordinator of a community of the recall",
            ));
        }
        let owed = self.store().recall_owed(recall.id).await?;
        let open = owed.iter().filter(|row| row.acknowledged.is_none());
        let mut members: Vec<MemberId> = open.map(|row| row.member).collect();
        if let Some(name) = name {
            let state = self.recall_state(caller, uuid).await?;
            let is_told = state.outstanding.named.iter().any(|(told, _)| told == name);
            let member = match is_told {
                true => self.store().member_get(store::MemberKey::Name(name)).await?,
                false => None,
            };
            let member = member.ok_or_else(|| {
                Error::NotFound("there is no such member that owes an answer, or it is not open to you".to_owned())
            })?;
            members.retain(|one| *one == member.id);
        }
        let before = self.now().plus_micros(-BETWEEN_MICROS);
        let reminded = self
            .store()
            .recall_remind(&caller.principal, &recall, &members, before)
            .await?;
        if name.is_some() && reminded.is_empty() {
            return Err(Error::Conflict(
                "it was reminded within the last day: once a day is enough".to_owned(),
            ));
        }
        let title = &self.chosen().title;
        let subject = format!("{title}: an item was recalled, and your answer is missing");
        let body = format!(
            "At {title}, something that your organisation was given was recalled. What you did about it is not known yet, and \
             somebody asks for it.\n\nSign in and answer under Commitments, Recalls.\n"
        );
        for member in reminded {
            let people = self.store().addressee_list(member).await?;
            self.tell_people(&people, &subject, &body).await;
        }
        self.recalls_changed();
        Ok(())
    }
}
