//! What a member's matcher found becomes sightings by the member's rules; feedback reaches the sharer and lowers scores.

use node::sightings::{Answer, FeedbackWish, RULE_DEFAULT, SeenHit};
use store::{FeedbackKind, MemberKey, SeenState, SightingForm, SightingRule};

use crate::kit::partners::{FIRST, Partners, identity, object, object_id, readers};

/// What stands in the log and must not leave the house.
const VALUE: &str = "mail.evil-value.example";
const SOURCE: &str = "sensor-cellar.log";
const LINE: &str = "1795392000 host-17 alice GET mail.evil-value.example";

fn hit(number: u32, count: u64) -> SeenHit {
    SeenHit {
        indicator: object_id(number),
        value: VALUE.to_owned(),
        kind: None,
        at: None,
        count,
        source: SOURCE.to_owned(),
        event: Some(LINE.to_owned()),
    }
}

fn rule(form: SightingForm, asks: bool) -> SightingRule {
    SightingRule {
        form,
        asks,
        ..RULE_DEFAULT
    }
}

/// The CERT shares an indicator with everybody; the water works, of the sector water, choose a rule for all.
async fn stage(rule: SightingRule) -> Partners {
    let partners = Partners::new().await;
    let fresh = object(1, "2026-11-23T00:00:00.000Z", r#","confidence":80"#)
        .replace("2026-01-01T00:00:00Z", "2026-11-23T00:00:00Z");
    let report = partners.share("cert", &partners.to_all(None), fresh).await;
    assert_eq!(report.accepted, 1);
    let store = partners.node.store();
    let mut member = store
        .member_get(MemberKey::Name("Example Waterworks"))
        .await
        .unwrap()
        .unwrap();
    member.sectors = vec!["water".to_owned()];
    let operator = partners.caller("operator").await;
    store.member_update(&operator.principal, &member).await.unwrap();
    let caller = partners.caller("waterworks").await;
    partners.node.sighting_rules_put(&caller, &[rule]).await.unwrap();
    partners
}

/// Records hits, lets a day pass and does what is due.
async fn seen(partners: &Partners) -> node::sightings::DueReport {
    let caller = partners.caller("waterworks").await;
    let recorded = partners
        .node
        .hits_record(&caller, &[hit(1, 5), hit(1, 2)])
        .await
        .unwrap();
    assert_eq!((recorded.counted, recorded.unknown.len()), (7, 0));
    partners.pass_days(1);
    partners.node.sightings_due(partners.now()).await.unwrap()
}

async fn sightings(partners: &Partners, login: &str) -> Vec<serde_json::Value> {
    let bodies = partners.bodies(login).await;
    let parsed = bodies
        .iter()
        .map(|body| serde_json::from_str::<serde_json::Value>(body).unwrap());
    parsed.filter(|object| object["type"] == "sighting").collect()
}

/// Every word that must not reach a login, in everything that the node tells it.
async fn never_told(partners: &Partners, login: &str, secrets: &[&str]) {
    let mut ids = vec![object_id(1)];
    ids.extend(
        sightings(partners, login)
            .await
            .iter()
            .map(|one| one["id"].as_str().unwrap().to_owned()),
    );
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let told = partners
        .all_that_is_told(login, &ids, &["evil-value", "water", "198.51.100.1"])
        .await;
    for secret in secrets {
        assert!(!told.contains(secret), "{login} was told '{secret}'");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_full_form_says_who_when_and_how_many() {
    let partners = stage(rule(SightingForm::Full, false)).await;
    let report = seen(&partners).await;
    assert_eq!((report.closed, report.told, report.waiting), (1, 1, 0), "{report:?}");
    let told = sightings(&partners, "hospital").await;
    assert_eq!(told.len(), 1);
    assert_eq!(told[0]["count"], 7);
    assert_eq!(told[0]["where_sighted_refs"], serde_json::json!([identity(2)]));
    assert_eq!(told[0]["created_by_ref"], identity(2));
    never_told(&partners, "hospital", &[VALUE, SOURCE, LINE, "host-17"]).await;
    // A second round makes no second one.
    assert_eq!(partners.node.sightings_due(partners.now()).await.unwrap().told, 0);
    assert_eq!(sightings(&partners, "hospital").await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_line_goes_along_only_where_the_rule_says_so() {
    let with_line = SightingRule {
        log_line: true,
        ..rule(SightingForm::Full, false)
    };
    let partners = stage(with_line).await;
    assert_eq!(seen(&partners).await.told, 1);
    let bodies = partners.bodies("hospital").await.join("\n");
    assert!(bodies.contains(LINE), "{bodies}");
}

#[tokio::test(flavor = "multi_thread")]
async fn count_and_sector_tell_nobody_who_it_was() {
    for form in [SightingForm::Count, SightingForm::Sector] {
        let partners = stage(rule(form, false)).await;
        assert_eq!(seen(&partners).await.told, 1);
        for login in ["hospital", "cert", "city"] {
            let told = sightings(&partners, login).await;
            assert_eq!((told.len(), &told[0]["count"]), (1, &7.into()), "{login}");
            assert!(told[0].get("created_by_ref").is_none());
            let sector = form == SightingForm::Sector;
            assert_eq!(told[0].get("where_sighted_refs").is_some(), sector);
            assert_eq!(
                partners
                    .bodies(login)
                    .await
                    .join("\n")
                    .contains(r#""sectors":["water"]"#),
                sector
            );
            if login == "city" {
                // It runs the node: who its members are stands in its own receipts.
                continue;
            }
            let secrets = ["Example Waterworks", &identity(2), VALUE, SOURCE, LINE, "host-17"];
            never_told(&partners, login, &secrets).await;
        }
        // Their own people find it among what they shared.
        let caller = partners.caller("waterworks").await;
        let id = sightings(&partners, "waterworks").await[0]["id"]
            .as_str()
            .unwrap()
            .to_owned();
        let shown = partners.node.show(&caller, &id, 0).await.unwrap();
        assert_eq!(
            shown.contributions[0].origin_name.as_deref(),
            Some("Example Waterworks")
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn never_is_never_and_the_own_record_is_kept() {
    let partners = stage(rule(SightingForm::Never, false)).await;
    let report = seen(&partners).await;
    assert_eq!((report.told, report.kept), (0, 1));
    for login in ["hospital", "cert", "city", "waterworks"] {
        assert!(sightings(&partners, login).await.is_empty());
    }
    let caller = partners.caller("waterworks").await;
    let hits = partners.node.hits(&caller, 10, None).await.unwrap();
    let (kept, values) = &hits[0];
    assert_eq!(
        (kept.state, kept.count, values[0].value.as_str()),
        (SeenState::Kept, 7, VALUE)
    );
    assert!(
        partners
            .node
            .hits(&partners.caller("cert").await, 10, None)
            .await
            .unwrap()
            .is_empty()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn who_chose_nothing_is_asked_and_decides() {
    let partners = stage(RULE_DEFAULT).await;
    assert_eq!(seen(&partners).await.waiting, 1);
    let node = &partners.node;
    let caller = partners.caller("waterworks").await;
    assert!(sightings(&partners, "hospital").await.is_empty());
    assert!(
        node.sightings_pending(&partners.caller("cert").await, 10, None)
            .await
            .unwrap()
            .is_empty()
    );
    let pending = node.sightings_pending(&caller, 10, None).await.unwrap();
    let shown = serde_json::to_string(&pending[0].objects).unwrap();
    assert!(!shown.contains(VALUE) && !shown.contains(&identity(2)), "{shown}");
    let uuid = pending[0].seen.uuid;
    let wider = node
        .sighting_answer(&caller, uuid, Answer::Confirm(Some(SightingForm::Full)))
        .await;
    assert!(wider.unwrap_err().to_string().contains("more than the rule"));
    let other = node
        .sighting_answer(&partners.caller("cert").await, uuid, Answer::Decline)
        .await;
    assert!(matches!(other, Err(node::Error::NotFound(_))));
    let told = node
        .sighting_answer(&caller, uuid, Answer::Confirm(None))
        .await
        .unwrap();
    assert_eq!((told.state, told.form), (SeenState::Told, Some(SightingForm::Count)));
    assert_eq!(told.person, caller.principal.person);
    assert_eq!(sightings(&partners, "hospital").await.len(), 1);
    let again = node.sighting_answer(&caller, uuid, Answer::Decline).await;
    assert!(matches!(again, Err(node::Error::NotFound(_))));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_declined_or_not_answered_stays_at_home() {
    let partners = stage(rule(SightingForm::Full, true)).await;
    seen(&partners).await;
    let node = &partners.node;
    let caller = partners.caller("waterworks").await;
    let uuid = node.sightings_pending(&caller, 10, None).await.unwrap()[0].seen.uuid;
    assert_eq!(
        node.sighting_answer(&caller, uuid, Answer::Decline)
            .await
            .unwrap()
            .state,
        SeenState::Declined
    );
    assert_eq!(seen(&partners).await.waiting, 1);
    partners.pass_days(15);
    let report = node.sightings_due(partners.now()).await.unwrap();
    assert_eq!((report.lapsed, report.told), (1, 0));
    assert!(sightings(&partners, "hospital").await.is_empty());
    partners.pass_days(100);
    assert_eq!(node.sightings_due(partners.now()).await.unwrap().forgotten, 2);
    assert!(node.hits(&caller, 10, None).await.unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_narrower_form_may_be_confirmed() {
    let partners = stage(rule(SightingForm::Full, true)).await;
    seen(&partners).await;
    let caller = partners.caller("waterworks").await;
    let uuid = partners.node.sightings_pending(&caller, 10, None).await.unwrap()[0]
        .seen
        .uuid;
    let answer = Answer::Confirm(Some(SightingForm::Count));
    let told = partners.node.sighting_answer(&caller, uuid, answer).await.unwrap();
    assert_eq!(told.form, Some(SightingForm::Count));
    never_told(&partners, "hospital", &["Example Waterworks", &identity(2), VALUE]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sighting_goes_no_further_than_the_indicator() {
    let partners = stage(rule(SightingForm::Full, false)).await;
    let red = node::intake::Handling {
        communities: Vec::new(),
        named: vec![partners.member("Example Waterworks").await],
        tlp: Some(stix::marking::Tlp::Red),
        ..node::intake::Handling::default()
    };
    partners.share("cert", &red, object(2, FIRST, "")).await;
    partners
        .share(
            "cert",
            &partners.to_water(Some(stix::marking::Tlp::Amber)),
            object(3, FIRST, ""),
        )
        .await;
    let caller = partners.caller("waterworks").await;
    let hits = [hit(2, 1), hit(3, 1), hit(77, 4)];
    let recorded = partners.node.hits_record(&caller, &hits).await.unwrap();
    // What is not there, and what is only not for them, are the same.
    assert_eq!((recorded.counted, recorded.unknown[&object_id(77)]), (2, 4));
    partners.pass_days(1);
    assert_eq!(partners.node.sightings_due(partners.now()).await.unwrap().told, 2);
    for sighting in sightings(&partners, "waterworks").await {
        let id = sighting["id"].as_str().unwrap();
        let seen_by = readers(&partners, id).await;
        assert_eq!(
            seen_by.into_iter().collect::<Vec<_>>(),
            ["cert", "waterworks"],
            "{sighting}"
        );
    }
}

async fn score(partners: &Partners, login: &str) -> u8 {
    let caller = partners.caller(login).await;
    let shown = partners.node.show(&caller, &object_id(1), 0).await.unwrap();
    shown.score.unwrap().value
}

#[tokio::test(flavor = "multi_thread")]
async fn a_false_positive_lowers_the_score_for_all_who_see_it_and_reaches_the_sharer() {
    let partners = stage(rule(SightingForm::Full, false)).await;
    let before = score(&partners, "hospital").await;
    let caller = partners.caller("waterworks").await;
    let wish = |kind, withheld| FeedbackWish {
        kind,
        comment: Some("our own mail server".to_owned()),
        withheld,
    };
    let node = &partners.node;
    let give = |kind, withheld| {
        let (caller, wish) = (caller.clone(), wish(kind, withheld));
        async move { node.feedback_give(&caller, &object_id(1), &wish).await }
    };
    let made = give(FeedbackKind::FalsePositive, false).await.unwrap();
    assert!(made.starts_with("opinion--"));
    let after = score(&partners, "hospital").await;
    assert!(after < before, "{after} {before}");
    // The same member again changes nothing; an end said by another does.
    give(FeedbackKind::FalsePositive, true).await.unwrap();
    assert_eq!(score(&partners, "hospital").await, after);
    let hospital = partners.caller("hospital").await;
    let expired = wish(FeedbackKind::Expired, true);
    let expired = node.feedback_give(&hospital, &object_id(1), &expired).await.unwrap();
    assert!(expired.starts_with("note--"));
    assert!(score(&partners, "city").await < after);
    let page = node.feedback(&partners.caller("cert").await, 10, None).await.unwrap();
    let said: Vec<_> = page
        .feedback
        .iter()
        .map(|one| (one.kind, one.from.as_deref()))
        .collect();
    assert_eq!(
        said,
        [
            (FeedbackKind::Expired, None),
            (FeedbackKind::FalsePositive, None),
            (FeedbackKind::FalsePositive, Some("Example Waterworks")),
        ]
    );
    assert!(
        node::sightings::comment_of(&page.feedback[0])
            .unwrap()
            .contains("our own mail server")
    );
    let first = node.feedback(&partners.caller("cert").await, 1, None).await.unwrap();
    let rest = node
        .feedback(&partners.caller("cert").await, 10, first.next)
        .await
        .unwrap();
    assert_eq!((first.feedback.len(), rest.feedback.len()), (1, 2));
    // Who shared nothing of it gets none.
    assert!(node.feedback(&hospital, 10, None).await.unwrap().feedback.is_empty());
    let operator = partners.caller("operator").await;
    assert!(
        node.feedback_give(&operator, &object_id(9), &wish(FeedbackKind::Expired, false))
            .await
            .is_err()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn feedback_out_of_sight_changes_no_score() {
    let partners = stage(RULE_DEFAULT).await;
    let (hospital, cert) = (score(&partners, "hospital").await, score(&partners, "cert").await);
    let said = format!(
        r#"{{"type":"opinion","spec_version":"2.1","id":"opinion--00000000-0000-4000-8000-000000000009","created":"{FIRST}","modified":"{FIRST}","opinion":"strongly-disagree","object_refs":["{}"]}}"#,
        object_id(1)
    );
    partners.share("cert", &partners.to_water(None), said).await;
    assert_eq!(score(&partners, "hospital").await, hospital);
    assert!(score(&partners, "cert").await < cert);
}
