//! Where a message ends on a connection: RFC 6587, pure.
//!
//! Octet counting (`11 <13>message`) is known by its first characters; anything else is lines. A connection keeps to the way
//! in which it began. A message that says it is longer than the limit, or a count that is none, ends the connection: where the next
//! message begins cannot be known.

use bytes::{Buf as _, Bytes, BytesMut};
use stix::{Place, Problem};

use crate::stream::Kind;
use crate::stream::lines::Lines;

/// Most digits of a count.
const DIGITS: usize = 9;

/// Some bytes that end where a message ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// One message, or whole lines.
    pub bytes: Bytes,
    /// Which of them.
    pub kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Unknown,
    Counted,
    Lines,
}

/// Cuts what comes over one connection into messages.
#[derive(Debug)]
pub struct Framing {
    way: Way,
    lines: Lines,
    most: usize,
}

impl Framing {
    /// With the longest message that is taken.
    pub fn new(most: usize) -> Self {
        Self {
            way: Way::Unknown,
            lines: Lines::new(most),
            most,
        }
    }

    /// Takes what came.
    pub fn push(&mut self, block: BytesMut) {
        self.lines.buffer.unsplit(block);
    }

    /// The next message, if it is whole.
    pub fn next_frame(&mut self) -> Result<Option<Frame>, Problem> {
        if self.way == Way::Unknown {
            self.way = way(&self.lines.buffer);
        }
        match self.way {
            Way::Unknown => Ok(None),
            Way::Counted => self.counted(),
            Way::Lines => Ok(self.lines.whole().map(lines)),
        }
    }

    /// What is left when nothing more comes: half a line. Half a counted message is given too, it may still say much.
    pub fn rest(&mut self) -> Option<Frame> {
        if self.way == Way::Counted {
            let text = self.lines.buffer.split();
            let start = text
                .iter()
                .position(|byte| *byte == b' ')
                .map_or(text.len(), |space| space + 1);
            let bytes = text.freeze().slice(start..);
            return (!bytes.is_empty()).then_some(Frame {
                bytes,
                kind: Kind::Message,
            });
        }
        self.lines.rest().map(lines)
    }

    /// Lines that were cut since this was asked last.
    pub fn cut(&mut self) -> u64 {
        self.lines.cut()
    }

    fn counted(&mut self) -> Result<Option<Frame>, Problem> {
        let buffer = &mut self.lines.buffer;
        // Some senders end counted messages with a line's end as well, which is not counted.
        let blank = buffer
            .iter()
            .take_while(|byte| matches!(byte, b'\n' | b'\r' | 0))
            .count();
        buffer.advance(blank);
        let digits = buffer
            .iter()
            .take(DIGITS + 1)
            .take_while(|byte| byte.is_ascii_digit())
            .count();
        let length = match buffer.get(digits) {
            None if digits <= DIGITS => return Ok(None),
            Some(b' ') if (1..=DIGITS).contains(&digits) => buffer
                .iter()
                .take(digits)
                .fold(0_usize, |sum, digit| sum * 10 + usize::from(digit - b'0')),
            _ => {
                let message = "no count of octets where one must stand: where the next message begins is not known";
                return Err(Problem::error("bad-framing", Place::default(), message).help(
                    "set the sender to octet counting (RFC 6587, section 3.4.1) or to one message a line, not both",
                ));
            }
        };
        if length > self.most {
            let message = format!("a message of {length} bytes, more than {}, the limit", self.most);
            return Err(
                Problem::error("message-too-long", Place::default(), message).help("raise the limit of this listener")
            );
        }
        if buffer.len() < digits + 1 + length {
            return Ok(None);
        }
        buffer.advance(digits + 1);
        Ok(Some(Frame {
            bytes: buffer.split_to(length).freeze(),
            kind: Kind::Message,
        }))
    }
}

fn lines(bytes: Bytes) -> Frame {
    Frame {
        bytes,
        kind: Kind::Lines,
    }
}

/// Digits, a space and `<` begin a counted message. A line that begins with a year or a number does not look like that.
fn way(buffer: &[u8]) -> Way {
    let digits = buffer.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if (digits == 0 && !buffer.is_empty()) || digits > DIGITS || buffer.first() == Some(&b'0') {
        return Way::Lines;
    }
    match buffer.get(digits..).unwrap_or_default() {
        [b' ', b'<', ..] => Way::Counted,
        [] | [b' '] => Way::Unknown,
        _ => Way::Lines,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Everything that a connection gives which brings `text` in blocks of `size` bytes.
    fn cut(text: &str, size: usize) -> Result<Vec<(Kind, String)>, Problem> {
        let mut framing = Framing::new(20);
        let mut frames = Vec::new();
        for block in text.as_bytes().chunks(size) {
            framing.push(BytesMut::from(block));
            while let Some(frame) = framing.next_frame()? {
                frames.push(frame);
            }
        }
        frames.extend(framing.rest());
        Ok(frames
            .into_iter()
            .map(|frame| (frame.kind, String::from_utf8(frame.bytes.to_vec()).unwrap()))
            .collect())
    }

    fn joined(text: &str, size: usize) -> String {
        cut(text, size)
            .unwrap()
            .into_iter()
            .map(|(_, text)| text + "|")
            .collect()
    }

    #[test]
    fn counted_messages_may_hold_line_ends_and_come_in_any_blocks() {
        for size in 1..30 {
            assert_eq!(
                joined("5 <1>a\n8 <2>b\nc d\n6 <3>end", size),
                "<1>a\n|<2>b\nc d|<3>end|",
                "{size}"
            );
        }
    }

    #[test]
    fn lines_come_whole_in_any_blocks() {
        for size in 1..30 {
            let out = joined("<1>a\n2 <b\n<3>half", size).replace('|', "");
            assert_eq!(out, "<1>a\n2 <b\n<3>half", "{size}");
        }
        assert_eq!(
            cut("2026-01-02 a\n12 b\n", 100).unwrap(),
            [(Kind::Lines, "2026-01-02 a\n12 b\n".to_owned())]
        );
    }

    #[test]
    fn counts_that_lie_end_the_connection() {
        assert_eq!(cut("21 <1>aaaa", 100).unwrap_err().code, "message-too-long");
        assert_eq!(cut("5 <1>a\nx", 100).unwrap_err().code, "bad-framing");
        assert_eq!(cut("5 <1>ab1234567890 <", 100).unwrap_err().code, "bad-framing");
    }

    #[test]
    fn what_a_broken_connection_leaves_is_given() {
        assert_eq!(joined("9 <1>a", 100), "<1>a|");
        assert_eq!(joined("9", 100), "9|");
    }
}
