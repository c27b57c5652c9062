//! Text encodings: takes a byte order mark off, turns UTF-16 into UTF-8, names the byte where a text is neither.

use std::io::{self, Cursor, Read};

use stix::{Place, Problem};

#[derive(Clone, Copy, PartialEq)]
enum Wide {
    LittleEndian,
    BigEndian,
}

fn wide(head: &[u8]) -> Option<(Wide, usize)> {
    match head {
        [0xff, 0xfe, ..] => Some((Wide::LittleEndian, 2)),
        [0xfe, 0xff, ..] => Some((Wide::BigEndian, 2)),
        // No mark, but ASCII with every second byte zero, as Windows tools write it.
        [first, 0, second, 0, ..] if is_ascii(*first) && is_ascii(*second) => Some((Wide::LittleEndian, 0)),
        [0, first, 0, second, ..] if is_ascii(*first) && is_ascii(*second) => Some((Wide::BigEndian, 0)),
        _ => None,
    }
}

fn is_ascii(byte: u8) -> bool {
    matches!(byte, b'\t' | b'\r' | b'\n' | b' '..=b'~')
}

/// Whether a text is in UTF-16.
pub(crate) fn is_wide(head: &[u8]) -> bool {
    wide(head).is_some()
}

/// Gives the text in UTF-8 without its mark. `head` is what was already read of it.
pub(crate) fn to_utf8<'r>(head: Vec<u8>, rest: Box<dyn Read + 'r>) -> Result<Box<dyn Read + 'r>, Problem> {
    if let Some((order, mark)) = wide(&head) {
        let mut input = Cursor::new(head).chain(rest);
        io::copy(&mut input.by_ref().take(mark as u64), &mut io::sink())
            .map_err(|error| crate::unpack::read_problem(&error))?;
        return Ok(Box::new(Narrow {
            input,
            order,
            odd: None,
            high: None,
            out: Vec::new(),
            given: 0,
            read: mark as u64,
        }));
    }
    let mark = if head.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
    let mut head = Cursor::new(head);
    head.set_position(mark);
    Ok(Box::new(head.chain(rest)))
}

/// The problem of a text that is not UTF-8 at a byte offset.
pub(crate) fn not_utf8(bytes: &[u8], offset: usize) -> Problem {
    let before = &bytes[..offset.min(bytes.len())];
    let line = memchr::memchr_iter(b'\n', before).count() as u64 + 1;
    let start = memchr::memrchr(b'\n', before).map_or(0, |newline| newline + 1);
    let column = String::from_utf8_lossy(&before[start..]).chars().count() as u64 + 1;
    let message = format!("the text is not valid UTF-8 at byte offset {offset}");
    Problem::error("not-utf8", Place::line(line, column), message).help("save the file as UTF-8")
}

/// UTF-16 read as UTF-8.
struct Narrow<R> {
    input: R,
    order: Wide,
    odd: Option<u8>,
    high: Option<u16>,
    out: Vec<u8>,
    given: usize,
    read: u64,
}

impl<R: Read> Narrow<R> {
    fn push(&mut self, unit: u16) -> io::Result<()> {
        let units = match (self.high.take(), unit) {
            (None, 0xd800..=0xdbff) => {
                self.high = Some(unit);
                return Ok(());
            }
            (Some(high), _) => [high, unit],
            (None, _) => [unit, 0],
        };
        let used = if (0xd800..=0xdbff).contains(&units[0]) {
            &units[..]
        } else {
            &units[..1]
        };
        match char::decode_utf16(used.iter().copied()).next() {
            Some(Ok(letter)) => {
                self.out.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes());
                Ok(())
            }
            _ => Err(self.broken()),
        }
    }

    fn broken(&self) -> io::Error {
        let message = format!("the text is not valid UTF-16 near byte offset {}", self.read);
        io::Error::other(Problem::error("not-utf16", Place::default(), message).help("save the file as UTF-8"))
    }
}

impl<R: Read> Read for Narrow<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.given == self.out.len() {
            self.out.clear();
            self.given = 0;
            let mut chunk = [0; 16 << 10];
            let count = self.input.read(&mut chunk)?;
            if count == 0 {
                if self.odd.is_some() || self.high.is_some() {
                    return Err(self.broken());
                }
                return Ok(0);
            }
            for byte in &chunk[..count] {
                self.read += 1;
                let Some(first) = self.odd.take() else {
                    self.odd = Some(*byte);
                    continue;
                };
                let pair = [first, *byte];
                self.push(if self.order == Wide::LittleEndian {
                    u16::from_le_bytes(pair)
                } else {
                    u16::from_be_bytes(pair)
                })?;
            }
        }
        let count = buffer.len().min(self.out.len() - self.given);
        buffer[..count].copy_from_slice(&self.out[self.given..self.given + count]);
        self.given += count;
        Ok(count)
    }
}
