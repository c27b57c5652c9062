//! Reading of everything but MISP, through `read_any` and `read_slice`, on made-up and on real files.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "tests may fail loudly, and say when they are skipped"
)]

mod kept;
mod made_up;
mod packed;
mod real_files;
