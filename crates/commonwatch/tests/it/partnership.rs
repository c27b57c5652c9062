//! A whole partnership of five nodes, each a process of its own: two hubs in two countries, a city, a water utility and a
//! technology company. `docs/guide/partnership.md` does the same by hand.
//!
//! ```text
//!            north (hub) ◄──── bridge ────► south (hub)
//!            ▲        ▲                      ▲
//!   TAXII, push    TAXII, push             TAXII
//!          city     water                  tech (its clock is six hours fast)
//! ```
//!
//! One is killed and comes back. At the end every ledger is exported, verified, and counted again: by the program, and by
//! this test from the raw entries.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use stix::Timestamp;

use crate::kit::{Answer, Place, Started};

/// How long anything may take to arrive.
const PATIENCE: Duration = Duration::from_secs(30);
/// By how much the clock of the technology company is wrong, in seconds.
const FAST: i64 = 6 * 3_600;
const PASSWORD: &str = "correct horse battery";

/// A node: its directory, the process that serves it, and where.
pub struct Node {
    place: Place,
    served: Option<Started>,
    address: String,
}

impl Node {
    fn start(organisation: &str) -> Self {
        Self::start_in(Place::new(), organisation, "")
    }

    /// Starts in a place, with more of a configuration.
    pub fn start_in(place: Place, organisation: &str, config: &str) -> Self {
        let mut node = Self {
            place,
            served: None,
            address: "127.0.0.1:0".to_owned(),
        };
        if !config.is_empty() {
            std::fs::create_dir(node.place.path().join("node")).unwrap();
            node.place.write("node/commonwatch.toml", config);
        }
        node.serve(organisation);
        node
    }

    /// Serves at the address where it was served before.
    fn serve(&mut self, organisation: &str) {
        let arguments = [
            "serve",
            "--json",
            "--listen",
            &self.address,
            "--organisation",
            organisation,
        ];
        let mut served = self.place.start(&arguments);
        self.address = loop {
            let line: Value = serde_json::from_str(&served.out_line()).unwrap();
            if let Some(address) = line["address"].as_str() {
                break address.to_owned();
            }
        };
        self.served = Some(served);
    }

    /// As if the power went.
    fn kill(&mut self) {
        self.served.take().unwrap();
    }

    fn url(&self) -> String {
        format!("http://{}/", self.address)
    }

    /// A command on the node's machine that has to succeed.
    fn run(&self, arguments: &[&str]) -> String {
        let answer = self.try_run(arguments);
        assert_eq!(answer.code, 0, "{arguments:?}: {answer}");
        answer.out
    }

    fn try_run(&self, arguments: &[&str]) -> Answer {
        self.place.run(arguments)
    }

    pub fn json(&self, arguments: &[&str]) -> Vec<Value> {
        self.place.json(arguments)
    }

    /// A key for a login.
    pub fn key(&self, login: &str) -> String {
        let made = self.json(&["key", "add", "key", "--for", login]);
        made[0]["key"].as_str().unwrap_or_else(|| panic!("{made:?}")).to_owned()
    }

    /// A request with a key, to the address as others reach it.
    fn ask(&self, key: &str, method: &str, path: &str, body: &Value) -> (u16, Value) {
        let body = if body.is_null() {
            String::new()
        } else {
            body.to_string()
        };
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let authorization = if key.is_empty() {
            String::new()
        } else {
            format!("Authorization: Bearer {key}\r\n")
        };
        let (address, length) = (&self.address, body.len());
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n{authorization}\
             Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).unwrap();
        stream.write_all(body.as_bytes()).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        let text = String::from_utf8_lossy(&answer);
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        let body = if head.to_ascii_lowercase().contains("transfer-encoding: chunked") {
            unchunked(body)
        } else {
            body.to_owned()
        };
        (status, serde_json::from_str(&body).unwrap_or(Value::Null))
    }

    /// The same, and it has to succeed.
    pub fn done(&self, key: &str, method: &str, path: &str, body: &Value) -> Value {
        let (status, answer) = self.ask(key, method, path, body);
        assert!((200..300).contains(&status), "{method} {path}: {status} {answer}");
        answer
    }

    /// The marking under which somebody sees an object here.
    fn marking(&self, key: &str, object: &str) -> Option<String> {
        let (status, answer) = self.ask(key, "GET", &format!("/api/v1/objects/{object}"), &Value::Null);
        (status == 200).then(|| answer["contributions"][0]["tlp"].as_str().unwrap().to_owned())
    }

    /// Whether the operator's member has an object here.
    fn has(&self, object: &str) -> bool {
        self.try_run(&["show", object]).code == 0
    }
}

