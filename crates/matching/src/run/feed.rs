//! Cuts an input into blocks of whole lines, each with the layout that holds for it.

use std::io::Read;

use events::lines::{Directive, Layout};

use crate::scan::Block;

/// Bytes of a block, unless a line is longer.
pub(super) const BLOCK: usize = 1 << 18;

/// Lines of one layout, and how many lines (headings, comments) were passed over before them.
pub(super) struct Cut {
    pub(super) layout: Layout,
    pub(super) passed: u64,
    /// How many bytes those are.
    pub(super) passed_bytes: u64,
    /// The first line of the block goes on from the block before: it is too long to be kept whole.
    pub(super) goes_on: bool,
    /// The last line of the block has no end in it, because it is too long.
    pub(super) is_cut: bool,
}

/// An input on its way into blocks.
pub(super) struct Feed<'r> {
    input: Box<dyn Read + Send + 'r>,
    /// What was read and is not in a block yet.
    rest: Vec<u8>,
    at: usize,
    layout: Layout,
    line_bytes: usize,
    first_line: bool,
    in_long_line: bool,
    ended: bool,
    /// Why reading ended, where it was not the end.
    pub(super) failure: Option<std::io::Error>,
}

impl<'r> Feed<'r> {
    pub(super) fn new(head: Vec<u8>, input: Box<dyn Read + Send + 'r>, layout: Layout, line_bytes: usize) -> Self {
        Self {
            input,
            rest: head,
            at: 0,
            layout,
            line_bytes: line_bytes.max(1),
            first_line: true,
            in_long_line: false,
            ended: false,
            failure: None,
        }
    }

    /// Fills a block with whole lines; none at the end.
    pub(super) fn fill(&mut self, block: &mut Block) -> Option<Cut> {
        block.clear();
        let mut passed = (0, 0);
        loop {
            let (lines, bytes) = self.pass_over(block);
            passed = (passed.0 + lines, passed.1 + bytes);
            self.top_up(block);
            let text = block.text();
            if text.is_empty() {
                return (passed.0 > 0).then(|| self.cut(passed, false));
            }
            // Headings may only now have come in.
            if self.begins_with_directive(block.text()) {
                self.give_back(block, 0);
                continue;
            }
            let text = block.text();
            let whole = match memchr::memrchr(b'\n', text) {
                Some(at) => at + 1,
                None if self.ended => text.len(),
                None if text.len() >= self.line_bytes => {
                    let cut = self.cut(passed, true);
                    self.in_long_line = true;
                    return Some(cut);
                }
                // A line longer than what is there: more has to come.
                None => {
                    let wanted = (text.len() * 2).min(self.line_bytes);
                    self.read_more(block, wanted);
                    continue;
                }
            };
            let until = if self.ended { text.len() } else { whole };
            let until = self.next_directive(&text[..until]).unwrap_or(until);
            self.give_back(block, until);
            self.first_line = false;
            let cut = self.cut(passed, false);
            self.in_long_line = false;
            return Some(cut);
        }
    }

    fn cut(&self, (passed, passed_bytes): (u64, u64), is_cut: bool) -> Cut {
        Cut {
            layout: self.layout.clone(),
            passed,
            passed_bytes,
            goes_on: self.in_long_line,
            is_cut,
        }
    }

    /// Takes headings and comments from the beginning of what is left; gives how many lines and bytes that was.
    fn pass_over(&mut self, block: &Block) -> (u64, u64) {
        let mut passed = (0, 0);
        while block.text().is_empty() && !self.in_long_line {
            let rest = &self.rest[self.at..];
            let Some(length) = memchr::memchr(b'\n', rest) else {
                break;
            };
            if !self.first_line && rest.first() != Some(&b'#') {
                break;
            }
            let line = rest[..length].strip_suffix(b"\r").unwrap_or(&rest[..length]);
            match self.layout.directive(line) {
                Directive::NotOne => break,
                Directive::Changes(layout) => self.layout = layout,
                Directive::Ignored => {}
            }
            self.at += length + 1;
            passed = (passed.0 + 1, passed.1 + length as u64 + 1);
        }
        passed
    }

    fn begins_with_directive(&self, text: &[u8]) -> bool {
        if self.in_long_line || !(self.first_line || text.first() == Some(&b'#')) {
            return false;
        }
        let Some(length) = memchr::memchr(b'\n', text) else {
            return false;
        };
        let line = text[..length].strip_suffix(b"\r").unwrap_or(&text[..length]);
        !matches!(self.layout.directive(line), Directive::NotOne)
    }

    /// Where the next line begins that is none of data.
    fn next_directive(&self, text: &[u8]) -> Option<usize> {
        // The sign alone is rare, and looking for one byte takes half the time of looking for two.
        let begins_line = |start: &usize| text.get(start.wrapping_sub(1)) == Some(&b'\n');
        memchr::memchr_iter(b'#', text).filter(begins_line).find(|start| {
            let line = &text[*start..];
            let line = &line[..memchr::memchr(b'\n', line).unwrap_or(line.len())];
            !matches!(self.layout.directive(line), Directive::NotOne)
        })
    }

    /// Moves what is left into the block and reads until it is full, or the input has nothing more just now.
    fn top_up(&mut self, block: &mut Block) {
        let rest = &self.rest[self.at..];
        block.room(rest.len())[..rest.len()].copy_from_slice(rest);
        block.extend(rest.len());
        self.rest.clear();
        self.at = 0;
        if block.text().len() < BLOCK {
            self.read_more(block, BLOCK);
        }
    }

    fn read_more(&mut self, block: &mut Block, wanted: usize) {
        while !self.ended && block.text().len() < wanted {
            let room = block.room(wanted - block.text().len());
            let asked = room.len();
            match self.input.read(room) {
                Ok(0) => self.ended = true,
                Ok(many) => {
                    block.extend(many);
                    // A pipe or a log that is being written: what is whole goes on its way now.
                    if many < asked && memchr::memchr(b'\n', block.text()).is_some() {
                        return;
                    }
                }
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) => {
                    self.failure = Some(error);
                    self.ended = true;
                }
            }
        }
    }

    fn give_back(&mut self, block: &mut Block, until: usize) {
        self.rest.clear();
        self.at = 0;
        self.rest.extend_from_slice(block.cut(until));
    }
}
