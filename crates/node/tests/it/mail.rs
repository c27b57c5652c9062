//! What is due reaches people by e-mail: once, at once or once a day, through a server that may be away.

use std::sync::Arc;

use node::commitments::{CommitmentWish, Owing};
use node::mail::{MailSettings, Mailer, Security};
use rcgen::{CertificateParams, CertifiedIssuer, KeyPair};
use store::NoticeWish;
use tokio_rustls::TlsAcceptor;
use uuid::Uuid;

use crate::kit::partners::{FIRST, Partners, object, object_id};
use crate::kit::smtp::Smtp;

fn mailer(server: &Smtp) -> Mailer {
    let settings = MailSettings {
        server: "127.0.0.1".to_owned(),
        port: Some(server.port),
        security: Security::None,
        from: "Commonwatch <watch@city.example>".to_owned(),
        ..MailSettings::default()
    };
    Mailer::new(&settings).unwrap()
}

async fn tell(partners: &Partners, login: &str, email: Option<&str>, wish: NoticeWish) {
    let caller = partners.caller(login).await;
    let person = caller.principal.person.unwrap();
    let email = email.map(str::to_owned);
    partners.node.notices_set(&caller, person, email, wish).await.unwrap();
}

/// The CERT shares indicators and asks the water works to acknowledge them.
async fn stage(count: u32) -> (Partners, Vec<Uuid>) {
    let partners = Partners::new().await;
    let mut made = Vec::new();
    for number in 1..=count {
        let named = object(number, FIRST, "").replace(&format!("n{number}"), "a-secret-title");
        partners.share("cert", &partners.to_all(None), named).await;
        let wish = CommitmentWish {
            kind: "acknowledge".to_owned(),
            subject: object_id(number),
            owing: Owing::Members(vec![partners.member("Example Waterworks").await]),
            because: "a-secret-rule".to_owned(),
            clock: Some("72 hours, Europe/Madrid".parse().unwrap()),
            escalation: None,
        };
        let caller = partners.caller("cert").await;
        made.push(
            partners.node.commitments_make(&caller, wish).await.unwrap()[0]
                .terms
                .uuid,
        );
    }
    (partners, made)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_is_told_once_and_not_what_the_item_says() {
    let (partners, made) = stage(1).await;
    tell(&partners, "waterworks", Some("ada@water.example"), NoticeWish::AtOnce).await;
    let server = Smtp::start(None).await;
    let (node, mailer) = (&partners.node, mailer(&server));
    assert_eq!(node.commitments_due(partners.now()).await.unwrap().notices, 1);
    assert_eq!(node.commitments_due(partners.now()).await.unwrap().notices, 0);
    let sent = node.mail_due(partners.now(), &mailer).await.unwrap();
    assert_eq!((sent.messages, sent.notices, sent.error), (1, 1, None));
    assert_eq!(node.mail_due(partners.now(), &mailer).await.unwrap().messages, 0);
    let taken = server.taken();
    assert_eq!(taken.len(), 1);
    assert_eq!(taken[0].to, "RCPT TO:<ada@water.example>");
    let text = &taken[0].text;
    for part in [
        "Subject: Due 2026-11-26 01:00 Europe/Madrid: acknowledge an item",
        "From: Commonwatch <watch@city.example>",
        "Auto-Submitted: auto-generated",
        "Date: Mon, 23 Nov 2026 00:00:00 +0000",
        "Example Waterworks owes to Example CERT",
        &made[0].to_string(),
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert!(!text.contains("secret") && !text.contains(&object_id(1)), "{text}");
    // A day before it is due, and after it is kept no more.
    partners.pass_days(2);
    assert_eq!(node.commitments_due(partners.now()).await.unwrap().notices, 1);
    let caller = partners.caller("waterworks").await;
    node.commitment_keep(&caller, made[0], None).await.unwrap();
    assert_eq!(node.mail_due(partners.now(), &mailer).await.unwrap().messages, 0);
    partners.pass_days(30);
    assert_eq!(node.commitments_due(partners.now()).await.unwrap().commitments, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_digest_comes_once_a_day_and_whoever_wants_none_gets_none() {
    let (partners, _) = stage(3).await;
    tell(&partners, "waterworks", Some("ada@water.example"), NoticeWish::Daily).await;
    let server = Smtp::start(None).await;
    let (node, mailer) = (&partners.node, mailer(&server));
    assert_eq!(node.commitments_due(partners.now()).await.unwrap().notices, 3);
    assert_eq!(node.mail_due(partners.now(), &mailer).await.unwrap().messages, 0);
    partners.pass_days(1);
    let sent = node.mail_due(partners.now(), &mailer).await.unwrap();
    assert_eq!((sent.messages, sent.notices), (1, 3));
    assert!(server.taken()[0].text.contains("Subject: 3 things are due"));
    tell(&partners, "waterworks", Some("ada@water.example"), NoticeWish::None).await;
    partners.pass_days(1);
    let told = node.commitments_due(partners.now()).await.unwrap();
    assert_eq!((told.commitments, told.notices), (3, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_server_does_not_take_is_tried_again_and_given_up_in_the_end() {
    let (partners, _) = stage(1).await;
    tell(&partners, "waterworks", Some("ada@water.example"), NoticeWish::AtOnce).await;
    let server = Smtp::start(None).await;
    let (node, mailer) = (&partners.node, mailer(&server));
    node.commitments_due(partners.now()).await.unwrap();
    server.refusals.lock().unwrap().push("451 later");
    let failed = node.mail_due(partners.now(), &mailer).await.unwrap();
    assert!(failed.error.unwrap().contains("451"), "{}", failed.messages);
    // Not at once, but after a minute.
    assert_eq!(node.mail_due(partners.now(), &mailer).await.unwrap().messages, 0);
    let minute = |minutes: i64| partners.now().plus_micros(minutes * 60_000_000);
    assert_eq!(node.mail_due(minute(1), &mailer).await.unwrap().messages, 1);
    assert_eq!(server.taken().len(), 1);
    // A server that is never there.
    let (partners, _) = stage(1).await;
    tell(&partners, "waterworks", Some("ada@water.example"), NoticeWish::AtOnce).await;
    let node = &partners.node;
    node.commitments_due(partners.now()).await.unwrap();
    let mut at = partners.now();
    let mut given_up = 0;
    for _ in 0..10 {
        server.refusals.lock().unwrap().push("550 no such person");
        given_up += node.mail_due(at, &mailer).await.unwrap().given_up;
        at = at.plus_micros(12 * 3_600_000_000);
    }
    assert_eq!((given_up, server.taken().len()), (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn mail_goes_over_tls_to_a_server_of_an_authority_of_ones_own() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut authority = CertificateParams::new(Vec::new()).unwrap();
    authority.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let leaf = CertificateParams::new(vec!["127.0.0.1".to_owned()]).unwrap();
    let leaf = leaf.signed_by(&key, &authority).unwrap();
    let key = rustls::pki_types::PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    let config = rustls::ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(vec![leaf.der().clone()], key)
        .unwrap();
    let server = Smtp::start(Some(TlsAcceptor::from(Arc::new(config)))).await;
    let (partners, _) = stage(1).await;
    tell(&partners, "waterworks", Some("ada@water.example"), NoticeWish::AtOnce).await;
    partners.node.commitments_due(partners.now()).await.unwrap();
    let settings = |authorities| MailSettings {
        server: "127.0.0.1".to_owned(),
        port: Some(server.port),
        security: Security::StartTls,
        from: "watch@city.example".to_owned(),
        login: Some(("watch".to_owned(), "hunter2".to_owned())),
        authorities,
    };
    let strange = Mailer::new(&settings(None)).unwrap();
    let failed = partners.node.mail_due(partners.now(), &strange).await.unwrap();
    assert!(failed.error.is_some() && server.taken().is_empty(), "{failed:?}");
    partners.pass_days(1);
    let known = Mailer::new(&settings(Some(authority.pem().into_bytes()))).unwrap();
    let sent = partners.node.mail_due(partners.now(), &known).await.unwrap();
    assert_eq!((sent.messages, sent.error), (1, None));
    assert!(server.taken()[0].signed_in);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_confirm_is_told_that_something_waits_and_a_person_that_their_account_changed() {
    let partners = Partners::new().await;
    let node = &partners.node;
    for (login, member) in [("second", "Example CERT"), ("third", "Example CERT")] {
        let role = if login == "second" {
            policy::Role::Operator
        } else {
            policy::Role::Coordinator
        };
        crate::membership::person(&partners, login, member, role).await;
        tell(
            &partners,
            login,
            Some(&format!("{login}@cert.example")),
            NoticeWish::Daily,
        )
        .await;
    }
    tell(&partners, "operator", Some("operator@city.example"), NoticeWish::AtOnce).await;
    tell(&partners, "cert", Some("cert@cert.example"), NoticeWish::None).await;
    let server = Smtp::start(None).await;
    let mailer = mailer(&server);
    let operator = partners.caller("operator").await;
    let key = store::MemberKey::Name("Example Waterworks");
    let member = node.store().member_get(key).await.unwrap().unwrap().uuid;
    let expel = node::proposals::Act::Expel { member };
    node.proposal_make(&operator, &expel, "a-secret-reason").await.unwrap();
    for login in ["second", "cert"] {
        let person = partners.caller(login).await.principal.person.unwrap();
        node.password_change(&operator, person, "another long password")
            .await
            .unwrap();
    }
    node.mail_due(partners.now(), &mailer).await.unwrap();
    let taken = server.taken();
    let to: Vec<&str> = taken.iter().map(|one| one.to.as_str()).collect();
    assert_eq!(to, ["RCPT TO:<second@cert.example>"]);
    for part in [
        "A second person is asked for",
        "operator proposed something",
        "the password was changed",
    ] {
        assert!(taken[0].text.contains(part), "{}", taken[0].text);
    }
    assert!(!taken[0].text.contains("a-secret-reason") && !taken[0].text.contains("Waterworks"));
}
