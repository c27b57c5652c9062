//! Reading what a form sends: names and values, bounded, each known; and files, where the form has some.

use bytes::Bytes;
use futures_util::stream;
use http::StatusCode;
use http::header::CONTENT_TYPE;

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

fn broken(error: multer::Error) -> Fault {
    bad("bad-form", format!("the form is not whole: {error}"))
}

impl Form {
    /// Reads the body of a request that may have these fields and no others.
    pub async fn read(asked: &mut Asked, known: &[&str]) -> Result<Self, Fault> {
        Self::read_any(asked).await?.known(known)
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
    /// others (multipart/form-data, RFC 7578).
    pub async fn read_with_files(asked: &mut Asked, known: &[&str], files: &str, most: usize) -> Result<Self, Fault> {
        let boundary = multer::parse_boundary(kind(asked));
        let boundary = boundary.map_err(|_| unsupported("send a form: 'Content-Type: multipart/form-data'"))?;
        let body = asked.take_body_up_to(most).await?;
        let whole = stream::iter([Ok::<_, std::convert::Infallible>(body)]);
        let mut parts = multer::Multipart::new(whole, boundary);
        let mut form = Self::default();
        let mut count = 0;
        while let Some(part) = parts.next_field().await.map_err(broken)? {
            count += 1;
            if count > PARTS {
                return Err(bad("bad-form", format!("the form has more than {PARTS} fields")));
            }
            let field = part.name().unwrap_or_default().to_owned();
            let name = label(part.file_name().unwrap_or_default());
            let content = part.bytes().await.map_err(broken)?;
            if field != files {
                let text = std::str::from_utf8(&content).map_err(|_| bad("bad-form", "the form is not UTF-8"))?;
                form.fields.push((field, text.to_owned()));
            } else if !(name.is_empty() && content.is_empty()) {
                // A field of files in which none was chosen comes with one that is empty and has no name.
                form.files.push(Chosen { name, content });
            }
        }
        form.known(known)
    }

    fn known(self, known: &[&str]) -> Result<Self, Fault> {
        match self.fields.iter().find(|(name, _)| !known.contains(&name.as_str())) {
            None => Ok(self),
            Some((name, _)) => {
                let name: String = name.chars().take(64).collect();
                Err(bad("unknown-field", format!("there is no field '{name}' in this form")))
            }
        }
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
