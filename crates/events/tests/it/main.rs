//! One program for the integration tests of this crate.

mod windows_files;
