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

/// The C library's allocator either keeps a heap for each thread and gives little back, or one for all, for which they wait:
/// taking in a large MISP event spent a third of its time so (docs/performance.md).
#[cfg(not(target_env = "msvc"))]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// How it is set up: two heaps, what is free goes back to the system within half a second, and threads keep only small
/// pieces for themselves.
#[cfg(not(target_env = "msvc"))]
#[expect(
    unsafe_code,
    reason = "the allocator looks for its settings under this name, before main"
)]
// SAFETY: nothing else has this name but a weak default of the allocator, which is a pointer to text that ends with nought.
#[unsafe(export_name = "_rjem_malloc_conf")]
static ALLOCATOR_SETTINGS: &[u8; 63] = b"narenas:2,dirty_decay_ms:500,muzzy_decay_ms:0,lg_tcache_max:12\0";

fn main() -> ExitCode {
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
