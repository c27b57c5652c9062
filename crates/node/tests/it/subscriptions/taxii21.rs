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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_break_at_any_page_loses_nothing_and_stores_nothing_twice() {
    for pages in [Pages::Next, Pages::Dates] {
        for at in 0..5_usize {
            let kit = Kit::new().await;
            let (web, shelf) = shelf(Shelf::of(23, pages)).await;
            let (serving, mut count) = (Arc::clone(&shelf), 0);
            web.answer_with(move |asked| {
                count += 1;
                if count == at + 1 {
                    Answer::of(503, "")
                } else {
                    serving.lock().unwrap().answer(asked)
                }
            });
            kit.subscribe(Taxii21, &web.url(PATH), json!({ "page_size": 5 })).await;
            let first = kit.run().await;
            assert!(first.error.is_some(), "broken at {at}");
            if pages == Pages::Next {
                assert_eq!(kit.objects().await.len(), at * 5, "broken at {at}");
            }
            let asked_before = web.asked();
            let second = kit.run().await;
            assert_eq!((second.error, second.refused), (None, 0));
            assert_eq!(first.accepted + second.accepted, 23, "broken at {at}");
            assert_eq!(kit.objects().await.len(), 23);
            // It goes on with the very question that was not answered.
            assert_eq!(web.asked()[0].query, asked_before.last().unwrap().query);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_that_breaks_off_is_kept_as_far_as_it_came_and_asked_for_again() {
    let kit = Kit::new().await;
    let (web, shelf) = shelf(Shelf::of(8, Pages::Next)).await;
    let serving = Arc::clone(&shelf);
    web.answer_with(move |asked| {
        let mut answer = serving.lock().unwrap().answer(asked);
        let half = answer.body.len() / 2;
        answer.body.truncate(half);
        answer.cut()
    });
    kit.subscribe(Taxii21, &web.url(PATH), json!({})).await;
    let first = kit.run().await;
    assert!(first.error.is_some());
    assert!(first.accepted >= 3, "{first:?}");
    let serving = Arc::clone(&shelf);
    web.answer_with(move |asked| serving.lock().unwrap().answer(asked));
    let second = kit.run().await;
    assert_eq!(
        (second.error.clone(), first.accepted + second.accepted),
        (None, 8),
        "{second:?}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn truncated_json_keeps_its_good_part_and_says_so() {
    let kit = Kit::new().await;
    let (web, shelf) = shelf(Shelf::of(8, Pages::Next)).await;
    web.answer_with(move |asked| {
        let mut answer = shelf.lock().unwrap().answer(asked);
        let half = answer.body.len() / 2;
        answer.body.truncate(half);
        answer
    });
    kit.subscribe(Taxii21, &web.url(PATH), json!({})).await;
    let report = kit.run().await;
    assert!(report.accepted >= 3 && report.refused >= 1, "{report:?}");
    assert!(report.error.unwrap().contains("not a TAXII envelope"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn objects_that_share_a_date_all_come_from_a_server_without_next() {
    let kit = Kit::new().await;
    let mut shelf_of = Shelf::of(40, Pages::Dates);
    for (place, (added, _)) in shelf_of.objects.iter_mut().enumerate() {
        *added = if place < 25 { 1 } else { 2 };
    }
    let (web, _) = shelf(shelf_of).await;
    kit.subscribe(Taxii21, &web.url(PATH), json!({ "page_size": 10 })).await;
    let report = kit.run().await;
    assert_eq!((report.accepted, report.error), (40, None));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_next_that_the_server_forgot_is_replaced_by_the_date() {
    let kit = Kit::new().await;
    let (web, shelf) = shelf(Shelf::of(20, Pages::Next)).await;
    let serving = Arc::clone(&shelf);
    web.answer_with(move |asked| {
        if asked.asks("next") == Some("page-10") {
            Answer::of(500, "")
        } else {
            serving.lock().unwrap().answer(asked)
        }
    });
    kit.subscribe(Taxii21, &web.url(PATH), json!({ "page_size": 5 })).await;
    assert!(kit.run().await.error.is_some());
    web.answer_with(move |asked| {
        let stale = asked.asks("next").is_some() && asked.asks("added_after").is_none();
        if stale {
            Answer::of(404, "")
        } else {
            shelf.lock().unwrap().answer(asked)
        }
    });
    let report = kit.run().await;
    assert_eq!(report.error, None);
    assert_eq!(kit.objects().await.len(), 20);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn servers_that_know_only_other_media_types_are_understood() {
    let kit = Kit::new().await;
    let (web, shelf) = shelf(Shelf::of(3, Pages::Next)).await;
    web.answer_with(move |asked| match asked.header("accept") {
        "application/json" => shelf.lock().unwrap().answer(asked).with("content-type", "text/plain"),
        _ => Answer::of(406, ""),
    });
    kit.subscribe(Taxii21, &web.url(PATH), json!({})).await;
    let report = kit.run().await;
    assert_eq!((report.accepted, report.error), (3, None));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_collection_is_found_by_its_title_from_discovery() {
    let kit = Kit::new().await;
    let (web, shelf) = shelf(Shelf::of(3, Pages::Next)).await;
    web.answer_with(move |asked| match asked.path.as_str() {
        "/taxii2/" => Answer::ok(r#"{"title":"t","api_roots":["/api/"]}"#),
        "/api/collections/" => Answer::ok(
            r#"{"collections":[{"id":"7f0c","title":"Water","can_read":true},{"id":"8","title":"Energy","can_read":true}]}"#,
        ),
        "/api/collections/7f0c/objects/" => shelf.lock().unwrap().answer(asked),
        _ => Answer::of(404, ""),
    });
    kit.subscribe(Taxii21, &web.url("/taxii2/"), json!({})).await;
    let report = kit.run().await;
    let error = report.error.unwrap();
    assert!(
        error.contains("set collection") && error.contains("7f0c (Water), 8 (Energy)"),
        "{error}"
    );
    kit.subscribe(Taxii21, &web.url("/taxii2/"), json!({ "collection": "Water" }))
        .await;
    assert_eq!(kit.run().await.accepted, 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_changed_address_begins_from_the_beginning() {
    let kit = Kit::new().await;
    let (web, _) = shelf(Shelf::of(3, Pages::Next)).await;
    kit.subscribe(Taxii21, &web.url(PATH), json!({})).await;
    kit.run().await;
    kit.subscribe(Taxii21, &web.url("/api/collections/other/"), json!({}))
        .await;
    let report = kit.run().await;
    assert_eq!((report.accepted, report.unchanged), (0, 3));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_long_collection_gives_others_their_turn_and_goes_on_at_once() {
    let kit = Kit::new().await;
    let (web, shelf) = shelf(Shelf::of(20, Pages::Next)).await;
    let time = kit.time.clone();
    web.answer_with(move |asked| {
        // Each page takes two minutes.
        time.fetch_add(120 * 1_000_000, std::sync::atomic::Ordering::Relaxed);
        shelf.lock().unwrap().answer(asked)
    });
    kit.subscribe(Taxii21, &web.url(PATH), json!({ "page_size": 5 })).await;
    let start = kit.now();
    let first = kit.run().await;
    assert_eq!((first.accepted, first.error.clone()), (15, None));
    assert!(
        first.result.contains("there is more") && first.next_run == start,
        "{first:?}"
    );
    assert_eq!(kit.run().await.accepted, 5);
}
