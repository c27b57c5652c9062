//! One rule, or a few, for each value.
//!
//! | value | rules |
//! |---|---|
//! | domain | DNS query, TLS server name, HTTP host: the name and what is below it, from a label on |
//! | `http` URL | HTTP host and URI, both exact from start to end |
//! | `https` URL that is only a host | TLS server name, exact |
//! | address, network | packets in both directions, one alert an hour and source |
//! | flow | packets of that direction, port and protocol; a name with a port: TLS and HTTP on that port |
//! | user agent, JA3, JA3S, SHA-1 of a certificate | the field, exact |
//!
//! The path of an `https` URL cannot be seen from outside, and a rule for the host alone would be a different claim; it
//! is written only when asked for. Hashes of files need lists: that is [`super::Datasets`].

use std::fmt::Write as _;
use std::io;

use stix::observable::{Kind, Observable};

use super::super::export::{Entry, Outcome, Step, Writer};
use super::super::options::{Mode, Options};
use super::super::plain;
use super::super::selector::{Flow, Selector, Transport};
use super::super::target::Target;
use super::content::{exact, message, name_and_below};
use super::sid::Sids;

const RULES: &str = "commonwatch.rules";
const DISABLE: &str = "commonwatch-disable.conf";
/// Packet rules would alert on every packet.
const LIMIT: &str = "threshold:type limit, track by_src, seconds 3600, count 1;";

pub(in super::super) struct Rules<'a> {
    options: &'a Options<'a>,
    sids: Sids,
}

/// A rule without what all rules have.
struct Rule {
    /// What tells apart the rules of one value; part of the number's key.
    name: String,
    /// Protocol, ends and direction.
    head: String,
    /// Keywords that match.
    body: String,
}

impl Rule {
    fn new(name: &str, head: impl Into<String>, body: impl Into<String>) -> Self {
        Self {
            name: name.to_owned(),
            head: head.into(),
            body: body.into(),
        }
    }
}

type Made = Result<Vec<Rule>, Outcome>;

impl<'a> Rules<'a> {
    pub(in super::super) fn new(options: &'a Options<'a>) -> Self {
        // The first hundred numbers are for the rules of datasets.
        let (first, last) = (*options.sids.start(), *options.sids.end());
        let first = if last.saturating_sub(first) >= 1_000 {
            first + 100
        } else {
            first
        };
        Self {
            options,
            sids: Sids::new(first..=last),
        }
    }

    fn rules(&self, selector: &Selector) -> Made {
        match selector {
            Selector::Value(value) => self.value(value),
            Selector::File(_) => Err(Outcome::NotForFormat),
            Selector::Flow(flow) => self.flow(flow),
        }
    }

    fn value(&self, value: &Observable) -> Made {
        let text = value.value.as_str();
        Ok(match value.kind {
            Kind::Domain => self.domain(plain::narrow_domain(text)?, "any"),
            Kind::Url => return self.url(plain::line(text)?),
            kind if plain::is_address(kind) => {
                let network = plain::shown(plain::narrow_network(value)?);
                vec![Rule::new(
                    "ip",
                    format!("ip any any <> {} any", bracketed(&network)),
                    LIMIT,
                )]
            }
            Kind::UserAgent => {
                let text = plain::line(text)?;
                vec![Rule::new(
                    "http",
                    "http any any -> any any",
                    format!("http.user_agent; {}", exact(text, "")),
                )]
            }
            Kind::Ja3 => vec![Rule::new(
                "tls",
                "tls any any -> any any",
                format!("ja3.hash; {}", exact(hex(text)?, "")),
            )],
            Kind::Ja3s => vec![Rule::new(
                "tls",
                "tls any any -> any any",
                format!("ja3s.hash; {}", exact(hex(text)?, "")),
            )],
            Kind::CertificateSha1 => {
                let pairs: Vec<String> = hex(text)?
                    .as_bytes()
                    .chunks(2)
                    .map(|pair| String::from_utf8_lossy(pair).into_owned())
                    .collect();
                let body = format!("tls.cert_fingerprint; {}", exact(&pairs.join(":"), ""));
                vec![Rule::new("tls", "tls any any -> any any", body)]
            }
            _ => return Err(Outcome::NotForFormat),
        })
    }

