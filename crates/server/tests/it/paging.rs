//! Paging: nothing lost, nothing repeated, whatever is posted meanwhile.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::kit::{Answer, Kit, indicator, malware};

const OBJECTS: &str = "/commonwatch/collections/common/objects/";

/// Every page of a query, followed by `next`.
async fn follow(kit: &Kit, who: &str, path: &str, filters: &str, limit: usize) -> Vec<Answer> {
    let mut pages = Vec::new();
    let mut next = String::new();
    loop {
        let page = kit.get(who, &format!("{path}?limit={limit}{filters}{next}")).await;
        assert_eq!(page.status, 200, "{}", page.text());
        let body = page.json();
        let more = body["more"] == true;
        assert_eq!(more, body.get("next").is_some());
        next = format!("&next={}", body["next"].as_str().unwrap_or_default());
        assert!(page.items().len() <= limit && (more || pages.is_empty() || !page.items().is_empty()));
        pages.push(page);
        if !more {
            return pages;
        }
    }
}

fn ids(pages: &[Answer]) -> Vec<String> {
    pages.iter().flat_map(Answer::ids).collect()
}

async fn filled() -> Kit {
    let kit = Kit::start().await;
    let mut objects: Vec<String> = (1..=10).map(|number| indicator(number, "One of ten")).collect();
    for number in 1..=3 {
        objects.extend(["2024-01-01", "2024-02-01"].map(|day| malware(number, &format!("{day}T00:00:00.000Z"))));
    }
    kit.share("alder-contributor", "common", &objects).await;
    kit
}

#[tokio::test]
async fn pages_of_every_size_give_everything_once_and_in_order() {
    let kit = filled().await;
    for filters in [
        "",
        "&match[type]=indicator",
        "&match[version]=all",
        "&match[version]=first&match[type]=malware",
    ] {
        let whole = kit
            .get(
                "alder-reader",
                &format!("{OBJECTS}?{}", filters.trim_start_matches('&')),
            )
            .await
            .ids();
        for limit in [1, 2, 3, 7, 100] {
            assert_eq!(
                ids(&follow(&kit, "alder-reader", OBJECTS, filters, limit).await),
                whole,
                "{filters} {limit}"
            );
        }
    }
}

#[tokio::test]
async fn the_stretches_of_pages_do_not_overlap() {
    let kit = filled().await;
    let pages = follow(&kit, "alder-reader", OBJECTS, "", 4).await;
    assert!(pages.len() > 2);
    for pair in pages.windows(2) {
        assert!(pair[0].header("x-taxii-date-added-last") < pair[1].header("x-taxii-date-added-first"));
    }
}

#[tokio::test]
async fn a_client_that_goes_on_from_the_last_date_loses_nothing() {
    let kit = filled().await;
    let whole = kit.get("alder-reader", OBJECTS).await.ids();
    let (mut after, mut seen) = ("1970-01-01T00:00:00Z".to_owned(), Vec::new());
    loop {
        let page = kit
            .get("alder-reader", &format!("{OBJECTS}?limit=3&added_after={after}"))
            .await;
        after = page.header("x-taxii-date-added-last").unwrap().to_owned();
        seen.extend(page.ids());
        if page.json()["more"] != true {
            break;
        }
    }
    assert_eq!(seen, whole);
    let empty = kit.get("alder-reader", &format!("{OBJECTS}?added_after={after}")).await;
    assert_eq!(empty.header("x-taxii-date-added-last"), Some(after.as_str()));
    assert!(empty.ids().is_empty());
}

#[tokio::test]
async fn manifest_and_versions_page_by_added_after() {
    let kit = filled().await;
    let manifest = "/commonwatch/collections/common/manifest/";
    let whole = kit
        .get("alder-reader", &format!("{manifest}?match[version]=all"))
        .await
        .items();
    let (mut after, mut seen) = ("1970-01-01T00:00:00Z".to_owned(), Vec::new());
    loop {
        let page = kit
            .get(
                "alder-reader",
                &format!("{manifest}?match[version]=all&limit=5&added_after={after}"),
            )
            .await;
        seen.extend(page.items());
        after = seen.last().unwrap()["date_added"].as_str().unwrap().to_owned();
        if page.json()["more"] != true {
            break;
        }
    }
    assert_eq!(seen, whole);
}

