//! Servers, feeds and settings: `/servers/…`, `/feeds/…`. For operators.
//!
//! A server is a subscription of the kind `misp-server` (pull), a peer of the kind `misp` (push), or one of each under one
//! name. A feed is a subscription of the kind `misp-feed` or `list`. A key that was set is never shown again.
//!
//! | MISP | here |
//! |---|---|
//! | number of a server | twice that of its subscription and one more, or twice that of its peer |
//! | number of a feed | that of its subscription |
//! | settings | where they are set: the configuration file, the console; read here, not written |
//! | workers | the schedule of this process |

use axum::response::Response;
use http::StatusCode;
use node::push::{PeerKind, PeerWish};
use node::subscriptions::SubscriptionWish;
use policy::{Action, CommunityId, MemberId, decide};
use serde_json::{Map, Value, json};
use stix::marking::{Pap, Tlp};
use store::{CommunityKey, Member, Peer, Subscription, SubscriptionKind};

use super::answer::{done, json_of};
use super::ask::{fields, part, text, truth};
use super::servers::VERSION;
use super::{Routes, filters};
use crate::asked::Asked;
use crate::problem::Fault;
use crate::query::bad;
use crate::routes::Needs;

/// How often a server or feed that is added here is asked, in seconds.
const INTERVAL: i64 = 3_600;
/// The most bytes of one answer of them.
const SIZE_LIMIT: i64 = 256 << 20;

pub(super) fn routes(routes: &mut Routes) {
    routes.put(http::Method::GET, "/servers/index", Needs::Operator, servers);
    routes.put(http::Method::GET, "/servers", Needs::Operator, servers);
    routes.post("/servers/add", Needs::Operator, server_add);
    routes.post("/servers/import", Needs::Operator, server_add);
    routes.post("/servers/edit/{number}", Needs::Operator, server_edit);
    routes.post("/servers/delete/{number}", Needs::Operator, server_delete);
    for method in [http::Method::GET, http::Method::POST] {
        routes.put(
            method,
            "/servers/testConnection/{number}",
            Needs::Operator,
            test_connection,
        );
    }
    routes.post("/servers/pull/{number}", Needs::Operator, pull);
    routes.post("/servers/pull/{number}/{name}", Needs::Operator, pull);
    routes.post("/servers/push/{number}", Needs::Operator, push);
    routes.post("/servers/push/{number}/{name}", Needs::Operator, push);
    routes.put(
        http::Method::GET,
        "/servers/createSync",
        Needs::Contributor,
        create_sync,
    );
    routes.put(http::Method::GET, "/servers/serverSettings", Needs::Operator, settings);
    routes.put(
        http::Method::GET,
        "/servers/getSetting/{name}",
        Needs::Operator,
        setting,
    );
    routes.post("/servers/serverSettingsEdit/{name}", Needs::Operator, setting_edit);
    routes.put(http::Method::GET, "/servers/getWorkers", Needs::Operator, workers);
    for path in ["restartWorkers", "restartDeadWorkers", "killAllWorkers"] {
        routes.post(&format!("/servers/{path}"), Needs::Operator, no_workers);
    }
    routes.post("/servers/startWorker/{name}", Needs::Operator, no_workers);
    routes.post("/servers/stopWorker/{name}", Needs::Operator, no_workers);
    routes.put(
        http::Method::GET,
        "/servers/dbSchemaDiagnostic",
        Needs::Operator,
        schema,
    );
    routes.post("/servers/update", Needs::Operator, update);
    // MISP ships a list of communities that it knows of; there is none here.
    routes.get("/communities/index", |_| async { json_of(&json!([])) });
    routes.put(http::Method::GET, "/feeds", Needs::Operator, feeds);
    routes.put(http::Method::GET, "/feeds/index", Needs::Operator, feeds);
    routes.put(http::Method::GET, "/feeds/view/{number}", Needs::Operator, feed);
    routes.post("/feeds/add", Needs::Operator, feed_add);
    routes.post("/feeds/edit/{number}", Needs::Operator, feed_edit);
    routes.post("/feeds/delete/{number}", Needs::Operator, feed_delete);
    routes.post("/feeds/enable/{number}", Needs::Operator, |asked| {
        feed_switch(asked, true)
    });
    routes.post("/feeds/disable/{number}", Needs::Operator, |asked| {
        feed_switch(asked, false)
    });
    for method in [http::Method::GET, http::Method::POST] {
        routes.put(method, "/feeds/fetchFromAllFeeds", Needs::Operator, fetch_all);
    }
    routes.post("/feeds/fetchFromFeed/{number}", Needs::Operator, fetch);
    routes.post("/feeds/cacheFeeds/{name}", Needs::Operator, cache);
    routes.put(
        http::Method::GET,
        "/feeds/previewIndex/{number}",
        Needs::Operator,
        preview,
    );
    routes.put(http::Method::GET, "/feeds/compareFeeds", Needs::Operator, compare);
    routes.post("/feeds/searchCaches", Needs::Operator, search_caches);
    routes.post("/feeds/loadDefaultFeeds", Needs::Operator, load_default);
}

