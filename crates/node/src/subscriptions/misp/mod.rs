//! MISP as a source: a feed directory, or a server over its REST interface.
//!
//! Both tell cheaply which events there are and when each changed last; only those that changed are fetched.

pub(super) mod events;
pub(super) mod feed;
mod placing;
pub(super) mod server;
