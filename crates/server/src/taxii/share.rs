//! Sharing: an envelope comes in, a status resource says what became of each object.

use axum::response::Response;
use http::StatusCode;
use node::intake::{ItemResult, ItemState, Report};
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use stix::Timestamp;
use uuid::Uuid;

use super::{answer, collection};
use crate::asked::Asked;
use crate::media;
use crate::problem::Fault;

/// TAXII 2.1 section 5.5. The answer comes when everything is stored or refused, so the status is complete at once.
pub async fn objects(mut asked: Asked) -> Result<Response, Fault> {
    let (collection, _) = collection(&asked).await?;
    let not_writable = || {
        let message = "objects cannot be added here: choose a collection whose can_write is true for you";
        Fault::new(StatusCode::FORBIDDEN, "not-allowed", message)
    };
    let community = collection
        .community
        .filter(|_| collection.can_write)
        .ok_or_else(not_writable)?;
    media::sends_taxii(&asked.headers)?;
    let body = asked.take_body().await?;
    check_shape(&body)?;
    let report = asked.node().take_envelope(asked.caller(), community, body).await?;
    Ok(answer(StatusCode::ACCEPTED, Status::from(&report).into_json()?))
}

/// TAXII 2.1 section 4.3: for the member that made the request, as long as it is kept.
pub async fn status(asked: Asked) -> Result<Response, Fault> {
    let uuid = Uuid::try_parse(asked.param("status")).map_err(|_| Fault::not_found())?;
    let viewer = asked.node().viewer(asked.caller()).await?;
    let transfer = asked
        .node()
        .store()
        .transfer_get(&viewer, uuid)
        .await?
        .ok_or_else(Fault::not_found)?;
    let kept: KeptReport = serde_json::from_str(&transfer.detail).unwrap_or_default();
    let mut status = Status::new(transfer.uuid, transfer.started);
    status.success_count = transfer.accepted.max(0).unsigned_abs() + transfer.unchanged.max(0).unsigned_abs();
    status.failure_count = transfer.refused.max(0).unsigned_abs();
    for item in kept.items {
        let place = item.problem.as_ref().and_then(|problem| problem.path.clone());
        let id = item.id.or(place).unwrap_or_default();
        match item.state.as_str() {
            "refused" => status
                .failures
                .push(StatusItem::new(id, item.version, item.problem.map(KeptProblem::text))),
            state => status
                .successes
                .push(StatusItem::new(id, item.version, unchanged_text(state == "unchanged"))),
        }
    }
    Ok(answer(StatusCode::OK, status.into_json()?))
}

/// Whether the body is an envelope at all. What its objects are worth is judged one by one, later.
fn check_shape(body: &[u8]) -> Result<(), Fault> {
    #[derive(Deserialize)]
    struct Shape {
        objects: Vec<IgnoredAny>,
    }
    let text = std::str::from_utf8(body).map_err(|error| {
        let message = format!(
            "the body is not UTF-8: byte {} begins no character",
            error.valid_up_to()
        );
        Fault::new(StatusCode::BAD_REQUEST, "not-utf8", message)
    })?;
    match serde_json::from_str::<Shape>(text) {
        Ok(shape) if !shape.objects.is_empty() => Ok(()),
        Ok(_) => Err(not_an_envelope("'objects' is empty: there is nothing to add")),
        Err(error) if error.is_data() => Err(not_an_envelope(&error.to_string())),
        Err(error) => Err(Fault::new(
            StatusCode::BAD_REQUEST,
            "bad-json",
            format!("the body is not JSON: {error}"),
        )),
    }
}

fn not_an_envelope(why: &str) -> Fault {
    Fault::new(
        StatusCode::UNPROCESSABLE_ENTITY,
        "not-an-envelope",
        format!("{why}; send an envelope, as in {{\"objects\":[{{…}}]}}"),
    )
}

/// An object of a request. One that could not be read far enough to have an identifier is named by its place, as in
/// `$.objects[3]`: the property is required, and an invented identifier would be a lie.
#[derive(Serialize)]
struct StatusItem {
    id: String,
    version: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
}

impl StatusItem {
    fn new(id: String, version: String, message: Option<String>) -> Self {
        Self { id, version, message }
    }
}

/// The status resource. A list without items is left out; `pendings` always is.
#[derive(Serialize)]
struct Status {
    id: Uuid,
    status: &'static str,
    request_timestamp: String,
    total_count: u64,
    success_count: u64,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    successes: Vec<StatusItem>,
    failure_count: u64,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    failures: Vec<StatusItem>,
    pending_count: u64,
    #[serde(skip)]
    began: Timestamp,
}

