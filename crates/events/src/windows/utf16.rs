//! Text as UTF-8, whichever of the ways of Windows it was written in.

use std::collections::VecDeque;
use std::io::{self, Read};

/// How much is read at a time.
const CHUNK: usize = 16 << 10;

/// Which byte of a unit comes first.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Unknown,
    Utf8,
    LittleEndian,
    BigEndian,
}

/// Gives an input in UTF-8. Half of a letter becomes U+FFFD.
pub(super) struct Utf8<R> {
    input: R,
    form: Form,
    /// Bytes that were read to find the form, or the first byte of a unit.
    rest: Vec<u8>,
    /// The first half of a letter of two units.
    half: Option<u16>,
    ready: VecDeque<u8>,
    ended: bool,
}

impl<R: Read> Utf8<R> {
    pub(super) fn new(input: R) -> Self {
        Self {
            input,
            form: Form::Unknown,
            rest: Vec::new(),
            half: None,
            ready: VecDeque::new(),
            ended: false,
        }
    }

    /// Finds the form by the first two bytes: a mark, or a letter of ASCII with an empty byte beside it.
    fn begin(&mut self) -> io::Result<()> {
        (&mut self.input).take(2).read_to_end(&mut self.rest)?;
        self.form = match *self.rest {
            [0xff, 0xfe] | [b'<', 0] => Form::LittleEndian,
            [0xfe, 0xff] | [0, b'<'] => Form::BigEndian,
            _ => Form::Utf8,
        };
        if self.form == Form::Utf8 {
            self.ready.extend(self.rest.drain(..));
        }
        Ok(())
    }

    /// Reads some units and makes letters of them.
    fn units(&mut self) -> io::Result<()> {
        let read = (&mut self.input).take(CHUNK as u64).read_to_end(&mut self.rest)?;
        self.ended = read == 0;
        let whole = self.rest.len() / 2 * 2;
        let units: Vec<u16> = self
            .half
            .take()
            .into_iter()
            .chain(
                self.rest
                    .drain(..whole)
                    .as_slice()
                    .as_chunks::<2>()
                    .0
                    .iter()
                    .map(|unit| match self.form {
                        Form::BigEndian => u16::from_be_bytes(*unit),
                        _ => u16::from_le_bytes(*unit),
                    }),
            )
            .collect();
        let mut units = units.as_slice();
        if let Some((last, before)) = units.split_last()
            && (0xd800..0xdc00).contains(last)
            && !self.ended
        {
            (self.half, units) = (Some(*last), before);
        }
        for letter in char::decode_utf16(units.iter().copied()) {
            let letter = letter.unwrap_or(char::REPLACEMENT_CHARACTER);
            self.ready.extend(letter.encode_utf8(&mut [0; 4]).bytes());
        }
        Ok(())
    }
}

impl<R: Read> Read for Utf8<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.form == Form::Unknown {
            self.begin()?;
        }
        while self.ready.is_empty() && !self.ended {
            match self.form {
                Form::Unknown | Form::Utf8 => return self.input.read(buffer),
                Form::LittleEndian | Form::BigEndian => self.units()?,
            }
        }
        self.ready.read(buffer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> String {
        io::read_to_string(Utf8::new(bytes)).unwrap()
    }

    #[test]
    fn both_orders_of_utf16_become_utf8_and_utf8_stays() {
        let text = format!("<a>{}\u{1f600}ü</a>", "x".repeat(CHUNK / 2 - 5));
        let units: Vec<u16> = text.encode_utf16().collect();
        let little: Vec<u8> = units.iter().flat_map(|unit| unit.to_le_bytes()).collect();
        let big: Vec<u8> = units.iter().flat_map(|unit| unit.to_be_bytes()).collect();
        assert_eq!(read(&little), text);
        assert_eq!(read(&big), text);
        assert_eq!(
            read(&[&[0xff, 0xfe], little.as_slice()].concat()),
            format!("\u{feff}{text}")
        );
        assert_eq!(read(text.as_bytes()), text);
        assert_eq!(read(b"x"), "x");
    }

    #[test]
    fn half_a_letter_harms_nobody() {
        assert_eq!(read(&[b'<', 0, 0x00, 0xd8]), "<\u{fffd}");
        assert_eq!(read(&[b'<', 0, b'a']), "<");
    }
}
