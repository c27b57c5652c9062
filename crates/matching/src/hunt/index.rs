//! Making the index of a log.

use std::io::{Read, Seek, SeekFrom};
use std::ops::ControlFlow;

use events::Event;
use events::lines::{Directive, Layout};
use stix::{Place, Problem};

use super::sidecar::{self, Part, Sidecar, Writer};
use super::{Contents, Log, keys};

/// Bytes of a part.
const PART: usize = 4 << 20;
/// Bytes of a line that is kept whole.
const LINE: usize = 16 << 20;
/// Keys of the records of one file: more are not told apart, the file is read always.
const RECORD_KEYS: usize = 20_000_000;

/// What indexing a log came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Indexed {
    /// Bytes of the log that were read: none where the index was up to date.
    pub read: u64,
    /// Bytes of the index.
    pub index: u64,
    /// Parts of the log.
    pub parts: usize,
}

/// Makes or continues the index of a log.
///
/// # Errors
/// When the log cannot be read, or the index not be written.
pub fn index(log: &mut Log<'_>) -> Result<Indexed, Problem> {
    let name = log.name;
    let failed = |error: std::io::Error| {
        let place = Place {
            file: Some(name.to_owned()),
            ..Place::default()
        };
        Problem::error("not-indexed", place, format!("it cannot be indexed: {error}"))
            .help("logs in a folder that may not be written are indexed with --indexes FOLDER")
    };
    let (size, version, path) = (log.size, log.version, log.index);
    let up_to_date = |known: &Sidecar| Indexed {
        read: 0,
        index: std::fs::metadata(path).map_or(0, |file| file.len()),
        parts: known.directory.parts.len(),
    };
    let known = Sidecar::open(log.index);
    if let Some(known) = known.as_ref().filter(|known| is_version(known, log)) {
        return Ok(up_to_date(known));
    }
    let head = log.head()?.to_vec();
    let known = known.filter(|known| version.is_none() && is_beginning(known, &head));
    if let Some(known) = known.as_ref().filter(|known| known.directory.size == size) {
        return Ok(up_to_date(known));
    }
    let contents = log.contents()?;
    let mut writer = Writer::default();
    let mut read = 0;
    if let Some(reader) = events::Reader::of(&head) {
        writer.directory.is_whole = true;
        records(reader, &mut *contents.into_reader(), &mut writer)?;
        read = size;
    } else {
        let mut lines = Lines::new(&head, writer);
        let is_whole = matches!(contents, Contents::Stream(_));
        match (known, contents) {
            // A log that grew: what is new is put to what is known.
            (Some(known), Contents::File(mut file)) if !known.directory.is_whole => {
                lines.go_on(&known);
                file.seek(SeekFrom::Start(lines.offset)).map_err(failed)?;
                lines.read(&mut file).map_err(failed)?;
            }
            (_, contents) => lines.read(&mut contents.into_reader()).map_err(failed)?,
        }
        read += lines.read;
        writer = lines.writer;
        writer.directory.is_whole = is_whole;
    }
    writer.directory.size = size;
    writer.directory.version = version.map(str::to_owned);
    writer.directory.head = sidecar::head_digest(&head);
    let index = writer.save(path).map_err(failed)?;
    Ok(Indexed {
        read,
        index,
        parts: writer.directory.parts.len(),
    })
}

/// Whether an index is of this very version of a log, so that the log itself need not be asked.
pub(super) fn is_version(known: &Sidecar, log: &Log<'_>) -> bool {
    log.version.is_some() && known.directory.version.as_deref() == log.version && known.directory.size == log.size
}

/// Whether an index is of a file that begins like this.
pub(super) fn is_beginning(known: &Sidecar, head: &[u8]) -> bool {
    let (_, length) = known.directory.head;
    head.get(..length)
        .is_some_and(|begin| sidecar::head_digest(begin) == known.directory.head)
}

/// Lines on their way into parts.
struct Lines {
    writer: Writer,
    layout: Layout,
    offset: u64,
    line: u64,
    read: u64,
    preamble: Option<usize>,
}

impl Lines {
    fn new(head: &[u8], writer: Writer) -> Self {
        Self {
            writer,
            layout: Layout::detect(head),
            offset: 0,
            line: 0,
            read: 0,
            preamble: None,
        }
    }

    /// Goes on behind the last whole part; the last one may have grown and is made again.
    fn go_on(&mut self, known: &Sidecar) {
        self.writer = Writer::beginning(known);
        if let Some(last) = self.writer.directory.parts.pop() {
            self.offset = last.offset;
            self.line = last.line;
            self.preamble = last.preamble;
        }
    }

