//! Whom to reach at a member when it matters, also when e-mail does not work.

use policy::{Action, MemberId, decide};
use stix::Timestamp;
use store::{Contact, NewContact};

use super::{NO_MEMBER, acts_for, bad};
use crate::accounts::Caller;
use crate::error::Error;
use crate::node::Node;
use crate::partnership::check_text;

/// A month, for the purpose of reminding.
const MONTH_MICROS: i64 = 30 * 86_400_000_000;

/// A contact that somebody has to check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContactDue {
    /// The contact.
    pub contact: Contact,
    /// Since when it should have been checked.
    pub since: Timestamp,
}

impl Node {
    /// The contacts of a member.
    ///
    /// # Errors
    /// When they are not for this caller.
    pub async fn contacts(&self, caller: &Caller, member: MemberId) -> Result<Vec<Contact>, Error> {
        decide(&caller.principal, Action::SeeContacts(member)).map_err(|refusal| Error::refused(refusal, NO_MEMBER))?;
        Ok(self.store().contact_list(member).await?)
    }

    /// Names a contact; it has not been checked then.
    ///
    /// # Errors
    /// When the caller may not act for the member, or something is missing: there are two, each with a way beside e-mail.
    pub async fn contact_put(&self, caller: &Caller, contact: &NewContact) -> Result<(), Error> {
        acts_for(caller, contact.member)?;
        if !matches!(contact.place, 1 | 2) {
            return Err(bad(
                "bad-place",
                "a member has two contacts, the first and the second",
                "choose 1 or 2",
            ));
        }
        for (what, text) in [
            ("name", &contact.name),
            ("e-mail address", &contact.email),
            ("telephone number", &contact.telephone),
            ("kind of channel", &contact.channel),
            ("address on that channel", &contact.address),
        ] {
            check_text(what, text)?;
        }
        let is_address = contact
            .email
            .split_once('@')
            .is_some_and(|(user, host)| !user.is_empty() && host.contains('.'));
        if !is_address {
            return Err(bad(
                "bad-email",
                "that is no e-mail address",
                "it looks like cert@city.example",
            ));
        }
        if matches!(
            contact.channel.to_ascii_lowercase().as_str(),
            "email" | "e-mail" | "mail"
        ) {
            let help = "name another way: a messenger, a second telephone, a radio, a fax";
            return Err(bad("same-channel", "the channel must work when e-mail does not", help));
        }
        let before = self.contact_before(contact.member, contact.place).await?;
        self.store().contact_put(&caller.principal, contact).await?;
        match before {
            Some(before) => self.contact_renewed(caller, &before).await,
            None => Ok(()),
        }
    }

    /// Takes a contact away.
    ///
    /// # Errors
    /// When the caller may not act for the member, or there is none.
    pub async fn contact_remove(&self, caller: &Caller, member: MemberId, place: i64) -> Result<(), Error> {
        acts_for(caller, member)?;
        Ok(self.store().contact_remove(&caller.principal, member, place).await?)
    }

    /// Notes that a contact was reached and all of it is right.
    ///
    /// # Errors
    /// When the caller may not act for the member, or there is none.
    pub async fn contact_confirm(&self, caller: &Caller, member: MemberId, place: i64) -> Result<(), Error> {
        acts_for(caller, member)?;
        let before = self.contact_before(member, place).await?;
        self.store().contact_confirm(&caller.principal, member, place).await?;
        match before {
            Some(before) => self.contact_renewed(caller, &before).await,
            None => Ok(()),
        }
    }

    async fn contact_before(&self, member: MemberId, place: i64) -> Result<Option<Contact>, Error> {
        let all = self.store().contact_list(member).await?;
        Ok(all.into_iter().find(|contact| contact.terms.place == place))
    }

    /// The contacts of active members that have to be checked at a time, the longest due first: those that were not since
    /// [`crate::Settings::contact_months`].
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn contacts_due(&self, now: Timestamp) -> Result<Vec<ContactDue>, Error> {
        let months = i64::from(self.chosen().contact_months);
        let since = now.plus_micros(-months * MONTH_MICROS);
        let due = |contact: Contact| ContactDue {
            since: contact
                .checked
                .unwrap_or(contact.changed)
                .plus_micros(months * MONTH_MICROS),
            contact,
        };
        let unchecked = self.store().contacts_unchecked_since(since).await?;
        Ok(unchecked.into_iter().map(due).collect())
    }

    /// A page of them, the longest due first, strictly after the one that was last checked then, of this member, at this
    /// place.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn contacts_due_page(
        &self,
        now: Timestamp,
        after: (i64, i64, i64),
        limit: usize,
    ) -> Result<Vec<ContactDue>, Error> {
        let micros = i64::from(self.chosen().contact_months) * MONTH_MICROS;
        let since = now.plus_micros(-micros);
        let due = |contact: Contact| ContactDue {
            since: contact.checked.unwrap_or(contact.changed).plus_micros(micros),
            contact,
        };
        let unchecked = self.store().contact_page_unchecked(since, after, limit).await?;
        Ok(unchecked.into_iter().map(due).collect())
    }
}
