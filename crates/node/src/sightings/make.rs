//! The STIX objects that a sighting or feedback is told with. Pure: the same stretch gives the same objects, byte for byte.

use serde_json::{Value, json};
use stix::Timestamp;
use store::{FeedbackKind, Member, Seen, SightingForm};
use uuid::Uuid;

use super::destination::Destination;
use crate::intake::WITHHELD;

/// The most that STIX counts in one sighting (section 5.2).
const MOST_COUNT: i64 = 999_999_999;
/// Characters of a log line that go along.
const MOST_EVENT: usize = 2_000;
/// When the identities of sectors were made: the same everywhere, like their identifiers.
const SECTORS_MADE: &str = "2026-01-01T00:00:00.000Z";
/// Namespace of the identities that stand for sectors.
const SECTORS: Uuid = uuid::uuid!("6b2f0d57-3f1c-5c0e-9d0b-0c6e1f7f5a31");

/// What is told of a stretch in a form.
pub(super) fn sighting(seen: &Seen, form: SightingForm, member: &Member, destination: &Destination) -> Vec<Value> {
    let micros = (seen.ends.micros() - seen.starts.micros()).max(1);
    let (first, last) = match form {
        SightingForm::Full => (seen.first, seen.last),
        // To the stretch: when exactly something happened tells those who watch the same thing where it was.
        _ => (down(seen.first, micros), down(seen.last, micros).plus_micros(micros)),
    };
    let made = seen.ends.max(down(seen.last, micros).plus_micros(micros)).to_string();
    let id = format!("sighting--{}", seen.uuid);
    let mut sighting = json!({
        "type": "sighting", "spec_version": "2.1", "id": id, "created": made, "modified": made,
        "sighting_of_ref": seen.indicator, "count": seen.count.clamp(1, MOST_COUNT),
        "first_seen": first.to_string(), "last_seen": last.to_string(), "object_marking_refs": destination.markings(),
    });
    let mut objects = Vec::new();
    match form {
        SightingForm::Full => {
            sighting["created_by_ref"] = member.identity.as_str().into();
            sighting["where_sighted_refs"] = json!([member.identity]);
        }
        _ => sighting[WITHHELD] = true.into(),
    }
    if form == SightingForm::Sector && !member.sectors.is_empty() {
        let sectors: Vec<Value> = member.sectors.iter().map(|sector| class_of(sector)).collect();
        sighting["where_sighted_refs"] = sectors.iter().map(|sector| sector["id"].clone()).collect();
        objects.extend(sectors);
    }
    objects.push(sighting);
    if let (SightingForm::Full, Some(event)) = (form, &seen.event) {
        objects.push(json!({
            "type": "note", "spec_version": "2.1", "id": format!("note--{}", seen.uuid), "created": made, "modified": made,
            "created_by_ref": member.identity, "abstract": "log line", "content": bounded(event, MOST_EVENT),
            "object_refs": [id], "object_marking_refs": destination.markings(),
        }));
    }
    objects
}

/// The organisations of a sector, as a class (STIX 2.1 section 10.7). The same object on every node; it names nobody, so
/// it asks for the sharer's name to be withheld like the sighting that goes with it.
fn class_of(sector: &str) -> Value {
    json!({
        "type": "identity", "spec_version": "2.1", "id": format!("identity--{}", Uuid::new_v5(&SECTORS, sector.as_bytes())),
        "created": SECTORS_MADE, "modified": SECTORS_MADE, "name": format!("Organisations of the sector {sector}"),
        "identity_class": "class", "sectors": [sector], WITHHELD: true,
    })
}

/// The member as an organisation that others can read the name of.
pub(super) fn organisation(member: &Member, destination: &Destination) -> Value {
    let made = member.created.to_string();
    let mut identity = json!({
        "type": "identity", "spec_version": "2.1", "id": member.identity, "created": made, "modified": made,
        "name": member.name, "identity_class": "organization", "object_marking_refs": destination.markings(),
    });
    if !member.sectors.is_empty() {
        identity["sectors"] = member.sectors.clone().into();
    }
    identity
}

/// What is said of an indicator, in the form that MISP's false positives and expirations are read into.
pub(super) fn feedback(
    kind: FeedbackKind,
    uuid: Uuid,
    about: &str,
    creator: Option<&str>,
    comment: Option<&str>,
    now: Timestamp,
    destination: &Destination,
) -> Value {
    let said = |what: &str| match comment {
        Some(comment) => format!("{what}: {comment}"),
        None => what.to_owned(),
    };
    let now = now.to_string();
    let mut object = json!({
        "spec_version": "2.1", "created": now, "modified": now, "object_refs": [about], "labels": [kind.as_str()],
        "object_marking_refs": destination.markings(),
    });
    match kind {
        FeedbackKind::FalsePositive => {
            object["type"] = "opinion".into();
            object["id"] = format!("opinion--{uuid}").into();
            object["opinion"] = "strongly-disagree".into();
            object["explanation"] = said("reported as a false positive").into();
        }
        FeedbackKind::Expired => {
            object["type"] = "note".into();
            object["id"] = format!("note--{uuid}").into();
            object["abstract"] = "expired".into();
            object["content"] = said(&format!("expired on {now}")).into();
        }
    }
    match creator {
        Some(creator) => object["created_by_ref"] = creator.into(),
        None => object[WITHHELD] = true.into(),
    }
    object
}

