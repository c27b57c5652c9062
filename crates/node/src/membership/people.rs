//! The people of a member: who they are, in which role, and whether they may sign in.

use policy::{Action, MemberId, Role, decide};
use store::Person;

use super::NO_MEMBER;
use crate::accounts::Caller;
use crate::error::Error;
use crate::node::Node;
use crate::partnership::check_text;

/// What is to change of a person; nothing where nothing is said.
#[derive(Clone, Debug, Default)]
pub struct PersonChange {
    /// Their name.
    pub name: Option<String>,
    /// The highest role they hold.
    pub role: Option<Role>,
    /// Whether they may sign in.
    pub active: Option<bool>,
}

/// The words for a person that is not there or not for this caller.
const NO_PERSON: &str = "there is no such person, or they are not open to you";

impl Node {
    /// The people of a member.
    ///
    /// # Errors
    /// When they are not for this caller: they are for the member itself and for operators.
    pub async fn people(&self, caller: &Caller, member: MemberId) -> Result<Vec<Person>, Error> {
        decide(&caller.principal, Action::SeeContacts(member)).map_err(|refusal| Error::refused(refusal, NO_MEMBER))?;
        Ok(self.store().person_list(Some(member)).await?)
    }

    /// A page of them by login, strictly after one.
    ///
    /// # Errors
    /// When they are not for this caller.
    pub async fn person_page(
        &self,
        caller: &Caller,
        member: MemberId,
        after: &str,
        limit: usize,
    ) -> Result<Vec<Person>, Error> {
        decide(&caller.principal, Action::SeeContacts(member)).map_err(|refusal| Error::refused(refusal, NO_MEMBER))?;
        Ok(self.store().person_page(member, after, limit).await?)
    }

    /// Changes a person; it takes effect with their next request. Nobody changes their own role, or locks themselves out.
    ///
    /// # Errors
    /// When the caller may not: a coordinator changes people of their own member up to their own role, an operator all.
    pub async fn person_change(&self, caller: &Caller, login: &str, change: PersonChange) -> Result<Person, Error> {
        let found = self.store().person_by_login(login).await?;
        let mut person = found.ok_or_else(|| Error::NotFound(NO_PERSON.to_owned()))?;
        // The higher of the two roles counts: neither raise above oneself, nor touch who stands there already.
        let role = change.role.unwrap_or(person.role).max(person.role);
        decide(&caller.principal, Action::ManagePerson(person.member, role)).map_err(|refusal| {
            if refusal.unproven || caller.principal.member == Some(person.member) {
                Error::refused(refusal, NO_PERSON)
            } else {
                Error::NotFound(NO_PERSON.to_owned())
            }
        })?;
        let own = caller.principal.person == Some(person.id);
        let changes_standing = change.role.is_some_and(|role| role != person.role) || change.active == Some(false);
        if own && changes_standing {
            return Err(Error::NotAllowed(
                "nobody changes their own role or locks themselves out; ask another",
            ));
        }
        if let Some(name) = change.name {
            check_text("name", &name)?;
            person.name = name;
        }
        person.role = change.role.unwrap_or(person.role);
        person.active = change.active.unwrap_or(person.active);
        self.store().person_update(&caller.principal, &person).await?;
        Ok(person)
    }
}
