//! A log of the past, opened once: its beginning says whether an index is of it, and what is read after goes on from there.

use std::fs::File;
use std::io::{Cursor, Read, Seek};
use std::path::Path;

use stix::{Place, Problem};

use super::sidecar::HEAD;

/// The bytes of a log, unpacked.
pub enum Contents {
    /// Can be read at any place: a file on a disk that is not packed.
    File(File),
    /// Can be read from its beginning on.
    Stream(Box<dyn Read + Send>),
}

impl Contents {
    /// All of it, in order.
    pub fn into_reader(self) -> Box<dyn Read + Send> {
        match self {
            Self::File(file) => Box::new(file),
            Self::Stream(stream) => stream,
        }
    }
}

/// Opens a log at its beginning.
pub type Open<'a> = &'a dyn Fn() -> Result<Contents, Problem>;

/// A log of the past.
pub struct Log<'a> {
    /// Its name, for people.
    pub(super) name: &'a str,
    /// Its bytes as they are stored.
    pub(super) size: u64,
    /// Says whether it is still the log that was indexed, where its store keeps such a word. Otherwise its beginning does.
    pub(super) version: Option<&'a str>,
    /// Where its index is, or is to be.
    pub(super) index: &'a Path,
    open: Open<'a>,
    opened: Option<Opened>,
}

/// A log of which no more than the beginning was read.
struct Opened {
    head: Vec<u8>,
    contents: Contents,
}

impl<'a> Log<'a> {
    /// A log that `open` opens when something of it has to be read.
    pub fn new(name: &'a str, size: u64, version: Option<&'a str>, index: &'a Path, open: Open<'a>) -> Self {
        Self {
            name,
            size,
            version,
            index,
            open,
            opened: None,
        }
    }

    /// Its name, for people.
    pub fn name(&self) -> &'a str {
        self.name
    }

    /// Its bytes as they are stored.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Its first bytes.
    pub(super) fn head(&mut self) -> Result<&[u8], Problem> {
        let opened = match self.opened.take() {
            Some(opened) => opened,
            None => {
                let mut contents = (self.open)()?;
                let head = head_of(&mut contents).map_err(|error| self.unreadable(&error))?;
                Opened { head, contents }
            }
        };
        Ok(&self.opened.insert(opened).head)
    }

    /// All of it from its beginning. A file stays open for whoever asks next.
    pub(super) fn contents(&mut self) -> Result<Contents, Problem> {
        let opened = match self.opened.take() {
            Some(opened) => opened,
            None => Opened {
                head: Vec::new(),
                contents: (self.open)()?,
            },
        };
        match opened.contents {
            Contents::File(mut file) => {
                let again = file.rewind().and_then(|()| file.try_clone());
                let again = again.map_err(|error| self.unreadable(&error))?;
                if !opened.head.is_empty() {
                    self.opened = Some(Opened {
                        head: opened.head,
                        contents: Contents::File(file),
                    });
                }
                Ok(Contents::File(again))
            }
            Contents::Stream(rest) => Ok(Contents::Stream(Box::new(Cursor::new(opened.head).chain(rest)))),
        }
    }

    pub(super) fn unreadable(&self, error: &std::io::Error) -> Problem {
        let place = Place {
            file: Some(self.name.to_owned()),
            ..Place::default()
        };
        // What was found out while unpacking keeps its own words.
        match error.get_ref().and_then(|inner| inner.downcast_ref::<Problem>()) {
            Some(problem) => Problem {
                place,
                ..problem.clone()
            },
            None => Problem::error("unreadable", place, format!("it could not be read further: {error}"))
                .help("look at the disk or network it comes from, and hunt again"),
        }
    }
}

fn head_of(contents: &mut Contents) -> std::io::Result<Vec<u8>> {
    let mut head = Vec::with_capacity(HEAD);
    let input: &mut dyn Read = match contents {
        Contents::File(file) => file,
        Contents::Stream(stream) => stream,
    };
    input.take(HEAD as u64).read_to_end(&mut head)?;
    Ok(head)
}
