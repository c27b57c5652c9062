//! The configuration of a node: `commonwatch.toml` in its data directory, written with comments on the first start.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::path::{Path, PathBuf};

use node::client::{Access, Secret};
use node::mail::{MailSettings, Mailer, Security};
use node::providers::Provider;
use node::site::Site;
use serde::Deserialize;
use sources::SourceSpec;
use stix::Timestamp;

use crate::failure::{self, Failure};

/// What the operator decided; every key has a default.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct Config {
    /// Name shown to people and in TAXII discovery.
    pub title: String,
    /// What the node is for, a sentence.
    pub description: String,
    /// Whom to write to about it.
    pub contact: Option<String>,
    /// Address to listen on.
    pub listen: String,
    /// Address under which others reach it, where that differs (a proxy in front).
    pub public_url: Option<String>,
    /// Proxies in front whose word on where a request comes from is believed.
    pub trusted_proxies: Vec<IpAddr>,
    /// PostgreSQL database; the embedded one where none is given.
    pub postgres: Option<String>,
    /// Certificate chain, PEM.
    pub tls_certificate: Option<PathBuf>,
    /// Private key, PEM.
    pub tls_key: Option<PathBuf>,
    /// Whether somebody without an account may read what is TLP:CLEAR.
    pub public_reading: bool,
    /// Whether expelling a member and releasing TLP:RED take two people.
    pub four_eyes: bool,
    /// The most MiB of one request.
    pub request_mib: usize,
    /// The most objects on a page.
    pub page_most: usize,
    /// What of one's own is watched.
    pub watch: Watch,
    /// Reports of many systems that come through a broker.
    pub telemetry: Telemetry,
    /// How e-mail is sent.
    pub mail: Mail,
    /// Where webhooks may go.
    pub webhooks: Webhooks,
    /// What is forgotten by itself.
    pub retention: Retention,
    /// What everybody may see and say.
    pub public: Public,
    /// Identity providers through which people sign in.
    pub sign_in: Vec<SignIn>,
}

/// `[public]`: pages for everybody; the page of the node can choose otherwise.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct Public {
    pages: bool,
    reports: bool,
    security_contacts: Vec<String>,
    security_policy: Option<String>,
    security_languages: Vec<String>,
    security_until: Option<String>,
}

impl Public {
    /// The same as the node takes it.
    ///
    /// # Errors
    /// When an address, a language or the day is none.
    pub fn site(&self, now: Timestamp) -> Result<Site, Failure> {
        let no_day = |text: &String| {
            Failure::input(format!("[public] security-until: '{text}' is no day")).help("as in \"2027-05-01\"")
        };
        let day = |text: &String| Timestamp::parse(&format!("{text}T00:00:00Z")).map_err(|_| no_day(text));
        let site = Site {
            pages: self.pages,
            reports: self.reports,
            security_contacts: self.security_contacts.clone(),
            security_policy: self.security_policy.clone(),
            security_languages: self.security_languages.clone(),
            security_until: self.security_until.as_ref().map(day).transpose()?,
        };
        match site.check(now) {
            Ok(()) => Ok(site),
            Err(error) => Err(Failure::input(format!("[public] cannot be used: {error}"))),
        }
    }
}

/// `[[sign-in]]`: an identity provider (OpenID Connect).
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct SignIn {
    /// Its name in addresses: a-z, 0-9 and hyphens.
    name: String,
    /// The name shown to people.
    title: Option<String>,
    /// Its issuer, to the letter.
    issuer: String,
    /// As whom this node is known there.
    client_id: String,
    /// The file with the secret of that.
    client_secret_file: Option<PathBuf>,
    /// The variable of the environment with it.
    client_secret_env: Option<String>,
    /// What is asked for beside `openid`.
    #[serde(default)]
    scopes: Vec<String>,
    /// The claim that names somebody's groups.
    #[serde(default = "groups")]
    groups_claim: String,
    /// The role that each group brings.
    #[serde(default)]
    roles: BTreeMap<String, String>,
    /// The member whose people come by it.
    member: Option<String>,
    /// Whether who has one of the groups and no account gets one.
    #[serde(default)]
    provision: bool,
    /// After how many hours a session that began by it is over.
    #[serde(default = "session_hours")]
    session_hours: u32,
    /// After how many minutes the provider is asked again whether all is as it said.
    #[serde(default = "confirm_minutes")]
    confirm_minutes: u32,
    /// The file with the authorities to trust, PEM.
    ca_file: Option<PathBuf>,
    /// A proxy, or `direct` for none.
    proxy: Option<String>,
}

