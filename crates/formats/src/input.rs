//! The way in: unpacks, decodes, finds out what an input is, and gives it to its reader.

use std::collections::BTreeMap;
use std::io::{Cursor, Read};
use std::rc::Rc;

use stix::{Place, Problem, Severity};

use crate::detect::{Format, PEEK, detect};
use crate::tally::Tally;
use crate::unpack::{self, Meter, Wrapping, read_problem, read_whole};
use crate::{ReadOptions, Sink, Summary, decode, indicators, misp, objects, office, openioc, prose, rules};

/// Largest input of a format that has to be held in memory whole (rules, reports, OpenIOC).
pub const WHOLE_BYTES: u64 = 64 << 20;

/// Largest MISP input: its elements refer to each other, so it is held in memory.
pub const MISP_BYTES: u64 = 1 << 30;

/// Reads an input of any format, packed or not.
///
/// The error is for an input that cannot be read further: a limit was reached, the compression is damaged, or the
/// sink has had enough. What was handed to the sink until then stands.
pub fn read_any(input: &mut dyn Read, options: &ReadOptions, sink: &mut dyn Sink) -> Result<Summary, Problem> {
    let mut layers = Layers::new(options, sink);
    let outcome = layers.read(Box::new(input), 0);
    layers.finish(outcome)
}

/// Reads an input that is in memory; STIX is taken apart without copying.
pub fn read_slice(input: &[u8], options: &ReadOptions, sink: &mut dyn Sink) -> Result<Summary, Problem> {
    let body = input.strip_prefix(b"\xef\xbb\xbf").unwrap_or(input);
    let format = match Wrapping::of(input) {
        None if !decode::is_wide(input) => detect(body),
        _ => return read_any(&mut Cursor::new(input), options, sink),
    };
    let mut layers = Layers::new(options, sink);
    let outcome = match format {
        Format::MispEvent => layers.misp(body),
        _ if is_stix(format) => {
            layers.saw(format.name());
            objects::read_slice(body, &options.limits, &mut layers.tally)
        }
        _ => layers.read(Box::new(input), 0),
    };
    layers.finish(outcome)
}

fn is_stix(format: Format) -> bool {
    matches!(
        format,
        Format::StixBundle | Format::TaxiiEnvelope | Format::StixObjects | Format::StixList
    )
}

/// The layers of one input.
struct Layers<'a> {
    options: &'a ReadOptions,
    meter: Rc<Meter>,
    tally: Tally<'a>,
    format: Option<&'static str>,
}

impl<'a> Layers<'a> {
    fn new(options: &'a ReadOptions, sink: &'a mut dyn Sink) -> Self {
        Self {
            options,
            meter: Rc::new(Meter::new(options.limits)),
            tally: Tally::new(options.limits, options.name.clone(), sink),
            format: None,
        }
    }

    fn saw(&mut self, format: &'static str) {
        self.format = match self.format {
            None => Some(format),
            Some(same) if same == format => Some(same),
            Some(_) => Some("mixed"),
        };
    }

    fn finish(self, outcome: Result<(), Problem>) -> Result<Summary, Problem> {
        match outcome {
            Ok(()) => Ok(Summary {
                format: self.format.unwrap_or("empty"),
                objects: self.tally.objects,
                refused: self.tally.refused,
            }),
            Err(mut problem) => {
                if problem.place.file.is_none() {
                    problem.place.file = self.tally.label;
                }
                Err(problem)
            }
        }
    }

