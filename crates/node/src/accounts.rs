//! Who is asking: passwords, keys and certificates become a [`Caller`]; failures are counted and slowed.
//!
//! A password is hashed with argon2id once; the verdict is kept for a short while under a keyed digest of what was
//! presented, so that a poll a second does not cost a password hash a second. Every kept verdict dies with the
//! policy generation: a suspended member, a revoked key or a changed role takes effect at the next request.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, OnceLock};

use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};
use policy::{CommunityId, Presence, Principal, Scopes, Viewer};
use sha2::{Digest, Sha256};
use store::{Credential, CredentialId, CredentialKind, Person};

use crate::collections::Collection;
use crate::error::Error;
use crate::node::Node;
use crate::sessions::{goes_on_until, proven_until};
use crate::sign_ins::{Counted, Verdict, counted_as, digest, until};

/// What a request presents of itself.
#[derive(Clone, Copy)]
pub enum Presented<'a> {
    /// HTTP Basic (RFC 7617): a person's login and password, or any login with a key as the password.
    Basic {
        /// The login.
        login: &'a str,
        /// The password, or a key.
        password: &'a str,
    },
    /// A key or the token of a session (RFC 6750).
    Bearer(&'a str),
    /// The certificate of the TLS client, DER.
    Certificate(&'a [u8]),
    /// The secret part of the address of a calendar feed; good for nothing else.
    Feed(&'a str),
    /// Nothing.
    Nothing,
}

/// Somebody whose account was found and is active, or the public.
#[derive(Clone, Debug)]
pub struct Caller {
    /// What the rules know of them.
    pub principal: Arc<Principal>,
    /// Login or key label, for the log.
    pub name: String,
    /// The key, certificate or session they came with, where it was one.
    pub credential: Option<(CredentialId, CredentialKind)>,
    /// What was worked out for them under one policy generation; only where a sign-in vouches for the generation.
    pub(crate) sight: Option<Arc<Sight>>,
}

/// What a signed-in caller may see, worked out at the first request and kept until the policy generation moves on.
#[derive(Debug, Default)]
pub(crate) struct Sight {
    /// The policy generation that was in force before anything of it was worked out.
    pub(crate) generation: i64,
    pub(crate) viewer: OnceLock<Viewer>,
    pub(crate) collections: OnceLock<Vec<Collection>>,
    pub(crate) within: Mutex<HashMap<CommunityId, Viewer>>,
}

impl Caller {
    /// Somebody without an account.
    pub fn public() -> Self {
        Self::new(Principal::public(), "public")
    }

    /// Somebody whom something else than a sign-in vouches for: the machine itself, a subscription, a peer.
    pub(crate) fn new(principal: Principal, name: impl Into<String>) -> Self {
        Self {
            principal: Arc::new(principal),
            name: name.into(),
            credential: None,
            sight: None,
        }
    }
}

/// Why somebody is not let in.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// Nothing was presented, and the public may not read here.
    #[error("sign in with a login and password (Basic), a key (Bearer) or a client certificate")]
    Missing,
    /// What was presented is not known, has expired, was revoked, or its member is not active.
    #[error("the login, password, key or certificate is not valid")]
    Wrong,
    /// Too many failures from this address or for this login.
    #[error("too many failed attempts; try again in {retry_after_seconds} seconds")]
    TooManyFailures {
        /// When to try again.
        retry_after_seconds: u64,
    },
    /// The password is right, and a code of the second factor is missing.
    #[error(
        "this account has a second factor: begin a session with password and code (POST /api/v1/session), or use a key"
    )]
    FactorNeeded,
    /// The session began at an identity provider, which has to say again that all is as it was.
    #[error(
        "your identity provider has to say again who you are: open a page of this node, or begin again (POST /api/v1/sign-in/{provider})"
    )]
    Unconfirmed {
        /// The name of the provider.
        provider: String,
    },
    /// The key may not be used from this address.
    #[error("this key may not be used from this address")]
    AddressNotAllowed,
    /// The store did not answer.
    #[error(transparent)]
    Store(#[from] Error),
}

/// Length of the random part of a key, in bytes.
const KEY_BYTES: usize = 32;
/// What every key begins with, so that a leaked one is recognised by scanners.
const KEY_PREFIX: &str = "cw_";
/// The same of the token of a session.
pub const SESSION_PREFIX: &str = "cws_";

