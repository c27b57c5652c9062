//! Webhooks: a member's program is told once, by messages that it can verify, however often its server is away.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use node::commitments::{CommitmentWish, Owing};
use node::partnership::PersonWish;
use node::webhooks::{Rules, WebhookWish};
use policy::Role;
use ring::hmac;
use serde_json::Value;
use uuid::Uuid;

use crate::kit::partners::{FIRST, Partners, object, object_id};
use crate::kit::web::{Answer, Asked, Web};

/// A coordinator of a member.
async fn coordinator(partners: &Partners, login: &str, member: &str) {
    let wish = PersonWish {
        member: partners.member(member).await,
        login: login.to_owned(),
        name: "A coordinator".to_owned(),
        role: Role::Coordinator,
        password: None,
    };
    let operator = partners.caller("operator").await;
    partners.node.person_create(&operator, wish).await.unwrap();
}

/// Partners whose node may post to loopback, and whose waterworks has a webhook there.
async fn stage(kinds: &[&str], web: &Web) -> (Partners, String, Uuid) {
    let rules = Rules {
        http: true,
        networks: vec!["127.0.0.0/8".to_owned()],
    };
    let partners = Partners::with(|settings| settings.webhooks = rules).await;
    let wish = WebhookWish {
        url: web.url("/hook"),
        kinds: kinds.iter().map(|kind| (*kind).to_owned()).collect(),
    };
    coordinator(&partners, "water-admin", "Example Waterworks").await;
    let caller = partners.caller("water-admin").await;
    let (secret, made) = partners.node.webhook_make(&caller, wish).await.unwrap();
    (partners, secret, made.hook.terms.uuid)
}

/// What a receiver does: verifies as standardwebhooks.com says, and reads.
fn verified(asked: &Asked, secret: &str) -> Value {
    let key = STANDARD.decode(secret.strip_prefix("whsec_").unwrap()).unwrap();
    let (id, time) = (asked.header("webhook-id"), asked.header("webhook-timestamp"));
    let signed = format!("{id}.{time}.{}", asked.body);
    let signature = asked.header("webhook-signature").strip_prefix("v1,").unwrap();
    let tag = STANDARD.decode(signature).unwrap();
    hmac::verify(&hmac::Key::new(hmac::HMAC_SHA256, &key), signed.as_bytes(), &tag).unwrap();
    assert_eq!(
        (asked.method.as_str(), asked.header("content-type")),
        ("POST", "application/json")
    );
    serde_json::from_str(&asked.body).unwrap()
}

