//! What the API document says where one field goes with another, or not with it: forms of which a body has one; and of what
//! is put into a body as it is (charters, settings, clocks), what it may hold.
//!
//! Written beside what is derived from the handlers: names, descriptions and types stay those of the fields.

use node::bridges::{MOST_HOPS, MOST_PAIRS};
use node::commitments::clock::Unit;
use node::communities::TARGETS;
use serde_json::{Map, Value, json};
use store::SubscriptionKind;

use super::exact::{TEXT, TEXT_MOST, TIME, lines};

/// Colours, from open to closed.
const COLOURS: [&str; 5] = ["clear", "green", "amber", "amber+strict", "red"];
const PERMITTED: [&str; 4] = ["clear", "green", "amber", "red"];
const UUID: &str = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}";
const DATE: &str = "[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])";
/// A name of the IANA database; which there are, no pattern says.
const ZONE: &str = "[A-Z][A-Za-z_]*(/[A-Z][A-Za-z_]*)*";
/// An address of the web, without an account in it.
const ADDRESS: &str = "^https?://[a-zA-Z0-9]([a-zA-Z0-9.-]*[a-zA-Z0-9])?(:[1-9][0-9]{0,3})?(/[!-~]*)?$";

/// One form of a body: which fields it must have, and what of them is narrower than in the others.
struct Form {
    required: &'static [&'static str],
    narrower: Vec<(&'static str, Value)>,
}

