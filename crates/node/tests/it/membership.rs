//! Coming in, staying reachable, and going: with all that begins and ends at the same moment.

use std::net::IpAddr;

use node::commitments::ListWish;
use node::membership::{AcceptWish, AgreementWish, Fate, InviteWish, PersonChange};
use node::partnership::PersonWish;
use node::{Caller, Error, Presented, SignInError};
use policy::{MemberState, Role};
use store::{AgreementKind, CommitmentState, MemberKind, NewContact};

use crate::kit::partners::{FIRST, PASSWORD, Partners, object, object_id, readers};

const HERE: &str = "192.0.2.7";

fn here() -> IpAddr {
    HERE.parse().unwrap()
}

async fn operator(partners: &Partners) -> Caller {
    partners.caller("operator").await
}

/// A person of a member in a role.
pub async fn person(partners: &Partners, login: &str, member: &str, role: Role) -> Caller {
    let wish = PersonWish {
        member: partners.member(member).await,
        login: login.to_owned(),
        name: login.to_owned(),
        role,
        password: None,
    };
    partners
        .node
        .person_create(&operator(partners).await, wish)
        .await
        .unwrap();
    partners.caller(login).await
}

fn invitation(partners: &Partners, sponsors: i64) -> InviteWish {
    InviteWish {
        label: "the harbour".to_owned(),
        member: None,
        community: Some(partners.all),
        contributes: true,
        kind: Some(MemberKind::Operator),
        role: Role::Coordinator,
        sponsors,
        days: 14,
    }
}

fn acceptance(agreement: Option<i64>) -> AcceptWish {
    AcceptWish {
        organisation: "Example Harbour".to_owned(),
        kind: None,
        sectors: Vec::new(),
        countries: vec!["DE".to_owned()],
        login: "harbour".to_owned(),
        name: "Ana Harbour".to_owned(),
        password: PASSWORD.to_owned(),
        agreement,
    }
}

