//! Commitments: made, paged, settled with what follows them, reminded of; and the notices that go out.

use policy::{PersonId, Principal, Role};
use stix::Timestamp;
use store::{
    CommitmentQuery, CommitmentRules, CommitmentSide, CommitmentState, Member, NewCommitment, NewNotice, NoticeChannel,
    NoticeWish, Reminded, Settling, StepKind, Store,
};
use uuid::Uuid;

use crate::kit::{self, on_both};

/// Clocks of these tests are a number of seconds; one is reminded of half a minute before the end.
const RULES: CommitmentRules = CommitmentRules {
    due: |clock, start| Some(start.plus_micros(clock.parse::<i64>().ok()? * 1_000_000)),
    remind: |_, (_, due), after| Some(due.plus_micros(-30_000_000)).filter(|at| after.is_none_or(|after| *at > after)),
};

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_micros(kit::START).plus_micros(seconds * 1_000_000)
}

fn actor(member: &Member) -> Principal {
    Principal {
        member: Some(member.id),
        ..Principal::public()
    }
}

fn new(number: u128, owed_by: &Member, owed_to: &Member, seconds: i64) -> NewCommitment {
    NewCommitment {
        uuid: Uuid::from_u128(number),
        kind: "acknowledge".to_owned(),
        subject: "indicator--a".to_owned(),
        title: None,
        owed_by: owed_by.id,
        person: None,
        owed_to: owed_to.id,
        community: None,
        because: "the charter says so".to_owned(),
        clock: seconds.to_string(),
        follows: None,
        starts: Some(at(0)),
        escalation: "[]".to_owned(),
    }
}

fn following(number: u128, lead: u128, owed_by: &Member, owed_to: &Member) -> NewCommitment {
    NewCommitment {
        follows: Some(Uuid::from_u128(lead)),
        starts: None,
        ..new(number, owed_by, owed_to, 60)
    }
}

fn settling(number: u128, state: CommitmentState, seconds: i64) -> Settling {
    Settling {
        uuid: Uuid::from_u128(number),
        state,
        at: at(seconds),
        evidence: None,
        reason: Some("so it was".to_owned()),
    }
}

async fn make(store: &Store, by: &Member, new: Vec<NewCommitment>) -> Vec<store::Commitment> {
    store.commitment_make(&actor(by), at(0), new, RULES).await.unwrap()
}

async fn receipts(store: &Store, member: &Member) -> Vec<serde_json::Value> {
    let viewer = kit::viewer(store, member).await;
    let rows = store.ledger_entries(&viewer, 0, 10_000).await.unwrap();
    rows.iter()
        .filter(|row| row.kind == "commitment")
        .map(|row| serde_json::from_str(&row.body).unwrap())
        .collect()
}

