//! Pages for everybody, reports of strangers, the guide, the first steps and the page of the node, as a browser asks for them.

use super::browser::Browser;
use super::console_people::header;
use super::kit::{Answer, Kit, Wish, id, indicator};

fn to(answer: &Answer) -> &str {
    answer.header("location").unwrap_or_default()
}

pub(crate) async fn open() -> Kit {
    Kit::start_with(Wish {
        settings: |settings| {
            settings.site.pages = true;
            settings.site.reports = true;
        },
        base_url: Some("https://hub.example".to_owned()),
        ..Wish::default()
    })
    .await
}

/// Forms have to be open for a few seconds: the clock of the kit moves by a millisecond each time it is read.
fn wait(kit: &Kit) {
    for _ in 0..3_000 {
        kit.node.now();
    }
}

const WORDS: &str = "language=en&title=Pumps+stop+%3Cscript%3Ealert(1)%3C%2Fscript%3E&happened=One+%26+two&concerned=Water+works&advice=Take+them+off&until=2027-01-31&sectors=water%2C+energy";

/// Something of Alder that is open to everybody, published; gives its address.
async fn published(kit: &Kit, operator: &Browser<'_>) -> String {
    let body = format!("{{\"objects\":[{}]}}", indicator(1, "Pump"));
    let shared = kit
        .ask(
            "alder-contributor",
            "POST",
            "/api/v1/share?community=common&tlp=clear",
            Some(&body),
        )
        .await;
    assert_eq!(shared.json()["accepted"], 1, "{}", shared.text());
    let path = format!("/objects/{}/publish", id("indicator", 1));
    assert!(
        operator.read(&path).await.contains("value=\"Pump\""),
        "it begins with the item's name"
    );
    let page = operator.change_text(&path, WORDS).await.text();
    let link = page.split("href=\"/advice/").nth(1).unwrap_or_else(|| panic!("{page}"));
    format!("/advice/{}", link.split('"').next().unwrap())
}

#[tokio::test]
async fn pages_for_everybody_are_off_until_an_operator_turns_them_on() {
    let kit = Kit::start().await;
    let stranger = Browser::stranger(&kit);
    let paths = [
        "/advice",
        "/advice.atom",
        "/advice.json",
        "/report",
        "/status",
        "/.well-known/security.txt",
    ];
    for path in paths {
        assert_eq!(stranger.get(path).await.status, 404, "{path}");
    }
    assert_eq!(
        stranger
            .upload_parts("/report", &[("subject", None, b"x")])
            .await
            .status,
        404
    );
    let operator = Browser::of(&kit, "birch-operator").await;
    let form = "pages=yes&reports=yes&contacts=mailto%3Asecurity%40hub.example&languages=en%2C+de&until=2027-06-01";
    let page = operator.change_text("/admin/site", form).await.text();
    assert!(page.contains("It was chosen here"), "{page}");
    for path in paths {
        assert_eq!(stranger.get(path).await.status, 200, "{path}");
    }
    let text = stranger.read("/.well-known/security.txt").await;
    assert!(text.contains("Contact: mailto:security@hub.example\n") && text.contains("Preferred-Languages: en, de\n"));
    // What cannot be used is said beside what was typed.
    let wrong = operator
        .post_text("/admin/site", "pages=yes&contacts=me%40hub.example&until=2027-06-01")
        .await;
    assert_eq!(wrong.status, 422, "{}", wrong.text());
    assert!(wrong.text().contains("me@hub.example") && wrong.text().contains("mailto:security@city.example"));
    let page = operator.change_text("/admin/site", "as-configured=yes").await.text();
    assert!(page.contains("The configuration says so"), "{page}");
    assert_eq!(stranger.get("/advice").await.status, 404);
    assert_eq!(
        Browser::of(&kit, "alder-coordinator")
            .await
            .post_text("/admin/site", form)
            .await
            .status,
        403
    );
}

