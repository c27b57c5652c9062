//! One file and everything inside it: hashes, names, rules, members, told to a sink.
//!
//! Each content is read once. Its pieces go to the hashes as they come; where something needs all of it at once (rules,
//! imports, a zip inside another archive) they are kept as well, up to a limit. A content that is kept whole is told and then
//! opened from memory. One that is larger is opened while it is read: what the decompressor takes passes the hashes on its way.

mod label;

use std::io::{self, BufReader, Cursor, Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::Arc;

use events::{Event, Role};
use stix::{Place, Problem};

use crate::digest::Digests;
use crate::rules::{Matcher, RuleMatch, Rules};
use crate::unpack::{self, Caps, Meter, Wrapping, read_problem, tar, zip};
use crate::{Limits, Wanted, imphash};
use label::Label;

/// Bytes that are read and hashed at a time: they stay in the processor's caches while each hash goes over them.
const PIECE: u64 = 256 << 10;

/// Most levels of archives, whatever the limits say: each is a level of calls.
const DEEPEST: usize = 32;

/// Takes what a scan finds.
pub trait FileSink {
    /// Takes a file or a member of an archive, and the rules that it meets. The event has the fields `name`, `path`
    /// (members as `outer.zip!inner/name`), `size`, and one for each wanted hash under the name of its kind.
    fn file(&mut self, event: &Event<'_>, rules: &[RuleMatch]);
    /// Takes note of something that could not be read, opened or matched.
    fn problem(&mut self, problem: Problem);
}

/// What one scan read, in numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Scanned {
    /// Bytes of the file itself.
    pub bytes: u64,
    /// Members of archives that were told.
    pub members: u64,
    /// Bytes of these members.
    pub member_bytes: u64,
    /// Rules that were met, in the file and its members.
    pub rules: u64,
    /// Contents that rules could not be asked of, because of a limit; each is a problem.
    pub unasked: u64,
    /// Problems told.
    pub problems: u64,
}

/// What to find out about files. Built once, shared by threads; each of them takes a [`Worker`].
#[derive(Clone, Debug)]
pub struct Scanner {
    wanted: Wanted,
    limits: Limits,
    rules: Option<Arc<Rules>>,
}

impl Scanner {
    /// A scanner without rules.
    pub const fn new(wanted: Wanted, limits: Limits) -> Self {
        Self {
            wanted,
            limits,
            rules: None,
        }
    }

    /// Adds compiled rules.
    pub fn with_rules(mut self, rules: Arc<Rules>) -> Self {
        self.rules = Some(rules);
        self
    }

    /// What one thread needs to scan files one after the other: buffers, and the state of the rules. Making one takes
    /// milliseconds with many rules, so it is kept.
    pub fn worker(&self) -> Worker<'_> {
        Worker {
            scanner: self,
            matcher: self.rules.as_deref().map(|rules| Matcher::new(rules, &self.limits)),
            buffers: Vec::new(),
        }
    }

    /// Scans one input, see [`Worker::scan`].
    pub fn scan(&self, path: &Path, input: &mut dyn Read, sink: &mut dyn FileSink) -> Result<Scanned, Problem> {
        self.worker().scan(path, input, sink)
    }
}

/// Scans files one after the other on one thread.
pub struct Worker<'s> {
    scanner: &'s Scanner,
    matcher: Option<Matcher<'s>>,
    /// Memory for contents that are held, one for each level of archives.
    buffers: Vec<Vec<u8>>,
}

