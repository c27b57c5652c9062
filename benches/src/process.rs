//! What a process and its children have used, as Linux tells it under /proc.

use std::collections::HashMap;
use std::fs;
use std::io::Read;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::Outcome;

/// Ticks a second in /proc/PID/stat: 100 on every Linux that Rust runs on.
const TICKS: f64 = 100.0;

/// Seconds of processor time, user and system, of all threads of a process and its living children, and of those of its
/// children that ended.
pub fn cpu_seconds(root: u32) -> f64 {
    let stats: Vec<Stat> = tree(root);
    stats.iter().map(|stat| stat.ticks).sum::<f64>() / TICKS
}

/// Resident memory now and at its highest, in MB (10^6 bytes), summed over the process and its children.
pub fn memory(root: u32) -> (f64, f64) {
    let mut sums = (0.0, 0.0);
    for stat in tree(root) {
        let text = fs::read_to_string(format!("/proc/{}/status", stat.pid)).unwrap_or_default();
        sums.0 += kilobytes(&text, "VmRSS:");
        sums.1 += kilobytes(&text, "VmHWM:");
    }
    sums
}

/// The machine's load average over one minute.
pub fn load_average() -> String {
    let text = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split_whitespace().next().unwrap_or("?").to_owned()
}

/// The name of the processor and how many there are.
pub fn machine() -> String {
    let text = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let value = |line: &str| line.split_once(':').map(|(_, value)| value.trim().to_owned());
    let name = text.lines().find(|line| line.starts_with("model name")).and_then(value);
    let count = text.lines().filter(|line| line.starts_with("processor")).count();
    format!("{count} x {}", name.unwrap_or_else(|| "unknown processor".to_owned()))
}

/// What a command that ran to its end used.
#[derive(Clone, Copy, Debug)]
pub struct Used {
    /// Seconds on the clock.
    pub wall: f64,
    /// Seconds of processor time.
    pub cpu: f64,
    /// Highest resident memory in MB.
    pub memory: f64,
    /// How it ended.
    pub status: ExitStatus,
}

/// Waits for a command and says what it used. A process that ended keeps its figures until it is waited for.
pub fn finish(mut child: Child, started: Instant) -> Outcome<Used> {
    let pid = child.id();
    let mut highest: f64 = 0.0;
    loop {
        let ended = read_stat(pid).is_none_or(|stat| stat.ended);
        highest = highest.max(memory(pid).1);
        if ended {
            break;
        }
        pause(Duration::from_millis(5));
    }
    let (wall, cpu) = (started.elapsed().as_secs_f64(), cpu_seconds(pid));
    let status = child.wait()?;
    Ok(Used {
        wall,
        cpu,
        memory: highest,
        status,
    })
}

/// Runs a command to its end and says what it used, and what it wrote to standard error.
///
/// Nobody else may hold its standard error: the end of that tells at once that it ended. Memory is read two hundred
/// times a second from two small files, which a command of two threads does not feel.
pub fn run(command: &mut Command) -> Outcome<(Used, String)> {
    let started = Instant::now();
    let mut child = command.stderr(Stdio::piped()).spawn()?;
    let pid = child.id();
    let mut errors = child.stderr.take().ok_or("standard error is taken")?;
    let ended = AtomicBool::new(false);
    let (text, wall, memory) = std::thread::scope(|scope| {
        let sampler = scope.spawn(|| {
            let mut highest: f64 = 0.0;
            while !ended.load(Ordering::Relaxed) {
                highest = highest.max(highest_resident(pid));
                pause(Duration::from_millis(5));
            }
            highest
        });
        let mut text = Vec::new();
        let read = errors.read_to_end(&mut text);
        let wall = started.elapsed().as_secs_f64();
        ended.store(true, Ordering::Relaxed);
        let memory = sampler.join().unwrap_or_default();
        read.map(|_| (text, wall, memory))
    })?;
    // It closed its standard error on its way out; a process that ended keeps its figures until it is waited for.
    while read_stat(pid).is_some_and(|stat| !stat.ended) {
        pause(Duration::from_millis(1));
    }
    let cpu = read_stat(pid).map_or(0.0, |stat| stat.ticks / TICKS);
    let status = child.wait()?;
    let used = Used {
        wall,
        cpu,
        memory,
        status,
    };
    Ok((used, String::from_utf8_lossy(&text).into_owned()))
}

fn highest_resident(pid: u32) -> f64 {
    let text = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    kilobytes(&text, "VmHWM:")
}

/// A line of /proc/PID/status in MB (10^6 bytes).
fn kilobytes(status: &str, name: &str) -> f64 {
    let found = status.lines().find_map(|line| line.strip_prefix(name));
    let number = found.and_then(|rest| rest.split_whitespace().next());
    number.and_then(|number| number.parse::<f64>().ok()).unwrap_or(0.0) * 1024.0 / 1e6
}

/// Lets others run for a while: what is measured is another process, and it gives no event to wait for.
#[expect(
    clippy::disallowed_methods,
    reason = "the process under measurement gives no event to wait for"
)]
pub fn pause(time: Duration) {
    std::thread::sleep(time);
}

struct Stat {
    pid: u32,
    parent: u32,
    ended: bool,
    ticks: f64,
}

fn read_stat(pid: u32) -> Option<Stat> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name stands in parentheses and may hold anything.
    let (_, rest) = text.rsplit_once(')')?;
    let fields: Vec<&str> = rest.split_whitespace().collect();
    let number = |at: usize| fields.get(at).and_then(|text| text.parse::<f64>().ok());
    Some(Stat {
        pid,
        parent: fields.get(1)?.parse().ok()?,
        ended: fields.first().is_some_and(|state| *state == "Z"),
        // User and system time, its own and that of children it waited for: fields 14 to 17 of proc(5).
        ticks: (11..15).filter_map(number).sum(),
    })
}

fn tree(root: u32) -> Vec<Stat> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    let mut all: HashMap<u32, Stat> = pids.filter_map(|pid| Some((pid, read_stat(pid)?))).collect();
    let mut found: Vec<Stat> = all.remove(&root).into_iter().collect();
    let mut at = 0;
    while let Some(parent) = found.get(at).map(|stat| stat.pid) {
        let children: Vec<u32> = all
            .values()
            .filter(|stat| stat.parent == parent)
            .map(|stat| stat.pid)
            .collect();
        found.extend(children.iter().filter_map(|pid| all.remove(pid)));
        at += 1;
    }
    found
}
