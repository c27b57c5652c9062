//! STIX objects as they are: a bundle, or one object a line.
//!
//! Nothing is filtered: an exchange tells what has expired or was revoked too. In a change, objects that are gone
//! without a revocation (deleted, no longer visible to the reader) stand in a second file, one a line, with their id.

use std::borrow::Cow;
use std::io;

use stix::json::Map;
use stix::object::Object;
use stix::{Id, Problem};

use super::Export;
use super::export::failed;
use super::options::{Change, Facts, LeftOut, Mode, Options, Summary};
use super::target::Target;

const BUNDLE: &str = "bundle.json";
const LINES: &str = "objects.ndjson";
pub(super) const REMOVED: &str = "removed.ndjson";

/// The namespace of the ids of our bundles, which have to differ and need not be found again.
const BUNDLES: uuid::Uuid = uuid::Uuid::from_u128(0x5f0c_2b60_7d0e_4f3c_9a53_0c1d_7f3e_6a11);

struct Objects<'a> {
    file: &'static str,
    target: &'a mut dyn Target,
    mode: Mode,
    summary: Summary,
}

pub(super) fn bundle<'a>(options: &Options<'a>, target: &'a mut dyn Target) -> Result<Box<dyn Export + 'a>, Problem> {
    let name = format!("{} {}", options.source, options.now.micros());
    let id = Id::new("bundle", uuid::Uuid::new_v5(&BUNDLES, name.as_bytes()));
    let start = format!("{{\"type\":\"bundle\",\"id\":\"{id}\"");
    target.write(BUNDLE, start.as_bytes()).map_err(|error| failed(&error))?;
    begin(BUNDLE, options, target)
}

pub(super) fn lines<'a>(options: &Options<'a>, target: &'a mut dyn Target) -> Result<Box<dyn Export + 'a>, Problem> {
    target.write(LINES, b"").map_err(|error| failed(&error))?;
    begin(LINES, options, target)
}

fn begin<'a>(
    file: &'static str,
    options: &Options<'a>,
    target: &'a mut dyn Target,
) -> Result<Box<dyn Export + 'a>, Problem> {
    if options.mode == Mode::Changes {
        target.write(REMOVED, b"").map_err(|error| failed(&error))?;
    }
    Ok(Box::new(Objects {
        file,
        target,
        mode: options.mode,
        summary: Summary::default(),
    }))
}

impl Objects<'_> {
    fn write(&mut self, object: &Object<'_>, change: Change<'_>) -> io::Result<()> {
        if let Change::Removed = change {
            if self.mode == Mode::Full {
                *self.summary.left_out.entry(LeftOut::Revoked).or_default() += 1;
                return Ok(());
            }
            self.summary.removed += 1;
            return self.target.write(REMOVED, removed_line(object.map()).as_bytes());
        }
        let text = one_line(object.text());
        if self.file == LINES {
            self.target.write(LINES, format!("{text}\n").as_bytes())?;
        } else {
            // An empty list of objects is not allowed (STIX 2.1 section 8): the list begins with the first object.
            let before = if self.summary.written == 0 {
                ",\"objects\":[\n"
            } else {
                ",\n"
            };
            self.target.write(BUNDLE, format!("{before}{text}").as_bytes())?;
        }
        self.summary.written += 1;
        Ok(())
    }
}

impl Export for Objects<'_> {
    fn add(&mut self, object: &Object<'_>, change: Change<'_>, _: &Facts) -> Result<(), Problem> {
        self.summary.objects += 1;
        self.write(object, change).map_err(|error| failed(&error))
    }

    fn finish(self: Box<Self>) -> Result<Summary, Problem> {
        if self.file == BUNDLE {
            let end = if self.summary.written == 0 { "}\n" } else { "\n]}\n" };
            self.target
                .write(BUNDLE, end.as_bytes())
                .map_err(|error| failed(&error))?;
        }
        Ok(self.summary)
    }
}

/// A line break in JSON can only stand between tokens, where a space means the same.
fn one_line(text: &str) -> Cow<'_, str> {
    match memchr::memchr2(b'\n', b'\r', text.as_bytes()) {
        None => Cow::Borrowed(text),
        Some(_) => Cow::Owned(text.replace(['\n', '\r'], " ")),
    }
}

/// What tells a reader to let go of an object.
pub(super) fn removed_line(object: &Map<'_>) -> String {
    let mut line = serde_json::Map::new();
    for key in ["id", "modified"] {
        if let Some(value) = object.str(key) {
            line.insert(key.to_owned(), value.into());
        }
    }
    format!("{}\n", serde_json::Value::Object(line))
}
