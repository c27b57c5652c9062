//! The ways in beside the password, as a browser goes them: identity providers there and back, passkeys.

use super::authenticator::Authenticator;
use super::browser::Browser;
use super::console_people::{header, says, to};
use super::kit::{Answer, Kit, Wish};
use super::provider::City;
use serde_json::Value;

const NOTE: &str = "__Host-commonwatch-sign-in";
const SESSION: &str = "__Host-commonwatch";

async fn kit() -> (Kit, City) {
    let city = City::start("https://hub.example/api/v1/sign-in/city/callback").await;
    let mut provider = city.provider();
    provider.member = Some("Alder".to_owned());
    let kit = Kit::start_with(Wish {
        base_url: Some("https://hub.example/".to_owned()),
        providers: vec![provider],
        ..Wish::default()
    })
    .await;
    (kit, city)
}

/// The cookie of a name that an answer sets, with its attributes.
fn cookie(answer: &Answer, name: &str) -> Option<String> {
    let all = answer.headers("set-cookie");
    all.into_iter()
        .find(|line| line.starts_with(&format!("{name}=")))
        .map(str::to_owned)
}

fn pair(cookie: &str) -> &str {
    cookie.split(';').next().unwrap()
}

/// Where a page leads on to by itself.
fn onward(answer: &Answer) -> String {
    let text = answer.text();
    let leads = text.split("http-equiv=\"refresh\" content=\"0; url=").nth(1);
    let leads = leads.unwrap_or_else(|| panic!("no way on: {text}"));
    leads.split('"').next().unwrap().replace("&#38;", "&")
}

/// A form of a browser in which nobody is signed in.
async fn form(kit: &Kit, path: &str, form: &str) -> Answer {
    let headers = [
        header("Accept", "text/html"),
        header("Sec-Fetch-Site", "same-origin"),
        header("Content-Type", "application/x-www-form-urlencoded"),
    ];
    kit.send("POST", path, &headers, Some(form.as_bytes())).await
}

/// Comes back from the provider, from another site, with the note that the browser kept.
async fn come_back(kit: &Kit, city: &City, started: &Answer, subject: &str) -> Answer {
    let now = kit.node.now().micros() / 1_000_000;
    let subject = subject.to_owned();
    let said = city.let_in(&onward(started), now, |_, claims| claims["sub"] = subject.into());
    let path = format!(
        "/api/v1/sign-in/city/callback?code={}&state={}",
        said.code.unwrap(),
        said.state.unwrap()
    );
    let note = cookie(started, NOTE).unwrap();
    let headers = [
        header("Accept", "text/html"),
        header("Sec-Fetch-Site", "cross-site"),
        header("Cookie", pair(&note)),
    ];
    kit.send("GET", &path, &headers, None).await
}

#[tokio::test]
async fn a_browser_that_began_at_a_provider_ends_where_it_wanted_to_go() {
    let (kit, city) = kit().await;
    let page = kit.send("GET", "/sign-in?back=/feed", &[], None).await;
    says(&page, "Sign in with City of Example");
    let begin = async || {
        let started = form(&kit, "/sign-in/provider/city", "back=%2Ffeed%3Fq%3Dx").await;
        assert_eq!(started.status, 200, "{}", started.text());
        assert!(cookie(&started, NOTE).unwrap().contains("SameSite=Lax"));
        started
    };
    // Nobody is tied to the account: a page says what to do.
    let refused = come_back(&kit, &city, &begin().await, "7").await;
    assert_eq!(refused.status, 422);
    says(&refused, "Nobody here is tied to that account");
    says(&refused, "href=\"/feed?q=x\"");
    assert_eq!(cookie(&refused, SESSION), None);

    let browser = Browser::of(&kit, "alder-analyst").await;
    says(&browser.get("/account").await, "Tie an account of City of Example");
    let started = browser.post_text("/account/links", "provider=city").await;
    let linked = come_back(&kit, &city, &started, "7").await;
    assert_eq!((linked.status, onward(&linked).as_str()), (200, "/account?done=linked"));
    assert_eq!(cookie(&linked, SESSION), None, "one's session is there already");
    says(&browser.get("/account?done=linked").await, "The account is tied");

    let entered = come_back(&kit, &city, &begin().await, "7").await;
    assert_eq!((entered.status, onward(&entered).as_str()), (200, "/feed?q=x"));
    let session = cookie(&entered, SESSION).unwrap();
    assert!(
        session.contains("; Max-Age=43") && session.contains("SameSite=Strict"),
        "{session}"
    );
    let own = [
        header("Cookie", pair(&session)),
        header("Sec-Fetch-Site", "same-origin"),
    ];
    assert_eq!(kit.send("GET", "/feed?q=x", &own, None).await.status, 200);

    // Its operator took somebody's account away meanwhile; another is tied to somebody else.
    let other = Browser::of(&kit, "alder-reader").await;
    let started = other.post_text("/account/links", "provider=city").await;
    let taken = come_back(&kit, &city, &started, "7").await;
    assert_eq!(taken.status, 409);
    says(&taken, "tied to somebody here already");

    let text = browser.get("/account").await.text();
    let number = text.split("/account/links/").nth(1).unwrap().split('/').next().unwrap();
    assert!(matches!(
        other
            .post_text(&format!("/account/links/{number}/remove"), "")
            .await
            .status,
        403 | 404
    ));
    let untied = browser
        .change_text(&format!("/account/links/{number}/remove"), "")
        .await;
    says(&untied, "The account is untied");
    says(&untied, "None is tied.");
}

