//! The pages for finding, for one object, and for sharing, as a browser uses them.

use super::kit::{Answer, Kit, id, indicator};

/// A browser in which somebody is signed in.
struct Browser<'k> {
    kit: &'k Kit,
    token: String,
}

impl<'k> Browser<'k> {
    async fn of(kit: &'k Kit, login: &str) -> Self {
        let (token, _) = kit.session(login).await;
        Self { kit, token }
    }

    async fn send(&self, method: &str, path: &str, body: Option<&str>) -> Answer {
        let header = |name: &str, value: String| (name.to_owned(), value);
        let mut headers = vec![
            header("Cookie", format!("__Host-commonwatch={}", self.token)),
            header("Sec-Fetch-Site", "same-origin".to_owned()),
            header("Accept", "text/html".to_owned()),
        ];
        if body.is_some() {
            headers.push(header("Content-Type", "application/x-www-form-urlencoded".to_owned()));
        }
        self.kit.send(method, path, &headers, body.map(str::as_bytes)).await
    }

    async fn read(&self, path: &str) -> String {
        let answer = self.send("GET", path, None).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
        answer.text()
    }

    /// Sends a form and reads the page that it leads to.
    async fn post(&self, path: &str, fields: &[(&str, &str)]) -> String {
        let answer = self.send("POST", path, Some(&form(fields))).await;
        assert_eq!(answer.status, 303, "{path}: {}", answer.text());
        self.read(answer.header("location").unwrap()).await
    }
}

fn form(fields: &[(&str, &str)]) -> String {
    let encoded = |text: &str| -> String { text.bytes().map(|byte| format!("%{byte:02X}")).collect() };
    let pairs: Vec<_> = fields
        .iter()
        .map(|(name, value)| format!("{name}={}", encoded(value)))
        .collect();
    pairs.join("&")
}

async fn indexed(kit: &Kit) {
    while kit.node.store().index_next(1_000).await.unwrap() > 0 {}
}

#[tokio::test]
async fn one_box_finds_words_values_and_each_value_of_a_report() {
    let kit = Kit::start().await;
    let objects = [indicator(1, "Pump trouble"), indicator(2, "Valve")];
    kit.share("alder-contributor", "common", &objects).await;
    kit.share("alder-contributor", "grove", &[indicator(3, "Secret of the grove")])
        .await;
    indexed(&kit).await;
    let birch = Browser::of(&kit, "birch-reader").await;
    let newest = birch.read("/feed").await;
    assert!(newest.contains("Pump trouble") && newest.contains("Valve"), "{newest}");
    assert!(!newest.contains("Secret of the grove"));
    let words = birch.read("/feed?q=pump").await;
    assert!(words.contains("Pump trouble") && !words.contains(">Valve<"), "{words}");
    let value = birch.read("/feed?q=hxxp:%2F%2F192[.]0[.]2[.]1%2F").await;
    assert!(
        value.contains("a URL") && value.contains("http://192.0.2.1/"),
        "{value}"
    );
    let value = birch.read("/feed?q=192[.]0[.]2[.]1").await;
    assert!(
        value.contains("an IPv4 address") && value.contains("Pump trouble"),
        "{value}"
    );
    let hidden = birch.read("/feed?q=192.0.2.3").await;
    assert!(
        !hidden.contains("Secret") && hidden.contains("That does not say it is harmless"),
        "{hidden}"
    );
    let filters = birch.read("/feed?q=type:malware+tlp:red+since:yesterday").await;
    assert!(
        filters.contains("no filter tlp:") && filters.contains("Not a time: yesterday"),
        "{filters}"
    );
    assert!(!filters.contains("Pump trouble"));
    let text = "Attackers came from 192[.]0[.]2[.]1, 192[.]0[.]2[.]3 and evil[.]example.";
    let report = birch.send("POST", "/feed/report", Some(&form(&[("text", text)]))).await;
    let report = report.text();
    assert!(
        report.contains("3 values in the text") && report.contains("Pump trouble"),
        "{report}"
    );
    assert!(!report.contains("Secret of the grove") && report.contains("not known here"));
    let same = birch.read(&format!("/feed?q={}", text.replace(' ', "+"))).await;
    assert!(same.contains("3 values in the text"), "{same}");
    let named = birch
        .send("GET", &format!("/feed?q={}", id("indicator", 1)), None)
        .await;
    assert_eq!(
        named.header("location"),
        Some(&*format!("/objects/{}", id("indicator", 1)))
    );
}