/// The address of this node, as it is told to others.
pub(super) fn base(asked: &Asked) -> String {
    let configured = asked.app.options().base_url.clone();
    let host = || {
        let host = asked
            .headers
            .get(http::header::HOST)
            .and_then(|host| host.to_str().ok())
            .unwrap_or("localhost");
        format!("http://{host}")
    };
    configured.map_or_else(host, |url| url.trim_end_matches('/').to_owned())
}

/// Refuses whoever is no operator. The use cases ask again; what is only read here is asked nowhere else.
fn operates(asked: &Asked) -> Result<(), Fault> {
    decide(&asked.caller().principal, Action::Administer)
        .map_err(|refusal| Fault::from(node::Error::refused(refusal, "there is no such page")))
}

/// A refusal that says where something is done instead.
fn elsewhere(message: &str) -> Fault {
    Fault::new(StatusCode::FORBIDDEN, "set-elsewhere", message)
}

// Servers.

/// A server: what is pulled from it, what is pushed to it.
#[derive(Clone, Debug)]
struct Server {
    name: String,
    pull: Option<Subscription>,
    push: Option<Peer>,
}

impl Server {
    fn number(&self) -> i64 {
        match (&self.pull, &self.push) {
            (Some(pull), _) => pull.id.0.saturating_mul(2).saturating_add(1),
            (None, Some(push)) => push.id.0.saturating_mul(2),
            (None, None) => 0,
        }
    }

    fn url(&self) -> &str {
        let pull = self.pull.as_ref().map(|pull| pull.terms.url.as_str());
        pull.or(self.push.as_ref().map(|push| push.terms.url.as_str()))
            .unwrap_or_default()
    }

    /// Whether it is one of the own organisation's.
    fn is_internal(&self) -> bool {
        let settings: Value = serde_json::from_str(self.settings()).unwrap_or(Value::Null);
        settings.get("internal").and_then(Value::as_bool) == Some(true)
    }

    fn settings(&self) -> &str {
        let pull = self.pull.as_ref().map(|pull| pull.terms.settings.as_str());
        pull.or(self.push.as_ref().map(|push| push.terms.settings.as_str()))
            .unwrap_or("{}")
    }

    fn json(&self, members: &[Member]) -> Value {
        let of = |id: MemberId| {
            let member = members.iter().find(|member| member.id == id);
            member.map_or(Value::Null, |member| {
                json!({ "id": member.id.0.to_string(), "name": member.name,
                    "uuid": member.identity.split_once("--").map_or("", |(_, uuid)| uuid) })
            })
        };
        let own = self.pull.as_ref().map(|pull| pull.terms.member);
        let remote = self.push.as_ref().map(|push| push.terms.member);
        let number = |id: Option<MemberId>| id.map_or(0, |id| id.0).to_string();
        let rules = json!({ "tags": { "OR": [], "NOT": [] }, "orgs": { "OR": [], "NOT": [] } }).to_string();
        json!({
            "Server": {
                "id": self.number().to_string(), "name": self.name, "url": self.url(), "authkey": "",
                "org_id": number(own), "remote_org_id": number(remote),
                "pull": self.pull.as_ref().is_some_and(|pull| pull.terms.enabled),
                "push": self.push.as_ref().is_some_and(|push| push.terms.enabled),
                "push_sightings": self.push.is_some(), "push_galaxy_clusters": false, "pull_galaxy_clusters": false,
                "push_analyst_data": self.push.is_some(), "pull_analyst_data": self.pull.is_some(),
                "lastpulledid": "0", "lastpushedid": "0", "organization": null, "publish_without_email": false,
                "unpublish_event": false, "self_signed": false, "skip_proxy": false, "internal": self.is_internal(),
                "caching_enabled": false, "cache_timestamp": false, "remove_missing_tags": false, "priority": "0",
                "cert_file": "", "client_cert_file": "", "pull_rules": rules, "push_rules": rules,
                "last_pull": self.pull.as_ref().and_then(|pull| pull.last_error.clone().or(pull.last_result.clone())),
                "last_push": self.push.as_ref().and_then(|push| push.last_error.clone().or(push.last_result.clone())),
            },
            "Organisation": own.map_or(Value::Null, of), "RemoteOrg": remote.map_or(Value::Null, of), "User": [],
        })
    }
}

fn is_misp(peer: &Peer) -> bool {
    let settings: Value = serde_json::from_str(&peer.terms.settings).unwrap_or(Value::Null);
    settings.get("kind").and_then(Value::as_str) == Some(PeerKind::Misp.as_str())
}

async fn all_servers(asked: &Asked) -> Result<Vec<Server>, Fault> {
    operates(asked)?;
    let mut found: Vec<Server> = Vec::new();
    for one in asked.node().store().subscription_list().await? {
        if one.terms.kind == SubscriptionKind::MispServer {
            found.push(Server {
                name: one.terms.name.clone(),
                pull: Some(one),
                push: None,
            });
        }
    }
    for peer in asked.node().store().peer_list().await?.into_iter().filter(is_misp) {
        match found.iter_mut().find(|server| server.name == peer.terms.name) {
            Some(server) => server.push = Some(peer),
            None => found.push(Server {
                name: peer.terms.name.clone(),
                pull: None,
                push: Some(peer),
            }),
        }
    }
    Ok(found)
}

