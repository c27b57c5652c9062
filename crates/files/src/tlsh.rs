//! TLSH: hashes that are close to each other when the contents are (Oliver, Cheng and Chen, 2013).

use tlsh2::{TlshDefault, TlshDefaultBuilder};

/// Makes the hash of a content that comes in pieces.
#[derive(Default)]
pub struct Hasher(Box<TlshDefaultBuilder>);

impl Hasher {
    /// Adds a piece.
    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// The hash with its version, `T1…`; none for a content that is too short (50 bytes) or too uniform.
    pub fn finish(&self) -> Option<String> {
        let hash = self.0.build()?.hash();
        Some(String::from_utf8_lossy(&hash).into_owned())
    }
}

/// How far two hashes are from each other: 0 for contents that are as good as the same, below 50 for close relatives, above
/// 200 for strangers. None when one of them is not a TLSH hash. The version may be left out, as in hashes made before 2020.
pub fn distance(one: &str, other: &str) -> Option<u32> {
    let distance = parse(one)?.diff(&parse(other)?, true);
    u32::try_from(distance).ok()
}

fn parse(text: &str) -> Option<TlshDefault> {
    // The crate slices by bytes, so only text that is plainly a hash may reach it.
    if !text.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return None;
    }
    match text.len() {
        70 => format!("T1{text}").parse().ok(),
        _ => text.parse().ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hash(bytes: &[u8]) -> Option<String> {
        let mut hasher = Hasher::default();
        // In two pieces: the hash must not depend on where a content is cut.
        let (front, back) = bytes.split_at(bytes.len() / 3);
        hasher.update(front);
        hasher.update(back);
        hasher.finish()
    }

    const LOREM: &[u8] = b"Lorem ipsum dolor sit amet, consectetur adipiscing elit";
    const AUTE: &[u8] =
        b"Duis aute irure dolor in reprehenderit in voluptate velit esse cillum dolore eu fugiat nulla \
        pariatur. Excepteur sint occaecat cupidatat non proident, sunt in culpa qui officia";

    #[test]
    fn hashes_are_those_of_the_reference() {
        let expected = "T12D900249414E0BD59A46503F3ADA802AE50825242B2590561CF690599112214C051556";
        assert_eq!(hash(LOREM).as_deref(), Some(expected));
    }

    #[test]
    fn what_is_too_short_or_too_uniform_has_no_hash() {
        assert_eq!(hash(b"too short"), None);
        assert_eq!(hash(&[0; 4096]), None);
    }

    #[test]
    fn distances_are_those_of_the_reference_with_and_without_the_version() {
        let (one, other) = (hash(LOREM).unwrap(), hash(AUTE).unwrap());
        assert_eq!(distance(&one, &other), Some(280));
        assert_eq!(distance(&one[2..], &other), Some(280));
        assert_eq!(distance(&one, &one), Some(0));
        assert_eq!(distance(&one, "T1zz"), None);
        assert_eq!(distance(&one, &"é".repeat(36)), None);
    }
}
