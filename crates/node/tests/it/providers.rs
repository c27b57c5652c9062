//! Signing in through an identity provider: who it is says issuer and subject, and nothing else does.

use std::net::IpAddr;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};

use node::providers::{BeginWish, Finished, OFFER_DAYS, Provider, Said, Started};
use node::{Caller, Error, Presented, SignInError};
use policy::{Presence, Role};
use serde_json::{Value, json};

use crate::kit::partners::{PASSWORD, Partners};
use crate::kit::provider::City;
use crate::membership::person;

const REDIRECT: &str = "https://hub.example/api/v1/sign-in/city/callback";

fn here() -> IpAddr {
    "192.0.2.7".parse().unwrap()
}

fn wish() -> BeginWish<'static> {
    BeginWish {
        redirect: REDIRECT,
        ..BeginWish::default()
    }
}

async fn setting(change: impl FnOnce(&mut Provider)) -> (Partners, City) {
    let city = City::start(REDIRECT).await;
    let mut provider = city.provider();
    change(&mut provider);
    let partners = Partners::with(|settings| settings.providers = vec![provider]).await;
    (partners, city)
}

fn seconds(partners: &Partners) -> i64 {
    partners.now().micros() / 1_000_000
}

async fn begin(partners: &Partners) -> Started {
    partners.node.provider_begin("city", wish(), here()).await.unwrap()
}

async fn finish(partners: &Partners, started: &Started, said: &Said) -> Result<Finished, SignInError> {
    partners
        .node
        .provider_finish("city", Some(&started.note), said, here())
        .await
}

/// The whole way, with what is said there changed.
async fn through(
    partners: &Partners,
    city: &City,
    change: impl FnOnce(&mut Value, &mut Value),
) -> Result<Finished, SignInError> {
    let started = begin(partners).await;
    let said = city.let_in(&started.address, seconds(partners), change);
    finish(partners, &started, &said).await
}

fn token(finished: Result<Finished, SignInError>) -> String {
    match finished.unwrap() {
        Finished::SignedIn(began) => began.token,
        Finished::Linked(_) => panic!("linked only"),
    }
}

async fn enter(partners: &Partners, token: &str) -> Result<Caller, SignInError> {
    partners.node.sign_in(Presented::Bearer(token), here()).await
}

/// Ties subject 7 to `cert`, by an act of theirs in a session.
async fn link(partners: &Partners, city: &City) {
    let began = partners
        .node
        .session_begin("cert", PASSWORD, None, here())
        .await
        .unwrap();
    let caller = enter(partners, &began.token).await.unwrap();
    let started = partners
        .node
        .provider_link_begin(&caller, "city", REDIRECT, None)
        .await
        .unwrap();
    let said = city.let_in(&started.address, seconds(partners), |_, _| {});
    let finished = finish(partners, &started, &said).await.unwrap();
    assert!(matches!(finished, Finished::Linked(person) if Some(person) == caller.principal.person));
}

fn code(error: &SignInError) -> &'static str {
    match error {
        SignInError::Store(Error::Input(problem)) => problem.code,
        SignInError::Store(Error::NotAllowed(_)) => "not-allowed",
        SignInError::Store(Error::Conflict(_)) => "conflict",
        SignInError::Store(Error::ProofNeeded(_)) => "step-up-needed",
        SignInError::Wrong => "wrong",
        _ => "other",
    }
}

fn refused(finished: Result<Finished, SignInError>) -> (&'static str, String) {
    let error = finished.unwrap_err();
    (code(&error), error.to_string())
}

