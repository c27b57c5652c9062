//! Writes objects for other tools: for exchange, for detection, for blocking.
//!
//! ```text
//! object ── [filter] ── [selector] ── one value or flow at a time ── a format ── [Target]
//!            why not?     why not?                                     why not?
//! ```
//!
//! Rules that hold for every format:
//! * **No weak rule.** What a pattern joins stays joined. Where a format cannot say it, nothing is written and the
//!   [`Problem`] says why. `docs/formats/exports.md` tells what each format can say.
//! * **No value breaks its format.** A value is escaped where the format can, refused where it cannot.
//! * **All, or what changed.** Each format can say what is *to be removed now* ([`Mode::Changes`]).
//! * **Everything is accounted for.** The [`Summary`] counts what was left out and why.
//! * STIX and MISP carry objects as they are, whatever has expired or been revoked; the filters are for the others.
//!
//! Memory does not grow with the export, but for sixteen bytes a value where duplicates have to be known, and for MISP,
//! whose events need all of their parts at once.

mod csv;
mod export;
mod filter;
mod format;
mod hosts;
mod list;
mod misp;
mod nftables;
mod openioc;
mod options;
mod plain;
mod rpz;
mod selector;
mod stix_objects;
mod suricata;
mod target;
mod zeek;

use stix::Problem;
use stix::object::Object;

pub use format::{Effect, OutFormat, UnknownFormat};
pub use options::{Change, Facts, Harmless, LeftOut, Mode, Options, StillWanted, Summary};
pub use selector::{Flow, Selected, Selector, Transport};
pub use target::{Memory, Single, Target};

/// An export that is under way.
pub trait Export {
    /// Writes what an object asks for. An error means that the target failed and the export is worth nothing.
    fn add(&mut self, object: &Object<'_>, change: Change<'_>, facts: &Facts) -> Result<(), Problem>;

    /// Writes the end and gives the account.
    fn finish(self: Box<Self>) -> Result<Summary, Problem>;
}

/// Starts an export. What cannot be written is told to `problems`, each a warning with the object's id.
pub fn export<'a>(
    format: OutFormat,
    options: &'a Options<'a>,
    target: &'a mut dyn Target,
    problems: &'a mut dyn FnMut(Problem),
) -> Result<Box<dyn Export + 'a>, Problem> {
    let writer: Box<dyn export::Writer + 'a> = match format {
        OutFormat::Stix => return stix_objects::bundle(options, target),
        OutFormat::StixNdjson => return stix_objects::lines(options, target),
        OutFormat::Misp => return misp::begin(false, options, target, problems),
        OutFormat::MispFeed => return misp::begin(true, options, target, problems),
        OutFormat::Csv => Box::new(csv::Csv::new(options)),
        OutFormat::List => Box::new(list::List::new(options)),
        OutFormat::SuricataRules => Box::new(suricata::Rules::new(options)),
        OutFormat::SuricataDatasets => Box::new(suricata::Datasets::new(options)),
        OutFormat::ZeekIntel => Box::new(zeek::Zeek::new(options)),
        OutFormat::Rpz => Box::new(rpz::Rpz::new(options)),
        OutFormat::Hosts => Box::new(hosts::Hosts::new(options)),
        OutFormat::Nftables => Box::new(nftables::Nftables::new(options)),
        OutFormat::OpenIoc => Box::new(openioc::OpenIoc::new(options)),
    };
    export::begin(options, writer, target, problems)
}

#[cfg(test)]
mod tests;
