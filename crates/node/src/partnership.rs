//! Members, people, communities and keys: who is in the partnership, decided by policy and written with a ledger entry.

use std::collections::BTreeSet;

use policy::{Action, CommunityId, MemberId, MemberState, PersonId, Role, Scope, Scopes, decide};
use stix::Timestamp;
use stix::marking::Tlp;
use store::{
    Community, Credential, CredentialId, CredentialKind, Member, MemberKind, NewCommunity, NewCredential, NewMember,
    NewPerson, Person,
};

use crate::accounts::{Caller, credential_digest, hash_password, key_text};
use crate::error::Error;
use crate::node::Node;

/// The fewest characters of a password.
pub const PASSWORD_LEAST: usize = 12;
/// The most characters of a name, title, label or purpose.
const TEXT_MOST: usize = 2_000;
/// What a key's owner sees of it afterwards.
const SHOWN_OF_KEY: usize = 9;

/// A member to be taken in.
#[derive(Clone, Debug)]
pub struct MemberWish {
    /// Its name, unique here.
    pub name: String,
    /// What it is.
    pub kind: MemberKind,
    /// Sectors, in the words of the STIX industry-sector vocabulary.
    pub sectors: Vec<String>,
    /// Countries, ISO 3166-1 alpha-2.
    pub countries: Vec<String>,
    /// The member whose client it is.
    pub provider: Option<MemberId>,
    /// The STIX identity it already has elsewhere; a fresh one where it has none.
    pub identity: Option<stix::Id>,
}

/// A person to be given an account.
#[derive(Clone, Debug)]
pub struct PersonWish {
    /// For whom they act.
    pub member: MemberId,
    /// What they type to sign in.
    pub login: String,
    /// Their name.
    pub name: String,
    /// What they do here.
    pub role: Role,
    /// Their password; without one they sign in with keys or certificates.
    pub password: Option<String>,
}

/// A community to be made.
#[derive(Clone, Debug)]
pub struct CommunityWish {
    /// Its name in addresses: a-z, 0-9 and hyphens.
    pub alias: String,
    /// The name shown.
    pub title: String,
    /// What it is for.
    pub purpose: String,
    /// The member accountable for it.
    pub owner: MemberId,
    /// Whether every member may know that it exists.
    pub public: bool,
    /// Whether its members are hidden from each other.
    pub hides_members: bool,
    /// The marking of what comes in without one.
    pub default_tlp: Tlp,
    /// The strictest marking it takes.
    pub strictest_tlp: Tlp,
}

/// A key to be made, or a certificate to be known.
#[derive(Clone, Debug, Default)]
pub struct KeyWish {
    /// What its owner calls it.
    pub label: String,
    /// Whether it may only read.
    pub read_only: bool,
    /// When it ends by itself.
    pub expires: Option<Timestamp>,
    /// The networks it may be used from; empty: any.
    pub addresses: Vec<String>,
    /// What it is for; no more than whoever makes it has.
    pub scopes: Scopes,
}

fn absent(what: &str) -> String {
    format!("there is no such {what}, or it is not open to you")
}

pub(crate) fn check_text(what: &str, text: &str) -> Result<(), Error> {
    if text.trim().is_empty() || text.chars().count() > TEXT_MOST || text.chars().any(char::is_control) {
        let message = format!("the {what} must have 1 to {TEXT_MOST} characters and no control characters");
        return Err(Error::input(stix::Problem::error(
            "bad-text",
            stix::Place::default(),
            message,
        )));
    }
    Ok(())
}

/// Sessions are credentials too, and are listed and ended as sessions.
/// Members looked at together.
const BATCH: usize = 500;

fn is_key(credential: &Credential) -> bool {
    credential.kind != CredentialKind::Session
}

/// Whether the caller may list the keys of a person: their own always.
fn may_list_keys(caller: &Caller, person: PersonId) -> Result<(), Error> {
    match caller.principal.person == Some(person) {
        true => Ok(()),
        false => decide(&caller.principal, Action::ManageKeys(person))
            .map_err(|refusal| Error::refused(refusal, &absent("person"))),
    }
}

impl Node {
    /// Takes in a member.
    ///
    /// # Errors
    /// When the caller may not, or the name is taken.
    pub async fn member_create(&self, caller: &Caller, wish: MemberWish) -> Result<Member, Error> {
        decide(&caller.principal, Action::Administer).map_err(|refusal| Error::refused(refusal, &absent("page")))?;
        check_text("name", &wish.name)?;
        let uuid = self.fresh_uuid();
        let identity = wish.identity.unwrap_or_else(|| stix::Id::new("identity", uuid));
        let new = NewMember {
            uuid,
            identity: identity.to_string(),
            name: wish.name,
            kind: wish.kind,
            sectors: wish.sectors,
            countries: wish.countries,
            provider: wish.provider,
            parent: None,
            state: MemberState::Active,
        };
        Ok(self.store().member_put(&caller.principal, new).await?)
    }

