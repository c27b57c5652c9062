//! Signing in through an identity provider: OpenID Connect, authorisation code with PKCE.
//!
//! ```text
//! begin ──► address of the provider, and a sealed note for the browser ──► the person signs in there
//!                                                                              │
//! finish ◄── code and state, with the note ◄──────────────────────────────────┘
//!    └─► identity token ──► (issuer, subject) ──► the person it is linked to ──► their role by their groups ──► a session
//! ```
//!
//! Who somebody is says the pair of issuer and subject and nothing else: no name, no e-mail address. It is tied to a person
//! by an act of that person in a session, by an operator's or coordinator's offer, or where the configuration says that whoever
//! has a group of this provider is to have an account.
//!
//! Between beginning and end nothing is kept here: nonce, PKCE verifier and purpose are in the browser's note, sealed with
//! the node's key, so that several processes share them and nobody fills the store by beginning.
//!
//! What a provider said counts for a while ([`Provider::confirm_minutes`]); then it is asked again ([`confirm`]).

mod confirm;
mod discovery;
mod finish;
mod token;

use std::collections::BTreeMap;
use std::net::IpAddr;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use policy::{Action, MemberId, PersonId, Role, decide};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use stix::Timestamp;
use store::{AccountLink, LinkId, NewLinkOffer};

pub(crate) use confirm::RestsOn;
pub(crate) use discovery::Kept;
pub use finish::{Finished, Said};

use crate::accounts::{Caller, SignInError, canonical, credential_digest, secret_text};
use crate::client::{Access, Secret};
use crate::error::{Error, bad};
use crate::node::Node;
use crate::seal::Seal;
use crate::sign_ins::{Counted, counted_as};

/// How long somebody may take at the provider.
pub const FLOW_MICROS: i64 = 10 * 60 * 1_000_000;
/// Hours for which a session goes on that began at a provider, where the operator says nothing.
pub const SESSION_HOURS: u32 = 12;
/// Minutes for which it is believed what a provider said of somebody, where the operator says nothing.
pub const CONFIRM_MINUTES: u32 = 60;
/// Days for which an offer to link is open.
pub const OFFER_DAYS: i64 = 7;
/// What every offer begins with, so that a leaked one is recognised.
const OFFER_PREFIX: &str = "cwl_";
/// What the note of the browser is about, for its seal.
const NOTE: &[u8] = b"sign-in through a provider";
const NO_PROVIDER: &str = "there is no such identity provider here";
const NO_PERSON: &str = "there is no such person, or they are not open to you";

/// An identity provider, as the operator configured it.
#[derive(Clone, Debug)]
pub struct Provider {
    /// Its name in addresses.
    pub name: String,
    /// The name shown to people.
    pub title: String,
    /// Its issuer, to the letter.
    pub issuer: String,
    /// As whom this node is known there.
    pub client_id: String,
    /// The secret of that; none for a public client, which PKCE alone protects.
    pub client_secret: Option<Secret>,
    /// What is asked for; `openid` always is.
    pub scopes: Vec<String>,
    /// The claim that names somebody's groups.
    pub groups_claim: String,
    /// The role that each group brings. Where it is empty, roles are decided here.
    pub roles: BTreeMap<String, Role>,
    /// The member whose people come by it, and no others; any where none is named.
    pub member: Option<String>,
    /// Whether who has one of the groups and no account gets one, of that member.
    pub provision: bool,
    /// After so many hours a session that began by it is over, however much it is used: then the groups are asked for again.
    pub session_hours: u32,
    /// For so many minutes it is believed that all is as the provider said; then it is asked again, and until it has said so
    /// the session lets nobody in.
    pub confirm_minutes: u32,
    /// Authorities to trust and proxy.
    pub access: Access,
}

impl Provider {
    /// The highest role that groups bring.
    fn role_of<'a>(&self, groups: impl IntoIterator<Item = &'a String>) -> Option<Role> {
        groups
            .into_iter()
            .filter_map(|group| self.roles.get(group))
            .max()
            .copied()
    }
}

/// What is done once the provider has said who it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
enum Purpose {
    /// Sign in.
    SignIn,
    /// Tie it to the person of this session.
    Link { person: i64, session: i64 },
    /// Tie it to the person of an offer, and sign in.
    Offer { token: String },
}

/// The note that the browser keeps meanwhile.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Note {
    provider: String,
    state: String,
    nonce: String,
    verifier: String,
    redirect: String,
    began: i64,
    /// Whether the provider is to ask anew who it is.
    anew: bool,
    /// The page of the console to go on to; none where a program began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    back: Option<String>,
    /// Whether the provider is to ask nothing.
    #[serde(default)]
    silent: bool,
    purpose: Purpose,
}

