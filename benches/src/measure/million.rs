//! Whether it stays flat: a node of many objects, made by POST, restarted, polled and paged to the end.

use std::path::Path;
use std::time::Instant;

use crate::Outcome;
use crate::figures::{Latencies, grouped, rate, table};
use crate::measure::exchange::{Pages, date_added, poll, post, settle};
use crate::objects::Objects;
use crate::process::{cpu_seconds, memory};
use crate::server::{Node, Server};

/// Objects a POST.
const ENVELOPE: u64 = 1_000;
/// Objects a page: a million make ten thousand pages.
const PAGE: usize = 100;

/// Makes the node, measures it, gives tables in Markdown.
pub fn measure(program: &Path, directory: &Path, objects: Objects, count: u64, polls: usize) -> Outcome<String> {
    let node = Node::make(program, directory)?;
    let server = node.start()?;
    let filled = fill(&server, objects, count)?;
    server.stop()?;
    let ready = starts(&node)?;
    let server = node.start()?;
    let fresh = memory(server.pid()).0;
    let polled = polls_of(&server, objects, count, polls)?;
    let paged = pages(&server)?;
    let (now, highest) = memory(server.pid());
    server.stop()?;
    Ok(format!(
        "{filled}\n{ready}\n{polled}\n{paged}\nResident in MB: {fresh:.0} when it was ready, {now:.0} after all of this, \
         {highest:.0} at its highest.\n"
    ))
}

fn fill(server: &Server, objects: Objects, count: u64) -> Outcome<String> {
    let step = (count / 10).max(ENVELOPE);
    let mut rows = Vec::new();
    let mut from = 0;
    while from < count {
        let end = (from + step).min(count);
        let firsts = (from..end).step_by(usize::try_from(ENVELOPE)?);
        let envelopes: Vec<String> = firsts
            .map(|first| envelope(objects, first, (first + ENVELOPE).min(end)))
            .collect();
        let bytes: usize = envelopes.iter().map(String::len).sum();
        let posted = post(server, &envelopes, 2)?;
        let late = settle(server.pid());
        let (now, highest) = memory(server.pid());
        rows.push(vec![
            grouped(end as f64),
            rate(end - from, posted.latencies.cpu),
            rate(end - from, posted.latencies.cpu + late),
            rate(end - from, posted.wall),
            format!("{:.1}", bytes as f64 / 1e6 / posted.latencies.cpu),
            posted.latencies.text(),
            format!("{now:.0} / {highest:.0}"),
        ]);
        crate::tell(&format!("  {} objects in", grouped(end as f64)));
        from = end;
    }
    let head = [
        "objects stored",
        "objects a CPU-second",
        "with the full-text index caught up",
        "objects a second",
        "MB a CPU-second",
        "a POST, p50 / p99 (CPU) ms",
        "resident / highest, MB",
    ];
    Ok(table(&head, &rows))
}

/// An envelope of the objects from `first` on, before `end`.
pub fn envelope(objects: Objects, first: u64, end: u64) -> String {
    let mut text = String::from("{\"objects\":[");
    for number in first..end {
        if number > first {
            text.push(',');
        }
        text.push_str(&objects.text(number));
    }
    text.push_str("]}");
    text
}

fn starts(node: &Node) -> Outcome<String> {
    let mut times = Vec::new();
    for _ in 0..5 {
        let server = node.start()?;
        times.push(format!("{:.0}", server.ready.as_secs_f64() * 1e3));
        server.stop()?;
    }
    Ok(format!(
        "From the start of the process to the first answer, five times: {} ms.\n",
        times.join(", ")
    ))
}

fn polls_of(server: &Server, objects: Objects, count: u64, polls: usize) -> Outcome<String> {
    let pid = server.pid();
    let path = &server.objects;
    let mut client = server.reading();
    let ids: Vec<String> = (0..polls as u64).map(|at| objects.id(at * 104_729 % count)).collect();
    let id = |at: usize| ids.get(at % ids.len().max(1)).map_or("", String::as_str);
    let middle = date_added(server, &mut client)?;
    let pages = (polls / 10).max(1);
    let mut rows = Vec::new();
    let mut row = |name: &str, latencies: Latencies| rows.push(vec![name.to_owned(), latencies.text()]);
    row(
        "nothing new",
        poll(pid, &mut client, polls, |_| {
            format!("{path}?added_after=2099-01-01T00:00:00.000Z")
        })?,
    );
    row(
        "`match[id]`",
        poll(pid, &mut client, polls, |at| format!("{path}?match%5Bid%5D={}", id(at)))?,
    );
    let absent = |at: usize| {
        format!(
            "{path}?match%5Bid%5D=malware--{}",
            id(at).split("--").last().unwrap_or_default()
        )
    };
    row(
        "`match[id]` of what is not there",
        poll(pid, &mut client, polls, absent)?,
    );
    row(
        "one object by its path",
        poll(pid, &mut client, polls, |at| format!("{path}{}/", id(at)))?,
    );
    row(
        "`match[type]=indicator`, 100 objects",
        poll(pid, &mut client, pages, |_| {
            format!("{path}?limit=100&match%5Btype%5D=indicator")
        })?,
    );
    row(
        "`match[type]` of a type that is not there",
        poll(pid, &mut client, pages, |_| format!("{path}?match%5Btype%5D=x-absent"))?,
    );
    row(
        "`added_after`, 100 objects",
        poll(pid, &mut client, pages, |_| {
            format!("{path}?limit=100&added_after={middle}")
        })?,
    );
    row(
        "manifest, 1,000 records",
        poll(pid, &mut client, pages, |_| format!("{}?limit=1000", server.manifest))?,
    );
    Ok(table(&["request", "p50 / p99 (CPU) ms"], &rows))
}

/// Pages to the end and compares the tenths of the way.
fn pages(server: &Server) -> Outcome<String> {
    let mut all = Pages::new(server, PAGE);
    let mut rows = Vec::new();
    let mut number = 0_u64;
    loop {
        let (cpu, started) = (cpu_seconds(server.pid()), Instant::now());
        let mut latencies = Latencies::default();
        let (from, mut objects) = (number + 1, 0);
        while number < from + 999 {
            let Some((took, count)) = all.next()? else { break };
            latencies.add(took);
            objects += count;
            number += 1;
        }
        if number < from {
            break;
        }
        latencies.cpu = cpu_seconds(server.pid()) - cpu;
        rows.push(vec![
            format!("{} to {}", grouped(from as f64), grouped(number as f64)),
            rate(objects, latencies.cpu),
            rate(objects, started.elapsed().as_secs_f64()),
            latencies.text(),
        ]);
    }
    Ok(table(
        &[
            "pages of 100",
            "objects a CPU-second",
            "objects a second",
            "a page, p50 / p99 (CPU) ms",
        ],
        &rows,
    ))
}
