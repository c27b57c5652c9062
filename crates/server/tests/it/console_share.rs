//! Sharing a file in the browser: what was understood is corrected line by line, then sent as it was looked at.

use serde_json::Value;

use super::browser::{Browser, form};
use super::kit::{Answer, Kit};

/// A PDF document with a line for each of these, as small as it can be.
fn pdf(lines: &[&str]) -> Vec<u8> {
    let text: String = lines
        .iter()
        .map(|line| format!("({}) Tj T* ", line.replace('(', "\\(").replace(')', "\\)")))
        .collect();
    let stream = format!("BT /F1 12 Tf 14 TL 50 780 Td {text}ET");
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>".to_owned(),
        format!("<< /Length {} >>\nstream\n{stream}\nendstream", stream.len()),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>".to_owned(),
    ];
    let mut out = b"%PDF-1.4\n".to_vec();
    let mut places = Vec::new();
    for (number, object) in objects.iter().enumerate() {
        places.push(out.len());
        out.extend_from_slice(format!("{} 0 obj\n{object}\nendobj\n", number + 1).as_bytes());
    }
    let table = out.len();
    out.extend_from_slice(format!("xref\n0 {}\n0000000000 65535 f \n", places.len() + 1).as_bytes());
    for place in places {
        out.extend_from_slice(format!("{place:010} 00000 n \n").as_bytes());
    }
    let trailer = format!(
        "trailer\n<< /Size {} /Root 1 0 R >>\nstartxref\n{table}\n%%EOF\n",
        objects.len() + 1
    );
    out.extend_from_slice(trailer.as_bytes());
    out
}

const LINES: [&str; 6] = [
    "Advisory 7: pumps stopped",
    "They used T1133 and CVE-2024-3400, and came from 45[.]155[.]205[.]7.",
    "Inside they jumped over 10[.]20[.]30[.]40 of Alder.",
    "Mail came from boss@evil-pump[.]net.",
    "Indicators of compromise:",
    "tools.evil-pump.net",
];

/// The fields of the form as the page has them, to be sent again with changes.
fn fields(page: &str) -> Vec<(String, String)> {
    let unescaped = |text: &str| {
        let mut out = text.to_owned();
        for (escaped, plain) in [
            ("&#60;", "<"),
            ("&#62;", ">"),
            ("&#34;", "\""),
            ("&#39;", "'"),
            ("&#38;", "&"),
        ] {
            out = out.replace(escaped, plain);
        }
        out
    };
    let (_, form) = page.split_once("id=\"share\"").unwrap();
    let (form, _) = form.split_once("</form>").unwrap();
    let mut fields = Vec::new();
    for tag in form.split('<').skip(1) {
        let get = |name: &str| {
            let (_, rest) = tag.split_once(&format!("{name}=\""))?;
            rest.split('"').next().map(unescaped)
        };
        let Some(name) = get(" name") else {
            // The option that is chosen, or the first of its list.
            if tag.starts_with("option")
                && let Some((_, value)) = fields.last_mut()
            {
                let chosen = get("value").unwrap_or_else(|| unescaped(tag.split('>').nth(1).unwrap_or_default()));
                if tag.contains(" selected") || *value == "\0" {
                    *value = chosen;
                }
            }
            continue;
        };
        if tag.starts_with("select") {
            fields.push((name, "\0".to_owned()));
        } else if tag.starts_with("textarea") {
            fields.push((name, unescaped(tag.split_once('>').unwrap().1.trim_start_matches('\n'))));
        } else if tag.starts_with("input") && !tag.contains("type=\"file\"") {
            let is_off = tag.contains("type=\"checkbox\"") && !tag.contains(" checked");
            if !is_off {
                fields.push((name, get(" value").unwrap_or_default()));
            }
        }
    }
    fields
}

/// The number of the line of an item.
fn number(page: &str, name: &str) -> String {
    let at = page
        .find(&format!("<span class=\"mono\">{name}</span>"))
        .unwrap_or_else(|| panic!("no {name} in {page}"));
    let before = &page[..at];
    let from = before.rfind("name=\"item\" value=\"").unwrap() + "name=\"item\" value=\"".len();
    before[from..].split('"').next().unwrap().to_owned()
}

