//! Scorecards: each number follows from what members did, is in their receipts, and says nothing about few.

use std::collections::BTreeMap;

use node::Caller;
use node::commitments::{CommitmentWish, Owing};
use node::intake::{Handling, ShareRequest};
use node::recall::{RecallWish, RecallWishKind};
use node::recount::Recount;
use node::scorecard::{Line, Months, Number, Scorecard, WatchWish};
use stix::Timestamp;
use stix::marking::{Pap, Tlp};
use store::{Disclosure, ItemStep, LogFamily, Measure, ObjectQuery, Shown};

use crate::kit::partners::{FIRST, object, object_id};
use crate::kit::stage::Stage;

impl Stage {
    async fn give(&self, number: usize, objects: &[String]) {
        let request = ShareRequest {
            channel: "file".to_owned(),
            handling: Handling {
                communities: vec![self.kit.community],
                ..Handling::default()
            },
            ..ShareRequest::default()
        };
        let body = format!(r#"{{"objects":[{}]}}"#, objects.join(","));
        let caller = self.caller(number).await;
        let report = self.kit.node.share_bytes(&caller, request, body).await.unwrap();
        assert_eq!(report.accepted as usize, objects.len(), "{report:?}");
    }

    /// Hands everything there is to a member.
    async fn receive(&self, number: usize) {
        let caller = self.caller(number).await;
        let node = &self.kit.node;
        let look = node.look(&caller, "all").await.unwrap().unwrap();
        node.deliver_page(look, &ObjectQuery::default()).await.unwrap();
    }

    async fn card_of(&self, number: usize) -> Scorecard {
        let caller = self.caller(number).await;
        let months = Months::read(Some("2024-01"), None, self.kit.now()).unwrap();
        let node = &self.kit.node;
        node.scorecards_run().await.unwrap();
        node.scorecard(&caller, Some(self.kit.community), months).await.unwrap()
    }

    async fn own(&self, number: usize) -> BTreeMap<&'static str, u64> {
        let card = self.card_of(number).await;
        let some = card.lines.iter().filter(|line| line.own.count > 0);
        some.map(|line| (line.measure.as_str(), line.own.count)).collect()
    }
}

fn line(card: &Scorecard, measure: Measure) -> &Line {
    card.lines.iter().find(|line| line.measure == measure).unwrap()
}

fn ago(now: Timestamp, seconds: i64) -> String {
    now.plus_micros(-seconds * 1_000_000).to_string()
}

/// An indicator that says since when it is valid.
fn observed(number: u32, address: &str, since: &str) -> String {
    format!(
        r#"{{"type":"indicator","spec_version":"2.1","id":"{}","created":"{since}","modified":"{since}","name":"n{number}","pattern":"[ipv4-addr:value = '{address}']","pattern_type":"stix","valid_from":"{since}"}}"#,
        object_id(number),
    )
}

fn sighting(number: u32, of: &str, first_seen: &str, now: &str) -> String {
    format!(
        r#"{{"type":"sighting","spec_version":"2.1","id":"sighting--00000000-0000-4000-8000-{number:012}","created":"{now}","modified":"{now}","first_seen":"{first_seen}","sighting_of_ref":"{of}"}}"#,
    )
}

fn disagrees(number: u32, with: &str, now: &str) -> String {
    format!(
        r#"{{"type":"opinion","spec_version":"2.1","id":"opinion--00000000-0000-4000-8000-{number:012}","created":"{now}","modified":"{now}","opinion":"strongly-disagree","object_refs":["{with}"]}}"#,
    )
}

/// Whether a time is about so many seconds: told is the upper edge of a bucket an eighth wide.
fn is_about(told: Option<u64>, seconds: u64) -> bool {
    told.is_some_and(|ms| ms >= seconds * 1_000 && ms <= seconds * 1_130)
}

