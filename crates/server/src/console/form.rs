//! Reading what a form sends: names and values, bounded, each known; and files, where the form has some.

use std::io;

use bytes::Bytes;
use futures_util::stream::{self, Stream};
use http::StatusCode;
use http::header::CONTENT_TYPE;
use multer::{Field, Multipart};

use crate::asked::Asked;
use crate::problem::Fault;
use crate::query::{Plus, bad, pairs};

/// Parts of a form with files; what has more is no form of ours.
const PARTS: usize = 2_000;
/// Characters of the name of a file that are kept.
const NAME: usize = 200;

/// Names and values of a form.
#[derive(Debug, Default)]
pub struct Form {
    fields: Vec<(String, String)>,
    files: Vec<Chosen>,
}

/// A file that was chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chosen {
    /// Its name, to be shown and nothing else: no path, no control characters.
    pub name: String,
    /// Its content.
    pub content: Bytes,
}

fn label(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    last.chars().filter(|one| !one.is_control()).take(NAME).collect()
}

fn kind(asked: &Asked) -> &str {
    let kind = asked.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    kind.unwrap_or_default()
}

fn unsupported(message: &str) -> Fault {
    Fault::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported-media-type", message)
}

/// Why a form in parts cannot be read on.
pub(super) fn broken(error: multer::Error) -> Fault {
    bad("bad-form", format!("the form is not whole: {error}"))
}

/// What stands between the parts of a form.
pub(super) fn boundary(asked: &Asked) -> Result<String, Fault> {
    multer::parse_boundary(kind(asked)).map_err(|_| unsupported("send a form: 'Content-Type: multipart/form-data'"))
}

/// Whether a form comes in parts, as those with files do.
pub(super) fn is_multipart(asked: &Asked) -> bool {
    kind(asked).starts_with("multipart/form-data")
}

fn must_be_known(name: &str, known: &[&str]) -> Result<(), Fault> {
    if known.contains(&name) {
        return Ok(());
    }
    let name: String = name.chars().take(64).collect();
    Err(bad("unknown-field", format!("there is no field '{name}' in this form")))
}

/// The parts of a form, in order (multipart/form-data, RFC 7578): the one place that reads them, held as a whole or as they
/// arrive.
pub(super) struct Parts<'k> {
    parts: Multipart<'static>,
    known: &'k [&'k str],
    file: &'k str,
    count: usize,
    /// Bytes that fields may still have.
    room: usize,
    most: usize,
}

impl<'k> Parts<'k> {
    /// Of a body: fields of these names, of `most` bytes together, and files in the field `file`.
    pub fn of<S>(body: S, boundary: String, known: &'k [&'k str], file: &'k str, most: usize) -> Self
    where
        S: Stream<Item = io::Result<Bytes>> + Send + 'static,
    {
        Self {
            parts: Multipart::new(body, boundary),
            known,
            file,
            count: 0,
            room: most,
            most,
        }
    }

    /// Reads fields into the form until a file begins; gives it with its first piece, which is empty where the file is.
    pub async fn next_file(&mut self, form: &mut Form) -> Result<Option<(Field<'static>, Bytes)>, Fault> {
        while let Some(mut part) = self.parts.next_field().await.map_err(broken)? {
            self.count += 1;
            if self.count > PARTS {
                return Err(bad("bad-form", format!("the form has more than {PARTS} fields")));
            }
            let name = part.name().unwrap_or_default().to_owned();
            if name == self.file {
                let mut first = part.chunk().await.map_err(broken)?;
                while first.as_ref().is_some_and(Bytes::is_empty) {
                    first = part.chunk().await.map_err(broken)?;
                }
                // A field of files in which none was chosen comes with one that is empty and has no name.
                if first.is_some() || part.file_name().is_some_and(|name| !name.is_empty()) {
                    return Ok(Some((part, first.unwrap_or_default())));
                }
                continue;
            }
            must_be_known(&name, self.known)?;
            let mut value = Vec::new();
            while let Some(piece) = part.chunk().await.map_err(broken)? {
                self.room = self.room.checked_sub(piece.len()).ok_or_else(|| {
                    let message = format!("more than {} MiB were pasted: send it as a file", self.most >> 20);
                    bad("too-large", message)
                })?;
                value.extend_from_slice(&piece);
            }
            let value = String::from_utf8(value).map_err(|_| bad("bad-form", "the form is not UTF-8"))?;
            form.fields.push((name, value));
        }
        Ok(None)
    }
}

