//! Publishing: what may be public is, once an operator says so, and is gone with what it is about.

use node::Error;
use node::intake::Handling;
use node::publication::AdviceWish;
use node::recall::{RecallWish, RecallWishKind};
use node::site::Site;
use stix::marking::{Pap, Tlp};
use uuid::Uuid;

use crate::kit::partners::{FIRST, Partners, SECOND, object, object_id};

/// Pages that are on.
async fn open() -> Partners {
    Partners::with(|settings| settings.site.pages = true).await
}

fn words(number: u32) -> AdviceWish {
    AdviceWish {
        object: object_id(number),
        language: "en".to_owned(),
        title: "Pumps stop".to_owned(),
        happened: "Pumps of one maker stop".to_owned(),
        concerned: "Water works".to_owned(),
        advice: "Take them off the net".to_owned(),
        sectors: vec!["water".to_owned()],
        ..AdviceWish::default()
    }
}

impl Partners {
    async fn share_object(&self, login: &str, number: u32, handling: &Handling) {
        let body = format!(r#"{{"objects":[{}]}}"#, object(number, FIRST, ""));
        assert_eq!(self.share(login, handling, body).await.accepted, 1);
    }

    fn clear(&self) -> Handling {
        self.to_all(Some(Tlp::Clear))
    }

    async fn shown(&self) -> Vec<String> {
        let page = self.node.advice_page(None, 10).await.unwrap();
        page.into_iter().map(|one| one.publication.words.title).collect()
    }
}

fn recall(number: u32, kind: RecallWishKind) -> RecallWish {
    RecallWish {
        kind,
        object: object_id(number),
        community: None,
        reason: "it is wrong".to_owned(),
    }
}

fn is_absent<T: std::fmt::Debug>(result: Result<T, Error>) {
    assert!(matches!(result, Err(Error::NotFound(_))), "{result:?}");
}

#[tokio::test]
async fn nothing_is_public_by_its_colour_and_only_an_operator_publishes() {
    let partners = open().await;
    let (node, operator) = (&partners.node, partners.caller("operator").await);
    partners.share_object("waterworks", 1, &partners.clear()).await;
    assert!(partners.shown().await.is_empty());
    let analyst = partners.caller("waterworks").await;
    assert!(matches!(
        node.advice_publish(&analyst, &words(1)).await,
        Err(Error::NotAllowed(_))
    ));
    let uuid = node.advice_publish(&operator, &words(1)).await.unwrap();
    assert_eq!(partners.shown().await, ["Pumps stop"]);
    // For a sector: what is for it, and what is for all.
    partners.share_object("cert", 2, &partners.clear()).await;
    let for_all = AdviceWish {
        title: "For all".to_owned(),
        sectors: Vec::new(),
        ..words(2)
    };
    node.advice_publish(&operator, &for_all).await.unwrap();
    assert_eq!(node.advice_page(Some("water"), 10).await.unwrap().len(), 2);
    assert_eq!(node.advice_page(Some("energy"), 10).await.unwrap().len(), 1);
    // Off is off, for one as for all.
    node.site_choose(&operator, Some(&Site::default())).await.unwrap();
    is_absent(node.advice_page(None, 10).await);
    is_absent(node.advice_one(uuid).await);
    node.site_choose(&operator, None).await.unwrap();
    assert!(node.advice_one(uuid).await.is_ok());
    assert!(matches!(
        node.advice_take_back(&analyst, uuid).await,
        Err(Error::NotAllowed(_))
    ));
    node.advice_take_back(&operator, uuid).await.unwrap();
    is_absent(node.advice_one(uuid).await);
    // The item itself stays.
    assert!(node.show(&analyst, &object_id(1), 1).await.is_ok());
}

#[tokio::test]
async fn what_is_not_for_everybody_cannot_be_published() {
    let partners = open().await;
    let (node, operator) = (&partners.node, partners.caller("operator").await);
    let named = Handling {
        named: vec![partners.member("Example CERT").await],
        ..partners.clear()
    };
    let watched = Handling {
        pap: Some(Pap::Amber),
        ..partners.clear()
    };
    let handlings = [partners.to_all(Some(Tlp::Green)), named, watched];
    for (number, handling) in (1..).zip(handlings) {
        partners.share_object("waterworks", number, &handling).await;
        let refused = node.advice_publish(&operator, &words(number)).await.unwrap_err();
        assert!(
            refused.to_string().contains("may not be told to everybody"),
            "{refused}"
        );
        is_absent(node.advice_draft(&object_id(number)).await);
    }
    let refused = node.advice_publish(&operator, &words(99)).await.unwrap_err();
    assert!(
        refused.to_string().contains("may not be told to everybody"),
        "{refused}"
    );
}

#[tokio::test]
async fn a_recall_a_narrowing_and_a_revocation_take_it_down_at_once_and_nothing_brings_it_back() {
    let partners = open().await;
    let (node, operator) = (&partners.node, partners.caller("operator").await);
    let analyst = partners.caller("waterworks").await;
    let ends: [(u32, Option<RecallWishKind>); 3] = [
        (1, Some(RecallWishKind::Retract)),
        (2, Some(RecallWishKind::Narrow(Tlp::Green, Pap::Clear))),
        (3, None),
    ];
    for (number, kind) in ends {
        partners.share_object("waterworks", number, &partners.clear()).await;
        let uuid = node.advice_publish(&operator, &words(number)).await.unwrap();
        assert!(node.advice_one(uuid).await.is_ok());
        match kind {
            Some(kind) => drop(node.recall(&analyst, &recall(number, kind)).await.unwrap()),
            None => {
                let revoked = object(number, SECOND, r#","revoked":true"#);
                let body = format!(r#"{{"objects":[{revoked}]}}"#);
                assert_eq!(partners.share("waterworks", &partners.clear(), body).await.accepted, 1);
            }
        }
        is_absent(node.advice_one(uuid).await);
        assert!(partners.shown().await.is_empty());
        let all = node.advice_all(&operator, None, 10).await.unwrap();
        assert!(all.iter().all(|one| !one.is_shown), "{all:?}");
        // Shared anew, it is not public anew: nobody looked at it.
        if kind.is_some() {
            partners.share_object("waterworks", number, &partners.clear()).await;
            is_absent(node.advice_one(uuid).await);
        }
        node.advice_take_back(&operator, uuid).await.unwrap();
    }
}

#[tokio::test]
async fn a_later_version_is_told_to_operators_and_not_shown_unseen() {
    let partners = open().await;
    let (node, operator) = (&partners.node, partners.caller("operator").await);
    partners.share_object("waterworks", 1, &partners.clear()).await;
    let uuid = node.advice_publish(&operator, &words(1)).await.unwrap();
    let body = format!(r#"{{"objects":[{}]}}"#, object(1, SECOND, ""));
    partners.share("waterworks", &partners.clear(), body).await;
    let all = node.advice_all(&operator, None, 10).await.unwrap();
    assert!(all[0].is_shown && all[0].is_behind);
    let again = node.advice_publish(&operator, &words(1)).await.unwrap();
    assert_eq!(again, uuid, "its address stays");
    assert!(!node.advice_all(&operator, None, 10).await.unwrap()[0].is_behind);
}

#[tokio::test]
async fn the_member_behind_it_is_named_only_by_its_own_wish() {
    let partners = open().await;
    let (node, operator) = (&partners.node, partners.caller("operator").await);
    partners.share_object("waterworks", 1, &partners.clear()).await;
    let withheld = Handling {
        withheld: true,
        ..partners.clear()
    };
    partners.share_object("cert", 2, &withheld).await;
    let (open, hidden) = (
        node.advice_publish(&operator, &words(1)).await.unwrap(),
        node.advice_publish(&operator, &words(2)).await.unwrap(),
    );
    let from = async |uuid: Uuid| node.advice_one(uuid).await.unwrap().from;
    assert_eq!((from(open).await, from(hidden).await), (None, None));
    let (waterworks, cert) = (partners.caller("waterworks").await, partners.caller("cert").await);
    // Not by others, not even by the operator.
    for other in [&cert, &operator] {
        is_absent(node.advice_name(other, open, true).await);
    }
    is_absent(node.advice_name(&cert, hidden, true).await);
    assert!(!node.publishing(&cert, &object_id(2)).await.unwrap().may_name);
    assert!(node.publishing(&waterworks, &object_id(1)).await.unwrap().may_name);
    node.advice_name(&waterworks, open, true).await.unwrap();
    assert_eq!(from(open).await.as_deref(), Some("Example Waterworks"));
    node.advice_name(&waterworks, open, false).await.unwrap();
    assert_eq!((from(open).await, from(hidden).await), (None, None));
}

#[tokio::test]
async fn words_that_would_break_a_feed_are_refused() {
    let partners = open().await;
    let (node, operator) = (&partners.node, partners.caller("operator").await);
    partners.share_object("waterworks", 1, &partners.clear()).await;
    let changes: [fn(&mut AdviceWish); 7] = [
        |wish| wish.title.clear(),
        |wish| wish.title = "a\nb".to_owned(),
        |wish| wish.advice = "a\u{0}b".to_owned(),
        |wish| wish.happened = "x".repeat(4_001),
        |wish| wish.sectors = vec!["<b>".to_owned()],
        |wish| wish.language = "en\" onload=\"".to_owned(),
        |wish| wish.ends = Some(stix::Timestamp::from_seconds(0)),
    ];
    for (number, change) in changes.into_iter().enumerate() {
        let mut wish = words(1);
        change(&mut wish);
        let refused = node.advice_publish(&operator, &wish).await;
        assert!(matches!(refused, Err(Error::Input(_))), "{number}: {refused:?}");
    }
    assert!(partners.shown().await.is_empty());
}
