//! Saved searches: what is new is told once, by the ways that people want, and only of what they may see.

use node::webhooks::WebhookWish;
use stix::marking::Tlp;
use store::{NoticeChannel, NoticeWish, SavedTerms};

use crate::kit::partners::{FIRST, Partners, SECOND, object};

const WATER: &str = "waterworks";
const CITY: &str = "city";

async fn index(partners: &Partners) {
    while partners.node.store().index_next(1_000).await.unwrap() > 0 {}
}

fn terms(question: &str) -> SavedTerms {
    SavedTerms {
        name: "Ours".to_owned(),
        question: question.to_owned(),
        today: true,
        mail: true,
        webhook: false,
    }
}

async fn save(partners: &Partners, login: &str, question: &str) -> uuid::Uuid {
    let caller = partners.caller(login).await;
    let saved = partners.node.saved_search_make(&caller, &terms(question)).await;
    saved.unwrap().uuid
}

async fn tell(partners: &Partners, login: &str, wish: NoticeWish) {
    let caller = partners.caller(login).await;
    let person = caller.principal.person.unwrap();
    let email = Some(format!("{login}@city.example"));
    partners.node.notices_set(&caller, person, email, wish).await.unwrap();
}

async fn fresh(partners: &Partners, login: &str) -> usize {
    let caller = partners.caller(login).await;
    let shown = partners.node.saved_searches(&caller, true).await.unwrap();
    shown.iter().map(|one| one.fresh.count).sum()
}

