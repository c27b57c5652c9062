//! Where and how people are told things: their e-mail address, and whether at once, once a day or not at all; and what they
//! are told of their account.

use std::str::FromStr as _;

use policy::{Action, PersonId, decide};
use stix::{Place, Problem};
use store::{Addressee, NewNotice, NoticeChannel, NoticeWish};

use crate::accounts::Caller;
use crate::error::Error;
use crate::node::Node;

/// Bytes of an address (RFC 5321 section 4.5.3.1.3, without its angle brackets).
const ADDRESS_MOST: usize = 254;

/// An address that mail can be sent to.
fn check_address(email: &str) -> Result<(), Error> {
    if email.len() <= ADDRESS_MOST && lettre::Address::from_str(email).is_ok() {
        return Ok(());
    }
    let message = "this is not an e-mail address";
    let help = "write it like ada@city.example, without a name around it";
    Err(Error::input(
        Problem::error("bad-address", Place::default(), message).help(help),
    ))
}

impl Node {
    /// Where a person is told things.
    ///
    /// # Errors
    /// When the caller is neither this person nor an operator.
    pub async fn notices_of(&self, caller: &Caller, person: PersonId) -> Result<Addressee, Error> {
        let absent = || Error::NotFound("there is no such person, or it is not open to you".to_owned());
        if caller.principal.person != Some(person) {
            decide(&caller.principal, Action::SetNotices(person)).map_err(|refusal| Error::refused(refusal, ""))?;
        }
        self.store().addressee_get(person).await?.ok_or_else(absent)
    }

    /// Sets where a person is told things, and how; with no address nothing is sent.
    ///
    /// # Errors
    /// When the caller is neither this person nor an operator, or the address cannot be used.
    pub async fn notices_set(
        &self,
        caller: &Caller,
        person: PersonId,
        email: Option<String>,
        wish: NoticeWish,
    ) -> Result<(), Error> {
        decide(&caller.principal, Action::SetNotices(person)).map_err(|refusal| Error::refused(refusal, ""))?;
        if let Some(email) = &email {
            check_address(email)?;
        }
        if self.notices_of(caller, person).await?.email != email {
            decide(&caller.principal, Action::SetEmail(person)).map_err(|refusal| Error::refused(refusal, ""))?;
        }
        Ok(self
            .store()
            .addressee_put(&caller.principal, person, email, wish)
            .await?)
    }

    /// Tells people something, whom e-mail reaches and who want it, at once: what waits for the next digest is too late.
    /// What it is about is done already; that it cannot be told goes to the log.
    pub(crate) async fn tell_people(&self, people: &[Addressee], subject: &str, body: &str) {
        let reached = |one: &&Addressee| one.active && one.email.is_some() && one.wish != NoticeWish::None;
        let notice = |to: &Addressee| {
            let uuid = self.fresh_uuid();
            NewNotice {
                uuid,
                occasion: format!("told {uuid}"),
                commitment: None,
                person: to.person,
                channel: NoticeChannel::Mail,
                subject: subject.to_owned(),
                body: body.to_owned(),
                next_try: self.now(),
            }
        };
        let notices: Vec<NewNotice> = people.iter().filter(reached).map(notice).collect();
        if !notices.is_empty()
            && let Err(error) = self.store().notice_put_many(&notices).await
        {
            tracing::warn!("people could not be told: {error}");
        }
    }

    /// Tells a person that the ways into their account changed: if it was not them, they learn of it.
    pub(crate) async fn tell_of_account(&self, person: PersonId, what: &str) {
        let title = &self.chosen().title;
        let body = format!(
            "At {title}, {what}.\n\nIf that was neither you nor asked for by you, end your sessions and tell an operator.\n"
        );
        match self.store().addressee_get(person).await {
            Ok(found) => {
                self.tell_people(found.as_slice(), &format!("Your account: {what}"), &body)
                    .await
            }
            Err(error) => tracing::warn!("a person could not be told: {error}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::check_address;

    #[test]
    fn an_address_is_one_and_nothing_else() {
        assert!(check_address("ada@city.example").is_ok());
        for bad in [
            "",
            "ada",
            "Ada <ada@city.example>",
            "ada@city.example\r\nBcc: eve@example.org",
            "a@b, c@d",
        ] {
            assert!(check_address(bad).is_err(), "{bad}");
        }
        assert!(check_address(&format!("{}@city.example", "a".repeat(300))).is_err());
    }
}