#[tokio::test]
async fn advice_is_for_everybody_may_be_kept_for_a_minute_and_goes_with_a_recall() {
    let kit = open().await;
    let operator = Browser::of(&kit, "birch-operator").await;
    let address = published(&kit, &operator).await;
    let stranger = Browser::stranger(&kit);
    let answer = stranger.get(&address).await;
    let text = answer.text();
    assert!(
        text.contains("Take them off") && text.contains("2027-01-31") && text.contains("One &#38; two"),
        "{text}"
    );
    assert!(!text.contains("<script") && !text.contains("Alder"), "{text}");
    assert_eq!(answer.header("set-cookie"), None);
    assert!(
        answer
            .header("cache-control")
            .unwrap()
            .starts_with("public, max-age=60")
    );
    assert!(
        answer
            .header("content-security-policy")
            .unwrap()
            .starts_with("default-src 'none'; style-src 'self'")
    );
    let tag = header("If-None-Match", answer.header("etag").unwrap());
    assert_eq!(kit.send("GET", &address, &[tag], None).await.status, 304);
    // The same for who is signed in.
    assert_eq!(operator.read(&address).await, text);
    let german = kit
        .send("GET", "/advice", &[header("Accept-Language", "de")], None)
        .await;
    assert!(
        german.text().contains("Was geschehen ist, wen es betrifft"),
        "{}",
        german.text()
    );
    assert!(
        german.header("vary").unwrap().contains("accept-language"),
        "{:?}",
        german.headers
    );
    let french = stranger.read("/advice?language=fr").await;
    assert!(french.contains("/report?language=fr"), "{french}");
    assert_eq!(stranger.get("/advice?sector=%3Cb%3E").await.status, 400);
    assert!(stranger.read("/advice?sector=energy").await.contains("Pumps stop"));
    assert!(!stranger.read("/advice?sector=health").await.contains("Pumps stop"));
    let feed = stranger.get("/advice.json").await;
    assert_eq!(
        feed.header("content-type"),
        Some("application/feed+json; charset=utf-8")
    );
    let feed = feed.json();
    assert_eq!(feed["version"], "https://jsonfeed.org/version/1.1");
    assert_eq!(feed["items"][0]["url"], format!("https://hub.example{address}"));
    assert_eq!(feed["items"][0]["tags"], serde_json::json!(["water", "energy"]));
    assert!(feed["items"][0].get("authors").is_none());
    // A feed is called as its page is, in the language of who reads it.
    let german = stranger.get("/advice.json?sector=water&language=de").await.json();
    assert!(
        german["title"]
            .as_str()
            .is_some_and(|title| title.starts_with("Empfehlungen: water · ")),
        "{german}"
    );
    assert_eq!(
        german["feed_url"],
        "https://hub.example/advice.json?sector=water&language=de"
    );
    let german = stranger.read("/advice.atom?language=de").await;
    assert!(
        german.contains("<title>Empfehlungen · ") && german.contains("xml:lang=\"de\""),
        "{german}"
    );
    let page = stranger.read("/advice?language=de").await;
    assert!(page.contains("href=\"/advice.atom?language=de\""), "{page}");
    let atom = stranger.read("/advice.atom?sector=water").await;
    assert!(
        atom.starts_with("<?xml") && atom.contains("Pumps stop &#60;script&#62;"),
        "{atom}"
    );
    // The member behind it, and nobody else, has itself named.
    let uuid = address.trim_start_matches("/advice/");
    let (name, form) = (
        format!("/advice/{uuid}/name"),
        format!("named=yes&object={}", id("indicator", 1)),
    );
    let birch = Browser::of(&kit, "birch-analyst").await;
    assert_eq!(birch.post_text(&name, &form).await.status, 404);
    let alder = Browser::of(&kit, "alder-analyst").await;
    let item = alder.change_text(&name, &form).await.text();
    assert!(item.contains("Your organisation is named there"), "{item}");
    assert!(stranger.read(&address).await.contains("Reported by Alder"));
    let wish = format!(
        r#"{{"object":"{}","kind":"retract","reason":"wrong"}}"#,
        id("indicator", 1)
    );
    assert_eq!(
        kit.ask("alder-analyst", "POST", "/api/v1/recalls", Some(&wish))
            .await
            .status,
        201
    );
    assert_eq!(stranger.get(&address).await.status, 404);
    for path in ["/advice", "/advice.json", "/advice.atom"] {
        assert!(!stranger.read(path).await.contains("Pumps stop"), "{path}");
    }
    let list = operator.read("/admin/advice").await;
    assert!(list.contains("shown no more"), "{list}");
    let list = operator.change_text(&format!("{address}/take-back"), "").await.text();
    assert!(list.contains("Nothing is published"), "{list}");
}