async fn one_server(asked: &Asked) -> Result<Server, Fault> {
    let wanted = part(asked, "number");
    let found = all_servers(asked)
        .await?
        .into_iter()
        .find(|server| server.number().to_string() == wanted);
    found.ok_or_else(Fault::not_found)
}

async fn servers(asked: Asked) -> Result<Response, Fault> {
    let members = asked.node().members(asked.caller()).await?;
    let list = all_servers(&asked).await?;
    json_of(&list.iter().map(|server| server.json(&members)).collect())
}

async fn server_shown(asked: &Asked, name: &str) -> Result<Response, Fault> {
    let members = asked.node().members(asked.caller()).await?;
    let found = all_servers(asked).await?.into_iter().find(|server| server.name == name);
    json_of(&found.ok_or_else(Fault::not_found)?.json(&members))
}

/// A name of the letters that names have here.
fn plain(name: &str) -> String {
    let letter = |letter: char| match letter {
        'a'..='z' | 'A'..='Z' | '0'..='9' | '-' | '_' | '.' => letter,
        _ => '-',
    };
    let plain: String = name.trim().chars().map(letter).take(64).collect();
    plain.trim_matches('-').to_owned()
}

/// The community that what comes goes to: the one that is named, else the one that stands for MISP's.
async fn community(asked: &Asked, wish: &Map<String, Value>) -> Result<CommunityId, Fault> {
    if let Some(alias) = text(wish, "community") {
        let found = asked.node().store().community_get(CommunityKey::Alias(&alias)).await?;
        return found
            .map(|one| one.id)
            .ok_or_else(|| bad("no-community", format!("there is no community '{alias}'")));
    }
    let usual = asked.node().misp_standard_community(asked.caller()).await?;
    usual.ok_or_else(|| {
        let message = "your own member contributes to no community that this could go to: give 'community' (its alias), or \
                       let it into one";
        bad("no-community", message)
    })
}

fn own_member(asked: &Asked) -> Result<MemberId, Fault> {
    asked.caller().principal.member.ok_or_else(Fault::not_found)
}

/// The member that stands for the other server.
async fn remote_member(asked: &Asked, wish: &Map<String, Value>) -> Result<MemberId, Fault> {
    let named = ["remote_org_id", "member"]
        .iter()
        .find_map(|key| text(wish, key))
        .filter(|name| name != "0");
    let organisation = ["Organisation", "RemoteOrg"]
        .iter()
        .find_map(|key| wish.get(*key).and_then(Value::as_object));
    let name = named
        .or_else(|| organisation.and_then(|one| text(one, "uuid")))
        .unwrap_or_default();
    let members = asked.node().members(asked.caller()).await?;
    let found = members.into_iter().find(|member| {
        let uuid = member.identity.split_once("--").map_or("", |(_, uuid)| uuid);
        member.id.0.to_string() == name || uuid == name || member.uuid.to_string() == name || member.name == name
    });
    found.map(|member| member.id).ok_or_else(|| {
        let message = "a server is pushed to with the eyes of the member that stands for it: give it as 'remote_org_id', \
                       and make it one first where it is none";
        bad("no-member", message)
    })
}

/// The settings of pulling, with what is wished.
fn pulling(before: &str, wish: &Map<String, Value>) -> Map<String, Value> {
    let mut settings = with_key(before, text(wish, "authkey").as_ref());
    if let Some(internal) = truth(wish, "internal") {
        settings.insert("internal".to_owned(), json!(internal));
    }
    settings
}

/// Settings with a key of MISP's; what was set beside it stays.
fn with_key(settings: &str, key: Option<&String>) -> Map<String, Value> {
    let mut settings = match serde_json::from_str(settings) {
        Ok(Value::Object(settings)) => settings,
        _ => Map::new(),
    };
    if let Some(key) = key.filter(|key| !key.is_empty()) {
        settings.insert("key".to_owned(), json!(key));
    }
    settings
}

fn check_transport(wish: &Map<String, Value>) -> Result<(), Fault> {
    if truth(wish, "self_signed") == Some(true) {
        let message =
            "a certificate of its own is trusted by its file: add the server with commonwatch subscribe add --ca-file";
        return Err(bad("no-authority", message));
    }
    Ok(())
}

