//! The one place where something that went wrong becomes HTTP.
//!
//! | what | status | says whether the thing exists |
//! |---|---|---|
//! | no or wrong credentials | 401 with `WWW-Authenticate` | no |
//! | not there, or not for this caller | 404, the same bytes for both | no |
//! | may be seen but not done | 403 | the caller knows already |
//! | may be done once the person has shown that it is them | 403 `step-up-needed`, `step_up` says where | the caller knows already |
//! | what was sent cannot be used | 400, 413, 415, 422 | no |
//! | contradicts what is there | 409 | the caller knows already |
//! | too many failures | 429 with `Retry-After` | no |
//! | try again | 503 with `Retry-After` | no |
//! | ours | 500; the cause goes to the log under the request's id, never to the caller | no |
//!
//! TAXII routes answer with the error resource of TAXII 2.1 section 3.6.1, those of MISP with what its clients read, all
//! others with problem+json (RFC 9457).

use std::fmt;

use axum::body::Body;
use axum::response::Response;
use http::header::{CONTENT_TYPE, HeaderName, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderValue, StatusCode};
use node::SignInError;
use serde_json::json;
use stix::Problem;

use crate::media;

/// In which form the client expects an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// The error resource of TAXII 2.1.
    Taxii,
    /// Problem details, RFC 9457.
    Json,
    /// A page for people; made by `console::shell`, which knows the language.
    Page,
    /// What MISP answers to its clients: `name`, `message`, and `errors` where something was not saved.
    Misp,
}

/// Something that went wrong with a request, on its way to become an answer.
#[derive(Debug)]
pub struct Fault {
    status: StatusCode,
    code: &'static str,
    message: String,
    problems: Vec<Problem>,
    headers: Vec<(HeaderName, HeaderValue)>,
    cause: Option<String>,
    /// Whether the caller has to show first that it is them.
    step_up: bool,
    /// The identity provider that has to say again who the caller is.
    provider: Option<String>,
}

impl Fault {
    /// A fault with a stable code and a sentence for the caller.
    pub fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            status,
            code,
            message: message.into(),
            problems: Vec::new(),
            headers: Vec::new(),
            cause: None,
            step_up: false,
            provider: None,
        }
    }

    /// Not there, or not for this caller. Always the same words, so that the two cannot be told apart.
    pub fn not_found() -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "not-found",
            "there is nothing here, or nothing that is open to you",
        )
    }

    /// A fault of ours: the cause is logged, the caller gets the request's id.
    pub fn ours(cause: impl fmt::Display) -> Self {
        Self {
            cause: Some(cause.to_string()),
            ..Self::new(
                StatusCode::INTERNAL_SERVER_ERROR,
                "internal-error",
                "something went wrong here; the operator finds it in the log under the id of this request",
            )
        }
    }

    /// Adds a header to the answer.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }

    /// Its stable code.
    pub fn code(&self) -> &'static str {
        self.code
    }

    /// Its status.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The sentence for the caller.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The identity provider that has to say again who the caller is, before anything else.
    pub fn provider(&self) -> Option<&str> {
        self.provider.as_deref()
    }

    /// What to write into the log beside the status; nothing of what the caller sent.
    pub fn cause(&self) -> Option<&str> {
        self.cause.as_deref()
    }

    /// The answer. The request's id is named where the operator needs it to find the cause, and nowhere else: two
    /// answers to the same kind of fault have the same bytes.
    pub fn into_response(self, dialect: Dialect, request_id: &str) -> Response {
        self.response(dialect, request_id)
    }

    /// The same, while the fault itself is needed further.
    pub(crate) fn response(&self, dialect: Dialect, request_id: &str) -> Response {
        let title = self.status.canonical_reason().unwrap_or("Error");
        let ours = self.status.is_server_error().then_some(request_id);
        let (media_type, mut body) = match dialect {
            Dialect::Taxii => {
                let body = json!({
                    "title": title,
                    "description": self.message,
                    "error_code": self.code,
                    "http_status": self.status.as_u16().to_string(),
                });
                (media::TAXII, body)
            }
            Dialect::Misp => ("application/json", misp_body(self)),
            Dialect::Json | Dialect::Page => {
                let body = json!({
                    "type": "about:blank",
                    "title": title,
                    "status": self.status.as_u16(),
                    "detail": self.message,
                    "code": self.code,
                });
                ("application/problem+json", body)
            }
        };
        if let Some(fields) = body.as_object_mut() {
            if let Some(request_id) = ours {
                let name = if dialect == Dialect::Taxii {
                    "error_id"
                } else {
                    "instance"
                };
                fields.insert(name.to_owned(), json!(request_id));
            }
            if self.step_up {
                fields.insert("step_up".to_owned(), json!("/api/v1/session/step-up"));
            }
            if !self.problems.is_empty() && dialect != Dialect::Misp {
                let (name, value) = match dialect {
                    Dialect::Taxii => ("details", json!({ "problems": self.problems })),
                    Dialect::Json | Dialect::Page | Dialect::Misp => ("problems", json!(self.problems)),
                };
                fields.insert(name.to_owned(), value);
            }
        }
        let mut response = Response::new(Body::from(body.to_string()));
        *response.status_mut() = self.status;
        response
            .headers_mut()
            .insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
        for (name, value) in &self.headers {
            response.headers_mut().append(name, value.clone());
        }
        response
    }
}

