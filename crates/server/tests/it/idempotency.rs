//! Idempotency keys: a change that is sent twice is done once, and answered the same.

use serde_json::Value;

use super::kit::{Answer, Kit, Wish};

fn header(name: &str, value: &str) -> (String, String) {
    (name.to_owned(), value.to_owned())
}

async fn send(kit: &Kit, who: &str, key: &str, (method, path): (&str, &str), body: &str) -> Answer {
    let mut headers = vec![
        header("Content-Type", "application/json"),
        header("Idempotency-Key", key),
    ];
    headers.extend(kit.authorization(who).map(|value| ("Authorization".to_owned(), value)));
    kit.send(method, path, &headers, Some(body.as_bytes())).await
}

const MEMBERS: (&str, &str) = ("POST", "/api/v1/members");
const FIR: &str = r#"{"name":"Fir","kind":"city"}"#;

fn code(answer: &Answer) -> String {
    answer.json()["code"].as_str().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn a_repeat_is_answered_as_the_first_and_not_done_again() {
    let kit = Kit::start().await;
    let first = send(&kit, "operator", "one", MEMBERS, FIR).await;
    assert_eq!(first.status, 201, "{}", first.text());
    assert_eq!(first.header("idempotency-replayed"), None);
    // With the quotes of the draft it is the same key.
    for key in ["one", "\"one\""] {
        let again = send(&kit, "operator", key, MEMBERS, FIR).await;
        assert_eq!((again.status, &again.body), (201, &first.body));
        assert_eq!(again.header("idempotency-replayed"), Some("true"));
        assert_eq!(again.header("content-type"), first.header("content-type"));
    }
    // Without a key, and with another one, it is a second wish, which contradicts the first.
    assert_eq!(kit.ask("operator", "POST", MEMBERS.1, Some(FIR)).await.status, 409);
    assert_eq!(send(&kit, "operator", "two", MEMBERS, FIR).await.status, 409);
    let again = send(&kit, "operator", "two", MEMBERS, FIR).await;
    assert_eq!((again.status, code(&again).as_str()), (409, "conflict"));
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
}

#[tokio::test]
async fn a_key_is_for_one_request_of_one_person_with_the_same_rights() {
    let kit = Kit::start().await;
    let notices = ("PUT", "/api/v1/me/notices");
    let body = r#"{"email":"a@alder.example","notices":"daily"}"#;
    let first = send(&kit, "alder-reader", "k", notices, body).await;
    assert_eq!(first.status, 200, "{}", first.text());
    for (asked, body) in [
        (notices, r#"{"email":"b@alder.example","notices":"daily"}"#),
        (("POST", "/api/v1/calendar"), body),
        (("PUT", "/api/v1/me/notices?x=1"), body),
    ] {
        let other = send(&kit, "alder-reader", "k", asked, body).await;
        assert_eq!(
            (other.status, code(&other).as_str()),
            (422, "idempotency-other-request"),
            "{asked:?}"
        );
    }
    // Somebody else's key of the same name is another key.
    let of_other = send(&kit, "alder-contributor", "k", notices, body).await;
    assert_eq!(of_other.status, 200, "{}", of_other.text());
    assert_eq!(of_other.header("idempotency-replayed"), None);
    // The same person with a key that may only read gets no answer that was given to another.
    let body = r#"{"email":"c@alder.example","notices":"daily"}"#;
    assert_eq!(send(&kit, "alder-analyst", "k", notices, body).await.status, 200);
    let narrower = send(&kit, "alder-analyst-read-only", "k", notices, body).await;
    assert_eq!(
        (narrower.status, code(&narrower).as_str()),
        (422, "idempotency-other-request")
    );
}

#[tokio::test]
async fn what_is_shown_once_is_done_once_and_not_kept() {
    let kit = Kit::start().await;
    let keys = ("POST", "/api/v1/keys");
    let first = send(&kit, "alder-reader", "k", keys, r#"{"label":"mine"}"#).await;
    assert_eq!(first.status, 201, "{}", first.text());
    let secret = first.json()["secret"].as_str().unwrap().to_owned();
    let again = send(&kit, "alder-reader", "k", keys, r#"{"label":"mine"}"#).await;
    assert_eq!((again.status, code(&again).as_str()), (409, "idempotency-not-kept"));
    assert!(again.text().contains("status 201") && !again.text().contains(&secret));
    let listed = kit.get("alder-reader", "/api/v1/keys").await.json();
    let labels: Vec<&Value> = listed["keys"]
        .as_array()
        .unwrap()
        .iter()
        .map(|key| &key["label"])
        .collect();
    assert_eq!(labels, ["mine", "key-of-alder-reader"]);
}

#[tokio::test]
async fn what_may_pass_is_not_kept() {
    let kit = Kit::start().await;
    let path = ("PUT", "/api/v1/communities/common/members/Fir");
    assert_eq!(send(&kit, "operator", "k", path, "{}").await.status, 404);
    let made = kit.ask("operator", "POST", MEMBERS.1, Some(FIR)).await;
    assert_eq!(made.status, 201, "{}", made.text());
    let now = send(&kit, "operator", "k", path, "{}").await;
    assert_eq!(now.status, 204, "{}", now.text());
    let again = send(&kit, "operator", "k", path, "{}").await;
    assert_eq!(
        (again.status, again.header("idempotency-replayed")),
        (204, Some("true"))
    );
}

#[tokio::test]
async fn a_key_that_cannot_be_used_and_a_caller_without_an_account_are_told_so() {
    let kit = Kit::start().await;
    for key in ["", "\"\"", "a b", &"x".repeat(256)] {
        let refused = send(&kit, "operator", key, MEMBERS, FIR).await;
        assert_eq!(
            (refused.status, code(&refused).as_str()),
            (400, "bad-idempotency-key"),
            "{key}"
        );
    }
    let session = ("POST", "/api/v1/session");
    let refused = send(&kit, "public", "k", session, "{}").await;
    assert_eq!(
        (refused.status, code(&refused).as_str()),
        (400, "idempotency-no-account")
    );
    // For reading it says nothing.
    assert_eq!(send(&kit, "operator", "k", ("GET", "/api/v1/me"), "").await.status, 200);
}

#[tokio::test]
async fn of_many_at_once_one_is_done() {
    let kit = Kit::start().await;
    let tries = (0..8).map(|_| send(&kit, "operator", "k", MEMBERS, FIR));
    let answers = futures_util::future::join_all(tries).await;
    for answer in &answers {
        let running = answer.status == 409 && code(answer) == "idempotency-running";
        assert!(answer.status == 201 || running, "{}", answer.text());
    }
    let done = |answer: &&Answer| answer.status == 201 && answer.header("idempotency-replayed").is_none();
    assert_eq!(answers.iter().filter(done).count(), 1);
}

#[tokio::test]
async fn kept_answers_are_sealed_and_forgotten_after_a_day() {
    let kit = Kit::start().await;
    assert_eq!(send(&kit, "operator", "k", MEMBERS, FIR).await.status, 201);
    let now = kit.node.now();
    let early = kit
        .node
        .retention_run(now.plus_micros(23 * 3_600_000_000))
        .await
        .unwrap();
    assert_eq!(early.answers, 0);
    let late = kit
        .node
        .retention_run(now.plus_micros(25 * 3_600_000_000))
        .await
        .unwrap();
    assert_eq!(late.answers, 1);
    // It is a first one again, and contradicts what is there.
    let anew = send(&kit, "operator", "k", MEMBERS, FIR).await;
    assert_eq!((anew.status, anew.header("idempotency-replayed")), (409, None));
}

#[tokio::test]
async fn a_node_without_a_seal_keeps_nothing_and_says_so() {
    let kit = Kit::start_with(Wish {
        settings: |settings| settings.seal = None,
        ..Wish::default()
    })
    .await;
    assert_eq!(send(&kit, "operator", "k", MEMBERS, FIR).await.status, 503);
    assert_eq!(kit.ask("operator", "POST", MEMBERS.1, Some(FIR)).await.status, 201);
}
