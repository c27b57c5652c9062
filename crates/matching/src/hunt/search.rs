//! Hunting in one log: the index says where, the matcher looks.

use std::io::{Cursor, Read, Seek, SeekFrom};

use stix::{Place, Problem};

use super::index::{head_of, is_beginning, is_version};
use super::sidecar::{HEAD, Part, Sidecar};
use super::{Log, Prey};
use crate::hit::Hit;
use crate::run::{self, Current, Options, Taker, Tally};

/// What hunting in one log came to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Hunted {
    /// Bytes that were read: of the index, and of the log.
    pub bytes_read: u64,
    /// Bytes of the log.
    pub bytes_total: u64,
    /// Parts that could hold something, and parts there are; none where there is no index.
    pub parts: Option<(usize, usize)>,
    /// What was read of it, in numbers.
    pub tally: Tally,
}

/// Hunts in a log.
///
/// # Errors
/// When the log cannot be read.
pub fn search(
    log: &Log<'_>,
    prey: &Prey,
    current: &Current,
    options: &Options,
    taker: &mut dyn Taker,
) -> Result<Hunted, Problem> {
    let mut hunted = Hunted {
        bytes_total: log.size,
        ..Hunted::default()
    };
    let sidecar = if prey.is_everywhere() {
        None
    } else {
        Sidecar::open(log.index)
    };
    let Some(sidecar) = sidecar else {
        return whole(log, hunted, current, options, taker);
    };
    let is_grown = log.size > sidecar.directory.size;
    if !is_of_log(&sidecar, log, &mut hunted)? || (is_grown && sidecar.directory.is_whole) {
        return whole(log, hunted, current, options, taker);
    }
    let (candidates, cost) = sidecar.candidates(&prey.0);
    hunted.bytes_read += cost;
    hunted.parts = Some((candidates.len(), sidecar.directory.parts.len()));
    if candidates.is_empty() && !is_grown {
        return Ok(hunted);
    }
    let Some(path) = log.file.filter(|_| !sidecar.directory.is_whole) else {
        return packed(log, &sidecar, &candidates, hunted, current, options, taker);
    };
    let mut file = std::fs::File::open(path).map_err(|error| unreadable(log, &error))?;
    let parts = &sidecar.directory.parts;
    for number in candidates {
        let part = &parts[number];
        file.seek(SeekFrom::Start(part.offset))
            .map_err(|error| unreadable(log, &error))?;
        let mut bytes = Vec::new();
        (&mut file)
            .take(part.bytes)
            .read_to_end(&mut bytes)
            .map_err(|error| unreadable(log, &error))?;
        hunted.bytes_read += bytes.len() as u64;
        matched(log, &sidecar, part, bytes, &mut hunted.tally, current, options, taker);
    }
    if is_grown {
        let last = parts.last();
        let (offset, line) = last.map_or((0, 0), |part| (part.offset + part.bytes, part.line));
        let lines_in_last = match last {
            Some(part) => count_lines(&mut file, part).map_err(|error| unreadable(log, &error))?,
            None => 0,
        };
        let tail = Part {
            offset,
            line: line + lines_in_last,
            preamble: last.and_then(|part| part.preamble),
            ..Part::default()
        };
        file.seek(SeekFrom::Start(offset))
            .map_err(|error| unreadable(log, &error))?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map_err(|error| unreadable(log, &error))?;
        hunted.bytes_read += bytes.len() as u64;
        matched(log, &sidecar, &tail, bytes, &mut hunted.tally, current, options, taker);
    }
    Ok(hunted)
}

/// Whether an index is of this log, perhaps of one that was shorter then.
fn is_of_log(sidecar: &Sidecar, log: &Log<'_>, hunted: &mut Hunted) -> Result<bool, Problem> {
    if log.version.is_some() {
        return Ok(is_version(sidecar, log));
    }
    let mut input = (log.open)()?;
    let head = head_of(&mut *input).map_err(|error| unreadable(log, &error))?;
    hunted.bytes_read += head.len().min(HEAD) as u64;
    Ok(is_beginning(sidecar, &head) && log.size >= sidecar.directory.size)
}