fn argon2id() -> Argon2<'static> {
    // OWASP's first choice for argon2id: 19 MiB, two passes, one lane.
    Argon2::new(
        Algorithm::Argon2id,
        Version::V0x13,
        Params::new(19 * 1024, 2, 1, None).unwrap_or_default(),
    )
}

/// Hashes a password with argon2id; `salt` is 16 random bytes.
pub fn hash_password(password: &str, salt: &[u8; 16]) -> Result<String, Error> {
    let ours = |error: argon2::password_hash::Error| Error::Ours(format!("the password could not be hashed: {error}"));
    let salt = SaltString::encode_b64(salt).map_err(ours)?;
    Ok(argon2id()
        .hash_password(password.as_bytes(), &salt)
        .map_err(ours)?
        .to_string())
}

fn password_matches(password: &str, hash: &str) -> bool {
    PasswordHash::new(hash).is_ok_and(|hash| argon2id().verify_password(password.as_bytes(), &hash).is_ok())
}

impl Node {
    /// Finds out who is asking.
    ///
    /// # Errors
    /// [`SignInError`] says which: nothing presented, not valid, too many failures, or an address that the key is not for.
    pub async fn sign_in(&self, presented: Presented<'_>, from: IpAddr) -> Result<Caller, SignInError> {
        let from = canonical(from);
        let (tag, login, secret): (u8, &str, &[u8]) = match presented {
            Presented::Nothing if self.settings().public_reading => return Ok(Caller::public()),
            Presented::Nothing => return Err(SignInError::Missing),
            Presented::Basic { login, password } => (b'p', login, password.as_bytes()),
            Presented::Bearer(key) => (b'k', "", key.as_bytes()),
            Presented::Certificate(der) => (b'c', "", der),
            Presented::Feed(secret) => (b'f', "", secret.as_bytes()),
        };
        let now = self.now().micros();
        let generation = self.store().policy_generation().await.map_err(Error::from)?;
        let kept_as = self.verdict_key(tag, login, secret);
        let kept = || {
            let (caller, addresses) = self.sign_ins().verdict(&kept_as, generation, now)?;
            let allowed = address_allowed(&addresses, from);
            Some(allowed.then_some(caller).ok_or(SignInError::AddressNotAllowed))
        };
        if let Some(answer) = kept() {
            return answer;
        }
        // A login counts per address, so that a stranger cannot lock its owner out from elsewhere.
        let whence = counted_as(from);
        let mut counted = vec![Counted::address(whence)];
        if !login.is_empty() {
            counted.push(Counted::login(login, whence));
        }
        self.sign_ins().check(&counted, now)?;
        let by_password = matches!(presented, Presented::Basic { password, .. } if !is_secret(password));
        let proven = self.sign_ins().proven(&kept_as, now);
        let mut turn = None;
        if by_password && proven.is_none() {
            turn = Some(self.sign_ins().turn().await?);
            // Those who were before in the queue may have settled it.
            if let Some(answer) = kept() {
                return answer;
            }
            self.sign_ins().check(&counted, now)?;
        }
        let Some((person, credential)) = self.identify(presented, proven.as_deref(), now).await? else {
            self.sign_ins().failed(&counted, now);
            return Err(SignInError::Wrong);
        };
        if by_password && self.factor_counts(person.id).await? {
            return Err(SignInError::FactorNeeded);
        }
        if let Some(of_login) = counted.get(1) {
            self.sign_ins().succeeded(of_login);
        }
        let believed = match &credential {
            Some(one) if one.kind == CredentialKind::Session => self.session_believed_until(one, &person).await?,
            _ => None,
        };
        let credential = self.noted(credential, now).await?;
        let read_only = credential.as_ref().is_some_and(|credential| credential.read_only);
        let mut principal = self
            .store()
            .principal_of(&person, read_only)
            .await
            .map_err(Error::from)?;
        principal.scopes = credential.as_ref().map_or(Scopes::ALL, |credential| credential.scopes);
        let proven = credential.as_ref().and_then(proven_until);
        principal.presence = match &credential {
            None => Presence::Proven,
            Some(one) if one.kind != CredentialKind::Session => Presence::Key,
            Some(_) if proven.is_some_and(|until| until.micros() > now) => Presence::Proven,
            Some(_) => Presence::Session,
        };
        if principal.member.is_none() {
            return Err(SignInError::Wrong);
        }
        let caller = Caller {
            sight: Some(Arc::new(Sight {
                generation,
                ..Sight::default()
            })),
            credential: credential.as_ref().map(|credential| (credential.id, credential.kind)),
            ..Caller::new(principal, &person.login)
        };
        let addresses = credential
            .as_ref()
            .map(|credential| credential.addresses.clone())
            .unwrap_or_default();
        // A session that was proven is looked at again when its proof is old.
        let proven = proven.filter(|until| until.micros() > now);
        let expires = credential.and_then(|credential| credential.expires);
        let expires = expires.into_iter().chain(proven).chain(believed).min();
        let password_hash = person.password_hash.filter(|_| by_password);
        let verdict = Verdict {
            caller: caller.clone(),
            generation,
            until: until(now, expires),
            addresses: addresses.clone(),
            password_hash,
        };
        self.sign_ins().keep(kept_as, verdict);
        drop(turn);
        if address_allowed(&addresses, from) {
            Ok(caller)
        } else {
            Err(SignInError::AddressNotAllowed)
        }
    }