impl Worker<'_> {
    /// Scans an input that can only be read forwards. `path` is a label. Fails when the input itself cannot be read to its
    /// end; what is wrong inside it is told to the sink.
    pub fn scan(&mut self, path: &Path, input: &mut dyn Read, sink: &mut dyn FileSink) -> Result<Scanned, Problem> {
        self.outermost(path, Source::Stream(input), sink)
    }

    /// Scans an input that can seek, so that a zip archive of any size is opened.
    pub fn scan_file(
        &mut self,
        path: &Path,
        file: &mut dyn ReadSeek,
        sink: &mut dyn FileSink,
    ) -> Result<Scanned, Problem> {
        self.outermost(path, Source::File(file), sink)
    }

    fn outermost(&mut self, path: &Path, source: Source<'_>, sink: &mut dyn FileSink) -> Result<Scanned, Problem> {
        let limits = &self.scanner.limits;
        let caps = Caps {
            decompressed_bytes: limits.decompressed_bytes,
            expansion: limits.expansion,
            members: limits.archive_members,
        };
        let mut run = Run {
            meter: Arc::new(Meter::new(caps)),
            sink,
            scanned: Scanned::default(),
            spent_told: false,
        };
        self.content(&mut run, &Label::outermost(path), source)?;
        Ok(run.scanned)
    }

    /// One content, in memory that is used again.
    fn content(&mut self, run: &mut Run<'_>, label: &Label, source: Source<'_>) -> Result<(), Problem> {
        let mut held = self.buffers.pop().unwrap_or_default();
        held.clear();
        let outcome = self.content_held(run, label, source, &mut held);
        self.buffers.push(held);
        outcome.map_err(|problem| label.placed(problem))
    }

    fn content_held(
        &mut self,
        run: &mut Run<'_>,
        label: &Label,
        mut source: Source<'_>,
        held: &mut Vec<u8>,
    ) -> Result<(), Problem> {
        let Scanner { wanted, limits, .. } = self.scanner;
        let mut digests = Digests::new(wanted, limits.fuzzy_bytes);
        let mut ended = source.piece(held, PIECE, &mut digests)?;
        let wrapping = Wrapping::of(held);
        let opened = wrapping.filter(|_| label.depth < limits.archive_depth.min(DEEPEST));
        let imports = wanted.imphash && imphash::may_have_one(held);
        let zip_in_memory = opened == Some(Wrapping::Zip) && source.is_stream();
        if self.matcher.is_some() || imports || zip_in_memory {
            while !ended && held.len() as u64 <= limits.memory_bytes {
                let room = limits.memory_bytes + 1 - held.len() as u64;
                ended = source.piece(held, PIECE.min(room), &mut digests)?;
            }
            if !ended {
                run.scanned.unasked += u64::from(self.matcher.is_some());
                run.problem(label.placed(too_large_to_hold(
                    limits,
                    self.matcher.is_some(),
                    imports,
                    zip_in_memory,
                )));
            }
        }
        if let (Some(wrapping), None) = (wrapping, opened)
            && limits.archive_depth > 0
        {
            run.problem(label.placed(too_deep(wrapping, limits)));
        }
        if ended {
            self.tell(run, label, digests, Some(held.as_slice()));
            if let Some(wrapping) = opened {
                let inside = match wrapping {
                    Wrapping::Zip => self.zip(run, label, Cursor::new(held.as_slice())),
                    _ => self.stream(run, label, wrapping, held, &mut held.as_slice()),
                };
                run.inside(label, inside);
            }
            return Ok(());
        }
        match opened {
            Some(wrapping) if wrapping != Wrapping::Zip => {
                let mut rest = Passing {
                    source: &mut source,
                    digests: &mut digests,
                };
                let mut all = held.as_slice().chain(&mut rest);
                let inside = self.stream(run, label, wrapping, held, &mut all);
                // What the decompressor left is hashed as well. A fault of this content explains one inside it.
                io::copy(&mut rest, &mut io::sink()).map_err(|error| read_problem(&error))?;
                self.tell(run, label, digests, None);
                run.inside(label, inside);
            }
            _ => {
                let mut rest = Passing {
                    source: &mut source,
                    digests: &mut digests,
                };
                held.clear();
                while (&mut rest)
                    .take(PIECE)
                    .read_to_end(held)
                    .map_err(|error| read_problem(&error))?
                    > 0
                {
                    held.clear();
                }
                self.tell(run, label, digests, None);
                if let (Some(Wrapping::Zip), Source::File(file)) = (opened, source) {
                    let inside = match file.seek(SeekFrom::Start(0)) {
                        Ok(_) => self.zip(run, label, BufReader::new(file)),
                        Err(error) => Err(read_problem(&error)),
                    };
                    run.inside(label, inside);
                }
            }
        }
        Ok(())
    }

    /// Tells the sink of a content that was read to its end; `whole` where it is in memory.
    fn tell(&mut self, run: &mut Run<'_>, label: &Label, digests: Digests, whole: Option<&[u8]>) {
        let wanted = &self.scanner.wanted;
        if label.depth == 0 {
            run.scanned.bytes += digests.size();
        } else {
            run.scanned.members += 1;
            run.scanned.member_bytes += digests.size();
        }
        if digests.too_large_for_fuzzy(wanted) {
            run.problem(label.placed(too_large_for_fuzzy(&self.scanner.limits)));
        }
        let mut event = label.event();
        event.push("size", digests.size().to_string(), Role::Other);
        digests.finish(&mut event);
        let mut rules = Vec::new();
        if let Some(whole) = whole {
            if wanted.imphash
                && let Some(hash) = imphash::imphash(whole)
            {
                event.push("imphash", hash, Role::Imphash);
            }
            if let Some(matcher) = &mut self.matcher
                && let Err(problem) = matcher.scan(whole, &label.name, &label.path, &mut rules)
            {
                run.scanned.unasked += 1;
                run.problem(label.placed(problem));
            }
        }
        run.scanned.rules += rules.len() as u64;
        run.sink.file(&event, &rules);
    }

    /// What is inside a stream: members of a tar archive, or the one content of a compressed stream.
    fn stream(
        &mut self,
        run: &mut Run<'_>,
        label: &Label,
        wrapping: Wrapping,
        head: &[u8],
        input: &mut dyn Read,
    ) -> Result<(), Problem> {
        let meter = Arc::clone(&run.meter);
        if let Some(mut inner) = unpack::open(wrapping, &mut *input, &meter) {
            meter.member()?;
            return self.content(run, &label.unwrapped(wrapping, head), Source::Stream(&mut inner));
        }
        let mut members = tar::Members::new(BufReader::with_capacity(PIECE as usize, input));
        while let Some(mut member) = members.next()? {
            meter.member()?;
            let label = label.member(&member.name);
            let outcome = self.content(run, &label, Source::Stream(&mut member));
            // Where the archive itself is at fault, passing over the rest fails too, and says so for the archive.
            members.pass_over()?;
            run.inside(&label, outcome);
        }
        Ok(())
    }

    fn zip(&mut self, run: &mut Run<'_>, label: &Label, archive: impl Read + Seek) -> Result<(), Problem> {
        let meter = Arc::clone(&run.meter);
        zip::members(archive, &meter, &mut |name, member| {
            let label = label.member(&name);
            match member {
                Ok(member) => {
                    let outcome = self.content(run, &label, Source::Stream(member));
                    if meter.is_spent() {
                        return outcome;
                    }
                    run.inside(&label, outcome);
                }
                Err(problem) => {
                    // Its name can be matched even so.
                    run.problem(label.placed(problem));
                    run.scanned.members += 1;
                    run.sink.file(&label.event(), &[]);
                }
            }
            Ok(())
        })
    }
}