#[tokio::test]
async fn only_operators_publish_and_only_what_is_open_to_everybody() {
    let kit = open().await;
    kit.share("alder-contributor", "common", &[indicator(2, "green")]).await;
    let operator = Browser::of(&kit, "birch-operator").await;
    let path = format!("/objects/{}/publish", id("indicator", 2));
    assert_eq!(operator.get(&path).await.status, 404);
    assert_eq!(operator.post_text(&path, WORDS).await.status, 404);
    assert!(
        !operator
            .read(&format!("/objects/{}", id("indicator", 2)))
            .await
            .contains("/publish\"")
    );
    let analyst = Browser::of(&kit, "alder-analyst").await;
    let clear = published(&kit, &operator).await;
    assert_eq!(
        analyst
            .get(&format!("/objects/{}/publish", id("indicator", 1)))
            .await
            .status,
        403
    );
    assert_eq!(analyst.post_text(&format!("{clear}/take-back"), "").await.status, 403);
    assert_eq!(analyst.get("/admin/advice").await.status, 403);
}

#[tokio::test]
async fn a_stranger_reports_and_talks_with_the_operators_by_a_secret_link() {
    let kit = open().await;
    let stranger = Browser::stranger(&kit);
    let form = stranger.get("/report").await;
    assert_eq!(form.header("cache-control"), Some("no-store"));
    let text = form.text();
    let mark = text
        .split("name=\"mark\" value=\"")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap()
        .to_owned();
    let fields = |website: &'static str| {
        [
            ("mark", None, mark.clone()),
            ("kind", None, "weakness".to_owned()),
            ("subject", None, "<script>alert(1)</script>".to_owned()),
            ("details", None, "It answers to strangers".to_owned()),
            ("about", None, String::new()),
            ("contact", None, String::new()),
            ("website", None, website.to_owned()),
            ("files", Some("../scan.html"), "<script>alert(2)</script>".to_owned()),
        ]
    };
    let send = async |website| {
        let fields = fields(website);
        let parts: Vec<_> = fields
            .iter()
            .map(|(name, file, text)| (*name, *file, text.as_bytes()))
            .collect();
        stranger.upload_parts("/report", &parts).await
    };
    let soon = send("").await;
    assert_eq!(soon.status, 422, "{}", soon.text());
    assert!(soon.text().contains("that was quick") && soon.text().contains("&#60;script&#62;alert(1)"));
    wait(&kit);
    let trapped = send("https://spam.example").await;
    assert_eq!(trapped.status, 400);
    // The page that is shown again carries the file: nobody has to choose it again.
    let again = soon.text();
    let kept = again.split("name=\"kept\" value=\"").nth(1).expect("the file is kept");
    let kept = kept.split('"').next().unwrap().to_owned();
    let without = fields("").map(|(name, _, text)| (name, if name == "files" { kept.clone() } else { text }));
    let parts: Vec<_> = without
        .iter()
        .map(|(name, text)| (if *name == "files" { "kept" } else { name }, None, text.as_bytes()))
        .collect();
    let sent = stranger.upload_parts("/report", &parts).await;
    assert_eq!(sent.status, 303, "{}", sent.text());
    // What is no file of such a page is said to be none.
    let odd = [("mark", None, mark.as_bytes()), ("kept", None, &b"a.b%"[..])];
    assert_eq!(stranger.upload_parts("/report", &odd).await.status, 400);
    let link = to(&sent).to_owned();
    assert!(link.starts_with("/report/"), "{link}");
    let page = stranger.read(&link).await;
    assert!(
        page.contains("The operators have it") && !page.contains("It answers to strangers"),
        "{page}"
    );
    let operator = Browser::of(&kit, "birch-operator").await;
    let list = operator.read("/admin/reports").await;
    let path = list
        .split("href=\"/admin/reports/")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap();
    let path = format!("/admin/reports/{path}");
    let opened = operator.read(&path).await;
    assert!(
        opened.contains("It answers to strangers") && opened.contains("scan.html"),
        "{opened}"
    );
    assert!(!opened.contains("<script>alert"), "{opened}");
    let file = operator.get(&format!("{path}/files/0")).await;
    assert_eq!(file.header("content-type"), Some("application/octet-stream"));
    assert_eq!(
        file.header("content-disposition"),
        Some("attachment; filename=\"scan.html\"")
    );
    let answered = operator.change_text(&path, "text=Which+version%3F").await.text();
    assert!(answered.contains("the reporter reads it"), "{answered}");
    assert!(stranger.read(&link).await.contains("Which version?"));
    let said = stranger.change_text(&link, "text=The+last").await.text();
    assert!(said.contains("The last"), "{said}");
    let closed = operator.change_text(&path, "text=&close=yes").await.text();
    assert!(!closed.contains("name=\"close\""), "{closed}");
    assert_eq!(stranger.post_text(&link, "text=more").await.status, 409);
    // From its page it goes to the page of sharing, which sends nothing yet.
    let shared = operator.post_text("/share", "text=It+answers+to+192.0.2.7").await;
    assert_eq!(shared.status, 200, "{}", shared.text());
    // Others learn nothing.
    let coordinator = Browser::of(&kit, "alder-coordinator").await;
    for path in ["/admin/reports", &path, &format!("{path}/files/0")] {
        assert_eq!(coordinator.get(path).await.status, 403, "{path}");
    }
    assert_eq!(kit.get("operator", &path).await.status, 403, "no key reads it");
    assert_eq!(stranger.get("/report/nonsense").await.status, 404);
}

