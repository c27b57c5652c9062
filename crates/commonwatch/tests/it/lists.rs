//! What a command lists, it lists to the end.

use std::collections::BTreeSet;

use serde_json::json;

use crate::kit::Place;
use crate::partnership::Node;

#[test]
fn every_request_of_a_community_is_listed_however_many_there_are() {
    let node = Node::start_in(Place::with_sample(), "Exampleland", "");
    let key = node.key("water");
    let mut asked = BTreeSet::new();
    for number in 0..203 {
        let wish = json!({ "community": "exampleland", "question": format!("Question {number}?") });
        let made = node.done(&key, "POST", "/api/v1/requests", &wish);
        asked.insert(made["id"].as_str().unwrap().to_owned());
    }
    let listed = node.json(&["request", "list", "exampleland", "--as", "water"]);
    let ids: Vec<String> = listed
        .iter()
        .map(|one| one["id"].as_str().unwrap().to_owned())
        .collect();
    assert!(ids.len() >= asked.len(), "{}", ids.len());
    assert_eq!(ids.iter().cloned().collect::<BTreeSet<_>>().len(), ids.len());
    assert!(asked.iter().all(|id| ids.contains(id)));
}
