//! Figures and the tables they stand in.

use std::time::Duration;

/// How long requests of one kind took, and what they cost the server.
#[derive(Debug, Default)]
pub struct Latencies {
    took: Vec<Duration>,
    /// Seconds of the server's processor time, all requests together.
    pub cpu: f64,
}

impl Latencies {
    /// Adds one request.
    pub fn add(&mut self, took: Duration) {
        self.took.push(took);
    }

    /// Milliseconds below which this share of the requests stayed, as text.
    fn at(&self, share: f64) -> String {
        let mut sorted = self.took.clone();
        sorted.sort_unstable();
        let place = (sorted.len() as f64 * share).ceil() as usize;
        let took = sorted.get(place.saturating_sub(1)).copied().unwrap_or_default();
        milliseconds(took.as_secs_f64() * 1e3)
    }

    /// `p50 / p99 (CPU a request)` in milliseconds.
    pub fn text(&self) -> String {
        if self.took.is_empty() {
            return "not measured".to_owned();
        }
        let each = self.cpu * 1e3 / self.took.len() as f64;
        format!("{} / {} ({})", self.at(0.5), self.at(0.99), milliseconds(each))
    }
}

fn milliseconds(value: f64) -> String {
    match value {
        _ if value < 10.0 => format!("{value:.2}"),
        _ if value < 100.0 => format!("{value:.1}"),
        _ => grouped(value),
    }
}

/// A number without digits behind the point, in groups of three.
pub fn grouped(value: f64) -> String {
    let digits = format!("{value:.0}");
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at) % 3 == 0 && digit != '-' {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// So many of something in so many seconds; a dash where the time was too short for the clock of /proc.
pub fn rate(count: u64, seconds: f64) -> String {
    if seconds < 0.02 {
        return "–".to_owned();
    }
    grouped(count as f64 / seconds)
}

/// A Markdown table.
pub fn table(head: &[&str], rows: &[Vec<String>]) -> String {
    let mut text = format!("| {} |\n|{}\n", head.join(" | "), "---|".repeat(head.len()));
    for row in rows {
        text.push_str(&format!("| {} |\n", row.join(" | ")));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{Latencies, grouped};
    use std::time::Duration;

    #[test]
    fn numbers_are_grouped_in_threes() {
        assert_eq!(grouped(1_234_567.4), "1,234,567");
        assert_eq!(grouped(12.0), "12");
        assert_eq!(grouped(123.0), "123");
    }

    #[test]
    fn of_a_hundred_requests_the_second_slowest_is_at_99() {
        let mut latencies = Latencies::default();
        (1..=100).for_each(|at| latencies.add(Duration::from_millis(at)));
        latencies.cpu = 0.05;
        assert_eq!(latencies.text(), "50.0 / 99.0 (0.50)");
    }
}
