//! The first start of a node: its first member and its operator, made once and never again by this door.

use policy::{MemberState, Presence, Principal, Role};
use store::{Member, MemberKind, NewMember, NewPerson, Person};

use crate::accounts::Caller;
use crate::error::Error;
use crate::node::Node;

/// The login of the first operator.
pub const OPERATOR: &str = "operator";

/// What the first start made.
#[derive(Clone, Debug)]
pub struct Founded {
    /// The first member: the organisation that runs the node.
    pub member: Member,
    /// Its operator.
    pub operator: Person,
    /// The operator's password, to be shown once.
    pub password: String,
}

impl Node {
    /// Makes the first member and its operator.
    ///
    /// # Errors
    /// [`Error::Conflict`] when the node has members already.
    pub async fn found(&self, organisation: &str, kind: MemberKind, identity: &stix::Id) -> Result<Founded, Error> {
        if !self.store().member_list().await?.is_empty() {
            return Err(Error::Conflict("this node has been founded already".to_owned()));
        }
        // Nobody is there yet who could be asked; the ledger shows that the node itself made these two.
        let nobody = Principal::public();
        let new = NewMember {
            uuid: self.fresh_uuid(),
            identity: identity.to_string(),
            name: organisation.to_owned(),
            kind,
            sectors: Vec::new(),
            countries: Vec::new(),
            provider: None,
            parent: None,
            state: MemberState::Active,
        };
        let member = self.store().member_put(&nobody, new).await?;
        let password = self.fresh_password();
        let new = NewPerson {
            uuid: self.fresh_uuid(),
            member: member.id,
            login: OPERATOR.to_owned(),
            name: "Operator".to_owned(),
            role: Role::Operator,
            password_hash: Some(self.password_hash(&password)?),
            active: true,
        };
        let operator = self.store().person_put(&nobody, new).await?;
        Ok(Founded {
            member,
            operator,
            password,
        })
    }

    /// A password of five groups of four letters and digits (100 random bits), easy to read out and to type.
    pub fn fresh_password(&self) -> String {
        // 32 signs, without those that are mistaken for each other.
        const SIGNS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
        let random: [u8; 20] = self.random();
        let mut password = String::new();
        for (place, byte) in random.iter().enumerate() {
            if place > 0 && place % 4 == 0 {
                password.push('-');
            }
            password.push(char::from(SIGNS[usize::from(byte % 32)]));
        }
        password
    }

    /// Whoever works on the node's own machine with the node's own files, as one of its people. The operating system
    /// let them in; no password is asked. Not for requests from elsewhere.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is no such active person.
    pub async fn local_caller(&self, login: &str) -> Result<Caller, Error> {
        let nobody = || Error::NotFound(format!("there is no active person with the login '{login}'"));
        let person = self.store().person_by_login(login).await?.ok_or_else(nobody)?;
        let mut principal = self.store().principal_of(&person, false).await?;
        // Somebody inactive, or of a suspended member, is nobody: they do not go on as the public.
        if principal.person.is_none() {
            return Err(nobody());
        }
        principal.presence = Presence::Proven;
        Ok(Caller::new(principal, person.login))
    }
}
