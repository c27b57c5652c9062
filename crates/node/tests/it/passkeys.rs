//! Passkeys: made in person, signed in with and no name asked for, and believed for what was asked here and now only.

use std::net::IpAddr;

use node::passkeys::{Answer, Place};
use node::sessions::Shown;
use node::{Caller, Error, Presented, SignInError};
use policy::{Presence, Role};
use serde_json::{Value, json};

use crate::kit::authenticator::Authenticator;
use crate::kit::partners::{PASSWORD, Partners};
use crate::membership::person;

const ORIGIN: &str = "https://hub.example";

fn here() -> IpAddr {
    "192.0.2.7".parse().unwrap()
}

fn place() -> Place {
    Place::of(ORIGIN).unwrap()
}

fn answer(value: Value) -> Answer {
    serde_json::from_value(value).unwrap()
}

async fn session(partners: &Partners, login: &str) -> (Caller, String) {
    let began = partners
        .node
        .session_begin(login, PASSWORD, None, here())
        .await
        .unwrap();
    (enter(partners, &began.token).await, began.token)
}

async fn enter(partners: &Partners, token: &str) -> Caller {
    partners.node.sign_in(Presented::Bearer(token), here()).await.unwrap()
}

async fn add(partners: &Partners, caller: &Caller, key: &mut Authenticator) -> Result<store::Passkey, Error> {
    let asking = partners.node.passkey_ask(caller, &place()).await?;
    let made = answer(key.make(&asking.options));
    let node = &partners.node;
    node.passkey_add(caller, &place(), &asking.note, "telephone", &made)
        .await
}

/// Signs in with a passkey.
async fn show(partners: &Partners, key: &mut Authenticator) -> Result<String, SignInError> {
    let asking = partners.node.passkey_ask_who(&place(), here())?;
    let shown = answer(key.show(&asking.options));
    let node = &partners.node;
    let began = node
        .session_begin_by_passkey(&place(), &asking.note, &shown, here())
        .await?;
    Ok(began.token)
}