fn is_absent<T: std::fmt::Debug>(answer: &Result<T, SignInError>) -> String {
    match answer {
        Err(SignInError::Store(Error::NotFound(words))) => words.clone(),
        other => panic!("expected nothing to be there: {other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invited_organisation_is_in_once_somebody_stood_up_for_it() {
    let partners = Partners::new().await;
    let node = &partners.node;
    let invited = node
        .invite(&operator(&partners).await, invitation(&partners, 1))
        .await
        .unwrap();
    let seen = node.invitation_open(&invited.token, here()).await.unwrap();
    assert_eq!((seen.by.as_str(), seen.agreement), ("City of Example", None));
    let (member, _) = node
        .invitation_accept(&invited.token, here(), acceptance(None))
        .await
        .unwrap();
    assert_eq!(member.state, MemberState::Vetting);
    let login = Presented::Basic {
        login: "harbour",
        password: PASSWORD,
    };
    assert!(node.sign_in(login, here()).await.is_err(), "nobody stood up so far");
    assert!(
        node.members(&partners.caller("cert").await)
            .await
            .unwrap()
            .iter()
            .all(|one| one.id != member.id)
    );
    // Nobody stands up who does not know of it; the water works do not coordinate that community.
    let stranger = person(&partners, "water-coordinator", "Example Waterworks", Role::Coordinator).await;
    assert!(matches!(
        node.vouch(&stranger, member.id, "").await,
        Err(Error::NotFound(_))
    ));
    let member = node
        .vouch(&operator(&partners).await, member.id, "we know them")
        .await
        .unwrap();
    assert_eq!(member.state, MemberState::Active);
    let caller = node.sign_in(login, here()).await.unwrap();
    assert!(caller.principal.contributes_to.contains(&partners.all));
    assert_eq!(
        is_absent(&node.invitation_open(&invited.token, here()).await),
        is_absent(&node.invitation_open("cwi_wrong", here()).await)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_tries_many_tokens_waits_and_nobody_else_does() {
    let partners = Partners::new().await;
    let node = &partners.node;
    let invited = node
        .invite(&operator(&partners).await, invitation(&partners, 0))
        .await
        .unwrap();
    let mut refused = 0;
    for number in 0..30 {
        match node.invitation_open(&format!("cwi_{number}"), here()).await {
            Err(SignInError::TooManyFailures { .. }) => refused += 1,
            other => drop(is_absent(&other)),
        }
    }
    assert_eq!(refused, 10);
    let right = node.invitation_open(&invited.token, here()).await;
    assert!(
        matches!(right, Err(SignInError::TooManyFailures { .. })),
        "a right one tells no more"
    );
    node.invitation_open(&invited.token, "198.51.100.9".parse().unwrap())
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_agreement_that_was_read_is_the_one_that_is_accepted() {
    let partners = Partners::new().await;
    let node = &partners.node;
    let agreement = |title: &str| AgreementWish {
        kind: AgreementKind::Partnership,
        title: title.to_owned(),
        body: format!("{title}: we keep to the rules"),
        effective: None,
        days: 30,
    };
    let operator = operator(&partners).await;
    node.agreement_put(&operator, agreement("First")).await.unwrap();
    let invited = node.invite(&operator, invitation(&partners, 0)).await.unwrap();
    let seen = node
        .invitation_open(&invited.token, here())
        .await
        .unwrap()
        .agreement
        .unwrap();
    node.agreement_put(&operator, agreement("Second")).await.unwrap();
    let stale = node
        .invitation_accept(&invited.token, here(), acceptance(Some(seen.number)))
        .await;
    assert!(matches!(stale, Err(SignInError::Store(Error::Input(_)))));
    node.invitation_accept(&invited.token, here(), acceptance(Some(2)))
        .await
        .unwrap();
    let caller = partners.caller("harbour").await;
    let (_, accepted) = node.agreements(&caller).await.unwrap();
    assert_eq!(
        (accepted.len(), accepted[0].number, accepted[0].name.as_str()),
        (1, 2, "Ana Harbour")
    );
    let due = node.agreements_due(partners.now()).await.unwrap();
    assert!(due.iter().all(|one| one.member.name != "Example Harbour"));
    assert_eq!(due.len(), 4);
    // Each of them but the member that runs the node owes it, until it accepts.
    assert_eq!(node.owed_ask().await.unwrap(), 3);
    assert_eq!(node.owed_ask().await.unwrap(), 0);
    let again = node.agreement_accept(&caller, AgreementKind::Partnership, 2).await;
    assert!(matches!(again, Err(Error::Conflict(_))));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_leaves_is_out_at_once_and_what_it_shared_goes_by_the_charter() {
    let partners = Partners::with(|settings| settings.four_eyes = false).await;
    let node = &partners.node;
    let operator = operator(&partners).await;
    let charter = serde_json::from_str(r#"{"purpose":"Water","on_leaving":"withdrawn"}"#).unwrap();
    node.charter_put(&operator, partners.water, charter).await.unwrap();
    partners
        .share("waterworks", &partners.to_all(None), object(1, FIRST, ""))
        .await;
    partners
        .share("waterworks", &partners.to_water(None), object(2, FIRST, ""))
        .await;
    let member = partners.member("Example Waterworks").await;
    let caller = partners.caller("waterworks").await;
    let before = node.viewer(&caller).await.unwrap();
    assert!(node.still_sees(&caller, &before).await.unwrap());
    let mut changed = node.policy_changed();
    changed.mark_unchanged();
    let left = node
        .member_state_change(&operator, member, MemberState::Left, "merged")
        .await
        .unwrap();
    assert!(changed.has_changed().unwrap() && !node.still_sees(&caller, &before).await.unwrap());
    assert_eq!((left.touched.people, left.touched.communities), (1, 2));
    let fates: Vec<_> = left
        .shared
        .iter()
        .map(|part| (part.communities.join(","), part.items, part.fate))
        .collect();
    assert_eq!(
        fates,
        [
            ("all-hands".to_owned(), 1, Fate::Stays),
            ("water-works".to_owned(), 1, Fate::Withdrawn)
        ]
    );
    assert!(node.local_caller("waterworks").await.is_err());
    let cert = partners.caller("cert").await;
    assert!(node.show(&cert, &object_id(1), 0).await.is_ok());
    assert!(node.show(&cert, &object_id(2), 0).await.is_err());
    let back = node
        .member_state_change(&operator, member, MemberState::Active, "")
        .await;
    assert!(matches!(back, Err(Error::Conflict(_))), "who left is invited again");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_accountable_hands_over_before_leaving() {
    let partners = Partners::new().await;
    let node = &partners.node;
    let city = partners.member("City of Example").await;
    let refused = node
        .member_state_change(&operator(&partners).await, city, MemberState::Left, "")
        .await;
    assert!(
        matches!(&refused, Err(Error::Conflict(words)) if words.contains("water-works")),
        "{refused:?}"
    );
    let suspended = node
        .member_state_change(&operator(&partners).await, city, MemberState::Suspended, "")
        .await;
    assert!(matches!(suspended, Err(Error::NotAllowed(_))));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_suspended_member_keeps_what_it_shared_and_comes_back_to_it() {
    let partners = Partners::new().await;
    let node = &partners.node;
    partners
        .share("hospital", &partners.to_all(None), object(1, FIRST, ""))
        .await;
    let (operator, hospital) = (operator(&partners).await, partners.member("Example Hospital").await);
    node.member_state_change(&operator, hospital, MemberState::Suspended, "late")
        .await
        .unwrap();
    let cert = partners.caller("cert").await;
    assert!(node.show(&cert, &object_id(1), 0).await.is_ok());
    node.member_state_change(&operator, hospital, MemberState::Active, "")
        .await
        .unwrap();
    assert_eq!(readers(&partners, &object_id(1)).await.len(), 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_coordinator_manages_their_own_people_up_to_their_own_role() {
    let partners = Partners::new().await;
    let node = &partners.node;
    let coordinator = person(&partners, "water-coordinator", "Example Waterworks", Role::Coordinator).await;
    let to = |role| PersonChange {
        role: Some(role),
        ..PersonChange::default()
    };
    let changed = node
        .person_change(&coordinator, "waterworks", to(Role::Coordinator))
        .await
        .unwrap();
    assert_eq!(changed.role, Role::Coordinator);
    let above = node.person_change(&coordinator, "waterworks", to(Role::Operator)).await;
    assert!(matches!(above, Err(Error::NotAllowed(_))));
    // Of others it is not even said that they are there.
    for login in ["cert", "operator", "nobody"] {
        let other = node.person_change(&coordinator, login, to(Role::Reader)).await;
        assert!(matches!(other, Err(Error::NotFound(_))), "{login}");
    }
    let own = node
        .person_change(&coordinator, "water-coordinator", to(Role::Reader))
        .await;
    assert!(matches!(own, Err(Error::NotAllowed(_))));
    let out = PersonChange {
        active: Some(false),
        ..PersonChange::default()
    };
    node.person_change(&coordinator, "waterworks", out).await.unwrap();
    assert!(node.local_caller("waterworks").await.is_err());
    let wish = |member, role| PersonWish {
        member,
        login: "new".to_owned(),
        name: "New".to_owned(),
        role,
        password: None,
    };
    let (own, cert) = (
        partners.member("Example Waterworks").await,
        partners.member("Example CERT").await,
    );
    assert!(
        node.person_create(&coordinator, wish(own, Role::Operator))
            .await
            .is_err()
    );
    assert!(
        node.person_create(&coordinator, wish(cert, Role::Reader))
            .await
            .is_err()
    );
    node.person_create(&coordinator, wish(own, Role::Coordinator))
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn contacts_are_checked_every_half_year() {
    let partners = Partners::new().await;
    let node = &partners.node;
    let coordinator = person(&partners, "water-coordinator", "Example Waterworks", Role::Coordinator).await;
    let member = partners.member("Example Waterworks").await;
    let contact = |channel: &str| NewContact {
        member,
        place: 1,
        name: "Ana".to_owned(),
        email: "ana@water.example".to_owned(),
        telephone: "+49 1".to_owned(),
        channel: channel.to_owned(),
        address: "7".to_owned(),
    };
    assert!(matches!(
        node.contact_put(&coordinator, &contact("E-Mail")).await,
        Err(Error::Input(_))
    ));
    node.contact_put(&coordinator, &contact("radio")).await.unwrap();
    assert!(node.contacts(&partners.caller("cert").await, member).await.is_err());
    assert!(node.contacts_due(partners.now()).await.unwrap().is_empty());
    partners.pass_days(181);
    let due = node.contacts_due(partners.now()).await.unwrap();
    assert_eq!(due.iter().map(|one| one.contact.terms.place).collect::<Vec<_>>(), [1]);

    // It is asked for as a commitment, once, and confirming it keeps that.
    assert_eq!(node.contacts_ask().await.unwrap(), 1);
    assert_eq!(node.contacts_ask().await.unwrap(), 0);
    let owed = async || {
        node.commitments(
            &coordinator,
            &ListWish {
                limit: 10,
                ..ListWish::default()
            },
        )
        .await
        .unwrap()
        .commitments
    };
    let one = owed().await.remove(0);
    assert_eq!(
        (one.commitment.terms.kind.as_str(), one.title.as_deref()),
        ("renew-contact", Some("the first contact"))
    );
    let uuid = one.commitment.terms.uuid;
    let said = node.commitment_keep(&coordinator, uuid, None).await.unwrap_err();
    assert!(said.to_string().contains("not by saying so"), "{said}");
    node.contact_confirm(&coordinator, member, 1).await.unwrap();
    assert!(owed().await.is_empty());
    let kept = node.commitment_detail(&coordinator, uuid).await.unwrap();
    assert_eq!(kept.shown.commitment.state, CommitmentState::Kept);
    assert!(node.contacts_due(partners.now()).await.unwrap().is_empty());
    // The next half-year is another commitment, and naming another contact keeps that too.
    partners.pass_days(181);
    assert_eq!(node.contacts_ask().await.unwrap(), 1);
    node.contact_put(&coordinator, &contact("messenger")).await.unwrap();
    assert!(owed().await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_of_members_comes_back_as_it_went_out() {
    let partners = Partners::new().await;
    let (node, operator) = (&partners.node, operator(&partners).await);
    let written = node.members_export(&operator).await.unwrap();
    let report = node.members_import(&operator, written.as_bytes(), false).await.unwrap();
    assert_eq!((report.made, report.changed, report.unchanged), (0, 0, 4), "{report:?}");
    assert!(node.members_export(&partners.caller("cert").await).await.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn each_row_that_is_not_taken_has_its_line_and_reason_and_spoils_no_other() {
    let partners = Partners::new().await;
    let (node, operator) = (&partners.node, operator(&partners).await);
    let text = "name,kind,countries,part_of\n\
                '=Harbour,operator,DE,\n\
                Quay,operator,DE,=Harbour\n\
                Pier,ship,DE,\n\
                Dock,operator,Germany,\n\
                Quay,operator,,\n\
                Example CERT,cert,AT,\n\
                Crane,operator,DE,Nobody\n";
    for dry_run in [true, false] {
        let report = node.members_import(&operator, text.as_bytes(), dry_run).await.unwrap();
        let lines: Vec<u64> = report.refused.iter().map(|row| row.line).collect();
        assert_eq!(
            (report.made, report.changed, lines),
            (2, 1, vec![4, 5, 6, 8]),
            "{report:?}"
        );
        let members = node.store().member_list().await.unwrap();
        assert_eq!(members.len(), if dry_run { 4 } else { 6 });
    }
    let members = node.store().member_list().await.unwrap();
    let named = |name: &str| members.iter().find(|one| one.name == name).unwrap();
    assert_eq!(named("Quay").parent, Some(named("=Harbour").id));
    assert_eq!(named("=Harbour").state, MemberState::Invited);
    assert_eq!(named("Example CERT").kind, MemberKind::Cert);
    let written = node.members_export(&operator).await.unwrap();
    assert!(written.contains("\n'=Harbour,"), "{written}");
    let unknown = node.members_import(&operator, b"name,kind,colour\n", true).await;
    assert!(matches!(unknown, Err(Error::Input(_))));
}