async fn server_add(mut asked: Asked) -> Result<Response, Fault> {
    operates(&asked)?;
    let wish = fields(&mut asked, "Server").await?;
    check_transport(&wish)?;
    let url = text(&wish, "url").unwrap_or_default();
    let host = || {
        url.split("://")
            .nth(1)
            .unwrap_or(&url)
            .split('/')
            .next()
            .unwrap_or_default()
            .to_owned()
    };
    let name = plain(
        &text(&wish, "name")
            .filter(|name| !name.trim().is_empty())
            .unwrap_or_else(host),
    );
    if all_servers(&asked).await?.iter().any(|server| server.name == name) {
        return Err(bad(
            "name-taken",
            format!("there is a server '{name}' already: edit it, or give another name"),
        ));
    }
    let pushes = truth(&wish, "push") == Some(true);
    // What neither pulls nor pushes is one that is pulled from when somebody says so.
    let pulls = truth(&wish, "pull").unwrap_or(!pushes);
    if pushes {
        put_peer(&asked, &wish, &name, &url, None, true).await?;
    }
    if pulls || !pushes {
        let put = SubscriptionWish {
            name: name.clone(),
            kind: SubscriptionKind::MispServer,
            url,
            settings: Value::Object(pulling("{}", &wish)),
            member: own_member(&asked)?,
            community: community(&asked, &wish).await?,
            tlp: Tlp::Green,
            pap: Pap::Clear,
            interval_seconds: INTERVAL,
            size_limit: SIZE_LIMIT,
            enabled: pulls,
        };
        asked.node().subscription_put(asked.caller(), put).await?;
    }
    server_shown(&asked, &name).await
}

async fn put_peer(
    asked: &Asked,
    wish: &Map<String, Value>,
    name: &str,
    url: &str,
    known: Option<&Server>,
    enabled: bool,
) -> Result<(), Fault> {
    let peer = known.and_then(|server| server.push.as_ref());
    // A server that is pulled from is pushed to with the same key.
    let before = peer.map_or_else(|| known.map_or("{}", Server::settings), |peer| &peer.terms.settings);
    let mut settings = with_key(before, text(wish, "authkey").as_ref());
    settings.retain(|key, _| !matches!(key.as_str(), "unpublished" | "since" | "page_size" | "internal"));
    settings.insert("kind".to_owned(), json!(PeerKind::Misp.as_str()));
    let member = match peer {
        Some(peer) if !wish.contains_key("remote_org_id") => peer.terms.member,
        _ => remote_member(asked, wish).await?,
    };
    let put = PeerWish {
        name: name.to_owned(),
        url: url.to_owned(),
        settings: Value::Object(settings),
        member,
        community: peer.and_then(|peer| peer.terms.community),
        interval_seconds: peer.map_or(INTERVAL, |peer| peer.terms.interval_seconds),
        enabled,
    };
    asked.node().peer_put(asked.caller(), put).await?;
    Ok(())
}

async fn server_edit(mut asked: Asked) -> Result<Response, Fault> {
    let server = one_server(&asked).await?;
    let wish = fields(&mut asked, "Server").await?;
    check_transport(&wish)?;
    if text(&wish, "name").is_some_and(|name| plain(&name) != server.name) {
        let message =
            "a name stands in the record of what came and went by it: delete the server and add it under the other";
        return Err(bad("name-is-fixed", message));
    }
    let url = text(&wish, "url")
        .filter(|url| !url.is_empty())
        .unwrap_or_else(|| server.url().to_owned());
    let is_pushed = server.push.as_ref().map(|push| push.terms.enabled);
    match (truth(&wish, "push"), &server.push) {
        (Some(true), _) | (_, Some(_)) => {
            let enabled = truth(&wish, "push").or(is_pushed).unwrap_or(true);
            put_peer(&asked, &wish, &server.name, &url, Some(&server), enabled).await?;
        }
        _ => {}
    }
    if let Some(pull) = &server.pull {
        let put = SubscriptionWish {
            url,
            settings: Value::Object(pulling(&pull.terms.settings, &wish)),
            enabled: truth(&wish, "pull").unwrap_or(pull.terms.enabled),
            ..wish_of(pull)
        };
        asked.node().subscription_put(asked.caller(), put).await?;
    } else if truth(&wish, "pull") == Some(true) {
        let message = "this server was added to push to only: add one to pull from under another name";
        return Err(bad("push-only", message));
    }
    server_shown(&asked, &server.name).await
}

/// A subscription as it is, to be put again.
fn wish_of(known: &Subscription) -> SubscriptionWish {
    let terms = &known.terms;
    SubscriptionWish {
        name: terms.name.clone(),
        kind: terms.kind,
        url: terms.url.clone(),
        settings: serde_json::from_str(&terms.settings).unwrap_or(Value::Null),
        member: terms.member,
        community: terms.community,
        tlp: terms.tlp,
        pap: terms.pap,
        interval_seconds: terms.interval_seconds,
        size_limit: terms.size_limit,
        enabled: terms.enabled,
    }
}

async fn server_delete(asked: Asked) -> Result<Response, Fault> {
    let server = one_server(&asked).await?;
    if server.pull.is_some() {
        asked.node().subscription_delete(asked.caller(), &server.name).await?;
    }
    if server.push.is_some() {
        asked.node().peer_delete(asked.caller(), &server.name).await?;
    }
    done("Server deleted")
}

async fn test_connection(asked: Asked) -> Result<Response, Fault> {
    let server = one_server(&asked).await?;
    let tested = asked
        .node()
        .misp_server_test(asked.caller(), server.url(), server.settings())
        .await?;
    let there = tested
        .version
        .as_ref()
        .and_then(|version| version.get("version"))
        .cloned();
    json_of(&json!({
        "status": tested.status, "message": tested.message, "local_version": VERSION, "version": there,
        "mismatch": false, "newer": "", "post": u8::from(tested.status == 1), "client_certificate": null,
        "response_encoding": "gzip", "request_encoding": "",
    }))
}