/// How somebody begins to sign in at a provider.
#[derive(Clone, Copy, Debug, Default)]
pub struct BeginWish<'a> {
    /// Where the provider sends them back to.
    pub redirect: &'a str,
    /// The token of an offer, to tie the account there to the person it was made for.
    pub offer: Option<&'a str>,
    /// Whether the provider asks who it is, also where it knows.
    pub anew: bool,
    /// Whether the provider only says who it knows is there, and asks nothing.
    pub silent: bool,
    /// The page of the console to go on to; none where a program begins.
    pub back: Option<&'a str>,
}

/// Where a browser began that comes back from a provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WayBack {
    /// The page of the console to go on to.
    pub page: String,
    /// Whether the provider was to ask nothing.
    pub silent: bool,
}

/// A sign-in that began at a provider.
#[derive(Clone, Debug)]
pub struct Started {
    /// Where the browser goes.
    pub address: String,
    /// What it keeps and brings back.
    pub note: String,
}

/// An offer to link that was made; the token is shown this once.
#[derive(Clone, Debug)]
pub struct Offered {
    /// The secret.
    pub token: String,
    /// Until when it is open.
    pub expires: Timestamp,
}

fn doubted(why: impl std::fmt::Display) -> Error {
    bad(
        "sign-in-refused",
        why.to_string(),
        "begin again; where that does not help, ask an operator",
    )
}

fn no_seal() -> Error {
    Error::Unavailable("this node has no key to seal sign-ins with; it is made by 'commonwatch serve'".to_owned())
}

impl Node {
    /// The identity providers of this node.
    pub fn providers(&self) -> &[Provider] {
        &self.settings().providers
    }

    fn provider(&self, name: &str) -> Result<&Provider, Error> {
        let found = self.providers().iter().find(|provider| provider.name == name);
        found.ok_or_else(|| Error::NotFound(NO_PROVIDER.to_owned()))
    }

    fn note_seal(&self) -> Result<&Seal, Error> {
        self.settings().seal.as_ref().ok_or_else(no_seal)
    }

    fn opened(&self, note: &str) -> Option<Note> {
        let sealed = URL_SAFE_NO_PAD.decode(note).ok()?;
        let text = self.note_seal().ok()?.open(NOTE, &sealed)?;
        serde_json::from_slice(&text).ok()
    }

    /// Which page of the console a sign-in began on, by the note that the browser kept; none where it is no note of ours, or
    /// a program began.
    pub fn provider_way_back(&self, note: &str) -> Option<WayBack> {
        let note = self.opened(note)?;
        Some(WayBack {
            page: note.back?,
            silent: note.silent,
        })
    }

    /// Begins to sign in at a provider.
    ///
    /// # Errors
    /// When there is no such provider, it does not answer, or this address failed too often.
    pub async fn provider_begin(
        &self,
        provider: &str,
        wish: BeginWish<'_>,
        from: IpAddr,
    ) -> Result<Started, SignInError> {
        let counted = [Counted::address(counted_as(canonical(from)))];
        self.sign_ins().check(&counted, self.now().micros())?;
        let purpose = match wish.offer {
            None => Purpose::SignIn,
            Some(token) => Purpose::Offer {
                token: token.chars().take(100).collect(),
            },
        };
        Ok(self.begun(provider, purpose, wish).await?)
    }

    /// Begins to tie an account at a provider to the caller.
    ///
    /// # Errors
    /// When the caller is in no session that was proven lately, or as [`Node::provider_begin`].
    pub async fn provider_link_begin(
        &self,
        caller: &Caller,
        provider: &str,
        redirect: &str,
        back: Option<&str>,
    ) -> Result<Started, Error> {
        let (session, person) = self.own_session(caller)?;
        decide(&caller.principal, Action::ManageFactors(person))
            .map_err(|refusal| Error::refused(refusal, NO_PERSON))?;
        self.fits(self.provider(provider)?, caller.principal.member).await?;
        let purpose = Purpose::Link {
            person: person.0,
            session: session.0,
        };
        let wish = BeginWish {
            redirect,
            back,
            ..BeginWish::default()
        };
        self.begun(provider, purpose, wish).await
    }

