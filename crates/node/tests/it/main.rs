//! Subscriptions and pushes against other systems, which are small servers on loopback.

mod kit;
mod push;
mod subscriptions;
