//! No request makes the service answer with a fault of its own (docs/fuzzing.md).
//!
//! Queries, page tokens, media types and credentials are parsed by private parts, so they are broken from outside.

use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use serde_json::Value;

use super::kit::{Answer, Kit, id, indicator};
use crate::mutate::{Bytes, config, mutated};

const PATHS: &[&str] = &[
    "/commonwatch/collections/common/objects/?added_after=2026-11-23T12:00:00.000Z&limit=2&match[type]=indicator,malware&match[version]=all",
    "/commonwatch/collections/all/objects/?match%5Bid%5D=ID&match[spec_version]=2.1,2.0",
    "/commonwatch/collections/common/manifest/?limit=1&match[version]=first,last,2026-01-01T00:00:00.000Z",
    "/commonwatch/collections/common/objects/ID/versions/?limit=1",
    "/taxii2/commonwatch/collections/",
    "/commonwatch/status/00000000-0000-4000-8000-000000000001/",
    "/api/v1/search?q=evil+%22a+b%22+-c*&limit=5",
    "/api/v1/observables?value=hxxp%3A%2F%2Fevil%5B.%5Dexample&limit=5",
    "/api/v1/objects/ID/neighbours?limit=3",
    "/api/v1/export?format=csv&collection=common",
    "/api/v1/export?format=rpz&score=50&cursor=0",
    "/api/v1/receipts?from=0&limit=5",
    "/api/v1/ledger/tile/0/000.p/5",
];

const PATH_WORDS: &[&str] = &[
    "&",
    "=",
    "?",
    "/",
    "%",
    "%2F",
    "%00",
    "%ff",
    "%5B",
    "+",
    "..",
    "//",
    "limit=0",
    "limit=99999999999",
    "limit=-1",
    "&limit=1&limit=2",
    "&next=",
    "&after=",
    "match[",
    "]=",
    ",",
    "&match[version]=all",
    "&added_after=",
    "9999-12-31T23:59:59.999999Z",
    "0000-00-00",
    "&q=",
    "\"",
    "*",
    "NEAR(",
    " OR ",
    " AND ",
    "NOT ",
    "^",
    ":",
    "'",
    ";--",
    "all",
    "&collection=",
    "&score=",
    "&format=suricata",
    "&cursor=",
];

const MEDIA: &[&str] = &[
    "application/taxii+json;version=2.1",
    "application/taxii+json; version=\"2.1\"; q=0.5, application/json;q=0, */*;q=1.000",
    "application/*, text/html;level=1",
    "Basic YWxkZXItcmVhZGVyOmNvcnJlY3QgaG9yc2U=",
    "Bearer cw_0000000000000000000000000000000000000000000",
];

const MEDIA_WORDS: &[&str] = &[
    ";",
    ",",
    "/",
    "*",
    "q=",
    "version=",
    "2.0",
    "2.1",
    "\"",
    "\\",
    "=",
    "application/",
    "+json",
    "Basic ",
    "Bearer ",
    ":",
    "Og==",
    "==",
    "gzip",
];

const BODIES: &[&str] = &[
    r#"{"objects":[{"type":"indicator","spec_version":"2.1","id":"indicator--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f","created":"2026-04-06T20:03:48.000Z","modified":"2026-04-06T20:03:48.000Z","pattern":"[url:value = 'https://evil.example/a']","pattern_type":"stix","valid_from":"2026-01-01T00:00:00Z"},{"type":"ipv4-addr","spec_version":"2.1","id":"ipv4-addr--8e2e2d2b-17d4-5cbf-938f-98ee46b3cd3f","value":"192.0.2.1"}]}"#,
    r#"{"objects":[{"type":"malware","spec_version":"2.1","id":"malware--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f","created":"2026-04-06T20:03:48.000Z","modified":"2026-04-06T20:03:49.000Z","name":"a","is_family":false,"object_marking_refs":["marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1"]},{"type":"x"},1]}"#,
    "192.0.2.1 # c\nhxxp://evil[.]example/\n",
];

const BODY_WORDS: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    ",",
    "\"objects\":[",
    "\"type\":",
    "\"id\":",
    "\"modified\":\"9999-12-31T23:59:59Z\"",
    "\"revoked\":true",
    "../",
    "null",
    "--",
];

fn samples(texts: &[&str]) -> Vec<Vec<u8>> {
    texts.iter().map(|text| text.as_bytes().to_vec()).collect()
}

/// What a line of a request can hold: HTTP itself is hyper's, so what would break its lines is written with percent signs.
fn target_of(bytes: &[u8]) -> String {
    let mut path = String::from(if bytes.starts_with(b"/") { "" } else { "/" });
    for byte in bytes.iter().take(4_000) {
        match byte {
            b'!' | b'$'..=b';' | b'=' | b'?'..=b'_' | b'a'..=b'z' | b'~' => path.push(char::from(*byte)),
            _ => path.push_str(&format!("%{byte:02X}")),
        }
    }
    path
}

fn header_of(bytes: &[u8]) -> String {
    bytes
        .iter()
        .take(4_000)
        .map(|byte| {
            if (b' '..=b'~').contains(byte) {
                char::from(*byte)
            } else {
                ' '
            }
        })
        .collect()
}