    /// Notes that a credential was used: once for each verdict that is kept, not for each request. A session goes on by it.
    async fn noted(&self, credential: Option<Credential>, now: i64) -> Result<Option<Credential>, Error> {
        let Some(mut credential) = credential else {
            return Ok(None);
        };
        if credential.kind == CredentialKind::Session {
            let until = goes_on_until(now, credential.ends);
            self.store().session_used(credential.id, until).await?;
            credential.expires = Some(until);
        } else {
            self.store().credential_used(credential.id).await?;
        }
        Ok(Some(credential))
    }

    async fn identify(
        &self,
        presented: Presented<'_>,
        proven: Option<&str>,
        now: i64,
    ) -> Result<Option<(Person, Option<Credential>)>, Error> {
        match presented {
            Presented::Nothing => Ok(None),
            Presented::Bearer(token) if token.starts_with(SESSION_PREFIX) => {
                self.by_secret(CredentialKind::Session, token.as_bytes(), now).await
            }
            Presented::Bearer(secret) => self.by_secret(CredentialKind::ApiKey, secret.as_bytes(), now).await,
            Presented::Certificate(der) => self.by_secret(CredentialKind::Certificate, der, now).await,
            Presented::Feed(secret) => {
                self.by_secret(CredentialKind::CalendarFeed, secret.as_bytes(), now)
                    .await
            }
            // Clients that know only Basic put a key where the password goes.
            Presented::Basic { password, .. } if is_secret(password) => {
                self.by_secret(CredentialKind::ApiKey, password.as_bytes(), now).await
            }
            Presented::Basic { login, password } => self.by_password(login, password, proven).await,
        }
    }

    /// Certificates are no secret: what is known as one is taken from a handshake only, which proves its key.
    async fn by_secret(
        &self,
        kind: CredentialKind,
        secret: &[u8],
        now: i64,
    ) -> Result<Option<(Person, Option<Credential>)>, Error> {
        let found = self.store().credential_by_digest(&digest(secret)).await?;
        Ok(found
            .filter(|(credential, person)| {
                let over = |at: Option<stix::Timestamp>| at.is_some_and(|at| at.micros() <= now);
                let expired = over(credential.expires) || over(credential.ends);
                credential.kind == kind && person.active && credential.revoked.is_none() && !expired
            })
            .map(|(credential, person)| (person, Some(credential))))
    }

    pub(crate) async fn by_password(
        &self,
        login: &str,
        password: &str,
        proven: Option<&str>,
    ) -> Result<Option<(Person, Option<Credential>)>, Error> {
        let person = self.store().person_by_login(login).await?;
        if let Some(person) = person
            .as_ref()
            .filter(|person| proven.is_some() && person.password_hash.as_deref() == proven)
        {
            return Ok(Some((person.clone(), None)).filter(|_| person.active));
        }
        // An unknown login costs what a known one does, so that the time does not tell which logins exist.
        let hash = person.as_ref().and_then(|person| person.password_hash.clone());
        let hash = hash.unwrap_or_else(|| self.decoy_hash().to_owned());
        let password = password.to_owned();
        let matches = tokio::task::spawn_blocking(move || password_matches(&password, &hash))
            .await
            .map_err(|error| Error::Ours(format!("the password check stopped: {error}")))?;
        Ok(person
            .filter(|person| matches && person.active && person.password_hash.is_some())
            .map(|person| (person, None)))
    }

    fn verdict_key(&self, tag: u8, login: &str, secret: &[u8]) -> [u8; 32] {
        let mut hasher = Sha256::new();
        hasher.update(self.process_secret());
        hasher.update([tag]);
        hasher.update((login.len() as u64).to_be_bytes());
        hasher.update(login.as_bytes());
        hasher.update(secret);
        hasher.finalize().into()
    }
}

