//! Sessions over HTTP: the cookie lets in pages of this host and nobody else's, and scopes hold on every path.

use serde_json::Value;

use super::authenticator::Authenticator;
use super::kit::{Answer, Kit, PASSWORD, Wish};
use super::provider::City;

fn header(name: &str, value: &str) -> (String, String) {
    (name.to_owned(), value.to_owned())
}

async fn begin(kit: &Kit) -> Answer {
    let body = format!(r#"{{"login":"alder-analyst","password":"{PASSWORD}"}}"#);
    kit.ask("public", "POST", "/api/v1/session", Some(&body)).await
}

#[tokio::test]
async fn a_session_begins_with_a_password_and_ends_with_its_cookie() {
    let kit = Kit::start().await;
    let began = begin(&kit).await;
    assert_eq!(began.status, 201, "{}", began.text());
    let cookie = began.header("set-cookie").unwrap().to_owned();
    for part in [
        "__Host-commonwatch=cws_",
        "; Path=/",
        "; Secure",
        "; HttpOnly",
        "; SameSite=Strict",
    ] {
        assert!(cookie.contains(part), "{cookie}");
    }
    let sent = cookie.split(';').next().unwrap();
    let ask = async |method: &str, path: &str, more: &[(&str, &str)]| {
        let mut headers = vec![header("Cookie", sent)];
        headers.extend(more.iter().map(|(name, value)| header(name, value)));
        kit.send(method, path, &headers, None).await
    };
    let me = ask("GET", "/api/v1/me", &[]).await;
    assert_eq!(me.json()["name"], "alder-analyst");
    let listed = ask("GET", "/api/v1/sessions", &[("Sec-Fetch-Site", "same-origin")])
        .await
        .json();
    assert_eq!(listed["sessions"][0]["this_one"], true, "{listed}");
    assert_eq!(listed["sessions"][0]["network"], "127.0.0.0/24");
    assert_eq!(listed["sessions"][0]["token"], Value::Null);
    // Another site's page is not signed in by it, for reading either, and where nothing is said of whence nothing changes.
    for site in ["cross-site", "same-site"] {
        assert_eq!(ask("GET", "/api/v1/me", &[("Sec-Fetch-Site", site)]).await.status, 401);
        assert_eq!(
            ask("DELETE", "/api/v1/session", &[("Sec-Fetch-Site", site)])
                .await
                .status,
            403
        );
    }
    assert_eq!(
        ask("GET", "/api/v1/me", &[("Origin", "https://elsewhere.example")])
            .await
            .status,
        401
    );
    assert_eq!(ask("DELETE", "/api/v1/session", &[]).await.status, 401);
    let left = ask("DELETE", "/api/v1/session", &[("Sec-Fetch-Site", "same-origin")]).await;
    assert_eq!(left.status, 204, "{}", left.text());
    assert!(left.header("set-cookie").unwrap().contains("Max-Age=0"));
    assert_eq!(ask("GET", "/api/v1/me", &[]).await.status, 401);
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_login_begin_nothing_and_answer_alike() {
    let kit = Kit::start().await;
    let mut answers = Vec::new();
    for login in ["alder-analyst", "nobody", "birch-analyst"] {
        let body = format!(r#"{{"login":"{login}","password":"not the password"}}"#);
        let answer = kit.ask("public", "POST", "/api/v1/session", Some(&body)).await;
        assert_eq!((answer.status, answer.header("set-cookie")), (401, None));
        let mut body = answer.json();
        body.as_object_mut()
            .unwrap()
            .retain(|name, _| name != "request_id" && name != "instance");
        answers.push(body);
    }
    assert!(answers.windows(2).all(|pair| pair[0] == pair[1]), "{answers:?}");
}

#[tokio::test]
async fn nobody_ends_the_session_of_another() {
    let kit = Kit::start().await;
    let began = begin(&kit).await.json();
    let token = header("Authorization", &format!("Bearer {}", began["token"].as_str().unwrap()));
    let path = format!("/api/v1/sessions/{}", began["id"]);
    for actor in [
        "alder-reader",
        "alder-coordinator",
        "birch-analyst",
        "alder-analyst-read-only",
    ] {
        for path in [path.clone(), format!("{path}?person=alder-analyst")] {
            let answer = kit.ask(actor, "DELETE", &path, None).await;
            assert!(matches!(answer.status, 403 | 404), "{actor} {path}: {}", answer.status);
        }
    }
    assert_eq!(
        kit.send("GET", "/api/v1/me", std::slice::from_ref(&token), None)
            .await
            .status,
        200
    );
    let by_operator = format!("{path}?person=alder-analyst");
    assert_eq!(kit.ask("operator", "DELETE", &by_operator, None).await.status, 204);
    assert_eq!(kit.send("GET", "/api/v1/me", &[token], None).await.status, 401);
}

#[tokio::test]
async fn a_key_does_what_its_scopes_say_on_every_path_and_makes_no_larger_one() {
    let kit = Kit::start().await;
    let make = async |scopes: &str| {
        let body = format!(r#"{{"label":"program","scopes":{scopes}}}"#);
        let made = kit.ask("alder-operator", "POST", "/api/v1/keys", Some(&body)).await;
        assert_eq!(made.status, 201, "{}", made.text());
        header(
            "Authorization",
            &format!("Bearer {}", made.json()["secret"].as_str().unwrap()),
        )
    };
    let (shares, keys) = (make(r#"["share"]"#).await, make(r#"["keys","read"]"#).await);
    let json = header("Content-Type", "application/json");
    let post = async |key: &(String, String), path: &str, body: &str| {
        kit.send("POST", path, &[key.clone(), json.clone()], Some(body.as_bytes()))
            .await
            .status
    };
    let envelope = format!("{{\"objects\":[{}]}}", super::kit::indicator(1, "one"));
    assert_eq!(
        post(&shares, "/api/v1/share?community=common&tlp=green", &envelope).await,
        200
    );
    assert_eq!(
        post(&keys, "/api/v1/share?community=common&tlp=green", &envelope).await,
        403
    );
    let routes = server::routes(&server::App::new(kit.node.clone(), server::Options::new([0; 32])));
    let reading = routes
        .iter()
        .filter(|route| route.method == http::Method::GET && route.needs != server::Needs::Nothing);
    for route in reading.filter(|route| !route.path.contains("{secret}")) {
        let path = route.path.replace(['{', '}', '*'], "");
        let answer = kit
            .send("GET", &path, &[shares.clone(), header("Accept", "*/*")], None)
            .await;
        assert_eq!(answer.status, 403, "{path}: {}", answer.text());
    }
    assert_eq!(
        post(&keys, "/api/v1/keys", r#"{"label":"x","scopes":["read"]}"#).await,
        201
    );
    for more in [
        r#"{"label":"x"}"#,
        r#"{"label":"x","scopes":["share"]}"#,
        r#"{"label":"x","scopes":["admin","read"]}"#,
    ] {
        assert_eq!(post(&keys, "/api/v1/keys", more).await, 403, "{more}");
    }
    assert_eq!(
        post(&keys, "/api/v1/keys", r#"{"label":"x","scopes":["root"]}"#).await,
        400
    );
    let person = r#"{"member":"Alder","login":"x","name":"x","role":"reader"}"#;
    assert_eq!(post(&keys, "/api/v1/people", person).await, 403);
    assert_eq!(post(&keys, "/api/v1/factor", "").await, 403);
}

/// The cookies that an answer sets, by name, with what follows their value.
fn cookies(answer: &Answer) -> Vec<(String, String, String)> {
    let set = answer.headers.iter().filter(|(name, _)| name == "set-cookie");
    let parts = set.map(|(_, text)| {
        let (pair, more) = text.split_once(';').unwrap();
        let (name, value) = pair.split_once('=').unwrap();
        (name.to_owned(), value.to_owned(), more.to_owned())
    });
    parts.collect()
}

#[tokio::test]
async fn a_browser_goes_to_a_provider_and_comes_back_with_the_cookie_it_left_with() {
    let city = City::start("https://hub.example/api/v1/sign-in/city/callback").await;
    let mut provider = city.provider();
    provider.member = Some("Alder".to_owned());
    let kit = Kit::start_with(Wish {
        base_url: Some("https://hub.example/".to_owned()),
        providers: vec![provider],
        ..Wish::default()
    })
    .await;
    let listed = kit.get("public", "/api/v1/sign-in").await.json();
    assert_eq!(listed["providers"][0]["title"], "City of Example");
    let json = header("Content-Type", "application/json");
    let begin = async || {
        let started = kit.ask("public", "POST", "/api/v1/sign-in/city", Some("{}")).await;
        assert_eq!(started.status, 200, "{}", started.text());
        started
    };
    let back = async |started: &Answer, cookie: bool| {
        let now = kit.node.now().micros() / 1_000_000;
        let said = city.let_in(started.json()["address"].as_str().unwrap(), now, |_, _| {});
        let path = format!(
            "/api/v1/sign-in/city/callback?code={}&state={}&session_state=x",
            said.code.unwrap(),
            said.state.unwrap()
        );
        let (name, value, more) = cookies(started).remove(0);
        for part in ["; Path=/", "; Secure", "; HttpOnly", "; SameSite=Lax"] {
            assert!(format!(";{more}").contains(part), "{more}");
        }
        // A browser says that it comes from elsewhere, and brings this cookie all the same.
        let mut headers = vec![header("Sec-Fetch-Site", "cross-site")];
        headers.extend(cookie.then(|| header("Cookie", &format!("{name}={value}"))));
        kit.send("GET", &path, &headers, None).await
    };
    let stranger = back(&begin().await, true).await;
    assert_eq!(
        (stranger.status, stranger.json()["code"].as_str()),
        (422, Some("not-linked"))
    );
    let session = kit.session("alder-analyst").await.0;
    let token = header("Authorization", &format!("Bearer {session}"));
    let wish = Some(&br#"{"provider":"city"}"#[..]);
    let started = kit
        .send("POST", "/api/v1/links", &[token.clone(), json.clone()], wish)
        .await;
    let linked = back(&started, true).await;
    assert_eq!(linked.json()["linked"], true, "{}", linked.text());
    let without = back(&begin().await, false).await;
    assert_eq!(
        (without.status, cookies(&without).len()),
        (422, 0),
        "{}",
        without.text()
    );
    let began = back(&begin().await, true).await;
    assert_eq!(began.status, 201, "{}", began.text());
    let set = cookies(&began);
    assert!(
        set[0].0 == "__Host-commonwatch" && set[0].2.contains("SameSite=Strict"),
        "{set:?}"
    );
    assert!(set[1].1.is_empty() && set[1].2.contains("Max-Age=0"), "{set:?}");
    let session = header(
        "Authorization",
        &format!("Bearer {}", began.json()["token"].as_str().unwrap()),
    );
    let me = kit
        .send("GET", "/api/v1/me", std::slice::from_ref(&session), None)
        .await;
    assert_eq!(me.json()["name"], "alder-analyst");
    let links = kit.send("GET", "/api/v1/links", &[session], None).await.json();
    assert_eq!(
        (&links["links"][0]["subject"], &links["links"][0]["provider"]),
        (&"7".into(), &"city".into())
    );
}

#[tokio::test]
async fn a_passkey_is_made_in_a_session_and_begins_others() {
    let kit = Kit::start_with(Wish {
        base_url: Some("https://hub.example/".to_owned()),
        ..Wish::default()
    })
    .await;
    let session = kit.session("alder-analyst").await.0;
    let json = header("Content-Type", "application/json");
    let own = [header("Authorization", &format!("Bearer {session}")), json.clone()];
    let post = async |headers: &[(String, String)], path: &str, body: &Value| {
        let body = body.to_string();
        kit.send("POST", path, headers, Some(body.as_bytes())).await
    };
    let mut key = Authenticator::new(b"telephone", "https://hub.example");
    let asked = post(&own, "/api/v1/passkeys/ask", &Value::Null).await.json();
    let made =
        serde_json::json!({ "note": asked["note"], "name": "telephone", "credential": key.make(&asked["options"]) });
    let made = post(&own, "/api/v1/passkeys", &made).await;
    assert_eq!(
        (made.status, made.json()["host"].as_str()),
        (201, Some("hub.example")),
        "{}",
        made.text()
    );
    let stranger = [json];
    let asked = post(&stranger, "/api/v1/session/passkey/ask", &Value::Null)
        .await
        .json();
    let shown = serde_json::json!({ "note": asked["note"], "credential": key.show(&asked["options"]) });
    let began = post(&stranger, "/api/v1/session/passkey", &shown).await;
    assert_eq!(began.status, 201, "{}", began.text());
    assert!(cookies(&began)[0].1.starts_with("cws_"));
    let again = post(&stranger, "/api/v1/session/passkey", &shown).await;
    assert_eq!(
        (again.status, again.json()["code"].as_str()),
        (422, Some("passkey-refused"))
    );
    let asked = post(&stranger, "/api/v1/session/passkey/ask", &Value::Null)
        .await
        .json();
    let shown = serde_json::json!({ "passkey": { "note": asked["note"], "credential": key.show(&asked["options"]) } });
    let proven = post(&own, "/api/v1/session/step-up", &shown).await;
    assert!(proven.json()["proven_until"].is_string(), "{}", proven.text());
    let listed = kit.send("GET", "/api/v1/passkeys", &own, None).await.json();
    let path = format!("/api/v1/passkeys/{}", listed["passkeys"][0]["id"]);
    let name = Some(&br#"{"name":"old telephone"}"#[..]);
    assert_eq!(kit.send("PATCH", &path, &own, name).await.status, 204);
    assert_eq!(kit.send("DELETE", &path, &own, None).await.status, 204);
    let asked = post(&stranger, "/api/v1/session/passkey/ask", &Value::Null)
        .await
        .json();
    let shown = serde_json::json!({ "note": asked["note"], "credential": key.show(&asked["options"]) });
    assert_eq!(post(&stranger, "/api/v1/session/passkey", &shown).await.status, 401);
}
