//! Runs the binary in a directory of its own.

use std::io::{BufRead as _, BufReader, Read as _, Write};
use std::path::Path;
use std::process::{Child, ChildStderr, ChildStdout, Command, Stdio};

/// A directory in which the binary runs.
pub struct Place {
    directory: tempfile::TempDir,
    /// Further variables of its environment.
    environment: Vec<(&'static str, String)>,
}

/// What a run printed, and how it ended.
pub struct Answer {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl std::fmt::Display for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(f, "exit code {}", self.code)?;
        for (name, text) in [("out", &self.out), ("err", &self.err)] {
            if !text.is_empty() {
                writeln!(f, "-- {name}\n{}", text.trim_end())?;
            }
        }
        Ok(())
    }
}

impl Place {
    pub fn new() -> Self {
        Self {
            directory: tempfile::tempdir().unwrap(),
            environment: Vec::new(),
        }
    }

    /// A directory on a machine whose clock is wrong.
    pub fn with_clock_wrong_by(seconds: i64) -> Self {
        let environment = vec![("COMMONWATCH_CLOCK_WRONG_BY_SECONDS", seconds.to_string())];
        Self {
            environment,
            ..Self::new()
        }
    }

    /// A directory with the sample partnership in `node`.
    pub fn with_sample() -> Self {
        let place = Self::new();
        let answer = place.run(&["demo", "--prepare-only"]);
        assert_eq!(answer.code, 0, "{answer}");
        place
    }

    pub fn path(&self) -> &Path {
        self.directory.path()
    }

    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        std::fs::write(self.path().join(name), content).unwrap();
    }

    pub fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path().join(name)).unwrap()
    }

    pub fn run(&self, arguments: &[&str]) -> Answer {
        self.run_with(arguments, "")
    }

    /// Runs as it would so many seconds later.
    pub fn run_later(&self, seconds: i64, arguments: &[&str]) -> Answer {
        let output = Command::new(env!("CARGO_BIN_EXE_commonwatch"))
            .args(arguments)
            .current_dir(self.path())
            .env_clear()
            .env("COMMONWATCH_HOME", "node")
            .env("COMMONWATCH_CLOCK_WRONG_BY_SECONDS", seconds.to_string())
            .output()
            .unwrap();
        Answer {
            code: output.status.code().unwrap(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// Runs with a text on standard input.
    pub fn run_with(&self, arguments: &[&str], input: &str) -> Answer {
        let mut child = Command::new(env!("CARGO_BIN_EXE_commonwatch"))
            .args(arguments)
            .current_dir(self.path())
            .env_clear()
            .env("COMMONWATCH_HOME", "node")
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // A command that reads nothing has closed its end already.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        let output = child.wait_with_output().unwrap();
        Answer {
            code: output.status.code().unwrap(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// Starts what does not end by itself.
    pub fn start(&self, arguments: &[&str]) -> Started {
        self.start_in(&self.environment, arguments)
    }

    /// Starts it as it would start so many seconds later, with a log that says what was done.
    pub fn start_later(&self, seconds: i64, arguments: &[&str]) -> Started {
        let clock = ("COMMONWATCH_CLOCK_WRONG_BY_SECONDS", seconds.to_string());
        self.start_in(&[clock, ("COMMONWATCH_LOG", "info".to_owned())], arguments)
    }

    fn start_in(&self, environment: &[(&'static str, String)], arguments: &[&str]) -> Started {
        let mut child = Command::new(env!("CARGO_BIN_EXE_commonwatch"))
            .args(arguments)
            .current_dir(self.path())
            .env_clear()
            .env("COMMONWATCH_HOME", "node")
            .envs(environment.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        Started {
            out: BufReader::new(child.stdout.take().unwrap()),
            err: BufReader::new(child.stderr.take().unwrap()),
            child,
        }
    }

    /// Runs and gives the lines of JSON that were printed.
    pub fn json(&self, arguments: &[&str]) -> Vec<serde_json::Value> {
        let answer = self.run(&[arguments, &["--json"]].concat());
        assert!(answer.code <= 1, "{answer}");
        let lines = answer.out.lines();
        lines.map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

/// A run that goes on until it is told to stop.
pub struct Started {
    child: Child,
    out: BufReader<ChildStdout>,
    err: BufReader<ChildStderr>,
}

impl Started {
    /// The next line of standard output.
    pub fn out_line(&mut self) -> String {
        let mut line = String::new();
        if self.out.read_line(&mut line).unwrap() == 0 {
            let mut err = String::new();
            self.err.read_to_string(&mut err).unwrap();
            panic!("it ended:\n{err}");
        }
        line
    }

    /// The next line of standard error that is wanted.
    pub fn err_line(&mut self, is_wanted: impl Fn(&str) -> bool) -> String {
        let mut before = String::new();
        loop {
            let mut line = String::new();
            assert!(self.err.read_line(&mut line).unwrap() > 0, "it ended:\n{before}");
            if is_wanted(&line) {
                return line;
            }
            before.push_str(&line);
        }
    }

    /// Sends a signal by its name, and gives what was printed since and how it ended.
    pub fn stop(mut self, signal: &str) -> Answer {
        let sent = Command::new("kill")
            .args([&format!("-{signal}"), &self.child.id().to_string()])
            .status();
        assert!(sent.unwrap().success());
        let (mut out, mut err) = (String::new(), String::new());
        self.out.read_to_string(&mut out).unwrap();
        self.err.read_to_string(&mut err).unwrap();
        let code = self.child.wait().unwrap().code();
        Answer {
            code: code.unwrap_or_else(|| panic!("killed by the signal {signal}:\n{err}")),
            out,
            err,
        }
    }
}

impl Drop for Started {
    /// A test that failed leaves nothing running.
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Replaces what differs from run to run: identifiers, times, keys, passwords.
pub fn steady(text: &str) -> String {
    let mut steady = String::with_capacity(text.len());
    for word in text.split_inclusive([' ', '\n', '"', '\'', '(', ')', ',']) {
        let end = word.len()
            - word
                .chars()
                .next_back()
                .filter(|last| !last.is_alphanumeric())
                .map_or(0, char::len_utf8);
        let (core, rest) = word.split_at(end);
        steady.push_str(stand_in(core).unwrap_or(core));
        steady.push_str(rest);
    }
    steady
}

fn stand_in(word: &str) -> Option<&'static str> {
    let is_uuid = |text: &str| text.len() == 36 && text.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    let is_password = word.len() == 24 && word.split('-').count() == 5 && word.split('-').all(|part| part.len() == 4);
    if word == env!("CARGO_BIN_EXE_commonwatch") {
        Some("commonwatch")
    } else if is_uuid(word) {
        Some("UUID")
    } else if word.rsplit_once("--").is_some_and(|(_, uuid)| is_uuid(uuid)) {
        Some("ID")
    } else if word.starts_with("cw_") {
        Some("KEY")
    } else if word.starts_with("commonwatch-") && word.contains('+') {
        Some("PUBLIC-KEY")
    } else if is_password {
        Some("PASSWORD")
    } else if word.len() >= 20 && word.starts_with("20") && word.contains('T') && word.ends_with('Z') {
        Some("TIME")
    } else {
        None
    }
}
