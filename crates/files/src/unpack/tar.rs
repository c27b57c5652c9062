//! Members of a tar archive, one after the other, from a stream.
//!
//! POSIX.1-2017 pax (`path` and `size` records) and GNU long names; sparse files and links carry no content of their own and
//! are passed over. Headers with a wrong checksum end the reading: what follows cannot be trusted to stand where it should.

use std::io::{self, Read};

use stix::{Place, Problem};

use super::{label, read_problem};

const BLOCK: usize = 512;
/// Longest name or set of pax records that is read.
const RECORD_BYTES: u64 = 64 << 10;

/// Whether a block is a tar header: its checksum says so, which also finds archives from before the magic number.
pub fn is_header(block: &[u8]) -> bool {
    let Some(block) = block.get(..BLOCK) else { return false };
    block.first() != Some(&0) && number(&block[148..156]).is_some_and(|sum| sum == checksum(block))
}

/// The sum of all bytes, with those of the checksum itself as spaces.
fn checksum(block: &[u8]) -> u64 {
    let plain: u64 = block.iter().map(|byte| u64::from(*byte)).sum();
    let own: u64 = block[148..156].iter().map(|byte| u64::from(*byte)).sum();
    plain - own + 8 * u64::from(b' ')
}

/// A number: octal digits, or GNU's binary form for what does not fit.
fn number(field: &[u8]) -> Option<u64> {
    if field.first()? & 0x80 != 0 {
        return field.iter().enumerate().try_fold(0_u64, |value, (at, byte)| {
            let byte = if at == 0 { byte & 0x7f } else { *byte };
            value.checked_mul(256)?.checked_add(u64::from(byte))
        });
    }
    let text = std::str::from_utf8(field).ok()?;
    let digits = text.trim_matches([' ', '\0']);
    if digits.is_empty() {
        return Some(0);
    }
    u64::from_str_radix(digits, 8).ok()
}

/// Reads members in their order.
pub struct Members<R> {
    input: R,
    /// Content of the current member that was not read, and the filling up to a whole block.
    left: u64,
    padding: u64,
    ended: bool,
}

/// One member: a reader of its content.
pub struct Member<'m, R> {
    /// Its name with folders.
    pub name: String,
    members: &'m mut Members<R>,
}

impl<R: Read> Members<R> {
    /// Reads an archive from its first header.
    pub const fn new(input: R) -> Self {
        Self {
            input,
            left: 0,
            padding: 0,
            ended: false,
        }
    }

