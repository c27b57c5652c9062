//! Recalls, receipts by item, disclosure, requests, and the numbers that a member counts again from its receipts.

use node::disclosure::Figure;
use node::intake::{Handling, ShareRequest};
use node::recall::{AcknowledgeWish, Done, RecallWish, RecallWishKind};
use node::recount::Recount;
use node::requests::RequestWish;
use node::{Caller, Error};
use policy::MemberId;
use store::{Disclosure, ItemStep, ObjectQuery, Shown};

use crate::kit::partners::{FIRST, object, object_id};
use crate::kit::stage::Stage;

impl Stage {
    async fn share(&self, caller: &Caller, number: u32) -> String {
        let request = ShareRequest {
            channel: "file".to_owned(),
            handling: Handling {
                communities: vec![self.kit.community],
                ..Handling::default()
            },
            ..ShareRequest::default()
        };
        let body = format!(r#"{{"objects":[{}]}}"#, object(number, FIRST, ""));
        let report = self.kit.node.share_bytes(caller, request, body).await.unwrap();
        assert_eq!(report.accepted, 1, "{report:?}");
        object_id(number)
    }

    /// Hands everything there is to a member.
    async fn hand(&self, caller: &Caller) {
        let node = &self.kit.node;
        let look = node.look(caller, "all").await.unwrap().unwrap();
        node.deliver_page(look, &ObjectQuery::default()).await.unwrap();
        self.kit.pass_seconds(1);
    }
}

fn retract(object: &str) -> RecallWish {
    RecallWish {
        kind: RecallWishKind::Retract,
        object: object.to_owned(),
        community: None,
        reason: "it names a customer".to_owned(),
    }
}

fn removed() -> AcknowledgeWish {
    AcknowledgeWish {
        done: Done::Removed,
        swapped: None,
        note: None,
        automatic: false,
    }
}

#[tokio::test]
async fn receipts_by_item_name_whom_they_may_and_count_no_fewer_than_five() {
    let stage = Stage::with(7).await;
    let (node, sharer) = (&stage.kit.node, stage.caller(0).await);
    let id = stage.share(&sharer, 1).await;
    for number in 1..4 {
        stage.hand(&stage.caller(number).await).await;
    }
    let receipts = node.item_receipts(&sharer, &id).await.unwrap();
    assert_eq!(receipts.could_see.named.len(), 7, "the community shows its members");
    assert_eq!(
        (receipts.received.named.len(), receipts.received.others),
        (0, Figure::FewerThanFive)
    );
    for number in 4..6 {
        stage.hand(&stage.caller(number).await).await;
    }
    // Five of seven: the two that are left would be pointed at.
    let receipts = node.item_receipts(&sharer, &id).await.unwrap();
    assert_eq!(receipts.received.others, Figure::AllButFewerThanFive);
    stage.hand(&stage.caller(6).await).await;
    stage.hand(&stage.kit.operator).await;
    let receipts = node.item_receipts(&sharer, &id).await.unwrap();
    assert_eq!(receipts.received.others, Figure::Exactly(7));

    let one = stage.caller(1).await;
    assert!(node.item_say(&one, &id, ItemStep::Acknowledged, None).await.unwrap());
    let receipts = node.item_receipts(&sharer, &id).await.unwrap();
    assert_eq!(receipts.acknowledged.named[0].0, "Member 1");
    let less = Disclosure {
        acknowledged: Shown::None,
        received: Shown::Name,
        ..Disclosure::DEFAULT
    };
    node.disclosure_put(&one, &[less]).await.unwrap();
    let receipts = node.item_receipts(&sharer, &id).await.unwrap();
    assert!(receipts.acknowledged.named.is_empty());
    let (name, given) = &receipts.received.named[0];
    assert_eq!((name.as_str(), given.channel.as_str()), ("Member 1", "taxii"));
    // What became of it is for the one who shared it; to others it is as if there was nothing of that name.
    for (caller, id) in [(&one, id.as_str()), (&sharer, object_id(99).as_str())] {
        let error = node.item_receipts(caller, id).await.unwrap_err();
        assert!(matches!(error, Error::NotFound(_)), "{error}");
    }
}

#[tokio::test]
async fn opening_counts_once_and_not_for_who_shared_it() {
    let stage = Stage::with(2).await;
    let (node, sharer, reader) = (&stage.kit.node, stage.caller(0).await, stage.caller(1).await);
    let id = stage.share(&sharer, 1).await;
    for caller in [&sharer, &reader, &reader] {
        let shown = node.show(caller, &id, 0).await.unwrap();
        node.item_opened(caller, &id, &shown).await.unwrap();
    }
    assert_eq!(node.own_numbers(&reader).await.unwrap().items.opened, 1);
    assert_eq!(node.own_numbers(&sharer).await.unwrap().items.opened, 0);
}

#[tokio::test]
async fn a_recall_reaches_who_was_given_the_item_and_shows_who_has_not_answered() {
    let stage = Stage::with(3).await;
    let (node, sharer) = (&stage.kit.node, stage.caller(0).await);
    let (told, idle) = (stage.caller(1).await, stage.caller(2).await);
    let id = stage.share(&sharer, 1).await;
    stage.hand(&told).await;
    let refused = node.recall(&idle, &retract(&id)).await.unwrap_err();
    assert!(matches!(refused, Error::NotAllowed(_)), "{refused}");
    let recall = node.recall(&sharer, &retract(&id)).await.unwrap().remove(0);
    assert!(node.recalls_owed(&idle, true, 10, 0).await.unwrap().is_empty());
    let owed = node.recalls_owed(&told, true, 10, 0).await.unwrap();
    assert_eq!((owed.len(), owed[0].still_open), (1, false));
    for caller in [&told, &idle] {
        let error = node.recall_state(caller, recall.uuid).await.unwrap_err();
        assert!(matches!(error, Error::NotFound(_)), "{error}");
    }
    let error = node
        .recall_acknowledge(&idle, recall.uuid, &removed())
        .await
        .unwrap_err();
    assert!(matches!(error, Error::NotFound(_)), "{error}");
    let state = node.recall_state(&sharer, recall.uuid).await.unwrap();
    assert_eq!(
        (state.outstanding.others, state.complete),
        (Figure::FewerThanFive, None)
    );
    let kept = AcknowledgeWish {
        done: Done::Kept,
        ..removed()
    };
    assert!(node.recall_acknowledge(&told, recall.uuid, &kept).await.is_err());
    node.recall_acknowledge(&told, recall.uuid, &removed()).await.unwrap();
    // The coordinator of the community follows it too.
    for caller in [&sharer, &stage.kit.operator] {
        let state = node.recall_state(caller, recall.uuid).await.unwrap();
        let (name, answer) = &state.acknowledged.named[0];
        assert_eq!((name.as_str(), answer.done.as_str()), ("Member 1", "removed"));
        // That nobody else was given it would be news about the others.
        assert_eq!(state.complete, None);
        assert_eq!(node.recalls(caller, 10, None).await.unwrap().len(), 1);
    }
    let open = Disclosure {
        received: Shown::Name,
        ..Disclosure::DEFAULT
    };
    node.disclosure_put(&told, &[open]).await.unwrap();
    let state = node.recall_state(&sharer, recall.uuid).await.unwrap();
    assert_eq!((state.given.named.len(), state.complete), (1, Some(true)));
    let outstanding = node.recalls_outstanding((0, MemberId(0)), 10).await.unwrap();
    assert!(outstanding.is_empty());
}

#[tokio::test]
async fn a_coordinator_takes_back_what_others_shared_there_and_nothing_more() {
    let stage = Stage::with(2).await;
    let (node, operator) = (&stage.kit.node, &stage.kit.operator);
    let id = stage.share(&stage.caller(0).await, 1).await;
    let within = RecallWish {
        community: Some(stage.kit.community),
        ..retract(&id)
    };
    let other = stage.caller(1).await;
    assert!(matches!(node.recall(&other, &within).await, Err(Error::NotAllowed(_))));
    assert!(matches!(
        node.recall(operator, &retract(&id)).await,
        Err(Error::NotAllowed(_))
    ));
    let absent = RecallWish {
        object: object_id(99),
        ..within.clone()
    };
    assert!(matches!(node.recall(operator, &absent).await, Err(Error::NotFound(_))));
    let narrow = RecallWish {
        kind: RecallWishKind::Exclude(stage.members[1]),
        ..within.clone()
    };
    assert!(matches!(
        node.recall(operator, &narrow).await,
        Err(Error::NotAllowed(_))
    ));
    let recall = node.recall(operator, &within).await.unwrap().remove(0);
    assert!(node.show(&other, &id, 0).await.is_err());
    assert_ne!(recall.owner, recall.by_member);
}

#[tokio::test]
async fn an_anonymous_asker_is_named_to_nobody() {
    let stage = Stage::with(3).await;
    let (node, asker, other) = (&stage.kit.node, stage.caller(0).await, stage.caller(1).await);
    let wish = RequestWish {
        community: stage.kit.community,
        question: "has anybody seen this?".to_owned(),
        until: None,
        anonymous: true,
        to_all: true,
        beyond: false,
    };
    let request = node.request_ask(&asker, &wish).await.unwrap();
    let uuid = request.asked.uuid;
    assert!(request.own);
    node.request_answer(&other, uuid, "we have", false).await.unwrap();
    node.request_answer(&asker, uuid, "on port 443", true).await.unwrap();
    node.request_close(&asker, uuid, "two have").await.unwrap();
    for reader in [other, stage.caller(2).await, stage.kit.operator.clone()] {
        let mut told = format!("{:?}", node.request(&reader, uuid).await.unwrap());
        told += &format!("{:?}", node.requests(&reader, wish.community, 10, None).await.unwrap());
        told += &format!("{:?}", node.request_close(&reader, uuid, "x").await);
        told += &format!("{:?}", node.request_answer(&reader, uuid, "late", true).await);
        let mut ledger = Vec::new();
        node.ledger_export(&reader, &mut ledger).await.unwrap();
        // Who runs the node has its own receipts of having made the members.
        let ledger = String::from_utf8(ledger).unwrap();
        told.extend(ledger.lines().filter(|line| !line.contains("member made")));
        assert!(!told.contains("Member 0"), "{told}");
        assert!(told.contains("on port 443") && told.contains("two have"));
    }
    // An answer for the asker is for nobody else.
    let third = node.request(&stage.caller(2).await, uuid).await.unwrap();
    assert_eq!(third.answers.len(), 1);
    assert_eq!(node.request(&asker, uuid).await.unwrap().answers.len(), 2);
    let receipts = node.receipts(&asker, 0, 100).await.unwrap();
    assert!(
        receipts
            .iter()
            .any(|receipt| receipt.to_json().unwrap().contains("we have"))
    );
}

#[tokio::test]
async fn a_member_counts_its_own_numbers_again_from_its_receipts() {
    let stage = Stage::with(2).await;
    let (node, sharer, member) = (&stage.kit.node, stage.caller(0).await, stage.caller(1).await);
    let ids = [stage.share(&sharer, 1).await, stage.share(&sharer, 2).await];
    stage.hand(&member).await;
    stage.hand(&member).await;
    let shown = node.show(&member, &ids[0], 0).await.unwrap();
    node.item_opened(&member, &ids[0], &shown).await.unwrap();
    node.item_say(&member, &ids[0], ItemStep::Acknowledged, None)
        .await
        .unwrap();
    node.item_say(&member, &ids[1], ItemStep::Acted, Some("blocked"))
        .await
        .unwrap();
    for id in &ids {
        node.recall(&sharer, &retract(id)).await.unwrap();
    }
    let owed = node.recalls_owed(&member, true, 10, 0).await.unwrap();
    for _ in 0..2 {
        node.recall_acknowledge(&member, owed[0].recall.uuid, &removed())
            .await
            .unwrap();
    }
    let wish = RequestWish {
        community: stage.kit.community,
        question: "why?".to_owned(),
        until: None,
        anonymous: false,
        to_all: false,
        beyond: false,
    };
    let request = node.request_ask(&sharer, &wish).await.unwrap();
    node.request_answer(&member, request.asked.uuid, "because", false)
        .await
        .unwrap();
    for (caller, answered, made) in [(&member, 1, 0), (&sharer, 0, 2)] {
        let online = node.own_numbers(caller).await.unwrap();
        let mut recount = Recount::default();
        for receipt in node.receipts(caller, 0, 1_000).await.unwrap() {
            let text = serde_json::from_str::<serde_json::Value>(&receipt.to_json().unwrap()).unwrap();
            let entry = &text["entry"];
            let text = |name: &str| entry[name].as_str().unwrap();
            recount.add(entry["at_micros"].as_i64().unwrap(), text("kind"), text("body"));
        }
        assert_eq!(recount.numbers(), online);
        assert_eq!((online.requests.answered, online.recalls.made), (answered, made));
    }
    let online = node.own_numbers(&member).await.unwrap();
    assert_eq!((online.items.pages, online.items.objects), (2, 4));
    assert_eq!((online.recalls.owed, online.recalls.acknowledged), (2, 1));
    let numbers = (online.items.opened, online.items.acknowledged, online.items.acted);
    assert_eq!(numbers, (1, 1, 1));
}

#[tokio::test]
async fn who_waits_for_recalls_hears_of_one_at_once() {
    let stage = Stage::with(2).await;
    let (node, sharer, member) = (stage.kit.node.clone(), stage.caller(0).await, stage.caller(1).await);
    let id = stage.share(&sharer, 1).await;
    stage.hand(&member).await;
    let waiting = tokio::spawn({
        let (node, member) = (node.clone(), member.clone());
        async move {
            node.recalls_wait(&member, std::time::Duration::from_secs(60))
                .await
                .unwrap();
            node.recalls_owed(&member, true, 10, 0).await.unwrap().len()
        }
    });
    tokio::task::yield_now().await;
    node.recall(&sharer, &retract(&id)).await.unwrap();
    assert_eq!(waiting.await.unwrap(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recall_that_waits_is_owed_as_a_commitment_until_it_is_answered() {
    let stage = Stage::with(2).await;
    let (sharer, reader) = (stage.caller(0).await, stage.caller(1).await);
    let id = stage.share(&sharer, 1).await;
    stage.hand(&reader).await;
    let node = &stage.kit.node;
    let recall = node.recall(&sharer, &retract(&id)).await.unwrap().remove(0);
    assert_eq!(node.owed_ask().await.unwrap(), 1);
    assert_eq!(node.owed_ask().await.unwrap(), 0, "each once");
    let listed = || async {
        let wish = node::commitments::ListWish {
            limit: 10,
            ..node::commitments::ListWish::default()
        };
        node.commitments(&reader, &wish).await.unwrap().commitments
    };
    let owed = listed().await;
    assert_eq!(owed.len(), 1);
    assert_eq!(owed[0].commitment.terms.kind, "answer-recall");
    // Who recalled it is not told by that.
    assert_eq!(owed[0].owed_to.name, "City of Example");
    let wish = AcknowledgeWish {
        done: Done::Removed,
        swapped: None,
        note: None,
        automatic: false,
    };
    node.recall_acknowledge(&reader, recall.uuid, &wish).await.unwrap();
    let open: Vec<_> = listed()
        .await
        .into_iter()
        .filter(|one| one.commitment.settled.is_none())
        .collect();
    assert!(open.is_empty());
    assert_eq!(node.owed_ask().await.unwrap(), 0);
}

#[tokio::test]
async fn who_has_not_answered_is_reminded_once_a_day_by_who_may_follow_the_recall() {
    let stage = Stage::with(3).await;
    let (node, sharer) = (&stage.kit.node, stage.caller(0).await);
    let (late, idle) = (stage.caller(1).await, stage.caller(2).await);
    let person = late.principal.person.unwrap();
    let at = Some("late@member.example".to_owned());
    node.notices_set(&late, person, at, store::NoticeWish::Daily)
        .await
        .unwrap();
    let id = stage.share(&sharer, 1).await;
    stage.hand(&late).await;
    let recall = node.recall(&sharer, &retract(&id)).await.unwrap().remove(0);
    let notices = async || {
        node.store()
            .notice_due(store::NoticeChannel::Mail, node.now(), 10)
            .await
            .unwrap()
    };
    let before = notices().await.len();
    for stranger in [&idle, &late] {
        let refused = node.recall_remind(stranger, recall.uuid, None).await.unwrap_err();
        assert!(matches!(refused, Error::NotFound(_)), "{refused}");
    }
    node.recall_remind(&sharer, recall.uuid, None).await.unwrap();
    let told = notices().await;
    assert_eq!(
        told.len(),
        before + 1,
        "at once, even where somebody is told once a day"
    );
    let told = told.last().unwrap();
    assert!(
        told.subject.contains("recalled") && !told.body.contains(&id),
        "{told:?}"
    );
    // Again within a day is nothing more, whoever asks; a day later it is.
    node.recall_remind(&sharer, recall.uuid, None).await.unwrap();
    node.recall_remind(&stage.kit.operator, recall.uuid, None)
        .await
        .unwrap();
    assert_eq!(notices().await.len(), before + 1);
    stage.kit.pass_seconds(25 * 3_600);
    node.recall_remind(&stage.kit.operator, recall.uuid, None)
        .await
        .unwrap();
    assert_eq!(notices().await.len(), before + 2);
    // It is not known by name that it owes an answer, so it cannot be named.
    let unnamed = node
        .recall_remind(&sharer, recall.uuid, Some("Member 1"))
        .await
        .unwrap_err();
    assert!(matches!(unnamed, Error::NotFound(_)), "{unnamed}");
    let open = Disclosure {
        received: Shown::Name,
        ..Disclosure::DEFAULT
    };
    node.disclosure_put(&late, &[open]).await.unwrap();
    let soon = node
        .recall_remind(&sharer, recall.uuid, Some("Member 1"))
        .await
        .unwrap_err();
    assert!(matches!(soon, Error::Conflict(_)), "{soon}");
    let state = node.recall_state(&sharer, recall.uuid).await.unwrap();
    assert!(state.outstanding.named[0].1.reminded.is_some());
    // Who has answered is left in peace.
    node.recall_acknowledge(&late, recall.uuid, &removed()).await.unwrap();
    stage.kit.pass_seconds(25 * 3_600);
    let before = notices().await.len();
    node.recall_remind(&sharer, recall.uuid, None).await.unwrap();
    assert_eq!(notices().await.len(), before);
    let receipts = node.receipts(&late, 0, 1_000).await.unwrap();
    let reminded = receipts
        .iter()
        .filter(|one| one.entry.kind == "recall-reminded")
        .count();
    assert_eq!(reminded, 2);
    let receipts = node.receipts(&sharer, 0, 1_000).await.unwrap();
    let entry = receipts
        .iter()
        .find(|one| one.entry.kind == "recall-reminded-others")
        .unwrap();
    assert!(!entry.entry.body.contains("Member 1"), "{}", entry.entry.body);
}
