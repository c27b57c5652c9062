//! OpenIOC 1.0: one document, in which every indicator is a part and any of them is a match.
//!
//! OpenIOC has no way to take back: in a change, the document holds what was added or changed, and a second file names
//! the objects to let go of.

use std::fmt::Write as _;
use std::io;

use stix::observable::{Kind, Observable};

use super::export::{Entry, Outcome, Step, Writer};
use super::options::{Mode, Options};
use super::plain::{self, Unsafe};
use super::selector::{Flow, Selector};
use super::stix_objects::{REMOVED, removed_line};
use super::target::Target;

const FILE: &str = "commonwatch.ioc";
const NAMESPACE: uuid::Uuid = uuid::Uuid::from_u128(0x8c1f_1f5e_02a1_4c55_b3b0_5b2f_20a6_0c77);

pub(super) struct OpenIoc<'a> {
    options: &'a Options<'a>,
    /// The object whose removal was written last: one line is enough for all its values.
    removed: Option<String>,
}

impl<'a> OpenIoc<'a> {
    pub(super) fn new(options: &'a Options<'a>) -> Self {
        Self { options, removed: None }
    }
}

impl Writer for OpenIoc<'_> {
    fn each_value_once(&self) -> bool {
        false
    }

    fn begin(&mut self, out: &mut dyn Target) -> io::Result<()> {
        let now = self.options.now.to_string();
        let now = now.get(..19).unwrap_or_default();
        let source = escaped(&plain::note(&self.options.source, 60));
        let id = uuid::Uuid::new_v5(&NAMESPACE, format!("{source} {now}").as_bytes());
        let root = uuid::Uuid::new_v5(&NAMESPACE, format!("{source} {now} root").as_bytes());
        let text = format!(
            "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<ioc xmlns=\"http://schemas.mandiant.com/2010/ioc\" id=\"{id}\" last-modified=\"{now}\">\n  <short_description>{source} {now}Z</short_description>\n  <authored_by>{source}</authored_by>\n  <authored_date>{now}</authored_date>\n  <links />\n  <definition>\n    <Indicator operator=\"OR\" id=\"{root}\">\n"
        );
        out.write(FILE, text.as_bytes())?;
        if self.options.mode == Mode::Changes {
            out.write(REMOVED, b"")
        } else {
            Ok(())
        }
    }

    fn put(&mut self, entry: &Entry<'_>, selector: &Selector, out: &mut dyn Target) -> io::Result<Outcome> {
        if entry.step == Step::Removed {
            if self.removed.as_deref() != Some(entry.id) {
                self.removed = Some(entry.id.to_owned());
                out.write(REMOVED, removed_line(entry.object).as_bytes())?;
            }
            return Ok(Outcome::Written);
        }
        let items = match selector {
            Selector::Value(value) => match term(value) {
                Ok(Some(item)) => vec![item],
                Ok(None) => return Ok(Outcome::NotForFormat),
                Err(why) => return Ok(why.into()),
            },
            Selector::File(hashes) => match hashes.iter().map(term).collect::<Result<Vec<_>, _>>() {
                Ok(items) => items.into_iter().flatten().collect(),
                Err(why) => return Ok(why.into()),
            },
            Selector::Flow(flow) => match flow_terms(flow) {
                Ok(items) => items,
                Err(outcome) => return Ok(outcome),
            },
        };
        if items.is_empty() {
            return Ok(Outcome::NotForFormat);
        }
        let id = |part: &str| uuid::Uuid::new_v5(&NAMESPACE, format!("{} {selector} {part}", entry.id).as_bytes());
        let operator = if matches!(selector, Selector::Flow(_)) {
            "AND"
        } else {
            "OR"
        };
        let mut text = String::new();
        // Two hyphens would end the comment.
        let name = plain::note(entry.object.str("name").unwrap_or_default(), 120).replace('-', " ");
        let _ = writeln!(
            text,
            "      <!-- {} {} -->",
            escaped(&entry.id.replace("--", " ")),
            escaped(&name)
        );
        let _ = writeln!(text, "      <Indicator operator=\"{operator}\" id=\"{}\">", id("all"));
        for (document, search, kind, content) in items {
            let _ = writeln!(
                text,
                "        <IndicatorItem id=\"{}\" condition=\"is\"><Context document=\"{document}\" search=\"{search}\" type=\"mir\" /><Content type=\"{kind}\">{}</Content></IndicatorItem>",
                id(search),
                escaped(&content)
            );
        }
        text.push_str("      </Indicator>\n");
        out.write(FILE, text.as_bytes())?;
        Ok(Outcome::Written)
    }

    fn finish(&mut self, out: &mut dyn Target) -> io::Result<()> {
        out.write(FILE, b"    </Indicator>\n  </definition>\n</ioc>\n")
    }
}

type Term = (&'static str, &'static str, &'static str, String);

fn term(value: &Observable) -> Result<Option<Term>, Unsafe> {
    let (document, search, kind) = match value.kind {
        Kind::Ipv4 | Kind::Ipv6 => ("PortItem", "PortItem/remoteIP", "IP"),
        Kind::Domain => ("Network", "Network/DNS", "string"),
        Kind::Url => ("Network", "Network/URI", "string"),
        Kind::UserAgent => ("Network", "Network/UserAgent", "string"),
        Kind::EmailAddress => ("Email", "Email/From", "string"),
        Kind::EmailSubject => ("Email", "Email/Subject", "string"),
        Kind::Md5 => ("FileItem", "FileItem/Md5sum", "md5"),
        Kind::Sha1 => ("FileItem", "FileItem/Sha1sum", "string"),
        Kind::Sha256 => ("FileItem", "FileItem/Sha256sum", "string"),
        Kind::FileName => ("FileItem", "FileItem/FileName", "string"),
        Kind::FilePath => ("FileItem", "FileItem/FilePath", "string"),
        Kind::RegistryKey => ("RegistryItem", "RegistryItem/KeyPath", "string"),
        Kind::WindowsService => ("ServiceItem", "ServiceItem/name", "string"),
        Kind::Mutex => ("ProcessItem", "ProcessItem/HandleList/Handle/Name", "string"),
        _ => return Ok(None),
    };
    let content = plain::line(&value.value)?.to_owned();
    Ok(Some((document, search, kind, content)))
}

fn flow_terms(flow: &Flow) -> Result<Vec<Term>, Outcome> {
    let (Some(end), None, None) = (&flow.destination, &flow.source, flow.source_port) else {
        return Err(Outcome::NotExpressible(
            "only the far end of a connection has a name there".to_owned(),
        ));
    };
    let Some(first) = term(end)? else {
        return Err(Outcome::NotForFormat);
    };
    let mut terms = vec![first];
    if let Some(port) = flow.destination_port {
        terms.push(("PortItem", "PortItem/remotePort", "int", port.to_string()));
    }
    if let Some(transport) = flow.transport {
        terms.push((
            "PortItem",
            "PortItem/protocol",
            "string",
            transport.as_str().to_ascii_uppercase(),
        ));
    }
    Ok(terms)
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&apos;")
}
