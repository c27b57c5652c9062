//! All wanted hashes of a content in one pass over its bytes.

use std::borrow::Cow;

use events::{Event, Role};
use md5::{Digest, Md5};
use sha1::Sha1;
use sha2::{Sha224, Sha256, Sha384, Sha512};
use sha3::{Sha3_224, Sha3_256, Sha3_384, Sha3_512};

use crate::{Wanted, ssdeep, tlsh};

/// The hashes of one content, while it is read.
#[derive(Default)]
pub struct Digests {
    size: u64,
    md5: Option<Md5>,
    sha1: Option<Sha1>,
    sha224: Option<Sha224>,
    sha256: Option<Sha256>,
    sha384: Option<Sha384>,
    sha512: Option<Sha512>,
    sha3_224: Option<Sha3_224>,
    sha3_256: Option<Sha3_256>,
    sha3_384: Option<Sha3_384>,
    sha3_512: Option<Sha3_512>,
    ssdeep: Option<ssdeep::Hasher>,
    tlsh: Option<tlsh::Hasher>,
    fuzzy_bytes: u64,
}

impl Digests {
    /// Starts the wanted ones. Contents of more than `fuzzy_bytes` get no ssdeep or TLSH.
    pub fn new(wanted: &Wanted, fuzzy_bytes: u64) -> Self {
        Self {
            size: 0,
            md5: wanted.md5.then(Default::default),
            sha1: wanted.sha1.then(Default::default),
            sha224: wanted.sha224.then(Default::default),
            sha256: wanted.sha256.then(Default::default),
            sha384: wanted.sha384.then(Default::default),
            sha512: wanted.sha512.then(Default::default),
            sha3_224: wanted.sha3_224.then(Default::default),
            sha3_256: wanted.sha3_256.then(Default::default),
            sha3_384: wanted.sha3_384.then(Default::default),
            sha3_512: wanted.sha3_512.then(Default::default),
            ssdeep: wanted.ssdeep.then(Default::default),
            tlsh: wanted.tlsh.then(Default::default),
            fuzzy_bytes,
        }
    }

    /// Bytes so far.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Whether fuzzy hashes were wanted and given up, because the content is too large for them.
    pub fn too_large_for_fuzzy(&self, wanted: &Wanted) -> bool {
        self.size > self.fuzzy_bytes && (wanted.ssdeep || wanted.tlsh)
    }

    /// Adds a piece. Pieces that fit in the processor's caches are best: each hash goes over them in turn.
    pub fn update(&mut self, bytes: &[u8]) {
        self.size += bytes.len() as u64;
        if self.size > self.fuzzy_bytes {
            self.ssdeep = None;
            self.tlsh = None;
        }
        feed(&mut self.md5, bytes);
        feed(&mut self.sha1, bytes);
        feed(&mut self.sha224, bytes);
        feed(&mut self.sha256, bytes);
        feed(&mut self.sha384, bytes);
        feed(&mut self.sha512, bytes);
        feed(&mut self.sha3_224, bytes);
        feed(&mut self.sha3_256, bytes);
        feed(&mut self.sha3_384, bytes);
        feed(&mut self.sha3_512, bytes);
        if let Some(ssdeep) = &mut self.ssdeep {
            ssdeep.update(bytes);
        }
        if let Some(tlsh) = &mut self.tlsh {
            tlsh.update(bytes);
        }
    }

    /// Adds the hashes to an event, in lower case and under the names of their kinds.
    pub fn finish(self, event: &mut Event<'_>) {
        push(event, "md5", self.md5);
        push(event, "sha1", self.sha1);
        push(event, "sha224", self.sha224);
        push(event, "sha256", self.sha256);
        push(event, "sha384", self.sha384);
        push(event, "sha512", self.sha512);
        push(event, "sha3-224", self.sha3_224);
        push(event, "sha3-256", self.sha3_256);
        push(event, "sha3-384", self.sha3_384);
        push(event, "sha3-512", self.sha3_512);
        if let Some(ssdeep) = self.ssdeep {
            event.push("ssdeep", ssdeep.finish(), Role::Ssdeep);
        }
        if let Some(tlsh) = self.tlsh.and_then(|tlsh| tlsh.finish()) {
            event.push("tlsh", tlsh, Role::Tlsh);
        }
    }
}

fn feed<D: Digest>(hash: &mut Option<D>, bytes: &[u8]) {
    if let Some(hash) = hash {
        hash.update(bytes);
    }
}

fn push<D: Digest>(event: &mut Event<'_>, name: &'static str, hash: Option<D>) {
    if let Some(hash) = hash {
        event.push(Cow::Borrowed(name), hex::encode(hash.finalize()), Role::FileHash);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hashes(content: &[u8]) -> Vec<(String, String)> {
        let mut digests = Digests::new(&Wanted::ALL, 1 << 20);
        for piece in content.chunks(3) {
            digests.update(piece);
        }
        let mut event = Event::default();
        digests.finish(&mut event);
        let fields = event.fields.into_iter();
        fields
            .map(|field| (field.name.into_owned(), field.value.into_owned()))
            .collect()
    }

    #[test]
    fn abc_has_the_hashes_that_the_standards_publish() {
        // RFC 1321, FIPS 180-4 and FIPS 202 (NIST's example values).
        let expected = [
            ("md5", "900150983cd24fb0d6963f7d28e17f72"),
            ("sha1", "a9993e364706816aba3e25717850c26c9cd0d89d"),
            ("sha224", "23097d223405d8228642a477bda255b32aadbce4bda0b3f7e36c9da7"),
            (
                "sha256",
                "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
            ),
            (
                "sha384",
                "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7",
            ),
            (
                "sha512",
                "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a\
                 2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
            ),
            ("sha3-224", "e642824c3f8cf24ad09234ee7d3c766fc9a3a5168d0c94ad73b46fdf"),
            (
                "sha3-256",
                "3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532",
            ),
            (
                "sha3-384",
                "ec01498288516fc926459f58e2c6ad8df9b473cb0fc08c2596da7cf0e49be4b298d88cea927ac7f539f1edf228376d25",
            ),
            (
                "sha3-512",
                "b751850b1a57168a5693cd924b6b096e08f621827444f70d884f5d0240d2712e\
                 10e116e9192af3c91a7ec57647e3934057340b4cf408d5a56592f8274eec53f0",
            ),
            ("ssdeep", "3:uG:uG"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!(hashes(b"abc"), expected);
    }

    #[test]
    fn what_is_too_large_for_fuzzy_hashes_keeps_the_others() {
        let mut digests = Digests::new(&Wanted::ALL, 5);
        digests.update(b"abc");
        digests.update(b"def");
        assert!(digests.too_large_for_fuzzy(&Wanted::ALL));
        let mut event = Event::default();
        digests.finish(&mut event);
        assert_eq!(event.get("md5"), Some("e80b5017098950fc58aad83c8c14978e"));
        assert_eq!(event.first(Role::Ssdeep), None);
    }
}
