//! The same objects into a TAXII 2.1 server and out again, whichever server it is.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::Outcome;
use crate::figures::{Latencies, grouped, rate};
use crate::http::Client;
use crate::process::{cpu_seconds, memory, pause};
use crate::server::Server;

/// What is asked of a server.
pub struct Plan<'a> {
    /// Envelopes to post.
    pub envelopes: &'a [String],
    /// Objects in them.
    pub objects: u64,
    /// Identifiers to ask for.
    pub ids: &'a [String],
    /// A type to ask for.
    pub object_type: &'a str,
    /// Connections that post at the same time.
    pub connections: usize,
    /// Requests of each kind of poll.
    pub polls: usize,
    /// Objects a page.
    pub page: usize,
}

/// The rows of the table, in the order in which [`measure`] gives them.
pub const ROWS: [&str; 14] = [
    "objects",
    "in: objects a CPU-second",
    "in: objects a second",
    "in: a POST, p50 / p99 (CPU) ms",
    "work left after the last answer, CPU-s",
    "out by pages: objects a CPU-second",
    "out by pages: objects a second",
    "a page, p50 / p99 (CPU) ms",
    "nothing new, p50 / p99 (CPU) ms",
    "`added_after`, a page, p50 / p99 (CPU) ms",
    "`match[type]`, a page, p50 / p99 (CPU) ms",
    "`match[id]`, p50 / p99 (CPU) ms",
    "one object by its path, p50 / p99 (CPU) ms",
    "resident before / after / highest, MB",
];

/// Puts everything in, gets everything out, polls; gives a cell for each of [`ROWS`].
pub fn measure(server: &Server, plan: &Plan<'_>) -> Outcome<Vec<String>> {
    let pid = server.pid();
    let before = memory(pid).0;
    let posted = post(server, plan.envelopes, plan.connections)?;
    let late = settle(pid);
    let paged = page_through(server, plan.page)?;
    if paged.objects != plan.objects {
        let message = format!(
            "{}: {} objects went in and {} came out",
            server.name, plan.objects, paged.objects
        );
        return Err(message.into());
    }
    let objects = &server.objects;
    let mut client = server.reading();
    let nothing = poll(pid, &mut client, plan.polls, |_| {
        format!("{objects}?added_after=2099-01-01T00:00:00.000Z")
    })?;
    let middle = date_added(server, &mut client)?;
    let after = poll(pid, &mut client, plan.polls, |_| {
        format!("{objects}?limit={}&added_after={middle}", plan.page)
    })?;
    let kind = poll(pid, &mut client, plan.polls, |_| {
        format!("{objects}?limit={}&match%5Btype%5D={}", plan.page, plan.object_type)
    })?;
    let id = |at: usize| {
        plan.ids
            .get(at * 7919 % plan.ids.len().max(1))
            .map_or("", String::as_str)
    };
    let by_id = poll(pid, &mut client, plan.polls, |at| {
        format!("{objects}?match%5Bid%5D={}", id(at))
    })?;
    let one = poll(pid, &mut client, plan.polls, |at| format!("{objects}{}/", id(at)))?;
    let (now, highest) = memory(pid);
    Ok(vec![
        grouped(plan.objects as f64),
        rate(plan.objects, posted.latencies.cpu),
        rate(plan.objects, posted.wall),
        posted.latencies.text(),
        format!("{late:.2}"),
        rate(paged.objects, paged.latencies.cpu),
        rate(paged.objects, paged.wall),
        paged.latencies.text(),
        nothing.text(),
        after.text(),
        kind.text(),
        by_id.text(),
        one.text(),
        format!("{before:.0} / {now:.0} / {highest:.0}"),
    ])
}

/// How a series of requests went.
pub struct Series {
    /// Each request.
    pub latencies: Latencies,
    /// Seconds on the clock, all together.
    pub wall: f64,
    /// Objects moved, where that was counted.
    pub objects: u64,
}

/// Posts envelopes over several connections at once.
pub fn post(server: &Server, envelopes: &[String], connections: usize) -> Outcome<Series> {
    let (cpu, started) = (cpu_seconds(server.pid()), Instant::now());
    let work = Mutex::new((envelopes.iter(), Latencies::default()));
    let next = || work.lock().ok()?.0.next();
    let one_connection = || -> Result<(), String> {
        let mut client = server.writing();
        while let Some(envelope) = next() {
            let posted = client.post(&server.objects, envelope.as_bytes());
            let answer = posted.map_err(|error| error.to_string())?;
            accepted(&answer.body)?;
            if let Ok(mut work) = work.lock() {
                work.1.add(answer.took);
            }
        }
        Ok(())
    };
    std::thread::scope(|scope| -> Outcome<()> {
        let threads: Vec<_> = (0..connections).map(|_| scope.spawn(one_connection)).collect();
        for thread in threads {
            thread.join().map_err(|_| "a connection broke off")??;
        }
        Ok(())
    })?;
    let mut latencies = work.into_inner().map_err(|_| "a connection broke off")?.1;
    latencies.cpu = cpu_seconds(server.pid()) - cpu;
    Ok(Series {
        latencies,
        wall: started.elapsed().as_secs_f64(),
        objects: 0,
    })
}