#[tokio::test]
async fn the_list_goes_on_by_cursor_until_its_end() {
    let kit = Kit::start().await;
    let objects: Vec<_> = (1..=70)
        .map(|number| indicator(number, &format!("Number {number}.")))
        .collect();
    kit.share("alder-contributor", "common", &objects).await;
    let birch = Browser::of(&kit, "birch-reader").await;
    let mut page = birch.read("/feed").await;
    let mut found = Vec::new();
    loop {
        found.extend((1..=70).filter(|number| page.contains(&format!("Number {number}."))));
        let Some((_, rest)) = page.split_once("hx-get=\"") else {
            break;
        };
        let next = rest
            .split('"')
            .next()
            .unwrap()
            .replace("&amp;", "&")
            .replace("&#38;", "&");
        assert!(next.starts_with("/feed/more?q=&cursor="), "{next}");
        page = birch.read(&next).await;
        assert!(!page.contains("<html"), "a part is not a page");
        assert!(found.len() < 100);
    }
    found.sort_unstable();
    assert_eq!(found, (1..=70).collect::<Vec<_>>());
}

#[tokio::test]
async fn an_object_tells_what_it_is_and_what_was_done_about_it() {
    let kit = Kit::start().await;
    kit.share(
        "alder-contributor",
        "common",
        &[indicator(1, "Pump <b>\"trouble\"</b>".replace('"', "\\\"").as_str())],
    )
    .await;
    kit.share("alder-contributor", "grove", &[indicator(3, "Secret of the grove")])
        .await;
    let path = format!("/objects/{}", id("indicator", 1));
    let birch = Browser::of(&kit, "birch-analyst").await;
    let page = birch.read(&path).await;
    for part in [
        "A pattern to look for",
        "TLP:GREEN",
        "Community common",
        "Alder",
        "192.0.2.1",
        "Suricata",
        "alert ",
        "/receipts",
    ] {
        assert!(page.contains(part), "no {part} in {page}");
    }
    assert!(!page.contains("<b>") && !page.contains("/recall\""), "{page}");
    // What is hidden is the same page as what is not there.
    let hidden = birch
        .send("GET", &format!("/objects/{}", id("indicator", 3)), None)
        .await;
    let absent = birch
        .send("GET", &format!("/objects/{}", id("indicator", 99)), None)
        .await;
    assert_eq!(
        (hidden.status, hidden.body == absent.body),
        (404, true),
        "{}",
        hidden.text()
    );
    let noted = birch
        .post(&format!("{path}/receipts"), &[("what", "acted"), ("note", "")])
        .await;
    assert!(noted.contains("your organisation acted on it"), "{noted}");
    let again = birch.post(&format!("{path}/receipts"), &[("what", "acted")]).await;
    assert!(again.contains("had said so before"), "{again}");
    let long = "x".repeat(1_001);
    let wrong = birch.send(
        "POST",
        &format!("{path}/receipts"),
        Some(&form(&[("what", "acknowledged"), ("note", &long)])),
    );
    let wrong = wrong.await;
    assert_eq!(wrong.status, 422);
    assert!(wrong.text().contains("1000 characters") && wrong.text().contains(&long));
    let wrong = [("kind", "false-positive"), ("comment", "<script>our own pump")];
    let told = birch.post(&format!("{path}/feedback"), &wrong).await;
    assert!(told.contains("on its way"), "{told}");
    let alder = Browser::of(&kit, "alder-analyst").await;
    let own = alder.read(&path).await;
    for part in ["shared by us", "Acted on it", "Birch", "our own pump", "/recall\""] {
        assert!(own.contains(part), "no {part} in {own}");
    }
    assert!(!own.contains("<script>our"), "{own}");
}

#[tokio::test]
async fn only_who_shared_it_recalls_it() {
    let kit = Kit::start().await;
    kit.share("alder-contributor", "common", &[indicator(1, "Pump")]).await;
    let path = format!("/objects/{}", id("indicator", 1));
    let birch = Browser::of(&kit, "birch-analyst").await;
    let recall = form(&[("kind", "retract"), ("tlp", "red"), ("reason", "wrong")]);
    for (method, body) in [("GET", None), ("POST", Some(&*recall))] {
        let refused = birch.send(method, &format!("{path}/recall"), body).await;
        assert_eq!(refused.status, 404, "{}", refused.text());
    }
    birch.read(&path).await;
    let alder = Browser::of(&kit, "alder-analyst").await;
    assert!(
        alder
            .read(&format!("{path}/recall"))
            .await
            .contains("takes effect at once")
    );
    let no_reason = form(&[("kind", "narrow"), ("tlp", "amber"), ("reason", " ")]);
    let again = alder.send("POST", &format!("{path}/recall"), Some(&no_reason)).await;
    assert_eq!(again.status, 422);
    assert!(again.text().contains("a recall needs a reason") && again.text().contains("value=\"narrow\" selected"));
    let gone = alder
        .post(
            &format!("{path}/recall"),
            &[("kind", "retract"), ("tlp", "red"), ("reason", "wrong")],
        )
        .await;
    assert!(gone.contains("The recall is made"), "{gone}");
    assert_eq!(birch.send("GET", &path, None).await.status, 404);
}
