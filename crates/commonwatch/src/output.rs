//! What a command prints: tables and sentences for people, JSON lines for programs.

#![expect(clippy::print_stderr, reason = "the one module that prints")]

use std::io::{IsTerminal, Write};

use serde::Serialize;
use serde_json::json;
use stix::{Problem, Severity};

use crate::failure::Failure;

/// Prints, in the form that was asked for.
#[derive(Clone, Copy, Debug)]
pub struct Output {
    json: bool,
    colour: bool,
}

impl Output {
    /// For people or, when `json`, for programs. Colour only where somebody looks, and never against `NO_COLOR`.
    pub fn new(json: bool) -> Self {
        let colour = !json && std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none();
        Self { json, colour }
    }

    /// Whether programs read it.
    pub fn is_json(self) -> bool {
        self.json
    }

    /// Whether to show progress: people look, and it goes to a terminal.
    pub fn shows_progress(self) -> bool {
        !self.json && std::io::stderr().is_terminal()
    }

    /// Prints one line of JSON.
    pub fn json_line<T: Serialize>(self, value: &T) {
        match serde_json::to_string(value) {
            Ok(text) => self.line(&text),
            Err(error) => eprintln!("error: the answer could not be written as JSON: {error}"),
        }
    }

    /// Prints a text and ends the line. A reader that went away (a closed pipe) is no error.
    pub fn line(self, text: &str) {
        let _ = writeln!(std::io::stdout().lock(), "{text}");
    }

    /// Prints a line to standard error as it is: what programs read beside the answer.
    pub fn aside(self, text: &str) {
        eprintln!("{text}");
    }

    /// Prints a sentence for people only.
    pub fn say(self, text: &str) {
        if !self.json {
            self.line(text);
        }
    }

    /// Prints to standard error what is worth knowing beside the answer.
    pub fn note(self, text: &str) {
        if self.json {
            eprintln!("{}", json!({ "note": text }));
        } else {
            eprintln!("{text}");
        }
    }

    /// Prints why a command failed to standard error: sentences, or one line of JSON.
    pub fn failure(self, failure: &Failure) {
        if self.json {
            let line = json!({ "error": failure.message(), "help": failure.advice() });
            eprintln!("{line}");
        } else {
            eprintln!("{failure}");
        }
    }

    /// Prints problems to standard error, the severity first; one line of JSON each for programs.
    pub fn problems(self, problems: &[Problem]) {
        for problem in problems {
            if self.json {
                eprintln!("{}", json!(problem));
                continue;
            }
            let (word, code) = match problem.severity {
                Severity::Error => ("error", "31"),
                Severity::Warning => ("warning", "33"),
            };
            let word = if self.colour && std::io::stderr().is_terminal() {
                format!("\u{1b}[{code}m{word}\u{1b}[0m")
            } else {
                word.to_owned()
            };
            eprintln!("{word}: {}", printable(&problem.to_string()));
        }
    }

    /// Prints rows under headings, each column as wide as its widest cell.
    pub fn table(self, headings: &[&str], rows: &[Vec<String>]) {
        let cell = |text: &str| printable(text);
        let rows: Vec<Vec<String>> = rows
            .iter()
            .map(|row| row.iter().map(|text| cell(text)).collect())
            .collect();
        let width = |column: usize| {
            let cells = rows
                .iter()
                .filter_map(|row| row.get(column))
                .map(|text| text.chars().count());
            cells
                .chain([headings.get(column).map_or(0, |text| text.chars().count())])
                .max()
                .unwrap_or_default()
        };
        let widths: Vec<usize> = (0..headings.len()).map(width).collect();
        let join = |cells: &mut dyn Iterator<Item = &str>| {
            let mut line = String::new();
            for (cell, width) in cells.zip(&widths) {
                line.push_str(&format!("{cell:width$}  "));
            }
            line.trim_end().to_owned()
        };
        let head = join(&mut headings.iter().copied());
        self.line(&if self.colour {
            format!("\u{1b}[1m{head}\u{1b}[0m")
        } else {
            head
        });
        for row in &rows {
            self.line(&join(&mut row.iter().map(String::as_str)));
        }
    }
}

/// What others wrote must not move the cursor or hide lines: control characters are shown, not obeyed.
pub fn printable(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() && c != '\t' { '\u{fffd}' } else { c })
        .collect()
}
