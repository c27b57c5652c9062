//! Exports: what the caller may see, in the format of a tool, streamed while it is made.
//!
//! The header `X-Commonwatch-Cursor` of an answer is the `cursor` of the next question, which then gives only the change.
//! It is the last that the caller could see when the export began: what comes while it runs is in it and again in the next change,
//! which does no harm. Memory holds a few pieces, however long the export and however slow its reader; an export that
//! breaks off breaks the answer off too, so that half a file is never taken for a whole one.

use std::io;

use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use formats::write::{OutFormat, Target};
use futures_util::{StreamExt as _, stream};
use http::header::CONTENT_TYPE;
use http::{HeaderName, HeaderValue, StatusCode};
use node::export::ExportRequest;
use node::{Caller, Node};
use policy::Viewer;
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::sync::watch;

use super::ask::Parameters;
use crate::asked::Asked;
use crate::problem::Fault;
use crate::query::bad;

/// Pieces that wait for the reader.
const WAITING: usize = 4;
/// Bytes of a piece.
const PIECE: usize = 64 << 10;

/// Writes what the caller may see in a format: everything, or the change since a cursor.
#[utoipa::path(get, path = "/api/v1/export", tag = "export",
    params(
        ("format" = String, Query, description = "stix, stix-ndjson, misp, misp-feed (say which file), csv, list, suricata-rules, suricata-datasets, zeek-intel, rpz, hosts, nftables, openioc"),
        ("collection" = Option<String>, Query, description = "Alias or UUID of a community; everything where none is named"),
        ("cursor" = Option<String>, Query, description = "The header X-Commonwatch-Cursor of an earlier export: only what changed since"),
        ("score" = Option<u8>, Query, description = "Leave out indicators whose score is below this, 0 to 100"),
        ("file" = Option<String>, Query, description = "Which file of a format that has several; the first where nothing is said"),
    ),
    responses(
        (status = 200, description = "The file", body = Vec<u8>, content_type = "application/octet-stream",
            headers(("X-Commonwatch-Cursor" = String, description = "The cursor of the next export"))),
        (status = 400), (status = 404), (status = 503, description = "Too many exports at the same time")))]
pub async fn export(asked: Asked) -> Result<Response, Fault> {
    let parameters = Parameters::read(&asked, &["format", "collection", "cursor", "score", "file"])?;
    let names = OutFormat::ALL.map(OutFormat::as_str).join(", ");
    let parse = |text: &str| OutFormat::ALL.into_iter().find(|format| format.as_str() == text);
    let format = parameters.word("format", &format!("one of {names}"), parse)?;
    let format = format.ok_or_else(|| bad("missing-parameter", format!("say which 'format': one of {names}")))?;
    let score = |text: &str| text.parse::<u8>().ok().filter(|score| *score <= 100);
    let request = ExportRequest {
        format,
        collection: parameters.one("collection")?.map(str::to_owned),
        since: parameters.cursor()?,
        minimum_score: parameters.word("score", "a number from 0 to 100", score)?.unwrap_or(0),
    };
    let file = parameters.one("file")?.map(str::to_owned);
    let place = asked.app.export_place().ok_or_else(|| {
        let message = "too many exports are running; try again in a minute";
        Fault::new(StatusCode::SERVICE_UNAVAILABLE, "busy", message)
            .header(http::header::RETRY_AFTER, HeaderValue::from_static("60"))
    })?;
    // Before anything is read, so that no change is missed.
    let mut changed = asked.node().policy_changed();
    // What changed between the sign-in and now is looked at with the first piece.
    changed.mark_changed();
    let sight = asked.node().viewer(asked.caller()).await?;
    let begun = asked.node().export_begin(asked.caller(), request).await?;
    let cursor = begun.cursor();
    let (sender, mut pieces) = channel(WAITING);
    let node = asked.node().clone();
    let writing = tokio::task::spawn_blocking(move || {
        let _place = place;
        let mut target = Pieces {
            sender,
            file,
            gathered: Vec::new(),
            begun: false,
        };
        let written = node.export(&begun, &mut target).map(drop);
        target.end(written)
    });
    // Until there is a first piece, an error can still be an error.
    let first = match pieces.recv().await {
        Some(first) => Some(first.map_err(Fault::ours)?),
        None => {
            writing.await.map_err(Fault::ours)??;
            None
        }
    };
    let reading = Reading {
        first,
        pieces,
        changed,
        node: asked.node().clone(),
        caller: asked.caller().clone(),
        sight,
    };
    // What compresses it asks once more behind the end, which an unfold alone takes for a mistake.
    let pieces = stream::unfold(Some(reading), next_piece).fuse();
    let mut response = Response::new(Body::from_stream(pieces));
    let kind = HeaderValue::from_static(media_type(format));
    response.headers_mut().insert(CONTENT_TYPE, kind);
    if let Ok(value) = HeaderValue::from_str(&cursor.0.to_string()) {
        response
            .headers_mut()
            .insert(HeaderName::from_static("x-commonwatch-cursor"), value);
    }
    Ok(response)
}

