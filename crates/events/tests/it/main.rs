//! One program for the integration tests of this crate.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop where it is")]
#![allow(clippy::print_stdout, reason = "a test without its data says that it was skipped")]

mod capture;
mod capture_data;
mod capture_fuzz;
mod event_file;
mod lines;
#[path = "../../../../fuzz/mutate.rs"]
mod mutate;
mod windows_files;
mod windows_fuzz;
mod windows_records;
mod windows_xml;
