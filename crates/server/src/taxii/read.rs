//! Reading a collection: objects, one object, the manifest, the versions of an object.
//!
//! `X-TAXII-Date-Added-First` and `-Last` are on every 200 here. TAXII 2.1 does not say what they hold when nothing is
//! on the page; here they repeat the place from which it was asked (`added_after`, or what `next` stands for; the
//! beginning of 1970 where neither was given), so that a client which always goes on from `-Last` loses nothing, repeats
//! nothing, and never reads a header that is not there.

use axum::body::Body;
use axum::response::Response;
use http::{HeaderName, HeaderValue, StatusCode};
use node::collections::{Collection, Look};
use policy::Viewer;
use serde::Serialize;
use stix::Timestamp;
use store::{ObjectPage, ObjectQuery, ObjectRow, Position, VersionFilter};

use super::filter::{Filters, Versions};
use super::page::Envelope;
use super::{answer, cursor, readable};
use crate::asked::Asked;
use crate::problem::Fault;

/// What a manifest says of an object's form.
const MEDIA_TYPE_2_1: &str = "application/stix+json;version=2.1";
const MEDIA_TYPE_2_0: &str = "application/stix+json;version=2.0";

/// TAXII 2.1 section 5.4.
pub async fn objects(asked: Asked) -> Result<Response, Fault> {
    let look = readable(&asked).await?;
    let question = Question::read(&asked, &look.collection, "objects", None)?;
    let (_, page) = page(&asked, look, &question.query).await?;
    with_recalls(&asked, question.envelope(page)?).await
}

/// Says on a page how many recalls the reader's member has not answered, and where they are: TAXII itself has no word for
/// what is gone. Whoever does not know the header loses nothing by it.
async fn with_recalls(asked: &Asked, mut response: Response) -> Result<Response, Fault> {
    let open = asked.node().recalls_open(asked.caller()).await?;
    if open > 0 {
        let value = format!("{open} {}", asked.app.address(&format!("{}/recalls", crate::api::BASE)));
        if let Ok(value) = HeaderValue::from_str(&value) {
            let name = HeaderName::from_static(node::recall::HEADER);
            response.headers_mut().insert(name, value);
        }
    }
    Ok(response)
}

/// TAXII 2.1 section 5.6. An object that is not there, or not for this caller, is 404; one that is there but has no
/// version that the filters let through is an empty envelope.
pub async fn object(asked: Asked) -> Result<Response, Fault> {
    let look = readable(&asked).await?;
    let id = asked.param("object").to_owned();
    let question = Question::read(&asked, &look.collection, "object", Some(&id))?;
    let (look, page) = page(&asked, look, &question.query).await?;
    if page.rows.is_empty() && !asked.node().store().object_exists(&look.viewer, &id).await? {
        return Err(Fault::not_found());
    }
    question.envelope(page)
}

#[derive(Serialize)]
struct ManifestRecord<'a> {
    id: &'a str,
    date_added: String,
    version: &'a str,
    media_type: &'static str,
}

impl<'a> From<&'a ObjectRow> for ManifestRecord<'a> {
    fn from(row: &'a ObjectRow) -> Self {
        Self {
            id: &row.id,
            date_added: row.added.to_micros_text(),
            version: &row.version_text,
            media_type: if row.spec_version == "2.0" {
                MEDIA_TYPE_2_0
            } else {
                MEDIA_TYPE_2_1
            },
        }
    }
}

#[derive(Serialize)]
struct Manifest<'a> {
    more: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    objects: Vec<ManifestRecord<'a>>,
}

/// TAXII 2.1 section 5.3. The resource lacks `next` by an oversight that its committee has acknowledged
/// (cti-taxii2#110), and clients that page it like objects ask for the first page for ever without one, so it is given.
/// Going on with `added_after` loses nothing either, because every `date_added` is there once.
pub async fn manifest(asked: Asked) -> Result<Response, Fault> {
    let look = readable(&asked).await?;
    let question = Question::read(&asked, &look.collection, "manifest", None)?;
    let (_, page) = manifest_page(&asked, look, &question.query).await?;
    let manifest = Manifest {
        more: page.more,
        next: question.next(&page),
        objects: page.rows.iter().map(ManifestRecord::from).collect(),
    };
    let body = serde_json::to_string(&manifest).map_err(Fault::ours)?;
    Ok(question.dated(answer(StatusCode::OK, body), &page))
}

#[derive(Serialize)]
struct VersionList<'a> {
    more: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    versions: Vec<&'a str>,
}

