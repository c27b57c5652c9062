//! Pages of the partnership, of one's account and of the node, as a browser asks for them.

use super::browser::Browser;
use super::kit::{Answer, Kit, PASSWORD};

pub fn header(name: &str, value: &str) -> (String, String) {
    (name.to_owned(), value.to_owned())
}

pub fn says(answer: &Answer, text: &str) {
    assert!(answer.text().contains(text), "no '{text}' in {}", answer.text());
}

pub fn to(answer: &Answer) -> &str {
    answer.header("location").unwrap_or_default()
}

#[tokio::test]
async fn the_root_sends_a_browser_to_the_start_page_and_tells_a_program_where_to_go() {
    let kit = Kit::start().await;
    let accept = |kind| vec![header("Accept", kind)];
    let browser = kit.send("GET", "/", &accept("text/html,*/*;q=0.8"), None).await;
    assert_eq!((browser.status, to(&browser)), (303, "/today"));
    let program = kit.send("GET", "/", &accept("*/*"), None).await;
    assert_eq!(program.status, 200);
    says(&program, "/api/v1/openapi.json");
}

#[tokio::test]
async fn a_key_is_made_shown_once_and_revoked() {
    let kit = Kit::start().await;
    let browser = Browser::of(&kit, "alder-analyst").await;
    says(&browser.get("/account").await, "analyst of Alder");
    let form = "label=%3Cscript%3Ealert(1)%3C%2Fscript%3E&scope=read&scope=share&days=30&addresses=192.0.2.0/24";
    let made = browser.post_text("/account/keys", form).await;
    assert_eq!(made.status, 201, "{}", made.text());
    let text = made.text();
    let secret = text.split("<pre id=\"secret\">").nth(1).unwrap();
    let secret = secret.split('<').next().unwrap();
    assert!(secret.starts_with("cw_"), "{secret}");
    assert!(!text.contains("<script>alert"), "{text}");
    let me = kit
        .send(
            "GET",
            "/api/v1/me",
            &[header("Authorization", &format!("Bearer {secret}"))],
            None,
        )
        .await;
    assert_eq!(me.status, 403, "it is used from another address: {}", me.text());
    let page = browser.get("/account").await;
    assert!(!page.text().contains(secret));
    says(&page, "&#60;script&#62;alert(1)");
    let number = text
        .split("/account/keys/")
        .nth(2)
        .or_else(|| text.split("/account/keys/").nth(1));
    let number = number.unwrap().split('/').next().unwrap();
    let after = browser.change_text(&format!("/account/keys/{number}/revoke"), "").await;
    says(&after, "The key is revoked");
    // What was typed is kept, and the sentence stands there.
    let wrong = browser.post_text("/account/keys", "label=mine&days=30").await;
    assert_eq!(wrong.status, 400);
    says(&wrong, "tick one thing");
    says(&wrong, "value=\"mine\"");
    assert_eq!(browser.post_text("/account/keys", "label=x&admin=1").await.status, 400);
}

#[tokio::test]
async fn what_needs_a_proof_asks_for_it_and_goes_back() {
    let kit = Kit::start().await;
    let browser = Browser::of(&kit, "alder-analyst").await;
    browser.forget_proof("alder-analyst").await;
    let refused = browser
        .post_text("/account/notices", "email=a@alder.example&notices=daily")
        .await;
    assert_eq!((refused.status, to(&refused)), (303, "/step-up?back=/account"));
    says(&browser.get(to(&refused)).await, "type=\"password\"");
    let wrong = browser.post_text("/step-up", "password=wrong&back=/account").await;
    assert_eq!(wrong.status, 422, "{}", wrong.text());
    says(&wrong, "That does not show that it is you");
    let elsewhere = format!("password={}&back=//evil.example", PASSWORD.replace(' ', "+"));
    let proven = browser.post_text("/step-up", &elsewhere).await;
    assert_eq!((proven.status, to(&proven)), (303, "/today"));
    let saved = browser
        .change_text("/account/notices", "email=a@alder.example&notices=daily")
        .await;
    says(&saved, "value=\"a@alder.example\"");
    says(&saved, "Saved.");
    // A sentence is one of ours, never the address's.
    let page = browser.get("/account?done=nonsense").await.text();
    assert!(!page.contains("role=\"status\""), "{page}");
}

#[tokio::test]
async fn a_second_factor_is_shown_once_and_needs_a_code() {
    let kit = Kit::start().await;
    let browser = Browser::of(&kit, "alder-analyst").await;
    let made = browser.post_text("/account/factor", "").await;
    assert_eq!(made.status, 201, "{}", made.text());
    says(&made, "otpauth://totp/");
    says(&made, "<svg class=\"qr\" viewBox=\"0 0 ");
    let wrong = browser.post_text("/account/factor/confirm", "code=000000").await;
    assert_eq!(wrong.status, 409, "{}", wrong.text());
    says(&wrong, "/account/factor/confirm");
    assert!(!browser.get("/account").await.text().contains("otpauth"));
}