/// How a run went, as clients read it.
fn ran(result: &str, error: Option<&str>, notes: &[String]) -> Result<Response, Fault> {
    json_of(&json!({
        "saved": error.is_none(), "success": error.is_none(), "name": error.unwrap_or(result),
        "message": error.unwrap_or(result), "notes": notes,
        "errors": error.map_or(Value::Bool(false), |error| json!([error])),
    }))
}

async fn pull(asked: Asked) -> Result<Response, Fault> {
    let server = one_server(&asked).await?;
    if server.pull.is_none() {
        return Err(bad("push-only", "this server is pushed to and not pulled from"));
    }
    let report = asked.node().subscription_run(asked.caller(), &server.name).await?;
    ran(&report.result, report.error.as_deref(), &report.notes)
}

async fn push(asked: Asked) -> Result<Response, Fault> {
    let server = one_server(&asked).await?;
    if server.push.is_none() {
        return Err(bad("pull-only", "this server is pulled from and not pushed to"));
    }
    let report = asked.node().push_run(asked.caller(), &server.name).await?;
    ran(&report.result, report.error.as_deref(), &report.notes)
}

/// What another MISP server imports to exchange events with this one; its account puts the key in.
async fn create_sync(asked: Asked) -> Result<Response, Fault> {
    decide(&asked.caller().principal, Action::ContributeToNamed)
        .map_err(|refusal| Fault::from(node::Error::refused(refusal, "there is no such page")))?;
    let settings = asked.node().settings();
    let uuid = settings.identity.as_str().split_once("--").map_or("", |(_, uuid)| uuid);
    json_of(&json!({ "Server": {
        "url": base(&asked), "uuid": uuid, "authkey": "YOUR_API_KEY",
        "Organisation": { "name": asked.node().chosen().title, "uuid": uuid, "local": true },
        "feed": super::feed::address(&asked),
    } }))
}

// Settings.

/// A setting, in MISP's words: its name, value, what it is, and where it is set here.
struct Setting {
    name: &'static str,
    value: Value,
    about: &'static str,
    set_in: &'static str,
}

/// The setting that lets strangers ask for an account: the one that is written here.
const REGISTRATION: &str = "Security.allow_self_registration";

async fn known_settings(asked: &Asked) -> Result<Vec<Setting>, Fault> {
    let registers = asked.node().misp_registers().await?;
    let settings = asked.node().settings();
    let uuid = settings
        .identity
        .as_str()
        .split_once("--")
        .map_or("", |(_, uuid)| uuid)
        .to_owned();
    let contact = asked.node().chosen().contact.clone().unwrap_or_default();
    let base = base(asked);
    let of = |name, value, about, set_in| Setting {
        name,
        value,
        about,
        set_in,
    };
    const FILE: &str = "the configuration file (docs/guide/operating.md)";
    const START: &str = "the first start of the node, and not changed afterwards";
    const RULE: &str = "the rules of this node (docs/misp.md), and not set at all";
    Ok(vec![
        of(
            REGISTRATION,
            json!(registers),
            "whether strangers may ask for an account",
            "this interface",
        ),
        of(
            "MISP.delegation",
            json!(true),
            "whether events may be offered to another organisation",
            RULE,
        ),
        of(
            "MISP.max_correlations_per_event",
            json!(2_000),
            "events that one is related to, at the most",
            RULE,
        ),
        of("debug", json!(0), "whether errors show their cause to clients", RULE),
        of("MISP.baseurl", json!(base), "the address of this node", FILE),
        of(
            "MISP.external_baseurl",
            json!(base),
            "the address that others use",
            FILE,
        ),
        of(
            "MISP.org",
            json!(asked.node().chosen().title),
            "the name of this node",
            FILE,
        ),
        of(
            "MISP.host_org_id",
            json!(0),
            "the organisation that stands for this node",
            START,
        ),
        of("MISP.uuid", json!(uuid), "the UUID of this node", START),
        of(
            "MISP.live",
            json!(true),
            "whether this node answers",
            "commonwatch serve: a node that does not answer is stopped",
        ),
        of("MISP.email", json!(contact), "where people write to", FILE),
        of("MISP.contact", json!(contact), "where people write to", FILE),
        of(
            "MISP.title_text",
            json!(asked.node().chosen().title),
            "the title of pages",
            FILE,
        ),
        of(
            "MISP.language",
            json!("eng"),
            "the language of this interface; the console has others",
            RULE,
        ),
        of(
            "MISP.background_jobs",
            json!(true),
            "whether work is done beside requests",
            RULE,
        ),
        of("MISP.tagging", json!(true), "whether things have tags", RULE),
        of(
            "MISP.default_event_distribution",
            json!("1"),
            "the distribution of an event that says none",
            RULE,
        ),
        of(
            "MISP.default_attribute_distribution",
            json!("event"),
            "that of an attribute that says none",
            RULE,
        ),
        of(
            "MISP.default_event_threat_level",
            json!("4"),
            "the threat level of an event that says none",
            RULE,
        ),
        of(
            "MISP.log_new_audit",
            json!(true),
            "whether what is done is recorded: in the ledger",
            RULE,
        ),
        of(
            "MISP.allow_disabling_correlation",
            json!(true),
            "whether an event may be left out of correlations",
            RULE,
        ),
        of(
            "Security.advanced_authkeys",
            json!(true),
            "whether people have several keys, each with an end and networks",
            RULE,
        ),
        of(
            "Security.require_password_confirmation",
            json!(true),
            "whether changes ask for a recent proof",
            RULE,
        ),
        of(
            "Security.username_in_response_header",
            json!(false),
            "whether answers name who asked",
            RULE,
        ),
    ])
}

