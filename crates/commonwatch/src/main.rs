//! `commonwatch`: the command line, the configuration and the wiring. What a command means is in the rooms below.

mod cli;
mod commands;
mod config;
mod context;
mod failure;
mod output;
mod sample;

use std::process::ExitCode;

use clap::Parser;

use crate::output::Output;

fn main() -> ExitCode {
    one_heap();
    let cli = cli::Cli::parse();
    let output = Output::new(cli.global.json);
    let goes_on = matches!(cli.command, cli::Command::Serve(_) | cli::Command::Demo(_));
    commands::start_log(cli.global.json, goes_on);
    match commands::run(cli, output) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            if !failure.message().is_empty() {
                output.failure(&failure);
            }
            failure.code()
        }
    }
}

/// Tells the C library to keep one heap instead of eight for each processor.
///
/// Each thread would get its own and give little back: after 25,000 objects came in over HTTP the node stood at 117 MB
/// that way, at 72 MB with one heap, and used a seventh less processor time (docs/performance.md).
#[cfg(target_env = "gnu")]
#[expect(
    unsafe_code,
    reason = "the only way to say it; measured above, and called before there is a second thread"
)]
fn one_heap() {
    // SAFETY: mallopt only sets a number of the allocator, and no other thread is running yet.
    unsafe { libc::mallopt(libc::M_ARENA_MAX, 1) };
}

#[cfg(not(target_env = "gnu"))]
fn one_heap() {}