fn sound(answer: &Answer, asked: &str) {
    assert!(
        answer.status >= 200 && answer.status < 500,
        "{} to {asked}: {}",
        answer.status,
        answer.text()
    );
    let kind = answer.header("content-type").unwrap_or_default();
    let plain = answer.header("content-encoding").is_none();
    if plain && kind.contains("json") && !kind.contains("ndjson") && !answer.body.is_empty() {
        assert!(
            serde_json::from_slice::<Value>(&answer.body).is_ok(),
            "no JSON to {asked}: {}",
            answer.text()
        );
    }
}

struct Service {
    runtime: tokio::runtime::Runtime,
    kit: Kit,
}

impl Service {
    fn start() -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .unwrap();
        let kit = runtime.block_on(async {
            let kit = Kit::start().await;
            let objects: Vec<String> = (1..6).map(|number| indicator(number, "evil a b")).collect();
            kit.share("alder-contributor", "common", &objects).await;
            while kit.node.store().index_next(1_000).await.unwrap() > 0 {}
            kit
        });
        Self { runtime, kit }
    }

    /// The paths, those of a second page with the token that the first gave.
    fn paths(&self) -> Vec<String> {
        let next = |first: &str, key: &str| {
            let answer = self.runtime.block_on(self.kit.get("alder-analyst", first)).json();
            let token = answer[key]
                .as_str()
                .unwrap_or_else(|| panic!("no '{key}' in {answer}"))
                .to_owned();
            target_of(token.as_bytes())[1..].to_owned()
        };
        let taxii = "/commonwatch/collections/common/objects/?limit=2&match[type]=indicator";
        let api = "/api/v1/search?q=evil&limit=2";
        let mut paths: Vec<String> = PATHS
            .iter()
            .map(|path| path.replace("ID", &id("indicator", 1)))
            .collect();
        paths.push(format!("{taxii}&next={}", next(taxii, "next")));
        paths.push(format!("{api}&cursor={}", next(api, "next")));
        paths
    }

    fn run(&self, daily: u32, input: impl Strategy<Value = Bytes>, target: impl AsyncFn(&Kit, &[u8])) {
        let outcome = TestRunner::new(config(daily)).run(&input, |input| {
            self.runtime.block_on(target(&self.kit, &input.0));
            Ok(())
        });
        if let Err(error) = outcome {
            panic!("{error}");
        }
    }
}

#[test]
fn paths_queries_and_page_tokens_are_read_or_refused() {
    let service = Service::start();
    let paths = service.paths().into_iter().map(String::into_bytes).collect();
    service.run(150, mutated(paths, PATH_WORDS), async |kit, bytes| {
        let path = target_of(bytes);
        sound(&kit.get("alder-analyst", &path).await, &path);
    });
}

#[test]
fn media_types_and_credentials_are_read_or_refused() {
    Service::start().run(100, mutated(samples(MEDIA), MEDIA_WORDS), async |kit, bytes| {
        let value = header_of(bytes);
        let path = "/commonwatch/collections/common/objects/";
        for name in [
            "Accept",
            "Authorization",
            "Content-Type",
            "Accept-Encoding",
            "If-None-Match",
        ] {
            let mut headers = vec![(name.to_owned(), value.clone())];
            if name != "Authorization" {
                headers.extend(
                    kit.authorization("alder-contributor")
                        .map(|key| ("Authorization".to_owned(), key)),
                );
            }
            sound(&kit.send("GET", path, &headers, None).await, &value);
            if name == "Content-Type" {
                sound(&kit.send("POST", path, &headers, Some(b"{}")).await, &value);
            }
        }
    });
}

#[test]
fn bodies_are_read_or_refused() {
    Service::start().run(100, mutated(samples(BODIES), BODY_WORDS), async |kit, bytes| {
        let authorization = (
            "Authorization".to_owned(),
            kit.authorization("alder-contributor").unwrap(),
        );
        let taxii = (
            "Content-Type".to_owned(),
            "application/taxii+json;version=2.1".to_owned(),
        );
        let path = "/commonwatch/collections/common/objects/";
        sound(
            &kit.send("POST", path, &[authorization.clone(), taxii], Some(bytes))
                .await,
            path,
        );
        let path = "/api/v1/share?community=common&tlp=green";
        sound(
            &kit.send("POST", path, std::slice::from_ref(&authorization), Some(bytes))
                .await,
            path,
        );
        let json = ("Content-Type".to_owned(), "application/json".to_owned());
        let operator = ("Authorization".to_owned(), kit.authorization("operator").unwrap());
        for path in ["/api/v1/communities", "/api/v1/keys"] {
            sound(
                &kit.send("POST", path, &[operator.clone(), json.clone()], Some(bytes))
                    .await,
                path,
            );
        }
    });
}

#[test]
fn unbroken_samples_are_answered() {
    let service = Service::start();
    for path in service.paths() {
        let answer = service
            .runtime
            .block_on(service.kit.get("alder-analyst", &target_of(path.as_bytes())));
        let expected = if path.contains("/status/") { 404 } else { 200 };
        assert_eq!(answer.status, expected, "{path}");
    }
}