    fn domain(&self, name: &str, port: &str) -> Vec<Rule> {
        let matching = |modifier: &str| {
            if self.options.subdomains {
                name_and_below(name, modifier)
            } else {
                exact(name, modifier)
            }
        };
        let head = |protocol: &str| format!("{protocol} any any -> any {port}");
        let mut rules = vec![
            Rule::new("tls", head("tls"), format!("tls.sni; {}", matching(" nocase;"))),
            // Suricata gives this buffer in lower case and without the port.
            Rule::new("http", head("http"), format!("http.host; {}", matching(""))),
        ];
        if port == "any" {
            rules.insert(
                0,
                Rule::new("dns", head("dns"), format!("dns.query; {}", matching(" nocase;"))),
            );
        }
        rules
    }

    fn url(&self, url: &str) -> Made {
        let cannot = |why: &str| Err(Outcome::NotExpressible(why.to_owned()));
        let Some((scheme, rest)) = url.split_once("://") else {
            return Err(Outcome::Unsafe("it is not a URL in its normal form".to_owned()));
        };
        let (authority, path) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
        if authority.is_empty() || !path.starts_with('/') {
            return Err(Outcome::Unsafe("it is not a URL in its normal form".to_owned()));
        }
        if authority.contains('@') {
            return cannot("a user in a URL is not part of what a sensor can compare");
        }
        let bracket = authority.rfind(']').unwrap_or(0);
        let (host, port) = match authority.rfind(':').filter(|at| *at > bracket) {
            Some(at) => (&authority[..at], Some(&authority[at + 1..])),
            None => (authority, None),
        };
        match scheme {
            "http" => {
                // With a port, the raw buffer has it; without, the clean one has none.
                let host = match port {
                    Some(_) => format!("http.host.raw; {}", exact(authority, " nocase;")),
                    None => format!("http.host; {}", exact(host, "")),
                };
                // The normalised buffer decodes and shortens, so what would be changed is compared as it was sent.
                let buffer = if path.contains(['%', '\\', '+']) || path.contains("//") {
                    "http.uri.raw"
                } else {
                    "http.uri"
                };
                let body = format!("flow:established,to_server; {host} {buffer}; {}", exact(path, ""));
                Ok(vec![Rule::new("http", "http any any -> any any", body)])
            }
            "https" if path == "/" || self.options.https_host_only => {
                let name = match plain::domain(host) {
                    Ok(name) => name,
                    Err(_) => return cannot("TLS does not name an address"),
                };
                let head = format!("tls any any -> any {}", port.unwrap_or("any"));
                if port.is_some_and(|port| port.parse::<u16>().is_err()) {
                    return Err(Outcome::Unsafe("its port is not a number".to_owned()));
                }
                Ok(vec![Rule::new(
                    "tls",
                    head,
                    format!("tls.sni; {}", exact(name, " nocase;")),
                )])
            }
            "https" => cannot("the path of an https URL cannot be seen, and a rule for its host alone would be weaker"),
            _ => cannot("only http and https URLs can be seen"),
        }
    }

    fn flow(&self, flow: &Flow) -> Made {
        let cannot = |why: &str| Err(Outcome::NotExpressible(why.to_owned()));
        let named = [&flow.source, &flow.destination]
            .into_iter()
            .flatten()
            .find(|end| end.kind == Kind::Domain);
        if let Some(name) = named {
            let Flow {
                source: None,
                source_port: None,
                destination_port: Some(port),
                transport,
                ..
            } = flow
            else {
                return match (&flow.source, flow.destination_port, flow.transport) {
                    (None, None, None) if flow.source_port.is_none() => {
                        Ok(self.domain(plain::narrow_domain(&name.value)?, "any"))
                    }
                    _ => cannot("of a name, only its being the destination, with a port, can be seen"),
                };
            };
            if *transport == Some(Transport::Udp) {
                return cannot("a name can be seen in TLS and HTTP over TCP only");
            }
            return Ok(self.domain(plain::narrow_domain(&name.value)?, &port.to_string()));
        }
        let end = |end: &Option<Observable>| match end {
            None => Ok("any".to_owned()),
            Some(value) => plain::narrow_network(value).map(|network| bracketed(&plain::shown(network))),
        };
        let port = |port: Option<u16>| port.map_or_else(|| "any".to_owned(), |port| port.to_string());
        let has_port = flow.source_port.or(flow.destination_port).is_some();
        let protocols = match flow.transport {
            Some(transport) => vec![transport.as_str()],
            None if has_port => vec!["tcp", "udp"],
            None => vec!["ip"],
        };
        let (source, destination) = (end(&flow.source)?, end(&flow.destination)?);
        let ends = format!(
            "{source} {} -> {destination} {}",
            port(flow.source_port),
            port(flow.destination_port)
        );
        Ok(protocols
            .into_iter()
            .map(|protocol| Rule::new(protocol, format!("{protocol} {ends}"), LIMIT))
            .collect())
    }
}

