//! What the API document says of values beyond their types: which words there are, that a text has something in it.
//!
//! The words come from the types that read them, so that the document cannot name others. What a schema cannot say (a time
//! to come, a name that is there) stays with the handlers.

use node::chosen;
use node::concerning;
use node::partnership::PASSWORD_LEAST;
use node::sightings::HITS_MOST;
use policy::{MemberState, Role, Scope};
use serde_json::{Value, json};
use stix::marking::{Pap, Tlp};
use stix::observable::Kind;
use store::{FeedbackKind, LogFamily, MemberKind, NoticeWish, SightingForm, SubscriptionKind};
use utoipa::Modify;
use utoipa::openapi::path::{Parameter, ParameterIn};
use utoipa::openapi::schema::{
    AdditionalProperties, ArrayItems, KnownFormat, Object, ObjectBuilder, OneOfBuilder, Schema, SchemaFormat,
    SchemaType, Type,
};
use utoipa::openapi::{Content, OpenApi, RefOr, Required};

use crate::api::find::WORDS_MOST;
use crate::api::sightings::TEXT_MOST as TEXT_MOST_OF_HIT;

/// Characters of a name, a title and so on.
pub(super) const TEXT_MOST: usize = 2_000;
/// No control characters, and something besides spaces.
pub(super) const TEXT: &str = "^[^\\x00-\\x1f\\x7f-\\x9f]*[^\\s\\x00-\\x1f\\x7f-\\x9f][^\\x00-\\x1f\\x7f-\\x9f]*$";

/// Fields that take one of some words.
fn words() -> Vec<(&'static str, &'static str, Vec<&'static str>)> {
    let kinds = MemberKind::ALL.map(MemberKind::as_str).to_vec();
    let roles = Role::ALL.map(Role::as_str).to_vec();
    let colours = vec!["clear", "green", "amber", "amber+strict", "red"];
    debug_assert!(colours.iter().all(|word| Tlp::parse(word).is_some()));
    let permitted = vec!["clear", "green", "amber", "red"];
    debug_assert!(permitted.iter().all(|word| Pap::parse(word).is_some()));
    let shown = vec!["none", "count", "name"];
    vec![
        ("NewMemberView", "kind", kinds.clone()),
        ("NewInvitationView", "kind", kinds.clone()),
        ("AcceptView", "kind", kinds),
        (
            "MemberChange",
            "state",
            MemberState::ALL.map(MemberState::as_str).to_vec(),
        ),
        ("NewPersonView", "role", roles.clone()),
        ("PersonChangeView", "role", roles.clone()),
        (
            "NewInvitationView",
            "role",
            roles
                .into_iter()
                .filter(|role| *role != Role::Operator.as_str())
                .collect(),
        ),
        ("NewAgreementView", "kind", vec!["partnership", "data-set"]),
        (
            "NewFeedback",
            "kind",
            vec![FeedbackKind::FalsePositive.as_str(), FeedbackKind::Expired.as_str()],
        ),
        ("NewItemReceipt", "what", vec!["acknowledged", "acted"]),
        ("NewRecall", "kind", vec!["retract", "correct", "narrow", "exclude"]),
        ("NewRecall", "tlp", colours.clone()),
        ("NewRecall", "pap", permitted.clone()),
        ("NewRequest", "answers_to", vec!["me", "all"]),
        ("PreviewView", "tlp", colours.clone()),
        ("PreviewView", "pap", permitted.clone()),
        ("NewCommunityView", "default_tlp", colours.clone()),
        ("NewCommunityView", "strictest_tlp", colours.clone()),
        ("NewSubscriptionView", "tlp", colours),
        ("NewSubscriptionView", "pap", permitted),
        (
            "NewSubscriptionView",
            "kind",
            SubscriptionKind::ALL.map(SubscriptionKind::as_str).to_vec(),
        ),
        (
            "NoticesView",
            "notices",
            NoticeWish::ALL.map(NoticeWish::as_str).to_vec(),
        ),
        ("RuleView", "form", SightingForm::ALL.map(SightingForm::as_str).to_vec()),
        ("DisclosureView", "received", shown.clone()),
        ("DisclosureView", "opened", shown.clone()),
        ("DisclosureView", "acknowledged", shown.clone()),
        ("DisclosureView", "acted", shown.clone()),
        ("DisclosureView", "saw", shown),
        (
            "NewWatching",
            "families",
            LogFamily::ALL.map(LogFamily::as_str).to_vec(),
        ),
        (
            "NewHitView",
            "kind",
            Kind::ALL.iter().map(|kind| kind.as_str()).collect(),
        ),
        (
            "NewCommitments",
            "kind",
            vec!["acknowledge", "act", "answer-sighting", "review-marking"],
        ),
        ("NewKey", "scopes", Scope::ALL.map(Scope::as_str).to_vec()),
        ("NewWebhookView", "kinds", node::webhooks::kinds()),
        ("WebhookChange", "kinds", node::webhooks::kinds()),
    ]
}