#[tokio::test]
async fn what_members_do_with_an_item_is_credited_to_whom_it_is_due() {
    let stage = Stage::with(5).await;
    let kit = &stage.kit;
    kit.pass_seconds(10);
    // Observed two hours ago, shared by one, given again by another, seen by a third, called wrong by a fourth.
    stage
        .give(0, &[observed(1, "198.51.100.1", &ago(kit.now(), 7_200))])
        .await;
    kit.pass_seconds(600);
    for reader in 1..5 {
        stage.receive(reader).await;
    }
    kit.pass_seconds(3_600);
    let (node, id) = (&kit.node, object_id(1));
    let say = async |number: usize, step: ItemStep| {
        let caller = stage.caller(number).await;
        assert!(node.item_say(&caller, &id, step, None).await.unwrap());
    };
    say(1, ItemStep::Acknowledged).await;
    kit.pass_seconds(3_600);
    say(1, ItemStep::Acted).await;
    say(2, ItemStep::Acted).await;
    let now = kit.now();
    stage.give(2, &[observed(2, "198.51.100.1", &ago(now, 60))]).await;
    stage
        .give(3, &[sighting(1, &id, &ago(now, 3_600), &now.to_string())])
        .await;
    stage
        .give(3, &[sighting(2, &id, &ago(now, 60), &now.to_string())])
        .await;
    stage.give(4, &[disagrees(1, &id, &now.to_string())]).await;
    stage.give(4, &[disagrees(2, &id, &now.to_string())]).await;

    let counts = |pairs: &[(&'static str, u64)]| pairs.iter().copied().collect::<BTreeMap<_, _>>();
    let credited = [
        ("observation-to-share", 1),
        ("shared", 1),
        ("first", 1),
        ("corroborated", 1),
        ("useful", 1),
        ("false-positive", 1),
    ];
    assert_eq!(stage.own(0).await, counts(&credited));
    let did = [
        ("share-to-delivery", 1),
        ("taken", 1),
        ("delivery-to-acknowledge", 1),
        ("delivery-to-action", 1),
    ];
    assert_eq!(stage.own(1).await, counts(&did));
    let gave_again = [
        ("observation-to-share", 1),
        ("share-to-delivery", 1),
        ("taken", 1),
        ("delivery-to-action", 1),
        ("shared", 1),
    ];
    assert_eq!(stage.own(2).await, counts(&gave_again));
    let saw = [
        ("observation-to-share", 2),
        ("share-to-delivery", 1),
        ("taken", 1),
        ("delivery-to-hit", 1),
        ("sighted", 2),
    ];
    assert_eq!(stage.own(3).await, counts(&saw));

    let card = stage.card_of(1).await;
    let median = |card: &Scorecard, measure| line(card, measure).own.median;
    assert!(is_about(median(&card, Measure::ShareToDelivery), 600), "{card:?}");
    assert!(is_about(median(&card, Measure::DeliveryToAcknowledge), 3_600));
    assert!(is_about(median(&card, Measure::DeliveryToAction), 7_200));
    let card = stage.card_of(0).await;
    assert!(is_about(median(&card, Measure::ObservationToShare), 7_200));
    let card = stage.card_of(3).await;
    assert!(is_about(median(&card, Measure::DeliveryToHit), 3_600), "{card:?}");
}

#[tokio::test]
async fn what_is_taken_back_before_anybody_judged_it_was_given_all_the_same() {
    for kind in [
        RecallWishKind::Retract,
        RecallWishKind::Narrow(Tlp::AmberStrict, Pap::Clear),
    ] {
        let stage = Stage::with(2).await;
        let (kit, node) = (&stage.kit, &stage.kit.node);
        kit.pass_seconds(10);
        // Two versions of one object, and another member's object of the same address, before the first is taken back.
        let newer = object(1, "2026-02-01T00:00:00.000Z", "");
        stage.give(0, &[object(1, FIRST, "")]).await;
        stage.give(0, &[newer]).await;
        stage.give(1, &[object(257, FIRST, "")]).await;
        let wish = RecallWish {
            kind,
            object: object_id(1),
            community: None,
            reason: "it names a customer".to_owned(),
        };
        node.recall(&stage.caller(0).await, &wish).await.unwrap();
        let gave = stage.own(0).await;
        let few = ["shared", "first", "corroborated", "observation-to-share"].map(|name| gave.get(name).copied());
        assert_eq!(few, [Some(1), Some(1), Some(1), Some(1)], "{kind:?} {gave:?}");
        let again = stage.own(1).await;
        assert_eq!((again["shared"], again.get("first")), (1, None), "{kind:?} {again:?}");
        assert_eq!(node.scorecards_check(&kit.operator).await.unwrap(), []);
        // Whoever holds the receipts counts the same.
        let mut recount = Recount::default();
        for receipt in node.receipts(&stage.caller(0).await, 0, 1_000).await.unwrap() {
            let text = serde_json::from_str::<serde_json::Value>(&receipt.to_json().unwrap()).unwrap();
            let entry = &text["entry"];
            let text = |name: &str| entry[name].as_str().unwrap();
            recount.add(entry["at_micros"].as_i64().unwrap(), text("kind"), text("body"));
        }
        let counted = |measure| {
            let mut score = recount.score().into_iter();
            score
                .find(|one| one.community == kit.community && one.measure == measure)
                .map(|one| one.number.count)
        };
        assert_eq!(counted(Measure::Shared), Some(1), "{kind:?}");
        assert_eq!(counted(Measure::First), Some(1), "{kind:?}");
    }
}

#[tokio::test]
async fn what_comes_again_counts_once() {
    let stage = Stage::with(2).await;
    let kit = &stage.kit;
    kit.pass_seconds(10);
    stage.give(0, &[object(1, FIRST, ""), object(2, FIRST, "")]).await;
    kit.pass_seconds(60);
    stage.receive(1).await;
    kit.pass_seconds(6_000);
    stage.receive(1).await;
    let newer = object(1, "2026-02-01T00:00:00.000Z", "");
    stage.give(0, &[newer, object(3, FIRST, "")]).await;
    stage.receive(1).await;
    assert_eq!(stage.own(0).await["shared"], 3);
    let own = stage.own(1).await;
    // A new version is handed over as well; what was handed over before is not counted again.
    assert_eq!((own["taken"], own["share-to-delivery"]), (4, 4));
    let card = stage.card_of(1).await;
    assert!(is_about(line(&card, Measure::ShareToDelivery).own.ninth_decile, 60));
}

#[tokio::test]
async fn what_was_there_before_a_member_joined_has_no_time_to_it() {
    let mut stage = Stage::with(1).await;
    stage.give(0, &[object(1, FIRST, "")]).await;
    stage.kit.pass_seconds(86_400 * 300);
    stage.join("Late", "Late").await;
    stage.receive(1).await;
    let own = stage.own(1).await;
    assert_eq!(own, BTreeMap::from([("taken", 1)]));
}

#[tokio::test]
async fn promises_count_in_time_or_late() {
    let stage = Stage::with(2).await;
    let (kit, node) = (&stage.kit, &stage.kit.node);
    let mut asked = Vec::new();
    for number in 1..4 {
        stage.give(0, &[object(number, FIRST, "")]).await;
        let wish = CommitmentWish {
            kind: "act".to_owned(),
            subject: object_id(number),
            owing: Owing::Community(kit.community),
            because: "charter, section 4".to_owned(),
            clock: None,
            escalation: None,
        };
        let made = node.commitments_make(&stage.caller(0).await, wish).await.unwrap();
        let of_one = made.iter().find(|one| one.terms.owed_by == stage.members[1]);
        asked.push(of_one.unwrap().terms.uuid);
    }
    let keep = async |at: usize| {
        let evidence = Some("blocked at the border".to_owned());
        node.commitment_keep(&stage.caller(1).await, asked[at], evidence)
            .await
            .unwrap();
    };
    keep(0).await;
    assert_eq!(stage.card_of(1).await.overdue, 0);
    kit.pass_seconds(86_400 * 60);
    keep(1).await;
    let own = stage.own(1).await;
    assert_eq!((own["kept-in-time"], own["kept-late"]), (1, 1));
    assert_eq!(stage.card_of(1).await.overdue, 1);
    assert!(
        !stage.own(0).await.contains_key("kept-in-time"),
        "it is owed to this one"
    );
}

#[tokio::test]
async fn each_member_counts_its_own_numbers_again_from_its_receipts() {
    let stage = Stage::with(3).await;
    let kit = &stage.kit;
    kit.pass_seconds(10);
    stage.give(0, &[object(1, FIRST, ""), object(2, FIRST, "")]).await;
    kit.pass_seconds(90);
    for reader in [1, 2] {
        stage.receive(reader).await;
        let caller = stage.caller(reader).await;
        kit.node
            .item_say(&caller, &object_id(1), ItemStep::Acknowledged, None)
            .await
            .unwrap();
    }
    for number in 0..3 {
        let card = stage.card_of(number).await;
        let caller = stage.caller(number).await;
        let mut recount = Recount::default();
        for receipt in kit.node.receipts(&caller, 0, 1_000).await.unwrap() {
            let text = serde_json::from_str::<serde_json::Value>(&receipt.to_json().unwrap()).unwrap();
            let entry = &text["entry"];
            let text = |name: &str| entry[name].as_str().unwrap();
            recount.add(entry["at_micros"].as_i64().unwrap(), text("kind"), text("body"));
        }
        let counted: BTreeMap<(Measure, String), Number> = recount
            .score()
            .into_iter()
            .filter(|one| one.community == kit.community)
            .map(|one| ((one.measure, one.month), one.number))
            .collect();
        let mut told = BTreeMap::new();
        for line in &card.lines {
            for (month, (own, _)) in line.months.iter().filter(|(_, (own, _))| own.count > 0) {
                told.insert((line.measure, month.clone()), own.clone());
            }
        }
        assert!(!told.is_empty());
        assert_eq!(counted, told, "member {number}");
    }
    assert_eq!(kit.node.scorecards_check(&kit.operator).await.unwrap(), []);
}

#[tokio::test]
async fn others_are_told_together_when_a_month_is_over_and_never_about_few() {
    let stage = Stage::with(6).await;
    let kit = &stage.kit;
    for number in 0..6 {
        stage.give(number, &[object(10 + number as u32, FIRST, "")]).await;
    }
    assert_eq!(
        line(&stage.card_of(0).await, Measure::Shared).all,
        None,
        "the month runs"
    );
    kit.pass_seconds(86_400 * 32);
    let card = stage.card_of(0).await;
    let shared = line(&card, Measure::Shared);
    assert_eq!(
        (shared.own.count, shared.all.as_ref().map(|all| all.count)),
        (1, Some(6))
    );
    // The founder shared nothing, so for it six others did; four in a later month are too few.
    for number in 0..5 {
        stage.give(number, &[object(20 + number as u32, FIRST, "")]).await;
    }
    kit.pass_seconds(86_400 * 32);
    let card = stage.card_of(0).await;
    let shared = line(&card, Measure::Shared);
    assert_eq!((shared.own.count, shared.untold_months), (2, 1));
    assert_eq!(shared.all.as_ref().map(|all| all.count), Some(6));
    let card = stage.card_of(5).await;
    assert_eq!(line(&card, Measure::Shared).all.as_ref().map(|all| all.count), Some(11));
}

#[tokio::test]
async fn a_community_taken_away_from_the_whole_leaves_no_number_about_few() {
    let stage = Stage::with(10).await;
    let (kit, node) = (&stage.kit, &stage.kit.node);
    let wish = node::partnership::CommunityWish {
        alias: "small".to_owned(),
        title: "Small".to_owned(),
        purpose: "A few of them".to_owned(),
        owner: kit.operator.principal.member.unwrap(),
        public: false,
        hides_members: false,
        default_tlp: Tlp::Green,
        strictest_tlp: Tlp::Red,
    };
    let small = node.community_create(&kit.operator, wish).await.unwrap().id;
    for number in 7..10 {
        let member = stage.members[number];
        node.membership_set(&kit.operator, small, member, true, false)
            .await
            .unwrap();
    }
    let whole = async |number: usize| {
        let months = Months::read(Some("2024-01"), None, kit.now()).unwrap();
        node.scorecards_run().await.unwrap();
        let card = node.scorecard(&stage.caller(number).await, None, months).await.unwrap();
        line(&card, Measure::Shared).all.as_ref().map(|all| all.count)
    };
    for number in 0..7 {
        stage.give(number, &[object(10 + number as u32, FIRST, "")]).await;
    }
    kit.pass_seconds(86_400 * 32);
    assert_eq!(whole(0).await, Some(7), "there is nothing beside the community");
    for number in 0..10 {
        let to = if number < 7 { kit.community } else { small };
        let request = ShareRequest {
            channel: "file".to_owned(),
            handling: Handling {
                communities: vec![to],
                ..Handling::default()
            },
            ..ShareRequest::default()
        };
        let body = format!(r#"{{"objects":[{}]}}"#, object(30 + number as u32, FIRST, ""));
        let report = node
            .share_bytes(&stage.caller(number).await, request, body)
            .await
            .unwrap();
        assert_eq!(report.accepted, 1, "{report:?}");
    }
    kit.pass_seconds(86_400 * 32);
    // Seven did in the community and ten altogether: the month would tell each of them what three did elsewhere.
    assert_eq!(whole(0).await, Some(7), "the month before");
}

#[tokio::test]
async fn who_is_counted_nowhere_is_not_in_the_numbers_of_all() {
    let stage = Stage::with(8).await;
    let (kit, node) = (&stage.kit, &stage.kit.node);
    kit.pass_seconds(10);
    stage.give(0, &[object(1, FIRST, "")]).await;
    for reader in 1..8 {
        stage.receive(reader).await;
    }
    let hidden = Disclosure {
        received: Shown::None,
        ..Disclosure::DEFAULT
    };
    node.disclosure_put(&stage.caller(1).await, &[hidden]).await.unwrap();
    kit.pass_seconds(86_400 * 32);
    let taken = |card: &Scorecard| line(card, Measure::Taken).all.as_ref().map(|all| all.count);
    assert_eq!(taken(&stage.card_of(0).await), Some(6));
    node.disclosure_put(&stage.caller(2).await, &[hidden]).await.unwrap();
    node.disclosure_put(&stage.caller(3).await, &[hidden]).await.unwrap();
    assert_eq!(taken(&stage.card_of(0).await), None);
}

#[tokio::test]
async fn a_live_watch_says_how_long_indicators_waited_and_what_it_reads() {
    let stage = Stage::with(7).await;
    let (kit, node) = (&stage.kit, &stage.kit.node);
    let say = async |number: usize| {
        let wish = WatchWish {
            upto: kit.now(),
            families: vec![LogFamily::Dns, LogFamily::Web, LogFamily::Dns],
        };
        node.watching_say(&stage.caller(number).await, &wish).await.unwrap()
    };
    stage.give(0, &[object(1, FIRST, "")]).await;
    kit.pass_seconds(60);
    assert_eq!(say(1).await, 0, "what was there before did not wait");
    kit.pass_seconds(1);
    stage.give(0, &[object(2, FIRST, ""), object(3, FIRST, "")]).await;
    kit.pass_seconds(120);
    assert_eq!(say(1).await, 2);
    assert_eq!(say(1).await, 0);
    let card = stage.card_of(1).await;
    let waited = line(&card, Measure::ShareToWatchlist);
    assert_eq!((waited.own.count, line(&card, Measure::Live).own.count), (2, 3));
    assert!(is_about(waited.own.median, 120));
    for number in 2..7 {
        say(number).await;
    }
    let too_late = WatchWish {
        upto: kit.now().plus_micros(1),
        families: Vec::new(),
    };
    let error = node.watching_say(&stage.caller(1).await, &too_late).await.unwrap_err();
    assert!(error.to_string().contains("still to come"), "{error}");
    kit.pass_seconds(86_400 * 32);
    let coverage = stage.card_of(1).await.coverage;
    // Two members do not watch, the founder and the one that shares: to tell of six would tell of these two.
    assert_eq!((coverage.members, coverage.live), (stage.members.len() + 1, None));
}

#[tokio::test]
async fn a_scorecard_is_for_members_of_the_community_and_the_report_for_years_that_are_over() {
    let stage = Stage::with(7).await;
    let (kit, node) = (&stage.kit, &stage.kit.node);
    for number in 0..7 {
        stage.give(number, &[object(10 + number as u32, FIRST, "")]).await;
    }
    node.scorecards_run().await.unwrap();
    let months = || Months::read(None, None, kit.now()).unwrap();
    let strange = policy::CommunityId(99);
    let error = node
        .scorecard(&stage.caller(0).await, Some(strange), months())
        .await
        .unwrap_err();
    assert!(matches!(error, node::Error::NotFound(_)), "{error}");
    assert!(node.scorecard(&Caller::public(), None, months()).await.is_err());
    let year = kit.now().to_string()[..4].to_owned();
    let error = node.public_report(&kit.operator, &year).await.unwrap_err();
    assert!(error.to_string().contains("no year that is over"), "{error}");
    assert!(node.public_report(&stage.caller(0).await, "2020").await.is_err());
    kit.pass_seconds(86_400 * 366);
    let report = node.public_report(&kit.operator, &year).await.unwrap();
    let shared = report
        .lines
        .iter()
        .find(|line| line.measure == Measure::Shared)
        .unwrap();
    assert_eq!(shared.all.count, 7);
    assert_eq!(shared.sectors.values().map(|number| number.count).sum::<u64>(), 7);
    let text = format!("{report:?}");
    assert!(!text.contains("Member "), "{text}");
}

#[tokio::test]
async fn the_report_of_a_year_stays_as_it_was_made_whatever_a_member_changes() {
    let stage = Stage::with(9).await;
    let (kit, node) = (&stage.kit, &stage.kit.node);
    kit.pass_seconds(10);
    stage.give(0, &[object(1, FIRST, "")]).await;
    for reader in 1..9 {
        stage.receive(reader).await;
    }
    let year = kit.now().to_string()[..4].to_owned();
    kit.pass_seconds(86_400 * 366);
    let report = node.public_report(&kit.operator, &year).await.unwrap();
    let taken = report.lines.iter().find(|line| line.measure == Measure::Taken).unwrap();
    assert_eq!(taken.all.count, 8);
    // Two who were in it take themselves out of what is told of others: the difference would be what they did.
    let hidden = Disclosure {
        received: Shown::None,
        ..Disclosure::DEFAULT
    };
    for number in [1, 2] {
        node.disclosure_put(&stage.caller(number).await, &[hidden])
            .await
            .unwrap();
    }
    assert_eq!(node.public_report(&kit.operator, &year).await.unwrap(), report);
}
