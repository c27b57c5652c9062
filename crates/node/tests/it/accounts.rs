//! Signing in and being let out again: each change takes effect at the next request.

use std::net::IpAddr;

use node::intake::ShareRequest;
use node::partnership::KeyWish;
use node::{Caller, Presented, SignInError};

use crate::kit::partners::{FIRST, PASSWORD, Partners, object, object_id};

const HERE: &str = "192.0.2.7";

async fn sign_in(partners: &Partners, presented: Presented<'_>, from: &str) -> Result<Caller, SignInError> {
    let from: IpAddr = from.parse().unwrap();
    partners.node.sign_in(presented, from).await
}

fn basic(login: &'static str, password: &'static str) -> Presented<'static> {
    Presented::Basic { login, password }
}

async fn key(partners: &Partners, login: &str, wish: KeyWish) -> (String, store::Credential) {
    let caller = partners.caller(login).await;
    let wish = KeyWish {
        label: "a program".to_owned(),
        ..wish
    };
    let person = caller.principal.person.unwrap();
    partners.node.key_create(&caller, person, wish).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_lets_in_and_a_wrong_one_does_not() {
    let partners = Partners::new().await;
    assert!(sign_in(&partners, basic("cert", PASSWORD), HERE).await.is_ok());
    for (login, password) in [("cert", "wrong"), ("nobody", PASSWORD), ("cert", ""), ("", PASSWORD)] {
        let refused = sign_in(&partners, basic(login, password), HERE).await;
        assert!(matches!(refused, Err(SignInError::Wrong)), "{login}");
    }
    assert!(matches!(
        sign_in(&partners, Presented::Nothing, HERE).await,
        Err(SignInError::Missing)
    ));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_suspended_member_is_out_at_the_next_request_and_its_caller_sees_nothing_more() {
    let partners = Partners::new().await;
    partners
        .share("cert", &partners.to_all(None), object(1, FIRST, ""))
        .await;
    let (secret, _) = key(&partners, "hospital", KeyWish::default()).await;
    assert!(sign_in(&partners, basic("hospital", PASSWORD), HERE).await.is_ok());
    assert!(sign_in(&partners, Presented::Bearer(&secret), HERE).await.is_ok());
    let operator = partners.caller("operator").await;
    let hospital = partners.member("Example Hospital").await;
    partners.node.member_activate(&operator, hospital, false).await.unwrap();
    assert!(sign_in(&partners, basic("hospital", PASSWORD), HERE).await.is_err());
    assert!(sign_in(&partners, Presented::Bearer(&secret), HERE).await.is_err());
    assert!(partners.node.local_caller("hospital").await.is_err());
    partners.node.member_activate(&operator, hospital, true).await.unwrap();
    assert!(sign_in(&partners, Presented::Bearer(&secret), HERE).await.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn who_left_a_community_sees_nothing_more_of_it() {
    let partners = Partners::new().await;
    partners
        .share("waterworks", &partners.to_water(None), object(1, FIRST, ""))
        .await;
    let before = sign_in(&partners, basic("cert", PASSWORD), HERE).await.unwrap();
    assert!(partners.node.show(&before, &object_id(1), 0).await.is_ok());
    let operator = partners.caller("operator").await;
    let cert = partners.member("Example CERT").await;
    partners
        .node
        .membership_end(&operator, partners.water, cert)
        .await
        .unwrap();
    let after = sign_in(&partners, basic("cert", PASSWORD), HERE).await.unwrap();
    assert!(partners.node.show(&after, &object_id(1), 0).await.is_err());
    assert!(partners.node.collection(&after, "water-works").await.unwrap().is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_key_is_out_at_the_next_request() {
    let partners = Partners::new().await;
    let (secret, credential) = key(&partners, "cert", KeyWish::default()).await;
    assert!(sign_in(&partners, Presented::Bearer(&secret), HERE).await.is_ok());
    let caller = partners.caller("cert").await;
    let person = caller.principal.person.unwrap();
    partners.node.key_revoke(&caller, person, credential.id).await.unwrap();
    let refused = sign_in(&partners, Presented::Bearer(&secret), HERE).await;
    assert!(matches!(refused, Err(SignInError::Wrong)));
    // Nobody ends a key of somebody else.
    let (_, other) = key(&partners, "hospital", KeyWish::default()).await;
    assert!(partners.node.key_revoke(&caller, person, other.id).await.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_tells_when_it_was_used_last() {
    let partners = Partners::new().await;
    let (secret, made) = key(&partners, "cert", KeyWish::default()).await;
    let owner = partners.caller("cert").await;
    let used = async || {
        let keys = partners.node.keys(&owner, made.person).await.unwrap();
        keys.into_iter().find(|one| one.id == made.id).unwrap().last_used
    };
    assert_eq!(used().await, None);
    assert!(sign_in(&partners, Presented::Bearer("cw_wrong"), HERE).await.is_err());
    assert_eq!(used().await, None);
    sign_in(&partners, Presented::Bearer(&secret), HERE).await.unwrap();
    assert!(used().await.is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_ends_when_it_says() {
    let partners = Partners::new().await;
    let wish = KeyWish {
        expires: Some(partners.now().plus_micros(86_400_000_000)),
        ..KeyWish::default()
    };
    let (secret, _) = key(&partners, "cert", wish).await;
    assert!(sign_in(&partners, Presented::Bearer(&secret), HERE).await.is_ok());
    partners.pass_days(1);
    assert!(sign_in(&partners, Presented::Bearer(&secret), HERE).await.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_works_from_its_networks_only() {
    let partners = Partners::new().await;
    let wish = KeyWish {
        addresses: vec!["192.0.2.0/28".to_owned(), "2001:db8::/32".to_owned()],
        ..KeyWish::default()
    };
    let (secret, _) = key(&partners, "cert", wish).await;
    for (from, allowed) in [
        (HERE, true),
        ("::ffff:192.0.2.7", true),
        ("2001:db8::1", true),
        ("192.0.2.16", false),
    ] {
        let answer = sign_in(&partners, Presented::Bearer(&secret), from).await;
        assert_eq!(answer.is_ok(), allowed, "{from}");
    }
    let again = sign_in(&partners, Presented::Bearer(&secret), "203.0.113.1").await;
    assert!(matches!(again, Err(SignInError::AddressNotAllowed)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_read_only_key_reads_and_changes_nothing() {
    let partners = Partners::new().await;
    partners
        .share("cert", &partners.to_all(None), object(1, FIRST, ""))
        .await;
    let wish = KeyWish {
        read_only: true,
        ..KeyWish::default()
    };
    let (secret, _) = key(&partners, "cert", wish).await;
    let caller = sign_in(&partners, Presented::Bearer(&secret), HERE).await.unwrap();
    assert!(partners.node.show(&caller, &object_id(1), 0).await.is_ok());
    let request = ShareRequest {
        channel: "api".to_owned(),
        handling: partners.to_all(None),
        ..ShareRequest::default()
    };
    let shared = partners
        .node
        .share_bytes(&caller, request, object(2, FIRST, "").into_bytes())
        .await;
    assert_eq!(shared.unwrap_err().to_string(), "this key may only read");
    let person = caller.principal.person.unwrap();
    assert!(
        partners
            .node
            .key_create(
                &caller,
                person,
                KeyWish {
                    label: "more".to_owned(),
                    ..KeyWish::default()
                }
            )
            .await
            .is_err()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn who_guesses_is_slowed_and_who_knows_is_not_locked_out_elsewhere() {
    let partners = Partners::new().await;
    for _ in 0..10 {
        let refused = sign_in(&partners, basic("cert", "guess"), HERE).await;
        assert!(matches!(refused, Err(SignInError::Wrong)));
    }
    let slowed = sign_in(&partners, basic("cert", PASSWORD), HERE).await;
    assert!(matches!(slowed, Err(SignInError::TooManyFailures { .. })));
    assert!(
        sign_in(&partners, basic("cert", PASSWORD), "198.51.100.1")
            .await
            .is_ok()
    );
    partners.pass_days(1);
    assert!(sign_in(&partners, basic("cert", PASSWORD), HERE).await.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_password_ends_the_old_one_at_once() {
    let partners = Partners::new().await;
    assert!(sign_in(&partners, basic("cert", PASSWORD), HERE).await.is_ok());
    let caller = partners.caller("cert").await;
    let person = caller.principal.person.unwrap();
    partners
        .node
        .password_change(&caller, person, "another good password")
        .await
        .unwrap();
    assert!(sign_in(&partners, basic("cert", PASSWORD), HERE).await.is_err());
    assert!(
        sign_in(&partners, basic("cert", "another good password"), HERE)
            .await
            .is_ok()
    );
    let stranger = partners.caller("hospital").await;
    assert!(
        partners
            .node
            .password_change(&stranger, person, "another good password")
            .await
            .is_err()
    );
    let short = partners.node.password_change(&caller, person, "short").await;
    insta::assert_snapshot!(short.unwrap_err(), @r#"a password needs at least 12 characters; a few words are easy to remember"#);
}
