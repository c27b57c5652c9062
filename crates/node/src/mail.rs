//! E-mail: sends what waits in the outbox, over one SMTP server, and only where one is configured.
//!
//! A notice is written once (`crate::commitments`, exactly once by its occasion). It is sent until the server takes it:
//! should the node stop between the server's yes and its own note of it, the same message goes out again, under the
//! same Message-ID, by which mail programs know it. What waits for one person goes out as one message.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::time::{Duration, SystemTime};

use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Tokio1Executor};
use policy::PersonId;
use serde::Serialize;
use stix::{Place, Problem, Timestamp};
use store::{Notice, NoticeChannel, NoticeWish};

use crate::error::Error;
use crate::node::Node;

/// Notices looked at in one round.
const BATCH: usize = 500;
/// Seconds that the server has to answer.
const PATIENCE: Duration = Duration::from_secs(30);
/// Minutes until the next try, by how often it was tried; then it is given up.
const BACKOFF: [i64; 7] = [1, 5, 30, 120, 360, 720, 1_440];
const MINUTE: i64 = 60_000_000;
/// What is older says nothing any more: mail was configured late, or away for long.
const OLDEST: i64 = 3 * 1_440 * MINUTE;
/// Characters kept of what went wrong.
const ERROR_MOST: usize = 500;

/// How the connection is kept private.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Security {
    /// It begins in the clear, and nothing is said before TLS (port 587).
    #[default]
    StartTls,
    /// TLS from the first byte (port 465).
    Tls,
    /// In the clear; only to this machine.
    None,
}

impl Security {
    /// Reads a name.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "starttls" => Some(Self::StartTls),
            "tls" => Some(Self::Tls),
            "none" => Some(Self::None),
            _ => None,
        }
    }

    const fn port(self) -> u16 {
        match self {
            Self::StartTls => 587,
            Self::Tls => 465,
            Self::None => 25,
        }
    }
}

/// Which server sends, and in whose name.
#[derive(Clone, Default)]
pub struct MailSettings {
    /// The server's name.
    pub server: String,
    /// Its port; the usual one where none is given.
    pub port: Option<u16>,
    /// How the connection is kept private.
    pub security: Security,
    /// In whose name, as in `Commonwatch <watch@city.example>`.
    pub from: String,
    /// Login and password.
    pub login: Option<(String, String)>,
    /// Further authorities to trust, PEM.
    pub authorities: Option<Vec<u8>>,
}

/// What sends.
pub struct Mailer {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

/// What a round did.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct MailReport {
    /// Messages that the server took.
    pub messages: u64,
    /// Notices that were in them.
    pub notices: u64,
    /// Notices that are not sent any more.
    pub given_up: u64,
    /// Why the last one that failed did.
    pub error: Option<String>,
}

fn bad(message: impl Into<String>, help: &str) -> Problem {
    Problem::error("bad-mail-settings", Place::default(), message.into()).help(help)
}

impl Mailer {
    /// From settings; nothing is connected yet.
    ///
    /// # Errors
    /// When the settings cannot be used.
    pub fn new(settings: &MailSettings) -> Result<Self, Problem> {
        let from: Mailbox = settings.from.parse().map_err(|_| {
            let help = "write it like watch@city.example or Commonwatch <watch@city.example>";
            bad("'from' is not an e-mail address", help)
        })?;
        let port = settings.port.unwrap_or(settings.security.port());
        let hello = ClientId::Domain(from.email.domain().to_owned());
        let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&settings.server)
            .port(port)
            .tls(tls(settings)?)
            .hello_name(hello)
            .timeout(Some(PATIENCE));
        if let Some((login, password)) = &settings.login {
            builder = builder.credentials(Credentials::new(login.clone(), password.clone()));
        }
        Ok(Self {
            transport: builder.build(),
            from,
        })
    }

    fn message(&self, address: &str, notices: &[&Notice], now: Timestamp) -> Result<Message, String> {
        let to: Mailbox = address
            .parse()
            .map_err(|error| format!("the address cannot be used: {error}"))?;
        let (subject, body) = written(notices);
        let first = notices.first().map(|notice| notice.uuid).unwrap_or_default();
        let date = SystemTime::UNIX_EPOCH + Duration::from_micros(now.micros().unsigned_abs());
        let message = Message::builder()
            .from(self.from.clone())
            .to(to)
            .subject(subject)
            .date(date)
            .message_id(Some(format!("<{first}@{}>", self.from.email.domain())))
            .header(ContentType::TEXT_PLAIN)
            .body(body);
        let mut message = message.map_err(|error| format!("the message cannot be written: {error}"))?;
        // No vacation notes in answer (RFC 3834 section 5).
        let name = HeaderName::new_from_ascii_str("Auto-Submitted");
        message
            .headers_mut()
            .insert_raw(HeaderValue::new(name, "auto-generated".to_owned()));
        Ok(message)
    }
}

fn tls(settings: &MailSettings) -> Result<Tls, Problem> {
    if settings.security == Security::None {
        let is_here = settings.server == "localhost"
            || settings
                .server
                .parse()
                .is_ok_and(|address: IpAddr| address.is_loopback());
        return if is_here {
            Ok(Tls::None)
        } else {
            let help = "use starttls or tls, or a mail server on this machine";
            Err(bad("mail without TLS goes to this machine only", help))
        };
    }
    let unusable = |error: lettre::transport::smtp::Error| {
        bad(
            format!("TLS to the mail server is not possible: {error}"),
            "check 'server' and 'ca-file'",
        )
    };
    let mut parameters = TlsParameters::builder(settings.server.clone());
    if let Some(pem) = &settings.authorities {
        parameters = parameters.add_root_certificate(Certificate::from_pem(pem).map_err(unusable)?);
    }
    let parameters = parameters.build().map_err(unusable)?;
    Ok(match settings.security {
        Security::Tls => Tls::Wrapper(parameters),
        Security::StartTls | Security::None => Tls::Required(parameters),
    })
}

