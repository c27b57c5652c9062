//! A file for Zeek's intelligence framework.
//!
//! Zeek takes new lines from a file but never lets go of old ones while it runs. A change is therefore two files, one
//! to add and one to remove; `docs/formats/exports.md` has the few lines of Zeek script that act on the second.

use std::io;

use stix::observable::{Kind, Observable};

use super::export::{Entry, Outcome, Step, Writer};
use super::options::{Mode, Options};
use super::plain::{self, Unsafe};
use super::selector::Selector;
use super::target::Target;

const FULL: &str = "commonwatch.intel";
const ADDED: &str = "commonwatch-added.intel";
const REMOVED: &str = "commonwatch-removed.intel";
const HEADER: &str = "#fields\tindicator\tindicator_type\tmeta.source\tmeta.desc\n";

pub(super) struct Zeek<'a> {
    options: &'a Options<'a>,
}

impl<'a> Zeek<'a> {
    pub(super) fn new(options: &'a Options<'a>) -> Self {
        Self { options }
    }
}

impl Writer for Zeek<'_> {
    fn each_value_once(&self) -> bool {
        // Zeek keeps what each source says of a value; we are one source.
        true
    }

    fn begin(&mut self, out: &mut dyn Target) -> io::Result<()> {
        match self.options.mode {
            Mode::Full => out.write(FULL, HEADER.as_bytes()),
            Mode::Changes => {
                out.write(ADDED, HEADER.as_bytes())?;
                out.write(REMOVED, HEADER.as_bytes())
            }
        }
    }

    fn put(&mut self, entry: &Entry<'_>, selector: &Selector, out: &mut dyn Target) -> io::Result<Outcome> {
        let values: Vec<&Observable> = match selector {
            Selector::Value(value) => vec![value],
            Selector::File(hashes) => hashes.iter().collect(),
            Selector::Flow(_) => match selector.only_end() {
                Some(end) => vec![end],
                None => return Ok(Outcome::NotExpressible("Zeek's intelligence knows no ports".to_owned())),
            },
        };
        let file = match entry.step {
            Step::Present => FULL,
            Step::Added | Step::Changed => ADDED,
            Step::Removed => REMOVED,
        };
        let source = field(&plain::note(&self.options.source, 60));
        let name = plain::note(entry.object.str("name").unwrap_or_default(), 120);
        let description = field(plain::note(&format!("{name} {}", entry.id), 300).trim());
        let mut lines = String::new();
        for value in values {
            match indicator(value) {
                Ok(Some((indicator, kind))) => {
                    lines.push_str(&format!(
                        "{}\tIntel::{kind}\t{source}\t{description}\n",
                        field(&indicator)
                    ));
                }
                Ok(None) => {}
                Err(why) => return Ok(why.into()),
            }
        }
        if lines.is_empty() {
            return Ok(Outcome::NotForFormat);
        }
        out.write(file, lines.as_bytes())?;
        Ok(Outcome::Written)
    }

    fn finish(&mut self, _: &mut dyn Target) -> io::Result<()> {
        Ok(())
    }
}

/// The value as Zeek has it, and its type.
fn indicator(value: &Observable) -> Result<Option<(String, &'static str)>, Unsafe> {
    let plain_line = || plain::line(&value.value).map(str::to_owned);
    Ok(Some(match value.kind {
        Kind::Ipv4 | Kind::Ipv6 | Kind::Ipv4Network | Kind::Ipv6Network => {
            let network = plain::narrow_network(value)?;
            let shown = plain::shown(network);
            let kind = if shown.contains('/') { "SUBNET" } else { "ADDR" };
            (shown, kind)
        }
        Kind::Domain => (plain::domain(&value.value)?.to_owned(), "DOMAIN"),
        // "A complete URL without the prefix": Zeek joins host and URI of what it sees.
        Kind::Url => {
            let url = plain_line()?;
            match url.split_once("://") {
                Some(("http" | "https", rest)) if !rest.split('/').next().unwrap_or_default().contains('@') => {
                    (rest.to_owned(), "URL")
                }
                _ => return Ok(None),
            }
        }
        Kind::EmailAddress => (plain_line()?, "EMAIL"),
        Kind::Md5 | Kind::Sha1 | Kind::Sha256 => (plain_line()?, "FILE_HASH"),
        Kind::FileName => (plain_line()?, "FILE_NAME"),
        Kind::CertificateSha1 => (plain_line()?, "CERT_HASH"),
        Kind::UserAgent => (plain_line()?, "SOFTWARE"),
        _ => return Ok(None),
    }))
}

/// A field of Zeek's text format: tab, backslash and what Zeek would take for something else are written as bytes.
fn field(text: &str) -> String {
    let escaped = text.replace('\\', "\\x5c").replace('\t', "\\x09");
    match escaped.as_str() {
        "" => "-".to_owned(),
        "-" => "\\x2d".to_owned(),
        "(empty)" => "\\x28empty)".to_owned(),
        _ => match escaped.strip_prefix('#') {
            Some(rest) => format!("\\x23{rest}"),
            None => escaped,
        },
    }
}
