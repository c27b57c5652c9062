//! Tips: taken from strangers within limits, sealed, answered, owed, forgotten.

use std::net::IpAddr;
use std::sync::Arc;

use node::Error;
use node::commitments::{ListWish, Side};
use node::tips::{FILE_MOST, TipMade, TipWish};
use policy::Presence;
use store::TipState;

use crate::kit::partners::Partners;

const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 7));

async fn open() -> Partners {
    Partners::with(|settings| settings.site.reports = true).await
}

fn wish() -> TipWish {
    TipWish {
        subject: "The pump talks to strangers".to_owned(),
        details: "It answers on port 502 from the whole network: kanari".to_owned(),
        about: "Example Waterworks".to_owned(),
        contact: "finder@example.org".to_owned(),
        files: vec![("../scan.txt".to_owned(), b"kanari in a file".to_vec())],
        ..TipWish::default()
    }
}

impl Partners {
    /// A form that was open for a while.
    async fn form(&self) -> String {
        let form = self.node.tip_form().await.unwrap();
        self.pass_hours(1);
        form
    }

    async fn leave(&self) -> TipMade {
        let form = self.form().await;
        self.node.tip_leave(HERE, &form, &wish()).await.unwrap()
    }

    async fn owed(&self) -> Vec<String> {
        let owed = ListWish {
            side: Side::Owes,
            limit: 100,
            ..ListWish::default()
        };
        let list = self
            .node
            .commitments(&self.caller("operator").await, &owed)
            .await
            .unwrap();
        let kinds = list.commitments.into_iter().map(|one| one.commitment.terms.kind);
        kinds.filter(|kind| kind == "answer-report").collect()
    }
}

