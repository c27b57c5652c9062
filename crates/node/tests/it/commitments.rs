//! Commitments between members: who may be asked, what becomes of them, and what others learn of it (nothing).

use node::Error;
use node::commitments::clock::{Clock, Start, Unit};
use node::commitments::{CommitmentWish, ListWish, Owing, Promise, Side};
use node::intake::Handling;
use policy::MemberId;
use stix::marking::Tlp;
use store::{Commitment, CommitmentState};
use uuid::Uuid;

use crate::kit::partners::{FIRST, Partners, object, object_id};

/// The CERT shares an indicator with everybody in its name.
async fn stage() -> Partners {
    let partners = Partners::new().await;
    let report = partners
        .share("cert", &partners.to_all(None), object(1, FIRST, ""))
        .await;
    assert_eq!(report.accepted, 1);
    partners
}

fn wish(kind: &str, owing: Owing) -> CommitmentWish {
    CommitmentWish {
        kind: kind.to_owned(),
        subject: object_id(1),
        owing,
        because: "charter, section 4".to_owned(),
        clock: None,
        escalation: None,
    }
}

async fn ask(partners: &Partners, login: &str, wish: CommitmentWish) -> Result<Vec<Commitment>, Error> {
    let caller = partners.caller(login).await;
    partners.node.commitments_make(&caller, wish).await
}

/// The CERT asks the water works to acknowledge.
async fn asked(partners: &Partners, kind: &str) -> Uuid {
    let owing = Owing::Members(vec![partners.member("Example Waterworks").await]);
    ask(partners, "cert", wish(kind, owing)).await.unwrap()[0].terms.uuid
}

fn code(error: &Error) -> &str {
    match error {
        Error::Input(problem) => problem.code,
        Error::NotAllowed(_) => "not-allowed",
        Error::NotFound(_) => "not-found",
        Error::Conflict(_) => "conflict",
        _ => "other",
    }
}

async fn listed(partners: &Partners, login: &str, wish: ListWish) -> Vec<(String, bool, Option<String>)> {
    let wish = ListWish { limit: 100, ..wish };
    let list = partners
        .node
        .commitments(&partners.caller(login).await, &wish)
        .await
        .unwrap();
    let shown = list.commitments.into_iter();
    shown.map(|one| (one.owed_by.name, one.overdue, one.title)).collect()
}

