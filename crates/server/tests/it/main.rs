//! The whole service on a free port of loopback, asked over HTTP as its users ask it.

#![allow(clippy::unwrap_used, clippy::expect_used)] // Helpers of tests fail as tests fail.

mod api;
mod bodies;
mod bridges;
mod browser;
mod commitments;
mod confidential;
mod conformance;
mod console_acts;
mod console_exchange;
mod console_feed;
mod console_find;
mod console_home;
mod console_people;
mod console_public;
mod console_share;
mod console_sign_in;
mod crawl;
mod credentials;
mod events;
mod fuzz;
mod hostile;
mod idempotency;
mod kit;
mod lists;
mod membership;
mod misp;
mod misp_answers;
mod misp_client;
mod misp_lists;
mod misp_peers;
mod misp_vocabulary;
#[path = "../../../../fuzz/mutate.rs"]
mod mutate;
mod paging;
mod privacy;
mod public_api;
mod recall;
mod sharing;
mod sightings;
mod sign_in;
mod transport;
mod upkeep_api;
mod webhooks;

#[path = "../../../node/tests/it/kit/authenticator.rs"]
#[allow(dead_code, reason = "the tests of `node` use the rest")]
mod authenticator;
#[path = "../../../node/tests/it/kit/provider.rs"]
#[allow(dead_code, reason = "the tests of `node` use the rest")]
mod provider;
#[path = "../../../node/tests/it/kit/web.rs"]
#[allow(dead_code, reason = "the tests of `node` use the rest")]
mod web;