/// Fields that take a text in which there is something.
const TEXTS: [(&str, &str); 19] = [
    ("NewMemberView", "name"),
    ("NewPersonView", "login"),
    ("NewPersonView", "name"),
    ("PersonChangeView", "name"),
    ("NewCommunityView", "title"),
    ("NewCommunityView", "purpose"),
    ("NewKey", "label"),
    ("NewInvitationView", "label"),
    ("NewAgreementView", "title"),
    ("NewContactView", "name"),
    ("NewContactView", "telephone"),
    ("NewContactView", "channel"),
    ("NewContactView", "address"),
    ("AcceptView", "organisation"),
    ("AcceptView", "login"),
    ("AcceptView", "name"),
    ("PasskeyName", "name"),
    ("NewPasskeyView", "name"),
    ("ProposalRefusal", "reason"),
];

/// Fields that take a text of several lines, and how long.
const LINES: [(&str, &str, usize); 3] = [
    ("NewRequest", "question", 10_000),
    ("NewAnswer", "text", 10_000),
    ("NewClosing", "summary", 10_000),
];
/// The same, with lines and tabulators.
const LINES_TEXT: &str =
    "^[^\\x00-\\x08\\x0b-\\x1f\\x7f-\\x9f]*[^\\s\\x00-\\x1f\\x7f-\\x9f][^\\x00-\\x08\\x0b-\\x1f\\x7f-\\x9f]*$";

/// The same without tabulators, as in what goes to everybody.
const PARAGRAPHS: &str =
    "^[^\\x00-\\x09\\x0b-\\x1f\\x7f-\\x9f]*[^\\s\\x00-\\x1f\\x7f-\\x9f][^\\x00-\\x09\\x0b-\\x1f\\x7f-\\x9f]*$";

/// A text of several lines, as a schema.
pub(super) fn lines(most: usize) -> Value {
    json!({ "type": "string", "minLength": 1, "maxLength": most, "pattern": LINES_TEXT })
}

/// Fields that take a number within bounds.
const NUMBERS: [(&str, &str, i64, i64); 12] = [
    ("NewInvitationView", "sponsors", 0, 2),
    ("NewHitView", "count", 1, i64::MAX),
    ("NewAgreementView", "days", 0, 365),
    ("NewInvitationView", "days", 1, 90),
    ("RuleView", "seconds", 60, 30 * 86_400),
    ("SettingsView", "contact_months", 1, chosen::MONTHS_MOST as i64),
    ("RetentionView", "sessions", 0, chosen::DAYS_MOST as i64),
    ("RetentionView", "invitations", 0, chosen::DAYS_MOST as i64),
    ("RetentionView", "proposals", 0, chosen::DAYS_MOST as i64),
    ("RetentionView", "notices", 0, chosen::DAYS_MOST as i64),
    ("RetentionView", "transfers", 0, chosen::DAYS_MOST as i64),
    ("RetentionView", "reports", 0, chosen::DAYS_MOST as i64),
];

