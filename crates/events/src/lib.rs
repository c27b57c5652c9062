//! Reads what a member's own machines say: logs, traffic and Windows event files become [`Event`]s.
//!
//! Everything here is pure: bytes in, events and a list of problems out. No clock, no network, no file names taken on
//! trust: what an input is, its content says. A reader knows nothing of indicators; it says what each
//! value of an event *is* ([`Role`]), and whoever matches decides what that is worth.
//!
//! | module | reads |
//! |---|---|
//! | [`lines`] | logs of one event a line: Zeek, Suricata EVE, syslog, CEF, web and DNS logs, CSV, any JSON, plain text |
//! | [`document`] | JSON that is not one event a line: lists, CloudTrail files, objects over several lines |
//! | [`capture`] | traffic: pcap and pcapng, NetFlow and IPFIX, dnstap |
//! | [`windows`] | Windows event files (EVTX), and the same events as XML |
//!
//! [`Reader::of`] says which of the last three an input is for, by its content; what is for none of them is lines.
//!
//! A broken line or record is a [`stix::Problem`] with its place; the ones around it are still read.

// A Problem is made once per broken record; boxing it would buy nothing and cost every caller a dereference.
#![allow(clippy::result_large_err)]

pub mod capture;
pub mod document;
mod event;
pub mod lines;
mod records;
mod role;
pub mod windows;

pub use event::{Event, Field};
pub use records::{Limits, Reader, Sink, Summary};
pub use role::Role;
