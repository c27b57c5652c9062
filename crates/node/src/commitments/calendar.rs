//! Commitments as a calendar that calendar programs poll (iCalendar, RFC 5545). Pure.
//!
//! Each is an event (VEVENT) of no length at the moment it is due. RFC 5545 has a component for things to do, VTODO, but
//! most calendars (Google's, Outlook's on the web, Apple's for subscribed addresses) show none of them. An event takes no
//! time from its reader (TRANSP:TRANSPARENT).
//!
//! A calendar is fetched and kept by whoever offers it, so it says what is due to whom by when, and nothing of the item.

use std::fmt::Write as _;

use stix::Timestamp;

use super::{CommitmentShown, kinds};

/// Octets of a line before it is folded (section 3.1).
const LINE: usize = 75;
/// How often a program should look again (RFC 7986 section 5.7).
const REFRESH: &str = "PT1H";

/// Writes a calendar, as of now, of what is owed and has a time.
pub fn calendar(title: &str, commitments: &[CommitmentShown], now: Timestamp) -> String {
    let mut out = String::new();
    for text in [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Commonwatch//Commitments//EN",
        "CALSCALE:GREGORIAN",
    ] {
        line(&mut out, text);
    }
    line(&mut out, "METHOD:PUBLISH");
    line(&mut out, &format!("NAME:{}", escaped(title)));
    line(&mut out, &format!("X-WR-CALNAME:{}", escaped(title)));
    line(&mut out, &format!("REFRESH-INTERVAL;VALUE=DURATION:{REFRESH}"));
    line(&mut out, &format!("X-PUBLISHED-TTL:{REFRESH}"));
    for shown in commitments {
        event(&mut out, shown, now);
    }
    line(&mut out, "END:VCALENDAR");
    out
}

fn event(out: &mut String, shown: &CommitmentShown, now: Timestamp) {
    let one = &shown.commitment;
    let Some(due) = one.due else { return };
    let (by, to) = (&shown.owed_by.name, &shown.owed_to.name);
    let what = kinds::kind(&one.terms.kind).map_or(one.terms.kind.as_str(), |kind| kind.what);
    let (short, _) = what.split_once(':').unwrap_or((what, ""));
    let overdue = if shown.overdue { "Overdue: " } else { "" };
    let summary = format!("{overdue}{short} (owed to {to})");
    let description = format!(
        "{by} owes {to}: to {what}.\nSay what became of it: commonwatch commitment show {}",
        one.terms.uuid
    );
    line(out, "BEGIN:VEVENT");
    line(out, &format!("UID:{}@commonwatch", one.terms.uuid));
    // Where there is a METHOD, this is when the calendar was written (section 3.8.7.2).
    line(out, &format!("DTSTAMP:{}", stamp(now)));
    line(out, &format!("DTSTART:{}", stamp(due)));
    line(out, &format!("SUMMARY:{}", escaped(&summary)));
    line(out, &format!("DESCRIPTION:{}", escaped(&description)));
    line(out, "STATUS:CONFIRMED");
    line(out, "TRANSP:TRANSPARENT");
    line(out, "CLASS:PRIVATE");
    line(out, "END:VEVENT");
}

/// An instant in UTC, to the second (section 3.3.5).
fn stamp(at: Timestamp) -> String {
    let text = at.to_string();
    let digits = text.bytes().take(19).filter(|byte| !matches!(byte, b'-' | b':'));
    digits.map(char::from).chain(['Z']).collect()
}

/// A text value (section 3.3.11). Other control characters cannot be written and are left out.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' | ';' | ',' => {
                out.push('\\');
                out.push(c);
            }
            '\n' => out.push_str("\\n"),
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out
}

