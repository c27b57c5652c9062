//! `commonwatch check`: says what is wrong with a file or a pattern, and where. Needs no node.

use std::path::Path;

use formats::{Found, Sink};
use serde_json::json;
use stix::pattern::Pattern;
use stix::{Problem, Severity};

use super::input;
use crate::cli::CheckArgs;
use crate::context::now;
use crate::failure::Failure;
use crate::output::Output;

/// Checks what was named; fails with the code for "found" when anything is refused.
pub fn run(args: &CheckArgs, output: Output) -> Result<(), Failure> {
    let mut sound = true;
    if let Some(pattern) = &args.pattern {
        sound &= check_pattern(pattern, output);
    }
    for file in &args.files {
        sound &= check_file(file, args.warnings, output)?;
    }
    if sound { Ok(()) } else { Err(Failure::found()) }
}

fn check_pattern(text: &str, output: Output) -> bool {
    let problems = match Pattern::parse(text) {
        Ok(pattern) => {
            let problems = pattern.check();
            if problems.is_empty() {
                let canonical = pattern.to_string();
                if output.is_json() {
                    output.json_line(&json!({ "sound": true, "canonical": canonical }));
                } else {
                    output.line(&format!("the pattern is sound; its canonical form is\n  {canonical}"));
                }
            }
            problems
        }
        Err(problem) => vec![problem],
    };
    if problems.is_empty() {
        return true;
    }
    if output.is_json() {
        output.json_line(&json!({ "sound": false, "problems": problems }));
        return false;
    }
    output.problems(&problems);
    for problem in &problems {
        if let (Some(1), Some(column)) = (problem.place.line, problem.place.column) {
            let before = usize::try_from(column.saturating_sub(1)).unwrap_or_default();
            output.note(&format!("  {text}\n  {}^", " ".repeat(before)));
        }
    }
    false
}

struct Checking {
    output: Output,
    show_warnings: bool,
    objects: u64,
    refused: u64,
    warnings: u64,
}

fn check_file(path: &Path, show_warnings: bool, output: Output) -> Result<bool, Failure> {
    let mut checking = Checking {
        output,
        show_warnings,
        objects: 0,
        refused: 0,
        warnings: 0,
    };
    let summary = input::read(path, now(), &mut checking);
    let name = path.display().to_string();
    let format = match summary {
        Ok(summary) => summary.format,
        // A file that cannot be opened is a mistake of the command line, not something found in it.
        Err(problem) if problem.code == "unreadable" => return Err(problem.into()),
        Err(problem) => {
            checking.problem(problem);
            "unknown"
        }
    };
    if output.is_json() {
        output.json_line(&json!({
            "file": name, "format": format, "objects": checking.objects, "refused": checking.refused, "warnings": checking.warnings,
        }));
    } else {
        let hidden = if show_warnings || checking.warnings == 0 {
            ""
        } else {
            " (--warnings shows them)"
        };
        output.line(&format!(
            "{name}: {format}, {} objects, {} refused, {} warnings{hidden}",
            checking.objects, checking.refused, checking.warnings
        ));
    }
    Ok(checking.refused == 0)
}

impl Sink for Checking {
    fn object(&mut self, found: Found<'_>) -> Result<(), Problem> {
        self.objects += 1;
        let mut others = Vec::new();
        let outcome = node::intake::examine(&found.text, &mut others, |_, _| Ok(()));
        let place = &found.place;
        for problem in outcome.err().into_iter().chain(others) {
            self.problem(node::intake::placed(problem, place));
        }
        Ok(())
    }

    fn problem(&mut self, problem: Problem) {
        match problem.severity {
            Severity::Error => self.refused += 1,
            Severity::Warning => self.warnings += 1,
        }
        if problem.severity == Severity::Warning && !self.show_warnings {
            return;
        }
        if self.output.is_json() {
            self.output.json_line(&problem)
        } else {
            self.output.problems(&[problem])
        }
    }
}
