//! Reads an address of a source.

use std::path::PathBuf;

use stix::{Place, Problem};

use super::SourceSpec;
use crate::stream::follow::Start;
use crate::stream::syslog::TlsFiles;

/// Longest address.
const ADDRESS_BYTES: usize = 4096;

impl SourceSpec {
    /// Reads an address; see the table of the module.
    pub fn parse(text: &str) -> Result<Self, Problem> {
        if text.len() > ADDRESS_BYTES {
            return Err(wrong(
                format!("the address is longer than {ADDRESS_BYTES} bytes, the limit"),
                "name a shorter one",
            ));
        }
        if text.is_empty() {
            return Err(wrong(
                "the address is empty",
                "name a file, `-` for standard input, or for example syslog+udp://0.0.0.0:514",
            ));
        }
        if text == "-" {
            return Ok(Self::Stdin);
        }
        if let Some(path) = text.strip_prefix("file:") {
            return Ok(Self::File(PathBuf::from(path.strip_prefix("//").unwrap_or(path))));
        }
        if let Some(rest) = text.strip_prefix("follow:") {
            return follow(rest);
        }
        match text.split_once("://") {
            Some((scheme, rest)) => Address::parse(scheme, rest)?.source(),
            None => Ok(Self::File(PathBuf::from(text))),
        }
    }
}

fn follow(text: &str) -> Result<SourceSpec, Problem> {
    // `?` is a wildcard too: what follows the last one is an option only if it looks like one.
    let (pattern, start) = match text.rsplit_once("?start=") {
        Some((pattern, value)) => (pattern, start(value)?),
        None => (text, Start::End),
    };
    let pattern = pattern.strip_prefix("//").unwrap_or(pattern);
    if pattern.is_empty() {
        return Err(wrong(
            "`follow:` names no file",
            "write for example follow:/var/log/zeek/*.log",
        ));
    }
    if let Err(error) = glob::Pattern::new(pattern) {
        return Err(wrong(
            format!("`{pattern}` is not a pattern of paths: {}", error.msg),
            "write for example follow:/var/log/zeek/*.log",
        ));
    }
    Ok(SourceSpec::Follow {
        pattern: pattern.to_owned(),
        start,
    })
}

fn start(value: &str) -> Result<Start, Problem> {
    match value {
        "beginning" => Ok(Start::Beginning),
        "end" => Ok(Start::End),
        _ => Err(wrong(
            format!("`start={value}` is not known"),
            "write start=beginning or start=end",
        )),
    }
}

/// An address in its parts.
struct Address<'a> {
    scheme: &'a str,
    host: &'a str,
    path: &'a str,
    options: Vec<(&'a str, String)>,
}

