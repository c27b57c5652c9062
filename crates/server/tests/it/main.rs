//! The whole service on a free port of loopback, asked over HTTP as its users ask it.

mod api;
mod bodies;
mod conformance;
mod crawl;
mod kit;
mod paging;
mod sharing;
mod transport;