fn kinds(asked: &[Asked], secret: &str) -> Vec<String> {
    let kind = |one: &Asked| verified(one, secret)["type"].as_str().unwrap().to_owned();
    asked.iter().map(kind).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_new_is_posted_once_signed_and_without_the_item() {
    let web = Web::start(|_| Answer::of(204, "")).await;
    let (partners, secret, hook) = stage(&[], &web).await;
    let node = &partners.node;
    partners
        .share(
            "cert",
            &partners.to_all(None),
            object(1, FIRST, r#","x_note":"kanari""#),
        )
        .await;
    let report = node.webhooks_due(partners.now()).await.unwrap();
    assert_eq!((report.written, report.arrived, report.failed), (1, 1, 0));
    let asked = web.asked();
    assert_eq!(asked.len(), 1);
    let said = verified(&asked[0], &secret);
    assert_eq!(said["type"], "object-added");
    assert_eq!(said["data"]["object"]["id"], object_id(1));
    assert!(!asked[0].body.contains("kanari"), "{}", asked[0].body);
    assert!(asked[0].header("webhook-id").starts_with("msg_"));
    let now = partners.now().micros() / 1_000_000;
    assert_eq!(asked[0].header("webhook-timestamp"), now.to_string());
    assert_eq!(node.webhooks_due(partners.now()).await.unwrap().arrived, 0);
    // What is for others is told to nobody here.
    partners
        .share("city", &partners.to_all(None), object(2, FIRST, ""))
        .await;
    let operator = partners.caller("operator").await;
    let waterworks = partners.member("Example Waterworks").await;
    node.membership_end(&operator, partners.all, waterworks).await.unwrap();
    partners
        .share("city", &partners.to_all(None), object(3, FIRST, ""))
        .await;
    node.webhooks_due(partners.now()).await.unwrap();
    assert!(web.asked().iter().all(|asked| !asked.body.contains(&object_id(3))));
    // A suspended member is told nothing, and what waited is told when it is back.
    let caller = partners.caller("water-admin").await;
    node.webhook_test(&caller, hook).await.unwrap();
    node.member_activate(&operator, waterworks, false).await.unwrap();
    assert_eq!(node.webhooks_due(partners.now()).await.unwrap().arrived, 0);
    node.member_activate(&operator, waterworks, true).await.unwrap();
    assert_eq!(node.webhooks_due(partners.now()).await.unwrap().arrived, 1);
    assert_eq!(kinds(&web.asked(), &secret), ["test"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn reminders_and_digests_go_to_webhooks_as_they_go_to_people() {
    let web = Web::start(|_| Answer::ok("")).await;
    let (partners, secret, _) = stage(&["reminder", "digest"], &web).await;
    let node = &partners.node;
    partners
        .share("cert", &partners.to_all(None), object(1, FIRST, ""))
        .await;
    let wish = CommitmentWish {
        kind: "acknowledge".to_owned(),
        subject: object_id(1),
        owing: Owing::Members(vec![partners.member("Example Waterworks").await]),
        because: "a-secret-rule".to_owned(),
        clock: Some("72 hours, Europe/Madrid".parse().unwrap()),
        escalation: None,
    };
    let caller = partners.caller("cert").await;
    let made = node.commitments_make(&caller, wish).await.unwrap();
    // Nobody has an e-mail address.
    for _ in 0..2 {
        node.commitments_due(partners.now()).await.unwrap();
        node.webhooks_due(partners.now()).await.unwrap();
    }
    let asked = web.asked();
    assert_eq!(kinds(&asked, &secret), ["reminder"]);
    let said = verified(&asked[0], &secret);
    assert_eq!(said["data"]["commitment"], made[0].terms.uuid.to_string());
    assert_eq!(
        (&said["data"]["side"], &said["data"]["overdue"]),
        (&"owes".into(), &false.into())
    );
    assert!(!asked[0].body.contains("secret") && !asked[0].body.contains(&object_id(1)));
    partners.pass_days(1);
    for _ in 0..2 {
        node.webhooks_due(partners.now()).await.unwrap();
    }
    let asked = web.asked();
    assert_eq!(kinds(&asked, &secret), ["digest"]);
    let said = verified(&asked[0], &secret);
    assert_eq!(said["data"]["owed"][0]["id"], made[0].terms.uuid.to_string());
    assert_eq!(said["data"]["overdue"], 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_arrive_is_tried_again_under_the_same_name_and_given_up_in_the_end() {
    let web = Web::start(|_| Answer::of(500, "no")).await;
    let (partners, secret, hook) = stage(&["object-added"], &web).await;
    let node = &partners.node;
    partners
        .share("cert", &partners.to_all(None), object(1, FIRST, ""))
        .await;
    let after = |seconds: i64| partners.now().plus_micros(seconds * 1_000_000);
    assert_eq!(node.webhooks_due(partners.now()).await.unwrap().failed, 1);
    // Not at once, but after five seconds, then five minutes.
    assert_eq!(node.webhooks_due(after(4)).await.unwrap().failed, 0);
    assert_eq!(node.webhooks_due(after(5)).await.unwrap().failed, 1);
    assert_eq!(node.webhooks_due(after(200)).await.unwrap().failed, 0);
    let caller = partners.caller("water-admin").await;
    let shown = node.webhook(&caller, hook).await.unwrap();
    assert_eq!((shown.waiting, shown.hook.enabled), (1, true));
    assert!(shown.hook.failing_since.is_some());
    assert!(shown.hook.last_error.unwrap().contains("500"));
    web.answer_with(|_| Answer::ok("thanks"));
    assert_eq!(node.webhooks_due(after(310)).await.unwrap().arrived, 1);
    let asked = web.asked();
    let ids: BTreeSet<&str> = asked.iter().map(|asked| asked.header("webhook-id")).collect();
    let times: BTreeSet<&str> = asked.iter().map(|asked| asked.header("webhook-timestamp")).collect();
    assert_eq!((asked.len(), ids.len(), times.len()), (3, 1, 3));
    asked.iter().for_each(|asked| drop(verified(asked, &secret)));
    let shown = node.webhook(&caller, hook).await.unwrap();
    assert_eq!((shown.waiting, shown.hook.failing_since), (0, None));
    // The other side may ask for a longer pause.
    web.answer_with(|_| Answer::of(429, "").with("Retry-After", "600"));
    node.webhook_test(&caller, hook).await.unwrap();
    node.webhooks_due(after(400)).await.unwrap();
    assert_eq!(node.webhooks_due(after(900)).await.unwrap().failed, 0);
    // A redirection is not followed.
    let elsewhere = web.url("/elsewhere");
    web.answer_with(move |_| Answer::of(302, "").with("Location", elsewhere.clone()));
    assert_eq!(node.webhooks_due(after(1_001)).await.unwrap().failed, 1);
    assert!(web.asked().iter().all(|asked| asked.path == "/hook"));
    // Days without one that arrives.
    web.answer_with(|_| Answer::of(503, ""));
    let mut at = after(2_000);
    let (mut given_up, mut off) = (0, 0);
    for _ in 0..30 {
        at = at.plus_micros(12 * 3_600_000_000);
        let report = node.webhooks_due(at).await.unwrap();
        given_up += report.given_up;
        off += report.switched_off;
    }
    assert_eq!((given_up, off), (1, 1));
    let shown = node.webhook(&caller, hook).await.unwrap();
    assert!(!shown.hook.enabled && shown.hook.last_error.unwrap().contains("switched off"));
    let refused = node.webhook_test(&caller, hook).await.unwrap_err();
    assert!(matches!(refused, node::Error::Conflict(_)), "{refused}");
    // Switched on again, it works again.
    web.answer_with(|_| Answer::ok(""));
    node.webhook_change(&caller, hook, None, Some(true)).await.unwrap();
    node.webhook_test(&caller, hook).await.unwrap();
    assert_eq!(node.webhooks_due(at).await.unwrap().arrived, 1);
    // Gone is gone.
    web.answer_with(|_| Answer::of(410, ""));
    node.webhook_test(&caller, hook).await.unwrap();
    assert_eq!(node.webhooks_due(at).await.unwrap().switched_off, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_goes_where_the_operator_allows_and_a_webhook_is_its_members_own() {
    let web = Web::start(|_| Answer::ok("")).await;
    let (partners, secret, hook) = stage(&[], &web).await;
    let node = &partners.node;
    let caller = partners.caller("water-admin").await;
    for url in [
        "http://10.0.0.1/",
        "https://192.168.1.1/",
        "file:///etc/passwd",
        "http://[::1]:80/",
    ] {
        let wish = WebhookWish::everything(url);
        let refused = node.webhook_make(&caller, wish).await.unwrap_err();
        assert!(refused.to_string().contains("address"), "{url}: {refused}");
    }
    // A name that leads inside is refused when it is looked up.
    let wish = WebhookWish::everything(&format!("http://localhost:{}/", web.port));
    let strict = Partners::with(|settings| settings.webhooks.http = true).await;
    coordinator(&strict, "water-admin", "Example Waterworks").await;
    let of_strict = strict.caller("water-admin").await;
    let (_, made) = strict.node.webhook_make(&of_strict, wish).await.unwrap();
    strict
        .node
        .webhook_test(&of_strict, made.hook.terms.uuid)
        .await
        .unwrap();
    assert_eq!(strict.node.webhooks_due(strict.now()).await.unwrap().failed, 1);
    assert!(web.asked().is_empty());
    let shown = strict.node.webhook(&of_strict, made.hook.terms.uuid).await.unwrap();
    assert!(shown.hook.last_error.unwrap().contains("not a public one"));
    // Others neither see nor touch it, and the secret lies nowhere in the clear.
    coordinator(&partners, "cert-admin", "Example CERT").await;
    let other = partners.caller("cert-admin").await;
    assert!(node.webhooks(&other, None, 10).await.unwrap().is_empty());
    assert!(matches!(
        node.webhook(&other, hook).await,
        Err(node::Error::NotFound(_))
    ));
    assert!(matches!(
        node.webhook_delete(&other, hook).await,
        Err(node::Error::NotFound(_))
    ));
    let kept = node.store().webhook_get(hook).await.unwrap().unwrap();
    let key = STANDARD.decode(secret.strip_prefix("whsec_").unwrap()).unwrap();
    assert!(!kept.terms.sealed.windows(key.len()).any(|part| part == key));
    // Who is no coordinator decides nothing here.
    let analyst = partners.caller("waterworks").await;
    assert!(node.webhooks(&analyst, None, 10).await.is_err());
    for _ in 0..9 {
        node.webhook_make(&caller, WebhookWish::everything(&web.url("/x")))
            .await
            .unwrap();
    }
    let full = node
        .webhook_make(&caller, WebhookWish::everything(&web.url("/x")))
        .await;
    assert!(matches!(full, Err(node::Error::Conflict(_))));
    node.webhook_delete(&caller, hook).await.unwrap();
    assert_eq!(node.webhooks(&caller, None, 100).await.unwrap().len(), 9);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_secret_signs_beside_the_one_before_until_that_is_over() {
    let web = Web::start(|_| Answer::of(204, "")).await;
    let (partners, first, hook) = stage(&["object-added"], &web).await;
    let node = &partners.node;
    let caller = partners.caller("water-admin").await;
    let (second, shown) = node.webhook_rotate(&caller, hook, 24).await.unwrap();
    assert_eq!(shown.hook.before.unwrap().1, partners.now().plus_micros(86_400_000_000));
    let posted = async || {
        node.webhook_test(&caller, hook).await.unwrap();
        assert_eq!(node.webhooks_due(partners.now()).await.unwrap().arrived, 1);
        web.asked().remove(0)
    };
    let both = posted().await;
    let signatures: Vec<&str> = both.header("webhook-signature").split(' ').collect();
    assert_eq!(signatures.len(), 2);
    for (secret, signature) in [(&second, signatures[0]), (&first, signatures[1])] {
        let mut one = both.clone();
        one.headers.insert("webhook-signature".to_owned(), signature.to_owned());
        verified(&one, secret);
    }
    partners.pass_hours(24);
    let one = posted().await;
    verified(&one, &second);
    node.retention_run(partners.now()).await.unwrap();
    let kept = node.store().webhook_get(hook).await.unwrap().unwrap();
    assert_eq!(kept.before, None, "what signs nothing any more is gone");
    // Where it leaked, the one before ends at once.
    let (third, _) = node.webhook_rotate(&caller, hook, 0).await.unwrap();
    verified(&posted().await, &third);
    let other = partners.caller("cert").await;
    assert!(node.webhook_rotate(&other, hook, 0).await.is_err());
}