fn setting_json(setting: &Setting) -> Value {
    let kind = match setting.value {
        Value::Bool(_) => "boolean",
        Value::Number(_) => "numeric",
        _ => "string",
    };
    json!({
        "level": 1, "setting": setting.name, "value": setting.value, "description": setting.about, "type": kind,
        "errorMessage": "", "null": false, "editable": setting.name == REGISTRATION, "set_in": setting.set_in,
    })
}

async fn settings(asked: Asked) -> Result<Response, Fault> {
    operates(&asked)?;
    let known = known_settings(&asked).await?;
    json_of(&json!({
        "version": { "upToDate": "same", "current": VERSION, "newest": VERSION },
        "finalSettings": known.iter().map(setting_json).collect::<Vec<_>>(),
        "workers": workers_json(),
    }))
}

async fn named_setting(asked: &Asked) -> Result<Setting, Fault> {
    operates(asked)?;
    let name = part(asked, "name");
    known_settings(asked)
        .await?
        .into_iter()
        .find(|setting| setting.name == name)
        .ok_or_else(|| {
            let message = "this node has no such setting; GET /servers/serverSettings lists those that can be read";
            Fault::new(StatusCode::NOT_FOUND, "no-such-setting", message)
        })
}

async fn setting(asked: Asked) -> Result<Response, Fault> {
    json_of(&setting_json(&named_setting(&asked).await?))
}

/// Whether strangers may ask for an account is set here, and nothing else: what holds for the node is for its configuration.
/// That something stays as it is, is done already.
async fn setting_edit(mut asked: Asked) -> Result<Response, Fault> {
    let setting = named_setting(&asked).await?;
    let wish = fields(&mut asked, "Server").await?;
    let same = |wished: &Value| match (wished, &setting.value) {
        (wished, held) if wished == held => true,
        (Value::String(text), Value::Bool(held)) => {
            matches!((text.as_str(), held), ("1" | "true", true) | ("0" | "false", false))
        }
        (Value::Number(number), Value::Bool(held)) => number.as_i64() == Some(i64::from(*held)),
        (Value::String(text), Value::Number(held)) => *text == held.to_string(),
        (Value::Number(number), Value::String(held)) => number.to_string() == *held,
        _ => false,
    };
    if wish.get("value").is_some_and(same) {
        return done("Field updated");
    }
    if let (REGISTRATION, Some(on)) = (setting.name, truth(&wish, "value")) {
        asked.node().misp_registers_set(asked.caller(), on).await?;
        return done("Field updated");
    }
    Err(elsewhere(&format!(
        "'{}' is not set here, but by {}",
        setting.name, setting.set_in
    )))
}

fn workers_json() -> Value {
    let alive = json!({ "ok": true, "alive": true, "pid": std::process::id(), "type": "default", "queue": "default",
        "user": "", "status": "this process runs subscriptions and pushes by their schedule" });
    let queue = |workers: Vec<Value>| json!({ "ok": true, "workers": workers, "jobCount": 0 });
    json!({
        "default": queue(vec![alive]), "cache": queue(Vec::new()), "email": queue(Vec::new()), "prio": queue(Vec::new()),
        "update": queue(Vec::new()), "scheduler": queue(Vec::new()), "proc_accessible": true, "controls": false,
    })
}

async fn workers(asked: Asked) -> Result<Response, Fault> {
    operates(&asked)?;
    json_of(&workers_json())
}

async fn no_workers(asked: Asked) -> Result<Response, Fault> {
    operates(&asked)?;
    Err(elsewhere(
        "there are no workers to start or stop: background work is done by the process of commonwatch serve",
    ))
}

async fn schema(asked: Asked) -> Result<Response, Fault> {
    operates(&asked)?;
    let (is, ours) = asked.node().store().schema_steps().await?;
    json_of(&json!({
        "dataSource": "commonwatch", "dbVersion": is.to_string(), "expectedDbVersion": ours.to_string(), "error": "",
        "actual_db_version": is.to_string(), "expected_db_version": ours.to_string(), "diagnostic": [], "checkedTableColumn": [], "diagnosticIndex": [], "indexes": [], "columnPerTable": [],
        "updateFailNumberReached": false, "updateLocked": false, "remainingLockTime": 0,
    }))
}

async fn update(asked: Asked) -> Result<Response, Fault> {
    operates(&asked)?;
    Err(elsewhere(
        "a node does not replace its own program: install the newer one and start it (docs/guide/operating.md)",
    ))
}