fn session_hours() -> u32 {
    node::providers::SESSION_HOURS
}

fn confirm_minutes() -> u32 {
    node::providers::CONFIRM_MINUTES
}

fn groups() -> String {
    "groups".to_owned()
}

impl SignIn {
    /// The same as the node takes it.
    fn provider(&self) -> Result<Provider, Failure> {
        let name = &self.name;
        let wrong = |message: String, help: &str| Failure::input(format!("[[sign-in]] {name}: {message}")).help(help);
        let plain = |sign: u8| sign.is_ascii_lowercase() || sign.is_ascii_digit() || sign == b'-';
        if name.is_empty() || name.len() > 64 || !name.bytes().all(plain) {
            return Err(wrong(
                "the name cannot stand in an address".to_owned(),
                "1 to 64 of a-z, 0-9 and hyphens",
            ));
        }
        let role = |(group, role): (&String, &String)| {
            let unknown = || {
                let roles = policy::Role::ALL.map(policy::Role::as_str).join(", ");
                wrong(format!("'{role}' is no role"), &roles)
            };
            Ok((group.clone(), policy::Role::parse(role).ok_or_else(unknown)?))
        };
        let client_secret = match (&self.client_secret_file, &self.client_secret_env) {
            (None, None) => None,
            (Some(file), None) => Some(Secret::File { file: file.clone() }),
            (None, Some(variable)) => Some(Secret::Text(std::env::var(variable).map_err(|_| {
                wrong(
                    format!("{variable} is not in the environment"),
                    "set it, or name a client-secret-file",
                )
            })?)),
            (Some(_), Some(_)) => {
                return Err(wrong(
                    "it has two secrets".to_owned(),
                    "client-secret-file or client-secret-env",
                ));
            }
        };
        if !(1..=168).contains(&self.session_hours) {
            let message = format!("sessions of {} hours are not possible", self.session_hours);
            return Err(wrong(message, "session-hours is from 1 to 168 (a week)"));
        }
        if !(5..=10_080).contains(&self.confirm_minutes) {
            let message = format!(
                "what a provider says cannot be believed for {} minutes",
                self.confirm_minutes
            );
            return Err(wrong(message, "confirm-minutes is from 5 to 10080 (a week)"));
        }
        if self.provision && (self.member.is_none() || self.roles.is_empty()) {
            let help = "name the member, and in [sign-in.roles] the role that each group brings";
            return Err(wrong(
                "accounts cannot be made without a member and roles".to_owned(),
                help,
            ));
        }
        Ok(Provider {
            name: name.clone(),
            title: self.title.clone().unwrap_or_else(|| name.clone()),
            issuer: self.issuer.clone(),
            client_id: self.client_id.clone(),
            client_secret,
            scopes: self.scopes.clone(),
            groups_claim: self.groups_claim.clone(),
            roles: self.roles.iter().map(role).collect::<Result<_, Failure>>()?,
            member: self.member.clone(),
            provision: self.provision,
            session_hours: self.session_hours,
            confirm_minutes: self.confirm_minutes,
            access: Access {
                ca_bundle: self.ca_file.clone(),
                proxy: self.proxy.clone().map(Secret::Text),
                ..Access::default()
            },
        })
    }
}

/// `[webhooks]`: where messages to webhooks may go besides public addresses over TLS.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Webhooks {
    http: bool,
    networks: Vec<String>,
}