impl Form {
    /// Reads the body of a request that may have these fields and no others.
    pub async fn read(asked: &mut Asked, known: &[&str]) -> Result<Self, Fault> {
        let form = Self::read_any(asked).await?;
        form.fields
            .iter()
            .try_for_each(|(name, _)| must_be_known(name, known))?;
        Ok(form)
    }

    /// The same of one that may have fields of its sender's own.
    pub async fn read_any(asked: &mut Asked) -> Result<Self, Fault> {
        if !kind(asked).starts_with("application/x-www-form-urlencoded") {
            return Err(unsupported(
                "send a form: 'Content-Type: application/x-www-form-urlencoded'",
            ));
        }
        let body = asked.take_body().await?;
        let text = std::str::from_utf8(&body).map_err(|_| bad("bad-form", "the form is not UTF-8"))?;
        Ok(Self {
            fields: pairs(text, Plus::Space)?,
            files: Vec::new(),
        })
    }

    /// The same of a form that may have one file beside its fields.
    pub async fn read_with_file(asked: &mut Asked, known: &[&str], file: &str) -> Result<Self, Fault> {
        if kind(asked).starts_with("application/x-www-form-urlencoded") {
            return Self::read(asked, known).await;
        }
        let most = asked.node().settings().request_bytes;
        let mut form = Self::read_with_files(asked, known, file, most).await?;
        form.files.retain(|file| !file.content.is_empty());
        match form.files.len() {
            0 | 1 => Ok(form),
            _ => Err(bad("two-files", "choose one file at a time")),
        }
    }

    /// Reads the body of a request, of at most `most` bytes, that may have these fields, files in the field `files`, and no
    /// others.
    pub async fn read_with_files(asked: &mut Asked, known: &[&str], files: &str, most: usize) -> Result<Self, Fault> {
        let boundary = boundary(asked)?;
        let body = asked.take_body_up_to(most).await?;
        let whole = stream::iter([Ok::<_, io::Error>(body)]);
        let mut parts = Parts::of(whole, boundary, known, files, most);
        let mut form = Self::default();
        while let Some((field, first)) = parts.next_file(&mut form).await? {
            let name = label(field.file_name().unwrap_or_default());
            // The first piece again in front of the rest: of a form that is held as a whole it is mostly all of it.
            let rest = field.bytes().await.map_err(broken)?;
            let content = match rest.is_empty() {
                true => first,
                false => [first, rest].concat().into(),
            };
            form.files.push(Chosen { name, content });
        }
        Ok(form)
    }

    /// A field as it was sent; empty where it was not.
    pub fn text(&self, name: &str) -> &str {
        let found = self.fields.iter().find(|(found, _)| found == name);
        found.map_or("", |(_, value)| value.as_str())
    }

    /// A field without the white space around it; none where nothing is left.
    pub fn maybe(&self, name: &str) -> Option<&str> {
        Some(self.text(name).trim()).filter(|text| !text.is_empty())
    }

    /// Every value of a field that may be there several times.
    pub fn all<'f>(&'f self, name: &'f str) -> impl Iterator<Item = &'f str> {
        let of = move |(found, _): &&(String, String)| found == name;
        self.fields.iter().filter(of).map(|(_, value)| value.as_str())
    }

    /// Whether a box is ticked.
    pub fn is_ticked(&self, name: &str) -> bool {
        !self.text(name).is_empty()
    }

    /// The file that was chosen: its name, and its content.
    pub fn file(&self) -> Option<(&str, &[u8])> {
        self.files
            .first()
            .map(|file| (file.name.as_str(), file.content.as_ref()))
    }

    /// The files that were chosen, in order.
    pub fn files(&self) -> &[Chosen] {
        &self.files
    }
}