fn refused<T: std::fmt::Debug>(result: Result<T, impl Into<SignInError>>) -> &'static str {
    match result.unwrap_err().into() {
        SignInError::Store(Error::Input(problem)) => problem.code,
        SignInError::Store(Error::NotAllowed(_)) => "not-allowed",
        SignInError::Store(Error::NotFound(_)) => "not-found",
        SignInError::Store(Error::Conflict(_)) => "conflict",
        SignInError::Store(Error::ProofNeeded(_)) => "step-up-needed",
        SignInError::Wrong => "wrong",
        SignInError::TooManyFailures { .. } => "slowed",
        _ => "other",
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_passkey_lets_its_person_in_without_a_name_and_is_two_factors() {
    let partners = Partners::new().await;
    let (caller, _) = session(&partners, "cert").await;
    let mut telephone = Authenticator::new(b"telephone", ORIGIN);
    let mut token = Authenticator::ed25519(b"token", ORIGIN);
    token.counts = false;
    for key in [&mut telephone, &mut token] {
        add(&partners, &caller, key).await.unwrap();
        for _ in 0..2 {
            let session = show(&partners, key).await.unwrap();
            let entered = enter(&partners, &session).await;
            assert_eq!(
                (entered.name.as_str(), entered.principal.presence),
                ("cert", Presence::Proven)
            );
        }
    }
    let own = caller.principal.person.unwrap();
    let listed = partners.node.passkeys(&caller, own).await.unwrap();
    assert_eq!((listed.len(), listed[0].last_used.is_some()), (2, true));
    assert_eq!(refused(add(&partners, &caller, &mut telephone).await), "conflict");
    // It is not made for one host and used for another.
    let elsewhere = Place::of("https://other.example").unwrap();
    let asking = partners.node.passkey_ask_who(&elsewhere, here()).unwrap();
    telephone.origin = "https://other.example".to_owned();
    telephone.rp_id = "other.example".to_owned();
    let shown = answer(telephone.show(&asking.options));
    let other = partners
        .node
        .session_begin_by_passkey(&elsewhere, &asking.note, &shown, here());
    assert_eq!(refused(other.await), "wrong");
}

#[tokio::test(flavor = "multi_thread")]
async fn names_are_one_s_own_and_a_passkey_that_is_removed_lets_nobody_in() {
    let partners = Partners::new().await;
    let node = &partners.node;
    let (caller, _) = session(&partners, "cert").await;
    let mut key = Authenticator::new(b"telephone", ORIGIN);
    let made = add(&partners, &caller, &mut key).await.unwrap();
    let own = caller.principal.person.unwrap();
    let (hospital, _) = session(&partners, "hospital").await;
    node.passkey_rename(&caller, made.id, "old telephone").await.unwrap();
    assert_eq!(
        node.passkeys(&caller, own).await.unwrap()[0].terms.name,
        "old telephone"
    );
    assert_eq!(
        refused(node.passkey_rename(&hospital, made.id, "mine").await),
        "not-found"
    );
    assert_eq!(refused(node.passkeys(&hospital, own).await), "not-allowed");
    assert_eq!(
        refused(node.passkey_remove(&hospital, own, made.id).await),
        "not-allowed"
    );
    let mine = hospital.principal.person.unwrap();
    assert_eq!(
        refused(node.passkey_remove(&hospital, mine, made.id).await),
        "not-found"
    );
    let session = show(&partners, &mut key).await.unwrap();
    node.passkey_remove(&partners.caller("operator").await, own, made.id)
        .await
        .unwrap();
    assert_eq!(refused(show(&partners, &mut key).await), "wrong");
    assert!(node.sign_in(Presented::Bearer(&session), here()).await.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_not_asked_here_and_now_is_not_believed() {
    let partners = Partners::new().await;
    let (caller, _) = session(&partners, "cert").await;
    let fresh = |number: u8| Authenticator::new(&[number; 16], ORIGIN);
    type Wrong = fn(&mut Authenticator);
    let wrongs: [(&str, Wrong); 7] = [
        ("another origin", |key| {
            key.origin = "https://hub.example.evil.example".to_owned()
        }),
        ("another host", |key| key.rp_id = "evil.example".to_owned()),
        ("nobody verified", |key| key.flags = 0x01),
        ("nobody present", |key| key.flags = 0x04),
        ("another kind", |key| key.kind = Some("payment.get")),
        ("in a frame of another site", |key| key.cross_origin = true),
        ("backed up, and cannot be", |key| key.flags = 0x15),
    ];
    for (number, (what, wrong)) in (1..).zip(wrongs) {
        let mut key = fresh(number);
        wrong(&mut key);
        assert_eq!(
            refused(add(&partners, &caller, &mut key).await),
            "passkey-refused",
            "{what}"
        );
        let mut key = fresh(number + 100);
        add(&partners, &caller, &mut key).await.unwrap();
        wrong(&mut key);
        assert_eq!(refused(show(&partners, &mut key).await), "passkey-refused", "{what}");
    }
    let node = &partners.node;
    let mut key = fresh(50);
    add(&partners, &caller, &mut key).await.unwrap();
    // Another question, none, one to make a passkey, one that was answered, one that is old.
    let first = node.passkey_ask_who(&place(), here()).unwrap();
    let second = node.passkey_ask_who(&place(), here()).unwrap();
    let making = node.passkey_ask(&caller, &place()).await.unwrap();
    let shown = answer(key.show(&first.options));
    for note in [&second.note, &making.note, &"x".to_owned()] {
        let began = node.session_begin_by_passkey(&place(), note, &shown, here()).await;
        assert_eq!(refused(began), "passkey-refused");
    }
    let begin = async |shown: &Answer| {
        node.session_begin_by_passkey(&place(), &first.note, shown, here())
            .await
    };
    assert!(begin(&shown).await.is_ok());
    assert_eq!(refused(begin(&shown).await), "passkey-refused", "each question once");
    let late = answer(key.show(&second.options));
    partners.pass_hours(1);
    let began = node
        .session_begin_by_passkey(&place(), &second.note, &late, here())
        .await;
    assert_eq!(refused(began), "passkey-refused");
    // A signature of another key, and the passkey of somebody who says they are another.
    let asking = node.passkey_ask_who(&place(), here()).unwrap();
    let mut forged = key.show(&asking.options);
    forged["response"]["signature"] =
        Authenticator::new(b"x", ORIGIN).show(&asking.options)["response"]["signature"].take();
    let began = node
        .session_begin_by_passkey(&place(), &asking.note, &answer(forged), here())
        .await;
    assert_eq!(refused(began), "passkey-refused");
    let mut another = key.show(&asking.options);
    another["response"]["userHandle"] = json!("AAAA");
    let began = node
        .session_begin_by_passkey(&place(), &asking.note, &answer(another), here())
        .await;
    assert_eq!(refused(began), "wrong");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_passkey_that_is_there_twice_lets_nobody_in() {
    let partners = Partners::new().await;
    let (caller, _) = session(&partners, "cert").await;
    let mut key = Authenticator::new(b"telephone", ORIGIN);
    add(&partners, &caller, &mut key).await.unwrap();
    for _ in 0..3 {
        show(&partners, &mut key).await.unwrap();
    }
    // The copy knows what the passkey had counted before.
    key.count = 1;
    assert_eq!(refused(show(&partners, &mut key).await), "passkey-copied");
    key.counts = false;
    key.count = 0;
    assert_eq!(refused(show(&partners, &mut key).await), "passkey-copied");
    key.count = 9;
    assert!(show(&partners, &mut key).await.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stolen_session_or_a_key_makes_no_passkey_and_one_s_own_proves_a_session() {
    let partners = Partners::new().await;
    let node = &partners.node;
    let (caller, token) = session(&partners, "cert").await;
    let mut key = Authenticator::new(b"telephone", ORIGIN);
    let made = add(&partners, &caller, &mut key).await.unwrap();
    let own = caller.principal.person.unwrap();
    partners.pass_hours(1);
    let stale = enter(&partners, &token).await;
    assert_eq!(refused(node.passkey_ask(&stale, &place()).await), "step-up-needed");
    assert_eq!(
        refused(node.passkey_remove(&stale, own, made.id).await),
        "step-up-needed"
    );
    let wish = node::partnership::KeyWish {
        label: "program".to_owned(),
        ..Default::default()
    };
    let (by_key, _) = node
        .key_create(&partners.caller("cert").await, own, wish)
        .await
        .unwrap();
    let by_key = enter(&partners, &by_key).await;
    assert_eq!(refused(node.passkey_ask(&by_key, &place()).await), "not-allowed");
    assert_eq!(refused(node.passkey_remove(&by_key, own, made.id).await), "not-allowed");
    assert_eq!(
        node.session_ways(&stale).await.unwrap().names(),
        ["password", "passkey"]
    );
    // Somebody else's passkey proves nothing of this session.
    let (hospital, _) = session(&partners, "hospital").await;
    let mut theirs = Authenticator::new(b"theirs", ORIGIN);
    add(&partners, &hospital, &mut theirs).await.unwrap();
    let step_up = async |key: &mut Authenticator| {
        let asking = node.passkey_ask_who(&place(), here()).unwrap();
        let shown = answer(key.show(&asking.options));
        node.session_step_up_by_passkey(&stale, &place(), &asking.note, &shown)
            .await
    };
    assert_eq!(refused(step_up(&mut theirs).await), "wrong");
    step_up(&mut key).await.unwrap();
    let proven = enter(&partners, &token).await;
    assert!(node.passkey_ask(&proven, &place()).await.is_ok());
    assert!(node.session_step_up(&proven, Shown::Password(PASSWORD)).await.is_ok());
    // A passkey is of its person: with another's session it is not made for them.
    person(&partners, "second", "Example CERT", Role::Analyst).await;
    let asking = node.passkey_ask(&proven, &place()).await.unwrap();
    let mut new = Authenticator::new(b"new", ORIGIN);
    let made = answer(new.make(&asking.options));
    let second = partners.caller("second").await;
    let added = node.passkey_add(&second, &place(), &asking.note, "mine", &made).await;
    assert_eq!(refused(added), "passkey-refused");
}
