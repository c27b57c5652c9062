//! Where an identity provider is asked, and with which keys it signs (OpenID Connect Discovery 1.0); kept for a while.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use reqwest::Url;
use serde::Deserialize;
use serde_json::Value;
use store::CredentialId;

use super::Provider;
use super::token::NamedKey;
use crate::client::{Access, Client, Request, Secret};
use crate::error::Error;
use crate::signature::PublicKey;

/// How long what a provider says of itself is believed.
const KEPT_MICROS: i64 = 3_600 * 1_000_000;
/// A key that is not known is asked for no more often than this: who sends tokens with made-up names makes nobody ask.
const KEYS_AGAIN_MICROS: i64 = 60 * 1_000_000;
/// Bytes of any answer of a provider.
const MOST_BYTES: u64 = 1 << 20;
/// Keys of a provider that are looked at.
const MOST_KEYS: usize = 100;
/// Sessions that are remembered as asked for.
const MOST_TURNS: usize = 10_000;
const JSON: &str = "application/json";

/// What a provider says of itself.
#[derive(Clone, Debug, Deserialize)]
struct Document {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    jwks_uri: String,
}

/// Where a provider is asked.
#[derive(Clone, Debug)]
pub(super) struct Places {
    pub authorization: Url,
    pub token: Url,
    keys: Url,
}

#[derive(Clone, Debug)]
struct Known {
    at: i64,
    places: Places,
    keys: Arc<Vec<NamedKey>>,
    keys_at: i64,
}

/// When a provider last did not answer for a session, held by who asks just now.
pub(super) type Turn = Arc<tokio::sync::Mutex<Option<i64>>>;

/// What this process knows of providers, by name, and whose turn it is to ask one for a session.
#[derive(Debug, Default)]
pub(crate) struct Kept {
    known: Mutex<HashMap<String, Known>>,
    turns: Mutex<HashMap<CredentialId, Turn>>,
}

impl Kept {
    fn get(&self, name: &str) -> Option<Known> {
        let all = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        all.get(name).cloned()
    }

    fn put(&self, name: &str, known: Known) {
        let mut all = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        all.insert(name.to_owned(), known);
    }

    /// The turn to ask for a session: many requests of it may come at once, and a refresh token is often good once only.
    pub(super) fn turn(&self, session: CredentialId) -> Turn {
        let mut turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
        if turns.len() >= MOST_TURNS {
            turns.clear();
        }
        Arc::clone(turns.entry(session).or_default())
    }

    /// Nobody asks for this session any more.
    pub(super) fn turn_over(&self, session: CredentialId) {
        self.turns
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&session);
    }
}

fn unavailable(provider: &Provider, why: impl std::fmt::Display) -> Error {
    Error::Unavailable(format!("the identity provider {} cannot be used: {why}", provider.name))
}

/// An address of a provider. What is secret goes over TLS, or stays on this machine.
fn place(provider: &Provider, text: &str) -> Result<Url, Error> {
    let url = Url::parse(text).map_err(|_| unavailable(provider, format!("'{text}' is no address")))?;
    let loopback = matches!(url.host_str(), Some("127.0.0.1" | "[::1]" | "localhost"));
    if url.scheme() != "https" && !loopback {
        return Err(unavailable(provider, format!("{text} is not https")));
    }
    Ok(url)
}

fn access(provider: &Provider) -> Access {
    Access {
        connect_seconds: Some(5),
        read_seconds: Some(10),
        total_seconds: Some(20),
        ..provider.access.clone()
    }
}

async fn fetched<T>(provider: &Provider, url: Url, what: &str) -> Result<T, Error>
where
    T: serde::de::DeserializeOwned + Send + 'static,
{
    let client = Client::new(&access(provider), &url).map_err(|failure| unavailable(provider, failure.message))?;
    let answer = client.fetch(Request::get(url, JSON, MOST_BYTES)).await;
    let mut answer = answer.map_err(|failure| unavailable(provider, failure.message))?;
    answer
        .json(what)
        .await
        .map_err(|failure| unavailable(provider, failure.message))
}

async fn keys(provider: &Provider, url: &Url) -> Result<Arc<Vec<NamedKey>>, Error> {
    let set: Value = fetched(provider, url.clone(), "keys of an identity provider").await?;
    let all = set.get("keys").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let named = |jwk: &Value| {
        Some(NamedKey {
            kid: jwk.get("kid").and_then(Value::as_str).map(str::to_owned),
            key: PublicKey::of_jwk(jwk)?,
        })
    };
    Ok(Arc::new(all.iter().take(MOST_KEYS).filter_map(named).collect()))
}

