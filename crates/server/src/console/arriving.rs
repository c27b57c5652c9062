//! A form with a large file, read as it arrives: the fields before the file, then the file piece by piece, never whole.

use std::io::{self, Read};

use bytes::{Buf as _, Bytes};
use http::header::CONTENT_TYPE;
use multer::{Field, Multipart};
use tokio::sync::mpsc;

use crate::asked::Asked;
use crate::problem::Fault;
use crate::query::bad;

/// Bytes of the fields that are no file, together.
const FIELDS_MOST: usize = 6 << 20;
/// Pieces that wait between the network and who reads.
const WAITING: usize = 16;
/// What of a file that is too long is read and thrown away, so that a browser that reads only after writing gets the answer.
const DRAINED: usize = 16 << 20;

/// Whether a form comes in parts, as those with files do.
pub(super) fn is_multipart(asked: &Asked) -> bool {
    let kind = asked.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    kind.is_some_and(|kind| kind.starts_with("multipart/form-data"))
}

fn broken(error: multer::Error) -> Fault {
    bad("bad-form", format!("the form is not whole: {error}"))
}

/// A form of which everything before its file was read.
pub(super) struct Arriving {
    fields: Vec<(String, String)>,
    /// The file, with the piece that was read to see whether there is one.
    file: Option<(Field<'static>, Bytes)>,
    most: usize,
}

impl Arriving {
    /// Reads up to the file: a field named `file`, of which `most` bytes are looked at.
    pub async fn of(asked: &mut Asked, known: &[&str], file: &str, most: usize) -> Result<Self, Fault> {
        let kind = asked.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let boundary = multer::parse_boundary(kind.unwrap_or_default()).map_err(broken)?;
        let body = asked.stream_body(most + DRAINED + FIELDS_MOST, FIELDS_MOST).await?;
        let mut parts = Multipart::new(body, boundary);
        let mut upload = Self {
            fields: Vec::new(),
            file: None,
            most,
        };
        let mut room = FIELDS_MOST;
        while let Some(mut part) = parts.next_field().await.map_err(broken)? {
            let name = part.name().unwrap_or_default().to_owned();
            if name == file {
                let mut first = part.chunk().await.map_err(broken)?;
                while first.as_ref().is_some_and(Bytes::is_empty) {
                    first = part.chunk().await.map_err(broken)?;
                }
                // A browser sends a field without a file as an empty one.
                match first {
                    Some(first) => upload.file = Some((part, first)),
                    None => continue,
                }
                break;
            }
            if !known.contains(&name.as_str()) {
                let name: String = name.chars().take(64).collect();
                return Err(bad("unknown-field", format!("there is no field '{name}' in this form")));
            }
            let mut value = Vec::new();
            while let Some(piece) = part.chunk().await.map_err(broken)? {
                room = room.checked_sub(piece.len()).ok_or_else(|| {
                    let message = format!("more than {} MiB were pasted: send it as a file", FIELDS_MOST >> 20);
                    bad("too-large", message)
                })?;
                value.extend_from_slice(&piece);
            }
            let value = String::from_utf8(value).map_err(|_| bad("bad-form", "the form is not UTF-8"))?;
            upload.fields.push((name, value));
        }
        Ok(upload)
    }

    /// A field that came before the file; empty where it did not.
    pub fn text(&self, name: &str) -> &str {
        let found = self.fields.iter().find(|(found, _)| found == name);
        found.map_or("", |(_, value)| value.as_str())
    }

    /// The file: a reader for where blocking is allowed, and what feeds it, which has to be waited for at the same time and
    /// says whether the file was longer than is looked at.
    pub fn file(&mut self) -> Option<(Pieces, impl Future<Output = bool> + Send + use<>)> {
        let (field, first) = self.file.take()?;
        let (sender, receiver) = mpsc::channel(WAITING);
        let pieces = Pieces {
            receiver,
            rest: Bytes::new(),
        };
        Some((pieces, feed(field, first, sender, self.most)))
    }
}

async fn feed(mut field: Field<'static>, first: Bytes, sender: mpsc::Sender<io::Result<Bytes>>, most: usize) -> bool {
    let (mut left, mut drained) = (most, 0);
    let mut sender = Some(sender);
    let mut next = Some(first);
    let mut is_cut = false;
    while let Some(mut piece) = next {
        if piece.len() > left {
            is_cut = true;
            drained += piece.len() - left;
            piece.truncate(left);
        }
        left -= piece.len();
        let gone = match &sender {
            Some(open) if !piece.is_empty() => open.send(Ok(piece)).await.is_err(),
            _ => false,
        };
        if gone || is_cut {
            // Who reads has enough: it must not wait for more, and the browser must come to its end.
            sender = None;
        }
        if drained > DRAINED {
            return is_cut;
        }
        next = match field.chunk().await {
            Ok(next) => next,
            Err(error) => {
                if let Some(open) = &sender {
                    let _ = open.send(Err(io::Error::other(error.to_string()))).await;
                }
                None
            }
        };
        if sender.is_none() && !is_cut {
            drained += next.as_ref().map_or(0, Bytes::len);
        }
    }
    is_cut
}

/// What arrives, as a reader. Reading waits: it is for threads that may.
pub(super) struct Pieces {
    receiver: mpsc::Receiver<io::Result<Bytes>>,
    rest: Bytes,
}

impl Read for Pieces {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.rest.is_empty() {
            match self.receiver.blocking_recv() {
                Some(piece) => self.rest = piece?,
                None => return Ok(0),
            }
        }
        let many = self.rest.len().min(buffer.len());
        self.rest.copy_to_slice(&mut buffer[..many]);
        Ok(many)
    }
}
