//! MISP events: one file with all of them, or a feed directory that MISP fetches by itself.
//!
//! The objects of an event refer to each other, so they are held until all have been given: memory grows with what is
//! exported. Nothing is filtered, as in STIX. In a change, objects that are gone stand in a second file, as in STIX too;
//! MISP itself follows a full feed by the times in its manifest.

use stix::Problem;
use stix::object::Object;
use uuid::Uuid;

use super::Export;
use super::export::failed;
use super::options::{Change, Facts, LeftOut, Mode, Options, Summary};
use super::stix_objects::{REMOVED, removed_line};
use super::target::Target;
use crate::misp::{FeedIndex, WriteOptions, Writer, WrittenEvent, file_name};

/// All events, in the form in which a MISP server answers.
const EVENTS: &str = "events.json";

/// The namespace of the ids of what stands for the source of an export.
const SOURCES: Uuid = Uuid::from_u128(0x8d5e_61b4_0f0a_4a5e_8b1c_3a27_f6a4_9c12);

struct Events<'a> {
    writer: Writer,
    is_feed: bool,
    mode: Mode,
    target: &'a mut dyn Target,
    problems: &'a mut dyn FnMut(Problem),
    summary: Summary,
}

pub(super) fn begin<'a>(
    is_feed: bool,
    options: &Options<'a>,
    target: &'a mut dyn Target,
    problems: &'a mut dyn FnMut(Problem),
) -> Result<Box<dyn Export + 'a>, Problem> {
    let named = |what: &str| Uuid::new_v5(&SOURCES, format!("{what} {}", options.source).as_bytes());
    let writer = Writer::new(WriteOptions {
        info: format!("Objects of {} that belong to no report", options.source),
        event: named("event"),
        organisation: options.source.clone(),
        organisation_uuid: named("organisation"),
        now: options.now,
    });
    // The first file named is the one that a reader of one file gets.
    let first = if is_feed { "manifest.json" } else { EVENTS };
    target.write(first, b"").map_err(|error| failed(&error))?;
    if options.mode == Mode::Changes {
        target.write(REMOVED, b"").map_err(|error| failed(&error))?;
    }
    Ok(Box::new(Events {
        writer,
        is_feed,
        mode: options.mode,
        target,
        problems,
        summary: Summary::default(),
    }))
}

impl Export for Events<'_> {
    fn add(&mut self, object: &Object<'_>, change: Change<'_>, _: &Facts) -> Result<(), Problem> {
        self.summary.objects += 1;
        if !matches!(change, Change::Removed) {
            self.writer.object(object.map());
            self.summary.written += 1;
            return Ok(());
        }
        if self.mode == Mode::Full {
            *self.summary.left_out.entry(LeftOut::Revoked).or_default() += 1;
            return Ok(());
        }
        self.summary.removed += 1;
        let line = removed_line(object.map());
        self.target
            .write(REMOVED, line.as_bytes())
            .map_err(|error| failed(&error))
    }

    fn finish(self: Box<Self>) -> Result<Summary, Problem> {
        let Self {
            writer,
            is_feed,
            target,
            problems,
            summary,
            ..
        } = *self;
        let unsaid = if is_feed {
            feed(writer, target)?
        } else {
            events(writer, target)?
        };
        unsaid.into_iter().for_each(problems);
        Ok(summary)
    }
}

fn events(writer: Writer, target: &mut dyn Target) -> Result<Vec<Problem>, Problem> {
    let mut before = "{\"response\":[\n";
    let unsaid = writer.finish(&mut |event: WrittenEvent| {
        let text = format!("{before}{}", event.json);
        before = ",\n";
        target.write(EVENTS, text.as_bytes()).map_err(|error| failed(&error))
    })?;
    let end = if before == ",\n" {
        "\n]}\n"
    } else {
        "{\"response\":[]}\n"
    };
    target.write(EVENTS, end.as_bytes()).map_err(|error| failed(&error))?;
    Ok(unsaid)
}

fn feed(writer: Writer, target: &mut dyn Target) -> Result<Vec<Problem>, Problem> {
    let mut index = FeedIndex::default();
    let unsaid = writer.finish(&mut |event: WrittenEvent| {
        index.add(&event);
        let name = file_name(event.uuid);
        target
            .write(&name, event.json.as_bytes())
            .map_err(|error| failed(&error))
    })?;
    let (manifest, hashes) = index.finish();
    for (name, text) in [("manifest.json", manifest), ("hashes.csv", hashes)] {
        target.write(name, text.as_bytes()).map_err(|error| failed(&error))?;
    }
    Ok(unsaid)
}
