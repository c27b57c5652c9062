//! What went wrong between this node and another system, in words that say what to do about it.

use std::error::Error as _;
use std::fmt;

/// What sort of failure it was; callers act on this, people read the message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailureKind {
    /// The settings cannot be used.
    Settings,
    /// The other side could not be reached, or the connection broke.
    Network,
    /// It took too long.
    Timeout,
    /// The two sides do not trust each other's certificates.
    Trust,
    /// 401: the account is missing or wrong.
    SignIn,
    /// 403: the account may not do this.
    Forbidden,
    /// 404 or 410: there is no such thing at this address.
    NotThere,
    /// 429: too many requests.
    TooMany,
    /// Another 4xx: the request was refused.
    Refused,
    /// 5xx: the other side has a fault.
    Server,
    /// The answer, or what was sent, is too large.
    TooLarge,
    /// The answer sends us to another host.
    Redirect,
    /// The answer is not what was asked for.
    Content,
}

/// Something that went wrong with another system.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// What sort it was.
    pub kind: FailureKind,
    /// What happened and what to do; no secrets in it.
    pub message: String,
    /// The HTTP status, where there was one.
    pub status: Option<u16>,
    /// Seconds that the other side asked us to wait.
    pub retry_after: Option<i64>,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Failure {}

impl Failure {
    /// A failure without a status.
    pub fn new(kind: FailureKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            status: None,
            retry_after: None,
        }
    }

    /// Settings that cannot be used.
    pub fn settings(message: impl Into<String>) -> Self {
        Self::new(FailureKind::Settings, message)
    }

    /// An answer that is not what was asked for.
    pub fn content(message: impl Into<String>) -> Self {
        Self::new(FailureKind::Content, message)
    }

    /// What a status other than success means; `said` is what the other side wrote about it.
    pub(super) fn of_status(status: u16, at: &str, said: &str, retry_after: Option<i64>) -> Self {
        let (kind, advice) = match status {
            401 => (
                FailureKind::SignIn,
                "the account is missing or wrong: check login and password, bearer or key in the settings",
            ),
            403 => (
                FailureKind::Forbidden,
                "the key or account is not let in, or not for this: check it, and ask the owner of that system for the right",
            ),
            404 | 410 => (
                FailureKind::NotThere,
                "there is nothing at this address, or this account may not know of it: check the address",
            ),
            406 | 415 => (
                FailureKind::Refused,
                "the other side does not speak this version of the protocol: check the kind and the address",
            ),
            407 => (
                FailureKind::SignIn,
                "the proxy asks for an account: put it into the proxy address",
            ),
            413 => (FailureKind::TooLarge, "what was sent is too large for the other side"),
            429 => (
                FailureKind::TooMany,
                "too many requests: the next try waits; fetch less often if this comes again",
            ),
            300..=399 => (
                FailureKind::Redirect,
                "the other side answered with a redirection that cannot be followed",
            ),
            500..=599 => (
                FailureKind::Server,
                "the other side has a fault: it is tried again; tell its owner if it stays",
            ),
            _ => (FailureKind::Refused, "the other side refused the request"),
        };
        let mut message = format!("{at} answered {status}: {advice}");
        if !said.is_empty() {
            message.push_str("; it says: ");
            message.push_str(said);
        }
        Self {
            kind,
            message,
            status: Some(status),
            retry_after,
        }
    }

    /// What an error of the HTTP library means.
    pub(super) fn of_transport(error: reqwest::Error, at: &str) -> Self {
        let timeout = error.is_timeout();
        let error = error.without_url();
        let mut words = vec![error.to_string()];
        let mut source = error.source();
        while let Some(inner) = source {
            words.push(inner.to_string());
            source = inner.source();
        }
        words.dedup();
        let reason = words.join(": ");
        if timeout {
            let advice =
                "raise connect_seconds, read_seconds or total_seconds in the settings if the other side is slow";
            return Self::new(FailureKind::Timeout, format!("{at} did not answer in time; {advice}"));
        }
        if reason.contains("certificate") || reason.contains("AlertReceived") || reason.contains("received fatal alert")
        {
            let advice =
                "name the file of its authority as ca_bundle, or check the client certificate, in the settings";
            return Self::new(
                FailureKind::Trust,
                format!("{at}: no trusted connection ({reason}); {advice}"),
            );
        }
        let advice = "check the address, the name server, the firewall and the proxy";
        Self::new(
            FailureKind::Network,
            format!("{at}: the connection failed ({reason}); {advice}"),
        )
    }
}
