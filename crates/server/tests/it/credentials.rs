//! No path raises a privilege or touches the credential of another: every route that changes people, keys, sessions or
//! second factors, as somebody of another member, as a lower role, with a key that was not made for it, and with a session
//! whose person has not shown lately that it is them.

use std::collections::BTreeMap;

use stix::Timestamp;

use super::kit::{Answer, Kit, PASSWORD};

/// What a request is sent with.
#[derive(Clone, Copy, PartialEq, Eq)]
enum With {
    /// Whatever may be done with any sign-in of the right role.
    Anything,
    /// A session that was proven lately, or a key.
    ProofOrKey,
    /// A session that was proven lately, and no key.
    Proof,
}

/// What changes credentials or people, tried on `{login}`, who is somebody else unless the path has no such part.
const ATTEMPTS: &[(&str, &str, &str, With)] = &[
    (
        "PUT",
        "/api/v1/people/{login}/password",
        r#"{"password":"another long password"}"#,
        With::Proof,
    ),
    (
        "PATCH",
        "/api/v1/people/{login}",
        r#"{"role":"operator"}"#,
        With::ProofOrKey,
    ),
    (
        "PATCH",
        "/api/v1/people/{login}",
        r#"{"active":false}"#,
        With::ProofOrKey,
    ),
    ("DELETE", "/api/v1/people/{login}/factor", "", With::Proof),
    (
        "POST",
        "/api/v1/people/{login}/erase",
        r#"{"login":"{login}"}"#,
        With::Proof,
    ),
    (
        "POST",
        "/api/v1/keys?person={login}",
        r#"{"label":"x"}"#,
        With::ProofOrKey,
    ),
    (
        "POST",
        "/api/v1/keys?person={login}",
        r#"{"label":"x","scopes":["keys"]}"#,
        With::ProofOrKey,
    ),
    (
        "POST",
        "/api/v1/keys?person={login}",
        r#"{"label":"x","scopes":["read"]}"#,
        With::Anything,
    ),
    ("DELETE", "/api/v1/keys/{key}?person={login}", "", With::Anything),
    (
        "POST",
        "/api/v1/people/{login}/link",
        r#"{"provider":"city"}"#,
        With::Proof,
    ),
    ("DELETE", "/api/v1/links/1?person={login}", "", With::Anything),
    ("DELETE", "/api/v1/passkeys/1?person={login}", "", With::Proof),
    ("DELETE", "/api/v1/sessions?person={login}", "", With::Anything),
];

