//! Events as they happen: a stream of server-sent events (WHATWG HTML, 9.2) that can be taken up where it broke off.
//!
//! The `id` of an event is the cursor behind it: a browser sends it as `Last-Event-ID` when it comes again, a program may
//! say `after`. A stream looks again at who reads it whenever the rules change and with each heartbeat, and ends, saying
//! why, when the account, key or session did, or when something that it showed is not open any more.

use std::collections::VecDeque;
use std::io;

use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use futures_util::{StreamExt as _, stream};
use http::header::CONTENT_TYPE;
use http::{HeaderName, HeaderValue};
use node::events::{Event, EventCursor, EventKind, EventWish, Reader, Subject};
use node::{Node, Seal};
use policy::MemberId;
use serde::Serialize;
use serde_json::value::RawValue;
use tokio::sync::watch;
use tokio::time::Instant;
use utoipa::ToSchema;

use super::ask::Parameters;
use crate::app::{App, StreamPlace};
use crate::asked::Asked;
use crate::problem::Fault;
use crate::query::bad;

/// Events read together.
const PAGE: usize = 100;
/// Milliseconds after which a browser comes again.
const RETRY: u32 = 3_000;
const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");

/// What the `data` of an event holds, as JSON.
#[derive(Serialize, ToSchema)]
pub struct EventView {
    /// object-added, object-changed, object-removed, sighting (of an item of your own member; other sightings come as
    /// object-added), commitment, request, answer.
    pub kind: &'static str,
    /// When.
    pub at: String,
    /// The item, where the event is about one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub object: Option<EventObject>,
    /// The commitment, where it is about one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub commitment: Option<EventCommitment>,
    /// The question, where it is about one: to be read at `/api/v1/requests/ID`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request: Option<String>,
}

/// The item that an event is about.
#[derive(Serialize, ToSchema)]
pub struct EventObject {
    /// STIX identifier.
    pub id: String,
    /// STIX type.
    #[serde(rename = "type")]
    pub object_type: String,
    /// Version, as the object writes it.
    pub version: String,
    /// Why it must no longer be used: `retracted`, `revoked`, `expired`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<&'static str>,
    /// The item of your own member that was seen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sighting_of: Option<String>,
    /// The item itself, where it was asked to come along.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub content: Option<Box<RawValue>>,
}

/// The commitment that an event is about.
#[derive(Serialize, ToSchema)]
pub struct EventCommitment {
    /// Its name: it is read at `/api/v1/commitments/ID`.
    pub id: String,
    /// Its kind.
    pub kind: String,
    /// What changed: made, started, delegated, extended, kept, not-needed, withdrawn.
    pub what: &'static str,
}

impl EventView {
    /// An event as it is told.
    pub(crate) fn new(event: Event) -> Self {
        let mut view = Self {
            kind: event.kind.as_str(),
            at: event.at.to_micros_text(),
            object: None,
            commitment: None,
            request: None,
        };
        match event.subject {
            Subject::Object { row, why, sighting_of } => {
                view.object = Some(EventObject {
                    id: row.id,
                    object_type: row.object_type,
                    version: row.version_text,
                    why,
                    sighting_of,
                    content: RawValue::from_string(row.body).ok(),
                });
            }
            Subject::Commitment { uuid, kind, what } => {
                view.commitment = Some(EventCommitment {
                    id: uuid.to_string(),
                    kind,
                    what,
                });
            }
            Subject::Request(uuid) => view.request = Some(uuid.to_string()),
        }
        view
    }
}

/// What happens, as it happens: items that come, change or go, sightings of your own items, commitments of your member,
/// questions and answers. Begins now, or behind a cursor.
#[utoipa::path(get, path = "/api/v1/events", tag = "events",
    params(
        ("types" = Option<String>, Query, description = "Only these kinds, with commas between them: object-added, object-changed, object-removed, sighting, commitment, request, answer"),
        ("after" = Option<String>, Query, description = "Go on behind the event with this id; `start`: from the beginning. The header Last-Event-ID counts before it"),
        ("include" = Option<String>, Query, description = "`object`: items come along, which is recorded as a delivery"),
        ("wait" = Option<bool>, Query, description = "`false`: give what there is and end, for who asks from time to time"),
        ("Last-Event-ID" = Option<String>, Header, description = "Go on behind the event with this id"),
    ),
    responses(
        (status = 200, description = "A stream of events; the `data` of each is an EventView", body = EventView, content_type = "text/event-stream"),
        (status = 400), (status = 403), (status = 429, description = "Too many streams of this member at the same time")))]