fn unchunked(mut rest: &str) -> String {
    let mut whole = String::new();
    while let Some((length, more)) = rest.split_once("\r\n") {
        let length = usize::from_str_radix(length.trim(), 16).unwrap();
        if length == 0 {
            break;
        }
        whole.push_str(&more[..length]);
        rest = &more[length + 2..];
    }
    whole
}

/// Does something until it has led to what is waited for.
fn until(what: &str, mut attempt: impl FnMut() -> bool) {
    let began = Instant::now();
    while !attempt() {
        assert!(began.elapsed() < PATIENCE, "still not: {what}");
        std::thread::yield_now();
    }
}

/// Markings by name, with the identifiers of STIX for them.
const MARKINGS: [(&str, &str); 5] = [
    ("TLP:CLEAR", "94868c89-83c2-464b-929b-a1a8aa3c8487"),
    ("TLP:GREEN", "bab4a63c-aed9-4cf5-a766-dfca5abac2bb"),
    ("TLP:AMBER", "55d920b0-5e8b-4f79-9ee9-91f868d9b421"),
    ("TLP:AMBER+STRICT", "939a9414-2ddd-4d32-a0cd-375ea402b003"),
    ("TLP:RED", "e828b379-4e03-4974-9ac4-e53a884c97c1"),
];

fn object_id(number: usize) -> String {
    format!("indicator--00000000-0000-4000-8000-{number:012}")
}

/// An indicator that carries its marking, as it must to keep it on its way through TAXII.
fn indicator(number: usize) -> Value {
    let marking = MARKINGS.get(number).map(|(_, id)| format!("marking-definition--{id}"));
    let mut object = json!({
        "type": "indicator", "spec_version": "2.1", "id": object_id(number), "created": "2026-01-01T00:00:00.000Z",
        "modified": "2026-01-01T00:00:00.000Z", "name": format!("example {number}"), "pattern_type": "stix",
        "pattern": format!("[domain-name:value = 'bad-{number}.example']"), "valid_from": "2026-01-01T00:00:00Z",
    });
    if let Some(marking) = marking {
        object["object_marking_refs"] = json!([marking]);
    }
    object
}

/// Members of a hub come by a link, and accept what they have read.
fn invite(hub: &Node, community: &str, organisation: &str, login: &str) -> String {
    let made = hub.json(&[
        "invite",
        "new",
        organisation,
        "--community",
        community,
        "--sponsors",
        "0",
        "--role",
        "analyst",
    ]);
    let token = made[0]["token"].as_str().unwrap_or_else(|| panic!("{made:?}"));
    let path = format!("/api/v1/invitations/{token}");
    let seen = hub.done("", "GET", &path, &Value::Null);
    let body = json!({
        "organisation": organisation, "kind": "operator", "login": login, "name": format!("Person of {organisation}"),
        "password": PASSWORD, "agreement": seen["agreement"]["number"],
    });
    hub.done("", "POST", &format!("{path}/accept"), &body);
    hub.key(login)
}