async fn known(kept: &Kept, provider: &Provider, now: i64) -> Result<Known, Error> {
    if let Some(known) = kept.get(&provider.name).filter(|known| now - known.at < KEPT_MICROS) {
        return Ok(known);
    }
    let at = format!(
        "{}/.well-known/openid-configuration",
        provider.issuer.trim_end_matches('/')
    );
    let what = "a description of an identity provider";
    let document: Document = fetched(provider, place(provider, &at)?, what).await?;
    // Else one provider could speak for another (Discovery section 4.3).
    if document.issuer != provider.issuer {
        return Err(unavailable(provider, format!("it calls itself {}", document.issuer)));
    }
    let places = Places {
        authorization: place(provider, &document.authorization_endpoint)?,
        token: place(provider, &document.token_endpoint)?,
        keys: place(provider, &document.jwks_uri)?,
    };
    let keys = keys(provider, &places.keys).await?;
    let known = Known {
        at: now,
        places,
        keys,
        keys_at: now,
    };
    kept.put(&provider.name, known.clone());
    Ok(known)
}

/// Where a provider is asked.
pub(super) async fn places(kept: &Kept, provider: &Provider, now: i64) -> Result<Places, Error> {
    Ok(known(kept, provider, now).await?.places)
}

/// The keys that a provider signs with; asked for anew where `anew`, but not all the time.
pub(super) async fn signing_keys(
    kept: &Kept,
    provider: &Provider,
    anew: bool,
    now: i64,
) -> Result<Arc<Vec<NamedKey>>, Error> {
    let mut known = known(kept, provider, now).await?;
    if anew && now - known.keys_at >= KEYS_AGAIN_MICROS {
        known.keys = keys(provider, &known.places.keys).await?;
        known.keys_at = now;
        kept.put(&provider.name, known.clone());
    }
    Ok(known.keys)
}

/// What a provider gives for a code or a refresh token.
#[derive(Deserialize)]
pub(super) struct Tokens {
    /// Who it is.
    pub id_token: Option<String>,
    /// With what to ask again.
    pub refresh_token: Option<String>,
}

impl Tokens {
    /// The identity token, without which a sign-in says nothing.
    pub(super) fn identity(&self, provider: &Provider) -> Result<&str, Error> {
        let token = self.id_token.as_deref();
        token.ok_or_else(|| unavailable(provider, "it gives no identity token: is 'openid' among the scopes?"))
    }
}

/// Exchanges a code (RFC 6749 section 4.1.3, RFC 7636 section 4.5) or a refresh token (section 6) for tokens. One that the
/// provider does not take is an error of input.
pub(super) async fn exchanged(
    kept: &Kept,
    provider: &Provider,
    form: &[(&str, &str)],
    now: i64,
) -> Result<Tokens, Error> {
    let url = places(kept, provider, now).await?.token;
    let mut access = access(provider);
    let mut body = form_of(form);
    match &provider.client_secret {
        Some(secret) => {
            // Both are encoded before they are put together (RFC 6749 section 2.3.1).
            let secret = secret
                .reveal()
                .map_err(|failure| unavailable(provider, failure.message))?;
            access.login = Some(encoded(&provider.client_id));
            access.password = Some(Secret::Text(encoded(&secret)));
        }
        None => body = format!("{body}&client_id={}", encoded(&provider.client_id)),
    }
    let client = Client::new(&access, &url).map_err(|failure| unavailable(provider, failure.message))?;
    let media = "application/x-www-form-urlencoded";
    let request = Request::post(url, media, Bytes::from(body), JSON, MOST_BYTES);
    let mut answer = client
        .fetch(request)
        .await
        .map_err(|failure| refused(provider, &failure))?;
    answer
        .json("the answer of an identity provider")
        .await
        .map_err(|failure| unavailable(provider, failure.message))
}

/// A code that was used, is too old or made up is the sender's affair; that the provider does not answer is not.
fn refused(provider: &Provider, failure: &crate::client::Failure) -> Error {
    if matches!(failure.status, Some(400..=499)) {
        return super::doubted(format!("{} does not take the code", provider.title));
    }
    unavailable(provider, &failure.message)
}

fn encoded(text: &str) -> String {
    form_of(&[("", text)]).trim_start_matches('=').to_owned()
}

fn form_of(pairs: &[(&str, &str)]) -> String {
    let mut url = Url::parse("http://x/").unwrap_or_else(|_| unreachable!("a fixed address"));
    url.query_pairs_mut().extend_pairs(pairs);
    url.query().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_form_is_encoded_as_forms_are() {
        assert_eq!(super::form_of(&[("a", "b c&d"), ("e", "ü")]), "a=b+c%26d&e=%C3%BC");
        assert_eq!(super::encoded("a:b="), "a%3Ab%3D");
    }
}
