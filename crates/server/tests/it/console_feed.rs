//! The pages for finding, for one object, and for sharing, as a browser uses them.

use super::browser::{Browser, form};
use super::kit::{Kit, id, indicator};

pub async fn indexed(kit: &Kit) {
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
    assert!(newest.contains("TLP:GREEN"), "{newest}");
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
        filters.contains("Not a time: yesterday")
            && filters.contains("character 28")
            && filters.contains("<code>7d</code>"),
        "{filters}"
    );
    assert!(!filters.contains("Pump trouble"));
    let text = "Attackers came from 192[.]0[.]2[.]1, 192[.]0[.]2[.]3 and evil[.]example.";
    let report = birch.post("/feed/report", &[("text", text)]).await;
    let report = report.text();
    assert!(
        report.contains("3 values in the text") && report.contains("Pump trouble"),
        "{report}"
    );
    assert!(!report.contains("Secret of the grove") && report.contains("not known here"));
    let same = birch.read(&format!("/feed?q={}", text.replace(' ', "+"))).await;
    assert!(same.contains("3 values in the text"), "{same}");
    let named = birch.get(&format!("/feed?q={}", id("indicator", 1))).await;
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
        let Some((_, rest)) = page.split_once("class=\"more\" hx-get=\"") else {
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
    let object = indicator(1, r#"Pump <b>\"trouble\"</b>"#).replace("192.0.2.1", "45.155.205.7");
    kit.share("alder-contributor", "common", &[object]).await;
    kit.share("alder-contributor", "common", &[indicator(2, "Harmless")])
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
        "45.155.205.7",
        "Suricata",
        "alert</span> ",
        "/receipts",
    ] {
        assert!(page.contains(part), "no {part} in {page}");
    }
    assert!(!page.contains("<b>") && !page.contains("/recall\""), "{page}");
    let harmless = birch.read(&format!("/objects/{}", id("indicator", 2))).await;
    assert!(
        harmless.contains("No rule or list") && harmless.contains("A warninglist knows its value"),
        "{harmless}"
    );
    // What is hidden is the same page as what is not there.
    let hidden = birch.get(&format!("/objects/{}", id("indicator", 3))).await;
    let absent = birch.get(&format!("/objects/{}", id("indicator", 99))).await;
    assert_eq!(
        (hidden.status, hidden.body == absent.body),
        (404, true),
        "{}",
        hidden.text()
    );
    let noted = birch
        .done(&format!("{path}/receipts"), &[("what", "acted"), ("note", "")])
        .await;
    assert!(noted.contains("your organisation acted on it"), "{noted}");
    let again = birch.done(&format!("{path}/receipts"), &[("what", "acted")]).await;
    assert!(again.contains("had said so before"), "{again}");
    let long = "x".repeat(1_001);
    let noted = [("what", "acknowledged"), ("note", &long)];
    let wrong = birch.post(&format!("{path}/receipts"), &noted).await;
    assert_eq!(wrong.status, 422);
    assert!(wrong.text().contains("1000 characters") && wrong.text().contains(&long));
    let wrong = [("kind", "false-positive"), ("comment", "<script>our own pump")];
    let told = birch.done(&format!("{path}/feedback"), &wrong).await;
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
    let (recall, wish) = (
        format!("{path}/recall"),
        [("kind", "retract"), ("tlp", "red"), ("reason", "wrong")],
    );
    for refused in [birch.get(&recall).await, birch.post(&recall, &wish).await] {
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
    let no_reason = [("kind", "narrow"), ("tlp", "amber"), ("reason", " ")];
    let again = alder.post(&format!("{path}/recall"), &no_reason).await;
    assert_eq!(again.status, 422);
    assert!(again.text().contains("a recall needs a reason") && again.text().contains("value=\"narrow\" selected"));
    let gone = alder
        .done(
            &format!("{path}/recall"),
            &[("kind", "retract"), ("tlp", "red"), ("reason", "wrong")],
        )
        .await;
    assert!(gone.contains("The recall is made"), "{gone}");
    assert_eq!(birch.get(&path).await.status, 404);
}

/// The value of a hidden field of a page.
fn hidden<'p>(page: &'p str, name: &str) -> &'p str {
    let (_, rest) = page.split_once(&format!("name=\"{name}\" value=\"")).unwrap();
    rest.split('"').next().unwrap()
}

