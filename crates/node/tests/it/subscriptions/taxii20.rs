//! TAXII 2.0 collections: ranges, whole answers, breaks.

use serde_json::json;
use stix::Timestamp;
use store::SubscriptionKind::Taxii20;

use crate::kit::web::{Answer, Asked, Web};
use crate::kit::{Kit, indicator};

fn answer(asked: &Asked, count: u32, ranges: bool) -> Answer {
    let after = asked
        .asks("added_after")
        .map_or(i64::MIN, |text| Timestamp::parse(text).unwrap().micros());
    let matching: Vec<u32> = (0..count)
        .filter(|number| i64::from(*number) * 1_000_000 > after)
        .collect();
    let (mut from, mut to) = (0, matching.len());
    if let (true, Some((first, last))) = (
        ranges,
        asked.header("range").trim_start_matches("items ").split_once('-'),
    ) {
        from = first.parse().unwrap();
        to = to.min(last.parse::<usize>().unwrap() + 1);
        if from >= to && from > 0 {
            return Answer::of(416, "");
        }
    }
    let given = &matching[from.min(to)..to];
    let objects: Vec<String> = given.iter().map(|number| indicator(*number)).collect();
    let bundle = format!(
        r#"{{"type":"bundle","id":"bundle--4a1c1b1e-0f0d-4a1c-8b1e-0f0d4a1c1b1e","objects":[{}]}}"#,
        objects.join(",")
    );
    let mut answer = Answer::of(if ranges { 206 } else { 200 }, bundle);
    if ranges {
        answer = answer.with(
            "content-range",
            format!("items {from}-{}/{}", to.saturating_sub(1), matching.len()),
        );
    }
    match given.last() {
        Some(last) => answer.with(
            "x-taxii-date-added-last",
            Timestamp::from_seconds(i64::from(*last)).to_micros_text(),
        ),
        None => answer,
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_collection_comes_in_ranges_or_whole() {
    for (ranges, questions) in [(true, 3), (false, 1)] {
        let kit = Kit::new().await;
        let web = Web::start(move |asked| answer(asked, 12, ranges)).await;
        kit.subscribe(Taxii20, &web.url("/api/collections/7/"), json!({ "page_size": 5 }))
            .await;
        let report = kit.run().await;
        assert_eq!((report.accepted, report.error), (12, None));
        let asked = web.asked();
        assert_eq!(asked.len(), questions);
        assert_eq!(
            asked[0].header("accept"),
            "application/vnd.oasis.stix+json; version=2.0"
        );
        web.answer_with(move |asked| answer(asked, 14, ranges));
        let report = kit.run().await;
        assert_eq!((report.accepted, report.unchanged, report.error), (2, 1, None));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_break_at_any_range_loses_nothing() {
    for at in 0..3 {
        let kit = Kit::new().await;
        let mut count = 0;
        let web = Web::start(move |asked| {
            count += 1;
            if count == at + 1 {
                Answer::of(500, "")
            } else {
                answer(asked, 12, true)
            }
        })
        .await;
        kit.subscribe(Taxii20, &web.url("/api/collections/7/"), json!({ "page_size": 5 }))
            .await;
        let first = kit.run().await;
        assert!(first.error.is_some());
        let second = kit.run().await;
        assert_eq!(
            (first.accepted + second.accepted, second.error),
            (12, None),
            "broken at {at}"
        );
    }
}
