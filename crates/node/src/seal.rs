//! Keeps a few secrets of people so that the store alone does not give them away: ChaCha20-Poly1305 (RFC 8439) with a key
//! that lies beside the store, not in it.

use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::hmac;

/// The key of the seal.
#[derive(Clone)]
pub struct Seal([u8; 32]);

impl std::fmt::Debug for Seal {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Seal(..)")
    }
}

impl Seal {
    /// Of 32 random bytes.
    pub const fn new(key: [u8; 32]) -> Self {
        Self(key)
    }

    fn key(&self) -> Option<LessSafeKey> {
        UnboundKey::new(&CHACHA20_POLY1305, &self.0).ok().map(LessSafeKey::new)
    }

    /// Seals a secret; `random` is fresh, and `about` says whose it is: it opens for nobody else's.
    pub(crate) fn close(&self, random: [u8; NONCE_LEN], about: &[u8], secret: &[u8]) -> Option<Vec<u8>> {
        let mut sealed = secret.to_vec();
        let nonce = Nonce::assume_unique_for_key(random);
        self.key()?
            .seal_in_place_append_tag(nonce, Aad::from(about), &mut sealed)
            .ok()?;
        Some([&random[..], &sealed].concat())
    }

    /// A digest that nobody can make, or guess by, without the key: HMAC-SHA256 over the parts, each with its length, under
    /// a key of its own for each purpose.
    pub(crate) fn digest(&self, purpose: &[u8], parts: &[&[u8]]) -> [u8; 32] {
        let of_purpose = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &self.0), purpose);
        let mut context = hmac::Context::with_key(&hmac::Key::new(hmac::HMAC_SHA256, of_purpose.as_ref()));
        for part in parts {
            context.update(&(part.len() as u64).to_be_bytes());
            context.update(part);
        }
        let mut digest = [0; 32];
        digest.copy_from_slice(context.sign().as_ref());
        digest
    }

    /// Opens what was sealed; none where it was changed, is about somebody else, or has another key.
    pub(crate) fn open(&self, about: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
        let (random, rest) = sealed.split_first_chunk::<NONCE_LEN>()?;
        let mut secret = rest.to_vec();
        let nonce = Nonce::assume_unique_for_key(*random);
        let opened = self.key()?.open_in_place(nonce, Aad::from(about), &mut secret).ok()?;
        Some(opened.to_vec())
    }
}

#[cfg(test)]
mod tests {
    use super::Seal;

    #[test]
    fn it_opens_with_its_key_for_whom_it_is_about_and_unchanged_only() {
        let seal = Seal::new([1; 32]);
        let sealed = seal.close([2; 12], b"ana", b"a secret").unwrap();
        assert!(!sealed.windows(8).any(|part| part == b"a secret"));
        assert_eq!(seal.open(b"ana", &sealed).as_deref(), Some(&b"a secret"[..]));
        assert_eq!(seal.open(b"ben", &sealed), None);
        assert_eq!(Seal::new([3; 32]).open(b"ana", &sealed), None);
        let mut changed = sealed.clone();
        changed[14] ^= 1;
        assert_eq!(seal.open(b"ana", &changed), None);
        assert_eq!(seal.open(b"ana", b"short"), None);
        assert_eq!(format!("{seal:?}"), "Seal(..)");
    }

    #[test]
    fn a_digest_depends_on_key_purpose_and_where_parts_end() {
        let seal = Seal::new([1; 32]);
        let one = seal.digest(b"a", &[b"bc", b"d"]);
        assert_eq!(one, seal.digest(b"a", &[b"bc", b"d"]));
        assert_ne!(one, seal.digest(b"a", &[b"b", b"cd"]));
        assert_ne!(one, seal.digest(b"x", &[b"bc", b"d"]));
        assert_ne!(one, Seal::new([2; 32]).digest(b"a", &[b"bc", b"d"]));
    }
}