impl Webhooks {
    /// The same as the node takes them.
    ///
    /// # Errors
    /// When a network is none.
    pub fn rules(&self) -> Result<node::webhooks::Rules, Failure> {
        let rules = node::webhooks::Rules {
            http: self.http,
            networks: self.networks.clone(),
        };
        let unusable = |why| Failure::input(format!("[webhooks] cannot be used: {why}"));
        rules.check().map_err(unusable)?;
        Ok(rules)
    }
}

/// `[retention]`: after how many days something that is done with is forgotten; 0: never.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Retention {
    sessions: u16,
    invitations: u16,
    proposals: u16,
    notices: u16,
    transfers: u16,
    reports: u16,
}

impl Default for Retention {
    fn default() -> Self {
        let rules = node::privacy::Retention::default();
        Self {
            sessions: rules.sessions,
            invitations: rules.invitations,
            proposals: rules.proposals,
            notices: rules.notices,
            transfers: rules.transfers,
            reports: rules.tips,
        }
    }
}

impl From<Retention> for node::privacy::Retention {
    fn from(rules: Retention) -> Self {
        Self {
            sessions: rules.sessions,
            invitations: rules.invitations,
            proposals: rules.proposals,
            notices: rules.notices,
            transfers: rules.transfers,
            tips: rules.reports,
        }
    }
}

/// `[telemetry]`: reports of many systems that come through JetStream.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct Telemetry {
    /// Subjects with a durable consumer, as in `nats://127.0.0.1:4222/reports?durable=commonwatch`.
    pub feeds: Vec<String>,
    /// The login of whose member they are.
    pub login: String,
}

impl Default for Telemetry {
    fn default() -> Self {
        Self {
            feeds: Vec::new(),
            login: node::founding::OPERATOR.to_owned(),
        }
    }
}

impl Telemetry {
    /// The same as the node takes them.
    ///
    /// # Errors
    /// When a feed cannot be read, or is none whose messages have names.
    pub fn feeds(&self) -> Result<Vec<node::telemetry::Feed>, Failure> {
        let feed = |text: &String| {
            let source = SourceSpec::parse(text)?;
            if !source.names_messages() {
                return Err(
                    Failure::input(format!("'{text}' in [telemetry] has no names for its messages")).help(
                        "reports are counted once by the name of their message: \
                     write nats://HOST:PORT/SUBJECT?durable=NAME",
                    ),
                );
            }
            Ok(node::telemetry::Feed {
                source,
                login: self.login.clone(),
            })
        };
        self.feeds.iter().map(feed).collect()
    }
}

/// `[mail]`: the server that sends notices; without one, nothing is sent.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct Mail {
    /// The server's name.
    pub server: Option<String>,
    /// Its port; 587 for starttls, 465 for tls, 25 for none.
    pub port: Option<u16>,
    /// starttls, tls, or none (to this machine only).
    pub security: Option<String>,
    /// In whose name, as in "Commonwatch <watch@city.example>".
    pub from: Option<String>,
    /// The login there.
    pub login: Option<String>,
    /// The file with the password.
    pub password_file: Option<PathBuf>,
    /// The file with further authorities to trust, PEM.
    pub ca_file: Option<PathBuf>,
}

/// `[watch]`: the member's own logs, traffic and past.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct Watch {
    /// Where logs come from, as `commonwatch match` takes them.
    pub sources: Vec<String>,
    /// Logs of the past: files, folders, object storage.
    pub past: Vec<String>,
    /// The login whose sight decides what is looked for.
    pub login: String,
    /// How often to look for new indicators, as in 5m.
    pub refresh: String,
    /// Indicators worth less are left out, 0 to 100.
    pub least_score: u8,
    /// Files and folders of Sigma rules.
    pub sigma: Vec<PathBuf>,
    /// The file of hits.
    pub hits: Option<PathBuf>,
}

impl Default for Watch {
    fn default() -> Self {
        Self {
            sources: Vec::new(),
            past: Vec::new(),
            login: node::founding::OPERATOR.to_owned(),
            refresh: "5m".to_owned(),
            least_score: 1,
            sigma: Vec::new(),
            hits: None,
        }
    }
}

impl Watch {
    /// Whether there is anything to watch.
    pub fn is_on(&self) -> bool {
        !self.sources.is_empty() || !self.past.is_empty()
    }

