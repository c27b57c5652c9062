//! A reader that stops at the caps, and goes on failing once it failed.

use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use stix::{Place, Problem};

use super::Meter;

/// The first this many bytes may be expanded by any ratio: short text compresses well without bad intent.
const FREE_BYTES: u64 = 1 << 20;

/// Counts what is taken from a reader, for whoever knows the counter.
pub(super) struct Counted<R> {
    inner: R,
    consumed: Arc<AtomicU64>,
}

impl<R> Counted<R> {
    pub fn new(inner: R, consumed: Arc<AtomicU64>) -> Self {
        Self { inner, consumed }
    }
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.consumed.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
}

/// What comes out of a decompressor, under the caps.
pub(super) struct Capped<R> {
    inner: R,
    meter: Arc<Meter>,
    consumed: Arc<AtomicU64>,
    produced: u64,
    name: &'static str,
    /// Decompressors are not asked again after an error: some would say that the content ended well.
    failed: Option<Problem>,
}

impl<R: Read> Capped<R> {
    pub fn new(inner: R, meter: Arc<Meter>, consumed: Arc<AtomicU64>, name: &'static str) -> Self {
        Self {
            inner,
            meter,
            consumed,
            produced: 0,
            name,
            failed: None,
        }
    }

    fn attempt(&mut self, buffer: &mut [u8]) -> Result<usize, Problem> {
        let count = loop {
            match self.inner.read(buffer) {
                Ok(count) => break count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(self.damaged(&error)),
            }
        };
        self.produced += count as u64;
        self.meter.decompressed(count as u64)?;
        let expansion = self.meter.caps().expansion;
        let consumed = self.consumed.load(Ordering::Relaxed);
        if self.produced > FREE_BYTES.saturating_add(consumed.saturating_mul(expansion)) {
            let message = format!(
                "the {} data expands more than {expansion} times, the limit, as a decompression bomb does",
                self.name
            );
            return Err(Problem::error("expands-too-much", Place::default(), message)
                .help("unpack it yourself if you trust it, or raise the limit"));
        }
        Ok(count)
    }

    fn damaged(&self, error: &io::Error) -> Problem {
        if let Some(problem) = error.get_ref().and_then(|inner| inner.downcast_ref::<Problem>()) {
            return problem.clone();
        }
        let message = format!("the {} data is damaged or cut off: {error}", self.name);
        Problem::error("bad-compression", Place::default(), message).help("fetch the file again")
    }
}

impl<R: Read> Read for Capped<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if let Some(problem) = &self.failed {
            return Err(io::Error::other(problem.clone()));
        }
        self.attempt(buffer).map_err(|problem| {
            self.failed = Some(problem.clone());
            io::Error::other(problem)
        })
    }
}
