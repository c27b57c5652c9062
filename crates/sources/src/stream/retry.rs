//! How long to wait before something is tried again: twice as long each time it fails.

use std::time::Duration;

#[cfg(any(feature = "nats", feature = "kafka"))]
use stix::Problem;

/// The first wait.
const FIRST: Duration = Duration::from_millis(250);

/// The longest wait.
const LONGEST: Duration = Duration::from_secs(30);

/// Waits between tries.
#[derive(Debug)]
pub(super) struct Retry(Duration);

impl Retry {
    pub fn new() -> Self {
        Self(FIRST)
    }

    /// It worked: the next wait is the first again.
    pub fn succeeded(&mut self) {
        self.0 = FIRST;
    }

    /// Waits before the next try.
    pub async fn wait(&mut self) {
        tokio::time::sleep(self.0).await;
        self.0 = (self.0 * 2).min(LONGEST);
    }
}

/// What is wrong, as it is told where it is tried again.
#[cfg(any(feature = "nats", feature = "kafka"))]
pub(super) fn passing(mut problem: Problem) -> Problem {
    problem.message.push_str("; it is tried again");
    Problem::warning(problem.code, problem.place, problem.message).help(problem.help.unwrap_or_default())
}
