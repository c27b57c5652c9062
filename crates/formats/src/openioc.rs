//! OpenIOC 1.0 and 1.1: a tree of AND and OR over terms such as `FileItem/Md5sum`, as one STIX pattern.
//!
//! Document type declarations are refused, so no entity can be defined or fetched. A term that STIX has no path for
//! is named in a warning and in the description. Below an OR the other terms still make a pattern; below an AND, leaving a
//! term out would make the pattern match more than was meant, so the whole AND is left out.

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use stix::observable::{Kind, Observable, normalise, refang};
use stix::{Place, Problem};

use crate::draft::{self, Dates, Draft};
use crate::indicators::{date, pattern};
use crate::{ReadOptions, Sink};

/// Deepest nesting of elements and of the tree.
const DEPTH: usize = 64;
/// Most terms of one indicator.
const TERMS: usize = 10_000;

/// One node of the tree.
#[derive(Debug)]
enum Node {
    Operator { and: bool, children: Vec<Node> },
    Term(Term),
}

#[derive(Clone, Debug, Default)]
struct Term {
    condition: String,
    negated: bool,
    search: String,
    content: String,
    line: u64,
}

/// One `ioc` element.
#[derive(Debug, Default)]
struct Ioc {
    id: String,
    name: String,
    description: String,
    modified: Option<stix::Timestamp>,
    created: Option<stix::Timestamp>,
    links: Vec<String>,
    root: Vec<Node>,
    line: u64,
}

/// Reads a document; each `ioc` in it becomes an indicator.
pub fn read(text: &str, options: &ReadOptions, sink: &mut dyn Sink) -> Result<(), Problem> {
    let mut reader = Reader::from_str(text);
    let mut walk = Walk::default();
    let mut lines = Lines { text, at: 0, line: 1 };
    loop {
        let line = lines.at(usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX));
        let refuse = |why: String| {
            Problem::error(
                "openioc-syntax",
                Place::line(line, 1),
                format!("the OpenIOC document cannot be read: {why}"),
            )
        };
        match reader.read_event() {
            Err(error) => {
                sink.problem(refuse(error.to_string()));
                return Ok(());
            }
            Ok(Event::Eof) => {
                if walk.found == 0 {
                    sink.problem(refuse("it has no complete 'ioc' element".to_owned()));
                }
                return Ok(());
            }
            Ok(Event::DocType(_)) => {
                sink.problem(refuse(
                    "it has a document type declaration, which is not allowed".to_owned(),
                ));
                return Ok(());
            }
            Ok(Event::Start(element)) => {
                walk.start(&element, line);
                if walk.path.len() > DEPTH || walk.terms > TERMS {
                    sink.problem(refuse(format!(
                        "it has more than {DEPTH} levels or {TERMS} terms, the limits"
                    )));
                    return Ok(());
                }
            }
            Ok(Event::Empty(element)) => {
                walk.start(&element, line);
                walk.end();
            }
            Ok(Event::End(_)) => {
                if let Some(ioc) = walk.end() {
                    hand_on(&ioc, options, sink)?;
                }
            }
            Ok(Event::Text(text)) => walk.text(&text),
            Ok(Event::CData(text)) => walk.text(&text),
            Ok(Event::GeneralRef(reference)) => {
                let name: &str = &reference;
                let letter = reference.resolve_char_ref().ok().flatten();
                let known = quick_xml::escape::resolve_predefined_entity(name);
                match (letter, known) {
                    (Some(letter), _) => walk.text(letter.encode_utf8(&mut [0; 4])),
                    (None, Some(text)) => walk.text(text),
                    (None, None) => {}
                }
            }
            Ok(_) => {}
        }
    }
}

struct Lines<'a> {
    text: &'a str,
    at: usize,
    line: u64,
}

impl Lines<'_> {
    fn at(&mut self, offset: usize) -> u64 {
        let offset = offset.clamp(self.at, self.text.len());
        self.line += memchr::memchr_iter(b'\n', &self.text.as_bytes()[self.at..offset]).count() as u64;
        self.at = offset;
        self.line
    }
}