/// A server that refuses objects would look fast.
fn accepted(body: &[u8]) -> Result<(), String> {
    let status: Value = serde_json::from_slice(body).map_err(|error| error.to_string())?;
    match status.get("failure_count").and_then(Value::as_u64) {
        Some(0) => Ok(()),
        _ => Err(String::from_utf8_lossy(body).chars().take(2_000).collect()),
    }
}

/// Waits until the server has nothing left to do; gives the processor time that took.
pub fn settle(pid: u32) -> f64 {
    let start = cpu_seconds(pid);
    let mut last = start;
    for _ in 0..1_800 {
        // Longer than the pause between two rounds of the background work.
        pause(Duration::from_millis(2_500));
        let now = cpu_seconds(pid);
        if now - last < 0.03 {
            break;
        }
        last = now;
    }
    last - start
}

/// Reads the whole collection, page by page.
fn page_through(server: &Server, limit: usize) -> Outcome<Series> {
    let (cpu, started) = (cpu_seconds(server.pid()), Instant::now());
    let mut pages = Pages::new(server, limit);
    let mut latencies = Latencies::default();
    let mut objects = 0;
    while let Some((took, count)) = pages.next()? {
        latencies.add(took);
        objects += count;
    }
    latencies.cpu = cpu_seconds(server.pid()) - cpu;
    Ok(Series {
        latencies,
        wall: started.elapsed().as_secs_f64(),
        objects,
    })
}

/// The pages of a collection, one after another.
pub struct Pages {
    client: Client,
    first: String,
    next: Option<String>,
}

impl Pages {
    /// From the first page on.
    pub fn new(server: &Server, limit: usize) -> Self {
        let first = format!("{}?limit={limit}", server.objects);
        Self {
            client: server.reading(),
            next: Some(first.clone()),
            first,
        }
    }

    /// The next page: how long it took and how many objects it had; none after the last.
    pub fn next(&mut self) -> Outcome<Option<(Duration, u64)>> {
        let Some(path) = self.next.take() else { return Ok(None) };
        let answer = self.client.get(&path)?;
        let (count, next) = read_page(&answer.body)?;
        self.next = next.map(|token| format!("{}&next={token}", self.first));
        Ok(Some((answer.took, count)))
    }
}

/// How many objects a page has and where the next begins. Bodies are skipped, not built: the client shares the machine.
fn read_page(body: &[u8]) -> Outcome<(u64, Option<String>)> {
    let page: Page<'_> = serde_json::from_slice(body)?;
    let next = page
        .next
        .map(|raw| serde_json::from_str::<Value>(raw.get()))
        .transpose()?;
    let next = next.filter(|_| page.more).map(|value| match value {
        Value::String(text) => text,
        other => other.to_string(),
    });
    Ok((page.objects.len() as u64, next))
}

#[derive(serde::Deserialize)]
struct Page<'b> {
    #[serde(default)]
    more: bool,
    #[serde(default, borrow)]
    next: Option<&'b serde_json::value::RawValue>,
    #[serde(default, borrow)]
    objects: Vec<&'b serde_json::value::RawValue>,
}

/// Asks the same kind of question many times over one connection, the first few of them unmeasured.
pub fn poll(pid: u32, client: &mut Client, times: usize, path: impl Fn(usize) -> String) -> Outcome<Latencies> {
    for at in 0..(times / 20).max(1) {
        client.get(&path(at))?;
    }
    let cpu = cpu_seconds(pid);
    let mut latencies = Latencies::default();
    for at in 0..times {
        latencies.add(client.get(&path(at))?.took);
    }
    latencies.cpu = cpu_seconds(pid) - cpu;
    Ok(latencies)
}

/// A `date_added` in the first thousand, to go on from.
pub fn date_added(server: &Server, client: &mut Client) -> Outcome<String> {
    let manifest = client.get(&format!("{}?limit=1000", server.manifest))?.json()?;
    let records = manifest
        .get("objects")
        .and_then(Value::as_array)
        .ok_or("the manifest is empty")?;
    let record = records.get(records.len() / 2).ok_or("the manifest is empty")?;
    let date = record
        .get("date_added")
        .and_then(Value::as_str)
        .ok_or("a record has no date_added")?;
    Ok(date.replace('+', "%2B"))
}
