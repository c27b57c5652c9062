//! Contacts that have to be checked are owed as commitments, and whoever confirms or renews one keeps it.

use store::Contact;
use uuid::Uuid;

use super::make::Promise;
use crate::accounts::Caller;
use crate::error::Error;
use crate::node::Node;

/// The space in which the names of these commitments are made.
const NAMES: Uuid = Uuid::from_u128(0x6b0f_4c0c_3d5e_4b0b_9a55_6f1d_84a7_13e2);

/// The name of the commitment to check a contact: one for each time that it was named or checked, so that nobody is
/// asked twice.
pub(crate) fn name(contact: &Contact) -> Uuid {
    let known_since = contact.checked.unwrap_or(contact.changed).micros();
    let text = format!("{} {} {known_since}", contact.terms.member.0, contact.terms.place);
    Uuid::new_v5(&NAMES, text.as_bytes())
}

impl Node {
    /// Asks the members whose contacts have to be checked, each once; it is owed to the member that runs this node. Gives
    /// how many were asked now.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn contacts_ask(&self) -> Result<usize, Error> {
        let due = self.contacts_due(self.now()).await?;
        if due.is_empty() {
            return Ok(0);
        }
        let Some(own) = self.own_member().await? else {
            return Ok(0);
        };
        let months = self.chosen().contact_months;
        let mut promises = Vec::new();
        for one in due {
            let uuid = name(&one.contact);
            if self.store().commitment_get(uuid).await?.is_some() {
                continue;
            }
            let terms = &one.contact.terms;
            let which = if terms.place == 1 { "first" } else { "second" };
            promises.push(Promise {
                uuid,
                kind: "renew-contact".to_owned(),
                subject: Uuid::new_v5(&NAMES, format!("{} {}", terms.member.0, terms.place).as_bytes()).to_string(),
                title: Some(format!("the {which} contact")),
                owed_by: terms.member,
                person: None,
                owed_to: own.id,
                community: None,
                because: format!("contacts are checked every {months} months"),
                clock: None,
                escalation: None,
            });
        }
        let asked = promises.len();
        if asked > 0 {
            let actor = self.store().principal_of_member(own.id).await?;
            self.commitments_by_rule(&actor, promises).await?;
        }
        Ok(asked)
    }

    /// Keeps what is owed because of a contact as it was before it was confirmed or renewed.
    pub(crate) async fn contact_renewed(&self, caller: &Caller, before: &Contact) -> Result<(), Error> {
        self.keep_owed(&caller.principal, name(before)).await
    }
}