#[derive(Default)]
struct Walk {
    path: Vec<String>,
    ioc: Option<Ioc>,
    open: Vec<(bool, Vec<Node>)>,
    term: Option<Term>,
    value: String,
    terms: usize,
    found: usize,
}

fn attribute(element: &BytesStart<'_>, name: &str) -> String {
    element
        .attributes()
        .with_checks(false)
        .flatten()
        .take(64)
        .find(|attribute| attribute.key.local_name().as_ref() == name)
        .and_then(|attribute| {
            quick_xml::escape::unescape(&attribute.value)
                .map(|text| text.into_owned())
                .ok()
        })
        .unwrap_or_default()
}

impl Walk {
    fn start(&mut self, element: &BytesStart<'_>, line: u64) {
        let name = element.local_name().as_ref().to_owned();
        match name.as_str() {
            "ioc" | "OpenIOC" if self.ioc.is_none() => {
                self.ioc = Some(Ioc {
                    id: attribute(element, "id"),
                    modified: date::read(&attribute(element, "last-modified")),
                    created: date::read(&attribute(element, "published-date")),
                    line,
                    ..Ioc::default()
                });
                self.terms = 0;
                self.open.clear();
            }
            "Indicator" => self
                .open
                .push((attribute(element, "operator").eq_ignore_ascii_case("AND"), Vec::new())),
            "IndicatorItem" => {
                let condition = attribute(element, "condition");
                let negated =
                    attribute(element, "negate") == "true" || condition == "isnot" || condition == "containsnot";
                self.terms += 1;
                self.term = Some(Term {
                    condition,
                    negated,
                    line,
                    ..Term::default()
                });
            }
            "Context" => {
                if let Some(term) = &mut self.term {
                    term.search = attribute(element, "search");
                }
            }
            "link" => {
                let address = attribute(element, "href");
                if let Some(ioc) = self
                    .ioc
                    .as_mut()
                    .filter(|ioc| !address.is_empty() && ioc.links.len() < 64)
                {
                    ioc.links.push(address);
                }
            }
            _ => {}
        }
        self.value.clear();
        self.path.push(name);
    }

    fn text(&mut self, text: &str) {
        self.value.push_str(text);
    }

    fn end(&mut self) -> Option<Ioc> {
        let name = self.path.pop()?;
        let value = std::mem::take(&mut self.value).trim().to_owned();
        match name.as_str() {
            "Content" => {
                if let Some(term) = &mut self.term {
                    term.content = value;
                }
            }
            "IndicatorItem" => {
                let term = self.term.take()?;
                self.open.last_mut()?.1.push(Node::Term(term));
            }
            "Indicator" => {
                let (and, children) = self.open.pop()?;
                let node = Node::Operator { and, children };
                match self.open.last_mut() {
                    Some((_, siblings)) => siblings.push(node),
                    None => self.ioc.as_mut()?.root.push(node),
                }
            }
            "short_description" => self.ioc.as_mut()?.name = value,
            "description" => self.ioc.as_mut()?.description = value,
            "authored_date" => {
                let ioc = self.ioc.as_mut()?;
                ioc.created = ioc.created.or_else(|| date::read(&value));
            }
            "ioc" | "OpenIOC" => {
                self.found += 1;
                return self.ioc.take();
            }
            _ => {}
        }
        None
    }
}

