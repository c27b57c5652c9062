//! Posting: signs what waits and sends it to where it may go, a bounded time for each, and tries again what did not arrive.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures_util::StreamExt as _;
use reqwest::header::{CONTENT_TYPE, RETRY_AFTER};
use reqwest::{Url, redirect};
use ring::hmac;
use serde::Serialize;
use stix::Timestamp;
use store::{MessageOut, Webhook};
use uuid::Uuid;

use super::{Rules, SECRET_PREFIX};
use crate::accounts::{Caller, address_in};
use crate::error::{Error, bad};
use crate::events::EventKind;
use crate::node::Node;

/// Webhooks that are posted to at the same time.
const AT_A_TIME: usize = 8;
/// Webhooks looked at together.
const BATCH: usize = 200;
/// Messages posted to one webhook in a round.
const IN_A_ROUND: usize = 20;
/// Seconds until the next try, by how often it was tried; then it is given up.
const BACKOFF: [i64; 9] = [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400];
/// After how long without one that arrived nothing is posted any more.
const PATIENCE: i64 = 5 * 86_400 * SECOND;
/// How long a message that is being posted is nobody else's.
const IN_HAND: i64 = 60 * SECOND;
const SECOND: i64 = 1_000_000;
/// How long the connection, and the whole exchange, may take.
const CONNECT: Duration = Duration::from_secs(5);
const TOTAL: Duration = Duration::from_secs(15);
/// Bytes of an answer that are read; it says nothing that is needed.
const ANSWER_MOST: usize = 4 << 10;
/// Characters kept of what went wrong.
const ERROR_MOST: usize = 300;
/// The longest wait that the other side can ask for.
const WAIT_MOST: i64 = 86_400;

/// What a round did.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct PostReport {
    /// Messages that were written into outboxes.
    pub written: u64,
    /// Messages that arrived.
    pub arrived: u64,
    /// Messages that are tried again.
    pub failed: u64,
    /// Messages that are not tried again.
    pub given_up: u64,
    /// Webhooks that were switched off.
    pub switched_off: u64,
}

/// How a secret is shown.
pub(super) fn secret_text(secret: &[u8]) -> String {
    format!("{SECRET_PREFIX}{}", STANDARD.encode(secret))
}

/// The signature of a message: HMAC-SHA-256 over its name, the time and what it says.
fn signature(secret: &[u8], id: &str, seconds: i64, body: &str) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret);
    let tag = hmac::sign(&key, format!("{id}.{seconds}.{body}").as_bytes());
    format!("v1,{}", STANDARD.encode(tag))
}

/// The name of a message as it goes out.
fn message_id(uuid: Uuid) -> String {
    format!("msg_{}", uuid.simple())
}

fn bad_address(message: impl Into<String>) -> Error {
    let help = "a webhook has an address like https://hooks.city.example/commonwatch; the operator allows others in \
                [webhooks] of commonwatch.toml";
    bad("bad-url", message, help)
}

/// An address that may be posted to, as far as it says by itself; what its name stands for is looked at each time.
pub(super) fn checked_address(rules: &Rules, text: &str) -> Result<Url, Error> {
    let url = Url::parse(text).map_err(|_| bad_address("this is not an address"))?;
    match url.scheme() {
        "https" => {}
        "http" if rules.http => {}
        "http" => return Err(bad_address("webhooks go over https")),
        _ => return Err(bad_address("a webhook has an address of https")),
    }
    if !url.username().is_empty() || url.password().is_some() || url.fragment().is_some() {
        return Err(bad_address("an address has no account and no fragment"));
    }
    if url.host_str().is_none_or(str::is_empty) {
        return Err(bad_address("the address names no host"));
    }
    if named_address(&url).is_some_and(|address| !may_go(rules, address)) {
        return Err(bad_address("webhooks go to public addresses only"));
    }
    Ok(url)
}

/// The address of a host that is named by number.
fn named_address(url: &Url) -> Option<IpAddr> {
    url.host_str()?.trim_matches(['[', ']']).parse().ok()
}