/// The last multiple of so many microseconds that is not after a time.
pub(super) fn down(time: Timestamp, micros: i64) -> Timestamp {
    Timestamp::from_micros(time.micros().div_euclid(micros) * micros)
}

/// The first characters of a text.
pub(super) fn bounded(text: &str, characters: usize) -> &str {
    text.char_indices()
        .nth(characters)
        .map_or(text, |(end, _)| &text[..end])
}

#[cfg(test)]
mod tests {
    use policy::MemberId;
    use stix::Timestamp;
    use stix::marking::{Pap, Tlp};
    use store::{FeedbackKind, Member, MemberKind, Seen, SeenState, SightingForm};
    use uuid::Uuid;

    use super::{Destination, feedback, sighting};

    const IDENTITY: &str = "identity--7f0a3a53-5d0a-4b7c-8a53-0d4c3f0e8a11";

    fn member() -> Member {
        Member {
            id: MemberId(1),
            uuid: Uuid::nil(),
            identity: IDENTITY.to_owned(),
            name: "Example Waterworks".to_owned(),
            kind: MemberKind::Operator,
            sectors: vec!["water".to_owned()],
            countries: Vec::new(),
            provider: None,
            parent: None,
            state: policy::MemberState::Active,
            created: Timestamp::from_seconds(0),
        }
    }

    fn seen() -> Seen {
        let at = |minutes: i64| Timestamp::from_seconds(1_795_392_000 + minutes * 60);
        Seen {
            id: 1,
            uuid: Uuid::from_u128(0x7f0a_3a53_5d0a_4b7c_8a53_0d4c_3f0e_8a12),
            member: MemberId(1),
            indicator: "indicator--00000000-0000-4000-8000-000000000001".to_owned(),
            community: None,
            starts: at(0),
            ends: at(60),
            first: at(7),
            last: at(31),
            count: 12,
            event: Some("GET http://host-17.example/ by alice".to_owned()),
            state: SeenState::Confirmed,
            form: None,
            reason: None,
            settled: None,
            person: None,
        }
    }

    fn destination() -> Destination {
        Destination {
            community: None,
            named: Vec::new(),
            tlp: Tlp::Amber,
            pap: Pap::Green,
        }
    }

    fn made(form: SightingForm) -> String {
        let objects = sighting(&seen(), form, &member(), &destination());
        for object in &objects {
            let text = object.to_string();
            let object = stix::Object::parse(&text).unwrap();
            let problems = stix::check::check(object.map());
            assert!(
                problems.iter().all(|problem| problem.severity != stix::Severity::Error),
                "{problems:?}"
            );
        }
        objects.iter().map(|object| format!("{object}\n")).collect()
    }

    #[test]
    fn what_is_withheld_stands_in_none_of_the_objects() {
        for form in [SightingForm::Count, SightingForm::Sector] {
            let text = made(form);
            for secret in [IDENTITY, "Example Waterworks", "host-17", "alice", "00:07", "00:31"] {
                assert!(!text.contains(secret), "{secret} in {text}");
            }
            assert!(text.contains(r#""first_seen":"2026-11-23T00:00:00.000Z""#), "{text}");
            assert!(text.contains(r#""last_seen":"2026-11-23T01:00:00.000Z""#), "{text}");
            assert_eq!(text.contains("water"), form == SightingForm::Sector);
        }
    }

    #[test]
    fn the_full_form_says_who_and_when() {
        let text = made(SightingForm::Full);
        for said in [IDENTITY, "00:07:00", "00:31:00", "host-17", r#""count":12"#] {
            assert!(text.contains(said), "{said} not in {text}");
        }
        assert_eq!(text, made(SightingForm::Full), "the same again");
    }

    #[test]
    fn feedback_is_what_misp_reads_and_writes() {
        for (kind, said) in [
            (FeedbackKind::FalsePositive, r#""opinion":"strongly-disagree""#),
            (FeedbackKind::Expired, r#""abstract":"expired""#),
        ] {
            let now = Timestamp::from_seconds(1_795_392_000);
            let about = "indicator--00000000-0000-4000-8000-000000000001";
            let uuid = Uuid::from_u128(0x7f0a_3a53_5d0a_4b7c_8a53_0d4c_3f0e_8a12);
            let text = feedback(
                kind,
                uuid,
                about,
                Some(IDENTITY),
                Some("our proxy"),
                now,
                &destination(),
            )
            .to_string();
            let object = stix::Object::parse(&text).unwrap();
            assert!(
                stix::check::check(object.map())
                    .iter()
                    .all(|one| one.severity != stix::Severity::Error)
            );
            assert!(text.contains(said) && text.contains("our proxy"), "{text}");
        }
    }
}
