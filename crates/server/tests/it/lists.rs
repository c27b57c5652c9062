//! Every list goes on by cursor: page by page it is the same as in one, nothing twice and nothing left out.

use serde_json::Value;
use store::NewRequest;
use uuid::Uuid;

use super::kit::{Kit, indicator};

/// All pages of a list of so many a page; more of them than there could be is a cursor that does not move.
async fn pages(kit: &Kit, who: &str, path: &str, field: &str, limit: usize) -> Vec<Value> {
    let sign = if path.contains('?') { '&' } else { '?' };
    let (mut all, mut cursor) = (Vec::new(), None);
    for _ in 0..100 {
        let mut asked = format!("{path}{sign}limit={limit}");
        if let Some(cursor) = &cursor {
            asked.push_str(&format!("&cursor={cursor}"));
        }
        let answer = kit.get(who, &asked).await;
        assert_eq!(answer.status, 200, "{asked}: {}", answer.text());
        let page = answer.json();
        let rows = page[field].as_array().unwrap();
        assert!(rows.len() <= limit, "{asked}: {page}");
        all.extend(rows.iter().cloned());
        match page["next"].as_str() {
            Some(next) => cursor = Some(next.replace(' ', "%20")),
            None => return all,
        }
    }
    panic!("{path} does not end");
}

