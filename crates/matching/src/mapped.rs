//! Files mapped into memory, to be read at the places that are asked for and nowhere else.

use std::fs::File;
use std::path::Path;

/// A file as bytes.
#[derive(Debug)]
pub(crate) struct Mapped(memmap2::Mmap);

impl Mapped {
    /// Maps a file that is replaced whole when it changes, never written into.
    #[expect(
        unsafe_code,
        reason = "mapping is what lets ten million entries be there in milliseconds (docs/performance.md)"
    )]
    pub(crate) fn open(path: &Path) -> std::io::Result<Self> {
        let file = File::open(path)?;
        // SAFETY: the map is only read, and nothing borrowed from it outlives it. A file that is cut while it is mapped would end
        // the process; this program therefore never writes into a file that is there (`replace`), it puts a new one in its
        // place. Whoever else can write into the directory can stop the program anyway.
        Ok(Self(unsafe { memmap2::Mmap::map(&file)? }))
    }

    /// The bytes.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0
    }
}

/// Writes a file that takes the place of what was there at once, or not at all.
pub(crate) fn replace(path: &Path, parts: &[&[u8]]) -> std::io::Result<()> {
    use std::io::Write;
    let mut beside = path.as_os_str().to_owned();
    beside.push(".new");
    let beside = Path::new(&beside);
    let mut file = File::create(beside)?;
    for part in parts {
        file.write_all(part)?;
    }
    file.sync_all()?;
    std::fs::rename(beside, path)
}