/// Whether an address may be posted to.
fn may_go(rules: &Rules, address: IpAddr) -> bool {
    let address = address.to_canonical();
    is_public(address) || address_in(&rules.networks, address)
}

/// Whether an address belongs to the Internet at large (the special registries of RFC 6890 and what came since).
fn is_public(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(v4) => is_public_v4(v4),
        IpAddr::V6(v6) => is_public_v6(v6),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let special = address.is_loopback()
        || address.is_private()
        || address.is_link_local()
        || address.is_multicast()
        || address.is_documentation()
        || a == 0
        || a >= 240
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0 && c == 0)
        || (a == 198 && (b == 18 || b == 19));
    !special
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let [a, b, ..] = address.segments();
    // What carries an IPv4 address (translation, 6to4, Teredo) goes where that one goes: nobody needs it here.
    let tunnels = (a == 0x64 && b == 0xff9b) || a == 0x2002 || (a == 0x2001 && b < 0x200);
    // 2000::/3 is all that was given out so far.
    let documentation = (a == 0x2001 && b == 0xdb8) || (a == 0x3fff && b < 0x1000);
    (a & 0xe000) == 0x2000 && !tunnels && !documentation
}

/// Why a message did not arrive.
struct Undelivered {
    why: String,
    /// Whether the other side says that there will never be anything.
    gone: bool,
    /// Seconds that it asks for.
    wait: Option<i64>,
}

impl Undelivered {
    fn new(why: impl Into<String>) -> Self {
        let why: String = why.into();
        Self {
            why: why.chars().take(ERROR_MOST).collect(),
            gone: false,
            wait: None,
        }
    }
}

/// Where a name leads, as far as it may be gone there.
async fn places(rules: &Rules, url: &Url) -> Result<Vec<SocketAddr>, Undelivered> {
    let port = url.port_or_known_default().unwrap_or(443);
    let found: Vec<SocketAddr> = match (named_address(url), url.domain()) {
        (Some(address), _) => vec![(address, port).into()],
        (None, Some(name)) => {
            let looked = tokio::time::timeout(CONNECT, tokio::net::lookup_host((name, port))).await;
            let looked = looked.map_err(|_| Undelivered::new("the name was not looked up in time"))?;
            let looked = looked.map_err(|error| Undelivered::new(format!("the name leads nowhere: {error}")))?;
            looked.collect()
        }
        (None, None) => Vec::new(),
    };
    // A name that leads to one place inside leads nowhere: which of its places is asked is not for the other side to say.
    if found.is_empty() || found.iter().any(|place| !may_go(rules, place.ip())) {
        return Err(Undelivered::new(
            "the address is not a public one, and the operator does not allow it",
        ));
    }
    Ok(found)
}

async fn post(
    rules: &Rules,
    url: &Url,
    message: &MessageOut,
    secrets: &[Vec<u8>],
    now: Timestamp,
) -> Result<(), Undelivered> {
    let places = places(rules, url).await?;
    // The cryptography of the whole process; where somebody chose already, theirs stands.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut client = reqwest::Client::builder()
        .user_agent(concat!("commonwatch/", env!("CARGO_PKG_VERSION")))
        .redirect(redirect::Policy::none())
        .referer(false)
        .no_proxy()
        .connect_timeout(CONNECT)
        .timeout(TOTAL);
    if let Some(name) = url.domain() {
        // What was looked at is where it goes, whatever the name leads to a moment later.
        client = client.resolve_to_addrs(name, &places);
    }
    let unset =
        |error: reqwest::Error| Undelivered::new(format!("the client cannot be set up: {}", error.without_url()));
    let client = client.build().map_err(unset)?;
    let seconds = now.micros().div_euclid(SECOND);
    let id = message_id(message.uuid);
    // One for each secret that counts, with a space between them, as Standard Webhooks has it.
    let signed = secrets
        .iter()
        .map(|secret| signature(secret, &id, seconds, &message.body));
    let signatures: Vec<String> = signed.collect();
    let sent = client
        .post(url.clone())
        .header(CONTENT_TYPE, "application/json")
        .header("webhook-id", &id)
        .header("webhook-timestamp", seconds.to_string())
        .header("webhook-signature", signatures.join(" "))
        .body(message.body.clone())
        .send()
        .await;
    let mut answer = sent.map_err(|error| {
        let what = if error.is_timeout() {
            "it did not answer in time"
        } else if error.is_connect() {
            "it cannot be reached"
        } else {
            "the exchange broke off"
        };
        Undelivered::new(what)
    })?;
    let status = answer.status();
    let wait = answer.headers().get(RETRY_AFTER);
    let wait = wait.and_then(|value| value.to_str().ok()?.parse::<i64>().ok());
    // A connection is given up with what is left in it.
    let mut read = 0;
    while read < ANSWER_MOST
        && let Ok(Some(piece)) = answer.chunk().await
    {
        read += piece.len();
    }
    if status.is_success() {
        return Ok(());
    }
    let why = if status.is_redirection() {
        format!("it answers {status}, and redirections are not followed: name the new address")
    } else {
        format!("it answers {status}")
    };
    Err(Undelivered {
        gone: status.as_u16() == 410,
        wait: wait.map(|seconds| seconds.clamp(0, WAIT_MOST)),
        ..Undelivered::new(why)
    })
}

