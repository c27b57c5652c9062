//! The rules of sharing, seen from outside: the whole matrix as a page, and properties against a second opinion.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop where it is")]

mod cast;
mod matrix;
mod oracle;
mod properties;
