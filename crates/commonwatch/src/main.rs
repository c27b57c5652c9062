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
