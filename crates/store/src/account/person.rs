//! People: who signs in, for which member, in which role.

use policy::{MemberId, PersonId, Principal, Role};
use stix::Timestamp;
use uuid::Uuid;

use crate::{Result, Store};

/// Somebody who signs in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// The number in this store.
    pub id: PersonId,
    /// The name for other systems.
    pub uuid: Uuid,
    /// For whom this person acts.
    pub member: MemberId,
    /// What is typed to sign in, unique.
    pub login: String,
    /// The name shown.
    pub name: String,
    /// The highest role held.
    pub role: Role,
    /// The argon2id hash of the password, where there is one.
    pub password_hash: Option<String>,
    /// Whether this person may sign in.
    pub active: bool,
    /// Since when the account is here.
    pub created: Timestamp,
}

/// A person to be made; the fields are those of [`Person`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewPerson {
    /// See [`Person::uuid`].
    pub uuid: Uuid,
    /// See [`Person::member`].
    pub member: MemberId,
    /// See [`Person::login`].
    pub login: String,
    /// See [`Person::name`].
    pub name: String,
    /// See [`Person::role`].
    pub role: Role,
    /// See [`Person::password_hash`].
    pub password_hash: Option<String>,
    /// See [`Person::active`].
    pub active: bool,
}

impl Store {
    /// Makes a person. A login that is taken is a conflict.
    pub async fn person_put(&self, actor: &Principal, new: NewPerson) -> Result<Person> {
        let _ = (actor, new);
        Err(crate::unbuilt())
    }

    /// Changes a person: everything but the number and creation is taken from `person`.
    pub async fn person_update(&self, actor: &Principal, person: &Person) -> Result<()> {
        let _ = (actor, person);
        Err(crate::unbuilt())
    }

    /// The people of a member, or everybody, by login.
    pub async fn person_list(&self, member: Option<MemberId>) -> Result<Vec<Person>> {
        let _ = member;
        Err(crate::unbuilt())
    }

    /// One person by number.
    pub async fn person_get(&self, id: PersonId) -> Result<Option<Person>> {
        let _ = id;
        Err(crate::unbuilt())
    }

    /// One person by what is typed to sign in.
    pub async fn person_by_login(&self, login: &str) -> Result<Option<Person>> {
        let _ = login;
        Err(crate::unbuilt())
    }
}