#[tokio::test]
async fn the_guide_is_read_and_searched_and_each_page_leads_into_it() {
    let kit = Kit::start().await;
    let browser = Browser::of(&kit, "alder-analyst").await;
    let contents = browser.read("/guide").await;
    assert!(contents.contains("href=\"/guide/operating\""), "{contents}");
    let found = browser.read("/guide?q=restore+backup").await;
    assert!(found.contains("/guide/operating#backup-and-restore"), "{found}");
    assert!(browser.read("/guide?q=%3Cscript%3E").await.contains("&#60;script&#62;"));
    let chapter = browser.read("/guide/membership").await;
    assert!(
        chapter.contains("id=\"going\"") && chapter.contains("<table>"),
        "{chapter}"
    );
    assert_eq!(browser.get("/guide/nothing").await.status, 404);
    for path in [
        "/today",
        "/feed",
        "/share",
        "/hits",
        "/commitments",
        "/scorecard",
        "/communities",
        "/members",
        "/ledger",
        "/account",
    ] {
        let page = browser.read(path).await;
        let about = page
            .split("class=\"about\" href=\"")
            .nth(1)
            .unwrap_or_else(|| panic!("{path}"));
        let about = about.split(['"', '#']).next().unwrap();
        assert_eq!(browser.get(about).await.status, 200, "{path} {about}");
    }
}

#[tokio::test]
async fn the_first_steps_stand_on_the_start_page_until_they_are_done_or_not_wanted() {
    let kit = Kit::start().await;
    let browser = Browser::of(&kit, "alder-analyst").await;
    let page = browser.read("/today").await;
    assert!(
        page.contains("First steps") && page.contains("href=\"/hits/log\""),
        "{page}"
    );
    let page = browser.change_text("/today/walk/end", "").await.text();
    assert!(!page.contains("First steps"), "{page}");
    assert!(
        Browser::of(&kit, "birch-analyst")
            .await
            .read("/today")
            .await
            .contains("First steps")
    );
}

#[tokio::test]
async fn operators_back_up_and_switch_lists_from_the_page_of_the_node() {
    let kit = Kit::start_with(Wish {
        settings: |settings| {
            let folder = std::env::temp_dir().join(format!("commonwatch-backups-{}", std::process::id()));
            settings.backups = Some(folder);
        },
        ..Wish::default()
    })
    .await;
    let operator = Browser::of(&kit, "birch-operator").await;
    assert!(operator.read("/admin").await.contains("None was made"));
    let made = operator.change_text("/admin/backup", "").await.text();
    assert!(made.contains("The last one is 0 days old"), "{made}");
    std::fs::remove_dir_all(kit.node.settings().backups.as_ref().unwrap()).unwrap();
    let list = made
        .split("action=\"/admin/warninglists\"><input type=\"hidden\" name=\"name\" value=\"")
        .nth(1)
        .unwrap();
    let list = list.split('"').next().unwrap().replace(' ', "+");
    let off = operator
        .change_text("/admin/warninglists", &format!("name={list}"))
        .await
        .text();
    assert!(off.contains("Switch on"), "{off}");
    assert_eq!(
        operator.post_text("/admin/warninglists", "name=nothing").await.status,
        404
    );
    let alder = Browser::of(&kit, "alder-coordinator").await;
    for path in ["/admin/backup", "/admin/warninglists"] {
        assert_eq!(alder.post_text(path, "").await.status, 403, "{path}");
    }
}