#[tokio::test]
async fn who_comes_back_from_a_provider_without_having_begun_gets_a_page_and_a_program_gets_a_problem() {
    let (kit, _city) = kit().await;
    let path = "/api/v1/sign-in/city/callback?code=x&state=y";
    let page = kit.send("GET", path, &[header("Accept", "text/html")], None).await;
    assert_eq!(
        (page.status, page.header("content-type")),
        (422, Some("text/html; charset=utf-8"))
    );
    says(&page, "this browser began");
    let program = kit.send("GET", path, &[header("Accept", "*/*")], None).await;
    assert_eq!(program.json()["code"], "sign-in-refused");
    // Whatever a form says, one goes on to a page of this host only, and to providers of this node only.
    let nowhere = form(&kit, "/sign-in/provider/village", "back=%2F%2Fevil.example").await;
    assert_eq!(nowhere.status, 404);
    assert!(!nowhere.text().contains("evil.example"), "{}", nowhere.text());
    says(&nowhere, "no such identity provider");
}

#[tokio::test]
async fn a_passkey_is_added_named_used_and_removed() {
    let (kit, _city) = kit().await;
    let browser = Browser::of(&kit, "alder-analyst").await;
    says(&browser.get("/account").await, "data-passkey=\"make\"");
    let mut key = Authenticator::new(b"telephone", "https://hub.example");
    let ask = async |path: &str| browser.post_text(path, "").await.json();
    let encoded = |value: &Value| -> String {
        let text = value.to_string();
        text.bytes().map(|byte| format!("%{byte:02X}")).collect()
    };
    let asked = ask("/api/v1/passkeys/ask").await;
    let answer = encoded(&key.make(&asked["options"]));
    let note = asked["note"].as_str().unwrap().to_owned();
    let nameless = browser
        .post_text("/account/passkeys", &format!("note={note}&credential={answer}&name="))
        .await;
    assert_eq!(nameless.status, 422, "{}", nameless.text());
    let added = browser
        .change_text(
            "/account/passkeys",
            &format!("note={note}&credential={answer}&name=telephone"),
        )
        .await;
    says(&added, "The passkey is added");
    let without_script = browser.post_text("/account/passkeys", "note=&credential=&name=x").await;
    assert_eq!(without_script.status, 400);
    says(&without_script, "JavaScript");
    let text = added.text();
    let number = text
        .split("/account/passkeys/")
        .nth(1)
        .unwrap()
        .split('/')
        .next()
        .unwrap();
    let named = browser
        .change_text(&format!("/account/passkeys/{number}/rename"), "name=my+%3Cb%3Ephone")
        .await;
    says(&named, "my &#60;b&#62;phone");

    // It shows again that it is its person, where a form of the console asks.
    browser.forget_proof("alder-analyst").await;
    let refused = browser
        .post_text(&format!("/account/passkeys/{number}/remove"), "")
        .await;
    assert_eq!((refused.status, to(&refused)), (303, "/step-up?back=/account"));
    says(&browser.get("/step-up?back=/account").await, "data-passkey=\"show\"");
    let asked = ask("/api/v1/session/passkey/ask").await;
    let form_of = |asked: &Value, answer: &Value| {
        format!(
            "note={}&credential={}&back=%2Faccount",
            asked["note"].as_str().unwrap(),
            encoded(answer)
        )
    };
    let proof = form_of(&asked, &key.show(&asked["options"]));
    let proven = browser.post_text("/step-up", &proof).await;
    assert_eq!((proven.status, to(&proven)), (303, "/account"), "{}", proven.text());

    // It signs in without a name.
    let page = kit.send("GET", "/sign-in", &[], None).await;
    says(&page, "data-passkey=\"show\"");
    let asked = ask("/api/v1/session/passkey/ask").await;
    let shown = form_of(&asked, &key.show(&asked["options"]));
    let entered = form(&kit, "/sign-in/passkey", &shown).await;
    assert_eq!((entered.status, to(&entered)), (303, "/account"), "{}", entered.text());
    assert!(cookie(&entered, SESSION).is_some());
    let again = form(&kit, "/sign-in/passkey", &shown).await;
    assert_eq!(again.status, 401, "an answer is good once");
    says(&again, "does not let in here");
    says(
        &browser
            .change_text(&format!("/account/passkeys/{number}/remove"), "")
            .await,
        "No passkey yet",
    );
}