/// A node that fetches a collection of a hub into a community of its own.
fn subscribed(node: &Node, hub: &Node, alias: &str, key: &str) {
    node.place.write("key", key);
    node.run(&[
        "community",
        "add",
        "feed",
        "--title",
        "Feed",
        "--purpose",
        "What the hub shares",
        "--strictest-tlp",
        "red",
    ]);
    let url = format!("{}commonwatch/collections/{alias}/", hub.url());
    let arguments = [
        "subscribe",
        "add",
        "hub",
        &url,
        "-c",
        "feed",
        "--secret-file",
        "key",
        "--every",
        "1d",
        "--no-preview",
    ];
    node.run(&[&arguments[..], &["--set", "proxy=direct"]].concat());
}

/// The hubs agree on a bridge between `water` and `agua`.
fn bridged(north: &Node, south: &Node) {
    let mut keys = Vec::new();
    for (hub, alias, other, login) in [
        (north, "water", "South hub", "south-hub"),
        (south, "agua", "North hub of the north", "north-hub"),
    ] {
        hub.run(&["member", "add", other, "--kind", "cert"]);
        hub.run(&["community", "join", alias, other]);
        hub.run(&["member", "person", other, login, "--role", "contributor"]);
        keys.push(hub.key(login));
        let charter = hub.run(&["community", "charter", alias, "--json"]);
        let mut charter: Value = serde_json::from_str(&charter).unwrap();
        charter["bridges"] = "amber".into();
        hub.place.write("charter.json", charter.to_string());
        hub.run(&["community", "charter", alias, "charter.json"]);
    }
    north.place.write("south-key", &keys[1]);
    south.place.write("north-key", &keys[0]);
    let url = south.url();
    let propose = [
        "bridge",
        "propose",
        "south",
        &url,
        "--member",
        "South hub",
        "--both",
        "water=agua",
        "--tlp",
        "amber",
    ];
    let more = [
        "--onward",
        "--every",
        "1h",
        "--secret-file",
        "south-key",
        "--set",
        "proxy=direct",
    ];
    north.run(&[&propose[..], &more[..]].concat());
    let offered = south.json(&["bridge", "list"]);
    assert_eq!(offered[0]["waits_for_us"], true, "{offered:?}");
    let (name, url) = (offered[0]["name"].as_str().unwrap(), north.url());
    let accept = ["bridge", "accept", name, "--terms", "1", "--url", &url, "--every", "1h"];
    south.run(&[&accept[..], &["--secret-file", "north-key", "--set", "proxy=direct"]].concat());
    assert_eq!(north.json(&["bridge", "list"])[0]["state"], "active");
}

fn carry(hub: &Node) -> Answer {
    let name = hub.json(&["bridge", "list"])[0]["name"].as_str().unwrap().to_owned();
    hub.try_run(&["bridge", "run", &name])
}

/// Entries of a member in the ledger of a hub, as an export opens them: verified, and counted again by the program; what the
/// program counts has to be what the hub says.
fn recounted(hub: &Node, login: &str) -> Vec<(String, Value)> {
    let file = format!("ledger-{login}.jsonl");
    // First, because what is judged for it becomes entries.
    let card = hub.json(&["--as", login, "scorecard", "show"]).remove(0);
    hub.run(&["--as", login, "ledger", "export", &file]);
    let key = hub.run(&["ledger", "public-key"]);
    hub.run(&["ledger", "verify", &file, "--key", key.trim()]);
    let said = hub.json(&["--as", login, "receipts", "numbers"]);
    let mut counted = hub.json(&["ledger", "recount", &file]);
    let scored = counted.split_off(1);
    assert_eq!(said, counted, "{login}");
    let entries = hub.place.read(&file);
    let entries = entries.lines().filter_map(|line| {
        let line: Value = serde_json::from_str(line).unwrap();
        let entry = line.get("entry")?;
        let body = serde_json::from_str(entry["body"].as_str()?).unwrap();
        Some((entry["kind"].as_str()?.to_owned(), body))
    });
    let entries: Vec<_> = entries.collect();
    own_count(&entries, &said[0]);
    own_score(&entries, &scored, &card);
    entries
}

