//! Integration tests of the formats, through their public face.

mod exports;
mod fuzz;
mod misp;
#[path = "../../../../fuzz/mutate.rs"]
mod mutate;
mod reading;