pub async fn events(asked: Asked) -> Result<Response, Fault> {
    let parameters = Parameters::read(&asked, &["types", "after", "include", "wait"])?;
    let kinds = kinds(parameters.one("types")?)?;
    let objects = parameters.word("include", "object", |text| (text == "object").then_some(()))?;
    let waits = parameters.word("wait", "true or false", |text| text.parse::<bool>().ok())?;
    let Some(member) = asked.caller().principal.member else {
        return Err(node::Error::NotAllowed("sign in first").into());
    };
    let seal = Seal::new(asked.app.options().secret);
    let given = asked.headers.get(LAST_EVENT_ID).filter(|value| !value.is_empty());
    let after = match given {
        Some(value) => Some(value.to_str().unwrap_or("?")),
        None => parameters.one("after")?,
    };
    let cursor = match after {
        None => None,
        Some("start") => Some(EventCursor::START),
        Some(text) => Some(EventCursor::read(&seal, member, text).ok_or_else(|| {
            let message =
                "this is not the id of an event of your member: leave it out to begin now, or say after=start";
            bad("bad-cursor", message)
        })?),
    };
    let place = asked.app.stream_place(member)?;
    // Before anything is read, so that no change is missed.
    let mut changed = asked.node().policy_changed();
    changed.mark_changed();
    let mut news = asked.app.news();
    news.mark_changed();
    let cursor = match cursor {
        Some(cursor) => cursor,
        None => asked.node().events_now().await?,
    };
    let reader = asked.node().reader_now(asked.caller()).await?;
    if reader.caller.principal.member != Some(member) {
        return Err(node::Error::NotAllowed("the account, or its member, is not active any more").into());
    }
    let streaming = Streaming {
        node: asked.node().clone(),
        reader,
        member,
        seal,
        wish: EventWish {
            kinds,
            objects: objects.is_some(),
            way: "events".to_owned(),
            limit: PAGE,
        },
        cursor,
        told: None,
        changed,
        news,
        stopping: asked.app.stopping(),
        heartbeat: asked.app.options().heartbeat,
        waits: waits.unwrap_or(true),
        ready: VecDeque::from([format!("retry: {RETRY}\n\n")]),
        ended: false,
        _place: place,
    };
    let body = if asked.is_head() {
        Body::empty()
    } else {
        Body::from_stream(stream::unfold(streaming, next_piece).fuse())
    };
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    // A proxy that gathers what it passes on would hold events back.
    headers.insert(
        HeaderName::from_static("x-accel-buffering"),
        HeaderValue::from_static("no"),
    );
    Ok(response)
}

/// Kinds by name; all where none are named.
pub(crate) fn kinds(text: Option<&str>) -> Result<Vec<EventKind>, Fault> {
    let Some(text) = text else {
        return Ok(EventKind::ALL.to_vec());
    };
    let unknown = |name: &str| {
        let all = EventKind::ALL.map(EventKind::as_str).join(", ");
        let name: String = name.chars().take(64).collect();
        bad(
            "bad-parameter",
            format!("there are no events '{name}'; there are: {all}"),
        )
    };
    let names = text.split(',').map(str::trim);
    names
        .map(|name| EventKind::parse(name).ok_or_else(|| unknown(name)))
        .collect()
}

/// A stream under way.
struct Streaming {
    node: Node,
    /// Who reads, and what they saw when it was looked at last.
    reader: Reader,
    member: MemberId,
    seal: Seal,
    wish: EventWish,
    cursor: EventCursor,
    /// The cursor that the reader knows.
    told: Option<EventCursor>,
    /// Tells when the rules have changed.
    changed: watch::Receiver<i64>,
    /// Tells when there may be something.
    news: watch::Receiver<EventCursor>,
    stopping: watch::Receiver<bool>,
    heartbeat: std::time::Duration,
    waits: bool,
    /// What is written and not yet given.
    ready: VecDeque<String>,
    ended: bool,
    _place: StreamPlace,
}

