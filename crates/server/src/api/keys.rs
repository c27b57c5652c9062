//! Keys and client certificates: one's own, and for an operator everybody's.

use axum::response::Response;
use http::StatusCode;
use node::partnership::KeyWish;
use policy::{Action, PersonId, Scope, Scopes, decide};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use serde::{Deserialize, Serialize};
use stix::Timestamp;
use store::{Credential, CredentialId};
use utoipa::ToSchema;

use super::ask::{PageWish, Parameters, json};
use super::partnership::nothing;
use super::view::answer;
use crate::asked::Asked;
use crate::problem::Fault;
use crate::query::bad;

/// A key or certificate, without its secret.
#[derive(Serialize, ToSchema)]
pub struct KeyView {
    /// Its number.
    pub id: i64,
    /// `api-key` or `certificate`.
    pub kind: &'static str,
    /// What its owner calls it.
    pub label: String,
    /// Its beginning, to tell keys apart.
    pub prefix: String,
    /// Whether it may only read.
    pub read_only: bool,
    /// What it is for.
    pub scopes: Vec<&'static str>,
    /// The networks it may be used from; empty: any.
    pub addresses: Vec<String>,
    /// When it was made.
    pub created: String,
    /// When it ends by itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires: Option<String>,
    /// When it was revoked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revoked: Option<String>,
    /// The secret of a new key: here, now, and never again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
}

impl KeyView {
    fn new(credential: Credential, secret: Option<String>) -> Self {
        Self {
            id: credential.id.0,
            kind: credential.kind.as_str(),
            label: credential.label,
            prefix: credential.prefix,
            read_only: credential.read_only,
            scopes: credential.scopes.names(),
            addresses: credential.addresses,
            created: credential.created.to_micros_text(),
            expires: credential.expires.map(Timestamp::to_micros_text),
            revoked: credential.revoked.map(Timestamp::to_micros_text),
            secret,
        }
    }
}

/// Keys and certificates.
#[derive(Serialize, ToSchema)]
pub struct KeyList {
    /// The newest first.
    pub keys: Vec<KeyView>,
    /// The cursor of the next answer; absent when this was all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// One's own keys and certificates; an operator may ask for another person's.
#[utoipa::path(get, path = "/api/v1/keys", tag = "keys",
    params(
        ("person" = Option<String>, Query, description = "Login of another person, for an operator"),
        ("limit" = Option<usize>, Query, description = "At most so many, 100 where nothing is said, 1000 at the most"),
        ("cursor" = Option<String>, Query, description = "The `next` of an earlier answer"),
    ),
    responses((status = 200, body = KeyList), (status = 400), (status = 403)))]
pub async fn list(asked: Asked) -> Result<Response, Fault> {
    let (person, wish) = person_page(&asked).await?;
    let before = wish.number()?;
    let page = asked
        .node()
        .key_page(asked.caller(), person, before, wish.limit)
        .await?;
    let next = wish.next(&page, |last| last.id.0.to_string());
    let keys = page.into_iter().map(|key| KeyView::new(key, None)).collect();
    answer(StatusCode::OK, &KeyList { keys, next })
}

/// A key to be made, or a certificate to be known.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewKey {
    /// What its owner calls it.
    pub label: String,
    /// Whether it may only read.
    #[serde(default)]
    pub read_only: bool,
    /// When it ends by itself.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub expires: Option<Timestamp>,
    /// The addresses and networks it may be used from, as in `192.0.2.0/24`; empty: any.
    #[serde(default)]
    pub addresses: Vec<String>,
    /// What it is for: read, share, sightings, commitments, members, communities, keys, admin; everything its person may
    /// where nothing is said.
    pub scopes: Option<Vec<String>>,
    /// A client certificate, PEM, to sign in with instead of a secret.
    pub certificate: Option<String>,
}

