//! The use cases of a node: who asks, what comes in, what goes out, one module each.
//!
//! Knows nothing of HTTP, screens or command lines. Each use case is a method on [`Node`] that takes the
//! [`Caller`], asks [`policy`] first, and answers with a type of its module or an [`Error`] of five kinds.

pub mod accounts;
pub mod bridges;
pub mod client;
pub mod collections;
pub mod commitments;
pub mod communities;
pub mod data_sets;
pub mod delivery;
pub mod disclosure;
mod error;
pub mod events;
pub mod export;
pub mod factors;
pub mod find;
pub mod founding;
pub mod idempotency;
pub mod intake;
pub mod item;
pub mod log_match;
pub mod mail;
pub mod matrix;
pub mod membership;
pub mod misp;
pub mod neighbourhood;
mod node;
pub mod notices;
pub mod partnership;
pub mod passkeys;
pub mod privacy;
pub mod proposals;
pub mod providers;
pub mod publication;
pub mod push;
pub mod question;
pub mod recall;
pub mod receipts;
pub mod recount;
pub mod requests;
pub mod retract;
pub mod saved_searches;
pub mod scorecard;
pub mod scoring;
mod seal;
pub mod seen_over_time;
pub mod sessions;
pub mod sightings;
mod sign_ins;
mod signature;
pub mod site;
pub mod subscriptions;
pub mod telemetry;
pub mod tips;
pub mod translations;
pub mod upkeep;
pub mod walk;
pub mod warninglists;
pub mod watch;
pub mod watchlist;
pub mod webhooks;

pub use accounts::{Caller, Presented, SignInError};
pub use error::Error;
pub use node::{Clock, Happening, Node, Random, Settings};
pub use seal::Seal;
