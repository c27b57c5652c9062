//! What came back: status, headers, and a body that is held in memory up to a few MiB only.

use std::io::{self, Read, Seek, SeekFrom, Write};

use reqwest::header::{CONTENT_TYPE, HeaderMap};
use tempfile::SpooledTempFile;

use super::failure::{Failure, FailureKind};

/// Bytes of an answer that stay in memory; more goes to a temporary file without a name.
const IN_MEMORY: usize = 4 << 20;

/// The body of an answer, to be read from its beginning.
pub struct Body(SpooledTempFile);

impl Body {
    /// An empty body that grows as it is written.
    pub(crate) fn new() -> Self {
        Self(SpooledTempFile::new(IN_MEMORY))
    }

    /// Goes back to the beginning.
    ///
    /// # Errors
    /// When the temporary file is gone.
    pub fn rewind(&mut self) -> Result<(), Failure> {
        self.0
            .seek(SeekFrom::Start(0))
            .map(|_| ())
            .map_err(|error| spool_failed(&error))
    }
}

impl Write for Body {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

impl Read for Body {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer)
    }
}

pub(super) fn spool_failed(error: &io::Error) -> Failure {
    let advice = "is there room in the folder for temporary files?";
    Failure::new(
        FailureKind::Settings,
        format!("the temporary file for the answer cannot be used: {error}; {advice}"),
    )
}

/// What the other side answered: success, or 304.
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body, at its beginning.
    pub body: Body,
    /// Bytes of the body.
    pub bytes: u64,
    /// Why the body is not complete, where it is not: what came before is there.
    pub broken: Option<Failure>,
}

impl Answer {
    /// A header as text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// Reads the body as JSON; whatever the reader does not ask for is skipped without being held.
    ///
    /// # Errors
    /// When it is not the JSON that was asked for; `what` names it.
    pub async fn json<T: serde::de::DeserializeOwned + Send + 'static>(&mut self, what: &str) -> Result<T, Failure> {
        let mut body = std::mem::replace(&mut self.body, Body::new());
        // A page of a hundred megabytes takes a while; meanwhile others are served.
        let reading = tokio::task::spawn_blocking(move || {
            body.rewind()?;
            let read = serde_json::from_reader(io::BufReader::new(&mut body));
            body.rewind()?;
            Ok((read, body))
        });
        let outcome = reading
            .await
            .map_err(|error| Failure::content(format!("the reading broke off: {error}")))?;
        let (read, body): (Result<T, serde_json::Error>, Body) = outcome?;
        self.body = body;
        read.map_err(|error| {
            let web_page = self
                .header(CONTENT_TYPE.as_str())
                .is_some_and(|text| text.starts_with("text/html"));
            let advice = if web_page {
                "it is a web page: check the address"
            } else {
                "check the address and the kind"
            };
            Failure::content(format!("the answer is not {what} ({error}); {advice}"))
        })
    }
}