impl Node {
    /// Writes what is new into the outboxes of webhooks and posts what waits there. Several nodes on one store may do so at
    /// once: each message is taken by one. Should the node stop between the other side's yes and its own note of it, the same
    /// message goes out again under the same `webhook-id`.
    ///
    /// # Errors
    /// When the store does not answer. That another side does not is in the report, and on the webhook.
    pub async fn webhooks_due(&self, now: Timestamp) -> Result<PostReport, Error> {
        let mut report = PostReport::default();
        let mut after = 0;
        loop {
            let hooks = self.store().webhook_enabled(after, BATCH).await?;
            let Some(last) = hooks.last() else { return Ok(report) };
            after = last.id;
            let full = hooks.len() == BATCH;
            let rounds = futures_util::stream::iter(hooks.into_iter().map(|hook| self.webhook_round(hook, now)));
            let ended: Vec<_> = rounds.buffer_unordered(AT_A_TIME).collect().await;
            for round in ended {
                let round = round?;
                report.written += round.written;
                report.arrived += round.arrived;
                report.failed += round.failed;
                report.given_up += round.given_up;
                report.switched_off += round.switched_off;
            }
            if !full {
                return Ok(report);
            }
        }
    }

    async fn webhook_round(&self, hook: Webhook, now: Timestamp) -> Result<PostReport, Error> {
        let mut report = PostReport::default();
        let principal = self.store().principal_of_member(hook.terms.member).await?;
        if principal.member.is_none() {
            // Of a member that may not act nothing goes out; what waits, waits.
            return Ok(report);
        }
        let caller = Caller::new(principal, format!("webhook:{}", hook.terms.uuid));
        let reader = self.reader_now(&caller).await?;
        report.written = self.webhook_gather(&hook, &reader, now).await? as u64;
        let seal = self.settings().seal.as_ref();
        let open = |sealed: &[u8]| seal.and_then(|seal| seal.open(hook.terms.uuid.as_bytes(), sealed));
        let Some(secret) = open(&hook.terms.sealed) else {
            let why = "its secret cannot be read on this node (another seal.key): make a new webhook";
            self.store().webhook_disable(hook.id, why).await?;
            report.switched_off += 1;
            return Ok(report);
        };
        let before = hook.before.as_ref().filter(|(_, until)| *until > now);
        let secrets: Vec<Vec<u8>> = [Some(secret), before.and_then(|(sealed, _)| open(sealed))]
            .into_iter()
            .flatten()
            .collect();
        let mut failing_since = hook.failing_since;
        for message in self.store().webhook_due(hook.id, now, IN_A_ROUND).await? {
            if !self.store().webhook_claim(&message, now.plus_micros(IN_HAND)).await? {
                continue;
            }
            if !self.is_open_still(&reader.viewer, &message).await? {
                let why = "what it is about is not open to the member any more";
                self.store().webhook_message_drop(&message, why).await?;
                report.given_up += 1;
                continue;
            }
            let rules = &self.settings().webhooks;
            let posted = match checked_address(rules, &hook.terms.url) {
                Ok(url) => post(rules, &url, &message, &secrets, now).await,
                Err(error) => Err(Undelivered::new(error.to_string())),
            };
            let Err(undelivered) = posted else {
                self.store().webhook_sent(&message, now).await?;
                failing_since = None;
                report.arrived += 1;
                continue;
            };
            let backoff = usize::try_from(message.attempts).ok().and_then(|at| BACKOFF.get(at));
            let wait = backoff.map(|seconds| (*seconds).max(undelivered.wait.unwrap_or(0)));
            let next = wait.map(|seconds| now.plus_micros(seconds * SECOND));
            self.store()
                .webhook_failed(&message, &undelivered.why, now, next)
                .await?;
            report.failed += u64::from(next.is_some());
            report.given_up += u64::from(next.is_none());
            let since = *failing_since.get_or_insert(now);
            if undelivered.gone || now.micros() - since.micros() >= PATIENCE {
                let why = if undelivered.gone {
                    "switched off: it answers 410 Gone".to_owned()
                } else {
                    format!(
                        "switched off: nothing arrived for five days; the last time: {}",
                        undelivered.why
                    )
                };
                self.store().webhook_disable(hook.id, &why).await?;
                report.switched_off += 1;
            }
            // The next ones would fare no better; they keep their turn.
            break;
        }
        Ok(report)
    }