/// What belongs to one file and everything inside it.
struct Run<'r> {
    meter: Arc<Meter>,
    sink: &'r mut dyn FileSink,
    scanned: Scanned,
    spent_told: bool,
}

impl Run<'_> {
    fn problem(&mut self, problem: Problem) {
        self.scanned.problems += 1;
        self.sink.problem(problem);
    }

    /// Tells of what went wrong inside a content. A cap on everything together stops every level, and is told once.
    fn inside(&mut self, label: &Label, outcome: Result<(), Problem>) {
        if let Err(problem) = outcome {
            let told = std::mem::replace(&mut self.spent_told, self.meter.is_spent());
            if !told {
                self.problem(label.placed(problem));
            }
        }
    }
}

/// Reads and seeks.
pub trait ReadSeek: Read + Seek {}

impl<T: Read + Seek + ?Sized> ReadSeek for T {}

enum Source<'a> {
    Stream(&'a mut dyn Read),
    File(&'a mut dyn ReadSeek),
}

impl Source<'_> {
    const fn is_stream(&self) -> bool {
        matches!(self, Self::Stream(_))
    }

    /// Adds the next piece to what is held and to the hashes; says whether the content ended.
    fn piece(&mut self, held: &mut Vec<u8>, most: u64, digests: &mut Digests) -> Result<bool, Problem> {
        let before = held.len();
        let count = self
            .take(most)
            .read_to_end(held)
            .map_err(|error| read_problem(&error))?;
        digests.update(held.get(before..).unwrap_or_default());
        Ok((count as u64) < most)
    }
}

impl Read for Source<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Stream(stream) => stream.read(buffer),
            Self::File(file) => file.read(buffer),
        }
    }
}

/// The rest of a content: what is read of it passes the hashes.
struct Passing<'p, 'a> {
    source: &'p mut Source<'a>,
    digests: &'p mut Digests,
}

impl Read for Passing<'_, '_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.source.read(buffer)?;
        self.digests.update(buffer.get(..count).unwrap_or_default());
        Ok(count)
    }
}

fn too_deep(wrapping: Wrapping, limits: &Limits) -> Problem {
    let message = format!(
        "the {} archive is not opened: it is nested deeper than {} levels, the limit",
        wrapping.as_str(),
        limits.archive_depth.min(DEEPEST)
    );
    Problem::warning("archive-too-deep", Place::default(), message).help("unpack it yourself and scan the folder")
}

fn too_large_to_hold(limits: &Limits, rules: bool, imports: bool, zip: bool) -> Problem {
    let mut without = Vec::new();
    without.extend(rules.then_some("matched by rules"));
    without.extend(imports.then_some("hashed by its imports"));
    without.extend(zip.then_some("opened as a zip archive"));
    let message = format!(
        "it is larger than {} bytes, the limit for what is held in memory, and is not {}",
        limits.memory_bytes,
        without.join(" or ")
    );
    Problem::warning("too-large-to-hold", Place::default(), message)
        .help("raise the limit (--yara-largest); its other hashes are made")
}

fn too_large_for_fuzzy(limits: &Limits) -> Problem {
    let message = format!(
        "it is larger than {} bytes, the limit for fuzzy hashes",
        limits.fuzzy_bytes
    );
    Problem::warning("too-large-for-fuzzy", Place::default(), message)
        .help("raise the limit; its other hashes are made")
}
