//! Hunting in one log: the index says where, the matcher looks.

use std::fs::File;
use std::io::{Cursor, Read, Seek, SeekFrom};

use stix::Problem;

use super::index::{is_beginning, is_version};
use super::sidecar::{Part, Sidecar};
use super::{Contents, Log, Prey};
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
    log: &mut Log<'_>,
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
    let mut reading = Reading {
        log,
        sidecar: &sidecar,
        hunted,
        current,
        options,
        taker,
    };
    match reading.log.contents()? {
        Contents::File(mut file) if !sidecar.directory.is_whole => {
            let read = reading.anywhere(&mut file, &candidates, is_grown);
            read.map_err(|error| reading.log.unreadable(&error))?;
        }
        contents => {
            let read = reading.in_order(contents.into_reader(), &candidates);
            read.map_err(|error| reading.log.unreadable(&error))?;
        }
    }
    Ok(reading.hunted)
}

/// Whether an index is of this log, perhaps of one that was shorter then.
fn is_of_log(sidecar: &Sidecar, log: &mut Log<'_>, hunted: &mut Hunted) -> Result<bool, Problem> {
    if log.version.is_some() {
        return Ok(is_version(sidecar, log));
    }
    let size = log.size;
    let head = log.head()?;
    hunted.bytes_read += head.len() as u64;
    Ok(is_beginning(sidecar, head) && size >= sidecar.directory.size)
}

/// Reads everything.
fn whole(
    log: &mut Log<'_>,
    mut hunted: Hunted,
    current: &Current,
    options: &Options,
    taker: &mut dyn Taker,
) -> Result<Hunted, Problem> {
    let input = log.contents()?.into_reader();
    hunted.tally = run::read(input, log.name, current, options, taker);
    hunted.bytes_read += log.size;
    Ok(hunted)
}

/// A log of which some parts are read.
struct Reading<'r, 'l> {
    log: &'r mut Log<'l>,
    sidecar: &'r Sidecar,
    hunted: Hunted,
    current: &'r Current,
    options: &'r Options,
    taker: &'r mut dyn Taker,
}

impl Reading<'_, '_> {
    /// Reads the parts where they stand, and what the log gained since it was indexed.
    fn anywhere(&mut self, file: &mut File, candidates: &[usize], is_grown: bool) -> std::io::Result<()> {
        let parts = &self.sidecar.directory.parts;
        for number in candidates {
            let part = &parts[*number];
            let bytes = part_of(file, part)?;
            self.hunted.bytes_read += bytes.len() as u64;
            self.matched(part, bytes);
        }
        if !is_grown {
            return Ok(());
        }
        let last = parts.last();
        let lines_in_last = match last {
            Some(part) => memchr::memchr_iter(b'\n', &part_of(file, part)?).count() as u64,
            None => 0,
        };
        let gained = Part {
            offset: last.map_or(0, |part| part.offset + part.bytes),
            line: last.map_or(0, |part| part.line) + lines_in_last,
            preamble: last.and_then(|part| part.preamble),
            bytes: u64::MAX,
            ..Part::default()
        };
        let bytes = part_of(file, &gained)?;
        self.hunted.bytes_read += bytes.len() as u64;
        self.matched(&gained, bytes);
        Ok(())
    }

    /// Reads from the beginning up to the last part that can hold something, and looks at those that can.
    fn in_order(&mut self, mut input: Box<dyn Read + Send>, candidates: &[usize]) -> std::io::Result<()> {
        // How much of the packed file that will be is not known; all of it is said.
        self.hunted.bytes_read += self.log.size;
        let parts = &self.sidecar.directory.parts;
        if parts.iter().all(|part| part.bytes == 0) {
            self.hunted.tally = run::read(input, self.log.name, self.current, self.options, self.taker);
            return Ok(());
        }
        let mut at = 0;
        for number in candidates {
            let part = &parts[*number];
            let skip = part.offset.saturating_sub(at);
            std::io::copy(&mut (&mut input).take(skip), &mut std::io::sink())?;
            let mut bytes = Vec::new();
            (&mut input).take(part.bytes).read_to_end(&mut bytes)?;
            at = part.offset + part.bytes;
            self.matched(part, bytes);
        }
        Ok(())
    }

    /// Matches one part, with the lines that say how to read it before it.
    fn matched(&mut self, part: &Part, bytes: Vec<u8>) {
        let preambles = &self.sidecar.directory.preambles;
        let preamble = part.preamble.and_then(|number| preambles.get(number));
        let before = preamble.map_or(0, |text| memchr::memchr_iter(b'\n', text.as_bytes()).count() as u64);
        let text = preamble.cloned().unwrap_or_default().into_bytes();
        let preamble_bytes = text.len() as u64;
        let input = Cursor::new(text).chain(Cursor::new(bytes));
        let mut moved = Moved {
            from: before,
            to: part.line,
            taker: &mut *self.taker,
        };
        let mut read = run::read(Box::new(input), self.log.name, self.current, self.options, &mut moved);
        read.records = read.records.saturating_sub(before);
        read.bytes = read.bytes.saturating_sub(preamble_bytes);
        self.hunted.tally.add(&read);
    }
}

fn part_of(file: &mut File, part: &Part) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.seek(SeekFrom::Start(part.offset))?;
    file.take(part.bytes).read_to_end(&mut bytes)?;
    Ok(bytes)
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