/// An address or network, as a key may be used from.
const NETWORK: &str = "^((25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])(\\.(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])){3}(/(3[0-2]|[12]?[0-9]))?|(([0-9a-fA-F]{1,4}:){7}[0-9a-fA-F]{1,4}|([0-9a-fA-F]{1,4}:){1,7}:|([0-9a-fA-F]{1,4}:){1,6}(:[0-9a-fA-F]{1,4}){1,1}|([0-9a-fA-F]{1,4}:){1,5}(:[0-9a-fA-F]{1,4}){1,2}|([0-9a-fA-F]{1,4}:){1,4}(:[0-9a-fA-F]{1,4}){1,3}|([0-9a-fA-F]{1,4}:){1,3}(:[0-9a-fA-F]{1,4}){1,4}|([0-9a-fA-F]{1,4}:){1,2}(:[0-9a-fA-F]{1,4}){1,5}|([0-9a-fA-F]{1,4}:){1,1}(:[0-9a-fA-F]{1,4}){1,6}|:(:[0-9a-fA-F]{1,4}){1,7}|::)(/(12[0-8]|1[01][0-9]|[1-9]?[0-9]))?)$";
/// An address that webhooks may go to, where the operator allows no others: of https, by the name of a host.
const HOOK: &str =
    "^https://([a-zA-Z0-9]([a-zA-Z0-9]*[a-zA-Z0-9])?\\.)+[a-zA-Z]{2,63}(:[1-9][0-9]{0,3})?(/[!-\"$-~]*)?$";
/// No control characters; it may be empty.
const LINE: &str = "^[^\\x00-\\x1f\\x7f-\\x9f]*$";
/// A line with a letter of Latin, Greek or Cyrillic beside another or beside a digit.
const TECHNOLOGY: &str = "^[^\\x00-\\x1f\\x7f-\\x9f]*([a-zA-Z\\u00c0-\\u052f][0-9a-zA-Z\\u00c0-\\u052f]|[0-9][a-zA-Z\\u00c0-\\u052f])[^\\x00-\\x1f\\x7f-\\x9f]*$";
/// The name of something that runs by schedule.
const NAME: &str = "^[a-zA-Z0-9._-]{1,64}$";

/// Lists, and how many things they may have.
const LISTS: [(&str, &str, usize); 5] = [
    ("NewHits", "hits", HITS_MOST),
    ("NewAdviceView", "sectors", 10),
    ("SiteView", "security_contacts", 5),
    ("SiteView", "security_languages", 20),
    ("TechnologiesView", "technologies", concerning::MOST),
];

/// Fields whose form a pattern says.
const PATTERNS: [(&str, &str, &str); 21] = [
    ("NewAdviceView", "language", "^[a-zA-Z0-9-]{2,12}$"),
    ("NewAdviceView", "sectors", "^[a-z0-9-]{1,60}$"),
    ("NewAdviceView", "title", TEXT),
    ("NewAdviceView", "happened", PARAGRAPHS),
    ("NewAdviceView", "concerned", PARAGRAPHS),
    ("NewAdviceView", "advice", PARAGRAPHS),
    ("SiteView", "security_contacts", "^(mailto:|https://|tel:)[!-~]{1,250}$"),
    ("SiteView", "security_policy", "^https://[!-~]{1,250}$"),
    (
        "SiteView",
        "security_languages",
        "^[a-zA-Z][a-zA-Z0-9]{0,7}(-[a-zA-Z0-9]{1,8}){0,2}$",
    ),
    ("NewKey", "addresses", NETWORK),
    ("NewWebhookView", "url", HOOK),
    ("NoticesView", "email", MAIL),
    ("TechnologiesView", "technologies", TECHNOLOGY),
    ("SettingsView", "title", TEXT),
    ("SettingsView", "description", LINE),
    ("SettingsView", "contact", LINE),
    ("NewAgreementView", "text", "[\\s\\S]"),
    ("NewRecall", "reason", TEXT),
    ("NewCommunityView", "alias", "^[a-z0-9-]{1,64}$"),
    ("NewContactView", "email", ADDRESS),
    (
        "SavedSearchWish",
        "name",
        "^[^\\s\\x00-\\x1f\\x7f-\\x9f][^\\x00-\\x1f\\x7f-\\x9f]{0,99}$",
    ),
];