    /// The members: all of them for an operator; for others their own and those they share an open community with.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn members(&self, caller: &Caller) -> Result<Vec<Member>, Error> {
        if decide(&caller.principal, Action::Administer).is_ok() {
            return Ok(self.store().member_list().await?);
        }
        self.known_members(caller).await
    }

    /// The members that a caller knows of as somebody of their member, whatever their role: their own and those they
    /// share an open community with.
    pub(crate) async fn known_members(&self, caller: &Caller) -> Result<Vec<Member>, Error> {
        let everyone = self.store().member_list().await?;
        let known = self.known_ids(caller).await?;
        Ok(everyone
            .into_iter()
            .filter(|member| known.contains(&member.id) && member.state.is_listed())
            .collect())
    }

    /// A page of what [`Node::members`] gives, by name, strictly after one.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn member_page(&self, caller: &Caller, after: &str, limit: usize) -> Result<Vec<Member>, Error> {
        if decide(&caller.principal, Action::Administer).is_ok() {
            return Ok(self.store().member_page(after, None, limit).await?);
        }
        let known = self.known_ids(caller).await?;
        let mut page: Vec<Member> = Vec::new();
        let mut after = after.to_owned();
        while page.len() < limit && !known.is_empty() {
            let batch = self.store().member_page(&after, None, BATCH).await?;
            let Some(last) = batch.last() else { break };
            after.clone_from(&last.name);
            let full = batch.len() == BATCH;
            let room = limit - page.len();
            let shown = batch
                .into_iter()
                .filter(|member| known.contains(&member.id) && member.state.is_listed());
            page.extend(shown.take(room));
            if !full {
                break;
            }
        }
        Ok(page)
    }

    async fn known_ids(&self, caller: &Caller) -> Result<BTreeSet<MemberId>, Error> {
        let mut known: BTreeSet<MemberId> = caller.principal.member.into_iter().collect();
        for community in self.store().community_list().await? {
            let coordinates = caller.principal.coordinates.contains(&community.id);
            if caller.principal.communities.contains(&community.id) && (coordinates || !community.hides_members) {
                known.extend(
                    self.store()
                        .membership_list(community.id)
                        .await?
                        .iter()
                        .map(|membership| membership.member),
                );
            }
        }
        Ok(known)
    }

    /// Lets a member's people sign in, or no longer; see [`Node::member_state_change`].
    ///
    /// # Errors
    /// When the caller may not, or there is no such member.
    pub async fn member_activate(&self, caller: &Caller, member: MemberId, active: bool) -> Result<Member, Error> {
        let to = if active {
            MemberState::Active
        } else {
            MemberState::Suspended
        };
        Ok(self.member_state_change(caller, member, to, "").await?.member)
    }

    /// Gives a person an account.
    ///
    /// # Errors
    /// When the caller may not, the password is too short, or the login is taken.
    pub async fn person_create(&self, caller: &Caller, wish: PersonWish) -> Result<Person, Error> {
        decide(&caller.principal, Action::ManagePerson(wish.member, wish.role))
            .map_err(|refusal| Error::refused(refusal, &absent("member")))?;
        if wish.password.is_some() {
            self.gives_password(caller)?;
        }
        check_text("login", &wish.login)?;
        check_text("name", &wish.name)?;
        let password_hash = wish
            .password
            .as_deref()
            .map(|password| self.password_hash(password))
            .transpose()?;
        let new = NewPerson {
            uuid: self.fresh_uuid(),
            member: wish.member,
            login: wish.login,
            name: wish.name,
            role: wish.role,
            password_hash,
            active: true,
        };
        Ok(self.store().person_put(&caller.principal, new).await?)
    }

    /// Hashes a password with a fresh salt.
    ///
    /// # Errors
    /// When it is too short.
    pub fn password_hash(&self, password: &str) -> Result<String, Error> {
        if password.chars().count() < PASSWORD_LEAST {
            let message =
                format!("a password needs at least {PASSWORD_LEAST} characters; a few words are easy to remember");
            return Err(Error::input(stix::Problem::error(
                "short-password",
                stix::Place::default(),
                message,
            )));
        }
        hash_password(password, &self.random())
    }

    /// Changes a person's password: their own, or, for an operator, anybody's. The old one ends with the next request.
    ///
    /// # Errors
    /// When the caller may not, or it is too short.
    pub async fn password_change(&self, caller: &Caller, person: PersonId, password: &str) -> Result<(), Error> {
        // A password is a key like any other: who may make keys for a person may set it.
        decide(&caller.principal, Action::ManageKeys(person))
            .map_err(|refusal| Error::refused(refusal, &absent("person")))?;
        self.gives_password(caller)?;
        let found = self.store().person_get(person).await?;
        let mut person = found.ok_or_else(|| Error::NotFound(absent("person")))?;
        person.password_hash = Some(self.password_hash(password)?);
        self.store().person_update(&caller.principal, &person).await?;
        self.tell_of_account(person.id, "the password was changed").await;
        Ok(())
    }

    /// Who signs in with a password has every scope, so no key gives one.
    fn gives_password(&self, caller: &Caller) -> Result<(), Error> {
        decide(&caller.principal, Action::GivePassword).map_err(|refusal| Error::refused(refusal, &absent("person")))
    }

    /// Makes a community; its owner is its first member.
    ///
    /// # Errors
    /// When the caller may not, or the alias is taken or malformed.
    pub async fn community_create(&self, caller: &Caller, wish: CommunityWish) -> Result<Community, Error> {
        decide(&caller.principal, Action::CreateCommunity)
            .map_err(|refusal| Error::refused(refusal, &absent("page")))?;
        let own = caller.principal.member == Some(wish.owner);
        if !own && decide(&caller.principal, Action::Administer).is_err() {
            return Err(Error::NotAllowed(
                "a coordinator makes communities that their own member is accountable for",
            ));
        }
        check_text("title", &wish.title)?;
        check_text("purpose", &wish.purpose)?;
        let letters = wish
            .alias
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
        if !letters
            || wish.alias.is_empty()
            || wish.alias.len() > 64
            || wish.alias == crate::collections::EVERYTHING_ALIAS
        {
            let message = "an alias has 1 to 64 of a-z, 0-9 and hyphens, and is not 'all'";
            return Err(Error::input(stix::Problem::error(
                "bad-alias",
                stix::Place::default(),
                message,
            )));
        }
        let new = NewCommunity {
            uuid: self.fresh_uuid(),
            alias: wish.alias,
            title: wish.title,
            purpose: wish.purpose,
            owner: wish.owner,
            public: wish.public,
            hides_members: wish.hides_members,
            default_tlp: wish.default_tlp,
            strictest_tlp: wish.strictest_tlp,
        };
        Ok(self.store().community_put(&caller.principal, new).await?)
    }

    /// Takes a member into a community, or changes what it may do there.
    ///
    /// # Errors
    /// When the caller may not.
    pub async fn membership_set(
        &self,
        caller: &Caller,
        community: CommunityId,
        member: MemberId,
        contributes: bool,
        coordinates: bool,
    ) -> Result<(), Error> {
        let action = Action::ManageCommunity(community);
        decide(&caller.principal, action).map_err(|refusal| Error::refused(refusal, &absent("community")))?;
        self.store()
            .membership_put(&caller.principal, community, member, contributes, coordinates)
            .await?;
        Ok(())
    }

    /// Takes a member out of a community; it sees nothing more there from the next request on.
    ///
    /// # Errors
    /// When the caller may not.
    pub async fn membership_end(&self, caller: &Caller, community: CommunityId, member: MemberId) -> Result<(), Error> {
        let manage = decide(&caller.principal, Action::ManageCommunity(community));
        let leave = decide(&caller.principal, Action::LeaveCommunity(community));
        let leaves = caller.principal.member == Some(member) && leave.is_ok();
        if !leaves {
            manage.map_err(|refusal| Error::refused(refusal, &absent("community")))?;
        }
        self.store()
            .membership_remove(&caller.principal, community, member)
            .await?;
        Ok(())
    }

    /// Makes a key for a person; the secret is in the answer and nowhere else.
    ///
    /// # Errors
    /// When the caller may not, or an address is not a network.
    pub async fn key_create(
        &self,
        caller: &Caller,
        person: PersonId,
        wish: KeyWish,
    ) -> Result<(String, Credential), Error> {
        self.key_create_of(caller, person, wish, key_text(&self.random())).await
    }

    /// The same with a secret of another form.
    pub(crate) async fn key_create_of(
        &self,
        caller: &Caller,
        person: PersonId,
        wish: KeyWish,
        secret: String,
    ) -> Result<(String, Credential), Error> {
        let prefix = secret.chars().take(SHOWN_OF_KEY).collect();
        let digest = credential_digest(secret.as_bytes());
        let credential = self
            .credential_put(caller, person, wish, CredentialKind::ApiKey, digest, prefix)
            .await?;
        Ok((secret, credential))
    }

    /// Lets a person sign in with a client certificate (DER).
    ///
    /// # Errors
    /// When the caller may not.
    pub async fn certificate_add(
        &self,
        caller: &Caller,
        person: PersonId,
        wish: KeyWish,
        der: &[u8],
    ) -> Result<Credential, Error> {
        let digest = credential_digest(der);
        let prefix = hex::encode(&digest[..4]);
        self.credential_put(caller, person, wish, CredentialKind::Certificate, digest, prefix)
            .await
    }

    /// Makes an address at which a calendar program reads the caller's commitments, and nothing else; the secret part of
    /// it is in the answer and nowhere else. It ends as a key does.
    ///
    /// # Errors
    /// When the caller is no person, or may not.
    pub async fn calendar_feed_create(&self, caller: &Caller) -> Result<(String, Credential), Error> {
        let own = caller.principal.person.ok_or(Error::NotAllowed("sign in first"))?;
        let secret = key_text(&self.random());
        let prefix = secret.chars().take(SHOWN_OF_KEY).collect();
        let digest = credential_digest(secret.as_bytes());
        let wish = KeyWish {
            label: "calendar".to_owned(),
            read_only: true,
            scopes: Scopes::from_iter([Scope::Read]),
            ..KeyWish::default()
        };
        let kind = CredentialKind::CalendarFeed;
        let credential = self.credential_put(caller, own, wish, kind, digest, prefix).await?;
        Ok((secret, credential))
    }

    async fn credential_put(
        &self,
        caller: &Caller,
        person: PersonId,
        wish: KeyWish,
        kind: CredentialKind,
        digest: [u8; 32],
        prefix: String,
    ) -> Result<Credential, Error> {
        decide(&caller.principal, Action::ManageKeys(person))
            .map_err(|refusal| Error::refused(refusal, &absent("person")))?;
        let gives = Action::GiveScopes(wish.scopes);
        decide(&caller.principal, gives).map_err(|refusal| Error::refused(refusal, &absent("person")))?;
        check_text("label", &wish.label)?;
        if let Some(bad) = wish
            .addresses
            .iter()
            .find(|network| !crate::accounts::is_network(network))
        {
            let message = format!("'{bad}' is not an address or a network like 192.0.2.0/24");
            return Err(Error::input(stix::Problem::error(
                "bad-network",
                stix::Place::default(),
                message,
            )));
        }
        let new = NewCredential {
            person,
            kind,
            digest,
            label: wish.label,
            prefix,
            read_only: wish.read_only,
            expires: wish.expires,
            addresses: wish.addresses,
            scopes: wish.scopes,
            ends: None,
            network: None,
            proven: None,
        };
        Ok(self.store().credential_put(&caller.principal, new).await?)
    }

    /// The keys and certificates of a person, without their secrets.
    ///
    /// # Errors
    /// When the caller may not.
    pub async fn keys(&self, caller: &Caller, person: PersonId) -> Result<Vec<Credential>, Error> {
        may_list_keys(caller, person)?;
        let all = self.store().credential_list(person).await?;
        Ok(all.into_iter().filter(is_key).collect())
    }

    /// A page of them, the newest first, strictly before a number.
    ///
    /// # Errors
    /// When the caller may not.
    pub async fn key_page(
        &self,
        caller: &Caller,
        person: PersonId,
        before: Option<i64>,
        limit: usize,
    ) -> Result<Vec<Credential>, Error> {
        may_list_keys(caller, person)?;
        Ok(self.store().key_page(person, before, limit).await?)
    }

    /// Ends a key; it is refused from the next request on.
    ///
    /// # Errors
    /// When the caller may not, or there is no such key.
    pub async fn key_revoke(&self, caller: &Caller, person: PersonId, key: CredentialId) -> Result<(), Error> {
        decide(&caller.principal, Action::ManageKeys(person))
            .map_err(|refusal| Error::refused(refusal, &absent("key")))?;
        if !self
            .store()
            .credential_list(person)
            .await?
            .iter()
            .any(|credential| credential.id == key && is_key(credential))
        {
            return Err(Error::NotFound(absent("key")));
        }
        self.store().credential_revoke(&caller.principal, key).await?;
        Ok(())
    }
}