fn hand_on(ioc: &Ioc, options: &ReadOptions, sink: &mut dyn Sink) -> Result<(), Problem> {
    let mut unmapped: Vec<String> = Vec::new();
    let mut left_out = |term: &Term, why: &str| {
        let shown: String = format!("{} {} '{}'", term.search, term.condition, term.content)
            .chars()
            .take(200)
            .collect();
        let problem = Problem::warning(
            "openioc-unmapped",
            Place::line(term.line, 1),
            format!("the term {shown} is not in the pattern: {why}"),
        );
        unmapped.push(shown);
        problem
    };
    let mut problems = Vec::new();
    let comparisons = ioc
        .root
        .iter()
        .filter_map(|node| write(node, &mut |term, why| problems.push(left_out(term, why))))
        .collect::<Vec<_>>();
    for problem in problems {
        sink.problem(problem);
    }
    let place = Place::line(ioc.line, 1);
    let name = if ioc.name.is_empty() {
        ioc.id.as_str()
    } else {
        ioc.name.as_str()
    };
    if comparisons.is_empty() {
        let message = format!(
            "nothing of the indicator '{}' can be said as a STIX pattern",
            draft::excerpt(name, 120)
        );
        sink.problem(Problem::error("openioc-no-pattern", place, message));
        return Ok(());
    }
    let pattern = comparisons.join(" OR ");
    let identity = if ioc.id.is_empty() { &pattern } else { &ioc.id };
    let id = draft::id("indicator", &options.producer, &["openioc", identity]);
    let dates = Dates {
        created: ioc.created.or(ioc.modified),
        modified: ioc.modified,
    };
    let (mut draft, dated) = Draft::versioned(&id, options, dates);
    let mut references: Vec<serde_json::Value> = Vec::new();
    if !ioc.id.is_empty() {
        references.push(serde_json::json!({ "source_name": "openioc", "external_id": ioc.id }));
    }
    let links = ioc.links.iter().filter(|link| link.contains("://"));
    references.extend(links.map(|link| serde_json::json!({ "source_name": "openioc", "url": link })));
    if !references.is_empty() {
        draft.value("external_references", &references);
    }
    draft.markings(&[], options);
    draft.text("name", if name.is_empty() { "OpenIOC indicator" } else { name });
    let mut description = ioc.description.clone();
    if !unmapped.is_empty() {
        description.push_str("\nNot in the pattern: ");
        description.push_str(draft::excerpt(&unmapped.join("; "), 4_000));
    }
    draft.optional("description", Some(&description));
    draft.text("pattern", &pattern);
    draft.text("pattern_type", "stix");
    draft.text("valid_from", &dates.created.unwrap_or(options.now).to_string());
    draft.hand_on(place, dated, sink)
}

/// The observation expression of a node, or none when it cannot be said.
///
/// Terms about one kind of object stand in one observation; terms about different kinds are different observations.
fn write(node: &Node, left_out: &mut impl FnMut(&Term, &str)) -> Option<String> {
    let (and, children) = match node {
        Node::Term(term) => {
            return comparison(term)
                .map_err(|why| left_out(term, why))
                .ok()
                .map(|(_, comparison)| format!("[{comparison}]"));
        }
        Node::Operator { and, children } => (*and, children),
    };
    let mut groups: Vec<(String, Vec<String>)> = Vec::new();
    let mut parts = Vec::new();
    let mut missing = false;
    for child in children {
        match child {
            Node::Term(term) => match comparison(term) {
                Ok((object_type, comparison)) => match groups.iter_mut().find(|(known, _)| *known == object_type) {
                    Some((_, comparisons)) => comparisons.push(comparison),
                    None => groups.push((object_type, vec![comparison])),
                },
                Err(why) => {
                    missing = true;
                    left_out(term, why);
                }
            },
            Node::Operator { .. } => match write(child, left_out) {
                Some(part) => parts.push(part),
                None => missing = true,
            },
        }
    }
    if and && missing {
        return None;
    }
    let joint = if and { " AND " } else { " OR " };
    let mut all: Vec<String> = groups
        .into_iter()
        .map(|(_, comparisons)| format!("[{}]", comparisons.join(joint)))
        .collect();
    all.extend(parts);
    match all.len() {
        0 => None,
        1 => all.pop(),
        _ => Some(format!("({})", all.join(joint))),
    }
}

