//! MISP's interface: a large event in and out, and searches for attributes at any depth.

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
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
/// Attributes of each of many events.
const EACH: u64 = 100;
/// Events of which a client asks one after another.
const PULLED: usize = 2_000;
/// How often each search is asked.
const ASKED: usize = 20;

/// How much is measured.
pub struct Size {
    /// Attributes of the largest event.
    pub attributes: u64,
    /// Objects that came by TAXII.
    pub objects: u64,
    /// Events of ordinary size.
    pub events: u64,
}

/// Where the seeds of many events begin: those of the large ones are their sizes.
const SEEDS: u64 = 1 << 32;

/// Makes the node, measures it, gives tables in Markdown.
pub fn measure(program: &Path, directory: &Path, objects: Objects, size: &Size) -> Outcome<String> {
    let node = Node::make(program, directory)?;
    let server = node.start()?;
    let large = events(&server, size.attributes)?;
    let searches = searches(&server, objects, size.objects)?;
    let many = many(&server, size.events)?;
    server.stop()?;
    Ok(format!("{large}\n{searches}\n{many}"))
}

/// Many events of ordinary size: added two at a time, listed, pulled one after another as a peer does, and searched.
fn many(server: &Server, events: u64) -> Outcome<String> {
    let (left, cpu, started) = (AtomicU64::new(events), cpu_seconds(server.pid()), Instant::now());
    let add = || -> Result<(), String> {
        let mut client = server.writing();
        let take = |left: u64| left.checked_sub(1);
        while let Ok(left) = left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take) {
            let mut text = Vec::new();
            event::write(EACH, SEEDS + left, &mut text).map_err(|error| error.to_string())?;
            let made = client
                .post("/events/add/metadata:1", &text)
                .map_err(|error| error.to_string())?;
            if !made.json().is_ok_and(|made| made["Event"]["id"].is_string()) {
                return Err("an event was not made".to_owned());
            }
            if left.is_multiple_of(10_000) {
                crate::tell(&format!("  {} events left", grouped(left as f64)));
            }
        }
        Ok(())
    };
    std::thread::scope(|scope| -> Outcome<()> {
        for thread in [scope.spawn(add), scope.spawn(add)] {
            thread.join().map_err(|_| "a connection broke off")??;
        }
        Ok(())
    })?;
    let (added, added_cpu) = (started.elapsed().as_secs_f64(), cpu_seconds(server.pid()) - cpu);
    settle(server.pid());
    let mut client = server.reading();
    let (started, cpu) = (Instant::now(), cpu_seconds(server.pid()));
    let index = client
        .post("/events/index", br#"{"minimal": 1, "published": 1}"#)?
        .json()?;
    let index = index.as_array().ok_or("there is no list of events")?;
    let (listed, listed_cpu) = (started.elapsed().as_secs_f64(), cpu_seconds(server.pid()) - cpu);
    let uuids = index.iter().filter_map(|event| event["uuid"].as_str());
    let mut pulled = Latencies::default();
    let (started, cpu) = (Instant::now(), cpu_seconds(server.pid()));
    for uuid in uuids.step_by((index.len() / PULLED).max(1)).take(PULLED) {
        pulled.add(client.get(&format!("/events/view/{uuid}"))?.took);
    }
    let each = started.elapsed().as_secs_f64() / PULLED.min(index.len()) as f64;
    pulled.cpu = cpu_seconds(server.pid()) - cpu;
    let attributes = usize::try_from(events * EACH)?;
    let mut rows = Vec::new();
    for page in [1, attributes / PAGE / 2, attributes / PAGE].map(|page| page.max(1)) {
        let wish = |page: usize| json!({ "limit": PAGE, "page": page.max(1) });
        let first = asked(server, &mut client, [wish(page)])?;
        // Pages beside it, so that none was asked before.
        let beside = (0..ASKED).map(|turn| wish(page.saturating_sub(turn)));
        let again = asked(server, &mut client, beside)?;
        rows.push(vec![grouped(page as f64), first.text(), again.text()]);
    }
    let more = [
        (
            "of a type and for detection",
            json!({ "type": "domain", "to_ids": 1, "limit": PAGE, "page": 1 }),
        ),
        (
            "of a type, page 1,000",
            json!({ "type": "domain", "limit": PAGE, "page": 1_000 }),
        ),
        ("of a tag", json!({ "tags": ["tlp:green"], "limit": PAGE, "page": 1 })),
        (
            "a value with %",
            json!({ "value": "mail.00%", "limit": PAGE, "page": 1 }),
        ),
        (
            "changed since this month",
            json!({ "timestamp": "30d", "limit": PAGE, "page": 1 }),
        ),
    ];
    for (name, wish) in more {
        let first = asked(server, &mut client, [wish.clone()])?;
        let again = asked(server, &mut client, std::iter::repeat_n(wish, ASKED))?;
        rows.push(vec![name.to_owned(), first.text(), again.text()]);
    }
    Ok(format!(
        "{} events of {EACH} attributes more, {} attributes: added in {added:.0} s ({added_cpu:.0} s of processor time), {} events a second. \
         Their list of {} takes {listed:.1} s ({listed_cpu:.1}); one event of it {} ms, so that all of them are pulled one after another \
         in {:.0} s. Highest resident: {:.0} MB.\n\n{}",
        grouped(events as f64),
        grouped(attributes as f64),
        rate(events, added),
        grouped(index.len() as f64),
        pulled.text(),
        each * index.len() as f64,
        memory(server.pid()).1,
        table(
            &["page of 1,000 attributes", "the first time, ms", "p50 / p99 (CPU) ms"],
            &rows
        )
    ))
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
        let latencies = asked(server, &mut client, std::iter::repeat_n(wish, ASKED))?;
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

/// Asks one thing after another.
fn asked(
    server: &Server,
    client: &mut Client,
    wishes: impl IntoIterator<Item = serde_json::Value>,
) -> Outcome<Latencies> {
    let (mut latencies, cpu) = (Latencies::default(), cpu_seconds(server.pid()));
    for wish in wishes {
        latencies.add(ask(client, wish)?.took);
    }
    latencies.cpu = cpu_seconds(server.pid()) - cpu;
    Ok(latencies)
}

fn ask(client: &mut Client, wish: serde_json::Value) -> Outcome<crate::http::Answer> {
    client.post("/attributes/restSearch", wish.to_string().as_bytes())
}