/// Makes a key, whose secret is in this answer and nowhere else; or takes note of a client certificate.
#[utoipa::path(post, path = "/api/v1/keys", tag = "keys", request_body = NewKey,
    params(("person" = Option<String>, Query, description = "Login of another person, for an operator")),
    responses((status = 201, body = KeyView), (status = 403), (status = 409), (status = 422)))]
pub async fn create(mut asked: Asked) -> Result<Response, Fault> {
    let person = person(&asked).await?;
    decide(&asked.caller().principal, Action::ManageKeys(person))
        .map_err(|refusal| Fault::from(node::Error::refused(refusal, "")))?;
    let wish: NewKey = json(&mut asked).await?;
    let certificate = wish.certificate;
    let scopes = wish.scopes.as_deref().map_or(Ok(Scopes::ALL), scopes)?;
    let wish = KeyWish {
        label: wish.label,
        read_only: wish.read_only,
        expires: wish.expires,
        addresses: wish.addresses,
        scopes,
    };
    let view = match certificate {
        None => {
            let (secret, credential) = asked.node().key_create(asked.caller(), person, wish).await?;
            KeyView::new(credential, Some(secret))
        }
        Some(pem) => {
            let der = CertificateDer::from_pem_slice(pem.as_bytes()).map_err(|error| {
                bad(
                    "bad-certificate",
                    format!("'certificate' is no PEM certificate: {error}"),
                )
            })?;
            KeyView::new(
                asked.node().certificate_add(asked.caller(), person, wish, &der).await?,
                None,
            )
        }
    };
    answer(StatusCode::CREATED, &view)
}

fn scopes(names: &[String]) -> Result<Scopes, Fault> {
    let read = Scopes::parse(names.iter().map(String::as_str)).filter(|scopes| *scopes != Scopes::NONE);
    read.ok_or_else(|| {
        let all = Scope::ALL.map(Scope::as_str).join(", ");
        bad("bad-scope", format!("'scopes' takes one or more of {all}"))
    })
}

/// Ends a key; it is refused from the next request on.
#[utoipa::path(delete, path = "/api/v1/keys/{key}", tag = "keys",
    params(
        ("key" = i64, Path, description = "Its number"),
        ("person" = Option<String>, Query, description = "Login of another person, for an operator"),
    ),
    responses((status = 204), (status = 403), (status = 404)))]
pub async fn revoke(asked: Asked) -> Result<Response, Fault> {
    let person = person(&asked).await?;
    let key = asked.param("key").parse().map_err(|_| Fault::not_found())?;
    asked
        .node()
        .key_revoke(asked.caller(), person, CredentialId(key))
        .await?;
    Ok(nothing())
}

/// Whose keys are meant: the caller's, or another person's where an operator asks. Who is no operator gets the same
/// answer for every other login, whether it exists or not.
pub(crate) async fn person(asked: &Asked) -> Result<PersonId, Fault> {
    named(asked, &Parameters::read(asked, &["person"])?).await
}

/// The same, of a list that goes on.
pub(crate) async fn person_page(asked: &Asked) -> Result<(PersonId, PageWish), Fault> {
    let parameters = Parameters::read(asked, &["person", "limit", "cursor"])?;
    Ok((named(asked, &parameters).await?, parameters.page()?))
}

async fn named(asked: &Asked, parameters: &Parameters) -> Result<PersonId, Fault> {
    let own = asked.caller().principal.person;
    match parameters.one("person")? {
        Some(login) if login != asked.caller().name => {
            decide(&asked.caller().principal, Action::Administer)
                .map_err(|refusal| Fault::from(node::Error::refused(refusal, "")))?;
            let found = asked.node().store().person_by_login(login).await?;
            found.map(|person| person.id).ok_or_else(Fault::not_found)
        }
        _ => own.ok_or_else(|| {
            Fault::new(
                StatusCode::FORBIDDEN,
                "not-allowed",
                "only somebody with an account has keys",
            )
        }),
    }
}