/// Subjects and texts that wait to be mailed, whenever.
async fn waiting(partners: &Partners) -> Vec<(String, String)> {
    let far = partners.now().plus_micros(400 * 86_400_000_000);
    let due = partners
        .node
        .store()
        .notice_due(NoticeChannel::Mail, far, 100)
        .await
        .unwrap();
    due.into_iter().map(|notice| (notice.subject, notice.body)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_new_is_counted_for_who_may_see_it_until_they_look() {
    let partners = Partners::new().await;
    partners
        .share("cert", &partners.to_all(None), object(1, FIRST, ""))
        .await;
    index(&partners).await;
    let search = save(&partners, CITY, "type:indicator").await;
    save(&partners, WATER, "type:indicator").await;
    assert_eq!(
        fresh(&partners, CITY).await,
        0,
        "what was there when it was saved is not new"
    );
    partners
        .share("cert", &partners.to_all(None), object(2, FIRST, ""))
        .await;
    partners
        .share("cert", &partners.to_water(None), object(3, FIRST, ""))
        .await;
    assert_eq!(
        fresh(&partners, CITY).await,
        0,
        "what words may not find yet does not count yet"
    );
    index(&partners).await;
    assert_eq!((fresh(&partners, CITY).await, fresh(&partners, WATER).await), (1, 2));
    let city = partners.caller(CITY).await;
    partners.node.saved_search_look(&city, search).await.unwrap();
    assert_eq!((fresh(&partners, CITY).await, fresh(&partners, WATER).await), (0, 2));
    // A new version is new.
    partners
        .share("cert", &partners.to_all(None), object(2, SECOND, ""))
        .await;
    index(&partners).await;
    assert_eq!(fresh(&partners, CITY).await, 1);
    let water = partners.caller(WATER).await;
    assert!(
        partners.node.saved_search_look(&water, search).await.is_err(),
        "it is nobody else's"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_e_mail_says_once_that_there_is_something_and_not_what() {
    let partners = Partners::new().await;
    tell(&partners, CITY, NoticeWish::AtOnce).await;
    tell(&partners, WATER, NoticeWish::AtOnce).await;
    save(&partners, CITY, "kanari*").await;
    save(&partners, WATER, "tlp:red").await;
    let secret = object(1, FIRST, "").replace("\"n1\"", "\"kanariname\"");
    partners.share("cert", &partners.to_water(None), secret.clone()).await;
    index(&partners).await;
    partners.pass_hours(1);
    partners.node.saved_searches_due(partners.now()).await.unwrap();
    assert!(
        waiting(&partners).await.is_empty(),
        "nobody is told of what they may not see"
    );
    partners
        .share(
            "cert",
            &partners.to_all(Some(Tlp::Amber)),
            secret.replace("000001\"", "000002\""),
        )
        .await;
    index(&partners).await;
    partners.pass_hours(1);
    let report = partners.node.saved_searches_due(partners.now()).await.unwrap();
    assert_eq!(report.mails, 1);
    let told = waiting(&partners).await;
    assert_eq!(told.len(), 1);
    assert!(told[0].0.contains("Ours") && !told[0].1.contains("kanari"), "{told:?}");
    for _ in 0..2 {
        partners.pass_hours(1);
        partners.node.saved_searches_due(partners.now()).await.unwrap();
    }
    assert_eq!(waiting(&partners).await.len(), 1, "the same is told once");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_wants_a_digest_is_told_once_a_day() {
    let partners = Partners::new().await;
    tell(&partners, CITY, NoticeWish::Daily).await;
    save(&partners, CITY, "").await;
    for number in 1..=3 {
        partners
            .share("cert", &partners.to_all(None), object(number, FIRST, ""))
            .await;
        index(&partners).await;
        partners.pass_hours(1);
        partners.node.saved_searches_due(partners.now()).await.unwrap();
    }
    let due = partners
        .node
        .store()
        .notice_due(NoticeChannel::Mail, partners.now(), 10)
        .await
        .unwrap();
    assert!(due.is_empty(), "it waits for the digest");
    assert_eq!(waiting(&partners).await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn webhooks_are_told_where_they_and_the_owner_want_it() {
    let partners = Partners::new().await;
    let city = partners.caller(CITY).await;
    let search = save(&partners, CITY, "").await;
    partners
        .node
        .saved_search_change(
            &city,
            search,
            &SavedTerms {
                webhook: true,
                ..terms("")
            },
        )
        .await
        .unwrap();
    let member = city.principal.member.unwrap();
    let wish = node::partnership::PersonWish {
        member,
        login: "city-admin".to_owned(),
        name: "Admin".to_owned(),
        role: policy::Role::Coordinator,
        password: None,
    };
    partners
        .node
        .person_create(&partners.caller("operator").await, wish)
        .await
        .unwrap();
    let admin = partners.caller("city-admin").await;
    let hook = |kind: &str| WebhookWish {
        url: "https://hooks.example/x".to_owned(),
        kinds: vec![kind.to_owned()],
    };
    let (_, wanting) = partners.node.webhook_make(&admin, hook("search")).await.unwrap();
    let (_, other) = partners.node.webhook_make(&admin, hook("request")).await.unwrap();
    partners
        .share("cert", &partners.to_all(None), object(1, FIRST, ""))
        .await;
    index(&partners).await;
    partners.pass_hours(1);
    assert_eq!(
        partners.node.saved_searches_due(partners.now()).await.unwrap().messages,
        1
    );
    let waiting = async |hook: i64| {
        partners
            .node
            .store()
            .webhook_due(hook, partners.now(), 10)
            .await
            .unwrap()
    };
    let told = waiting(wanting.hook.id).await;
    assert_eq!(told.len(), 1);
    assert!(
        told[0].body.contains(&search.to_string()) && !told[0].body.contains("indicator"),
        "{}",
        told[0].body
    );
    assert!(waiting(other.hook.id).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_that_cannot_be_read_is_not_kept() {
    let partners = Partners::new().await;
    let city = partners.caller(CITY).await;
    let refused = partners
        .node
        .saved_search_make(&city, &terms("pump tlp:blue"))
        .await
        .unwrap_err();
    assert!(refused.to_string().contains("character 10"), "{refused}");
    for name in ["", "a\nb"] {
        let terms = SavedTerms {
            name: name.to_owned(),
            ..terms("")
        };
        assert!(partners.node.saved_search_make(&city, &terms).await.is_err());
    }
    save(&partners, CITY, "pump").await;
    assert!(
        partners.node.saved_search_make(&city, &terms("valve")).await.is_err(),
        "the name is taken"
    );
}
