//! Holds the keys that sign and check notes: Ed25519, with the names, ids and texts of C2SP signed-note.
//!
//! | key | text |
//! |---|---|
//! | public | `name+keyid+base64(0x01, 32 bytes)` |
//! | secret | `PRIVATE+KEY+name+keyid+base64(0x01, 32 bytes)`, as Go's sumdb/note writes it |

use std::fmt;
use std::str::FromStr;

use ed25519_dalek::Signer as _;
use sha2::{Digest as _, Sha256};
use thiserror::Error;

use crate::hash::{base64_of, bytes_of_base64};

/// The byte that stands for Ed25519 in key ids and encoded keys.
const ED25519: u8 = 0x01;

/// What the text of a secret key begins with.
const SECRET_PREFIX: &str = "PRIVATE+KEY+";

/// The longest key name, in bytes.
pub const MAX_NAME: usize = 255;

/// A key name or the text of a key that cannot be used. Never quotes the text: it may be a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum KeyError {
    /// The name is empty, too long, or has characters that a name may not have.
    #[error("a key name is 1 to {MAX_NAME} bytes without spaces, '+' or control characters, as in example.com/ledger")]
    Name,
    /// The text is not laid out as a public key.
    #[error(
        "not a public key of a ledger; expected name+keyid+base64, with eight lower-case hexadecimal digits as key id"
    )]
    Public,
    /// The text is not laid out as a secret key.
    #[error("not a secret key of a ledger; expected PRIVATE+KEY+name+keyid+base64")]
    Secret,
    /// The key is of another kind.
    #[error("the key is not an Ed25519 key (its first byte is not 01); a ledger is signed with Ed25519 only")]
    Algorithm,
    /// The id does not belong to this name and key.
    #[error(
        "the key id does not belong to this name and key; part of the text was changed or lost, fetch the key again"
    )]
    Id,
    /// The bytes are no point of the curve, or one that anybody can sign for.
    #[error("the key is not a usable Ed25519 public key; fetch it again")]
    Weak,
}

/// The name of a signed key and the id of its bytes: together they name one key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct KeyId(pub [u8; 4]);

/// A named key that signs. Shown in no log: its `Debug` has the name only.
#[derive(Clone)]
pub struct SigningKey {
    public: VerifyingKey,
    secret: ed25519_dalek::SigningKey,
}

/// A named key that checks signatures.
#[derive(Clone, PartialEq, Eq)]
pub struct VerifyingKey {
    name: String,
    id: KeyId,
    key: ed25519_dalek::VerifyingKey,
}

impl SigningKey {
    /// Makes a key from 32 fresh random bytes. The name should be the origin of the log it signs for.
    pub fn from_random(name: &str, random: [u8; 32]) -> Result<Self, KeyError> {
        let secret = ed25519_dalek::SigningKey::from_bytes(&random);
        let public = VerifyingKey::named(name, secret.verifying_key())?;
        Ok(Self { public, secret })
    }

    /// Reads what [`SigningKey::to_secret_text`] wrote.
    pub fn from_secret_text(text: &str) -> Result<Self, KeyError> {
        let fields = text.trim_end().strip_prefix(SECRET_PREFIX).ok_or(KeyError::Secret)?;
        let (name, id, bytes) = split(fields, KeyError::Secret)?;
        let key = Self::from_random(name, bytes)?;
        match key.public.id == id {
            true => Ok(key),
            false => Err(KeyError::Id),
        }
    }

    /// The text to keep, and to keep secret: whoever has it can sign for the log.
    pub fn to_secret_text(&self) -> String {
        format!(
            "{SECRET_PREFIX}{}+{}+{}",
            self.public.name,
            self.public.id,
            encoded(self.secret.as_bytes())
        )
    }

    /// The public half.
    pub fn verifying_key(&self) -> &VerifyingKey {
        &self.public
    }

    /// The 64 bytes of a signature over a message.
    pub(crate) fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.secret.sign(message).to_bytes()
    }
}

impl VerifyingKey {
    fn named(name: &str, key: ed25519_dalek::VerifyingKey) -> Result<Self, KeyError> {
        if !is_name(name) {
            return Err(KeyError::Name);
        }
        if key.is_weak() {
            return Err(KeyError::Weak);
        }
        let mut hasher = Sha256::new();
        hasher.update(name);
        hasher.update([b'\n', ED25519]);
        hasher.update(key.as_bytes());
        let [a, b, c, d, ..] = <[u8; 32]>::from(hasher.finalize());
        Ok(Self {
            name: name.to_owned(),
            id: KeyId([a, b, c, d]),
            key,
        })
    }

    /// The name of the key, which is the origin of the log it signs for.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The first four bytes of SHA-256 over name, newline, 0x01 and key.
    pub fn id(&self) -> KeyId {
        self.id
    }

