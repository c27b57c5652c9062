//! A node with a small partnership, served on a free port; and a client that sends exactly what it is told.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use node::partnership::{CommunityWish, KeyWish, MemberWish, PersonWish};
use node::{Caller, Node, Settings};
use policy::{CommunityId, MemberId, Role};
use serde_json::Value;
use server::{App, Limits, Listening, Options, Tls};
use stix::Timestamp;
use stix::marking::Tlp;
use store::{Location, MemberKind, OpenOptions, Store};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;

/// The password of everybody who has one.
pub const PASSWORD: &str = "correct horse battery";

/// What a test may want otherwise.
pub struct Wish {
    pub settings: fn(&mut Settings),
    pub limits: Limits,
    pub tls: Option<Tls>,
    pub base_url: Option<String>,
    pub providers: Vec<node::providers::Provider>,
    /// What is drawn at random begins here: hubs that meet must not draw the same.
    pub seed: u64,
}

impl Default for Wish {
    fn default() -> Self {
        Self {
            settings: |_| {},
            limits: Limits::default(),
            tls: None,
            base_url: None,
            providers: Vec::new(),
            seed: 7,
        }
    }
}

/// A served node. Members:
///
/// | member | communities | people |
/// |---|---|---|
/// | Hub | none | `operator` |
/// | Alder | common, grove, hidden | one for each role, `alder-reader` … |
/// | Birch | common, wood | one for each role |
/// | Cedar, client of Alder | none | `cedar-analyst` |
/// | Dogwood, suspended | common | `dogwood-analyst` |
/// | Elder, in a community that hides its members | hidden | `elder-analyst` |
pub struct Kit {
    pub node: Node,
    pub port: u16,
    keys: BTreeMap<String, String>,
    pub communities: BTreeMap<String, CommunityId>,
    pub members: BTreeMap<String, MemberId>,
    stop: Option<oneshot::Sender<()>>,
    served: Option<tokio::task::JoinHandle<()>>,
    /// Microseconds that a test let pass.
    passed: Arc<AtomicI64>,
    _directory: tempfile::TempDir,
}

/// A clock that moves by a millisecond each time it is read, and by what a test lets pass: no two readings are equal, and no
/// test waits.
fn clock(passed: &Arc<AtomicI64>) -> node::Clock {
    let now = AtomicI64::new(Timestamp::parse("2026-11-23T12:00:00Z").unwrap().micros());
    let passed = Arc::clone(passed);
    Arc::new(move || {
        let now = now.fetch_add(1_000, Ordering::Relaxed) + passed.load(Ordering::Relaxed);
        Timestamp::from_micros(now)
    })
}

/// The same bytes in every run (SplitMix64).
fn random(seed: u64) -> node::Random {
    let state = AtomicU64::new(seed);
    Arc::new(move |bytes| {
        for byte in bytes {
            let mut mixed = state.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed);
            mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            *byte = (mixed >> 32) as u8;
        }
    })
}

async fn store(directory: &Path, seed: u64, passed: &Arc<AtomicI64>) -> Store {
    let ledger_key = ledger::SigningKey::from_random("hub.example", [9; 32]).unwrap();
    let options = OpenOptions {
        clock: clock(passed),
        random: random(seed),
        readers: 2,
        create: true,
        durable: false,
        ledger_key,
    };
    Store::open(&Location::Sqlite(directory.to_owned()), options)
        .await
        .unwrap()
}

impl Kit {
    pub async fn start() -> Self {
        Self::start_with(Wish::default()).await
    }