on_both! {
    async fn a_commitment_is_made_and_kept_with_a_receipt_for_either_side(store: Store) {
        let (city, cert) = (kit::member(&store, "city").await, kit::member(&store, "cert").await);
        let made = make(&store, &cert, vec![new(1, &city, &cert, 100)]).await;
        assert_eq!((made[0].due, made[0].state), (Some(at(100)), CommitmentState::Open));
        assert_eq!(made[0].remind, Some(at(70)));
        let mut keep = settling(1, CommitmentState::Kept, 101);
        (keep.evidence, keep.reason) = (Some("blocked at the border".to_owned()), None);
        let settled = store.commitment_settle(&actor(&city), keep.clone(), RULES).await.unwrap();
        assert!(settled.started.is_empty() && settled.commitment.was_kept_late());
        let kept = store.commitment_get(Uuid::from_u128(1)).await.unwrap().unwrap();
        assert_eq!(kept, settled.commitment);
        assert_eq!((kept.evidence.as_deref(), kept.remind), (Some("blocked at the border"), None));
        let steps = store.commitment_steps(kept.id).await.unwrap();
        let steps: Vec<_> = steps.iter().map(|step| (step.what, step.member, step.words.as_deref())).collect();
        assert_eq!(steps, [
            (StepKind::Made, Some(cert.id), None),
            (StepKind::Settled(CommitmentState::Kept), Some(city.id), Some("blocked at the border")),
        ]);
        let (mut own, others) = (receipts(&store, &city).await, receipts(&store, &cert).await);
        // It adds to the numbers of who owed it, and of nobody else.
        let score = own[1].as_object_mut().and_then(|entry| entry.remove("score"));
        assert_eq!(score, Some(serde_json::json!({ "0": { "kept-late": { "0": 1 } } })));
        assert_eq!(own, others);
        assert_eq!((&own[0]["because"], &own[0]["owed_by"]), (&"the charter says so".into(), &city.identity.clone().into()));
        assert_eq!((&own[1]["what"], own.len()), (&"kept".into(), 2));
        assert!(!own[1].to_string().contains("border"), "words stay out of the ledger");
        // A second time it is a conflict, and leaves no trace.
        let again = store.commitment_settle(&actor(&city), keep, RULES).await.unwrap_err();
        assert_eq!(again.kind(), store::ErrorKind::Conflict);
        assert_eq!(receipts(&store, &city).await.len(), 2);
    }

    async fn keeping_one_starts_the_clock_of_those_that_follow(store: Store) {
        let (city, cert) = (kit::member(&store, "city").await, kit::member(&store, "cert").await);
        let chain = vec![new(1, &city, &cert, 100), following(2, 1, &city, &cert), following(3, 2, &city, &cert)];
        let made = make(&store, &cert, chain).await;
        assert_eq!((made[1].state, made[1].due, made[1].remind), (CommitmentState::Waiting, None, None));
        let kept = settling(1, CommitmentState::Kept, 50);
        let settled = store.commitment_settle(&actor(&city), kept, RULES).await.unwrap();
        assert_eq!(settled.started.len(), 1);
        let second = store.commitment_get(Uuid::from_u128(2)).await.unwrap().unwrap();
        assert_eq!((second.state, second.due, second.terms.starts), (CommitmentState::Open, Some(at(110)), Some(at(50))));
        let third = store.commitment_get(Uuid::from_u128(3)).await.unwrap().unwrap();
        assert_eq!(third.state, CommitmentState::Waiting);
        // What is made after that starts from then.
        let late = make(&store, &cert, vec![following(4, 1, &city, &cert)]).await;
        assert_eq!(late[0].due, Some(at(110)));
    }

    async fn what_follows_something_that_will_never_be_kept_ends_with_it(store: Store) {
        let (city, cert) = (kit::member(&store, "city").await, kit::member(&store, "cert").await);
        let chain = vec![new(1, &city, &cert, 100), following(2, 1, &city, &cert), following(3, 2, &city, &cert)];
        make(&store, &cert, chain).await;
        let decided = settling(1, CommitmentState::NotNeeded, 50);
        let settled = store.commitment_settle(&actor(&city), decided, RULES).await.unwrap();
        assert_eq!(settled.ended.len(), 2);
        for number in [2, 3] {
            let one = store.commitment_get(Uuid::from_u128(number)).await.unwrap().unwrap();
            assert_eq!((one.state, one.settled_by), (CommitmentState::NotNeeded, None));
            assert!(one.reason.unwrap().contains("not-needed"));
        }
        let after = store.commitment_make(&actor(&cert), at(60), vec![following(4, 1, &city, &cert)], RULES).await;
        assert_eq!(after.unwrap_err().kind(), store::ErrorKind::Conflict);
    }

    async fn all_or_none_are_made(store: Store) {
        let (city, cert) = (kit::member(&store, "city").await, kit::member(&store, "cert").await);
        let wrong = vec![new(1, &city, &cert, 100), following(2, 404, &city, &cert)];
        let refused = store.commitment_make(&actor(&cert), at(0), wrong, RULES).await.unwrap_err();
        assert_eq!(refused.kind(), store::ErrorKind::NotFound);
        assert!(store.commitment_get(Uuid::from_u128(1)).await.unwrap().is_none());
        assert!(receipts(&store, &city).await.is_empty());
    }

    async fn pages_go_by_due_time_and_miss_nothing(store: Store) {
        let (city, cert) = (kit::member(&store, "city").await, kit::member(&store, "cert").await);
        let mut all: Vec<_> = (1..=20).map(|number| new(number, &city, &cert, 100 + (number as i64 * 7) % 5)).collect();
        all.push(following(21, 1, &city, &cert));
        all.push(NewCommitment { kind: "act".to_owned(), ..new(22, &city, &city, 1) });
        make(&store, &cert, all).await;
        let mut query = CommitmentQuery::new(CommitmentSide::OwedBy(city.id), 4);
        let mut seen = Vec::new();
        loop {
            let page = store.commitment_page(&query).await.unwrap();
            seen.extend(page.commitments);
            query.after = page.next;
            if query.after.is_none() {
                break;
            }
        }
        assert_eq!(seen.len(), 22);
        assert!(seen.windows(2).all(|two| two[0].due.is_none_or(|due| two[1].due.is_none_or(|next| due <= next))));
        assert_eq!(seen[21].state, CommitmentState::Waiting);
        let count = async |query: CommitmentQuery| store.commitment_page(&query).await.unwrap().commitments.len();
        let side = CommitmentSide::OwedBy(city.id);
        let owed_to = CommitmentQuery::new(CommitmentSide::OwedTo(cert.id), 100);
        assert_eq!(count(owed_to.clone()).await, 21);
        let kind = CommitmentQuery { kind: Some("act".to_owned()), ..CommitmentQuery::new(side, 100) };
        assert_eq!(count(kind).await, 1);
        let overdue = CommitmentQuery { due_before: Some(at(100)), ..CommitmentQuery::new(side, 100) };
        assert_eq!(count(overdue).await, 1);
        let waiting = CommitmentQuery { state: Some(CommitmentState::Waiting), ..owed_to.clone() };
        assert_eq!(count(waiting).await, 1);
        store.commitment_settle(&actor(&city), settling(2, CommitmentState::Kept, 5), RULES).await.unwrap();
        assert_eq!(count(owed_to.clone()).await, 20);
        assert_eq!(count(CommitmentQuery { settled: true, ..owed_to }).await, 21);
        let nobody = CommitmentQuery::new(CommitmentSide::OwedTo(policy::MemberId(404)), 100);
        assert_eq!(count(nobody).await, 0);
    }

    async fn one_is_delegated_extended_and_withdrawn_until_it_is_settled(store: Store) {
        let (city, cert) = (kit::member(&store, "city").await, kit::member(&store, "cert").await);
        let ada = kit::person(&store, &city, "ada", Role::Analyst).await;
        make(&store, &cert, vec![new(1, &city, &cert, 100), following(2, 1, &city, &cert)]).await;
        let one = Uuid::from_u128(1);
        let changed = store.commitment_delegate(&actor(&city), one, Some(ada.id), at(1)).await.unwrap();
        assert_eq!(changed.terms.person, Some(ada.id));
        let side = CommitmentSide::OwedBy(city.id);
        let hers = CommitmentQuery { person: Some(ada.id), ..CommitmentQuery::new(side, 100) };
        assert_eq!(store.commitment_page(&hers).await.unwrap().commitments.len(), 1);
        let (by, reason) = (actor(&cert), Some("holidays".to_owned()));
        let longer = store.commitment_extend(&by, (one, at(500)), at(80), reason, RULES).await.unwrap();
        assert_eq!((longer.due, longer.remind), (Some(at(500)), Some(at(470))));
        let waiting = store.commitment_extend(&actor(&cert), (Uuid::from_u128(2), at(500)), at(80), None, RULES).await;
        assert!(waiting.unwrap_err().to_string().contains("no due time yet"));
        store.commitment_settle(&actor(&cert), settling(1, CommitmentState::Withdrawn, 90), RULES).await.unwrap();
        let settled = store.commitment_delegate(&actor(&city), one, None, at(91)).await.unwrap_err();
        assert!(settled.to_string().contains("withdrawn"), "{settled}");
        let absent = store.commitment_delegate(&actor(&city), Uuid::from_u128(404), None, at(91)).await.unwrap_err();
        assert_eq!(absent.kind(), store::ErrorKind::NotFound);
    }

    async fn people_are_told_once_and_not_of_what_is_done(store: Store) {
        let (city, cert) = (kit::member(&store, "city").await, kit::member(&store, "cert").await);
        let ada = kit::person(&store, &city, "ada", Role::Analyst).await;
        store.addressee_put(&actor(&city), ada.id, Some("ada@city.example".to_owned()), NoticeWish::Daily).await.unwrap();
        let reached = store.addressee_list(city.id).await.unwrap();
        assert_eq!((reached[0].email.as_deref(), reached[0].wish), (Some("ada@city.example"), NoticeWish::Daily));
        let made = make(&store, &cert, vec![new(1, &city, &cert, 100), new(2, &city, &cert, 100)]).await;
        assert!(store.commitment_remind(at(69), 10).await.unwrap().is_empty());
        assert_eq!(store.commitment_remind(at(70), 10).await.unwrap().len(), 2);
        let notice = |number: u128, occasion: &str, id| NewNotice {
            uuid: Uuid::from_u128(number),
            occasion: occasion.to_owned(),
            commitment: Some(id),
            person: ada.id,
            channel: NoticeChannel::Mail,
            subject: "due soon".to_owned(),
            body: "it is".to_owned(),
            next_try: at(72),
        };
        let told = |number: usize, notices| Reminded {
            id: made[number].id,
            was: at(70),
            next: None,
            notices,
            words: Some("told ada".to_owned()),
            at: at(71),
        };
        let first = told(0, vec![notice(1, "first", made[0].id), notice(9, "first", made[0].id)]);
        assert_eq!(store.commitment_reminded(vec![first.clone()]).await.unwrap(), 1);
        let second = told(1, vec![notice(2, "second", made[1].id)]);
        // Whoever comes second writes nothing.
        assert_eq!(store.commitment_reminded(vec![first, second]).await.unwrap(), 1);
        store.commitment_settle(&actor(&city), settling(2, CommitmentState::Kept, 71), RULES).await.unwrap();
        let channel = NoticeChannel::Mail;
        assert!(store.notice_due(channel, at(71), 10).await.unwrap().is_empty());
        let due = store.notice_due(channel, at(72), 10).await.unwrap();
        assert_eq!(due.iter().map(|one| one.uuid).collect::<Vec<_>>(), [Uuid::from_u128(1)]);
        let all: Vec<_> = due.iter().collect();
        assert_eq!(store.notice_claim(&all, at(90)).await.unwrap(), [due[0].id]);
        assert!(store.notice_claim(&all, at(90)).await.unwrap().is_empty(), "somebody has it in hand");
        store.notice_failed(&[due[0].id], "no server", Some(at(95))).await.unwrap();
        let again = store.notice_due(channel, at(95), 10).await.unwrap();
        assert_eq!((again.len(), again[0].attempts), (1, 1));
        store.notice_sent(&[again[0].id], at(96)).await.unwrap();
        assert!(store.notice_due(channel, at(999), 10).await.unwrap().is_empty());
        assert_eq!(store.notice_forget(at(71), 10).await.unwrap(), 0);
        assert_eq!(store.notice_forget(at(72), 10).await.unwrap(), 1);
        // Only that it was told is in the history.
        let steps = store.commitment_steps(made[0].id).await.unwrap();
        assert_eq!((steps[1].what, steps[1].words.as_deref()), (StepKind::Reminded, Some("told ada")));
        let absent = store.addressee_put(&actor(&city), PersonId(404), None, NoticeWish::None).await;
        assert_eq!(absent.unwrap_err().kind(), store::ErrorKind::NotFound);
    }

    async fn a_thousand_are_made_together(store: Store) {
        let cert = kit::member(&store, "cert").await;
        let mut all = Vec::new();
        for number in 0..1_000_u128 {
            let member = kit::member(&store, &format!("member {number}")).await;
            all.push(new(number + 1, &member, &cert, 100));
        }
        let made = make(&store, &cert, all).await;
        assert_eq!(made.len(), 1_000);
        let query = CommitmentQuery::new(CommitmentSide::OwedTo(cert.id), 2_000);
        assert_eq!(store.commitment_page(&query).await.unwrap().commitments.len(), 1_000);
    }
}
