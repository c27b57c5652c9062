//! Reading what a form with files sends (multipart/form-data, RFC 7578): fields and files, bounded, each known.

use bytes::Bytes;
use http::StatusCode;
use http::header::CONTENT_TYPE;
use multer::Multipart;

use crate::asked::Asked;
use crate::problem::Fault;
use crate::query::bad;

/// A file that was chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Uploaded {
    /// The field in which it came.
    pub field: String,
    /// Its name there.
    pub name: String,
    /// Its content.
    pub content: Bytes,
}

/// Fields and files of a form.
#[derive(Debug, Default)]
pub struct Upload {
    fields: Vec<(String, String)>,
    files: Vec<Uploaded>,
}

impl Upload {
    /// Reads the body of a request that may have these fields and files and no others, of at most `most` bytes together.
    pub async fn read(asked: &mut Asked, known: &[&str], files: &[&str], most: usize) -> Result<Self, Fault> {
        let kind = asked.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let boundary = kind.and_then(|kind| multer::parse_boundary(kind).ok()).ok_or_else(|| {
            let message = "send a form with files: 'Content-Type: multipart/form-data'";
            Fault::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported-media-type", message)
        })?;
        let body = asked.take_body_up_to(most).await?;
        let once = futures_util::stream::once(async { Ok::<_, std::convert::Infallible>(body) });
        let mut parts = Multipart::new(once, boundary);
        let broken = |_| bad("bad-form", "the form is no good multipart/form-data: send it again");
        let mut read = Self::default();
        while let Some(part) = parts.next_field().await.map_err(broken)? {
            let field = part.name().unwrap_or_default().to_owned();
            if files.contains(&field.as_str()) {
                let name = part.file_name().unwrap_or_default().to_owned();
                let content = part.bytes().await.map_err(broken)?;
                // A field of files in which none was chosen comes with one that is empty.
                if !(name.is_empty() && content.is_empty()) {
                    read.files.push(Uploaded { field, name, content });
                }
            } else if known.contains(&field.as_str()) {
                let text = part.bytes().await.map_err(broken)?;
                let text = std::str::from_utf8(&text).map_err(|_| bad("bad-form", "the form is not UTF-8"))?;
                read.fields.push((field, text.to_owned()));
            } else {
                let name: String = field.chars().take(64).collect();
                return Err(bad("unknown-field", format!("there is no field '{name}' in this form")));
            }
        }
        Ok(read)
    }

    /// A field as it was sent; empty where it was not.
    pub fn text(&self, name: &str) -> &str {
        let found = self.fields.iter().find(|(found, _)| found == name);
        found.map_or("", |(_, value)| value.as_str())
    }

    /// The files, in order.
    pub fn files(&self) -> &[Uploaded] {
        &self.files
    }
}