/// The numbers of the scorecard, three ways: as the hub says them, as the program counts them in the export, and summed
/// here from what the raw entries say they add.
fn own_score(entries: &[(String, Value)], scored: &[Value], card: &Value) {
    let mut summed: BTreeMap<String, u64> = BTreeMap::new();
    for (_, body) in entries {
        for (measure, buckets) in body["score"]["0"].as_object().into_iter().flatten() {
            let many = buckets.as_object().unwrap().values().map(|many| many.as_u64().unwrap());
            *summed.entry(measure.clone()).or_default() += many.sum::<u64>();
        }
    }
    let mut recounted: BTreeMap<String, u64> = BTreeMap::new();
    for line in scored.iter().filter(|line| line["community"] == 0) {
        let measure = line["measure"].as_str().unwrap().to_owned();
        *recounted.entry(measure).or_default() += line["count"].as_u64().unwrap();
    }
    let mut told: BTreeMap<String, u64> = BTreeMap::new();
    for line in card["measures"].as_array().unwrap() {
        let count = line["own"]["count"].as_u64().unwrap();
        // Kinds of logs are told with the coverage.
        if count > 0 {
            told.insert(line["measure"].as_str().unwrap().to_owned(), count);
        }
    }
    recounted.remove("log-family");
    summed.remove("log-family");
    assert_eq!(told, recounted, "as the program counts");
    assert_eq!(told, summed, "as the entries add up");
}

/// The numbers of a member from nothing but the raw entries: written here once more, on purpose not with the program's code.
fn own_count(entries: &[(String, Value)], said: &Value) {
    let mut numbers: BTreeMap<&str, i64> = BTreeMap::new();
    let mut answered = BTreeSet::new();
    for (kind, body) in entries {
        let name = match kind.as_str() {
            "delivered" => {
                *numbers.entry("objects").or_default() += body["count"].as_i64().unwrap();
                "pages"
            }
            "item-opened" => "opened",
            "item-acknowledged" => "acknowledged",
            "item-acted" => "acted",
            "recalled" => "recalls_made",
            "recall" => "recalls_owed",
            "acknowledged" => {
                answered.insert(body["recall"].as_str().unwrap().to_owned());
                continue;
            }
            "asked" => "asked",
            "answered" => "answered",
            _ => continue,
        };
        *numbers.entry(name).or_default() += 1;
    }
    numbers.insert("recalls_acknowledged", answered.len() as i64);
    for (name, count) in said.as_object().unwrap() {
        let own = numbers.get(name.as_str()).copied().unwrap_or_default();
        assert_eq!(Some(own), count.as_i64(), "{name} of {said}");
    }
}

fn count(entries: &[(String, Value)], kind: &str, object: &str) -> usize {
    let names = |body: &Value| body.to_string().contains(object);
    entries
        .iter()
        .filter(|(found, body)| found == kind && names(body))
        .count()
}

