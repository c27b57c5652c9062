//! Datasets and hash lists with the rules that use them: for more values than one wants rules.
//!
//! | file | values | compared with |
//! |---|---|---|
//! | `cw-domains.lst` | names, base64 | DNS query, TLS server name, HTTP host, all in lower case and whole |
//! | `cw-ipv4.lst`, `cw-ipv6.lst` | addresses | source and destination of packets |
//! | `cw-filemd5.lst`, `cw-filesha1.lst`, `cw-filesha256.lst` | hashes | files that Suricata sees |
//!
//! A dataset compares whole values: names below a domain, networks, URLs and flows need rules. A change is a list of
//! commands for `suricatasc`, and for hash lists, which Suricata cannot change while it runs, lines to add and to remove.

use std::fmt::Write as _;
use std::io;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use stix::observable::{Kind, Observable};

use super::super::export::{Entry, Outcome, Step, Writer};
use super::super::options::{Mode, Options};
use super::super::plain;
use super::super::selector::Selector;
use super::super::target::Target;

const RULES: &str = "commonwatch-datasets.rules";
const COMMANDS: &str = "commonwatch-datasets.commands";

/// Name of the set, its type, its file.
const SETS: [(&str, &str, &str); 3] = [
    ("cw-domains", "string", "cw-domains.lst"),
    ("cw-ipv4", "ipv4", "cw-ipv4.lst"),
    ("cw-ipv6", "ipv6", "cw-ipv6.lst"),
];
/// Keyword and its file, the file of lines to add, the file of lines to remove.
const HASHES: [(&str, &str, &str, &str); 3] = [
    ("filemd5", "cw-filemd5.lst", "cw-filemd5.added", "cw-filemd5.removed"),
    (
        "filesha1",
        "cw-filesha1.lst",
        "cw-filesha1.added",
        "cw-filesha1.removed",
    ),
    (
        "filesha256",
        "cw-filesha256.lst",
        "cw-filesha256.added",
        "cw-filesha256.removed",
    ),
];

pub(in super::super) struct Datasets<'a> {
    options: &'a Options<'a>,
}

impl<'a> Datasets<'a> {
    pub(in super::super) fn new(options: &'a Options<'a>) -> Self {
        Self { options }
    }

    fn rules(&self) -> String {
        let first = u64::from(*self.options.sids.start());
        let uses = [
            (
                "dns",
                "dns.query; to_lowercase; dataset:isset,cw-domains,type string,load cw-domains.lst;",
                "",
            ),
            ("tls", "tls.sni; to_lowercase; dataset:isset,cw-domains;", ""),
            ("http", "http.host; dataset:isset,cw-domains;", ""),
            ("ip", "ip.src; dataset:isset,cw-ipv4,type ipv4,load cw-ipv4.lst;", LIMIT),
            ("ip", "ip.dst; dataset:isset,cw-ipv4;", LIMIT),
            ("ip", "ip.src; dataset:isset,cw-ipv6,type ipv6,load cw-ipv6.lst;", LIMIT),
            ("ip", "ip.dst; dataset:isset,cw-ipv6;", LIMIT),
            ("http", "filemd5:cw-filemd5.lst;", ""),
            ("http", "filesha1:cw-filesha1.lst;", ""),
            ("http", "filesha256:cw-filesha256.lst;", ""),
            ("smtp", "filemd5:cw-filemd5.lst;", ""),
            ("smtp", "filesha1:cw-filesha1.lst;", ""),
            ("smtp", "filesha256:cw-filesha256.lst;", ""),
            ("smb", "filemd5:cw-filemd5.lst;", ""),
            ("smb", "filesha1:cw-filesha1.lst;", ""),
            ("smb", "filesha256:cw-filesha256.lst;", ""),
        ];
        let source = super::content::message(&self.options.source);
        let mut text = String::new();
        for (number, (protocol, body, limit)) in (first..).zip(uses) {
            let what = body
                .split(';')
                .next()
                .unwrap_or_default()
                .split(':')
                .next()
                .unwrap_or_default();
            let _ = writeln!(
                text,
                "alert {protocol} any any -> any any (msg:\"{source} dataset {what} {protocol}\"; {body}{limit} classtype:bad-unknown; sid:{number}; rev:1;)"
            );
        }
        text
    }
}

