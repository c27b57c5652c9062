//! TAXII 2.1, row by row: what each endpoint must answer, whatever the client sends.
//!
//! A row has a name, a request, extra headers, a status, and what must hold of the answer (see [`holds`]). `{c}` stands
//! for the collection `common`, `{o}` for its objects, `{a3}` for the `date_added` of its fourth version.

use serde_json::Value;

use super::kit::{Answer, Kit, id, indicator, malware};

/// What is in the collection, in the order in which it was added.
///
/// | position | object |
/// |---|---|
/// | 0 | identity |
/// | 1 to 6 | indicators 1 to 6 |
/// | 7, 8, 9 | malware 1 in three versions |
/// | 10 | a statement marking (no `modified`) |
/// | 11 | an IPv4 address (no version at all) |
/// | 12 | a relationship |
/// | 13 | a custom object with custom properties |
async fn seeded() -> (Kit, Vec<String>) {
    let kit = Kit::start().await;
    let mut objects = vec![format!(
        r#"{{"type":"identity","spec_version":"2.1","id":"{}","created":"2024-01-01T00:00:00.000Z","modified":"2024-01-01T00:00:00.000Z","name":"Example city","identity_class":"organization"}}"#,
        id("identity", 1)
    )];
    objects.extend((1..=6).map(|number| indicator(number, &format!("Indicator {number}"))));
    objects.extend(
        [
            "2024-01-01T00:00:00.000Z",
            "2024-02-01T00:00:00.000Z",
            "2024-03-01T00:00:00.123456Z",
        ]
        .map(|at| malware(1, at)),
    );
    objects.push(format!(
        r#"{{"type":"marking-definition","spec_version":"2.1","id":"{}","created":"2024-01-05T00:00:00.000Z","definition_type":"statement","definition":{{"statement":"Example"}}}}"#,
        id("marking-definition", 1)
    ));
    objects.push(r#"{"type":"ipv4-addr","spec_version":"2.1","id":"ipv4-addr--0ba2b1ae-a3b7-5c4f-8c5f-6e8d4f3c2b1a","value":"198.51.100.7"}"#.to_owned());
    objects.push(format!(
        r#"{{"type":"relationship","spec_version":"2.1","id":"{}","created":"2024-01-01T00:00:00.000Z","modified":"2024-01-01T00:00:00.000Z","relationship_type":"indicates","source_ref":"{}","target_ref":"{}"}}"#,
        id("relationship", 1),
        id("indicator", 1),
        id("malware", 1)
    ));
    objects.push(format!(
        r#"{{"type":"x-example-thing","spec_version":"2.1","id":"{}","created":"2024-01-01T00:00:00.000Z","modified":"2024-01-01T00:00:00.000Z","zebra":1.50,"apple":{{"b":[],"a":null}},"x_note":"caf\u00e9"}}"#,
        id("x-example-thing", 1)
    ));
    let status = kit.share("alder-contributor", "common", &objects).await;
    assert_eq!(status["success_count"], 14, "{status}");
    let manifest = kit
        .get(
            "alder-reader",
            "/commonwatch/collections/common/manifest/?match[version]=all",
        )
        .await;
    let added = manifest
        .items()
        .iter()
        .map(|entry| entry["date_added"].as_str().unwrap().to_owned())
        .collect();
    (kit, added)
}

/// name, request, extra headers separated by `|`, status, checks
type Row = (&'static str, &'static str, &'static str, u16, &'static str);

/// Whether one check holds of an answer.
fn holds(check: &str, answer: &Answer, row: &str) -> bool {
    // Checks are separated by spaces; a space inside one is written as an open box.
    let check = check.replace('␣', " ");
    let (verb, value) = check.split_once('=').unwrap_or((check.as_str(), ""));
    let dates = ["x-taxii-date-added-first", "x-taxii-date-added-last"];
    match verb {
        "taxii" => answer.header("content-type") == Some("application/taxii+json;version=2.1"),
        "error" => {
            let body = answer.json();
            answer.header("content-type") == Some("application/taxii+json;version=2.1")
                && body["title"].is_string()
                && body["description"].is_string()
                && body["http_status"].as_str() == Some(answer.status.to_string().as_str())
        }
        "dates" => dates.iter().all(|name| {
            answer
                .header(name)
                .is_some_and(|text| text.len() == 27 && text.ends_with('Z'))
        }),
        "no-dates" => dates.iter().all(|name| answer.header(name).is_none()),
        "first" => answer.header(dates[0]) == Some(value),
        "last" => answer.header(dates[1]) == Some(value),
        "count" => answer.items().len() == value.parse::<usize>().unwrap(),
        "types" => {
            let mut types: Vec<String> = answer
                .ids()
                .iter()
                .map(|id| id.split("--").next().unwrap().to_owned())
                .collect();
            types.dedup();
            types.sort();
            types.dedup();
            types.join(",") == value
        }
        "versions" => {
            let text = |item: &Value| {
                item.as_str()
                    .or(item["modified"].as_str())
                    .or(item["version"].as_str())
                    .unwrap_or("")
                    .to_owned()
            };
            answer.items().iter().map(text).collect::<Vec<_>>().join(",") == value
        }
        "more" => {
            answer
                .json()
                .get("more")
                .map(ToString::to_string)
                .as_deref()
                .unwrap_or("false")
                == value
        }
        "next" => answer.json()["next"].is_string(),
        "no-next" => answer.json().get("next").is_none(),
        "no-objects" => answer.json().get("objects").is_none(),
        "empty" => answer.body.is_empty(),
        "has" => answer.json().pointer(value).is_some(),
        "absent" => answer.json().pointer(value).is_none(),
        "is" => {
            let (pointer, wanted) = value.split_once(':').unwrap();
            answer.json().pointer(pointer).map(ToString::to_string).as_deref() == Some(wanted)
        }
        "header" => {
            let (name, wanted) = value.split_once(':').unwrap();
            answer
                .headers
                .iter()
                .any(|(found, text)| found == name && text.contains(wanted))
        }
        "no-header" => answer.header(value).is_none(),
        _ => panic!("{row}: there is no check '{verb}'"),
    }
}

async fn run(kit: &Kit, added: &[String], rows: &[Row]) {
    let mut failed = Vec::new();
    for (name, request, headers, status, checks) in rows {
        let mut filled = request
            .replace("{o}", "{c}objects/")
            .replace("{c}", "/commonwatch/collections/common/");
        let mut checks_filled = (*checks).to_owned();
        for (at, date) in added.iter().enumerate() {
            filled = filled.replace(&format!("{{a{at}}}"), date);
            checks_filled = checks_filled.replace(&format!("{{a{at}}}"), date);
        }
        for (short, long) in [
            ("{i1}", id("indicator", 1)),
            ("{i2}", id("indicator", 2)),
            ("{m1}", id("malware", 1)),
            ("{d1}", id("marking-definition", 1)),
        ] {
            filled = filled.replace(short, &long);
        }
        let (method, path) = filled.split_once(' ').unwrap();
        let mut sent: Vec<(String, String)> = Vec::new();
        let own = |wanted: &str| {
            headers
                .split('|')
                .any(|header| header.to_ascii_lowercase().starts_with(wanted))
        };
        if !own("authorization") {
            sent.push(("Authorization".to_owned(), kit.authorization("alder-analyst").unwrap()));
        }
        if !own("accept:") {
            sent.push(("Accept".to_owned(), "application/taxii+json;version=2.1".to_owned()));
        }
        for header in headers.split('|').filter(|header| !header.is_empty()) {
            let (header, value) = header.split_once(':').unwrap();
            let value = value.trim();
            // "Accept: none" leaves a header out.
            if value != "none" {
                let value = kit
                    .authorization(value.strip_prefix("as ").unwrap_or("nobody"))
                    .unwrap_or(value.to_owned());
                sent.push((header.to_owned(), value));
            }
        }
        let body = (method == "POST").then(|| format!("{{\"objects\":[{}]}}", indicator(1, "Indicator 1")));
        let answer = kit.send(method, path, &sent, body.as_deref().map(str::as_bytes)).await;
        let mut wrong: Vec<&str> = checks_filled
            .split(' ')
            .filter(|check| !check.is_empty() && !holds(check, &answer, name))
            .collect();
        let wanted = format!("status {status}");
        if answer.status != *status {
            wrong.push(&wanted);
        }
        if !wrong.is_empty() {
            failed.push(format!(
                "{name}: {filled}\n    not: {wrong:?}\n    {} {:?}\n    {}",
                answer.status,
                answer.headers,
                answer.text()
            ));
        }
    }
    assert!(
        failed.is_empty(),
        "{} of {} rows failed:\n{}",
        failed.len(),
        rows.len(),
        failed.join("\n")
    );
}

#[tokio::test]
async fn discovery_roots_and_collections() {
    let (kit, added) = seeded().await;
    run(&kit, &added, ABOUT).await;
}

#[tokio::test]
async fn media_types_are_negotiated() {
    let (kit, added) = seeded().await;
    run(&kit, &added, MEDIA).await;
}

#[tokio::test]
async fn filters_and_limits() {
    let (kit, added) = seeded().await;
    run(&kit, &added, FILTERS).await;
}

#[tokio::test]
async fn methods_errors_and_what_is_not_there() {
    let (kit, added) = seeded().await;
    run(&kit, &added, ERRORS).await;
}

#[test]
fn there_are_enough_rows() {
    let rows = ABOUT.len() + MEDIA.len() + FILTERS.len() + ERRORS.len();
    assert!(rows >= 150, "{rows}");
}

mod rows;
use rows::{ABOUT, ERRORS, FILTERS, MEDIA};
