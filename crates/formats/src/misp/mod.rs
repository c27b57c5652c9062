//! MISP in and out: events, search answers and feed directories, to STIX 2.1 objects and back.
//!
//! ```text
//! event ----------> report (published) or grouping, naming everything below
//! attribute ------> to_ids: indicator, based on observed-data of observables; else observed-data
//! object ---------> the same from a template; or the STIX object it describes (vulnerability, identity, ...)
//! galaxy cluster -> attack-pattern, malware, tool, threat-actor, intrusion-set, location, ...
//! tag ------------> TLP and PAP: markings; others: labels
//! sighting -------> sighting, opinion (false positive), note (expiry)
//! the rest -------> x-misp-attribute, x-misp-object and others, with a warning that names it
//! ```
//!
//! Whatever MISP needs on the way back stands beside as `x_misp_*` properties, so that an event that goes through STIX
//! comes back with the same content. docs/formats/misp-mapping.md has the tables and the reasons.

mod attribute;
mod attribute_table;
mod build;
mod context;
mod convert;
mod describe;
mod element;
mod envelope;
mod event;
mod executable;
mod feed;
mod fit;
mod galaxy;
mod md5;
mod message;
mod object;
mod object_table;
mod observable;
mod observe;
mod out;
mod pattern;
mod tags;
mod text;
mod time;
mod traffic;
mod types;
mod write;

pub use context::{agreement, relationship_type};
pub use envelope::members;
pub use feed::{FeedIndex, ManifestEntry, changed, file_name, hash_line, manifest, read_feed};
pub use types::{attribute_categories, attribute_types, default_category};
pub use write::{Element, WriteOptions, Writer, WrittenEvent, elements, part_of};

use stix::{Place, Problem};

use crate::{ReadOptions, Sink, Summary};

/// The identifier of the extension definition under which an object type stands that MISP needs and STIX does not have.
pub fn extension_definition() -> &'static str {
    out::EXTENSION
}

/// What is made of an attribute that is for detection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Detection {
    /// What the published mapping has: an indicator, observed data that says the value again, the value, and that the
    /// first is based on the second.
    #[default]
    Observed,
    /// The indicator. One that somebody types in was not observed by that, and a large event is a quarter as large.
    IndicatorOnly,
}

/// Reads MISP JSON: one event or a list, bare or wrapped, or the attributes or objects of a search.
///
/// The input is held as it is; beyond that, memory grows only with what elements need to know of each other
/// (a few dozen bytes each), not with their content.
pub fn read_json(input: &[u8], options: &ReadOptions, sink: &mut dyn Sink) -> Result<Summary, Problem> {
    read_json_as(input, Detection::Observed, options, sink)
}

/// [`read_json`] with a say in what is made of attributes for detection.
pub fn read_json_as(
    input: &[u8],
    detection: Detection,
    options: &ReadOptions,
    sink: &mut dyn Sink,
) -> Result<Summary, Problem> {
    let text = utf8(input)?;
    let mut out = out::Out::new("misp-event", options, sink);
    out.detection = detection;
    envelope::pieces(text, &mut |piece, path| match piece {
        envelope::Piece::Event(entries, whole) => event::event(entries, whole, path, &mut out),
        envelope::Piece::Attributes(raw) => {
            out.summary.format = "misp-attributes";
            let mut scope = event::loose_scope(&mut out)?;
            event::attributes(raw, path, &mut scope, &mut out)?;
            context::resolve(&mut scope, &mut out)?;
            scope.tell_unmapped(&mut out);
            Ok(())
        }
        envelope::Piece::Objects(raw) => {
            out.summary.format = "misp-objects";
            let mut scope = event::loose_scope(&mut out)?;
            event::objects(raw, path, &mut scope, &mut out)?;
            context::resolve(&mut scope, &mut out)?;
            scope.tell_unmapped(&mut out);
            Ok(())
        }
        envelope::Piece::Broken(problem) => {
            out.problem(problem);
            Ok(())
        }
    })
    .map_err(|mut problem| {
        problem.place.file = problem.place.file.or_else(|| options.name.clone());
        problem
    })?;
    Ok(out.summary)
}

/// The text of an input; a byte order mark before it is left out.
fn utf8(input: &[u8]) -> Result<&str, Problem> {
    let input = input.strip_prefix(b"\xef\xbb\xbf").unwrap_or(input);
    std::str::from_utf8(input).map_err(|error| {
        let before = &input[..error.valid_up_to()];
        let line = 1 + memchr::memchr_iter(b'\n', before).count() as u64;
        let column = 1 + before.iter().rev().take_while(|byte| **byte != b'\n').count() as u64;
        Problem::error(
            "not-utf-8",
            Place::line(line, column),
            "JSON is UTF-8; here stands a byte that is not",
        )
        .help("save the file as UTF-8")
    })
}
