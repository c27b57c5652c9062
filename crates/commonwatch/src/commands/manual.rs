//! `commonwatch completions` and `commonwatch man`: made from the same definition as the help.

use std::path::Path;

use clap::CommandFactory;
use clap_complete::Shell;

use crate::cli::Cli;
use crate::failure::{self, Failure};
use crate::output::Output;

/// Prints completions for a shell.
pub fn completions(shell: Shell) -> Result<(), Failure> {
    clap_complete::generate(shell, &mut Cli::command(), "commonwatch", &mut std::io::stdout());
    Ok(())
}

/// Writes a manual page for every command.
pub fn pages(directory: &Path, output: Output) -> Result<(), Failure> {
    std::fs::create_dir_all(directory).map_err(|error| failure::file("made", directory, &error))?;
    clap_mangen::generate_to(Cli::command(), directory).map_err(|error| failure::file("written", directory, &error))?;
    output.say(&format!(
        "manual pages are in {}; read one with: man {}/commonwatch.1",
        directory.display(),
        directory.display()
    ));
    Ok(())
}