/// Fields that take a text up to a length, whatever it is.
const LENGTHS: [(&str, &str, usize); 11] = [
    ("NewAdviceView", "title", 200),
    ("NewAdviceView", "happened", 4_000),
    ("NewAdviceView", "concerned", 4_000),
    ("NewAdviceView", "advice", 4_000),
    ("TechnologiesView", "technologies", concerning::LENGTH_MOST),
    ("SettingsView", "title", chosen::TITLE_MOST),
    ("SettingsView", "description", chosen::LINE_MOST),
    ("SettingsView", "contact", chosen::LINE_MOST),
    ("NewHitView", "indicator", TEXT_MOST_OF_HIT),
    ("NewHitView", "value", TEXT_MOST_OF_HIT),
    ("NewHitView", "source", TEXT_MOST_OF_HIT),
];
/// An e-mail address that mail is sent to.
const MAIL: &str =
    "^[a-zA-Z0-9]+([._+-][a-zA-Z0-9]+)*@([a-zA-Z0-9]([a-zA-Z0-9-]{0,20}[a-zA-Z0-9])?\\.)+[a-zA-Z]{2,20}$";
/// An e-mail address as a contact has one.
const ADDRESS: &str = "^[^@\\x00-\\x1f\\x7f-\\x9f]+@[^\\x00-\\x1f\\x7f-\\x9f]*\\.[^\\x00-\\x1f\\x7f-\\x9f]*$";

/// Parameters of the query that take one of some words.
fn parameter_words(path: &str, name: &str) -> Option<Vec<&'static str>> {
    let words = match (path, name) {
        ("/api/v1/export", "format") => {
            let formats = formats::write::OutFormat::ALL.map(formats::write::OutFormat::as_str);
            formats.to_vec()
        }
        ("/api/v1/commitments", "side") => vec!["owes", "owed"],
        ("/api/v1/commitments", "state") => vec!["waiting", "open", "kept", "not-needed", "withdrawn", "all"],
        ("/api/v1/share", "tlp") => vec!["clear", "green", "amber", "amber+strict", "red"],
        ("/api/v1/share", "pap") => vec!["clear", "green", "amber", "red"],
        ("/api/v1/events", "include") => vec!["object"],
        ("/api/v1/proposals", "state") => vec!["open", "all"],
        ("/api/v1/scorecard", "format") => vec!["json", "csv", "html"],
        ("/api/v1/reports/{year}", "format") => vec!["json", "html"],
        _ => return None,
    };
    Some(words)
}

/// Parameters of the query whose values are not free, though no words.
fn parameter_pattern(path: &str, name: &str) -> Option<&'static str> {
    match (path, name) {
        ("/api/v1/telemetry", "message") => Some("^[!-~]{1,200}$"),
        ("/api/v1/scorecard", "from" | "to") => Some("^[0-9]{4}-(0[1-9]|1[0-2])$"),
        (_, "since" | "starts" | "ends") => Some(TIME),
        (path, "cursor") => cursor_pattern(path),
        _ => None,
    }
}

/// A time as it is written.
pub(super) const TIME: &str = "^([0-9]{4}-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-8]))\
     |([0-9]{2}(0[48]|[2468][048]|[13579][26])|([02468][048]|[13579][26])00)-02-29)T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\\.[0-9]{1,6})?Z$";

/// Cursors are the key of the last of the page before; where that is a name, any text is one.
fn cursor_pattern(path: &str) -> Option<&'static str> {
    let path = path.strip_prefix(crate::api::BASE)?;
    Some(match path {
        "/members"
        | "/communities"
        | "/people"
        | "/vetting"
        | "/agreements/owed"
        | "/subscriptions"
        | "/peers"
        | "/warninglists"
        | "/recalls/{recall}"
        | "/objects/{id}/receipts" => {
            return None;
        }
        "/agreements" => "^(partnership|data-set)\\.[0-9]{1,18}$",
        "/commitments" => "^[0-9]{1,18}\\.[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$",
        "/contacts/due" => "^[0-9]{1,18}\\.[0-9]{1,18}\\.[0-9]{1,18}$",
        "/delegations" => "^[0-9]{1,18}\\.[0-9]{1,18}$",
        "/data-sets" | "/requests/{request}" => "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$",
        _ => "^[0-9]{1,18}$",
    })
}

