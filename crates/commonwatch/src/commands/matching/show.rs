//! How hits, explanations and the summary look: a line of JSON each for programs, some lines for people.

use matching::hit::{Hit, Relation};
use matching::report::Summary;
use matching::watchlist::Watchlist;
use serde_json::json;
use stix::observable::{guess, refang};

use super::Read;
use crate::failure::Failure;
use crate::output::{Output, printable};

/// Letters of an event that a person is shown.
const EVENT: usize = 400;
/// Sources of which a person is shown what was malformed.
const SOURCES: usize = 20;

/// How long it took, in seconds.
#[derive(Clone, Copy)]
pub struct Times {
    /// Until what is looked for was ready.
    pub load: f64,
    /// All of it.
    pub all: f64,
}

/// Prints a hit.
pub fn hit(hit: &Hit, output: Output) {
    if output.is_json() {
        output.json_line(hit);
        return;
    }
    let time = hit.time.map(|time| format!("{time}  ")).unwrap_or_default();
    // Those that repeat one told before: this is the last of them.
    let times = if hit.count > 1 {
        format!("  (the last of {} more)", hit.count)
    } else {
        String::new()
    };
    // A file is met as a whole, not in one of its lines.
    let at = if hit.reader == "file" {
        String::new()
    } else {
        format!(":{}", hit.at)
    };
    output.line(&printable(&format!("HIT  {time}{}{at}{times}", hit.source)));
    output.line(&printable(&format!("     {}", what(hit))));
    let indicator = &hit.indicator;
    let mut known = Vec::new();
    if indicator.name != hit.matched && !indicator.name.is_empty() {
        known.push(indicator.name.clone());
    }
    if !indicator.shared_by.is_empty() {
        known.push(format!("shared by {}", indicator.shared_by));
    }
    known.extend(indicator.tlp.map(|tlp| tlp.label().to_owned()));
    known.extend(indicator.pap.map(|pap| pap.label().to_owned()));
    known.extend(indicator.score.map(|score| format!("score {score}")));
    known.extend(
        indicator
            .confidence
            .map(|confidence| format!("confidence {confidence}")),
    );
    let known = if known.is_empty() {
        indicator.id.clone()
    } else {
        format!("{} ({})", known.join(", "), indicator.id)
    };
    output.line(&printable(&format!("     {known}")));
    for (word, values) in [
        ("stands for", &indicator.threats),
        ("techniques", &indicator.techniques),
        ("what to do", &indicator.actions),
    ] {
        if !values.is_empty() {
            output.line(&printable(&format!("     {word}: {}", values.join("; "))));
        }
    }
    if let Some(host) = &hit.host {
        output.line(&printable(&format!("     concerns {host}")));
    }
    let event: String = hit.event.chars().take(EVENT).collect();
    let more = if event.len() < hit.event.len() { " …" } else { "" };
    output.line(&printable(&format!("     | {event}{more}")));
}

/// A sentence of what was met.
fn what(hit: &Hit) -> String {
    let place = if hit.field.is_empty() {
        String::new()
    } else {
        format!(" in {}", hit.field)
    };
    match hit.relation {
        Relation::Same if hit.value.eq_ignore_ascii_case(&hit.matched) => format!("{}{place}", hit.matched),
        Relation::Same => format!("{} as {}{place}", hit.matched, hit.value),
        Relation::Below => format!("{}{place}, a name below {}", hit.value, hit.matched),
        Relation::Within => format!("{}{place}, an address within {}", hit.value, hit.matched),
        Relation::BeginsWith => format!("{}{place}, which begins with {}", hit.value, hit.matched),
        Relation::Alike => format!("{}{place}, which is alike {}", hit.value, hit.matched),
        Relation::Pattern => format!("fulfils {}", hit.matched),
        Relation::Rule => format!("meets the rule '{}'", hit.matched),
    }
}

/// Says of values whether they would be hits; fails with the code for "found" where one would.
pub fn explained(list: &Watchlist, values: &[String], output: Output) -> Result<(), Failure> {
    let mut is_found = false;
    for text in values {
        let plain = refang(text);
        let Some(observable) = guess(&plain) else {
            return Err(Failure::input(format!(
                "'{text}' is not plainly an address, network, domain, URL, hash, e-mail address or the like"
            ))
            .help("a file name, mutex or subject is found in logs, but cannot be told from other words here"));
        };
        let explanation = list.explain(&observable);
        is_found |= explanation.is_looked_for;
        if output.is_json() {
            output.json_line(&explanation);
            continue;
        }
        let verdict = if explanation.is_looked_for {
            "would be a hit"
        } else {
            "would not be a hit"
        };
        output.line(&printable(&format!(
            "{} ({}): {verdict}",
            explanation.value, explanation.kind
        )));
        if explanation.entries.is_empty() {
            output.line("     no indicator names it, what is above it, or a network that holds it");
        }
        for entry in &explanation.entries {
            let why = match &entry.left_out {
                None => "looked for".to_owned(),
                Some(reason) => format!("not looked for: {reason}"),
            };
            let by = if entry.indicator.shared_by.is_empty() {
                String::new()
            } else {
                format!(", shared by {}", entry.indicator.shared_by)
            };
            output.line(&printable(&format!(
                "     {} is {why} ({}{by}, {})",
                entry.value, entry.indicator.name, entry.indicator.id
            )));
        }
    }
    if is_found { Err(Failure::found()) } else { Ok(()) }
}