#[test]
fn five_nodes_share_act_and_answer_for_it() {
    // Invite and agree.
    let north = Node::start("North hub");
    let mut south = Node::start("South hub of the south");
    for (hub, alias) in [(&north, "water"), (&south, "agua")] {
        hub.run(&[
            "community",
            "add",
            alias,
            "--title",
            alias,
            "--purpose",
            "Water works tell each other what they see",
        ]);
        hub.place.write("rules.txt", "We keep to the rules.");
        hub.run(&["member", "agreement", "rules.txt", "--title", "Rules"]);
    }
    let city_key = invite(&north, "water", "City of Example", "city");
    let water_key = invite(&north, "water", "Example Waterworks", "water");
    let tech_key = invite(&south, "agua", "Example Technology", "tech");
    let agreed = north.json(&["member", "agreements"]);
    assert!(agreed[0].to_string().contains("Rules"), "{agreed:?}");
    bridged(&north, &south);

    // Each member has a node of its own; the utility's watches a log, the clock of the technology company is wrong.
    let city = Node::start("City of Example");
    let log = tempfile::NamedTempFile::new().unwrap();
    let sources = format!(
        "title = \"Waterworks\"\n[watch]\nsources = [\"follow:{}\"]\nrefresh = \"1s\"\nleast-score = 0\n",
        log.path().display()
    );
    let water = Node::start_in(Place::new(), "Example Waterworks", &sources);
    let tech = Node::start_in(Place::with_clock_wrong_by(FAST), "Example Technology", "");
    // Names set aside for examples are what is looked for here.
    for list in ["documentation-names", "reserved-names"] {
        water.run(&["warninglist", "disable", list]);
    }
    subscribed(&city, &north, "water", &city_key);
    subscribed(&water, &north, "water", &water_key);
    subscribed(&tech, &south, "agua", &tech_key);

    // Share at every marking.
    for (number, (marking, _)) in MARKINGS.iter().enumerate() {
        let named = if *marking == "TLP:RED" {
            "&named=Example%20Waterworks"
        } else {
            ""
        };
        let body = json!({ "objects": [indicator(number)] });
        let shared = north.done(
            &city_key,
            "POST",
            &format!("/api/v1/share?community=water{named}"),
            &body,
        );
        assert_eq!(shared["accepted"], 1, "{marking}: {shared}");
    }
    // One hub is down; what it did not get waits.
    south.kill();
    assert_eq!(carry(&north).code, 4, "nobody is there");
    south.serve("");
    until("what may pass is in the south", || {
        carry(&north);
        south.marking(&tech_key, &object_id(2)).is_some()
    });
    for (number, (marking, _)) in MARKINGS.iter().enumerate() {
        let object = object_id(number);
        assert_eq!(north.marking(&water_key, &object).as_deref(), Some(*marking));
        let there = south.marking(&tech_key, &object);
        assert_eq!(
            there.as_deref(),
            (number <= 2).then_some(*marking),
            "up to TLP:AMBER passes"
        );
    }

    // Receive. What is TLP:RED is read at the hub only: a subscription shares with a community.
    for (node, objects) in [
        (&city, vec![0, 1, 2, 3]),
        (&water, vec![0, 1, 2, 3]),
        (&tech, vec![0, 1, 2]),
    ] {
        until("what is for a member is on its node", || {
            node.try_run(&["subscribe", "run", "hub"]);
            objects.iter().all(|number| node.has(&object_id(*number)))
        });
        assert!(!node.has(&object_id(4)));
    }
    // Acknowledge, act.
    for what in ["acknowledged", "acted"] {
        let path = format!("/api/v1/objects/{}/receipts", object_id(2));
        north.done(&water_key, "POST", &path, &json!({ "what": what }));
    }

    // Hit at home, and sight back: to the hub by a push, to the other hub's members as a count.
    hit_and_sight_back(&north, &water, &water_key, &log);
    let sighting = json!({ "objects": [{
        "type": "sighting", "spec_version": "2.1", "id": "sighting--00000000-0000-4000-8000-000000000001",
        "created": "2026-01-02T00:00:00.000Z", "modified": "2026-01-02T00:00:00.000Z",
        "sighting_of_ref": object_id(1), "count": 5,
    }] });
    south.done(&tech_key, "POST", "/api/v1/share?community=agua&tlp=green", &sighting);
    until("the count of the south is in the north", || {
        carry(&south);
        sightings(&north, &city_key, &object_id(1)).contains("\"count\":5")
    });
    let told = sightings(&north, &city_key, &object_id(1));
    assert!(!told.contains("Technology"), "{told}");

    // Ask and answer.
    let asked = json!({ "community": "water", "question": "Has anybody seen 198.51.100.3?", "answers_to": "all" });
    let asked = north.done(&city_key, "POST", "/api/v1/requests", &asked);
    let request = asked["id"].as_str().unwrap_or_else(|| panic!("{asked}")).to_owned();
    let path = format!("/api/v1/requests/{request}");
    let answer = json!({ "text": "Yes, this morning", "to_all": true });
    north.done(&water_key, "POST", &format!("{path}/answers"), &answer);
    let summary = json!({ "summary": "One of us has" });
    north.done(&city_key, "POST", &format!("{path}/close"), &summary);
    assert_eq!(
        north.done(&water_key, "GET", &path, &Value::Null)["summary"],
        "One of us has"
    );

    // Narrow one, recall another, while the utility's node is down.
    let mut water = water;
    water.kill();
    for (number, kind) in [(1, "narrow"), (0, "retract")] {
        let mut recall = json!({ "object": object_id(number), "kind": kind, "reason": "it names a customer" });
        if kind == "narrow" {
            recall["tlp"] = "amber".into();
        }
        north.done(&city_key, "POST", "/api/v1/recalls", &recall);
    }
    until("the other hub has narrowed the one and dropped the other", || {
        carry(&north);
        let narrowed = south.marking(&tech_key, &object_id(1));
        narrowed.as_deref() == Some("TLP:AMBER") && south.marking(&tech_key, &object_id(0)).is_none()
    });
    water.serve("");
    // The city recalled it itself, and is not asked.
    for node in [&water, &tech] {
        until("each node has dropped what was recalled", || {
            node.try_run(&["subscribe", "run", "hub"]);
            !node.has(&object_id(0))
        });
        assert!(node.has(&object_id(1)));
    }
    for (hub, key) in [(&north, &water_key), (&south, &tech_key)] {
        let owed = hub.done(key, "GET", "/api/v1/recalls?mine=true", &Value::Null);
        let owed = owed["recalls"].as_array().unwrap().clone();
        assert_eq!(owed.len(), 2, "{owed:?}");
        for recall in &owed {
            let gone = recall["object"] == object_id(0);
            assert_eq!(recall["done"], if gone { "removed" } else { "replaced" }, "{recall}");
            // By the clock of the hub, however wrong that of the member is.
            let at = |name: &str| Timestamp::parse(recall[name].as_str().unwrap()).unwrap().micros();
            let (made, answered) = (at("at"), at("acknowledged"));
            assert!((made..made + FAST * 500_000).contains(&answered), "{recall}");
        }
    }
    // The hub of the other side answered for its own.
    let made = north.done(&city_key, "GET", "/api/v1/recalls", &Value::Null);
    for recall in made["recalls"].as_array().unwrap() {
        let state = north.done(
            &city_key,
            "GET",
            &format!("/api/v1/recalls/{}", recall["id"].as_str().unwrap()),
            &Value::Null,
        );
        let named = state["acknowledged"]["named"].to_string();
        assert!(named.contains("South hub") && named.contains("Waterworks"), "{state}");
    }

    // What became of it, for who shared it.
    let receipts = north.done(
        &city_key,
        "GET",
        &format!("/api/v1/objects/{}/receipts", object_id(2)),
        &Value::Null,
    );
    for (step, who) in [("acknowledged", "Waterworks"), ("could_see", "South hub")] {
        assert!(receipts[step]["named"].to_string().contains(who), "{step}: {receipts}");
    }

    // Suspend: out at once.
    north.run(&["member", "suspend", "Example Waterworks"]);
    let (status, _) = north.ask(
        &water_key,
        "GET",
        &format!("/api/v1/objects/{}", object_id(2)),
        &Value::Null,
    );
    assert_eq!(status, 401);
    assert_eq!(water.try_run(&["subscribe", "run", "hub"]).code, 4);
    south.run(&["member", "suspend", "North hub of the north"]);
    north.done(
        &city_key,
        "POST",
        "/api/v1/share?community=water",
        &json!({ "objects": [indicator(2), indicator(7)] }),
    );
    assert_eq!(carry(&north).code, 4, "a suspended hub is not let in");
    assert_eq!(south.marking(&tech_key, &object_id(7)), None);

    // The independent recount of every member that can still sign in, at each hub.
    let of_city = recounted(&north, "city");
    let adds = |(_, body): &(String, Value)| body["score"].is_object();
    assert!(of_city.iter().any(adds), "what the city did is in no number");
    let of_south = recounted(&north, "south-hub");
    let of_tech = recounted(&south, "tech");
    for node in [&city, &water, &tech] {
        recounted(node, "operator");
    }
    assert_eq!(count(&of_city, "shared", ""), 6);
    assert_eq!(count(&of_city, "bridge-crossed", &object_id(2)), 1);
    assert_eq!(count(&of_city, "bridge-crossed", &object_id(3)), 0, "it never crossed");
    assert_eq!(count(&of_south, "bridge-out", &object_id(2)), 1);
    assert_eq!(count(&of_south, "acknowledged", ""), 2);
    assert_eq!(count(&of_tech, "recall", ""), 2);
    // What one hub says it sent is what the other says it took.
    south.run(&["member", "resume", "North hub of the north"]);
    let of_north = recounted(&south, "north-hub");
    let named = |entries: &[(String, Value)], kind: &str| -> BTreeSet<String> {
        let items = entries.iter().filter(|(found, _)| found == kind);
        let items = items.flat_map(|(_, body)| body["items"].as_array().cloned().unwrap_or_default());
        items.map(|item| item["object"].as_str().unwrap().to_owned()).collect()
    };
    let sent = named(&of_south, "bridge-out");
    assert_eq!(sent, (0..=2).map(object_id).collect());
    assert_eq!(sent, named(&of_north, "bridge-in"));

    scorecard(&north, &south, &city_key);
}