// Feeds.

fn is_feed(one: &Subscription) -> bool {
    matches!(one.terms.kind, SubscriptionKind::MispFeed | SubscriptionKind::List)
}

fn feed_json(one: &Subscription) -> Value {
    let terms = &one.terms;
    let format = if terms.kind == SubscriptionKind::MispFeed {
        "misp"
    } else {
        "csv"
    };
    let provider = terms
        .url
        .split("://")
        .nth(1)
        .unwrap_or_default()
        .split('/')
        .next()
        .unwrap_or_default();
    json!({ "Feed": {
        "id": one.id.0.to_string(), "name": terms.name, "provider": provider, "url": terms.url, "rules": "",
        "enabled": terms.enabled, "distribution": "1", "sharing_group_id": terms.community.0.to_string(), "tag_id": "0",
        "default": false, "source_format": format, "fixed_event": true, "delta_merge": false, "event_id": "0",
        "publish": true, "override_ids": false, "settings": "{}", "input_source": "network", "delete_local_file": false,
        "lookup_visible": true, "headers": "", "caching_enabled": false, "force_to_ids": false,
        "orgc_id": terms.member.0.to_string(), "tag_collection_id": "0", "uuid": terms.uuid.to_string(),
        "last_result": one.last_error.clone().or(one.last_result.clone()),
    } })
}

async fn all_feeds(asked: &Asked) -> Result<Vec<Subscription>, Fault> {
    operates(asked)?;
    Ok(asked
        .node()
        .store()
        .subscription_list()
        .await?
        .into_iter()
        .filter(is_feed)
        .collect())
}

async fn one_feed(asked: &Asked) -> Result<Subscription, Fault> {
    let wanted = part(asked, "number");
    let found = all_feeds(asked)
        .await?
        .into_iter()
        .find(|one| one.id.0.to_string() == wanted || one.terms.uuid.to_string() == wanted || one.terms.name == wanted);
    found.ok_or_else(Fault::not_found)
}

async fn feeds(asked: Asked) -> Result<Response, Fault> {
    json_of(&all_feeds(&asked).await?.iter().map(feed_json).collect())
}

async fn feed(asked: Asked) -> Result<Response, Fault> {
    json_of(&feed_json(&one_feed(&asked).await?))
}

async fn feed_shown(asked: &Asked, name: &str) -> Result<Response, Fault> {
    let found = all_feeds(asked).await?.into_iter().find(|one| one.terms.name == name);
    json_of(&feed_json(&found.ok_or_else(Fault::not_found)?))
}

fn feed_kind(wish: &Map<String, Value>) -> Result<Option<SubscriptionKind>, Fault> {
    match text(wish, "source_format").as_deref() {
        None | Some("") => Ok(None),
        Some("misp") => Ok(Some(SubscriptionKind::MispFeed)),
        Some("csv" | "freetext") => Ok(Some(SubscriptionKind::List)),
        Some(_) => Err(bad("bad-format", "a feed is of the format misp, csv or freetext")),
    }
}

/// Headers of a feed, one a line, as settings keep them: out of sight.
fn headers(wish: &Map<String, Value>) -> Result<Map<String, Value>, Fault> {
    let mut headers = Map::new();
    for line in text(wish, "headers")
        .unwrap_or_default()
        .lines()
        .filter(|line| !line.trim().is_empty())
    {
        let (name, value) = line
            .split_once(':')
            .ok_or_else(|| bad("bad-header", "headers are written one a line, as in 'Name: value'"))?;
        headers.insert(name.trim().to_owned(), json!(value.trim()));
    }
    Ok(headers)
}

fn check_source(wish: &Map<String, Value>) -> Result<(), Fault> {
    if text(wish, "input_source").is_some_and(|source| source == "local") {
        let message =
            "files of this machine are read by a subscription to a folder: commonwatch subscribe add --kind folder";
        return Err(bad("local-feed", message));
    }
    Ok(())
}

async fn feed_add(mut asked: Asked) -> Result<Response, Fault> {
    operates(&asked)?;
    let wish = fields(&mut asked, "Feed").await?;
    check_source(&wish)?;
    let name = plain(&text(&wish, "name").unwrap_or_default());
    if asked.node().store().subscription_get(&name).await?.is_some() {
        return Err(bad(
            "name-taken",
            format!("there is a subscription '{name}' already: edit it, or give another name"),
        ));
    }
    let mut settings = Map::new();
    let headers = headers(&wish)?;
    if !headers.is_empty() {
        settings.insert("headers".to_owned(), Value::Object(headers));
    }
    let put = SubscriptionWish {
        name: name.clone(),
        kind: feed_kind(&wish)?.unwrap_or(SubscriptionKind::MispFeed),
        url: text(&wish, "url").unwrap_or_default(),
        settings: Value::Object(settings),
        member: own_member(&asked)?,
        community: community(&asked, &wish).await?,
        tlp: Tlp::Green,
        pap: Pap::Clear,
        interval_seconds: INTERVAL,
        size_limit: SIZE_LIMIT,
        enabled: truth(&wish, "enabled").unwrap_or(false),
    };
    asked.node().subscription_put(asked.caller(), put).await?;
    feed_shown(&asked, &name).await
}