impl<'a> Address<'a> {
    fn parse(scheme: &'a str, rest: &'a str) -> Result<Self, Problem> {
        let (place, query) = rest.split_once('?').unwrap_or((rest, ""));
        let (host, path) = place.split_once('/').unwrap_or((place, ""));
        if host.contains('@') {
            return Err(wrong(
                "the address holds a name or password, which everybody sees who sees the address",
                "put `user = …` and `password = …` into a file that only this account can read, and write ?credentials=FILE",
            ));
        }
        if host.is_empty() {
            return Err(wrong(format!("`{scheme}://` names no host"), example(scheme)));
        }
        let mut options: Vec<(&str, String)> = Vec::new();
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let Some((name, value)) = pair.split_once('=') else {
                return Err(wrong(
                    format!("`{pair}` behind the `?` is not `name=value`"),
                    example(scheme),
                ));
            };
            if options.iter().any(|(known, _)| *known == name) {
                return Err(wrong(
                    format!("`{name}` stands twice behind the `?`"),
                    "leave one of them out",
                ));
            }
            options.push((name, unescaped(value)));
        }
        Ok(Self {
            scheme,
            host,
            path,
            options,
        })
    }

    fn source(mut self) -> Result<SourceSpec, Problem> {
        let source = match self.scheme {
            "syslog+udp" => SourceSpec::SyslogUdp(self.listening(514)?),
            "syslog+tcp" => SourceSpec::SyslogTcp {
                address: self.listening(514)?,
                tls: None,
            },
            "syslog+tls" => SourceSpec::SyslogTcp {
                address: self.listening(6514)?,
                tls: Some(TlsFiles {
                    certificate: self.needed("certificate")?.into(),
                    key: self.needed("key")?.into(),
                    client_ca: self.file("client_ca"),
                }),
            },
            "udp" => SourceSpec::Udp(self.listening(2055)?),
            "nats" => self.nats()?,
            "mqtt" => self.mqtt()?,
            "kafka" => self.kafka()?,
            "s3" => self.s3()?,
            other => {
                return Err(wrong(
                    format!("`{other}://` is no source that is known"),
                    "there are syslog+udp, syslog+tcp, syslog+tls, udp, nats, mqtt, kafka and s3; files are follow:PATTERN or a path",
                ));
            }
        };
        match self.options.first() {
            None => Ok(source),
            Some((name, _)) => {
                let help = match *name {
                    "user" | "password" | "token" | "access_key" | "secret_key" => {
                        "secrets are never part of an address: put them into a file and write ?credentials=FILE"
                    }
                    _ => example(self.scheme),
                };
                Err(wrong(format!("`{}://` knows no `{name}`", self.scheme), help))
            }
        }
    }

    /// Host and port to listen at; nothing may follow them.
    fn listening(&self, port: u16) -> Result<String, Problem> {
        if !self.path.is_empty() {
            return Err(wrong(
                format!("`/{}` behind the port means nothing here", self.path),
                example(self.scheme),
            ));
        }
        self.with_port(self.host, port)
    }

    fn with_port(&self, host: &str, port: u16) -> Result<String, Problem> {
        let (name, given) = split_port(host);
        match given {
            None => Ok(format!("{host}:{port}")),
            Some(given) if given.parse::<u16>().is_ok() && !name.is_empty() => Ok(host.to_owned()),
            Some(given) => Err(wrong(format!("`{given}` is no port"), example(self.scheme))),
        }
    }

    #[cfg_attr(not(any(feature = "nats", feature = "mqtt", feature = "kafka")), allow(dead_code))]
    fn named(&self, what: &str) -> Result<String, Problem> {
        if self.path.is_empty() {
            return Err(wrong(format!("the address names no {what}"), example(self.scheme)));
        }
        Ok(unescaped(self.path))
    }

    fn option(&mut self, name: &str) -> Option<String> {
        let at = self.options.iter().position(|(known, _)| *known == name)?;
        Some(self.options.remove(at).1)
    }

    fn file(&mut self, name: &str) -> Option<PathBuf> {
        self.option(name).map(PathBuf::from)
    }

    fn needed(&mut self, name: &str) -> Result<String, Problem> {
        self.option(name)
            .ok_or_else(|| wrong(format!("`{}://` needs `{name}`", self.scheme), example(self.scheme)))
    }

    #[cfg_attr(not(any(feature = "nats", feature = "mqtt", feature = "kafka")), allow(dead_code))]
    fn yes(&mut self, name: &str) -> Result<bool, Problem> {
        match self.option(name).as_deref() {
            None | Some("false") => Ok(false),
            Some("true") => Ok(true),
            Some(other) => Err(wrong(format!("`{name}={other}` is not known"), "write true or false")),
        }
    }

    #[cfg(feature = "nats")]
    fn nats(&mut self) -> Result<SourceSpec, Problem> {
        Ok(SourceSpec::Nats {
            nats: crate::stream::nats::Nats {
                server: self.with_port(self.host, 4222)?,
                subject: self.named("subject")?,
                durable: self.option("durable"),
                queue: self.option("queue"),
                tls: self.yes("tls")?,
                ca: self.file("ca"),
                secrets: crate::Secrets::default(),
            },
            credentials: self.file("credentials"),
        })
    }

    #[cfg(feature = "mqtt")]
    fn mqtt(&mut self) -> Result<SourceSpec, Problem> {
        let tls = self.yes("tls")?;
        let address = self.with_port(self.host, if tls { 8883 } else { 1883 })?;
        let (host, port) = split_port(&address);
        Ok(SourceSpec::Mqtt {
            mqtt: crate::stream::mqtt::Mqtt {
                host: host.trim_matches(['[', ']']).to_owned(),
                port: port.and_then(|port| port.parse().ok()).unwrap_or(1883),
                topic: self.named("topic")?,
                client: self.needed("client")?,
                tls,
                ca: self.file("ca"),
                secrets: crate::Secrets::default(),
            },
            credentials: self.file("credentials"),
        })
    }

    #[cfg(feature = "kafka")]
    fn kafka(&mut self) -> Result<SourceSpec, Problem> {
        let brokers = self.host.split(',').map(|host| self.with_port(host, 9092));
        Ok(SourceSpec::Kafka {
            kafka: crate::stream::kafka::Kafka {
                brokers: brokers.collect::<Result<_, _>>()?,
                topic: self.named("topic")?,
                start: self.option("start").map_or(Ok(Start::End), |value| start(&value))?,
                positions: crate::stream::Positions::new(),
                tls: self.yes("tls")?,
                ca: self.file("ca"),
                secrets: crate::Secrets::default(),
            },
            credentials: self.file("credentials"),
        })
    }

    #[cfg(feature = "s3")]
    fn s3(&mut self) -> Result<SourceSpec, Problem> {
        Ok(SourceSpec::S3 {
            settings: crate::s3::Settings {
                endpoint: self.option("endpoint"),
                bucket: self.host.to_owned(),
                region: self.option("region").unwrap_or_else(|| "us-east-1".to_owned()),
                ca: self.file("ca"),
                secrets: crate::Secrets::default(),
            },
            prefix: unescaped(self.path),
            credentials: self.file("credentials"),
        })
    }

    #[cfg(not(feature = "nats"))]
    fn nats(&mut self) -> Result<SourceSpec, Problem> {
        Err(left_out("nats"))
    }

    #[cfg(not(feature = "mqtt"))]
    fn mqtt(&mut self) -> Result<SourceSpec, Problem> {
        Err(left_out("mqtt"))
    }

    #[cfg(not(feature = "kafka"))]
    fn kafka(&mut self) -> Result<SourceSpec, Problem> {
        Err(left_out("kafka"))
    }

    #[cfg(not(feature = "s3"))]
    fn s3(&mut self) -> Result<SourceSpec, Problem> {
        Err(left_out("s3"))
    }
}

