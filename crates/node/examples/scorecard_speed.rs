//! How fast a scorecard answers: `cargo run --release -p node --example scorecard_speed -- [MEMBERS]`.
//!
//! A database on disk with entries of twelve months, as pages of a thousand objects handed to each member leave them: with a
//! thousand members, 120,000 entries that say of 100 million deliveries, and what else members are credited with. They
//! are folded, counted again and compared as a node does; then the scorecard of one member and community is asked for.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a measurement that cannot go on should stop"
)]
#![allow(clippy::disallowed_methods, reason = "a measurement reads the clock")]

mod kit;

use std::time::{Duration, Instant};

use node::scorecard::Months;
use store::{LogFamily, Measure, NewEntry, Score, WHOLE};

const MONTHS: usize = 12;
const PAGES: usize = 10;
const PER_PAGE: u64 = 834;

fn entry(member: policy::MemberId, month: &str, score: &Score, many: u64) -> NewEntry {
    let body = serde_json::json!({ "month": month, "count": many, "score": score.to_json() });
    NewEntry {
        kind: "delivered".to_owned(),
        member: Some(member),
        body: body.to_string(),
    }
}

#[tokio::main]
async fn main() {
    let many = std::env::args()
        .nth(1)
        .and_then(|text| text.parse().ok())
        .unwrap_or(1_000);
    let directory = tempfile::tempdir().unwrap();
    let node = kit::open(directory.path()).await;
    let community = kit::community(&node, many).await;
    let members = node.store().member_list().await.unwrap();
    let mut seed = 1_u64;
    let mut random = move |most: u64| {
        seed = seed
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) % most
    };
    let began = Instant::now();
    let (mut entries, mut written) = (Vec::new(), 0_u64);
    for month in 1..=MONTHS {
        let month = format!("2025-{month:02}");
        for member in &members {
            for page in 0..PAGES {
                let mut score = Score::default();
                for one in [WHOLE, community] {
                    score.count(one, Measure::Taken, PER_PAGE);
                    for _ in 0..PER_PAGE {
                        // From a second to a week, most of them short.
                        let exponent = random(20);
                        score.time(
                            one,
                            Measure::ShareToDelivery,
                            1_000_000 * ((1 << exponent) + random(1 << exponent) as i64),
                        );
                    }
                    for measure in [
                        Measure::Shared,
                        Measure::First,
                        Measure::Useful,
                        Measure::KeptInTime,
                        Measure::Live,
                    ] {
                        score.count(one, measure, 1 + random(9));
                    }
                    for measure in [
                        Measure::DeliveryToAcknowledge,
                        Measure::DeliveryToAction,
                        Measure::ShareToWatchlist,
                    ] {
                        score.time(one, measure, 1_000_000 * random(1 << 20) as i64);
                    }
                    score.family(one, LogFamily::ALL[page % 8]);
                }
                entries.push(entry(member.id, &month, &score, PER_PAGE));
                if entries.len() >= 500 {
                    written += entries.len() as u64;
                    node.store().ledger_append(std::mem::take(&mut entries)).await.unwrap();
                }
            }
        }
    }
    written += entries.len() as u64;
    node.store().ledger_append(entries).await.unwrap();
    println!(
        "{written} entries of {} members written in {:.1?}",
        members.len(),
        began.elapsed()
    );
    let began = Instant::now();
    let mut folded = 0;
    loop {
        match node.store().score_fold(500).await.unwrap() {
            0 => break,
            more => folded += more,
        }
    }
    println!("{folded} entries folded in {:.1?}", began.elapsed());
    let began = Instant::now();
    assert!(node.store().score_check().await.unwrap().is_empty());
    println!("all counted again and compared in {:.1?}", began.elapsed());
    let caller = node.local_caller("m1").await.unwrap();
    for (name, community) in [("the community", Some(community)), ("the partnership", None)] {
        let mut took: Vec<Duration> = Vec::new();
        for _ in 0..20 {
            let months = Months {
                from: "2025-01".to_owned(),
                to: "2025-12".to_owned(),
            };
            let began = Instant::now();
            let card = node.scorecard(&caller, community, months).await.unwrap();
            took.push(began.elapsed());
            assert!(card.lines.iter().any(|line| line.all.is_some()));
        }
        took.sort_unstable();
        println!(
            "scorecard of {name}, twelve months: median {:.1?}, slowest {:.1?}",
            took[10], took[19]
        );
    }
}