    /// The next ordinary file; what the last one left unread is passed over. None at the end.
    #[expect(
        clippy::should_implement_trait,
        reason = "a member borrows the archive, which an iterator cannot say"
    )]
    pub fn next(&mut self) -> Result<Option<Member<'_, R>>, Problem> {
        let mut long_name = None;
        let mut pax = Pax::default();
        loop {
            self.pass_over()?;
            let mut block = [0; BLOCK];
            if self.ended || !self.fill(&mut block)? {
                return Ok(None);
            }
            if block.iter().all(|byte| *byte == 0) {
                // Two such blocks end an archive; what stands behind them is filling.
                self.ended = true;
                return Ok(None);
            }
            if !is_header(&block) {
                return Err(bad("a header of the tar archive has a wrong checksum"));
            }
            let size = number(&block[124..136]).ok_or_else(|| bad("a header of the tar archive has no size"))?;
            let kind = block[156];
            let size = pax
                .size
                .filter(|_| !matches!(kind, b'x' | b'g' | b'L' | b'K'))
                .unwrap_or(size);
            self.left = size;
            self.padding = (BLOCK as u64 - size % BLOCK as u64) % BLOCK as u64;
            match kind {
                b'L' => long_name = Some(trimmed(&self.record()?)),
                b'x' => pax.read(&self.record()?),
                // Ordinary files: POSIX, from before POSIX, and contiguous.
                b'0' | 0 | b'7' => {
                    let name = pax.path.take().or(long_name).unwrap_or_else(|| header_name(&block));
                    // Archives from before POSIX mark a directory by its name.
                    if !name.ends_with('/') {
                        return Ok(Some(Member { name, members: self }));
                    }
                    long_name = None;
                    pax = Pax::default();
                }
                // Names of links, records for all that follows: of no use here.
                b'K' | b'g' => {}
                _ => {
                    long_name = None;
                    pax = Pax::default();
                }
            }
        }
    }

    /// Passes over what is left of the current member; fails where the archive is cut off.
    pub fn pass_over(&mut self) -> Result<(), Problem> {
        let most = self.left.saturating_add(self.padding);
        let content = self.left;
        self.left = 0;
        self.padding = 0;
        let passed =
            io::copy(&mut (&mut self.input).take(most), &mut io::sink()).map_err(|error| read_problem(&error))?;
        if passed < content {
            return Err(cut_off());
        }
        Ok(())
    }

    /// Content of a member that is a record for the next one.
    fn record(&mut self) -> Result<Vec<u8>, Problem> {
        let mut bytes = Vec::new();
        let most = self.left.min(RECORD_BYTES);
        (&mut self.input)
            .take(most)
            .read_to_end(&mut bytes)
            .map_err(|error| read_problem(&error))?;
        self.left -= bytes.len() as u64;
        Ok(bytes)
    }

    /// Fills a block; false when the archive ended before it.
    fn fill(&mut self, block: &mut [u8; BLOCK]) -> Result<bool, Problem> {
        let mut at = 0;
        while at < BLOCK {
            match self.input.read(&mut block[at..]) {
                Ok(0) if at == 0 => return Ok(false),
                Ok(0) => return Err(cut_off()),
                Ok(count) => at += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(read_problem(&error)),
            }
        }
        Ok(true)
    }
}

impl<R: Read> Read for Member<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let members = &mut *self.members;
        let most = buffer.len().min(usize::try_from(members.left).unwrap_or(usize::MAX));
        if most == 0 {
            return Ok(0);
        }
        let count = members.input.read(&mut buffer[..most])?;
        if count == 0 {
            return Err(io::Error::other(cut_off()));
        }
        members.left -= count as u64;
        Ok(count)
    }
}

/// What pax records say about the next member.
#[derive(Default)]
struct Pax {
    path: Option<String>,
    size: Option<u64>,
}

impl Pax {
    /// Records of the form `length key=value\n`, the length in decimal and counting itself.
    fn read(&mut self, mut rest: &[u8]) {
        while let Some(space) = rest.iter().position(|byte| *byte == b' ') {
            let length = std::str::from_utf8(&rest[..space])
                .ok()
                .and_then(|text| text.parse::<usize>().ok());
            let Some(length) = length.filter(|length| *length > space && *length <= rest.len()) else {
                return;
            };
            let (record, after) = rest.split_at(length);
            rest = after;
            let record = &record[space + 1..];
            let record = record.strip_suffix(b"\n").unwrap_or(record);
            if let Some(path) = record.strip_prefix(b"path=") {
                self.path = Some(label(path));
            } else if let Some(size) = record.strip_prefix(b"size=") {
                self.size = std::str::from_utf8(size).ok().and_then(|size| size.parse().ok());
            }
        }
    }
}

/// The name in a header: prefix and name, where the format has a prefix.
fn header_name(block: &[u8]) -> String {
    let name = trimmed(&block[..100]);
    // GNU's own format keeps times where POSIX keeps the prefix.
    let posix = &block[257..263] == b"ustar\0";
    let prefix = if posix {
        trimmed(&block[345..500])
    } else {
        String::new()
    };
    if prefix.is_empty() {
        name
    } else {
        format!("{prefix}/{name}")
    }
}

fn trimmed(field: &[u8]) -> String {
    label(field.split(|byte| *byte == 0).next().unwrap_or_default())
}

fn bad(message: &str) -> Problem {
    Problem::error("bad-tar", Place::default(), message).help("the file may be cut off or damaged: fetch it again")
}

fn cut_off() -> Problem {
    bad("the tar archive ends in the middle of a member")
}