    /// Reads one layer; `depth` counts the wrappings around it.
    fn read(&mut self, mut input: Box<dyn Read + '_>, depth: usize) -> Result<(), Problem> {
        let mut head = Vec::with_capacity(PEEK);
        input
            .by_ref()
            .take(PEEK as u64)
            .read_to_end(&mut head)
            .map_err(|error| read_problem(&error))?;
        if let Some(wrapping) = Wrapping::of(&head) {
            self.meter.depth(depth + 1)?;
            let whole: Box<dyn Read + '_> = Box::new(Cursor::new(head).chain(input));
            return match wrapping {
                Wrapping::Zip => self.archive(whole, depth + 1),
                Wrapping::Gzip | Wrapping::Zstd => {
                    let inner = unpack::open(wrapping, whole, Rc::clone(&self.meter));
                    self.read(inner, depth + 1)
                }
            };
        }
        let mut text = decode::to_utf8(head, input)?;
        let mut head = Vec::with_capacity(PEEK);
        text.by_ref()
            .take(PEEK as u64)
            .read_to_end(&mut head)
            .map_err(|error| read_problem(&error))?;
        let format = detect(&head);
        let mut whole = Cursor::new(head).chain(text);
        if format == Format::MispEvent {
            return self.misp(&read_whole(&mut whole, MISP_BYTES, "the MISP input")?);
        }
        self.saw(format.name());
        if format == Format::Mail {
            let mail = read_whole(&mut whole, WHOLE_BYTES, "the mail")?;
            return self.mail(&mail, depth);
        }
        self.dispatch(format, &mut whole)
    }

    /// Reads a mail: what it says as a report, and each attachment for itself, as the members of an archive.
    fn mail(&mut self, mail: &[u8], depth: usize) -> Result<(), Problem> {
        self.meter.depth(depth + 1)?;
        let Some(mail) = prose::mail::Mail::read(mail) else {
            let problem = Problem::error("bad-mail", Place::default(), "the mail cannot be read");
            self.tally.problem(problem.help("save it anew, or hand in its text"));
            return Ok(());
        };
        if !mail.text.trim().is_empty() {
            prose::text::read_titled(mail.subject.as_deref(), &mail.text, self.options, &mut self.tally)?;
        }
        let outer = self.tally.label.clone();
        for (name, content) in mail.attachments {
            self.tally.label = Some(match &outer {
                Some(outer) => format!("{outer}/{name}"),
                None => name,
            });
            match self.read(Box::new(Cursor::new(content)), depth + 1) {
                Err(problem) if !is_final(&problem) => self.tally.problem(problem),
                outcome => outcome?,
            }
            self.tally.label.clone_from(&outer);
        }
        Ok(())
    }

    fn misp(&mut self, input: &[u8]) -> Result<(), Problem> {
        let options = ReadOptions {
            name: self.tally.label.clone(),
            ..self.options.clone()
        };
        let summary = misp::read_json(input, &options, &mut self.tally)?;
        self.saw(summary.format);
        Ok(())
    }

    fn archive(&mut self, mut input: Box<dyn Read + '_>, depth: usize) -> Result<(), Problem> {
        let archive = read_whole(&mut input, unpack::ARCHIVE_BYTES, "the zip archive")?;
        if let Some(kind) = office::Kind::of(&archive) {
            return self.office(kind, &archive);
        }
        let meter = Rc::clone(&self.meter);
        let outer = self.tally.label.clone();
        unpack::zip_members(&archive, &meter, &mut |name, member| {
            self.tally.label = Some(match &outer {
                Some(outer) => format!("{outer}/{name}"),
                None => name,
            });
            // A member that is damaged or expands too far does not keep the others from being read; a cap on the
            // whole input does, as every further member would only reach it again.
            let outcome = match member.and_then(|member| self.read(member, depth)) {
                Err(problem) if !is_final(&problem) => {
                    self.tally.problem(problem);
                    Ok(())
                }
                outcome => outcome,
            };
            if outcome.is_ok() {
                self.tally.label.clone_from(&outer);
            }
            outcome
        })
    }

    /// Reads a document of an office program: its text as a report, its sheets as tables or lists.
    fn office(&mut self, kind: office::Kind, archive: &[u8]) -> Result<(), Problem> {
        let mut parts = BTreeMap::new();
        let meter = Rc::clone(&self.meter);
        unpack::zip_members(archive, &meter, &mut |name, member| {
            if kind.needs(&name) {
                let mut part = member?;
                parts.insert(
                    name,
                    read_whole(&mut part, office::PART_BYTES, "a part of the document")?,
                );
            }
            Ok(())
        })?;
        match kind.texts(&parts) {
            Err(problem) => self.tally.problem(problem),
            Ok(texts) => {
                self.saw(kind.name());
                for text in texts.iter().filter(|text| !text.trim().is_empty()) {
                    let head = &text.as_bytes()[..text.len().min(PEEK)];
                    let format = match detect(head) {
                        // What a cell or a paragraph says is no document of its own.
                        table @ (Format::Csv | Format::List) => table,
                        _ => Format::Text,
                    };
                    self.dispatch(format, &mut Cursor::new(text.as_bytes()))?;
                }
            }
        }
        Ok(())
    }