    pub async fn start_with(wish: Wish) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let directory = tempfile::tempdir().unwrap();
        let identity = stix::Id::parse("identity--7f0a3a53-5d0a-4b7c-8a53-0d4c3f0e8a11").unwrap();
        let mut settings = Settings::new("Test hub", identity.clone());
        settings.contact = Some("hub@example.org".to_owned());
        settings.seal = Some(node::Seal::new([5; 32]));
        settings.providers = wish.providers;
        (wish.settings)(&mut settings);
        let passed = Arc::new(AtomicI64::new(0));
        let node = Node::new(
            store(directory.path(), wish.seed, &passed).await,
            settings,
            clock(&passed),
            random(wish.seed),
        )
        .await
        .unwrap();
        let founded = node.found("Hub", MemberKind::Cert, &identity).await.unwrap();
        let mut kit = Self {
            node,
            port: 0,
            keys: BTreeMap::new(),
            communities: BTreeMap::new(),
            members: BTreeMap::from([("Hub".to_owned(), founded.member.id)]),
            stop: None,
            served: None,
            passed,
            _directory: directory,
        };
        kit.partnership().await;
        kit.serve(wish.limits, wish.tls, wish.base_url).await;
        kit
    }

    async fn partnership(&mut self) {
        let operator = self.operator().await;
        self.key(&operator, "operator", false).await;
        for (name, provider) in [
            ("Alder", None),
            ("Birch", None),
            ("Cedar", Some("Alder")),
            ("Dogwood", None),
            ("Elder", None),
        ] {
            let wish = MemberWish {
                name: name.to_owned(),
                kind: MemberKind::City,
                sectors: vec![],
                countries: vec![],
                provider: provider.map(|provider| self.members[provider]),
                identity: None,
            };
            let member = self.node.member_create(&operator, wish).await.unwrap();
            self.members.insert(name.to_owned(), member.id);
            for role in Role::ALL {
                if role == Role::Analyst || matches!(name, "Alder" | "Birch") {
                    self.person(&operator, name, role).await;
                }
            }
        }
        for (alias, members, hides) in [
            ("common", &["Alder", "Birch", "Dogwood"][..], false),
            ("grove", &["Alder"], false),
            ("wood", &["Birch"], false),
            ("hidden", &["Elder", "Alder"], true),
        ] {
            let wish = CommunityWish {
                alias: alias.to_owned(),
                title: format!("Community {alias}"),
                purpose: format!("Purpose of {alias}"),
                owner: self.members[members[0]],
                public: false,
                hides_members: hides,
                default_tlp: Tlp::Green,
                strictest_tlp: Tlp::Red,
            };
            let community = self.node.community_create(&operator, wish).await.unwrap();
            self.communities.insert(alias.to_owned(), community.id);
            for member in &members[1..] {
                let member = self.members[*member];
                self.node
                    .membership_set(&operator, community.id, member, true, false)
                    .await
                    .unwrap();
            }
        }
        self.node
            .member_activate(&operator, self.members["Dogwood"], false)
            .await
            .unwrap();
    }

    async fn person(&mut self, operator: &Caller, member: &str, role: Role) {
        let login = format!("{}-{}", member.to_lowercase(), role.as_str());
        let wish = PersonWish {
            member: self.members[member],
            login: login.clone(),
            name: format!("{} of {member}", role.as_str()),
            role,
            // A password hash takes long in a test: one person has one.
            password: (login == "alder-analyst").then(|| PASSWORD.to_owned()),
        };
        self.node.person_create(operator, wish).await.unwrap();
        self.key(operator, &login, false).await;
        if login == "alder-analyst" {
            self.key(operator, &login, true).await;
        }
    }

    async fn key(&mut self, operator: &Caller, login: &str, read_only: bool) {
        let person = self.node.store().person_by_login(login).await.unwrap().unwrap();
        let label = format!("key-of-{login}");
        let wish = KeyWish {
            label,
            read_only,
            ..KeyWish::default()
        };
        let (secret, _) = self.node.key_create(operator, person.id, wish).await.unwrap();
        let name = if read_only {
            format!("{login}-read-only")
        } else {
            login.to_owned()
        };
        self.keys.insert(name, secret);
    }

    async fn serve(&mut self, limits: Limits, tls: Option<Tls>, base_url: Option<String>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        self.port = listener.local_addr().unwrap().port();
        let app = App::new(
            self.node.clone(),
            Options {
                base_url,
                events_every: std::time::Duration::from_millis(5),
                heartbeat: std::time::Duration::from_millis(100),
                ..Options::new([3; 32])
            },
        );
        let (stop, stopped) = oneshot::channel();
        let listening = Listening { listener, tls, limits };
        let stopping = app.clone();
        let served = server::serve(listening, server::router(app), async move {
            let _ = stopped.await;
            stopping.stop();
        });
        self.stop = Some(stop);
        self.served = Some(tokio::spawn(served));
    }

    /// Asks the service to stop and waits until it has.
    pub async fn stop(&mut self) {
        self.stop.take().unwrap().send(()).unwrap();
        self.served.take().unwrap().await.unwrap();
    }

    pub fn pass_seconds(&self, seconds: i64) {
        self.passed.fetch_add(seconds * 1_000_000, Ordering::Relaxed);
    }

    pub async fn operator(&self) -> Caller {
        self.node.local_caller("operator").await.unwrap()
    }

    /// Everybody who can ask, the public last.
    pub fn actors(&self) -> Vec<String> {
        self.keys.keys().cloned().chain(["public".to_owned()]).collect()
    }

    /// The header that signs somebody in; none for `public`.
    pub fn authorization(&self, who: &str) -> Option<String> {
        self.keys.get(who).map(|key| format!("Bearer {key}"))
    }

    /// A session of somebody that begins now, and its number; they have [`PASSWORD`] from then on.
    pub async fn session(&self, login: &str) -> (String, store::CredentialId) {
        let here = std::net::IpAddr::from([127, 0, 0, 1]);
        let mut began = self.node.session_begin(login, PASSWORD, None, here).await;
        if began.is_err() {
            let person = self.node.store().person_by_login(login).await.unwrap().unwrap();
            let operator = self.operator().await;
            self.node.password_change(&operator, person.id, PASSWORD).await.unwrap();
            began = self.node.session_begin(login, PASSWORD, None, here).await;
        }
        let began = began.unwrap();
        (began.token, began.session.id)
    }

    /// Gives somebody an account at a provider and a passkey; gives the numbers of both.
    pub async fn ways_in(&self, login: &str, subject: &str, name: &str) -> (i64, i64) {
        let (store, operator) = (self.node.store(), self.operator().await);
        let person = store.person_by_login(login).await.unwrap().unwrap().id;
        let link = store::NewLink {
            provider: "city".to_owned(),
            issuer: "https://login.example".to_owned(),
            subject: subject.to_owned(),
            person,
        };
        store.link_put(&operator.principal, link, None).await.unwrap();
        let passkey = store::NewPasskey {
            person,
            credential: name.as_bytes().to_vec(),
            key: "{}".to_owned(),
            name: name.to_owned(),
            rp_id: "hub.example".to_owned(),
            count: 0,
            backed_up: false,
        };
        let passkey = store.passkey_put(&operator.principal, passkey).await.unwrap();
        (store.link_list(person).await.unwrap()[0].id.0, passkey.id.0)
    }

    /// The identifier of a community's collection.
    pub async fn collection(&self, alias: &str) -> String {
        let key = store::CommunityKey::Alias(alias);
        let community = self.node.store().community_get(key).await.unwrap().unwrap();
        community.uuid.to_string()
    }

    /// One request by somebody, with what TAXII wants in its headers.
    pub async fn ask(&self, who: &str, method: &str, path: &str, body: Option<&str>) -> Answer {
        let mut headers = vec![("Accept".to_owned(), "application/taxii+json;version=2.1".to_owned())];
        headers.extend(self.authorization(who).map(|value| ("Authorization".to_owned(), value)));
        if body.is_some() {
            let kind = if path.starts_with("/api/") {
                "application/json"
            } else {
                "application/taxii+json;version=2.1"
            };
            headers.push(("Content-Type".to_owned(), kind.to_owned()));
        }
        self.send(method, path, &headers, body.map(str::as_bytes)).await
    }

    pub async fn get(&self, who: &str, path: &str) -> Answer {
        self.ask(who, "GET", path, None).await
    }

    /// Sends exactly these headers, `Host`, `Connection` and `Content-Length` added.
    pub async fn send(&self, method: &str, path: &str, headers: &[(String, String)], body: Option<&[u8]>) -> Answer {
        let mut request = format!(
            "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nConnection: close\r\n",
            self.port
        );
        for (name, value) in headers {
            request.push_str(&format!("{name}: {value}\r\n"));
        }
        if let Some(body) = body
            && !headers.iter().any(|(name, _)| name == "Transfer-Encoding")
        {
            request.push_str(&format!("Content-Length: {}\r\n", body.len()));
        }
        request.push_str("\r\n");
        let mut bytes = request.into_bytes();
        bytes.extend_from_slice(body.unwrap_or_default());
        self.send_raw(&bytes).await
    }

    /// Sends these bytes and reads until the other side is done.
    pub async fn send_raw(&self, bytes: &[u8]) -> Answer {
        let (mut read, mut write) = TcpStream::connect(("127.0.0.1", self.port)).await.unwrap().into_split();
        let mut answer = Vec::new();
        // Both at once: who only writes first misses an early refusal.
        let (_, received) = tokio::join!(write.write_all(bytes), read.read_to_end(&mut answer));
        received.unwrap();
        Answer::parse(&answer)
    }

    /// Shares objects into a community over TAXII; gives the status resource.
    pub async fn share(&self, who: &str, community: &str, objects: &[String]) -> Value {
        let envelope = format!("{{\"objects\":[{}]}}", objects.join(","));
        let path = format!("/commonwatch/collections/{community}/objects/");
        let answer = self.ask(who, "POST", &path, Some(&envelope)).await;
        assert_eq!(answer.status, 202, "{}", answer.text());
        answer.json()
    }
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    /// Every byte, headers and all.
    pub raw: Vec<u8>,
}