/// Prints what was read and found, to standard error for programs.
pub fn summary(found: &Summary, reads: &[Read], scanned: Option<&files::walk::Tally>, times: Times, output: Output) {
    let events: u64 = reads.iter().map(|read| read.tally.events).sum();
    let bytes: u64 = reads.iter().map(|read| read.tally.bytes).sum();
    if output.is_json() {
        let sources: Vec<_> = reads
            .iter()
            .map(|read| json!({ "source": read.name, "tally": read.tally }))
            .collect();
        let files =
            scanned.map(|tally| json!({ "files": tally.files, "bytes": tally.bytes, "members": tally.members }));
        let line = json!({ "summary": {
            "events": events, "bytes": bytes, "hits": found.hits,
            "seconds": times.all - times.load, "load_seconds": times.load,
            "indicators": found.indicators, "hosts": found.hosts,
            "top_indicators": found.top_indicators, "top_hosts": found.top_hosts,
            "files": files, "sources": sources,
        }});
        output.aside(&line.to_string());
        return;
    }
    output.line("");
    let mut read = Vec::new();
    if !reads.is_empty() || scanned.is_none() {
        read.push(format!(
            "{} in {} of logs and traffic",
            many(events, "event"),
            size(bytes)
        ));
    }
    if let Some(tally) = scanned {
        let members = if tally.members == 0 {
            String::new()
        } else {
            format!(" and {} inside of archives", many(tally.members, "member"))
        };
        read.push(format!(
            "{}{members} ({})",
            many(tally.files, "file"),
            size(tally.bytes + tally.member_bytes)
        ));
    }
    output.line(&format!("{}, in {:.1} s", read.join(", "), times.all - times.load));
    malformed(reads, output);
    self::found(found, output);
}

/// Prints what was found, for people.
pub fn found(found: &Summary, output: Output) {
    if found.hits == 0 {
        output.line("Nothing of what is looked for was found.");
        return;
    }
    let machines = if found.hosts == 0 {
        String::new()
    } else {
        format!(", concerning {}", many(found.hosts, "machine"))
    };
    output.line(&format!(
        "{} on {}{machines}",
        many(found.hits, "hit"),
        many(found.indicators, "indicator")
    ));
    for (heading, lines) in [("indicator", &found.top_indicators), ("machine", &found.top_hosts)] {
        if lines.is_empty() {
            continue;
        }
        output.line("");
        let time = |time: Option<stix::Timestamp>| time.map(|time| time.to_string()).unwrap_or_default();
        let rows: Vec<Vec<String>> = lines
            .iter()
            .map(|line| {
                vec![
                    line.hits.to_string(),
                    line.name.chars().take(72).collect(),
                    time(line.first),
                    time(line.last),
                ]
            })
            .collect();
        output.table(&["hits", heading, "first seen", "last seen"], &rows);
    }
}

fn malformed(reads: &[Read], output: Output) {
    let odd = reads
        .iter()
        .filter(|read| read.tally.malformed + read.tally.other_layout > 0);
    for read in odd.take(SOURCES) {
        let tally = &read.tally;
        output.line(&printable(&format!(
            "{} ({}): of {} lines or records, {} are broken and {} in another format; they were matched as far as they can be read",
            read.name, tally.reader, tally.records, tally.malformed, tally.other_layout
        )));
        for sample in &tally.samples {
            output.line(&printable(&format!(
                "     line or record {}: {}: {}",
                sample.at, sample.why, sample.text
            )));
        }
    }
}

/// So many of something, for people.
pub fn many(number: u64, what: &str) -> String {
    let ending = if number == 1 { "" } else { "s" };
    format!("{number} {what}{ending}")
}

/// A number of bytes, for people.
pub fn size(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} bytes"),
        1_000..1_000_000 => format!("{:.1} kB", bytes as f64 / 1e3),
        1_000_000..1_000_000_000 => format!("{:.1} MB", bytes as f64 / 1e6),
        _ => format!("{:.2} GB", bytes as f64 / 1e9),
    }
}