async fn feed_edit(mut asked: Asked) -> Result<Response, Fault> {
    let known = one_feed(&asked).await?;
    let wish = fields(&mut asked, "Feed").await?;
    check_source(&wish)?;
    if text(&wish, "name").is_some_and(|name| plain(&name) != known.terms.name) {
        let message = "a name stands in the origin of all that came by it: delete the feed and add it under the other";
        return Err(bad("name-is-fixed", message));
    }
    let mut put = wish_of(&known);
    put.kind = feed_kind(&wish)?.unwrap_or(put.kind);
    put.url = text(&wish, "url").filter(|url| !url.is_empty()).unwrap_or(put.url);
    put.enabled = truth(&wish, "enabled").unwrap_or(put.enabled);
    let headers = headers(&wish)?;
    if let (false, Value::Object(settings)) = (headers.is_empty(), &mut put.settings) {
        settings.insert("headers".to_owned(), Value::Object(headers));
    }
    asked.node().subscription_put(asked.caller(), put).await?;
    feed_shown(&asked, &known.terms.name).await
}

async fn feed_delete(asked: Asked) -> Result<Response, Fault> {
    let known = one_feed(&asked).await?;
    asked
        .node()
        .subscription_delete(asked.caller(), &known.terms.name)
        .await?;
    done("Feed deleted.")
}

async fn feed_switch(asked: Asked, on: bool) -> Result<Response, Fault> {
    let known = one_feed(&asked).await?;
    asked
        .node()
        .subscription_enable(asked.caller(), &known.terms.name, on)
        .await?;
    done(if on { "Feed enabled." } else { "Feed disabled." })
}

async fn fetch(asked: Asked) -> Result<Response, Fault> {
    let known = one_feed(&asked).await?;
    let report = asked.node().subscription_run(asked.caller(), &known.terms.name).await?;
    let result = match &report.error {
        Some(error) => error.clone(),
        None => format!("Fetching the feed: {}", report.result),
    };
    json_of(&json!({ "result": result, "saved": report.error.is_none(), "notes": report.notes }))
}

/// Makes feeds due: the schedule fetches them with its next round.
async fn make_due(asked: &Asked, wanted: impl Fn(&Subscription) -> bool) -> Result<usize, Fault> {
    let mut count = 0;
    for known in all_feeds(asked)
        .await?
        .into_iter()
        .filter(|one| one.terms.enabled && wanted(one))
    {
        asked
            .node()
            .subscription_enable(asked.caller(), &known.terms.name, true)
            .await?;
        count += 1;
    }
    Ok(count)
}

async fn fetch_all(asked: Asked) -> Result<Response, Fault> {
    let count = make_due(&asked, |_| true).await?;
    json_of(&json!({ "result": format!("Pull queued for background execution: {count} feeds that are enabled.") }))
}

/// Nothing is cached beside what is stored: to have a feed's values at hand is to fetch it.
async fn cache(asked: Asked) -> Result<Response, Fault> {
    let scope = part(&asked, "name").to_owned();
    let count = make_due(&asked, |one| match scope.as_str() {
        "all" => true,
        "misp" => one.terms.kind == SubscriptionKind::MispFeed,
        "csv" | "freetext" => one.terms.kind == SubscriptionKind::List,
        number => one.id.0.to_string() == number,
    })
    .await?;
    let notes = format!(
        "{count} feeds that are enabled are fetched with the next round; what they bring is found as all else is"
    );
    let message = "Feed caching job initiated.";
    json_of(&json!({ "saved": true, "success": true, "name": message, "message": message, "notes": notes }))
}

async fn preview(asked: Asked) -> Result<Response, Fault> {
    let known = one_feed(&asked).await?;
    let listed = asked.node().misp_feed_preview(asked.caller(), &known).await?;
    let entries = listed.into_iter().map(|event| {
        let tags: Vec<Value> = event.tags.iter().map(|tag| json!({ "name": tag })).collect();
        json!({ "uuid": event.uuid, "info": event.info, "timestamp": event.timestamp, "Tag": tags })
    });
    json_of(&entries.collect())
}

async fn compare(asked: Asked) -> Result<Response, Fault> {
    operates(&asked)?;
    let message = "what feeds have in common is not worked out here, as nothing of them is kept that is not stored: ask for \
                   values with /feeds/searchCaches";
    Err(elsewhere(message))
}

async fn search_caches(mut asked: Asked) -> Result<Response, Fault> {
    operates(&asked)?;
    let wish = fields(&mut asked, "Feed").await?;
    let values = filters::list(&wish, "value");
    let names = asked.node().misp_feeds_with(asked.caller(), &values).await?;
    let found = all_feeds(&asked).await?;
    json_of(
        &found
            .iter()
            .filter(|one| names.contains(&one.terms.name))
            .map(feed_json)
            .collect(),
    )
}

async fn load_default(asked: Asked) -> Result<Response, Fault> {
    operates(&asked)?;
    Err(elsewhere(
        "no feed is asked that an operator did not choose: add those that you want with /feeds/add",
    ))
}