#[tokio::test]
async fn manifest_and_versions_page_by_next_too() {
    let kit = filled().await;
    let manifest = "/commonwatch/collections/common/manifest/?match[version]=all";
    let whole = kit.get("alder-reader", manifest).await.items();
    let (mut next, mut seen) = (String::new(), Vec::new());
    loop {
        let page = kit.get("alder-reader", &format!("{manifest}&limit=5{next}")).await;
        seen.extend(page.items());
        match page.json()["next"].as_str() {
            Some(token) => next = format!("&next={token}"),
            None => break,
        }
    }
    assert_eq!(seen, whole);
}

#[tokio::test]
async fn a_token_can_be_used_again_and_with_another_limit() {
    let kit = filled().await;
    let first = kit.get("alder-reader", &format!("{OBJECTS}?limit=4")).await.json();
    let next = first["next"].as_str().unwrap();
    let one = kit.get("alder-reader", &format!("{OBJECTS}?limit=4&next={next}")).await;
    let again = kit.get("alder-reader", &format!("{OBJECTS}?limit=4&next={next}")).await;
    assert_eq!(one.body, again.body);
    let longer = kit.get("alder-reader", &format!("{OBJECTS}?limit=5&next={next}")).await;
    assert_eq!(longer.ids()[..4], one.ids()[..]);
}

#[tokio::test]
async fn a_token_with_other_filters_is_refused() {
    let kit = filled().await;
    let first = kit
        .get(
            "alder-reader",
            &format!("{OBJECTS}?limit=2&match[type]=indicator,malware"),
        )
        .await
        .json();
    let next = first["next"].as_str().unwrap();
    let other = |filters: &str| format!("{OBJECTS}?limit=2&next={next}{filters}");
    assert_eq!(
        kit.get("alder-reader", &other("&match[type]=malware,indicator"))
            .await
            .status,
        200
    );
    for filters in [
        "",
        "&match[type]=indicator",
        "&match[type]=malware,indicator&match[version]=all",
        "&match[type]=malware,indicator&added_after=2020-01-01T00:00:00Z",
    ] {
        let answer = kit.get("alder-reader", &other(filters)).await;
        assert_eq!(
            (answer.status, answer.json()["error_code"].as_str()),
            (400, Some("bad-next")),
            "{filters}"
        );
    }
    let elsewhere = format!("/commonwatch/collections/all/objects/?limit=2&match[type]=indicator,malware&next={next}");
    assert_eq!(kit.get("alder-reader", &elsewhere).await.status, 400);
}

#[tokio::test]
async fn a_token_shows_nobody_more_than_they_may_see() {
    let kit = filled().await;
    kit.share(
        "alder-contributor",
        "grove",
        &[indicator(50, "Only in the grove"), indicator(51, "Only in the grove")],
    )
    .await;
    let path = "/commonwatch/collections/all/objects/?limit=12";
    let next = kit.get("alder-reader", path).await.json()["next"]
        .as_str()
        .unwrap()
        .to_owned();
    let alder = kit.get("alder-reader", &format!("{path}&next={next}")).await;
    let birch = kit.get("birch-reader", &format!("{path}&next={next}")).await;
    assert!(alder.text().contains("Only in the grove"));
    assert_eq!(birch.status, 200);
    assert!(!birch.text().contains("Only in the grove"));
}

#[tokio::test]
async fn nothing_is_lost_or_repeated_while_others_post() {
    let kit = Arc::new(Kit::start().await);
    let writers: Vec<_> = [("alder-contributor", 0_u32), ("birch-contributor", 1)]
        .into_iter()
        .map(|(who, own)| {
            let kit = Arc::clone(&kit);
            tokio::spawn(async move {
                for batch in 0..20 {
                    let objects: Vec<String> = (0..5)
                        .map(|at| indicator(1 + own * 1_000 + batch * 5 + at, "Posted meanwhile"))
                        .collect();
                    kit.share(who, "common", &objects).await;
                }
            })
        })
        .collect();
    let (mut after, mut seen) = ("1970-01-01T00:00:00Z".to_owned(), Vec::new());
    loop {
        let done = writers.iter().all(tokio::task::JoinHandle::is_finished);
        let before = seen.len();
        for page in follow(&kit, "alder-reader", OBJECTS, &format!("&added_after={after}"), 7).await {
            seen.extend(page.ids());
            after = page.header("x-taxii-date-added-last").unwrap().to_owned();
        }
        if done && seen.len() == before {
            break;
        }
    }
    for writer in writers {
        writer.await.unwrap();
    }
    assert_eq!(seen.len(), 200);
    assert_eq!(seen.iter().collect::<BTreeSet<_>>().len(), 200);
}