/// Sets the field `name` of the line of an item.
fn set(fields: &mut [(String, String)], item: &str, name: &str, value: &str) {
    let line = fields
        .iter()
        .position(|(key, value)| key == "item" && value == item)
        .unwrap();
    let found = fields[line..].iter_mut().find(|(key, _)| key == name).unwrap();
    value.clone_into(&mut found.1);
}

async fn again(browser: &Browser<'_>, path: &str, fields: &[(String, String)]) -> Answer {
    let borrowed: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (&**name, &**value)).collect();
    browser.upload(path, &borrowed, "file", ("", b"")).await
}

fn says(page: &str, parts: &[&str]) {
    for part in parts {
        assert!(page.contains(part), "no {part} in {page}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pdf_becomes_a_shared_marked_and_linked_set() {
    let kit = Kit::start().await;
    let alder = Browser::of(&kit, "alder-contributor").await;
    let first = [
        ("community", "common"),
        ("tlp", "amber"),
        ("about_kind", "malware"),
        ("about", "PumpKiller"),
    ];
    let looked = alder
        .upload("/share", &first, "file", ("C:\\x\\advisory 7.pdf", &pdf(&LINES)))
        .await;
    assert_eq!(looked.status, 200, "{}", looked.text());
    let page = looked.text();
    says(
        &page,
        &[
            "advisory 7.pdf",
            "TLP:AMBER",
            "45.155.205.7",
            "Private addresses",
            "<code>10.20.30.40</code>",
            "e-mail address",
            "says the name of your organisation",
            "malware 1",
            "relationship",
            "Share it now",
            "Birch",
        ],
    );
    assert!(!page.contains("C:\\x"), "a path of somebody's machine is not shown");
    let mut changed = fields(&page);
    // The machine inside stays at home; a value was read wrongly; one item is for fewer; the report gets its name.
    let inside = number(&page, "10.20.30.40");
    changed.retain(|(name, value)| !(name == "keep" && *value == inside));
    set(
        &mut changed,
        &number(&page, "tools.evil-pump.net"),
        "value",
        "t00ls.evil-pump[.]net",
    );
    set(&mut changed, &number(&page, "45.155.205.7"), "mark", "amber+strict");
    set(
        &mut changed,
        &number(&page, "Advisory 7: pumps stopped"),
        "value",
        "Advisory 7",
    );
    // What was changed was not looked at: it is shown, and not sent.
    let unseen = again(&alder, "/share/send", &changed).await;
    assert_eq!(unseen.status, 200);
    unseen.says("You changed something since you looked");
    let page = unseen.text();
    says(&page, &["t00ls.evil-pump.net", "value=\"Advisory 7\""]);
    assert!(!page.contains("Private addresses"), "{page}");
    let sent = again(&alder, "/share/send", &fields(&page)).await;
    assert_eq!(sent.status, 303, "{}", sent.text());
    let report = alder.read(sent.header("location").unwrap()).await;
    says(&report, &["accepted", "/objects/report--"]);
    let path = form::first_link(&report, "/objects/report--");
    let id = path.strip_prefix("/objects/").unwrap();
    let export = kit
        .get("birch-reader", "/commonwatch/collections/common/objects/")
        .await;
    let objects = export.items();
    let one = |id: &str| objects.iter().find(|object| object["id"] == id);
    let report = one(id).unwrap();
    assert_eq!(report["name"], "Advisory 7");
    let refs: Vec<&str> = report["object_refs"]
        .as_array()
        .unwrap()
        .iter()
        .map(|id| id.as_str().unwrap())
        .collect();
    for id in &refs {
        assert!(one(id).is_some(), "{id} is not in the set");
    }
    let of_type = |kind: &str| {
        objects
            .iter()
            .filter(|object| object["type"] == kind)
            .collect::<Vec<&Value>>()
    };
    let patterns: Vec<&str> = of_type("indicator")
        .iter()
        .map(|one| one["pattern"].as_str().unwrap())
        .collect();
    assert!(
        patterns.contains(&"[domain-name:value = 't00ls.evil-pump.net']"),
        "{patterns:?}"
    );
    assert!(
        !patterns.iter().any(|pattern| pattern.contains("10.20.30.40")),
        "{patterns:?}"
    );
    let malware = of_type("malware")[0]["id"].as_str().unwrap();
    for indicator in of_type("indicator") {
        let is_linked = of_type("relationship").iter().any(|one| {
            one["source_ref"] == indicator["id"]
                && one["target_ref"] == malware
                && one["relationship_type"] == "indicates"
        });
        assert!(is_linked, "{indicator}");
    }
    // The same file again changes nothing.
    let looked = alder
        .upload("/share", &first, "file", ("advisory.pdf", &pdf(&LINES)))
        .await;
    let mut same = fields(&looked.text());
    let page = looked.text();
    same.retain(|(name, value)| !(name == "keep" && *value == number(&page, "10.20.30.40")));
    let page = again(&alder, "/share", &same).await.text();
    let sent = again(&alder, "/share/send", &fields(&page)).await;
    let report = alder.read(sent.header("location").unwrap()).await;
    says(&report, &["was there already"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_correction_that_cannot_be_is_named_and_the_others_stay() {
    let kit = Kit::start().await;
    let alder = Browser::of(&kit, "alder-contributor").await;
    let text = "seen: 45[.]155[.]205[.]7 and evil-pump[.]net";
    let page = alder
        .post("/share", &[("text", text), ("community", "common")])
        .await
        .text();
    let mut changed = fields(&page);
    set(
        &mut changed,
        &number(&page, "45.155.205.7"),
        "value",
        "45.155.205.777<b>",
    );
    set(&mut changed, &number(&page, "evil-pump.net"), "role", "mention");
    let wrong = again(&alder, "/share", &changed).await;
    assert_eq!(wrong.status, 422, "{}", wrong.text());
    wrong.says("is not an IPv4 address");
    assert!(
        !wrong.text().contains("<b>") && !wrong.text().contains("Share it now"),
        "{}",
        wrong.text()
    );
    wrong.says("domain-name 1");
    let sent = again(&alder, "/share/send", &changed).await;
    assert_eq!(sent.status, 422);
    // Of another text the corrections mean nothing.
    for (name, value) in &mut changed {
        if name == "text" {
            "only 45[.]155[.]205[.]8".clone_into(value);
        }
    }
    let other = again(&alder, "/share", &changed).await;
    assert_eq!(other.status, 200, "{}", other.text());
    other.says("45.155.205.8");
    let odd = alder
        .post("/share", &[("text", text), ("item", "1"), ("of", "x")])
        .await;
    assert_eq!(odd.status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_and_a_text_a_large_file_and_a_broken_form_are_refused_with_reasons() {
    let kit = Kit::start().await;
    let alder = Browser::of(&kit, "alder-contributor").await;
    let both = alder
        .upload(
            "/share",
            &[("text", "1[.]2[.]3[.]4"), ("community", "common")],
            "file",
            ("a", b"x"),
        )
        .await;
    assert_eq!(both.status, 400);
    both.says("take one of them out");
    let large = vec![b'x'; (16 << 20) + 1];
    let large = alder
        .upload("/share", &[("community", "common")], "file", ("a", &large))
        .await;
    assert_eq!(large.status, 400);
    large.says("16 MiB");
    let unknown = alder.upload("/share", &[("surprise", "x")], "file", ("a", b"x")).await;
    assert_eq!(unknown.status, 400);
    let nobody = Browser::of(&kit, "birch-reader").await;
    let refused = nobody.upload("/share", &[("text", "x")], "file", ("a", b"x")).await;
    assert_eq!(refused.status, 403);
    // A mail and a spreadsheet are files like others.
    let mail = "From: a@b.example\r\nTo: c@d.example\r\nSubject: Warning about pumps\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\nV2F0Y2ggb3V0IGZvciA0NVsuXTE1NVsuXTIwNVsuXTc=\r\n";
    let looked = alder
        .upload("/share", &[("community", "common")], "file", ("w.eml", mail.as_bytes()))
        .await;
    looked.says("45.155.205.7");
    looked.says("Warning about pumps");
}
