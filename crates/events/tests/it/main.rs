//! One program for the integration tests of this crate.

mod event_file;
#[path = "../../../../fuzz/mutate.rs"]
mod mutate;
mod windows_files;
mod windows_fuzz;
mod windows_records;