#[tokio::test]
async fn an_operator_who_is_there_chooses_settings_and_the_ledger_says_so() {
    let kit = Kit::start().await;
    let operator = Browser::of(&kit, "birch-operator").await;
    let page = operator.read("/admin").await;
    assert!(
        page.contains("name=\"title\"") && page.contains("commonwatch.toml"),
        "{page}"
    );
    let typed = |title, months, reports| {
        [
            ("title", title),
            ("description", "For the river"),
            ("contact", "watch@river.example"),
            ("contact-months", months),
            ("sessions", "30"),
            ("invitations", "180"),
            ("proposals", "400"),
            ("notices", "90"),
            ("transfers", "400"),
            ("reports", reports),
        ]
    };
    let before = kit.node.checkpoint().await.unwrap().unverified().size;
    let saved = operator.done("/admin/settings", &typed("River watch", "3", "7")).await;
    assert!(
        saved.contains("The settings hold from now on") && saved.contains("River watch"),
        "{saved}"
    );
    assert!(kit.node.checkpoint().await.unwrap().unverified().size > before);
    assert_eq!(kit.node.chosen().retention.tips, 7);
    let discovery = kit.get("birch-operator", "/taxii2/").await.json();
    assert_eq!(
        (&discovery["title"], &discovery["contact"]),
        (&"River watch".into(), &"watch@river.example".into())
    );
    // What cannot be used is said beside what was typed, and changes nothing.
    let wrong = operator.post("/admin/settings", &typed("River", "none", "7")).await;
    assert_eq!(wrong.status, 400, "{}", wrong.text());
    wrong.says("value=\"none\"");
    let wrong = operator.post("/admin/settings", &typed("", "3", "7")).await;
    assert_eq!(wrong.status, 422, "{}", wrong.text());
    assert_eq!(kit.node.chosen().title, "River watch");
    // Whoever has not shown lately that it is them sees them, and changes none.
    operator.forget_proof("birch-operator").await;
    let page = operator.read("/admin").await;
    assert!(
        page.contains("show first that it is you") && page.contains("fieldset disabled"),
        "{page}"
    );
    let refused = operator.post("/admin/settings", &typed("Mine", "3", "7")).await;
    assert_eq!(refused.header("location"), Some("/step-up?back=/admin"));
    assert_eq!(kit.node.chosen().title, "River watch");
    let other = Browser::of(&kit, "alder-operator").await;
    let given_up = other.done("/admin/settings", &[("as-configured", "yes")]).await;
    assert!(given_up.contains("Test hub"), "{given_up}");
    let analyst = Browser::of(&kit, "birch-analyst").await;
    assert_eq!(
        analyst.post("/admin/settings", &typed("Mine", "3", "7")).await.status,
        403
    );
}

#[tokio::test]
async fn a_browser_that_asks_for_what_is_nowhere_is_shown_a_page_and_a_program_is_not() {
    let kit = Kit::start().await;
    let ask = async |path: &str, accept: &str| {
        let headers = [
            ("accept".to_owned(), accept.to_owned()),
            ("accept-language".to_owned(), "de".to_owned()),
        ];
        let answer = kit.send("GET", path, &headers, None).await;
        assert_eq!(answer.status, 404, "{path}");
        (
            answer.header("content-type").unwrap_or_default().to_owned(),
            answer.text(),
        )
    };
    let browser = "text/html,application/xhtml+xml,*/*;q=0.8";
    let (media, text) = ask("/todya?x=%3Cb%3E", browser).await;
    assert!(
        media.starts_with("text/html") && text.contains("<html lang=\"de\""),
        "{media} {text}"
    );
    assert!(!text.contains("<b>"), "{text}");
    for (path, accept, wanted) in [
        ("/todya", "*/*", "application/taxii+json"),
        ("/todya", "application/taxii+json;version=2.1", "application/taxii+json"),
        ("/api/v1/nowhere", browser, "application/problem+json"),
    ] {
        let (media, _) = ask(path, accept).await;
        assert!(media.starts_with(wanted), "{path} {accept}: {media}");
    }
}