fn code<T: std::fmt::Debug>(result: Result<T, Error>) -> &'static str {
    match result.unwrap_err() {
        Error::Input(problem) => problem.code,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_tip_is_answered_in_turns_by_its_link_and_in_person() {
    let partners = open().await;
    let (node, operator) = (&partners.node, partners.caller("operator").await);
    let made = partners.leave().await;
    assert!(made.reference.starts_with("R-"), "{made:?}");
    assert_eq!(partners.owed().await.len(), 1);
    let line = node.tips(&operator, None, 10).await.unwrap().remove(0);
    assert_eq!(
        (line.reference.as_str(), line.state),
        (made.reference.as_str(), TipState::Waiting)
    );
    let opened = node.tip_open(&operator, line.uuid).await.unwrap();
    assert_eq!(opened.text.contact, "finder@example.org");
    assert_eq!(opened.files, [(0, "scan.txt".to_owned(), 16)]);
    assert_eq!(
        node.tip_file(&operator, line.uuid, 0).await.unwrap().1,
        b"kanari in a file"
    );
    // Its link does not tell what was reported.
    let followed = node.tip_follow(&made.secret, HERE).await.unwrap();
    assert!(!format!("{followed:?}").contains("kanari"));
    node.tip_answer(&operator, line.uuid, "Since when?", false)
        .await
        .unwrap();
    assert!(partners.owed().await.is_empty());
    let followed = node.tip_follow(&made.secret, HERE).await.unwrap();
    assert_eq!(
        (followed.state, followed.said[0].text.as_str()),
        (TipState::Answered, "Since when?")
    );
    node.tip_reply(&made.secret, HERE, "Since May").await.unwrap();
    assert_eq!(partners.owed().await.len(), 1, "it waits again");
    node.tip_answer(&operator, line.uuid, "", true).await.unwrap();
    assert!(partners.owed().await.is_empty());
    assert!(matches!(
        node.tip_reply(&made.secret, HERE, "And?").await,
        Err(Error::Conflict(_))
    ));
    partners.pass_days(181);
    assert_eq!(node.retention_run(partners.now()).await.unwrap().tips, 1);
    assert!(matches!(
        node.tip_follow(&made.secret, HERE).await,
        Err(Error::NotFound(_))
    ));
}

#[tokio::test]
async fn only_operators_who_are_there_in_person_read_it_and_nothing_of_it_lies_open() {
    let partners = open().await;
    let node = &partners.node;
    partners.leave().await;
    let operator = partners.caller("operator").await;
    let uuid = node.tips(&operator, None, 10).await.unwrap()[0].uuid;
    for login in ["city", "waterworks"] {
        let other = partners.caller(login).await;
        assert!(matches!(node.tip_open(&other, uuid).await, Err(Error::NotAllowed(_))));
        assert!(matches!(node.tips(&other, None, 10).await, Err(Error::NotAllowed(_))));
    }
    let with = |presence| {
        let mut principal = (*operator.principal).clone();
        principal.presence = presence;
        let mut caller = operator.clone();
        caller.principal = Arc::new(principal);
        caller
    };
    assert!(matches!(
        node.tip_open(&with(Presence::Session), uuid).await,
        Err(Error::ProofNeeded(_))
    ));
    assert!(matches!(
        node.tip_open(&with(Presence::Key), uuid).await,
        Err(Error::NotAllowed(_))
    ));
    // The file of the store, a backup of it and the ledger hold not a word of it.
    let tip = node.store().tip_get(uuid).await.unwrap().unwrap();
    let file = node.store().tip_file(&tip, 0).await.unwrap().unwrap();
    for sealed in [tip.sealed, file] {
        assert!(!sealed.windows(6).any(|part| part == b"kanari"));
    }
    let told = partners.all_that_is_told("operator", &[], &[]).await;
    assert!(!told.contains("kanari") && !told.contains("finder@example.org"));
}

#[tokio::test]
async fn the_same_form_sent_twice_is_one_tip_and_the_same_link() {
    let partners = open().await;
    let node = &partners.node;
    let form = partners.form().await;
    let first = node.tip_leave(HERE, &form, &wish()).await.unwrap();
    let again = node.tip_leave(HERE, &form, &wish()).await.unwrap();
    assert_eq!(first, again);
    let operator = partners.caller("operator").await;
    assert_eq!(node.tips(&operator, None, 10).await.unwrap().len(), 1);
    assert_ne!(partners.leave().await.secret, first.secret);
}

#[tokio::test]
async fn what_comes_too_fast_too_late_too_often_or_too_large_is_refused() {
    let partners = open().await;
    let node = &partners.node;
    let fresh = node.tip_form().await.unwrap();
    assert_eq!(code(node.tip_leave(HERE, &fresh, &wish()).await), "too-soon");
    partners.pass_days(2);
    assert_eq!(code(node.tip_leave(HERE, &fresh, &wish()).await), "form-too-old");
    assert_eq!(code(node.tip_leave(HERE, "nonsense", &wish()).await), "form-too-old");
    let large = TipWish {
        files: vec![("a".to_owned(), vec![0; FILE_MOST + 1])],
        ..wish()
    };
    assert_eq!(
        code(node.tip_leave(HERE, &partners.form().await, &large).await),
        "bad-files"
    );
    let empty = TipWish::default();
    assert_eq!(
        code(node.tip_leave(HERE, &partners.form().await, &empty).await),
        "bad-text"
    );
    let mut forms = Vec::new();
    for _ in 0..6 {
        forms.push(node.tip_form().await.unwrap());
    }
    partners.pass_hours(1);
    for form in &forms[..5] {
        node.tip_leave(HERE, form, &wish()).await.unwrap();
    }
    assert_eq!(code(node.tip_leave(HERE, &forms[5], &wish()).await), "too-many-reports");
    let neighbour: IpAddr = "192.0.2.200".parse().unwrap();
    assert_eq!(
        code(node.tip_leave(neighbour, &forms[5], &wish()).await),
        "too-many-reports"
    );
    let elsewhere: IpAddr = "198.51.100.1".parse().unwrap();
    assert!(node.tip_leave(elsewhere, &forms[5], &wish()).await.is_ok());
}

#[tokio::test]
async fn without_leave_of_the_operators_nobody_reports_and_wrong_links_are_counted() {
    let partners = Partners::new().await;
    assert!(matches!(partners.node.tip_form().await, Err(Error::NotFound(_))));
    let partners = open().await;
    let made = partners.leave().await;
    for _ in 0..20 {
        assert!(matches!(
            partners.node.tip_follow("x", HERE).await,
            Err(Error::NotFound(_))
        ));
    }
    // Who guesses learns nothing even where they guess right.
    assert!(matches!(
        partners.node.tip_follow(&made.secret, HERE).await,
        Err(Error::NotFound(_))
    ));
    partners.pass_hours(1);
    assert!(partners.node.tip_follow(&made.secret, HERE).await.is_ok());
}
