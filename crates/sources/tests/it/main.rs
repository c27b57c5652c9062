//! The sources as their users meet them.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop where it is")]
#![allow(clippy::print_stdout, reason = "a test without its server says that it was skipped")]

#[cfg(feature = "s3")]
mod bucket;
mod fuzz;
#[cfg(feature = "kafka")]
mod kafka;
#[cfg(feature = "kafka")]
mod kafka_broker;
mod kit;
#[cfg(feature = "mqtt")]
mod mqtt;
#[cfg(feature = "nats")]
mod nats;
mod reader;
#[cfg(feature = "s3")]
mod rest;
#[cfg(feature = "s3")]
mod s3;
mod syslog;
mod udp;

#[path = "../../../../fuzz/mutate.rs"]
mod mutate;
