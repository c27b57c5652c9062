//! Sessions, second factors and scopes: each change takes effect at the next request, and nothing gives more than was had.

use std::net::IpAddr;

use node::partnership::{KeyWish, PersonWish};
use node::sessions::{Began, IDLE_MICROS, PROOF_MICROS, Shown};
use node::{Caller, Presented, SignInError};
use policy::{Role, Scope, Scopes};

use crate::kit::partners::{PASSWORD, Partners};

const HERE: &str = "192.0.2.7";

fn here() -> IpAddr {
    HERE.parse().unwrap()
}

async fn begin(partners: &Partners, code: Option<&str>) -> Result<Began, SignInError> {
    partners.node.session_begin("cert", PASSWORD, code, here()).await
}

async fn enter(partners: &Partners, token: &str) -> Result<Caller, SignInError> {
    partners.node.sign_in(Presented::Bearer(token), here()).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_lets_in_until_it_is_ended_and_says_where_it_began() {
    let partners = Partners::new().await;
    let (first, second) = (
        begin(&partners, None).await.unwrap(),
        begin(&partners, None).await.unwrap(),
    );
    let caller = enter(&partners, &first.token).await.unwrap();
    assert_eq!(caller.name, "cert");
    let person = caller.principal.person.unwrap();
    let listed = partners.node.sessions(&caller, person).await.unwrap();
    assert_eq!(listed.len(), 2);
    assert_eq!(listed[0].network.as_deref(), Some("192.0.2.0/24"));
    assert!(
        partners
            .node
            .keys(&caller, person)
            .await
            .unwrap()
            .iter()
            .all(|key| key.id != first.session.id)
    );
    partners
        .node
        .session_end(&caller, person, second.session.id)
        .await
        .unwrap();
    assert!(matches!(enter(&partners, &second.token).await, Err(SignInError::Wrong)));
    assert!(
        partners
            .node
            .session_end(&caller, person, second.session.id)
            .await
            .is_err()
    );
    partners.node.session_leave(&caller).await.unwrap();
    assert!(matches!(enter(&partners, &first.token).await, Err(SignInError::Wrong)));
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_begins_a_session_with_a_key_or_a_guess_or_shows_one_as_a_password() {
    let partners = Partners::new().await;
    let began = begin(&partners, None).await.unwrap();
    let caller = partners.caller("cert").await;
    let wish = KeyWish {
        label: "program".to_owned(),
        ..KeyWish::default()
    };
    let (key, _) = partners
        .node
        .key_create(&caller, caller.principal.person.unwrap(), wish)
        .await
        .unwrap();
    for password in [key.as_str(), "a guess of twelve", began.token.as_str()] {
        let refused = partners.node.session_begin("cert", password, None, here()).await;
        assert!(matches!(refused, Err(SignInError::Wrong)));
    }
    let basic = Presented::Basic {
        login: "cert",
        password: &began.token,
    };
    assert!(matches!(
        partners.node.sign_in(basic, here()).await,
        Err(SignInError::Wrong)
    ));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_goes_on_with_use_and_ends_without_or_after_a_week() {
    let partners = Partners::new().await;
    let idle = begin(&partners, None).await.unwrap();
    let used = begin(&partners, None).await.unwrap();
    assert_eq!(
        idle.session.expires,
        Some(idle.session.created.plus_micros(IDLE_MICROS))
    );
    // Twenty times seven hours are within a week.
    for _ in 0..20 {
        partners.pass_hours(7);
        assert!(enter(&partners, &used.token).await.is_ok());
    }
    assert!(matches!(enter(&partners, &idle.token).await, Err(SignInError::Wrong)));
    for _ in 0..4 {
        partners.pass_hours(7);
        let _ = enter(&partners, &used.token).await;
    }
    assert!(matches!(enter(&partners, &used.token).await, Err(SignInError::Wrong)));
}

#[tokio::test(flavor = "multi_thread")]
async fn another_password_or_role_ends_sessions_and_another_name_does_not() {
    let partners = Partners::new().await;
    let operator = partners.caller("operator").await;
    let change = async |change| partners.node.person_change(&operator, "cert", change).await.unwrap();
    let renamed = node::membership::PersonChange {
        name: Some("Ana".to_owned()),
        ..Default::default()
    };
    let began = begin(&partners, None).await.unwrap();
    let person = change(renamed).await.id;
    assert!(enter(&partners, &began.token).await.is_ok());
    let role = node::membership::PersonChange {
        role: Some(Role::Reader),
        ..Default::default()
    };
    change(role).await;
    assert!(enter(&partners, &began.token).await.is_err());
    let began = begin(&partners, None).await.unwrap();
    partners
        .node
        .password_change(&operator, person, "another long password")
        .await
        .unwrap();
    assert!(enter(&partners, &began.token).await.is_err());
}

/// The secret that an enrolment told, from its base32.
fn secret(text: &str) -> Vec<u8> {
    let mut bits = String::new();
    for sign in text.bytes() {
        let value = if sign.is_ascii_digit() {
            sign - b'2' + 26
        } else {
            sign - b'A'
        };
        bits.push_str(&format!("{value:05b}"));
    }
    bits.as_bytes()
        .chunks_exact(8)
        .map(|eight| u8::from_str_radix(std::str::from_utf8(eight).unwrap(), 2).unwrap())
        .collect()
}

fn code_now(partners: &Partners, secret: &[u8]) -> String {
    node::factors::code(secret, partners.now().micros() / 30_000_000)
}

/// A factor of `cert` that counts: its secret and the recovery codes.
async fn factor(partners: &Partners) -> (Vec<u8>, Vec<String>) {
    let began = begin(partners, None).await.unwrap();
    let caller = enter(partners, &began.token).await.unwrap();
    let made = partners.node.factor_enrol(&caller).await.unwrap();
    let secret = secret(&made.secret);
    // It does not count before it is confirmed.
    assert!(begin(partners, None).await.is_ok());
    assert!(partners.node.factor_confirm(&caller, "000000").await.is_err());
    let codes = partners
        .node
        .factor_confirm(&caller, &code_now(partners, &secret))
        .await
        .unwrap();
    (secret, codes)
}

#[tokio::test(flavor = "multi_thread")]
async fn with_a_second_factor_the_password_alone_lets_in_nowhere_and_each_code_once() {
    let partners = Partners::new().await;
    let (secret, _) = factor(&partners).await;
    assert!(matches!(begin(&partners, None).await, Err(SignInError::FactorNeeded)));
    let basic = Presented::Basic {
        login: "cert",
        password: PASSWORD,
    };
    assert!(matches!(
        partners.node.sign_in(basic, here()).await,
        Err(SignInError::FactorNeeded)
    ));
    // The code that confirmed it was taken.
    assert!(begin(&partners, Some(&code_now(&partners, &secret))).await.is_err());
    partners.pass_hours(1);
    let code = code_now(&partners, &secret);
    let began = begin(&partners, Some(&code)).await.unwrap();
    assert!(enter(&partners, &began.token).await.is_ok());
    assert!(matches!(begin(&partners, Some(&code)).await, Err(SignInError::Wrong)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recovery_code_lets_in_once_and_a_code_removes_the_factor() {
    let partners = Partners::new().await;
    let (secret, codes) = factor(&partners).await;
    assert_eq!(codes.len(), 10);
    let began = begin(&partners, Some(&codes[3])).await.unwrap();
    assert!(begin(&partners, Some(&codes[3])).await.is_err());
    let caller = enter(&partners, &began.token).await.unwrap();
    let state = partners
        .node
        .factor_state(&caller, caller.principal.person.unwrap())
        .await
        .unwrap();
    assert_eq!((state.confirmed.is_some(), state.recovery_codes), (true, 9));
    // Nor is one that counts replaced.
    assert!(partners.node.factor_enrol(&caller).await.is_err());
    assert!(partners.node.factor_remove(&caller, "123456").await.is_err());
    partners.pass_hours(1);
    partners
        .node
        .factor_remove(&caller, &code_now(&partners, &secret))
        .await
        .unwrap();
    assert!(begin(&partners, None).await.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn codes_cannot_be_guessed_from_many_addresses() {
    let partners = Partners::new().await;
    let (secret, _) = factor(&partners).await;
    partners.pass_hours(1);
    let mut slowed = false;
    for last in 1..8 {
        let from: IpAddr = format!("198.51.100.{last}").parse().unwrap();
        let answer = partners
            .node
            .session_begin("cert", PASSWORD, Some("000000"), from)
            .await;
        slowed |= matches!(answer, Err(SignInError::TooManyFailures { .. }));
    }
    assert!(slowed);
    let right = begin(&partners, Some(&code_now(&partners, &secret))).await;
    assert!(matches!(right, Err(SignInError::TooManyFailures { .. })));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_touches_no_factor_and_an_operator_resets_that_of_another() {
    let partners = Partners::new().await;
    factor(&partners).await;
    let owner = partners.caller("cert").await;
    let person = owner.principal.person.unwrap();
    let wish = KeyWish {
        label: "program".to_owned(),
        ..KeyWish::default()
    };
    let (key, _) = partners.node.key_create(&owner, person, wish).await.unwrap();
    let by_key = enter(&partners, &key).await.unwrap();
    assert!(partners.node.factor_enrol(&by_key).await.is_err());
    assert!(partners.node.factor_remove(&by_key, "000000").await.is_err());
    let hospital = partners.caller("hospital").await;
    assert!(partners.node.factor_reset(&hospital, person).await.is_err());
    assert!(partners.node.factor_state(&hospital, person).await.is_err());
    partners
        .node
        .factor_reset(&partners.caller("operator").await, person)
        .await
        .unwrap();
    assert!(begin(&partners, None).await.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_gives_no_more_than_its_scopes_and_no_password() {
    let partners = Partners::new().await;
    let operator = partners.caller("operator").await;
    let person = operator.principal.person.unwrap();
    let scopes = Scopes::from_iter([Scope::Keys, Scope::Read, Scope::Members]);
    let wish = |scopes| KeyWish {
        label: "program".to_owned(),
        scopes,
        ..KeyWish::default()
    };
    let (key, made) = partners.node.key_create(&operator, person, wish(scopes)).await.unwrap();
    assert_eq!(made.scopes, scopes);
    let by_key = enter(&partners, &key).await.unwrap();
    assert_eq!(by_key.principal.scopes, scopes);
    let fewer = wish(Scopes::from_iter([Scope::Read]));
    assert!(partners.node.key_create(&by_key, person, fewer).await.is_ok());
    for more in [Scopes::ALL, Scopes::from_iter([Scope::Read, Scope::Admin])] {
        assert!(partners.node.key_create(&by_key, person, wish(more)).await.is_err());
    }
    assert!(
        partners
            .node
            .password_change(&by_key, person, "another long password")
            .await
            .is_err()
    );
    let somebody = |password: Option<&str>| PersonWish {
        member: operator.principal.member.unwrap(),
        login: "second".to_owned(),
        name: "Second".to_owned(),
        role: Role::Operator,
        password: password.map(str::to_owned),
    };
    assert!(
        partners
            .node
            .person_create(&by_key, somebody(Some("another long password")))
            .await
            .is_err()
    );
    assert!(partners.node.person_create(&by_key, somebody(None)).await.is_ok());
}

fn needs_proof<T: std::fmt::Debug>(result: Result<T, node::Error>) -> bool {
    matches!(result, Err(node::Error::ProofNeeded(_)))
}

/// What who stole a session would do first. Gives how many of these ask for a proof.
async fn dangerous(partners: &Partners, caller: &Caller) -> usize {
    let (node, person) = (&partners.node, caller.principal.person.unwrap());
    let wish = |scopes| KeyWish {
        label: "program".to_owned(),
        scopes,
        ..KeyWish::default()
    };
    let asked = [
        needs_proof(node.factor_enrol(caller).await),
        needs_proof(node.password_change(caller, person, "another long password").await),
        needs_proof(node.key_create(caller, person, wish(Scopes::ALL)).await),
        needs_proof(
            node.key_create(caller, person, wish(Scopes::from_iter([Scope::Members])))
                .await,
        ),
        needs_proof(
            node.notices_set(
                caller,
                person,
                Some("eve@example.org".to_owned()),
                store::NoticeWish::Daily,
            )
            .await,
        ),
    ];
    // What a key of narrow scope can do, the session can do anyway.
    let narrow = wish(Scopes::from_iter([Scope::Read, Scope::Share]));
    assert!(node.key_create(caller, person, narrow).await.is_ok());
    assert!(
        node.notices_set(caller, person, None, store::NoticeWish::Daily)
            .await
            .is_ok()
    );
    asked.into_iter().filter(|needed| *needed).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stolen_session_takes_over_nothing_without_the_password() {
    let partners = Partners::new().await;
    let began = begin(&partners, None).await.unwrap();
    partners.pass_hours(1);
    let caller = enter(&partners, &began.token).await.unwrap();
    assert_eq!(dangerous(&partners, &caller).await, 5);
    assert_eq!(partners.node.session_ways(&caller).await.unwrap().names(), ["password"]);
    for guess in ["a guess of twelve", &began.token] {
        let refused = partners.node.session_step_up(&caller, Shown::Password(guess)).await;
        assert!(refused.is_err(), "{guess}");
    }
    let until = partners
        .node
        .session_step_up(&caller, Shown::Password(PASSWORD))
        .await
        .unwrap();
    assert_eq!(until, partners.now().plus_micros(PROOF_MICROS));
    let caller = enter(&partners, &began.token).await.unwrap();
    assert!(partners.node.factor_enrol(&caller).await.is_ok());
    // Each proof is for a while, also where the session was seen a moment before.
    partners.pass_hours(1);
    let caller = enter(&partners, &began.token).await.unwrap();
    assert!(needs_proof(partners.node.factor_enrol(&caller).await));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proof_is_not_guessed_and_where_there_is_a_factor_the_password_is_none() {
    let partners = Partners::new().await;
    let (secret, _) = factor(&partners).await;
    partners.pass_hours(1);
    let began = begin(&partners, Some(&code_now(&partners, &secret))).await.unwrap();
    partners.pass_hours(1);
    let caller = enter(&partners, &began.token).await.unwrap();
    let node = &partners.node;
    let shown = node.session_step_up(&caller, Shown::Password(PASSWORD)).await;
    assert!(matches!(shown, Err(SignInError::FactorNeeded)), "{shown:?}");
    let code = code_now(&partners, &secret);
    node.session_step_up(&caller, Shown::Code(&code)).await.unwrap();
    let mut slowed = false;
    for _ in 0..4 {
        let guess = node.session_step_up(&caller, Shown::Code("000000")).await;
        slowed |= matches!(guess, Err(SignInError::TooManyFailures { .. }));
    }
    assert!(slowed);
    // Its person signs in all the same.
    partners.pass_hours(1);
    assert!(begin(&partners, Some(&code_now(&partners, &secret))).await.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn no_key_does_what_its_person_has_to_be_there_for() {
    let partners = Partners::new().await;
    let operator = partners.caller("operator").await;
    let own = operator.principal.person.unwrap();
    let wish = KeyWish {
        label: "program".to_owned(),
        ..KeyWish::default()
    };
    let (key, _) = partners.node.key_create(&operator, own, wish).await.unwrap();
    let by_key = enter(&partners, &key).await.unwrap();
    let cert = partners.caller("cert").await.principal.person.unwrap();
    let node = &partners.node;
    let hospital = partners.member("Example Hospital").await;
    let refused = [
        node.factor_enrol(&by_key).await.map(drop),
        node.factor_reset(&by_key, cert).await,
        node.password_change(&by_key, cert, "another long password").await,
        node.person_erase(&by_key, "cert", "cert").await.map(drop),
        node.member_state_change(&by_key, hospital, policy::MemberState::Left, "")
            .await
            .map(drop),
        node.session_ways(&by_key).await.map(drop),
    ];
    for refused in refused {
        assert!(matches!(refused, Err(node::Error::NotAllowed(_))), "{refused:?}");
    }
}
