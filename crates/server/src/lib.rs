//! Answers over HTTP: TAXII 2.1, the JSON API, MISP's interface and the console. Knows no SQL and decides no rule.
//!
//! ```text
//! listen (TCP, TLS) -> around (id, log, headers) -> routes -> door (who asks) -> taxii | api | misp | console -> node -> problem (errors)
//! ```
//!
//! [`router`] makes the service from one table of routes; every handler in it takes an [`asked::Asked`], which only the
//! door makes, so a route that asks nobody who they are cannot return data.

pub mod api;
pub mod app;
mod around;
pub mod asked;
mod body;
pub mod console;
mod door;
mod idempotency;
pub mod listen;
mod media;
pub mod misp;
pub mod pages;
pub mod problem;
mod query;
pub mod routes;
pub mod taxii;
pub mod tls;

pub use app::{App, Options};
pub use listen::{Limits, Listening, serve};
pub use routes::{Needs, Route, router, routes};
pub use tls::Tls;