    async fn begun(&self, name: &str, purpose: Purpose, wish: BeginWish<'_>) -> Result<Started, Error> {
        let provider = self.provider(name)?;
        let now = self.now().micros();
        let places = discovery::places(self.providers_kept(), provider, now).await?;
        let fresh = || URL_SAFE_NO_PAD.encode(self.random::<32>());
        let note = Note {
            provider: name.to_owned(),
            state: fresh(),
            nonce: fresh(),
            verifier: fresh(),
            redirect: wish.redirect.to_owned(),
            began: now,
            anew: wish.anew,
            back: wish.back.map(str::to_owned),
            silent: wish.silent,
            purpose,
        };
        let mut address = places.authorization;
        let mut scopes = vec!["openid"];
        scopes.extend(
            provider
                .scopes
                .iter()
                .map(String::as_str)
                .filter(|scope| *scope != "openid"),
        );
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(note.verifier.as_bytes()));
        address.query_pairs_mut().extend_pairs([
            ("response_type", "code"),
            ("client_id", &provider.client_id),
            ("redirect_uri", wish.redirect),
            ("scope", &scopes.join(" ")),
            ("state", &note.state),
            ("nonce", &note.nonce),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
        ]);
        if wish.anew {
            address
                .query_pairs_mut()
                .extend_pairs([("prompt", "login"), ("max_age", "0")]);
        } else if wish.silent {
            address.query_pairs_mut().append_pair("prompt", "none");
        }
        let text =
            serde_json::to_vec(&note).map_err(|error| Error::Ours(format!("a note cannot be written: {error}")))?;
        let sealed = self.note_seal()?.close(self.random(), NOTE, &text);
        let sealed = sealed.ok_or_else(|| Error::Ours("a note could not be sealed".to_owned()))?;
        Ok(Started {
            address: address.into(),
            note: URL_SAFE_NO_PAD.encode(sealed),
        })
    }

    /// The member whose people come by a provider; a provider of one member speaks for no other's people.
    async fn member_of(&self, provider: &Provider) -> Result<Option<MemberId>, Error> {
        let Some(name) = &provider.member else {
            return Ok(None);
        };
        let found = self.store().member_get(store::MemberKey::Name(name)).await?;
        let missing = || {
            let provider = &provider.name;
            Error::Unavailable(format!(
                "the identity provider {provider} is for '{name}', which is no member here"
            ))
        };
        found.map(|member| Some(member.id)).ok_or_else(missing)
    }

    async fn fits(&self, provider: &Provider, member: Option<MemberId>) -> Result<(), Error> {
        match self.member_of(provider).await? {
            Some(only) if Some(only) != member => Err(Error::NotAllowed(
                "this identity provider is for the people of another member",
            )),
            _ => Ok(()),
        }
    }

    /// Offers a person to tie their account at a provider to the one here: whoever holds the token can, once.
    ///
    /// # Errors
    /// When the caller may give this person no way in, or there is no such person or provider.
    pub async fn link_offer(&self, caller: &Caller, login: &str, provider: &str) -> Result<Offered, Error> {
        let found = self.store().person_by_login(login).await?;
        let absent = || Error::NotFound(NO_PERSON.to_owned());
        let person = found.ok_or_else(absent)?;
        let manages = Action::ManagePerson(person.member, person.role);
        decide(&caller.principal, manages).map_err(|refusal| match refusal.unproven {
            true => Error::refused(refusal, NO_PERSON),
            // Of another member's people nothing is told.
            false if caller.principal.member != Some(person.member) => absent(),
            false => Error::refused(refusal, NO_PERSON),
        })?;
        decide(&caller.principal, Action::GivePassword).map_err(|refusal| Error::refused(refusal, NO_PERSON))?;
        self.fits(self.provider(provider)?, Some(person.member)).await?;
        let token = secret_text(OFFER_PREFIX, &self.random());
        let expires = self.now().plus_micros(OFFER_DAYS * 86_400_000_000);
        let new = NewLinkOffer {
            digest: credential_digest(token.as_bytes()),
            provider: provider.to_owned(),
            person: person.id,
            by_person: caller.principal.person,
            expires,
        };
        self.store().link_offer_put(&caller.principal, new).await?;
        Ok(Offered { token, expires })
    }

    /// The accounts at providers that are tied to a person: one's own, or, for who manages their keys, another's.
    ///
    /// # Errors
    /// When the caller may not.
    pub async fn links(&self, caller: &Caller, person: PersonId) -> Result<Vec<AccountLink>, Error> {
        if caller.principal.person != Some(person) {
            decide(&caller.principal, Action::ManageKeys(person))
                .map_err(|refusal| Error::refused(refusal, NO_PERSON))?;
        }
        Ok(self.store().link_list(person).await?)
    }

    /// Unties one; sessions that began by it end.
    ///
    /// # Errors
    /// When the caller may not, or there is no such link of that person.
    pub async fn link_remove(&self, caller: &Caller, person: PersonId, id: LinkId) -> Result<(), Error> {
        decide(&caller.principal, Action::ManageKeys(person)).map_err(|refusal| Error::refused(refusal, NO_PERSON))?;
        self.store().link_remove(&caller.principal, person, id).await?;
        let own = caller.credential.map(|(id, _)| id);
        self.store().session_end_all(&caller.principal, person, own).await?;
        Ok(())
    }
}