impl Answer {
    fn parse(raw: &[u8]) -> Self {
        let end = raw
            .windows(4)
            .position(|four| four == b"\r\n\r\n")
            .unwrap_or_else(|| panic!("no head: {raw:?}"));
        let head = String::from_utf8_lossy(&raw[..end]).into_owned();
        let mut lines = head.split("\r\n");
        let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
        let headers: Vec<_> = lines
            .map(|line| line.split_once(": ").map_or((line, ""), |pair| pair))
            .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
            .collect();
        let mut body = raw[end + 4..].to_vec();
        if headers
            .iter()
            .any(|(name, value)| name == "transfer-encoding" && value == "chunked")
        {
            body = dechunk(&body);
        }
        Self {
            status,
            headers,
            body,
            raw: raw.to_vec(),
        }
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(found, _)| found == name)
            .map(|(_, value)| value.as_str())
    }

    /// Every value of a header that comes several times.
    pub fn headers(&self, name: &str) -> Vec<&str> {
        let found = self.headers.iter().filter(|(found, _)| found == name);
        found.map(|(_, value)| value.as_str()).collect()
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    /// The objects of an envelope or manifest, or the versions of an object.
    pub fn items(&self) -> Vec<Value> {
        let body = self.json();
        let list = body.get("objects").or_else(|| body.get("versions"));
        list.map_or_else(Vec::new, |list| list.as_array().unwrap().clone())
    }

    /// The identifiers on a page.
    pub fn ids(&self) -> Vec<String> {
        self.items()
            .iter()
            .map(|object| object["id"].as_str().unwrap_or_default().to_owned())
            .collect()
    }
}