#[tokio::test]
async fn sessions_end_one_by_one_and_all_others_at_once() {
    let kit = Kit::start().await;
    let browser = Browser::of(&kit, "alder-analyst").await;
    let other = Browser::of(&kit, "alder-analyst").await;
    let third = Browser::of(&kit, "alder-analyst").await;
    let strange = Browser::of(&kit, "birch-analyst").await;
    let path = format!("/account/sessions/{}/end", strange.session().0);
    assert_eq!(browser.post_text(&path, "").await.status, 404);
    let path = format!("/account/sessions/{}/end", other.session().0);
    says(&browser.change_text(&path, "").await, "The session ended.");
    assert!(to(&other.get("/account").await).starts_with("/sign-in"));
    browser.change_text("/account/sessions/end", "").await;
    assert!(to(&third.get("/account").await).starts_with("/sign-in"));
    assert_eq!(browser.get("/account").await.status, 200);
    let changed = browser
        .post_text("/account/password", "password=another+horse+battery")
        .await;
    assert_eq!((changed.status, to(&changed)), (303, "/sign-in?back=/account"));
    assert!(to(&browser.get("/account").await).starts_with("/sign-in"));
}

#[tokio::test]
async fn who_is_in_a_community_is_shown_to_who_may_know() {
    let kit = Kit::start().await;
    let (alder, birch) = (
        Browser::of(&kit, "alder-coordinator").await,
        Browser::of(&kit, "birch-coordinator").await,
    );
    says(&alder.get("/communities").await, "Community grove");
    assert!(!birch.get("/communities").await.text().contains("grove"));
    assert_eq!(birch.get("/communities/grove").await.status, 404);
    let common = birch.get("/communities/common").await;
    says(&common, "Alder</a>");
    assert!(!common.text().contains("Offer it"), "Birch does not answer for it");
    let hidden = alder.get("/communities/hidden").await;
    says(&hidden, "is not shown to you");
    assert!(!hidden.text().contains("Elder"), "{}", hidden.text());
    // It is handed over by consent.
    let offered = alder.change_text("/communities/common/hand-over", "to=Birch").await;
    says(&offered, "It is offered");
    says(&birch.get("/communities").await, "Take it over");
    says(
        &birch.change_text("/communities/common/take-over", "").await,
        "answers for it now",
    );
}

#[tokio::test]
async fn what_waits_is_released_or_refused_by_its_moderators_only() {
    let kit = Kit::start().await;
    let charter = r#"{"purpose":"Moderated","moderated":true}"#;
    let path = "/api/v1/communities/common/charter";
    assert_eq!(
        kit.ask("alder-coordinator", "PUT", path, Some(charter)).await.status,
        200
    );
    for (number, name) in [(1, "<script>alert(1)</script>"), (2, "second")] {
        let body = format!("{{\"objects\":[{}]}}", super::kit::indicator(number, name));
        let path = "/api/v1/share?community=common&tlp=green";
        let shared = kit.ask("birch-contributor", "POST", path, Some(&body)).await;
        assert_eq!(shared.json()["waiting"], 1, "{}", shared.text());
    }
    let (alder, birch) = (
        Browser::of(&kit, "alder-coordinator").await,
        Browser::of(&kit, "birch-coordinator").await,
    );
    let page = alder.get("/communities/common").await.text();
    assert!(page.contains("alert(1)") && !page.contains("<script>alert"), "{page}");
    let held: Vec<&str> = page
        .split("action=\"/communities/common/moderation/")
        .skip(1)
        .map(|rest| rest.split('"').next().unwrap())
        .collect();
    let first = format!("/communities/common/moderation/{}", held[0]);
    assert!(!birch.get("/communities/common").await.text().contains("/moderation/"));
    let release = "decision=release";
    assert!(matches!(birch.post_text(&first, release).await.status, 403 | 404));
    says(&alder.change_text(&first, release).await, "Released");
    let last = format!("/communities/common/moderation/{}", held[held.len() - 1]);
    let refuse = "decision=refuse&reason=not+ours";
    says(&alder.change_text(&last, refuse).await, "Refused");
}

