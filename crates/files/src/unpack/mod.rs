//! The only place that touches decompressors and archives, each under the caps of a [`Meter`].
//!
//! | [`Wrapping`] | how it is opened |
//! |---|---|
//! | gzip, zstd, xz, bzip2 | [`open`]: a reader of what is inside, several streams one after the other as the tools do |
//! | tar | [`tar::Members`]: one member after the other, as a stream |
//! | zip | [`zip::members`]: needs to seek, as its directory stands at its end |
//!
//! One meter goes with a file through all its layers. It counts what comes out of decompressors and the members, so that
//! many small members cannot add up past a cap; a single stream that expands like a bomb is stopped for itself. This module
//! knows nothing of files and hashes: readers go in, readers come out.

mod capped;
mod meter;
mod stream;
pub mod tar;
pub mod zip;

use std::io;

use stix::{Place, Problem};

pub use meter::{Caps, Meter};
pub use stream::{Unpacked, gzip_name, open};

/// Which wrapping the first bytes show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrapping {
    /// RFC 1952.
    Gzip,
    /// RFC 8878.
    Zstd,
    /// The `.xz` format of XZ Utils.
    Xz,
    /// bzip2.
    Bzip2,
    /// POSIX tar (ustar and pax) and GNU tar.
    Tar,
    /// Zip: also office documents, JARs and Android packages.
    Zip,
}

impl Wrapping {
    /// Bytes that are enough to tell.
    pub const HEAD_BYTES: usize = 512;

    /// What the first bytes say; names are never looked at.
    pub fn of(head: &[u8]) -> Option<Self> {
        match head {
            [0x1f, 0x8b, 8, ..] => Some(Self::Gzip),
            [0x28, 0xb5, 0x2f, 0xfd, ..] => Some(Self::Zstd),
            [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => Some(Self::Xz),
            // A block begins with the digits of pi, an empty file ends with those of its root.
            [b'B', b'Z', b'h', b'1'..=b'9', 0x31, 0x41, 0x59, 0x26, 0x53, 0x59, ..]
            | [b'B', b'Z', b'h', b'1'..=b'9', 0x17, 0x72, 0x45, 0x38, 0x50, 0x90, ..] => Some(Self::Bzip2),
            [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..] => Some(Self::Zip),
            _ if tar::is_header(head) => Some(Self::Tar),
            _ => None,
        }
    }

    /// The name in messages.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
            Self::Xz => "xz",
            Self::Bzip2 => "bzip2",
            Self::Tar => "tar",
            Self::Zip => "zip",
        }
    }

    /// The ending that a name loses when its one content is unpacked.
    pub const fn extensions(self) -> &'static [&'static str] {
        match self {
            Self::Gzip => &["gz", "gzip"],
            Self::Zstd => &["zst", "zstd"],
            Self::Xz => &["xz"],
            Self::Bzip2 => &["bz2"],
            Self::Tar | Self::Zip => &[],
        }
    }
}

/// The problem that an error of a reader stands for; a cap that was reached keeps its own.
pub fn read_problem(error: &io::Error) -> Problem {
    match error.get_ref().and_then(|inner| inner.downcast_ref::<Problem>()) {
        Some(problem) => problem.clone(),
        None => Problem::error(
            "unreadable",
            Place::default(),
            format!("it cannot be read to its end: {error}"),
        )
        .help("the file may be cut off or damaged: fetch it again"),
    }
}

/// A member's name as a label: no control characters, not endless.
fn label(name: &[u8]) -> String {
    String::from_utf8_lossy(name)
        .chars()
        .map(|letter| if letter.is_control() { '\u{fffd}' } else { letter })
        .take(1_024)
        .collect()
}