    fn read(&mut self, input: &mut dyn Read) -> std::io::Result<()> {
        let mut buffer: Vec<u8> = Vec::with_capacity(PART + PART / 4);
        let mut ended = false;
        while !ended || !buffer.is_empty() {
            while !ended && buffer.len() < PART {
                let before = buffer.len();
                input.take((PART - before) as u64).read_to_end(&mut buffer)?;
                ended = buffer.len() == before;
                self.read += (buffer.len() - before) as u64;
            }
            let whole = match memchr::memrchr(b'\n', &buffer) {
                _ if ended => buffer.len(),
                Some(at) => at + 1,
                None if buffer.len() >= LINE => buffer.len(),
                None => {
                    let before = buffer.len();
                    input.take(PART as u64).read_to_end(&mut buffer)?;
                    ended = buffer.len() == before;
                    self.read += (buffer.len() - before) as u64;
                    continue;
                }
            };
            let taken = self.part(&buffer[..whole]);
            buffer.drain(..taken);
        }
        Ok(())
    }

    /// Puts lines into a part, up to the next line that says how to read those after it. Gives how many bytes were taken.
    fn part(&mut self, text: &[u8]) -> usize {
        let begin = self.pass_over(text);
        if begin > 0 {
            self.line += memchr::memchr_iter(b'\n', &text[..begin]).count() as u64;
            self.offset += begin as u64;
            return begin;
        }
        let end = memchr::memmem::find_iter(text, b"\n#")
            .map(|at| at + 1)
            .find(|start| !matches!(self.layout.directive(line_at(text, *start)), Directive::NotOne))
            .unwrap_or(text.len());
        let mut found = Vec::with_capacity(end / 16);
        let always = keys::of_text(&text[..end], &mut |key| found.push(key));
        let part = Part {
            offset: self.offset,
            bytes: end as u64,
            line: self.line,
            preamble: self.preamble,
            always,
            ..Part::default()
        };
        self.writer.part(part, found);
        self.line += memchr::memchr_iter(b'\n', &text[..end]).count() as u64;
        self.offset += end as u64;
        end
    }

    /// Reads the lines at the beginning that say how to read the others; gives where those end.
    fn pass_over(&mut self, text: &[u8]) -> usize {
        let mut at = 0;
        while at < text.len() {
            let line = line_at(text, at);
            if self.line > 0 && line.first() != Some(&b'#') {
                break;
            }
            let layout = match self.layout.directive(line) {
                Directive::NotOne => break,
                Directive::Changes(layout) => layout,
                Directive::Ignored => self.layout.clone(),
            };
            self.layout = layout;
            at = (at + line.len() + 1).min(text.len());
            if self.line == 0 && line.first() != Some(&b'#') {
                break;
            }
        }
        if at > 0 {
            let preamble = String::from_utf8_lossy(&text[..at]).into_owned();
            let preambles = &mut self.writer.directory.preambles;
            self.preamble = Some(
                preambles
                    .iter()
                    .position(|known| *known == preamble)
                    .unwrap_or_else(|| {
                        preambles.push(preamble);
                        preambles.len() - 1
                    }),
            );
        }
        at
    }
}

fn line_at(text: &[u8], start: usize) -> &[u8] {
    let rest = &text[start..];
    &rest[..memchr::memchr(b'\n', rest).unwrap_or(rest.len())]
}

/// Records are read from their beginning: the whole file is one part.
fn records(reader: events::Reader, input: &mut dyn Read, writer: &mut Writer) -> Result<(), Problem> {
    struct Keys(Vec<u64>, bool);
    impl events::Sink for Keys {
        fn event(&mut self, _: u64, event: &Event<'_>) -> ControlFlow<()> {
            for field in &event.fields {
                keys::of_text(field.value.as_bytes(), &mut |key| self.0.push(key));
            }
            if self.0.len() > RECORD_KEYS {
                self.0.sort_unstable();
                self.0.dedup();
                self.1 = self.0.len() > RECORD_KEYS / 2;
            }
            if self.1 {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        }
        // What is broken today is broken when it is hunted, and said then.
        fn problem(&mut self, _: Problem) {}
    }
    let mut found = Keys(Vec::new(), false);
    let outcome = reader.read(input, &events::Limits::default(), &mut found);
    let part = Part {
        always: found.1 || outcome.is_err(),
        ..Part::default()
    };
    writer.part(part, found.0);
    Ok(())
}