/// IPv6 with its colons, and networks, are safest in brackets.
fn bracketed(network: &str) -> String {
    if network.contains([':', '/']) {
        format!("[{network}]")
    } else {
        network.to_owned()
    }
}

fn hex(text: &str) -> Result<&str, String> {
    let good = !text.is_empty() && text.len() <= 128 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    good.then_some(text).ok_or_else(|| "it is not hexadecimal".to_owned())
}

impl Writer for Rules<'_> {
    fn each_value_once(&self) -> bool {
        false
    }

    fn begin(&mut self, out: &mut dyn Target) -> io::Result<()> {
        let header = format!("# {} {}\n", plain::note(&self.options.source, 60), self.options.now);
        out.write(RULES, header.as_bytes())?;
        if self.options.mode == Mode::Changes {
            out.write(DISABLE, header.as_bytes())
        } else {
            Ok(())
        }
    }

    fn put(&mut self, entry: &Entry<'_>, selector: &Selector, out: &mut dyn Target) -> io::Result<Outcome> {
        let rules = match self.rules(selector) {
            Ok(rules) => rules,
            Err(outcome) => return Ok(outcome),
        };
        if stix::id::check(entry.id).is_err() {
            return Ok(Outcome::Unsafe("its object has no well-formed id".to_owned()));
        }
        let mut text = String::new();
        for rule in rules {
            let key = format!("{} {selector} {}", entry.id, rule.name);
            if entry.step == Step::Removed {
                let _ = writeln!(
                    text,
                    "# 1:{} {}",
                    self.sids.preferred(&key),
                    plain::note(&selector.to_string(), 200)
                );
                let _ = writeln!(text, "re:commonwatch_rule {}", rule_id(&key));
                continue;
            }
            let Some(sid) = self.sids.take(&key) else {
                return Ok(Outcome::Unsafe("the range of numbers for rules is used up".to_owned()));
            };
            let name = entry.object.str("name").unwrap_or_default();
            let shown = message(&format!("{} {selector} {name}", self.options.source));
            let _ = writeln!(
                text,
                "alert {} (msg:\"{shown}\"; {} classtype:bad-unknown; sid:{sid}; rev:{}; metadata:commonwatch_rule {}, commonwatch_object {};)",
                rule.head,
                rule.body,
                revision(entry),
                rule_id(&key),
                entry.id,
            );
        }
        out.write(
            if entry.step == Step::Removed { DISABLE } else { RULES },
            text.as_bytes(),
        )?;
        Ok(Outcome::Written)
    }

    fn finish(&mut self, _: &mut dyn Target) -> io::Result<()> {
        Ok(())
    }
}

/// A revision that grows with the version of the object: minutes since 2020.
fn revision(entry: &Entry<'_>) -> i64 {
    let seconds = entry.version().map_or(0, |version| version.micros() / 1_000_000);
    ((seconds - 1_577_836_800) / 60).clamp(1, i64::from(u32::MAX))
}

/// What names a rule whatever its number became.
fn rule_id(key: &str) -> String {
    use sha2::{Digest, Sha256};
    let digest = Sha256::digest(key.as_bytes());
    hex::encode(digest.get(..8).unwrap_or_default())
}
