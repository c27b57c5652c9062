//! Logs at rest, wherever they lie: the files of a disk, the objects of a bucket.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use stix::{Place, Problem, Timestamp};

use crate::open::{open_at_rest, unopened, walk};
#[cfg(feature = "s3")]
use crate::s3::{Bucket, Object};
use crate::spec::SourceSpec;

/// Tells the time, by which requests are signed.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// A log at rest, which can be opened as often as it takes.
#[derive(Debug)]
pub struct Resting {
    /// What to call it: its path, or `s3://bucket/key`.
    pub name: String,
    /// Bytes as they are stored.
    pub size: u64,
    /// Says whether it is still the same; none where nobody keeps such a word, as of files.
    pub version: Option<String>,
    at: At,
}

#[derive(Debug)]
enum At {
    File(PathBuf),
    #[cfg(feature = "s3")]
    Object {
        bucket: Bucket,
        key: String,
    },
}

/// What a log may be kept under by somebody who remembers something of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept<'a> {
    /// Beside its file, or under the path of it.
    Path(&'a Path),
    /// Under an address: there is nothing to put beside it.
    Address(&'a str),
}

/// The bytes of a log at rest, unpacked.
pub enum Contents {
    /// A file that is not packed: any place of it can be read.
    File(File),
    /// To be read from its beginning. An error carries a [`Problem`], see [`read_problem`](crate::read_problem).
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

impl Resting {
    fn file(path: PathBuf) -> Result<Self, Problem> {
        let name = path.display().to_string();
        let size = std::fs::metadata(&path).map_err(|error| unopened(&name, &error))?.len();
        Ok(Self {
            name,
            size,
            version: None,
            at: At::File(path),
        })
    }

    #[cfg(feature = "s3")]
    fn object(bucket: &Bucket, object: Object) -> Self {
        Self {
            name: bucket.address(&object.key),
            size: object.size,
            version: Some(object.tag).filter(|tag| !tag.is_empty()),
            at: At::Object {
                bucket: bucket.clone(),
                key: object.key,
            },
        }
    }

    /// The log from its beginning, unpacked. Until then nothing of it is open.
    pub fn open(&self) -> Result<Contents, Problem> {
        match &self.at {
            At::File(path) => open_at_rest(path),
            #[cfg(feature = "s3")]
            At::Object { bucket, key } => bucket
                .open_version(key, self.version.as_deref(), crate::Limits::default())
                .map(|opened| Contents::Stream(opened.input)),
        }
    }

    /// What it may be kept under.
    pub fn kept(&self) -> Kept<'_> {
        match &self.at {
            At::File(path) => Kept::Path(path),
            #[cfg(feature = "s3")]
            At::Object { .. } => Kept::Address(&self.name),
        }
    }
}

impl SourceSpec {
    /// The logs at rest under an address, one after the other: those of a directory by their names, of a bucket by their keys.
    /// Opens connections and waits for them, so that no task of a runtime may ask for them.
    ///
    /// # Errors
    /// When it is a stream, which has no past, or what it says of credentials and endpoint cannot be used.
    #[cfg_attr(not(feature = "s3"), allow(unused_variables))]
    pub fn logs(self, clock: Clock) -> Result<Box<dyn Iterator<Item = Result<Resting, Problem>>>, Problem> {
        match self {
            Self::File(path) => Ok(Box::new(walk([path]).map(|file| file.and_then(Resting::file)))),
            #[cfg(feature = "s3")]
            spec @ Self::S3 { .. } => {
                let (bucket, prefix) = spec.bucket(clock)?;
                let listed = bucket.list(&prefix);
                // What some programs put there to show folders holds nothing.
                let logs = listed.filter(|object| !object.as_ref().is_ok_and(|object| object.key.ends_with('/')));
                Ok(Box::new(logs.map(move |object| {
                    object.map(|object| Resting::object(&bucket, object))
                })))
            }
            stream => Err(Problem::error(
                "no-past",
                Place::default(),
                format!("'{stream}' is a stream, which has no past"),
            )
            .help("'commonwatch match' watches streams; a hunt reads files and object storage")),
        }
    }
}