fn number(value: i64) -> utoipa::Number {
    utoipa::Number::Int(isize::try_from(value).unwrap_or(isize::MAX))
}

fn is_text(object: &Object) -> bool {
    match &object.schema_type {
        SchemaType::Type(kind) => *kind == Type::String,
        SchemaType::Array(kinds) => kinds.contains(&Type::String),
        SchemaType::AnyValue => false,
    }
}

fn may_be_null(object: &Object) -> bool {
    matches!(&object.schema_type, SchemaType::Array(kinds) if kinds.contains(&Type::Null))
}

fn take_words(object: &mut Object, words: &[&str]) {
    let mut values: Vec<Value> = words.iter().map(|word| json!(word)).collect();
    if may_be_null(object) {
        values.push(Value::Null);
    }
    object.enum_values = Some(values);
}

/// So many things a list may have.
fn list_most(document: &mut OpenApi, schema: &str, name: &str, most: usize) {
    let schemas = document.components.as_mut().map(|components| &mut components.schemas);
    if let Some(RefOr::T(Schema::Object(found))) = schemas.and_then(|schemas| schemas.get_mut(schema))
        && let Some(RefOr::T(Schema::Array(list))) = found.properties.get_mut(name)
    {
        list.max_items = Some(most);
    }
}

/// The field of a schema, or what is in it where it is a list.
fn field<'a>(document: &'a mut OpenApi, schema: &str, name: &str) -> Option<&'a mut Object> {
    let schemas = &mut document.components.as_mut()?.schemas;
    let RefOr::T(Schema::Object(found)) = schemas.get_mut(schema)? else {
        return None;
    };
    match found.properties.get_mut(name)? {
        RefOr::T(Schema::Object(object)) => Some(object),
        RefOr::T(Schema::Array(list)) => match &mut list.items {
            ArrayItems::RefOrSchema(item) => match item.as_mut() {
                RefOr::T(Schema::Object(object)) => Some(object),
                _ => None,
            },
            ArrayItems::False => None,
        },
        _ => None,
    }
}

/// A proposal has one of two forms, each with what it is about.
fn proposal() -> Schema {
    let form = |kind: &str, about: &str, what: &str| {
        let text = || ObjectBuilder::new().schema_type(Type::String);
        ObjectBuilder::new()
            .property("kind", text().enum_values(Some([kind])))
            .property(about, text().description(Some(what)))
            .property(
                "reason",
                text()
                    .description(Some("Why."))
                    .min_length(Some(1))
                    .max_length(Some(TEXT_MOST))
                    .pattern(Some(TEXT)),
            )
            .required("kind")
            .required(about)
            .required("reason")
            .additional_properties(Some(AdditionalProperties::FreeForm(false)))
            .build()
    };
    let held = "The name of what waits, as `GET /api/v1/communities/{community}/moderation` shows it.";
    let member = "Name or UUID of the member.";
    let forms = OneOfBuilder::new()
        .item(form("release", "held", held))
        .item(form("expel", "member", member));
    Schema::OneOf(forms.description(Some("What is to be proposed.")).build())
}

/// Says it in the document.
pub(super) struct Exact;

