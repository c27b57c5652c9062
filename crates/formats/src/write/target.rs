//! Where written bytes go.

use std::collections::BTreeMap;
use std::io::{self, Write};

/// Takes the bytes of one or more named files, each from its beginning to its end, in any interleaving.
pub trait Target {
    /// Appends to a file; the first call for a name makes it, also with no bytes. Names are fixed plain file names.
    fn write(&mut self, file: &str, bytes: &[u8]) -> io::Result<()>;
}

/// Sends the only file of a format to one writer, and refuses a second file.
#[derive(Debug)]
pub struct Single<W> {
    writer: W,
    file: Option<String>,
}

impl<W: Write> Single<W> {
    /// A target for one file.
    pub fn new(writer: W) -> Self {
        Self { writer, file: None }
    }

    /// The writer, after the end.
    pub fn into_inner(self) -> W {
        self.writer
    }
}

impl<W: Write> Target for Single<W> {
    fn write(&mut self, file: &str, bytes: &[u8]) -> io::Result<()> {
        match &self.file {
            None => self.file = Some(file.to_owned()),
            Some(first) if first == file => {}
            Some(first) => {
                let message = format!("this export has more than one file ('{first}', '{file}'): name a folder for it");
                return Err(io::Error::new(io::ErrorKind::InvalidInput, message));
            }
        }
        self.writer.write_all(bytes)
    }
}

/// Keeps all files in memory, for tests and small exports.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    /// The files by name.
    pub files: BTreeMap<String, Vec<u8>>,
}

impl Target for Memory {
    fn write(&mut self, file: &str, bytes: &[u8]) -> io::Result<()> {
        match self.files.get_mut(file) {
            Some(content) => content.extend_from_slice(bytes),
            None => {
                self.files.insert(file.to_owned(), bytes.to_vec());
            }
        }
        Ok(())
    }
}