#[tokio::test]
async fn an_organisation_joins_by_the_link_that_is_shown_once() {
    let kit = Kit::start().await;
    let alder = Browser::of(&kit, "alder-coordinator").await;
    let form = "label=The+water+works&community=common&role=coordinator&sponsors=1&days=14";
    let made = alder.post_text("/invitations", form).await;
    assert_eq!(made.status, 201, "{}", made.text());
    let text = made.text();
    let link = text
        .split("<pre id=\"secret\">")
        .nth(1)
        .unwrap()
        .split('<')
        .next()
        .unwrap();
    assert!(link.starts_with("/join/cwi_"), "{link}");
    assert!(!alder.get("/invitations").await.text().contains("cwi_"));
    let page = kit.send("GET", link, &[], None).await;
    says(&page, "Alder asks your organisation in");
    let ours = [
        header("Content-Type", "application/x-www-form-urlencoded"),
        header("Sec-Fetch-Site", "same-origin"),
    ];
    let form = |password: &str| {
        format!("organisation=Weir+works&kind=operator&countries=de&name=Wim&login=wim&password={password}")
    };
    let short = kit.send("POST", link, &ours, Some(form("short").as_bytes())).await;
    assert_eq!(short.status, 422, "{}", short.text());
    says(&short, "value=\"Weir works\"");
    let joined = kit
        .send("POST", link, &ours, Some(form("a+long+enough+one").as_bytes()))
        .await;
    assert_eq!((joined.status, to(&joined)), (303, "/sign-in"), "{}", joined.text());
    assert_eq!(kit.send("GET", link, &[], None).await.status, 404);
    let page = alder.get("/invitations").await;
    says(&page, "Weir works");
    let text = page.text();
    let uuid = text
        .split("action=\"/members/")
        .nth(1)
        .unwrap()
        .split('/')
        .next()
        .unwrap();
    let birch = Browser::of(&kit, "birch-coordinator").await;
    let vouched = birch.post_text(&format!("/members/{uuid}/vouch"), "note=").await;
    assert!(matches!(vouched.status, 303 | 403 | 404), "{}", vouched.text());
}

#[tokio::test]
async fn a_member_shows_its_contacts_and_people_to_itself_and_operators() {
    let kit = Kit::start().await;
    let alder = Browser::of(&kit, "alder-coordinator").await;
    let contact = "place=1&name=Ada&email=ada@alder.example&telephone=1&channel=radio&address=7";
    says(
        &alder.change_text("/members/Alder/contacts", contact).await,
        "ada@alder.example",
    );
    let birch = Browser::of(&kit, "birch-coordinator").await;
    let seen = birch.get("/members/Alder").await;
    assert_eq!(seen.status, 200);
    assert!(!seen.text().contains("ada@alder.example") && !seen.text().contains("alder-reader"));
    assert_eq!(birch.get("/members/Elder").await.status, 404);
    assert_eq!(
        birch.post_text("/members/Alder/state", "state=suspended").await.status,
        403
    );
    let operator = Browser::of(&kit, "birch-operator").await;
    says(&operator.get("/members/Elder").await, "elder-analyst");
    says(
        &operator
            .change_text("/members/Elder/state", "state=suspended&reason=drill")
            .await,
        "suspended",
    );
    // What takes two is proposed by one, and not confirmed by the same.
    let proposed = operator
        .change_text("/proposals", "kind=expel&member=Cedar&reason=gone")
        .await;
    says(&proposed, "gone");
    says(&proposed, "value=\"withdraw\"");
    assert!(!proposed.text().contains("value=\"confirm\""));
    let person = "login=newcomer&name=New&role=reader&password=correct+horse+battery";
    says(&alder.change_text("/members/Alder/people", person).await, "newcomer");
}

#[tokio::test]
async fn the_pages_of_the_node_are_for_operators_and_the_ledger_for_everybodys_own() {
    let kit = Kit::start().await;
    kit.share("alder-contributor", "common", &[super::kit::indicator(1, "shared")])
        .await;
    let feed = r#"{"kind":"list","url":"https://feed.example/list","member":"Alder","community":"grove","tlp":"green","settings":{"login":"x","password":"kanarisecret"}}"#;
    let put = kit
        .ask("operator", "PUT", "/api/v1/subscriptions/feed", Some(feed))
        .await;
    assert_eq!(put.status, 200, "{}", put.text());
    let alder = Browser::of(&kit, "alder-analyst").await;
    says(&alder.get("/ledger").await, "hub.example");
    for path in ["/exchange", "/admin"] {
        assert_eq!(alder.get(path).await.status, 403, "{path}");
    }
    says(&alder.get("/help").await, "<kbd>j</kbd>");
    let operator = Browser::of(&kit, "birch-operator").await;
    let exchange = operator.get("/exchange").await;
    says(&exchange, "https://feed.example/list");
    assert!(!exchange.text().contains("kanarisecret"));
    let off = operator.change_text("/exchange/subscriptions/feed/switch", "").await;
    says(&off, "Switch on");
    says(&operator.get("/admin").await, "commonwatch doctor");
}