    /// Whether these bytes are this key's signature over the message.
    pub(crate) fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        // The strict check refuses what lenient ones differ about, so that two verifiers never disagree.
        ed25519_dalek::Signature::from_slice(signature)
            .is_ok_and(|signature| self.key.verify_strict(message, &signature).is_ok())
    }
}

impl FromStr for VerifyingKey {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, KeyError> {
        if text.starts_with(SECRET_PREFIX) {
            return Err(KeyError::Public);
        }
        let (name, id, bytes) = split(text.trim_end(), KeyError::Public)?;
        let point = ed25519_dalek::VerifyingKey::from_bytes(&bytes).map_err(|_| KeyError::Weak)?;
        let key = Self::named(name, point)?;
        match key.id == id {
            true => Ok(key),
            false => Err(KeyError::Id),
        }
    }
}

/// Whether a text can name a key: what C2SP signed-note demands, and a bound.
pub(crate) fn is_name(name: &str) -> bool {
    let allowed = |character: char| !character.is_whitespace() && !character.is_control() && character != '+';
    !name.is_empty() && name.len() <= MAX_NAME && name.chars().all(allowed)
}

/// The name, the id and the key bytes of an encoded key; `layout` where it is not laid out as one.
fn split(text: &str, layout: KeyError) -> Result<(&str, KeyId, [u8; 32]), KeyError> {
    let mut fields = text.splitn(3, '+');
    let (Some(name), Some(hex), Some(key)) = (fields.next(), fields.next(), fields.next()) else {
        return Err(layout);
    };
    let mut id = [0; 4];
    hex::decode_to_slice(hex, &mut id).map_err(|_| layout)?;
    let id = KeyId(id);
    // Upper-case digits would give one key two texts.
    if id.to_string() != hex {
        return Err(layout);
    }
    let bytes = bytes_of_base64(key).ok_or(layout)?;
    match bytes.split_first() {
        Some((&ED25519, key)) => Ok((name, id, key.try_into().map_err(|_| layout)?)),
        Some(_) => Err(KeyError::Algorithm),
        None => Err(layout),
    }
}

fn encoded(key: &[u8; 32]) -> String {
    let mut bytes = [ED25519; 33];
    bytes[1..].copy_from_slice(key);
    base64_of(&bytes)
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Display for VerifyingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}+{}+{}", self.name, self.id, encoded(self.key.as_bytes()))
    }
}

impl fmt::Debug for VerifyingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "VerifyingKey({self})")
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({}+{}, secret)", self.public.name, self.public.id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The key pair of the documentation of Go's golang.org/x/mod/sumdb/note.
    const SECRET: &str = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
    const PUBLIC: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";

    #[test]
    fn the_published_key_pair_of_another_implementation_reads_and_writes_alike() {
        let key = SigningKey::from_secret_text(SECRET).unwrap();
        assert_eq!(key.verifying_key().to_string(), PUBLIC);
        assert_eq!(key.to_secret_text(), SECRET);
        assert_eq!(&PUBLIC.parse::<VerifyingKey>().unwrap(), key.verifying_key());
        assert_eq!(PUBLIC.parse::<VerifyingKey>().unwrap().to_string(), PUBLIC);
    }

    #[test]
    fn a_secret_key_is_not_shown_and_not_taken_for_a_public_one() {
        let key = SigningKey::from_secret_text(SECRET).unwrap();
        assert_eq!(format!("{key:?}"), "SigningKey(PeterNeumann+c74f20a3, secret)");
        assert_eq!(SECRET.parse::<VerifyingKey>(), Err(KeyError::Public));
    }

    #[test]
    fn a_key_with_any_character_changed_is_refused() {
        for place in 0..PUBLIC.len() {
            let mut changed = PUBLIC.as_bytes().to_vec();
            changed[place] = if changed[place] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(changed).unwrap();
            assert!(changed.parse::<VerifyingKey>().is_err(), "{changed}");
        }
        assert_eq!(PUBLIC.to_uppercase().parse::<VerifyingKey>(), Err(KeyError::Public));
    }

    #[test]
    fn a_key_that_anybody_can_sign_for_is_refused() {
        let mut identity = [0; 32];
        identity[0] = 1;
        let point = ed25519_dalek::VerifyingKey::from_bytes(&identity).unwrap();
        assert_eq!(VerifyingKey::named("example.com", point), Err(KeyError::Weak));
    }

    #[test]
    fn names_that_would_break_a_signature_line_are_refused() {
        for name in [
            "",
            "a b",
            "a+b",
            "a\nb",
            "a\u{a0}b",
            "a\u{2003}b",
            "\u{7}",
            &"n".repeat(256),
        ] {
            assert_eq!(
                SigningKey::from_random(name, [1; 32]).err(),
                Some(KeyError::Name),
                "{name:?}"
            );
        }
        assert!(SigningKey::from_random("wasser.example/büro", [1; 32]).is_ok());
    }
}