#[cfg_attr(
    all(feature = "nats", feature = "mqtt", feature = "kafka", feature = "s3"),
    allow(dead_code)
)]
fn left_out(feature: &str) -> Problem {
    wrong(
        format!("this build leaves out `{feature}://`"),
        "build it with the feature of that name, or take another build",
    )
}

/// The port behind a host, of which an IPv6 address stands in brackets.
fn split_port(host: &str) -> (&str, Option<&str>) {
    match host.rsplit_once(':') {
        Some((name, port)) if !port.contains(']') => (name, Some(port)),
        _ => (host, None),
    }
}

/// Undoes percent-encoding; what is none stays as it is.
fn unescaped(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let pair = (*first == b'%').then(|| tail.get(..2)).flatten();
        let byte = pair
            .and_then(|pair| std::str::from_utf8(pair).ok())
            .filter(|pair| pair.bytes().all(|digit| digit.is_ascii_hexdigit()))
            .and_then(|pair| u8::from_str_radix(pair, 16).ok());
        bytes.push(byte.unwrap_or(*first));
        rest = if byte.is_some() {
            tail.get(2..).unwrap_or_default()
        } else {
            tail
        };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn example(scheme: &str) -> &'static str {
    match scheme {
        "syslog+udp" => "write for example syslog+udp://0.0.0.0:514",
        "syslog+tcp" => "write for example syslog+tcp://0.0.0.0:514",
        "syslog+tls" => {
            "write for example syslog+tls://0.0.0.0:6514?certificate=FILE&key=FILE, and client_ca=FILE if senders have certificates"
        }
        "udp" => "write for example udp://0.0.0.0:2055",
        "nats" => "write for example nats://nats.example.org:4222/logs.zeek?durable=commonwatch&credentials=FILE",
        "mqtt" => {
            "write for example mqtt://broker.example.org/plant/logs?client=node-1&credentials=FILE; the broker keeps what was not read yet under the client's name"
        }
        "kafka" => "write for example kafka://broker.example.org:9092/logs?start=beginning&credentials=FILE",
        "s3" => "write for example s3://bucket/logs/2026/?endpoint=https://s3.example.org&credentials=FILE",
        _ => "see the list of sources in the manual",
    }
}

fn wrong(message: impl Into<String>, help: &str) -> Problem {
    Problem::error("bad-source", Place::default(), message).help(help)
}
