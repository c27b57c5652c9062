use policy::{MemberId, PersonId, Role};
use proptest::prelude::*;
use stix::Timestamp;
use store::{Addressee, Commitment, CommitmentState, NewCommitment, NoticeWish};
use uuid::Uuid;

use super::{Escalation, People, When, due_notices, next};

fn person(number: i64, role: Role) -> Addressee {
    Addressee {
        person: PersonId(number),
        member: MemberId(1),
        role,
        active: true,
        email: None,
        wish: NoticeWish::AtOnce,
    }
}

fn hours(number: i64) -> Timestamp {
    Timestamp::from_seconds(1_795_392_000 + number * 3_600)
}

/// Starts at hour 0, is due at hour 100.
fn commitment(rungs: &[(&str, &str)]) -> Commitment {
    let escalation = Escalation::of(rungs).to_json();
    let remind = next(&escalation, (hours(0), hours(100)), None);
    Commitment {
        id: 1,
        terms: NewCommitment {
            uuid: Uuid::nil(),
            kind: "act".to_owned(),
            subject: String::new(),
            title: None,
            owed_by: MemberId(1),
            person: None,
            owed_to: MemberId(2),
            community: None,
            because: String::new(),
            clock: String::new(),
            follows: None,
            starts: Some(hours(0)),
            escalation,
        },
        due: Some(hours(100)),
        state: CommitmentState::Open,
        remind,
        settled: None,
        settled_by: None,
        evidence: None,
        reason: None,
        made: hours(0),
        made_by: Some(PersonId(9)),
    }
}

/// Who is told at an hour, and when is next.
fn told(one: &Commitment, owing: &[Addressee], owed: &[Addressee], hour: i64) -> (Vec<i64>, Option<Timestamp>) {
    let due = due_notices(one, People { owing, owed }, hours(hour));
    (due.told.iter().map(|(one, _)| one.person.0).collect(), due.next)
}

const LADDER: &[(&str, &str)] = &[
    ("start", "person"),
    ("1 day before", "person"),
    ("when due", "coordinators"),
    ("2 days after", "owed-to"),
];

#[test]
fn each_rung_is_told_to_those_it_is_for_and_the_next_is_known() {
    let owing = [
        person(1, Role::Reader),
        person(2, Role::Analyst),
        person(3, Role::Coordinator),
    ];
    let owed = [person(8, Role::Coordinator), person(9, Role::Analyst)];
    let mut one = commitment(LADDER);
    for (hour, expected, next) in [
        (0, vec![2, 3], Some(hours(76))),
        (76, vec![2, 3], Some(hours(100))),
        (100, vec![3], Some(hours(148))),
        (148, vec![9], None),
    ] {
        assert_eq!(told(&one, &owing, &owed, hour), (expected, next), "{hour}");
        one.remind = next;
    }
}

#[test]
fn a_named_person_is_told_and_when_they_are_gone_the_others_are() {
    let owing = [
        person(1, Role::Reader),
        person(2, Role::Analyst),
        person(4, Role::Analyst),
    ];
    let mut one = commitment(LADDER);
    one.terms.person = Some(PersonId(1));
    assert_eq!(told(&one, &owing, &[], 0).0, [1]);
    one.terms.person = Some(PersonId(404));
    assert_eq!(told(&one, &owing, &[], 0).0, [2, 4]);
    assert_eq!(told(&one, &owing[..1], &[], 0).0, [1], "nobody else is there");
}

#[test]
fn after_a_pause_everybody_is_told_once_of_the_last_rung_that_is_theirs() {
    let owing = [person(2, Role::Analyst), person(3, Role::Coordinator)];
    let one = commitment(LADDER);
    let due = due_notices(
        &one,
        People {
            owing: &owing,
            owed: &[],
        },
        hours(120),
    );
    let told: Vec<_> = due.told.iter().map(|(one, when)| (one.person.0, *when)).collect();
    assert_eq!(told, [(2, When::Due(-1_440)), (3, When::Due(0))]);
}

#[test]
fn nobody_is_told_of_what_is_settled_or_waits_or_before_it_starts() {
    let owing = [person(2, Role::Analyst)];
    let mut one = commitment(LADDER);
    one.state = CommitmentState::Kept;
    assert!(told(&one, &owing, &[], 200).0.is_empty());
    let mut one = commitment(LADDER);
    one.due = None;
    assert!(told(&one, &owing, &[], 200).0.is_empty());
    let one = commitment(&[("10 days before", "person")]);
    assert_eq!(one.remind, None);
}

#[test]
fn times_are_written_as_they_are_read() {
    for text in [
        "start",
        "when due",
        "1 day before",
        "2 days after",
        "90 minutes before",
        "1 hour after",
    ] {
        assert_eq!(text.parse::<When>().unwrap().to_string(), text);
    }
    for text in [
        "",
        "soon",
        "1 day",
        "1 day around",
        "-1 days before",
        "1 fortnight after",
        "99999999 days after",
    ] {
        assert_eq!(text.parse::<When>().unwrap_err().code, "bad-escalation", "{text}");
    }
}

proptest! {
    #[test]
    fn however_the_rounds_fall_each_rung_is_told_once_and_none_is_left_out(
        offsets in prop::collection::vec(-6_000_i64..6_000, 1..6), minutes in 1_i64..5,
    ) {
        // A rung each quarter of an hour at the most, so that none hides another in one round.
        let offsets: Vec<i64> = offsets.iter().map(|offset| offset / 15 * 15).collect();
        let owing = [person(1, Role::Analyst)];
        let mut one = commitment(&[]);
        let rungs = offsets.iter().map(|minutes| super::Rung { when: When::Due(*minutes), to: super::Whom::Person });
        let mut rungs: Vec<_> = rungs.collect();
        rungs.sort_by_key(|rung| if let When::Due(minutes) = rung.when { minutes } else { 0 });
        rungs.dedup();
        let expected = rungs.len();
        one.terms.escalation = Escalation(rungs).to_json();
        one.remind = next(&one.terms.escalation, (hours(0), hours(100)), None);
        let mut seen = 0;
        for round in 0..=250 * 60 / minutes {
            let now = hours(0).plus_micros(round * minutes * 60_000_000);
            if one.remind.is_none_or(|remind| remind > now) {
                continue;
            }
            let due = due_notices(&one, People { owing: &owing, owed: &[] }, now);
            seen += due.told.len();
            one.remind = due.next;
        }
        prop_assert_eq!(seen, expected);
        prop_assert_eq!(one.remind, None);
    }
}