/// A term as object type and comparison.
fn comparison(term: &Term) -> Result<(String, String), &'static str> {
    let value = refang(term.content.trim());
    if value.is_empty() {
        return Err("it has no content");
    }
    if term.search == "FileItem/FullPath" && term.condition == "is" && !term.negated {
        // STIX keeps name and folder apart; the pattern of one path is an observation of its own, here without brackets.
        let whole = pattern::of(&Observable {
            kind: Kind::FilePath,
            value: value.into_owned(),
        });
        let inside = whole.trim_start_matches('[').trim_end_matches(']');
        return Ok(("file".to_owned(), format!("({inside})")));
    }
    let (path, kind) = path_of(&term.search).ok_or("STIX has no property for it")?;
    let value = kind
        .and_then(|kind| normalise(kind, &value).ok())
        .map_or_else(|| value.clone().into_owned(), |Observable { value, .. }| value);
    let not = if term.negated { " NOT" } else { "" };
    let escaped = |text: &str| pattern::literal(text);
    let operation = match term.condition.as_str() {
        "is" | "isnot" | "" => format!("{not} = {}", escaped(&value)),
        "contains" | "containsnot" => {
            let wild = value.contains(['%', '_']);
            if wild {
                // In LIKE these letters mean any text; a regular expression says them exactly.
                format!("{not} MATCHES {}", escaped(&regex::escape(&value)))
            } else {
                format!("{not} LIKE {}", escaped(&format!("%{value}%")))
            }
        }
        "starts-with" => format!("{not} MATCHES {}", escaped(&format!("^{}", regex::escape(&value)))),
        "ends-with" => format!("{not} MATCHES {}", escaped(&format!("{}$", regex::escape(&value)))),
        "matches" => format!("{not} MATCHES {}", escaped(&value)),
        _ => return Err("its condition is not known"),
    };
    let object_type = path.split(':').next().unwrap_or_default().to_owned();
    Ok((object_type, format!("{path}{operation}")))
}

fn path_of(search: &str) -> Option<(&'static str, Option<Kind>)> {
    Some(match search {
        "FileItem/Md5sum" | "Email/Attachment/Md5sum" | "TaskItem/md5sum" => ("file:hashes.MD5", Some(Kind::Md5)),
        "FileItem/Sha1sum" => ("file:hashes.'SHA-1'", Some(Kind::Sha1)),
        "FileItem/Sha256sum" => ("file:hashes.'SHA-256'", Some(Kind::Sha256)),
        "FileItem/FileName" | "FileDownloadHistoryItem/FileName" | "Email/Attachment/Name" => ("file:name", None),
        "FileItem/FilePath" => ("file:parent_directory_ref.path", None),
        "PortItem/remoteIP" | "RouteEntryItem/Destination" | "PortItem/remoteIp" | "ArpEntryItem/IPv4Address" => {
            ("ipv4-addr:value", Some(Kind::Ipv4))
        }
        "DnsEntryItem/Host" | "DnsEntryItem/RecordName" | "Network/DNS" | "DnsEntryItem/RecordData/Host" => {
            ("domain-name:value", Some(Kind::Domain))
        }
        "UrlHistoryItem/URL" | "FileDownloadHistoryItem/SourceURL" | "Network/URI" => ("url:value", None),
        "UrlHistoryItem/HostName" => ("domain-name:value", Some(Kind::Domain)),
        "Network/UserAgent" => (
            "network-traffic:extensions.'http-request-ext'.request_header.'User-Agent'",
            None,
        ),
        "Email/From" | "Email/SenderAddress" => ("email-message:from_ref.value", None),
        "Email/To" => ("email-message:to_refs[*].value", None),
        "Email/Subject" => ("email-message:subject", None),
        "RegistryItem/KeyPath" | "RegistryItem/Path" => ("windows-registry-key:key", None),
        "RegistryItem/ValueName" => ("windows-registry-key:values[*].name", None),
        "RegistryItem/Text" | "RegistryItem/Value" => ("windows-registry-key:values[*].data", None),
        "ProcessItem/HandleList/Handle/Name" | "ProcessItem/Mutex" => ("mutex:name", None),
        "ProcessItem/name" | "ProcessItem/Name" => ("process:image_ref.name", None),
        "ProcessItem/arguments" => ("process:command_line", None),
        "ServiceItem/name" | "ServiceItem/Name" => ("process:extensions.'windows-service-ext'.service_name", None),
        "ServiceItem/descriptiveName" => ("process:extensions.'windows-service-ext'.display_name", None),
        "UserItem/Username" => ("user-account:account_login", None),
        _ => return None,
    })
}
