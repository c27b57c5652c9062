//! Reports of many systems: how many a second a node adds up, by POST, with nothing lost and nothing counted twice.

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use serde_json::Value;

use crate::Outcome;
use crate::figures::{grouped, rate, table};
use crate::process::{cpu_seconds, finish, memory};
use crate::random::Random;
use crate::server::{Node, Server};

/// Indicators that are reported.
const INDICATORS: u64 = 50_000;
/// Reports in a message.
const LINES: u64 = 2_000;
/// Different bodies; each is sent many times, as a different message each time.
const BODIES: u64 = 50;
/// Connections that send at once.
const CONNECTIONS: usize = 4;
/// One message in so many is sent twice.
const TWICE: u64 = 20;

/// Sends so many reports, and counts what the node has of them; gives tables in Markdown.
pub fn measure(program: &Path, directory: &Path, reports: u64) -> Outcome<String> {
    let node = Node::make(program, directory)?;
    let file = directory.join("indicators.ndjson");
    crate::generate::write("stix-indicators", INDICATORS, std::slice::from_ref(&file))?;
    finish(node.share(&file).spawn()?, Instant::now())?;
    let ids = identifiers(&fs::read_to_string(&file)?)?;
    let bodies: Vec<String> = (0..BODIES).map(|number| body(&ids, number)).collect();
    let server = node.start()?;
    let messages = reports.div_ceil(LINES);
    // Once, so that the node knows the indicators, as it does after the first minute.
    send(&server, &bodies, "first", BODIES)?;
    let (cpu, started) = (cpu_seconds(server.pid()), Instant::now());
    send(&server, &bodies, "m", messages)?;
    let wall = started.elapsed().as_secs_f64();
    let cpu = cpu_seconds(server.pid()) - cpu;
    let counted = counted(&server)?;
    let expected = (messages + BODIES) * LINES;
    if counted != expected {
        return Err(format!("{expected} reports were sent, and {counted} counted").into());
    }
    let (now, highest) = memory(server.pid());
    server.stop()?;
    let row = vec![
        grouped((messages * LINES) as f64),
        rate(messages * LINES, wall),
        rate(messages * LINES, cpu),
        format!("{now:.0} / {highest:.0}"),
    ];
    let head = [
        "reports sent",
        "a second, on the clock",
        "a CPU-second of the node",
        "resident / highest, MB",
    ];
    Ok(format!(
        "{} indicators, {LINES} reports a message, {CONNECTIONS} connections, one message in {TWICE} sent twice. \
         Counted afterwards: exactly what was sent.\n\n{}",
        grouped(INDICATORS as f64),
        table(&head, &[row])
    ))
}

fn identifiers(text: &str) -> Outcome<Vec<String>> {
    let mut ids = Vec::new();
    for line in text.lines() {
        let object: Value = serde_json::from_str(line)?;
        let id = object
            .get("id")
            .and_then(Value::as_str)
            .filter(|id| id.starts_with("indicator--"));
        ids.extend(id.map(str::to_owned));
    }
    if ids.is_empty() {
        return Err("no indicators were made".into());
    }
    Ok(ids)
}

/// Reports as they come: some indicators are met by very many, most by few.
fn body(ids: &[String], number: u64) -> String {
    let mut random = Random::of(crate::generate::SEED, number);
    let mut text = String::new();
    for _ in 0..LINES {
        let most = random.below(ids.len() as u64) + 1;
        let at = usize::try_from(random.below(most)).unwrap_or(0);
        let id = ids.get(at).map_or("", String::as_str);
        let second = random.below(60);
        text.push_str(&format!(
            "{{\"indicator\":\"{id}\",\"time\":\"2026-01-01T00:00:{second:02}Z\",\"count\":1}}\n"
        ));
    }
    text
}

fn send(server: &Server, bodies: &[String], name: &str, messages: u64) -> Outcome<()> {
    let next = AtomicU64::new(0);
    let one_connection = || -> Result<(), String> {
        let mut client = server.writing();
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= messages {
                return Ok(());
            }
            let body = bodies
                .get((number % bodies.len() as u64) as usize)
                .map_or("", String::as_str);
            let path = format!("/api/v1/telemetry?message={name}-{number}");
            let times = if number.is_multiple_of(TWICE) { 2 } else { 1 };
            for _ in 0..times {
                client.post(&path, body.as_bytes()).map_err(|error| error.to_string())?;
            }
        }
    };
    std::thread::scope(|scope| -> Outcome<()> {
        let threads: Vec<_> = (0..CONNECTIONS).map(|_| scope.spawn(one_connection)).collect();
        for thread in threads {
            thread.join().map_err(|_| "a connection broke off")??;
        }
        Ok(())
    })
}

/// All that the node has counted.
fn counted(server: &Server) -> Outcome<u64> {
    let mut client = server.writing();
    let (mut sum, mut path) = (0, "/api/v1/hits?limit=1000".to_owned());
    loop {
        let page = client.get(&path)?.json()?;
        let hits = page
            .get("hits")
            .and_then(Value::as_array)
            .ok_or("no hits in the answer")?;
        sum += hits
            .iter()
            .filter_map(|hit| hit.get("count").and_then(Value::as_u64))
            .sum::<u64>();
        match page.get("next") {
            Some(Value::String(next)) => path = format!("/api/v1/hits?limit=1000&cursor={next}"),
            Some(Value::Number(next)) => path = format!("/api/v1/hits?limit=1000&cursor={next}"),
            _ => return Ok(sum),
        }
    }
}
