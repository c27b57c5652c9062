//! Credentials of machines: API keys and client certificates, kept as digests only.

use policy::{PersonId, Principal};
use stix::Timestamp;

use crate::account::Person;
use crate::{Result, Store};

/// Number of a credential in this store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CredentialId(pub i64);

/// What a credential is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CredentialKind {
    /// Random bytes sent with each request.
    ApiKey,
    /// An X.509 certificate shown in the TLS handshake.
    Certificate,
}

impl CredentialKind {
    /// The name, as stored and shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ApiKey => "api-key",
            Self::Certificate => "certificate",
        }
    }

    /// Reads a name.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::ApiKey, Self::Certificate]
            .into_iter()
            .find(|kind| kind.as_str() == text)
    }
}

/// A key or certificate of a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credential {
    /// Its number in this store.
    pub id: CredentialId,
    /// Whose it is.
    pub person: PersonId,
    /// What it is.
    pub kind: CredentialKind,
    /// SHA-256 of the secret, or of the certificate in DER.
    pub digest: [u8; 32],
    /// What its owner calls it.
    pub label: String,
    /// The beginning of the secret, to tell keys apart.
    pub prefix: String,
    /// Whether it may only read.
    pub read_only: bool,
    /// When it ends by itself.
    pub expires: Option<Timestamp>,
    /// The networks it may be used from, in CIDR notation; empty: any.
    pub addresses: Vec<String>,
    /// Since when it is here.
    pub created: Timestamp,
    /// When it was revoked.
    pub revoked: Option<Timestamp>,
    /// When it was used last, as far as was noted.
    pub last_used: Option<Timestamp>,
}

/// A credential to be made; the fields are those of [`Credential`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewCredential {
    /// See [`Credential::person`].
    pub person: PersonId,
    /// See [`Credential::kind`].
    pub kind: CredentialKind,
    /// See [`Credential::digest`].
    pub digest: [u8; 32],
    /// See [`Credential::label`].
    pub label: String,
    /// See [`Credential::prefix`].
    pub prefix: String,
    /// See [`Credential::read_only`].
    pub read_only: bool,
    /// See [`Credential::expires`].
    pub expires: Option<Timestamp>,
    /// See [`Credential::addresses`].
    pub addresses: Vec<String>,
}

impl Store {
    /// Makes a credential. A digest that is there already is a conflict.
    pub async fn credential_put(&self, actor: &Principal, new: NewCredential) -> Result<Credential> {
        let _ = (actor, new);
        Err(crate::unbuilt())
    }

    /// The credential with this digest, revoked and expired ones too, and whose it is.
    pub async fn credential_by_digest(&self, digest: &[u8; 32]) -> Result<Option<(Credential, Person)>> {
        let _ = digest;
        Err(crate::unbuilt())
    }

    /// The credentials of a person, the newest first.
    pub async fn credential_list(&self, person: PersonId) -> Result<Vec<Credential>> {
        let _ = person;
        Err(crate::unbuilt())
    }

    /// Revokes a credential; one that is not there is not found, one already revoked stays as it was.
    pub async fn credential_revoke(&self, actor: &Principal, id: CredentialId) -> Result<()> {
        let _ = (actor, id);
        Err(crate::unbuilt())
    }

    /// Notes that a credential was used. Callers do this now and then, not for each request.
    pub async fn credential_used(&self, id: CredentialId) -> Result<()> {
        let _ = id;
        Err(crate::unbuilt())
    }
}