fn form<const N: usize>(required: &'static [&'static str], narrower: [(&'static str, Value); N]) -> Form {
    Form {
        required,
        narrower: narrower.into(),
    }
}

fn words(words: &[&str]) -> Value {
    json!({ "type": "string", "enum": words })
}

fn none() -> Value {
    json!({ "type": "null" })
}

fn text() -> Value {
    json!({ "type": "string", "minLength": 1, "maxLength": TEXT_MOST, "pattern": TEXT })
}

/// The same, or nothing.
fn maybe(schema: Value) -> Value {
    json!({ "oneOf": [none(), schema] })
}

fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

/// What a field is, narrower: the description stays.
fn narrowed(field: &mut Value, narrower: Value) {
    let description = field.get("description").cloned();
    *field = narrower;
    if let (Some(field), Some(description)) = (field.as_object_mut(), description) {
        field.insert("description".to_owned(), description);
    }
}

/// Says that a body has one of these forms.
fn one_of(schema: &mut Value, forms: Vec<Form>) {
    let whole = schema.clone();
    let of = |form: Form| {
        let mut one = whole.clone();
        if let Some(object) = one.as_object_mut() {
            object.remove("description");
            object.insert("required".to_owned(), json!(form.required));
        }
        for (name, narrower) in form.narrower {
            debug_assert!(one["properties"].get(name).is_some(), "there is no {name}");
            narrowed(&mut one["properties"][name], narrower);
        }
        one
    };
    let mut said = Map::new();
    said.extend(
        whole
            .get("description")
            .map(|text| ("description".to_owned(), text.clone())),
    );
    said.insert("oneOf".to_owned(), forms.into_iter().map(of).collect());
    *schema = Value::Object(said);
}

fn recall() -> Vec<Form> {
    let (tlp, pap) = (|| words(&COLOURS), || words(&PERMITTED));
    let of = |kinds: &[&str]| ("kind", words(kinds));
    vec![
        form(
            &["object", "kind", "reason"],
            [
                of(&["retract", "correct"]),
                ("tlp", none()),
                ("pap", none()),
                ("member", none()),
            ],
        ),
        form(
            &["object", "kind", "reason", "tlp"],
            [
                of(&["narrow"]),
                ("tlp", tlp()),
                ("pap", maybe(pap())),
                ("member", none()),
            ],
        ),
        form(
            &["object", "kind", "reason", "pap"],
            [of(&["narrow"]), ("tlp", none()), ("pap", pap()), ("member", none())],
        ),
        form(
            &["object", "kind", "reason", "member"],
            [
                of(&["exclude"]),
                ("tlp", none()),
                ("pap", none()),
                ("member", json!({ "type": "string" })),
            ],
        ),
    ]
}

fn commitments() -> Vec<Form> {
    let more = || {
        [
            ("because", lines(4_000)),
            ("clock", maybe(reference("ClockText"))),
            ("escalation", maybe(reference("EscalationText"))),
        ]
    };
    let both = |members: Value, community: Value| {
        let mut narrower = vec![("members", members), ("community", community)];
        narrower.extend(more());
        narrower
    };
    let names = json!({ "type": "array", "items": { "type": "string" }, "minItems": 1, "maxItems": 200 });
    let nobody = json!({ "type": "array", "items": { "type": "string" }, "maxItems": 0 });
    vec![
        Form {
            required: &["kind", "subject", "because", "members"],
            narrower: both(names, none()),
        },
        Form {
            required: &["kind", "subject", "because", "community"],
            narrower: both(nobody, json!({ "type": "string" })),
        },
    ]
}

/// A clock: as people write it, or with its parts named.
fn clock() -> Value {
    let start = format!("( after {UUID}| from {})?", TIME.trim_matches(['^', '$']));
    let span = "([1-9][0-9]{0,2} (minutes?|hours?|(working )?days?)|([1-9][0-9]?|[1-4][0-9]{2}) weeks?\
                |([1-9][0-9]?|1[01][0-9]) months?|([1-9]|10) years?)";
    let options = format!("(, {ZONE})?(, (end of day|same time))?");
    let written = format!("^({span}{start}|by {DATE}){options}$");
    let mut forms = vec![json!({ "type": "string", "pattern": written })];
    for unit in Unit::ALL {
        let days: &[&str] = match unit {
            Unit::Minutes | Unit::Hours => &["calendar"],
            Unit::Days => &["calendar", "ends-on-working", "working"],
            Unit::Weeks | Unit::Months | Unit::Years => &["calendar", "ends-on-working"],
        };
        let instant = json!({
            "type": "object", "required": ["instant"], "additionalProperties": false,
            "properties": { "instant": { "type": "string", "format": "date-time", "pattern": TIME } },
        });
        let relative = json!({ "oneOf": [
            words(&["made"]),
            { "type": "object", "required": ["after"], "additionalProperties": false,
              "properties": { "after": { "type": "string", "format": "uuid", "pattern": format!("^{UUID}$") } } },
        ] });
        for (from, least, required) in [
            (relative, 1, json!(["count", "unit", "at"])),
            (instant, 0, json!(["from", "count", "unit", "at"])),
        ] {
            forms.push(json!({
                "type": "object", "required": required, "additionalProperties": false,
                "properties": {
                    "from": from,
                    "count": { "type": "integer", "minimum": least, "maximum": unit.most() },
                    "unit": { "type": "string", "enum": [unit] },
                    "days": words(days),
                    "at": words(&["same-time", "end-of-day"]),
                    "zone": { "type": "string", "pattern": format!("^{ZONE}$") },
                    "holidays": { "type": "array", "maxItems": 400,
                        "items": { "type": "string", "format": "date", "pattern": format!("^{DATE}$") } },
                },
            }));
        }
    }
    json!({ "description": "When something is due; docs/guide/commitments.md has all of it.", "oneOf": forms })
}

fn escalation() -> Value {
    let when =
        "^(start|when due|(([1-9]?[0-9]|[12][0-9]{2}|3[0-5][0-9]) days?|[0-9]{1,3} (hours?|minutes?)) (before|after))$";
    json!({
        "type": "array", "maxItems": 10, "description": "Who is told when.",
        "items": {
            "type": "object", "required": ["when", "to"], "additionalProperties": false,
            "properties": {
                "when": { "type": "string", "pattern": when },
                "to": words(&["person", "coordinators", "owed-to"]),
            },
        },
    })
}

/// A charter: no colour by default that it does not take.
fn charter() -> Value {
    let number = json!({ "type": "integer", "minimum": 0, "maximum": u32::MAX });
    let words_or_nothing = || json!({ "oneOf": [{ "type": "string", "maxLength": 0 }, text()] });
    let truth = || json!({ "type": "boolean" });
    let targets: Map<String, Value> = TARGETS
        .iter()
        .map(|name| ((*name).to_owned(), number.clone()))
        .collect();
    let all = json!({
        "purpose": text(),
        "accountable": { "type": ["string", "null"], "description": "Login of the person of the owner who is accountable." },
        "shared": words_or_nothing(),
        "public": truth(),
        "hides_members": truth(),
        "default_tlp": none(),
        "loosest_tlp": none(),
        "strictest_tlp": none(),
        "resharing": words_or_nothing(),
        "to_clients": truth(),
        "bridges": maybe(words(&COLOURS)),
        "retention_days": maybe(number),
        "moderated": truth(),
        "on_leaving": words(&["stays", "withdrawn"]),
        "targets": { "type": "object", "properties": targets, "additionalProperties": false },
    });
    let forms = COLOURS.iter().enumerate().take(4).map(|(at, colour)| {
        let mut one = all.clone();
        one["default_tlp"] = words(&[colour]);
        one["loosest_tlp"] = words(COLOURS.get(..=at).unwrap_or_default());
        one["strictest_tlp"] = words(COLOURS.get(at..).unwrap_or_default());
        // What is not said is green, clear and red: those fit each other.
        let required = match *colour {
            "green" => json!(["purpose"]),
            _ => json!(["purpose", "default_tlp"]),
        };
        json!({ "type": "object", "required": required, "properties": one, "additionalProperties": false })
    });
    json!({
        "description": "A charter; what is not said has the value that restricts nothing.",
        "oneOf": forms.collect::<Vec<_>>(),
    })
}

/// How to get in somewhere.
fn access() -> Map<String, Value> {
    let secret = json!({ "oneOf": [
        { "type": "string" },
        { "type": "object", "required": ["file"], "properties": { "file": { "type": "string" } } },
    ] });
    let text = json!({ "type": ["string", "null"] });
    let seconds = json!({ "type": ["integer", "null"], "minimum": 0 });
    let mut all = Map::new();
    for name in ["login", "certificate", "certificate_key", "ca_bundle"] {
        all.insert(name.to_owned(), text.clone());
    }
    for name in ["password", "bearer", "key", "proxy"] {
        all.insert(name.to_owned(), maybe(secret.clone()));
    }
    for name in ["connect_seconds", "read_seconds", "total_seconds"] {
        all.insert(name.to_owned(), seconds.clone());
    }
    let headers = json!({ "type": "object", "additionalProperties": secret });
    all.insert("headers".to_owned(), headers);
    all
}

/// Settings with these fields beside how to get in; none at all are settings too.
fn settings(description: &str, more: Value) -> Value {
    let mut properties = access();
    if let Value::Object(more) = more {
        properties.extend(more);
    }
    let object = json!({ "type": "object", "properties": properties, "additionalProperties": false });
    json!({ "description": description, "oneOf": [none(), object] })
}

fn source_settings() -> Value {
    settings(
        "How to get in and what to take; docs/guide/subscriptions.md says which settings each kind has.",
        json!({
            "page_size": { "type": ["integer", "null"], "minimum": 0, "maximum": u32::MAX },
            "collection": { "type": ["string", "null"] },
            "since": maybe(json!({ "type": "string", "format": "date-time", "pattern": TIME })),
            "unpublished": { "type": "boolean" },
            "vanished": words(&["keep", "retract"]),
            "tells_watching": { "type": "boolean" },
            "settle_seconds": { "type": ["integer", "null"], "minimum": 0, "maximum": u32::MAX },
        }),
    )
}

fn peer_settings() -> Value {
    settings(
        "How to get in; docs/guide/subscriptions.md lists the settings.",
        json!({
            "kind": words(&["taxii", "misp"]),
            "page_size": { "type": ["integer", "null"], "minimum": 0 },
            "collection": { "type": ["string", "null"] },
            "assumed_distribution": { "type": ["integer", "null"], "minimum": 0, "maximum": 3 },
        }),
    )
}

/// What is not closed is answered with words.
fn tip_answer() -> Vec<Form> {
    let maybe_words = json!({ "oneOf": [{ "type": "string", "maxLength": 0 }, lines(10_000)] });
    let close = |close: bool| ("close", json!({ "type": "boolean", "enum": [close] }));
    vec![
        form(&["close"], [close(true), ("text", maybe_words)]),
        form(&["text"], [close(false), ("text", lines(10_000))]),
    ]
}

/// Seconds between two runs.
fn interval() -> Value {
    json!({ "type": ["integer", "null"], "minimum": 60, "maximum": 31 * 86_400 })
}

/// What passes a bridge goes out, or comes in, or both.
fn pair() -> Vec<Form> {
    let of = |required, sends: bool| {
        let mut narrower = vec![
            ("tlp", words(COLOURS.get(..4).unwrap_or_default())),
            ("pap", words(&PERMITTED)),
            ("hops", json!({ "type": "integer", "minimum": 1, "maximum": MOST_HOPS })),
            ("ours", alias()),
            ("theirs", alias()),
            ("sends", json!({ "type": "boolean", "enum": [sends] })),
        ];
        if !sends {
            narrower.push(("takes", json!({ "type": "boolean", "enum": [true] })));
        }
        Form { required, narrower }
    };
    vec![
        of(&["ours", "theirs", "tlp", "pap"], true),
        of(&["ours", "theirs", "tlp", "pap", "sends", "takes"], false),
    ]
}

/// The alias of a community, here or there.
fn alias() -> Value {
    json!({ "type": "string", "minLength": 1, "maxLength": 100, "pattern": "^[!-~]+$" })
}

/// Says it of the two bodies that agree on a bridge.
fn bridges(schemas: &mut Value) {
    for schema in ["NewBridgeView", "BridgeAcceptView"] {
        let properties = &mut schemas[schema]["properties"];
        let address = json!({ "type": "string", "pattern": ADDRESS });
        let address = if schema == "NewBridgeView" {
            address
        } else {
            maybe(address)
        };
        narrowed(&mut properties["url"], address);
        narrowed(&mut properties["settings"], reference("AccessSettings"));
        narrowed(&mut properties["interval_seconds"], interval());
    }
    let whole = schemas["PairView"].clone();
    schemas["NewPairView"] = whole;
    one_of(&mut schemas["NewPairView"], pair());
    let new = &mut schemas["NewBridgeView"]["properties"];
    let pairs = json!({ "type": "array", "items": reference("NewPairView"), "minItems": 1, "maxItems": MOST_PAIRS });
    narrowed(&mut new["pairs"], pairs);
    narrowed(&mut new["after_end"], maybe(words(&["stays", "withdrawn"])));
}

/// A folder has a path, everything else an address.
fn subscription() -> Vec<Form> {
    // What is TLP:RED is for those whom it names.
    let passes = COLOURS.get(..4).unwrap_or_default();
    let bytes = || json!({ "type": ["integer", "null"], "minimum": 1 << 10, "maximum": 4_i64 << 30 });
    let required = &["kind", "url", "member", "community", "tlp"];
    let folder = SubscriptionKind::Folder;
    let fetched: Vec<&str> = SubscriptionKind::ALL
        .into_iter()
        .filter(|kind| *kind != folder)
        .map(SubscriptionKind::as_str)
        .collect();
    let of = |kind: Value, url: &str| {
        form(
            required,
            [
                ("kind", kind),
                ("url", json!({ "type": "string", "pattern": url })),
                ("settings", reference("SourceSettings")),
                ("tlp", words(passes)),
                ("interval_seconds", interval()),
                ("size_limit", bytes()),
            ],
        )
    };
    vec![of(words(&fetched), ADDRESS), of(words(&[folder.as_str()]), "^/[!-~]*$")]
}

/// Says it in the document.
pub(super) fn say(document: &mut Value) {
    let schemas = &mut document["components"]["schemas"];
    one_of(&mut schemas["NewRecall"], recall());
    one_of(&mut schemas["NewCommitments"], commitments());
    one_of(&mut schemas["NewSubscriptionView"], subscription());
    one_of(&mut schemas["TipAnswer"], tip_answer());
    let peer = &mut schemas["NewPeerView"]["properties"];
    narrowed(&mut peer["settings"], reference("PeerSettings"));
    narrowed(&mut peer["url"], json!({ "type": "string", "pattern": ADDRESS }));
    narrowed(&mut peer["interval_seconds"], interval());
    bridges(schemas);
    for (name, schema) in [
        ("ClockText", clock()),
        ("EscalationText", escalation()),
        ("CharterText", charter()),
        ("SourceSettings", source_settings()),
        ("PeerSettings", peer_settings()),
        ("AccessSettings", settings("How to get in.", json!({}))),
    ] {
        schemas[name] = schema;
    }
    let charter = &mut document["paths"]["/api/v1/communities/{community}/charter"]["put"];
    charter["requestBody"]["content"]["application/json"]["schema"] = reference("CharterText");
}
