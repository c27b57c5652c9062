//! Mails: what one says, and what is attached. Who sent it to whom, and the way it took, are not looked at: they name people
//! and machines that a report about it need not name.

use mail_parser::{MessageParser, MimeHeaders as _, PartType};

/// Attachments that are looked at.
const ATTACHMENTS: usize = 100;
/// Characters of the name of an attachment, for messages.
const NAME: usize = 200;

/// A mail.
#[derive(Debug, Default)]
pub(crate) struct Mail {
    /// Its subject.
    pub subject: Option<String>,
    /// What it says; of a page, its text.
    pub text: String,
    /// What is attached, each with a name for messages.
    pub attachments: Vec<(String, Vec<u8>)>,
}

impl Mail {
    /// Reads a mail; none where it is none.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let message = MessageParser::default().parse(bytes)?;
        let mut mail = Self {
            subject: message.subject().map(str::to_owned),
            ..Self::default()
        };
        for part in 0..message.text_body_count() {
            if let Some(text) = message.body_text(part) {
                mail.text.push_str(&text);
                mail.text.push('\n');
            }
        }
        for (number, part) in message.attachments().take(ATTACHMENTS).enumerate() {
            let name = part
                .attachment_name()
                .map_or_else(|| format!("attachment {}", number + 1), label);
            let content = match &part.body {
                // A mail that was sent on: its own bytes, to be read as a mail.
                PartType::Message(inner) => inner.raw_message.to_vec(),
                _ => part.contents().to_vec(),
            };
            mail.attachments.push((name, content));
        }
        Some(mail)
    }
}

/// A name as a label: no control characters, not endless.
fn label(name: &str) -> String {
    let plain = |letter: char| if letter.is_control() { '\u{fffd}' } else { letter };
    name.chars().map(plain).take(NAME).collect()
}

#[cfg(test)]
mod tests {
    use super::Mail;
    use crate::{Format, detect};

    const MAIL: &str = concat!(
        "Received: from [192.0.2.99] by mx.example\r\n",
        "From: Ada <ada@city.example>\r\nTo: eve@city.example\r\nSubject: =?utf-8?B?V2FybnVuZzogUHVtcGVu?=\r\n",
        "Message-ID: <1@city.example>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=\"b\"\r\n\r\n",
        "--b\r\nContent-Type: text/plain; charset=iso-8859-1\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n",
        "Gr=FC=DFe: 203[.]0[.]113[.]9\r\n",
        "--b\r\nContent-Type: text/csv\r\nContent-Disposition: attachment; filename=\"list.csv\"\r\n",
        "Content-Transfer-Encoding: base64\r\n\r\nZXZpbC5leGFtcGxlCg==\r\n--b--\r\n",
    );

    #[test]
    fn a_mail_is_what_it_says_and_what_is_attached_and_not_the_way_it_took() {
        assert_eq!(detect(MAIL.as_bytes()), Format::Mail);
        let mail = Mail::read(MAIL.as_bytes()).unwrap();
        assert_eq!(mail.subject.as_deref(), Some("Warnung: Pumpen"));
        assert_eq!(mail.text.trim(), "Grüße: 203[.]0[.]113[.]9");
        assert_eq!(mail.attachments, [("list.csv".to_owned(), b"evil.example\n".to_vec())]);
    }

    #[test]
    fn what_only_looks_a_little_like_a_mail_is_a_text() {
        for text in [
            "From: somebody\n\nsomething",
            "Subject: pumps\nFrom: Ada\nno header\n\nx",
            "# Report\n\nFrom: 203[.]0[.]113[.]9\n",
            "From: a\nTo: b\nSubject: c",
        ] {
            assert_ne!(detect(text.as_bytes()), Format::Mail, "{text}");
        }
    }
}