/// An IPv4 address that arrived on an IPv6 socket is an IPv4 address.
pub(crate) fn canonical(address: IpAddr) -> IpAddr {
    address.to_canonical()
}

/// Says whether `address` is within one of the networks; no networks means anywhere.
fn address_allowed(networks: &[String], address: IpAddr) -> bool {
    networks.is_empty() || networks.iter().any(|network| within(network, address))
}

/// Says whether `address` is within one of the networks; in none where there are none.
pub(crate) fn address_in(networks: &[String], address: IpAddr) -> bool {
    networks.iter().any(|network| within(network, address))
}

/// Says whether a text is an address or a network in CIDR notation.
pub(crate) fn is_network(text: &str) -> bool {
    network(text).is_some()
}

/// The address and prefix length of `192.0.2.0/24`, `2001:db8::/32` or a single address.
fn network(text: &str) -> Option<(IpAddr, u32)> {
    let (base, length) = text
        .split_once('/')
        .map_or((text, None), |(base, length)| (base, Some(length)));
    let base = canonical(base.parse().ok()?);
    let width = if base.is_ipv4() { 32 } else { 128 };
    let length = length.map_or(Ok(width), str::parse).ok()?;
    (length <= width).then_some((base, length))
}

fn within(text: &str, address: IpAddr) -> bool {
    let (base, address, length, width) = match (network(text), address) {
        (Some((IpAddr::V4(base), length)), IpAddr::V4(address)) => {
            (u128::from(u32::from(base)), u128::from(u32::from(address)), length, 32)
        }
        (Some((IpAddr::V6(base), length)), IpAddr::V6(address)) => (u128::from(base), u128::from(address), length, 128),
        _ => return false,
    };
    length == 0 || (base ^ address) >> (width - length) == 0
}

/// The text of a key: a recognisable beginning, 32 random bytes in hexadecimal, and four digits of checksum,
/// so that a mistyped or cut key is told from a revoked one without asking the store.
pub fn key_text(random: &[u8; KEY_BYTES]) -> String {
    secret_text(KEY_PREFIX, random)
}

/// Whether somebody presents a key or the token of a session where a password goes.
pub(crate) fn is_secret(password: &str) -> bool {
    password.starts_with(KEY_PREFIX) || password.starts_with(SESSION_PREFIX)
}

/// The same with another beginning.
pub(crate) fn secret_text(prefix: &str, random: &[u8; KEY_BYTES]) -> String {
    use std::fmt::Write as _;
    let mut text = String::from(prefix);
    for byte in random {
        let _ = write!(text, "{byte:02x}");
    }
    let check = digest(text.as_bytes());
    let _ = write!(text, "{:02x}{:02x}", check[0], check[1]);
    text
}

/// The digest under which the store keeps a key or certificate.
pub fn credential_digest(secret: &[u8]) -> [u8; 32] {
    digest(secret)
}

#[cfg(test)]
mod tests {
    use super::{hash_password, key_text, password_matches, within};

    #[test]
    fn a_password_matches_its_hash_and_no_other() {
        let hash = hash_password("correct horse", &[7; 16]).unwrap();
        assert!(hash.starts_with("$argon2id$"));
        assert!(password_matches("correct horse", &hash));
        assert!(!password_matches("correct horsf", &hash));
        assert!(!password_matches("correct horse", "no hash"));
    }

    #[test]
    fn a_key_is_recognisable_and_hides_nothing_of_its_length() {
        let key = key_text(&[0xab; 32]);
        assert!(key.starts_with("cw_abab"));
        assert_eq!(key.len(), 3 + 64 + 4);
    }

    #[test]
    fn an_address_is_within_a_network_of_its_own_family_only() {
        let address = |text: &str| text.parse().unwrap();
        assert!(within("192.0.2.0/24", address("192.0.2.200")));
        assert!(!within("192.0.2.0/24", address("192.0.3.1")));
        assert!(within("192.0.2.7", address("192.0.2.7")));
        assert!(within("2001:db8::/32", address("2001:db8:1::1")));
        assert!(!within("0.0.0.0/0", address("2001:db8::1")));
        assert!(within("0.0.0.0/0", address("203.0.113.9")));
        assert!(!within("192.0.2.0/33", address("192.0.2.1")));
        assert!(!within("nonsense", address("192.0.2.1")));
    }
}