/// An error as clients of MISP read it. What was refused was not saved; what the errors are about stands in `errors`.
fn misp_body(fault: &Fault) -> serde_json::Value {
    let errors: Vec<String> = fault.problems.iter().map(ToString::to_string).collect();
    let errors = match (fault.code, fault.problems.first()) {
        // Its clients look for these where MISP has them.
        ("attribute-twice", Some(problem)) => json!({ "value": [problem.message] }),
        ("duplicate-object" | "known-harmless", _) | (_, None) => json!(fault.message),
        _ => json!(errors),
    };
    let message = crate::misp::answer::words(fault.code, &fault.message).unwrap_or(&fault.message);
    json!({
        "saved": false,
        "success": false,
        "name": message,
        "message": message,
        "code": fault.code,
        "errors": errors,
    })
}

impl From<node::Error> for Fault {
    fn from(error: node::Error) -> Self {
        match error {
            node::Error::Input(problem) => Self::from(*problem),
            node::Error::NotAllowed(why) => Self::new(StatusCode::FORBIDDEN, "not-allowed", why),
            node::Error::ProofNeeded(why) => Self {
                step_up: true,
                ..Self::new(StatusCode::FORBIDDEN, "step-up-needed", why)
            },
            node::Error::NotFound(_) => Self::not_found(),
            node::Error::Conflict(what) => Self::new(StatusCode::CONFLICT, "conflict", what),
            node::Error::Unavailable(what) => Self {
                cause: Some(what),
                ..Self::new(
                    StatusCode::SERVICE_UNAVAILABLE,
                    "unavailable",
                    "this cannot be done just now; try again in a few seconds",
                )
            }
            .header(RETRY_AFTER, HeaderValue::from_static("2")),
            node::Error::Ours(what) => Self::ours(what),
        }
    }
}

impl From<store::Error> for Fault {
    fn from(error: store::Error) -> Self {
        Self::from(node::Error::from(error))
    }
}

impl From<Problem> for Fault {
    fn from(problem: Problem) -> Self {
        // Text that is no JSON, or nests too deep to be read, cannot be processed at all; everything else was read and
        // means nothing that can be used.
        let unreadable = matches!(
            problem.code,
            "json-syntax" | "bad-json" | "not-utf8" | "bad-encoding" | "too-deep" | "truncated"
        );
        // What could be used were things otherwise: the form is right, and says nothing of that.
        let status = match problem.code {
            _ if unreadable => StatusCode::BAD_REQUEST,
            "bad-accountable" | "bad-until" | "holds-too-long" | "no-agreement" | "no-folder" | "no-seal"
            | "not-public" | "overdue-at-once" | "role-too-high" | "wrong-code" | "wrong-proof" => StatusCode::CONFLICT,
            _ => StatusCode::UNPROCESSABLE_ENTITY,
        };
        Self {
            problems: vec![problem.clone()],
            ..Self::new(status, problem.code, problem.to_string())
        }
    }
}

impl From<SignInError> for Fault {
    fn from(error: SignInError) -> Self {
        let message = error.to_string();
        match error {
            SignInError::Missing => challenged("credentials-missing", message),
            SignInError::Wrong => challenged("credentials-wrong", message),
            SignInError::TooManyFailures { retry_after_seconds } => {
                Self::new(StatusCode::TOO_MANY_REQUESTS, "too-many-failures", message)
                    .header(RETRY_AFTER, HeaderValue::from(retry_after_seconds))
            }
            SignInError::FactorNeeded => challenged("factor-needed", message),
            SignInError::Unconfirmed { provider } => Self {
                provider: Some(provider),
                ..challenged("confirm-needed", message)
            },
            SignInError::AddressNotAllowed => Self::new(StatusCode::FORBIDDEN, "address-not-allowed", message),
            SignInError::Store(error) => Self::from(error),
        }
    }
}

/// 401 with both ways to sign in, each in a header of its own: several clients read only the first challenge of a line.
fn challenged(code: &'static str, message: String) -> Fault {
    Fault::new(StatusCode::UNAUTHORIZED, code, message)
        .header(
            WWW_AUTHENTICATE,
            HeaderValue::from_static("Basic realm=\"commonwatch\", charset=\"UTF-8\""),
        )
        .header(
            WWW_AUTHENTICATE,
            HeaderValue::from_static("Bearer realm=\"commonwatch\""),
        )
}

#[cfg(test)]
mod tests {
    use http::StatusCode;
    use http_body_util::BodyExt as _;

    use super::{Dialect, Fault};

    fn text(fault: Fault, dialect: Dialect) -> String {
        let body = fault.into_response(dialect, "r-1").into_body();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let bytes = runtime.block_on(body.collect()).unwrap().to_bytes();
        String::from_utf8(bytes.to_vec()).unwrap()
    }

    #[test]
    fn a_taxii_error_has_its_status_as_text() {
        insta::assert_snapshot!(text(Fault::not_found(), Dialect::Taxii), @r#"{"title":"Not Found","description":"there is nothing here, or nothing that is open to you","error_code":"not-found","http_status":"404"}"#);
    }

    #[test]
    fn a_problem_document_has_its_status_as_a_number() {
        let fault = Fault::new(StatusCode::CONFLICT, "conflict", "there is a community of that name");
        insta::assert_snapshot!(text(fault, Dialect::Json), @r#"{"type":"about:blank","title":"Conflict","status":409,"detail":"there is a community of that name","code":"conflict"}"#);
    }

    #[test]
    fn a_fault_of_ours_tells_the_caller_its_id_and_not_its_cause() {
        let text = text(Fault::ours("disk image is malformed at /var/lib"), Dialect::Taxii);
        assert!(text.contains("r-1") && !text.contains("disk"), "{text}");
    }
}
