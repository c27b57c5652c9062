//! The contract of the store: each test is written once and runs on SQLite and on PostgreSQL.
#![expect(clippy::unwrap_used, reason = "what fails here is the test")]

mod account;
mod bridge;
mod commitment;
mod contribution;
mod derived;
mod door;
mod erased;
mod find;
mod idempotency;
mod kill;
mod kit;
mod ledger;
mod maintenance;
mod membership;
mod misp;
mod misp_kept;
mod misp_sent;
mod paging;
mod publication;
mod recall;
mod schedule;
mod score;
mod sighting;
mod sign_in;
mod tip;
mod vocabulary;
mod webhook;