/// A content line, folded between characters so that no line has more than 75 octets (section 3.1).
fn line(out: &mut String, text: &str) {
    let mut width = 0;
    for c in text.chars() {
        if width + c.len_utf8() > LINE {
            out.push_str("\r\n ");
            width = 1;
        }
        let _ = write!(out, "{c}");
        width += c.len_utf8();
    }
    out.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use policy::MemberId;
    use proptest::prelude::*;
    use stix::Timestamp;
    use store::{Commitment, CommitmentState, NewCommitment};
    use uuid::Uuid;

    use super::{calendar, escaped, line};
    use crate::commitments::{CommitmentShown, Party};

    fn now() -> Timestamp {
        Timestamp::parse("2026-11-23T08:00:00Z").unwrap()
    }

    fn shown(name: &str) -> CommitmentShown {
        let at = |text: &str| Timestamp::parse(text).unwrap();
        let party = |number, name: &str| Party {
            id: MemberId(number),
            name: name.to_owned(),
        };
        let terms = NewCommitment {
            uuid: Uuid::from_u128(7),
            kind: "acknowledge".to_owned(),
            subject: "indicator--secret".to_owned(),
            title: Some("a secret title".to_owned()),
            owed_by: MemberId(1),
            person: None,
            owed_to: MemberId(2),
            community: None,
            because: "a secret rule".to_owned(),
            clock: String::new(),
            follows: None,
            starts: None,
            escalation: String::new(),
        };
        let commitment = Commitment {
            id: 1,
            terms,
            due: Some(at("2026-12-01T22:59:59.999999Z")),
            state: CommitmentState::Open,
            remind: None,
            settled: None,
            settled_by: None,
            evidence: None,
            reason: None,
            made: at("2026-11-23T08:00:00Z"),
            made_by: None,
        };
        CommitmentShown {
            commitment,
            owed_by: party(1, name),
            owed_to: party(2, "Example CERT"),
            title: Some("a secret title".to_owned()),
            person: Some("ada".to_owned()),
            community: None,
            overdue: false,
            late: false,
        }
    }

    #[test]
    fn a_commitment_is_an_event_that_says_nothing_of_the_item() {
        let text = calendar("Commonwatch", &[shown("City; of, Example")], now());
        insta::assert_snapshot!(text.replace("\r\n", "\n"), @r"
        BEGIN:VCALENDAR
        VERSION:2.0
        PRODID:-//Commonwatch//Commitments//EN
        CALSCALE:GREGORIAN
        METHOD:PUBLISH
        NAME:Commonwatch
        X-WR-CALNAME:Commonwatch
        REFRESH-INTERVAL;VALUE=DURATION:PT1H
        X-PUBLISHED-TTL:PT1H
        BEGIN:VEVENT
        UID:00000000-0000-0000-0000-000000000007@commonwatch
        DTSTAMP:20261123T080000Z
        DTSTART:20261201T225959Z
        SUMMARY:acknowledge an item (owed to Example CERT)
        DESCRIPTION:City\; of\, Example owes Example CERT: to acknowledge an item: 
         say that it was read.\nSay what became of it: commonwatch commitment show 
         00000000-0000-0000-0000-000000000007
        STATUS:CONFIRMED
        TRANSP:TRANSPARENT
        CLASS:PRIVATE
        END:VEVENT
        END:VCALENDAR
        ");
        assert!(!text.contains("secret") && !text.contains("ada"));
    }

    proptest! {
        #[test]
        fn whatever_a_name_holds_the_calendar_keeps_its_form(name in "\\PC{0,200}|[\\x00-\\x7f]{0,200}") {
            let text = calendar("x", &[shown(&name)], now());
            for one in text.split_terminator("\r\n") {
                prop_assert!(one.len() <= 75, "{one}");
                prop_assert!(!one.contains(['\r', '\n']), "{one:?}");
            }
            let unfolded = text.replace("\r\n ", "");
            let expected = format!("DESCRIPTION:{} owes", escaped(&name));
            prop_assert!(unfolded.contains(&expected));
            prop_assert_eq!(unfolded.matches("BEGIN:VEVENT").count(), 1);
        }

        #[test]
        fn unfolding_gives_the_line_back(text in "\\PC{0,300}") {
            let mut out = String::new();
            line(&mut out, &text);
            prop_assert_eq!(out.replace("\r\n ", ""), format!("{text}\r\n"));
        }
    }
}
