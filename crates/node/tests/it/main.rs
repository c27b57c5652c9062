//! Subscriptions and pushes against other systems, which are small servers on loopback.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop where it is")]

mod kit;
mod push;
mod subscriptions;
