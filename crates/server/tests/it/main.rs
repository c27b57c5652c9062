//! The whole service on a free port of loopback, asked over HTTP as its users ask it.

#![allow(clippy::unwrap_used, clippy::expect_used)] // Helpers of tests fail as tests fail.

mod api;
mod bodies;
mod commitments;
mod confidential;
mod conformance;
mod crawl;
mod events;
mod fuzz;
mod idempotency;
mod kit;
mod lists;
mod membership;
#[path = "../../../../fuzz/mutate.rs"]
mod mutate;
mod paging;
mod recall;
mod sharing;
mod sightings;
mod sign_in;
mod transport;
mod webhooks;
