//! What one file may still use up.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use stix::{Place, Problem};

/// How much may come out of one file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Caps {
    /// Bytes out of all decompressors together.
    pub decompressed_bytes: u64,
    /// How many times one stream may expand, beyond its first mebibyte.
    pub expansion: u64,
    /// Members of all archives together; the content of a compressed stream counts as one.
    pub members: u64,
}

/// Counts what comes out of one file, through all its layers.
#[derive(Debug)]
pub struct Meter {
    caps: Caps,
    decompressed: AtomicU64,
    members: AtomicU64,
    spent: AtomicBool,
}

impl Meter {
    /// Starts counting.
    pub const fn new(caps: Caps) -> Self {
        Self {
            caps,
            decompressed: AtomicU64::new(0),
            members: AtomicU64::new(0),
            spent: AtomicBool::new(false),
        }
    }

    /// The caps.
    pub const fn caps(&self) -> &Caps {
        &self.caps
    }

    /// Whether a cap on everything together was reached: nothing more will come out.
    pub fn is_spent(&self) -> bool {
        self.spent.load(Ordering::Relaxed)
    }

    /// Counts a member.
    pub fn member(&self) -> Result<(), Problem> {
        self.members.fetch_add(1, Ordering::Relaxed);
        self.members_ahead(0)
    }

    /// Fails when an archive that says it has so many members cannot be told whole.
    pub(super) fn members_ahead(&self, count: u64) -> Result<(), Problem> {
        let so_far = self.members.load(Ordering::Relaxed);
        if so_far.saturating_add(count) <= self.caps.members {
            return Ok(());
        }
        self.spent.store(true, Ordering::Relaxed);
        let message = format!("the archive has more than {} members, the limit", self.caps.members);
        Err(Problem::error("too-many-members", Place::default(), message)
            .help("unpack it yourself and scan the folder, or raise the limit"))
    }

    /// Counts bytes out of a decompressor.
    pub(super) fn decompressed(&self, count: u64) -> Result<(), Problem> {
        let before = self.decompressed.fetch_add(count, Ordering::Relaxed);
        if before.saturating_add(count) <= self.caps.decompressed_bytes {
            return Ok(());
        }
        self.spent.store(true, Ordering::Relaxed);
        let message = format!(
            "it is larger than {} bytes when unpacked, the limit",
            self.caps.decompressed_bytes
        );
        Err(Problem::error("unpacked-too-large", Place::default(), message)
            .help("unpack it yourself and scan the folder, or raise the limit"))
    }
}