impl Modify for Exact {
    fn modify(&self, document: &mut OpenApi) {
        for (schema, name, words) in words() {
            let found = field(document, schema, name);
            debug_assert!(found.is_some(), "there is no {schema}.{name}");
            if let Some(found) = found {
                take_words(found, &words);
            }
        }
        for (schema, name) in TEXTS {
            let found = field(document, schema, name);
            debug_assert!(found.is_some(), "there is no {schema}.{name}");
            if let Some(found) = found {
                found.min_length = Some(1);
                found.max_length = Some(TEXT_MOST);
                found.pattern = Some(TEXT.to_owned());
            }
        }
        for (schema, name, most) in LINES {
            if let Some(found) = field(document, schema, name) {
                found.min_length = Some(1);
                found.max_length = Some(most);
                found.pattern = Some(LINES_TEXT.to_owned());
            }
        }
        for (schema, name, least, most) in NUMBERS {
            if let Some(found) = field(document, schema, name) {
                found.minimum = Some(number(least));
                found.maximum = Some(number(most));
            }
        }
        for (schema, name, pattern) in PATTERNS {
            if let Some(found) = field(document, schema, name) {
                found.pattern = Some(pattern.to_owned());
            }
        }
        for schema in ["PasswordView", "AcceptView", "NewPersonView"] {
            if let Some(found) = field(document, schema, "password") {
                found.min_length = Some(PASSWORD_LEAST);
            }
        }
        for (schema, name, most) in LENGTHS {
            if let Some(found) = field(document, schema, name) {
                found.max_length = Some(most);
            }
        }
        if let Some(components) = &mut document.components {
            components
                .schemas
                .insert("NewProposalView".to_owned(), RefOr::T(proposal()));
        }
        for (schema, name, most) in LISTS {
            list_most(document, schema, name, most);
        }
        // Whatever is a time is one in UTC.
        let components = document.components.get_or_insert_default();
        for schema in components.schemas.values_mut() {
            let RefOr::T(Schema::Object(found)) = schema else {
                continue;
            };
            for property in found.properties.values_mut() {
                if let RefOr::T(Schema::Object(object)) = property
                    && object.format == Some(SchemaFormat::KnownFormat(KnownFormat::DateTime))
                {
                    object.pattern = Some(TIME.to_owned());
                }
            }
        }
        if let Some(item) = document.paths.paths.get_mut("/api/v1/export")
            && let Some(get) = &mut item.get
            && let Some(RefOr::T(response)) = get.responses.responses.get_mut("200")
        {
            let media = formats::write::OutFormat::ALL.map(crate::api::export::media_type);
            response.content = media
                .into_iter()
                .map(|media| (media.to_owned(), Content::default()))
                .collect();
        }
        // No report at all is fewer than one, and no mistake.
        if let Some(item) = document.paths.paths.get_mut("/api/v1/telemetry")
            && let Some(post) = &mut item.post
            && let Some(body) = &mut post.request_body
        {
            body.required = Some(Required::False);
        }
        for (path, item) in &mut document.paths.paths {
            let operations = [
                &mut item.get,
                &mut item.post,
                &mut item.put,
                &mut item.patch,
                &mut item.delete,
            ];
            for operation in operations.into_iter().flatten() {
                for parameter in operation.parameters.iter_mut().flatten() {
                    narrow(path, parameter);
                }
            }
        }
    }
}

/// What a part of a path can be.
fn narrow_part(path: &str, parameter: &mut Parameter) {
    let Some(RefOr::T(Schema::Object(object))) = &mut parameter.schema else {
        return;
    };
    match parameter.name.as_str() {
        "name" if path.contains("/subscriptions/") || path.contains("/peers/") => {
            object.pattern = Some(NAME.to_owned())
        }
        "year" => object.pattern = Some("^[0-9]{4}$".to_owned()),
        "place" => {
            object.minimum = Some(number(1));
            object.maximum = Some(number(2));
        }
        _ => {}
    }
}

/// A parameter that is given has a value.
fn narrow(path: &str, parameter: &mut Parameter) {
    if parameter.parameter_in == ParameterIn::Path {
        return narrow_part(path, parameter);
    }
    if parameter.parameter_in != ParameterIn::Query {
        return;
    }
    let Some(RefOr::T(Schema::Object(object))) = &mut parameter.schema else {
        return;
    };
    if parameter.name == "limit" {
        object.minimum = Some(number(1));
    } else if let Some(words) = parameter_words(path, &parameter.name) {
        take_words(object, &words);
    } else if parameter.name == "score" {
        object.maximum = Some(number(100));
    } else if is_text(object) {
        object.min_length = Some(1);
        if matches!(parameter.name.as_str(), "q" | "question") {
            object.max_length = Some(WORDS_MOST);
        }
        if matches!(parameter.name.as_str(), "since" | "starts" | "ends") {
            object.format = Some(SchemaFormat::KnownFormat(KnownFormat::DateTime));
        }
        object.pattern = parameter_pattern(path, &parameter.name).map(str::to_owned);
    }
}
