//! One program for the integration tests of this crate.
mod zeek_data;
mod windows_files;

mod lines;
#[path = "../../../../fuzz/mutate.rs"]
mod mutate;
