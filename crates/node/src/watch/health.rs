//! How the watch is: what it reads, what it could not read, how old its watchlist is.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::{Arc, Mutex, PoisonError};

use matching::run::Tally;
use policy::{Action, decide};
use serde::Serialize;
use sources::stream::Counts;
use stix::Timestamp;

use super::back_test::Past;
use crate::accounts::Caller;
use crate::error::Error;
use crate::node::Node;

/// How the watch is.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Health {
    /// When it began; none where nothing is watched.
    pub since: Option<Timestamp>,
    /// What it looks for.
    pub watchlist: WatchlistHealth,
    /// What it reads, by name.
    pub sources: BTreeMap<String, SourceHealth>,
    /// The streams as they are configured, by address.
    pub streams: BTreeMap<String, StreamHealth>,
    /// Hits so far, repeats counted.
    pub hits: u64,
    /// What it did about the past.
    pub hunts: Hunts,
    /// Hubs that are told that it watches, by the name of their subscription.
    pub hubs: BTreeMap<String, HubHealth>,
    /// What went wrong last, and when.
    pub last_error: Option<(Timestamp, String)>,
}

/// What the watch looks for.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct WatchlistHealth {
    /// When it was compiled.
    pub compiled: Option<Timestamp>,
    /// Values, patterns and rules that are looked for.
    pub entries: u64,
    /// Values that are not, each for a reason that can be asked for.
    pub left_out: u64,
    /// Indicators that cannot be used.
    pub unusable: u64,
    /// How often it was swapped.
    pub swaps: u64,
}

/// One source of logs.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct SourceHealth {
    /// What was read of it.
    pub tally: Tally,
    /// When something came from it last.
    pub last: Option<Timestamp>,
    /// Pieces that wait to be matched just now: how far the matcher is behind.
    pub waiting: u64,
}

/// A stream of logs: how well it comes.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct StreamHealth {
    /// Pieces and bytes that came, connections that were made again, what was let go or cut.
    #[serde(flatten)]
    pub counts: Counts,
    /// What went wrong with it last.
    pub last_error: Option<String>,
    /// Whether a broker is waited for just now.
    pub away: bool,
    /// Whether it ended: what it ended for, no waiting mends.
    pub ended: bool,
}

/// A hub that is told that this node watches.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct HubHealth {
    /// When it was told last.
    pub told: Option<Timestamp>,
    /// Up to where the watchlist has what came from there, by the hub's clock, as it was told.
    pub upto: Option<Timestamp>,
    /// Why it could not be told; none once it was.
    pub last_error: Option<String>,
}

/// What the watch did about the past.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Hunts {
    /// When the last hunt ended.
    pub last: Option<Timestamp>,
    /// Hunts so far.
    pub hunts: u64,
    /// Logs that were hunted in.
    pub logs: u64,
    /// Bytes that were read for it, and bytes that the logs have.
    pub bytes_read: u64,
    /// Bytes of the logs.
    pub bytes_total: u64,
}

/// The health of the running watch, and its past; all clones are one.
#[derive(Clone, Debug, Default)]
pub(crate) struct Shared {
    health: Arc<Mutex<Health>>,
    past: Arc<Mutex<Past>>,
}

