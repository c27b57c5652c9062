//! Integration tests of the formats, through their public face.

mod exports;
mod misp;
mod reading;