    /// The same as the node takes it.
    ///
    /// # Errors
    /// When a source or a time cannot be read.
    pub fn settings(&self, data: &Path) -> Result<node::watch::Settings, Failure> {
        let parsed = |texts: &[String]| -> Result<Vec<SourceSpec>, Failure> {
            texts.iter().map(|text| Ok(SourceSpec::parse(text)?)).collect()
        };
        let (sources, past) = (parsed(&self.sources)?, parsed(&self.past)?);
        if let Some((text, _)) = self.past.iter().zip(&past).find(|(_, spec)| !spec.is_at_rest()) {
            return Err(
                Failure::input(format!("'{text}' in `past` is a stream, which has no past"))
                    .help("name it in `sources`; `past` takes files, folders and s3://BUCKET/PREFIX"),
            );
        }
        Ok(node::watch::Settings {
            sources,
            past,
            indexes: data.join("indexes"),
            hits: self.hits.clone().unwrap_or_else(|| data.join("hits.ndjson")),
            login: self.login.clone(),
            refresh_seconds: crate::commands::duration(&self.refresh)?.unsigned_abs() / 1_000_000,
            minimum_score: self.least_score,
            sigma: self.sigma.clone(),
        })
    }
}

impl Default for Config {
    fn default() -> Self {
        Self {
            title: "Commonwatch".to_owned(),
            description: "Threat information shared under rules that hold".to_owned(),
            contact: None,
            listen: "127.0.0.1:6100".to_owned(),
            public_url: None,
            trusted_proxies: Vec::new(),
            postgres: None,
            tls_certificate: None,
            tls_key: None,
            public_reading: false,
            four_eyes: true,
            request_mib: 32,
            page_most: 10_000,
            watch: Watch::default(),
            telemetry: Telemetry::default(),
            mail: Mail::default(),
            webhooks: Webhooks::default(),
            retention: Retention::default(),
            public: Public::default(),
            sign_in: Vec::new(),
        }
    }
}

/// Its file in the data directory.
pub const FILE: &str = "commonwatch.toml";

impl Config {
    /// Reads the configuration of a data directory; the defaults where there is no file.
    pub fn read(data: &Path) -> Result<Self, Failure> {
        let path = data.join(FILE);
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(error) => return Err(failure::file("read", &path, &error)),
        };
        toml::from_str(&text).map_err(|error| {
            Failure::input(format!("{} is not a good configuration: {error}", path.display()))
                .help("mend the line, or move the file away to start from the defaults")
        })
    }
}

impl Config {
    /// The identity providers.
    ///
    /// # Errors
    /// When one of them cannot be used as it is written.
    pub fn providers(&self) -> Result<Vec<Provider>, Failure> {
        let providers: Vec<Provider> = self.sign_in.iter().map(SignIn::provider).collect::<Result<_, _>>()?;
        let twice = |(at, one): (usize, &Provider)| providers.iter().take(at).any(|other| other.name == one.name);
        match providers.iter().enumerate().any(twice) {
            true => Err(Failure::input("two [[sign-in]] have the same name").help("give each a name of its own")),
            false => Ok(providers),
        }
    }

    /// What sends e-mail, where a server is named.
    ///
    /// # Errors
    /// When the settings or the files they name cannot be used.
    pub fn mailer(&self) -> Result<Option<Mailer>, Failure> {
        let mail = &self.mail;
        let Some(server) = mail.server.clone() else {
            return Ok(None);
        };
        let read = |path: &Path| std::fs::read(path).map_err(|error| failure::file("read", path, &error));
        let security = mail.security.as_deref().unwrap_or("starttls");
        let login = match (&mail.login, &mail.password_file) {
            (None, None) => None,
            (Some(login), Some(path)) => {
                let password = String::from_utf8_lossy(&read(path)?).trim_end().to_owned();
                Some((login.clone(), password))
            }
            _ => {
                return Err(Failure::input("login and password-file of [mail] belong together")
                    .help("name both in commonwatch.toml, or neither"));
            }
        };
        let settings = MailSettings {
            server,
            port: mail.port,
            security: Security::parse(security).ok_or_else(|| {
                Failure::input(format!("'{security}' is no security of [mail]")).help("starttls, tls or none")
            })?,
            from: mail.from.clone().ok_or_else(|| {
                Failure::input("[mail] says no 'from'").help("as in from = \"Commonwatch <watch@city.example>\"")
            })?,
            login,
            authorities: mail.ca_file.as_deref().map(read).transpose()?,
        };
        Ok(Some(Mailer::new(&settings)?))
    }
}

