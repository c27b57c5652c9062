//! The only place of this room that touches decompressors, each under the caps of [`Limits`].

use std::io::{self, BufRead, BufReader, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bzip2::bufread::MultiBzDecoder;
use flate2::bufread::MultiGzDecoder;
use liblzma::bufread::XzDecoder;
use liblzma::stream::{CONCATENATED, Stream};
use stix::{Place, Problem};

use super::Limits;
use super::packing::Packing;

/// The first this many bytes may be expanded by any ratio: a short log of one repeated line is no bomb.
const FREE_BYTES: u64 = 64 << 20;

/// Largest memory an xz stream may ask for; `xz -9` asks for 65 MiB.
const XZ_MEMORY: u64 = 128 << 20;

/// Largest window a zstd frame may ask for, as a power of two: 128 MiB, what the command-line tool takes unasked.
const ZSTD_WINDOW_LOG: u32 = 27;

/// How much is read ahead of a decompressor.
const AHEAD_BYTES: usize = 256 << 10;

/// Undoes one layer. The outermost counts the stored bytes, against which the expansion of every layer is held.
pub(super) fn layer(
    packing: Packing,
    input: Box<dyn Read + Send>,
    outermost: bool,
    stored: &Arc<AtomicU64>,
    limits: Limits,
) -> io::Result<Box<dyn Read + Send>> {
    let counted = Counted {
        inner: input,
        stored: outermost.then(|| Arc::clone(stored)),
    };
    let inner = decoder(packing, BufReader::with_capacity(AHEAD_BYTES, counted))?;
    Ok(Box::new(Capped {
        inner,
        limits,
        stored: Arc::clone(stored),
        produced: 0,
        ended: false,
        name: packing.name(),
    }))
}

/// Each reads all members, frames or streams one after the other, as the command-line tools do.
fn decoder(packing: Packing, input: impl BufRead + Send + 'static) -> io::Result<Box<dyn Read + Send>> {
    Ok(match packing {
        Packing::Gzip => Box::new(MultiGzDecoder::new(input)),
        Packing::Zstd => {
            let mut frames = zstd::stream::read::Decoder::with_buffer(input)?;
            frames.window_log_max(ZSTD_WINDOW_LOG)?;
            Box::new(frames)
        }
        Packing::Xz => Box::new(XzDecoder::new_stream(
            input,
            Stream::new_stream_decoder(XZ_MEMORY, CONCATENATED)?,
        )),
        Packing::Bzip2 => Box::new(MultiBzDecoder::new(input)),
    })
}

struct Counted<R> {
    inner: R,
    stored: Option<Arc<AtomicU64>>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        if let Some(stored) = &self.stored {
            stored.fetch_add(count as u64, Ordering::Relaxed);
        }
        Ok(count)
    }
}

struct Capped {
    inner: Box<dyn Read + Send>,
    limits: Limits,
    stored: Arc<AtomicU64>,
    produced: u64,
    /// After an error there is nothing more: what a decompressor would still give is not to be trusted.
    ended: bool,
    name: &'static str,
}

impl Capped {
    fn broken(&self, error: io::Error) -> io::Error {
        if error.get_ref().is_some_and(|inner| inner.is::<Problem>()) {
            return error;
        }
        let problem = if error.kind() == io::ErrorKind::UnexpectedEof {
            let message = format!(
                "the {} data is cut off: it ends after {} bytes of content, which were read",
                self.name, self.produced
            );
            Problem::error("cut-off", Place::default(), message)
                .help("fetch the file again, or wait until its writer has finished it")
        } else {
            let message = format!(
                "the {} data is damaged after {} bytes of content, which were read: {error}",
                self.name, self.produced
            );
            Problem::error("bad-compression", Place::default(), message).help("fetch the file again")
        };
        io::Error::other(problem)
    }

    /// Whether what came out so far is within the limits.
    fn check(&self) -> Result<(), Problem> {
        if self.produced > self.limits.decompressed_bytes {
            let message = format!(
                "the file is larger than {} bytes when unpacked, the limit",
                self.limits.decompressed_bytes
            );
            return Err(Problem::error("unpacked-too-large", Place::default(), message)
                .help("split it, or unpack it yourself and read what is inside"));
        }
        let stored = self.stored.load(Ordering::Relaxed);
        if self.produced > FREE_BYTES.saturating_add(stored.saturating_mul(self.limits.expansion)) {
            let message = format!(
                "the {} data expands more than {} times, the limit, as a decompression bomb does",
                self.name, self.limits.expansion
            );
            return Err(Problem::error("expands-too-much", Place::default(), message)
                .help("unpack it yourself if you trust it, and read what is inside"));
        }
        Ok(())
    }
}

impl Read for Capped {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.ended {
            return Ok(0);
        }
        let outcome = match self.inner.read(buffer) {
            Ok(count) => {
                self.produced += count as u64;
                self.check().map(|()| count).map_err(io::Error::other)
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => return Err(error),
            Err(error) => Err(self.broken(error)),
        };
        self.ended = outcome.is_err();
        outcome
    }
}
