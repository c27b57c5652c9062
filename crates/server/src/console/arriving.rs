//! A form with a large file, read as it arrives: the fields before the file, then the file piece by piece, never whole.

use std::io::{self, Read};

use bytes::{Buf as _, Bytes};
use multer::Field;
use tokio::sync::mpsc;

use super::form::{Form, Parts, boundary};
use crate::asked::Asked;
use crate::problem::Fault;

/// Bytes of the fields that are no file, together.
const FIELDS_MOST: usize = 6 << 20;
/// Pieces that wait between the network and who reads.
const WAITING: usize = 16;
/// What of a file that is too long is read and thrown away, so that a browser that reads only after writing gets the answer.
const DRAINED: usize = 16 << 20;

/// A form of which everything before its file was read.
pub(super) struct Arriving {
    /// The fields that came before the file.
    pub form: Form,
    /// The file, with the piece that was read to see whether there is one.
    file: Option<(Field<'static>, Bytes)>,
    most: usize,
}

impl Arriving {
    /// Reads up to the file: a field named `file`, of which `most` bytes are looked at.
    pub async fn of(asked: &mut Asked, known: &[&str], file: &str, most: usize) -> Result<Self, Fault> {
        let boundary = boundary(asked)?;
        let body = asked.stream_body(most + DRAINED + FIELDS_MOST, FIELDS_MOST).await?;
        let mut parts = Parts::of(body, boundary, known, file, FIELDS_MOST);
        let mut form = Form::default();
        let mut found = None;
        while let Some((field, first)) = parts.next_file(&mut form).await? {
            // A file without content is none; the fields behind it are read.
            if !first.is_empty() {
                found = Some((field, first));
                break;
            }
        }
        Ok(Self {
            form,
            file: found,
            most,
        })
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
