//! Files: shared into a node, converted between MISP and STIX; beside misp-stix.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use crate::Outcome;
use crate::figures::{grouped, rate};
use crate::process::{Used, finish};
use crate::server::Node;

/// Head of the table whose rows the functions here give.
pub const HEAD: [&str; 6] = [
    "what",
    "items",
    "items a CPU-second",
    "items a second",
    "MB a CPU-second",
    "highest resident, MB",
];

fn row(what: &str, items: u64, bytes: u64, used: Used) -> Vec<String> {
    // 1: something in the input was refused, which is said and counted; real files are like that.
    let broken = if used.status.code().is_some_and(|code| code < 2) {
        ""
    } else {
        " (it failed)"
    };
    vec![
        format!("{what}{broken}"),
        grouped(items as f64),
        rate(items, used.cpu),
        rate(items, used.wall),
        format!("{:.1}", bytes as f64 / 1e6 / used.cpu),
        format!("{:.0}", used.memory),
    ]
}

/// Shares a file with a fresh node through the command line.
pub fn share(program: &Path, directory: &Path, file: &Path, items: u64, what: &str) -> Outcome<Vec<String>> {
    let node = Node::make(program, directory)?;
    let mut command = node.share(file);
    let started = Instant::now();
    let used = finish(command.stderr(Stdio::null()).spawn()?, started)?;
    Ok(row(what, items, std::fs::metadata(file)?.len(), used))
}

/// Converts files one after another with `commonwatch convert`.
pub fn convert(program: &Path, files: &[PathBuf], items: u64, to: &str, what: &str) -> Outcome<Vec<String>> {
    let mut bytes = 0;
    let mut total: Option<Used> = None;
    for file in files {
        bytes += std::fs::metadata(file)?.len();
        let mut command = Command::new(program);
        command
            .args(["--json", "convert", "--to", to, "--output", "/dev/null"])
            .arg(file);
        let started = Instant::now();
        let used = finish(command.stdout(Stdio::null()).stderr(Stdio::null()).spawn()?, started)?;
        total = Some(match total {
            None => used,
            Some(sum) => Used {
                wall: sum.wall + used.wall,
                cpu: sum.cpu + used.cpu,
                memory: sum.memory.max(used.memory),
                status: if sum.status.code() > used.status.code() {
                    sum.status
                } else {
                    used.status
                },
            },
        });
    }
    Ok(row(what, items, bytes, total.ok_or("no file to convert")?))
}

/// Runs a peer's script over files.
pub fn script(python: &Path, script: &Path, files: &[PathBuf], items: u64, what: &str) -> Outcome<Vec<String>> {
    let mut bytes = 0;
    for file in files {
        bytes += std::fs::metadata(file)?.len();
    }
    let mut command = Command::new(python);
    command
        .arg(script)
        .args(files)
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let started = Instant::now();
    let used = finish(command.spawn()?, started)?;
    Ok(row(what, items, bytes, used))
}