/// Subject and text for one or several.
fn written(notices: &[&Notice]) -> (String, String) {
    match notices {
        [one] => (one.subject.clone(), one.body.clone()),
        several => {
            let body: Vec<String> = several
                .iter()
                .map(|one| format!("{}\n\n{}", one.subject, one.body))
                .collect();
            (format!("{} things are due", several.len()), body.join("\n----\n\n"))
        }
    }
}

impl Node {
    /// Sends what waits in the outbox. Several nodes on one store may do so at once: each message is taken by one.
    ///
    /// # Errors
    /// When the store does not answer. That the mail server does not is in the report.
    pub async fn mail_due(&self, now: Timestamp, mailer: &Mailer) -> Result<MailReport, Error> {
        let mut report = MailReport::default();
        let due = self.store().notice_due(NoticeChannel::Mail, now, BATCH).await?;
        let mut by_person: BTreeMap<PersonId, Vec<&Notice>> = BTreeMap::new();
        for notice in &due {
            by_person.entry(notice.to.person).or_default().push(notice);
        }
        for notices in by_person.into_values() {
            let goes_on = self.mail_one(now, mailer, &notices, &mut report).await?;
            if !goes_on {
                // The server does not answer; what is left keeps its turn.
                break;
            }
        }
        Ok(report)
    }

    /// Sends what waits for one person; says whether the server can be asked again.
    async fn mail_one(
        &self,
        now: Timestamp,
        mailer: &Mailer,
        notices: &[&Notice],
        report: &mut MailReport,
    ) -> Result<bool, Error> {
        let Some(first) = notices.first() else { return Ok(true) };
        let attempts = notices.iter().map(|notice| notice.attempts).max().unwrap_or_default();
        let wait = usize::try_from(attempts).ok().and_then(|at| BACKOFF.get(at));
        let again = wait.map(|minutes| now.plus_micros(minutes * MINUTE));
        let until = again.unwrap_or(now.plus_micros(MINUTE));
        let taken = self.store().notice_claim(notices, until).await?;
        let is_wanted = |notice: &&&Notice| taken.contains(&notice.id) && notice.made.plus_micros(OLDEST) > now;
        let sent: Vec<&Notice> = notices.iter().filter(is_wanted).copied().collect();
        let stale: Vec<i64> = taken
            .iter()
            .copied()
            .filter(|id| sent.iter().all(|notice| notice.id != *id))
            .collect();
        self.give_up(&stale, "it waited for too long", report).await?;
        if sent.is_empty() {
            return Ok(true);
        }
        let ids: Vec<i64> = sent.iter().map(|notice| notice.id).collect();
        let to = &first.to;
        let address = to.email.as_deref().filter(|_| to.active && to.wish != NoticeWish::None);
        let Some(address) = address else {
            self.give_up(&ids, "the person has no address, or wants no mail", report)
                .await?;
            return Ok(true);
        };
        let message = match mailer.message(address, &sent, now) {
            Ok(message) => message,
            Err(why) => {
                self.give_up(&ids, &why, report).await?;
                return Ok(true);
            }
        };
        match mailer.transport.send(message).await {
            Ok(_) => {
                self.store().notice_sent(&ids, now).await?;
                report.messages += 1;
                report.notices += ids.len() as u64;
                Ok(true)
            }
            Err(error) => {
                let why: String = format!("{error}").chars().take(ERROR_MOST).collect();
                if again.is_none() {
                    report.given_up += ids.len() as u64;
                }
                self.store().notice_failed(&ids, &why, again).await?;
                report.error = Some(why);
                // An answer, however bad, is about this message.
                Ok(error.is_transient() || error.is_permanent())
            }
        }
    }

    async fn give_up(&self, ids: &[i64], why: &str, report: &mut MailReport) -> Result<(), Error> {
        if !ids.is_empty() {
            report.given_up += ids.len() as u64;
            self.store().notice_failed(ids, why, None).await?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{MailSettings, Mailer, Security};

    fn settings(server: &str, security: Security) -> MailSettings {
        MailSettings {
            server: server.to_owned(),
            security,
            from: "Commonwatch <watch@city.example>".to_owned(),
            ..MailSettings::default()
        }
    }

    #[tokio::test]
    async fn mail_in_the_clear_stays_on_this_machine() {
        for here in ["localhost", "127.0.0.1", "::1"] {
            assert!(Mailer::new(&settings(here, Security::None)).is_ok());
        }
        let refused = Mailer::new(&settings("mail.example", Security::None)).err().unwrap();
        assert_eq!(refused.code, "bad-mail-settings");
        assert!(Mailer::new(&settings("mail.example", Security::StartTls)).is_ok());
    }

    #[tokio::test]
    async fn a_sender_is_an_address() {
        let nobody = MailSettings {
            from: "Commonwatch".to_owned(),
            ..settings("localhost", Security::None)
        };
        assert!(Mailer::new(&nobody).is_err());
    }
}
