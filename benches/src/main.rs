//! Measures a release build of Commonwatch from outside, beside its peers, and prints tables in Markdown.
//!
//! What it starts it starts as anybody would: the binary, its command line, its TAXII interface. See README.md here.

mod arguments;
mod event;
mod figures;
mod generate;
mod http;
mod logs;
mod measure;
mod objects;
mod process;
mod random;
mod run;
mod server;

use std::io::Write;
use std::process::ExitCode;

/// What a measurement gives, or why there is none.
type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

fn main() -> ExitCode {
    let arguments = arguments::Arguments::read(std::env::args().skip(1));
    match arguments.and_then(|arguments| run::run(&arguments)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tell(&format!("error: {error}"));
            ExitCode::FAILURE
        }
    }
}

/// Tells a person what is being done, on standard error.
fn tell(text: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}
