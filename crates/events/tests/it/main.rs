//! One program for the integration tests of this crate.

mod event_file;
#[path = "../../../../fuzz/mutate.rs"]
mod mutate;
mod windows_files;
mod lines;
mod windows_fuzz;
mod windows_records;
mod capture;
mod capture_data;
mod capture_fuzz;