async fn next_piece(mut streaming: Streaming) -> Option<(io::Result<Bytes>, Streaming)> {
    let piece = streaming.piece().await?;
    Some((Ok(Bytes::from(piece)), streaming))
}

impl Streaming {
    async fn piece(&mut self) -> Option<String> {
        loop {
            if let Some(ready) = self.ready.pop_front() {
                return Some(ready);
            }
            if self.ended {
                return None;
            }
            if let Err(why) = self.go_on().await {
                return Some(self.end(&why));
            }
        }
    }

    /// The last that a stream says.
    fn end(&mut self, why: &str) -> String {
        self.ended = true;
        let data = serde_json::json!({ "why": why });
        format!("event: end\ndata: {data}\n\n")
    }

    /// Reads what there is, or waits until there may be something; an error is why the stream ends.
    async fn go_on(&mut self) -> Result<(), String> {
        let again = |_| "this node cannot answer just now: come again with the last id".to_owned();
        if self.changed.has_changed().unwrap_or(true) {
            self.look_again().await?;
        }
        if self.news.has_changed().unwrap_or(true) {
            self.news.mark_unchanged();
            loop {
                let page = self.node.events(&self.reader, self.cursor, &self.wish).await;
                let Some(page) = page.map_err(again)? else {
                    self.look_again().await?;
                    continue;
                };
                self.cursor = page.cursor;
                let mut text = String::new();
                for event in page.events {
                    self.told = Some(event.cursor);
                    text.push_str(&self.written(event));
                }
                if page.more {
                    // Read on when this is given.
                    self.news.mark_changed();
                }
                if !text.is_empty() {
                    self.ready.push_back(text);
                    return Ok(());
                }
                if !page.more {
                    break;
                }
            }
            let line = self.cursor_line();
            self.ready.extend(line);
        }
        if !self.waits {
            self.ended = true;
            return Ok(());
        }
        let silent = tokio::select! {
            biased;
            _ = self.stopping.wait_for(|stopping| *stopping) => {
                return Err("the node is stopping: come again with the last id".to_owned());
            }
            _ = self.changed.changed() => {
                self.changed.mark_changed();
                false
            }
            _ = self.news.changed() => {
                self.news.mark_changed();
                false
            }
            () = tokio::time::sleep_until(Instant::now() + self.heartbeat) => true,
        };
        if silent {
            self.look_again().await?;
            self.ready.push_back(": still here\n\n".to_owned());
        }
        Ok(())
    }

    /// Where the reader stands, where it does not know: it sets the last id and is no event.
    fn cursor_line(&mut self) -> Option<String> {
        if self.told == Some(self.cursor) {
            return None;
        }
        self.told = Some(self.cursor);
        let id = self.cursor.write(&self.seal, self.member)?;
        Some(format!("id: {id}\n\n"))
    }

    /// Looks whether who reads still may, and what they see now.
    async fn look_again(&mut self) -> Result<(), String> {
        let again = |_| "this node cannot answer just now: come again with the last id".to_owned();
        self.changed.mark_unchanged();
        let now = self.node.reader_now(&self.reader.caller).await.map_err(again)?;
        let over = self.node.stream_over(&self.reader, &now).await.map_err(again)?;
        if let Some(why) = over {
            return Err(why.to_owned());
        }
        self.reader = now;
        Ok(())
    }

    fn written(&self, event: Event) -> String {
        let id = event.cursor.write(&self.seal, self.member).unwrap_or_default();
        let view = EventView::new(event);
        let kind = view.kind;
        let data = serde_json::to_string(&view).unwrap_or_default();
        let mut text = format!("id: {id}\nevent: {kind}\n");
        // An item comes as it was contributed: where it has lines, each is a line of data.
        for line in data.split(['\n', '\r']) {
            text.push_str("data: ");
            text.push_str(line);
            text.push('\n');
        }
        text.push('\n');
        text
    }
}

impl App {
    /// A place for one more stream of a member, where there is one; given back when it is dropped.
    pub(crate) fn stream_place(&self, member: MemberId) -> Result<StreamPlace, Fault> {
        self.enter_stream(member).ok_or_else(|| {
            let message = "your member has as many streams of events open as it may: close one, or share one";
            Fault::new(http::StatusCode::TOO_MANY_REQUESTS, "too-many-streams", message)
                .header(http::header::RETRY_AFTER, HeaderValue::from_static("30"))
        })
    }
}