type Piece = io::Result<Bytes>;

/// An answer under way.
struct Reading {
    first: Option<Bytes>,
    pieces: Receiver<Piece>,
    /// Tells when the rules have changed.
    changed: watch::Receiver<i64>,
    node: Node,
    caller: Caller,
    /// What the reader saw when it began.
    sight: Viewer,
}

impl Reading {
    /// Waits for a piece. Where the reader may no longer see all that the export began with, there is none: not even what
    /// was made before and waited for a slow reader.
    async fn piece(&mut self) -> Option<Piece> {
        loop {
            if self.changed.has_changed().unwrap_or(true) {
                self.changed.mark_unchanged();
                match self.node.still_sees(&self.caller, &self.sight).await {
                    Ok(true) => {}
                    _ => return Some(Err(io::Error::other("what you may see was changed while this ran"))),
                }
            }
            if let Some(first) = self.first.take() {
                return Some(Ok(first));
            }
            tokio::select! {
                biased;
                _ = self.changed.changed() => self.changed.mark_changed(),
                piece = self.pieces.recv() => return piece,
            }
        }
    }
}

/// The next piece; after one that is an error there is none.
async fn next_piece(reading: Option<Reading>) -> Option<(Piece, Option<Reading>)> {
    let mut reading = reading?;
    let piece = reading.piece().await?;
    let goes_on = piece.is_ok();
    Some((piece, goes_on.then_some(reading)))
}

/// What a format is sent as.
pub(super) fn media_type(format: OutFormat) -> &'static str {
    match format {
        OutFormat::Stix => "application/stix+json;version=2.1",
        OutFormat::StixNdjson => "application/x-ndjson",
        OutFormat::Misp | OutFormat::MispFeed => "application/json",
        OutFormat::Csv => "text/csv; charset=utf-8",
        OutFormat::OpenIoc => "application/xml",
        _ => "text/plain; charset=utf-8",
    }
}

/// Gives one file of an export to the reader, piece by piece; waits where the reader is slow, ends where it is gone.
struct Pieces {
    sender: Sender<Piece>,
    file: Option<String>,
    gathered: Vec<u8>,
    begun: bool,
}

impl Pieces {
    fn send(&mut self) -> io::Result<()> {
        let piece = Bytes::from(std::mem::take(&mut self.gathered));
        self.begun = true;
        self.sender
            .blocking_send(Ok(piece))
            .map_err(|_| io::ErrorKind::BrokenPipe.into())
    }

    fn end(mut self, written: Result<(), node::Error>) -> Result<(), node::Error> {
        match written {
            Ok(()) if self.gathered.is_empty() => Ok(()),
            // A reader that is gone has nothing to complain about.
            Ok(()) => self.send().or(Ok(())),
            Err(error) if !self.begun => Err(error),
            Err(error) => {
                // Pieces are on their way: the answer has to break off.
                let _ = self.sender.blocking_send(Err(io::Error::other(error.to_string())));
                Err(error)
            }
        }
    }
}

impl Target for Pieces {
    fn write(&mut self, file: &str, bytes: &[u8]) -> io::Result<()> {
        if self.file.get_or_insert_with(|| file.to_owned()) != file {
            return Ok(());
        }
        self.gathered.extend_from_slice(bytes);
        if self.gathered.len() >= PIECE {
            self.send()
        } else {
            Ok(())
        }
    }
}