/// The numbers of the scorecard, each against a count from the raw entries: to be filled in with the scorecard.
fn scorecard(_north: &Node, _south: &Node, _city_key: &str) {}

/// Everything that is said of having seen an object, as somebody reads it.
fn sightings(hub: &Node, key: &str, object: &str) -> String {
    let path = format!("/api/v1/objects/{object}/neighbours");
    let (_, around) = hub.ask(key, "GET", &path, &Value::Null);
    let mut told = String::new();
    for edge in around["neighbours"].as_array().into_iter().flatten() {
        let id = edge["id"].as_str().unwrap_or_default();
        if id.starts_with("sighting--") {
            let (_, shown) = hub.ask(key, "GET", &format!("/api/v1/objects/{id}"), &Value::Null);
            told.push_str(&shown.to_string());
        }
    }
    told
}

/// The utility's log has an address that was shared; its node finds it, and tells the hub.
fn hit_and_sight_back(north: &Node, water: &Node, water_key: &str, log: &tempfile::NamedTempFile) {
    water.run(&["sighting", "rule", "feed", "full", "--automatic", "--window", "1m"]);
    // The member that stands for the hub at home: what it may see goes there, its own sightings too.
    water.run(&["member", "add", "The hub", "--kind", "cert"]);
    water.run(&["community", "join", "feed", "The hub"]);
    let url = format!("{}commonwatch/collections/water/", north.url());
    let push = [
        "push",
        "add",
        "hub",
        &url,
        "--member",
        "The hub",
        "-c",
        "feed",
        "--secret-file",
        "key",
        "--every",
        "1d",
    ];
    water.run(&[&push[..], &["--set", "proxy=direct"]].concat());
    let hits = water.place.path().join("node/hits.ndjson");
    until("a line with the address is a hit", || {
        // The watchlist may be compiled after the first line: the log goes on.
        writeln!(
            log.as_file(),
            "{{\"query\":\"bad-2.example\",\"src_ip\":\"192.0.2.1\"}}"
        )
        .unwrap();
        water.run(&["sighting", "pending"]);
        let found = std::fs::read_to_string(&hits).unwrap_or_default();
        found.contains("bad-2.example")
    });
    until("who shared it reads that the utility saw it", || {
        // The window of a minute is over an hour from now.
        water.place.run_later(3_600, &["sighting", "send"]);
        water.try_run(&["push", "run", "hub"]);
        sightings(north, water_key, &object_id(2)).contains("\"member\":\"Example Waterworks\"")
    });
}