    /// Whether the member may still see the item of a message that waited.
    async fn is_open_still(&self, viewer: &policy::Viewer, message: &MessageOut) -> Result<bool, Error> {
        let kinds = [EventKind::ObjectAdded, EventKind::ObjectChanged, EventKind::Sighting];
        if message.attempts == 0 || !kinds.iter().any(|kind| kind.as_str() == message.kind) {
            return Ok(true);
        }
        let said: serde_json::Value = serde_json::from_str(&message.body).unwrap_or_default();
        match said["data"]["object"]["id"].as_str() {
            Some(id) => Ok(self.store().object_exists(viewer, id).await?),
            None => Ok(true),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Rules, checked_address, is_public, may_go, signature};

    #[test]
    fn a_signature_is_that_of_standard_webhooks() {
        // Computed with Python's hmac over the text that standardwebhooks.com describes.
        let secret = b"0123456789abcdef0123456789abcdef";
        let signed = signature(
            secret,
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            1_614_265_330,
            r#"{"test": 2432232314}"#,
        );
        assert_eq!(signed, "v1,hK4CWvngkaAwjY1pABLuUbOIkEJjW9tAapq1no4ojG0=");
    }

    #[test]
    fn a_webhook_goes_to_public_addresses_and_over_tls() {
        for address in [
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "192.0.2.1",
            "198.18.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "64:ff9b::7f00:1",
            "2002:7f00:1::",
            "2001::1",
            "fe80::1",
            "fd00::1",
            "ff02::1",
            "2001:db8::1",
        ] {
            assert!(!is_public(address.parse().unwrap()), "{address}");
        }
        for address in [
            "8.8.8.8",
            "1.1.1.1",
            "2606:4700::1111",
            "2a00:1450::1",
            "::ffff:8.8.8.8",
        ] {
            assert!(is_public(address.parse().unwrap()), "{address}");
        }
        let strict = Rules::default();
        for bad in [
            "http://hooks.example/",
            "ftp://hooks.example/",
            "https://127.0.0.1/",
            "https://0x7f.1/",
            "https://[::1]/",
            "https://a:b@hooks.example/",
            "https://hooks.example/#x",
            "hooks.example",
            "",
        ] {
            assert!(checked_address(&strict, bad).is_err(), "{bad}");
        }
        assert!(checked_address(&strict, "https://hooks.example:8443/x?y=1").is_ok());
        let inside = Rules {
            http: true,
            networks: vec!["10.1.0.0/16".to_owned()],
        };
        assert!(checked_address(&inside, "http://10.1.2.3/").is_ok());
        assert!(checked_address(&inside, "http://10.2.2.3/").is_err());
        assert!(may_go(&inside, "::ffff:10.1.0.1".parse().unwrap()));
    }
}