#[tokio::test]
async fn a_report_is_shared_in_two_steps_by_who_knows_no_stix() {
    let kit = Kit::start().await;
    let alder = Browser::of(&kit, "alder-contributor").await;
    let empty = alder.read("/share").await;
    assert!(
        empty.contains("Community grove") && !empty.contains("Community wood"),
        "{empty}"
    );
    let text =
        "Pumps were attacked\nfrom 203[.]0[.]113[.]9, 10[.]0[.]0[.]7 and <script>alert(1)</script> evil[.]example";
    let filled = |seen: &str, text: &str, tlp: &str| {
        form::encoded(&[
            ("text", text),
            ("community", "common"),
            ("tlp", tlp),
            ("pap", "amber"),
            ("named", ""),
            ("seen", seen),
        ])
    };
    let looked = alder.post_text("/share", &filled("", text, "green")).await;
    let looked = looked.text();
    for part in [
        "203.0.113.9",
        "evil.example",
        "report 1",
        "TLP:GREEN",
        "PAP:AMBER",
        "2 members",
        "Birch",
        "10.0.0.7</code>",
        "Share it now",
        "see the name of your organisation",
    ] {
        assert!(looked.contains(part), "no {part} in {looked}");
    }
    assert!(!looked.contains("<script>alert"), "{looked}");
    let nobody_yet = kit
        .get("birch-reader", "/api/v1/observables?value=evil.example")
        .await
        .json();
    assert_eq!(
        nobody_yet["found"].as_array().unwrap().len(),
        0,
        "looking shares nothing"
    );
    let seen = hidden(&looked, "seen").to_owned();
    // What was not looked at is not sent.
    let other = alder.post_text("/share/send", &filled(&seen, text, "clear")).await;
    assert!(
        other.text().contains("You changed something since you looked"),
        "{}",
        other.text()
    );
    let sent = alder.post_text("/share/send", &filled(&seen, text, "green")).await;
    let to = sent.header("location").unwrap().to_owned();
    let report = alder.read(&to).await;
    assert!(
        report.contains("accepted") && report.contains("/objects/report--"),
        "{report}"
    );
    let birch = Browser::of(&kit, "birch-reader").await;
    let found = birch.read("/feed?q=evil.example").await;
    assert!(found.contains("/objects/indicator--"), "{found}");
    assert_eq!(birch.get(&to).await.status, 404);
    assert_eq!(birch.get("/share").await.status, 403);
}

#[tokio::test]
async fn what_cannot_be_shared_is_said_and_kept_in_the_form() {
    let kit = Kit::start().await;
    let alder = Browser::of(&kit, "alder-contributor").await;
    let look = async |fields: &[(&str, &str)]| {
        let answer = alder.post("/share", fields).await;
        assert!(answer.status < 500, "{}", answer.text());
        (answer.status, answer.text())
    };
    let (_, red) = look(&[
        ("text", "1[.]2[.]3[.]4 is bad"),
        ("community", "common"),
        ("tlp", "red"),
    ])
    .await;
    assert!(red.contains("role=\"alert\"") && !red.contains("Share it now"), "{red}");
    let (_, none) = look(&[("text", "nothing of note"), ("community", "common")]).await;
    assert!(
        none.contains("Nothing in it can be shared") && !none.contains("Share it now"),
        "{none}"
    );
    let (status, stranger) = look(&[
        ("text", "1[.]2[.]3[.]4"),
        ("community", "common"),
        ("named", "Elder<b>"),
    ])
    .await;
    assert_eq!(status, 400);
    assert!(
        stranger.contains("no member called") && stranger.contains("1[.]2[.]3[.]4"),
        "{stranger}"
    );
    assert!(!stranger.contains("<b>"));
    let wood = look(&[("text", "1[.]2[.]3[.]4"), ("community", "wood")]).await;
    let nowhere = look(&[("text", "1[.]2[.]3[.]4"), ("community", "nowhere")]).await;
    assert_eq!((wood.0, nowhere.0), (404, 404));
    let (_, own) = look(&[
        ("text", "Alder saw a@evil.example and 1[.]2[.]3[.]4"),
        ("community", "common"),
        ("withheld", "yes"),
    ])
    .await;
    for part in ["The text itself says the name", "e-mail address", "do not see the name"] {
        assert!(own.contains(part), "no {part} in {own}");
    }
    let pdf = look(&[
        ("text", ""),
        ("kept", "!!"),
        ("kept_name", "a.pdf"),
        ("community", "common"),
    ])
    .await;
    assert!(pdf.1.contains("arrived damaged"), "{}", pdf.1);
}
