//! The contract of the store: each test is written once and runs on SQLite and on PostgreSQL.

mod account;
mod contribution;
mod kit;