fn owed() -> ListWish {
    ListWish {
        side: Side::Owed,
        ..ListWish::default()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sharer_asks_a_whole_community_and_each_member_owes_for_itself() {
    let partners = stage().await;
    let made = ask(&partners, "cert", wish("acknowledge", Owing::Community(partners.all)))
        .await
        .unwrap();
    assert_eq!(
        made.len(),
        3,
        "the city, the water works and the hospital; not the CERT itself"
    );
    let names: Vec<_> = listed(&partners, "cert", owed())
        .await
        .into_iter()
        .map(|(name, ..)| name)
        .collect();
    assert_eq!(names.len(), 3);
    let own = listed(&partners, "hospital", ListWish::default()).await;
    assert_eq!(own, [("Example Hospital".to_owned(), false, Some("n1".to_owned()))]);
    assert!(listed(&partners, "hospital", owed()).await.is_empty());
    let caller = partners.caller("hospital").await;
    for one in &made {
        let own = one.terms.owed_by == caller.principal.member.unwrap();
        assert_eq!(
            partners.node.commitment_detail(&caller, one.terms.uuid).await.is_ok(),
            own
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn keeping_one_is_for_who_owes_it_and_late_is_late() {
    let partners = stage().await;
    let uuid = asked(&partners, "act").await;
    let node = &partners.node;
    let (cert, hospital) = (partners.caller("cert").await, partners.caller("hospital").await);
    let waterworks = partners.caller("waterworks").await;
    let evidence = || Some("blocked on both firewalls, change 4711".to_owned());
    assert_eq!(
        code(&node.commitment_keep(&cert, uuid, evidence()).await.unwrap_err()),
        "not-allowed"
    );
    let stranger = node.commitment_keep(&hospital, uuid, evidence()).await.unwrap_err();
    let nothing = node
        .commitment_keep(&hospital, Uuid::nil(), evidence())
        .await
        .unwrap_err();
    assert_eq!(stranger.to_string(), nothing.to_string());
    assert_eq!(
        code(&node.commitment_keep(&waterworks, uuid, None).await.unwrap_err()),
        "evidence-needed"
    );
    partners.pass_days(30);
    assert!(
        listed(
            &partners,
            "waterworks",
            ListWish {
                overdue: true,
                ..ListWish::default()
            }
        )
        .await[0]
            .1
    );
    let settled = node.commitment_keep(&waterworks, uuid, evidence()).await.unwrap();
    assert_eq!(settled.commitment.state, CommitmentState::Kept);
    let detail = node.commitment_detail(&cert, uuid).await.unwrap();
    assert!(detail.shown.late && !detail.shown.overdue);
    assert_eq!(detail.shown.commitment.evidence, evidence());
    // Who at the water works did it, only the water works are told.
    let who = |detail: &node::commitments::CommitmentDetail| detail.steps.last().unwrap().person.clone();
    assert_eq!(who(&detail), None);
    assert_eq!(
        who(&node.commitment_detail(&waterworks, uuid).await.unwrap()).as_deref(),
        Some("waterworks")
    );
    assert_eq!(
        code(&node.commitment_keep(&waterworks, uuid, evidence()).await.unwrap_err()),
        "conflict"
    );
    for login in ["cert", "waterworks"] {
        let receipts = node.receipts(&partners.caller(login).await, 0, 1_000).await.unwrap();
        let of_it = receipts
            .iter()
            .filter(|one| one.to_json().unwrap().contains(&uuid.to_string()));
        assert_eq!(of_it.count(), 2, "{login} can show that it was made, and kept");
    }
    let told = partners.all_that_is_told("hospital", &[&object_id(1)], &["n1"]).await;
    assert!(!told.contains(&uuid.to_string()) && !told.contains("4711"));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_not_read_an_item_cannot_owe_it_and_the_asker_does_not_learn_who_reads_it() {
    let partners = stage().await;
    let report = partners
        .share("cert", &partners.to_water(None), object(2, FIRST, ""))
        .await;
    assert_eq!(report.accepted, 1);
    let hospital = partners.member("Example Hospital").await;
    let about = |number, members: Vec<MemberId>| CommitmentWish {
        subject: object_id(number),
        ..wish("acknowledge", Owing::Members(members))
    };
    let refused = ask(&partners, "cert", about(2, vec![hospital])).await.unwrap_err();
    assert_eq!(code(&refused), "cannot-be-asked");
    // To the hospital there is no such item.
    let absent = ask(&partners, "hospital", about(2, vec![hospital])).await.unwrap_err();
    let nothing = ask(&partners, "hospital", about(99, vec![hospital])).await.unwrap_err();
    assert_eq!((code(&absent), absent.to_string()), ("not-found", nothing.to_string()));
    // Who only reads it asks nobody but themselves.
    let waterworks = partners.member("Example Waterworks").await;
    let cert = partners.member("Example CERT").await;
    assert_eq!(
        code(&ask(&partners, "waterworks", about(2, vec![cert])).await.unwrap_err()),
        "not-allowed"
    );
    assert_eq!(
        ask(&partners, "waterworks", about(2, vec![waterworks]))
            .await
            .unwrap()
            .len(),
        1
    );
    // A coordinator of the community asks whoever shows there.
    assert_eq!(
        ask(&partners, "operator", about(1, vec![hospital]))
            .await
            .unwrap()
            .len(),
        1
    );
    assert_eq!(
        code(&ask(&partners, "city", about(1, vec![hospital])).await.unwrap_err()),
        "not-allowed"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_withheld_name_is_not_told_by_asking() {
    let partners = Partners::new().await;
    let handling = Handling {
        withheld: true,
        ..partners.to_all(None)
    };
    partners.share("cert", &handling, object(1, FIRST, "")).await;
    let everybody = || Owing::Community(partners.all);
    let refused = ask(&partners, "cert", wish("acknowledge", everybody()))
        .await
        .unwrap_err();
    assert!(refused.to_string().contains("withheld"), "{refused}");
    let made = ask(&partners, "operator", wish("acknowledge", everybody()))
        .await
        .unwrap();
    assert_eq!(made.len(), 3, "the coordinator asks all, whoever shared it");
    // The marking of it can only be asked about where the contributor shows.
    let review = wish(
        "review-marking",
        Owing::Members(vec![partners.member("Example CERT").await]),
    );
    assert_eq!(
        code(&ask(&partners, "operator", review.clone()).await.unwrap_err()),
        "cannot-be-asked"
    );
    let partners = stage().await;
    assert_eq!(ask(&partners, "operator", review).await.unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn members_that_hide_from_each_other_cannot_be_found_by_asking() {
    let partners = Partners::new().await;
    let store = partners.node.store();
    let operator = partners.caller("operator").await;
    let mut hidden = store
        .community_get(store::CommunityKey::Id(partners.water))
        .await
        .unwrap()
        .unwrap();
    hidden.hides_members = true;
    store.community_update(&operator.principal, &hidden).await.unwrap();
    partners
        .share("cert", &partners.to_water(None), object(1, FIRST, ""))
        .await;
    // Both are in a community that shows its members, so they know each other; that the other reads this they do not.
    let mut refusals = Vec::new();
    for name in ["Example Waterworks", "Example Hospital"] {
        let owing = Owing::Members(vec![partners.member(name).await]);
        let refused = ask(&partners, "cert", wish("acknowledge", owing)).await.unwrap_err();
        assert_eq!(code(&refused), "cannot-be-asked", "{name}");
        refusals.push(refused.to_string().replace(name, "X"));
    }
    assert_eq!(
        refusals[0], refusals[1],
        "whoever reads it and whoever does not are refused alike"
    );
    let all = ask(&partners, "cert", wish("acknowledge", Owing::Community(partners.water)))
        .await
        .unwrap_err();
    assert_eq!(code(&all), "cannot-be-asked");
}

#[tokio::test(flavor = "multi_thread")]
async fn named_recipients_are_asked_by_who_named_them() {
    let partners = Partners::new().await;
    let (hospital, waterworks) = (
        partners.member("Example Hospital").await,
        partners.member("Example Waterworks").await,
    );
    let handling = Handling {
        named: vec![hospital],
        ..partners.to_all(Some(Tlp::Red))
    };
    partners.share("cert", &handling, object(1, FIRST, "")).await;
    let owing = |member| wish("acknowledge", Owing::Members(vec![member]));
    assert_eq!(ask(&partners, "cert", owing(hospital)).await.unwrap().len(), 1);
    assert_eq!(
        code(&ask(&partners, "cert", owing(waterworks)).await.unwrap_err()),
        "cannot-be-asked"
    );
    let all = ask(&partners, "cert", wish("act", Owing::Community(partners.all)))
        .await
        .unwrap();
    assert_eq!(all.len(), 1, "only who is named reads it");
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_delegated_within_extended_and_withdrawn_from_the_other_side() {
    let partners = stage().await;
    let uuid = asked(&partners, "acknowledge").await;
    let node = &partners.node;
    let (cert, waterworks) = (partners.caller("cert").await, partners.caller("waterworks").await);
    let strange = node
        .commitment_delegate(&waterworks, uuid, Some("hospital"))
        .await
        .unwrap_err();
    let nobody = node
        .commitment_delegate(&waterworks, uuid, Some("nobody"))
        .await
        .unwrap_err();
    assert_eq!(
        (code(&strange), strange.to_string()),
        ("no-such-person", nobody.to_string())
    );
    let changed = node
        .commitment_delegate(&waterworks, uuid, Some("waterworks"))
        .await
        .unwrap();
    let mine = ListWish {
        mine: true,
        ..ListWish::default()
    };
    assert_eq!(listed(&partners, "waterworks", mine).await.len(), 1);
    assert_eq!(node.commitment_detail(&cert, uuid).await.unwrap().shown.person, None);
    let later = changed.due.unwrap().plus_micros(86_400_000_000);
    assert_eq!(
        code(
            &node
                .commitment_extend(&waterworks, uuid, later, None)
                .await
                .unwrap_err()
        ),
        "not-allowed"
    );
    let earlier = changed.due.unwrap().plus_micros(-1);
    assert_eq!(
        code(&node.commitment_extend(&cert, uuid, earlier, None).await.unwrap_err()),
        "no-later"
    );
    let extended = node
        .commitment_extend(&cert, uuid, later, Some("holidays".to_owned()))
        .await
        .unwrap();
    assert_eq!(extended.due, Some(later));
    let reason = || "the item was recalled".to_owned();
    assert_eq!(
        code(&node.commitment_withdraw(&waterworks, uuid, reason()).await.unwrap_err()),
        "not-allowed"
    );
    node.commitment_withdraw(&cert, uuid, reason()).await.unwrap();
    assert!(listed(&partners, "waterworks", ListWish::default()).await.is_empty());
    let withdrawn = ListWish {
        state: Some(CommitmentState::Withdrawn),
        ..ListWish::default()
    };
    assert_eq!(listed(&partners, "waterworks", withdrawn).await.len(), 1);
    let steps = node.commitment_detail(&waterworks, uuid).await.unwrap().steps;
    let words: Vec<_> = steps
        .iter()
        .map(|step| (step.what.as_str(), step.words.as_deref()))
        .collect();
    let expected = [
        ("made", None),
        ("delegated", None),
        ("extended", Some("holidays")),
        ("withdrawn", Some("the item was recalled")),
    ];
    assert_eq!(words, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chain_of_a_rule_runs_as_each_is_kept() {
    let partners = Partners::new().await;
    let caller = partners.caller("waterworks").await;
    let (owed_by, owed_to) = (caller.principal.member.unwrap(), partners.member("Example CERT").await);
    let promise = |number: u128, clock: Clock| Promise {
        uuid: Uuid::from_u128(number),
        kind: "answer-request".to_owned(),
        subject: Uuid::from_u128(7).to_string(),
        title: Some("an incident".to_owned()),
        owed_by,
        person: None,
        owed_to,
        community: None,
        because: "NIS 2, article 23(4)".to_owned(),
        clock: Some(clock),
        escalation: None,
    };
    let month = Clock {
        from: Start::After(Uuid::from_u128(2)),
        ..Clock::of(1, Unit::Months)
    };
    let chain = vec![
        promise(1, Clock::of(24, Unit::Hours)),
        promise(2, Clock::of(72, Unit::Hours)),
        promise(3, month),
    ];
    let made = partners
        .node
        .commitments_by_rule(&caller.principal, chain)
        .await
        .unwrap();
    assert_eq!((made[2].state, made[2].due), (CommitmentState::Waiting, None));
    partners.pass_days(2);
    let settled = partners
        .node
        .commitment_keep(&caller, Uuid::from_u128(2), None)
        .await
        .unwrap();
    // Sent on 2026-11-25: due at the end of 2026-12-25, not 30 days later.
    assert_eq!(
        settled.started[0].due.unwrap().to_micros_text(),
        "2026-12-25T23:59:59.999999Z"
    );
    let shown = listed(&partners, "cert", owed()).await;
    assert_eq!((shown.len(), shown[0].2.as_deref()), (2, Some("an incident")));
    let decided = partners
        .node
        .commitment_not_needed(&caller, Uuid::from_u128(1), "no significant impact".to_owned());
    assert_eq!(
        decided.await.unwrap().commitment.reason.as_deref(),
        Some("no significant impact")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_used_is_refused_by_name() {
    let partners = stage().await;
    let own = Owing::Members(vec![partners.member("Example CERT").await]);
    let clock = |text: &str| Some(text.parse::<Clock>().unwrap());
    let plain = wish("acknowledge", own.clone());
    let far = asked(&partners, "act").await;
    for (wish, expected) in [
        (
            CommitmentWish {
                kind: "pray".to_owned(),
                ..plain.clone()
            },
            "bad-kind",
        ),
        (
            CommitmentWish {
                kind: "renew-contact".to_owned(),
                ..plain.clone()
            },
            "not-for-people",
        ),
        (
            CommitmentWish {
                because: " ".to_owned(),
                ..plain.clone()
            },
            "bad-text",
        ),
        (
            CommitmentWish {
                clock: clock("by 2026-01-01"),
                ..plain.clone()
            },
            "overdue-at-once",
        ),
        // The other one is owed by somebody else: this would tell when they keep it.
        (
            CommitmentWish {
                clock: clock(&format!("1 day after {far}")),
                ..plain.clone()
            },
            "not-found",
        ),
        (
            CommitmentWish {
                owing: Owing::Members(Vec::new()),
                ..plain.clone()
            },
            "bad-members",
        ),
        (
            CommitmentWish {
                owing: Owing::Members(vec![MemberId(404)]),
                ..plain
            },
            "not-found",
        ),
    ] {
        let refused = ask(&partners, "cert", wish.clone()).await.unwrap_err();
        assert_eq!(code(&refused), expected, "{wish:?}: {refused}");
    }
}