#[tokio::test]
async fn what_needs_a_proof_leads_to_it_from_every_page_and_back() {
    let (kit, _city) = kit().await;
    let browser = Browser::of(&kit, "alder-coordinator").await;
    browser.forget_proof("alder-coordinator").await;
    let refused = browser.post_text("/communities/common/hand-over", "to=Birch").await;
    assert_eq!(
        (refused.status, to(&refused)),
        (303, "/step-up?back=/communities/common")
    );
    let stale = browser
        .post_text("/account/passkeys", "note=x&credential=x&name=x")
        .await;
    assert_eq!(to(&stale), "/step-up?back=/account");
}

#[tokio::test]
async fn a_browser_whose_provider_has_to_say_again_who_it_is_goes_there_and_comes_back_by_itself() {
    let (kit, city) = kit().await;
    let browser = Browser::of(&kit, "alder-analyst").await;
    let started = browser.post_text("/account/links", "provider=city").await;
    come_back(&kit, &city, &started, "7").await;
    let started = form(&kit, "/sign-in/provider/city", "back=%2Ffeed").await;
    let entered = come_back(&kit, &city, &started, "7").await;
    let session = cookie(&entered, SESSION).unwrap();
    let own = [
        header("Cookie", pair(&session)),
        header("Sec-Fetch-Site", "same-origin"),
        header("Accept", "text/html"),
    ];
    assert_eq!(kit.send("GET", "/feed", &own, None).await.status, 200);
    kit.pass_seconds(3_600);
    let program = kit.send("GET", "/api/v1/me", &own, None).await;
    assert_eq!(
        (program.status, &program.json()["code"]),
        (401, &"confirm-needed".into())
    );
    let asks = kit.send("GET", "/feed?q=x", &own, None).await;
    assert_eq!(
        (asks.status, to(&asks)),
        (303, "/sign-in/provider/city?back=/feed%3Fq%3Dx")
    );
    let started = kit.send("GET", to(&asks), &own, None).await;
    assert!(onward(&started).contains("&prompt=none"), "{}", onward(&started));
    let again = come_back(&kit, &city, &started, "7").await;
    assert_eq!((again.status, onward(&again).as_str()), (200, "/feed?q=x"));
    let session = cookie(&again, SESSION).unwrap();
    let own = [
        header("Cookie", pair(&session)),
        header("Sec-Fetch-Site", "same-origin"),
    ];
    assert_eq!(kit.send("GET", "/feed?q=x", &own, None).await.status, 200);
    // Whom the provider does not know is asked here.
    kit.pass_seconds(3_600);
    let started = kit.send("GET", "/sign-in/provider/city?back=/feed", &own, None).await;
    let state = onward(&started);
    let state = state.split("state=").nth(1).unwrap().split('&').next().unwrap();
    let path = format!("/api/v1/sign-in/city/callback?error=login_required&state={state}");
    let note = cookie(&started, NOTE).unwrap();
    let back = kit.send("GET", &path, &[header("Cookie", pair(&note))], None).await;
    assert_eq!((back.status, to(&back)), (303, "/sign-in?back=/feed"));
    // The provider itself says that somebody signed out.
    let logout = async |token: &str| {
        let headers = [header("Content-Type", "application/x-www-form-urlencoded")];
        let body = format!("logout_token={token}&more=x");
        kit.send("POST", "/api/v1/sign-in/city/logout", &headers, Some(body.as_bytes()))
            .await
    };
    let answer = logout("a.b.c").await;
    assert_eq!(
        (answer.status, &answer.json()["code"]),
        (400, &"sign-in-refused".into())
    );
    let answer = logout(&city.logout_token(kit.node.now().micros() / 1_000_000, |_| {})).await;
    assert_eq!((answer.status, answer.header("cache-control")), (200, Some("no-store")));
    let over = kit.send("GET", "/api/v1/me", &own, None).await;
    assert_eq!(over.json()["code"], "credentials-wrong");
}
