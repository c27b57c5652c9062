//! TAXII 2.1 collections: pages, breaks, odd servers.

use std::sync::{Arc, Mutex};

use serde_json::json;
use stix::Timestamp;
use store::SubscriptionKind::Taxii21;

use crate::kit::web::{Answer, Asked, Web};
use crate::kit::{Kit, indicator};

/// How a server names the next page.
#[derive(Clone, Copy, PartialEq)]
enum Pages {
    Next,
    Dates,
}

/// A collection with the date of each object, in seconds.
#[derive(Clone)]
struct Shelf {
    objects: Vec<(i64, String)>,
    pages: Pages,
}

impl Shelf {
    fn of(count: u32, pages: Pages) -> Self {
        Self {
            objects: (0..count)
                .map(|number| (i64::from(number) + 1, indicator(number)))
                .collect(),
            pages,
        }
    }

    fn answer(&self, asked: &Asked) -> Answer {
        let after = asked
            .asks("added_after")
            .map_or(i64::MIN, |text| Timestamp::parse(text).unwrap().micros());
        let limit: usize = asked.asks("limit").map_or(100, |text| text.parse().unwrap());
        let skip: usize = asked
            .asks("next")
            .map_or(0, |text| text.strip_prefix("page-").unwrap().parse().unwrap());
        let matching: Vec<&(i64, String)> = self
            .objects
            .iter()
            .filter(|(added, _)| added * 1_000_000 > after)
            .skip(skip)
            .collect();
        let given = &matching[..limit.min(matching.len())];
        let more = given.len() < matching.len();
        let texts: Vec<&str> = given.iter().map(|(_, text)| text.as_str()).collect();
        let next = if more && self.pages == Pages::Next {
            format!(",\"next\":\"page-{}\"", skip + given.len())
        } else {
            String::new()
        };
        let body = format!("{{\"more\":{more}{next},\"objects\":[{}]}}", texts.join(","));
        let mut answer = Answer::ok(body).with("content-type", "application/taxii+json;version=2.1");
        if let (Some((first, _)), Some((last, _))) = (given.first(), given.last()) {
            answer = answer
                .with(
                    "x-taxii-date-added-first",
                    Timestamp::from_seconds(*first).to_micros_text(),
                )
                .with(
                    "x-taxii-date-added-last",
                    Timestamp::from_seconds(*last).to_micros_text(),
                );
        }
        answer
    }
}

const PATH: &str = "/api/collections/7f0c/";

async fn shelf(shelf: Shelf) -> (Web, Arc<Mutex<Shelf>>) {
    let shared = Arc::new(Mutex::new(shelf));
    let serving = Arc::clone(&shared);
    (
        Web::start(move |asked| serving.lock().unwrap().answer(asked)).await,
        shared,
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_collection_comes_page_by_page_and_then_only_what_is_new() {
    let kit = Kit::new().await;
    let (web, shelf) = shelf(Shelf::of(25, Pages::Next)).await;
    kit.subscribe(
        Taxii21,
        &web.url(PATH),
        json!({ "page_size": 10, "login": "ada", "password": "lovelace" }),
    )
    .await;
    let report = kit.run().await;
    assert_eq!(
        (report.accepted, report.unchanged, report.refused, report.error),
        (25, 0, 0, None)
    );
    let asked = web.asked();
    assert_eq!(asked.len(), 3);
    assert_eq!(asked[0].path, "/api/collections/7f0c/objects/");
    assert_eq!(asked[0].header("accept"), "application/taxii+json;version=2.1");
    assert_eq!(asked[0].header("authorization"), "Basic YWRhOmxvdmVsYWNl");
    assert!(asked[0].header("user-agent").starts_with("commonwatch/"));
    shelf.lock().unwrap().objects.push((100, indicator(99)));
    let report = kit.run().await;
    assert_eq!((report.accepted, report.refused), (1, 0));
    // The step back is taken once; from then on an empty poll is empty.
    kit.run().await;
    web.asked();
    let report = kit.run().await;
    assert_eq!(report.result, "nothing new");
    assert_eq!(web.asked().len(), 1);
    assert_eq!(kit.count("indicator").await, 26);
}