/// The file as it is written on the first start.
pub fn template(title: &str, postgres: Option<&str>) -> String {
    let quoted = |text: &str| toml::Value::String(text.to_owned()).to_string();
    let postgres = match postgres {
        Some(url) => format!("postgres = {}", quoted(url)),
        None => "# postgres = \"postgresql://commonwatch@db.example/commonwatch\"".to_owned(),
    };
    format!(
        "# Commonwatch. Every line that begins with # shows a default or an example.\n\n\
         # Name shown to people and in TAXII discovery.\n\
         title = {title}\n\
         # description = \"Threat information shared under rules that hold\"\n\
         # contact = \"watch@city.example\"\n\n\
         # Loopback until you decide otherwise: put TLS in front, or name a certificate below.\n\
         # listen = \"127.0.0.1:6100\"\n\
         # public-url = \"https://watch.city.example\"\n\
         # trusted-proxies = [\"127.0.0.1\"]\n\
         # tls-certificate = \"/etc/commonwatch/chain.pem\"\n\
         # tls-key = \"/etc/commonwatch/key.pem\"\n\n\
         # The embedded database needs nothing. Several nodes on one PostgreSQL:\n\
         {postgres}\n\n\
         # Whether somebody without an account may read what is TLP:CLEAR.\n\
         # public-reading = false\n\n\
         # Whether expelling a member and releasing TLP:RED take two people; docs/guide/sign-in.md. The ledger notes a change.\n\
         # four-eyes = true\n\n\
         # Limits.\n\
         # request-mib = 32\n\
         # page-most = 10000\n\n\
         # Your own logs and traffic, watched all the time; docs/guide/watch.md says what can stand here.\n\
         [watch]\n\
         # sources = [\"follow:/var/log/zeek/current/*.log\", \"syslog+udp://127.0.0.1:5514\"]\n\
         # Past logs, in which every new indicator is hunted.\n\
         # past = [\"/var/log/zeek/archive\", \"s3://logs/zeek/?endpoint=https://s3.example.org&credentials=/etc/commonwatch/s3\"]\n\
         # login = \"operator\"\n\
         # refresh = \"5m\"\n\
         # least-score = 1\n\
         # sigma = [\"/etc/commonwatch/sigma\"]\n\
         # hits = \"/var/log/commonwatch-hits.ndjson\"\n\n\
         # Reports of many systems that come through JetStream; docs/guide/sightings.md.\n\
         [telemetry]\n\
         # feeds = [\"nats://127.0.0.1:4222/reports?durable=commonwatch\"]\n\
         # login = \"operator\"\n\n\
         # Notices of what is due, by e-mail; docs/guide/commitments.md. Nothing is sent without a server.\n\
         [mail]\n\
         # server = \"mail.city.example\"\n\
         # from = \"Commonwatch <watch@city.example>\"\n\
         # security = \"starttls\"\n\
         # port = 587\n\
         # login = \"watch\"\n\
         # password-file = \"/etc/commonwatch/mail-password\"\n\
         # ca-file = \"/etc/commonwatch/authorities.pem\"\n\n\
         # Webhooks of members go to public addresses over https; what else is allowed; docs/guide/api.md.\n\
         [webhooks]\n\
         # networks = [\"10.1.0.0/16\"]\n\
         # http = false\n\n\
         # Days after which something that is done with is forgotten; docs/guide/privacy.md. 0: never.\n\
         [retention]\n\
         # sessions = 30\n\
         # invitations = 180\n\
         # proposals = 400\n\
         # notices = 90\n\
         # transfers = 400\n\
         # reports = 180\n\n\
         # Pages for everybody; docs/guide/public.md. Operators choose it on the page of the node too.\n\
         [public]\n\
         # pages = false\n\
         # reports = false\n\
         # security-contacts = [\"mailto:security@city.example\"]\n\
         # security-policy = \"https://city.example/disclosure\"\n\
         # security-languages = [\"en\", \"es\"]\n\
         # security-until = \"2027-05-01\"\n\n\
         # An identity provider (OpenID Connect); docs/guide/sign-in.md. One section for each.\n\
         # [[sign-in]]\n\
         # name = \"city\"\n\
         # title = \"City of Example\"\n\
         # issuer = \"https://login.city.example\"\n\
         # client-id = \"commonwatch\"\n\
         # client-secret-file = \"/etc/commonwatch/oidc-secret\"\n\
         # scopes = [\"profile\"]\n\
         # groups-claim = \"groups\"\n\
         # roles = {{ watch-analysts = \"analyst\", watch-leads = \"coordinator\" }}\n\
         # member = \"City of Example\"\n\
         # provision = false\n\
         # session-hours = 12\n\
         # confirm-minutes = 60\n",
        title = quoted(title),
    )
}