impl Shared {
    /// Changes it.
    pub(crate) fn with<T>(&self, change: impl FnOnce(&mut Health) -> T) -> T {
        change(&mut self.health.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Changes what is known of the logs of the past.
    pub(super) fn with_past<T>(&self, change: impl FnOnce(&mut Past) -> T) -> T {
        change(&mut self.past.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Takes note of something that went wrong.
    pub(crate) fn error(&self, now: Timestamp, error: &dyn std::fmt::Display) {
        tracing::warn!(%error, "the watch");
        self.with(|health| health.last_error = Some((now, error.to_string())));
    }
}

impl Node {
    /// How the watch is.
    ///
    /// # Errors
    /// When the caller is no operator: names of files and machines stand in it.
    pub fn watch_health(&self, caller: &Caller) -> Result<Health, Error> {
        decide(&caller.principal, Action::Administer).map_err(|refusal| Error::refused(refusal, "no such page"))?;
        Ok(self.watch_shared().with(|health| health.clone()))
    }
}

impl Health {
    /// The same as Prometheus reads it (text format 0.0.4).
    pub fn to_prometheus(&self, now: Timestamp) -> String {
        let mut text = String::new();
        let seconds = |time: Option<Timestamp>| time.map_or(-1.0, |time| (now.micros() - time.micros()) as f64 / 1e6);
        let mut gauge = |name: &str, kind: &str, help: &str, rows: &[(String, f64)]| {
            let _ = writeln!(
                text,
                "# HELP commonwatch_watch_{name} {help}\n# TYPE commonwatch_watch_{name} {kind}"
            );
            for (labels, value) in rows {
                let _ = writeln!(text, "commonwatch_watch_{name}{labels} {value}");
            }
        };
        let one = |value: f64| vec![(String::new(), value)];
        gauge("hits_total", "counter", "Hits so far.", &one(self.hits as f64));
        gauge(
            "watchlist_entries",
            "gauge",
            "What is looked for.",
            &one(self.watchlist.entries as f64),
        );
        gauge(
            "watchlist_age_seconds",
            "gauge",
            "Since the watchlist was compiled; -1 where there is none.",
            &one(seconds(self.watchlist.compiled)),
        );
        gauge(
            "watchlist_swaps_total",
            "counter",
            "Watchlists put in force.",
            &one(self.watchlist.swaps as f64),
        );
        gauge(
            "watchlist_unusable",
            "gauge",
            "Indicators that cannot be used.",
            &one(self.watchlist.unusable as f64),
        );
        gauge(
            "hunt_bytes_total",
            "counter",
            "Bytes read for hunts.",
            &one(self.hunts.bytes_read as f64),
        );
        let of_sources = |value: &dyn Fn(&SourceHealth) -> f64| -> Vec<(String, f64)> {
            self.sources
                .iter()
                .map(|(name, source)| {
                    let name = label(name);
                    let reader = &source.tally.reader;
                    (format!("{{source=\"{name}\",reader=\"{reader}\"}}"), value(source))
                })
                .collect()
        };
        type Row<'v> = (
            &'static str,
            &'static str,
            &'static str,
            &'v dyn Fn(&SourceHealth) -> f64,
        );
        let rows: [Row<'_>; 7] = [
            ("events_total", "counter", "Events read.", &|source| {
                source.tally.events as f64
            }),
            ("bytes_total", "counter", "Bytes read, unpacked.", &|source| {
                source.tally.bytes as f64
            }),
            (
                "malformed_total",
                "counter",
                "Lines or records that are not what their source says.",
                &|source| source.tally.malformed as f64,
            ),
            (
                "other_layout_total",
                "counter",
                "Lines in another format than their source.",
                &|source| source.tally.other_layout as f64,
            ),
            ("source_hits_total", "counter", "Hits in a source.", &|source| {
                source.tally.hits as f64
            }),
            (
                "waiting_pieces",
                "gauge",
                "Pieces that wait to be matched.",
                &|source| source.waiting as f64,
            ),
            (
                "silent_seconds",
                "gauge",
                "Since something came last; -1 where nothing ever did.",
                &|source| seconds(source.last),
            ),
        ];
        for (name, kind, help, value) in rows {
            gauge(name, kind, help, &of_sources(value));
        }
        let of_streams = |value: &dyn Fn(&StreamHealth) -> u64| -> Vec<(String, f64)> {
            let streams = self.streams.iter();
            streams
                .map(|(name, stream)| (format!("{{stream=\"{}\"}}", label(name)), value(stream) as f64))
                .collect()
        };
        let drops = of_streams(&|stream| stream.counts.drops);
        gauge("dropped_total", "counter", "Messages that were let go.", &drops);
        let reconnects = of_streams(&|stream| stream.counts.reconnects);
        gauge(
            "reconnects_total",
            "counter",
            "Connections that were lost and made again.",
            &reconnects,
        );
        let away = of_streams(&|stream| u64::from(stream.away));
        gauge("stream_away", "gauge", "1 where a broker is waited for.", &away);
        let ended = of_streams(&|stream| u64::from(stream.ended));
        gauge("stream_ended", "gauge", "1 where a stream ended for good.", &ended);
        let hubs = self.hubs.iter();
        let behind = hubs.map(|(name, hub)| {
            (
                format!("{{hub=\"{}\"}}", label(name)),
                f64::from(hub.last_error.is_some()),
            )
        });
        let behind: Vec<(String, f64)> = behind.collect();
        gauge(
            "hub_untold",
            "gauge",
            "1 where a hub could not be told of the watch.",
            &behind,
        );
        text
    }
}

/// A value of a label.
fn label(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prometheus_reads_it_whatever_a_source_is_called() {
        let mut health = Health::default();
        health.watchlist.compiled = Some(Timestamp::from_micros(1_000_000));
        let mut source = SourceHealth::default();
        source.tally.reader = "zeek-json".to_owned();
        source.tally.events = 7;
        health.sources.insert("a \"strange\"\n\\name".to_owned(), source);
        let mut stream = StreamHealth::default();
        stream.counts.drops = 3;
        health.streams.insert("nats://h:4222/a".to_owned(), stream);
        let text = health.to_prometheus(Timestamp::from_micros(3_500_000));
        assert!(
            text.contains("commonwatch_watch_dropped_total{stream=\"nats://h:4222/a\"} 3\n"),
            "{text}"
        );
        assert!(text.contains("commonwatch_watch_watchlist_age_seconds 2.5\n"), "{text}");
        let line = r#"commonwatch_watch_events_total{source="a \"strange\" \\name",reader="zeek-json"} 7"#;
        assert!(text.lines().any(|one| one == line), "{text}");
        assert!(
            text.lines()
                .all(|line| line.starts_with('#') || line.split(' ').next_back().unwrap().parse::<f64>().is_ok())
        );
    }
}
