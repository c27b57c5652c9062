//! MISP's interface: a large event in and out, and searches for attributes at any depth.

use std::path::Path;
use std::time::Instant;

use serde_json::json;

use crate::figures::{Latencies, grouped, rate, table};
use crate::http::Client;
use crate::measure::exchange::{post, settle};
use crate::measure::million::envelope;
use crate::objects::Objects;
use crate::process::{cpu_seconds, memory};
use crate::server::{Node, Server};
use crate::{Outcome, event};

/// Objects a POST.
const ENVELOPE: u64 = 1_000;
/// Attributes a page.
const PAGE: usize = 1_000;
/// How often each search is asked.
const ASKED: usize = 20;

/// Makes the node, measures it, gives tables in Markdown.
pub fn measure(program: &Path, directory: &Path, objects: Objects, attributes: u64, count: u64) -> Outcome<String> {
    let node = Node::make(program, directory)?;
    let server = node.start()?;
    let events = events(&server, attributes)?;
    let searches = searches(&server, objects, count)?;
    server.stop()?;
    Ok(format!("{events}\n{searches}"))
}

/// Events of growing size, added and read.
fn events(server: &Server, attributes: u64) -> Outcome<String> {
    let mut rows = Vec::new();
    let (mut writer, mut reader) = (server.writing(), server.reading());
    for size in [attributes / 100, attributes / 10, attributes] {
        let mut text = Vec::new();
        event::write(size, size, &mut text)?;
        let started = Instant::now();
        let before = cpu_seconds(server.pid());
        let made = writer.post("/events/add/metadata:1", &text)?;
        let (wall, cpu) = (started.elapsed().as_secs_f64(), cpu_seconds(server.pid()) - before);
        let number = made.json()?["Event"]["id"]
            .as_str()
            .ok_or("no event was made")?
            .to_owned();
        let highest = memory(server.pid()).1;
        settle(server.pid());
        let before = cpu_seconds(server.pid());
        let read = reader.get(&format!("/events/view/{number}"))?;
        let read_cpu = cpu_seconds(server.pid()) - before;
        rows.push(vec![
            grouped(size as f64),
            format!("{:.1}", text.len() as f64 / 1e6),
            format!("{wall:.1} ({cpu:.1})"),
            rate(size, wall),
            format!("{highest:.0}"),
            format!("{:.2} ({read_cpu:.2})", read.took.as_secs_f64()),
            rate(size, read.took.as_secs_f64()),
            format!("{:.0}", memory(server.pid()).1),
        ]);
        crate::tell(&format!("  an event of {} attributes", grouped(size as f64)));
    }
    let head = [
        "attributes",
        "MB",
        "added, s (CPU)",
        "a second",
        "highest resident, MB",
        "read, s (CPU)",
        "a second",
        "highest resident, MB",
    ];
    Ok(table(&head, &rows))
}

/// Searches over many indicators of many members' reports, at the beginning and deep inside.
fn searches(server: &Server, objects: Objects, count: u64) -> Outcome<String> {
    let firsts = (0..count).step_by(usize::try_from(ENVELOPE)?);
    let mut from = Vec::new();
    for first in firsts {
        from.push(first);
    }
    for firsts in from.chunks(100) {
        let envelopes: Vec<String> = firsts
            .iter()
            .map(|first| envelope(objects, *first, (first + ENVELOPE).min(count)))
            .collect();
        post(server, &envelopes, 2)?;
    }
    settle(server.pid());
    let mut client = server.reading();
    let started = Instant::now();
    let first = ask(&mut client, json!({ "limit": PAGE, "page": 1 }))?;
    let followed = started.elapsed().as_secs_f64();
    let found = |page: usize, client: &mut Client| -> Outcome<usize> {
        let answer = ask(client, json!({ "limit": PAGE, "page": page }))?;
        Ok(answer.json()?["response"]["Attribute"].as_array().map_or(0, Vec::len))
    };
    // All pages in turn, as a client reads everything.
    let started = Instant::now();
    let (mut page, mut all) = (1, 0);
    loop {
        let some = found(page, &mut client)?;
        all += some;
        if some < PAGE {
            break;
        }
        page += 1;
    }
    let turned = started.elapsed().as_secs_f64();
    let value = first.json()?["response"]["Attribute"][0]["value"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    let mut rows = Vec::new();
    for (name, wish) in [
        ("the first page", json!({ "limit": PAGE, "page": 1 })),
        ("the last full page", json!({ "limit": PAGE, "page": page.max(2) - 1 })),
        ("one value", json!({ "value": value })),
        (
            "of a type, the first page",
            json!({ "type": "domain", "limit": PAGE, "page": 1 }),
        ),
        (
            "changed in the last minute",
            json!({ "timestamp": "1m", "limit": PAGE }),
        ),
    ] {
        let mut latencies = Latencies::default();
        let before = cpu_seconds(server.pid());
        for _ in 0..ASKED {
            latencies.add(ask(&mut client, wish.clone())?.took);
        }
        latencies.cpu = cpu_seconds(server.pid()) - before;
        rows.push(vec![name.to_owned(), latencies.text()]);
    }
    Ok(format!(
        "{} attributes in the store, {} a page. The first question, which takes over what was shared until then: {followed:.1} s. \
         All {page} pages in turn: {turned:.1} s, {} attributes a second.\n\n{}",
        grouped(all as f64),
        grouped(PAGE as f64),
        rate(all as u64, turned),
        table(&["search", "p50 / p99 (CPU) ms"], &rows)
    ))
}

fn ask(client: &mut Client, wish: serde_json::Value) -> Outcome<crate::http::Answer> {
    client.post("/attributes/restSearch", wish.to_string().as_bytes())
}
