//! Hashes leaves and nodes as RFC 6962 section 2.1 says, and writes hashes the way C2SP files do.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest as _, Sha256};
use thiserror::Error;

/// Separates the digests of [`digest_of`] from every other use of SHA-256 here.
const DIGEST_DOMAIN: &[u8] = b"commonwatch ledger digest v1\n";

/// A SHA-256 value. Displayed as standard base64, as C2SP files have it; `{:x}` gives hexadecimal.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hash(pub [u8; 32]);

/// A text that should have been 32 bytes in base64 and is not.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("expected 32 bytes in padded standard base64 (44 characters), found {found}")]
pub struct NotAHash {
    found: String,
}

/// The hash of a leaf: SHA-256 of 0x00 and its data.
pub fn leaf_hash(data: &[u8]) -> Hash {
    let mut hasher = Sha256::new();
    hasher.update([0x00]);
    hasher.update(data);
    Hash(hasher.finalize().into())
}

/// The hash of an inner node: SHA-256 of 0x01 and its two children.
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    // One update of 65 bytes is quicker than three small ones, and this is what appending spends its time on.
    let mut input = [0x01; 65];
    input[1..33].copy_from_slice(&left.0);
    input[33..].copy_from_slice(&right.0);
    Hash(Sha256::digest(input).into())
}

/// The root of a tree without leaves: SHA-256 of nothing.
pub fn empty_root() -> Hash {
    Hash(Sha256::digest([]).into())
}

/// One digest over many item digests; their order matters. For entries that say what a delivery held without listing it.
///
/// SHA-256 of `commonwatch ledger digest v1`, a newline, and the items, 32 bytes each.
pub fn digest_of<'a>(items: impl IntoIterator<Item = &'a [u8; 32]>) -> Hash {
    let mut hasher = Sha256::new();
    hasher.update(DIGEST_DOMAIN);
    for item in items {
        hasher.update(item);
    }
    Hash(hasher.finalize().into())
}

/// Reads 32 bytes of canonical, padded standard base64. Exactly one text is accepted for each value.
pub(crate) fn bytes_from_base64(text: &str) -> Result<[u8; 32], NotAHash> {
    let refused = || NotAHash {
        found: match text.len() {
            44 => "other characters".to_owned(),
            length => format!("{length} characters"),
        },
    };
    if text.len() != 44 {
        return Err(refused());
    }
    let mut bytes = [0; 33];
    match STANDARD.decode_slice(text, &mut bytes) {
        Ok(32) => {
            let mut exact = [0; 32];
            exact.copy_from_slice(&bytes[..32]);
            Ok(exact)
        }
        _ => Err(refused()),
    }
}

/// Writes bytes as padded standard base64.
pub(crate) fn base64_of(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// Reads any number of bytes of canonical, padded standard base64.
pub(crate) fn bytes_of_base64(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text).ok()
}

impl From<[u8; 32]> for Hash {
    fn from(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}

impl TryFrom<&[u8]> for Hash {
    type Error = NotAHash;

    fn try_from(bytes: &[u8]) -> Result<Self, NotAHash> {
        match bytes.try_into() {
            Ok(exact) => Ok(Self(exact)),
            Err(_) => Err(NotAHash {
                found: format!("{} bytes", bytes.len()),
            }),
        }
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&base64_of(&self.0))
    }
}

impl fmt::LowerHex for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hash({self})")
    }
}

impl FromStr for Hash {
    type Err = NotAHash;

    fn from_str(text: &str) -> Result<Self, NotAHash> {
        bytes_from_base64(text).map(Self)
    }
}

impl Serialize for Hash {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        base64_bytes::serialize(&self.0, serializer)
    }
}

impl<'de> Deserialize<'de> for Hash {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        base64_bytes::deserialize(deserializer).map(Self)
    }
}

/// Serde for 32 bytes as base64 text.
pub(crate) mod base64_bytes {
    use std::borrow::Cow;

    use serde::de::Error as _;
    use serde::{Deserialize as _, Deserializer, Serializer};

    pub(crate) fn serialize<S: Serializer>(bytes: &[u8; 32], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&super::base64_of(bytes))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<[u8; 32], D::Error> {
        let text = Cow::<str>::deserialize(deserializer)?;
        super::bytes_from_base64(&text).map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_empty_tree_and_the_empty_leaf_hash_as_certificate_transparency_has_them() {
        assert_eq!(
            format!("{:x}", empty_root()),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        );
        assert_eq!(
            format!("{:x}", leaf_hash(b"")),
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
        );
    }

    #[test]
    fn a_hash_reads_back_from_its_text_and_from_nothing_else() {
        let hash = leaf_hash(b"x");
        let text = hash.to_string();
        assert_eq!(text.parse(), Ok(hash));
        assert!(text[..43].parse::<Hash>().is_err());
        assert!(format!("{hash:x}").parse::<Hash>().is_err());
        // The last character before the padding carries four bits that mean nothing: they must be zero.
        let mut loose = text.into_bytes();
        loose[42] += 1;
        assert!(String::from_utf8(loose).unwrap().parse::<Hash>().is_err());
    }

    #[test]
    fn a_digest_depends_on_every_item_and_on_their_order() {
        let (one, two) = ([1; 32], [2; 32]);
        assert_ne!(digest_of([&one, &two]), digest_of([&two, &one]));
        assert_ne!(digest_of([&one]), digest_of([&one, &one]));
        assert_ne!(digest_of([]), empty_root());
    }
}