#[tokio::test(flavor = "multi_thread")]
async fn who_tied_their_account_signs_in_by_it_and_nobody_else_does() {
    let (partners, city) = setting(|_| {}).await;
    assert_eq!(refused(through(&partners, &city, |_, _| {}).await).0, "not-linked");
    link(&partners, &city).await;
    let session = token(through(&partners, &city, |_, _| {}).await);
    let caller = enter(&partners, &session).await.unwrap();
    assert_eq!(
        (caller.name.as_str(), caller.principal.presence),
        ("cert", Presence::Proven)
    );
    let person = caller.principal.person.unwrap();
    let links = partners.node.links(&caller, person).await.unwrap();
    assert_eq!((links.len(), links[0].last_used.is_some()), (1, true));
    // The same names and address of another subject are somebody else.
    let other = through(&partners, &city, |_, claims| claims["sub"] = json!("8")).await;
    assert_eq!(refused(other).0, "not-linked");
    // A session at the provider from this morning is no proof of now.
    let old = through(&partners, &city, |_, claims| {
        claims["auth_time"] = json!(claims["iat"].as_i64().unwrap() - 7_200)
    });
    let caller = enter(&partners, &token(old.await)).await.unwrap();
    assert_eq!(caller.principal.presence, Presence::Session);
    let hospital = partners.caller("hospital").await;
    let unlink = partners.node.link_remove(&hospital, person, links[0].id).await;
    assert!(unlink.is_err());
    let own = enter(&partners, &session).await.unwrap();
    partners.node.link_remove(&own, person, links[0].id).await.unwrap();
    assert_eq!(refused(through(&partners, &city, |_, _| {}).await).0, "not-linked");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_for_this_sign_in_lets_nobody_in() {
    let (partners, city) = setting(|_| {}).await;
    link(&partners, &city).await;
    type Change = fn(&mut Value, &mut Value);
    let changes: [(&str, Change); 9] = [
        ("nonce", |_, claims| claims["nonce"] = json!("another")),
        ("no nonce", |_, claims| claims["nonce"] = json!(null)),
        ("audience", |_, claims| claims["aud"] = json!("another")),
        ("issuer", |_, claims| claims["iss"] = json!("https://elsewhere.example")),
        ("expired", |_, claims| {
            claims["exp"] = json!(claims["iat"].as_i64().unwrap() - 120)
        }),
        ("future", |_, claims| {
            claims["iat"] = json!(claims["iat"].as_i64().unwrap() + 120)
        }),
        ("none", |header, _| header["alg"] = json!("none")),
        ("shared secret", |header, _| header["alg"] = json!("HS256")),
        ("unknown key", |header, _| header["kid"] = json!("third")),
    ];
    for (what, change) in changes {
        assert_eq!(
            refused(through(&partners, &city, change).await).0,
            "sign-in-refused",
            "{what}"
        );
    }
    let started = begin(&partners).await;
    let good = city.let_in(&started.address, seconds(&partners), |_, _| {});
    let wrong = [
        (
            "another state",
            Said {
                state: Some("x".to_owned()),
                ..good.clone()
            },
        ),
        (
            "no state",
            Said {
                state: None,
                ..good.clone()
            },
        ),
        (
            "an error",
            Said {
                error: Some("access_denied".to_owned()),
                ..good.clone()
            },
        ),
        (
            "another issuer",
            Said {
                issuer: Some("https://elsewhere.example".to_owned()),
                ..good.clone()
            },
        ),
        (
            "a made-up code",
            Said {
                code: Some("x".to_owned()),
                ..good.clone()
            },
        ),
    ];
    for (what, said) in wrong {
        assert_eq!(
            refused(finish(&partners, &started, &said).await).0,
            "sign-in-refused",
            "{what}"
        );
    }
    // The browser that began it is the one that ends it, soon.
    let elsewhere = begin(&partners).await;
    for note in [None, Some("x"), Some(elsewhere.note.as_str())] {
        let answer = partners.node.provider_finish("city", note, &good, here()).await;
        assert_eq!(refused(answer).0, "sign-in-refused", "{note:?}");
    }
    assert!(finish(&partners, &started, &good).await.is_ok());
    let (code, words) = refused(finish(&partners, &started, &good).await);
    assert_eq!(code, "sign-in-refused");
    assert!(words.contains("does not take the code"), "each code once: {words}");
    let started = begin(&partners).await;
    let late = city.let_in(&started.address, seconds(&partners), |_, _| {});
    partners.pass_hours(1);
    assert_eq!(refused(finish(&partners, &started, &late).await).0, "sign-in-refused");
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_of_the_provider_change_and_where_it_is_asked_anew_it_has_to_have_asked() {
    let (partners, city) = setting(|_| {}).await;
    link(&partners, &city).await;
    city.rotate();
    partners.pass_hours(1);
    assert!(through(&partners, &city, |_, _| {}).await.is_ok());
    let anew = || {
        partners
            .node
            .provider_begin("city", BeginWish { anew: true, ..wish() }, here())
    };
    for (ago, lets_in) in [(0, true), (600, false)] {
        let started = anew().await.unwrap();
        assert!(started.address.contains("max_age=0"));
        let said = city.let_in(&started.address, seconds(&partners), |_, claims| {
            claims["auth_time"] = json!(claims["iat"].as_i64().unwrap() - ago);
        });
        assert_eq!(finish(&partners, &started, &said).await.is_ok(), lets_in, "{ago}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn groups_bring_the_role_at_each_sign_in_no_more_and_no_less() {
    let (partners, city) = setting(|_| {}).await;
    link(&partners, &city).await;
    let groups = |groups: Value| move |_: &mut Value, claims: &mut Value| claims["groups"] = groups;
    let role = async |session: &str| enter(&partners, session).await.unwrap().principal.role;
    let first = token(
        through(
            &partners,
            &city,
            groups(json!(["coordinators", "analysts", "operator"])),
        )
        .await,
    );
    assert_eq!(role(&first).await, Some(Role::Coordinator));
    // What was raised here comes down with the next sign-in, and what they had open ends.
    let raised = node::membership::PersonChange {
        role: Some(Role::Operator),
        ..Default::default()
    };
    let operator = partners.caller("operator").await;
    partners.node.person_change(&operator, "cert", raised).await.unwrap();
    let second = token(through(&partners, &city, groups(json!(["coordinators"]))).await);
    assert_eq!(role(&second).await, Some(Role::Coordinator));
    let third = token(through(&partners, &city, groups(json!(["analysts"]))).await);
    assert_eq!(role(&third).await, Some(Role::Analyst));
    assert!(enter(&partners, &second).await.is_err());
    for none in [json!([]), json!(null), json!(["gardeners"])] {
        assert_eq!(refused(through(&partners, &city, groups(none)).await).0, "not-allowed");
    }
    assert!(enter(&partners, &third).await.is_err());
    let person = partners.node.store().person_by_login("cert").await.unwrap().unwrap();
    assert_eq!(person.role, Role::Reader);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_speaks_for_the_people_of_its_member_and_links_only_who_is_there() {
    let (partners, city) = setting(|_| {}).await;
    let session = async |login: &str| {
        let began = partners
            .node
            .session_begin(login, PASSWORD, None, here())
            .await
            .unwrap();
        (enter(&partners, &began.token).await.unwrap(), began.token)
    };
    let (hospital, _) = session("hospital").await;
    let other = partners
        .node
        .provider_link_begin(&hospital, "city", REDIRECT, None)
        .await;
    assert!(matches!(other, Err(Error::NotAllowed(_))), "{other:?}");
    let (cert, token) = session("cert").await;
    let started = partners
        .node
        .provider_link_begin(&cert, "city", REDIRECT, None)
        .await
        .unwrap();
    let said = city.let_in(&started.address, seconds(&partners), |_, _| {});
    // Who ends their session meanwhile links nothing any more.
    partners.node.session_leave(&cert).await.unwrap();
    assert_eq!(refused(finish(&partners, &started, &said).await).0, "sign-in-refused");
    assert!(enter(&partners, &token).await.is_err());
    let (cert, token) = session("cert").await;
    partners.pass_hours(1);
    let stale = enter(&partners, &token).await.unwrap();
    let unproven = partners.node.provider_link_begin(&stale, "city", REDIRECT, None).await;
    assert!(matches!(unproven, Err(Error::ProofNeeded(_))), "{unproven:?}");
    let wish = node::partnership::KeyWish {
        label: "program".to_owned(),
        ..Default::default()
    };
    let (key, _) = partners
        .node
        .key_create(&partners.caller("cert").await, cert.principal.person.unwrap(), wish)
        .await
        .unwrap();
    let by_key = enter(&partners, &key).await.unwrap();
    assert!(
        partners
            .node
            .provider_link_begin(&by_key, "city", REDIRECT, None)
            .await
            .is_err()
    );
    assert!(partners.node.link_offer(&by_key, "cert", "city").await.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_offer_ties_one_account_once_and_stays_with_whom_it_is_tied_to() {
    let (partners, city) = setting(|_| {}).await;
    let node = &partners.node;
    person(&partners, "second", "Example CERT", Role::Analyst).await;
    let coordinator = person(&partners, "lead", "Example CERT", Role::Coordinator).await;
    let offered = async |login: &str| node.link_offer(&coordinator, login, "city").await;
    assert!(matches!(offered("hospital").await, Err(Error::NotFound(_))));
    assert!(matches!(
        node.link_offer(&coordinator, "second", "village").await,
        Err(Error::NotFound(_))
    ));
    let cert = partners.caller("cert").await;
    assert!(node.link_offer(&cert, "second", "city").await.is_err());
    let earlier = offered("second").await.unwrap().token;
    let offer = offered("second").await.unwrap().token;
    let by_offer = async |offer: &str, subject: &str| {
        let started = node
            .provider_begin(
                "city",
                BeginWish {
                    offer: Some(offer),
                    ..wish()
                },
                here(),
            )
            .await
            .unwrap();
        let said = city.let_in(&started.address, seconds(&partners), |_, claims| {
            claims["sub"] = json!(subject)
        });
        finish(&partners, &started, &said).await
    };
    assert_eq!(
        refused(by_offer(&earlier, "9").await).0,
        "sign-in-refused",
        "a later one ends it"
    );
    assert_eq!(refused(by_offer("cwl_made_up", "9").await).0, "sign-in-refused");
    let session = token(by_offer(&offer, "9").await);
    assert_eq!(enter(&partners, &session).await.unwrap().name, "second");
    assert_eq!(refused(by_offer(&offer, "10").await).0, "sign-in-refused", "once");
    // Nobody takes an account that is tied.
    let again = offered("cert").await.unwrap().token;
    assert_eq!(refused(by_offer(&again, "9").await).0, "conflict");
    // Who was made more since is not let in by somebody who is less.
    let promoted = node::membership::PersonChange {
        role: Some(Role::Operator),
        ..Default::default()
    };
    let operator = partners.caller("operator").await;
    node.person_change(&operator, "cert", promoted).await.unwrap();
    assert_eq!(refused(by_offer(&again, "11").await).0, "sign-in-refused");
    partners.pass_days(OFFER_DAYS);
    assert_eq!(refused(by_offer(&again, "11").await).0, "sign-in-refused", "in time");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_a_group_gets_an_account_where_the_configuration_says_so_and_takes_nobody_s_login() {
    let (partners, city) = setting(|provider| provider.provision = true).await;
    let named = |name: &'static str, subject: &'static str| {
        move |_: &mut Value, claims: &mut Value| {
            claims["preferred_username"] = json!(name);
            claims["sub"] = json!(subject);
        }
    };
    let session = token(through(&partners, &city, named("operator", "20")).await);
    let caller = enter(&partners, &session).await.unwrap();
    assert!(caller.name.starts_with("operator.city."), "{}", caller.name);
    assert_eq!(caller.principal.role, Some(Role::Analyst));
    assert_eq!(caller.principal.member, Some(partners.member("Example CERT").await));
    let again = token(through(&partners, &city, named("operator", "20")).await);
    assert_eq!(
        enter(&partners, &again).await.unwrap().principal.person,
        caller.principal.person
    );
    let namesake = token(through(&partners, &city, named("operator", "21")).await);
    assert_ne!(
        enter(&partners, &namesake).await.unwrap().principal.person,
        caller.principal.person
    );
    let groupless = through(&partners, &city, |_, claims| {
        claims["sub"] = json!("22");
        claims["groups"] = json!([]);
    });
    assert_eq!(refused(groupless.await).0, "not-linked");
    // Who was locked out here stays out.
    let locked = node::membership::PersonChange {
        active: Some(false),
        ..Default::default()
    };
    let operator = partners.caller("operator").await;
    partners
        .node
        .person_change(&operator, &caller.name, locked)
        .await
        .unwrap();
    assert_eq!(
        refused(through(&partners, &city, named("operator", "20")).await).0,
        "wrong"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_of_a_provider_is_over_when_its_operator_says_so_that_a_group_counts_no_longer() {
    let (partners, city) = setting(|provider| provider.session_hours = 2).await;
    link(&partners, &city).await;
    let Finished::SignedIn(began) = through(&partners, &city, |_, _| {}).await.unwrap() else {
        panic!("linked only");
    };
    assert_eq!(began.seconds(), 2 * 3_600);
    partners.pass_minutes(59);
    enter(&partners, &began.token).await.unwrap();
    partners.pass_minutes(61);
    assert!(enter(&partners, &began.token).await.is_err(), "used or not, it is over");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_note_of_a_browser_says_which_page_it_began_on_and_to_nobody_else() {
    let (partners, _city) = setting(|_| {}).await;
    let from_page = BeginWish {
        back: Some("/feed?q=x"),
        ..wish()
    };
    let node = &partners.node;
    let started = node.provider_begin("city", from_page, here()).await.unwrap();
    let way_back = node.provider_way_back(&started.note).unwrap();
    assert_eq!((way_back.page.as_str(), way_back.silent), ("/feed?q=x", false));
    let by_program = begin(&partners).await;
    assert_eq!(node.provider_way_back(&by_program.note), None);
    assert_eq!(node.provider_way_back("bm90ZQ"), None);
    assert!(!started.note.contains("feed"), "it is sealed");
}

fn unconfirmed(entered: Result<Caller, SignInError>) -> bool {
    matches!(entered, Err(SignInError::Unconfirmed { provider }) if provider == "city")
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_provider_said_counts_for_an_hour_and_then_not_until_it_said_so_again() {
    let (partners, city) = setting(|_| {}).await;
    link(&partners, &city).await;
    let first = token(through(&partners, &city, |_, _| {}).await);
    partners.pass_minutes(59);
    assert!(enter(&partners, &first).await.is_ok());
    partners.pass_minutes(1);
    assert!(unconfirmed(enter(&partners, &first).await));
    // The provider is asked without a question to anybody; that it knows nobody lets nobody in, and is no failure that is counted.
    let silent = BeginWish {
        silent: true,
        back: Some("/today"),
        ..wish()
    };
    let node = &partners.node;
    for _ in 0..60 {
        let started = node.provider_begin("city", silent, here()).await.unwrap();
        assert!(started.address.ends_with("&prompt=none"), "{}", started.address);
        assert!(node.provider_way_back(&started.note).unwrap().silent);
        let mut said = city.let_in(&started.address, seconds(&partners), |_, _| {});
        said.code = None;
        said.error = Some("login_required".to_owned());
        assert_eq!(refused(finish(&partners, &started, &said).await).0, "sign-in-refused");
    }
    assert!(unconfirmed(enter(&partners, &first).await));
    let started = node.provider_begin("city", silent, here()).await.unwrap();
    let said = city.let_in(&started.address, seconds(&partners), |_, _| {});
    let second = token(finish(&partners, &started, &said).await);
    let caller = enter(&partners, &second).await.unwrap();
    // The new session stands in the place of the old one.
    assert!(matches!(enter(&partners, &first).await, Err(SignInError::Wrong)));
    let own = caller.principal.person.unwrap();
    let page = node.session_page(&caller, own, None, 10).await.unwrap();
    assert_eq!(page.len(), 2, "this one, and the one that tied the account: {page:?}");
    // A group that was taken away meanwhile counts no more.
    partners.pass_minutes(60);
    let started = node.provider_begin("city", silent, here()).await.unwrap();
    let said = city.let_in(&started.address, seconds(&partners), |_, claims| {
        claims["groups"] = json!([])
    });
    assert_eq!(refused(finish(&partners, &started, &said).await).0, "not-allowed");
    assert!(matches!(enter(&partners, &second).await, Err(SignInError::Wrong)));
}

#[tokio::test(flavor = "multi_thread")]
async fn with_a_refresh_token_a_provider_is_asked_once_an_hour_and_nobody_notices() {
    let (partners, city) = setting(|_| {}).await;
    link(&partners, &city).await;
    let now = Arc::new(AtomicI64::new(seconds(&partners)));
    let groups = Arc::new(Mutex::new(json!(["analysts"])));
    let (at, said) = (Arc::clone(&now), Arc::clone(&groups));
    city.says_again(move |claims| {
        let at = at.load(Ordering::Relaxed);
        claims["iat"] = json!(at);
        claims["exp"] = json!(at + 300);
        claims["groups"] = said.lock().unwrap().clone();
        !claims["groups"].is_null()
    });
    let session = token(through(&partners, &city, |_, _| {}).await);
    let hour = || {
        partners.pass_hours(1);
        now.store(seconds(&partners), Ordering::Relaxed);
        city.asked()
    };
    for _ in 0..3 {
        let before = hour();
        // Many requests at once, one question: a token is good once.
        let (one, other, third) = tokio::join!(
            enter(&partners, &session),
            enter(&partners, &session),
            enter(&partners, &session)
        );
        assert!(one.is_ok() && other.is_ok() && third.is_ok());
        assert_eq!(city.asked(), before + 1);
    }
    *groups.lock().unwrap() = json!(["coordinators"]);
    hour();
    assert!(
        matches!(enter(&partners, &session).await, Err(SignInError::Wrong)),
        "the role is another"
    );
    let session = token(through(&partners, &city, |_, claims| claims["groups"] = json!(["coordinators"])).await);
    assert_eq!(
        enter(&partners, &session).await.unwrap().principal.role,
        Some(Role::Coordinator)
    );
    *groups.lock().unwrap() = json!([]);
    hour();
    assert!(matches!(enter(&partners, &session).await, Err(SignInError::Wrong)));
    let person = partners.node.store().person_by_login("cert").await.unwrap().unwrap();
    assert_eq!(person.role, Role::Reader);
    // Whom the provider gives nothing any more is not believed, and it is not asked again and again.
    let session = token(through(&partners, &city, |_, _| {}).await);
    *groups.lock().unwrap() = json!(null);
    let before = hour();
    for _ in 0..3 {
        assert!(unconfirmed(enter(&partners, &session).await));
    }
    assert_eq!(city.asked(), before + 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_signs_out_at_the_provider_is_signed_out_here() {
    let (partners, city) = setting(|_| {}).await;
    link(&partners, &city).await;
    let named = |name: &'static str| move |_: &mut Value, claims: &mut Value| claims["sid"] = json!(name);
    let node = &partners.node;
    let began = node.session_begin("cert", PASSWORD, None, here()).await.unwrap().token;
    let one = token(through(&partners, &city, named("one")).await);
    let other = token(through(&partners, &city, named("two")).await);
    let out = async |change: fn(&mut Value)| {
        let token = city.logout_token(seconds(&partners), change);
        node.provider_logged_out("city", &token, here()).await
    };
    // What is no logout token ends nothing.
    let wrong: [fn(&mut Value); 6] = [
        |claims| claims["nonce"] = json!("x"),
        |claims| claims["events"] = json!({}),
        |claims| claims["aud"] = json!("another"),
        |claims| claims["iss"] = json!("https://elsewhere.example"),
        |claims| claims["exp"] = json!(claims["iat"].as_i64().unwrap() - 120),
        |claims| {
            claims.as_object_mut().unwrap().remove("sub");
        },
    ];
    for change in wrong {
        assert_eq!(code(&out(change).await.unwrap_err()), "sign-in-refused");
    }
    assert!(node.provider_logged_out("city", "a.b.c", here()).await.is_err());
    assert!(enter(&partners, &one).await.is_ok() && enter(&partners, &other).await.is_ok());
    assert_eq!(out(|claims| claims["sid"] = json!("one")).await.unwrap(), 1);
    assert!(enter(&partners, &one).await.is_err() && enter(&partners, &other).await.is_ok());
    assert_eq!(out(|_| {}).await.unwrap(), 1);
    assert!(enter(&partners, &other).await.is_err());
    assert!(
        enter(&partners, &began).await.is_ok(),
        "what did not begin there does not end there"
    );
}
