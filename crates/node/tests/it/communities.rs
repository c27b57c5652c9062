//! Running a community: charter, moderation, preview, handing over, speaking for another, data sets.

use std::collections::BTreeSet;

use node::communities::{CharterText, HeldDecision, PreviewWish};
use node::data_sets::DataSetWish;
use node::intake::Handling;
use node::membership::AgreementWish;
use node::partnership::MemberWish;
use node::{Caller, Error};
use policy::{CommunityId, MemberState, Role};
use stix::marking::Tlp;
use store::{AgreementKind, HeldState, MemberKind};

use crate::kit::partners::{FIRST, Partners, SECOND, object, object_id, readers, told};
use crate::membership::person;

async fn put(partners: &Partners, community: CommunityId, charter: &str) {
    let operator = partners.caller("operator").await;
    let text: CharterText = serde_json::from_str(charter).unwrap();
    partners.node.charter_put(&operator, community, text).await.unwrap();
}

async fn moderator(partners: &Partners) -> Caller {
    person(partners, "moderator", "City of Example", Role::Coordinator).await
}

fn set(logins: &[&'static str]) -> BTreeSet<&'static str> {
    logins.iter().copied().collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_is_seen_by_its_contributor_and_the_moderators_until_it_is_released() {
    let partners = Partners::new().await;
    let moderator = moderator(&partners).await;
    put(&partners, partners.all, r#"{"purpose":"All","moderated":true}"#).await;
    let canary = r#","description":"kanari""#;
    let report = partners
        .share("cert", &partners.to_all(Some(Tlp::Clear)), object(1, FIRST, canary))
        .await;
    assert_eq!((report.accepted, report.waiting), (1, 1), "{}", told(&report));
    assert_eq!(readers(&partners, &object_id(1)).await, set(&["city", "cert"]));
    for login in ["waterworks", "hospital"] {
        let told = partners
            .all_that_is_told(login, &[&object_id(1)], &["198.51.100.1", "kanari"])
            .await;
        assert!(
            !told.contains("kanari") && !told.contains(r#""id":"indicator--"#),
            "{login}"
        );
    }
    let waiting = partners
        .node
        .held_waiting(&moderator, partners.all, None, 10)
        .await
        .unwrap();
    assert_eq!(waiting.len(), 1);
    let uuid = waiting[0].held.terms.uuid;
    // Nobody else decides, and to them it is not there.
    for login in ["cert", "hospital", "operator"] {
        let caller = partners.caller(login).await;
        if login != "operator" {
            assert!(
                partners
                    .node
                    .held_waiting(&caller, partners.all, None, 10)
                    .await
                    .is_err()
            );
            let refused = partners.node.held_decide(&caller, uuid, HeldDecision::Release).await;
            assert!(matches!(refused, Err(Error::NotFound(_))), "{login} {refused:?}");
        }
    }
    let released = partners
        .node
        .held_decide(&moderator, uuid, HeldDecision::Release)
        .await
        .unwrap();
    assert_eq!(released.state, HeldState::Released);
    assert_eq!(
        readers(&partners, &object_id(1)).await,
        set(&["city", "cert", "waterworks", "hospital"])
    );
    let hospital = partners.caller("hospital").await;
    let shown = partners.node.show(&hospital, &object_id(1), 0).await.unwrap();
    assert_eq!(shown.contributions[0].origin_name.as_deref(), Some("Example CERT"));
    assert_eq!(shown.contributions[0].audience.tlp(), Tlp::Clear);
    assert_eq!(
        shown.contributions[0].row.body,
        object(1, FIRST, canary),
        "byte for byte"
    );
    let again = partners.node.held_decide(&moderator, uuid, HeldDecision::Release).await;
    assert!(matches!(again, Err(Error::NotFound(_))));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_refused_is_gone_and_its_contributor_reads_why() {
    let partners = Partners::new().await;
    let moderator = moderator(&partners).await;
    put(&partners, partners.all, r#"{"purpose":"All","moderated":true}"#).await;
    // What was shared elsewhere is not touched.
    partners
        .share("cert", &partners.to_water(None), object(1, FIRST, ""))
        .await;
    partners
        .share("cert", &partners.to_all(None), object(1, FIRST, ""))
        .await;
    let waiting = partners
        .node
        .held_waiting(&moderator, partners.all, None, 10)
        .await
        .unwrap();
    let decision = HeldDecision::Refuse("it is a test".to_owned());
    partners
        .node
        .held_decide(&moderator, waiting[0].held.terms.uuid, decision)
        .await
        .unwrap();
    assert_eq!(readers(&partners, &object_id(1)).await, set(&["cert", "waterworks"]));
    let own = partners
        .node
        .held_own(&partners.caller("cert").await, None, 10)
        .await
        .unwrap();
    assert_eq!(own[0].reason.as_deref(), Some("it is a test"));
    assert!(
        partners
            .node
            .held_own(&partners.caller("hospital").await, None, 10)
            .await
            .unwrap()
            .is_empty()
    );
    // It may be shared again, and waits again.
    let report = partners
        .share("cert", &partners.to_all(None), object(1, FIRST, ""))
        .await;
    assert_eq!(report.waiting, 1, "{}", told(&report));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_withheld_name_stays_withheld_while_it_waits_and_after() {
    let partners = Partners::new().await;
    let moderator = moderator(&partners).await;
    put(&partners, partners.all, r#"{"purpose":"All","moderated":true}"#).await;
    let withheld = Handling {
        withheld: true,
        ..partners.to_all(None)
    };
    // Who runs the node made the members, and has their names in its own receipts of that.
    let names = async |login: &str| {
        let told = partners
            .all_that_is_told(login, &[&object_id(1)], &["198.51.100.1"])
            .await;
        told.matches("Example Hospital").count()
    };
    let mut before = Vec::new();
    for login in ["cert", "city", "moderator"] {
        before.push((login, names(login).await));
    }
    partners.share("hospital", &withheld, object(1, FIRST, "")).await;
    let waiting = partners
        .node
        .held_waiting(&moderator, partners.all, None, 10)
        .await
        .unwrap();
    assert_eq!(waiting[0].member, None);
    partners
        .node
        .held_decide(&moderator, waiting[0].held.terms.uuid, HeldDecision::Release)
        .await
        .unwrap();
    for (login, before) in before {
        assert_eq!(names(login).await, before, "{login}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_moderates_shares_at_once_and_a_moderated_community_is_addressed_alone() {
    let partners = Partners::new().await;
    put(&partners, partners.all, r#"{"purpose":"All","moderated":true}"#).await;
    let report = partners
        .share("city", &partners.to_all(None), object(1, FIRST, ""))
        .await;
    assert_eq!((report.accepted, report.waiting), (1, 0));
    let both = Handling {
        communities: vec![partners.all, partners.water],
        ..Handling::default()
    };
    let refused = partners.try_share("cert", &both, object(2, FIRST, "")).await;
    assert!(
        matches!(&refused, Err(Error::Input(problem)) if problem.code == "moderated-alone"),
        "{refused:?}"
    );
    let without = Handling {
        named: vec![partners.member("Example Hospital").await],
        ..partners.to_all(Some(Tlp::Red))
    };
    let report = partners.share("cert", &without, object(3, FIRST, "")).await;
    assert_eq!(report.problems[0].code, "moderators-not-named", "{}", told(&report));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_is_refused_when_its_member_goes() {
    let partners = Partners::new().await;
    put(&partners, partners.all, r#"{"purpose":"All","moderated":true}"#).await;
    partners
        .share("hospital", &partners.to_all(None), object(1, FIRST, ""))
        .await;
    let operator = partners.caller("operator").await;
    let hospital = partners.member("Example Hospital").await;
    let gone = partners
        .node
        .member_state_change(&operator, hospital, MemberState::Suspended, "")
        .await
        .unwrap();
    assert_eq!(gone.touched.waiting, 1);
    assert!(
        partners
            .node
            .show(&partners.caller("city").await, &object_id(1), 0)
            .await
            .is_err()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_intake_holds_to_the_charter() {
    let partners = Partners::new().await;
    let charter = r#"{"purpose":"Water","loosest_tlp":"amber","default_tlp":"amber","strictest_tlp":"amber+strict"}"#;
    put(&partners, partners.water, charter).await;
    for (number, tlp, code) in [
        (1, Some(Tlp::Green), Some("too-loose-here")),
        (2, Some(Tlp::Red), Some("too-strict-here")),
        (3, Some(Tlp::Amber), None),
        (4, None, None),
    ] {
        let report = partners
            .share("cert", &partners.to_water(tlp), object(number, FIRST, ""))
            .await;
        assert_eq!(
            report.problems.first().map(|problem| problem.code),
            code,
            "{}",
            told(&report)
        );
    }
    let operator = partners.caller("operator").await;
    for nonsense in [
        r#"{"purpose":"x","loosest_tlp":"amber","strictest_tlp":"green"}"#,
        r#"{"purpose":"x","targets":{"happiness":1}}"#,
        r#"{"purpose":"x","accountable":"cert"}"#,
        r#"{"purpose":"x","default_tlp":"red"}"#,
    ] {
        let text = serde_json::from_str(nonsense).unwrap();
        let refused = partners.node.charter_put(&operator, partners.water, text).await;
        assert!(matches!(refused, Err(Error::Input(_))), "{nonsense}");
    }
    let versions = partners.node.charter_versions(&operator, partners.water).await.unwrap();
    assert_eq!(versions.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_charter_is_read_by_those_who_may_know_the_community() {
    let partners = Partners::new().await;
    let charter = r#"{"purpose":"All","accountable":"city","targets":{"delivery-to-acknowledge-hours":24}}"#;
    put(&partners, partners.all, charter).await;
    let read = partners
        .node
        .charter(&partners.caller("hospital").await, partners.all)
        .await
        .unwrap();
    assert_eq!(
        (read.version, read.owner.as_deref(), read.person.as_deref()),
        (1, Some("City of Example"), Some("city"))
    );
    let hidden = partners
        .node
        .charter(&partners.caller("hospital").await, partners.water)
        .await;
    let nothing = partners
        .node
        .charter(&partners.caller("hospital").await, CommunityId(404))
        .await;
    assert_eq!(hidden.unwrap_err().to_string(), nothing.unwrap_err().to_string());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_preview_names_exactly_those_who_then_read_it() {
    let partners = Partners::new().await;
    let hospital = partners.member("Example Hospital").await;
    let operator = partners.caller("operator").await;
    let wish = MemberWish {
        name: "Example Clinic".to_owned(),
        kind: MemberKind::Operator,
        sectors: Vec::new(),
        countries: Vec::new(),
        provider: Some(hospital),
        identity: None,
    };
    let clinic = partners.node.member_create(&operator, wish).await.unwrap().id;
    partners.person("clinic", clinic).await;
    let named = Handling {
        named: vec![hospital],
        ..partners.to_all(Some(Tlp::Red))
    };
    for (number, handling) in [
        (1, partners.to_water(Some(Tlp::AmberStrict))),
        (2, partners.to_all(Some(Tlp::Amber))),
        (3, partners.to_all(Some(Tlp::AmberStrict))),
        (4, named),
        (5, partners.to_all(Some(Tlp::Clear))),
    ] {
        let cert = partners.caller("cert").await;
        let wish = PreviewWish {
            handling: handling.clone(),
        };
        let preview = partners.node.share_preview(&cert, wish).await.unwrap();
        assert!(preview.refused.is_empty(), "{preview:?}");
        partners.share("cert", &handling, object(number, FIRST, "")).await;
        let mut read = readers(&partners, &object_id(number)).await;
        if partners
            .node
            .show(&partners.caller("clinic").await, &object_id(number), 0)
            .await
            .is_ok()
        {
            read.insert("clinic");
        }
        if preview.everybody {
            assert_eq!(read.len(), 5);
        } else {
            assert_eq!(
                read.len(),
                preview.members + preview.clients,
                "{handling:?} {preview:?}"
            );
        }
        assert_eq!(preview.kinds.values().sum::<usize>(), preview.members);
        assert!(preview.all_names, "{preview:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_preview_hides_names_where_the_community_does_and_says_which_part_of_the_charter_refuses() {
    let partners = Partners::new().await;
    put(
        &partners,
        partners.all,
        r#"{"purpose":"All","hides_members":true,"strictest_tlp":"amber"}"#,
    )
    .await;
    let cert = partners.caller("cert").await;
    let preview = async |tlp| {
        let wish = PreviewWish {
            handling: partners.to_all(Some(tlp)),
        };
        partners.node.share_preview(&cert, wish).await.unwrap()
    };
    let open = preview(Tlp::Green).await;
    assert_eq!((open.members, open.names.len(), open.all_names), (4, 0, false));
    assert_eq!(open.kinds.keys().collect::<Vec<_>>(), ["other"]);
    let refused = preview(Tlp::AmberStrict).await;
    assert_eq!(refused.refused[0].charter, Some("strictest_tlp"));
    assert_eq!(refused.members, 0, "who would not get it is not counted");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_group_that_the_member_never_shared_with_is_unusual() {
    let partners = Partners::new().await;
    let cert = partners.caller("cert").await;
    let unusual = async |handling: Handling| {
        partners
            .node
            .share_preview(&cert, PreviewWish { handling })
            .await
            .unwrap()
            .unusual
    };
    assert_eq!(unusual(partners.to_all(None)).await, None, "too few to compare");
    for number in 0..6 {
        partners
            .share("cert", &partners.to_water(None), object(number, FIRST, ""))
            .await;
    }
    assert_eq!(unusual(partners.to_water(None)).await, None);
    let said = unusual(partners.to_all(None)).await;
    assert!(said.is_some_and(|said| said.contains("none of the last 6")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_community_is_handed_over_when_both_agree() {
    let partners = Partners::new().await;
    let node = &partners.node;
    let owner = moderator(&partners).await;
    let other = person(&partners, "cert-coordinator", "Example CERT", Role::Coordinator).await;
    let cert = partners.member("Example CERT").await;
    assert!(
        node.handover_accept(&other, partners.all).await.is_err(),
        "nobody offered it"
    );
    assert!(
        node.handover_offer(&other, partners.all, cert).await.is_err(),
        "only its owner offers it"
    );
    node.handover_offer(&owner, partners.all, cert).await.unwrap();
    assert_eq!(node.handovers(&other).await.unwrap().len(), 1);
    node.handover_accept(&other, partners.all).await.unwrap();
    let all = node.store().community_list().await.unwrap();
    assert_eq!(all.iter().find(|one| one.id == partners.all).unwrap().owner, cert);
    let now = partners.caller("cert-coordinator").await;
    assert!(now.principal.coordinates.contains(&partners.all));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hub_shares_in_the_name_of_who_asked_for_it_and_both_have_it_in_writing() {
    let partners = Partners::new().await;
    let node = &partners.node;
    let hub = moderator(&partners).await;
    let asking = person(&partners, "hospital-coordinator", "Example Hospital", Role::Coordinator).await;
    let (city, hospital) = (
        partners.member("City of Example").await,
        partners.member("Example Hospital").await,
    );
    let on_behalf = Handling {
        on_behalf: Some(hospital),
        ..partners.to_all(None)
    };
    assert!(matches!(
        partners.try_share("moderator", &on_behalf, object(1, FIRST, "")).await,
        Err(Error::NotFound(_))
    ));
    node.delegation_put(&asking, city).await.unwrap();
    assert!(
        partners
            .try_share("city", &on_behalf, object(1, FIRST, ""))
            .await
            .is_err(),
        "an analyst is not enough"
    );
    partners.share("moderator", &on_behalf, object(1, FIRST, "")).await;
    let shown = node
        .show(&partners.caller("cert").await, &object_id(1), 0)
        .await
        .unwrap();
    assert_eq!(shown.contributions[0].origin_name.as_deref(), Some("Example Hospital"));
    for caller in [&hub, &asking] {
        let receipts = node.receipts(caller, 0, 1_000).await.unwrap();
        let kinds: Vec<String> = receipts.iter().map(|receipt| receipt.to_json().unwrap()).collect();
        assert!(kinds.iter().any(|text| text.contains("shared-on-behalf")));
    }
    node.delegation_end(&asking, city).await.unwrap();
    assert!(
        partners
            .try_share("moderator", &on_behalf, object(2, FIRST, ""))
            .await
            .is_err()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn research_gets_a_data_set_that_names_nobody_and_is_about_five_at_least() {
    let partners = Partners::new().await;
    let (node, moderator) = (&partners.node, moderator(&partners).await);
    let operator = partners.caller("operator").await;
    let university = MemberWish {
        name: "Example University".to_owned(),
        kind: MemberKind::University,
        sectors: Vec::new(),
        countries: Vec::new(),
        provider: None,
        identity: None,
    };
    let university = node.member_create(&operator, university).await.unwrap().id;
    let scholar = person(&partners, "scholar", "Example University", Role::Coordinator).await;
    let wish = || DataSetWish {
        community: partners.all,
        member: university,
        starts: partners.now().plus_micros(-1_000_000),
        ends: partners.now().plus_micros(86_400_000_000),
    };
    let code = |result: Result<_, Error>| match result {
        Err(Error::Input(problem)) => problem.code,
        other => panic!("{other:?}"),
    };
    let agreement = AgreementWish {
        kind: AgreementKind::DataSet,
        title: "Research".to_owned(),
        body: "No re-identification".to_owned(),
        effective: None,
        days: 0,
    };
    assert_eq!(code(node.data_set_make(&moderator, wish()).await), "no-agreement");
    node.agreement_put(&operator, agreement).await.unwrap();
    assert_eq!(
        code(node.data_set_make(&moderator, wish()).await),
        "agreement-not-accepted"
    );
    node.agreement_accept(&scholar, AgreementKind::DataSet, 1)
        .await
        .unwrap();
    for (number, login) in ["city", "waterworks", "cert", "hospital"].into_iter().enumerate() {
        let text = r#","description":"at the Example HOSPITAL""#;
        partners
            .share(
                login,
                &partners.to_all(Some(Tlp::Green)),
                object(number as u32, FIRST, text),
            )
            .await;
    }
    assert_eq!(code(node.data_set_make(&moderator, wish()).await), "too-few-members");
    let wish_fifth = MemberWish {
        name: "Example Airport".to_owned(),
        kind: MemberKind::Operator,
        sectors: Vec::new(),
        countries: Vec::new(),
        provider: None,
        identity: None,
    };
    node.member_create(&operator, wish_fifth).await.unwrap();
    partners.join(partners.all, "Example Airport").await;
    person(&partners, "airport", "Example Airport", Role::Analyst).await;
    partners
        .share("airport", &partners.to_all(Some(Tlp::Green)), object(10, SECOND, ""))
        .await;
    // Stricter than green: it stays out.
    partners
        .share("airport", &partners.to_all(Some(Tlp::Amber)), object(11, SECOND, ""))
        .await;
    let made = node.data_set_make(&moderator, wish()).await.unwrap();
    assert_eq!((made.terms.objects, made.terms.contributors), (5, 5));
    let read = node.data_set_read(&scholar, made.terms.uuid).await.unwrap();
    assert_eq!(read.terms.body.lines().count(), 5);
    for told in ["xample", "HOSPITAL", "indicator--00000000", "created_by_ref"] {
        assert!(!read.terms.body.contains(told), "{told}: {}", read.terms.body);
    }
    assert!(read.terms.body.contains("[member]"));
    assert!(matches!(
        node.data_set_read(&moderator, made.terms.uuid).await,
        Err(Error::NotFound(_))
    ));
    assert!(
        node.data_set_make(&partners.caller("cert").await, wish())
            .await
            .is_err()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_charter_lets_nobody_keep_longer_is_withdrawn_from_that_community() {
    let partners = Partners::new().await;
    let node = &partners.node;
    let operator = partners.caller("operator").await;
    let charter = serde_json::from_str(r#"{"purpose":"Water","retention_days":30}"#).unwrap();
    node.charter_put(&operator, partners.water, charter).await.unwrap();
    let both = Handling {
        communities: vec![partners.water, partners.all],
        ..Handling::default()
    };
    partners
        .share("cert", &partners.to_water(None), object(1, FIRST, ""))
        .await;
    partners.share("cert", &both, object(2, FIRST, "")).await;
    partners.pass_days(20);
    partners
        .share("cert", &partners.to_water(None), object(3, FIRST, ""))
        .await;
    assert_eq!(node.retention_run(partners.now()).await.unwrap().shared, 0);
    node.scorecards_run().await.unwrap();
    partners.pass_days(11);
    assert_eq!(node.retention_run(partners.now()).await.unwrap().shared, 2);
    assert_eq!(node.retention_run(partners.now()).await.unwrap().shared, 0);
    assert!(readers(&partners, &object_id(1)).await.is_empty());
    assert!(
        readers(&partners, &object_id(2)).await.contains("hospital"),
        "it stays for the other community"
    );
    assert!(readers(&partners, &object_id(3)).await.contains("waterworks"));
    // What stays for the other community was not shared once more.
    node.scorecards_run().await.unwrap();
    let months = node::scorecard::Months::read(None, None, partners.now()).unwrap();
    let card = node
        .scorecard(&partners.caller("cert").await, None, months)
        .await
        .unwrap();
    let shared = card.lines.iter().find(|line| line.measure == store::Measure::Shared);
    assert_eq!(shared.unwrap().own.count, 3);
    let mut ledger = Vec::new();
    node.ledger_export(&partners.caller("cert").await, &mut ledger)
        .await
        .unwrap();
    let ledger = String::from_utf8(ledger).unwrap();
    assert!(ledger.contains("retention"), "{ledger}");
}
