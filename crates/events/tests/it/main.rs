//! One program for the integration tests of this crate.

mod capture;
mod capture_data;
mod capture_fuzz;