/// TAXII 2.1 section 5.8. With `next`, as the manifest.
pub async fn versions(asked: Asked) -> Result<Response, Fault> {
    let look = readable(&asked).await?;
    let id = asked.param("object").to_owned();
    let question = Question::read(&asked, &look.collection, "versions", Some(&id))?;
    let read = |viewer: Viewer| {
        let (store, id, query) = (asked.node().store().clone(), id.clone(), question.query.clone());
        async move { store.versions_page(&viewer, &id, &query).await }
    };
    let (look, page) = asked.node().read_steadily(look, read).await?;
    if page.rows.is_empty() && !asked.node().store().object_exists(&look.viewer, &id).await? {
        return Err(Fault::not_found());
    }
    let versions = page.rows.iter().map(|row| row.version_text.as_str()).collect();
    let body = serde_json::to_string(&VersionList {
        more: page.more,
        next: question.next(&page),
        versions,
    })
    .map_err(Fault::ours)?;
    Ok(question.dated(answer(StatusCode::OK, body), &page))
}

/// A page, recorded in the ledger as delivered; HEAD delivers nothing and records nothing.
async fn page(asked: &Asked, look: Look, query: &ObjectQuery) -> Result<(Look, ObjectPage), Fault> {
    if asked.is_head() {
        return manifest_page(asked, look, query).await;
    }
    Ok(asked.node().deliver_page(look, query).await?)
}

async fn manifest_page(asked: &Asked, look: Look, query: &ObjectQuery) -> Result<(Look, ObjectPage), Fault> {
    let read = |viewer: Viewer| {
        let (store, query) = (asked.node().store().clone(), query.clone());
        async move { store.manifest_page(&viewer, &query).await }
    };
    Ok(asked.node().read_steadily(look, read).await?)
}

/// What is asked, and with which key its pages are tied together.
struct Question {
    query: ObjectQuery,
    fingerprint: [u8; 32],
    secret: [u8; 32],
    head: bool,
}

impl Question {
    fn read(asked: &Asked, collection: &Collection, what: &str, object: Option<&str>) -> Result<Self, Fault> {
        let filters = Filters::read(asked.query())?;
        let settings = asked.node().settings();
        let secret = asked.app.options().secret;
        let fingerprint = filters.fingerprint(&format!("{what} {} {}", collection.uuid, object.unwrap_or_default()));
        let from = match &filters.next {
            Some(token) => Some(Position::from(cursor::read(&secret, &fingerprint, token)?)),
            None => None,
        };
        let query = ObjectQuery {
            added_after: filters.added_after,
            from,
            // A path names its object; `match[id]` is not defined there and changes nothing.
            ids: object.map_or(filters.ids, |id| vec![id.to_owned()]),
            types: filters.types,
            versions: filters
                .versions
                .map_or_else(VersionFilter::default, VersionFilter::from),
            spec_versions: filters.spec_versions,
            limit: filters.limit.unwrap_or(settings.page_default).min(settings.page_most),
            max_bytes: settings.page_bytes,
        };
        Ok(Self {
            query,
            fingerprint,
            secret,
            head: asked.is_head(),
        })
    }

    /// The token of the page after this one.
    fn next(&self, page: &ObjectPage) -> Option<String> {
        let last = page.rows.last().filter(|_| page.more)?;
        Some(cursor::write(&self.secret, &self.fingerprint, last.added))
    }

    fn envelope(&self, page: ObjectPage) -> Result<Response, Fault> {
        let next = self.next(&page);
        let head = answer(StatusCode::OK, Body::empty());
        let mut response = self.dated(head, &page);
        if !self.head {
            let texts = page.rows.into_iter().map(|row| row.body).collect();
            *response.body_mut() = Body::new(Envelope::new(texts, next.as_deref()));
        }
        Ok(response)
    }

    /// Adds the headers that say which stretch of the order a page covers.
    fn dated(&self, mut response: Response, page: &ObjectPage) -> Response {
        let asked_from = self.query.from.map(|position| Timestamp::from_micros(position.0));
        let standing = asked_from
            .max(self.query.added_after)
            .unwrap_or(Timestamp::from_micros(0));
        let first = page.rows.first().map_or(standing, |row| row.added);
        let last = page.rows.last().map_or(standing, |row| row.added);
        for (name, time) in [("x-taxii-date-added-first", first), ("x-taxii-date-added-last", last)] {
            if let Ok(value) = HeaderValue::from_str(&time.to_micros_text()) {
                response.headers_mut().insert(HeaderName::from_static(name), value);
            }
        }
        response
    }
}

impl From<Versions> for VersionFilter {
    fn from(versions: Versions) -> Self {
        Self {
            first: versions.first,
            last: versions.last,
            all: versions.all,
            exact: versions.exact,
        }
    }
}