#[cfg(test)]
mod tests {
    use super::{Config, template};

    #[test]
    fn reports_come_from_where_messages_have_names() {
        let telemetry = |feed: &str| super::Telemetry {
            feeds: vec![feed.to_owned()],
            ..super::Telemetry::default()
        };
        #[cfg(feature = "nats")]
        assert_eq!(
            telemetry("nats://127.0.0.1:4222/reports?durable=a")
                .feeds()
                .unwrap()
                .len(),
            1
        );
        for feed in ["udp://127.0.0.1:9", "/var/log/reports"] {
            let error = telemetry(feed).feeds().unwrap_err().to_string();
            assert!(error.contains("no names for its messages"), "{error}");
        }
    }

    #[test]
    fn the_written_file_can_be_read_and_every_commented_key_exists() {
        let text = template("The \"watch\" of Exampleton", Some("postgresql://x@db.example/y"));
        let config: Config = toml::from_str(&text).unwrap();
        assert_eq!(config.title, "The \"watch\" of Exampleton");
        let uncommented: String = text
            .lines()
            .map(|line| {
                line.strip_prefix("# ")
                    .filter(|rest| rest.contains(" = ") || rest.starts_with("[["))
                    .unwrap_or(line)
            })
            .map(|line| format!("{line}\n"))
            .collect();
        let all = toml::from_str::<Config>(&uncommented).unwrap();
        let providers = all.providers().unwrap();
        assert_eq!(providers[0].roles["watch-leads"], policy::Role::Coordinator);
    }

    #[test]
    fn a_provider_that_cannot_be_used_as_it_is_written_says_why() {
        for (more, why) in [
            ("provision = true", "without a member and roles"),
            ("session-hours = 0", "of 0 hours"),
            ("confirm-minutes = 4", "for 4 minutes"),
            ("roles = { a = \"emperor\" }", "'emperor' is no role"),
            (
                "client-secret-env = \"COMMONWATCH_NOT_THERE\"",
                "not in the environment",
            ),
        ] {
            let text = format!("[[sign-in]]\nname = \"a\"\nissuer = \"https://a.example\"\nclient-id = \"b\"\n{more}");
            let config: Config = toml::from_str(&text).unwrap();
            let error = config.providers().unwrap_err().to_string();
            assert!(error.contains(why), "{error}");
        }
    }

    #[test]
    fn a_stream_has_no_past() {
        let config: Config = toml::from_str("[watch]\npast = [\"/var/log\", \"udp://0.0.0.0:9\"]").unwrap();
        let refused = config
            .watch
            .settings(std::path::Path::new("x"))
            .unwrap_err()
            .to_string();
        assert!(refused.contains("udp://0.0.0.0:9"), "{refused}");
    }

    #[test]
    fn an_unknown_key_is_an_error() {
        assert!(toml::from_str::<Config>("titel = \"x\"").is_err());
    }
}