const LIMIT: &str = " threshold:type limit, track by_src, seconds 3600, count 1;";

impl Writer for Datasets<'_> {
    fn each_value_once(&self) -> bool {
        true
    }

    fn begin(&mut self, out: &mut dyn Target) -> io::Result<()> {
        match self.options.mode {
            // A rule whose file is missing does not load, so every file is there, if empty.
            Mode::Full => {
                SETS.iter().try_for_each(|(_, _, file)| out.write(file, b""))?;
                HASHES.iter().try_for_each(|(_, file, _, _)| out.write(file, b""))?;
                out.write(RULES, self.rules().as_bytes())
            }
            Mode::Changes => {
                out.write(COMMANDS, b"")?;
                HASHES.iter().try_for_each(|(_, _, added, removed)| {
                    out.write(added, b"")?;
                    out.write(removed, b"")
                })
            }
        }
    }

    fn put(&mut self, entry: &Entry<'_>, selector: &Selector, out: &mut dyn Target) -> io::Result<Outcome> {
        let values: Vec<&Observable> = match selector {
            Selector::Value(value) => vec![value],
            Selector::File(hashes) => hashes.iter().collect(),
            Selector::Flow(_) => match selector.only_end() {
                Some(end) => vec![end],
                None => {
                    return Ok(Outcome::NotExpressible(
                        "a dataset cannot keep address and port together".to_owned(),
                    ));
                }
            },
        };
        let mut outcome = Outcome::NotForFormat;
        for value in values {
            match place(value) {
                Err(unwritten @ Outcome::NotForFormat) => {
                    outcome = if let Outcome::Written = outcome {
                        outcome
                    } else {
                        unwritten
                    }
                }
                Err(other) => return Ok(other),
                Ok(Place::Set(at, line)) => {
                    let (name, kind, file) = SETS[at];
                    match entry.step {
                        Step::Present => out.write(file, format!("{line}\n").as_bytes())?,
                        Step::Added | Step::Changed => {
                            out.write(COMMANDS, format!("dataset-add {name} {kind} {line}\n").as_bytes())?;
                        }
                        Step::Removed => {
                            out.write(COMMANDS, format!("dataset-remove {name} {kind} {line}\n").as_bytes())?;
                        }
                    }
                    outcome = Outcome::Written;
                }
                Ok(Place::Hash(at, line)) => {
                    let (_, file, added, removed) = HASHES[at];
                    let file = match entry.step {
                        Step::Present => file,
                        Step::Added | Step::Changed => added,
                        Step::Removed => removed,
                    };
                    out.write(file, format!("{line}\n").as_bytes())?;
                    outcome = Outcome::Written;
                }
            }
        }
        Ok(outcome)
    }

    fn finish(&mut self, _: &mut dyn Target) -> io::Result<()> {
        Ok(())
    }
}

/// Which set or list a value belongs to, and its line there.
enum Place {
    Set(usize, String),
    Hash(usize, String),
}

fn place(value: &Observable) -> Result<Place, Outcome> {
    let hash = |at: usize, length: usize| {
        let good = value.value.len() == length && value.value.bytes().all(|byte| byte.is_ascii_hexdigit());
        if good {
            Ok(Place::Hash(at, value.value.to_ascii_lowercase()))
        } else {
            Err(Outcome::Unsafe("it is not a hash in its normal form".to_owned()))
        }
    };
    match value.kind {
        Kind::Domain => Ok(Place::Set(0, STANDARD.encode(plain::domain(&value.value)?))),
        Kind::Ipv4 | Kind::Ipv6 => {
            let (address, _) = plain::narrow_network(value)?;
            Ok(Place::Set(if address.is_ipv4() { 1 } else { 2 }, address.to_string()))
        }
        Kind::Ipv4Network | Kind::Ipv6Network => Err(Outcome::NotExpressible(
            "a dataset holds single addresses, no networks".to_owned(),
        )),
        Kind::Url => Err(Outcome::NotExpressible(
            "a dataset compares one field; host and path are two".to_owned(),
        )),
        Kind::Md5 => hash(0, 32),
        Kind::Sha1 => hash(1, 40),
        Kind::Sha256 => hash(2, 64),
        _ => Err(Outcome::NotForFormat),
    }
}