fn dechunk(mut rest: &[u8]) -> Vec<u8> {
    let mut whole = Vec::new();
    while let Some(line) = rest.windows(2).position(|two| two == b"\r\n") {
        let length = usize::from_str_radix(std::str::from_utf8(&rest[..line]).unwrap().trim(), 16).unwrap();
        if length == 0 {
            break;
        }
        whole.extend_from_slice(&rest[line + 2..line + 2 + length]);
        rest = &rest[line + 2 + length + 2..];
    }
    whole
}

/// Lets something happen at a node, once: in this one of the moments, counted from zero, in which somebody's view was worked
/// out and nothing was read by it yet. What it gives says whether that moment came.
pub fn happens_before_reading(
    node: &Node,
    moment: usize,
    what: impl Future<Output = ()> + Send + 'static,
) -> Arc<AtomicBool> {
    let came = Arc::new(AtomicBool::new(false));
    let (told, waiting) = (Arc::clone(&came), Mutex::new((moment, Some(Box::pin(what)))));
    let happening: node::Happening = Arc::new(move || {
        let mut waiting = waiting.lock().unwrap();
        let now = match waiting.0.checked_sub(1) {
            Some(left) => {
                waiting.0 = left;
                None
            }
            None => waiting.1.take(),
        };
        let told = Arc::clone(&told);
        Box::pin(async move {
            if let Some(now) = now {
                told.store(true, Ordering::SeqCst);
                now.await;
            }
        })
    });
    node.happens_before_reading(Some(happening));
    came
}

/// An identifier that is the same in every run.
pub fn id(kind: &str, number: u32) -> String {
    format!("{kind}--00000000-0000-4000-8000-{number:012x}")
}

/// An indicator made for a test.
pub fn indicator(number: u32, name: &str) -> String {
    let id = id("indicator", number);
    let address = format!("192.0.2.{}", number % 256);
    format!(
        r#"{{"type":"indicator","spec_version":"2.1","id":"{id}","created":"2024-01-01T00:00:00.000Z","modified":"2024-01-01T00:00:00.000Z","name":"{name}","pattern":"[ipv4-addr:value = '{address}']","pattern_type":"stix","valid_from":"2024-01-01T00:00:00Z","indicator_types":["malicious-activity"]}}"#
    )
}

/// A version of a malware object.
pub fn malware(number: u32, modified: &str) -> String {
    let id = id("malware", number);
    format!(
        r#"{{"type":"malware","spec_version":"2.1","id":"{id}","created":"2024-01-01T00:00:00.000Z","modified":"{modified}","name":"Test malware","is_family":false}}"#
    )
}
