//! Compressed streams: gzip, zstd, xz, bzip2.

use std::io::{self, BufRead, BufReader, Read};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use bzip2::bufread::MultiBzDecoder;
use flate2::bufread::MultiGzDecoder;
use lzma_rust2::XzReader;
use ruzstd::decoding::{FrameDecoder, StreamingDecoder};

use super::capped::{Capped, Counted};
use super::{Meter, Wrapping, label};

/// Largest window a zstd frame may ask for, and about the most that an xz block may.
const WINDOW: u64 = 128 << 20;
const BUFFER: usize = 64 << 10;

type Input<R> = BufReader<Counted<R>>;

/// What is inside a compressed stream.
pub struct Unpacked<R: Read>(Capped<Stream<Input<R>>>);

impl<R: Read> Read for Unpacked<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer)
    }
}

/// Opens a compressed stream. None for tar and zip, which hold members instead.
pub fn open<R: Read>(wrapping: Wrapping, input: R, meter: &Arc<Meter>) -> Option<Unpacked<R>> {
    let consumed = Arc::new(AtomicU64::new(0));
    let input = BufReader::with_capacity(BUFFER, Counted::new(input, Arc::clone(&consumed)));
    let stream = match wrapping {
        Wrapping::Gzip => Stream::Gzip(Box::new(MultiGzDecoder::new(input))),
        Wrapping::Zstd => Stream::Zstd(ZstdFrames::Between(input)),
        Wrapping::Xz => Stream::Xz(Box::new(XzReader::new_mem_limit(input, true, (WINDOW >> 10) as u32))),
        Wrapping::Bzip2 => Stream::Bzip2(MultiBzDecoder::new(input)),
        Wrapping::Tar | Wrapping::Zip => return None,
    };
    Some(Unpacked(Capped::new(
        stream,
        Arc::clone(meter),
        consumed,
        wrapping.as_str(),
    )))
}

/// The name that gzip keeps of what it compressed, from its first bytes (RFC 1952 section 2.3).
pub fn gzip_name(head: &[u8]) -> Option<String> {
    let flags = *head.get(3)?;
    let mut rest = head.get(10..)?;
    if flags & 4 != 0 {
        let length = u16::from_le_bytes(rest.get(..2)?.try_into().ok()?);
        rest = rest.get(2 + usize::from(length)..)?;
    }
    if flags & 8 == 0 {
        return None;
    }
    let end = rest.iter().position(|byte| *byte == 0)?;
    let name = label(rest.get(..end)?);
    // Some writers keep the whole path; only its end is a name.
    let name = name.rsplit(['/', '\\']).next().unwrap_or_default();
    (!name.is_empty()).then(|| name.to_owned())
}

enum Stream<R: BufRead> {
    Gzip(Box<MultiGzDecoder<R>>),
    Zstd(ZstdFrames<R>),
    Xz(Box<XzReader<R>>),
    Bzip2(MultiBzDecoder<R>),
}

impl<R: BufRead> Read for Stream<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Gzip(stream) => stream.read(buffer),
            Self::Zstd(stream) => stream.read(buffer),
            Self::Xz(stream) => stream.read(buffer),
            Self::Bzip2(stream) => stream.read(buffer),
        }
    }
}

/// Reads zstd frames one after the other, as the command-line tool does.
enum ZstdFrames<R: BufRead> {
    Between(R),
    Within(Box<StreamingDecoder<R, FrameDecoder>>),
    Done,
}

impl<R: BufRead> Read for ZstdFrames<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        loop {
            match std::mem::replace(self, Self::Done) {
                Self::Done => return Ok(0),
                Self::Between(mut input) => {
                    if input.fill_buf()?.is_empty() {
                        return Ok(0);
                    }
                    let decoder = StreamingDecoder::new_with_max_window_size(input, WINDOW)
                        .map_err(|error| io::Error::other(error.to_string()))?;
                    *self = Self::Within(Box::new(decoder));
                }
                Self::Within(mut decoder) => {
                    let count = decoder.read(buffer)?;
                    if count > 0 {
                        *self = Self::Within(decoder);
                        return Ok(count);
                    }
                    *self = Self::Between(decoder.into_inner());
                }
            }
        }
    }
}