fn count_lines(file: &mut std::fs::File, part: &Part) -> std::io::Result<u64> {
    file.seek(SeekFrom::Start(part.offset))?;
    let mut bytes = Vec::new();
    file.take(part.bytes).read_to_end(&mut bytes)?;
    Ok(memchr::memchr_iter(b'\n', &bytes).count() as u64)
}

/// Reads everything.
fn whole(
    log: &Log<'_>,
    mut hunted: Hunted,
    current: &Current,
    options: &Options,
    taker: &mut dyn Taker,
) -> Result<Hunted, Problem> {
    hunted.tally = run::read((log.open)()?, log.name, current, options, taker);
    hunted.bytes_read += log.size;
    Ok(hunted)
}

/// Unpacks up to the last part that can hold something, and looks at those that can.
fn packed(
    log: &Log<'_>,
    sidecar: &Sidecar,
    candidates: &[usize],
    mut hunted: Hunted,
    current: &Current,
    options: &Options,
    taker: &mut dyn Taker,
) -> Result<Hunted, Problem> {
    let parts = &sidecar.directory.parts;
    if parts.iter().all(|part| part.bytes == 0) {
        return whole(log, hunted, current, options, taker);
    }
    let mut input = (log.open)()?;
    let mut at = 0;
    for number in candidates {
        let part = &parts[*number];
        let skip = part.offset.saturating_sub(at);
        std::io::copy(&mut (&mut input).take(skip), &mut std::io::sink()).map_err(|error| unreadable(log, &error))?;
        let mut bytes = Vec::new();
        (&mut input)
            .take(part.bytes)
            .read_to_end(&mut bytes)
            .map_err(|error| unreadable(log, &error))?;
        at = part.offset + part.bytes;
        matched(log, sidecar, part, bytes, &mut hunted.tally, current, options, taker);
    }
    // How much of the packed file that was is not known; all of it is said.
    hunted.bytes_read += log.size;
    Ok(hunted)
}

/// Matches one part, with the lines that say how to read it before it.
#[expect(clippy::too_many_arguments, reason = "what a part is, and what it is matched with")]
fn matched(
    log: &Log<'_>,
    sidecar: &Sidecar,
    part: &Part,
    bytes: Vec<u8>,
    tally: &mut Tally,
    current: &Current,
    options: &Options,
    taker: &mut dyn Taker,
) {
    let preamble = part.preamble.and_then(|number| sidecar.directory.preambles.get(number));
    let before = preamble.map_or(0, |text| memchr::memchr_iter(b'\n', text.as_bytes()).count() as u64);
    let text = preamble.cloned().unwrap_or_default().into_bytes();
    let preamble_bytes = text.len() as u64;
    let input = Cursor::new(text).chain(Cursor::new(bytes));
    let mut moved = Moved {
        from: before,
        to: part.line,
        taker,
    };
    let mut read = run::read(Box::new(input), log.name, current, options, &mut moved);
    read.records = read.records.saturating_sub(before);
    read.bytes = read.bytes.saturating_sub(preamble_bytes);
    tally.add(&read);
}

/// Gives hits the lines they have in the whole log.
struct Moved<'a> {
    from: u64,
    to: u64,
    taker: &'a mut dyn Taker,
}

impl Taker for Moved<'_> {
    fn hit(&mut self, mut hit: Hit) {
        hit.at = hit.at.saturating_sub(self.from).saturating_add(self.to);
        self.taker.hit(hit);
    }

    fn problem(&mut self, problem: Problem) {
        self.taker.problem(problem);
    }
}

fn unreadable(log: &Log<'_>, error: &std::io::Error) -> Problem {
    let place = Place {
        file: Some(log.name.to_owned()),
        ..Place::default()
    };
    Problem::error("unreadable", place, format!("it could not be read further: {error}"))
}
