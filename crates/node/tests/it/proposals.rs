//! Acts that take two people: one proposes, another confirms, and both are asked of the policy again when it is done.

use node::communities::HeldDecision;
use node::proposals::{Act, OPEN_DAYS};
use node::{Caller, Error};
use policy::{MemberState, Role};
use stix::marking::Tlp;
use store::{MemberKey, ProposalState};
use uuid::Uuid;

use crate::kit::partners::{FIRST, Partners, object, object_id, readers};
use crate::membership::person;

/// Two operators of different members, and how to put the water works out.
async fn setting() -> (Partners, Caller, Caller, Act) {
    let partners = Partners::new().await;
    let first = partners.caller("operator").await;
    let second = person(&partners, "second", "Example CERT", Role::Operator).await;
    let expel = Act::Expel {
        member: uuid_of(&partners, "Example Waterworks").await,
    };
    (partners, first, second, expel)
}

async fn uuid_of(partners: &Partners, name: &str) -> Uuid {
    let key = MemberKey::Name(name);
    partners.node.store().member_get(key).await.unwrap().unwrap().uuid
}

async fn state(partners: &Partners, name: &str) -> MemberState {
    let key = MemberKey::Name(name);
    partners.node.store().member_get(key).await.unwrap().unwrap().state
}

/// What the ledger says of proposals, in order, as the member reads it that acted.
async fn told(partners: &Partners, login: &str) -> Vec<String> {
    let viewer = partners.node.viewer(&partners.caller(login).await).await.unwrap();
    let mut told = Vec::new();
    for row in partners.node.store().ledger_entries(&viewer, 0, 10_000).await.unwrap() {
        let body: serde_json::Value = serde_json::from_str(&row.body).unwrap_or_default();
        let what = body["what"].as_str().unwrap_or_default();
        if what.starts_with("propos") {
            told.push(format!(
                "{what} {}",
                body["subject"]["state"].as_str().unwrap_or_default()
            ));
        }
    }
    told
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_is_put_out_by_two_and_by_no_one_alone() {
    let (partners, first, second, expel) = setting().await;
    let node = &partners.node;
    let member = partners.member("Example Waterworks").await;
    let alone = node.member_state_change(&first, member, MemberState::Left, "").await;
    assert!(matches!(alone, Err(Error::NotAllowed(_))), "{alone:?}");
    let made = node
        .proposal_make(&first, &expel, "It shared what it was told not to")
        .await
        .unwrap();
    let uuid = made.proposal.terms.uuid;
    assert_eq!(made.about, "put Example Waterworks out of the partnership");
    let again = node.proposal_make(&second, &expel, "The same").await;
    assert!(matches!(again, Err(Error::Conflict(_))), "{again:?}");
    let own = node.proposal_confirm(&first, uuid).await;
    assert!(matches!(own, Err(Error::NotAllowed(_))), "{own:?}");
    // To who could not do it, it is not there.
    for login in ["cert", "waterworks"] {
        let caller = partners.caller(login).await;
        assert!(node.proposals(&caller, true).await.unwrap().is_empty());
        for refused in [
            node.proposal(&caller, uuid).await,
            node.proposal_confirm(&caller, uuid).await,
            node.proposal_refuse(&caller, uuid, "no").await,
            node.proposal_withdraw(&caller, uuid).await,
            node.proposal_make(&caller, &expel, "Because").await,
        ] {
            assert!(
                matches!(refused, Err(Error::NotFound(_) | Error::NotAllowed(_))),
                "{login} {refused:?}"
            );
        }
    }
    assert_eq!(state(&partners, "Example Waterworks").await, MemberState::Active);
    assert_eq!(node.proposals(&second, false).await.unwrap().len(), 1);
    let done = node.proposal_confirm(&second, uuid).await.unwrap();
    assert_eq!(done.proposal.state, ProposalState::Confirmed);
    assert_eq!(done.proposal.decider, second.principal.person);
    assert_eq!(state(&partners, "Example Waterworks").await, MemberState::Left);
    assert!(node.local_caller("waterworks").await.is_err());
    assert!(node.proposals(&second, false).await.unwrap().is_empty());
    assert_eq!(node.proposals(&second, true).await.unwrap().len(), 1);
    let again = node.proposal_confirm(&second, uuid).await;
    assert!(matches!(again, Err(Error::Conflict(_))), "{again:?}");
    assert_eq!(told(&partners, "operator").await, ["proposed "]);
    assert_eq!(told(&partners, "second").await, ["proposal decided confirmed"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_confirms_in_time_is_over_and_can_be_proposed_anew() {
    let (partners, first, second, expel) = setting().await;
    let node = &partners.node;
    let made = node.proposal_make(&first, &expel, "Because").await.unwrap();
    partners.pass_days(OPEN_DAYS);
    let late = node.proposal_confirm(&second, made.proposal.terms.uuid).await;
    assert!(
        matches!(&late, Err(Error::Conflict(words)) if words.contains("expired")),
        "{late:?}"
    );
    let anew = node.proposal_make(&first, &expel, "Because").await.unwrap();
    let refused = node
        .proposal_refuse(&second, anew.proposal.terms.uuid, "They said sorry")
        .await
        .unwrap();
    assert_eq!(refused.proposal.state, ProposalState::Refused);
    assert_eq!(refused.proposal.note.as_deref(), Some("They said sorry"));
    let third = node.proposal_make(&first, &expel, "Because").await.unwrap();
    let not_own = node.proposal_withdraw(&second, third.proposal.terms.uuid).await;
    assert!(matches!(not_own, Err(Error::NotAllowed(_))), "{not_own:?}");
    let withdrawn = node.proposal_withdraw(&first, third.proposal.terms.uuid).await.unwrap();
    assert_eq!(withdrawn.proposal.state, ProposalState::Withdrawn);
    assert!(node.proposal_confirm(&second, third.proposal.terms.uuid).await.is_err());
    assert_eq!(state(&partners, "Example Waterworks").await, MemberState::Active);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_lost_the_role_meanwhile_has_proposed_nothing() {
    let (partners, first, second, expel) = setting().await;
    let node = &partners.node;
    let made = node.proposal_make(&second, &expel, "Because").await.unwrap();
    let change = node::membership::PersonChange {
        role: Some(Role::Coordinator),
        ..Default::default()
    };
    node.person_change(&first, "second", change).await.unwrap();
    let confirmed = node.proposal_confirm(&first, made.proposal.terms.uuid).await;
    assert!(matches!(confirmed, Err(Error::Conflict(_))), "{confirmed:?}");
    assert_eq!(state(&partners, "Example Waterworks").await, MemberState::Active);
    // It can still be refused, and then proposed by who may.
    assert!(
        node.proposal_refuse(&first, made.proposal.terms.uuid, "Anew")
            .await
            .is_ok()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn red_is_released_by_two_moderators_with_its_confirmation_or_not_at_all() {
    let partners = Partners::new().await;
    let node = &partners.node;
    let first = person(&partners, "first", "City of Example", Role::Coordinator).await;
    let second = person(&partners, "second", "City of Example", Role::Coordinator).await;
    let charter = serde_json::from_str(r#"{"purpose":"All","moderated":true}"#).unwrap();
    let operator = partners.caller("operator").await;
    node.charter_put(&operator, partners.all, charter).await.unwrap();
    for (number, tlp) in [(1, Tlp::Red), (2, Tlp::AmberStrict)] {
        let mut handling = partners.to_all(Some(tlp));
        handling.named = vec![
            partners.member("Example Hospital").await,
            partners.member("City of Example").await,
        ];
        partners.share("cert", &handling, object(number, FIRST, "")).await;
    }
    let waiting = node.held_waiting(&first, partners.all, None, 10).await.unwrap();
    let (red, amber) = (waiting[0].held.terms.uuid, waiting[1].held.terms.uuid);
    // What is not TLP:RED takes one.
    let by_one = node
        .proposal_make(&first, &Act::Release { held: amber }, "Because")
        .await;
    assert!(matches!(by_one, Err(Error::Input(_))), "{by_one:?}");
    node.held_decide(&first, amber, HeldDecision::Release).await.unwrap();
    let alone = node.held_decide(&first, red, HeldDecision::Release).await;
    assert!(matches!(alone, Err(Error::NotAllowed(_))), "{alone:?}");
    let hospital = async || readers(&partners, &object_id(1)).await.contains("hospital");
    let act = Act::Release { held: red };
    let made = node.proposal_make(&first, &act, "They need it tonight").await.unwrap();
    let uuid = made.proposal.terms.uuid;
    for login in ["cert", "hospital"] {
        let caller = partners.caller(login).await;
        assert!(matches!(node.proposal(&caller, uuid).await, Err(Error::NotFound(_))));
    }
    assert!(!hospital().await);
    node.proposal_confirm(&second, uuid).await.unwrap();
    assert!(hospital().await);
    assert!(
        node.held_waiting(&first, partners.all, None, 10)
            .await
            .unwrap()
            .is_empty()
    );
    let shown = node.proposal(&first, uuid).await.unwrap();
    assert_eq!(shown.proposal.state, ProposalState::Confirmed);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_who_runs_a_node_alone_says_so_in_its_configuration_and_the_ledger_notes_it() {
    let partners = Partners::with(|settings| settings.four_eyes = false).await;
    let node = &partners.node;
    let operator = partners.caller("operator").await;
    let expel = Act::Expel {
        member: uuid_of(&partners, "Example Waterworks").await,
    };
    let proposed = node.proposal_make(&operator, &expel, "Because").await;
    assert!(matches!(proposed, Err(Error::Input(_))), "{proposed:?}");
    let member = partners.member("Example Waterworks").await;
    node.member_state_change(&operator, member, MemberState::Left, "")
        .await
        .unwrap();
    assert_eq!(
        node.store().setting_get("four-eyes").await.unwrap().as_deref(),
        Some("off")
    );
}