    fn dispatch(&mut self, format: Format, input: &mut dyn Read) -> Result<(), Problem> {
        let options = self.options;
        let sink = &mut self.tally;
        match format {
            Format::StixBundle | Format::TaxiiEnvelope | Format::StixObjects | Format::StixList => {
                objects::read(input, &options.limits, sink)
            }
            Format::MispEvent | Format::MispManifest => {
                let problem = Problem::error(
                    "feed-manifest",
                    Place::default(),
                    "this is the manifest of a MISP feed, which holds no events itself",
                );
                sink.problem(problem.help("hand in the folder or the address of the feed"));
                Ok(())
            }
            Format::Csv => indicators::table::read(input, options, sink),
            Format::List => indicators::list::read(input, options, sink),
            Format::OpenIoc => openioc::read(&whole_text(input)?, options, sink),
            Format::Yara => rules::yara::read(&whole_text(input)?, options, sink),
            Format::Sigma => rules::sigma::read(&whole_text(input)?, options, sink),
            Format::Suricata => rules::suricata::read(input, options, sink),
            Format::Html => {
                let text = prose_text(input, sink)?;
                prose::html::read(&text, options, sink)
            }
            Format::Text => {
                let text = prose_text(input, sink)?;
                prose::text::read(&text, options, sink)
            }
            // Its parts are inputs of their own: see `read`.
            Format::Mail => Ok(()),
            Format::Pdf => prose::pdf::read(&read_whole(input, WHOLE_BYTES, "the PDF document")?, options, sink),
            Format::OtherJson | Format::OtherXml | Format::Binary => {
                sink.problem(unknown(format));
                Ok(())
            }
            Format::Empty => {
                sink.problem(Problem::warning("empty", Place::default(), "the input is empty"));
                Ok(())
            }
        }
    }
}

/// Whether a problem ends the whole input and not only one member of an archive.
fn is_final(problem: &Problem) -> bool {
    const ENDS_ONE_MEMBER: [&str; 8] = [
        "bad-compression",
        "expands-too-much",
        "archive-too-deep",
        "input-too-large",
        "bad-zip",
        "encrypted-member",
        "not-utf8",
        "too-broken",
    ];
    problem.severity == Severity::Error && !ENDS_ONE_MEMBER.contains(&problem.code)
}

fn unknown(format: Format) -> Problem {
    let what = match format {
        Format::OtherJson => "JSON that is neither STIX, TAXII nor MISP",
        Format::OtherXml => "XML that is not OpenIOC",
        _ => "not text, and not a document or archive that can be read",
    };
    Problem::error("unknown-format", Place::line(1, 1), format!("the input is {what}")).help(
        "readable are STIX, TAXII, MISP, CSV, lists of indicators, OpenIOC, YARA, Sigma, Suricata, text, HTML, PDF, mails, documents and tables of office programs, also in gzip, zstd or zip",
    )
}

fn whole_text(input: &mut dyn Read) -> Result<String, Problem> {
    let bytes = read_whole(input, WHOLE_BYTES, "the text")?;
    String::from_utf8(bytes).map_err(|error| decode::not_utf8(error.as_bytes(), error.utf8_error().valid_up_to()))
}

/// The text of a report; a wrong encoding costs the letters beyond ASCII, not the report.
fn prose_text(input: &mut dyn Read, sink: &mut dyn Sink) -> Result<String, Problem> {
    let bytes = read_whole(input, WHOLE_BYTES, "the text")?;
    String::from_utf8(bytes).or_else(|error| {
        let mut problem = decode::not_utf8(error.as_bytes(), error.utf8_error().valid_up_to());
        problem.severity = Severity::Warning;
        sink.problem(problem);
        Ok(String::from_utf8_lossy(error.as_bytes()).into_owned())
    })
}
