//! The use cases of a node through its public face; subscriptions and pushes against small servers on loopback.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop where it is")]
#![allow(clippy::print_stdout, reason = "a test without its data says that it was skipped")]

mod accounts;
mod bad_input;
mod bridges;
mod commitments;
mod communities;
mod export;
mod kit;
mod mail;
mod membership;
mod passkeys;
mod privacy;
mod proposals;
mod providers;
mod publication;
mod push;
mod real_data;
mod recall;
mod saved_searches;
mod scorecard;
mod sharing;
mod sightings;
mod sign_in;
mod subscriptions;
mod telemetry;
mod tips;
mod vocabulary;
mod walk;
mod watch;
mod webhooks;

#[path = "../../../sources/tests/it/bucket.rs"]
mod bucket;
