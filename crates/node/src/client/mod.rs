//! The one HTTP client of a node: fetches from and sends to the addresses that an operator configured, and nothing else.
//!
//! | file | job |
//! |---|---|
//! | `access.rs` | accounts, keys, certificates, proxy, authorities: what the settings say |
//! | `failure.rs` | what went wrong, in words that say what to do |
//! | `http.rs` | one exchange: bounded, timed, never redirected to another host |
//! | `answer.rs` | what came back, spooled |
//!
//! Credentials go to the configured host only. Whatever the other side sends is bounded before it is kept, and is held
//! in memory up to a few MiB only; more goes to an unnamed temporary file.

mod access;
mod answer;
mod failure;
mod http;

pub(crate) use access::is_own_place;
pub use access::{Access, Secret};
pub use answer::{Answer, Body};
pub use failure::{Failure, FailureKind};
pub use http::{Client, Request};
pub(crate) use http::{http_date, shown};
