//! SMTP: the envelope and the head of each message; STARTTLS leads on to TLS.

use super::{Conversation, Step};
use crate::capture::bytes::text;
use crate::capture::tell::Out;
use crate::{Event, Role};

/// Bytes of a line; RFC 5321 has 1000, and senders have more.
const LINE: usize = 16 << 10;
/// Recipients of a message that are told.
const RECIPIENTS: usize = 1_000;

/// Whether a connection is SMTP, by the greeting of the server and the first command of the client.
pub(super) fn is_smtp(client: &[u8], server: &[u8], port: u16) -> bool {
    let greets = |word: &[u8]| {
        client
            .get(..word.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(word))
    };
    greets(b"EHLO ")
        || greets(b"HELO ")
        || greets(b"LHLO ")
        || greets(b"MAIL FROM:")
        || (matches!(port, 25 | 465 | 587 | 2525) && (server.starts_with(b"220 ") || server.starts_with(b"220-")))
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum At {
    #[default]
    Commands,
    /// The head of a message.
    Head,
    /// Its body, to the line with a lone dot.
    Body,
}

/// The reader of one connection.
#[derive(Default)]
pub(super) struct Smtp {
    at: At,
    helo: String,
    sender: String,
    recipients: Vec<String>,
    /// The lines of the head so far, continued ones joined.
    head: Vec<String>,
    head_bytes: usize,
    /// The client has asked for TLS.
    asked: bool,
    /// The server has agreed.
    switched: bool,
    /// The server has been asked for a message.
    data: bool,
}

impl Conversation for Smtp {
    fn service(&self) -> &'static str {
        "smtp"
    }

    fn bytes(&mut self, from_client: bool, bytes: &[u8], out: &mut Out<'_, '_>) -> Step {
        // TLS from the start, or without an answer that was seen to STARTTLS.
        self.switched |= from_client && self.at == At::Commands && super::tls::is_hello(bytes);
        if self.switched {
            return Step::Again;
        }
        let Some(end) = memchr::memchr(b'\n', bytes) else {
            return if bytes.len() > LINE {
                Step::take(bytes.len())
            } else {
                Step::More
            };
        };
        let line = &bytes[..end];
        if from_client {
            self.line(line.strip_suffix(b"\r").unwrap_or(line), out);
        } else if self.asked && line.starts_with(b"220") {
            self.switched = true;
        }
        Step::take(end + 1)
    }

    fn rest(&mut self, from_client: bool, _bytes: &[u8], out: &mut Out<'_, '_>) {
        if from_client && !self.switched {
            self.tell(out);
        }
    }
}

impl Smtp {
    fn line(&mut self, line: &[u8], out: &mut Out<'_, '_>) {
        match self.at {
            At::Commands => self.command(line, out),
            At::Head | At::Body if line == b"." => {
                self.tell(out);
                self.at = At::Commands;
            }
            At::Head if line.is_empty() => {
                self.tell(out);
                self.at = At::Body;
            }
            At::Head => self.header(line, out.tell.limits.stream_bytes),
            At::Body => {}
        }
    }

    fn command(&mut self, line: &[u8], out: &mut Out<'_, '_>) {
        let line = text(line);
        let is = |word: &str| {
            line.get(..word.len())
                .is_some_and(|start| start.eq_ignore_ascii_case(word))
        };
        let after = |word: &str| line.get(word.len()..).unwrap_or_default().trim().to_owned();
        if is("EHLO ") || is("HELO ") || is("LHLO ") {
            self.helo = after("EHLO ");
        } else if is("MAIL FROM:") {
            self.tell(out);
            self.sender = mailbox(&after("MAIL FROM:")).to_owned();
            self.data = true;
        } else if is("RCPT TO:") {
            if self.recipients.len() < RECIPIENTS {
                self.recipients.push(mailbox(&after("RCPT TO:")).to_owned());
            }
        } else if is("STARTTLS") {
            self.asked = true;
        } else if line.eq_ignore_ascii_case("DATA") {
            self.at = At::Head;
        }
    }

    fn header(&mut self, line: &[u8], limit: usize) {
        self.head_bytes += line.len();
        if self.head_bytes > limit {
            return;
        }
        let line_text = text(line);
        match self.head.last_mut() {
            Some(last) if matches!(line.first(), Some(b' ' | b'\t')) => {
                last.push(' ');
                last.push_str(&line_text);
            }
            _ => self.head.push(line_text.into_owned()),
        }
    }

    /// Hands out what is known of a message, once.
    fn tell(&mut self, out: &mut Out<'_, '_>) {
        let head = std::mem::take(&mut self.head);
        let recipients = std::mem::take(&mut self.recipients);
        let sender = std::mem::take(&mut self.sender);
        self.head_bytes = 0;
        if !std::mem::take(&mut self.data) && head.is_empty() && recipients.is_empty() {
            return;
        }
        let mut event = out.begin("smtp");
        event.push("smtp.helo", self.helo.as_str(), Role::Host);
        event.push("smtp.mail_from", sender, Role::EmailAddress);
        for recipient in recipients {
            event.push("smtp.rcpt_to", recipient, Role::EmailAddress);
        }
        for line in &head {
            header_field(&mut event, line);
        }
        out.give(&event);
    }
}

/// Adds a line of the head, where it says something to look for.
fn header_field<'a>(event: &mut Event<'a>, line: &'a str) {
    let Some((name, value)) = line.split_once(':') else {
        return;
    };
    let (field, role) = match name.trim().to_ascii_lowercase().as_str() {
        "from" => ("smtp.from", Role::EmailAddress),
        "to" => ("smtp.to", Role::EmailAddress),
        "cc" => ("smtp.cc", Role::EmailAddress),
        "reply-to" => ("smtp.reply_to", Role::EmailAddress),
        "return-path" => ("smtp.return_path", Role::EmailAddress),
        "subject" => ("smtp.subject", Role::EmailSubject),
        "message-id" => ("smtp.message_id", Role::Text),
        "user-agent" | "x-mailer" => ("smtp.user_agent", Role::UserAgent),
        "received" => ("smtp.received", Role::Text),
        "x-originating-ip" => ("smtp.originating_ip", Role::Text),
        _ => return,
    };
    event.push(field, super::encoded_word::decode(value.trim()), role);
}

/// The mailbox in a path: between its angle brackets, without parameters.
fn mailbox(path: &str) -> &str {
    match path.split_once('<') {
        Some((_, rest)) => rest.split('>').next().unwrap_or_default(),
        None => path.split(' ').next().unwrap_or_default(),
    }
}
