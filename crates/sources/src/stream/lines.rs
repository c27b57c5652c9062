//! Holds back half a line until its end comes.

use bytes::{Buf as _, Bytes, BytesMut};

/// Longest line that is given whole, unless the caller says otherwise.
pub const LINE_BYTES: usize = 1 << 20;

/// Bytes that came, of which only whole lines are given.
///
/// A line that grows over the limit is given as far as the limit, ended there and counted; the rest of it is left out.
/// A line whose end comes in the same block as its limit passes whole, so memory is bounded by the limit and one block.
#[derive(Debug)]
pub(crate) struct Lines {
    pub buffer: BytesMut,
    /// How many of the bytes are known to hold no end of a line.
    searched: usize,
    most: usize,
    skipping: bool,
    cut: u64,
}

impl Lines {
    pub fn new(most: usize) -> Self {
        Self {
            buffer: BytesMut::new(),
            searched: 0,
            most: most.max(1),
            skipping: false,
            cut: 0,
        }
    }

    /// All lines that are whole by now.
    pub fn whole(&mut self) -> Option<Bytes> {
        if self.skipping {
            let Some(end) = memchr::memchr(b'\n', &self.buffer) else {
                self.buffer.clear();
                return None;
            };
            self.buffer.advance(end + 1);
            self.skipping = false;
        }
        let found = memchr::memrchr(b'\n', self.buffer.get(self.searched..).unwrap_or_default());
        if let Some(end) = found {
            let lines = self.buffer.split_to(self.searched + end + 1).freeze();
            self.searched = self.buffer.len();
            return Some(lines);
        }
        self.searched = self.buffer.len();
        if self.buffer.len() <= self.most {
            return None;
        }
        let mut line = self.buffer.split_to(self.most);
        line.extend_from_slice(b"\n");
        self.buffer.clear();
        self.searched = 0;
        self.skipping = true;
        self.cut += 1;
        Some(line.freeze())
    }

    /// The half line that is held, when its end will not come.
    pub fn rest(&mut self) -> Option<Bytes> {
        self.searched = 0;
        let rest = self.buffer.split().freeze();
        let skipped = std::mem::take(&mut self.skipping);
        (!rest.is_empty() && !skipped).then_some(rest)
    }

    /// Lines that were cut since this was asked last.
    pub fn cut(&mut self) -> u64 {
        std::mem::take(&mut self.cut)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fed(most: usize, blocks: &[&str]) -> (Vec<String>, u64) {
        let mut lines = Lines::new(most);
        let mut out = Vec::new();
        for block in blocks {
            lines.buffer.extend_from_slice(block.as_bytes());
            out.extend(lines.whole());
        }
        out.extend(lines.rest());
        let text = out.iter().map(|bytes| String::from_utf8(bytes.to_vec()).unwrap());
        (text.collect(), lines.cut())
    }

    #[test]
    fn half_lines_wait_for_their_end() {
        let (out, cut) = fed(100, &["a\nb", "", "c\nd\ne", "\n", "f"]);
        assert_eq!(out, ["a\n", "bc\nd\n", "e\n", "f"]);
        assert_eq!(cut, 0);
    }

    #[test]
    fn a_line_over_the_limit_is_cut_and_what_follows_is_whole() {
        let (out, cut) = fed(4, &["abc", "def", "ghi", "j\nk\nl", "mnop", "q"]);
        assert_eq!(out, ["abcd\n", "k\n", "lmno\n"]);
        assert_eq!(cut, 2);
    }
}
