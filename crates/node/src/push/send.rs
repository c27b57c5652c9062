//! The other side of a push: envelopes out, status in, objects taken back.

use std::time::Duration;

use bytes::Bytes;
use reqwest::Method;
use serde_json::Value;
use store::ObjectRow;

use super::PeerSettings;
use crate::client::{Client, Failure, Request};
use crate::subscriptions::taxii::address::{self, Collection, ask};
use crate::subscriptions::taxii::v21::ACCEPTS;
use crate::subscriptions::{Stop, check_url};

/// The media type of what is sent.
const MEDIA_TYPE: &str = "application/taxii+json;version=2.1";
/// The most bytes of a status or API root answer.
const ANSWER_BYTES: u64 = 16 << 20;
/// The most bytes of an envelope, whatever the peer would take.
const MOST_BYTES: usize = 8 << 20;
/// The fewest that a peer can ask for: an envelope must be able to hold something.
const LEAST_BYTES: usize = 64 << 10;
/// What an envelope has around its objects.
const AROUND: usize = 32;
/// Milliseconds to wait before each further question for the status.
const PATIENCE: [u64; 7] = [0, 250, 500, 1_000, 2_000, 4_000, 8_000];
/// Characters of what a peer says about an object.
const SAID: usize = 300;

/// What a peer did not take of an envelope.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Verdict {
    /// Objects refused: identifier, version where the peer says it, and its reason.
    pub refused: Vec<(String, Option<String>, String)>,
    /// Objects that it was still working on when we stopped asking.
    pub pending: u64,
}

/// A peer's collection.
pub(super) struct Receiver {
    client: Client,
    collection: Collection,
    /// Bytes of an envelope.
    pub most_bytes: usize,
}

impl Receiver {
    /// Finds the collection and asks how large an envelope may be.
    pub async fn connect(url: &str, settings: &PeerSettings) -> Result<Self, Stop> {
        let url = check_url(url)?;
        let client = Client::new(&settings.access, &url)?;
        let collection = address::find(&client, &ACCEPTS, &url, settings.collection.as_deref()).await?;
        let mut most_bytes = MOST_BYTES;
        // A server that does not show its root is sent what most servers take, and says 413 if that is too much.
        if let Ok(mut root) = ask(
            &client,
            &ACCEPTS,
            Request::get(collection.root.clone(), "", ANSWER_BYTES),
        )
        .await
            && let Ok(root) = root.json::<Value>("a TAXII API root").await
            && let Some(most) = root.get("max_content_length").and_then(Value::as_u64)
        {
            most_bytes = usize::try_from(most)
                .unwrap_or(MOST_BYTES)
                .clamp(LEAST_BYTES, MOST_BYTES);
        }
        Ok(Self {
            client,
            collection,
            most_bytes: most_bytes - AROUND,
        })
    }

    /// Sends objects in one envelope and waits a while for what becomes of them.
    pub async fn post(&self, rows: &[ObjectRow]) -> Result<Verdict, Failure> {
        let request = Request::post(
            self.collection.objects(),
            MEDIA_TYPE,
            envelope(rows),
            ACCEPTS[0],
            ANSWER_BYTES,
        );
        let mut answer = self.client.fetch(request).await?;
        if answer.bytes == 0 {
            return Ok(Verdict::default());
        }
        let mut status: Value = answer.json("a TAXII status").await?;
        for wait in PATIENCE {
            let Some(id) = status.get("id").and_then(Value::as_str).filter(|_| is_pending(&status)) else {
                break;
            };
            if wait > 0 {
                tokio::time::sleep(Duration::from_millis(wait)).await;
            }
            let asked = ask(
                &self.client,
                &ACCEPTS,
                Request::get(self.collection.status(id), "", ANSWER_BYTES),
            )
            .await;
            // Whoever accepted the envelope but hides its status has accepted it.
            let Ok(mut asked) = asked else { break };
            status = asked.json("a TAXII status").await?;
        }
        Ok(verdict(&status))
    }

    /// Recalls an item at the API of a node of ours.
    pub async fn recall(&self, body: &str) -> Result<(), Failure> {
        let url = self.collection.root.join("/api/v1/recalls");
        let url = url.map_err(|error| Failure::settings(format!("the peer has no such address: {error}")))?;
        let json = "application/json";
        let request = Request::post(url, json, Bytes::from(body.to_owned()), json, ANSWER_BYTES);
        self.client.fetch(request).await.map(drop)
    }

    /// Takes a version of an object back there.
    pub async fn delete(&self, row: &ObjectRow) -> Result<(), Failure> {
        let mut url = self.collection.object(&row.id);
        // An object without versions has no version that the peer would know.
        if row.version_text != row.added.to_micros_text() && !row.version_text.is_empty() {
            url.query_pairs_mut().append_pair("match[version]", &row.version_text);
        }
        let request = Request {
            method: Method::DELETE,
            ..Request::get(url, ACCEPTS[0], ANSWER_BYTES)
        };
        match self.client.fetch(request).await {
            Err(failure) if matches!(failure.status, Some(404 | 410)) => Ok(()),
            other => other.map(|_| ()),
        }
    }
}

/// The objects as they were shared, byte for byte, in one envelope.
fn envelope(rows: &[ObjectRow]) -> Bytes {
    let mut text = String::with_capacity(rows.iter().map(|row| row.body.len() + 1).sum::<usize>() + AROUND);
    text.push_str("{\"objects\":[");
    for (place, row) in rows.iter().enumerate() {
        if place > 0 {
            text.push(',');
        }
        text.push_str(&row.body);
    }
    text.push_str("]}");
    Bytes::from(text)
}

fn is_pending(status: &Value) -> bool {
    status.get("status").and_then(Value::as_str) == Some("pending")
}

fn verdict(status: &Value) -> Verdict {
    let word = |value: &Value, key: &str| -> Option<String> {
        let text = value.get(key)?.as_str()?;
        Some(text.chars().filter(|letter| !letter.is_control()).take(SAID).collect())
    };
    let failures = status.get("failures").and_then(Value::as_array);
    let refused = failures.into_iter().flatten().filter_map(|failure| {
        let said = word(failure, "message").unwrap_or_else(|| "it does not say why".to_owned());
        Some((word(failure, "id")?, word(failure, "version"), said))
    });
    let pending = if is_pending(status) {
        status.get("pending_count").and_then(Value::as_u64).unwrap_or(1)
    } else {
        0
    };
    Verdict {
        refused: refused.collect(),
        pending,
    }
}

/// Whether a failure is about what was sent, so that fewer objects at a time may go through.
pub(crate) fn is_about_content(failure: &Failure) -> bool {
    matches!(failure.status, Some(400 | 413 | 422))
}

/// What ends a run, as a failure with words.
pub(super) fn words(stop: Stop) -> Failure {
    match stop {
        Stop::Failure(failure) => failure,
        Stop::Node(error) => Failure::settings(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::verdict;

    #[test]
    fn what_the_peer_refused_is_read_with_its_reason() {
        let status = json!({
            "id": "1", "status": "complete", "success_count": 1, "failure_count": 2,
            "failures": [{ "id": "indicator--a", "message": "no\u{7} pattern" }, { "id": "indicator--b", "version": "2026-01-01T00:00:00Z" }],
        });
        let verdict = verdict(&status);
        assert_eq!(
            verdict.refused[0],
            ("indicator--a".to_owned(), None, "no pattern".to_owned())
        );
        assert_eq!(verdict.refused[1].1.as_deref(), Some("2026-01-01T00:00:00Z"));
        assert_eq!(verdict.pending, 0);
    }
}