/// A partnership in which each list has several.
async fn filled() -> Kit {
    let kit = Kit::start().await;
    let done = async |who: &str, method: &str, path: &str, body: &str| {
        let answer = kit.ask(who, method, &format!("/api/v1{path}"), Some(body)).await;
        assert!(answer.status < 300, "{method} {path}: {}", answer.text());
    };
    for number in 0..4 {
        let label = format!(r#"{{"label":"key {number}"}}"#);
        done("alder-coordinator", "POST", "/keys", &label).await;
        let wish = format!(r#"{{"label":"invitation {number}","community":"common"}}"#);
        done("alder-coordinator", "POST", "/invitations", &wish).await;
        let text = format!(r#"{{"kind":"data-set","title":"version {number}","text":"words"}}"#);
        done("operator", "POST", "/agreements", &text).await;
        let charter = format!(r#"{{"purpose":"purpose {number}"}}"#);
        done("alder-coordinator", "PUT", "/communities/grove/charter", &charter).await;
        let wish = r#"{"url":"https://hooks.example/x"}"#;
        done("alder-coordinator", "POST", "/webhooks", wish).await;
        let subscription =
            r#"{"kind":"list","url":"https://list.example/x","member":"Alder","community":"common","tlp":"green"}"#;
        done(
            "operator",
            "PUT",
            &format!("/subscriptions/list-{number}"),
            subscription,
        )
        .await;
        let peer = r#"{"url":"https://peer.example/api/collections/1/","member":"Birch"}"#;
        done("operator", "PUT", &format!("/peers/peer-{number}"), peer).await;
    }
    for other in ["Cedar", "Dogwood"] {
        let key = store::MemberKey::Id(kit.members[other]);
        let member = kit.node.store().member_get(key).await.unwrap().unwrap().uuid;
        let act = node::proposals::Act::Expel { member };
        kit.node
            .proposal_make(&kit.operator().await, &act, "It left the country")
            .await
            .unwrap();
    }
    for other in ["Birch", "Cedar", "Elder"] {
        done("operator", "PUT", &format!("/delegations/{other}"), "{}").await;
    }
    kit
}

#[tokio::test]
async fn page_by_page_a_list_is_the_same_as_in_one() {
    let kit = filled().await;
    for (who, path, field, least) in [
        ("operator", "/members", "members", 6),
        ("alder-reader", "/members", "members", 3),
        ("operator", "/communities", "communities", 4),
        ("operator", "/proposals", "proposals", 2),
        ("alder-reader", "/communities", "communities", 3),
        ("alder-reader", "/people", "people", 5),
        ("alder-coordinator", "/keys", "keys", 5),
        ("alder-coordinator", "/invitations", "invitations", 4),
        ("operator", "/invitations", "invitations", 4),
        ("alder-reader", "/agreements", "agreements", 4),
        ("alder-reader", "/communities/grove/charter/versions", "versions", 4),
        ("alder-coordinator", "/webhooks", "webhooks", 4),
        ("operator", "/subscriptions", "scheduled", 4),
        ("operator", "/peers", "scheduled", 4),
        ("operator", "/delegations", "by", 3),
    ] {
        let path = format!("/api/v1{path}");
        let whole = kit.get(who, &path).await.json();
        assert_eq!(whole["next"], Value::Null, "{path}");
        let whole = whole[field].as_array().unwrap().clone();
        assert!(whole.len() >= least, "{who} {path}: {whole:?}");
        for limit in [1, 2, whole.len(), whole.len() + 1] {
            assert_eq!(
                pages(&kit, who, &path, field, limit).await,
                whole,
                "{who} {path} by {limit}"
            );
        }
    }
    for path in [
        "sessions",
        "vetting",
        "hand-overs",
        "data-sets",
        "contacts/due",
        "agreements/owed",
    ] {
        let answer = kit.get("operator", &format!("/api/v1/{path}?limit=1")).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
    }
}

#[tokio::test]
async fn answers_to_a_question_go_on_page_by_page_and_pages_hold_only_what_is_for_their_reader() {
    let kit = Kit::start().await;
    let wish = r#"{"community":"common","question":"Has anybody seen it?","answers_to":"all"}"#;
    let made = kit.ask("alder-analyst", "POST", "/api/v1/requests", Some(wish)).await;
    let path = format!("/api/v1/requests/{}", made.json()["id"].as_str().unwrap());
    for (number, who) in (0..6).zip(["birch-contributor", "alder-contributor"].into_iter().cycle()) {
        let said = format!(r#"{{"text":"answer {number}","to_all":{}}}"#, number % 3 == 0);
        let given = kit.ask(who, "POST", &format!("{path}/answers"), Some(&said)).await;
        assert_eq!(given.status, 201, "{}", given.text());
    }
    for (who, readable) in [
        ("alder-reader", vec![0, 1, 2, 3, 4, 5]),
        ("birch-reader", vec![0, 2, 3, 4]),
    ] {
        for limit in 1..8 {
            let found = pages(&kit, who, &path, "answers", limit).await;
            let texts: Vec<String> = found
                .iter()
                .map(|answer| answer["text"].as_str().unwrap().to_owned())
                .collect();
            let expected: Vec<String> = readable.iter().map(|number| format!("answer {number}")).collect();
            assert_eq!(texts, expected, "{who} by {limit}");
        }
    }
    let other = kit.ask("alder-analyst", "POST", "/api/v1/requests", Some(wish)).await;
    for (cursor, status) in [
        ("x".to_owned(), 400),
        (Uuid::nil().to_string(), 404),
        (other.json()["id"].as_str().unwrap().to_owned(), 404),
    ] {
        let answer = kit.get("alder-reader", &format!("{path}?cursor={cursor}")).await;
        assert_eq!(answer.status, status, "{cursor}: {}", answer.text());
    }
}

/// A page as large as a caller may ask for is larger than some lists give: what is left is behind its cursor, not gone.
#[tokio::test]
async fn a_page_that_holds_less_than_was_asked_for_says_where_to_go_on() {
    let kit = Kit::start().await;
    let (store, alder) = (kit.node.store(), kit.members["Alder"]);
    let asker = kit.node.local_caller("alder-analyst").await.unwrap().principal;
    for number in 0..node::requests::REQUESTS_MOST as u128 + 2 {
        let request = NewRequest {
            uuid: Uuid::from_u128(number),
            community: kit.communities["common"],
            question: "Who saw it?".to_owned(),
            until: None,
            anonymous: false,
            to_all: false,
            beyond: false,
        };
        store.request_put(&asker, alder, &request).await.unwrap();
    }
    let path = "/api/v1/requests?community=common";
    let all = pages(&kit, "birch-reader", path, "requests", 1_000).await;
    assert_eq!(all.len(), node::requests::REQUESTS_MOST + 2);
}

#[tokio::test]
async fn a_moderator_pages_past_what_waits_for_others() {
    let kit = Kit::start().await;
    let done = async |who: &str, method: &str, path: &str, body: &str| {
        let answer = kit.ask(who, method, &format!("/api/v1{path}"), Some(body)).await;
        assert!(answer.status < 300, "{method} {path}: {}", answer.text());
    };
    let moderated = r#"{"purpose":"Moderated","moderated":true}"#;
    done("alder-coordinator", "PUT", "/communities/common/charter", moderated).await;
    let joins = r#"{"contributes":true,"coordinates":false}"#;
    done("operator", "PUT", "/communities/common/members/Elder", joins).await;
    let share = async |numbers: std::ops::Range<u32>| {
        let objects: Vec<String> = numbers.map(|number| indicator(number, "waits")).collect();
        let body = format!("{{\"objects\":[{}]}}", objects.join(","));
        done("elder-analyst", "POST", "/share?community=common&tlp=green", &body).await;
    };
    share(1..4).await;
    let more = r#"{"contributes":true,"coordinates":true}"#;
    done("operator", "PUT", "/communities/common/members/Birch", more).await;
    share(4..5).await;
    share(5..node::communities::HELD_MOST as u32 + 6).await;
    let path = "/api/v1/communities/common/moderation";
    let of_all = pages(&kit, "alder-coordinator", path, "waiting", 1_000).await;
    assert_eq!(of_all.len(), node::communities::HELD_MOST + 5);
    for limit in [3, 150, 1_000] {
        let for_birch = pages(&kit, "birch-coordinator", path, "waiting", limit).await;
        assert_eq!(for_birch, of_all[3..], "by {limit}");
    }
    let own = pages(&kit, "elder-analyst", "/api/v1/moderation", "shared", 1_000).await;
    assert_eq!(own.len(), of_all.len());
}

#[tokio::test]
async fn a_cursor_of_somebody_elses_making_is_refused_or_names_a_place_and_no_more() {
    let kit = filled().await;
    for path in [
        "keys",
        "sessions",
        "invitations",
        "agreements",
        "webhooks",
        "hand-overs",
        "delegations",
        "data-sets",
        "contacts/due",
        "communities/grove/charter/versions",
    ] {
        for cursor in ["x", "1.", "9999999999999999999999", "%00"] {
            let answer = kit.get("operator", &format!("/api/v1/{path}?cursor={cursor}")).await;
            assert_eq!(answer.status, 400, "{path} {cursor}: {}", answer.text());
        }
    }
    // A name that is not the caller's to know is a place in the alphabet like any other.
    let after = kit.get("cedar-analyst", "/api/v1/members?cursor=Birch").await.json();
    let names: Vec<&str> = after["members"]
        .as_array()
        .unwrap()
        .iter()
        .map(|member| member["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["Cedar"]);
}
