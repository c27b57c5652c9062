//! Reads what a request to the JSON API asks: parameters, bodies, cursors, members and communities by name.

use http::StatusCode;
use http::header::CONTENT_TYPE;
use policy::{Action, CommunityId, MemberId, decide};
use serde::de::DeserializeOwned;
use stix::Timestamp;
use store::{CommunityKey, Position};
use uuid::Uuid;

use crate::asked::Asked;
use crate::problem::Fault;
use crate::query::{Plus, bad, pairs, time};

/// Results of one answer where nothing is asked for.
const LIMIT: usize = 100;
/// Results of one answer at the most.
const LIMIT_MOST: usize = 1_000;

/// The parameters of a request, each of which must be known.
pub(crate) struct Parameters(Vec<(String, String)>);

impl Parameters {
    /// Reads the query string of a request that may have these parameters and no others.
    pub fn read(asked: &Asked, known: &[&str]) -> Result<Self, Fault> {
        let pairs = pairs(asked.query().unwrap_or_default(), Plus::Space)?;
        match pairs.iter().find(|(name, _)| !known.contains(&name.as_str())) {
            None => Ok(Self(pairs)),
            Some((name, _)) => {
                let name: String = name.chars().take(64).collect();
                let message = format!("there is no parameter '{name}' here; there are: {}", known.join(", "));
                Err(bad("unknown-parameter", message))
            }
        }
    }

    /// A parameter that is there once at the most and not empty.
    pub fn one(&self, name: &str) -> Result<Option<&str>, Fault> {
        let mut values = self.all(name);
        match (values.next(), values.next()) {
            (_, Some(_)) => Err(bad("parameter-twice", format!("'{name}' is given twice: give it once"))),
            (Some(""), _) => Err(bad(
                "empty-parameter",
                format!("'{name}' has no value: leave it out, or give it one"),
            )),
            (value, None) => Ok(value),
        }
    }

    /// Every value of a parameter that may be repeated.
    pub fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.0
            .iter()
            .filter(move |(found, _)| found == name)
            .map(|(_, value)| value.as_str())
    }

    /// `limit`, a number above zero; more than the most is the most.
    pub fn limit(&self) -> Result<usize, Fault> {
        let Some(text) = self.one("limit")? else {
            return Ok(LIMIT);
        };
        Ok(crate::taxii::filter::limit(text)?.min(LIMIT_MOST))
    }

    /// `cursor`, as an earlier answer gave it.
    pub fn cursor(&self) -> Result<Option<Position>, Fault> {
        let Some(text) = self.one("cursor")? else {
            return Ok(None);
        };
        let position = text
            .parse()
            .map_err(|_| bad("bad-cursor", "'cursor' must be what an earlier answer gave as next"))?;
        Ok(Some(Position(position)))
    }

    /// `limit` and `cursor` of a list that goes on.
    pub fn page(&self) -> Result<PageWish, Fault> {
        Ok(PageWish {
            limit: self.limit()?,
            cursor: self.one("cursor")?.map(str::to_owned),
        })
    }

    /// A time.
    pub fn time(&self, name: &str) -> Result<Option<Timestamp>, Fault> {
        self.one(name)?.map(|text| time(name, text)).transpose()
    }

    /// `true` or `false`; false where it is not given.
    pub fn truth(&self, name: &str) -> Result<bool, Fault> {
        match self.one(name)? {
            None | Some("false") => Ok(false),
            Some("true") => Ok(true),
            Some(_) => Err(bad("bad-parameter", format!("'{name}' must be true or false"))),
        }
    }

    /// A value of a fixed set of words.
    pub fn word<T>(&self, name: &str, expected: &str, parse: impl Fn(&str) -> Option<T>) -> Result<Option<T>, Fault> {
        let Some(text) = self.one(name)? else { return Ok(None) };
        parse(text)
            .map(Some)
            .ok_or_else(|| bad("bad-parameter", format!("'{name}' must be {expected}")))
    }
}

/// Which part of a list is wanted: a cursor is the key of the last of the page before, whole as an earlier answer gave it.
pub(crate) struct PageWish {
    pub limit: usize,
    cursor: Option<String>,
}

impl PageWish {
    /// The key where keys are words; empty at the beginning, before which no word is.
    pub fn after(&self) -> &str {
        self.cursor.as_deref().unwrap_or_default()
    }

    /// The key where keys are made of something.
    pub fn key<T>(&self, read: impl FnOnce(&str) -> Option<T>) -> Result<Option<T>, Fault> {
        let unreadable = || bad("bad-cursor", "'cursor' must be what an earlier answer gave as next");
        let cursor = self.cursor.as_deref();
        cursor.map(|text| read(text).ok_or_else(unreadable)).transpose()
    }

    /// The key where keys are numbers.
    pub fn number(&self) -> Result<Option<i64>, Fault> {
        self.key(|text| text.parse().ok())
    }

    /// The cursor behind a page: the key of its last, where it is full.
    pub fn next<T>(&self, page: &[T], key: impl FnOnce(&T) -> String) -> Option<String> {
        page.last().filter(|_| page.len() >= self.limit).map(key)
    }
}

/// Numbers with dots between them, as a cursor of several keys is written.
pub(crate) fn numbers<const N: usize>(text: &str) -> Option<[i64; N]> {
    let parts: Option<Vec<i64>> = text.split('.').map(|part| part.parse().ok()).collect();
    parts?.try_into().ok()
}

/// The JSON body of a request.
pub(crate) async fn json<T: DeserializeOwned>(asked: &mut Asked) -> Result<T, Fault> {
    let is_json = asked
        .headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|text| text.split(';').next())
        .is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"));
    if !is_json {
        return Err(Fault::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "unsupported-media-type",
            "send 'Content-Type: application/json'",
        ));
    }
    let body = asked.take_body().await?;
    // Else the entries of a list would be taken for the fields, in their order.
    if body.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'[') {
        let message = "the body cannot be used: it is a list, and must be an object";
        return Err(Fault::new(StatusCode::UNPROCESSABLE_ENTITY, "bad-json", message));
    }
    serde_json::from_slice(&body).map_err(|error| {
        let status = if error.is_data() {
            StatusCode::UNPROCESSABLE_ENTITY
        } else {
            StatusCode::BAD_REQUEST
        };
        Fault::new(status, "bad-json", format!("the body cannot be used: {error}"))
    })
}

/// Refuses who may not, before anything of the request is looked at.
pub(crate) fn must(asked: &Asked, action: Action) -> Result<(), Fault> {
    decide(&asked.caller().principal, action).map_err(|refusal| Fault::from(node::Error::refused(refusal, "")))
}

/// A member that the caller knows of, by UUID or name. One they do not know of is one that is not there.
pub(crate) async fn member(asked: &Asked, name: &str) -> Result<MemberId, Fault> {
    let uuid = Uuid::try_parse(name).ok();
    let known = asked.node().members(asked.caller()).await?;
    let found = known
        .into_iter()
        .find(|member| Some(member.uuid) == uuid || member.name == name);
    found.map(|member| member.id).ok_or_else(Fault::not_found)
}

/// A community by UUID or alias. Whether the caller may know of it is for the use case to decide.
pub(crate) async fn community(asked: &Asked, name: &str) -> Result<CommunityId, Fault> {
    let key = Uuid::try_parse(name).map_or(CommunityKey::Alias(name), CommunityKey::Uuid);
    let found = asked.node().store().community_get(key).await?;
    found.map(|community| community.id).ok_or_else(Fault::not_found)
}