impl Status {
    fn new(id: Uuid, began: Timestamp) -> Self {
        Self {
            id,
            status: "complete",
            request_timestamp: began.to_micros_text(),
            total_count: 0,
            success_count: 0,
            successes: Vec::new(),
            failure_count: 0,
            failures: Vec::new(),
            pending_count: 0,
            began,
        }
    }

    fn into_json(mut self) -> Result<String, Fault> {
        self.total_count = self.success_count + self.failure_count + self.pending_count;
        let began = self.began.to_micros_text();
        for item in self.successes.iter_mut().chain(&mut self.failures) {
            // An object without a version, or one that could not be read far enough to have one, has the time at which
            // it arrived (section 4.3.1: "a value ... that is consistent to that server").
            if Timestamp::parse(&item.version).is_err() {
                item.version.clone_from(&began);
            }
        }
        serde_json::to_string(&self).map_err(Fault::ours)
    }
}

impl From<&Report> for Status {
    fn from(report: &Report) -> Self {
        let mut status = Self::new(report.transfer, report.started);
        status.success_count = report.accepted + report.unchanged;
        status.failure_count = report.refused;
        for ItemResult { id, version, state } in &report.items {
            let (list, place, message) = match state {
                ItemState::Accepted => (&mut status.successes, None, None),
                ItemState::Unchanged => (&mut status.successes, None, unchanged_text(true)),
                ItemState::Refused { problem } => (
                    &mut status.failures,
                    problem.place.path.clone(),
                    Some(problem.to_string()),
                ),
            };
            list.push(StatusItem::new(
                id.clone().or(place).unwrap_or_default(),
                version.clone(),
                message,
            ));
        }
        status
    }
}

fn unchanged_text(unchanged: bool) -> Option<String> {
    unchanged.then(|| "it was here already, with the same content for the same readers".to_owned())
}

/// A report as the store keeps it.
#[derive(Default, Deserialize)]
struct KeptReport {
    #[serde(default)]
    items: Vec<KeptItem>,
}

#[derive(Deserialize)]
struct KeptItem {
    id: Option<String>,
    #[serde(default)]
    version: String,
    state: String,
    problem: Option<KeptProblem>,
}

/// What is kept of a [`stix::Problem`].
#[derive(Deserialize)]
struct KeptProblem {
    file: Option<String>,
    line: Option<u64>,
    column: Option<u64>,
    path: Option<String>,
    object: Option<String>,
    message: String,
    help: Option<String>,
}

impl KeptProblem {
    fn text(self) -> String {
        let Self {
            file,
            line,
            column,
            path,
            object,
            message,
            help,
        } = self;
        let place = stix::Place {
            file,
            line,
            column,
            path,
            object,
        };
        let problem = stix::Problem::error("", place, message);
        match help {
            Some(help) => problem.help(help).to_string(),
            None => problem.to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::check_shape;

    fn code(body: &[u8]) -> &'static str {
        check_shape(body).unwrap_err().code()
    }

    #[test]
    fn an_envelope_is_an_object_with_a_list_of_objects() {
        assert!(check_shape(br#"{"objects":[{}]}"#).is_ok());
        assert!(check_shape(br#"{"more":false,"objects":[1]}"#).is_ok());
    }

    #[test]
    fn what_is_no_json_and_what_is_no_envelope_are_told_apart() {
        for bad in [
            &b""[..],
            b"{",
            b"{\"objects\":[{}]",
            b"nonsense",
            b"{\"objects\":[{}]} x",
        ] {
            assert_eq!(code(bad), "bad-json", "{}", String::from_utf8_lossy(bad));
        }
        for bad in [
            &b"{}"[..],
            b"null",
            b"1",
            b"{\"objects\":{}}",
            b"{\"objects\":[]}",
            b"{\"items\":[{}]}",
            b"{\"objects\":null}",
            b"{\"objects\":[{}],\"objects\":[{}]}",
        ] {
            assert_eq!(code(bad), "not-an-envelope", "{}", String::from_utf8_lossy(bad));
        }
        assert_eq!(code(b"{\"objects\":[\"\xff\"]}"), "not-utf8");
    }

    #[test]
    fn deep_nesting_does_not_exhaust_the_stack() {
        let deep = format!("{{\"objects\":[{}{}]}}", "[".repeat(1_000_000), "]".repeat(1_000_000));
        let _ = check_shape(deep.as_bytes());
    }
}