/// What somebody does for themselves, and who stole something of theirs would too.
const OWN: &[(&str, &str, &str, With)] = &[
    (
        "PUT",
        "/api/v1/peers/eve",
        r#"{"url":"https://eve.example/taxii2/","member":"Alder","settings":{}}"#,
        With::ProofOrKey,
    ),
    ("POST", "/api/v1/links", r#"{"provider":"city"}"#, With::Proof),
    ("POST", "/api/v1/passkeys/ask", "", With::Proof),
    (
        "POST",
        "/api/v1/passkeys",
        r#"{"note":"x","name":"x","credential":{}}"#,
        With::Proof,
    ),
    ("POST", "/api/v1/factor", "", With::Proof),
    ("POST", "/api/v1/factor/confirm", r#"{"code":"000000"}"#, With::Proof),
    (
        "PUT",
        "/api/v1/people/{self}/password",
        r#"{"password":"another long password"}"#,
        With::Proof,
    ),
    ("POST", "/api/v1/keys", r#"{"label":"x"}"#, With::ProofOrKey),
    (
        "PUT",
        "/api/v1/me/notices",
        r#"{"email":"eve@example.org"}"#,
        With::ProofOrKey,
    ),
    (
        "POST",
        "/api/v1/people",
        r#"{"member":"Alder","login":"eve","name":"Eve","role":"operator","password":"another long password"}"#,
        With::Proof,
    ),
    (
        "POST",
        "/api/v1/people",
        r#"{"member":"Alder","login":"eve","name":"Eve","role":"coordinator"}"#,
        With::ProofOrKey,
    ),
];

fn header(name: &str, value: &str) -> (String, String) {
    (name.to_owned(), value.to_owned())
}

async fn send(kit: &Kit, credential: &str, method: &str, path: &str, body: &str) -> Answer {
    let headers = [
        header("Authorization", &format!("Bearer {credential}")),
        header("Content-Type", "application/json"),
    ];
    let body = (!body.is_empty()).then_some(body.as_bytes());
    kit.send(method, path, &headers, body).await
}

/// Everything by which somebody signs in and what they may then, by login; of whom it is not, nothing may change.
async fn credentials(kit: &Kit, but: &[&str]) -> BTreeMap<String, String> {
    let store = kit.node.store();
    let mut all = BTreeMap::new();
    for person in store.person_list(None).await.unwrap() {
        if but.contains(&person.login.as_str()) {
            continue;
        }
        let mut keys = store.credential_list(person.id).await.unwrap();
        // A session moves on with use.
        keys.iter_mut()
            .for_each(|key| (key.last_used, key.expires) = (None, None));
        let factor = store.factor_get(person.id).await.unwrap();
        let email = store.addressee_get(person.id).await.unwrap();
        let (links, passkeys) = (store.link_list(person.id).await, store.passkey_list(person.id).await);
        let tied = (links.unwrap(), passkeys.unwrap());
        all.insert(
            person.login.clone(),
            format!("{person:?} {keys:?} {factor:?} {email:?} {tied:?}"),
        );
    }
    all
}

/// A session of somebody, proven long ago.
async fn stale(kit: &Kit, login: &str) -> String {
    let (token, id) = kit.session(login).await;
    let operator = kit.operator().await;
    let long_ago = Timestamp::from_micros(0);
    let store = kit.node.store();
    store.session_prove(&operator.principal, id, long_ago).await.unwrap();
    token
}

fn filled(text: &str, login: &str, own: &str, key: &str) -> String {
    text.replace("{login}", login)
        .replace("{self}", own)
        .replace("{key}", key)
}

/// The number of a key of somebody.
async fn key_of(kit: &Kit, login: &str) -> String {
    let person = kit.node.store().person_by_login(login).await.unwrap().unwrap();
    let keys = kit.node.store().credential_list(person.id).await.unwrap();
    keys.last().unwrap().id.0.to_string()
}

#[tokio::test]
async fn who_is_not_there_or_not_the_one_touches_no_credential_of_another() {
    let kit = Kit::start().await;
    let narrow = r#"{"label":"narrow","scopes":["read","share","commitments"]}"#;
    let made = kit.ask("alder-operator", "POST", "/api/v1/keys", Some(narrow)).await;
    let narrow = made.json()["secret"].as_str().unwrap().to_owned();
    let key = |who: &str| kit.authorization(who).unwrap().replace("Bearer ", "");
    let session_of_reader = kit.session("alder-reader").await.0;
    let (link, passkey) = kit.ways_in("alder-analyst", "7", "telephone").await;
    assert_eq!((link, passkey), (1, 1), "those that are tried below");
    let attackers = [
        (
            "another member's coordinator",
            "birch-coordinator",
            key("birch-coordinator"),
        ),
        ("a lower role", "alder-reader", key("alder-reader")),
        ("a lower role in a session", "alder-reader", session_of_reader),
        (
            "a key that may only read",
            "alder-analyst",
            key("alder-analyst-read-only"),
        ),
        ("a key without the scope", "alder-operator", narrow),
    ];
    for (what, own, credential) in attackers {
        let before = credentials(&kit, &[own]).await;
        for victim in ["alder-analyst", "alder-operator", "operator", "nobody"] {
            if victim == own {
                continue;
            }
            for (method, path, body, _) in ATTEMPTS {
                let number = if victim == "nobody" {
                    "1".to_owned()
                } else {
                    key_of(&kit, victim).await
                };
                let (path, body) = (filled(path, victim, own, &number), filled(body, victim, own, &number));
                let answer = send(&kit, &credential, method, &path, &body).await;
                assert!(
                    matches!(answer.status, 403 | 404),
                    "{what}: {method} {path}: {} {}",
                    answer.status,
                    answer.text()
                );
            }
        }
        assert_eq!(before, credentials(&kit, &[own]).await, "{what}");
    }
}

#[tokio::test]
async fn a_session_without_a_recent_proof_takes_over_nothing() {
    let kit = Kit::start().await;
    let token = stale(&kit, "alder-operator").await;
    let all = OWN.iter().chain(ATTEMPTS);
    let before = credentials(&kit, &[]).await;
    for (method, path, body, with) in all.clone().filter(|(.., with)| *with != With::Anything) {
        let number = key_of(&kit, "birch-analyst").await;
        let path = filled(path, "birch-analyst", "alder-operator", &number);
        let body = filled(body, "birch-analyst", "alder-operator", &number);
        // To lock somebody out who is no coordinator needs no proof: in an emergency it is done at once.
        if body.contains("active") {
            continue;
        }
        let answer = send(&kit, &token, method, &path, &body).await;
        assert_eq!(answer.status, 403, "{method} {path}: {}", answer.text());
        let problem = answer.json();
        assert_eq!(problem["code"], "step-up-needed", "{method} {path}: {problem}");
        assert_eq!(problem["step_up"], "/api/v1/session/step-up");
        // A key does not step up, and does in no case what its person has to be there for.
        if *with == With::Proof {
            let answer = kit.ask("alder-operator", method, &path, Some(&body)).await;
            assert_eq!(
                (answer.status, answer.json()["code"].as_str()),
                (403, Some("not-allowed")),
                "{method} {path}: {}",
                answer.text()
            );
        }
    }
    assert_eq!(before, credentials(&kit, &[]).await);
    let by_key = kit
        .ask("alder-operator", "POST", "/api/v1/session/step-up", Some("{}"))
        .await;
    assert_eq!(by_key.status, 403);
    let ways = send(&kit, &token, "GET", "/api/v1/session/step-up", "").await;
    assert_eq!(ways.json()["ways"][0], "password", "{}", ways.text());
    let step_up = async |password: &str| {
        let body = format!(r#"{{"password":"{password}"}}"#);
        send(&kit, &token, "POST", "/api/v1/session/step-up", &body).await
    };
    assert_eq!(step_up("not the password").await.status, 409);
    let shown = step_up(PASSWORD).await;
    assert!(shown.json()["proven_until"].is_string(), "{}", shown.text());
    assert_eq!(send(&kit, &token, "POST", "/api/v1/factor", "").await.status, 201);
    let listed = send(&kit, &token, "GET", "/api/v1/sessions", "").await;
    assert!(listed.json()["sessions"][0]["proven_until"].is_string());
    // One's own password ends one's own sessions.
    let body = r#"{"password":"another long password"}"#;
    let path = "/api/v1/people/alder-operator/password";
    assert_eq!(send(&kit, &token, "PUT", path, body).await.status, 204);
    assert_eq!(send(&kit, &token, "GET", "/api/v1/me", "").await.status, 401);
}

#[tokio::test]
async fn what_takes_two_is_done_by_two_sessions_and_by_no_key() {
    let kit = Kit::start().await;
    let (first, second) = (kit.session("alder-operator").await.0, kit.session("operator").await.0);
    let propose = r#"{"kind":"expel","member":"Cedar","reason":"It left the house open"}"#;
    let made = send(&kit, &first, "POST", "/api/v1/proposals", propose).await;
    assert_eq!(made.status, 201, "{}", made.text());
    let path = format!("/api/v1/proposals/{}", made.json()["id"].as_str().unwrap());
    let confirm = format!("{path}/confirm");
    for by_key in [
        "alder-operator",
        "birch-operator",
        "operator",
        "alder-coordinator",
        "birch-reader",
    ] {
        for (method, path, body) in [
            ("POST", confirm.clone(), ""),
            ("POST", format!("{path}/refuse"), r#"{"reason":"x"}"#),
            ("POST", format!("{path}/withdraw"), ""),
            ("POST", "/api/v1/proposals".to_owned(), propose),
            ("PATCH", "/api/v1/members/Cedar".to_owned(), r#"{"state":"left"}"#),
        ] {
            let answer = kit.ask(by_key, method, &path, Some(body)).await;
            assert!(
                matches!(answer.status, 403 | 404),
                "{by_key} {path}: {} {}",
                answer.status,
                answer.text()
            );
        }
    }
    assert_eq!(
        send(&kit, &first, "POST", &confirm, "").await.status,
        403,
        "who proposed it does not confirm it"
    );
    let old = stale(&kit, "birch-operator").await;
    let unproven = send(&kit, &old, "POST", &confirm, "").await;
    assert_eq!(unproven.json()["code"], "step-up-needed", "{}", unproven.text());
    let alone = send(&kit, &second, "PATCH", "/api/v1/members/Cedar", r#"{"state":"left"}"#).await;
    assert_eq!(alone.status, 403, "{}", alone.text());
    let done = send(&kit, &second, "POST", &confirm, "").await;
    assert_eq!(done.json()["state"], "confirmed", "{}", done.text());
    assert_eq!(kit.get("cedar-analyst", "/api/v1/me").await.status, 401);
}
